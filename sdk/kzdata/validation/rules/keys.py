"""Rules about keys: what must be unique, and what must stand in another table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from graphlib import CycleError, TopologicalSorter
from itertools import count
from typing import NamedTuple

from kzdata.engine import sql
from kzdata.engine.sql import ORD, column, identifier, literal
from kzdata.standard.declarations import NEEDED, Aliases
from kzdata.standard.descriptor import FieldDescriptor, Table
from kzdata.standard.field_types import canonical_number, known_type, plain_number
from kzdata.standard.field_types.number import SHORT
from kzdata.validation.evidence_tables import Model, record_keys
from kzdata.validation.numbered import Numbers, number_column
from kzdata.validation.rule import Query, Violation, rule

WIDTHS = (18, 37)
"""Characters up to which a whole number fits into the two fast types of a database."""
FEW = 1_000
"""Repeated keys up to which their rows are sought by the keys themselves, not counted again."""
_NUMBERS = count()  # a column may be in several keys, which are looked at side by side
Comparable = Callable[[Table, str, str], str]
"""SQL, of a column of a table and an alias: what to compare; NULL where a cell has no value."""


class Key(NamedTuple):
    """What a table declares of some of its columns: they are unique, or stand in another table."""

    rule: str  # the rule that is broken where they do not
    table: Table
    columns: tuple[str, ...]
    expected: str
    parent: Table | None = None  # the table that they refer to
    others: tuple[str, ...] = ()  # its columns

    @property
    def sides(self) -> list[tuple[FieldDescriptor, FieldDescriptor]]:
        """The fields of its columns, each with the one that it is compared with."""
        schema, other = self.table.schema, (self.parent or self.table).schema
        pairs = zip(self.columns, self.others or self.columns, strict=True)
        return [(schema.field(name), other.field(of)) for name, of in pairs]


def primary_keys(tables: Mapping[str, Table]) -> Iterator[Key]:
    """The primary keys of tables."""
    for table in tables.values():
        if key := table.schema.primary_key:
            yield Key("primary-key", table, key, "a key that stands once")


def unique_keys(tables: Mapping[str, Table]) -> Iterator[Key]:
    """The other unique keys of tables, and their unique columns."""
    for table in tables.values():
        alone = [(field.name,) for field in table.schema.fields if field.constraints.unique]
        for key in dict.fromkeys([*table.schema.unique_keys, *alone]):
            yield Key("unique-key", table, key, f"one row for each {', '.join(key)}")


def foreign_keys(tables: Mapping[str, Table]) -> Iterator[Key]:
    """The foreign keys of tables that lead to one of them."""
    for table in tables.values():
        for key in table.schema.foreign_keys:
            parent = tables.get(key.reference.resource or table.name)
            # What is not at hand cannot be compared, which `not-checked` says.
            if parent is not None and key.reference.package is None:
                expected, others = f"a key of {parent.name}", key.reference.fields
                yield Key("foreign-key", table, key.fields, expected, parent, others)


def comparison(model: Model, sides: Sequence[tuple[Table, str]]) -> Comparable:
    """How columns of tables compare with one another: by the values of their types."""
    if _alike(model, sides):
        return lambda _, name, alias: column(number_column(name), alias)
    fields = [table.schema.field(name) for table, name in sides]
    kinds = {field.type for field in fields}
    numbers = kinds <= {"integer", "number"}
    value = _numbers(model, sides, kinds == {"integer"}) if numbers else exact_value(fields)
    return lambda table, name, alias: value(table.schema.field(name), column(name, alias))


def _alike(model: Model, sides: Sequence[tuple[Table, str]]) -> bool:
    """Whether columns are kept as numbers of texts of one form."""
    found = [model.numbers.get((table.name, name)) for table, name in sides]
    return all(found) and len({one.shape for one in found if one}) == 1


def _cell(model: Model, table: Table, name: str) -> str:
    """SQL: the text of a cell of `t`; that of a number is made for no more rows than are asked."""
    found = model.numbers.get((table.name, name))
    return found.shape.text(column(number_column(name))) if found else column(name)


def exact_value(fields: Sequence[FieldDescriptor]) -> Callable[[FieldDescriptor, str], str]:
    """SQL, of one of some fields and its cell: the one text that all ways to write a value share.

    It depends on the fields alone, not on the cells that there are.
    """
    kinds, formats = {field.type for field in fields}, {field.format for field in fields}
    if kinds <= {"integer", "number"}:
        return lambda field, cell: canonical_number(plain_number(field, cell))
    if len(kinds) > 1:
        return lambda field, cell: cell
    return _by_value if len(formats) == 1 else _by_moment


def _by_value(field: FieldDescriptor, cell: str) -> str:
    kind = known_type(field)
    return kind.same(cell) if kind and kind.same else cell


def _by_moment(field: FieldDescriptor, cell: str) -> str:
    """What cells of several formats have in common; a default form is a pattern like any other."""
    pattern = {"date": "%Y-%m-%d", "time": "%H:%M:%S"}.get(field.type)
    if pattern and field.format == "default":
        field = field.replace(format=pattern)
    return _by_value(field, cell)


def _numbers(
    model: Model, sides: Sequence[tuple[Table, str]], whole: bool
) -> Callable[[FieldDescriptor, str], str]:
    """The fastest exact comparison of some columns of numbers."""
    # As the database's own numbers where the longest cell says that none can be mistaken for
    # another, and else by their digits.
    cells = " UNION ALL ".join(
        f"SELECT {identifier(name)} AS cell FROM {identifier(table.name)}" for table, name in sides
    )
    exponent = "false" if whole else sql.matches("cell", "[eE]")
    ((width, exponents),) = model.database.rows(
        f"SELECT coalesce(max({sql.byte_length('cell')}), 0), bool_or({exponent}) FROM ({cells})"
    )
    if whole and width <= WIDTHS[-1]:
        number = sql.bigint if width <= WIDTHS[0] else sql.integer
        return lambda field, cell: number(plain_number(field, cell))
    if not exponents and width <= SHORT:
        return lambda field, cell: sql.double(plain_number(field, cell))
    return lambda field, cell: canonical_number(plain_number(field, cell))


def key_text(columns: Sequence[str], cell: Callable[[str], str] = column) -> str:
    """SQL: the key as a reader would name it."""
    return " || ', ' || ".join(f"coalesce({cell(name)}, '')" for name in columns)


def _duplicates(model: Model, key: Key) -> Iterator[Query]:
    """Rows whose key stands in another row too; a key with an empty part is left alone."""
    _, table, columns, expected, *_ = key
    one_text = len(columns) == 1 and _compares_as_text(table, columns)
    if one_text and (table.name, *columns) in model.unique_columns:
        return
    if len(columns) == 1 and _stand_once(model, table, columns[0]):
        return
    parts = [comparison(model, [(table, name)])(table, name, "t") for name in columns]
    typed = {f"k{number}": part for number, part in enumerate(parts)}
    filled = " AND ".join(f"{_filled(model, table, name)} IS NOT NULL" for name in columns)
    name, names = _possible_duplicates(model, table, columns), ", ".join(typed)
    repeated = f"""SELECT {names} FROM (
            SELECT {", ".join(f"{cell} AS {k}" for k, cell in typed.items())} FROM {name} t
            WHERE {filled})
        GROUP BY {names} HAVING count(*) > 1"""
    # One look, by a hash of the parts, tells whether any key can be repeated at all.
    look = repeated
    if len(typed) > 1:
        look = f"""SELECT k FROM (SELECT hash({", ".join(parts)}) AS k FROM {name} t WHERE {filled})
            GROUP BY k HAVING count(*) > 1"""
    found = model.database.rows(f"{look} LIMIT {FEW + 1}")
    if not found:
        return
    if one_text and len(found) <= FEW:
        few = f"few{next(_NUMBERS)}"
        kind = "UINTEGER" if (table.name, *columns) in model.numbers else "VARCHAR"
        model.database.create_table(few, {"k0": kind}, found)
        repeated = f"SELECT * FROM shared.{few}"
    join = " AND ".join(f"d.{k} = {cell}" for k, cell in typed.items())
    # The fast comparison takes 5. for 5: what it takes for equal is counted by exact values.
    exact = [_by_value(table.schema.field(name), _filled(model, table, name)) for name in columns]
    valid = [of_type(table, name) for name in columns]
    words = key_text(columns, partial(_cell, model, table))
    # A name that no column of a package can have.
    twins = identifier("\x1ftwins")
    yield Query(
        table.name,
        f"""SELECT t.{ORD}, {literal(columns[0])}, {words}, {literal(expected)}
        FROM (SELECT t.*, count(*) OVER (PARTITION BY {", ".join(exact)}) AS {twins}
            FROM {name} t JOIN ({repeated}) d ON {join} WHERE {" AND ".join(valid)}) t
        WHERE {twins} > 1""",
    )


def _filled(model: Model, table: Table, name: str) -> str:
    """SQL: a column of `t` that is NULL where a cell has no value, be it text or a number."""
    known = (table.name, name) in model.numbers
    return column(number_column(name) if known else name)


def _stand_once(model: Model, table: Table, name: str) -> bool:
    """Whether the numbers of a column show that each of its cells stands once."""
    found = model.numbers.get((table.name, name))
    return found is not None and _different(model, table, name, found) == found.cells


def _different(model: Model, table: Table, name: str, numbers: Numbers) -> int | None:
    """How many different numbers a column has, where a set of bits tells."""
    if not numbers.countable or numbers.cells > numbers.span:
        return None
    ((number,),) = model.database.rows(f"SELECT bit_count({numbers.bits(table.name, name)})")
    return int(number)


def _all_stand_in(model: Model, key: Key) -> bool:
    """Whether the numbers of both columns show that each cell stands in the other table."""
    if len(key.columns) > 1 or key.parent is None:
        return False
    own, others = (key.table.name, key.columns[0]), (key.parent.name, key.others[0])
    child, parent = model.numbers.get(own), model.numbers.get(others)
    if not (child and parent and parent.countable and parent.holds(child)):
        return False
    known, these = parent.bits(*others), parent.bits(*own)
    ((more,),) = model.database.rows(
        f"SELECT bit_count(known | {these}) - bit_count(known) FROM (SELECT {known} AS known)"
    )
    return not more


def _possible_duplicates(model: Model, table: Table, columns: Sequence[str]) -> str:
    """SQL: the rows of a table among which a key can stand twice."""
    edges, name = table.schema.edges, identifier(table.name)
    of_cells = edges and {edges.record, edges.field} <= set(columns)
    numbered = model.traceable and model.edges_numbered
    if not (of_cells and numbered and _compares_as_text(table, columns)):
        return name
    # A cell with one edge has no second one, and nearly all have one: where a key holds record and
    # field, only the other edges are looked at.
    return f"""(SELECT * FROM {name} SEMI JOIN (
        SELECT {ORD} FROM shared.orphan_edges
        UNION SELECT {ORD} FROM shared.edge_numbers WHERE col IS NULL
        UNION SELECT {ORD} FROM shared.edge_numbers
            SEMI JOIN (SELECT col, row FROM shared.cell_evidence WHERE edges > 1) USING (col, row)
        ) USING ({ORD}))"""


def _compares_as_text(table: Table, columns: Sequence[str]) -> bool:
    """Whether columns compare by their characters, as receipts do."""
    fields = map(table.schema.field, columns)
    return all((field.type, field.format) == ("string", "default") for field in fields)


def of_type(table: Table, name: str, alias: str = "t") -> str:
    """SQL: whether a filled cell is of its column's type; another one has no value."""
    kind = known_type(table.schema.field(name))
    return f"NOT {kind.breach(column(name, alias))}" if kind and kind.breach else "true"


