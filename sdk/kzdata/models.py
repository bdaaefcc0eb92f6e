"""Rows of the bundled package, one class a table.

Written by `python -m kzdata.reference` from the schemas; do not edit.
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from kzdata.rows import Row

if TYPE_CHECKING:
    from kzdata.tables import Table


class Source(Row):
    """The articles. Their texts are not in the package; hash and length identify them."""

    source_id: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Identifier of the article: a readable slug.",
    )
    title: str | None = Field(
        None,
        max_length=200,
        description="Headline as printed; empty when the text that we hold has none.",
    )
    publisher: str = Field(
        max_length=120,
        description="Who published the article.",
    )
    author: str | None = Field(
        None,
        max_length=120,
        description="Byline; empty when none was found.",
    )
    url: str | None = Field(
        None,
        max_length=300,
        description="Where the article was published; empty when not found.",
    )
    language: str = Field(
        pattern="^(?:[a-z]{2,3}(-[A-Za-z0-9]{2,8})*)$",
        description="Language of the text, BCP 47.",
    )
    published_on: date = Field(
        ge=date(1900, 1, 1),
        description="Day on which the text that we hold was published, in its own time zone. See `published_basis` for how far to trust it.",
    )
    published_precision: Literal[
        "day",
        "month",
        "year",
    ] = Field(
        description="How much time the date stands for.",
    )
    published_basis: Literal[
        "stated",
        "url",
        "inferred",
    ] = Field(
        description="Where the date comes from.",
    )
    written_on: date = Field(
        ge=date(1900, 1, 1),
        description="The day that the text speaks from: `today`, `this evening` and weekdays are resolved against it (TimeML: document creation time). May lie before `published_on`.",
    )
    relies_on: str | None = Field(
        None,
        max_length=200,
        description="Publication that the article says, or is known, to be based on; empty when it stands on its own.",
    )
    text_sha256: str = Field(
        pattern="^(?:[0-9a-f]{64})$",
        description="SHA-256 of the article's bytes, in lower-case hexadecimal digits; how a text is recognised whatever its file is called.",
    )
    text_length: int = Field(
        ge=1,
        description="Length of the decoded article.",
    )
    note: str | None = Field(
        None,
        max_length=1000,
        description="What a reader must know about the article.",
    )


class SourceSpan(Row):
    """Exact passages of the articles. Offsets count Unicode code points of the decoded bytes
    from zero; the end is exclusive; `text[char_start:char_end]` is the quote.
    """

    span_id: str = Field(
        pattern="^(?:SP-[0-9]{4,})$",
        description="Identifier, `SP-` and four digits; never reused.",
    )
    source_id: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="The article that the passage stands in.",
    )
    char_start: int = Field(
        ge=0,
        description="Offset of the first character, from zero.",
    )
    char_end: int = Field(
        ge=1,
        description="Offset after the last character.",
    )
    quote: str = Field(
        min_length=1,
        max_length=100,
        description="The passage, character for character: the shortest phrase that carries the fact, never a whole sentence.",
    )
    occurrence: int = Field(
        ge=1,
        description="Which occurrence of the quote in the text this is, from one; occurrences may overlap.",
    )
    checksum: str = Field(
        pattern="^(?:[0-9a-f]{16})$",
        description="First 16 hexadecimal digits of the SHA-256 of `text_sha256:char_start:char_end:occurrence:quote`: a changed digit or letter shows even where the article's text is not at hand.",
    )


class Evidence(Row):
    """One edge from one cell (record and field) to one span, with the role that the span plays."""

    record_id: str = Field(
        pattern="^(?:[A-Z]{2}-[0-9]{4,})$",
        description="Key of the row that holds the cell.",
    )
    field: str = Field(
        pattern="^(?:[a-z][a-z0-9_]*)$",
        description="Column of the cell.",
    )
    span_id: str = Field(
        pattern="^(?:SP-[0-9]{4,})$",
        description="The passage that the cell rests on.",
    )
    role: Literal[
        "verbatim",
        "normalised",
        "resolved",
        "coded",
        "inferred",
    ] = Field(
        description="How the passage carries the cell; each role but `inferred` is checked by machine.",
    )
    edges: int = Field(
        ge=1,
        description="How many edges the cell has: a deleted one shows.",
    )
    note: str | None = Field(
        None,
        max_length=500,
        description="Why the passage carries the cell; required where the role is `inferred`.",
    )


class Event(Row):
    """Something that happened, in our own words, once, however many articles report it."""

    event_id: str = Field(
        pattern="^(?:EV-[0-9]{4,})$",
        description="Identifier, `EV-` and four digits; never reused.",
    )
    event_type: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="What kind of event; the vocabulary is `event_types`.",
    )
    title: str = Field(
        max_length=120,
        description="A line in our own words.",
    )
    description: str | None = Field(
        None,
        max_length=1000,
        description="What happened, in our own words; empty when the title says it all.",
    )
    date_start: date | None = Field(
        None,
        ge=date(1900, 1, 1),
        description="First day on which it happened; empty when the articles don't tell.",
    )
    date_end: date | None = Field(
        None,
        ge=date(1900, 1, 1),
        description="Last day on which it happened; empty when the articles don't tell, or it goes on.",
    )
    date_precision: Literal[
        "day",
        "part_of_day",
        "night",
        "month",
        "year",
        "range",
        "before",
        "since",
    ] | None = Field(
        None,
        description="How much time the dates stand for. Never more precise than the words. Empty when there is no date.",
    )
    place_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Where, as precisely as the articles say and no more; empty when they don't.",
    )
    certainty: Literal[
        "confirmed",
        "reported",
        "claimed",
        "alleged",
    ] | None = Field(
        None,
        description="How the articles present it.",
    )


class EventActor(Row):
    """Who took part in an event, and how."""

    event_actor_id: str = Field(
        pattern="^(?:EA-[0-9]{4,})$",
        description="Identifier, `EA-` and four digits; never reused.",
    )
    event_id: str = Field(
        pattern="^(?:EV-[0-9]{4,})$",
        description="The event. Its receipt is a passage that the event itself rests on.",
    )
    actor_id: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Who.",
    )
    role: Literal[
        "initiator",
        "participant",
        "target",
        "speaker",
        "addressee",
    ] = Field(
        description="What the actor does in the event.",
    )


class CasualtyReport(Row):
    """What one article says about people killed or harmed. One row, one article, one principal
    span; reports that disagree stand side by side.
    """

    report_id: str = Field(
        pattern="^(?:CR-[0-9]{4,})$",
        description="Identifier of the claim, `CR-` and four digits; never reused.",
    )
    event_id: str = Field(
        pattern="^(?:EV-[0-9]{4,})$",
        description="The event that the claim is about. Its receipt is a passage that the event itself rests on.",
    )
    span_id: str = Field(
        pattern="^(?:SP-[0-9]{4,})$",
        description="The passage that makes the claim; its article is the claim's article. Entered twice, here and in `evidence`, so that a slip shows.",
    )
    outcome: Literal[
        "killed",
        "injured",
        "hospitalised",
        "in_intensive_care",
        "harmed",
    ] = Field(
        description="What happened to the people counted.",
    )
    population: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Whom the figure counts; the vocabulary is `populations`.",
    )
    value_text: str | None = Field(
        None,
        max_length=60,
        description="The shortest verbatim wording of the number, standing in the quote of the principal span. Empty when the article gives no number word.",
    )
    value_low: Decimal | None = Field(
        None,
        ge=Decimal('0'),
        description="Smallest number that the wording allows, by the figure grammar (docs/methodology.md). Empty when the wording sets no lower bound. Counted in `unit`, or in persons where the table has no unit.",
    )
    value_high: Decimal | None = Field(
        None,
        ge=Decimal('0'),
        description="Largest number that the wording allows, by the figure grammar. Empty when the wording sets no upper bound. Same unit as the lower bound.",
    )
    qualifier: Literal[
        "exact",
        "more_than",
        "at_least",
        "at_most",
        "less_than",
        "approximately",
        "range",
        "vague",
        "ordinal",
        "multiple",
        "clock_time",
        "unquantified",
    ] | None = Field(
        None,
        description="How the wording bounds the number, by the figure grammar. Empty only where the claim carries no figure at all.",
    )
    place_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Where, as precisely as the article says and no more. Empty when it doesn't say.",
    )
    as_of: date | None = Field(
        None,
        ge=date(1900, 1, 1),
        description="First day of the period for which the figure held, as far as the article's words tell it; empty when they don't.",
    )
    as_of_precision: Literal[
        "day",
        "part_of_day",
        "night",
        "month",
        "year",
        "range",
        "before",
        "since",
    ] | None = Field(
        None,
        description="How much time the date stands for. Never more precise than the words.",
    )
    claimant_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Who says it, according to the article: an actor. Empty when the article says it in its own voice or does not tell.",
    )
    via_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Who carried the claim to the article (a medium, an agency, a press service): an actor. Empty when the article names no channel.",
    )
    note: str | None = Field(
        None,
        max_length=1000,
        description="What a reader must know before using the row, in our own words; empty when there is nothing to add.",
    )


class Appointment(Row):
    """What one article says about who takes, leaves or holds an office."""

    appointment_id: str = Field(
        pattern="^(?:AP-[0-9]{4,})$",
        description="Identifier of the claim, `AP-` and four digits; never reused.",
    )
    event_id: str = Field(
        pattern="^(?:EV-[0-9]{4,})$",
        description="The event that the claim is about. Its receipt is a passage that the event itself rests on.",
    )
    span_id: str = Field(
        pattern="^(?:SP-[0-9]{4,})$",
        description="The passage that makes the claim; its article is the claim's article. Entered twice, here and in `evidence`, so that a slip shows.",
    )
    person_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Who takes, leaves or holds the office: a person, or a body such as a cabinet. Empty when the article doesn't name them.",
    )
    position: str | None = Field(
        None,
        max_length=100,
        description="The office, in the article's words.",
    )
    organisation_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="The body that the office belongs to, where the article tells.",
    )
    action: Literal[
        "appointed",
        "appointed_acting",
        "assumed",
        "dismissed",
        "resigned",
        "replaced",
        "held",
    ] = Field(
        description="What happens. Dismissed and resigned are different claims.",
    )
    effective_on: date | None = Field(
        None,
        ge=date(1900, 1, 1),
        description="First day of the period in which the change takes effect, as far as the words tell.",
    )
    effective_precision: Literal[
        "day",
        "part_of_day",
        "night",
        "month",
        "year",
        "range",
        "before",
        "since",
    ] | None = Field(
        None,
        description="How much time the date stands for.",
    )
    decided_by_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Who decides the change, according to the article.",
    )
    note: str | None = Field(
        None,
        max_length=1000,
        description="What a reader must know before using the row, in our own words; empty when there is nothing to add.",
    )


class Deployment(Row):
    """What one article says about armed or uniformed forces, their sending, presence, orders,
    readiness or operations.
    """

    deployment_id: str = Field(
        pattern="^(?:DP-[0-9]{4,})$",
        description="Identifier of the claim, `DP-` and four digits; never reused.",
    )
    event_id: str = Field(
        pattern="^(?:EV-[0-9]{4,})$",
        description="The event that the claim is about. Its receipt is a passage that the event itself rests on.",
    )
    span_id: str = Field(
        pattern="^(?:SP-[0-9]{4,})$",
        description="The passage that makes the claim; its article is the claim's article. Entered twice, here and in `evidence`, so that a slip shows.",
    )
    country_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="The state or alliance whose forces they are, as far as the article tells: an actor.",
    )
    force: str | None = Field(
        None,
        max_length=100,
        description="The force, in the article's words.",
    )
    status: Literal[
        "requested",
        "agreed",
        "ready",
        "on_alert",
        "planned",
        "ordered",
        "in_transit",
        "deployed",
        "on_duty",
        "in_operation",
        "exercised",
        "surrendered",
        "available",
    ] = Field(
        description="How far it has come.",
    )
    value_text: str | None = Field(
        None,
        max_length=60,
        description="The shortest verbatim wording of the number, standing in the quote of the principal span. Empty when the article gives no number word.",
    )
    value_low: Decimal | None = Field(
        None,
        ge=Decimal('0'),
        description="Smallest number that the wording allows, by the figure grammar (docs/methodology.md). Empty when the wording sets no lower bound. Counted in `unit`, or in persons where the table has no unit.",
    )
    value_high: Decimal | None = Field(
        None,
        ge=Decimal('0'),
        description="Largest number that the wording allows, by the figure grammar. Empty when the wording sets no upper bound. Same unit as the lower bound.",
    )
    qualifier: Literal[
        "exact",
        "more_than",
        "at_least",
        "at_most",
        "less_than",
        "approximately",
        "range",
        "vague",
        "ordinal",
        "multiple",
        "clock_time",
        "unquantified",
    ] | None = Field(
        None,
        description="How the wording bounds the number, by the figure grammar. Empty only where the claim carries no figure at all.",
    )
    unit: str | None = Field(
        None,
        max_length=60,
        description="What the figure counts, in the article's words; empty where there is no figure.",
    )
    equipment: str | None = Field(
        None,
        max_length=100,
        description="Equipment named, in the article's words.",
    )
    place_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Where, as precisely as the article says and no more. Empty when it doesn't say.",
    )
    mandate: str | None = Field(
        None,
        max_length=100,
        description="What the forces are there for, in the article's words.",
    )
    as_of: date | None = Field(
        None,
        ge=date(1900, 1, 1),
        description="First day of the period for which the status held, as far as the article's words tell it; empty when they don't.",
    )
    as_of_precision: Literal[
        "day",
        "part_of_day",
        "night",
        "month",
        "year",
        "range",
        "before",
        "since",
    ] | None = Field(
        None,
        description="How much time the date stands for. Never more precise than the words.",
    )
    claimant_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Who says it, according to the article: an actor. Empty when the article says it in its own voice or does not tell.",
    )
    via_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Who carried the claim to the article (a medium, an agency, a press service): an actor. Empty when the article names no channel.",
    )
    note: str | None = Field(
        None,
        max_length=1000,
        description="What a reader must know before using the row, in our own words; empty when there is nothing to add.",
    )


class Quantity(Row):
    """Every other quantity that an article prints: detentions, aircraft, trucks, clock times,
    shares, multiples, durations, years, ordinals, no cases.
    """

    quantity_id: str = Field(
        pattern="^(?:QT-[0-9]{4,})$",
        description="Identifier of the claim, `QT-` and four digits; never reused.",
    )
    event_id: str = Field(
        pattern="^(?:EV-[0-9]{4,})$",
        description="The event that the claim is about. Its receipt is a passage that the event itself rests on.",
    )
    span_id: str = Field(
        pattern="^(?:SP-[0-9]{4,})$",
        description="The passage that makes the claim; its article is the claim's article. Entered twice, here and in `evidence`, so that a slip shows.",
    )
    measure: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="What is measured; the vocabulary is `measures`.",
    )
    value_text: str | None = Field(
        None,
        max_length=60,
        description="The shortest verbatim wording of the number, standing in the quote of the principal span. Empty when the article gives no number word.",
    )
    value_low: Decimal | None = Field(
        None,
        ge=Decimal('0'),
        description="Smallest number that the wording allows, by the figure grammar (docs/methodology.md). Empty when the wording sets no lower bound. Counted in `unit`, or in persons where the table has no unit.",
    )
    value_high: Decimal | None = Field(
        None,
        ge=Decimal('0'),
        description="Largest number that the wording allows, by the figure grammar. Empty when the wording sets no upper bound. Same unit as the lower bound.",
    )
    qualifier: Literal[
        "exact",
        "more_than",
        "at_least",
        "at_most",
        "less_than",
        "approximately",
        "range",
        "vague",
        "ordinal",
        "multiple",
        "clock_time",
        "unquantified",
    ] | None = Field(
        None,
        description="How the wording bounds the number, by the figure grammar. Empty only where the claim carries no figure at all.",
    )
    unit: str | None = Field(
        None,
        max_length=60,
        description="The unit or the thing counted, in the article's words; for clock times the hour of the day as printed digits hhmm; empty where none is printed.",
    )
    place_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Where, as precisely as the article says and no more. Empty when it doesn't say.",
    )
    as_of: date | None = Field(
        None,
        ge=date(1900, 1, 1),
        description="First day of the period for which the quantity held, as far as the article's words tell it; empty when they don't.",
    )
    as_of_precision: Literal[
        "day",
        "part_of_day",
        "night",
        "month",
        "year",
        "range",
        "before",
        "since",
    ] | None = Field(
        None,
        description="How much time the date stands for. Never more precise than the words.",
    )
    claimant_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Who says it, according to the article: an actor. Empty when the article says it in its own voice or does not tell.",
    )
    via_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Who carried the claim to the article (a medium, an agency, a press service): an actor. Empty when the article names no channel.",
    )
    note: str | None = Field(
        None,
        max_length=1000,
        description="What a reader must know before using the row, in our own words; empty when there is nothing to add.",
    )


class ClaimLink(Row):
    """How two claims relate: the first stands in the relation to the second."""

    link_id: str = Field(
        pattern="^(?:CL-[0-9]{4,})$",
        description="Identifier of the link, `CL-` and four digits; never reused.",
    )
    claim_id: str = Field(
        pattern="^(?:(CR|AP|DP|QT)-[0-9]{4,})$",
        description="The claim that stands in the relation.",
    )
    relation: Literal[
        "contradicts",
        "updates",
        "adds_to",
        "part_of",
        "same_as",
        "differs_in_scope",
        "retracts",
    ] = Field(
        description="What the first claim is to the second.",
    )
    other_id: str = Field(
        pattern="^(?:(CR|AP|DP|QT)-[0-9]{4,})$",
        description="The claim that it relates to.",
    )
    note: str = Field(
        max_length=500,
        description="Why, in our own words.",
    )


class Actor(Row):
    """Persons, organisations, states, media and groups that the articles name."""

    actor_id: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Identifier: a readable slug.",
    )
    name: str = Field(
        max_length=120,
        description="Name in English, in the form most used at the time.",
    )
    kind: Literal[
        "person",
        "organisation",
        "state",
        "medium",
        "group",
    ] = Field(
        description="What the actor is.",
    )
    part_of_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="The actor that it belongs to.",
    )
    wikidata_id: str | None = Field(
        None,
        pattern="^(?:Q[1-9][0-9]*)$",
        description="Item that was seen for the actor; empty when none was.",
    )
    note: str | None = Field(
        None,
        max_length=1000,
        description="What a reader must know about the actor.",
    )


class Place(Row):
    """Places that the articles name."""

    place_id: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Identifier: a readable slug.",
    )
    name: str = Field(
        max_length=120,
        description="Name in English as used in January 2022.",
    )
    kind: Literal[
        "country",
        "region",
        "city",
        "site",
    ] = Field(
        description="What the place is.",
    )
    part_of_id: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="The place that it lies in.",
    )
    iso_3166_2: str | None = Field(
        None,
        pattern="^(?:[A-Z]{2}(-[A-Z0-9]{1,3})?)$",
        description="Code in force in January 2022 (ISO 3166-1 alpha-2 for a country); empty when the place has none.",
    )
    geonames_id: int | None = Field(
        None,
        ge=1,
        description="GeoNames identifier that was seen for the place.",
    )
    wikidata_id: str | None = Field(
        None,
        pattern="^(?:Q[1-9][0-9]*)$",
        description="Item that was seen for the place.",
    )
    latitude: Decimal | None = Field(
        None,
        ge=Decimal('-90'),
        le=Decimal('90'),
        description="WGS 84 latitude of a representative point.",
    )
    longitude: Decimal | None = Field(
        None,
        ge=Decimal('-180'),
        le=Decimal('180'),
        description="WGS 84 longitude of a representative point.",
    )
    note: str | None = Field(
        None,
        max_length=1000,
        description="What a reader must know about the place.",
    )


class Alias(Row):
    """The surface forms of actors and places, as each article prints them."""

    entity_id: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="An actor or a place.",
    )
    alias: str = Field(
        min_length=1,
        max_length=100,
        description="The form as printed, in its exact letters.",
    )
    source_id: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="The article that prints it for this entity.",
    )


class EventType(Row):
    """The vocabulary of `events.event_type`."""

    event_type: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Category: a readable slug.",
    )
    title: str = Field(
        max_length=80,
        description="Name of the category for people.",
    )
    description: str = Field(
        max_length=400,
        description="What counts as one.",
    )


class Population(Row):
    """Whom a casualty figure counts, as a hierarchy: a population is part of another when every
    one of its members is also one of the other.
    """

    population: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Category: a readable slug.",
    )
    title: str = Field(
        max_length=80,
        description="Name of the population for people.",
    )
    part_of: str | None = Field(
        None,
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="The next wider population; empty at the top.",
    )
    description: str = Field(
        max_length=400,
        description="Who belongs to it.",
    )


class Measure(Row):
    """The vocabulary of `quantities.measure`: what a quantity that is neither a casualty nor a
    deployment figure measures.
    """

    measure: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="Category: a readable slug.",
    )
    title: str = Field(
        max_length=80,
        description="Name of the measure for people.",
    )
    description: str = Field(
        max_length=400,
        description="What the number counts or measures.",
    )


class VagueTerm(Row):
    """What a vague word counts for under a named policy, chosen when a question is asked and
    never baked into the claims.
    """

    term: str = Field(
        max_length=40,
        description="The vague wording.",
    )
    policy: str = Field(
        pattern="^(?:[a-z][a-z0-9-]*)$",
        description="Whose reading it is.",
    )
    value_low: Decimal = Field(
        ge=Decimal('0'),
        description="Smallest number that the term counts for under the policy.",
    )
    value_high: Decimal | None = Field(
        None,
        ge=Decimal('0'),
        description="Largest number, where the policy sets one.",
    )
    reference: str = Field(
        max_length=300,
        description="Where the policy comes from.",
    )


class Codebook(Row):
    """Which printed terms justify a coded category."""

    field: str = Field(
        pattern=r"^(?:[a-z_]+\.[a-z_]+)$",
        description="Table and column that are coded.",
    )
    category: str = Field(
        max_length=60,
        description="The category.",
    )
    term: str = Field(
        min_length=1,
        max_length=100,
        description="A printed term that justifies it, in its exact letters.",
    )
    definition: str = Field(
        max_length=400,
        description="What the category means.",
    )


class Exclusion(Row):
    """Number words of the articles that are deliberately in no table, each with its reason."""

    source_id: str = Field(
        pattern="^(?:[a-z0-9]+(-[a-z0-9]+)*)$",
        description="The article.",
    )
    char_start: int = Field(
        ge=0,
        description="Offset of the first character, from zero.",
    )
    char_end: int = Field(
        ge=1,
        description="Offset after the last character.",
    )
    token: str = Field(
        min_length=1,
        max_length=40,
        description="The number word as printed.",
    )
    reason: str = Field(
        max_length=300,
        description="Why it is in no table, in our own words.",
    )


class Tombstone(Row):
    """Rows that were withdrawn. Their ids are never used again."""

    record_id: str = Field(
        pattern="^(?:[A-Z]{2}-[0-9]{4,})$",
        description="Id of the withdrawn row.",
    )
    withdrawn_in: str = Field(
        pattern=r"^(?:[0-9]+\.[0-9]+\.[0-9]+)$",
        description="Version of the package in which it is gone.",
    )
    reason: str = Field(
        max_length=500,
        description="Why, in our own words.",
    )
    replaced_by: str | None = Field(
        None,
        pattern="^(?:[A-Z]{2}-[0-9]{4,})$",
        description="Id of the row that takes its place, if any.",
    )


MODELS: dict[str, type[Row]] = {
    "sources": Source,
    "source_spans": SourceSpan,
    "evidence": Evidence,
    "events": Event,
    "event_actors": EventActor,
    "casualty_reports": CasualtyReport,
    "appointments": Appointment,
    "deployments": Deployment,
    "quantities": Quantity,
    "claim_links": ClaimLink,
    "actors": Actor,
    "places": Place,
    "aliases": Alias,
    "event_types": EventType,
    "populations": Population,
    "measures": Measure,
    "vague_terms": VagueTerm,
    "codebook": Codebook,
    "exclusions": Exclusion,
    "tombstones": Tombstone,
}
"""Row classes by table."""


class Tables:
    """The tables as attributes, for type checkers."""

    sources: "Table[Source]"
    source_spans: "Table[SourceSpan]"
    evidence: "Table[Evidence]"
    events: "Table[Event]"
    event_actors: "Table[EventActor]"
    casualty_reports: "Table[CasualtyReport]"
    appointments: "Table[Appointment]"
    deployments: "Table[Deployment]"
    quantities: "Table[Quantity]"
    claim_links: "Table[ClaimLink]"
    actors: "Table[Actor]"
    places: "Table[Place]"
    aliases: "Table[Alias]"
    event_types: "Table[EventType]"
    populations: "Table[Population]"
    measures: "Table[Measure]"
    vague_terms: "Table[VagueTerm]"
    codebook: "Table[Codebook]"
    exclusions: "Table[Exclusion]"
    tombstones: "Table[Tombstone]"
