"""The timeline: events in order, dated as precisely as the words are and no more."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any, ClassVar

from kzdata.engine.sql import LISTED, among, calendar_day, column, literal, table_named
from kzdata.errors import UsageError
from kzdata.evidence.hierarchy import hierarchy_of, require_value
from kzdata.evidence.names import Names, article_names, column_names, event_names
from kzdata.evidence.outside import OutsideReport, outside_of
from kzdata.evidence.profile import cell, declared, needed
from kzdata.evidence.receipts import Citation, EvidenceIndex
from kzdata.questions.answers import MOST, Rows, limited
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import (
    Edges,
    Events,
    Participants,
    Sources,
    Spans,
)
from kzdata.standard.descriptor import Table

DAYS_KNOWN = frozenset({"day", "part_of_day", "night", "range"})
"""Precisions with which an event's days are known, so that it may stand in a calendar."""
# Of one day, what is known least precisely comes first, and the night, with which it ends, last.
_ORDER = ("before", "since", "year", "month", "week", "range", "day", "part_of_day", "night")


_UNDATED = "undated"


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
        basis: What the date is the day of: `event`, `report`, or `article` where no words tell.
        known_by: Of an event without a date, the day that the first of its articles speaks from:
            what has happened is not after it.
        place: Where.
        place_way: The places from its own up to the one that was asked for.
        certainty: How the articles present it.
        part_of: The event that it is a part of.
        actors: Who took part, as pairs of actor and role.
        receipts: The passages that it rests on.
        outside: What publications besides the articles say of it, or of a claim about it.
    """

    key: str
    type: str | None
    title: str
    description: str | None
    start: date | None
    end: date | None
    precision: str | None
    basis: str | None
    known_by: date | None
    place: str | None
    place_way: tuple[str, ...]
    certainty: str | None
    part_of: str | None
    actors: tuple[tuple[str, str | None], ...]
    receipts: tuple[EventReceipt, ...]
    outside: tuple[OutsideReport, ...]

    @property
    def when(self) -> str:
        """The date in words, as precise as it is: `2022-01-05, part of the day`, `undated`.

        An event without a date is `known by` the day of its first article, and one that is dated by
        a report of it says so.
        """
        told = when(self.start, self.end, self.precision)
        if told == _UNDATED:
            return f"known by {self.known_by}" if self.known_by else told
        return f"{told} (day of the report)" if self.basis == "report" else told

    @property
    def days_known(self) -> bool:
        """Whether it is known on which days it happened."""
        return self.start is not None and self.precision in {None, *DAYS_KNOWN}


@dataclass(frozen=True, slots=True)
class Timeline(Rows):
    """Events by their first day; those without a date by the day by which they are known.

    Attributes:
        place: The place that was asked for, with all that are part of it; None for all.
        actor: The actor, likewise.
        type: The type of event, likewise.
        events: The events.
        more: How many further events there are that the answer does not list.
        package: Name and version of the package.
        created: When the package was made, as it says itself.
        names: What the keys of the answer are called.
    """

    place: str | None
    actor: str | None
    type: str | None
    events: tuple[Event, ...]
    more: int
    package: tuple[str, str]
    created: str | None
    names: Names = field(default_factory=dict, compare=False, repr=False)

    columns: ClassVar[tuple[str, ...]] = (
        *("event", "when", "start", "end", "precision", "basis", "known_by", "type", "title"),
        *("place", "certainty", "part_of", "actors", "fields", "source", "span", "quote", "link"),
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
                *(event.key, event.when, event.start, event.end, event.precision, event.basis),
                *(event.known_by, event.type, event.title, event.place, event.certainty),
                *(event.part_of, actors),
            )
            for receipt in event.receipts:
                c = receipt.citation
                yield (*head, "; ".join(receipt.fields), c.source, c.span, c.quote, c.link)
            if not event.receipts:
                yield (*head, *[None] * 5)

    @property
    def folded(self) -> tuple[tuple[Event, tuple[Event, ...]], ...]:
        """The events that stand by themselves, each with all of its parts that are listed."""
        listed = {event.key: event for event in self.events}
        parts: dict[str, list[Event]] = {}
        for event in self.events:
            parts.setdefault(_whole(event, listed), []).append(event)
        own = ((listed[key], among) for key, among in parts.items())
        ordered = ((one, tuple(part for part in among if part is not one)) for one, among in own)
        places = {event.key: place for place, event in enumerate(self.events)}
        return tuple(sorted(ordered, key=lambda pair: places[pair[0].key]))

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


def _whole(event: Event, listed: Mapping[str, Event]) -> str:
    """The outermost of the listed events that an event is a part of; itself, if of none."""
    steps = [event.key]
    while (above := listed[steps[-1]].part_of) and above in listed:
        # In a circle all are parts of the first: none of them may get lost.
        if above in steps:
            return min(steps[steps.index(above) :])
        steps.append(above)
    return steps[-1]


def when(start: date | None, end: date | None, precision: str | None) -> str:
    """A date in words, as precise as its precision."""
    first, last = start or end, end or start
    if first is None or last is None:
        return _UNDATED
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
    statements: bool = True,
    standing: bool = True,
) -> Timeline:
    """Answer `kz.timeline`; see there."""
    limit = limited(limit)
    left_out = [
        name for name, wanted in zip(_SORTS, (statements, standing), strict=True) if not wanted
    ]
    asked = _EventQuery(dataset, place, actor, type, left_out)
    keys, more = asked.keys(limit)
    descriptor = dataset.descriptor
    created = descriptor.raw.get("created")
    events = tuple(asked.events(keys))
    return Timeline(
        *(place, actor, type, events, more, (descriptor.name, descriptor.version)),
        *(created if isinstance(created, str) else None, asked.names(events)),
    )


_SORTS = ("statements", "standing")  # members of `kzdata:events` that list types to be left out


class _EventQuery:
    """The table of events and what was asked of it."""

    def __init__(
        self,
        dataset: Dataset,
        place: str | None,
        actor: str | None,
        type: str | None,
        left_out: Iterable[str] = (),
    ) -> None:
        self._dataset, self._database = dataset, dataset.database
        self._table, self._events = needed(dataset.descriptor, Events, "a timeline")
        self._place = place
        self._key = cell(self._table.schema.primary_key[0], "e")
        self._wanted: list[str] = [f"{self._key} IS NOT NULL"]
        for role, value in (("place", place), ("type", type)):
            if value is not None:
                name = getattr(self._events, role)
                if name is None:
                    raise UsageError(f"no event has a {role}: kzdata:events declares no {role}")
                known = self._within(role, self._table, name, value)
                self._wanted.append(f"{cell(name, 'e')} IN {known}")
        for name in left_out:
            kinds = getattr(self._events, name)
            if not kinds or not self._events.type:
                raise UsageError(f"kzdata:events declares no types that are {name}")
            self._wanted.append(f"{among(cell(self._events.type, 'e'), kinds)} IS NOT TRUE")
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

    @cached_property
    def _known(self) -> str:
        """SQL of the relation `id`, `day`: events without a date, and by when they are known.

        That is the first of the days that the articles speak from on which they rest: an article
        can only tell of what has happened by then.
        """
        descriptor = self._dataset.descriptor
        edges, spans = declared(descriptor, Edges), declared(descriptor, Spans)
        sources = declared(descriptor, Sources)
        start, end, _ = self._days()
        undated = f"{self._from} AND coalesce({start}, {end}) IS NULL"
        if not edges or not spans or not sources:
            return f"(SELECT {self._key} AS id, CAST(NULL AS DATE) AS day FROM {undated})"
        (edge, e), (span, s), (source, a) = edges, spans, sources
        days = [calendar_day(column(day)) for day in (a.written_on, a.published_on) if day]
        spoken = f"coalesce({', '.join(days)})" if days else "CAST(NULL AS DATE)"
        return f"""(WITH undated AS (SELECT {self._key} AS id FROM {undated}),
            article AS (SELECT {cell(a.id)} AS source, {spoken} AS day
                FROM {table_named(source.name)} AS t),
            passage AS (SELECT {cell(s.id)} AS span, {cell(s.source)} AS source
                FROM {table_named(span.name)} AS t),
            edge AS (SELECT {cell(e.record)} AS id, {cell(e.span)} AS span
                FROM {table_named(edge.name)} AS t SEMI JOIN undated ON id = {cell(e.record)})
            SELECT id, min(day) AS day FROM edge JOIN passage USING (span)
            JOIN article USING (source) GROUP BY id)"""

    def keys(self, limit: int) -> tuple[list[str], int]:
        """Keys of the events in order, and how many more there are than are listed.

        In order of the day with which they begin, or, for `before`, end, or by which they are
        known; then by `_ORDER`.
        """
        start, end, precision = self._days()
        ranks = " ".join(f"WHEN {literal(name)} THEN {rank}" for rank, name in enumerate(_ORDER))
        # Keys alone are put in order: the rest is read of the few events that are listed.
        rows = self._database.rows(
            f"""SELECT {self._key} FROM (SELECT e.* FROM {self._from}) AS e
            LEFT JOIN {self._known} AS known ON known.id = {self._key}
            ORDER BY coalesce({start}, {end}, known.day) NULLS LAST,
            known.day IS NULL, CASE {precision} {ranks} END NULLS FIRST, 1 LIMIT {limit}"""
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
        dates = next(iter(self._table.schema.dates), None)
        columns |= {"basis": cell(dates.basis if dates else None, "e"), "known_by": "known.day"}
        columns |= {"part_of": cell(self._table.schema.parent, "e")}
        rows = self._database.rows(
            f"""SELECT {", ".join(columns.values())} FROM {table_named(self._table.name)} AS e
            LEFT JOIN {self._known} AS known ON known.id = {self._key}
            WHERE {self._key} IN {LISTED}""",
            [keys],
        )
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        found = {record["key"]: record for record in records}
        ways: dict[str, tuple[str, ...]] = {}
        if self._place is not None and self._events.place is not None:
            places = hierarchy_of(self._dataset, self._table, self._events.place)
            ways = places.paths((record["place"] for record in records), self._place)
        actors = _by_key(self._actors(keys))
        receipts: dict[str, list[EventReceipt]] = {}
        for key, fields, citation in EvidenceIndex(self._dataset).cited(keys):
            receipts.setdefault(key, []).append(EventReceipt(fields, citation))
        outside = outside_of(self._dataset, keys)
        # A key may have characters that no query can ask for.
        for key in filter(found.__contains__, keys):
            yield Event(
                **found[key],
                place_way=ways.get(found[key]["place"], ()),
                actors=tuple(actors.get(key, ())),
                receipts=tuple(receipts.get(key, ())),
                outside=outside.get(key, ()),
            )

    def names(self, events: Iterable[Event]) -> Names:
        """What the keys of some events, and in them, are called."""
        listed = list(events)
        values = {"type": {e.type for e in listed}, "place": {e.place for e in listed}}
        values["place"] |= {step for e in listed for step in e.place_way}
        found: Names = {}
        for role, keys in values.items():
            if name := getattr(self._events, role):
                known = {key for key in keys if key}
                found[f"events.{role}"] = column_names(self._dataset, self._table.name, name, known)
        sources = {r.citation.source for e in listed for r in e.receipts}
        found["sources"] = article_names(self._dataset, sources)
        titles = {event.key: event.title for event in listed}
        wholes = {event.part_of for event in listed if event.part_of} - titles.keys()
        found["events"] = titles | (event_names(self._dataset, wholes) if wholes else {})
        if participants := declared(self._dataset.descriptor, Participants):
            table, p = participants
            actors = {actor for event in listed for actor, _ in event.actors}
            found["actors"] = column_names(self._dataset, table.name, p.actor, actors)
        return found

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
