"""What an evidence page holds: the package's tables by column, and the answers of its questions.

Questions are not asked again in the browser. Each is answered here as of each day on which there is
more to know (`History`), and its rows say from which of these steps until which they hold. The last
step is the package itself.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from functools import cached_property
from typing import Any

from kzdata.errors import UsageError
from kzdata.evidence.claim_status import Link
from kzdata.evidence.intervals import Interval
from kzdata.evidence.names import without_keys
from kzdata.evidence.outside import contested
from kzdata.evidence.profile import LABELS, declared, objects
from kzdata.evidence.proof import proofs
from kzdata.evidence.receipts import passages
from kzdata.evidence.snapshots import Removal, Snapshot, Snapshots, SourceFilter
from kzdata.evidence.story import Piece, story_of
from kzdata.questions.answers import ALL
from kzdata.questions.disagreements import Disagreement, Disagreements, disagreements
from kzdata.questions.sides import Side
from kzdata.questions.timeline import Event, timeline
from kzdata.questions.toll import Entry, Scope, toll
from kzdata.site.cards import cards
from kzdata.site.outlines import outlines
from kzdata.standard.dataset import Dataset, Table
from kzdata.standard.declarations import Sources, Spans
from kzdata.standard.descriptor import FieldDescriptor, Schema

Json = dict[str, Any]
Row = tuple[Any, ...]
AnswerRow = tuple[Hashable, Row]  # what a row of an answer is about, and the row
FORMAT = 1  # version of the shape that `site/` reads
ROLES = "sources spans edges links events participants places aliases policies outside".split()
MOST_STEPS = 60
MOST_ANSWERED = 500_000
"""Days that the slider stops at, and the rows to be worked out over all of them: of more days,
evenly spread ones and the last are taken."""
FEWEST_STEPS = 5
MOST_PAIRS = 2_000  # pairs of claims that make questions


def content(dataset: Dataset, snapshots: Snapshots) -> Json:
    """All that a page shows of a package, ready for JSON but for its days.

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
            history.add(Questions(then))
    history.add(whole := Questions(dataset))
    return {
        "format": FORMAT,
        "package": _about(dataset),
        "days": days,
        "tables": [_table(dataset, t) | history.rows(t.name) for t in dataset.tables.values()],
        "roles": _roles(dataset),
        "addresses": _addresses(dataset),
        "answers": history.answers(),
        "outlines": outlines(dataset),
        "cards": (made := cards(dataset, whole.pairs())),
        "story": _story(dataset, made),
        "further_pairs": whole.further_pairs(),
    }


# ------------------------------------------------------------------------------------- the package


def _about(dataset: Dataset) -> Json:
    raw = dataset.descriptor.raw
    told = {name: raw[name] for name in ("title", "description") if isinstance(raw.get(name), str)}
    names, licenses = ("name", "title", "path"), objects(raw, "licenses")
    return {
        "name": dataset.name,
        "version": dataset.version,
        "terms": dataset.part,
        "licenses": [{k: str(one[k]) for k in names if k in one} for one in licenses],
        **told,
    }


def _roles(dataset: Dataset) -> Json:
    """Which table plays which part, with the columns it declares."""
    return {
        role: {"table": table.name, **getattr(table.schema, role).as_dict()}
        for role in ROLES
        if (table := dataset.descriptor.one(role))
    }


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
        "proofs": _proofs(dataset, table),
    }


def _proofs(dataset: Dataset, table: Table[Any]) -> Json | None:
    """How strong the proof of each claim is, in words and in the order of the rows."""
    schema = table.schema
    if not (schema.principal and schema.record_key):
        return None
    place = schema.names.index(schema.record_key)
    keys = [cells[place] for cells in table.texts()]
    known = proofs(dataset, dataset.descriptor.tables[table.name], keys)
    return _packed([known[key].words if key in known else "" for key in keys])


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


