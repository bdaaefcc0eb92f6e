"""Intervals and days: Python and SQL say the same, and so do a question and a rule."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzdata.engine.database import Database
from kzdata.engine.sql import literal
from kzdata.evidence.intervals import HULL, Interval, exceeds, hull, window, window_sql
from kzdata.standard.declarations import Figure
from kzdata.validation.rules.links import _exceeds

ENGINE = Database()
ENDS = st.none() | st.integers(0, 9)
INTERVALS = st.builds(Interval, ENDS, ENDS, st.booleans(), st.booleans())
PRECISIONS = ["day", "part_of_day", "night", "week", "month", "year", "range", "before", "since"]


def row(interval: Interval) -> str:
    low, high = ("NULL" if end is None else str(end) for end in (interval.low, interval.high))
    ends = f"CAST({low} AS DOUBLE) AS low, CAST({high} AS DOUBLE) AS high"
    return f"SELECT {ends}, {interval.above} AS above, {interval.below} AS below"


@given(st.lists(INTERVALS, min_size=1, max_size=6))
def test_the_hull_of_intervals_is_the_same_in_python_and_in_sql(intervals: list[Interval]) -> None:
    """Catches an export whose range is not that of `kz.toll`."""
    found = hull(intervals)
    assert found
    rows = " UNION ALL ".join(map(row, intervals))
    (told,) = ENGINE.rows(f"SELECT {', '.join(HULL.values())} FROM ({rows})")
    expected = Interval.of(told)
    assert (found.low, found.high) == (expected.low, expected.high)
    assert found.low is None or found.above == expected.above
    assert found.high is None or found.below == expected.below


def test_the_hull_of_nothing_is_nothing() -> None:
    assert hull([]) is None


DAYS = st.none() | st.dates(date(1000, 1, 1), date(2999, 12, 31))


@given(DAYS, DAYS, st.sampled_from([*PRECISIONS, None]), st.sampled_from(["DATE", "VARCHAR"]))
def test_the_days_of_a_date_are_the_same_in_python_and_in_sql(
    start: date | None, end: date | None, precision: str | None, kind: str
) -> None:
    """Catches a week, a night or a month that one of the two does not know."""
    first, last = (
        f"CAST({literal(str(day)) if day else 'NULL'} AS {kind})" for day in (start, end)
    )
    said = f"CAST({literal(precision) if precision else 'NULL'} AS VARCHAR)"
    (told,) = ENGINE.rows(f"SELECT {', '.join(window_sql(first, last, said, kind))}")
    assert told == (window(start, end, precision) or (None, None))


@pytest.mark.parametrize(
    ("precision", "last"),
    [("day", "2022-02-07"), ("night", "2022-02-08"), ("week", "2022-02-13"),
     ("month", "2022-02-28"), ("year", "2022-12-31")],
)  # fmt: skip
def test_the_last_day_follows_from_the_precision(precision: str, last: str) -> None:
    monday = date(2022, 2, 7)
    assert window(monday, None, precision) == (monday, date.fromisoformat(last))


FIGURE = Figure(text="text", low="low_", high="high_", qualifier="q", span="s")
FIGURES = [
    *((number, number, "exact") for number in (59, 60, 61)),
    *((number, None, "more_than") for number in (59, 60)),
    *((None, number, "less_than") for number in (60, 61)),
    (None, 60, "at_most"),
    (60, None, "at_least"),
]


@pytest.mark.parametrize("counts", [True, False])
def test_a_rule_compares_figures_as_a_question_does(counts: bool) -> None:
    """Catches "more than 59" and "less than 60" people that exclude each other for one alone."""
    for one, other in product(FIGURES, repeat=2):
        sides = []
        for low, high, qualifier in (one, other):
            interval = Interval(low, high, qualifier == "more_than", qualifier == "less_than")
            least, most = ("NULL" if end is None else literal(str(end)) for end in (low, high))
            cells = f"{least} AS low_, {most} AS high_, {literal(qualifier)} AS q"
            sides.append(f"({row(interval)}, {cells})")
        ((question, rule),) = ENGINE.rows(
            f"SELECT coalesce({exceeds('c', 'o', counts)}, false), "
            f"{_exceeds(FIGURE, 'c', 'o', counts)} FROM {sides[0]} c, {sides[1]} o"
        )
        assert question == rule, (one, other)
