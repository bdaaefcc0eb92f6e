"""What an evidence page holds: the package's tables by column, and the answers of its questions.

Questions are not asked again in the browser. Each is answered here as of each day on which there is
more to know (`History`), and its rows say from which of these steps until which they hold. The last
step is the package itself.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from kzdata.errors import UsageError
from kzdata.evidence.claim_status import Link
from kzdata.evidence.intervals import Interval
from kzdata.evidence.profile import LABELS, declared, objects
from kzdata.evidence.receipts import passages
from kzdata.evidence.snapshots import Removal, Snapshot, Snapshots, SourceFilter
from kzdata.questions.disagreements import Disagreement, disagreements, said
from kzdata.questions.timeline import Event, timeline
from kzdata.questions.toll import Entry, Scope, toll
from kzdata.standard.dataset import Dataset, Table
from kzdata.standard.declarations import Sources, Spans
from kzdata.standard.descriptor import FieldDescriptor, Schema

Json = dict[str, Any]
FORMAT = 1
"""Version of the shape that `site/` reads."""
ROLES = (
    *("sources", "spans", "edges", "links", "events", "participants", "places", "aliases"),
    "policies",
)
MOST_STEPS = 60
MOST_ANSWERED = 500_000
"""Days that the slider stops at, and the rows to be worked out over all of them: of more days,
evenly spread ones and the last are taken."""
FEWEST_STEPS = 5
ALL = 1_000_000_000
"""A limit that no package reaches."""
MOST_PAIRS = 2_000
"""Disagreements listed."""


def content(dataset: Dataset, snapshots: Snapshots) -> Json:
    """All that a page shows of a package, ready for JSON.

    Args:
        dataset: The package, whole or what remains of one.
        snapshots: What is taken of the whole package, as of days.

    Raises:
        PackageError: A table cannot be read.
    """
    days = _thinned(_days(dataset, snapshots), _most_steps(dataset))
    history = History(dataset)
    for day in days:
        with closing(snapshots.take(SourceFilter(day), dataset)) as then:
            history.add(then)
    history.add(dataset)
    return {
        "format": FORMAT,
        "package": _about(dataset),
        "days": [str(day) for day in days],
        "tables": [
            _table(dataset, table) | history.rows(table.name) for table in dataset.tables.values()
        ],
        "roles": _roles(dataset),
        "addresses": _addresses(dataset),
        "answers": history.answers(),
    }


# ------------------------------------------------------------------------------------- the package


def _about(dataset: Dataset) -> Json:
    raw = dataset.descriptor.raw
    told = {name: raw[name] for name in ("title", "description") if isinstance(raw.get(name), str)}
    names = ("name", "title", "path")
    return {
        "name": dataset.name,
        "version": dataset.version,
        "terms": dataset.part,
        "licenses": [
            {k: str(one[k]) for k in names if k in one} for one in objects(raw, "licenses")
        ],
        **told,
    }


def _roles(dataset: Dataset) -> Json:
    """Which table plays which part, with the columns it declares."""
    found: Json = {}
    for role in ROLES:
        if table := dataset.descriptor.one(role):
            declared = getattr(table.schema, role).as_dict()
            found[role] = {"table": table.name, **declared}
    return found


def _table(dataset: Dataset, table: Table[Any]) -> Json:
    schema = table.schema
    columns = list(zip(*table.texts(), strict=True)) or [()] * len(schema.fields)
    return {
        "name": table.name,
        "title": schema.title or table.name,
        "description": schema.description,
        "key": list(schema.primary_key),
        "record": schema.record_key,
        "parent": schema.parent,
        "principal": schema.principal,
        "claims": schema.claims.as_dict() if schema.claims else None,
        "figure": schema.figure.as_dict() if schema.figure else None,
        "called": next((name for name in LABELS if name in schema.names), None),
        "rows": len(columns[0]) if columns else 0,
        "columns": [_column(schema, field, dataset) for field in schema.fields],
        "cells": [_packed(cells) for cells in columns],
    }


def _column(schema: Schema, field: FieldDescriptor, dataset: Dataset) -> Json:
    told = {
        "name": field.name,
        "title": field.title or field.name,
        "description": field.description,
        "type": field.type,
        "unit": field.unit,
        "example": None if field.example is None else str(field.example),
        "evidence": field.evidence,
        "required": field.constraints.required or None,
        "labels": {value: label for value, label in field.labels.items() if label} or None,
        "of": _vocabulary(schema, field.name, dataset),
    }
    return {name: value for name, value in told.items() if value is not None}


def _vocabulary(schema: Schema, column: str, dataset: Dataset) -> str | None:
    """The table whose single key a column's cells are."""
    for key in schema.foreign_keys:
        target = dataset.descriptor.tables.get(key.reference.resource)
        if key.fields == (column,) and target:
            same = target.schema.primary_key == key.reference.fields
            return target.name if same else None
    return None


