"""Rules about spans, figures and evidence: that every number has a receipt.

They are driven by the package's own declarations (docs/profile.md), whatever its tables are called.
"""

from collections.abc import Iterator

from kzdata.engine.sql import (
    ORD,
    any_item,
    code_points,
    contains,
    contains_words,
    decimal,
    full_match,
    identifier,
    literal,
    text,
    without,
)
from kzdata.validation.evidence_tables import (
    IN_PASSAGE,
    ROLES,
    EdgeProof,
    Model,
    number_of,
)
from kzdata.validation.rule import Query, rule
from kzdata.validation.rules.keys import all_records

_SENTENCE = r"(?s)[\"'“‘«(\[]*\p{Lu}\S*\s+\S+\s+.*[.!?…][\"'”’»)\]]*"


def _over_passages(
    model: Model, column: str, found: str, expected: str, breach: str
) -> Iterator[Query]:
    """Passages `s` of known articles for which `breach` is true."""
    if (spans := model.declared("spans")) and model.one("sources"):
        yield Query(
            spans[0].name,
            f"""SELECT s.{ORD}, {literal(column)}, {found}, {expected}
            FROM shared.passage s WHERE s.article IS NOT NULL AND ({breach})""",
        )


@rule("span", "take the offsets from `kzdata locate`")
def span_bounds(model: Model) -> Iterator[Query]:
    """A span begins at 0 or later, ends after it begins, and ends inside the article."""
    if spans := model.declared("spans"):
        found = f"{text('s.first')} || ' to ' || {text('s.last')}"
        expected = f"'0 <= start < end <= ' || {text('s.length')}"
        breach = "s.first < 0 OR s.last <= s.first OR s.last > s.length"
        yield from _over_passages(model, spans[1].end, found, expected, breach)


@rule("span", "take the offsets from `kzdata locate`")
def span_length(model: Model) -> Iterator[Query]:
    """A span is as long as its quote, in Unicode code points."""
    if spans := model.declared("spans"):
        width, length = "(s.last - s.first)", code_points("s.quote")
        breach = f"{width} <> {length}"
        yield from _over_passages(model, spans[1].end, text(width), text(length), breach)


@rule("span", "quote less: the shortest phrase that carries the fact")
def span_quote_length(model: Model) -> Iterator[Query]:
    """A quote is at most as long as `maxLength` of `kzdata:spans` allows (100 characters)."""
    if not (spans := model.declared("spans")):
        return
    s = spans[1]
    length = code_points("s.quote")
    expected = literal(f"at most {s.max_length} characters")
    breach = f"{length} > {s.max_length}"
    yield from _over_passages(model, s.quote, text(length), expected, breach)


@rule("span", "quote a phrase, not the whole sentence")
def span_sentence(model: Model) -> Iterator[Query]:
    """A quote does not look like a whole sentence: a capital first, a full stop last.

    With the texts at hand, `span-whole-sentence` compares with the article's own sentences.
    """
    if spans := model.declared("spans"):
        breach, expected = full_match("s.quote", _SENTENCE), "'less than a sentence'"
        yield from _over_passages(model, spans[1].quote, "s.quote", expected, breach)


@rule("span", "take the whole row from `kzdata locate`; never edit a quote or an offset by hand")
def span_checksum(model: Model) -> Iterator[Query]:
    """A span's checksum is that of its article's hash, its offsets, its occurrence and its quote.

    The first 16 hexadecimal digits of the SHA-256 of `sha256:start:end:occurrence:quote`: a changed
    digit or letter shows even where the article itself is not at hand.
    """
    if not (spans := model.declared("spans")) or not (sources := model.declared("sources")):
        return
    (table, s), (articles, a) = spans, sources
    if not s.checksum:
        return
    parts = [
        f"a.{identifier(a.sha256)}",
        *(f"s.{identifier(c)}" for c in (s.start, s.end, s.occurrence, s.quote)),
    ]
    expected = f"substring(sha256(concat_ws(':', {', '.join(parts)})), 1, 16)"
    found = f"s.{identifier(s.checksum)}"
    yield Query(
        table.name,
        f"""SELECT s.{ORD}, {literal(s.checksum)}, {found}, {expected}
        FROM {identifier(table.name)} s JOIN {identifier(articles.name)} a
            ON a.{identifier(a.id)} = s.{identifier(s.source)}
        WHERE {found} <> {expected} AND {" AND ".join(f"{part} IS NOT NULL" for part in parts)}""",
    )


