"""Figures of claims at their places in the articles, and how the values of a column are called.

Read by rules that look at the words around a figure. A claim counts people where it names no unit
and has a population, a first subject that counts people (`people`), an outcome that only living
beings have, or a force; else it counts its unit.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Set
from functools import cached_property, lru_cache
from typing import NamedTuple

from kzdata.engine.sql import ORD, column, identifier, literal
from kzdata.evidence.once import once_a_package
from kzdata.evidence.profile import cell
from kzdata.evidence.spans import printed_at
from kzdata.standard.declarations import Claims
from kzdata.standard.descriptor import Schema, Table
from kzdata.validation.evidence_tables import IN_COLUMN, Model, role_number
from kzdata.validation.rule import Articles

Terms = tuple[str, ...]
"""The words of a term, in the singular."""

PARTS = (
    "unit",
    "population",
    "outcome",
    "state",
    "force",
    "country",
    "place",
    "claimant",
    "subject",
)
"""The parts of a claim that the words around its figure tell of, as `Claims` calls them."""

# What happens to living beings alone, whatever a package calls it.
_OF_LIVING = frozenset(
    "killed dead died deaths death drowned injured wounded hurt hospitalised hospitalized arrested"
    " detained kidnapped evacuated".split()
)
_CONCLUDED = ("inferred", "inherited")


class Counted(NamedTuple):
    """A claim at its place in an article, and what it says of its figure.

    The place is that of the figure; where it has none, that of its principal passage.
    """

    table: Table
    row: int
    text: str  # the figure's wording; empty where it has none
    qualifier: str | None
    cells: Mapping[str, str]  # by part of the claim, those that are filled
    days: tuple[str | None, str | None, str | None]  # first, last, precision
    concluded: frozenset[str]  # columns whose cells rest on no words of their own
    source: str
    day: str | None  # from which the article speaks
    start: int
    end: int

    @property
    def declared(self) -> Claims:
        """What the table declares of its claims."""
        assert self.table.schema.claims
        return self.table.schema.claims

    @property
    def column(self) -> str:
        """The column of the figure's wording."""
        assert self.table.schema.figure
        return self.table.schema.figure.text

    @property
    def unit(self) -> str:
        """The unit; empty where the claim names none."""
        return self.cells.get("unit", "")

    @property
    def population(self) -> str:
        """The population; empty where the claim names none."""
        return self.cells.get("population", "")

    @property
    def about(self) -> str:
        """What the claim says it counts, in words for a finding."""
        found = self.unit or self.population or self.cells.get("subject") or "people"
        return found.replace("_", " ")

    @property
    def people(self) -> bool:
        """Whether the claim counts people."""
        if self.unit:
            return False
        outcome, subject = self.cells.get("outcome", ""), self.cells.get("subject")
        living = outcome in self.declared.deaths or outcome.lower() in _OF_LIVING
        counts = subject in self.declared.people or living
        return bool(self.population or counts or self.cells.get("force"))

    @property
    def kind(self) -> str | None:
        """The kind of what the claim counts: people, or what its unit or population names."""
        from kzdata.evidence import nouns

        if self.people:
            named = nouns.kind(words_of(self.population)[-1]) if self.population else None
            return named or nouns.PERSON
        words = re.findall(r"[^\W\d_]+", self.unit.split(" of ")[0])
        return nouns.kind(words[-1]) if words else None


class Mention(NamedTuple):
    """Words of a text that stand for values of a column."""

    place: tuple[int, int]
    values: frozenset[str]


class Vocabulary(NamedTuple):
    """How the values of a column are called, and which of them go together."""

    terms: Mapping[Terms, set[str]]  # values by term
    used: Set[str]  # values that the column has, where its key leads to more
    longest: Mapping[str, int]  # words of the longest term that begins with a word
    related: Callable[[str, str], bool]  # whether two values can mean the same
    above: Callable[[str, str], bool]  # whether the second is a whole of the first

    def called(self, words: Terms) -> set[str]:
        """The values that the end of a noun phrase names, by the longest term."""
        tails = (words[at:] for at in range(len(words)))
        return next((self.terms[tail] for tail in tails if tail in self.terms), set())

    def mentions(self, text: str, first: int, last: int) -> Iterator[Mention]:
        """The terms in a piece of a text, the longest where several begin with one word."""
        words, at = spelt(text, first, last), 0
        while at < len(words):
            size = self._size(words, at)
            if size:
                ends = words[at][1], words[at + size - 1][2]
                term = tuple(word for word, *_ in words[at : at + size])
                yield Mention(ends, frozenset(self.terms[term]))
            at += size or 1

    def _size(self, words: tuple[tuple[str, int, int], ...], at: int) -> int:
        """How many words the longest term has that begins at one; 0 where none does."""
        most = self.longest.get(words[at][0], 0)
        sizes = range(min(most, len(words) - at), 0, -1)
        return next((n for n in sizes if tuple(w for w, *_ in words[at : at + n]) in self.terms), 0)


