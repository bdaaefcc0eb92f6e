"""Days of the calendar, as the date grammars of all languages count them.

What the words are is known to each grammar; here is what they mean. Days are of the Gregorian
calendar, both ends of an interval are included, and `written_on` is the day that the article's text
speaks from.
"""

import calendar
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
