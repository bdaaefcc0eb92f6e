"""Rules about spans, figures and evidence: that every number has a receipt.

They are driven by the package's own declarations (docs/profile.md), whatever its tables are called.
"""

from collections.abc import Iterator

from kzdata.engine import sql
from kzdata.engine.sql import ORD, column, identifier, literal, text
from kzdata.validation.evidence_tables import (
    EVERYWHERE,
    IN_PASSAGE,
    ROLES,
    EdgeProof,
    Model,
    record_keys,
    role_number,
)
from kzdata.validation.rule import Query, rule

# At least three words, the first with a capital, and a mark that ends a sentence.
_SENTENCE = r"(?s)[\"'“‘«(\[]*\p{Lu}\S*\s+\S+\s+.*[.!?…][\"'”’»)\]]*"


def _over_passages(
    model: Model, member: str, found: str, expected: str, broken: str
) -> Iterator[Query]:
    """Passages `s` of known articles for which `broken` is true, at a column of `kzdata:spans`."""
    for (table, s), _ in model.together("spans", "sources"):
        yield Query(
            table.name,
            f"""SELECT s.{ORD}, {literal(getattr(s, member))}, {found}, {expected}
            FROM shared.passages s WHERE s.article IS NOT NULL AND ({broken})""",
        )


@rule("span", "take the offsets from `kzdata locate`", declared=("kzdata:spans", "kzdata:sources"))
def span_bounds(model: Model) -> Iterator[Query]:
    """A span begins at 0 or later, ends after it begins, and ends inside the article."""
    found = f"{text('s.first')} || ' to ' || {text('s.last')}"
    expected = f"'0 <= start < end <= ' || {text('s.length')}"
    broken = "s.first < 0 OR s.last <= s.first OR s.last > s.length"
    yield from _over_passages(model, "end", found, expected, broken)


@rule("span", "take the offsets from `kzdata locate`", declared=("kzdata:spans", "kzdata:sources"))
def span_length(model: Model) -> Iterator[Query]:
    """A span is as long as its quote, in Unicode code points."""
    width, length = "(s.last - s.first)", sql.code_points("s.quote")
    yield from _over_passages(model, "end", text(width), text(length), f"{width} <> {length}")


@rule(
    "span",
    "quote less: the shortest phrase that carries the fact",
    source="the package declares `maxLength` in `kzdata:spans`: docs/profile.md",
    declared=("kzdata:spans",),
)
def span_quote_length(model: Model) -> Iterator[Query]:
    """A quote is at most as long as `maxLength` of `kzdata:spans` allows, where it is stated."""
    for _, s in model.each("spans"):
        if s.max_length is None:
            continue
        length, expected = sql.code_points("s.quote"), literal(f"at most {s.max_length} characters")
        broken = f"{length} > {s.max_length}"
        yield from _over_passages(model, "quote", text(length), expected, broken)


@rule(
    "span",
    "quote a phrase, not the whole sentence",
    source="the package declares a limit (`maxLength`, `maxShare`) in `kzdata:spans`: "
    "docs/profile.md",
    declared=("kzdata:spans",),
)
def span_sentence(model: Model) -> Iterator[Query]:
    """A quote does not look like a whole sentence: a capital first, a full stop last.

    Asked where `kzdata:spans` limits what is quoted. With the texts at hand, `span-whole-sentence`
    compares with the article's own sentences.
    """
    broken, expected = sql.full_match("s.quote", _SENTENCE), "'less than a sentence'"
    if any(s.limited for _, s in model.each("spans")):
        yield from _over_passages(model, "quote", "s.quote", expected, broken)


@rule(
    "span",
    "take the whole row from `kzdata locate`; never edit a quote or an offset by hand",
    declared=("kzdata:spans", "kzdata:sources"),
)
def span_checksum(model: Model) -> Iterator[Query]:
    """A span's checksum is that of its article's hash, its offsets, its occurrence and its quote.

    The first 16 hexadecimal digits of the SHA-256 of `sha256:start:end:occurrence:quote`: a changed
    digit or letter shows even where the article itself is not at hand.
    """
    for (table, s), (articles, a) in model.together("spans", "sources"):
        if not s.checksum:
            continue
        parts = [column(name) for name in (s.start, s.end, s.occurrence, s.quote)]
        parts = [column(a.sha256, "a"), *parts]
        expected = f"substring(sha256(concat_ws(':', {', '.join(parts)})), 1, 16)"
        # What lacks a part has no checksum: `concat_ws` would leave the part out.
        filled = " AND ".join(f"{part} IS NOT NULL" for part in parts)
        broken = f"{column(s.checksum)} <> {expected} AND {filled}"
        joins = f"JOIN {identifier(articles.name)} a ON {column(a.id, 'a')} = {column(s.source)}"
        yield Query.rows(table, s.checksum, broken, expected, joins=joins)


