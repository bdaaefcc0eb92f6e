"""Paths with wildcards: the files of a folder that they name, found without ever leaving it.

`*`, `?` and `[...]` stand for characters of one name, `**` for any number of folders, as in a
shell; a name that begins with a dot is named by its dot alone. Each folder is listed once, whatever
the pattern, and no link to a folder is followed.
"""

import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import translate
from pathlib import Path

from kzdata.errors import NotReadError
from kzdata.files.limits import allowing

ANY_FOLDERS = "**"
LOOKED_AT = 100  # names that are looked at for each file that may be found


def is_pattern(path: str) -> bool:
    """Whether a path has wildcards."""
    return not {"*", "?", "["}.isdisjoint(path)


def matching(top: Path, pattern: str, most: int) -> list[str]:
    """The files below a folder, which is no link, that a pattern names, in the order of bytes.

    What is neither a file nor a folder, such as a broken link, is among them: who opens it tells.
    `most` of them are wanted; there may be more.

    Raises:
        NotReadError: There are too many names to look at, or one is not UTF-8; or a folder cannot
            be listed.
    """
    parts = _Parts(pattern)
    found, pending, room = list[str](), [("", parts.begin)], LOOKED_AT * most
    while pending:
        folder, places = pending.pop()
        for entry in _entries(top, folder):
            if (room := room - 1) < 0:
                words = f"over {LOOKED_AT * most} names to look at for {pattern}"
                raise NotReadError(f"{words}; {allowing('files')}")
            further, path = parts.after(places, entry.name), f"{folder}{entry.name}"
            if further and entry.is_dir(follow_symlinks=False):
                pending.append((f"{path}/", further))
            elif parts.end in further and not entry.is_dir():
                found.append(_sound(path))
    return sorted(found, key=str.encode)


def _entries(top: Path, folder: str) -> Iterator[os.DirEntry[str]]:
    place = os.path.join(top, folder).rstrip(os.sep)  # noqa: PTH118 - names are taken as they are
    try:
        # Between two looks a folder may have become a link to anywhere.
        if os.path.realpath(place) == place:
            with os.scandir(place) as entries:
                yield from entries
    except OSError as error:
        reason = f"the folder {folder or '.'} cannot be listed: {error.strerror}"
        raise NotReadError(f"{reason}; allow this user to read it") from error


def _sound(path: str) -> str:
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise NotReadError(f"the name {path!r} is not UTF-8; rename the file") from error
    return path


class _Parts:
    """The parts of a pattern; where one is in it is told by a set of their numbers.

    So a name is compared with each part once, and no pattern takes more than its length a name.
    """

    def __init__(self, pattern: str) -> None:
        parts = [part for part in pattern.split("/") if part not in ("", ".")]
        # Folders alone are no files.
        parts += ["*"] if parts[-1:] == [ANY_FOLDERS] else []
        self.end = len(parts)
        self._folders = [part == ANY_FOLDERS for part in parts]
        self._names = [re.compile(translate(part)) for part in parts]
        self._dotted = [part.startswith(".") for part in parts]
        self.begin = self._closed([0])

    def after(self, places: Iterable[int], name: str) -> frozenset[int]:
        """Where one is in the pattern after one more name."""
        return self._closed(self._after(places, name))

    def _after(self, places: Iterable[int], name: str) -> Iterator[int]:
        dotted = name.startswith(".")
        for place in places:
            if place == self.end or dotted > self._dotted[place]:
                continue
            if self._folders[place]:
                yield place
            elif self._names[place].match(name):
                yield place + 1

    def _closed(self, places: Iterable[int]) -> frozenset[int]:
        """The same with those that any number of folders, none of them, leads to."""
        found = set[int]()
        for place in places:
            found.add(place)
            while place < self.end and self._folders[place]:
                place += 1
                found.add(place)
        return frozenset(found)
