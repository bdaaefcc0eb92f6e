"""How results look: aligned text for people, JSON and CSV for programs.

Whatever a command prints goes through `emit`, `write`, `write_csv` or `complain`, so that nothing
of a package drives a terminal or gives a command to the CI that keeps the log. What is written out
is told in `kzdata.display`. JSON and CSV hold the cells as they are; only CSV has no way to say a
command otherwise, and is changed where it does not go into a file.
"""

import csv
import io
import json
import math
import os
import re
import stat
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import typer

from kzdata.display import in_json as in_json
from kzdata.display import safe as safe
from kzdata.display import unobeyed, visible
from kzdata.evidence.spans import highlighted
from kzdata.files import writing

if TYPE_CHECKING:
    from kzdata.evidence.receipts import Receipt

Impact = Sequence[tuple[str, str, str | None]]
"""What falls with an article: table, record and column; None where the whole row falls."""
# What `typer.style` and `hyperlink` write: colours, and where a link begins and ends (OSC 8).
_LINK = re.compile("\x1b\\]8;;[!-~]*\x1b\\\\")
_STYLE = re.compile(f"\x1b\\[[0-9;]*m|{_LINK.pattern}")
_ADDRESS = re.compile("https?://[!-~]{1,2000}", re.I)
# Variables that terminals which know links set, and names that they give themselves.
_LINKING = ("DOMTERM", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "VTE_VERSION", "WT_SESSION")
_PROGRAMS = {"ghostty", "Hyper", "iTerm.app", "rio", "vscode", "WezTerm"}
_TERMS = ("alacritty", "contour", "foot", "xterm-ghostty", "xterm-kitty")
bold = typer.style("{}", bold=True).format
MOST_OF_A_COMPLAINT = 4_000  # characters of an error that are shown


def emit(styled: str) -> None:
    """Write styled text for people to standard output; colours only on a terminal that shows them.

    `NO_COLOR` and `TERM=dumb` say that it does not.
    """
    refused = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if refused or not sys.stdout.isatty():
        styled = unstyled(styled)
    if not links_shown():
        styled = _LINK.sub("", styled)
    # Lines of our own words and of text that is safe already: what was missed is escaped here.
    _print(sys.stdout, "\n".join(map(_line, styled.split("\n"))))


def links_shown() -> bool:
    """Whether standard output is a terminal that makes links of them, as far as it tells."""
    told = os.environ
    if not sys.stdout.isatty() or told.get("TERM") == "dumb":
        return False
    named = told.get("TERM_PROGRAM") in _PROGRAMS or told.get("TERM", "").startswith(_TERMS)
    return named or any(map(told.get, _LINKING))


def hyperlink(text: str, address: str | None) -> str:
    """A text that is safe already, as a link where the terminal has them (OSC 8).

    Only an address of the web in plain ASCII becomes one: no other character ends the link.
    """
    if address is None or not _ADDRESS.fullmatch(address):
        return text
    return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\"


def write(text: str) -> None:
    """Write text for programs to standard output: JSON, XML, the commands of our own to GitHub.

    Its format has made it harmless by its own means; on a terminal it is seen to once more.
    """
    # In a file or a pipe the text must stay what the format says, byte for byte.
    if sys.stdout.isatty():
        text = "\n".join(map(visible, text.replace("\r\n", "\n").split("\n")))
    _print(sys.stdout, text)


def write_csv(text: str) -> None:
    """Write CSV to standard output: as it is into a file, without commands to CI elsewhere.

    CSV has no escapes, and a pipe may be the log of a job. What was written out is said.
    """
    harmless = text if _is_file(sys.stdout) else unobeyed(text)
    write(harmless)
    if harmless != text:
        complain("cells with commands to CI are written out; a file (> FILE) gets them as they are")


def complain(text: str) -> None:
    """Write what went wrong, or what else is to be said, to standard error on one line."""
    _print(sys.stderr, safe(shortened(text, MOST_OF_A_COMPLAINT)))


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _print(stream: TextIO, text: str) -> None:
    stream.write(f"{text}\n")


def _is_file(stream: TextIO) -> bool:
    # A stream that a test or a program has put there may have no descriptor.
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _line(styled: str) -> str:
    words, styles = _STYLE.split(styled), _STYLE.findall(styled)
    return "".join(map("".join, zip_longest(map(safe, words), styles, fillvalue="")))


def unstyled(text: str) -> str:
    """A text without colours."""
    return _STYLE.sub("", text)


def save(text: str, file: Path) -> None:
    """Write text to a file, without styles; see `kzdata.files.writing.save`."""
    writing.save(f"{unstyled(text)}\n".encode("utf-8", "backslashreplace"), file)


def plain(value: Any) -> Any:
    """A value as JSON has it: dates as text, whole numbers without a point, no NaN."""
    # JSON has one kind of number: 3 and 3.0 are the same, and NaN is none.
    if isinstance(value, Decimal | float):
        if not math.isfinite(value):
            return None
        return int(value) if value == int(value) else float(value)
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, str | int) else str(value)


