"""Dates, times and durations, as XML Schema or a pattern of strptime has them."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from kzdata.engine import sql
from kzdata.standard.descriptor import FieldDescriptor
from kzdata.standard.field_types.base import (
    FieldType,
    MisdeclaredError,
    UnheldError,
    UnsupportedError,
    first_of,
    unmatched,
)
from kzdata.standard.field_types.number import BIG, number_within

CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
ZONE = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
# XML Schema Part 2, 3.2.7.1: four digits or more, no leading zero beyond four; 0000 is none.
YEAR = r"-?([1-9][0-9]{3,17}|0[0-9]{3})"
_DATETIME = rf"{YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T({CLOCK}(\.[0-9]+)?|24:00:00(\.0+)?)"
DATETIME = _DATETIME + ZONE
_PLAIN_DATETIME = f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{CLOCK}"
_HOUR = 3_600_000_000  # microseconds
_DAY = 24 * _HOUR
_END = 253_402_300_800_000_000  # microseconds from 1970 to the year 10000, which Python lacks


class _Moment(FieldType):
    """A date, time or datetime: what Python and databases share."""

    def held(self, value: Any) -> Any:
        if not isinstance(value, self.python) or getattr(value, "tzinfo", None):
            raise UnheldError(f"not a {self.field.type} that can be held as one")
        return value

    def text(self, value: Any) -> str:
        return str(value.isoformat())


class Date(_Moment):
    """A day of the calendar."""

    words = "a date, YYYY-MM-DD"
    pattern = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    python: type[Any] = date
    sql_types: tuple[str, ...] = ("DATE",)

    def breach(self, cell: str) -> str:
        printed = f"coalesce({sql.printed_alike(cell, 'DATE')}, {cell} IS NULL)"
        return f"(CASE WHEN {sql.byte_length(cell)} <> 10 THEN true ELSE NOT {printed} END)"

    def proof_of_kind(self, value: str, kind: str) -> tuple[str, ...] | None:
        return (_in_four_digits(value, kind),) if kind == "DATE" else None

    def value_within(self, value: str, kind: str, operator: str, limit: Any) -> str | None:
        told = kind == "DATE" and re.fullmatch(self.pattern or "", str(limit))
        return f"{value} {operator} DATE {sql.literal(str(limit))}" if told else None

    def same(self, cell: str) -> str:
        return cell

    def within(self, cell: str, operator: str, limit: Any) -> str:
        return _text_order(cell, operator, limit)

    def sql_value(self, cell: str, kind: str) -> str:
        day = f"try_cast({cell} AS {kind})"
        return f"(CASE WHEN NOT {self.breach(cell)} THEN {day} END)"

    def read(self, text: str) -> Any:
        if not re.fullmatch(self.pattern or "", text):
            raise ValueError(f"not {self.words}")
        return self.python.fromisoformat(text)


class Time(Date):
    """A time of day."""

    words = "a time, hh:mm:ss"
    pattern = CLOCK
    python = time
    sql_types = ("TIME",)

    def breach(self, cell: str) -> str:
        return f"NOT {sql.full_match(cell, CLOCK)}"

    def proof_of_kind(self, value: str, kind: str) -> tuple[str, ...] | None:
        return None  # a fraction of a second is none of its form

    def value_within(self, value: str, kind: str, operator: str, limit: Any) -> str | None:
        return None


def _in_four_digits(value: str, kind: str) -> str:
    """SQL: a day or moment has a year that every calendar has, and is printed in four digits."""
    first, last = (f"CAST('{year}' AS {kind})" for year in ("0001-01-01", "9999-12-31"))
    return f"{value} BETWEEN {first} AND {last}"


def _text_order(cell: str, operator: str, limit: Any) -> str:
    return f"{cell} {operator} {sql.literal(str(limit))}"


class DateTime(_Moment):
    """A dateTime of XML Schema."""

    words = "a date and time, YYYY-MM-DDThh:mm:ss"
    pattern = DATETIME
    python = datetime
    wide = True
    sql_types = ("TIMESTAMP",)

    def breach(self, cell: str) -> str:
        day = f"(try_cast({_common_date(cell)} AS DATE) IS NOT NULL)"
        careful = first_of(cell, *_year_breaches(cell, DATETIME), f"NOT {day}")
        return f"(CASE WHEN {sql.printed_with_t(cell)} THEN false ELSE {careful} END)"

    def proof_of_kind(self, value: str, kind: str) -> tuple[str, ...] | None:
        told = kind in ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
        return (_in_four_digits(value, kind),) if told else None

    def value_within(self, value: str, kind: str, operator: str, limit: Any) -> str | None:
        told = kind == "TIMESTAMP" and re.fullmatch(_PLAIN_DATETIME, str(limit))
        return f"{value} {operator} TIMESTAMP {sql.literal(str(limit))}" if told else None

    def same(self, cell: str) -> str:
        zone = f"CASE WHEN {_zoned(cell)} THEN 'Z' ELSE '' END"
        return f"({sql.text(_instant(cell))} || {zone})"

    def within(self, cell: str, operator: str, limit: Any) -> str:
        bound, side = sql.literal(str(limit)), "-" if operator[0] == ">" else "+"
        # Without a zone a time may lie up to 14 hours either way: it is within a bound only if it
        # is so in every zone (XML Schema Part 2, 3.2.7.4).
        slack = f"(CASE WHEN {_zoned(cell)} <> {_zoned(bound)} THEN {14 * _HOUR} ELSE 0 END)"
        careful = f"{_instant(cell)} {side} {slack} {operator} {_instant(bound)}"
        if not re.fullmatch(_PLAIN_DATETIME, str(limit)):
            return careful
        usual = f"{sql.byte_length(cell)} = 19 AND {cell} NOT LIKE '%T24%'"
        return f"(CASE WHEN {usual} THEN {_text_order(cell, operator, limit)} ELSE {careful} END)"

    def sql_value(self, cell: str, kind: str) -> str:
        usual = f"{cell} LIKE '____-%' AND {sql.printed_with_t(cell)}"
        fits = sql.full_match(cell, r"[0-9]{4}-[^.Z+]{14}(\.[0-9]{1,6}0*)?")
        known = f"{fits} AND NOT {_zoned(cell)} AND NOT {self.breach(cell)}"
        known = f"{known} AND {_instant(cell)} < {_END}"
        return (
            f"(CASE WHEN {usual} THEN try_cast({cell} AS {kind}) "
            f"WHEN {known} THEN {sql.timestamp(_instant(cell))} END)"
        )

    def read(self, text: str) -> Any:
        if not re.fullmatch(DATETIME, text):
            raise ValueError(f"not {self.words}")
        year, month, day = text.partition("T")[0].rsplit("-", 2)
        # The calendar comes round again after 400 years; there is no year 0.
        cycle = 2000 + (int(year) + (int(year) < 0)) % 400
        if int(year) == 0 or int(day) > monthrange(cycle, int(month))[1]:
            raise ValueError(f"not {self.words}")
        if not 1 <= int(year) <= 9999 or re.search(r"\.[0-9]{6}[0-9]*[1-9]", text):
            return text
        found = datetime.fromisoformat(text.replace("T24", "T00"))
        try:
            return found + timedelta(days="T24" in text)
        except OverflowError:
            return text


def _common_date(cell: str) -> str:
    """SQL: the day of a dateTime, in a year of four digits that has the same calendar."""
    usual = sql.full_match(cell, r"[0-9]{4}-.*")
    rest = sql.extracted(cell, r"^-?[0-9]+-([0-9]{2}-[0-9]{2})")
    return (
        f"(CASE WHEN {usual} THEN left({cell}, 10) "
        f"ELSE {sql.text(f'2000 + {_cycle(cell)}')} || '-' || {rest} END)"
    )


def _proleptic(cell: str) -> str:
    """SQL: the astronomical year: XML Schema's -0001 is the year before 0001, which is 0."""
    year = sql.digits(cell, "^-?([0-9]+)")
    return f"(CASE WHEN {cell} LIKE '-%' THEN 1 - {year} ELSE {year} END)"


