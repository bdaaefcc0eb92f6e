"""What a task does: it reads a piece of a package, a table or one file of it, and looks for keys.

A task gets JSON and bytes, and gives the same. What it reads is `Reading` of a package with the
one file, so that each rule and place is as on one machine.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self

from kzdata.engine import sql
from kzdata.engine.buckets import BUCKET, read_buckets, write_buckets
from kzdata.engine.database import Database
from kzdata.engine.sql import ORD, column, identifier, literal
from kzdata.files.archive import Archive, bundled_version, opened, workspace
from kzdata.files.csv import FileStats, file_stats
from kzdata.files.limits import PackageLimits
from kzdata.standard.descriptor import Descriptor, FieldDescriptor, Table
from kzdata.standard.field_types import known_type
from kzdata.standard.forms import DELIMITED, forms_of
from kzdata.standard.parsing import parse
from kzdata.standard.source import named
from kzdata.validation.declared import with_fields_checked
from kzdata.validation.locate import located
from kzdata.validation.reading import Reading
from kzdata.validation.rule import RULES, Outcome, Query
from kzdata.validation.rules.keys import (
    Key,
    empty_parts,
    exact_value,
    foreign_keys,
    key_text,
    of_type,
    primary_keys,
    unique_keys,
)
from kzdata.validation.rules.package import algorithms, header_of
from kzdata.validation.runner import bare_tables, file_sizes

FOR_DRIVER = -1  # the bucket of what a task tells the driver
OWN, PARENT = 0, 1  # the side on which the text of a key stands
WANTED = "\x1fwanted"  # the relation of keys that are looked for, or compared


class Parcel(NamedTuple):
    """What goes between tasks and driver: a text of JSON, or bytes."""

    bucket: int  # in which the bytes are; of a job, and of what is wrong in a piece, its number
    text: str = ""
    data: bytes = b""


class Piece(NamedTuple):
    """A table, or one file of it, that one task reads."""

    table: str  # its name
    part: int | None = None  # which of its files, from 0; None for all


def pieces_of(package: Descriptor, sizes: Mapping[str, int]) -> list[Piece]:
    """What the tables of a package can be read in, in the order of tables and files."""
    found: list[Piece] = []
    for table in [*package.tables.values(), *bare_tables(package)]:
        whole = not _divisible(table, sizes)
        parts = [None] if whole else list(range(len(table.resource.path)))
        found += [Piece(table.name, part) for part in parts]
    return found


def _divisible(table: Table, sizes: Mapping[str, int]) -> bool:
    """Whether what is found in each file of a table hangs on that file and the header alone."""
    paths, forms = table.resource.path, set(forms_of(table.resource))
    known = len({form.name for form in forms}) == 1
    tabular = all(form.name in (*DELIMITED, "parquet") for form in forms)
    there = len(paths) == len(set(paths)) > 1 and all(path in sizes for path in paths)
    return there and known and tabular and not any(map(_judged, table.schema.fields))


def _judged(field: FieldDescriptor) -> bool:
    """Whether the cells of a field have a judge: where it gives up, it leaves all that follow."""
    kind = known_type(field)
    return field.constraints.json_schema is not None or (
        kind is not None and kind.judge is not None
    )


def keys_of(tables: Mapping[str, Table]) -> list[Key]:
    """All keys of some tables, in one order."""
    return [*foreign_keys(tables), *primary_keys(tables), *unique_keys(tables)]


# ------------------------------------------------------------------------------ tasks


def read_piece(job: Parcel) -> Iterator[Parcel]:
    """Read a piece: what is found in it, for the driver, and its keys in buckets."""
    with _read(job) as reader:
        yield Parcel(FOR_DRIVER, json.dumps(reader.told()))
        if sides := list(reader.sides()):
            parts = " UNION ALL ".join(sides)
            where = f"CAST(hash(k) % {reader.asked['buckets']} AS INTEGER) AS {BUCKET}"
            rows = f"SELECT *, {where} FROM ({parts})"
            for bucket, data in write_buckets(reader.database, rows, reader.folder):
                yield Parcel(bucket, data=data)


def compare_buckets(parcels: Iterable[Parcel], asked: str) -> Iterator[Parcel]:
    """Of some whole buckets the keys that are wrong: a parcel for each piece that has any.

    `asked` is JSON: the numbers of the `unique` keys, of the `foreign` ones and of the `pieces`
    that count, and `memory`.
    """
    wanted = json.loads(asked)
    with workspace() as folder, Database(1, wanted["memory"], temp_dir=folder) as database:
        if not read_buckets(database, WANTED, (one.data for one in parcels), folder):
            return
        # A table that was read again as a whole has left the keys of its files behind.
        pieces = f"SELECT unnest(CAST({wanted['pieces']} AS INTEGER[]))"
        live = f"SELECT * FROM {identifier(WANTED)} WHERE piece IN ({pieces})"
        own, other = (f"({live} AND side = {side})" for side in (OWN, PARENT))
        twice = f"SELECT number, k FROM {own} GROUP BY ALL HAVING sum(times) > 1"
        wrong = f"""SELECT piece AS {BUCKET}, number, k FROM {own} SEMI JOIN ({twice})
            USING (number, k) WHERE {_among(wanted["unique"])}
            UNION ALL SELECT piece, number, k FROM {own} ANTI JOIN {other}
            USING (number, k) WHERE {_among(wanted["foreign"])}"""
        for piece, data in write_buckets(database, wrong, folder):
            yield Parcel(piece, data=data)


def _among(numbers: Sequence[int]) -> str:
    return f"number IN ({', '.join(map(str, numbers))})" if numbers else "false"


def locate_keys(job: Parcel) -> Iterator[Parcel]:
    """Read a piece again, and find the rows of its wrong keys, which the job's bytes hold."""
    with _read(job) as reader:
        wrong, at = [], 0
        for size in reader.asked["sizes"]:
            wrong.append(job.data[at : at + size])
            at += size
        read_buckets(reader.database, WANTED, wrong, reader.folder)
        found = {number: reader.wrong(number, key) for number, key in reader.keys.items()}
        told = {number: outcome for number, outcome in found.items() if outcome["found"]}
        yield Parcel(FOR_DRIVER, json.dumps({"number": job.bucket, "keys": told}))


