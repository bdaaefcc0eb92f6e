"""Carrying out rules: from what they yield to violations, kept up to a limit and counted beyond."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from kzdata.engine import sql
from kzdata.engine.database import Database
from kzdata.errors import QueryError
from kzdata.validation.rule import Query, Rule, Violation

MAX_FINDINGS = 1_000
"""Findings kept of one rule in one table; the rest are counted."""
MAX_CHARACTERS = 1_000
"""Characters of a cell that are kept."""


class Outcome(NamedTuple):
    """What one rule found: violations up to the limit in each table, and how many more."""

    rule: Rule
    violations: tuple[Violation, ...]
    omitted: int = 0


def evaluate(
    rule: Rule, results: Iterable[Violation | Query] | None, database: Database
) -> Outcome:
    """Carry out what a rule yields."""
    kept: list[Violation] = []
    seen: Counter[str | None] = Counter()
    omitted = 0
    try:
        for result in results or ():
            if isinstance(result, Query):
                violations, more = _violations(result, database)
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
        # What could not be told is never a pass.
        kept.append(Violation(None, None, None, f"could not tell: {error}", "an answer"))
    return Outcome(rule, tuple(kept), omitted)


def _violations(query: Query, database: Database) -> tuple[list[Violation], int]:
    """Violations of a query, the first in the file's order, and how many more there are."""
    columns = ("tab, " if query.table is None else "") + "ord, field"
    words = ", ".join(sql.beginning(name, MAX_CHARACTERS) for name in ("found", "expected"))
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
        Violation(table, row, field, None if found is None else str(found), str(expected))
        for table, row, field, found, expected in rows
    ], more