def _cycle(cell: str) -> str:
    """SQL: where a year stands in the calendar's cycle of 400 years."""
    return f"(({_proleptic(cell)} % 400 + 400) % 400)"


def _zoned(cell: str) -> str:
    return sql.matches(cell, "T.*(Z|[+-][0-9]{2}:[0-9]{2})$")


def _offset(cell: str) -> str:
    """SQL: microseconds by which a zoned text is ahead of UTC."""
    hours = sql.digits(cell, r"[+-]([0-9]{2}):?[0-9]{2}$")
    minutes = sql.digits(cell, r"[+-][0-9]{2}:?([0-9]{2})$")
    size = f"({hours} * 60 + {minutes}) * 60000000"
    return f"(CASE WHEN {sql.matches(cell, '-[0-9]{2}:?[0-9]{2}$')} THEN -{size} ELSE {size} END)"


def _instant(cell: str) -> str:
    """SQL: microseconds since 1970 of a dateTime, without zone as if in UTC."""
    clock = sql.extracted(cell, r"T([0-9:.]+)")
    full = f"{_common_date(cell)} || ' ' || {clock}"
    cycles = f"(({_proleptic(cell)} - 2000 - {_cycle(cell)}) // 400)"
    usual = sql.full_match(cell, r"[0-9]{4}-.*")
    shift = f"(CASE WHEN {usual} THEN 0 ELSE {cycles} * {146_097 * _DAY} END)"
    zone = f"(CASE WHEN {_zoned(cell)} THEN {_offset(cell)} ELSE 0 END)"
    return f"({sql.moment(full)} + {shift} - {zone})"


