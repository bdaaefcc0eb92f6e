"""What the grammars of figures and of dates share, of all languages.

Tidy wordings, word lists, ordinal endings, and the widest wording around a place.
"""

import re
from collections.abc import Callable, Iterable
from itertools import islice, takewhile
from typing import TypeVar

from kzdata.errors import KzdataError

Meaning = TypeVar("Meaning")

# Words without the brackets and quotation marks before them, or the punctuation after them.
_WORD_START = re.compile(r"""[^\s(\["\u201c\u2018\u00ab]\S*""")
_WORD_END = re.compile(r"""\S+?(?=[.,;:!?)\]"\u201d\u2019\u00bb]*(?:\s|$))""")


def spellings(*groups: tuple[str, Meaning]) -> dict[str, Meaning]:
    """Meanings by wording; in a group, "|" stands between wordings that mean the same."""
    return {wording: meaning for group, meaning in groups for wording in group.split("|")}


def numbered(words: str, first: int, step: int = 1) -> dict[str, int]:
    """The numbers of blank-separated words, with "|" between spellings of the same number."""
    return spellings(*((group, first + step * n) for n, group in enumerate(words.split())))


def any_of(words: Iterable[str]) -> str:
    """A pattern of alternatives, longest first so that "six" never hides "sixteen"."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def tidy(wording: str, most: int, also: str, plain: str, error: type[KzdataError]) -> str:
    """A wording in lower case, once it is known to be short, plain and tidy.

    It is printed in ASCII but for the characters in `also`; `plain` says so, for the message.
    """
    if len(wording) > most:
        raise error(f"a wording of {len(wording)} characters; at most {most} are read")
    if strange := re.search(f"[^ -~{also}]", wording):
        raise error(f"U+{ord(strange.group()):04X} in {wording!r}; {plain}")
    if not wording or wording != wording.strip() or "  " in wording:
        raise error(f"stray blanks in {wording!r}; write single spaces, none at the ends")
    return wording.lower()


def ordinal_ending(number: str) -> str:
    """The ending of a number's ordinal: 1st, 2nd, 3rd, 11th."""
    # 11th, 12th and 13th, also at the end of 112th.
    teen = number[-2:-1] == "1"
    return "th" if teen else {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")


def widest(
    text: str,
    place: tuple[int, int],
    most: int,
    fits: Callable[[str], bool],
    readable: Callable[[str], bool],
) -> tuple[int, int]:
    """The widest wording around a place that can be read; the place itself where none can.

    Args:
        text: The article.
        place: Start and end of words in it.
        most: Code points on either side that are looked at.
        fits: Whether a word, or the rest of one beside the place, can stand in a wording at all.
        readable: Whether a wording can be read.
    """
    start, end = place
    before = [*_WORD_START.finditer(text, max(0, start - most), start)]
    after = _WORD_END.finditer(text, end, end + most)
    # Six words on either side hold any figure that is printed, and few enough windows to try all.
    heads = takewhile(lambda word: fits(word.group()), before[:-7:-1])
    tails = takewhile(lambda word: fits(word.group()), after)
    starts = [start, *(word.start() for word in heads)]
    ends = [end, *(word.end() for word in islice(tails, 6))]
    # The widest first.
    windows = sorted(((a, b) for a in starts for b in ends), key=lambda w: w[0] - w[1])
    return next((w for w in windows if readable(text[w[0] : w[1]])), place)
