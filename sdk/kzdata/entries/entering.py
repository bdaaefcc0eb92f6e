"""Rows with receipts made of entries, in a draft of the package."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path as File

from kzdata.entries.article import Article, AskError, OpenError, Passage
from kzdata.entries.cells import CellReader, check_column, refers_to_rows
from kzdata.entries.document import SECTIONS, Block, Document, Fault
from kzdata.entries.notation import Cell
from kzdata.entries.places import Path
from kzdata.entries.reading import article_of
from kzdata.entries.receipts import Edge, passages, words_of
from kzdata.entries.sources import digest, printed_day, written_row
from kzdata.entries.tables import ReceiptTables, passage_columns
from kzdata.errors import DateError, PackageError, UsageError, nearest
from kzdata.evidence.articles import read
from kzdata.files.archive import unsafe
from kzdata.files.folder import Folder
from kzdata.standard.editing import Draft, DraftRow, DraftTable

TEXT = "text"  # member of `source`: the path of the article's text


class Entering:
    """Entries entered into a draft, one after the other.

    Attributes:
        tables: The package as it will be.
        texts: Articles by the SHA-256 of their bytes.
        faults: What is wrong in the entries.
        places: Of each record and passage that an entry speaks of, where.
    """

    def __init__(self, draft: Draft, texts: Mapping[str, str]) -> None:
        self.tables, self.texts = ReceiptTables(draft), dict(texts)
        self.faults: list[Fault] = []
        self.places: dict[str, tuple[Document, Path]] = {}

    def enter(self, document: Document, folder: File | None = None) -> None:
        """Enter what a document says; `folder` is where a text's path begins."""
        _Entry(self, document, folder).enter()


