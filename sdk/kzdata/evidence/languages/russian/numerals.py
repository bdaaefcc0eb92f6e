"""Russian numerals: every form of every case, with the number that it counts.

They are a closed class, written out here: no form is guessed from its ending. A cardinal is read
word by word, and its words agree in their case, so that what stands side by side by chance is no
number: "тысяча двадцать" is 1,020, "тысяч двадцать" is none (it is about 20,000). Words are in
small letters, with "е" for "ё" (`plain`).
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

CASES = "ngdaip"
"""Nominative, genitive, dative, accusative, instrumental, prepositional: a letter for each."""
ALL = frozenset(CASES)

Cases = frozenset[str]


class Number(NamedTuple):
    """A number, and the cases that its words can stand in; digits stand in all."""

    value: Decimal
    cases: Cases


def plain(text: str) -> str:
    """A text in which forms compare: small letters, "е" for "ё"."""
    return text.lower().replace("ё", "е")


def _forms(lines: str) -> dict[str, tuple[int, Cases]]:
    """Forms by the lines of a table: a number, then its forms case by case."""
    found: dict[str, tuple[int, Cases]] = {}
    for number, *by_case in (line.split() for line in lines.strip().splitlines()):
        for case, forms in zip(CASES, by_case, strict=True):
            for form in forms.split("|"):
                known = found.get(form, (0, frozenset[str]()))[1]
                found[form] = int(number), known | {case}
    return found


def _regular(numbers: Mapping[int, str], endings: str) -> str:
    """Lines of a table for stems whose forms end alike, case by case."""
    return "\n".join(
        " ".join([str(number), *(stem + end for end in endings.split())])
        for number, stem in numbers.items()
    )


def _numbered(words: str, first: int, step: int = 1) -> dict[int, str]:
    return {first + step * n: word for n, word in enumerate(words.split())}


# ------------------------------------------------------------------------------ the tables

_ONES_LINES = """
1 один|одна|одно одного|одной одному|одной один|одну|одно|одного одним|одной|одною одном|одной
2 два|две двух двум два|две|двух двумя двух
3 три трех трем три|трех тремя трех
4 четыре четырех четырем четыре|четырех четырьмя четырех
8 восемь восьми восьми восемь восемью|восьмью восьми
"""
_SOFT = "ь и и ь ью и"
_ONES = _forms(_ONES_LINES + _regular({5: "пят", 6: "шест", 7: "сем", 9: "девят"}, _SOFT))
_TEEN_STEMS = "десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат"
_TEENS = _forms(_regular(_numbered(f"{_TEEN_STEMS} восемнадцат девятнадцат", 10), _SOFT))
_TENS = _forms(
    _regular({20: "двадцат", 30: "тридцат"}, _SOFT)
    + """
