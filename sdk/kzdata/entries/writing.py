"""The entry of an article, made of the rows: what is entered again changes nothing."""

from collections.abc import Container, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from kzdata.entries import notation
from kzdata.entries.article import AskError, Passage
from kzdata.entries.cells import CellReader, shortcuts
from kzdata.entries.columns import Column
from kzdata.entries.document import ROW, SECTIONS
from kzdata.entries.notation import Cell, Receipt
from kzdata.entries.receipts import Edge
from kzdata.entries.sources import article_of
from kzdata.entries.tables import ReceiptTables, follows, passage_columns
from kzdata.errors import UsageError, nearest
from kzdata.standard.declarations import Exclusions
from kzdata.standard.editing import Draft, DraftRow, DraftTable

Written = str | dict[str, Any]
Lacking = Mapping[str, Mapping[str, frozenset[str] | None]]


def entry_of(
    draft: Draft,
    source: str,
    texts: Mapping[str, str],
    *,
    lacking: Lacking = MappingProxyType({}),
    only: Container[str] | None = None,
) -> dict[str, Any]:
    """Everything that one article says, as the content of a document.

    Words are written as short as they are still found. Without the article's text each has the
    number of its place.

    Args:
        draft: The package.
        source: Key of the article.
        texts: Articles by the SHA-256 of their bytes.
        lacking: What the package lacks into which it will be entered: by table and key, the
            columns of cells, or None for a whole row. Records that it lacks get a `ref` in place
            of their id, and all that they need is in the entry.
        only: Keys of the records to write, and no other rows; all by default.

    Raises:
        UsageError: There is no such article.
    """
    return _Writer(ReceiptTables(draft), source, texts, lacking, only).entry()


