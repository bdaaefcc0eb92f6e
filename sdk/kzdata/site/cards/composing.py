"""Composes the cards of a package."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from kzdata.engine.sql import table_named
from kzdata.evidence.claim_status import Links
from kzdata.evidence.claims import Claim, Claims
from kzdata.evidence.names import article_label, event_names, without_keys
from kzdata.evidence.outside import OutsideReport, outside_reports
from kzdata.evidence.profile import cell, column_label, declared, declaring
from kzdata.evidence.receipts import EvidenceIndex, Receipt
from kzdata.questions.disagreements import Disagreement
from kzdata.questions.timeline import Event, timeline
from kzdata.site.cards import heading as headings
from kzdata.site.cards.citing import Citation, Cited, Citing
from kzdata.site.cards.relations import Relations, in_cards
from kzdata.site.cards.sentence import Passage, Pieces, in_one_line, place_of, stitched
from kzdata.site.cards.words import (
    Words,
    capitalised,
    day_in_words,
    days_in_words,
    policies_of,
    published_in_words,
    read_as,
)
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Claims as ClaimColumns
from kzdata.standard.declarations import Edges, Events, Outside, Participants, Sources, Spans
from kzdata.standard.descriptor import ADDRESS, Table

Card = dict[str, Any]
ALL = 1_000_000_000  # a limit that no package reaches
REACH = 250
"""Characters between two passages of one sentence; what stands further off is told in the rows."""
MOST_QUOTES = 3  # passages that a row quotes


def cards(dataset: Dataset, pairs: Iterable[Disagreement] = ()) -> dict[str, Card]:
    """The cards of all claims and events of a package, by key.

    Args:
        dataset: The package.
        pairs: Pairs of claims that disagree, to be told where no link tells of them.

    Raises:
        PackageError: A table cannot be read.
    """
    made = _Composer(dataset, pairs)
    return {card["key"]: card for card in (*made.claims(), *made.events())}


class _Composer:
    def __init__(self, dataset: Dataset, pairs: Iterable[Disagreement]) -> None:
        self._dataset, self._words = dataset, Words(dataset)
        self._articles, self._citing = Articles(dataset, self._words), Citing(dataset)
        self._policies = policies_of(dataset)
        self._relations = Relations(Links(dataset), pairs)
        self._titles = _titles(dataset)
        self._told = {
            table.name: list(Claims(dataset, table).all())
            for table, _ in declaring(dataset.descriptor, ClaimColumns)
        }
        self._headings = {
            claim.key: headings.heading(claim, columns, self._words, self._titles)
            for table, columns in declaring(dataset.descriptor, ClaimColumns)
            for claim, _ in self._told[table.name]
        }
        self._lines = {
            claim.key: self._line(claim) for each in self._told.values() for claim, _ in each
        }
        self._names = {
            "events": self._titles,
            "claims": {key: line["heading"] for key, line in self._lines.items()},
        }

    def _line(self, claim: Claim) -> Card:
        """A claim in one line, as others refer to it."""
        article = self._articles.get(claim.receipt.source if claim.receipt else None)
        told = {"heading": headings.in_one_line(self._headings[claim.key])}
        return {**told, "source": article["name"], "day": article["day"]}

    # ---------------------------------------------------------------------------- claims

    def claims(self) -> Iterator[Card]:
        """The cards of claims."""
        for table, columns in declaring(self._dataset.descriptor, ClaimColumns):
            receipts = _receipts(self._dataset, table)
            cells = _cells(self._dataset, table)
            for claim, status in self._told[table.name]:
                own = receipts.get(claim.key, [])
                yield self._claim(table, columns, claim, status, cells[claim.key], own)

    def _claim(
        self,
        table: Table,
        columns: ClaimColumns,
        claim: Claim,
        status: str,
        cells: Mapping[str, str],
        receipts: list[Receipt],
    ) -> Card:
        cited = claim.receipt
        sentence = _sentence(table, claim, receipts)
        source = self._articles.get(cited.source if cited else None, cited.link if cited else None)
        rows = _ClaimRows(self._dataset, self._words, table, claim, cells, receipts)
        notes = [self._plainly(claim.note)] if claim.note else []
        return {
            "key": claim.key,
            "table": table.name,
            "kind": "claim",
            "status": status,
            "heading": self._headings[claim.key],
            "sentence": sentence,
            "source": source,
            "rows": rows.all(columns, source["name"], self._policies),
            "notes": notes,
            "outside": [self._outside(report) for report in claim.outside],
            "relations": [
                one | {"note": one["note"] and self._plainly(one["note"])}
                for one in in_cards(self._relations.of(claim), self._lines)
            ],
            "event": claim.event if claim.event in self._titles else None,
            "cite": self._cite(claim.key, self._lines[claim.key]["heading"], sentence, source),
        }

    # ---------------------------------------------------------------------------- events

    def events(self) -> Iterator[Card]:
        """The cards of events, each with its claims."""
        if not (known := declared(self._dataset.descriptor, Events)):
            return
        table, role = known
        about: dict[str, list[str]] = {}
        for each in self._told.values():
            for claim, _ in each:
                about.setdefault(claim.event or "", []).append(claim.key)
        receipts = _receipts(self._dataset, table)
        listed = timeline(self._dataset, limit=ALL)
        reports = outside_reports(self._dataset, self._titles)
        for event in listed:
            rows = _EventRows(self._dataset, self._words, table, role, receipts.get(event.key, []))
            yield self._event(event, rows, about.get(event.key, []), reports.get(event.key, ()))

    def _event(
        self,
        event: Event,
        rows: "_EventRows",
        claims: list[str],
        outside: Iterable[OutsideReport],
    ) -> Card:
        sentences = rows.sentences(self._articles)
        nothing: Card = {"source": self._articles.get(None), "sentence": []}
        first = sentences[0] if sentences else nothing
        title = event.title or self._words.name(rows.table.name, rows.key, event.key)
        return {
            "key": event.key,
            "table": rows.table.name,
            "kind": "event",
            "heading": [{"text": title}],
            **first,
            "others": sentences[1:],
            "rows": rows.all(event, self._titles),
            "notes": [self._plainly(event.description)] if event.description else [],
            "outside": [self._outside(report) for report in outside],
            "relations": [],
            "claims": claims,
            "part_of": event.part_of if event.part_of in self._titles else None,
            "cite": self._cite(event.key, title, first["sentence"], first["source"]),
        }

    # ---------------------------------------------------------------------------- both

    def _plainly(self, note: str) -> str:
        """A curator's words with names in place of keys."""
        return without_keys(self._articles.named(note), self._names)

    def _outside(self, report: OutsideReport) -> Card:
        known = declared(self._dataset.descriptor, Outside)
        assert known
        table, role = known
        return {
            "name": report.publisher,
            "relation": report.relation,
            "means": self._words.meaning(table.name, role.relation, report.relation),
            "words": report.says,
            "day": published_in_words(report.published_on, None),
            "url": address(report.url),
        }

    def _cite(self, key: str, heading: str, sentence: Pieces, source: Card) -> Citation:
        article = ", ".join(filter(None, [source["name"], source["title"], source["day"]]))
        said = Cited(key, heading, in_one_line(sentence), article, source["url"] or "")
        return self._citing.cite(said)


