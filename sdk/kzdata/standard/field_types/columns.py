"""Tables as typed columns of a database, each exact.

A column has the usual SQL type of its field where that holds each of its cells exactly; else a
wider one, else it is the text of its cells. So one odd cell never blocks a table, and never
becomes another value.
"""

from collections.abc import Sequence
from typing import NamedTuple

from kzdata.display import safe
from kzdata.engine.database import Database
from kzdata.engine.sql import absent, identifier, literal, table_named
from kzdata.files.csv import Sheet
from kzdata.standard.descriptor import Schema, Table
from kzdata.standard.field_types import read_type

TEXT = "VARCHAR"


class SqlColumn(NamedTuple):
    """How a column is held in SQL.

    Attributes:
        kind: Its SQL type.
        reason: Why that is not the usual one of its field, or empty.
    """

    kind: str
    reason: str = ""


def usual_columns(schema: Schema) -> dict[str, SqlColumn]:
    """The columns of a table, as long as nothing odd stands in its cells."""
    return {name: SqlColumn((*kinds, TEXT)[0]) for name, kinds in _kinds(schema).items()}


def load(database: Database, table: Table, sheet: Sheet, *, odd: bool) -> dict[str, SqlColumn]:
    """Read a table into a database.

    Args:
        database: Where to.
        table: The table.
        sheet: Its text, of a simple dialect.
        odd: Look at all cells first. Few tables have odd ones, so that this is for those that could
            not be read without.

    Raises:
        PackageError: The file cannot be read, or has an odd cell and was not looked at.
    """
    columns = _surveyed(database, table, sheet) if odd else usual_columns(table.schema)
    values = {name: _value(table.schema, name, held.kind, odd) for name, held in columns.items()}
    database.load(table.name, sheet, values)
    for name, column in columns.items():
        if column.reason:
            place = f"{table_named(table.name)}.{identifier(name)}"
            database.run(f"COMMENT ON COLUMN {place} IS {literal(column.reason)}")
    return columns


def _surveyed(database: Database, table: Table, sheet: Sheet) -> dict[str, SqlColumn]:
    """The columns of a table, each as all of its cells allow, with one look at them."""
    kinds = _kinds(table.schema)
    tests = [_odd(table.schema, name, kind) for name, some in kinds.items() for kind in some]
    found = iter(database.aggregate(sheet, list(kinds), tests))
    return {name: _fitting(some, [next(found) for _ in some]) for name, some in kinds.items()}


def _kinds(schema: Schema) -> dict[str, tuple[str, ...]]:
    return {field.name: read_type(field).sql_types for field in schema.fields}


def _fitting(kinds: Sequence[str], odd: Sequence[str | None]) -> SqlColumn:
    """The first type that no cell is odd for, and the cell that the usual one does not hold."""
    kind = next((kind for kind, cell in zip(kinds, odd, strict=True) if cell is None), TEXT)
    if not odd or odd[0] is None:
        return SqlColumn(kind)
    return SqlColumn(kind, f"{kind}, for {kinds[0]} does not hold {safe(odd[0][:80])}")


def _cell(schema: Schema, name: str) -> str:
    return absent(identifier(name), schema.missing_of(schema.field(name)))


def _odd(schema: Schema, name: str, kind: str) -> str:
    """SQL: the least of the cells that a type does not hold exactly."""
    cell = _cell(schema, name)
    value = read_type(schema.field(name)).sql_value(cell, kind)
    return f"min({cell}) FILTER ({cell} IS NOT NULL AND {value} IS NULL)"


def _value(schema: Schema, name: str, kind: str, odd: bool) -> str:
    """SQL: a column's value; it fails on a cell that the type does not hold exactly."""
    cell, known = _cell(schema, name), read_type(schema.field(name))
    if kind == TEXT:
        return cell
    value = known.sql_value(cell, kind) if odd else known.usual_value(cell, kind)
    return f"coalesce({value}, CASE WHEN {cell} IS NOT NULL THEN error({cell}) END)"
