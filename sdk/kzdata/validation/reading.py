"""Reading one table: its shape, its cells, and the relation that later rules use."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from itertools import groupby, takewhile
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Self

from kzdata.engine import sql
from kzdata.engine.database import Database, UnreadableCSVError
from kzdata.engine.sql import ORD, TEXT, identifier, literal
from kzdata.errors import NotReadError, PackageError
from kzdata.files.archive import Archive, workspace
from kzdata.files.csv import HEADLESS, OVERLONG, Dialect, FileStats, Record, Sheet
from kzdata.standard.descriptor import NO_VALUE, Descriptor, FieldDescriptor, Schema, Table
from kzdata.standard.field_types.base import OTHERWISE, DeclarationError, UnsupportedError
from kzdata.standard.field_types.pattern import check_size
from kzdata.standard.inner_names import places
from kzdata.standard.source import in_folders, named, open_sheet
from kzdata.validation.evidence_tables import columns_needed, columns_related
from kzdata.validation.numbered import (
    Numbers,
    Shape,
    is_known,
    number_column,
    number_of,
    shape_of,
)
from kzdata.validation.report import NOT_CHECKED
from kzdata.validation.rule import (
    RULES,
    Check,
    Outcome,
    Query,
    Rule,
    Violation,
    in_group,
    not_checked,
)
from kzdata.validation.rules.package import header_of

# Column of the cells of rows in which a rule may be broken, as a list; NULL in all other rows.
SUSPECT = "\x1fsuspect"
JUDGED_AT_ONCE = 100  # texts of a column in memory, each of at most a row's length
MAX_KNOWN, MAX_KNOWN_TEXT = 10_000, 200  # texts, and their characters, that are judged once


NOTHING = frozenset({"", NO_VALUE})  # texts that stand for no value, and that no typed value has


class ColumnCheck(NamedTuple):
    """A cell rule compiled for one column."""

    rule: Rule
    field: str
    check: Check


@dataclass
class Reading:
    """What reading one table gives."""

    table: Table
    package: Descriptor
    archive: Archive
    database: Database
    stats_by_path: Mapping[str, Future[FileStats]]  # what will be seen of each file's bytes
    folder: Path  # where files may be made
    sheet: Sheet | None = None  # its text; None where it could not be opened
    columns: tuple[str, ...] = ()  # in the file's order; extra ones have hidden names
    rows: int | None = None  # how many; None where it could not be read
    outcomes: list[Outcome] = field(default_factory=list)  # what rules of shape and cells found
    asked: set[str] = field(default_factory=set)  # the cell rules that some column is asked
    related: bool = True  # whether the rows and columns are there that other rules need
    unread: set[int] = field(default_factory=set)  # rows that are too long to be read, from 0
    numbering: bool = False  # whether keys are kept as numbers: only then, nothing else reads them
    numbers: dict[str, Numbers] = field(default_factory=dict)  # of columns where each cell has one

    def __post_init__(self) -> None:
        schema = self.table.schema
        self._fields = {field.name: field for field in schema.fields}
        self._missing = {field.name: schema.missing_of(field) for field in schema.fields}
        self._shapes: dict[str, Shape] = {}  # of the columns that are kept as numbers

    def read(self) -> Self:
        """Read the table, unless its files or its header are not as declared."""
        if not all(path in self.stats_by_path for path in self.table.resource.path):
            self._leave("its rows: the file could not be read")
            return self
        try:
            self.sheet = open_sheet(self.archive, self.table, self.folder, self.database)
            try:
                self._read(self.sheet)
            finally:
                self._tell(self.sheet)
        except NotReadError as error:
            what, _, way = self._without_path(error).partition("; ")
            self._leave(what, way or OTHERWISE, follows=False)
        except PackageError as error:
            self._leave("its rows: the file could not be read")
            found = self._without_path(error)
            fault = Violation(self.table.name, None, None, found, "a file that can be read")
            self._evaluate(RULES["csv-malformed"], [fault])
        return self

    def _without_path(self, error: PackageError) -> str:
        """What an error says, without the file, where that of the finding is the same."""
        paths = self.table.resource.path
        return str(error).removeprefix(f"{paths[0]}: ") if len(paths) == 1 else str(error)

    def _tell(self, sheet: Sheet) -> None:
        """Report what was odd in a form that is no CSV, and cannot be seen in what it became."""
        before = 0  # rows of the files that went before
        for part, origin in enumerate(sheet.origins):
            if origin is None:
                continue
            found: dict[str, Outcome] = {}
            for remark in origin.remarks:
                row = None if remark.number is None else before + remark.number
                outcome = found.setdefault(remark.rule, Outcome(RULES[remark.rule]))
                words, file = (remark.found, remark.expected), self.table.file(part)
                place = remark.place if row is None else None
                told = (self.table.name, row, remark.field, *words, None, None, file, place)
                outcome.add(Violation(*told))
            for rule, outcome in found.items():
                outcome.omitted += origin.omitted.get(rule, 0)
            self.outcomes += found.values()
            before += origin.rows

    def _read(self, sheet: Sheet) -> None:
        if self.table.resource.partitions:
            self._advise_on_folders(sheet)
        fitting = self._fitting(sheet)
        if fitting is None:
            return
        self.sheet = sheet = fitting
        self.columns = columns_of(self.table, sheet)
        if not self.columns:
            self.rows = 0
            return
        every = self._column_checks()
        if not sheet.textual:
            self._load(sheet, every)
            self._check_cells(every)
            return
        # Most files hold nothing that DuckDB passes over: it needn't wait for what their bytes say.
        usual = [one for one in every if not one.check.proven_by_bytes]
        done = self._load_directly(sheet, usual)
        seen = self._stats_of_text(sheet)
        checks = [one for one in every if not _cleared_by_bytes(one.check, seen)]
        sound = all(_cleared_by_bytes(rule, seen) for rule in in_group("structure"))
        sound = done and sound and self._blank_lines_cleared(sheet, seen)
        if sound and len(checks) > len(usual):
            sound = self._load_directly(sheet, checks)
        if not sound:
            self._load_repaired(sheet, checks)
        self._check_cells(checks)

    def _fitting(self, sheet: Sheet) -> Sheet | None:
        """The table's text as far as its columns are known; None where none of them is.

        The rules of shape are asked of each file's header. A header that differs hides nothing
        else: columns that are there by name are read.
        """
        if not sheet.dialect.header_rows:
            return sheet
        headers = [header_of(sheet, part) for part in range(len(sheet.parts))]
        found, names = named(self.table, headers[0]), self.table.schema.names
        there = set(places(found, names)) - {None}
        known, dialect = not names or bool(there), self.table.resource.dialect
        # What comes of a broken dialect is no fault of the file.
        if not known and dialect and not dialect.sound:
            self._leave("its rows: the dialect is broken, and the header is not that of the schema")
            return None
        fits = [self._ask_of_header(header, found) for header in headers]
        if not known:
            above = takewhile(lambda record: record.number < 0, sheet.records())
            deque(self._asked(above), maxlen=0)
            self._leave("its rows: the header is not that of the schema")
            return None
        if headers[0].width > len(found):
            self._leave(f"its rows: over {len(found):,} columns", "split the table", follows=False)
            return None
        if not fits[0]:
            self._leave_out({*names}.difference(there))
        return self._without_unfit(sheet, [True, *fits[1:]])

    def _ask_of_header(self, header: Record, names: tuple[str, ...]) -> bool:
        """Ask the rules of shape of a file's header; whether none is broken."""
        asked = [
            rule.evaluate(rule.check(self.table, header, names), self.database)
            for rule in in_group("structure")
        ]
        self.outcomes += asked
        return not any(outcome.violations for outcome in asked)

    def _advise_on_folders(self, sheet: Sheet) -> None:
        """Say which columns stand in folders' names: other readers may find none, or others."""
        alone, twice = in_folders(self.table, sheet)
        told = [
            (alone, "in the names of folders", "columns of the files, as the standard asks"),
            (twice, "in the file and in its folder's name", "one of the two; the file's is read"),
        ]
        advice = (
            Violation(
                self.table.name,
                None,
                None,
                f"{', '.join(names)}: {found}",
                expected,
                file=self.table.path,
            )
            for names, found, expected in told
            if names
        )
        self._evaluate(RULES["recommendation"], advice)

    def _asked(self, records: Iterable[Record]) -> Iterator[Record]:
        """Records, after the rules of shape were asked of each."""
        outcomes = [Outcome(rule) for rule in in_group("structure")]
        self.outcomes += outcomes
        for record in records:
            self.database.raise_if_cancelled()
            if record.fault == OVERLONG and record.number >= 0:
                yield self._unread(record)
                continue
            for outcome in outcomes:
                for violation in outcome.rule.check(self.table, record, self.columns):
                    outcome.add(violation)
            yield record

    def _unread(self, record: Record) -> Record:
        """Leave a row that is too long, and go on; a row without cells stands in its place."""
        if not self.unread:
            words = f"its rows: line {record.line} begins {record.fault}"
            self._leave(words, "put what is so long into a file of its own", follows=False)
        self.unread.add(record.number)
        self.related = False  # nobody knows its keys
        return replace(record, cells=(), fault="")

    def _leave_out(self, absent: set[str]) -> None:
        """Go on without some columns, and without what needs them."""
        if not absent:
            return
        names = [name for name in self.table.schema.names if name in absent]
        more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
        self._leave(f"{', '.join(names[:3])}{more}: not in the header")
        self.related = columns_related(self.table, self.package).isdisjoint(absent)
        self.table = self.table._replace(schema=without(self.table.schema, absent))

    def _without_unfit(self, sheet: Sheet, fits: Sequence[bool]) -> Sheet:
        """The same with nothing in place of files whose header is not that of the first."""
        if all(fits):
            return sheet
        (empty := self.folder / "unfit.csv").touch()
        for path, fit in zip(self.table.resource.path, fits, strict=True):
            if not fit:
                self._leave("its rows: its header is not that of the first file", file=path)
        self.related = False
        return sheet.only(fits, empty)

    def _stats_of_text(self, sheet: Sheet) -> list[FileStats]:
        """What the text's own bytes say: those of the files, or of what they became."""
        # A file in another dialect is looked at again: other marks are stray there.
        as_it_is = {self.archive.path_of(path): path for path in self.table.resource.path}
        return [
            sheet.seen(number, self.stats_by_path[as_it_is[part]].result())
            if sheet.textual and part in as_it_is and sheet.dialect == Dialect()
            else sheet.stats(number)
            for number, part in enumerate(sheet.parts)
        ]

    def _blank_lines_cleared(self, sheet: Sheet, seen: Sequence[FileStats]) -> bool:
        """Whether no line is blank, where DuckDB has read the files; it passes over blank ones."""
        if all(one.lines is None for one in seen):
            return True
        # A blank line is a row where there is one column.
        lines = sum(one.lines or 0 for one in seen)
        if len(self.columns) > 1 and self.rows is not None and lines == self.rows + len(seen):
            return True
        found = [sheet.stats(number) for number in range(len(sheet.parts))]
        return all(_cleared_by_bytes(rule, found) for rule in in_group("structure"))

    def _evaluate(self, rule: Rule, results: Iterable[Violation | Query]) -> None:
        self.outcomes.append(rule.evaluate(results, self.database))

    def _leave(
        self,
        what: str,
        way: str = "mend that first",
        follows: bool = True,
        file: str | None = None,
    ) -> None:
        """Say what of the table is not checked; as a rule it follows from another finding."""
        told = not_checked(what, way, table=self.table.name, follows=follows, file=file)
        self._evaluate(RULES[NOT_CHECKED], [told])

    def _column_checks(self) -> list[ColumnCheck]:
        """What the cell rules ask of the columns that the file has."""
        names = [name for name in self._fields if name in self.columns]
        asked = (
            ColumnCheck(rule, name, check)
            for name in names
            for rule in in_group("cell")
            if (check := rule.check(self._fields[name], self._cell(name), identifier(name)))
        )
        checks = [one for one in asked if self._pattern_compiles(one)]
        self.asked = {one.rule.name for one in checks}
        return checks

    def _cell(self, name: str, text: str | None = None) -> str:
        """SQL: a cell, or NULL where it holds a missing value or the file has no such column.

        Its `text` is the column itself by default.
        """
        if name not in self.columns:
            return sql.text("NULL")
        if len(self._missing[name]) > 1:
            return identifier(_value_column(name))
        return sql.absent(text or identifier(name), self._missing[name])

    def _value_columns(
        self, names: Iterable[str], texts: Mapping[str, str] = MappingProxyType({})
    ) -> dict[str, str]:
        """SQL of the cells that may hold one of several missing values, which is not repeated.

        The `texts` of some columns are given as SQL.
        """
        several = {name: self._missing[name] for name in names if len(self._missing[name]) > 1}
        return {
            _value_column(name): sql.absent(texts.get(name) or identifier(name), missing)
            for name, missing in several.items()
        }

    def _pattern_compiles(self, asked: ColumnCheck) -> bool:
        """Whether RE2 takes the pattern of a check; where it doesn't, that is a finding."""
        if asked.check.pattern is None or self.database.compiles(asked.check.pattern):
            return True
        found = f"the pattern {self._fields[asked.field].constraints.pattern}"
        self._leave_column(asked.field, found, "write it as RE2 has it")
        return False

    def _leave_column(self, column: str, found: str, way: str) -> None:
        """Say what of a column is not checked, and the way to have it checked."""
        told = not_checked(found, way, field=f"{self.table.name}.{column}")
        self._evaluate(RULES[NOT_CHECKED], [told])

    def _passing(self, checks: list[ColumnCheck]) -> dict[str, str]:
        """SQL, by column, that is true only where a cell keeps every rule."""
        # Checks come column by column.
        return {
            name: keeps_all(self._fields[name], self._missing[name], (one.check for one in asked))
            for name, asked in groupby(checks, attrgetter("field"))
        }

    def _load(self, sheet: Sheet, checks: list[ColumnCheck]) -> None:
        """Keep of each row the columns that later rules need, and suspect rows whole."""
        self._shapes = shapes = self._found_shapes(sheet, checks)
        checks = list(_proven_by_numbers(checks, shapes.keys()))
        typed = self._typed(sheet, checks)
        texts = {name: sheet.cell(identifier(name), kind) for name, (kind, _) in typed.items()}
        needed = columns_needed(self.table, self.package)
        kept = {n: self._cell(n, texts.get(n)) for n in needed if n not in shapes}
        kept |= {number_column(name): number_of(name) for name in shapes}
        passing = self._passing(checks) | {name: test for name, (_, test) in typed.items()}
        # What no rule asks for has to be read, too: only then DuckDB finds what is not UTF-8.
        unasked = (n for n in self.columns if n not in passing and sheet.textual)
        others = [f"{identifier(name)} IS NOT NULL" for name in unasked]
        tests, cells = (
            " AND ".join([*passing.values(), *others]),
            sql.listed(texts.get(name) or identifier(name) for name in passing),
        )
        kept[SUSPECT] = f"(CASE WHEN {tests} THEN NULL ELSE {cells} END)"
        made = self._value_columns((n for n in self._fields if n in self.columns), texts)
        steps = zip(*(shape.steps(name) for name, shape in shapes.items()), strict=True)
        first = [made, *map(dict, steps)]
        shown = self._shown(list(passing))
        name, columns = self.table.name, self.columns
        self.rows = self.database.create_relation(name, sheet, columns, kept, first, typed, shown)

    def _found_shapes(self, sheet: Sheet, checks: list[ColumnCheck]) -> dict[str, Shape]:
        """The columns that are kept as numbers, by their patterns, with the form of their texts."""
        if not self.numbering:
            return {}
        kinds = dict(zip(self.columns, sheet.kinds(), strict=False))
        needed = columns_needed(self.table, self.package)
        patterned = (one.field for one in checks if one.check.pattern is not None)
        found = {
            name: shape_of(self._fields[name], self._missing[name])
            for name in patterned
            if name in needed and kinds.get(name, TEXT) == TEXT
        }
        return {name: shape for name, shape in found.items() if shape}

    def _shown(self, listed: Sequence[str]) -> dict[str, str]:
        """SQL of the texts of columns that are kept as numbers; `listed` are those of suspects."""
        # A cell of another form breaks the pattern, or stands for no value: its row is suspect.
        found: dict[str, str] = {}
        for name, shape in self._shapes.items():
            number, place = identifier(number_column(name)), listed.index(name) + 1
            text = sql.absent(f"{identifier(SUSPECT)}[{place}]", self._missing[name])
            found[name] = (
                f"(CASE WHEN {number} IS NOT NULL THEN {shape.text(number)} "
                f"WHEN {identifier(SUSPECT)} IS NOT NULL THEN {text} END)"
            )
        return found

    def _typed(self, sheet: Sheet, checks: list[ColumnCheck]) -> dict[str, tuple[str, str]]:
        """Columns whose type alone proves their rules: their type in SQL, and the test."""
        kinds = dict(zip(self.columns, sheet.kinds(), strict=False))
        found: dict[str, tuple[str, str]] = {}
        for name, asked in groupby(checks, attrgetter("field")):
            if kind := kinds.get(name):
                test = self._typed_test(name, kind, [one.check for one in asked])
                found |= {name: (kind, test)} if test else {}
        return found

    def _typed_test(self, name: str, kind: str, checks: Sequence[Check]) -> str | None:
        """SQL that is true only where a typed value keeps every rule; None where none tells."""
        field, value, missing = self._fields[name], identifier(name), self._missing[name]
        # What stands for no value by its text is proven to be there by that alone.
        if kind != TEXT and field.constraints.required and {*missing} - NOTHING:
            return None
        absent = f"{value} IS NULL"
        if kind == TEXT:
            absent += f" OR {sql.among(value, missing)}"
        proven = []
        for check in checks:
            tests = check.proven_by_type(value, kind) if check.proven_by_type else None
            if tests is None and kind != TEXT:
                return None
            there = (f"NOT ({absent})",) if field.constraints.required else ()
            proven.append(check if tests is None else check._replace(proven_by=(*there, *tests)))
        return keeps_all(field, missing, proven, absent)

    def _load_directly(self, sheet: Sheet, checks: list[ColumnCheck]) -> bool:
        """Let DuckDB read the files themselves; whether it could."""
        if not sheet.dialect.simple:
            return False
        try:
            self._load(sheet, checks)
        except UnreadableCSVError:
            return False
        return True

    def _load_repaired(self, sheet: Sheet, checks: list[ColumnCheck]) -> None:
        """Read the files row by row, report what is malformed, and let DuckDB read the rest."""
        with workspace(self.folder) as folder:
            repaired = folder / "repaired.csv"
            self._repair(sheet, repaired)
            self._load(Sheet([repaired], HEADLESS), checks)

    def _repair(self, sheet: Sheet, repaired: Path) -> None:
        """Report malformed rows, and write all rows anew with the right number of cells."""
        with repaired.open("w", encoding="utf-8", newline="") as out:
            for record in self._asked(sheet.records()):
                if record.number >= 0:
                    self.archive.unpacks(out.write(record.written(len(self.columns))))

    def _check_cells(self, checks: list[ColumnCheck]) -> None:
        """Ask the rules of the suspect rows, column by column."""
        suspects = f"{self.table.name}\x1fsuspects"
        if not self._count():
            return
        passing = self._passing(checks)
        columns, made = list(passing), self._value_columns(passing)
        self.database.create_table_of_items(suspects, self.table.name, SUSPECT, columns, made)
        if self.unread:
            left = ", ".join(map(str, self.unread))
            self.database.run(f"DELETE FROM {identifier(suspects)} WHERE {ORD} IN ({left})")
        # One look tells which columns have a fault at all: only their rules are asked one by one.
        failed = ", ".join(f"bool_or(NOT coalesce({test}, false))" for test in passing.values())
        (broken,) = self.database.rows(f"SELECT {failed} FROM {identifier(suspects)}")
        self._leave_unlike(suspects)
        faulty = {name for name, fails in zip(passing, broken, strict=True) if fails}
        for rule, column, check in checks:
            if column not in faulty:
                continue
            if check.judge is not None:
                self._evaluate(rule, self._judged(suspects, column, check))
                continue
            words = f"{sql.text('NULL')}, {literal(check.expected)}"
            rows = f"SELECT {ORD}, {literal(column)}, {words} FROM {identifier(suspects)}"
            self._evaluate(rule, [Query(self.table.name, f"{rows} WHERE {check.broken}")])
        self.database.run(f"DROP TABLE {identifier(suspects)}")

    def _count(self) -> int:
        """How many rows are suspect; meanwhile the numbers of columns are counted."""
        columns = [identifier(number_column(name)) for name in self._shapes]
        parts = [f"count({one}), min({one}), max({one})" for one in columns]
        ((suspects, *counts),) = self.database.rows(
            f"SELECT {', '.join([f'count({identifier(SUSPECT)})', *parts])} "
            f"FROM {identifier(self.table.name)}"
        )
        three = zip(counts[::3], counts[1::3], counts[2::3], strict=True)
        self.numbers = {
            name: Numbers(shape, *found)
            for (name, shape), found in zip(self._shapes.items(), three, strict=True)
            if found[0]
        }
        return int(suspects)

    def _leave_unlike(self, suspects: str) -> None:
        """Leave out the columns in which a suspect row has a text that has no number."""
        if not self.numbers:
            return
        cells = {name: self._cell(name) for name in self.numbers}
        unlike = [
            f"coalesce(bool_or({cell} IS NOT NULL AND {self._shapes[name].unlike(cell)}), false)"
            for name, cell in cells.items()
        ]
        (found,) = self.database.rows(f"SELECT {', '.join(unlike)} FROM {identifier(suspects)}")
        for name in [name for name, other in zip(cells, found, strict=True) if other]:
            del self.numbers[name]

    def _judged(self, suspects: str, column: str, check: Check) -> Iterator[Violation]:
        """Cells of which a judge says that they are wrong; where it cannot tell, it is left."""
        assert check.judge
        cells = f"SELECT {ORD}, {identifier(column)} FROM {identifier(suspects)}"
        asked, known = f"{cells} WHERE {check.broken} ORDER BY {ORD}", dict[str, str | None]()
        try:
            judge = check.judge(self._matches)
        except DeclarationError:  # `descriptor` or `not-checked` says so
            return
        try:
            for row, text in self.database.stream(asked, JUDGED_AT_ONCE):
                self.database.raise_if_cancelled()
                wrong = known[text] if text in known else judge(text)
                if len(text) <= MAX_KNOWN_TEXT and len(known) < MAX_KNOWN:
                    known[text] = wrong
                if wrong is not None:
                    expected = f"{check.expected} ({wrong})"
                    yield Violation(self.table.name, row, column, None, expected)
        except UnsupportedError as error:
            self.database.raise_if_cancelled()
            self._leave_column(column, str(error), error.way)

    def _matches(self, pattern: str, text: str) -> bool:
        """Whether a stranger's pattern, as RE2 reads it, matches somewhere in a text."""
        check_size(pattern)
        if not self.database.compiles(pattern):
            raise UnsupportedError(
                f"the pattern {pattern} in a jsonSchema", "write it as RE2 has it"
            )
        return self.database.matches(pattern, text)


