"""CSV as a file of records with physical places (RFC 4180, UTF-8).

DuckDB reads the values; this module reads what DuckDB doesn't tell: on which line and column a cell
stands, and how a file is malformed. A record that is never closed does not swallow the file: its
first line is given up and reading goes on with the next.

`csv` from the standard library is not used because it gives no columns, takes malformed quoting
without a word, and loses a bare carriage return.
"""

import codecs
import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, repeat, takewhile, zip_longest
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

from kzdata.files.limits import MAX_CELLS

MAX_RECORD_LINES = 10_000
MAX_RECORD_LENGTH = 8 << 20  # code points of a row; a longer one is not read, and cut there
MAX_RECORD_BYTES = 4 * MAX_RECORD_LENGTH
MAX_JOINED_BYTES = 4 << 20  # of lines joined by an open quotation: each may be joined anew
MAX_NAME_PART = 2_000  # characters of a column's name that is put together of several rows
CHUNK = 1 << 20
ENDLESS = 1 << 20  # bytes without the end of a row: that row is looked at by the careful reader
BOM = b"\xef\xbb\xbf"
PARQUET = b"PAR1"  # what a Parquet file begins with
BLOCK = 1 << 12  # bytes in which a line is looked for: fewer lines to split, more blocks to count


class Cell(NamedTuple):
    """A cell's value and where its first character stands, from 1, in Unicode code points.

    The column is 0 where it stands in the name of the file's folder.
    """

    value: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a CSV file."""

    # Position among the rows, from 0; -1 where it is no row: a header, a comment, a blank line.
    number: int
    line: int  # physical line on which it begins, from 1
    cells: tuple[Cell, ...]  # its cells, the first `MAX_CELLS` of them
    fault: str = ""  # what is malformed, or empty
    part: int = 0  # which of the table's files it stands in, from 0
    width: int = 0  # how many cells it has
    place: tuple[int, int] = (0, 0)  # line and column of what is malformed

    @property
    def partitions(self) -> int:
        """How many of its cells stand in the name of the file's folder."""
        return sum(not cell.column for cell in self.cells)

    def written(self, width: int) -> str:
        """The record as one with `width` cells after RFC 4180."""
        values = [cell.value for cell in self.cells[:width]]
        values += [""] * (width - len(self.cells))
        return ",".join('"' + value.replace('"', '""') + '"' for value in values) + "\n"


# What a file of another encoding begins with; that of UTF-32 first, which begins like UTF-16.
_BOMS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
# What a fast reader takes for a delimiter or a quotation mark.
_MARKS = frozenset("\t" + "".join(map(chr, range(0x20, 0x7F))))


class Dialect(NamedTuple):
    """How a CSV file is written (Table Dialect v2); the defaults are RFC 4180."""

    delimiter: str = ","  # between cells, one character or several
    quote: str = '"'  # around a cell, one character
    escape: str | None = None  # before a character that stands for itself, as a quotation mark
    header_rows: tuple[int, ...] = (1,)  # from 1; none where there is no header
    header_join: str = " "  # between the parts of a name in several header rows
    comment_rows: tuple[int, ...] = ()  # rows that are passed over, from 1
    comment: str | None = None  # what a line that is passed over begins with
    skip_space: bool = False  # whether blanks after a delimiter are passed over
    double: bool = True  # whether a quotation mark in a quoted cell may be doubled
    ends: str = "\n"  # what a row ends with; LF stands for CRLF, too

    @property
    def simple(self) -> bool:
        """Whether nothing but delimiter and quotation mark, two of ASCII, differ from RFC 4180."""
        plain = self.delimiter in _MARKS and self.quote in _MARKS
        return plain and self == Dialect(self.delimiter, self.quote)

    def comments(self, line: int, raw: bytes) -> bool:
        """Whether a line begins with the comment mark, after a BOM if it has one."""
        body = raw.removeprefix(BOM) if line == 1 else raw
        return self.comment is not None and body.startswith(self.comment.encode())


