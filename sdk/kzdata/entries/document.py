"""The document of an entry: read from TOML or JSON, written as either."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from kzdata.entries import notation
from kzdata.entries.notation import Cell, Receipt
from kzdata.entries.places import Path, Place, json_places, toml_places
from kzdata.errors import KzdataError

MAX_BYTES = 8 << 20
MAX_BLOCKS = 20_000
# What a block is called by the part that its table plays; any other table's is a `row`.
SECTIONS = {
    "passage": "spans",
    "alias": "aliases",
    "term": "codebook",
    "exclusion": "exclusions",
    "event": "events",
    "claim": "principal",
    "participant": "participants",
    "link": "links",
}
ROW = "row"
# What a block says besides its cells.
PARTS = ("ref", "id", "table", "quote", "withdraw", "links")


class Fault(NamedTuple):
    """What is wrong in an entry, and where.

    Attributes:
        file: The document, as it was named.
        line: Line, from 1; 0 where the whole document is meant.
        column: Column of the first character, from 1.
        what: The block and the cell, as `claim 2, population`.
        message: What was found, what was expected, and the way out.
        path: The way to it in the document.
        open: Whether a person may settle it, where words may say it.
    """

    file: str
    line: int
    column: int
    what: str
    message: str
    path: Path = ()
    open: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {name: getattr(self, name) for name in ("file", "line", "column", "what", "message")}

    def __str__(self) -> str:
        place = f":{self.line}:{self.column}" if self.line else ""
        what = f"{self.what}: " if self.what else ""
        return f"{self.file}{place}: {what}{self.message}"


class EntryError(KzdataError):
    """An entry cannot be entered.

    Attributes:
        faults: All that is wrong in it.
    """

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def _cell(value: object) -> object:
    """A value of TOML or JSON as a cell."""
    if isinstance(value, bool):
        return Cell(value=str(value).lower())
    if isinstance(value, str):
        return notation.read(value)
    if isinstance(value, int | float | date):
        return Cell(value=str(value))
    return value


@cache
def _cell_table() -> dict[str, Any]:
    parts = Cell.model_json_schema()
    parts["properties"]["value"] = {"type": "string"}
    parts["properties"]["receipts"]["items"] = Receipt.model_json_schema()
    return {name: parts[name] for name in ("type", "properties", "additionalProperties")}


def cell_schema(values: Mapping[str, Any], line: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a cell: a line, or a table whose value is one of some values."""
    table = _cell_table()
    ways = [{"type": "string", **line}, table]
    return {
        "anyOf": ways[:1]
        + ([{"allOf": [table, {"properties": {"value": values}}]}] if values else ways[1:])
    }


CellOf = Annotated[Cell, BeforeValidator(_cell), WithJsonSchema(cell_schema({}, {}))]


class Block(BaseModel):
    """What an entry says of one row: its cells by column, and what the row is.

    Attributes:
        ref: A name by which other blocks of the entry know a new row.
        id: The key of a row that exists.
        table: Its table, where the section does not tell.
        quote: The words that make the claim, its principal passage.
        withdraw: Why the row is taken out; it leaves a tombstone.
        links: Of a claim, each with another one: `updates CR-0013 ?? why`.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, CellOf] = Field(init=False)

    ref: str | None = None
    id: str | None = None
    table: str | None = None
    quote: CellOf | None = None
    withdraw: str | None = None
    links: list[CellOf] = []

    @property
    def cells(self) -> dict[str, Cell]:
        """The cells, by column or shortcut."""
        return self.__pydantic_extra__


class Entry(BaseModel):
    """Everything that one article says: the article, and a block for each row.

    `source` is the row of the article; `text` in it is the path of its text.
    """

    model_config = ConfigDict(extra="forbid")

    source: dict[str, CellOf]
    passage: list[Block] = []
    alias: list[Block] = []
    term: list[Block] = []
    exclusion: list[Block] = []
    event: list[Block] = []
    claim: list[Block] = []
    participant: list[Block] = []
    link: list[Block] = []
    row: list[Block] = []

    @property
    def article(self) -> dict[str, Cell]:
        """The cells of the article's row, and `text`."""
        cells: dict[str, Cell | None] = dict(self.source)
        return {name: cell for name, cell in cells.items() if cell is not None}

    def blocks(self) -> Iterator[tuple[Path, Block]]:
        """All blocks, each with the way to it."""
        for section in (*SECTIONS, ROW):
            for number, block in enumerate(getattr(self, section)):
                yield (section, number), block


