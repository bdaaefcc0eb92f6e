"""What a number in a text is: a count of things, or a date, a measure, a part of a name.

A wording such as "12" reads as a number wherever it stands. What it is there, the words around it
say: "12%", "$12", "a 12-hour storm", "January 12", "the 12th anniversary", "Flight 12", "aged 12"
count nothing. Where it counts, what it counts is the noun after it: "12 police officers", "more
than 40 boats", "70 Il-76 and An-124 planes", "12 of the fishers"; or nothing is named, and it
stands for what the sentence is about: "8 were killed", "400 of them".

Each test looks at a few words on either side, and errs on the side of a count.
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from kzdata.errors import FigureError
from kzdata.evidence import nouns
from kzdata.evidence.dates import PRINTED_MONTH
from kzdata.evidence.figures import is_number_word, parse
from kzdata.evidence.wordings import any_of

_NEAR = 60  # code points on either side that are looked at

SENSES = {
    "count": "a count",
    "percentage": "a percentage",
    "money": "an amount of money",
    "measure": "a measure",
    "time": "a time of day",
    "date": "a date",
    "ordinal": "a place in a sequence",
    "age": "an age",
    "name": "part of a name or code",
    "score": "a score",
    "telephone": "a telephone number",
    "times": "how many times",
    "address": "a number in a street",
    "children": "the children of a parent",
    "fraction": "a number with a fraction, as no whole things have",
}
"""What a number can be, each in words."""


_Test = tuple[str, re.Pattern[str] | None, re.Pattern[str] | None]


class Number(NamedTuple):
    """What a number is, and the words that say so."""

    sense: str  # one of `SENSES`
    words: str  # the number with the words beside it


class Phrase(NamedTuple):
    """The noun phrase after a number."""

    words: tuple[str, ...]  # up to its last word, as printed; empty where no noun follows
    head: str = ""  # what is counted, where that is certain: the noun in the plural
    end: int = 0  # where its last word ends in the text

    def __str__(self) -> str:
        return " ".join(self.words)


# ------------------------------------------------------------------------------ vocabulary

_CURRENCIES = (
    "dollar euro pound rouble ruble tenge som manat hryvnia lira yen yuan renminbi"
    " rupee franc krona krone kronor kroner zloty forint peso dirham riyal dinar"
    " cent penny pence kopeck usd eur gbp kzt rub jpy cny chf nok sek dkk pln czk huf uah"
    " uzs kgs inr aud cad nzd buck"
).split()
_SYMBOLS = "$\u20ac\u00a3\u00a5\u20bd\u20b8\u20b4\u20b9\u20ba\u20a9"
MEASURES = (
    "kilometre kilometer km|metre meter m|centimetre centimeter cm|millimetre millimeter mm|mile mi"
    "|foot ft|inch|yard|acre|hectare ha|litre liter|gallon|barrel|tonne ton|kilogram kilogramme"
    " kilo kg|gram g|pound lb|ounce|degree|kilowatt kw|megawatt mw|gigawatt gw|watt|volt|kwh|hertz"
    "|knot|mph|kmh|second|minute|hour hr|day|night|week|fortnight|month|year|decade|century|square"
    "|cubic|nautical|byte|megabyte|gigabyte|kilobyte|pixel|calorie|carat|lightyear|point"
)
"""Units of measures, with "|" between them and blanks between their names."""
_UNIT_OF = {name: unit.split()[0] for unit in MEASURES.split("|") for name in unit.split()}
# Alone they may be other words ("12 points", "2 m" for two millions), or stand before a noun.
_LOOSE_UNITS = frozenset("m g mi point square cubic nautical ha pound barrel".split())
_SAID = {
    "percentage": "% percent percentage share proportion pct rate turnout",
    "money": " ".join(_CURRENCIES) + " price cost amount money salary budget worth wage debt",
    "measure": " ".join(_UNIT_OF) + " distance length duration area temperature speed weight"
    " height volume magnitude depth width size since power range",
    "time": "time clock hour",
    "date": "date day year month decade calendar century",
    "ordinal": "ordinal rank position place sequence",
    "age": "age old year",
    "score": "score goal point result",
    "telephone": "telephone phone",
    "name": "name code version edition",
    "times": "times factor multiple fold",
    "address": "address house",
    "children": "child",
}
_SAYS: dict[str, set[str]] = {}
for _sense, _words in _SAID.items():
    for _word in _words.split():
        _SAYS.setdefault(_word, set()).add(_sense)

_UNITS = (
    # "A second soldier" is no measure, "seconds" are one.
    any_of(
        form
        for name in _UNIT_OF
        if name not in _LOOSE_UNITS
        for form in ((name, name + "s") if name != "second" else ("seconds",))
    )
    + "|feet|inches|centuries|pounds?|barrels? of oil|metric tons"
)
_MONEY = "|".join(f"{name}s?" for name in _CURRENCIES)
_ABBREVIATED = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_SCALE = r"(?: (?:hundred|thousand|million|billion|trillion|bn|mn))*"
_DESIGNATORS = (
    "article|section|chapter|paragraph|page|version|flight|highway|route|room|gate|terminal"
    "|platform|channel|verse|volume|figure|annex|resolution|decree|directive|clause|appendix"
    "|model|type|phase|stage|level|category|magnitude|number|protocol|line|lane|track|episode"
    "|season|edition|lot|exhibit|form|grade|round|day|week|year|tier|class|unit|block|hymn|paragraph"
    "|item|rule|squad|platoon|battery|detachment|cabin|berth|seat|locker|carriage|wagon|buoy|pier"
    "|junction|exit|sector|zone|precinct|ward|cell|checkpoint|reactor|turbine|shaft|sample|patient"
    "|witness|suspect|house|row|aisle|grave|plot|apartment|suite|mile|kilometre|kilometer|psalm|column|point"
)
_MAKES = (
    "Boeing|Airbus|Antonov|Tupolev|Apollo|Soyuz|Falcon|Formula|Windows|Agenda|Studio|Catch|Group of"
    "|Interstate|Autobahn|Channel|Article|Section|Chapter|Page|Flight|Highway|Route|Resolution"
)
# With a capital and a number they are names, too, but not where a name stands before them:
# "School 12", but "in Atyrau Region 12 were hurt".
_NAMED = (
    "Ward|School|Hospital|Station|Line|Bus|Tram|Road|Street|Avenue|Building|House|Apartment|Pier"
    "|Berth|Dock|Bay|Lock|Sluice|Pump|Gauge|Well|Mine|Pit|Shaft|Reactor|Battalion|Brigade|Regiment"
    "|Company|Squadron|Division|Precinct|District|Region|Zone|Sector|Area|Camp|Base|Post|Order|Law"
    "|Bill|Act|Case|Part|Book|Psalm|Table|Issue|Top|Mark|Big|Junction|Exit|Carriage|Car|Wagon"
    "|Train|Locomotive|Tank|Boat|Ship|Lifeboat|Buoy|Room|Gate|Terminal|Platform|Phase|Stage|Local"
    "|Battery|Squad|Platoon|Detachment|Chapel|Hall|Hut|Cell|Cabin|Berth|Paragraph|Checkpoint|Depot"
    "|Unit|Group|Team|Shift|Storm|Operation|Mission|Expedition|Ferry|Trawler|Convoy|Column|Corps"
    "|Row|Plot|Grave|Army|Fleet|Wing|Bureau|Shop|Factory|Plant|Hangar|Barracks|Prison|Colony|Block|Flat|Suite"
)
# Before a name with a number, they say that the name is a place and the number a count.
_WHERE = (
    "in|at|near|off|around|across|from|of|outside|to|on|for|by|through|into|told|said|says|informed"
    "|assured|and|or"
)
_ASIDE_RE = (
    r"\b(?i:the|this|that|each|every) \w+ \Z"
    r"|\b(?!(?:In|At|On|The|By|From|Near|And|But|As|Of|To|For|After) )[A-Z]\w+ [A-Z]\w+ \Z"
)
_SCORED = (
    r"(?:won|w[io]n|beat|beaten|lost|lose|drew|draw|tied|defeat|defeated|victory|score|led"
    r"|vot(?:e|ed|es)|pass(?:ed)?|rejected|approved|carried|adopted|majority|margin|ballot|motion|ahead|tally)"
)
_STREETS = (
    "Streets?|St|Roads?|Rd|Avenue|Ave|Lane|Square|Boulevard|Drive|Quay|Row|Terrace|Embankment"
    "|Prospekt|Prospect|Crescent|Court|Alley|Highway|Close|Wharf|Microdistrict"
)


# ------------------------------------------------------------------------------ senses


# Several rules ask for the number of one claim after another.
@lru_cache(maxsize=1 << 8)
def sense(text: str, start: int, end: int) -> Number:
    """Tell what the number at a place of a text is.

    Args:
        text: The text.
        start: Where the wording of the number begins.
        end: Where it ends.

    Returns:
        What it is, with the words that say so; a count where nothing says otherwise.
    """
    before, wording, after = text[max(0, start - _NEAR) : start], text[start:end], text[end:]
    after = after[:_NEAR]
    for name, behind, ahead in _tests():
        # With limits, not in slices: a pattern may look at the number itself. What can be told
        # from one place is asked before what is searched for.
        last = ahead.match(text, end, end + _NEAR) if ahead else end
        if last is None:
            continue
        first = behind.search(text, max(0, start - _NEAR), start) if behind else start
        if first is not None and not (ahead and _trade(text, end, last)):
            return Number(name, text[_place(first, start) : _place(last, end, after=True)].strip())
    name = _of_wording(before, wording, after)
    near = f"{before[-20:]}{wording}{after[:20]}".replace("\n", " ").strip()
    return Number(name, f"\u2026{near}\u2026")


def _trade(text: str, end: int, found: re.Match[str] | int) -> bool:
    """Whether a measure is the first word of a person's name or trade: "two foot soldiers"."""
    after = found.end() if isinstance(found, re.Match) else end
    words = re.compile(r" ([a-z]+) ([a-z]+)").match(text, end, after + _NEAR)
    singular = words and words.end(1) == after and not words[1].endswith("s")
    person = words and not _stops(words[2]) and nouns.may_be_person(words[2])
    return bool(singular and person)


