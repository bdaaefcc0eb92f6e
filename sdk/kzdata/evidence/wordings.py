"""What the grammars of figures and of dates share: tidy wordings, word lists, ordinal endings."""

import re
from collections.abc import Iterable
from typing import TypeVar

from kzdata.errors import KzdataError

Meaning = TypeVar("Meaning")


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
