"""The relations that rules are written over, and the SQL names of what a package declares.

For each table that was read there is a relation of its name with the column `kz_ord` (the row, from
0) and the columns that keys and declarations name. `Model.tie` and `Model.prepare` add, once, what
the traceability rules share, in the schema `shared`:

* `traced`: the columns whose cells are traced, each with a number (`place`), a bit if they need it,
  and what `special_fields` says of them;
* `passage`: each span with its article's day and length;
* `tie`: each evidence edge of a known record, in numbers and with the cell's value;
* `stray`: the edges of no known record, by number;
* `doubt`: the edges that some rule's proof does not clear, by number;
* `doubtful`: their rows;
* `suspect_edge`: these with all that is known of them: the rules are asked of these few;
* `backing`: each record that has edges: how many, how many they say, which cells they lead from;
* `cell`: the same for each cell of records in which cells may have several edges;
* `receipt`: each record, with the bits of the cells that need an edge and of those that have one;
* `suspect_figure`: the figures that some rule is broken for, with the quote of their principal
  passage;
* `term`: codebook terms and aliases: what justifies a category or names an entity;
* `shadow`: terms that stand inside a longer term of something else;
* `form`: by category or entity, its terms between blanks, and the longer ones that they stand in;
* `rest`: the passages on which records rest that others refer to;
* `wording`: what the figure grammar makes of each distinct wording;
* `datewording`: what the date grammar makes of each distinct quote and day.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from kzdata.engine.database import Database
from kzdata.engine.sql import (
    ORD,
    bigint,
    byte_length,
    contains,
    counted,
    identifier,
    literal,
    small,
    text,
    words,
)
from kzdata.errors import DateError, FigureError
from kzdata.evidence import dates, figures
from kzdata.standard.declarations import SINGLE
from kzdata.standard.descriptor import Descriptor, Schema, Table

CLAIMS = ""
"""In place of a table's name: any table of claims."""
ROLES = ("verbatim", "normalised", "resolved", "coded", "inferred")
"""What an edge can be; W3C Web Annotation would call them motivations."""
_WIDE = {
    **{name: f"e.{name}" for name in ("tab", "record", "field", "role", "note", "span", "value")},
    **{name: f"s.{name}" for name in ("source", "quote", "day")},
    **{name: f"e.{name}" for name in ("home", "home_first", "home_last")},
    **{name: f"s.{name}" for name in ("first", "last")},
}
"""What is known of an edge `e`, and of its passage `s`."""
IN_COLUMN = "JOIN shared.traced c USING (place)"
IN_PASSAGE = f"""{IN_COLUMN}
    JOIN (SELECT *, ' ' || quote || ' ' AS padded FROM shared.passage) s ON s.{ORD} = t.passage"""
"""SQL: what a proof joins an edge `t` with: its column, and its passage."""


class EdgeProof(NamedTuple):
    """Which edges need not be asked of a rule: it cannot be broken for them.

    By default the rule is asked of all edges. An edge whose column or passage is not known is asked
    of all rules, whatever they can prove.

    Attributes:
        test: SQL that is true only for edges `t` (`shared.tie`) that keep the rule.
        join: What the test needs to know of an edge.
        where: SQL that is true for all edges that can break the rule, of those that `join` keeps.
    """

    test: str = "false"
    join: str = ""
    where: str = "true"


