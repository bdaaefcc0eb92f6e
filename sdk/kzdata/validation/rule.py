"""What a rule is, the register of all rules, and how one is carried out.

A rule is a named function; its name in kebab-case is its public code, its docstring its page in the
reference. What it is given, and what it answers, is the same for all rules of its group:

* `package` (`PackageRule`): the descriptor, the files, the version;
* `structure` (`StructureRule`): the shape of a CSV file, record by record;
* `cell` (`CellRule`): one expression over one column, compiled with all others into one pass;
* `reference`, `key`, `span`, `figure`, `evidence`, `consistency` (`RelationRule`): relational
  expressions over tables;
* `text` (`TextRule`): what needs the articles themselves;
* `oracle` (`ReportRule`): the comparison with another validator, only when it is asked for.

A rule's severity follows from one principle, and its `source` names the sentence that decides:

* `error`: the standard, or an RFC that it names, says MUST, or the package breaks what it declares;
* `warning`: the standard says SHOULD, or it is advice;
* `unchecked`: it is legal, but is not fetched, not supported or beyond a limit of ours.

Whatever makes a rule fast is part of the rule: a proof, which is cheap to test and never true where
the rule is broken. The engine asks a rule of everything that its proof does not clear; a rule
without a proof is asked of everything.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from inspect import cleandoc
from pathlib import Path
from typing import (
    Any,
    Literal,
    NamedTuple,
    Protocol,
    TypedDict,
    TypeVar,
    Unpack,
    get_args,
    overload,
)

from kzdata.engine.database import Database
from kzdata.engine.sql import ORD, beginning, identifier, literal
from kzdata.errors import PackageError, QueryError
from kzdata.files.archive import Archive
from kzdata.files.csv import FileStats, Record
from kzdata.files.limits import PackageLimits
from kzdata.standard.descriptor import Descriptor, FieldDescriptor, Table
from kzdata.standard.field_types.json_schema import Judge, Matches
from kzdata.validation.evidence_tables import EdgeProof, Model
from kzdata.validation.report import Finding, Report, Severity

MAX_FINDINGS = 1_000  # findings kept of one rule in one table; the rest are counted
MAX_CHARACTERS = 1_000  # characters of a cell that are kept
_Relational = Literal["reference", "key", "span", "figure", "evidence", "consistency"]
GROUPS = ("package", "structure", "cell", *get_args(_Relational), "text", "oracle")
Articles = Mapping[str, str]
"""The texts of articles by source id."""


class Violation(NamedTuple):
    """A breach before its place in the file is worked out."""

    table: str | None  # name of the table at fault; None when it is the package
    ordinal: int | None = None  # row of the table, from 0; None when it is the whole file
    field: str | None = None  # column at fault
    found: str | None = None  # what stands there; None to take the cell's own text
    expected: str = ""  # what should stand there
    line: int | None = None  # physical line, where already known
    column: int | None = None  # physical column, where already known
    file: str | None = None  # the file, where it is not the table's
    place: int | None = None  # the item, line or row of a sheet, where the row was left out
    fix: str | None = None  # the way out, where it is not the rule's
    follows: bool = False  # whether it follows from another finding


class Query(NamedTuple):
    """A relational expression whose rows are violations."""

    table: str | None  # table at fault; None where the rows tell
    sql: str  # yields row, field, found and expected; the table's name first if `table` is None
    # SQL that is true for each figure that must be asked, where `sql` reads `suspect_figures`.
    figures: str | None = None
    # Which edges need not be asked, where `sql` reads `suspect_edges`.
    edges: EdgeProof | None = None

    @classmethod
    def rows(
        cls, table: Table, column: str, broken: str, expected: str, found: str = "", joins: str = ""
    ) -> "Query":
        """The rows `t` of a table in which a column is at fault.

        All but the column's name is SQL: `broken` is true for these rows, and may use `joins`;
        `found` is the cell by default.
        """
        found = found or f"t.{identifier(column)}"
        return cls(
            table.name,
            f"""SELECT t.{ORD}, {literal(column)}, {found}, {expected}
            FROM {identifier(table.name)} t {joins} WHERE {broken}""",
        )


# From SQL of a typed value and its type in SQL, tests that prove a rule; None where there are none.
TypeProof = Callable[[str, str], tuple[str, ...] | None]
# Whether what was seen of a file's bytes proves that nothing in it breaks a rule.
BytesProof = Callable[[FileStats], bool]


class Check(NamedTuple):
    """What a cell rule asks of one column."""

    broken: str  # SQL that is true for a cell that breaks the rule
    expected: str  # what should stand there, in words
    # SQL tests that are far cheaper than `broken`, and true together only for cells that keep the
    # rule. Tests that several rules name are carried out once. None: each cell is asked.
    proven_by: tuple[str, ...] | None = None
    or_missing: bool = False  # whether a missing value keeps the rule, too, whatever the tests say
    proven_by_bytes: BytesProof | None = None  # tells of a whole file that nothing in it breaks it
    # An RE2 pattern that `broken` holds and the package chose: where DuckDB does not take it, that
    # is a finding, and the rule is not asked.
    pattern: str | None = None
    # Makes what decides of each text for which `broken` is true, where SQL cannot: it says what is
    # wrong, or None, and raises UnsupportedError where it cannot tell, as its maker does.
    judge: Callable[[Matches], Judge] | None = None
    # Tests of a value of a column that has a type in SQL, given both: true together only for values
    # whose text keeps the rule. None: the text is asked.
    proven_by_type: TypeProof | None = None


class PackageRule(Protocol):
    """A rule of the group `package`; it gets what was seen of each file's bytes, by path."""

    def __call__(
        self, package: Descriptor, archive: Archive, stats: Mapping[str, FileStats], /
    ) -> Iterable[Violation]: ...


