"""The rows of a sheet: of an Excel workbook (xlsx, by openpyxl) or an OpenDocument one (ods).

Each row is a list of values, each None, a string, a number, a truth value, a date or a time,
without the empty cells at its end. Macros, formulas and links are not carried out: a cell is what
was stored in it when it was last calculated.
"""

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.parsers import expat

from kzdata.errors import KzdataError, NotReadError, PackageError, require
from kzdata.files.archive import ZIP_ERRORS, zip_file
from kzdata.files.csv import CHUNK
from kzdata.files.folder import bounded
from kzdata.files.json_rows import Number
from kzdata.files.limits import MAX_CELLS, PackageLimits

MAX_REPEATED = 512 << 20  # characters of a row of ODS, as often as it says that it stands there
MAX_ROWS = 1 << 20  # as many as a sheet of Excel has
MAX_SHEET_CELLS = 100_000_000  # of a sheet, empty ones among them: repeated, they take no bytes
MAX_TEXT = 1 << 20  # characters of a cell
_OLE = b"\xd0\xcf\x11\xe0"  # how files of old Excel begin, and encrypted ones of the new
_DOCTYPE = re.compile(rb"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E")
Row = tuple[int, list[Any]]
Choice = tuple[int, str | None]  # number of a sheet, from 1, and its name, which counts if there


def sheet_rows(
    file: Path, form: str, label: str, limits: PackageLimits, choice: Choice
) -> Iterator[Row]:
    """The rows of a sheet with their numbers, from 1; blank ones at its end are left out.

    Args:
        file: The workbook.
        form: `xlsx` or `ods`.
        label: What messages call it.
        limits: Among them, what it may unpack to.
        choice: Which sheet.

    Raises:
        PackageError: It is not such a workbook, or has no such sheet.
        NotReadError: It is encrypted, or beyond the limits.
        MissingExtraError: The library that reads it is not installed.
    """
    if bounded(file, 4)[:4] == _OLE:
        raise NotReadError(f"{label}: an encrypted workbook, or an .xls; save it as .xlsx")
    rows = _xlsx if form == "xlsx" else _ods
    try:
        with zip_file(file, label, limits, "workbook") as archive:
            _check_parts(archive, label)
            yield from _dense(rows(file, archive, choice, label), label)
    except (*ZIP_ERRORS, OSError) as error:
        raise PackageError(f"{label}: not an {form} file that can be read: {error}") from error


def _check_parts(archive: zipfile.ZipFile, label: str) -> None:
    """Refuse what is encrypted, and XML that declares entities: one may hold a billion others."""
    for entry in archive.infolist():
        if entry.flag_bits & 1:
            raise NotReadError(f"{label}: an encrypted workbook; save it without a password")
        if entry.filename == "META-INF/manifest.xml" and b"encryption-data" in archive.read(entry):
            raise NotReadError(f"{label}: an encrypted workbook; save it without a password")
        if not entry.filename.endswith((".xml", ".rels", ".vml")):
            continue
        tail = b""
        with archive.open(entry) as stream:
            while chunk := stream.read(CHUNK):
                if _DOCTYPE.search(tail + chunk):
                    raise PackageError(f"{label}: {entry.filename} has a document type declaration")
                tail = chunk[-32:]


def _dense(rows: Iterator[Row], label: str) -> Iterator[Row]:
    """The same rows, with an empty one wherever one is missing before another."""
    last = cells = 0
    for number, values in rows:
        cells += len(values)
        if cells > MAX_SHEET_CELLS:
            raise NotReadError(
                f"{label}: over {MAX_SHEET_CELLS:,} cells in a sheet; save it as CSV"
            )
        if number > MAX_ROWS:
            raise NotReadError(f"{label}: over {MAX_ROWS:,} rows in a sheet; save it as CSV")
        del values[MAX_CELLS + 1 :]
        while values and values[-1] is None:
            values.pop()
        if not values:
            continue
        yield from ((blank, []) for blank in range(last + 1, number))
        yield number, values
        last = number