def _place(found: re.Match[str] | int, end: int, *, after: bool = False) -> int:
    if isinstance(found, int):
        return end
    return found.end() if after else found.start()


def _of_wording(before: str, wording: str, after: str) -> str:
    """The senses that the number's own form decides, with what stands around it."""
    digits = wording.isdigit()
    if re.search(r"(?i)%\Z| per ?cent\Z", wording):
        return "percentage"
    if re.search(r"\A\d{1,2}[:.]\d{2}\Z", wording) and _read_as(wording) == "clock_time":
        return "time"
    if _read_as(wording) == "ordinal":
        return "ordinal"
    if digits and _year(before, wording, after):
        return "date"
    if re.search(r"\A\d+\.\d+\Z", wording) and not re.match(rf"{_SCALE[:-1]}+\b", after):
        return "fraction"
    if digits and len(wording) < 4 and _age_aside(before, after):
        return "age"
    if _scored(before, wording, after):
        return "score"
    if _within_name(before, wording, after):
        return "name"
    ratio = re.match(r" in (?:every )?(\w+)", after) if wording.lower() in ("one", "1") else None
    if ratio and is_number_word(ratio[1]):
        counted = phrase(after, ratio.end()).head
        return "percentage" if nouns.kind(counted) == nouns.PERSON else "count"
    # "A 12-seat bus", but "a 12-boat fleet", "a 12-strong crew".
    joined = re.match(r"-([a-z]+)\b", after)
    counts = joined and (nouns.kind(joined[1]) not in (None, nouns.THING) or joined[1] in _OF_MANY)
    return "measure" if joined and not counts and not is_number_word(joined[1]) else "count"


