"""The date-expression grammar: from printed date words to an interval of days.

A date expression is read against the day that the article's text speaks from (the document
creation time of TimeML, https://timeml.org). Five rules decide everything:

* A weekday, a month or a date without a year is the latest such day or month that is not after
  that day; "next", "coming" and "tomorrow" look ahead.
* What ends a time may lie ahead. After "until", "by", "before" and the like, and as the end of a
  range, a month or a date without a year is the one nearest to that day: up to half a year ahead.
  So is a weekday, up to three days ahead, but not as the end of a range, which is over.
* The result is never more precise than the words: "in October" is the whole month, a night is
  the two days that it touches, an open bound stays open.
* Words that point at another sentence ("the next morning", "that day") are refused, and so are
  vague lengths of time ("several days ago"): they need a reader, not a grammar.
* A wording is read whole or not at all. A weekday that contradicts its date is refused.
* Weekdays and months are written with a capital, as in English: "may", "march", "sat" and "sun" are
  no dates. Such a word alone is none with a capital, either, for it may begin a sentence ("May they
  rest"): it needs a day, a year, or a word such as "in" or "last" before it.

Days are of the Gregorian calendar, without time zones: the article's own day. A printed year has
four digits, 1000 to 2999.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

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
from kzdata.evidence.wordings import any_of, numbered, ordinal_ending, spellings, tidy

MAX_WORDING = 100  # longest wording, in code points, that `resolve` looks at

PRECISIONS = ("day", "part_of_day", "night", "month", "year", "range", "before", "since")
"""Every precision that `resolve` returns."""


class DateInterval(NamedTuple):
    """The days that a wording means, both ends included."""

    start: date | None  # first day; None when the wording leaves it open ("until January 5")
    end: date | None  # last day; None when the wording leaves it open ("since 2018")
    # One of `PRECISIONS`. `part_of_day` and `night` keep that the words said more than the day; a
    # night ends on the day after it began.
    precision: str


# ------------------------------------------------------------------------------ vocabulary

_Match = re.Match[str]


_WEEKDAYS = numbered(
    "monday|mon|mon. tuesday|tue|tues|tue.|tues. wednesday|wed|wed. thursday|thu|thur|thurs|thu."
    " friday|fri|fri. saturday|sat|sat. sunday|sun|sun.",
    0,
)
MONTHS = numbered(
    "january|jan|jan. february|feb|feb. march|mar|mar. april|apr|apr. may june|jun|jun."
    " july|jul|jul. august|aug|aug. september|sep|sept|sep.|sept. october|oct|oct."
    " november|nov|nov. december|dec|dec.",
    1,
)
"""The number of each month, by its names in lower case."""
PRINTED_MONTH = f"(?:{any_of(name.capitalize() for name in MONTHS)})"
"""A pattern of a month as it is printed, with a capital."""
_NAMES = frozenset(name.rstrip(".") for name in (*_WEEKDAYS, *MONTHS))
_ALSO_WORDS = frozenset("may march mar august jan sat sun wed mon".split())
"""Names, spelt as other words are, that begin sentences as these; with "the", all names are."""
_NUMBERS = numbered("a|an|one two three four five six seven eight nine ten eleven twelve", 1)

_SPOKEN = spellings(
    ("today|this day|during the day|now|right now|currently|presently|at present", (0, 0, "day")),
    ("at the moment|as of now|as of writing|as of this writing|at this time", (0, 0, "day")),
    ("at the time of writing|at the time of this writing|to date|so far", (0, 0, "day")),
    ("this morning|this afternoon|this evening|in the early morning", (0, 0, "part_of_day")),
    ("in the morning|in the afternoon|in the evening", (0, 0, "part_of_day")),
    ("at dawn|at noon|at midday", (0, 0, "part_of_day")),
    ("tonight|at night|this night", (0, 1, "night")),
    ("last night|overnight", (-1, 0, "night")),
    ("yesterday", (-1, -1, "day")),
    ("tomorrow", (1, 1, "day")),
)
"""First and last day after the article's, and precision."""

PARTS_OF_DATES = _NAMES.union(
    *(wording.split() for wording in (*_SPOKEN, *_NUMBERS)),
    *(words.split() for words in (
        "ever since until till through by before prior to from and between of on in at during as",
        "late early earlier later mid last past this next coming morning afternoon evening night",
        "dawn noon midday day days week weeks month months year years ago new year's eve exactly",
    )),
)  # fmt: skip
"""Words that the expressions of the grammar are made of, beside numbers."""