def _chosen(names: list[str], choice: Choice, label: str) -> int:
    """Which sheet of these names is meant, from 0."""
    number, name = choice
    if name is not None:
        if name not in names:
            raise PackageError(f"{label}: no sheet {name!r}; there are {_listed(names)}")
        return names.index(name)
    if not 0 < number <= len(names):
        raise PackageError(f"{label}: no sheet {number}; there are {len(names)}: {_listed(names)}")
    return number - 1


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names[:10]))[:300]


def _xlsx(file: Path, _: zipfile.ZipFile, choice: Choice, label: str) -> Iterator[Row]:
    require("openpyxl", "excel")
    import openpyxl

    # It warns of what it leaves out of a workbook, such as colours: nothing of that is read here.
    warnings.filterwarnings("ignore", module="openpyxl")
    try:
        with file.open("rb") as stream:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            sheets = book.worksheets
            sheet = sheets[_chosen([one.title for one in sheets], choice, label)]
            sheet.reset_dimensions()  # what it says of its size may be wrong, and is filled up
            for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
                yield number, list(values)
    except (KzdataError, MemoryError):
        raise
    except Exception as error:  # it raises whatever a broken part leads to
        words = f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]
        raise PackageError(f"{label}: not an xlsx file that can be read ({words})") from error


# ------------------------------------------------------------------------------ OpenDocument

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_BLANKS = re.compile("[ \t\r\n]+")
_DURATION = re.compile(r"(-?)P(?:([0-9]{1,9})D)?T([0-9]{1,9})H([0-9]{1,9})M([0-9.]{1,20})S")


def _ods(file: Path, archive: zipfile.ZipFile, choice: Choice, label: str) -> Iterator[Row]:
    names = _Tables()
    for _ in _parsed(archive, names, label):
        pass
    reader = _Rows(_chosen(names.names, choice, label))
    for _ in _parsed(archive, reader, label):
        for first, times, cells in reader.rows:
            _check_repeated(times, cells, label)
            yield from ((number, list(cells)) for number in range(first, first + times))
        reader.rows.clear()


def _check_repeated(times: int, cells: list[Any], label: str) -> None:
    """Refuse a row whose text, as often as it is repeated, is more than a workbook may hold."""
    characters = sum(len(cell) for cell in cells if isinstance(cell, str))
    if times > 1 and min(times, MAX_ROWS) * characters > MAX_REPEATED:
        most = f"{MAX_REPEATED >> 20} MiB"
        raise NotReadError(f"{label}: over {most} of text in a repeated row; save it as CSV")


def _parsed(archive: zipfile.ZipFile, reader: "_Reader", label: str) -> Iterator[None]:
    """Lead a reader through the content, piece by piece."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.buffer_text = True
    try:
        with archive.open("content.xml") as stream:
            while chunk := stream.read(CHUNK >> 4):
                parser.Parse(chunk, False)
                yield
            parser.Parse(b"", True)
            yield
    except KeyError as error:
        raise PackageError(f"{label}: not an ods file: it has no content.xml") from error
    except expat.ExpatError as error:
        raise PackageError(f"{label}: not an ods file that can be read: {error}") from error


class _Reader:
    """What is done with the elements of a content.xml."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Some text stands there."""


