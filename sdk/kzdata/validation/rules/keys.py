"""Rules about keys: what must be unique, and what must stand in another table."""

from collections.abc import Callable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import count

from kzdata.engine.sql import (
    ORD,
    among,
    bigint,
    byte_length,
    double,
    full_match,
    identifier,
    integer,
    literal,
    matches,
    text,
)
from kzdata.standard.declarations import NEEDED, Target
from kzdata.standard.descriptor import FieldDescriptor, Table
from kzdata.standard.field_types import canonical_number, known_kind, plain_number
from kzdata.validation.evidence_tables import Model
from kzdata.validation.rule import Query, Violation, rule

WIDTHS = (18, 37)
"""Characters up to which a whole number fits into the two fast types of a database."""
FEW = 1_000
"""Repeated keys up to which their rows are sought by the keys themselves, not counted again."""
_NUMBERS = count()
"""A column may be in several keys, which are looked at side by side."""
EXACT_DIGITS = 15
"""Characters up to which a plain decimal number is told apart by its nearest binary number."""


class Keys:
    """How the columns of a key compare: by the values of their types, as fast as their cells allow.

    Whole numbers, and decimal numbers, are compared as the database's own numbers where the longest
    cell says that none can be mistaken for another, and else by their digits.

    Args:
        model: The tables.
        sides: Columns that are compared with one another, each with its table.
    """

    def __init__(self, model: Model, sides: Sequence[tuple[Table, str]]) -> None:
        fields = [table.schema.field(column) for table, column in sides]
        kinds, formats = {field.type for field in fields}, {field.format for field in fields}
        self._value: Callable[[FieldDescriptor, str], str] = _by_characters
        if kinds <= {"integer", "number"}:
            self._value = _numbers(model, sides, kinds == {"integer"})
        elif len(kinds) == 1:
            self._value = _by_value if len(formats) == 1 else _by_moment

    def of(self, table: Table, column: str, alias: str) -> str:
        """SQL: what to compare of a column; NULL where a cell is empty or not of its type."""
        return self._value(table.schema.field(column), f"{alias}.{identifier(column)}")


def _by_characters(field: FieldDescriptor, cell: str) -> str:
    return cell


def _by_value(field: FieldDescriptor, cell: str) -> str:
    kind = known_kind(field)
    return kind.same(cell) if kind and kind.same else cell


def _by_moment(field: FieldDescriptor, cell: str) -> str:
    """What cells of several formats have in common; a default form is a pattern like any other."""
    pattern = {"date": "%Y-%m-%d", "time": "%H:%M:%S"}.get(field.type)
    if pattern and field.format == "default":
        field = field.but(format=pattern)
    return _by_value(field, cell)


def _numbers(
    model: Model, sides: Sequence[tuple[Table, str]], whole: bool
) -> Callable[[FieldDescriptor, str], str]:
    """The fastest exact comparison of some columns of numbers."""
    width, exponents = 0, False
    for table, column in sides:
        cell = identifier(column)
        exponent = "false" if whole else matches(cell, "[eE]")
        ((longest, scientific),) = model.database.rows(
            f"SELECT max({byte_length(cell)}), bool_or({exponent}) FROM {identifier(table.name)}"
        )
        width, exponents = max(width, longest or 0), exponents or bool(scientific)
    if whole and width <= WIDTHS[-1]:
        number = bigint if width <= WIDTHS[0] else integer
        return lambda field, cell: number(plain_number(field, cell))
    if not exponents and width <= EXACT_DIGITS:
        return lambda field, cell: double(plain_number(field, cell))
    return lambda field, cell: canonical_number(plain_number(field, cell))


def _shown(columns: Sequence[str], alias: str) -> str:
    """SQL: the key as a reader would name it."""
    parts = [f"coalesce({alias}.{identifier(column)}, '')" for column in columns]
    return " || ', ' || ".join(parts)