def columns_of(table: Table, sheet: Sheet) -> tuple[str, ...]:
    """Names of a table's columns in the file's order; those not in the schema get hidden names."""
    header, names = sheet.header(), table.schema.names
    found = named(table, header)
    if header is None and not names:  # as many as the first row has cells
        rows = (record for record in sheet.records() if record.number == 0)
        found = ("",) * next((record.width for record in rows), 0)
    # Of columns of one name the first is the field's.
    known = enumerate(places(found, names))
    return tuple(f"\x1fextra{place}" if name is None else name for place, name in known)


def without(schema: Schema, absent: Set[str]) -> Schema:
    """A schema without some columns and the keys that they are part of."""
    return schema.replace(
        fields=tuple(field for field in schema.fields if field.name not in absent),
        primary_key=schema.primary_key if absent.isdisjoint(schema.primary_key) else (),
        unique_keys=tuple(key for key in schema.unique_keys if absent.isdisjoint(key)),
        foreign_keys=tuple(key for key in schema.foreign_keys if absent.isdisjoint(key.fields)),
    )


def keeps_all(
    field: FieldDescriptor, missing: Sequence[str], checks: Iterable[Check], absent: str = ""
) -> str:
    """SQL that is true only where a cell keeps every rule of its column.

    Each test by which rules are proven is in it once, and so is a rule that has none; `missing` are
    the texts that stand for no value, and `absent` is SQL that says so of what is no text.
    """
    always, filled, cases = dict[str, None](), dict[str, None](), list[str]()
    for check in checks:
        # No missing value keeps the rules where there must be a value: no need to ask for it.
        spared = check.or_missing and not field.constraints.required
        if check.proven_by is None:
            cases.append(f"WHEN {check.broken} THEN false")
        else:
            (filled if spared else always).update(dict.fromkeys(check.proven_by))
    tests = list(always)
    if rest := [test for test in filled if test not in always]:
        absent = absent or sql.among(identifier(field.name), missing)
        tests.append(f"({absent} OR ({' AND '.join(rest)}))")
    if cases:
        # CASE and not NOT: a test that is NULL for a cell is not broken.
        tests.append(f"(CASE {' '.join(cases)} ELSE true END)")
    return " AND ".join(tests or ["true"])


def _cleared_by_bytes(asked: Rule | Check, seen: Iterable[FileStats]) -> bool:
    """Whether the bytes of all files of a table prove what a rule asks."""
    proof = asked.proven_by_bytes
    return proof is not None and all(map(proof, seen))


def _proven_by_numbers(checks: Sequence[ColumnCheck], shapes: Set[str]) -> Iterator[ColumnCheck]:
    """The same checks, proven by the number of a cell where its pattern proves them."""
    known = {
        sql.full_match(identifier(one.field), one.check.pattern): is_known(one.field)
        for one in checks
        if one.field in shapes and one.check.pattern is not None
    }
    for one in checks:
        tests = one.check.proven_by
        swapped = tests and tuple(known.get(test, test) for test in tests)
        yield one._replace(check=one.check._replace(proven_by=swapped))


def _value_column(name: str) -> str:
    return f"\x1ffilled{name}"
