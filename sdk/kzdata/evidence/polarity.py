"""Whether a sentence says what a passage of it seems to say: words that deny, doubt or suppose it.

"12 fishers drowned" stands in "The mayor denied that 12 fishers drowned" and in "If the dyke
breaks, 12 fishers drowned is what we will read": the characters are there, the claim is not. The
words that turn a claim are data (`kzdata.evidence.triggers`); each has one or more reaches:

* `clause`: the figure that follows in what it governs ("denied that 12 ...");
* `word`: words for the outcome that follow at once ("12 did not drown", "may have drowned");
* `term`: the same, of words that deny nothing else ("nearly drowned");
* `figure`: the figure right behind it ("none of the 12", "nine rather than 12");
* `number`: the figure that is part of it ("fewer than the 12 first reported");
* `subject`: a figure of which it says that nobody did it ("no doctor has seen 12 dead");
* `against`: a figure that somebody told of what did not happen ("none drowned, though ... 12");
* `survived`: who was said to be dead ("12 were reported drowned; all are alive");
* `back`: what is said of a report, in which the figure stands ("Rumours of 12 drowned are false");
* `called`: the same, where somebody calls it that ("called reports of 12 drowned false");
* `after`: a remark that points back at it ("..., which is untrue"; "This was denied.");
* `soon`: the same, of words that only point back close behind it ("This was corrected to 9.");
* `remark`: the same, of the next sentence alone ("It was a hoax.");
* `event`: what is counted did not happen ("The 12 deaths never occurred");
* `annulled`: what was done to them is undone ("The charges against 12 men were dropped");
* `opening`: at a sentence's beginning, all of it ("If the dyke breaks, 12 will ...");
* `inverted`: the same, of words that begin a condition there alone ("Had the dyke broken, ...");
* `closing`: at its end ("12 will drown if ...");
* `question`: the sentence is one; `sentence`: wherever it stands in it;
* `corrected`: the sentence corrects an earlier one.

It is no parser: what it finds it can show, word by word, and what it does not know it lets pass.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kzdata.evidence.figures import extent
from kzdata.evidence.sentences import Place, sentence_at
from kzdata.evidence.triggers import GAP, Token, Trigger, tokens_of, triggers, turning_words

DENIALS = ("negation", "falsity")
"""Kinds of words by which a sentence says that something is not so."""
DOUBTS = ("condition", "modality", "plan", "rumour", "dispute")
"""Kinds of words by which it says that something only may be so, or is not agreed on."""
CORRECTION = "correction"
"""The kind of words by which it takes something back."""

_DISPUTE = "dispute"
_WINDOW = (
    600  # characters on either side of a passage at which a sentence is cut; five times that in all
)
_APART = ("corrected", "remark")  # reaches that lead out of a trigger's own sentence
_EARLY = 5  # words within which a statement may open with a remark on time
_AHEAD = 12  # words of the next sentence before what points back
_REMARK = 300  # code points of it that are read: these words, and what may follow them


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


def turning(text: str, core: Core) -> list[Trigger]:
    """The words of a claim's own sentence, and of a remark behind it, that turn it.

    Words that are part of the figure's own wording ("no more than 30") or of the terms for what
    happened ("is expected to") say the same as the claim, and turn nothing.
    """
    place = _window(text, core.place)
    found, behind = _triggers(text, *place), _remarks(text, core.place)
    if not found and not behind:
        return []
    sentence = _sentence(text, place, core)
    covering = [one for each in found for one in _covering(sentence, each)]
    left = _uncancelled([one for one in covering if not _own(text, core, one)])
    return [*left, *(one for one in behind if one.reach != "survived" or _died(sentence))]


def may_turn(text: str, place: Place) -> bool:
    """Whether the sentence of a passage, or the next one, has any words that could turn it."""
    found = _triggers(text, *_window(text, place))
    return any(one.reach not in _APART for one in found) or bool(_remarks(text, place))


def corrects(text: str, place: Place) -> Trigger | None:
    """The words by which a sentence corrects what was said before it, if there are any."""
    found = _triggers(text, *_window(text, place))
    return next((one for one in found if one.reach == "corrected"), None)


# ------------------------------------------------------------------------------ sentences


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


def _window(text: str, place: Place) -> Place:
    """The sentence of a passage, cut where it is very long."""
    first, last = sentence_at(text, *place)
    start = max(first, place[0] - _WINDOW)
    return start, min(last, place[1] + _WINDOW, start + 5 * _WINDOW)


# Several claims stand in one sentence, and several rules ask for it.
@lru_cache(maxsize=1024)
def _triggers(text: str, start: int, end: int) -> tuple[Trigger, ...]:
    found = triggers(tokens_of(text, start, end))
    # Elsewhere "had" and "were" begin no condition.
    return tuple(one for one in found if one.reach != "inverted" or one.first == 0)


def _remarks(text: str, place: Place) -> list[Trigger]:
    """Triggers of the next sentence of the paragraph that point back: "This was denied."."""
    _, end = sentence_at(text, *place)
    if end >= len(text) or {"\n", "\r"}.intersection(text[end - 1 : end + 2]):
        return []
    start, last = _window(text, (end, end + 1))
    window = start, min(last, start + _REMARK)
    most = {"after": _AHEAD, "soon": GAP - 1, "remark": 1, "survived": GAP}
    found = [one for one in _triggers(text, *window) if one.first <= most.get(one.reach, -1)]
    words = [one.word for one in tokens_of(text, *window)] if found else []
    return [one for one in found if _points_back(words, one)]


def _points_back(words: Sequence[str], one: Trigger) -> bool:
    """Whether nothing else is spoken of before what points back at the last sentence."""
    # "But this was denied."
    before = words[1 if words[0] in _stops("leading") else 0 : one.first]
    if one.reach == "survived":
        return bool(_stops("survivors").intersection(before))
    # "On Friday, this was denied", but "He left, which was denied".
    stops = _stops("apart") | ({","} if words[one.first] in _RELATIVE else set())
    return one.reach == "remark" or not stops.intersection(before)


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


# Asked of nearly every word.
@lru_cache(maxsize=64)
def _stops(*names: str) -> frozenset[str]:
    """The words of some lists of those that end a scope or lead it on."""
    held = turning_words().stops
    return held[names[0]].union(*(held[name] for name in names[1:]))


# ------------------------------------------------------------------------------ which ones count


def _covering(sentence: _Sentence, trigger: Trigger) -> Iterator[Trigger]:
    """A trigger that reaches the claim; what it only reaches by the way is in dispute."""
    if _given(sentence, trigger):
        return
    if _REACHES[trigger.reach](sentence, trigger):
        yield trigger
    elif trigger.reach == "clause" and _aside(sentence, trigger):
        yield trigger._replace(kind=_DISPUTE) if trigger.kind in DENIALS else trigger


def _given(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a sentence takes the claim for known: "If only the 12 who drowned had known"."""
    main = sentence.main
    definite = sentence.figured and sentence.words(max(0, main.start - 1), main.start) == ["the"]
    for said in sentence.said if definite else ():
        between = sentence.words(main.stop, said.start)
        apart = trigger.last <= main.start or trigger.first >= said.stop
        told = {*_RELATIVE, "that"}.intersection(between)
        if apart and told and not _stops("modal").intersection(between):
            return True
        if trigger.governs and not between and _names(sentence, said):
            return True
    return False


