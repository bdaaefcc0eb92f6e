"""Tables read into a database: as typed columns, each exact, or as text.

A typed column has the usual SQL type of its field where that holds each cell exactly; else a
wider one, else it is the text of its cells. So one odd cell never blocks a table, and never
becomes another value.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from kzdata.display import safe
from kzdata.engine.database import Database, UnreadableCSVError
from kzdata.engine.sql import absent, identifier, literal, table_named
from kzdata.errors import PackageError
from kzdata.files.csv import Sheet, file_stats
from kzdata.standard.descriptor import Schema, Table
from kzdata.standard.field_types import read_type
from kzdata.standard.source import ADVICE, TableTexts

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


def load(
    database: Database, sheets: Sequence[tuple[Table, Sheet]]
) -> dict[str, dict[str, SqlColumn]]:
    """Read tables, all or none, into a database as typed columns; how each column is held."""
    try:
        return _load_all(database, sheets, odd=False)
    except PackageError:
        # To look at all cells first takes as long again, and few packages have an odd one.
        return _load_all(database, sheets, odd=True)


def _load_all(
    database: Database, sheets: Sequence[tuple[Table, Sheet]], *, odd: bool
) -> dict[str, dict[str, SqlColumn]]:
    loaded = {}
    with database.transaction():
        for table, sheet in sheets:
            try:
                loaded[table.name] = _load(database, table, sheet, odd)
            except PackageError as error:
                raise PackageError(f"{table.path}: {error}") from error
    return loaded


def _load(database: Database, table: Table, sheet: Sheet, odd: bool) -> dict[str, SqlColumn]:
    columns = _surveyed(database, table, sheet) if odd else usual_columns(table.schema)
    values = {name: _value(table.schema, name, held.kind, odd) for name, held in columns.items()}
    database.load(table.name, sheet, values)
    for name, column in columns.items():
        if column.reason:
            place = f"{table_named(table.name)}.{identifier(name)}"
            database.run(f"COMMENT ON COLUMN {place} IS {literal(column.reason)}")
    return columns


def load_text(
    database: Database, name: str, texts: TableTexts, table: Table, cells: Mapping[str, str]
) -> None:
    """Read a table into the relation `name` as text: SQL of each cell by name of the new column.

    The columns of the file are called `c0`, `c1` ... in this SQL.

    Raises:
        PackageError: The file is malformed; the message names it, and the line.
    """
    sheet = texts.sheet(table)
    header = sheet.header()
    width = header.width if header else len(table.schema.fields)
    columns = [f"c{place}" for place in range(width)]
    prints = (file_stats(part, frozenset(), sheet.dialect) for part in sheet.parts)
    # DuckDB passes over blank lines, NUL and stray marks without a word: they take the careful way.
    if sheet.dialect.simple and not any(one.suspicious for one in prints):
        with suppress(UnreadableCSVError):  # the careful reader says where
            database.create_view(name, sheet, columns, cells)
            return
    _check_records(table, sheet, width)
    try:
        database.create_view(name, texts.simplified(table, width), columns, cells)
    except UnreadableCSVError as error:
        raise PackageError(f"{table.path}: {error}{ADVICE}") from error


def _check_records(table: Table, sheet: Sheet, width: int) -> None:
    for record in sheet.records():
        if record.number < 0:
            continue
        wrong = "" if record.width == width else f"{record.width} cells, not {width}"
        if fault := record.fault or wrong:
            path = table.resource.path[record.part]
            raise PackageError(f"{path}:{record.line}: {fault}{ADVICE}")


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
