"""Scopes: what lies in what, by the hierarchies that a package declares.

A column of a claim or event takes its values from the table that its foreign key leads to; where
that table declares `kzdata:parent`, asking for a value includes all that is part of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from kzdata.engine.database import Database
from kzdata.engine.sql import among, literal, table_named, temp_table
from kzdata.errors import UsageError, nearest
from kzdata.evidence.profile import cell, declaring
from kzdata.standard.declarations import Overlaps
from kzdata.standard.descriptor import Table

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

DEEPEST = 100
"""Steps from a value up to its last whole; a package whose hierarchy has more is not followed."""
_SUGGESTED = 20_000


@dataclass(frozen=True)
class Hierarchy:
    """The values of one column, and what is part of what among them."""

    database: Database  # where the tables are
    table: str  # the table that lists them: the vocabulary, or the table of the column itself
    key: str  # the column of that table
    # Its column that names the whole that a value is part of, if it has one.
    parent: str | None = None
    allowed: tuple[str, ...] = ()  # values that the column may have even where no row does
    # Tables of values that may have members in common, with the two columns of each.
    overlaps: tuple[tuple[str, str, str], ...] = ()
    dataset: "Dataset | None" = None  # the package, where it is what remains of another one

    def has(self, value: str) -> bool:
        """Whether a value exists; half a character, as a terminal can send, does not."""
        if not value.isascii() and value != value.encode("utf-8", "replace").decode("utf-8"):
            return False
        sql = f"SELECT 1 FROM {self._from} WHERE {self._key} = {literal(value)} LIMIT 1"
        return value in self.allowed or bool(self.database.rows(sql))

    def only_in_whole(self, value: str) -> str:
        """A hint that the whole package has a value that what remains of it lacks, or nothing."""
        # A name that a later article brought is no misspelling.
        if not self.dataset:
            return ""
        whole = replace(self, database=self.dataset.whole.database)
        return f" {self.dataset.part}; the whole package has it" if whole.has(value) else ""

    @property
    def known(self) -> set[str]:
        """The values that exist, as far as they may be suggested."""
        listed = f"SELECT DISTINCT {self._key} FROM {self._from} LIMIT {_SUGGESTED}"
        found = {name for (name,) in self.database.rows(listed) if name is not None}
        return found.union(self.allowed)

    @property
    def _key(self) -> str:
        return cell(self.key, "h")

    @property
    def _up(self) -> str:
        return cell(self.parent or self.key, "h")

    @property
    def _from(self) -> str:
        return f"{table_named(self.table)} AS h"

    def within(self, value: str) -> str:
        """SQL of a relation of one column: the value and all that is part of it."""
        if self.parent is None:
            return f"(SELECT {literal(value)} AS id)"
        # UNION, not UNION ALL: what is there already is not followed again, so that a cycle ends.
        return f"""(WITH RECURSIVE down(id) AS (SELECT {literal(value)} UNION
            SELECT {self._key} FROM {self._from} JOIN down ON {self._up} = down.id)
            SELECT id FROM down)"""

    def around(self, value: str) -> str:
        """SQL of a relation of one column: all that the value is a part of."""
        if self.parent is None:
            return "(SELECT '' AS id WHERE false)"
        return f"""(WITH RECURSIVE up(id) AS (SELECT {literal(value)} UNION
            SELECT {self._up} FROM {self._from} JOIN up ON {self._key} = up.id
            WHERE {self._up} IS NOT NULL)
            SELECT id FROM up WHERE id <> {literal(value)})"""

    def beside(self, value: str) -> str:
        """SQL of a relation of one column: what may have members in common with the value.

        That are values which are said to overlap with it or with a part of it, with all that they
        are part of and all that is part of them. The value's own parts and wholes may be among
        them.
        """
        if not self.overlaps:
            return "(SELECT '' AS id WHERE false)"
        pairs = " UNION ALL ".join(
            f"SELECT {cell(a)} AS a, {cell(b)} AS b FROM {table_named(table)} AS t"
            for table, one, other in self.overlaps
            for a, b in ((one, other), (other, one))
        )
        up = f"SELECT {self._up} FROM {self._from} JOIN up ON {self._key} = up.id"
        down = f"SELECT {self._key} FROM {self._from} JOIN down ON {self._up} = down.id"
        near = f"SELECT id FROM {self.within(value)}"
        other = f"SELECT b AS id FROM ({pairs}) WHERE a IN ({near})"
        if self.parent is None:
            return f"({other})"
        return f"""(WITH RECURSIVE other AS ({other}),
            up(id) AS (SELECT id FROM other UNION {up} WHERE {self._up} IS NOT NULL),
            down(id) AS (SELECT id FROM other UNION {down})
            SELECT id FROM up UNION SELECT id FROM down)"""

    @cached_property
    def pairs(self) -> str:
        """SQL of the relation `id`, `whole`: each value with itself and all that it is part of."""
        each = f"SELECT DISTINCT {self._key} AS id FROM {self._from} WHERE {self._key} IS NOT NULL"
        if self.parent is None:
            return f"(SELECT id, id AS whole FROM ({each}))"
        # The steps are counted to tell a cycle, which would go on for ever, from a hierarchy.
        steps = f"""WITH RECURSIVE up(id, whole, steps) AS (
            SELECT id, id, 0 FROM ({each}) UNION
            SELECT up.id, {self._up}, steps + 1 FROM {self._from} JOIN up ON {self._key} = up.whole
            WHERE {self._up} IS NOT NULL AND steps < {DEEPEST})"""
        if self.database.rows(f"{steps} SELECT 1 FROM up WHERE steps = {DEEPEST} LIMIT 1"):
            raise UsageError(
                f"{self.table}.{self.parent} makes a cycle or more than {DEEPEST} steps; "
                "`kzdata validate` says more"
            )
        return f"({steps} SELECT id, whole FROM up)"

    def paths(self, values: Iterable[str | None], to: str | None) -> dict[str, tuple[str, ...]]:
        """By value all steps from it up to the one that was asked for, both included."""
        own = {value for value in values if value is not None}
        if to is None or self.parent is None:
            return {value: (value,) for value in own} if to else {}
        # Of what each value is part of, and those in turn, but not of the whole table.
        step = f"SELECT {self._key}, {self._up} FROM {self._from}"
        rows = self.database.rows(
            f"""WITH RECURSIVE up(id, whole) AS ({step} WHERE {among(self._key, own)} UNION
            {step} JOIN up ON {self._key} = up.whole)
            SELECT id, whole FROM up WHERE whole IS NOT NULL"""
        )
        up = dict(rows)
        return {value: line(value, up, to) for value in own}


class Spread:
    """Hierarchies written out as temporary tables, each once, while this is open in a thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open = ExitStack()
        self._tables: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def table(self, values: Hierarchy) -> str:
        """The table `id`, `whole` of a hierarchy; see `Hierarchy.pairs` for what is raised."""
        name = f"{values.table}\x1f{values.key} and wholes"
        if name not in self._tables:
            # A whole that no row lists lies in itself all the same.
            pairs = f"""WITH pair AS {values.pairs}
                SELECT id, whole FROM pair UNION SELECT whole, whole FROM pair"""
            self._open.enter_context(self._database.temp_tables(**{name: pairs}))
            self._tables[name] = temp_table(name)
        return self._tables[name]


