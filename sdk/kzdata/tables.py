"""Tables: typed rows out of CSV files, and the same data as SQL.

A table is read from its file whenever it is iterated; nothing is kept but, for look-ups by key, an
index. `Shelf` is all tables of one package, with the database that answers queries on them.
"""

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from pydantic import ValidationError

from kzdata.archive import Archive
from kzdata.descriptor import Descriptor, Schema
from kzdata.descriptor import Table as TableDescriptor
from kzdata.errors import PackageError, UsageError
from kzdata.rows import Row, row_model
from kzdata.sheets import open_sheet
from kzdata.tabular import Record, Sheet

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow
    from duckdb import DuckDBPyRelation

    from kzdata.database import Answer, Database

RowT = TypeVar("RowT", bound=Row)


class Table(Generic[RowT]):
    """One table of a package: iterates frozen, typed rows in the order of the file.

    Attributes:
        name: Name of the table.
        schema: Its schema.
    """

    def __init__(self, shelf: "Shelf", table: TableDescriptor, model: type[RowT] | None) -> None:
        self.name = table.name
        self.schema: Schema = table.schema
        self._model = model
        self._shelf = shelf
        self._table = table
        self._path = table.path

    def __repr__(self) -> str:
        return f"<Table {self.name}: {len(self)} rows, {len(self.schema.fields)} columns>"

    def __iter__(self) -> Iterator[RowT]:
        for record in self._records():
            yield self._row(record)

    def __len__(self) -> int:
        return sum(1 for _ in self._records())

    def texts(self) -> Iterator[tuple[str, ...]]:
        """The cells of each row as they stand in the file, in the order of the file.

        Raises:
            PackageError: The header is not that of the schema, or a row is malformed.
        """
        for record in self._records():
            self._check(record)
            yield tuple(cell.value for cell in record.cells)

    def __getitem__(self, key: object) -> RowT:
        """The row of a primary key; a composite key is a tuple.

        Raises:
            UsageError: No row has the key.
        """
        parts = _parts(key)
        if parts not in self._index:
            known = (", ".join(other) for other in self._index)
            hint = nearest(", ".join(parts), known)
            raise UsageError(f"{self.name} has no row {', '.join(parts)!r}{hint}")
        return self._row(self._index[parts])

    def __contains__(self, key: object) -> bool:
        return _parts(key) in self._index

    @cached_property
    def model(self) -> type[RowT]:
        """Class of the rows.

        Raises:
            PackageError: A column name or a constraint has no equal in Python.
        """
        return self._model or cast(type[RowT], row_model(self.name, self.schema))

    @property
    def keys(self) -> Sequence[tuple[str, ...]]:
        """All primary keys in the order of the file."""
        return tuple(self._index)

    @property
    def rel(self) -> "DuckDBPyRelation":
        """The table as a DuckDB relation of the package's locked database."""
        return self._shelf.database.relation(self.name)

    def df(self) -> "pandas.DataFrame":
        """The table as a pandas DataFrame.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        return self._answer().df()

    def pl(self) -> "polars.DataFrame":
        """The table as a Polars DataFrame.

        Raises:
            MissingExtraError: polars or pyarrow is not installed.
        """
        return self._answer().pl()

    def arrow(self) -> "pyarrow.Table":
        """The table as an Arrow table.

        Raises:
            MissingExtraError: pyarrow is not installed.
        """
        return self._answer().arrow()

    def _answer(self) -> "Answer":
        return self._shelf.database.whole(self.name)

    def _records(self) -> Iterator[Record]:
        sheet = self._shelf.sheet(self._table)
        heading = sheet.header()
        names = self.schema.names if heading is None else tuple(c.value for c in heading.cells)
        if names != self.schema.names:
            raise PackageError(f"{self._path}:1: the header is not that of the schema{_ADVICE}")
        return (record for record in sheet.records() if record.number >= 0)

    def _row(self, record: Record) -> RowT:
        self._check(record)
        values = {
            field.name: cell.value
            for field, cell in zip(self.schema.fields, record.cells, strict=True)
            if cell.value not in self.schema.missing_of(field)
        }
        try:
            return self.model.model_validate_strings(values)
        except ValidationError as error:
            problem = error.errors()[0]
            field = ".".join(map(str, problem["loc"]))
            where = f"{self._path}:{record.line}"
            raise PackageError(f"{where}: {field}: {problem['msg']}{_ADVICE}") from error

    def _check(self, record: Record) -> None:
        if record.fault or len(record.cells) != len(self.schema.fields):
            fault = record.fault or "wrong number of cells"
            raise PackageError(f"{self._path}:{record.line}: {fault}{_ADVICE}")

    @cached_property
    def _index(self) -> dict[tuple[str, ...], Record]:
        places = [self.schema.names.index(name) for name in self.schema.primary_key]
        return {
            tuple(record.cells[place].value for place in places): record
            for record in self._records()
            if len(record.cells) == len(self.schema.fields)
        }


def _parts(key: object) -> tuple[str, ...]:
    """A key as the texts of its cells."""
    return tuple(map(str, key)) if isinstance(key, tuple) else (str(key),)


_ADVICE = "; `kzdata validate` says more"


class Shelf:
    """All tables of an opened package.

    Attributes:
        archive: Where the package lies.
        descriptor: What it declares.
        tables: Its tables by name.

    Raises:
        PackageError: The descriptor is malformed.
    """

    def __init__(
        self, archive: Archive, descriptor: Descriptor, models: dict[str, type[Row]]
    ) -> None:
        if descriptor.faults:
            fault = descriptor.faults[0]
            found = f"found {fault.found}, expected {fault.expected}"
            raise PackageError(f"{archive.label}: {fault.where}: {found}{_ADVICE}")
        self.archive = archive
        self.descriptor = descriptor
        self._sheets: dict[str, Sheet] = {}
        self._folder = tempfile.mkdtemp(prefix="kzdata-text-")
        self._free = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self.tables = {
            name: Table(self, table, models.get(name)) for name, table in descriptor.tables.items()
        }

    @cached_property
    def database(self) -> "Database":
        """All tables with typed columns in a locked database; made when first asked for."""
        from kzdata.database import Database

        database = Database(lockable=True)
        for number, table in enumerate(self.descriptor.tables.values()):
            kinds = {field.name: field.type for field in table.schema.fields}
            sheet = self.sheet(table)
            if not sheet.dialect.simple:
                target = Path(self._folder) / f"simple-{number}.csv"
                sheet = sheet.simplified(target, len(kinds))
            database.load(table.name, sheet, kinds, table.schema.missing)
        database.lock()
        return database

    def sheet(self, table: TableDescriptor) -> Sheet:
        """The text of a table.

        Raises:
            PackageError: A file is not there or cannot be read.
        """
        for path in table.resource.path:
            if not self.archive.path_of(path).is_file():
                raise PackageError(f"{path}: no such file; is the package closed?")
        if table.name not in self._sheets:
            folder = Path(self._folder) / str(len(self._sheets))
            folder.mkdir()
            self._sheets[table.name] = open_sheet(self.archive, table, folder)
        return self._sheets[table.name]

    def close(self) -> None:
        """Close the database, if it was opened, and remove temporary files."""
        if "database" in self.__dict__:
            self.database.close()
        self._free()

    def find(self, key: str) -> tuple[Table[Any], Row]:
        """The row of a single primary key, in any table or, as `table/key`, in one.

        Raises:
            UsageError: No table has the key, or several have.
        """
        name, _, rest = key.partition("/")
        if rest:
            table = self.table(name)
            return table, table[rest]
        single = [table for table in self.tables.values() if len(table.schema.primary_key) == 1]
        holders = [table for table in single if key in table]
        if len(holders) != 1:
            raise UsageError(self._not_one(key, [table.name for table in holders]))
        return holders[0], holders[0][key]

    def table(self, name: str) -> Table[Any]:
        """A table by name.

        Raises:
            UsageError: There is no such table.
        """
        if name not in self.tables:
            raise UsageError(f"no table {name!r}{nearest(name, self.tables)}")
        return self.tables[name]

    def _not_one(self, key: str, holders: list[str]) -> str:
        if holders:
            choices = " or ".join(f"{name}/{key}" for name in holders)
            return f"{key!r} is in several tables; ask for {choices}"
        known = (parts[0] for t in self.tables.values() for parts in t.keys if len(parts) == 1)
        return f"no record {key!r}{nearest(key, known)}"


def nearest(name: str, known: Any) -> str:
    """A hint with the names most like the one that was not found, or nothing."""
    from difflib import get_close_matches

    names = {other.casefold(): other for other in known}
    found = get_close_matches(name.casefold(), list(names), n=3, cutoff=0.5)
    matches = [names[other] for other in found]
    return f"; did you mean {', '.join(matches)}?" if matches else ""