class _ZonedYear(FieldType):
    """A year of XML Schema with what may follow it; only UTC is written in two ways."""

    def breach(self, cell: str) -> str:
        return first_of(cell, *_year_breaches(cell, self.pattern or ""))

    def same(self, cell: str) -> str:
        return sql.replaced(cell, r"[+-]00:00$", "Z")


class Year(_ZonedYear):
    """A gYear of XML Schema."""

    words = "a year, YYYY"
    pattern = YEAR + ZONE
    python = int
    wide = True
    sql_types = ("INTEGER",)

    def within(self, cell: str, operator: str, limit: Any) -> str:
        bound = Decimal(re.match("-?[0-9]+", str(limit)).group())  # type: ignore[union-attr]
        return number_within(sql.extracted(cell, "^(-?[0-9]+)"), operator, bound)

    def sql_value(self, cell: str, kind: str) -> str:
        known = f"{sql.full_match(cell, YEAR)} AND NOT {self.breach(cell)}"
        return f"(CASE WHEN {known} THEN try_cast({cell} AS {kind}) END)"

    def read(self, text: str) -> Any:
        if not re.fullmatch(self.pattern or "", text) or re.match("-?0000(?![0-9])", text):
            raise ValueError(f"not {self.words}")
        return int(text) if re.fullmatch("-?[0-9]+", text) else text

    def held(self, value: Any) -> Any:
        if not isinstance(value, int) or not -BIG <= value < BIG:
            raise UnheldError("not a year that can be held as a number")
        return value


class YearMonth(_ZonedYear):
    """A gYearMonth of XML Schema; it stays text."""

    words = "a month, YYYY-MM"
    pattern = YEAR + "-(0[1-9]|1[0-2])" + ZONE

    def within(self, cell: str, operator: str, limit: Any) -> str:
        return f"{self._value(cell)} {operator} {self._value(sql.literal(str(limit)))}"

    @staticmethod
    def _value(cell: str) -> str:
        year = sql.digits(cell, "^(-?[0-9]+)-")
        return f"({year} * 100 + {sql.digits(cell, '^-?[0-9]+-([0-9]{2})')})"


def _year_breaches(cell: str, pattern: str) -> tuple[str, str]:
    """SQL: a text that does not match, or that is of the year 0000."""
    return f"NOT {sql.full_match(cell, pattern)}", sql.matches(cell, "^-?0000([^0-9]|$)")


# ------------------------------------------------------------------------------ strptime

