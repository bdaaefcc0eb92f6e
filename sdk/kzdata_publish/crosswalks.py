"""Crosswalks: events in the columns of UCDP GED and of ACLED, with an account of what is lost.

Nothing is invented. A number stands in a column only where claims about the dead at that event give
it, and is never a sum; a code only where it follows (see `kzdata_publish.ucdp_codes`). What
a column cannot hold is written down row by row, and counted.
"""

import csv
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kzdata.evidence.claims import UNQUANTIFIED
from kzdata.evidence.intervals import LENGTHS, hull
from kzdata.exports.registry import Summary, exporter
from kzdata.exports.spreadsheets import csv_cell
from kzdata.standard.dataset import Dataset
from kzdata_publish import ucdp_codes
from kzdata_publish.events import EventClaim, ReportedEvent, reported_events

LOSSES, COLUMNS = "losses.csv", "columns.csv"
"""The files of the account, beside the rows."""


class Loss(NamedTuple):
    """One thing of an event that a format cannot hold, or that did not follow."""

    column: str  # the column that it concerns, or empty where the format has none for it
    kind: str  # what was lost; `KINDS` explains it
    record: str = ""  # key of the claim or the actor, or empty where it is the event itself
    value: str = ""  # what stood there


KINDS = {
    "no row": "the format has no place for the event",
    "several claims": "claims about the dead that one number stands for, or none",
    "disagreement": "claims about the dead whose intervals differ",
    "other populations": "figures that count different people cannot be compared",
    "interval": "an open end, or a range, where the column takes one number",
    "qualifier": "a figure that is not exact",
    "no number": "a claim of deaths without a number, or with a vague word",
    "population": "whom a figure counts",
    "claimant": "who said it",
    "channel": "who carried it",
    "as of": "when a figure held",
    "withdrawn": "a claim of deaths that another one, or its tombstone, takes back",
    "superseded": "a claim of deaths that a newer one supersedes, perhaps about another event",
    "part": "a claim about some of the dead that another claim counts",
    "link": "a relation to another claim, whose row may count the same people",
    "other outcome": "a figure of people injured or otherwise harmed",
    "other claim": "a claim that is not about people harmed",
    "certainty": "how the articles present the event",
    "participant": "somebody who took part, spoke or was addressed",
    "part of the day": "a date more precise than a day, or a night",
    "no date": "no date, or one for which there is no code",
    "no place": "no place",
    "no coordinates": "a place without coordinates, its own or of a place around it",
    "no code": "a place for which there is no code of precision",
    "place around": "coordinates and name are those of a place around the event's own",
    "event type": "no type of the format follows",
    "formula": "a text that a spreadsheet would carry out has an apostrophe before it",
}
"""What is lost, in words."""
Cell = Callable[[ReportedEvent], str]


class Crosswalk(NamedTuple):
    """Columns of another dataset, and what fills them."""

    file: str  # name of the file of rows
    columns: Sequence[str]  # all columns, in the other dataset's order
    # For each column, in words, what fills it or why it stays empty; and what fills it, or None.
    filled: Mapping[str, tuple[str, Cell | None]]
    held: Callable[[ReportedEvent], bool]  # whether the format holds an event
    losses: Callable[[ReportedEvent], Iterator[Loss]]  # what of an event that it holds is lost


def _empty(columns: str, why: str) -> dict[str, tuple[str, None]]:
    """Columns that stay empty."""
    return dict.fromkeys(columns.split(), (why, None))


# ------------------------------------------------------------------------------ the dead


class DeathToll(NamedTuple):
    """What the claims about one number have in common; empty where it does not follow."""

    low: str = ""
    high: str = ""
    best: str = ""


def counted(event: ReportedEvent) -> list[EventClaim]:
    """The claims about the dead at an event that hold and are no part of another one.

    Some of them give no number.
    """
    fallen = ("retracted", "superseded")
    found = [claim for claim in event.claims if claim.dead and claim.status not in fallen]
    # Who counts a part of what another claim counts would be counted twice.
    keys = {claim.key for claim in found}
    return [claim for claim in found if not keys.intersection(claim.wholes)]


