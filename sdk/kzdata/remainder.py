"""What remains of a package when some of its articles are left out.

One mechanism answers two questions: what a reader of a given day could have had (`as_of`), and what
rests on the other articles alone (`without`). kzdata's own questions read the tables that remain
as views over those of the whole package. A stranger's query could look behind a view: it is asked
of a database into which what remains was copied, and which holds nothing else.

What falls (docs/questions.md says it in full):

* an article, with its passages, edges, aliases and exclusions;
* a claim, with its principal passage, or whose own date is not over by the day;
* another record, once the last of its receipts is gone; a cell, once the last of its receipts is
  gone: it is emptied, and with it the rest of its date or figure, or the row falls where it may not
  be empty;
* what refers to something that fell: the cell is emptied, or the row falls;
* an entity, once no article that remains names it and nothing that remains refers to it;
* a passage, once nothing rests on it any more.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from kzdata.database import ORD, Answer, Database, column, identifier, last_day, literal, text
from kzdata.descriptor import (
    NEEDED,
    Descriptor,
    Edges,
    FieldDescriptor,
    Schema,
    Sources,
    Spans,
    Table,
)
from kzdata.errors import PackageError, UsageError
from kzdata.field_types.columns import usual_columns

if TYPE_CHECKING:
    from kzdata.tables import Dataset

MAX_CHAIN = 1_000
"""How far a fall is followed from reference to reference."""


class Terms(NamedTuple):
    """Which articles remain.

    Attributes:
        day: Those published by this day, and claims whose own date is over by then; None for all.
        withdrawn: Not these, by key.
    """

    day: date | None = None
    withdrawn: frozenset[str] = frozenset()

    def narrowed(self, other: "Terms") -> "Terms":
        """What remains under both."""
        days = [day for day in (self.day, other.day) if day]
        return Terms(min(days, default=None), self.withdrawn | other.withdrawn)

    def __str__(self) -> str:
        parts = [f"as of {self.day}"] if self.day else []
        parts += [f"without {', '.join(sorted(self.withdrawn))}"] if self.withdrawn else []
        return " ".join(parts)


def day_of(day: str | date, known: Callable[[], Sequence[date]]) -> date:
    """A day from its text.

    Args:
        day: A date, or its text.
        known: The days of the articles, of which one is suggested where the text is no day.

    Raises:
        UsageError: It is none.
    """
    if isinstance(day, date):
        return date(day.year, day.month, day.day)
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", str(day)):
            return date.fromisoformat(day)
    except ValueError:
        pass
    meant = _written_day(str(day)) or _nearest_day(str(day), known())
    advice = f", such as {meant.isoformat()}" if meant else ""
    raise UsageError(f"{day!r} is no day; write YYYY-MM-DD{advice}")


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

    def likeness(day: date) -> tuple[int, date]:
        return len({day.year, day.month, day.day} & numbers), day

    return max(days, key=likeness, default=None)


class Reference(NamedTuple):
    """Columns of a table whose values are keys of rows of other tables.

    Attributes:
        table: Number of the table.
        columns: Its columns.
        parents: Numbers of tables, each with the columns of its key.
    """

    table: int
    columns: tuple[str, ...]
    parents: tuple[tuple[int, tuple[str, ...]], ...]


class Plan:
    """What a package declares of its articles, passages, receipts and references.

    Attributes:
        tables: Its tables; they are known by their number.
        sources: Number of the table of articles, and what it declares.
        spans: The same of passages.
        edges: The same of edges.
        references: All references that are not followed by way of articles and passages.

    Raises:
        UsageError: A declaration is missing.
    """

    def __init__(self, descriptor: Descriptor) -> None:
        self.tables = list(descriptor.tables.values())
        self.sources: tuple[int, Sources] = self._one("sources")
        self.spans: tuple[int, Spans] = self._one("spans")
        self.edges: tuple[int, Edges] = self._one("edges")
        declared = [
            *self._declared("aliases", "source", [self._key(*self.sources)]),
            *self._declared("exclusions", "source", [self._key(*self.sources)]),
            *self._declared("links", "claim", self.records),
            *self._declared("links", "other", self.records),
            *self._declared("tombstones", "replaced_by", self.records),
        ]
        known = {(r.table, r.columns, parent) for r in declared for parent in r.parents}
        keys = [r for r in self._foreign_keys() if (r.table, r.columns, *r.parents) not in known]
        self.references = keys + declared

    def _one(self, role: str) -> tuple[int, Any]:
        for number, table in enumerate(self.tables):
            if part := getattr(table.schema, role):
                return number, part
        message = (
            f"the package declares no kzdata:{role}, so nothing is known to rest on an article"
        )
        raise UsageError(message)

    @staticmethod
    def _key(number: int, part: Sources | Spans) -> tuple[int, tuple[str, ...]]:
        return number, (part.id,)

    @property
    def records(self) -> list[tuple[int, tuple[str, ...]]]:
        """The tables whose cells are traced, each with its key."""
        return [
            (number, (table.schema.record_key,))
            for number, table in enumerate(self.tables)
            if table.schema.record_key
        ]

    @property
    def claims(self) -> Iterator[tuple[int, str]]:
        """The tables of claims, each with the column of its principal passage."""
        for number, table in enumerate(self.tables):
            if table.schema.principal and table.schema.record_key:
                yield number, table.schema.principal

    @property
    def others(self) -> Iterator[tuple[int, str]]:
        """The other tables of records, each with its key."""
        claims = {number for number, _ in self.claims}
        return ((number, key) for number, (key,) in self.records if number not in claims)

    def number(self, name: str) -> int:
        """The number of a table."""
        return [table.name for table in self.tables].index(name)

    def _foreign_keys(self) -> Iterator[Reference]:
        followed = {
            (self.spans[0], (self.spans[1].source,)),
            *((number, (column,)) for number, column in self.claims),
        }
        names = [table.name for table in self.tables]
        for number, table in enumerate(self.tables):
            for key in table.schema.foreign_keys if number != self.edges[0] else ():
                parent = key.reference.resource or table.name
                if parent in names and (number, key.fields) not in followed:
                    target = (names.index(parent), key.reference.fields)
                    yield Reference(number, key.fields, (target,))

    def _declared(
        self, role: str, member: str, parents: Sequence[tuple[int, tuple[str, ...]]]
    ) -> Iterator[Reference]:
        for number, table in enumerate(self.tables):
            column = getattr(getattr(table.schema, role), member, None)
            if column:
                yield Reference(number, (column,), tuple(parents))


def whole(table: Table) -> str:
    """SQL: a table of the whole package."""
    return f"whole.main.{identifier(table.name)}"


class Grounds:
    """What each claim, and each cell of another record, rests on: worked out once for a package.

    Its database holds `source` (row, id, and the day by which it is published), `claim` (table,
    row, the row of its article, and the day by which its own dates are over) and `receipt` (table,
    row and column of each cell of the other records, the row of an article, and how many edges lead
    there).

    Args:
        dataset: The package.

    Raises:
        UsageError: The package lacks a declaration.
    """

    def __init__(self, dataset: "Dataset") -> None:
        self.plan = Plan(dataset.descriptor)
        self.database = Database(lockable=True)
        self.database.attach("whole", dataset.database)
        self._make_source()
        self.database.side_by_side(lambda make: make(), [self._make_receipt, self._make_claim])
        self.database.detach("whole")
        self.database.lock()

    def unknown(self, names: Sequence[str]) -> list[str]:
        """Those of the names that are no article's."""
        if not names:
            return []
        known = {name for (name,) in self.database.rows("SELECT id FROM source")}
        return [name for name in names if name not in known]

    def close(self) -> None:
        """Free the database."""
        self.database.close()

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
        rows = self.database.rows(
            """SELECT DISTINCT day FROM (
                SELECT last AS day FROM source UNION ALL
                SELECT greatest(a.last, c.last) FROM claim c JOIN source a ON a.row = c.src
                WHERE a.last IS NOT NULL
            ) WHERE day IS NOT NULL ORDER BY day"""
        )
        return [day for (day,) in rows]

    def _make_source(self) -> None:
        number, a = self.plan.sources
        precision = column(a.published_precision) if a.published_precision else None
        table = self.plan.tables[number]
        last = _last(table.schema, a.published_on, precision) if a.published_on else "NULL::DATE"
        self.database.run(
            f"""CREATE TABLE source AS SELECT t.rowid AS row, {text(column(a.id))} AS id,
            {last} AS last FROM {whole(table)} t"""
        )

    def _traced(self, passages: str) -> str:
        """SQL: rows with a `span`, each with `src`, the row of its article; NULL where none is.

        The rows are the fewer ones, so that they are what is hashed; an outer join keeps it so.
        """
        number, s = self.plan.spans
        return f"""(SELECT u.*, p.src FROM (SELECT {text(column(s.id))} AS span, a.row AS src
            FROM {whole(self.plan.tables[number])} t
            JOIN source a ON a.id = {text(column(s.source))}) p
            RIGHT JOIN ({passages}) u ON u.span = p.span)"""

    def _make_claim(self) -> None:
        parts = ["SELECT 0 AS tab, 0::BIGINT AS row, '' AS span, NULL::DATE AS last WHERE false"]
        for number, principal in self.plan.claims:
            table = self.plan.tables[number]
            parts.append(
                f"""SELECT {number}, t.rowid, {text(column(principal))}, {_over(table.schema)}
                FROM {whole(table)} t"""
            )
        traced = self._traced(" UNION ALL ".join(parts))
        self.database.run(f"CREATE TABLE claim AS SELECT tab, row, src, last FROM {traced}")

    def _make_receipt(self) -> None:
        number, e = self.plan.edges
        edges = whole(self.plan.tables[number])
        parts = ["SELECT 0 AS tab, 0::BIGINT AS row, '' AS field, '' AS span WHERE false"]
        for other, key in self.plan.others:
            parts.append(
                f"""SELECT {other}, t.rowid, {column(e.field, "e")}, {text(column(e.span, "e"))}
                FROM {edges} e JOIN {whole(self.plan.tables[other])} t
                ON {text(column(key))} = {text(column(e.record, "e"))}"""
            )
        traced = self._traced(" UNION ALL ".join(parts))
        self.database.run(
            f"""CREATE TABLE receipt AS SELECT tab, row, field, src, count(*) AS n
            FROM {traced} GROUP BY ALL"""
        )
        self.database.run("DELETE FROM receipt WHERE src IS NULL")


