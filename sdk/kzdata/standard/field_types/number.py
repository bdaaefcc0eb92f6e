"""Whole and decimal numbers, exact whatever their length."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property
from math import inf, isinf, nextafter
from typing import Any

from kzdata.engine import sql
from kzdata.standard.descriptor import FieldDescriptor
from kzdata.standard.field_types.base import (
    DeclarationError,
    FieldType,
    MisdeclaredError,
    UnheldError,
    UnsupportedError,
)

# Not a number, and the infinities: "case need not be respected".
SPECIAL = "(?i:nan|-?inf)"
# Decimal numbers without exponent, of up to so many characters, that share their nearest binary
# number are equal (IEEE 754, DBL_DIG).
SHORT = 15
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")  # SQL types, signed
BIG = 1 << 63
MAX_DIGITS = 1_000  # characters of a number up to which its value is compared, not its text
_EXPONENT = "([eE][+-]?0*[0-9]{1,18})?"


class Integer(FieldType):
    """A whole number, of any length."""

    words = "a whole number"
    python: type[Any] = int
    sql_types: tuple[str, ...] = ("BIGINT", "HUGEINT")
    _point: str | None = None

    def __init__(self, field: FieldDescriptor) -> None:
        super().__init__(field)
        self._whole = _grouped(field.group_char, self._point)
        self.pattern = self._around(f"[+-]?{self._whole}")

    @property
    def _plain(self) -> bool:
        return self.field.bare_number and not self.field.group_char

    def _around(self, number: str) -> str:
        """The pattern of a number with what `bareNumber: false` lets stand around it.

        The number is group 1. A sign is part of the number: it is never among what is stripped.
        """
        if self.field.bare_number:
            return f"({number})"
        return rf"[^0-9+-]*?({number})([^0-9+-][^0-9]*)?"

    @cached_property
    def _form(self) -> re.Pattern[str]:
        return re.compile(self.pattern or "", re.ASCII)

    def plain(self, cell: str) -> str:
        """SQL: a cell in the standard's own plain form."""
        if not self.field.bare_number:
            cell = sql.extracted(cell, f"^{self.pattern}$")
        if self.field.group_char:
            cell = f"replace({cell}, {sql.literal(self.field.group_char)}, '')"
        if self._point not in (None, "."):
            return f"replace({cell}, {sql.literal(self._point)}, '.')"
        return cell

    def _plain_text(self, text: str) -> str:
        """A text in the standard's own plain form."""
        match = self._form.fullmatch(text)
        if not match:
            raise ValueError(f"not {self.words}")
        number: str = match[1].replace(self.field.group_char or "\0", "")
        return number.replace(self._point, ".") if self._point else number

    def number(self, value: Any) -> Decimal:
        """A constraint's value as an exact number."""
        try:
            return Decimal(self._plain_text(value) if isinstance(value, str) else repr(value))
        except (ValueError, InvalidOperation) as error:
            found = f"{value!r} as a limit of type {self.field.type}"
            raise MisdeclaredError(found, "a value of the field") from error

    def breach(self, cell: str) -> str:
        test = f"NOT {sql.full_match(cell, self.pattern or '')}"
        if not self._plain:
            return test
        return f"(CASE WHEN {sql.printed_alike(cell, 'BIGINT')} THEN false ELSE {test} END)"

    def same(self, cell: str) -> str:
        return canonical_number(self.plain(cell))

    def within(self, cell: str, operator: str, limit: Any) -> str:
        return number_within(self.plain(cell), operator, self.number(limit))

    def proof_of_kind(self, value: str, kind: str) -> tuple[str, ...] | None:
        return () if _is_whole(kind) else None

    def value_within(self, value: str, kind: str, operator: str, limit: Any) -> str | None:
        number = self.number(limit)
        # What few digits tell apart in decimals, they tell apart in binary numbers, too.
        apart = number.is_finite() and len(number.as_tuple().digits) <= SHORT
        if not apart or abs(number.adjusted()) > SHORT:
            return None
        if kind == "DOUBLE":  # NaN is beyond all of its numbers, and within no limit
            end = f" AND {value} <= CAST('inf' AS DOUBLE)" if operator[0] == ">" else ""
            return f"({value} {operator} CAST('{float(number)!r}' AS DOUBLE){end})"
        if _is_whole(kind) and number == int(number):
            return f"{value} {operator} {int(number)}"
        if known := re.fullmatch(r"DECIMAL\(([0-9]+),([0-9]+)\)", kind):
            width, places = map(int, known.groups())
            if _places(number) <= places and abs(number) < 10 ** (width - places):
                return f"{value} {operator} CAST({number:f} AS {kind})"
        return None

    def value_among(self, value: str, kind: str, texts: Sequence[str]) -> str | None:
        told = _is_whole(kind) and texts and all(re.fullmatch("-?[0-9]{1,15}", t) for t in texts)
        return f"{value} IN ({', '.join(texts)})" if told else None

    def sql_value(self, cell: str, kind: str) -> str:
        usual = f"WHEN {sql.printed_alike(cell, kind)} THEN try_cast({cell} AS {kind}) "
        form = sql.full_match(cell, self.pattern or "")
        value = f"try_cast({self.plain(cell)} AS {kind})"
        return f"(CASE {usual if self._plain else ''}WHEN {form} THEN {value} END)"

    def read(self, text: str) -> Any:
        return int(self._plain_text(text))

    def held(self, value: Any) -> Any:
        if not isinstance(value, str) and not -BIG <= value < BIG:
            raise UnheldError("a whole number of over 64 bits")
        if isinstance(value, str) or value != int(value):
            raise UnheldError(f"not {self.words}")
        return int(value)

    def key(self, part: object) -> Any:
        if isinstance(part, int | float | Decimal) and not isinstance(part, bool):
            value: Any = Decimal(str(part))
        else:
            value = super().key(str(part))
        # NaN equals nothing, not even itself: it is a key by its text.
        return str(value) if value != value else value