@rule("span", "quote less of this article")
def span_share(model: Model) -> Iterator[Query]:
    """The quotes of an article together cover at most `maxShare` of its characters (a half)."""
    spans, sources = model.declared("spans"), model.declared("sources")
    if not spans or not sources:
        return
    (_, s), (articles, a) = spans, sources
    reached = f"""coalesce(max(last) OVER (PARTITION BY article ORDER BY first, last, {ORD}
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)"""
    fresh = f"greatest(0, last - greatest(first, {reached}))"
    share, most = "(1.0 * sum({}) / length)", s.max_share
    # Few articles come near the limit even where overlaps count twice: only these are sorted.
    near = f"""SELECT article FROM shared.passage WHERE article IS NOT NULL
        GROUP BY article, length HAVING {share.format("greatest(0, last - first)")} > {most}"""
    yield Query(
        articles.name,
        f"""SELECT article, {literal(a.length)}, {text(f"round({share.format('fresh')}, 4)")},
            {literal(f"at most {most} of the article")}
        FROM (SELECT article, length, {fresh} AS fresh
            FROM shared.passage SEMI JOIN ({near}) USING (article))
        GROUP BY article, length HAVING {share.format("fresh")} > {most}""",
    )


@rule("span", "remove the span, or tie the cell that needs it with an edge")
def span_orphan(model: Model) -> Iterator[Query]:
    """Each span is used: by an edge, or as the principal span of a claim."""
    spans, edges = model.declared("spans"), model.declared("edges")
    if not spans or not edges:
        return
    (table, s), (edges_table, e) = spans, edges
    if (table.name, s.id) in model.proven:
        return
    key = f"s.{identifier(s.id)}"
    users = [(edges_table.name, e.span)]
    users += [(t.name, t.schema.principal or "") for t in model.declaring("principal")]
    unused = " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM {identifier(name)} u WHERE u.{identifier(column)} = {key})"
        for name, column in users
        if column
    )
    yield Query(
        table.name,
        f"""SELECT s.{ORD}, {literal(s.id)}, {key}, 'an edge or a claim that uses it'
        FROM {identifier(table.name)} s WHERE {unused}""",
    )


def over_figures(model: Model, part: str, expected: str, broken: str) -> Iterator[Query]:
    """Figures `f`, with the grammar's reading `w` of their wording, for which `broken` is true."""
    if model.traceable:
        yield Query(
            None,
            f"""SELECT f.tab, f.{ORD}, f.{part}_field, coalesce(f.{part}, ''), {expected}
            FROM shared.suspect_figure f LEFT JOIN shared.wording w ON w.wording = f.text
            WHERE {broken}""",
            figures=broken,
        )


@rule("figure", "write the number as the article prints it, inside the quote of the claim's span")
def figure_in_quote(model: Model) -> Iterator[Query]:
    """The wording of a figure stands, as whole words, in the quote of the principal span."""
    breach = f"f.text IS NOT NULL AND ({contains_words('f.quote', 'f.text')}) IS NOT TRUE"
    expected = "'words of ' || coalesce(f.quote, 'a principal span')"
    yield from over_figures(model, "text", expected, breach)


@rule("figure", "use the shortest wording of the number alone; see the grammar in the methodology")
def figure_grammar(model: Model) -> Iterator[Query]:
    """The wording of a figure is in the figure grammar."""
    yield from over_figures(model, "text", "'a figure (' || w.fault || ')'", "w.fault IS NOT NULL")


@rule("figure", "let the grammar compute the bounds and the qualifier; never edit them alone")
def figure_interval(model: Model) -> Iterator[Query]:
    """The bounds and the qualifier of a figure are what the grammar makes of its wording.

    Without a wording there are no bounds, and the qualifier is `unquantified` or empty.
    """
    for part in ("low", "high", "qualifier"):
        breach = f"w.fault IS NULL AND f.{part} IS DISTINCT FROM w.{part}"
        if part == "qualifier":
            breach += " AND NOT (f.text IS NULL AND f.qualifier = 'unquantified')"
        yield from over_figures(model, part, f"coalesce(w.{part}, 'empty')", breach)


