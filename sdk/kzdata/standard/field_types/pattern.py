r"""Patterns: XML Schema's regular expressions (Part 2, appendix F) as RE2 has them.

A pattern matches whole values. Where XML Schema has `^` and `$` for themselves, the standard's own
example has them for the ends, so that at the ends of a pattern they are anchors. `_` counts as a
letter, as everywhere but in XML Schema. Names of XML (`\i`, `\c`) are those of its fifth edition.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from kzdata.standard.field_types.base import MisdeclaredError, UnsupportedError
from kzdata.standard.field_types.characters import (
    CATEGORIES,
    NAME_CHARACTERS,
    NAME_STARTS,
    Ranges,
    block,
    complement,
    of_categories,
    united,
)

PATTERNED = ("string", "any")  # types whose cells patterns are asked of
MAX_PATTERN = 10_000  # characters of a pattern; RE2 takes little more
MAX_SHOWN = 100  # characters of a pattern that a message shows
MAX_NESTING = 50  # groups, or classes, inside of one another
MAX_DIGITS = 6  # digits of a repetition that are read; RE2 takes four
MAX_STATES = 5_000
"""Parts of a pattern, each as often as it is repeated: RE2 may look at all for each character."""
MAX_TIMES = 999_999  # times that a repetition is read as
MAX_REPEATED = 1_000  # times that RE2 repeats a part
MAX_RANGES = 10_000  # ranges of characters that classes are worked out to
MAX_RE2 = 200_000  # characters of a pattern as RE2 has it

_SINGLE = {"n": "\n", "r": "\r", "t": "\t"} | {char: char for char in r"\|.?*+(){}-[]^"}
_SPACES = ((0x9, 0xA), (0xD, 0xD), (0x20, 0x20))
# Escapes for several characters as members of an RE2 class, where it has words for them. None
# begins or ends with a lone character: a hyphen beside it would make a range of the two.
_WORD_MEMBERS, _SPACE_MEMBERS = r"\p{L}_\p{M}\p{N}\p{S}", r"\t-\n \r-\r"
_MEMBERS = {r"\d": r"\p{Nd}", r"\D": r"\P{Nd}", r"\w": _WORD_MEMBERS, r"\s": _SPACE_MEMBERS}
# The same outside of a class, where it can be a complement.
_ALONE = {".": r"[^\n\r]", r"\W": f"[^{_WORD_MEMBERS}]", r"\S": f"[^{_SPACE_MEMBERS}]"}


class _Piece(NamedTuple):
    """An atom, as RE2 has it or as the branches of a group, and how often it stands."""

    atom: "str | list[list[_Piece]]"
    repeat: str = ""


class _Class(NamedTuple):
    """A class: characters, escapes and pairs of first and last, and what is taken away."""

    negated: bool
    members: list[str | tuple[str, str]]
    without: "_Class | None"


@lru_cache(maxsize=1_000)
def read_pattern(pattern: str) -> str:
    """An XML Schema pattern for RE2.

    Raises MisdeclaredError where it is none, with the place, and UnsupportedError where it is
    larger than what is asked of each cell.
    """
    if len(pattern) > MAX_PATTERN:
        raise UnsupportedError(f"a pattern of over {MAX_PATTERN} characters")
    reader = _Reader(pattern)
    branches = reader.branches(0)
    if reader.here:
        raise reader.fault("closes a group that none opened; it is written \\)")
    check_size(found := _group_text(branches, True, True))
    return found


def check_size(pattern: str) -> None:
    """Raise UnsupportedError where an RE2 pattern repeats more than is asked of each cell."""
    if len(pattern) > MAX_RE2:
        raise UnsupportedError(f"a pattern of over {MAX_RE2} characters when written out")
    if states(pattern) > MAX_STATES:
        raise UnsupportedError(f"a pattern that repeats over {MAX_STATES} parts")


class _Reader:
    """Reads a pattern from left to right; a method for each production of the grammar."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._ranges = 0

    @property
    def here(self) -> str:
        """The next character, empty at the end."""
        return self._ahead(0)

    def _ahead(self, number: int) -> str:
        return self._text[self._place + number : self._place + number + 1]

    def _take(self, text: str) -> bool:
        """Whether a text comes next, which is then passed."""
        if found := self._text.startswith(text, self._place):
            self._place += len(text)
        return found

    def fault(self, reason: str, length: int = 1) -> MisdeclaredError:
        """What is wrong with the next characters."""
        found = self._text[self._place : self._place + length]
        place = f"'{found}' at character {self._place + 1}" if found else "the end"
        shown = self._text if len(self._text) <= MAX_SHOWN else f"{self._text[:MAX_SHOWN]}..."
        return MisdeclaredError(f"pattern {shown}", f"a pattern of XML Schema: {place} {reason}")

    def branches(self, depth: int) -> list[list[_Piece]]:
        """The branches up to the end, or to the end of a group."""
        if depth > MAX_NESTING:
            raise UnsupportedError(f"a pattern of over {MAX_NESTING} groups in one another")
        found: list[list[_Piece]] = [[]]
        while self.here not in ("", ")"):
            if self._take("|"):
                found.append([])
            else:
                found[-1].append(self._piece(depth))
        return found

    def _piece(self, depth: int) -> _Piece:
        """An atom, and how often it stands."""
        piece = self._atom(depth)
        if self.here in ("?", "*", "+"):
            repeat = self.here
            self._place += 1
        elif self._take("{"):
            repeat = self._quantity()
        else:
            return piece
        if self.here in ("?", "+"):
            raise self.fault("follows a repetition: there are no lazy or possessive ones")
        return _Piece(piece.atom, repeat)

    def _quantity(self) -> str:
        """`n}`, `n,}` or `n,m}`."""
        least = most = self._number()
        if self._take(","):
            most = -1 if self.here == "}" else self._number()
        if not self._take("}"):
            raise self.fault("is in a repetition, which is {n}, {n,} or {n,m}")
        if most == -1:
            return f"{{{least},}}"
        if most < least:
            self._place -= 1
            raise self.fault("ends a repetition whose most is less than its least")
        return f"{{{least},{most}}}" if most > least else f"{{{least}}}"

    def _number(self) -> int:
        begin = self._place
        while self.here.isascii() and self.here.isdigit():
            self._place += 1
        if begin == self._place:
            raise self.fault("stands for a number of a repetition; a brace itself is written \\{")
        digits = self._text[begin : self._place].lstrip("0")[: 2 * MAX_DIGITS] or "0"
        return min(int(digits), MAX_TIMES)

    def _atom(self, depth: int) -> _Piece:
        """A character, an escape, a class or a group."""
        if self._take("("):
            return self._group(depth)
        if self.here == "[":
            return _Piece(self._class_text(self._class(0)))
        if self.here == "\\":
            return _Piece(self._escape_text(self._escape()))
        if self.here in ("?", "*", "+", "{"):
            raise self.fault("has nothing to repeat")
        if self.here in ("]", "}"):
            raise self.fault(f"stands alone; it is written \\{self.here}")
        char = self._character()
        return _Piece(_ALONE.get(char, char))

    def _group(self, depth: int) -> _Piece:
        if self.here == "?":
            raise self.fault("begins a group: there are no look-arounds, names or flags")
        branches = self.branches(depth + 1)
        if not self._take(")"):
            raise self.fault("comes before a group is closed")
        return _Piece(branches)

    def _character(self) -> str:
        """A character as it is; half of a surrogate pair is none."""
        if "\ud800" <= self.here <= "\udfff":
            raise self.fault("is half a character")
        self._place += 1
        return self._text[self._place - 1]

    def _escape(self) -> str:
        r"""An escape as it stands, such as `\.`, `\d` or `\p{Lu}`."""
        name = self._ahead(1)
        if name in ("p", "P"):
            end = self._text.find("}", self._place, self._place + 100)
            found = self._text[self._place : end + 1]
            if found[2:3] != "{" or not self._is_property(found[3:-1]):
                raise self.fault("has no category or block of Unicode, as \\p{Lu} has", 3)
        elif f"\\{name}" in _ESCAPES or (name and name in _SINGLE):
            found = f"\\{name}"
        else:
            alone = f"; {name} stands for itself" if name and not name.isalnum() else ""
            raise self.fault(f"is no escape of XML Schema{alone}", 2)
        self._place += len(found)
        return found

    @staticmethod
    def _is_property(name: str) -> bool:
        return name in CATEGORIES or (name.startswith("Is") and block(name[2:]) is not None)

    def _class(self, depth: int) -> _Class:
        """`[` to `]`: members, and after a hyphen a class of what is taken away."""
        if depth > MAX_NESTING:
            raise UnsupportedError(f"a pattern of over {MAX_NESTING} classes in one another")
        self._take("[")
        negated, without = self._take("^"), None
        members: list[str | tuple[str, str]] = []
        while self.here != "]" or not members:
            if members and self.here == "-" and self._ahead(1) == "[":
                self._take("-")
                without = self._class(depth + 1)
                break
            members.append(self._member())
        if not self._take("]"):
            raise self.fault("comes after what is taken away from a class, which ends there")
        return _Class(negated, members, without)

    def _member(self) -> str | tuple[str, str]:
        """A character, an escape for several, or a range."""
        first = self._one()
        # A hyphen before the end, and before a class that is taken away, is one itself.
        if len(first) > 1 or self.here != "-" or self._ahead(1) in ("]", "["):
            return first
        if self._ahead(1) == "-" and self._ahead(2) == "[":
            return first
        if self._text[self._place - 1] == "-" and self._text[self._place - 2] != "\\":
            if self._ahead(1) != "-":
                return first  # as a first or a lone one it stands for itself
            raise self.fault("is beside another; within a class it is written \\-")
        self._take("-")
        if self.here == "-":
            raise self.fault("ends a range; there it is written \\-")
        begin, last = self._place, self._one()
        if len(last) > 1 or last < first:
            length, self._place = self._place - begin, begin
            raise self.fault("ends a range, and is no character after its first", length)
        return first, last

    def _one(self) -> str:
        """A character of a class, or the name of an escape for several."""
        if self.here == "\\":
            found = self._escape()
            return found if found in _ESCAPES or len(found) > 2 else _SINGLE[found[1]]
        if self.here == "":
            raise self.fault("comes before a class is closed")
        if self.here == "[":
            raise self.fault("is within a class; there it is written \\[")
        if self.here == "]":
            raise self.fault("ends a class of nothing; in a class it is written \\]")
        return self._character()

    # -------------------------------------------------------------------------- RE2

    def _escape_text(self, escape: str) -> str:
        if escape[1] in _SINGLE:
            return _quoted(_SINGLE[escape[1]])
        if escape in _ALONE:
            return _ALONE[escape]
        return self._class_text(_Class(False, [escape], None))

    def _class_text(self, given: _Class) -> str:
        """A class as RE2 has it, or as its ranges where RE2 has no words for it."""
        texts = [_member_text(member) for member in given.members]
        if given.without is None and all(texts):
            return f"[{'^' * given.negated}{''.join(map(str, texts))}]"
        ranges = _class_ranges(given)
        self._ranges += len(ranges)
        if self._ranges > MAX_RANGES:
            raise UnsupportedError(f"a pattern with over {MAX_RANGES} ranges of characters")
        return _ranges_text(ranges)


