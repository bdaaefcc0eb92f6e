"""Rules about facts that cannot both hold: dates, places, exclusions."""

from collections.abc import Iterator

from kzdata.engine.sql import (
    ORD,
    beginning,
    code_points,
    contains,
    day,
    first_item,
    identifier,
    items,
    literal,
    replaced,
    text,
    without,
)
from kzdata.evidence.intervals import last_day
from kzdata.validation.evidence_tables import Model, whole
from kzdata.validation.rule import Query, rule


@rule("consistency", "exchange the dates")
def date_order(model: Model) -> Iterator[Query]:
    """A period does not end before it begins."""
    for table in model.declaring("dates"):
        for columns in table.schema.dates:
            if not columns.end:
                continue
            start, end = f"t.{identifier(columns.start)}", f"t.{identifier(columns.end)}"
            yield Query(
                table.name,
                f"""SELECT t.{ORD}, {literal(columns.end)}, {end}, 'not before ' || {start}
                FROM {identifier(table.name)} t WHERE {day(end)} < {day(start)}""",
            )


@rule("consistency", "give a precision where there is a date, and none where there is none")
def date_precision(model: Model) -> Iterator[Query]:
    """A date has a precision, and a precision has a date."""
    for table in model.declaring("dates"):
        for columns in table.schema.dates:
            if not columns.precision:
                continue
            names = [name for name in (columns.start, columns.end) if name]
            dated = " OR ".join(f"t.{identifier(name)} IS NOT NULL" for name in names)
            precision = f"t.{identifier(columns.precision)}"
            yield Query(
                table.name,
                f"""SELECT t.{ORD}, {literal(columns.precision)}, coalesce({precision}, ''),
                    'a precision if and only if there is a date'
                FROM {identifier(table.name)} t WHERE ({dated}) <> ({precision} IS NOT NULL)""",
            )


@rule("consistency", "correct the date: an article cannot report a later day")
def date_after_article(model: Model) -> Iterator[Query]:
    """The date of a claim is not after the day on which its article was published."""
    quoted, known = model.declared("spans"), model.declared("sources")
    if not quoted or not known or not known[1].published_on:
        return
    (spans, s), (sources, a) = quoted, known
    for table in model.declaring("principal"):
        for columns in table.schema.dates:
            cell, published = f"t.{identifier(columns.start)}", f"a.{identifier(a.published_on)}"
            yield Query(
                table.name,
                f"""SELECT t.{ORD}, {literal(columns.start)}, {cell}, 'not after ' || {published}
                FROM {identifier(table.name)} t
                JOIN {identifier(spans.name)} s
                    ON s.{identifier(s.id)} = t.{identifier(table.schema.principal or "")}
                JOIN {identifier(sources.name)} a ON a.{identifier(a.id)} = s.{identifier(s.source)}
                WHERE {day(cell)} > {day(published)}""",
            )


@rule("consistency", "correct one of the two days")
def source_order(model: Model) -> Iterator[Query]:
    """An article speaks from no later day than the one on which it was published."""
    for table in model.declaring("sources"):
        a = table.schema.sources
        if not a or not a.written_on or not a.published_on:
            continue
        written, published = f"t.{identifier(a.written_on)}", f"t.{identifier(a.published_on)}"
        precision = f"t.{identifier(a.published_precision)}" if a.published_precision else None
        yield Query(
            table.name,
            f"""SELECT t.{ORD}, {literal(a.written_on)}, {written}, 'not after ' || {published}
            FROM {identifier(table.name)} t
            WHERE {day(written)} > {last_day(published, precision)}""",
        )


@rule("consistency", "take the day from the address, or say where else it comes from")
def source_address(model: Model) -> Iterator[Query]:
    """A day of publication whose basis is `url` stands in the article's address.

    Year, month and day, as far as they are known, in this order: 2022-01-06, 2022/01, 20220106.
    """
    for table in model.declaring("sources"):
        a = table.schema.sources
        if not a or not a.published_basis or not a.published_on or not a.url:
            continue
        basis, published, url = (
            f"t.{identifier(name)}" for name in (a.published_basis, a.published_on, a.url)
        )
        digits = without(published, "'-'")
        if a.published_precision:
            digits = f"""(CASE t.{identifier(a.published_precision)}
                WHEN 'year' THEN {beginning(digits, 4)}
                WHEN 'month' THEN {beginning(digits, 6)} ELSE {digits} END)"""
        found = contains(replaced(f"coalesce({url}, '')", "[-/_.]", ""), digits)
        yield Query(
            table.name,
            f"""SELECT t.{ORD}, {literal(a.published_on)}, {published},
                'a day in ' || coalesce({url}, 'an address')
            FROM {identifier(table.name)} t
            WHERE {basis} = 'url' AND {day(published)} IS NOT NULL AND NOT {found}""",
        )


SIZES = (
    "(CASE {} WHEN 'site' THEN 1 WHEN 'city' THEN 2 WHEN 'region' THEN 3 WHEN 'country' THEN 3 END)"
)
"""SQL: how large a kind of place is. Some regions are parts of a country, some made of several."""


@rule("consistency", "name the place that it lies in")
def place_within(model: Model) -> Iterator[Query]:
    """A place lies in no smaller kind of place, and in one of the same country.

    A site is smaller than a city, a city smaller than a region or country; the country is the
    first part of a code of ISO 3166-2.
    """
    for table in model.declaring("places"):
        places, parent = table.schema.places, table.schema.parent
        if not places or not parent:
            continue
        tests = []
        if places.kind:
            kinds = (SIZES.format(f"{side}.{identifier(places.kind)}") for side in "pt")
            tests.append(" < ".join(kinds))
        if places.code:
            codes = (first_item(items(f"{side}.{identifier(places.code)}", "-")) for side in "pt")
            tests.append(" <> ".join(codes))
        yield Query(
            table.name,
            f"""SELECT t.{ORD}, {literal(parent)}, t.{identifier(parent)},
                'a larger place of the same country'
            FROM {identifier(table.name)} t JOIN {identifier(table.name)} p
                ON p.{identifier(places.id)} = t.{identifier(parent)}
            WHERE {" OR ".join(tests or ["false"])}""",
        )


@rule("consistency", "take the offsets from `kzdata locate`")
def exclusion_bounds(model: Model) -> Iterator[Query]:
    """An exclusion is as long as its token and lies inside the article."""
    excluded, known = model.declared("exclusions"), model.declared("sources")
    if not excluded or not known:
        return
    (table, x), (sources, a) = excluded, known
    start, end, token = whole("t", x.start), whole("t", x.end), f"t.{identifier(x.token)}"
    length = whole("a", a.length)
    yield Query(
        table.name,
        f"""SELECT t.{ORD}, {literal(x.end)}, {text(start)} || ' to ' || {text(end)}, {token}
        FROM {identifier(table.name)} t
        JOIN {identifier(sources.name)} a ON a.{identifier(a.id)} = t.{identifier(x.source)}
        WHERE {start} < 0 OR {end} > {length} OR {end} - {start} <> {code_points(token)}""",
    )
