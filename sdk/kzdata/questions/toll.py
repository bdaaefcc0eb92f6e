"""The toll: what was claimed about how many, by scope and day; never a sum, never an average."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, ClassVar

from kzdata.engine.sql import literal, temp_table
from kzdata.errors import UsageError
from kzdata.evidence.claim_status import Link
from kzdata.evidence.claims import Claim, Claims, with_outcome
from kzdata.evidence.hierarchy import require_value
from kzdata.evidence.intervals import HULL, Interval
from kzdata.questions.answers import MOST, Rows, limited
from kzdata.standard.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Entry:
    """A claim in an answer, and how it got there.

    Attributes:
        claim: The claim.
        place_way: The places from the claim's own up to the one that was asked for.
        population_way: The populations likewise.
        status: `standing`; `superseded` by another claim; `retracted`; or `no number`, which is not
            zero. Only standing claims make the envelope.
        why: The status in words; empty for a standing claim.
    """

    claim: Claim
    place_way: tuple[str, ...]
    population_way: tuple[str, ...]
    status: str
    why: str


@dataclass(frozen=True, slots=True)
class Range:
    """The range that the standing claims of one scope span, from the lowest end to the highest.

    Attributes:
        interval: The range, open where the end of any of the claims is; None where none of the
            claims stands and gives a number.
        claims: How many claims make it.
    """

    interval: Interval | None
    claims: int


@dataclass(frozen=True, slots=True)
class Scope:
    """All claims about one outcome, one population and one place.

    Attributes:
        outcome: What happened.
        population: To whom; None where the claims do not say.
        place: Where; None where the claims do not say.
        envelope: The range of what is claimed.
        entries: The claims by day, undated ones last.
    """

    outcome: str | None
    population: str | None
    place: str | None
    envelope: Range
    entries: tuple[Entry, ...]

    @property
    def days(self) -> Mapping[date | None, tuple[Entry, ...]]:
        """The claims of each day."""
        grouped = groupby(self.entries, key=lambda entry: entry.claim.day)
        return {day: tuple(entries) for day, entries in grouped}


@dataclass(frozen=True, slots=True)
class BroaderClaim:
    """A claim about more than was asked for, or that does not say; it is not in the answer."""

    claim: Claim
    why: str


@dataclass(frozen=True, slots=True)
class Toll(Rows):
    """Claims by scope and day. Scopes are never added up: they may count the same people.

    Attributes:
        outcome: The outcome that was asked for; None for all.
        population: The population, with all that are part of it.
        place: The place, with all that are part of it.
        policy: What vague words count for; None leaves them open.
        references: Where the policy has the bounds that it gave, by wording.
        scopes: The answer.
        wider: Claims about more than was asked for.
        more: How many further claims there are that the answer does not list.
    """

    outcome: str | None
    population: str | None
    place: str | None
    policy: str | None
    references: tuple[tuple[str, str], ...]
    scopes: tuple[Scope, ...]
    wider: tuple[BroaderClaim, ...]
    more: int

    columns: ClassVar[tuple[str, ...]] = (
        *("outcome", "population", "place", "day", "precision", "claim", "wording", "low", "high"),
        *("qualifier", "status", "claimant", "via", "source", "span", "quote", "link"),
        *("place_way", "population_way", "links", "policy", "envelope"),
    )

    def rows(self) -> list[tuple[Any, ...]]:
        """One row for each claim; wider ones last, with the status `wider`."""
        return list(self._rows())

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        for scope in self.scopes:
            for entry in scope.entries:
                paths = (" > ".join(entry.place_way), " > ".join(entry.population_way))
                yield _row(entry.claim, entry.status, paths, scope.envelope.interval)
        # These count in no range.
        for wider in self.wider:
            yield _row(wider.claim, "wider", ("", ""), None)

    def __repr__(self) -> str:
        asked = (self.outcome, self.population, self.place, self.policy and f"policy {self.policy}")
        told = ", ".join(filter(None, asked)) or "all"
        listed = sum(len(scope.entries) for scope in self.scopes)
        return f"<Toll {told}: {listed + self.more} claims in {len(self.scopes)} scopes>"


def _row(
    claim: Claim, status: str, paths: tuple[str, str], envelope: Interval | None
) -> tuple[Any, ...]:
    interval, cited = claim.interval, claim.receipt
    return (
        *(claim.about[0][1], claim.population, claim.place, claim.day, claim.precision, claim.key),
        *(claim.wording, interval and interval.low, interval and interval.high, claim.qualifier),
        *(status, claim.claimant, claim.via, cited and cited.source, cited and cited.span),
        *(cited and cited.quote, cited and cited.link, *paths),
        *("; ".join(link_in_words(claim.key, link) for link in claim.links), claim.policy),
        None if envelope is None else str(envelope),
    )


def link_in_words(claim: str, link: Link) -> str:
    """A link from a claim's point of view: `updates CR-0001`, `CR-0013 updates it`."""
    if link.claim == claim:
        return f"{link.relation} {link.other}"
    return f"{link.claim} {link.relation} it"


