"""What the cells of a field mean: the only home of Table Schema's field types.

One module a family of types. `field_type` gives the meaning of a field's type, format and
properties; validation, SQL, typed rows, keys and exports all read cells by it.

Everything is exact: numbers compare by their digits, dates by the calendar, durations and zoned
times as XML Schema orders them. Limits, which XML Schema Part 2, 5.4 leaves to each processor:
years, exponents and the parts of a duration have at most 18 digits; fractions of a second compare
by their first six; numbers of over 1,000 characters compare by their characters, and are near no
bound. The zone of a `year` or `yearmonth` counts for equality, not for order.
"""

from collections.abc import Callable

from kzdata.standard.descriptor import FieldDescriptor
from kzdata.standard.field_types.base import (
    DeclarationError,
    FieldType,
    UnheldError,
    either,
)
from kzdata.standard.field_types.collection import ITEM_TYPES, Json, List
from kzdata.standard.field_types.geo import GeoJson, geopoint
from kzdata.standard.field_types.number import canonical_number, constraint_number, plain_number
from kzdata.standard.field_types.temporal import Duration, Year, YearMonth
from kzdata.standard.field_types.text import FORMATS, AnyText

__all__ = [
    "FORMATS",
    "TYPES",
    "DeclarationError",
    "FieldType",
    "UnheldError",
    "canonical_number",
    "constraint_number",
    "either",
    "field_type",
    "known_type",
    "plain_number",
    "read_type",
]

# The field types of Table Schema v2.
TYPES: dict[str, Callable[[FieldDescriptor], FieldType]] = {
    **ITEM_TYPES,
    "any": AnyText,
    "year": Year,
    "yearmonth": YearMonth,
    "duration": Duration,
    "list": List,
    "object": Json,
    "array": Json,
    "geopoint": geopoint,
    "geojson": GeoJson,
}


def field_type(field: FieldDescriptor) -> FieldType:
    """What a field's type, format and properties mean; raises DeclarationError where unknown."""
    return TYPES[field.type](field)


def known_type(field: FieldDescriptor) -> FieldType | None:
    """What a field means, or None where it cannot be checked."""
    try:
        return field_type(field)
    except DeclarationError:
        return None


def read_type(field: FieldDescriptor) -> FieldType:
    """By what a field's cells are read: what cannot be checked is text.

    Dates in the format `any` are read as far as they stand in the default one.
    """
    if field.format == "any":
        field = field.replace(format="default")
    return known_type(field) or AnyText(FieldDescriptor(name=field.name))
