"""A rule about a claim's own passage: what it names, the claim's cells say.

Where a sentence has two claims, words of the one stand in the sentence of the other, too. A claim's
principal passage is nearer to it than all other words of its sentence.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from kzdata.engine.sql import ORD, column, identifier, literal
from kzdata.evidence.once import once_a_package
from kzdata.evidence.sentences import Place
from kzdata.standard.declarations import Events
from kzdata.standard.descriptor import Table
from kzdata.validation.counted import Counted, Vocabulary, claimed, vocabulary, words_of
from kzdata.validation.evidence_tables import IN_COLUMN, Model, role_number
from kzdata.validation.rule import Articles, Violation, rule
from kzdata.validation.rules.exchanged import told

if TYPE_CHECKING:
    from kzdata.evidence.clauses import Sentence

# SQL: edges `t` with their columns `c` and passages `s`, and which of them say their cells.
_EDGES = f"shared.edge_numbers t {IN_COLUMN} JOIN shared.passages s ON s.{ORD} = t.passage"
_SAID = f"NOT t.inherited AND t.role <> {role_number('inferred')}"
# In front of an event in which something else happened: "hurt in clashes", "fled after the quake".
_SETTING = re.compile(
    r"(?i)\b(?:in|during|amid|amidst|after|following|because of|due to|as a result of|over|from|by"
    r"|since|before) (?:(?:the|a|an|some) )?(?:\w+ )?\Z"
)
_NEAR = 40  # code points in front of a passage that are looked at


def _overlap(one: str, other: str) -> str:
    """SQL: whether two passages have words in common."""
    return f"""({one}.source = {other}.source AND {one}.first < {other}.last
        AND {other}.first < {one}.last)"""


# Cells of claims that share a sentence, whose words all stand beside the claim's passage: with the
# places of the passage and of the first words, and whether all stand in passages of such claims.
_CELLS_BESIDE = f"""WITH q AS MATERIALIZED (SELECT p.{ORD}, p.source, p.first, p.last
        FROM shared.passages p JOIN (SELECT {ORD} FROM shared.own_sentences
            QUALIFY count(*) OVER (PARTITION BY source, opens) > 1) USING ({ORD})),
        o AS (SELECT DISTINCT w.{ORD} FROM shared.passages w JOIN q
            ON q.source = w.source AND q.first <= w.first AND w.last <= q.last)
    SELECT c.tab, t.row, c.field, any_value(t.value) AS value, any_value(p.source) AS source,
        any_value(p.first) AS first, any_value(p.last) AS last, min(s.first) AS words,
        arg_min(s.last, s.first) AS ends, list(DISTINCT s.first) AS starts,
        bool_and(o.{ORD} IS NOT NULL) AS borrowed
    FROM {_EDGES} JOIN q p ON p.{ORD} = t.principal LEFT JOIN o ON o.{ORD} = t.passage
    WHERE {_SAID} GROUP BY c.tab, t.row, c.field HAVING NOT bool_or({_overlap("s", "p")})"""


@rule(
    "text",
    "take the value that the claim's own passage names, or cut the passage so that it does not; "
    "where the words of the sentence lead elsewhere, give the receipt the role `inherited`",
    severity="warning",
    source="advice for packages that declare `kzdata:principal`: docs/methodology.md",
    declared=("kzdata:figure", "kzdata:claims", "kzdata:edges"),
)
def passage_names_another(model: Model, texts: Articles) -> Iterator[Violation]:
    """The principal passage of a claim names no other value than the claim has.

    "Police were seen using tear gas, and guards were filmed surrendering": a claim with the passage
    "guards were filmed surrendering" and the event, the state or the day of the first half has
    words for each cell in its sentence. A finding is a cell whose words all stand beside the
    passage, while the passage has a word for another value, or says what happened in another
    event. Asked only where two claims share a sentence. It deceives because only the order of the
    words says which belongs to which.
    """
    known = model.understood(texts)
    beside = _beside(model, texts)
    for claim in claimed(model, known) if beside else ():
        if found := beside.get((claim.table.name, claim.row)):
            names, source, place = found
            yield from _named(model, claim, names, _passage(texts[source], *place))
    for table, claims in model.each("claims") if beside else ():
        if claims.event:
            yield from _of_other_events(model, known, table, claims.event)


@rule(
    "text",
    "take words that stand with the claim's own passage, or leave the cell empty; where the words "
    "are said of both claims, make the passage longer, or give the receipt the role `inherited`",
    severity="warning",
    source="advice for packages that declare `kzdata:principal`: docs/methodology.md",
    declared=("kzdata:figure", "kzdata:claims", "kzdata:edges"),
)
def words_of_another_claim(model: Model, texts: Articles) -> Iterator[Violation]:
    """The words for a claim's place, day or things do not all stand in another claim's clause.

    "Tear gas was used in Norholm, but guards were filmed surrendering": the place stands in the
    passage of one claim, and another clause has the other claim, which names no place. What
    happened, to whom, in which event and who says so, claims of one sentence often share; these are
    not asked. It deceives because a cell that should be empty has words that look like its receipt.
    """
    from kzdata.evidence import clauses

    known = model.understood(texts)
    tables = [table for table, _ in model.each("claims") if table.schema.figure]
    for table in tables if _share_cells(model, texts) else ():
        for row, name, value, source, *ends in model.database.rows(_borrowed(table)):
            own, words = (ends[0], ends[1]), (ends[2], ends[3])
            if source in known and clauses.in_other_clause(known[source], own, words):
                expected = f"words for {value} beside the claim's own passage"
                yield Violation(table.name, row, name, known[source][slice(*words)], expected)


@once_a_package
def _share_cells(model: Model, texts: Articles) -> bool:
    """Build the relation `cells_beside`; false where nothing can be traced."""
    if model.traceable:
        model.share_sentences(texts)
        model.database.create_table_as("cells_beside", _CELLS_BESIDE)
    return model.traceable


def _borrowed(table: Table) -> str:
    """SQL: cells whose words all stand in passages of other claims, with both places."""
    claims = table.schema.claims
    assert claims
    shared = (claims.event, claims.population, claims.state, claims.claimant, claims.via)
    names = ", ".join(literal(one) for one in (*shared, *claims.about) if one)
    return f"""SELECT row, field, value, source, first, last, words, ends FROM shared.cells_beside
        WHERE borrowed AND tab = {literal(table.name)} AND field NOT IN ({names or "''"})
        ORDER BY ALL"""


def _beside(model: Model, texts: Articles) -> dict[tuple[str, int], tuple[list[str], str, Place]]:
    """By table and row, the columns whose words stand beside the passage; its article and place."""
    if not _share_cells(model, texts):
        return {}
    found = model.database.rows(
        "SELECT tab, row, list(field), source, first, last FROM shared.cells_beside GROUP BY ALL"
    )
    return {(t, row): (names, source, (a, b)) for t, row, names, source, a, b in found}


def _passage(text: str, first: int, last: int) -> "Sentence":
    """A passage as a sentence with one figure, with which all goes that stands in it."""
    from kzdata.evidence import clauses

    return clauses.beside(text, first, last, [(first, last)])


def _named(
    model: Model, claim: Counted, names: list[str], passage: "Sentence"
) -> Iterator[Violation]:
    """The cells for which a passage has words of other values, and none of their own."""
    for name, value, found in told(model, claim, passage):
        asked = name in names and name != claim.declared.claimant
        if asked and not any(one.own for one in found):
            coded = name in (claim.declared.outcome, claim.declared.state, claim.declared.unit)
            others = (one.place for one in found if one.figures)
            words = (
                passage.text[slice(*x)] for x in others if not (coded and _in_name(passage, x))
            )
            # "Share" may be a share of schools.
            for said in [one for one in words if not {*words_of(one)} <= {*words_of(value)}][:1]:
                yield _violation(claim.table, claim.row, name, said, value)


def _in_name(passage: "Sentence", place: Place) -> bool:
    """Whether a word is one of a name, as "Guard" is of "the National Guard"."""
    return place[0] > passage.first and passage.text[place[0]].isupper()


def _violation(table: Table, row: int, name: str, words: str, value: str) -> Violation:
    return Violation(table.name, row, name, f"the passage has {words!r}", f"words for {value}")


class _Elsewhere(NamedTuple):
    """A cell with one event, and another event that its claim's passage tells of."""

    row: int
    value: str
    other: str
    title: str | None
    source: str
    at: int  # where the other event's words begin
    starts: list[int]  # where the cell's own words begin, each
    first: int  # of the passage
    last: int
    words: int  # of the cell's first words
    ends: int


