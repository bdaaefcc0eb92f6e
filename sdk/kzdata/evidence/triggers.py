"""Words of a sentence that could turn what it says: deny it, doubt it, suppose it, take it back.

The words are data (`polarity.toml`, by language), after the manner of NegEx: phrases of a kind,
each with its reaches, and phrases that only look like one. Here they are found; what of a sentence
they reach is asked in `kzdata.evidence.polarity`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from kzdata.evidence.figures import is_number_word
from kzdata.evidence.languages import DEFAULT_LANGUAGE
from kzdata.evidence.vocabulary import lexicons

_NONE = "none"  # the kind of phrases that turn nothing
_WORDS = re.compile(r"\w+(?:[-'\u2019.,]\w+|(?<=\d):\d+)*|[,;:()?\u2013\u2014-]")
_NOT = ("n't", "n\u2019t")
GAP = 4  # words that `..` may stand for, and between a trigger and the word that it turns


class Token(NamedTuple):
    """A word or mark of a sentence in small letters, with its place in the text."""

    word: str
    start: int
    end: int


class Trigger(NamedTuple):
    """Words that turn a claim.

    Attributes:
        kind: What they do to it: negation, falsity, condition and so on.
        reach: How they reach it; see `kzdata.evidence.polarity`.
        start: Their place in the text.
        end: Where they end.
        first: The number of their first token in the sentence.
        last: The number of the token behind them.
        governs: Whether a statement follows them: "denied that".
    """

    kind: str
    reach: str
    start: int
    end: int
    first: int
    last: int
    governs: bool = False


def tokens_of(text: str, start: int, end: int) -> list[Token]:
    """The words and marks of a part of a text; "didn't" and "cannot" are "not"."""
    return [Token(_word(one[0]), *one.span()) for one in _WORDS.finditer(text, start, end)]


# Few words make up nearly all of a text.
@lru_cache(maxsize=1 << 14)
def _word(printed: str) -> str:
    # A name of a month is no verb, and stands first in a sentence only as a name.
    word = "May" if printed == "May" else printed.lower()
    return "not" if word.endswith(_NOT) or word == "cannot" else word


# ------------------------------------------------------------------------------ the lexicon


_NO_LIST = -1
_ANY = frozenset({".."})
_NUMBER = frozenset({"#"})


class _Step(NamedTuple):
    """One token of a phrase: the words that may stand there, and whether it may be left out."""

    words: frozenset[str]
    optional: bool


class _Phrase(NamedTuple):
    kind: str
    reaches: tuple[str, ...]
    steps: tuple[_Step, ...]
    open: bool  # whether a statement may follow without a "that"
    needed: frozenset[int]  # lists of words of each of which a sentence has one, or it is not there
    rarest: int  # the shortest of these lists; `_NO_LIST` where there is none
    number: int  # its place in the lexicon


class Lexicon(NamedTuple):
    """The words of a language that turn a claim.

    Attributes:
        stops: Words that end a scope, or lead it on, by what they are; see `polarity.toml`.
        classes: Words of one kind, by name.
        adverbs: Words that may stand inside of any phrase.
        barred: Words that no gap of a phrase may hold.
        phrases: The phrases by their first words, and by the shortest list that each needs.
        lists: By word, the numbers of the lists that phrases need a word of.
    """

    stops: dict[str, frozenset[str]]
    classes: dict[str, frozenset[str]]
    adverbs: frozenset[str]
    barred: frozenset[str]
    phrases: dict[str, dict[int, list[_Phrase]]]
    lists: dict[str, frozenset[int]]


@lru_cache(maxsize=1)
def turning_words() -> Lexicon:
    """The lexicon of the one language that there is."""
    # A validation without texts needs no reader of TOML.
    import tomllib

    data = Path(__file__).with_name("polarity.toml").read_text("utf-8")
    held: dict[str, Any] = tomllib.loads(data)[DEFAULT_LANGUAGE]
    classes = _classes(held["classes"])
    stops = {name: frozenset(listed.split()) for name, listed in held["stops"].items()}
    phrases: dict[str, dict[int, list[_Phrase]]] = {}
    numbers = dict[frozenset[str], int]()
    for phrase in _phrases(held, classes, numbers):
        for word in _first_words(phrase):
            phrases.setdefault(word, {}).setdefault(phrase.rarest, []).append(phrase)
    barred = frozenset({"that"}).union(*(stops[one] for one in ("clause", "loose", "negative")))
    adverbs = frozenset(held["adverbs"].split())
    return Lexicon(stops, classes, adverbs, barred, phrases, _by_word(numbers))


def _classes(listed: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Words by the names of their classes, which may hold classes that stand before them."""
    known = lexicons()[DEFAULT_LANGUAGE]
    # What negates in a term of a codebook negates in a sentence.
    classes = {"negator": known.negators}
    for name, line in listed.items():
        classes[name] = _choices("|".join(line.split()), classes)
    return classes


