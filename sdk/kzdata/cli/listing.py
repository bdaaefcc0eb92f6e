"""A report for people: what is wrong, the cause first, and no more of one cause than a screen.

A rule's findings are listed column by column, the first places of each, and the rest is counted;
`--all` lists everything. What follows from a table that could not be read is counted only.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate, chain
from operator import attrgetter

import typer

from kzdata.cli.terminal import aligned, as_text, bold, safe, shortened, unstyled, width
from kzdata.validation import RULES, Finding, Report
from kzdata.validation.report import NOT_CHECKED, SEVERITIES, Receipts, counted

ROWS, COLUMNS = 24, 80  # of the smallest terminal, which one cause must not fill
LEAST_ROWS = 2  # that the findings of a rule have, however many rules there are
LONGEST = 120  # characters of what was found, and of what was expected
MOST_UNPROVEN = 5  # columns that no declaration covers
MOST_UNCHECKED = 4  # sentences about what was not checked
ALL = "--all lists"
COLOURS = {"error": "red", "warning": "yellow", "unchecked": "blue"}


def report(result: Report, every: bool = False) -> str:
    """A report: the findings, how to mend them, and what was checked; `every`: nothing is cut."""
    rules = by_cause(found for found in result.findings if found.severity != "unchecked")
    below = [verdict(result), *aligned(list(summary(result, every)))]
    if rules:
        below = ["", ways_out(result, rules), "", *below]
    if every:
        follow = [found for found in result.followers if found.rule != NOT_CHECKED]
        return "\n".join([*map(_line, chain(*rules, follow)), *below])
    room = max((ROWS - _rows(below) - 1) // max(len(rules), 1), LEAST_ROWS)
    lines = [line for findings in rules for line in _of_rule(findings, room)]
    if any(line.startswith(" ") for line in lines):
        lines.append(f"{ALL} all findings")
    return "\n".join([*lines, *below])


def by_cause(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings rule by rule: errors first, what is declared wrongly before all that rests on it."""
    rules: dict[str, list[Finding]] = {}
    for found in sorted(findings, key=attrgetter("order")):
        rules.setdefault(found.rule, []).append(found)
    return sorted(rules.values(), key=_rank)


def _rank(findings: Sequence[Finding]) -> tuple[int, int, tuple[str | int, ...]]:
    first = findings[0]
    group = RULES[first.rule].group if first.rule in RULES else ""
    causes = ("package", "structure")
    rank = causes.index(group) if group in causes else len(causes)
    return SEVERITIES.index(first.severity), rank, first.order


def ways_out(result: Report, rules: Sequence[Sequence[Finding]]) -> str:
    """Rules with the number of their findings and their ways out, as a table."""
    rows = [(of[0].rule, result.by_rule[of[0].rule], of[0].fix) for of in rules]
    return as_text(("rule", "findings", "way out"), rows)


