"""Disagreements: claims about one thing that cannot all be true, and why.

Two claims of one table are about one thing when what they are about is equal, and when population,
place and day of the one lie within those of the other. Where a claim does not say the place or the
day, both are about one thing only if they are about the same event. What they say then disagrees if

- they give figures, and no number fits both; or, where the one counts a part of what the other
  counts, the part is larger than the whole;
- they say states (dismissed, resigned) that differ.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from kzdata.engine.sql import literal, temp_table
from kzdata.evidence.claim_status import Link
from kzdata.evidence.claims import Claim, Claims, described, tables
from kzdata.evidence.hierarchy import check
from kzdata.evidence.intervals import each_day, exceeds
from kzdata.questions.answers import MOST, Rows
from kzdata.standard.dataset import Dataset

_VERDICTS = ("contradiction", "uncurated", "explained")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two claims that disagree.

    Attributes:
        first: A claim.
        second: The other claim.
        computed: Whether it follows from the claims' own cells.
        verdict: `contradiction` where a curator linked the two as contradictory; `explained` where
            a curator linked them in another way; `uncurated` where nobody has judged yet.
        reason: Why, in words.
        links: The curated relations between the two, with the curator's notes.
    """

    first: Claim
    second: Claim
    computed: bool
    verdict: str
    reason: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Disagreements(Rows):
    """All disagreements: contradictions first, then what nobody has judged, then what is explained.

    Attributes:
        found: The disagreements.
        more: How many further ones were found at least, and are not listed.
    """

    found: tuple[Disagreement, ...]
    more: int

    columns: ClassVar[tuple[str, ...]] = (
        *("verdict", "computed", "table", "first", "first_says", "first_source", "first_quote"),
        *("first_link", "second", "second_says", "second_source", "second_quote", "second_link"),
        *("reason", "relations"),
    )

    def __iter__(self) -> Iterator[Disagreement]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    @property
    def contradictions(self) -> tuple[Disagreement, ...]:
        """What a curator called a contradiction."""
        return tuple(one for one in self.found if one.verdict == "contradiction")

    @property
    def uncurated(self) -> tuple[Disagreement, ...]:
        """What is computed and nobody has judged."""
        return tuple(one for one in self.found if one.verdict == "uncurated")

    @property
    def explained(self) -> tuple[Disagreement, ...]:
        """What is computed, and a curator's link explains."""
        return tuple(one for one in self.found if one.verdict == "explained")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """One row for each disagreement."""
        for one in self.found:
            relations = "; ".join(f"{x.claim} {x.relation} {x.other}" for x in one.links)
            first, second = _told(one.first), _told(one.second)
            yield (one.verdict, one.computed, one.first.table, *first, *second, one.reason,
                   relations)  # fmt: skip

    def __repr__(self) -> str:
        parts = [(len(self.contradictions), "contradictions"), (len(self.uncurated), "uncurated")]
        parts.append((len(self.explained), "explained"))
        return f"<Disagreements: {', '.join(f'{number} {name}' for number, name in parts)}>"


def _told(claim: Claim) -> tuple[str | None, ...]:
    cited = claim.receipt
    words = (cited.source, cited.quote, cited.link) if cited else (None, None, None)
    return (claim.key, said(claim), *words)


def said(claim: Claim) -> str:
    """What a claim says: its state, or its figure as printed with the numbers it allows."""
    if claim.interval is None:
        return claim.state or claim.wording or "no number"
    unit = f" {claim.unit}" if claim.unit else ""
    wording, numbers = claim.wording or "", str(claim.interval)
    plain = wording == numbers or claim.qualifier == "clock_time"
    figure = f"{wording}{unit}" if plain else f"{wording}{unit} ({numbers})"
    return f"{claim.state}: {figure}" if claim.state else figure


