"""Disagreements: claims about one thing that cannot all be true, and why.

Two claims of one table are about one thing when what they are about is equal, and when population,
place and day of the one lie within those of the other. Where a claim does not say the place or the
day, both are about one thing only if they are about the same event. What they say then disagrees if

- they give figures, and no number fits both; or, where the one counts a part of what the other
  counts, the part is larger than the whole;
- they say states (dismissed, resigned) that differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from kzdata.database import each_day, literal
from kzdata.questions.answers import MOST, Rows
from kzdata.questions.claims import Claim, Claims, described, tables
from kzdata.questions.intervals import exceeds
from kzdata.questions.links import Link
from kzdata.questions.scopes import check
from kzdata.tables import Shelf

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
    shelf: Shelf,
    place: str | None = None,
    event: str | None = None,
    policy: str | None = None,
    limit: int = MOST,
) -> Disagreements:
    """Answer `kz.disagreements`; see there."""
    parts = [Claims(shelf, table, policy) for table in tables(shelf, "a search for disagreements")]
    for role, value in (("place", place), ("event", event)):
        check([known for part in parts if (known := part.scope(role))], role, value)
    found = [one for part in parts for one in _Part(part, place, event, limit).found()]
    found.sort(key=lambda one: (_VERDICTS.index(one.verdict), one.first.table, one.first.key))
    return Disagreements(tuple(found[:limit]), max(0, len(found) - limit))


class _Part:
    """The disagreements within one table of claims."""

    def __init__(self, claims: Claims, place: str | None, event: str | None, limit: int) -> None:
        self._claims, self._table, self._database = claims, claims.table, claims.database
        self._limit = limit
        self._scopes = {role: claims.scope(role) for role in ("population", "place")}
        keys = claims.keys
        wanted = [f"coalesce(key NOT IN (SELECT id FROM {claims.links.retracted(keys)}), true)"]
        where = self._scopes["place"]
        if place is not None:
            within = where.within(place) if where else "(SELECT '' AS id WHERE false)"
            wanted.append(f"place IN (SELECT id FROM {within})")
        if event is not None:
            wanted.append(f"event = {literal(event)}")
        unsaid = [f"{role} IS NULL" for role, values in self._scopes.items() if values]
        columns = ("key", "event", *claims.about, "state", "population", "place", "unit", "first",
                   "last", "low", "high", "above", "below", "numbered")  # fmt: skip
        self._with = f"""WITH claim AS MATERIALIZED (
            SELECT {", ".join(columns)}, {" OR ".join([*unsaid, "first IS NULL"])} AS partial
            FROM {claims.relation} AS c WHERE {" AND ".join(wanted)})"""

    def found(self) -> Iterator[Disagreement]:
        """Computed and curated disagreements."""
        computed = self._pairs()
        curated = self._database.rows(
            f"{self._with} SELECT one, two FROM {self._claims.links.contradictions('claim')} "
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
        found: dict[tuple[str, str], str] = {}
        if self._claims.declared.state:
            differ = f"p.state <> w.state AND {_OVERLAP} IS NOT FALSE"
            found |= dict.fromkeys(self._joined([("claim", _UNLESS, differ)]), "state")
        if self._table.schema.figure:
            counts = self._claims.declared.outcome is not None
            larger = f"p.unit IS NOT DISTINCT FROM w.unit AND {exceeds('p', 'w', counts)}"
            event = f"p.event = w.event AND {_OVERLAP} IS NOT FALSE AND {larger}"
            joins = [("daily", _STATED, f"{days} AND {larger}") for days in _SAME_DAY]
            joins += [("figure", _UNLESS, f"{partial} AND {event}") for partial in _PARTIAL]
            found |= dict.fromkeys(self._joined(joins), "figure")
        return found

    def _joined(self, joins: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
        """Pairs in which `p` lies within `w`, and which meet a condition.

        Args:
            joins: The relation that both come from, `claim`, those with a `figure`, or these
                `daily`; when a population or a place lies within another; and the condition.
        """
        selects = " UNION ".join(self._join(*join) for join in joins)
        found: list[tuple[str, str]] = self._database.rows(
            f"""{self._with}, figure AS (
                SELECT * FROM claim WHERE numbered AND coalesce(low, high) IS NOT NULL),
            daily AS (SELECT *, {each_day("first", "last", _FEW)} AS each FROM figure)
            SELECT one, two FROM ({selects}) ORDER BY one, two LIMIT {self._limit + 1}"""
        )
        return found

    def _join(self, rows: str, within: str, disagree: str) -> str:
        same = [f"p.{name} IS NOT DISTINCT FROM w.{name}" for name in self._claims.about]
        lies = [within.format(role=role) for role, values in self._scopes.items() if values]
        known = f"coalesce({', '.join(f'p.{name}' for name in self._claims.about)}) IS NOT NULL"
        conditions = [*same, *lies, known, "p.key <> w.key", disagree]
        return f"""SELECT DISTINCT least(p.key, w.key) AS one, greatest(p.key, w.key) AS two
            FROM ({self._parts(rows)}) AS p JOIN {rows} AS w ON {" AND ".join(conditions)}"""

    def _parts(self, rows: str) -> str:
        """SQL: each row with each population and each place that its own is part of."""
        columns, joins = ["c.*"], [f"{rows} AS c"]
        for role, scope in self._scopes.items():
            if scope:
                columns.append(f"coalesce({role}s.whole, c.{role}) AS {role}_of")
                joins.append(f"LEFT JOIN {scope.pairs} AS {role}s ON {role}s.id = c.{role}")
        return f"SELECT {', '.join(columns)} FROM {' '.join(joins)}"


_STATED = "p.{role}_of = w.{role}"
_UNLESS = "(p.{role}_of = w.{role}) IS NOT FALSE"
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