def _repeated(model: Model, table: Table, columns: Sequence[str], expected: str) -> Iterator[Query]:
    """Rows whose key stands in another row too; a key with an empty part is left alone.

    One look tells whether any key can be repeated at all; only then its rows are sought.
    """
    one_text = len(columns) == 1 and _plain(table, columns)
    if one_text and (table.name, *columns) in model.proven:
        return
    typed = [Keys(model, [(table, column)]).of(table, column, "t") for column in columns]
    filled = " AND ".join(f"t.{identifier(column)} IS NOT NULL" for column in columns)
    names = ", ".join(f"k{i}" for i in range(len(columns)))
    parts = ", ".join(f"{cell} AS k{i}" for i, cell in enumerate(typed))
    join = " AND ".join(f"d.k{i} = {cell}" for i, cell in enumerate(typed))
    name, twins = _repeatable(model, table, columns), identifier("\x1ftwins")
    exact = [_exact(table, column, "t") for column in columns]
    values, valid = ", ".join(value for value, _ in exact), " AND ".join(test for _, test in exact)
    repeated = f"""SELECT {names} FROM (SELECT {parts} FROM {name} t WHERE {filled})
        GROUP BY {names} HAVING count(*) > 1"""
    look = repeated
    if len(typed) > 1:
        look = f"""SELECT k FROM (SELECT hash({", ".join(typed)}) AS k FROM {name} t WHERE {filled})
            GROUP BY k HAVING count(*) > 1"""
    found = model.database.rows(f"{look} LIMIT {FEW + 1}")
    if not found:
        return
    if one_text and len(found) <= FEW:
        few = f"few{next(_NUMBERS)}"
        model.database.create_table(few, {"k0": "VARCHAR"}, found)
        repeated = f"SELECT * FROM shared.{few}"
    yield Query(
        table.name,
        f"""SELECT t.{ORD}, {literal(columns[0])}, {_shown(columns, "t")}, {literal(expected)}
        FROM (SELECT t.*, count(*) OVER (PARTITION BY {values}) AS {twins}
            FROM {name} t JOIN ({repeated}) d ON {join} WHERE {valid}) t WHERE {twins} > 1""",
    )


def _repeatable(model: Model, table: Table, columns: Sequence[str]) -> str:
    """SQL: the rows of a table among which a key can stand twice.

    A cell with one edge has no second one, and nearly all have one: where a key holds record and
    field, only the other edges are looked at.
    """
    edges, name = table.schema.edges, identifier(table.name)
    if not (edges and {edges.record, edges.field} <= set(columns)):
        return name
    if not (model.traceable and model.tied and _plain(table, columns)):
        return name
    return f"""(SELECT * FROM {name} SEMI JOIN (
        SELECT {ORD} FROM shared.stray UNION SELECT {ORD} FROM shared.tie WHERE place IS NULL
        UNION SELECT {ORD} FROM shared.tie
            SEMI JOIN (SELECT place, row FROM shared.cell WHERE edges > 1) USING (place, row)
        ) USING ({ORD}))"""


def _plain(table: Table, columns: Sequence[str]) -> bool:
    """Whether columns compare by their characters, as receipts do."""
    fields = map(table.schema.field, columns)
    return all((field.type, field.format) == ("string", "default") for field in fields)


def _exact(table: Table, column: str, alias: str) -> tuple[str, str]:
    """SQL: a column's exact value, and whether a cell is of its type.

    The fast comparison takes 5. for 5; what it takes for equal is looked at again, by these.
    """
    field, cell = table.schema.field(column), f"{alias}.{identifier(column)}"
    kind = known_kind(field)
    valid = f"NOT {kind.breach(cell)}" if kind and kind.breach else "true"
    return _by_value(field, cell), valid


@rule("key", "give each row a key of its own")
def primary_key(model: Model) -> Iterator[Query]:
    """Each primary key stands once, and no part of it is empty.

    Tables whose cells are traced share their keys: an edge names a row by its key alone.
    """
    for table in model.tables.values():
        key = table.schema.primary_key
        if not key:
            continue
        yield from _repeated(model, table, key, "a key that stands once")
        empty = " OR ".join(f"{identifier(column)} IS NULL" for column in key)
        yield Query(
            table.name,
            f"""SELECT {ORD}, {literal(key[0])}, {_shown(key, "t")}, 'a key without empty parts'
            FROM {identifier(table.name)} t WHERE {empty}""",
        )
    yield from _shared(model)


