"""What remains of a package when some of its articles are left out.

One mechanism answers two questions: what a reader of a given day could have had (`as_of`), and what
rests on the other articles alone (`without`). What falls is worked out once, over the whole package
(`Removal`). What remains is written out, and is then a dataset like one that was loaded
(`Snapshot`): its database holds nothing else.

What falls, and why, says docs/questions.md; `Removal` has a step for each of its rules.
"""

import re
import weakref
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import NamedTuple

from kzdata.engine.database import MAX_MEMORY, Database, sensible_memory
from kzdata.engine.queries import Answer
from kzdata.engine.sql import among, column, identifier, literal
from kzdata.errors import PackageError, UsageError, nearest
from kzdata.evidence.intervals import last_day
from kzdata.evidence.profile import Role, cell, declaring, needed
from kzdata.files.csv import Sheet
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import (
    NEEDED,
    Aliases,
    Codebook,
    Declaration,
    Edges,
    Exclusions,
    Links,
    Outside,
    Sources,
    Spans,
    Tombstones,
)
from kzdata.standard.descriptor import Descriptor, FieldDescriptor, Schema, Table
from kzdata.standard.loader import usual_columns

MAX_CHAIN = 1_000  # how far a fall is followed from reference to reference


class SourceFilter(NamedTuple):
    """Which articles remain."""

    # Those published by this day, and claims whose own date is over by then; None for all.
    day: date | None = None
    withdrawn: frozenset[str] = frozenset()  # not these, by key

    def narrowed(self, other: "SourceFilter") -> "SourceFilter":
        """What remains under both."""
        days = [day for day in (self.day, other.day) if day]
        return SourceFilter(min(days, default=None), self.withdrawn | other.withdrawn)

    def __str__(self) -> str:
        parts = [f"as of {self.day}"] if self.day else []
        parts += [f"without {', '.join(sorted(self.withdrawn))}"] if self.withdrawn else []
        return " ".join(parts)


def parse_day(day: str | date, known: Callable[[], Sequence[date]]) -> date:
    """A day from its text."""
    if isinstance(day, date):
        return date(day.year, day.month, day.day)  # without the hours of a datetime
    with suppress(ValueError):
        # Python also reads `20220105` and `2022-W01-3`.
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", str(day)):
            return date.fromisoformat(day)
    meant = _written_day(str(day)) or _nearest_day(str(day), known())
    advice = f", such as {meant.isoformat()}" if meant else ""
    raise UsageError(f"{day!r} is not a date; write YYYY-MM-DD{advice}")


_YEAR_FIRST = re.compile(
    "(?<![0-9])([0-9]{4})[^0-9]{0,2}([0-9]{2}|[0-9](?=[^0-9]))[^0-9]?([0-9]{1,2})(?![0-9])"
)


def _written_day(written: str) -> date | None:
    """The day that a year of four digits, a month and a day come to, or the nearest that exists."""
    if not (found := _YEAR_FIRST.search(written)):
        return None
    year, month, number = map(int, found.groups())
    year, month = max(year, 1), min(max(month, 1), 12)
    return date(year, month, min(max(number, 1), monthrange(year, month)[1]))


def _nearest_day(written: str, days: Sequence[date]) -> date | None:
    """The day that has most of the numbers that someone wrote; the last of several."""
    numbers = {int(number) for number in re.findall("[0-9]{1,4}", written)}
    shared = {day: len({day.year, day.month, day.day} & numbers) for day in days}
    return max(days, key=lambda day: (shared[day], day), default=None)


Key = tuple[int, tuple[str, ...]]  # the number of a table, and columns by which its rows are known


class Reference(NamedTuple):
    """Columns of a table whose values are keys of rows of other tables."""

    table: int  # number of the table
    columns: tuple[str, ...]
    parents: tuple[Key, ...]


