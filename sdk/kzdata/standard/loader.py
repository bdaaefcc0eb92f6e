"""Tables read into a database: as typed columns, each exact, or as text.

A typed column has the usual SQL type of its field where that holds each cell exactly; else a
wider one, else it is the text of its cells. So one odd cell never blocks a table, and never
becomes another value.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from kzdata.display import safe
from kzdata.engine import sql
from kzdata.engine.database import Database, UnreadableCSVError
from kzdata.engine.sql import TEXT
from kzdata.errors import PackageError
from kzdata.files.csv import Sheet
from kzdata.standard.descriptor import FieldDescriptor, Schema, Table
from kzdata.standard.field_types import read_type
from kzdata.standard.source import ADVICE, TableTexts


class SqlColumn(NamedTuple):
    """How a column is held in SQL."""

    kind: str  # its SQL type
    reason: str = ""  # why that is not the usual one of its field, or empty


def usual_columns(schema: Schema) -> dict[str, SqlColumn]:
    """The columns of a table, as long as their usual types hold all of its cells."""
    return {f.name: SqlColumn((*read_type(f).sql_types, TEXT)[0]) for f in schema.fields}


def load(
    database: Database, sheets: Sequence[tuple[Table, Sheet]], *, exactly: bool = False
) -> dict[str, dict[str, SqlColumn]]:
    """Read tables, all or none, into a database as typed columns; how each column is held."""
    try:
        with database.transaction():
            return {table.name: _load(database, table, sheet, exactly) for table, sheet in sheets}
    except PackageError:
        # To look at all cells first takes as long again, and few packages need it.
        if exactly:
            raise
        return load(database, sheets, exactly=True)


def _load(database: Database, table: Table, sheet: Sheet, exactly: bool) -> dict[str, SqlColumn]:
    schema = table.schema
    try:
        columns = _exact_columns(database, schema, sheet) if exactly else usual_columns(schema)
        values = {f.name: _value(schema, f, columns[f.name].kind, exactly) for f in schema.fields}
        database.load(table.name, sheet, values)
    except PackageError as error:
        raise PackageError(f"{table.path}: {error}") from error
    for name, column in columns.items():
        if column.reason:
            place = f"{sql.table_named(table.name)}.{sql.identifier(name)}"
            database.run(f"COMMENT ON COLUMN {place} IS {sql.literal(column.reason)}")
    return columns


def _value(schema: Schema, field: FieldDescriptor, kind: str, exactly: bool) -> str:
    """SQL: a column's value; it fails on a cell that the type does not hold exactly."""
    cell, known = _cell(schema, field), read_type(field)
    if kind == TEXT:
        return cell
    value = known.sql_value(cell, kind) if exactly else known.usual_value(cell, kind)
    # `error` ends the load, and the next one looks at each cell: as NULL the cell would be lost.
    return f"coalesce({value}, CASE WHEN {cell} IS NOT NULL THEN error({cell}) END)"


def _cell(schema: Schema, field: FieldDescriptor) -> str:
    return sql.absent(sql.identifier(field.name), schema.missing_of(field))


def _exact_columns(database: Database, schema: Schema, sheet: Sheet) -> dict[str, SqlColumn]:
    """The columns of a table, each of the first type that holds all of its cells."""
    # One look at the table for all columns: of each type the least cell that it does not hold.
    tests = []
    for field in schema.fields:
        cell, known = _cell(schema, field), read_type(field)
        values = (known.sql_value(cell, kind) for kind in known.sql_types)
        tests += [f"min({cell}) FILTER ({cell} IS NOT NULL AND {v} IS NULL)" for v in values]
    unheld = iter(database.aggregate(sheet, schema.names, tests))
    return {f.name: _first_holding(read_type(f).sql_types, unheld) for f in schema.fields}


def _first_holding(kinds: Sequence[str], unheld: Iterator[str | None]) -> SqlColumn:
    cells = [next(unheld) for _ in kinds]
    kind = next((kind for kind, cell in zip(kinds, cells, strict=True) if cell is None), TEXT)
    if not cells or cells[0] is None:  # text by its field, or held as usual
        return SqlColumn(kind)
    return SqlColumn(kind, f"{kind}, for {kinds[0]} does not hold {safe(cells[0][:80])}")


def load_text(
    database: Database, name: str, texts: TableTexts, table: Table, cells: Mapping[str, str]
) -> None:
    """Read a table into the relation `name` as text: SQL of each cell by name of the new column.

    The columns of the file are called `c0`, `c1` ... in this SQL. Nothing malformed is read.
    """
    sheet = texts.sheet(table)
    header = sheet.header()
    width = header.width if header else len(table.schema.fields)
    columns = [f"c{place}" for place in range(width)]
    prints = map(sheet.stats, range(len(sheet.parts)))
    # DuckDB passes over blank lines, NUL and stray marks without a word: they take the careful way.
    if sheet.dialect.simple and not any(one.suspicious for one in prints):
        with suppress(UnreadableCSVError):  # the careful reader says where
            database.create_relation(name, sheet, columns, cells)
            return
    _check_records(table, sheet, width)
    try:
        database.create_relation(name, texts.simplified(table, width), columns, cells)
    except UnreadableCSVError as error:
        raise PackageError(f"{table.path}: {error}{ADVICE}") from error


def _check_records(table: Table, sheet: Sheet, width: int) -> None:
    for record in sheet.records():
        if record.number < 0:
            continue
        own, wanted = (number - record.partitions for number in (record.width, width))
        wrong = "" if own == wanted else f"{own} cells, not {wanted}"
        if fault := record.fault or wrong:
            path = table.file(record.part)
            raise PackageError(f"{path}:{record.line}: {fault}{ADVICE}")