HEADLESS = Dialect(header_rows=())  # RFC 4180 without a header


@dataclass(frozen=True, slots=True)
class FileStats:
    """What one pass over a file's bytes tells."""

    size: int  # in bytes
    digests: dict[str, str]  # hexadecimal digests by algorithm
    # Whether DuckDB passes something over: blank lines, NUL, bare CR, rows longer than it can hold.
    suspicious: bool
    controls: bool  # whether they hold control characters or bidirectional overrides
    encoding: str = ""  # what its byte order mark tells, but UTF-8
    # How many lines it has outside of quotations, where blank ones were not looked for: if none is
    # blank, each is a row or the header, and DuckDB reads as many.
    lines: int | None = None


def file_stats(
    path: Path,
    algorithms: frozenset[str] = frozenset({"sha256"}),
    dialect: Dialect = Dialect(),  # noqa: B008 - it is not changed
    count_lines: bool = False,
) -> FileStats:
    """Hash a file and look for bytes that a fast reader passes over, in one pass.

    Whoever reads the rows anyway can have lines counted, which is cheaper than to look for blank
    ones: there are none where each line is a row.
    """
    digests = {name: hashlib.new(name, usedforsecurity=False) for name in sorted(algorithms)}
    look, encoding = _Look(dialect, count_lines), encoding_of(path)
    with path.open("rb") as stream:
        if stream.read(len(PARQUET)) == PARQUET:  # no text: its bytes tell nothing of its cells
            look.suspicious = look.controls = True
        stream.seek(0)
        size = 0
        while chunk := stream.read(CHUNK):
            if chunk.endswith(b"\r"):
                chunk += stream.read(1)  # or a line end cut in two looks like a bare one
            for digest in digests.values():
                digest.update(chunk)
            size += len(chunk)
            look.at(chunk)
    hexadecimal = {name: digest.hexdigest() for name, digest in digests.items()}
    suspicious, lines = look.suspicious or look.open, look.lines if count_lines else None
    return FileStats(size, hexadecimal, suspicious, look.controls, encoding, lines)


def encoding_of(file: Path) -> str:
    """The encoding that a file's byte order mark tells, but UTF-8; empty where there is none."""
    with file.open("rb") as stream:
        start = stream.read(4)
    return next((name for mark, name in _BOMS.items() if start.startswith(mark)), "")