def _group_text(branches: list[list[_Piece]], first: bool, last: bool) -> str:
    """Branches as RE2 has them; whether nothing comes before, and after, them."""
    return "|".join(
        "".join(
            _piece_text(piece, first and place == 0, last and place == len(branch) - 1)
            for place, piece in enumerate(branch)
        )
        for branch in branches
    )


def _piece_text(piece: _Piece, first: bool, last: bool) -> str:
    if isinstance(piece.atom, list):
        return f"({_group_text(piece.atom, first, last)}){piece.repeat}"
    if piece.atom in ("^", "$"):
        anchor = not piece.repeat and (first if piece.atom == "^" else last)
        return piece.atom if anchor else f"\\{piece.atom}{piece.repeat}"
    # A group is not written several times: groups in one another would grow without end.
    return "".join(piece.atom + repeat for repeat in _in_steps(piece.repeat))


def _in_steps(repeat: str) -> list[str]:
    """A repetition as some in a row: RE2 takes up to a thousand each."""
    least, comma, most = repeat.strip("{}").partition(",")
    if not least.isdigit() or not MAX_REPEATED < int(most or least) <= MAX_STATES:
        return [repeat]
    (steps, rest), open_ = divmod(int(most or least), MAX_REPEATED), bool(comma and not most)
    sizes = [MAX_REPEATED] * steps + [rest] * bool(rest or open_)
    found, needed = [], int(least)
    for size in sizes:
        now = min(needed, size)
        needed -= now
        found.append(f"{{{now},{size}}}" if now < size else f"{{{size}}}")
    return [*found[:-1], f"{{{rest},}}"] if open_ else found