@rule("figure", "exchange the bounds")
def figure_order(model: Model) -> Iterator[Query]:
    """The lower bound of a figure is not above the upper one."""
    breach = f"{decimal('f.low')} > {decimal('f.high')}"
    yield from over_figures(model, "low", "'at most ' || f.high", breach)


def over_edges(
    model: Model,
    found: str,
    expected: str,
    broken: str,
    join: str = "",
    at: str = "span",
    proven_by: EdgeProof = EdgeProof(),  # noqa: B008 - it is not changed
) -> Iterator[Query]:
    """Edges `e` for which `broken` is true.

    Args:
        model: The tables.
        found: SQL of what was found.
        expected: SQL of what was expected.
        broken: SQL of the breach.
        join: SQL of further relations.
        at: The member of `kzdata:edges` whose column is at fault.
        proven_by: Which edges need not be asked; by default all are.
    """
    if not (declared := model.declared("edges")) or not model.traceable:
        return
    table, column = declared[0], literal(getattr(declared[1], at))
    yield Query(
        table.name,
        f"""SELECT e.{ORD}, {column}, {found}, {expected} FROM shared.suspect_edge e {join}
        WHERE {broken}""",
        edges=proven_by,
    )


def _of_role(role: str, kind: str = "true") -> str:
    """SQL: the edges `t` of a role that lead from a kind of column `c`."""
    return f"t.role = {number_of(role)} AND {kind}"


@rule("evidence", "name a record of the package")
def evidence_record(model: Model) -> Iterator[Query]:
    """The record of each edge is a row of a table whose cells are traced."""
    if not (declared := model.declared("edges")):
        return
    (table, e), known = declared, f"SELECT id FROM ({all_records(model)})"
    record = e.record
    stray = f"ANTI JOIN ({known}) r ON r.id = e.{identifier(record)}"
    if model.traceable:
        stray = f"SEMI JOIN shared.stray USING ({ORD})"
    yield Query(
        table.name,
        f"""SELECT e.{ORD}, {literal(record)}, e.{identifier(record)}, 'the id of a row'
        FROM {identifier(table.name)} e {stray}""",
    )


@rule("evidence", "name a column of the record's table whose cells are traced")
def evidence_field(model: Model) -> Iterator[Query]:
    """The field of each edge is a column of the record's table that declares `kzdata:evidence`."""
    expected, proof = "'a column of ' || e.tab", EdgeProof("t.place IS NOT NULL")
    yield from over_edges(model, "e.field", expected, "c.tab IS NULL", _TRACED, "field", proof)


@rule("evidence", "remove the edge, or fill the cell")
def evidence_empty_cell(model: Model) -> Iterator[Query]:
    """An edge leads from a filled cell; an empty one states nothing."""
    expected, proof = "'a value in ' || e.field", EdgeProof("t.value IS NOT NULL")
    yield from over_edges(model, "'an empty cell'", expected, "e.value IS NULL", proven_by=proof)


@rule("evidence", f"use one of the roles {', '.join(ROLES)}")
def evidence_role(model: Model) -> Iterator[Query]:
    """The role of each edge is one of the five, so that it can be checked."""
    listed = ", ".join(literal(role) for role in ROLES)
    expected = literal(f"one of {', '.join(ROLES)}")
    breach, proof = f"e.role NOT IN ({listed})", EdgeProof("t.role IS NOT NULL")
    yield from over_edges(model, "e.role", expected, breach, at="role", proven_by=proof)


@rule("evidence", "add an edge from the cell to the words that it rests on")
def evidence_missing(model: Model) -> Iterator[Query]:
    """Each filled cell of a field with `kzdata:evidence: required` has an edge."""
    if model.traceable:
        yield Query(
            None,
            f"""SELECT r.tab, r.{ORD}, c.field, NULL, 'an edge'
            FROM shared.receipt r JOIN shared.traced c
                ON c.tab = r.tab AND (r.need & ~r.had & c.bit) <> 0
            WHERE (r.need & ~r.had) <> 0""",
        )