class _Entry:
    """One entry on its way into the draft."""

    def __init__(self, entering: Entering, document: Document, folder: File | None) -> None:
        self.entering, self.tables, self.document = entering, entering.tables, document
        self.folder = folder
        self.keys: dict[str, str] = {}  # by the `ref` of a new row
        self.blocks: list[tuple[Path, Block, DraftTable, str]] = []

    def enter(self) -> None:
        with self._at(("source",)):
            self.article = self._source()
            for path, block in self.document.blocks():
                with self._at(path):
                    self._place(path, block)
            self._enter_rows(traced=False)
            self.reader = self._reader()  # the vocabulary is complete
            self._enter_rows(traced=True)
            self.tables.drop_unused()

    @contextmanager
    def _at(self, path: Path) -> Iterator[None]:
        """What is asked about a place of the entry is noted down, and so are the rows it makes."""
        before = len(self.tables.planned)
        try:
            yield
        except (AskError, UsageError, PackageError, DateError) as error:
            fault = self.document.fault(path, str(error), isinstance(error, OpenError))
            self.entering.faults += [] if fault in self.entering.faults else [fault]
        for row in self.tables.planned[before:]:
            self.entering.places.setdefault(row.key, (self.document, path))

    def _source(self) -> Article:
        """The article, whose row is made or changed."""
        (table, a), said = self.tables.sources, self.document.entry.article
        if not (key := said.get(a.id, Cell()).value):
            raise AskError(f"{a.id} is missing: the key of the article")
        values = {n: c.value or "" for n, c in said.items() if n not in (TEXT, a.day_span)}
        text, new = self._text(said), key not in table.by_key
        row = written_row(self.tables, values, text)
        self.entering.places.setdefault(key, (self.document, ("source",)))
        article = article_of(self.tables.draft, key, self.entering.texts)
        day = said.get(a.day_span or "")
        if day is None and new and (words := printed_day(values, a, text)):
            day = Cell(words=words, occurrence=1)
        if a.day_span and day is not None:
            self.tables.change(table, row, {a.day_span: self._passage_key(article, day)})
        return article

    def _text(self, said: Mapping[str, Cell]) -> str | None:
        """The text that the entry names."""
        if not (name := said.get(TEXT, Cell()).value):
            return None
        # A stranger's entry names no other file of this machine.
        if reason := unsafe(name):
            raise AskError(f"{TEXT}: {name!r} {reason}; put the text beside the entry")
        with Folder(self.folder or File()) as files:
            if not (file := files.file(name)).is_file():
                raise AskError(f"{TEXT}: no file {name!r} beside the entry")
            text = read(file)
        self.entering.texts[digest(text)] = text
        return text

    def _passage_key(self, article: Article, cell: Cell) -> str:
        (one,) = passages(article, words_of(cell))
        return self.tables.key_of(article.key, one)

    # -------------------------------------------------------------------- blocks

    def _place(self, path: Path, block: Block) -> None:
        """Find the table and the key of a block."""
        table = self._table(str(path[0]), block)
        key = self._key(block, table)
        if block.ref is not None:
            if block.ref in self.keys:
                raise AskError(f"two blocks have the ref {block.ref!r}")
            self.keys[block.ref] = key
        if key:
            self.entering.places.setdefault(key, (self.document, path))
        self.blocks.append((path, block, table, key))

    def _table(self, section: str, block: Block) -> DraftTable:
        role = SECTIONS.get(section)
        known = self.tables.draft.tables if role is None else self.tables.playing(role)
        if block.table is None and len(known) == 1:
            return next(iter(known.values()))
        if block.table is None:
            raise AskError(f"say its table: one of {', '.join(known) or 'none that is declared'}")
        if block.table not in known:
            raise AskError(f"no table {block.table!r} for it{nearest(block.table, known)}")
        return known[block.table]

    def _key(self, block: Block, table: DraftTable) -> str:
        """The key of a row: stated, new, or of its cells."""
        if block.id is not None:
            if block.id not in table.by_key:
                hint = nearest(block.id, table.by_key)
                raise AskError(f"{table.name} has no row {block.id!r}{hint}")
            return block.id
        if table.schema.record_key and table.key not in block.cells:
            return self.tables.free_key(table)
        return block.cells.get(table.key, Cell()).value or "" if table.key else ""

    def _reader(self) -> CellReader:
        reader = CellReader(self.tables, self.article, self.entering.texts)
        reader.keys = self.keys
        for _, _, table, key in self.blocks:
            reader.new.setdefault(table.name, set()).add(key)
        return reader

    def _enter_rows(self, *, traced: bool) -> None:
        """Enter the rows with receipts, or the others.

        References to records come last: those rest on their passages by then.
        """
        rows = [one for one in self.blocks if bool(one[2].schema.record_key) is traced]
        for path, block, table, key in rows:
            with self._at(path):
                self._enter_row(path, block, table, key)
        for path, block, table, key in rows if traced else ():
            if key in table.by_key:
                with self._at(path):
                    self._cells(path, block, table, key, references=True)
                    self._links(path, block, key)

    def _enter_row(self, path: Path, block: Block, table: DraftTable, key: str) -> None:
        if block.withdraw is not None:
            if block.id is None or not block.withdraw.strip():
                raise AskError('a row is withdrawn by its id, with the reason: withdraw = "why"')
            self.tables.withdraw(table, key, block.withdraw)
        elif table.schema.record_key:
            self._record(path, block, table, key)
        elif table.schema.spans:
            self._passage(path, block, table)
        else:
            self._plain(path, block, table)

    # -------------------------------------------------------------------- rows without receipts

    def _passage(self, path: Path, block: Block, table: DraftTable) -> None:
        """What is to be said of a passage besides its words: that they are damaged, say."""
        cells = dict(block.cells)
        with self._at((*path, "words")):
            key = self._passage_key(self.article, cells.pop("words", Cell()))
            values = {name: cell.value or "" for name, cell in cells.items()}
            self.tables.change(table, table.by_key[key], values)

    def _plain(self, path: Path, block: Block, table: DraftTable) -> None:
        """A row of a vocabulary: an actor, an alias, a term, an exclusion."""
        values: dict[str, str] = {}
        for name, cell in block.cells.items():
            with self._at((*path, name)):
                values |= self._plain_cell(table, name, cell)
        values = self._follows(table, values) | values
        identity = [(name, values.get(name, "")) for name in _identity(table, values)]
        alike = (row for row in table.rows if all(row[name] == own for name, own in identity))
        if (row := next(alike, None)) is None:
            self.tables.add(table, values)
        else:
            self.tables.change(table, row, values)

    def _plain_cell(self, table: DraftTable, name: str, cell: Cell) -> dict[str, str]:
        x = table.schema.exclusions
        if x and name == "words":
            (one,) = passages(self.article, words_of(cell))
            return {x.start: str(one.start), x.end: str(one.end), x.token: one.words}
        check_column(table, name)
        if name in passage_columns(table, self.tables.spans[0].name):
            return {name: self._passage_key(self.article, cell) if cell.value or cell.all else ""}
        value = cell.value or ""
        return {name: self.keys.get(value, value) if refers_to_rows(table, name) else value}

    def _follows(self, table: DraftTable, said: Mapping[str, str]) -> dict[str, str]:
        """What follows from the article that the entry is of, and from the terms that are there."""
        schema = table.schema
        parts = [part for part in (schema.aliases, schema.exclusions) if part and part.source]
        found = {str(part.source): self.article.key for part in parts}
        if not (c := schema.codebook):
            return found
        # What a category is stands beside each of its terms.
        alike = [r for r in table.rows if all(r[n] == said.get(n) for n in (c.field, c.category))]
        shared = set(schema.names) - {c.field, c.category, c.term, c.language, c.example}
        found |= {name: alike[0][name] for name in shared if alike}
        found |= {c.language: self.article.language or "en"} if c.language else {}
        if c.example and c.example not in said and said.get(c.term):
            one = self.article.passage(said[c.term], None if self.article.text is None else 1)
            found[c.example] = self.tables.key_of(self.article.key, one)
        return found

    # -------------------------------------------------------------------- records

    def _record(self, path: Path, block: Block, table: DraftTable, key: str) -> None:
        """A row with receipts, but for its references."""
        if key not in table.by_key:
            if table.schema.principal and block.quote is None:
                raise AskError("the quote is missing: the words that make the claim")
            self.tables.add(table, {table.key: key})
        self._cells(path, block, table, key, references=False)
        self.tables.assume(table, table.by_key[key])

    def _cells(
        self, path: Path, block: Block, table: DraftTable, key: str, *, references: bool
    ) -> None:
        """Those cells of a row that refer to records, or the others."""
        row, columns = table.by_key[key], self.reader.columns(table)
        quotes = self._quotes(path, block, table, row)
        if quotes and block.quote is not None and (principal := table.schema.principal):
            own = self.tables.key_of(self.article.key, quotes[0])
            self.tables.change(table, row, {principal: own})
            self._tie(table, key, principal, [Edge(quotes[0], "verbatim")])
        for name, cell in block.cells.items():
            if self.reader.refers(table, name) is not references:
                continue
            with self._at((*path, name)):
                for column, one in self.reader.expanded(table, name, cell):
                    value, edges = self.reader.resolved(columns[column], one, quotes)
                    self.tables.change(table, row, {column: value})
                    self._tie(table, key, column, edges)

    def _tie(self, table: DraftTable, key: str, column: str, edges: Sequence[Edge]) -> None:
        self.tables.tie(table, key, column, self.article.key, edges)

    def _quotes(
        self, path: Path, block: Block, table: DraftTable, row: DraftRow
    ) -> Sequence[Passage]:
        """The passages near to which the words of a block are looked for."""
        found: Sequence[Passage] = ()
        if block.quote is not None:
            with self._at((*path, "quote")):
                found = passages(self.article, words_of(block.quote))
        elif principal := table.schema.principal:
            known = self.tables.spans[0].by_key.get(row[principal])
            found = [self.tables.passage(known)] if known else []
        return found

    # -------------------------------------------------------------------- links

    def _links(self, path: Path, block: Block, key: str) -> None:
        for number, cell in enumerate(block.links):
            with self._at((*path, "links", number)):
                self._link(key, cell)

    def _link(self, key: str, cell: Cell) -> None:
        """A link of a claim: `updates CR-0013 ?? why`."""
        table = next(iter(self.tables.playing("links").values()), None)
        part = table.schema.links if table else None
        words = (cell.value or "").split()
        if table is None or part is None or len(words) != 2 or not cell.note:
            raise AskError("a link is written `updates CR-0013 ?? why`")
        relation, other = words[0], self.keys.get(words[1], words[1])
        own, others = self._principal(key), self._principal(other)
        link = self.tables.free_key(table)
        values = {part.claim: key, part.relation: relation, part.other: other}
        values |= {part.note: cell.note} if part.note else {}
        self.tables.add(table, {table.key: link, **values})
        read = f"Read from both passages: {cell.note}"
        both = [(one, "inferred", read) for one in dict.fromkeys((own, others))]
        self.tables.add_edges(table, link, part.claim, [(own, "resolved", "")])
        self.tables.add_edges(table, link, part.relation, both)
        self.tables.add_edges(table, link, part.other, [(others, "resolved", "")])

    def _principal(self, key: str) -> str:
        """The key of the principal passage of a claim."""
        claims = [table for table in self.tables.draft.tables.values() if table.schema.principal]
        for table in claims:
            if row := table.by_key.get(key):
                return row[str(table.schema.principal)]
        raise AskError(f"no claim {key!r}{nearest(key, [k for t in claims for k in t.by_key])}")


def _identity(table: DraftTable, values: Mapping[str, str]) -> Sequence[str]:
    """The columns by which a row without receipts is known: its key, else what it is for."""
    schema = table.schema
    if schema.primary_key:
        return schema.primary_key
    if a := schema.aliases:
        return [name for name in (a.entity, a.alias, a.source) if name]
    if x := schema.exclusions:
        return [x.source, x.start, x.end]
    if c := schema.codebook:
        return [c.field, c.category, c.term]
    return list(values)
