"""The story of a package: prose in which each number leads to the claim that it is taken from.

It is the resource named `story`, a file of Markdown: paragraphs with blank lines between them, a
first line that begins with `#` for its title, and links of the form `[8](CR-0001)`, to a record, or
`[2022-01-05](EV-0023/date_start)`, to a cell. All else is text as it stands, HTML too.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from kzdata.errors import PackageError
from kzdata.files.archive import Archive
from kzdata.standard.descriptor import Descriptor

NAME = "story"
MAX_BYTES = 1 << 20
_LINK = re.compile(r"\[([^\[\]]+)\]\((?!\w+://)([^()\s/]+)(?:/([^()\s]+))?\)")


class Piece(NamedTuple):
    """Some words of a story."""

    text: str
    line: int  # where they begin, from 1
    place: int  # in the line, from 1
    key: str | None = None  # the record that they lead to
    column: str | None = None  # the column of it, where one is named


class Story(NamedTuple):
    """A story.

    Attributes:
        path: Its file.
        title: Its title; empty where it has none.
        paragraphs: Its paragraphs.
    """

    path: str
    title: tuple[Piece, ...]
    paragraphs: tuple[tuple[Piece, ...], ...]

    @property
    def pieces(self) -> Iterator[Piece]:
        """All of it, in its order."""
        for part in (self.title, *self.paragraphs):
            yield from part


def story_of(descriptor: Descriptor, archive: Archive) -> Story | None:
    """The story of a package; None where it has none.

    Raises:
        PackageError: Its file is missing, too large or no UTF-8.
    """
    named = (one for one in descriptor.resources if one.name == NAME and not one.remote)
    path = next((one.path[0] for one in named if len(one.path) == 1 and _prose(one.path[0])), None)
    if path is None:
        return None
    try:
        with archive.path_of(path).open("rb") as file:
            body = file.read(MAX_BYTES + 1)
        text = body.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PackageError(f"{path} cannot be read as a story: {error}") from error
    if len(body) > MAX_BYTES:
        raise PackageError(f"{path} is no story: it has over {MAX_BYTES:,} bytes")
    return told(path, text)


def told(path: str, text: str) -> Story:
    """A story out of its text."""
    title: tuple[Piece, ...] = ()
    paragraphs: list[tuple[Piece, ...]] = []
    for lines in _blocks(text):
        number, first = lines[0]
        if not title and not paragraphs and first.startswith("#"):
            name = first.lstrip("#").lstrip()
            title = (*_pieces(name, number, len(first) - len(name)),)
            lines = lines[1:]
        if lines:
            paragraphs.append((*_paragraph(lines),))
    return Story(path, title, tuple(paragraphs))


def _prose(path: str) -> bool:
    return path.lower().endswith((".md", ".markdown"))


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """The lines of each paragraph, with their numbers."""
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            lines.append((number, line.rstrip()))
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def _paragraph(lines: list[tuple[int, str]]) -> Iterator[Piece]:
    for place, (number, line) in enumerate(lines):
        if place:
            yield Piece(" ", number, 1)
        yield from _pieces(line, number)


def _pieces(line: str, number: int, indent: int = 0) -> Iterator[Piece]:
    """The words of a line, and its links."""
    done = 0
    for link in _LINK.finditer(line):
        if link.start() > done:
            yield Piece(line[done : link.start()], number, indent + done + 1)
        yield Piece(link[1], number, indent + link.start() + 2, link[2], link[3])
        done = link.end()
    if done < len(line):
        yield Piece(line[done:], number, indent + done + 1)