def _scored(before: str, wording: str, after: str) -> bool:
    """Two numbers of a result after "won" and the like, and no noun: "won 3-2", "by 212 to 190"."""
    between = r"(?:[-\u2013:]| to )"
    first = re.match(rf"\d{{1,3}}{between}\d{{1,3}}(?!\d)", wording + after)
    second = wording.isdigit() and re.search(rf"(?<!\d)\d{{1,3}}(?: votes)?{between}\Z", before)
    told = (first or second) and re.search(
        rf"(?i)\b{_SCORED}\b", before + (after if second else "")
    )
    end = first.end() if first else len(wording)
    return bool(told and not phrase(wording + after, end).words)


def _read_as(wording: str) -> str:
    try:
        return parse(wording).qualifier
    except FigureError:
        return ""


def _year(before: str, wording: str, after: str) -> bool:
    """Four digits without a comma, after a word that years follow, and before no noun."""
    if len(wording) != 4 or not "1500" <= wording <= "2199":
        return False
    if re.search(rf"(?:\b(?i:in|since|during|year|summer|spring|autumn|winter|early|late|mid)[ -]"
                 rf"|{PRINTED_MONTH},? |\d,? |/)\Z", before):  # fmt: skip
        return True
    linked = r"(?i)\b(?:of|by|until|till|before|after|from|to|and|between|the|through|for) \Z"
    return bool(re.search(linked, before)) and not phrase(after, 0).head


