"""Days of the calendar, as the date grammars of all languages count them.

What the words are is known to each grammar; here is what they mean. Days are of the Gregorian
calendar, both ends of an interval are included, and `written_on` is the day that the article's text
speaks from.
"""

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from kzdata.errors import DateError

DAY = timedelta(days=1)
# The latest such day up to half of the time in which it comes round again is the nearest one.
HALF_A_WEEK, HALF_A_YEAR = timedelta(days=3), timedelta(days=182)


class Known(NamedTuple):
    """A `kzdata.evidence.dates.DateInterval` with both ends."""

    start: date
    end: date
    precision: str


def one_day(day: date) -> Known:
    """A day as an interval."""
    return Known(day, day, "day")


def whole_month(first: date) -> Known:
    """The month that begins on a day."""
    last = calendar.monthrange(first.year, first.month)[1]
    return Known(first, first.replace(day=last), "month")


def whole_year(year: int) -> Known:
    """A year, from 1 January to 31 December; a DateError where there is no such year."""
    return Known(dated(year, 1, 1), dated(year, 12, 31), "year")


def dated(year: int, month: int, day: int) -> date:
    """A day by its numbers; a DateError where there is no such day."""
    try:
        return date(year, month, day)
    except ValueError as error:
        raise DateError(f"no such day: {year:04}-{month:02}-{day:02}") from error


def in_year(year: str | None, month: int, day: int, written_on: date) -> date:
    """Such a day of a year; without one the latest on or before a day."""
    if year:
        return dated(int(year), month, day)
    # 29 February can be eight years back.
    for number in range(written_on.year, max(written_on.year - 9, 0), -1):
        if day <= calendar.monthrange(number, month)[1] and date(number, month, day) <= written_on:
            return date(number, month, day)
    raise DateError(f"no day {day} of month {month} on or before {written_on}")


def weekday(number: int, step: int, written_on: date) -> Known:
    """A weekday (Monday is 0): the latest (step 0), the latest before (-1), the first after (1)."""
    back = (written_on.weekday() - number) % 7
    if step > 0:
        return one_day(written_on + timedelta(days=7 - back))
    return one_day(written_on - timedelta(days=7 if step < 0 and not back else back))


def months_before(day: date, months: int) -> date:
    """The day so many months before another, clipped to the month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = dated(year, month + 1, 1)
    return first.replace(day=min(day.day, calendar.monthrange(first.year, first.month)[1]))


def ago(number: int, unit: str, written_on: date) -> Known:
    """The day so many units ("day", "week", "month", "year") before another."""
    if unit in ("day", "week"):
        return one_day(written_on - timedelta(days=number * (7 if unit == "week" else 1)))
    return one_day(months_before(written_on, number * (12 if unit == "year" else 1)))


def period(unit: str, step: int, written_on: date) -> Known:
    """The last (-1), this (0) or next (1) week, month or year; a week is Monday to Sunday (ISO)."""
    if unit == "week":
        monday = written_on + timedelta(days=7 * step - written_on.weekday())
        return Known(monday, monday + timedelta(days=6), "range")
    if unit == "month":
        return whole_month(months_before(written_on.replace(day=1), -step))
    return whole_year(written_on.year + step)


class Reader(NamedTuple):
    """How a grammar reads the ends of times, which may lie ahead.

    Attributes:
        single: The days of one expression, seen from a day; None where it is none.
        comes_round: Of an expression whose day comes round again, such as a weekday or a day
            without a year, how far ahead such a day may lie that ends a time; None of others.
    """

    single: Callable[[str, date], Known | None]
    comes_round: Callable[[str], timedelta | None]

    def ending(self, text: str, written_on: date) -> Known | None:
        """The days of an expression that ends a time: of those that come round, the nearest."""
        return self._ahead(text, self.comes_round(text) or timedelta(), written_on)

    def between(self, text: str, first: str, last: str, written_on: date) -> Known | None:
        """From the first day of one expression to the last day of another; `text` is both."""
        ahead = self.comes_round(last)
        # A week that a weekday ends is over.
        far = ahead if ahead == HALF_A_YEAR else timedelta()
        # The end first, since the beginning is counted back from it.
        end = self._ahead(last, far or timedelta(), written_on)
        start = self._beginning(first, end, written_on) if end else None
        if not start or not end:
            return None
        if start.start > end.end:
            raise DateError(f"a reversed range: {text!r} runs from {start.start} back to {end.end}")
        return Known(start.start, end.end, "range")

    def _ahead(self, text: str, ahead: timedelta, written_on: date) -> Known | None:
        # From so far ahead, the latest such day is the nearest one.
        return self.single(text, written_on + min(ahead, date.max - written_on))

    def _beginning(self, text: str, end: Known, written_on: date) -> Known | None:
        """Of days that come round, the latest before the range's end; "today" is not."""
        # "from Sunday to Wednesday" in an article of Friday: the Sunday before that Wednesday.
        anchored = self.single(text, end.end)
        again = self.comes_round(text) is not None
        return anchored if anchored and again else self.single(text, written_on)
