"""What validation says: findings, and the report that holds them.

A finding is a frozen value: which rule, where, what was found, what was expected, and how to mend
it. A report is all findings of one run with what was checked and what could not be.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from kzdata.display import html_record, html_table
from kzdata.errors import KzdataError, NotJSONError
from kzdata.files.archive import DESCRIPTOR

Severity = Literal["error", "warning", "unchecked"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The severities, the gravest first; `kzdata.validation.rule` says which is which."""
# Version of what `Report.as_dict` gives: a new member raises its second number, a member that is
# gone or means something else its first.
SCHEMA_VERSION = "2.2"
NOT_CHECKED = "not-checked"  # the rule whose findings say what was not checked


class InvalidPackageError(KzdataError):
    """Raised by `Report.raise_if_invalid`; the report is in `report`."""

    def __init__(self, report: "Report") -> None:
        super().__init__(report.verdict)
        self.report = report


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of one rule at one place.

    Attributes:
        rule: Kebab-case name of the rule, its public code.
        severity: `error` makes a package invalid; `warning` and `unchecked` do not.
        file: Path of the file inside the package, or `datapackage.json`.
        line: Physical line in the file, from 1; None where no line is at fault.
        column: Column of the cell's first character in that line, in Unicode code points from 1.
        record: Key of the row, where it has one.
        field: Column name.
        found: What stands there.
        expected: What should stand there; empty where it is only not checked.
        fix: The way out; of what is not checked, the way to have it checked.
        row: Item of a JSON array, or row of a sheet, from 1, in place of a line; None elsewhere.
        table: Name of the table, where its data stand in the descriptor; None elsewhere.
    """

    rule: str
    severity: Severity
    file: str
    line: int | None = None
    column: int | None = None
    record: str | None = None
    field: str | None = None
    found: str = ""
    expected: str = ""
    fix: str = ""
    row: int | None = None
    table: str | None = None

    @property
    def where(self) -> str:
        """`file:line:column`, as far as known."""
        place = (self.file, self.line, self.column)
        return ":".join(str(part) for part in place if part is not None)

    @property
    def subject(self) -> str:
        """`record.field`, as far as known; after what else tells the place in a file."""
        cell = ".".join(part for part in (self.record, self.field) if part)
        row = "" if self.row is None else f"row {self.row}"
        return ", ".join(part for part in (self.table, row, cell) if part)

    @property
    def said(self) -> str:
        """What was found and expected, or what was not checked."""
        if self.severity == "unchecked":
            return self.found
        return f"found {self.found or 'nothing'}, expected {self.expected}"

    @property
    def order(self) -> tuple[str | int, ...]:
        """What findings are sorted by: file, line, column, rule, what was found and expected."""
        place = self.line or self.row or 0
        return self.file, place, self.column or 0, self.rule, self.found, self.expected


def _about(finding: Finding) -> str:
    """What a finding is about, where that is not the package as a whole."""
    about = finding.subject or ("" if finding.file == DESCRIPTOR else finding.file)
    return f"{about}: " if about else ""


@dataclass(frozen=True, slots=True)
class Receipts:
    """How many factual cells there are and how they are evidenced.

    Attributes:
        required: Filled cells whose field demands evidence.
        evidenced: Those of them with at least one edge.
        inherited: Those of them that words elsewhere than in their record's own sentence carry.
        inferred: Those of them whose edges are all `inferred`.
        exempt: Filled cells whose field needs no evidence.
        grades: How many claims there are of each grade (`kzdata.evidence.proof`).
    """

    required: int = 0
    evidenced: int = 0
    inherited: int = 0
    inferred: int = 0
    exempt: int = 0
    grades: Mapping[str, int] = field(default_factory=dict)

    @property
    def stated(self) -> int:
        """The evidenced cells that are neither inherited nor inferred."""
        return self.evidenced - self.inherited - self.inferred


@dataclass(frozen=True)
class Report:
    """The outcome of one validation.

    Attributes:
        package: Name of the package.
        version: Its version; empty where none is stated.
        findings: All findings kept, in file and line order.
        omitted: By rule, how many more findings there are than are kept.
        rows: Rows checked, by table.
        receipts: Counts of evidenced cells.
        spans_in_texts: How many spans were compared with article texts.
        allowed: By rule, how many findings an allow-list took out.
        left_out: Rules that were not asked for (`--select`, `--ignore`); their findings are not
            among the others.
        compared: Whether frictionless was asked too (`--reference`).
        path: Where the package lies, as it was named; empty where it lies nowhere.
        fail_on: The least severity that lets the check fail (`--fail-on`).
        idle: Rules that had nothing to look at in this package, each with the reason.
        withheld: By rule, how many findings were withheld: all rest on a table that could not be
            read, so that they follow from another finding, or cannot be told.
        followers: Those of `withheld` that are kept.
        unproven: By table, the columns that no declaration covers: no receipt is asked of them.
    """

    package: str
    version: str
    findings: Sequence[Finding] = ()
    omitted: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    receipts: Receipts = Receipts()
    spans_in_texts: int = 0
    allowed: dict[str, int] = field(default_factory=dict)
    left_out: Sequence[str] = ()
    compared: bool = False
    path: str = ""
    fail_on: Severity = "error"
    idle: dict[str, str] = field(default_factory=dict)
    withheld: dict[str, int] = field(default_factory=dict)
    followers: Sequence[Finding] = ()
    unproven: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @property
    def errors(self) -> int:
        """Number of findings of severity `error` that are kept."""
        return len(self.of_severity("error"))

    @property
    def warnings(self) -> int:
        """Number of findings of severity `warning` that are kept."""
        return len(self.of_severity("warning"))

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What was not checked and how it can be, one sentence each."""
        found = [f for f in (*self.findings, *self.followers) if f.severity == "unchecked"]
        return tuple(f"{_about(one)}{one.found}; {one.fix}" for one in found)

    def of_severity(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of one severity that are kept."""
        return tuple(finding for finding in self.findings if finding.severity == severity)

    @property
    def valid(self) -> bool:
        """True when no error was found."""
        return self.errors == 0

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The findings for which the check fails: those of `fail_on`, and graver ones."""
        grave = SEVERITIES[: SEVERITIES.index(self.fail_on) + 1]
        return tuple(finding for finding in self.findings if finding.severity in grave)

    @property
    def passed(self) -> bool:
        """True when there is no finding for which the check fails."""
        return not self.failing

    @property
    def by_rule(self) -> dict[str, int]:
        """Number of findings by rule, those omitted included."""
        found = Counter(f.rule for f in self.findings) + Counter(self.omitted)
        return dict(sorted(found.items()))

    @property
    def verdict(self) -> str:
        """One line: valid or not, how much was found, and where the package lies."""
        name = f"{self.package} {self.version}".strip()
        some = " by the rules selected" if self.left_out else ""
        parts = [f"{name}: valid{some}" if self.valid else f"{name}: not valid"]
        if not self.valid:
            more = sum(self.omitted.values())
            parts.append(counted(self.errors, "error") + (f" and {more} more" if more else ""))
        elif not self.passed:
            parts += self._failures()
        if self.allowed:
            parts.append(f"{counted(sum(self.allowed.values()), 'finding')} allowed")
        return ", ".join(parts) + (f" ({self.path})" if self.path else "")

    def _failures(self) -> Iterator[str]:
        """For how much the check of a valid package fails, and why it does."""
        if self.warnings:
            yield counted(self.warnings, "warning")
        if self.unchecked and self.fail_on == "unchecked":
            yield f"{len(self.unchecked)} not checked"
        yield f"which --fail-on {self.fail_on} does not let pass"

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Report":
        """The report that `as_dict` gave, with `compared` beside it."""
        own = {name: values[name] for name in cls.__dataclass_fields__}
        own = {name: tuple(v) if isinstance(v, list) else v for name, v in own.items()}
        own["unproven"] = {table: tuple(names) for table, names in own["unproven"].items()}
        for name in ("findings", "followers"):
            own[name] = tuple(Finding(**finding) for finding in values[name])
        return cls(**{**own, "receipts": Receipts(**values["receipts"])})

    def raise_if_invalid(self) -> "Report":
        """Return the report itself when valid.

        Raises:
            InvalidPackageError: An error was found.
        """
        if not self.valid:
            raise InvalidPackageError(self)
        return self

    def _repr_html_(self) -> str:
        of = self.receipts
        checked: list[tuple[str, Any]] = [
            ("rows checked", sum(self.rows.values())),
            ("cells with a receipt", of.required and f"{of.evidenced:,} of {of.required:,}"),
            ("findings", sum(self.by_rule.values())),
            *(("not checked", reason) for reason in self.unchecked),
        ]
        columns = ("severity", "rule", "where", "record", "field", "found", "expected", "fix")
        rows = ([getattr(found, name) for name in columns] for found in self.findings)
        found = html_table(columns, rows) if self.findings else ""
        return html_record(checked, self.verdict) + found

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON; `SCHEMA_VERSION` says how to read it."""
        return {
            "schema_version": SCHEMA_VERSION,
            "package": self.package,
            "version": self.version,
            "path": self.path,
            "valid": self.valid,
            "fail_on": self.fail_on,
            "passed": self.passed,
            "errors": self.errors,
            "warnings": self.warnings,
            "rows": self.rows,
            "receipts": asdict(self.receipts),
            "spans_in_texts": self.spans_in_texts,
            "unchecked": list(self.unchecked),
            "omitted": self.omitted,
            "allowed": self.allowed,
            "left_out": list(self.left_out),
            "idle": self.idle,
            "findings": [asdict(finding) for finding in self.findings],
            "withheld": self.withheld,
            "followers": [asdict(finding) for finding in self.followers],
            "unproven": {table: list(names) for table, names in self.unproven.items()},
        }


def exceeded(package: str, reason: str) -> Report:
    """The report of a validation that was stopped: it found one thing, that nothing can be told."""
    from kzdata.validation.rule import RULES

    expected = "a package that can be checked within the limits"
    found = f"could not tell: {reason}"
    finding = RULES["limit-exceeded"].finding(DESCRIPTOR, found=found, expected=expected)
    rest = not_checked("anything else: the validation was stopped", finding.fix)
    return Report(package, "", (finding,), path=package, followers=(rest,))


def not_checked(what: str, way: str) -> Finding:
    """A finding that something of the whole package was not checked, and the way to have it so."""
    return Finding(NOT_CHECKED, "unchecked", DESCRIPTOR, found=what, fix=way)


def unreadable(package: str, error: NotJSONError) -> Report:
    """The report of a package whose descriptor is no JSON object, so that nothing else is known."""
    from kzdata.validation.rule import RULES

    expected, rule = "a JSON object (RFC 8259)", RULES["descriptor"]
    place = (error.file, error.line)
    finding = rule.finding(*place, column=error.column, found=error.found, expected=expected)
    rest = not_checked("anything else", "mend the descriptor first")
    return Report(package, "", (finding,), path=package, followers=(rest,))


def counted(number: int, noun: str) -> str:
    """A number and what it counts: `1 error`, `2 errors`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
