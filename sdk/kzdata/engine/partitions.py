"""A table's files with the columns that stand in the names of their folders.

For whoever reads a table these are columns as any other, in their places among the fields.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kzdata.engine.database import rows_of
from kzdata.engine.sql import TEXT, identifier, listed, literal
from kzdata.errors import NotReadError
from kzdata.files.csv import Cell, FileStats, Kept, Record, Sheet, whole

PART = "\x1fpart"  # the column with the number of a row's file; no other one is called so


class PartitionedSheet(Sheet):
    """A sheet with further columns, each of which has one value in a file.

    Such a cell stands on its row's line, in no column of it: `Cell.column` is 0.
    """

    # `places`: where the further columns stand among all, from 0, in order, with their names.
    # `values`: of each file the texts of those that its folder has, by name.
    def __init__(
        self, files: Sheet, places: Mapping[int, str], values: Sequence[Mapping[str, str]]
    ) -> None:
        super().__init__(files.parts, files.dialect, files.encoding, files.origins)
        self._files, self._places, self.partitions = files, dict(places), tuple(values)
        self.textual = files.textual

    def header(self, part: int = 0) -> Record | None:
        """The names of a file's columns, with those that its folder has."""
        if (own := self._files.header(part)) is None:
            return None
        # A folder that lacks one leaves no place free: the header tells it, as a file's own does.
        names = {p: name for p, name in self._places.items() if name in self.partitions[part]}
        return _with_cells(own, names)

    def records(self) -> Iterator[Record]:
        """All rows in order, and what stands between them."""
        return map(self._whole, self._files.records())

    def written(self) -> Iterator[tuple[Record | None, bytes]]:
        """Nothing: a row's own bytes don't hold all of its cells."""
        raise NotReadError("columns stand in the names of folders; list the files without them")

    def text(self, part: int) -> Iterator[bytes]:
        """Nothing, for the same reason."""
        raise NotReadError("columns stand in the names of folders; list the files without them")

    def _whole(self, record: Record) -> Record:
        """A row with all its cells; what is no row stays as it is."""
        if record.number < 0:
            return record
        short = max(self._places) + 1 - len(self._places) - len(record.cells)
        if short > 0:  # their places are kept free
            end = Cell("", record.line, record.cells[-1].column if record.cells else 1)
            record = replace(record, cells=(*record.cells, *[end] * short))
        values = self.partitions[record.part]
        return _with_cells(record, {p: values.get(n, "") for p, n in self._places.items()})

    def stats(self, part: int) -> FileStats:
        """What the bytes of one of its files tell of its rows."""
        return self.seen(part, self._files.stats(part))

    def seen(self, part: int, stats: FileStats) -> FileStats:
        """What bytes tell of a file, and the name of its folder of the further cells."""
        plain = all(v.isascii() and v.isprintable() for v in self.partitions[part].values())
        return stats if plain else replace(stats, controls=True)

    def relation(self, columns: Sequence[str], values: Collection[str] = (), part: str = "") -> str:
        """SQL of all rows, in order; the further columns are texts."""
        own = [name for place, name in enumerate(columns) if place not in self._places]
        rows = rows_of(self._files, own, values, PART)
        cells = [
            f"{self._of_file(place)} AS {identifier(name)}"
            if place in self._places
            else identifier(name)
            for place, name in enumerate(columns)
        ]
        cells += [f"{identifier(PART)} AS {identifier(part)}"] if part else []
        return f"(SELECT {', '.join(cells)} FROM {rows})"

    def _of_file(self, place: int) -> str:
        """SQL: a further cell, by the number of the file."""
        texts = (literal(values.get(self._places[place], "")) for values in self.partitions)
        return f"{listed(texts)}[{identifier(PART)} + 1]"

    def kinds(self) -> Sequence[str]:
        """The SQL type of each column; nothing where the files are text."""
        kinds = list(self._files.kinds())
        for place in self._places if kinds else ():
            kinds.insert(place, TEXT)
        return kinds

    def cell(self, value: str, kind: str) -> str:
        """SQL: the text of a value of such a type, or NULL."""
        return self._files.cell(value, kind)

    def only(self, fits: Sequence[bool], empty: Path) -> "PartitionedSheet":
        """The same without the rows of the files that do not fit."""
        return PartitionedSheet(self._files.only(fits, empty), self._places, self.partitions)

    def pick(
        self, numbers: set[int], rows: int, keep: Callable[[Record], Kept] = whole
    ) -> dict[int, Kept]:
        """What is kept of the rows of the given numbers, from 0, by number."""
        return self._files.pick(numbers, rows, lambda record: keep(self._whole(record)))


def _with_cells(record: Record, texts: Mapping[int, str]) -> Record:
    """A record with further cells in their places."""
    cells = list(record.cells)
    for place, text in texts.items():
        cells.insert(place, Cell(text, record.line, 0))
    return replace(record, cells=tuple(cells), width=record.width + len(texts))
