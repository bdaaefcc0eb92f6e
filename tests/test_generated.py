"""Packages that nobody wrote: what is valid passes, and what is spoilt anywhere is found."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generated import Made, made, remarks, written_down
from kzdata.validation import Report, validate
from kzdata.validation.rule import RULES
from packages import (
    Folder,
    Row,
    Spec,
    breaches,
    build,
    column,
    columns,
    key,
    places,
)


@given(made())
@settings(max_examples=25)
def test_a_valid_package_has_no_findings(package: Made) -> None:
    """Catches a rule that is upset by an accent, a quotation mark, a line end or an emoji."""
    with written_down(package) as (folder, texts):
        alone, beside = validate(folder.root), validate(folder.root, texts=texts)
    assert breaches(alone) == []
    assert breaches(beside) == []
    assert beside.receipts.required == beside.receipts.evidenced > 0
    assert beside.spans_in_texts == beside.rows["passages"]


# ------------------------------------------------------------------------------ mutations


class Target(NamedTuple):
    """What a mutation needs to know: the package, a row of the tolls, a number to choose by."""

    folder: Folder
    at: int
    choice: int

    @property
    def toll(self) -> Row:
        return self.folder.rows("tolls")[self.at]

    def edge(self) -> tuple[int, Row]:
        """One of the edges of the toll."""
        rows = self.folder.rows("receipts")
        own = [(i, row) for i, row in enumerate(rows) if row["row"] == self.toll["toll"]]
        return own[self.choice % len(own)]

    def passage(self) -> tuple[int, Row]:
        """One of the passages of the toll."""
        named = self.edge()[1]["passage"]
        rows = self.folder.rows("passages")
        return next((i, row) for i, row in enumerate(rows) if row["passage"] == named)


Mutation = Callable[[Target], str]
"""Spoils the package and returns the record that a finding must name."""
MUTATIONS: dict[str, Mutation] = {}


def mutation(spoil: Mutation) -> Mutation:
    MUTATIONS[spoil.__name__.replace("_", " ")] = spoil
    return spoil


def _edited(target: Target, name: str, value: str) -> str:
    target.folder.edit("tolls", target.at, name, value)
    return target.toll["toll"]


def _other(value: str, values: list[str]) -> str:
    return next(other for other in values if other != value)


def _moved(target: Target, name: str, by: int) -> str:
    index, row = target.passage()
    target.folder.edit("passages", index, name, str(int(row[name]) + by))
    return row["passage"]


@mutation
def least_changed(target: Target) -> str:
    return _edited(target, "least", str(int(target.toll["least"] or 6) + 1))


@mutation
def most_changed(target: Target) -> str:
    return _edited(target, "most", str(int(target.toll["most"] or 6) + 1))


@mutation
def wording_changed(target: Target) -> str:
    return _edited(target, "wording", _other(target.toll["wording"], ["two", "eleven"]))


@mutation
def hedge_changed(target: Target) -> str:
    return _edited(target, "hedge", _other(target.toll["hedge"], ["exact", "vague"]))


@mutation
def fate_changed(target: Target) -> str:
    return _edited(target, "fate", _other(target.toll["fate"], ["up", "down"]))


@mutation
def person_changed(target: Target) -> str:
    return _edited(target, "who", _other(target.toll["who"], ["aesir", "vik"]))


@mutation
def person_unknown(target: Target) -> str:
    return _edited(target, "who", "nobody")


@mutation
def day_changed(target: Target) -> str:
    day = target.toll["day"] or "2001-01-01"
    return _edited(target, "day", str(date.fromisoformat(day) - timedelta(days=1)))


@mutation
def passage_changed(target: Target) -> str:
    known = [row["passage"] for row in target.folder.rows("passages")]
    return _edited(target, "passage", _other(target.toll["passage"], known))


@mutation
def start_moved(target: Target) -> str:
    return _moved(target, "from", -1)


@mutation
def end_moved(target: Target) -> str:
    return _moved(target, "to", 1)


@mutation
def whole_passage_moved(target: Target) -> str:
    _moved(target, "from", 1)
    return _moved(target, "to", 1)


@mutation
def letter_changed(target: Target) -> str:
    index, row = target.passage()
    at = target.choice % len(row["words"])
    words = row["words"][:at] + ("x" if row["words"][at] != "x" else "y") + row["words"][at + 1 :]
    target.folder.edit("passages", index, "words", words)
    return row["passage"]


@mutation
def seal_changed(target: Target) -> str:
    index, row = target.passage()
    target.folder.edit("passages", index, "seal", row["seal"][1:] + row["seal"][0] + "0")
    return row["passage"]


@mutation
def occurrence_changed(target: Target) -> str:
    return _moved(target, "nth", 1)


@mutation
def edge_deleted(target: Target) -> str:
    index, row = target.edge()
    target.folder.delete("receipts", index)
    return row["row"]


@mutation
def edge_doubled(target: Target) -> str:
    index, row = target.edge()
    target.folder.duplicate("receipts", index)
    return row["row"]


@mutation
def edge_inferred(target: Target) -> str:
    index, row = target.edge()
    target.folder.edit("receipts", index, "how", "inferred")
    return row["row"]


@mutation
def edge_to_nothing(target: Target) -> str:
    index, row = target.edge()
    target.folder.edit("receipts", index, "passage", "p0")
    return row["row"]


@mutation
def row_deleted(target: Target) -> str:
    return target.folder.delete("tolls", target.at)["toll"]


@mutation
def row_doubled(target: Target) -> str:
    return target.folder.duplicate("tolls", target.at)["toll"]


@mutation
def text_longer(target: Target) -> str:
    row = target.folder.rows("letters")[0]
    target.folder.edit("letters", 0, "size", str(int(row["size"]) + 1))
    return row["letter"]


def named(report: Report) -> set[str]:
    errors = [f.record or "" for f in report if f.severity == "error"]
    return {part for record in errors for part in (record, *record.split(", "))}


@pytest.mark.parametrize("kind", MUTATIONS)
@given(package=made(), index=st.integers(0, 5), choice=st.integers(0, 60))
@settings(max_examples=4)
def test_every_single_mutation_is_found(kind: str, package: Made, index: int, choice: int) -> None:
    """Catches a place in which a figure, a passage or a receipt can change unseen."""
    with written_down(package) as (folder, texts):
        target = Target(folder, index % len(folder.rows("tolls")), choice)
        record = MUTATIONS[kind](target)
        folder.reseal()
        report = validate(folder.root, texts=texts)
    assert not report.valid
    assert record in named(report)


# ------------------------------------------------------------------------------ plain tables

PLAIN_FIELDS = [
    column("number", "integer", required=True),
    column("code", pattern="[a-z]{1,3}", required=True),
    column("free"),
    column("kind", enum=["calm", "Calm", "st\u00f8rm"]),
    column("level", "number", minimum=-5, maximum=5),
    column("day", "date"),
    column("above", "integer"),
    column("keeper"),
]
PLAIN_SCHEMA = {
    "fields": PLAIN_FIELDS,
    "primaryKey": "number",
    "foreignKeys": [key("above", "", "number"), key("keeper", "people", "person")],
}
NAMES = [field["name"] for field in PLAIN_FIELDS]
PEOPLE = ["\u00c5sa", "Bo, jr", 'C "k"', "d\ne", "\ufeffF"]
FAULTS = {
    "number": [("cell-type", "1.5"), ("cell-type", "\u0661"), ("cell-required", "")],
    "code": [("cell-pattern", "aB"), ("cell-pattern", "abcd"), ("cell-required", "")],
    "kind": [("cell-enum", "CALM"), ("cell-enum", " calm")],
    "level": [("cell-maximum", "5.0001"), ("cell-minimum", "-6"), ("cell-type", "1,5")],
    "day": [("cell-type", "2023-02-29"), ("cell-type", "2023-2-9"), ("cell-type", "tomorrow")],
    "above": [("foreign-key", "99999"), ("cell-type", "1e3")],
    "keeper": [("foreign-key", "nobody"), ("foreign-key", "\u00c5sa ")],
    "free": [("cell-control-character", "a\x1b[31m"), ("cell-control-character", "\u202ea")],
}  # fmt: skip


class Style(NamedTuple):
    """How a CSV file is written."""

    line_end: str
    bom: bool
    quote_all: bool
    last_line_end: bool


@st.composite
def plain_rows(draw: st.DrawFn) -> list[Row]:
    """Rows of a table with keys, types, enums, patterns, limits and references."""
    numbers = draw(st.lists(st.integers(-99, 9999), min_size=2, max_size=8, unique=True))
    return [
        {
            "number": str(number),
            "code": draw(st.text("abz", min_size=1, max_size=3)),
            "free": draw(remarks()),
            "kind": draw(st.sampled_from(["", "calm", "Calm", "st\u00f8rm"])),
            "level": draw(st.sampled_from(["", "-5", "5", "0.25", "+1e0", "5.000"])),
            "day": draw(st.dates().map(str) | st.just("")),
            "above": draw(st.sampled_from(["", *map(str, numbers)])),
            "keeper": draw(st.sampled_from(["", *PEOPLE])),
        }
        for number in numbers
    ]


def styles() -> st.SearchStrategy[Style]:
    return st.builds(
        Style, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans(), st.booleans()
    )


def in_style(rows: list[Row], style: Style) -> str:
    """The rows as a CSV file."""

    def cell(value: str) -> str:
        plain = not style.quote_all and not set(value) & set('",\r\n')
        return value if plain else '"' + value.replace('"', '""') + '"'

    lines = [",".join(map(cell, row)) for row in [NAMES, *([r[n] for n in NAMES] for r in rows)]]
    text = style.line_end.join(lines) + (style.line_end if style.last_line_end else "")
    return ("\ufeff" if style.bom else "") + text


@contextmanager
def plain_package(text: str) -> Iterator[Folder]:
    with tempfile.TemporaryDirectory() as folder:
        people = {"fields": columns("person"), "primaryKey": "person"}
        specs = [Spec("plain", PLAIN_SCHEMA, []), Spec("people", people, [[p] for p in PEOPLE])]
        package = build(Path(folder), specs)
        package.file("plain").write_bytes(text.encode("utf-8"))
        package.reseal()
        yield package


@given(plain_rows(), styles())
@settings(max_examples=30)
def test_a_plain_table_has_no_findings(rows: list[Row], style: Style) -> None:
    """Catches a reader that stumbles over BOM, CRLF, quotation or embedded line ends."""
    with plain_package(in_style(rows, style)) as package:
        report = validate(package.root)
    assert breaches(report) == []
    assert report.rows == {"plain": len(rows), "people": len(PEOPLE)}


@given(plain_rows(), styles(), st.data())
@settings(max_examples=60)
def test_a_planted_fault_is_found_where_it_stands(
    rows: list[Row], style: Style, data: st.DataObject
) -> None:
    """Catches a line or column that is off by an embedded line end, a BOM, an accent, an emoji."""
    index = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from(sorted(FAULTS)))
    rule, value = data.draw(st.sampled_from(FAULTS[name]))
    spoilt = [dict(row) for row in rows]
    spoilt[index][name] = value
    text = in_style(spoilt, style)
    line, at = places(text.removeprefix("\ufeff"))[index + 1][NAMES.index(name)]
    with plain_package(text) as package:
        report = validate(package.root)
    found = [(f.rule, f.file, f.line, f.column, f.field) for f in report]
    assert (rule, "tables/plain.csv", line, at, name) in found
    assert RULES[rule].severity == "warning" or not report.valid


@given(plain_rows(), styles(), st.data())
@settings(max_examples=30)
def test_a_repeated_key_is_found_in_both_rows(
    rows: list[Row], style: Style, data: st.DataObject
) -> None:
    """Catches duplicates that are told of once, or of the wrong row; keys compare as numbers."""
    first, second = data.draw(
        st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=2, unique=True)
    )
    rows[second]["number"] = data.draw(st.sampled_from(["", "+", "0"])) + rows[first]["number"]
    if rows[second]["number"][:2] in ("+-", "0-"):
        rows[second]["number"] = rows[first]["number"]
    text = in_style(rows, style)
    with plain_package(text) as package:
        report = validate(package.root)
    lines = {f.line for f in report if f.rule == "primary-key"}
    starts = places(text.removeprefix("\ufeff"))
    assert lines == {starts[first + 1][0][0], starts[second + 1][0][0]}


@given(plain_rows(), styles(), st.data())
@settings(max_examples=30)
def test_a_ragged_row_hides_no_other(rows: list[Row], style: Style, data: st.DataObject) -> None:
    """Catches a reader that drops the row, or the file, when one row is too short or too long."""
    index = data.draw(st.integers(0, len(rows) - 1))
    other = data.draw(st.integers(0, len(rows) - 1).filter(lambda i: i != index))
    rows[other]["code"] = "WRONG"
    rows[index]["keeper"] = ""
    text = in_style(rows, style)
    starts = places(text.removeprefix("\ufeff"))
    records = text.removeprefix("\ufeff").split(style.line_end)
    line = starts[index + 1][0][0]
    ends = starts[index + 1][-1][0] - 1
    physical = text.split("\n")
    tail = "\r" if physical[ends].endswith("\r") else ""
    physical[ends] = physical[ends].removesuffix("\r") + ",more" + tail
    assert records
    with plain_package("\n".join(physical)) as package:
        report = validate(package.root)
    assert ("csv-width", line) in [(f.rule, f.line) for f in report]
    assert ("cell-pattern", starts[other + 1][1][0]) in [(f.rule, f.line) for f in report]
    assert report.rows["plain"] == len(rows)
