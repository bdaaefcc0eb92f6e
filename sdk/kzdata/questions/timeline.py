"""The timeline: events in order, dated as precisely as the words are and no more."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, ClassVar

from kzdata.engine.sql import LISTED, calendar_day, column, literal, table_named
from kzdata.errors import UsageError
from kzdata.evidence.hierarchy import hierarchy_of, require_value
from kzdata.evidence.profile import cell, declared, needed
from kzdata.evidence.receipts import Citation, EvidenceIndex
from kzdata.questions.answers import MOST, Rows, limited
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Events, Participants
from kzdata.standard.descriptor import Table

DAYS_KNOWN = frozenset({"day", "part_of_day", "night", "range"})
"""Precisions with which an event's days are known, so that it may stand in a calendar."""
# Of one day, what is known least precisely comes first, and the night, with which it ends, last.
_ORDER = ("before", "since", "year", "month", "week", "range", "day", "part_of_day", "night")


@dataclass(frozen=True, slots=True)
class EventReceipt:
    """A passage that an event rests on.

    Attributes:
        fields: The columns of the event that rest on it.
        citation: The passage.
    """

    fields: tuple[str, ...]
    citation: Citation


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        key: Key of the event.
        type: Kind of event.
        title: A line about it.
        description: More about it.
        start: First day that the words can mean; None where they set none.
        end: Last day; None where they set none.
        precision: How much time the days stand for; None where there is no date.
        place: Where.
        place_way: The places from its own up to the one that was asked for.
        certainty: How the articles present it.
        actors: Who took part, as pairs of actor and role.
        receipts: The passages that it rests on.
    """

    key: str
    type: str | None
    title: str
    description: str | None
    start: date | None
    end: date | None
    precision: str | None
    place: str | None
    place_way: tuple[str, ...]
    certainty: str | None
    actors: tuple[tuple[str, str | None], ...]
    receipts: tuple[EventReceipt, ...]

    @property
    def when(self) -> str:
        """The date in words, as precise as it is: `2022-01-05, part of the day`, `undated`."""
        return when(self.start, self.end, self.precision)

    @property
    def days_known(self) -> bool:
        """Whether it is known on which days it happened."""
        return self.start is not None and self.precision in {None, *DAYS_KNOWN}


@dataclass(frozen=True, slots=True)
class Timeline(Rows):
    """Events by their first day; those without a date are last.

    Attributes:
        place: The place that was asked for, with all that are part of it; None for all.
        actor: The actor, likewise.
        type: The type of event, likewise.
        events: The events.
        more: How many further events there are that the answer does not list.
        package: Name and version of the package.
        created: When the package was made, as it says itself.
    """

    place: str | None
    actor: str | None
    type: str | None
    events: tuple[Event, ...]
    more: int
    package: tuple[str, str]
    created: str | None

    columns: ClassVar[tuple[str, ...]] = (
        *("event", "when", "start", "end", "precision", "type", "title", "place", "certainty"),
        *("actors", "fields", "source", "span", "quote", "link"),
    )

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def rows(self) -> list[tuple[Any, ...]]:
        """One row for each receipt of each event."""
        return list(self._rows())

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        for event in self.events:
            actors = "; ".join(
                f"{actor} ({role})" if role else actor for actor, role in event.actors
            )
            head = (
                *(event.key, event.when, event.start, event.end, event.precision, event.type),
                *(event.title, event.place, event.certainty, actors),
            )
            for receipt in event.receipts:
                c = receipt.citation
                yield (*head, "; ".join(receipt.fields), c.source, c.span, c.quote, c.link)
            if not event.receipts:
                yield (*head, *[None] * 5)

    def __repr__(self) -> str:
        told = ", ".join(filter(None, (self.place, self.actor, self.type))) or "all"
        return f"<Timeline {told}: {len(self.events) + self.more} events>"

    def ics(self) -> str:
        """The events whose days are known as an iCalendar (RFC 5545) of all-day entries.

        What is undated, open at one end, or known to a month or a year only, would be given days
        that no article names; it is left out.

        Raises:
            MissingExtraError: icalendar is not installed.
        """
        from kzdata.questions.calendar import calendar

        return calendar(self)


def when(start: date | None, end: date | None, precision: str | None) -> str:
    """A date in words, as precise as its precision."""
    first, last = start or end, end or start
    if first is None or last is None:
        return "undated"
    spans = f"{first}" if first == last else f"{first} to {last}"
    words = {
        "part_of_day": f"{first}, part of the day",
        "night": f"night of {first}",
        "week": f"week from {first}",
        "month": f"{first:%Y-%m}",
        "year": f"{first:%Y}",
        "before": f"before or on {last}",
        "since": f"since {first}",
    }
    return words.get(precision or "", spans)


def timeline(
    dataset: Dataset,
    place: str | None = None,
    actor: str | None = None,
    type: str | None = None,
    limit: int = MOST,
) -> Timeline:
    """Answer `kz.timeline`; see there."""
    limit = limited(limit)
    asked = _EventQuery(dataset, place, actor, type)
    keys, more = asked.keys(limit)
    descriptor = dataset.descriptor
    created = descriptor.raw.get("created")
    return Timeline(
        *(place, actor, type, tuple(asked.events(keys)), more),
        *((descriptor.name, descriptor.version), created if isinstance(created, str) else None),
    )


class _EventQuery:
    """The table of events and what was asked of it."""

    def __init__(
        self, dataset: Dataset, place: str | None, actor: str | None, type: str | None
    ) -> None:
        self._dataset, self._database = dataset, dataset.database
        self._table, self._events = needed(dataset.descriptor, Events, "a timeline")
        self._place = place
        self._key = cell(self._table.schema.primary_key[0], "e")
        self._wanted = [f"{self._key} IS NOT NULL"]
        for role, value in (("place", place), ("type", type)):
            if value is not None:
                name = getattr(self._events, role)
                if name is None:
                    raise UsageError(f"no event has a {role}: kzdata:events declares no {role}")
                known = self._within(role, self._table, name, value)
                self._wanted.append(f"{cell(name, 'e')} IN {known}")
        if actor is not None:
            table, p = needed(dataset.descriptor, Participants, "a timeline of an actor")
            known = self._within("actor", table, p.actor, actor)
            self._wanted.append(
                f"{self._key} IN (SELECT {cell(p.event)} FROM {table_named(table.name)} t "
                f"WHERE {cell(p.actor)} IN {known})"
            )

    def _within(self, role: str, table: Table, name: str, value: str) -> str:
        """SQL of a value of a column and all that is part of it; a UsageError where it has none."""
        values = hierarchy_of(self._dataset, table, name)
        require_value([values], role, value)
        return f"(SELECT id FROM {values.within(value)})"

    @property
    def _from(self) -> str:
        return f"{table_named(self._table.name)} AS e WHERE {' AND '.join(self._wanted)}"

    def _days(self) -> tuple[str, str, str]:
        dates = next(iter(self._table.schema.dates), None)
        if dates is None:
            return "CAST(NULL AS DATE)", "CAST(NULL AS DATE)", "CAST(NULL AS VARCHAR)"
        end = column(dates.end, "e") if dates.end else "NULL"
        return calendar_day(column(dates.start, "e")), calendar_day(end), cell(dates.precision, "e")

    def keys(self, limit: int) -> tuple[list[str], int]:
        """Keys of the events in order, and how many more there are than are listed.

        In order of the day with which they begin, or, for `before`, end; then by `_ORDER`.
        """
        start, end, precision = self._days()
        ranks = " ".join(f"WHEN {literal(name)} THEN {rank}" for rank, name in enumerate(_ORDER))
        # Keys alone are put in order: the rest is read of the few events that are listed.
        rows = self._database.rows(
            f"""SELECT {self._key} FROM {self._from} ORDER BY coalesce({start}, {end}) NULLS LAST,
            CASE {precision} {ranks} END NULLS FIRST, 1 LIMIT {limit}"""
        )
        # Counting all events takes as long as the answer itself, and is not needed for a short one.
        more = 0
        if len(rows) >= limit:
            ((count,),) = self._database.rows(f"SELECT count(*) FROM {self._from}")
            more = count - len(rows)
        return [key for (key,) in rows], more

    def events(self, keys: list[str]) -> Iterator[Event]:
        """The events of keys, in their order."""
        columns = dict(zip(("start", "end", "precision"), self._days(), strict=True))
        for name in ("type", "title", "description", "place", "certainty"):
            columns[name] = cell(getattr(self._events, name), "e")
        columns |= {"key": self._key, "title": f"coalesce({columns['title']}, {self._key})"}
        rows = self._database.rows(
            f"SELECT {', '.join(columns.values())} FROM {table_named(self._table.name)} AS e "
            f"WHERE {self._key} IN {LISTED}",
            [keys],
        )
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        found = {record["key"]: record for record in records}
        ways: dict[str, tuple[str, ...]] = {}
        if self._place is not None and self._events.place is not None:
            places = hierarchy_of(self._dataset, self._table, self._events.place)
            ways = places.paths((record["place"] for record in records), self._place)
        actors = _by_key(self._actors(keys))
        receipts = _by_key(EvidenceIndex(self._dataset).cited(keys))
        # A key may have characters that no query can ask for.
        for key in filter(found.__contains__, keys):
            yield Event(
                **found[key],
                place_way=ways.get(found[key]["place"], ()),
                actors=tuple(actors.get(key, ())),
                receipts=tuple(EventReceipt(*cited) for cited in receipts.get(key, ())),
            )

    def _actors(self, keys: list[str]) -> list[tuple[Any, ...]]:
        """Who took part in events, as event, actor and role."""
        if not (participants := declared(self._dataset.descriptor, Participants)):
            return []
        table, p = participants
        event, actor = cell(p.event), cell(p.actor)
        return self._database.rows(
            f"SELECT {event}, {actor}, {cell(p.role)} FROM {table_named(table.name)} t "
            f"WHERE {event} IN {LISTED} AND {actor} IS NOT NULL ORDER BY ALL",
            [keys],
        )


def _by_key(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    """What stands beside a key in rows that are in the order of their keys."""
    return {key: [row[1:] for row in group] for key, group in groupby(rows, lambda row: row[0])}