def _of_other_events(model: Model, texts: Articles, table: Table, name: str) -> Iterator[Violation]:
    """The claims whose passage says what happened in another event, and not in their own."""
    known = vocabulary(model, table, name)
    cells = f"""SELECT * FROM shared.cells_beside
        WHERE tab = {literal(table.name)} AND field = {literal(name)}"""
    homes = {one.reference.resource for one in table.schema.foreign_keys if one.fields == (name,)}
    for events, declared in model.each("events"):
        if events.name in homes and events.schema.record_key:
            kinds = vocabulary(model, events, declared.type)
            sql = _other_events(cells, _event_passages(events, declared))
            for one in map(_Elsewhere._make, model.database.rows(sql)):
                apart = not known.related(one.value, one.other)
                if apart and _tells_of_other(texts.get(one.source, ""), one, kinds):
                    yield _violation(table, one.row, name, one.title or one.other, one.value)


def _tells_of_other(text: str, one: _Elsewhere, kinds: Vocabulary) -> bool:
    """Whether a passage tells of another event, of which neither is what the other happened in.

    What stands in another clause than the passage is no setting of what the passage tells.
    """
    from kzdata.evidence import clauses

    if _is_setting(text, one.at):
        return False
    named = (mention.place[0] for mention in kinds.mentions(text, one.first, one.last))
    within = any(_is_setting(text, at) for at in (*one.starts, *named))
    places = (one.first, one.last), (one.words, one.ends)
    return not within or clauses.in_other_clause(text, *places)