def _packed(cells: Sequence[str]) -> Json:
    """A column: its words and, for each row, which of them; or its cells, where most differ."""
    # Columns of codes and names repeat few words; most quotes stand once.
    words = {word: place for place, word in enumerate(dict.fromkeys(cells))}
    if 2 * len(words) > len(cells):
        return {"cells": list(cells)}
    return {"words": list(words), "rows": [words[cell] for cell in cells]}


def _addresses(dataset: Dataset) -> Json:
    """The addresses that open articles at passages, by passage."""
    if not declared(dataset.descriptor, Spans) or not declared(dataset.descriptor, Sources):
        return {}
    return {key: one.link for key, one in sorted(passages(dataset).items()) if one.link}


# ------------------------------------------------------------------------------- as of which day


def _days(dataset: Dataset, snapshots: Snapshots) -> list[date]:
    try:
        days = snapshots.index.days
    except UsageError:  # no articles or passages are declared
        return []
    last = dataset.removal.terms.day if isinstance(dataset, Snapshot) else None
    return [day for day in days if last is None or day <= last]


def _most_steps(dataset: Dataset) -> int:
    """How many days can be worked out in the time that a reader waits for a page."""
    told = ("claims", "events")
    tables = [t for t in dataset.tables.values() if any(getattr(t.schema, role) for role in told)]
    rows = sum(map(len, tables)) or 1
    return max(FEWEST_STEPS, min(MOST_STEPS, MOST_ANSWERED // rows))


def _thinned(days: list[date], most: int) -> list[date]:
    if len(days) <= most:
        return days
    # The first and the last day stay.
    step = (len(days) - 1) / (most - 1)
    return [days[round(step * place)] for place in range(most)]


class RowPeriod(NamedTuple):
    """A row of an answer with the steps for which it holds; `until` is exclusive."""

    start: int
    until: int
    row: tuple[Any, ...]


class AnswerHistory:
    """The rows of one answer, step by step: a row that stays the same is told once."""

    def __init__(self, names: Sequence[str]) -> None:
        self.missing = ""  # why there is no answer
        self._names = names
        self._held: dict[Hashable, tuple[int, tuple[Any, ...]]] = {}
        self._done: list[RowPeriod] = []
        self._steps = 0

    def add(self, rows: Iterable[tuple[Hashable, tuple[Any, ...]]]) -> None:
        """Take in the rows of the next step, each with what it is about."""
        now = dict(rows)
        for about, (start, row) in [*self._held.items()]:
            if now.get(about) != row:
                self._done.append(RowPeriod(start, self._steps, row))
                del self._held[about]
        # What holds on is put in the order of the last step.
        self._held = {about: self._held.get(about, (self._steps, now[about])) for about in now}
        self._steps += 1

    def columns(self) -> Json:
        """The rows by column, with the steps for which they hold."""
        if self.missing:
            return {"missing": self.missing}
        held = [RowPeriod(start, self._steps, row) for start, row in self._held.values()]
        rows = [*held, *self._done]
        columns = list(zip(*(one.row for one in rows), strict=True)) or [()] * len(self._names)
        return {
            "from": [one.start for one in rows],
            "until": [one.until for one in rows],
            **{name: list(cells) for name, cells in zip(self._names, columns, strict=True)},
        }


class History:
    """What there was of a package at each step: the answers to its questions, and its rows."""

    def __init__(self, dataset: Dataset) -> None:
        self._sizes = {name: len(table) for name, table in dataset.tables.items()}
        self._answers = {name: AnswerHistory(names) for name, (names, _) in QUESTIONS.items()}
        self._place = {name: _places(dataset, name) for name in self._sizes}
        self._rows = {name: [0] * size for name, size in self._sizes.items()}
        # The step by which a cell was still empty, by place and column.
        self._emptied: dict[str, dict[tuple[int, str], int]] = {name: {} for name in self._sizes}
        self._steps = 0

    def add(self, then: Dataset) -> None:
        """Take in the next step."""
        moment = Moment(then)
        for name, (_, question) in QUESTIONS.items():
            answer = self._answers[name]
            if answer.missing:
                continue
            try:
                answer.add(question(moment))
            except UsageError as error:
                answer.missing = str(error)
        self._steps += 1
        for name in self._sizes:
            if isinstance(then, Snapshot):
                self._add_rows(name, then.removal)

    def _add_rows(self, name: str, removal: Removal) -> None:
        """Rows that are not there yet begin at the next step; cells that are empty, likewise."""
        places, rows = self._place[name], self._rows[name]
        # Steps follow one another, so that the last one that lacks a row decides.
        for number in removal.gone(name) & places.keys():
            rows[places[number]] = self._steps
        for number, column in removal.emptied(name):
            if number in places:
                self._emptied[name][places[number], column] = self._steps

    def rows(self, name: str) -> Json:
        """From which step on the rows of a table are there, and which cells only later on."""
        # What lacks something at the last step too is part of the package as it is.
        later = [step if step < self._steps else 0 for step in self._rows[name]]
        filled = [[*cell, step] for cell, step in self._emptied[name].items() if step < self._steps]
        return {"from": later if any(later) else None, "filled": sorted(filled)}

    def answers(self) -> Json:
        """The answers by name; see `QUESTIONS`."""
        return {name: answer.columns() for name, answer in self._answers.items()}


def _places(dataset: Dataset, name: str) -> dict[int, int]:
    """The place that each row of the whole package has among those of this one."""
    gone = dataset.removal.gone(name) if isinstance(dataset, Snapshot) else set()
    size = len(dataset.tables[name]) + len(gone)
    left = (number for number in range(size) if number not in gone)
    return {number: place for place, number in enumerate(left)}


# ------------------------------------------------------------------------------------- the answers

CLAIM = (
    *("key", "table", "event", "outcome", "population", "place", "day", "precision", "wording"),
    *("low", "high", "above", "below", "numbered", "qualifier", "claimant", "via", "source"),
    *("span", "field", "status", "why", "links"),
)
SCOPE = ("outcome", "population", "place", "claims", "low", "high", "above", "below", "range")
EVENT = (
    *("key", "type", "title", "description", "start", "end", "precision", "when", "place"),
    *("certainty", "actors", "sources"),
)
PAIR = (
    *("first", "second", "table", "verdict", "computed", "reason", "first_says", "second_says"),
    "links",
)


class Moment:
    """A package as of a day, with the questions that several answers share asked once."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    @cached_property
    def tolls(self) -> tuple[Scope, ...]:
        """The scopes of the toll, retracted claims among them."""
        return toll(self.dataset, retracted=True, limit=ALL).scopes


AnswerRow = tuple[Hashable, tuple[Any, ...]]
"""What a row is about, and the row."""


def _claims(moment: Moment) -> Iterator[AnswerRow]:
    tables = moment.dataset.tables.values()
    fields = {t.name: t.schema.figure.text for t in tables if t.schema.figure}
    return (_claim(entry, fields) for scope in moment.tolls for entry in scope.entries)


def _claim(entry: Entry, fields: dict[str, str]) -> AnswerRow:
    c, cited = entry.claim, entry.claim.receipt
    row = (
        *(c.key, c.table, c.event, c.about[0][1], c.population, c.place, _day(c.day), c.precision),
        *(c.wording, *_ends(c.interval), c.interval is not None, c.qualifier, c.claimant, c.via),
        *(cited and cited.source, cited and cited.span, fields[c.table], entry.status, entry.why),
        _links(c.links),
    )
    return (c.table, c.key), row


def _scope(scope: Scope) -> AnswerRow:
    by, found = (scope.outcome, scope.population, scope.place), scope.envelope
    told = None if found.interval is None else str(found.interval)
    return by, (*by, found.claims, *_ends(found.interval), told)


def _ends(interval: Interval | None) -> tuple[Any, ...]:
    if interval is None:
        return (None, None, False, False)
    return (interval.low, interval.high, interval.above, interval.below)


def _day(day: date | None) -> str | None:
    return str(day) if day else None


def _links(links: Iterable[Link]) -> tuple[tuple[str | None, ...], ...]:
    return tuple((link.claim, link.relation, link.other, link.note) for link in links)


def _event(e: Event) -> AnswerRow:
    sources = tuple(dict.fromkeys(receipt.citation.source for receipt in e.receipts))
    row = (
        *(e.key, e.type, e.title, e.description, _day(e.start), _day(e.end), e.precision, e.when),
        *(e.place, e.certainty, e.actors, sources),
    )
    return e.key, row


def _pair(one: Disagreement) -> AnswerRow:
    row = (
        *(one.first.key, one.second.key, one.first.table, one.verdict, one.computed, one.reason),
        *(said(one.first), said(one.second), _links(one.links)),
    )
    return (one.first.table, one.first.key, one.second.key), row


QUESTIONS: dict[str, tuple[tuple[str, ...], Callable[[Moment], Iterator[AnswerRow]]]] = {
    "claims": (CLAIM, _claims),
    "scopes": (SCOPE, lambda moment: map(_scope, moment.tolls)),
    "events": (EVENT, lambda moment: map(_event, timeline(moment.dataset, limit=ALL))),
    "disagreements": (
        PAIR,
        lambda moment: map(_pair, disagreements(moment.dataset, limit=MOST_PAIRS)),
    ),
}
"""The answers of a page: the columns of each, and its rows as of a day."""