@rule(
    "span",
    "quote less of this article: shorten the quotes that are named, or withdraw them",
    source="the package declares `maxShare` in `kzdata:spans`: docs/profile.md",
    declared=("kzdata:spans", "kzdata:sources"),
)
def span_share(model: Model) -> Iterator[Query]:
    """The quotes of an article cover at most `maxShare` of its characters, where it is stated.

    Of an article that is short they may cover `shareFloor` characters, where that is more.
    """
    for (_, s), (articles, a) in model.together("spans", "sources"):
        if s.max_share is None:
            continue
        reached = f"""coalesce(max(last) OVER (PARTITION BY article ORDER BY first, last, {ORD}
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)"""
        fresh = f"greatest(0, last - greatest(first, {reached}))"
        most, floor = s.max_share, s.share_floor
        over = f"1.0 * sum({{0}}) / length > {most} AND sum({{0}}) > {floor}"
        any_article = f", or {floor} of any" if floor else ""
        # Few articles come near the limit even where overlaps count twice: only these are sorted.
        near = f"""SELECT article FROM shared.passages WHERE article IS NOT NULL
            GROUP BY article, length HAVING {over.format("greatest(0, last - first)")}"""
        yield Query(
            articles.name,
            f"""SELECT article, {literal(a.length)}, {_QUOTED},
                'at most ' || {text(f"CAST(greatest(floor(length * {most}), {floor}) AS BIGINT)")}
                    || {literal(f" characters ({most} of the article{any_article})")}
            FROM (SELECT article, length, span, {fresh} AS fresh
                FROM shared.passages SEMI JOIN ({near}) USING (article))
            GROUP BY article, length HAVING {over.format("fresh")}""",
        )


_MOST_NAMED = 10  # quotes of an article that are named
_QUOTED = f"""sum(fresh) || ' characters (' || round(1.0 * sum(fresh) / length, 4)
    || ' of the article) in ' || count(*) || ' quotes, the longest: ' || array_to_string(
        list(span || ' (' || fresh || ')' ORDER BY fresh DESC, span)[:{_MOST_NAMED}], ', ')"""
"""SQL, of the quotes of an article: how much of it they cover, and those that cover most."""


@rule(
    "span",
    "remove the span, or tie the cell that needs it with an edge",
    declared=("kzdata:spans", "kzdata:edges"),
    whole=True,
)
def span_orphan(model: Model) -> Iterator[Query]:
    """Each span is used: by an edge, as a claim's principal span, or as a term's example.

    Or as the passage of an article's day (`day_span` of `kzdata:sources`).
    """
    for (table, s), (edges, e) in model.together("spans", "edges"):
        # A column is known to be unique only where an edge names each of its values.
        if (table.name, s.id) in model.unique_columns:
            continue
        examples = ((book, c.example) for book, c in model.each("codebook") if c.example)
        days = ((articles, a.day_span) for articles, a in model.each("sources") if a.day_span)
        users = [(edges, e.span), *model.each("principal"), *examples, *days]
        unused = " AND ".join(
            f"""NOT EXISTS (SELECT 1 FROM {identifier(other.name)} u
                WHERE {column(user, "u")} = {column(s.id)})"""
            for other, user in users
        )
        yield Query.rows(table, s.id, unused, "'an edge or a claim that uses it'")


def over_figures(model: Model, part: str, expected: str, broken: str) -> Iterator[Query]:
    """Figures `f`, with the grammar's reading `w` of their wording, for which `broken` is true."""
    if model.traceable:
        yield Query(
            None,
            f"""SELECT f.tab, f.{ORD}, f.{part}_field, coalesce(f.{part}, ''), {expected}
            FROM shared.suspect_figures f LEFT JOIN shared.figure_readings w
                ON w.wording = f.text AND {model.read_in("f")}
            WHERE {broken}""",
            figures=broken,
        )


