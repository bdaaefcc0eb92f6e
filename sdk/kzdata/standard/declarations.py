"""The profile's declarations in a Table Schema: the properties `kzdata:...` (docs/profile.md)."""

from collections.abc import Iterator

from kzdata.standard.json_model import (
    JsonModel,
    count,
    member,
    number,
    several,
    string,
    whole,
    words,
)

MAX_TRACED = 126  # fields of one table whose cells need receipts
# Declarations that one table of a package may have: of two, nobody would know which is meant.
SINGLE = (
    *("spans", "sources", "edges", "aliases", "codebook", "links", "tombstones", "exclusions"),
    *("events", "participants", "policies", "places", "outside"),
)
# Members of declarations whose cells are always filled.
NEEDED = {
    "sources": ("id", "sha256", "length"),
    "spans": ("id", "source", "start", "end", "quote", "occurrence", "checksum"),
    "edges": ("record", "field", "span", "role", "count"),
    "aliases": ("entity", "alias", "source"),
    "codebook": ("field", "category", "term"),
    "exclusions": ("source", "start", "end", "token"),
    "links": ("claim", "relation", "other"),
    "tombstones": ("record",),
    "outside": ("claim", "relation", "publisher", "says"),
    "overlaps": ("one", "other"),
}

# One column name, or several: the standard allows a bare string for one.
names = several(string, "fields", bare=True)


class Declaration(JsonModel):
    """A declaration of the profile; a misspelt member would switch a check off unseen."""

    closed = True


class Figure(Declaration):
    """`kzdata:figure`: the columns that make a figure, and the column of its principal span."""

    text: str = member(string)
    low: str = member(string)
    high: str = member(string)
    qualifier: str = member(string)
    span: str = member(string)


class DateColumns(Declaration):
    """`kzdata:dates`: columns that hold a resolved date; without `end`, `start` holds one day.

    `basis` says what the date is the day of: `event`, `report`, or `article` where no words tell.
    """

    start: str = member(string)
    end: str | None = member(string, None)
    precision: str | None = member(string, None)
    basis: str | None = member(string, None)


class Spans(Declaration):
    """`kzdata:spans`: the table of passages; `damaged` marks words that are not as written.

    How long a quote may be, and how much of an article all may be together, is asked where it is
    stated; where either is, no quote is a whole sentence. `share_floor` is how many characters of
    any article may be quoted, however short it is: a dense report is entered whole.
    """

    id: str = member(string)
    source: str = member(string)
    start: str = member(string)
    end: str = member(string)
    quote: str = member(string)
    occurrence: str = member(string)
    checksum: str | None = member(string, None)
    damaged: str | None = member(string, None)
    max_share: float | None = member(number, None)
    share_floor: int = member(count, 0)
    max_length: int | None = member(whole, None)

    @property
    def limited(self) -> bool:
        """Whether the package limits what is quoted."""
        return self.max_share is not None or self.max_length is not None


class Sources(Declaration):
    """`kzdata:sources`: the table of articles.

    Where `published_basis` is `url`, the day of publication was taken from the address. `day_span`
    is the passage that gives `written_on`, `kind` what sort of text the article is, `language` what
    it is written in, as a tag of BCP 47.
    """

    id: str = member(string)
    sha256: str = member(string)
    length: str = member(string)
    published_on: str | None = member(string, None, "published_on")
    published_precision: str | None = member(string, None, "published_precision")
    published_basis: str | None = member(string, None, "published_basis")
    written_on: str | None = member(string, None, "written_on")
    day_span: str | None = member(string, None, "day_span")
    kind: str | None = member(string, None)
    language: str | None = member(string, None)
    url: str | None = member(string, None)


class Edges(Declaration):
    """`kzdata:edges`: the table that ties cells to spans."""

    record: str = member(string)
    field: str = member(string)
    span: str = member(string)
    role: str = member(string)
    note: str | None = member(string, None)
    count: str | None = member(string, None)


class Target(Declaration):
    """A column that identifiers of aliases may stand in; `note` says more of each of these."""

    resource: str = member(string)
    field: str = member(string)
    note: str | None = member(string, None)


