"""Whether a sentence says what a passage of it seems to say: words that deny, doubt or suppose it.

"12 fishers drowned" stands in "The mayor denied that 12 fishers drowned" and in "If the dyke
breaks, 12 fishers drowned is what we will read": the characters are there, the claim is not. The
words that turn a claim are data (`polarity.toml`, by language), after the manner of NegEx: triggers
of a kind, each with its reach, phrases that only look like one, and words that end a scope.

The reach of a trigger is one or more of:

* `clause`: the figure that follows in what it governs ("denied that 12 ...");
* `word`: words for the outcome that follow at once ("12 did not drown", "may have drowned");
* `figure`: the figure right behind it ("none of the 12", "nine rather than 12");
* `back`: what is said of a report, in which the figure stands ("Rumours of 12 drowned are false");
* `called`: the same, where somebody calls it that ("called reports of 12 drowned false");
* `after`: a remark that points back at it ("..., which is untrue"; "This was denied.");
* `remark`: the same, of the next sentence alone ("It was a hoax.");
* `event`: what is counted did not happen ("The 12 deaths never occurred");
* `opening`: at a sentence's beginning, all of it ("If the dyke breaks, 12 will ...");
* `inverted`: the same, of words that begin a condition there alone ("Had the dyke broken, ...");
* `closing`: at its end ("12 will drown if ...");
* `question`: the sentence is one; `sentence`: wherever it stands in it;
* `corrected`: the sentence corrects an earlier one.

It is no parser: what it finds it can show, word by word, and what it does not know it lets pass.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from kzdata.evidence.figures import extent
from kzdata.evidence.sentences import Place, sentence_at

DENIALS = ("negation", "falsity")
"""Kinds of words by which a sentence says that something is not so."""
DOUBTS = ("condition", "modality", "plan", "rumour", "dispute")
"""Kinds of words by which it says that something only may be so, or is not agreed on."""
CORRECTION = "correction"
"""The kind of words by which it takes something back."""

_LANGUAGE = "en"
_NONE = "none"  # the kind of phrases that turn nothing
_WORDS_RE = r"\w+(?:[-'\u2019.,]\w+)*|[,;:()?\u2013\u2014-]"
_NOT_RE = r"(?:.*n['\u2019]t|cannot)"
_WINDOW = (
    600  # characters on either side of a passage at which a sentence is cut; five times that in all
)
_GAP = 4  # words that `..` may stand for, and between a trigger and the word that it turns
_APART = ("corrected", "remark")  # reaches that lead out of a trigger's own sentence
_BETWEEN = frozenset("the a an these those all some about its their of just only".split())


class Token(NamedTuple):
    """A word or mark of a sentence in small letters, with its place in the text."""

    word: str
    start: int
    end: int


class Trigger(NamedTuple):
    """Words that turn a claim.

    Attributes:
        kind: What they do to it: one of `DENIALS`, `DOUBTS` or `CORRECTION`.
        reach: How they reach it; see the module.
        start: Their place in the text.
        end: Where they end.
        first: The number of their first token in the sentence.
        last: The number of the token behind them.
    """

    kind: str
    reach: str
    start: int
    end: int
    first: int
    last: int


class Core(NamedTuple):
    """What of a sentence is the claim.

    Attributes:
        place: The claim's passage.
        figure: The wording of its figure, if it has one.
        said: The words for what happened: terms that justify its outcome or state.
    """

    place: Place
    figure: Place | None = None
    said: tuple[Place, ...] = ()


# ------------------------------------------------------------------------------ the lexicon


class _Phrase(NamedTuple):
    """A phrase, token by token: the words that may stand there, and whether it may be left out."""

    kind: str
    reaches: tuple[str, ...]
    tokens: tuple[tuple[frozenset[str], bool], ...]


class _Lexicon(NamedTuple):
    """The words of a language, phrases by their first word."""

    stops: dict[str, frozenset[str]]
    reports: frozenset[str]
    adverbs: frozenset[str]
    phrases: dict[str, list[_Phrase]]


_ANY = frozenset({".."})


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    # A validation without texts needs no reader of TOML.
    import tomllib

    data = Path(__file__).with_name("polarity.toml").read_text("utf-8")
    words: dict[str, Any] = tomllib.loads(data)[_LANGUAGE]
    classes = {name: frozenset(listed.split()) for name, listed in words["classes"].items()}
    phrases: dict[str, list[_Phrase]] = {}
    for group in words["triggers"]:
        for line in filter(None, group["phrases"].splitlines()):
            tokens = tuple(_choices(token, classes) for token in line.split())
            phrase = _Phrase(group["kind"], tuple(group["reach"]), tokens)
            for word in tokens[0][0]:
                phrases.setdefault(word, []).append(phrase)
    stops = {name: frozenset(listed.split()) for name, listed in words["stops"].items()}
    return _Lexicon(stops, classes["subject"], frozenset(words["adverbs"].split()), phrases)


def _choices(token: str, classes: dict[str, frozenset[str]]) -> tuple[frozenset[str], bool]:
    """The words that a token of a phrase stands for, and whether it may be left out."""
    optional = len(token) > 1 and token.endswith("?")
    listed = token.removesuffix("?").split("|") if optional else token.split("|")
    words = (classes[one[1:-1]] if one.startswith("{") else {one} for one in listed)
    return frozenset().union(*words), optional


# ------------------------------------------------------------------------------ reading


def tokens_of(text: str, start: int, end: int) -> list[Token]:
    """The words and marks of a part of a text; "didn't" and "cannot" are "not"."""
    found = []
    for match in re.compile(_WORDS_RE).finditer(text, start, end):
        word = match.group().lower()
        # A name of a month is no verb, and stands first in a sentence only as a name.
        word = "May" if match.group() == "May" else word
        word = "not" if re.fullmatch(_NOT_RE, word) else word
        found.append(Token(word, match.start(), match.end()))
    return found


def _found(tokens: Sequence[Token]) -> Iterator[Trigger]:
    """The triggers of a sentence from left to right, of several at one word the longest."""
    used = spent = 0
    for at in range(len(tokens)):
        end, phrases = _longest(tokens, at)
        # A longer one may begin inside ("is not true", "not true that"), but not inside of what
        # only looks like one ("not deny", "deny that").
        if at < spent or end < max(used, at + 1):
            continue
        used = end
        if any(phrase.kind == _NONE for phrase in phrases):
            spent = end
            continue
        place = tokens[at].start, tokens[end - 1].end
        for phrase in phrases:
            yield from (Trigger(phrase.kind, reach, *place, at, end) for reach in phrase.reaches)


def _longest(tokens: Sequence[Token], at: int) -> tuple[int, list[_Phrase]]:
    """The longest phrases that begin at a token, and the number of the token behind them."""
    lexicon = _lexicon()
    if not (phrases := lexicon.phrases.get(tokens[at].word)):
        return -1, []
    found: dict[int, list[_Phrase]] = {}
    for phrase in phrases:
        last = _matched(tokens, at, phrase.tokens, lexicon.adverbs)
        found.setdefault(last, []).append(phrase)
    end = max(found, default=-1)
    return end, found.get(end, [])


def _matched(
    tokens: Sequence[Token],
    at: int,
    phrase: Sequence[tuple[frozenset[str], bool]],
    adverbs: frozenset[str],
) -> int:
    """The number of the token behind a phrase that begins at one; -1 where it does not."""
    if not phrase:
        return at
    (words, optional), rest = phrase[0], phrase[1:]
    if words == _ANY:
        ends = (_matched(tokens, at + skipped, rest, adverbs) for skipped in range(_GAP + 1))
        return next((end for end in ends if end >= 0), -1)
    if at < len(tokens) and tokens[at].word in words:
        behind = at + 1
        while rest and behind < len(tokens) and _adverb(tokens[behind].word, rest, adverbs):
            behind += 1
        if (end := _matched(tokens, behind, rest, adverbs)) >= 0:
            return end
    return _matched(tokens, at, rest, adverbs) if optional else -1


def _adverb(
    word: str, rest: Sequence[tuple[frozenset[str], bool]], adverbs: frozenset[str]
) -> bool:
    """Whether a word may stand between two of a phrase: it is no word of the phrase itself."""
    wanted = word in rest[0][0] or rest[0][0] == _ANY
    return not wanted and (word.endswith("ly") or word in adverbs)


# ------------------------------------------------------------------------------ scope


class _Sentence(NamedTuple):
    """A sentence's tokens, and the numbers of those of the claim: its figure or passage, its words.

    `begin` is where its figure's whole wording begins; `figured` says whether `main` is a figure:
    without one it is the words, or the whole passage.
    """

    text: str
    tokens: list[Token]
    main: range
    begin: int
    said: tuple[range, ...]
    figured: bool

    def words(self, first: int, last: int) -> list[str]:
        """The words between two numbers of tokens."""
        return [token.word for token in self.tokens[first:last]]


def turning(text: str, core: Core) -> list[Trigger]:
    """The words of a claim's own sentence, and of a remark behind it, that turn it.

    Words that are part of the figure's own wording ("no more than 30") or of the terms for what
    happened ("is expected to") say the same as the claim, and turn nothing.
    """
    place = _window(text, core.place)
    found, behind = _triggers(text, *place), _remarks(text, core.place)
    if not found:
        return behind
    sentence = _sentence(text, place, core)
    covering = [
        one for one in found if _REACHES[one.reach](sentence, one) and not _given(sentence, one)
    ]
    return [*_uncancelled([one for one in covering if not _own(text, core, one)]), *behind]


def _own(text: str, core: Core, trigger: Trigger) -> bool:
    """Whether a trigger is part of the figure's wording, or of the terms for what happened."""
    # "is planning" of "planning to", but not the "arrest" of "no arrest of".
    if any(start <= trigger.start < end for start, end in core.said):
        return True
    start, end = extent(text, *core.figure) if core.figure else (0, 0)
    return start <= trigger.start and trigger.end <= end


