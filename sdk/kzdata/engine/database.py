"""A DuckDB: its connection, threads, tables and views, and the lock before strangers ask it.

A table is read once, every column as text, into a temporary table whose row order is the file's, so
that a row's position is its record number at no cost. Nothing is sniffed, cast silently or skipped.
"""

import os
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from kzdata.engine.limits import of_machine
from kzdata.engine.queries import (
    ENGINE_ERRORS,
    Answer,
    Result,
    StoppedError,
    Work,
    duckdb,
    first_line,
    wait_for,
    with_names,
)
from kzdata.engine.sandbox import checked
from kzdata.engine.sql import ORD, SHARED, full_match, identifier, literal, temp_table, text
from kzdata.errors import NotReadError, PackageError, QueryError
from kzdata.files.archive import share_of_disk
from kzdata.files.csv import MAX_RECORD_BYTES, Sheet
from kzdata.files.limits import DEFAULT, allowing
from kzdata.files.temporary import TemporaryFolder

if TYPE_CHECKING:
    import pyarrow

    from kzdata.engine.queries import DuckDBPyConnection, DuckDBPyRelation

# A string that no cell is: empty cells are empty strings, missing values a schema's. Nobody can
# guess it, so that no cell of a stranger is taken for no value.
NULL_MARK = f"\\kzdata:{os.urandom(16).hex()}\\"
FILE_NUMBER = "CAST(file_index AS BIGINT)"  # which of the files that DuckDB scans, from 0
MAX_LINE_BYTES = 4 << 20  # of a row of a file; the careful reader takes longer ones
MAX_WRITTEN_BYTES = MAX_RECORD_BYTES + (1 << 20)  # of a row that the careful reader wrote
# Characters of a table's checks up to which DuckDB looks for parts they share: the time it takes
# grows with the square of them.
MAX_SHARED_SQL = 100_000
MAX_SQL = 4_000_000  # characters of a table's checks
MAX_COPIED_BYTES = 1_000_000  # of the files of a table of which there may be a copy
TIMEOUT = 30.0  # seconds after which a stranger's query is stopped
MAX_MEMORY = 2 << 30  # bytes that an opened package's database may take before it uses the disk
MAX_SPILL = 8_000_000_000  # bytes that it may write to the disk, at most a sixth of what is free
Item = TypeVar("Item")


class UnreadableCSVError(PackageError):
    """DuckDB refused a file; the careful reader finds out why."""


