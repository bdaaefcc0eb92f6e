"""Events with what is said of them, whatever the tables are called."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from kzdata.errors import UsageError
from kzdata.evidence.claims import Claim, Claims
from kzdata.evidence.hierarchy import line
from kzdata.evidence.intervals import window
from kzdata.evidence.profile import declared, declaring, needed
from kzdata.exports.records import Cells, labels, parent, rows
from kzdata.standard.declarations import Claims as Declaration
from kzdata.standard.declarations import Edges, Events, Participants, Places, Sources, Spans
from kzdata.standard.descriptor import Schema
from kzdata.standard.descriptor import Table as TableDescriptor

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

_PURPOSE = "an export of events"


class Article(NamedTuple):
    """An article that an event rests on; what is not known is empty."""

    key: str
    publisher: str
    published_on: str
    title: str

    @property
    def reference(self) -> str:
        """Publisher, day and title."""
        return ", ".join(filter(None, (self.publisher or self.key, self.published_on, self.title)))


class Place(NamedTuple):
    """A place with what is around it.

    Attributes:
        key: Its key.
        name: Its name.
        kind: `site`, `city`, `region` or `country`; `division` is a region with a code of
            ISO 3166-2.
        latitude: In degrees, WGS 84, as printed; empty where unknown.
        longitude: In degrees, WGS 84, as printed; empty where unknown.
        division: Name of the first-order division that it is or lies in, or empty.
        country: Name of the country that it is or lies in, or empty.
        around: The nearest place around it that has coordinates, or None.
    """

    key: str
    name: str
    kind: str
    latitude: str
    longitude: str
    division: str
    country: str
    around: "Place | None"

    @property
    def is_area(self) -> bool:
        """Whether its precision is known without coordinates."""
        return self.kind in ("division", "region", "country")


class EventClaim(NamedTuple):
    """A claim about an event, as `kz.toll` judges it; what is not known is empty.

    Attributes:
        claim: The claim.
        status: `standing`, `superseded`, `retracted` or `no number`.
        outcome: What happened to the people counted.
        dead: Whether it counts the dead.
        claimant: Name of who says it.
        via: Name of who carried it.
        wholes: Keys of claims that it counts a part of.
    """

    claim: Claim
    status: str
    outcome: str = ""
    dead: bool = False
    claimant: str = ""
    via: str = ""
    wholes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Key of the claim."""
        return self.claim.key

    @property
    def text(self) -> str:
        """The figure as printed."""
        return self.claim.wording or ""


class Party(NamedTuple):
    """Somebody in an event: key and name of the actor, and the role played."""

    key: str
    name: str
    role: str


class Happening(NamedTuple):
    """An event with what is said of it; what is not known is empty."""

    key: str
    type: str
    title: str
    description: str
    certainty: str
    start: str
    end: str
    precision: str
    place: Place | None
    claims: tuple[EventClaim, ...]
    parties: tuple[Party, ...]
    articles: tuple[Article, ...]

    @property
    def point(self) -> Place | None:
        """The place whose coordinates stand for the event: its own or the nearest around it."""
        if self.place is None or self.place.latitude:
            return self.place
        return self.place.around


def happenings(dataset: "Dataset") -> list[Happening]:
    """The events of a package, in the order of their table.

    Raises:
        UsageError: It declares no events, or no claims with an outcome.
    """
    table, role = needed(dataset.descriptor, Events, _PURPOSE)
    schema = table.schema
    claims, places = _claims(dataset), _places(dataset)
    parties, articles = _parties(dataset), _articles(dataset, claims)
    found = []
    for row in rows(dataset, table.name):
        key = row.get(schema.primary_key[0], "")
        start, end, precision = _dates(schema, row)
        event = Happening(
            key,
            type=row.get(role.type or "", ""),
            title=row.get(role.title, ""),
            description=row.get(role.description or "", ""),
            certainty=row.get(role.certainty or "", ""),
            start=start,
            end=end,
            precision=precision,
            place=places.get(row.get(role.place or "", "")),
            claims=tuple(claims[key]),
            parties=tuple(parties[key]),
            articles=tuple(articles[key]),
        )
        found.append(event)
    return found


def _dates(schema: Schema, row: Cells) -> tuple[str, str, str]:
    """First day, last day and precision; the last day follows where it has no column."""
    if not schema.dates:
        return "", "", ""
    days = schema.dates[0]
    start, precision = row.get(days.start, ""), row.get(days.precision or "", "")
    if days.end:
        return start, row.get(days.end, ""), precision
    with suppress(ValueError):
        known = window(date.fromisoformat(start), None, precision)
        return start, str(known[1]) if known and known[1] < date.max else "", precision
    return start, start, precision


