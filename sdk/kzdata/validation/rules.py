"""What a rule is, and the register of all rules.

A rule is a named function; its name in kebab-case is its public code, its docstring its page in the
reference. It yields `Violation` values, or `Query` values whose rows are violations. What it needs
and what calls it follows from its group:

* `package`: the descriptor, the files, the version;
* `structure`: the shape of a CSV file;
* `cell`: one expression over one column, compiled with all others into one pass over the file;
* `reference`, `key`, `span`, `figure`, `evidence`, `consistency`: one relational expression over
  tables;
* `text`: what needs the articles themselves;
* `oracle`: the comparison with another validator, only when it is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, NamedTuple, TypeVar

from kzdata.validation.report import Severity

GROUPS = (
    "package",
    "structure",
    "cell",
    "reference",
    "key",
    "span",
    "figure",
    "evidence",
    "consistency",
    "text",
    "oracle",
)


class Violation(NamedTuple):
    """A breach before its place in the file is worked out.

    Attributes:
        table: Name of the table at fault; None when it is the package.
        ordinal: Row of the table, from 0; None when it is the whole file.
        field: Column at fault.
        found: What stands there; None to take the cell's own text.
        expected: What should stand there.
        line: Physical line, where already known.
        column: Physical column, where already known.
        file: The file, where it is not the table's.
    """

    table: str | None
    ordinal: int | None = None
    field: str | None = None
    found: str | None = None
    expected: str = ""
    line: int | None = None
    column: int | None = None
    file: str | None = None


class Query(NamedTuple):
    """A relational expression whose rows are violations.

    Attributes:
        table: Table at fault; None where the rows tell.
        sql: Yields row, field, found and expected in that order, after the table's name where
            `table` is None.
    """

    table: str | None
    sql: str


class Breach(NamedTuple):
    """A cell rule for one column: true in SQL where the cell breaks it, and what was expected."""

    sql: str
    expected: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its public code, its meaning and the way out."""

    name: str
    group: str
    severity: Severity
    fix: str
    doc: str
    check: Callable[..., Any]


RULES: dict[str, Rule] = {}
"""All rules by name, in the order in which they are defined."""

_Check = TypeVar("_Check", bound=Callable[..., Any])


def rule(group: str, fix: str, severity: Severity = "error") -> Callable[[_Check], _Check]:
    """Register a function as a rule.

    Args:
        group: One of `GROUPS`.
        fix: The way out, as an instruction.
        severity: Of its findings.
    """

    def register(check: _Check) -> _Check:
        name = check.__name__.replace("_", "-")
        doc = cleandoc(check.__doc__ or "")
        RULES[name] = Rule(name, group, severity, fix, doc, check)
        return check

    return register


def in_group(group: str) -> list[Rule]:
    """The rules of a group, in order."""
    return [rule for rule in RULES.values() if rule.group == group]