def file_literal(path: Path) -> str:
    """A file's name as an SQL literal; the characters of a glob in it are taken literally."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))


def _read_csv(sheet: Sheet, columns: Sequence[str], part: str) -> str:
    """A relation over the CSV files of a simple dialect, every column as text."""
    if part:  # a column of the file may have the name that DuckDB gives the number of a file
        texts = {name: f"c{place}" for place, name in enumerate(columns)}
        chosen = _selected(texts | {part: FILE_NUMBER})
        return f"(SELECT {chosen} FROM {_read_csv(sheet, [*texts.values()], '')})"
    dialect = sheet.dialect
    names = ", ".join(map(file_literal, sheet.parts))
    kinds = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    quote, header = literal(dialect.quote), str(bool(dialect.header_rows)).lower()
    # What has no header was written here, with LF; DuckDB would take a CRLF in its first cell.
    ends = "" if dialect.header_rows else f", new_line={literal(chr(92) + 'n')}"
    # Nothing is NULL: where empty cells are, DuckDB passes over one that stands too much in a row.
    return (
        f"read_csv([{names}], columns={{{kinds}}}, header={header}, auto_detect=false, "
        f"delim={literal(dialect.delimiter)}, quote={quote}, escape={quote}, "
        f"nullstr={literal(NULL_MARK)}, strict_mode=true, compression='none', "
        # A path is no column: below `id=7/` there is none that is called so.
        "hive_partitioning=false, "
        f"max_line_size={MAX_LINE_BYTES if dialect.header_rows else MAX_WRITTEN_BYTES}{ends})"
    )


def rows_of(
    sheet: Sheet, columns: Sequence[str], values: Collection[str] = (), part: str = ""
) -> str:
    """A relation over a table's files, every column as text but those that are `values`.

    A further column, if it has a name, is the number of the `part` that a row stands in, from 0.
    """
    return sheet.relation(columns, values, part) or _read_csv(sheet, columns, part)


def _selected(columns: Mapping[str, str]) -> str:
    """SQL by name as the columns of a SELECT."""
    return ", ".join(f"{sql} AS {identifier(name)}" for name, sql in columns.items())


def _rows_of(name: str) -> str:
    """The rows of what `Database.create_relation` makes."""
    return identifier(f"{name}\x1frows")


def sensible_memory(most: int) -> str:
    """A limit of memory: so many bytes, or three quarters of a smaller machine."""
    return f"{of_machine(most, 3 / 4) >> 20}MiB"


class Database:
    """A DuckDB of its own, with a temporary directory that goes away with it.

    What it cannot carry out is a QueryError. Its data can be locked for good if it is `lockable`,
    which keeps it in a file. `memory_limit` is a size such as `2GB`, `spill` how
    many bytes it may write to the disk where it is not lockable.
    """

    def __init__(
        self,
        threads: int | None = None,
        memory_limit: str | None = None,
        *,
        lockable: bool = False,
        temp_dir: Path | None = None,
        spill: int = DEFAULT.spilled,
    ) -> None:
        self._folder = TemporaryFolder("kzdata-spill-", temp_dir)
        self._work = Work()
        self._file = str(self._folder.path / "package.duckdb") if lockable else ":memory:"
        if lockable and memory_limit is None:
            memory_limit = sensible_memory(MAX_MEMORY)
        # Nobody's query or package may fill the disk.
        spill = min(MAX_SPILL if lockable else spill, share_of_disk(temp_dir, 1 / 6))
        settings: dict[str, Any] = {
            "temp_directory": str(self._folder.path),
            "max_temp_directory_size": f"{max(1, spill >> 20)}MiB",
            # Nothing is fetched: an unknown function would make DuckDB look for an extension.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # A query reads the package, not the variables of whoever asks it.
            "python_enable_replacements": False,
            "threads": threads,
            "memory_limit": memory_limit,
        }
        self._settings = {name: value for name, value in settings.items() if value is not None}
        self._compiles: dict[str, bool] = {}
        self._copied: set[str] = set()  # the relations that are tables
        self._connect()
        self.run(f"CREATE SCHEMA {SHARED}")

    def _connect(self, read_only: bool = False) -> None:
        try:
            self._connection = duckdb.connect(self._file, read_only, self._settings)
        except ENGINE_ERRORS as error:  # what is no UTF-8 is a RuntimeError
            raise QueryError(f"cannot start DuckDB: {first_line(error)}") from error
        self._local = threading.local()
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop what is asked at the moment, and free everything; doing so again does nothing."""
        # A process that was forked off frees nothing: the engine's threads are not there.
        if not self._work.own:
            return
        try:
            self._work.end()
            self._connection.close()
        except duckdb.Error:
            pass  # a single step on a giant value goes on; what it holds is freed after it
        finally:
            self._folder.remove()

    # ------------------------------------------------------------------------------ queries

    @property
    def _cursor(self) -> "DuckDBPyConnection":
        """This thread's own cursor: a connection answers one query at a time."""
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self._connection.cursor()
        return self._local.cursor  # type: ignore[no-any-return]

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query that kzdata itself wrote."""
        try:
            cursor = self._cursor
            return self._work.carry_out(
                cursor, lambda: cursor.execute(sql, list(parameters)).fetchall()
            )
        except ENGINE_ERRORS as error:
            self.raise_if_cancelled()
            raise QueryError(first_line(error)) from error

    def stream(self, sql: str, batch: int = 10_000) -> Iterator[tuple[Any, ...]]:
        """Rows of a query in batches of so many, on a cursor of its own."""
        try:
            cursor = self._connection.cursor()
            self._work.carry_out(cursor, lambda: cursor.execute(sql))
            while rows := self._work.carry_out(cursor, lambda: cursor.fetchmany(batch)):
                yield from rows
        except ENGINE_ERRORS as error:
            raise QueryError(first_line(error)) from error

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Carry out a statement that kzdata itself wrote."""
        self.rows(sql, parameters)

    def map_parallel(self, task: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """The results of a task for each item, two at a time, each in a thread of its own.

        DuckDB uses one thread for a small file and for planning; two at a time keep two cores busy.
        """
        pool = ThreadPoolExecutor(max_workers=2)
        try:
            running = [pool.submit(task, item) for item in items]
            return [one.result() for one in running if not wait_for(one)]
        except BaseException:
            # After Ctrl-C nobody waits for a long query.
            pool.shutdown(wait=False, cancel_futures=True)
            self.interrupt()
            raise
        finally:
            pool.shutdown()

    def interrupt(self) -> None:
        """Stop what is asked at the moment, in every thread, and what asks `raise_if_cancelled`."""
        self._stopped = True
        self._work.interrupt()

    def raise_if_cancelled(self) -> None:
        """Raise StoppedError after `interrupt`."""
        if self._stopped:
            raise StoppedError("interrupted")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything in the block one transaction, which is far faster for many statements."""
        self.run("BEGIN")
        try:
            yield
        except BaseException:
            self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def compiles(self, pattern: str) -> bool:
        """Whether RE2 takes a pattern."""
        if pattern not in self._compiles:
            # Only what is known is kept, since other threads may ask meanwhile.
            try:
                self.run(f"SELECT {full_match(chr(39) * 2, pattern)}")
                self._compiles[pattern] = True
            except QueryError:
                self._compiles[pattern] = False
        return self._compiles[pattern]

    def matches(self, pattern: str, value: str) -> bool:
        """Whether a pattern that RE2 takes matches somewhere in a text."""
        ((found,),) = self.rows("SELECT regexp_matches(?, ?)", [value, pattern])
        return bool(found)

    # ------------------------------------------------------------------------------ tables

    @contextmanager
    def temp_tables(self, **queries: str) -> Iterator[None]:
        """Hold the rows of some queries as tables in the block, for this thread alone.

        Each query may use the tables before it, by the names that `temp_table` gives.
        """
        # DuckDB knows how many rows a table has, and guesses it of a common table expression.
        try:
            for name, sql in queries.items():
                self.run(f"CREATE OR REPLACE TEMP TABLE {temp_table(name)} AS {sql}")
            yield
        finally:
            for name in queries:
                self.run(f"DROP TABLE IF EXISTS temp.{temp_table(name)}")

    def create_relation(
        self,
        name: str,
        sheet: Sheet,
        columns: Sequence[str],
        kept: Mapping[str, str],
        first: Sequence[Mapping[str, str]] = (),
        values: Collection[str] = (),
        shown: Mapping[str, str] = MappingProxyType({}),
    ) -> int:
        """Read a table's text into a relation with `ORD` and the columns `kept`: how many rows.

        `columns` names all that the file has, in its order; `kept` is SQL over them, by the name it
        gets; `first` are further columns that `kept` may use, made out of those of the file, and in
        steps out of one another; of files with types, the columns `values` are no text in this SQL.
        `shown` are further columns, which a view works out whenever they are read.

        Raises:
            UnreadableCSVError: DuckDB refuses the file.
            NotReadError: There is too much to check.
        """
        parts = _selected({f"c{place}": sql for place, sql in enumerate(kept.values())})
        names = _selected({alias: f"c{place}" for place, alias in enumerate(kept)})
        if len(parts) > MAX_SQL:
            raise NotReadError("more constraints than can be checked at once; divide the table")
        relation = rows_of(sheet, columns, values)
        for columns_made in filter(None, first):
            relation = f"(SELECT *, {_selected(columns_made)} FROM {relation})"
        try:
            if len(parts) > MAX_SHARED_SQL:
                self.run("SET disabled_optimizers = 'common_subexpressions'")
            made = f"CREATE OR REPLACE TABLE {_rows_of(name)} AS SELECT {parts} FROM {relation}"
            ((number,),) = self.rows(made)
        except QueryError as error:
            # The file is not at fault.
            full = isinstance(error.__cause__, duckdb.OutOfMemoryException)
            way = f"--memory-limit or {allowing('spilled')}"
            reason = f"could not tell: {error}; {way}" if full else str(error)
            raise UnreadableCSVError(reason) from error
        finally:
            if len(parts) > MAX_SHARED_SQL:
                self.run("RESET disabled_optimizers")
        # DuckDB keeps the order in which it reads, so that `rowid` is the place in the files. It
        # plans a query of a table in a third of the time that one of a view takes: in a small
        # package, most time is planning.
        small = sum(part.stat().st_size for part in sheet.parts) <= MAX_COPIED_BYTES
        rows = f"SELECT rowid AS {ORD}, {names} FROM {_rows_of(name)}"
        if shown:
            rows = f"SELECT *, {_selected(shown)} FROM ({rows})"
        self._create(name, rows, copied=small)
        return int(number)

    def _create(self, name: str, sql: str, *, copied: bool = False) -> None:
        """Make a view, or a table of a copy, in place of what has the name."""
        if copied != (name in self._copied):
            self._drop(name)
        (self._copied.add if copied else self._copied.discard)(name)
        self.run(f"CREATE OR REPLACE {'TABLE' if copied else 'VIEW'} {identifier(name)} AS {sql}")

    def _drop(self, name: str) -> None:
        self.run(f"DROP {'TABLE' if name in self._copied else 'VIEW'} IF EXISTS {identifier(name)}")
        self._copied.discard(name)

    def create_empty_relation(self, name: str, kept: Sequence[str]) -> None:
        """Make what `create_relation` makes, columns of text, without a row."""
        columns = _selected({ORD: "CAST(0 AS BIGINT)"} | dict.fromkeys(kept, text("NULL")))
        self._create(name, f"SELECT {columns} WHERE false")

    def drop_relation(self, name: str) -> None:
        """Drop what `create_relation` made."""
        self._drop(name)
        self.run(f"DROP TABLE IF EXISTS {_rows_of(name)}")

    def create_table(
        self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Make a table in the schema `SHARED` out of Python values; `columns` are SQL types."""
        values = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns]
        parts = _selected(dict(zip(columns, _unnested(columns.values()), strict=True)))
        self.run(f"CREATE TABLE {SHARED}.{identifier(name)} AS SELECT {parts}", values)

    def create_table_as(self, name: str, sql: str) -> None:
        """Make a table in the schema `SHARED` out of a query."""
        self.run(f"CREATE TABLE {SHARED}.{identifier(name)} AS {sql}")

    def create_table_of_arrow(self, name: str, table: "pyarrow.Table") -> None:
        """Make a table out of one of Arrow."""
        cursor, given = self._related(), "\x1fgiven"
        cursor.register(given, table)
        sql = f"CREATE TABLE {identifier(name)} AS SELECT * FROM {identifier(given)}"
        try:
            self._work.carry_out(cursor, lambda: cursor.execute(sql))
        except ENGINE_ERRORS as error:
            raise QueryError(first_line(error)) from error
        finally:
            cursor.unregister(given)

    def create_table_of_items(
        self, name: str, source: str, lists: str, columns: Sequence[str], more: Mapping[str, str]
    ) -> None:
        """Make a table with `ORD` and a column for each item of the column `lists` of `source`.

        A row without a list is left out; `more` are further columns made out of the new ones.
        """
        column = identifier(lists)
        items = {ORD: ORD} | {part: f"{column}[{n}]" for n, part in enumerate(columns, 1)}
        made = f", {_selected(more)}" if more else ""
        self.run(
            f"CREATE TABLE {identifier(name)} AS SELECT *{made} FROM (SELECT {_selected(items)} "
            f"FROM {identifier(source)} WHERE {column} IS NOT NULL)"
        )

    def insert(self, table: str, kinds: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add rows of Python values, at least one, to a table that is given as SQL.

        `kinds` are the SQL types of its columns, in order.
        """
        values = [list(column) for column in zip(*rows, strict=True)]
        self.run(f"INSERT INTO {table} SELECT {', '.join(_unnested(kinds))}", values)

    def load(self, name: str, sheet: Sheet, columns: Mapping[str, str]) -> None:
        """Read a table's text into a table with typed columns.

        `columns` is SQL of each value over the text of all columns, by name, in the file's order.
        Raises PackageError where the file cannot be read, or a cell is not of its type.
        """
        values, texts = _selected(columns), rows_of(sheet, list(columns))
        self._read_file(f"CREATE TABLE {identifier(name)} AS SELECT {values} FROM {texts}")

    def aggregate(self, sheet: Sheet, columns: Sequence[str], sums: Sequence[str]) -> list[Any]:
        """Aggregates over the columns of a table's text, with one look at it."""
        parts = ", ".join(["count(*)", *sums])
        ((_, *found),) = self._read_file(f"SELECT {parts} FROM {rows_of(sheet, columns)}")
        return found

    def _read_file(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            return self.rows(sql)
        except QueryError as error:
            raise PackageError(f"{error}; `kzdata validate` says more") from error

    def attach(self, name: str, other: "Database") -> None:
        """Make a locked database's tables readable under a name, without a copy."""
        self.run(f"ATTACH {literal(other._file)} AS {identifier(name)} (READ_ONLY)")

    def write_tables(self, file: str, name: str, tables: Mapping[str, str]) -> None:
        """Add tables, each the rows of a query in their order, to a file that nobody has open.

        `name` is what this database may call the file meanwhile.
        """
        self.run(f"ATTACH {literal(file)} AS {name}")
        try:
            # A file that is read a few times is not worth the time that compression takes, nor a
            # log of what is written at once.
            self.run("SET force_compression = 'uncompressed'")
            self.run("SET checkpoint_threshold = '0B'")
            with self.transaction():
                for table, sql in tables.items():
                    self.run(f"CREATE TABLE {name}.main.{identifier(table)} AS {sql}")
        finally:
            self.run(f"DETACH {name}")

    def write_csv(self, sql: str, target: Path) -> None:
        """Write rows as CSV with a header (RFC 4180, UTF-8, LF); NULL is an empty cell."""
        self.run(f"COPY ({sql}) TO {literal(str(target))} (FORMAT csv, HEADER)")

    # ------------------------------------------------------------------------------ answers

    def relation(self, name: str) -> "DuckDBPyRelation":
        """A table as a DuckDB relation."""
        try:
            return self._related().table(identifier(name))
        except duckdb.Error as error:
            raise QueryError(first_line(error)) from error

    def whole(self, name: str) -> Answer:
        """All rows of a table."""
        return self.answer(f"SELECT * FROM {identifier(name)}")

    def answer(self, sql: str, keep: object = None) -> Answer:
        """The answer to a query that kzdata itself wrote, for as long as it takes.

        What it should `keep` is not freed before it is.
        """
        try:
            cursor = self._related()
            return Answer(self._work, cursor, cursor.sql(sql), keep=keep)
        except ENGINE_ERRORS as error:
            raise QueryError(first_line(error)) from error

    def _related(self) -> "DuckDBPyConnection":
        """A new cursor, which has relations."""
        import duckdb  # noqa: F401 - adds the layer of relations to the engine's own classes

        return self._connection.cursor()

    def lock(self, fill: Callable[[str], None] | None = None) -> None:
        """Make the data read-only, and shut the file system, extensions and settings for good.

        `fill` writes tables into the database's file, given its path.
        """
        self.run(f"DROP SCHEMA {SHARED}")
        self._connection.close()
        if fill:
            fill(self._file)
        self._connect(read_only=True)
        self.run("SET enable_external_access = false")
        self.run("SET lock_configuration = true")

    def ask(self, sql: str, parameters: Any = None, timeout: float | None = TIMEOUT) -> Answer:
        """The answer to a stranger's SELECT on a locked database, asked as `Package.sql` is.

        Raises:
            QueryError: It is not one SELECT, it takes too long, or DuckDB refuses it.
        """
        try:
            cursor, widest = self._related(), self._widest
            # Looking names up takes as long as a stranger wants: it has the same deadline.
            relation = self._work.carry_out(
                cursor, lambda: cursor.sql(checked(cursor, sql, widest), params=parameters), timeout
            )
            return Answer(self._work, cursor, relation, timeout)
        except (*ENGINE_ERRORS, TypeError, ValueError) as error:
            raise QueryError(with_names(error)) from error

    @cached_property
    def _widest(self) -> int:
        """Columns of the widest table."""
        ((widest,),) = self.rows("SELECT max(column_count) FROM duckdb_tables()")
        return widest or 0


def _unnested(kinds: Iterable[str]) -> list[str]:
    """Parameters that are lists, as columns of the given SQL types."""
    return [f"unnest(CAST(${i} AS {kind}[]))" for i, kind in enumerate(kinds, 1)]