def _age_aside(before: str, after: str) -> bool:
    """The age of someone between commas: "Aske Lund, 34, said", "a fisher, 34, drowned"."""
    name = r"\b[A-Z][\w'\u2019-]+"
    # "In Norholm, 12, among them boys" is a count.
    place = rf"\b(?:[Ii]n|[Aa]t|[Oo]f|[Nn]ear|[Oo]ff|[Ff]rom|[Tt]o) (?:{name} )*{name}, \Z"
    among = r",(?! (?:\d|among|including|most|mainly|all|some|many|half|both|or|not|none)\b)"
    named = re.search(rf"{name}, \Z", before) and not re.search(place, before)
    noun = re.search(r"\b([a-z]+), \Z|\b[Aa]n? (?:[a-z-]+ ){0,2}([a-z]+) of \Z", before)
    if noun and noun[2]:
        lone = nouns.kind(noun[2]) == nouns.PERSON and not nouns.plural(noun[2])
        return bool(lone and re.match(_AGED_ON, after))
    if re.search(r"(?:\A|[.;\n] ?)At \Z", before):
        return bool(re.match(_AGED_AT, after))
    named = named or (noun and nouns.kind(noun[1]) == nouns.PERSON and not nouns.plural(noun[1]))
    return bool(
        (named and re.match(among, after))
        or (re.search(rf"{name} {name} \(\Z", before) and re.match(r"\)", after))
    )


# Behind "a fisher of 61", and behind "at 48".
_AGED_ON = r"[,.;:]| (?:who|was|were|from|and|had|has|with|died|drowned)\b|\Z"
_AGED_AT = (
    r", (?:he|she|[A-Z][a-z]+ (?:was|is|had|has)"
    r"|(?:the|its|their) (?:\w+ ){0,3}(?:oldest|youngest|eldest))\b"
)


def _within_name(before: str, wording: str, after: str) -> bool:
    """Words after which numbers are names, and number words with capitals inside sentences."""
    digits, counted = wording[:1].isdigit(), phrase(after, 0).head
    makes = re.search(rf"\b(?:{_MAKES})s? (?:[Nn]o\.? )?\Z", before)
    if makes and (digits or (is_number_word(wording) and not counted)):
        return True
    if not digits:
        inside = re.search(r"[a-z]{2,} \Z", before) and re.match(r"[A-Z][a-z]+\Z", wording)
        return bool(inside and re.match(r" [A-Z][a-z]|\W*\Z|[.,]| [a-z]+ed\b| \w+s\b", after))
    named = re.search(rf"\b(?:(?:{_NAMED})|(?i:{_DESIGNATORS}))s? \Z", before)
    if named and re.search(r"(?:\A|[.;\n] ?)[A-Z][a-z]+ \Z", before):
        return True
    # "In the room 12 people sat": what a noun follows may be a count after all.
    called = (named and not re.search(_ASIDE_RE, before)) or _called_so(before)
    return bool(called and not counted)


def _called_so(before: str) -> bool:
    """Whether a name ends before a number inside a sentence: "the ferry Tor 2 sailed"."""
    name = re.search(r"((?:[\w'\u2019-]+ ){1,4})(?:[A-Z][\w'\u2019-]+ )+\Z", before)
    known = rf"(?:{PRINTED_MONTH}|\w+day) \Z"
    if not name or re.search(known, before) or not re.search(r"\b[a-z]+ \Z", name[1]):
        return False
    return not re.search(rf"(?i)\b(?:{_WHERE}) ", name[1])


@cache
def _tests() -> tuple[_Test, ...]:
    """`_TESTS`, compiled when the first number is looked at: that takes as long as a small file."""
    return tuple(
        (name, re.compile(behind) if behind else None, re.compile(ahead) if ahead else None)
        for name, behind, ahead in _TESTS
    )