class ReferenceGraph:
    """What a package declares of its articles, passages, receipts and references."""

    def __init__(self, descriptor: Descriptor) -> None:
        self.descriptor = descriptor
        # Tables are known by number: rows of a million edges name theirs.
        self.tables = list(descriptor.tables.values())
        self.number = {table.name: number for number, table in enumerate(self.tables)}
        # Number of the table that declares each, and what it declares.
        self.sources = self._one(Sources)
        self.spans = self._one(Spans)
        self.edges = self._one(Edges)
        schemas = [(number, table.schema) for number, table in enumerate(self.tables)]
        # Tables whose cells are traced, with their keys: claims, with the column of their principal
        # passage, which they fall with, and others.
        self.records: list[Key] = [(n, (key,)) for n, s in schemas if (key := s.record_key)]
        self.claims = [(n, s.principal) for n, s in schemas if s.record_key and s.principal]
        self.others = [n for n, s in schemas if s.record_key and not s.principal]
        declared = list(self._declared())
        # A declaration leads to every table of records, so it counts for its foreign key too.
        known = {(r.table, r.columns, parent) for r in declared for parent in r.parents}
        keys = [r for r in self._foreign_keys() if (r.table, r.columns, *r.parents) not in known]
        # What is not followed by way of articles and passages.
        self.references = keys + declared

    def _one(self, role: type[Role]) -> tuple[int, Role]:
        table, part = needed(self.descriptor, role, "a part of a package")
        return self.number[table.name], part

    def uses(self, number: int, key: str) -> list[tuple[int, str]]:
        """The columns, each with the number of its table, that refer to a key of a table."""
        parent = (number, (key,))
        return [(r.table, r.columns[0]) for r in self.references if parent in r.parents]

    def _foreign_keys(self) -> Iterator[Reference]:
        # From passages to articles and from claims to passages.
        followed = {(self.spans[0], self.spans[1].source), *self.claims}
        for number, table in enumerate(self.tables):
            for key in table.schema.foreign_keys if number != self.edges[0] else ():
                parent = self.number.get(key.reference.resource or table.name)
                if parent is not None and (number, *key.fields) not in followed:
                    yield Reference(number, key.fields, ((parent, key.reference.fields),))

    def _declared(self) -> Iterator[Reference]:
        article: list[Key] = [(self.sources[0], (self.sources[1].id,))]
        passage: list[Key] = [(self.spans[0], (self.spans[1].id,))]
        members: list[tuple[type[Declaration], str, list[Key]]] = [
            (Sources, "day_span", passage),
            (Codebook, "example", passage),
            (Aliases, "source", article),
            (Exclusions, "source", article),
            (Links, "claim", self.records),
            (Links, "other", self.records),
            (Outside, "claim", self.records),
            (Tombstones, "replaced_by", self.records),
        ]
        for role, member, parents in members:
            for table, part in declaring(self.descriptor, role):
                if name := getattr(part, member):
                    yield Reference(self.number[table.name], (name,), tuple(parents))

    def whole(self, number: int) -> str:
        """SQL: a table of the whole package."""
        return f"whole.main.{identifier(self.tables[number].name)}"


