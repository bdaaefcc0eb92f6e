"""Rules that read the words around a figure: whether they count, and what they count.

Asked with the articles' texts at hand, of tables with `kzdata:figure` and `kzdata:claims`. What a
claim counts, `kzdata.validation.counted` says.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kzdata.evidence.once import once_a_package
from kzdata.evidence.sentences import sentence_at
from kzdata.validation.counted import Counted, Vocabulary, counted, vocabulary, words_of
from kzdata.validation.evidence_tables import Model
from kzdata.validation.rule import Articles, Violation, rule

_OWN_SENSES = {"clock_time": {"time"}, "ordinal": {"ordinal"}, "multiple": {"times", "percentage"}}
"""What a figure of some qualifiers is by its own form."""


@once_a_package
def _found(model: Model, texts: Articles) -> dict[str, list[Violation]]:
    """What all rules of this module find: each number is read once, not by each of them."""
    found: dict[str, list[Violation]] = {name: [] for name in _TESTS}
    for claim in counted(model, model.understood(texts)):
        for name, test in _TESTS.items():
            if words := test(model, claim, texts[claim.source]):
                found[name].append(_violation(claim, words, name))
    return found


def _violation(claim: Counted, found: str, name: str) -> Violation:
    what = "a count of" if name == "figure_not_a_count" else "words that count"
    expected = f"{what} {claim.about}"
    return Violation(claim.table.name, claim.row, claim.column, found, expected)


# ------------------------------------------------------------------------------ rules


@rule(
    "text",
    "take the number that counts, or name in the unit what the words measure",
    declared=("kzdata:figure", "kzdata:claims", "kzdata:edges"),
)
def figure_not_a_count(model: Model, texts: Articles) -> Iterator[Violation]:
    """The number of a claim is no percentage, money, measure, time, date, ordinal, age or name.

    Unless the claim's unit or subject says so: "km", "USD", "% of the vote", a calendar year. "A
    12-hour storm", "on January 5", "15% of fishers", "the COVID-19 ward", "aged 34". It deceives
    because each of these reads as a number that stands near the words "killed" or "fishers".
    """
    yield from _found(model, texts)["figure_not_a_count"]


def _not_a_count(model: Model, claim: Counted, text: str) -> str:
    """What the number of a claim is instead of a count; empty where it counts."""
    from kzdata.evidence import counting

    number = counting.sense(text, claim.start, claim.end)
    if claim.qualifier == "unquantified" or number.sense in ("count", *_said(claim)):
        return ""
    return f"{counting.SENSES[number.sense]}: {number.words}"


def _said(claim: Counted) -> set[str]:
    """The senses that a claim itself names, by its unit and subject or by its figure's form."""
    from kzdata.evidence import counting, nouns

    own = _OWN_SENSES.get(claim.qualifier or "", set())
    if claim.people:
        return own if claim.qualifier == "multiple" else set()
    subject = counting.said(claim.cells.get("subject", ""))
    # What is a year is no ordinal, whatever its figure looks like.
    own = own if not subject or own & subject else set()
    # A rate or an index has fractions, boats have none.
    whole = set() if claim.kind not in (None, nouns.THING) else {"fraction"}
    return own | subject | counting.said(claim.unit) | whole


@rule(
    "text",
    "name what the words count, or take the number that counts it",
    declared=("kzdata:figure", "kzdata:claims", "kzdata:edges"),
)
def figure_counts_another(model: Model, texts: Articles) -> Iterator[Violation]:
    """The noun that follows a number is no other thing than what the claim counts.

    Where it is certain: "more than 40 boats were lost" counts no fishers, "12 police officers" no
    soldiers where the vocabulary (codebook, aliases, keys) knows both. A part, a whole, an overlap
    of what the claim counts, a noun that nothing is known of, and none at all ("8 were killed",
    "400 of them") are no findings. It deceives because number and outcome are both right, and only
    what they are said of is exchanged.
    """
    yield from _found(model, texts)["figure_counts_another"]