40 сорок сорока сорока сорок сорока сорока
50 пятьдесят пятидесяти пятидесяти пятьдесят пятьюдесятью пятидесяти
60 шестьдесят шестидесяти шестидесяти шестьдесят шестьюдесятью шестидесяти
70 семьдесят семидесяти семидесяти семьдесят семьюдесятью семидесяти
80 восемьдесят восьмидесяти восьмидесяти восемьдесят восемьюдесятью|восьмьюдесятью восьмидесяти
90 девяносто девяноста девяноста девяносто девяноста девяноста
"""
)
_HUNDREDS = _forms("""
100 сто ста ста сто ста ста
200 двести двухсот двумстам двести двумястами двухстах
300 триста трехсот тремстам триста тремястами трехстах
400 четыреста четырехсот четыремстам четыреста четырьмястами четырехстах
500 пятьсот пятисот пятистам пятьсот пятьюстами пятистах
600 шестьсот шестисот шестистам шестьсот шестьюстами шестистах
700 семьсот семисот семистам семьсот семьюстами семистах
800 восемьсот восьмисот восьмистам восемьсот восемьюстами|восьмьюстами восьмистах
900 девятьсот девятисот девятистам девятьсот девятьюстами девятистах
""")
_ZERO = _forms("0 ноль|нуль ноля|нуля нолю|нулю ноль|нуль нолем|нулем ноле|нуле")
# Of people, and of what has no singular: "трое погибших", "четверо суток".
_COLLECTIVE = _forms("""
2 двое двоих двоим двое|двоих двоими двоих
3 трое троих троим трое|троих троими троих
4 четверо четверых четверым четверо|четверых четверыми четверых
5 пятеро пятерых пятерым пятеро|пятерых пятерыми пятерых
6 шестеро шестерых шестерым шестеро|шестерых шестерыми шестерых
7 семеро семерых семерым семеро|семерых семерыми семерых
""")
BOTH = frozenset("оба обе обоих обеих обоим обеим обоими обеими".split())
_ONE_AND_A_HALF = {"полтора": frozenset("na"), "полторы": frozenset("na"),
                   "полутора": frozenset("gdip")}  # fmt: skip


class Unit(NamedTuple):
    """A noun that counts, such as "тысяча": its forms by case, of one and of several."""

    value: int
    one: tuple[str, ...]  # forms of one case parted by "|"
    several: tuple[str, ...]

    def cases(self, word: str, count: Decimal | None) -> Cases:
        """The cases in which a form can stand behind a count; without one it is one of them.

        Behind 2, 3, 4 and a half the nominative has the genitive of one, behind 5 that of several.
        """
        if count is None or _is_one(count):
            return _standing(self.one, word)
        genitive = self.one[1] if _are_few(count) else self.several[1]
        direct = frozenset("na") if word in genitive.split("|") else frozenset[str]()
        return direct | (_standing(self.several, word) & frozenset("gdip"))


def _standing(forms: tuple[str, ...], word: str) -> Cases:
    return frozenset(c for c, form in zip(CASES, forms, strict=True) if word in form.split("|"))


def _is_one(count: Decimal) -> bool:
    return count % 10 == 1 and count % 100 != 11


def _are_few(count: Decimal) -> bool:
    return count % 1 != 0 or (count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14))


def _unit(value: int, one: str, several: str) -> Unit:
    return Unit(value, tuple(one.split()), tuple(several.split()))


def _masculine(value: int, stem: str) -> Unit:
    """A noun such as "миллион"."""
    one = f"{stem} {stem}а {stem}у {stem} {stem}ом {stem}е"
    return _unit(value, one, f"{stem}ы {stem}ов {stem}ам {stem}ы {stem}ами {stem}ах")


THOUSAND = _unit(
    1000,
    "тысяча тысячи тысяче тысячу тысячей|тысячью|тысячею тысяче",
    "тысячи тысяч тысячам тысячи тысячами тысячах",
)
_LARGE = [_masculine(10**12, "триллион"), _masculine(10**9, "миллиард")]
SCALES = (*_LARGE, _masculine(10**6, "миллион"), THOUSAND)
"""The units that a cardinal is made of, the largest first."""
GROUPS = (
    _unit(
        10,
        "десяток десятка десятку десяток десятком десятке",
        "десятки десятков десяткам десятки десятками десятках",
    ),
    _unit(100, "сотня сотни сотне сотню сотней сотне", "сотни сотен сотням сотни сотнями сотнях"),
    _unit(
        12,
        "дюжина дюжины дюжине дюжину дюжиной дюжине",
        "дюжины дюжин дюжинам дюжины дюжинами дюжинах",
    ),
)
"""The units that are counted alone: "два десятка"."""
UNITS = (*SCALES, *GROUPS)
SHORT = {"тыс": 10**3, "тыс.": 10**3, "млн": 10**6, "млн.": 10**6,
         "млрд": 10**9, "млрд.": 10**9, "трлн": 10**12, "трлн.": 10**12}  # fmt: skip
"""Abbreviations that stand behind digits."""
_HALVES = {f"пол{unit.one[1]}": (Decimal(unit.value) / 2, frozenset("na")) for unit in UNITS}
_HALVES |= {f"полу{unit.one[1]}": (Decimal(unit.value) / 2, frozenset("g")) for unit in UNITS}


def forms_of(units: Iterable[Unit]) -> dict[str, Unit]:
    """Units by each of their forms."""
    return {
        form: unit
        for unit in units
        for forms in (*unit.one, *unit.several)
        for form in forms.split("|")
    }


UNIT_OF = forms_of(UNITS)
_SCALE_OF = forms_of(SCALES)


# ------------------------------------------------------------------------------ ordinals

_HARD = "ый ого ому ым ом ая ой ую ое ые ых ыми"
_STRESSED = "ой ого ому ым ом ая ую ое ые ых ыми"
_ORDINAL_STEMS = {
    1: "перв", 4: "четверт", 5: "пят", 9: "девят", 10: "десят", 11: "одиннадцат",
    12: "двенадцат", 13: "тринадцат", 14: "четырнадцат", 15: "пятнадцат", 16: "шестнадцат",
    17: "семнадцат", 18: "восемнадцат", 19: "девятнадцат", 20: "двадцат", 30: "тридцат",
    50: "пятидесят", 60: "шестидесят", 70: "семидесят", 80: "восьмидесят", 90: "девяност",
    100: "сот", 200: "двухсот", 300: "трехсот", 400: "четырехсот", 500: "пятисот",
    600: "шестисот", 700: "семисот", 800: "восьмисот", 900: "девятисот", 1000: "тысячн",
}  # fmt: skip
_STRESSED_STEMS = {2: "втор", 6: "шест", 7: "седьм", 8: "восьм", 40: "сороков"}
_THIRD = "ий ьего ьему ьим ьем ья ьей ью ье ьи ьих ьими"


def _ordinals(stems: Mapping[int, str], endings: str) -> dict[str, int]:
    return {stem + end: number for number, stem in stems.items() for end in endings.split()}


ORDINALS = (
    _ordinals(_ORDINAL_STEMS, _HARD)
    | _ordinals(_STRESSED_STEMS, _STRESSED)
    | _ordinals({3: "трет"}, _THIRD)
)
"""The number of each form of an ordinal of one word."""

_GROUP = _ONES | _TEENS | _TENS | _HUNDREDS
_WHOLE = _ZERO | _COLLECTIVE
WORDS = frozenset().union(
    *map(frozenset[str], (_GROUP, _WHOLE, BOTH, _ONE_AND_A_HALF, UNIT_OF, _HALVES, ORDINALS))
)
"""All forms of this module."""


# ------------------------------------------------------------------------------ reading


def cardinal(text: str) -> Number | None:
    """The number of some words; None where they are none, or do not agree in their case.

    Args:
        text: Words of numerals, with single blanks: "двадцати пяти", "полутора тысяч".
    """
    if text in _WHOLE:
        value, cases = _WHOLE[text]
        return Number(Decimal(value), cases)
    if text in _HALVES:
        return Number(*_HALVES[text])
    words = text.split(" ")
    return _whole(words) or _grouped(words) or _halved(words)


def ordinal(text: str) -> int | None:
    """The number of an ordinal in words, of any gender and case; None where it is none."""
    head, _, last = text.rpartition(" ")
    number = ORDINALS.get(last)
    if number is None or not head:
        return number
    # "Двадцать пятый": all but the last word is a cardinal, and what the last adds fits below it.
    found = cardinal(head)
    if not found or not found.value or "n" not in found.cases or number >= 100:
        return None
    least = 10 if number < 10 else 100
    fits = found.value % least == 0 and (found.value % 100 != 10 or number >= 10)
    return int(found.value) + number if fits else None


def _whole(words: list[str]) -> Number | None:
    """A cardinal: groups below a thousand, each with a smaller scale than the one before."""
    total, cases, rest = Decimal(0), ALL, words
    for scale in SCALES:
        at = next((n for n, word in enumerate(rest) if _SCALE_OF.get(word) is scale), None)
        if at is None:
            continue
        count = _group(rest[:at]) if at else None
        if at and count is None:
            return None
        own = scale.cases(rest[at], count.value if count else None)
        cases &= own & (count.cases if count else ALL)
        total, rest = total + (count.value if count else 1) * scale.value, rest[at + 1 :]
    last = _group(rest) if rest else Number(Decimal(0), ALL)
    if last is None or not cases & last.cases:
        return None
    return Number(total + last.value, cases & last.cases)


def _group(words: list[str]) -> Number | None:
    """A number below a thousand: hundreds, then tens and ones, or one from 10 to 19."""
    kinds = "".join(_kind(word) for word in words)
    if not re.fullmatch("h?(?:t?o?|e)", kinds) or not words:
        return None
    cases = frozenset.intersection(*(_GROUP[word][1] for word in words))
    return Number(Decimal(sum(_GROUP[word][0] for word in words)), cases) if cases else None


def _kind(word: str) -> str:
    kinds = {"o": _ONES, "e": _TEENS, "t": _TENS, "h": _HUNDREDS}
    return next((kind for kind, forms in kinds.items() if word in forms), "?")


def _grouped(words: list[str]) -> Number | None:
    """Read "два десятка", "сотня", "полтора миллиона": a count, and a unit that ends it."""
    *head, last = words
    unit = UNIT_OF.get(last)
    if unit is None:
        return None
    if not head:
        cases = unit.cases(last, None)
        return Number(Decimal(unit.value), cases) if cases else None
    count = one_and_a_half(" ".join(head)) or (_group(head) if unit in GROUPS else None)
    return _times(count, unit, last) if count else None


def one_and_a_half(text: str) -> Number | None:
    """Read "полтора", "полутора"."""
    cases = _ONE_AND_A_HALF.get(text)
    return Number(Decimal("1.5"), cases) if cases else None


def _halved(words: list[str]) -> Number | None:
    """Read "два с половиной", "двух с половиной тысяч", and "полтора" alone."""
    if alone := one_and_a_half(" ".join(words)):
        return alone
    match = re.fullmatch(r"(?P<whole>.+) с половиной(?: (?P<unit>\w+))?", " ".join(words))
    whole = _group(match["whole"].split(" ")) if match else None
    if match is None or whole is None:
        return None
    half = whole.value + Decimal("0.5")
    if not match["unit"]:
        return Number(half, whole.cases)
    unit = UNIT_OF.get(match["unit"])
    # It agrees with the whole: "пять с половиной тысяч".
    agree = unit.cases(match["unit"], whole.value) & whole.cases if unit else frozenset()
    return Number(half * unit.value, agree) if unit and agree else None


def _times(count: Number, unit: Unit, word: str) -> Number | None:
    cases = count.cases & unit.cases(word, count.value)
    return Number(count.value * unit.value, cases) if cases else None
