"""Rules about facts that cannot both hold: dates, exclusions."""

from collections.abc import Iterator

from kzdata.database import code_points, day, identifier, literal, text
from kzdata.validation.model import Model, whole
from kzdata.validation.rules import Query, rule


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
