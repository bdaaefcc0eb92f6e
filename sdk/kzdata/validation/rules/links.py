"""Rules about links: a relation between two claims is not refuted by what the claims say.

Which relation means what is declared in `kzdata:links`, and what a claim says in `kzdata:claims`,
`kzdata:figure` and `kzdata:dates` (docs/profile.md). A rule finds only what the cells refute: what
a claim leaves out agrees with everything, and words without bounds with every number.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kzdata.engine.sql import ORD, among, decimal, identifier, literal
from kzdata.evidence.intervals import (
    FIRST,
    LAST,
    ends,
    larger,
    last_day,
    surely_overlap,
    window_sql,
)
from kzdata.standard.declarations import DateColumns, Figure, Links
from kzdata.standard.descriptor import Schema, Table
from kzdata.validation.evidence_tables import Model
from kzdata.validation.rule import Query, Violation, rule
from kzdata.validation.rules.keys import circles

MEASURED = ("exact", "more_than", "at_least", "at_most", "less_than", "range")
"""Qualifiers whose bounds are meant as numbers: not about so many, and no clock times."""

CHAINS, LONGEST = 100, 20
"""Chains of sameness that are looked for link by link, and how long they may be to be told."""


def _links(model: Model) -> tuple[Table, Links] | None:
    table = model.one("links")
    return (table, table.schema.links) if table and table.schema.links else None


def _declaring(model: Model, role: str) -> Iterator[tuple[Links, Table]]:
    """What the links declare, with each table of claims that declares `role`."""
    if links := _links(model):
        yield from ((links[1], t) for t in model.declaring(role) if t.schema.principal)


def _claims(model: Model) -> str:
    """SQL: `tab` and `id` of every claim."""
    parts = [
        f"SELECT {literal(table.name)} AS tab, {identifier(table.schema.record_key)} AS id "
        f"FROM {identifier(table.name)}"
        for table in model.declaring("principal")
        if table.schema.record_key
    ]
    return " UNION ALL ".join(parts or ["SELECT '' AS tab, '' AS id WHERE false"])


def _pairs(
    model: Model,
    claims: Table,
    relations: Sequence[str],
    at: str,
    words: tuple[str, str, str],
    joins: str = "",
) -> Iterator[Query]:
    """Links `t` with some relations, between claims `c` and `o` of one table.

    Args:
        model: The tables.
        claims: The table of the claims.
        relations: The relations.
        at: The member of `kzdata:links` whose column is at fault.
        words: SQL of what was found, of what was expected, and of the breach.
        joins: SQL of further relations.
    """
    found, expected, breach = words
    links = _links(model)
    if not links or not relations or not claims.schema.record_key:
        return
    (table, d), key = links, identifier(claims.schema.record_key)
    ends = " UNION ALL ".join(
        f"SELECT {identifier(column)} FROM {identifier(table.name)}"
        for column in (d.claim, d.other)
    )
    # Few claims are linked: the rest need not be kept for the joins.
    linked = f"(SELECT * FROM {identifier(claims.name)} WHERE {key} IN ({ends}))"
    yield Query(
        table.name,
        f"""SELECT t.{ORD}, {literal(getattr(d, at))}, {found}, {expected}
        FROM {identifier(table.name)} t
        JOIN {linked} c ON c.{key} = t.{identifier(d.claim)}
        JOIN {linked} o ON o.{key} = t.{identifier(d.other)} {joins}
        WHERE {among(f"t.{identifier(d.relation)}", relations)} AND {breach}""",
    )


def _refuted(
    model: Model, claims: Table, relations: Sequence[str], expected: str, breach: str
) -> Iterator[Query]:
    """Links whose relation the two claims refute."""
    if links := _links(model):
        found = f"t.{identifier(links[1].relation)}"
        words = (found, literal(expected), breach)
        yield from _pairs(model, claims, relations, "relation", words)


@rule("consistency", "link claims that exist, of one table, and not a claim with itself")
def link_comparable(model: Model) -> Iterator[Query]:
    """A link ties two different claims of the same table."""
    if not (links := _links(model)):
        return
    table, d = links
    claim, other = identifier(d.claim), identifier(d.other)
    yield Query(
        table.name,
        f"""SELECT t.{ORD}, {literal(d.other)}, t.{claim} || ', ' || t.{other},
            'two different claims of one table'
        FROM {identifier(table.name)} t
        LEFT JOIN ({_claims(model)}) c ON c.id = t.{claim}
        LEFT JOIN ({_claims(model)}) o ON o.id = t.{other}
        WHERE t.{claim} = t.{other} OR (c.tab = o.tab) IS NOT TRUE""",
    )


def _rows(model: Model, relations: Iterable[str]) -> list[tuple[str, str, int, str]]:
    """Claim, other claim, row and relation of the links with some relations."""
    if not (links := _links(model)):
        return []
    table, d = links
    claim, relation, other = (identifier(name) for name in (d.claim, d.relation, d.other))
    return model.database.rows(
        f"""SELECT {claim}, {other}, {ORD}, {relation} FROM {identifier(table.name)}
        WHERE {among(relation, relations)}
        AND {claim} IS NOT NULL AND {other} IS NOT NULL ORDER BY {ORD}"""
    )


@rule("consistency", "break the circle: something cannot update, add to or be part of itself")
def link_acyclic(model: Model) -> Iterator[Violation]:
    """Links of a directed relation (`acyclic` of `kzdata:links`) make no circle."""
    if not (links := _links(model)):
        return
    table, d = links
    for relation in d.acyclic:
        pairs = [(claim, other, row) for claim, other, row, _ in _rows(model, [relation])]
        for ordinal, circle in circles(pairs):
            yield Violation(table.name, ordinal, d.relation, circle, "no circle")


@rule("consistency", "correct the figures or the relation: a part is not larger than the whole")
def link_part_within_whole(model: Model) -> Iterator[Query]:
    """What is linked as a part (`within` of `kzdata:links`) is not larger than its whole."""
    for links, claims in _declaring(model, "figure"):
        figure = claims.schema.figure
        assert figure
        low, high = f"c.{identifier(figure.low)}", f"o.{identifier(figure.high)}"
        words = (
            f"'a part of at least ' || {low}",
            f"'a whole of at most ' || {high}",
            f"{decimal(low)} > {decimal(high)}",
        )
        yield from _pairs(model, claims, links.within, "other", words)


@rule("consistency", "choose another relation: only a figure is counted on top of a figure")
def link_addition(model: Model) -> Iterator[Query]:
    """What is counted in addition (`adds` of `kzdata:links`), and to what, are both figures.

    A figure without a number is one, too: "more deaths", "no exact numbers".
    """
    for links, claims in _declaring(model, "principal"):
        figure = claims.schema.figure
        breach = f"({' OR '.join(_unfigured(figure))})" if figure else "true"
        yield from _refuted(model, claims, links.adds, "two claims with figures", breach)


@rule("consistency", "choose another relation, or correct the claims: they give different numbers")
def link_sameness(model: Model) -> Iterator[Query]:
    """Claims that say the same thing (`same` of `kzdata:links`) give figures that one number fits.

    Only numbers of one unit are compared, and not those that are about so many.
    """
    for links, claims in _declaring(model, "figure"):
        figure, declared = claims.schema.figure, claims.schema.claims
        assert figure
        breach = _exclude(figure, counts=bool(declared and declared.outcome))
        if declared and declared.unit:
            breach += f" AND {_equal(declared.unit)}"
        yield from _refuted(model, claims, links.same, "figures that one number fits", breach)


@rule("consistency", "choose another relation: nothing that these claims say differs")
def link_difference(model: Model) -> Iterator[Query]:
    """Claims that differ in scope (`differs` of `kzdata:links`) are not alike in all that they say.

    That is: in all columns with receipts, or named by `kzdata:claims`, `kzdata:figure` and
    `kzdata:dates`, but for those of who says it, and of the principal span.
    """
    for links, claims in _declaring(model, "claims"):
        said = _said(claims.schema)
        breach = " AND ".join(_equal(column) for column in said)
        expected = f"a difference in {', '.join(said)}"
        yield from _refuted(model, claims, links.differs, expected, breach)


@rule("consistency", "choose another relation: both of these claims can be true")
def link_contradiction(model: Model) -> Iterator[Query]:
    """Claims that contradict each other (`contradicts` of `kzdata:links`) do not agree in all.

    They agree where no column that says what they are about, and when, is filled differently, and
    their figures have a number in common.
    """
    for links, claims in _declaring(model, "claims"):
        figure, declared = claims.schema.figure, claims.schema.claims
        assert declared
        others = (*_figure_columns(figure), declared.event)
        about = [name for name in _said(claims.schema) if name not in others]
        breach = " AND ".join([*map(_agree, about), *([_overlap(figure)] if figure else [])])
        expected = "states, figures or days that exclude each other"
        yield from _refuted(model, claims, links.contradicts, expected, breach)


@rule("consistency", "turn the link around, or correct the dates: the newer updates the older")
def link_order(model: Model) -> Iterator[Query]:
    """What makes another claim out of date (`supersedes` of `kzdata:links`) is not the older one.

    A claim that gives no day is not younger than its article.
    """
    for links, claims in _declaring(model, "dates"):
        columns = claims.schema.dates[0]
        published, joins = _published(model, claims)
        latest = f"coalesce({_window(columns, 'c')[1]}, {published})"
        first = _window(columns, "o")[0]
        words = (
            f"'at the latest ' || {latest}",
            f"'not before ' || {first}",
            f"{latest} < {first}",
        )
        yield from _pairs(model, claims, links.supersedes, "relation", words, joins)


@rule("consistency", "correct one of the links: what is the same cannot also be something else")
def link_same_throughout(model: Model) -> Iterator[Violation]:
    """Claims that a chain of sameness ties are not linked as contradictory, different or a part.

    Each link of the chain is named, and the one that it refutes: any of them may be wrong.
    """
    if not (links := _links(model)):
        return
    table, d = links
    ties = _neighbours(_rows(model, d.same))
    classes = _classes(ties)
    relations = (*d.contradicts, *d.differs, *d.within)
    refuted = [
        link
        for link in _rows(model, relations)
        if link[0] != link[1] and link[0] in classes and classes[link[0]] == classes.get(link[1])
    ]
    for number, (claim, other, row, relation) in enumerate(refuted):
        chain = _chain(ties, claim, other) if number < CHAINS else []
        steps = chain if len(chain) <= LONGEST else []
        named = " = ".join([claim, *(end for end, _ in steps[:-1]), other])
        for ordinal in (row, *(at for _, at in steps)):
            expected = f"not also {relation}: {claim}, {other}"
            yield Violation(table.name, ordinal, d.relation, named, expected)


# ------------------------------------------------------------------------------ what claims say


def _figure_columns(figure: Figure | None) -> tuple[str, ...]:
    return (figure.text, figure.low, figure.high, figure.qualifier) if figure else ()


def _said(schema: Schema) -> list[str]:
    """The columns that say what a claim is about and what it says of it, not who says it."""
    c = schema.claims
    assert c
    about = (*c.about, c.state, c.event, c.population, c.unit, c.place)
    dates = (name for d in schema.dates for name in (d.start, d.end, d.precision))
    traced = (field.name for field in schema.evidenced)
    names = dict.fromkeys((*about, *_figure_columns(schema.figure), *dates, *traced))
    return [name for name in names if name and name not in (c.claimant, c.via, schema.principal)]


def _equal(column: str) -> str:
    name = identifier(column)
    return f"c.{name} IS NOT DISTINCT FROM o.{name}"


def _agree(column: str) -> str:
    """SQL: equal, or one of them does not say."""
    name = identifier(column)
    return f"coalesce(c.{name} = o.{name}, true)"


def _unfigured(figure: Figure) -> Iterator[str]:
    """SQL, for each of two claims: it gives no figure, not even one without a number."""
    for alias in "co":
        cells = (f"{alias}.{identifier(name)}" for name in (figure.text, figure.qualifier))
        yield f"coalesce({', '.join(cells)}) IS NULL"


def _overlap(figure: Figure) -> str:
    """SQL: a number fits both figures for sure, or one of the claims gives none at all."""
    text, qualifier = identifier(figure.text), identifier(figure.qualifier)
    alike = f"c.{text} = o.{text} AND c.{qualifier} = o.{qualifier}"
    common = surely_overlap(ends(figure, "c"), ends(figure, "o"))
    return f"coalesce({' OR '.join(_unfigured(figure))} OR ({alike}) OR {common}, false)"


def _exclude(figure: Figure, counts: bool = False) -> str:
    """SQL: no number fits both figures; of what `counts`, no whole number."""
    measured = " AND ".join(among(f"{x}.{identifier(figure.qualifier)}", MEASURED) for x in "co")
    pairs = (("c", "o"), ("o", "c"))
    apart = " OR ".join(_exceeds(figure, one, other, counts) for one, other in pairs)
    return f"{measured} AND ({apart})"


def _exceeds(figure: Figure, one: str, other: str, counts: bool = True) -> str:
    """SQL: every number of one figure is larger than every number of the other."""
    return f"coalesce({larger(ends(figure, one), ends(figure, other), counts)}, false)"


# ------------------------------------------------------------------------------ when


def _window(columns: DateColumns, alias: str) -> tuple[str, str]:
    """SQL: the first and the last day that the date of a claim can mean; NULL where that is open.

    A claim with an open end says nothing that its article's day could contradict.
    """
    start, end, precision = (
        f"{alias}.{identifier(name)}" if name else None
        for name in (columns.start, columns.end, columns.precision)
    )
    assert start
    first, last = window_sql(start, end, precision)
    return f"nullif({first}, {FIRST})", f"nullif({last}, {LAST})"


def _published(model: Model, claims: Table) -> tuple[str, str]:
    """SQL: the last day on which the article of claim `c` can have been published; joins for it."""
    sources = model.one("sources")
    a = sources.schema.sources if sources else None
    if not sources or not a or not a.published_on or not model.one("spans"):
        return "NULL", ""
    precision = f"a.{identifier(a.published_precision)}" if a.published_precision else None
    joins = f"""LEFT JOIN shared.passage p ON p.span = c.{identifier(claims.schema.principal or "")}
        LEFT JOIN {identifier(sources.name)} a ON a.{ORD} = p.article"""
    return last_day(f"a.{identifier(a.published_on)}", precision), joins


# ------------------------------------------------------------------------------ chains

_Ties = Mapping[str, Sequence[tuple[str, int]]]


def _neighbours(same: Iterable[tuple[str, str, int, str]]) -> _Ties:
    """The claims that each claim is the same as, each with the row that says so."""
    found: dict[str, list[tuple[str, int]]] = {}
    for claim, other, row, _ in same:
        found.setdefault(claim, []).append((other, row))
        found.setdefault(other, []).append((claim, row))
    return found


def _classes(ties: _Ties) -> dict[str, str]:
    """Each claim that is the same as another, with one that stands for all that are the same."""
    found: dict[str, str] = {}
    for claim in ties:
        if claim not in found:
            found |= dict.fromkeys(_steps(ties, claim), claim)
    return found


def _steps(ties: _Ties, start: str) -> dict[str, tuple[str, int]]:
    """All claims that are the same as one, nearest first, each with the last step to it."""
    steps = {start: (start, 0)}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for claim, row in ties.get(here, ()):
            if claim not in steps:
                steps[claim] = here, row
                waiting.append(claim)
    return steps


def _chain(ties: _Ties, start: str, end: str) -> list[tuple[str, int]]:
    """The shortest way from one claim to another that is the same: each step's claim and row."""
    steps, way = _steps(ties, start), list[tuple[str, int]]()
    while end != start:
        before, row = steps[end]
        way.append((end, row))
        end = before
    return way[::-1]