_SPOKEN_RE = rf"(?P<words>{any_of(_SPOKEN)})"
_WEEKDAY = rf"(?P<weekday>{any_of(_WEEKDAYS)})"
_MONTH = rf"(?P<month>{any_of(MONTHS)})"
_DAY_NUMBER = r"(?P<day>[0-9]{1,2})(?P<suffix>st|nd|rd|th)?"
_YEAR = r"(?P<year>[12][0-9]{3})"
_PART = r"(?P<{}>morning|afternoon|evening|night|dawn|noon|midday)"

_MONTH_DAY_RE = rf"(?:{_WEEKDAY},? )?{_MONTH} {_DAY_NUMBER}(?:,? {_YEAR})?"
_DAY_MONTH_RE = rf"(?:{_WEEKDAY},? )?(?:the )?{_DAY_NUMBER}(?: of)? {_MONTH}(?:,? {_YEAR})?"
_ISO_RE = rf"{_YEAR}-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}})"
_WEEKDAY_RE = rf"(?:(?P<which>last|past|this past|next|coming|this coming) )?{_WEEKDAY}"
_MONTH_RE = rf"{_MONTH}(?:,? {_YEAR})?"
_HOLIDAY_RE = rf"new year's (?P<which>day|eve)(?:,? {_YEAR})?"
_OF_A_YEAR = (_MONTH_DAY_RE, _DAY_MONTH_RE, _MONTH_RE, _HOLIDAY_RE)
_AGO_RE = (
    rf"(?:exactly )?(?P<number>{any_of(_NUMBERS)}|[1-9][0-9]{{0,3}})"
    r" (?P<unit>day|week|month|year)(?P<plural>s?) ago"
)
_PERIOD_RE = r"(?P<which>last|this|next) (?P<unit>week|month|year)"

_DRESSED_RE = (
    r"(?:(?P<when>late|early|earlier|later|mid)[ -])?(?:(?:on|in|during|at|as of) )?"
    rf"(?:(?:the )?{_PART.format('part')} (?:of|on) )?(?:the )?(?P<core>.+?)"
    rf"(?: {_PART.format('tail')})?"
)
_OPEN_RE = r"(?P<word>(?:ever )?since|until|till|through|by|before|prior to) (?P<rest>.+)"
_RANGE_RE = r"(?:from )?(?P<first>.+?) (?:to|until|through) (?P<last>.+)"
_BETWEEN_RE = r"between (?P<first>.+?) and (?P<last>.+)"
_DAYS_RE = rf"(?P<month>{any_of(MONTHS)}) (?P<first>[0-9]{{1,2}})[-\u2013](?P<rest>[0-9].*)"

_ANAPHORA_RE = (
    r"(?:on |in |during |by |at |since |until |before )?"
    r"(?:(?:the|that) (?:next|following|same|previous|preceding|very) .+"
    r"|(?:that|the same) (?:day|night|morning|afternoon|evening|week|month|year|time)"
    r"|(?:a|one|the) (?:day|night|week|month|year) (?:earlier|later|before|after)"
    r"|.+ (?:days|weeks|months|years) (?:earlier|later|before|after)"
    r"|then|thereafter|later|earlier|afterwards?|the day)"
)


# ------------------------------------------------------------------------------ reading


def resolve(wording: str, written_on: date) -> DateInterval:
    """Resolve a date expression of an article.

    Args:
        wording: The date words as the article prints them; weekdays and months with a capital.
        written_on: The day that the article's text speaks from.

    Returns:
        The days meant, both ends included, and their precision. "before" and "until" leave the
        start open and end on the day named; "since" leaves the end open.

    Raises:
        DateError: The wording is not in the grammar, contradicts itself, or points at another
            sentence; the message says which.
    """
    text = tidy(wording, MAX_WORDING, "\u2013\u2019", "date words are plain ASCII", DateError)
    _check_names(wording)
    text = text.replace("\u2019", "'")
    try:
        interval = _open(text, written_on) or _range(text, written_on) or _single(text, written_on)
    except DateError:
        raise
    except (OverflowError, ValueError) as error:  # day 0, or beyond year 1 or 9999
        raise DateError(f"no such day: {wording!r} seen from {written_on}") from error
    if interval is None:
        raise DateError(f"not a date expression: {wording!r}; {_advice(text)}")
    return DateInterval(*interval)


