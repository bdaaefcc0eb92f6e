"""Rows with receipts made of entries, in a draft of the package."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path as File
from typing import NamedTuple

from kzdata.entries.article import Article, AskError, Passage
from kzdata.entries.columns import Column, columns_of
from kzdata.entries.document import SECTIONS, Block, Document, Fault
from kzdata.entries.notation import Cell
from kzdata.entries.places import Path
from kzdata.entries.receipts import Edge, Resolver, passages, words_of
from kzdata.entries.vocabulary import Vocabulary
from kzdata.errors import DateError, UsageError, nearest
from kzdata.evidence import dates, spans
from kzdata.evidence.articles import read
from kzdata.evidence.profile import needed
from kzdata.standard.declarations import Edges, Sources, Spans
from kzdata.standard.descriptor import Descriptor
from kzdata.standard.editing import Draft, DraftRow, DraftTable

_FEW = 12  # values of a column that are all named
TEXT = "text"  # member of `source`: the path of the article's text


class Planned(NamedTuple):
    """What an entry does to one row.

    Attributes:
        table: Its table.
        key: Its key.
        what: `added`, `changed` or `withdrawn`.
    """

    table: str
    key: str
    what: str


class Entering:
    """Entries entered into a draft, one after the other.

    Attributes:
        draft: The package as it will be.
        faults: What is wrong in the entries.
        rows: What becomes of rows.
        edges: The receipts that are new, each with its record, column and value.
        places: Of each record and passage that an entry speaks of, where.
    """

    def __init__(self, draft: Draft, texts: Mapping[str, str]) -> None:
        """`texts` are articles by the SHA-256 of their bytes."""
        self.draft, self.texts = draft, dict(texts)
        self.faults: list[Fault] = []
        self.rows: list[Planned] = []
        self.edges: list[tuple[str, str, str, Edge]] = []
        self.places: dict[str, tuple[Document, Path]] = {}

    def enter(self, document: Document, folder: File | None = None) -> None:
        """Enter what a document says; `folder` is where a text's path begins."""
        _Entry(self, document, folder).enter()