def _shared(model: Model) -> Iterator[Query]:
    """Records that have the key of a record of another table."""
    if all((table.name, table.schema.record_key) in model.proven for table in model.records()):
        return
    for table in model.records():
        key = table.schema.record_key or ""
        yield Query(
            table.name,
            f"""SELECT t.{ORD}, {literal(key)}, t.{identifier(key)},
                'a key that no other table of records has'
            FROM {identifier(table.name)} t SEMI JOIN (
                SELECT id FROM ({all_records(model)}) WHERE tab <> {literal(table.name)}
            ) o ON o.id = t.{identifier(key)}""",
        )


@rule("key", "make the value, or the combination, different in each row")
def unique_key(model: Model) -> Iterator[Query]:
    """Each unique key, and each cell of a field declared `unique`, stands once if it is filled."""
    for table in model.tables.values():
        alone = [(field.name,) for field in table.schema.fields if field.constraints.unique]
        for key in dict.fromkeys([*table.schema.unique_keys, *alone]):
            yield from _repeated(model, table, key, f"one row for each {', '.join(key)}")


def _sides(model: Model, table: Table, parent: Table, columns: tuple[str, str]) -> tuple[str, str]:
    """SQL: what to compare of a column `t` of a child and of one `p` of its parent."""
    column, other = columns
    keys = Keys(model, [(table, column), (parent, other)])
    return keys.of(table, column, "t"), keys.of(parent, other, "p")


@rule("reference", "use a key that the other table has, or add the row there")
def foreign_key(model: Model) -> Iterator[Query]:
    """Each foreign key stands in the table that it refers to.

    A key with an empty part is left alone, as in SQL (MATCH SIMPLE), and so is a cell that has no
    value because it is not of its type: that is a finding of `cell-type`.
    """
    for table in model.tables.values():
        for key in table.schema.foreign_keys:
            parent = model.tables.get(key.reference.resource or table.name)
            if parent is None or key.reference.package is not None:
                continue
            pairs = list(zip(key.fields, key.reference.fields, strict=True))
            sides = [_sides(model, table, parent, pair) for pair in pairs]
            filled = " AND ".join(f"{own} IS NOT NULL" for own, _ in sides)
            join = " AND ".join(f"{own} = {other}" for own, other in sides)
            expected = f"a key of {parent.name}"
            yield Query(
                table.name,
                f"""SELECT t.{ORD}, {literal(key.fields[0])}, {_shown(key.fields, "t")},
                    {literal(expected)}
                FROM {identifier(table.name)} t
                WHERE {filled} AND NOT EXISTS (
                    SELECT 1 FROM {identifier(parent.name)} p WHERE {join})""",
            )


WHOLE = ("length", "start", "end", "occurrence", "count")
"""Members of declarations whose cells are whole numbers."""
LEAST = {"occurrence": 1}
"""Members whose numbers have a least one, whatever the article says."""
POINTERS = (
    ("spans", "source", "sources"),
    ("aliases", "source", "sources"),
    ("exclusions", "source", "sources"),
    ("edges", "span", "spans"),
)
"""Members of declarations whose cells are keys of the table that declares another."""


@rule("reference", "fill the cell, or withdraw the row")
def declared_cell(model: Model) -> Iterator[Query]:
    """A cell that a declaration rests on is filled; offsets are whole numbers, dates are days.

    An empty offset, checksum or role would escape each rule about it. What the schema itself
    demands (`required`, a primary key, type `integer`) is a finding of that rule alone.
    """
    for role in NEEDED:
        for table in model.declaring(role):
            for member, column in table.schema.needed(role).items():
                yield from _lacking(table, column, member in WHOLE)
                least, said = LEAST.get(member), table.schema.field(column).constraints.minimum
                if least is not None and said is None:
                    cell = f"t.{identifier(column)}"
                    yield _unfit(table, column, f"{bigint(cell)} < {least}", f"at least {least}")
    for table, column in _days(model):
        field = table.schema.field(column)
        told = field.type in ("date", "datetime") and field.format == "default"
        day = known_kind(field.but(type="date", format="default"))
        if not told and day and day.breach:
            yield _unfit(table, column, day.breach(f"t.{identifier(column)}"), day.words)


