"""Disagreements: claims about one thing that cannot all be true, and why.

Two claims of one table are about one thing when what they are about is equal, and when population,
place and day of the one lie within those of the other. Where a claim does not say the place or the
day, both are about one thing only if they are about the same event. What they say then disagrees if

- they give figures, and no number fits both; or, where the one counts a part of what the other
  counts, the part is larger than the whole;
- they say states (dismissed, resigned) that differ.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from kzdata.engine.sql import LISTED, literal, temp_table
from kzdata.evidence.claim_status import Link, Links
from kzdata.evidence.claims import Claim, Claims, said, tables
from kzdata.evidence.hierarchy import Spread, require_value
from kzdata.evidence.intervals import exceeds
from kzdata.evidence.names import Names, article_names, event_names, names_of
from kzdata.evidence.outside import contradicted, outside_reports
from kzdata.evidence.pairs import CLAIMS, PairSearch
from kzdata.evidence.profile import column_label
from kzdata.evidence.receipts import Citation
from kzdata.questions.answers import MOST, Rows, limited
from kzdata.questions.event_sides import event_questions, event_receipts
from kzdata.questions.sides import (
    KINDS,
    Question,
    Side,
    contested_claims,
    contested_events,
    questions,
)
from kzdata.standard.dataset import Dataset

_VERDICTS = ("contradiction", "uncurated", "explained")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two claims that disagree.

    Attributes:
        first: A claim.
        second: The other claim.
        computed: Whether it follows from the claims' own cells.
        verdict: `contradiction` where a curator linked the two as contradictory; `explained` where
            a curator linked them in another way; `uncurated` where nobody has judged yet.
        kind: `contradiction` where both cannot be true, `unreconciled` where nobody says how they
            go together, `apparent` where a curator says why they do.
        reason: Why, in words.
        links: The curated relations between the two, with the curator's notes.
    """

    first: Claim
    second: Claim
    computed: bool
    verdict: str
    kind: str
    reason: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Disagreements(Rows):
    """All disagreements, as questions, by kind; see `kzdata.questions.sides.KINDS`.

    Attributes:
        questions: The questions, by kind; iterating gives them too.
        found: The pairs of claims that exclude each other or are curated as contradictory:
            contradictions first, then what nobody has judged, then what is explained.
        unreconciled: The pairs of claims that may both be true, though nobody says how: a number
            against none, what is planned against what is done, one number of different people or
            places, or claims of which one does not say the day.
        more: How many further pairs were found at least, and are not listed.
        names: What the keys of the answer are called.
    """

    questions: tuple[Question, ...]
    found: tuple[Disagreement, ...]
    unreconciled: tuple[Disagreement, ...]
    more: int
    names: Names = field(default_factory=dict, compare=False, repr=False)

    columns: ClassVar[tuple[str, ...]] = (
        *("question", "kind", "judged", "asks", "side", "record", "says", "source", "quote"),
        *("link", "reasons"),
    )

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def __len__(self) -> int:
        return len(self.questions)

    def of_kind(self, kind: str) -> tuple[Question, ...]:
        """The questions of a kind."""
        return tuple(one for one in self.questions if one.kind == kind)

    def _of(self, verdict: str) -> tuple[Disagreement, ...]:
        return tuple(one for one in self.found if one.verdict == verdict)

    @property
    def contradictions(self) -> tuple[Disagreement, ...]:
        """The pairs that a curator called a contradiction."""
        return self._of("contradiction")

    @property
    def uncurated(self) -> tuple[Disagreement, ...]:
        """The pairs that are computed and nobody has judged."""
        return self._of("uncurated")

    @property
    def explained(self) -> tuple[Disagreement, ...]:
        """The pairs that are computed, and a curator's link explains."""
        return self._of("explained")

    def rows(self) -> list[tuple[Any, ...]]:
        """One row for each claim, or passage about an event, of each side of each question."""
        return list(self._rows())

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        for number, one in enumerate(self.questions, 1):
            head = (number, one.kind, one.judged, one.asks)
            for place, side in enumerate(one.sides, 1):
                for record, says, *words in _records(side):
                    yield (*head, place, record, says, *words, "; ".join(one.reasons))

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(self.of_kind(kind))} {kind}" for kind in KINDS)
        return f"<Disagreements: {counts}>"


def _records(side: Side) -> Iterator[tuple[str | None, ...]]:
    """What a side rests on: record, what it says, article or publisher, quote and address."""
    for claim in side.claims:
        yield claim.key, side.says, *_words(claim.receipt)
    for report in side.outside:
        yield report.record, report.says, report.publisher, None, report.url
    if side.events:
        for cited in side.receipts or (None,):
            yield side.events[0], side.says, *_words(cited)


