"""How strong the proof of a claim is: what carries its cells, by the roles of its receipts.

With the articles' texts at hand a validation sees to it that the roles are true: words that do not
stand in the claim's own sentence are `inherited` (the rule `claim-scattered`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzdata.engine.sql import LISTED, table_named
from kzdata.evidence.profile import cell, column_label, declared
from kzdata.standard.declarations import Edges
from kzdata.standard.descriptor import Table

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

GRADES = SAID, PIECED_TOGETHER, CONCLUDED = ("the words say it", "pieced together", "concluded")
"""From the strongest: all cells by the claim's own sentence; some by words that stand elsewhere; or
some that a reader concludes."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What carries the cells of a claim.

    Attributes:
        grade: One of `GRADES`.
        inherited: The columns whose words stand elsewhere than in the claim's own sentence.
        inferred: The columns that a reader concludes.
        words: The same in words, with the titles of the columns.
    """

    grade: str
    inherited: tuple[str, ...]
    inferred: tuple[str, ...]
    words: str


def grade(inherited: object, inferred: object) -> str:
    """The grade of a claim of which some cells are inherited, or inferred."""
    return CONCLUDED if inferred else PIECED_TOGETHER if inherited else SAID


def proofs(dataset: "Dataset", table: Table, claims: Iterable[str]) -> dict[str, Proof]:
    """The proof of some claims of a table by key; none where the package has no receipts."""
    wanted, found = list(claims), declared(dataset.descriptor, Edges)
    if found is None or not wanted:
        return {}
    weaker = _weaker(dataset, *found, wanted)
    return {key: _proof(table, *weaker[key]) for key in wanted}


def _proof(table: Table, inherited: list[str], inferred: list[str]) -> Proof:
    parts = {
        "elsewhere in the article": _titles(table, inherited),
        "by a reader": _titles(table, inferred),
    }
    told = "; ".join(f"{how}: {', '.join(titles)}" for how, titles in parts.items() if titles)
    name = grade(inherited, inferred)
    words = f"{name} ({told})" if told else name
    return Proof(name, tuple(inherited), tuple(inferred), words)


def _titles(table: Table, columns: Iterable[str]) -> list[str]:
    """What columns are called, each once; how precise a date is belongs to the date."""
    dates = {d.precision: d.start for d in table.schema.dates}
    named = dict.fromkeys(dates.get(name, name) for name in columns)
    return [column_label(table, name) for name in named if name in table.schema.names]


def _weaker(
    dataset: "Dataset", edges: Table, e: Edges, claims: list[str]
) -> dict[str, tuple[list[str], list[str]]]:
    """By claim, the columns that are inherited at best, and those that are only inferred."""
    record, field, role = (cell(name, "e") for name in (e.record, e.field, e.role))
    rows = dataset.database.rows(
        f"""SELECT {record}, {field}, bool_and({role} = 'inferred')
        FROM {table_named(edges.name)} e WHERE {record} IN {LISTED} AND {field} IS NOT NULL
        GROUP BY ALL HAVING bool_and({role} IN ('inherited', 'inferred')) ORDER BY ALL""",
        [claims],
    )
    found: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for key, name, inferred in rows:
        found[key][bool(inferred)].append(name)
    return found
