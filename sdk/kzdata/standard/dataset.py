"""Tables: typed rows out of CSV files, and the same data as SQL.

A table is read from its file whenever it is iterated; nothing is kept but, for look-ups in a small
package, an index of its keys. The database does that for large ones, and answers queries. `Dataset`
is all tables of one package.
"""

import operator
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from pydantic import ValidationError

from kzdata.display import html_table
from kzdata.engine import sql
from kzdata.engine.sql import ORD
from kzdata.errors import PackageError, UsageError, nearest
from kzdata.files.archive import Archive, opened
from kzdata.files.csv import Record
from kzdata.standard.descriptor import Descriptor, Schema
from kzdata.standard.descriptor import Table as TableDescriptor
from kzdata.standard.field_types import FieldType, UnheldError, read_type
from kzdata.standard.parsing import parse
from kzdata.standard.row_models import Row, row_model
from kzdata.standard.source import ADVICE, TableTexts, named

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from kzdata.engine.database import Database
    from kzdata.engine.queries import DuckDBPyRelation
    from kzdata.standard.loader import SqlColumn

RowT = TypeVar("RowT", bound=Row)
SMALL = 8 << 20  # bytes of a package whose keys are found faster without a database


class Table(Generic[RowT]):
    """One table of a package: iterates frozen, typed rows in the order of the file.

    Attributes:
        name: Name of the table.
        schema: Its schema.
    """

    def __init__(self, dataset: "Dataset", table: TableDescriptor) -> None:
        self.name = table.name
        self.schema: Schema = table.schema
        self._dataset = dataset
        self._table = table
        self._path = table.path

    def __repr__(self) -> str:
        return f"<Table {self.name}: {len(self)} rows, {len(self.schema.fields)} columns>"

    def _repr_html_(self) -> str:
        return html_table(self.schema.names, self.texts(), repr(self).strip("<>"))

    def __iter__(self) -> Iterator[RowT]:
        for record in self.records():
            yield self._row(record)

    def __len__(self) -> int:
        return self._size if self._dataset.light else int(self._select("count(*)")[0][0])

    @cached_property
    def _size(self) -> int:
        # Each look-up of a row asks for it, which would read the file once more.
        return sum(1 for _ in self.records())

    def texts(self) -> Iterator[tuple[str, ...]]:
        """The cells of each row as they stand in the file, in the order of the file.

        Raises:
            PackageError: The header is not that of the schema, or a row is malformed.
        """
        for record in self.records():
            self._check(record)
            yield tuple(cell.value for cell in record.cells)

    @overload
    def __getitem__(self, key: slice) -> list[RowT]: ...  # type: ignore[overload-overlap]
    @overload
    def __getitem__(self, key: object) -> RowT: ...
    def __getitem__(self, key: object) -> RowT | list[RowT]:
        """The row of a key, a tuple where it is composite; or rows by their place: `[0]`, `[:5]`.

        Where the keys are no texts, a number is a key, not a place.

        Raises:
            UsageError: There is no such row.
        """
        if isinstance(key, slice):
            return self._slice(key)
        if isinstance(key, int) and not isinstance(key, bool) and self._places:
            return self._at(key)
        number = self.number(key)
        if number is None:
            name = ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
            hint = self._dataset.lost(key, [self.name]) or nearest(name, self.alike(name))
            raise UsageError(f"{self.name} has no row {name!r}{hint}")
        (record,) = self.records({number})
        return self._row(record)

    def head(self, rows: int = 5) -> list[RowT]:
        """The first rows, in the order of the file."""
        return self[: max(rows, 0)]

    @property
    def _places(self) -> bool:
        """Whether a number asks for the row at a place: where it cannot be a key."""
        return len(self._key_types) != 1 or self._key_types[0].python is str

    def _at(self, place: int) -> RowT:
        number = place if place >= 0 else place + len(self)
        found = self._slice(slice(number, number + 1)) if number >= 0 else []
        if not found:
            raise UsageError(f"{self.name} has {len(self)} rows, and none at place {place}")
        return found[0]

    def _slice(self, wanted: slice) -> list[RowT]:
        ends = (wanted.start, wanted.stop, wanted.step)
        if any(end is not None and end < 0 for end in ends):
            numbers = range(len(self))[wanted]
            found = {record.number: record for record in self.records(numbers)}
            return [self._row(found[number]) for number in numbers]
        # Nothing is read beyond the last row that is asked for.
        known = [end if end is None else min(end, sys.maxsize) for end in ends]
        return [self._row(record) for record in islice(self.records(), *known)]

    def __contains__(self, key: object) -> bool:
        return self.number(key) is not None

    def number(self, key: object) -> int | None:
        """Which row has a primary key, counted from 0 in the files; None where none has."""
        parts, names = key if isinstance(key, tuple) else (key,), self.schema.primary_key
        if len(parts) != len(names) or not names:
            return None
        values = self._key(parts)
        if self._dataset.indexed or not self._in_database:
            return self._index.get(values)
        tests = " AND ".join(f"{sql.column(name)} = ?" for name in names)
        try:
            held = [kind.held(value) for kind, value in zip(self._key_types, values, strict=True)]
            # Keys may stand twice in a package that nobody has validated: the first counts.
            found = self._select(f"min(t.{ORD})", f"WHERE {tests}", held)
        except (UnicodeError, UnheldError):
            return None
        return found[0][0]  # type: ignore[no-any-return]

    def _select(
        self, columns: str, rest: str = "", values: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """Ask the database; `t` is the table, and `t.kz_ord` counts its rows as the files do."""
        table = self._dataset.numbered(self.name)
        return self._dataset.database.rows(f"SELECT {columns} FROM {table} t {rest}", values)

    @cached_property
    def _index(self) -> dict[tuple[Any, ...], int]:
        """The rows by the values of their primary key, the first of each; none without a value."""
        fields = map(self.schema.field, self.schema.primary_key)
        none = [frozenset(self.schema.missing_of(field)) for field in fields]
        plain = all(kind.python is str for kind in self._key_types)
        found: dict[tuple[Any, ...], int] = {}
        for number, texts in self._keys():
            if not any(map(operator.contains, none, texts)):
                found.setdefault(texts if plain else self._key(texts), number)
        return found

    def _key(self, parts: Sequence[object]) -> tuple[Any, ...]:
        """What all ways to write one key share."""
        return tuple(kind.key(part) for kind, part in zip(self._key_types, parts, strict=True))

    @cached_property
    def _key_types(self) -> list[FieldType]:
        return [read_type(self.schema.field(name)) for name in self.schema.primary_key]

    @property
    def _in_database(self) -> bool:
        """Whether the database holds keys by the values that Python has."""
        held = all(kind.sql_types or kind.python is str for kind in self._key_types)
        return held and self._dataset.usual(self.name, self.schema.primary_key)

    def _keys(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The number and the key of each row as the file has them."""
        places = [self.schema.names.index(name) for name in self.schema.primary_key]
        for record in self.records():
            if record.width == len(self.schema.fields):
                yield record.number, tuple(record.cells[place].value for place in places)

    def alike(self, name: str) -> list[str]:
        """The keys most like a name, or all of a small table."""
        if self._dataset.light:
            return [", ".join(key) for key in self.keys]
        parts = (sql.text(sql.column(name)) for name in self.schema.primary_key)
        key = " || ', ' || ".join(parts) or "NULL"
        order = f"ORDER BY jaro_winkler_similarity(lower({key}), lower(?)) DESC LIMIT 20"
        try:
            return [found for (found,) in self._select(key, order, [name]) if found]
        except UnicodeError:  # half a surrogate pair, which no file holds
            return []

    @cached_property
    def model(self) -> type[RowT]:
        """Class of the rows.

        Raises:
            PackageError: A column name or a constraint has no equal in Python.
        """
        # Rows of the bundled package are of classes that can be imported, and pickled.
        own = self._dataset.models.get(self.name) or row_model(self.name, self.schema)
        return cast(type[RowT], own)

    @property
    def keys(self) -> Sequence[tuple[str, ...]]:
        """All primary keys in the order of the file, as it has them."""
        # Of a number the database has the value, not the text: only texts are as in the file.
        if self._dataset.light or any(kind.sql_types for kind in self._key_types):
            return tuple(key for _, key in self._keys())
        columns = ", ".join(map(sql.column, self.schema.primary_key))
        return tuple(self._select(columns, f"ORDER BY t.{ORD}")) if columns else ()

    @property
    def rel(self) -> "DuckDBPyRelation":
        """The table as a DuckDB relation of the package's locked database."""
        return self._dataset.database.relation(self.name)

    def df(self) -> "pandas.DataFrame":
        """The table as a pandas DataFrame; raises MissingExtraError without pandas."""
        return self._dataset.database.whole(self.name).df()

    def pl(self) -> "polars.DataFrame":
        """The table as a Polars DataFrame; raises MissingExtraError without polars or pyarrow."""
        return self._dataset.database.whole(self.name).pl()

    def arrow(self) -> "pyarrow.Table":
        """The table as an Arrow table; raises MissingExtraError without pyarrow."""
        return self._dataset.database.whole(self.name).arrow()

    def cells(self, numbers: Collection[int]) -> dict[int, dict[str, str]]:
        """The cells of some rows as the files have them, by row and column."""
        return {
            record.number: {
                field.name: cell.value
                for field, cell in zip(self.schema.fields, record.cells, strict=False)
                if cell.value not in self.schema.missing_of(field)
            }
            for record in self.records(numbers)
        }

    def records(self, numbers: Collection[int] | None = None) -> Iterator[Record]:
        """The rows as text, in the order of the files: all, or those of some numbers.

        Raises:
            PackageError: The header is not that of the schema.
        """
        sheet = self._dataset.sheet(self._table)
        if named(self._table, sheet.header()) != self.schema.names:
            raise PackageError(f"{self._path}:1: the header is not that of the schema{ADVICE}")
        if numbers is None:
            return (record for record in sheet.records() if record.number >= 0)
        # How many rows there are tells whether each line is one, which is far faster to read.
        picked: dict[int, Record] = sheet.pick(set(numbers), len(self))
        return iter([picked[number] for number in sorted(picked)])

    @cached_property
    def _readers(self) -> list[tuple[str, frozenset[str], FieldType]]:
        """Each column's name, its missing values, and how its cells are read."""
        missing = map(frozenset, map(self.schema.missing_of, self.schema.fields))
        types = map(read_type, self.schema.fields)
        return list(zip(self.schema.names, missing, types, strict=True))

    def _row(self, record: Record) -> RowT:
        self._check(record)
        values, name = {}, ""
        try:
            for (name, missing, kind), cell in zip(self._readers, record.cells, strict=True):
                # Most cells are text, which means itself: a call less for each.
                if (text := cell.value) not in missing:
                    values[name] = text if kind.python is str else kind.read(text)
            return self.model.model_validate(values)
        except ValueError as error:
            reason: object = error
            if isinstance(error, ValidationError):
                problem = error.errors()[0]
                name, reason = ".".join(map(str, problem["loc"])), problem["msg"]
            where = f"{self._path}:{record.line}: {name}"
            raise PackageError(f"{where}: {reason}{ADVICE}") from error

    def _check(self, record: Record) -> None:
        if record.fault or record.width != len(self.schema.fields):
            fault = record.fault or "wrong number of cells"
            raise PackageError(f"{self._path}:{record.line}: {fault}{ADVICE}")


@contextmanager
def opened_dataset(path: str | Path) -> Iterator["Dataset"]:
    """The tables of a package for the time of a `with` block; see `kzdata.files.archive.opened`."""
    with opened(path) as archive, closing(Dataset(archive, parse(archive), {})) as dataset:
        yield dataset


class Dataset(TableTexts):
    """All tables of an opened package.

    Attributes:
        name: Its name.
        version: Its version.
        models: Classes of rows by table, where they are public.
        tables: Its tables by name.
        whole: The package that this one was taken of; itself, unless it was.
        part: Under which terms it was, in words; empty for a whole package.
    """

    def __init__(
        self, archive: Archive, descriptor: Descriptor, models: Mapping[str, type[Row]]
    ) -> None:
        super().__init__(archive, descriptor)
        self.name, self.version = descriptor.name, descriptor.version
        self.models = models
        self.whole, self.part = self, ""
        self._columns: dict[str, dict[str, SqlColumn]] = {}
        self.tables: dict[str, Table[Any]] = {
            name: Table(self, table) for name, table in descriptor.tables.items()
        }

    @cached_property
    def database(self) -> "Database":
        """All tables with typed columns, for kzdata's own queries; made when first asked for."""
        return self._loaded()

    def _loaded(self) -> "Database":
        from kzdata.engine.database import Database
        from kzdata.standard.loader import load

        database = Database(lockable=True)
        sheets = [(table, self.simple_sheet(table)) for table in self.descriptor.tables.values()]
        self._columns = load(database, sheets)
        database.lock()
        return database

    def usual(self, name: str, columns: Iterable[str]) -> bool:
        """Whether the database holds columns of a table in the usual types of their fields."""
        self.whole.database  # noqa: B018 - loading tells
        return not any(self.whole._columns[name][column].reason for column in columns)

    @property
    def light(self) -> bool:
        """Whether rows are found without the database: not yet open, and small files."""
        return "database" not in self.__dict__ and self.indexed

    @property
    def indexed(self) -> bool:
        """Whether keys are found by an index in memory, which takes small files."""
        return self.small

    @cached_property
    def small(self) -> bool:
        """Whether its files are small: all of a table is read as fast as a part of it."""
        tables = self.descriptor.tables.values()
        files = (self.archive.path_of(path) for t in tables for path in t.resource.path)
        return sum(file.stat().st_size for file in files if file.is_file()) <= SMALL

    def numbered(self, name: str) -> str:
        """SQL: a table with `kz_ord`, which counts its rows as the files do."""
        return f"(SELECT rowid AS {ORD}, * FROM {sql.table_named(name)})"

    def close(self) -> None:
        """Close the database, if it was opened; remove temporary files."""
        try:
            if opened := self.__dict__.get("database"):
                opened.close()
        finally:
            super().close()

    def find(self, key: str) -> tuple[Table[Any], Row]:
        """The row of a single primary key, in any table or, as `table/key`, in one."""
        table, rest = self.place(key)
        return table, table[rest]

    def place(self, key: str) -> tuple[Table[Any], str]:
        """The table of a single primary key, and the key without the table's name."""
        name, _, rest = key.partition("/")
        if rest:
            table = self.table(name)
            if rest not in table:
                table[rest]  # says what is like it
            return table, rest
        tables = [table for table in self.tables.values() if len(table.schema.primary_key) == 1]
        holders = [table for table in tables if key in table]
        # What one key means must not hang on the order of the tables.
        if len(holders) > 1:
            choices = " or ".join(f"{table.name}/{key}" for table in holders)
            raise UsageError(f"{key!r} is in several tables; ask for {choices}")
        if not holders:
            known = (name for table in tables for name in table.alike(key))
            hint = self.lost(key, [table.name for table in tables]) or nearest(key, known)
            raise UsageError(f"no record {key!r}{hint}")
        return holders[0], key

    def table(self, name: str) -> Table[Any]:
        """A table by name."""
        if name not in self.tables:
            raise UsageError(f"no table {name!r}{nearest(name, self.tables)}")
        return self.tables[name]

    def lost(self, key: object, tables: Iterable[str]) -> str:
        """A hint that tables of the whole package have a row that this one lacks, or nothing."""
        if self.part and any(key in self.whole.tables[name] for name in tables):
            return f" {self.part}; the whole package has it"
        return ""
