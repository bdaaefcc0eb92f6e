"""The sentence of an article as far as passages of it are public, stitched together."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

from kzdata.evidence.claims import Claim
from kzdata.evidence.receipts import Receipt
from kzdata.standard.declarations import Claims

Pieces = list[dict[str, Any]]
"""Pieces of text, each marked or not, and `{"gap": True}` between what does not meet."""
GAP = " … "
REACH = 250
"""Characters between two passages of one sentence; what stands further off is told in the rows."""


class Passage(NamedTuple):
    """Words of an article at their place."""

    start: int
    end: int
    quote: str


def of_claim(claim: Claim, columns: Claims, receipts: Iterable[Receipt]) -> Pieces:
    """The sentence of a claim: its figure is marked, or else the words for what it says."""
    if not (cited := claim.receipt):
        return []
    own = [r for r in receipts if r.source == cited.source]
    principal = Passage(cited.start, cited.end, cited.quote)
    figure = place_of(claim.wording, principal) if claim.wording else None
    said = [(r.start, r.end) for r in own if r.field in (columns.outcome, columns.state)]
    passages = [principal, *(Passage(r.start, r.end, r.quote) for r in own)]
    near = _near(passages, [(principal.start, principal.end)])
    return stitched(near, [figure] if figure else said)


def of_passages(receipts: Iterable[Receipt], column: str | None) -> Pieces:
    """What one article says of a record: the words that a column rests on are marked."""
    own = list(receipts)
    marks = [(r.start, r.end) for r in own if r.field == column]
    passages = [Passage(r.start, r.end, r.quote) for r in own]
    return stitched(_near(passages, marks or [one[:2] for one in passages]), marks)


def _near(passages: Iterable[Passage], around: list[tuple[int, int]]) -> list[Passage]:
    """The passages that stand so near to some places that they tell of the same thing."""
    first, last = min(start for start, _ in around), max(end for _, end in around)
    rest = sorted(set(passages))
    # Outwards from the places: what is near to what is near counts too.
    for one in reversed(rest):
        if one.start < first <= one.end + REACH:
            first = one.start
    for one in rest:
        if first <= one.start <= last + REACH:
            last = max(last, one.end)
    return [one for one in rest if first <= one.start <= last]


def stitched(passages: Iterable[Passage], marks: Iterable[tuple[int, int]]) -> Pieces:
    """Passages of one article in their order: overlapping ones are joined, gaps are kept.

    Args:
        passages: The passages, in any order.
        marks: The places that are marked.
    """
    marked = list(marks)
    pieces: Pieces = []
    for run in _runs(sorted(set(passages))):
        if pieces:
            pieces.append({"gap": True})
        pieces += _cut(run, marked)
    return pieces


def _runs(passages: list[Passage]) -> list[Passage]:
    """Passages that overlap or meet as one each."""
    runs: list[Passage] = []
    for one in passages:
        before = runs[-1] if runs else None
        if before is None or one.start > before.end:
            runs.append(one)
        elif one.end > before.end:
            quote = before.quote + one.quote[before.end - one.start :]
            runs[-1] = Passage(before.start, one.end, quote)
    return runs


def _cut(run: Passage, marks: list[tuple[int, int]]) -> Pieces:
    """The words of a run, cut where a mark begins or ends."""
    inside = sorted({end for mark in marks for end in mark if run.start < end < run.end})
    ends = [run.start, *inside, run.end]
    found: Pieces = []
    for start, end in pairwise(ends):
        marked = any(first <= start and end <= last for first, last in marks)
        text = run.quote[start - run.start : end - run.start]
        if found and found[-1]["mark"] == marked:
            found[-1]["text"] += text
        elif text:
            found.append({"text": text, "mark": marked})
    return found


def place_of(words: str, passage: Passage) -> tuple[int, int] | None:
    """Where words stand in a passage, as words of their own; None where they do not."""
    edge = r"(?<!\w)" if re.match(r"\w", words) else ""
    found = re.search(rf"{edge}{re.escape(words)}(?!\w)", passage.quote, re.IGNORECASE)
    return (passage.start + found.start(), passage.start + found.end()) if found else None


def in_one_line(pieces: Iterable[dict[str, Any]]) -> str:
    """A sentence or a heading as plain text; gaps are an ellipsis."""
    return "".join(GAP if piece.get("gap") else piece["text"] for piece in pieces).strip()


def longest(pieces: Pieces) -> str:
    """The longest run of a sentence's words."""
    return max(in_one_line(pieces).split(GAP), key=len)