@rule(
    "key",
    "give each row a key of its own",
    source="the package declares it: Table Schema 2.0, primaryKey: “a field or set of "
    "fields that uniquely identifies each row in the table”",
    declared=("primaryKey",),
)
def primary_key(model: Model) -> Iterator[Query]:
    """Each primary key stands once, and no part of it is empty.

    Tables whose cells are traced share their keys: an edge names a row by its key alone.
    """
    for key in primary_keys(model.tables):
        yield from _duplicates(model, key)
        yield empty_parts(key, model)
    yield from _shared_keys(model)


def empty_parts(key: Key, model: Model | None = None) -> Query:
    """Rows in which a part of a key is empty; of a `model`, numbers are read as such."""
    cell = column if model is None else partial(_cell, model, key.table)
    filled = column if model is None else partial(_filled, model, key.table)
    empty, found = " OR ".join(f"{filled(name)} IS NULL" for name in key.columns), key.columns
    words = "'a key without empty parts'"
    return Query.rows(key.table, found[0], empty, words, key_text(found, cell))


def _shared_keys(model: Model) -> Iterator[Query]:
    """Records that have the key of a record of another table."""
    keys = {table.name: table.schema.record_key or "" for table in model.records()}
    # Where edges show that each key stands once, no two tables have the same.
    if keys.items() <= model.unique_columns:
        return
    for table in model.records():
        others = record_keys(other for other in model.records() if other is not table)
        key, expected = keys[table.name], "'a key that no other table of records has'"
        joins = f"SEMI JOIN ({others}) o ON o.id = {column(key)}"
        yield Query.rows(table, key, "true", expected, joins=joins)


