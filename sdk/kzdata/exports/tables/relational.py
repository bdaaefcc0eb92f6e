"""A package as an SQL database: tables with their keys, limits and meaning.

Each table is first written without any limits; a key or limit goes into the database where all
rows keep it, and is otherwise told, with the reason, in `kzdata_constraints`. What differs between
engines is in `Engine`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kzdata.engine.sql import code_points, full_match, identifier, literal
from kzdata.exports.content import Content, TableContent, encodable
from kzdata.exports.tables.spellings import Column
from kzdata.files.names import distinct
from kzdata.standard.field_types import UnheldError

# Kinds whose values every engine puts in their order.
ORDERED = ("integer", "number", "year", "date")
# Our own tables, each with its columns and their kinds; docs/export.md tells what they hold.
OWN = {
    "metadata": "name text, value text",
    "tables": "table_name text, resource text, title text, description text, file text, "
    "bytes integer, sha256 text, rows integer",
    "columns": "table_name text, column_name text, field text, type text, held_as text, "
    "reason text, no_value text, title text, description text, unit text, example text, "
    "constraints text",
    "constraints": "table_name text, clause text, held boolean, reason text",
    "spellings": "table_name text, row_number integer, column_name text, cell text",
}


class Definition(NamedTuple):
    """A column's definition."""

    name: str  # as SQL
    sql: str  # the name, the type, and whether it may be empty
    comment: str = ""  # what is to be said of it


class Engine(NamedTuple):
    """A database that is written to; names of tables are given to it as SQL."""

    types: Mapping[str, str]  # SQL type of each kind of column
    staged: str  # what stands before the name of a table without limits
    patterns: bool  # whether a check can hold a regular expression
    cycles: bool  # whether tables may refer to themselves, or to each other in a cycle
    run: Callable[[str], list[tuple[Any, ...]]]  # carries out a statement; its rows
    # Adds rows, at least one, to a table with columns of these SQL types.
    insert: Callable[[str, Sequence[str], Sequence[Sequence[Any]]], None]
    # Statements that make a table: its name, a comment, its columns, its keys and limits.
    create: Callable[[str, str, Sequence[Definition], Sequence[str]], Iterable[str]]


class Constraint(NamedTuple):
    """A key or limit of a table."""

    clause: str  # how it stands in the table's definition
    broken: str  # a query that counts what breaks it, or nothing where it can never be kept
    reason: str = ""  # why it can never be kept
    column: str = ""  # the column that it belongs to, where it stands beside this one


class Names:
    """The names of tables and columns: the package's own, as far as every engine takes them."""

    def __init__(self, content: Content) -> None:
        taken: set[str] = set()
        self.tables = _usable(content.tables, "table", taken)
        self.columns = {
            name: _usable(table.schema.names, "column", set())
            for name, table in content.tables.items()
        }
        self.own = {name: distinct(f"kzdata_{name}", taken) for name in OWN}

    def table(self, name: str) -> str:
        """A table of the package as SQL."""
        return identifier(self.tables[name])

    def column(self, table: str, name: str) -> str:
        """A column of the package as SQL."""
        return identifier(self.columns[table][name])

    def listed(self, table: str, names: Iterable[str]) -> str:
        """Columns of the package as SQL."""
        return ", ".join(self.column(table, name) for name in names)


def _usable(names: Iterable[str], kind: str, taken: set[str]) -> dict[str, str]:
    """A usable name for each; what begins with `sqlite_` is SQLite's own."""
    found = {}
    for number, name in enumerate(names, 1):
        plain = encodable(name).replace("\0", "") or f"{kind}_{number}"
        plain = f"_{plain}" if plain.casefold().startswith("sqlite_") else plain
        found[name] = distinct(plain, taken)
    return found