# The sense, what ends before the number, and what begins after it; the first that fits decides.
_TESTS = (
    ("percentage", "", r"(?i)(?: ?%|[ -]?per ?cent(?:age)?(?: points?)?\b| pct\b|-percent\b)"),
    ("percentage", "", r"(?i)[- ](?:thirds?|quarters?|fifths?|tenths?) of\b"),
    ("percentage", r"(?<![\w,.-])\Z", r"(?i)(?:(?<=one)|(?<=1)) in (?:every )?"
     r"(?:two|three|four|five|six|ten|\d+)(?=[,.;]| (?:of|were|was|are|is|had|have|has)\b)"),
    ("percentage", "", r"(?i) (?:out of|in) (?:every|each) (?:ten|hundred|thousand|[\d,]+)\b"),
    ("percentage", "", r"(?i) (?:per|in every|for every) (?:hundred|thousand|million|capita|head"
     r"|[\d,]+)\b"),
    ("children", r"(?i)\b(?:grand)?(?:father|mother|parent|mum|mom|dad)s?[- ]of[- ]\Z", ""),
    ("address", "", rf" (?:[A-Z][\w'\u2019-]+ ){{1,3}}(?:{_STREETS})\b"),
    ("telephone", r"(?i)(?:\+[\d ()-]*|\b(?:tel|telephone|phone|dial|dialling|hotline|fax)"
     r"(?: number)?(?: on| at| is)?[.:]? [\d ()+-]*)\Z", ""),
    ("telephone", r"(?i)\b(?:call|calling)(?: on| the number)? \Z",
     r"(?: \d|[,.;]| (?:or|to|for)\b)"),
    ("money", rf"(?i)(?:[{_SYMBOLS}] ?|\b(?:us\$|usd|eur|gbp|kzt|rub|chf|cny|jpy|nok|sek|dkk|pln"
     r"|czk|huf|uah|uzs|kgs|inr|aud|cad|nzd|rs\.?) ?)\Z", ""),
    ("money", "", rf"(?i){_SCALE}[ -]?(?:(?:us|u\.s\.|canadian|australian|american|russian|swiss"
     rf"|norwegian|danish|swedish|kazakh(?:stani)?) )?(?:(?:{_MONEY})\b(?! \w+ers\b)"
     rf"|[{_SYMBOLS}])"),
    ("age", "", r"(?i)(?:-| )?(?:years?|months?|weeks?|days?)(?:-| )(?:olds?|of age)\b"),
    ("age", r"(?i)\b(?:aged?|ages|turn(?:ed|ing|s)?|age of|(?:aged|ages|age)(?: between| from)? \d+"
     r"(?: and | to |-))(?: of)? \Z", r"(?! (?:people|men|women|children)\b)"
     r"(?! (?!is\b|was\b|has\b|years\b)[a-z]+s\b)"),
    ("time", "", r"(?i)(?:[:.]\d\d)? ?(?:a\.?m\b|p\.?m\b|o'?\u2019?clock|hrs?\b|hours (?:local|gmt|"
     r"utc|on (?:mon|tues|wednes|thurs|fri|satur|sun)day)|gmt\b|utc\b|noon\b|midnight\b"
     r"| (?:in the|that|this) (?:morning|afternoon|evening|night)\b| ?at night\b)"),
    ("time", r"(?i)\b(?:it was|at|by|until|till|since|around|about|shortly (?:before|after)) \Z",
     r"(?<=\d\.[0-5]\d)(?=[,.;]| (?:when|on|that|a\.m|p\.m)\b)"),
    ("time", r"(?i)\bshortly (?:before|after) \Z", r"(?=[,.;]| (?:on|that|when|the)\b)"),
    ("time", r"(?:\d[:.]|\b(?:half|quarter) (?:past|to) |\bminutes (?:past|to) )\Z", ""),
    ("age", r"\b(?:[Hh]e|[Ss]he|[Ww]ho|I) (?:was|is|were) (?:only |just |barely )?\Z",
     r"(?=[,.;]| (?:when|and|at|years)\b)"),
    ("age", r"\b[A-Z][a-z]+ (?:was|is) (?:only |just |barely )?\Z",
     r" (?=when (?:he|she)\b|at the time\b)"),
    ("date", rf"(?<![Ii]n )(?<!\d )\b(?:{PRINTED_MONTH}|(?:{_ABBREVIATED})\.) (?:the )?"
     r"(?:\d+(?:st|nd|rd|th)?(?:, | and | or | to |[-\u2013]))*\Z",
     r"(?:(?<![\w,]\d)(?<=\d)|(?<=\b[0-3]\d)|(?<=\b\d{4}))(?:st|nd|rd|th|)\b"),
    ("date", "", rf"(?:st|nd|rd|th)?(?:(?:, | and | or | to |[-\u2013])\d+(?:st|nd|rd|th)?)*,?"
     rf"(?: of)? {PRINTED_MONTH}\b"),
    ("date", "", r"(?:s\b(?!-)|['\u2019]s\b| BCE?\b| AD\b| B\.C\.| A\.D\.)"),
    ("date", r"\d[-/.]\Z", r"[-/.]\d"),
    ("ordinal", "", r"(?:st|nd|rd|th)\b"),
    ("ordinal", r"(?i)\b(?:top|rank(?:ed|s|ing)?|placed|seeded|finished)(?: no\.?| number)?"
     r" \Z", ""),
    ("name", r"(?:[#\u2116] ?|\b(?:[Nn]os?\.|[Nn]r\.?|No) ?)\Z", r"(?<=\d)"),
    ("name", r"[^\W\d_][-\u2011/]?\Z(?<!\b[Mm]id-)(?<!\b[Pp]re-)", r"(?<=\d)"),
    ("name", r"\d[-/]\Z|[A-Z]\d*[-/]\Z", r"(?!-)"),
    ("measure", r"(?i)\b(?:minus|magnitude(?: of)?|sub-zero) \Z|(?<!\w)[-\u2212]\Z"
     r"|\b(?:temperatures?|mercury|thermometers?|highs|lows)(?: \w+){0,2}"
     r" (?:of|to|at|around|below|above|near) \Z", ""),
    ("measure", "", rf"(?i){_SCALE}(?:[ -]?(?:\d+ )?(?:square|cubic|nautical) ?\w+"
     rf"|[ -]?(?:{_UNITS})\b"
     r"|-(?:metres?|meters?|foot|feet|inch|day|hour|year)|\u00b0| ?\u00b0| ?km/h)"
     r"(?!['\u2019]? (?:old|of age)|[ -](?:labou?rers|workers|guards|watchmen|students|pupils)\b)"),
    ("measure", "", r"(?i) ?(?:m|g|kg|ha|mi)\b(?=[,.;)]| (?:of|from|to|high|wide|long|deep|away"
     r"|north|south|east|west|above|below|tall|thick)\b)"),
    ("times", "", r"(?i)(?: times?\b|-?fold\b)"),
    ("name", "", r"(?<=\d)(?:[A-Za-z]\b|[A-Z]|[/x]\d)"),
)  # fmt: skip


