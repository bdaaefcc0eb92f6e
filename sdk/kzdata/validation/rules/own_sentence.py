"""Rules about the sentence of a claim: its words say the cells, or a receipt says what else does.

The passage that makes a claim (`kzdata:principal`) stands in a sentence, or in several. A figure of
one sentence with the outcome of another is a claim that the article does not make.
"""

from collections.abc import Iterator
from typing import Any

from kzdata.engine.sql import ORD, column, identifier
from kzdata.evidence.once import once_a_package
from kzdata.evidence.spans import printed_at
from kzdata.evidence.vocabulary import (
    Lexicon,
    content_words,
    lexicon,
    names_part,
    plain,
    quoted_words,
    words,
)
from kzdata.standard.descriptor import Schema
from kzdata.validation.evidence_tables import IN_COLUMN, Model, role_number
from kzdata.validation.rule import Articles, Violation, rule

_SHOWN = 200  # characters of a sentence that a finding shows
# SQL: edges `t` with their passages `s`, and the sentences `o` of their claim's principal passage.
_IN_SENTENCE = f"""shared.edge_numbers t {IN_COLUMN} JOIN shared.passages s ON s.{ORD} = t.passage
    JOIN shared.own_sentences o ON o.{ORD} = t.principal"""
_OWN = "(s.source = o.source AND s.first >= o.opens AND s.last <= o.closes)"


_FIX = (
    "take words of the claim's sentence; or give the receipt the role `inherited` and a note that "
    "quotes the words of the sentence that lead there"
)
_DECLARED = ("kzdata:principal", "kzdata:edges", "kzdata:sources")


@rule("text", _FIX, declared=_DECLARED)
def claim_scattered(model: Model, texts: Articles) -> Iterator[Violation]:
    """The words for what a claim says stand in the sentence of its principal passage.

    "Eight police officers were killed", and a paragraph on "317 were wounded": each word is there,
    and 317 killed is a claim that nobody made. What the sentence only points at ("they") has the
    role `inherited` and a note; what a reader concludes is `inferred`. Of several receipts of a
    cell, one in the sentence is enough.
    """
    yield from _scattered(model, texts, context=False)


@rule(
    "text",
    _FIX,
    severity="warning",
    source="advice for packages that declare `kzdata:principal`: docs/methodology.md",
    declared=_DECLARED,
)
def claim_context(model: Model, texts: Articles) -> Iterator[Violation]:
    """Who says a claim, when, where and about which event stands in its sentence, or is inherited.

    The day of one paragraph and the place of another may be those of other claims. A warning, for
    articles say these once and mean them of all that follows; the role `inherited` says that a
    reader has seen to it.
    """
    yield from _scattered(model, texts, context=True)


def _scattered(model: Model, texts: Articles, *, context: bool) -> Iterator[Violation]:
    """Cells of claims whose words all stand in other sentences: of their context, or the others."""
    for table, row, name, quote, source, opens, closes in _elsewhere(model, texts):
        if (name in _context(model.tables[table].schema)) is context:
            sentence = _shown(texts[source][opens:closes])
            yield Violation(table, row, name, quote, f"words of the claim's sentence: {sentence}")


@once_a_package
def _elsewhere(model: Model, texts: Articles) -> list[tuple[Any, ...]]:
    """Such cells: table, row, column, words, and the claim's article with its sentence there."""
    if not model.traceable:
        return []
    model.share_sentences(texts)
    return model.database.rows(
        f"""SELECT c.tab, t.row, c.field, any_value(s.quote), any_value(o.source),
            any_value(o.opens), any_value(o.closes)
        FROM {_IN_SENTENCE} WHERE NOT t.inherited AND t.role <> {role_number("inferred")}
        GROUP BY c.tab, t.row, c.field HAVING NOT bool_or({_OWN}) ORDER BY ALL"""
    )


def _shown(sentence: str) -> str:
    """A sentence on one line, cut where it is long."""
    line = " ".join(sentence.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


@rule(
    "text",
    "quote in the note the words of the claim's sentence that lead to the passage",
    declared=("kzdata:principal", "kzdata:edges", "kzdata:sources"),
)
def inherited_chain(model: Model, texts: Articles) -> Iterator[Violation]:
    """The note of an inherited cell quotes words of the claim's sentence that lead to the passage.

    "they", "the outlet", "this position", in quotation marks: with other words the sentence has
    nothing to do with the passage. Who says it, when and where may stand in a part of the article
    that the note names: its headline, its dateline, the sentence before.
    """
    for (edges, e), _ in model.together("edges", "sources") if model.traceable else ():
        if not e.note:
            continue
        model.share_sentences(texts)
        inherited = f"""SELECT t.{ORD}, c.tab, c.field, {column(e.note, "e")}, o.source, o.opens,
                o.closes FROM {_IN_SENTENCE} JOIN {identifier(edges.name)} e ON e.{ORD} = t.{ORD}
            WHERE t.inherited AND {column(e.note, "e")} IS NOT NULL ORDER BY 1"""
        for row, table, name, note, source, opens, closes in model.database.stream(inherited):
            sentence = texts[source][opens:closes]
            of_context = name in _context(model.tables[table].schema)
            if not (_leads(note, sentence) or (of_context and names_part(note, lexicon(None)))):
                expected = f"words, in quotation marks, of: {_shown(sentence)}"
                yield Violation(edges.name, row, e.note, note, expected)


def _context(schema: Schema) -> set[str | None]:
    """The columns of a claim that say who says it, when, where and about which event.

    Where `kzdata:claims` does not tell, those that refer to other rows.
    """
    c, dates = schema.claims, schema.dates
    days = {name for d in dates for name in (d.start, d.end, d.precision)}
    if c is None:
        return days | {name for key in schema.foreign_keys for name in key.fields}
    return days | {c.claimant, c.via, c.event, c.place, c.origin, c.destination}


def _leads(note: str, sentence: str) -> bool:
    """Whether a note quotes words of a sentence that mean something, or point at something."""
    known, printed = lexicon(None), _compared(sentence)
    quotes = map(_compared, quoted_words(note))
    return any(_tells(q, known) and printed_at(printed, q) is not None for q in quotes)


def _compared(text: str) -> str:
    return " ".join(plain(text).lower().split())


def _tells(quote: str, known: Lexicon | None) -> bool:
    """Whether some words mean something, or point at somebody."""
    if known is None:
        return bool(quote)
    return bool(content_words(quote, known) or known.pointers.intersection(words(quote)))
