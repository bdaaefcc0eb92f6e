"""A rule is asked of everything that its own proof does not clear, and of no less.

Catches a rule that is asked of the few rows in which some other rule may be broken.
"""

import csv
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kzdata.engine.database import Database
from kzdata.engine.sql import absent, contains, identifier, literal
from kzdata.files.archive import opened
from kzdata.files.csv import FileStats
from kzdata.standard.descriptor import Descriptor, FieldDescriptor
from kzdata.standard.parsing import parse
from kzdata.validation import RULES, Finding, Report, validate
from kzdata.validation.evidence_tables import EdgeProof, Model, suspects
from kzdata.validation.rule import Check, Query, Violation, in_group, rule
from kzdata.validation.rules.evidence import over_edges, over_figures
from kzdata.validation.rules.package import Header
from packages import Folder, Spec, build, column, flood
from strategies import cells, fields


@contextmanager
def added(group: Any, check: Callable[..., Any], **more: Any) -> Iterator[str]:
    """A rule that is there in the block, before all others."""
    before = dict(RULES)
    RULES.clear()
    rule(group, "do not do that", **more)(check)  # type: ignore[no-untyped-call]
    (name,) = RULES
    RULES.update(before)
    try:
        yield name
    finally:
        RULES.clear()
        RULES.update(before)


def described(root: Path) -> Descriptor:
    with opened(root) as archive:
        return parse(archive)


def sizes(root: Path) -> dict[str, tuple[int, int]]:
    """Rows and columns of each table, read without kzdata."""
    found = {}
    for table in described(root).tables.values():
        with (root / table.path).open(encoding="utf-8-sig", newline="") as stream:
            header, *rows = csv.reader(stream)
        found[table.name] = len(rows), len(header)
    return found


def counted(root: Path, name: str, **options: Any) -> int:
    return validate(root, **options).by_rule.get(name, 0)


# ------------------------------------------------------------------------------ fails everywhere


def everywhere(field: FieldDescriptor, cell: str, raw: str) -> Check:
    """No cell is right."""
    return Check("true", "something else")


def test_a_cell_rule_is_asked_of_every_cell(package: Path) -> None:
    """Catches a cell that passes the cheap tests of other rules and is not asked."""
    expected = sum(rows * columns for rows, columns in sizes(package).values())
    with added("cell", everywhere) as name:
        assert counted(package, name) == expected


def test_a_cell_rule_sees_what_others_take_for_good(tmp_path: Path) -> None:
    """Catches the rule of the review: two blanks in a plain text were never found."""

    def double_blank(field: FieldDescriptor, cell: str, raw: str) -> Check:
        return Check(contains(raw, "'  '"), "one blank")

    fields = [column("id"), column("x")]
    folder = build(tmp_path, [Spec("t", {"fields": fields}, [["1", "a  b"], ["2", "c d"]])])
    with added("cell", double_blank) as name:
        assert counted(folder.root, name) == 1


@pytest.mark.parametrize("proven", [False, True])
def test_bytes_prove_a_cell_rule_only_in_files_without_them(island: Folder, proven: bool) -> None:
    """Catches a rule that is asked of no cell, since the file holds no control character."""

    def check(field: FieldDescriptor, cell: str, raw: str) -> Check:
        return Check("true", "something else", proven_by_bytes=lambda seen: proven)

    expected = sum(rows * columns for rows, columns in sizes(island.root).values())
    with added("cell", check) as name:
        assert counted(island.root, name) == (0 if proven else expected)


def test_a_structure_rule_is_asked_of_every_record(island: Folder) -> None:
    """Catches a rule that is asked only of files which DuckDB refuses, or breaks if it is first."""

    def every_record(table: Any, record: Any, columns: tuple[str, ...]) -> Iterator[Violation]:
        assert isinstance(columns, tuple)
        if record.number >= 0:
            yield Violation(table.name, record.number, None, "a record", "no record", record.line)

    with added("structure", every_record) as name:
        rows = sum(rows for rows, _ in sizes(island.root).values())
        assert counted(island.root, name) == rows


def test_a_structure_rule_is_asked_of_every_header(island: Folder) -> None:
    def every_header(table: Any, record: Any, columns: tuple[str, ...]) -> Iterator[Violation]:
        if isinstance(record, Header):
            yield Violation(table.name, None, None, ",".join(columns), "no header", 1, 1)

    def sound(seen: FileStats) -> bool:
        return True

    with added("structure", every_header, proven_by_bytes=sound) as name:
        assert counted(island.root, name) == len(sizes(island.root))


def test_a_figure_rule_is_asked_of_every_figure(package: Path) -> None:
    """Catches a figure that keeps the other rules and is not asked."""

    def no_figure(model: Model) -> Iterator[Query]:
        yield from over_figures(model, "text", "'nothing'", "true")

    rows = sizes(package)
    tables = described(package).tables.values()
    with added("figure", no_figure) as name:
        expected = sum(rows[table.name][0] for table in tables if table.schema.figure)
        assert counted(package, name) == expected > 0


def test_an_evidence_rule_is_asked_of_every_edge(package: Path) -> None:
    """Catches the rule of the review, which saw 38 of 3,638 edges."""

    def no_edge(model: Model) -> Iterator[Query]:
        yield from over_edges(model, "e.quote", "'longer'", "true")

    (edges,) = (table.name for table in described(package).tables.values() if table.schema.edges)
    with added("evidence", no_edge) as name:
        assert counted(package, name) == sizes(package)[edges][0] > 3_900


