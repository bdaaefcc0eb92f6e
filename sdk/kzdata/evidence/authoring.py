"""Working with the articles at hand: find a passage, and see which numbers nobody accounts for."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from kzdata.errors import PackageError, SpanError
from kzdata.evidence import spans
from kzdata.evidence.articles import find
from kzdata.evidence.figures import NumberToken
from kzdata.evidence.languages import number_tokens
from kzdata.evidence.near import near_misses
from kzdata.evidence.profile import declared, needed
from kzdata.standard.dataset import Dataset, Table
from kzdata.standard.declarations import Exclusions, Sources, Spans
from kzdata.standard.row_models import Row


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


@dataclass(frozen=True, slots=True)
class Reanchored:
    """A passage of an article, and where it stands in a text that differs a little.

    Attributes:
        span: Key of the span.
        quote: The words.
        start: Offset of the first character in the article.
        end: Offset after the last character.
        found: Where it stands in the other text, and as which occurrence; None where the words are
            not there, or it cannot be told which of them are meant.
    """

    span: str
    quote: str
    start: int
    end: int
    found: spans.Span | None


class Located(NamedTuple):
    """A place at which a quote stands.

    Attributes:
        quote: The words.
        key: Key of the passage.
        row: A row for the table of spans: the one that is there, or a new one.
        new: Whether there is none yet.
    """

    quote: str
    key: str
    row: Row
    new: bool


MOST_NEAR = 3  # words that are nearly a quote, in a message
_Intervals = defaultdict[str, list[tuple[int, int]]]  # starts and ends of passages by article


def hashes(dataset: Dataset) -> dict[str, str]:
    """The SHA-256 of each article's text, by source."""
    table, a = needed(dataset.descriptor, Sources, "a text")
    return {getattr(row, a.id): getattr(row, a.sha256) for row in dataset.tables[table.name]}


def texts_of(dataset: Dataset, folder: str | Path) -> dict[str, str]:
    """The articles' texts that a folder holds, by source; found by their hash."""
    digests = hashes(dataset)
    found = find(folder, digests.values())
    return {source: found[digest] for source, digest in digests.items() if digest in found}


def locate(dataset: Dataset, texts: Mapping[str, str], quotes: Iterable[str]) -> list[Located]:
    """The places at which quotes stand, by quote and article; see `Package.locate`."""
    (table, s), digests = _spans(dataset), hashes(dataset)
    # In a snapshot the ids go on after those of the whole package, which may come back.
    ids = _free_ids(dataset.whole.tables[table.name])
    known = {(getattr(row, s.source), offset(getattr(row, s.start)), getattr(row, s.quote)): row
             for row in table}  # fmt: skip
    found = []
    for quote, source, start, nth in _places(texts, quotes):
        row = known.get((source, start, quote))
        if new := row is None:
            end = start + len(quote)
            values = {s.id: next(ids), s.source: source, s.quote: quote}
            values |= {s.start: str(start), s.end: str(end), s.occurrence: str(nth)}
            if s.checksum:
                values[s.checksum] = spans.checksum(digests[source], start, end, nth, quote)
            row = table.model.model_validate_strings(values)
        found.append(Located(quote, getattr(row, s.id), row, new))
    return found


def _places(texts: Mapping[str, str], quotes: Iterable[str]) -> Iterator[tuple[str, str, int, int]]:
    """Quote, article, offset and occurrence of each place; a SpanError where there is none."""
    for quote in dict.fromkeys(quotes):
        places = [
            (quote, source, start, nth)
            for source, text in texts.items()
            for nth, start in enumerate(spans.occurrences(text, quote), 1)
        ]
        if not places:
            raise SpanError(_absent(texts, quote))
        yield from places


def _absent(texts: Mapping[str, str], quote: str) -> str:
    """That no article has a quote, with the words that are nearly it."""
    near = [f"{words!r} in {source}" for source, text in texts.items()
            for words in near_misses(text, quote)]  # fmt: skip
    where = f"{quote!r} stands in none of {', '.join(texts) or 'no texts'}"
    return f"{where}; nearly: {'; '.join(near[:MOST_NEAR])}" if near else where