def _words(cited: Citation | None) -> tuple[str | None, ...]:
    return (cited.source, cited.quote, cited.link) if cited else (None, None, None)


def disagreements(
    dataset: Dataset,
    place: str | None = None,
    event: str | None = None,
    policy: str | None = None,
    limit: int = MOST,
    damaged: bool = True,
) -> Disagreements:
    """Answer `kz.disagreements`; see there."""
    limit = limited(limit)
    parts = [
        Claims(dataset, t, policy, damaged=damaged)
        for t in tables(dataset, "a search for disagreements")
    ]
    for role, value in (("place", place), ("event", event)):
        require_value((part.hierarchy(role) for part in parts), role, value)
    searches = [_TableSearch(part, place, event, limit) for part in parts]
    against = contradicted(dataset)[:limit]
    # Which claims were asked for is worked out once: a relation of claims is long to plan.
    asked_for = {search.asked_for: search.candidates for search in searches}
    database = dataset.database
    with database.temp_tables(**asked_for), Spread(database) as spread:
        found = [one for search in searches for one in search.found(spread)]
        found.sort(key=lambda one: (_VERDICTS.index(one.verdict), one.first.table, one.first.key))
        listed = found[:limit]
        told = {(one.first.key, one.second.key) for one in listed}
        open_ = [one for search in searches for one in search.unreconciled(told)][:limit]
        contested = [one for search in searches for one in search.among(against)]
    claims = [claim for pair in (*listed, *open_) for claim in (pair.first, pair.second)]
    names = names_of(dataset, [*claims, *contested])
    asked = [*questions((*listed, *open_), Links(dataset).declared.same, names)]
    asked += contested_claims(contested, names)
    events = list(event_questions(dataset, place, event, limit))
    if place is None:
        wanted = [key for key in against if event in (None, key)]
        names["events"] |= (titles := event_names(dataset, wanted))
        reports = outside_reports(dataset, titles)
        receipts = event_receipts(dataset, reports, ("type", "place"))
        events += contested_events(reports, receipts, names)
    cited = [cited for one in events for side in one.sides for cited in side.receipts]
    names["sources"] |= article_names(dataset, {one.source for one in cited})
    asked += events
    asked.sort(key=lambda one: KINDS.index(one.kind))
    more = max(0, len(found) - limit)
    return Disagreements(tuple(asked), tuple(listed), tuple(open_), more, names)