MONTHS = "January February March April May June July August September October November December"
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_SHORT_MONTHS, _SHORT_DAYS = (
    "|".join(name[:3] for name in names.split()) for names in (MONTHS, DAYS)
)
# The directives of strptime that are understood, each as Python reads it (`_strptime.TimeRE`).
DIRECTIVES = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    "m": "1[0-2]|0[1-9]|[1-9]",
    "d": "3[01]|[12][0-9]|0[1-9]|[1-9]| [1-9]",
    "H": "2[0-3]|[01][0-9]|[0-9]",
    "I": "1[0-2]|0[1-9]|[1-9]",
    "M": "[0-5][0-9]|[0-9]",
    "S": "[0-5][0-9]|[0-9]",
    "f": "[0-9]{1,6}",
    "p": "am|pm",
    "b": _SHORT_MONTHS,
    "B": MONTHS.replace(" ", "|"),
    "a": _SHORT_DAYS,
    "A": DAYS.replace(" ", "|"),
    "z": "[+-]([01][0-9]|2[0-3]):?[0-5][0-9]|(?-i:Z)",
}


# Those of Python's strptime and of C's (POSIX, with those of glibc): the standard has both.
KNOWN_DIRECTIVES = frozenset("aAbBcCdDeEfFgGhHIjklmMnOpPrRsStTuUVwWxXyYzZ+")
_WAY = f"a format of {' '.join(f'%{name}' for name in DIRECTIVES)}, each once"


def _compiled(format_: str) -> tuple[str, list[str]]:
    """A format of strptime as a pattern, and the directives of its groups in order."""
    pattern, names = "", []
    for part in re.findall(r"%.?|\s+|[^%\s]+", format_, re.DOTALL):
        name = part[1:]
        if part == "%%":
            pattern += "%"
        elif not part.startswith("%"):
            pattern += r"\s+" if part.isspace() else re.escape(part)
        elif name not in KNOWN_DIRECTIVES:
            raise MisdeclaredError(f"format {format_}: {part}", "a directive of strptime")
        elif name not in DIRECTIVES or name in names:
            words = f"format {format_}: the directive {part}"
            raise UnsupportedError(words + " a second time" * (name in names), _WAY)
        else:
            names.append(name)
            pattern += f"({re.sub('[(](?![?])', '(?:', DIRECTIVES[name])})"
    return f"(?i:{pattern})", names


class Patterned(_Moment):
    """A date or time in a format of strptime: what Python's own `strptime` would take."""

    formats = ()

    def __init__(self, field: FieldDescriptor, kind: type[_Moment]) -> None:
        super().__init__(field)
        if field.format == "any":  # no rule decides what it takes
            raise UnsupportedError(f"format any of type {field.type}", _WAY)
        if "%" not in field.format:
            wanted = "default, any, or a pattern of strptime, such as %Y-%m-%d"
            raise MisdeclaredError(f"format {field.format} of type {field.type}", wanted)
        self.pattern, self._names = _compiled(field.format)
        self.words = f"a {field.type} in the form {field.format}"
        # A date with hours is no date that Python or SQL has, nor is a time with days.
        if {"date": set("YymdbBaA"), "time": set("HIMSfpz")}.get(
            field.type, set(DIRECTIVES)
        ) >= set(self._names):
            self.python = kind.python
            self.sql_types = () if "z" in self._names else kind.sql_types

    def _instant(self, cell: str) -> str:
        return _strptime(cell, f"^{self.pattern}$", self._names)

    def breach(self, cell: str) -> str:
        unmatched_ = f"NOT {sql.full_match(cell, self.pattern or '')}"
        return first_of(cell, unmatched_, f"{self._instant(cell)} IS NULL")

    def same(self, cell: str) -> str:
        return sql.text(self._instant(cell)) + (" || 'Z'" if "z" in self._names else "")

    def within(self, cell: str, operator: str, limit: Any) -> str:
        return f"{self._instant(cell)} {operator} {self._instant(sql.literal(str(limit)))}"

    def sql_value(self, cell: str, kind: str) -> str:
        return f"CAST({sql.timestamp(self._instant(cell))} AS {kind})"

    def read(self, text: str) -> Any:
        if not re.fullmatch(self.pattern or "", text, re.ASCII):
            raise ValueError(f"not {self.words}")
        found = datetime.strptime(text, self.field.format)
        if self.python is date:
            return found.date()
        return {time: found.timetz(), datetime: found}.get(self.python, text)

    def text(self, value: Any) -> str:
        return str(value.strftime(self.field.format))


def _in_format(usual: type[_Moment]) -> Callable[[FieldDescriptor], FieldType]:
    """A kind of dates or times in the field's format."""
    return lambda field: usual(field) if field.format == "default" else Patterned(field, usual)


