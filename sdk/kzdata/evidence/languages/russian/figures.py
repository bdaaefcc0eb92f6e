"""The Russian figure grammar: from the printed wording of a number to bounds and a qualifier.

What `kzdata.evidence.figures` is for English, with the same results and the same three rules: the
printed number is stored, a wording holds the number alone, and it is read whole or not at all.

* A word such as "более" or "около" has the genitive behind it: "около двадцати", never "около
  двадцать". Digits stand in any case.
* "Тысячи" and "сотни" alone are vague, and genitives behind such a word: "более тысячи" is more
  than 1,000.
* Digits are grouped by blanks (1 000), and a comma begins their fraction (1,5). "1,000" could be a
  thousand or one, and "1.000" is no Russian number: neither is read.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Context, Decimal, Inexact

from kzdata.errors import FigureError
from kzdata.evidence.figures import MAX_WORDING, CutWords, Figure, NumberToken, bounded
from kzdata.evidence.languages.russian.numerals import (
    ALL,
    BOTH,
    SHORT,
    UNIT_OF,
    UNITS,
    WORDS,
    Number,
    cardinal,
    one_and_a_half,
    ordinal,
    plain,
)
from kzdata.evidence.wordings import any_of, spellings, tidy, widest

BLANKS = "\u00a0\u202f\u2009"
"""Blanks that do not break a line, as they stand in "1 000"."""
LETTERS = f"А-Яа-яЁё{BLANKS}\u2013\u2014"
"""What a Russian wording is printed in, besides ASCII; for a set of a pattern."""

# ------------------------------------------------------------------------------ vocabulary

_WITH_GENITIVE = spellings(
    ("более|больше|свыше|чуть более|чуть больше|немногим более|немногим больше", "more_than"),
    ("значительно более|значительно больше|намного больше|гораздо больше", "more_than"),
    ("не менее|не меньше|от", "at_least"),
    ("не более|не больше|не свыше|до", "at_most"),
    ("менее|меньше|чуть менее|чуть меньше|немногим менее|немногим меньше", "less_than"),
    ("значительно менее|значительно меньше|намного меньше|гораздо меньше", "less_than"),
    ("около|порядка", "approximately"),
)
_WITH_ANY = spellings(
    ("более чем|больше чем|более, чем|больше, чем|чуть более чем", "more_than"),
    ("не менее чем|не меньше чем|минимум|как минимум|самое меньшее", "at_least"),
    ("по меньшей мере|по крайней мере", "at_least"),
    ("не более чем|не больше чем|максимум|как максимум|самое большее|от силы", "at_most"),
    ("менее чем|меньше чем|менее, чем|меньше, чем", "less_than"),
    ("примерно|приблизительно|почти|ориентировочно|без малого|чуть ли не", "approximately"),
    ("ровно", "exact"),
)
_QUALIFIER_OF = _WITH_GENITIVE | _WITH_ANY
_SUFFIXES = spellings(
    (" и более| и больше| или более| или больше|+", "at_least"),
    (" и менее| и меньше| или менее| или меньше", "at_most"),
    (" с лишним| с небольшим", "more_than"),
)
# Before a number they may say where something is, or until when: "около двух зданий", "до 20".
_PREPOSITIONS = frozenset({"около", "до", "от", "порядка"})
_MULTIPLES = spellings(
    ("половина|половины|половине|половину|половиной|наполовину", Decimal("0.5")),
    ("четверть|четверти|четвертью", Decimal("0.25")),
    ("три четверти|трех четвертей", Decimal("0.75")),
    ("однажды", Decimal(1)),
    ("вдвое|дважды|двукратно", Decimal(2)),
    ("втрое|трижды", Decimal(3)),
    ("вчетверо|четырежды", Decimal(4)),
    ("впятеро", Decimal(5)),
)
_NOT_ONE = frozenset(
    f"ни {one}" for one in "один одна одно одного одной одному одну одним одном".split()
)
_PERCENT = frozenset("процент процента проценту процентом проценте проценты процентов".split())
_PERCENT |= {"процентам", "процентами", "процентах"}

_DIGITS_RE = r"(?:0|[1-9][0-9]{0,2}(?: [0-9]{3})+|[1-9][0-9]*)(?:,[0-9]+)?"
_EITHER_RE = r"[1-9][0-9]{0,2},[0-9]{3}"  # "1,000": a thousand, or one
_SCALED_RE = rf"(?P<digits>{_DIGITS_RE}) (?P<unit>{any_of([*UNIT_OF, *SHORT])})"
_QUALIFIED_DIGITS_RE = rf"(?:(?P<prefix>{any_of(_QUALIFIER_OF)}) )?(?P<number>{_DIGITS_RE})"
_PREFIX_RE = rf"(?P<prefix>{any_of(_QUALIFIER_OF)}) (?P<rest>.+)"
_SUFFIX_RE = rf"(?P<rest>.+?)(?P<suffix>{any_of(_SUFFIXES)})(?P<unit> (?:{any_of(UNIT_OF)}))?"
_RANGES = (
    r"от (?P<low>.+?) до (?P<high>.+)",
    r"между (?P<low>.+?) и (?P<high>.+)",
    r"(?P<low>.+?) или (?P<high>.+)",
    r"(?P<low>[0-9][0-9 ,]*%?)[-\u2013](?P<high>[0-9].*)",
    r"(?P<low>[а-я ]+)[-\u2013](?P<high>[а-я ]+)",
)
_ENDING = "й|ый|ой|ий|я|ая|е|ое|ые|го|ого|му|ому|м|ом|х|ых|ю|ую"
_DIGIT_ORDINAL_RE = rf"(?P<number>[1-9][0-9]*)-(?:{_ENDING})"
# "Человек двадцать", "тысяч 20", "десятка два": the noun before its number says "about".
_PEOPLE = frozenset("человек человека штук штуки".split())
_TURNED_RE = rf"(?P<noun>{any_of([*_PEOPLE, *UNIT_OF])}) (?P<number>.+)"


def _bare(*cases: str) -> str:
    """A pattern of the units in some cases of several."""
    forms = {unit.several["ngdaip".index(case)] for unit in UNITS for case in cases}
    return f"(?:{any_of(forms)})"


_SEVERAL_OF = rf"(?: {_bare('g', 'd', 'i', 'p')})"
_SEVERAL = rf"(?:нескольк(?:о|их|им|ими){_SEVERAL_OF}{{0,2}}|{_bare('g')}{_SEVERAL_OF}?)"
_LARGE = rf"{_bare(*'ngdip')}"
_VAGUE_RE = (
    rf"(?:(?:{any_of(_QUALIFIER_OF)}) )?{_SEVERAL}|{_LARGE}(?: {_LARGE})?"
    rf"|много{_SEVERAL_OF}?|мног(?:ие|их|им|ими)|немало|немног(?:о|ие|их|им|ими)|множеств(?:о|а|у|ом|е)"
    r"|ряд|ряда|ряде|некотор(?:ые|ых|ым|ыми)|единицы|единиц|единицам|считанные|считанных"
)
_DATA = (
    r"(?:(?:официальных|точных|новых|подтвержденных|достоверных|других|каких-либо) )*"
    r"(?:данных|сведений|цифр)"
)
_UNQUANTIFIED_RE = (
    rf"нет {_DATA}|{_DATA} нет|без {_DATA}"
    r"|(?:неизвестное|неустановленное|неназванное|неопределенное) (?:число|количество)"
    r"|(?:число|количество) неизвестно|неизвестно сколько"
)

_WORDS = WORDS | frozenset(
    re.findall("[а-я]+", " ".join([*_QUALIFIER_OF, *_SUFFIXES, *_MULTIPLES, *_NOT_ONE, *SHORT]))
)
_WORDS |= frozenset(re.findall("[а-я]{4,}", f"{_VAGUE_RE} {_UNQUANTIFIED_RE}")) | _PERCENT | _PEOPLE
_WORDS |= frozenset("между и или до от нет раз раза половиной в".split()) | frozenset(
    f"нескольк{ending}" for ending in ("о", "их", "им", "ими")
)

# Products of a printed number and a scale word are exact or an error, never rounded.
_EXACT = Context(prec=2 * MAX_WORDING, traps=[Inexact])


# ------------------------------------------------------------------------------ reading


def figure(wording: str) -> Figure:
    """Read the wording of a number.

    Case does not matter, "е" stands for "ё", and a blank that does not break for any other.

    Args:
        wording: The wording as the article prints it, without its unit or noun.

    Returns:
        The bounds and the qualifier that the wording states.

    Raises:
        FigureError: The wording is not in the grammar; the message says what to write instead.
    """
    text = _checked(wording)
    if found := _read(text):
        return found
    raise FigureError(f"not a figure: {wording!r}; {_advice(text)}")


def smooth(text: str) -> str:
    """A text with plain blanks, and the short dash for the long one."""
    return re.sub(f"[{BLANKS}]", " ", text).replace("\u2014", "\u2013")


def _checked(wording: str) -> str:
    """The wording in small letters and plain blanks, once it is known to be short and tidy."""
    if len(wording) <= MAX_WORDING and not wording.strip():
        raise FigureError("an empty wording; write the number as the article prints it")
    letters = "a figure is printed in Russian letters and ASCII"
    text = smooth(plain(tidy(wording, MAX_WORDING, LETTERS, letters, FigureError)))
    if re.search("[а-я][a-z]|[a-z][а-я]", text):
        raise FigureError(f"a word of two alphabets in {wording!r}; write it in one")
    return text


def _read(text: str) -> Figure | None:
    return next(filter(None, (rule(text) for rule in _RULES)), None)


def _reading(wording: str) -> Figure | None:
    try:
        return _read(_checked(wording))
    except FigureError:
        return None


def _advice(text: str) -> str:
    """The likeliest way out for a wording that no rule read."""
    if re.search(_EITHER_RE, text) or re.search(r"[0-9]\.[0-9]", text):
        return "group digits by blanks (1 000), and begin a fraction with a comma (1,5)"
    number, _, last = text.rpartition(" ")
    if number and _reading(number):
        return f"write the number alone, without {last!r}"
    prefix = re.fullmatch(_PREFIX_RE, text)
    if prefix and prefix["prefix"] in _WITH_GENITIVE and _number(prefix["rest"]):
        return f"behind {prefix['prefix']!r} the number stands in the genitive"
    return "see the grammar in kzdata.evidence.languages.russian.figures"


# ------------------------------------------------------------------------------ numbers


def _number(text: str) -> Number | None:
    """A printed number, per cent sign included, with the cases that it can stand in."""
    head, _, last = text.rpartition(" ")
    if last in _PERCENT and head:
        return _plain_number(head)
    return _plain_number(text.removesuffix("%").removesuffix(" "))


def _plain_number(text: str) -> Number | None:
    """Digits, words, "2,5 млн", "полторы тысячи", "два десятка"."""
    if re.fullmatch(_DIGITS_RE, text):
        value = _digits_value(text)
        return None if value is None else Number(value, ALL)
    if scaled := re.fullmatch(_SCALED_RE, text):
        value, unit = _digits_value(scaled["digits"]), scaled["unit"]
        factor = SHORT.get(unit) or UNIT_OF[unit].value
        return None if value is None else Number(_EXACT.multiply(value, Decimal(factor)), ALL)
    return cardinal(text)


def _digits_value(text: str) -> Decimal | None:
    """The value of digits; None where they could be grouped as in English."""
    if re.fullmatch(_EITHER_RE, text):
        return None
    return Decimal(text.replace(" ", "").replace(",", "."))


# ------------------------------------------------------------------------------ rules


def _digits(text: str) -> Figure | None:
    """Digits, alone or behind a qualifier: most figures. The other rules would say the same."""
    match = re.fullmatch(_QUALIFIED_DIGITS_RE, text)
    value = _digits_value(match["number"]) if match else None
    return bounded(value, _QUALIFIER_OF.get(match["prefix"], "exact")) if match else None


def _without_number(text: str) -> Figure | None:
    for qualifier, pattern in (("unquantified", _UNQUANTIFIED_RE), ("vague", _VAGUE_RE)):
        if re.fullmatch(pattern, text):
            return Figure(None, None, qualifier)
    return None


def _exact(text: str) -> Figure | None:
    if text in _NOT_ONE:
        return bounded(Decimal(0), "exact")
    number = Number(Decimal(2), ALL) if text in BOTH else _number(text)
    return bounded(number.value, "exact") if number else None


def _clock_time(text: str) -> Figure | None:
    """The digits of hh:mm as one number."""
    if not (match := re.fullmatch(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})", text)):
        return None
    hour, minute = int(match["hour"]), int(match["minute"])
    if minute > 59 or hour * 100 + minute > 2400:
        raise FigureError(f"no such clock time: {text!r}; expected 00:00 to 24:00")
    return bounded(Decimal(hour * 100 + minute), "clock_time")


def _ordinal(text: str) -> Figure | None:
    digits = re.fullmatch(_DIGIT_ORDINAL_RE, text)
    number = int(digits["number"]) if digits else ordinal(text)
    return None if number is None else bounded(Decimal(number), "ordinal")


def _multiple(text: str) -> Figure | None:
    return bounded(_times(text), "multiple")


def _times(text: str) -> Decimal | None:
    """Read "вдвое", "половина", "в 2,5 раза", "пять раз"."""
    if text in _MULTIPLES:
        return _MULTIPLES[text]
    match = re.fullmatch(r"(?:в )?(?P<number>.+) раза?", text)
    number = _plain_number(match["number"]) if match else None
    return number.value if number else None


def _range(text: str) -> Figure | None:
    """Read "от 20 до 30", "20–30 тыс.", "два-три"; refuses a reversed one."""
    if not (ends := _range_ends(text)):
        return None
    low, high = ends
    if low > high:
        raise FigureError(f"a reversed range: {text!r} runs from {low} down to {high}")
    return Figure(low, high, "range")


def _range_ends(text: str) -> tuple[Decimal, Decimal] | None:
    for pattern in _RANGES:
        if match := re.fullmatch(pattern, text):
            case = {"от": "g", "между": "i"}.get(text.split(" ")[0])
            if ends := _ends(match["low"], match["high"], case):
                return ends
    return None


def _ends(first: str, last: str, case: str | None) -> tuple[Decimal, Decimal] | None:
    """Both ends as numbers; a scale word that stands once counts for both."""
    low, high = _number(first), _number(last)
    if low is None or high is None or not low.cases & high.cases & set(case or ALL):
        return None
    # "2–3 тыс." means two thousand; "от 900 до 3 тысяч" means what it says.
    unit, scaled = last.rsplit(" ", 1)[-1], any(word in UNIT_OF for word in first.split(" "))
    factor = SHORT.get(unit) or (UNIT_OF[unit].value if unit in UNIT_OF else 0)
    if factor and not scaled and first.rsplit(" ", 1)[-1] not in SHORT:
        product = _EXACT.multiply(low.value, Decimal(factor))
        return (product if product < high.value else low.value), high.value
    return low.value, high.value


def _qualified(text: str) -> Figure | None:
    """A qualifier and a number in the case that it asks for, a multiple, or a range."""
    if prefix := re.fullmatch(_PREFIX_RE, text):
        name, rest = _QUALIFIER_OF[prefix["prefix"]], prefix["rest"]
        if name == "approximately" and (between := _range(rest)):
            return between._replace(qualifier=name)
        number = _number(rest)
        if number and prefix["prefix"] in _WITH_GENITIVE and "g" not in number.cases:
            return None
        return bounded(number.value if number else _times(rest), name)
    if suffix := re.fullmatch(_SUFFIX_RE, text):
        number = _number(suffix["rest"] + (suffix["unit"] or ""))
        return bounded(number.value, _SUFFIXES[suffix["suffix"]]) if number else None
    return None


def _turned(text: str) -> Figure | None:
    """Read "человек двадцать", "тысяч 20", "десятка два": about so many."""
    match = re.fullmatch(_TURNED_RE, text)
    if not match:
        return None
    noun, number = match["noun"], _plain_number(match["number"])
    number = number or one_and_a_half(match["number"])
    if number is None or "n" not in number.cases:
        return None
    if noun in _PEOPLE:
        return bounded(number.value, "approximately")
    unit = UNIT_OF[noun]
    agree = number.value > 1 and "n" in unit.cases(noun, number.value)
    return bounded(number.value * unit.value, "approximately") if agree else None


# The order matters: what "несколько тысяч" is, the vague words decide, before a number is read.
_RULES: tuple[Callable[[str], Figure | None], ...] = (
    *(_digits, _without_number, _exact, _clock_time, _ordinal, _multiple, _range, _qualified),
    _turned,
)


# ------------------------------------------------------------------------------ in a text

_TOKEN = re.compile(
    rf"(?<!\d)\d{{1,3}}(?:[ {BLANKS}]\d{{3}})+(?!\d)(?:,\d+)?%?"
    rf"|\d+(?:[.,:]\d+)*(?:%|-(?:{_ENDING})(?!\w))?"
    r"|[\u00bc-\u00be\u2150-\u215f]|[А-Яа-яЁё]+"
)
_ALSO_TOKENS = frozenset(
    "несколько нескольких нескольким несколькими много многие многих многим многими немало"
    " немного немногие немногих множество множества ряд ряда ряде некоторые некоторых некоторым"
    " некоторыми единицы единиц единицам считанные считанных пара пары паре пару парой"
    " неизвестное неустановленное неназванное неопределенное".split()
)
_TOKENS = WORDS | _ALSO_TOKENS | frozenset(_MULTIPLES) | {one[:-1] for one in SHORT if "." in one}


def number_tokens(text: str) -> Iterator[NumberToken]:
    """Find every digit run and number word of a text, in order; as `kzdata.evidence.figures`.

    Each word of a numeral is a token of its own, in all its cases; digits that blanks group are
    one.
    """
    for match in _TOKEN.finditer(text):
        word = match.group()
        if word[0].isdigit() or not word.isalpha() or plain(word) in _TOKENS:
            yield NumberToken(match.start(), match.end(), word)


def _of_a_figure(word: str) -> bool:
    """Whether a word, or a piece of one, can stand in a figure at all: most cannot."""
    pieces = re.findall("[^\\W_]+", plain(word))
    return all(piece in _WORDS or piece[0].isdigit() for piece in pieces)


def _readable(wording: str) -> bool:
    return _reading(wording) is not None


def extent(text: str, start: int, end: int) -> tuple[int, int]:
    """The widest wording around a place that reads as a figure."""
    return widest(text, (start, end), MAX_WORDING, _of_a_figure, _readable)


# "Не 30, а 12"; but "если не 12" and "чуть не 12" refuse nothing.
_REFUSED_RE = r"(?i)(?<!если )(?<!чуть )\b(?:не|вместо)\s\Z"
_CHANGE_RE = (
    r"(?i)\b(?:вырос\w*|возрос\w*|рост|увелич\w*|повы[сш]\w*|подня\w*|упа\w*|сниз\w*|сниж\w*"
    r"|сокра\w*|уменьш\w*|пересм\w*|исправ\w*|измен\w*)\b[^.;!?]*\Z"
)


def _refused(text: str, start: int, end: int) -> str:
    """A number that "не" stands before; empty where none does."""
    found = re.search(_REFUSED_RE, text[max(0, start - 40) : start])
    return f"{found.group().strip()} {text[start:end]}" if found else ""


def _moves(text: str, start: int, longer: str) -> bool:
    """Whether "от 12 до 14" tells how a number changed: it rose, was lowered or corrected.

    Or "не менее" is part of "тем не менее", nevertheless, and of no number.
    """
    before, head = text[max(0, start - 60) : start], longer.lower()
    if head.startswith("не менее ") and re.search(r"(?i)\bтем\s\Z", before):
        return True
    return head.startswith("от ") and bool(re.search(_CHANGE_RE, before))


cut = CutWords(
    _reading, extent, _refused, _moves, rf"(?i)\b{_LARGE}\b", _PREPOSITIONS.__contains__
).cut
