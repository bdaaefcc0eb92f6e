"""The sentence of an article as far as passages of it are public, stitched together."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

Pieces = list[dict[str, Any]]


class Passage(NamedTuple):
    """Words of an article at their place."""

    start: int
    end: int
    quote: str


def stitched(passages: Iterable[Passage], marks: Iterable[tuple[int, int]]) -> Pieces:
    """Passages of one article in their order: overlapping ones are joined, gaps are kept.

    Args:
        passages: The passages, in any order.
        marks: The places that are marked.

    Returns:
        Pieces of text, each marked or not, and `{"gap": True}` between what does not meet.
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


def in_one_line(pieces: Pieces) -> str:
    """The sentence as plain text; gaps are an ellipsis."""
    return "".join(" … " if piece.get("gap") else piece["text"] for piece in pieces).strip()
