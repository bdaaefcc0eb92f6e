"""Rows of values, written out as CSV, which is read from there on as any other table.

What is made says where each of its rows came from (`Origin`): an item of an array, a line, a row of
a sheet. Whatever is odd and could not be seen in the CSV is told beside it.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from kzdata.errors import PackageError
from kzdata.files.archive import Archive
from kzdata.files.csv import HEADLESS, Dialect, Sheet
from kzdata.files.json_rows import Broken, Doubled, Item, Items
from kzdata.files.limits import MAX_CELLS
from kzdata.standard.descriptor import Schema, TableDialect
from kzdata.standard.inner_names import stated
from kzdata.standard.native import Cells, Told, kind_of, plain_text

MAX_TOLD = 1_000  # of a kind, of one file; the others are counted
MAX_EXTRA = 100  # members of objects that are no fields, of which the header is to speak
COMMENT = "\x1f#"  # begins what is no row in a CSV that is made here: no cell does so unquoted


class Remark(NamedTuple):
    """What is to be told of a row, and cannot be seen in the CSV that was made of it."""

    rule: str
    place: int  # of the item, the line or the row of the sheet, from 1
    number: int | None  # which row of the table's file it is, from 0; None where it is left out
    field: str | None
    found: str
    expected: str


class Origin:
    """Where the lines of a CSV that was made came from.

    Attributes:
        lines: Whether that are lines of a file; else they are items, or rows of a sheet.
        rows: How many rows it has.
        remarks: What is to be told of them, by rule the first of each.
        omitted: How many more there are, by rule.
        left_out: The first row that was left out, in words; None where none was.
    """

    def __init__(self, lines: bool = False) -> None:
        self.lines = lines
        self.rows = 0
        self.remarks: list[Remark] = []
        self.omitted: dict[str, int] = {}
        self.left_out: str | None = None
        self._counts: dict[str, int] = {}
        self._from, self._shift = array("q"), array("q")

    @classmethod
    def of_lines(cls) -> Self:
        """Of a text that stands in a descriptor: its rows are its lines."""
        made = cls()
        made.add(1, 1)
        return made

    def add(self, line: int, place: int) -> None:
        """Note down where a line came from; lines come in order."""
        # Most often the next line is the next row: only where that changes, it is kept.
        if not self._shift or self._shift[-1] != place - line:
            self._from.append(line)
            self._shift.append(place - line)

    def place(self, line: int) -> int | None:
        """Which item, line or row of a sheet a line came from, from 1; None if from none."""
        found = bisect_right(self._from, line) - 1
        return line + self._shift[found] if found >= 0 else None

    def remark(self, remark: Remark) -> None:
        """Note down something to tell; beyond a thousand of a rule they are counted."""
        seen = self._counts[remark.rule] = self._counts.get(remark.rule, 0) + 1
        if seen <= MAX_TOLD:
            self.remarks.append(remark)
        else:
            self.omitted[remark.rule] = seen - MAX_TOLD


class _Writer:
    """Writes rows of text as CSV within the package's limit, and notes where they came from."""

    def __init__(self, target: Path, archive: Archive, origin: Origin) -> None:
        self._out, self._archive, self.origin = target.open("wb"), archive, origin
        self._line = 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._out.close()

    def header(self, texts: Iterable[str], place: int | None) -> None:
        """Write a row of names."""
        self._write(_quoted(texts), place)

    def row(self, texts: Iterable[str], place: int) -> None:
        """Write a row."""
        self._write(_quoted(texts), place)
        self.origin.rows += 1

    def line(self, text: str, place: int) -> None:
        """Write a line that is no row."""
        self._write(f"{text}\n", place)

    def flush(self) -> None:
        """Let what was written be read."""
        self._out.flush()

    def _write(self, text: str, place: int | None) -> None:
        if place is not None:
            self.origin.add(self._line, place)
        # Half a surrogate pair is no UTF-8, and is found as such where the file is read.
        self._archive.unpacks(self._out.write(text.encode("utf-8", "surrogatepass")))
        self._line += text.count("\n")


def _quoted(texts: Iterable[str]) -> str:
    return '"' + '","'.join([text.replace('"', '""') for text in texts]) + '"\n'


def write_items(
    items: Items,
    target: Path,
    archive: Archive,
    schema: Schema,
    dialect: TableDialect,
    lines: bool = False,
) -> tuple[Dialect, Origin]:
    """Write the items of an array, which are arrays or objects, as CSV; how that is to be read.

    Of the dialect counts what structured forms have: `header`, `itemType`, `itemKeys`.

    Raises:
        PackageError: They cannot be read, or are too much.
    """
    first = next((value for _, value in items() if isinstance(value, list | dict)), None)
    arrays = (dialect.item_type or ("array" if isinstance(first, list) else "object")) == "array"
    if arrays:
        origin = Origin(lines)
        with _Writer(target, archive, origin) as out:
            _write_arrays(items(), out, schema, dialect.header)
        return (Dialect() if dialect.header else HEADLESS), origin
    # Names come in the order of the fields, as an object has none (RFC 8259, 4).
    own = dict.fromkeys(map(stated, schema.names))
    names = list(dialect.item_keys or own)
    for again in (True, False):
        origin = Origin(lines)
        with _Writer(target, archive, origin) as out:
            seen = _write_objects(items(), out, schema, names)
        # Most often the objects have just the fields: only else it takes a second pass.
        if dialect.item_keys or not seen or seen.keys() == set(names) or not again:
            break
        names = [name for name in own if name in seen]
        names += islice((name for name in seen if name not in own), MAX_EXTRA)
    return Dialect(), origin


