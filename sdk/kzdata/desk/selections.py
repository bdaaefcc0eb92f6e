"""A selection of words as a card: what the machine fills in, and the event that it is about."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from kzdata.desk.state import Block, State
from kzdata.entries.adding import numbered, slug
from kzdata.entries.cells import event_column
from kzdata.entries.columns import columns_of
from kzdata.entries.entering import Entering
from kzdata.entries.fields import Fields
from kzdata.entries.notation import Cell, Receipt
from kzdata.entries.reading import article_of
from kzdata.entries.selecting import Named, Selected, naming, selected
from kzdata.entries.vocabulary import Vocabulary
from kzdata.errors import UsageError
from kzdata.evidence.names import label_column
from kzdata.evidence.profile import declared
from kzdata.standard.declarations import Events
from kzdata.standard.descriptor import Table
from kzdata.standard.editing import DraftTable

Place = tuple[int, int]


class Into(NamedTuple):
    """A cell of a card.

    Attributes:
        key: The card.
        column: The column, or shortcut.
    """

    key: str
    column: str


class Selection:
    """What is on the desk, on its way to another state.

    Args:
        entering: The entry of the state, entered.
        source: Key of the article.
        state: What is on the desk; it is not changed.
    """

    def __init__(self, entering: Entering, source: str, state: State) -> None:
        self.entering, self.source = entering, source
        self.draft = entering.tables.draft
        self.state = state.model_copy(deep=True)

    def placed(self, section: str, name: str, place: Place, into: Into | None = None) -> State:
        """A state with a card for words that were selected, as the last of its blocks.

        Args:
            section: What an entry calls blocks of the table.
            name: The table.
            place: Where the words stand, in code points.
            into: The cell that names the new row.
        """
        table = self.draft.tables[name]
        block = Block(key="", section=section, table=name)
        if table.schema.record_key:
            self._record(block, table, place)
        else:
            self._plain(block, table, self._words(place))
        block.key = self.state.free_key()
        self.state.blocks.append(block)
        if into is not None:
            row = block.ref or block.cells.get(table.key, Cell()).value
            self._set(into, row or "")
        return self.state

    def named(self, into: Into) -> State:
        """A state in which the words of a cell say its value, by a new term or alias."""
        block = self._block(into)
        table, cell = self.draft.tables[block.table], block.cells.get(into.column, Cell())
        words = next((one.words for one in cell.all if one.words), None)
        columns = columns_of(table.table, self.draft.descriptor, Vocabulary(self.draft))
        if into.column not in columns or not cell.value or not words:
            raise UsageError("choose a value and the words that say it first")
        if (made := naming(self.draft, columns[into.column], cell.value, words)) is None:
            raise UsageError("no term and no name lets words say this; say why it is so")
        self._name(made)
        return self.state

    def joined(self, into: Into, event: str) -> State:
        """A state in which a card is about an event, which rests on the words of the card."""
        block = self._block(into)
        self._set(into, event)
        if block.quote is None or (found := self._events()) is None:
            return self.state
        described, e = found
        quote = next(iter(block.quote.all))
        article = article_of(self.draft, self.source, self.entering.texts)
        one = article.passage(quote.words or "", quote.occurrence or 1)
        made = self._selected(described.name, (one.start, one.end))
        other = next((b for b in self.state.blocks if event in (b.ref, b.id)), None)
        if other is None:
            other = Block(
                key=self.state.free_key(), section="event", table=described.name, id=event
            )
            self.state.blocks.append(other)
        self._rest(other, made, e)
        return self.state

    def _block(self, into: Into) -> Block:
        if (block := self.state.block(into.key)) is None or block.table not in self.draft.tables:
            raise UsageError("there is no such card any more")
        return block

    def _set(self, into: Into, value: str) -> None:
        block = self._block(into)
        block.cells[into.column] = Cell(value=value)
        block.grey = [name for name in block.grey if name != into.column]

    def _events(self) -> tuple[Table, Events] | None:
        return declared(self.draft.descriptor, Events)

    def _words(self, place: Place) -> Cell:
        article = article_of(self.draft, self.source, self.entering.texts)
        one = article.at(*place)
        return Cell(words=one.words, occurrence=one.occurrence)

    def _plain(self, block: Block, table: DraftTable, words: Cell) -> None:
        """A row without receipts: an entity, a name, a term, an exclusion."""
        schema, text = table.schema, words.words or ""
        label = label_column(schema)
        if schema.exclusions:
            block.cells["words"] = words
        elif a := schema.aliases:
            block.cells[a.alias] = Cell(value=text)
        elif c := schema.codebook:
            block.cells[c.term] = Cell(value=text)
        elif label:
            block.cells[label] = Cell(value=text)
        if table.key and not schema.exclusions and (stem := slug(text)):
            key = next(one for one in numbered(stem) if one not in table.by_key)
            block.cells[table.key] = Cell(value=key)

    # -------------------------------------------------------------------- records

    def _record(self, block: Block, table: DraftTable, place: Place) -> None:
        made, words = self._selected(table.name, place), self._words(place)
        block.quote = words
        block.cells |= self._filled(made)
        self._title(block, table)
        column = event_column(table)
        if column and (event := self._event(place, words, block)):
            block.cells[column] = Cell(value=event)
        block.ref = self._free_ref()
        block.grey = list(block.cells)

    def _selected(self, table: str, place: Place) -> Selected:
        return selected(self.draft, self.source, self.entering.texts, table, place)

    def _filled(self, made: Selected) -> dict[str, Cell]:
        """The cells of a selection, once the terms and aliases that they need are on the desk."""
        for one in made.named:
            self._name(one)
        return dict(made.cells)

    def _name(self, one: Named) -> None:
        """Put a term or an alias on the desk, once."""
        cells = {name: Cell(value=value) for name, value in one.cells}
        table = next(iter(self.entering.tables.playing(_ROLES[one.section])), "")
        known = (other.cells.items() for other in self.state.blocks if other.section == one.section)
        keys = {name: cell for name, cell in cells.items() if name in self._identity(table, cells)}
        if not any(keys.items() <= other for other in known):
            key = self.state.free_key()
            block = Block(key=key, section=one.section, table=table, cells=cells, grey=list(cells))
            self.state.blocks.append(block)

    def _identity(self, table: str, cells: Iterable[str]) -> set[str]:
        schema = self.draft.tables[table].schema
        c = schema.codebook
        return {c.field, c.category, c.term} if c else set(cells)

    def _free_ref(self) -> str:
        taken = {block.ref for block in self.state.blocks}
        return next(ref for n in range(1, len(taken) + 2) if (ref := f"new-{n}") not in taken)

    def _title(self, block: Block, table: DraftTable) -> None:
        """A title of the event for the author to mend: its type, its place and its day."""
        if not (e := table.schema.events):
            return
        fields = Fields(self.draft)
        parts = [
            fields.called(table.table, name, cell.value)
            for name in (e.type, e.place)
            if name and (cell := block.cells.get(name)) and cell.value
        ]
        parts += [words for cell in [block.cells.get("date")] if cell and (words := cell.words)]
        if text := ", ".join(parts):
            block.cells[e.title] = Cell(value=text[:1].upper() + text[1:])

    # -------------------------------------------------------------------- the event of a claim

    def _event(self, place: Place, words: Cell, claim: Block) -> str | None:
        """The event that a claim is about: one on the desk that is alike, or a new one."""
        if (found := self._events()) is None or found[0].name == claim.table:
            return None
        described, e = found
        made = self._selected(described.name, place)
        for block in self.state.blocks:
            same = block.table == described.name and block.ref and _alike(block, made, e)
            if same and not block.withdraw:
                self._rest(block, made, e)
                return block.ref
        block = Block(key=self.state.free_key(), section="event", table=described.name)
        block.ref, block.quote = self._free_ref(), words
        block.cells = self._filled(made)
        self._title(block, self.draft.tables[described.name])
        block.grey = list(block.cells)
        self.state.blocks.append(block)
        return block.ref

    def _rest(self, block: Block, made: Selected, e: Events) -> None:
        """Let an event rest on the words of one more sentence: of its type, else place or day."""
        for name in (e.type, e.place, "date"):
            new, old = made.cells.get(name or ""), block.cells.get(name or "", Cell())
            if not name or new is None or (old.value or new.value) != new.value:
                continue
            receipts = tuple(dict.fromkeys((*old.all, *new.all)))
            block.cells[name] = Cell(value=new.value, receipts=receipts)
            return


_ROLES = {"term": "codebook", "alias": "aliases"}


def _alike(block: Block, made: Selected, e: Events) -> bool:
    """Whether an event on the desk says what is said of a new one: of its type, place and day."""

    def said(cells: Any, name: str | None) -> tuple[str | None, str | None]:
        cell = cells.get(name or "", Cell())
        first = next(iter(cell.all), Receipt())
        return (cell.value, None) if cell.value else (None, first.words)

    return all(said(block.cells, n) == said(made.cells, n) for n in (e.type, e.place, "date"))
