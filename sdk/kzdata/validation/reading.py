"""Reading one table: its shape, its cells, and the relation that later rules use."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple, Self

from kzdata.engine import sql
from kzdata.engine.database import Database, UnreadableCSVError
from kzdata.engine.sql import ORD, identifier, literal
from kzdata.errors import PackageError
from kzdata.files.archive import Archive, workspace
from kzdata.files.csv import HEADLESS, Dialect, FileStats, Sheet, file_stats
from kzdata.standard.descriptor import Descriptor, FieldDescriptor, Table
from kzdata.standard.source import open_sheet
from kzdata.validation.evaluate import MAX_FINDINGS, Outcome, evaluate
from kzdata.validation.evidence_tables import needed
from kzdata.validation.rule import (
    BytesProof,
    Check,
    Query,
    Rule,
    Violation,
    in_group,
    registered,
)
from kzdata.validation.rules.package import csv_malformed, header_of, unsupported_feature

SUSPECT = "\x1fsuspect"
"""Column of the cells of rows in which a rule may be broken, as a list; NULL in all other rows."""


class Asked(NamedTuple):
    """A cell rule compiled for one column."""

    rule: Rule
    field: str
    check: Check


class Reading:
    """Reading one table: its shape, its cells, and the relation that later rules use.

    Attributes:
        table: The table.
        sheet: Its text; None where it could not be opened.
        columns: Names of the columns in the file's order; extra ones have hidden names.
        rows: How many rows there are; None where it could not be read.
        outcomes: What the rules of shape and cells found.
        unchecked: What could not be checked, and why.
    """

    def __init__(
        self, table: Table, package: Descriptor, archive: Archive, database: Database
    ) -> None:
        self.table = table
        self.sheet: Sheet | None = None
        self.columns: tuple[str, ...] = ()
        self.rows: int | None = None
        self.outcomes: list[Outcome] = []
        self.unchecked: list[str] = []
        self._package = package
        self._archive = archive
        self._database = database
        schema = table.schema
        self._fields = {field.name: field for field in schema.fields}
        self._missing = {field.name: schema.missing_of(field) for field in schema.fields}

    def carry_out(self, looks: Mapping[str, Future[FileStats]], folder: Path) -> Self:
        """Read the table, unless its files or its header are not as declared.

        Args:
            looks: What will be seen of each file's bytes, by path.
            folder: Temporary folder for text that has to be turned into UTF-8 CSV.
        """
        if not all(path in looks for path in self.table.resource.path):
            self.unchecked.append(f"{self.table.name}: the file could not be read")
            return self
        try:
            self.sheet = open_sheet(self._archive, self.table, folder)
            self._read(self.sheet, looks, folder)
        except PackageError as error:
            self.unchecked.append(f"{self.table.name}: {error}")
            fault = Violation(self.table.name, None, None, str(error), "a file that can be read")
            self._keep(registered(csv_malformed), [fault])
        return self

    def _read(self, sheet: Sheet, looks: Mapping[str, Future[FileStats]], folder: Path) -> None:
        if not self._header_keeps(sheet):
            self.unchecked.append(f"{self.table.name}: the header is not that of the schema")
            return
        self.columns = columns_of(self.table, sheet)
        compiled = list(self._compiled())
        # Most files hold nothing that a fast reader passes over: it needn't wait for the look.
        usual = [asked for asked in compiled if not asked.check.proven_by_bytes]
        done = self._fast(sheet, usual)
        seen = self._seen(sheet, looks)
        asked = [one for one in compiled if not _proven(one.check.proven_by_bytes, seen)]
        records = all(_proven(rule.proven_by_bytes, seen) for rule in in_group("structure"))
        if not (done and records) or (len(asked) > len(usual) and not self._fast(sheet, asked)):
            self._mended(sheet, asked, folder)
        self._check_cells(asked)

    def _header_keeps(self, sheet: Sheet) -> bool:
        """Ask the rules of shape of each file's header; whether none is broken."""
        if not sheet.dialect.header_rows:
            return True
        first = header_of(sheet.parts[0], 0, sheet.dialect)
        names = tuple(cell.value for cell in first.cells)
        for place, part in enumerate(sheet.parts):
            header = header_of(part, place, sheet.dialect)
            for rule in in_group("structure"):
                self._keep(rule, rule.check(self.table, header, names))
            if any(outcome.violations for outcome in self.outcomes):
                return False
        return True

    def _seen(self, sheet: Sheet, looks: Mapping[str, Future[FileStats]]) -> list[FileStats]:
        """What is known of the text's own bytes: those of the files, or of what they became.

        A file in another dialect is looked at again: other marks are stray there.
        """
        paths = self.table.resource.path
        return [
            looks[path].result()
            if part == self._archive.path_of(path) and sheet.dialect == Dialect()
            else file_stats(part, frozenset(), sheet.dialect)
            for path, part in zip(paths, sheet.parts, strict=True)
        ]

    def _keep(self, rule: Rule, results: Iterable[Violation | Query]) -> None:
        self.outcomes.append(evaluate(rule, results, self._database))

    def _compiled(self) -> Iterator[Asked]:
        for name, field in self._fields.items():
            for rule in in_group("cell") if name in self.columns else ():
                check: Check | None = rule.check(field, self._cell(name), identifier(name))
                if check and self._takes(name, check):
                    yield Asked(rule, name, check)

    def _cell(self, name: str) -> str:
        """SQL: a cell, or NULL where it holds a missing value or the file has no such column."""
        if name not in self.columns:
            return sql.text("NULL")
        if len(self._missing[name]) > 1:
            return identifier(_filled(name))
        return sql.absent(identifier(name), self._missing[name])

    def _cells(self) -> dict[str, str]:
        """SQL of the cells that may hold one of several missing values, which is not repeated."""
        return {
            _filled(name): sql.absent(identifier(name), missing)
            for name, missing in self._missing.items()
            if name in self.columns and len(missing) > 1
        }

    def _takes(self, name: str, check: Check) -> bool:
        """Whether RE2 takes the pattern of a check; where it doesn't, that is a finding."""
        if check.pattern is None or self._database.compiles(check.pattern):
            return True
        pattern = self._fields[name].constraints.pattern
        where = f"{self.table.name}.{name}"
        fault = Violation(None, None, where, f"the pattern {pattern}", "an RE2 pattern")
        self._keep(registered(unsupported_feature), [fault])
        return False

    def _kept(self, compiled: list[Asked]) -> dict[str, str]:
        """SQL of what is kept of each row: the columns that rules need, and suspect rows whole."""
        kept = {name: self._cell(name) for name in needed(self.table, self._package)}
        good = " AND ".join(self._good(compiled).values())
        cells = sql.listed(identifier(name) for name in _columns_of_rules(compiled))
        kept[SUSPECT] = f"(CASE WHEN {good or 'true'} THEN NULL ELSE {cells} END)"
        return kept

    def _good(self, compiled: list[Asked]) -> dict[str, str]:
        """SQL, by column, that is true only where a cell keeps every rule."""
        checks: dict[str, list[Check]] = {}
        for _, name, check in compiled:
            checks.setdefault(name, []).append(check)
        return {
            name: keeps_all(self._fields[name], self._missing[name], asked)
            for name, asked in checks.items()
        }

    def _fast(self, sheet: Sheet, compiled: list[Asked]) -> bool:
        """Let DuckDB read the files themselves; whether it could."""
        if not sheet.dialect.simple:
            return False
        try:
            kept, first = self._kept(compiled), self._cells()
            self._database.create_view(self.table.name, sheet, self.columns, kept, first)
        except UnreadableCSVError:
            return False
        return True

    def _mended(self, sheet: Sheet, compiled: list[Asked], parent: Path) -> None:
        """Read the files row by row, report what is malformed, and let DuckDB read the rest.

        Raises:
            UnreadableCSVError: DuckDB refuses even that.
        """
        with workspace(parent) as folder:
            mended = folder / "mended.csv"
            self._mend(sheet, mended)
            plain, kept = Sheet([mended], HEADLESS), self._kept(compiled)
            self._database.create_view(self.table.name, plain, self.columns, kept, self._cells())

    def _mend(self, sheet: Sheet, mended: Path) -> None:
        """Report malformed rows, and write all rows anew with the right number of cells."""
        rules, width = in_group("structure"), len(self.columns)
        found: dict[str, list[Violation]] = {rule.name: [] for rule in rules}
        number: Counter[str] = Counter()
        with mended.open("w", encoding="utf-8", newline="") as out:
            for record in sheet.records():
                self._database.raise_if_cancelled()
                for rule in rules:
                    for violation in rule.check(self.table, record, self.columns):
                        number[rule.name] += 1
                        if number[rule.name] <= MAX_FINDINGS:
                            found[rule.name].append(violation)
                if record.number >= 0:
                    self._archive.unpacks(out.write(record.written(width)))
        for rule in rules:
            kept = tuple(found[rule.name])
            self.outcomes.append(Outcome(rule, kept, number[rule.name] - len(kept)))

    def _check_cells(self, compiled: list[Asked]) -> None:
        """Ask the rules of the suspect rows, column by column."""
        name, suspects = identifier(self.table.name), f"{self.table.name}\x1fsuspects"
        column = identifier(SUSPECT)
        ((self.rows, number),) = self._database.rows(
            f"SELECT count(*), count({column}) FROM {name}"
        )
        if not number:
            return
        columns, filled = _columns_of_rules(compiled), self._cells()
        more = {name: sql for name, sql in filled.items() if name in map(_filled, columns)}
        self._database.create_table_of_items(suspects, self.table.name, SUSPECT, columns, more)
        good = self._good(compiled)
        failed = ", ".join(f"bool_or(NOT coalesce({test}, false))" for test in good.values())
        (broken,) = self._database.rows(f"SELECT {failed} FROM {identifier(suspects)}")
        asked = {name for name, fails in zip(good, broken, strict=True) if fails}
        for rule, field, check in compiled:
            if field in asked:
                self._keep(rule, [self._broken(suspects, field, check)])
        self._database.drop_table(suspects)

    def _broken(self, suspects: str, field: str, check: Check) -> Query:
        """The suspect rows in which a rule is broken."""
        return Query(
            self.table.name,
            f"""SELECT {ORD}, {literal(field)}, {sql.text("NULL")}, {literal(check.expected)}
            FROM {identifier(suspects)} WHERE {check.broken}""",
        )