@rule(
    "key",
    "make the value, or the combination, different in each row",
    source="Table Schema 2.0, unique: “If true, then all values for that field MUST be "
    "unique within the data file in which it is found”; uniqueKeys",
    declared=("uniqueKeys",),
)
def unique_key(model: Model) -> Iterator[Query]:
    """Each unique key, and each cell of a field declared `unique`, stands once if it is filled."""
    for key in unique_keys(model.tables):
        yield from _duplicates(model, key)


@rule(
    "reference",
    "use a key that the other table has, or add the row there",
    source="the package declares it: Table Schema 2.0, foreignKeys: “a reference where "
    "values in a field (or fields) on the table … connect to values a field (or "
    "fields) on this or a separate table”",
    declared=("foreignKeys",),
)
def foreign_key(model: Model) -> Iterator[Query]:
    """Each foreign key stands in the table that it refers to.

    A key with an empty part is left alone, as in SQL (MATCH SIMPLE), and so is a cell that has no
    value because it is not of its type: that is a finding of `cell-type`.
    """
    for key in foreign_keys(model.tables):
        assert key.parent
        if _all_stand_in(model, key):
            continue
        filled, join = [], []
        for name, other in zip(key.columns, key.others, strict=True):
            value = comparison(model, [(key.table, name), (key.parent, other)])
            own = value(key.table, name, "t")
            filled += [f"{own} IS NOT NULL", of_type(key.table, name)]
            join += [f"{own} = {value(key.parent, other, 'p')}", of_type(key.parent, other, "p")]
        # How cells compare depends on the longest: one that has no value is left alone by all.
        broken = f"{' AND '.join(filled)} AND NOT {_stands_in(key.parent, ' AND '.join(join))}"
        expected = literal(key.expected)
        found = key_text(key.columns, partial(_cell, model, key.table))
        yield Query.rows(key.table, key.columns[0], broken, expected, found)


