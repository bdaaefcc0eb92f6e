"""Intervals: which numbers a figure and which days a date leave possible, in Python and as SQL."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from kzdata.engine.sql import calendar_day, column, decimal, double, text
from kzdata.standard.declarations import Figure

Number = int | float
FIRST, LAST = "DATE '0001-01-01'", "DATE '9999-12-31'"
"""SQL of the days of an open end."""
LENGTHS = {"day": 1, "part_of_day": 1, "night": 2, "week": 7, "month": 31, "year": 366}
"""At most how many days a date of a precision means. A night belongs to two days of the calendar;
a range has its own length; what is known to be before or since a day has none."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers between two ends; an end that is None is open.

    Attributes:
        low: Lower end.
        high: Upper end.
        above: The number is more than `low`, not `low` itself.
        below: The number is less than `high`, not `high` itself.
    """

    low: Number | None
    high: Number | None
    above: bool = False
    below: bool = False

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> Self:
        """An interval out of a row with the columns of `bounds` or `HULL`."""
        low, high, above, below = row
        return cls(whole(low), whole(high), bool(above), bool(below))

    def __str__(self) -> str:
        least = f"{'more than' if self.above else 'at least'} {self.low}"
        most = f"{'less than' if self.below else 'at most'} {self.high}"
        least, most = least * (self.low is not None), most * (self.high is not None)
        if least and most and not (self.above or self.below):
            return f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"
        return ", ".join(filter(None, [least, most])) or "open"

    def __contains__(self, number: Number) -> bool:
        low, high = self.low, self.high
        enough = low is None or (number > low if self.above else number >= low)
        return enough and (high is None or (number < high if self.below else number <= high))


def whole(value: float | None) -> Number | None:
    """A number without a point where it needs none."""
    return int(value) if value is not None and value.is_integer() else value


def hull(intervals: Iterable[Interval]) -> Interval | None:
    """The smallest interval that contains all; None of none. `HULL` is the same as SQL."""
    each = list(intervals)
    if not each:
        return None
    # An end that belongs to its interval reaches further than one that does not.
    lows = [(one.low, one.above) for one in each if one.low is not None]
    highs = [(one.high, not one.below) for one in each if one.high is not None]
    low, above = min(lows) if len(lows) == len(each) else (None, False)
    high, closed = max(highs) if len(highs) == len(each) else (None, True)
    return Interval(low, high, above, not closed)


def bounds(low: str, high: str, qualifier: str) -> dict[str, str]:
    """The four attributes of a figure's `Interval` as SQL, from its three columns."""
    # "More than 10" is not 10 itself.
    above, below = (
        f"coalesce({qualifier} = '{word}', false)" for word in ("more_than", "less_than")
    )
    return {"low": double(low), "high": double(high), "above": above, "below": below}


def ends(figure: Figure, alias: str) -> dict[str, str]:
    """The same of a row of text that has a figure's columns, with exact decimals."""
    low, high = column(figure.low, alias), column(figure.high, alias)
    known = bounds(low, high, column(figure.qualifier, alias))
    return known | {"low": decimal(low), "high": decimal(high)}


def exceeds(one: str, other: str, counts: bool) -> str:
    """SQL: whether every number of one interval is larger than every number of another.

    Two intervals have a number in common if and only if neither exceeds the other. They are given
    as aliases; `counts` says that only whole numbers are meant, as of people.
    """
    names = ("low", "high", "above", "below")
    ours, theirs = ({name: f"{alias}.{name}" for name in names} for alias in (one, other))
    return larger(ours, theirs, counts)


def larger(one: Mapping[str, str], other: Mapping[str, str], counts: bool) -> str:
    """The same of two intervals whose attributes are SQL expressions, as `bounds` gives them."""
    low, high, above, below = one["low"], other["high"], one["above"], other["below"]
    # There is no half person: more than 10 people are 11 or more.
    if counts:
        least = f"(CASE WHEN {above} THEN floor({low}) + 1 ELSE ceil({low}) END)"
        most = f"(CASE WHEN {below} THEN ceil({high}) - 1 ELSE floor({high}) END)"
        return f"{least} > {most}"
    return f"({low} > {high} OR ({low} = {high} AND ({above} OR {below})))"


def surely_overlap(one: Mapping[str, str], other: Mapping[str, str]) -> str:
    """SQL: whether a number fits both intervals for sure, whether or not whole ones are meant.

    A number beyond an open end is at most one further. Two intervals that share no known end are
    not known to overlap.
    """
    lows = [f"({each['low']} + CAST({each['above']} AS INTEGER))" for each in (one, other)]
    highs = [f"({each['high']} - CAST({each['below']} AS INTEGER))" for each in (one, other)]
    bounded = " AND ".join(f"coalesce({low}, {high}) IS NOT NULL"
                           for low, high in zip(lows, highs, strict=True))  # fmt: skip
    common = f"greatest({', '.join(lows)}) <= least({', '.join(highs)})"
    return f"({bounded} AND coalesce({common}, true))"


