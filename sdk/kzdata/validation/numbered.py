"""Keys such as `EV-00000025`: the same letters, and a number that always has as many digits.

Where a column's pattern allows nothing else, a cell is kept as its number, which takes a quarter of
the memory. Numbers and texts of one form are in one-to-one correspondence, so that two cells are
equal where their numbers are. A cell of another form has no number, and keeps its text.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kzdata.engine import sql
from kzdata.engine.sql import identifier, literal
from kzdata.standard.descriptor import FieldDescriptor

# A pattern of one branch: characters for themselves, then ASCII digits, or those of Unicode, of
# which a number needs those of ASCII.
PATTERN = re.compile(r"\^?([0-9A-Za-z_:/ -]*)(?:\[0-9\]|\\d)\{([1-8])\}\$?")
MAX_LENGTH = 15  # bytes that are read as one whole number
MAX_BITS = 1 << 27  # of a set of numbers: 16 MB
SPARSE = 64  # bits that a set may have for each of its numbers
# One byte a digit, eight in a whole number: what each is raised by to set its highest bit where it
# is no digit, these bits, and which of the pairs, fours and eights keep their value.
_RAISED, _HIGHEST = 0x7676767676767676, 0x8080808080808080
_STEPS = (
    (8, 10, 0x00FF00FF00FF00FF),
    (16, 100, 0x0000FFFF0000FFFF),
    (32, 10_000, 0x00000000FFFFFFFF),
)


class Shape(NamedTuple):
    """The texts that begin with `letters` and end with so many `digits` of ASCII, from 1 to 8."""

    letters: str
    digits: int

    def fits(self, text: str) -> bool:
        """Whether a text is one of them."""
        end = text.removeprefix(self.letters) if text.startswith(self.letters) else ""
        return re.fullmatch(f"[0-9]{{{self.digits}}}", end) is not None

    def unlike(self, cell: str) -> str:
        """SQL: whether a cell that has a value is another text."""
        return f"NOT {sql.full_match(cell, f'{self.letters}[0-9]{{{self.digits}}}')}"

    def text(self, number: str) -> str:
        """SQL: the text of a number."""
        digits = f"lpad({sql.text(number)}, {self.digits}, '0')"
        return f"({literal(self.letters)} || {digits})"

    def steps(self, name: str) -> Iterator[tuple[str, str]]:
        """From the text of a column to its number: columns in SQL, each made of those before it.

        A text of another form has no number. It takes less time than a regular expression.
        """
        # The digits are one byte each of a whole number. Two of them, then four, then eight become
        # one number, all at a time.
        yield _step(name, 0), self._bytes(identifier(name))
        digit = identifier(_step(name, 0))
        known = f"(({digit} + {_big(_RAISED)}) | {digit}) & {_big(_HIGHEST)} = 0"
        for number, (bits, times, kept) in enumerate(_STEPS, 1):
            part = identifier(_step(name, number - 1))
            joined = f"((({part} >> {bits}) * {times} + {part}) & {_big(kept)})"
            joined = f"(CASE WHEN {known} THEN {joined} END)" if number == 1 else joined
            yield _step(name, number), joined

    def _bytes(self, text: str) -> str:
        """SQL: the bytes behind the letters as a whole number, each less by the character 0."""
        least, most = (self.letters + digit * self.digits for digit in "09")
        size, begin = len(least), int.from_bytes(least.encode(), "big")
        whole = f"CAST(CAST(encode({text}) AS BIT) AS UHUGEINT)"
        fits = f"{sql.byte_length(text)} = {size} AND {text} BETWEEN {literal(least)} AND "
        # CASE and not AND: what does not fit is not even worked out.
        value = f"CAST({whole} - CAST({literal(str(begin))} AS UHUGEINT) AS UBIGINT)"
        return f"(CASE WHEN {fits}{literal(most)} THEN {value} END)"


def _big(number: int) -> str:
    return f"CAST({number} AS UBIGINT)"


def _step(name: str, number: int) -> str:
    return f"\x1fstep{number}{name}"


def number_of(name: str) -> str:
    """SQL: the number of a column's text, by the last of the steps; NULL where it has none."""
    return f"CAST({identifier(_step(name, len(_STEPS)))} AS UINTEGER)"


def is_known(name: str) -> str:
    """SQL: whether a column's text has a number, by the steps."""
    return f"{identifier(_step(name, len(_STEPS)))} IS NOT NULL"


def number_column(name: str) -> str:
    """What the column that keeps the number of a column's text is called."""
    return f"\x1fnumber{name}"


def shape_of(field: FieldDescriptor, missing: Sequence[str]) -> Shape | None:
    """The form of a column's texts by its pattern; `missing` are those that stand for no value."""
    found = PATTERN.fullmatch(field.constraints.pattern or "")
    if found is None or (field.type, field.format) != ("string", "default"):
        return None
    shape = Shape(found[1], int(found[2]))
    too_long = len(shape.letters) + shape.digits > MAX_LENGTH
    return None if too_long or any(map(shape.fits, missing)) else shape


class Numbers(NamedTuple):
    """The numbers of a column in which each cell has one, or no value."""

    shape: Shape
    cells: int  # how many have one
    least: int
    most: int

    @property
    def span(self) -> int:
        """How many numbers there are from the least to the most."""
        return self.most - self.least + 1

    @property
    def countable(self) -> bool:
        """Whether a bit for each number of the span is less than a hash of each cell."""
        return 0 < self.span <= min(MAX_BITS, SPARSE * self.cells)

    def holds(self, other: "Numbers") -> bool:
        """Whether those of another column are of the same form, and lie within the span."""
        return self.shape == other.shape and self.least <= other.least and other.most <= self.most

    def bits(self, table: str, name: str) -> str:
        """SQL: the numbers of such a column of a table, which lie within the span, as a set."""
        found = sql.bits(identifier(number_column(name)), self.least, self.most)
        return f"(SELECT {found} FROM {identifier(table)})"