class StructureRule(Protocol):
    """A rule of the group `structure`.

    It is asked of the header of each file (a `files.Header`), with the names that the first file's
    header has, and then of each record.
    """

    def __call__(
        self, table: Table, record: Record, columns: tuple[str, ...], /
    ) -> Iterable[Violation]: ...


class CellRule(Protocol):
    """A rule of the group `cell`.

    It gets a column, the SQL of its cell, which is NULL where a value is missing, and the SQL of
    the cell's text. It answers None where it does not apply.
    """

    def __call__(self, field: FieldDescriptor, cell: str, raw: str, /) -> Check | None: ...


class RelationRule(Protocol):
    """A rule over tables: of what they are called `model` knows."""

    def __call__(self, model: Model, /) -> Iterable[Violation | Query]: ...


class TextRule(Protocol):
    """A rule of the group `text`; it gets the articles' texts by source."""

    def __call__(self, model: Model, texts: Articles, /) -> Iterable[Violation]: ...


class ReportRule(Protocol):
    """A rule about a report that is there already; it gets how the package was read, too."""

    def __call__(
        self, path: str | Path, report: Report, temp_dir: str | Path | None, _: PackageLimits, /
    ) -> Iterable[Finding]: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its public code, its meaning and the way out."""

    name: str
    group: str
    severity: Severity
    fix: str
    doc: str
    check: Callable[..., Any]
    source: str  # the sentence that decides, and where it stands
    proven_by_bytes: BytesProof | None = None
    declared: tuple[str, ...] = ()  # what schemas must say, or it has nothing to look at
    whole: bool = False  # whether it tells nothing where a table could not be read

    def finding(self, file: str, line: int | None = None, **parts: Any) -> Finding:
        """A finding of this rule; `parts` as `Finding` names them."""
        return Finding(self.name, self.severity, file, line, **{"fix": self.fix, **parts})

    def evaluate(self, results: Iterable[Violation | Query], database: Database) -> "Outcome":
        """Carry out what the rule's function yields."""
        outcome = Outcome(self)
        try:
            for result in results:
                if isinstance(result, Query):
                    found, more = _violations(result, database)
                else:
                    found, more = [result], 0
                for violation in found:
                    outcome.add(violation)
                outcome.omitted += more
        except (PackageError, QueryError) as error:
            # What could not be told is never a pass.
            words = f"could not tell: {error}"
            outcome.violations.append(Violation(None, found=words, expected="an answer"))
        return outcome


@dataclass
class Outcome:
    """What one rule found: violations up to the limit in each table, and how many more."""

    rule: Rule
    violations: list[Violation] = field(default_factory=list)
    omitted: int = 0
    seen: Counter[str | None] = field(default_factory=Counter)  # by table

    def add(self, violation: Violation) -> None:
        """Keep a violation, or count it."""
        self.seen[violation.table] += 1
        if self.seen[violation.table] <= MAX_FINDINGS:
            self.violations.append(violation)
        else:
            self.omitted += 1