def reanchor(dataset: Dataset, source: str, text: str) -> list[Reanchored]:
    """The passages of an article in the order of their offsets, and where each stands in a text."""
    (articles, a), (table, s) = needed(dataset.descriptor, Sources, "a text"), _spans(dataset)
    length = offset(getattr(dataset.tables[articles.name][source], a.length))
    listed = []
    for row in table:
        if getattr(row, s.source) == source:
            start, end, nth = (offset(getattr(row, c)) for c in (s.start, s.end, s.occurrence))
            listed.append((spans.Span(start, end, getattr(row, s.quote), nth), getattr(row, s.id)))
    listed.sort()  # by start, as `spans.reanchor` wants them
    found = spans.reanchor([span for span, _ in listed], text, length)
    return [
        Reanchored(key, span.quote, span.start, span.end, place)
        for (span, key), place in zip(listed, found, strict=True)
    ]


def coverage(dataset: Dataset, texts: Mapping[str, str]) -> list[Coverage]:
    """How far spans and exclusions account for the numbers of each text."""
    table, s = _spans(dataset)
    quoted = _intervals(table, s.source, s.start, s.end)
    excluded: _Intervals = defaultdict(list)
    if exclusions := declared(dataset.descriptor, Exclusions):
        other, x = exclusions
        excluded = _intervals(dataset.tables[other.name], x.source, x.start, x.end)
    spoken = _languages(dataset)
    return [
        _coverage(source, text, list(number_tokens(text, spoken.get(source))), quoted, excluded)
        for source, text in texts.items()
    ]


def _languages(dataset: Dataset) -> dict[str, str | None]:
    """The language of each article, by source, where the package states it."""
    table, a = needed(dataset.descriptor, Sources, "a text")
    rows = dataset.tables[table.name] if a.language else ()
    return {getattr(row, a.id): getattr(row, a.language or "") for row in rows}


def _coverage(
    source: str, text: str, tokens: list[NumberToken], quoted: _Intervals, excluded: _Intervals
) -> Coverage:
    outside = spans.uncovered(tokens, quoted[source])
    unexplained = spans.uncovered(outside, excluded[source])
    share = spans.covered(quoted[source]) / len(text) if text else 0.0
    inside, explained = len(tokens) - len(outside), len(outside) - len(unexplained)
    return Coverage(source, share, len(tokens), inside, explained, tuple(unexplained))


def _intervals(table: Table[Any], source: str, start: str, end: str) -> _Intervals:
    found: _Intervals = defaultdict(list)
    for row in table:
        interval = (offset(getattr(row, start)), offset(getattr(row, end)))
        found[getattr(row, source)].append(interval)
    return found


def offset(value: object) -> int:
    """An offset in a text, whether its column holds whole numbers, decimals (12.0) or texts."""
    if match := re.fullmatch(r"\s*([0-9]{1,18})(?:\.0*)?\s*", str(value)):
        return int(match[1])
    raise PackageError(f"no offset in a text: {value!r}; `kzdata validate` says where")


def _spans(dataset: Dataset) -> tuple[Table[Any], Spans]:
    table, s = needed(dataset.descriptor, Spans, "a passage")
    return dataset.tables[table.name], s


def _free_ids(table: Table[Any]) -> Iterator[str]:
    """The ids after the last one, such as `SP-0797`, `SP-0798`."""
    # The longest is the last: SP-10000 stands behind SP-9999, which the alphabet denies.
    ids = (key[0] for key in table.keys)
    last = max(ids, key=lambda name: (len(name), name), default="SP-0000")
    stem = last.rstrip("0123456789")
    digits = last[len(stem) :]
    return (f"{stem}{number:0{len(digits)}d}" for number in count(int(digits or 0) + 1))