# ------------------------------------------------------------------------------ figures


def counted(model: Model, texts: Articles) -> Iterator[Counted]:
    """Each figure of a claim whose place in an article is known."""
    return claimed(model, texts, "NOT NULL")


def claimed(model: Model, texts: Articles, figure: str = "NULL OR true") -> Iterator[Counted]:
    """Each claim whose place in an article is known, by table, article and place.

    It is that of its figure; of a claim without a figure, that of the principal passage.

    Args:
        model: The package.
        texts: The articles.
        figure: SQL of what the wording of a figure is.
    """
    tables = [table for table, _ in model.each("claims") if table.schema.figure]
    for table in tables if model.traceable and texts else ():
        for ordinal, wording, qualifier, *row in model.database.stream(_places(table, figure)):
            days, concluded, (source, day, start, quote) = tuple(row[:3]), row[3] or (), row[4:8]
            at = _place(texts.get(source, ""), start, quote, wording)
            if at is not None:
                cells = {part: one for part, one in zip(PARTS, row[8:], strict=True) if one}
                place = (source, day, at, at + len(wording or quote))
                fixed = frozenset(concluded)
                yield Counted(table, ordinal, wording or "", qualifier, cells, days, fixed, *place)


def columns_of(schema: Schema) -> dict[str, str]:
    """The columns of the parts of a claim, where the schema declares them."""
    assert schema.claims
    found = {part: getattr(schema.claims, part) for part in PARTS if part != "subject"}
    found["subject"] = next(iter(schema.claims.subject), None)
    return {part: name for part, name in found.items() if name}


def _places(table: Table, wanted: str) -> str:
    """SQL: figures with the cells of their claims, and the passage in which they stand."""
    schema, figure = table.schema, table.schema.figure
    assert figure
    dates, names = next(iter(schema.dates), None), columns_of(schema)
    days = (dates.start, dates.end, dates.precision) if dates else (None, None, None)
    listed = [cell(name) for name in days]
    cells = [cell(names.get(part)) for part in PARTS]
    roles = ", ".join(str(role_number(role)) for role in _CONCLUDED)
    concluded = f"""SELECT t.row, list(DISTINCT c.field) AS fields
        FROM shared.edge_numbers t {IN_COLUMN}
        WHERE c.tab = {literal(table.name)} AND t.role IN ({roles}) GROUP BY ALL"""
    own = f"""SELECT t.row, min(t.passage) AS passage FROM shared.edge_numbers t {IN_COLUMN}
        WHERE c.tab = {literal(table.name)} AND c.field = {literal(figure.text)}
            AND t.role = {role_number("verbatim")} GROUP BY ALL"""
    return f"""SELECT t.{ORD}, {column(figure.text)}, {cell(figure.qualifier)}, {", ".join(listed)},
            i.fields, p.source, p.day, p.first, p.quote, {", ".join(cells)}
        FROM {identifier(table.name)} t LEFT JOIN ({own}) o ON o.row = t.{ORD}
        LEFT JOIN ({concluded}) i ON i.row = t.{ORD}
        LEFT JOIN shared.passages q ON q.span = {column(figure.span)}
        JOIN shared.passages p ON p.{ORD} = coalesce(o.passage, q.{ORD})
        WHERE ({column(figure.text)} IS {wanted}) AND p.first >= 0
        ORDER BY p.source, p.first, t.{ORD}"""


def _place(text: str, start: int, quote: str | None, wording: str | None) -> int | None:
    """Where a wording, or the whole quote, stands in a text; None where the quote does not."""
    if not quote or not text.startswith(quote, start):
        return None
    if not wording:
        return start
    found = printed_at(quote, wording)
    return None if found is None else start + found


# ------------------------------------------------------------------------------ words


_WORD_RE = re.compile(r"[^\W_][\w'\u2019]*")
_MOST_VALUES = 100_000  # of the table that a column's key leads to
_HELPING = frozenset("was were is are be been being has have had".split())


def words_of(value: str) -> Terms:
    """The words of a key or term, in the singular; one empty word where it has none."""
    from kzdata.evidence import nouns

    return tuple(nouns.singular(word) for word in _WORD_RE.findall(value)) or ("",)


@lru_cache(maxsize=64)
def spelt(text: str, first: int, last: int) -> tuple[tuple[str, int, int], ...]:
    """The words of a piece of a text in the singular, each with its place."""
    from kzdata.evidence import nouns

    found = _WORD_RE.finditer(text, first, last)
    return tuple((nouns.singular(one.group()), *one.span()) for one in found)


def vocabulary(model: Model, table: Table, name: str | None) -> Vocabulary:
    """How the values of a column are called: by themselves, the codebook and the aliases.

    Empty where there is no such column.
    """
    return _words(model).of(table, name)


