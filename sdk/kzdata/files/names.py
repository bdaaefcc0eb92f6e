"""Names made up out of other names: no two alike, also where case does not count."""

import re
from collections.abc import Iterable

MAX_FILE_NAME = 100
# What Windows takes for a device, whatever its ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def distinct(name: str, taken: set[str], limit: int = 1_000) -> str:
    """A name that no other has, in any case: with a number after it where it is taken.

    It is added to those that are taken, case-folded, and has so many UTF-16 units at most.
    """
    number, found = 1, shortened(name, limit)
    while found.casefold() in taken:
        number += 1
        ending = f"_{number}"
        found = shortened(name, limit - len(ending)) + ending
    taken.add(found.casefold())
    return found


def shortened(text: str, limit: int) -> str:
    """The beginning of a text that has so many UTF-16 units."""
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")


def file_names(names: Iterable[str], reserved: Iterable[str] = ()) -> dict[str, str]:
    """A file's name, without its ending, for each name: no two alike on any system.

    Names that can be a file's stay as they are, whatever is made up for the others; `reserved` are
    those that other files have.
    """
    wanted, others = {name: _plain(name) for name in names}, {name.casefold() for name in reserved}
    kept: dict[str, str] = {}
    for name, plain in wanted.items():
        if name == plain and name.casefold() not in others:
            kept.setdefault(name.casefold(), name)
    taken, own = others | set(kept), set(kept.values())
    return {
        name: name if name in own else distinct(plain, taken, MAX_FILE_NAME)
        for name, plain in wanted.items()
    }


def _plain(name: str) -> str:
    """A name that stays in its folder on every system, most like another."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-") or "table"
    return (f"_{plain}" if _DEVICE.fullmatch(plain) else plain)[:MAX_FILE_NAME]
