"""The relations that rules are written over, and the SQL names of what a package declares.

For each table that was read there is a relation of its name with the column `kz_ord` (the row, from
0) and the columns that keys and declarations name. `Model.prepare` adds, once, what the
traceability rules share, in the schema `shared`:

* `traced`: the columns whose cells are traced, each with a number (`place`), a bit if they need it,
  and what `special_fields` says of them;
* `passage`: each span with its article's day;
* `tie`: each evidence edge of a known record, in numbers only;
* `edge`: those edges that are not plainly good, with the cell's value, its passage, and the claim's
  principal passage: the rules are asked of these few;
* `cell`: each cell that has edges: how many, how many they say, whether all are inferred;
* `receipt`: each record, with the bits of the cells that need an edge and of those that have one;
* `figure`: each figure with its principal passage's quote;
* `term`: codebook terms and aliases: what justifies a category or names an entity;
* `shadow`: terms that stand inside a longer term of something else;
* `form`: by category or entity, its terms that stand inside no other, between blanks;
* `rest`: the passages on which records rest that others refer to;
* `wording`: what the figure grammar makes of each distinct wording;
* `datewording`: what the date grammar makes of each distinct quote and day.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from kzdata import dates, figures
from kzdata.database import (
    Database,
    any_item,
    bigint,
    contains,
    identifier,
    listed,
    literal,
    text,
    words,
)
from kzdata.descriptor import SINGLE, Descriptor, Schema, Table
from kzdata.errors import DateError, FigureError

CLAIMS = ""
"""In place of a table's name: any table of claims."""
CODED_SCOPE = "e.tab || '.' || e.field"
COMPUTED = """CASE c.part WHEN 'low' THEN w.low WHEN 'high' THEN w.high
    WHEN 'qualifier' THEN w.qualifier WHEN 'first' THEN d.first WHEN 'last' THEN d.last
    WHEN 'only' THEN coalesce(d.first, d.last) WHEN 'precision' THEN d.precision END"""
"""SQL: what the grammars make of a quote, for the part of a figure or date that a cell is."""
_NAMED = any_item("n.terms", lambda term: contains("(' ' || s.quote || ' ')", term))
_INSIDE = "s.first >= e.home_first AND s.last <= e.home_last"
_GOOD = f"""e.place IS NOT NULL AND e.value IS NOT NULL AND (e.home IS NULL OR s.source = e.home)
    AND (e.kind IS DISTINCT FROM 'figure' OR e.part <> 'text' OR ({_INSIDE}))
    AND CASE e.role
        WHEN 'verbatim' THEN e.value = CASE WHEN e.kind = 'span' THEN e.span ELSE s.quote END
        WHEN 'normalised' THEN e.value = ({COMPUTED.replace("c.part", "e.part")})
        WHEN 'resolved' THEN CASE WHEN e.kind = 'record' THEN r.span IS NOT NULL ELSE {_NAMED} END
        WHEN 'coded' THEN {_NAMED}
        WHEN 'inferred' THEN e.note IS NOT NULL
        ELSE false END"""
