"""Places: from a row's number to the physical line and column of a finding."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kzdata.files.archive import DESCRIPTOR
from kzdata.files.csv import Record, Sheet
from kzdata.standard.descriptor import Table
from kzdata.standard.forms import forms_of
from kzdata.standard.inner_names import stated
from kzdata.validation.reading import Reading
from kzdata.validation.report import Finding
from kzdata.validation.rule import MAX_CHARACTERS, Rule, Violation


class Row(NamedTuple):
    """What is kept of a row with findings."""

    part: int  # which of the table's files it stands in, from 0
    values: Mapping[str, str]  # a few cells' texts, cut, by column
    # Line and column of those cells, or of the last where the row is too short.
    places: Mapping[str, tuple[int, int]]


def located(
    found: Sequence[tuple[Rule, Violation]], readings: Mapping[str, Reading]
) -> Iterator[Finding]:
    """Violations as findings, each with its line and column where a row is at fault.

    This takes one more pass over each file that has any.
    """
    wanted: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for _, violation in found:
        if violation.table is not None and violation.ordinal is not None:
            wanted[violation.table][violation.ordinal].add(violation.field or "")
    rows = {name: _rows(readings[name], fields) for name, fields in wanted.items()}
    for rule, violation in found:
        name = violation.table or ""
        row = None if violation.ordinal is None else rows[name].get(violation.ordinal)
        reading = readings.get(name)
        table, sheet = (reading.table, reading.sheet) if reading else (None, None)
        yield _finding(rule, violation, table, row, sheet)


def _rows(reading: Reading, wanted: Mapping[int, set[str]]) -> dict[int, Row]:
    """Some rows of a table, each with the columns that are wanted of it and those of its key."""
    places = {column: place for place, column in enumerate(reading.columns)}
    keys = _key_columns(reading.table)

    def keep(record: Record) -> Row:
        # A row can have a million characters, and twenty thousand may have findings.
        cells, last = record.cells, len(record.cells) - 1
        fields = {name: places.get(name) for name in wanted[record.number].union(keys)}
        known = {name: place for name, place in fields.items() if place is not None}
        return Row(
            record.part,
            {n: cells[p].value[:MAX_CHARACTERS] for n, p in known.items() if p <= last},
            {name: cells[min(place or 0, last)][1:] for name, place in fields.items()},
        )

    sheet, length = reading.sheet, -1 if reading.rows is None else reading.rows
    return sheet.pick(set(wanted), length, keep) if sheet else {}


def _finding(
    rule: Rule, violation: Violation, table: Table | None, row: Row | None, sheet: Sheet | None
) -> Finding:
    line, column, found, field = violation.line, violation.column, violation.found, violation.field
    part = row.part if row else _part(violation, table)
    file = DESCRIPTOR if table is None else table.file(part)
    record: str | None = None
    if table and row:
        if found is None:
            found = row.values.get(field or "")
        if line is None:
            line, column = row.places[field or ""]
        key = [row.values.get(name) for name in _key_columns(table)]
        if table.schema.edges:  # a finding about an edge is one about the cell it speaks of
            record, field = key
        else:
            record = ", ".join(part or "" for part in key) or None
    line, column, place = _place(violation, table, sheet, part, line, column)
    return rule.finding(
        violation.file or file,
        line,
        column=column or None,  # what stands in the name of a folder has none
        row=place,
        record=record and _clip(record),
        field=field and _clip(stated(field)),
        # A cell may hold what looks like an inner name; where none is shown, names are told.
        found=_clip((found or "") if violation.ordinal is not None else stated(found or "")),
        expected=_clip(stated(violation.expected)),
        fix=rule.fix if violation.fix is None else _clip(violation.fix),
        table=None if table is None or table.resource.path else _clip(stated(table.name)),
    )


def _part(violation: Violation, table: Table | None) -> int:
    """Which of a table's files a violation names, from 0."""
    paths = table.resource.path if table else ()
    return paths.index(violation.file) if violation.file in paths else 0


def _place(
    violation: Violation,
    table: Table | None,
    sheet: Sheet | None,
    part: int,
    line: int | None,
    column: int | None,
) -> tuple[int | None, int | None, int | None]:
    """Line and column, or the row where a file has no lines."""
    if table is None or violation.file == DESCRIPTOR != table.path:
        return line, column, None
    if forms_of(table.resource)[part].name == "parquet":
        return None, None, None if violation.ordinal is None else line
    origin = sheet.origins[part] if sheet and sheet.origins else None
    if origin is None:
        return line, column, None
    place = violation.place if line is None else origin.place(line)
    return (place, None, None) if origin.lines else (None, None, place)


def _key_columns(table: Table) -> tuple[str, ...]:
    """The columns that name the record which a row's findings are about."""
    if edges := table.schema.edges:
        return edges.record, edges.field
    return table.schema.primary_key


def _clip(value: str, limit: int = 300) -> str:
    return value if len(value) <= limit else f"{value[: limit - 1]}…"
