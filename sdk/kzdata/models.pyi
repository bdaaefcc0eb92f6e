# Rows of the bundled package. Written by docs/contributing/reference.py; do not edit.

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from kzdata.standard.dataset import Table
from kzdata.standard.row_models import Row

MODELS: Mapping[str, type[Row]]

class Source(Row):
    """The articles. Their texts are not in the package; hash and length identify them."""

    source_id: str
    """Identifier of the article: a readable slug."""
    title: str | None = None
    """Headline as printed; empty when the text that we hold has none."""
    publisher: str
    """Who published the article."""
    kind: Literal["report", "agency_copy", "update", "paraphrase"]
    """What sort of text it is; the note says what that is known from."""
    author: str | None = None
    """Byline; empty when none was found."""
    url: str | None = None
    """Where the article was published; empty when not found."""
    language: str
    """Language of the text, BCP 47."""
    published_on: date
    """Day on which the text that we hold was published, in its own time zone. See `published_basis` for how far to trust it."""
    published_precision: Literal["day", "month", "year"]
    """How much time the date stands for."""
    published_basis: Literal["stated", "url", "inferred"]
    """Where the date comes from."""
    written_on: date
    """The day that the text speaks from: `today`, `this evening` and weekdays are resolved against it (TimeML: document creation time). May lie before `published_on`."""
    day_span_id: str | None = None
    """A passage whose words give the day that the text speaks from, read against that day; empty where none does, and the note says what it is concluded from."""
    relies_on: str | None = None
    """Publication that the article says, or is known, to be based on; empty when it stands on its own."""
    text_sha256: str
    """SHA-256 of the article's bytes, in lower-case hexadecimal digits; how a text is recognised whatever its file is called."""
    text_length: int
    """Length of the decoded article."""
    note: str | None = None
    """What a reader must know about the article."""

class SourceSpan(Row):
    """Exact passages of the articles. Offsets count Unicode code points of the decoded bytes from zero; the end is exclusive; `text[char_start:char_end]` is the quote."""

    span_id: str
    """Identifier, `SP-` and four digits; never reused."""
    source_id: str
    """The article that the passage stands in."""
    char_start: int
    """Offset of the first character, from zero."""
    char_end: int
    """Offset after the last character."""
    quote: str
    """The passage, character for character: the shortest phrase that carries the fact, never a whole sentence."""
    occurrence: int
    """Which occurrence of the quote in the text this is, from one; occurrences may overlap."""
    checksum: str
    """First 16 hexadecimal digits of the SHA-256 of `text_sha256:char_start:char_end:occurrence:quote`: a changed digit or letter shows even where the article's text is not at hand."""
    damaged: bool | None = None
    """Whether the words are damaged in the article as we hold it (garbled, cut off, quotation marks moved): recorded as printed, not to be relied on and not quotable as anyone's words. Empty where no damage was seen."""

class Evidence(Row):
    """One edge from one cell (record and field) to one span, with the role that the span plays."""

    record_id: str
    """Key of the row that holds the cell."""
    field: str
    """Column of the cell."""
    span_id: str
    """The passage that the cell rests on."""
    role: Literal["verbatim", "normalised", "resolved", "coded", "inherited", "inferred"]
    """How the passage carries the cell; each role but `inferred` is checked by machine."""
    edges: int
    """How many edges the cell has: a deleted one shows."""
    note: str | None = None
    """Why the passage carries the cell; required where the role is `inherited` or `inferred`."""

class Event(Row):
    """Something that happened, in our own words, once, however many articles report it."""

    event_id: str
    """Identifier, `EV-` and four digits; never reused."""
    event_type: str
    """What kind of event; the vocabulary is `event_types`."""
    title: str
    """A line in our own words."""
    description: str | None = None
    """What happened, in our own words; empty when the title says it all."""
    date_start: date | None = None
    """First day on which it happened; empty when the articles don't tell."""
    date_end: date | None = None
    """Last day on which it happened; empty when the articles don't tell, or it goes on."""
    date_precision: Literal["day", "part_of_day", "night", "month", "year", "range", "before", "since"] | None = None
    """How much time the dates stand for. Never more precise than the words. Empty when there is no date."""
    date_basis: Literal["event", "report", "article"]
    """What the dates are the days of, by the rule of the methodology."""
    place_id: str | None = None
    """Where, as precisely as the articles say and no more; empty when they don't."""
    certainty: Literal["confirmed", "reported", "claimed", "alleged"] | None = None
    """How the articles present it."""
    part_of_id: str | None = None
    """The event that this one is a part of, where an article's words make it one; empty where it stands by itself. Its receipt is a passage that the whole rests on, and the words that make it a part."""

