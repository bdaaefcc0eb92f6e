"""From a resource to text that can be read: dialect, encoding, packing, several files, forms.

What is not UTF-8 CSV is turned into it in a temporary folder, line by line, so that lines keep
their numbers; a compressed file may not grow without limit.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from functools import partial
from itertools import combinations
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING

from kzdata.errors import NotReadError, PackageError
from kzdata.files.archive import Archive, is_remote
from kzdata.files.csv import CHUNK, MAX_NAME_PART, Dialect, Record, Sheet, encoding_of
from kzdata.files.json_rows import Items, items_of_lines, items_of_text, text_of
from kzdata.files.packing import member_name, unpacked
from kzdata.files.partitions import values_of
from kzdata.files.temporary import TemporaryFolder
from kzdata.standard.descriptor import (
    MAX_TEXT,
    Descriptor,
    Resource,
    Table,
    TableDialect,
)
from kzdata.standard.forms import (
    DELIMITED,
    SPREADSHEETS,
    TEXTUAL,
    Form,
    forms_of,
    suffix_of,
    tells_table,
    unread,
)
from kzdata.standard.inner_names import MARK, inner_of, places, stated
from kzdata.standard.json_model import short
from kzdata.standard.rows import Origin, check_whole, write_items, write_sheet

if TYPE_CHECKING:
    from kzdata.engine.database import Database

ADVICE = "; `kzdata validate` says more"
UTF8 = {"utf8", "utf8sig"}
# Python's names of the character encodings that are read, each in the time of one pass. Its other
# codecs are no encodings, or keep a whole text until they have seen its end (UTF-7, HZ, ISO 2022),
# which takes the square of its length. None of them is an encoding of the web (WHATWG) but
# ISO-2022-JP.
CHARSETS = re.compile(
    r"ascii|utf-(8|16|32)(-sig|-le|-be)?|(iso8859|koi8|cp|mac|ptcp|kz)-?\w+|hp-roman8|tis-620"
    r"|gb2312|gbk|gb18030|big5(hkscs)?|euc_\w+|shift_jis\w*|johab|palmos"
)
MAX_UNDECODED = 1_000  # characters of a file that are not of its encoding, each in a faulty row


def dialect_of(resource: Resource, delimiter: str = ",") -> Dialect:
    """How a resource's text is written; `delimiter` is that of its form, where none is stated."""
    stated = resource.dialect or TableDialect()
    quote, escape, ends = stated.quote_char, stated.escape_char, stated.line_terminator
    return Dialect(
        delimiter if stated.delimiter is None else stated.delimiter,
        quote,
        # A quotation mark that escapes itself is one that is doubled.
        None if escape == quote else escape,
        stated.header_rows if stated.header else (),
        stated.header_join[:MAX_NAME_PART],
        stated.comment_rows,
        stated.comment_char,
        stated.skip_initial_space,
        stated.double_quote or escape == quote,
        # Both of these are read, whichever is named: files are often moved between systems.
        "\n" if ends in ("\n", "\r\n") else ends,
    )


def illegible(resource: Resource) -> Iterator[tuple[str, str, str]]:
    """What is legal in how a resource is written and cannot be read: where, what, the way out."""
    if resource.encoding is not None and not _known(resource.encoding):
        way = "write it in UTF-8, -16 or -32, or an IANA encoding of one or two bytes a letter"
        yield "encoding", f"the encoding {resource.encoding}", way
    if any(form.name not in DELIMITED for form in forms_of(resource)):
        return
    dialect = dialect_of(resource)
    ends = "\r\n" if dialect.ends == "\n" else [dialect.ends]
    marks = [("lineTerminator", end) for end in ends]
    marks += [("quoteChar", dialect.quote), ("delimiter", dialect.delimiter)]
    marks += [("escapeChar", dialect.escape)] if dialect.escape else []
    for name, mark in dict(marks).items():
        if not 0 < len(mark) <= MAX_TEXT:
            yield f"dialect.{name}", short(mark), f"1 to {MAX_TEXT} characters"
            return
    for (other, text), (one, mark) in combinations(marks, 2):
        # A reader could not tell which of the two a character means.
        if one != other and (mark in text or text in mark):
            yield f"dialect.{one}", short(mark), f"another than {other}, {short(text)}"


def named(table: Table, header: Record | None) -> tuple[str, ...]:
    """The names of a file's columns; those of the schema where it has no header.

    Where case in a header has no meaning, a field's name stands for one that differs in case.
    """
    own = tuple(map(stated, table.schema.names))
    if header is None:
        return own
    found = tuple(cell.value for cell in header.cells)
    dialect = table.resource.dialect
    if dialect is None or dialect.case_sensitive_header is not False:
        return found
    names = {name.casefold(): name for name in reversed(own)}
    known = set(own)
    return tuple(name if name in known else names.get(name.casefold(), name) for name in found)


def is_table(resource: Resource) -> bool:
    """Whether a resource's files are read as the text of a table."""
    known = "schema" in resource.extra or is_bare(resource)
    return known and all(form.name in TEXTUAL for form in forms_of(resource))