def _quoted(char: str) -> str:
    return f"\\{char}" if char in r"\|.?*+(){}[]^$" else char


# ------------------------------------------------------------------------------ classes


def _member_text(member: str | tuple[str, str]) -> str | None:
    """A member of a class as RE2 has it, or None where it has no words for it."""
    if isinstance(member, tuple):
        return f"{_in_class(member[0])}-{_in_class(member[1])}"
    if len(member) == 1:
        return _in_class(member)
    name = member[3:-1]
    if member == r"\W" or name in ("C", "Cn"):  # RE2 has no unassigned characters
        return None
    if name and not name.startswith("Is"):
        return member
    return _MEMBERS.get(member) or _listed(_member_ranges(member))


def _in_class(char: str) -> str:
    return f"\\{char}" if char in r"\[]^-" else char


def _word() -> Ranges:
    return united(of_categories("LMNS"), ((ord("_"), ord("_")),))


_ESCAPES: dict[str, Callable[[], Ranges]] = {
    r"\s": lambda: _SPACES,
    r"\d": lambda: of_categories("Nd"),
    r"\w": _word,
    r"\i": lambda: NAME_STARTS,
    r"\c": lambda: NAME_CHARACTERS,
    r"\S": lambda: complement(_SPACES),
    r"\D": lambda: complement(of_categories("Nd")),
    r"\W": lambda: complement(_word()),
    r"\I": lambda: complement(NAME_STARTS),
    r"\C": lambda: complement(NAME_CHARACTERS),
}
"""Escapes for several characters (Part 2, F.1.1)."""