@rule(
    "figure",
    "write the number as the article prints it, inside the quote of the claim's span",
    declared=("kzdata:figure", "kzdata:principal", "kzdata:spans"),
)
def figure_in_quote(model: Model) -> Iterator[Query]:
    """The wording of a figure stands, as whole words, in the quote of the principal span."""
    # Without a principal span there is no quote, and the test is NULL.
    broken = f"f.text IS NOT NULL AND ({sql.contains_words('f.quote', 'f.text')}) IS NOT TRUE"
    expected = "'words of ' || coalesce(f.quote, 'a principal span')"
    yield from over_figures(model, "text", expected, broken)


@rule(
    "figure",
    "use the shortest wording of the number alone; see the grammar in the methodology",
    declared=("kzdata:figure",),
)
def figure_grammar(model: Model) -> Iterator[Query]:
    """The wording of a figure is in the figure grammar."""
    yield from over_figures(model, "text", "'a figure (' || w.fault || ')'", "w.fault IS NOT NULL")


@rule(
    "figure",
    "let the grammar compute the bounds and the qualifier; never edit them alone",
    declared=("kzdata:figure",),
)
def figure_interval(model: Model) -> Iterator[Query]:
    """The bounds and the qualifier of a figure are what the grammar makes of its wording.

    Without a wording there are no bounds, and the qualifier is `unquantified` or empty. The grammar
    is that of the article's language; where there is none, `not-checked` says so.
    """
    told = "(f.text IS NULL OR w.wording IS NOT NULL)" if model.tongues else "true"
    for part in ("low", "high", "qualifier"):
        # A wording without a reading is a finding of `figure-grammar` alone.
        broken = f"w.fault IS NULL AND {told} AND f.{part} IS DISTINCT FROM w.{part}"
        if part == "qualifier":
            broken += " AND NOT (f.text IS NULL AND f.qualifier = 'unquantified')"
        yield from over_figures(model, part, f"coalesce(w.{part}, 'empty')", broken)


@rule("figure", "exchange the bounds", declared=("kzdata:figure",))
def figure_order(model: Model) -> Iterator[Query]:
    """The lower bound of a figure is not above the upper one."""
    broken = f"{sql.decimal('f.low')} > {sql.decimal('f.high')}"
    yield from over_figures(model, "low", "'at most ' || f.high", broken)


def over_edges(
    model: Model,
    found: str,
    expected: str,
    broken: str,
    join: str = "",
    at: str = "span",
    proven_by: EdgeProof = EdgeProof(),  # noqa: B008 - it is not changed
) -> Iterator[Query]:
    """Edges `e` of traced columns `c` for which `broken` is true, at a member of `kzdata:edges`.

    What was `found` and `expected`, and `join`, are SQL; `proven_by` tells which edges need not be
    asked.
    """
    # An edge may name a column that is not traced: then there is no `c`.
    for (table, declared), *_ in model.together("edges", "spans", "sources"):
        yield Query(
            table.name,
            f"""SELECT e.{ORD}, {literal(getattr(declared, at))}, {found}, {expected}
            FROM shared.suspect_edges e
            LEFT JOIN shared.traced_columns c ON c.tab = e.tab AND c.field = e.field {join}
            WHERE {broken}""",
            edges=proven_by,
        )


def _of_role(role: str, kind: str = "true") -> str:
    """SQL: the edges `t` of a role that lead from a kind of column `c`."""
    return f"t.role = {role_number(role)} AND {kind}"


@rule(
    "evidence",
    "name a record of the package",
    declared=("kzdata:edges",),
    whole=True,
)
def evidence_record(model: Model) -> Iterator[Query]:
    """The record of each edge is a row of a table whose cells are traced."""
    for table, e in model.each("edges"):
        orphans = f"ANTI JOIN ({record_keys(model.records())}) r ON r.id = {column(e.record)}"
        if model.traceable:
            # The edges were counted already, and the orphans among them found.
            orphans = f"SEMI JOIN shared.orphan_edges USING ({ORD})"
        yield Query.rows(table, e.record, "true", "'the id of a row'", joins=orphans)


