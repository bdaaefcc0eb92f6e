"""The relations that rules are written over, and the SQL names of what a package declares.

For each table that was read there is a relation of its name with the column `ord` (the row, from 0)
and the columns that keys and declarations name. `Model.prepare` adds, once, what the traceability
rules share, in the schema `shared`:

* `traced`: the columns whose cells are traced, whether that is required, and what
  `special_fields` says of them;
* `edge`: each evidence edge with the cell's value, the span's quote, source and bounds, and the
  principal span's;
* `term`: codebook terms and aliases: what justifies a category or names an entity;
* `shadow`: terms that stand inside a longer term of something else;
* `wording`: what the figure grammar makes of each distinct wording;
* `datewording`: what the date grammar makes of each distinct quote and day.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from kzdata import dates, figures
from kzdata.database import Database, contains, identifier, literal, words
from kzdata.descriptor import SINGLE, Descriptor, Schema, Table
from kzdata.errors import DateError, FigureError

NORMALISED = """SELECT {column}
    FROM shared.edge JOIN shared.traced USING (tab, field)
    WHERE role = 'normalised' AND kind = '{kind}'"""

_PLAIN = (None, None)


class Model:
    """A package's tables in a database.

    Attributes:
        database: Where they are.
        descriptor: What the package declares.
        tables: Those of its tables that could be read.
    """

    def __init__(self, database: Database, descriptor: Descriptor) -> None:
        self.database = database
        self.descriptor = descriptor
        self.tables: dict[str, Table] = {}

    def one(self, role: str) -> Table | None:
        """The table that declares `role`, if it could be read."""
        return next((t for t in self.tables.values() if getattr(t.schema, role)), None)

    def declaring(self, role: str) -> list[Table]:
        """The tables that declare `role` and could be read."""
        return [t for t in self.tables.values() if getattr(t.schema, role)]

    def records(self) -> list[Table]:
        """The tables whose cells can be traced."""
        return [table for table in self.tables.values() if table.schema.record_key]

    @property
    def traceable(self) -> bool:
        """Whether there are edges, spans and sources to check."""
        return all(self.one(role) for role in ("edges", "spans", "sources"))

    def prepare(self) -> None:
        """Build the shared relations; call once, after all tables were read."""
        if self.traceable:
            self._make_traced()
            self._make_edge()
            self._make_wording()
            self._make_datewording()
            self._make_term()

    def _make_edge(self) -> None:
        parts = [self._edges_of(table) for table in self.records()]
        empty = (
            "SELECT 0 AS ord, '' AS tab, '' AS record, '' AS field, '' AS role, '' AS note, "
            "'' AS value, '' AS source, '' AS quote, 0 AS first, 0 AS last, '' AS day, "
            "'' AS home, 0 AS home_first, 0 AS home_last, '' AS words, '' AS span "
            "WHERE false"
        )
        self.database.share("edge", " UNION ALL ".join([empty, *parts]))

    def _edges_of(self, table: Table) -> str:
        edges, spans, sources = (self.one(role) for role in ("edges", "spans", "sources"))
        assert edges and spans and sources and table.schema.record_key
        e, s, a = edges.schema.edges, spans.schema.spans, sources.schema.sources
        assert e and s and a
        note = f"e.{identifier(e.note)}" if e.note else "NULL"
        day = a.written_on or a.published_on
        return f"""
            SELECT e.ord, {literal(table.name)}, e.{identifier(e.record)}, e.{identifier(e.field)},
                e.{identifier(e.role)}, {note},
                {value_by_field(table.schema, f"e.{identifier(e.field)}")},
                s.{identifier(s.source)}, s.{identifier(s.quote)},
                {whole("s", s.start)}, {whole("s", s.end)},
                {f"a.{identifier(day)}" if day else "NULL"}, {home(table.schema, spans.schema)},
                CASE WHEN e.{identifier(e.role)} IN ('resolved', 'coded')
                    THEN {words(f"s.{identifier(s.quote)}")} END,
                e.{identifier(e.span)}
            FROM {identifier(edges.name)} e
            JOIN {identifier(table.name)} t
                ON t.{identifier(table.schema.record_key)} = e.{identifier(e.record)}
            LEFT JOIN {identifier(spans.name)} s ON s.{identifier(s.id)} = e.{identifier(e.span)}
            LEFT JOIN {identifier(sources.name)} a
                ON a.{identifier(a.id)} = s.{identifier(s.source)}
            {principal_join(table.schema, spans)}"""

    def _make_wording(self) -> None:
        parts = [NORMALISED.format(column="quote", kind="figure")]
        for table in self.declaring("figure"):
            figure = table.schema.figure
            assert figure
            parts.append(f"SELECT {identifier(figure.text)} FROM {identifier(table.name)}")
        found = self.database.rows(f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)})")
        columns = dict.fromkeys(("wording", "low", "high", "qualifier", "fault"), "VARCHAR")
        rows = (read_figure(wording) for (wording,) in found if wording is not None)
        self.database.fill("wording", columns, rows)

    def _make_datewording(self) -> None:
        found = self.database.rows(NORMALISED.format(column="DISTINCT quote, day", kind="date"))
        rows = (read_date(quote, day) for quote, day in found if quote and day)
        names = ("wording", "day", "first", "last", "precision", "fault")
        self.database.fill("datewording", dict.fromkeys(names, "VARCHAR"), rows)

    def _make_term(self) -> None:
        empty = "SELECT '' AS role, '' AS family, '' AS scope, '' AS name, '' AS term WHERE false"
        parts = " UNION ALL ".join([empty, *self._codebook_terms(), *self._alias_terms()])
        self.database.share("term", f"SELECT *, {words('term')} AS marked FROM ({parts})")
        self.database.share(
            "shadow",
            f"""SELECT n.role, n.scope, n.name, n.marked, o.marked AS longer
            FROM shared.term n JOIN shared.term o ON o.role = n.role AND o.family = n.family
                AND o.scope = n.scope AND o.name <> n.name
            WHERE length(o.marked) > length(n.marked) AND {contains("o.marked", "n.marked")}""",
        )

    def _codebook_terms(self) -> Iterator[str]:
        for table in self.declaring("codebook"):
            c = table.schema.codebook
            assert c
            columns = ", ".join(identifier(name) for name in (c.field, c.category, c.term))
            yield f"SELECT 'coded', '', {columns} FROM {identifier(table.name)}"

    def _alias_terms(self) -> Iterator[str]:
        for table in self.declaring("aliases"):
            a = table.schema.aliases
            assert a
            scope = identifier(a.source) if a.source else "''"
            columns = f"{scope}, {identifier(a.entity)}, {identifier(a.alias)}"
            if not a.of:
                yield f"SELECT 'resolved', '', {columns} FROM {identifier(table.name)}"
            for target in a.of:
                if target.resource in self.tables:
                    known = f"SELECT {identifier(target.field)} FROM {identifier(target.resource)}"
                    yield f"""SELECT 'resolved', {literal(target.resource)}, {columns}
                        FROM {identifier(table.name)} WHERE {identifier(a.entity)} IN ({known})"""

    def _make_traced(self) -> None:
        rows = [
            (
                table.name,
                field.name,
                field.evidence == "required",
                *kinds.get(field.name, (None, None)),
            )
            for table in self.records()
            for kinds in (special_fields(table.schema, self.records()),)
            for field in table.schema.fields
            if field.evidence
        ]
        kinds = {"tab": "VARCHAR", "field": "VARCHAR", "required": "BOOLEAN"}
        self.database.fill("traced", {**kinds, "kind": "VARCHAR", "part": "VARCHAR"}, rows)


def whole(alias: str, column: str) -> str:
    """A column of text as a whole number, or NULL."""
    return f"try_cast({alias}.{identifier(column)} AS BIGINT)"


def value_by_field(schema: Schema, name: str) -> str:
    """SQL: the cell of row `t` in the column that the expression `name` gives."""
    cases = " ".join(
        f"WHEN {literal(field.name)} THEN t.{identifier(field.name)}"
        for field in schema.fields
        if field.evidence
    )
    return f"CASE {name} {cases} END"


def home(schema: Schema, spans: Schema) -> str:
    """SQL: source and bounds of the principal span, or NULLs."""
    if not schema.principal or not spans.spans:
        return "NULL, NULL, NULL"
    s = spans.spans
    return f"p.{identifier(s.source)}, {whole('p', s.start)}, {whole('p', s.end)}"


def principal_join(schema: Schema, spans: Table) -> str:
    """SQL: the join to the principal span, if the table has one."""
    if not schema.principal or not spans.schema.spans:
        return ""
    key = identifier(spans.schema.spans.id)
    return f"LEFT JOIN {identifier(spans.name)} p ON p.{key} = t.{identifier(schema.principal)}"


def special_fields(schema: Schema, records: Iterable[Table]) -> dict[str, tuple[str, str]]:
    """Fields whose receipts are not plain words: how they are checked, and a detail of it.

    `figure` and `date` are computed by a grammar, the detail is the part of its result; `record`
    refers to a row that has receipts of its own, the detail is its table; `span` is the principal
    span itself.
    """
    kinds: dict[str, tuple[str, str]] = {}
    traced = {table.name for table in records}
    for key in schema.foreign_keys:
        if len(key.fields) == 1 and key.reference.resource in traced:
            kinds[key.fields[0]] = ("record", key.reference.resource)
    if schema.principal:
        kinds[schema.principal] = ("span", "principal")
    if schema.figure:
        for part in ("low", "high", "qualifier"):
            kinds[getattr(schema.figure, part)] = ("figure", part)
    for columns in schema.dates:
        kinds[columns.start] = ("date", "first" if columns.end else "only")
        if columns.end:
            kinds[columns.end] = ("date", "last")
        if columns.precision:
            kinds[columns.precision] = ("date", "precision")
    return kinds


def read_figure(wording: str) -> tuple[Any, ...]:
    """A row of `wording`."""
    try:
        low, high, qualifier = figures.parse(wording)
    except FigureError as error:
        return wording, None, None, None, str(error)
    return wording, figures.canonical(low) or None, figures.canonical(high) or None, qualifier, None


def read_date(wording: str, day: str) -> tuple[Any, ...]:
    """A row of `datewording`."""
    try:
        first, last, precision = dates.resolve(wording, date.fromisoformat(day))
    except (DateError, ValueError) as error:
        return wording, day, None, None, None, str(error)
    return wording, day, first and str(first), last and str(last), precision, None


def needed(table: Table, descriptor: Descriptor) -> tuple[str, ...]:
    """The columns of a table that rules beyond single cells use, in the file's order."""
    schema = table.schema
    names = {*schema.primary_key, *(name for key in schema.unique_keys for name in key)}
    names |= {name for key in schema.foreign_keys for name in key.fields}
    names |= {field.name for field in schema.fields if field.evidence or field.constraints.unique}
    names |= set(declared_columns(schema)) | set(referenced_columns(table.name, descriptor))
    return tuple(name for name in schema.names if name in names)


def referenced_columns(name: str, descriptor: Descriptor) -> Iterator[str]:
    """The columns of a table that other tables point to."""
    for child in descriptor.tables.values():
        for key in child.schema.foreign_keys:
            if (key.reference.resource or child.name) == name:
                yield from key.reference.fields
        if child.schema.aliases:
            targets = child.schema.aliases.of
            yield from (target.field for target in targets if target.resource == name)


def declared_columns(schema: Schema) -> Iterator[str]:
    """The columns that the table's own declarations name."""
    parts = [getattr(schema, role) for role in ("figure", *SINGLE, "exclusions")]
    for part in [*filter(None, parts), *schema.dates]:
        for name in type(part).model_fields:
            value = getattr(part, name)
            if isinstance(value, str) and value in schema.names:
                yield value
    yield from filter(None, (schema.principal, schema.parent))
