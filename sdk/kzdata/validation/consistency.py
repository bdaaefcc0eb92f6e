"""Rules about facts that cannot both hold: dates, links, exclusions."""

from collections.abc import Iterator

from kzdata.database import code_points, day, decimal, identifier, literal, text
from kzdata.validation.model import Model, whole
from kzdata.validation.references import circles
from kzdata.validation.rules import Query, Violation, rule


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
                f"""SELECT t.kz_ord, {literal(columns.end)}, {end}, 'not before ' || {start}
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
                f"""SELECT t.kz_ord, {literal(columns.precision)}, coalesce({precision}, ''),
                    'a precision if and only if there is a date'
                FROM {identifier(table.name)} t WHERE ({dated}) <> ({precision} IS NOT NULL)""",
            )


@rule("consistency", "correct the date: an article cannot report a later day")
def date_after_article(model: Model) -> Iterator[Query]:
    """The date of a claim is not after the day on which its article was published."""
    spans, sources = model.one("spans"), model.one("sources")
    s = spans.schema.spans if spans else None
    a = sources.schema.sources if sources else None
    if not spans or not sources or not s or not a or not a.published_on:
        return
    for table in model.declaring("principal"):
        for columns in table.schema.dates:
            cell, published = f"t.{identifier(columns.start)}", f"a.{identifier(a.published_on)}"
            yield Query(
                table.name,
                f"""SELECT t.kz_ord, {literal(columns.start)}, {cell}, 'not after ' || {published}
                FROM {identifier(table.name)} t
                JOIN {identifier(spans.name)} s
                    ON s.{identifier(s.id)} = t.{identifier(table.schema.principal or "")}
                JOIN {identifier(sources.name)} a ON a.{identifier(a.id)} = s.{identifier(s.source)}
                WHERE {day(cell)} > {day(published)}""",
            )


def _claims(model: Model) -> str:
    """SQL: `tab` and `id` of every claim."""
    parts = [
        f"SELECT {literal(table.name)} AS tab, {identifier(table.schema.record_key)} AS id "
        f"FROM {identifier(table.name)}"
        for table in model.declaring("principal")
        if table.schema.record_key
    ]
    return " UNION ALL ".join(parts or ["SELECT '' AS tab, '' AS id WHERE false"])


@rule("consistency", "link claims that exist, of one table, and not a claim with itself")
def link_comparable(model: Model) -> Iterator[Query]:
    """A link ties two different claims of the same table."""
    table = model.one("links")
    if table is None or not table.schema.links:
        return
    claim, other = (identifier(c) for c in (table.schema.links.claim, table.schema.links.other))
    yield Query(
        table.name,
        f"""SELECT t.kz_ord, {literal(table.schema.links.other)}, t.{claim} || ', ' || t.{other},
            'two different claims of one table'
        FROM {identifier(table.name)} t
        LEFT JOIN ({_claims(model)}) c ON c.id = t.{claim}
        LEFT JOIN ({_claims(model)}) o ON o.id = t.{other}
        WHERE t.{claim} = t.{other} OR (c.tab = o.tab) IS NOT TRUE""",
    )


@rule("consistency", "break the circle: something cannot update, add to or be part of itself")
def link_acyclic(model: Model) -> Iterator[Violation]:
    """Links of a directed relation (`acyclic` of `kzdata:links`) make no circle."""
    table = model.one("links")
    if table is None or not table.schema.links:
        return
    links = table.schema.links
    for relation in links.acyclic:
        sql = f"""SELECT {identifier(links.claim)}, {identifier(links.other)}, kz_ord
            FROM {identifier(table.name)}
            WHERE {identifier(links.relation)} = {literal(relation)}"""
        for ordinal, circle in circles(model.database.rows(sql)):
            yield Violation(table.name, ordinal, links.relation, circle, "no circle")


@rule("consistency", "correct the figures or the relation: a part is not larger than the whole")
def link_part_within_whole(model: Model) -> Iterator[Query]:
    """What is linked as a part (`within` of `kzdata:links`) is not larger than its whole."""
    table = model.one("links")
    if table is None or not table.schema.links:
        return
    links = table.schema.links
    relations = ", ".join(literal(relation) for relation in links.within)
    for claims in model.declaring("figure") if relations else ():
        figure, key = claims.schema.figure, claims.schema.record_key
        if not figure or not key:
            continue
        name, low, high = identifier(claims.name), identifier(figure.low), identifier(figure.high)
        yield Query(
            table.name,
            f"""SELECT t.kz_ord, {literal(links.other)}, 'a part of at least ' || p.{low},
                'a whole of at most ' || w.{high}
            FROM {identifier(table.name)} t
            JOIN {name} p ON p.{identifier(key)} = t.{identifier(links.claim)}
            JOIN {name} w ON w.{identifier(key)} = t.{identifier(links.other)}
            WHERE t.{identifier(links.relation)} IN ({relations})
            AND {decimal(f"p.{low}")} > {decimal(f"w.{high}")}""",
        )


@rule("consistency", "take the offsets from `kzdata locate`")
def exclusion_bounds(model: Model) -> Iterator[Query]:
    """An exclusion is as long as its token and lies inside the article."""
    table, sources = model.one("exclusions"), model.one("sources")
    x = table.schema.exclusions if table else None
    a = sources.schema.sources if sources else None
    if not table or not sources or not x or not a:
        return
    start, end, token = whole("t", x.start), whole("t", x.end), f"t.{identifier(x.token)}"
    length = whole("a", a.length)
    yield Query(
        table.name,
        f"""SELECT t.kz_ord, {literal(x.end)}, {text(start)} || ' to ' || {text(end)}, {token}
        FROM {identifier(table.name)} t
        JOIN {identifier(sources.name)} a ON a.{identifier(a.id)} = t.{identifier(x.source)}
        WHERE {start} < 0 OR {end} > {length} OR {end} - {start} <> {code_points(token)}""",
    )
