"""Citations: the words of an article that an answer rests on, fetched in bulk."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kzdata.database import LISTED, ORD, bigint, identifier, table_named, text
from kzdata.descriptor import Table
from kzdata.errors import UsageError
from kzdata.spans import passage_link
from kzdata.tables import Dataset


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage of an article.

    Attributes:
        span: Key of the span.
        source: Key of the article.
        published_on: When the article was published, as far as known.
        quote: The words.
        start: Offset of the first character, in Unicode code points from 0.
        end: Offset after the last character.
        link: Address that opens the article at the passage; None where no address is known.
    """

    span: str
    source: str
    published_on: str | None
    quote: str
    start: int
    end: int
    link: str | None


def declared(dataset: Dataset, role: str, purpose: str) -> Table:
    """The table that has a declaration.

    Raises:
        UsageError: No table has it; the message names the declaration.
    """
    table = dataset.descriptor.one(role)
    if table is None:
        raise UsageError(
            f"{dataset.descriptor.name} declares no kzdata:{role}, which {purpose} needs; "
            "docs/profile.md says how"
        )
    return table


def citations(dataset: Dataset, spans: Iterable[str]) -> dict[str, Citation]:
    """Passages by the keys of their spans.

    Raises:
        UsageError: The package declares no spans or no sources.
    """
    return {row[0]: _citation(row) for row in _rows(dataset, sorted(set(spans)))}


def _citation(row: tuple[Any, ...]) -> Citation:
    span, source, day, quote, start, end, occurrence, address, before, around = row
    link = passage_link(address, quote, occurrence, start, (before, around))
    return Citation(span, source, day, quote, start, end, link)


def _rows(dataset: Dataset, keys: list[str]) -> list[tuple[Any, ...]]:
    """The passages, each with the longest one around it, which gives its link a context."""
    spans, sources = (declared(dataset, role, "a receipt") for role in ("spans", "sources"))
    s, a = spans.schema.spans, sources.schema.sources
    assert s and a
    names = ("id", "source", "quote", "start", "end", "occurrence")
    columns = ", ".join(f"{text(identifier(getattr(s, name)))} AS {name}_" for name in names[:3])
    columns += "".join(f", {identifier(getattr(s, name))} AS {name}_" for name in names[3:])
    day, address = (text(identifier(n)) if n else "NULL" for n in (a.published_on, a.url))
    # Rows are found by key and article alone; quotes are read of those that the answer tells of.
    return dataset.database.rows(
        f"""WITH span AS NOT MATERIALIZED (
            SELECT {ORD}, {columns} FROM {dataset.numbered(spans.name)}),
        named AS MATERIALIZED (SELECT {ORD}, source_ FROM span WHERE id_ IN {LISTED}),
        wide AS MATERIALIZED (SELECT {ORD}, id_, source_, {bigint("start_")} AS start,
            {bigint("end_")} AS "end"
            FROM span WHERE source_ IN (SELECT source_ FROM named)),
        asked AS (SELECT * FROM wide SEMI JOIN named USING ({ORD})),
        around AS (SELECT asked.{ORD} AS inner_, wide.{ORD} AS outer_, row_number() OVER (
                PARTITION BY asked.{ORD} ORDER BY wide."end" - wide.start DESC, wide.id_) AS rank
            FROM asked JOIN wide ON wide.source_ = asked.source_
            AND wide.start <= asked.start AND wide."end" >= asked."end"),
        pair AS MATERIALIZED (SELECT inner_, outer_ FROM around WHERE rank = 1),
        told AS MATERIALIZED (SELECT * FROM span WHERE {ORD} IN (
            SELECT inner_ FROM pair UNION ALL SELECT outer_ FROM pair)),
        article AS NOT MATERIALIZED (SELECT {text(identifier(a.id))} AS id, {day} AS day,
            {address} AS address FROM {table_named(sources.name)})
        SELECT i.id_, i.source_, day, i.quote_, {bigint("i.start_")}, {bigint("i.end_")},
            {bigint("i.occurrence_")}, address, {bigint("o.start_")}, o.quote_
        FROM pair JOIN told AS i ON i.{ORD} = inner_ JOIN told AS o ON o.{ORD} = outer_
        LEFT JOIN article ON article.id = i.source_
        WHERE i.quote_ <> '' AND {bigint("i.occurrence_")} IS NOT NULL""",
        [keys],
    )
