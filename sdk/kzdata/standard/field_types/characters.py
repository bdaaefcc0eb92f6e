"""Sets of characters as ranges of code points: categories and blocks of Unicode, names of XML."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

Ranges = tuple[tuple[int, int], ...]
"""First and last of each range, in order, none touching the next."""
LAST = 0x10FFFF

CATEGORIES = frozenset(
    "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po "
    "Z Zs Zl Zp S Sm Sc Sk So C Cc Cf Co Cn".split()
)
"""The categories that XML Schema names (Part 2, F.1.1): all of Unicode's but the surrogates."""

# NameStartChar and NameChar of XML 1.0, fifth edition (2.3), which XML Schema 1.1 refers to.
NAME_STARTS: Ranges = (
    *((0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6)),
    *((0xF8, 0x2FF), (0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F)),
    *((0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF), (0xFDF0, 0xFFFD)),
    (0x10000, 0xEFFFF),
)
# Where categories change: the planes that Unicode fills. To look at all takes four times as long.
_LOOKED_AT = (range(0x40000), range(0xE0000, 0xE1000), (0xF0000, 0xFFFFE, 0x100000, 0x10FFFE))
# Names that XML Schema 1.0 lists for blocks whose name, or extent, Unicode has changed since.
_OLD_BLOCKS: dict[str, Ranges] = {
    "Greek": ((0x370, 0x3FF),),
    "CombiningMarksforSymbols": ((0x20D0, 0x20FF),),
    "PrivateUse": ((0xE000, 0xF8FF), (0xF0000, LAST)),
}


def united(*sets: Ranges) -> Ranges:
    """The characters of all of some sets."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(chain(*sets)):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return tuple(found)


def complement(ranges: Ranges) -> Ranges:
    """All other characters."""
    begins = [0, *(last + 1 for _, last in ranges)]
    ends = [*(first - 1 for first, _ in ranges), LAST]
    return tuple((first, last) for first, last in zip(begins, ends, strict=True) if first <= last)


NAME_CHARACTERS = united(
    NAME_STARTS, ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
)


@lru_cache(maxsize=100)
def of_categories(names: str) -> Ranges:
    """The characters of a category such as `Lu`, or of all that begin with one of some letters."""
    wanted = {names} if len(names) == 2 and names[1].islower() else set(names)
    found = (ranges for name, ranges in _by_category().items() if {name, name[0]} & wanted)
    return united(*map(tuple, found))


@lru_cache(maxsize=1)
def _by_category() -> dict[str, list[tuple[int, int]]]:
    """The ranges of each category, of the Unicode that Python has."""
    from unicodedata import category

    found: dict[str, list[tuple[int, int]]] = {}
    begin, name = 0, category("\0")
    for point in chain(*_LOOKED_AT):
        if (other := category(chr(point))) != name:
            found.setdefault(name, []).append((begin, point - 1))
            begin, name = point, other
    found.setdefault(name, []).append((begin, LAST))
    return found


@lru_cache(maxsize=1)
def _blocks() -> dict[str, Ranges]:
    from kzdata.standard.field_types.blocks import BLOCKS

    return dict(_named(BLOCKS)) | _OLD_BLOCKS


def _named(listed: str) -> Iterator[tuple[str, Ranges]]:
    for entry in listed.split():
        ends, _, name = entry.partition(":")
        first, last = ends.split("-")
        yield name, ((int(first, 16), int(last, 16)),)


def block(name: str) -> Ranges | None:
    """A block of Unicode, whose name has no blanks here; None where there is none of that name."""
    return _blocks().get(name)
