"""One validation: files, then cells in one pass a table, then keys and receipts, then the texts."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple, Self

from kzdata import database as sql
from kzdata import texts as article_texts
from kzdata.archive import DESCRIPTOR, Archive, opened
from kzdata.database import Database, UnreadableCSVError, identifier, literal
from kzdata.descriptor import Descriptor, FieldDescriptor, Table, parse
from kzdata.errors import PackageError, QueryError
from kzdata.tabular import MAX_RECORD_LENGTH, Imprint, Record, imprint, records
from kzdata.validation import articles, cells, consistency, files, references, traceability
from kzdata.validation.model import Model, needed
from kzdata.validation.report import Finding, Receipts, Report
from kzdata.validation.rules import RULES, Breach, Query, Rule, Violation, in_group

MAX_FINDINGS = 1_000
"""Findings kept of one rule in one table; the rest are counted."""
MASK_BITS = 60
SMALL_BYTES = 8 << 20
"""Below this DuckDB's own worker threads cost more than they bring."""
RELATIONAL = ("reference", "span", "figure", "evidence", "consistency")
Progress = Callable[[str, int, int], None]
_MODULES = (articles, cells, consistency, files, references, traceability)


class CellRule(NamedTuple):
    """A cell rule compiled for one column."""

    rule: Rule
    field: str
    breach: Breach