class _Writer:
    """It reads what it writes, to see that it means the same."""

    def __init__(
        self,
        tables: ReceiptTables,
        source: str,
        texts: Mapping[str, str],
        lacking: Lacking,
        only: Container[str] | None,
    ) -> None:
        table, a = tables.sources
        if source not in table.by_key:
            raise UsageError(f"no article {source!r}{nearest(source, table.by_key)}")
        self.only = only
        self.tables, self.row, self.lacking = tables, table.by_key[source], lacking
        self.article = article_of(tables, self.row, texts.get(self.row[a.sha256]))
        self.reader = CellReader(tables, self.article, texts)
        self.passages = tables.passages(source)

    def entry(self) -> dict[str, Any]:
        """The content of the document."""
        found: dict[str, Any] = {"source": self._source_cells()}
        for section in (*SECTIONS, ROW):
            found[section] = [
                block for table in self._of(section) for block in self._blocks(table, section)
            ]
        return {name: blocks for name, blocks in found.items() if blocks}

    def _of(self, section: str) -> list[DraftTable]:
        """The tables of a section."""
        if section != ROW:
            return list(self.tables.playing(SECTIONS[section]).values())
        taken = {name for role in SECTIONS.values() for name in self.tables.playing(role)}
        taken |= set(self.tables.playing("sources"))
        others = (one for one in self.tables.draft.tables.values() if one.name not in taken)
        return [table for table in others if not follows(table)]

    def _blocks(self, table: DraftTable, section: str) -> Iterator[dict[str, Any]]:
        alone = section != ROW and len(self._of(section)) == 1
        head = {} if alone else {"table": table.name}
        rows = self._passage_rows if table.schema.spans else self._plain_rows
        rows = self._records if table.schema.record_key else rows
        if self.only is not None and not table.schema.record_key:
            return iter(())
        return (head | block for block in rows(table))

    def _source_cells(self) -> dict[str, Written]:
        (table, a), cells = self.tables.sources, dict[str, Written]()
        for name in table.schema.names:
            if not self.row[name] or name in (a.sha256, a.length):
                continue
            spoken = name == a.day_span
            cells[name] = self._spoken(self.row[name]) if spoken else self.row[name]
        return cells

    def _spoken(self, key: str) -> Written:
        """The words of a passage by its key."""
        return notation.write(self._words(self.passages[key], []))

    # -------------------------------------------------------------------- rows without receipts

    def _plain_rows(self, table: DraftTable) -> Iterator[dict[str, Written]]:
        """The aliases, exclusions and terms of the article."""
        a, x, c = (getattr(table.schema, part) for part in ("aliases", "exclusions", "codebook"))
        for row in table.rows:
            if a and a.source and row[a.source] == self.article.key:
                yield self._plain_block(table, row, {a.source})
            elif x and row[x.source] == self.article.key:
                yield self._exclusion(table, row, x)
            elif self._needed(table, row) or (c and c.example and row[c.example] in self.passages):
                yield self._plain_block(table, row, set())

    def _needed(self, table: DraftTable, row: DraftRow) -> bool:
        """Whether the whole row is lacking."""
        known = self.lacking.get(table.name, {})
        return bool(table.key) and known.get(row[table.key], frozenset()) is None

    def _lacks(self, table: DraftTable, row: DraftRow, column: str) -> bool:
        return column in (self.lacking.get(table.name, {}).get(row[table.key]) or ())

    def _passage_rows(self, table: DraftTable) -> Iterator[dict[str, Written]]:
        """The passages of the article of which more is to be said than their words."""
        s = table.schema.spans
        assert s
        out = {s.id, s.source, s.start, s.end, s.quote, s.occurrence, s.checksum}
        for key, passage in self.passages.items():
            if rest := self._plain_block(table, table.by_key[key], out):
                yield {"words": notation.write(self._words(passage, [])), **rest}

    def _exclusion(self, table: DraftTable, row: DraftRow, x: Exclusions) -> dict[str, Written]:
        """A number word in no table; without the text by its offsets, which have no occurrence."""
        if self.article.text is None:
            return self._plain_block(table, row, {x.source})
        one = self.article.at(int(row[x.start]), int(row[x.end]))
        rest = self._plain_block(table, row, {x.source, x.start, x.end, x.token})
        return {"words": notation.write(self._words(one, [])), **rest}

    def _plain_block(self, table: DraftTable, row: DraftRow, out: set[Any]) -> dict[str, Written]:
        spoken = passage_columns(table, self.tables.spans[0].name)
        filled = [name for name in table.schema.names if row[name] and name not in out]
        plain = {name: notation.write(Cell(value=row[name])) for name in filled}
        return plain | {name: self._spoken(row[name]) for name in filled if name in spoken}

    # -------------------------------------------------------------------- records

    def _records(self, table: DraftTable) -> Iterator[dict[str, Written]]:
        for row in table.rows:
            key = row[table.key]
            if self.only is not None and key not in self.only:
                continue
            if any(map(self._of_article, self.tables.edges_of.get(key, ()))):
                yield self._block(table, row)

    def _of_article(self, edge: DraftRow) -> bool:
        return edge[self.tables.edges[1].span] in self.passages

    def _block(self, table: DraftTable, row: DraftRow) -> dict[str, Written]:
        key, principal = row[table.key], table.schema.principal
        new = self._needed(table, row)
        block: dict[str, Written] = {"ref" if new else "id": key}
        quotes = [self.passages[row[principal]]] if principal else []
        if principal:
            block["quote"] = notation.write(self._words(quotes[0], []))
        done = {table.key, principal}
        for name, members in shortcuts(table):
            lacking = any(self._lacks(table, row, member) for member in members)
            line = None if lacking else self._shortcut(table, row, name, members, quotes)
            if line is not None:
                block[name], done = line, done | set(members)
        for name, column in self.reader.columns(table).items():
            whole = new or self._lacks(table, row, name)
            line = None if name in done else self._cell(row, key, column, quotes, whole)
            block |= {} if line is None else {name: line}
        return block

    def _edges(self, key: str, column: str) -> tuple[list[Edge], list[Edge]]:
        """The edges of a cell into the article, and into others."""
        (_, e), (spans, s) = self.tables.edges, self.tables.spans
        found: tuple[list[Edge], list[Edge]] = [], []
        for row in self.tables.edges_of.get(key, ()):
            if row[e.field] == column:
                span, own = spans.by_key[row[e.span]], self._of_article(row)
                note, source = row[e.note] if e.note else "", "" if own else span[s.source]
                edge = Edge(self.tables.passage(span), row[e.role], note, source)
                found[0 if own else 1].append(edge)
        return found

    def _shortcut(
        self,
        table: DraftTable,
        row: DraftRow,
        name: str,
        members: Sequence[str],
        quotes: Sequence[Passage],
    ) -> Written | None:
        """The line of a figure or a date, where it says all of its columns; else None."""
        wanted = {m: (row[m], self._edges(row[table.key], m)[0]) for m in members if row[m]}
        shown = {tuple((one.passage, one.note) for one in edges) for _, edges in wanted.values()}
        if len(shown) != 1 or not (
            receipts := [self._receipt(*one, quotes) for one in shown.pop()]
        ):
            return None
        cell, first = notation.of(None, receipts), receipts[0]
        if len(receipts) == 1 and first.occurrence is None and first.note is None:
            cell = Cell(value=first.words)
        line = notation.write(cell)
        same = not isinstance(line, str) or notation.read(line) == cell
        return line if same and self._expands(table, name, cell, quotes) == wanted else None

    def _expands(
        self, table: DraftTable, name: str, cell: Cell, quotes: Sequence[Passage]
    ) -> dict[str, Any] | None:
        """The cells that a shortcut is read as; None where it is not read."""
        columns = self.reader.columns(table)
        try:
            cells = dict(self.reader.expanded(table, name, cell))
            return {m: self.reader.resolved(columns[m], one, quotes) for m, one in cells.items()}
        except AskError:
            return None

    def _receipt(self, passage: Passage, note: str, quotes: Sequence[Passage]) -> Receipt:
        occurrence = self._words(passage, quotes).occurrence
        return Receipt(words=passage.words, occurrence=occurrence, note=note or None)

    def _words(self, passage: Passage, quotes: Sequence[Passage]) -> Cell:
        """Words, with the number of their place where they are not found without it."""
        placed = Cell(words=passage.words, occurrence=passage.occurrence)
        if self.article.text is None:
            return placed
        try:
            found = self.article.passage(passage.words, None, self.article.around(quotes))
        except AskError:
            return placed
        cell = Cell(value=passage.words)
        plain = notation.read(passage.words) == cell and not notation.place_of(passage.words)[1]
        return placed if found != passage else cell if plain else Cell(words=passage.words)

    def _cell(
        self, row: DraftRow, key: str, column: Column, quotes: Sequence[Passage], new: bool
    ) -> Written | None:
        """A cell in the shortest form that is read the same; None: the article does not say it.

        Of a row that is new all receipts are written, also those of other articles.
        """
        value, (edges, elsewhere) = row[column.name], self._edges(key, column.name)
        edges, elsewhere = ([*edges, *elsewhere], []) if new else (edges, elsewhere)
        if not value or (not edges and (elsewhere or column.traced)):
            return None
        if not edges:
            return notation.write(Cell(value=value))
        for cell in self._ways(value, edges, quotes):
            if self._same(column, cell, value, edges, quotes):
                return notation.write(cell)
        raise UsageError(f"{key}, {column.name}: its receipts cannot be written as an entry")

    def _ways(self, value: str, edges: Sequence[Edge], quotes: Sequence[Passage]) -> Iterator[Cell]:
        """Ways to write a cell, the shortest first."""
        if self.article.text is not None:
            yield Cell(value=value)
            if len(edges) == 1 and edges[0].note:
                yield Cell(value=value, note=edges[0].note)
        receipts = [
            Receipt(
                words=one.passage.words,
                occurrence=one.passage.occurrence,
                note=one.note or None,
                source=one.source,
            )
            if one.source
            else self._receipt(one.passage, one.note, quotes)
            for one in edges
        ]
        yield notation.of(value, receipts)
        with_roles = zip(receipts, edges, strict=True)
        yield notation.of(value, [r.model_copy(update={"role": one.role}) for r, one in with_roles])

    def _same(
        self,
        column: Column,
        cell: Cell,
        value: str,
        edges: Sequence[Edge],
        quotes: Sequence[Passage],
    ) -> bool:
        """Whether a cell is read as what it was written of."""
        try:
            return self.reader.resolved(column, cell, quotes) == (value, edges)
        except AskError:
            return False
