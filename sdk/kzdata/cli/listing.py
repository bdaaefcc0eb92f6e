"""A report for people: what is wrong, the cause first, and no more of one cause than a screen.

A rule's findings are listed column by column, the first places of each, and the rest is counted;
`--all` lists everything. What follows from a table that could not be read is counted only.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

import typer

from kzdata.cli.terminal import aligned, as_text, bold, safe, shortened, unstyled, width
from kzdata.validation import RULES, Finding, Report
from kzdata.validation.report import NOT_CHECKED, SEVERITIES, counted

ROWS, COLUMNS = 24, 80  # of the smallest terminal, which one cause must not fill
LEAST_ROWS = 3  # that the findings of a rule have, however many rules there are
LONGEST = 120  # characters of what was found, and of what was expected
MOST_UNCHECKED = 4  # sentences about what was not checked
ALL = "--all lists them"
COLOURS = {"error": "red", "warning": "yellow", "unchecked": "blue"}


def report(result: Report, every: bool = False) -> str:
    """A report: the findings, how to mend them, and what was checked; `every`: nothing is cut."""
    listed = [found for found in result.findings if found.severity != "unchecked"]
    rules = by_cause(listed)
    below = [verdict(result), *aligned(list(summary(result, every)))]
    if rules:
        below = ["", ways_out(result, rules), "", *below]
    room = max((ROWS - _rows(below)) // max(len(rules), 1), LEAST_ROWS)
    lines = [line for found in rules for line in _of_rule(found, None if every else room)]
    if every:
        lines += [_line(found) for found in result.followers if found.rule != NOT_CHECKED]
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


def _of_rule(findings: Sequence[Finding], room: int | None) -> Iterator[str]:
    """Lines of a rule's findings, column by column; at most so many rows, where that is stated."""
    place = attrgetter("file", "field")
    columns = [list(group) for _, group in groupby(sorted(findings, key=_by_column), key=place)]
    columns.sort(key=lambda group: group[0].order)
    if room is None:
        for group in columns:
            yield from map(_line, group)
        return
    if _fits(columns, room):
        yield from (_line(found, LONGEST) for group in columns for found in group)
        return
    # Each has a place and a count at least; what has no room for these is counted together.
    shown = columns[: max(room // LEAST_ROWS, 1)]
    for group in shown:
        yield from _first(group, max(room // len(shown) - 1, 1))
    if rest := columns[len(shown) :]:
        number = f"{sum(map(len, rest)):,} in {counted(len(rest), 'other column')}"
        yield f"  {findings[0].rule}: {number}; {ALL}"


def _by_column(found: Finding) -> tuple[str, str]:
    return found.file, found.field or ""


def _fits(columns: Sequence[Sequence[Finding]], room: int) -> bool:
    if sum(map(len, columns)) > room:
        return False
    return _rows(_line(found, LONGEST) for group in columns for found in group) <= room


def _first(findings: Sequence[Finding], room: int) -> Iterator[str]:
    """The first findings of a column, as many as have room, and how many more there are."""
    rows = 0
    for number, found in enumerate(findings):
        line = _line(found, LONGEST)
        rows += _rows([line])
        if number and rows > room:
            column = f" in {safe(found.field)}" if found.field else ""
            more = f"{len(findings) - number:,} more{column} of {safe(found.file)}"
            yield f"  {found.rule}: {more}; {ALL}"
            return
        yield line


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
    if (of := result.receipts).required:
        share, inferred = (100 * part / of.required for part in (of.evidenced, of.inferred))
        shown = "100" if of.evidenced == of.required else f"{share:.2f}"
        cells = f"{of.evidenced:,} of {of.required:,} cells that need one ({shown} %)"
        yield "receipts", f"{cells}; {inferred:.1f} % rest on inference alone"
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
        yield "", f"and {len(sentences) - MOST_UNCHECKED} more; {ALL}"


def _withheld(result: Report) -> Iterator[tuple[str, str]]:
    counts = {rule: n for rule, n in result.withheld.items() if rule != NOT_CHECKED}
    if counts:
        number = counted(sum(counts.values()), "finding")
        why = "that rest on a table which could not be read"
        yield "withheld", f"{number} {why}: {_counts(counts)}"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{rule} {number:,}" for rule, number in sorted(counts.items()))