class _Entry:
    """One entry on its way into the draft."""

    def __init__(self, entering: Entering, document: Document, folder: File | None) -> None:
        self.entering, self.draft, self.document = entering, entering.draft, document
        self.folder = folder
        self.descriptor: Descriptor = self.draft.descriptor
        self.keys: dict[str, str] = {}  # by the name of a new row
        self.blocks: list[tuple[Path, Block, DraftTable, str]] = []
        self.free: dict[str, Iterator[str]] = {}

    def enter(self) -> None:
        with self._at(("source",)):
            self.article = self._source()
            for path, block in self.document.entry.blocks():
                with self._at(path):
                    self._place(path, block)
            self._enter_rows(traced=False)
            self.vocabulary = Vocabulary(self.draft)
            self._enter_rows(traced=True)

    @contextmanager
    def _at(self, path: Path) -> Iterator[None]:
        """Note down what is asked about a place of the entry."""
        try:
            yield
        except (AskError, UsageError, DateError) as error:
            self._fault(path, str(error))

    def _fault(self, path: Path, message: str) -> None:
        self.entering.faults.append(self.document.fault(path, message))

    # -------------------------------------------------------------------- the article

    @cached_property
    def _sources(self) -> tuple[DraftTable, Sources]:
        table, part = needed(self.descriptor, Sources, "an entry")
        return self.draft.tables[table.name], part

    @cached_property
    def _spans(self) -> tuple[DraftTable, Spans]:
        table, part = needed(self.descriptor, Spans, "an entry")
        return self.draft.tables[table.name], part

    @cached_property
    def _edges(self) -> tuple[DraftTable, Edges]:
        table, part = needed(self.descriptor, Edges, "an entry")
        return self.draft.tables[table.name], part

    def _source(self) -> Article:
        """The article, whose row is made or changed."""
        (table, a), said = self._sources, self.document.entry.article
        if not (key := said.get(a.id, Cell()).value):
            raise AskError(f"{a.id} is missing: the key of the article")
        row, text = table.by_key.get(key), self._text(said)
        values = {n: c.value or "" for n, c in said.items() if n not in (TEXT, a.day_span)}
        for name in values.keys() - set(table.schema.names):
            raise AskError(f"no column {name!r}{nearest(name, table.schema.names)}")
        if text is not None:
            values |= {a.sha256: _digest(text), a.length: str(len(text))}
        values = self._days(values, text, new=row is None)
        if row is None:
            if text is None:
                raise AskError(f'no article {key!r}; give its text: text = "FILE"')
            row = table.add(values)
            self._planned(table, key, "added", ("source",))
        elif table.change(row, values):
            self._planned(table, key, "changed", ("source",))
        text = text if text is not None else self.entering.texts.get(row[a.sha256])
        article = self._article(row, text)
        if a.day_span and a.day_span in said:
            self._change(table, row, {a.day_span: self._passage_key(article, said[a.day_span])})
        return article

    def _text(self, said: Mapping[str, Cell]) -> str | None:
        """The text that the entry names."""
        if not (name := said.get(TEXT, Cell()).value):
            return None
        text = read((self.folder or File()) / name)
        self.entering.texts[_digest(text)] = text
        return text

    def _days(self, values: dict[str, str], text: str | None, *, new: bool) -> dict[str, str]:
        """The values of an article's row, with days out of words, and what follows from them."""
        _, a = self._sources
        made = self._defaults(self._sources[0]) | values if new else dict(values)
        if a.published_on and (words := values.get(a.published_on)):
            day, precision = _absolute_day(words)
            printed = text is not None and words in text and words != day
            made |= {a.published_on: day}
            follows = {
                a.published_precision: precision,
                a.published_basis: "stated" if printed else "inferred",
            }
            made |= {
                n: v
                for n, v in follows.items()
                if n and not values.get(n) and (new or words != day)
            }
        if a.written_on and new:
            stated = values.get(a.written_on) or made.get(a.published_on or "", "")
            made[a.written_on] = _absolute_day(stated)[0] if stated else ""
        return made

    def _defaults(self, table: DraftTable) -> dict[str, str]:
        """What the schema says that a row is of which an entry says nothing else."""
        return {f.name: f.default for f in table.schema.fields if f.default}

    def _assumed(self, table: DraftTable, values: Mapping[str, str]) -> dict[str, str]:
        """The defaults of a record; a date without a day is that of the article."""
        found = self._defaults(table)
        for d in table.schema.dates:
            if d.basis and not (values.get(d.start) or values.get(d.end or "")):
                found[d.basis] = "article"
        return found

    def _article(self, row: DraftRow, text: str | None) -> Article:
        (_, a), (table, s) = self._sources, self._spans
        key = row[a.id]
        day = row[a.written_on] if a.written_on else ""
        day = day or (row[a.published_on] if a.published_on else "")
        known = (self._known(one) for one in table.rows if one[s.source] == key)
        language = row[a.language] if a.language else None
        return Article(key, date.fromisoformat(day) if day else None, language, text, known)

    def _known(self, row: DraftRow) -> Passage:
        _, s = self._spans
        return Passage(int(row[s.start]), int(row[s.end]), int(row[s.occurrence]), row[s.quote])

    # -------------------------------------------------------------------- blocks and their rows

    def _place(self, path: Path, block: Block) -> None:
        """Find the table and the key of a block."""
        table = self._table(str(path[0]), block)
        if block.id is not None:
            key = block.id
            if key not in table.by_key:
                raise AskError(f"{table.name} has no row {key!r}{nearest(key, table.by_key)}")
        elif table.schema.record_key and table.key not in block.cells:
            free = self.free.setdefault(table.name, self.draft.free_keys(table.name))
            key = next(free)
        else:
            key = block.cells.get(table.key, Cell()).value or "" if table.key else ""
        if block.ref is not None:
            if block.ref in self.keys:
                raise AskError(f"two blocks have the ref {block.ref!r}")
            self.keys[block.ref] = key
        if key:
            self.entering.places.setdefault(key, (self.document, path))
        self.blocks.append((path, block, table, key))

    def _table(self, section: str, block: Block) -> DraftTable:
        role = SECTIONS.get(section)
        known = self.draft.tables if role is None else self._playing(role)
        if block.table is None and len(known) == 1:
            return next(iter(known.values()))
        if block.table is None:
            raise AskError(f"say its table: one of {', '.join(known) or 'none that is declared'}")
        if block.table not in known:
            raise AskError(f"no table {block.table!r} for it{nearest(block.table, known)}")
        return known[block.table]

    def _playing(self, role: str) -> dict[str, DraftTable]:
        return {t.name: self.draft.tables[t.name] for t in self.descriptor.declaring(role)}

    def _enter_rows(self, *, traced: bool) -> None:
        links = [one for one in self.blocks if one[2].schema.links]
        others = [one for one in self.blocks if not one[2].schema.links]
        for path, block, table, key in [*others, *links]:
            if bool(table.schema.record_key) is not traced:
                continue
            with self._at(path):
                if block.withdraw is not None:
                    self._withdraw(path, block, table, key)
                elif traced:
                    self._record(path, block, table, key)
                else:
                    self._plain(path, block, table)

    # -------------------------------------------------------------------- rows without receipts

    def _plain(self, path: Path, block: Block, table: DraftTable) -> None:
        """A row of a vocabulary: an actor, an alias, a term, an exclusion."""
        values: dict[str, str] = {}
        for name, cell in block.cells.items():
            with self._at((*path, name)):
                values |= self._plain_cell(table, name, cell)
        values = self._own_values(table, values) | values
        identity = table.schema.primary_key
        row = next(
            (r for r in table.rows if all(r[n] == values.get(n, "") for n in identity)), None
        )
        key = ", ".join(values.get(name, "") for name in identity)
        if row is None:
            table.add(self._defaults(table) | values)
            self._planned(table, key, "added", path)
        else:
            self._change(table, row, values, path)

    def _plain_cell(self, table: DraftTable, name: str, cell: Cell) -> dict[str, str]:
        x = table.schema.exclusions
        if x and name == "words":
            (one,) = passages(self.article, words_of(cell))
            return {x.start: str(one.start), x.end: str(one.end), x.token: one.words}
        self._check_column(table, name)
        if name in self._passage_columns(table):
            return {name: self._passage_key(self.article, cell) if cell.value or cell.all else ""}
        return {name: self.keys.get(cell.value or "", cell.value or "")}

    def _own_values(self, table: DraftTable, said: Mapping[str, str]) -> dict[str, str]:
        """What follows from the article that the entry is of, and from the terms that are there."""
        schema, found = table.schema, dict[str, str]()
        for part in (schema.aliases, schema.exclusions):
            if part and part.source:
                found[part.source] = self.article.key
        if not (c := schema.codebook):
            return found
        # What a category is stands beside each of its terms.
        alike = [r for r in table.rows if all(r[n] == said.get(n) for n in (c.field, c.category))]
        shared = set(schema.names) - {c.field, c.category, c.term, c.language, c.example}
        found |= {name: alike[0][name] for name in shared if alike}
        found |= {c.language: self.article.language or "en"} if c.language else {}
        if c.example and c.example not in said and said.get(c.term):
            found[c.example] = self._span(self.article.passages(said[c.term])[0], ("source",))
        return found

    def _passage_columns(self, table: DraftTable) -> set[str]:
        """The columns of a table that hold keys of passages."""
        spans_table, _ = self._spans
        keys = table.schema.foreign_keys
        found = {k.fields[0] for k in keys if k.reference.resource == spans_table.name}
        examples = table.schema.codebook.example if table.schema.codebook else None
        return found | ({examples} if examples else set())

    def _check_column(self, table: DraftTable, name: str, more: Iterable[str] = ()) -> None:
        if name not in table.schema.names:
            known = [*table.schema.names, *more]
            raise AskError(f"{table.name} has no column {name!r}{nearest(name, known)}")

    # -------------------------------------------------------------------- records

    def _record(self, path: Path, block: Block, table: DraftTable, key: str) -> None:
        """A row with receipts."""
        row = table.by_key.get(key)
        columns = columns_of(table.table, self.descriptor, self.vocabulary)
        principal = table.schema.principal
        quotes = self._quotes(path, block, table, row)
        values: dict[str, str] = {}
        edges: dict[str, list[Edge]] = {}
        if block.quote is not None and principal and quotes:
            values[principal] = self._span(quotes[0], path)
            edges[principal] = [Edge(quotes[0], "verbatim")]
        resolver = Resolver(self.article, self.vocabulary, self._shared)
        for name, cell in block.cells.items():
            with self._at((*path, name)):
                for column, one in self._expanded(table, columns, name, cell, quotes):
                    found = self._resolved(resolver, columns[column], one, quotes, bool(principal))
                    values[column], edges[column] = found
        if principal and row is None and block.quote is None:
            raise AskError("the quote is missing: the words that make the claim")
        self._write(path, table, key, row, values)
        for column, wanted in edges.items():
            self._tie(path, table, key, column, values[column], wanted)
        for number, cell in enumerate(block.links):
            with self._at((*path, "links", number)):
                self._link(path, key, cell)

    def _quotes(
        self, path: Path, block: Block, table: DraftTable, row: DraftRow | None
    ) -> list[Passage]:
        """The passages near to which the words of a block are looked for."""
        if block.quote is not None:
            with self._at((*path, "quote")):
                return passages(self.article, words_of(block.quote))
            return []
        if row is None or not (principal := table.schema.principal):
            return []
        known = self._spans[0].by_key.get(row[principal])
        return [self._known(known)] if known else []

    def _expanded(
        self,
        table: DraftTable,
        columns: Mapping[str, Column],
        name: str,
        cell: Cell,
        quotes: Sequence[Passage],
    ) -> Iterator[tuple[str, Cell]]:
        """The cells that a name of a block stands for."""
        if name in columns:
            yield name, self._keyed(cell)
        elif members := dict(shortcuts(table)).get(name):
            yield from _of_words(members, columns, cell, self.article)
        elif name == "event" and (event := event_column(table)):
            yield event, self._keyed(cell)
        else:
            self._check_column(table, name, ("figure", "date", "event"))

    def _keyed(self, cell: Cell) -> Cell:
        """A cell with the key of the new row that it may name."""
        if cell.value in self.keys:
            return cell.model_copy(update={"value": self.keys[cell.value]})
        return cell

    def _resolved(
        self,
        resolver: Resolver,
        column: Column,
        cell: Cell,
        quotes: Sequence[Passage],
        principal: bool,
    ) -> tuple[str, list[Edge]]:
        field = column.table.schema.field(column.name)
        if cell.value is None and not cell.all:
            return "", []  # the cell is emptied
        self._check_known(column, cell.value)
        if field.evidence is None or (field.evidence == "exempt" and not cell.all):
            return cell.value or "", []
        return resolver.resolve(column, cell, quotes, principal)

    def _check_known(self, column: Column, value: str | None) -> None:
        """A category or the key of a row must be one that there is."""
        schema = column.table.schema
        known: Iterable[str] = map(str, schema.field(column.name).constraints.enum or ())
        keys = (k for k in schema.foreign_keys if k.fields == (column.name,))
        if target := next(keys, None):
            other = self.draft.tables[target.reference.resource or column.table.name]
            taken = {key for _, _, t, key in self.blocks if t is other}
            known = {*(row[target.reference.fields[0]] for row in other.rows), *taken}
        known = sorted(known)
        if value is not None and known and value not in known:
            few = f"; expected one of {', '.join(known)}" if len(known) <= _FEW else ""
            hint = few or nearest(value, [*known, *self.keys])
            raise AskError(f"{value!r} is not known{hint}")

    def _shared(self, key: str) -> list[Passage]:
        """The passages of the article that a record rests on, for more than its references."""
        (edges, e), (table, s) = self._edges, self._spans
        owner = next(
            (t for t in self.draft.tables.values() if t.schema.record_key and key in t.by_key), None
        )
        if owner is None:
            return []
        columns = columns_of(owner.table, self.descriptor, self.vocabulary)
        found = (
            table.by_key[row[e.span]]
            for row in edges.rows
            if row[e.record] == key and columns[row[e.field]].kind != "record"
        )
        return sorted({self._known(one) for one in found if one[s.source] == self.article.key})

    # -------------------------------------------------------------------- links

    def _link(self, path: Path, key: str, cell: Cell) -> None:
        """A link of a claim: `updates CR-0013 ?? why`."""
        table = next(iter(self._playing("links").values()), None)
        words = (cell.value or "").split()
        if table is None or len(words) != 2 or not cell.note:
            raise AskError("a link is written `updates CR-0013 ?? why`")
        part = table.schema.links
        assert part
        relation, other = words[0], self.keys.get(words[1], words[1])
        free = self.free.setdefault(table.name, self.draft.free_keys(table.name))
        values = {part.claim: key, part.relation: relation, part.other: other}
        values |= {part.note: cell.note} if part.note else {}
        link = next(free)
        self._write(path, table, link, None, values)
        own, others = self._principal(key), self._principal(other)
        self._add_edges(table, link, part.claim, [(own, "resolved", "")])
        read = f"Read from both passages: {cell.note}"
        self._add_edges(
            table, link, part.relation, [(one, "inferred", read) for one in (own, others)]
        )
        self._add_edges(table, link, part.other, [(others, "resolved", "")])

    def _principal(self, key: str) -> str:
        """The key of the principal passage of a claim."""
        for table in self.draft.tables.values():
            if table.schema.principal and (row := table.by_key.get(key)):
                return row[table.schema.principal]
        known = [k for t in self.draft.tables.values() if t.schema.principal for k in t.by_key]
        raise AskError(f"no claim {key!r}{nearest(key, known)}")

    # -------------------------------------------------------------------- writing into the draft

    def _write(
        self, path: Path, table: DraftTable, key: str, row: DraftRow | None, values: dict[str, str]
    ) -> None:
        if row is None:
            table.add({**self._assumed(table, values), **values, table.key: key})
            self._planned(table, key, "added", path)
        else:
            self._change(table, row, values, path)

    def _change(
        self, table: DraftTable, row: DraftRow, values: Mapping[str, str], path: Path = ()
    ) -> None:
        if table.change(row, values):
            key = ", ".join(row[name] for name in table.schema.primary_key)
            self._planned(table, key, "changed", path or ("source",))

    def _planned(self, table: DraftTable, key: str, what: str, path: Path) -> None:
        self.entering.rows.append(Planned(table.name, key, what))
        self.entering.places.setdefault(key, (self.document, path))

    def _passage_key(self, article: Article, cell: Cell) -> str:
        (one,) = passages(article, words_of(cell))
        return self._span(one, ("source",), article)

    def _span(self, passage: Passage, path: Path, article: Article | None = None) -> str:
        """The key of a passage, which is made where there is none."""
        table, s = self._spans
        article = article or self.article
        place = (article.key, str(passage.start), str(passage.end))
        if place in self._passage_keys:
            return self._passage_keys[place]
        key = next(self.free.setdefault(table.name, self.draft.free_keys(table.name)))
        values = {s.id: key, s.source: place[0], s.start: place[1], s.end: place[2]}
        values |= {s.quote: passage.words, s.occurrence: str(passage.occurrence)}
        if s.checksum:
            sources, a = self._sources
            digest = sources.by_key[article.key][a.sha256]
            values[s.checksum] = spans.checksum(
                digest, passage.start, passage.end, passage.occurrence, passage.words
            )
        table.add(values)
        self._passage_keys[place] = key
        self._planned(table, key, "added", path)
        return key

    @cached_property
    def _passage_keys(self) -> dict[tuple[str, str, str], str]:
        table, s = self._spans
        return {(r[s.source], r[s.start], r[s.end]): r[s.id] for r in table.rows}

    def _tie(
        self, path: Path, table: DraftTable, key: str, column: str, value: str, wanted: list[Edge]
    ) -> None:
        """Let a cell rest on some passages of the article, and on no others of it."""
        (edges, e), (passages_of, s) = self._edges, self._spans
        new = {(self._span(one.passage, path), one.role, one.note): one for one in wanted}
        for row in [r for r in self._edges_of.get(key, []) if r[e.field] == column]:
            own = passages_of.by_key[row[e.span]][s.source] == self.article.key
            edge = (row[e.span], row[e.role], row[e.note] if e.note else "")
            if edge in new:
                del new[edge]
            elif own or not value:
                edges.remove(row)
                self._edges_of[key].remove(row)
                self._planned(edges, f"{key}, {column}, {row[e.span]}", "withdrawn", path)
        self._add_edges(table, key, column, list(new))
        self.entering.edges += [(key, column, value, one) for one in new.values()]

    def _add_edges(
        self, table: DraftTable, key: str, column: str, new: Sequence[tuple[str, str, str]]
    ) -> None:
        (edges, e), order = self._edges, table.schema.names.index
        own = self._edges_of[key]
        for span, role, note in new:
            before = [row for row in own if order(row[e.field]) <= order(column)]
            after = before[-1] if before else self._last_before(table, key)
            values = {e.record: key, e.field: column, e.span: span, e.role: role}
            values |= {e.note: note} if e.note else {}
            row = edges.add(values, after)
            own.insert(len(before), row)
            self._planned(edges, f"{key}, {column}, {span}", "added", ())
        self._count(key, column)

    def _last_before(self, table: DraftTable, key: str) -> DraftRow | None:
        """The last edge of the record before one in its table."""
        keys = [row[table.key] for row in table.rows]
        above = keys[: keys.index(key)] if key in keys else keys
        return next((self._edges_of[k][-1] for k in reversed(above) if self._edges_of.get(k)), None)

    def _count(self, key: str, column: str) -> None:
        """Write how many edges a cell has on each of them."""
        edges, e = self._edges
        if e.count:
            rows = [row for row in self._edges_of[key] if row[e.field] == column]
            for row in rows:
                edges.change(row, {e.count: str(len(rows))})

    @cached_property
    def _edges_of(self) -> defaultdict[str, list[DraftRow]]:
        edges, e = self._edges
        found: defaultdict[str, list[DraftRow]] = defaultdict(list)
        for row in edges.rows:
            found[row[e.record]].append(row)
        return found

    # -------------------------------------------------------------------- withdrawing

    def _withdraw(self, path: Path, block: Block, table: DraftTable, key: str) -> None:
        """Take a row out, and leave a tombstone."""
        if block.id is None or not (block.withdraw or "").strip():
            raise AskError('a row is withdrawn by its id, with the reason: withdraw = "why"')
        edges, _ = self._edges
        for row in self._edges_of.pop(key, []):
            edges.remove(row)
        table.remove(table.by_key[key])
        self._planned(table, key, "withdrawn", path)
        self._bury(key, block.withdraw or "")

    def _bury(self, key: str, why: str) -> None:
        for tomb in self._playing("tombstones").values():
            part = tomb.schema.tombstones
            assert part
            values = {part.record: key}
            values |= {part.reason: why} if part.reason else {}
            values |= {part.version: self.descriptor.version} if part.version else {}
            tomb.add(values)