def is_bare(resource: Resource) -> bool:
    """Whether only the shape of a resource can be checked: delimited text without a schema.

    A schema that is not fetched is as good as none; a dialect is not, since nobody knows then where
    a cell ends.
    """
    known = "schema" in resource.extra and not is_remote(resource.extra["schema"])
    if known or not resource.path or any(map(is_remote, (*resource.path, resource.dialect))):
        return False
    delimited = all(form.name in DELIMITED for form in forms_of(resource))
    return delimited and tells_table(resource) and unread(resource) is None


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
            _check_partitions(table, sheet)
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


def open_sheet(
    archive: Archive, table: Table, folder: Path, database: "Database | None" = None
) -> Sheet:
    """The text of a table, turned into UTF-8 CSV in a temporary folder where it is none.

    Parquet is read as it is, and looked at by a database of its own where none is given.

    Raises:
        PackageError: A file is not what it should be.
        NotReadError: It may be right, and is not read.
    """
    forms = _forms(table)
    if any(form.name == "parquet" for form in forms):
        return _partitioned(table, _parquet(archive, table, forms, folder, database))
    made = [_part(archive, table, place, form, folder) for place, form in enumerate(forms)]
    parts, dialects, origins = zip(*made, strict=True)
    # What is written here is plain CSV; another dialect holds for all files or for none.
    if len(set(dialects)) > 1:
        raise PackageError(f"{table.name}: files in several forms or dialects")
    sheet = Sheet(parts, dialects[0], table.resource.encoding or "UTF-8", origins)
    delimited = all(form.name in DELIMITED for form in forms)
    return _partitioned(table, sheet) if delimited else sheet


def _partitioned(table: Table, sheet: Sheet) -> Sheet:
    """A table's files with the fields that folders hold, and the first file does not."""
    schema = table.schema
    fields = {inner_of(name, schema.names) for name in table.resource.partitions} - {None}
    width, own = _first_columns(table, sheet) if fields else (0, set[str]())
    fields -= own
    if not fields or (not sheet.dialect.header_rows and width == len(schema.names)):
        return sheet
    from kzdata.engine.partitions import PartitionedSheet

    further: dict[int, str] = {}
    for place, name in enumerate(schema.names):
        if name in fields:
            further[min(place, width + len(further))] = stated(name)
    names, none = set(further.values()), schema.null_text
    found = (values_of(path).items() for path in table.resource.path)
    values = [{n: none if v is None else v for n, v in cells if n in names} for cells in found]
    return PartitionedSheet(sheet, further, values)


def _first_columns(table: Table, sheet: Sheet) -> tuple[int, set[str]]:
    """How many columns the first file has, and which fields its header names."""
    if sheet.dialect.header_rows:
        header = sheet.header()
        names = named(table, header) if header else ()
        return len(names), set(filter(None, places(names, table.schema.names)))
    rows = (record.width for record in sheet.records() if record.number == 0)
    return next(rows, len(table.schema.names) - 1), set()


def in_folders(table: Table, sheet: Sheet) -> tuple[list[str], list[str]]:
    """The columns that stand in names of folders alone; those that the first file has, too."""
    alone, header = [*sheet.partitions[0]] if sheet.partitions else [], sheet.header()
    fields = [n for n in table.resource.partitions if inner_of(n, table.schema.names)]
    own = named(table, header) if header else ()
    return alone, [name for name in fields if name in own and name not in alone]


def _check_partitions(table: Table, sheet: Sheet) -> None:
    for part, cells in enumerate(sheet.partitions):
        if lacking := [name for name in sheet.partitions[0] if name not in cells]:
            reason = f"no folder {lacking[0]}=…, which {table.path} is in"
            raise PackageError(f"{table.file(part)}: {reason}{ADVICE}")


def _parquet(
    archive: Archive, table: Table, forms: list[Form], folder: Path, database: "Database | None"
) -> Sheet:
    """The rows of Parquet files."""
    from kzdata.engine.parquet import ParquetSheet, parquet_file, reader

    if len({form.name for form in forms}) > 1:
        what = f"{table.name}: files in Parquet and in another form"
        raise NotReadError(f"{what}; write all of them in one")
    if not table.resource.path:
        raise NotReadError(f"the data of {table.name}: text as parquet; put it into a file")
    files = []
    with nullcontext(database) if database else reader(folder) as engine:
        for place, (form, path) in enumerate(zip(forms, table.resource.path, strict=True)):
            part = archive.path_of(path)
            if form.packing:
                part = unpacked_file(part, _target(folder, place, "unpacked"), form, path, archive)
            try:
                files.append(parquet_file(engine, part, archive.room))
            except PackageError as error:
                raise type(error)(f"{path}: {error}") from error
    return ParquetSheet(files, table.schema.null_text, folder)


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
    if form.name in TEXTUAL:
        part = decoded(part, target("decoded"), table, path, archive)
    if form.name in DELIMITED:
        return part, _delimited(resource, form), None
    if form.name in SPREADSHEETS:
        return _sheet(archive, table, form, part, target("sheet"), path)
    return _items(archive, table, form, part, target("items"), path)


