"""Events with what is said of them, whatever the tables are called."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from kzdata.evidence.claims import Claim, Claims, with_outcome
from kzdata.evidence.hierarchy import line
from kzdata.evidence.intervals import window
from kzdata.evidence.profile import declared, declaring, needed
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Claims as Declaration
from kzdata.standard.declarations import Edges, Events, Participants, Places, Sources, Spans
from kzdata.standard.descriptor import Schema
from kzdata.standard.descriptor import Table as TableDescriptor
from kzdata_publish.records import Cells, cell, labels, parent, rows

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
    """A place with what is around it."""

    key: str
    name: str
    # `site`, `city`, `region` or `country`; `division` is a region with a code of ISO 3166-2.
    kind: str
    latitude: str  # in degrees, WGS 84, as printed; empty where unknown
    longitude: str  # in degrees, WGS 84, as printed; empty where unknown
    division: str  # name of the first-order division that it is or lies in, or empty
    country: str  # name of the country that it is or lies in, or empty
    around: "Place | None"  # the nearest place around it that has coordinates, or None


class EventClaim(NamedTuple):
    """A claim about an event, as `kz.toll` judges it; what is not known is empty."""

    claim: Claim
    status: str  # `standing`, `superseded`, `retracted` or `no number`
    outcome: str = ""  # what happened to the people counted
    dead: bool = False  # whether it counts the dead
    claimant: str = ""  # name of who says it
    via: str = ""  # name of who carried it
    wholes: tuple[str, ...] = ()  # keys of claims that it counts a part of

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


class ReportedEvent(NamedTuple):
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


def reported_events(dataset: Dataset) -> list[ReportedEvent]:
    """The events of a package, in the order of their table."""
    table, role = needed(dataset.descriptor, Events, _PURPOSE)
    claims, places = _claims(dataset), _places(dataset)
    parties, articles = _parties(dataset), _articles(dataset, claims)
    columns = (role.type, role.title, role.description, role.certainty)
    found = []
    for row in rows(dataset, table.name):
        key, place = cell(row, table.schema.primary_key[0]), places.get(cell(row, role.place))
        kind, title, description, certainty = (cell(row, column) for column in columns)
        said = (key, kind, title, description, certainty, *_dates(table.schema, row), place)
        about = (tuple(claims[key]), tuple(parties[key]), tuple(articles[key]))
        found.append(ReportedEvent(*said, *about))
    return found


def _dates(schema: Schema, row: Cells) -> tuple[str, str, str]:
    """First day, last day and precision; the last day follows where it has no column."""
    if not schema.dates:
        return "", "", ""
    days = schema.dates[0]
    start, precision = cell(row, days.start), cell(row, days.precision)
    if days.end:
        return start, cell(row, days.end), precision
    # Of a date that is none, as in a broken package, the text itself stays.
    with suppress(ValueError):
        known = window(date.fromisoformat(start), None, precision)
        return start, str(known[1]) if known and known[1] < date.max else "", precision
    return start, start, precision


def _claims(dataset: Dataset) -> dict[str, list[EventClaim]]:
    """The claims about each event."""
    with_outcome(dataset, _PURPOSE)
    found: dict[str, list[EventClaim]] = defaultdict(list)
    for table, role in declaring(dataset.descriptor, Declaration):
        if role.event:
            for claim in _table_claims(dataset, table, role):
                found[claim.claim.event or ""].append(claim)
    return found


def _table_claims(
    dataset: Dataset, table: TableDescriptor, role: Declaration
) -> Iterator[EventClaim]:
    claims = Claims(dataset, table)
    claimants, channels = (
        labels(dataset, parent(table.schema, column)) for column in (role.claimant, role.via)
    )
    for claim, status in claims.all():
        outcome = dict(claim.about).get(role.outcome or "") or ""
        claimant, via = claim.claimant or "", claim.via or ""
        # Those that lead to it are there, too, and tell what is a part of it.
        own = [link for link in claim.links if link.claim == claim.key]
        within = claims.links.declared.within
        wholes = tuple(link.other for link in own if link.relation in within)
        people = (claimants.get(claimant, claimant), channels.get(via, via))
        yield EventClaim(claim, status, outcome, outcome in role.deaths, *people, wholes)


# ------------------------------------------------------------------------------ places


def _places(dataset: Dataset) -> dict[str, Place]:
    """The places by key; a cycle of parts and wholes is cut where it closes."""
    if not (places := declared(dataset.descriptor, Places)):
        return {}
    table, role = places
    raw = {cell(row, role.id): row for row in rows(dataset, table.name)}
    up = {key: cell(row, table.schema.parent) for key, row in raw.items()}
    up = {key: above for key, above in up.items() if above in raw}
    found: dict[str, Place] = {}
    for key in raw:
        # The outermost first, since each place takes over what it lies in.
        for one in reversed(line(key, up)):
            if one not in found:
                above = found.get(cell(raw[one], table.schema.parent))
                found[one] = _made(one, raw[one], role, above)
    return found


def _made(key: str, row: Cells, role: Places, above: Place | None) -> Place:
    kind, name = cell(row, role.kind), cell(row, role.name) or key
    # KZ-ALA is a code of ISO 3166-2. A region without one (a valley, "the south") is no division,
    # whose borders the codebooks take to be known.
    subdivision = "-" in cell(row, role.code)
    division = name if subdivision else above.division if above else ""
    latitude, longitude = cell(row, role.latitude), cell(row, role.longitude)
    point = (latitude, longitude) if latitude and longitude else ("", "")
    country = name if kind == "country" else above.country if above else ""
    around = above if above and above.latitude else above.around if above else None
    kind = "division" if kind == "region" and subdivision else kind
    return Place(key, name, kind, *point, division, country, around)


# ------------------------------------------------------------------------------ parties, articles


def _parties(dataset: Dataset) -> dict[str, list[Party]]:
    """Who took part in each event."""
    found: dict[str, list[Party]] = defaultdict(list)
    if participants := declared(dataset.descriptor, Participants):
        table, role = participants
        names = labels(dataset, parent(table.schema, role.actor))
        for row in rows(dataset, table.name):
            actor = cell(row, role.actor)
            party = Party(actor, names.get(actor, actor), cell(row, role.role))
            found[cell(row, role.event)].append(party)
    return found


def _articles(
    dataset: Dataset, claims: Mapping[str, Iterable[EventClaim]]
) -> dict[str, list[Article]]:
    """The articles that each event, or a claim about it, rests on, in the order of their table."""
    table, role = needed(dataset.descriptor, Sources, _PURPOSE)
    columns = (role.id, "publisher", role.published_on, "title")
    known = [Article(*(cell(row, c) for c in columns)) for row in rows(dataset, table.name)]
    # What a claim rests on its event rests on, too.
    events = {claim.key: event for event, about in claims.items() for claim in about}
    cited: dict[str, set[str]] = defaultdict(set)
    for record, article in _resting(dataset):
        cited[events.get(record, record)].add(article)
    found = {event: [a for a in known if a.key in keys] for event, keys in cited.items()}
    return defaultdict(list, found)


def _resting(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Each record with each of the articles that its cells rest on."""
    table, spans = needed(dataset.descriptor, Spans, _PURPOSE)
    homes = {cell(row, spans.id): cell(row, spans.source) for row in rows(dataset, table.name)}
    table, edges = needed(dataset.descriptor, Edges, _PURPOSE)
    for row in rows(dataset, table.name):
        yield cell(row, edges.record), homes.get(cell(row, edges.span), "")