def _checks(held: Column, column: str, patterns: bool) -> Iterator[tuple[str, str]]:
    """Tests of a column's cells as SQL, each with the reason why it cannot be made, or nothing."""
    limits = held.field.constraints
    listed = limits.enum or held.field.category_values
    if listed:
        try:
            inside = ", ".join(_constant(held, value) for value in listed)
            yield f"{column} IN ({inside})", ""
        except UnheldError as error:
            yield f"{column} IN (...)", f"it names {error}"
    for sign, bound in (
        *((">=", limits.minimum), ("<=", limits.maximum)),
        *((">", limits.exclusive_minimum), ("<", limits.exclusive_maximum)),
    ):
        if bound is not None:
            yield _bound(held, column, sign, bound)
    if held.field.type != "string":
        return
    for sign, length in ((">=", limits.min_length), ("<=", limits.max_length)):
        if length is not None:
            yield f"{code_points(column)} {sign} {length}", ""
    if limits.pattern is not None:
        pattern = encodable(limits.pattern)
        if patterns:
            yield full_match(column, pattern), ""
        else:
            yield f"{column} matches {literal(pattern)}", "the database has no regular expressions"


def _bound(held: Column, column: str, sign: str, bound: Any) -> tuple[str, str]:
    reason = "the column is not in order"
    if held.kind in ORDERED:
        try:
            return f"{column} {sign} {_constant(held, bound)}", ""
        except UnheldError as error:
            reason = f"it names {error}"
    return f"{column} {sign} {literal(encodable(str(bound)))}", reason


def _constant(held: Column, value: Any) -> str:
    """A value of a descriptor as SQL."""
    # JSON's true, not Python's True.
    text = str(value).lower() if isinstance(value, bool) else str(value)
    found = held.value(encodable(text))
    if found is None:
        raise UnheldError("a missing value")
    if isinstance(found, float):
        return held.text(found)
    return str(found) if isinstance(found, int) else literal(str(found))


