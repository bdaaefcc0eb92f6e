"""From a resource to text that can be read: dialect, encoding, packing, several files, forms.

What is not UTF-8 CSV is turned into it in a temporary folder, line by line, so that lines keep
their numbers; a compressed file may not grow without limit.
"""

import codecs
import re
from functools import partial
from pathlib import Path
from typing import Any

from kzdata.errors import NotReadError, PackageError
from kzdata.files.archive import Archive
from kzdata.files.csv import CHUNK, Dialect, Sheet
from kzdata.files.json_rows import Items, items_of_lines, items_of_text, text_of
from kzdata.files.packing import member_name, unpacked
from kzdata.files.temporary import TemporaryFolder
from kzdata.standard.descriptor import NO_VALUE, Descriptor, Resource, Table
from kzdata.standard.forms import (
    DELIMITED,
    SPREADSHEETS,
    TEXTUAL,
    Form,
    forms_of,
    suffix_of,
    unread,
)
from kzdata.standard.inner_names import MARK, stated
from kzdata.standard.rows import Origin, Structure, check_whole, write_items, write_sheet

ADVICE = "; `kzdata validate` says more"
MAX_HEADER_ROWS = 100
PARQUET_MEMORY = 1 << 30  # bytes that DuckDB takes for a Parquet file before it spills
UTF8 = {"utf8", "utf8sig"}
# Python's names of the character encodings that are read, each in the time of one pass. Its other
# codecs are no encodings, or keep a whole text until they have seen its end (UTF-7, HZ, ISO 2022),
# which takes the square of its length. None of them is an encoding of the web (WHATWG) but
# ISO-2022-JP.
CHARSETS = re.compile(
    r"ascii|utf-(8|16|32)(-sig|-le|-be)?|(iso8859|koi8|cp|mac|ptcp|kz)-?\w+|hp-roman8|tis-620"
    r"|gb2312|gbk|gb18030|big5(hkscs)?|euc_\w+|shift_jis\w*|johab|palmos"
)
# Properties of Table Dialect v2 that are read.
KNOWN = set(
    "$schema name type title description header headerRows headerJoin commentRows commentChar "
    "delimiter lineTerminator quoteChar doubleQuote escapeChar nullSequence "
    "skipInitialSpace property itemType itemKeys sheetNumber sheetName table".split()
)
SWITCHES = ("header", "doubleQuote", "skipInitialSpace")
STRINGS = ("headerJoin", "commentChar", "nullSequence")


def dialect_of(resource: Resource) -> tuple[Dialect, tuple[str, ...]]:
    """How a resource is written, and what of its dialect cannot be honoured, in words."""
    raw = resource.dialect
    if not isinstance(raw, dict):  # the usual case, or what cannot be read
        return Dialect(), ()
    doubts = [f"dialect property {name}" for name in sorted(set(raw) - KNOWN)]
    # Both of these are read, whichever is named: files are often moved between systems.
    if raw.get("lineTerminator", "\n") not in ("\n", "\r\n"):
        doubts.append("another line terminator than LF or CRLF")
    try:
        return _dialect(raw), tuple(doubts)
    except (TypeError, ValueError) as error:
        return Dialect(), (*doubts, str(error))


def _dialect(raw: dict[str, Any]) -> Dialect:
    _check_types(raw)
    rows = _rows(raw.get("headerRows", [1])) if raw.get("header", True) else ()
    double = raw.get("doubleQuote", True)
    escape = None if raw.get("escapeChar") is None else _character(raw["escapeChar"])
    if not double and escape is None:
        raise ValueError("doubleQuote false without an escapeChar")
    delimiter = _character(raw.get("delimiter", ","))
    quote = _character(raw.get("quoteChar", '"'))
    # A reader could not tell which of the two a character means.
    if delimiter in (quote, escape) or quote == escape:
        raise ValueError("one character as two of delimiter, quoteChar and escapeChar")
    comments, mark = _rows(raw.get("commentRows", [])), raw.get("commentChar") or None
    join, skip = raw.get("headerJoin", " "), raw.get("skipInitialSpace", False)
    return Dialect(delimiter, quote, escape, rows, join, comments, mark, skip, double)


def _check_types(raw: dict[str, Any]) -> None:
    """Make sure that a "false" is not taken for true, or a list for a text."""
    for names, kind, words in ((SWITCHES, bool, "true or false"), (STRINGS, str, "a string")):
        for name in names:
            if not isinstance(raw.get(name, kind()), kind):
                raise ValueError(f"{raw[name]!r} in place of {words} in {name}")