def _of_rule(findings: Sequence[Finding], room: int) -> Iterator[str]:
    """Lines of a rule's findings, column by column, in at most so many rows where that can be."""
    columns: dict[tuple[str | None, ...], list[Finding]] = {}
    for found in findings:
        columns.setdefault((found.file, found.table, found.field), []).append(found)
    waiting = list(columns.values())
    share = max(room // len(waiting), 1)
    while waiting:
        lines = list(_of_column(waiting[0], share))
        # The last row is kept for the number of the rest.
        if (room := room - _rows(lines)) < (len(waiting) > 1) and len(waiting) < len(columns):
            break
        yield from lines
        del waiting[0]
    if waiting:
        noun = "other column" if waiting[0][0].field else "other place"
        yield f"  {sum(map(len, waiting)):,} more in {counted(len(waiting), noun)}"


def _of_column(findings: Sequence[Finding], room: int) -> Iterator[str]:
    """The first findings of a column, as many as have room, and how many more there are."""
    lines = list(map(partial(_line, longest=LONGEST), findings[: room + 1]))
    kept = len(findings)
    if kept > room or _rows(lines) > room:
        # One row is that of the number.
        used = accumulate(_rows([line]) for line in lines)
        kept = max(sum(rows < room for rows in used), 1)
    yield from lines[:kept]
    if more := len(findings) - kept:
        column = findings[0].field
        yield f"  {more:,} more in {safe(shortened(column, 60) if column else findings[0].file)}"


def _rows(lines: Iterable[str]) -> int:
    """Rows that lines take on a terminal."""
    parts = (part for line in lines for part in unstyled(line).split("\n"))
    return sum(max(-(-width(part) // COLUMNS), 1) for part in parts)


def _line(finding: Finding, longest: int | None = None) -> str:
    """One finding on one line: where, rule, record and field, found, expected."""
    rule = typer.style(finding.rule, fg=COLOURS[finding.severity])
    parts = (finding.found or "nothing", finding.expected)
    found, expected = (safe(shortened(part, longest or len(part))) for part in parts)
    subject = f" {safe(finding.subject)}" if finding.subject else ""
    return f"{bold(safe(finding.where))}: {rule}{subject}: found {found}, expected {expected}"


def verdict(result: Report) -> str:
    """The verdict on one line, green or red."""
    return typer.style(safe(result.verdict), bold=True, fg="green" if result.passed else "red")


def summary(result: Report, every: bool = False) -> Iterator[tuple[str, str]]:
    """What was checked and what was not, as names and values."""
    if result.rows:
        yield "tables", f"{len(result.rows):,} with {sum(result.rows.values()):,} rows"
    if result.receipts.required:
        yield from _proof(result.receipts, bool(result.spans_in_texts))
    if result.unproven:
        yield "not proven", _unproven(result, every)
    if result.spans_in_texts:
        yield "offsets", f"{result.spans_in_texts:,} spans compared with the articles' texts"
    if result.allowed:
        yield "allowed", _counts(result.allowed)
    if result.left_out:
        yield "left out", f"{len(result.left_out)} rules, by --select or --ignore"
    yield from _withheld(result)
    sentences = result.unchecked
    for sentence in sentences if every else sentences[:MOST_UNCHECKED]:
        yield "not checked", sentence if every else shortened(sentence, 2 * LONGEST)
    if not every and len(sentences) > MOST_UNCHECKED:
        yield "", f"and {len(sentences) - MOST_UNCHECKED} more; {ALL} them"


def _proof(of: Receipts, with_texts: bool) -> Iterator[tuple[str, str]]:
    """How many cells have a receipt, and how strong it is; how strong the proof of claims is."""
    sentence = "; in claims, by those of their own sentence" if with_texts and of.grades else ""
    shown = "100" if of.evidenced == of.required else f"{100 * of.evidenced / of.required:.2f}"
    yield "receipts", f"{of.evidenced:,} of {of.required:,} cells that need one ({shown} %)"
    strengths = {
        "stated": (of.stated, f"by words{sentence}"),
        "inherited": (of.inherited, "by words of another sentence"),
        "inferred": (of.inferred, "by a reader"),
    }
    for name, (cells, how) in strengths.items():
        if cells:
            yield name, f"{cells:,} ({100 * cells / of.required:.1f} %) {how}"
    if of.exempt:
        yield "exempt", f"{of.exempt:,} cells that need none"
    if of.grades:
        grades = ", ".join(f"{name} {number:,}" for name, number in of.grades.items())
        yield "claims", f"{sum(of.grades.values()):,}: {grades}"


def _unproven(result: Report, every: bool) -> str:
    """The columns of claims that no declaration covers, the first of them by name."""
    names = [f"{table}.{name}" for table, names in result.unproven.items() for name in names]
    shown = ", ".join(map(safe, names if every else names[:MOST_UNPROVEN]))
    more = "" if every or len(names) <= MOST_UNPROVEN else f", … ({ALL} them)"
    columns, tables = counted(len(names), "column"), counted(len(result.unproven), "table")
    return f"{columns} of {tables}, which no declaration covers: {shown}{more}"


def _withheld(result: Report) -> Iterator[tuple[str, str]]:
    counts = {rule: n for rule, n in result.withheld.items() if rule != NOT_CHECKED}
    if counts:
        number = counted(sum(counts.values()), "finding")
        why = "that rest on a table which could not be read"
        yield "withheld", f"{number} {why}: {_counts(counts)}"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{rule} {number:,}" for rule, number in sorted(counts.items()))
