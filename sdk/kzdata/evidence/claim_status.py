"""Links: the curated relations between claims, and which claims no longer stand by them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzdata.engine.sql import LISTED, among, table_named
from kzdata.evidence.profile import cell, declared
from kzdata.standard.declarations import Links as Declaration
from kzdata.standard.declarations import Tombstones

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Link:
    """A curated relation: `claim` stands in it to `other`; `mutual` ones hold both ways."""

    claim: str
    relation: str
    other: str
    note: str | None
    mutual: bool = False


def relation_in_words(relation: str) -> str:
    """A relation as it is read before the claim that it leads to."""
    return _WORDS.get(relation, relation.replace("_", " "))


_WORDS = {
    "differs_in_scope": "differs in scope from",
    "same_as": "says the same as",
    "part_of": "is part of",
}


class Links:
    """The links of a package; none where it declares no `kzdata:links`."""

    def __init__(self, dataset: "Dataset") -> None:
        self._database = dataset.database
        self._relation, self._withdrawn = _NO_LINKS, ""
        self.declared = Declaration(claim="claim", relation="relation", other="other")
        if found := declared(dataset.descriptor, Declaration):
            table, self.declared = found
            self._relation = _relation(table.name, self.declared)
        if tombstones := declared(dataset.descriptor, Tombstones):
            table, role = tombstones
            self._withdrawn = f"UNION SELECT {cell(role.record)} FROM {table_named(table.name)} t"

    def of(self, claims: Iterable[str]) -> dict[str, tuple[Link, ...]]:
        """Links from and to claims, by claim, in the order of relation and keys."""
        keys = sorted(set(claims))
        rows = self._database.rows(
            # A claim is found at either end of a link.
            f"SELECT claim, relation, other, note FROM {self._relation} AS l "
            f"WHERE claim IN {LISTED} OR other IN {LISTED} ORDER BY relation, claim, other",
            [keys, keys],
        )
        d = self.declared
        mutual = {*d.same, *d.differs, *d.contradicts}
        found: dict[str, list[Link]] = {key: [] for key in keys}
        for row in rows:
            claim, relation, other, note = row
            link = Link(claim, relation, other, note, relation in mutual)
            for end in {link.claim, link.other} & found.keys():
                found[end].append(link)
        return {key: tuple(links) for key, links in found.items()}

    @property
    def pairs(self) -> str:
        """SQL of the relation `one`, `two`: claims that a link ties, in whatever relation."""
        ends = "least(claim, other) AS one, greatest(claim, other) AS two"
        return f"(SELECT DISTINCT {ends} FROM {self._relation} AS l)"

    def contradictions(self, keys: str) -> str:
        """SQL of the relation `one`, `two`: contradictory claims among some (column `key`)."""
        return self._pairs(keys, self.declared.contradicts)

    def differing(self, keys: str) -> str:
        """SQL of the same relation: claims that differ in scope."""
        return self._pairs(keys, self.declared.differs)

    def _pairs(self, keys: str, relations: Iterable[str]) -> str:
        chosen = among("relation", relations)
        # Few claims are linked, so that only these are looked up among all that there are.
        return f"""(WITH link AS MATERIALIZED (
                SELECT claim, other FROM {self._relation} AS l WHERE {chosen}),
            known AS MATERIALIZED (SELECT key FROM {keys} AS k WHERE key IN (
                SELECT claim FROM link UNION ALL SELECT other FROM link))
            SELECT DISTINCT least(claim, other) AS one, greatest(claim, other) AS two FROM link
            WHERE claim IN (SELECT key FROM known) AND other IN (SELECT key FROM known))"""

    def statuses(self, keys: str) -> str:
        """SQL of the relation `id`, `retracted`, `superseded`: claims that no longer stand.

        One is retracted by another claim, or withdrawn from the package; or superseded by another
        claim that is not itself retracted.
        """
        d = self.declared
        retracts, supersedes = among("relation", d.retracts), among("relation", d.supersedes)
        # A link counts only while the claim that it comes from is there. What is gone is worked out
        # first, because a claim that is gone supersedes nothing; but what it took back stays so.
        return f"""(WITH link AS MATERIALIZED (SELECT claim, relation, other
                FROM {self._relation} AS l SEMI JOIN {keys} AS k ON k.key = claim),
            gone AS MATERIALIZED (
                SELECT other AS id FROM link WHERE {retracts} {self._withdrawn}),
            status AS (SELECT id, true AS retracted, false AS superseded FROM gone UNION ALL
                SELECT other, false, true FROM link ANTI JOIN gone ON gone.id = claim
                WHERE {supersedes})
            SELECT id, bool_or(retracted) AS retracted, bool_or(superseded) AS superseded
            FROM status GROUP BY id)"""


_NO_LINKS = "(SELECT '' AS claim, '' AS relation, '' AS other, '' AS note WHERE false)"


def _relation(table: str, role: Declaration) -> str:
    names = ("claim", "relation", "other", "note")
    columns = ", ".join(f"{cell(getattr(role, name))} AS {name}" for name in names)
    known = " AND ".join(f"{cell(getattr(role, name))} IS NOT NULL" for name in names[:3])
    return f"(SELECT {columns} FROM {table_named(table)} AS t WHERE {known})"