def _character(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch("[\t -~]", value):
        return value
    raise ValueError(f"{value!r} in place of one ASCII character")


def _rows(value: Any) -> tuple[int, ...]:
    rows = tuple(value[: MAX_HEADER_ROWS + 1])
    if len(rows) > MAX_HEADER_ROWS:
        raise ValueError(f"over {MAX_HEADER_ROWS} rows that are named")
    if not all(type(row) is int and row > 0 for row in rows):
        raise ValueError(f"{value!r} in place of row numbers")
    return rows


class TableTexts:
    """The texts of a sound package's tables, each made out once, in a temporary folder."""

    def __init__(self, archive: Archive, descriptor: Descriptor) -> None:
        for where, found, expected in descriptor.faults[:1]:
            reason = f"{where}: found {found}, expected {expected}{ADVICE}"
            raise PackageError(f"{archive.label}: {reason}")
        for table in descriptor.tables.values():
            if table.told_apart:
                raise PackageError(f"{archive.label}: {_not_apart(table)}")
        self.archive = archive
        self.descriptor = descriptor
        self._folder = TemporaryFolder("kzdata-text-")
        self._sheets: dict[str, Sheet] = {}

    def sheet(self, table: Table) -> Sheet:
        """The text of a table."""
        for path in table.resource.path:
            if not self.archive.path_of(path).is_file():
                closed = not self._folder.path.exists()
                reason = "; the package is closed" if closed else ADVICE
                raise PackageError(f"{path}: no such file{reason}")
        if table.name not in self._sheets:
            folder = self._folder.path / str(len(self._sheets))
            folder.mkdir()
            sheet = open_sheet(self.archive, table, folder)
            for part, origin in enumerate(sheet.origins):
                check_whole(origin, table.file(part))
            self._sheets[table.name] = sheet
        return self._sheets[table.name]

    def simple_sheet(self, table: Table) -> Sheet:
        """The text of a table in a dialect that the database reads."""
        sheet = self.sheet(table)
        return sheet if sheet.dialect.simple else self.simplified(table, len(table.schema.fields))

    def simplified(self, table: Table, width: int) -> Sheet:
        """The text of a table written anew, so many cells a row, in a form that DuckDB reads."""
        number = list(self.descriptor.tables).index(table.name)
        return self.sheet(table).simplified(self._folder.path / f"simple-{number}.csv", width)

    def close(self) -> None:
        """Remove the temporary files."""
        self._folder.remove()


def _not_apart(table: Table) -> str:
    """Which name of a table SQL does not tell from another, in words."""
    name = next((name for name in table.schema.names if MARK in name), "")
    what = f"column {stated(name)!r}" if name else "name"
    return f"{stated(table.name)}: its {what} is empty, reserved, or in SQL that of another one"


def open_sheet(archive: Archive, table: Table, folder: Path) -> Sheet:
    """The text of a table, turned into UTF-8 CSV in a temporary folder where it is none.

    Raises:
        PackageError: A file is not what it should be.
        NotReadError: It may be right, and is not read.
    """
    made = [_part(archive, table, place, form, folder) for place, form in enumerate(_forms(table))]
    parts, dialects, origins = zip(*made, strict=True)
    # What is written here is plain CSV; another dialect holds for all files or for none.
    if len(set(dialects)) > 1:
        raise PackageError(f"{table.name}: files in several forms or dialects")
    return Sheet(parts, dialects[0], origins)


def _forms(table: Table) -> list[Form]:
    if reason := unread(table.resource):
        raise NotReadError(f"{table.name}: {reason[0]}; {reason[1]}")
    return forms_of(table.resource)


_Part = tuple[Path, Dialect, Origin | None]


def _part(archive: Archive, table: Table, place: int, form: Form, folder: Path) -> _Part:
    """One of a table's files, or its data, as CSV; how it is written, and where its rows are."""
    resource, path = table.resource, table.file(place)
    target = partial(_target, folder, place)
    if not resource.path:
        return _inline(archive, table, form, target("data"))
    part = archive.path_of(path)
    if form.packing:
        part = unpacked_file(part, target("unpacked"), form, path, archive)
    plain = resource.encoding.lower().replace("-", "").replace("_", "")
    if form.name in TEXTUAL and plain not in UTF8:
        part = decoded(part, target("decoded"), table, path, archive)
    if form.name in DELIMITED:
        return part, delimited(resource, form.name), None
    if form.name == "parquet":
        return from_parquet(part, target("parquet"), table, path, archive), Dialect(), None
    if form.name in SPREADSHEETS:
        return _sheet(archive, table, form, part, target("sheet"), path)
    return _items(archive, table, form, part, target("items"), path)


def _target(folder: Path, place: int, step: str) -> Path:
    return folder / f"{place}-{step}.csv"


def delimited(resource: Resource, form: str) -> Dialect:
    """The dialect of a text whose cells are divided: TSV has tabs unless its dialect says else."""
    dialect, _ = dialect_of(resource)
    stated = isinstance(resource.dialect, dict) and resource.dialect.get("delimiter") is not None
    return dialect._replace(delimiter="\t") if form == "tsv" and not stated else dialect


def unpacked_file(source: Path, target: Path, form: Form, path: str, archive: Archive) -> Path:
    """Unpack a file, within the package's limit."""
    assert form.packing
    if form.packing == "zip":
        name = member_name(source, path, archive.room)
        if (suffix_of(name) or form.name) != form.name:
            raise NotReadError(f"{path}: {name} in a zip, where {form.name} is looked for")
    with target.open("wb") as out:
        for chunk in unpacked(source, form.packing, path, archive.room):
            archive.unpacks(len(chunk))  # a few bytes may unpack to a full disk
            out.write(chunk)
    return target


def _items(
    archive: Archive, table: Table, form: Form, part: Path, target: Path, path: str
) -> _Part:
    """A JSON or NDJSON file as CSV."""
    structure = Structure.of(table.resource.dialect)
    lines = form.name == "ndjson"
    if lines:
        items: Items = partial(items_of_lines, part)
    else:
        items = partial(items_of_text, text_of(part, path), path, structure.property)
    return target, *write_items(items, target, archive, table.schema, structure, lines)


def _sheet(
    archive: Archive, table: Table, form: Form, part: Path, target: Path, path: str
) -> _Part:
    """A sheet of a workbook as CSV."""
    from kzdata.files.sheets import sheet_rows

    dialect, _ = dialect_of(table.resource)
    raw = table.resource.dialect if isinstance(table.resource.dialect, dict) else {}
    number, name = raw.get("sheetNumber"), raw.get("sheetName")
    choice = (
        number if type(number) is int else 1,
        name if isinstance(name, str) else None,
    )
    rows = sheet_rows(part, form.name, path, archive.room, choice)
    return target, *write_sheet(rows, target, archive, table.schema, dialect)


def _inline(archive: Archive, table: Table, form: Form, target: Path) -> _Part:
    """Data that stand in the descriptor, as CSV: rows, or the text of a file."""
    data, structure = table.resource.extra["data"], Structure.of(table.resource.dialect)
    where = f"the data of {table.name}"
    if isinstance(data, str):
        if form.name not in TEXTUAL:
            raise NotReadError(f"{where}: text as {form.name}; put it into a file")
        with target.with_suffix(".txt").open("wb") as out:
            archive.unpacks(out.write(data.encode("utf-8", "surrogatepass")))
        if form.name in DELIMITED:
            return Path(out.name), delimited(table.resource, form.name), Origin.of_lines()
        return _items(archive, table, form, Path(out.name), target, where)
    if structure.property is not None and isinstance(data, dict):
        data = data.get(structure.property)
    if not isinstance(data, list):
        raise PackageError(f"{where}: no array of rows")
    items = partial(enumerate, data, 1)
    return target, *write_items(items, target, archive, table.schema, structure)


def decoded(source: Path, target: Path, table: Table, path: str, archive: Archive) -> Path:
    """Turn a file of another encoding into UTF-8, line ends untouched."""
    encoding = table.resource.encoding
    try:
        # Python's names of encodings; its other codecs are none, or are not read.
        if "\0" in encoding or not CHARSETS.fullmatch(codecs.lookup(encoding).name):
            raise LookupError
        decoder = codecs.getincrementaldecoder(encoding)()
        with source.open("rb") as stream, target.open("wb") as out:
            while chunk := stream.read(CHUNK):
                archive.unpacks(out.write(decoder.decode(chunk).encode("utf-8")))
            out.write(decoder.decode(b"", final=True).encode("utf-8"))
    except LookupError as error:
        raise PackageError(f"{path}: unknown encoding {encoding}") from error
    except UnicodeError as error:
        raise PackageError(f"{path}: not {encoding}: {error}") from error
    return target


def from_parquet(source: Path, target: Path, table: Table, path: str, archive: Archive) -> Path:
    """Write a Parquet file out as CSV; a value is written as its type's usual text."""
    from kzdata.engine.database import Database, sensible_memory
    from kzdata.engine.parquet import parquet_to_csv

    # Where an empty text is a value, NULL must be told from it.
    empty = all("" in table.schema.missing_of(field) for field in table.schema.fields)
    memory = sensible_memory(PARQUET_MEMORY)
    with Database(memory_limit=memory, temp_dir=target.parent) as database:
        null = "" if empty else NO_VALUE
        try:
            archive.unpacks(parquet_to_csv(database, source, target, archive.room, null))
        except PackageError as error:
            raise PackageError(f"{path}: {error}") from error
    return target