def _another(model: Model, claim: Counted, text: str) -> str:
    """The words that count another thing than a claim does; empty where none do for certain."""
    from kzdata.evidence import counting

    number = counting.sense(text, claim.start, claim.end)
    if number.sense == "measure":
        said, printed = counting.measured(claim.unit), counting.measured(number.words)
        return number.words if said and printed and said != printed else ""
    if number.sense != "count" or claim.text.lower() == "no":
        return ""
    noun = counting.noun_of(text, claim.start, claim.end)
    if not noun.head or _names_own(noun, claim):
        return ""
    if claim.people:
        return _other_people(noun, claim, text, _vocabulary(model, claim, "population"))
    if claim.unit:
        return _other_unit(noun, claim, text, _vocabulary(model, claim, "unit"))
    return _no_number_of(noun, claim)


def _vocabulary(model: Model, claim: Counted, part: str) -> Vocabulary:
    """How the values of a part of a claim are called."""
    return vocabulary(model, claim.table, getattr(claim.declared, part))


def _names_own(noun: Any, claim: Counted) -> bool:
    """Whether a noun phrase ends with a word of what the claim counts."""
    return words_of(noun.words[-1])[-1] in words_of(claim.unit or claim.population)


def _other_people(noun: Any, claim: Counted, text: str, known: Vocabulary) -> str:
    """A noun phrase that names other people than a claim counts, or no people."""
    from kzdata.evidence import nouns

    words, own = tuple(map(nouns.singular, noun.words)), claim.population
    called, found = known.called(words), nouns.kind(noun.head)
    if own and any(other == own or known.related(own, other) for other in called):
        return ""
    if found == claim.kind and {words[-1], own} & nouns.GENERIC:
        return ""
    apart = bool(found and claim.kind and found != claim.kind)
    # "Widows of fishers", "boots of fishers"; but "members of the police".
    thing = not (found or nouns.may_be_person(noun.head) or words[-1] in nouns.OF_PEOPLE)
    owned = (thing or words[-1] in nouns.KIN) and _of_own(noun, claim, text, own, known)
    return _told(noun, called or {found or own}) if apart or owned or (called and own) else ""


def _other_unit(noun: Any, claim: Counted, text: str, known: Vocabulary) -> str:
    """A noun phrase that names another unit than a claim does, or what the unit belongs to."""
    from kzdata.evidence import counting, nouns

    words, own = tuple(map(nouns.singular, noun.words)), claim.unit
    called, found, expected = known.called(words), nouns.kind(noun.head), claim.kind
    if own in called or (found == expected and {words[-1], own} & nouns.GENERIC):
        return ""
    if _of_own(noun, claim, text, own, known) or (found and counting.measured(own)):
        return _told(noun, {found} if found else called or {own})
    # Of no kind in particular: it may be what the other means.
    if nouns.THING in (found, expected):
        return ""
    apart = bool(found and expected and found != expected)
    return _told(noun, called or {found}) if apart or (called and not found) else ""


def _no_number_of(noun: Any, claim: Counted) -> str:
    """A noun phrase that a claim cannot count whose subject is a time, a year or the like."""
    from kzdata.evidence import counting, nouns

    senses, kind = counting.said(claim.cells.get("subject", "")), nouns.kind(noun.head)
    return _told(noun, {kind}) if senses and kind else ""


def _of_own(noun: Any, claim: Counted, text: str, own: str, known: Vocabulary) -> bool:
    """Whether what the claim counts only says whose the counted things are: "boats of fishers"."""
    from kzdata.evidence import counting

    first, last = counting.owner(text, noun.end)
    return bool(own) and any(own in one.values for one in known.mentions(text, first, last))


def _told(noun: Any, called: Iterable[str | None]) -> str:
    return f"{noun}: {', '.join(sorted(filter(None, called)))}"


@rule(
    "text",
    "claim the wider population, or say in a note of an inferred receipt why it is the narrower",
    severity="warning",
    source="advice for packages that declare `kzdata:claims`: docs/methodology.md",
    declared=("kzdata:figure", "kzdata:claims", "kzdata:edges"),
)
def figure_counts_whole(model: Model, texts: Articles) -> Iterator[Violation]:
    """The noun that follows a number is not a whole of which the claim counts a part.

    "1,000 people were hurt" counts no police officers, unless its sentence names them, or the
    population is inferred, with a note. A warning, because a sentence before may have narrowed the
    words. It deceives because each part is within its whole, so that nothing contradicts.
    """
    yield from _found(model, texts)["figure_counts_whole"]