class Model:
    """A package's tables in a database.

    Attributes:
        database: Where they are.
        descriptor: What the package declares.
        tables: Those of its tables that could be read.
        tied: Whether `tie` was carried out.
        proven: Tables, each with a column whose values stand once each, as edges show.
    """

    def __init__(self, database: Database, descriptor: Descriptor) -> None:
        self.database = database
        self.descriptor = descriptor
        self.tables: dict[str, Table] = {}
        self.tied = False
        self.proven: frozenset[tuple[str, str]] = frozenset()

    def one(self, role: str) -> Table | None:
        """The table that declares `role`, if it could be read."""
        return next((t for t in self.tables.values() if getattr(t.schema, role)), None)

    def declared(self, role: str) -> tuple[Table, Any] | None:
        """The table that declares `role`, if it could be read, with what it declares."""
        table = self.one(role)
        return (table, getattr(table.schema, role)) if table else None

    def _known(self, role: str) -> tuple[Table, Any]:
        """The same, where `traceable` or its caller says that there is one."""
        found = self.declared(role)
        assert found
        return found

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

    def tie(self) -> None:
        """Build the relations that say what each edge ties; call once, after all tables were read.

        They also tell which keys need no look of their own, and which rows alone others need.
        """
        if self.one("spans") and self.one("sources"):
            self._make_passage()
        if self.traceable:
            self._make_traced()
            self._make_tie()
            self._make_backing()
            self._prove()
        self.tied = True

    def prepare(self, figures: Iterable[str], edges: Iterable[EdgeProof]) -> None:
        """Build the other shared relations, and those of `tie` if it was not called.

        Args:
            figures: For each rule about figures, SQL that is true where it is broken.
            edges: For each rule about edges, which of them it need not be asked of.
        """
        if not self.tied:
            self.tie()
        if self.traceable:
            self._make_wording()
            self._make_datewording()
            self._make_term()
            self._make_rest()
            self._make_suspect_figure(figures)
            self.database.create_table_as("doubt", doubtful(edges))
            self._make_suspect_edge()
            self._make_receipt()

    def _make_passage(self) -> None:
        (spans, s), (sources, a) = self._known("spans"), self._known("sources")
        day = a.written_on or a.published_on
        self.database.create_table_as(
            "passage",
            f"""SELECT {small(f"s.{ORD}")} AS {ORD}, {small(f"a.{ORD}")} AS article,
                s.{identifier(s.id)} AS span, s.{identifier(s.source)} AS source,
                s.{identifier(s.quote)} AS quote, {whole("s", s.start)} AS first,
                {whole("s", s.end)} AS last, {whole("a", a.length)} AS length,
                {f"a.{identifier(day)}" if day else "NULL"} AS day
            FROM {identifier(spans.name)} s LEFT JOIN {identifier(sources.name)} a
                ON a.{identifier(a.id)} = s.{identifier(s.source)}""",
        )

    def _make_tie(self) -> None:
        """One pass over all edges."""
        edges, _ = self._known("edges")
        names = f"{ORD} place row said role value home passage astray".split()
        parts = [f"SELECT {', '.join(f'NULL AS {name}' for name in names)} WHERE false"]
        parts += [self._tied(table, identifier(edges.name)) for table in self.records()]
        self.database.create_table_as("tie", " UNION ALL ".join(parts))

    def _tied(self, table: Table, edges: str) -> str:
        """SQL: the edges of one table's records, as narrow as they can be: there are many."""
        own = self._own(table)
        role = " ".join(f"WHEN {literal(role)} THEN {number_of(role)}" for role in ROLES)
        numbers = {ORD: small(f"e.{ORD}"), "place": "c.place", "row": small(f"t.{ORD}")}
        numbers |= {"said": own["said"], "role": f"CAST(CASE {own['role']} {role} END AS UTINYINT)"}
        numbers |= {"value": own["value"], "home": f"p.{ORD}", "passage": f"s.{ORD}"}
        numbers |= {"astray": f"p.{ORD} IS NOT NULL AND (s.article = p.article) IS NOT TRUE"}
        # Passages are joined here, not once for all tables: there, DuckDB takes the edges for few.
        return f"""SELECT {", ".join(f"{sql} AS {name}" for name, sql in numbers.items())}
            {self._joined(table, edges)} LEFT JOIN shared.passage s ON s.span = {own["span"]}"""

    def _prove(self) -> None:
        """Count what edges name, by which strays show, and keys that stand once each.

        Were there two of a key, an edge that names it would be tied twice: so where each edge is
        tied once, tables each of whose rows an edge names have no key twice.
        """
        (edges, _), (spans, s) = self._known("edges"), self._known("spans")
        names = [table.name for table in (edges, spans, *self.records())]
        sizes = self._counts(f"SELECT {literal(n)}, count(*) FROM {identifier(n)}" for n in names)
        backed = self._counts(["SELECT tab, count(*) FROM shared.backing GROUP BY tab"])
        ((ties, known, passages),) = self.database.rows(
            f"""SELECT count(*), {counted(ORD, sizes[edges.name])},
                {counted("passage", sizes[spans.name])} FROM shared.tie"""
        )
        sought = "true" if known < sizes[edges.name] else "false"
        self.database.create_table_as(
            "stray",
            f"""SELECT {small(ORD)} AS {ORD} FROM {identifier(edges.name)}
            WHERE {sought} AND {ORD} NOT IN (SELECT {ORD} FROM shared.tie)""",
        )
        if ties == known == sizes[edges.name]:
            keys = {table.name: table.schema.record_key or "" for table in self.records()}
            keys[spans.name] = s.id
            named = {**backed, spans.name: passages}
            self.proven = frozenset(
                key for key in keys.items() if named.get(key[0]) == sizes[key[0]]
            )

    def _counts(self, queries: Iterable[str]) -> dict[str, int]:
        return dict(self.database.rows(" UNION ALL ".join(queries)))

    def _make_suspect_edge(self) -> None:
        """All that is known of the edges in doubt."""
        edges, _ = self._known("edges")
        own = [name for name, sql in _WIDE.items() if sql[0] == "e"]
        empty = ", ".join(f"NULL AS {name}" for name in (ORD, *own))
        self.database.create_table_as(
            "doubtful",
            f"SELECT * FROM {identifier(edges.name)} SEMI JOIN shared.doubt USING ({ORD})",
        )
        parts = [f"SELECT {empty} WHERE false"]
        for table in self.records():
            known = self._own(table)
            named = ", ".join(f"{known[name]} AS {name}" for name in own)
            parts.append(f"SELECT e.{ORD}, {named} {self._joined(table, 'shared.doubtful')}")
        wide = ", ".join(f"{sql} AS {name}" for name, sql in _WIDE.items())
        self.database.create_table_as(
            "suspect_edge",
            f"""SELECT *, CASE WHEN role IN ('resolved', 'coded') THEN {words("quote")} END AS words
            FROM (SELECT e.{ORD}, {wide} FROM ({" UNION ALL ".join(parts)}) e
            LEFT JOIN shared.passage s ON s.span = e.span)""",
        )

    def _make_backing(self) -> None:
        """Records by their edges. Where each cell has one edge that says so, no more is asked."""
        alone = "edges = bit_count(had)"
        if self._known("edges")[1].count:
            alone += " AND said = edges AND most = 1 AND least = 1"
        inferred = f"t.role = {number_of('inferred')}"
        self.database.create_table_as(
            "backing",
            f"""SELECT *, coalesce({alone}, false) AS alone FROM (
                SELECT c.tab, t.row, count(*) AS edges, count(t.said) AS said,
                    min(t.said) AS least, max(t.said) AS most, bit_or(c.bit) AS had,
                    bit_or(CASE WHEN {inferred} THEN c.bit ELSE 0 END) AS inferred
                FROM shared.tie t JOIN shared.traced c USING (place) GROUP BY ALL)""",
        )
        self.database.create_table_as(
            "cell",
            f"""SELECT t.place, t.row, count(*) AS edges, count(t.said) AS said,
                min(t.said) AS least, max(t.said) AS most, bool_and({inferred}) AS inferred
            FROM shared.tie t JOIN shared.traced c USING (place)
            SEMI JOIN (SELECT tab, row FROM shared.backing WHERE NOT alone) b
                ON b.tab = c.tab AND b.row = t.row GROUP BY ALL""",
        )

    def _own(self, table: Table) -> dict[str, str]:
        """SQL of what is known of an edge `e` of a table's row `t`, by name; see `_joined`."""
        _, e = self._known("edges")
        names = ("record", "field", "role", "span")
        own = {name: f"e.{identifier(getattr(e, name))}" for name in names}
        own |= {"note": f"e.{identifier(e.note)}" if e.note else text("NULL")}
        own |= {"said": bigint(f"e.{identifier(e.count)}") if e.count else "NULL"}
        own |= {"tab": literal(table.name), "value": self._value(table), "home": "p.source"}
        return own | {"home_first": "p.first", "home_last": "p.last"}

    def _joined(self, table: Table, edges: str) -> str:
        """SQL: the edges `e` of a table's rows `t`, with their columns `c` and homes `p`."""
        own, principal = self._own(table), table.schema.principal
        assert table.schema.record_key
        home = f"p.span = t.{identifier(principal)}" if principal else "false"
        return f"""FROM {edges} e
            JOIN ({identifier(table.name)} t LEFT JOIN shared.passage p ON {home})
                ON t.{identifier(table.schema.record_key)} = {own["record"]}
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
        edges, e = self._known("edges")
        record, span = identifier(e.record), identifier(e.span)
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
        self.database.create_table_as(
            "rest",
            f"""SELECT DISTINCT {record} AS record, {span} AS span FROM {identifier(edges.name)}
            WHERE {record} IN ({" UNION ALL ".join(known or ["SELECT NULL WHERE false"])})""",
        )

    def _make_suspect_figure(self, broken: Iterable[str]) -> None:
        parts = ("text", "low", "high", "qualifier")
        columns = ("tab", *parts, *(f"{part}_field" for part in parts), "quote")
        empty = ", ".join([f"0 AS {ORD}", *(f"'' AS {column}" for column in columns)])
        rows = [f"SELECT {empty} WHERE false", *self._figures()]
        tests = " OR ".join(f"({test})" for test in broken)
        self.database.create_table_as(
            "suspect_figure",
            f"""SELECT f.* FROM ({" UNION ALL ".join(rows)}) f
            LEFT JOIN shared.wording w ON w.wording = f.text WHERE {tests or "false"}""",
        )

    def _figures(self) -> Iterator[str]:
        for table in self.declaring("figure"):
            f = table.schema.figure
            assert f
            names = (f.text, f.low, f.high, f.qualifier)
            cells = ", ".join(f"t.{identifier(name)}" for name in names)
            yield f"""SELECT t.{ORD}, {literal(table.name)}, {cells},
                {", ".join(map(literal, names))}, p.quote
                FROM {identifier(table.name)} t
                LEFT JOIN shared.passage p ON p.span = t.{identifier(f.span)}"""

    def _make_wording(self) -> None:
        texts = [
            f"SELECT {identifier(f.text)} FROM {identifier(table.name)}"
            for table in self.declaring("figure")
            if (f := table.schema.figure)
        ]
        quotes = f"SELECT quote FROM ({self._normalised('figure')})"
        found = self.database.rows(" UNION ".join([*texts, quotes]))
        columns = dict.fromkeys(("wording", "low", "high", "qualifier", "fault"), "VARCHAR")
        rows = (read_figure(wording) for (wording,) in found if wording is not None)
        self.database.create_table("wording", columns, rows)

    def _make_datewording(self) -> None:
        found = self.database.rows(f"SELECT DISTINCT quote, day FROM ({self._normalised('date')})")
        rows = (read_date(quote, day) for quote, day in found if quote and day)
        names = ("wording", "day", "first", "last", "precision", "fault")
        self.database.create_table("datewording", dict.fromkeys(names, "VARCHAR"), rows)

    def _normalised(self, kind: str) -> str:
        """SQL: the passages of edges with the role `normalised` of fields of a kind."""
        return f"""SELECT s.quote, s.day FROM shared.passage s SEMI JOIN (
            SELECT t.passage FROM shared.tie t JOIN shared.traced c USING (place)
            WHERE t.role = {number_of("normalised")} AND c.kind = {literal(kind)}
        ) t ON t.passage = s.{ORD}"""

    def _make_term(self) -> None:
        empty = "SELECT '' AS role, '' AS family, '' AS scope, '' AS name, '' AS term WHERE false"
        parts = " UNION ALL ".join([empty, *self._codebook_terms(), *self._alias_terms()])
        # What is longer than every quote stands in none, and would only be compared.
        longest = f"(SELECT max({byte_length('quote')}) FROM shared.passage)"
        self.database.create_table_as(
            "term",
            f"""SELECT *, {words("term")} AS marked FROM ({parts})
            WHERE {byte_length("term")} <= {longest}""",
        )
        self.database.create_table_as(
            "shadow",
            f"""SELECT n.role, n.scope, n.name, n.marked, o.marked AS longer, o.term
            FROM shared.term n JOIN shared.term o ON o.role = n.role AND o.family = n.family
                AND o.scope = n.scope AND o.name <> n.name
            WHERE length(o.marked) > length(n.marked) AND {contains("o.marked", "n.marked")}""",
        )
        self.database.create_table_as(
            "form",
            """SELECT n.role, n.scope, n.name, list(DISTINCT ' ' || n.term || ' ') AS terms,
                list(DISTINCT o.term) FILTER (o.term IS NOT NULL) AS longer
            FROM shared.term n LEFT JOIN shared.shadow o USING (role, scope, name, marked)
            WHERE n.term IS NOT NULL GROUP BY ALL""",
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
        most = max((len(table.schema.evidenced) for table in self.records()), default=0)
        columns |= {"place": "INTEGER", "bit": "BIGINT" if most < 64 else "HUGEINT"}
        columns |= {"kind": "VARCHAR", "part": "VARCHAR"}
        rows = [row for table in self.records() for row in self._traced_fields(table)]
        self.database.create_table("traced", columns, rows)

    def _traced_fields(self, table: Table) -> Iterator[tuple[Any, ...]]:
        special, bits = special_fields(table.schema, self.records()), bits_of(table.schema)
        for field in table.schema.fields:
            if field.evidence:
                kind, part = special.get(field.name, (None, None))
                place = self._places[table.name, field.name]
                scope = f"{table.name}.{field.name}"
                yield table.name, field.name, scope, place, bits.get(field.name, 0), kind, part

    def _make_receipt(self) -> None:
        parts = [f"SELECT 0 AS {ORD}, '' AS tab, 0 AS need WHERE false"]
        for table in self.records():
            need = " + ".join(
                f"(CASE WHEN {identifier(name)} IS NOT NULL THEN {bit} ELSE 0 END)"
                for name, bit in bits_of(table.schema).items()
            )
            parts.append(
                f"SELECT {ORD}, {literal(table.name)}, {need or 0} FROM {identifier(table.name)}"
            )
        self.database.create_table_as(
            "receipt",
            f"""SELECT n.*, coalesce(b.had, 0) AS had,
                CASE WHEN b.alone THEN b.inferred ELSE 0 END AS inferred
            FROM ({" UNION ALL ".join(parts)}) n
            LEFT JOIN shared.backing b ON b.tab = n.tab AND b.row = n.{ORD}""",
        )


def doubtful(proofs: Iterable[EdgeProof]) -> str:
    """SQL: the edges that some proof does not clear, by number."""
    parts = [f"SELECT {ORD} FROM shared.tie WHERE place IS NULL OR passage IS NULL"]
    alike: dict[tuple[str, str], dict[str, None]] = {}
    for test, join, where in proofs:
        alike.setdefault((join, where), {})[f"({test})"] = None
    # Proofs over the same edges are one scan, and what several rules name is tested once.
    parts += [
        f"""SELECT t.{ORD} FROM shared.tie t {join}
        WHERE {where} AND ({" AND ".join(tests)}) IS NOT TRUE"""
        for (join, where), tests in alike.items()
    ]
    return " UNION ".join(parts)


def bits_of(schema: Schema) -> dict[str, int]:
    """One bit for each field whose cells need receipts."""
    return {field.name: 1 << place for place, field in enumerate(schema.evidenced)}


def number_of(role: str) -> int:
    """The number that stands for a role of edges."""
    return ROLES.index(role) + 1


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