# ------------------------------------------------------------------------------ a piece


@contextmanager
def _read(job: Parcel) -> Iterator["Reader"]:
    """A piece of a package that was read, in a database of its own."""
    asked = json.loads(job.text)
    with (
        workspace(asked["temp_dir"]) as folder,
        opened(asked["package"], folder, PackageLimits(**asked["limits"])) as archive,
        Database(1, asked["memory"], temp_dir=folder, spill=archive.limits.spilled) as database,
    ):
        package = with_fields_checked(parse(archive))
        piece = Piece(asked["table"], asked["part"])
        yield Reader(job.bucket, asked, package, piece, archive, database, folder).read()


@dataclass
class Reader:
    """A piece of a package as one task reads it."""

    number: int  # of the piece among those of the package
    asked: dict[str, Any]  # what the driver asks for
    package: Descriptor
    piece: Piece
    archive: Archive
    database: Database
    folder: Path  # where files may be made

    def read(self) -> Self:
        """Read the piece, and meanwhile the bytes of its files."""
        own, sizes = self._table(), file_sizes(self.archive, self.package)
        wanted = algorithms(self.package)
        with ThreadPoolExecutor(max_workers=1) as executor:
            self.stats: dict[str, Future[FileStats]] = {
                path: executor.submit(
                    file_stats, self.archive.path_of(path), wanted.get(path, frozenset())
                )
                for path in own.resource.path
                if path in sizes
            }
            parts = (self.package, self.archive, self.database, self.stats, self.folder)
            self.reading = Reading(own, *parts).read()
        return self

    def _table(self) -> Table:
        """The table with the piece's files alone."""
        tables = {table.name: table for table in bare_tables(self.package)} | self.package.tables
        table, part = tables[self.piece.table], self.piece.part
        if part is None:
            return table
        path = table.resource.path[part]
        return table._replace(path=path, resource=table.resource.replace(path=(path,)))

    @cached_property
    def keys(self) -> dict[int, Key]:
        """The keys that the table has the columns of, by number."""
        table, keys = self.reading.table, enumerate(keys_of(self.package.tables))
        if not self._related:
            return {}
        own = ((number, key) for number, key in keys if key.table.name == table.name)
        return {n: key for n, key in own if {*key.columns} <= {*table.schema.names}}

    @property
    def _related(self) -> bool:
        return self.reading.rows is not None and self.reading.related

    def told(self) -> dict[str, Any]:
        """What the driver has to know of the piece, as JSON values."""
        reading = self.reading
        absent = {*self._table().schema.names}.difference(reading.table.schema.names)
        return {
            "number": self.number,
            "versions": versions(self.database),
            "header": self._header(),
            "absent": sorted(absent),
            "opened": reading.sheet is not None,
            "rows": reading.rows,
            "related": reading.related,
            "asked": sorted(reading.asked),
            "stats": {path: asdict(stats.result()) for path, stats in self.stats.items()},
            "outcomes": [self._place(one) for one in reading.outcomes if one.violations],
            "empty": {number: self._place(one) for number, one in self._empty()},
        }

    def _header(self) -> str:
        """A hash of the names of the columns: what the files of a table must have in common."""
        reading, sheet = self.reading, self.reading.sheet
        names: tuple[str, ...] = ()
        if sheet and sheet.dialect.header_rows:
            names = named(reading.table, header_of(sheet, 0))
        # A column that one file has, and the folder of another one, is not alike.
        folders = [*map(tuple, sheet.partitions)] if sheet else []
        return hashlib.sha256(repr((names, reading.columns, folders)).encode()).hexdigest()

    def _place(self, outcome: Outcome) -> dict[str, Any]:
        """An outcome, each violation with the finding that it is."""
        readings = {self.reading.table.name: self.reading}
        findings = located([(outcome.rule, one) for one in outcome.violations], readings)
        found = zip(outcome.violations, map(astuple, findings), strict=True)
        return {"rule": outcome.rule.name, "omitted": outcome.omitted, "found": [*found]}

    def _empty(self) -> Iterator[tuple[int, Outcome]]:
        """Rows in which a part of the primary key is empty, by the number of the key."""
        for number, key in self.keys.items():
            if key.rule == "primary-key":
                yield number, self._evaluate(key, empty_parts(key))

    def _evaluate(self, key: Key, query: Query) -> Outcome:
        return RULES[key.rule].evaluate([query], self.database)

    def sides(self) -> Iterator[str]:
        """SQL of the texts of keys in the piece, each once, with how often it stands there."""
        name = identifier(self.reading.table.name)
        for number, side, text, filled in self._texts():
            yield f"""SELECT {number} AS number, {side} AS side, {self.number} AS piece, k,
                count(*) AS times
                FROM (SELECT {text} AS k FROM {name} t WHERE {filled}) GROUP BY k"""

    def _texts(self) -> Iterator[tuple[int, int, str, str]]:
        """The keys that stand in the piece: number, side, and SQL as `_text` has it."""
        for number, key in self.keys.items():
            yield number, OWN, *_text(key, OWN)
        table = self.reading.table
        for number, key in enumerate(keys_of(self.package.tables)):
            if self._related and key.parent and key.parent.name == table.name:
                yield number, PARENT, *_text(key, PARENT)

    def wrong(self, number: int, key: Key) -> dict[str, Any]:
        """The rows whose key is among the wrong ones."""
        text, filled = _text(key, OWN)
        wanted = f"(SELECT k FROM {identifier(WANTED)} WHERE number = {number})"
        query = f"""SELECT t.{ORD}, {literal(key.columns[0])}, {key_text(key.columns)},
                {literal(key.expected)}
            FROM {identifier(key.table.name)} t SEMI JOIN {wanted} w ON w.k = {text}
            WHERE {filled}"""
        return self._place(self._evaluate(key, Query(key.table.name, query)))


def versions(database: Database) -> list[str]:
    """The versions that must be one everywhere: kzdata's, and DuckDB's."""
    ((engine,),) = database.rows("SELECT version()")
    return [f"kzdata {bundled_version()}", f"DuckDB {engine}"]


def _text(key: Key, side: int) -> tuple[str, str]:
    """SQL of the one text that all ways to write a key's values share, and of which rows have it.

    A row has it if each part is filled, and of its type.
    """
    table, columns = (key.parent, key.others) if side else (key.table, key.columns)
    assert table
    texts, tests = [], []
    for name, fields in zip(columns, key.sides, strict=True):
        text = sql.text(exact_value(fields)(fields[side], column(name)))
        texts.append(text)
        tests += [f"{column(name)} IS NOT NULL", of_type(table, name), f"{text} IS NOT NULL"]
    if len(texts) == 1:
        return texts[0], " AND ".join(tests)
    # A length before each part: no two keys have one text.
    return " || ".join(f"strlen({one}) || ':' || {one}" for one in texts), " AND ".join(tests)
