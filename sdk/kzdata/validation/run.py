"""One validation: files, then cells in one pass a table, then keys and receipts, then the texts."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kzdata import database as sql
from kzdata import texts as article_texts
from kzdata.archive import DESCRIPTOR, Archive, opened
from kzdata.database import Database, UnreadableCSVError, identifier, literal
from kzdata.descriptor import Descriptor, Table, parse
from kzdata.errors import PackageError
from kzdata.tabular import Imprint, Record, imprint, records
from kzdata.validation import articles, cells, consistency, files, references, traceability
from kzdata.validation.model import Model, needed
from kzdata.validation.report import Finding, Receipts, Report
from kzdata.validation.rules import Breach, Query, Rule, Violation, in_group

MAX_FINDINGS = 1_000
"""Findings kept of one rule in one table; the rest are counted."""
MASK_BITS = 60
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
        threads: Threads that DuckDB may use; all cores by default.
        memory_limit: Memory that DuckDB may use before it spills to disk, such as `2GB`.
        progress: Called as each step begins: its name, its number from 0, how many there are.

    Returns:
        The findings, with what was checked and what was not. Bad data never raises.

    Raises:
        PackageError: The package, or the directory of texts, cannot be read at all.
    """
    with opened(path) as archive, Database(threads, memory_limit) as database:
        return Run(archive, database, progress or (lambda step, number, of: None)).report(texts)


