"""The relations that rules are written over, and the SQL names of what a package declares.

For each table that was read there is a relation of its name with the column `kz_ord` (the row, from
0) and the columns that keys and declarations name. What the traceability rules share is built once,
in the schema `shared`: each relation by a method or constant of `Model.number_edges` or
`Model.prepare`, which says what it holds.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple, ParamSpec, TypeVar

from kzdata.engine.database import Database
from kzdata.engine.sql import (
    ORD,
    among,
    bigint,
    byte_length,
    column,
    contains,
    counted,
    identifier,
    literal,
    small,
    text,
    words,
)
from kzdata.errors import DateError, FigureError
from kzdata.evidence.figures import canonical
from kzdata.evidence.languages import (
    DEFAULT_LANGUAGE,
    PACKS,
    Grammar,
    first_subtag,
    grammar,
)
from kzdata.evidence.once import once_a_package
from kzdata.evidence.profile import LABELS
from kzdata.evidence.sentences import boundaries
from kzdata.files.archive import Archive
from kzdata.standard.declarations import Target
from kzdata.standard.descriptor import Descriptor, Schema, Table
from kzdata.standard.parsing import named_columns
from kzdata.validation.numbered import Numbers

P = ParamSpec("P")
Result = TypeVar("Result")
CLAIMS = ""  # in place of a table's name: any table of claims
EVERYWHERE = ""  # in place of an article's key: all articles
# What an edge can be; W3C Web Annotation would call them motivations.
ROLES = ("verbatim", "normalised", "resolved", "coded", "inherited", "inferred")
NUMBERED = [*PACKS]  # languages with a grammar; each has its place for a number
FIGURE_PARTS = ("text", "low", "high", "qualifier")
# SQL: what a proof joins an edge `t` with: its column, and its passage.
IN_COLUMN = "JOIN shared.traced_columns c USING (col)"
IN_PASSAGE = f"""{IN_COLUMN}
    JOIN (SELECT *, ' ' || quote || ' ' AS padded FROM shared.passages) s ON s.{ORD} = t.passage"""
# Terms that stand inside a longer term of something else: within one family (a table of entities,
# or the codebook) and scope, as elsewhere a longer term means nothing else.
LONGER_TERMS = f"""SELECT n.role, n.scope, n.name, n.marked, o.marked AS longer, o.term
    FROM shared.terms n JOIN shared.terms o ON o.role = n.role AND o.family = n.family
        AND o.scope = n.scope AND o.name <> n.name
    WHERE length(o.marked) > length(n.marked) AND {contains("o.marked", "n.marked")}"""
# By category or entity, its terms between blanks, and the longer ones that they stand in.
TERM_LISTS = """SELECT n.role, n.scope, n.name, list(DISTINCT ' ' || n.term || ' ') AS terms,
        list(DISTINCT o.term) FILTER (o.term IS NOT NULL) AS longer
    FROM shared.terms n LEFT JOIN shared.longer_terms o USING (role, scope, name, marked)
    WHERE n.term IS NOT NULL GROUP BY ALL"""

# A passage of several sentences has all of them.
OWN_SENTENCES = f"""SELECT p.{ORD}, p.source, o.place AS opens, c.place AS closes
    FROM (SELECT * FROM shared.passages WHERE first >= 0 AND last > first
        AND {ORD} IN (SELECT principal FROM shared.edge_numbers)) p
    ASOF JOIN shared.sentence_ends o ON o.source = p.source AND o.place <= p.first
    ASOF JOIN shared.sentence_ends c ON c.source = p.source AND c.place >= p.last"""


class EdgeProof(NamedTuple):
    """Which edges need not be asked of a rule: it cannot be broken for them.

    By default the rule is asked of all edges. An edge whose column or passage is not known is asked
    of all rules, whatever they can prove.
    """

    test: str = "false"  # SQL that is true only for `shared.edge_numbers t` that keep the rule
    join: str = ""  # what the test needs to know of an edge
    where: str = "true"  # SQL: true for all edges that can break the rule, of those `join` keeps


class Model:
    """A package's tables in a database."""

    def __init__(self, database: Database, descriptor: Descriptor, files: Archive) -> None:
        self.database = database
        self.descriptor = descriptor
        self.files = files
        self.tables: dict[str, Table] = {}  # those that could be read
        self.edges_numbered = False
        # Tables, each with a column whose values stand once each, as edges show.
        self.unique_columns: frozenset[tuple[str, str]] = frozenset()
        # The columns, each of a table, whose cells are kept as numbers.
        self.numbers: dict[tuple[str, str], Numbers] = {}

    def each(self, role: str) -> list[tuple[Table, Any]]:
        """The tables that declare `role` and could be read, with what they declare."""
        parts = [(table, getattr(table.schema, role)) for table in self.tables.values()]
        return [(table, part) for table, part in parts if part]

    def declared(self, role: str) -> tuple[Table, Any] | None:
        """The table that declares `role`, if it could be read, with what it declares."""
        return next(iter(self.each(role)), None)

    def together(self, *roles: str) -> Iterator[tuple[tuple[Table, Any], ...]]:
        """The tables that declare some roles, each with what it declares; none where one lacks."""
        return product(*(self.each(role)[:1] for role in roles))

    def _one(self, role: str) -> tuple[Table, Any]:
        """The same, where `traceable` or its caller says that there is one."""
        return self.each(role)[0]

    @cached_property
    def tongues(self) -> dict[str, str]:
        """The language of each article that is not in English, by article, as its tag has it."""
        rows = [
            row
            for table, a in self.each("sources")[:1]
            if a.language
            for row in self.database.rows(
                f"""SELECT {column(a.id)}, {column(a.language)} FROM {identifier(table.name)} t
                WHERE {column(a.id)} IS NOT NULL AND {column(a.language)} IS NOT NULL"""
            )
        ]
        return {source: tag for source, tag in rows if first_subtag(tag) != DEFAULT_LANGUAGE}

    @property
    def unread(self) -> dict[str, str]:
        """The articles whose language has no grammar, each with its language."""
        tongues = self.tongues if self.traceable else {}
        return {source: tag for source, tag in tongues.items() if grammar(tag) is None}

    def grammar_of(self, source: str) -> Grammar | None:
        """The grammar that reads an article; None where its language has none."""
        return grammar(self.tongues.get(source))

    def understood(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """Those of some articles whose sentences the rules about sentences can read."""
        if not self.tongues:
            return texts
        known = {source: self.grammar_of(source) for source in texts}
        return {s: text for s, text in texts.items() if (g := known[s]) and g.reads_sentences}

    def unheard(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Those of the articles with a grammar that these rules cannot read, with its language."""
        tongues = self.tongues if self.traceable else {}
        left = texts.keys() - self.understood(texts).keys() - self.unread.keys()
        return {source: tag for source, tag in tongues.items() if source in left}

    def read_in(self, alias: str) -> str:
        """SQL: whether a reading `w` is one of the language of what it is joined with."""
        return f"w.grammar = {alias}.grammar" if self.tongues else "true"

    def records(self) -> list[Table]:
        """The tables whose cells can be traced."""
        return [table for table in self.tables.values() if table.schema.record_key]

    @property
    def traceable(self) -> bool:
        """Whether there are edges, spans and sources to check."""
        return all(self.declared(role) for role in ("edges", "spans", "sources"))

    def number_edges(self) -> None:
        """Build the relations that say what each edge ties; call once, after all tables were read.

        They also tell which keys need no look of their own, and which rows alone others need.
        """
        if self.declared("spans") and self.declared("sources"):
            self._share(passages=self._passages())
        if self.traceable:
            self._share_traced_columns()
            self._share(edge_numbers=self._edge_numbers())
            self._share_evidence()
            self._share_orphan_edges()
        self.edges_numbered = True

    def prepare(self, figures: Iterable[str], edges: Iterable[EdgeProof]) -> None:
        """Build the other shared relations, and those of `number_edges` if it was not called.

        `figures` are true where a rule about figures is broken; `edges` clear those that keep one.
        """
        if not self.edges_numbered:
            self.number_edges()
        if self.traceable:
            self._share_readings()
            self._share(terms=self._terms(), longer_terms=LONGER_TERMS, term_lists=TERM_LISTS)
            self._share(record_spans=self._record_spans())
            self._share(suspect_figures=self._suspect_figures(figures))
            self._share(suspect_numbers=suspects(edges), suspect_rows=self._suspect_rows())
            self._share(suspect_edges=self._suspect_edges())
            self._share(record_receipts=self._record_receipts())

    @once_a_package
    def share_sentences(self, texts: Mapping[str, str]) -> None:
        """Build the relation `own_sentences`: of each principal passage, where its sentences are.

        Their start and end (`opens`, `closes`) in the article's text; asked again, it is there.
        In a language without a grammar nobody knows where they are.
        """
        places = [
            (source, place)
            for source, text in texts.items()
            if (spoken := self.grammar_of(source))
            for place in sorted({0, len(text), *boundaries(text, spoken.abbreviations)})
        ]
        columns = {"source": "VARCHAR", "place": "BIGINT"}
        self.database.create_table("sentence_ends", columns, places)
        self._share(own_sentences=OWN_SENTENCES)

    def _share(self, **queries: str) -> None:
        """Build relations, each of which may use those before it."""
        for name, sql in queries.items():
            self.database.create_table_as(name, sql)

    def _passages(self) -> str:
        """Each span with its article's day, length and grammar."""
        (spans, s), (sources, a) = self._one("spans"), self._one("sources")
        day, (spoken, join) = a.written_on or a.published_on, self._spoken(s.source)
        return f"""SELECT {small(f"s.{ORD}")} AS {ORD}, {small(f"a.{ORD}")} AS article,
                {column(s.id, "s")} AS span, {column(s.source, "s")} AS source,
                {column(s.quote, "s")} AS quote, {whole_number("s", s.start)} AS first,
                {whole_number("s", s.end)} AS last, {whole_number("a", a.length)} AS length,
                {column(day, "a") if day else "NULL"} AS day, {spoken} AS grammar
            FROM {identifier(spans.name)} s LEFT JOIN {identifier(sources.name)} a
                ON {column(a.id, "a")} = {column(s.source, "s")} {join}"""

    def _spoken(self, source: str) -> tuple[str, str]:
        """SQL: the grammar of the article of a span `s`, NULL where it has none; and its join."""
        if not self.tongues:
            return grammar_number(DEFAULT_LANGUAGE), ""
        known = ((name, grammar(tag)) for name, tag in self.tongues.items())
        rows = [(name, NUMBERED.index(found.language) if found else None) for name, found in known]
        self.database.create_table("tongues", {"source": "VARCHAR", "grammar": "UTINYINT"}, rows)
        default = grammar_number(DEFAULT_LANGUAGE)
        spoken = f"CASE WHEN g.source IS NULL THEN {default} ELSE g.grammar END"
        return spoken, f"LEFT JOIN shared.tongues g ON g.source = {column(source, 's')}"

    def _share_traced_columns(self) -> None:
        """The columns whose cells are traced.

        Each has a number (`col`), a bit if its cells need receipts, its `special_fields`, and the
        role of words that say its cells, where it is known (`fits`).
        """
        rows, records = [], self.records()
        for table in records:
            special, bits = special_fields(table, records), receipt_bits(table.schema)
            for field, number in self._column_numbers[table.name].items():
                names = (table.name, field, f"{table.name}.{field}")
                kind, part = special.get(field, (None, None))
                fits = self._fitting_role(names[-1], kind, part)
                rows.append((*names, kind, part, fits, number, bits.get(field, 0)))
        columns = dict.fromkeys(("tab", "field", "scope", "kind", "part", "fits"), "VARCHAR")
        most = max((len(table.schema.evidenced) for table in records), default=0)
        columns |= {"col": "INTEGER", "bit": "BIGINT" if most < 64 else "HUGEINT"}
        self.database.create_table("traced_columns", columns, rows)

    def _fitting_role(self, scope: str, kind: str | None, part: str | None) -> str | None:
        """The role of the words of a column, as the package declares it; None where it does not."""
        if kind in ("figure", "date"):
            return "verbatim" if part == "text" else "normalised"
        coded = "coded" if scope in self._coded_columns else None
        return "resolved" if kind == "record" else coded

    @cached_property
    def _coded_columns(self) -> set[str]:
        """The columns that the codebook has terms for, as `table.column`."""
        parts = (
            f"SELECT DISTINCT {column(c.field)} FROM {identifier(table.name)} t"
            for table, c in self.each("codebook")
        )
        return {name for sql in parts for (name,) in self.database.rows(sql)}

    @cached_property
    def _column_numbers(self) -> dict[str, dict[str, int]]:
        """By table, a number for each column whose cells are traced; no two have the same."""
        numbers = itertools.count()
        return {
            table.name: {f.name: next(numbers) for f in table.schema.fields if f.evidence}
            for table in self.records()
        }

    def _edge_numbers(self) -> str:
        """Each edge of a known record, in numbers and with the cell's value."""
        # One pass over all edges, as narrow as they can be: there are many. Passages are joined in
        # each part, not once for all tables: there, DuckDB takes the edges for few.
        edges, e = self._one("edges")
        numbers = " ".join(f"WHEN {literal(role)} THEN {role_number(role)}" for role in ROLES)
        stated = bigint(column(e.count, "e")) if e.count else "NULL"
        role, value = column(e.role, "e"), self._value
        parts = (
            f"""SELECT {small(f"e.{ORD}")}, c.col, {small(f"t.{ORD}")}, {stated},
                CAST(CASE {checked_role(role, value(table))} {numbers} END AS UTINYINT),
                {role} = 'inherited', {value(table)}, p.{ORD}, s.{ORD},
                p.{ORD} IS NOT NULL AND (s.article = p.article) IS NOT TRUE
            {self._edges_of(table, identifier(edges.name))}
            LEFT JOIN shared.passages s ON s.span = {column(e.span, "e")}"""
            for table in self.records()
        )
        names = f"{ORD} col row stated role inherited value principal passage other_article"
        return union_all(parts, names)

    def _edges_of(self, table: Table, edges: str) -> str:
        """SQL: the edges `e` of a table's rows `t`, with columns `c` and principal passages `p`."""
        (_, e), schema = self._one("edges"), table.schema
        assert schema.record_key
        principal = f"p.span = {column(schema.principal)}" if schema.principal else "false"
        return f"""FROM {edges} e
            JOIN ({identifier(table.name)} t LEFT JOIN shared.passages p ON {principal})
                ON {column(schema.record_key)} = {column(e.record, "e")}
            LEFT JOIN shared.traced_columns c
                ON c.tab = {literal(table.name)} AND c.field = {column(e.field, "e")}"""

    def _value(self, table: Table) -> str:
        """SQL: the cell of row `t` in the traced column `c`."""
        numbers = self._column_numbers[table.name].items()
        cases = " ".join(f"WHEN {number} THEN {column(field)}" for field, number in numbers)
        return f"CASE c.col {cases} END"

    def _share_orphan_edges(self) -> None:
        """The edges of no known record, by number; and keys that edges show to stand once each."""
        (edges, _), (spans, s) = self._one("edges"), self._one("spans")
        names = [table.name for table in (edges, spans, *self.records())]
        sizes = self._counts(f"SELECT {literal(n)}, count(*) FROM {identifier(n)}" for n in names)
        named = self._counts(["SELECT tab, count(*) FROM shared.record_evidence GROUP BY tab"])
        ((numbered, known, named[spans.name]),) = self.database.rows(
            f"""SELECT count(*), {counted(ORD, sizes[edges.name])},
                {counted("passage", sizes[spans.name])} FROM shared.edge_numbers"""
        )
        # Where the counts agree there is no orphan, and no need to look for one.
        sought = "true" if known < sizes[edges.name] else "false"
        orphans = f"""SELECT {small(ORD)} AS {ORD} FROM {identifier(edges.name)}
            WHERE {sought} AND {ORD} NOT IN (SELECT {ORD} FROM shared.edge_numbers)"""
        self._share(orphan_edges=orphans)
        # Were there two of a key, an edge that names it would be numbered twice: so where each edge
        # has one number, tables each of whose rows an edge names have no key twice.
        if numbered == known == sizes[edges.name]:
            keys = {table.name: table.schema.record_key or "" for table in self.records()}
            keys[spans.name] = s.id
            self.unique_columns = frozenset(
                (name, key) for name, key in keys.items() if named.get(name) == sizes[name]
            )

    def _counts(self, queries: Iterable[str]) -> dict[str, int]:
        return dict(self.database.rows(" UNION ALL ".join(queries)))

    def _share_evidence(self) -> None:
        """By its edges, each record that has some, and each cell of records where one has several.

        How many they are, how many they state, and which cells they lead from; which of these are
        only inferred, and which are weak: said by no words of the claim itself.
        """
        # Where each cell has one edge that says so (`alone`), its bit tells all; only cells of the
        # other records are grouped one by one, which takes far longer.
        alone = "edges = bit_count(had)"
        if self._one("edges")[1].count:
            alone += " AND stated = edges AND most = 1 AND least = 1"
        inferred = f"t.role = {role_number('inferred')}"
        weak = f"(t.inherited OR {inferred})"
        counts = """count(*) AS edges, count(t.stated) AS stated,
            min(t.stated) AS least, max(t.stated) AS most"""
        self._share(
            record_evidence=f"""SELECT *, coalesce({alone}, false) AS alone FROM (
                SELECT c.tab, t.row, {counts}, bit_or(c.bit) AS had,
                    bit_or(CASE WHEN {inferred} THEN c.bit ELSE 0 END) AS inferred,
                    bit_or(CASE WHEN {weak} THEN c.bit ELSE 0 END) AS weak
                FROM shared.edge_numbers t {IN_COLUMN} GROUP BY ALL)""",
            cell_evidence=f"""SELECT t.col, t.row, {counts},
                    bool_and({inferred}) AS inferred, bool_and({weak}) AS weak
                FROM shared.edge_numbers t {IN_COLUMN}
                SEMI JOIN (SELECT tab, row FROM shared.record_evidence WHERE NOT alone) b
                    ON b.tab = c.tab AND b.row = t.row GROUP BY ALL""",
        )

    def _share_readings(self) -> None:
        """What the grammars make of each distinct wording, and of each distinct quote and day."""
        # They are Python: each wording is read once, not each edge.
        texts = [self._wordings(table, f) for table, f in self.each("figure")]
        quotes = f"SELECT grammar, quote FROM ({self._normalised('figure')})"
        rows = self._read(figure_reading, " UNION ".join([*texts, quotes]))
        parts = ("wording", "low", "high", "qualifier", "fault")
        self._share_read("figure_readings", parts, rows)
        found = f"SELECT DISTINCT grammar, quote, day FROM ({self._normalised('date')})"
        rows = self._read(date_reading, found)
        names = ("wording", "day", "first", "last", "precision", "fault")
        self._share_read("date_readings", names, rows)

    def _share_read(
        self, name: str, parts: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
    ) -> None:
        columns = {"grammar": "UTINYINT"} | dict.fromkeys(parts, "VARCHAR")
        self.database.create_table(name, columns, rows)

    def _read(self, reading: Callable[..., tuple[Any, ...]], sql: str) -> list[tuple[Any, ...]]:
        """What the grammar of each row makes of the rest of it."""
        # Where no grammar reads a wording, there is no reading that a cell could differ from.
        rows = (row for row in self.database.rows(sql) if None not in row)
        return [
            (number, *reading(found, *words))
            for number, *words in rows
            if (found := grammar(NUMBERED[number]))
        ]

    def _wordings(self, table: Table, f: Any) -> str:
        """SQL: the grammar and the wording of each figure of a table."""
        if not self.tongues:
            known = grammar_number(DEFAULT_LANGUAGE)
            return f"SELECT {known}, {identifier(f.text)} FROM {identifier(table.name)}"
        return f"""SELECT p.grammar, {column(f.text)} FROM {identifier(table.name)} t
            JOIN shared.passages p ON p.span = {column(f.span)}"""

    def _normalised(self, kind: str) -> str:
        """SQL: the passages of edges with the role `normalised` of fields of a kind."""
        return f"""SELECT s.quote, s.day, s.grammar FROM shared.passages s SEMI JOIN (
            SELECT t.passage FROM shared.edge_numbers t {IN_COLUMN}
            WHERE t.role = {role_number("normalised")} AND c.kind = {literal(kind)}
        ) t ON t.passage = s.{ORD}"""

    def _terms(self) -> str:
        """Codebook terms and aliases: what justifies a category or names an entity."""
        parts = union_all(self._term_tables(), "", "role family scope name term")
        # What is longer than every quote stands in none, and would only be compared.
        return f"""SELECT *, {words("term")} AS marked FROM ({parts}) WHERE {byte_length("term")}
            <= (SELECT max({byte_length("quote")}) FROM shared.passages)"""

    def _term_tables(self) -> Iterator[str]:
        for table, c in self.each("codebook"):
            columns = ", ".join(identifier(name) for name in (c.field, c.category, c.term))
            yield f"SELECT 'coded', '', {columns} FROM {identifier(table.name)}"
        for table, a in self.each("aliases"):
            scope = identifier(a.source) if a.source else literal(EVERYWHERE)
            name = identifier(table.name)
            columns = f"{scope}, {identifier(a.entity)}, {identifier(a.alias)}"
            if not a.of:
                yield f"SELECT 'resolved', '', {columns} FROM {name}"
            for target in (target for target in a.of if target.resource in self.tables):
                known = f"SELECT {identifier(target.field)} FROM {identifier(target.resource)}"
                yield f"""SELECT 'resolved', {literal(target.resource)}, {columns}
                    FROM {name} WHERE {identifier(a.entity)} IN ({known})"""

    def _record_spans(self) -> str:
        """The passages on which records rest that others refer to.

        Not those of their own references: what shows that an event is a part of another, or that a
        claim is about it, says nothing else of it.
        """
        (edges, e), references = self._one("edges"), self._references()
        referred = {detail for fields in references.values() for detail in fields.values()}
        found = [
            table
            for table in self.records()
            if table.name in referred or (CLAIMS in referred and table.schema.principal)
        ]
        own = " OR ".join(
            f"k.tab = {literal(name)} AND {among(column(e.field, 'e'), fields)}"
            for name, fields in references.items()
            if fields
        )
        return f"""SELECT DISTINCT k.id AS record, {column(e.span, "e")} AS span
            FROM {identifier(edges.name)} e JOIN ({record_keys(found)}) k
                ON k.id = {column(e.record, "e")} WHERE NOT ({own or "false"})"""

    def _references(self) -> dict[str, dict[str, str]]:
        """By table of records, its columns that refer to others, each with what it refers to."""
        records = self.records()
        return {
            table.name: {
                field: detail
                for field, (kind, detail) in special_fields(table, records).items()
                if kind == "record"
            }
            for table in records
        }

    def _suspect_figures(self, broken: Iterable[str]) -> str:
        """Figures for which some rule is broken, with the quote of their principal passage."""
        parts = (
            f"""SELECT t.{ORD}, p.grammar, {literal(table.name)},
                {", ".join(column(getattr(f, part)) for part in FIGURE_PARTS)},
                {", ".join(literal(getattr(f, part)) for part in FIGURE_PARTS)}, p.quote
            FROM {identifier(table.name)} t
            LEFT JOIN shared.passages p ON p.span = {column(f.span)}"""
            for table, f in self.each("figure")
        )
        fields = " ".join(f"{part}_field" for part in FIGURE_PARTS)
        texts = f"tab {' '.join(FIGURE_PARTS)} {fields} quote"
        rows = union_all(parts, f"{ORD} grammar", texts)
        tests = " OR ".join(f"({test})" for test in broken)
        return f"""SELECT f.* FROM ({rows}) f LEFT JOIN shared.figure_readings w
            ON w.wording = f.text AND {self.read_in("f")} WHERE {tests or "false"}"""

    def _suspect_rows(self) -> str:
        """The rows of `suspect_numbers`, the edges that some rule's proof does not clear."""
        edges = identifier(self._one("edges")[0].name)
        return f"SELECT * FROM {edges} SEMI JOIN shared.suspect_numbers USING ({ORD})"

    def _suspect_edges(self) -> str:
        """These with all that is known of them: the rules are asked of these few."""
        _, e = self._one("edges")
        own = ", ".join(column(name, "e") for name in (e.record, e.field, e.role, e.span))
        note = column(e.note, "e") if e.note else text("NULL")
        parts = (
            f"""SELECT e.{ORD}, {literal(table.name)}, {own}, {note}, {self._value(table)}, c.fits,
                p.source, p.first, p.last {self._edges_of(table, "shared.suspect_rows")}"""
            for table in self.records()
        )
        names = f"{ORD} tab record field role span note value fits home home_first home_last"
        role = checked_role("e.role", "e.value", "e.fits")
        # The quote's words are worked out once: `resolved` and `coded` look for terms among them.
        named = "role IN ('resolved', 'coded')"
        return f"""SELECT *, CASE WHEN {named} THEN {words("quote")} END AS words
            FROM (SELECT e.* REPLACE ({role} AS role), e.role = 'inherited' AS inherited,
                    s.source, s.quote, s.day, s.first, s.last, s.grammar
                FROM ({union_all(parts, names)}) e
                LEFT JOIN shared.passages s ON s.span = e.span)"""

    def _record_receipts(self) -> str:
        """Each record, with the bits of the cells that need an edge and of those that have one.

        And of those that are only inferred, or weak: inherited or inferred.
        """
        parts = []
        for table in self.records():
            need = " + ".join(
                f"(CASE WHEN {identifier(name)} IS NOT NULL THEN {bit} ELSE 0 END)"
                for name, bit in receipt_bits(table.schema).items()
            )
            columns = f"{ORD}, {need or 0}, {literal(table.name)}"
            parts.append(f"SELECT {columns} FROM {identifier(table.name)}")
        # Of a cell with several edges one that says it is enough.
        several = """SELECT c.tab, e.row,
                bit_or(CASE WHEN e.inferred THEN c.bit ELSE 0 END) AS inferred,
                bit_or(CASE WHEN e.weak THEN c.bit ELSE 0 END) AS weak
            FROM shared.cell_evidence e JOIN shared.traced_columns c USING (col) GROUP BY ALL"""
        return f"""SELECT n.*, coalesce(b.had, 0) AS had,
                coalesce(CASE WHEN b.alone THEN b.inferred ELSE s.inferred END, 0) AS inferred,
                coalesce(CASE WHEN b.alone THEN b.weak ELSE s.weak END, 0) AS weak
            FROM ({union_all(parts, f"{ORD} need", "tab")}) n
            LEFT JOIN shared.record_evidence b ON b.tab = n.tab AND b.row = n.{ORD}
            LEFT JOIN ({several}) s ON s.tab = n.tab AND s.row = n.{ORD}"""


def union_all(parts: Iterable[str], names: str, texts: str = "") -> str:
    """SQL: the rows of some queries, if any, with columns of some names, the last of them texts."""
    # Without a row there is nothing else to tell the type of a column.
    empty = [f"NULL AS {name}" for name in names.split()]
    empty += [f"'' AS {name}" for name in texts.split()]
    return " UNION ALL ".join([f"SELECT {', '.join(empty)} WHERE false", *parts])


def record_keys(tables: Iterable[Table]) -> str:
    """SQL: `tab` and `id` of every row of some tables that can be traced."""
    parts = (
        f"SELECT {literal(table.name)}, {identifier(key)} FROM {identifier(table.name)}"
        for table in tables
        if (key := table.schema.record_key)
    )
    return union_all(parts, "", "tab id")


def checked_role(role: str, value: str, fits: str = "c.fits") -> str:
    """SQL: the role by which an edge of a passage `s` is checked, given its role, cell and column.

    What is inherited is checked as words of the claim's own sentence would be.
    """
    named = f"CASE WHEN s.quote = {value} THEN 'verbatim' ELSE 'resolved' END"
    return f"(CASE {role} WHEN 'inherited' THEN coalesce({fits}, {named}) ELSE {role} END)"


def suspects(proofs: Iterable[EdgeProof]) -> str:
    """SQL: the edges that some proof does not clear, by number."""
    parts = [f"SELECT {ORD} FROM shared.edge_numbers WHERE col IS NULL OR passage IS NULL"]
    alike: dict[tuple[str, str], dict[str, None]] = {}
    for test, join, where in proofs:
        alike.setdefault((join, where), {})[f"({test})"] = None
    # Proofs over the same edges are one scan, and what several rules name is tested once.
    parts += [
        f"""SELECT t.{ORD} FROM shared.edge_numbers t {join}
        WHERE {where} AND ({" AND ".join(tests)}) IS NOT TRUE"""
        for (join, where), tests in alike.items()
    ]
    return " UNION ".join(parts)


def receipt_bits(schema: Schema) -> dict[str, int]:
    """One bit for each field whose cells need receipts."""
    return {field.name: 1 << place for place, field in enumerate(schema.evidenced)}


def role_number(role: str) -> int:
    """The number that stands for a role of edges."""
    return ROLES.index(role) + 1


def grammar_number(language: str) -> str:
    """SQL: the number that stands for the grammar of a language, one byte in each passage."""
    return f"CAST({NUMBERED.index(language)} AS UTINYINT)"


def whole_number(alias: str, column: str) -> str:
    """A column of text as a whole number, or NULL."""
    return f"try_cast({alias}.{identifier(column)} AS BIGINT)"


def special_fields(table: Table, records: Iterable[Table]) -> dict[str, tuple[str, str]]:
    """Fields whose receipts are not plain words: how they are checked, and a detail of it."""
    # A `record` refers to a row that has receipts of its own; the detail is its table, or `CLAIMS`
    # for the ends of a link.
    schema, traced = table.schema, {other.name for other in records}
    # A key without a resource leads to a row of its own table: an event to the one it is part of.
    kinds = {
        key.fields[0]: ("record", key.reference.resource or table.name)
        for key in schema.foreign_keys
        if len(key.fields) == 1 and (key.reference.resource or table.name) in traced
    }
    if schema.links:
        kinds |= dict.fromkeys((schema.links.claim, schema.links.other), ("record", CLAIMS))
    if schema.principal:
        kinds[schema.principal] = ("span", "principal")  # it is the principal span itself
    # `figure` and `date` are computed by a grammar, the detail is the part of its result.
    if schema.figure:
        kinds |= {getattr(schema.figure, part): ("figure", part) for part in FIGURE_PARTS}
    for columns in schema.dates:
        kinds[columns.start] = ("date", "first" if columns.end else "only")
        ends = {columns.end: "last", columns.precision: "precision"}
        kinds |= {name: ("date", part) for name, part in ends.items() if name}
    return kinds


def figure_reading(spoken: Grammar, wording: str) -> tuple[Any, ...]:
    """A row of `figure_readings`, without its grammar."""
    try:
        low, high, qualifier = spoken.figure(wording)
    except FigureError as error:
        return wording, None, None, None, str(error)
    return wording, canonical(low) or None, canonical(high) or None, qualifier, None


def date_reading(spoken: Grammar, wording: str, day: str) -> tuple[Any, ...]:
    """A row of `date_readings`, without its grammar."""
    try:
        first, last, precision = spoken.days(wording, date.fromisoformat(day))
    except (DateError, ValueError) as error:
        return wording, day, None, None, None, str(error)
    return wording, day, first and str(first), last and str(last), precision, None


def columns_needed(table: Table, descriptor: Descriptor) -> tuple[str, ...]:
    """The columns of a table that rules beyond single cells use, in the file's order."""
    schema = table.schema
    names = {name for _, columns in named_columns(schema) for name in columns}
    if schema.claims:
        names.discard(schema.claims.note or "")  # which is long, and no rule reads it
    names |= {field.name for field in schema.fields if field.evidence or field.constraints.unique}
    names |= columns_referenced(table, descriptor)
    return tuple(name for name in schema.names if name in names)


def keys_alone(descriptor: Descriptor) -> bool:
    """Whether no declaration names a column of a package's tables: only keys read them again."""
    schemas = [table.schema for table in descriptor.tables.values()]
    declared = any(columns for one in schemas for _, columns in one.declared_columns())
    return not declared and not any(field.evidence for one in schemas for field in one.fields)


def columns_related(table: Table, descriptor: Descriptor) -> set[str]:
    """The columns without which a table cannot stand among others.

    Keys lead to them; or the profile's declarations, receipts and links name them, of which many
    name a row by its primary key.
    """
    names = {name for _, columns in table.schema.declared_columns() for name in columns}
    names |= {field.name for field in table.schema.fields if field.evidence}
    names |= set(table.schema.primary_key) if names else set()
    return names | columns_referenced(table, descriptor)


def columns_referenced(table: Table, descriptor: Descriptor) -> set[str]:
    """The columns of a table that tables, itself among them, point to."""
    names: set[str] = set()
    for child in descriptor.tables.values():
        for key in child.schema.foreign_keys:
            if (key.reference.resource or child.name) == table.name:
                names.update(key.reference.fields)
        if child.schema.aliases:
            targets = child.schema.aliases.of
            for target in (one for one in targets if one.resource == table.name):
                names |= {target.field, *entity_words(table, target)}
    return names


def entity_words(table: Table, target: Target) -> list[str]:
    """The columns that say in words what an entity of aliases is: its name, and its note."""
    called = next((name for name in LABELS if name in table.schema.names), None)
    return [name for name in (called, target.note) if name]