def deaths(event: ReportedEvent) -> list[EventClaim]:
    """Those of them that `kz.toll` counts as standing: they give a number."""
    return [claim for claim in counted(event) if claim.status == "standing"]


def death_toll(claims: Iterable[EventClaim]) -> DeathToll:
    """The lowest, the highest and the one number of claims about the same people.

    Claims without a number say nothing of it, but a vague word leaves both ends open. The lowest
    and the highest are printed numbers, and empty where an end is open; `best` is the number on
    which all agree. Where the figures differ and count different people, they have nothing in
    common.
    """
    found = [claim.claim for claim in claims if claim.claim.interval]
    intervals = {claim.interval for claim in found if claim.interval}
    range_ = hull(intervals)
    if range_ is None or (len(intervals) > 1 and len({claim.population for claim in found}) > 1):
        return DeathToll()
    low, high = ("" if end is None else str(end) for end in (range_.low, range_.high))
    return DeathToll(low, high, low if len(intervals) == 1 and low == high else "")


def _toll(part: str, populations: Collection[str] = ()) -> Cell:
    """A number of the dead, or of those of some populations."""

    def cell(event: ReportedEvent) -> str:
        found = (c for c in deaths(event) if not populations or c.claim.population in populations)
        return str(getattr(death_toll(found), part))

    return cell


def _death_losses(event: ReportedEvent, column: str, takes_range: bool) -> Iterator[Loss]:
    found, standing = counted(event), deaths(event)
    kinds = {"retracted": "withdrawn", "superseded": "superseded"}
    for claim in event.claims:
        if claim.dead and claim not in found:
            yield Loss(column, kinds.get(claim.status, "part"), claim.key, claim.text)
            yield from _link_losses(claim, column)
    for claim in found:
        yield from _claim_losses(claim, column, takes_range)
    if len(found) > 1:
        yield Loss(column, "several claims", "", " ".join(claim.key for claim in found))
    if len({claim.claim.interval for claim in standing}) > 1:
        texts = "; ".join(f"{claim.key}: {claim.text}" for claim in standing)
        yield Loss(column, "disagreement", "", texts)
        if len({claim.claim.population for claim in standing}) > 1:
            yield Loss(column, "other populations", "", texts)


def _claim_losses(of: EventClaim, column: str, takes_range: bool) -> Iterator[Loss]:
    claim, interval = of.claim, of.claim.interval
    low, high = (interval.low, interval.high) if interval else (None, None)
    # A vague word has an interval that is open at both ends, and so no number, either.
    if low is None and high is None:
        yield Loss(column, "no number", of.key, of.text)
    elif low is None or high is None or (low < high and not takes_range):
        yield Loss(column, "interval", of.key, of.text)
    if claim.qualifier not in (None, "exact", UNQUANTIFIED):
        yield Loss(column, "qualifier", of.key, claim.qualifier)
    told = {"population": claim.population, "as of": claim.day, "channel": of.via}
    yield from (Loss("", kind, of.key, str(value)) for kind, value in told.items() if value)
    yield from _link_losses(of, column)


def _link_losses(of: EventClaim, column: str) -> Iterator[Loss]:
    for link in of.claim.links:
        yield Loss(column, "link", of.key, f"{link.claim} {link.relation} {link.other}")


def _other_losses(event: ReportedEvent) -> Iterator[Loss]:
    """What neither format has a column for."""
    for claim in event.claims:
        if claim.outcome and not claim.dead:
            value = f"{claim.outcome}: {claim.text}".rstrip(": ")
            yield Loss("", "other outcome", claim.key, value)
        elif not claim.outcome:
            yield Loss("", "other claim", claim.key, claim.text)
    if event.certainty:
        yield Loss("", "certainty", "", event.certainty)


# ------------------------------------------------------------------------------ time


def span(event: ReportedEvent) -> int | None:
    """At most how many days an event's date may mean; None where it has no length."""
    start, end = _day(event.start), _day(event.end)
    if event.precision == "range" and start and end:
        return (end - start).days + 1
    return LENGTHS.get(event.precision) if start else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _by_length(event: ReportedEvent, codes: Sequence[tuple[int, str]]) -> str:
    # Codes are in the order of their limits: the first that is long enough is the most precise.
    days = span(event)
    return next((code for limit, code in codes if days and 0 < days <= limit), "")