def _over(schema: Schema) -> str:
    """SQL: the day by which all dates of a claim are over."""
    ends = []
    for dates in schema.dates:
        precision = column(dates.precision) if dates.precision else None
        start = _last(schema, dates.start, precision)
        end = _last(schema, dates.end) if dates.end else "NULL"
        ends.append(f"coalesce({end}, {start})")
    return f"greatest({', '.join(ends)})" if ends else "NULL::DATE"


def _last(schema: Schema, name: str, precision: str | None = None) -> str:
    """SQL: the last day of a date of a row `t`."""
    return last_day(column(name), precision, usual_columns(schema)[name].kind)


class Remainder:
    """What remains: a view for each table of the package, in a database for kzdata's own queries.

    The views in the schema `kept` count the rows as the files do, in the column `kz_ord`.

    Args:
        dataset: The whole package.
        terms: Which articles remain.

    Raises:
        UsageError: The package lacks a declaration.
        PackageError: A chain of references is too long.
    """

    def __init__(self, dataset: "Dataset", terms: Terms) -> None:
        self._whole = dataset
        self._grounds = dataset.grounds
        self.plan = self._grounds.plan
        self.terms = terms
        self._sizes: dict[str, int] = {}
        self.database = Database(lockable=True)
        self.database.attach("whole", dataset.database)
        self.database.attach("grounds", self._grounds.database)
        with self.database.at_once():
            self._prepare()
            self._drop_claims()
            self._drop_cells()
            self._follow()
            self._drop_entities()
            self._drop_edges()
            self._drop_spans()
            self._make_counts()
            self._make_views()
        self.database.detach("grounds")
        self.database.lock()

    @cached_property
    def copy(self) -> Database:
        """The tables that remain, and nothing else, in a database for the queries of others."""
        made = Database(lockable=True)
        made.attach("whole", self._whole.database)
        made.attach("rest", self.database)
        with made.at_once():
            for table in self.plan.tables:
                name = identifier(table.name)
                made.run(f"CREATE TABLE main.{name} AS FROM rest.main.{name}")
        made.detach("rest")
        made.detach("whole")
        made.lock(tables=[table.name for table in self.plan.tables])
        return made

    def numbered(self, name: str) -> str:
        """SQL: a table that remains, with `kz_ord`."""
        return _rows(self.plan.number(name))

    def touched(self, name: str) -> bool:
        """Whether a table has fewer rows or cells than the whole package's."""
        number = self.plan.number(name)
        edges, spans = self.plan.edges[0], self.plan.spans[0]
        cut = self._lacks_sources and number in (edges, spans)
        odd = number == edges and any(map(self._size, ("odd", "odd_cell", "recount")))
        return cut or odd or any(map(self._size, (_gone(number), _emptied(number))))

    def changes(self, name: str) -> Iterator[tuple[int, str, str | None]]:
        """Cells that differ from the files: row, column and new value; None for an emptied one."""
        number = self.plan.number(name)
        if self._size(_emptied(number)):
            sql = f"SELECT row, field FROM kept.{_emptied(number)}"
            yield from ((row, field, None) for row, field in self.database.rows(sql))
        e = self.plan.edges[1]
        if number == self.plan.edges[0] and e.count and self._size("recount"):
            sql = f"""SELECT t.{ORD}, {text("r.n")} FROM {_rows(number)} t {_recount(e)}
                WHERE r.n IS NOT NULL"""
            yield from ((row, e.count, n) for row, n in self.database.rows(sql))

    @property
    def fallen(self) -> Answer:
        """What the whole package has and this one has not: table, record and column."""
        return self.database.answer(
            """SELECT "table", record, field FROM kept.fallen
            ORDER BY tab, field IS NOT NULL, row, field"""
        )

    def close(self) -> None:
        """Free the databases."""
        if "copy" in self.__dict__:
            self.copy.close()
        self.database.close()

    # -------------------------------------------------------------------------- falling

    def _prepare(self) -> None:
        conditions = ["true"]
        if self.terms.day:
            conditions.append(f"last <= DATE {literal(self.terms.day.isoformat())}")
        if self.terms.withdrawn:
            listed = ", ".join(map(literal, sorted(self.terms.withdrawn)))
            conditions.append(f"id NOT IN ({listed})")
        run = self.database.run
        run("CREATE SCHEMA kept")
        run(f"CREATE TABLE kept.source AS FROM grounds.source WHERE {' AND '.join(conditions)}")
        self._drop(
            self.plan.sources[0],
            "SELECT row FROM grounds.source s ANTI JOIN kept.source k USING (row)",
        )
        self._lacks_sources = self._size(_gone(self.plan.sources[0])) > 0

    def _insert(self, name: str, select: str) -> None:
        """Add rows to one of the tables that hold what fell; it is made with the first of them."""
        known = name in self._sizes
        begin = f"INSERT INTO kept.{name}" if known else f"CREATE TABLE kept.{name} AS"
        ((count,),) = self.database.rows(f"{begin} {select}")
        self._sizes[name] = self._size(name) + count

    def _size(self, name: str) -> int:
        return self._sizes.get(name, 0)

    def _but(self, name: str, *columns: str) -> str:
        """SQL that leaves out the rows of `c` that one of those tables has already."""
        if not self._size(name):
            return ""
        same = " AND ".join(f"g.{part} = c.{part}" for part in columns)
        return f"ANTI JOIN kept.{name} g ON {same}"

    def _drop(self, number: int, rows: str) -> None:
        """Let rows of a table fall."""
        name = _gone(number)
        self._insert(name, f"SELECT DISTINCT c.row FROM ({rows}) c {self._but(name, 'row')}")

    def _empty(self, number: int, cells: str) -> None:
        """Let cells fall, given as rows and columns: with their date or figure, or their row."""
        schema = self.plan.tables[number].schema
        listed = [(name, fellow) for name in schema.names for fellow in fellows(schema, name)]
        pairs = ", ".join(f"({literal(a)}, {literal(b)})" for a, b in listed)
        full = f"""SELECT DISTINCT c.row, f.fellow AS field FROM ({cells}) c
            JOIN (VALUES {pairs}) f(field, fellow) ON f.field = c.field"""
        stiff = [field.name for field in schema.fields if not may_be_empty(schema, field)]
        held = ", ".join(map(literal, stiff)) or "NULL"
        self._drop(number, f"SELECT row FROM ({full}) WHERE field IN ({held})")
        self._insert(_emptied(number), self._filled(number, full))

    def _filled(self, number: int, cells: str) -> str:
        """SQL: those of some cells that are not empty, and whose rows have not fallen."""
        table = self.plan.tables[number]
        filled = " OR ".join(
            f"(c.field = {literal(name)} AND {column(name)} IS NOT NULL)"
            for name in table.schema.names
        )
        return f"""SELECT c.row, c.field FROM (
                SELECT c.* FROM ({cells}) c {self._but(_gone(number), "row")}
            ) c JOIN {whole(table)} t ON t.rowid = c.row
            {self._but(_emptied(number), "row", "field")} WHERE {filled}"""

    def _drop_claims(self) -> None:
        late = "false"
        if self.terms.day:
            late = f"c.last > DATE {literal(self.terms.day.isoformat())}"
        homeless = f"c.src IN (SELECT row FROM kept.{_gone(self.plan.sources[0])})"
        for number, _ in self.plan.claims:
            self._drop(
                number,
                f"""SELECT row FROM grounds.claim c
                WHERE tab = {number} AND ({late} OR {homeless})""",
            )

    def _drop_cells(self) -> None:
        """Records and cells that have lost all their receipts."""
        if not self._lacks_sources:
            return
        for number, _ in self.plan.others:
            receipts = f"""FROM grounds.receipt c
                LEFT JOIN kept.source k ON k.row = c.src WHERE c.tab = {number}"""
            self._drop(number, f"SELECT c.row {receipts} GROUP BY ALL HAVING count(k.row) = 0")
            self._empty(
                number, f"SELECT c.row, c.field {receipts} GROUP BY ALL HAVING count(k.row) = 0"
            )

    def _follow(self) -> None:
        """What refers to something that fell, until nothing more falls."""
        seen: dict[Reference, list[int]] = {}
        for _ in range(MAX_CHAIN):
            before = dict(self._sizes)
            for reference in self.plan.references:
                fell = [self._size(_gone(parent)) for parent, _ in reference.parents]
                if fell != seen.get(reference):
                    seen[reference] = fell
                    self._follow_one(reference)
            if before == self._sizes:
                return
        raise PackageError(f"a chain of references is over {MAX_CHAIN:,} rows long")

    def _follow_one(self, reference: Reference) -> None:
        lost = [self._lost(reference, *parent) for parent in reference.parents]
        if not any(lost):
            return
        schema = self.plan.tables[reference.table].schema
        hit = f"""SELECT c.* FROM ({" UNION ALL ".join(filter(None, lost))}) c
            {self._but(_gone(reference.table), "row")}"""
        soft = [n for n in reference.columns if may_be_empty(schema, schema.field(n))]
        if soft:
            self._empty(reference.table, f"SELECT row, {literal(soft[-1])} AS field FROM ({hit})")
        else:
            self._drop(reference.table, hit)

    def _fewer(self, number: int) -> bool:
        return (number == self.plan.spans[0] and self._lacks_sources) or self._size(
            _gone(number)
        ) > 0

    def _lost(self, reference: Reference, parent: int, key: Sequence[str]) -> str:
        """SQL: rows that refer to a row of a table that fell; empty where none did."""
        if not self._fewer(parent):
            return ""
        tests = []
        if self._size(_gone(parent)):
            tests.append(f"p.rowid IN (SELECT row FROM kept.{_gone(parent)})")
        if parent == self.plan.spans[0]:
            source = text(column(self.plan.spans[1].source, "p"))
            tests.append(f"{source} NOT IN (SELECT id FROM kept.source)")
        same = " AND ".join(
            f"{text(column(name))} = {text(column(other, 'p'))}"
            for name, other in zip(reference.columns, key, strict=True)
        )
        return f"""SELECT t.rowid AS row FROM {whole(self.plan.tables[reference.table])} t
            JOIN {whole(self.plan.tables[parent])} p ON {same} WHERE {" OR ".join(tests)}"""

    # -------------------------------------------------------------------------- what is left over

    def _drop_entities(self) -> None:
        """Entities that served something, a name or a reference, and serve nothing any more."""
        for number, table in enumerate(self.plan.tables):
            aliases = table.schema.aliases
            if not aliases or not self._lacks_sources:
                continue
            for target in aliases.of:
                other = self.plan.number(target.resource)
                key = (other, (target.field,))
                users = [r for r in self.plan.references if key in r.parents]
                uses = [(number, aliases.entity), *((r.table, r.columns[0]) for r in users)]
                # What has receipts of its own stands and falls with them.
                if not self.plan.tables[other].schema.record_key:
                    self._drop_idle(other, target.field, uses)

    def _drop_idle(self, number: int, key: str, uses: Sequence[tuple[int, str]]) -> None:
        """Rows whose key was used in one of some columns and is no more, until all are used."""
        table, own = whole(self.plan.tables[number]), text(column(key))

        def used(relation: Callable[[int], str]) -> str:
            return " UNION ALL ".join(
                f"SELECT {text(column(name))} FROM {relation(user)} t" for user, name in uses
            )

        before = used(lambda user: whole(self.plan.tables[user]))
        for _ in range(MAX_CHAIN):
            now = used(lambda user: f"({self._rest(user)})")
            idle = f"""SELECT t.rowid AS row FROM {table} t
                SEMI JOIN ({before}) b(id) ON b.id = {own}
                ANTI JOIN ({now}) n(id) ON n.id = {own}"""
            size = self._size(_gone(number))
            self._drop(number, idle)
            if size == self._size(_gone(number)):
                return

    def _drop_edges(self) -> None:
        """Records and cells that fell for another reason than that their articles did."""
        for number, (key,) in self.plan.records:
            record, table = text(column(key)), whole(self.plan.tables[number])
            if self._size(_gone(number)):
                is_claim = number in dict(self.plan.claims)
                where = "grounds.claim" if is_claim else "grounds.receipt"
                # Few rows are left before the records' keys are looked up.
                self._insert(
                    "odd",
                    f"""WITH held AS MATERIALIZED (
                        SELECT r.row FROM {where} r SEMI JOIN kept.source k ON k.row = r.src
                        SEMI JOIN kept.{_gone(number)} g ON g.row = r.row WHERE tab = {number})
                    SELECT {record} AS record FROM {table} t
                    WHERE t.rowid IN (SELECT row FROM held)""",
                )
            if self._size(_emptied(number)):
                self._insert(
                    "odd_cell",
                    f"""SELECT {record} AS record, e.field FROM kept.{_emptied(number)} e
                    JOIN {table} t ON t.rowid = e.row""",
                )

    def _drop_spans(self) -> None:
        """Passages that something rested on, and nothing does any more."""
        if not self._size("odd") and not self._size("odd_cell"):
            return
        (edges, e), (spans, s) = self.plan.edges, self.plan.spans
        table = whole(self.plan.tables[edges])
        shed = f"SELECT {text(column(e.span))} AS span FROM {table} t WHERE NOT ({self._not_odd})"
        uses = [f"SELECT {text(column(e.span))} FROM {table} t WHERE {self._not_odd}"]
        holders = [*self.plan.claims]
        key = (spans, (s.id,))
        holders += [(r.table, r.columns[0]) for r in self.plan.references if key in r.parents]
        for number, name in holders:
            holder = whole(self.plan.tables[number])
            if self._size(_gone(number)):
                shed += f""" UNION ALL SELECT {text(column(name))} FROM {holder} t
                    WHERE t.rowid IN (SELECT row FROM kept.{_gone(number)})"""
            uses.append(f"SELECT {text(column(name))} FROM ({self._rest(number)}) t")
        used = " UNION ALL ".join(uses)
        self._drop(
            spans,
            f"""SELECT t.rowid AS row FROM {whole(self.plan.tables[spans])} t
            SEMI JOIN ({shed}) c ON c.span = {text(column(s.id))}
            ANTI JOIN ({used}) u(span) ON u.span = {text(column(s.id))}""",
        )

    @property
    def _not_odd(self) -> str:
        """SQL: an edge leads from a record and a cell that did not fall by themselves."""
        e = self.plan.edges[1]
        record, field = text(column(e.record)), text(column(e.field))
        tests = ["true"]
        if self._size("odd"):
            tests.append(f"NOT EXISTS (SELECT 1 FROM kept.odd o WHERE o.record = {record})")
        if self._size("odd_cell"):
            tests.append(
                f"""NOT EXISTS (SELECT 1 FROM kept.odd_cell o
                WHERE o.record = {record} AND o.field = {field})"""
            )
        return " AND ".join(tests)

    def _make_counts(self) -> None:
        """How many edges are left of the cells that lost some."""
        if not self.plan.edges[1].count or not self._lacks_sources:
            return
        left = "sum(r.n) FILTER (k.row IS NOT NULL)"
        for number, key in self.plan.others:
            self._insert(
                "recount",
                f"""SELECT {text(column(key))} AS record, c.field, c.n FROM (
                    SELECT r.row, r.field, {left} AS n FROM grounds.receipt r
                    LEFT JOIN kept.source k ON k.row = r.src WHERE tab = {number}
                    GROUP BY r.row, r.field HAVING {left} < sum(r.n)
                ) c JOIN {whole(self.plan.tables[number])} t ON t.rowid = c.row""",
            )

    # -------------------------------------------------------------------------- views

    def _make_views(self) -> None:
        for number, table in enumerate(self.plan.tables):
            names = ", ".join(map(identifier, table.schema.names))
            self.database.run(f"CREATE VIEW {_rows(number)} AS {self._rest(number)}")
            self.database.run(
                f"CREATE VIEW main.{identifier(table.name)} AS SELECT {names} FROM {_rows(number)}"
            )
        parts = [f"SELECT {', '.join(self._columns_of_fallen)} WHERE false", *self._fallen()]
        self.database.run(f"CREATE VIEW kept.fallen AS {' UNION ALL '.join(parts)}")

    _columns_of_fallen = (
        *("'' AS \"table\"", "'' AS record", "'' AS field"),
        *("0 AS tab", "0::BIGINT AS row"),
    )

    def _fallen(self) -> Iterator[str]:
        ground = {part[0] for part in (self.plan.sources, self.plan.spans, self.plan.edges)}
        for number, table in enumerate(self.plan.tables):
            if number in ground:
                continue
            key = ", ".join(text(column(name)) for name in table.schema.primary_key)
            record = f"concat_ws(', ', {key})" if key else f"'row ' || {text('t.rowid + 1')}"
            for name, field in ((_gone(number), "NULL"), (_emptied(number), "c.field")):
                if not self._size(name):
                    continue
                still = self._but(_gone(number), "row") if field != "NULL" else ""
                yield f"""SELECT {literal(table.name)}, {record}, {field}, {number}, t.rowid
                    FROM {whole(table)} t JOIN kept.{name} c ON c.row = t.rowid {still}"""

    def _rest(self, number: int) -> str:
        """SQL: the rows of a table that remain, with `kz_ord`."""
        table, tests, join = self.plan.tables[number], ["true"], ""
        if self._size(_gone(number)):
            tests.append(f"NOT EXISTS (SELECT 1 FROM kept.{_gone(number)} g WHERE g.row = t.rowid)")
        if number == self.plan.spans[0]:
            tests.append(self._of_kept_source)
        if number == self.plan.edges[0]:
            tests += [self._of_kept_span, self._not_odd]
            join = _recount(self.plan.edges[1]) if self._size("recount") else ""
        cells = ", ".join(self._cell(number, name) for name in table.schema.names)
        where = " AND ".join(test for test in tests if test != "true") or "true"
        return f"SELECT t.rowid AS {ORD}, {cells} FROM {whole(table)} t {join} WHERE {where}"

    @property
    def _of_kept_source(self) -> str:
        if not self._lacks_sources:
            return "true"
        source = text(column(self.plan.spans[1].source))
        return f"EXISTS (SELECT 1 FROM kept.source k WHERE k.id = {source})"

    @property
    def _of_kept_span(self) -> str:
        number, s = self.plan.spans
        if not self._fewer(number):
            return "true"
        span = text(column(self.plan.edges[1].span))
        return f"""EXISTS (SELECT 1 FROM ({self._rest(number)}) s
            WHERE {text(column(s.id, "s"))} = {span})"""

    def _cell(self, number: int, name: str) -> str:
        """SQL: a cell as it is now."""
        e, cell = self.plan.edges[1], column(name)
        if number == self.plan.edges[0] and name == e.count and self._size("recount"):
            kind = usual_columns(self.plan.tables[number].schema)[name].kind
            cell = f"coalesce(CAST(r.n AS {kind}), {cell})"
        if self._size(_emptied(number)):
            cell = f"""CASE WHEN EXISTS (SELECT 1 FROM kept.{_emptied(number)} e
                WHERE e.row = t.rowid AND e.field = {literal(name)}) THEN NULL ELSE {cell} END"""
        return f"{cell} AS {identifier(name)}"


def _gone(number: int) -> str:
    return f'"gone {number}"'


def _emptied(number: int) -> str:
    return f'"emptied {number}"'


def _rows(number: int) -> str:
    return f'kept."rows {number}"'


def _recount(e: Edges) -> str:
    """SQL: a join with the counts of edges `t` that changed."""
    record, field = text(column(e.record)), text(column(e.field))
    return f"LEFT JOIN kept.recount r ON r.record = {record} AND r.field = {field}"


def fellows(schema: Schema, name: str) -> set[str]:
    """The columns that fall together with one: all of its date, or of its figure."""
    found = {name}
    for dates in schema.dates:
        unit = {dates.start, dates.end, dates.precision} - {None}
        if name in unit:
            found |= {part for part in unit if part}
    if figure := schema.figure:
        unit_ = {figure.text, figure.low, figure.high, figure.qualifier}
        found |= unit_ if name in unit_ else set()
    return found


def may_be_empty(schema: Schema, field: FieldDescriptor) -> bool:
    """Whether a cell may hold no value."""
    declared = (column for role in NEEDED for column in schema.needed(role).values())
    keys = {*schema.primary_key, schema.principal, *declared}
    needed = field.constraints.required or field.name in keys
    return not needed and bool(schema.missing_of(field))
