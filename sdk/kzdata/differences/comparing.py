"""Two versions of a package compared, row by row and cell by cell.

Both versions of a table are read into DuckDB as text, missing values as NULL, and joined on the
primary key; rows with equal keys are told apart by their order, and in a table without a key a
row's key is all of its cells.
"""

import filecmp
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from itertools import islice, product
from pathlib import Path
from typing import Literal, NamedTuple

from kzdata.differences import properties
from kzdata.differences.bumps import LEVELS, Reason, property_reasons, row_reasons
from kzdata.differences.changes import CHANGE_COLUMNS, CHANGES, KINDS, Diff, TableDiff, union
from kzdata.differences.version import Version, missing
from kzdata.engine import sql
from kzdata.engine.database import Database
from kzdata.engine.sql import ORD, SHARED
from kzdata.standard.descriptor import Table

Progress = Callable[[str, int, int], None]
ALIKE = 0.5  # share of equal rows from which two tables count as one that was renamed
MAX_CANDIDATES = 100  # pairs of tables with the same columns that are looked at for a renaming
_PAIRS = f"{SHARED}.pairs"
_REKEYED = f"{SHARED}.rekeyed"
OLD, NEW = "before", "after"  # relations of the two versions of a table
TOMBSTONES = "tombstones"  # relation of a version's tombstones: `c0` is the id of a withdrawn row


def diff(
    old: str | Path,
    new: str | Path,
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    progress: Progress | None = None,
) -> Diff:
    """What differs between two versions of a package.

    Cells are compared as the text that the files hold, missing values taken out.

    Args:
        old: A directory, `datapackage.json` or zip, or a git revision of the repository of the
            working directory: `REV` for the package at its top, `REV:PATH` for one inside of it.
        new: The same.
        threads: How many threads; all cores by default.
        memory_limit: Such as `2GB`; what is more is kept on disk.
        progress: Called with the step that begins, its number, and how many there are.

    Raises:
        PackageError: A version cannot be read, or one of its tables is malformed.
    """
    with ExitStack() as stack:
        before = stack.enter_context(Version(old))
        after = stack.enter_context(Version(new))
        return compared(before, after, Database(threads, memory_limit), progress)


def compared(
    before: Version, after: Version, database: Database, progress: Progress | None = None
) -> Diff:
    """What differs between two versions that are open; the database becomes the diff's."""
    try:
        return _Comparison(before, after, database).carry_out(progress or (lambda *_: None))
    except BaseException:
        database.close()  # without a diff, nobody else would
        raise


class _Pair(NamedTuple):
    """Two versions of a table, one of which may not be there."""

    old: Table | None
    new: Table | None

    @property
    def name(self) -> str:
        table = self.new or self.old
        assert table
        return table.name

    @property
    def status(self) -> Literal["changed", "added", "removed", "renamed"]:
        if not (self.old and self.new):
            return "removed" if self.old else "added"
        return "changed" if self.old.name == self.new.name else "renamed"


