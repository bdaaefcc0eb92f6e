"""What of a package goes into every format: tables as typed values, and what is said of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from kzdata.errors import UsageError
from kzdata.exports.tables.spellings import TEXT, Column
from kzdata.files.archive import bundled_version
from kzdata.files.csv import file_stats
from kzdata.standard.descriptor import Schema
from kzdata.standard.field_types import UnheldError

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

BATCH = 50_000
"""Rows that are held at a time."""


class Spelling(NamedTuple):
    """A cell whose text is not the one in which its value is printed.

    Attributes:
        row: Number of the row in its table, from 1.
        column: Name of the column.
        text: The cell as it stands in the file.
    """

    row: int
    column: str
    text: str


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
    """One table, ready to be written.

    Attributes:
        name: Name of the table.
        schema: Its schema.
        raw_schema: The schema as its file has it.
        entry: The resource as the descriptor has it.
        files: The files that it comes from.
        columns: How its columns are held, in order.
        count: How many rows it has.
    """

    def __init__(self, dataset: "Dataset", name: str) -> None:
        described = dataset.descriptor.tables[name]
        entries = [
            entry for entry in dataset.descriptor.raw["resources"] if isinstance(entry, dict)
        ]
        self.name = name
        self.schema: Schema = described.schema
        self.entry: dict[str, Any] = next(e for e in entries if e.get("name") == name)
        self.raw_schema: dict[str, Any] = (
            dataset.archive.json(self.entry["schema"])
            if isinstance(self.entry["schema"], str)
            else self.entry["schema"]
        )
        self._table = dataset.tables[name]
        self._places = [(path, dataset.archive.path_of(path)) for path in described.resource.path]
        schema = self.schema
        self.columns = [Column(field, schema.missing_of(field)) for field in schema.fields]
        self.count = self._survey()
        self.files = tuple(self._file(*place) for place in self._places)

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

    def _file(self, path: str, place: Any) -> File:
        seen = file_stats(place)
        return File(path, seen.size, seen.digests["sha256"])

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
        """The cells of each row as they stand in the file.

        Raises:
            PackageError: A row is malformed.
        """
        return self._table.texts()

    def batches(self) -> Iterator[Batch]:
        """The rows in the order of the file, as typed values, some at a time.

        Raises:
            PackageError: A row is malformed.
        """
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
    """A package, ready to be written in another format.

    Attributes:
        name: Name of the package.
        version: Its version, or empty.
        raw: The descriptor as its file has it.
        tables: Its tables by name, in order.

    Raises:
        UsageError: The package has no table.
        PackageError: A table cannot be read.
    """

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
        given = [
            ("package", self.name),
            ("title", self.raw.get("title")),
            ("version", self.version),
            ("description", self.raw.get("description")),
            ("created", self.raw.get("created")),
            ("homepage", self.raw.get("homepage")),
            ("licence", "; ".join(self._listed("licenses", "name", "title", "path"))),
            ("contributors", "; ".join(self._listed("contributors", "title"))),
            ("sources", "; ".join(self._listed("sources", "title", "path"))),
            ("written by", f"kzdata {bundled_version()}"),
        ]
        return [(name, encodable(str(value))) for name, value in given if value]

    def _listed(self, key: str, *parts: str) -> Iterator[str]:
        entries = self.raw.get(key)
        if not isinstance(entries, list):
            return
        for entry in entries:
            if isinstance(entry, dict):
                yield ", ".join(str(entry[part]) for part in parts if entry.get(part))


def encodable(text: str) -> str:
    """A text of a descriptor as UTF-8 can hold it: JSON can name half characters."""
    return text.encode("utf-8", "replace").decode("utf-8")
