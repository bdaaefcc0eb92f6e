"""What a package has of one article: its passages, and the records that rest on them."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from kzdata.entries.article import Passage, Place
from kzdata.entries.columns import Column, columns_of
from kzdata.entries.reading import article_of
from kzdata.entries.tables import ReceiptTables
from kzdata.entries.vocabulary import Vocabulary
from kzdata.errors import UsageError, nearest
from kzdata.evidence.sentences import sentence_at
from kzdata.standard.editing import Draft, DraftRow, DraftTable


class Told:
    """What a package has of one article.

    Attributes:
        tables: The tables of articles, passages and edges.
        row: The row of the article.
        article: The article.
        passages: Its passages by key.
        vocabulary: Terms and aliases of the package.

    Raises:
        UsageError: There is no such article, or the package has no receipts.
    """

    def __init__(self, draft: Draft, source: str, text: str | None) -> None:
        self.draft, self.tables = draft, ReceiptTables(draft)
        table, a = self.tables.sources
        rows = table.by_key
        if source not in rows:
            raise UsageError(f"no article {source!r}{nearest(source, rows)}")
        self.row = rows[source]
        known = {} if text is None else {self.row[a.sha256]: text}
        self.article = article_of(draft, source, known)
        self.passages = self.tables.passages(source)
        self.vocabulary = Vocabulary(draft)

    @property
    def dated(self) -> bool:
        """Whether dates can be found in the text: its day is known, and it is in English."""
        return self.article.day is not None and self.in_english

    @property
    def in_english(self) -> bool:
        """Whether what a number counts can be told: the rules for that read English."""
        return self.article.grammar is not None and self.article.grammar.reads_sentences

    @property
    def day_passage(self) -> Passage | None:
        """The passage that gives the article's own day."""
        name = self.tables.sources[1].day_span
        return self.passages.get(self.row[name]) if name else None

    @cached_property
    def edges(self) -> list[tuple[str, str, Passage]]:
        """The receipts in this article: record, column and passage of each."""
        table, e = self.tables.edges
        own = (row for row in table.rows if row[e.span] in self.passages)
        return [(row[e.record], row[e.field], self.passages[row[e.span]]) for row in own]

    @cached_property
    def tellers(self) -> defaultdict[str, set[str]]:
        """The articles on which each record of the package rests."""
        (edges, e), (spans, s) = self.tables.edges, self.tables.spans
        found = defaultdict[str, set[str]](set)
        for row in edges.rows:
            found[row[e.record]].add(spans.by_key[row[e.span]][s.source])
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
        return list(self.tables.playing(role).values())

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns of records, by `table.column`."""
        descriptor = self.draft.descriptor
        tables = [one for one in descriptor.tables.values() if one.schema.record_key]
        found = (columns_of(one, descriptor, self.vocabulary).values() for one in tables)
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
