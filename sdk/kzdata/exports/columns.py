"""Cells as typed values, and back to the very text that they had.

A column is held as its Table Schema type where every value of it fits the type as databases have
it; otherwise all of it stays text. A typed value is printed in one way; a cell that was written in
another (`1.10`, `007`, a second missing value) is a *spelling*, and whoever keeps the spellings
can give back every cell letter by letter.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, NamedTuple

from kzdata.descriptor import FieldDescriptor

KINDS = ("integer", "number", "boolean", "date", "time", "datetime", "year")
"""Types that are held as such; all others are text."""
BIG = 1 << 63
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?")
_DATETIME = re.compile(f"{_DATE.pattern}T{_TIME.pattern}")
_BARE = re.compile(r"^[^0-9+.-]*(?:(?=[+.-][^0-9])[+.-])*|[^0-9]*$")


class Unheld(ValueError):  # noqa: N818
    """A text that the type cannot hold, be it right or wrong by the schema."""


class Column(NamedTuple):
    """How the cells of one column are held.

    Attributes:
        field: Its descriptor.
        missing: Strings that stand for no value; the first is how no value is printed.
        kind: One of `KINDS`, or `text`.
        reason: Why a column of another type is held as text, or empty.
    """

    field: FieldDescriptor
    missing: tuple[str, ...]
    kind: str
    reason: str = ""

    @property
    def name(self) -> str:
        """Name of the column."""
        return self.field.name

    def value(self, text: str) -> Any:
        """The value of a cell; None where it holds none.

        Raises:
            Unheld: The kind cannot hold it.
        """
        if text in self.missing:
            return None
        return _READERS[self.kind](text, self.field)

    def text(self, value: Any) -> str:
        """The one text in which a value is printed."""
        if value is None:
            return self.missing[0]
        return _PRINTERS[self.kind](value, self.field)

    def as_text(self, reason: str) -> "Column":
        """The same column, held as text."""
        return self if self.kind == "text" else self._replace(kind="text", reason=reason)


def column(field: FieldDescriptor, missing: tuple[str, ...]) -> Column:
    """How a field's cells are held, if all of them fit."""
    return Column(field, missing, field.type if field.type in KINDS else "text")


def _text(text: str, field: FieldDescriptor) -> str:
    return text


def _integer(text: str, field: FieldDescriptor) -> int:
    plain = _plain(text, field)
    if not _INTEGER.fullmatch(plain):
        raise Unheld("not a whole number")
    if len(plain) > 20 or not -BIG <= int(plain) < BIG:
        raise Unheld("a whole number of over 64 bits")
    return int(plain)


def _number(text: str, field: FieldDescriptor) -> float:
    plain = _plain(text, field)
    if field.decimal_char != ".":
        plain = plain.replace(field.decimal_char, ".") if "." not in plain else ""
    if not _NUMBER.fullmatch(plain):
        raise Unheld("not a finite number")
    found = float(plain)
    if found in (float("inf"), float("-inf")):
        raise Unheld("a number beyond the range of double precision")
    return found


def _plain(text: str, field: FieldDescriptor) -> str:
    """A number without the marks that the field allows in it."""
    if not field.bare_number:
        text = _BARE.sub("", text)
    return text.replace(field.group_char, "") if field.group_char else text


def _boolean(text: str, field: FieldDescriptor) -> bool:
    if text in field.true_values:
        return True
    if text in field.false_values:
        return False
    raise Unheld("not one of the words for true and false")


def _moment(
    pattern: re.Pattern[str], read: Callable[[str], Any], short: Callable[[datetime], Any]
) -> Callable[[str, FieldDescriptor], Any]:
    """A reader of dates or times: ISO 8601 without an offset, or by the field's own pattern."""

    def reader(text: str, field: FieldDescriptor) -> Any:
        try:
            if field.format in ("default", "any") and pattern.fullmatch(text):
                return read(text)
            if "%" in field.format:
                found = datetime.strptime(text, field.format)
                if found.tzinfo is None:
                    return short(found)
        except ValueError:
            pass
        raise Unheld(f"not a {field.type} that can be held as one")

    return reader


def _printed(value: Any, field: FieldDescriptor) -> str:
    if "%" in field.format:
        return str(value.strftime(field.format))
    return str(value.isoformat())


def shortest(value: float) -> str:
    """A number in its shortest decimal form: `8`, `0.1`, `1e+30`."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)


_READERS: dict[str, Callable[[str, FieldDescriptor], Any]] = {
    "text": _text,
    "integer": _integer,
    "year": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _moment(_DATE, date.fromisoformat, datetime.date),
    "time": _moment(_TIME, time.fromisoformat, datetime.time),
    "datetime": _moment(_DATETIME, datetime.fromisoformat, lambda found: found),
}
_PRINTERS: dict[str, Callable[[Any, FieldDescriptor], str]] = {
    "text": _text,
    "integer": lambda value, field: str(value),
    "year": lambda value, field: str(value),
    "number": lambda value, field: shortest(value),
    "boolean": lambda value, field: (field.true_values if value else field.false_values)[0],
    "date": _printed,
    "time": _printed,
    "datetime": _printed,
}