class EventActor(Row):
    """Who took part in an event, and how."""

    event_actor_id: str
    """Identifier, `EA-` and four digits; never reused."""
    event_id: str
    """The event. Its receipt is a passage that the event itself rests on."""
    actor_id: str
    """Who."""
    role: Literal["initiator", "participant", "target", "speaker", "addressee"]
    """What the actor does in the event."""

class CasualtyReport(Row):
    """What one article says about people killed or harmed. One row, one article, one principal span; reports that disagree stand side by side."""

    report_id: str
    """Identifier of the claim, `CR-` and four digits; never reused."""
    event_id: str
    """The event that the claim is about. Its receipt is a passage that the event itself rests on."""
    span_id: str
    """The passage that makes the claim; its article is the claim's article. Entered twice, here and in `evidence`, so that a slip shows."""
    outcome: Literal["killed", "injured", "hospitalised", "in_intensive_care", "harmed"]
    """What happened to the people counted."""
    population: str
    """Whom the figure counts; the vocabulary is `populations`."""
    value_text: str | None = None
    """The shortest verbatim wording of the number, standing in the quote of the principal span. Empty when the article gives no number word."""
    value_low: Decimal | None = None
    """Smallest number that the wording allows, by the figure grammar (docs/methodology.md). Empty when the wording sets no lower bound. Counted in `unit`, or in persons where the table has no unit."""
    value_high: Decimal | None = None
    """Largest number that the wording allows, by the figure grammar. Empty when the wording sets no upper bound. Same unit as the lower bound."""
    qualifier: Literal["exact", "more_than", "at_least", "at_most", "less_than", "approximately", "range", "vague", "ordinal", "multiple", "clock_time", "unquantified"] | None = None
    """How the wording bounds the number, by the figure grammar. Empty only where the claim carries no figure at all."""
    count_scope: Literal["running_total", "incident"] | None = None
    """Whether the figure is a running total or of one incident, where the words say it; empty where they don't."""
    place_id: str | None = None
    """Where, as precisely as the article says and no more. Empty when it doesn't say."""
    as_of: date | None = None
    """First day of the period for which the figure held, as far as the article's words tell it; empty when they don't."""
    as_of_precision: Literal["day", "part_of_day", "night", "month", "year", "range", "before", "since"] | None = None
    """How much time the date stands for. Never more precise than the words."""
    claimant_id: str | None = None
    """Who says it, according to the article: an actor. Empty when the article says it in its own voice or does not tell."""
    via_id: str | None = None
    """Who carried the claim to the article (a medium, an agency, a press service): an actor. Empty when the article names no channel."""
    note: str | None = None
    """What a reader must know before using the row, in our own words; empty when there is nothing to add."""

class Appointment(Row):
    """What one article says about who takes, leaves or holds an office."""

    appointment_id: str
    """Identifier of the claim, `AP-` and four digits; never reused."""
    event_id: str
    """The event that the claim is about. Its receipt is a passage that the event itself rests on."""
    span_id: str
    """The passage that makes the claim; its article is the claim's article. Entered twice, here and in `evidence`, so that a slip shows."""
    person_id: str | None = None
    """Who takes, leaves or holds the office: a person, or a body such as a cabinet. Empty when the article doesn't name them."""
    position: str | None = None
    """The office, in the article's words; `office_id` says which office it is."""
    office_id: str | None = None
    """The office, one identifier whatever the articles call it (`offices`); empty where no single office is meant, as for a whole cabinet."""
    organisation_id: str | None = None
    """The body that the office belongs to, where the article tells."""
    action: Literal["appointed", "appointed_acting", "assumed", "dismissed", "resigned", "replaced", "holds", "held_before", "expected"]
    """What happens. Dismissed and resigned are different claims."""
    effective_on: date | None = None
    """First day of the period in which the change takes effect, as far as the words tell."""
    effective_precision: Literal["day", "part_of_day", "night", "month", "year", "range", "before", "since"] | None = None
    """How much time the date stands for."""
    decided_by_id: str | None = None
    """Who decides the change, according to the article."""
    claimant_id: str | None = None
    """Who says it, according to the article: an actor. Empty when the article says it in its own voice or does not tell."""
    via_id: str | None = None
    """Who carried the claim to the article (a medium, an agency, a press service): an actor. Empty when the article names no channel."""
    note: str | None = None
    """What a reader must know before using the row, in our own words; empty when there is nothing to add."""

