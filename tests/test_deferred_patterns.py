"""A pattern that foreign keys were to prove is asked for wherever they don't."""

import re
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kzdata.validation import validate
from packages import Spec, build, column, key

PATTERN = "A-[0-9]{1,2}"
KEYS = st.sampled_from(["A-1", "A-2", "A-12", "a-1", "A-123", "=A-1", "", "-"])
SETTINGS = settings(max_examples=60, deadline=None)


def told(specs: list[Spec]) -> set[tuple[str, int, str]]:
    """Table, row and column of each cell that is said not to have its pattern."""
    with tempfile.TemporaryDirectory() as folder:
        report = validate(build(Path(folder), specs).root)
        return {
            (Path(f.file).stem, (f.line or 0) - 2, f.field or "")
            for f in report
            if f.rule == "cell-pattern"
        }


def expected(name: str, field: str, cells: list[str]) -> set[tuple[str, int, str]]:
    wrong = (row for row, cell in enumerate(cells) if cell and not re.fullmatch(PATTERN, cell))
    return {(name, row, field) for row in wrong}


def table(name: str, cells: list[str], foreign: list[Any], **limits: Any) -> Spec:
    fields = [column("key", pattern=PATTERN, **limits), column("word")]
    schema = {"fields": fields, "foreignKeys": foreign}
    return Spec(name, schema, [[cell, "x"] for cell in cells])


@given(parents=st.lists(KEYS, max_size=5), children=st.lists(KEYS, max_size=6), need=st.booleans())
@SETTINGS
def test_each_malformed_key_is_found(parents: list[str], children: list[str], need: bool) -> None:
    specs = [
        table("parents", parents, []),
        table("children", children, [key("key", "parents", "key")], required=need),
    ]
    assert told(specs) == expected("parents", "key", parents) | expected(
        "children", "key", children
    )


@given(cells=st.lists(KEYS, min_size=1, max_size=5))
@SETTINGS
def test_no_pattern_is_deferred_in_a_cycle_of_keys(cells: list[str]) -> None:
    specs = [
        table("one", cells, [key("key", "two", "key")]),
        table("two", cells, [key("key", "one", "key")]),
    ]
    assert told(specs) == expected("one", "key", cells) | expected("two", "key", cells)


@given(cells=st.lists(KEYS, min_size=1, max_size=5))
@SETTINGS
def test_no_pattern_is_deferred_to_its_own_table(cells: list[str]) -> None:
    assert told([table("one", cells, [key("key", "", "key")])]) == expected("one", "key", cells)


@given(cells=st.lists(KEYS, min_size=1, max_size=5))
@SETTINGS
def test_no_pattern_is_deferred_to_a_table_that_cannot_be_read(cells: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = build(
            Path(folder),
            [
                table("parents", ["A-1"], []),
                table("children", cells, [key("key", "parents", "key")]),
            ],
        )
        (made.root / "tables" / "parents.csv").write_bytes(b"wrong,header\nA-1,x\n")
        found = {(f.line or 0) - 2 for f in validate(made.root) if f.rule == "cell-pattern"}
    assert found == {row for _, row, _ in expected("children", "key", cells)}


@given(cells=st.lists(KEYS, min_size=1, max_size=5))
@SETTINGS
def test_no_pattern_is_deferred_to_a_table_of_another_package(cells: list[str]) -> None:
    """Catches a key that is never looked up, since it leads elsewhere, and proves its pattern."""
    foreign = key("key", "parents", "key")
    foreign["reference"]["package"] = "https://example.org/datapackage.json"
    specs = [table("parents", ["A-1"], []), table("children", cells, [foreign])]
    assert told(specs) == expected("children", "key", cells)