def said(words: str) -> set[str]:
    """The senses that a claim itself names, by the words of its unit or subject: "km", "% of"."""
    if "calendar" in words.lower():
        return {"date"}  # no number of years
    found = {"percentage"} if "per cent" in words.lower() else set[str]()
    for word in re.findall(rf"[^\W\d_]+|[%{_SYMBOLS}]", words):
        found |= {"money"} if word in _SYMBOLS else _SAYS.get(word.lower(), set())
        found |= _SAYS.get(nouns.singular(word), set())
    return found


def measured(words: str) -> str:
    """The unit of a measure that some words name, under its first name; empty where none."""
    for word in re.findall(r"[^\W\d_]+", words):
        unit = _UNIT_OF.get(word.lower()) or _UNIT_OF.get(nouns.singular(word))
        if unit and (word not in _LOOSE_UNITS or len(words) <= 2):
            return unit
    return ""


# ------------------------------------------------------------------------------ what is counted

# Words at which a noun phrase ends. Adverbs that end in "s" are no nouns.
_STOPS = frozenset(
    "in on at by for from to with within without into onto over under after before during since"
    " until till near along across around about against among amid as than through throughout via"
    " per off out up down behind beside besides beyond between inside outside toward towards upon"
    " or nor but if when while where who whom whose which that because although though so yet"
    " was were is are am be been being has have had do does did will would can could may might"
    " must shall should it its he his she her they them their we us our you your i my this these"
    " those there here the a an some any each every both all no not never also always perhaps"
    " sometimes afterwards nearby overseas abroad today yesterday tomorrow now then still only"
    " died die dead-on drowned perished fled left lost went came got said says told took gave made"
    " found saw ran fell held kept stood sat lay rose sank burnt burned missing alive remain"
    " remained survived needed received suffered escaped arrived reached returned stayed became"
    " called asked joined more-than monday tuesday wednesday thursday friday saturday sunday"
    " injured killed wounded hurt arrested detained hospitalised hospitalized rescued evacuated"
    " trapped stranded reportedly".split()
)
# They stand before a noun as well as alone: "12 injured men", "12 lost boats", "12 injured".
_PARTICIPLES = frozenset(
    "drowned lost burnt burned missing injured killed wounded hurt arrested detained hospitalised"
    " hospitalized rescued evacuated trapped stranded dead sunk stolen broken frozen".split()
)
_STATES = frozenset("dead missing sunk stolen broken frozen".split())
_FILLERS = frozenset("more other others another further additional".split())
_OF_MANY = frozenset("strong member odd plus some fold people".split())
_DETERMINERS = frozenset("the those these its his her their our my your whose".split())
_WORD = re.compile(r"[ \t\u00a0]?([^\W_](?:[^\W_]|['\u2019](?=\w)|-(?=\w))*['\u2019]?)")
_VERB = re.compile(
    r" (?:was|were|is|are|has|have|had|will|would|may|might|could|must|sank|burnt|lay|stood|went"
    r"|came|fell|\w+ed)\b"
)
_OWNED = re.compile(
    r"(?i) (?:of|for|owned by|carrying|(?:that |which )?(?:belong(?:ing|s|ed)?|assigned) to|whose)"
    r"(?=(?P<whose>(?: [\w'\u2019-]+){1,6}))"
)
_LONGEST = 7  # words of a phrase
_ENDS = r"ed\Z|ly\Z"