def _check_names(wording: str) -> None:
    """Refuse words that only look like a weekday or a month."""
    for word in re.findall(r"[A-Za-z]+", wording):
        if word.lower() in _NAMES and word not in (word.capitalize(), word.upper()):
            raise DateError(f"not a date expression: {word!r} is a day or a month with a capital")
    the, name = re.fullmatch(r"(the )?(.*?)\.?", wording.lower()).groups()  # type: ignore[union-attr]
    if name in _ALSO_WORDS or (the and name in _NAMES):
        raise DateError(f"not a date expression: {wording!r} alone; take the words around it, too")


def _advice(text: str) -> str:
    """The likeliest way out for a wording that no rule read."""
    if re.fullmatch(_ANAPHORA_RE, text):
        return "it points at another sentence; take the date from there and say so in a note"
    if text.endswith(" ago"):
        return "only a counted number of days, weeks, months or years ago can be resolved"
    return "see the grammar in kzdata.evidence.dates for the wordings that are read"


def extent(text: str, start: int, end: int, written_on: date) -> tuple[int, int]:
    """The widest wording around a place that still reads as a date: "until January 5" of "January".

    A wording cut out of a longer one may say something else; see `kzdata.evidence.figures.extent`.
    """
    before, after = text[max(0, start - MAX_WORDING) : start], text[end : end + MAX_WORDING]
    starts, ends = [start], [end]
    # Only words that dates are made of, next to one another, are tried: elsewhere there are none.
    while (match := _LAST_WORD.search(before)) and _is_date_word(match[1]) and len(starts) <= 5:
        before = before[: match.start()]
        starts.append(starts[-1] - len(match[0]))
    while (match := _NEXT_WORD.match(after)) and _is_date_word(match[2]) and len(ends) <= 5:
        after = after[match.end() :]
        ends.append(ends[-1] + match.end())
    windows = sorted(((a, b) for a in starts for b in ends), key=lambda w: w[0] - w[1])
    return next((w for w in windows if _readable(text[slice(*w)], written_on)), (start, end))


def printed(text: str, written_on: date) -> Iterator[tuple[int, int]]:
    """Where a text prints dates, each in its widest wording, in the order of the text.

    A bare number is none: "2019" alone may count something.
    """
    last = 0
    for word in re.finditer(r"[A-Za-z0-9-]+", text):
        if word.start() < last or not _is_date_word(word[0].partition("-")[0]):
            continue
        start, end = extent(text, *word.span(), written_on)
        wording = text[start:end]
        if start >= last and not wording.isdigit() and _readable(wording, written_on):
            yield start, end
            last = end


_LAST_WORD = re.compile(r"([A-Za-z0-9'\u2019.]+,?) \Z")
_NEXT_WORD = re.compile(r"(,? |[-\u2013](?=[0-9]))([A-Za-z0-9'\u2019]+)")


def _is_date_word(word: str) -> bool:
    lower = word.rstrip(".,").lower().replace("\u2019", "'")
    return lower in PARTS_OF_DATES or bool(re.fullmatch(r"[0-9]{1,4}(st|nd|rd|th)?", lower))


# The same words stand in article after article.
@lru_cache(maxsize=1 << 14)
def _readable(wording: str, written_on: date) -> bool:
    try:
        resolve(wording, written_on)
    except DateError:
        return False
    return True


def _open(text: str, written_on: date) -> DateInterval | None:
    """Read "since X", "until X", "before X"."""
    match = re.fullmatch(_OPEN_RE, text)
    if match is None:
        return None
    since = match["word"].endswith("since")
    rest = match["rest"]
    known = _single(rest, written_on) if since else _READER.ending(rest, written_on)
    if known is None:
        return None
    if since:
        return DateInterval(known.start, None, "since")
    # "Until October" takes in all of it, "before October" at most its first day.
    outer = known.start if match["word"] in ("before", "prior to") else known.end
    return DateInterval(None, outer, "before")


def _range(text: str, written_on: date) -> Known | None:
    """Read "X to Y", "between X and Y", "January 5-7": first day of X to last of Y."""
    if days := re.fullmatch(_DAYS_RE, text):
        text = f"{days['month']} {days['first']} to {days['month']} {days['rest']}"
    match = re.fullmatch(_BETWEEN_RE, text) or re.fullmatch(_RANGE_RE, text)
    return _READER.between(text, match["first"], match["last"], written_on) if match else None


def _comes_round(text: str) -> timedelta | None:
    """Of a day that comes round again, how far ahead such a day may lie that ends a time."""
    if _names(text, *_OF_A_YEAR):
        return HALF_A_YEAR
    if _names(text, _WEEKDAY_RE):
        return HALF_A_WEEK if _names(text, _WEEKDAY) else timedelta()
    return None