def columns_of(table: Table, sheet: Sheet) -> tuple[str, ...]:
    """Names of a table's columns in the file's order; those not in the schema get hidden names."""
    header = sheet.header()
    if header is None:
        return table.schema.names
    names = set(table.schema.names)
    return tuple(
        cell.value if cell.value in names else f"\x1fextra{place}"
        for place, cell in enumerate(header.cells)
    )


def keeps_all(field: FieldDescriptor, missing: Sequence[str], checks: Iterable[Check]) -> str:
    """SQL that is true only where a cell keeps every rule of its column.

    Each test by which rules are proven is in it once, and so is a rule that has none.

    Args:
        field: The column.
        missing: Texts that stand for no value.
        checks: What its rules ask.
    """
    always, filled, cases = dict[str, None](), dict[str, None](), list[str]()
    for check in checks:
        # No missing value is good where there must be a value: then there is no need to ask.
        spared = check.or_missing and not field.constraints.required
        if check.proven_by is None:
            cases.append(f"WHEN {check.broken} THEN false")
        else:
            (filled if spared else always).update(dict.fromkeys(check.proven_by))
    tests = list(always)
    if rest := [test for test in filled if test not in always]:
        absent = sql.among(identifier(field.name), missing)
        tests.append(f"({absent} OR ({' AND '.join(rest)}))")
    if cases:
        tests.append(f"(CASE {' '.join(cases)} ELSE true END)")
    return " AND ".join(tests or ["true"])


def _proven(proof: BytesProof | None, seen: Iterable[FileStats]) -> bool:
    """Whether the bytes of all files of a table prove what a rule asks."""
    return proof is not None and all(map(proof, seen))


def _columns_of_rules(compiled: list[Asked]) -> list[str]:
    return list(dict.fromkeys(cell.field for cell in compiled))


def _filled(name: str) -> str:
    return f"\x1ffilled{name}"