def _class_ranges(given: _Class) -> Ranges:
    """All characters of a class."""
    found = united(*map(_member_ranges, given.members))
    found = complement(found) if given.negated else found
    if given.without is None:
        return found
    return complement(united(complement(found), _class_ranges(given.without)))


def _member_ranges(member: str | tuple[str, str]) -> Ranges:
    if isinstance(member, tuple):
        return ((ord(member[0]), ord(member[1])),)
    if len(member) == 1:
        return ((ord(member), ord(member)),)
    if member in _ESCAPES:
        return _ESCAPES[member]()
    name = member[3:-1]
    found = block(name[2:]) if name.startswith("Is") else of_categories(name)
    return complement(found or ()) if member[1] == "P" else found or ()


def _ranges_text(ranges: Ranges) -> str:
    """Ranges as an RE2 class; where there are none, one that nothing matches."""
    return f"[{_listed(ranges)}]" if ranges else r"[^\x{0}-\x{10FFFF}]"


def _listed(ranges: Ranges) -> str:
    return "".join(f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in ranges)


# ------------------------------------------------------------------------------ size

_TOKEN = re.compile(
    r"\\Q.*?(?:\\E|\Z)"
    r"|\\[pPx]\{[^}]*+\}?|\\."
    r"|\[\^?\]?(?:\[:\^?\w++:\]|\\.?|[^\]\\])*+\]?"
    r"|\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}|.",
    re.DOTALL,
)
"""A part of a pattern as RE2 cuts it. What is opened and never closed goes to the end, or looking
for the end from each place again would take the square of the length."""


@lru_cache(maxsize=1_000)
def states(pattern: str) -> int:
    """How many parts a pattern has, each counted as often as it is repeated: `(ab){2,5}` has ten.

    A pattern of some hundred characters can have a million, which RE2 carries along.
    """
    groups, last = [0], 0
    for token in _TOKEN.finditer(pattern):
        if token.group(1):
            times = _times(*token.groups())
            groups[-1] += last * (times - 1)
            last *= times
        elif token.group() == "(":
            groups.append(0)
        elif token.group() == ")" and len(groups) > 1:
            last = groups.pop()
            groups[-1] += last
        elif token.group() not in tuple("|*+?)"):
            last = 1
            groups[-1] += len(token.group()) if token.group().startswith(r"\Q") else last
    return sum(groups)


def _times(least: str, range_: str | None, most: str | None) -> int:
    """How often RE2 repeats the program of a part for `{least,most}`; without end is once more."""
    if range_ and not most:
        return max(int(least[:MAX_DIGITS]), 1)
    return int((most or least)[:MAX_DIGITS])
