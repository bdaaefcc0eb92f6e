"""Disagreements that are found by ends of groups are those of every claim with every other."""

import json
import math
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from kzdata.engine.database import Database
from kzdata.engine.sql import literal, table_named, temp_table
from kzdata.errors import QueryError
from kzdata.evidence import pairs as question
from kzdata.evidence.intervals import last_day
from packages import Spec, build, column, columns, key

PLACES = {"land": None, "north": "land", "town": "north", "south": "land", "gone": "lost"}
"""Places and what they are part of; `lost` is in no table."""
CROWDS = {"people": None, "police": "people"}


class Said(NamedTuple):
    """A row of the table of claims."""

    key: str
    event: str
    outcome: str
    unit: str
    population: str
    place: str
    low: str
    high: str
    qualifier: str
    start: str
    end: str
    precision: str


DAYS = [f"2031-01-{day:02}" for day in (1, 2, 3, 4, 9)]
ENDS = st.sampled_from(["", "1", "2", "2.5", "3", "4", "inf", "nan"])
SAID = st.builds(
    Said,
    key=st.just(""),
    event=st.sampled_from(["", "e", "f"]),
    outcome=st.sampled_from(["", "killed", "hurt"]),
    unit=st.sampled_from(["", "", "cars"]),
    population=st.sampled_from(["", *CROWDS, *CROWDS]),
    place=st.sampled_from(["", *PLACES, "lost"]),
    low=ENDS,
    high=ENDS,
    qualifier=st.sampled_from(["exact", "exact", "more_than", "less_than", "unquantified", ""]),
    start=st.sampled_from(["", *DAYS, *DAYS]),
    end=st.sampled_from(["", "", *DAYS]),
    precision=st.sampled_from(["day", "day", "month", "before", "since", "night"]),
).filter(lambda said: not said.end or said.start <= said.end)
"""Claims of valid packages: a period that ends before it begins is a finding of `date-order`."""


def package(root: Path, claims: list[Said], counts: bool) -> Path:
    """A package of these claims; their figures count people, or measure something."""
    articles: dict[str, Any] = {"fields": columns("key sha256 length"), "primaryKey": "key"}
    articles["kzdata:sources"] = {"id": "key", "sha256": "sha256", "length": "length"}
    names = "id source start end quote occurrence"
    spans: dict[str, Any] = {"fields": columns(names), "primaryKey": "id"}
    spans["kzdata:spans"] = {name: name for name in names.split()}
    about = {"outcome": "outcome"} if counts else {"subject": "outcome"}
    roles = {name: name for name in ("event", "unit", "population", "place")}
    schema: dict[str, Any] = {
        "fields": [column("key", evidence="exempt"), *columns(" ".join(Said._fields[1:]) + " s")],
        "primaryKey": "key",
        "foreignKeys": [key("population", "crowds", "id"), key("place", "places", "id")],
        "kzdata:principal": "s",
        "kzdata:figure": {"text": "low", "low": "low", "high": "high",
                          "qualifier": "qualifier", "span": "s"},
        "kzdata:dates": [{"start": "start", "end": "end", "precision": "precision"}],
        "kzdata:claims": about | roles,
    }  # fmt: skip
    tree = {"fields": columns("id part"), "primaryKey": "id", "kzdata:parent": "part"}
    trees = {
        name: [[one, whole or ""] for one, whole in values.items()]
        for name, values in (("places", PLACES), ("crowds", CROWDS))
    }
    build(root, [
        Spec("articles", articles, [["p", "0" * 64, "10"]]),
        Spec("spans", spans, [["c", "p", "0", "3", "abc", "1"]]),
        *(Spec(name, tree, rows) for name, rows in trees.items()),
        Spec("claims", schema, [[*said, "c"] for said in claims]),
    ])  # fmt: skip
    return root


# ------------------------------------------------------------------------------ the oracle


def within(part: str, whole: str, parents: dict[str, str | None]) -> bool | None:
    """Whether one lies within the other; None where one of them is not said."""
    if not part or not whole:
        return None
    above: str | None = part
    while above is not None and above != whole:
        above = parents.get(above)
    return above == whole


def window(said: Said) -> tuple[date, date] | None:
    """The first and the last day that a claim can mean."""
    start, end = (date.fromisoformat(day) if day else None for day in (said.start, said.end))
    shown = start or end
    if shown is None:
        return None
    first, last = shown, end or shown
    if said.precision == "before":
        first = date.min
    if said.precision == "since":
        last = date.max
    elif start and not end and said.precision == "night":
        last = start + timedelta(1)
    elif start and not end and said.precision == "month":
        last = start + timedelta(30)
    return first, last


