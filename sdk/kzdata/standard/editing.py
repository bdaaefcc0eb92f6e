"""The tables of a package as rows of text that can be changed, and then written all at once.

What is not changed keeps its bytes. Only what a person would edit by hand is edited: packages in a
folder whose tables are each one CSV file after RFC 4180 in UTF-8.
"""

import csv
import hashlib
import io
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import count
from pathlib import Path

from kzdata.errors import UsageError
from kzdata.files.archive import DESCRIPTOR
from kzdata.files.csv import Dialect, Sheet
from kzdata.files.folder import reading
from kzdata.files.journal import write_all
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Tombstones
from kzdata.standard.descriptor import Table

Cells = dict[str, str]
_Order = tuple[tuple[int, int, str], ...]


class DraftRow:
    """A row of a draft: its cells by column, as texts; an empty one is an empty text."""

    __slots__ = ("cells", "written")

    def __init__(self, cells: Cells, written: bytes | None = None) -> None:
        self.cells = cells
        self.written = written  # as the file has it; None where it is new or changed

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def change(self, values: Mapping[str, str]) -> bool:
        """Give cells new values; whether one of them is another than before."""
        new = {name: value for name, value in values.items() if self.cells[name] != value}
        self.cells.update(new)
        self.written = None if new else self.written
        return bool(new)


class DraftTable:
    """A table of a draft.

    Attributes:
        table: Its description.
        rows: Its rows, in the order of the file.
        changed: Whether it is no longer what the file has.
    """

    def __init__(self, table: Table, sheet: Sheet) -> None:
        self.table, self.name, self.schema = table, table.name, table.schema
        self.rows: list[DraftRow] = []
        self.changed = False
        # What is no row stands before the row of this number.
        self._between: list[tuple[int, bytes]] = []
        for record, raw in sheet.written():
            if record is None:
                self._between.append((len(self.rows), raw))
            elif record.fault or record.width != len(self.schema.fields):
                what = record.fault or "wrong number of cells"
                raise UsageError(f"{table.path}:{record.line}: {what}; mend it first")
            else:
                values = (cell.value for cell in record.cells)
                self.rows.append(DraftRow(dict(zip(self.schema.names, values, strict=True)), raw))

    @property
    def key(self) -> str:
        """The column of a single primary key; empty where there is none."""
        names = self.schema.primary_key
        return names[0] if len(names) == 1 else ""

    @cached_property
    def by_key(self) -> dict[str, DraftRow]:
        """The rows by their single primary key."""
        return {row[self.key]: row for row in self.rows} if self.key else {}

    def add(self, values: Mapping[str, str], after: DraftRow | None = None) -> DraftRow:
        """Add a row: behind another one, or at its place in the order of keys, or at the end."""
        row = DraftRow({name: values.get(name, "") for name in self.schema.names})
        place = self._behind(row) if after is None else self.rows.index(after) + 1
        self._orders.insert(place, self._order(row))
        self.rows.insert(place, row)
        if self.key:
            self.by_key[row[self.key]] = row
        self.changed = True
        return row

    def _behind(self, row: DraftRow) -> int:
        """The place behind all rows with smaller keys, where the keys are in order."""
        return bisect_right(self._orders, self._order(row)) if self._sorted else len(self.rows)

    @cached_property
    def _orders(self) -> list[_Order]:
        """What the rows are sorted by."""
        return [self._order(row) for row in self.rows]

    @cached_property
    def _sorted(self) -> bool:
        return self._orders == sorted(self._orders)

    def _order(self, row: DraftRow) -> _Order:
        # Offsets are numbers, and SP-10000 stands behind SP-9999, which the alphabet denies.
        parts = (row[name] for name in self.schema.primary_key)
        return tuple((int(part) if part.isdecimal() else 0, _width(part), part) for part in parts)

    def change(self, row: DraftRow, values: Mapping[str, str]) -> bool:
        """Give cells of a row new values; whether one of them is another than before."""
        changed = row.change(values)
        self.changed = self.changed or changed
        return changed

    def remove(self, row: DraftRow) -> None:
        """Take a row out."""
        place = self.rows.index(row)
        del self._orders[place], self.rows[place]
        self.by_key.pop(row[self.key], None) if self.key else None
        self.changed = True

    def content(self) -> bytes:
        """The file: what did not change as it was."""
        ends = b"\r\n" if self._between and self._between[0][1].endswith(b"\r\n") else b"\n"
        between = dict[int, bytes]()
        for number, raw in self._between:
            between[number] = between.get(number, b"") + raw
        out = [between.pop(0, b"")]
        for row in self.rows:
            raw = self._line(row, ends) if row.written is None else row.written
            out.append(raw if raw.endswith(b"\n") else raw + ends)
        return b"".join([*out, *between.values()])

    def _line(self, row: DraftRow, ends: bytes) -> bytes:
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow(row.cells.values())
        return out.getvalue().encode() + ends


