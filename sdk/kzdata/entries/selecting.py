"""What a machine fills in of a record, where a person has selected the words that make it.

The same grammars and gazetteer as a draft of the whole article. Besides, a category or an entity
whose own name the sentence prints is proposed with the term or alias that says so: whether the word
means it here, the person sees.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kzdata.entries.article import Passage
from kzdata.entries.cells import event_column, shortcuts
from kzdata.entries.columns import Column, columns_of
from kzdata.entries.drafting import Drafter, Found, Kind, Mention, lend
from kzdata.entries.notation import Cell
from kzdata.entries.reading import article_of, target_of
from kzdata.errors import UsageError
from kzdata.evidence import clauses
from kzdata.evidence.names import label_column
from kzdata.evidence.profile import declared
from kzdata.evidence.sentences import ABBREVIATIONS, sentence_at
from kzdata.evidence.spans import printed_places
from kzdata.standard.declarations import Claims, Codebook
from kzdata.standard.editing import Draft, DraftTable

Place = tuple[int, int]


class Named(NamedTuple):
    """A term or an alias that a proposed cell needs.

    Attributes:
        section: `term` or `alias`.
        cells: Its cells, each with its column.
    """

    section: str
    cells: tuple[tuple[str, str], ...]


class Selected(NamedTuple):
    """What a machine fills in of a record.

    Attributes:
        cells: By column or shortcut.
        named: The terms and aliases that these need.
    """

    cells: Mapping[str, Cell]
    named: tuple[Named, ...]


def selected(
    draft: Draft, source: str, texts: Mapping[str, str], table: str, place: Place
) -> Selected:
    """What a machine makes of words that somebody selected for a row of a table with receipts.

    Args:
        draft: The package, with the article in it; its aliases are changed: it is not to be saved.
        source: Key of the article.
        texts: Articles by the SHA-256 of their bytes.
        table: The table.
        place: Where the words stand, in code points.

    Raises:
        UsageError: There is no such article or table, or the text of the article is not there.
    """
    article = article_of(draft, source, texts)
    if article.text is None or table not in draft.tables:
        raise UsageError(f"{source} has no text here, or there is no table {table!r}")
    return _Selecting(draft, article, lend(draft, source)).selected(draft.tables[table], *place)


class _Selecting(Drafter):
    """A selection on its way to a record."""

    def selected(self, table: DraftTable, first: int, last: int) -> Selected:
        """What is filled in for words at a place."""
        self.new: dict[Named, None] = {}
        found = self._around(table, first, last)
        cells = dict(self._figure_and_date(found, table, first, last))
        spoken = self._spoken(found)
        for name in self._open(table, found):
            one = spoken.get(name) if name in self._roles(found) else None
            if one is None and name not in self._roles(found):
                one = self._said_in(found, found.kind.columns[name], first, last)
            if one is not None:
                cells[name] = self._cell(one)
        return Selected(cells, (*self._lent(), *self.new))

    def _around(self, table: DraftTable, first: int, last: int) -> Found:
        """The selection as a claim that the machine found."""
        columns = columns_of(table.table, self.draft.descriptor, self.vocabulary)
        known = self.article.grammar.abbreviations if self.article.grammar else ABBREVIATIONS
        sentence = clauses.read(self.text, *sentence_at(self.text, first, last, known))
        kind = Kind(table, table.schema.claims or Claims(), columns, next(iter(columns.values())))
        inside = (one for one in self._figures_of(sentence) if first <= one[0] and one[1] <= last)
        figure = next(inside, (first, last))
        return Found(kind, figure, Mention("", first, last), None, sentence)

    def _figures_of(self, sentence: clauses.Sentence) -> Sequence[Place]:
        if self.article.grammar is None or not self.article.grammar.reads_sentences:
            return []
        return self._numbers(sentence)

    def _open(self, table: DraftTable, found: Found) -> Iterator[str]:
        """The columns that words have to say, but for figures, dates and other records."""
        members = {name for _, names in shortcuts(table) for name in names}
        out = {*members, table.schema.principal, event_column(table), table.key}
        for name, column in found.kind.columns.items():
            if column.traced and column.kind in ("",) and name not in out:
                yield name

    def _figure_and_date(
        self, found: Found, table: DraftTable, first: int, last: int
    ) -> Iterator[tuple[str, Cell]]:
        names = dict(shortcuts(table))
        if "figure" in names and found.figure != (first, last):
            yield "figure", self._words(found.figure)
        elif "figure" in names and self._read((first, last)):
            yield "figure", self._words((first, last))
        dated = self._dates(found.sentence.first, found.sentence.last) if self.article.day else ()
        if "date" in names and (one := found.nearest(dated)):
            yield "date", self._words(one.place)

    def _roles(self, found: Found) -> set[str | None]:
        """The columns of who says it: a name in the sentence is not enough for these."""
        c = found.kind.claims
        return {c.claimant, c.via} - {None}

    def _said_in(self, found: Found, column: Column, first: int, last: int) -> Mention | None:
        """The value of a column that the selection names, or else its sentence."""
        sentence = found.sentence
        named = self._mentions(column, sentence.first, sentence.last)
        inside = [one for one in named if first <= one.start and one.end <= last]
        if one := found.nearest(inside) or found.nearest(named):
            return one
        alike = [*self._alike(column, first, last)]
        alike = alike or [*self._alike(column, sentence.first, sentence.last)]
        one = found.nearest(alike)
        if one is not None and (new := self._new(column, one)):
            self.new[new] = None
            return one
        return None

    def _alike(self, column: Column, first: int, last: int) -> Iterator[Mention]:
        """Where the name of a category or of a row that has no words here yet is printed."""
        text = self.text[first:last]
        low = text.lower() if len(text.lower()) == len(text) else text
        for value, names in self._names_of(column):
            for name in names:
                for start, end in printed_places(low, name.lower()):
                    yield Mention(value, first + start, first + end)

    def _names_of(self, column: Column) -> Iterator[tuple[str, set[str]]]:
        """The values that a column can have, and what each is called."""
        for one in column.table.schema.field(column.name).constraints.enum or ():
            yield str(one), {str(one).replace("_", " ")}
        if (target := target_of(column.table, column.name)) and target[0] in self.draft.tables:
            rows = self.draft.tables[target[0]]
            label = label_column(rows.schema)
            for row in rows.rows:
                names = {row[target[1]].replace("-", " "), row[label] if label else ""}
                yield row[target[1]], names - {""}

    def _new(self, column: Column, one: Mention) -> Named | None:
        """What has to be added, so that the words say the value."""
        words = self.text[one.start : one.end]
        return naming(self.draft, column, one.value, words)

    def _lent(self) -> Iterator[Named]:
        for table in self.draft.tables.values():
            if a := table.schema.aliases:
                for entity, form in sorted(self.names):
                    yield Named("alias", ((a.entity, entity), (a.alias, form)))
                return

    def _cell(self, one: Mention) -> Cell:
        self.names |= {(one.value, self._of(one))} & self.lent
        return self._words(one.place, one.value)

    def _words(self, place: Place, value: str | None = None) -> Cell:
        passage: Passage = self.article.at(*place)
        return Cell(value=value, words=passage.words, occurrence=passage.occurrence)


def names_by(draft: Draft, column: Column) -> str | None:
    """What lets words say a value of a column: `alias` of an entity, or `term` of a category."""
    target = target_of(column.table, column.name)
    for table in draft.tables.values():
        a = table.schema.aliases
        if a and target and any(one.resource == target[0] for one in a.of):
            return "alias"
    return "term" if declared(draft.descriptor, Codebook) and column.kind == "" else None


def naming(draft: Draft, column: Column, value: str, words: str) -> Named | None:
    """The alias or term by which some words say a value of a column; None where none can.

    The definition of a category that has no term yet is what the schema says of it.
    """
    way = names_by(draft, column)
    if way == "alias":
        (a, *_) = (t.schema.aliases for t in draft.tables.values() if t.schema.aliases)
        return Named("alias", ((a.entity, value), (a.alias, words)))
    if way is None or (part := declared(draft.descriptor, Codebook)) is None:
        return None
    table, c = draft.tables[part[0].name], part[1]
    cells = {c.field: column.scope, c.category: value, c.term: words}
    alike = any(row[c.field] == column.scope and row[c.category] == value for row in table.rows)
    if not alike and (defined := _definition(table, c)):
        cells[defined] = _meaning(draft, column, value)
    return Named("term", tuple(cells.items()))


def _definition(table: DraftTable, c: Codebook) -> str | None:
    """The column of a codebook that says what a category is: its only other column to be filled."""
    out = {c.field, c.category, c.term, c.language, c.example}
    others = [f.name for f in table.schema.fields if f.constraints.required and f.name not in out]
    return others[0] if len(others) == 1 else None


def _meaning(draft: Draft, column: Column, value: str) -> str:
    """What the schema, or the row that it leads to, says of a value."""
    for one in column.table.schema.field(column.name).categories or ():
        if isinstance(one, dict) and str(one.get("value")) == value and one.get("label"):
            return str(one["label"])
    if (target := target_of(column.table, column.name)) and target[0] in draft.tables:
        home = draft.tables[target[0]]
        texts = [n for n in ("description", "definition", label_column(home.schema)) if n]
        rows = (row for row in home.rows if row[target[1]] == value)
        for row in rows:
            return next((row[n] for n in texts if n in home.schema.names and row[n]), value)
    return value.replace("_", " ")