class Run:
    """The state of one validation."""

    def __init__(self, archive: Archive, database: Database, progress: Progress) -> None:
        self.archive = archive
        self.package: Descriptor = parse(archive)
        self.model = Model(database, self.package)
        self.database = database
        self.progress = progress
        self.imprints: dict[str, Imprint] = {}
        self.found: list[tuple[Rule, Violation]] = []
        self.omitted: Counter[str] = Counter()
        self.rows: dict[str, int] = {}
        self.unchecked: list[str] = []
        self.patterns: dict[str, bool] = {}
        self.spans_in_texts = 0

    def report(self, texts: str | Path | None) -> Report:
        """Carry out every rule and put the findings in order."""
        self._check_files()
        steps = len(self.package.tables) + 2
        for number, table in enumerate(self.package.tables.values()):
            self.progress(f"reading {table.name}", number, steps)
            self._read(table)
        self.progress("checking keys and receipts", steps - 2, steps)
        self.model.prepare()
        for group in RELATIONAL:
            for rule in in_group(group):
                self._collect(rule, rule.check(self.model))
        self.progress("comparing with the texts", steps - 1, steps)
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

    def _check_files(self) -> None:
        for resource in self.package.resources:
            for path in resource.path:
                self._imprint(path, files.hash_of(resource)[0])
        for rule in in_group("package"):
            self._collect(rule, rule.check(self.package, self.archive, self.imprints))

    def _imprint(self, path: str, algorithm: str) -> None:
        known = {"md5", "sha1", "sha256", "sha384", "sha512"} & {algorithm}
        try:
            file = self.archive.path_of(path)
            if file.is_file():
                self.imprints[path] = imprint(file, frozenset(known))
        except (PackageError, OSError):
            return

    def _collect(self, rule: Rule, results: Iterable[Violation | Query] | None) -> None:
        """Keep what a rule found, up to the limit in each table, and count the rest."""
        kept: Counter[str | None] = Counter()
        for result in results or ():
            for violation in self._violations(rule, result):
                if kept[violation.table] < MAX_FINDINGS:
                    kept[violation.table] += 1
                    self.found.append((rule, violation))
                else:
                    self.omitted[rule.name] += 1

    def _violations(self, rule: Rule, result: Violation | Query) -> Iterator[Violation]:
        if isinstance(result, Violation):
            yield result
            return
        rows = self.database.rows(f"{result.sql} LIMIT {MAX_FINDINGS + 1}")
        if len(rows) > MAX_FINDINGS:
            rows = self._first(rule, result)
        for ordinal, field, found, expected in rows:
            yield Violation(result.table, ordinal, field, _text(found), str(expected))

    def _first(self, rule: Rule, query: Query) -> list[tuple[Any, ...]]:
        """The first violations in the file's order, when there are too many to keep."""
        ((total,),) = self.database.rows(f"SELECT count(*) FROM ({query.sql})")
        self.omitted[rule.name] += total - MAX_FINDINGS
        names = "q(ord, field, found, expected)"
        limit = f"ORDER BY ord, field LIMIT {MAX_FINDINGS}"
        return self.database.rows(f"SELECT * FROM ({query.sql}) AS {names} {limit}")

    def _read(self, table: Table) -> None:
        """Check a table's shape and cells, and make its relation if it has the right columns."""
        seen = self.imprints.get(table.path)
        if seen is None:
            self.unchecked.append(f"{table.name}: the file could not be read")
            return
        before = len(self.found)
        for rule in in_group("structure")[:1]:
            self._collect(rule, rule.check(table, self.archive))
        if len(self.found) > before:
            self.unchecked.append(f"{table.name}: the header is not that of the schema")
            return
        compiled = list(self._compiled(table, seen.controls))
        self.rows[table.name] = self._load(table, compiled, seen.suspicious)
        self.model.tables[table.name] = table
        self._check_cells(table, compiled)

    def _compiled(self, table: Table, controls: bool) -> Iterator[CellRule]:
        for field in table.schema.fields:
            raw = identifier(field.name)
            cell = sql.absent(raw, table.schema.missing)
            for rule in in_group("cell"):
                if rule.name == "cell-control-character" and not controls:
                    continue
                breach = rule.check(field, cell, raw)
                if breach and rule.name == "cell-pattern" and not self._takes(field.name, table):
                    continue
                if breach:
                    yield CellRule(rule, field.name, breach)

    def _takes(self, name: str, table: Table) -> bool:
        pattern = table.schema.field(name).constraints.pattern or ""
        if pattern not in self.patterns:
            self.patterns[pattern] = self.database.compiles(pattern)
        if self.patterns[pattern]:
            return True
        self.unchecked.append(f"{table.name}.{name}: the pattern {pattern} needs another engine")
        return False

    def _load(self, table: Table, compiled: list[CellRule], suspicious: bool) -> int:
        kept = {
            name: sql.absent(identifier(name), table.schema.missing)
            for name in needed(table, self.package)
        }
        for start in range(0, len(compiled), MASK_BITS):
            kept[_mask(start)] = mask([rule.breach for rule in compiled[start : start + MASK_BITS]])
        kept = kept or {"": "0"}
        path = self.archive.path_of(table.path)
        names = table.schema.names
        if not suspicious:
            try:
                return self.database.read(table.name, path, names, kept)
            except UnreadableCSVError:
                pass
        with tempfile.TemporaryDirectory(prefix="kzdata-") as folder:
            mended = Path(folder) / "mended.csv"
            self._mend(table, path, mended)
            return self.database.read(table.name, mended, names, kept)

    def _mend(self, table: Table, path: Path, mended: Path) -> None:
        """Report malformed rows, and write all rows anew with the right number of cells."""
        rules, width = in_group("structure")[1:], len(table.schema.fields)
        found: dict[str, list[Violation]] = {rule.name: [] for rule in rules}
        with mended.open("w", encoding="utf-8", newline="") as out:
            for record in records(path):
                for rule in rules:
                    found[rule.name].extend(rule.check(table, record))
                if record.number >= 0:
                    out.write(_written(record, width))
        for rule in rules:
            self._collect(rule, found[rule.name])

    def _check_cells(self, table: Table, compiled: list[CellRule]) -> None:
        for start in range(0, len(compiled), MASK_BITS):
            part, column = compiled[start : start + MASK_BITS], identifier(_mask(start))
            name = identifier(table.name)
            (broken,) = self.database.rows(f"SELECT bit_or({column}) FROM {name}")[0]
            for bit, cell in enumerate(part):
                if (broken or 0) >> bit & 1:
                    self._collect(cell.rule, [_breaches(table, cell, column, bit)])

    def _check_texts(self, folder: str | Path | None) -> None:
        hashes = articles.source_hashes(self.model)
        if folder is None:
            if hashes:
                self.unchecked.append("offsets against the articles' texts: give --texts DIR")
            return
        found = article_texts.find(folder, hashes.values())
        texts = {source: found[digest] for source, digest in hashes.items() if digest in found}
        self.unchecked += [
            f"{source}: no file in {folder} has its SHA-256"
            for source in hashes
            if source not in texts
        ]
        for rule in in_group("text"):
            self._collect(rule, rule.check(self.model, texts))
        self.spans_in_texts = articles.spans_of(self.model, texts)

    def _receipts(self) -> Receipts:
        if not self.model.traceable:
            return Receipts()
        required = 0
        for table in self.model.records():
            counts = " + ".join(f"count({identifier(f.name)})" for f in table.schema.evidenced)
            name = identifier(table.name)
            required += self.database.rows(f"SELECT {counts or 0} FROM {name}")[0][0]
        evidenced, inferred = self.database.rows(
            """SELECT count(*), count(*) FILTER (only_inferred) FROM (
                SELECT bool_and(role = 'inferred') AS only_inferred
                FROM edge JOIN traced USING (tab, field)
                WHERE value IS NOT NULL AND required GROUP BY tab, record, field)"""
        )[0]
        return Receipts(required, evidenced, inferred)


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
    values = [cell.value for cell in record.cells[:width]] + [""] * (width - len(record.cells))
    return ",".join('"' + value.replace('"', '""') + '"' for value in values) + "\n"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _clip(value: str | None, limit: int = 300) -> str:
    value = value or ""
    return value if len(value) <= limit else f"{value[: limit - 1]}…"


def _order(finding: Finding) -> tuple[str, int, int, str]:
    return finding.file, finding.line or 0, finding.column or 0, finding.rule
