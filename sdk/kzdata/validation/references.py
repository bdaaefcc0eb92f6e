"""Rules about keys: what must be unique, and what must stand in another table."""

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from kzdata.database import identifier, integer, literal, text
from kzdata.descriptor import Table
from kzdata.validation.model import Model
from kzdata.validation.rules import Query, Violation, rule


def _typed(table: Table, column: str, alias: str) -> str:
    """A key column compared as its type wants it: integers by value, all else by characters."""
    cell = f"{alias}.{identifier(column)}"
    return integer(cell) if table.schema.field(column).type == "integer" else cell


def _shown(columns: Sequence[str], alias: str) -> str:
    """SQL: the key as a reader would name it."""
    parts = [f"coalesce({alias}.{identifier(column)}, '')" for column in columns]
    return " || ', ' || ".join(parts)


def _repeated(table: Table, columns: Sequence[str], expected: str) -> Query:
    """Rows whose key stands in another row too; a key with an empty part is left alone."""
    typed = [_typed(table, column, "t") for column in columns]
    filled = " AND ".join(f"t.{identifier(column)} IS NOT NULL" for column in columns)
    names = ", ".join(f"k{i}" for i in range(len(columns)))
    parts = ", ".join(f"{cell} AS k{i}" for i, cell in enumerate(typed))
    join = " AND ".join(f"d.k{i} = {cell}" for i, cell in enumerate(typed))
    name = identifier(table.name)
    return Query(
        table.name,
        f"""SELECT t.ord, {literal(columns[0])}, {_shown(columns, "t")}, {literal(expected)}
        FROM {name} t JOIN (
            SELECT {names} FROM (SELECT {parts} FROM {name} t WHERE {filled})
            GROUP BY {names} HAVING count(*) > 1
        ) d ON {join}""",
    )


@rule("reference", "give each row a key of its own")
def primary_key(model: Model) -> Iterator[Query]:
    """Each primary key stands once, and no part of it is empty."""
    for table in model.tables.values():
        key = table.schema.primary_key
        if not key:
            continue
        empty = " OR ".join(f"{identifier(column)} IS NULL" for column in key)
        yield Query(
            table.name,
            f"""{_repeated(table, key, "a key that stands once").sql} UNION ALL
            SELECT ord, {literal(key[0])}, {_shown(key, "t")}, 'a key without empty parts'
            FROM {identifier(table.name)} t WHERE {empty}""",
        )


@rule("reference", "make the value, or the combination, different in each row")
def unique_key(model: Model) -> Iterator[Query]:
    """Each unique key, and each cell of a field declared `unique`, stands once if it is filled."""
    for table in model.tables.values():
        for key in table.schema.unique_keys:
            yield _repeated(table, key, f"one row for each {', '.join(key)}")
        for field in table.schema.fields:
            if field.constraints.unique:
                yield _repeated(table, (field.name,), f"one row for each {field.name}")


@rule("reference", "use a key that the other table has, or add the row there")
def foreign_key(model: Model) -> Iterator[Query]:
    """Each foreign key stands in the table that it refers to.

    A key with an empty part is left alone, as in SQL (MATCH SIMPLE).
    """
    for table in model.tables.values():
        for key in table.schema.foreign_keys:
            parent = model.tables.get(key.reference.resource or table.name)
            if parent is None:
                continue
            filled = " AND ".join(f"t.{identifier(column)} IS NOT NULL" for column in key.fields)
            pairs = zip(key.fields, key.reference.fields, strict=True)
            join = " AND ".join(
                f"{_typed(table, column, 't')} = {_typed(parent, other, 'p')}"
                for column, other in pairs
            )
            expected = f"a key of {parent.name}"
            yield Query(
                table.name,
                f"""SELECT t.ord, {literal(key.fields[0])}, {_shown(key.fields, "t")},
                    {literal(expected)}
                FROM {identifier(table.name)} t
                WHERE {filled} AND NOT EXISTS (
                    SELECT 1 FROM {identifier(parent.name)} p WHERE {join})""",
            )


