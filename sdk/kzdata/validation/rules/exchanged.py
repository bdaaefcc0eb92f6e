"""A rule about sentences with two claims: whose words stand with whose figure.

Receipts are looked for in the claim's own sentence. Where that has several figures, each of its
words is in the sentence of all of them, so that the words of one would carry the figure of another.
Which words go with which figure, `kzdata.evidence.clauses` says.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from kzdata.errors import DateError
from kzdata.evidence import dates
from kzdata.evidence.intervals import window
from kzdata.evidence.sentences import sentence_at
from kzdata.validation.counted import (
    Counted,
    Mention,
    Vocabulary,
    claimed,
    columns_of,
    vocabulary,
)
from kzdata.validation.evidence_tables import Model
from kzdata.validation.rule import Articles, Violation, rule

if TYPE_CHECKING:
    from kzdata.evidence.clauses import Sentence

# Patterns, which are compiled when a text is read.
_pattern = cache(re.compile)
# What the words of a part must look like: the place where something happened, not any place named.
_AT = r"(?i)\b(?:in|at|near|off|outside|around|across|throughout|city of) (?:the )?\Z"
_WAY = r"(?i)\b(?:of|to|from|into|towards?|via|for) (?:the )?\Z"
# In front of people whom the figure does not count: "hurt by soldiers", "clashes with protesters".
_OBLIQUE = (
    r"(?i)\b(?:with|by|against|between|from|to|for|near|on|over|at|toward|towards|when|because"
    r"|after|since|until|fleeing|fighting|facing|battling)"
    r" (?:(?:the|a|an|some|armed|angry|local|unknown) )*\Z"
)
# Who is named says something: "the harbour master spoke of 12 dead, the coastguard of 20".
_SAID = r"(?i)\b(?:according to|said|says|say|told|reported|by|citing|quoting) (?:the )?\Z"
_SAYS = (
    r"(?i)(?:,[^,]{1,60},)?(?: \w+){0,2}? (?:said|says|say|spoke|speaks|reported|reports|puts?"
    r"|counts|counted|claims|claimed|announced|confirmed|confirms|gave|gives|cited|cites|lists"
    r"|listed|of)\b"
)
_MONTH = dates.PRINTED_MONTH
_DAY = (
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|[Yy]esterday|[Tt]oday"
    rf"|{_MONTH} [0-9]{{1,2}}(?:,? [0-9]{{4}})?|[0-9]{{1,2}} {_MONTH}(?: [0-9]{{4}})?"
    rf"|{_MONTH} [0-9]{{4}}|(?:in|In) {_MONTH}|[12][0-9]{{3}})\b"
)
# What follows a figure without a noun of its own.
_OTHERS = (
    r"(?i)(?: (?:more|others?|further))?(?= (?:was|were|is|are|have|had|has|suffered|died)\b"
    r"| others?\b)"
)
_NEAR = 70  # code points beside a term that are looked at


class Found(NamedTuple):
    """Words of a sentence that stand for values of a column."""

    place: tuple[int, int]
    own: bool  # whether they can mean the claim's value
    figures: frozenset[int]  # those with which they go, by number
    happened: bool = False  # whether they tell what happened to what is counted
    aside: bool = False  # whether they name whom the figures do not count: "clashes with them"


@rule(
    "text",
    "take the figure that stands with these words, or the words that stand with the figure",
    declared=("kzdata:figure", "kzdata:claims", "kzdata:edges"),
)
def figure_nearer_another(model: Model, texts: Articles) -> Iterator[Violation]:
    """The words of a claim do not go with another figure of its sentence.

    "Eight officers were killed and 317 others were wounded" holds all words for 317 killed. Where
    the claim's term goes with another figure, and the claim's own figure with a term of another
    category (of the outcome, the population, the unit, the state, the place, the speaker or the
    day), the two are exchanged. Only where it is certain: a term that several figures share ("12
    soldiers and 4 protesters died"), a part of a whole ("of 30 hurt, 12 died") and cells that are
    inferred are no findings. It deceives because each word is in the passage, and only the
    sentence says which belongs to which.
    """
    for sentence, number, claim in _in_sentences(model, texts):
        for name, value, found in told(model, claim, sentence):
            if other := _nearer(sentence, number, found):
                words = claim.text or sentence.text[claim.start : claim.end]
                shown = f"{words} stands with {sentence.text[slice(*other)]!r}"
                yield Violation(claim.table.name, claim.row, name, shown, f"words for {value}")


def _in_sentences(model: Model, texts: Articles) -> Iterator[tuple["Sentence", int, Counted]]:
    """The claims whose sentence has several, with the number of each in its sentence.

    A claim that counts nothing goes by its place beside those of the table's other claims.
    """
    from kzdata.evidence import clauses

    def where(claim: Counted) -> tuple[str, str, tuple[int, int]]:
        place = sentence_at(texts[claim.source], claim.start, claim.end)
        return claim.table.name, claim.source, place

    for (_, source, place), group in groupby(claimed(model, model.understood(texts)), where):
        if place[1] - place[0] > clauses.MOST:
            continue
        claims = list(group)
        if len(claims) == 1 and not clauses.several(texts[source], *place):
            continue
        counts = clauses.read(texts[source], *place)
        others = clauses.beside(texts[source], *place, ((c.start, c.end) for c in claims))
        for claim in claims:
            numbers = ((one, one.at((claim.start, claim.end))) for one in (counts, others))
            sentence, number = next((s, n) for s, n in numbers if n is not None)
            if len(sentence.figures) > 1:
                yield sentence, number, claim


def told(
    model: Model, claim: Counted, sentence: "Sentence"
) -> Iterator[tuple[str, str, list[Found]]]:
    """The columns of a claim with their values, and the terms of each in a sentence.

    Without those whose cells are concluded.
    """
    schema = claim.table.schema
    for part, name in columns_of(schema).items():
        if part in claim.cells and name not in claim.concluded:
            yield name, claim.cells[part], _terms(model, claim, part, name, sentence)
    for days in schema.dates[:1]:
        if claim.days[0] and days.start not in claim.concluded:
            yield days.start, claim.days[0], _days(claim, sentence)


def _terms(model: Model, claim: Counted, part: str, name: str, sentence: "Sentence") -> list[Found]:
    """The terms of a column in a sentence, each with the figures that it goes with."""
    known, value = vocabulary(model, claim.table, name), claim.cells[part]
    found = []
    for mention in known.mentions(sentence.text, sentence.first, sentence.last):
        # Of "Norwegian sailors" the first word tells whose they are, wherever they are sent.
        adjective = _adjective(known, sentence.text, mention) if part == "country" else None
        place, values = adjective or mention
        own = any(one == value or known.related(value, one) for one in values)
        # Of all whom a key leads to, most are never a country, or speak.
        if part in ("country", "claimant") and known.used and not (own or values & known.used):
            continue
        before = sentence.text[max(sentence.first, place[0] - _NEAR) : place[0]]
        after = sentence.text[place[1] : min(sentence.last, place[1] + _NEAR)]
        aside = part == "population" and bool(_pattern(_OBLIQUE).search(before))
        apt = not aside and bool(adjective or _apt(part, before, after))
        figures = sentence.going_with(place, said=part == "claimant") if apt else frozenset()
        found.append(Found(place, own, figures, part in ("outcome", "state"), aside))
    return found + (_unknown(sentence, found) if part == "population" else [])


def _adjective(known: Vocabulary, text: str, mention: Mention) -> Mention | None:
    """The first words of a longer name that stand for a value that the column has."""
    (first, last), values = mention
    space = text.rfind(" ", first, last)
    if values & known.used or space < 0:
        return None
    return next((x for x in known.mentions(text, first, space) if x.values & known.used), None)


def _unknown(sentence: "Sentence", known: Sequence[Found]) -> list[Found]:
    """The people whom figures count by a noun that no term names: "40 miners and no fishers"."""
    from kzdata.evidence import counting, nouns

    found = []
    for number, (start, end) in enumerate(sentence.figures):
        noun = counting.phrase(sentence.text, end)
        named = any(one.place[0] < noun.end and start < one.place[1] for one in known)
        person = nouns.kind(noun.head) == nouns.PERSON if noun.head else False
        if person and not named and nouns.singular(noun.head) not in nouns.GENERIC | nouns.KIN:
            found.append(Found((end, noun.end), False, frozenset({number})))
    return found


def _apt(part: str, before: str, after: str) -> bool:
    """Whether the words beside a term let it tell of a figure."""
    if part == "place":
        return bool(_pattern(_AT).search(before))
    if part == "country":  # which is a place, too: "exercises in Tajikistan"
        return not (_pattern(_AT).search(before) or _pattern(_WAY).search(before))
    return part != "claimant" or bool(
        _pattern(_SAID).search(before) or _pattern(_SAYS).match(after)
    )


def _days(claim: Counted, sentence: "Sentence") -> list[Found]:
    """The days that a sentence names, each with the figures that it goes with."""
    first, last, precision = claim.days
    spoken, meant = _day(claim.day), window(_day(first), _day(last), precision)
    found = []
    for named in (
        _pattern(_DAY).finditer(sentence.text, sentence.first, sentence.last) if meant else ()
    ):
        days = _resolved(named.group(), spoken) if spoken else None
        if meant and days and days.start and days.end:
            own = days.start <= meant[1] and meant[0] <= days.end
            found.append(Found(named.span(), own, sentence.going_with(named.span())))
    return found


def _day(text: str | None) -> date | None:
    """A day in its plain form; None where it is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _resolved(wording: str, spoken: date) -> dates.DateInterval | None:
    try:
        return dates.resolve(wording, spoken)
    except DateError:
        return None


def _nearer(sentence: "Sentence", number: int, found: Sequence[Found]) -> tuple[int, int] | None:
    """The other term that a figure goes with, while all its own go with other figures."""
    whole = sentence.wholes.get(number, number)
    own = [one for one in found if one.own]
    # A term that goes with no figure may be shared by all of them.
    shared = any(not one.figures and not one.aside for one in own)
    if not own or shared or any({number, whole} & one.figures for one in own):
        return None
    stands_for = _stands_for(sentence, number) if all(one.aside for one in own) else number
    others = (x.place for x in found if not x.own and {number, stands_for} & x.figures)
    parts = (n for x in own for n in x.figures if sentence.wholes.get(n) == number and x.happened)
    part = next(parts, None)
    return next(others, sentence.figures[part] if part is not None else None)


def _stands_for(sentence: "Sentence", number: int) -> int:
    """The figure whose noun a figure without one shares: "eight wardens and another 31 were"."""
    last = sentence.figures[number][1]
    return number - 1 if number and _pattern(_OTHERS).match(sentence.text, last) else number