def _of_words(
    names: Sequence[str], columns: Mapping[str, Column], cell: Cell, article: Article
) -> Iterator[tuple[str, Cell]]:
    """Cells whose values the grammar makes of the words of a shortcut."""
    from kzdata.entries.columns import reading

    receipts = words_of(cell)
    for name in names:
        value = next((reading(columns[name], r.words or "", article) for r in receipts), None)
        if value is None:
            words = " / ".join(r.words or "" for r in receipts)
            raise AskError(f"the grammar of {columns[name].kind}s makes nothing of {words!r}")
        if value:
            yield name, Cell(value=value, receipts=receipts)


def shortcuts(table: DraftTable) -> Iterator[tuple[str, list[str]]]:
    """The names that stand for several columns of a table, each with these."""
    schema = table.schema
    if f := schema.figure:
        yield "figure", [f.text, f.low, f.high, f.qualifier]
    if schema.dates:
        d = schema.dates[0]
        yield "date", [name for name in (d.start, d.end, d.precision) if name]


def event_column(table: DraftTable) -> str | None:
    """The column that says which event a row is about."""
    for part in (table.schema.claims, table.schema.participants):
        if part and part.event:
            return str(part.event)
    return None


def _absolute_day(words: str) -> tuple[str, str]:
    """A day and its precision: of `2022-01-07`, or of words that need no other day."""
    try:
        return date.fromisoformat(words).isoformat(), "day"
    except ValueError:
        # Read from two days: what hangs on the day of reading is no answer.
        one, other = (dates.resolve(words, date(year, 6, 15)) for year in (1999, 2047))
        if one != other or not one.start or one.precision not in ("day", "month", "year"):
            raise AskError(f"{words!r} is no day; write YYYY-MM-DD, or “January 7, 2022”") from None
        return one.start.isoformat(), one.precision


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def roles(edges: Iterable[tuple[str, str, str, Edge]]) -> Counter[str]:
    """How many receipts have which role."""
    return Counter(edge.role for *_, edge in edges)