def _days(model: Model) -> Iterator[tuple[Table, str]]:
    """Tables, and their columns that hold days by declaration."""
    for table in model.tables.values():
        a, entries = table.schema.sources, table.schema.dates
        columns = [part for entry in entries for part in (entry.start, entry.end)]
        columns += [a.published_on, a.written_on] if a else []
        yield from ((table, column) for column in dict.fromkeys(columns) if column)


def _unfit(table: Table, column: str, breach: str, expected: str) -> Query:
    """Cells of a column for which `breach` is true."""
    cell = f"t.{identifier(column)}"
    return Query(
        table.name,
        f"""SELECT t.{ORD}, {literal(column)}, coalesce({cell}, ''), {literal(expected)}
        FROM {identifier(table.name)} t WHERE {breach}""",
    )


def _lacking(table: Table, column: str, whole: bool) -> Iterator[Query]:
    field, cell = table.schema.field(column), f"t.{identifier(column)}"
    number = f"NOT {full_match(cell, '-?[0-9]{1,18}')}"
    tests = {
        f"{cell} IS NULL": field.constraints.required or column in table.schema.primary_key,
        number: not whole or field.type == "integer",
    }
    breach = " OR ".join(test for test, said in tests.items() if not said)
    if breach:
        yield _unfit(table, column, breach, "a whole number" if whole else "a value")


@rule("reference", "use a key that the other table has, or add the row there")
def declared_reference(model: Model) -> Iterator[Query]:
    """A passage, article or whole that a declaration of the profile points to exists.

    Where the schema has a foreign key for it, that is a finding of `foreign-key` alone.
    """
    for table, column, parent, key in _pointers(model):
        own = ((column,), parent.name, (key,))
        told = any(
            (fk.fields, fk.reference.resource or table.name, fk.reference.fields) == own
            and fk.reference.package is None
            for fk in table.schema.foreign_keys
        )
        if not told:
            yield from _dangling(table, column, parent, key)


def _pointers(model: Model) -> Iterator[tuple[Table, str, Table, str]]:
    """Tables, their columns that point elsewhere, and the tables and columns they point to."""
    pointers = [
        (table, getattr(getattr(table.schema, role), member), target)
        for role, member, target in POINTERS
        for table in model.declaring(role)
    ]
    for table in model.tables.values():
        figure = table.schema.figure
        spans = {table.schema.principal, figure.span if figure else None}
        pointers += [(table, column, "spans") for column in spans]
    for table, column, target in pointers:
        parent = model.one(target)
        if column and parent:
            yield table, column, parent, getattr(parent.schema, target).id
    for table in model.declaring("parent"):
        yield table, table.schema.parent or "", table, table.schema.primary_key[0]


def _dangling(table: Table, column: str, parent: Table, key: str) -> Iterator[Query]:
    cell = f"t.{identifier(column)}"
    yield Query(
        table.name,
        f"""SELECT t.{ORD}, {literal(column)}, {cell}, {literal(f"a key of {parent.name}")}
        FROM {identifier(table.name)} t WHERE {cell} IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM {identifier(parent.name)} p WHERE p.{identifier(key)} = {cell})""",
    )