class DatabaseWriter:
    """Writes a package into an SQL database, which is empty."""

    def __init__(self, content: Content, engine: Engine) -> None:
        self._content = content
        self._engine = engine
        self._names = Names(content)
        # The keys of each table that its rows keep; a foreign key must lead to one of them.
        self._held: dict[str, list[tuple[str, ...]]] = {}
        self._settled: set[str] = set()  # tables that are made already

    def write(self) -> None:
        """Write all tables, and what is said of them."""
        self._describe()
        tables = self._content.tables
        for table in tables.values():
            self._stage(table)
        kept = {table.name: list(self._unique(table)) for table in tables.values()}
        # A foreign key can only lead to a table that is there: those it leads to come first.
        for name in self._in_order():
            self._settle(tables[name], kept[name])
            self._settled.add(name)

    def _kept(self, table: TableContent, constraint: Constraint) -> bool:
        """Whether a key or limit can be kept; either way it is noted."""
        reason = constraint.reason
        if not reason:
            ((number,),) = self._engine.run(constraint.broken)
            reason = f"broken {number} times" if number else ""
        clause = " ".join(filter(None, [constraint.column, constraint.clause]))
        row = (self._names.tables[table.name], clause, not reason, reason or None)
        self._own("constraints", [row])
        return not reason

    def _own(self, name: str, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows to one of our own tables."""
        kinds = [self._engine.types[column.split()[1]] for column in OWN[name].split(", ")]
        if rows:
            self._engine.insert(identifier(self._names.own[name]), kinds, rows)

    # -------------------------------------------------------------------------- tables

    def _staged(self, table: str) -> str:
        """A table without limits as SQL."""
        return self._engine.staged + self._names.table(table)

    def _stage(self, table: TableContent) -> None:
        name, names = self._names.tables[table.name], self._names.columns[table.name]
        place = self._staged(table.name)
        kinds = [self._engine.types[held.kind] for held in table.columns]
        columns = ", ".join(definition.sql for definition in self._columns(table, ()))
        self._engine.run(f"CREATE TABLE {place} ({columns})")
        for batch in table.batches():
            self._engine.insert(place, kinds, batch.rows)
            spelled = [(name, row, names[column], text) for row, column, text in batch.spellings]
            self._own("spellings", spelled)

    def _columns(self, table: TableContent, filled: Iterable[str]) -> Iterator[Definition]:
        """The definitions of columns; `filled` are those that may not be empty."""
        for held in table.columns:
            name, kind = self._names.column(table.name, held.name), self._engine.types[held.kind]
            sql = f"{name} {kind}{' NOT NULL' * (held.name in filled)}"
            yield Definition(name, sql, _column_comment(held))

    def _settle(self, table: TableContent, clauses: list[str]) -> None:
        """Make the table that stays, with all keys and limits that its rows keep."""
        constraints = [*self._limits(table), *self._foreign(table)]
        kept = [constraint for constraint in constraints if self._kept(table, constraint)]
        columns = list(self._columns(table, {c.column for c in kept if c.column}))
        clauses = clauses + [c.clause for c in kept if not c.column]
        name = self._names.table(table.name)
        comment = _sentences(table.schema.title, table.schema.description)
        for sql in self._engine.create(name, comment, columns, clauses):
            self._engine.run(sql)
        self._engine.run(f"INSERT INTO {name} SELECT * FROM {self._staged(table.name)}")

    def _in_order(self) -> list[str]:
        """The tables, each after those that it refers to, as far as there is no cycle."""
        order: dict[str, None] = {}
        # Depth first, without recursion: a stranger's package may have a thousand tables in a row.
        waiting = list(reversed(self._content.tables))
        begun: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in begun:
                order[name] = None
                continue
            begun.add(name)
            keys = self._content.tables[name].schema.foreign_keys
            parents = {key.reference.resource for key in keys} & set(self._content.tables)
            waiting += [name, *sorted(parents - begun)]
        return list(order)

    # -------------------------------------------------------------------------- keys and limits

    def _unique(self, table: TableContent) -> Iterator[str]:
        """The keys that rows keep: primary, unique, and those that foreign keys lead to."""
        schema, held = table.schema, self._held.setdefault(table.name, [])
        single = [(field.name,) for field in schema.fields if field.constraints.unique]
        led_to = [
            key.reference.fields
            for child in self._content.tables.values()
            for key in child.schema.foreign_keys
            if (key.reference.resource or child.name) == table.name
        ]
        found: dict[frozenset[str], tuple[str, ...]] = {}
        for key in (schema.primary_key, *single, *schema.unique_keys, *led_to):
            found.setdefault(frozenset(key), key)  # in whatever order it names its columns
        for key in filter(None, found.values()):
            constraint = self._key(table.name, key, key == schema.primary_key)
            if self._kept(table, constraint):
                held.append(key)
                yield constraint.clause

    def _key(self, table: str, key: tuple[str, ...], primary: bool) -> Constraint:
        place, columns = self._staged(table), self._names.listed(table, key)
        filled = " AND ".join(f"{self._names.column(table, name)} IS NOT NULL" for name in key)
        # A key of which a part is empty is no double; a primary key must have all its parts.
        doubles = (
            f"SELECT count(*) FROM (SELECT 1 AS one FROM {place} WHERE {filled} "
            f"GROUP BY {columns} HAVING count(*) > 1) AS doubles"
        )
        if not primary:
            return Constraint(f"UNIQUE ({columns})", doubles)
        broken = f"SELECT ({doubles}) + (SELECT count(*) FROM {place} WHERE NOT ({filled}))"
        return Constraint(f"PRIMARY KEY ({columns})", broken)

    def _limits(self, table: TableContent) -> Iterator[Constraint]:
        """What the schema demands of single cells."""
        keyed = table.schema.primary_key
        counted = f"SELECT count(*) FROM {self._staged(table.name)} WHERE"
        for held in table.columns:
            column = self._names.column(table.name, held.name)
            if held.field.constraints.required or held.name in keyed:
                yield Constraint("NOT NULL", f"{counted} {column} IS NULL", column=held.name)
            for test, reason in _checks(held, column, self._engine.patterns):
                broken = "" if reason else f"{counted} NOT ({test})"
                yield Constraint(f"CHECK ({test})", broken, reason)

    def _foreign(self, table: TableContent) -> Iterator[Constraint]:
        """Foreign keys."""
        names = self._names
        for key in table.schema.foreign_keys:
            parent = key.reference.resource or table.name
            if parent not in self._content.tables:
                clause = f"FOREIGN KEY ({names.listed(table.name, key.fields)})"
                yield Constraint(clause, "", f"{parent} is not a table")
                continue
            pairs = dict(zip(key.reference.fields, key.fields, strict=True))
            # The key that it leads to may have its columns in another order, which then holds here.
            held = next((k for k in self._held[parent] if set(k) == set(pairs)), None)
            theirs = held or key.reference.fields
            ours, reason = [pairs[name] for name in theirs], ""
            clause = f"FOREIGN KEY ({names.listed(table.name, ours)}) "
            clause += f"REFERENCES {names.table(parent)} ({names.listed(parent, theirs)})"
            if not held:
                reason = "what it leads to is not unique"
            elif not self._engine.cycles and parent not in self._settled:
                reason = "it leads in a cycle, which the database refuses"
            broken = "" if reason else self._orphans(table.name, ours, parent, theirs)
            yield Constraint(clause, broken, reason)

    def _orphans(self, table: str, ours: Sequence[str], parent: str, theirs: Sequence[str]) -> str:
        """A query that counts the rows whose foreign key leads nowhere."""
        here = [f"here.{self._names.column(table, name)}" for name in ours]
        there = [f"there.{self._names.column(parent, name)}" for name in theirs]
        same = " AND ".join(f"{b} = {a}" for a, b in zip(here, there, strict=True))
        filled = " AND ".join(f"{column} IS NOT NULL" for column in here)
        # SQLite makes an index for a join, but would scan the parent for each row of NOT EXISTS.
        return (
            f"SELECT count(*) FROM {self._staged(table)} AS here "
            f"LEFT JOIN {self._staged(parent)} AS there ON {same} "
            f"WHERE {filled} AND {there[0]} IS NULL"
        )

    # -------------------------------------------------------------------------- our own tables

    def _describe(self) -> None:
        for name, columns in OWN.items():
            parts = (column.split() for column in columns.split(", "))
            lines = [Definition(n, f"{n} {self._engine.types[kind]}") for n, kind in parts]
            for sql in self._engine.create(identifier(self._names.own[name]), "", lines, ()):
                self._engine.run(sql)
        descriptor = json.dumps(self._content.whole(), ensure_ascii=True)
        self._own("metadata", [*self._content.facts(), ("datapackage.json", descriptor)])
        for table in self._content.tables.values():
            said = (_text(table.schema.title), _text(table.schema.description))
            names = (self._names.tables[table.name], encodable(table.name))
            files = [(encodable(f.path), f.size, f.sha256, table.count) for f in table.files]
            self._own("tables", [(*names, *said, *file) for file in files])
            self._own("columns", list(self._column_rows(table)))

    def _column_rows(self, table: TableContent) -> Iterator[tuple[Any, ...]]:
        for held in table.columns:
            field = held.field
            limits = field.constraints.to_json()
            names = self._names.tables[table.name], self._names.columns[table.name][held.name]
            yield (
                *(*names, encodable(held.name), encodable(field.type)),
                *(held.kind, _text(held.reason), json.dumps(held.missing)),
                *map(_text, (field.title, field.description, field.unit, field.example)),
                json.dumps(limits) if limits else None,
            )


def _text(value: Any) -> str | None:
    return encodable(str(value)) if value not in (None, "") else None


def _column_comment(held: Column) -> str:
    """What is to be said of a column."""
    field = held.field
    unit = f"Unit: {field.unit}." if field.unit else ""
    reason = f"Held as text, since {held.reason}." if held.reason else ""
    return _sentences(field.title, field.description, unit, reason)


def _sentences(title: str, *sentences: str) -> str:
    text = " ".join(encodable(sentence) for sentence in sentences if sentence)
    return f"{encodable(title)}: {text}" if title and text else encodable(title) or text
