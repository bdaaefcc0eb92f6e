"""What a package has of one article: its passages, and the records that rest on them."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cached_property

from kzdata.entries.article import Article, Passage, Place
from kzdata.entries.columns import Column, columns_of
from kzdata.entries.vocabulary import Vocabulary
from kzdata.errors import UsageError, nearest
from kzdata.evidence.authoring import offset
from kzdata.evidence.profile import needed
from kzdata.evidence.sentences import sentence_at
from kzdata.standard.declarations import Edges, Sources, Spans
from kzdata.standard.editing import Draft, DraftRow, DraftTable


class Told:
    """What a package has of one article.

    Attributes:
        draft: The package.
        row: The row of the article.
        article: The article.
        vocabulary: Terms and aliases of the package.

    Raises:
        UsageError: There is no such article, or the package has no receipts.
    """

    def __init__(self, draft: Draft, source: str, text: str | None) -> None:
        self.draft, self.descriptor = draft, draft.descriptor
        table, self._sources = needed(self.descriptor, Sources, "a work list")
        rows = draft.tables[table.name].by_key
        if source not in rows:
            raise UsageError(f"no article {source!r}{nearest(source, rows)}")
        self.row = rows[source]
        language = self.row[self._sources.language] if self._sources.language else None
        known = self.passages.values()
        self.article = Article(source, self._day, language, text, known)
        self.vocabulary = Vocabulary(draft)

    @property
    def _day(self) -> date | None:
        """The day that the article speaks from."""
        a = self._sources
        days = (self.row[name] for name in (a.written_on, a.published_on) if name)
        day = next(filter(None, days), None)
        return date.fromisoformat(day) if day else None

    @cached_property
    def passages(self) -> dict[str, Passage]:
        """The passages of the article by key."""
        table, s = needed(self.descriptor, Spans, "a work list")
        source = self.row[self._sources.id]
        rows = self.draft.tables[table.name].rows
        return {row[s.id]: _passage(row, s) for row in rows if row[s.source] == source}

    @property
    def day_passage(self) -> Passage | None:
        """The passage that gives the article's own day."""
        name = self._sources.day_span
        return self.passages.get(self.row[name]) if name else None

    @cached_property
    def edges(self) -> list[tuple[str, str, Passage]]:
        """The receipts in this article: record, column and passage of each."""
        table, e = needed(self.descriptor, Edges, "a work list")
        return [
            (row[e.record], row[e.field], self.passages[row[e.span]])
            for row in self.draft.tables[table.name].rows
            if row[e.span] in self.passages
        ]

    @cached_property
    def tellers(self) -> defaultdict[str, set[str]]:
        """The articles on which each record of the package rests."""
        edges, e = needed(self.descriptor, Edges, "a work list")
        spans, s = needed(self.descriptor, Spans, "a work list")
        passages, found = self.draft.tables[spans.name].by_key, defaultdict[str, set[str]](set)
        for row in self.draft.tables[edges.name].rows:
            found[row[e.record]].add(passages[row[e.span]][s.source])
        return found

    @cached_property
    def places(self) -> dict[str, list[Place]]:
        """Of each record that rests on the article, where its words stand."""
        found: dict[str, list[Place]] = {}
        for record, _, passage in self.edges:
            found.setdefault(record, []).append((passage.start, passage.end))
        return found

    def rows(self, role: str) -> Iterator[tuple[DraftTable, str, DraftRow]]:
        """The records of the article in tables with a declaration: table, key and row of each."""
        for table in self.playing(role):
            for key in self.places:
                if row := table.by_key.get(key):
                    yield table, key, row

    def playing(self, role: str) -> list[DraftTable]:
        """The tables with a declaration, such as `claims`."""
        return [self.draft.tables[one.name] for one in self.descriptor.declaring(role)]

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns of records, by `table.column`."""
        tables = [one for one in self.descriptor.tables.values() if one.schema.record_key]
        found = (columns_of(one, self.descriptor, self.vocabulary).values() for one in tables)
        return {column.scope: column for columns in found for column in columns}

    @cached_property
    def owners(self) -> dict[str, DraftTable]:
        """The table of each record that rests on the article."""
        tables = [one for one in self.draft.tables.values() if one.schema.record_key]
        return {key: one for one in tables for key in self.places if key in one.by_key}

    def sentences(self, key: str) -> list[Place]:
        """The sentences of the article that say what a record is.

        Of a claim these are those of its quote, of an event those that tell its type: where and
        when it was may stand elsewhere.
        """
        assert self.article.text is not None
        telling = [(p.start, p.end) for r, f, p in self.edges if r == key and f == self._head(key)]
        places = telling or self.places[key]
        return sorted({sentence_at(self.article.text, *place) for place in places})

    def _head(self, key: str) -> str | None:
        schema = self.owners[key].schema
        return schema.principal or (schema.events.type if schema.events else None)


def _passage(row: DraftRow, s: Spans) -> Passage:
    start, end, occurrence = (offset(row[name]) for name in (s.start, s.end, s.occurrence))
    return Passage(start, end, occurrence, row[s.quote])
