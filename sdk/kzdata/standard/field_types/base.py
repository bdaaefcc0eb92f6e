"""What every field type says of its cells."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from kzdata.engine import sql
from kzdata.standard.descriptor import FieldDescriptor


class DeclarationError(ValueError):
    """A declaration by which no cell is checked; the message is what was found."""


OTHERWISE = "say it in one of the ways that are read: docs/table-schema.md"
COMPARED = "take columns whose values can be compared: docs/table-schema.md"


class UnsupportedError(DeclarationError):
    """A declaration that is legal, and that is not read here; with the way to have it checked."""

    def __init__(self, found: str, way: str = OTHERWISE) -> None:
        super().__init__(found)
        self.way = way


class MisdeclaredError(DeclarationError):
    """A declaration that the standard does not have; with what it should be."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found)
        self.expected = expected


class UnheldError(ValueError):
    """A cell or value that a type cannot hold, be it right or wrong by the schema."""


class FieldType:
    """What a field's type, format and properties mean; here, text that means itself.

    The optional members write SQL over a cell's text.
    """

    words = "text"  # what a cell should be, for people
    pattern: str | None = None  # for RE2 and for `re`; each text of this form matches
    formats: tuple[str, ...] = ("default",)  # the formats that the type has
    python: type[Any] = str  # the type of values in typed rows
    # Whether a right cell may be more than that type holds; it is then its text.
    wide = False
    # For values, the usual one first; a column of which none holds each cell exactly stays text.
    sql_types: tuple[str, ...] = ()
    # True for a cell that is no such thing; None where every text is one.
    breach: Callable[[str], str] | None = None
    # What is wrong with a text, where SQL cannot tell all of it; None where nothing is, or is said.
    judge: Callable[[str], str | None] | None = None
    # A text that all cells of one value share; None where it cannot be told.
    same: Callable[[str], str] | None = None
    # From a cell, an operator (`>=`, `>`, `<=`, `<`) and a limit: the value is proven to be so;
    # None where the type has no order.
    within: Callable[[str, str, Any], str] | None = None
    # How many characters or items `minLength` counts; None where it has none.
    length: Callable[[str], str] | None = None

    def __init__(self, field: FieldDescriptor) -> None:
        self.field = field
        if self.formats and field.format not in self.formats:
            found = f"format {field.format} of type {field.type}"
            raise MisdeclaredError(found, f"one of the formats {', '.join(self.formats)}")

    def proof_of_kind(self, value: str, kind: str) -> tuple[str, ...] | None:
        """Tests of a value of an SQL type that are true only where its text is one of this type.

        None where the type does not tell, and the text is asked.
        """
        return None

    def value_within(self, value: str, kind: str, operator: str, limit: Any) -> str | None:
        """A test of such a value that is true only if its text is within a limit, as `within`."""
        return None

    def value_among(self, value: str, kind: str, texts: Sequence[str]) -> str | None:
        """A test of such a value that is true only if it is that of one of some texts."""
        return None

    def sql_value(self, cell: str, kind: str) -> str:
        """SQL of a cell's exact value as one of `sql_types`; NULL where that cannot hold it."""
        raise NotImplementedError

    def usual_value(self, cell: str, kind: str) -> str:
        """The same, where it may also be NULL for a cell that few would write so."""
        return self.sql_value(cell, kind)

    def read(self, text: str) -> Any:
        """A cell's exact value; raises ValueError where it is none, or more than Python holds."""
        return text

    def held(self, value: Any) -> Any:
        """A value exactly in the first of `sql_types`; raises UnheldError where that has none."""
        if not isinstance(value, self.python):
            raise UnheldError(f"not {self.words}")
        return value

    def text(self, value: Any) -> str:
        """The one text in which a held value is printed."""
        return str(value)

    def key(self, part: object) -> Any:
        """What all ways to write one value in a key share: a Python value, or a cell's text."""
        if isinstance(part, self.python) and not isinstance(part, str):
            return part
        try:
            return self.read(str(part))
        except ValueError:
            return str(part)


def unmatched(pattern: str) -> Callable[[str], str]:
    """A breach: the whole text does not match."""
    return lambda cell: f"NOT {sql.full_match(cell, pattern)}"


def first_of(cell: str, *tests: str) -> str:
    """A breach of a filled cell that stops at the first test that holds."""
    *others, last = tests
    cases = " ".join(f"WHEN {test} THEN true" for test in others)
    return f"(CASE WHEN {cell} IS NULL THEN false {cases} ELSE {last} END)"


def either(values: Iterable[str]) -> str:
    """A pattern that matches just these texts: one automaton, however many there are."""
    return f"({'|'.join(map(re.escape, values))})"