class SupportIndex:
    """What each claim, and each cell of another record, rests on: worked out once for a package.

    Rows of the package's tables are known by their number. The database holds `source` (row, id,
    and the day by which it is published), `span` (row, id, and `src`, the row of its article),
    `claim` (table, row, the rows of its passage and its article, and the day by which its own dates
    are over) and `edge` (row, the rows of its passage and its article, and the table, row and
    column of the cell that it leads to).
    """

    def __init__(self, dataset: Dataset) -> None:
        self.graph = ReferenceGraph(dataset.descriptor)
        self.database = Database(memory_limit=sensible_memory(MAX_MEMORY))
        self.database.attach("whole", dataset.database)
        self.unused: list[str] = []
        self._spaces = count()
        # Each refers to those before it.
        for name, sql in (
            *(("source", self._source()), ("span", self._span())),
            *(("claim", self._claim()), ("edge", self._edge())),
        ):
            self.database.run(f"CREATE TABLE {name} AS {sql}")

    def make_space(self) -> str:
        """A new schema of the database; those that nobody uses any more are dropped."""
        while self.unused:
            self.database.run(f"DROP SCHEMA {self.unused.pop()} CASCADE")
        space = f"removal_{next(self._spaces)}"
        self.database.run(f"CREATE SCHEMA {space}")
        return space

    @property
    def sources(self) -> list[str]:
        """The keys of all articles."""
        return [name for (name,) in self.database.rows("SELECT id FROM source ORDER BY row")]

    @property
    def published(self) -> list[date]:
        """The days by which articles were published."""
        sql = "SELECT DISTINCT last FROM source WHERE last IS NOT NULL ORDER BY last"
        return [day for (day,) in self.database.rows(sql)]

    @property
    def days(self) -> list[date]:
        """The days by which there was more: an article, or a claim of one that was out already."""
        sql = """SELECT DISTINCT day FROM (
                SELECT last AS day FROM source UNION ALL
                SELECT greatest(a.last, c.last) FROM claim c JOIN source a ON a.row = c.src
                WHERE a.last IS NOT NULL
            ) WHERE day IS NOT NULL ORDER BY day"""
        return [day for (day,) in self.database.rows(sql)]

    def _source(self) -> str:
        number, a = self.graph.sources
        last = _last(self.graph.tables[number].schema, a.published_on, a.published_precision)
        return f"""SELECT t.rowid AS row, {cell(a.id)} AS id, {last} AS last
            FROM {self.graph.whole(number)} t"""

    def _span(self) -> str:
        number, s = self.graph.spans
        return f"""SELECT t.rowid AS row, {cell(s.id)} AS id, a.row AS src
            FROM {self.graph.whole(number)} t LEFT JOIN source a ON a.id = {cell(s.source)}"""

    def _claim(self) -> str:
        # The first part has no row: it gives the columns their types where no table has claims.
        parts = ["SELECT 0 AS tab, 0::BIGINT AS row, '' AS id, NULL::DATE AS last WHERE false"]
        for number, principal in self.graph.claims:
            over = _last_day_of_all(self.graph.tables[number].schema)
            columns = f"{number}, t.rowid, {cell(principal)}, {over}"
            parts.append(f"SELECT {columns} FROM {self.graph.whole(number)} t")
        return f"""SELECT c.tab, c.row, s.row AS span, s.src, c.last
            FROM ({" UNION ALL ".join(parts)}) c LEFT JOIN span s ON s.id = c.id"""

    def _edge(self) -> str:
        number, e = self.graph.edges
        records = " UNION ALL ".join(
            f"SELECT {tab} AS tab, t.rowid AS row, {cell(key)} AS key "
            f"FROM {self.graph.whole(tab)} t"
            for tab, (key,) in self.graph.records
        )
        return f"""SELECT t.rowid AS row, s.row AS span, s.src,
            r.tab, r.row AS record, {cell(e.field)} AS field
            FROM {self.graph.whole(number)} t LEFT JOIN span s ON s.id = {cell(e.span)}
            LEFT JOIN ({records or "SELECT 0 AS tab, 0 AS row, '' AS key WHERE false"}) r
            ON r.key = {cell(e.record)}"""


def _last_day_of_all(schema: Schema) -> str:
    """SQL: the day by which all dates of a claim are over."""
    ends = [
        f"coalesce({_last(schema, dates.end)}, {_last(schema, dates.start, dates.precision)})"
        for dates in schema.dates
    ]
    return f"greatest({', '.join(ends)})" if ends else "NULL::DATE"


def _last(schema: Schema, name: str | None, precision: str | None = None) -> str:
    """SQL: the last day of a date of a row `t`; NULL where a declaration names no such column."""
    if name is None:
        return "NULL::DATE"
    said = column(precision) if precision else None
    return last_day(column(name), said, usual_columns(schema)[name].kind)


