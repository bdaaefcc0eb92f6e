"""Parquet files of strangers, read within limits: their rows as texts, and as typed values.

What a value's text is stands here alone: a rule that is asked of a cell of Parquet is asked of this
text, as it would be of a CSV file. Where the type of a column tells enough, no text is made.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from kzdata.engine.database import FILE_NUMBER, Database, file_literal, sensible_memory
from kzdata.engine.sql import identifier, literal, text
from kzdata.errors import NotReadError, PackageError, QueryError
from kzdata.files.csv import Cell, FileStats, Kept, Record, Sheet, whole
from kzdata.files.limits import MAX_CELLS, allowing

MAX_NODES = 20_000  # columns of a file, with those inside of others
MAX_DEPTH = 100  # how deep they may stand inside of each other; a list takes two levels
MAX_NESTED = 1 << 24  # values of a column of lists in one row group, which DuckDB holds at once
MEMORY = 1 << 30  # bytes that DuckDB takes to read single rows before it spills
# Types of few bytes, whatever the value: only those of the others need be measured.
_SMALL = ("BOOLEAN", "DATE", "DOUBLE", "FLOAT", "TIME", "UUID", "INTERVAL", "DECIMAL")
_ROW = "file_row_number"  # what DuckDB calls the number of a row in its file


class ParquetFile(NamedTuple):
    """A Parquet file that can be read."""

    path: Path
    columns: Mapping[str, str]  # types of DuckDB by name, in the file's order
    rows: int


class ParquetSheet(Sheet):
    """A table's Parquet files. A row's line is its number in its file, from 1."""

    textual = False

    # `null` is the text of NULL; `folder` is where temporary files go.
    def __init__(self, files: Sequence[ParquetFile], null: str, folder: Path) -> None:
        super().__init__([file.path for file in files])
        self._files, self._null, self._folder = tuple(files), null, folder

    def header(self, part: int = 0) -> Record:
        """The names of a file's columns."""
        names = self._files[part].columns
        cells = (Cell(name, 1, place) for place, name in enumerate(names, 1))
        return Record(-1, 1, tuple(cells)[:MAX_CELLS], part=part, width=len(names))

    def stats(self, part: int) -> FileStats:
        """That nothing can be told but by looking at the cells."""
        # Nothing is passed over by the engine; what characters cells hold, no byte tells.
        return FileStats(self.parts[part].stat().st_size, {}, suspicious=False, controls=True)

    def only(self, fits: Sequence[bool], empty: Path) -> "ParquetSheet":
        """The same without the rows of the files that do not fit."""
        files = zip(self._files, fits, strict=True)
        kept = [file if fit else file._replace(columns={}, rows=0) for file, fit in files]
        return ParquetSheet(kept, self._null, self._folder)

    def kinds(self) -> list[str]:
        """The type of each column; empty where the files have several."""
        sides = (file.columns.values() for file in self._files if file.columns)
        columns = (set(kinds) for kinds in zip(*sides, strict=True))
        return [kinds.pop() if len(kinds) == 1 else "" for kinds in columns]

    def cell(self, value: str, kind: str) -> str:
        """SQL: the text of a value of a type, or NULL."""
        return _as_cell(value, kind)

    def _filled(self, value: str, kind: str) -> str:
        return f"coalesce({self.cell(value, kind)}, {literal(self._null)})"

    def relation(self, columns: Sequence[str], values: Collection[str] = (), part: str = "") -> str:
        """SQL of all rows, in order: texts, but for the columns `values`."""
        groups = groupby(enumerate(self._files), _shape)
        parts = (self._selected([*files], columns, values, part) for _, files in groups)
        return f"({' UNION ALL '.join(filter(None, parts))})"

    def _selected(
        self,
        files: Sequence[tuple[int, ParquetFile]],
        columns: Sequence[str],
        values: Collection[str],
        part: str,
    ) -> str:
        """A query of all rows of some numbered files that have the same columns."""
        first, kinds = files[0][0], [*files[0][1].columns.items()]
        if not kinds:  # files that are left out
            return ""
        if len(kinds) != len(columns):
            raise PackageError(f"{len(kinds)} columns, where {len(columns)} are looked for")
        cells = [
            f"{own if new in values else self._filled(own, kind)} AS {identifier(new)}"
            for own, kind, new in zip(*_named(kinds), columns, strict=True)
        ]
        number = f"{first} + {FILE_NUMBER}" if len(files) > 1 else f"{first}"
        cells += [f"{number} AS {identifier(part)}"] if part else []
        return f"SELECT {', '.join(cells)} FROM {_scan(*(file.path for _, file in files))}"

    def records(self) -> Iterator[Record]:
        """All rows in order, as texts."""
        with reader(self._folder) as database:
            number = 0
            for part, file in enumerate(self._files):
                for record in self._records(database, part):
                    yield replace(record, number=number + record.number)
                number += file.rows

    def pick(
        self, numbers: set[int], rows: int, keep: Callable[[Record], Kept] = whole
    ) -> dict[int, Kept]:
        """What is kept of the rows of the given numbers, from 0, by number."""
        found, first = dict[int, Kept](), 0
        with reader(self._folder) as database:
            for part, file in enumerate(self._files):
                own = [n - first for n in numbers if first <= n < first + file.rows]
                for record in self._records(database, part, own) if own else ():
                    number = first + record.number
                    found[number] = keep(replace(record, number=number))
                first += file.rows
        return found

    def text(self, part: int) -> Iterator[bytes]:
        """One of the files as CSV, in pieces."""
        header, width = self.header(part), len(self._files[part].columns)
        yield header.written(width).encode()
        with reader(self._folder) as database:
            for record in self._records(database, part):
                yield record.written(width).encode()

    def _records(
        self, database: Database, part: int, numbers: Sequence[int] = ()
    ) -> Iterator[Record]:
        """The rows of a file, numbered from 0: all, or those of some numbers."""
        file = self._files[part]
        if not file.rows:
            return
        # A column of the file may have the name that DuckDB gives the number of a row.
        taken = any(name.lower() == _ROW for name in file.columns)
        row, clause = ("(row_number() OVER () - 1)", "QUALIFY") if taken else (_ROW, "WHERE")
        cells = map(self._filled, *_named([*file.columns.items()][:MAX_CELLS]))
        chosen = f" {clause} {row} IN ({', '.join(map(str, numbers))})" if numbers else ""
        asked = f"SELECT {', '.join([row, *cells])} FROM {_scan(file.path)}{chosen}"
        for number, *texts in database.stream(asked):
            places = enumerate(texts, 1)
            found = tuple(Cell(value, number + 1, place) for place, value in places)
            yield Record(number, number + 1, found, part=part, width=len(file.columns))


