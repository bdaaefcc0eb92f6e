"""A package as an Excel workbook, one sheet a table, in which nothing can run.

A cell is a number, a date or a truth value only where the workbook shows it letter by letter as the
table has it; everything else is a string. A string that a spreadsheet would take for a formula,
here or after it was saved as CSV, gets an apostrophe before it, and so does one that begins with an
apostrophe: whoever reads a string takes one leading apostrophe away.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzdata.errors import UsageError
from kzdata.exports.content import Content, TableContent, encodable
from kzdata.exports.registry import exporter
from kzdata.exports.spreadsheets import begins
from kzdata.exports.tables.spellings import Column
from kzdata.files.names import distinct, shortened
from kzdata.standard.descriptor import FieldDescriptor

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

# What a workbook can hold: rows with the header, columns, UTF-16 units of a cell and of a sheet's
# name, decimal digits of a number (ECMA-376; Excel specifications and limits).
MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_CELL = 32_767
MAX_NAME = 31
MAX_DIGITS = 15
# Excel counts days wrongly before this one: it takes 1900 for a leap year.
FIRST_DAY = "1900-03-01"
# When every workbook says it was made, so that the same package gives the same bytes.
EPOCH = datetime(2000, 1, 1)
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
WIDTHS = (6, 60)  # least and greatest width of a column, in characters
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
        about = Worksheet(self._book, self._about, ABOUT)
        about.write(("about", "value"), self._facts(), filtered=False)
        columns = (
            "sheet column title type description unit example required allowed key no_value".split()
        )
        Worksheet(self._book, self._dictionary, DICTIONARY).write(columns, self._entries())
        for table in self._content.tables.values():
            sheet = Worksheet(self._book, self.names[table.name], table.name)
            sheet.write(table.schema.names, map(partial(_cells, table), table.texts()))

    def _facts(self) -> Iterator[Sequence[Any]]:
        """What is said of the package and of the files of its tables."""
        yield from (*self._content.facts(), *READING, ())
        yield ("sheet", "table", "rows", "file", "bytes", "SHA-256")
        for table in self._content.tables.values():
            for file in table.files:
                yield (self.names[table.name], table.name, table.count, *file)

    def _entries(self) -> Iterator[Sequence[Any]]:
        """What the dictionary says of each column."""
        for table in self._content.tables.values():
            for held in table.columns:
                field = held.field
                yield (
                    *(self.names[table.name], held.name, field.title, field.type),
                    *(field.description, field.unit),
                    None if field.example is None else str(field.example),
                    "yes" if field.constraints.required else None,
                    "\n".join(_allowed(field)) or None,
                    "\n".join(_keys(table, held.name)) or None,
                    "\n".join(value or "(empty)" for value in held.missing),
                )


def _cells(table: TableContent, texts: Sequence[str]) -> list[Any]:
    return [cell(held, text) for held, text in zip(table.columns, texts, strict=True)]


def _allowed(field: FieldDescriptor) -> Iterator[str]:
    """The values that a column may have, with their labels."""
    for value in map(str, field.constraints.enum or field.category_values):
        yield f"{value}: {field.labels[value]}" if field.labels.get(value) else value


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
        self._sheet = book.add_worksheet(name)
        # Asked for once a cell; a workbook keeps each that it is asked for.
        self._format = cache(lambda **shown: book.add_format(shown))
        self._label = label
        self._columns: Sequence[str] = ()
        self._next = 0
        self._widths: dict[int, int] = {}

    def write(
        self, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, filtered: bool = True
    ) -> None:
        """Write a header that stays in sight, the rows, and a filter over them.

        Values are None, text, whole numbers, decimals, dates or truth values.
        """
        self._columns = columns
        self._row(columns, self._format(bold=True))
        self._sheet.freeze_panes(1, 0)
        for row in rows:
            self._row(row)
        for place, width in self._widths.items():
            self._sheet.set_column(place, place, min(max(width + 2, WIDTHS[0]), WIDTHS[1]))
        if filtered and columns:
            self._sheet.autofilter(0, 0, max(self._next - 1, 1), len(columns) - 1)

    def _row(self, values: Sequence[Any], style: Any = None) -> None:
        for place, value in enumerate(values):
            if value is not None:
                self._widths[place] = max(self._widths.get(place, 0), len(str(value)))
                self._write(place, value, style)
        if values and all(value is None for value in values):
            # A formatted blank keeps a last row without any value in the sheet.
            self._sheet.write_blank(self._next, 0, None, self._format(num_format="@"))
        self._next += 1

    def _write(self, place: int, value: Any, style: Any) -> None:
        at = (self._next, place)
        if isinstance(value, str):
            self._sheet.write_string(*at, self._checked(place, _string(value)), style)
        elif isinstance(value, bool):
            self._sheet.write_boolean(*at, value, style)
        elif isinstance(value, date):
            shown = 'yyyy-mm-dd"T"hh:mm:ss' if isinstance(value, datetime) else "yyyy-mm-dd"
            self._sheet.write_datetime(*at, value, self._format(num_format=shown))
        else:
            # As many places as the text has: 1.10 is not shown as 1.1.
            places = -int(Decimal(value).as_tuple().exponent)
            shown = "0." + "0" * places if places else "0"
            self._sheet.write_number(*at, float(value), self._format(num_format=shown))

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


def cell(held: Column, text: str) -> Any:
    """A cell of a table as a workbook holds it, so that it reads letter by letter the same."""
    if text in held.missing:
        return None if text == held.missing[0] else text
    if held.kind in ("integer", "number", "year"):
        return Decimal(text) if _shown_as_number(text) else text
    if held.kind in ("boolean", "date", "datetime"):
        value = held.value(text)
        return value if _shown_alike(held, value, text) else text
    return text


def _shown_as_number(text: str) -> bool:
    # A number is shown by its format: 007, +1 and -0 would be shown in another way.
    if not _DECIMAL.fullmatch(text) or (text.startswith("-") and not text.strip("-0.")):
        return False
    return sum(map(str.isdigit, text)) <= MAX_DIGITS


def _shown_alike(held: Column, value: Any, text: str) -> bool:
    if held.kind == "boolean":
        return held.text(value) == text
    # A workbook shows no fraction of a second.
    return text >= FIRST_DAY and "." not in text and bool(value.isoformat() == text)


def _string(text: str) -> str:
    """A text that is no formula; a leading apostrophe is always one for the reader to take."""
    return f"'{text}" if not text or text.startswith("'") or begins(text) else text


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that a sheet can have: no other's, at most 31 characters, no brackets or slashes."""
    plain = shortened(_NOT_IN_NAMES.sub("_", encodable(name)).lstrip("'"), MAX_NAME).rstrip("'")
    return distinct(plain or "table", taken, MAX_NAME)
