"""A package in memory, before it is written: its descriptor, its schemas, its rows as text."""

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

from kzdata.files.archive import DESCRIPTOR
from kzdata.standard.writer import write_descriptor

Row = dict[str, str]


class Draft(NamedTuple):
    """A package whose schemas are files of their own, and whose tables are CSV files.

    Attributes:
        descriptor: The descriptor, without sizes and hashes.
        schemas: The schema of each table, by the table's name.
        rows: The rows of each table, by the table's name; a column that a row lacks is empty.
    """

    descriptor: dict[str, Any]
    schemas: dict[str, dict[str, Any]]
    rows: dict[str, list[Row]]


def read(folder: Path) -> Draft:
    """The draft in a folder of kzdata's own: nothing of it is checked here."""
    descriptor = _json(folder / DESCRIPTOR)
    # What is no table is prose about these rows.
    entries = [_unsealed(entry) for entry in descriptor["resources"] if "schema" in entry]
    schemas = {entry["name"]: _json(folder / entry["schema"]) for entry in entries}
    rows = {entry["name"]: _rows(folder / entry["path"]) for entry in entries}
    return Draft({**descriptor, "resources": entries}, schemas, rows)


def write(draft: Draft, folder: Path) -> None:
    """Write a draft into a folder; `kzdata.standard.writer.new_package` seals it."""
    for entry in draft.descriptor["resources"]:
        schema = draft.schemas[entry["name"]]
        columns = [field["name"] for field in schema["fields"]]
        _new(folder / entry["schema"], json.dumps(schema, ensure_ascii=False, indent=2) + "\n")
        _new(folder / entry["path"], _table(columns, draft.rows.get(entry["name"], [])))
    write_descriptor(folder, draft.descriptor)


def _json(file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return loaded


def _unsealed(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in ("bytes", "hash")}


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _table(columns: list[str], rows: list[Row]) -> str:
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()


def _new(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8", newline="") as out:
        out.write(text)
