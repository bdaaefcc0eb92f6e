"""The Russian date grammar: from printed date words to an interval of days.

What `kzdata.evidence.dates` is for English, with the same rules: a weekday, a month or a date
without a year is the latest one that is not after the day that the article speaks from; what ends
a time ("до", "по", "к") may lie ahead; the result is never more precise than the words.

* "Накануне" is the day before the article's; before another thing ("накануне выборов") it is none.
* "В ночь на 6 января" touches the 5th and the 6th, "ночью 5 января" the 5th and the 6th, too, for
  it may be the night that begins on the 5th; "ночью" alone is the night that is over. "Сегодня
  ночью" is either of two nights, and refused.
* "После 5 января" is open from the 5th on, "до октября" ends on the first day of October: the outer
  bounds of what the words leave open.
* "Среда" is a surrounding, too: alone it needs "в" or another word before it.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from kzdata.errors import DateError
from kzdata.evidence.calendar_days import (
    DAY,
    HALF_A_WEEK,
    HALF_A_YEAR,
    Known,
    Reader,
    ago,
    dated,
    in_year,
    one_day,
    period,
    weekday,
    whole_month,
    whole_year,
)
from kzdata.evidence.dates import MAX_WORDING, DateInterval
from kzdata.evidence.languages.russian.figures import LETTERS, smooth
from kzdata.evidence.languages.russian.numerals import ORDINALS, cardinal, ordinal, plain
from kzdata.evidence.wordings import any_of, numbered, spellings, tidy, widest

_Match = re.Match[str]

# ------------------------------------------------------------------------------ vocabulary

_WEEKDAYS = numbered(
    "понедельник|понедельника|понедельнику|понедельником вторник|вторника|вторнику|вторником"
    " среда|среды|среде|среду|средой четверг|четверга|четвергу|четвергом"
    " пятница|пятницы|пятнице|пятницу|пятницей суббота|субботы|субботе|субботу|субботой"
    " воскресенье|воскресенья|воскресенью|воскресеньем",
    0,
)
_SURROUNDING = frozenset("среда среды среде среду средой".split())
_AMONG_RE = r"\b(?:в|на|за) (?:среде|средой)\b"  # "в среде военных": among them
_MONTHS = numbered(
    "январь|января|январю|январе|январем|янв. февраль|февраля|февралю|феврале|февралем|фев.|февр."
    " март|марта|марту|марте|мартом апрель|апреля|апрелю|апреле|апрелем|апр."
    " май|мая|маю|мае|маем июнь|июня|июню|июне|июнем июль|июля|июлю|июле|июлем"
    " август|августа|августу|августе|августом|авг."
    " сентябрь|сентября|сентябрю|сентябре|сентябрем|сент."
    " октябрь|октября|октябрю|октябре|октябрем|окт."
    " ноябрь|ноября|ноябрю|ноябре|ноябрем|нояб. декабрь|декабря|декабрю|декабре|декабрем|дек.",
    1,
)
# A day stands before the genitive alone: "5 января", never "5 январь".
_GENITIVES = [name for name in _MONTHS if name.endswith((".", "я", "та"))]
_ADJECTIVE = "ой ую ом ого ый ому"
_SOFT_ADJECTIVE = "ей ую ем его ий ее ему"


def _adjectives(stems: str, endings: str) -> list[str]:
    return [stem + ending for stem in stems.split() for ending in endings.split()]


_STEP_OF = {
    **dict.fromkeys(_adjectives("прошл", f"{_ADJECTIVE} ое"), -1),
    **dict.fromkeys(_adjectives("минувш прошедш", _SOFT_ADJECTIVE), -1),
    **dict.fromkeys("этой эту этом этого этот текущей текущем текущего нынешней".split(), 0),
    **dict.fromkeys("нынешнем нынешнего".split(), 0),
    **dict.fromkeys(_adjectives("следующ будущ ближайш предстоящ грядущ", _SOFT_ADJECTIVE), 1),
}
_UNITS = spellings(
    ("день|дня|дней|сутки|суток", "day"),
    ("неделя|неделю|недели|неделе|недель|неделей", "week"),
    ("месяц|месяца|месяце|месяцев|месяцу", "month"),
    ("год|года|году|лет|годом", "year"),
)
# Forms behind a number, by the forms of the number: 1, 2 to 4, 5 and more.
_BEHIND = {
    "day": ("день сутки", "дня", "дней суток"),
    "week": ("неделю", "недели", "недель"),
    "month": ("месяц", "месяца", "месяцев"),
    "year": ("год", "года", "лет"),
}
_SPOKEN = spellings(
    ("сегодня|на сегодня|сегодняшний день|сегодняшнего дня|на сегодняшний день", (0, 0, "day")),
    ("сейчас|теперь|ныне|на данный момент|в данный момент|в настоящее время", (0, 0, "day")),
    ("в настоящий момент|к настоящему времени|к настоящему моменту|до сих пор", (0, 0, "day")),
    ("по состоянию на сегодня|в течение дня|на текущий момент", (0, 0, "day")),
    ("вчера|вчерашний день|вчерашнего дня|накануне", (-1, -1, "day")),
    ("позавчера|позавчерашнего дня", (-2, -2, "day")),
    ("завтра|завтрашнего дня|завтрашний день", (1, 1, "day")),
    ("послезавтра", (2, 2, "day")),
    ("утром|днем|вечером|этим утром|этим вечером|рано утром|ранним утром", (0, 0, "part_of_day")),
    ("поздно вечером|поздним вечером|на рассвете|в полдень", (0, 0, "part_of_day")),
    ("в первой половине дня|во второй половине дня", (0, 0, "part_of_day")),
    ("ночью|прошлой ночью|минувшей ночью|прошедшей ночью|за ночь", (-1, 0, "night")),
    ("в ночь на сегодня", (-1, 0, "night")),
)
"""First and last day after the article's, and precision."""
_NEAR = frozenset("сегодня вчера завтра накануне позавчера послезавтра".split())
_AMBIGUOUS_RE = (
    rf"(?:{any_of(_NEAR)}) (?:поздно )?ночью|ночью (?:{any_of(_NEAR)})|этой ночью|грядущей ночью"
)