class Aliases(Declaration):
    """`kzdata:aliases`: surface forms of entities; `note` says why a form names its entity."""

    entity: str = member(string)
    alias: str = member(string)
    source: str | None = member(string, None)
    note: str | None = member(string, None)
    of: tuple[Target, ...] = member(several(Target.read, "keys"), ())


class Codebook(Declaration):
    """`kzdata:codebook`: which printed terms justify a category; `field` is `table.column`.

    `language` is that of a term (BCP 47), `example` a passage that has it.
    """

    field: str = member(string)
    category: str = member(string)
    term: str = member(string)
    language: str | None = member(string, None)
    example: str | None = member(string, None)


class Links(Declaration):
    """`kzdata:links`: relations between claims."""

    claim: str = member(string)
    relation: str = member(string)
    other: str = member(string)
    note: str | None = member(string, None)
    acyclic: tuple[str, ...] = member(words, ())
    within: tuple[str, ...] = member(words, ())
    adds: tuple[str, ...] = member(words, ())
    same: tuple[str, ...] = member(words, ())
    differs: tuple[str, ...] = member(words, ())
    contradicts: tuple[str, ...] = member(words, ())
    supersedes: tuple[str, ...] = member(words, ())
    retracts: tuple[str, ...] = member(words, ())


class Claims(Declaration):
    """`kzdata:claims`: what each claim of a table is about, where, and who says it.

    `outcome` is what happened to those whom a figure counts; `subject` are further columns that say
    what is counted or changed; `state` is what the claim says of it where that is no figure.
    `people` are the values of the first `subject` that count people, of a table without `outcome`.
    `deaths` are the categories of `outcome` that count the dead, `planned` those of `state` that
    tell of what is still to come; `compatible` are lists of states that can all be true of one
    thing. `force` and `country` are the forces that are sent, and whose, `origin` and `destination`
    from where to where.
    """

    outcome: str | None = member(string, None)
    deaths: tuple[str, ...] = member(names, ("killed",))
    subject: tuple[str, ...] = member(names, ())
    people: tuple[str, ...] = member(words, ())
    state: str | None = member(string, None)
    event: str | None = member(string, None)
    population: str | None = member(string, None)
    unit: str | None = member(string, None)
    place: str | None = member(string, None)
    claimant: str | None = member(string, None)
    via: str | None = member(string, None)
    note: str | None = member(string, None)
    force: str | None = member(string, None)
    country: str | None = member(string, None)
    origin: str | None = member(string, None)
    destination: str | None = member(string, None)
    planned: tuple[str, ...] = member(names, ())
    compatible: tuple[tuple[str, ...], ...] = member(several(names, "keys"), ())

    @property
    def about(self) -> tuple[str, ...]:
        """The columns that are equal in two claims about the same thing."""
        return (*filter(None, [self.outcome]), *self.subject)


class Events(Declaration):
    """`kzdata:events`: things that happened; their days are the first entry of `kzdata:dates`.

    `opposed` are pairs of types that exclude each other in one place at one time; `statements` are
    the types that tell of words, `standing` those of lasting circumstances.
    """

    title: str = member(string)
    type: str | None = member(string, None)
    description: str | None = member(string, None)
    place: str | None = member(string, None)
    certainty: str | None = member(string, None)
    opposed: tuple[tuple[str, ...], ...] = member(several(names, "keys"), ())
    statements: tuple[str, ...] = member(names, ())
    standing: tuple[str, ...] = member(names, ())


class Participants(Declaration):
    """`kzdata:participants`: who took part in which event."""

    event: str = member(string)
    actor: str = member(string)
    role: str | None = member(string, None)


class Policies(Declaration):
    """`kzdata:policies`: what a vague wording counts for under a named policy."""

    term: str = member(string)
    policy: str = member(string)
    low: str = member(string)
    high: str | None = member(string, None)
    reference: str | None = member(string, None)