def _shape(one: tuple[int, ParquetFile]) -> tuple[list[tuple[str, str]], int]:
    """What files have in common that are read by one scan."""
    number, file = one
    # A column of the name that DuckDB gives a file's number in a scan would hide that.
    apart = any(name.lower() == "file_index" for name in file.columns)
    return [*file.columns.items()], number if apart else -1


def reader(folder: Path) -> Database:
    """A database that looks at single rows; its temporary files go into a folder."""
    return Database(memory_limit=sensible_memory(MEMORY), temp_dir=folder)


def _named(columns: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """The columns of a file as SQL, and their types."""
    return [identifier(name) for name, _ in columns], [kind for _, kind in columns]


def _scan(*files: Path) -> str:
    """SQL: all rows of some files with the same columns."""
    # A path is no column: `id=7/t.parquet` has none that is called so.
    return f"read_parquet([{', '.join(map(file_literal, files))}], hive_partitioning=false)"


def parquet_file(database: Database, source: Path, limit: int) -> ParquetFile:
    """What a Parquet file says of itself, with one look at its texts.

    Its values may have `limit` bytes as text, each counted as one more.

    Raises:
        PackageError: It is not a Parquet file.
        NotReadError: It is one of more than that, or than this module's limits.
    """
    try:
        # The engine takes long over a schema of many columns: they are counted first.
        stated = _own_columns(database, source)
        described = database.rows(f"DESCRIBE SELECT * FROM {_scan(source)}")
        columns = {row[0]: row[1] for row in described}
        if list(columns) != stated:  # DuckDB would make up another name
            raise PackageError("two of its columns have one name, but for its case; rename one")
        return ParquetFile(source, columns, _checked_rows(database, source, columns, limit))
    except QueryError as error:
        raise PackageError(f"not Parquet that can be read: {error}") from error


def _own_columns(database: Database, source: Path) -> list[str]:
    """Names of a file's own columns, in order; refuses too many, and too deep ones."""
    nodes = database.rows(
        f"SELECT name, num_children FROM parquet_schema({file_literal(source)}) "
        f"LIMIT {MAX_NODES + 1}"
    )
    if len(nodes) > MAX_NODES:
        raise NotReadError(f"over {MAX_NODES:,} columns, with those inside of others")
    # The schema lists all nodes, each before its children. The first is the file itself.
    names: list[str] = []
    left: list[int] = []  # how many children are to come, of each node that is open
    for name, children in nodes[1:]:
        while left and left[-1] == 0:
            left.pop()
        if left:
            left[-1] -= 1
        else:
            names.append(name)
        left.append(children or 0)
        if len(left) > MAX_DEPTH:
            raise NotReadError(f"columns inside of columns over {MAX_DEPTH} deep")
    return names


def _checked_rows(database: Database, source: Path, columns: Mapping[str, str], limit: int) -> int:
    """How many rows a file has; refuses one that unpacks to more than a package may have."""
    # A few bytes of a file can say that a value stands there a billion times, so its own numbers
    # are asked first, and the bytes of its texts only where those are small.
    ((cells, most),) = database.rows(
        f"""SELECT sum(num_values), max(num_values) FILTER (path_in_schema LIKE '%, %')
        FROM parquet_metadata({file_literal(source)})"""
    )
    if (most or 0) > MAX_NESTED:
        raise NotReadError(f"over {MAX_NESTED:,} values of one list column in a row group")
    if (cells or 0) > limit or (cells or 0) + _text_bytes(database, source, columns) > limit:
        raise NotReadError(f"it unpacks to more than a package may have; {allowing('unpacked')}")
    ((rows,),) = database.rows(f"SELECT count(*) FROM {_scan(source)}")
    return int(rows)


def _text_bytes(database: Database, source: Path, columns: Mapping[str, str]) -> int:
    """Bytes of all values of a file that can be of any length."""
    names = [identifier(n) for n, kind in columns.items() if not _is_small(kind)]
    sums = ", ".join(f"coalesce(sum(strlen({text(name)})), 0)" for name in names)
    return int(sum(database.rows(f"SELECT {sums} FROM {_scan(source)}")[0])) if names else 0


def _is_small(kind: str) -> bool:
    plain = "[" not in kind and "(" not in kind.removeprefix("DECIMAL(")
    return plain and (kind.endswith("INT") or kind.startswith((*_SMALL, "INTEGER", "UINTEGER")))


def _as_cell(value: str, kind: str) -> str:
    """A value as CSV has it: whole numbers without a point, a T between date and time, JSON."""
    if kind.startswith(("STRUCT", "MAP")) or kind.endswith("]"):
        return f"CASE WHEN {value} IS NOT NULL THEN {text(f'to_json({value})')} END"
    if kind in ("DOUBLE", "FLOAT"):
        return f"regexp_replace({text(value)}, '[.]0$', '')"
    if kind == "TIMESTAMP WITH TIME ZONE":
        utc = text(f"timezone('UTC', {value})")
        return f"replace({utc}, ' ', 'T') || 'Z'"
    return f"replace({text(value)}, ' ', 'T')" if kind.startswith("TIMESTAMP") else text(value)