def _names(sentence: _Sentence, said: range) -> bool:
    """Whether words for what happened tell who is meant: "fear that the 12 missing are dead"."""
    word = sentence.tokens[said.start].word if said else ""
    return word.endswith("ed") or word in turning_words().classes["dead"]


def _own(text: str, core: Core, trigger: Trigger) -> bool:
    """Whether a trigger is part of the figure's wording, or of the terms for what happened."""
    # "is planning" of "planning to", but not the "arrest" of "no arrest of".
    if any(start <= trigger.start < end for start, end in core.said):
        return True
    start, end = extent(text, *core.figure) if core.figure else (0, 0)
    return start <= trigger.start and trigger.end <= end


def _uncancelled(found: Sequence[Trigger]) -> list[Trigger]:
    """Triggers without those that cancel each other: "denied that 12 had not drowned"."""
    denied = [one for one in found if (one.kind, one.reach) == ("falsity", "clause")]
    negated = [one for one in found if (one.kind, one.reach) == ("negation", "word")]
    if denied and negated and denied[0].first < negated[0].first:
        return [one for one in found if one not in (denied[0], negated[0])]
    return list(found)


# ------------------------------------------------------------------------------ what it governs


def _clause(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether what a trigger governs goes on as far as the figure."""
    return _governed(sentence, trigger) == _INSIDE


def _aside(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether the figure stands in a remark inside of what a trigger governs.

    "Officials denied that the town, where 12 drowned, was warned": nobody can tell whether the 12
    are denied as well.
    """
    return _governed(sentence, trigger) == _BESIDE


_INSIDE, _BESIDE, _OUTSIDE = range(3)


def _governed(sentence: _Sentence, trigger: Trigger) -> int:
    """Where the figure stands: inside of what a trigger governs, beside it, or outside."""
    if trigger.last > sentence.main.start:
        return _OUTSIDE
    begin = max(sentence.begin, trigger.last)
    following = sentence.words(begin, sentence.main.stop)
    words = _bare(sentence.words(trigger.last, begin))
    if not trigger.governs:
        thing, words, tells = _parted(words)
        if not _runs_on(thing, tells):
            return _OUTSIDE
        if not tells:
            return _INSIDE
        if _relative(words or following):
            return _OUTSIDE
    return _OUTSIDE if _closed(sentence, trigger, words) else _in_statement(words, following)


def _bare(words: list[str]) -> list[str]:
    """Words without a remark between commas at their beginning: "did not, as told, kill"."""
    return words[words.index(",", 1) + 1 :] if words[:1] == [","] and "," in words[1:] else words


def _parted(words: list[str]) -> tuple[list[str], list[str], bool]:
    """A thing, the statement with "that" that follows it, and whether there is one."""
    at = words.index("that") if "that" in words else len(words)
    return _without_last_remark(words[:at]), words[at + 1 :], at < len(words)


def _without_last_remark(thing: list[str]) -> list[str]:
    """A thing without a remark between commas at its end: "claims, without a source, that"."""
    if thing[-1:] != [","] or "," not in thing[:-1]:
        return thing
    return thing[: len(thing) - 2 - thing[-2::-1].index(",")]


def _relative(following: Sequence[str]) -> bool:
    """Whether a "that" before some words tells more of a thing, and begins no statement."""
    word = following[0] if following else ""
    return word in _stops("relative") or word.endswith("ed")


def _runs_on(thing: Sequence[str], tells: bool) -> bool:
    """Whether a mere thing goes on to its last word: "denied the union's claim"."""
    # "gave the number of dead as 12"
    thing = thing[:-1] if thing[-1:] == ["as"] else thing
    if _stops("clause", "loose").intersection(thing):
        return False
    speech = _stops("speech")
    if tells and (speech - turning_words().classes["report"]).intersection(thing):
        return False
    told = (at for at, word in enumerate(thing) if word in ("and", ","))
    ended = any(_ends_here(thing, at, _stops("lists")) for at in range(len(thing)))
    return not ended and not any(speech.intersection(thing[at + 1 : at + 4]) for at in told)


def _ends_here(words: Sequence[str], at: int, going_on: frozenset[str]) -> bool:
    """Whether a word is a comma that may end a scope: not behind the trigger, nor in a list."""
    return words[at] == "," and at > 0 and not going_on.intersection(words[at + 1 : at + 2])


def _closed(sentence: _Sentence, trigger: Trigger, words: Sequence[str]) -> bool:
    """Whether a comma ends the statement of a subordinate clause: "Though he denied that ..., 12".

    Two commas hold a remark between them.
    """
    going_on = _stops("lists") | {"and", "or", "with"}
    commas = sum(_ends_here(words, at, going_on) for at in range(len(words)))
    before = sentence.words(0, trigger.first)
    clause = before[len(before) - before[::-1].index(",") :] if "," in before else before
    word = [*clause, sentence.tokens[trigger.first].word][0]
    adjectives = _stops("negative") | turning_words().classes["false"]
    participle = word == "asked" or (word.endswith("ing") and word not in adjectives)
    return commas % 2 == 1 and (participle or bool(_stops("subordinate").intersection(clause)))


def _in_statement(words: Sequence[str], following: Sequence[str]) -> int:
    """Where what follows some words stands, of the statement that they begin.

    Commas do not end it, nor does a remark of time: "denied that, after the storm, 12 drowned".
    """
    words, place = [*_without_brackets(words)], _INSIDE
    for at, word in enumerate(words):
        if place == _BESIDE and word not in _stops("beside"):
            place = _INSIDE if word == "," else _BESIDE
        elif at and word in _stops("telling") and "," in words[max(0, at - 2) : at]:
            # "the town, where 12 drowned", but "the storm in which 12 drowned".
            place = _BESIDE
        elif _resumes(words, at):
            place = _BESIDE
        elif _leaves(words, at, following):
            return _OUTSIDE
    return place


def _resumes(words: Sequence[str], at: int) -> bool:
    """Whether a semicolon goes on with what is spoken of: "denied that ...; it has drowned 12"."""
    again = _stops("pronouns").intersection(words[at + 1 : at + 2])
    told = _stops("speech").intersection(words[at + 2 : at + 4])
    return words[at] == ";" and bool(again) and not told


def _without_brackets(words: Sequence[str]) -> Iterator[str]:
    """Words without what stands between brackets or between two dashes."""
    pairs = {"(": ")", "\u2013": "\u2013", "\u2014": "\u2014", "-": "-"}
    until = None
    for at, word in enumerate(words):
        if until:
            until = None if word == until else until
        elif pairs.get(word) in words[at + 1 :]:
            until = pairs[word]
        else:
            yield word


def _leaves(words: Sequence[str], at: int, following: Sequence[str]) -> bool:
    """Whether a word of a statement begins something that is no longer said in it."""
    word = words[at]
    if word in _stops("temporal"):
        return not _fronted(words, at, following)
    if word in ("and", ","):
        return _speaks(words, at)
    if word == "that":
        return at > 0 and words[at - 1] != "and" and _relative(words[at + 1 :] or following)
    ended = _stops("beside", "telling")
    return at > 0 and word in ended and words[at + 1 : at + 2] != ["of"]


def _fronted(words: Sequence[str], at: int, following: Sequence[str]) -> bool:
    """Whether a word of time begins no clause in which the figure stands.

    "in the hours after the storm, 12 drowned", "since 2018, 12 drowned", "as a result 12 drowned".
    """
    behind = [*words[at + 1 :], *following][:1]
    if at == 0 or behind == [","] or any(len(one) == 4 and one.isdecimal() for one in behind):
        return True
    if words[at] == "as":
        return not _stops("clausal").intersection(behind)
    opens = at <= _EARLY or "," in words[at - _EARLY : at]
    closes = words.index(",", at) if "," in words[at:] else None
    return opens and closes is not None and not "".join(words[closes + 1 :][:1]).endswith("ing")


def _speaks(words: Sequence[str], at: int) -> bool:
    """Whether words behind "and" or a comma begin another statement: "and said that"."""
    speech, behind = _stops("speech"), words[at + 1 :]
    if behind[:1] == ["and"]:
        return bool(speech.intersection(behind[1:4]))
    known = turning_words()
    while words[at] == "and" and behind and behind[0] in known.adverbs | known.classes["has"]:
        behind = behind[1:]
    return bool(speech.intersection(behind[:1]))


# ------------------------------------------------------------------------------ words and figures


def _word(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether the words for what happened follow a trigger at once."""
    if _term(sentence, trigger):
        return True
    # Where no term of the sentence says what happened, its verb does: "12 fishers did not return".
    between = sentence.words(sentence.main.stop, trigger.first)
    near = sentence.main.stop <= trigger.first and len(between) <= GAP
    return not sentence.said and near and not _stops("phrase").intersection(between)


def _term(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a term for what happened, or the claim's passage, follows a trigger at once."""
    return any(_follows(sentence, trigger, one) for one in sentence.said or (sentence.main,))


def _follows(sentence: _Sentence, trigger: Trigger, said: range) -> bool:
    between = _bare(sentence.words(trigger.last, said.start))
    if trigger.last > said.start or _stops("phrase").intersection(between):
        return False
    # "12 who did not drown", but "12 who never learned to swim drowned".
    before = sentence.words(max(0, trigger.first - GAP), trigger.first)
    if _RELATIVE.intersection(before) or "that" in before[-2:]:
        return _stops("auxiliary").issuperset(between)
    # "may have caused 12 deaths", but "did not apologise for the 12 deaths".
    if sentence.figured and trigger.last <= sentence.main.start < said.start:
        ahead = _bare(sentence.words(trigger.last, sentence.begin))
        return _stops("causing").issuperset(ahead) or _denies_object(trigger, ahead)
    return len(between) <= GAP


def _denies_object(trigger: Trigger, ahead: Sequence[str]) -> bool:
    """Whether words between a negation and a figure are but a verb: "has not received 12 dead"."""
    other = _stops("no_object", "presuming").intersection(ahead)
    denies = (trigger.kind, trigger.reach) == ("negation", "word")
    return denies and len(ahead) <= 2 and not other


_RELATIVE = frozenset({"who", "whom", "whose", "which"})


def _figure(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a trigger stands right before the figure."""
    between = sentence.words(trigger.last, sentence.main.start)
    near = trigger.last <= sentence.main.start and len(between) <= 2
    return sentence.figured and near and _stops("between").issuperset(between)


def _number(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether the figure is part of a trigger."""
    within = trigger.first <= sentence.main.start < trigger.last
    return sentence.figured and within


def _subject(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether the figure is the object of a statement whose subject is nobody."""
    before = sentence.words(0, trigger.first)
    between = sentence.words(trigger.last, sentence.begin)
    begins = not before or before[-1] in _stops("beginning")
    verbal = len(between) > 1 and between[-1] not in _stops("no_object")
    plain = trigger.last <= sentence.begin and not _stops("phrase").intersection(between)
    return sentence.figured and begins and verbal and plain


def _against(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a figure is only what somebody told of what a sentence says did not happen."""
    if not sentence.figured or not _clause(sentence, trigger):
        return False
    before = sentence.words(max(0, trigger.first - _AHEAD), trigger.first)
    told = not sentence.said or any(one.stop <= trigger.first for one in sentence.said)
    return told and bool(_stops("negative").intersection(before))


def _survived(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether those who were said to be dead are said to live."""
    before = sentence.words(max(sentence.main.stop, trigger.first - GAP), trigger.first)
    behind = trigger.first >= sentence.main.stop and _stops("survivors").intersection(before)
    return bool(behind) and _died(sentence)


def _died(sentence: _Sentence) -> bool:
    """Whether the claim is that somebody died."""
    said = [word for one in sentence.said for word in sentence.words(one.start, one.stop)]
    near = sentence.words(sentence.main.stop, sentence.main.stop + _AHEAD)
    return bool(_stops("death").intersection(said or near))


# ------------------------------------------------------------------------------ remarks


def _back(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a trigger is said of a report in which the claim stands."""
    stops, main = _stops("subject"), sentence.main
    between = sentence.words(main.stop, trigger.first)
    if trigger.first < main.stop or stops.intersection(between) or _asks(between[-1:]):
        return False
    before = sentence.words(0, main.start)
    subjects = turning_words().classes["subject"]
    reports = [at for at, word in enumerate(before) if word in subjects]
    held = any(not stops.intersection(before[at:]) and _tells(before[at:]) for at in reports)
    # "The deaths of 12 have been denied": what happened is itself what was reported.
    named = any(one.stop <= main.start for one in sentence.said)
    told = before[:1] in (["that"], ["what"])
    return held or named or told or _quoted(sentence, trigger)


def _quoted(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a quotation ends right before a trigger: "“12 drowned” is a lie"."""
    before = sentence.text[sentence.tokens[0].start : trigger.start].rstrip()
    return before[-1:] in ('"', "\u201d", "\u00bb")


def _called(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether somebody calls such a report something: "called the report of 12 dead false"."""
    calling = _stops("calling").intersection(sentence.words(0, sentence.main.start))
    between = sentence.words(sentence.main.stop, trigger.first)
    reason = _stops("reason").intersection(between)
    return bool(calling) and not reason and _back(sentence, trigger)


def _asks(words: Iterable[str]) -> bool:
    return bool(_stops("anaphor").intersection(words))


def _tells(words: Sequence[str]) -> bool:
    """Whether a report goes on with what it says: "rumours of", "the claim by him that"."""
    # "the claim, spread by a paper, that"
    return bool(_stops("tells").intersection(_bare([*words[1:]])[:4]))


def _after(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a remark points back at the claim, and not at who denies something else."""
    between = sentence.words(sentence.main.stop, trigger.first)
    return trigger.first >= sentence.main.stop and not _asks(between)


def _event(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether what is counted is said not to have happened."""
    last = max([sentence.main.stop, *(said.stop for said in sentence.said)])
    between = sentence.words(last, trigger.first)
    return trigger.first >= last and not _stops("phrase").intersection(between)


def _annulled(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether what was done to those who are counted is undone: "The charges against 12 ..."."""
    named = any(one.stop <= sentence.main.start for one in sentence.said)
    between = sentence.words(sentence.main.stop, trigger.first)
    behind = trigger.first >= sentence.main.stop
    return named and behind and not _stops("phrase").intersection(between)


# ------------------------------------------------------------------------------ whole sentences


def _opening(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a sentence or a statement in it begins with a condition."""
    before = sentence.words(0, trigger.first)
    begins = not before or before[-1] in _stops("beginning")
    between = sentence.words(trigger.last, sentence.main.start)
    ended = (
        (word == ";" and not _resumes(between, at))
        or (word == "because" and between[at + 1 : at + 2] != ["of"])
        for at, word in enumerate(between)
    )
    return begins and trigger.last <= sentence.main.start and not any(ended)


def _closing(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a condition follows that the claim hangs on: behind a comma, or "will ... if"."""
    main = sentence.main
    words = sentence.words(max(0, main.start - 6), trigger.first)
    hangs = words[-1:] == [","] or bool(_stops("modal").intersection(words))
    return trigger.first >= main.stop and hangs and not {";", "but"}.intersection(words)


def _question(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether the claim is asked, not said."""
    between = sentence.words(sentence.main.stop, trigger.first)
    return trigger.first >= sentence.main.stop and not {",", ";", "but"}.intersection(between)


def _anywhere(sentence: _Sentence, trigger: Trigger) -> bool:
    """Whether a trigger and the claim stand in one part of the sentence."""
    first, last = sorted([trigger.first, sentence.main.start])
    return not {";", "but"}.intersection(sentence.words(first, last))


def _nowhere(_sentence: _Sentence, _trigger: Trigger) -> bool:
    """No claim of a sentence is reached by what that says of another one."""
    return False


_REACHES: dict[str, Callable[[_Sentence, Trigger], bool]] = {
    "clause": _clause,
    "word": _word,
    "term": _term,
    "figure": _figure,
    "number": _number,
    "subject": _subject,
    "against": _against,
    "survived": _survived,
    "back": _back,
    "called": _called,
    "after": _after,
    "soon": _after,
    "event": _event,
    "annulled": _annulled,
    "opening": _opening,
    "inverted": _opening,
    "closing": _closing,
    "question": _question,
    "sentence": _anywhere,
    "remark": _nowhere,
    "corrected": _nowhere,
}