def not_checked(what: str, way: str, **place: Any) -> Violation:
    """What is legal and is not checked, with the way to have it checked; `place` as in `Violation`.

    It is of the rule `not-checked`.
    """
    return Violation(**{"table": None, "found": what, "fix": way, **place})


RULES: dict[str, Rule] = {}  # all rules by name, in the order in which they are defined
_R = TypeVar("_R")
_Of = Callable[[_R], _R]


class _Stated(TypedDict, total=False):
    """What a rule of any group may state besides; see `rule`."""

    source: str
    declared: tuple[str, ...]
    whole: bool


@overload
def rule(
    group: Literal["package"], fix: str, severity: Severity = ..., **stated: Unpack[_Stated]
) -> _Of[PackageRule]: ...
@overload
def rule(
    group: Literal["structure"],
    fix: str,
    severity: Severity = ...,
    *,
    proven_by_bytes: BytesProof | None = ...,
    **stated: Unpack[_Stated],
) -> _Of[StructureRule]: ...
@overload
def rule(
    group: Literal["cell"], fix: str, severity: Severity = ..., **stated: Unpack[_Stated]
) -> _Of[CellRule]: ...
@overload
def rule(
    group: _Relational, fix: str, severity: Severity = ..., **stated: Unpack[_Stated]
) -> _Of[RelationRule]: ...
@overload
def rule(
    group: Literal["text"], fix: str, severity: Severity = ..., **stated: Unpack[_Stated]
) -> _Of[TextRule]: ...
@overload
def rule(
    group: Literal["oracle"], fix: str, severity: Severity = ..., **stated: Unpack[_Stated]
) -> _Of[ReportRule]: ...
def rule(
    group: str,
    fix: str,
    severity: Severity = "error",
    *,
    proven_by_bytes: BytesProof | None = None,
    source: str = "",
    declared: tuple[str, ...] = (),
    whole: bool = False,
) -> Callable[[Any], Any]:
    """Register a function as a rule.

    Args:
        group: One of `GROUPS`.
        fix: The way out, as an instruction.
        severity: Of its findings: what `source` says decides (`SEVERITIES`).
        proven_by_bytes: Tells of a file that DuckDB can read that no record in it breaks the rule,
            so that the rule is not asked record by record.
        source: The sentence that decides, and where it stands; by default what is `declared`.
        declared: What a schema must say for the rule to have anything to look at, by its names in
            JSON: declarations of the profile, keys.
        whole: Whether what it finds may rest on what other tables do not have. Where a table could
            not be read, its findings follow from that, and are withheld.
    """

    def register(check: Any) -> Any:
        name = check.__name__.replace("_", "-")
        doc, deciding = cleandoc(check.__doc__ or ""), source or _declares(declared)
        RULES[name] = Rule(
            name, group, severity, fix, doc, check, deciding, proven_by_bytes, declared, whole
        )
        return check

    return register


def _declares(names: Iterable[str]) -> str:
    declarations = " and ".join(f"`{name}`" for name in names)
    return f"the package declares {declarations}: docs/profile.md" if declarations else ""


def in_group(*groups: str) -> list[Rule]:
    """The rules of some groups, group by group."""
    return [rule for group in groups for rule in RULES.values() if rule.group == group]


def _violations(query: Query, database: Database) -> tuple[list[Violation], int]:
    """Violations of a query, the first in the file's order, and how many more there are."""
    columns = ("tab, " if query.table is None else "") + "ord, field"
    words = ", ".join(beginning(name, MAX_CHARACTERS) for name in ("found", "expected"))
    asked = f"SELECT {columns}, {words} FROM ({query.sql}) AS answer({columns}, found, expected)"
    rows, more = database.rows(f"{asked} LIMIT {MAX_FINDINGS + 1}"), 0
    # Only where there are too many are they sorted and counted, which takes them all.
    if len(rows) > MAX_FINDINGS:
        counted = f"SELECT *, count(*) OVER () FROM ({asked})"
        counts = database.rows(f"{counted} ORDER BY ALL LIMIT {MAX_FINDINGS}")
        rows, more = [row[:-1] for row in counts], counts[0][-1] - MAX_FINDINGS
    if query.table is not None:
        rows = [(query.table, *row) for row in rows]
    return [
        Violation(table, row, column, None if found is None else str(found), str(expected))
        for table, row, column, found, expected in rows
    ], more
