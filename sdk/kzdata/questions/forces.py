"""Forces: who says that they are deployed, who says that they are ready, and how many they are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, ClassVar

from kzdata.engine.sql import literal
from kzdata.errors import UsageError
from kzdata.evidence.claims import Claim, Claims, said, status_in_words, tables
from kzdata.evidence.hierarchy import require_value
from kzdata.evidence.names import Names, names_of
from kzdata.questions.answers import MOST, Rows, limited
from kzdata.standard.dataset import Dataset


@dataclass(frozen=True, slots=True)
class StatedForce:
    """What one claim says of a force.

    Attributes:
        claim: The claim; its `state` is what it says, its `interval` how many.
        planned: Whether that is still to come: planned, ready, asked for.
        status: `standing` or `superseded`; a claim without a number stands too.
        why: Why it is superseded, in words.
        by: The claims that supersede it.
    """

    claim: Claim
    planned: bool
    status: str
    why: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """All that is said of the forces of one country, or of an alliance.

    Attributes:
        country: The country; None where the claims do not say.
        stated: The claims, by force and day.
    """

    country: str | None
    stated: tuple[StatedForce, ...]

    @property
    def states(self) -> dict[str, tuple[StatedForce, ...]]:
        """The claims by what they say: deployed, ready; what is done first."""
        order = sorted(self.stated, key=lambda one: (one.planned, one.claim.state or ""))
        groups = groupby(order, key=lambda one: one.claim.state or "")
        return {state: tuple(claims) for state, claims in groups}

    @property
    def numbered(self) -> tuple[StatedForce, ...]:
        """The claims that give a number: of people, or of what `unit` says."""
        return tuple(one for one in self.stated if one.claim.interval is not None)


@dataclass(frozen=True, slots=True)
class Forces(Rows):
    """What is said of forces, by country.

    Attributes:
        country: The country that was asked for, with all that is part of it; None for all.
        place: The place, likewise.
        state: What is said of them, such as `deployed`; None for all.
        countries: The answer; claims that do not say whose forces they are about come last.
        more: How many further claims there are that the answer does not list.
        names: What the keys of the answer are called.
    """

    country: str | None
    place: str | None
    state: str | None
    countries: tuple[Country, ...]
    more: int
    names: Names = field(default_factory=dict, compare=False, repr=False)

    columns: ClassVar[tuple[str, ...]] = (
        *(
            "country",
            "force",
            "state",
            "planned",
            "origin",
            "destination",
            "place",
            "day",
            "precision",
            "claim",
            "says",
        ),
        *("wording", "low", "high", "unit", "status", "claimant", "via", "source", "quote", "link"),
        *("note", "proof"),
    )

    def rows(self) -> list[tuple[Any, ...]]:
        """One row for each claim."""
        return [_row(one) for country in self.countries for one in country.stated]

    def __repr__(self) -> str:
        told = ", ".join(filter(None, (self.country, self.place, self.state))) or "all"
        listed = sum(len(country.stated) for country in self.countries)
        return f"<Forces {told}: {listed + self.more} claims of {len(self.countries)} countries>"


def _row(one: StatedForce) -> tuple[Any, ...]:
    c = one.claim
    ends = (c.interval.low, c.interval.high) if c.interval else (None, None)
    words = (c.receipt.source, c.receipt.quote, c.receipt.link) if c.receipt else (None,) * 3
    return (
        *(c.country, c.force, c.state, one.planned, c.origin, c.destination, c.place, c.day),
        *(c.precision, c.key, said(c)),
        *(c.wording, *ends, c.unit, one.status, c.claimant, c.via, *words, c.note),
        c.proof and c.proof.words,
    )


def forces(
    dataset: Dataset,
    country: str | None = None,
    place: str | None = None,
    state: str | None = None,
    limit: int = MOST,
    damaged: bool = True,
) -> Forces:
    """Answer `kz.forces`; see there."""
    limit = limited(limit)
    parts = [
        Claims(dataset, t, damaged=damaged) for t in tables(dataset, "a question about forces")
    ]
    parts = [part for part in parts if part.declared.force and part.declared.state]
    if not parts:
        raise UsageError(
            f"{dataset.descriptor.name} declares no force and state in a kzdata:claims, "
            "which a question about forces needs; docs/profile.md says how"
        )
    asked = {"country": country, "place": place, "state": state}
    for role, value in asked.items():
        require_value((part.hierarchy(role) for part in parts), role, value)
    found, more = list[StatedForce](), 0
    for part in parts:
        stated, left = _stated(part, asked, limit - len(found))
        found += stated
        more += left
    # Claims that do not say the country come last.
    found.sort(key=lambda one: (one.claim.country is None, one.claim.country or ""))
    groups = groupby(found, key=lambda one: one.claim.country)
    countries = tuple(Country(name, tuple(stated)) for name, stated in groups)
    names = names_of(dataset, [one.claim for one in found], (), asked)
    return Forces(country, place, state, countries, more, names)


def _stated(
    claims: Claims, asked: dict[str, str | None], limit: int
) -> tuple[Iterator[StatedForce], int]:
    """What one table says of forces, and how many more claims it has than are wanted."""
    wanted = ["NOT coalesce(retracted, false)", "state IS NOT NULL"]
    for role, value in asked.items():
        values = claims.hierarchy(role)
        if value is not None:
            within = f"SELECT id FROM {values.within(value)}" if values else literal(value)
            # Who is sent to a place is a force there, too.
            roles = ("place", "destination") if role == "place" else (role,)
            wanted.append(f"({' OR '.join(f'{name} IN ({within})' for name in roles)})")
    source = f"""FROM {claims.relation} AS c LEFT JOIN {claims.statuses} AS s ON s.id = c.key
        WHERE {" AND ".join(wanted)}"""
    rows = claims.database.rows(
        f"""SELECT key, false, coalesce(superseded, false), count(*) OVER () {source}
        ORDER BY country NULLS LAST, lower(force) NULLS LAST, day NULLS LAST, key LIMIT {limit}"""
    )
    judged = claims.with_status(row[:3] for row in rows)
    planned = claims.declared.planned
    stated = (
        StatedForce(
            *(claim, claim.state in planned, status if by else "standing"),
            *(status_in_words(status, by) if by else "", by),
        )
        for claim, status, by in judged
    )
    return stated, rows[0][3] - len(rows) if rows else 0