@rule("evidence", "restore the missing edge, or correct the count on all edges of the cell")
def evidence_count(model: Model) -> Iterator[Query]:
    """A cell has as many edges as each of its edges says, so that a deleted one shows."""
    declared = model.declared("edges")
    if not model.traceable or not declared or not declared[1].count:
        return
    table, count = declared[0], declared[1].count
    yield Query(
        table.name,
        # A span that stands twice makes two of an edge: cells that look wrong are counted again.
        f"""WITH odd AS (SELECT place, row FROM shared.cell
                WHERE said < edges OR least IS DISTINCT FROM edges OR most <> edges),
            counted AS (SELECT place, row, count(DISTINCT {ORD}) AS edges
                FROM shared.tie SEMI JOIN odd USING (place, row) GROUP BY ALL)
        SELECT DISTINCT t.{ORD}, {literal(count)}, e.{identifier(count)}, {text("c.edges")}
        FROM counted c JOIN shared.tie t ON t.place = c.place AND t.row = c.row
        JOIN {identifier(table.name)} e ON e.{ORD} = t.{ORD}
        WHERE t.said IS DISTINCT FROM c.edges""",
    )


@rule("evidence", "quote the article that makes the claim; another article makes another claim")
def evidence_article(model: Model) -> Iterator[Query]:
    """The edges of a claim lead to the article of its principal span."""
    breach, proof = "e.home IS NOT NULL AND e.source <> e.home", EdgeProof("NOT t.astray")
    yield from over_edges(model, "e.source", "e.home", breach, proven_by=proof)


_TRACED = "LEFT JOIN shared.traced c ON c.tab = e.tab AND c.field = e.field"


@rule("evidence", "write the cell as the quote has it, or choose the span or the role that fits")
def evidence_verbatim(model: Model) -> Iterator[Query]:
    """Role `verbatim`: the cell is the quote, character for character.

    Where the cell is the claim's principal span, it is the edge's own span: the span is entered
    twice, so that a slip in either place shows.
    """
    expected = "(CASE WHEN c.kind = 'span' THEN e.span ELSE e.quote END)"
    breach = f"e.role = 'verbatim' AND e.value <> {expected}"
    proof = EdgeProof(
        "t.value = CASE WHEN c.kind = 'span' THEN s.span ELSE s.quote END",
        IN_PASSAGE,
        _of_role("verbatim"),
    )
    yield from over_edges(model, "e.value", expected, breach, _TRACED, proven_by=proof)


@rule("evidence", "take the wording from inside the claim's principal span")
def evidence_principal(model: Model) -> Iterator[Query]:
    """The wording of a figure is quoted from inside the claim's principal span."""
    inside = "e.first >= e.home_first AND e.last <= e.home_last"
    wording, expected = "c.kind = 'figure' AND c.part = 'text'", "'words inside the principal span'"
    breach = f"{wording} AND NOT ({inside})"
    proof = EdgeProof(
        "s.first >= h.first AND s.last <= h.last",
        f"{IN_PASSAGE} JOIN shared.passage h ON h.{ORD} = t.home",
        wording,
    )
    yield from over_edges(model, "e.quote", expected, breach, _TRACED, proven_by=proof)


@rule("evidence", "correct the cell, or tie it to the words that it follows from")
def evidence_normalised(model: Model) -> Iterator[Query]:
    """Role `normalised`: the cell is what the figure or the date grammar makes of the quote.

    Dates are resolved against the day that the article's text speaks from.
    """
    for kind, (reading, value) in _GRAMMARS.items():
        join = f"{_TRACED} LEFT JOIN {reading.format('e')}"
        expected = f"coalesce({value}, 'what the quote says (' || w.fault || ')', {_NO_READING})"
        breach = f"e.role = 'normalised' AND {kind} AND e.value IS DISTINCT FROM ({value})"
        proof = EdgeProof(
            f"t.value = {value}",
            f"{IN_PASSAGE} LEFT JOIN {reading.format('s')}",
            _of_role("normalised", kind),
        )
        yield from over_edges(model, "e.value", expected, breach, join, proven_by=proof)


_GRAMMARS = {
    "c.kind = 'figure'": (
        "shared.wording w ON w.wording = {0}.quote",
        "CASE c.part WHEN 'low' THEN w.low WHEN 'high' THEN w.high "
        "WHEN 'qualifier' THEN w.qualifier END",
    ),
    "c.kind IS DISTINCT FROM 'figure'": (
        "shared.datewording w ON c.kind = 'date' AND w.wording = {0}.quote AND w.day = {0}.day",
        "CASE c.part WHEN 'first' THEN w.first WHEN 'last' THEN w.last "
        "WHEN 'only' THEN coalesce(w.first, w.last) WHEN 'precision' THEN w.precision END",
    ),
}
"""By kind of column `c`: what its grammar makes of a quote, and the part of it that a cell is."""
_NO_READING = "'a field of a figure or a date'"