def _names(text: str, *patterns: str) -> bool:
    """Whether the text, undressed, fits one of some patterns."""
    match = re.fullmatch(_DRESSED_RE, text)
    core = match["core"] if match else text
    return any(re.fullmatch(pattern, core) for pattern in patterns)


def _single(text: str, written_on: date) -> Known | None:
    """One date expression, dressed in "late on", "the morning of", "night" and the like."""
    if whole := _core(text, written_on):
        return whole
    match = re.fullmatch(_DRESSED_RE, text)
    if match is None or (match["part"] and match["tail"]):
        return None
    known = _core(match["core"], written_on)
    part = match["part"] or match["tail"]
    if known is None or (part and known.precision != "day"):
        return None
    return _dressed(known, match["when"], part)


def _dressed(known: Known, when: str | None, part: str | None) -> Known:
    if part == "night":
        return Known(known.start, known.start + DAY, "night")
    if known.precision == "day" and (part or when in ("late", "early")):
        return known._replace(precision="part_of_day")
    return known


def _core(text: str, written_on: date) -> Known | None:
    """The first rule that reads a text; each is asked only where one of its patterns fits."""
    for patterns, rule in _RULES:
        for pattern in patterns:
            if (match := re.fullmatch(pattern, text)) and (known := rule(match, written_on)):
                return known
    return None


_READER = Reader(_single, _comes_round)


# ------------------------------------------------------------------------------ rules


def _spoken(match: _Match, written_on: date) -> Known:
    """Words that mean the article's own day or its neighbours."""
    first, last, precision = _SPOKEN[match["words"]]
    return Known(written_on + first * DAY, written_on + last * DAY, precision)


def _weekday(match: _Match, written_on: date) -> Known:
    """The latest such weekday; "next": the first after the day; "last": the latest before it."""
    ahead = match["which"] in ("next", "coming", "this coming")
    step = 1 if ahead else -1 if match["which"] else 0
    return weekday(_WEEKDAYS[match["weekday"]], step, written_on)


def _calendar_date(match: _Match, written_on: date) -> Known | None:
    """Read "January 5", "5 January 2022", with or without a weekday."""
    if match["suffix"] not in (None, ordinal_ending(f"{int(match['day'])}")):
        return None
    known = in_year(match["year"], MONTHS[match["month"]], int(match["day"]), written_on)
    if match["weekday"] and _WEEKDAYS[match["weekday"]] != known.weekday():
        name = next(name for name, n in _WEEKDAYS.items() if n == known.weekday())
        raise DateError(f"{match.string!r} contradicts itself: {known} is a {name.title()}")
    return one_day(known)


def _month(match: _Match, written_on: date) -> Known:
    month = MONTHS[match["month"]]
    # In March "October" is that of the last year.
    year = int(match["year"] or written_on.year - (month > written_on.month))
    return whole_month(dated(year, month, 1))


def _holiday(match: _Match, written_on: date) -> Known:
    """New Year's Day and Eve, the only days named without a date so far."""
    month, number = (1, 1) if match["which"] == "day" else (12, 31)
    return one_day(in_year(match["year"], month, number, written_on))


def _ago(match: _Match, written_on: date) -> Known | None:
    """Read "two days ago", "a month ago": counted back, clipped to the month's last day."""
    number = _NUMBERS.get(match["number"]) or int(match["number"])
    if (number > 1) != bool(match["plural"]):
        return None
    return ago(number, match["unit"], written_on)


def _period(match: _Match, written_on: date) -> Known:
    """Read "last month", "this week", "next year"; a week is Monday to Sunday (ISO 8601)."""
    step = {"last": -1, "this": 0, "next": 1}[match["which"]]
    return period(match["unit"], step, written_on)


_RULES: tuple[tuple[tuple[str, ...], Callable[[_Match, date], Known | None]], ...] = (
    ((_SPOKEN_RE,), _spoken),
    ((_WEEKDAY_RE,), _weekday),
    ((_ISO_RE,), lambda match, _: one_day(dated(*map(int, match.groups())))),
    ((_MONTH_DAY_RE, _DAY_MONTH_RE), _calendar_date),
    ((_MONTH_RE,), _month),
    ((_YEAR,), lambda match, _: whole_year(int(match["year"]))),
    ((_HOLIDAY_RE,), _holiday),
    ((_AGO_RE,), _ago),
    ((_PERIOD_RE,), _period),
)