def disagreements(
    dataset: Dataset,
    place: str | None = None,
    event: str | None = None,
    policy: str | None = None,
    limit: int = MOST,
) -> Disagreements:
    """Answer `kz.disagreements`; see there."""
    parts = [
        Claims(dataset, table, policy) for table in tables(dataset, "a search for disagreements")
    ]
    for role, value in (("place", place), ("event", event)):
        check([known for part in parts if (known := part.scope(role))], role, value)
    found = [one for part in parts for one in _Part(part, place, event, limit).found()]
    found.sort(key=lambda one: (_VERDICTS.index(one.verdict), one.first.table, one.first.key))
    return Disagreements(tuple(found[:limit]), max(0, len(found) - limit))


class _Join(NamedTuple):
    """A way in which two claims may be a pair.

    Attributes:
        side: Of which relation they are: `all`, `daily` for one row a day, `near` for one event.
        within: When a population or a place lies within another.
        disagree: The further condition.
        where: What some claim must be, or there is no such pair.
    """

    side: str
    within: str
    disagree: str
    where: str


_Search = tuple[str, list[_Join]]
"""SQL of the claims that may be part of a pair (`temp_table("claim")`), and the ways to be one."""


class _Part:
    """The disagreements within one table of claims."""

    def __init__(self, claims: Claims, place: str | None, event: str | None, limit: int) -> None:
        self._claims, self._table, self._database = claims, claims.table, claims.database
        self._limit = limit
        self._scopes = {role: claims.scope(role) for role in ("population", "place")}
        gone = f"(SELECT id FROM {claims.fates} WHERE retracted)"
        wanted = ["true"]
        where = self._scopes["place"]
        if place is not None:
            within = where.within(place) if where else "(SELECT '' AS id WHERE false)"
            wanted.append(f"place IN (SELECT id FROM {within})")
        if event is not None:
            wanted.append(f"event = {literal(event)}")
        unsaid = [f"{role} IS NULL" for role, values in self._scopes.items() if values]
        self._partial = " OR ".join([*unsaid, "first IS NULL"])
        self._told = (
            f"{claims.relation} AS c ANTI JOIN {gone} AS g ON g.id = c.key "
            f"WHERE {' AND '.join(wanted)}"
        )

    def found(self) -> Iterator[Disagreement]:
        """Computed and curated disagreements."""
        computed = self._pairs()
        told = f"(SELECT key FROM {self._told})"
        curated = self._database.rows(
            f"SELECT one, two FROM {self._claims.links.contradictions(told)} "
            f"ORDER BY ALL LIMIT {self._limit + 1}"
        )
        pairs = dict.fromkeys([*computed, *((one, two) for one, two in curated)])
        claims = self._claims.get({key for pair in pairs for key in pair})
        for one, two in (pair for pair in pairs if claims.keys() >= set(pair)):
            yield self._disagreement(claims[one], claims[two], computed.get((one, two)))

    def _disagreement(self, one: Claim, two: Claim, kind: str | None) -> Disagreement:
        links = tuple(x for x in one.links if {x.claim, x.other} == {one.key, two.key})
        relations = {link.relation for link in links}
        verdict = "explained" if relations else "uncurated"
        if relations & set(self._claims.links.declared.contradicts):
            verdict = "contradiction"
        reason = self._reason(one, two, kind)
        return Disagreement(one, two, kind is not None, verdict, reason, links)

    def _reason(self, one: Claim, two: Claim, kind: str | None) -> str:
        about = ", ".join(self._about(one))
        if kind == "state":
            return f"the same {about}: {one.state} here, {two.state} there"
        if kind == "figure":
            about_each = "no number fits both"
            if self._nested(one, two):
                about_each = "a part would be larger than its whole"
            return f"the same {about}: {said(one)} here, {said(two)} there; {about_each}"
        return "a curator calls them contradictory"

    def _about(self, claim: Claim) -> Iterator[str]:
        for column, value in claim.about:
            if value is not None:
                yield f"{described(self._table, column)} {value}"

    @staticmethod
    def _nested(one: Claim, two: Claim) -> bool:
        scopes = [(claim.population, claim.place) for claim in (one, two)]
        return any(a != b and a and b for a, b in zip(*scopes, strict=True))

    def _pairs(self) -> dict[tuple[str, str], str]:
        """Pairs of keys, the smaller first, with `figure` or `state`."""
        searches: dict[str, Callable[[], _Search]] = {}
        if self._claims.declared.state:
            searches["state"] = self._states
        if self._table.schema.figure:
            searches["figure"] = self._figures
        found: dict[tuple[str, str], str] = {}
        with self._database.temp_tables(**(self._wholes if searches else {})):
            for kind, search in searches.items():
                found |= dict.fromkeys(self._smallest(search()), kind)
        return found

    def _smallest(self, search: _Search) -> list[tuple[str, str]]:
        """The pairs with the smallest keys: up to the limit, and one more if there are more.

        Both claims of a pair are candidates. So all pairs whose smaller key is among the first
        candidates come before all other pairs, and mostly suffice.
        """
        (rows, joins), many = search, _FIRST * (self._limit + 1)
        with self._database.temp_tables(claim=rows):
            pairs, count = self._among(joins, many)
            if len(pairs) > self._limit or count <= many:
                return pairs
            return self._among(joins, count)[0]

    def _among(self, joins: Iterable[_Join], most: int) -> tuple[list[tuple[str, str]], int]:
        """Pairs whose smaller key is among the first of the claims held, and how many claims."""
        if not (ways := [join for join in joins if self._any(join.where)]):
            return [], 0
        with self._database.temp_tables(**self._sides(most, ways)):
            found = " UNION ALL ".join(sql for way in ways for sql in self._both(way))
            # The left join tells how many claims there are also where there is no pair.
            rows = self._database.rows(
                f"""SELECT one, two, count FROM (SELECT count(*) AS count FROM {_ALL})
                LEFT JOIN (SELECT DISTINCT least(one, two) AS one, greatest(one, two) AS two
                    FROM ({found}) ORDER BY ALL LIMIT {self._limit + 1})
                ON true ORDER BY one, two"""
            )
        return [(one, two) for one, two, _ in rows if one is not None], rows[0][2]

    def _any(self, condition: str) -> bool:
        return bool(self._database.rows(f"SELECT 1 FROM {_ALL} WHERE {condition} LIMIT 1"))

    @staticmethod
    def _sides(most: int, ways: Iterable[_Join]) -> dict[str, str]:
        """SQL of what `_both` joins: the first claims, the same by day, and others of their events.

        Both are held as tables, of which DuckDB knows the size and so hashes the smaller side.
        """
        first = f"(SELECT max(key) FROM (SELECT key FROM {_ALL} ORDER BY key LIMIT {most}))"
        sides = {"early": f"FROM {_ALL} WHERE key <= {first}"}
        sides["early_daily"] = f"FROM {_daily(temp_table('early'))}"
        if any(way.side == "near" for way in ways):
            sides["near"] = (
                f"SELECT c.* FROM {_ALL} AS c SEMI JOIN {temp_table('early')} USING (event)"
            )
        return sides

    def _both(self, join: _Join) -> Iterator[str]:
        """SQL of pairs in which `p` lies within `w`, the smaller key among the early ones.

        Either of the two may be the early one. It is the side that is spread over the hierarchies:
        as a part over all that it lies in, as a whole over all that lies in it.
        """
        early, others = {
            "all": (temp_table("early"), _ALL),
            "daily": (temp_table("early_daily"), _daily(_ALL)),
            "near": (temp_table("early"), temp_table("near")),
        }[join.side]
        same = self._equal("p", "w", self._claims.about)
        wholes, parts = self._parts(early), self._parts(early, down=True)
        for part, whole, order, up in ((wholes, others, "<", True), (others, parts, ">", False)):
            ups, downs = "_of" * up, "_of" * (not up)
            lies = [
                join.within.format(part=f"p.{role}{ups}", whole=f"w.{role}{downs}")
                for role in self._roles
            ]
            conditions = [*same, *lies, f"p.key {order} w.key", join.disagree]
            yield f"""SELECT p.key AS one, w.key AS two
                FROM {part} AS p JOIN {whole} AS w ON {" AND ".join(conditions)}"""

    def _states(self) -> _Search:
        differ = f"p.state <> w.state AND {_OVERLAP} IS NOT FALSE"
        rows = self._claiming(["state"], f"state IS NOT NULL AND {self._known}")
        return rows, [_Join("all", _UNLESS, differ, "true")]

    def _claiming(self, columns: Sequence[str], condition: str) -> str:
        """SQL of claims, with what all searches need of them and further columns."""
        names = ("key", "event", *self._claims.about, "population", "place", "first", "last")
        return f"""SELECT {", ".join((*names, *columns))}, {self._partial} AS partial
            FROM {self._told} AND {condition}"""

    def _figures(self) -> _Search:
        counts = self._claims.declared.outcome is not None
        # One exceeds the other only where both have the end: so fewer rows are joined.
        ends = "p.low IS NOT NULL AND w.high IS NOT NULL"
        larger = f"p.unit IS NOT DISTINCT FROM w.unit AND {ends} AND {exceeds('p', 'w', counts)}"
        event = f"p.event = w.event AND {_OVERLAP} IS NOT FALSE AND {larger}"
        joins = [
            _Join("daily", _STATED, f"{days} AND {larger}", _LONG if "NULL" in days else "true")
            for days in _SAME_DAY
        ]
        joins += [
            _Join("near", _UNLESS, f"{partial} AND {event}", "partial") for partial in _PARTIAL
        ]
        rows = self._claiming(
            ["unit", "low", "high", "above", "below"],
            f"numbered AND coalesce(low, high) IS NOT NULL AND {self._known}",
        )
        return rows, joins

    @property
    def _roles(self) -> tuple[str, ...]:
        return tuple(role for role, scope in self._scopes.items() if scope)

    @property
    def _known(self) -> str:
        return f"coalesce({', '.join(self._claims.about)}) IS NOT NULL"

    @staticmethod
    def _equal(one: str, other: str, names: Iterable[str]) -> list[str]:
        return [f"{one}.{name} IS NOT DISTINCT FROM {other}.{name}" for name in names]

    @property
    def _wholes(self) -> dict[str, str]:
        """SQL: what each population and each place is part of."""
        closed = {role: scope.pairs for role, scope in self._scopes.items() if scope}
        return {
            f"{role}s": f"""WITH pair AS {pairs}
            SELECT id, whole FROM pair UNION SELECT whole, whole FROM pair"""
            for role, pairs in closed.items()
        }

    def _parts(self, rows: str, *, down: bool = False) -> str:
        """SQL: each row with each population and place that its own is part of, as `place_of`.

        Args:
            rows: The relation.
            down: With each that is part of its own instead.
        """
        columns, joins = ["c.*"], [f"{rows} AS c"]
        own, other = ("whole", "id") if down else ("id", "whole")
        for role in self._roles:
            columns.append(f"coalesce({role}s.{other}, c.{role}) AS {role}_of")
            joins.append(
                f"LEFT JOIN {temp_table(f'{role}s')} AS {role}s ON {role}s.{own} = c.{role}"
            )
        return f"(SELECT {', '.join(columns)} FROM {' '.join(joins)})"


_ALL = temp_table("claim")
_STATED = "{part} = {whole}"
_UNLESS = "({part} = {whole}) IS NOT FALSE"
"""Within, or not said."""
_PARTIAL = ("p.partial", "w.partial AND NOT p.partial")
"""Which of the two does not say the population, the place or the day; else both are `_STATED`."""
_OVERLAP = "(p.first <= w.last AND w.first <= p.last)"
_FEW = 3
_SAME_DAY = (
    "p.each = w.each",
    f"p.each IS NULL AND {_OVERLAP}",
    f"w.each IS NULL AND p.each IS NOT NULL AND {_OVERLAP}",
)
"""Overlapping days. Equality joins a million claims fast, so that periods of up to `_FEW` days are
joined day by day, and only longer ones by comparison."""
_FIRST = 4
"""Candidates that are looked at first, for each disagreement that may be listed."""


_LONG = f"(NOT partial AND last - first >= {_FEW})"


def _daily(rows: str) -> str:
    """SQL of those of some claims that say all, a row for each of their days."""
    return each_day(f"(FROM {rows} WHERE NOT partial)", "first", "last", _FEW)