_SPOKEN_RE = rf"(?P<words>{any_of(_SPOKEN)})"
_WEEKDAY = rf"(?P<weekday>{any_of(_WEEKDAYS)})"
_MONTH = rf"(?P<month>{any_of(_MONTHS)})"
_OF_MONTH = rf"(?P<month>{any_of(_GENITIVES)})"
_DAY_NUMBER = r"(?P<day>[0-9]{1,2})(?:-?(?:го|е|ое|му))?"
_YEAR = r"(?P<year>[12][0-9]{3})(?:-?(?:го|м|й|му))?(?: (?:год|года|году|годом|г\.|г))?"
_CALENDAR_RE = rf"(?:{_WEEKDAY},? )?{_DAY_NUMBER} {_OF_MONTH}(?:,? {_YEAR})?"
_DOTTED_RE = r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{2})\.(?P<year>[12][0-9]{3})(?: (?:г\.|года))?"
_ISO_RE = r"(?P<year>[12][0-9]{3})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_WEEKDAY_RE = rf"(?:(?P<which>{any_of(_STEP_OF)}) )?{_WEEKDAY}"
_MONTH_RE = rf"{_MONTH}(?:,? {_YEAR})?"
_OF_A_YEAR = (_CALENDAR_RE, _MONTH_RE)
_AGO_RE = rf"(?:(?P<number>.+) )?(?P<unit>{any_of(_UNITS)}) (?:тому )?назад"
_PERIOD_RE = (
    rf"(?P<which>{any_of(_STEP_OF)}) (?P<unit>{any_of(u for u in _UNITS if u[0] in 'нмг')})"
)

