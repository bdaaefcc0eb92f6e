"""Words of a text that a quote nearly is: what was meant, where the quote itself does not stand.

Nothing here finds evidence: what a near miss says is quoted anew, character for character.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kzdata.evidence.spans import occurrences

_MARKS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u0060\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
_LEAST = 6  # characters of a quote of which one may differ: "12" is not nearly "13"


class _Plain(NamedTuple):
    """A text in small letters, with plain marks and single blanks.

    Attributes:
        text: The text.
        places: Where each of its characters stands in the text as it is.
    """

    text: str
    places: list[int]


def near_misses(text: str, quote: str, most: int = 3) -> list[str]:
    """The words of a text, as printed, that differ from a quote in looks only, or in one character.

    Looks are capitals, the form of quotation marks and dashes, and white space. Each is told once,
    in the order of the text, at most so many; those that differ in looks only come alone.
    """
    view, wanted = _plain(text), _plain(quote.strip()).text
    if not wanted:
        return []
    found = [(at, at + len(wanted)) for at in occurrences(view.text, wanted)]
    if not found and len(wanted) >= _LEAST:
        found = _apart(_one_off(view.text, wanted))
    slices = (text[view.places[start] : view.places[end - 1] + 1] for start, end in found)
    return list(dict.fromkeys(slices))[:most]


def _plain(text: str) -> _Plain:
    kept, places = list[str](), list[int]()
    for place, char in enumerate(text):
        if char.isspace():
            if kept[-1:] != [" "]:
                kept.append(" ")
                places.append(place)
            continue
        lower = char.translate(_MARKS).lower()
        # A letter whose small form has two characters stays as it is, so that places hold.
        kept.append(lower if len(lower) == 1 else char)
        places.append(place)
    return _Plain("".join(kept), places)


def _apart(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of places that overlap the shortest, in the order of the text."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(places, key=lambda place: (place[1] - place[0], place)):
        if all(end <= first or last <= start for first, last in kept):
            kept.append((start, end))
    return sorted(kept)


def _one_off(text: str, quote: str) -> Iterator[tuple[int, int]]:
    """Where a quote stands but for one character that is another, missing or too many."""
    middle = len(quote) // 2
    # One half is whole: what is wrong is in the other.
    for at in occurrences(text, quote[:middle]):
        behind = text[at + middle : at + len(quote) + 1]
        yield from ((at, at + middle + size) for size in _sizes(behind, quote[middle:]))
    for at in occurrences(text, quote[middle:]):
        before = text[max(0, at - middle - 1) : at][::-1]
        end = at + len(quote) - middle
        yield from ((at - size, end) for size in _sizes(before, quote[:middle][::-1]))


def _sizes(text: str, wanted: str) -> Iterator[int]:
    """How many characters at the beginning of a text are some words but for one character."""
    same = next((n for n, (a, b) in enumerate(zip(text, wanted, strict=False)) if a != b), None)
    same = min(len(text), len(wanted)) if same is None else same
    size, rest = len(wanted), wanted[same + 1 :]
    if same < size and len(text) >= size and text[same + 1 : size] == rest:
        yield size
    if same < size and text[same : size - 1] == rest:
        yield size - 1
    if text[same + 1 : size + 1] == wanted[same:] and len(text) > size:
        yield size + 1
