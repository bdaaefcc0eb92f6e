"""Composes the cards of a package."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kzdata.evidence.claim_status import Links
from kzdata.evidence.claims import Claim, Claims
from kzdata.evidence.names import event_names, without_keys
from kzdata.evidence.outside import OutsideReport, outside_reports
from kzdata.evidence.profile import declared, declaring
from kzdata.evidence.receipts import EvidenceIndex, Receipt
from kzdata.questions.answers import ALL
from kzdata.questions.disagreements import Disagreement
from kzdata.questions.timeline import Event, timeline
from kzdata.site.cards.articles import Articles, address
from kzdata.site.cards.citing import Citation, Cited, Citing
from kzdata.site.cards.heading import heading
from kzdata.site.cards.relations import Parts, Relations, in_cards
from kzdata.site.cards.rows import ClaimRows, EventRows
from kzdata.site.cards.sentence import Pieces, in_one_line, longest, of_claim, of_passages
from kzdata.site.cards.words import Words, days_in_words, policies_of, published_in_words
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Claims as ClaimColumns
from kzdata.standard.declarations import Edges, Events, Outside, Sources, Spans
from kzdata.standard.descriptor import Table

Card = dict[str, Any]


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


def in_lines(dataset: Dataset) -> Mapping[str, Card]:
    """Each claim in one line, by key: its heading, its article and the day of that.

    Raises:
        PackageError: A table cannot be read.
    """
    return _Composer(dataset, ()).lines


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
            claim.key: heading(claim, columns, self._words, self._titles)
            for table, columns in declaring(dataset.descriptor, ClaimColumns)
            for claim, _ in self._told[table.name]
        }
        self.lines = {
            claim.key: self._line(claim) for each in self._told.values() for claim, _ in each
        }
        self._names = {
            "events": self._titles,
            "claims": {key: line["heading"] for key, line in self.lines.items()},
        }

    def _line(self, claim: Claim) -> Card:
        """A claim in one line, as others refer to it."""
        article = self._articles.get(claim.receipt.source if claim.receipt else None)
        told = {"heading": in_one_line(self._headings[claim.key])}
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
        sentence = of_claim(claim, columns, receipts)
        source = self._articles.get(cited.source if cited else None, cited.link if cited else None)
        rows = ClaimRows(
            self._dataset, self._words, table, claim, cells, receipts, longest(sentence)
        )
        notes = [self._plainly(claim.note)] if claim.note else []
        return {
            "key": claim.key,
            "table": table.name,
            "kind": "claim",
            "status": status,
            "said_by": self._claimant(columns, claim),
            "heading": self._headings[claim.key],
            "sentence": sentence,
            "source": source,
            "rows": rows.all(columns, source["name"], self._policies),
            "notes": notes,
            "outside": [self._outside(report) for report in claim.outside],
            "relations": [
                one | {"note": one["note"] and self._plainly(one["note"])}
                for one in in_cards(self._relations.of(claim), self.lines)
            ],
            "event": claim.event if claim.event in self._titles else None,
            "cite": self._cite(claim.key, self.lines[claim.key]["heading"], sentence, source),
        }

    def _claimant(self, columns: ClaimColumns, claim: Claim) -> str | None:
        if not columns.claimant or not claim.claimant:
            return None
        return self._words.name(claim.table, columns.claimant, claim.claimant)

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
        lines = {event.key: _event_line(event) for event in listed}
        parts = Parts(listed)
        reports = outside_reports(self._dataset, self._titles)
        for event in listed:
            rows = EventRows(self._dataset, self._words, table, role, receipts.get(event.key, []))
            card = self._event(event, rows, about.get(event.key, []), reports.get(event.key, ()))
            yield card | {"relations": in_cards(parts.of(event), lines)}

    def _event(
        self,
        event: Event,
        rows: EventRows,
        claims: list[str],
        outside: Iterable[OutsideReport],
    ) -> Card:
        sentences = self._sentences(rows.receipts, rows.role.type)
        nothing: Card = {"source": self._articles.get(None), "sentence": []}
        first = sentences[0] if sentences else nothing
        title = event.title or rows.table.schema.title or rows.table.name
        return {
            "key": event.key,
            "table": rows.table.name,
            "kind": "event",
            "days": [day and day.isoformat() for day in (event.start, event.end)],
            "heading": [{"text": title}],
            **first,
            "others": sentences[1:],
            "rows": rows.all(event),
            "notes": [self._plainly(event.description)] if event.description else [],
            "outside": [self._outside(report) for report in outside],
            "claims": claims,
            "part_of": event.part_of if event.part_of in self._titles else None,
            "cite": self._cite(event.key, title, first["sentence"], first["source"]),
        }

    def _sentences(self, receipts: Iterable[Receipt], column: str | None) -> list[Card]:
        """What each article says of an event, the first that was published first."""
        by: dict[str, list[Receipt]] = {}
        for receipt in receipts:
            by.setdefault(receipt.source, []).append(receipt)
        told = [
            {"source": self._articles.get(key, _first(own, column).link),
             "sentence": of_passages(own, column)}
            for key, own in by.items()
        ]  # fmt: skip
        return sorted(told, key=lambda one: (one["source"]["date"] or "9", one["source"]["key"]))

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
            "date": report.published_on,
            "url": address(report.url),
        }

    def _cite(self, key: str, line: str, sentence: Pieces, source: Card) -> Citation:
        article = ", ".join(filter(None, [source["name"], source["title"], source["day"]]))
        said = Cited(key, line, in_one_line(sentence), article, source["url"] or "")
        return self._citing.cite(said)


def _event_line(event: Event) -> Card:
    """An event in one line, as others refer to it."""
    day = days_in_words(event.start, event.end, event.precision)
    return {"heading": event.title, "source": "", "day": day}


def _first(receipts: list[Receipt], column: str | None) -> Receipt:
    """The first receipt of a column; of any, where it has none."""
    return next((r for r in receipts if r.field == column), receipts[0])


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
