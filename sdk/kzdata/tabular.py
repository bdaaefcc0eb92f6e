"""CSV as a file of records with physical places (RFC 4180, UTF-8).

DuckDB reads the values; this module reads what DuckDB doesn't tell: on which line and column a cell
stands, and how a file is malformed. A record that is never closed does not swallow the file: its
first line is given up and reading goes on with the next.

`csv` from the standard library is not used because it gives no columns, takes malformed quoting
without a word, and loses a bare carriage return.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

MAX_RECORD_LINES = 10_000
MAX_RECORD_LENGTH = 1 << 20
"""Code points that a row may have; a longer one is malformed and its cells are cut."""
_FIELD = re.compile(r'"((?:[^"]|"")*)"|([^,"]*)')
_LOOSE = re.compile(r'"((?:[^"]|"")*)"[^,]*|([^,]*)')
CHUNK = 1 << 20
_PLAIN = bytes({*b"\t\n\r", *range(0x20, 0x100)} - {0x7F, 0xC2, 0xE2})
_HIDDEN = re.compile(rb"\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
"""UTF-8 of U+0080 to U+009F, U+202A to U+202E and U+2066 to U+2069."""


class Cell(NamedTuple):
    """A cell's value and where its first character stands, from 1, in Unicode code points."""

    value: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a CSV file.

    Attributes:
        number: Position among the records, from 0 for the header; -1 for a blank line.
        line: Physical line on which it begins, from 1.
        cells: Its cells.
        fault: What is malformed, or empty.
    """

    number: int
    line: int
    cells: tuple[Cell, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What one pass over a file's bytes tells.

    Attributes:
        size: Bytes.
        digests: Hexadecimal digests by algorithm.
        suspicious: Whether the bytes hold what DuckDB passes over in silence: blank lines, NUL
            bytes, bare carriage returns.
        controls: Whether they hold control characters or bidirectional overrides.
    """

    size: int
    digests: dict[str, str]
    suspicious: bool
    controls: bool


def imprint(path: Path, algorithms: frozenset[str] = frozenset({"sha256"})) -> Imprint:
    """Hash a file and look for bytes that a fast reader passes over, in one pass."""
    digests = {name: hashlib.new(name, usedforsecurity=False) for name in sorted(algorithms)}
    size, suspicious, controls, tail = 0, False, False, b"\n"
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            for digest in digests.values():
                digest.update(chunk)
            size += len(chunk)
            suspicious = suspicious or _suspicious(tail + chunk)
            controls = controls or _controls(tail + chunk)
            tail = chunk[-2:]
    hexadecimal = {name: digest.hexdigest() for name, digest in digests.items()}
    return Imprint(size, hexadecimal, suspicious, controls)


def _controls(data: bytes) -> bool:
    """Whether there is a control character; the plain bytes are sorted out at C speed first."""
    left = data.translate(None, _PLAIN)
    return bool(left) and (bool(left.translate(None, b"\xc2\xe2")) or bool(_HIDDEN.search(data)))


_STRAY = re.compile(rb'[^,\r\n"]"[^,\r\n"]')
"""A quotation mark in the middle of a cell."""


def _suspicious(data: bytes) -> bool:
    if b"\0" in data or b"\n\n" in data or data.startswith(b"\n\xef\xbb\xbf\n"):
        return True
    if b'"' in data and _STRAY.search(data):
        return True
    return b"\r" in data and (b"\n\r\n" in data or data.count(b"\r") != data.count(b"\r\n"))


def header(path: Path) -> Record | None:
    """The first record, or None where the file is empty."""
    return next((record for record in records(path) if record.number == 0), None)


def records(path: Path) -> Iterator[Record]:
    """All records of a CSV file in order, blank lines included.

    Bytes that are not UTF-8 are read as U+FFFD and make the record faulty.
    """
    number = 0
    for line, raw in _raw_records(path):
        if not raw.strip(b"\r\n"):
            yield Record(-1, line, (), "blank line")
            continue
        yield _record(number, line, raw)
        number += 1


def _raw_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Physical lines joined while a quotation is open, each with its first line's number."""
    with path.open("rb") as stream:
        lines = _numbered(stream.readlines(CHUNK) for _ in iter(int, 1))
        pending: list[tuple[int, bytes]] = []
        replay: list[tuple[int, bytes]] = []
        while True:
            item = replay.pop() if replay else next(lines, None)
            if item is None or len(pending) > MAX_RECORD_LINES:
                if not pending:
                    return
                # An unclosed quote: give up its first line only and read the others anew.
                replay.extend(reversed(pending[1:] + ([item] if item else [])))
                yield pending[0]
                pending = []
                continue
            pending.append(item)
            if item[1].count(b'"') % 2 == (len(pending) > 1):
                yield pending[0][0], b"".join(line for _, line in pending)
                pending = []


def _numbered(batches: Iterator[list[bytes]]) -> Iterator[tuple[int, bytes]]:
    number = 0
    for batch in batches:
        if not batch:
            return
        for line in batch:
            number += 1
            yield number, line


def _record(number: int, line: int, raw: bytes) -> Record:
    body = raw.removeprefix(b"\xef\xbb\xbf") if line == 1 else raw
    body = body[:-2] if body.endswith(b"\r\n") else body.removesuffix(b"\n")
    fault = ""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        text, fault = body.decode("utf-8", "replace"), f"not UTF-8 at byte {error.start}"
    cells, misquoted = _cells(text, line)
    return Record(number, line, tuple(cells), fault or _fault(text, misquoted))


def _fault(text: str, misquoted: bool) -> str:
    if len(text) > MAX_RECORD_LENGTH:
        return f"a row of over {MAX_RECORD_LENGTH:,} characters"
    if misquoted:
        return "a quotation mark inside an unquoted cell, or one that is never closed"
    if "\0" in text:
        return "a NUL character"
    if "\r" in text.replace("\r\n", ""):
        return "a bare carriage return"
    return ""


def _cells(text: str, line: int) -> tuple[list[Cell], bool]:
    """Split one record; tolerant of stray quotation marks, which it reports."""
    cells: list[Cell] = []
    position, start, misquoted = 0, 0, False
    while True:
        match = _FIELD.match(text, position)
        if match is None or (match.end() < len(text) and text[match.end()] != ","):
            match, misquoted = _LOOSE.match(text, position), True
        assert match is not None
        quoted, plain = match.group(1), match.group(2)
        value = plain if quoted is None else quoted.replace('""', '"')
        cells.append(Cell(value, line, position - start + 1))
        breaks = text.count("\n", position, match.end())
        if breaks:
            line += breaks
            start = text.rfind("\n", position, match.end()) + 1
        if match.end() >= len(text):
            return cells, misquoted
        position = match.end() + 1
        if position == len(text):
            return [*cells, Cell("", line, position - start + 1)], misquoted