_PART = "утром|днем|вечером|ночью|в полдень|на рассвете|после полудня"
_BEFORE = "(?:в|во|на|за|от|по состоянию на)"
_DRESSED_RE = (
    r"(?:(?P<edge>(?:в )?начал[оеау]|(?:в )?кон(?:це|ца|цу)|(?:в )?середин[еыу]) )?"
    rf"(?:(?:рано |поздно |ранним |поздним )?(?P<part>{_PART}),? )?(?:{_BEFORE} )?"
    rf"(?P<core>.+?)(?:,? (?:рано |поздно |ранним |поздним )?(?P<tail>{_PART}))?"
)
_SINCE = frozenset("с со после".split()) | {"начиная с", "начиная со"}
_ENDS = spellings(
    ("по|к|ко|вплоть до|не позднее|не позже", "last"), ("до|ранее|раньше|перед", "first")
)
"""Whether a time ends with the last or the first day of what a word stands before."""
_OPEN_RE = rf"(?P<word>{any_of([*_SINCE, *_ENDS])}) (?P<rest>.+)"
_RANGES = (
    r"(?:в период )?(?:с|со) (?P<first>.+?) (?:по|до) (?P<last>.+)",
    r"между (?P<first>.+?) и (?P<last>.+)",
    r"(?:в )?(?P<first>[0-9][^-\u2013]*?) ?[-\u2013] ?(?P<last>[0-9].*)",
)
_PAIR_RE = rf"(?P<first>[0-9]{{1,2}}) и (?P<last>[0-9]{{1,2}} {_OF_MONTH}.*)"
_YEARS_RE = r"(?P<last>[12][0-9]{3}) ?(?:годы|годах|годов|гг\.?)"
_NIGHT_RE = r"(?:в ночь )?(?:с|со) (?P<first>.+?) на (?P<last>.+)"
_BEFORE_NIGHT_RE = r"в ночь на (?P<last>.+)"

_ANAPHORA_RE = (
    r"(?:в |на |до |с |после )?(?:тот|том|того|той|ту|следующий|этот) (?:же )?"
    r"(?:день|дня|ночь|ночью|момент|момента|вечер|утро|года|году|месяц|месяце)"
    r"|.+ (?:спустя|ранее|позже|раньше)|потом|затем|тогда|позже|позднее|ранее|впоследствии"
    r"|накануне .+"
)

# ------------------------------------------------------------------------------ reading


def days(wording: str, written_on: date) -> DateInterval:
    """Resolve a date expression of a Russian article.

    Args:
        wording: The date words as the article prints them; case does not matter.
        written_on: The day that the article's text speaks from.

    Returns:
        The days meant, both ends included, and their precision, as `kzdata.evidence.dates.resolve`.

    Raises:
        DateError: The wording is not in the grammar, contradicts itself, or points at another
            sentence; the message says which.
    """
    letters = "date words are Russian letters and ASCII"
    text = smooth(plain(tidy(wording, MAX_WORDING, LETTERS, letters, DateError)))
    try:
        found = _read(_numbers(text), written_on)
    except DateError:
        raise
    except (OverflowError, ValueError) as error:  # beyond year 1 or 9999
        raise DateError(f"no such day: {wording!r} seen from {written_on}") from error
    if found is None:
        raise DateError(f"not a date expression: {wording!r}; {_advice(text)}")
    return DateInterval(*found)


def _read(text: str, written_on: date) -> DateInterval | Known | None:
    if text in _SURROUNDING or re.search(_AMONG_RE, text):
        raise DateError(f"not a date expression: {text!r} alone; take the words around it, too")
    if re.fullmatch(_AMBIGUOUS_RE, text):
        raise DateError(f"{text!r} is either of two nights; take the words that tell, or a note")
    return (
        _night(text, written_on)
        or _two_days(text, written_on)
        or _range(text, written_on)
        or _open(text, written_on)
        or _single(text, written_on)
    )


def _advice(text: str) -> str:
    """The likeliest way out for a wording that no rule read."""
    if re.fullmatch(_ANAPHORA_RE, text):
        return "it points at another sentence; take the date from there and say so in a note"
    if text.endswith(" назад"):
        return "only a counted number of days, weeks, months or years ago can be resolved"
    return "see the grammar in kzdata.evidence.languages.russian.dates"


def _numbers(text: str) -> str:
    """The text with the days of months in digits: "пятого января" is "5 января"."""
    return _DAY_IN_WORDS.sub(lambda match: str(ordinal(match.group())), text)


_DAY_FORMS = [
    f for f, number in ORDINALS.items() if number <= 31 and f.endswith(("го", "ое", "ье"))
]
_DAY_IN_WORDS = re.compile(
    rf"\b(?:(?:двадцать|тридцать) )?(?:{any_of(_DAY_FORMS)})(?= (?:{any_of(_GENITIVES)}))"
)

# ------------------------------------------------------------------------------ forms of times


