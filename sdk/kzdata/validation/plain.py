"""What most cells are: one cheap test that proves a cell to break no rule of its column.

A table's rules are asked only of the cells that fail their column's test. A test is never stricter
or laxer than the rules need to be: where it is false, the rules alone decide.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import inf
from typing import Any

from kzdata import database as sql
from kzdata.descriptor import FieldDescriptor
from kzdata.field_types import FORMATS, UnsupportedError, constraint_number
from kzdata.validation.cells import (
    BOUNDS,
    FORMULA_STARTS,
    MAX_PATTERN,
    bounded,
    bounds_of,
    translated,
)

BEGINS_PLAINLY = re.compile(
    r"(?:[A-Za-z0-9]|\[(?:[0-9](?:-[0-9])?|[a-z](?:-[a-z])?|[A-Z](?:-[A-Z])?)+\])"
    r"(?:\+|\{[1-9][0-9]*[,}]|(?![?*{]))[^|]*\Z"
)
"""Patterns all of whose matches begin with a letter or digit of ASCII."""
PLAIN_NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"
EXACT_LENGTH = 15
"""Characters up to which a decimal number is told apart by its nearest binary number."""


def plain(field: FieldDescriptor, raw: str, missing: Sequence[str]) -> str | None:
    """SQL that is true only for cells that break no rule of their column; None where there is none.

    Args:
        field: The column.
        raw: SQL of a cell's text.
        missing: Texts that stand for no value.
    """
    try:
        tests = list(_tests(field, raw))
    except UnsupportedError:
        return None
    filled = " AND ".join(tests)
    if field.constraints.required:
        absent = [f"{raw} <> {sql.literal(v)}" for v in missing if not _fails(field, v)]
        return " AND ".join([*absent, *tests])
    safe = [value for value in missing if not value.startswith(FORMULA_STARTS)]
    return f"({sql.among(raw, safe)} OR {filled})" if safe and _demanding(field) else filled


def _fails(field: FieldDescriptor, value: str) -> bool:
    """Whether a missing value is known to fail the tests of filled cells."""
    if _listed(field):
        return value not in _listed_texts(field)
    if field.type in ("string", "any"):
        pattern = field.constraints.pattern or ""
        return not value and bool(field.constraints.min_length or BEGINS_PLAINLY.match(pattern))
    return not re.search("[0-9]", value)


def _demanding(field: FieldDescriptor) -> bool:
    """Whether the tests of filled cells fail for empty ones."""
    c = field.constraints
    form = field.format != "default" or c.pattern is not None or bool(c.min_length)
    return form or _listed(field) or field.type not in ("string", "any")


def _tests(field: FieldDescriptor, raw: str) -> Iterator[str]:
    """Tests that hold together for most filled cells.

    Raises:
        UnsupportedError: There is no cheap test for what the field declares.
    """
    kinds = {"string": _text, "any": _text, "integer": _integer, "number": _number, "date": _date}
    if field.constraints.extra or field.type not in kinds:
        raise UnsupportedError(field.type)
    if _listed(field):
        yield _among(field, raw)
    else:
        yield from kinds[field.type](field, raw)


def _listed(field: FieldDescriptor) -> bool:
    return field.constraints.enum is not None or field.categories is not None


def _among(field: FieldDescriptor, raw: str) -> str:
    """A cell is one of the listed texts that keep all other rules."""
    c = field.constraints
    plain_text = field.type == "string" and field.format == "default"
    if not plain_text or c.pattern is not None or bounds_of(field):
        raise UnsupportedError("a listed value with further limits")
    if not (texts := _listed_texts(field)):
        raise UnsupportedError("no listed text")
    return sql.among(raw, texts)


def _listed_texts(field: FieldDescriptor) -> list[str]:
    c, values = field.constraints, field.constraints.enum
    return [
        value
        for value in (field.category_values if values is None else values)
        if isinstance(value, str)
        and not value.startswith(FORMULA_STARTS)
        and len(value) >= (c.min_length or 0)
        and (c.max_length is None or len(value) <= c.max_length)
    ]


def _text(field: FieldDescriptor, raw: str) -> Iterator[str]:
    c = field.constraints
    if (
        len(c.pattern or "") > MAX_PATTERN
        or bounds_of(field)
        or (field.format != "default" and field.format not in FORMATS)
    ):
        raise UnsupportedError("bounds or a format of a text")
    if c.max_length is not None:
        yield f"{sql.byte_length(raw)} <= {bounded(c.max_length)}"
    if c.min_length:
        # A character has at most four bytes.
        yield f"{sql.byte_length(raw)} > {4 * (bounded(c.min_length) - 1)}"
    if c.pattern is not None:
        yield sql.full_match(raw, translated(c.pattern))
    if field.format in FORMATS:
        yield sql.full_match(raw, FORMATS[field.format][0])
    if not BEGINS_PLAINLY.match(c.pattern or ""):
        yield sql.begins_with_none(raw, FORMULA_STARTS)


def _integer(field: FieldDescriptor, raw: str) -> Iterator[str]:
    """A cell as a whole number of up to 64 bits is printed."""
    _without_lengths(field)
    if not field.bare_number or field.group_char is not None:
        raise UnsupportedError("a number that is not bare")
    yield sql.printed_alike(raw, "BIGINT")
    for name, limit in bounds_of(field).items():
        bound = constraint_number(field, limit)
        if name == "minimum" and bound == 0:
            yield f"{raw} >= '0'"
        elif not bound.is_finite() or abs(bound) >= 10**18 or bound != int(bound):
            raise UnsupportedError(f"{limit} as a bound")
        else:
            yield _within(raw, name, int(bound))


def _within(raw: str, name: str, bound: int) -> str:
    """Whether a whole number keeps a bound; one of fewer digits is below without being read."""
    kept = f"{sql.bigint(raw)} {BOUNDS[name][0]} {bound}"
    if "max" not in name.lower() or bound <= 0:
        return kept
    return f"({sql.byte_length(raw)} < {len(str(bound))} OR {kept})"


def _number(field: FieldDescriptor, raw: str) -> Iterator[str]:
    _without_lengths(field)
    if not field.bare_number or field.group_char is not None or field.decimal_char != ".":
        raise UnsupportedError("a number that is not bare")
    yield sql.full_match(raw, PLAIN_NUMBER)
    bounds = bounds_of(field)
    if bounds:
        yield f"{sql.byte_length(raw)} <= {EXACT_LENGTH}"
    low, high = -inf, inf
    for name, limit in bounds.items():
        bound = constraint_number(field, limit)
        if not _short(bound) or name.startswith("exclusive"):
            raise UnsupportedError(f"{limit} as a bound")
        low, high = (float(bound), high) if name == "minimum" else (low, float(bound))
    if bounds:
        yield sql.between_doubles(raw, low, high)


def _short(bound: Decimal) -> bool:
    """Whether a bound is told apart from every short number by its nearest binary number."""
    return bound.is_finite() and abs(bound.adjusted()) < 100 and len(bound.as_tuple().digits) <= 15


def _date(field: FieldDescriptor, raw: str) -> Iterator[str]:
    _without_lengths(field)
    if field.format != "default":
        raise UnsupportedError("a date of a pattern")
    yield f"{sql.byte_length(raw)} = 10"
    yield sql.printed_alike(raw, "DATE")
    for name, limit in bounds_of(field).items():
        yield f"{raw} {BOUNDS[name][0]} {sql.literal(str(limit))}"


def _without_lengths(field: FieldDescriptor) -> None:
    c: Any = field.constraints
    if not (c.min_length is None and c.max_length is None and c.pattern is None):
        raise UnsupportedError("a length or a pattern of a value that is no text")