_CONTROL = bytes({*range(0x20), 0x7F} - {*b"\t\n\r"})
_PLAIN = b"\t" + bytes(range(0x20, 0x7F))  # of ASCII, what ends no line
# UTF-8 of U+0080 to U+009F, U+202A to U+202E and U+2066 to U+2069.
_HIDDEN = re.compile(rb"\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
_LEADS = (b"\xc2", b"\xe2\x80", b"\xe2\x81")  # what they begin with: looked for at C speed
# A blank line, looked for by its first byte: twice as fast as the two bytes together.
_BLANK = re.compile(rb"\n(?=\n)")
_BLANK_FIRST = re.compile(rb"(\xef\xbb\xbf)?\r?\n")  # DuckDB may take the next line for no header


class _Look:
    """What is seen of a file's bytes, chunk by chunk at C speed."""

    def __init__(self, dialect: Dialect, count_lines: bool) -> None:
        # In another dialect other bytes are passed over: only the careful reader knows it.
        self.suspicious, self.controls = not dialect.simple, False
        self._marks = _QuotationMarks(dialect if dialect.simple else Dialect())
        self._count_lines = count_lines
        self._ended = 0  # lines with an end
        # The end of each chunk is looked at with the next one: what is sought may lie across.
        self._tail, self._left = b"\n", b""

    @property
    def open(self) -> bool:
        """Whether the last quotation is never closed."""
        return self._marks.open

    @property
    def lines(self) -> int:
        """How many lines there were outside of quotations; the last one may have no end."""
        return self._ended + (self._marks.before not in (b"", b"\n"))

    def at(self, chunk: bytes) -> None:
        """Look at the next chunk, which does not end between CR and LF."""
        if self.suspicious and self.controls:
            return
        if self._tail == b"\n" and _BLANK_FIRST.match(chunk):
            self.suspicious = True
        # Plain ASCII is sorted out first. What belongs together stays so, and no more is needed.
        left = chunk.translate(None, _PLAIN)
        ends = left.count(b"\n")
        others = self._left + (left if len(left) > ends else b"")
        self.controls = self.controls or _controls(others)
        if not self.suspicious:
            self.suspicious = self._passed_over(chunk, left) or self._marks.stray(chunk, ends)
            self._ended += self._marks.ends
        self._tail, self._left = chunk[-2:], left[-2:]

    def _passed_over(self, chunk: bytes, left: bytes) -> bool:
        """Whether the chunk holds NUL, bare CR, or a blank line where those are looked for."""
        if b"\0" in left:
            return True
        returns = b"\r" in left
        if not returns and self._count_lines:
            return False
        seen = self._tail + chunk
        if _BLANK.search(seen):
            return True
        return returns and (b"\n\r\n" in seen or seen.count(b"\r") != seen.count(b"\r\n"))


def _controls(data: bytes) -> bool:
    # In bytes that are not UTF-8 it may be a false alarm, which costs a rule and finds nothing.
    if len(data.translate(None, _CONTROL)) < len(data):
        return True
    return any(lead in data for lead in _LEADS) and bool(_HIDDEN.search(data))


class _QuotationMarks:
    """Looks for stray quotation marks, and rows without an end, chunk by chunk at C speed."""

    # What stands between every second and third mark is outside of quotations: there, a mark opens
    # one at the begin of a cell, and the next outside begins where a cell ends.

    def __init__(self, dialect: Dialect) -> None:
        quote, delimiter = re.escape(dialect.quote), re.escape(dialect.delimiter)
        stray = rf"{quote}((?<=[^{delimiter}\n{quote}]{quote})|(?=[^{delimiter}\r\n{quote}]))"
        self._stray = re.compile(stray.encode())
        self._quote = dialect.quote.encode()
        self.before = b""  # the last byte outside of quotations
        self.open = False
        self.ends = 0  # line ends outside of quotations, of the last chunk

    def stray(self, chunk: bytes, ends: int) -> bool:
        """Whether there is one of either in the next chunk, after what went before.

        The chunk has so many line ends.
        """
        chunk = chunk if self.before else chunk.removeprefix(BOM)
        if self._quote not in chunk and self.before != self._quote:
            self.before = self.before if self.open else chunk[-1:]
            self.ends = 0 if self.open else ends
            return len(chunk) >= ENDLESS and not self.ends
        before, pieces = self.before or b"\n", chunk.split(self._quote)
        joint = self._quote if self.open and len(pieces) > 1 else b""
        self.ends = ends - b"".join(pieces[not self.open :: 2]).count(b"\n")
        # What decides stands beside a mark: the begin and the end of each piece.
        sides = [piece[:1] + piece[-1:] for piece in pieces[self.open :: 2]]
        outside = before + joint + self._quote.join(sides)
        self.open ^= len(pieces) % 2 == 0
        self.before = outside[-1:]
        return bool(self._stray.search(outside)) or (len(chunk) >= ENDLESS and not self.ends)


Kept = TypeVar("Kept")


def whole(record: Record) -> Any:
    """The record itself, which a sheet keeps where nobody says what of it."""
    return record


class Sheet:
    """A table's text: one or several CSV files of one dialect, each with its header rows."""

    textual = True  # whether its files are text, and its rows stand on lines
    # Of each file the cells that the name of its folder holds, by column; empty where none does.
    partitions: Sequence[Mapping[str, str]] = ()

    # `origins`: of each file that was made of another form, where its rows came from.
    def __init__(
        self,
        parts: Sequence[Path],
        dialect: Dialect | None = None,
        encoding: str = "UTF-8",
        origins: Sequence[Any] = (),
    ) -> None:
        self.parts, self.origins = tuple(parts), tuple(origins)
        self.dialect = dialect or Dialect()
        self.encoding = encoding  # that of the files, which may have become UTF-8 since

    def header(self, part: int = 0) -> Record | None:
        """The names of a file's columns; None where it is empty or has no header."""
        alone = Sheet([self.parts[part]], self.dialect, self.encoding)
        above = takewhile(lambda record: record.number == -1 and record.part == 0, alone.records())
        heads = [record for record in above if record.cells]
        if len(heads) < 2:
            return heads[0] if heads else None
        width = max(record.width for record in heads)
        cells = tuple(self._joined(heads))
        return replace(heads[0], cells=cells, width=width)

    def _joined(self, heads: Sequence[Record]) -> Iterator[Cell]:
        """Columns' names, whose parts stand in several header rows."""
        parts = [""] * len(heads)
        for column in zip_longest(*(record.cells for record in heads)):
            # What stands above several columns is part of each of their names. A long text above
            # thousands of columns would fill the memory: no field has a name beyond the limit.
            given = [cell.value[:MAX_NAME_PART] if cell else "" for cell in column]
            parts = [value or part for value, part in zip(given, parts, strict=True)]
            name = self.dialect.header_join.join(filter(None, [*parts[:-1], given[-1]]))
            yield next(filter(None, column))._replace(value=name[:MAX_NAME_PART])

    def records(self) -> Iterator[Record]:
        """All rows in order, and what stands between them; a row's number counts from 0.

        Header rows and comments have the number -1 and cells, or none; a blank line has the number
        -1 and a fault. Bytes that are not UTF-8 are read as U+FFFD and make the row faulty.
        """
        for kind, number, line, raw, place in self._numbered():
            if kind in ("row", "header"):
                here = number if kind == "row" else -1
                yield self._record(here, line, raw, place)
            else:
                yield Record(-1, line, (), "a blank line" if kind == "blank" else "", place)

    def written(self) -> Iterator[tuple[Record | None, bytes]]:
        """All that the files hold, in order: each row with its bytes, and what is no row."""
        for kind, number, line, raw, place in self._numbered():
            yield self._record(number, line, raw, place) if kind == "row" else None, raw

    def _record(self, number: int, line: int, raw: bytes, place: int = 0) -> Record:
        return _record(number, line, raw, self.dialect, place, self.encoding)

    def _numbered(self) -> Iterator[tuple[str, int, int, bytes, int]]:
        """Each record with its kind, and the number of the next row if it is none."""
        number = 0
        for place, part in enumerate(self.parts):
            for kind, line, raw in self._sorted(part):
                yield kind, number, line, raw, place
                number += kind == "row"

    def _sorted(self, part: Path) -> Iterator[tuple[str, int, bytes]]:
        """Each record of a file with its kind: row, header, comment or blank."""
        # Rows are counted as they stand in the file, from 1. A header that would be a comment, or
        # blank, is below it. What stands above the last header row is no row.
        heads, comments = {*self.dialect.header_rows}, {*self.dialect.comment_rows}
        last = max(heads, default=0)
        for ordinal, (line, raw) in enumerate(_raw_records(part, self.dialect), 1):
            passed = ordinal in comments or self.dialect.comments(line, raw)
            blank = not passed and not _body(raw, self.dialect)
            if (passed or blank) and ordinal in heads:
                heads = {head + (head >= ordinal) for head in heads}
                last += 1
            if blank:
                yield "blank", line, raw
            elif passed or (ordinal < last and ordinal not in heads):
                yield "comment", line, raw
            else:
                yield "header" if ordinal in heads else "row", line, raw

    def stats(self, part: int) -> FileStats:
        """What the bytes of one of its files tell of its rows."""
        return file_stats(self.parts[part], frozenset(), self.dialect)

    def seen(self, part: int, stats: FileStats) -> FileStats:
        """What the bytes of one of its files, which tell so much, tell of its cells."""
        return stats

    def relation(
        self, columns: Sequence[str], values: Collection[str] = (), part: str = ""
    ) -> str | None:
        """SQL of its rows as texts, some columns as `values`; None where the files are CSV.

        A further column `part`, if it has a name, is the number of a row's file, from 0.
        """
        return None

    def kinds(self) -> Sequence[str]:
        """The SQL type of each column, or empty; nothing where the files are text."""
        return ()

    def cell(self, value: str, kind: str) -> str:
        """SQL: the text of a value of such a type, or NULL."""
        raise NotImplementedError

    def only(self, fits: Sequence[bool], empty: Path) -> "Sheet":
        """The same with an empty file in place of those that do not fit."""
        parts = [part if fit else empty for part, fit in zip(self.parts, fits, strict=True)]
        origins = [one if fit else None for one, fit in zip(self.origins, fits, strict=True)]
        return Sheet(parts, self.dialect, self.encoding, origins)

    def text(self, part: int) -> Iterator[bytes]:
        """The text of one of its files, in pieces."""
        with self.parts[part].open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    def simplified(self, target: Path, width: int) -> "Sheet":
        """The same rows in one file that a fast reader takes, without a header."""
        with target.open("w", encoding="utf-8", newline="") as out:
            out.writelines(row.written(width) for row in self.records() if row.number >= 0)
        return Sheet([target], HEADLESS)

    def pick(
        self, numbers: set[int], rows: int, keep: Callable[[Record], Kept] = whole
    ) -> dict[int, Kept]:
        """What is kept of the rows of the given numbers, from 0, by number.

        How many rows there are tells whether every line is a row, so that what lies between those
        that are wanted is passed over quickly. What is kept may be far less than the row.
        """
        found = self._pick_lines(numbers, rows, keep)
        return found or {row.number: keep(row) for row in self._pick_rows(numbers)}

    def _pick_lines(
        self, numbers: set[int], rows: int, keep: Callable[[Record], Kept]
    ) -> dict[int, Kept] | None:
        """The same where each line after the header is a row; None where it is not."""
        if len(self.parts) > 1 or not self.dialect.simple:
            return None
        found: dict[int, Kept] = {}
        wanted, first = sorted(numbers, reverse=True), -1
        with self.parts[0].open("rb", CHUNK) as stream:
            while block := stream.read(BLOCK) + stream.readline(MAX_RECORD_BYTES):
                # To count the ends of lines is far faster than to split them.
                after = first + block.count(b"\n") + (not block.endswith(b"\n"))
                if wanted and wanted[-1] < after:
                    lines = block.split(b"\n")
                while wanted and wanted[-1] < after:
                    number = wanted.pop()
                    line = lines[number - first]
                    found[number] = keep(self._record(number, number + 2, line))
                first = after
        return found if first == rows else None

    def _pick_rows(self, numbers: set[int]) -> Iterator[Record]:
        """The rows of the given numbers where a row may have several lines, or a file none."""
        left = set(numbers)
        for kind, number, line, raw, place in self._numbered():
            if not left:
                return
            if kind == "row" and number in left:
                left.discard(number)
                yield self._record(number, line, raw, place)


def _raw_records(path: Path, dialect: Dialect) -> Iterator[tuple[int, bytes]]:
    """Physical lines joined while a quotation is open, each with its first line's number."""
    quote = dialect.quote.encode()
    escaped = re.compile(re.escape((dialect.escape or "").encode()) + b".", re.DOTALL)
    with path.open("rb") as stream:
        lines = enumerate(_lines(stream, dialect.ends.encode()), 1)
        pending: list[tuple[int, bytes]] = []
        replay: list[tuple[int, bytes]] = []
        size = 0
        while True:
            item = replay.pop() if replay else next(lines, None)
            if item is None or len(pending) > MAX_RECORD_LINES or size > MAX_JOINED_BYTES:
                if not pending:
                    return
                # An unclosed quote: give up its first line only and read the others anew.
                replay.extend(reversed(pending[1:] + ([item] if item else [])))
                yield pending[0]
                pending, size = [], 0
                continue
            # A quotation is open after an odd number of marks, however they are doubled.
            marks = item[1].count(quote)
            if marks and dialect.escape:
                marks = escaped.sub(b"", item[1]).count(quote)
            if not pending and (marks % 2 == 0 or dialect.comments(*item)):
                yield item
                continue
            pending.append(item)
            size += len(item[1])
            if len(pending) > 1 and marks % 2:
                yield pending[0][0], b"".join(line for _, line in pending)
                pending, size = [], 0


def _lines(stream: BinaryIO, ends: bytes) -> Iterator[bytes]:
    # What an overlong line has beyond the limit is passed over: the row is not read anyway.
    if ends != b"\n":
        yield from _ended(stream, ends)
        return
    while line := stream.readline(MAX_RECORD_BYTES):
        rest = line
        while len(rest) == MAX_RECORD_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_RECORD_BYTES)
        yield line


