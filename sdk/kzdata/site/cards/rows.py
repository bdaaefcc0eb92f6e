"""The rows of a card: who says it, whom it counts, where, when, and how it is read."""

from collections.abc import Iterator, Mapping
from datetime import date

from kzdata.evidence.claims import Claim
from kzdata.evidence.profile import column_label, declared
from kzdata.evidence.receipts import Receipt
from kzdata.questions.timeline import Event
from kzdata.site.cards.words import Words, capitalised, day_in_words, days_in_words, read_as
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Claims, Events, Participants
from kzdata.standard.descriptor import Table

Row = dict[str, str]
MOST_QUOTES = 3  # passages that a row quotes
MOST_SAID = 0.8
"""The share of the claim's own words above which a quote only says them again."""


class _Rows:
    """Rows of a card: a label, what it says, and the words of the article that say it."""

    _said = ""  # the words of the claim as a whole

    def __init__(
        self, dataset: Dataset, words: Words, table: Table, receipts: list[Receipt]
    ) -> None:
        self._dataset, self._words, self.table, self.receipts = dataset, words, table, receipts

    def row(self, label: str, value: str, *columns: str | None) -> Row:
        """A row, with the words that one of its columns rests on."""
        quotes = dict.fromkeys(r.quote for r in self.receipts if r.field in columns)
        told = " … ".join(list(quotes)[:MOST_QUOTES])
        return _row(label, value, told, self._said)


def _row(label: str, value: str, quote: str, said: str) -> Row:
    """A row; its quote is left out where its value or the claim's sentence says it already."""
    known = quote.casefold() in value.casefold()
    known = known or (quote in said and len(quote) > MOST_SAID * len(said))
    return {"label": label, "value": value} | ({} if known else {"quote": quote})


class ClaimRows(_Rows):
    """The rows of a claim.

    Args:
        dataset: The package.
        words: What things are called.
        table: The claim's table.
        claim: The claim.
        cells: Its row, by column.
        receipts: What its cells rest on.
        said: The words of its sentence, which no row says again.
    """

    def __init__(
        self,
        dataset: Dataset,
        words: Words,
        table: Table,
        claim: Claim,
        cells: Mapping[str, str],
        receipts: list[Receipt],
        said: str,
    ) -> None:
        super().__init__(dataset, words, table, receipts)
        self._claim, self._cells = claim, cells
        self._said = said

    def all(self, columns: Claims, article: str, policies: Mapping[str, list[str]]) -> list[Row]:
        """The rows in the order in which they are read."""
        found = [*self._saying(columns, article), *self._whom(columns), *self._others(columns)]
        found += [*self._where(columns), *self._when(), *self._figure(policies)]
        return [*found, *self._certainty()]

    def _saying(self, columns: Claims, article: str) -> Iterator[Row]:
        claim, words = self._claim, self._words
        if columns.claimant:
            nobody = f"{article or 'the article'} itself; no source is named"
            told = claim.claimant and words.name(claim.table, columns.claimant, claim.claimant)
            yield self.row("Said by", told or nobody, columns.claimant)
        if columns.via and claim.via:
            name = words.name(claim.table, columns.via, claim.via)
            yield self.row("Carried by", name, columns.via)

    def _whom(self, columns: Claims) -> Iterator[Row]:
        claim = self._claim
        if columns.population:
            told = claim.population and self._words.common(
                claim.table, columns.population, claim.population
            )
            yield self.row("Counts", told or "not said whom", columns.population)

    def _others(self, columns: Claims) -> Iterator[Row]:
        """What further columns say, under their titles."""
        schema = self.table.schema
        figure = schema.figure.as_dict().values() if schema.figure else ()
        dates = [name for one in schema.dates for name in one.as_dict().values()]
        roles = ("event", "population", "unit", "place", "claimant", "via", "note")
        told = {*figure, *dates, *(getattr(columns, role) for role in roles)}
        told |= {*schema.primary_key, schema.record_key, schema.principal, schema.parent}
        for field in schema.fields:
            if field.name not in told and (value := self._cells.get(field.name)):
                label = capitalised(column_label(self.table, field.name))
                yield self.row(label, self._words.meaning(self.table.name, field.name, value),
                               field.name)  # fmt: skip

    def _where(self, columns: Claims) -> Iterator[Row]:
        if columns.place:
            place = self._claim.place
            told = place and self._words.name(self.table.name, columns.place, place)
            yield self.row("Where", told or "not said", columns.place)

    def _when(self) -> Iterator[Row]:
        if dates := next(iter(self.table.schema.dates), None):
            start, end = (
                _day(self._cells.get(name)) if name else None for name in (dates.start, dates.end)
            )
            told = days_in_words(start or self._claim.day, end, self._claim.precision)
            yield self.row("When", told or "not said", dates.start, dates.end)

    def _figure(self, policies: Mapping[str, list[str]]) -> Iterator[Row]:
        claim, figure = self._claim, self.table.schema.figure
        if figure and (claim.wording or claim.qualifier):
            known = policies.get((claim.wording or "").lower(), ())
            label = self.table.schema.field(figure.qualifier).labels.get(claim.qualifier or "")
            yield self.row("We read it as", read_as(claim.interval, claim.qualifier, label, known))

    def _certainty(self) -> Iterator[Row]:
        if not self._claim.certainty or not (known := declared(self._dataset.descriptor, Events)):
            return
        table, role = known
        assert role.certainty
        told = self._words.meaning(table.name, role.certainty, self._claim.certainty)
        quote = " … ".join(dict.fromkeys(self._claim.hedges))
        label = capitalised(column_label(table, role.certainty))
        yield _row(label, told, quote, self._said)


