"""The tables of a draft that receipts are made of: articles, passages, edges, tombstones."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from kzdata.entries.article import Passage
from kzdata.entries.receipts import Edge
from kzdata.evidence import spans
from kzdata.evidence.profile import needed
from kzdata.standard.declarations import Edges, Sources, Spans
from kzdata.standard.editing import Draft, DraftRow, DraftTable

_UNUSED = "No cell rests on it any more."


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


class ReceiptTables:
    """A draft whose records get receipts.

    Attributes:
        draft: The package as it will be.
        planned: What becomes of rows, in the order in which it was said.
        tied: The receipts that are new, each with its record, column and value.

    Raises:
        UsageError: The package does not declare articles, passages or edges.
    """

    def __init__(self, draft: Draft) -> None:
        self.draft, self.descriptor = draft, draft.descriptor
        self.planned: list[Planned] = []
        self.tied: list[tuple[str, str, str, Edge]] = []
        self._added: set[Planned] = set()
        self._freed: set[str] = set()  # passages that a cell rested on
        self._keys: dict[str, Iterator[str]] = {}

    @cached_property
    def sources(self) -> tuple[DraftTable, Sources]:
        """The table of articles, and what it declares."""
        table, part = needed(self.descriptor, Sources, "an entry")
        return self.draft.tables[table.name], part

    @cached_property
    def spans(self) -> tuple[DraftTable, Spans]:
        """The table of passages, and what it declares."""
        table, part = needed(self.descriptor, Spans, "an entry")
        return self.draft.tables[table.name], part

    @cached_property
    def edges(self) -> tuple[DraftTable, Edges]:
        """The table of edges, and what it declares."""
        table, part = needed(self.descriptor, Edges, "an entry")
        return self.draft.tables[table.name], part

    def playing(self, role: str) -> dict[str, DraftTable]:
        """The tables that declare a role, by name."""
        return {t.name: self.draft.tables[t.name] for t in self.descriptor.declaring(role)}

    def free_key(self, table: DraftTable) -> str:
        """A key that no row of a table has, or had."""
        if table.name not in self._keys:
            self._keys[table.name] = self.draft.free_keys(table.name)
        return next(self._keys[table.name])

    # -------------------------------------------------------------------- rows

    def defaults(self, table: DraftTable) -> dict[str, str]:
        """What the schema says that a row is of which an entry says nothing else."""
        return {f.name: f.default for f in table.schema.fields if f.default}

    def add(self, table: DraftTable, values: Mapping[str, str]) -> DraftRow:
        """Add a row."""
        row = table.add({**self.defaults(table), **values})
        self._plan(table, row, "added")
        return row

    def assume(self, table: DraftTable, row: DraftRow) -> None:
        """Say of a new row without a day that its date is that of the article."""
        new = Planned(table.name, row[table.key], "added") in self._added
        for d in table.schema.dates if new else ():
            stated = row[d.start] or (d.end and row[d.end])
            if d.basis and not stated and row[d.basis] == self.defaults(table).get(d.basis):
                self.change(table, row, {d.basis: "article"})

    def change(self, table: DraftTable, row: DraftRow, values: Mapping[str, str]) -> None:
        """Give cells of a row new values."""
        if table.change(row, values):
            self._plan(table, row, "changed")

    def withdraw(self, table: DraftTable, key: str, why: str) -> None:
        """Take a row out with its edges, and leave a tombstone."""
        for edge in list(self.edges_of.get(key, ())):
            self._untie(edge)
        row = table.by_key[key]
        table.remove(row)
        self._plan(table, row, "withdrawn")
        for tomb in self.playing("tombstones").values():
            part = tomb.schema.tombstones
            assert part
            values = {part.record: key}
            values |= {part.reason: why} if part.reason else {}
            values |= {part.version: self.descriptor.version} if part.version else {}
            self._plan(tomb, tomb.add(values), "added")

    def _plan(self, table: DraftTable, row: DraftRow, what: str) -> None:
        key = ", ".join(row[name] for name in table.schema.primary_key)
        one = Planned(table.name, key, what)
        if what != "changed" or one._replace(what="added") not in self._added:
            self.planned.append(one)
        if what == "added":
            self._added.add(one)

    # -------------------------------------------------------------------- passages

    def passage(self, row: DraftRow) -> Passage:
        """The passage of a row."""
        _, s = self.spans
        return Passage(int(row[s.start]), int(row[s.end]), int(row[s.occurrence]), row[s.quote])

    def passages(self, source: str) -> dict[str, Passage]:
        """The passages of an article by key."""
        table, s = self.spans
        return {row[s.id]: self.passage(row) for row in table.rows if row[s.source] == source}

    def key_of(self, source: str, passage: Passage) -> str:
        """The key of a passage, which is made where there is none."""
        place = (source, str(passage.start), str(passage.end))
        if place not in self._known:
            table, s = self.spans
            key = self.free_key(table)
            values = {s.id: key, s.source: source, s.start: place[1], s.end: place[2]}
            values |= {s.quote: passage.words, s.occurrence: str(passage.occurrence)}
            values |= {s.checksum: self._checksum(source, passage)} if s.checksum else {}
            self.add(table, values)
            self._known[place] = key
        return self._known[place]

    @cached_property
    def _known(self) -> dict[tuple[str, str, str], str]:
        table, s = self.spans
        return {(r[s.source], r[s.start], r[s.end]): r[s.id] for r in table.rows}

    def _checksum(self, source: str, one: Passage) -> str:
        articles, a = self.sources
        digest = articles.by_key[source][a.sha256]
        return spans.checksum(digest, one.start, one.end, one.occurrence, one.words)

    def drop_unused(self) -> None:
        """Withdraw the passages on which nothing rests any more."""
        (edges, e), (table, s) = self.edges, self.spans
        used = {row[e.span] for row in edges.rows}
        for other in self.draft.tables.values():
            columns = passage_columns(other, table.name)
            used |= {row[name] for row in other.rows for name in columns}
        for key in sorted(self._freed - used):
            row = table.by_key[key]
            self._known.pop((row[s.source], row[s.start], row[s.end]), None)
            self.withdraw(table, key, _UNUSED)

    # -------------------------------------------------------------------- edges

    @cached_property
    def edges_of(self) -> defaultdict[str, list[DraftRow]]:
        """The edges of each record, in the order of the file."""
        edges, e = self.edges
        found: defaultdict[str, list[DraftRow]] = defaultdict(list)
        for row in edges.rows:
            found[row[e.record]].append(row)
        return found

    def tie(
        self, table: DraftTable, key: str, column: str, source: str, wanted: Sequence[Edge]
    ) -> None:
        """Let a cell rest on some passages of an article, and on no others of it.

        A cell that is emptied rests on none of any article.
        """
        (_, e), (passages, s) = self.edges, self.spans
        value = table.by_key[key][column]
        new = {
            (self.key_of(one.source or source, one.passage), one.role, one.note): one
            for one in wanted
        }
        for row in [r for r in self.edges_of.get(key, []) if r[e.field] == column]:
            edge = (row[e.span], row[e.role], row[e.note] if e.note else "")
            if edge in new:
                del new[edge]
            elif not value or passages.by_key[row[e.span]][s.source] == source:
                self._untie(row)
        self.add_edges(table, key, column, list(new))
        self.tied += [(key, column, value, one) for one in new.values()]

    def add_edges(
        self, table: DraftTable, key: str, column: str, new: Sequence[tuple[str, str, str]]
    ) -> None:
        """Add edges of a cell: passage, role and note of each; in the order of the columns."""
        (edges, e), order = self.edges, table.schema.names.index
        own = self.edges_of[key]
        for span, role, note in new:
            before = [row for row in own if order(row[e.field]) <= order(column)]
            values = {e.record: key, e.field: column, e.span: span, e.role: role}
            values |= {e.note: note} if e.note else {}
            row = edges.add(values, before[-1] if before else self._last_before(table, key))
            own.insert(len(before), row)
            self._plan(edges, row, "added")
        self._count(key, column)

    def _untie(self, edge: DraftRow) -> None:
        edges, e = self.edges
        edges.remove(edge)
        self.edges_of[edge[e.record]].remove(edge)
        self._freed.add(edge[e.span])
        self._plan(edges, edge, "withdrawn")

    def _last_before(self, table: DraftTable, key: str) -> DraftRow | None:
        """The last edge of the record before one in its table."""
        keys = [row[table.key] for row in table.rows]
        above = keys[: keys.index(key)] if key in keys else keys
        return next((self.edges_of[k][-1] for k in reversed(above) if self.edges_of.get(k)), None)

    def _count(self, key: str, column: str) -> None:
        """Write how many edges a cell has on each of them."""
        edges, e = self.edges
        rows = [row for row in self.edges_of[key] if row[e.field] == column]
        for row in rows if e.count else ():
            edges.change(row, {str(e.count): str(len(rows))})


def follows(table: DraftTable) -> bool:
    """Whether the rows of a table follow from those of others: passages, edges, tombstones."""
    return any(getattr(table.schema, role) for role in ("spans", "edges", "tombstones"))


def passage_columns(table: DraftTable, spans_table: str) -> set[str]:
    """The columns of a table that hold keys of passages; not those of edges."""
    schema = table.schema
    if schema.edges or schema.spans:
        return set()
    found = {k.fields[0] for k in schema.foreign_keys if k.reference.resource == spans_table}
    parts = (
        schema.principal,
        schema.codebook.example if schema.codebook else None,
        schema.sources.day_span if schema.sources else None,
    )
    return found | {name for name in parts if name}
