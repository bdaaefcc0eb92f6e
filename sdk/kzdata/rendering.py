"""How results look: aligned text for people, JSON and CSV for programs.

Text from a package is never sent to a terminal raw: control characters are written out.
"""

import csv
import io
import json
import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text as Text

from kzdata.spans import highlighted

if TYPE_CHECKING:
    from kzdata.receipts import Receipt
    from kzdata.validation import Finding, Report

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
WIDE = 100_000


def safe(text: str) -> str:
    r"""The text on one line, control characters and text-turning marks written out (`\x1b`)."""
    return _CONTROL.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def console(stream: Any = None) -> Console:
    """A console that colours and wraps only on a terminal."""
    stream = stream or sys.stdout
    width = None if stream.isatty() else WIDE
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def plain(value: Any) -> Any:
    """A value as JSON has it: dates as text, whole numbers without a point, no NaN."""
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
    """A value as JSON text, not escaped beyond need."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)


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


def as_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Rows as an aligned table; numbers to the right."""
    rows = [["" if value is None else plain(value) for value in row] for row in rows]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for index, column in enumerate(columns):
        numbers = bool(rows) and all(isinstance(row[index], int | float) for row in rows)
        table.add_column(Text(safe(column)), justify="right" if numbers else "left")
    for row in rows:
        table.add_row(*(Text(safe(str(value))) for value in row))
    return table


def as_pairs(pairs: Iterable[tuple[str, Any]]) -> Table:
    """Names and values, aligned."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for name, value in pairs:
        shown = "" if value is None else str(plain(value))
        table.add_row(Text(safe(name), "bold"), Text(safe(shown)))
    return table


def record(row: Mapping[str, Any]) -> Table:
    """One row of a table; empty cells are left out."""
    return as_pairs((name, value) for name, value in row.items() if value is not None)


def finding(found: "Finding") -> Text:
    """One finding on one line: where, rule, record and field, found, expected."""
    subject = ".".join(part for part in (found.record, found.field) if part)
    line = Text.assemble((safe(found.where), "bold"), ": ")
    line.append(found.rule, "red" if found.severity == "error" else "yellow")
    line.append(f" {safe(subject)}:" if subject else ":")
    line.append(f" found {safe(found.found) or 'nothing'}, expected {safe(found.expected)}")
    return line


def report(result: "Report") -> RenderableType:
    """A report: the findings, how to mend them, and what was checked."""
    parts: list[RenderableType] = [finding(found) for found in result.findings]
    if parts:
        fixes = {found.rule: found.fix for found in result.findings}
        rows = [(rule, result.by_rule[rule], fix) for rule, fix in sorted(fixes.items())]
        parts += ["", as_text(("rule", "findings", "way out"), rows), ""]
    parts.append(Text(safe(result.verdict), "bold green" if result.valid else "bold red"))
    return Group(*parts, as_pairs(summary(result)))


def summary(result: "Report") -> Iterable[tuple[str, str]]:
    """What was checked and what was not, as names and values."""
    yield "tables", f"{len(result.rows):,} with {sum(result.rows.values()):,} rows"
    receipts = result.receipts
    if receipts.required:
        share = 100 * receipts.evidenced / receipts.required
        inferred = 100 * receipts.inferred / receipts.required
        shown = f"{share:.10g} %" if receipts.evidenced == receipts.required else f"{share:.2f} %"
        yield (
            "receipts",
            f"{receipts.evidenced:,} of {receipts.required:,} cells that need one ({shown}); "
            f"{inferred:.1f} % rest on inference alone",
        )
    if result.spans_in_texts:
        yield "offsets", f"{result.spans_in_texts:,} spans compared with the articles' texts"
    for reason in result.unchecked:
        yield "not checked", reason


def receipts(found: Sequence["Receipt"], texts: Mapping[str, str]) -> Text:
    """Receipts, a block for each passage: the cells that rest on it, its words, article and link.

    Args:
        found: Receipts in the order of the record's columns.
        texts: Texts of articles by source; the passage is then shown in its surroundings.
    """
    lines: list[Text] = []
    for _, group in groupby(found, key=lambda receipt: receipt.span):
        cells = list(group)
        width = max(cell_len(f"{cell.field} = {cell.value}") for cell in cells)
        for cell in cells:
            padding = " " * (width - cell_len(f"{cell.field} = {cell.value}"))
            said = f" = {safe(cell.value)}{padding}  {cell.role}"
            lines.append(Text.assemble((cell.field, "bold"), said))
        passage = _passage(cells[0], texts.get(cells[0].source))
        lines += [Text.assemble("    ", line) for line in passage]
    return Text("\n").join(lines)


def _passage(receipt: "Receipt", text: str | None) -> Iterator[Text]:
    article = ", ".join(part for part in (receipt.publisher, receipt.published_on) if part)
    yield Text.assemble("“", (safe(receipt.quote), "green"), "”")
    if text is not None:
        before, words, after = highlighted(text, receipt.start, receipt.end)
        yield Text.assemble(safe(before), (safe(words), "bold reverse"), safe(after))
    place = f"{receipt.span}, characters {receipt.start} to {receipt.end} of {receipt.source}"
    yield Text(safe(f"{place} ({article})"))
    if receipt.note:
        yield Text(safe(receipt.note), "italic")
    if receipt.link:
        yield Text(safe(receipt.link), "dim")


def emit(renderable: RenderableType, stream: Any = None) -> None:
    """Write something to standard output: as it is on a terminal, else without trailing blanks."""
    out = console(stream)
    if out.is_terminal:
        out.print(renderable)
        return
    with out.capture() as captured:
        out.print(renderable, soft_wrap=True)
    lines = captured.get().splitlines()
    out.file.write("".join(f"{line.rstrip()}\n" for line in lines))
