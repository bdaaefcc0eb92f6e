"""Claims as questions see them: one shape for every table of claims, by its declarations."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from kzdata.engine.sql import LISTED, calendar_day, column, double, literal, table_named
from kzdata.errors import UsageError
from kzdata.evidence.claim_status import Link, Links
from kzdata.evidence.hierarchy import Hierarchy, hierarchy_of, require_value
from kzdata.evidence.intervals import Interval, bounds, window_sql
from kzdata.evidence.outside import OutsideReport, outside_reports
from kzdata.evidence.profile import cell, declared, declaring, needed
from kzdata.evidence.proof import Proof, proofs
from kzdata.evidence.receipts import Citation, EvidenceIndex, damaged_words, passages
from kzdata.standard.declarations import Claims as Declaration
from kzdata.standard.declarations import Edges, Events, Figure, Policies, Spans
from kzdata.standard.descriptor import Table
from kzdata.standard.loader import usual_columns

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

UNQUANTIFIED, VAGUE = "unquantified", "vague"
"""Qualifiers of the figure grammar: without a number; a word that only a policy bounds."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one article says.

    Attributes:
        key: Key of the claim.
        table: Its table.
        event: The event that it is about.
        about: What is counted or changed, as pairs of column and value.
        state: What the claim says of that where it is no figure: `dismissed`, `deployed`.
        population: Whom a figure counts.
        force: The force that it is about, as the article calls it.
        country: Whose force that is.
        origin: Where it is based or comes from.
        destination: Where it is sent.
        place: Where, as precisely as the article says.
        day: First day for which it holds.
        precision: How much time the day stands for.
        wording: The figure as printed.
        interval: The numbers that the wording allows, in persons or in `unit`; None where the claim
            gives no number.
        qualifier: How the wording bounds the number.
        unit: What the figure counts, where it is not people.
        claimant: Who says it.
        via: Who carried it to the article.
        policy: What bounded a vague word: the reference of the policy that was asked for.
        note: What the curator has to say of it.
        certainty: How the articles present its event.
        hedges: The words of the claim's own article that this rests on, such as "reportedly".
        receipt: The claim's principal passage.
        proof: What carries its cells; None where the package has no receipts.
        links: Curated relations from and to other claims.
        outside: What publications besides the articles say of it.
    """

    key: str
    table: str
    event: str | None
    about: tuple[tuple[str, str | None], ...]
    state: str | None
    population: str | None
    force: str | None
    country: str | None
    origin: str | None
    destination: str | None
    place: str | None
    day: date | None
    precision: str | None
    wording: str | None
    interval: Interval | None
    qualifier: str | None
    unit: str | None
    claimant: str | None
    via: str | None
    policy: str | None
    note: str | None
    certainty: str | None
    hedges: tuple[str, ...]
    receipt: Citation | None
    proof: Proof | None
    links: tuple[Link, ...]
    outside: tuple[OutsideReport, ...]


class Claims:
    """One table of claims: SQL of its claims in one shape, and the claims themselves."""

    def __init__(
        self,
        dataset: "Dataset",
        table: Table,
        policy: str | None = None,
        *,
        notes: bool = True,
        damaged: bool = True,
    ) -> None:
        assert table.schema.claims
        # Whether the database has the column of notes; whether claims of damaged words count.
        self._notes, self._damaged = notes, damaged
        self.declared: Declaration = table.schema.claims
        self.table = table
        self.database = dataset.database
        self._dataset = dataset
        figure = table.schema.figure
        self._vague = _vague(dataset, policy, figure) if policy and figure else ""
        self.links = Links(dataset)
        self.about = tuple(f"about{place}" for place in range(len(self.declared.about)))

    def hierarchy(self, role: str) -> Hierarchy | None:
        """The values of the column with a part to play, such as `place`; None if there is none."""
        name = getattr(self.declared, role)
        return hierarchy_of(self._dataset, self.table, name) if name else None

    @property
    def relation(self) -> str:
        """SQL of the relation with one row for each claim.

        Its columns: `key`, `event`, `about0` and so on, `state`, `population`, `force`, `country`,
        `origin`, `destination`, `unit`, `place`, `day`, `first`, `last`, `precision`, `wording`,
        `low`, `high`, `above`, `below`, `numbered`, `qualifier`, `claimant`, `via`, `note`,
        `policy`, `span`. Where a claim
        has no such column, NULL.
        """
        d, schema = self.declared, self.table.schema
        roles = (
            "event state population force country origin destination unit place claimant via note"
        ).split()
        columns = {"key": cell(schema.primary_key[0]), "span": cell(schema.principal)}
        columns |= {role: cell(getattr(d, role)) for role in roles}
        if not self._notes:
            columns["note"] = cell(None)
        columns |= {alias: cell(name) for alias, name in zip(self.about, d.about, strict=True)}
        columns |= {**self._days(), **self._figure()}
        listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
        # Nobody can ask for a claim without a key, or link to it.
        table, known = table_named(self.table.name), f"{columns['key']} IS NOT NULL"
        if not self._damaged:
            known += f" AND {columns['span']} NOT IN {_damaged_spans(self._dataset)}"
        return f"(SELECT {listed} FROM {table} AS t {self._vague} WHERE {known})"

    def _days(self) -> dict[str, str]:
        """A claim's day, and the first and the last day that it can mean."""
        dates = next(iter(self.table.schema.dates), None)
        if dates is None:
            # Of a bare NULL DuckDB makes an integer.
            unknown = dict.fromkeys(("day", "first", "last"), "CAST(NULL AS DATE)")
            return unknown | {"precision": "NULL"}
        start, end = column(dates.start), column(dates.end) if dates.end else None
        precision = column(dates.precision) if dates.precision else None
        usual = usual_columns(self.table.schema)[dates.start].kind
        first, last = window_sql(start, end, precision, usual)
        shown = ", ".join(calendar_day(one) for one in (start, end) if one)
        days = {"day": f"coalesce({shown})", "first": first, "last": last}
        return days | {"precision": cell(dates.precision)}

    def _figure(self) -> dict[str, str]:
        figure = self.table.schema.figure
        if figure is None:
            return {
                **dict.fromkeys(("wording", "qualifier", "policy"), "NULL"),
                **dict.fromkeys(("low", "high"), "CAST(NULL AS DOUBLE)"),
                **dict.fromkeys(("above", "below", "numbered"), "false"),
            }
        qualifier = cell(figure.qualifier)
        ends = bounds(column(figure.low), column(figure.high), qualifier)
        # A policy bounds only what the wording leaves open.
        if self._vague:
            ends["low"] = f"coalesce({ends['low']}, v.low)"
            ends["high"] = f"coalesce({ends['high']}, v.high)"
        return ends | {
            "wording": cell(figure.text),
            "qualifier": qualifier,
            "numbered": f"coalesce({qualifier} <> {literal(UNQUANTIFIED)}, false)",
            "policy": "v.reference" if self._vague else "NULL",
        }

    @property
    def statuses(self) -> str:
        """SQL of the relation `id`, `retracted`, `superseded`; see `Links.statuses`."""
        key = cell(self.table.schema.primary_key[0])
        return self.links.statuses(f"(SELECT {key} AS key FROM {table_named(self.table.name)} t)")

    def with_status(
        self, keys: Iterable[tuple[str, bool, bool]]
    ) -> Iterator[tuple[Claim, str, tuple[str, ...]]]:
        """Claims with their status, and which claims are why it is that.

        Given are keys, and who is retracted or superseded.
        """
        listed = list(keys)
        claims = self.get(key for key, *_ in listed)
        for key, retracted, superseded in listed:
            # A key may have characters that no query can ask for.
            if claim := claims.get(key):
                yield claim, *self._status(claim, retracted, superseded)

    def all(self) -> Iterator[tuple[Claim, str]]:
        """All claims in the order of their keys, each with its status."""
        # Most claims have no status of their own: they stand.
        rows = self.database.rows(
            f"""SELECT key, coalesce(retracted, false), coalesce(superseded, false)
            FROM {self.relation} AS c LEFT JOIN {self.statuses} AS f ON f.id = c.key ORDER BY key"""
        )
        return ((claim, status) for claim, status, _ in self.with_status(rows))

    def _status(
        self, claim: Claim, retracted: bool, superseded: bool
    ) -> tuple[str, tuple[str, ...]]:
        # What was taken back is no longer said at all, whoever has replaced it before.
        if retracted:
            return "retracted", leading_to(claim, self.links.declared.retracts)
        if superseded:
            return "superseded", leading_to(claim, self.links.declared.supersedes)
        return ("no number" if claim.interval is None else "standing"), ()

    def superseded(self, keys: Iterable[str]) -> set[str]:
        """Those of some claims that are superseded, and not taken back."""
        if not (wanted := sorted(keys)):
            return set()
        rows = self.database.rows(
            f"""SELECT id FROM {self.statuses} AS f WHERE superseded AND NOT retracted
            AND id IN {LISTED}""",
            [wanted],
        )
        return {key for (key,) in rows}

    def get(self, keys: Iterable[str], *, to_name: bool = False) -> dict[str, Claim]:
        """Claims by key; `to_name`, without links, proof and certainty, which no name tells."""
        names = (
            "key event state population force country origin destination place day precision "
            "wording qualifier unit claimant via note policy span numbered low high above below"
        )
        columns = names.split()
        columns += self.about
        if not (wanted := list(keys)):
            return {}
        rows = self.database.rows(
            f"SELECT {', '.join(columns)} FROM {self.relation} WHERE key IN {LISTED}", [wanted]
        )
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        # Passages, links and the like of all claims are read at once: not in a query each.
        cited = passages(self._dataset, (r["span"] for r in records if r["span"] is not None))
        outside = outside_reports(self._dataset, wanted)
        links = {} if to_name else self.links.of(wanted)
        proven = {} if to_name else proofs(self._dataset, self.table, wanted)
        events = {r["event"] for r in records if r["event"] and not to_name}
        certainties = Certainties(self._dataset, events)
        found = {}
        for row in records:
            passage, key = cited.get(row.pop("span")), row["key"]
            receipt = passage.citation if passage else None
            certainty, hedges = certainties.of(row["event"], receipt)
            told: dict[str, Any] = {"certainty": certainty, "hedges": hedges, "receipt": receipt}
            told |= {"links": links.get(key, ()), "outside": outside.get(key, ())}
            told["proof"] = proven.get(key)
            found[key] = self._claim(row | told)
        return found

    def _claim(self, row: dict[str, Any]) -> Claim:
        ends = tuple(row.pop(name) for name in ("low", "high", "above", "below"))
        interval = Interval.of(ends) if row.pop("numbered") else None
        about = tuple((n, row.pop(a)) for n, a in zip(self.declared.about, self.about, strict=True))
        return Claim(table=self.table.name, about=about, interval=interval, **row)


