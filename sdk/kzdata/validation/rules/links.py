"""Rules about links: a relation between two claims is not refuted by what the claims say.

Which relation means what is declared in `kzdata:links`, and what a claim says in `kzdata:claims`,
`kzdata:figure` and `kzdata:dates` (docs/profile.md). A rule finds only what the cells refute: what
a claim leaves out agrees with everything, and words without bounds with every number.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from kzdata.engine.database import Database
from kzdata.engine.sql import LISTED, ORD, among, column, decimal, identifier, literal
from kzdata.errors import UsageError
from kzdata.evidence import intervals
from kzdata.evidence.intervals import ends
from kzdata.evidence.once import once_a_package
from kzdata.standard.declarations import Claims, DateColumns, Figure, Links
from kzdata.standard.descriptor import Descriptor, Schema, Table
from kzdata.validation.evidence_tables import Model, record_keys
from kzdata.validation.rule import MAX_FINDINGS, Query, Violation, rule
from kzdata.validation.rules.keys import cycles

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

MEASURED = ("exact", "more_than", "at_least", "at_most", "less_than", "range")
"""Qualifiers whose bounds are meant as numbers: not about so many, and no clock times."""

CHAINS, LONGEST = 100, 20
"""Chains of sameness that are looked for link by link, and how long they may be to be told."""


def _claims(model: Model, role: str) -> Iterator[tuple[Table, Any]]:
    """The tables of claims, each with what it declares for `role`."""
    return ((table, part) for table, part in model.each(role) if table.schema.principal)


def _links(
    model: Model,
    claims: Table,
    kind: str,
    breach: str,
    expected: str,
    found: str = "",
    at: str = "relation",
    joins: str = "",
) -> Iterator[Query]:
    """Links `t` of a kind for which `breach` is true, between claims `c` and `o` of one table.

    `kind` is the member of `kzdata:links` that lists the relations, `at` the one whose column is at
    fault; the rest is SQL, as `Query.rows` has it.
    """
    key, linked_by = claims.schema.record_key, _relations(model)
    for table, d in model.each("links"):
        # Most relations tie claims of few tables: long SQL that has no rows is not planned.
        relations = [r for r in getattr(d, kind) if (table.name, r, claims.name) in linked_by]
        if not relations or not key:
            continue
        linked = " UNION ALL ".join(
            f"SELECT {column(end)} FROM {identifier(table.name)} t" for end in (d.claim, d.other)
        )
        # Few claims are linked: the rest need not be kept for the joins.
        few = f"(SELECT * FROM {identifier(claims.name)} WHERE {identifier(key)} IN ({linked}))"
        both = f"""JOIN {few} c ON {column(key, "c")} = {column(d.claim)}
            JOIN {few} o ON {column(key, "o")} = {column(d.other)} {joins}"""
        broken = f"{among(column(d.relation), relations)} AND {breach}"
        yield Query.rows(table, getattr(d, at), broken, expected, found, both)


@once_a_package
def _relations(model: Model) -> frozenset[tuple[str, str, str]]:
    """Which relations tie claims of which tables: the table of links, relation, table of claims."""
    claims = record_keys(table for table, _ in model.each("principal"))
    asked = [
        f"""SELECT DISTINCT {literal(table.name)}, {column(d.relation)}, c.tab
        FROM {identifier(table.name)} t JOIN ({claims}) c ON c.id = {column(d.claim)}"""
        for table, d in model.each("links")
    ]
    return frozenset(model.database.rows(" UNION ALL ".join(asked)) if asked else ())


@rule(
    "consistency",
    "link claims that exist, of one table, and not a claim with itself",
    declared=("kzdata:links",),
    whole=True,
)
def link_comparable(model: Model) -> Iterator[Query]:
    """A link ties two different claims of the same table."""
    for table, d in model.each("links"):
        claim, other = column(d.claim), column(d.other)
        known = record_keys(claims for claims, _ in model.each("principal"))
        joins = f"LEFT JOIN ({known}) c ON c.id = {claim} LEFT JOIN ({known}) o ON o.id = {other}"
        # A claim that stands in no table makes the comparison NULL.
        broken = f"{claim} = {other} OR (c.tab = o.tab) IS NOT TRUE"
        expected, found = "'two different claims of one table'", f"{claim} || ', ' || {other}"
        yield Query.rows(table, d.other, broken, expected, found, joins)


def _rows(
    model: Model, table: Table, d: Links, relations: Iterable[str]
) -> list[tuple[str, str, int, str]]:
    """Claim, other claim, row and relation of the links with some relations."""
    claim, relation, other = (identifier(name) for name in (d.claim, d.relation, d.other))
    return model.database.rows(
        f"""SELECT {claim}, {other}, {ORD}, {relation} FROM {identifier(table.name)}
        WHERE {among(relation, relations)}
        AND {claim} IS NOT NULL AND {other} IS NOT NULL ORDER BY {ORD}"""
    )


@rule(
    "consistency",
    "break the cycle: something cannot update, add to or be part of itself",
    declared=("kzdata:links",),
)
def link_acyclic(model: Model) -> Iterator[Violation]:
    """Links of a directed relation (`acyclic` of `kzdata:links`) make no cycle."""
    for table, d in model.each("links"):
        for relation in d.acyclic:
            rows = _rows(model, table, d, [relation])
            for ordinal, cycle in cycles([row[:3] for row in rows]):
                yield Violation(table.name, ordinal, d.relation, cycle, "no cycle")


@rule(
    "consistency",
    "correct the figures or the relation: a part is not larger than the whole",
    declared=("kzdata:links",),
)
def link_part_within_whole(model: Model) -> Iterator[Query]:
    """What is linked as a part (`within` of `kzdata:links`) is not larger than its whole."""
    for claims, figure in _claims(model, "figure"):
        low, high = column(figure.low, "c"), column(figure.high, "o")
        found, expected = f"'a part of at least ' || {low}", f"'a whole of at most ' || {high}"
        breach = f"{decimal(low)} > {decimal(high)}"
        yield from _links(model, claims, "within", breach, expected, found, at="other")


@rule(
    "consistency",
    "choose another relation: only a figure is counted on top of a figure",
    declared=("kzdata:links",),
)
def link_addition(model: Model) -> Iterator[Query]:
    """What is counted in addition (`adds` of `kzdata:links`), and to what, are both figures.

    A figure without a number is one, too: "more deaths", "no exact numbers".
    """
    for claims, _ in _claims(model, "principal"):
        figure = claims.schema.figure
        breach = f"({' OR '.join(_unfigured(figure))})" if figure else "true"
        yield from _links(model, claims, "adds", breach, "'two claims with figures'")


@rule(
    "consistency",
    "choose another relation, or correct the claims: they give different numbers",
    declared=("kzdata:links",),
)
def link_sameness(model: Model) -> Iterator[Query]:
    """Claims that say the same thing (`same` of `kzdata:links`) give figures that one number fits.

    Only numbers of one unit are compared, and not those that are about so many.
    """
    for claims, figure in _claims(model, "figure"):
        declared = claims.schema.claims
        breach = _exclude(figure, counts=bool(declared and declared.outcome))
        if declared and declared.unit:
            breach += f" AND {_equal(declared.unit)}"
        yield from _links(model, claims, "same", breach, "'figures that one number fits'")


@rule(
    "consistency",
    "choose another relation: nothing that these claims say differs",
    declared=("kzdata:links",),
)
def link_difference(model: Model) -> Iterator[Query]:
    """Claims that differ in scope (`differs` of `kzdata:links`) are not alike in all that they say.

    That is: in all columns with receipts, or named by `kzdata:claims`, `kzdata:figure` and
    `kzdata:dates`, but for those of who says it, and of the principal span.
    """
    for claims, _ in _claims(model, "claims"):
        names = _content_columns(claims.schema)
        breach, expected = " AND ".join(map(_equal, names)), f"a difference in {', '.join(names)}"
        yield from _links(model, claims, "differs", breach, literal(expected))


@rule(
    "consistency",
    "choose another relation: both of these claims can be true",
    declared=("kzdata:links",),
)
def link_contradiction(model: Model) -> Iterator[Query]:
    """Claims that contradict each other (`contradicts` of `kzdata:links`) do not agree in all.

    They agree where no column that says what they are about, and when, is filled differently, and
    their figures have a number in common.
    """
    for claims, declared in _claims(model, "claims"):
        figure = claims.schema.figure
        others = (*_figure_columns(figure), declared.event)
        about = [name for name in _content_columns(claims.schema) if name not in others]
        breach = " AND ".join([*map(_agree, about), *([_overlap(figure)] if figure else [])])
        expected = "'states, figures or days that exclude each other'"
        yield from _links(model, claims, "contradicts", breach, expected)


@rule(
    "consistency",
    "turn the link around, or correct the dates: the newer updates the older",
    declared=("kzdata:links",),
)
def link_order(model: Model) -> Iterator[Query]:
    """What makes another claim out of date (`supersedes` of `kzdata:links`) is not the older one.

    A claim that gives no day is not younger than its article.
    """
    for claims, periods in _claims(model, "dates"):
        published, joins = _published(model, claims)
        latest = f"coalesce({_window(periods[0], 'c')[1]}, {published})"
        first = _window(periods[0], "o")[0]
        # The days are long SQL, and used twice.
        joins += f" CROSS JOIN LATERAL (SELECT {latest} AS latest, {first} AS first) w"
        found, expected = "'at the latest ' || w.latest", "'not before ' || w.first"
        breach = "w.latest < w.first"
        yield from _links(model, claims, "supersedes", breach, expected, found, joins=joins)


@rule(
    "consistency",
    "correct one of the links: what is the same cannot also be something else",
    declared=("kzdata:links",),
)
def link_same_throughout(model: Model) -> Iterator[Violation]:
    """Claims that a chain of sameness ties are not linked as contradictory, different or a part.

    Each link of the chain is named, and the one that it refutes: any of them may be wrong.
    """
    for table, d in model.each("links"):
        same = _neighbours(_rows(model, table, d, d.same))
        # Two claims of one class are the same, however long the chain between them.
        classes = _classes(same)
        others = _rows(model, table, d, (*d.contradicts, *d.differs, *d.within))
        refuted = (
            link
            for link in others
            if link[0] != link[1] and classes.get(link[0], link[0]) == classes.get(link[1], link[1])
        )
        for number, (claim, other, row, relation) in enumerate(refuted):
            chain = _chain(same, claim, other) if number < CHAINS else []
            steps = chain if len(chain) <= LONGEST else []
            named = " = ".join([claim, *(end for end, _ in steps[:-1]), other])
            for ordinal in (row, *(at for _, at in steps)):
                expected = f"not also {relation}: {claim}, {other}"
                yield Violation(table.name, ordinal, d.relation, named, expected)


@rule(
    "consistency",
    "link the two by the relation that they have (kzdata:links), or correct one of them",
    "warning",
    source="advice: docs/profile.md, `kzdata:links`",
)
def disagreement_judged(model: Model) -> Iterator[Violation]:
    """Claims that cannot both be true are linked, so that a curator has judged them.

    Which claims those are is worked out as by `kzdata disagreements`; any link between the two will
    do: they contradict each other, the one is newer, or they differ in scope.
    """
    # What is not read is a finding already, and may hold the links.
    if model.tables.keys() < model.descriptor.tables.keys() or not model.each("links"):
        return
    # What the questions are made of is read only where there are claims: it is a tenth of a start.
    from kzdata.evidence import claims, hierarchy, pairs

    package = cast("Dataset", _Texts(model.database, model.descriptor, ""))
    with hierarchy.Spread(model.database) as spread:
        for table, declared in model.each("claims"):
            stated = claims.Claims(package, table, notes=False)
            search = pairs.PairSearch(stated, None, None, MAX_FINDINGS, linked=False)
            with suppress(UsageError):  # a hierarchy in a circle, which is a finding already
                yield from _unjudged(model, table, declared, sorted(search.computed(spread)))


def _unjudged(
    model: Model, table: Table, declared: Claims, pairs: Sequence[tuple[str, str]]
) -> Iterator[Violation]:
    """A finding for each pair of claims that nobody has judged, at the second one."""
    rows = _row_numbers(model, table, {two for _, two in pairs}) if pairs else {}
    figure = table.schema.figure
    field = figure.text if figure else declared.state
    for one, two in pairs:
        expected = f"a link to {one}, with which it cannot both be true"
        yield Violation(table.name, rows.get(two), field, None, expected)


class _Texts(NamedTuple):
    """The tables of a model, as far as what is asked of a dataset needs them."""

    database: Database
    descriptor: Descriptor
    part: str


def _row_numbers(model: Model, table: Table, keys: set[str]) -> dict[str, int]:
    """The rows of some keys, counted from 0."""
    key = column(table.schema.primary_key[0])
    rows = model.database.rows(
        f"SELECT {key}, {ORD} FROM {identifier(table.name)} t WHERE {key} IN {LISTED}",
        [sorted(keys)],
    )
    return dict(rows)


# ------------------------------------------------------------------------------ what claims say


def _figure_columns(figure: Figure | None) -> tuple[str, ...]:
    return (figure.text, figure.low, figure.high, figure.qualifier) if figure else ()


def _content_columns(schema: Schema) -> list[str]:
    """The columns that say what a claim is about and what it says of it, not who says it."""
    c = schema.claims
    assert c
    about = (*c.about, c.state, c.event, c.population, c.unit, c.place)
    dates = (name for d in schema.dates for name in (d.start, d.end, d.precision))
    traced = (field.name for field in schema.evidenced)
    names = dict.fromkeys((*about, *_figure_columns(schema.figure), *dates, *traced))
    return [name for name in names if name and name not in (c.claimant, c.via, schema.principal)]


def _equal(name: str) -> str:
    return f"{column(name, 'c')} IS NOT DISTINCT FROM {column(name, 'o')}"


def _agree(name: str) -> str:
    """SQL: equal, or one of them does not say."""
    return f"coalesce({column(name, 'c')} = {column(name, 'o')}, true)"


def _unfigured(figure: Figure) -> Iterator[str]:
    """SQL, for each of two claims: it gives no figure, not even one without a number."""
    for alias in "co":
        yield f"coalesce({column(figure.text, alias)}, {column(figure.qualifier, alias)}) IS NULL"


def _overlap(figure: Figure) -> str:
    """SQL: a number fits both figures for sure, or one of the claims gives none at all."""
    same = (f"{column(x, 'c')} = {column(x, 'o')}" for x in (figure.text, figure.qualifier))
    alike = " AND ".join(same)
    common = intervals.surely_overlap(ends(figure, "c"), ends(figure, "o"))
    return f"coalesce({' OR '.join(_unfigured(figure))} OR ({alike}) OR {common}, false)"


def _exclude(figure: Figure, counts: bool = False) -> str:
    """SQL: no number fits both figures; of what `counts`, no whole number."""
    measured = " AND ".join(among(column(figure.qualifier, x), MEASURED) for x in "co")
    pairs = (("c", "o"), ("o", "c"))
    apart = " OR ".join(_exceeds(figure, one, other, counts) for one, other in pairs)
    return f"{measured} AND ({apart})"


def _exceeds(figure: Figure, one: str, other: str, counts: bool = True) -> str:
    """SQL: every number of one figure is larger than every number of the other."""
    return f"coalesce({intervals.larger(ends(figure, one), ends(figure, other), counts)}, false)"


# ------------------------------------------------------------------------------ when


def _window(columns: DateColumns, alias: str) -> tuple[str, str]:
    """SQL: the first and last day that the date of a claim can mean; NULL where that is open."""
    # A claim with an open end says nothing that its article's day could contradict.
    others = (columns.end, columns.precision)
    end, precision = (column(name, alias) if name else None for name in others)
    return intervals.window_sql(column(columns.start, alias), end, precision, far=False)


def _published(model: Model, claims: Table) -> tuple[str, str]:
    """SQL: the last day on which the article of claim `c` can have been published; joins for it."""
    sources = model.declared("sources")
    if not sources or not sources[1].published_on or not model.declared("spans"):
        return "NULL", ""
    table, a = sources
    precision = column(a.published_precision, "a") if a.published_precision else None
    joins = f"""LEFT JOIN shared.passages p ON p.span = {column(claims.schema.principal or "", "c")}
        LEFT JOIN {identifier(table.name)} a ON a.{ORD} = p.article"""
    return intervals.last_day(column(a.published_on, "a"), precision), joins


# ------------------------------------------------------------------------------ chains

_Graph = Mapping[str, Sequence[tuple[str, int]]]


def _neighbours(same: Iterable[tuple[str, str, int, str]]) -> _Graph:
    """The claims that each claim is the same as, each with the row that says so."""
    found: dict[str, list[tuple[str, int]]] = {}
    for claim, other, row, _ in same:
        found.setdefault(claim, []).append((other, row))
        found.setdefault(other, []).append((claim, row))
    return found


def _classes(same: _Graph) -> dict[str, str]:
    """Each claim that is the same as another, with one that stands for all that are the same."""
    found: dict[str, str] = {}
    for claim in same:
        if claim not in found:
            found |= dict.fromkeys(_steps(same, claim), claim)
    return found


def _steps(same: _Graph, start: str) -> dict[str, tuple[str, int]]:
    """All claims that are the same as one, nearest first, each with the last step to it."""
    steps = {start: (start, 0)}
    # Breadth first: the first way that is found to a claim is the shortest.
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for claim, row in same.get(here, ()):
            if claim not in steps:
                steps[claim] = here, row
                waiting.append(claim)
    return steps


def _chain(same: _Graph, start: str, end: str) -> list[tuple[str, int]]:
    """The shortest way from one claim to another that is the same: each step's claim and row."""
    steps, way = _steps(same, start), list[tuple[str, int]]()
    while end != start:
        before, row = steps[end]
        way.append((end, row))
        end = before
    return way[::-1]