@rule(
    "evidence",
    "name a column of the record's table whose cells are traced",
    declared=("kzdata:edges",),
    whole=True,
)
def evidence_field(model: Model) -> Iterator[Query]:
    """The field of each edge is a column of the record's table that declares `kzdata:evidence`."""
    expected, proof = "'a column of ' || e.tab", EdgeProof("t.col IS NOT NULL")
    yield from over_edges(model, "e.field", expected, "c.tab IS NULL", at="field", proven_by=proof)


@rule("evidence", "remove the edge, or fill the cell", declared=("kzdata:edges",))
def evidence_empty_cell(model: Model) -> Iterator[Query]:
    """An edge leads from a filled cell; an empty one states nothing."""
    expected, proof = "'a value in ' || e.field", EdgeProof("t.value IS NOT NULL")
    yield from over_edges(model, "'an empty cell'", expected, "e.value IS NULL", proven_by=proof)


@rule(
    "evidence",
    f"use one of the roles {', '.join(ROLES)}",
    declared=("kzdata:edges",),
)
def evidence_role(model: Model) -> Iterator[Query]:
    """The role of each edge is one of the six, so that it can be checked."""
    broken, expected = f"NOT {sql.among('e.role', ROLES)}", literal(f"one of {', '.join(ROLES)}")
    proof = EdgeProof("t.role IS NOT NULL")
    yield from over_edges(model, "e.role", expected, broken, at="role", proven_by=proof)


@rule(
    "evidence",
    "add an edge from the cell to the words that it rests on",
    declared=("kzdata:evidence", "kzdata:edges"),
)
def evidence_missing(model: Model) -> Iterator[Query]:
    """Each filled cell of a field with `kzdata:evidence: required` has an edge."""
    # The bits of a record's cells that need an edge and have none: each is a column.
    if model.traceable:
        yield Query(
            None,
            f"""SELECT r.tab, r.{ORD}, c.field, NULL, 'an edge'
            FROM shared.record_receipts r JOIN shared.traced_columns c
                ON c.tab = r.tab AND (r.need & ~r.had & c.bit) <> 0
            WHERE (r.need & ~r.had) <> 0""",
        )


@rule(
    "evidence",
    "restore the missing edge, or correct the count on all edges of the cell",
    declared=("kzdata:edges",),
    whole=True,
)
def evidence_count(model: Model) -> Iterator[Query]:
    """A cell has as many edges as each of its edges says, so that a deleted one shows."""
    for (table, e), *_ in model.together("edges", "spans", "sources"):
        if not e.count:
            continue
        # A span that stands twice makes two of an edge: cells that look wrong are counted again.
        yield Query(
            table.name,
            f"""WITH odd AS (SELECT col, row FROM shared.cell_evidence
                    WHERE stated < edges OR least IS DISTINCT FROM edges OR most <> edges),
                recounted AS (SELECT col, row, count(DISTINCT {ORD}) AS edges
                    FROM shared.edge_numbers SEMI JOIN odd USING (col, row) GROUP BY ALL)
            SELECT DISTINCT t.{ORD}, {literal(e.count)}, {column(e.count, "e")}, {text("c.edges")}
            FROM recounted c JOIN shared.edge_numbers t ON t.col = c.col AND t.row = c.row
            JOIN {identifier(table.name)} e ON e.{ORD} = t.{ORD}
            WHERE t.stated IS DISTINCT FROM c.edges""",
        )


@rule(
    "evidence",
    "quote the article that makes the claim; another article makes another claim",
    declared=("kzdata:edges", "kzdata:principal"),
)
def evidence_article(model: Model) -> Iterator[Query]:
    """The edges of a claim lead to the article of its principal span."""
    # A record without a principal span, such as an event, may rest on several articles.
    broken, proof = "e.home IS NOT NULL AND e.source <> e.home", EdgeProof("NOT t.other_article")
    yield from over_edges(model, "e.source", "e.home", broken, proven_by=proof)


@rule(
    "evidence",
    "write the cell as the quote has it, or choose the span or the role that fits",
    declared=("kzdata:edges",),
)
def evidence_verbatim(model: Model) -> Iterator[Query]:
    """Role `verbatim`: the cell is the quote, character for character.

    Where the cell is the claim's principal span, it is the edge's own span: the span is entered
    twice, so that a slip in either place shows.
    """
    own = "(CASE WHEN c.kind = 'span' THEN {0}.span ELSE {0}.quote END)"
    expected, broken = own.format("e"), f"e.role = 'verbatim' AND e.value <> {own.format('e')}"
    proof = EdgeProof(f"t.value = {own.format('s')}", IN_PASSAGE, _of_role("verbatim"))
    yield from over_edges(model, "e.value", expected, broken, proven_by=proof)