def _choices(listed: str, classes: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The words that `a|b|{name}` stands for."""
    words = (classes[one[1:-1]] if one.startswith("{") else {one} for one in listed.split("|"))
    return frozenset().union(*words)


def _by_word(numbers: Mapping[frozenset[str], int]) -> dict[str, frozenset[int]]:
    """The numbers of the lists that a word stands in."""
    found: dict[str, set[int]] = {}
    for words, number in numbers.items():
        for word in words:
            found.setdefault(word, set()).add(number)
    return {word: frozenset(listed) for word, listed in found.items()}


def _phrases(
    held: Mapping[str, Any],
    classes: Mapping[str, frozenset[str]],
    numbers: dict[frozenset[str], int],
) -> Iterator[_Phrase]:
    """The phrases of a language; the lists of words that they need get numbers."""
    parts = {name: _lines(listed) for name, listed in held["parts"].items()}
    parts["negating"] = list(lexicons()[DEFAULT_LANGUAGE].phrases)
    read = dict[str, _Step]()  # most tokens stand in many phrases
    place = count()
    for group in held["triggers"]:
        kind, reaches = group["kind"], tuple(group["reach"])
        for line in _lines(group["phrases"]):
            for whole in _written_out(line, parts):
                tokens = whole.split()
                read.update((one, _step(one, classes)) for one in tokens if one not in read)
                steps = tuple(read[one] for one in tokens)
                needed = {one: numbers.setdefault(one, len(numbers)) for one in _needed(steps)}
                rarest = needed[min(needed, key=len)] if needed else _NO_LIST
                lists = frozenset(needed.values())
                yield _Phrase(
                    *(kind, reaches, steps, steps[-1].optional, lists, rarest, next(place))
                )


def _needed(steps: Sequence[_Step]) -> Iterator[frozenset[str]]:
    """The words of the steps behind the first that must be there."""
    for one in steps[1:]:
        if not one.optional and one.words not in (_ANY, _NUMBER):
            yield one.words


def _first_words(phrase: _Phrase) -> frozenset[str]:
    """The words that a phrase may begin with."""
    needed = next(at for at, step in enumerate(phrase.steps) if not step.optional)
    return frozenset().union(*(step.words for step in phrase.steps[: needed + 1]))


def _lines(listed: str) -> list[str]:
    return [line for line in listed.splitlines() if line]


def _written_out(line: str, parts: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """A phrase with each line of the part that it names, as `<name>`."""
    if not (named := re.search(r"<(\w+)>", line)):
        yield line
        return
    for part in parts[named[1]]:
        yield from _written_out(line.replace(named[0], part, 1), parts)


def _step(token: str, classes: Mapping[str, frozenset[str]]) -> _Step:
    optional = len(token) > 1 and token.endswith("?")
    return _Step(_choices(token.removesuffix("?") if optional else token, classes), optional)


# ------------------------------------------------------------------------------ matching


def triggers(tokens: Sequence[Token]) -> Iterator[Trigger]:
    """The triggers of a sentence from left to right, of several at one word the longest."""
    used = spent = 0
    done = set[str]()
    for at, possible in _possible(tokens):
        end, phrases = _longest(tokens, at, possible)
        # A longer one may begin inside ("is not true", "not true that"), but not inside of what
        # only looks like one ("not deny", "deny that").
        if at < spent or end < max(used, at + 1):
            continue
        # What a longer one has said that ends there ("nor deny that") is not said again.
        done = done if end == used else set()
        used = end
        if any(phrase.kind == _NONE for phrase in phrases):
            spent = end
            continue
        found = [one for one in _read(tokens, at, end, phrases) if one.reach not in done]
        done |= {one.reach for one in found}
        yield from found


def _read(
    tokens: Sequence[Token], first: int, last: int, phrases: Iterable[_Phrase]
) -> dict[Trigger, None]:
    """What phrases that stand at the same tokens do, each thing once."""
    place = tokens[first].start, tokens[last - 1].end
    tells = tokens[last - 1].word in turning_words().stops["governing"]
    return dict.fromkeys(
        Trigger(one.kind, reach, *place, first, last, tells or one.open)
        for one in phrases
        for reach in one.reaches
    )


def _possible(tokens: Sequence[Token]) -> Iterator[tuple[int, list[_Phrase]]]:
    """The tokens at which phrases may begin, by number, with those of which no word is missing."""
    known = turning_words()
    # Nearly all phrases lack a word, which is far cheaper to see than where each word stands.
    words = {token.word for token in tokens}
    there = {_NO_LIST}.union(*(known.lists[word] for word in words & known.lists.keys()))
    for at, token in enumerate(tokens):
        # Most words begin no phrase.
        if listed := known.phrases.get(token.word):
            lists = listed.keys() & there
            found = [one for each in lists for one in listed[each] if one.needed <= there]
            if found:
                yield at, sorted(found, key=_place)


def _place(phrase: _Phrase) -> int:
    return phrase.number


def _longest(
    tokens: Sequence[Token], at: int, possible: Iterable[_Phrase]
) -> tuple[int, list[_Phrase]]:
    """The longest phrases that begin at a token, and the number of the token behind them."""
    found: dict[int, list[_Phrase]] = {}
    for phrase in possible:
        found.setdefault(_matched(tokens, at, phrase.steps), []).append(phrase)
    end = max(found, default=-1)
    return end, found.get(end, [])


def _matched(tokens: Sequence[Token], at: int, steps: Sequence[_Step]) -> int:
    """The number of the token behind a phrase that begins at one; -1 where it does not."""
    if not steps:
        return at
    step, rest = steps[0], steps[1:]
    if step.words == _ANY:
        return _behind_gap(tokens, at, rest)
    if at < len(tokens) and _fits(tokens[at].word, step):
        behind = at + 1
        while rest and behind < len(tokens) and _adverb(tokens[behind].word, rest[0]):
            behind += 1
        if (end := _matched(tokens, behind, rest)) >= 0:
            # Adverbs behind the last word are no part of the phrase.
            return at + 1 if end == behind else end
    return _matched(tokens, at, rest) if step.optional else -1


def _behind_gap(tokens: Sequence[Token], at: int, rest: Sequence[_Step]) -> int:
    """Where a phrase ends that goes on behind a few words, none of which begins something new."""
    tells = "that" in rest[0].words
    for behind in range(at, min(at + GAP, len(tokens) - 1) + 1):
        if (end := _matched(tokens, behind, rest)) >= 0:
            return end
        if _begins_anew(tokens[behind].word, tells):
            break
    return -1


def _begins_anew(word: str, tells: bool) -> bool:
    """Whether a word bars a gap, before a "that" if that tells something.

    "it is feared in Aske that", but not of "It is feared the mayor said that".
    """
    known = turning_words()
    speaks = word in known.stops["speech"] or word in known.classes["saying"]
    return word in known.barred or (tells and (speaks or word[:1].isdecimal()))


def _fits(word: str, step: _Step) -> bool:
    return is_number_word(word) if step.words == _NUMBER else word in step.words


def _adverb(word: str, following: _Step) -> bool:
    """Whether a word may stand between two of a phrase: it is no word of the phrase itself."""
    wanted = word in following.words or following.words in (_ANY, _NUMBER)
    return not wanted and (word.endswith("ly") or word in turning_words().adverbs)