class Document(NamedTuple):
    """An entry that was read, and where its parts stand.

    Attributes:
        name: What the document is called.
        entry: What it says.
        places: Where.
        raw: The same as TOML or JSON has it.
        left_out: The ways to blocks that are passed over.
    """

    name: str
    entry: Entry
    places: Mapping[Path, Place]
    raw: Mapping[str, Any]
    left_out: frozenset[Path] = frozenset()

    def fault(self, path: Path, message: str, is_open: bool = False) -> Fault:
        """What is wrong at a place, or at the nearest one around it that is known."""
        return _fault(self.name, self.places, path, message, is_open)

    def blocks(self) -> Iterator[tuple[Path, Block]]:
        """The blocks of the entry that are not left out, each with the way to it."""
        return (one for one in self.entry.blocks() if one[0] not in self.left_out)


def read(content: bytes, name: str) -> Document:
    """Read an entry: JSON where it begins with `{`, else TOML.

    Raises:
        EntryError: It is neither, or says what no entry can say.
    """
    try:
        if len(content) > MAX_BYTES:
            raise ValueError(f"larger than {MAX_BYTES >> 20} MiB; enter it in parts")
        text = content.decode("utf-8-sig")
        is_json = text.lstrip().startswith("{")
        raw = json.loads(text, parse_float=str) if is_json else _toml(text)
        places = json_places(text) if is_json else toml_places(text)
    except json.JSONDecodeError as error:
        message = f"no JSON ({error.msg})"
        raise EntryError([Fault(name, error.lineno, error.colno, "", message)]) from error
    except (ValueError, RecursionError) as error:
        raise EntryError([Fault(name, *_at(str(error)), "", f"not read: {error}")]) from error
    return checked(Document(name, Entry(source={}), places, raw), Entry)


def _toml(text: str) -> dict[str, Any]:
    return tomllib.loads(text.replace("\r\n", "\n"), parse_float=str)


def _at(message: str) -> Place:
    import re

    found = re.search(r"line ([0-9]+), column ([0-9]+)", message)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def checked(document: Document, model: type[Entry]) -> Document:
    """A document read by a model of entries, such as that of a package.

    Raises:
        EntryError: It says what no entry says.
    """
    try:
        return document._replace(entry=model.model_validate(document.raw))
    except ValidationError as error:
        faults = [document.fault(_way(document, e["loc"]), _said(e)) for e in error.errors()]
        raise EntryError(list(dict.fromkeys(faults))) from error


def _way(document: Document, path: Path) -> Path:
    """A place without the name of the table by which blocks of several are told apart."""
    if len(path) < 3 or not isinstance(path[1], int):
        return path
    block = document.raw[str(path[0])][path[1]]
    tagged = isinstance(block, Mapping) and block.get("table") == path[2]
    return path[:2] + path[3:] if tagged and path[2] not in block else path


def _said(error: Any) -> str:
    message, tables = str(error["msg"]), error.get("ctx", {}).get("expected_tags", "")
    return {
        "extra_forbidden": "no such name in an entry",
        "missing": "is missing",
        "union_tag_not_found": "say its table: table = NAME",
        "union_tag_invalid": f"no such table for it; expected one of {tables}",
    }.get(error["type"], message[:1].lower() + message[1:])


def _fault(
    name: str, places: Mapping[Path, Place], path: Path, message: str, is_open: bool
) -> Fault:
    known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in places), ())
    line, column = places.get(known, (0, 0))
    return Fault(name, line, column, _called(path), message, path, is_open)


def _called(path: Path) -> str:
    """A place in words: `claim 2, population`."""
    section, *rest = map(str, path) if path else [""]
    number, *names = [int(r) + 1 if r.isdecimal() else r for r in rest] or [""]
    return ", ".join(filter(None, [f"{section} {number}".strip(), ".".join(map(str, names))]))


def written(
    entry: Mapping[str, Any], form: str, notes: Mapping[Path, Sequence[str]] = MappingProxyType({})
) -> str:
    """A document of an entry as TOML or JSON; in TOML with notes on blocks as comments."""
    if form == "json":
        return json.dumps(entry, ensure_ascii=False, indent=2) + "\n"
    import tomlkit

    return tomlkit.dumps(_inline(entry, notes))


def _inline(entry: Mapping[str, Any], notes: Mapping[Path, Sequence[str]]) -> Any:
    """The same for TOML, with cells that are tables on one line each."""
    import tomlkit

    document = tomlkit.document()
    for section, content in entry.items():
        if isinstance(content, Mapping):
            document.add(section, _table(content))
            continue
        blocks = tomlkit.aot()
        for number, block in enumerate(content):
            blocks.append(_table(block, notes.get((section, number), ())))
        document.add(section, blocks)
    return document


def _table(cells: Mapping[str, Any], notes: Sequence[str] = ()) -> Any:
    import tomlkit

    table = tomlkit.table()
    for note in notes:
        table.add(tomlkit.comment(" ".join(note.split())))
    for name, value in cells.items():
        if isinstance(value, Mapping):
            inline = tomlkit.inline_table()
            inline.update(value)
            value = inline
        table.add(name, value)
    return table