class Number(Integer):
    """A decimal number, an infinity, or NaN."""

    words = "a number"
    python = Decimal
    sql_types = ("DOUBLE",)

    def __init__(self, field: FieldDescriptor) -> None:
        self._point = field.decimal_char
        if not self._point or re.search(r"[0-9eE+-]", self._point):
            raise UnsupportedError(f"decimalChar {self._point!r}")
        super().__init__(field)
        dot = re.escape(self._point)
        self._fixed = f"[+-]?({self._whole}({dot}[0-9]*)?|{dot}[0-9]+)"
        self.pattern = self._around(f"{self._fixed}{_EXPONENT}|{SPECIAL}")

    def breach(self, cell: str) -> str:
        return f"NOT {sql.full_match(cell, self.pattern or '')}"

    def proof_of_kind(self, value: str, kind: str) -> tuple[str, ...] | None:
        pointed = kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL(")
        return () if _is_whole(kind) or (pointed and self._point == ".") else None

    def sql_value(self, cell: str, kind: str) -> str:
        # A binary number that is printed with the digits of the cell is taken for its value.
        plain = self.plain(cell)
        exact = f"{canonical_number(plain)} = {canonical_number(sql.text(sql.double(plain)))}"
        known = f"{sql.full_match(cell, self.pattern or '')} AND {exact}"
        usual = self.usual_value(cell, kind)
        return f"coalesce({usual}, CASE WHEN {known} THEN {sql.double(plain)} END)"

    def usual_value(self, cell: str, kind: str) -> str:
        # To plan the comparison of all digits takes a hundredth of a second a column.
        value = sql.double(self.plain(cell))
        short = f"{sql.byte_length(cell)} <= {SHORT}"
        short = f"{short} AND {sql.full_match(cell, self._around(self._fixed))}"
        printed = f"{sql.text(value)} = {cell}"
        return f"(CASE WHEN {short} THEN {value} WHEN {printed} THEN {value} END)"

    def read(self, text: str) -> Any:
        try:
            return Decimal(self._plain_text(text))
        except InvalidOperation as error:
            raise ValueError("an exponent beyond what Python holds") from error

    def held(self, value: Any) -> Any:
        if isinstance(value, str) and value != "NaN":
            raise UnheldError(f"not {self.words}")
        number = Decimal(value)
        found = float(number)
        if isinf(found) and number.is_finite():
            raise UnheldError("a number beyond the range of double precision")
        if number.is_finite() and Decimal(repr(found)) != number:
            raise UnheldError("a number of more digits than double precision has")
        return found

    def text(self, value: float) -> str:
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)


def _is_whole(kind: str) -> bool:
    """Whether an SQL type has whole numbers only, and prints each as its digits."""
    return kind.removeprefix("U") in WHOLE or (kind.startswith("DECIMAL(") and kind.endswith(",0)"))


def _places(number: Decimal) -> int:
    """How many digits a number has behind the point."""
    return max(0, -int(number.normalize().as_tuple().exponent))


def _grouped(group: str | None, point: str | None) -> str:
    """Digits, which `groupChar` may divide: one of it between two digits."""
    if group is None:
        return "[0-9]+"
    if not group or re.search(r"[0-9eE+-]", group) or group == point:
        raise UnsupportedError(f"groupChar {group!r}")
    return f"[0-9]+({re.escape(group)}[0-9]+)*"


def plain_number(field: FieldDescriptor, cell: str) -> str:
    """SQL: a cell of a number or integer as the standard's own plain form."""
    try:
        return _number(field).plain(cell)
    except DeclarationError:
        return cell


def constraint_number(field: FieldDescriptor, value: Any) -> Decimal:
    """A constraint's value as an exact number."""
    return _number(field).number(value)


def _number(field: FieldDescriptor) -> Integer:
    return (Integer if field.type == "integer" else Number)(field)