def _ended(stream: BinaryIO, ends: bytes) -> Iterator[bytes]:
    """The lines of a file whose rows end with other characters than LF."""
    rest = b""
    while chunk := stream.read(CHUNK):
        *lines, rest = (rest + chunk).split(ends)
        for line in lines:
            yield line[:MAX_RECORD_BYTES] + ends
        # The end may be cut in two.
        rest = rest[:MAX_RECORD_BYTES] + rest[MAX_RECORD_BYTES:][-len(ends) :]
    # Many an editor ends a file with a line end, whatever its rows end with.
    if rest.strip(b"\r\n"):
        yield rest[:MAX_RECORD_BYTES]


def _body(raw: bytes, dialect: Dialect) -> bytes:
    """A record without its end."""
    if dialect.ends != "\n":
        return raw.removesuffix(dialect.ends.encode())
    return raw.removesuffix(b"\n").removesuffix(b"\r")


def _record(
    number: int, line: int, raw: bytes, dialect: Dialect, part: int, encoding: str
) -> Record:
    body = _body(raw.removeprefix(BOM) if line == 1 else raw, dialect)
    fault, place = "", (line, 1)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        text, before = body.decode("utf-8", "replace"), body[: error.start].decode("utf-8")
        fault, place = _undecoded(body[error.start], encoding), _place(before, line, dialect)
    if len(text) > MAX_RECORD_LENGTH:
        text, fault = text[:MAX_RECORD_LENGTH], fault or OVERLONG
    cells, width, misquoted, at = _cells(text, line, dialect)
    if not fault and (misquoted or "\0" in text):
        fault = misquoted or "a NUL character"
        place = cells[at][1:] if misquoted else _place(text[: text.index("\0")], line, dialect)
    return Record(number, line, tuple(cells), fault, part, width, place)


