"""Pairs of claims about one thing that cannot both be true, as their own cells show.

What is about one thing, and what excludes what, says docs/questions.md. The questions ask it of the
typed tables of a package, a validation of the texts of its cells.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kzdata.engine.sql import among, literal, temp_table
from kzdata.evidence.claims import Claims
from kzdata.evidence.hierarchy import Spread
from kzdata.evidence.intervals import each_day, exceeds


class _Join(NamedTuple):
    """A way in which two claims may be a pair."""

    side: str  # of which relation they are: `all`, `daily` for one row a day, `near` for one event
    within: str  # when a population or a place lies within another
    disagree: str  # the further condition
    where: str  # what some claim must be, or there is no such pair


# SQL of the claims that may be part of a pair (`temp_table("claim")`), and the ways to be one.
_Search = tuple[str, list[_Join]]


class PairSearch:
    """The pairs of one table of claims, some or all: about a place, or about an event.

    Args:
        limit: How many pairs are wanted.
        linked: Whether a pair counts that a link ties, in whatever relation.

    Attributes:
        hierarchies: The populations and places of the table, by role.
        candidates: SQL of the claims that may be one of a pair, from `FROM` on.
    """

    def __init__(
        self,
        claims: Claims,
        place: str | None,
        event: str | None,
        limit: int,
        *,
        linked: bool = True,
    ) -> None:
        self._claims, self._table, self._database = claims, claims.table, claims.database
        self._limit = limit
        self._kept = "" if linked else f"ANTI JOIN {claims.links.pairs} AS l USING (one, two)"
        self._wholes: dict[str, str] = {}
        known = {role: claims.hierarchy(role) for role in ("population", "place")}
        self.hierarchies = {role: values for role, values in known.items() if values}
        # A superseded claim still disagrees with others; one that was taken back does not.
        retracted = f"(SELECT id FROM {claims.statuses} WHERE retracted)"
        wanted = ["true"]
        if place is not None:
            where = self.hierarchies.get("place")
            wanted.append(f"place IN (SELECT id FROM {where.within(place)})" if where else "false")
        if event is not None:
            wanted.append(f"event = {literal(event)}")
        unsaid = [f"{role} IS NULL" for role in self.hierarchies]
        self._partial = " OR ".join([*unsaid, "first IS NULL"])
        self.candidates = (
            f"{claims.relation} AS c ANTI JOIN {retracted} AS g ON g.id = c.key "
            f"WHERE {' AND '.join(wanted)}"
        )

    def computed(self, spread: Spread) -> dict[tuple[str, str], str]:
        """Pairs of keys, the smaller first, with `figure` or `state`, up to one past the limit.

        `spread` holds the hierarchies, which other searches share.

        Raises:
            UsageError: A hierarchy goes in a circle.
        """
        searches: dict[str, _Search] = {}
        if self._claims.declared.state:
            searches["state"] = self._states()
        if self._table.schema.figure:
            searches["figure"] = self._figures()
        found: dict[tuple[str, str], str] = {}
        if searches:
            self._wholes = {role: spread.table(of) for role, of in self.hierarchies.items()}
        for kind, search in searches.items():
            found |= dict.fromkeys(self._smallest_pairs(*search), kind)
        return found

    def _smallest_pairs(self, rows: str, joins: list[_Join]) -> list[tuple[str, str]]:
        """The pairs with the smallest keys: up to the limit, and one more if there are more.

        Both claims of a pair are candidates. So all pairs whose smaller key is among the first
        candidates come before all other pairs, and mostly suffice.
        """
        with self._database.temp_tables(claim=rows):
            joins, count = self._possible(joins)
            wanted = self._limit + 1
            most = _FIRST * wanted
            pairs = self._first_pairs(joins, most, count)
            while len(pairs) < wanted and most < count:
                # Twice as many as would do, if those that follow have as many pairs.
                most = 2 * most * wanted // max(len(pairs), 1)
                pairs = self._first_pairs(joins, most, count)
            return pairs

    def _possible(self, joins: list[_Join]) -> tuple[list[_Join], int]:
        """The joins of which some claim held is, and how many claims are held."""
        # A join that finds nothing still reads both sides.
        wheres = ", ".join(f"count(*) FILTER ({join.where})" for join in joins)
        ((count, *counts),) = self._database.rows(f"SELECT count(*), {wheres} FROM {CLAIMS}")
        return [join for join, of in zip(joins, counts, strict=True) if of], count

    def _first_pairs(self, joins: list[_Join], most: int, count: int) -> list[tuple[str, str]]:
        """Pairs whose smaller key is among the first so many of the claims held."""
        if not joins:
            return []
        every = most >= count
        sides = {} if every else self._sides(most, joins)
        with self._database.temp_tables(**sides):
            pairs_of = self._pairs_of_all if every else self._pairs_within
            found = " UNION ALL ".join(sql for join in joins for sql in pairs_of(join))
            return self._database.rows(
                f"""FROM (SELECT DISTINCT least(one, two) AS one, greatest(one, two) AS two
                    FROM ({found})) {self._kept} ORDER BY one, two LIMIT {self._limit + 1}"""
            )

    @staticmethod
    def _sides(most: int, joins: Iterable[_Join]) -> dict[str, str]:
        """SQL of the sides of joins: the first claims, the same by day, others of their events.

        Both are held as tables, of which DuckDB knows the size and so hashes the smaller side.
        """
        # The key up to which claims are early: a bound is cheaper to test than a list of keys.
        first = f"(SELECT max(key) FROM (SELECT key FROM {CLAIMS} ORDER BY key LIMIT {most}))"
        sides = {"early": f"FROM {CLAIMS} WHERE key <= {first}"}
        wanted = {join.side for join in joins}
        if "daily" in wanted:
            sides["early_daily"] = f"FROM {_daily(temp_table('early'))}"
        if "near" in wanted:
            sides["near"] = (
                f"SELECT c.* FROM {CLAIMS} AS c SEMI JOIN {temp_table('early')} USING (event)"
            )
        return sides

    def _pairs_of_all(self, join: _Join) -> Iterator[str]:
        """SQL of all pairs in which `p` lies within `w`."""
        rows = _daily(CLAIMS) if join.side == "daily" else CLAIMS
        yield self._pairs(join, self._spread(rows), rows, "<>", "_of", "")

    def _pairs_within(self, join: _Join) -> Iterator[str]:
        """SQL of pairs in which `p` lies within `w`, the smaller key among the early ones.

        Either of the two may be the early one. It is the side that is spread over the hierarchies:
        as a part over all that it lies in, as a whole over all that lies in it.
        """
        early, others = {
            "all": (temp_table("early"), CLAIMS),
            "daily": (temp_table("early_daily"), _daily(CLAIMS)),
            "near": (temp_table("early"), temp_table("near")),
        }[join.side]
        yield self._pairs(join, self._spread(early), others, "<", "_of", "")
        yield self._pairs(join, others, self._spread(early, down=True), ">", "", "_of")

    def _pairs(self, join: _Join, part: str, whole: str, order: str, up: str, down: str) -> str:
        same = [f"p.{name} IS NOT DISTINCT FROM w.{name}" for name in self._claims.about]
        lies = [
            join.within.format(part=f"p.{role}{up}", whole=f"w.{role}{down}")
            for role in self.hierarchies
        ]
        conditions = [*same, *lies, f"p.key {order} w.key", join.disagree]
        return f"""SELECT p.key AS one, w.key AS two
            FROM {part} AS p JOIN {whole} AS w ON {" AND ".join(conditions)}"""

    def _states(self) -> _Search:
        # States are few enough that all are compared with all; who says no place is not left out.
        differ = f"p.state <> w.state AND {self._exclusive} AND {_OVERLAP} IS NOT FALSE"
        rows = self.candidate_rows(["state"], "state IS NOT NULL")
        return rows, [_Join("all", _WITHIN_OR_UNSAID, differ, "true")]

    @property
    def _exclusive(self) -> str:
        """SQL: no list of states that can all be true has both."""
        lists = self._claims.declared.compatible
        both = (f"({among('p.state', one)} AND {among('w.state', one)})" for one in lists)
        return f"NOT ({' OR '.join(both) or 'false'})"

    def candidate_rows(self, columns: Sequence[str], condition: str) -> str:
        """SQL of claims, with what all searches need of them and further columns."""
        names = ("key", "event", *self._claims.about, "population", "place", "first", "last")
        return f"""SELECT {", ".join((*names, *columns))}, {self._partial} AS partial
            FROM {self.candidates} AND {condition}
            AND coalesce({", ".join(self._claims.about)}) IS NOT NULL"""

    def _figures(self) -> _Search:
        counts = self._claims.declared.outcome is not None
        # One exceeds the other only where both have the end: so fewer rows are joined.
        ends = "p.low IS NOT NULL AND w.high IS NOT NULL"
        larger = f"p.unit IS NOT DISTINCT FROM w.unit AND {ends} AND {exceeds('p', 'w', counts)}"
        joins = [join._replace(disagree=f"{join.disagree} AND {larger}") for join in _FIGURES]
        rows = self.candidate_rows(
            ["unit", "low", "high", "above", "below"],
            "numbered AND coalesce(low, high) IS NOT NULL",
        )
        return rows, joins

    def _spread(self, rows: str, *, down: bool = False) -> str:
        """SQL: each row with each population and place that its own is part of, as `place_of`."""
        columns, joins = ["c.*"], [f"{rows} AS c"]
        own, other = ("whole", "id") if down else ("id", "whole")
        for role, wholes in self._wholes.items():
            columns.append(f"coalesce({role}s.{other}, c.{role}) AS {role}_of")
            joins.append(f"LEFT JOIN {wholes} AS {role}s ON {role}s.{own} = c.{role}")
        return f"(SELECT {', '.join(columns)} FROM {' '.join(joins)})"


CLAIMS = temp_table("claim")
_WITHIN = "{part} = {whole}"
_WITHIN_OR_UNSAID = "({part} = {whole}) IS NOT FALSE"
_OVERLAP = "(p.first <= w.last AND w.first <= p.last)"
_SAME_EVENT = f"p.event = w.event AND {_OVERLAP} IS NOT FALSE"
# Equality joins a million claims fast, so that periods of up to this many days are joined day by
# day, and only longer ones by comparison.
_FEW = 3
_LONG = f"(NOT partial AND last - first >= {_FEW})"
# How the days of two figures may overlap; and, where one of the two does not say the population,
# the place or the day, how both may be about one event.
_FIGURES = (
    _Join("daily", _WITHIN, "p.each = w.each", "true"),
    _Join("daily", _WITHIN, f"p.each IS NULL AND {_OVERLAP}", _LONG),
    _Join("daily", _WITHIN, f"w.each IS NULL AND p.each IS NOT NULL AND {_OVERLAP}", _LONG),
    _Join("near", _WITHIN_OR_UNSAID, f"p.partial AND {_SAME_EVENT}", "partial"),
    _Join("near", _WITHIN_OR_UNSAID, f"w.partial AND NOT p.partial AND {_SAME_EVENT}", "partial"),
)
_FIRST = 4  # candidates that are looked at first, for each disagreement that may be listed


def _daily(rows: str) -> str:
    """SQL of those of some claims that say all, a row for each of their days."""
    return each_day(f"(FROM {rows} WHERE NOT partial)", "first", "last", _FEW)
