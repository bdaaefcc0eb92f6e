"""One version of a package, opened, and its tables read into a database as text."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self

from kzdata.differences import properties
from kzdata.differences.git import opened
from kzdata.engine.database import Database
from kzdata.engine.sql import absent, text
from kzdata.errors import PackageError
from kzdata.standard.descriptor import Table
from kzdata.standard.loader import load_text
from kzdata.standard.parsing import parse
from kzdata.standard.source import ADVICE, TableTexts, named

MAX_COLUMNS = 10_000


class Side(NamedTuple):
    """One of the two versions: name and version of the package, and what the caller named."""

    name: str
    version: str
    place: str


class Version(TableTexts):
    """One version of a package."""

    def __init__(self, place: str | Path | None) -> None:
        with ExitStack() as stack:
            archive = stack.enter_context(opened(place))
            super().__init__(archive, parse(archive))
            stack.callback(self.close)  # also where what follows fails
            self.label = archive.label
            self.normal_form: dict[str, Any] = properties.normalize(archive, self.descriptor)
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def side(self) -> Side:
        """Its name and version."""
        return Side(self.descriptor.name, self.descriptor.version, self.label)

    def columns(self, table: Table) -> tuple[str, ...]:
        """The columns of a table in the file's order."""
        with self._named():
            sheet, names = self.sheet(table), table.schema.names
            header = sheet.header()
            found = named(table, header)
            exact = table.schema.fields_match == "exact"
            empty = header is None and sheet.dialect.header_rows
            # Other ways to match let columns be absent, or come in another order.
            if empty or (exact and found != names) or len(set(found)) < len(found) or not found:
                raise PackageError(f"{table.path}:1: the header is not that of the schema{ADVICE}")
            if len(found) > MAX_COLUMNS:
                raise PackageError(f"{table.path}: over {MAX_COLUMNS} columns")
            return found

    def read(self, table: Table, database: Database, name: str, columns: Sequence[str]) -> None:
        """Read some columns of a table into the relation `name` as text, missing values as NULL.

        Column 3 of `columns` is called `c3` there; one that the table does not have holds NULL.
        """
        # By place, not by name, as a header may hold any characters.
        here = {column: f"c{place}" for place, column in enumerate(self.columns(table))}
        cells = {
            f"c{place}": absent(here[column], missing(table, column))
            if column in here
            else text("NULL")
            for place, column in enumerate(columns)
        }
        with self._named():
            load_text(database, name, self, table, cells)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Errors in the block say which of the two versions they are of."""
        try:
            yield
        except PackageError as error:
            raise PackageError(f"{self.label}: {error}") from error


def missing(table: Table, column: str) -> tuple[str, ...]:
    """The strings that stand for no value in a column."""
    schema = table.schema
    if column in schema.names:
        return schema.missing_of(schema.field(column))
    return schema.missing_values
