"""The date grammar against its golden table, against the calendar, and against anything."""

import calendar
import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kzdata.errors import DateError
from kzdata.evidence.dates import PRECISIONS, resolve
from strategies import any_text, mangled

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
THURSDAY = date(2022, 1, 6)


def golden() -> list[dict[str, str]]:
    path = Path(__file__).parent / "dates_golden.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


GOLDEN = golden()
WORDS = sorted({word for row in GOLDEN for word in row["wording"].split()})
days = st.dates(date(1600, 1, 1), date(2999, 12, 31))


# ------------------------------------------------------------------------------ tables


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: f"{row['wording']} @ {row['written_on']}")
def test_each_golden_wording_has_its_days(row: dict[str, str]) -> None:
    found = resolve(row["wording"], date.fromisoformat(row["written_on"]))
    assert tuple(str(value or "") for value in found) == (
        row["start"],
        row["end"],
        row["precision"],
    )


def test_golden_table_is_large_and_shows_every_precision() -> None:
    """Catches a precision that is documented and never produced, or the other way round."""
    assert len(GOLDEN) >= 60
    assert {row["precision"] for row in GOLDEN} == set(PRECISIONS)


@pytest.mark.parametrize(
    "row", [row for row in GOLDEN if "day" in row["wording"].lower()], ids=lambda r: r["wording"]
)
def test_golden_weekdays_agree_with_the_calendar(row: dict[str, str]) -> None:
    """Catches a golden row that was itself worked out wrongly."""
    named = [i for i, name in enumerate(WEEKDAYS) if name.lower() in row["wording"].lower()]
    day = row["start"] or row["end"]
    if named:
        assert calendar.weekday(*map(int, day.split("-"))) == named[0]


@pytest.mark.parametrize(
    ("wording", "message"),
    [
        ("The next morning", "another sentence"),
        ("the next day", "another sentence"),
        ("on the following day", "another sentence"),
        ("that day", "another sentence"),
        ("until that day", "another sentence"),
        ("the same evening", "another sentence"),
        ("a day earlier", "another sentence"),
        ("since then", "another sentence"),
        ("later", "another sentence"),
        ("several days ago", "counted number"),
        ("about a month ago", "counted number"),
        ("two day ago", "counted number"),
        ("hours ago", "counted number"),
        ("Wednesday, January 6", "is a Thursday"),
        ("Late on Friday, January 5, 2022", "is a Wednesday"),
        ("from today to yesterday", "reversed"),
        ("January 7, 2022 to January 5, 2022", "reversed"),
        ("February 30", "no day 30"),
        ("January 0", "no such day"),
        ("February 29, 2022", "no such day"),
        ("2022-02-30", "no such day"),
        ("2022-1-5", "not a date"),
        ("2022/01/05", "not a date"),
        ("01/05/2022", "not a date"),
        ("January 2nd to", "not a date"),
        ("January 5st", "not a date"),
        ("9999 years ago", "no such day"),
        ("Wednesdays", "not a date"),
        ("on", "not a date"),
        ("in October night", "not a date"),
        ("the morning of Wednesday night", "not a date"),
        ("since since 2018", "not a date"),
        (" today", "stray blanks"),
        ("today ", "stray blanks"),
        ("last  night", "stray blanks"),
        ("", "stray blanks"),
        ("January \u0665", "U+0665"),
        ("January\u00a05", "U+00A0"),
        ("today" * 21, "at most 100"),
    ],
)
def test_refused_wordings(wording: str, message: str) -> None:
    with pytest.raises(DateError) as caught:
        resolve(wording, THURSDAY)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "wording", ["yesterday", "last week", "Sunday", "a month ago", "overnight"]
)
def test_a_date_before_the_calendar_is_refused(wording: str) -> None:
    """Catches OverflowError and ValueError from date arithmetic."""
    with pytest.raises(DateError):
        resolve(wording, date.min)


@pytest.mark.parametrize("wording", ["tomorrow", "tonight", "next Friday", "next year"])
def test_a_date_after_the_calendar_is_refused(wording: str) -> None:
    with pytest.raises(DateError):
        resolve(wording, date.max)


# ------------------------------------------------------------------------------ properties


@given(st.sampled_from(WEEKDAYS), days, st.sampled_from(["{}", "on {}", "Earlier {}"]))
def test_a_weekday_is_the_latest_one(name: str, written_on: date, pattern: str) -> None:
    start, end, precision = resolve(pattern.format(name), written_on)
    assert start and start == end and precision == "day"
    assert calendar.weekday(start.year, start.month, start.day) == WEEKDAYS.index(name)
    assert timedelta(0) <= written_on - start < timedelta(7)


