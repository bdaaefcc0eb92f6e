"""From a resource to text that can be read: dialect, encoding, compression, several files, Parquet.

What is not UTF-8 CSV is turned into it in a temporary folder, line by line, so that lines keep
their numbers; a compressed file may not grow without limit.
"""

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kzdata.errors import PackageError
from kzdata.files.archive import Archive
from kzdata.files.csv import CHUNK, Dialect, Sheet
from kzdata.files.temporary import TemporaryFolder
from kzdata.standard.descriptor import NO_VALUE, Descriptor, Resource, Table
from kzdata.standard.inner_names import MARK, stated

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
    "skipInitialSpace".split()
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


def is_parquet(path: str) -> bool:
    """Whether a path names a Parquet file."""
    return path.lower().endswith(".parquet")


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
            self._sheets[table.name] = open_sheet(self.archive, table, folder)
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
    """Which name of a table, or of a column, SQL does not tell from another, in words."""
    names = table.schema.names
    inner = next((name for name in names if MARK in name), "")
    if not inner:
        return f"{stated(table.name)}: another table has this name in SQL; rename one of them"
    name, others = stated(inner), (stated(one) for one in names if one != inner)
    other = next((one for one in others if one.casefold() == name.casefold()), None)
    if other is not None:
        words = f"columns {other!r} and {name!r} have one name in SQL; rename one of them"
    else:
        words = f"the name {name!r} of a column is no name in SQL, or reserved; take another one"
    return f"{stated(table.name)}: {words}"


def open_sheet(archive: Archive, table: Table, folder: Path) -> Sheet:
    """The text of a table, turned into UTF-8 CSV in a temporary folder where it is none."""
    dialect, _ = dialect_of(table.resource)
    parquet = [is_parquet(path) for path in table.resource.path]
    if any(parquet):  # what is made of Parquet is plain CSV
        if not all(parquet) and dialect != Dialect():
            raise PackageError(f"{table.name}: Parquet beside CSV in another dialect")
        dialect = Dialect()
    parts = []
    for place, path in enumerate(table.resource.path):
        part = archive.path_of(path)
        for convert in _conversions(table.resource, path):
            target = folder / f"{place}-{convert.__name__}.csv"
            part = convert(part, target, table, path, archive)
        parts.append(part)
    return Sheet(parts, dialect)


def _conversions(resource: Resource, path: str) -> Iterator[Any]:
    """What makes UTF-8 CSV of a file, in order: a packed file of another encoding takes two."""
    if is_parquet(path):
        yield from_parquet
        return
    if path.lower().endswith((".gz", ".gzip")):
        yield unzipped
    if resource.encoding.lower().replace("-", "").replace("_", "") not in UTF8:
        yield decoded


def unzipped(source: Path, target: Path, table: Table, path: str, archive: Archive) -> Path:
    """Unpack a gzip file, within the package's limit."""
    try:
        with gzip.open(source) as stream, target.open("wb") as out:
            while chunk := stream.read(CHUNK):
                archive.unpacks(len(chunk))  # a few bytes may unpack to a full disk
                out.write(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise PackageError(f"{path}: not a gzip file that can be read: {error}") from error
    return target


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
