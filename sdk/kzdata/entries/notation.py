"""How a cell and its words are written in one line: `killed <- have been killed`.

| written | means |
|---|---|
| `killed` | the machine finds the words |
| `killed <- were killed` | these words |
| `killed <- were killed @2` | the second place in the article at which they stand |
| `killed ?? why` | inferred; the note says why |
| `killed <- were killed ?? why` | these words and a note: of another sentence, or inferred |
| `killed <- were killed <- were shot` | two receipts |

What cannot be said in a line, such as words with an arrow in them, is said as a table.
"""

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from kzdata.validation.evidence_tables import ROLES

_ARROW, _WHY = " <- ", " ?? "
_PLACE = re.compile(r"(?s)(.*\S) @([1-9][0-9]{0,5})")
_ROLES = f"^({'|'.join(ROLES)})$"


class Receipt(BaseModel):
    """Words of the article that a cell rests on.

    Attributes:
        words: As the article prints them; without them, those of the claim's quote.
        occurrence: At which of the places where they stand, from 1; else the nearest to the quote.
        note: Why they carry the cell, where they do not say it themselves or stand elsewhere.
        role: The role of the receipt, where it is not the one that follows from the words.
        source: Key of another article where they stand, as those of a link do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: str | None = None
    occurrence: Annotated[int, Field(ge=1)] | None = None
    note: str | None = None
    role: Annotated[str, Field(pattern=_ROLES)] | None = None
    source: str | None = None


class Cell(BaseModel):
    """A value of a row, with the words that it rests on.

    Attributes:
        value: As the table has it; without it, what the words say.
        words: Of one receipt; as in `Receipt`, and so are the next four.
        receipts: All receipts, where there are several.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: str | None = None
    words: str | None = None
    occurrence: Annotated[int, Field(ge=1)] | None = None
    note: str | None = None
    role: Annotated[str, Field(pattern=_ROLES)] | None = None
    source: str | None = None
    receipts: tuple[Receipt, ...] = ()

    @property
    def all(self) -> tuple[Receipt, ...]:
        """All receipts."""
        parts = {name: getattr(self, name) for name in Receipt.model_fields}
        own = () if all(part is None for part in parts.values()) else (Receipt(**parts),)
        return own + self.receipts


def read(text: str) -> Cell:
    """A cell from its line."""
    value, *rest = f" {text.strip()} ".split(_ARROW)
    stated, _, why = value.partition(_WHY)
    first = [Receipt(note=why.strip())] if why.strip() else []
    receipts = first + [_receipt(part) for part in rest]
    return of(stated.strip() or None, receipts)


def _receipt(text: str) -> Receipt:
    words, _, why = text.partition(_WHY)
    quoted, occurrence = place_of(words.strip())
    return Receipt(words=quoted or None, occurrence=occurrence, note=why.strip() or None)


def place_of(text: str) -> tuple[str, int | None]:
    """Words, and which of their places is meant: `were killed @2`."""
    place = _PLACE.fullmatch(text)
    return (place[1], int(place[2])) if place else (text, None)


def of(value: str | None, receipts: list[Receipt]) -> Cell:
    """A cell of a value and its receipts."""
    if len(receipts) == 1:
        return Cell(value=value, **receipts[0].model_dump())
    return Cell(value=value, receipts=tuple(receipts))


def write(cell: Cell) -> str | dict[str, Any]:
    """A cell as a line, or as a table where no line says the same."""
    parts = [cell.value or ""]
    for receipt in cell.all:
        place = f" @{receipt.occurrence}" if receipt.occurrence else ""
        parts += [f"{_ARROW}{receipt.words}{place}"] if receipt.words else []
        parts += [f"{_WHY}{receipt.note}"] if receipt.note else []
    line = "".join(parts).strip()
    said = of(cell.value, list(cell.all))
    return (
        line
        if line and read(line) == said
        else said.model_dump(exclude_none=True, exclude_defaults=True)
    )