@pytest.mark.parametrize("group", ["reference", "key", "span", "consistency"])
def test_a_relational_rule_is_asked_of_every_row(island: Folder, group: str) -> None:
    def every_row(model: Model) -> Iterator[Query]:
        for name in model.tables:
            sql = f"SELECT kz_ord, NULL, 'a row', 'none' FROM {identifier(name)}"
            yield Query(name, sql)

    with added(group, every_row) as name:
        assert counted(island.root, name) == sum(rows for rows, _ in sizes(island.root).values())


def test_a_package_rule_is_asked(island: Folder) -> None:
    def no_file(package: Any, archive: Any, stats: Mapping[str, FileStats]) -> list[Violation]:
        return [Violation(None, None, None, path, "no file", file=path) for path in stats]

    with added("package", no_file) as name:
        assert counted(island.root, name) == len(sizes(island.root))


def test_a_text_rule_is_asked_of_every_text(island: Folder, island_texts: Path) -> None:
    def no_text(model: Model, texts: Mapping[str, str]) -> list[Violation]:
        return [Violation("letters", None, None, source, "no text") for source in texts]

    with added("text", no_text) as name:
        assert counted(island.root, name, texts=island_texts) == 2


def test_a_frictionless_rule_is_asked(island: Folder) -> None:
    pytest.importorskip("frictionless")

    def no_report(path: Any, report: Report, temp_dir: Any, limits: Any) -> list[Finding]:
        return [Finding("no-report", "error", "datapackage.json")]

    with added("oracle", no_report) as name:
        assert counted(island.root, name) == 0
        with patch("kzdata.validation.frictionless.compare", lambda *_: []):
            assert counted(island.root, name, reference=True) == 1


# ------------------------------------------------------------------------------ proofs


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with Database(1) as opened:
        yield opened


@example(field=FieldDescriptor.make({"name": "x", "type": "string"}), text="=1", missing=[""])
@given(field=fields(), text=cells, missing=st.lists(st.sampled_from(["", "-", "=1", "NA", "1"])))
def test_no_proof_holds_where_its_rule_is_broken(
    database: Database, field: FieldDescriptor, text: str, missing: list[str]
) -> None:
    """Catches a proof that another rule's proof hides: each is taken by itself."""
    text, raw = text.replace("\0", ""), identifier(field.name)
    asked = {one.name: one.check(field, absent(raw, missing), raw) for one in in_group("cell")}
    checks = {name: c for name, c in asked.items() if c and c.proven_by is not None}
    if not checks:
        return
    columns = []
    for check in checks.values():
        spared = str(check.or_missing and text in missing).lower()
        columns.append(f"({spared} OR ({' AND '.join(check.proven_by or ('true',))}))")
        columns.append(check.broken)
    (row,) = database.rows(
        f"SELECT {', '.join(columns)} FROM (SELECT {literal(text)} AS {raw}) given"
    )
    wrong = [name for n, name in enumerate(checks) if row[2 * n] and row[2 * n + 1]]
    assert not wrong


TRACED = ("receipts", "passages", "tolls", "surges", "letters", "terms", "called")
WORDS = ["", "x", "T1", "p1", "12", "three", "gull", "day", "More than 40", "2031-03-04", "exact"]
WORDS += ["verbatim", "normalised", "resolved", "coded", "inferred", "guessed", "wording", "least"]
SLIPS = st.tuples(
    st.sampled_from(TRACED),
    st.integers(0, 60),
    st.integers(0, 12),
    st.one_of(st.sampled_from(WORDS), st.integers(0, 60)),
)
"""A table, a row, a column, and the text that is written there, or the row that it comes from."""


def slipped(folder: Folder, slips: list[tuple[str, int, int, str | int]]) -> None:
    for table, place, number, by in slips:
        rows = folder.rows(table)
        name = list(rows[0])[number % len(rows[0])]
        rows[place % len(rows)][name] = by if isinstance(by, str) else rows[by % len(rows)][name]
        folder.write(table, rows)
    folder.reseal()


def each_proof_alone(model: Model, *_: Any) -> None:
    """What `Model.prepare` does, with every edge and figure suspect; then each proof is tried."""
    PREPARE(model, ["true"], [EdgeProof()])
    for asked in in_group("evidence"):
        for query in asked.check(model):
            if query.edges is not None:
                broken = f"SELECT ord FROM ({query.sql}) answer(ord, field, found, expected)"
                missed = model.database.rows(f"{broken} EXCEPT ({suspects([query.edges])})")
                assert not missed, asked.name


PREPARE = Model.prepare


@example(slips=[("receipts", 3, 2, 25)])
@given(slips=st.lists(SLIPS, max_size=8))
@settings(max_examples=25, deadline=None)
def test_no_proof_clears_an_edge_that_breaks_its_rule(slips: Any) -> None:
    """Catches a proof that holds for an edge of which its own rule is broken; or all together."""
    with tempfile.TemporaryDirectory() as parent:
        folder = flood(Path(parent) / "island")
        slipped(folder, slips)
        usual = validate(folder.root)
        with patch.object(Model, "prepare", each_proof_alone):
            assert validate(folder.root) == usual