def _stands_in(parent: Table, test: str) -> str:
    """SQL: whether some row `p` of a table passes a test."""
    return f"EXISTS (SELECT 1 FROM {identifier(parent.name)} p WHERE {test})"


WHOLE = ("length", "start", "end", "occurrence", "count")
"""Members of declarations whose cells are whole numbers."""
REFERENCES = (
    ("spans", "source", "sources"),
    ("aliases", "source", "sources"),
    ("exclusions", "source", "sources"),
    ("edges", "span", "spans"),
    ("sources", "day_span", "spans"),
    ("codebook", "example", "spans"),
)
"""Members of declarations whose cells are keys of the table that declares another."""


@rule(
    "reference",
    "fill the cell, or withdraw the row",
    source="the package declares it: docs/profile.md",
)
def declared_cell(model: Model) -> Iterator[Query]:
    """A cell that a declaration rests on is filled; offsets are whole numbers, dates are days.

    An empty offset, checksum or role would escape each rule about it. What the schema itself
    demands (`required`, a primary key, type `integer`) is a finding of that rule alone.
    """
    for role in NEEDED:
        for table, _ in model.each(role):
            for member, name in table.schema.needed(role).items():
                for broken, expected in _demands(table, member, name):
                    yield _faulty_cells(table, name, broken, expected)
    for table, name in _day_columns(model):
        field = table.schema.field(name)
        told = field.type in ("date", "datetime") and field.format == "default"
        day = known_type(field.replace(type="date", format="default"))
        if not told and day and day.breach:
            yield _faulty_cells(table, name, day.breach(column(name)), day.words)