def _damaged_spans(dataset: "Dataset") -> str:
    """SQL of the passages whose words are damaged."""
    table, spans = needed(dataset.descriptor, Spans, "a question about damaged words")
    if spans.damaged is None:
        raise UsageError(
            f"kzdata:spans of {dataset.descriptor.name} declares no damaged; "
            "docs/profile.md says how"
        )
    return (
        f"(SELECT {cell(spans.id)} FROM {table_named(table.name)} t WHERE {damaged_words(spans)})"
    )


class Certainties:
    """How the articles present some events, and the words of each article that this rests on."""

    def __init__(self, dataset: "Dataset", events: Iterable[str]) -> None:
        self._known: dict[str, str] = {}
        self._words: dict[tuple[str, str], list[str]] = {}
        found, wanted = declared(dataset.descriptor, Events), sorted(set(events))
        name = found[1].certainty if found else None
        if not wanted or not found or not name:
            return
        table, key = found[0], cell(found[0].schema.primary_key[0])
        rows = dataset.database.rows(
            f"SELECT {key}, {cell(name)} FROM {table_named(table.name)} t WHERE {key} IN {LISTED}",
            [wanted],
        )
        self._known = {event: certainty for event, certainty in rows if certainty}
        if declared(dataset.descriptor, Edges):
            for event, words in EvidenceIndex(dataset).coded(list(self._known), name):
                self._words.setdefault((event, words.source), []).append(words.quote)

    def of(self, event: str | None, cited: Citation | None) -> tuple[str | None, tuple[str, ...]]:
        """How an event is presented, and the words of the article of a passage that say so."""
        words = self._words.get((event or "", cited.source if cited else ""), ())
        return self._known.get(event or ""), tuple(words)


