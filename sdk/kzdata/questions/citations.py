"""Citations: the words of an article that an answer rests on, fetched in bulk."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kzdata.database import LISTED, bigint, identifier, table_named, text
from kzdata.descriptor import Table
from kzdata.errors import UsageError
from kzdata.spans import passage_link
from kzdata.tables import Shelf


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


def declared(shelf: Shelf, role: str, purpose: str) -> Table:
    """The table that has a declaration.

    Raises:
        UsageError: No table has it; the message names the declaration.
    """
    table = shelf.descriptor.one(role)
    if table is None:
        raise UsageError(
            f"{shelf.descriptor.name} declares no kzdata:{role}, which {purpose} needs; "
            "docs/profile.md says how"
        )
    return table


def citations(shelf: Shelf, spans: Iterable[str]) -> dict[str, Citation]:
    """Passages by the keys of their spans.

    Raises:
        UsageError: The package declares no spans or no sources.
    """
    return {row[0]: _citation(row) for row in _rows(shelf, sorted(set(spans)))}


def _citation(row: tuple[Any, ...]) -> Citation:
    span, source, day, quote, start, end, occurrence, address, before, around = row
    link = passage_link(address, quote, occurrence, start, (before, around))
    return Citation(span, source, day, quote, start, end, link)


def _rows(shelf: Shelf, keys: list[str]) -> list[tuple[Any, ...]]:
    """The passages, each with the longest one around it, which gives its link a context."""
    spans, sources = (declared(shelf, role, "a receipt") for role in ("spans", "sources"))
    s, a = spans.schema.spans, sources.schema.sources
    assert s and a
    texts = {name: text(identifier(getattr(s, name))) for name in ("id", "source", "quote")}
    names = {name: identifier(getattr(s, name)) for name in ("start", "end", "occurrence")}
    columns = ", ".join(f"{sql} AS {name}_" for name, sql in (texts | names).items())
    numbers = ", ".join(f"{bigint(f'{name}_')} AS {identifier(name)}" for name in names)
    day, address = (text(identifier(n)) if n else "NULL" for n in (a.published_on, a.url))
    # Numbers are read of the few spans that are asked for, not of all.
    return shelf.database.rows(
        f"""WITH span AS NOT MATERIALIZED (SELECT {columns} FROM {table_named(spans.name)}),
        asked AS MATERIALIZED (SELECT id_ AS id, source_ AS source, quote_ AS quote, {numbers}
            FROM span WHERE id_ IN {LISTED} AND quote_ <> ''),
        wide AS MATERIALIZED (SELECT id_ AS id, source_ AS source, quote_ AS quote, {numbers}
            FROM span WHERE source_ IN (SELECT source FROM asked)),
        around AS (SELECT asked.id, wide.start, wide.quote, row_number() OVER (
                PARTITION BY asked.id ORDER BY wide."end" - wide.start DESC, wide.id) AS rank
            FROM asked JOIN wide ON wide.source = asked.source
            AND wide.start <= asked.start AND wide."end" >= asked."end"),
        article AS NOT MATERIALIZED (SELECT {text(identifier(a.id))} AS id, {day} AS day,
            {address} AS address FROM {table_named(sources.name)})
        SELECT asked.id, asked.source, day, asked.quote, asked.start, asked."end",
            asked.occurrence, address, around.start, around.quote
        FROM asked JOIN around ON around.id = asked.id AND rank = 1
        LEFT JOIN article ON article.id = asked.source
        WHERE asked.start IS NOT NULL AND asked.occurrence IS NOT NULL""",
        [keys],
    )
