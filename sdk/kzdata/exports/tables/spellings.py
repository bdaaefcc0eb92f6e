"""Cells as typed values, and back to the very text that they had.

A column is held as its Table Schema type where every value of it fits the type as databases have
it; otherwise all of it stays text. A typed value is printed in one way; a cell that was written in
another (`1.10`, `007`, a second missing value) is a *spelling*, and whoever keeps the spellings
can give back every cell letter by letter.
"""

from math import isfinite
from typing import Any

from kzdata.standard.descriptor import FieldDescriptor
from kzdata.standard.field_types import UnheldError, read_type

TEXT = "text"
KINDS = ("integer", "number", "boolean", "date", "time", "datetime", "year")
"""Types that are held as such; all others are text."""


class Column:
    """How the cells of one column are held: as one of `KINDS`, or as text."""

    def __init__(self, field: FieldDescriptor, missing: tuple[str, ...]) -> None:
        self.field, self.name = field, field.name
        self.missing = missing  # strings that stand for no value; the first is how it is printed
        self._type = read_type(field)
        self.kind = field.type if self._type.sql_types else TEXT
        self.reason = ""  # why a column of another type is held as text

    def value(self, text: str) -> Any:
        """The value of a cell; None where it holds none."""
        if text in self.missing:
            return None
        if self.kind == TEXT:
            return text
        try:
            found = self._type.held(self._type.read(text))
        except UnheldError:  # is a ValueError, but says already why
            raise
        except ValueError as error:
            raise UnheldError(str(error)) from error
        if isinstance(found, float) and not isfinite(found):
            raise UnheldError("not a finite number")
        return found

    def text(self, value: Any) -> str:
        """The one text in which a value is printed."""
        if value is None:
            return self.missing[0]
        return str(value) if self.kind == TEXT else self._type.text(value)

    def hold_as_text(self, reason: str) -> None:
        """Hold the column as text from now on."""
        if self.kind != TEXT:
            self.kind, self.reason = TEXT, reason
