"""The figure grammar: from the printed wording of a number to an interval and a qualifier.

One grammar, used by the validator, the SDK and the authors of the data. It covers what news
prose prints: cardinals in digits and words, qualified numbers ("more than 1,000"), ranges, vague
words ("dozens"), ordinals, multiples, clock times, and statements that no number is given.

Three rules hold throughout:

* The printed number is stored. Nothing is estimated, rounded or averaged: what "dozens" counts
  for is a policy chosen by whoever asks, so a vague wording has no bounds here.
* A wording holds the number alone. Units, nouns, "another" and "more" stay outside it.
* A wording is read whole or not at all. Whatever the grammar does not know is a `FigureError`.

Numbers are `decimal.Decimal` and exact at any length that a wording can have; no float is used.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Context, Decimal, Inexact
from functools import lru_cache
from typing import NamedTuple

from kzdata.errors import FigureError
from kzdata.evidence.wordings import any_of, numbered, ordinal_ending, spellings, tidy, widest

MAX_WORDING = 200  # longest wording, in code points, that `parse` looks at

QUALIFIERS = (
    *("exact", "more_than", "at_least", "at_most", "less_than", "approximately", "range"),
    *("vague", "ordinal", "multiple", "clock_time", "unquantified"),
)
"""Every qualifier that `parse` returns."""


class Figure(NamedTuple):
    """What a wording says: bounds in the unit of the claim, and how it says them.

    Attributes:
        low: Lower bound as printed; None when the wording gives none.
        high: Upper bound as printed; None when the wording gives none.
        qualifier: One of `QUALIFIERS`. It tells an open bound ("more than 10": `more_than`, 10
            itself excluded) from a closed one ("at least 10": `at_least`, 10 included).
    """

    low: Decimal | None
    high: Decimal | None
    qualifier: str


class NumberToken(NamedTuple):
    """A digit run or number word in a text: `text[start:end] == token`, in code points."""

    start: int
    end: int
    token: str


# ------------------------------------------------------------------------------ vocabulary


_ONES = numbered("one two three four five six seven eight nine", 1)
_TEENS = numbered(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 10
)
_TENS = numbered("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
_SCALES = {"trillion": 10**12, "billion": 10**9, "million": 10**6, "thousand": 10**3}
_COUNTS = {**_SCALES, "hundred": 100, "dozen": 12, "score": 20}

_IRREGULAR_ORDINALS = {
    **{"first": "one", "second": "two", "third": "three", "fifth": "five", "eighth": "eight"},
    **{"ninth": "nine", "twelfth": "twelve"},
}
_ORDINALS = _IRREGULAR_ORDINALS | {
    (word[:-1] + "ieth" if word.endswith("y") else word + "th"): word
    for word in (*_ONES, *_TEENS, *_TENS, *_SCALES, "hundred")
    if word not in _IRREGULAR_ORDINALS.values()
}

_QUALIFIER_OF = spellings(
    ("more than|over|in excess of|above|upwards of|just over|well over", "more_than"),
    ("upward of|well above|slightly more than|slightly over|a little over", "more_than"),
    ("at least|no fewer than|no less than|not less than|not fewer than|a minimum of", "at_least"),
    ("as few as", "at_least"),
    ("up to|at most|no more than|not more than|a maximum of|as many as", "at_most"),
    ("less than|fewer than|under|below|just under|just short of|not quite|well under", "less_than"),
    ("barely|scarcely|hardly|virtually|practically|somewhere around", "approximately"),
    ("about|around|roughly|some|nearly|almost|approximately|circa|close to", "approximately"),
    ("an estimated|estimated", "approximately"),
    ("exactly|precisely", "exact"),
)
_SUFFIXES = spellings(
    (" or more|+| at least| at the least| at the very least|-plus", "at_least"),
    (" or fewer| or less| at most| at the most", "at_most"),
    (" or so| or thereabouts| more or less|-odd", "approximately"),
)
# Before a number they may say where something is, or what a thing is about: "over two walls".
_PREPOSITIONS = frozenset(
    "over|under|above|below|about|around|close to|just over|just under|well over|well above"
    "|well under|just short of|slightly over|a little over".split("|")
)
_MULTIPLES = spellings(
    ("half|a half|one half|halved", Decimal("0.5")),
    ("a quarter|one quarter", Decimal("0.25")),
    ("three quarters|three-quarters", Decimal("0.75")),
    ("once", Decimal(1)),
    ("double|doubled|doubling|twice|twofold", Decimal(2)),
    ("triple|tripled|tripling|treble|thrice", Decimal(3)),
    ("quadruple|quadrupled", Decimal(4)),
)
# A number only where they are the whole wording: there is no "both million".
_WHOLE = spellings(("no|none|not a single", 0), ("single|a single", 1), ("both|a pair", 2))
_LETTERS = {"zero": 0, "a": 1, "an": 1}

_SMALL = rf"(?:(?:{any_of(_TENS)})(?:[- ](?:{any_of(_ONES)}))?|{any_of(_TEENS)}|{any_of(_ONES)})"
_GROUP = rf"(?:(?P<hundreds>{any_of(_ONES)}|{any_of(_TEENS)}) hundred(?:(?: and)? (?={_SMALL}))?)?"
_GROUP_RE = rf"{_GROUP}(?P<small>{_SMALL})?"
_DIGITS_RE = r"(?:0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)(?:\.[0-9]+)?"
_QUALIFIED_DIGITS_RE = rf"(?:(?P<prefix>{any_of(_QUALIFIER_OF)}) )?(?P<number>{_DIGITS_RE})"
_COUNTED_RE = rf"(?P<count>.+) (?P<unit>{any_of(_COUNTS)})"
_AND_A_HALF_RE = rf"(?P<whole>.+) and a half(?: (?P<unit>{any_of(_COUNTS)}))?"
_HALF_A_RE = rf"half a (?P<unit>{any_of(_COUNTS)})"
_A_COUNT_RE = rf"^a (?=(?:{any_of(_COUNTS)})(?: |$))"
_WORD_ORDINAL_RE = rf"(?P<head>.*[- ])?(?P<last>{any_of(_ORDINALS)})"
_FRACTION_RE = rf"(?:a|an|.*[- a-z])[- ](?:(?:{any_of(_ORDINALS)})s?|quarters?|halves)"
_PREFIX_RE = rf"(?P<prefix>{any_of(_QUALIFIER_OF)}) (?P<rest>.+)"
_FROM_RE = r"(?:from )?(?P<low>.+?) to (?P<high>.+)"
_OR_RE = r"(?P<low>.+?) or (?P<high>.+)"
_DASH_RE = r"(?P<low>[0-9][0-9.,]*%?)[-\u2013](?P<high>[0-9].*)"

# "Whether or not 12" and "if not 12" refuse nothing.
_REFUSED_RE = (
    r"(?i)(?<!or )(?<!if )(?<!but )"
    r"(?:\b(?:not(?: even)?|rather than|instead of)|\b(?:was|were|is|are)n['\u2019]t)\s\Z"
)
_NOT_QUITE_RE = r"(?i)\b(?:nearly|almost|virtually|practically|hardly|next to|close to)\s\Z"
_CHANGE_RE = (
    r"(?i)\b(?:rose|risen|rise|rises|rising|increas\w+|grew|grown|grow\w*|jump\w*|climb\w*"
    r"|up|down|fell|fallen|falls?|drop\w*|declin\w+|decreas\w+|rais\w+|lower\w+|cut|revis\w+"
    r"|correct\w+|updat\w+|chang\w+|went|gone|moved?|reduc\w+|shr[aiu]nk|expand\w+|surg\w+)"
    r"\b[^.;!?]*\Z"
)

_MONTH_RE = (
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December) \Z"
)

_LARGE = r"(?:tens|dozens|scores|hundreds|thousands|millions|billions|trillions)"
# A qualifier before a vague word adds nothing that can be counted.
_VAGUE_RE = (
    rf"(?:(?:{any_of(_QUALIFIER_OF)}) )?(?:"
    rf"(?:(?:several|many|some|a few|multiple) )?{_LARGE}(?: of {_LARGE})?(?: of)?"
    r"|(?:several|a few|few|many|multiple|a couple|a couple of)"
    rf"(?: (?:{any_of(_COUNTS)}))?(?: of)?"
    r"|some|couple|couple of|numerous|various|countless|a handful|handful"
    r"|(?:a |an )?(?:(?:large|small|great|huge|vast|growing|significant|considerable|substantial"
    r"|certain|limited|undetermined) )?number(?: of)?)"
)
_MISSING = (
    r"(?: (?:new|official|exact|precise|reliable|further|confirmed|available|other|specific))*"
    r" (?:figures|figure|data|numbers|number|information|statistics)"
)
_UNQUANTIFIED_RE = (
    rf"no{_MISSING}(?: (?:given|released|available|provided|published))?"
    rf"|without(?: (?:offering|giving|providing|specifying|citing))?(?: an| any)?{_MISSING}"
    r"|(?:an )?(?:unknown|unspecified|undisclosed) number(?: of)?"
)

# All words of the grammar, and some that are only names of its groups.
_SPELT = (
    *(*_QUALIFIER_OF, *_SUFFIXES, *_MULTIPLES, *_WHOLE, *_LETTERS, *_ORDINALS, *_COUNTS),
    *(*_ONES, *_TEENS, *_TENS, _VAGUE_RE, _UNQUANTIFIED_RE, _FRACTION_RE),
    "percent per cent times fold between and from to or half",
)
_WORDS = frozenset(re.findall("[a-z]+", " ".join(_SPELT)))

# Products of a printed number and a scale word are exact or an error, never rounded.
_EXACT = Context(prec=2 * MAX_WORDING, traps=[Inexact])


# ------------------------------------------------------------------------------ reading


def parse(wording: str) -> Figure:
    """Read the wording of a number.

    Case does not matter; everything else does: no blank at either end, one space between words,
    digits grouped as English groups them. A per cent sign is read with the number, the unit
    column says that it is one. A scale word after a range counts for both ends when the first
    end has none and is the smaller count ("2 to 3 million" is 2,000,000 to 3,000,000).

    Args:
        wording: The wording as the article prints it, without its unit or noun.

    Returns:
        The bounds and the qualifier that the wording states.

    Raises:
        FigureError: The wording is not in the grammar; the message says what to write instead.
    """
    text = _checked(wording)
    if figure := _read(text):
        return figure
    raise FigureError(f"not a figure: {wording!r}; {_advice(text)}")


def canonical(value: Decimal | None) -> str:
    """Print a bound the one way the tables hold it: plain digits, no exponent; "" for None."""
    if value is None:
        return ""
    if not value.is_finite() or abs(value.adjusted()) > 2 * MAX_WORDING:
        raise FigureError(f"not a printable number: {value}; expected a finite decimal")
    printed = format(value, "f")
    if "." in printed:
        printed = printed.rstrip("0").rstrip(".")
    return "0" if printed == "-0" else printed


def number_tokens(text: str) -> Iterator[NumberToken]:
    """Find every digit run and number word of a text, in order.

    It errs on the side of finding too much: a reader decides what a token is about. A digit run
    keeps its inner "," "." ":" and an attached "%" or ordinal ending; digits inside names count
    ("Il-76"), number words inside longer words do not ("someone"). Compounds such as
    "twenty-one" are one token.
    """
    last, token = 0, re.compile(_TOKEN_RE)
    # The pattern knows hundreds of words: it is tried only where one of them begins.
    for piece in re.finditer(_PIECE_RE, text):
        start = piece.start()
        if start >= last and _may_begin(piece.group()) and (match := token.match(text, start)):
            last = match.end()
            yield NumberToken(start, last, match.group())


# Few words make up nearly all of a text.
@lru_cache(maxsize=1 << 14)
def _may_begin(piece: str) -> bool:
    """Whether a number may begin with digits or a word: "number" only before "of"."""
    return piece[0].isdecimal() or bool(re.match(_TOKEN_RE, f"{piece} of"))


@lru_cache(maxsize=1 << 14)
def is_number_word(word: str) -> bool:
    """Whether a word is one number token: digits or a number word, and nothing else."""
    return bool(re.fullmatch(_TOKEN_RE, word))


def extent(text: str, start: int, end: int) -> tuple[int, int]:
    """Find the widest wording around a place that still reads as a figure.

    A wording cut out of a longer one says something else: "1,000" of "more than 1,000", "two" of
    "two hundred", "no" of "no figures". Comparing `parse(text[start:end])` with the parse of the
    extent tells. Like any grammar it can take a preposition for a qualifier ("over two" in
    "over two walls"), so a difference is a question to a reader, not a proof.
    """
    return widest(text, (start, end), MAX_WORDING, _of_a_figure, _readable)


class Cut(NamedTuple):
    """A longer wording, out of which a figure was cut, that says something else.

    Attributes:
        wording: The longer wording, as the text prints it.
        certain: Whether nothing else can be meant; False where its first words may be a
            preposition ("over two walls").
    """

    wording: str
    certain: bool


class CutWords(NamedTuple):
    """The words of a language that tell whether a number is cut out of a longer wording.

    Attributes:
        read: The figure of a wording; None where it is none.
        extent: The widest wording around a place that reads as a figure.
        refused: The words that refuse the number at a place of a text, with it; else empty.
        moves: Whether a wording, which begins at a place of a text, tells how a number changed.
        scale: A pattern of the words that make more of a vague one: "hundreds of thousands".
        in_doubt: Whether words before a number may be no part of it, but a preposition.
    """

    read: Callable[[str], Figure | None]
    extent: Callable[[str, int, int], tuple[int, int]]
    refused: Callable[[str, int, int], str]
    moves: Callable[[str, int, str], bool]
    scale: str
    in_doubt: Callable[[str], bool]

    def cut(self, text: str, start: int, end: int) -> Cut | None:
        """Out of which longer wording the number at a place is cut; None where it is whole."""
        broken = broken_number(text, start, end) or self.refused(text, start, end)
        if broken:
            return Cut(broken, certain=True)
        first, last = self.extent(text, start, end)
        longer = text[first:last]
        reads, own_reads = self.read(longer), self.read(text[start:end])
        if reads == own_reads and reads and reads.qualifier == "vague":
            # "Hundreds" of "hundreds of thousands": without bounds, they differ all the same.
            return Cut(longer, certain=True) if re.search(self.scale, text[end:last]) else None
        if reads == own_reads or self.moves(text, first, longer):
            return None
        doubt = last == end and self.in_doubt(text[first:start].strip().lower())
        return Cut(longer, certain=not doubt)


def cut(text: str, start: int, end: int) -> Cut | None:
    """Tell out of which longer wording the number at a place is cut, if it is.

    It is cut where its `extent` reads otherwise ("1,000" of "21,000", "30" of "no more than 30"),
    where it is a piece of a number that no grammar reads ("1,2" of "1,2345"), and where "not"
    refuses it ("not 30 but 12"). "Rose from 12 to 14" is no range, but a number before and after.
    """
    return _CUT_WORDS.cut(text, start, end)


def _in_doubt(added: str) -> bool:
    return added in _PREPOSITIONS or added.startswith("from ")


def _of_a_figure(word: str) -> bool:
    """Whether a word, or a piece of one, can stand in a figure at all: most cannot."""
    pieces = re.findall("[^\\W_]+", word.lower())
    return all(p in _WORDS or p[0].isdigit() or p.removesuffix("fold") in _WORDS for p in pieces)


def broken_number(text: str, start: int, end: int) -> str:
    """The digits that a place cuts through, with what groups them; empty where it cuts none."""
    before = re.search(r"(?:[0-9]+[.,])*[0-9]*\Z", text[max(0, start - MAX_WORDING) : start])
    after = re.match(r"[0-9]*(?:[.,][0-9]+)*", text[end : end + MAX_WORDING])
    head = before.group() if before and text[start].isdigit() else ""
    tail = after.group() if after and text[end - 1].isdigit() else ""
    return f"{head}{text[start:end]}{tail}" if head or tail else ""


def _refused(text: str, start: int, end: int) -> str:
    """A number that "not" stands before, or a "no" that "nearly" does; empty where none does."""
    none = text[start:end].lower() in ("no", "none", "zero")
    if refusal := re.search(
        _NOT_QUITE_RE if none else _REFUSED_RE, text[max(0, start - 40) : start]
    ):
        return f"{refusal.group().strip()} {text[start:end]}"
    return ""


def _moves(text: str, start: int, longer: str) -> bool:
    """Whether "from 12 to 14" tells how a number changed: it rose, was raised or corrected.

    Or the first is a day: "since January 20 to 312".
    """
    before = text[max(0, start - 60) : start]
    if re.search(_MONTH_RE, before):
        return True
    return bool(re.match("(?i)from ", longer) and re.search(_CHANGE_RE, before))


def _reading(wording: str) -> Figure | None:
    try:
        return parse(wording)
    except FigureError:
        return None


_CUT_WORDS = CutWords(
    _reading, extent, _refused, _moves, rf"(?i)\b(?:{_LARGE}|{any_of(_COUNTS)})\b", _in_doubt
)


def _read(text: str) -> Figure | None:
    """What the first rule says that reads a text."""
    return next(filter(None, (rule(text) for rule in _RULES)), None)


def _readable(wording: str) -> bool:
    # No advice is asked for, which would take longer than all rules.
    try:
        return _read(_checked(wording)) is not None
    except FigureError:
        return False


def _checked(wording: str) -> str:
    """The wording in lower case, once it is known to be short, plain and tidy."""
    if len(wording) <= MAX_WORDING and not wording.strip(" "):
        raise FigureError("an empty wording; write the number as the article prints it")
    plain = "a figure is printed in plain ASCII"
    return tidy(wording, MAX_WORDING, "\u2013", plain, FigureError)


def _advice(text: str) -> str:
    """The likeliest way out for a wording that no rule read."""
    if re.fullmatch(r"another .+|.+ (?:more|others?)|another", text):
        return "write the number alone, without 'another', 'more' or 'other'"
    if re.search(r"[0-9],|,[0-9]", text):
        return "group digits by threes (1,000) or not at all"
    if text in _COUNTS:
        return f"write the whole number, with its count ('a {text}', 'two {text}')"
    if re.fullmatch(_FRACTION_RE, text):
        return "fractions other than half and quarters have no finite decimal; put it in a note"
    if re.search(r"[0-9]:[0-9]", text):
        return "write each clock time alone, from 00:00 to 24:00"
    number, _, last = text.rpartition(" ")
    if _readable(number):
        return f"write the number alone, without {last!r}"
    return "see the grammar in kzdata.evidence.figures for the wordings that are read"


# ------------------------------------------------------------------------------ numbers


def _number(text: str) -> Decimal | None:
    """A printed number, per cent sign included, or None."""
    percent = re.fullmatch(r"(?P<number>.+?)(?: ?%| percent| per cent)", text)
    return _plain_number(percent["number"] if percent else text)


def _plain_number(text: str) -> Decimal | None:
    """Digits, words, "2.5 million", "two dozen", "half a million", "two and a half"."""
    if text in _LETTERS:
        return Decimal(_LETTERS[text])
    if re.fullmatch(_DIGITS_RE, text):
        return Decimal(text.replace(",", ""))
    text = re.sub(_A_COUNT_RE, "one ", text)
    words = _word_number(text)
    return Decimal(words) if words is not None else _halves(text) or _counted(text)


def _word_number(text: str) -> int | None:
    """A cardinal in words: groups below a thousand, each with a smaller scale than the last."""
    # The largest scale first: "two million ten thousand" is two million, then ten thousand.
    total, rest = 0, text
    for scale, factor in _SCALES.items():
        head, found, tail = rest.partition(f" {scale}")
        if found and (not tail or tail.startswith(" ")):
            group = _group_number(head)
            if group is None or group > 999:
                return None
            total, rest = total + group * factor, tail[1:]
    return total if total and not rest else _with_last_group(total, rest)


def _with_last_group(total: int, rest: str) -> int | None:
    """Add the group without a scale; "and" stands before it only when it has no hundreds."""
    if total and rest.startswith("and ") and re.fullmatch(_SMALL, rest[4:]):
        rest = rest[4:]
    last = _group_number(rest)
    return None if last is None or (total and last > 999) else total + last


def _group_number(text: str) -> int | None:
    """Read "three hundred and five", "twenty-one", "fifteen hundred", or None."""
    match = re.fullmatch(_GROUP_RE, text)
    if match is None or not text:
        return None
    # "ten hundred" is said of nothing, while "eleven hundred" is.
    hundreds = _small_number(match["hundreds"] or "")
    return None if hundreds == 10 else hundreds * 100 + _small_number(match["small"] or "")


def _small_number(text: str) -> int:
    """The value of words below a hundred; 0 for none."""
    words = re.split("[- ]", text) if text else []
    return sum(_TENS.get(w) or _TEENS.get(w) or _ONES[w] for w in words)


def _counted(text: str) -> Decimal | None:
    """Digits with a scale word, "2.5 million"; digits or words with "dozen" or "score"."""
    if not (match := re.fullmatch(_COUNTED_RE, text)):
        return None
    factor = Decimal(_COUNTS[match["unit"]])
    if re.fullmatch(_DIGITS_RE, match["count"]):
        return _EXACT.multiply(Decimal(match["count"].replace(",", "")), factor)
    words = _word_number(match["count"]) if match["unit"] in ("dozen", "score") else None
    return None if words is None else words * factor


def _halves(text: str) -> Decimal | None:
    """Read "half a million", "two and a half", "one and a half million"."""
    if half := re.fullmatch(_HALF_A_RE, text):
        return Decimal(_COUNTS[half["unit"]]) / 2
    match = re.fullmatch(_AND_A_HALF_RE, text)
    whole = _word_number(match["whole"]) if match else None
    if match is None or whole is None:
        return None
    return _EXACT.multiply(Decimal(whole) + Decimal("0.5"), Decimal(_COUNTS.get(match["unit"], 1)))


# ------------------------------------------------------------------------------ rules


def _digits(text: str) -> Figure | None:
    """Digits, alone or behind a qualifier: most figures. The other rules would say the same."""
    if not (match := re.fullmatch(_QUALIFIED_DIGITS_RE, text)):
        return None
    qualifier = _QUALIFIER_OF.get(match["prefix"], "exact")
    return bounded(Decimal(match["number"].replace(",", "")), qualifier)


def _without_number(text: str) -> Figure | None:
    """Words that say that no number is given, and vague words."""
    for qualifier, pattern in (("unquantified", _UNQUANTIFIED_RE), ("vague", _VAGUE_RE)):
        if re.fullmatch(pattern, text):
            return Figure(None, None, qualifier)
    return None


def _exact(text: str) -> Figure | None:
    return bounded(Decimal(_WHOLE[text]) if text in _WHOLE else _number(text), "exact")


def _clock_time(text: str) -> Figure | None:
    """The digits of hh:mm as one number: a name of a moment, not a quantity of minutes."""
    if not (match := re.fullmatch(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})", text)):
        return None
    hour, minute = int(match["hour"]), int(match["minute"])
    if minute > 59 or hour * 100 + minute > 2400:
        raise FigureError(f"no such clock time: {text!r}; expected 00:00 to 24:00")
    return bounded(Decimal(hour * 100 + minute), "clock_time")


def _ordinal(text: str) -> Figure | None:
    digits = re.fullmatch(r"(?P<number>[0-9][0-9,]*)(?P<suffix>st|nd|rd|th)", text)
    if digits and re.fullmatch(_DIGITS_RE, digits["number"]):
        suffix = ordinal_ending(digits["number"])
        if digits["suffix"] != suffix:
            raise FigureError(f"no such ordinal: {text!r}; write {digits['number']}{suffix}")
        return bounded(Decimal(digits["number"].replace(",", "")), "ordinal")
    words = re.fullmatch(_WORD_ORDINAL_RE, text)
    return _word_ordinal(words["head"] or "", _ORDINALS[words["last"]]) if words else None


def _word_ordinal(head: str, last: str) -> Figure | None:
    """Join "twenty-" and "one" to the 21st; "hundredth" is 100th, "one hundredth" a fraction."""
    if last in _COUNTS:
        head = {"": "one ", "one ": ""}.get(head, head)
    number = _word_number(head + last)
    return None if number is None else bounded(Decimal(number), "ordinal")


def _multiple(text: str) -> Figure | None:
    return bounded(_multiple_number(text), "multiple")


def _multiple_number(text: str) -> Decimal | None:
    match = re.fullmatch(r"(?P<number>.+?)(?: times|-fold|fold)", text)
    return _plain_number(match["number"]) if match else _MULTIPLES.get(text)


def _range(text: str) -> Figure | None:
    """Read "between a and b", "from a to b", "a to b", "a or b", "a-b"; refuses a reversed one."""
    if not (ends := _range_ends(text)):
        return None
    low, high = ends
    if low > high:
        raise FigureError(f"a reversed range: {text!r} runs from {low} down to {high}")
    return Figure(low, high, "range")


def _range_ends(text: str) -> tuple[Decimal, Decimal] | None:
    if text.startswith("between "):
        words = text.removeprefix("between ").split(" and ")
        # "and" also stands inside numbers: "between a hundred and one and a hundred and ten".
        splits = [(" and ".join(words[:i]), " and ".join(words[i:])) for i in range(1, len(words))]
    else:
        matches = (re.fullmatch(pattern, text) for pattern in (_DASH_RE, _FROM_RE, _OR_RE))
        splits = [(match["low"], match["high"]) for match in matches if match]
    return next((ends for ends in map(_ends, splits) if ends), None)


def _ends(split: tuple[str, str]) -> tuple[Decimal, Decimal] | None:
    """Both ends as numbers; a scale word that stands once counts for both."""
    low, high = _number(split[0]), _number(split[1])
    if low is None or high is None:
        return None
    # "2 to 3 million" means two million; "900 to 3 thousand" means what it says.
    unit = split[1].rsplit(" ", 1)[-1]
    if unit in _COUNTS and not any(word in _COUNTS for word in split[0].split(" ")):
        factor = Decimal(_COUNTS[unit])
        scaled = _EXACT.multiply(low, factor)
        low = scaled if scaled < high else low
    return low, high


def _qualified(text: str) -> Figure | None:
    """A qualifier and a number, a multiple, or (only for approximations) a range."""
    if prefix := re.fullmatch(_PREFIX_RE, text):
        name, rest = _QUALIFIER_OF[prefix["prefix"]], prefix["rest"]
        if name == "approximately" and (between := _range(rest)):
            return between._replace(qualifier=name)
        number = _number(rest)
        return bounded(_multiple_number(rest) if number is None else number, name)
    if suffix := re.fullmatch(rf"(?P<rest>.+?)(?P<suffix>{any_of(_SUFFIXES)})", text):
        return bounded(_number(suffix["rest"]), _SUFFIXES[suffix["suffix"]])
    return None


def bounded(value: Decimal | None, qualifier: str) -> Figure | None:
    """The figure that a number is with a qualifier; None where there is no number."""
    if value is None:
        return None
    low = None if qualifier in ("at_most", "less_than") else value
    high = None if qualifier in ("more_than", "at_least") else value
    return Figure(low, high, qualifier)


# The order matters: what "a few thousand" is, the vague words decide, before any number is read.
_RULES: tuple[Callable[[str], Figure | None], ...] = (
    *(_digits, _without_number, _exact, _clock_time, _ordinal, _multiple, _range, _qualified),
)


# ------------------------------------------------------------------------------ tokens

_UNITS_RE = f"(?:{any_of(_ONES)}|{'|'.join(w for w in _ORDINALS if _ORDINALS[w] in _ONES)})"
_LOOSE = (
    "zero|no|none|half|halves|halved|quarters?|once|twice|thrice|double|doubled|doubling|triple"
    "|tripled|tripling|treble|quadruple|quadrupled|both|pairs?|decades?|century|centuries"
    "|another|single|several|few|couple|multiple|numerous|various|many|some|countless|handful"
    "|dozens?|scores?|tens|hundreds?|thousands?|millions?|billions?|trillions?"
)
_FRACTIONS = r"\u00bc-\u00be\u2150-\u215f"  # printed as one character
_TOKEN_RE = (
    r"(?i)\d+(?:[.,:]\d+)*(?:%|(?:st|nd|rd|th)(?!\w))?"
    rf"|[{_FRACTIONS}]"
    rf"|(?<!\w)(?:(?:{any_of(_TENS)})-{_UNITS_RE}|(?:{any_of(_ONES)}|{any_of(_TEENS)}|{any_of(_TENS)})"
    rf"(?:fold)?|(?:{any_of(_ORDINALS)})s?|(?:{_LOOSE})|number(?= of(?!\w)))(?!\w)"
)
# A piece of a text with which a number begins, or none does.
_PIECE_RE = rf"\d+|[{_FRACTIONS}]|[^\W\d{_FRACTIONS}]+"
