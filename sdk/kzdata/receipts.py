"""Receipts: from a cell to the exact words of a published article, and back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any, ClassVar, NamedTuple

from kzdata.descriptor import Edges, Sources, Spans
from kzdata.display import html_record, html_table
from kzdata.errors import UsageError, nearest
from kzdata.spans import text_fragment
from kzdata.tables import Dataset, Table


@dataclass(frozen=True, slots=True)
class Receipt:
    """One edge from a cell to the words that it rests on.

    Attributes:
        record: Key of the row.
        field: Column.
        value: The cell, as text.
        role: How the words carry the cell: verbatim, normalised, resolved, coded or inferred.
        note: Why, where the role is inferred.
        span: Key of the span.
        quote: The words.
        source: Key of the article.
        start: Offset of the first character, in Unicode code points from 0.
        end: Offset after the last character.
        occurrence: Which occurrence of the quote in the article, from 1.
        publisher: Who published the article.
        published_on: When, as far as known.
        link: Address that opens the article at the passage; None where no address is known.
    """

    record: str
    field: str
    value: str
    role: str
    note: str | None
    span: str
    quote: str
    source: str
    start: int
    end: int
    occurrence: int
    publisher: str | None
    published_on: str | None
    link: str | None

    def _repr_html_(self) -> str:
        return html_record(asdict(self).items(), f"{self.record}.{self.field}")


class Trace(tuple[Receipt, ...]):
    """The receipts of a question, in its order; a tuple of them."""

    __slots__ = ()
    columns: ClassVar[tuple[str, ...]] = tuple(Receipt.__dataclass_fields__)
    _shown = ("record", "field", "value", "role", "note", "quote", "span", "source",
              "published_on", "link")  # fmt: skip

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """One row for each receipt, with a value for each of `columns`."""
        return (astuple(receipt) for receipt in self)

    def _repr_html_(self) -> str:
        rows = ([getattr(receipt, name) for name in self._shown] for receipt in self)
        return html_table(self._shown, rows, f"Trace: {len(self)} receipt{'s' * (len(self) != 1)}")


class Passage(NamedTuple):
    """A span with its article, and the longest span around it.

    Attributes:
        quote: The words.
        source: Key of the article.
        start: Offset of the first character.
        end: Offset after the last one.
        occurrence: Which occurrence of the quote in the article.
        publisher: Who published the article.
        published_on: When.
        url: Its address.
        around: Words of the longest span around it; its own where there is none.
        around_start: Offset of their first character.
    """

    quote: str
    source: str
    start: int
    end: int
    occurrence: int
    publisher: str | None
    published_on: str | None
    url: str | None
    around: str
    around_start: int

    @property
    def link(self) -> str | None:
        """The address with a text fragment, which browsers open at the passage.

        A longer span around the passage gives it context. Where a quote is not the first of its
        kind and nothing gives it context, the plain address is better than a wrong passage.
        """
        if not self.url:
            return None
        shift = self.start - self.around_start
        before = self.around[:shift].strip()
        after = self.around[shift + self.end - self.start :].strip()
        if self.occurrence > 1 and not before + after:
            return self.url
        return f"{self.url}{text_fragment(self.quote, before, after)}"


class Ledger:
    """The receipts of one package: its edges, spans and sources, under the names it gives them.

    Args:
        dataset: The package.

    Raises:
        UsageError: The package declares no evidence.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self.edges, self._edges = _declared(dataset, "edges")
        self.spans, self._spans = _declared(dataset, "spans")
        self.sources, self._sources = _declared(dataset, "sources")

    def trace(self, record: str, field: str | None = None) -> Trace:
        """The receipts of a record's cells, in the order of its columns.

        Args:
            record: Key of a row whose cells are traced, or `table/key`. Of a passage, or an
                article: the receipts of every cell that rests on it, in the order of the edges.
            field: One column of a record; all columns by default.

        Returns:
            Receipts; a cell that is empty, or needs none, has none.

        Raises:
            UsageError: There is no such record or column, or the record's table is not traced.
        """
        table, key = self._dataset.place(record)
        s: Spans = self._spans
        if field is None and table.name == self.spans.name:
            return self._resting(s.id, key)
        if field is None and table.name == self.sources.name:
            return self._resting(s.source, key)
        names = table.schema.names
        if table.schema.record_key is None:
            raise UsageError(f"{table.name} is not traced: {record} states nothing of its own")
        if field is not None and field not in names:
            raise UsageError(f"{table.name} has no column {field!r}{nearest(field, names)}")
        found = _in_order(self._of_record(table, key), names)
        return Trace(r for r in found if field in (None, r.field))

    def source(self, source: str) -> Trace:
        """The receipts of every cell that rests on an article, in the order of the edges.

        Raises:
            UsageError: There is no such article.
        """
        self.sources[source]
        return self._resting(self._spans.source, source)

    def of_table(self, name: str) -> dict[str, list[Receipt]]:
        """The receipts of all rows of a traced table, by their key, in the order of its columns."""
        from kzdata.database import column, text

        table, e = self._dataset.tables[name], self._edges
        if (key := table.schema.record_key) is None:
            return {}
        keys = f"SELECT {text(column(key))} FROM {self._dataset.numbered(name)} t"
        edges = self._matching(f"{text(column(e.record, 'e'))} IN ({keys})")
        found: dict[str, list[Receipt]] = {}
        for receipt in self._receipts(edges, self._values({edge[0] for edge in edges}, [table])):
            found.setdefault(receipt.record, []).append(receipt)
        names = table.schema.names
        return {key: _in_order(receipts, names) for key, receipts in found.items()}

    def _of_record(self, table: Table[Any], key: str) -> Iterator[Receipt]:
        from kzdata.database import column, text

        e: Edges = self._edges
        edges = self._matching(f"{text(column(e.record, 'e'))} = ?", key)
        number = table.number(key)
        assert number is not None
        return self._receipts(edges, {key: table.cells({number}).get(number, {})})

    def _resting(self, member: str, key: str) -> Trace:
        """The receipts over the spans with a value in one of their columns."""
        from kzdata.database import column, text

        edges = self._matching(f"{text(column(member, 's'))} = ?", key)
        return Trace(self._receipts(edges, self._values({edge[0] for edge in edges})))

    def _matching(self, test: str, *values: str) -> list[tuple[Any, ...]]:
        """Edges `e` over spans `s` for which a test holds: record, column, role, note and span."""
        from kzdata.database import column, text

        e: Edges = self._edges
        s: Spans = self._spans
        names = (e.record, e.field, e.role)
        columns = ", ".join(text(column(name, "e")) for name in names)
        note = text(column(e.note, "e")) if e.note else "NULL"
        span = text(column(e.span, "e"))
        numbered = self._dataset.numbered
        return self._dataset.database.rows(
            f"""SELECT {columns}, {note}, {span} FROM {numbered(self.edges.name)} e
            JOIN {numbered(self.spans.name)} s ON {text(column(s.id, "s"))} = {span}
            WHERE {test} ORDER BY e.kz_ord""",
            values,
        )

    def _values(
        self, records: Iterable[str], tables: Iterable[Table[Any]] = ()
    ) -> dict[str, Mapping[str, str]]:
        """The cells of records, in all tables or some, by key and column, as in the files."""
        from kzdata.database import column, text

        found: dict[str, Mapping[str, str]] = {}
        wanted = list(records)
        for table in tables or self._dataset.tables.values():
            if (key := table.schema.record_key) is None:
                continue
            rows = self._dataset.database.rows(
                f"""SELECT t.kz_ord, {text(column(key))} FROM {self._dataset.numbered(table.name)} t
                SEMI JOIN (SELECT unnest(?::VARCHAR[]) AS id) w ON w.id = {text(column(key))}""",
                [wanted],
            )
            cells = table.cells({number for number, _ in rows}) if rows else {}
            found |= {record: cells.get(number, {}) for number, record in rows}
        return found

    def _receipts(
        self, edges: list[tuple[Any, ...]], values: Mapping[str, Mapping[str, str]]
    ) -> Iterator[Receipt]:
        passages = self._passages({edge[4] for edge in edges})
        for record, field, role, note, span in edges:
            if record not in values or span not in passages:
                continue
            p = passages[span]
            value = values[record].get(field, "")
            yield Receipt(record, field, value, role, note, span, *p[:7], p.link)

    def _passages(self, spans: Iterable[str]) -> dict[str, Passage]:
        from kzdata.database import bigint, column, text

        s: Spans = self._spans
        a: Sources = self._sources
        known = self.sources.schema.names

        def of_source(name: str | None) -> str:
            return text(column(name, "a")) if name in known else "NULL"

        quote, source = text(column(s.quote, "t")), text(column(s.source, "t"))
        offsets = (s.start, s.end, s.occurrence)
        places = ", ".join(
            f"{bigint(column(name))} AS {short}"
            for name, short in zip(offsets, ("first", "last", "nth"), strict=True)
        )
        numbered = self._dataset.numbered(self.spans.name)
        rows = self._dataset.database.rows(
            f"""WITH spans AS (SELECT t.kz_ord, {text(column(s.id))} AS id, {quote} AS quote,
                {source} AS source, {places} FROM {numbered} t),
            wanted AS (SELECT * FROM spans
                SEMI JOIN (SELECT unnest(?::VARCHAR[]) AS id) w USING (id)),
            around AS (
                SELECT w.id, first(o.quote ORDER BY length(o.quote) DESC, o.kz_ord) AS quote,
                    first(o.first ORDER BY length(o.quote) DESC, o.kz_ord) AS first
                FROM wanted w JOIN spans o
                    ON o.source = w.source AND o.first <= w.first AND o.last >= w.last
                GROUP BY w.id)
            SELECT w.id, w.quote, w.source, w.first, w.last, w.nth, {of_source("publisher")},
                {of_source(a.published_on)}, {of_source(a.url)}, o.quote, o.first
            FROM wanted w JOIN around o USING (id)
            JOIN {self._dataset.numbered(self.sources.name)} a ON {of_source(a.id)} = w.source""",
            [list(spans)],
        )
        return {row[0]: Passage(*row[1:]) for row in rows}


def _in_order(receipts: Iterable[Receipt], names: Sequence[str]) -> list[Receipt]:
    """Receipts in the order of the columns; edges to columns that are not there are passed over."""
    known = [receipt for receipt in receipts if receipt.field in names]
    return sorted(known, key=lambda receipt: names.index(receipt.field))


def _declared(dataset: Dataset, role: str) -> tuple[Table[Any], Any]:
    table = dataset.descriptor.one(role)
    if table is None:
        raise UsageError(f"the package declares no kzdata:{role}, so nothing can be traced")
    return dataset.tables[table.name], getattr(table.schema, role)
