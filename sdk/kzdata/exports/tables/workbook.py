"""A package as an Excel workbook, one sheet a table, in which nothing can run.

A cell is a number, a date or a truth value only where the workbook shows it letter by letter as the
table has it; everything else is a string. A string that a spreadsheet would take for a formula,
here or after it was saved as CSV, gets an apostrophe before it, and so does one that begins with an
apostrophe: whoever reads a string takes one leading apostrophe away.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzdata.errors import UsageError
from kzdata.exports.content import Content, TableContent, encodable
from kzdata.exports.registry import exporter
from kzdata.exports.spreadsheets import begins
from kzdata.exports.tables.spellings import Column
from kzdata.files.names import distinct, shortened

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_CELL = 32_767
MAX_NAME = 31
MAX_DIGITS = 15
"""What a workbook can hold: rows with the header, columns, UTF-16 units of a cell and of a sheet's
name, decimal digits of a number (ECMA-376; Excel specifications and limits)."""
FIRST_DAY = "1900-03-01"
"""Excel counts days wrongly before this one: it takes 1900 for a leap year."""
EPOCH = datetime(2000, 1, 1)
"""When every workbook says it was made, so that the same package gives the same bytes."""
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
WIDTHS = (6, 60)
"""Least and greatest width of a column, in characters."""
ABOUT = "About"
DICTIONARY = "Data dictionary"
READING = (
    ("empty cells", "no value"),
    (
        "apostrophes",
        "A text that begins with an apostrophe or with a character that a spreadsheet takes for "
        "the beginning of a formula has one more apostrophe before it; an apostrophe alone is an "
        "empty text.",
    ),
)


@exporter("xlsx", suffix=".xlsx", module="xlsxwriter", extra="excel")
def xlsx(dataset: "Dataset", out: Path) -> None:
    """An Excel workbook: a sheet for each table, a data dictionary, and where it comes from."""
    from xlsxwriter import Workbook

    content = Content(dataset)
    for table in content.tables.values():
        if table.count >= MAX_ROWS or len(table.columns) > MAX_COLUMNS:
            found = f"{table.count:,} rows and {len(table.columns):,} columns"
            raise UsageError(
                f"{table.name} has {found}; a sheet holds {MAX_ROWS - 1:,} and {MAX_COLUMNS:,}. "
                "Write duckdb, sqlite or parquet instead"
            )
    with Workbook(str(out), {"constant_memory": True}) as book:
        book.set_properties({"title": encodable(content.title), "created": EPOCH})
        WorkbookWriter(content, book).write()


class WorkbookWriter:
    """The sheets of a workbook, which is empty."""

    def __init__(self, content: Content, book: Any) -> None:
        self._content = content
        self._book = book
        taken = {"history"}  # Excel keeps this name for itself
        self._about, self._dictionary = (distinct(name, taken) for name in (ABOUT, DICTIONARY))
        self.names = {name: sheet_name(name, taken) for name in content.tables}

    def write(self) -> None:
        """Write all sheets."""
        self._write_about()
        self._write_dictionary()
        for table in self._content.tables.values():
            sheet = Worksheet(self._book, self.names[table.name], table.name)
            sheet.head(table.schema.names)
            for texts in table.texts():
                sheet.row([cell(h, text) for h, text in zip(table.columns, texts, strict=True)])
            sheet.finish()

    def _write_about(self) -> None:
        sheet = Worksheet(self._book, self._about, ABOUT)
        sheet.head(("about", "value"))
        for fact in (*self._content.facts(), *READING):
            sheet.row(fact)
        sheet.row(())
        sheet.row(("sheet", "table", "rows", "file", "bytes", "SHA-256"))
        for table in self._content.tables.values():
            for file in table.files:
                name = self.names[table.name]
                sheet.row((name, table.name, table.count, file.path, file.size, file.sha256))
        sheet.finish(filtered=False)

    def _write_dictionary(self) -> None:
        sheet = Worksheet(self._book, self._dictionary, DICTIONARY)
        sheet.head(
            "sheet column title type description unit example required allowed key no_value".split()
        )
        for table in self._content.tables.values():
            for held in table.columns:
                sheet.row((self.names[table.name], *self._entry(table, held)))
        sheet.finish()

    def _entry(self, table: TableContent, held: Column) -> Iterator[Any]:
        """What the dictionary says of a column."""
        field = held.field
        allowed = field.constraints.enum or field.category_values
        labelled = ((str(value), field.labels.get(str(value))) for value in allowed)
        told = (f"{value}: {label}" if label else value for value, label in labelled)
        yield from (held.name, field.title, field.type, field.description, field.unit)
        yield None if field.example is None else str(field.example)
        yield "yes" if field.constraints.required else None
        yield "\n".join(told) or None
        yield "\n".join(_keys(table, held.name)) or None
        yield "\n".join(value or "(empty)" for value in held.missing)


def _keys(table: TableContent, name: str) -> Iterator[str]:
    """The keys that a column belongs to."""
    if name in table.schema.primary_key:
        yield "primary key"
    for key in table.schema.foreign_keys:
        if name in key.fields:
            there = key.reference.fields[key.fields.index(name)]
            yield f"{key.reference.resource or table.name}.{there}"


class Worksheet:
    """A sheet that is written from top to bottom; messages call it by its label."""

    def __init__(self, book: Any, name: str, label: str) -> None:
        self._book = book
        self._sheet = book.add_worksheet(name)
        self._label = label
        self._columns: Sequence[str] = ()
        self._next = 0
        self._widths: dict[int, int] = {}

    def head(self, columns: Sequence[str]) -> None:
        """Write the header, and freeze it."""
        self._columns = columns
        self.row(columns, _format(self._book, bold=True))
        self._sheet.freeze_panes(1, 0)

    def row(self, values: Sequence[Any], style: Any = None) -> None:
        """Write the next row: None, text, whole numbers, decimals, dates or truth values."""
        for place, value in enumerate(values):
            if value is not None:
                self._widths[place] = max(self._widths.get(place, 0), len(str(value)))
                self._write(place, value, style)
        if values and all(value is None for value in values):
            # A formatted blank keeps a last row without any value in the sheet.
            self._sheet.write_blank(self._next, 0, None, _format(self._book, num_format="@"))
        self._next += 1

    def _write(self, place: int, value: Any, style: Any) -> None:
        at = (self._next, place)
        if isinstance(value, str):
            self._sheet.write_string(*at, self._checked(place, _string(value)), style)
        elif isinstance(value, bool):
            self._sheet.write_boolean(*at, value, style)
        elif isinstance(value, date):
            shown = 'yyyy-mm-dd"T"hh:mm:ss' if isinstance(value, datetime) else "yyyy-mm-dd"
            self._sheet.write_datetime(*at, value, _format(self._book, num_format=shown))
        else:
            places = -int(Decimal(value).as_tuple().exponent)
            shown = "0." + "0" * places if places else "0"
            self._sheet.write_number(*at, float(value), _format(self._book, num_format=shown))

    def _checked(self, place: int, text: str) -> str:
        units = len(text.encode("utf-16-le")) // 2
        if units > MAX_CELL:
            where = f"{self._label}, row {self._next}"
            column = self._columns[place] if place < len(self._columns) else place + 1
            raise UsageError(
                f"{where}, {column}: {units:,} characters; a cell of a workbook holds "
                f"{MAX_CELL:,}. Write duckdb, sqlite or parquet instead"
            )
        return text

    def finish(self, *, filtered: bool = True) -> None:
        """Set the widths of the columns and, over rows, the filter."""
        for place, width in self._widths.items():
            self._sheet.set_column(place, place, min(max(width + 2, WIDTHS[0]), WIDTHS[1]))
        if filtered and self._columns:
            self._sheet.autofilter(0, 0, max(self._next - 1, 1), len(self._columns) - 1)


def _format(book: Any, **properties: Any) -> Any:
    """A format of a workbook, made once."""
    known = book.__dict__.setdefault("kzdata_formats", {})
    key = tuple(properties.items())
    if key not in known:
        known[key] = book.add_format(properties)
    return known[key]


def cell(held: Column, text: str) -> Any:
    """A cell of a table as a workbook holds it, so that it reads letter by letter the same."""
    if text in held.missing:
        return None if text == held.missing[0] else text
    shown = _SHOWN.get(held.kind)
    return text if shown is None else shown(held, text)


def _number(held: Column, text: str) -> Any:
    # A number is shown by its format: 007, +1 and -0 would be shown in another way.
    match = _DECIMAL.fullmatch(text)
    if not match or (text.startswith("-") and not text.strip("-0.")):
        return text
    return Decimal(text) if sum(map(str.isdigit, text)) <= MAX_DIGITS else text


def _boolean(held: Column, text: str) -> Any:
    value = held.value(text)
    return value if held.text(value) == text else text


def _date(held: Column, text: str) -> Any:
    value = held.value(text)
    # A workbook shows no fraction of a second.
    return value if text >= FIRST_DAY and "." not in text and value.isoformat() == text else text


_SHOWN: dict[str, Callable[[Column, str], Any]] = {
    **dict.fromkeys(("integer", "number", "year"), _number),
    "boolean": _boolean,
    "date": _date,
    "datetime": _date,
}


def _string(text: str) -> str:
    """A text that is no formula; a leading apostrophe is always one for the reader to take."""
    return f"'{text}" if not text or text.startswith("'") or begins(text) else text


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that a sheet can have: no other's, at most 31 characters, no brackets or slashes."""
    plain = shortened(_NOT_IN_NAMES.sub("_", encodable(name)).lstrip("'"), MAX_NAME).rstrip("'")
    return distinct(plain or "table", taken, MAX_NAME)
