"""Reading one table: its shape, its cells, and the relation that later rules use."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

from kzdata import database as sql
from kzdata.archive import Archive, workspace
from kzdata.database import Database, UnreadableCSVError, identifier, literal
from kzdata.descriptor import Descriptor, FieldDescriptor, Table
from kzdata.errors import PackageError
from kzdata.sheets import open_sheet
from kzdata.tabular import HEADLESS, Dialect, Imprint, Sheet, imprint
from kzdata.validation.cells import bearable, translated
from kzdata.validation.evaluation import MAX_FINDINGS, Outcome, evaluate
from kzdata.validation.model import needed
from kzdata.validation.plain import plain
from kzdata.validation.rules import RULES, Breach, Query, Rule, Violation, in_group

SUSPECT = "\x1fsuspect"
"""Column of the cells of rows in which a rule may be broken, as a list; NULL in all other rows."""


class CellRule(NamedTuple):
    """A cell rule compiled for one column."""

    rule: Rule
    field: str
    breach: Breach


class Vouched(NamedTuple):
    """A pattern that a column shares with the column its foreign key leads to.

    A key that stands there has the pattern if all keys there have it: the table's own cells need
    to be asked only where a key is missing, or one there is malformed.
    """

    rule: Rule
    field: FieldDescriptor
    parent: str
    column: str


class Reading:
    """Reading one table: its shape, its cells, and the relation that later rules use.

    Attributes:
        table: The table.
        sheet: Its text; None where it could not be opened.
        columns: Names of the columns in the file's order; extra ones have hidden names.
        rows: How many rows there are; None where it could not be read.
        outcomes: What the rules of shape and cells found.
        vouched: Patterns that were not looked for, since foreign keys may prove them.
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
        self.vouched: list[Vouched] = []
        self.unchecked: list[str] = []
        self._package = package
        self._archive = archive
        self._database = database
        schema = table.schema
        self._missing = {field.name: schema.missing_of(field) for field in schema.fields}

    def carry_out(self, looks: Mapping[str, Future[Imprint]], folder: Path) -> Self:
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
            self._keep(RULES["csv-malformed"], [fault])
        return self

    def _read(self, sheet: Sheet, looks: Mapping[str, Future[Imprint]], folder: Path) -> None:
        shape, *_ = in_group("structure")
        self._keep(shape, shape.check(self.table, sheet))
        if self.outcomes[-1].violations:
            self.unchecked.append(f"{self.table.name}: the header is not that of the schema")
            return
        self.columns = columns_of(self.table, sheet)
        rules = list(self._compiled())
        usual = [cell for cell in rules if cell.rule.name != "cell-control-character"]
        # Most files hold nothing that a fast reader passes over: it needn't wait for the look.
        done = self._fast(sheet, usual)
        seen = self._seen(sheet, looks)
        compiled = rules if any(part.controls for part in seen) else usual
        done = done and not any(part.suspicious for part in seen)
        if not done or (compiled is rules and not self._fast(sheet, compiled)):
            self._mended(sheet, compiled, folder)
        self._check_cells(compiled)

    def _seen(self, sheet: Sheet, looks: Mapping[str, Future[Imprint]]) -> list[Imprint]:
        """What is known of the text's own bytes: those of the files, or of what they became.

        A file in another dialect is looked at again: other marks are stray there.
        """
        paths = self.table.resource.path
        return [
            looks[path].result()
            if part == self._archive.path_of(path) and sheet.dialect == Dialect()
            else imprint(part, frozenset(), sheet.dialect)
            for path, part in zip(paths, sheet.parts, strict=True)
        ]

    def _keep(self, rule: Rule, results: Iterable[Violation | Query]) -> None:
        self.outcomes.append(evaluate(rule, results, self._database))

    def _compiled(self) -> Iterator[CellRule]:
        for field in self.table.schema.fields:
            raw, cell = identifier(field.name), self._cell(field.name)
            for rule in in_group("cell") if field.name in self.columns else ():
                breach = rule.check(field, cell, raw)
                if breach and rule.name == "cell-pattern" and not self._takes(field):
                    continue
                if rule.name == "cell-pattern" and field.name in self._guarantors:
                    self.vouched.append(Vouched(rule, field, *self._guarantors[field.name]))
                elif breach:
                    yield CellRule(rule, field.name, breach)

    @cached_property
    def _guarantors(self) -> dict[str, tuple[str, str]]:
        """Tables and columns that vouch for the pattern of a column, by its name."""
        found = {}
        for key in self.table.schema.foreign_keys:
            parent = self._package.tables.get(key.reference.resource)
            elsewhere = key.reference.package is not None  # nobody looks such a key up
            if parent and parent.name != self.table.name and len(key.fields) == 1 and not elsewhere:
                own = self.table.schema.field(key.fields[0])
                other = parent.schema.field(key.reference.fields[0])
                led = {name for further in parent.schema.foreign_keys for name in further.fields}
                if _same_pattern(own, other) and other.name not in led:  # or two vouch in a circle
                    found[own.name] = (parent.name, other.name)
        return found

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

    def _takes(self, field: FieldDescriptor) -> bool:
        """Whether RE2 takes a field's pattern; where it doesn't, that is a finding."""
        pattern = field.constraints.pattern or ""
        if self._compiles(field):
            return True
        if not bearable(pattern):
            return False  # `unsupported-feature` says so
        where = f"{self.table.name}.{field.name}"
        fault = Violation(None, None, where, f"the pattern {pattern}", "an RE2 pattern")
        self._keep(RULES["unsupported-feature"], [fault])
        return False

    def _compiles(self, field: FieldDescriptor) -> bool:
        pattern = field.constraints.pattern or ""
        return bearable(pattern) and self._database.compiles(translated(pattern))

    def _kept(self, compiled: list[CellRule]) -> dict[str, str]:
        """SQL of what is kept of each row: the columns that rules need, and suspect rows whole."""
        kept = {name: self._cell(name) for name in needed(self.table, self._package)}
        good = " AND ".join(self._good(compiled).values())
        cells = sql.listed(identifier(name) for name in _columns_of_rules(compiled))
        kept[SUSPECT] = f"(CASE WHEN {good or 'true'} THEN NULL ELSE {cells} END)"
        return kept

    def _good(self, compiled: list[CellRule]) -> dict[str, str]:
        """SQL, by column, that is true where a cell breaks no rule.

        A cheap test that most cells pass stands for the rules of its column where there is one; the
        rules decide in the end, over the few rows that fail it.
        """
        breaches: dict[str, list[str]] = {name: [] for name in _columns_of_rules(compiled)}
        for rule, field, breach in compiled:
            # What is looked for only in suspicious files is no part of what a plain cell is.
            if not self._plain.get(field) or rule.name == "cell-control-character":
                breaches[field].append(f"WHEN {breach.sql} THEN false")
        rest = {name: f"(CASE {' '.join(b)} ELSE true END)" for name, b in breaches.items() if b}
        tests = {name: (self._plain.get(name), rest.get(name)) for name in breaches}
        return {name: " AND ".join(filter(None, test)) for name, test in tests.items()}

    @cached_property
    def _plain(self) -> dict[str, str | None]:
        """SQL, by column, that is true only for cells that break no rule; None: there is none."""
        return {
            field.name: plain(self._asked(field), identifier(field.name), self._missing[field.name])
            for field in self.table.schema.fields
            if self._compiles(field)
        }

    def _asked(self, field: FieldDescriptor) -> FieldDescriptor:
        """A column without the pattern that another column vouches for."""
        if field.name not in self._guarantors:
            return field
        return field.but(constraints=field.constraints.but(pattern=None))

    def _fast(self, sheet: Sheet, compiled: list[CellRule]) -> bool:
        """Let DuckDB read the files themselves; whether it could."""
        if not sheet.dialect.simple:
            return False
        try:
            kept, first = self._kept(compiled), self._cells()
            self._database.read(self.table.name, sheet, self.columns, kept, first)
        except UnreadableCSVError:
            return False
        return True

    def _mended(self, sheet: Sheet, compiled: list[CellRule], parent: Path) -> None:
        """Read the files row by row, report what is malformed, and let DuckDB read the rest.

        Raises:
            UnreadableCSVError: DuckDB refuses even that.
        """
        with workspace(parent) as folder:
            mended = folder / "mended.csv"
            self._mend(sheet, mended)
            plain, kept = Sheet([mended], HEADLESS), self._kept(compiled)
            self._database.read(self.table.name, plain, self.columns, kept, self._cells())

    def _mend(self, sheet: Sheet, mended: Path) -> None:
        """Report malformed rows, and write all rows anew with the right number of cells."""
        _, *rules = in_group("structure")
        width = len(self.columns)
        found: dict[str, list[Violation]] = {rule.name: [] for rule in rules}
        number: Counter[str] = Counter()
        with mended.open("w", encoding="utf-8", newline="") as out:
            for record in sheet.records():
                self._database.heed()
                for rule in rules:
                    for violation in rule.check(self.table, record, width):
                        number[rule.name] += 1
                        if number[rule.name] <= MAX_FINDINGS:
                            found[rule.name].append(violation)
                if record.number >= 0:
                    self._archive.unpacks(out.write(record.written(width)))
        for rule in rules:
            kept = tuple(found[rule.name])
            self.outcomes.append(Outcome(rule, kept, number[rule.name] - len(kept)))

    def _check_cells(self, compiled: list[CellRule]) -> None:
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
        self._database.spread(suspects, self.table.name, SUSPECT, columns, more)
        good = self._good(compiled)
        failed = ", ".join(f"bool_or(NOT coalesce({test}, false))" for test in good.values())
        (broken,) = self._database.rows(f"SELECT {failed} FROM {identifier(suspects)}")
        asked = {name for name, fails in zip(good, broken, strict=True) if fails}
        for rule, field, breach in compiled:
            if field in asked:
                self._keep(rule, [breaches(self.table.name, suspects, field, breach)])
        self._database.drop(suspects)


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


def _same_pattern(one: FieldDescriptor, other: FieldDescriptor) -> bool:
    kinds = {(field.type, field.format) for field in (one, other)}
    pattern = one.constraints.pattern
    return kinds == {("string", "default")} and pattern == other.constraints.pattern is not None


def _columns_of_rules(compiled: list[CellRule]) -> list[str]:
    return list(dict.fromkeys(cell.field for cell in compiled))


def _filled(name: str) -> str:
    return f"\x1ffilled{name}"


def breaches(
    table: str,
    relation: str,
    field: str,
    breach: Breach,
    rows: Collection[int] | None = None,
) -> Query:
    """The rows of a relation over a table in which a cell rule is broken.

    Args:
        table: The table.
        relation: The relation, with the table's columns and row numbers.
        field: The rule's column.
        breach: The rule over it.
        rows: The only rows that are asked; all by default.
    """
    among = "true" if rows is None else f"kz_ord IN ({', '.join(map(str, rows))})"
    return Query(
        table,
        f"""SELECT kz_ord, {literal(field)}, {sql.text("NULL")}, {literal(breach.expected)}
        FROM {identifier(relation)} WHERE {among} AND ({breach.sql})""",
    )
