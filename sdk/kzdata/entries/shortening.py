"""Which quotes of an article to shorten, and by how much, to keep the package's limits."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice, takewhile
from typing import NamedTuple

from kzdata.entries.article import Passage
from kzdata.evidence.spans import covered

NEAR = Fraction(9, 10)  # of the share that may be quoted, from which on it is told


class Share(NamedTuple):
    """How much of an article its quotes cover.

    Attributes:
        covered: Characters in at least one quote.
        most: Characters that may be; None where the package states no limit.
        length: Characters of the article.
    """

    covered: int
    most: int | None
    length: int

    @property
    def excess(self) -> int:
        """Characters that are quoted and may not be."""
        return 0 if self.most is None else max(0, self.covered - self.most)

    @property
    def room(self) -> int | None:
        """Characters that may still be quoted; None where nothing limits them."""
        return None if self.most is None else max(0, self.most - self.covered)

    @property
    def near(self) -> bool:
        """Whether the limit is reached, or nearly."""
        return self.most is not None and self.covered >= NEAR * self.most


def share(passages: Iterable[Passage], length: int, most: float | None, floor: int = 0) -> Share:
    """How much of an article some passages cover, of a share (0 to 1) that they may.

    `floor` is how many characters of any article they may cover.
    """
    # As written: 0.29 of 100 characters are 29, which binary fractions deny.
    part = None if most is None else int(Fraction(str(most)) * length)
    allowed = None if part is None else min(length, max(part, floor))
    return Share(covered((one.start, one.end) for one in passages), allowed, length)


def too_long(passages: Iterable[Passage], most: int | None) -> dict[Passage, int]:
    """The quotes that are longer than they may be, each with the characters to save."""
    lengths = {one: one.end - one.start for one in passages}
    return {} if most is None else {one: n - most for one, n in lengths.items() if n > most}


def savings(passages: Iterable[Passage], excess: int) -> dict[Passage, int]:
    """From which quotes to take some characters in all: the longest first, down to one length.

    Only characters that no other quote covers are saved by a shorter quote. Where that is not
    enough, each is taken whole.
    """
    alone = {one: own for one, own in _alone(passages) if own}
    if excess <= 0:
        return {}
    level = max(alone.values(), default=0)
    while level and _above(alone, level) < excess:
        level -= 1
    found = {one: own - level for one, own in alone.items() if own > level}
    return _exactly(found, excess)


def _above(alone: dict[Passage, int], level: int) -> int:
    return sum(max(0, own - level) for own in alone.values())


def _exactly(found: dict[Passage, int], excess: int) -> dict[Passage, int]:
    """The same with no more than what is asked for: the last quotes give a character less."""
    over = sum(found.values()) - excess
    spared = list(found)[-over:] if over > 0 else []
    return {one: left for one, n in found.items() if (left := n - (one in spared))}


def _alone(passages: Iterable[Passage]) -> Iterator[tuple[Passage, int]]:
    """Each place once, with the number of characters that it covers and no other does."""
    places = list({(one.start, one.end): one for one in sorted(passages)}.values())
    last = 0  # the end of all that begins before
    for number, one in enumerate(places):
        first = max(one.start, last)
        inside = covered(_clipped(islice(places, number + 1, None), first, one.end))
        yield one, max(0, one.end - first) - inside
        last = max(last, one.end)


def _clipped(places: Iterable[Passage], first: int, end: int) -> Iterator[tuple[int, int]]:
    """What some places, in order, have of a stretch."""
    for one in takewhile(lambda place: place.start < end, places):
        yield max(first, one.start), min(end, one.end)
