"""Claims as an evaluation compares them: their cells, their passage, and their receipts.

They are read from the rows of a package, and from entries: these are entered into a copy of the
package, in memory, that has forgotten what it knew of their articles.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path as File
from typing import NamedTuple

from kzdata.entries.article import Article, AskError, Passage, Place
from kzdata.entries.cells import event_column, shortcuts
from kzdata.entries.columns import Column, columns_of, reading
from kzdata.entries.document import Block, Document
from kzdata.entries.entering import Entering
from kzdata.entries.notation import Cell, Receipt
from kzdata.entries.places import Path
from kzdata.entries.reading import article_of, passage_of
from kzdata.entries.receipts import Resolver, words_of
from kzdata.entries.vocabulary import Vocabulary
from kzdata.errors import KzdataError
from kzdata.evidence.profile import declaring, needed
from kzdata.standard.declarations import Claims, Edges, Links, Sources, Spans
from kzdata.standard.descriptor import Table
from kzdata.standard.editing import Draft, DraftRow, DraftTable

PURPOSE = "an evaluation"


class Support(NamedTuple):
    """What a receipt of a claim is worth.

    Attributes:
        column: Of which cell.
        words: Its words.
        place: Where they stand; None where they do not.
        supports: Whether they say the cell, as its role is checked.
    """

    column: str
    words: str
    place: Place | None
    supports: bool


class Said(NamedTuple):
    """A claim of one article.

    Attributes:
        key: Its key.
        table: Its table.
        source: Key of its article.
        quote: The words that make it.
        place: Where they stand; None where they do not.
        cells: Its filled cells by column.
        receipts: What its cells rest on.
    """

    key: str
    table: Table
    source: str
    quote: str
    place: Place | None
    cells: Mapping[str, str]
    receipts: tuple[Support, ...]

    def cell(self, name: str | None) -> str:
        """A cell; empty where it is, or there is no such column."""
        return self.cells.get(name or "", "")


class Spoken(NamedTuple):
    """What some articles say, as one reader has it.

    Attributes:
        claims: The claims, in the order of articles and places.
        contradictions: Pairs of keys of claims that a link says cannot both be true.
    """

    claims: tuple[Said, ...]
    contradictions: frozenset[frozenset[str]]


# ------------------------------------------------------------------------------ rows


def of_rows(draft: Draft, texts: Mapping[str, str], sources: Iterable[str]) -> Spoken:
    """What a package says of some articles.

    Args:
        draft: The package.
        texts: Articles by the SHA-256 of their bytes.
        sources: Keys of the articles.

    Raises:
        UsageError: The package has no receipts, or no such article.
    """
    rows = _Rows(draft, {key: article_of(draft, key, texts) for key in sources})
    return Spoken(_ordered(rows.claims()), frozenset(_contradictions(draft)))


def _ordered(claims: Iterable[Said]) -> tuple[Said, ...]:
    """Claims in an order that hangs on what they say alone."""

    def said(one: Said) -> tuple[object, ...]:
        place = one.place or (-1, -1)
        return one.source, place, one.table.name, one.quote, sorted(one.cells.items()), one.key

    return tuple(sorted(claims, key=said))


def _contradictions(draft: Draft) -> Iterator[frozenset[str]]:
    for table, part in declaring(draft.descriptor, Links):
        for row in draft.tables[table.name].rows:
            if row[part.relation] in part.contradicts:
                yield frozenset((row[part.claim], row[part.other]))


class _Rows:
    """The claims of some articles of a package."""

    def __init__(self, draft: Draft, articles: Mapping[str, Article]) -> None:
        self.draft, self.articles = draft, articles
        self.vocabulary = Vocabulary(draft)
        spans, self.s = needed(draft.descriptor, Spans, PURPOSE)
        edges, self.e = needed(draft.descriptor, Edges, PURPOSE)
        self.spans = draft.tables[spans.name].by_key
        self.edges: dict[str, list[DraftRow]] = {}
        for row in draft.tables[edges.name].rows:
            self.edges.setdefault(row[self.e.record], []).append(row)
        records = [table for table in draft.tables.values() if table.schema.record_key]
        self.homes = {key: table.name for table in records for key in table.by_key}
        self.columns = {
            table.name: columns_of(table.table, draft.descriptor, self.vocabulary)
            for table in records
        }

    def claims(self) -> Iterator[Said]:
        for described, _ in declaring(self.draft.descriptor, Claims):
            table = self.draft.tables[described.name]
            for row in table.rows if described.schema.principal else ():
                span = self.spans.get(row[described.schema.principal or ""])
                if span is not None and span[self.s.source] in self.articles:
                    yield self.claim(described, row, row[table.key], span)

    def table_of(self, key: str) -> DraftTable | None:
        """The table that has a record."""
        return self.draft.tables.get(self.homes.get(key, ""))

    def table_of_block(self, block: Block) -> DraftTable:
        """The table that a block names, or else the first one of claims."""
        known = [table.name for table, _ in declaring(self.draft.descriptor, Claims)]
        named = block.table if block.table in known else known[0]
        return self.draft.tables[named or ""]

    def claim(self, table: Table, row: DraftRow, key: str, span: DraftRow) -> Said:
        """The claim of a row, with its receipts."""
        article = self.articles[span[self.s.source]]
        quote = passage_of(span, self.s)
        place = _stands(article, quote)
        receipts = tuple(self._receipts(table, row, key, article, quote))
        own = {table.schema.principal, *table.schema.primary_key}
        said = {name: value for name, value in row.cells.items() if value and name not in own}
        return Said(key, table, article.key, quote.words, place, said, receipts)

    def _receipts(
        self, table: Table, row: DraftRow, key: str, article: Article, quote: Passage
    ) -> Iterator[Support]:
        resolver = Resolver(
            article,
            self.vocabulary,
            lambda other, _: self._shared(other, article),
            lambda _: article,
            lambda _: None,
        )
        for edge in self.edges.get(key, ()):
            column = self.columns[table.name].get(edge[self.e.field])
            span = self.spans.get(edge[self.e.span])
            if column is None or span is None or span[self.s.source] != article.key:
                yield Support(edge[self.e.field], "", None, False)
                continue
            passage, note = passage_of(span, self.s), edge[self.e.note] if self.e.note else ""
            place = _stands(article, passage)
            # The passage that makes the claim says nothing but that it stands there.
            says = column.kind == "span" or _says(
                resolver, column, row[column.name], passage, note, quote
            )
            yield Support(column.name, passage.words, place, place is not None and says)

    def _shared(self, key: str, article: Article) -> list[Passage]:
        """The passages of the article on which another record rests, for more than its keys."""
        columns, found = self.columns.get(self.homes.get(key, ""), {}), list[Passage]()
        for edge in self.edges.get(key, ()):
            span, column = self.spans.get(edge[self.e.span]), columns.get(edge[self.e.field])
            own = span is not None and span[self.s.source] == article.key
            if span is not None and own and column is not None and column.kind != "record":
                found.append(passage_of(span, self.s))
        return found


def _stands(article: Article, passage: Passage) -> Place | None:
    """Where a passage stands; None where the article has other words there."""
    start, end = passage.start, passage.end
    if article.text is None or (0 <= start < end and article.text[start:end] == passage.words):
        return start, end
    return None


def _says(
    resolver: Resolver, column: Column, value: str, passage: Passage, note: str, quote: Passage
) -> bool:
    """Whether words say a cell as its role is checked: what is concluded needs a note alone."""
    cell = Cell(value=value, words=passage.words, occurrence=passage.occurrence, note=note or None)
    try:
        resolver.resolve(column, cell, [quote], principal=True)
    except (AskError, KzdataError):
        return False
    return bool(value)


# ------------------------------------------------------------------------------ entries


def of_entries(
    draft: Draft, texts: Mapping[str, str], documents: Sequence[tuple[Document, File]]
) -> Spoken:
    """What entries say.

    A cell whose words do not say it counts with the value that it states; its receipt supports
    nothing.

    Args:
        draft: The package into which they could be entered; it is changed, and not to be saved.
        texts: Articles by the SHA-256 of their bytes.
        documents: Entries, each with the folder where the path of its text begins.

    Raises:
        UsageError: The package has no receipts, or not the article of an entry.
    """
    sources = [source_of(draft, document) for document, _ in documents]
    articles = {key: article_of(draft, key, texts) for key in sources}
    forget(draft, articles)
    entering = Entering(draft, texts)
    for document, folder in documents:
        entering.enter(document, folder)
    rows = _Rows(draft, articles)
    keys, claims = _keys(entering, rows), list[Said]()
    for source, (document, _) in zip(sources, documents, strict=True):
        for number, block in enumerate(document.entry.claim):
            key = keys.get((id(document), ("claim", number)), "")
            claims.append(_of_block(rows, block, key, articles[source]))
    return Spoken(_ordered(claims), frozenset(_contradictions(draft)))


def _keys(entering: Entering, rows: _Rows) -> dict[tuple[int, Path], str]:
    """The keys of the claims of entries, by entry and place in it."""
    # Passages and links that a claim brings stand at its place, too.
    return {
        (id(document), path): key
        for key, (document, path) in entering.places.items()
        if (table := rows.table_of(key)) and table.schema.claims
    }


def source_of(draft: Draft, document: Document) -> str:
    """The key of the article of an entry."""
    _, a = needed(draft.descriptor, Sources, PURPOSE)
    return document.entry.article.get(a.id, Cell()).value or ""


def forget(draft: Draft, sources: Collection[str]) -> None:
    """Take from a package what it says of some articles: receipts, claims, links of these.

    The rows of claims and links stay, with nothing but their keys, so that entries may name them.
    """
    spans, s = needed(draft.descriptor, Spans, PURPOSE)
    edges, e = needed(draft.descriptor, Edges, PURPOSE)
    gone = {row[s.id] for row in draft.tables[spans.name].rows if row[s.source] in sources}
    table = draft.tables[edges.name]
    table.rows = [row for row in table.rows if row[e.span] not in gone]
    claims = set[str]()
    for one in draft.tables.values():
        if principal := one.schema.principal:
            own = [row for row in one.rows if row[principal] in gone]
            claims |= {row[one.key] for row in own}
            _empty(one, own)
    for one in draft.tables.values():
        if part := one.schema.links:
            tied = [r for r in one.rows if not claims.isdisjoint((r[part.claim], r[part.other]))]
            _empty(one, tied)


def _empty(table: DraftTable, rows: Iterable[DraftRow]) -> None:
    values = {name: "" for name in table.schema.names if name != table.key}
    for row in rows:
        table.change(row, values)


def _of_block(rows: _Rows, block: Block, key: str, article: Article) -> Said:
    """The claim of a block: its row, and what of it could not be entered."""
    table = rows.table_of(key) or rows.table_of_block(block)
    principal = table.schema.principal or ""
    row = table.by_key.get(key)
    span = rows.spans.get(row[principal]) if row else None
    if row and span:
        said = rows.claim(table.table, row, key, span)
    else:
        quote = (words_of(block.quote)[0].words if block.quote else None) or ""
        lacking = Support(principal, quote, _first(article, quote), False)
        said = Said(key, table.table, article.key, quote, None, {}, (lacking,))
    for name, cell in block.cells.items():
        said = _with_stated(rows, table, said, name, cell, article)
    return said


def _with_stated(
    rows: _Rows, table: DraftTable, said: Said, name: str, cell: Cell, article: Article
) -> Said:
    """A claim with a cell that was stated, and could not be entered."""
    grammar = dict(shortcuts(table)).get(name)
    names = grammar or [event_column(table) or name if name == "event" else name]
    columns = [one for n in names if (one := rows.columns[table.name].get(n))]
    exempt = columns and not cell.all and not any(one.traced for one in columns)
    if exempt or not {one.column for one in said.receipts}.isdisjoint(names):
        return said
    receipts = words_of(cell) if grammar else cell.all or (Receipt(words=None),)
    words = [one.words or "" for one in receipts]
    values = {
        one.name: (reading(one, words[0], article) if grammar else cell.value) for one in columns
    }
    filled = {name: value for name, value in values.items() if value}
    failed = (Support(name, one, _first(article, one), False) for one in words)
    return said._replace(cells={**said.cells, **filled}, receipts=(*said.receipts, *failed))


def _first(article: Article, words: str) -> Place | None:
    """Where words stand first; None where they do not."""
    found = article.passages(words) if words else []
    return (found[0].start, found[0].end) if found else None