@lru_cache(maxsize=1 << 12)
def phrase(text: str, end: int) -> Phrase:
    """Find the noun phrase that follows a number, and its head where that is certain.

    The head is the first noun in the plural, or the last of several in a row ("arms dealers");
    two kinds of one thing may stand before it ("70 Il-76 and An-124 planes"). A possessive is no
    head ("12 boats' crews"). After a participle or an adverb, a noun may be an object ("12 lost
    homes"): there it is the head only before a verb of its own ("40 damaged boats sank").
    """
    if joined := re.compile(r"-([a-z]+)\b").match(text, end):
        return Phrase((joined[1],), joined[1] if nouns.kind(joined[1]) else "", joined.end())
    words, place = _words_after(text[end : end + 3 * _NEAR])
    head = ""
    for number, word in enumerate(words):
        if nouns.plural(word):
            head, words = _last_plural(words, number)
            break
    unsure = any(re.search(_ENDS, w) or w.lower() in _PARTICIPLES - _STATES for w in words[:-1])
    last = end + place.get(len(words), 0)
    if head and unsure and not _VERB.match(text, last):
        head = ""
    return Phrase(tuple(words), head, last)


def noun_of(text: str, start: int, end: int) -> Phrase:
    """The noun phrase that says what a number counts: after it, or else before it."""
    following = phrase(text, end)
    return following if following.words else noun_before(text, start, end)


def owner(text: str, end: int) -> tuple[int, int]:
    """The piece of a text that says whose is what a noun names that ends at a place.

    "Boats [of the fishers]", "cars [that belonged to soldiers]"; empty where it says nothing.
    """
    found = _OWNED.match(text, end)
    return (found.end(), found.end() + len(found["whose"])) if found else (end, end)


def noun_before(text: str, start: int, end: int) -> Phrase:
    """The noun that stands before its number, where that is certain.

    "Boats: 40.", "boats, 40 in all", "their boats, 40 of them, sank", "of the boats 40 sank".
    """
    if of := _SELECTED.search(text, max(0, start - _NEAR), start):
        return phrase(text, of.end())
    ends = _SUMMED_UP.match(text, end)
    behind = _SUMMED[ends.lastgroup or ""] if ends else None
    found = behind.search(text, max(0, start - _NEAR), start) if behind else None
    noun = found["noun"] if found else ""
    return Phrase((noun,), noun, start) if nouns.plural(noun) else Phrase(())


# What follows a number of a list or an aside, and what then stands before it.
_SUMMED_UP = re.compile(
    r"(?P<sum> in all| in total| altogether)?[.,;\n]"
    r"|(?P<them> of them)(?=[,.;]| (?:was|were|had)\b)"
)
_SUMMED = {
    "": re.compile(r"(?:\A|[.;\n])\s?(?:\w+ )?(?P<noun>[A-Za-z]+): \Z"),
    "sum": re.compile(r"\b(?P<noun>[a-z]+), \Z"),
    "them": re.compile(
        r"(?:\A|[.;:,] |\band |\bwhile |\bbut )(?:[Tt]heir|[Ii]ts|[Hh]is|[Hh]er|[Tt]he|[Tt]hese) "
        r"(?:[a-z]+ )?(?P<noun>[a-z]+), \Z"
    ),
}
_SELECTED = re.compile(r"(?:\A|[.;\n] ?)(?:Of|Out of|From among)(?= [^,.;]{3,50},? \Z)")