class _TableSearch:
    """The disagreements within one table of claims.

    Attributes:
        asked_for: The name of the temporary table of the keys of the claims that were asked for.
        candidates: Its SQL.
    """

    def __init__(self, claims: Claims, place: str | None, event: str | None, limit: int) -> None:
        self._claims, self._table, self._database = claims, claims.table, claims.database
        self._limit = limit
        self._search = PairSearch(claims, place, event, limit)
        self._hierarchies = self._search.hierarchies
        self.asked_for = f"asked for of {self._table.name}"
        self.candidates = f"SELECT key FROM {self._search.candidates}"
        self._keys = temp_table(self.asked_for)

    def found(self, spread: Spread) -> Iterator[Disagreement]:
        """Computed and curated disagreements."""
        computed = self._search.computed(spread)
        curated = self._database.rows(
            f"SELECT one, two FROM {self._claims.links.contradictions(self._keys)} "
            f"ORDER BY ALL LIMIT {self._limit + 1}"
        )
        pairs = dict.fromkeys([*computed, *curated])
        claims = self._claims.get({key for pair in pairs for key in pair})
        for one, two in (pair for pair in pairs if claims.keys() >= set(pair)):
            yield self._disagreement(claims[one], claims[two], computed.get((one, two)))

    def _disagreement(self, one: Claim, two: Claim, kind: str | None) -> Disagreement:
        links = tuple(x for x in one.links if {x.claim, x.other} == {one.key, two.key})
        relations = {link.relation for link in links}
        verdict = "explained" if relations else "uncurated"
        if relations & set(self._claims.links.declared.contradicts):
            verdict = "contradiction"
        reason = self._reason(one, two, kind)
        sort = "apparent" if verdict == "explained" else "contradiction"
        return Disagreement(one, two, kind is not None, verdict, sort, reason, links)

    def among(self, keys: list[str]) -> list[Claim]:
        """The claims that were asked for, of some keys."""
        test = f"SELECT key FROM {self._keys} AS k WHERE key IN {LISTED} ORDER BY key"
        found = self._database.rows(test, [keys])
        return list(self._claims.get(key for (key,) in found).values())

    def unreconciled(self, told: Collection[tuple[str, str]]) -> Iterator[Disagreement]:
        """Pairs that may both be true, but for those that are told already."""
        linked = self._database.rows(
            f"SELECT one, two FROM {self._claims.links.differing(self._keys)} "
            f"ORDER BY ALL LIMIT {self._limit}"
        )
        possible = self._possible() if self._table.schema.figure else []
        pairs = [pair for pair in dict.fromkeys([*linked, *possible]) if pair not in told]
        claims = self._claims.get({key for pair in pairs for key in pair})
        for one, two in (pair for pair in pairs if claims.keys() >= set(pair)):
            first, second = claims[one], claims[two]
            links = tuple(x for x in first.links if {x.claim, x.other} == {one, two})
            reason = _DAY if (one, two) in possible else self._open(first, second)
            if reason:
                judged = "explained" if links else "uncurated"
                yield Disagreement(first, second, True, judged, "unreconciled", reason, links)

    def _open(self, one: Claim, two: Claim) -> str:
        """Why two claims that differ in scope are not reconciled; empty where they are."""
        if (one.state in self._planned) != (two.state in self._planned) and one.state and two.state:
            return "planned here, done there"
        if one.about != two.about:
            return ""
        if (one.interval is None) != (two.interval is None):
            silent = one if one.interval is None else two
            near = self._meet("population", one, two) and self._meet("place", one, two)
            return "a number here, none there" if silent.wording and near else ""
        other = (one.population, one.place) != (two.population, two.place)
        same = one.interval and one.interval == two.interval and one.event == two.event
        return "one number, but of different people or places" if same and other else ""

    def _meet(self, role: str, one: Claim, two: Claim) -> bool:
        """Whether two populations or places may have something in common."""
        values, ends = self._hierarchies.get(role), (getattr(one, role), getattr(two, role))
        if values is None or None in ends or ends[0] == ends[1]:
            return True
        around = f"{values.within(ends[0])} UNION FROM {values.around(ends[0])}"
        test = f"SELECT id FROM (FROM {around} UNION FROM {values.beside(ends[0])})"
        rows = self._database.rows(f"SELECT 1 WHERE {literal(ends[1])} IN ({test})")
        return bool(rows)

    def _possible(self) -> list[tuple[str, str]]:
        """Figures of one outcome, population and place, of which one does not say the day."""
        counts = self._claims.declared.outcome is not None
        equal = " AND ".join(
            f"p.{name} IS NOT DISTINCT FROM w.{name}"
            for name in (*self._claims.about, "unit", *self._hierarchies)
        )
        known = " AND ".join(f"{role} IS NOT NULL" for role in self._hierarchies) or "true"
        numbered = f"numbered AND coalesce(low, high) IS NOT NULL AND {known}"
        rows = self._search.candidate_rows(["unit", "low", "high", "above", "below"], numbered)
        apart = f"({exceeds('p', 'w', counts)} OR {exceeds('w', 'p', counts)})"
        with self._database.temp_tables(claim=rows):
            return self._database.rows(
                f"""SELECT least(p.key, w.key), greatest(p.key, w.key)
                FROM (FROM {CLAIMS} WHERE first IS NULL ORDER BY key LIMIT {self._limit}) AS p
                JOIN {CLAIMS} AS w ON {equal} AND p.key <> w.key
                WHERE p.event IS DISTINCT FROM w.event AND coalesce({apart}, false)
                GROUP BY ALL ORDER BY ALL LIMIT {self._limit}"""
            )

    @property
    def _planned(self) -> tuple[str, ...]:
        return self._claims.declared.planned

    def _reason(self, one: Claim, two: Claim, kind: str | None) -> str:
        if kind is None:
            return "a curator calls them contradictory"
        known = [(column, value) for column, value in one.about if value is not None]
        about = ", ".join(f"{column_label(self._table, column)} {value}" for column, value in known)
        if kind == "state":
            return f"the same {about}: {one.state} here, {two.state} there"
        scopes = ((one.population, two.population), (one.place, two.place))
        nested = any(a != b and a and b for a, b in scopes)
        why = "a part would be larger than its whole" if nested else "no number fits both"
        return f"the same {about}: {said(one)} here, {said(two)} there; {why}"


_DAY = "possible: one of the two does not say the day"
