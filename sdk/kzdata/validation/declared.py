"""What fields declare: what the standard does not have, what it advises against, what is not read.

The tables are checked all the same: what a field declares wrongly is not asked of its cells.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from kzdata.standard.descriptor import Descriptor, FieldDescriptor, Schema
from kzdata.standard.field_types import FieldType, field_type, known_type
from kzdata.standard.field_types.base import COMPARED, MisdeclaredError, UnsupportedError
from kzdata.standard.field_types.json_schema import JSON_TYPES, check_json_schema
from kzdata.standard.field_types.limits import check_bound, check_listed
from kzdata.standard.field_types.pattern import PATTERNED, read_pattern
from kzdata.standard.field_types.text import CATEGORICAL
from kzdata.standard.json_model import Faults


def with_fields_checked(package: Descriptor) -> Descriptor:
    """The same package with what is wrong, or left, in the declarations of its fields."""
    faults = Faults()
    for table in package.tables.values():
        for field in table.schema.fields:
            check_field(field, f"{table.name}.{field.name}", faults)
    return package._replace(
        faults=(*package.faults, *faults),
        advice=(*package.advice, *faults.advice),
        unchecked=(*package.unchecked, *faults.unchecked),
    )


def check_field(field: FieldDescriptor, where: str, faults: Faults) -> None:
    """Note down what is wrong with, and what is not read of, a field's declaration."""
    kind = None
    with _noted(where, faults):
        kind = field_type(field)
    if field.format == "any" and field.type in ("date", "time", "datetime"):
        faults.advise(where, "format any", "the default format, or a pattern (NOT RECOMMENDED)")
    if field.constraints.pattern is not None and field.type in PATTERNED:
        with _noted(where, faults):
            read_pattern(field.constraints.pattern)
    if field.constraints.json_schema is not None and field.type in JSON_TYPES:
        with _noted(where, faults):
            check_json_schema(field.constraints.json_schema.extra)
    if kind is not None:
        _check_constraints(field, kind, where, faults)


@contextmanager
def _noted(where: str, faults: Faults) -> Iterator[None]:
    """Note down what is raised."""
    try:
        yield
    except MisdeclaredError as error:
        faults.note(where, str(error), error.expected)
    except UnsupportedError as error:
        faults.leave(where, str(error), error.way)


def _check_constraints(field: FieldDescriptor, kind: FieldType, where: str, faults: Faults) -> None:
    limits = field.constraints
    if foreign := list(_foreign(field, kind)):
        found = f"{', '.join(foreign)} of type {field.type}, which {_has(foreign)} not asked of it"
        faults.advise(where, found, "constraints that the standard lists for the type")
    if kind.same is None:
        compared = {"enum": limits.enum is not None, "unique": limits.unique}
        for name in (name for name, stated in compared.items() if stated):
            faults.leave(where, f"{name} of type {field.type}", COMPARED)
    for value in field.constraints.bounds.values() if kind.within else ():
        with _noted(where, faults):
            check_bound(field, kind, value)
    categories = field.category_values if field.type in CATEGORICAL else ()
    with _noted(where, faults):  # the first of them tells
        for value in (*(limits.enum or ()), *categories):
            check_listed(field, kind, value)


def _has(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _foreign(field: FieldDescriptor, kind: FieldType) -> Iterator[str]:
    """The constraints that the standard does not list for the field's type."""
    limits = field.constraints
    if kind.within is None:
        yield from field.constraints.bounds
    if kind.length is None:
        lengths = {"minLength": limits.min_length, "maxLength": limits.max_length}
        yield from (name for name, value in lengths.items() if value is not None)
    if limits.pattern is not None and field.type not in PATTERNED:
        yield "pattern"
    if limits.json_schema is not None and field.type not in JSON_TYPES:
        yield "jsonSchema"
    if field.categories is not None and field.type not in CATEGORICAL:
        yield "categories"


def unsupported_keys(schema: Schema) -> list[str]:
    """What of a table's keys compares by characters only, in words.

    Two JSON texts can differ and mean the same, so that a repeated value may go unseen.
    """
    keys = {"primaryKey": (schema.primary_key,), "uniqueKeys": schema.unique_keys}
    keys["foreignKeys"] = tuple(key.fields for key in schema.foreign_keys)
    found = []
    for name, columns in keys.items():
        for column in dict.fromkeys(column for key in columns for column in key):
            kind = known_type(schema.field(column))
            if kind is None or kind.same is None:
                found.append(f"{name} over {column}, of type {schema.field(column).type}")
    return found
