"""A package as one file of DuckDB or of SQLite."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzdata.engine.database import Database
from kzdata.engine.sql import literal
from kzdata.errors import UsageError
from kzdata.exports.content import Content
from kzdata.exports.registry import exporter
from kzdata.exports.tables.relational import DatabaseWriter, Definition
from kzdata.exports.tables.spellings import KINDS

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

SMALL_BYTES = 32 << 20
"""Packages whose files are smaller get small blocks in DuckDB."""


class DuckDB:
    """A DuckDB file, attached to a database in memory that holds the tables without limits."""

    types: Mapping[str, str] = {
        "integer": "BIGINT",
        "number": "DOUBLE",
        "boolean": "BOOLEAN",
        "year": "BIGINT",
        "date": "DATE",
        "time": "TIME",
        "datetime": "TIMESTAMP",
        "text": "VARCHAR",
    }
    staged = "memory.main."
    patterns = True
    cycles = False

    def __init__(self, database: Database, out: Path, small: bool) -> None:
        self._database = database
        # Each column and each key takes a block at least: 20 tables would take 20 MB.
        options = " (BLOCK_SIZE 16384)" if small else ""
        self.run(f"ATTACH {literal(str(out))} AS target{options}")
        self.run("USE target")
        self.insert = database.insert

    def run(self, sql: str) -> None:
        """Carry out a statement."""
        self._database.run(sql)

    def count(self, sql: str) -> int:
        """The one number that a query gives."""
        return int(self._database.rows(sql)[0][0])

    def create(
        self, table: str, comment: str, columns: Sequence[Definition], others: Sequence[str]
    ) -> None:
        """Make a table, and comment on it and on its columns."""
        lines = ", ".join([*(column.sql for column in columns), *others])
        self.run(f"CREATE TABLE {table} ({lines})")
        if comment:
            self.run(f"COMMENT ON TABLE {table} IS {literal(comment)}")
        for column in columns:
            if column.comment:
                name = f"{table}.{column.name}"
                self.run(f"COMMENT ON COLUMN {name} IS {literal(column.comment)}")

    def finish(self) -> None:
        """Write everything into the file and let go of it."""
        # A database that is in use cannot be detached.
        self.run("USE memory")
        self.run("CHECKPOINT target")
        self.run("DETACH target")


class SQLite:
    """An SQLite file; the tables without limits are in a temporary one."""

    types: Mapping[str, str] = {
        **dict.fromkeys((*KINDS, "text"), "TEXT"),
        "integer": "INT",
        "year": "INT",
        "boolean": "INT",
        "number": "REAL",
    }
    staged = "staged."
    patterns = False
    cycles = True

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        # Nobody reads the file before it is whole; what breaks half-way is thrown away.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"):
            self.run(f"PRAGMA {pragma}")
        self.run("PRAGMA encoding = 'UTF-8'")
        self.run("ATTACH '' AS staged")

    def run(self, sql: str) -> None:
        """Carry out a statement."""
        self._connection.execute(sql)

    def count(self, sql: str) -> int:
        """The one number that a query gives."""
        return int(self._connection.execute(sql).fetchone()[0])

    def insert(self, table: str, kinds: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add rows to a table; dates and times are ISO 8601 text."""
        marks = ", ".join("?" for _ in kinds)
        values = (tuple(map(_iso, row)) for row in rows)
        self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", values)

    def create(
        self, table: str, comment: str, columns: Sequence[Definition], others: Sequence[str]
    ) -> None:
        """Make a table; SQLite keeps the text of the definition, comments and all."""
        lines = [(column.sql, column.comment) for column in columns]
        lines += [(other, "") for other in others]
        # A comment ends with its line, so that the comma stands before it.
        written = [f"  {sql},{_comment(said)}" for sql, said in lines[:-1]]
        written += [f"  {sql}{_comment(said)}" for sql, said in lines[-1:]]
        self.run("\n".join([f"CREATE TABLE {table} ({_comment(comment)}", *written, ")"]))

    def finish(self) -> None:
        """Make the file's bytes depend on nothing but its rows."""
        self._connection.commit()
        self.run("DETACH staged")
        self.run("VACUUM")


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def _comment(text: str) -> str:
    """A comment in SQL that nothing can end before its line does."""
    plain = " ".join(text.replace("\0", "").split())
    return f" -- {plain}" if plain else ""


@exporter("duckdb", suffix=".duckdb")
def duckdb(dataset: "Dataset", out: Path) -> None:
    """One DuckDB file: typed columns, keys, comments, and what is known of the package."""
    content = Content(dataset)
    with Database() as database:
        engine = DuckDB(database, out, content.size < SMALL_BYTES)
        DatabaseWriter(content, engine).write()
        engine.finish()


@exporter("sqlite", suffix=".sqlite")
def sqlite(dataset: "Dataset", out: Path) -> None:
    """One SQLite file: keys and limits that hold, comments, and what is known of the package."""
    content = Content(dataset)
    try:
        with closing(sqlite3.connect(out, isolation_level=None)) as connection:
            engine = SQLite(connection)
            connection.execute("BEGIN")
            DatabaseWriter(content, engine).write()
            engine.finish()
    except sqlite3.Error as error:
        raise UsageError(f"SQLite cannot hold {dataset.name}: {error}") from error
