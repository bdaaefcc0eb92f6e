"""What is on the desk: the article's row and a block for each row, and the entry that they make.

The browser changes a state and sends it whole; the server makes an entry of it, which is what
`kzdata enter` reads. Nothing of a state is a row.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from kzdata.entries import notation
from kzdata.entries.document import ROW, SECTIONS, Document, Fault, read
from kzdata.entries.entering import TEXT
from kzdata.entries.notation import Cell
from kzdata.entries.receipts import words_of

ARTICLE = "article.txt"  # what the text is called beside a draft
SPOKEN = ("figure", "date", "words")  # names of an entry whose value is words
SOURCE = "source"  # key of the card of the article
MOST = 5_000  # blocks of an article
LONG = 20_000  # characters of a cell
Short = Annotated[str, Field(max_length=LONG)]


class Block(BaseModel):
    """A card: what is said of one row.

    Attributes:
        key: By which the desk knows it.
        section: What an entry calls it: `claim`, `event`, `row`.
        table: Its table.
        id: The key of a row that exists.
        ref: The name by which other cards know a new row.
        quote: The words that make it.
        cells: By column or shortcut.
        links: Of a claim, each with another one.
        withdraw: Why the row is taken out.
        grey: The cells that a machine filled in and nobody has looked at.
    """

    model_config = ConfigDict(extra="forbid")

    key: Short
    section: Short
    table: Short
    id: Short | None = None
    ref: Short | None = None
    quote: Cell | None = None
    cells: dict[Short, Cell] = {}
    links: list[Cell] = []
    withdraw: Short | None = None
    grey: list[Short] = []


class State(BaseModel):
    """All that is on the desk of one article.

    Attributes:
        source: The cells of the article's row, by column.
        blocks: The cards.
    """

    model_config = ConfigDict(extra="forbid")

    source: dict[Short, Cell] = {}
    blocks: Annotated[list[Block], Field(max_length=MOST)] = []

    def block(self, key: str) -> Block | None:
        """A card by its key."""
        return next((one for one in self.blocks if one.key == key), None)

    def free_key(self) -> str:
        """A key that no card has."""
        used = {one.key for one in self.blocks}
        return next(key for n in range(1, len(used) + 2) if (key := f"k{n}") not in used)


class Composed(NamedTuple):
    """The entry of a state.

    Attributes:
        document: The entry.
        keys: By section and number of a block, the key of its card.
    """

    document: Document
    keys: Mapping[tuple[str, int], str]

    def place(self, fault: Fault) -> tuple[str, str]:
        """The card and the cell that a fault is of; both empty where it is of none."""
        if fault.path[:1] == (SOURCE,):
            return SOURCE, str(next(iter(fault.path[1:2]), ""))
        key = self.keys.get(
            (str(fault.path[0]), _number(fault.path[1])) if fault.path[1:] else ("", 0)
        )
        return (key, str(next(iter(fault.path[2:3]), ""))) if key else ("", "")


def _number(part: str | int) -> int:
    return part if isinstance(part, int) else -1


def composed(state: State, name: str, base: State, *, has_text: bool) -> Composed:
    """The entry of a state: what is not as the rows have it.

    Args:
        state: What is on the desk.
        name: What the entry is called in messages.
        base: What the rows of the article say.
        has_text: Whether the article is new, so that the entry names its text.

    Raises:
        EntryError: It is larger than an entry may be.
    """
    source: dict[str, Any] = {name: _raw(cell) for name, cell in state.source.items()}
    raw: dict[str, Any] = {SOURCE: source | ({TEXT: {"value": ARTICLE}} if has_text else {})}
    keys: dict[tuple[str, int], str] = {}
    known = {one.key: one for one in base.blocks}
    for block in state.blocks:
        if block == known.get(block.key):
            continue
        blocks = raw.setdefault(block.section, [])
        keys[block.section, len(blocks)] = block.key
        blocks.append(_block(block))
    return Composed(read(json.dumps(raw, ensure_ascii=False).encode(), name), keys)


def _block(block: Block) -> dict[str, Any]:
    said = {n: getattr(block, n) for n in ("id", "ref", "withdraw") if getattr(block, n)}
    said["table"] = block.table
    said |= {"quote": _raw(block.quote)} if block.quote else {}
    said |= {"links": [_raw(one) for one in block.links]} if block.links else {}
    # What is left open is not said; a cell of a row that exists is emptied by saying nothing in it.
    cells = block.cells.items()
    return said | {n: _raw(cell) for n, cell in cells if block.id or cell.value or cell.all}


def _raw(cell: Cell) -> Any:
    made = cell.model_dump(exclude_none=True, exclude_defaults=True)
    return made if any(made.values()) else ""


def of_entry(entry: Mapping[str, Any]) -> State:
    """The state of an entry, as `kzdata.entries.writing` makes one of the rows of an article."""
    source = {name: cell_of(value) for name, value in entry[SOURCE].items()}
    state = State(source=source)
    for section in (*SECTIONS, ROW):
        for raw in entry.get(section, ()):
            state.blocks.append(block_of(section, raw, state.free_key()))
    return state


def block_of(section: str, raw: Mapping[str, Any], key: str) -> Block:
    """The card of a block; what is words is said as words, not as a value."""
    parts = {name: raw[name] for name in ("id", "ref", "withdraw", "table") if raw.get(name)}
    cells = {n: cell_of(v) for n, v in raw.items() if n not in (*parts, "quote", "links", "table")}
    cells |= {name: _spoken(cells[name]) for name in SPOKEN if name in cells}
    links = [cell_of(one) for one in raw.get("links", ())]
    quote = _spoken(cell_of(raw["quote"])) if raw.get("quote") else None
    parts.setdefault("table", "")
    return Block(key=key, section=section, quote=quote, cells=cells, links=links, **parts)


def _spoken(cell: Cell) -> Cell:
    """A cell whose value is its words, with these as its receipt."""
    return cell if cell.value is None else notation.of(None, list(words_of(cell)))


def cell_of(value: Any) -> Cell:
    """A cell as an entry has it: a line, a table or a number."""
    if isinstance(value, Mapping):
        return Cell.model_validate(dict(value))
    return notation.read(str(value).lower() if isinstance(value, bool) else str(value))
