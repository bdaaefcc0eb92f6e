"""The timeline: events in order, dated as precisely as the words are and no more."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from kzdata.engine.sql import LISTED, calendar_day, identifier, literal, table_named, text
from kzdata.errors import UsageError
from kzdata.evidence.hierarchy import check, scope
from kzdata.evidence.profile import declared, needed
from kzdata.evidence.receipts import Citation, Ledger
from kzdata.questions.answers import MOST, Rows
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Events, Participants

DAYS_KNOWN = frozenset({"day", "part_of_day", "night", "range"})
"""Precisions with which an event's days are known, so that it may stand in a calendar."""

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

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """One row for each receipt of each event."""
        for event in self.events:
            actors = "; ".join(
                f"{actor} ({role})" if role else actor for actor, role in event.actors
            )
            told = (event.key, event.when, event.start, event.end, event.precision, event.type)
            told = (*told, event.title, event.place, event.certainty, actors)  # type: ignore[assignment]
            for receipt in event.receipts:
                c = receipt.citation
                yield (*told, "; ".join(receipt.fields), c.source, c.span, c.quote, c.link)
            if not event.receipts:
                yield (*told, *[None] * 5)

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
    asked = _Asked(dataset, place, actor, type)
    keys, more = asked.keys(limit)
    descriptor = dataset.descriptor
    created = descriptor.raw.get("created")
    return Timeline(
        *(place, actor, type, tuple(asked.events(keys)), more),
        *((descriptor.name, descriptor.version), created if isinstance(created, str) else None),
    )


class _Asked:
    """The table of events and what was asked of it."""

    def __init__(
        self, dataset: Dataset, place: str | None, actor: str | None, type: str | None
    ) -> None:
        self._dataset, self._database = dataset, dataset.database
        self._table, self._events = needed(dataset.descriptor, Events, "a timeline")
        self._place = place
        self._key = text(f"e.{identifier(self._table.schema.primary_key[0])}")
        self._wanted = [
            f"{self._key} IS NOT NULL",
            *self._within("place", self._events.place, place),
            *self._within("type", self._events.type, type),
            *self._taking_part(actor),
        ]

    def _within(self, role: str, column: str | None, value: str | None) -> Iterator[str]:
        if value is None:
            return
        if column is None:
            raise UsageError(f"no event has a {role}: kzdata:events declares no {role}")
        values = scope(self._dataset, self._table, column)
        check([values], role, value)
        yield f"{text(f'e.{identifier(column)}')} IN (SELECT id FROM {values.within(value)})"

    def _taking_part(self, actor: str | None) -> Iterator[str]:
        if actor is None:
            return
        descriptor = self._dataset.descriptor
        table, p = needed(descriptor, Participants, "a timeline of an actor")
        actors = scope(self._dataset, table, p.actor)
        check([actors], "actor", actor)
        yield (
            f"{self._key} IN (SELECT {text(identifier(p.event))} FROM {table_named(table.name)} "
            f"WHERE {text(identifier(p.actor))} IN (SELECT id FROM {actors.within(actor)}))"
        )

    @property
    def _from(self) -> str:
        return f"{table_named(self._table.name)} AS e WHERE {' AND '.join(self._wanted)}"

    def _days(self) -> tuple[str, str, str]:
        dates = next(iter(self._table.schema.dates), None)
        if dates is None:
            return "CAST(NULL AS DATE)", "CAST(NULL AS DATE)", "CAST(NULL AS VARCHAR)"
        start, end, precision = (
            f"e.{identifier(name)}" if name else "NULL"
            for name in (dates.start, dates.end, dates.precision)
        )
        return calendar_day(start), calendar_day(end), text(precision)

    def keys(self, limit: int) -> tuple[list[str], int]:
        """Keys of the events in order, and how many more there are than are listed.

        In order of the day with which they begin, or, for `before`, end; of those of one day, what
        is known less precisely stands first, and the night, which comes last, last.
        """
        start, end, precision = self._days()
        ranks = " ".join(f"WHEN {literal(name)} THEN {rank}" for rank, name in enumerate(_ORDER))
        rows = self._database.rows(
            f"""SELECT {self._key} FROM {self._from} ORDER BY coalesce({start}, {end}) NULLS LAST,
            CASE {precision} {ranks} END NULLS FIRST, 1 LIMIT {limit}"""
        )
        if len(rows) < limit:
            return [key for (key,) in rows], 0
        ((count,),) = self._database.rows(f"SELECT count(*) FROM {self._from}")
        return [key for (key,) in rows], count - len(rows)

    def events(self, keys: list[str]) -> Iterator[Event]:
        """The events of keys, in their order."""
        e = self._events
        days = zip(("start", "end", "precision"), self._days(), strict=True)
        columns = {"key": self._key, **dict(days)}
        for name in ("type", "title", "description", "place", "certainty"):
            column = getattr(e, name)
            columns[name] = text(f"e.{identifier(column)}") if column else "NULL"
        columns["title"] = f"coalesce({columns['title']}, {self._key})"
        rows = self._database.rows(
            f"SELECT {', '.join(columns.values())} FROM {table_named(self._table.name)} AS e "
            f"WHERE {self._key} IN {LISTED}",
            [keys],
        )
        told = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
        ways = self._ways(event["place"] for event in told.values())
        actors = self._actors(keys)
        receipts: dict[str, list[EventReceipt]] = {}
        for key, fields, citation in Ledger(self._dataset).cited(keys):
            receipts.setdefault(key, []).append(EventReceipt(fields, citation))
        for key in filter(told.__contains__, keys):
            event = told[key]
            yield Event(
                **event,
                place_way=ways.get(event["place"], ()),
                actors=tuple(actors.get(key, ())),
                receipts=tuple(receipts.get(key, ())),
            )

    def _ways(self, places: Iterable[str | None]) -> dict[str, tuple[str, ...]]:
        column = self._events.place
        if self._place is None or column is None:
            return {}
        return scope(self._dataset, self._table, column).ways(places, self._place)

    def _actors(self, keys: list[str]) -> dict[str, list[tuple[str, str | None]]]:
        if not (participants := declared(self._dataset.descriptor, Participants)):
            return {}
        table, p = participants
        event, actor = text(identifier(p.event)), text(identifier(p.actor))
        role = text(identifier(p.role)) if p.role else "NULL"
        found: dict[str, list[tuple[str, str | None]]] = {}
        for key, who, how in self._database.rows(
            f"SELECT {event}, {actor}, {role} FROM {table_named(table.name)} "
            f"WHERE {event} IN {LISTED} AND {actor} IS NOT NULL ORDER BY ALL",
            [keys],
        ):
            found.setdefault(key, []).append((who, how))
        return found