class Removal:
    """The rows and cells of a package that fall, worked out in a schema of the support index.

    The schema holds `kept` (rows of the articles that remain), `gone` (table and row), `emptied`
    (table, row and column), `suspect` (passages that something rested on which fell) and
    `edge_count` (edges whose cell has fewer edges now).
    """

    def __init__(self, index: SupportIndex, terms: SourceFilter) -> None:
        self.terms = terms
        self._graph, self._database = index.graph, index.database
        self._space = index.make_space()
        # Nobody asks the database while Python collects garbage: the next removal drops the schema.
        self.close = weakref.finalize(self, index.unused.append, self._space)
        # How many rows and cells of each table fell: of a table that lost none nothing is asked.
        self._gone = dict.fromkeys(range(len(self._graph.tables)), 0)
        self._emptied = dict.fromkeys(self._gone, 0)
        self._recounts = 0
        self._make_tables()
        self._drop_sources()
        self._drop_claims()
        self._drop_outside()
        self._drop_cells()
        self._follow()
        self._drop_entities()
        self._finished = False

    def _finish(self) -> None:
        """Let edges and passages fall, the most rows by far, once somebody reads them."""
        if not self._finished:
            self._finished = True
            self._drop_edges()
            self._drop_spans()
            self._make_counts()

    # -------------------------------------------------------------------------- what fell

    @property
    def removed(self) -> Answer:
        """What the whole package has and what remains has not: table, record and column."""
        nothing = "SELECT '' AS \"table\", '' AS record, '' AS field, 0 AS tab, 0::BIGINT AS row"
        parts = [f"{nothing} WHERE false", *self._removed()]
        return self._database.answer(
            f"""SELECT "table", record, field FROM ({" UNION ALL ".join(parts)})
            ORDER BY tab, field IS NOT NULL, row, field""",
            keep=self,
        )

    def _removed(self) -> Iterator[str]:
        carriers = {part[0] for part in (self._graph.sources, self._graph.spans, self._graph.edges)}
        for number, table in enumerate(self._graph.tables):
            if number in carriers:
                continue
            key = ", ".join(cell(name) for name in table.schema.primary_key)
            record = f"concat_ws(', ', {key})" if key else "'row ' || CAST(t.rowid + 1 AS VARCHAR)"
            for field, fell in (("NULL", self._rows(number)), ("c.field", self._cells(number))):
                yield f"""SELECT {literal(table.name)}, {record}, {field}, {number}, t.rowid
                    FROM {self._graph.whole(number)} t JOIN ({fell}) c ON c.row = t.rowid"""

    def _rows(self, number: int) -> str:
        """SQL: the rows of a table that fell."""
        return f"SELECT row FROM {self._space}.gone WHERE tab = {number}"

    def _cells(self, number: int) -> str:
        """SQL: the row and column of each cell that was emptied in a row that remains."""
        return f"""SELECT row, field FROM {self._space}.emptied
            ANTI JOIN {self._space}.gone USING (tab, row) WHERE tab = {number}"""

    def gone(self, name: str) -> set[int]:
        """The numbers of a table's rows that fell."""
        self._finish()
        return {row for (row,) in self._database.stream(self._rows(self._graph.number[name]))}

    def emptied(self, name: str) -> Iterator[tuple[int, str]]:
        """The row and column of each of a table's cells that fell, but not its row."""
        return self._database.stream(self._cells(self._graph.number[name]))

    # -------------------------------------------------------------------------- falling

    def _make_tables(self) -> None:
        for table in (
            *("gone (tab INTEGER, row BIGINT)", "emptied (tab INTEGER, row BIGINT, field VARCHAR)"),
            *("suspect (row BIGINT)", "edge_count (row BIGINT, n BIGINT)"),
        ):
            self._database.run(f"CREATE TABLE {self._space}.{table}")

    def _insert(self, name: str, select: str) -> int:
        """Add rows to one of the tables that hold what fell, and count them."""
        ((added,),) = self._database.rows(f"INSERT INTO {self._space}.{name} {select}")
        return int(added)

    def _drop(self, number: int, rows: str) -> int:
        """Let rows of a table fall, and count those that had not fallen before."""
        added = self._insert(
            "gone",
            f"""SELECT * FROM (SELECT DISTINCT {number} AS tab, row FROM ({rows}))
            ANTI JOIN {self._space}.gone USING (tab, row)""",
        )
        self._gone[number] += added
        return added

    def _empty(self, number: int, cells: str) -> None:
        """Let cells fall, given as rows and columns: with their date or figure, or their row."""
        schema = self._graph.tables[number].schema
        pairs = ", ".join(
            f"({literal(name)}, {literal(other)})"
            for name in schema.names
            for other in dependent_columns(schema, name)
        )
        # Half a date or figure would say something else, so that its other cells fall too.
        full = f"""SELECT DISTINCT {number} AS tab, c.row, f.other AS field FROM ({cells}) c
            JOIN (VALUES {pairs}) f(field, other) ON f.field = c.field"""
        required = [field.name for field in schema.fields if not may_be_empty(schema, field)]
        self._drop(number, f"SELECT row FROM ({full}) WHERE {among('field', required)}")
        filled = " OR ".join(
            f"(c.field = {literal(name)} AND {column(name)} IS NOT NULL)" for name in schema.names
        )
        self._emptied[number] += self._insert(
            "emptied",
            f"""SELECT c.* FROM (SELECT * FROM ({full})
                ANTI JOIN {self._space}.gone USING (tab, row)
                ANTI JOIN {self._space}.emptied USING (tab, row, field)) c
            JOIN {self._graph.whole(number)} t ON t.rowid = c.row WHERE {filled}""",
        )

    def _drop_sources(self) -> None:
        """Articles, with their passages."""
        kept, day = f"{self._space}.kept", self.terms.day
        published = f"last <= DATE {literal(day.isoformat())}" if day else "true"
        self._database.run(
            f"""CREATE TABLE {kept} AS SELECT row FROM source
            WHERE {published} AND NOT {among("id", sorted(self.terms.withdrawn))}"""
        )
        lost = f"SELECT s.row FROM source s ANTI JOIN {kept} k ON k.row = s.row"
        self._lacks_sources = self._drop(self._graph.sources[0], lost) > 0
        if self._lacks_sources:
            lost = f"SELECT s.row FROM span s ANTI JOIN {kept} k ON k.row = s.src"
            self._drop(self._graph.spans[0], lost)

    def _drop_claims(self) -> None:
        """Claims, with their principal passages or because their own dates are not over."""
        day = self.terms.day
        late = f"last > DATE {literal(day.isoformat())}" if day else "false"
        fell = f"{late} OR src IN ({self._rows(self._graph.sources[0])})"
        for number, _ in self._graph.claims:
            self._drop(number, f"SELECT row FROM claim WHERE tab = {number} AND ({fell})")

    def _drop_outside(self) -> None:
        """What other publications said, where that was later."""
        if not self.terms.day:
            return
        for table, o in declaring(self._graph.descriptor, Outside):
            last = _last(table.schema, o.published_on, o.published_precision)
            late = f"{last} <= DATE {literal(self.terms.day.isoformat())}"
            number = self._graph.number[table.name]
            rows = f"SELECT t.rowid AS row FROM {self._graph.whole(number)} t"
            self._drop(number, f"{rows} WHERE ({late}) IS NOT TRUE")

    def _drop_cells(self) -> None:
        """Records and cells that have lost all their receipts."""
        if not self._lacks_sources:
            return
        for number in self._graph.others:
            # Edges that lead to no article say nothing of what a cell rests on.
            lost = f"""FROM edge e LEFT JOIN {self._space}.kept k ON k.row = e.src
                WHERE e.tab = {number} AND e.src IS NOT NULL
                GROUP BY ALL HAVING count(k.row) = 0"""
            self._drop(number, f"SELECT e.record AS row {lost}")
            self._empty(number, f"SELECT e.record AS row, e.field {lost}")

    def _follow(self) -> None:
        """What refers to something that fell, until nothing more falls."""
        seen: dict[Reference, list[int]] = {}
        for _ in range(MAX_CHAIN):
            before = dict(self._gone)
            for reference in self._graph.references:
                fell = [self._gone[parent] for parent, _ in reference.parents]
                if fell != seen.get(reference):
                    seen[reference] = fell
                    self._follow_one(reference)
            if before == self._gone:
                return
        raise PackageError(f"a chain of references is over {MAX_CHAIN:,} rows long")

    def _follow_one(self, reference: Reference) -> None:
        # A declaration has many parents, and most have lost nothing.
        lost = [self._lost(reference, *key) for key in reference.parents if self._gone[key[0]]]
        if not lost:
            return
        schema, hit = self._graph.tables[reference.table].schema, " UNION ALL ".join(lost)
        soft = [n for n in reference.columns if may_be_empty(schema, schema.field(n))]
        if soft:
            self._empty(reference.table, f"SELECT row, {literal(soft[-1])} AS field FROM ({hit})")
        else:
            self._drop(reference.table, hit)

    def _lost(self, reference: Reference, parent: int, key: Sequence[str]) -> str:
        """SQL: rows that refer to a row of a table that fell."""
        same = " AND ".join(
            f"{cell(name)} = {cell(other, 'p')}"
            for name, other in zip(reference.columns, key, strict=True)
        )
        return f"""SELECT t.rowid AS row FROM {self._graph.whole(reference.table)} t
            JOIN {self._graph.whole(parent)} p ON {same}
            WHERE p.rowid IN ({self._rows(parent)})"""

    def _drop_entities(self) -> None:
        """Entities that served something, a name or a reference, and serve nothing any more."""
        if not self._lacks_sources:
            return
        for table, aliases in declaring(self._graph.descriptor, Aliases):
            for target in aliases.of:
                other = self._graph.number[target.resource]
                # What has receipts of its own stands and falls with them.
                if not self._graph.tables[other].schema.record_key:
                    names = (self._graph.number[table.name], aliases.entity)
                    uses = [names, *self._graph.uses(other, target.field)]
                    self._drop_idle(other, target.field, uses)

    def _drop_idle(self, number: int, key: str, uses: Sequence[tuple[int, str]]) -> None:
        """Rows whose key was used in one of some columns and is no more, until all are used."""
        own = cell(key)

        def used(relation: Callable[[int], str]) -> str:
            return " UNION ALL ".join(
                f"SELECT {cell(name)} FROM {relation(user)} t" for user, name in uses
            )

        before = used(self._graph.whole)
        for _ in range(MAX_CHAIN):
            now = used(lambda user: f"({self._rest(user)})")
            idle = f"""SELECT t.rowid AS row FROM {self._graph.whole(number)} t
                SEMI JOIN ({before}) b(id) ON b.id = {own}
                ANTI JOIN ({now}) n(id) ON n.id = {own}"""
            if not self._drop(number, idle):
                return

    def _drop_edges(self) -> None:
        """Edges of passages that fell, and those that lead to records and cells that did."""
        number, spans = self._graph.edges[0], self._rows(self._graph.spans[0])
        if self._gone[self._graph.spans[0]]:
            # No edge fell before, and each is there once: that need not be made sure of.
            self._gone[number] += self._insert(
                "gone",
                f"SELECT {number}, row FROM edge WHERE span IS NULL OR span IN ({spans})",
            )
        of_cells = (
            f"""SELECT e.row FROM edge e SEMI JOIN {self._space}.kept k ON k.row = e.src
            SEMI JOIN {self._space}.{name} c ON c.tab = e.tab AND c.row = e.record {same}"""
            for name, same in (("gone", ""), ("emptied", "AND c.field = e.field"))
        )
        self._drop(number, " UNION ALL ".join(of_cells))

    def _drop_spans(self) -> None:
        """Passages of articles that remain on which something rested, and nothing does any more."""
        number, s = self._graph.spans
        gone, suspect = f"{self._space}.gone g", f"{self._space}.suspect"
        once, now = [], []
        for carrier, tab in (("edge", f"{self._graph.edges[0]}"), ("claim", "u.tab")):
            fell = f"JOIN {gone} ON g.tab = {tab} AND g.row = u.row"
            rows = f"SELECT u.span AS row FROM {carrier} u"
            once.append(f"{rows} SEMI JOIN {self._space}.kept k ON k.row = u.src SEMI {fell}")
            now.append(f"{rows} SEMI JOIN {suspect} s ON s.row = u.span ANTI {fell}")
        for user, name in self._graph.uses(number, s.id):
            span = f"JOIN span s ON s.id = {cell(name)}"
            once.append(
                f"""SELECT s.row FROM {self._graph.whole(user)} t {span}
                WHERE t.rowid IN ({self._rows(user)})"""
            )
            now.append(f"SELECT s.row FROM ({self._rest(user)}) t {span}")
        # What still carries something is looked up only for the few that lost something.
        if self._insert("suspect", f"SELECT DISTINCT row FROM ({' UNION ALL '.join(once)})"):
            used = f"({' UNION ALL '.join(now)})"
            self._drop(number, f"SELECT c.row FROM {suspect} c ANTI JOIN {used} u ON u.row = c.row")

    def _make_counts(self) -> None:
        """How many edges are left of the cells that lost some."""
        if not self._graph.edges[1].count or not self._lacks_sources:
            return
        tables = ", ".join(map(str, self._graph.others)) or "NULL"
        self._recounts = self._insert(
            "edge_count",
            f"""SELECT e.row, c.n FROM (
                SELECT e.tab, e.record, e.field, count(k.row) AS n
                FROM edge e LEFT JOIN {self._space}.kept k ON k.row = e.src
                WHERE e.tab IN ({tables}) AND e.src IS NOT NULL
                GROUP BY ALL HAVING n BETWEEN 1 AND count(*) - 1
            ) c JOIN edge e USING (tab, record, field)""",
        )

    # -------------------------------------------------------------------------- what remains

    def write_database(self, file: str) -> None:
        """Write what remains into a new database file."""
        self._finish()
        # Rows are numbered as in the files, and a join keeps no order.
        queries = {
            table.name: f"{self._rest(number)} ORDER BY t.rowid"
            for number, table in enumerate(self._graph.tables)
        }
        self._database.write_tables(file, f"rest_of_{self._space}", queries)

    def write_csv(self, name: str, sheet: Sheet, target: Path) -> None:
        """Write what remains of a table, cell by cell as its files have it."""
        self._finish()
        number, texts = self._graph.number[name], f"{self._space} text"
        names = self._graph.tables[number].schema.names
        self._database.load(texts, sheet, {name: identifier(name) for name in names})
        try:
            rows = f"{self._rest(number, identifier(texts))} ORDER BY t.rowid"
            self._database.write_csv(rows, target)
        finally:
            self._database.run(f"DROP TABLE {identifier(texts)}")

    def _rest(self, number: int, texts: str = "") -> str:
        """SQL: the rows of a table that remain."""
        table, join, where = self._graph.tables[number], "", ""
        if number == self._graph.edges[0] and self._recounts:
            join = f"LEFT JOIN {self._space}.edge_count r ON r.row = t.rowid"
        if self._gone[number]:
            gone = self._rows(number)
            where = f"WHERE NOT EXISTS (SELECT 1 FROM ({gone}) g WHERE g.row = t.rowid)"
        fell = f"SELECT DISTINCT field FROM {self._space}.emptied WHERE tab = {number}"
        emptied = {name for (name,) in self._database.rows(fell)} if self._emptied[number] else ()
        cells = (
            self._cell(number, field, field.name in emptied, bool(texts))
            for field in table.schema.fields
        )
        rows = texts or self._graph.whole(number)
        return f"SELECT {', '.join(cells)} FROM {rows} t {join} {where}"

    def _cell(self, number: int, field: FieldDescriptor, emptied: bool, as_text: bool) -> str:
        """SQL: a cell as it is now."""
        schema, value = self._graph.tables[number].schema, column(field.name)
        edges, e = self._graph.edges
        if number == edges and field.name == e.count and self._recounts:
            # What type the column has, the cells decided when they were loaded.
            value = f"coalesce(cast_to_type(r.n, {value}), {value})"
        if emptied:
            nothing = _nothing(schema, field, as_text)
            value = f"""CASE WHEN EXISTS (SELECT 1 FROM {self._space}.emptied e
                WHERE e.tab = {number} AND e.row = t.rowid AND e.field = {literal(field.name)})
                THEN {nothing} ELSE {value} END"""
        return f"{value} AS {identifier(field.name)}"