class AnswerHistory:
    """The rows of one answer, step by step: a row that stays the same is told once."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._missing = ""  # why there is no answer
        # The rows that hold, by what they are about, each with the step at which it began.
        self._held: dict[Hashable, tuple[int, Row]] = {}
        self._done: list[tuple[int, int, Row]] = []  # first step, step at which it ended, row
        self._steps = 0

    def ask(self, question: Callable[[], Iterable[AnswerRow]]) -> None:
        """Take in the answer as of the next step."""
        try:
            now = {} if self._missing else dict(question())
        except UsageError as error:
            self._missing, now = str(error), {}
        for about, (start, row) in [*self._held.items()]:
            if now.get(about) != row:
                self._done.append((start, self._steps, row))
                del self._held[about]
        # What holds on is put in the order of the last step.
        self._held = {about: self._held.get(about, (self._steps, now[about])) for about in now}
        self._steps += 1

    def columns(self) -> Json:
        """The rows by column, with the steps for which they hold; the second is exclusive."""
        if self._missing:
            return {"missing": self._missing}
        rows = [(start, self._steps, row) for start, row in self._held.values()] + self._done
        cells = {name: [row[i] for _, _, row in rows] for i, name in enumerate(self._names)}
        return {"from": [one[0] for one in rows], "until": [one[1] for one in rows], **cells}


class History:
    """What there was of a package at each step: the answers to its questions, and its rows."""

    def __init__(self, dataset: Dataset) -> None:
        self._answers = {name: AnswerHistory(names.split()) for name, names in COLUMNS.items()}
        self._places = {name: _places(dataset, name) for name in dataset.tables}
        # The step by which a row was there, and by which a cell was still empty.
        self._rows = {name: [0] * len(places) for name, places in self._places.items()}
        self._emptied: dict[str, dict[tuple[int, str], int]] = {name: {} for name in self._places}
        self._steps = 0

    def add(self, asked: "Questions") -> None:
        """Take in the next step."""
        then = asked.dataset
        for name, answer in self._answers.items():
            answer.ask(getattr(asked, name))
        self._steps += 1
        if isinstance(then, Snapshot):
            for name in self._places:
                self._add_rows(name, then.removal)

    def _add_rows(self, name: str, removal: Removal) -> None:
        """Rows that are not there yet begin at the next step; cells that are empty, likewise."""
        # Steps follow one another, so that the last one that lacks a row decides.
        places = self._places[name]
        for number in removal.gone(name) & places.keys():
            self._rows[name][places[number]] = self._steps
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
        """The answers by name; see `COLUMNS`."""
        return {name: answer.columns() for name, answer in self._answers.items()}


def _places(dataset: Dataset, name: str) -> dict[int, int]:
    """The place that each row of the whole package has among those of this one."""
    gone = dataset.removal.gone(name) if isinstance(dataset, Snapshot) else set()
    size = len(dataset.tables[name]) + len(gone)
    left = (number for number in range(size) if number not in gone)
    return {number: place for place, number in enumerate(left)}


# ------------------------------------------------------------------------------------- the answers

COLUMNS = {
    "claims": "key table event outcome population place day precision wording low high above below "
    "numbered qualifier claimant via source span field status why links contested",
    "scopes": "outcome population place claims low high above below range contested",
    "events": "key type title description start end precision when place certainty actors sources "
    "contested",
    "disagreements": "kind judged asks sides reasons",
}
"""The answers of a page, and the columns of each."""


class Questions:
    """What gives the rows of each answer, by its name in `COLUMNS`; what takes long is asked once.

    Args:
        dataset: The package as of one step.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    @cached_property
    def _tolls(self) -> tuple[Scope, ...]:
        # Retracted claims are among it.
        return toll(self.dataset, retracted=True, limit=ALL).scopes

    @cached_property
    def _disagreements(self) -> Disagreements:
        return disagreements(self.dataset, limit=MOST_PAIRS)

    def claims(self) -> Iterator[AnswerRow]:
        """The claims that count people."""
        return (_claim(self.dataset, one) for scope in self._tolls for one in scope.entries)

    def scopes(self) -> Iterator[AnswerRow]:
        """Whom they count, and where."""
        return map(_scope, self._tolls)

    def events(self) -> Iterator[AnswerRow]:
        """The events."""
        return map(_event, timeline(self.dataset, limit=ALL))

    def disagreements(self) -> Iterator[AnswerRow]:
        """What claims disagree about, as questions."""
        return _asked(self._disagreements)

    def further_pairs(self) -> int:
        """How many pairs of claims, at least, make no question because there are too many."""
        try:
            return self._disagreements.more
        except UsageError:  # no claims are declared
            return 0

    def pairs(self) -> Iterable[Disagreement]:
        """The pairs of claims that disagree, or may; none where nothing can be asked."""
        try:
            found = self._disagreements
        except UsageError:  # no claims are declared
            return ()
        return (*found.found, *found.unreconciled)


