"""Which words of a sentence go with which of its figures.

"Eight officers were killed and 317 others were wounded": "killed" goes with eight and "wounded"
with 317. A word goes with the nearest figure on a side from which nothing parts it: no comma, no
"and", no other figure. So "12 soldiers and 4 protesters died" leaves 12 without a word of its own:
it shares one, and nothing is concluded. "12 of the 30" is a part of 30, and what is said of the
whole may be said of the part.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from kzdata.evidence import counting, nouns
from kzdata.evidence.figures import extent, number_tokens
from kzdata.evidence.sentences import Place

# What parts words from a figure before them; behind them, "who" and "that" do, too.
_PARTS = (
    r"[,;:()\u2013\u2014]|\b(?:and|but|or|nor|yet|while|whereas|whilst|with|without|when|where|as"
    r"|after|before|since|until|because|although|though|if|than|including|among|besides|plus"
    r"|alongside|against|versus|of (?:whom|which))\b"
)
_BREAK_BEHIND = re.compile(rf"(?i){_PARTS}")
_BREAK_AHEAD = re.compile(rf"(?i){_PARTS}|\b(?:who|which|that)\b")
# What begins another clause; "and" alone may join two nouns: "12 men and 4 women died".
_CLAUSE = re.compile(
    r"(?i);|, (?:and|or|nor) |\b(?:but|yet|while|whereas|whilst|although|though|after|since|because"
    r"|as|when|where|until|despite|if|unless)\b"
)
# What begins a sentence with a clause that its first comma ends: "While police fired, men fled".
_OPENING = re.compile(
    r"(?:\A|[.!?\u201d\u2019\"]\s+|\n\s*)(?:While|Whilst|Whereas|Although|Though|After|When|As|Since"
    r"|Because|Until|Before|If|Unless|Once) [^,.;:!?]*\Z"
)
_LEADS = re.compile(r"[,:] ?\Z")  # "In Aske, four", "Injured: 60"
_ASIDE = re.compile(r",(?! (?:and|but|or|while|whereas|with)\b)[^,;:]{1,80},|\([^()]{1,80}\)")
# Of "12 of the 30 injured died", the verb tells of the 12.
_FINITE = re.compile(r"\b(?:was|were|is|are|has|have|had|died|perished|survived|fell|fled)\b")
# "12 officers and members of the guard were hurt".
_AND = re.compile(r"(?P<first>(?: [\w'\u2019-]+){1,4}) and (?P<next>(?:[\w'\u2019-]+ ){1,4})")
# "Six died, said the harbour master".
_SAID_BY = re.compile(r", (?:said|says|according to|reported|announced)(?: the)? \Z")
_WHO = re.compile(r", (?=(?:who|which|that) )")

# No counts of their own, though they are words of numbers.
_NO_COUNTS = frozenset(
    "another single no none half once twice both number first second a an".split()
)
_ARTICLE_RE = re.compile(r"\b(?:[Aa]n?|([Nn]o)) (?=(?:[a-z-]+ ){0,2}?([a-z-]+)\b)")

MOST = 2_000
"""Code points of the longest sentence that is read: what is longer, nobody wrote as one."""
_NEAR_CLAUSE = 200  # code points in front of a place in which its clause begins
_NEAR = 60  # code points in front of a figure that are looked at

_PART = r"(?:at least |at most |about |some |another )?\Z"
_OF_NEXT = re.compile(r"(?i) (?:out )?of (?:the |these |those |its |their |all |all the |some )?\Z")
_OF_LAST = re.compile(
    rf"(?i)\b(?:of whom|of which|of them|including|among them|among whom) {_PART}"
)
_OF_THEM = re.compile(r"(?i) of (?:whom|which|them|these|those)\b")
_OUT_OF = re.compile(
    r"(?:\A|[.;,] ?)(?:Of|Out of|From among|Among|of) (?:the |these |those |all )*\Z"
)


class Sentence(NamedTuple):
    """The figures of a sentence that count something."""

    text: str  # of the article
    first: int  # where the sentence begins in it
    last: int
    figures: tuple[Place, ...]  # in the text, in order
    wholes: dict[int, int]  # of figures that are a part of another, by number

    def at(self, place: Place) -> int | None:
        """The number of the figure at a place; None where none is there that counts."""
        found = (n for n, one in enumerate(self.figures) if one[0] < place[1] and place[0] < one[1])
        return next(found, None)

    def going_with(self, place: Place, *, said: bool = False) -> frozenset[int]:
        """The figures with which words at a place go, by number.

        Args:
            place: Where the words stand.
            said: Whether they name who speaks, so that "that" leads on to what is said.
        """
        held = [n for n, (a, b) in enumerate(self.figures) if a < place[1] and place[0] < b]
        before = [n for n, one in enumerate(self.figures) if one[1] <= place[0]]
        found = held or self._behind(before, place)
        following = len(before)
        if not held and following < len(self.figures):
            gap = self.text[place[1] : self.figures[following][0]]
            parted = (_BREAK_BEHIND if said else _BREAK_AHEAD).search(gap)
            if not parted or (not found and _LEADS.match(gap)):
                found = [*found, following]
        return frozenset(found)

    def _behind(self, before: Sequence[int], place: Place) -> list[int]:
        """The last figure from which nothing parts what begins at a place; its part beside it."""
        for number in before[:-3:-1]:
            gap = self.text[self.figures[number][1] : place[0]]
            if not _BREAK_BEHIND.search(_WHO.sub(" ", _ASIDE.sub("", _joined(gap)))):
                return self._with_part(number, place)
            # "30, two of them boys, drowned": what an aside counts is passed over.
            if number not in self.wholes or not re.match(r"[^,;:]{0,60},", gap):
                break
        return []

    def _with_part(self, number: int, place: Place) -> list[int]:
        """A figure, or the part of it in front of it: "12 of the 30 fishers died" tells of 12."""
        part = number - 1 if self.wholes.get(number - 1) == number else None
        if part is None:
            return [number]
        finite = _FINITE.search(self.text, self.figures[number][1], place[1])
        return [part] if finite else [part, number]


@lru_cache(maxsize=256)
def read(text: str, first: int, last: int) -> Sentence:
    """The figures of a sentence that count something, each in its widest wording.

    None of a sentence of more than `MOST` code points.
    """
    found: list[Place] = []
    if last - first > MOST:
        return Sentence(text, first, last, (), {})
    for token in number_tokens(text[first:last]):
        start, end = extent(text, first + token.start, first + token.end)
        inside = found and start < found[-1][1]
        if inside or not _counts(text, start, end):
            continue
        found.append((max(start, first), end))
    figures = tuple(sorted({*found, *_singles(text, first, last)}))
    return Sentence(text, first, last, figures, _wholes(text, first, figures))


def several(text: str, first: int, last: int) -> bool:
    """Whether a sentence may have several figures: most have one, which is far cheaper to see."""
    places = _token_places(text)
    numbers = bisect_left(places, last) - bisect_left(places, first)
    return numbers > 1 or numbers + len(_ARTICLE_RE.findall(text, first, last)) > 1


# Claims are read article by article.
@lru_cache(maxsize=4)
def _token_places(text: str) -> tuple[int, ...]:
    # Behind a letter they are part of a name: "Norholm0".
    starts = (token.start for token in number_tokens(text))
    return tuple(at for at in starts if not text[at - 1 : at].isalpha())


def _joined(gap: str) -> str:
    """The words after a figure without what parts nothing: "of whom", the "and" of two nouns."""
    gap = _OF_THEM.sub("", gap, 1) if _OF_THEM.match(gap) else gap
    gap = _SAID_BY.sub("", gap)
    found = _AND.match(gap)
    if found and any(map(nouns.plural, found["next"].split()[:4])):
        return f"{found['first']} {found['next']}{gap[found.end() :]}"
    return gap


def in_other_clause(text: str, one: Place, other: Place) -> bool:
    """Whether two places of a sentence stand in two clauses.

    A conjunction that begins a clause is between them, or the first stands in a clause that opens
    the sentence and a comma ends it.
    """
    (start, last), (first, _) = sorted((one, other))
    if _CLAUSE.search(text, last, first):
        return True
    return "," in text[last:first] and bool(_OPENING.search(text[:start][-_NEAR_CLAUSE:]))


def beside(text: str, first: int, last: int, places: Iterable[Place]) -> Sentence:
    """A sentence with some places of its own in the stead of figures; those that meet are one."""
    joined: list[Place] = []
    for start, end in sorted(places):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return Sentence(text, first, last, tuple(joined), {})


def _counts(text: str, start: int, end: int) -> bool:
    """Whether a number counts something."""
    lone = text[start:end].lower() in _NO_COUNTS
    return not lone and counting.sense(text, start, end).sense == "count"


def _singles(text: str, first: int, last: int) -> list[Place]:
    """The articles that count one person, or none: "a fisher drowned", "no fishers"."""
    found = _ARTICLE_RE.finditer(text, first, last)
    return [
        (one.start(), one.start() + len(one.group().rstrip()))
        for one in found
        if nouns.kind(one[2]) == nouns.PERSON and (one[1] or not nouns.plural(one[2]))
    ]


def _wholes(text: str, first: int, figures: Sequence[Place]) -> dict[int, int]:
    """The figures that are parts of others beside them."""
    found = {}
    for number, (start, end) in enumerate(figures):
        following = number + 1 < len(figures)
        before = text[max(first, start - _NEAR) : start]
        if following and _OF_NEXT.match(text, end, figures[number + 1][0]):
            found[number] = number + 1
        elif following and _OUT_OF.search(before.lstrip()):
            found[number + 1] = number
        elif number and (_OF_LAST.search(before) or _OF_THEM.match(text, end)):
            found[number] = number - 1
    return found