@rule("reference", "break the circle: something cannot be part of itself")
def hierarchy_acyclic(model: Model) -> Iterator[Violation]:
    """A hierarchy (`kzdata:parent`) has no circle."""
    for table in model.declaring("parent"):
        key, parent = table.schema.primary_key[0], table.schema.parent
        assert parent
        sql = f"""SELECT {identifier(key)}, {identifier(parent)}, ord
            FROM {identifier(table.name)} WHERE {identifier(parent)} IS NOT NULL"""
        for ordinal, circle in circles(model.database.rows(sql)):
            yield Violation(table.name, ordinal, parent, circle, "a hierarchy without circles")


def circles(pairs: Sequence[tuple[str, str, int]]) -> Iterator[tuple[int, str]]:
    """Circles among directed pairs, each once.

    Args:
        pairs: From, to, and the row that says so.

    Yields:
        A row of the circle, and the circle written out.
    """
    rows = {(start, end): ordinal for start, end, ordinal in pairs}
    while rows:
        graph: dict[str, set[str]] = {}
        for start, end in rows:
            graph.setdefault(start, set()).add(end)
        try:
            TopologicalSorter(graph).prepare()
            return
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            yield rows.pop((circle[0], circle[1])), " → ".join(circle)


@rule("reference", "name an actor, place or other entity that exists")
def alias_entity(model: Model) -> Iterator[Query]:
    """The entity of each alias stands in one of the tables that the aliases are declared for."""
    table = model.one("aliases")
    if table is None or not table.schema.aliases or not table.schema.aliases.of:
        return
    entity, targets = identifier(table.schema.aliases.entity), table.schema.aliases.of
    known = " UNION ALL ".join(
        f"SELECT {identifier(target.field)} AS id FROM {identifier(target.resource)}"
        for target in targets
        if target.resource in model.tables
    )
    names = " or ".join(target.resource for target in targets)
    if known:
        yield Query(
            table.name,
            f"""SELECT t.ord, {literal(table.schema.aliases.entity)}, t.{entity},
                {literal(f"a key of {names}")}
            FROM {identifier(table.name)} t
            WHERE NOT EXISTS (SELECT 1 FROM ({known}) k WHERE k.id = t.{entity})""",
        )


@rule("reference", "give the new row another id; an id is never used again")
def tombstone_reused(model: Model) -> Iterator[Query]:
    """A withdrawn id stands in no table."""
    table = model.one("tombstones")
    if table is None or not table.schema.tombstones:
        return
    record = identifier(table.schema.tombstones.record)
    for other in model.records():
        key = other.schema.record_key
        assert key
        yield Query(
            other.name,
            f"""SELECT t.ord, {literal(key)}, t.{identifier(key)}, 'an id that was not withdrawn'
            FROM {identifier(other.name)} t
            JOIN {identifier(table.name)} w ON w.{record} = t.{identifier(key)}""",
        )


@rule("reference", "name the row that takes the place of the withdrawn one, or leave it empty")
def tombstone_replacement(model: Model) -> Iterator[Query]:
    """What replaces a withdrawn row exists."""
    table = model.one("tombstones")
    if table is None or not table.schema.tombstones or not table.schema.tombstones.replaced_by:
        return
    column = table.schema.tombstones.replaced_by
    yield Query(
        table.name,
        f"""SELECT t.ord, {literal(column)}, t.{identifier(column)}, 'the id of a row'
        FROM {identifier(table.name)} t WHERE t.{identifier(column)} IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM ({all_records(model)}) r
            WHERE r.id = t.{identifier(column)})""",
    )


def all_records(model: Model) -> str:
    """SQL: `tab` and `id` of every row that can be traced."""
    parts = [
        f"SELECT {literal(table.name)} AS tab, {identifier(table.schema.record_key or '')} AS id "
        f"FROM {identifier(table.name)}"
        for table in model.records()
    ]
    return " UNION ALL ".join(parts or [f"SELECT {text('NULL')} AS tab, {text('NULL')} AS id"])
