"""Tells how the text of a file differs from an article's; nothing is ever repaired."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from itertools import takewhile

from kzdata.annotations.said import short

_WAYS: dict[str, Callable[[str], str]] = {
    "the line ends (CRLF and LF)": lambda text: re.sub("\r\n?", "\n", text),
    "the byte order mark": lambda text: text.removeprefix("\ufeff"),
    "the composition of letters (Unicode NFC and NFD)": lambda t: unicodedata.normalize("NFC", t),
    "the blanks at both ends": str.strip,
    "the kind and number of blanks": lambda text: " ".join(text.split()),
}
"""Differences that no reader sees, and what makes texts equal that differ in one only."""


def how_they_differ(theirs: str, ours: str, within: bool = False) -> str | None:
    """What two texts differ in, if it is nothing that a reader would see; else None.

    Args:
        theirs: The text of a file.
        ours: The article's.
        within: Theirs is only a part of ours.
    """

    def same(one: str, other: str) -> bool:
        return one in other if within and one else one == other

    every, whole = theirs, ours
    for name, made in _WAYS.items():
        if same(made(theirs), made(ours)):
            return f"they differ in {name}"
        every, whole = made(every), made(whole)
    several = "they differ in line ends, blanks and the composition of letters"
    return several if same(every, whole) else None


def what_differs(theirs: str, texts: Mapping[str, str]) -> str:
    """What keeps a text from being one of the articles at hand, and the way out."""
    way_out = "annotate the article's own text, or give the text that was annotated"
    for source, ours in texts.items():
        if how := how_they_differ(theirs, ours):
            return f"the text is not that of {source}: {how}; {way_out}"
    for source, ours in texts.items():
        if theirs and (at := ours.find(theirs)) >= 0:
            part = f"from {at} to {at + len(theirs)}"
            return f"the text is a part of {source}, {part}, not the whole; {way_out}"
    source, same = max(((s, _shared(theirs, t)) for s, t in texts.items()), key=lambda one: one[1])
    here, there = (short(text[same : same + 20]) for text in (theirs, texts[source]))
    nearest = f"{source} is nearest and has {there} at {same}, where it has {here}"
    return f"the text is that of none of the {len(texts)} articles at hand: {nearest}; {way_out}"


def _shared(one: str, other: str) -> int:
    """How many characters two texts share at their begin."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