@given(st.sampled_from(WEEKDAYS), days)
def test_last_and_next_weekdays_never_are_the_day_itself(name: str, written_on: date) -> None:
    before, after = resolve(f"last {name}", written_on), resolve(f"next {name}", written_on)
    assert before.start and after.start
    assert timedelta(0) < written_on - before.start <= timedelta(7)
    assert timedelta(0) < after.start - written_on <= timedelta(7)
    assert before.start.weekday() == after.start.weekday() == WEEKDAYS.index(name)


@given(days)
def test_full_dates_mean_themselves(day: date) -> None:
    name, month = WEEKDAYS[day.weekday()], MONTHS[day.month - 1]
    for wording in (
        f"{name}, {month} {day.day}, {day.year}",
        f"{day.day} {month} {day.year}",
        day.isoformat(),
        f"on {month} {day.day}",
        f"{name}, {month} {day.day}",
    ):
        assert resolve(wording, day) == (day, day, "day")


@given(days, days)
def test_dates_without_a_year_are_the_latest_ones(day: date, written_on: date) -> None:
    found = resolve(f"{MONTHS[day.month - 1]} {day.day}", written_on).start
    assert found and (found.month, found.day) == (day.month, day.day)
    assert found <= written_on
    if day.day < 29:
        assert written_on - found < timedelta(366)


BOUNDS = ["until", "till", "through", "by", "before", "prior to"]


@given(days, st.integers(-180, 180), st.sampled_from(BOUNDS))
def test_a_date_that_ends_a_time_is_the_nearest(day: date, away: int, word: str) -> None:
    """Catches "until January 19" that on 7 January is over for a year."""
    assume(day.year not in (1600, 2999))
    end = day + timedelta(away)
    assume((end.month, end.day) != (2, 29))
    for wording in (
        f"{MONTHS[end.month - 1]} {end.day}",
        f"the morning of {end.day} {MONTHS[end.month - 1]}",
    ):
        assert resolve(f"{word} {wording}", day) == (None, end, "before")
        if away >= 0:
            found = resolve(f"from {day.isoformat()} to {wording}", day)
            assert found == (day, end, "range")


@given(days, st.integers(-3, 3), st.sampled_from(BOUNDS))
def test_a_weekday_that_ends_a_time_is_the_nearest(day: date, away: int, word: str) -> None:
    end = day + timedelta(away)
    assert resolve(f"{word} {WEEKDAYS[end.weekday()]}", day) == (None, end, "before")
    since = resolve(f"since {WEEKDAYS[end.weekday()]}", day).start
    assert since and since <= day


@pytest.mark.parametrize("wording", ["until Sunday", "until January 5", "through December"])
@pytest.mark.parametrize("day", [date.max, date.max - timedelta(2)])
def test_an_end_at_the_end_of_the_calendar_is_read(wording: str, day: date) -> None:
    """Catches an OverflowError of a look ahead."""
    end = resolve(wording, day).end
    assert end and end <= date.max


@given(st.sampled_from(MONTHS), days)
def test_months_are_whole_and_begun(name: str, written_on: date) -> None:
    start, end, precision = resolve(f"in {name}", written_on)
    assert start and end
    assert precision == "month" and start.day == 1 and (end + timedelta(1)).day == 1
    assert start.month == end.month == MONTHS.index(name) + 1
    assert start <= written_on < start.replace(year=start.year + 1)


@given(days, st.integers(1, 99))
def test_days_ago_are_counted_back(written_on: date, number: int) -> None:
    unit = "day" if number == 1 else "days"
    assert resolve(f"{number} {unit} ago", written_on).start == written_on - timedelta(number)


@given(st.sampled_from(GOLDEN), st.dates())
def test_every_wording_is_read_from_every_day(row: dict[str, str], written_on: date) -> None:
    try:
        start, end, precision = resolve(row["wording"], written_on)
    except DateError:
        assume(False)
    assert precision == row["precision"]
    assert start is None or end is None or start <= end


@given(any_text(110) | mangled(WORDS), st.dates())
def test_anything_else_is_a_date_error(wording: str, written_on: date) -> None:
    try:
        found = resolve(wording, written_on)
    except DateError as error:
        assert "\n" not in str(error) and "\r" not in str(error)
    else:
        assert found.precision in PRECISIONS and len(wording) <= 100
