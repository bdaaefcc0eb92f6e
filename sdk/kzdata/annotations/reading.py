"""A stranger's file of annotations: text, lines and JSON, within limits, errors with their place.

Nothing of it is followed or run. It is read once, as a regular file, and no JSON in it is deeper
than what may be walked through by recursion.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from kzdata.errors import AnnotationError, PackageError
from kzdata.files.archive import MAX_DEPTH
from kzdata.files.folder import bounded
from kzdata.files.json_rows import Doubled, Number, value_of_text

MAX_FILE_BYTES = 32 << 20
_LONGEST_POINTER = 200  # characters of one that a message shows
_WAY_OUT = "does the file have the format that you named?"
_BOM = "\ufeff"
_HALF = re.compile("[\ud800-\udfff]")  # JSON can write half of a surrogate pair


class File(NamedTuple):
    """A file by the path that the user gave, which messages call it by."""

    path: Path

    def exists(self) -> bool:
        """Whether there is such a file."""
        return self.path.is_file()

    def text(self) -> str:
        """The text, in UTF-8, as it is: a byte order mark stays."""
        try:
            content = bounded(self.path, MAX_FILE_BYTES)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise AnnotationError(f"{self.path}: no file that can be read: {reason}") from error
        if len(content) > MAX_FILE_BYTES:
            raise AnnotationError(f"{self.path}: over {MAX_FILE_BYTES >> 20} MiB; divide it")
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise AnnotationError(
                f"{self.path}:{line}: not UTF-8 at byte {error.start}; save it as UTF-8"
            ) from error

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines with their numbers from 1; only LF ends one, since others stand in words."""
        for number, line in enumerate(self.text().removeprefix(_BOM).split("\n"), 1):
            # A tool that writes LF on every system did not write this, so that the words may not be
            # what it wrote either.
            if line.endswith("\r"):
                raise AnnotationError(
                    f"{self.path}:{number}: the line ends with CR and LF, where LF alone is "
                    "expected; convert the line ends of this file, not those of the article"
                )
            yield number, line

    def json(self) -> "Node":
        """The JSON value that the file is."""
        return _node(self.text().removeprefix(_BOM), str(self.path))

    def json_lines(self) -> Iterator["Node"]:
        """The JSON values of its lines; blank lines are passed over."""
        for number, line in enumerate(self.text().removeprefix(_BOM).split("\n"), 1):
            if line.strip():
                yield _node(line, f"{self.path}:{number}")


class Node:
    """A JSON value that knows where it stands.

    Attributes:
        value: The value; numbers are `kzdata.files.json_rows.Number`.
        where: The file, the line of JSON lines, and the JSON pointer (RFC 6901).
    """

    def __init__(self, value: Any, file: str, pointer: str = "") -> None:
        self.value, self._file, self._pointer = value, file, pointer

    @cached_property
    def where(self) -> str:
        """The file, with a line where it has JSON lines, and the JSON pointer."""
        pointer = self._pointer[:_LONGEST_POINTER]
        return f"{self._file} {pointer}" if pointer else self._file

    def fails(self, expected: str) -> AnnotationError:
        """The error that something else stands here."""
        return AnnotationError(f"{self.where}: {expected} is expected; {_WAY_OUT}")

    def get(self, name: str) -> "Node | None":
        """A member of an object; None where there is none, or it is null."""
        if not isinstance(self.value, dict):
            raise self.fails("an object")
        found = self.value.get(name)
        return None if found is None else self._at(name, found)

    def need(self, name: str) -> "Node":
        """A member that must be there."""
        if (found := self.get(name)) is None:
            raise self.fails(f"the member {name!r}")
        return found

    def items(self, name: str) -> "list[Node]":
        """The items of a member that is an array; none where it is not there."""
        found = self.get(name)
        return [] if found is None else found.all()

    def all(self) -> "list[Node]":
        """The items of the array that this is."""
        if not isinstance(self.value, list):
            raise self.fails("an array")
        return [self._at(str(place), value) for place, value in enumerate(self.value)]

    def members(self) -> "dict[str, Node]":
        """The members of the object that this is."""
        if not isinstance(self.value, dict):
            raise self.fails("an object")
        return {name: self._at(name, value) for name, value in self.value.items()}

    def text(self) -> str:
        """The text that this is."""
        if not isinstance(self.value, str) or isinstance(self.value, Number):
            raise self.fails("a text")
        return self.value

    def key(self) -> str:
        """The text or whole number that this is, as an id."""
        return str(self.whole()) if isinstance(self.value, Number) else self.text()

    def whole(self) -> int:
        """The whole number from 0 that this is."""
        if not isinstance(self.value, Number) or not re.fullmatch("[0-9]{1,15}", self.value):
            raise self.fails("a whole number from 0")
        return int(self.value)

    def _at(self, name: str, value: Any) -> "Node":
        return Node(value, self._file, f"{self._pointer}/{_step(name)}")


def _node(text: str, place: str) -> Node:
    try:
        value = value_of_text(text, place)
    except PackageError as error:
        raise AnnotationError(f"{error}; {_WAY_OUT}") from error
    if fault := _fault(value, MAX_DEPTH):
        path, expected = fault
        raise Node(value, place, "".join(f"/{_step(name)}" for name in path)).fails(expected)
    return Node(value, place)


def _step(name: str) -> str:
    """A member's name in a JSON pointer, on one line and cut."""
    return repr(name.replace("~", "~0").replace("/", "~1"))[1:-1][:60]


def _fault(value: Any, room: int) -> tuple[list[str], str] | None:
    """Where JSON is too deep, says a name twice or is no Unicode text, and what is expected."""
    if isinstance(value, str):
        return ([], "a text without half of a surrogate pair") if _HALF.search(value) else None
    if not isinstance(value, dict | list):
        return None
    if not room:
        return [], f"JSON of at most {MAX_DEPTH} levels"
    if isinstance(value, Doubled):
        return [], f"{value.names[0]!r} once, not twice,"
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in pairs:
        if fault := _fault(name, room) if isinstance(name, str) else None:
            return fault
        if fault := _fault(inner, room - 1):
            return [str(name), *fault[0]], fault[1]
    return None
