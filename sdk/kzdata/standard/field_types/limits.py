"""Values of the descriptor that cells are compared with: bounds, and listed values.

"All constraints MUST be tested against the logical representation of data, and the physical
representation of constraint values MAY be primitive types as possible in JSON, or represented as
strings that are castable with the type and format rules of the field" (Table Schema v2).
"""

import calendar
import json
import re
from datetime import datetime
from typing import Any

from kzdata.standard.descriptor import FieldDescriptor
from kzdata.standard.field_types.base import FieldType, MisdeclaredError
from kzdata.standard.field_types.number import constraint_number

BOUNDS = {
    "minimum": (">=", "at least"),
    "maximum": ("<=", "at most"),
    "exclusiveMinimum": (">", "more than"),
    "exclusiveMaximum": ("<", "less than"),
}


def check_bound(field: FieldDescriptor, kind: FieldType, value: Any) -> None:
    """Raise MisdeclaredError for a bound that is no value of the type."""
    if field.type in ("integer", "number"):
        constraint_number(field, value)
    elif isinstance(value, bool) or not _has_type(field, kind, str(value)):
        raise MisdeclaredError(f"{value!r} as a limit of type {field.type}", "a value of the field")


def check_listed(field: FieldDescriptor, kind: FieldType, value: Any) -> None:
    """Raise MisdeclaredError for a listed value that no cell of the type could have."""
    # Whether a string has the format is left to RE2: `re` takes minutes for megabytes of addresses.
    known = value is None or field.type == "string"
    if not known and not all(_has_type(field, kind, text) for text in texts_of(field, value)):
        found = f"{value!r} among the values of type {field.type}"
        raise MisdeclaredError(found, "a value of the field")


def _has_type(field: FieldDescriptor, kind: FieldType, text: str) -> bool:
    """Whether a text of the descriptor is a value of the type, as far as can be told here."""
    if kind.pattern and not re.fullmatch(kind.pattern, text):
        return False
    try:
        if field.type in ("date", "time", "datetime") and field.format != "default":
            datetime.strptime(text, field.format)
        elif field.type in ("date", "datetime"):
            year, month, day = (int(part) for part in text.rsplit("T")[0].rsplit("-", 2))
            # The calendar comes round again after 400 years.
            return 0 < day <= calendar.monthrange(2000 + year % 400, month)[1]
    except ValueError:
        return False
    return True


def texts_of(field: FieldDescriptor, value: Any) -> tuple[str, ...]:
    """A constraint's value as a cell would have it (JSON's primitives are allowed)."""
    if isinstance(value, bool):
        if field.type != "boolean":
            return (json.dumps(value),)
        return (field.true_values if value else field.false_values)[:1]
    if isinstance(value, int | float) and field.type == "number":
        return (str(value).replace(".", field.decimal_char),)
    if isinstance(value, float) and field.type == "integer" and value.is_integer():
        return (str(int(value)),)
    if isinstance(value, list) and field.type in ("list", "geopoint"):
        return (_joined(field, value),)
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),)


def _joined(field: FieldDescriptor, values: list[Any]) -> str:
    """A list of the descriptor as one cell."""
    if field.type == "geopoint":
        return ",".join(map(str, values))
    item = FieldDescriptor(name=field.name, type=field.item_type)
    return field.delimiter.join(text for value in values for text in texts_of(item, value))