@rule("reference", "break the circle: something cannot be part of itself")
def hierarchy_acyclic(model: Model) -> Iterator[Violation]:
    """A hierarchy (`kzdata:parent`) has no circle."""
    for table in model.declaring("parent"):
        key, parent = table.schema.primary_key[0], table.schema.parent
        assert parent
        sql = f"""SELECT {identifier(key)}, {identifier(parent)}, {ORD}
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
    if not (declared := model.declared("aliases")) or not declared[1].of:
        return
    table, a = declared
    entity, targets = identifier(a.entity), a.of
    known = " UNION ALL ".join(
        f"SELECT {identifier(target.field)} AS id FROM {identifier(target.resource)}"
        for target in targets
        if target.resource in model.tables
    )
    names = " or ".join(target.resource for target in targets)
    if known:
        yield Query(
            table.name,
            f"""SELECT t.{ORD}, {literal(a.entity)}, t.{entity},
                {literal(f"a key of {names}")}
            FROM {identifier(table.name)} t
            WHERE NOT EXISTS (SELECT 1 FROM ({known}) k WHERE k.id = t.{entity})""",
        )


@rule("reference", "take a longer form, which names one alone", "warning")
def alias_ambiguous(model: Model) -> Iterator[Query]:
    """A surface form names one entity of a table in an article.

    Where it names two, no machine can tell which of them a passage means.
    """
    if not (declared := model.declared("aliases")):
        return
    table, a = declared
    name, entity, alias = identifier(table.name), identifier(a.entity), identifier(a.alias)
    article = identifier(a.source) if a.source else "0"
    for known in _known_entities(model, a.of):
        yield Query(
            table.name,
            f"""SELECT t.{ORD}, {literal(a.alias)}, t.{alias},
                'a form of ' || t.{entity} || ' alone'
            FROM (SELECT *, {article} AS place FROM {name}) t JOIN (
                SELECT {alias} AS alias, {article} AS place FROM {name}
                WHERE {entity} IN ({known}) GROUP BY ALL HAVING min({entity}) <> max({entity})
            ) d ON d.alias = t.{alias} AND d.place IS NOT DISTINCT FROM t.place
            WHERE t.{entity} IN ({known})""",
        )


def _known_entities(model: Model, targets: Sequence[Target]) -> Iterator[str]:
    """SQL: the keys of each table that entities stand in; all entities, where none is declared."""
    for target in targets:
        if target.resource in model.tables:
            yield f"SELECT {identifier(target.field)} FROM {identifier(target.resource)}"
    if not targets and (declared := model.declared("aliases")):
        yield f"SELECT {identifier(declared[1].entity)} FROM {identifier(declared[0].name)}"


@rule("reference", "name a column whose cells are traced, as table.column, and a value that it has")
def codebook_category(model: Model) -> Iterator[Query]:
    """A term of the codebook is about a traced column, and about one of its listed values."""
    tables = model.descriptor.tables.values()
    traced = {f"{t.name}.{f.name}": f for t in tables for f in t.schema.fields if f.evidence}
    for table in model.declaring("codebook"):
        c = table.schema.codebook
        assert c
        about, category = f"t.{identifier(c.field)}", f"t.{identifier(c.category)}"
        name = identifier(table.name)
        yield Query(
            table.name,
            f"""SELECT t.{ORD}, {literal(c.field)}, {about}, 'a column whose cells are traced'
            FROM {name} t WHERE NOT {among(about, traced)}""",
        )
        for column, field in traced.items():
            values = [str(v) for v in field.constraints.enum or field.category_values]
            if values:
                yield Query(
                    table.name,
                    f"""SELECT t.{ORD}, {literal(c.category)}, {category},
                        {literal(f"a value of {column}")} FROM {name} t
                    WHERE {about} = {literal(column)} AND NOT {among(category, values)}""",
                )


@rule("reference", "give the new row another id; an id is never used again")
def tombstone_reused(model: Model) -> Iterator[Query]:
    """A withdrawn id stands in no table."""
    if not (declared := model.declared("tombstones")):
        return
    table, record = declared[0], identifier(declared[1].record)
    for other in model.records():
        key = other.schema.record_key
        assert key
        yield Query(
            other.name,
            f"""SELECT t.{ORD}, {literal(key)}, t.{identifier(key)}, 'an id that was not withdrawn'
            FROM {identifier(other.name)} t
            JOIN {identifier(table.name)} w ON w.{record} = t.{identifier(key)}""",
        )


@rule("reference", "name the row that takes the place of the withdrawn one, or leave it empty")
def tombstone_replacement(model: Model) -> Iterator[Query]:
    """What replaces a withdrawn row exists."""
    if not (declared := model.declared("tombstones")) or not declared[1].replaced_by:
        return
    table, column = declared[0], declared[1].replaced_by
    yield Query(
        table.name,
        f"""SELECT t.{ORD}, {literal(column)}, t.{identifier(column)}, 'the id of a row'
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
