"""Rules about single cells: each is an SQL expression over one column (Table Schema v2).

A rule gets the field, the expression of its cell (NULL where the value is missing) and the raw
text, and answers with a `Breach`, or None where it does not apply. All of a table's breaches become
one bit mask in one pass over the file.
"""

from collections.abc import Callable
from typing import Any

from kzdata import database as sql
from kzdata.descriptor import FieldDescriptor
from kzdata.validation.rules import Breach, rule

_NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|NaN|-?INF"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"
SHAPES: dict[str, tuple[str, str]] = {
    "integer": (r"[+-]?[0-9]+", "a whole number"),
    "number": (_NUMBER, "a number"),
    "boolean": (r"true|True|TRUE|1|false|False|FALSE|0", "true or false"),
    "date": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date, YYYY-MM-DD"),
    "time": (_TIME, "a time, hh:mm:ss"),
    "datetime": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T" + _TIME, "a date and time, YYYY-MM-DDThh:mm:ss"),
    "year": (r"-?[0-9]{4,}", "a year, YYYY"),
    "yearmonth": (r"-?[0-9]{4,}-(0[1-9]|1[0-2])", "a month, YYYY-MM"),
}
"""Lexical form of each type in its default format, as an RE2 pattern, and in words."""
CALENDAR = {"date": "DATE", "datetime": "TIMESTAMP"}
FORMATS: dict[str, tuple[str, str]] = {
    "email": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address"),
    "uri": (r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+", "an address with a scheme"),
    "uuid": (r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a UUID"),
    "binary": (r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", "base64"),
}
FREE = {"string", "any"}
VARIANTS = {"bareNumber", "groupChar", "decimalChar", "trueValues", "falseValues"}
_COMPARABLE: dict[str, Callable[[str], str]] = {
    "integer": sql.integer,
    "number": sql.decimal,
    "date": sql.day,
    "year": sql.integer,
}


def unsupported(field: FieldDescriptor) -> str | None:
    """What of a field's declaration cannot be checked, in words, or None."""
    if field.type not in SHAPES and field.type not in FREE:
        return f"type {field.type}"
    if extra := VARIANTS & set(field.model_extra or ()):
        return f"property {', '.join(sorted(extra))}"
    if field.format != "default" and not (field.type == "string" and field.format in FORMATS):
        return f"format {field.format} of type {field.type}"
    limits = field.constraints
    bounded = [limits.minimum, limits.maximum, limits.exclusive_minimum, limits.exclusive_maximum]
    if field.type not in _COMPARABLE and any(bound is not None for bound in bounded):
        return f"minimum or maximum of type {field.type}"
    return None


@rule("cell", "fill the cell, or withdraw the row with a tombstone")
def cell_required(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A cell whose field is `required` has a value."""
    return Breach(f"{cell} IS NULL", "a value") if field.constraints.required else None


@rule("cell", "write the value in the form of its type")
def cell_type(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A cell has the lexical form of its field's type, in the default format of Table Schema v2.

    The form is strict: no blanks around it, ASCII digits only, no digits grouped, and a date that
    the calendar has.
    """
    if field.type not in SHAPES:
        return None
    pattern, words = SHAPES[field.type]
    breach = f"NOT {sql.full_match(cell, pattern)}"
    if kind := CALENDAR.get(field.type):
        breach = f"({breach} OR ({cell} IS NOT NULL AND NOT {sql.is_calendar(cell, kind)}))"
    return Breach(breach, words)


@rule("cell", "write the value in the format that the field names")
def cell_format(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A string cell has the form of its field's format: email, uri, uuid or binary."""
    if field.type != "string" or field.format not in FORMATS:
        return None
    pattern, words = FORMATS[field.format]
    return Breach(f"NOT {sql.full_match(cell, pattern)}", words)


@rule("cell", "use one of the listed values")
def cell_enum(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A cell is one of the values that the field's `enum` lists."""
    values = field.constraints.enum
    if values is None:
        return None
    listed = ", ".join(sql.literal(str(value)) for value in values)
    return Breach(f"{cell} NOT IN ({listed})", f"one of {', '.join(map(str, values))}")


@rule("cell", "write the value as the pattern wants it")
def cell_pattern(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A cell matches the field's `pattern` from its first to its last character."""
    pattern = field.constraints.pattern
    if pattern is None:
        return None
    return Breach(f"NOT {sql.full_match(cell, pattern)}", f"the pattern {pattern}")


@rule("cell", "write at least as many characters as the field wants")
def cell_min_length(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A cell has at least `minLength` characters, counted in Unicode code points."""
    limit = field.constraints.min_length
    if limit is None:
        return None
    return Breach(f"{sql.code_points(cell)} < {int(limit)}", f"at least {limit} characters")


@rule("cell", "shorten the value")
def cell_max_length(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A cell has at most `maxLength` characters, counted in Unicode code points."""
    limit = field.constraints.max_length
    if limit is None:
        return None
    return Breach(f"{sql.code_points(cell)} > {int(limit)}", f"at most {limit} characters")


@rule("cell", "correct the value")
def cell_minimum(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A cell is not below `minimum`."""
    return _bound(field, cell, "<", field.constraints.minimum, "at least")


@rule("cell", "correct the value")
def cell_maximum(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A cell is not above `maximum`."""
    return _bound(field, cell, ">", field.constraints.maximum, "at most")


@rule("cell", "correct the value")
def cell_exclusive_minimum(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A cell is above `exclusiveMinimum`."""
    return _bound(field, cell, "<=", field.constraints.exclusive_minimum, "more than")


@rule("cell", "correct the value")
def cell_exclusive_maximum(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A cell is below `exclusiveMaximum`."""
    return _bound(field, cell, ">=", field.constraints.exclusive_maximum, "less than")


def _bound(
    field: FieldDescriptor, cell: str, operator: str, limit: Any, words: str
) -> Breach | None:
    comparable = _COMPARABLE.get(field.type)
    if limit is None or comparable is None:
        return None
    left, right = comparable(cell), comparable(sql.literal(str(limit)))
    return Breach(f"{left} {operator} {right}", f"{words} {limit}")


@rule("cell", "remove the control character")
def cell_control_character(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A cell holds no control character but tab and line feed, and nothing that turns text around.

    Control characters can hide text or drive a terminal; the bidirectional overrides of Unicode
    make a cell read differently from what it holds (CVE-2021-42574). Compiled only for files whose
    bytes hold such a character at all.
    """
    hidden = r"(?s).*[\x00-\x08\x0B-\x1F\x7F-\x9F\x{202A}-\x{202E}\x{2066}-\x{2069}].*"
    return Breach(sql.full_match(raw, hidden), "no control characters")


@rule("cell", "begin the cell with another character", severity="warning")
def cell_formula(field: FieldDescriptor, cell: str, raw: str) -> Breach | None:
    """A text cell does not begin as a formula that a spreadsheet would carry out (=, +, -, @)."""
    if field.type in SHAPES:
        return None
    return Breach(sql.matches(raw, "^[=+@-]."), "text, not a formula")