def _place(before: str, line: int, dialect: Dialect) -> tuple[int, int]:
    """Line and column of what stands behind the begin of a record."""
    column = len(before) - before.rfind(dialect.ends) - len(dialect.ends) + 1
    breaks = before.count(dialect.ends)
    return line + breaks, column if breaks else len(before) + 1


def _undecoded(byte: int, encoding: str) -> str:
    """What is said of a byte that is not of the file's encoding."""
    if encoding.lower().replace("-", "").replace("_", "") not in ("utf8", "utf8sig"):
        return f"a character that is not {encoding}"
    shown = bytes([byte]).decode("cp1252", "replace")
    western = f", which is {shown!r} in windows-1252" if shown.isprintable() else ""
    return f"not UTF-8: the byte {byte:02X}{western}"


OVERLONG = f"a row of over {MAX_RECORD_LENGTH:,} characters"
MISQUOTED = "a quotation mark inside an unquoted cell, or one that is never closed"
BARE = "a bare carriage return: it may stand in a quoted cell only"


def _cells(text: str, line: int, dialect: Dialect) -> tuple[list[Cell], int, str, int]:
    """Split one record: its first cells, how many it has, what is malformed, and in which cell."""
    bare = "\r" if dialect.ends == "\n" else dialect.ends
    if dialect.quote not in text and not dialect.skip_space and not dialect.escape:
        cells, width = _bare_cells(text, line, dialect.delimiter)
        if bare not in text:
            return cells, width, "", 0
        return cells, width, BARE, next(n for n, cell in enumerate(cells) if bare in cell.value)
    field, loose = _patterns(dialect)
    delimiter, cells, width = dialect.delimiter, [], 0
    position, start, fault, at = 0, 0, "", 0
    while True:
        match = field.match(text, position)
        found = ""
        if match is None or not _ends(text, match.end(), delimiter):
            match, found = loose.match(text, position), MISQUOTED
        assert match is not None
        width += 1
        if width <= MAX_CELLS:
            quoted, plain = match.group(1), match.group(2)
            found = found or (BARE if bare in (plain or "") else "")
            value = _unescaped(plain if quoted is None else quoted, dialect, quoted is not None)
            cells.append(Cell(value, line, position - start + 1))
        if found and not fault:
            fault, at = found, min(width, MAX_CELLS) - 1
        breaks = text.count(dialect.ends, position, match.end())
        if breaks:
            line += breaks
            start = text.rfind(dialect.ends, position, match.end()) + len(dialect.ends)
        if match.end() >= len(text):
            return cells, width, fault, at
        position = match.end() + len(delimiter)
        if position == len(text):  # a delimiter at the end is followed by an empty cell
            last = [Cell("", line, position - start + 1)] if width < MAX_CELLS else []
            return cells + last, width + 1, fault, at


