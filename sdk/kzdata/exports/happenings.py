"""Events with what is said of them, whatever the tables are called."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from kzdata.descriptor import Figure, Schema
from kzdata.descriptor import Table as TableDescriptor
from kzdata.errors import UsageError
from kzdata.exports.records import Cells, declared, labels, parent, rows

if TYPE_CHECKING:
    from kzdata.tables import Dataset

_PURPOSE = "there are no events to write"


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


class Claim(NamedTuple):
    """A claim about an event.

    Attributes:
        key: Its key.
        outcome: What happened to the people counted, or empty.
        dead: Whether it counts the dead.
        population: Key of whom it counts, or empty.
        text: The figure as printed, or empty.
        low: Its lower bound, or None.
        high: Its upper bound, or None.
        qualifier: How the wording bounds the number.
        as_of: Day for which it held, or empty.
        claimant: Name of who says it, or empty.
        via: Name of who carried it, or empty.
        withdrawn: Whether another claim takes it back.
        wholes: Keys of claims that it counts a part of.
        links: Its relations to other claims and theirs to it, such as `CR-0013 updates CR-0001`.
    """

    key: str
    outcome: str
    dead: bool
    population: str
    text: str
    low: float | None
    high: float | None
    qualifier: str
    as_of: str
    claimant: str
    via: str
    withdrawn: bool
    wholes: tuple[str, ...]
    links: tuple[str, ...]


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
    claims: tuple[Claim, ...]
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
    name, role = declared(dataset, "events", _PURPOSE)
    schema = dataset.tables[name].schema
    claims, places = _claims(dataset), _places(dataset)
    parties, articles = _parties(dataset), _articles(dataset, claims)
    found = []
    for row in rows(dataset, name):
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
    """First day, last day and precision; a date of one column is one day."""
    if not schema.dates:
        return "", "", ""
    days = schema.dates[0]
    start = row.get(days.start, "")
    end = row.get(days.end, "") if days.end else start
    return start, end, row.get(days.precision or "", "")


# ------------------------------------------------------------------------------ claims


def _claims(dataset: "Dataset") -> dict[str, list[Claim]]:
    """The claims about each event."""
    tables = list(dataset.descriptor.declaring("claims"))
    if not any(table.schema.claims and table.schema.claims.outcome for table in tables):
        raise UsageError(
            "the package declares no kzdata:claims with an outcome, so nobody counts the dead; "
            "see docs/profile.md"
        )
    links = _links(dataset)
    found: dict[str, list[Claim]] = defaultdict(list)
    for table in tables:
        for event, claim in _table_claims(dataset, table, links):
            found[event].append(claim)
    return found


class _Links(NamedTuple):
    """Claims that another one takes back, the wholes of parts, and all relations of each claim."""

    withdrawn: set[str]
    wholes: dict[str, list[str]]
    told: dict[str, list[str]]


def _links(dataset: "Dataset") -> _Links:
    found = _Links(set(), defaultdict(list), defaultdict(list))
    table = dataset.descriptor.one("links")
    role = table.schema.links if table else None
    for row in rows(dataset, table.name) if table and role else ():
        assert role
        claim, other = row.get(role.claim, ""), row.get(role.other, "")
        if row.get(role.relation) in role.retracts:
            found.withdrawn.add(other)
        if row.get(role.relation) in role.within:
            found.wholes[claim].append(other)
        for end in {claim, other}:
            found.told[end].append(f"{claim} {row.get(role.relation, '')} {other}")
    return found


def _table_claims(
    dataset: "Dataset", table: TableDescriptor, links: _Links
) -> Iterator[tuple[str, Claim]]:
    schema, role = table.schema, table.schema.claims
    assert role
    if role.event is None:
        return
    claimants, channels = (
        labels(dataset, parent(schema, column)) for column in (role.claimant, role.via)
    )
    for row in rows(dataset, table.name):
        key = row.get(schema.primary_key[0], "")
        claimant, via = row.get(role.claimant or "", ""), row.get(role.via or "", "")
        text, low, high, qualifier = _figure(schema.figure, row)
        claim = Claim(
            key,
            outcome=row.get(role.outcome or "", ""),
            dead=row.get(role.outcome or "") in role.deaths,
            population=row.get(role.population or "", ""),
            text=text,
            low=low,
            high=high,
            qualifier=qualifier,
            as_of=_dates(schema, row)[0],
            claimant=claimants.get(claimant, claimant),
            via=channels.get(via, via),
            withdrawn=key in links.withdrawn,
            wholes=tuple(links.wholes[key]),
            links=tuple(links.told[key]),
        )
        yield row.get(role.event, ""), claim


def _figure(figure: Figure | None, row: Cells) -> tuple[str, float | None, float | None, str]:
    if figure is None:
        return "", None, None, ""
    low, high = (_number(row.get(column, "")) for column in (figure.low, figure.high))
    return row.get(figure.text, ""), low, high, row.get(figure.qualifier, "")


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


# ------------------------------------------------------------------------------ places


def _places(dataset: "Dataset") -> dict[str, Place]:
    """The places by key; a circle of parts and wholes is cut where it closes."""
    table = dataset.descriptor.one("places")
    if table is None:
        return {}
    assert table.schema.places
    raw = {row.get(table.schema.places.id, ""): row for row in rows(dataset, table.name)}
    found: dict[str, Place] = {}
    for key in raw:
        for above in reversed(_line(key, raw, table.schema.parent)):
            if above not in found:
                found[above] = _made(above, raw[above], table.schema, found)
    return found


def _line(key: str, raw: Mapping[str, Cells], column: str | None) -> list[str]:
    """A place and what is around it, from the inside."""
    line: list[str] = []
    while key in raw and key not in line:
        line.append(key)
        key = raw[key].get(column or "", "")
    return line


def _made(key: str, row: Cells, schema: Schema, known: Mapping[str, Place]) -> Place:
    role = schema.places
    assert role
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
    if table := dataset.descriptor.one("participants"):
        role = table.schema.participants
        assert role
        names = labels(dataset, parent(table.schema, role.actor))
        for row in rows(dataset, table.name):
            actor = row.get(role.actor, "")
            party = Party(actor, names.get(actor, actor), row.get(role.role or "", ""))
            found[row.get(role.event, "")].append(party)
    return found


def _articles(
    dataset: "Dataset", claims: Mapping[str, Iterable[Claim]]
) -> dict[str, list[Article]]:
    """The articles that each event, or a claim about it, rests on, in the order of their table."""
    name, role = declared(dataset, "sources", _PURPOSE)
    known = {row.get(role.id, ""): row for row in rows(dataset, name)}
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
    name, spans = declared(dataset, "spans", _PURPOSE)
    homes = {row.get(spans.id, ""): row.get(spans.source, "") for row in rows(dataset, name)}
    name, edges = declared(dataset, "edges", _PURPOSE)
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows(dataset, name):
        found[row.get(edges.record, "")].add(homes.get(row.get(edges.span, ""), ""))
    return found