def _day_columns(model: Model) -> Iterator[tuple[Table, str]]:
    """Tables, and their columns that hold days by declaration."""
    for table in model.tables.values():
        a, o, entries = table.schema.sources, table.schema.outside, table.schema.dates
        columns = [part for entry in entries for part in (entry.start, entry.end)]
        columns += [a.published_on, a.written_on] if a else []
        columns += [o.published_on] if o else []
        yield from ((table, name) for name in dict.fromkeys(columns) if name)


def _faulty_cells(table: Table, name: str, broken: str, expected: str) -> Query:
    """Cells of a column for which `broken` is true."""
    return Query.rows(table, name, broken, literal(expected), f"coalesce({column(name)}, '')")


def _demands(table: Table, member: str, name: str) -> Iterator[tuple[str, str]]:
    """What a declaration wants of a cell and the schema does not: SQL of a breach, and words."""
    field, cell, whole = table.schema.field(name), column(name), member in WHOLE
    told = field.constraints.required or name in table.schema.primary_key
    tests = [] if told else [f"{cell} IS NULL"]
    if whole and field.type != "integer":
        tests.append(f"NOT {sql.full_match(cell, '-?[0-9]{1,18}')}")
    if tests:
        yield " OR ".join(tests), "a whole number" if whole else "a value"
    # Which occurrence it is counts from 1, whatever the article says.
    if member == "occurrence" and field.constraints.minimum is None:
        yield f"{sql.bigint(cell)} < 1", "at least 1"


@rule(
    "reference",
    "use a key that the other table has, or add the row there",
    source="the package declares it: docs/profile.md",
)
def declared_reference(model: Model) -> Iterator[Query]:
    """A passage, article or whole that a declaration of the profile points to exists.

    Where the schema has a foreign key for it, that is a finding of `foreign-key` alone.
    """
    for table, name, parent, key in _references(model):
        own = ((name,), parent.name, (key,))
        told = any(
            (fk.fields, fk.reference.resource or table.name, fk.reference.fields) == own
            and fk.reference.package is None
            for fk in table.schema.foreign_keys
        )
        if not told:
            found = _stands_in(parent, f"{column(key, 'p')} = {column(name)}")
            broken = f"{column(name)} IS NOT NULL AND NOT {found}"
            yield Query.rows(table, name, broken, literal(f"a key of {parent.name}"))


def _references(model: Model) -> Iterator[tuple[Table, str, Table, str]]:
    """Tables, their columns that point elsewhere, and the tables and columns they point to."""
    columns = [
        (table, getattr(part, member), target)
        for role, member, target in REFERENCES
        for table, part in model.each(role)
    ]
    for table in model.tables.values():
        figure = table.schema.figure
        spans = {table.schema.principal, figure.span if figure else None}
        columns += [(table, name, "spans") for name in spans]
    for table, name, target in columns:
        if name and (declared := model.declared(target)):
            yield table, name, declared[0], declared[1].id
    for table, parent in model.each("parent"):
        yield table, parent, table, table.schema.primary_key[0]


@rule(
    "reference", "break the cycle: something cannot be part of itself", declared=("kzdata:parent",)
)
def hierarchy_acyclic(model: Model) -> Iterator[Violation]:
    """A hierarchy (`kzdata:parent`) has no cycle."""
    for table, parent in model.each("parent"):
        key, whole = identifier(table.schema.primary_key[0]), identifier(parent)
        pairs = model.database.rows(
            f"SELECT {key}, {whole}, {ORD} FROM {identifier(table.name)} WHERE {whole} IS NOT NULL"
        )
        for ordinal, cycle in cycles(pairs):
            yield Violation(table.name, ordinal, parent, cycle, "a hierarchy without cycles")


def cycles(pairs: Sequence[tuple[str, str, int]]) -> Iterator[tuple[int, str]]:
    """Cycles among pairs (from, to, row), each once: one of its rows, and the cycle written out."""
    rows = {(start, end): ordinal for start, end, ordinal in pairs}
    while rows:
        graph: dict[str, set[str]] = {}
        for start, end in rows:
            graph.setdefault(start, set()).add(end)
        try:
            TopologicalSorter(graph).prepare()
            return
        except CycleError as error:
            # One row of the cycle is taken out, until there is no cycle left.
            cycle = list(reversed(error.args[1]))
            yield rows.pop((cycle[0], cycle[1])), " → ".join(cycle)