class Snapshot(Dataset):
    """What remains of a package, as if it had been loaded.

    Its database is written when it is first asked, each table's text when it is first read.
    """

    def __init__(self, whole: Dataset, removal: Removal) -> None:
        super().__init__(whole.archive, _described(whole.descriptor, removal.terms), whole.models)
        self.whole = whole
        self.part = str(removal.terms)
        self.removal = removal

    def _loaded(self) -> Database:
        database = Database(lockable=True)
        database.lock(self.removal.write_database)
        return database

    @property
    def indexed(self) -> bool:
        """Never: the database of what remains is made faster than its text."""
        return False

    def sheet(self, table: Table) -> Sheet:
        """The text of what remains of a table."""
        if table.name not in self._sheets:
            target = self._folder.path / f"{len(self._sheets)}.csv"
            self.removal.write_csv(table.name, self.whole.simple_sheet(table), target)
            self._sheets[table.name] = Sheet([target])
        return self._sheets[table.name]

    def close(self) -> None:
        """Free the database and temporary files, and forget what fell."""
        super().close()
        self.removal.close()


class Snapshots:
    """What was taken of one package, as of days and without articles."""

    def __init__(self, whole: Dataset) -> None:
        self._whole = whole
        self._taken: weakref.WeakSet[Snapshot] = weakref.WeakSet()

    @cached_property
    def index(self) -> SupportIndex:
        """What everything rests on; made when first asked for."""
        return SupportIndex(self._whole)

    def take(self, terms: SourceFilter, of: Dataset | None = None) -> Snapshot:
        """What remains of the package under some terms."""
        if isinstance(of, Snapshot):
            terms = terms.narrowed(of.removal.terms)
        known = self.index.sources if terms.withdrawn else []
        for name in sorted(terms.withdrawn.difference(known)):
            raise UsageError(f"no article {name!r}{nearest(name, known)}")
        if terms.day and not self.index.graph.sources[1].published_on:
            raise UsageError("kzdata:sources declares no published_on, so no day can be asked for")
        snapshot = Snapshot(self._whole, Removal(self.index, terms))
        self._taken.add(snapshot)
        return snapshot

    def close(self) -> None:
        """Close whatever was taken."""
        for snapshot in list(self._taken):
            snapshot.close()
        if "index" in self.__dict__:
            self.index.database.close()


