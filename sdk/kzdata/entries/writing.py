"""The entry of an article, made of the rows: what is entered again changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from kzdata.entries import notation
from kzdata.entries.article import AskError, Passage
from kzdata.entries.columns import Column, columns_of
from kzdata.entries.document import SECTIONS, Document, Entry
from kzdata.entries.entering import Entering, _Entry, shortcuts
from kzdata.entries.notation import Cell, Receipt
from kzdata.entries.receipts import Edge, Resolver
from kzdata.entries.vocabulary import Vocabulary
from kzdata.errors import UsageError, nearest
from kzdata.standard.declarations import Exclusions
from kzdata.standard.editing import Draft, DraftRow, DraftTable


def entry_of(
    draft: Draft, source: str, texts: Mapping[str, str], *, as_new: bool = False
) -> dict[str, Any]:
    """Everything that one article says, as the content of a document.

    Words are written as short as they are still found. Without the article's text each has the
    number of its place.

    Args:
        draft: The package.
        source: Key of the article.
        texts: Articles by the SHA-256 of their bytes.
        as_new: Give records that rest on this article alone a `ref` in place of their id, so that
            they can be entered into a package that has not got them.

    Raises:
        UsageError: There is no such article.
    """
    return _Writer(draft, source, texts, as_new).entry()


class _Writer(_Entry):
    """It reads as `Entering` does, to see what is still found."""

    def __init__(self, draft: Draft, source: str, texts: Mapping[str, str], as_new: bool) -> None:
        entry = Entry(source={})
        super().__init__(Entering(draft, texts), Document("", entry, {}, {}), None)
        table, a = self._sources
        if source not in table.by_key:
            raise UsageError(f"no article {source!r}{nearest(source, table.by_key)}")
        self.row, self.as_new = table.by_key[source], as_new
        self.article = self._article(self.row, texts.get(self.row[a.sha256]))
        self.vocabulary = Vocabulary(draft)
        self.resolver = Resolver(self.article, self.vocabulary, self._shared)

    def entry(self) -> dict[str, Any]:
        """The content of the document."""
        found: dict[str, Any] = {"source": self._source_cells()}
        for section, blocks in self._sections():
            found.setdefault(section, []).extend(blocks)
        return {name: blocks for name, blocks in found.items() if blocks}

    def _source_cells(self) -> dict[str, Any]:
        (table, a), cells = self._sources, {}
        for name in table.schema.names:
            if not self.row[name] or name in (a.sha256, a.length):
                continue
            if name == a.day_span:
                words = self._passages[self.row[name]]
                cells[name] = notation.write(self._words(words, []))
            else:
                cells[name] = self.row[name]
        return cells

    def _sections(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        named = {t.name: section for section, role in SECTIONS.items() for t in self._tables(role)}
        for name, table in self.draft.tables.items():
            section = named.get(name, "row")
            several = (
                len(self._playing(SECTIONS.get(section, ""))) != 1 if section != "row" else True
            )
            head = {"table": name} if several else {}
            if table.schema.record_key:
                yield section, [head | block for block in self._records(table)]
            else:
                yield section, [head | block for block in self._plain_rows(table)]

    def _tables(self, role: str) -> list[DraftTable]:
        return list(self._playing(role).values())

    # -------------------------------------------------------------------- rows without receipts

    def _plain_rows(self, table: DraftTable) -> Iterator[dict[str, Any]]:
        """The aliases, exclusions and terms of the article."""
        a, x, c = (getattr(table.schema, p) for p in ("aliases", "exclusions", "codebook"))
        for row in table.rows:
            if a and a.source and row[a.source] == self.article.key:
                yield self._plain_block(table, row, {a.source})
            elif x and row[x.source] == self.article.key:
                yield self._exclusion(table, row, x)
            elif c and c.example and row[c.example] in self._passages:
                yield self._plain_block(table, row, set())

    def _exclusion(self, table: DraftTable, row: DraftRow, x: Exclusions) -> dict[str, Any]:
        """A number word in no table; without the text by its offsets, which have no occurrence."""
        if self.article.text is None:
            return self._plain_block(table, row, {x.source})
        one = self.article.at(int(row[x.start]), int(row[x.end]))
        rest = self._plain_block(table, row, {x.source, x.start, x.end, x.token})
        return {"words": notation.write(self._words(one, [])), **rest}

    def _plain_block(self, table: DraftTable, row: DraftRow, out: set[str]) -> dict[str, Any]:
        columns, found = self._passage_columns(table), {}
        for name in table.schema.names:
            if row[name] and name not in out:
                held = (
                    self._words(self._passages[row[name]], [])
                    if name in columns
                    else Cell(value=row[name])
                )
                found[name] = notation.write(held)
        return found

    # -------------------------------------------------------------------- records

    @cached_property
    def _passages(self) -> dict[str, Passage]:
        """The passages of the article by key."""
        table, s = self._spans
        own = (row for row in table.rows if row[s.source] == self.article.key)
        return {row[s.id]: self._known(row) for row in own}

    def _records(self, table: DraftTable) -> Iterator[dict[str, Any]]:
        columns = columns_of(table.table, self.descriptor, self.vocabulary)
        for row in table.rows:
            if any(self._of_article(edge) for edge in self._edges_of.get(row[table.key], ())):
                yield self._block(table, row, columns)

    def _of_article(self, edge: DraftRow) -> bool:
        _, e = self._edges
        return edge[e.span] in self._passages

    def _block(
        self, table: DraftTable, row: DraftRow, columns: Mapping[str, Column]
    ) -> dict[str, Any]:
        key, principal = row[table.key], table.schema.principal
        block: dict[str, Any] = {"ref" if self._is_new(key) else "id": key}
        quotes = [self._passages[row[principal]]] if principal else []
        if principal:
            block["quote"] = notation.write(self._words(quotes[0], []))
        done = {table.key, principal}
        for name, members in shortcuts(table):
            if (line := self._shortcut(table, row, columns, name, members, quotes)) is not None:
                block[name], done = line, done | set(members)
        for name in table.schema.names:
            if (
                name not in done
                and (line := self._cell(row, key, columns[name], quotes)) is not None
            ):
                block[name] = line
        return block

    def _is_new(self, key: str) -> bool:
        edges = self._edges_of.get(key, [])
        return self.as_new and all(self._of_article(edge) for edge in edges)

    def _own_edges(self, key: str, column: str) -> list[Edge]:
        _, e = self._edges
        rows = (row for row in self._edges_of.get(key, ()) if row[e.field] == column)
        return [
            Edge(self._passages[row[e.span]], row[e.role], row[e.note] if e.note else "")
            for row in rows
            if self._of_article(row)
        ]

    def _shortcut(
        self,
        table: DraftTable,
        row: DraftRow,
        columns: Mapping[str, Column],
        name: str,
        members: Sequence[str],
        quotes: Sequence[Passage],
    ) -> Any:
        """The line of a figure or a date, where it says all of its columns; else None."""
        filled = [m for m in members if row[m]]
        edges = [self._own_edges(row[table.key], m) for m in filled]
        shown = {tuple((one.passage, one.note) for one in some) for some in edges}
        if len(shown) != 1 or not edges[0]:
            return None
        receipts = [Receipt(**self._receipt(p, n, quotes)) for p, n in shown.pop()]
        cell = notation.of(None, receipts)
        first = receipts[0]
        if len(receipts) == 1 and first.occurrence is None and first.note is None:
            cell = Cell(value=first.words)
        try:
            expanded = dict(self._expanded(table, columns, name, cell, quotes))
            found = {m: self._resolve(columns[m], one, quotes) for m, one in expanded.items()}
        except AskError:
            return None
        wanted = {m: (row[m], own) for m, own in zip(filled, edges, strict=True)}
        line = notation.write(cell)
        again = notation.read(line) if isinstance(line, str) else cell
        return line if found == wanted and again == cell else None

    def _receipt(self, passage: Passage, note: str, quotes: Sequence[Passage]) -> dict[str, Any]:
        words = self._words(passage, quotes)
        return {"words": passage.words, "occurrence": words.occurrence, "note": note or None}

    def _words(self, passage: Passage, quotes: Sequence[Passage]) -> Cell:
        """Words, with the number of their place where they are not found without it."""
        cell = Cell(value=passage.words)
        with_place = Cell(words=passage.words, occurrence=passage.occurrence)
        if self.article.text is None:
            return with_place
        try:
            found = self.article.passage(passage.words, None, self.article.around(quotes))
        except AskError:
            return with_place
        plain = notation.read(passage.words) == cell and notation.place_of(passage.words)[1] is None
        if found != passage:
            return with_place
        return cell if plain else Cell(words=passage.words)

    def _cell(self, row: DraftRow, key: str, column: Column, quotes: Sequence[Passage]) -> Any:
        """A cell in the shortest form that is read the same; None: the article does not say it."""
        value, edges = row[column.name], self._own_edges(key, column.name)
        elsewhere = len(edges) < sum(
            1 for r in self._edges_of.get(key, ()) if r[self._edges[1].field] == column.name
        )
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
        receipts = [Receipt(**self._receipt(one.passage, one.note, quotes)) for one in edges]
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
        try:
            return self._resolve(column, cell, quotes) == (value, list(edges))
        except AskError:
            return False

    def _resolve(
        self, column: Column, cell: Cell, quotes: Sequence[Passage]
    ) -> tuple[str, list[Edge]]:
        principal = bool(column.table.schema.principal)
        return self._resolved(self.resolver, column, cell, quotes, principal)