def _write_arrays(items: Iterator[Item], out: _Writer, schema: Schema, header: bool) -> None:
    names: Sequence[str] = list(map(stated, schema.names))
    if header:
        for place, names in _named(items, out):
            out.header(names, place)
    cells, told = Cells(schema, names), list[Told]()
    for place, value in items:
        if not isinstance(value, list):
            _leave_out(out.origin, place, value, "an array")
            continue
        texts = cells.texts(value[: MAX_CELLS + 1], told)
        _tell(out.origin, place, told)
        # An array without an item is a row without a cell.
        out.row(texts, place) if texts else out.line("", place)


def _named(items: Iterator[Item], out: _Writer) -> Iterator[tuple[int, list[str]]]:
    """The first array, which holds the names of the columns."""
    for place, value in items:
        if isinstance(value, list):
            yield place, list(map(plain, value))
            return
        _leave_out(out.origin, place, value, "an array")


def _write_objects(
    items: Iterator[Item], out: _Writer, schema: Schema, names: Sequence[str]
) -> dict[str, None]:
    """Write objects by the names of some members; the names of all members that there are."""
    cells, told, seen = Cells(schema, names), list[Told](), dict[str, None]()
    out.header(names, None)
    for place, value in items:
        if not isinstance(value, dict):
            _leave_out(out.origin, place, value, "an object")
            continue
        if type(value) is Doubled:
            for name in value.names[:10]:
                found, expected = f"{name!r} twice in an object", "names that differ"
                number = out.origin.rows
                out.origin.remark(Remark("recommendation", place, number, name, found, expected))
        if len(seen) <= MAX_CELLS and not value.keys() <= seen.keys():
            seen.update(dict.fromkeys(islice(value, MAX_CELLS)))
        texts = cells.texts([value.get(name) for name in names], told)
        _tell(out.origin, place, told)
        out.row(texts, place)
    return seen


def _tell(origin: Origin, place: int, told: list[Told]) -> None:
    for one in told:
        origin.remark(Remark("cell-type", place, origin.rows, one.field, one.found, one.expected))
    told.clear()


def _leave_out(origin: Origin, place: int, value: Any, expected: str) -> None:
    found = value.reason if isinstance(value, Broken) else kind_of(value)
    origin.remark(Remark("csv-malformed", place, None, None, found, expected))
    if origin.left_out is None:
        origin.left_out = f"{place}: {found} in place of {expected}"


def check_whole(origin: Origin | None, path: str) -> None:
    """Raise PackageError where a row was left out: whoever reads a table gets all of it."""
    if origin and origin.left_out:
        raise PackageError(f"{path}: row {origin.left_out}")


def write_sheet(
    rows: Iterator[tuple[int, list[Any]]],
    target: Path,
    archive: Archive,
    schema: Schema,
    dialect: Dialect,
) -> tuple[Dialect, Origin]:
    """Write the rows of a sheet as CSV; how that is to be read (Table Dialect, "Spreadsheet").

    Each row of the sheet becomes a record, also a comment or a blank one, so that both have the
    same numbers. Cells that are missing at the end of a row hold nothing.
    """
    origin = Origin()
    read = Dialect(
        header_rows=dialect.header_rows,
        header_join=dialect.header_join,
        comment_rows=dialect.comment_rows,
    )
    heads, comments = set(dialect.header_rows), set(dialect.comment_rows)
    last = max(heads, default=0)
    names: Sequence[str] | None = None if last else list(map(stated, schema.names))
    cells, told = Cells(schema, list(map(stated, schema.names))), list[Told]()
    with _Writer(target, archive, origin) as out:
        for place, values in rows:
            if names is None and place > last:
                out.flush()
                header = Sheet([target], read).header()
                names = [cell.value for cell in header.cells] if header else schema.names
                cells = Cells(schema, names)
            if not values or _is_comment(values[0], dialect):
                out.line(COMMENT if values else "", place)
                read = read._replace(comment=COMMENT) if values else read
                if place in heads:  # the header is below it
                    heads, last = {head + (head >= place) for head in heads}, last + 1
            elif names is None or place in comments:
                out.header(["" if one is None else plain(one) for one in values], place)
            else:
                texts = cells.texts(values + [None] * (len(names) - len(values)), told)
                _tell(origin, place, told)
                out.row(texts, place)
    return read, origin


def _is_comment(value: Any, dialect: Dialect) -> bool:
    return (
        dialect.comment is not None and isinstance(value, str) and value.startswith(dialect.comment)
    )


def plain(value: Any) -> str:
    """A value as a name of a column."""
    return value if type(value) is str else plain_text(value)