def _claim(dataset: Dataset, entry: Entry) -> AnswerRow:
    c, cited = entry.claim, entry.claim.receipt
    figure = dataset.tables[c.table].schema.figure
    row = (
        *(c.key, c.table, c.event, c.about[0][1], c.population, c.place, c.day, c.precision),
        *(c.wording, *_ends(c.interval), c.interval is not None, c.qualifier, c.claimant, c.via),
        *(cited and cited.source, cited and cited.span, figure and figure.text, entry.status),
        *(entry.why, _links(c.links), contested(c.outside)),
    )
    return (c.table, c.key), row


def _scope(scope: Scope) -> AnswerRow:
    by, found = (scope.outcome, scope.population, scope.place), scope.envelope
    told = found.interval and str(found.interval)
    return by, (*by, found.claims, *_ends(found.interval), told, scope.contested)


def _ends(interval: Interval | None) -> tuple[Any, ...]:
    known = interval or Interval(None, None)
    return (known.low, known.high, known.above, known.below)


def _links(links: Iterable[Link]) -> tuple[tuple[str | None, ...], ...]:
    return tuple((link.claim, link.relation, link.other, link.note) for link in links)


def _event(e: Event) -> AnswerRow:
    sources = tuple(dict.fromkeys(receipt.citation.source for receipt in e.receipts))
    row = (
        *(e.key, e.type, e.title, e.description, e.start, e.end, e.precision, e.when, e.place),
        *(e.certainty, e.actors, sources, contested(e.outside)),
    )
    return e.key, row


def _asked(found: Disagreements) -> Iterator[AnswerRow]:
    for one in found.questions:
        sides = tuple(_side(side) for side in one.sides)
        reasons = tuple(without_keys(reason, found.names) for reason in one.reasons)
        asks = without_keys(one.asks, found.names)
        yield (one.kind, asks, sides), (one.kind, one.judged, asks, sides, reasons)


def _side(side: Side) -> Row:
    """What a side says, and what it rests on: claims, events, passages, other publications."""
    spans = tuple(receipt.span for receipt in side.receipts)
    outside = tuple((one.publisher, one.says, one.published_on, one.url) for one in side.outside)
    return (side.says, tuple(claim.key for claim in side.claims), side.events, spans, outside)


def _story(dataset: Dataset, cards: Json) -> Json | None:
    """The package's own story, where all that it leads to is there."""
    told = story_of(dataset.descriptor, dataset.archive)
    if told is None or not all(piece.key in cards for piece in told.pieces if piece.key):
        return None
    return {
        "title": [_piece(piece) for piece in told.title],
        "paragraphs": [[_piece(piece) for piece in part] for part in told.paragraphs],
    }


def _piece(piece: Piece) -> Json:
    leads = {"key": piece.key, "column": piece.column}
    return {"text": piece.text} | (leads if piece.key else {})