class EventRows(_Rows):
    """The rows of an event."""

    def __init__(
        self,
        dataset: Dataset,
        words: Words,
        table: Table,
        role: Events,
        receipts: list[Receipt],
    ) -> None:
        super().__init__(dataset, words, table, receipts)
        self.role = role

    def all(self, event: Event) -> list[Row]:
        """The rows in the order in which they are read."""
        return [*self._what(event), *self._when(event), *self._who(event),
                *self._certainty(event)]  # fmt: skip

    def _what(self, event: Event) -> Iterator[Row]:
        for name, value in ((self.role.type, event.type), (self.role.place, event.place)):
            if name and value:
                label = capitalised(column_label(self.table, name))
                yield self.row(label, self._words.name(self.table.name, name, value), name)

    def _when(self, event: Event) -> Iterator[Row]:
        dates = next(iter(self.table.schema.dates), None)
        if dates is None:
            return
        told = days_in_words(event.start, event.end, event.precision)
        if not told and event.known_by:
            told = f"not said; known by {day_in_words(event.known_by)}"
        elif told and event.basis == "report":
            told = f"{told} (the day of the report)"
        yield self.row("When", told or "not said", dates.start, dates.end)

    def _who(self, event: Event) -> Iterator[Row]:
        known = declared(self._dataset.descriptor, Participants)
        if not known or not event.actors:
            return
        table, role = known
        told: dict[str, list[str]] = {}
        for actor, part in event.actors:
            means = self._words.name(table.name, role.role, part) if role.role and part else ""
            told.setdefault(means, []).append(self._words.name(table.name, role.actor, actor))
        for means, names in told.items():
            yield {"label": capitalised(means) or "Took part", "value": ", ".join(names)}

    def _certainty(self, event: Event) -> Iterator[Row]:
        if self.role.certainty and event.certainty:
            label = capitalised(column_label(self.table, self.role.certainty))
            told = self._words.meaning(self.table.name, self.role.certainty, event.certainty)
            yield self.row(label, told, self.role.certainty)


def _day(cell: str | None) -> date | None:
    try:
        return date.fromisoformat(cell or "")
    except ValueError:
        return None
