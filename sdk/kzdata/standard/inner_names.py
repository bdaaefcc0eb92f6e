"""Names of which no two are one to SQL, for tables and columns that the standard tells apart.

SQL takes `x` and `X` for one column, and none can stand twice. In the standard both are two, and
fields of one name, which version 1 allowed, are told apart by their order. So the second of them
gets an inner name, by which everything within kzdata knows it; a person sees the stated one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

MARK = "\x1f"  # stands in no name of a descriptor
_INNER = re.compile(f"{MARK}[0-9]+")


def inner_names(names: Iterable[str], taken: Iterable[str] = ()) -> tuple[str, ...]:
    """The names, each with a mark of its own where it is one, to SQL, with one before it."""
    used, made = set(taken), []
    for place, name in enumerate(names):
        folded = name.casefold()
        made.append(f"{name}{MARK}{place}" if not name or folded in used else name)
        used.add(folded)
    return tuple(made)


def stated(text: str) -> str:
    """A text with names as the descriptor states them."""
    return _INNER.sub("", text) if MARK in text else text


def inner_of(name: str, names: tuple[str, ...]) -> str | None:
    """The inner name of a stated one; None where none, or more than one, is stated so."""
    found = _by_stated(names).get(name, [])
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=32)
def _by_stated(names: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        found[stated(name)].append(name)
    return found


def places(header: Iterable[str], names: tuple[str, ...]) -> list[str | None]:
    """The inner name of each column of a header, in the order of those of one name."""
    left = {name: iter(inner) for name, inner in _by_stated(names).items()}
    return [next(left.get(cell, iter(())), None) for cell in header]
