"""Which grammars read the words of an article: a pack for each language, chosen by its tag.

A pack is a module of this folder with a `GRAMMAR`, named in `PACKS`; it is imported when the first
article of its language is read. For a language without a pack nothing can be told: its figures and
dates are neither right nor wrong, and are never read by the grammar of another language ("8.000" in
a German article is not 8). How to add one: docs/contributing/add-a-language.md.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from importlib import import_module
from typing import NamedTuple

from kzdata.evidence.dates import DateInterval
from kzdata.evidence.figures import Cut, Figure, NumberToken

PACKS = {"en": "english", "ru": "russian"}
"""The modules of the packs, by the first subtag of their languages' tags."""
DEFAULT_LANGUAGE = "en"
"""The language of an article that states none."""
UNDETERMINED = "und"
"""The tag of words in a language that nobody knows (BCP 47)."""


class Grammar(NamedTuple):
    """What reads the words of one language.

    Attributes:
        language: The first subtag of its tags, in small letters: "en" of `en-GB`.
        figure: The bounds and the qualifier of a wording, as `kzdata.evidence.figures.parse`; a
            FigureError where the wording is not in the grammar.
        days: The days that a wording means, seen from the day that the article speaks from, as
            `kzdata.evidence.dates.resolve`; a DateError where it is not in the grammar.
        number_tokens: Digits and number words of a text, as `kzdata.evidence.figures`.
        cut: Out of which longer wording the number at a place of a text is cut, as
            `kzdata.evidence.figures.cut`; None where it is whole.
        date_extent: Start and end of the widest date around a place of a text, as
            `kzdata.evidence.dates.extent`.
        abbreviations: A pattern of words behind which a full stop ends no sentence.
        reads_sentences: Whether the rules that read what a sentence says of its claim know the
            language: what a number counts, whose words go with which figure, what denies a claim.
    """

    language: str
    figure: Callable[[str], Figure]
    days: Callable[[str, date], DateInterval]
    number_tokens: Callable[[str], Iterator[NumberToken]]
    cut: Callable[[str, int, int], Cut | None]
    date_extent: Callable[[str, int, int, date], tuple[int, int]]
    abbreviations: str
    reads_sentences: bool = False


def first_subtag(language: str | None) -> str:
    """The language that a tag of BCP 47 names, in small letters: "ru" of `ru-KZ`."""
    return (language or DEFAULT_LANGUAGE).partition("-")[0].lower()


def grammar(language: str | None) -> Grammar | None:
    """The grammar of a language.

    Args:
        language: A tag of BCP 47, such as `ru-KZ`; without one it is English.

    Returns:
        The grammar of the tag's first subtag; None where there is no pack of it.
    """
    return _grammar(first_subtag(language))


@lru_cache(maxsize=64)
def _grammar(language: str) -> Grammar | None:
    if language not in PACKS:
        return None
    found: Grammar = import_module(f"{__name__}.{PACKS[language]}").GRAMMAR
    return found


def number_tokens(text: str, language: str | None) -> Iterator[NumberToken]:
    """Find every digit run of a text, and every number word where the language has a grammar."""
    found = grammar(language)
    return found.number_tokens(text) if found else _digits(text)


def _digits(text: str) -> Iterator[NumberToken]:
    """The digits of a text with the marks between them, whatever these mean in its language."""
    for match in re.finditer(r"\d+(?:[.,:]\d+)*%?|[\u00bc-\u00be\u2150-\u215f]", text):
        yield NumberToken(match.start(), match.end(), match.group())