def _night(text: str, written_on: date) -> Known | None:
    """Read "в ночь на среду", "в ночь с 5 на 6 января": a day and the next."""
    pair = re.fullmatch(_NIGHT_RE, text)
    match = pair or re.fullmatch(_BEFORE_NIGHT_RE, text)
    end = _single(match["last"], written_on) if match else None
    if end is None or end.precision != "day":
        return None
    eve = _single(_completed(pair["first"], pair["last"]), end.end) if pair else None
    if pair and eve is None:
        return None
    if eve and eve.start + DAY != end.start:
        raise DateError(f"no night: {text!r} is from {eve.start} to {end.start}")
    return Known(end.start - DAY, end.end, "night")


def _completed(first: str, last: str) -> str:
    """A bare number of a day with the month and year of another: "5" of "с 5 по 7 января"."""
    end, start = re.fullmatch(_CALENDAR_RE, last), re.fullmatch(_DAY_NUMBER, first)
    if not end or not start or end["weekday"]:
        return first
    if int(start["day"]) > int(end["day"]):
        raise DateError(f"a reversed range: from day {first} back to {last}")
    return f"{start['day']} {last.partition(' ')[2]}"


def _range(text: str, written_on: date) -> Known | None:
    """Read "с 5 по 7 января", "5–6 января", "2018–2022 годы"."""
    if re.fullmatch(_DOTTED_RE, text) or re.fullmatch(_ISO_RE, text):
        return None
    for pattern in _RANGES:
        if match := re.fullmatch(pattern, text):
            years = re.fullmatch(_YEARS_RE, match["last"])
            last = years["last"] if years else match["last"]
            first = _completed(match["first"], last)
            if known := _READER.between(text, first, last, written_on):
                return known
    return None


def _two_days(text: str, written_on: date) -> Known | None:
    """Read "5 и 6 января": two days, of which one follows the other."""
    pair = re.fullmatch(_PAIR_RE, text)
    if not pair or int(pair["last"].split(" ")[0]) != int(pair["first"]) + 1:
        return None
    first = _completed(pair["first"], pair["last"])
    return _READER.between(text, first, pair["last"], written_on)


def _open(text: str, written_on: date) -> DateInterval | None:
    """Read "с X", "после X", "до X", "к X"."""
    if not (match := re.fullmatch(_OPEN_RE, text)):
        return None
    word, rest = match["word"], match["rest"]
    if word in _SINCE:
        known = _single(rest, written_on)
        start = (known.end if word == "после" else known.start) if known else None
        return DateInterval(start, None, "since") if start else None
    if not (known := _READER.ending(rest, written_on)):
        return None
    edge = rest.split(" ")[0]
    # "До конца января" takes in all of it, "к началу января" its first day.
    last = edge in ("конца", "концу") or (_ENDS[word] == "last" and edge != "началу")
    return DateInterval(None, known.end if last else known.start, "before")


def _comes_round(text: str) -> timedelta | None:
    """Of a day that comes round again, how far ahead such a day may lie that ends a time."""
    match = re.fullmatch(_DRESSED_RE, text)
    core = match["core"] if match else text
    if any(re.fullmatch(pattern, core) for pattern in _OF_A_YEAR):
        return HALF_A_YEAR
    named = re.fullmatch(_WEEKDAY_RE, core)
    return (timedelta() if named["which"] else HALF_A_WEEK) if named else None


def _single(text: str, written_on: date) -> Known | None:
    """One date expression, dressed in "в", "утром", "в начале" and the like."""
    if whole := _core(text, written_on):
        return whole
    match = re.fullmatch(_DRESSED_RE, text)
    if match is None or (match["part"] and match["tail"]):
        return None
    known, part = _core(match["core"], written_on), match["part"] or match["tail"]
    if known is None or (part and (known.precision != "day" or match["edge"])):
        return None
    # Only longer times have a beginning and an end.
    if match["edge"] and known.precision not in ("month", "year", "range"):
        return None
    if part == "ночью":
        return Known(known.start, known.start + DAY, "night")
    return known._replace(precision="part_of_day") if part else known


def _core(text: str, written_on: date) -> Known | None:
    """The first rule that reads a text; each is asked only where its pattern fits."""
    for pattern, rule in _RULES:
        if (match := re.fullmatch(pattern, text)) and (known := rule(match, written_on)):
            return known
    return None


_READER = Reader(_single, _comes_round)

# ------------------------------------------------------------------------------ rules