def _is_setting(text: str, at: int) -> bool:
    """Whether words tell of what something happened in, such as "clashes" in "hurt in clashes"."""
    return bool(_SETTING.search(text[:at][-_NEAR:]))


def _event_passages(events: Table, declared: Events) -> str:
    """SQL: the passages that say what happened in an event."""
    told_by = " OR ".join(f"c.field = {literal(x)}" for x in (declared.title, declared.type) if x)
    return f"""SELECT {column(events.schema.record_key or "", "e")} AS event,
            {column(declared.title, "e")} AS title, s.source, s.first, s.last
        FROM {_EDGES} JOIN {identifier(events.name)} e ON e.{ORD} = t.row
        WHERE {_SAID} AND c.tab = {literal(events.name)} AND ({told_by})"""


def _other_events(cells: str, passages: str) -> str:
    """SQL: cells with another event that rests on the claim's passage.

    Not where their own event does, too, or has words in common with the other.
    """
    return f"""WITH k AS MATERIALIZED ({cells}), p AS MATERIALIZED ({passages}),
        meets AS (SELECT k.row, k.value, k.first AS k_first, k.last AS k_last, k.words,
            k.ends, k.starts, p.* FROM k JOIN p ON {_overlap("k", "p")}),
        common AS (SELECT DISTINCT a.event AS one, b.event AS other FROM p a JOIN p b
            ON {_overlap("a", "b")} WHERE a.event IN (SELECT value FROM k))
        SELECT row, value, min(event), arg_min(title, event), any_value(source),
            arg_min(m.first, event), any_value(starts), any_value(k_first), any_value(k_last),
            any_value(words), any_value(ends)
        FROM meets m GROUP BY row, value HAVING NOT bool_or(event = value) AND NOT bool_or(EXISTS
            (SELECT 1 FROM common c WHERE c.one = m.value AND c.other = m.event))
        ORDER BY row"""