def leading_to(claim: Claim, relations: Iterable[str]) -> tuple[str, ...]:
    """The claims from which a link with one of some relations leads to a claim."""
    others = (x.claim for x in claim.links if x.relation in relations)
    return tuple(key for key in others if key != claim.key)


def status_in_words(status: str, others: Sequence[str]) -> str:
    """Why a claim with a status is in no range; given are the claims that are the reason."""
    by = f" by {', '.join(others)}" if others else ""
    return {
        "retracted": f"retracted{by or ', withdrawn from the package'}",
        "superseded": f"not in the range: superseded{by}",
        "no number": "not in the range: it gives no number, which is not zero",
    }.get(status, "")


def said(claim: Claim) -> str:
    """What a claim says: its state, or its figure as printed with the numbers it allows."""
    if claim.interval is None:
        return claim.state or claim.wording or "no number"
    wording, numbers = claim.wording or "", str(claim.interval)
    # Commas between thousands and a word without bounds say nothing more.
    plain = wording.replace(",", "") == numbers or claim.interval == Interval(None, None)
    figure = counted(wording, claim.unit or "")
    if not plain and claim.qualifier != "clock_time":
        figure += f" ({numbers})"
    return f"{claim.state}: {figure}" if claim.state else figure


def counted(wording: str, unit: str) -> str:
    """A figure with its unit: `70 planes`, `hundreds of soldiers`."""
    return f"{wording} of {unit}" if unit and _MANY.search(wording) else f"{wording} {unit}".strip()