def middle(event: ReportedEvent) -> str:
    """The day that ACLED's codebook asks for: the day, or the middle of the period, the earlier."""
    start, end = _day(event.start), _day(event.end) or _day(event.start)
    if not start or not end or not _by_length(event, ucdp_codes.ACLED_TIME_PRECISION):
        return ""
    return (start + timedelta((end - start).days // 2)).isoformat()


def _date_losses(event: ReportedEvent, column: str, code: str) -> Iterator[Loss]:
    if event.precision in ("part_of_day", "night"):
        yield Loss(column, "part of the day", "", event.precision)
    if not code:
        value = " ".join(filter(None, (event.precision, event.start, event.end)))
        yield Loss(column, "no date", "", value)


# ------------------------------------------------------------------------------ place


def _by_place(event: ReportedEvent, codes: Mapping[str, tuple[str, str]]) -> str:
    # Without coordinates only an area has a precision.
    areas = ("division", "region", "country")
    place = event.point or (event.place if event.place and event.place.kind in areas else None)
    own, around = codes.get(place.kind, ("", "")) if place else ("", "")
    return own if place is event.place else around


def _place_losses(event: ReportedEvent, column: str, code: str) -> Iterator[Loss]:
    if event.place is None:
        yield Loss(column, "no place")
        return
    # Both formats have a column `latitude`, which stands for the point here.
    if event.point is None:
        yield Loss("latitude", "no coordinates", "", event.place.key)
    elif event.point is not event.place:
        yield Loss("latitude", "place around", event.place.key, event.point.key)
    if not code:
        yield Loss(column, "no code", "", event.place.key)


def _place(part: str) -> Cell:
    return lambda event: getattr(event.place, part) if event.place else ""


def _point(part: str) -> Cell:
    return lambda event: getattr(event.point, part) if event.point else ""


def _articles(part: str) -> Cell:
    return lambda event: ";".join(getattr(article, part) for article in event.articles)


_WHERE = "of the place whose coordinates are given, or of an area without any"
_LENGTH = "from the length of time that the words can mean"


def _joined(values: Iterable[str]) -> str:
    """Values one after the other, each once."""
    return ";".join(dict.fromkeys(value for value in values if value))


# ------------------------------------------------------------------------------ UCDP GED


_ged_where: Cell = partial(_by_place, codes=ucdp_codes.GED_WHERE_PREC)
_ged_date: Cell = partial(_by_length, codes=ucdp_codes.GED_DATE_PREC)


def _ged_losses(event: ReportedEvent) -> Iterator[Loss]:
    yield from _death_losses(event, "best", takes_range=True)
    yield from _other_losses(event)
    for party in event.parties:
        yield Loss("", "participant", party.key, f"{party.role}: {party.name}")
    yield from _date_losses(event, "date_prec", _ged_date(event))
    yield from _place_losses(event, "where_prec", _ged_where(event))


def _some(claim: EventClaim) -> bool:
    """Whether a claim about the dead may mean anybody."""
    # "Nobody was killed" is a figure, too, but no event of GED, which wants one death at least.
    return not claim.claim.interval or claim.claim.interval.high != 0


_UNCODED = "UCDP's coders decide it"
_UNNUMBERED = "a number that UCDP gives"
_ARTICLES = "of these articles, one after the other"
_SIDE = "no claim says which side its dead belong to"
GED = Crosswalk(
    "ged.csv",
    ucdp_codes.GED_COLUMNS,
    {
        **_empty("id conflict_dset_id conflict_new_id dyad_dset_id dyad_new_id", _UNNUMBERED),
        **_empty("side_a_dset_id side_a_new_id side_b_dset_id side_b_new_id", _UNNUMBERED),
        **_empty("active_year code_status type_of_violence conflict_name dyad_name", _UNCODED),
        **_empty("side_a side_b event_clarity", _UNCODED),
        "relid": ("key of the event", lambda event: event.key),
        "year": ("of date_start", lambda event: event.start[:4]),
        "number_of_sources": (
            "articles that the event, or a claim about it, rests on",
            lambda event: str(len(event.articles)),
        ),
        "source_article": (_ARTICLES, _articles("reference")),
        "source_office": (_ARTICLES, _articles("publisher")),
        "source_date": (_ARTICLES, _articles("published_on")),
        "source_headline": (_ARTICLES, _articles("title")),
        "source_original": (
            "who makes the claims about the dead",
            lambda event: _joined(claim.claimant for claim in counted(event)),
        ),
        "where_prec": (_WHERE, _ged_where),
        "where_coordinates": ("the place whose coordinates are given", _point("name")),
        "where_description": ("the event's own place", _place("name")),
        "adm_1": ("", _place("division")),
        "latitude": ("", _point("latitude")),
        "longitude": ("", _point("longitude")),
        "country": ("", _place("country")),
        "date_prec": (_LENGTH, _ged_date),
        "date_start": ("", lambda event: event.start),
        "date_end": ("", lambda event: event.end),
        "deaths_civilians": (
            "the number on which all claims about dead civilians agree",
            _toll("best", ucdp_codes.CIVILIANS),
        ),
        "best": ("the number on which all claims about the dead agree", _toll("best")),
        "high": ("the highest printed number, if no claim is open above", _toll("high")),
        "low": ("the lowest printed number, if no claim is open below", _toll("low")),
        **_empty("adm_2", "no second-order divisions in the package"),
        **_empty("geom_wkt", "the point is in latitude and longitude"),
        **_empty("priogrid_gid", "a cell of the PRIO-GRID, not in the package"),
        **_empty("country_id gwnoa gwnob", "a number of Gleditsch and Ward, not in the package"),
        **_empty("region", "a region of UCDP's, not in the package"),
        **_empty("deaths_a deaths_b", _SIDE),
        **_empty("deaths_unknown", "what is left over, and nothing is subtracted"),
    },
    lambda event: any(_some(claim) for claim in counted(event)),
    _ged_losses,
)


# ------------------------------------------------------------------------------ ACLED


_acled_where: Cell = partial(_by_place, codes=ucdp_codes.ACLED_GEO_PRECISION)
_acled_time: Cell = partial(_by_length, codes=ucdp_codes.ACLED_TIME_PRECISION)


def _side(side: str, among: slice) -> Cell:
    """Those on one side, as far as the column takes them."""
    sides = ucdp_codes.ACLED_SIDES
    return lambda event: _joined(
        [p.name for p in event.parties if sides.get(p.role) == side][among]
    )


def _acled_type(event: ReportedEvent) -> str:
    return ucdp_codes.ACLED_EVENT_TYPES.get(event.type, "")


def _acled_losses(event: ReportedEvent) -> Iterator[Loss]:
    yield from _death_losses(event, "fatalities", takes_range=False)
    for claim in counted(event):
        if claim.claimant:
            yield Loss("", "claimant", claim.key, claim.claimant)
    yield from _other_losses(event)
    for party in event.parties:
        if party.role not in ucdp_codes.ACLED_SIDES:
            yield Loss("", "participant", party.key, f"{party.role}: {party.name}")
    yield from _date_losses(event, "time_precision", _acled_time(event))
    yield from _place_losses(event, "geo_precision", _acled_where(event))
    if not _acled_type(event):
        yield Loss("event_type", "event type", "", event.type)


_DECIDED = "ACLED's coders decide it"
_FIRST, _FURTHER = slice(1), slice(1, None)
ACLED = Crosswalk(
    "acled.csv",
    ucdp_codes.ACLED_COLUMNS,
    {
        **_empty("disorder_type sub_event_type inter1 inter2 interaction", _DECIDED),
        **_empty("civilian_targeting source_scale tags", _DECIDED),
        "event_id_cnty": ("key of the event", lambda event: event.key),
        "event_date": ("the day, or the middle of the period", middle),
        "year": ("of event_date", lambda event: middle(event)[:4]),
        "time_precision": (_LENGTH, _acled_time),
        "event_type": ("from the type of the event, where it follows", _acled_type),
        "actor1": ("initiators; the order implies no direction", _side("1", _FIRST)),
        "assoc_actor_1": ("further initiators", _side("1", _FURTHER)),
        "actor2": ("targets; the order implies no direction", _side("2", _FIRST)),
        "assoc_actor_2": ("further targets", _side("2", _FURTHER)),
        "country": ("", _place("country")),
        "admin1": ("", _place("division")),
        "location": (
            "the place whose coordinates are given, or the event's own",
            lambda event: _point("name")(event) or _place("name")(event),
        ),
        "latitude": ("", _point("latitude")),
        "longitude": ("", _point("longitude")),
        "geo_precision": (_WHERE, _acled_where),
        "source": (
            "publishers of the articles that the event, or a claim about it, rests on",
            lambda event: _joined(a.publisher or a.key for a in event.articles),
        ),
        "notes": (
            "title and description of the event",
            lambda event: " ".join(
                part.rstrip(".") + "." for part in (event.title, event.description) if part
            ),
        ),
        "fatalities": (
            "the lowest printed number of dead, as ACLED asks; empty, not 0, without any",
            _toll("low"),
        ),
        **_empty("iso", "the number of a country in ISO 3166, not in the package"),
        **_empty("region", "a region of ACLED's, not in the package"),
        **_empty("admin2", "no second-order divisions in the package"),
        **_empty("admin3", "no third-order divisions in the package"),
        **_empty("timestamp", "when ACLED published the row"),
    },
    lambda event: _acled_type(event) != ucdp_codes.OUTSIDE,
    _acled_losses,
)


# ------------------------------------------------------------------------------ writing


def summary(out: Path) -> Summary:
    """What a crosswalk lost, counted by kind and column."""
    with (out / LOSSES).open(encoding="utf-8", newline="") as stream:
        counts = Counter((row["kind"], row["column"]) for row in csv.DictReader(stream))
    # The most frequent first; those of one number in an order that is always the same.
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    found = [(kind, column, number, KINDS[kind]) for (kind, column), number in ranked]
    return ("lost", "column", "times", "what"), found


@exporter("ucdp", suffix="", summary=summary)
def ucdp(dataset: Dataset, out: Path) -> None:
    """Events with deaths in the columns of UCDP GED: ged.csv, with an account of what is lost."""
    _write(GED, reported_events(dataset), out)


@exporter("acled", suffix="", summary=summary)
def acled(dataset: Dataset, out: Path) -> None:
    """Events in the columns of ACLED: acled.csv, with an account of what is lost."""
    _write(ACLED, reported_events(dataset), out)


def _write(crosswalk: Crosswalk, events: Iterable[ReportedEvent], out: Path) -> None:
    rows: list[list[str]] = []
    losses: list[tuple[str, ...]] = []
    for event in events:
        row = _row(crosswalk, event) if crosswalk.held(event) else []
        rows += [row] if row else []
        losses += ((event.key, *loss) for loss in _losses(crosswalk, event, row))
    out.mkdir()
    _save(out / crosswalk.file, crosswalk.columns, rows)
    _save(out / LOSSES, ("event", *Loss._fields), losses)
    lost = Counter(column for _, column, *_ in losses)
    account = []
    for place, column in enumerate(crosswalk.columns):
        filled = sum(bool(row[place]) for row in rows)
        note = crosswalk.filled[column][0]
        account.append((column, filled, len(rows) - filled, lost[column], note))
    _save(out / COLUMNS, ("column", "filled", "empty", "lost", "note"), account)


def _row(crosswalk: Crosswalk, event: ReportedEvent) -> list[str]:
    cells = (crosswalk.filled[column][1] for column in crosswalk.columns)
    return [cell(event) if cell else "" for cell in cells]


def _losses(crosswalk: Crosswalk, event: ReportedEvent, row: Sequence[str]) -> Iterator[Loss]:
    if not row:
        yield Loss("", "no row", "", event.type)
        return
    yield from crosswalk.losses(event)
    # Cells that are not written as they are, so that no spreadsheet carries them out.
    for column, cell in zip(crosswalk.columns, row, strict=True):
        if csv_cell(cell) != cell:
            yield Loss(column, "formula", "", cell)


def _save(file: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(map(csv_cell, row) for row in rows)
