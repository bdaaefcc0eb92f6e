"""The toll: what was claimed about how many, by scope and day; never a sum, never an average."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, ClassVar

from kzdata.engine.sql import among, literal, temp_table
from kzdata.errors import UsageError
from kzdata.evidence.claim_status import Link
from kzdata.evidence.claims import Claim, Claims, counting_people, leading_to, status_in_words
from kzdata.evidence.hierarchy import require_value
from kzdata.evidence.intervals import HULL, Interval
from kzdata.evidence.names import Names, names_of
from kzdata.evidence.outside import contested
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
        by: The claims that are why.
        repeats: The claim of the scope whose figure it repeats; its own key where it does not. A
            figure is repeated by a claim of the same claimant, day and status, and by one without a
            number that a link calls the same.
        adds_to: Superseded claims that it counts in addition to.
        also: Claims in other scopes by the same claimant, about the same event, with the same
            figure.
    """

    claim: Claim
    place_way: tuple[str, ...]
    population_way: tuple[str, ...]
    status: str
    why: str
    by: tuple[str, ...]
    repeats: str
    adds_to: tuple["Other", ...]
    also: tuple["Other", ...]


@dataclass(frozen=True, slots=True)
class Other:
    """Another claim that one refers to.

    Attributes:
        claim: Its key.
        superseded_by: The claims that supersede it.
    """

    claim: str
    superseded_by: tuple[str, ...]


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

    @property
    def contested(self) -> str:
        """Who contradicts a claim that makes the range, in words; empty where nobody does."""
        standing = (entry.claim for entry in self.entries if entry.status == "standing")
        return contested(report for claim in standing for report in claim.outside)

    @property
    def figures(self) -> tuple[tuple[Entry, ...], ...]:
        """The claims, those that repeat one figure together, the one that they repeat first."""
        groups: dict[str, list[Entry]] = {}
        for entry in self.entries:
            group = groups.setdefault(entry.repeats, [])
            group.insert(0 if entry.repeats == entry.claim.key else len(group), entry)
        return tuple(map(tuple, groups.values()))


