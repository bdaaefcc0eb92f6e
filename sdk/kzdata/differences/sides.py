"""One version of a package, opened, and its tables read into a database as text."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

from kzdata.differences import properties as metadata
from kzdata.differences.git import opened
from kzdata.engine.database import Database, UnreadableCSVError
from kzdata.engine.sql import absent, identifier, text
from kzdata.errors import PackageError
from kzdata.files.csv import Sheet, file_stats
from kzdata.standard.descriptor import Table
from kzdata.standard.parsing import parse
from kzdata.standard.source import open_sheet

MAX_COLUMNS = 10_000


class Side(NamedTuple):
    """One of the two versions: name and version of the package, and what the caller named."""

    name: str
    version: str
    place: str


class Text(NamedTuple):
    """A table's text: the sheet, and the columns in the file's order."""

    sheet: Sheet
    columns: tuple[str, ...]


class Version:
    """One version of a package.

    Raises:
        PackageError: It cannot be read, or its descriptor is malformed.
    """

    def __init__(self, place: str | Path | None) -> None:
        self._stack = ExitStack()
        with ExitStack() as stack:
            self.archive = stack.enter_context(opened(place))
            self.label = self.archive.label
            self.descriptor = parse(self.archive)
            if self.descriptor.faults:
                fault = self.descriptor.faults[0]
                found = f"found {fault.found}, expected {fault.expected}"
                raise PackageError(f"{self.label}: {fault.where}: {found}{ADVICE}")
            self.form: dict[str, Any] = metadata.normal(self.archive, self.descriptor)
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="kzdata-text-"))
            self._folder = Path(folder)
            self._texts: dict[str, Text] = {}
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def side(self) -> Side:
        """Its name and version."""
        return Side(self.descriptor.name, self.descriptor.version, self.label)

    def text_of(self, table: Table) -> Text:
        """The text of a table."""
        if table.name not in self._texts:
            for path in table.resource.path:
                if not self.archive.path_of(path).is_file():
                    raise PackageError(f"{self.label}: {path}: no such file{ADVICE}")
            folder = self._folder / str(len(self._texts))
            folder.mkdir()
            try:
                sheet = open_sheet(self.archive, table, folder)
            except PackageError as error:
                raise PackageError(f"{self.label}: {error}") from error
            self._texts[table.name] = Text(sheet, self._columns(table, sheet))
        return self._texts[table.name]

    def _columns(self, table: Table, sheet: Sheet) -> tuple[str, ...]:
        header, names = sheet.header(), table.schema.names
        found = names if header is None else tuple(cell.value for cell in header.cells)
        exact = table.schema.fields_match in ("exact", ["exact"])
        empty = header is None and sheet.dialect.header_rows
        if empty or (exact and found != names) or len(set(found)) < len(found) or not found:
            where = f"{self.label}: {table.path}:1"
            raise PackageError(f"{where}: the header is not that of the schema{ADVICE}")
        if len(found) > MAX_COLUMNS:
            raise PackageError(f"{self.label}: {table.path}: over {MAX_COLUMNS} columns")
        return found

    def read(self, table: Table, database: Database, name: str, places: Sequence[str]) -> None:
        """Read a table into the relation `name`, each column as text, missing values as NULL.

        Of `places`, the column number 3 is called `c3`. One that the table does not have holds
        NULL, and a column of the table that is not among them is left out.

        Raises:
            PackageError: The file is malformed; the message names it, and the line.
        """
        sheet, columns = self.text_of(table)
        raw = [f"c{place}" for place in range(len(columns))]
        here = dict(zip(columns, raw, strict=True))
        kept = {
            f"c{place}": absent(identifier(here[column]), missing(table, column))
            if column in here
            else text("NULL")
            for place, column in enumerate(places)
        }
        prints = (file_stats(part, frozenset(), sheet.dialect) for part in sheet.parts)
        if sheet.dialect.simple and not any(one.suspicious for one in prints):
            with suppress(UnreadableCSVError):  # the careful reader says where
                database.create_view(name, sheet, raw, kept)
                return
        try:
            database.create_view(name, self._mended(table, sheet, len(columns)), raw, kept)
        except UnreadableCSVError as error:
            raise PackageError(f"{self.label}: {table.path}: {error}{ADVICE}") from error

    def _mended(self, table: Table, sheet: Sheet, width: int) -> Sheet:
        """The rows of a sheet in a form that DuckDB reads, all of them sound."""
        for record in sheet.records():
            if record.number < 0:
                continue
            wrong = "" if record.width == width else f"{record.width} cells, not {width}"
            if fault := record.fault or wrong:
                path = table.resource.path[record.part]
                raise PackageError(f"{self.label}: {path}:{record.line}: {fault}{ADVICE}")
        number = len(list(self._folder.iterdir()))
        return sheet.simplified(self._folder / f"simple-{number}.csv", width)


def missing(table: Table, column: str) -> tuple[str, ...]:
    """The strings that stand for no value in a column."""
    schema = table.schema
    return schema.missing_of(schema.field(column)) if column in schema.names else schema.missing


ADVICE = "; `kzdata validate` says more"