class Deployment(Row):
    """What one article says about armed or uniformed forces, their sending, presence, orders, readiness or operations."""

    deployment_id: str
    """Identifier of the claim, `DP-` and four digits; never reused."""
    event_id: str
    """The event that the claim is about. Its receipt is a passage that the event itself rests on."""
    span_id: str
    """The passage that makes the claim; its article is the claim's article. Entered twice, here and in `evidence`, so that a slip shows."""
    country_id: str | None = None
    """The state or alliance whose forces they are, as far as the article tells: an actor."""
    force: str | None = None
    """The force, in the article's words."""
    status: Literal["requested", "agreed", "ready", "on_alert", "planned", "ordered", "in_transit", "deployed", "on_duty", "in_operation", "exercised", "surrendered", "available"]
    """How far it has come."""
    value_text: str | None = None
    """The shortest verbatim wording of the number, standing in the quote of the principal span. Empty when the article gives no number word."""
    value_low: Decimal | None = None
    """Smallest number that the wording allows, by the figure grammar (docs/methodology.md). Empty when the wording sets no lower bound. Counted in `unit`, or in persons where the table has no unit."""
    value_high: Decimal | None = None
    """Largest number that the wording allows, by the figure grammar. Empty when the wording sets no upper bound. Same unit as the lower bound."""
    qualifier: Literal["exact", "more_than", "at_least", "at_most", "less_than", "approximately", "range", "vague", "ordinal", "multiple", "clock_time", "unquantified"] | None = None
    """How the wording bounds the number, by the figure grammar. Empty only where the claim carries no figure at all."""
    unit: str | None = None
    """What the figure counts, in the article's words; empty where there is no figure."""
    equipment: str | None = None
    """Equipment named, in the article's words."""
    place_id: str | None = None
    """Where the force is, acts, exercises or is deployed, as precisely as the article says and no more. Empty when it doesn't say."""
    origin_id: str | None = None
    """Where the force is based or comes from; empty when the article doesn't say."""
    destination_id: str | None = None
    """Where the force is sent, or is to be sent; empty when the article doesn't say."""
    mandate: str | None = None
    """What the forces are there for, in the article's words."""
    as_of: date | None = None
    """First day of the period for which the status held, as far as the article's words tell it; empty when they don't."""
    as_of_precision: Literal["day", "part_of_day", "night", "month", "year", "range", "before", "since"] | None = None
    """How much time the date stands for. Never more precise than the words."""
    claimant_id: str | None = None
    """Who says it, according to the article: an actor. Empty when the article says it in its own voice or does not tell."""
    via_id: str | None = None
    """Who carried the claim to the article (a medium, an agency, a press service): an actor. Empty when the article names no channel."""
    note: str | None = None
    """What a reader must know before using the row, in our own words; empty when there is nothing to add."""

