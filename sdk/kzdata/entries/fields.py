"""How the cells of two claims that are the same compare, field by field."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from kzdata.entries.claims import Said
from kzdata.entries.matching import meet, numbers_of
from kzdata.entries.reading import target_of
from kzdata.evidence.hierarchy import line
from kzdata.evidence.intervals import window
from kzdata.evidence.profile import LABELS
from kzdata.standard.declarations import Claims
from kzdata.standard.descriptor import Table
from kzdata.standard.editing import Draft

PARTS = {
    "outcome": "outcome",
    "state": "state",
    "population": "population",
    "unit": "unit",
    "place": "place",
    "force": "force",
    "country": "country",
    "origin": "origin",
    "destination": "destination",
    "claimant": "said by",
    "via": "carried by",
}
"""The parts of a claim as `kzdata:claims` has them, and what a score of each is called."""
SCOPES = ("outcome", "population", "place")
"""The parts in which the scopes of two claims can differ, besides their subjects."""


class Compared(NamedTuple):
    """A field of two claims.

    Attributes:
        name: What it is called.
        expected: What the one has; empty where it is not filled.
        found: What the other has.
        equal: Whether they are equal.
        near: Whether one lies in the other; None where that says nothing of such a field.
    """

    name: str
    expected: str
    found: str
    equal: bool
    near: bool | None


class Fields:
    """The fields of claims, by the hierarchies and names of one package."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.wholes = cache(self._wholes)

    def compared(self, gold: Said, other: Said) -> Iterator[Compared]:
        """All fields of two claims of one table."""
        schema = gold.table.schema
        if schema.figure:
            yield from self._figure(gold, other)
        for name, column in named_parts(gold.table):
            yield self._part(name, column, gold, other)
        if schema.dates:
            yield self._day(gold, other)

    def _figure(self, gold: Said, other: Said) -> Iterator[Compared]:
        ours, theirs = numbers_of(gold), numbers_of(other)
        texts = [_wording(one) for one in (gold, other)]
        filled = [
            text or numbers.qualifier for text, numbers in zip(texts, (ours, theirs), strict=True)
        ]
        equal = ours.interval == theirs.interval
        near = meet(ours.interval, theirs.interval)
        yield Compared("figure", filled[0], filled[1], equal, near)
        words = ours.qualifier, theirs.qualifier
        yield Compared("qualifier", *words, words[0] == words[1], None)

    def _part(self, name: str, column: str, gold: Said, other: Said) -> Compared:
        one, two = gold.cell(column), other.cell(column)
        near = self.within(gold.table, column, one, two) or self.within(
            gold.table, column, two, one
        )
        known = bool(self.wholes(gold.table.name, column))
        expected, found = (self.called(gold.table, column, value) for value in (one, two))
        return Compared(name, expected, found, one == two, near if known else None)

    def _day(self, gold: Said, other: Said) -> Compared:
        one, two = _days(gold), _days(other)
        near = one is not None and two is not None and one[0] <= two[1] and two[0] <= one[1]
        return Compared("day", _shown(gold), _shown(other), one == two, near)

    def within(self, table: Table, column: str, part: str, whole: str) -> bool:
        """Whether a value is another one, or a part of it."""
        return bool(part) and whole in line(part, self.wholes(table.name, column))

    def _wholes(self, table: str, column: str) -> Mapping[str, str]:
        """By value of a column what it is part of, where a hierarchy lists it."""
        target = target_of(self.draft.descriptor.tables[table], column)
        home = self.draft.tables.get(target[0]) if target else None
        if home is None or target is None or not (parent := home.schema.parent):
            return {}
        return {row[target[1]]: row[parent] for row in home.rows if row[parent]}

    def called(self, table: Table, column: str, value: str) -> str:
        """The name of a value, for people: that of the row to which it leads, or itself."""
        target = target_of(table, column)
        home = self.draft.tables.get(target[0]) if target and value else None
        if home is None or target is None:
            return value.replace("_", " ")
        label = next((name for name in LABELS if name in home.schema.names), target[1])
        rows = (row[label] for row in home.rows if row[target[1]] == value)
        return next(rows, "") or value

    def described(self, claim: Said) -> str:
        """A claim in a few words, without its key: "killed, Police, eight, Almaty"."""
        c = claim.table.schema.claims or Claims()
        columns = [n for n in (c.outcome, *c.subject, c.state, c.population) if n and n != c.event]
        values = [
            self.called(claim.table, name, claim.cell(name)) for name in dict.fromkeys(columns)
        ]
        where = self.called(claim.table, c.place, claim.cell(c.place)) if c.place else ""
        return ", ".join(filter(None, [*values, _wording(claim), where])) or "a claim"


def named_parts(table: Table) -> list[tuple[str, str]]:
    """The parts of the claims of a table: what each is called, and its column."""
    c = table.schema.claims or Claims()
    found = [(called, str(name)) for part, called in PARTS.items() if (name := getattr(c, part))]
    taken = {c.event, *(column for _, column in found)}
    return [*(("subject", name) for name in c.subject if name not in taken), *found]


def scope_of(claim: Said) -> tuple[str, ...]:
    """What tells the scopes of claims of a table apart."""
    c = claim.table.schema.claims or Claims()
    subjects = [name for name in c.subject if name != c.event]
    names = [*subjects, *(getattr(c, part) for part in SCOPES)]
    return tuple(claim.cell(name) for name in names)


def _wording(claim: Said) -> str:
    figure = claim.table.schema.figure
    return claim.cell(figure.text) if figure else ""


def _days(claim: Said) -> tuple[date, date] | None:
    """The days that a claim can mean; None where it gives none."""
    d = claim.table.schema.dates[0]
    try:
        start, end = (
            date.fromisoformat(text) if (text := claim.cell(name)) else None
            for name in (d.start, d.end)
        )
    except ValueError:
        return None
    return window(start, end, claim.cell(d.precision) or None)


def _shown(claim: Said) -> str:
    d = claim.table.schema.dates[0]
    return " ".join(filter(None, [claim.cell(n) for n in (d.start, d.end, d.precision)]))
