"""Spans: exact places in a text, and what can be said about them without trusting anyone.

Offsets count Unicode code points of the decoded bytes, from zero, the end exclusive, and nothing
is ever normalised: `text[start:end] == quote`, always. A quote can stand more than once, also
overlapping itself; its occurrence is the rank, from 1, of its start among all starts at which it
stands.
"""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, pairwise
from math import inf
from typing import NamedTuple, Protocol, TypeVar
from urllib.parse import quote as percent_encoded

from kzdata.errors import SpanError
from kzdata.evidence.sentences import ABBREVIATIONS, sentences


class Span(NamedTuple):
    """A quoted place in a text.

    Attributes:
        start: Code point at which it begins, from 0.
        end: Code point after its last one.
        quote: The text between, verbatim.
        occurrence: Which occurrence of the quote in the text it is, from 1.
    """

    start: int
    end: int
    quote: str
    occurrence: int


class _HasPlace(Protocol):
    """Anything with a start and an end in a text, such as a number token."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


_Placed = TypeVar("_Placed", bound=_HasPlace)


# ------------------------------------------------------------------------------ locating


def decode(data: bytes) -> str:
    """Decode an article the one way that keeps offsets true: strict UTF-8 with its BOM."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SpanError(f"not UTF-8 at byte {error.start}: {error.reason}") from error


def occurrences(text: str, quote: str) -> list[int]:
    """List every start at which a quote stands, overlapping ones too."""
    if not quote:
        raise SpanError("an empty quote stands everywhere; quote the words of the text")
    starts = []
    start = text.find(quote)
    while start >= 0:
        starts.append(start)
        # From the next character on, not from the end: "abab" stands twice in "ababab".
        start = text.find(quote, start + 1)
    return starts


def occurrence_at(text: str, quote: str, start: int) -> int:
    """Tell which occurrence of a quote, from 1, begins at an offset; a SpanError if none does."""
    starts = occurrences(text, quote)
    if start not in starts:
        raise SpanError(f"{_short(quote)} does not stand at {start}; {_where(starts)}")
    return starts.index(start) + 1


def locate(text: str, quote: str, occurrence: int | None = None) -> Span:
    """Find a quote in a text.

    Args:
        text: The text.
        quote: The quote, verbatim.
        occurrence: Which occurrence is meant, from 1; may be left out if there is only one.

    Returns:
        The span.

    Raises:
        SpanError: The quote is absent, has no such occurrence, or stands several times and no
            occurrence was given.
    """
    starts = occurrences(text, quote)
    if occurrence is None and len(starts) > 1:
        raise SpanError(f"{_short(quote)} is ambiguous; {_where(starts)}; give the occurrence")
    rank = 1 if occurrence is None else occurrence
    if not 1 <= rank <= len(starts):
        raise SpanError(f"no occurrence {rank} of {_short(quote)}; {_where(starts)}")
    start = starts[rank - 1]
    return Span(start, start + len(quote), quote, rank)


def printed_at(text: str, words: str) -> int | None:
    """Tell where some words first stand without being parts of longer ones; None if nowhere.

    "Central Asia" does not stand in "Central Asian".
    """
    return next((start for start, _ in printed_places(text, words)), None)