class Quantity(Row):
    """Every other quantity that an article prints: detentions, aircraft, trucks, clock times, shares, multiples, durations, years, ordinals, no cases."""

    quantity_id: str
    """Identifier of the claim, `QT-` and four digits; never reused."""
    event_id: str
    """The event that the claim is about. Its receipt is a passage that the event itself rests on."""
    span_id: str
    """The passage that makes the claim; its article is the claim's article. Entered twice, here and in `evidence`, so that a slip shows."""
    measure: str
    """What is measured; the vocabulary is `measures`."""
    value_text: str | None = None
    """The shortest verbatim wording of the number, standing in the quote of the principal span. Empty when the article gives no number word."""
    value_low: Decimal | None = None
    """Smallest number that the wording allows, by the figure grammar (docs/methodology.md). Empty when the wording sets no lower bound. Counted in `unit`, or in persons where the table has no unit."""
    value_high: Decimal | None = None
    """Largest number that the wording allows, by the figure grammar. Empty when the wording sets no upper bound. Same unit as the lower bound."""
    qualifier: Literal["exact", "more_than", "at_least", "at_most", "less_than", "approximately", "range", "vague", "ordinal", "multiple", "clock_time", "unquantified"] | None = None
    """How the wording bounds the number, by the figure grammar. Empty only where the claim carries no figure at all."""
    unit: str | None = None
    """The unit or the thing counted, in the article's words; for clock times the hour of the day as printed digits hhmm; empty where none is printed."""
    place_id: str | None = None
    """Where, as precisely as the article says and no more. Empty when it doesn't say."""
    as_of: date | None = None
    """First day of the period for which the quantity held, as far as the article's words tell it; empty when they don't."""
    as_of_precision: Literal["day", "part_of_day", "night", "month", "year", "range", "before", "since"] | None = None
    """How much time the date stands for. Never more precise than the words."""
    claimant_id: str | None = None
    """Who says it, according to the article: an actor. Empty when the article says it in its own voice or does not tell."""
    via_id: str | None = None
    """Who carried the claim to the article (a medium, an agency, a press service): an actor. Empty when the article names no channel."""
    note: str | None = None
    """What a reader must know before using the row, in our own words; empty when there is nothing to add."""

class ClaimLink(Row):
    """How two claims relate: the first stands in the relation to the second."""

    link_id: str
    """Identifier of the link, `CL-` and four digits; never reused."""
    claim_id: str
    """The claim that stands in the relation."""
    relation: Literal["contradicts", "updates", "adds_to", "part_of", "same_as", "differs_in_scope", "retracts"]
    """What the first claim is to the second."""
    other_id: str
    """The claim that it relates to."""
    note: str
    """Why, in our own words."""

class OutsideReport(Row):
    """What publications besides the articles say of the same thing, in our own words. It is no evidence: no cell rests on it, it stands in no range, and it changes no figure."""

    outside_report_id: str
    """Identifier, `OR-` and four digits; never reused."""
    claim_id: str
    """The claim that it is about, or the event where no claim makes the point."""
    relation: Literal["contradicts", "confirms", "other_scope", "later"]
    """How it stands to the claim."""
    publisher: str
    """Who published it; `a copy` where another site has the text."""
    url: str | None = None
    """Where it was read; empty where no address was kept."""
    published_on: date
    """Day on which it was published."""
    published_precision: Literal["day", "month", "year"]
    """How much time the date stands for."""
    seen: Literal["whole", "part"]
    """How much of the publication was read."""
    says: str
    """What it says of the thing, in our own words, with whom it names as its source."""

class Actor(Row):
    """Persons, organisations, states, media and groups that the articles name."""

    actor_id: str
    """Identifier: a readable slug."""
    name: str
    """Name in English, in the form most used at the time."""
    kind: Literal["person", "organisation", "state", "medium", "group"]
    """What the actor is."""
    part_of_id: str | None = None
    """The actor that it belongs to."""
    wikidata_id: str | None = None
    """Item that was seen for the actor; empty when none was."""
    note: str | None = None
    """What a reader must know about the actor."""

class Place(Row):
    """Places that the articles name."""

    place_id: str
    """Identifier: a readable slug."""
    name: str
    """Name in English as used at the time of the articles."""
    kind: Literal["country", "region", "city", "site"]
    """What the place is."""
    part_of_id: str | None = None
    """The place that it lies in."""
    iso_3166_2: str | None = None
    """Code in force at the time of the articles (ISO 3166-1 alpha-2 for a country); empty when the place has none."""
    geonames_id: int | None = None
    """GeoNames identifier that was seen for the place."""
    wikidata_id: str | None = None
    """Item that was seen for the place."""
    latitude: Decimal | None = None
    """WGS 84 latitude of a representative point."""
    longitude: Decimal | None = None
    """WGS 84 longitude of a representative point."""
    note: str | None = None
    """What a reader must know about the place."""