class _Columns(NamedTuple):
    """The columns of two versions of a table, and those that rows are told apart by."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return union(self.old, self.new)

    @property
    def common(self) -> list[str]:
        return [name for name in self.new if name in self.old]

    def cells(self, names: Iterable[str]) -> list[str]:
        """The columns as the database calls them."""
        return [f"c{self.all.index(name)}" for name in names]


class _Comparison:
    def __init__(self, before: Version, after: Version, database: Database) -> None:
        self._before, self._after, self._database = before, after, database

    def carry_out(self, progress: Progress) -> Diff:
        self._database.create_table("changes", CHANGE_COLUMNS, ())
        pairs = self._pairs()
        # Under its new name, a renamed table differs by its properties only where they differ.
        names = {p.old.name: p.name for p in pairs if p.old and p.status == "renamed"}
        form = properties.renamed(self._before.normal_form, names)
        changed = tuple(properties.differences(form, self._after.normal_form))
        tables, reasons = [], list(property_reasons(changed))
        for number, pair in enumerate(pairs):
            progress(f"comparing {pair.name}", number, len(pairs))
            if table := self._compare_table(pair, number):
                tables.append(table)
                reasons += self._reasons(pair, table)
        reasons.sort(key=lambda reason: -LEVELS.index(reason.level))
        sides = (self._before.side, self._after.side)
        return Diff(*sides, changed, tuple(tables), tuple(reasons), self._database)

    # -------------------------------------------------------------------------- pairing

    def _pairs(self) -> list[_Pair]:
        """The tables of the new version with what they were, then those that are gone."""
        old, new = self._before.descriptor.tables, self._after.descriptor.tables
        gone = {name: table for name, table in old.items() if name not in new}
        come = {name: table for name, table in new.items() if name not in old}
        # The standard gives no table an identity beside its name: only its rows tell.
        former = self._renamed(gone, come)
        known = [_Pair(old.get(former.get(name, name)), table) for name, table in new.items()]
        left = [table for name, table in gone.items() if name not in former.values()]
        return [*known, *(_Pair(table, None) for table in left)]

    def _renamed(self, gone: dict[str, Table], come: dict[str, Table]) -> dict[str, str]:
        """Old names by new ones: tables of the same columns, most of whose rows are the same."""
        every = (_Pair(old, new) for old, new in product(gone.values(), come.values()))
        alike = (p for p in every if p.old and p.new and p.old.schema.names == p.new.schema.names)
        # Each pair is read and joined, so that few are; the most alike come first.
        rated = [(self._likeness(pair), pair) for pair in islice(alike, MAX_CANDIDATES)]
        found: dict[str, str] = {}
        for share, (old, new) in sorted(rated, key=lambda one: -one[0]):
            assert old and new
            if share >= ALIKE and new.name not in found and old.name not in found.values():
                found[new.name] = old.name
        return found

    def _likeness(self, pair: _Pair) -> float:
        """The share of rows that two tables have in common, from 0 to 1."""
        columns = self._columns(pair)
        self._read(pair, columns)
        self._match(columns._replace(key=()))  # a new key does not make another table of it
        ((same, all_rows),) = self._database.rows(
            f"SELECT count(*) FILTER (kind = 'same'), count(*) FROM {_PAIRS}"
        )
        # Of two empty tables only the schemas can tell.
        if not all_rows and pair.old and pair.new:
            return float(pair.old.schema == pair.new.schema)
        return float(same / all_rows)

    def _columns(self, pair: _Pair) -> _Columns:
        """The columns of both sides; the key is the new one, else the old one, if both have it."""
        old = self._before.columns(pair.old) if pair.old else ()
        new = self._after.columns(pair.new) if pair.new else ()
        keys = [table.schema.primary_key for table in (pair.new, pair.old) if table]
        here = [side for side, table in ((old, pair.old), (new, pair.new)) if table]
        shared = (key for key in keys if key and all(set(key) <= set(side) for side in here))
        return _Columns(old, new, next(shared, ()))

    # -------------------------------------------------------------------------- one table

    def _compare_table(self, pair: _Pair, number: int) -> TableDiff | None:
        """The differences of one table; None where there are none."""
        columns = self._columns(pair)
        same = pair.status == "changed" and columns.old == columns.new
        # Most tables of a new version are the old file, which need not be read by DuckDB.
        if same and pair.old and pair.new and self._same_bytes(pair.old, pair.new):
            return None
        self._read(pair, columns)
        self._match(columns)
        self._mark_rekeyed(columns)
        self._mark_moved()
        found = dict(self._database.rows(f"SELECT kind, count(*) FROM {_PAIRS} GROUP BY kind"))
        counts = {kind: found[kind] for kind in KINDS if kind in found}
        if same and not counts:
            return None
        ((was, now),) = self._database.rows(f"SELECT count(old_row), count(new_row) FROM {_PAIRS}")
        self._store_changes(number, columns)
        names = (pair.name, pair.status, pair.old and pair.old.name)
        return TableDiff(*names, *columns, was, now, counts, number, self._database)

    def _same_bytes(self, old: Table, new: Table) -> bool:
        # The same bytes are other cells under another dialect, or with other missing values.
        alike = all(missing(old, name) == missing(new, name) for name in new.schema.names)
        sheets = [self._before.sheet(old), self._after.sheet(new)]
        parts = [sheet.parts for sheet in sheets]
        told = [(sheet.dialect, len(sheet.parts), sheet.partitions) for sheet in sheets]
        if not alike or told[0] != told[1]:
            return False
        return all(filecmp.cmp(a, b, shallow=False) for a, b in zip(*parts, strict=True))

    def _read(self, pair: _Pair, columns: _Columns) -> None:
        """Read both versions at the same time into relations of the same columns."""

        def read(side: tuple[Version, Table | None, str]) -> None:
            version, table, name = side
            if table:
                version.read(table, self._database, name, columns.all)
            else:
                self._database.create_empty_relation(name, columns.cells(columns.all))

        sides = [(self._before, pair.old, OLD), (self._after, pair.new, NEW)]
        self._database.map_parallel(read, sides)

    def _match(self, columns: _Columns) -> None:
        """Make a relation of the rows that belong together: `old_row`, `new_row`, `kind`."""
        told = columns.cells(columns.key or columns.common)
        parts = f"PARTITION BY {', '.join(told)}" if told else ""
        nth = f"row_number() OVER ({parts} ORDER BY {ORD}) AS nth"
        join = [f"o.{cell} IS NOT DISTINCT FROM n.{cell}" for cell in told]
        differs = [f"o.{c} IS DISTINCT FROM n.{c}" for c in columns.cells(columns.new)]
        # `nth` tells rows of one key apart, so that no row has two partners.
        self._database.run(
            f"""CREATE OR REPLACE TABLE {_PAIRS} AS
            WITH o AS (SELECT *, {nth} FROM {OLD}), n AS (SELECT *, {nth} FROM {NEW})
            SELECT o.{ORD} AS old_row, n.{ORD} AS new_row,
                CASE WHEN o.{ORD} IS NULL THEN 'added' WHEN n.{ORD} IS NULL THEN 'removed'
                WHEN {" OR ".join(differs) or "false"} THEN 'changed' ELSE 'same' END AS kind
            FROM o FULL JOIN n ON {" AND ".join([*join, "o.nth = n.nth"])}"""
        )

    def _mark_rekeyed(self, columns: _Columns) -> None:
        """Tie rows that are gone to rows that are new where all cells but the key are the same."""
        # Where several rows have these cells, or all are empty, nobody knows which became which.
        rest = columns.cells(name for name in columns.common if name not in columns.key)
        if not columns.key or not rest:
            return
        listed = ", ".join(rest)
        filled = " OR ".join(f"{cell} IS NOT NULL" for cell in rest)

        def lone(row: str, kind: str, side: str) -> str:
            return f"""SELECT min({row}) AS {row}, {listed}
                FROM {_PAIRS} JOIN {side} ON {ORD} = {row}
                WHERE kind = '{kind}' AND ({filled}) GROUP BY {listed} HAVING count(*) = 1"""

        join = " AND ".join(f"o.{cell} IS NOT DISTINCT FROM n.{cell}" for cell in rest)
        self._database.run(
            f"""CREATE OR REPLACE TABLE {_REKEYED} AS SELECT old_row, new_row
            FROM ({lone("old_row", "removed", OLD)}) o
            JOIN ({lone("new_row", "added", NEW)}) n ON {join}"""
        )
        for row, kind in (("old_row", "removed"), ("new_row", "added")):
            rows = f"SELECT {row} FROM {_REKEYED}"
            self._database.run(f"DELETE FROM {_PAIRS} WHERE kind = '{kind}' AND {row} IN ({rows})")
        self._database.run(f"INSERT INTO {_PAIRS} SELECT *, 'rekeyed' FROM {_REKEYED}")

    def _mark_moved(self) -> None:
        """Mark as moved the fewest rows that explain the new order of those that are the same."""
        same = f"FROM {_PAIRS} WHERE kind = 'same'"
        ((turned,),) = self._database.rows(
            f"""SELECT coalesce(bool_or(turned), false) FROM (
            SELECT new_row < lag(new_row) OVER (ORDER BY old_row) AS turned {same})"""
        )
        if not turned:  # the usual case, which needs no look at each row in Python
            return
        rows = self._database.stream(f"SELECT new_row {same} ORDER BY old_row")
        order = array("q", (row for (row,) in rows))
        moved = (
            [row] for row, stays in zip(order, _longest_rising(order), strict=True) if not stays
        )
        self._database.create_table("moved", {"new_row": "BIGINT"}, moved)
        self._database.run(
            f"""UPDATE {_PAIRS} SET kind = 'moved' WHERE kind = 'same'
            AND new_row IN (SELECT new_row FROM {SHARED}.moved)"""
        )
        self._database.run(f"DROP TABLE {SHARED}.moved")

    def _store_changes(self, number: int, columns: _Columns) -> None:
        """Keep the rows that differ with the cells that differ, and free the rest."""
        cells = [(place, f"o.c{place}", f"n.c{place}") for place in range(len(columns.all))]
        # A cell of a column that is gone is only told of a row that is gone with it.
        gone, here = sql.differing(cells), sql.differing(cells[: len(columns.new)])
        listed = f"CASE WHEN kind = 'removed' THEN {gone} ELSE {here} END"
        keys = [sql.listed([f"{side}.{c}" for c in columns.cells(columns.key)]) for side in "on"]
        parts = ", ".join(
            f"list_transform(cells, lambda cell: cell.{part})" for part in ("place", "old", "new")
        )
        self._database.run(
            f"""INSERT INTO {CHANGES} SELECT {number}, kind, old_row, new_row, key, {parts}
            FROM (SELECT kind, old_row, new_row, {listed} AS cells,
                CASE WHEN old_row IS NULL THEN {keys[1]} ELSE {keys[0]} END AS key
                FROM {_PAIRS} LEFT JOIN {OLD} o ON o.{ORD} = old_row
                LEFT JOIN {NEW} n ON n.{ORD} = new_row WHERE kind <> 'same')"""
        )
        self._database.run(f"DROP TABLE {_PAIRS}")
        for name in (OLD, NEW):
            self._database.drop_relation(name)

    # -------------------------------------------------------------------------- reasons

    def _reasons(self, pair: _Pair, table: TableDiff) -> Sequence[Reason]:
        if pair.status in ("added", "removed"):
            return ()  # the reason is that the whole table came or went
        referenced = pair.old and self._referenced(pair.old)
        missed = without_tombstone(self._database, self._after, table)[0] if referenced else 0
        return row_reasons(table.name, table.counts, missed)

    def _referenced(self, table: Table) -> bool:
        """Whether other tables of the old version refer to a table, by a key or by receipts."""
        package = self._before.descriptor
        # Receipts name records by key without a foreign key, for they may be of any table.
        if table.schema.record_key and package.one("edges"):
            return True
        others = (other for name, other in package.tables.items() if name != table.name)
        keys = (key for other in others for key in other.schema.foreign_keys)
        return any(key.reference.resource == table.name for key in keys)


def without_tombstone(
    database: Database, after: Version, table: TableDiff, limit: int = 0
) -> tuple[int, list[str]]:
    """How many rows are gone, or re-keyed, without a tombstone; the old keys of the first."""
    rows = f"FROM {CHANGES} WHERE tab = {table.number} AND kind IN ('removed', 'rekeyed')"
    if read_tombstones(database, after):
        stones = f"SELECT c0 FROM {TOMBSTONES}"
        rows += f" AND NOT (len(key) = 1 AND {sql.first_item('key')} IN ({stones}))"
    ((number,),) = database.rows(f"SELECT count(*) {rows}")
    shown = f"SELECT array_to_string(key, ', ') {rows} ORDER BY old_row LIMIT {limit}"
    return number, [key for (key,) in database.rows(shown)]


def read_tombstones(database: Database, version: Version) -> bool:
    """Read a version's tombstones; False where it declares none."""
    table = version.descriptor.one("tombstones")
    if table is None or table.schema.tombstones is None:
        return False
    version.read(table, database, TOMBSTONES, [table.schema.tombstones.record])
    return True


def _longest_rising(order: Sequence[int]) -> bytearray:
    """Which numbers of a sequence make its longest rising part: 1 for each of them."""
    # By patience sorting, in the time of n log n: `tails` are the least ends of rising parts by
    # length, `ends` their places, and `before` leads from each number to the one that it follows.
    tails, ends, before = array("q"), array("q"), array("q")
    for place, value in enumerate(order):
        length = bisect_left(tails, value)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = array("q", [value])
        ends[length : length + 1] = array("q", [place])
    kept = bytearray(len(order))
    place = ends[-1] if ends else -1
    while place >= 0:
        kept[place] = 1
        place = before[place]
    return kept
