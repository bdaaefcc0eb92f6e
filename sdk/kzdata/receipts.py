"""Receipts: from a cell to the exact words of a published article."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kzdata.descriptor import Edges, Sources, Spans
from kzdata.errors import UsageError
from kzdata.rows import Row
from kzdata.spans import text_fragment
from kzdata.tables import Shelf, Table, nearest


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


class Ledger:
    """The receipts of one package: its edges, spans and sources, under the names it gives them.

    The edges are read once and kept by record.

    Args:
        shelf: The package.

    Raises:
        UsageError: The package declares no evidence.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.edges, self._edges = _declared(shelf, "edges")
        self.spans, self._spans = _declared(shelf, "spans")
        self.sources, self._sources = _declared(shelf, "sources")

    def trace(self, record: str, field: str | None = None) -> tuple[Receipt, ...]:
        """The receipts of a record's cells, in the order of its columns.

        Args:
            record: Key of a row whose cells are traced, or `table/key`.
            field: One column; all columns by default.

        Returns:
            Receipts; a cell that is empty, or needs none, has none.

        Raises:
            UsageError: There is no such record or column, or the record's table is not traced.
        """
        table, row = self._shelf.find(record)
        names, key = table.schema.names, table.schema.record_key
        if key is None:
            raise UsageError(f"{table.name} is not traced: {record} states nothing of its own")
        if field is not None and field not in names:
            raise UsageError(f"{table.name} has no column {field!r}{nearest(field, names)}")
        found = [r for r in self._receipts(getattr(row, key), row) if field in (None, r.field)]
        return tuple(sorted(found, key=lambda receipt: names.index(receipt.field)))

    @cached_property
    def _by_record(self) -> dict[str, list[Row]]:
        e: Edges = self._edges
        found: dict[str, list[Row]] = {}
        for edge in self.edges:
            found.setdefault(getattr(edge, e.record), []).append(edge)
        return found

    def _receipts(self, record: str, row: Row) -> Iterator[Receipt]:
        e: Edges = self._edges
        for edge in self._by_record.get(record, ()):
            name = getattr(edge, e.field)
            yield self._receipt(edge, record, name, _text(getattr(row, name)))

    def _receipt(self, edge: Row, record: str, name: str, value: str) -> Receipt:
        e: Edges = self._edges
        s: Spans = self._spans
        span = self.spans[getattr(edge, e.span)]
        source = self.sources[getattr(span, s.source)]
        return Receipt(
            record,
            name,
            value,
            getattr(edge, e.role),
            getattr(edge, e.note) if e.note else None,
            getattr(edge, e.span),
            getattr(span, s.quote),
            getattr(span, s.source),
            getattr(span, s.start),
            getattr(span, s.end),
            getattr(span, s.occurrence),
            getattr(source, "publisher", None),
            self._day(source),
            self._link(source, span),
        )

    def _day(self, source: Row) -> str | None:
        a: Sources = self._sources
        return _text(getattr(source, a.published_on)) if a.published_on else None

    def _link(self, source: Row, span: Row) -> str | None:
        """The address with a text fragment, which browsers open at the passage.

        A longer span around the passage gives it context. Where a quote is not the first of its
        kind and nothing gives it context, the plain address is better than a wrong passage.
        """
        a: Sources = self._sources
        s: Spans = self._spans
        address = getattr(source, a.url) if a.url else None
        if not address:
            return None
        quote = getattr(span, s.quote)
        before, after = self._context(span)
        if getattr(span, s.occurrence) > 1 and not before + after:
            return str(address)
        return f"{address}{text_fragment(quote, before, after)}"

    def _context(self, span: Row) -> tuple[str, str]:
        """Words before and after a passage, from the longest span around it."""
        s: Spans = self._spans
        start, end = getattr(span, s.start), getattr(span, s.end)
        around = [
            other
            for other in self._by_source.get(getattr(span, s.source), ())
            if getattr(other, s.start) <= start and end <= getattr(other, s.end)
        ]
        widest = max(around, key=lambda other: len(getattr(other, s.quote)))
        quote, shift = getattr(widest, s.quote), start - getattr(widest, s.start)
        return quote[:shift].strip(), quote[shift + end - start :].strip()

    @cached_property
    def _by_source(self) -> dict[str, list[Row]]:
        s: Spans = self._spans
        found: dict[str, list[Row]] = {}
        for span in self.spans:
            found.setdefault(getattr(span, s.source), []).append(span)
        return found


def _declared(shelf: Shelf, role: str) -> tuple[Table[Any], Any]:
    table = shelf.descriptor.one(role)
    if table is None:
        raise UsageError(f"the package declares no kzdata:{role}, so nothing can be traced")
    return shelf.tables[table.name], getattr(table.schema, role)


def _text(value: object) -> str:
    return "" if value is None else str(value)
