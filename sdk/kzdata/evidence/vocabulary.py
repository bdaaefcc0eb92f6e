"""Whether the words of a term mean anything, deny something, or have to do with a name.

What the words of a language are good for is data (`lexicon.json`), kept once; everything here is a
comparison of words, so that a reader can repeat it.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from kzdata.errors import FigureError
from kzdata.evidence.languages import UNDETERMINED, first_subtag, grammar, number_tokens

_WORD = re.compile(r"\d+:\d+|\w+(?:[-']\w+)*")
_IN_COMMON = 4  # letters that two forms of one word have in common at least: China, Chinese
_QUOTED = re.compile(
    r"[\u201c\u201e\u00ab\"]([^\u201c\u201d\u201e\u00ab\u00bb\"]{2,})[\u201d\u201c\u00bb\"]"
)
MAX_TERM = 300  # characters of a term that are looked at


class Lexicon(NamedTuple):
    """The words of a language that carry no meaning of their own, in lower case."""

    language: str  # the first subtag of its tags
    articles: frozenset[str]  # a term means the same without them
    helpers: frozenset[str]  # articles and auxiliaries: what is said is the same without them
    stops: frozenset[str]  # all words that alone say nothing
    pointers: frozenset[str]  # words that point at what is named elsewhere: pronouns, "there"
    negators: frozenset[str]  # that deny what happens
    negations: frozenset[str]  # these, and what denies or excepts somebody or something
    phrases: tuple[str, ...]  # negators of several words
    exceptions: tuple[str, ...]  # other negations of several words
    prefixes: tuple[str, ...]  # that negate the word they begin
    acronyms: frozenset[str]  # names that are spelt like a stop word, in capitals
    places: frozenset[str]  # parts of an article that a note can point at
    vacuous: frozenset[str]  # words of notes that give no reason


@lru_cache(maxsize=1)
def lexicons() -> dict[str, Lexicon]:
    """The lexicons by language."""
    held = json.loads(Path(__file__).with_name("lexicon.json").read_text("utf-8"))
    del held["about"]
    return {language: _lexicon(language, parts) for language, parts in held.items()}


def _lexicon(language: str, parts: dict[str, list[str]]) -> Lexicon:
    # Phrases and prefixes stand one by one, words in lines.
    lists = {name: frozenset(" ".join(lines).split()) for name, lines in parts.items()}
    articles, helpers = lists["articles"], lists["articles"] | lists["auxiliaries"]
    negations = lists["negations"] | lists.get("negators", frozenset())
    return Lexicon(
        language=language,
        articles=articles,
        helpers=helpers,
        stops=helpers.union(lists["particles"], lists["pronouns"], negations),
        pointers=lists["pronouns"] | lists.get("pointers", frozenset()),
        negators=lists.get("negators", frozenset()),
        negations=negations,
        phrases=tuple(parts["phrases"]),
        exceptions=tuple(parts.get("exceptions", ())),
        prefixes=tuple(parts["prefixes"]),
        acronyms=lists["acronyms"],
        places=lists.get("places", frozenset()),
        vacuous=lists.get("vacuous", frozenset()),
    )


def lexicon(language: str | None) -> Lexicon | None:
    """The lexicon of a language tag such as `en-GB`; None where there is none of it."""
    return lexicons().get(first_subtag(language))


def plain(text: str) -> str:
    """A text with straight apostrophes, in which words compare."""
    return text.replace("\u2019", "'")


def unaccented(text: str) -> str:
    """A text without accents: an identifier is often the name in plain letters, as "osterreich"."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def quoted_words(note: str) -> list[str]:
    """The words of a note that stand in quotation marks, without the marks that end them."""
    found = (quoted.strip(" .,;:!?\u2026") for quoted in _QUOTED.findall(note))
    return [quoted for quoted in found if quoted]


def names_part(note: str, known: Lexicon | None) -> bool:
    """Whether a note points at a part of the article: its headline, the sentence before."""
    return known is not None and bool(known.places.intersection(content_words(note, known)))


def words(text: str) -> list[str]:
    """The first words of a text, as they are printed; "Il-76" and "city's" are one each."""
    return _WORD.findall(plain(text[:MAX_TERM]))


# Rules ask for the words of the same terms and names.
@lru_cache(maxsize=1 << 13)
def content_words(term: str, known: Lexicon | None) -> tuple[str, ...]:
    """The words of a term that carry meaning, in lower case.

    No stop word, no single letter and no number; but "in 2019" and "at 23:00" say when.
    """
    found = words(term)
    kept = [word.lower() for word in found if len(word) > 1 and not _is_stop(word, known)]
    # A year or a clock time says something where it has a word beside it.
    telling = r"\d{4,}|\d+:\d+" if len(found) > 1 else r"(?!)"
    return tuple(w for w in kept if re.fullmatch(telling, w) or not _is_number(w, known))