def toll(
    dataset: Dataset,
    outcome: str | None = None,
    population: str | None = None,
    place: str | None = None,
    policy: str | None = None,
    retracted: bool = False,
    limit: int = MOST,
) -> Toll:
    """Answer `kz.toll`; see there."""
    limit = limited(limit)
    tables = [table for table in with_outcome(dataset, "a toll") if table.schema.figure]
    if not tables:
        raise UsageError(
            f"{dataset.descriptor.name} declares no kzdata:figure in a table of claims with an "
            "outcome, which a toll needs; docs/profile.md says how"
        )
    asked = {"outcome": outcome, "population": population, "place": place}
    parts = [_TableToll(Claims(dataset, t, policy), asked, retracted, limit) for t in tables]
    for role, value in asked.items():
        require_value((part.claims.hierarchy(role) for part in parts), role, value)
    answers = [part.answer() for part in parts]
    scopes = tuple(scope for listed, *_ in answers for scope in listed)
    wider = tuple(claim for _, others, _ in answers for claim in others)
    claims = [entry.claim for scope in scopes for entry in scope.entries]
    claims += [other.claim for other in wider]
    references = {(claim.wording or "", claim.policy) for claim in claims if claim.policy}
    more = sum(more for *_, more in answers)
    return Toll(outcome, population, place, policy, tuple(sorted(references)), scopes, wider, more)


# Outcome, population and place of a scope.
_Names = tuple[str | None, str | None, str | None]


