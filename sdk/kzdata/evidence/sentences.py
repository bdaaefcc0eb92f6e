"""Sentences: where each begins and ends in a text, and in which one a passage stands.

A sentence begins at the start of a line or after a sentence's end, and ends with one of . ! ? and
the ellipsis before white space, closing quotation marks or the end of the line. The full stops of
abbreviations and initials end nothing; which words are abbreviations each language knows
(`kzdata.evidence.languages`), and those of English are the default.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache

QUOTES = "\"'\u201c\u201d\u2018\u2019\u00ab\u00bb\u201e\u201f\u2039\u203a"
"""Quotation marks, opening and closing ones."""
_OPENING = QUOTES + "([\ufeff\u00a0 \t"
_TERMINATORS = ".!?\u2026"
# Nothing is tried twice, however long a row of marks is.
_END = re.compile(rf"(?<![{_TERMINATORS}])[{_TERMINATORS}]++(?P<closing>[{QUOTES})\]]*+)(?=\s|$)")
_BLANK_OR_OPENING = re.compile(rf"[\s({QUOTES}]")
ABBREVIATIONS = "(?i)" + (
    "mr mrs ms dr st gen col lt sgt capt cpt maj brig adm prof sen rep gov pres jr sr hon rev"
    " vs etc e.g i.e cf al approx ca inc ltd co corp dept fig a.m p.m"
    " jan feb mar apr jun jul aug sep sept oct nov dec".replace(".", r"\.").replace(" ", "|")
)
"""A pattern of English words behind which a full stop ends no sentence."""
_INITIALS_RE = r"(?:[^\W\d_]\.)*[^\W\d_]"
_LETTER = re.compile(r"[^\S\n]*([^\W\d_])")
_LOOK = 40  # characters before and behind a full stop that tell whether it ends a sentence

Place = tuple[int, int]


# All that is asked of an article is asked of the sentences of the same text.
@lru_cache(maxsize=16)
def sentences(text: str, abbreviations: str = ABBREVIATIONS) -> tuple[Place, ...]:
    """Every sentence as (start, end), without the marks and terminators around it."""
    found = []
    for begin, end, _ in _pieces(text, abbreviations):
        if end is not None and (bare := text[begin:end].lstrip(_OPENING)):
            found.append((end - len(bare), end))
    return tuple(found)


def sentence_at(text: str, start: int, end: int, abbreviations: str = ABBREVIATIONS) -> Place:
    """The sentence in which a passage stands, with its marks; all of them where it is in several.

    A heading or a line without a terminator counts as one, and a line that goes on with a small
    letter in the next one, as in a text that is cut into lines, is none of its own.
    """
    ends = boundaries(text, abbreviations)
    first = bisect_right(ends, start)
    last = bisect_left(ends, end)
    begin = ends[first - 1] if first else 0
    return begin, max(end, ends[last] if last < len(ends) else len(text))


@lru_cache(maxsize=16)
def boundaries(text: str, abbreviations: str = ABBREVIATIONS) -> tuple[int, ...]:
    """The offsets behind which a new sentence, heading or line begins."""
    found = []
    for _, end, after in _pieces(text, abbreviations):
        letter = _LETTER.match(text, after) if end is None else None
        if not (letter and letter[1].islower()):
            found.append(after)
    return tuple(found)


def _pieces(text: str, abbreviations: str) -> Iterator[tuple[int, int | None, int]]:
    """Start, end before the terminator (None where there is none), and end of each piece."""
    offset = 0
    for line in text.splitlines(keepends=True):
        begin = 0
        for end, after in _ends(line, abbreviations):
            yield offset + begin, offset + end, offset + after
            begin = after
        if line[begin:].strip():
            yield offset + begin, None, offset + len(line)
        offset += len(line)


def _ends(line: str, abbreviations: str) -> Iterator[Place]:
    """Where sentences of a line end: before the terminator, and after it with its quotes."""
    for match in _END.finditer(line):
        rest = line[match.end() : match.end() + _LOOK].strip()
        if not rest or _ends_here(line, match, rest, abbreviations):
            yield match.start(), match.end()


def _ends_here(line: str, match: re.Match[str], rest: str, abbreviations: str) -> bool:
    """Inside a line: not after an abbreviation, nor where a quotation or pause runs on."""
    if match.group() == ".":
        before = line[max(0, match.start() - _LOOK) : match.start()]
        word = _BLANK_OR_OPENING.split(before)[-1]
        initials = re.fullmatch(_INITIALS_RE, word) and word[-1].isupper()
        return not (initials or re.fullmatch(abbreviations, word))
    runs_on = match["closing"] or match.group() in ("...", "\u2026")
    return not (runs_on and rest.lstrip(QUOTES)[:1].islower())