def _last_plural(words: list[str], first: int) -> tuple[str, list[str]]:
    last = first
    while last + 1 < len(words) and nouns.plural(words[last + 1]):
        last += 1
    return words[last], words[: last + 1]


def _words_after(text: str) -> tuple[list[str], dict[int, int]]:
    """The words of a noun phrase after a number, and where each number of words ends."""
    words: list[str] = []
    ends: dict[int, int] = {}
    place, of = 0, False
    while (found := _WORD.match(text, place)) and len(words) < _LONGEST:
        word, low = found[1], found[1].lower()
        fresh = not words
        if low == "of" and fresh and not of:
            of = True
        elif fresh and (low in _FILLERS or low in _DETERMINERS or (of and low[0].isdigit())):
            pass
        elif not _goes_on(low, words, text[found.end() :]):
            break
        else:
            words.append(word)
            ends[len(words)] = found.end()
        place = found.end()
    while words and words[-1].lower() in ("and", *_PARTICIPLES) and not nouns.kind(words[-1]):
        words.pop()
    return words, ends


def _goes_on(word: str, words: list[str], rest: str) -> bool:
    """Whether a word belongs to the noun phrase of some words before it."""
    if word == "and":
        # Between what tells two kinds of one thing: "Il-76 and An-124 planes".
        return bool(words) and not any(map(nouns.plural, words)) and not words[-1].endswith("ed")
    if word == "of" or is_number_word(word):
        return False
    if word in _PARTICIPLES:
        # "12 injured men", but "12 injured in clashes".
        following = _WORD.match(rest)
        return not words and following is not None and not _stops(following[1])
    return not _stops(word)


def _stops(word: str) -> bool:
    return word.lower() in _STOPS or word.lower() == "and"


# ------------------------------------------------------------------------------ words like "a"

_FEW_LETTERS = re.compile(r"(?i)(?:\A|.* )(a|an|no|one|a single|single)\Z")


def is_word_like_a(wording: str) -> bool:
    """Whether a wording ends with a word that is a number only before what is counted."""
    return bool(_FEW_LETTERS.match(wording))


def words_counted_by_one(text: str, end: int) -> tuple[str, ...]:
    """The words that "a", "no" or "one" at a place could count: the noun phrase after it.

    "Or" goes on ("no mass gathering or looting cases"). Empty where no noun follows: "one died".
    """
    words: list[str] = []
    passed, aside = set[str](), {"of", *_DETERMINERS, *_FILLERS}
    for word in re.findall(r"[^\W_](?:[^\W_]|['\u2019-](?=\w))*|[^\s\w]", text[end : end + _NEAR]):
        low = word.lower()
        if not words and (low in aside or ("of" in passed and is_number_word(low))):
            passed.add(low)
            continue
        if not word[0].isalnum() or len(words) == _LONGEST or low == "of":
            break
        if low not in ("or", "and") and low in _STOPS - _PARTICIPLES:
            break
        words.append(word)
    while words and words[-1].lower() in _PARTICIPLES:  # "one drowned", but "a drowned man"
        words.pop()
    return tuple(words)


# In front of "one", they leave it no number; behind it, they make a turn of speech.
_NOT_BEFORE_ONE = re.compile(r"(?i)\b(?:no|any|every|each|the|this|that|which|some) \Z")
_IDIOM = re.compile(
    r"(?i) (?:another|by one|day|hand|way|point|thing|side|after (?:another|the other)|time"
    r"|can|must|should)\b"
)


def no_number(text: str, start: int, end: int) -> bool:
    """Whether "one" at a place is none: "no one", "on the one hand", "one another"."""
    if text[start:end].lower() != "one":
        return False
    before = _NOT_BEFORE_ONE.search(text, max(0, start - _NEAR), start)
    # "Reports that one of the shops" has a conjunction.
    conjunction = before and before.group() == "that " and text.startswith(" of", end)
    return bool((before and not conjunction) or _IDIOM.match(text, end))
