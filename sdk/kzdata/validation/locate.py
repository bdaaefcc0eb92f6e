"""Places: from a row's number to the physical line and column of a finding."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kzdata.files.archive import DESCRIPTOR
from kzdata.files.csv import Record, Sheet
from kzdata.standard.descriptor import Descriptor, Table
from kzdata.standard.source import is_parquet
from kzdata.validation.evaluate import MAX_CHARACTERS
from kzdata.validation.report import Finding
from kzdata.validation.rule import Rule, Violation


class Row(NamedTuple):
    """What is kept of a row with findings."""

    part: int  # which of the table's files it stands in, from 0
    values: Mapping[str, str]  # a few cells' texts, cut, by column
    # Line and column of those cells, or of the last where the row is too short.
    places: Mapping[str, tuple[int, int]]


@dataclass
class Locator:
    """Turns violations into findings: one more pass over each file that has any."""

    package: Descriptor
    sheets: Mapping[str, Sheet]  # texts of the tables
    columns: Mapping[str, tuple[str, ...]]  # their columns in the file's order
    lengths: Mapping[str, int]  # how many rows they have

    def findings(self, found: Sequence[tuple[Rule, Violation]]) -> Iterator[Finding]:
        """All findings, each with its line and column where a row is at fault."""
        wanted: dict[str, dict[int, set[str]]] = {}
        for _, violation in found:
            if violation.table is not None and violation.ordinal is not None:
                fields = wanted.setdefault(violation.table, {})
                fields.setdefault(violation.ordinal, set()).add(violation.field or "")
        rows = {name: self._rows(name, fields) for name, fields in wanted.items()}
        for rule, violation in found:
            yield self._finding(rule, violation, rows.get(violation.table or "", {}))

    def _rows(self, name: str, wanted: Mapping[int, set[str]]) -> dict[int, Row]:
        if (sheet := self.sheets.get(name)) is None:
            return {}
        places = {column: place for place, column in enumerate(self.columns[name])}
        keys = _key_columns(self.package.tables[name])

        def keep(record: Record) -> Row:
            fields = wanted[record.number].union(keys)
            return _row(record, {field: places.get(field) for field in fields})

        return sheet.pick(set(wanted), self.lengths.get(name, -1), keep)

    def _finding(self, rule: Rule, violation: Violation, rows: Mapping[int, Row]) -> Finding:
        table = self.package.tables.get(violation.table or "")
        row = rows.get(-1 if violation.ordinal is None else violation.ordinal)
        line, column, found = violation.line, violation.column, violation.found
        record, field = _subject(table, row, violation.field)
        if row and found is None:
            found = row.values.get(violation.field or "")
        file = DESCRIPTOR if table is None else table.resource.path[row.part if row else 0]
        # A Parquet file has no lines.
        if row and line is None and not is_parquet(file):
            line, column = row.places[violation.field or ""]
        return rule.finding(
            violation.file or file,
            line,
            column=column,
            record=record and _clip(record),
            field=field and _clip(field),
            found=_clip(found or ""),
            expected=_clip(violation.expected),
        )


def _key_columns(table: Table) -> tuple[str, ...]:
    """The columns that name the record which a row's findings are about."""
    if edges := table.schema.edges:
        return edges.record, edges.field
    return table.schema.primary_key


def _row(record: Record, places: Mapping[str, int | None]) -> Row:
    # A row can have a million characters, and twenty thousand may have findings.
    cells, last = record.cells, len(record.cells) - 1
    return Row(
        record.part,
        {
            field: cells[place].value[:MAX_CHARACTERS]
            for field, place in places.items()
            if place is not None and place <= last
        },
        {field: cells[min(place or 0, last)][1:] for field, place in places.items()},
    )


def _subject(
    table: Table | None, row: Row | None, field: str | None
) -> tuple[str | None, str | None]:
    """The record and the field that a finding is about: of an edge, those it speaks of."""
    if table is None or row is None:
        return None, field
    key = [row.values.get(column) for column in _key_columns(table)]
    if table.schema.edges:
        return key[0], key[1]
    return ", ".join(part or "" for part in key) or None, field


def _clip(value: str, limit: int = 300) -> str:
    return value if len(value) <= limit else f"{value[: limit - 1]}…"