def _claims(dataset: "Dataset") -> dict[str, list[EventClaim]]:
    """The claims about each event."""
    tables = declaring(dataset.descriptor, Declaration)
    if not any(role.outcome for _, role in tables):
        raise UsageError(
            "the package declares no kzdata:claims with an outcome, so nobody counts the dead; "
            "see docs/profile.md"
        )
    found: dict[str, list[EventClaim]] = defaultdict(list)
    for table, role in tables:
        if role.event:
            for claim in _table_claims(dataset, table, role):
                found[claim.claim.event or ""].append(claim)
    return found


def _table_claims(
    dataset: "Dataset", table: TableDescriptor, role: Declaration
) -> Iterator[EventClaim]:
    claims = Claims(dataset, table)
    claimants, channels = (
        labels(dataset, parent(table.schema, column)) for column in (role.claimant, role.via)
    )
    for claim, status in claims.all():
        outcome = dict(claim.about).get(role.outcome or "") or ""
        within = claims.links.declared.within
        yield EventClaim(
            claim,
            status,
            outcome,
            dead=outcome in role.deaths,
            claimant=claimants.get(claim.claimant or "", claim.claimant or ""),
            via=channels.get(claim.via or "", claim.via or ""),
            wholes=tuple(
                link.other
                for link in claim.links
                if link.claim == claim.key and link.relation in within
            ),
        )


# ------------------------------------------------------------------------------ places


def _places(dataset: "Dataset") -> dict[str, Place]:
    """The places by key; a cycle of parts and wholes is cut where it closes."""
    if not (places := declared(dataset.descriptor, Places)):
        return {}
    table, role = places
    raw = {row.get(role.id, ""): row for row in rows(dataset, table.name)}
    up = {key: row.get(table.schema.parent or "", "") for key, row in raw.items()}
    up = {key: above for key, above in up.items() if above in raw}
    found: dict[str, Place] = {}
    for key in raw:
        for above in reversed(line(key, up)):
            if above not in found:
                found[above] = _made(above, raw[above], table.schema, role, found)
    return found


def _made(key: str, row: Cells, schema: Schema, role: Places, known: Mapping[str, Place]) -> Place:
    above = known.get(row.get(schema.parent or "", ""))
    kind, code = row.get(role.kind or "", ""), row.get(role.code or "", "")
    name = row.get(role.name or "", key)
    subdivision = "-" in code
    division = name if subdivision else above.division if above else ""
    latitude, longitude = row.get(role.latitude, ""), row.get(role.longitude, "")
    country = name if kind == "country" else above.country if above else ""
    around = above if above and above.latitude else above.around if above else None
    return Place(
        key,
        name,
        "division" if kind == "region" and subdivision else kind,
        latitude if longitude else "",
        longitude if latitude else "",
        division,
        country,
        around,
    )


# ------------------------------------------------------------------------------ parties, articles


def _parties(dataset: "Dataset") -> dict[str, list[Party]]:
    """Who took part in each event."""
    found: dict[str, list[Party]] = defaultdict(list)
    if participants := declared(dataset.descriptor, Participants):
        table, role = participants
        names = labels(dataset, parent(table.schema, role.actor))
        for row in rows(dataset, table.name):
            actor = row.get(role.actor, "")
            party = Party(actor, names.get(actor, actor), row.get(role.role or "", ""))
            found[row.get(role.event, "")].append(party)
    return found


def _articles(
    dataset: "Dataset", claims: Mapping[str, Iterable[EventClaim]]
) -> dict[str, list[Article]]:
    """The articles that each event, or a claim about it, rests on, in the order of their table."""
    table, role = needed(dataset.descriptor, Sources, _PURPOSE)
    known = {row.get(role.id, ""): row for row in rows(dataset, table.name)}
    resting = _resting(dataset)
    found: dict[str, list[Article]] = defaultdict(list)
    events = {claim.key: event for event, about in claims.items() for claim in about}
    by_event: dict[str, set[str]] = defaultdict(set)
    for record, articles in resting.items():
        by_event[events.get(record, record)] |= articles
    for event, articles in by_event.items():
        cited = [row for key, row in known.items() if key in articles]
        found[event] = [
            Article(
                row.get(role.id, ""),
                row.get("publisher", ""),
                row.get(role.published_on or "", ""),
                row.get("title", ""),
            )
            for row in cited
        ]
    return found


def _resting(dataset: "Dataset") -> dict[str, set[str]]:
    """The articles that the cells of each record rest on."""
    table, spans = needed(dataset.descriptor, Spans, _PURPOSE)
    homes = {row.get(spans.id, ""): row.get(spans.source, "") for row in rows(dataset, table.name)}
    table, edges = needed(dataset.descriptor, Edges, _PURPOSE)
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows(dataset, table.name):
        found[row.get(edges.record, "")].add(homes.get(row.get(edges.span, ""), ""))
    return found