def _spoken(match: _Match, written_on: date) -> Known:
    """Words that mean the article's own day or its neighbours."""
    first, last, precision = _SPOKEN[match["words"]]
    return Known(written_on + first * DAY, written_on + last * DAY, precision)


def _weekday(match: _Match, written_on: date) -> Known | None:
    """The latest such weekday; "следующий": the first after the day; "прошлый": before it."""
    step = _STEP_OF[match["which"]] if match["which"] else 0
    # "В эту среду" may be over, or to come.
    if match["which"] and not step:
        return None
    return weekday(_WEEKDAYS[match["weekday"]], step, written_on)


def _calendar(match: _Match, written_on: date) -> Known:
    """Read "5 января", "5 января 2022 года", with or without a weekday."""
    found = in_year(match["year"], _MONTHS[match["month"]], int(match["day"]), written_on)
    if match["weekday"] and _WEEKDAYS[match["weekday"]] != found.weekday():
        raise DateError(f"{match.string!r} contradicts itself: {found} is another weekday")
    return one_day(found)


def _numeric(match: _Match, _: date) -> Known:
    return one_day(dated(int(match["year"]), int(match["month"]), int(match["day"])))


def _month(match: _Match, written_on: date) -> Known:
    month = _MONTHS[match["month"]]
    # In March "октябрь" is that of the last year.
    year = int(match["year"] or written_on.year - (month > written_on.month))
    return whole_month(dated(year, month, 1))


def _ago(match: _Match, written_on: date) -> Known | None:
    """Read "три дня назад", "неделю назад": counted back, clipped to the month's last day."""
    number, unit = _count(match["number"]), _UNITS[match["unit"]]
    if number is None or match["unit"] not in _BEHIND[unit][_form(number)].split():
        return None
    return ago(number, unit, written_on)


def _count(text: str | None) -> int | None:
    """A whole number in digits or words; one where there is none."""
    if text is None or re.fullmatch("[1-9][0-9]{0,3}", text):
        return int(text or 1)
    found = cardinal(text)
    whole = found and found.value % 1 == 0 and 0 < found.value < 10_000 and "a" in found.cases
    return int(found.value) if found and whole else None


def _form(number: int) -> int:
    if number % 100 in (11, 12, 13, 14):
        return 2
    return {1: 0, 2: 1, 3: 1, 4: 1}.get(number % 10, 2)


def _period(match: _Match, written_on: date) -> Known:
    """Read "на прошлой неделе", "в этом году", "в следующем месяце"."""
    return period(_UNITS[match["unit"]], _STEP_OF[match["which"]], written_on)


_RULES: tuple[tuple[str, Callable[[_Match, date], Known | None]], ...] = (
    (_SPOKEN_RE, _spoken),
    (_WEEKDAY_RE, _weekday),
    (_CALENDAR_RE, _calendar),
    (_DOTTED_RE, _numeric),
    (_ISO_RE, _numeric),
    (_MONTH_RE, _month),
    (_YEAR, lambda match, _: whole_year(int(match["year"]))),
    (_AGO_RE, _ago),
    (_PERIOD_RE, _period),
)

# ------------------------------------------------------------------------------ in a text

_PARTS = {word.rstrip(".") for word in (*_WEEKDAYS, *_MONTHS)}.union(
    *(wording.split() for wording in (*_SPOKEN, *_STEP_OF, *_UNITS, *_SINCE, *_ENDS)),
    *(words.split() for words in (
        "в во на за от и между начале начала началу конце конца концу середине середины период",
        "ночь назад тому рано поздно ранним поздним годы годах годов г гг начиная полудня после",
    )),
)  # fmt: skip


def _of_a_date(word: str) -> bool:
    """Whether a word, or a piece of one, can stand in a date at all: most cannot."""
    pieces = re.findall(r"[^\W_]+", plain(word))
    return all(piece in _PARTS or piece[0].isdigit() or piece in ORDINALS for piece in pieces)


def extent(text: str, start: int, end: int, written_on: date) -> tuple[int, int]:
    """The widest wording around a place that reads as a date: "до 5 января" of "5 января"."""
    return widest(
        text, (start, end), MAX_WORDING, _of_a_date, lambda words: _readable(words, written_on)
    )


# The same words stand in article after article.
@lru_cache(maxsize=1 << 14)
def _readable(wording: str, written_on: date) -> bool:
    try:
        days(wording, written_on)
    except DateError:
        return False
    return True
