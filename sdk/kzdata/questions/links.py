"""Links: the curated relations between claims, and which claims no longer stand by them."""

from collections.abc import Iterable
from dataclasses import dataclass

from kzdata.database import LISTED, among, identifier, table_named, text
from kzdata.descriptor import Links as Declaration
from kzdata.tables import Shelf


@dataclass(frozen=True, slots=True)
class Link:
    """A curated relation: `claim` stands in it to `other`."""

    claim: str
    relation: str
    other: str
    note: str | None


class Links:
    """The links of a package; none where it declares no `kzdata:links`."""

    def __init__(self, shelf: Shelf) -> None:
        table = shelf.descriptor.one("links")
        self._database = shelf.database
        self._gone = shelf.descriptor.one("tombstones")
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
        known = f"claim IN (SELECT key FROM {keys}) AND other IN (SELECT key FROM {keys})"
        least, most = "least(claim, other)", "greatest(claim, other)"
        return (
            f"(SELECT DISTINCT {least} AS one, {most} AS two FROM {self._relation} AS l "
            f"WHERE {chosen} AND {known})"
        )

    def retracted(self, keys: str) -> str:
        """SQL of the relation `id`: claims that another claim retracts, or that are withdrawn."""
        withdrawn = ""
        if self._gone and self._gone.schema.tombstones:
            record = text(identifier(self._gone.schema.tombstones.record))
            withdrawn = f" UNION SELECT {record} FROM {table_named(self._gone.name)}"
        chosen = among("relation", self.declared.retracts)
        return (
            f"(SELECT other AS id FROM {self._relation} AS l JOIN {keys} AS k ON k.key = claim "
            f"WHERE {chosen}{withdrawn})"
        )

    def superseded(self, keys: str) -> str:
        """SQL of the relation `id`: claims that another claim, not itself retracted, supersedes."""
        chosen = among("relation", self.declared.supersedes)
        return (
            f"(SELECT other AS id FROM {self._relation} AS l JOIN {keys} AS k ON k.key = claim "
            f"WHERE {chosen} "
            f"AND claim NOT IN (SELECT id FROM {self.retracted(keys)} WHERE id IS NOT NULL))"
        )


_EMPTY = "(SELECT '' AS claim, '' AS relation, '' AS other, '' AS note WHERE false)"


def _relation(table: str, declared: Declaration) -> str:
    names = ("claim", "relation", "other")
    columns = [f"{text(identifier(getattr(declared, name)))} AS {name}" for name in names]
    columns.append(f"{text(identifier(declared.note)) if declared.note else 'NULL'} AS note")
    known = " AND ".join(f"{identifier(getattr(declared, name))} IS NOT NULL" for name in names)
    return f"(SELECT {', '.join(columns)} FROM {table_named(table)} WHERE {known})"
