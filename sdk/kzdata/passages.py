"""Working with the articles at hand: find a passage, and see which numbers nobody accounts for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from kzdata import spans
from kzdata.descriptor import Sources, Spans
from kzdata.errors import PackageError, SpanError, UsageError
from kzdata.figures import NumberToken, number_tokens
from kzdata.rows import Row
from kzdata.tables import Dataset, Table


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far an article's numbers are accounted for.

    Attributes:
        source: Key of the article.
        quoted: Share of its characters that quotes cover, 0 to 1.
        numbers: Digit runs and number words in it.
        covered: Those of them inside a span.
        excluded: Those inside no span that an exclusion explains.
        unexplained: The rest, which should be none.
    """

    source: str
    quoted: float
    numbers: int
    covered: int
    excluded: int
    unexplained: tuple[NumberToken, ...]


def hashes(dataset: Dataset) -> dict[str, str]:
    """The SHA-256 of each article's text, by source.

    Raises:
        UsageError: The package declares no sources.
    """
    declared = dataset.descriptor.one("sources")
    if declared is None or declared.schema.sources is None:
        raise UsageError("the package declares no kzdata:sources")
    a: Sources = declared.schema.sources
    return {getattr(row, a.id): getattr(row, a.sha256) for row in dataset.tables[declared.name]}


def locate(dataset: Dataset, texts: Mapping[str, str], quote: str) -> list[Row]:
    """Rows for the table of spans, one for each place at which a quote stands.

    Args:
        dataset: The package.
        texts: Texts of articles by source.
        quote: The words, character for character.

    Raises:
        SpanError: The quote stands in none of the texts.
    """
    table, s = _spans(dataset)
    places = [
        (source, start)
        for source, text in texts.items()
        for start in spans.occurrences(text, quote)
    ]
    if not places:
        raise SpanError(f"{quote!r} stands in none of {', '.join(texts) or 'no texts'}")
    digests, ids = hashes(dataset), _free_ids(dataset.whole.tables[table.name])
    rows = []
    for source, start in places:
        end = start + len(quote)
        values = {s.id: next(ids), s.source: source, s.quote: quote}
        values |= {s.start: str(start), s.end: str(end)}
        values[s.occurrence] = str(occurrence := spans.occurrence_at(texts[source], quote, start))
        if s.checksum:
            values[s.checksum] = spans.checksum(digests[source], start, end, occurrence, quote)
        rows.append(table.model.model_validate_strings(values))
    return rows


def coverage(dataset: Dataset, texts: Mapping[str, str]) -> list[Coverage]:
    """How far spans and exclusions account for the numbers of each text."""
    table, s = _spans(dataset)
    quoted = _intervals(table, s.source, s.start, s.end)
    excluded: dict[str, list[tuple[int, int]]] = {}
    other = dataset.descriptor.one("exclusions")
    if other and (x := other.schema.exclusions):
        excluded = _intervals(dataset.tables[other.name], x.source, x.start, x.end)
    return [
        _coverage(source, text, quoted.get(source, []), excluded.get(source, []))
        for source, text in texts.items()
    ]


def _coverage(
    source: str, text: str, quoted: list[tuple[int, int]], excluded: list[tuple[int, int]]
) -> Coverage:
    tokens = list(number_tokens(text))
    outside = spans.uncovered(tokens, quoted)
    unexplained = spans.uncovered(outside, excluded)
    share = spans.covered(quoted) / len(text) if text else 0.0
    inside, explained = len(tokens) - len(outside), len(outside) - len(unexplained)
    return Coverage(source, share, len(tokens), inside, explained, tuple(unexplained))


def _intervals(
    table: Table[Any], source: str, start: str, end: str
) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for row in table:
        interval = (offset(getattr(row, start)), offset(getattr(row, end)))
        found.setdefault(getattr(row, source), []).append(interval)
    return found


def offset(value: object) -> int:
    """An offset in a text, whether its column holds numbers or texts.

    Raises:
        PackageError: It is none.
    """
    match = re.fullmatch(r"\s*([0-9]{1,18})(?:\.0*)?\s*", str(value))
    if match is None:
        raise PackageError(f"no offset in a text: {value!r}; `kzdata validate` says where")
    return int(match.group(1))


def _spans(dataset: Dataset) -> tuple[Table[Any], Spans]:
    declared = dataset.descriptor.one("spans")
    if declared is None or declared.schema.spans is None:
        raise UsageError("the package declares no kzdata:spans")
    return dataset.tables[declared.name], declared.schema.spans


def _free_ids(table: Table[Any]) -> Iterator[str]:
    """The ids after the last one, such as `SP-0797`, `SP-0798`."""
    ids = (key[0] for key in table.keys)
    last = max(ids, key=lambda name: (len(name), name), default="SP-0000")
    digits = re.search(r"[0-9]*$", last)
    assert digits
    stem, width = last[: digits.start()], len(digits.group())
    return (f"{stem}{number:0{width}d}" for number in count(int(digits.group() or 0) + 1))