class _TableToll:
    """What one table of claims has to say."""

    def __init__(
        self, claims: Claims, asked: Mapping[str, str | None], retracted: bool, limit: int
    ) -> None:
        self.claims, self._asked, self._limit = claims, asked, limit
        self._database = claims.database
        self._hierarchies = {role: claims.hierarchy(role) for role in ("place", "population")}
        columns = ", ".join(f"{self._fit(role)} AS {role}_fit" for role in self._hierarchies)
        wanted = [] if retracted else ["NOT retracted"]
        if asked["outcome"] is not None:
            wanted.append(f"about0 = {literal(asked['outcome'])}")
        # How each claim relates to what was asked for is worked out once; then `in` is the answer,
        # and `wider` or `unstated` is listed apart.
        self._with = f"""WITH stated AS (SELECT c.*, {columns},
                coalesce(s.retracted, false) AS retracted,
                coalesce(s.superseded, false) AS superseded
            FROM {claims.relation} AS c LEFT JOIN {temp_table("status")} AS s ON s.id = c.key),
        fitting AS (SELECT * FROM stated WHERE {" AND ".join(wanted) or "true"}),
        chosen AS (SELECT * FROM fitting WHERE place_fit = 'in' AND population_fit = 'in')"""

    def _fit(self, role: str) -> str:
        """SQL: how a claim's place or population relates to the one asked for."""
        value, scope = self._asked[role], self._hierarchies[role]
        if value is None:
            return "'in'"
        if scope is None:
            return "'unstated'"
        # `wider` is what the one asked for is a part of: the claim may or may not be about it.
        return (
            f"CASE WHEN {role} IS NULL THEN 'unstated' "
            f"WHEN {role} IN (SELECT id FROM {scope.within(value)}) THEN 'in' "
            f"WHEN {role} IN (SELECT id FROM {scope.around(value)}) THEN 'wider' ELSE 'out' END"
        )

    def answer(self) -> tuple[list[Scope], list[BroaderClaim], int]:
        """The scopes, claims about more than was asked for, and how many are not listed."""
        with self._database.temp_tables(status=f"FROM {self.claims.statuses}"):
            counts, ranges = self._counts_and_ranges()
            entries = self._entries()
            more = sum(counts.values()) - sum(map(len, entries.values()))
            scopes = [
                Scope(*names, ranges.get(names, Range(None, 0)), tuple(entries.get(names, ())))
                for names in counts
            ]
            return scopes, list(self._wider()), more

    def _counts_and_ranges(self) -> tuple[dict[_Names, int], dict[_Names, Range]]:
        """How many claims each scope has, in the order of their names, and their ranges."""
        # Counted in SQL, so that the range is that of all claims, listed or beyond the limit.
        by, ends = "about0, population, place", ", ".join(HULL.values())
        rows = self._database.rows(
            f"""{self._with} SELECT {by}, count(*), standing, {ends} FROM (
                SELECT *, numbered AND NOT retracted AND NOT superseded AS standing FROM chosen)
            GROUP BY {by}, standing ORDER BY {by} NULLS LAST"""
        )
        counts: dict[_Names, int] = {}
        ranges: dict[_Names, Range] = {}
        for outcome, population, place, count, standing, *hull in rows:
            names = (outcome, population, place)
            counts[names] = counts.get(names, 0) + count
            if standing:
                ranges[names] = Range(Interval.of(tuple(hull)), count)
        return counts, ranges

    def _entries(self) -> dict[_Names, list[Entry]]:
        rows = self._database.rows(
            f"""{self._with} SELECT key, retracted, superseded FROM chosen
            ORDER BY about0, population, place, day NULLS LAST, key LIMIT {self._limit}"""
        )
        judged = list(self.claims.with_status(rows))
        # The steps of a hierarchy are asked for once for all claims, not claim by claim.
        places, populations = (
            scope.paths((getattr(claim, role) for claim, *_ in judged), self._asked[role])
            if scope
            else {}
            for role, scope in self._hierarchies.items()
        )
        found: dict[_Names, list[Entry]] = {}
        for claim, *status in judged:
            place = places.get(claim.place or "", ())
            population = populations.get(claim.population or "", ())
            names = (claim.about[0][1], claim.population, claim.place)
            found.setdefault(names, []).append(Entry(claim, place, population, *status))
        return found

    def _wider(self) -> Iterator[BroaderClaim]:
        """Claims about more than was asked for, or that do not say whether they are."""
        # Nothing is broader than everything.
        if self._asked["place"] is None and self._asked["population"] is None:
            return
        rows = self._database.rows(
            f"""{self._with} SELECT key, place_fit, population_fit FROM fitting
            WHERE place_fit <> 'out' AND population_fit <> 'out'
            AND NOT (place_fit = 'in' AND population_fit = 'in')
            ORDER BY about0, population, place, day NULLS LAST, key LIMIT {self._limit}"""
        )
        claims = self.claims.get(key for key, *_ in rows)
        # A key may have characters that no query can ask for.
        for key, *fits in (row for row in rows if row[0] in claims):
            reasons = (
                f"does not say the {role}"
                if fit == "unstated"
                else f"about {getattr(claims[key], role)}, of which {self._asked[role]} is a part"
                for role, fit in zip(self._hierarchies, fits, strict=True)
                if fit != "in"
            )
            yield BroaderClaim(claims[key], "; ".join(reasons))
