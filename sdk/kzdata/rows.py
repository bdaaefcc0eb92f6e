"""Typed rows: what a Table Schema means in Python, as frozen pydantic models.

`kzdata.models` holds the models of the bundled package, written out for type checkers; for any
other package `row_model` makes them from its schemas. A test proves that the two are the same.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, create_model

from kzdata.descriptor import FieldDescriptor, Schema

TYPES: dict[str, type] = {
    "string": str,
    "integer": int,
    "number": Decimal,
    "boolean": bool,
    "date": date,
    "time": time,
    "datetime": datetime,
    "year": int,
}
"""Python type of each Table Schema type; all others stay text."""


class Row(BaseModel):
    """One row of a table; an empty cell is None."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def class_name(table: str) -> str:
    """The name of a table's row class: `casualty_reports` gives `CasualtyReport`."""
    words = table.replace("-", "_").split("_")
    words[-1] = singular(words[-1])
    return "".join(word.capitalize() for word in words)


def singular(word: str) -> str:
    """An English plural in the singular, as far as names of tables need it."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith("ases"):
        return word[:-2]
    return word.removesuffix("s")


def annotation(field: FieldDescriptor) -> Any:
    """The Python type of a field's values, without None."""
    enum = field.constraints.enum
    if enum and field.type == "string":
        return Literal[enum]
    return TYPES.get(field.type, str)


def limits(field: FieldDescriptor) -> dict[str, Any]:
    """The field's constraints as keyword arguments of `pydantic.Field`."""
    constraints = field.constraints
    given = {
        "min_length": constraints.min_length,
        "max_length": constraints.max_length,
        "ge": _bound(field, constraints.minimum),
        "le": _bound(field, constraints.maximum),
        "gt": _bound(field, constraints.exclusive_minimum),
        "lt": _bound(field, constraints.exclusive_maximum),
        "pattern": constraints.pattern and f"^(?:{constraints.pattern})$",
    }
    return {name: value for name, value in given.items() if value is not None}


def _bound(field: FieldDescriptor, value: Any) -> Any:
    return date.fromisoformat(value) if field.type == "date" and value is not None else value


def row_model(table: str, schema: Schema) -> type[Row]:
    """A frozen model of a table's rows, made from its schema.

    Args:
        table: Name of the table.
        schema: Its schema; a field that is not `required` may be None.
    """
    fields: dict[str, Any] = {}
    for field in schema.fields:
        kind, keywords = annotation(field), {**limits(field), "description": field.description}
        if field.constraints.required:
            fields[field.name] = (kind, Field(**keywords))
        else:
            fields[field.name] = (kind | None, Field(None, **keywords))
    made = create_model(class_name(table), __base__=Row, __doc__=schema.description, **fields)
    return cast(type[Row], made)
