"""What differs between two versions of a package, as values, as JSON, and applied.

The rows that differ stay in a database until they are asked for, so that memory is bounded.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, TypeVar

from kzdata.differences.applying import apply_diff
from kzdata.differences.bumps import Level, Reason, asked, highest, least_after
from kzdata.differences.properties import ABSENT, PropertyChange
from kzdata.differences.version import Side
from kzdata.differences.weakening import weakened
from kzdata.engine.database import Database
from kzdata.engine.sql import SHARED
from kzdata.errors import UsageError

Item = TypeVar("Item")
SCHEMA_VERSION = "1.1"
"""Version of the JSON form; a new member raises its second number, another meaning its first."""
KINDS = ("added", "changed", "removed", "rekeyed", "moved")
# Where the rows that differ are kept, SQL types by column; `places` count `TableDiff.columns`.
CHANGES = f"{SHARED}.changes"
CHANGE_COLUMNS = {
    "tab": "INTEGER",
    "kind": "VARCHAR",
    "old_row": "BIGINT",
    "new_row": "BIGINT",
    "key": "VARCHAR[]",
    "places": "INTEGER[]",
    "old": "VARCHAR[]",
    "new": "VARCHAR[]",
}


class RowChange(NamedTuple):
    """One row that differs.

    Attributes:
        kind: `added`, `changed`, `removed`, `rekeyed` (all cells but the key stayed) or `moved`
            (all cells stayed, but not the order).
        key: Cells of the primary key, the old ones of a row that has two; empty without a key.
        old_row: Its place among the rows of the old version, from 0; None where it is not there.
        new_row: Its place in the new version.
        cells: The cells that differ: old and new text by column; None is a missing value.
    """

    kind: Literal["added", "changed", "removed", "rekeyed", "moved"]
    key: tuple[str | None, ...]
    old_row: int | None
    new_row: int | None
    cells: dict[str, tuple[str | None, str | None]]


@dataclass(frozen=True)
class TableDiff:
    """The differences between two versions of one table.

    Attributes:
        name: Its name; in the new version, where it was renamed.
        status: `changed`, `added`, `removed` or `renamed`.
        old_name: Its name in the old version; None where it is not there.
        old_columns: Columns of the old version in the file's order.
        new_columns: Columns of the new version in the file's order.
        key: Columns that rows are told apart by; empty where all of them are.
        old_rows: How many rows the old version has.
        new_rows: How many rows the new version has.
        counts: Rows by kind of change; kinds that do not occur are left out.
    """

    name: str
    status: Literal["changed", "added", "removed", "renamed"]
    old_name: str | None
    old_columns: tuple[str, ...]
    new_columns: tuple[str, ...]
    key: tuple[str, ...]
    old_rows: int
    new_rows: int
    counts: dict[str, int]
    number: int = field(repr=False, compare=False)
    database: Database = field(repr=False, compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns: the new version's, then those that are gone."""
        return union(self.old_columns, self.new_columns)

    @property
    def changes(self) -> Iterator[RowChange]:
        """All rows that differ, in the order of the new version; read when they are asked for."""
        return self.select()

    def select(self, kind: str | None = None, limit: int | None = None) -> Iterator[RowChange]:
        """The rows that differ.

        Args:
            kind: Only of this kind; see `RowChange`.
            limit: At most so many.
        """
        if kind not in (None, *KINDS):
            raise UsageError(f"no kind of change {kind!r}; there are {', '.join(KINDS)}")
        wanted = "" if kind is None else f"AND kind = '{kind}'"
        most = "" if limit is None else f"LIMIT {limit}"
        names = self.columns
        # A row that is gone comes after the one that stands in its place now.
        for found, key, old_row, new_row, places, old, new in self.database.stream(
            f"""SELECT kind, key, old_row, new_row, places, old, new FROM {CHANGES}
            WHERE tab = {self.number} {wanted}
            ORDER BY coalesce(new_row, old_row), new_row IS NULL, kind {most}"""
        ):
            triples = zip(places, old, new, strict=True)
            cells = {names[place]: (before, after) for place, before, after in triples}
            yield RowChange(found, tuple(key), old_row, new_row, cells)


