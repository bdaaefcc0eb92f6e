"""Keys that edges prove are found out wherever they don't: row by row, in plain Python."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kzdata.validation import Finding, validate
from kzdata.validation import runner as run
from packages import Folder, Row, flood

KEYS = {
    "receipts": ("row", "cell", "passage"),
    "passages": ("passage",),
    "tolls": ("toll",),
    "surges": ("surge",),
    "ties": ("tie",),
}
RECORDS = ("tolls", "surges", "ties")
COLUMNS = [(table, column) for table, columns in KEYS.items() for column in columns]
Tables = dict[str, list[Row]]
Place = tuple[str, str, int]
"""A rule, a table, a row of it."""
PLACES = st.integers(0, 30)
SLIPS = st.one_of(
    st.tuples(st.just("double"), st.sampled_from(sorted(KEYS)), PLACES),
    st.tuples(st.just("delete"), st.sampled_from(sorted(KEYS)), PLACES),
    st.tuples(st.just("add"), st.sampled_from(sorted(KEYS)), PLACES),
    st.tuples(st.just("copy"), st.sampled_from(COLUMNS), PLACES, PLACES),
    st.tuples(st.just("write"), st.sampled_from(COLUMNS), PLACES, st.sampled_from(["x", "T1"])),
)
"""A row twice, none, one with a new key, a cell of another row, one that no row or a record has."""


def slip(tables: Tables, kind: str, where: Any, place: int, other: Any = None) -> None:
    """Make one."""
    table, column = where if isinstance(where, tuple) else (where, "")
    rows = tables[table]
    at = place % len(rows)
    if kind == "double":
        rows.insert(at, dict(rows[at]))
    elif kind == "delete" and len(rows) > 1:
        rows.pop(at)
    elif kind == "add":
        rows.append({**rows[at], KEYS[table][-1]: "new"})
    elif kind == "copy":
        rows[at][column] = rows[other % len(rows)][column]
    elif kind == "write":
        rows[at][column] = other


def expected(tables: Tables) -> Iterator[Place]:
    """Every key that stands twice or nowhere."""
    for table, columns in KEYS.items():
        keys = [tuple(row[column] for column in columns) for row in tables[table]]
        counts = Counter(keys)
        yield from (("primary-key", table, at) for at, k in enumerate(keys) if counts[k] > 1)
    ids = {table: {row[KEYS[table][0]] for row in tables[table]} for table in RECORDS}
    for table in RECORDS:
        others = set().union(*(ids[other] for other in RECORDS if other != table))
        rows = enumerate(row[KEYS[table][0]] for row in tables[table])
        yield from (("primary-key", table, at) for at, record in rows if record in others)
    passages = {row["passage"] for row in tables["passages"]}
    for table in ("receipts", "tolls"):
        rows = enumerate(row["passage"] for row in tables[table])
        yield from (("foreign-key", table, at) for at, key in rows if key not in passages)
    records = set().union(*ids.values())
    for at, row in enumerate(tables["receipts"]):
        if row["row"] not in records:
            yield "evidence-record", "receipts", at
    used = {row["passage"] for table in ("receipts", "tolls") for row in tables[table]}
    for at, row in enumerate(tables["passages"]):
        if row["passage"] not in used:
            yield "span-orphan", "passages", at


def found(folder: Folder) -> set[Place]:
    """What validation says of these keys."""
    chosen = ["primary-key", "foreign-key", "evidence-record", "span-orphan"]
    files = {folder.resource(table)["path"]: table for table in KEYS}
    report = validate(folder.root, select=chosen)
    told = {(f.rule, files.get(f.file), (f.line or 0) - 2) for f in report if not _elsewhere(f)}
    return {(rule, table, at) for rule, table, at in told if table}


def _elsewhere(finding: Finding) -> bool:
    """Whether it is about a key that this test does not look up."""
    of_a_toll = finding.rule == "foreign-key" and finding.file == "tables/tolls.csv"
    return of_a_toll and finding.field != "passage"


@given(st.lists(SLIPS, max_size=4), st.sampled_from([0, 0, 0, run.SMALL_BYTES]))
@example([("add", "tolls", 0), ("add", "tolls", 1)], 0)
@example([("add", "passages", 0), ("add", "passages", 1)], 0)
@example([("double", "tolls", 0), ("write", ("receipts", "row"), 0, "x")], 0)
@example([("double", "receipts", 0), ("write", ("receipts", "cell"), 0, "x")], 0)
@settings(max_examples=60, deadline=None)
def test_key_findings_equal_those_of_a_row_by_row_check(slips: list[Any], small: int) -> None:
    """Catches a key that edges are said to prove, and that stands twice or nowhere."""
    with tempfile.TemporaryDirectory() as parent:
        folder = flood(Path(parent) / "island")
        tables = {table: folder.rows(table) for table in KEYS}
        for one in slips:
            slip(tables, *one)
        for table, rows in tables.items():
            folder.write(table, rows)
        folder.reseal()
        with patch.object(run, "SMALL_BYTES", small):
            assert found(folder) == set(expected(tables))
