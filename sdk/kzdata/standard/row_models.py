"""Typed rows: what a Table Schema means in Python, as frozen pydantic models.

`kzdata.models` holds the models of the bundled package, written out for type checkers; for any
other package `row_model` makes them from its schemas. A test proves that the two are the same.
"""

import warnings
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, PydanticUserError, create_model
from pydantic_core import SchemaError

from kzdata.display import html_record
from kzdata.errors import PackageError
from kzdata.standard.descriptor import FieldDescriptor, Schema
from kzdata.standard.field_types import constraint_number, read_type


class Row(BaseModel):
    """One row of a table; an empty cell is None."""

    # Columns may be called `model_...`, and Table Schema's numbers are infinite, or NaN, too.
    model_config = ConfigDict(
        frozen=True, extra="forbid", protected_namespaces=(), allow_inf_nan=True
    )

    def _repr_html_(self) -> str:
        pairs = ((name, getattr(self, name)) for name in type(self).model_fields)
        return html_record(pairs, type(self).__name__)


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
    kind, enum = read_type(field).python, field.constraints.enum
    if enum and kind in (str, int) and all(type(value) is kind for value in enum):
        return Literal[enum]
    return kind


def limits(field: FieldDescriptor) -> dict[str, Any]:
    """The field's constraints as keyword arguments of `pydantic.Field`.

    Bounds limit numbers and dates, lengths and patterns limit text, as in Table Schema.
    """
    own, kind = field.constraints, annotation(field)
    given: dict[str, Any] = {}
    if kind is str and field.type in ("string", "any"):
        pattern = own.pattern and f"^(?:{own.pattern})$"
        given = {"min_length": own.min_length, "max_length": own.max_length, "pattern": pattern}
    elif kind in (int, Decimal, date):
        bounds = (own.minimum, own.maximum, own.exclusive_minimum, own.exclusive_maximum)
        given = dict(zip(("ge", "le", "gt", "lt"), (_bound(field, b) for b in bounds), strict=True))
    return {name: value for name, value in given.items() if value is not None}


def _bound(field: FieldDescriptor, value: Any) -> Any:
    if value is not None and field.type == "number":
        return constraint_number(field, value)
    return None if value is None else read_type(field).read(str(value))


def row_model(table: str, schema: Schema) -> type[Row]:
    """A frozen model of a table's rows; a field that is not `required` may be None.

    Raises:
        PackageError: A column name or a constraint has no equal in Python.
    """
    fields: dict[str, Any] = {}
    try:
        for field in schema.fields:
            kind, keywords = annotation(field), limits(field)
            if read_type(field).wide:  # no bound holds for what is there as its text
                kind, keywords = Annotated[kind, Field(**keywords)] | str, {}
            keywords["description"] = field.description
            required = field.constraints.required
            given = Field(**keywords) if required else Field(None, **keywords)
            fields[field.name] = (kind if required else kind | None, given)
        with warnings.catch_warnings():
            # A column may be called `copy` or `json` as methods of a model are.
            warnings.simplefilter("ignore", UserWarning)
            made = create_model(
                class_name(table), __base__=Row, __doc__=schema.description, **fields
            )
    except (PydanticUserError, SchemaError, TypeError, ValueError) as error:
        reason = str(error).split("\n", 1)[0]
        message = f"rows of {table} cannot be typed: {reason}; use SQL for this table"
        raise PackageError(message) from error
    return cast(type[Row], made)