def _whole(model: Model, claim: Counted, text: str) -> str:
    """The noun phrase that names a whole of which a claim counts a part."""
    from kzdata.evidence import counting

    concluded = claim.declared.population in claim.concluded
    if not claim.population or claim.unit or concluded:
        return ""
    known = _vocabulary(model, claim, "population")
    noun = counting.phrase(text, claim.end)
    wider = noun.head and _is_whole(noun, claim, known)
    return str(noun) if wider and not _named_near(text, claim, known) else ""


def _is_whole(noun: Any, claim: Counted, known: Vocabulary) -> bool:
    """Whether a noun phrase names people in general, or what the claim's population is part of."""
    from kzdata.evidence import nouns

    words = tuple(map(nouns.singular, noun.words))
    called = known.called(words)
    anybody = words[-1] == "person" and words[-1] not in words_of(claim.population) and not called
    above = called and all(known.above(claim.population, one) for one in called)
    return bool(above or anybody)


def _named_near(text: str, claim: Counted, known: Vocabulary) -> bool:
    """Whether the sentence of a figure names the claim's population, or a part of it.

    What goes with another figure of the sentence names it not.
    """
    from kzdata.evidence import clauses

    sentence = clauses.read(text, *sentence_at(text, claim.start, claim.end))
    number = sentence.at((claim.start, claim.end))
    for place, values in known.mentions(text, sentence.first, sentence.last):
        own = any(x == claim.population or known.above(x, claim.population) for x in values)
        figures = sentence.going_with(place) if own else None
        if figures is not None and (not figures or number is None or number in figures):
            return True
    return False


@rule(
    "text",
    "leave the figure empty, or take the words that give a number",
    declared=("kzdata:figure", "kzdata:claims", "kzdata:edges"),
)
def figure_no_number(model: Model, texts: Articles) -> Iterator[Violation]:
    """The words "a", "no" and "one" are figures only before what the claim counts.

    "A fisher drowned", "no looting cases", "one of the soldiers", "one was killed" count; "a
    statement was given", "no reason was given", "one of the ministries", "on the one hand" do not.
    It deceives because the words stand in every sentence: a claim of one, or of none, fits any.
    """
    yield from _found(model, texts)["figure_no_number"]


def _no_number(model: Model, claim: Counted, text: str) -> str:
    """The words "a", "no" or "one" of a claim with those after them, where they count nothing."""
    from kzdata.evidence import counting

    if not counting.is_word_like_a(claim.text) or not (claim.people or claim.unit):
        return ""
    words = counting.words_counted_by_one(text, claim.end)
    bare = claim.people and not words and claim.text.lower() not in ("a", "an", "no")
    fits = bare or _fits(words, claim, _vocabulary(model, claim, "population"))
    if fits and not counting.no_number(text, claim.start, claim.end):
        return ""
    return f"{claim.text} {' '.join(words)}".strip()


def _fits(words: Iterable[str], claim: Counted, known: Vocabulary) -> bool:
    """Whether some words may name what the claim counts: its unit, or a person."""
    from kzdata.evidence import nouns

    if not claim.people:
        return bool({nouns.singular(word) for word in words} & {*words_of(claim.unit)})
    own = {
        word for term, values in known.terms.items() if claim.population in values for word in term
    } - {"and", "of", "the"}
    words = list(words)
    # "A Briton", "no Americans": a name alone.
    named = len(words) == 1 and words[0][:1].isupper() and not nouns.kind(words[0])
    aged = any(re.search(r"-olds?\Z", word) for word in words)
    return named or aged or any(nouns.singular(w) in own or nouns.may_be_person(w) for w in words)


_TESTS: dict[str, Callable[[Model, Counted, str], str]] = {
    "figure_not_a_count": _not_a_count,
    "figure_counts_another": _another,
    "figure_counts_whole": _whole,
    "figure_no_number": _no_number,
}
"""By rule, the words of an article's text that break it for a figure; empty where none do."""
