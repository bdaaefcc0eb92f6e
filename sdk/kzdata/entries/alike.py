"""Events that may be one: of one type, at one time and place, with titles that are alike.

Titles are in the words of whoever enters them. Of the shipped package, which has each event once,
402 pairs of events of different articles agree in type, days and place; 9 of them are named.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kzdata.evidence.vocabulary import akin, content_words, lexicon
from kzdata.standard.descriptor import Schema
from kzdata.standard.editing import Draft, DraftRow, DraftTable

LEAST = 2  # words that two titles have in common
SHARE = 0.6  # of the words of the shorter title
_FIRST, _LAST = "0000", "9999"


class Happening(NamedTuple):
    """What tells an event from others.

    Attributes:
        key: Its key.
        title: Its title.
        type: Its type; empty where none is known, as the place.
        days: The first and the last day that it can be of, as texts of ISO 8601.
        ways: Its place, and all that this is part of.
        whole: The event that it is part of.
        names: What these places are called.
    """

    key: str
    title: str
    type: str
    days: tuple[str, str]
    ways: tuple[str, ...]
    whole: str
    names: tuple[str, ...]

    def may_be(self, other: "Happening") -> bool:
        """Whether two events may be one."""
        return (
            self.type == other.type
            and self.days[0] <= other.days[1]
            and other.days[0] <= self.days[1]
            and (not self.ways or not other.ways or _around(self.ways, other.ways))
            and self.key != other.whole
            and other.key != self.whole
            and self._alike(other)
        )

    def _alike(self, other: "Happening") -> bool:
        # Events of one place share its name, which says nothing.
        out = [word for name in {*self.names, *other.names} for word in _words(name)]
        one, two = (
            [word for word in _words(title) if not any(akin(word, place) for place in out)]
            for title in (self.title, other.title)
        )
        shared = min(_shared(one, two), _shared(two, one))
        return shared >= max(LEAST, SHARE * min(len(one), len(two)))


def _around(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return one[0] in other or other[0] in one


def _words(text: str) -> list[str]:
    """The words of a title that mean something, without the ending of a possessive."""
    known = lexicon("en")
    return list(dict.fromkeys(w.removesuffix("'s") for w in content_words(text, known)))


def _shared(one: list[str], other: list[str]) -> int:
    return sum(any(akin(word, another) for another in other) for word in one)


def happenings(draft: Draft, table: DraftTable) -> Iterator[Happening]:
    """The events of a table."""
    schema, way = table.schema, _way(draft, table.schema)
    part = schema.events
    assert part
    for row in table.rows:
        ways, names = way(row[part.place]) if part.place else ((), ())
        type_ = row[part.type] if part.type else ""
        whole = row[schema.parent] if schema.parent else ""
        days = _days(schema, row)
        yield Happening(row[table.key], row[part.title], type_, days, ways, whole, names)


def _days(schema: Schema, row: DraftRow) -> tuple[str, str]:
    if not schema.dates:
        return _FIRST, _LAST
    d = schema.dates[0]
    start, end = row[d.start], row[d.end] if d.end else row[d.start]
    return start or _FIRST, end or _LAST


def _way(draft: Draft, schema: Schema) -> Callable[[str], tuple[tuple[str, ...], tuple[str, ...]]]:
    """From a place to it and all that it is part of, and to what these are called."""
    column = schema.events.place if schema.events else None
    target = next((k.reference for k in schema.foreign_keys if k.fields == (column,)), None)
    table = draft.tables.get(target.resource) if target else None

    def way(place: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        found, names = [], []
        while place and place not in found:
            found.append(place)
            row = table.by_key.get(place) if table else None
            names.append(_called(table, row) if table and row else place)
            parent = table.schema.parent if table else None
            place = row[parent] if row and parent else ""
        return tuple(found), tuple(names)

    return way


def _called(table: DraftTable, row: DraftRow) -> str:
    from kzdata.evidence.names import label_column

    label = label_column(table.schema)
    return row[label] if label else row[table.key]