def _ends(text: str, position: int, delimiter: str) -> bool:
    """Whether a cell may end here."""
    return position == len(text) or text.startswith(delimiter, position)


def _bare_cells(text: str, line: int, delimiter: str) -> tuple[list[Cell], int]:
    """The cells of a record without quotation marks, which is a line."""
    values = text.split(delimiter, MAX_CELLS)
    width = len(values)
    if width > MAX_CELLS:
        width += values.pop().count(delimiter)
    step = len(delimiter)
    places = accumulate((len(value) + step for value in values), initial=1)
    # What `Cell._make` does, without a call of Python for each cell of ten thousand findings.
    cells = zip(values, repeat(line), places, strict=False)
    return list(map(tuple.__new__, repeat(Cell), cells)), width


def _unescaped(inner: str, dialect: Dialect, quoted: bool) -> str:
    """A cell's text without what lets its characters stand for themselves."""
    if dialect.escape:
        double = f"|{re.escape(dialect.quote)}(?={re.escape(dialect.quote)})"
        marks = f"{re.escape(dialect.escape)}(.)" + (double if quoted and dialect.double else "")
        return re.sub(marks, lambda match: match.group(1) or "", inner, flags=re.DOTALL)
    return inner.replace(dialect.quote * 2, dialect.quote) if quoted else inner


@lru_cache(maxsize=64)
def _patterns(dialect: Dialect) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """One field as RFC 4180 has it, and one however it is quoted."""
    quote, delimiter = re.escape(dialect.quote), re.escape(dialect.delimiter)
    escape = re.escape(dialect.escape or "")
    escaped = f"|{escape}." if escape else ""
    inner = f"[^{quote}{escape}]{escaped}" + (f"|{quote}{quote}" if dialect.double else "")
    space = " *" if dialect.skip_space else ""
    quoted = f"{quote}((?:{inner})*){quote}"
    if len(dialect.delimiter) == 1:
        plain, rest = f"[^{delimiter}{quote}{escape}]", f"[^{delimiter}]"
    else:
        plain, rest = f"(?!{delimiter})[^{quote}{escape}]", f"(?!{delimiter})."
    # Possessive (`*+`): no way back is kept for each of a million characters.
    many = escape or len(dialect.delimiter) > 1
    plain = f"(?:{plain}{escaped})*+" if many else f"{plain}*"
    field = f"{space}(?:{quoted}|({plain}))"
    loose = f"{space}(?:{quoted}(?:{rest})*+|((?:{rest})*+))"
    return re.compile(field, re.DOTALL), re.compile(loose, re.DOTALL)