@rule(
    "evidence",
    "take the wording from inside the claim's principal span",
    declared=("kzdata:edges", "kzdata:figure"),
)
def evidence_principal(model: Model) -> Iterator[Query]:
    """The wording of a figure is quoted from inside the claim's principal span."""
    inside = "e.first >= e.home_first AND e.last <= e.home_last"
    wording, expected = "c.kind = 'figure' AND c.part = 'text'", "'words inside the principal span'"
    # Without a principal passage nothing is outside of it: that is a finding of `figure-in-quote`.
    join = f"{IN_PASSAGE} JOIN shared.passages h ON h.{ORD} = t.principal"
    proof = EdgeProof("s.first >= h.first AND s.last <= h.last", join, wording)
    broken = f"{wording} AND NOT ({inside})"
    yield from over_edges(model, "e.quote", expected, broken, proven_by=proof)


@rule(
    "evidence",
    "correct the cell, or tie it to the words that it follows from",
    declared=("kzdata:edges",),
)
def evidence_normalised(model: Model) -> Iterator[Query]:
    """Role `normalised`: the cell is what the figure or the date grammar makes of the quote.

    Dates are resolved against the day that the article's text speaks from. The grammar is that of
    the article's language; where there is none, `not-checked` says so.
    """
    for kind, (reading, value) in _GRAMMARS.items():
        reading = f"{reading} AND {model.read_in('{0}')}"
        # Only figures and dates need a grammar: other cells follow from none.
        unread = "{}.grammar IS NULL AND coalesce(c.kind IN ('figure', 'date'), false)"
        unread = unread if model.tongues else "false"
        expected = f"""coalesce({value}, 'what the quote says (' || w.fault || ')',
            'a field of a figure or a date')"""
        broken = f"e.role = 'normalised' AND {kind} AND e.value IS DISTINCT FROM ({value})"
        broken += f" AND NOT ({unread.format('e')})"
        join, where = f"{IN_PASSAGE} {reading.format('s')}", _of_role("normalised", kind)
        proof = EdgeProof(f"t.value = {value} OR ({unread.format('s')})", join, where)
        own = reading.format("e")
        yield from over_edges(model, "e.value", expected, broken, own, proven_by=proof)


_GRAMMARS = {
    "c.kind = 'figure'": (
        "LEFT JOIN shared.figure_readings w ON w.wording = {0}.quote",
        "CASE c.part WHEN 'low' THEN w.low WHEN 'high' THEN w.high "
        "WHEN 'qualifier' THEN w.qualifier END",
    ),
    "c.kind IS DISTINCT FROM 'figure'": (
        "LEFT JOIN shared.date_readings w "
        "ON c.kind = 'date' AND w.wording = {0}.quote AND w.day = {0}.day",
        "CASE c.part WHEN 'first' THEN w.first WHEN 'last' THEN w.last "
        "WHEN 'only' THEN coalesce(w.first, w.last) WHEN 'precision' THEN w.precision END",
    ),
}
"""By kind of column `c`: what its grammar makes of a quote, and the part of it that a cell is."""


@rule(
    "evidence",
    "name the record that rests on the passage, or take a passage of the record",
    declared=("kzdata:edges",),
    whole=True,
)
def evidence_shared(model: Model) -> Iterator[Query]:
    """Role `resolved` of a reference to another record: that record rests on the same passage.

    The two claims of a link are such references too.
    """
    record = "c.kind = 'record'"
    rests = "LEFT JOIN shared.record_spans r ON r.record = {}.value AND r.span = {}.span"
    join, where = f"{IN_PASSAGE} {rests.format('t', 's')}", _of_role("resolved", record)
    proof, own = EdgeProof("r.span IS NOT NULL", join, where), rests.format("e", "e")
    broken = f"e.role = 'resolved' AND {record} AND r.span IS NULL"
    expected = "'a record that rests on ' || e.span"
    yield from over_edges(model, "e.value", expected, broken, own, proven_by=proof)