def _given(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a sentence takes the claim for known: "If only the 12 who drowned had known"."""
    main = sentence.main
    definite = sentence.figured and sentence.words(max(0, main.start - 1), main.start) == ["the"]
    for said in sentence.said if definite else ():
        between = sentence.words(main.stop, said.start)
        plain = not _lexicon().stops["modal"].intersection(between)
        apart = trigger.last <= main.start or trigger.first >= said.stop
        if plain and apart and {*_RELATIVE, "that"}.intersection(between):
            return True
    return False


def may_turn(text: str, place: Place) -> bool:
    """Whether the sentence of a passage, or the next one, has any words that could turn it."""
    found = _triggers(text, *_window(text, place))
    return any(one.reach not in _APART for one in found) or bool(_remarks(text, place))


def corrects(text: str, place: Place) -> Trigger | None:
    """The words by which a sentence corrects what was said before it, if there are any."""
    found = _triggers(text, *_window(text, place))
    return next((one for one in found if one.reach == "corrected"), None)


def _window(text: str, place: Place) -> Place:
    """The sentence of a passage, cut where it is very long."""
    first, last = sentence_at(text, *place)
    start = max(first, place[0] - _WINDOW)
    return start, min(last, place[1] + _WINDOW, start + 5 * _WINDOW)


# Several claims stand in one sentence, and several rules ask for it.
@lru_cache(maxsize=1024)
def _triggers(text: str, start: int, end: int) -> tuple[Trigger, ...]:
    found = _found(tokens_of(text, start, end))
    # Elsewhere "had" and "were" begin no condition.
    return tuple(one for one in found if one.reach != "inverted" or one.first == 0)


def _remarks(text: str, place: Place) -> list[Trigger]:
    """Triggers of the next sentence of the paragraph that point back: "This was denied."."""
    _, end = sentence_at(text, *place)
    if end >= len(text) or {"\n", "\r"}.intersection(text[end - 1 : end + 2]):
        return []
    found = _triggers(text, *_window(text, (end, end + 1)))
    most = {"after": _GAP - 1, "remark": 1}
    return [one for one in found if one.first <= most.get(one.reach, -1)]


def _sentence(text: str, place: Place, core: Core) -> _Sentence:
    tokens = tokens_of(text, *place)
    inside = (one for one in core.said if place[0] <= one[0] and one[1] <= place[1])
    said = tuple(_numbers(tokens, one) for one in inside)
    main = said[0] if said and not core.figure else _numbers(tokens, core.figure or core.place)
    # "as many as 12" is one figure, however little of it the claim quotes.
    begin = _numbers(tokens, extent(text, *core.figure)).start if core.figure else main.start
    return _Sentence(text, tokens, main, begin, said, core.figure is not None)


def _numbers(tokens: Sequence[Token], place: Place) -> range:
    """The numbers of the tokens of a place."""
    first = next((i for i, one in enumerate(tokens) if one.end > place[0]), len(tokens))
    last = next((i for i in range(first, len(tokens)) if tokens[i].start >= place[1]), len(tokens))
    return range(first, max(last, first))


def _clause(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether what a trigger governs goes on as far as the figure."""
    if trigger.last > sentence.main.start:
        return False
    begin = max(sentence.begin, trigger.last)
    words = _bare(sentence.words(trigger.last, begin))
    ahead = len(words)
    words += sentence.words(begin, sentence.main.stop)
    governs = sentence.tokens[trigger.last - 1].word == "that"
    # A statement with "that" is not over at the first comma, as a mere object is.
    that = next((at for at in range(ahead) if words[at] == "that" and not governs), None)
    if that is not None:
        said = _lexicon().stops["speech"] - _lexicon().reports
        if said.intersection(words[:that]) or _relative(words[that + 1 :]):
            return False
        if _stopped(words, range(that), governs):
            return False
        governs = True
    rest = range(0 if that is None else that + 1, ahead)
    commas = sum(_ends_here(words, at, governs) for at in rest)
    if _stopped(words, rest, governs):
        return False
    return commas == 0 or (governs and not _ended(sentence, trigger, commas))


def _stopped(words: Sequence[str], numbers: range, governs: bool) -> bool:
    """Whether one of some words begins another statement.

    "denied that after the storm 12 drowned", but "denied that it was late after 12 drowned".
    """
    stops = _lexicon().stops
    loose = numbers[1:] if governs else numbers
    told = (at for at in numbers if words[at] in ("and", ","))
    return (
        any(words[at] in stops["clause"] for at in numbers)
        or any(words[at] in stops["loose"] for at in loose)
        or any(stops["speech"].intersection(words[at + 1 : at + 4]) for at in told)
    )


def _ends_here(words: Sequence[str], at: int, governs: bool) -> bool:
    """Whether a word is a comma that may end a scope: not behind the trigger, nor in a list."""
    stops = _lexicon().stops
    lists = stops["lists"] | stops["statements"] if governs else stops["lists"]
    return words[at] == "," and at > 0 and not lists.intersection(words[at + 1 : at + 2])


def _relative(following: Sequence[str]) -> bool:
    """Whether a "that" before some words tells more of a thing, and begins no statement."""
    word = following[0] if following else ""
    return word in _lexicon().stops["relative"] or word.endswith("ed")


def _ended(sentence: _Sentence, trigger: Trigger, commas: int) -> bool:
    """Whether commas end the subordinate clause of a trigger: "Though he denied that ..., 12 ...".

    Two commas hold a remark between them.
    """
    before = sentence.words(0, trigger.first)
    return commas % 2 == 1 and bool(_lexicon().stops["subordinate"].intersection(before))


def _word(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether the words for what happened follow a trigger at once."""
    said = sentence.said or (sentence.main,)
    if any(_follows(sentence, trigger, one) for one in said):
        return True
    # Where no term of the sentence says what happened, its verb does: "12 fishers did not return".
    between = sentence.words(sentence.main.stop, trigger.first)
    near = sentence.main.stop <= trigger.first and len(between) <= _GAP
    return not sentence.said and near and not _lexicon().stops["phrase"].intersection(between)


def _follows(sentence: _Sentence, trigger: Trigger, said: range) -> bool:
    stops, between = _lexicon().stops, _bare(sentence.words(trigger.last, said.start))
    if trigger.last > said.start or stops["phrase"].intersection(between):
        return False
    # "12 who did not drown", but "12 who never learned to swim drowned".
    before = sentence.words(max(0, trigger.first - _GAP), trigger.first)
    if _RELATIVE.intersection(before) or "that" in before[-2:]:
        return stops["auxiliary"].issuperset(between)
    # "may have caused 12 deaths", but "did not apologise for the 12 deaths".
    if sentence.figured and trigger.last <= sentence.main.start < said.start:
        ahead = _bare(sentence.words(trigger.last, sentence.main.start))
        return stops["causing"].issuperset(ahead)
    return len(between) <= _GAP


_RELATIVE = frozenset({"who", "whom", "whose", "which"})


def _bare(words: list[str]) -> list[str]:
    """Words without a remark between commas at their beginning: "did not, as told, kill"."""
    return words[words.index(",", 1) + 1 :] if words[:1] == [","] and "," in words[1:] else words


def _figure(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a trigger stands right before the figure."""
    between = sentence.words(trigger.last, sentence.main.start)
    near = trigger.last <= sentence.main.start and len(between) <= 2
    return sentence.figured and near and _BETWEEN.issuperset(between)


def _back(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a trigger is said of a report in which the claim stands."""
    stops, main = _lexicon().stops["subject"], sentence.main
    between = sentence.words(main.stop, trigger.first)
    if trigger.first < main.stop or stops.intersection(between) or _asks(between[-1:]):
        return False
    before = sentence.words(0, main.start)
    reports = [at for at, word in enumerate(before) if word in _lexicon().reports]
    held = any(not stops.intersection(before[at:]) and _tells(before[at:]) for at in reports)
    # "The deaths of 12 have been denied": what happened is itself what was reported.
    named = any(one.stop <= main.start for one in sentence.said)
    return held or named or before[:1] == ["that"] or _quoted(sentence, trigger)


def _quoted(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a quotation ends right before a trigger: "“12 drowned” is a lie"."""
    before = sentence.text[sentence.tokens[0].start : trigger.start].rstrip()
    return before[-1:] in ('"', "\u201d", "\u00bb")


def _called(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether somebody calls such a report something: "called the report of 12 dead false"."""
    calling = _lexicon().stops["calling"].intersection(sentence.words(0, sentence.main.start))
    return bool(calling) and _back(sentence, trigger)


def _asks(words: Iterable[str]) -> bool:
    return bool(_lexicon().stops["anaphor"].intersection(words))


def _tells(words: Sequence[str]) -> bool:
    """Whether a report goes on with what it says: "rumours of", "the claim by him that"."""
    return bool(
        {"of", "that", "about", "on", "saying", "showing", "putting"}.intersection(words[1:5])
    )


def _after(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a remark points back at the claim, and not at who denies something else."""
    between = sentence.words(sentence.main.stop, trigger.first)
    return trigger.first >= sentence.main.stop and not _asks(between)


def _event(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether what is counted is said not to have happened."""
    last = max([sentence.main.stop, *(said.stop for said in sentence.said)])
    between = sentence.words(last, trigger.first)
    return trigger.first >= last and not _lexicon().stops["phrase"].intersection(between)


def _opening(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a sentence or a statement in it begins with a condition."""
    before = sentence.words(0, trigger.first)
    begins = not before or before[-1] in ("that", "and", "but", ",", "said", "says", "warned")
    between = sentence.words(trigger.last, sentence.main.start)
    return (
        begins
        and trigger.last <= sentence.main.start
        and not {";", "because"}.intersection(between)
    )


def _closing(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a condition follows that the claim hangs on: behind a comma, or "will ... if"."""
    main, modal = sentence.main, _lexicon().stops["modal"]
    words = sentence.words(max(0, main.start - 6), trigger.first)
    hangs = words[-1:] == [","] or bool(modal.intersection(words))
    return trigger.first >= main.stop and hangs and not {";", "but"}.intersection(words)


def _question(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether the claim is asked, not said."""
    between = sentence.words(sentence.main.stop, trigger.first)
    return trigger.first >= sentence.main.stop and not {",", ";", "but"}.intersection(between)


def _anywhere(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a trigger and the claim stand in one part of the sentence."""
    first, last = sorted([trigger.first, sentence.main.start])
    return not {";", "but"}.intersection(sentence.words(first, last))


_REACHES: dict[str, Callable[[_Sentence, Trigger], bool]] = {
    "clause": _clause,
    "word": _word,
    "figure": _figure,
    "back": _back,
    "called": _called,
    "after": _after,
    "opening": _opening,
    "inverted": _opening,
    "closing": _closing,
    "question": _question,
    "sentence": _anywhere,
    "event": _event,
    "remark": lambda _sentence, _trigger: False,
    "corrected": lambda _sentence, _trigger: False,
}


def _uncancelled(triggers: Sequence[Trigger]) -> list[Trigger]:
    """Triggers without those that cancel each other: "denied that 12 had not drowned"."""
    denied = [one for one in triggers if (one.kind, one.reach) == ("falsity", "clause")]
    negated = [one for one in triggers if (one.kind, one.reach) == ("negation", "word")]
    if denied and negated and denied[0].first < negated[0].first:
        return [one for one in triggers if one not in (denied[0], negated[0])]
    return list(triggers)
