"""What a work list says: the things that are left to do for an article, kind by kind."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from kzdata.entries import notation
from kzdata.entries.article import Article
from kzdata.entries.notation import Cell, Receipt
from kzdata.entries.receipts import words_of
from kzdata.evidence.spans import highlighted

KINDS = {
    "number": "numbers that nothing accounts for",
    "date": "dates that no cell rests on",
    "name": "known names beside a claim or an event, in no row of the article",
    "alias": "names that other articles have, without an alias here",
    "event": "events that may be one with an event of other articles",
    "disagreement": "claims that disagree with others, without a link",
    "participant": "events that nobody takes part in, though a name stands beside them",
    "count": "cells whose receipts are counted wrong",
    "quote": "what is quoted",
}
"""What is listed, and what each kind is called, in the order of the list."""
OF_TEXT = ("number", "date", "name", "alias", "participant")
"""The kinds that only the text of the article tells."""
_WIDTH = 30  # characters on either side of words


class Left(NamedTuple):
    """A thing that is left to do.

    Attributes:
        kind: One of `KINDS`.
        words: What is meant: words as the article prints them, or the key of a record.
        start: Where the words begin in the text, in code points; None for a record.
        around: The words in their surroundings, on one line; of a record its title or quote.
        why: What is to be decided or done.
        section: The block of an entry that the line stands in; empty where there is no line.
        line: What to write there, as TOML: a line, or two.
    """

    kind: str
    words: str
    start: int | None
    around: str
    why: str
    section: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Todo:
    """What is left to do for an article.

    Attributes:
        source: Key of the article.
        left: What is left, by kind in the order of `KINDS`, then in the order of the text.
        unknown: The kinds that were not looked for: they need the article's text, or its day.
    """

    source: str
    left: tuple[Left, ...]
    unknown: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Left]:
        return iter(self.left)

    def __len__(self) -> int:
        return len(self.left)

    def of_kind(self, kind: str) -> tuple[Left, ...]:
        """What is left of one kind."""
        return tuple(one for one in self.left if one.kind == kind)

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        left = [one._asdict() for one in self.left]
        return {"source": self.source, "left": left, "unknown": list(self.unknown)}


def printed(kind: str, article: Article, start: int, end: int, why: str) -> Left:
    """Words of the text about which something is to be decided."""
    assert article.text is not None
    before, words, after = highlighted(article.text, start, end, _WIDTH)
    around = " ".join(f"{before}[{words}]{after}".split())
    return Left(kind, article.text[start:end], start, around, why)


def placed(article: Article, start: int, end: int) -> Receipt:
    """Words of the text as an entry names them: with their place where they have several."""
    one = article.at(start, end)
    several = len(article.passages(one.words)) > 1
    return Receipt(words=one.words, occurrence=one.occurrence if several else None)


def words_line(name: str, receipt: Receipt) -> str:
    """The line of an entry whose value is words, such as `figure` and `date`."""
    place = f" @{receipt.occurrence}" if receipt.occurrence else ""
    plain = Cell(value=f"{receipt.words}{place}")
    # What the notation would read otherwise, such as an arrow in the words, is said as a table.
    simple = notation.write(plain) == plain.value and words_of(plain) == (receipt,)
    return toml(name, plain if simple else notation.of(None, [receipt]))


def toml(name: str, cell: Cell) -> str:
    """A cell as a line of TOML."""
    written = notation.write(cell)
    if isinstance(written, str):
        return f"{name} = {_string(written)}"
    parts = ", ".join(
        f"{part} = {value if isinstance(value, int) else _string(value)}"
        for part, value in written.items()
    )
    return f"{name} = {{ {parts} }}"


def _string(text: str) -> str:
    # A string of JSON is one of TOML, which also wants U+007F escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