def _named(scope: str) -> str:
    """SQL: whether the quote has a term of the cell's own that is no part of a longer one."""
    # What is left of the quote without the longer term must still hold the term.
    beside = sql.contains(sql.without("e.words", "o.longer"), "n.marked")
    return f"""EXISTS (SELECT 1 FROM shared.terms n
        WHERE n.role = e.role AND n.scope = {scope} AND n.name = e.value
        AND {sql.contains("e.words", "n.marked")} AND NOT EXISTS (
            SELECT 1 FROM shared.longer_terms o WHERE o.role = n.role AND o.scope = n.scope
            AND o.name = n.name AND o.marked = n.marked AND NOT {beside}))"""


def _surely_named(role: str, scope: str, kind: str = "true") -> EdgeProof:
    """Edges whose quote holds a term between blanks, and nowhere a longer one of another name."""
    term = sql.any_item("n.terms", lambda term: sql.contains("s.padded", term))
    longer = sql.any_item("n.longer", lambda term: sql.contains("s.padded", term))
    form = f"n.role = {literal(role)} AND n.name = t.value AND n.scope = {scope}"
    join = f"{IN_PASSAGE} LEFT JOIN shared.term_lists n ON {form}"
    return EdgeProof(f"{term} AND ({longer}) IS NOT TRUE", join, _of_role(role, kind))


@rule(
    "evidence",
    "name the entity that the quote names, or add the alias that is printed",
    declared=("kzdata:edges",),
    whole=True,
)
def evidence_resolved(model: Model) -> Iterator[Query]:
    """Role `resolved` of an entity: the quote contains, as whole words, a surface form of it.

    A form inside a longer form of another entity does not count: "CSTO" does not name the CSTO
    in "CSTO forces", where that is somebody of its own. Forms that are declared without an
    article (`kzdata:aliases` without `source`) are forms in all of them.
    """
    # A reference to another record has no words of its own: see `evidence-shared`.
    other, expected = "c.kind IS DISTINCT FROM 'record'", "'an entity named in ' || e.quote"
    everywhere = any(a.source is None for _, a in model.each("aliases"))
    scope = literal(EVERYWHERE) if everywhere else "{}.source"
    broken = f"e.role = 'resolved' AND {other} AND NOT {_named(scope.format('e'))}"
    proof = _surely_named("resolved", scope.format("s"), other)
    yield from over_edges(model, "e.value", expected, broken, proven_by=proof)


@rule(
    "evidence",
    "choose the category that the words justify, or add the term to the codebook",
    declared=("kzdata:edges",),
    whole=True,
)
def evidence_coded(model: Model) -> Iterator[Query]:
    """Role `coded`: the quote contains, as whole words, a codebook term for the cell's category.

    A term inside a longer term of another category does not count: "police" does not justify
    the police where the quote has "police and National Guard".
    """
    scope, expected = "e.tab || '.' || e.field", "'a category justified by ' || e.quote"
    broken, proof = f"e.role = 'coded' AND NOT {_named(scope)}", _surely_named("coded", "c.scope")
    yield from over_edges(model, "e.value", expected, broken, proven_by=proof)


@rule(
    "evidence",
    "say in the note which words of the claim lead to the passage",
    declared=("kzdata:edges",),
)
def evidence_inherited(model: Model) -> Iterator[Query]:
    """Role `inherited`: the words stand in another sentence than the claim; a note says why.

    They are checked as words of the claim's own sentence are: a figure or a date by its grammar, a
    category by the codebook, a name by the aliases, anything else as it is printed.
    """
    yield from _explained(model, "e.inherited", "t.inherited")


@rule(
    "evidence",
    "say in the note why the passage carries the cell",
    declared=("kzdata:edges",),
)
def evidence_inferred(model: Model) -> Iterator[Query]:
    """Role `inferred`: a note says why. It is the last resort, and its share is reported."""
    yield from _explained(model, "e.role = 'inferred'", _of_role("inferred"))


def _explained(model: Model, asked: str, where: str) -> Iterator[Query]:
    """Edges without a note of those that need one; `asked` and `where` are the same in SQL."""
    proof = EdgeProof(where=where)
    # Where no column holds notes, no edge can be cleared.
    if (edges := model.declared("edges")) and edges[1].note:
        join = f"JOIN {identifier(edges[0].name)} e USING ({ORD})"
        proof = EdgeProof(f"{column(edges[1].note, 'e')} IS NOT NULL", join, where)
    yield from over_edges(
        model, "e.value", "'a note'", f"{asked} AND e.note IS NULL", proven_by=proof
    )
