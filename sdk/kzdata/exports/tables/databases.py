"""A package as one file of DuckDB or of SQLite."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzdata.engine.database import Database
from kzdata.engine.sql import literal
from kzdata.errors import UsageError
from kzdata.exports.content import Content
from kzdata.exports.registry import exporter
from kzdata.exports.tables.relational import DatabaseWriter, Definition, Engine
from kzdata.exports.tables.spellings import KINDS

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

# Any DuckDB from 1.2 on opens it, which is the first that takes blocks of another size.
STORAGE = "STORAGE_VERSION 'v1.2.0'"
# Packages whose files are smaller get small blocks in DuckDB.
SMALL_BYTES = 32 << 20
DUCKDB_TYPES = {
    **dict.fromkeys(("integer", "year"), "BIGINT"),
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIME",
    "datetime": "TIMESTAMP",
    "text": "VARCHAR",
}
SQLITE_TYPES = {
    **dict.fromkeys((*KINDS, "text"), "TEXT"),
    **dict.fromkeys(("integer", "year", "boolean"), "INT"),
    "number": "REAL",
}


@exporter("duckdb", suffix=".duckdb")
def duckdb(dataset: "Dataset", out: Path) -> None:
    """One DuckDB file: typed columns, keys, comments, and what is known of the package."""
    content = Content(dataset)
    # The file is attached to a database in memory, which holds the tables without limits.
    with Database() as database:
        # Each column and each key takes a block at least: 20 tables would take 20 MB.
        block = ", BLOCK_SIZE 16384" if content.size < SMALL_BYTES else ""
        database.run(f"ATTACH {literal(str(out))} AS target ({STORAGE}{block})")
        database.run("USE target")
        engine = Engine(
            *(DUCKDB_TYPES, "memory.main.", True, False),
            *(database.rows, database.insert, _duckdb_table),
        )
        DatabaseWriter(content, engine).write()
        # Everything is in the file then; a database that is in use cannot be detached.
        for sql in ("USE memory", "CHECKPOINT target", "DETACH target"):
            database.run(sql)


def _duckdb_table(
    table: str, comment: str, columns: Sequence[Definition], others: Sequence[str]
) -> Iterator[str]:
    """A table, with comments on it and on its columns."""
    yield f"CREATE TABLE {table} ({', '.join([*(column.sql for column in columns), *others])})"
    if comment:
        yield f"COMMENT ON TABLE {table} IS {literal(comment)}"
    for column in columns:
        if column.comment:
            yield f"COMMENT ON COLUMN {table}.{column.name} IS {literal(column.comment)}"


@exporter("sqlite", suffix=".sqlite")
def sqlite(dataset: "Dataset", out: Path) -> None:
    """One SQLite file: keys and limits that hold, comments, and what is known of the package."""
    content = Content(dataset)
    try:
        # Python begins no transaction of its own then.
        with closing(sqlite3.connect(out, isolation_level=None)) as connection:
            _write_sqlite(content, connection)
    except sqlite3.Error as error:
        raise UsageError(f"SQLite cannot hold {dataset.name}: {error}") from error


def _write_sqlite(content: Content, connection: sqlite3.Connection) -> None:
    def run(sql: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql).fetchall()

    def insert(table: str, kinds: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        values = (tuple(map(_iso, row)) for row in rows)
        marks = ", ".join("?" for _ in kinds)
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", values)

    # Nobody reads the file before it is whole; what breaks half-way is thrown away.
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"):
        run(f"PRAGMA {pragma}")
    run("PRAGMA encoding = 'UTF-8'")
    run("ATTACH '' AS staged")  # a temporary file, for the tables without limits
    run("BEGIN")
    engine = Engine(SQLITE_TYPES, "staged.", False, True, run, insert, _sqlite_table)
    DatabaseWriter(content, engine).write()
    # The file's bytes depend on nothing but its rows then.
    for sql in ("COMMIT", "DETACH staged", "VACUUM"):
        run(sql)


def _sqlite_table(
    table: str, comment: str, columns: Sequence[Definition], others: Sequence[str]
) -> list[str]:
    """A table; SQLite keeps the text of the definition, comments and all."""
    lines = [(column.sql, column.comment) for column in columns]
    lines += [(other, "") for other in others]
    # A comment ends with its line, so that the comma stands before it.
    written = [f"  {sql},{_comment(said)}" for sql, said in lines[:-1]]
    written += [f"  {sql}{_comment(said)}" for sql, said in lines[-1:]]
    return ["\n".join([f"CREATE TABLE {table} ({_comment(comment)}", *written, ")"])]


def _iso(value: Any) -> Any:
    """Dates and times are ISO 8601 text in SQLite."""
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def _comment(text: str) -> str:
    """A comment in SQL that nothing can end before its line does."""
    plain = " ".join(text.replace("\0", "").split())
    return f" -- {plain}" if plain else ""