def printed_places(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Every start and end at which some words stand without being parts of longer ones."""
    start = text.find(words) if words else -1
    while start >= 0:
        end = start + len(words)
        # Only a letter can go on with a letter: forms such as "(CSTO)" end with none.
        before = _in_word(words[0]) and start > 0 and _in_word(text[start - 1])
        if not before and not (_in_word(words[-1]) and _in_word(text[end : end + 1])):
            yield start, end
        start = text.find(words, start + 1)


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _short(quote: str) -> str:
    return repr(quote if len(quote) <= 60 else quote[:57] + "...")


def _where(starts: Sequence[int]) -> str:
    if not starts:
        return "it is not in the text"
    shown = ", ".join(map(str, starts[:10])) + (", ..." if len(starts) > 10 else "")
    times = f" {len(starts)} times," if len(starts) > 1 else ""
    return f"it stands{times} at {shown}"


# ------------------------------------------------------------------------------ sentences


def whole_sentence(text: str, start: int, end: int, abbreviations: str = ABBREVIATIONS) -> bool:
    """Tell whether a span takes in at least one whole sentence of its text.

    What a sentence is says `sentences`; a heading without a terminator is none. Taking all of a
    sentence but its terminator and quotation marks counts.
    """
    found = sentences(text, abbreviations)
    first = bisect_left(found, (start, start))
    return first < len(found) and found[first][1] <= end


# ------------------------------------------------------------------------------ coverage


def covered(intervals: Iterable[tuple[int, int]]) -> int:
    """Count the code points in at least one of some intervals (start, end)."""
    return sum(end - start for start, end in _union(intervals))


def uncovered(tokens: Iterable[_Placed], intervals: Iterable[tuple[int, int]]) -> list[_Placed]:
    """List the tokens that do not lie wholly inside the union of intervals (start, end)."""
    union = _union(intervals)
    return [
        token
        for token in tokens
        if not any(start <= token.start and token.end <= end for start, end in union)
    ]


def _union(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Disjoint intervals in order; empty and reversed ones cover nothing."""
    union: list[tuple[int, int]] = []
    for start, end in sorted(pair for pair in intervals if pair[0] < pair[1]):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


# ------------------------------------------------------------------------------ re-anchoring


class _Block(NamedTuple):
    """Overlapping spans fused into one passage: its old start, its text, who is inside where."""

    start: int
    text: str
    members: list[tuple[int, int]]

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_Places = list[int | None]


def reanchor(old: Sequence[Span], text: str, length: int | None = None) -> list[Span | None]:
    """Find the spans of an article, in order of start, in a slightly different text.

    One entry per span: where it stands now, or None where the quote is absent or its place cannot
    be decided. Without the `length` of the old text nothing is known of what stood behind the last
    passage, which is then trusted on the first three rules alone. Nothing is normalised.

    Only what the spans themselves tell is used; the old text is not needed. Overlapping spans
    are fused, since together they are one known passage. What is left are passages that follow
    one another. A place is decided in one of three ways:

    1. Passages that stand once in the new text are anchors (the longest chain in old order).
    2. Where the distance between two anchors is what it was, nothing was put in between them, and
       the old offset from the anchor holds.
    3. Otherwise a passage between two anchors whose words stand there once has no other place.

    If every quoted passage still stands in the new text, in order, then 1 and 3 cannot err
    whatever else was added or removed, and 2 errs only if edits on both sides of the passage
    cancel to the character and the quote happens to stand at the old offset.

    A passage may have gone while its words stand elsewhere. Therefore a decided place must also
    keep its distance to the passage before or behind it, the ends of the text counted as
    passages: one edit moves all that follows together, and what moved against both its
    neighbours is another passage. Such a passage is given up and the rest decided anew. A quote
    that stands fewer times than its occurrence says it did is not trusted either.

    All this is done with the line ends as they are, unless reading them all as LF, or all as
    CRLF, restores at least two more distances between anchors. One edit spoils one distance, so
    no single edit can pass for other line ends.
    """
    found: list[Span | None] = [None] * len(old)
    blocks = _fused(old)
    view, places = _best_view(blocks, text, length)
    for block, at in _placed(blocks, view, length):
        for index, offset in block.members:
            found[index] = _moved(old[index], places[at + offset], text)
    return found


def _best_view(blocks: list[_Block], text: str, length: int | None) -> tuple[str, Sequence[int]]:
    """The text with the line ends that the distances between anchors speak for."""
    as_is, *others = [
        (sum(_ties(blocks, _anchors(blocks, view), view, length)), view, places)
        for view, places in _views(text)
    ]
    best = max([as_is, *others], key=lambda reading: reading[0])
    return best[1:] if best[0] >= as_is[0] + 2 else as_is[1:]


def _views(text: str) -> Iterator[tuple[str, Sequence[int]]]:
    """The text as it is, with LF and with CRLF, and where each code point of it stands."""
    yield text, range(len(text))
    for line_end in ("\n", "\r\n") if "\n" in text else ():
        places: list[int] = []
        at = 0
        for line in re.split("(\r?\n)", text):
            broken = line in ("\n", "\r\n")
            places += [at] * len(line_end) if broken else range(at, at + len(line))
            at += len(line)
        yield re.sub("\r?\n", line_end, text), places


def _placed(blocks: list[_Block], text: str, length: int | None) -> list[tuple[_Block, int]]:
    """The passages whose place is decided and trusted."""
    while True:
        places = _between(blocks, _anchors(blocks, text), text, length)
        ties = pairwise(_ties(blocks, places, text, length))
        # One neighbour is enough: an edit before a passage leaves the distance behind it.
        trusted = [at is None or any(next(ties)) for at in places]
        if all(trusted):
            return [(b, at) for b, at in zip(blocks, places, strict=True) if at is not None]
        blocks = list(compress(blocks, trusted))


def _moved(span: Span, start: int, text: str) -> Span | None:
    starts = occurrences(text, span.quote)
    # Where the words stand more rarely than before, any of them may be gone.
    if len(starts) < span.occurrence or start not in starts:
        return None
    return Span(start, start + len(span.quote), span.quote, starts.index(start) + 1)


def _fused(old: Sequence[Span]) -> list[_Block]:
    """Join overlapping spans; what they share must be the same characters."""
    blocks: list[_Block] = []
    for index, span in enumerate(old):
        if not span.quote or span.end != span.start + len(span.quote):
            raise SpanError(f"span {index} is not as long as its quote {_short(span.quote)}")
        if index and span.start < old[index - 1].start:
            raise SpanError("spans out of order; sort them by start before re-anchoring")
        overlaps = blocks and span.start < blocks[-1].end
        start, text, members = blocks.pop() if overlaps else _Block(span.start, "", [])
        shared = text[span.start - start :][: len(span.quote)]
        if not span.quote.startswith(shared):
            raise SpanError(f"span {index} contradicts the spans it overlaps: {_short(span.quote)}")
        members.append((index, span.start - start))
        blocks.append(_Block(start, text + span.quote[len(shared) :], members))
    return blocks


def _anchors(blocks: Sequence[_Block], text: str) -> _Places:
    """The longest chain of passages that stand once and keep their order."""
    found = [(i, text.find(block.text), block.text) for i, block in enumerate(blocks)]
    # By `find` alone: the time that `rfind` takes grows with both lengths.
    once = [(i, at, at + len(w)) for i, at, w in found if at >= 0 > text.find(w, at + 1)]
    chains: list[tuple[int, int]] = []  # (length of the best chain ending here, its previous link)
    for k, (_, at, _) in enumerate(once):
        links = ((chains[j][0], j) for j in range(k) if once[j][2] <= at)
        length, previous = max(links, default=(0, -1))
        chains.append((length + 1, previous))
    places: _Places = [None] * len(blocks)
    k = max(range(len(chains)), key=lambda j: chains[j][0], default=-1)
    while k >= 0:
        places[once[k][0]] = once[k][1]
        k = chains[k][1]
    return places


def _between(blocks: Sequence[_Block], places: _Places, text: str, length: int | None) -> _Places:
    """Decide, between each two neighbours that have a place, the passages that can have only one.

    Where the distance between the neighbours is what it was, that is the old one; else the only one
    at which the words stand there.
    """
    result = list(places)
    decided = pairwise(_decided(blocks, places, text, length))
    for (_, old_low, _, low), (old_high, _, high, _) in decided:
        for i, block in enumerate(blocks):
            if result[i] is None and old_low <= block.start and block.end <= old_high:
                at = int(block.start - old_low + low)
                if old_high - old_low != high - low or not text.startswith(block.text, at):
                    at = text.find(block.text, low, high)
                    at = at if text.find(block.text, at + 1, high) < 0 else -1
                result[i] = at if at >= 0 else None
    return result


def _decided(
    blocks: Sequence[_Block], places: _Places, text: str, length: int | None
) -> Iterator[tuple[float, float, int, int]]:
    """Old start and end, new start and end of passages with a place, and of the text's ends."""
    yield 0, 0, 0, 0
    for block, at in zip(blocks, places, strict=True):
        if at is not None:
            yield block.start, block.end, at, at + len(block.text)
    # Nothing is at an unknown distance to the end.
    behind = inf if length is None else length
    yield behind, behind, len(text), len(text)


def _ties(blocks: Sequence[_Block], places: _Places, text: str, length: int | None) -> list[bool]:
    """Whether each distance between neighbours is what it was, from end to end of the text."""
    decided = pairwise(_decided(blocks, places, text, length))
    ties = [right[0] - left[1] == right[2] - left[3] for left, right in decided]
    # Of a text of unknown length the last passage keeps its distance to the end in any case.
    ties[-1] = ties[-1] or length is None
    return ties


def highlighted(text: str, start: int, end: int, width: int = 70) -> tuple[str, str, str]:
    """What stands before a passage (cut at word ends), the passage, and what stands after it."""
    before, after = text[max(0, start - width) : start], text[end : end + width]
    if start > width:
        before = "…" + before.partition(" ")[2]
    if end + width < len(text):
        after = after.rpartition(" ")[0] + "…"
    before, passage, after = (part.replace("\n", " ") for part in (before, text[start:end], after))
    return before, passage, after


def checksum(sha256: str, start: int, end: int, occurrence: int, quote: str) -> str:
    """A span's checksum: what makes a changed offset or letter show without the article.

    The first 16 hexadecimal digits of the SHA-256 of `sha256:start:end:occurrence:quote`, of which
    `sha256` is that of the article's bytes.
    """
    return hashlib.sha256(f"{sha256}:{start}:{end}:{occurrence}:{quote}".encode()).hexdigest()[:16]


def text_fragment(quote: str, prefix: str = "", suffix: str = "") -> str:
    """Build the URL fragment that makes a browser scroll to a passage and mark it.

    It is `#:~:text=[prefix-,]quote[,-suffix]`, percent-encoded as the WICG specification "URL
    Fragment Text Directives" asks, which gives "-", "," and "&" a meaning of their own.
    """
    if not quote:
        raise SpanError("an empty quote marks nothing; give the words of the passage")
    before = f"{_encoded(prefix)}-," if prefix else ""
    after = f",-{_encoded(suffix)}" if suffix else ""
    return f"#:~:text={before}{_encoded(quote)}{after}"


def _encoded(words: str) -> str:
    # `quote` never encodes "-", which separates the parts of a text directive.
    return percent_encoded(words, safe="").replace("-", "%2D")