class Articles:
    """The articles of a package: what they are called, and what they are."""

    def __init__(self, dataset: Dataset, words: Words) -> None:
        self._known: dict[str, Card] = {}
        self._called: dict[str, str] = {}  # names by key, where a key is no word of its own
        if not (known := declared(dataset.descriptor, Sources)):
            return
        table, role = known
        title = "title" if "title" in table.schema.names else None
        names = (role.id, article_label(table.schema), title, role.published_on)
        parts = [cell(name) for name in (*names, role.published_precision, role.kind, role.url)]
        rows = dataset.database.rows(f"SELECT {', '.join(parts)} FROM {table_named(table.name)} t")
        for key, name, headline, day, precision, kind, url in rows:
            told = words.meaning(table.name, role.kind, kind) if role.kind and kind else None
            usual = role.kind and table.schema.field(role.kind).default == kind
            self._known[key] = {
                "key": key,
                "name": name or key,
                "title": headline if headline != name else None,
                "about": None if usual else told,
                "day": published_in_words(day, precision),
                "date": day,
                "url": address(url),
            }
            if not words.small(key):
                self._called[key] = name or key

    def get(self, key: str | None, link: str | None = None) -> Card:
        """An article, with the link to a passage of it; nameless if there is none."""
        nobody = dict.fromkeys(("key", "name", "title", "about", "day", "date", "url"))
        return {**self._known.get(key or "", nobody | {"name": "", "day": ""}),
                "link": address(link)}  # fmt: skip

    def named(self, text: str) -> str:
        """A text with the names of articles in place of their keys."""
        return re.sub(r"\w+(?:-\w+)*", lambda found: self._called.get(found[0], found[0]), text)


def address(url: str | None) -> str | None:
    """An address that may become a link; None of anything else."""
    return url if url and ADDRESS.match(url) else None


