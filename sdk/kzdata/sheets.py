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

from kzdata.archive import Archive
from kzdata.descriptor import Resource, Table
from kzdata.errors import PackageError
from kzdata.tabular import CHUNK, Dialect, Sheet

MAX_HEADER_ROWS = 100
UTF8 = {"utf8", "utf8sig", "ascii", "usascii"}
NO_CHARSET = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}
"""Codecs of Python that are no character encodings; some take quadratic time."""
KNOWN = {
    "$schema",
    "name",
    "type",
    "title",
    "description",
    "header",
    "headerRows",
    "headerJoin",
    "commentRows",
    "commentChar",
    "delimiter",
    "lineTerminator",
    "quoteChar",
    "doubleQuote",
    "escapeChar",
    "nullSequence",
    "skipInitialSpace",
}
"""Properties of Table Dialect v2 that are read."""


def dialect_of(archive: Archive, resource: Resource) -> tuple[Dialect, tuple[str, ...]]:
    """How a resource is written.

    Args:
        archive: The package, for a dialect in a file of its own.
        resource: The resource.

    Returns:
        The dialect, and what of its description cannot be honoured, in words.

    Raises:
        PackageError: The dialect's file cannot be read.
    """
    raw = resource.dialect
    if isinstance(raw, str):
        raw = archive.json(raw)
    if raw is None:
        return Dialect(), ()
    if not isinstance(raw, dict):
        return Dialect(), ("a dialect that is no object",)
    doubts = [f"dialect property {name}" for name in sorted(set(raw) - KNOWN)]
    if raw.get("lineTerminator", "\n") not in ("\n", "\r\n"):
        doubts.append("another line terminator than LF or CRLF")
    try:
        return _dialect(raw), tuple(doubts)
    except (TypeError, ValueError) as error:
        return Dialect(), (*doubts, str(error))


def _dialect(raw: dict[str, Any]) -> Dialect:
    rows = _rows(raw.get("headerRows", [1])) if raw.get("header", True) else ()
    double = raw.get("doubleQuote", True)
    escape = None if raw.get("escapeChar") is None else _character(raw["escapeChar"])
    if not double and escape is None:
        raise ValueError("doubleQuote false without an escapeChar")
    delimiter = _character(raw.get("delimiter", ","))
    quote = _character(raw.get("quoteChar", '"'))
    if delimiter in (quote, escape):
        raise ValueError(f"{delimiter!r} as a delimiter and as something else")
    return Dialect(
        delimiter,
        quote,
        escape,
        rows,
        str(raw.get("headerJoin", " ")),
        _rows(raw.get("commentRows", [])),
        str(raw["commentChar"]) if raw.get("commentChar") else None,
        bool(raw.get("skipInitialSpace", False)),
        bool(double),
    )


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


def null_sequence(resource: Resource) -> tuple[str, ...]:
    """The dialect's string for no value, if it has one."""
    raw = resource.dialect if isinstance(resource.dialect, dict) else {}
    return (str(raw["nullSequence"]),) if raw.get("nullSequence") is not None else ()


def is_parquet(path: str) -> bool:
    """Whether a path names a Parquet file."""
    return path.lower().endswith(".parquet")


def open_sheet(archive: Archive, table: Table, folder: Path) -> Sheet:
    """The text of a table, ready to be read as UTF-8.

    Args:
        archive: The package.
        table: The table.
        folder: A temporary folder for what has to be turned into UTF-8 CSV.

    Raises:
        PackageError: A file cannot be read, unpacked or decoded.
    """
    dialect, _ = dialect_of(archive, table.resource)
    parts = []
    for place, path in enumerate(table.resource.path):
        part = archive.path_of(path)
        for change in _changes(table.resource, path):
            target = folder / f"{place}-{change.__name__}.csv"
            part = change(part, target, table.resource, archive)
        parts.append(part)
    return Sheet(parts, dialect)


def _changes(resource: Resource, path: str) -> Iterator[Any]:
    if is_parquet(path):
        yield from_parquet
        return
    if path.lower().endswith((".gz", ".gzip")):
        yield unzipped
    if resource.encoding.lower().replace("-", "").replace("_", "") not in UTF8:
        yield decoded


def unzipped(source: Path, target: Path, resource: Resource, archive: Archive) -> Path:
    """Unpack a gzip file, within the package's limit."""
    try:
        with gzip.open(source) as stream, target.open("wb") as out:
            while chunk := stream.read(CHUNK):
                archive.unpacks(len(chunk))
                out.write(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise PackageError(f"{source.name}: not a gzip file that can be read: {error}") from error
    return target


def decoded(source: Path, target: Path, resource: Resource, archive: Archive) -> Path:
    """Turn a file of another encoding into UTF-8, line ends untouched."""
    try:
        decoder = _decoder(resource.encoding)
        with source.open("rb") as stream, target.open("wb") as out:
            while chunk := stream.read(CHUNK):
                archive.unpacks(out.write(decoder.decode(chunk).encode("utf-8")))
            out.write(decoder.decode(b"", final=True).encode("utf-8"))
    except LookupError as error:
        raise PackageError(f"{source.name}: unknown encoding {resource.encoding}") from error
    except UnicodeError as error:
        raise PackageError(f"{source.name}: not {resource.encoding}: {error}") from error
    return target


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    """What decodes a character encoding bit by bit.

    Raises:
        LookupError: There is no such encoding.
    """
    if "\0" in encoding or codecs.lookup(encoding).name.replace("-", "_") in NO_CHARSET:
        raise LookupError
    "".encode(encoding)
    return codecs.getincrementaldecoder(encoding)()


def from_parquet(source: Path, target: Path, resource: Resource, archive: Archive) -> Path:
    """Write a Parquet file out as CSV; a value is written as its type's usual text."""
    from kzdata.database import Database

    with Database(temp_dir=target.parent) as database:
        archive.unpacks(database.write_csv(source, target, archive.room))
    return target