class Draft:
    """The tables of a package, to be changed and written at once.

    Attributes:
        dataset: The package.
        tables: Its tables by name.

    Raises:
        UsageError: The package is no folder, or a table is not one plain CSV file.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.descriptor = dataset.descriptor
        self._check_folder()
        self.tables = {name: self._opened(table) for name, table in self.descriptor.tables.items()}
        self._seen = {path: self._digest(path) for path in self._paths()}

    def _paths(self) -> list[str]:
        return [DESCRIPTOR, *(table.path for table in self.descriptor.tables.values())]

    def _digest(self, path: str, now: bool = False) -> str:
        """The hash of a file of the package as it was opened, or as it is now."""
        archive = self.dataset.archive
        file = archive.root / path if now else archive.path_of(path)
        try:
            with reading(file) as descriptor, open(descriptor, "rb", closefd=False) as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            return ""

    def _check_folder(self) -> None:
        archive, part = self.dataset.archive, self.dataset.part
        if part:
            raise UsageError(f"{archive.label} {part}: rows are entered into the whole package")
        place = Path(archive.label)  # of a zip, the folder is a copy
        if archive.name != DESCRIPTOR or not (place.is_dir() or place.name == DESCRIPTOR):
            raise UsageError(f"{archive.label}: rows are entered into a folder with {DESCRIPTOR}")

    def _opened(self, table: Table) -> DraftTable:
        sheet = self.dataset.sheet(table)
        (part, *more), paths = sheet.parts, table.resource.path
        plain = not more and len(paths) == 1 and part == self.dataset.archive.path_of(paths[0])
        plain = plain and sheet.textual and not sheet.partitions
        if not plain or sheet.dialect != Dialect():
            raise UsageError(f"{table.name}: rows are entered into one CSV file (RFC 4180, UTF-8)")
        return DraftTable(table, sheet)

    def contents(self) -> dict[str, bytes]:
        """The files that change, by path: tables, and the descriptor with their hashes."""
        new = {t.table.path: t.content() for t in self.tables.values() if t.changed}
        if not new:
            return {}
        raw = json.loads(json.dumps(self.dataset.archive.descriptor))
        for entry in raw["resources"]:
            if (content := new.get(entry.get("path"))) is not None:
                digest = hashlib.sha256(content).hexdigest()
                entry |= {"bytes": len(content), "hash": f"sha256:{digest}"}
        text = json.dumps(raw, ensure_ascii=False, indent=2)
        return {**new, DESCRIPTOR: f"{text}\n".encode()}

    def save(self) -> None:
        """Write all that changed, or nothing; see `kzdata.files.journal`.

        Raises:
            UsageError: Somebody else changed the package since it was read; nothing is written.
        """
        for path in self._paths():
            if self._digest(path, now=True) != self._seen[path]:
                raise UsageError(f"{path} was changed meanwhile; nothing is written: start again")
        write_all(self.dataset.archive.root, self.contents())

    def free_keys(self, name: str) -> Iterator[str]:
        """Keys that no row of a table has, or had before it was withdrawn, such as `CR-0022`."""
        table = self.tables[name]
        stem, width = _form(table)
        used = {*table.by_key, *self._withdrawn()}
        own = [key for key in used if re.fullmatch(re.escape(stem) + r"[0-9]+", key)]
        width = max([width, *(len(key) - len(stem) for key in table.by_key if key in own)])
        last = max((int(key[len(stem) :]) for key in own), default=0)
        return (f"{stem}{number:0{width}d}" for number in count(last + 1))

    def _withdrawn(self) -> set[str]:
        found = self.descriptor.declaring("tombstones")
        return {
            row[table.schema.tombstones.record]
            for table in found
            if isinstance(table.schema.tombstones, Tombstones)
            for row in self.tables[table.name].rows
        }


def _width(part: str) -> int:
    return len(part) if re.fullmatch(r"[A-Z]+-[0-9]+", part) else 0


def _form(table: DraftTable) -> tuple[str, int]:
    """What the keys of a table begin with, and how many digits follow, by its pattern or rows."""
    pattern = table.schema.field(table.key).constraints.pattern or "" if table.key else ""
    if match := re.fullmatch(r"\^?([A-Za-z_-]+)(?:\[0-9\]|\\d)(?:\{([0-9]+),?\}|\+)\$?", pattern):
        return match[1], int(match[2] or 1)
    last = max(table.by_key, key=lambda key: (len(key), key), default="")
    stem = last.rstrip("0123456789")
    return (stem, len(last) - len(stem)) if last != stem else (f"{table.name}-", 1)