class _Tables(_Reader):
    """The names of the sheets."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._inside = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{_TABLE}table":
            if not self._inside:  # a table inside of a cell is no sheet
                self.names.append(attributes.get(f"{_TABLE}name", ""))
            self._inside += 1

    def end(self, tag: str) -> None:
        self._inside -= tag == f"{_TABLE}table"


class _Rows(_Reader):
    """The rows of one sheet."""

    def __init__(self, wanted: int) -> None:
        self.rows: list[tuple[int, int, list[Any]]] = []  # number, how often, and cells
        self._wanted = wanted
        self._tables = self._inside = 0
        self._number = self._times = 0
        self._cells: list[Any] = []
        self._blank = 0  # empty cells that may be the last of the row
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[str] = []
        self._after_blank = False  # whether a blank that comes now is one too many
        self._aside = 0  # how deep inside of an annotation, which is no content of its cell

    @property
    def _here(self) -> bool:
        return self._inside == 1 and self._tables == self._wanted + 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{_TABLE}table":
            self._tables += not self._inside
            self._inside += 1
        elif not self._here:
            return
        elif tag == f"{_TABLE}table-row":
            self._times = _count(attributes, f"{_TABLE}number-rows-repeated")
            self._cells, self._blank = [], 0
        elif tag in _CELLS and self._cell is None:
            self._cell, self._paragraphs = attributes, []
        elif tag == f"{_OFFICE}annotation" or self._aside:
            self._aside += 1
        elif self._cell is not None:
            self._inner(tag, attributes)

    def _inner(self, tag: str, attributes: dict[str, str]) -> None:
        """An element inside of a cell: a paragraph, or what stands for blanks in one."""
        if tag == f"{_TEXT}p":
            self._paragraphs.append("")
            self._after_blank = True
        elif tag == f"{_TEXT}s":
            self._append(" " * min(_count(attributes, f"{_TEXT}c"), MAX_TEXT))
        elif tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            self._append("\t" if tag == f"{_TEXT}tab" else "\n")

    def text(self, data: str) -> None:
        # Blanks in a row are one, and none at the ends (OpenDocument 1.2, 6.1.2).
        data = _BLANKS.sub(" ", data)
        data = data[1:] if self._after_blank and data[:1] == " " else data
        if data:
            self._append(data)
            self._after_blank = data[-1] == " "

    def _append(self, data: str) -> None:
        told = self._paragraphs and not self._aside and self._here
        if told and len(self._paragraphs[-1]) < MAX_TEXT:
            self._paragraphs[-1] += data
            self._after_blank = False

    def _end_paragraph(self) -> None:
        if self._paragraphs and self._paragraphs[-1] and self._after_blank:
            self._paragraphs[-1] = self._paragraphs[-1][:-1]
        self._after_blank = False

    def end(self, tag: str) -> None:
        if tag == f"{_TABLE}table":
            self._inside -= 1
        elif not self._here:
            return
        elif self._aside:
            self._aside -= 1
        elif tag == f"{_TEXT}p":
            self._end_paragraph()
        elif tag in _CELLS and self._cell is not None:
            self._add(_value(self._cell, self._paragraphs), self._cell)
            self._cell, self._paragraphs = None, []
        elif tag == f"{_TABLE}table-row":
            self._end_row()

    def _add(self, value: Any, attributes: dict[str, str]) -> None:
        times = _count(attributes, f"{_TABLE}number-columns-repeated")
        if value is None:
            self._blank += times
            return
        room = MAX_CELLS + 1 - len(self._cells)
        self._cells += [None] * min(self._blank, max(room, 0))
        room = MAX_CELLS + 1 - len(self._cells)
        self._cells += [value] * min(times, max(room, 0))
        self._blank = 0

    def _end_row(self) -> None:
        if self._cells:
            self.rows.append((self._number + 1, self._times, self._cells))
        self._number += self._times
        self._cells = []


def _count(attributes: dict[str, str], name: str) -> int:
    """How often something is repeated; once where that is not said."""
    stated = attributes.get(name, "1")
    return int(stated) if re.fullmatch("[1-9][0-9]{0,8}", stated) else 1


def _value(cell: dict[str, str], paragraphs: list[str]) -> Any:
    """The value of a cell (OpenDocument 1.2, 19.385)."""
    kind = cell.get(f"{_OFFICE}value-type")
    if kind in ("float", "percentage", "currency"):
        return Number(cell.get(f"{_OFFICE}value", ""))
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    if kind == "date":
        return _date(cell.get(f"{_OFFICE}date-value", ""))
    if kind == "time":
        return _time(cell.get(f"{_OFFICE}time-value", ""))
    stated = cell.get(f"{_OFFICE}string-value")
    text = "\n".join(paragraphs) if stated is None else stated
    return text if kind == "string" or text else None


def _date(text: str) -> Any:
    with suppress(ValueError):
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    return text


def _time(text: str) -> Any:
    match = _DURATION.fullmatch(text)
    if not match:
        return text
    sign, days, hours, minutes, seconds = match.groups()
    with suppress(ValueError, OverflowError):
        found = timedelta(int(days or 0), float(seconds), 0, 0, int(minutes), int(hours))
        return -found if sign else found
    return text
