"""What a task does: it reads a piece of a package, a table or one file of it, and looks for keys.

A task gets JSON and bytes, and gives the same. What it reads is `Reading` of a package with the
one file, so that each rule and place is as on one machine.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from kzdata.engine import sql
from kzdata.engine.buckets import HASH, hashes_in_buckets, load, pack, texts_in_buckets
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

if TYPE_CHECKING:
    import pyarrow

FOR_DRIVER = -1  # the bucket of what a task tells the driver
OWN, PARENT = 0, 1  # the side on which the text of a key stands
PIECE_BYTES = 32 << 20  # of files that one task reads together; a larger one stays whole


class Parcel(NamedTuple):
    """What goes between tasks and driver: a text of JSON, or bytes."""

    bucket: int  # in which the bytes are; of a job, and of what is wrong in a piece, its number
    text: str = ""
    data: bytes = b""


class Part(NamedTuple):
    """Which keys the bytes of a parcel in a bucket are."""

    piece: int  # the number of the piece that they stand in
    number: int  # of the key
    side: int


class Piece(NamedTuple):
    """A table, or some files of it that follow one another, which one task reads."""

    table: str  # its name
    start: int = 0  # the first of its files
    stop: int | None = None  # the one after the last; None for all from `start` on


def pieces_of(package: Descriptor, sizes: Mapping[str, int]) -> list[Piece]:
    """What the tables of a package can be read in, in the order of tables and files."""
    found: list[Piece] = []
    for table in [*package.tables.values(), *bare_tables(package)]:
        paths = table.resource.path
        starts = _starts([sizes[path] for path in paths]) if _divisible(table, sizes) else [0]
        ends = [*starts[1:], None]
        found += [Piece(table.name, *part) for part in zip(starts, ends, strict=True)]
    return found


def _starts(sizes: Sequence[int]) -> list[int]:
    """The first file of each piece of a table: small files go together."""
    starts, size = [0], 0
    for number, more in enumerate(sizes):
        if size and size + more > PIECE_BYTES:
            starts.append(number)
            size = 0
        size += more
    return starts


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
    """Read a piece: what is found in it, for the driver, and its keys in buckets.

    Of a unique key these are hashes, which name candidates; of the two sides of a foreign key,
    texts.
    """
    with _read(job) as reader:
        yield Parcel(FOR_DRIVER, json.dumps(reader.told()))
        yield from reader.sides()


def locate_keys(job: Parcel) -> Iterator[Parcel]:
    """Read a piece again, and find the rows of its wrong keys, which the job's bytes hold.

    Of unique keys these are hashes, which more texts may share than are wrong: their texts go into
    buckets, and those that turn out to stand once come with the next job.
    """
    with _read(job) as reader:
        keys = reader.load(job.data)
        found = {number: reader.wrong(number, key) for number, key in keys.items()}
        told = {number: outcome for number, outcome in found.items() if outcome["found"]}
        yield Parcel(FOR_DRIVER, json.dumps({"number": job.bucket, "keys": told}))
        for number, key in keys.items():
            if key.parent is None:
                yield from reader.candidates(number, key)


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
        piece = Piece(asked["table"], asked["start"], asked["stop"])
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
        own = self._table()
        sizes = file_sizes(self.archive, self.package._replace(resources=(own.resource,)))
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
        table = tables[self.piece.table]
        paths = table.resource.path[self.piece.start : self.piece.stop]
        return table._replace(path=paths[0], resource=table.resource.replace(path=paths))

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
        folders = sorted({*map(tuple, sheet.partitions)}) if sheet else []
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

    def sides(self) -> Iterator[Parcel]:
        """The keys in the piece, in buckets: hashes of unique ones, both sides of foreign ones."""
        for number, key in self.keys.items():
            if key.parent is None:
                rows = f"SELECT {HASH.format('k')} AS h FROM ({_keys(key, OWN)})"
                found = hashes_in_buckets(self.database, rows, self.asked["buckets"])
                yield from self._parcels(number, OWN, found)
            else:
                yield from self._texts(number, OWN, _distinct(key, OWN))
        table = self.reading.table
        for number, key in enumerate(keys_of(self.package.tables)):
            if self._related and key.parent and key.parent.name == table.name:
                yield from self._texts(number, PARENT, _distinct(key, PARENT))

    def _texts(self, number: int, side: int, rows: str) -> Iterator[Parcel]:
        query = f"SELECT k, {HASH.format('k')} AS h FROM ({rows})"
        found = texts_in_buckets(self.database, query, self.asked["buckets"])
        yield from self._parcels(number, side, found)

    def _parcels(
        self, number: int, side: int, found: "Iterable[tuple[int, pyarrow.ChunkedArray]]"
    ) -> Iterator[Parcel]:
        part = json.dumps(Part(self.number, number, side))
        return (Parcel(bucket, part, pack(column)) for bucket, column in found)

    def load(self, data: bytes) -> dict[int, Key]:
        """Make tables of the keys that are looked for, and of those to pass over, by number."""
        at, found = 0, defaultdict[str, list[bytes]](list)
        for name, size in self.asked["sizes"]:
            found[name].append(data[at : at + size])
            at += size
        for name, some in found.items():
            load(self.database, name, some)
        self.loaded = {*found}
        return {number: key for number, key in self.keys.items() if wanted(number) in found}

    def _sought(self, number: int, key: Key) -> str:
        """SQL: the rows whose key is looked for: `ORD`, the key as a reader names it, and `k`."""
        compared = "o.k" if key.parent else HASH.format("o.k")
        joins = f"SEMI JOIN {identifier(wanted(number))} w ON w.k = {compared}"
        if (name := spared(number)) in self.loaded:
            joins += f" ANTI JOIN {identifier(name)} s ON s.k = o.k"
        rows = _keys(key, OWN, [f"t.{ORD}", f"{key_text(key.columns)} AS found"])
        return f"({rows}) o {joins}"

    def wrong(self, number: int, key: Key) -> dict[str, Any]:
        """The rows whose key is looked for."""
        words = f"{literal(key.columns[0])}, o.found, {literal(key.expected)}"
        query = f"SELECT o.{ORD}, {words} FROM {self._sought(number, key)}"
        return self._place(self._evaluate(key, Query(key.table.name, query)))

    def candidates(self, number: int, key: Key) -> Iterator[Parcel]:
        """The texts of keys that are looked for, in buckets: twice where they stand twice."""
        counted = f"SELECT k, count(*) AS times FROM {self._sought(number, key)} GROUP BY k"
        rows = "SELECT k FROM counted UNION ALL SELECT k FROM counted WHERE times > 1"
        yield from self._texts(number, OWN, f"WITH counted AS ({counted}) {rows}")


def wanted(number: int) -> str:
    """The table of what is looked for of a key."""
    return f"\x1fwanted{number}"


def spared(number: int) -> str:
    """The table of what is passed over of a key, although its hash is looked for."""
    return f"\x1fspared{number}"


def versions(database: Database) -> list[str]:
    """The versions that must be one everywhere: kzdata's, and DuckDB's."""
    ((engine,),) = database.rows("SELECT version()")
    return [f"kzdata {bundled_version()}", f"DuckDB {engine}"]


def _keys(key: Key, side: int, more: Sequence[str] = ()) -> str:
    """SQL: the one text `k` that all ways to write a key's values share, of each row that has one.

    A row has a key if each part of it is filled, and of its type. `more` are columns of SQL beside.
    """
    table, columns = (key.parent, key.others) if side else (key.table, key.columns)
    assert table
    texts, tests = [], []
    for name, fields in zip(columns, key.sides, strict=True):
        texts.append(sql.text(exact_value(fields)(fields[side], column(name))))
        tests += [f"{column(name)} IS NOT NULL", of_type(table, name)]
    parts = [f"k{number}" for number in range(len(texts))]
    values = [*more, *map("{} AS {}".format, texts, parts)]
    rows = f"FROM {identifier(table.name)} t WHERE {' AND '.join(tests)}"
    # Without MATERIALIZED each text would be made twice: for the test, and for the key.
    return f"""WITH parts AS MATERIALIZED (SELECT {", ".join(values)} {rows})
        SELECT *, {_short(_joined(parts))} AS k FROM parts
        WHERE {" AND ".join(f"{part} IS NOT NULL" for part in parts)}"""


def _distinct(key: Key, side: int) -> str:
    return f"SELECT DISTINCT k FROM ({_keys(key, side)})"


def _joined(parts: Sequence[str]) -> str:
    """SQL: one text of the parts of a key: a length before each, so that no two keys have one."""
    several = " || ".join(f"strlen({part}) || ':' || {part}" for part in parts)
    return several if parts[1:] else parts[0]


def _short(text: str) -> str:
    """SQL: a text, or, of a long one, its SHA-256, of which nobody knows two texts with one.

    What is hashed is longer than what is not: no text passes for the hash of another.
    """
    return f"(CASE WHEN strlen({text}) <= 64 THEN {text} ELSE '+' || sha256({text}) END)"
