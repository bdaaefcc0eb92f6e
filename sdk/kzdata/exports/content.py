"""What of a package goes into every format: tables as typed values, and what is said of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kzdata.errors import UsageError
from kzdata.evidence.profile import objects
from kzdata.exports.tables.spellings import TEXT, Column
from kzdata.files.archive import bundled_version
from kzdata.files.csv import file_stats
from kzdata.standard.field_types import UnheldError

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

BATCH = 50_000  # rows that are held at a time


class Spelling(NamedTuple):
    """A cell whose text is not the one in which its value is printed."""

    row: int  # number of the row in its table, from 1
    column: str  # name of the column
    text: str  # the cell as it stands in the file


class Batch(NamedTuple):
    """Some rows of a table: a tuple of values a row, and the spellings among them."""

    rows: list[tuple[Any, ...]]
    spellings: list[Spelling]


class File(NamedTuple):
    """A file that a table comes from: its path in the package, size and SHA-256."""

    path: str
    size: int
    sha256: str


class TableContent:
    """One table, ready to be written: its schema, files and columns, and how many rows it has."""

    def __init__(self, dataset: "Dataset", name: str) -> None:
        described, entries = dataset.descriptor.tables[name], dataset.descriptor.raw["resources"]
        self.name = name
        self.schema = described.schema
        # The resource and the schema as the descriptor and its file have them.
        self.entry: dict[str, Any]
        self.entry = next(e for e in entries if isinstance(e, dict) and e.get("name") == name)
        raw = self.entry["schema"]
        self.raw_schema: dict[str, Any] = dataset.archive.json(raw) if isinstance(raw, str) else raw
        self._table = dataset.tables[name]
        fields = self.schema.fields
        self.columns = [Column(field, self.schema.missing_of(field)) for field in fields]
        self.count = self._survey()
        seen = [
            (path, file_stats(dataset.archive.path_of(path))) for path in described.resource.path
        ]
        self.files = tuple(File(path, one.size, one.digests["sha256"]) for path, one in seen)

    def _survey(self) -> int:
        """Find the columns that stay text, and count the rows, with one look at all cells."""
        typed = [place for place, held in enumerate(self.columns) if held.kind != TEXT]
        number = 0
        for number, cells in enumerate(self.texts(), 1):
            for place in typed:
                try:
                    self.columns[place].value(cells[place])
                except UnheldError as error:
                    self.columns[place].hold_as_text(f"row {number} holds {error}")
        return number

    def column(self, name: str) -> Column:
        """The column of a name."""
        return self.columns[self.schema.names.index(name)]

    def hold_as_text(self, name: str, reason: str) -> bool:
        """Hold a column as text from now on; whether it was held otherwise."""
        column = self.column(name)
        before = column.kind
        column.hold_as_text(reason)
        return before != TEXT

    def texts(self) -> Iterator[tuple[str, ...]]:
        """The cells of each row as they stand in the file."""
        return self._table.texts()

    def batches(self) -> Iterator[Batch]:
        """The rows in the order of the file, as typed values, some at a time."""
        batch = Batch([], [])
        for number, cells in enumerate(self.texts(), 1):
            batch.rows.append(tuple(self._values(number, cells, batch.spellings)))
            if len(batch.rows) == BATCH:
                yield batch
                batch = Batch([], [])
        if batch.rows:
            yield batch

    def _values(
        self, number: int, cells: tuple[str, ...], spellings: list[Spelling]
    ) -> Iterator[Any]:
        for held, text in zip(self.columns, cells, strict=True):
            value = held.value(text)
            if (value is None or held.kind != TEXT) and held.text(value) != text:
                spellings.append(Spelling(number, held.name, text))
            yield value


class Content:
    """A package with its tables by name, ready to be written in another format."""

    def __init__(self, dataset: "Dataset") -> None:
        self.name = dataset.name
        self.version = dataset.version
        self.raw = dict(dataset.descriptor.raw)
        self.tables = {name: TableContent(dataset, name) for name in dataset.tables}
        if not self.tables:
            raise UsageError(f"{dataset.name} has no table with a schema, so nothing to write")
        self._agree()

    def _agree(self) -> None:
        """Hold keys and the columns that refer to them alike: both as text, or neither."""
        # Pairs may share a column, so that one that became text makes others text, until none does.
        pairs = [
            ((table, here), (self.tables[key.reference.resource or table.name], there))
            for table in self.tables.values()
            for key in table.schema.foreign_keys
            if (key.reference.resource or table.name) in self.tables
            for here, there in zip(key.fields, key.reference.fields, strict=True)
        ]
        changed = True
        while changed:
            changed = False
            for (table, here), (parent, there) in pairs:
                if table.column(here).kind != parent.column(there).kind:
                    reason = f"{table.name}.{here} refers to {parent.name}.{there}"
                    changed |= table.hold_as_text(here, reason)
                    changed |= parent.hold_as_text(there, reason)

    @property
    def title(self) -> str:
        """Title of the package, or its name."""
        return str(self.raw.get("title") or self.name)

    @property
    def size(self) -> int:
        """Bytes of the tables' files."""
        return sum(file.size for table in self.tables.values() for file in table.files)

    def whole(self) -> dict[str, Any]:
        """The descriptor with the tables' schemas in it."""
        schemas = {name: table.raw_schema for name, table in self.tables.items()}
        resources = [
            entry | {"schema": schemas[entry["name"]]} if entry.get("name") in schemas else entry
            for entry in self.raw["resources"]
        ]
        return self.raw | {"resources": resources}

    def facts(self) -> list[tuple[str, str]]:
        """What is said of the whole package, as names and values."""
        raw = self.raw.get
        given = [
            *(("package", self.name), ("title", raw("title")), ("version", self.version)),
            *((name, raw(name)) for name in ("description", "created", "homepage")),
            ("licence", "; ".join(self._listed("licenses", "name", "title", "path"))),
            ("contributors", "; ".join(self._listed("contributors", "title"))),
            ("sources", "; ".join(self._listed("sources", "title", "path"))),
            ("written by", f"kzdata {bundled_version()}"),
        ]
        return [(name, encodable(str(value))) for name, value in given if value]

    def _listed(self, key: str, *parts: str) -> Iterator[str]:
        for entry in objects(self.raw, key):
            yield ", ".join(str(entry[part]) for part in parts if entry.get(part))


def write_list(out: Path, head: str, items: Iterable[str]) -> None:
    """Write a JSON object whose last member is a long list, one item a line as it comes.

    `head` is the object's text up to the list's first bracket.
    """
    with out.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(head)
        for number, item in enumerate(items):
            stream.write(f",\n{item}" if number else f"\n{item}")
        stream.write("\n]}\n")


def encodable(text: str) -> str:
    """A text of a descriptor as UTF-8 can hold it: JSON can name half characters."""
    return text.encode("utf-8", "replace").decode("utf-8")