def validate(
    path: str | Path | None = None,
    *,
    texts: str | Path | None = None,
    threads: int | None = None,
    memory_limit: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a package against its own declarations.

    Args:
        path: A directory, a `datapackage.json` or a zip; the bundled package by default.
        texts: Directory with the articles; without it offsets are checked against checksums only.
        threads: Threads that DuckDB may use for one query; by default all cores, or one where
            the package is small.
        memory_limit: Memory that DuckDB may use before it spills to disk, such as `2GB`.
        progress: Called as each step begins: its name, its number from 0, how many there are.

    Returns:
        The findings, with what was checked and what was not. Bad data never raises.

    Raises:
        PackageError: The package, or the directory of texts, cannot be read at all.
    """
    with opened(path) as archive:
        package = parse(archive)
        threads = threads or (1 if _size(archive, package) < SMALL_BYTES else None)
        with Database(threads, memory_limit) as database:
            run = Run(archive, package, database, progress or (lambda step, number, of: None))
            return run.report(texts)


def _size(archive: Archive, package: Descriptor) -> int:
    """Bytes of a package's tables, as far as they can be read."""
    total = 0
    for table in package.tables.values():
        with suppress(PackageError, OSError):
            total += archive.path_of(table.path).stat().st_size
    return total


class Outcome(NamedTuple):
    """What one rule found: violations up to the limit in each table, and how many more."""

    rule: Rule
    violations: tuple[Violation, ...]
    omitted: int = 0


def evaluate(
    rule: Rule, results: Iterable[Violation | Query] | None, database: Database
) -> Outcome:
    """Carry out what a rule yields.

    A query that the database refuses makes a violation: what could not be told is never a pass.
    """
    kept: list[Violation] = []
    seen: Counter[str | None] = Counter()
    omitted = 0
    try:
        for result in results or ():
            if isinstance(result, Query):
                violations, more = _answers(result, database)
                omitted += more
            else:
                violations = [result]
            for violation in violations:
                seen[violation.table] += 1
                if seen[violation.table] <= MAX_FINDINGS:
                    kept.append(violation)
                else:
                    omitted += 1
    except QueryError as error:
        kept.append(Violation(None, None, None, f"could not tell: {error}", "an answer"))
    return Outcome(rule, tuple(kept), omitted)


def _answers(query: Query, database: Database) -> tuple[list[Violation], int]:
    """Violations of a query, the first in the file's order, and how many more there are."""
    more = 0
    rows = database.rows(f"{query.sql} LIMIT {MAX_FINDINGS + 1}")
    if len(rows) > MAX_FINDINGS:
        ((total,),) = database.rows(f"SELECT count(*) FROM ({query.sql})")
        rows = database.rows(f"SELECT * FROM ({query.sql}) ORDER BY ALL LIMIT {MAX_FINDINGS}")
        more = total - MAX_FINDINGS
    if query.table is not None:
        rows = [(query.table, *row) for row in rows]
    return [
        Violation(table, ordinal, field, _text(found), str(expected))
        for table, ordinal, field, found, expected in rows
    ], more


class Reading:
    """Reading one table: its shape, its cells, and the relation that later rules use.

    Attributes:
        table: The table.
        rows: How many rows there are; None where it could not be read.
        outcomes: What the rules of shape and cells found.
        unchecked: What could not be checked, and why.
    """

    def __init__(
        self, table: Table, package: Descriptor, archive: Archive, database: Database
    ) -> None:
        self.table = table
        self.rows: int | None = None
        self.outcomes: list[Outcome] = []
        self.unchecked: list[str] = []
        self._package = package
        self._archive = archive
        self._database = database

    def carry_out(self, seen: Imprint | None) -> Self:
        """Read the file, unless it or its header is not as declared."""
        if seen is None:
            self.unchecked.append(f"{self.table.name}: the file could not be read")
            return self
        shape, *_ = in_group("structure")
        self._keep(shape, shape.check(self.table, self._archive))
        if self.outcomes[-1].violations:
            self.unchecked.append(f"{self.table.name}: the header is not that of the schema")
            return self
        compiled = list(self._compiled(seen.controls))
        try:
            self._load(compiled, seen.suspicious)
        except UnreadableCSVError as error:
            self.unchecked.append(f"{self.table.name}: {error}")
            fault = Violation(self.table.name, None, None, str(error), "a file that can be read")
            self._keep(RULES["csv-malformed"], [fault])
            return self
        self._check_cells(compiled)
        return self

    def _keep(self, rule: Rule, results: Iterable[Violation | Query]) -> None:
        self.outcomes.append(evaluate(rule, results, self._database))

    def _compiled(self, controls: bool) -> Iterator[CellRule]:
        for field in self.table.schema.fields:
            raw = identifier(field.name)
            cell = sql.absent(raw, self.table.schema.missing)
            for rule in in_group("cell"):
                if rule.name == "cell-control-character" and not controls:
                    continue
                breach = rule.check(field, cell, raw)
                if breach and rule.name == "cell-pattern" and not self._takes(field):
                    continue
                if breach:
                    yield CellRule(rule, field.name, breach)

    def _takes(self, field: FieldDescriptor) -> bool:
        """Whether RE2 takes a field's pattern; where it doesn't, that is a finding."""
        pattern = field.constraints.pattern or ""
        if self._database.compiles(pattern):
            return True
        where = f"{self.table.name}.{field.name}"
        fault = Violation(None, None, where, f"the pattern {pattern}", "an RE2 pattern")
        self._keep(RULES["unsupported-feature"], [fault])
        return False

    def _load(self, compiled: list[CellRule], suspicious: bool) -> None:
        kept = {
            name: sql.absent(identifier(name), self.table.schema.missing)
            for name in needed(self.table, self._package)
        }
        for start in range(0, len(compiled), MASK_BITS):
            kept[_mask(start)] = mask([rule.breach for rule in compiled[start : start + MASK_BITS]])
        kept = kept or {"\x1fnothing": "0"}
        path, names = self._archive.path_of(self.table.path), self.table.schema.names
        if not suspicious:
            try:
                self._database.read(self.table.name, path, names, kept)
                return
            except UnreadableCSVError:
                pass
        with tempfile.TemporaryDirectory(prefix="kzdata-") as folder:
            mended = Path(folder) / "mended.csv"
            self._mend(path, mended)
            self._database.read(self.table.name, mended, names, kept)

    def _mend(self, path: Path, mended: Path) -> None:
        """Report malformed rows, and write all rows anew with the right number of cells."""
        _, *rules = in_group("structure")
        found: dict[str, list[Violation]] = {rule.name: [] for rule in rules}
        with mended.open("w", encoding="utf-8", newline="") as out:
            for record in records(path):
                for rule in rules:
                    found[rule.name].extend(rule.check(self.table, record))
                if record.number >= 0:
                    out.write(_written(record, len(self.table.schema.fields)))
        for rule in rules:
            self._keep(rule, found[rule.name])

    def _check_cells(self, compiled: list[CellRule]) -> None:
        parts = [
            compiled[start : start + MASK_BITS] for start in range(0, len(compiled), MASK_BITS)
        ]
        masks = [identifier(_mask(MASK_BITS * number)) for number in range(len(parts))]
        columns = ", ".join(["count(*)", *(f"bit_or({column})" for column in masks)])
        name = identifier(self.table.name)
        ((self.rows, *broken),) = self._database.rows(f"SELECT {columns} FROM {name}")
        for part, column, bits in zip(parts, masks, broken, strict=True):
            for bit, cell in enumerate(part):
                if (bits or 0) >> bit & 1:
                    self._keep(cell.rule, [_breaches(self.table, cell, column, bit)])


class Run:
    """The state of one validation."""

    def __init__(
        self, archive: Archive, package: Descriptor, database: Database, progress: Progress
    ) -> None:
        self.archive = archive
        self.package = package
        self.model = Model(database, package)
        self.database = database
        self.progress = progress
        self.imprints: dict[str, Imprint] = {}
        self.found: list[tuple[Rule, Violation]] = []
        self.omitted: Counter[str] = Counter()
        self.rows: dict[str, int] = {}
        self.unchecked: list[str] = []
        self.spans_in_texts = 0

    def report(self, texts: str | Path | None) -> Report:
        """Carry out every rule and put the findings in order."""
        self._check_files()
        self._read_tables()
        self._check_relations()
        self._check_texts(texts)
        findings = sorted(Locator(self).findings(), key=_order)
        return Report(
            self.package.name,
            self.package.version,
            tuple(findings),
            dict(self.omitted),
            self.rows,
            self._receipts(),
            tuple(self.unchecked),
            self.spans_in_texts,
        )

    def _keep(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            self.found += [(outcome.rule, violation) for violation in outcome.violations]
            if outcome.omitted:
                self.omitted[outcome.rule.name] += outcome.omitted

    def _check_files(self) -> None:
        for resource in self.package.resources:
            for path in resource.path:
                self._imprint(path, files.hash_of(resource)[0])
        for rule in in_group("package"):
            results = rule.check(self.package, self.archive, self.imprints)
            self._keep([evaluate(rule, results, self.database)])

    def _read_tables(self) -> None:
        tables = self.package.tables.values()
        self.unchecked += [f"{name}: no schema that can be used" for name in self.package.refused]
        steps = count()

        def read(table: Table) -> Reading:
            self.progress(f"reading {table.name}", next(steps), len(tables) + 2)
            return Reading(table, self.package, self.archive, self.database).carry_out(
                self.imprints.get(table.path)
            )

        for reading in self.database.side_by_side(read, tables):
            self._keep(reading.outcomes)
            self.unchecked += reading.unchecked
            if reading.rows is not None:
                self.rows[reading.table.name] = reading.rows
                self.model.tables[reading.table.name] = reading.table

    def _check_relations(self) -> None:
        tables = len(self.package.tables)
        self.progress("checking keys and receipts", tables, tables + 2)
        self.model.prepare()
        rules = [rule for group in RELATIONAL for rule in in_group(group)]
        self._keep(
            self.database.side_by_side(
                lambda rule: evaluate(rule, rule.check(self.model), self.database), rules
            )
        )

    def _imprint(self, path: str, algorithm: str) -> None:
        known = {"md5", "sha1", "sha256", "sha384", "sha512"} & {algorithm}
        try:
            file = self.archive.path_of(path)
            if file.is_file():
                self.imprints[path] = imprint(file, frozenset(known))
        except (PackageError, OSError):
            return

    def _check_texts(self, folder: str | Path | None) -> None:
        tables = len(self.package.tables)
        self.progress("comparing with the texts", tables + 1, tables + 2)
        hashes = articles.source_hashes(self.model)
        if folder is None:
            if hashes:
                self.unchecked.append("offsets against the articles' texts: give --texts DIR")
            return
        found = article_texts.find(folder, hashes.values())
        texts = {source: found[digest] for source, digest in hashes.items() if digest in found}
        self.unchecked += [f"{source}: its text" for source in hashes if source not in texts]
        for rule in in_group("text"):
            self._keep([evaluate(rule, rule.check(self.model, texts), self.database)])
        self.spans_in_texts = articles.spans_of(self.model, texts)

    def _receipts(self) -> Receipts:
        if not self.model.traceable:
            return Receipts()
        ((required, evidenced),) = self.database.rows(
            "SELECT sum(bit_count(need)), sum(bit_count(need & had)) FROM shared.receipt"
        )
        ((inferred,),) = self.database.rows(
            """SELECT count(*) FROM (SELECT 1 FROM shared.edge JOIN shared.traced USING (tab, field)
                WHERE value IS NOT NULL AND bit > 0
                GROUP BY tab, record, field HAVING bool_and(role = 'inferred'))"""
        )
        return Receipts(int(required or 0), int(evidenced or 0), inferred)


class Locator:
    """Turns violations into findings: one more pass over each file that has any."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def findings(self) -> Iterator[Finding]:
        """All findings, each with its line and column where a row is at fault."""
        wanted: dict[str, set[int]] = {}
        for _, violation in self._run.found:
            if violation.table is not None and violation.ordinal is not None:
                wanted.setdefault(violation.table, set()).add(violation.ordinal)
        rows = {name: self._rows(name, ordinals) for name, ordinals in wanted.items()}
        for rule, violation in self._run.found:
            yield self._finding(rule, violation, rows.get(violation.table or "", {}))

    def _rows(self, name: str, ordinals: set[int]) -> dict[int, Record]:
        path = self._run.archive.path_of(self._run.package.tables[name].path)
        found: dict[int, Record] = {}
        for record in records(path):
            if record.number - 1 in ordinals:
                found[record.number - 1] = record
                if len(found) == len(ordinals):
                    break
        return found

    def _finding(self, rule: Rule, violation: Violation, rows: dict[int, Record]) -> Finding:
        table = self._run.package.tables.get(violation.table or "")
        file = violation.file or (table.path if table else DESCRIPTOR)
        row = rows.get(-1 if violation.ordinal is None else violation.ordinal)
        values = _values(table, row)
        line, column = violation.line, violation.column
        if row and line is None:
            line, column = _place(table, row, violation.field)
        record, field = _name(table, values, violation.field)
        found = (
            values.get(violation.field or "", "") if violation.found is None else violation.found
        )
        return Finding(
            rule.name,
            rule.severity,
            file,
            line,
            column,
            record,
            field,
            _clip(found),
            _clip(violation.expected),
            rule.fix,
        )


def _values(table: Table | None, row: Record | None) -> dict[str, str]:
    if table is None or row is None:
        return {}
    values = (cell.value for cell in row.cells)
    return dict(zip(table.schema.names, values, strict=False))


def _place(table: Table | None, row: Record, field: str | None) -> tuple[int, int]:
    names = table.schema.names if table else ()
    index = names.index(field) if field in names else 0
    cell = row.cells[min(index, len(row.cells) - 1)]
    return cell.line, cell.column


def _name(
    table: Table | None, values: dict[str, str], field: str | None
) -> tuple[str | None, str | None]:
    """The record and the field that a finding is about: of an edge, those that it speaks of."""
    if table is None or not values:
        return None, field
    if table.schema.edges:
        edges = table.schema.edges
        return values.get(edges.record), values.get(edges.field)
    key = [values.get(column, "") for column in table.schema.primary_key]
    return ", ".join(key) or None, field


def mask(breaches: list[Breach]) -> str:
    """SQL: a whole number whose bits tell which of the breaches a row has."""
    return " + ".join(
        f"(CASE WHEN {breach.sql} THEN {1 << bit} ELSE 0 END)"
        for bit, breach in enumerate(breaches)
    )


def _mask(start: int) -> str:
    return f"\x1fmask{start}"


def _breaches(table: Table, cell: CellRule, column: str, bit: int) -> Query:
    return Query(
        table.name,
        f"""SELECT ord, {literal(cell.field)}, {sql.text("NULL")}, {literal(cell.breach.expected)}
        FROM {identifier(table.name)} WHERE ({column} & {1 << bit}) <> 0""",
    )


def _written(record: Record, width: int) -> str:
    limit = MAX_RECORD_LENGTH // max(width, 1)
    values = [cell.value[:limit] for cell in record.cells[:width]]
    values += [""] * (width - len(record.cells))
    return ",".join('"' + value.replace('"', '""') + '"' for value in values) + "\n"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _clip(value: str | None, limit: int = 300) -> str:
    value = value or ""
    return value if len(value) <= limit else f"{value[: limit - 1]}…"


def _order(finding: Finding) -> tuple[str, int, int, str]:
    return finding.file, finding.line or 0, finding.column or 0, finding.rule