def union(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The columns of two versions: the new one's, then those that are gone."""
    return (*new, *(name for name in old if name not in new))


@dataclass(eq=False, repr=False)
class Diff:
    """What differs between two versions of a package.

    True where anything differs. What differs is kept in a database of its own; close it, or use it
    in a `with` block, to free it before the end of the process.

    Attributes:
        old: The old version.
        new: The new version.
        properties: Properties of the descriptor and the schemas that differ.
        tables: The tables that differ in their rows, columns or name, in the new version's order,
            those removed at the end.
        reasons: Why the version must change, the weightiest first.
        database: Where the rows that differ are kept.
    """

    old: Side
    new: Side
    properties: tuple[PropertyChange, ...]
    tables: tuple[TableDiff, ...]
    reasons: tuple[Reason, ...]
    database: Database

    @property
    def bump(self) -> Level:
        """The least bump: `major`, `minor`, `patch` or `none`.

        It is the level of the weightiest reason; after a version 0.x `minor` where that is `major`.
        """
        return asked(self.old.version, highest(reason.level for reason in self.reasons))

    @property
    def least_version(self) -> str | None:
        """The least version that the new one may have; None where the old one is no version."""
        return least_after(self.old.version, self.bump)

    @property
    def weakened(self) -> tuple[str, ...]:
        """What the new version asks less than the old one: receipts, declarations; in words."""
        return tuple(weakened(self.properties))

    @property
    def counts(self) -> dict[str, int]:
        """Rows by kind of change, over all tables."""
        return {kind: sum(table.counts.get(kind, 0) for table in self.tables) for kind in KINDS}

    def __bool__(self) -> bool:
        return bool(self.properties or self.tables)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Diff):
            return NotImplemented
        # Line by line: two diffs of millions of rows need not be in memory.
        return all(a == b for a, b in zip_longest(self.json_lines(), other.json_lines()))

    # Equal diffs would need equal hashes, for which all rows would have to be read.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        old, new = (f"{side.name} {side.version}".strip() for side in (self.old, self.new))
        return f"<Diff {old} to {new}: {self.bump}, {len(self.tables)} tables>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the database; the rows cannot be read any more."""
        self.database.close()

    def table(self, name: str) -> TableDiff:
        """The differences of one table.

        Raises:
            UsageError: Nothing differs in a table of that name.
        """
        found = {table.name: table for table in self.tables}
        if name not in found:
            raise UsageError(f"nothing differs in a table {name!r}; in: {', '.join(found) or '-'}")
        return found[name]

    # -------------------------------------------------------------------------- JSON

    def json_lines(self) -> Iterator[str]:
        """The diff as the lines of one JSON text: a line for each row that differs."""
        head = {
            "schema_version": SCHEMA_VERSION,
            "old": self.old._asdict(),
            "new": self.new._asdict(),
            "bump": self.bump,
            "least_version": self.least_version,
            "reasons": [reason._asdict() for reason in self.reasons],
            "weakened": list(self.weakened),
            "properties": [_property_record(change) for change in self.properties],
        }
        yield "{"
        yield from (f"  {_json(name)}: {_json(value)}," for name, value in head.items())
        yield '  "tables": ['
        for last, table in _with_last(self.tables):
            record = {name: getattr(table, name) for name in _TABLE_MEMBERS}
            yield f'    {_json(record).removesuffix("}")}, "changes": ['
            for end, change in _with_last(table.changes):
                yield f"      {_json(change._asdict())}{'' if end else ','}"
            yield f"    ]}}{'' if last else ','}"
        yield "  ]"
        yield "}"

    def to_json(self) -> str:
        """The diff as JSON; `from_json` reads it."""
        return "\n".join(self.json_lines())

    @classmethod
    def from_json(cls, text: str) -> "Diff":
        """A diff from its JSON.

        Raises:
            UsageError: It is not JSON, or not that of a diff.
        """
        try:
            record = json.loads(text)
            if record["schema_version"].split(".")[0] != SCHEMA_VERSION.split(".")[0]:
                raise UsageError(f"a diff of schema version {record['schema_version']}")
            return _from_record(record)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise UsageError(f"not the JSON of a diff: {error!r}") from error

    # -------------------------------------------------------------------------- applying

    def apply(self, old: str | Path, folder: str | Path) -> Path:
        """Write the new version out of the old one.

        The cells, their order, the schemas and the descriptor are those of the new version. Tables
        are written as plain CSV in `data/`, whatever they are stored as in the new version.

        Args:
            old: The package that the diff began from.
            folder: A directory that is empty or not there yet.

        Returns:
            The directory.

        Raises:
            PackageError: It is not what the diff began from, or the new version holds a file that
                is no table and differs: a diff has no contents of files.
            UsageError: The directory holds something.
        """
        return apply_diff(self, old, Path(folder))


# ------------------------------------------------------------------------------ JSON


_TABLE_MEMBERS = [item.name for item in fields(TableDiff) if item.compare]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _with_last(items: Iterable[Item]) -> Iterator[tuple[bool, Item]]:
    # JSON has no comma after the last item; one item behind, any number of rows takes no memory.
    held: list[Item] = []
    for item in items:
        yield from ((False, earlier) for earlier in held)
        held = [item]
    yield from ((True, last) for last in held)


def _property_record(change: PropertyChange) -> dict[str, Any]:
    # `null` is a value: that a property is not there is said by leaving the side out.
    sides = {"old": change.old, "new": change.new}
    stated = {name: value for name, value in sides.items() if value is not ABSENT}
    return {"where": list(change.where), **stated}


def _from_record(record: dict[str, Any]) -> Diff:
    database, tables = Database(), list(enumerate(record["tables"]))
    rows = [row for number, table in tables for row in _stored_rows(number, table)]
    database.create_table("changes", CHANGE_COLUMNS, rows)
    properties = (
        PropertyChange(tuple(p["where"]), p.get("old", ABSENT), p.get("new", ABSENT))
        for p in record["properties"]
    )
    return Diff(
        Side(**record["old"]),
        Side(**record["new"]),
        tuple(properties),
        tuple(_table_from_record(number, table, database) for number, table in tables),
        tuple(Reason(**reason) for reason in record["reasons"]),
        database,
    )


def _stored_rows(number: int, table: dict[str, Any]) -> Iterator[list[Any]]:
    columns = union(table["old_columns"], table["new_columns"])
    for change in table["changes"]:
        cells = sorted((columns.index(name), *pair) for name, pair in change["cells"].items())
        place = [number, change["kind"], change["old_row"], change["new_row"], change["key"]]
        yield [*place, *([cell[part] for cell in cells] for part in range(3))]


def _table_from_record(number: int, table: dict[str, Any], database: Database) -> TableDiff:
    stated = {name: table[name] for name in _TABLE_MEMBERS}
    lists = {name: tuple(value) for name, value in stated.items() if isinstance(value, list)}
    return TableDiff(**stated | lists, number=number, database=database)