@rule("evidence", "name the record that rests on the passage, or take a passage of the record")
def evidence_shared(model: Model) -> Iterator[Query]:
    """Role `resolved` of a reference to another record: that record rests on the same passage.

    The two claims of a link are such references too.
    """
    shared = "EXISTS (SELECT 1 FROM shared.rest r WHERE r.record = e.value AND r.span = e.span)"
    breach = f"e.role = 'resolved' AND c.kind = 'record' AND NOT {shared}"
    expected = "'a record that rests on ' || e.span"
    proof = EdgeProof(
        "r.span IS NOT NULL",
        f"{IN_PASSAGE} LEFT JOIN shared.rest r ON r.record = t.value AND r.span = s.span",
        _of_role("resolved", "c.kind = 'record'"),
    )
    yield from over_edges(model, "e.value", expected, breach, _TRACED, proven_by=proof)


_NAMED = """EXISTS (SELECT 1 FROM shared.term n
    WHERE n.role = e.role AND n.scope = {scope} AND n.name = e.value
    AND {found} AND NOT EXISTS (SELECT 1 FROM shared.shadow o
        WHERE o.role = n.role AND o.scope = n.scope AND o.name = n.name AND o.marked = n.marked
        AND NOT {beside}))"""


def _named(scope: str) -> str:
    """SQL: whether the quote has a term of the cell's own that is no part of a longer one."""
    found, beside = (
        contains("e.words", "n.marked"),
        contains(without("e.words", "o.longer"), "n.marked"),
    )
    return _NAMED.format(scope=scope, found=found, beside=beside)


def _surely_named(role: str, scope: str, kind: str = "true") -> EdgeProof:
    """Edges whose quote holds a term between blanks, and nowhere a longer one of another name."""
    term = any_item("n.terms", lambda term: contains("s.padded", term))
    longer = any_item("n.longer", lambda term: contains("s.padded", term))
    form = f"n.role = {literal(role)} AND n.name = t.value AND n.scope = {scope}"
    join = f"{IN_PASSAGE} LEFT JOIN shared.form n ON {form}"
    return EdgeProof(f"{term} AND ({longer}) IS NOT TRUE", join, _of_role(role, kind))


@rule("evidence", "name the entity that the quote names, or add the alias that is printed")
def evidence_resolved(model: Model) -> Iterator[Query]:
    """Role `resolved` of an entity: the quote contains, as whole words, a surface form of it.

    A form inside a longer form of another entity does not count: "CSTO" does not name the CSTO
    in "CSTO forces", where that is somebody of its own.
    """
    other = "c.kind IS DISTINCT FROM 'record'"
    breach = f"e.role = 'resolved' AND {other} AND NOT {_named('e.source')}"
    expected, proof = (
        "'an entity named in ' || e.quote",
        _surely_named("resolved", "s.source", other),
    )
    yield from over_edges(model, "e.value", expected, breach, _TRACED, proven_by=proof)


@rule("evidence", "choose the category that the words justify, or add the term to the codebook")
def evidence_coded(model: Model) -> Iterator[Query]:
    """Role `coded`: the quote contains, as whole words, a codebook term for the cell's category.

    A term inside a longer term of another category does not count: "police" does not justify
    the police where the quote has "police and National Guard".
    """
    scope, expected = "e.tab || '.' || e.field", "'a category justified by ' || e.quote"
    breach, proof = f"e.role = 'coded' AND NOT {_named(scope)}", _surely_named("coded", "c.scope")
    yield from over_edges(model, "e.value", expected, breach, proven_by=proof)


@rule("evidence", "say in the note why the passage carries the cell")
def evidence_inferred(model: Model) -> Iterator[Query]:
    """Role `inferred`: a note says why. It is the last resort, and its share is reported."""
    breach = "e.role = 'inferred' AND e.note IS NULL"
    proof = EdgeProof(where=_of_role("inferred"))
    if (edges := model.declared("edges")) and edges[1].note:
        join = f"JOIN {identifier(edges[0].name)} e USING ({ORD})"
        proof = EdgeProof(f"e.{identifier(edges[1].note)} IS NOT NULL", join, proof.where)
    yield from over_edges(model, "e.value", "'a note'", breach, proven_by=proof)
