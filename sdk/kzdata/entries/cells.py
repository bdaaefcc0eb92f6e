"""What the names of a block mean, and what each of its cells becomes: a value and its edges."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from kzdata.entries.article import Article, AskError, Passage
from kzdata.entries.columns import Column, columns_of, reading
from kzdata.entries.notation import Cell
from kzdata.entries.reading import article_of
from kzdata.entries.receipts import Edge, Resolver, words_of
from kzdata.entries.tables import ReceiptTables
from kzdata.entries.vocabulary import Term, Vocabulary
from kzdata.errors import nearest
from kzdata.standard.editing import DraftTable

_FEW = 12  # values of a column that are all named
Read = tuple[str, list[Edge]]


class CellReader:
    """Reads the cells of the records of one article.

    Attributes:
        tables: The draft.
        article: The article.
        vocabulary: Terms and aliases.
        keys: By the `ref` of a new row of the entry, its key.
        new: By table, the keys of new rows of the entry.
    """

    def __init__(
        self,
        tables: ReceiptTables,
        article: Article,
        texts: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`texts` are articles by the SHA-256 of their bytes."""
        self.tables, self.article, self._texts = tables, article, texts
        self.vocabulary = Vocabulary(tables.draft)
        self.keys: dict[str, str] = {}
        self.new: dict[str, set[str]] = {}
        self._resolver = Resolver(article, self.vocabulary, self._shared, self._other, self._borrow)
        self._columns: dict[str, dict[str, Column]] = {}

    def columns(self, table: DraftTable) -> dict[str, Column]:
        """The columns of a table by name."""
        if table.name not in self._columns:
            described = columns_of(table.table, self.tables.descriptor, self.vocabulary)
            self._columns[table.name] = described
        return self._columns[table.name]

    def expanded(self, table: DraftTable, name: str, cell: Cell) -> Iterator[tuple[str, Cell]]:
        """The cells that a name of a block stands for: itself, or those of a shortcut.

        Raises:
            AskError: There is no such name, or a grammar makes nothing of the words.
        """
        columns = self.columns(table)
        if name in columns:
            yield name, self.keyed(cell) if refers_to_rows(table, name) else cell
        elif members := dict(shortcuts(table)).get(name):
            yield from self._of_words(members, columns, cell)
        elif name == "event" and (event := event_column(table)):
            yield event, self.keyed(cell)
        else:
            check_column(table, name, ("figure", "date", "event"))

    def refers(self, table: DraftTable, name: str) -> bool:
        """Whether a name of a block stands for a cell that refers to a record."""
        column = event_column(table) if name == "event" else name
        return column in (columns := self.columns(table)) and columns[column].kind == "record"

    def keyed(self, cell: Cell) -> Cell:
        """A cell with the key of the new row that it may name."""
        if cell.value in self.keys:
            return cell.model_copy(update={"value": self.keys[cell.value]})
        return cell

    def _of_words(
        self, names: Sequence[str], columns: Mapping[str, Column], cell: Cell
    ) -> Iterator[tuple[str, Cell]]:
        """Cells whose values the grammar makes of the words of a shortcut."""
        receipts = words_of(cell)
        for name in names:
            read = (reading(columns[name], one.words or "", self.article) for one in receipts)
            if (value := next((one for one in read if one is not None), None)) is None:
                words = " / ".join(one.words or "" for one in receipts)
                raise AskError(f"the grammar of {columns[name].kind}s makes nothing of {words!r}")
            if value:
                yield name, Cell(value=value, receipts=receipts)

    def resolved(self, column: Column, cell: Cell, quotes: Sequence[Passage]) -> Read:
        """The value of a cell, and its edges; see `Resolver.resolve`."""
        field = column.table.schema.field(column.name)
        if cell.value is None and not cell.all:
            return "", []  # the cell is emptied
        self._check_known(column, cell.value)
        if field.evidence is None or (field.evidence == "exempt" and not cell.all):
            return cell.value or "", []
        principal = bool(column.table.schema.principal)
        return self._resolver.resolve(column, cell, quotes, principal)

    def _check_known(self, column: Column, value: str | None) -> None:
        """A category or the key of a row must be one that there is."""
        known = sorted(self._known(column))
        if value is not None and known and value not in known:
            few = f"; expected one of {', '.join(known)}" if len(known) <= _FEW else ""
            raise AskError(f"{value!r} is not known{few or nearest(value, [*known, *self.keys])}")

    def _known(self, column: Column) -> Collection[str]:
        """The values that a column can have, where they are told."""
        schema = column.table.schema
        if enum := schema.field(column.name).constraints.enum:
            return [str(one) for one in enum]
        for key in schema.foreign_keys:
            if key.fields == (column.name,):
                other = self.tables.draft.tables[key.reference.resource or column.table.name]
                there = {row[key.reference.fields[0]] for row in other.rows}
                return there | self.new.get(other.name, set())
        return ()

    def _other(self, source: str) -> Article:
        """Another article."""
        return article_of(self.tables.draft, source, self._texts)

    def _borrow(self, term: Term) -> None:
        """Take over a form by which other articles call an entity: this one prints it, too."""
        for table in self.tables.playing("aliases").values():
            a = table.schema.aliases
            if a and a.source:
                values = {a.entity: term.name, a.alias: term.text, a.source: self.article.key}
                self.tables.add(table, values)
                self.vocabulary.add(self.article.key, term)

    def _shared(self, key: str, source: str) -> list[Passage]:
        """The passages of an article that a record rests on, for more than its references."""
        tables = self.tables.draft.tables.values()
        owners = (one for one in tables if one.schema.record_key and key in one.by_key)
        if (owner := next(owners, None)) is None:
            return []
        (_, e), (passages, s) = self.tables.edges, self.tables.spans
        columns = self.columns(owner)
        own = self.tables.edges_of.get(key, ())
        edges = (r for r in own if r[e.field] in columns and columns[r[e.field]].kind != "record")
        found = (passages.by_key.get(edge[e.span]) for edge in edges)
        there = (row for row in found if row and row[s.source] == source)
        return sorted({self.tables.passage(row) for row in there})


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


def refers_to_rows(table: DraftTable, column: str) -> bool:
    """Whether the cells of a column are keys of rows, so that they may name a new one."""
    links, outside = table.schema.links, table.schema.outside
    declared = [links.claim, links.other] if links else []
    declared += [outside.claim] if outside else []
    return column in declared or any(key.fields == (column,) for key in table.schema.foreign_keys)


def check_column(table: DraftTable, name: str, more: Iterable[str] = ()) -> None:
    """An AskError where a table has no such column."""
    if name not in table.schema.names:
        known = [*table.schema.names, *more]
        raise AskError(f"{table.name} has no column {name!r}{nearest(name, known)}")