date_, time_, datetime_ = map(_in_format, (Date, Time, DateTime))


def _strptime(cell: str, pattern: str, names: list[str]) -> str:
    """SQL: microseconds since 1970 of a text that matches, or NULL where no calendar has it."""
    found = {name: f"trim({sql.extracted(cell, pattern, n)})" for n, name in enumerate(names, 1)}
    # Python makes nothing of a name of a day, nor of am and pm without an hour of twelve; and where
    # nothing says so, the year is 1900, and the hour one before noon.
    told = [name for name in names if name not in ("a", "A", "z", "I" in names or "p")]
    start, form = ("'1900 am'", "%Y %p") if "I" in names else ("'1900'", "%Y")
    # Between the parts DuckDB takes fewer blanks, and letters, than Python: they are written anew.
    text = " || ' ' || ".join([start, *(found[name] for name in told)])
    moment = sql.moment(f"try_strptime({text}, '{' '.join([form, *(f'%{n}' for n in told)])}')")
    offset = f" - {_offset(found['z'])}" if "z" in names else ""
    year = f" AND {found['Y']} <> '0000'" if "Y" in names else ""  # Python has no such year
    return f"(CASE WHEN {sql.matches(cell, pattern)}{year} THEN {moment}{offset} END)"


# ------------------------------------------------------------------------------ duration

_SECONDS = r"[0-9]+(\.[0-9]+)?S"
_CLOCK_PART = rf"T([0-9]+H([0-9]+M)?({_SECONDS})?|[0-9]+M({_SECONDS})?|{_SECONDS})"
_CALENDAR_PART = "([0-9]+Y([0-9]+M)?([0-9]+D)?|[0-9]+M([0-9]+D)?|[0-9]+D)"
# XML Schema Part 2, 3.2.6.1: at least one part, `T` only before one, no weeks.
DURATION = rf"-?P({_CALENDAR_PART}({_CLOCK_PART})?|{_CLOCK_PART})"
# The four months, since year 0, whose lengths decide the order of durations (3.2.6.2).
_REFERENCES = tuple(12 * y + m - 1 for y, m in ((1696, 9), (1697, 2), (1903, 3), (1903, 7)))


def _months(cell: str) -> str:
    years = sql.digits(cell, "^-?P([0-9]+)Y")
    months = sql.digits(cell, "^-?P(?:[0-9]+Y)?([0-9]+)M")
    return _signed(cell, f"({years} * 12 + {months})")


def _signed(cell: str, value: str) -> str:
    return f"(CASE WHEN {cell} LIKE '-%' THEN -{value} ELSE {value} END)"


def _microseconds(cell: str) -> str:
    days = sql.digits(cell, "([0-9]+)D")
    hours = sql.digits(cell, "([0-9]+)H")
    minutes = sql.digits(cell, "T.*?([0-9]+)M")
    seconds = sql.digits(cell, r"([0-9]+)(?:\.[0-9]+)?S")
    fraction = f"rpad({sql.extracted(cell, r'[.]([0-9]{1,6})')}, 6, '0')"
    whole = f"((({days} * 24 + {hours}) * 60 + {minutes}) * 60 + {seconds}) * 1000000"
    return _signed(cell, f"({whole} + CAST({fraction} AS INTEGER))")


class Duration(FieldType):
    """A duration of XML Schema; it stays text."""

    words = "a duration, PnYnMnDTnHnMnS"
    pattern = DURATION

    breach = staticmethod(unmatched(DURATION))

    def same(self, cell: str) -> str:
        value = f"{sql.text(_months(cell))} || 'M' || {sql.text(_microseconds(cell))}"
        return f"coalesce({value}, {cell})"

    def within(self, cell: str, operator: str, limit: Any) -> str:
        bound = sql.literal(str(limit))
        tests = (f"{_after(cell, m)} {operator} {_after(bound, m)}" for m in _REFERENCES)
        return f"({' AND '.join(tests)})"


def _after(cell: str, month: int) -> str:
    """SQL: microseconds from 2000 to where a duration leads from the first of a month."""
    days = sql.days_to_month(f"{_months(cell)} + {month}")
    return f"(CAST({days} AS HUGEINT) * {_DAY} + {_microseconds(cell)})"