class Tombstones(Declaration):
    """`kzdata:tombstones`: withdrawn records; why, and the version that lacks them first."""

    record: str = member(string)
    reason: str | None = member(string, None)
    version: str | None = member(string, None)
    replaced_by: str | None = member(string, None, "replaced_by")


CONTRADICTS = "contradicts"
OUTSIDE_RELATIONS = (CONTRADICTS, "other_scope", "later", "confirms")
"""What an outside report says of a claim, what speaks against it first: another thing of the same;
something of another population, place or time; what became of it later; the same."""


class Outside(Declaration):
    """`kzdata:outside`: what publications besides the articles say of a claim, in own words.

    `seen` says how much of the publication was read, `published_precision` how much time
    `published_on` stands for, as for articles.
    """

    claim: str = member(string)
    relation: str = member(string)
    publisher: str = member(string)
    says: str = member(string)
    url: str | None = member(string, None)
    published_on: str | None = member(string, None, "published_on")
    published_precision: str | None = member(string, None, "published_precision")
    seen: str | None = member(string, None)


class Exclusions(Declaration):
    """`kzdata:exclusions`: number words that are deliberately in no table."""

    source: str = member(string)
    start: str = member(string)
    end: str = member(string)
    token: str = member(string)


class Places(Declaration):
    """`kzdata:places`: places with WGS 84 coordinates in degrees; `kind`: how large they are.

    Kinds that can be compared are site, city, region and country. `code` is a code of ISO 3166-2,
    which tells a division of a country from any other region.
    """

    id: str = member(string)
    latitude: str = member(string)
    longitude: str = member(string)
    kind: str | None = member(string, None)
    name: str | None = member(string, None)
    code: str | None = member(string, None)


class Overlaps(Declaration):
    """`kzdata:overlaps`: values of a hierarchy that may have members in common.

    Neither is a part of the other, and nobody says that they are apart; a pair stands once.
    """

    one: str = member(string)
    other: str = member(string)


class Declared(JsonModel):
    """What the profile lets a Table Schema declare."""

    figure: Figure | None = member(Figure.read, None, "kzdata:figure")
    dates: tuple[DateColumns, ...] = member(several(DateColumns.read, "keys"), (), "kzdata:dates")
    principal: str | None = member(string, None, "kzdata:principal")
    parent: str | None = member(string, None, "kzdata:parent")
    spans: Spans | None = member(Spans.read, None, "kzdata:spans")
    sources: Sources | None = member(Sources.read, None, "kzdata:sources")
    edges: Edges | None = member(Edges.read, None, "kzdata:edges")
    aliases: Aliases | None = member(Aliases.read, None, "kzdata:aliases")
    codebook: Codebook | None = member(Codebook.read, None, "kzdata:codebook")
    links: Links | None = member(Links.read, None, "kzdata:links")
    tombstones: Tombstones | None = member(Tombstones.read, None, "kzdata:tombstones")
    exclusions: Exclusions | None = member(Exclusions.read, None, "kzdata:exclusions")
    outside: Outside | None = member(Outside.read, None, "kzdata:outside")
    claims: Claims | None = member(Claims.read, None, "kzdata:claims")
    events: Events | None = member(Events.read, None, "kzdata:events")
    participants: Participants | None = member(Participants.read, None, "kzdata:participants")
    policies: Policies | None = member(Policies.read, None, "kzdata:policies")
    places: Places | None = member(Places.read, None, "kzdata:places")
    overlaps: Overlaps | None = member(Overlaps.read, None, "kzdata:overlaps")

    def declared_columns(self) -> Iterator[tuple[str, list[str]]]:
        """The columns of the table that each declaration names, by its property."""
        roles = ("figure", *SINGLE, "claims", "overlaps")
        parts = [(role, getattr(self, role)) for role in roles]
        for role, part in [*parts, *(("dates", part) for part in self.dates)]:
            values = [getattr(part, name) for name in part.members] if part else []
            subject = part.subject if isinstance(part, Claims) else ()
            yield f"kzdata:{role}", [*(v for v in values if isinstance(v, str)), *subject]
        for role in ("principal", "parent"):
            yield f"kzdata:{role}", list(filter(None, [getattr(self, role)]))