@dataclass(frozen=True, slots=True)
class BroaderClaim:
    """A claim that may be about those who were asked for; it is in no range.

    Attributes:
        claim: The claim.
        why: The reason, in words: it is about more people or a larger place, about people of whom
            some may be of those, or it does not say.
        fits: The same as pairs of role and relation: `wider`, `overlaps` or `unstated`.
    """

    claim: Claim
    why: str
    fits: tuple[tuple[str, str], ...]


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
        wider: Claims that may be about those who were asked for.
        more: How many further claims there are that the answer does not list.
        names: What the keys of the answer are called.
    """

    outcome: str | None
    population: str | None
    place: str | None
    policy: str | None
    references: tuple[tuple[str, str], ...]
    scopes: tuple[Scope, ...]
    wider: tuple[BroaderClaim, ...]
    more: int
    names: Names = field(default_factory=dict, compare=False, repr=False)

    columns: ClassVar[tuple[str, ...]] = (
        *("outcome", "population", "place", "day", "precision", "claim", "wording", "low", "high"),
        *("qualifier", "status", "claimant", "via", "source", "span", "quote", "link"),
        *("place_way", "population_way", "links", "policy", "envelope", "certainty", "hedges"),
        *("repeats", "note", "proof"),
    )

    def rows(self) -> list[tuple[Any, ...]]:
        """One row for each claim; wider ones last, with the status `wider`."""
        return list(self._rows())

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        for scope in self.scopes:
            for entry in scope.entries:
                paths = (" > ".join(entry.place_way), " > ".join(entry.population_way))
                envelope = scope.envelope.interval
                yield _row(entry.claim, entry.status, paths, envelope, entry.repeats)
        # These count in no range.
        for wider in self.wider:
            yield _row(wider.claim, "wider", ("", ""), None, wider.claim.key)

    def __repr__(self) -> str:
        asked = (self.outcome, self.population, self.place, self.policy and f"policy {self.policy}")
        told = ", ".join(filter(None, asked)) or "all"
        listed = sum(len(scope.entries) for scope in self.scopes)
        return f"<Toll {told}: {listed + self.more} claims in {len(self.scopes)} scopes>"


def _row(
    claim: Claim, status: str, paths: tuple[str, str], envelope: Interval | None, repeats: str
) -> tuple[Any, ...]:
    interval, cited = claim.interval, claim.receipt
    return (
        *(claim.about[0][1], claim.population, claim.place, claim.day, claim.precision, claim.key),
        *(claim.wording, interval and interval.low, interval and interval.high, claim.qualifier),
        *(status, claim.claimant, claim.via, cited and cited.source, cited and cited.span),
        *(cited and cited.quote, cited and cited.link, *paths),
        *("; ".join(link_in_words(claim.key, link) for link in claim.links), claim.policy),
        *(None if envelope is None else str(envelope), claim.certainty, "; ".join(claim.hedges)),
        *(repeats, claim.note, claim.proof and claim.proof.words),
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
    damaged: bool = True,
) -> Toll:
    """Answer `kz.toll`; see there."""
    limit = limited(limit)
    tables = [table for table in counting_people(dataset, "a toll") if table.schema.figure]
    if not tables:
        raise UsageError(
            f"{dataset.descriptor.name} declares no kzdata:figure in a table of claims with an "
            "outcome, which a toll needs; docs/profile.md says how"
        )
    asked = {"outcome": outcome, "population": population, "place": place}
    parts = [
        _TableToll(Claims(dataset, t, policy, damaged=damaged), asked, retracted, limit)
        for t in tables
    ]
    for role, value in asked.items():
        # The other values of a subject count no people.
        if role != "outcome" or not any(value in part.people for part in parts):
            require_value((part.claims.hierarchy(role) for part in parts), role, value)
    answers = [part.answer() for part in parts]
    scopes = tuple(scope for listed, *_ in answers for scope in listed)
    wider = tuple(claim for _, others, _ in answers for claim in others)
    claims = [entry.claim for scope in scopes for entry in scope.entries]
    claims += [other.claim for other in wider]
    references = {(claim.wording or "", claim.policy) for claim in claims if claim.policy}
    more = sum(more for *_, more in answers)
    bounds = tuple(sorted(references))
    names = names_of(dataset, claims, _mentioned(scopes), asked)
    return Toll(outcome, population, place, policy, bounds, scopes, wider, more, names)


def _mentioned(scopes: Iterable[Scope]) -> Iterator[str]:
    """Claims that entries refer to by other means than links of their own."""
    for entry in (entry for scope in scopes for entry in scope.entries):
        for other in (*entry.adds_to, *entry.also):
            yield from (other.claim, *other.superseded_by)


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
        self.people = claims.declared.people
        if self.people:
            wanted.append(among("about0", self.people))
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
            f"WHEN {role} IN (SELECT id FROM {scope.around(value)}) THEN 'wider' "
            f"WHEN {role} IN (SELECT id FROM {scope.beside(value)}) THEN 'overlaps' ELSE 'out' END"
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
        references = _References(self.claims, judged)
        found: dict[_Names, list[Entry]] = {}
        for claim, status, by in judged:
            place = places.get(claim.place or "", ())
            population = populations.get(claim.population or "", ())
            about = (status, status_in_words(status, by), by, *references.of(claim))
            found.setdefault(_scope(claim), []).append(Entry(claim, place, population, *about))
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
            relations = zip(self._hierarchies, fits, strict=True)
            unsure = tuple((role, fit) for role, fit in relations if fit != "in")
            words = "; ".join(self._why(claims[key], *pair) for pair in unsure)
            yield BroaderClaim(claims[key], words, unsure)

    def _why(self, claim: Claim, role: str, fit: str) -> str:
        return fit_in_words(role, fit, getattr(claim, role), self._asked[role])


def fit_in_words(role: str, fit: str, own: str | None, asked: str | None) -> str:
    """Why a claim with some population or place may be about the one that was asked for."""
    return {
        "unstated": f"does not say the {role}",
        "wider": f"about {own}, of which {asked} is a part",
        "overlaps": f"about {own}, some of whom may be {asked}",
    }[fit]


def _scope(claim: Claim) -> _Names:
    return claim.about[0][1], claim.population, claim.place


class _References:
    """What claims have to do with others: whose figure they repeat, and what they add to."""

    def __init__(
        self, claims: Claims, judged: Sequence[tuple[Claim, str, tuple[str, ...]]]
    ) -> None:
        self._links = claims.links.declared
        self._statuses = {claim.key: status for claim, status, _ in judged}
        listed = [claim for claim, *_ in judged]
        bases = {base for claim in listed for base in self._bases(claim)}
        self._known = {claim.key: claim for claim in listed}
        unlisted = bases - self._known.keys()
        self._known |= claims.get(sorted(unlisted))
        self._superseded = {key for key, status in self._statuses.items() if status == "superseded"}
        self._superseded |= claims.superseded(unlisted)
        # Claims by what they say and who says it: of all that are listed, in any scope.
        self._alike: dict[Any, list[Claim]] = {}
        for claim in listed:
            self._alike.setdefault(_statement(claim), []).append(claim)

    def of(self, claim: Claim) -> tuple[str, tuple[Other, ...], tuple[Other, ...]]:
        """Which claim it repeats, what superseded claims it adds to, and its like elsewhere."""
        bases = [self._other(base) for base in self._bases(claim) if base in self._superseded]
        alike = self._alike[_statement(claim)] if _statement(claim) else []
        also = [self._other(one.key) for one in alike if _scope(one) != _scope(claim)]
        return self._repeated(claim, alike), tuple(bases), tuple(also)

    def _bases(self, claim: Claim) -> list[str]:
        own = (link for link in claim.links if link.claim == claim.key)
        return [link.other for link in own if link.relation in self._links.adds]

    def _other(self, key: str) -> Other:
        by = leading_to(self._known[key], self._links.supersedes) if key in self._known else ()
        return Other(key, by if key in self._superseded else ())

    def _repeated(self, claim: Claim, alike: Iterable[Claim]) -> str:
        status = self._statuses[claim.key]
        for other in alike:
            days = (other.day, other.precision) == (claim.day, claim.precision)
            if days and _scope(other) == _scope(claim) and self._statuses[other.key] == status:
                return other.key
        tied = (x for x in claim.links if x.relation in self._links.same)
        others = (self._known.get(x.other if x.claim == claim.key else x.claim) for x in tied)
        same = (one.key for one in others if one and one.interval and _scope(one) == _scope(claim))
        return next(same, claim.key) if claim.interval is None else claim.key


def _statement(claim: Claim) -> Any:
    """What a claimant says of an event, whoever prints it; None where it is not known."""
    if claim.interval is None or claim.claimant is None:
        return None
    return (claim.claimant, claim.event, claim.about[0][1], claim.interval, claim.unit)
