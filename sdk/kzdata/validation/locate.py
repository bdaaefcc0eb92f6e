"""Places: from a row's number to the physical line and column of a finding."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kzdata.files.archive import DESCRIPTOR
from kzdata.files.csv import Record, Sheet
from kzdata.standard.descriptor import Descriptor, Table
from kzdata.standard.source import is_parquet
from kzdata.validation.evaluate import MAX_CHARACTERS
from kzdata.validation.report import Finding
from kzdata.validation.rule import Rule, Violation


class Row(NamedTuple):
    """What is kept of a row with findings.

    Attributes:
        part: Which of the table's files it stands in, from 0.
        values: A few cells' texts, cut, by column.
        places: Line and column of those cells, or of the last where the row is too short.
    """

    part: int
    values: Mapping[str, str]
    places: Mapping[str, tuple[int, int]]


class Locator:
    """Turns violations into findings: one more pass over each file that has any.

    Args:
        package: What is declared.
        sheets: Texts of the tables.
        columns: Names of their columns in the file's order.
        lengths: How many rows they have.
    """

    def __init__(
        self,
        package: Descriptor,
        sheets: Mapping[str, Sheet],
        columns: Mapping[str, tuple[str, ...]],
        lengths: Mapping[str, int],
    ) -> None:
        self._package = package
        self._sheets = sheets
        self._places = {
            table: {name: place for place, name in enumerate(names)}
            for table, names in columns.items()
        }
        self._lengths = lengths

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
        sheet = self._sheets.get(name)
        if sheet is None:
            return {}
        places, keys = self._places[name], _naming(self._package.tables[name])

        def keep(record: Record) -> Row:
            fields = wanted[record.number].union(keys)
            return _row(record, {field: places.get(field) for field in fields})

        return sheet.pick(set(wanted), self._lengths.get(name, -1), keep)

    def _finding(self, rule: Rule, violation: Violation, rows: Mapping[int, Row]) -> Finding:
        table = self._package.tables.get(violation.table or "")
        row = rows.get(-1 if violation.ordinal is None else violation.ordinal)
        line, column = violation.line, violation.column
        if table and row and line is None:
            line, column = _place(table, row, violation.field or "")
        record, field = _name(table, row, violation.field)
        found = violation.found
        if found is None and row:
            found = row.values.get(violation.field or "")
        return Finding(
            rule.name,
            rule.severity,
            violation.file or _file(table, row),
            line,
            column,
            _clip(record) if record else record,
            _clip(field) if field else field,
            _clip(found),
            _clip(violation.expected),
            rule.fix,
        )


def _naming(table: Table) -> tuple[str, ...]:
    """The columns that name the record which a row's findings are about."""
    if edges := table.schema.edges:
        return edges.record, edges.field
    return table.schema.primary_key


def _row(record: Record, places: Mapping[str, int | None]) -> Row:
    """What is kept of a row: a few cells, cut.

    A row can have a million characters, and twenty thousand may have findings.
    """
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


def _name(table: Table | None, row: Row | None, field: str | None) -> tuple[str | None, str | None]:
    """The record and the field that a finding is about: of an edge, those it speaks of."""
    if table is None or row is None:
        return None, field
    named = [row.values.get(column) for column in _naming(table)]
    if table.schema.edges:
        return named[0], named[1]
    return ", ".join(part or "" for part in named) or None, field


def _place(table: Table, row: Row, field: str) -> tuple[int | None, int | None]:
    """Line and column of a cell; a Parquet file has no lines."""
    return (None, None) if is_parquet(table.resource.path[row.part]) else row.places[field]


def _file(table: Table | None, row: Row | None) -> str:
    if table is None:
        return DESCRIPTOR
    return table.resource.path[row.part if row else 0]


def _clip(value: str | None, limit: int = 300) -> str:
    value = value or ""
    return value if len(value) <= limit else f"{value[: limit - 1]}…"