_MANY = re.compile(r"\b(dozens|scores|hundreds|thousands|millions|tens|lots)$", re.IGNORECASE)


def _vague(dataset: "Dataset", policy: str, figure: Figure) -> str:
    """SQL that joins the bounds of vague words under a policy as `v`.

    A word that a policy has twice, in other letters, counts for all that either of them allows.
    """
    table, p = needed(dataset.descriptor, Policies, "a policy for vague words")
    require_value([hierarchy_of(dataset, table, p.policy)], "policy", policy)
    high = double(column(p.high, "p")) if p.high else "CAST(NULL AS DOUBLE)"
    reference = f"min({cell(p.reference, 'p')})" if p.reference else literal(policy)
    # One row for each word, whatever its letters: two would make two of a claim.
    return f"""LEFT JOIN (SELECT lower({cell(p.term, "p")}) AS term,
        min({double(column(p.low, "p"))}) AS low, {reference} AS reference,
        CASE WHEN count({high}) = count(*) THEN max({high}) END AS high
        FROM {table_named(table.name)} AS p WHERE {cell(p.policy, "p")} = {literal(policy)}
        GROUP BY 1) AS v
        ON {cell(figure.qualifier)} = {literal(VAGUE)} AND v.term = lower({cell(figure.text)})"""


def tables(dataset: "Dataset", purpose: str) -> list[Table]:
    """The tables of claims."""
    needed(dataset.descriptor, Declaration, purpose)
    return [table for table, _ in declaring(dataset.descriptor, Declaration)]


def with_outcome(dataset: "Dataset", purpose: str) -> list[Table]:
    """The tables of claims that say what happened to people; a UsageError where there is none."""
    found = [t for t in tables(dataset, purpose) if t.schema.claims and t.schema.claims.outcome]
    if not found:
        raise UsageError(
            f"{dataset.descriptor.name} declares no outcome in kzdata:claims, "
            f"which {purpose} needs; docs/profile.md says how"
        )
    return found


def counting_people(dataset: "Dataset", purpose: str) -> list[Table]:
    """The tables of claims that count people, all or some of them; a UsageError where none does."""
    known = [(table, table.schema.claims) for table in tables(dataset, purpose)]
    found = [table for table, claims in known if claims and (claims.outcome or claims.people)]
    return found or with_outcome(dataset, purpose)
