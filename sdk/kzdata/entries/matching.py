"""Which claims of two readers of an article are the same claim.

Two claims can be the same where they are of one article and one table, and their passages have a
character in common or stand in one sentence. How like they are is a number from 0 to 1, the mean of
three:

* the passages: twice the characters that they share, by the characters of both;
* the figures: 1 where they allow the same numbers, one half where some number fits both, else 0;
* what they are about: how many of the columns that say so, and of the populations, are equal.

Pairs below `LEAST` are none. Of all ways to pair the rest, each claim once, the one with the
largest sum is taken (a maximum matching, found by augmenting paths, which is exact).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kzdata.entries.article import Place
from kzdata.entries.claims import Said
from kzdata.evidence.claims import UNQUANTIFIED
from kzdata.evidence.intervals import Interval
from kzdata.evidence.sentences import sentence_at

LEAST = 0.4
"""The least similarity of two claims that can be the same."""
_SCALE = 1_000_000  # sums of whole numbers are exact, whatever their order


class Numbers(NamedTuple):
    """The numbers that a claim's figure allows.

    Attributes:
        interval: The numbers; None where the claim gives none.
        qualifier: How the wording bounds them.
    """

    interval: Interval | None
    qualifier: str


def numbers_of(claim: Said) -> Numbers:
    """The numbers of a claim; those of one without a figure have no qualifier."""
    if (f := claim.table.schema.figure) is None:
        return Numbers(None, "")
    low, high, qualifier = (claim.cell(name) for name in (f.low, f.high, f.qualifier))
    if not qualifier and not low and not high:
        return Numbers(None, "")
    ends = (_number(low), _number(high), qualifier == "more_than", qualifier == "less_than")
    return Numbers(None if qualifier == UNQUANTIFIED else Interval.of(ends), qualifier)


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def meet(one: Interval | None, other: Interval | None) -> bool:
    """Whether a number fits both; claims without a number fit one another alone."""
    if one is None or other is None:
        return one is other
    lows = [end for end in (one.low, other.low) if end is not None]
    highs = [end for end in (one.high, other.high) if end is not None]
    if not lows or not highs or max(lows) < min(highs):
        return True
    return max(lows) == min(highs) and max(lows) in one and max(lows) in other


def shared(one: Place | None, other: Place | None) -> int:
    """How many characters two passages have in common."""
    if one is None or other is None:
        return 0
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def similarity(one: Said, other: Said, text: str) -> float:
    """How like two claims are, from 0 to 1; 0 where they cannot be the same."""
    if one.table.name != other.table.name or one.source != other.source:
        return 0.0
    if one.place is None or other.place is None or not _near(one.place, other.place, text):
        return 0.0
    sizes = sum(end - start for start, end in (one.place, other.place))
    passages = 2 * shared(one.place, other.place) / sizes
    return (passages + _figures(one, other) + _about(one, other)) / 3


def _near(one: Place, other: Place, text: str) -> bool:
    return bool(shared(one, other)) or shared(sentence_at(text, *one), other) > 0


def _figures(one: Said, other: Said) -> float:
    ours, theirs = numbers_of(one), numbers_of(other)
    if ours.interval == theirs.interval:
        return 1.0
    return 0.5 * meet(ours.interval, theirs.interval)


def _about(one: Said, other: Said) -> float:
    c = one.table.schema.claims
    names = {*c.about, c.state, c.population} - {c.event, None} if c else set()
    filled = [name for name in names if one.cell(name) or other.cell(name)]
    return sum(one.cell(n) == other.cell(n) for n in filled) / len(filled) if filled else 1.0


def matched(ours: Sequence[Said], theirs: Sequence[Said], text: str) -> dict[int, int]:
    """The pairs of claims of one article that are the same, by number: ours, and theirs."""
    likes = {
        (i, j): round(_SCALE * like)
        for i, one in enumerate(ours)
        for j, other in enumerate(theirs)
        if (like := similarity(one, other, text)) >= LEAST
    }
    return heaviest(likes)


def heaviest(weights: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """The pairs with the largest sum of weights of which no two share a side: left to right."""
    pairs: dict[int, int] = {}
    while path := _best_path(weights, pairs):
        pairs.update(path)
    return pairs


def _best_path(
    weights: Mapping[tuple[int, int], int], pairs: Mapping[int, int]
) -> list[tuple[int, int]]:
    """The changes that add most to a matching, by Bellman and Ford; none where nothing adds."""
    lefts = {left for left, _ in weights}
    gains = dict.fromkeys(lefts - pairs.keys(), 0)  # of the ways that end at a left side
    ways: dict[int, list[tuple[int, int]]] = {left: [] for left in gains}
    owners = {right: left for left, right in pairs.items()}
    best, found, changed = 0, list[tuple[int, int]](), True
    while changed:
        changed = False
        for (left, right), weight in sorted(weights.items()):
            if left not in gains or pairs.get(left) == right:
                continue
            gain, way, owner = gains[left] + weight, [*ways[left], (left, right)], owners.get(right)
            if owner is None and gain > best:
                best, found, changed = gain, way, True
            elif owner is not None and gain - weights[owner, right] > gains.get(owner, -1 << 60):
                gains[owner], ways[owner], changed = gain - weights[owner, right], way, True
    return found