def number_within(plain: str, operator: str, limit: Decimal) -> str:
    """SQL: a plain number is proven to be within a limit, exactly.

    Rounding to binary never turns an order around, so that the nearest binary numbers decide
    unless they are equal; where both numbers are `SHORT`, these are equal, too.
    """
    if limit.is_nan():
        return "false"
    up, near = operator[0] == ">", float(limit)
    clear = (nextafter(near, inf), inf) if up else (-inf, nextafter(near, -inf))
    usual = limit == 0 or 1e-300 < abs(near) < inf
    short = usual and len(limit.as_tuple().digits) <= SHORT
    equal = "true" if operator.endswith("=") else "false"
    exact = _exactly_within(plain, up, equal, limit)
    exact = f"(CASE WHEN {sql.byte_length(plain)} > {MAX_DIGITS} THEN false ELSE {exact} END)"
    if short:
        simple = f"{sql.byte_length(plain)} <= {SHORT} AND NOT {sql.matches(plain, '[eE]')}"
        exact = f"(CASE WHEN {simple} THEN {equal} ELSE {exact} END)"
    some = abs(near) != inf or up is (near < 0)  # nothing lies beyond an infinity
    cleared = sql.between_doubles(plain, *clear) if some else "false"
    return (
        f"(CASE WHEN {cleared} THEN true "
        f"WHEN {sql.between_doubles(plain, near, near)} THEN {exact} ELSE false END)"
    )


def _exactly_within(plain: str, up: bool, equal: str, limit: Decimal) -> str:
    """SQL: a number whose nearest binary number is the limit's is within the limit."""
    infinite, sign, figures, point = number_parts(plain)
    if limit.is_infinite():
        beyond = up is (limit < 0)  # what is finite lies on the inner side of an infinity
        return f"(CASE WHEN {infinite} THEN {equal} ELSE {str(beyond).lower()} END)"
    if not limit:
        inner = f"{sign} = '{'' if up else '-'}'"
        return f"(CASE WHEN {figures} = '' THEN {equal} ELSE {inner} END)"
    negative, digits = limit < 0, "".join(map(str, limit.as_tuple().digits)).rstrip("0")
    place, own = limit.adjusted() + 1, "-" if negative else ""
    alike = f"{sign} = '{own}' AND {point} = {place} AND {figures} = '{digits}'"
    other = f"{figures} = '' OR {sign} <> '{own}'"  # zero, or of the other sign
    farther = f"({point} > {place} OR ({point} = {place} AND {figures} > '{digits}'))"
    # What is farther from zero than the limit is within it on one side, and beyond it on the other.
    inside, outside = ("true", "false") if up is not negative else ("false", "true")
    result = farther if up is not negative else f"NOT {farther}"
    known = f"WHEN {infinite} THEN {inside} WHEN {alike} THEN {equal} WHEN {other} THEN {outside}"
    return f"(CASE {known} ELSE {result} END)"


def canonical_number(plain: str) -> str:
    """A plain decimal number as the one text that all ways to write its value share.

    `0`, or sign, significant digits, `e` and the place of the point: 12.50 and 1.25E1 are `125e2`.
    One of over `MAX_DIGITS` characters is itself: all others take time and memory many times over.
    """
    _, sign, figures, point = number_parts(plain)
    special = sql.full_match(plain, "(?i)nan|-?inf")
    # Most whole numbers stand there as they are printed: to take them apart takes fifty times as
    # long.
    place = sql.text(f"{sql.byte_length(plain)} - CAST({plain} LIKE '-%' AS INTEGER)")
    round_one = f"CASE WHEN {plain} = '0' THEN '0' ELSE rtrim({plain}, '0') || 'e' || {place} END"
    usual = f"CASE WHEN {plain} LIKE '%0' THEN {round_one} ELSE {plain} || 'e' || {place} END"
    return (
        f"(CASE WHEN {sql.printed_alike(plain, 'BIGINT')} THEN {usual} "
        f"WHEN {sql.byte_length(plain)} > {MAX_DIGITS} THEN {plain} "
        f"WHEN {special} THEN upper({plain}) WHEN {figures} = '' THEN '0' "
        f"ELSE {sign} || {figures} || 'e' || {sql.text(point)} END)"
    )


def number_parts(plain: str) -> tuple[str, str, str, str]:
    """A plain number taken apart: if it is infinite, its sign, significant digits, and exponent.

    The exponent counts from before the first digit, so that numbers of one sign compare by it.
    """
    mantissa = sql.replaced(plain, "^[+-]|[eE].*$", "")
    whole, part = f"split_part({mantissa}, '.', 1)", f"split_part({mantissa}, '.', 2)"
    figures = f"ltrim({whole} || {part}, '0')"
    exponent = sql.digits(plain, "[eE]([+-]?[0-9]+)$")
    point = f"(strlen({whole}) + {exponent} - strlen({whole} || {part}) + strlen({figures}))"
    sign = f"(CASE WHEN {plain} LIKE '-%' THEN '-' ELSE '' END)"
    return sql.full_match(plain, "(?i)-?inf"), sign, f"rtrim({figures}, '0')", point
