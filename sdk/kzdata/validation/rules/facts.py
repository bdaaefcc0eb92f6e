"""Rules about facts that cannot both hold: dates, places, exclusions."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from kzdata.engine import sql
from kzdata.engine.sql import ORD, column, day, identifier, text
from kzdata.evidence.hierarchy import line
from kzdata.evidence.intervals import FIRST, LAST, last_day, window_sql
from kzdata.evidence.languages import Grammar
from kzdata.standard.descriptor import Table
from kzdata.validation.evidence_tables import Model, date_reading, whole_number
from kzdata.validation.rule import Query, Violation, rule


@rule("consistency", "exchange the dates", declared=("kzdata:dates",))
def date_order(model: Model) -> Iterator[Query]:
    """A period does not end before it begins."""
    for table, periods in model.each("dates"):
        for period in periods:
            if period.end:
                start, end = column(period.start), column(period.end)
                broken, expected = f"{day(end)} < {day(start)}", f"'not before ' || {start}"
                yield Query.rows(table, period.end, broken, expected)


@rule(
    "consistency",
    "give a precision where there is a date, and none where there is none",
    declared=("kzdata:dates",),
)
def date_precision(model: Model) -> Iterator[Query]:
    """A date has a precision, and a precision has a date."""
    for table, periods in model.each("dates"):
        for period in periods:
            if not period.precision:
                continue
            names = [name for name in (period.start, period.end) if name]
            dated = " OR ".join(f"{column(name)} IS NOT NULL" for name in names)
            precision = column(period.precision)
            broken, found = f"({dated}) <> ({precision} IS NOT NULL)", f"coalesce({precision}, '')"
            expected = "'a precision if and only if there is a date'"
            yield Query.rows(table, period.precision, broken, expected, found)


@rule(
    "consistency",
    "say what the date is the day of; without one, that is `article`",
    declared=("kzdata:dates",),
)
def date_basis(model: Model) -> Iterator[Query]:
    """What a date is the day of (`basis` of `kzdata:dates`) fits the date.

    `event` (it happened then) and `report` (it was told then) need a date. `article` says that no
    words date it, so that it is not after its article: there is no date, or one `before` a day.
    """
    for table, periods in model.each("dates"):
        for period in periods:
            if not period.basis:
                continue
            names = [column(name) for name in (period.start, period.end) if name]
            dated = f"coalesce({', '.join(names)}) IS NOT NULL"
            bound = f"{column(period.precision)} = 'before'" if period.precision else "false"
            basis = column(period.basis)
            broken = f"""NOT coalesce(CASE WHEN {basis} = 'article' THEN NOT ({dated}) OR {bound}
                ELSE {basis} IN ('event', 'report') AND {dated} END, false)"""
            expected = f"CASE WHEN {dated} THEN 'event or report' ELSE 'article' END"
            yield Query.rows(table, period.basis, broken, expected, f"coalesce({basis}, '')")


@rule(
    "consistency",
    "date the whole so that it takes in its parts, or untie them",
    declared=("kzdata:parent", "kzdata:dates"),
)
def date_within_whole(model: Model) -> Iterator[Violation]:
    """The days of a part (`kzdata:parent`) lie within those of all that it is part of.

    The days are those of the first entry of `kzdata:dates`; one that is not known is within
    everything.
    """
    for table, whole in model.each("parent"):
        if table.schema.dates:
            parts = _parts(model, table, whole)
            limits = _limits(parts)
            for key, part in parts.items():
                if _beyond(part.days, limits[key]):
                    expected = f"days within {_period(limits[key])}"
                    yield Violation(table.name, part.row, whole, _period(part.days), expected)


_Days = tuple[date | None, date | None]
"""A first and a last day; None where it is not known."""


class _Part(NamedTuple):
    """A row that is part of something, or that something is part of."""

    whole: str | None
    row: int
    days: _Days


def _parts(model: Model, table: Table, whole: str) -> dict[str, _Part]:
    """The rows of a hierarchy with their days, by key."""
    period, key = table.schema.dates[0], column(table.schema.primary_key[0])
    end, precision = (column(name) if name else None for name in (period.end, period.precision))
    first, last = window_sql(column(period.start), end, precision)
    wholes = f"SELECT {column(whole, 'w')} FROM {identifier(table.name)} w"
    rows = model.database.rows(
        f"""SELECT {key}, {column(whole)}, {ORD}, nullif({first}, {FIRST}), nullif({last}, {LAST})
        FROM {identifier(table.name)} t WHERE {column(whole)} IS NOT NULL OR {key} IN ({wholes})"""
    )
    return {id_: _Part(above, row, (first, last)) for id_, above, row, first, last in rows}


def _limits(parts: Mapping[str, _Part]) -> dict[str, _Days]:
    """The days that each row must keep within: those that all above it have in common."""
    limits: dict[str, _Days] = {}
    for start in parts:
        way, here = list[str](), start
        while here in parts and here not in limits:
            limits[here] = (None, None)  # a cycle, which is a finding of its own, ends here
            way.append(here)
            here = parts[here].whole or ""
        for part in reversed(way):
            whole = parts[part].whole or ""
            if whole in parts:
                limits[part] = _common(parts[whole].days, limits[whole])
    return limits


def _common(one: _Days, other: _Days) -> _Days:
    """The days that two periods have in common."""
    (first, first_too), (last, last_too) = zip(one, other, strict=True)
    return (
        max(filter(None, (first, first_too)), default=None),
        min(filter(None, (last, last_too)), default=None),
    )


def _beyond(days: _Days, limits: _Days) -> bool:
    """Whether a known end of a period lies outside of another."""
    (first, least), (last, most) = zip(days, limits, strict=True)
    early = first is not None and least is not None and first < least
    return early or (last is not None and most is not None and last > most)


def _period(days: _Days) -> str:
    return " to ".join(str(day or "") for day in days).strip()


@rule(
    "consistency",
    "correct the date: an article cannot report a later day",
    declared=("kzdata:dates", "kzdata:principal", "kzdata:sources"),
)
def date_after_article(model: Model) -> Iterator[Query]:
    """The date of a claim is not after the day on which its article was published."""
    for (sources, a), _ in model.together("sources", "spans"):
        for table, principal in model.each("principal") if a.published_on else ():
            published = column(a.published_on, "a")
            joins = f"""JOIN shared.passages p ON p.span = {column(principal)}
                JOIN {identifier(sources.name)} a ON a.{ORD} = p.article"""
            for period in table.schema.dates:
                # What is known by its month alone (`2022-01`) is no day, and after nothing.
                broken = f"{day(column(period.start))} > {day(published)}"
                expected = f"'not after ' || {published}"
                yield Query.rows(table, period.start, broken, expected, joins=joins)


@rule("consistency", "correct one of the two days", declared=("kzdata:sources",))
def source_order(model: Model) -> Iterator[Query]:
    """An article speaks from no later day than the one on which it was published."""
    for table, a in model.each("sources"):
        if not a.written_on or not a.published_on:
            continue
        published = column(a.published_on)
        precision = column(a.published_precision) if a.published_precision else None
        broken = f"{day(column(a.written_on))} > {last_day(published, precision)}"
        yield Query.rows(table, a.written_on, broken, f"'not after ' || {published}")


@rule(
    "consistency",
    "take a passage of the article that gives the day, or correct the day",
    declared=("kzdata:sources", "kzdata:spans"),
)
def source_day(model: Model) -> Iterator[Violation]:
    """The passage that gives an article's day (`day_span`) is its own, and means `written_on`.

    Its words are read against that very day, so that a weekday must be its weekday. Of a night or
    a range it is the first day.
    """
    for (table, a), _ in model.together("sources", "spans"):
        if not a.day_span or not a.written_on:
            continue
        rows = model.database.rows(
            f"""SELECT t.{ORD}, {column(a.written_on)}, p.quote, p.article = t.{ORD}, {column(a.id)}
            FROM {identifier(table.name)} t JOIN shared.passages p
                ON p.span = {column(a.day_span)} WHERE {day(column(a.written_on))} IS NOT NULL"""
        )
        for row, written_on, quote, own, source in rows:
            spoken = model.grammar_of(source)
            if own and spoken is None:
                continue  # nobody can tell what its words mean
            if not own or spoken is None or _first(spoken, quote, written_on) != written_on:
                expected = f"words of the article for {written_on}"
                yield Violation(table.name, row, a.day_span, quote, expected)


def _first(spoken: Grammar, quote: str | None, written_on: str) -> str | None:
    """The first day that a passage means; None where it means none."""
    _, _, first, *_ = date_reading(spoken, quote or "", written_on)
    return str(first) if first else None


@rule(
    "consistency",
    "take the day from the address, or say where else it comes from",
    declared=("kzdata:sources",),
)
def source_address(model: Model) -> Iterator[Query]:
    """A day of publication whose basis is `url` stands in the article's address.

    Year, month and day, as far as they are known, in this order: 2022-01-06, 2022/01, 20220106.
    """
    for table, a in model.each("sources"):
        if not a.published_basis or not a.published_on or not a.url:
            continue
        basis, published, url = map(column, (a.published_basis, a.published_on, a.url))
        # The digits of both are compared, so that it does not matter what stands between them.
        digits = sql.without(published, "'-'")
        if a.published_precision:
            digits = f"""(CASE {column(a.published_precision)}
                WHEN 'year' THEN {sql.beginning(digits, 4)}
                WHEN 'month' THEN {sql.beginning(digits, 6)} ELSE {digits} END)"""
        found = sql.contains(sql.replaced(f"coalesce({url}, '')", "[-/_.]", ""), digits)
        broken = f"{basis} = 'url' AND {day(published)} IS NOT NULL AND NOT {found}"
        expected = f"'a day in ' || coalesce({url}, 'an address')"
        yield Query.rows(table, a.published_on, broken, expected)


SIZES = (
    "(CASE {} WHEN 'site' THEN 1 WHEN 'city' THEN 2 WHEN 'region' THEN 3 WHEN 'country' THEN 3 END)"
)
"""SQL: how large a kind of place is. Some regions are parts of a country, some made of several."""


@rule("consistency", "name the place that it lies in", declared=("kzdata:places", "kzdata:parent"))
def place_within(model: Model) -> Iterator[Query]:
    """A place lies in no smaller kind of place, and in one of the same country.

    A site is smaller than a city, a city smaller than a region or country; the country is the
    first part of a code of ISO 3166-2.
    """
    # Where a kind or a code is unknown, SQL compares with NULL, and nothing is found.
    for table, places in model.each("places"):
        if not (parent := table.schema.parent):
            continue
        tests = []
        if places.kind:
            tests.append(" < ".join(SIZES.format(column(places.kind, side)) for side in "pt"))
        if places.code:
            codes = (sql.first_item(sql.items(column(places.code, side), "-")) for side in "pt")
            tests.append(" <> ".join(codes))
        broken, expected = " OR ".join(tests or ["false"]), "'a larger place of the same country'"
        joins = f"JOIN {identifier(table.name)} p ON {column(places.id, 'p')} = {column(parent)}"
        yield Query.rows(table, parent, broken, expected, joins=joins)


@rule(
    "consistency",
    "name two different values, neither a part of the other, and each pair once",
    declared=("kzdata:overlaps",),
)
def overlap_pair(model: Model) -> Iterator[Violation]:
    """Values that overlap (`kzdata:overlaps`) are two, of which neither is a part of the other.

    A part overlaps with its whole as it is. As an overlap has no direction, a pair stands once.
    """
    for table, pair in model.each("overlaps"):
        one, other = identifier(pair.one), identifier(pair.other)
        up, known = _wholes(model, table, pair.one), set[frozenset[str]]()
        rows = model.database.rows(
            f"""SELECT {one}, {other}, {ORD} FROM {identifier(table.name)}
            WHERE {one} IS NOT NULL AND {other} IS NOT NULL ORDER BY {ORD}"""
        )
        for value, second, row in rows:
            both = frozenset((value, second))
            if both in known or value in line(second, up) or second in line(value, up):
                expected = f"what {value} may have members in common with, once"
                yield Violation(table.name, row, pair.other, second, expected)
            known.add(both)


def _wholes(model: Model, table: Table, name: str) -> dict[str, str]:
    """What each value of a column is a part of, by the table that its foreign key leads to."""
    for key in table.schema.foreign_keys:
        parent = model.tables.get(key.reference.resource)
        if key.fields == (name,) and parent and parent.schema.parent:
            value, whole = map(identifier, (key.reference.fields[0], parent.schema.parent))
            filled = f"{value} IS NOT NULL AND {whole} IS NOT NULL"
            sql_ = f"SELECT {value}, {whole} FROM {identifier(parent.name)} WHERE {filled}"
            return dict(model.database.rows(sql_))
    return {}


@rule(
    "consistency",
    "take the offsets from `kzdata locate`",
    declared=("kzdata:exclusions", "kzdata:sources"),
)
def exclusion_bounds(model: Model) -> Iterator[Query]:
    """An exclusion is as long as its token and lies inside the article."""
    for (table, x), (sources, a) in model.together("exclusions", "sources"):
        start, end = whole_number("t", x.start), whole_number("t", x.end)
        token, length = column(x.token), whole_number("a", a.length)
        broken = f"{start} < 0 OR {end} > {length} OR {end} - {start} <> {sql.code_points(token)}"
        found = f"{text(start)} || ' to ' || {text(end)}"
        joins = f"JOIN {identifier(sources.name)} a ON {column(a.id, 'a')} = {column(x.source)}"
        yield Query.rows(table, x.end, broken, token, found, joins)