@rule(
    "reference",
    "name an actor, place or other entity that exists",
    declared=("kzdata:aliases",),
    whole=True,
)
def alias_entity(model: Model) -> Iterator[Query]:
    """The entity of each alias stands in one of the tables that the aliases are declared for."""
    for table, a in model.each("aliases"):
        if known := " UNION ALL ".join(_known_entities(model, a)):
            expected = literal(f"a key of {' or '.join(target.resource for target in a.of)}")
            found = f"SELECT 1 FROM ({known}) AS k(id) WHERE k.id = {column(a.entity)}"
            yield Query.rows(table, a.entity, f"NOT EXISTS ({found})", expected)


@rule(
    "reference",
    "take a longer form, which names one alone",
    "warning",
    source="advice for packages that declare `kzdata:aliases`: docs/profile.md",
    declared=("kzdata:aliases",),
)
def alias_ambiguous(model: Model) -> Iterator[Query]:
    """A surface form names one entity of a table in an article, whatever its capitals.

    Where it names two, no machine can tell which of them a passage means.
    """
    for table, a in model.each("aliases"):
        name, entity, alias = identifier(table.name), identifier(a.entity), identifier(a.alias)
        article = identifier(a.source) if a.source else "0"
        # By table: a form may name a place and a person, which fields tell apart.
        for known in _known_entities(model, a) if a.of else (f"SELECT {entity} FROM {name}",):
            yield Query(
                table.name,
                f"""SELECT t.{ORD}, {literal(a.alias)}, t.{alias},
                    'a form of ' || t.{entity} || ' alone'
                FROM (SELECT *, {article} AS place FROM {name}) t JOIN (
                    SELECT lower({alias}) AS alias, {article} AS place FROM {name}
                    WHERE {entity} IN ({known}) GROUP BY ALL HAVING min({entity}) <> max({entity})
                ) d ON d.alias = lower(t.{alias}) AND d.place IS NOT DISTINCT FROM t.place
                WHERE t.{entity} IN ({known})""",
            )


def _known_entities(model: Model, aliases: Aliases) -> Iterator[str]:
    """SQL: the keys of each table that the entities of aliases stand in."""
    for target in (target for target in aliases.of if target.resource in model.tables):
        yield f"SELECT {identifier(target.field)} FROM {identifier(target.resource)}"


@rule(
    "reference",
    "name a column whose cells are traced, as table.column, and a value that it has",
    declared=("kzdata:codebook",),
    whole=True,
)
def codebook_category(model: Model) -> Iterator[Query]:
    """A term of the codebook is about a traced column, and about one of its listed values."""
    tables = model.descriptor.tables.values()
    traced = {f"{t.name}.{f.name}": f for t in tables for f in t.schema.fields if f.evidence}
    for table, c in model.each("codebook"):
        about, expected = column(c.field), "'a column whose cells are traced'"
        yield Query.rows(table, c.field, f"NOT {sql.among(about, traced)}", expected)
        for name, field in traced.items():
            # A column that lists no values takes any category.
            values = [str(v) for v in field.constraints.enum or field.category_values]
            if values:
                other = f"{about} = {literal(name)} AND NOT {sql.among(column(c.category), values)}"
                yield Query.rows(table, c.category, other, literal(f"a value of {name}"))


@rule(
    "reference",
    "give the new row another id; an id is never used again",
    declared=("kzdata:tombstones",),
)
def tombstone_reused(model: Model) -> Iterator[Query]:
    """A withdrawn id stands in no table."""
    for tombstones, w in model.each("tombstones"):
        for table in model.records():
            key, name = table.schema.record_key or "", identifier(tombstones.name)
            joins = f"JOIN {name} w ON {column(w.record, 'w')} = {column(key)}"
            yield Query.rows(table, key, "true", "'an id that was not withdrawn'", joins=joins)


@rule(
    "reference",
    "name the row that takes the place of the withdrawn one, or leave it empty",
    declared=("kzdata:tombstones",),
    whole=True,
)
def tombstone_replacement(model: Model) -> Iterator[Query]:
    """What replaces a withdrawn row exists."""
    for table, w in model.each("tombstones"):
        if w.replaced_by:
            key, known = column(w.replaced_by), record_keys(model.records())
            joins = f"ANTI JOIN ({known}) r ON r.id = {key}"
            broken, expected = f"{key} IS NOT NULL", "'the id of a row'"
            yield Query.rows(table, w.replaced_by, broken, expected, joins=joins)
