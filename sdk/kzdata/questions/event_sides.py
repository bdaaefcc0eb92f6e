"""Events that disagree: articles that give one event two days, and states that exclude each other.

What the words of an article mean as a day is worked out from the receipts of the event's date, seen
from the day that the article speaks from. Which types of events exclude each other is declared
(`opposed` of `kzdata:events`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice, product
from typing import Any

from kzdata.engine.sql import LISTED, among, literal, table_named
from kzdata.errors import DateError
from kzdata.evidence.hierarchy import hierarchy_of
from kzdata.evidence.intervals import window
from kzdata.evidence.languages import grammar
from kzdata.evidence.names import called, event_names
from kzdata.evidence.profile import cell, declared
from kzdata.evidence.receipts import Citation, EvidenceIndex
from kzdata.questions.sides import Question, Side
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Edges, Events, Sources
from kzdata.standard.descriptor import Table

_SURE = ("day", "part_of_day", "night", "range", "week", "month", "year")


def event_questions(
    dataset: Dataset, place: str | None, event: str | None, limit: int
) -> Iterator[Question]:
    """The questions that events of a place, or one event, leave open; at most so many of a kind."""
    if not (found := declared(dataset.descriptor, Events)):
        return
    asked = _Events(dataset, *found, place, event, limit)
    yield from asked.days()
    yield from asked.states()


def event_receipts(
    dataset: Dataset, events: Iterable[str], roles: Iterable[str] = ("type",)
) -> dict[str, list[Citation]]:
    """The passages that tell what events are, or what else of them, by event."""
    found: dict[str, list[Citation]] = defaultdict(list)
    table, edges = declared(dataset.descriptor, Events), declared(dataset.descriptor, Edges)
    if table and edges and (keys := list(events)):
        columns = {getattr(table[1], role) for role in roles}
        for key, fields, citation in EvidenceIndex(dataset).cited(keys):
            if columns & set(fields):
                found[key].append(citation)
    return found


class _Events:
    """The table of events, and those of it that were asked for."""

    def __init__(
        self,
        dataset: Dataset,
        table: Table,
        role: Events,
        place: str | None,
        event: str | None,
        limit: int,
    ) -> None:
        self._dataset, self._table, self._role, self._limit = dataset, table, role, limit
        self._key = cell(table.schema.primary_key[0])
        self._dates = next(iter(table.schema.dates), None)
        wanted = [f"{self._key} IS NOT NULL"]
        if event is not None:
            wanted.append(f"{self._key} = {literal(event)}")
        if place is not None:
            within = "(SELECT '' WHERE false)"
            if role.place:
                within = (
                    f"(SELECT id FROM {hierarchy_of(dataset, table, role.place).within(place)})"
                )
            wanted.append(f"{cell(role.place)} IN {within}")
        self._wanted = " AND ".join(wanted)

    # ---------------------------------------------------------------------------- days

    def days(self) -> Iterator[Question]:
        """Events for which two articles name days that exclude each other."""
        edges = declared(self._dataset.descriptor, Edges)
        sources = declared(self._dataset.descriptor, Sources)
        if self._dates is None or not edges or not sources or not sources[1].written_on:
            return
        written = self._written_on(*sources)
        for key, cited in self._dated().items():
            sides: dict[tuple[Any, Any], list[Citation]] = {}
            for citation in cited:
                if days := _days(citation, *written.get(citation.source, (None, None))):
                    sides.setdefault(days, []).append(citation)
            if _exclude(sides):
                yield self._day_question(key, sides)

    def _day_question(self, key: str, sides: dict[tuple[Any, Any], list[Citation]]) -> Question:
        title = event_names(self._dataset, [key]).get(key, key)
        told = [
            Side(_span(*days), (), (key,), tuple(cited)) for days, cited in sorted(sides.items())
        ]
        asks = f"{title}: {' or '.join(side.says for side in told)}?"
        reason = "two articles name days for it that exclude each other"
        # Who gives it a range has seen that the articles differ.
        return Question("contradiction", self._ranged(key), asks, tuple(told), (reason,))

    def _ranged(self, key: str) -> bool:
        assert self._dates
        rows = self._rows([cell(self._dates.precision)], f"{self._key} = {literal(key)}")
        return [precision for (precision,) in rows] == ["range"]

    def _dated(self) -> dict[str, list[Citation]]:
        """The passages that name the days of events which rest on more than one of them."""
        assert self._dates
        # What is said, or lasts, may be so on several days.
        lasting = among(cell(self._role.type), (*self._role.statements, *self._role.standing))
        keys = [
            key for (key,) in self._rows([self._key], f"{self._wanted} AND {lasting} IS NOT TRUE")
        ]
        found: dict[str, dict[str, Citation]] = defaultdict(dict)
        index = EvidenceIndex(self._dataset)
        for name in filter(None, (self._dates.start, self._dates.end)):
            for key, citation in index.coded(keys, name):
                found[key][citation.span] = citation
        several = {k: list(c.values()) for k, c in found.items() if len(c) > 1}
        return dict(list(several.items())[: self._limit])

    def _written_on(self, table: Table, role: Sources) -> dict[str, tuple[Any, Any]]:
        """The day that each article speaks from, and its language."""
        parts = ", ".join(map(cell, (role.id, role.written_on, role.language)))
        rows = self._dataset.database.rows(f"SELECT {parts} FROM {table_named(table.name)} t")
        return {source: (day, language) for source, day, language in rows}

    # ---------------------------------------------------------------------------- states

    def states(self) -> Iterator[Question]:
        """Events of opposed types in one place on the same days."""
        opposed = [pair for pair in self._role.opposed if len(pair) == 2]
        if not opposed or not self._role.type or not self._role.place or self._dates is None:
            return
        kinds = {kind for pair in opposed for kind in pair}
        events = self._with_days(kinds)
        places = hierarchy_of(self._dataset, self._table, self._role.place)
        around: dict[str, set[str]] = defaultdict(set)
        known = sorted({e["place"] for e in events})
        for one, whole in self._dataset.database.rows(
            f"SELECT id, whole FROM {places.pairs} WHERE id IN {LISTED}", [known]
        ):
            around[one].add(whole)
        for first, second in opposed:
            yield from islice(self._opposed(events, first, second, around), self._limit)

    def _opposed(
        self,
        events: list[dict[str, Any]],
        first: str,
        second: str,
        around: dict[str, set[str]],
    ) -> Iterator[Question]:
        sides = [[e for e in events if e["type"] == kind] for kind in (first, second)]
        for one, other in product(*sides):
            days = one["first"] <= other["last"] and other["first"] <= one["last"]
            places = (one["place"], other["place"])
            if days and (places[0] in around[places[1]] or places[1] in around[places[0]]):
                yield self._state_question(one, other)

    def _state_question(self, one: dict[str, Any], other: dict[str, Any]) -> Question:
        names = {"events": event_names(self._dataset, [one["key"], other["key"]])}
        cited = event_receipts(self._dataset, [one["key"], other["key"]])
        sides = tuple(
            Side(called(names, "events", e["key"]), (), (e["key"],), tuple(cited[e["key"]]))
            for e in (one, other)
        )
        asks = f"{sides[0].says}, or: {sides[1].says}?"
        reason = "events of types that exclude each other, in one place at the same time"
        judged = any(a["key"] in (b["told"] or "") for a, b in ((one, other), (other, one)))
        return Question("unreconciled", judged, asks, sides, (reason,))

    def _with_days(self, kinds: set[str]) -> list[dict[str, Any]]:
        """Events of some types that have a place and surely a day, at most `limit`."""
        assert self._dates
        names = {"type": self._role.type, "place": self._role.place,
                 "told": self._role.description, "start": self._dates.start,
                 "end": self._dates.end, "precision": self._dates.precision}  # fmt: skip
        roles = {"key": self._key} | {role: cell(name) for role, name in names.items()}
        parent = cell(self._table.schema.parent)
        # Where a part is told, its whole says no more.
        parts = f"""{self._key} NOT IN (SELECT {parent} FROM {table_named(self._table.name)} AS t
            WHERE {parent} IS NOT NULL AND {among(roles["type"], kinds)})"""
        test = f"{self._wanted} AND {among(roles['type'], kinds)} AND {parts}"
        found = []
        for row in self._rows(list(roles.values()), f"{test} AND {roles['place']} IS NOT NULL"):
            event = dict(zip(roles, row, strict=True))
            if event["precision"] in (None, *_SURE) and (days := _window(event)):
                found.append(event | {"first": days[0], "last": days[1]})
        return found

    def _rows(self, columns: list[str], test: str) -> list[tuple[Any, ...]]:
        return self._dataset.database.rows(
            f"""SELECT {", ".join(columns)} FROM {table_named(self._table.name)} AS t
            WHERE {test} ORDER BY {self._key} LIMIT {self._limit}"""
        )


def _window(event: dict[str, Any]) -> tuple[date, date] | None:
    try:
        start, end = (date.fromisoformat(event[n]) if event[n] else None for n in ("start", "end"))
    except ValueError:
        return None
    return window(start, end, event["precision"])


def _days(
    citation: Citation, written_on: str | None, language: str | None
) -> tuple[date, date] | None:
    """The days that the words of a passage name; None where they name none."""
    if not (spoken := grammar(language)):
        return None
    try:
        found = spoken.days(citation.quote, date.fromisoformat(written_on or ""))
    except (DateError, ValueError):
        return None
    return (found.start, found.end) if found.start and found.end else None


def _exclude(sides: dict[tuple[Any, Any], list[Citation]]) -> bool:
    """Whether two articles name days of which none is the same."""
    return any(
        one[1] < other[0] and {c.source for c in sides[one]} != {c.source for c in sides[other]}
        for one in sides
        for other in sides
    )


def _span(first: date, last: date) -> str:
    return f"{first}" if first == last else f"{first} to {last}"