@once_a_package
def _words(model: Model) -> "_Words":
    return _Words(model)


class _Words:
    """The tables of a package that say how values are called, each read once."""

    def __init__(self, model: Model) -> None:
        # Not the model, which would be kept by what is kept for it.
        self._database, self._tables = model.database, model.tables
        self._books, self._forms = model.each("codebook"), model.each("aliases")
        self._overlaps = model.each("overlaps")
        self._known: dict[tuple[str, str], Vocabulary] = {}
        self._homes: dict[tuple[str, str], dict[str, str | None]] = {}

    def of(self, table: Table, name: str | None) -> Vocabulary:
        """The vocabulary of a column."""
        key = table.name, name or ""
        if key not in self._known:
            wholes = self._wholes(table, name) if name else {}
            related = _relations(wholes, self._pairs)
            terms = self._terms(table, name, wholes) if name else {}
            longest: dict[str, int] = defaultdict(int)
            for words in terms:
                longest[words[0]] = max(longest[words[0]], len(words))
            used = self._used(table, name) if wholes and name else {*wholes}
            self._known[key] = Vocabulary(terms, used, longest, *related)
        return self._known[key]

    def _terms(
        self, table: Table, name: str, wholes: Mapping[str, str | None]
    ) -> Mapping[Terms, set[str]]:
        values = [*wholes] or [*self._used(table, name)]
        called = [(value, value) for value in values]
        called += self._coded.get(f"{table.name}.{name}", [])
        called += [(value, form) for value in values for form in self._aliases.get(value, ())]
        terms: dict[Terms, set[str]] = defaultdict(set)
        for value, term in called:
            # Key words such as `police-and-national-guard` are one term.
            words = words_of(term.replace("-", " ").replace("_", " "))
            # "Were killed" says no more than "killed".
            plain = tuple(word for word in words if word not in _HELPING)
            for one in {words, plain or words}:
                terms[one].add(value)
        return terms

    def _used(self, table: Table, name: str) -> set[str]:
        """The values of a column."""
        sql = f"SELECT DISTINCT {column(name)} FROM {identifier(table.name)} t"
        return {value for (value,) in self._database.rows(sql) if value}

    def _wholes(self, table: Table, name: str) -> dict[str, str | None]:
        """The values to which a column's key leads, each with the whole that it is part of."""
        for key in table.schema.foreign_keys:
            home = self._tables.get(key.reference.resource or table.name)
            if key.fields != (name,) or not home:
                continue
            field, parent = key.reference.fields[0], home.schema.parent
            if (home.name, field) not in self._homes:
                whole = column(parent) if parent else "NULL"
                sql = f"SELECT {column(field)}, {whole} FROM {identifier(home.name)} t"
                rows = self._database.rows(f"{sql} LIMIT {_MOST_VALUES}")
                self._homes[home.name, field] = {value: part for value, part in rows if value}
            return self._homes[home.name, field]
        return {}

    @cached_property
    def _coded(self) -> dict[str, list[tuple[str, str]]]:
        """Categories with their terms, by coded column."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for book, c in self._books:
            parts = ", ".join(map(column, (c.field, c.category, c.term)))
            for row in self._database.rows(f"SELECT {parts} FROM {identifier(book.name)} t"):
                if all(row):
                    found[row[0]].append(row[1:])
        return found

    @cached_property
    def _aliases(self) -> dict[str, list[str]]:
        """The surface forms of entities."""
        found: dict[str, list[str]] = defaultdict(list)
        for forms, a in self._forms:
            parts = f"{column(a.entity)}, {column(a.alias)}"
            sql = f"SELECT DISTINCT {parts} FROM {identifier(forms.name)} t"
            for entity, form in self._database.rows(sql):
                if entity and form:
                    found[entity].append(form)
        return found

    @cached_property
    def _pairs(self) -> set[frozenset[str]]:
        """The pairs of values that overlap."""
        found: set[frozenset[str]] = set()
        for listed, o in self._overlaps:
            sql = f"SELECT {column(o.one)}, {column(o.other)} FROM {identifier(listed.name)} t"
            found |= {frozenset(pair) for pair in self._database.rows(sql)}
        return found


def _relations(
    wholes: Mapping[str, str | None], pairs: set[frozenset[str]]
) -> tuple[Callable[[str, str], bool], Callable[[str, str], bool]]:
    """Whether of two values one is part of the other, or they overlap; and the first alone."""

    def above(value: str) -> list[str]:
        chain = [value]
        while (whole := wholes.get(chain[-1])) and whole not in chain and len(chain) < 100:
            chain.append(whole)
        return chain

    def related(one: str, other: str) -> bool:
        ones, others = above(one), above(other)
        overlap = any(frozenset((a, b)) in pairs for a in ones for b in others)
        return one in others or other in ones or overlap

    return related, lambda part, whole: part != whole and whole in above(part)