def line(value: str, up: Mapping[str, str], to: str | None = None) -> tuple[str, ...]:
    """A value and what it is part of, step by step; it ends at `to`, or where a cycle closes."""
    steps = [value]
    while steps[-1] != to and up.get(steps[-1], value) not in steps:
        steps.append(up[steps[-1]])
    return tuple(steps)


def require_value(known: Iterable[Hierarchy | None], name: str, value: str | None) -> None:
    """Raise a UsageError, with the nearest names, where none of these has a value."""
    hierarchies = [hierarchy for hierarchy in known if hierarchy]
    if value is None or any(hierarchy.has(value) for hierarchy in hierarchies):
        return
    if not hierarchies:
        raise UsageError(f"nothing has a {name} here: no declaration names the column of a {name}")
    names = set().union(*(hierarchy.known for hierarchy in hierarchies))
    few = f"; there are {', '.join(sorted(names))}" if 0 < len(names) <= 20 else ""
    hints = (hierarchy.only_in_whole(value) for hierarchy in hierarchies)
    hint = next(filter(None, hints), "") or nearest(value, names) or few
    raise UsageError(f"no {name} {value!r}{hint}")


def hierarchy_of(dataset: "Dataset", table: Table, column: str) -> Hierarchy:
    """The values of a column: those of the table it refers to, or else its own."""
    rest = dataset if dataset.part else None
    for key in table.schema.foreign_keys:
        resource = key.reference.resource or table.name
        if key.fields == (column,) and resource in dataset.descriptor.tables:
            vocabulary = dataset.descriptor.tables[resource].schema
            target = key.reference.fields[0]
            parent = vocabulary.parent if vocabulary.primary_key == (target,) else None
            beside = tuple(_overlaps(dataset, resource, target))
            return Hierarchy(
                dataset.database, resource, target, parent, overlaps=beside, dataset=rest
            )
    field = table.schema.field(column)
    allowed = field.constraints.enum or field.category_values
    words = tuple(map(str, allowed))
    return Hierarchy(dataset.database, table.name, column, None, words, dataset=rest)


def _overlaps(dataset: "Dataset", resource: str, target: str) -> Iterator[tuple[str, str, str]]:
    """The tables that say which values of a vocabulary overlap, with their two columns."""
    for table, pair in declaring(dataset.descriptor, Overlaps):
        for key in table.schema.foreign_keys:
            led = (key.reference.resource or table.name, key.reference.fields)
            if key.fields == (pair.one,) and led == (resource, (target,)):
                yield table.name, pair.one, pair.other