"""SQL that is true only for edges that break no rule about single edges."""
_WIDE = {
    **{name: f"e.{name}" for name in ("tab", "record", "field", "role", "note", "span", "value")},
    **{name: f"s.{name}" for name in ("source", "quote", "day")},
    "home": "e.home",
}
_WIDE_NUMBERS = {"first": "s.first", "last": "s.last"}
_WIDE_NUMBERS |= {name: f"e.{name}" for name in ("home_first", "home_last")}
"""What is known of an edge that is not plainly good."""


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
            self._make_passage()
            self._make_figure()
            self._make_wording()
            self._make_datewording()
            self._make_term()
            self._make_rest()
            self._make_tie()
            self._make_receipt()

    def _make_passage(self) -> None:
        spans, sources = self.one("spans"), self.one("sources")
        assert spans and sources
        s, a = spans.schema.spans, sources.schema.sources
        assert s and a
        day = a.written_on or a.published_on
        self.database.share(
            "passage",
            f"""SELECT s.{identifier(s.id)} AS span, s.{identifier(s.source)} AS source,
                s.{identifier(s.quote)} AS quote, {whole("s", s.start)} AS first,
                {whole("s", s.end)} AS last, {f"a.{identifier(day)}" if day else "NULL"} AS day
            FROM {identifier(spans.name)} s LEFT JOIN {identifier(sources.name)} a
                ON a.{identifier(a.id)} = s.{identifier(s.source)}""",
        )

    def _make_tie(self) -> None:
        """One pass over all edges: numbers for every one, and the whole of those in doubt."""
        wide = {**_WIDE, **{name: text(sql) for name, sql in _WIDE_NUMBERS.items()}}
        columns = [name for name, sql in (_WIDE | _WIDE_NUMBERS).items() if sql[0] == "e"]
        columns += ["place", "kind", "part", "scope", "row", "said"]
        empty = ", ".join(f"NULL AS {name}" for name in ("kz_ord", *columns))
        parts = [f"SELECT {empty} WHERE false"]
        parts += [self._edges_of(table, columns) for table in self.records()]
        self.database.share(
            "tie",
            f"""SELECT e.kz_ord, e.place, e.row, e.said, e.role = 'inferred' AS inferred,
                CASE WHEN {_GOOD} THEN NULL ELSE {listed(wide.values())} END AS edge
            FROM ({" UNION ALL ".join(parts)}) e
            LEFT JOIN shared.passage s ON s.span = e.span
            LEFT JOIN shared.wording w ON e.kind = 'figure' AND w.wording =
                CASE WHEN e.role = 'normalised' AND e.kind = 'figure' THEN s.quote END
            LEFT JOIN shared.datewording d ON d.day = s.day AND d.wording =
                CASE WHEN e.role = 'normalised' AND e.kind = 'date' THEN s.quote END
            LEFT JOIN shared.form n ON n.role = e.role AND n.name = e.value AND n.scope =
                CASE e.role WHEN 'coded' THEN e.scope WHEN 'resolved' THEN s.source END
            LEFT JOIN shared.rest r ON r.span = e.span AND r.record =
                CASE WHEN e.role = 'resolved' AND e.kind = 'record' THEN e.value END""",
        )
        items = {name: f"edge[{place}]" for place, name in enumerate(wide, 1)}
        items |= {name: bigint(items[name]) for name in _WIDE_NUMBERS}
        parts_of = ", ".join(f"{item} AS {name}" for name, item in items.items())
        self.database.share(
            "edge",
            f"""SELECT *, CASE WHEN role IN ('resolved', 'coded') THEN {words("quote")} END AS words
            FROM (SELECT kz_ord, {parts_of} FROM shared.tie WHERE edge IS NOT NULL)""",
        )
        self.database.share(
            "cell",
            """SELECT place, row, count(*) AS edges, min(said) AS least, max(said) AS most,
                bool_and(inferred) AS inferred
            FROM shared.tie WHERE place IS NOT NULL GROUP BY ALL""",
        )

    def _edges_of(self, table: Table, columns: Sequence[str]) -> str:
        """SQL: the edges of one table's records with the cells that they lead from."""
        edges = self.one("edges")
        assert edges and edges.schema.edges and table.schema.record_key
        e, principal = edges.schema.edges, table.schema.principal
        own = {
            name: f"e.{identifier(getattr(e, name))}"
            for name in ("record", "field", "role", "span")
        }
        own |= {"note": f"e.{identifier(e.note)}" if e.note else text("NULL")}
        own |= {"said": bigint(f"e.{identifier(e.count)}") if e.count else "NULL"}
        own |= {"tab": literal(table.name), "row": "t.kz_ord", "value": self._value(table)}
        own |= {name: f"c.{name}" for name in ("place", "kind", "part", "scope")}
        own |= {"home": "p.source", "home_first": "p.first", "home_last": "p.last"}
        parts = ", ".join(f"{own[name]} AS {name}" for name in columns)
        home = f"p.span = t.{identifier(principal)}" if principal else "false"
        return f"""
            SELECT e.kz_ord, {parts}
            FROM {identifier(edges.name)} e
            JOIN {identifier(table.name)} t
                ON t.{identifier(table.schema.record_key)} = {own["record"]}
            LEFT JOIN shared.passage p ON {home}
            LEFT JOIN shared.traced c
                ON c.tab = {literal(table.name)} AND c.field = {own["field"]}"""

    def _value(self, table: Table) -> str:
        """SQL: the cell of row `t` in the traced column `c`."""
        places = self._places
        cases = " ".join(
            f"WHEN {places[table.name, field.name]} THEN t.{identifier(field.name)}"
            for field in table.schema.fields
            if field.evidence
        )
        return f"CASE c.place {cases} END"

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        """A number for each column whose cells are traced."""
        names = [(t.name, f.name) for t in self.records() for f in t.schema.fields if f.evidence]
        return {name: place for place, name in enumerate(names)}

    def _make_rest(self) -> None:
        """The passages of records that other records refer to."""
        edges = self.one("edges")
        assert edges and edges.schema.edges
        record, span = (
            identifier(name) for name in (edges.schema.edges.record, edges.schema.edges.span)
        )
        referred = {
            detail
            for table in self.records()
            for kind, detail in special_fields(table.schema, self.records()).values()
            if kind == "record"
        }
        known = [
            f"SELECT {identifier(table.schema.record_key or '')} FROM {identifier(table.name)}"
            for table in self.records()
            if table.name in referred or (CLAIMS in referred and table.schema.principal)
        ]
        self.database.share(
            "rest",
            f"""SELECT DISTINCT {record} AS record, {span} AS span FROM {identifier(edges.name)}
            WHERE {record} IN ({" UNION ALL ".join(known or ["SELECT NULL WHERE false"])})""",
        )

    def _make_figure(self) -> None:
        parts = ("text", "low", "high", "qualifier")
        columns = ("tab", *parts, *(f"{part}_field" for part in parts), "quote")
        empty = ", ".join(["0 AS kz_ord", *(f"'' AS {column}" for column in columns)])
        rows = [f"SELECT {empty} WHERE false", *self._figures()]
        self.database.share("figure", " UNION ALL ".join(rows))

    def _figures(self) -> Iterator[str]:
        for table in self.declaring("figure"):
            f = table.schema.figure
            assert f
            names = (f.text, f.low, f.high, f.qualifier)
            cells = ", ".join(f"t.{identifier(name)}" for name in names)
            fields = ", ".join(literal(name) for name in names)
            yield f"""SELECT t.kz_ord, {literal(table.name)}, {cells}, {fields}, p.quote
                FROM {identifier(table.name)} t
                LEFT JOIN shared.passage p ON p.span = t.{identifier(f.span)}"""

    def _make_wording(self) -> None:
        found = self.database.rows(
            f"SELECT text FROM shared.figure UNION SELECT quote FROM ({self._normalised('figure')})"
        )
        columns = dict.fromkeys(("wording", "low", "high", "qualifier", "fault"), "VARCHAR")
        rows = (read_figure(wording) for (wording,) in found if wording is not None)
        self.database.fill("wording", columns, rows)

    def _make_datewording(self) -> None:
        found = self.database.rows(f"SELECT DISTINCT quote, day FROM ({self._normalised('date')})")
        rows = (read_date(quote, day) for quote, day in found if quote and day)
        names = ("wording", "day", "first", "last", "precision", "fault")
        self.database.fill("datewording", dict.fromkeys(names, "VARCHAR"), rows)

    def _normalised(self, kind: str) -> str:
        """SQL: the passages of edges with the role `normalised` of fields of a kind."""
        edges = self.one("edges")
        assert edges and edges.schema.edges
        e = edges.schema.edges
        return f"""SELECT quote, day FROM shared.passage WHERE span IN (
            SELECT {identifier(e.span)} FROM {identifier(edges.name)}
            WHERE {identifier(e.role)} = 'normalised' AND {identifier(e.field)} IN (
                SELECT field FROM shared.traced WHERE kind = {literal(kind)}))"""

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
        self.database.share(
            "form",
            """SELECT role, scope, name, list(' ' || term || ' ') AS terms
            FROM shared.term n ANTI JOIN shared.shadow o USING (role, scope, name, marked)
            WHERE term IS NOT NULL GROUP BY ALL""",
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
        columns = {"tab": "VARCHAR", "field": "VARCHAR", "scope": "VARCHAR"}
        columns |= {"place": "INTEGER", "bit": "BIGINT"}
        columns |= {"kind": "VARCHAR", "part": "VARCHAR"}
        rows = [row for table in self.records() for row in self._traced_fields(table)]
        self.database.fill("traced", columns, rows)

    def _traced_fields(self, table: Table) -> Iterator[tuple[Any, ...]]:
        special, bits = special_fields(table.schema, self.records()), bits_of(table.schema)
        for field in table.schema.fields:
            if field.evidence:
                kind, part = special.get(field.name, (None, None))
                place = self._places[table.name, field.name]
                scope = f"{table.name}.{field.name}"
                yield table.name, field.name, scope, place, bits.get(field.name, 0), kind, part

    def _make_receipt(self) -> None:
        parts = ["SELECT 0 AS kz_ord, '' AS tab, 0 AS need WHERE false"]
        for table in self.records():
            need = " + ".join(
                f"(CASE WHEN {identifier(name)} IS NOT NULL THEN {bit} ELSE 0 END)"
                for name, bit in bits_of(table.schema).items()
            )
            parts.append(
                f"SELECT kz_ord, {literal(table.name)}, {need or 0} FROM {identifier(table.name)}"
            )
        self.database.share(
            "receipt",
            f"""SELECT n.*, coalesce(h.had, 0) AS had
            FROM ({" UNION ALL ".join(parts)}) n LEFT JOIN (
                SELECT c.tab, e.row, bit_or(c.bit) AS had
                FROM shared.cell e JOIN shared.traced c USING (place) GROUP BY ALL
            ) h ON h.tab = n.tab AND h.row = n.kz_ord""",
        )


def bits_of(schema: Schema) -> dict[str, int]:
    """One bit for each field whose cells need receipts."""
    return {field.name: 1 << place for place, field in enumerate(schema.evidenced)}


def whole(alias: str, column: str) -> str:
    """A column of text as a whole number, or NULL."""
    return f"try_cast({alias}.{identifier(column)} AS BIGINT)"


def special_fields(schema: Schema, records: Iterable[Table]) -> dict[str, tuple[str, str]]:
    """Fields whose receipts are not plain words: how they are checked, and a detail of it.

    `figure` and `date` are computed by a grammar, the detail is the part of its result; `record`
    refers to a row that has receipts of its own, the detail is its table, or `CLAIMS` for the ends
    of a link; `span` is the principal span itself.
    """
    kinds: dict[str, tuple[str, str]] = {}
    traced = {table.name for table in records}
    for key in schema.foreign_keys:
        if len(key.fields) == 1 and key.reference.resource in traced:
            kinds[key.fields[0]] = ("record", key.reference.resource)
    if schema.links:
        kinds |= dict.fromkeys((schema.links.claim, schema.links.other), ("record", CLAIMS))
    if schema.principal:
        kinds[schema.principal] = ("span", "principal")
    if schema.figure:
        for part in ("text", "low", "high", "qualifier"):
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
    parts = [getattr(schema, role) for role in ("figure", *SINGLE, "exclusions", "claims")]
    for part in [*filter(None, parts), *schema.dates]:
        for name in part.members:
            value = getattr(part, name)
            if isinstance(value, str) and value in schema.names:
                yield value
    yield from filter(None, (schema.principal, schema.parent))
    yield from schema.claims.subject if schema.claims else ()
