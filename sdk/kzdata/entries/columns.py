"""What a column of a record is, and which role words have that say one of its cells."""

from datetime import date
from typing import NamedTuple

from kzdata.entries.article import Article
from kzdata.entries.vocabulary import ELSEWHERE, Place, Vocabulary
from kzdata.errors import DateError, FigureError
from kzdata.evidence.figures import canonical
from kzdata.evidence.languages import Grammar
from kzdata.evidence.spans import printed_places
from kzdata.standard.descriptor import Descriptor, Table
from kzdata.validation.evidence_tables import special_fields

GRAMMARS = ("figure", "date")


class Column(NamedTuple):
    """A column of a record.

    Attributes:
        table: Its table.
        name: Its name.
        kind: `figure`, `date`, `record`, `span`, or empty, as validation has it.
        part: Which part of a figure or a date, or which table a `record` is a row of.
        coded: Whether the codebook has terms for it.
    """

    table: Table
    name: str
    kind: str
    part: str
    coded: bool

    @property
    def scope(self) -> str:
        """What the codebook calls it."""
        return f"{self.table.name}.{self.name}"

    @property
    def traced(self) -> bool:
        """Whether its cells need receipts."""
        return self.table.schema.field(self.name).evidence == "required"


def columns_of(table: Table, descriptor: Descriptor, vocabulary: Vocabulary) -> dict[str, Column]:
    """The columns of a table by name."""
    records = [one for one in descriptor.tables.values() if one.schema.record_key]
    special = special_fields(table, records) if table.schema.record_key else {}
    found = {}
    for name in table.schema.names:
        kind, part = special.get(name, ("", ""))
        coded = bool(vocabulary.terms("coded", f"{table.name}.{name}"))
        found[name] = Column(table, name, kind, part, coded)
    return found


def reading(column: Column, words: str, article: Article) -> str | None:
    """What the grammar of a column makes of some words; None where it makes nothing of them."""
    try:
        if column.kind == "figure" and column.part == "text":
            return words
        if (grammar := article.grammar) is None:
            return None
        if column.kind == "figure":
            return _figure_part(grammar, words, column.part)
        return _date_part(grammar, words, column.part, article.day) if article.day else None
    except (FigureError, DateError):
        return None


def _figure_part(grammar: Grammar, words: str, part: str) -> str:
    low, high, qualifier = grammar.figure(words)
    values = {"low": canonical(low), "high": canonical(high)}
    return values.get(part, qualifier)


def _date_part(grammar: Grammar, words: str, part: str, day: date) -> str:
    first, last, precision = grammar.days(words, day)
    start, end = str(first or ""), str(last or "")
    return {"first": start, "last": end, "only": start or end}.get(part, precision)


def fitting(
    column: Column, value: str, words: str, article: Article, vocabulary: Vocabulary
) -> str | None:
    """The role of words that say a cell; None where they do not say it.

    A column's own role comes first: a figure or a date is read by its grammar, a category by the
    codebook. Whether another record rests on the words is not asked here.
    """
    if column.kind == "figure" and column.part == "text":
        return "verbatim" if words == value else None
    if column.kind in GRAMMARS and reading(column, words, article) == value:
        return "normalised"
    if column.kind == "record":
        return "resolved"
    if column.coded and vocabulary.says("coded", column.scope, value, words):
        return "coded"
    if vocabulary.says("resolved", article.key, value, words):
        return "resolved"
    if words == value:
        return "verbatim"
    return "resolved" if vocabulary.borrowed(value, words) else None


def candidates(
    column: Column, value: str, text: str, article: Article, vocabulary: Vocabulary
) -> list[Place]:
    """Where a text has words that say a cell: verbatim, resolved or coded, the first that does."""
    if column.kind in GRAMMARS:
        return []
    ways = (
        vocabulary.places("coded", column.scope, value, text) if column.coded else (),
        vocabulary.places("resolved", article.key, value, text),
        printed_places(text, value) if not column.coded else (),
        vocabulary.places("resolved", ELSEWHERE, value, text),
    )
    return next((found for way in ways if (found := list(way))), [])