# --------------------------------------------------------------------------------- rows of claims


class _Rows:
    """Rows of a card: a label, what it says, and the words of the article that say it."""

    _principal = ""  # the words of the sentence that make the claim

    def __init__(
        self, dataset: Dataset, words: Words, table: Table, receipts: list[Receipt]
    ) -> None:
        self._dataset, self._words, self.table, self.receipts = dataset, words, table, receipts

    def row(self, label: str, value: str, *columns: str | None) -> Card:
        """A row, with the words that one of its columns rests on."""
        quotes = dict.fromkeys(r.quote for r in self.receipts if r.field in columns)
        told = " … ".join(list(quotes)[:MOST_QUOTES])
        # What the value or the sentence above it says is not said again.
        known = told.casefold() in value.casefold() or told == self._principal
        return {"label": label, "value": value} | ({} if not told or known else {"quote": told})


class _ClaimRows(_Rows):
    def __init__(
        self,
        dataset: Dataset,
        words: Words,
        table: Table,
        claim: Claim,
        cells: Mapping[str, str],
        receipts: list[Receipt],
    ) -> None:
        super().__init__(dataset, words, table, receipts)
        self._claim, self._cells = claim, cells
        self._principal = claim.receipt.quote if claim.receipt else ""

    def all(
        self, columns: ClaimColumns, article: str, policies: Mapping[str, list[str]]
    ) -> list[Card]:
        """The rows in the order in which they are read."""
        found = [*self._saying(columns, article), *self._whom(columns), *self._others(columns)]
        found += [*self._where(columns), *self._when(), *self._figure(policies)]
        return [*found, *self._certainty()]

    def _saying(self, columns: ClaimColumns, article: str) -> Iterator[Card]:
        claim, words = self._claim, self._words
        if columns.claimant:
            nobody = f"{article or 'the article'} itself; no source is named"
            told = claim.claimant and words.name(claim.table, columns.claimant, claim.claimant)
            yield self.row("Said by", told or nobody, columns.claimant)
        if columns.via and claim.via:
            name = words.name(claim.table, columns.via, claim.via)
            yield self.row("Carried by", name, columns.via)

    def _whom(self, columns: ClaimColumns) -> Iterator[Card]:
        claim = self._claim
        if columns.population:
            told = claim.population and self._words.common(
                claim.table, columns.population, claim.population
            )
            yield self.row("Counts", told or "not said whom", columns.population)

    def _others(self, columns: ClaimColumns) -> Iterator[Card]:
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

    def _where(self, columns: ClaimColumns) -> Iterator[Card]:
        if columns.place:
            place = self._claim.place
            told = place and self._words.name(self.table.name, columns.place, place)
            yield self.row("Where", told or "not said", columns.place)

    def _when(self) -> Iterator[Card]:
        if dates := next(iter(self.table.schema.dates), None):
            start, end = (
                _day(self._cells.get(name)) if name else None for name in (dates.start, dates.end)
            )
            told = days_in_words(start or self._claim.day, end, self._claim.precision)
            yield self.row("When", told or "not said", dates.start, dates.end)

    def _figure(self, policies: Mapping[str, list[str]]) -> Iterator[Card]:
        claim, figure = self._claim, self.table.schema.figure
        if figure and (claim.wording or claim.qualifier):
            known = policies.get((claim.wording or "").lower(), ())
            label = self.table.schema.field(figure.qualifier).labels.get(claim.qualifier or "")
            yield self.row("We read it as", read_as(claim.interval, claim.qualifier, label, known))

    def _certainty(self) -> Iterator[Card]:
        if not self._claim.certainty or not (known := declared(self._dataset.descriptor, Events)):
            return
        table, role = known
        assert role.certainty
        told = self._words.meaning(table.name, role.certainty, self._claim.certainty)
        quote = " … ".join(dict.fromkeys(self._claim.hedges))
        label = capitalised(column_label(table, role.certainty))
        said = {"quote": quote} if quote and quote != self._principal else {}
        yield {"label": label, "value": told} | said


