"""A package as Parquet files, one a table, that are a data package again."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzdata.exports.content import Content, TableContent, encodable
from kzdata.exports.registry import exporter
from kzdata.exports.tables.spellings import Column
from kzdata.files.archive import DESCRIPTOR
from kzdata.files.csv import file_stats
from kzdata.files.names import distinct, file_names
from kzdata.standard.field_types import UnheldError

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

SPELLINGS: dict[str, Any] = {
    "title": "Spellings",
    "description": "Cells of the CSV files whose text is not the one in which their value is "
    "printed, such as 1.10 for 1.1, and which value they stand for.",
    "fields": [
        {"name": "resource", "type": "string", "description": "Name of the table."},
        {"name": "row", "type": "integer", "description": "Number of the row, from 1."},
        {"name": "field", "type": "string", "description": "Name of the column."},
        {"name": "cell", "type": "string", "description": "The cell as it stands in the file."},
    ],
    "primaryKey": ["resource", "row", "field"],
}
# Properties of a field that say how its values are written; typed ones have one way.
WRITTEN = ("format", "bareNumber", "groupChar", "decimalChar", "trueValues", "falseValues")
ARROW_TYPES = {
    **dict.fromkeys(("integer", "year"), "int64"),
    "number": "float64",
    "text": "string",
    "boolean": "bool",
    "date": "date32",
    "time": "time64[us]",
    "datetime": "timestamp[us]",
}
"""The Arrow type of each kind of column."""
ABOUT_THE_FILE = ("path", "format", "mediatype", "encoding", "dialect", "bytes", "hash", "schema")


@exporter("parquet", suffix="", module="pyarrow", extra="pyarrow")
def parquet(dataset: "Dataset", out: Path) -> None:
    """A directory of Parquet files, one a table, with their schemas: a data package again."""
    content = Content(dataset)
    out.mkdir()
    ParquetPackage(content, out).write()


class ParquetPackage:
    """A directory that a package is written into."""

    def __init__(self, content: Content, out: Path) -> None:
        self._content = content
        self._out = out
        # Some systems take names in other letters for one.
        names = {name.casefold() for name in content.tables}
        self._spellings = distinct("kzdata_spellings", names)
        self._files = file_names([*content.tables, self._spellings])

    def write(self) -> None:
        """Write all tables, the spellings if there are any, and the descriptor."""
        import pyarrow as pa
        from pyarrow.parquet import read_metadata

        # Arrow calls strings as Table Schema does.
        kinds = ARROW_TYPES | {"string": "string"}
        schema = pa.schema([(f["name"], kinds[f["type"]]) for f in SPELLINGS["fields"]])
        with self._writer(self._spellings, schema) as (path, spellings):
            resources = [self._table(t, spellings) for t in self._content.tables.values()]
        # Whether there are any is known at the end alone.
        if read_metadata(self._out / path).num_rows:
            resources.append(self._resource({"name": self._spellings}, path, SPELLINGS))
        else:
            (self._out / path).unlink()
        described = self._content.raw | {"resources": resources}
        text = json.dumps(described, ensure_ascii=True, indent=2) + "\n"
        (self._out / DESCRIPTOR).write_text(text, encoding="utf-8", newline="\n")

    @contextmanager
    def _writer(self, name: str, schema: Any) -> Iterator[tuple[str, Any]]:
        from pyarrow.parquet import ParquetWriter

        path = f"{self._files[name]}.parquet"
        with ParquetWriter(self._out / path, schema, compression="zstd") as writer:
            yield path, writer

    def _table(self, table: TableContent, spellings: Any) -> dict[str, Any]:
        """Write a table and its spellings; returns its resource."""
        schema = schema_as_written(table)
        with self._writer(table.name, self._arrow(table, schema)) as (path, writer):
            for batch in table.batches():
                _write_rows(writer, batch.rows)
                _write_rows(spellings, [(table.name, *spelling) for spelling in batch.spellings])
        kept = {name: value for name, value in table.entry.items() if name not in ABOUT_THE_FILE}
        return self._resource(kept, path, schema)

    def _arrow(self, table: TableContent, schema: dict[str, Any]) -> Any:
        """The Arrow schema, with what is to be known of the table in its metadata."""
        import pyarrow as pa

        facts = {
            "kzdata:package": self._content.name,
            "kzdata:version": self._content.version,
            "kzdata:table": table.name,
            "kzdata:csv": json.dumps([file._asdict() for file in table.files]),
            "kzdata:schema": json.dumps(schema),
        }
        fields = [
            pa.field(encodable(held.name), ARROW_TYPES[held.kind], metadata=_metadata(held))
            for held in table.columns
        ]
        return pa.schema(fields, {name: encodable(text) for name, text in facts.items()})

    def _resource(self, entry: dict[str, Any], path: str, schema: dict[str, Any]) -> dict[str, Any]:
        seen = file_stats(self._out / path)
        return entry | {
            "type": "table",
            "path": path,
            "format": "parquet",
            "mediatype": "application/vnd.apache.parquet",
            "bytes": seen.size,
            "hash": f"sha256:{seen.digests['sha256']}",
            "schema": schema,
        }


def _write_rows(writer: Any, rows: Sequence[Sequence[Any]]) -> None:
    """Add rows to a Parquet file: a row group of their own."""
    import pyarrow as pa

    if rows:
        schema, columns = writer.schema, zip(*rows, strict=True)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
        writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _metadata(held: Column) -> dict[str, str]:
    """What is to be known of a column."""
    said = {name: getattr(held.field, name) for name in ("title", "description", "unit", "type")}
    said["held as text"] = held.reason
    return {name: encodable(text) for name, text in said.items() if text}


def schema_as_written(table: TableContent) -> dict[str, Any]:
    """The Table Schema of a table's Parquet file: typed values have no formats of their own."""
    fields = map(_field_as_written, table.raw_schema["fields"], table.columns)
    # Where an empty text is a value of some column, only NULL is none.
    empty = all("" in held.missing for held in table.columns)
    return table.raw_schema | {"fields": list(fields), "missingValues": [""] if empty else []}


def _field_as_written(field: dict[str, Any], held: Column) -> dict[str, Any]:
    dropped = ["missingValues", *(WRITTEN if held.kind != "text" else ())]
    kept = {name: value for name, value in field.items() if name not in dropped}
    limits = kept.get("constraints")
    if held.kind != "text" and isinstance(limits, dict):
        kept["constraints"] = {name: _limit(name, value, held) for name, value in limits.items()}
    return kept


def _limit(name: str, value: Any, held: Column) -> Any:
    """A limit in the one form in which values are written."""
    if name == "enum" and isinstance(value, list):
        return [_limit("", entry, held) for entry in value]
    if not isinstance(value, str) or name == "pattern":
        return value
    with suppress(UnheldError):
        found = held.value(value)
        if found is not None:
            return found if isinstance(found, bool | int | float) else found.isoformat()
    return value  # which no cell of the column can have
