"""Columns in SQL: what the types, formats and missing values of a Table Schema become."""

from collections.abc import Iterable

from kzdata import database as sql
from kzdata.descriptor import FieldDescriptor, Schema, Table


def typed_columns(table: Table) -> dict[str, str]:
    """SQL of each column's typed value over its text, by name, in the file's order."""
    schema = table.schema
    return {field.name: typed(field, schema.missing_of(field)) for field in schema.fields}


def typed(field: FieldDescriptor, missing: Iterable[str]) -> str:
    """SQL of a column's typed value over its text; it fails on a cell that is not of its type."""
    cell = sql.absent(sql.identifier(field.name), tuple(missing))
    kind = sql.SQL_TYPES.get(field.type, "VARCHAR")
    if field.type in ("integer", "number"):
        return f"CAST({_plain_number(field, cell)} AS {kind})"
    if field.type == "boolean":
        return sql.one_of(cell, field.true_values, field.false_values)
    if field.type in ("date", "time", "datetime") and field.format not in ("default", "any"):
        return sql.at_moment(cell, field.format, kind)
    return f"CAST({cell} AS {kind})"


def _plain_number(field: FieldDescriptor, cell: str) -> str:
    """SQL: a number without what may stand around and between its digits."""
    if field.group_char:
        cell = sql.swapped(cell, field.group_char, "")
    if field.type == "number" and field.decimal_char != ".":
        cell = sql.swapped(cell, field.decimal_char, ".")
    if not field.bare_number:
        cell = sql.replaced(cell, r"^[^0-9+\-.]+|[^0-9.]+$", "")
    return cell


def sql_type(schema: Schema, name: str) -> str:
    """The SQL type of a column."""
    return sql.SQL_TYPES.get(schema.field(name).type, "VARCHAR")


def is_key(schema: Schema, name: str, value: str) -> str:
    """SQL: whether a column `t` has the value that a text stands for."""
    cell, kind = f"t.{sql.identifier(name)}", sql_type(schema, name)
    if kind == "DOUBLE":
        return f"{cell} = {sql.double(value)}"
    return f"{sql.text(cell)} = {value}"