def _described(whole: Descriptor, terms: SourceFilter) -> Descriptor:
    """A descriptor that says of which part it is, for whoever finds it written out."""
    note, said = f"Not the whole package: what remains of it {terms}.", whole.raw.get("description")
    description = f"{note} {said}" if said and isinstance(said, str) else note
    return whole._replace(raw={**whole.raw, "description": description})


def _nothing(schema: Schema, field: FieldDescriptor, as_text: bool) -> str:
    """SQL: what stands in a cell that fell."""
    if field.name in _bases(schema):
        return "'article'"  # of the articles that are left none gives a day
    return literal(_no_value(schema, field)) if as_text else "NULL"


def _bases(schema: Schema) -> set[str | None]:
    """The columns that say what a date is the day of."""
    return {dates.basis for dates in schema.dates}


def _no_value(schema: Schema, field: FieldDescriptor) -> str:
    """How the files write a cell without a value: empty, if they may."""
    missing = schema.missing_of(field)
    return "" if "" in missing or not missing else missing[0]


def dependent_columns(schema: Schema, name: str) -> set[str]:
    """The columns that fall together with one: all of its date, or of its figure."""
    units: list[tuple[str | None, ...]]
    units = [(d.start, d.end, d.precision, d.basis) for d in schema.dates]
    if figure := schema.figure:
        units.append((figure.text, figure.low, figure.high, figure.qualifier))
    return {name}.union(part for unit in units if name in unit for part in unit if part)


def may_be_empty(schema: Schema, field: FieldDescriptor) -> bool:
    """Whether a cell may hold no value, or one that says so."""
    if field.name in _bases(schema):
        return True
    declared = (column for role in NEEDED for column in schema.needed(role).values())
    keys = {*schema.primary_key, schema.principal, *declared}
    needed = field.constraints.required or field.name in keys
    return not needed and bool(schema.missing_of(field))