def as_json(value: Any) -> str:
    """A value as JSON text, not escaped beyond need: but that no terminal and no CI obeys it."""
    return in_json(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV with a header (RFC 4180, LF); None is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if value is None else plain(value) for value in row] for row in rows])
    return out.getvalue().removesuffix("\n")


def as_records(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows as JSON objects."""
    return [dict(zip(columns, map(plain, row), strict=True)) for row in rows]


def as_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as an aligned table; numbers to the right."""
    values = [[plain(value) for value in row] for row in rows]
    numeric = [
        all(isinstance(x, int | float) for x in cells) for cells in zip(*values, strict=True)
    ]
    head, *body = aligned([columns, *values], numeric)
    return "\n".join([bold(head), *body])


def aligned(rows: Sequence[Sequence[Any]], numeric: Sequence[bool] = ()) -> list[str]:
    """Rows as lines with aligned columns and no trailing blanks; None is empty.

    `numeric` columns stand to the right.
    """
    texts = [["" if cell is None else safe(str(cell)) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*texts, strict=True)]
    right = [*numeric, *[False] * (len(widths) - len(numeric))]
    return ["  ".join(map(_padded, row, widths, right)).rstrip() for row in texts]


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    # Letters of East Asia take two columns, and an accent of its own stands above another letter.
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def _padded(text: str, room: int, right: bool) -> str:
    blanks = " " * (room - width(text))
    return blanks + text if right else text + blanks


def record(row: Mapping[str, Any]) -> str:
    """One row of a table, a line for each cell; empty ones are left out."""
    filled = [(name, plain(value)) for name, value in row.items() if value is not None]
    return "\n".join(aligned(filled))


def receipts(
    found: Sequence["Receipt"], texts: Mapping[str, str], fallen: Impact | None = None
) -> str:
    """Receipts, a block for each passage: the cells that rest on it, its words, article and link.

    A passage of an article in `texts` is shown in its surroundings. With what falls if the article
    is withdrawn (table, record and column), its cells are marked, and the whole is counted.
    """
    # The record is only named where there are several; of one it is what was asked for.
    lines: list[str] = []
    several = len({receipt.record for receipt in found}) > 1
    falls = falling(fallen)
    for _, group in groupby(found, key=lambda receipt: receipt.span):
        cells = list(group)
        heads = [f"{cell.record}.{cell.field}" if several else cell.field for cell in cells]
        rows = [
            (f"{head} = {c.value}", c.role, "falls" if falls(c.record, c.field) else "")
            for head, c in zip(heads, cells, strict=True)
        ]
        for head, line in zip(map(safe, heads), aligned(rows), strict=True):
            lines.append(bold(head) + line.removeprefix(head))
        lines += [f"    {line}" for line in _passage(cells[0], texts.get(cells[0].source))]
    return "\n".join([*lines, *(() if fallen is None else _impact(found, fallen))])


def falling(fallen: Impact | None) -> Callable[[str, str], bool]:
    """Whether a cell, or its record, is among what falls."""
    rows = {record for _, record, field in fallen or () if field is None}
    cells = {(record, field) for _, record, field in fallen or ()}
    return lambda record, field: record in rows or (record, field) in cells


def receipt_rows(
    found: Sequence["Receipt"], fallen: Impact | None
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Receipts as columns and rows; with a column `falls` where it is known what falls."""
    from kzdata.evidence.receipts import Receipt

    # Every field is a column, also where there is no receipt to read them from.
    columns = tuple(Receipt.__dataclass_fields__)
    rows = [tuple(getattr(receipt, name) for name in columns) for receipt in found]
    if fallen is None:
        return columns, rows
    falls = falling(fallen)
    marked = [(*row, falls(r.record, r.field)) for row, r in zip(rows, found, strict=True)]
    return (*columns, "falls"), marked


def _impact(found: Sequence["Receipt"], fallen: Impact) -> Iterator[str]:
    """What rests on an article and what falls with it, counted by table."""
    cells = {(receipt.record, receipt.field) for receipt in found}
    records = {receipt.record for receipt in found}
    yield ""
    yield f"{len(cells):,} cells of {len(records):,} records rest on it; if it is withdrawn:"
    counts = Counter((table, field is None) for table, _, field in fallen)
    tables = dict.fromkeys(table for table, _, _ in fallen)
    rows = [(table, counts[table, True], counts[table, False]) for table in tables]
    yield as_text(("table", "rows fall", "cells are emptied"), rows) if rows else "nothing falls"


def _passage(receipt: "Receipt", text: str | None) -> Iterator[str]:
    article = ", ".join(part for part in (receipt.publisher, receipt.published_on) if part)
    yield f"“{typer.style(safe(receipt.quote), fg='green')}”"
    if text is not None:
        before, words, after = map(safe, highlighted(text, receipt.start, receipt.end))
        yield f"{before}{typer.style(words, bold=True, reverse=True)}{after}"
    place = f"{receipt.span}, characters {receipt.start} to {receipt.end} of {receipt.source}"
    yield safe(f"{place} ({article})")
    if receipt.note:
        yield safe(receipt.note)
    if receipt.contested:
        yield safe(receipt.contested)
    if receipt.link:
        yield typer.style(safe(receipt.link), dim=True)