def _is_stop(word: str, known: Lexicon | None) -> bool:
    return known is not None and word not in known.acronyms and word.lower() in known.stops


@lru_cache(maxsize=1 << 13)
def _is_number(word: str, known: Lexicon | None) -> bool:
    """Whether a word is a plain number, in digits or as a word; "dozens" says more than that."""
    language = known.language if known else UNDETERMINED
    # The grammar is asked of what holds a number at all, which is far cheaper to see.
    if not any(number_tokens(word, language)):
        return False
    try:
        spoken = grammar(language)
        return spoken is not None and spoken.figure(word).qualifier == "exact"
    except FigureError:
        return word.replace("_", "").isdecimal()


def bare(term: str, known: Lexicon | None) -> str:
    """A term in lower case without articles and auxiliaries: "were injured" is "injured"."""
    return _without(term, known.helpers if known else frozenset())


def unarticled(term: str, known: Lexicon | None) -> str:
    """A term in lower case without articles: "The alliance" is "alliance"."""
    return _without(term, known.articles if known else frozenset())


def _without(term: str, left_out: frozenset[str]) -> str:
    return " ".join(word for word in map(str.lower, words(term)) if word not in left_out)


def negation(term: str, known: Lexicon | None) -> tuple[str, str] | None:
    """What negates in a term, and what is left without it, both in lower case; None: nothing."""
    if known is None:
        return None
    lower = [word.lower() for word in words(term)]
    text = " ".join(lower)
    for phrase in (*known.phrases, *known.exceptions):
        if f" {phrase} " in f" {text} ":
            return phrase, f" {text} ".replace(f" {phrase} ", " ").strip()
    for word in lower:
        if word in known.negations:
            return word, " ".join(other for other in lower if other != word)
    return None


def denied_form(word: str, known: Lexicon | None) -> list[str]:
    """What a word would say without a negating prefix: "unharmed", "harmed"."""
    prefixes = known.prefixes if known else ()
    lower = word.lower()
    return [lower[len(prefix) :] for prefix in prefixes if lower.startswith(prefix)]


def akin(one: str, other: str) -> bool:
    """Whether two words, in lower case, are forms of one: "Chinese" and "China"."""
    least = min(len(one), len(other))
    if least < _IN_COMMON:
        return one.removesuffix("s") == other.removesuffix("s")  # "run", "runs"
    # All but the last letter of the shorter one: "China", "Chinese", but not "master", "mast".
    shared = max(_IN_COMMON, least - 1)
    return one[:shared] == other[:shared]


class Kin:
    """Words among which forms of another are found at once, however many they are."""

    def __init__(self, found: Iterable[str]) -> None:
        self._alike: dict[str, set[str]] = {}
        for word in found:
            for beginning in _beginnings(word):
                self._alike.setdefault(beginning, set()).add(word)

    def __contains__(self, word: str) -> bool:
        near = (self._alike.get(beginning, ()) for beginning in _beginnings(word))
        return any(akin(word, other) for others in near for other in others)


def _beginnings(word: str) -> set[str]:
    """What words that are akin have in common."""
    return {word[:_IN_COMMON], word.removesuffix("s")[:_IN_COMMON]}


def shares_word(term: str, names: Iterable[str], known: Lexicon | None) -> bool:
    """Whether a term has a word in common with some names, or is the initials of one."""
    own = _parts(content_words(unaccented(term), known))
    for name in names:
        theirs = _parts(content_words(unaccented(name.replace("_", " ")), known))
        if name == term or any(akin(one, other) for one in own for other in theirs):
            return True
        if _initials(name) == term.replace(".", "") or _initials(term) == name.replace(".", ""):
            return True
    return False


def tells_of(note: str, term: str, known: Lexicon | None) -> bool:
    """Whether a note has all words of a term that mean something."""
    theirs = set(_parts(content_words(unaccented(note), known)))
    own = content_words(unaccented(term), known)
    return bool(own) and all(
        any(akin(part, other) for other in theirs) for word in own for part in _parts([word])[:1]
    )


def _parts(found: Iterable[str]) -> list[str]:
    """Words with the parts of those that a hyphen or an apostrophe joins."""
    split = (re.split(r"[-']", word) for word in found)
    return [part for parts in split for part in parts if len(part) > 1]


def _initials(name: str) -> str:
    capitals = [word[0] for word in words(name) if word[0].isupper()]
    return "".join(capitals) if len(capitals) > 1 else ""
