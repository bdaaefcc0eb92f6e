"""Outside reports: what publications besides the articles say of a claim, or of an event.

They are no evidence: no cell rests on them, and they stand in no range. A claim that they
contradict is never told without them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kzdata.engine.sql import LISTED, bigint, column, literal, table_named
from kzdata.evidence.once import once_a_package
from kzdata.evidence.profile import cell, declared, declaring
from kzdata.standard.declarations import (
    CONTRADICTS,
    OUTSIDE_RELATIONS,
    Claims,
    Outside,
    Spans,
)
from kzdata.standard.descriptor import Table

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset


@dataclass(frozen=True, slots=True)
class OutsideReport:
    """What another publication says of the same thing.

    Attributes:
        record: The claim or event.
        relation: How it stands to it: `contradicts`, `confirms`, `other_scope` or `later`.
        publisher: Who published it.
        says: What it says, in the curator's words.
        url: Its address.
        published_on: When, as precisely as is known: `2022-01-08`, `2022-08`.
        seen: How much of it was read: `whole` or `part`.
    """

    record: str
    relation: str
    publisher: str
    says: str
    url: str | None
    published_on: str | None
    seen: str | None

    @property
    def words(self) -> str:
        """The report in one line, without its address."""
        seen = f"seen in {self.seen}" if self.seen == "part" else self.seen and f"seen {self.seen}"
        told = ", ".join(filter(None, [self.publisher, self.published_on, seen]))
        relation = self.relation.replace("_", " ")
        return f"outside the articles, {relation}: {self.says.rstrip('.')} ({told})"


def outside_reports(
    dataset: "Dataset", records: Iterable[str]
) -> dict[str, tuple[OutsideReport, ...]]:
    """The outside reports of claims and events, by record; what contradicts comes first."""
    wanted = sorted(set(records))
    found = declared(dataset.descriptor, Outside)
    if not found or not wanted:
        return {}
    table, o = found
    names = ("claim", "relation", "publisher", "says", "url", "published_on", "seen")
    columns = [getattr(o, name) for name in (*names, "published_precision")]
    rows = _matching(dataset, table, columns, o.claim, wanted)
    reports: dict[str, list[OutsideReport]] = {}
    for record, relation, publisher, says, url, day, seen, precision in rows:
        # A month has the date of its first day.
        length = {"month": 7, "year": 4}.get(precision or "", 10)
        told = (relation or "", publisher or "", says or "", url, day and day[:length], seen)
        reports.setdefault(record, []).append(OutsideReport(record, *told))
    return {record: tuple(sorted(each, key=_rank)) for record, each in reports.items()}


def outside_of(dataset: "Dataset", records: Iterable[str]) -> dict[str, tuple[OutsideReport, ...]]:
    """The outside reports of records; those of an event are also those of the claims about it."""
    wanted = sorted(set(records))
    if not wanted or not declared(dataset.descriptor, Outside):
        return {}
    about = {key: [key] for key in wanted}  # by claim or event, what was asked for
    for table, claims in declaring(dataset.descriptor, Claims):
        if claims.event:
            columns = (table.schema.primary_key[0], claims.event)
            rows = _matching(dataset, table, columns, claims.event, wanted)
            for claim, event in rows:
                about.setdefault(claim, []).append(event)
    found: dict[str, list[OutsideReport]] = {}
    for record, reports in outside_reports(dataset, about).items():
        for key in about[record]:
            found.setdefault(key, []).extend(reports)
    return {key: tuple(reports) for key, reports in found.items()}


def _matching(
    dataset: "Dataset", table: Table, columns: Sequence[str | None], by: str, wanted: list[str]
) -> list[tuple[Any, ...]]:
    """Some cells of the rows in which a column has one of some values; in the order of the cells.

    A small package is read as it is: to look a record up needs no database.
    """
    if not dataset.light:
        return dataset.database.rows(
            f"""SELECT {", ".join(map(cell, columns))} FROM {table_named(table.name)} t
            WHERE {cell(by)} IN {LISTED} ORDER BY ALL""",
            [wanted],
        )
    schema, known = table.schema, set(wanted)
    places = {name: place for place, name in enumerate(schema.names)}
    missing = {name: set(schema.missing_of(schema.field(name))) for name in filter(None, columns)}
    texts = (row for row in dataset.tables[table.name].texts() if row[places[by]] in known)
    rows = [
        tuple(row[places[n]] if n and row[places[n]] not in missing[n] else None for n in columns)
        for row in texts
    ]
    return sorted(rows, key=lambda row: [(text is None, text or "") for text in row])


class ContestedWords:
    """The passages in which claims stand that outside reports contradict."""

    def __init__(self, dataset: "Dataset") -> None:
        self._places: dict[str, list[tuple[int, int, str]]] = {}
        against = outside_reports(dataset, contradicted(dataset))
        found = declared(dataset.descriptor, Spans)
        if not against or not found:
            return
        table, s = found
        for claims, _ in declaring(dataset.descriptor, Claims):
            key, span = claims.schema.primary_key[0], claims.schema.principal
            rows = dataset.database.rows(
                f"""SELECT c.key, {cell(s.source)}, {bigint(column(s.start))},
                    {bigint(column(s.end))} FROM {table_named(table.name)} AS t JOIN (
                        SELECT {cell(key)} AS key, {cell(span)} AS span
                        FROM {table_named(claims.name)} AS t WHERE {cell(key)} IN {LISTED}) AS c
                    ON c.span = {cell(s.id)} ORDER BY ALL""",
                [sorted(against)],
            )
            for record, source, start, end in rows:
                told = (start, end, contested(against[record]))
                self._places.setdefault(source, []).append(told)

    def in_(self, source: str, start: int, end: int) -> str:
        """Who contradicts a claim whose words a passage holds, in words; empty where nobody."""
        held = (told for first, last, told in self._places.get(source, ())
                if start <= first and last <= end)  # fmt: skip
        return next(held, "")


@once_a_package
def contested_words(dataset: "Dataset") -> ContestedWords:
    """The passages in which contradicted claims stand; worked out once for a package."""
    return ContestedWords(dataset)


def contradicted(dataset: "Dataset") -> list[str]:
    """The claims and events that an outside report contradicts, by key."""
    if not (found := declared(dataset.descriptor, Outside)):
        return []
    table, o = found
    rows = dataset.database.rows(
        f"""SELECT DISTINCT {cell(o.claim)} FROM {table_named(table.name)} t
        WHERE {cell(o.relation)} = {literal(CONTRADICTS)} ORDER BY 1"""
    )
    return [record for (record,) in rows]


def _rank(report: OutsideReport) -> int:
    known = report.relation in OUTSIDE_RELATIONS
    return OUTSIDE_RELATIONS.index(report.relation) if known else len(OUTSIDE_RELATIONS)


def contested(reports: Iterable[OutsideReport]) -> str:
    """Who contradicts a claim, in words; empty where nobody does."""
    against = [one.publisher for one in reports if one.relation == CONTRADICTS]
    return f"contradicted outside the articles by {', '.join(against)}" if against else ""