def larger(one: Said, other: Said, counts: bool) -> bool:
    """Whether every number of one figure is larger than every number of the other."""
    if not one.low or not other.high:
        return False
    low, high = float(one.low), float(other.high)
    above, below = one.qualifier == "more_than", other.qualifier == "less_than"
    if counts and math.isfinite(low):
        low = math.floor(low) + 1 if above else math.ceil(low)
    if counts and math.isfinite(high):
        high = math.ceil(high) - 1 if below else math.floor(high)
    # As in SQL, what is no number equals itself and is larger than any other.
    ranks = [(math.isnan(end), 0 if math.isnan(end) else end) for end in (low, high)]
    return ranks[0] > ranks[1] or (not counts and ranks[0] == ranks[1] and (above or below))


def overlap(one: Said, other: Said) -> bool | None:
    """Whether both can mean the same day; None where one of them says none."""
    ours, theirs = window(one), window(other)
    if ours is None or theirs is None:
        return None
    return ours[0] <= theirs[1] and theirs[0] <= ours[1]


def disagree(part: Said, whole: Said, counts: bool) -> bool:
    """Whether the first lies within the second and is larger all the same."""
    same = (part.outcome, part.unit) == (whole.outcome, whole.unit) and part.outcome
    numbered = all(
        s.qualifier not in ("", "unquantified") and s.low + s.high for s in (part, whole)
    )
    if not (same and numbered and larger(part, whole, counts)):
        return False
    known = [
        within(part.population, whole.population, CROWDS),
        within(part.place, whole.place, PLACES),
        overlap(part, whole),
    ]
    event = bool(part.event) and part.event == whole.event
    return all(known) or (None in known and False not in known and event)


def by_hand(claims: list[Said], counts: bool) -> list[tuple[str, str]]:
    """All pairs that disagree, in order."""
    return sorted(
        (one.key, other.key)
        for one, other in combinations(claims, 2)
        if disagree(one, other, counts) or disagree(other, one, counts)
    )


@pytest.fixture(params=[1, 4], ids=["few at first", "as always"])
def first(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """How many candidates are looked at first: so few that the other ways are gone too."""
    monkeypatch.setattr(question, "_FIRST", request.param)
    yield


@pytest.mark.usefixtures("first")
@settings(max_examples=25)
@given(
    st.lists(SAID, min_size=2, max_size=14),
    st.booleans(),
    st.sampled_from([1, 3, 1000]),
)
def test_disagreements_are_those_of_comparing_every_pair(
    claims: list[Said], counts: bool, limit: int
) -> None:
    """Catches a group whose ends are taken too narrow, and a pair left out for another."""
    claims = [said._replace(key=f"{number:02}") for number, said in enumerate(claims)]
    with TemporaryDirectory() as folder:
        with kzdata.load(package(Path(folder) / "package", claims, counts)) as kz:
            answer = kz.disagreements(limit=limit)
        found = [(one.first.key, one.second.key) for one in answer.found]
    expected = by_hand(claims, counts)
    assert found == expected[:limit], json.dumps([said._asdict() for said in claims])
    assert (answer.more > 0) == (len(expected) > limit)


# ------------------------------------------------------------------------------ what is held


def test_temporary_tables_hide_no_table_and_are_dropped() -> None:
    """Catches a question that leaves its tables behind, or reads them in place of the package's."""
    with Database(lockable=True) as database:
        database.run("CREATE TABLE claim AS SELECT 'of the package' AS said")
        database.lock()
        with database.temp_tables(
            claim="SELECT 'held' AS said", more=f"FROM {temp_table('claim')}"
        ):
            assert database.rows(f"FROM {temp_table('more')}") == [("held",)]
            assert database.rows(f"FROM {table_named('claim')}") == [("of the package",)]
            assert database.ask("FROM claim").rows() == [("of the package",)]
        with pytest.raises(QueryError):
            database.rows(f"FROM {temp_table('claim')}")


def test_temporary_tables_are_dropped_after_an_error() -> None:
    """Catches a question that fails and leaves the tables that it had made."""
    with Database() as database:
        with (
            pytest.raises(QueryError),
            database.temp_tables(good="SELECT 1", bad="FROM nowhere"),
        ):
            raise AssertionError("the block was entered")
        with pytest.raises(QueryError):
            database.rows(f"FROM {temp_table('good')}")


@given(
    st.dates(date(1, 1, 1), date(9998, 12, 31)),
    st.sampled_from(["day", "week", "night", "month", "year", "before", None]),
)
def test_the_last_day_of_a_date_is_that_of_its_text(day: date, precision: str | None) -> None:
    """Catches a short cut for typed dates that ends on another day."""
    said = "CAST(NULL AS VARCHAR)" if precision is None else literal(precision)
    text = literal(day.isoformat())
    typed = last_day(f"DATE {text}", said, "DATE")
    ((short, long),) = ENGINE.rows(f"SELECT {typed}, {last_day(text, said)}")
    assert short == long
    assert ENGINE.rows(f"SELECT {last_day(f'DATE {text}', kind='DATE')}") == [(day,)]


ENGINE = Database()
