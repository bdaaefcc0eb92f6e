"""Receipts: from a cell to the exact words of a published article, and back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from kzdata.display import html_record, html_table
from kzdata.engine.frames import Frames
from kzdata.engine.sql import LISTED, ORD, bigint, column, table_named
from kzdata.errors import UsageError, nearest
from kzdata.evidence.once import once_a_package
from kzdata.evidence.outside import contested, contested_words, outside_of
from kzdata.evidence.profile import cell, needed
from kzdata.evidence.spans import text_fragment
from kzdata.standard.declarations import Edges, Sources, Spans

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset, Table

PURPOSE = "a receipt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One edge from a cell to the words that it rests on.

    Attributes:
        record: Key of the row.
        field: Column.
        value: The cell, as text.
        role: How the words carry the cell: verbatim, normalised, resolved, coded, inherited or
            inferred.
        note: Why, where the role is inherited or inferred.
        span: Key of the span.
        quote: The words.
        source: Key of the article.
        start: Offset of the first character, in Unicode code points from 0.
        end: Offset after the last character.
        occurrence: Which occurrence of the quote in the article, from 1.
        publisher: Who published the article.
        published_on: When, as far as known.
        link: Address that opens the article at the passage; None where no address is known.
        contested: Which publications besides the articles contradict the record, or a claim whose
            words the passage holds; None where none.
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
    contested: str | None

    def _repr_html_(self) -> str:
        return html_record(asdict(self).items(), f"{self.record}.{self.field}")


class Trace(Frames, tuple[Receipt, ...]):
    """The receipts of a question, in its order; a tuple of them."""

    __slots__ = ()
    columns: ClassVar[tuple[str, ...]] = tuple(Receipt.__dataclass_fields__)
    _shown = ("record", "field", "value", "role", "note", "quote", "span", "source",
              "published_on", "link", "contested")  # fmt: skip

    def rows(self) -> list[tuple[Any, ...]]:
        """One row for each receipt, with a value for each of `columns`."""
        return [astuple(receipt) for receipt in self]

    def _repr_html_(self) -> str:
        rows = ([getattr(receipt, name) for name in self._shown] for receipt in self)
        return html_table(self._shown, rows, f"Trace: {len(self)} receipt{'s' * (len(self) != 1)}")


# Answers print it as JSON with these names, so that it is no tuple and holds no more.
@dataclass(frozen=True, slots=True)
class Citation:
    """The words of an article that an answer rests on; its attributes are those of a `Receipt`."""

    span: str
    source: str
    published_on: str | None
    quote: str
    start: int
    end: int
    link: str | None
    damaged: bool  # the words are no longer as they were written


class Passage(NamedTuple):
    """A span with its article, as in a `Receipt`, and the words around it in a longer span."""

    span: str
    quote: str
    source: str
    start: int
    end: int
    occurrence: int
    publisher: str | None
    published_on: str | None
    url: str | None  # of the article
    prefix: str  # what stands before the words in the longest span around them
    suffix: str  # what stands after them there
    damaged: bool

    @property
    def link(self) -> str | None:
        """The address with a text fragment, which browsers open at the passage."""
        if not self.url:
            return None
        before, after = self.prefix.strip(), self.suffix.strip()
        # Without context a browser marks the first occurrence: no mark is better than a wrong one.
        if self.occurrence > 1 and not before + after:
            return self.url
        return f"{self.url}{text_fragment(self.quote, before, after)}"

    @property
    def citation(self) -> Citation:
        """The passage as an answer tells of it."""
        place = (self.quote, self.start, self.end, self.link)
        return Citation(self.span, self.source, self.published_on, *place, self.damaged)


def passages(dataset: "Dataset", spans: Iterable[str] | None = None) -> dict[str, Passage]:
    """Passages by the keys of their spans; a span without words or offsets is left out."""
    if spans is None:
        return _read_passages(dataset)
    wanted = set(spans)
    if not dataset.small:
        return _read_passages(dataset, sorted(wanted)) if wanted else {}
    # An answer asks many times, and all passages of a small package take as long as a few.
    known = _all_passages(dataset) if wanted else {}
    return {span: known[span] for span in sorted(wanted & known.keys())}


@once_a_package
def _all_passages(dataset: "Dataset") -> dict[str, Passage]:
    return _read_passages(dataset)


def _read_passages(dataset: "Dataset", *chosen: list[str]) -> dict[str, Passage]:
    rows = dataset.database.rows(_passages(dataset, bool(chosen)), chosen)
    return {row[0]: Passage._make(row) for row in rows}


def _passages(dataset: "Dataset", chosen: bool) -> str:
    """SQL of passages with the quote and the start of the longest span around each.

    Of spans of equal length the one that begins first counts, then the one with the smaller key.
    """
    spans, s = needed(dataset.descriptor, Spans, PURPOSE)
    sources, a = needed(dataset.descriptor, Sources, PURPOSE)
    publisher = "publisher" if "publisher" in sources.schema.names else None
    places = ", ".join(
        f"{bigint(column(name))} AS {alias}"
        for name, alias in ((s.start, "first"), (s.end, "last"), (s.occurrence, "nth"))
    )
    # The longest span around another stands in no third one: in the order of starts it ends later
    # than all before it. Where all spans are asked for, far fewer are joined with these alone.
    outermost = """QUALIFY last > coalesce(max(last) OVER (PARTITION BY source
        ORDER BY first, last DESC, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), -1)"""
    if chosen:
        outermost = ""
    # Keys and articles are read of all spans, but quotes of those alone that the answer tells of.
    return f"""WITH span AS NOT MATERIALIZED (
            SELECT {ORD}, {cell(s.id)} AS id, {cell(s.source)} AS source,
            {cell(s.quote)} AS quote, {damaged_words(s)} AS damaged, {places}
            FROM {dataset.numbered(spans.name)} t),
        named AS MATERIALIZED (
            SELECT {ORD}, source FROM span {f"WHERE id IN {LISTED}" if chosen else ""}),
        wide AS MATERIALIZED (SELECT {ORD}, id, source, first, last FROM span
            WHERE source IN (SELECT source FROM named) AND last >= first),
        longest AS (SELECT * FROM wide {outermost}),
        around AS (SELECT i.{ORD} AS inner_, o.{ORD} AS outer_, row_number() OVER (
                PARTITION BY i.{ORD} ORDER BY o.last - o.first DESC, o.first, o.id) AS rank
            FROM wide AS i SEMI JOIN named USING ({ORD})
            JOIN longest AS o ON o.source = i.source AND o.first <= i.first AND o.last >= i.last),
        pair AS MATERIALIZED (SELECT inner_, outer_ FROM around WHERE rank = 1),
        quoted AS MATERIALIZED (SELECT * FROM span WHERE {ORD} IN (
            SELECT inner_ FROM pair UNION ALL SELECT outer_ FROM pair)),
        article AS NOT MATERIALIZED (SELECT {cell(a.id)} AS id, {cell(publisher)} AS publisher,
            {cell(a.published_on)} AS day, {cell(a.url)} AS url FROM {table_named(sources.name)} t)
        SELECT i.id, i.quote, i.source, i.first, i.last, i.nth, publisher, day, url,
            left(o.quote, i.first - o.first),
            substr(o.quote, i.first - o.first + length(i.quote) + 1), i.damaged
        FROM pair JOIN quoted AS i ON i.{ORD} = inner_ JOIN quoted AS o ON o.{ORD} = outer_
        LEFT JOIN article ON article.id = i.source
        WHERE i.quote <> '' AND i.nth IS NOT NULL"""


def damaged_words(spans: Spans) -> str:
    """SQL: whether a row of the table of passages says that its words are damaged."""
    return f"coalesce(lower({cell(spans.damaged)}) IN ('true', '1'), false)"


class EvidenceIndex:
    """The receipts of one package: its edges, spans and sources, under the names it gives them."""

    def __init__(self, dataset: "Dataset") -> None:
        self._dataset = dataset
        self._edges, self._e = needed(dataset.descriptor, Edges, PURPOSE)
        self._spans, self._s = needed(dataset.descriptor, Spans, PURPOSE)
        self._sources, _ = needed(dataset.descriptor, Sources, PURPOSE)

    def trace(self, record: str, field: str | None = None) -> Trace:
        """The receipts of a record's cells, in the order of its columns; see `Package.trace`.

        Of a passage or an article: of every cell that rests on it, in the order of the edges.
        """
        # Only where no column is named can a passage or an article be meant by itself.
        table, key = self._dataset.place(record)
        carriers = {self._sources.name: self._s.source, self._spans.name: self._s.id}
        if field is None and table.name in carriers:
            return self._resting(carriers[table.name], key)
        names = table.schema.names
        if table.schema.record_key is None:
            raise UsageError(f"{table.name} is not traced: {record} states nothing of its own")
        if field is not None and field not in names:
            raise UsageError(f"{table.name} has no column {field!r}{nearest(field, names)}")
        edges = self._matching(f"{cell(self._e.record, 'e')} = ?", key)
        # One row is found in its file faster than in all tables.
        number = table.number(key)
        assert number is not None
        values = {key: table.cells({number}).get(number, {})}
        found = _in_order(self._receipts(edges, values), names)
        return Trace(r for r in found if field in (None, r.field))

    def source(self, source: str) -> Trace:
        """The receipts of every cell that rests on an article, in the order of the edges."""
        self._dataset.tables[self._sources.name][source]  # raises where there is none
        return self._resting(self._s.source, source)

    def of_table(self, name: str) -> dict[str, list[Receipt]]:
        """The receipts of all rows of a traced table, by their key, in the order of its columns."""
        table = self._dataset.tables[name]
        if (key := table.schema.record_key) is None:
            return {}
        # The keys stay in the database: a table may have a million.
        keys = f"SELECT {cell(key)} FROM {self._dataset.numbered(name)} t"
        edges = self._matching(f"{cell(self._e.record, 'e')} IN ({keys})")
        found: dict[str, list[Receipt]] = {}
        for receipt in self._receipts(edges, self._values({edge[0] for edge in edges}, [table])):
            found.setdefault(receipt.record, []).append(receipt)
        names = table.schema.names
        return {key: _in_order(receipts, names) for key, receipts in found.items()}

    def cited(self, records: list[str]) -> Iterator[tuple[str, tuple[str, ...], Citation]]:
        """What records rest on: record, the columns that rest on a passage, and the passage.

        They are in the order of the keys of records and passages.
        """
        record, span, field = (cell(getattr(self._e, n), "e") for n in ("record", "span", "field"))
        edges = self._dataset.database.rows(
            f"""SELECT {record}, {span}, {field} FROM {table_named(self._edges.name)} e
            WHERE {record} IN {LISTED} AND {span} IS NOT NULL AND {field} IS NOT NULL
            ORDER BY ALL""",
            [records],
        )
        cited = passages(self._dataset, {span for _, span, _ in edges})
        for (record, span), group in groupby(edges, itemgetter(0, 1)):
            if passage := cited.get(span):
                yield record, tuple([field for _, _, field in group]), passage.citation

    def coded(self, records: list[str], field: str) -> Iterator[tuple[str, Citation]]:
        """The words that a cell of some records is coded by: record and passage.

        Passages from which the cell is only inferred are left out.
        """
        record, role, span, name = (
            cell(getattr(self._e, n), "e") for n in ("record", "role", "span", "field")
        )
        edges = self._dataset.database.rows(
            f"""SELECT {record}, {span} FROM {table_named(self._edges.name)} e
            WHERE {record} IN {LISTED} AND {name} = ? AND {span} IS NOT NULL
            AND {role} IS DISTINCT FROM 'inferred' ORDER BY ALL""",
            [records, field],
        )
        cited = passages(self._dataset, {span for _, span in edges})
        for record, span in edges:
            if passage := cited.get(span):
                yield record, passage.citation

    def _resting(self, member: str, key: str) -> Trace:
        """The receipts over the spans with a value in one of their columns."""
        spans = self._dataset.numbered(self._spans.name)
        chosen = f"SELECT {cell(self._s.id)} FROM {spans} t WHERE {cell(member)} = ?"
        edges = self._matching(f"{cell(self._e.span, 'e')} IN ({chosen})", key)
        return Trace(self._receipts(edges, self._values({edge[0] for edge in edges})))

    def _matching(self, test: str, *values: str) -> list[tuple[Any, ...]]:
        """Edges `e` for which a test holds: record, column, role, note and span."""
        names = ("record", "field", "role", "note", "span")
        cells = ", ".join(f"{cell(getattr(self._e, name), 'e')} AS {name}" for name in names)
        sql = f"SELECT {cells} FROM {self._dataset.numbered(self._edges.name)} e WHERE {test}"
        return self._dataset.database.rows(f"{sql} ORDER BY e.{ORD}", values)

    def _values(
        self, records: Iterable[str], tables: "Iterable[Table[Any]]" = ()
    ) -> dict[str, Mapping[str, str]]:
        """The cells of records, in all tables or some, by key and column, as in the files."""
        found: dict[str, Mapping[str, str]] = {}
        wanted = list(records)
        for table in tables or self._dataset.tables.values():
            if (key := table.schema.record_key) is None:
                continue
            rows = self._dataset.database.rows(
                f"""SELECT t.{ORD}, {cell(key)} FROM {self._dataset.numbered(table.name)} t
                WHERE {cell(key)} IN {LISTED}""",
                [wanted],
            )
            # From the files, not from SQL, which has 1.1 for 1.10.
            cells = table.cells({number for number, _ in rows}) if rows else {}
            found |= {record: cells.get(number, {}) for number, record in rows}
        return found

    def _receipts(
        self, edges: list[tuple[Any, ...]], values: Mapping[str, Mapping[str, str]]
    ) -> Iterator[Receipt]:
        # Edges that lead nowhere are findings of a validation; a trace passes over them.
        cited = passages(self._dataset, {edge[4] for edge in edges if edge[4] is not None})
        outside, words = outside_of(self._dataset, values), contested_words(self._dataset)
        for record, field, role, note, span in edges:
            if record in values and span in cited:
                value, passage = values[record].get(field, ""), cited[span]
                said = (record, field, value, role, note, *passage[:8], passage.link)
                # The words of a contested claim stand nowhere as though nobody said otherwise.
                place = (passage.source, passage.start, passage.end)
                told = contested(outside.get(record, ())) or words.in_(*place)
                yield Receipt(*said, told or None)


def _in_order(receipts: Iterable[Receipt], names: Sequence[str]) -> list[Receipt]:
    """Receipts in the order of the columns; edges to columns that are not there are passed over."""
    known = [receipt for receipt in receipts if receipt.field in names]
    return sorted(known, key=lambda receipt: names.index(receipt.field))