HULL = {
    "low": "CASE WHEN count(low) = count(*) THEN min(low) END",
    "high": "CASE WHEN count(high) = count(*) THEN max(high) END",
    "above": "min(low) < coalesce(min(CASE WHEN NOT above THEN low END), 'infinity')",
    "below": "max(high) > coalesce(max(CASE WHEN NOT below THEN high END), '-infinity')",
}
"""The smallest interval that contains all of a group's intervals, as SQL aggregates."""


# ------------------------------------------------------------------------------ days


def window(start: date | None, end: date | None, precision: str | None) -> tuple[date, date] | None:
    """The first and the last day that a date can mean; None where it says no day.

    A date without an `end` of its own lasts as long as its precision; `before` and `since` a day
    are open.
    """
    first, last = start or end, end or start
    if first is None or last is None:
        return None
    if end is None and start is not None:
        last = _last_of(start, precision)
    if precision == "before":
        first = date.min
    return first, date.max if precision == "since" else last


def _last_of(day: date, precision: str | None) -> date:
    if precision == "month":
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    if precision == "year":
        return date(day.year, 12, 31)
    days = LENGTHS[precision] if precision in ("night", "week") else 1
    # The calendar of Python ends with the year 9999.
    return min(day, date.max - timedelta(days - 1)) + timedelta(days - 1)


def window_sql(
    start: str,
    end: str | None,
    precision: str | None,
    kind: str = "VARCHAR",
    far: bool = True,
) -> tuple[str, str]:
    """`window` as SQL of two days; an open end is a `far` day, or NULL."""
    first, last = calendar_day(start), last_day(start, precision, kind)
    if end:
        first, last = (f"coalesce({calendar_day(one)}, {other})"
                       for one, other in ((start, calendar_day(end)), (end, last)))  # fmt: skip
    if precision and not far:
        said = f"{text(precision)} IS DISTINCT FROM"
        first = f"(CASE WHEN {said} 'before' THEN {first} END)"
        last = f"(CASE WHEN {said} 'since' THEN {last} END)"
    # With a far day for an open end, NULL means that no day is known at all.
    elif precision:
        said = f"{text(precision)} ="
        first = f"(CASE WHEN {said} 'before' AND {first} IS NOT NULL THEN {FIRST} ELSE {first} END)"
        last = f"(CASE WHEN {said} 'since' AND {last} IS NOT NULL THEN {LAST} ELSE {last} END)"
    return first, last


def last_day(expression: str, precision: str | None = None, kind: str = "VARCHAR") -> str:
    """SQL of the last day of a date of some `kind`, as text `2022`, `2022-01` or `2022-01-05`.

    NULL where it is no date. The precision (SQL) may be month, year, week or night; a night ends on
    the next day, anything else is the day itself.
    """
    # Only a text can be a month or a year without a day.
    cases, day_ = ("", calendar_day(expression)) if kind == "DATE" else _written(text(expression))
    if precision is not None:
        cases += (
            f"WHEN {text(precision)} = 'month' THEN last_day({day_}) "
            f"WHEN {text(precision)} = 'year' THEN {_last_of_year(day_)} "
            f"WHEN {text(precision)} = 'week' THEN {day_} + 6 "
            f"WHEN {text(precision)} = 'night' THEN {day_} + 1 "
        )
    return f"CAST({f'CASE {cases}ELSE {day_} END' if cases else day_} AS DATE)"


def _written(value: str) -> tuple[str, str]:
    """SQL cases for a text that is a year or a month only, and the day of any other."""
    year, month, day_ = (
        f"try_cast({part} AS DATE)"
        for part in (f"{value} || '-01-01'", f"{value} || '-01'", f"left({value}, 10)")
    )
    cases = f"WHEN strlen({value}) = 4 THEN {_last_of_year(year)} "
    return f"{cases}WHEN strlen({value}) = 7 THEN last_day({month}) ", day_


def _last_of_year(day_: str) -> str:
    return f"last_day(date_trunc('year', {day_}) + INTERVAL 11 MONTH)"


def each_day(rows: str, first: str, last: str, most: int) -> str:
    """SQL of some rows, each once for every day of its period, as `each`.

    One whose period is not of a few days is there once, with NULL.
    """
    days = f"generate_series({first}, {last}, INTERVAL 1 DAY)"
    few = f"unnest(CASE WHEN {last} - {first} < {most} THEN {days} ELSE [NULL] END)"
    # Most periods are one day, and lists of one are slow.
    return f"""(SELECT *, {first} AS each FROM {rows} WHERE {first} = {last} UNION ALL
        SELECT *, CAST({few} AS DATE) AS each FROM {rows} WHERE {first} <> {last})"""