class Alias(Row):
    """The surface forms of actors and places, as each article prints them."""

    entity_id: str
    """An actor or a place."""
    alias: str
    """The form as printed, in its exact letters."""
    source_id: str
    """The article that prints it for this entity."""

class EventType(Row):
    """The vocabulary of `events.event_type`."""

    event_type: str
    """Category: a readable slug."""
    title: str
    """Name of the category for people."""
    description: str
    """What counts as one."""

class Population(Row):
    """Whom a casualty figure counts, as a hierarchy: a population is part of another when every one of its members is also one of the other."""

    population: str
    """Category: a readable slug."""
    title: str
    """Name of the population for people."""
    part_of: str | None = None
    """The next wider population; empty at the top."""
    description: str
    """Who belongs to it."""

class PopulationOverlap(Row):
    """Populations that may have members in common although neither is a part of the other: what is said of the one may be true of some of the other."""

    population: str
    """One of the two; a pair stands once."""
    other: str
    """The other of the two."""
    description: str
    """Who may belong to both."""

class Measure(Row):
    """The vocabulary of `quantities.measure`: what a quantity that is neither a casualty nor a deployment figure measures."""

    measure: str
    """Category: a readable slug."""
    title: str
    """Name of the measure for people."""
    description: str
    """What the number counts or measures."""

class Office(Row):
    """The vocabulary of `appointments.office_id`: offices that the articles speak of, each once, whatever they call it."""

    office_id: str
    """Identifier: a readable slug."""
    title: str
    """Name of the office for people."""
    organisation_id: str
    """The body that the office belongs to: an actor."""

class VagueTerm(Row):
    """What a vague word counts for under a named policy, chosen when a question is asked and never baked into the claims."""

    term: str
    """The vague wording."""
    policy: str
    """Whose reading it is."""
    value_low: Decimal
    """Smallest number that the term counts for under the policy."""
    value_high: Decimal | None = None
    """Largest number, where the policy sets one."""
    reference: str
    """Where the policy comes from."""

class Codebook(Row):
    """Which printed terms justify a coded category."""

    field: str
    """Table and column that are coded."""
    category: str
    """The category."""
    term: str
    """A printed term that justifies it, in its exact letters."""
    language: str
    """Language of the term, BCP 47."""
    example: str | None = None
    """A passage of an article in that language that has the term."""
    definition: str
    """What the category means."""

class Exclusion(Row):
    """Number words of the articles that are deliberately in no table, each with its reason."""

    source_id: str
    """The article."""
    char_start: int
    """Offset of the first character, from zero."""
    char_end: int
    """Offset after the last character."""
    token: str
    """The number word as printed."""
    reason: str
    """Why it is in no table, in our own words."""

class Tombstone(Row):
    """Rows that were withdrawn. Their ids are never used again."""

    record_id: str
    """Id of the withdrawn row."""
    withdrawn_in: str
    """Version of the package in which it is gone."""
    reason: str
    """Why, in our own words."""
    replaced_by: str | None = None
    """Id of the row that takes its place, if any."""

class Tables:
    sources: Table[Source]
    source_spans: Table[SourceSpan]
    evidence: Table[Evidence]
    events: Table[Event]
    event_actors: Table[EventActor]
    casualty_reports: Table[CasualtyReport]
    appointments: Table[Appointment]
    deployments: Table[Deployment]
    quantities: Table[Quantity]
    claim_links: Table[ClaimLink]
    outside_reports: Table[OutsideReport]
    actors: Table[Actor]
    places: Table[Place]
    aliases: Table[Alias]
    event_types: Table[EventType]
    populations: Table[Population]
    population_overlaps: Table[PopulationOverlap]
    measures: Table[Measure]
    offices: Table[Office]
    vague_terms: Table[VagueTerm]
    codebook: Table[Codebook]
    exclusions: Table[Exclusion]
    tombstones: Table[Tombstone]
