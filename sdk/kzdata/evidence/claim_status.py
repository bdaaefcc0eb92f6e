"""Links: the curated relations between claims, and which claims no longer stand by them."""

from collections.abc import Iterable
from dataclasses import dataclass

from kzdata.engine.sql import LISTED, among, identifier, table_named, text
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Links as Declaration


@dataclass(frozen=True, slots=True)
class Link:
    """A curated relation: `claim` stands in it to `other`."""

    claim: str
    relation: str
    other: str
    note: str | None


class Links:
    """The links of a package; none where it declares no `kzdata:links`."""

    def __init__(self, dataset: Dataset) -> None:
        table = dataset.descriptor.one("links")
        self._database = dataset.database
        self._gone = dataset.descriptor.one("tombstones")
        self.declared = (table.schema.links if table else None) or Declaration(
            claim="claim", relation="relation", other="other"
        )
        self._relation = _relation(table.name, self.declared) if table else _EMPTY

    def of(self, claims: Iterable[str]) -> dict[str, tuple[Link, ...]]:
        """Links from and to claims, by claim, in the order of relation and keys."""
        keys = sorted(set(claims))
        rows = self._database.rows(
            f"SELECT claim, relation, other, note FROM {self._relation} AS l "
            f"WHERE claim IN {LISTED} OR other IN {LISTED} ORDER BY relation, claim, other",
            [keys, keys],
        )
        found: dict[str, list[Link]] = {key: [] for key in keys}
        for row in rows:
            link = Link(*row)
            for end in {link.claim, link.other} & found.keys():
                found[end].append(link)
        return {key: tuple(links) for key, links in found.items()}

    def contradictions(self, keys: str) -> str:
        """SQL of the relation `one`, `two`: claims that are linked as contradictory.

        Args:
            keys: SQL of a relation with the column `key`, the claims that may be told of.
        """
        chosen = among("relation", self.declared.contradicts)
        # Few claims are linked, so that only these are looked up among all that there are.
        return f"""(WITH link AS MATERIALIZED (
                SELECT claim, other FROM {self._relation} AS l WHERE {chosen}),
            known AS MATERIALIZED (SELECT key FROM {keys} AS k WHERE key IN (
                SELECT claim FROM link UNION ALL SELECT other FROM link))
            SELECT DISTINCT least(claim, other) AS one, greatest(claim, other) AS two FROM link
            WHERE claim IN (SELECT key FROM known) AND other IN (SELECT key FROM known))"""

    def fates(self, keys: str) -> str:
        """SQL of the relation `id`, `retracted`, `superseded`: claims that no longer stand.

        One is retracted by another claim, or withdrawn from the package; or superseded by another
        claim that is not itself retracted.

        Args:
            keys: SQL of a relation with the column `key`, the claims that there are.
        """
        d = self.declared
        retracts, supersedes = among("relation", d.retracts), among("relation", d.supersedes)
        # A link counts only while the claim that it comes from is there. What is gone is worked out
        # first, because a claim that is gone supersedes nothing; but what it took back stays so.
        return f"""(WITH link AS MATERIALIZED (SELECT claim, relation, other
                FROM {self._relation} AS l SEMI JOIN {keys} AS k ON k.key = claim),
            gone AS MATERIALIZED (
                SELECT other AS id FROM link WHERE {retracts} {self._withdrawn}),
            fate AS (SELECT id, true AS retracted, false AS superseded FROM gone UNION ALL
                SELECT other, false, true FROM link ANTI JOIN gone ON gone.id = claim
                WHERE {supersedes})
            SELECT id, bool_or(retracted) AS retracted, bool_or(superseded) AS superseded
            FROM fate GROUP BY id)"""

    @property
    def _withdrawn(self) -> str:
        """SQL that adds the records of the package's tombstones."""
        if not self._gone or not self._gone.schema.tombstones:
            return ""
        record = text(identifier(self._gone.schema.tombstones.record))
        return f"UNION SELECT {record} FROM {table_named(self._gone.name)}"


_EMPTY = "(SELECT '' AS claim, '' AS relation, '' AS other, '' AS note WHERE false)"


def _relation(table: str, declared: Declaration) -> str:
    names = ("claim", "relation", "other")
    columns = [f"{text(identifier(getattr(declared, name)))} AS {name}" for name in names]
    columns.append(f"{text(identifier(declared.note)) if declared.note else 'NULL'} AS note")
    known = " AND ".join(f"{identifier(getattr(declared, name))} IS NOT NULL" for name in names)
    return f"(SELECT {', '.join(columns)} FROM {table_named(table)} WHERE {known})"
