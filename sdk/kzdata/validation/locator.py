"""Places: from a row's number to the physical line and column of a finding."""

from collections.abc import Iterator, Mapping, Sequence

from kzdata.archive import DESCRIPTOR
from kzdata.descriptor import Descriptor, Table
from kzdata.sheets import is_parquet
from kzdata.tabular import Record, Sheet
from kzdata.validation.evaluation import MAX_CHARACTERS
from kzdata.validation.report import Finding
from kzdata.validation.rules import Rule, Violation


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
        wanted: dict[str, set[int]] = {}
        for _, violation in found:
            if violation.table is not None and violation.ordinal is not None:
                wanted.setdefault(violation.table, set()).add(violation.ordinal)
        rows = {name: self._rows(name, ordinals) for name, ordinals in wanted.items()}
        for rule, violation in found:
            yield self._finding(rule, violation, rows.get(violation.table or "", {}))

    def _rows(self, name: str, ordinals: set[int]) -> dict[int, Record]:
        sheet = self._sheets.get(name)
        rows = self._lengths.get(name, -1)
        return sheet.pick(ordinals, rows, MAX_CHARACTERS) if sheet else {}

    def _finding(self, rule: Rule, violation: Violation, rows: dict[int, Record]) -> Finding:
        table = self._package.tables.get(violation.table or "")
        row = rows.get(-1 if violation.ordinal is None else violation.ordinal)
        line, column = violation.line, violation.column
        if table and row and line is None:
            line, column = self._place(table, row, violation.field)
        record, field = self._name(table, row, violation.field)
        found = violation.found
        if found is None and table and row:
            found = self._value(table, row, violation.field or "")
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

    def _value(self, table: Table, row: Record, name: str) -> str | None:
        place = self._places[table.name].get(name, len(row.cells))
        return row.cells[place].value if place < len(row.cells) else None

    def _name(
        self, table: Table | None, row: Record | None, field: str | None
    ) -> tuple[str | None, str | None]:
        """The record and the field that a finding is about: of an edge, those it speaks of."""
        if table is None or row is None:
            return None, field
        if table.schema.edges:
            edges = table.schema.edges
            return self._value(table, row, edges.record), self._value(table, row, edges.field)
        key = [self._value(table, row, column) or "" for column in table.schema.primary_key]
        return ", ".join(key) or None, field

    def _place(self, table: Table, row: Record, field: str | None) -> tuple[int | None, int | None]:
        """Line and column of a cell; a Parquet file has no lines."""
        if is_parquet(table.resource.path[row.part]):
            return None, None
        place = self._places[table.name].get(field or "", 0)
        cell = row.cells[min(place, len(row.cells) - 1)]
        return cell.line, cell.column


def _file(table: Table | None, row: Record | None) -> str:
    if table is None:
        return DESCRIPTOR
    return table.resource.path[row.part if row else 0]


def _clip(value: str | None, limit: int = 300) -> str:
    value = value or ""
    return value if len(value) <= limit else f"{value[: limit - 1]}…"