def _target(folder: Path, place: int, step: str) -> Path:
    return folder / f"{place}-{step}.csv"


def _delimited(resource: Resource, form: Form) -> Dialect:
    return dialect_of(resource, "\t" if form.name == "tsv" else ",")


def unpacked_file(source: Path, target: Path, form: Form, path: str, archive: Archive) -> Path:
    """Unpack a file, within the package's limit."""
    assert form.packing
    if form.packing == "zip":
        name = member_name(source, path, archive.left)
        if (suffix_of(name) or form.name) != form.name:
            raise NotReadError(f"{path}: {name} in a zip, where {form.name} is looked for")
    with target.open("wb") as out:
        for chunk in unpacked(source, form.packing, path, archive.left):
            archive.unpacks(len(chunk))  # a few bytes may unpack to a full disk
            out.write(chunk)
    return target


def _items(
    archive: Archive, table: Table, form: Form, part: Path, target: Path, path: str
) -> _Part:
    """A JSON or NDJSON file as CSV."""
    dialect = table.resource.dialect or TableDialect()
    lines = form.name == "ndjson"
    if lines:
        items: Items = partial(items_of_lines, part)
    else:
        text = text_of(part, path, archive.limits.json)
        items = partial(items_of_text, text, path, dialect.rows_property)
    return target, *write_items(items, target, archive, table.schema, dialect, lines)


def _sheet(
    archive: Archive, table: Table, form: Form, part: Path, target: Path, path: str
) -> _Part:
    """A sheet of a workbook as CSV."""
    from kzdata.files.sheets import sheet_rows

    stated = table.resource.dialect or TableDialect()
    choice = stated.sheet_number, stated.sheet_name
    rows = sheet_rows(part, form.name, path, archive.left, choice)
    return target, *write_sheet(rows, target, archive, table.schema, dialect_of(table.resource))


def _inline(archive: Archive, table: Table, form: Form, target: Path) -> _Part:
    """Data that stand in the descriptor, as CSV: rows, or the text of a file."""
    data, dialect = table.resource.extra["data"], table.resource.dialect or TableDialect()
    where = f"the data of {table.name}"
    if isinstance(data, str):
        if form.name not in TEXTUAL:
            raise NotReadError(f"{where}: text as {form.name}; put it into a file")
        with target.with_suffix(".txt").open("wb") as out:
            archive.unpacks(out.write(data.encode("utf-8", "surrogatepass")))
        if form.name in DELIMITED:
            return Path(out.name), _delimited(table.resource, form), Origin.of_lines()
        return _items(archive, table, form, Path(out.name), target, where)
    if dialect.rows_property is not None and isinstance(data, dict):
        data = data.get(dialect.rows_property)
    if not isinstance(data, list):
        raise PackageError(f"{where}: no array of rows")
    items = partial(enumerate, data, 1)
    return target, *write_items(items, target, archive, table.schema, dialect)


def _known(encoding: str) -> bool:
    """Whether an encoding is one that is read."""
    with suppress(LookupError, UnicodeError):
        return "\0" not in encoding and bool(CHARSETS.fullmatch(codecs.lookup(encoding).name))
    return False


def decoded(source: Path, target: Path, table: Table, path: str, archive: Archive) -> Path:
    """Turn a file of another encoding into UTF-8, line ends untouched; one in UTF-8 is left alone.

    What is not of the encoding makes its rows faulty, as it does in UTF-8.
    """
    stated, marked = table.resource.encoding, encoding_of(source)
    encoding = stated or marked or "utf-8"
    if encoding.lower().replace("-", "").replace("_", "") in UTF8:
        if marked:
            reason = f"not UTF-8: it begins with the byte order mark of {marked}"
            raise PackageError(f"{path}: {reason}; state this encoding")
        return source
    if not _known(encoding):
        raise PackageError(f"{path}: unknown encoding {encoding}")
    left = MAX_UNDECODED

    def pass_over(error: UnicodeError) -> tuple[str, int]:
        nonlocal left
        if (left := left - 1) < 0 or not isinstance(error, UnicodeDecodeError):
            raise error
        return "\udcff", error.end

    codecs.register_error(name := f"kzdata-{get_ident()}", pass_over)
    try:
        decoder = codecs.getincrementaldecoder(encoding)(name)
        with source.open("rb") as stream, target.open("wb") as out:
            while chunk := stream.read(CHUNK):
                archive.unpacks(out.write(_utf8(decoder.decode(chunk))))
            out.write(_utf8(decoder.decode(b"", final=True)))
    except UnicodeError as error:
        raise PackageError(f"{path}: not {encoding}: {error}") from error
    return target


def _utf8(text: str) -> bytes:
    """Text as UTF-8, with the byte FF, which UTF-8 does not have, where it could not be read."""
    return text.encode("utf-8", "surrogateescape")