class _EventRows(_Rows):
    def __init__(
        self,
        dataset: Dataset,
        words: Words,
        table: Table,
        role: Events,
        receipts: list[Receipt],
    ) -> None:
        super().__init__(dataset, words, table, receipts)
        self._role, self.key = role, table.schema.primary_key[0]

    def all(self, event: Event, titles: Mapping[str, str]) -> list[Card]:
        """The rows in the order in which they are read."""
        return [*self._what(event), *self._when(event), *self._who(event),
                *self._rest(event, titles)]  # fmt: skip

    def _what(self, event: Event) -> Iterator[Card]:
        for name, value in ((self._role.type, event.type), (self._role.place, event.place)):
            if name and value:
                label = capitalised(column_label(self.table, name))
                yield self.row(label, self._words.name(self.table.name, name, value), name)

    def _when(self, event: Event) -> Iterator[Card]:
        dates = next(iter(self.table.schema.dates), None)
        if dates is None:
            return
        told = days_in_words(event.start, event.end, event.precision)
        if not told and event.known_by:
            told = f"not said; known by {day_in_words(event.known_by)}"
        elif told and event.basis == "report":
            told = f"{told} (the day of the report)"
        yield self.row("When", told or "not said", dates.start, dates.end)

    def _who(self, event: Event) -> Iterator[Card]:
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

    def _rest(self, event: Event, titles: Mapping[str, str]) -> Iterator[Card]:
        if self._role.certainty and event.certainty:
            label = capitalised(column_label(self.table, self._role.certainty))
            told = self._words.meaning(self.table.name, self._role.certainty, event.certainty)
            yield self.row(label, told, self._role.certainty)
        if event.part_of in titles:
            yield {"label": "Part of", "value": titles[event.part_of or ""]}

    def sentences(self, articles: Articles) -> list[Card]:
        """What each article says of the event, the first that was published first."""
        by: dict[str, list[Receipt]] = {}
        for receipt in self.receipts:
            by.setdefault(receipt.source, []).append(receipt)
        told = [self._of_article(own, articles) for own in by.values()]
        return sorted(told, key=lambda one: (one["source"]["date"] or "9", one["source"]["key"]))

    def _of_article(self, receipts: list[Receipt], articles: Articles) -> Card:
        typed = [r for r in receipts if r.field == self._role.type] or receipts
        marks = [(r.start, r.end) for r in typed]
        near = _near([Passage(r.start, r.end, r.quote) for r in receipts], marks)
        return {
            "source": articles.get(receipts[0].source, typed[0].link),
            "sentence": stitched(near, marks),
        }


# --------------------------------------------------------------------------------- what cards read


def _sentence(table: Table, claim: Claim, receipts: list[Receipt]) -> Pieces:
    """The sentence of a claim, with its figure marked, or the words for what it says."""
    if not (cited := claim.receipt):
        return []
    principal = Passage(cited.start, cited.end, cited.quote)
    passages = [Passage(r.start, r.end, r.quote) for r in receipts if r.source == cited.source]
    near = _near([principal, *passages], [(principal.start, principal.end)])
    figure = place_of(claim.wording, principal) if claim.wording else None
    columns = table.schema.claims
    assert columns
    told = (columns.outcome, columns.state)
    said = [(r.start, r.end) for r in receipts if r.field in told and r.source == cited.source]
    return stitched(near, [figure] if figure else said)


def _near(passages: list[Passage], around: list[tuple[int, int]]) -> list[Passage]:
    """The passages that stand so near to some places that they tell of the same thing."""
    first, last = min(start for start, _ in around), max(end for _, end in around)
    rest = sorted(passages, key=lambda one: one.start)
    found: list[Passage] = []
    # Outwards from the places: what is near to what is near counts too.
    for one in reversed([one for one in rest if one.start < first]):
        if first - one.end <= REACH:
            first, found = min(first, one.start), [*found, one]
    for one in (one for one in rest if one not in found):
        if first <= one.start <= last + REACH:
            last, found = max(last, one.end), [*found, one]
    return found


def _receipts(dataset: Dataset, table: Table) -> dict[str, list[Receipt]]:
    traced = all(declared(dataset.descriptor, role) for role in (Edges, Spans, Sources))
    return EvidenceIndex(dataset).of_table(table.name) if traced else {}


def _cells(dataset: Dataset, table: Table) -> dict[str, dict[str, str]]:
    """The cells of a table by column, by the key of their row."""
    names = table.schema.names
    place = names.index(table.schema.primary_key[0])
    rows = dataset.tables[table.name].texts()
    return {row[place]: dict(zip(names, row, strict=True)) for row in rows}


def _titles(dataset: Dataset) -> dict[str, str]:
    """The titles of all events."""
    if not (known := declared(dataset.descriptor, Events)):
        return {}
    table, _ = known
    place = table.schema.names.index(table.schema.primary_key[0])
    return event_names(dataset, [row[place] for row in dataset.tables[table.name].texts()])


def _day(cell: str | None) -> date | None:
    try:
        return date.fromisoformat(cell or "")
    except ValueError:
        return None
