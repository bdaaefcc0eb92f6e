"""Copies: a package in the hand written out as files."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kzdata.errors import UsageError
from kzdata.files.archive import DESCRIPTOR
from kzdata.files.names import file_names
from kzdata.files.writing import fresh
from kzdata.standard.dataset import Dataset, Table
from kzdata.standard.descriptor import seal

OF_FILES = ("dialect", "encoding", "format", "mediatype", "hash", "bytes", "path")
"""Properties of a resource that tell how its files are written."""


def write(dataset: Dataset, folder: Path) -> None:
    """Write the tables, schemas and descriptor of a package, and its changelog.

    Raises:
        UsageError: The folder holds something, or cannot be written.
        PackageError: A table cannot be read.
    """
    with fresh(folder, parents=True) as made:
        _check(folder)
        made.mkdir()
        resources = [entry for _, entry in _resources(dataset, made)]
        described = {**dataset.descriptor.raw, "resources": resources}
        text = json.dumps(described, ensure_ascii=False, indent=2)
        (made / DESCRIPTOR).write_text(f"{text}\n", encoding="utf-8")
        changelog = dataset.archive.root / "CHANGELOG.md"
        if changelog.is_file() and not changelog.is_symlink():
            shutil.copyfile(changelog, made / changelog.name)
        seal(made)
        _check(folder)


def _check(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty; name a new folder")


def _resources(dataset: Dataset, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each table with its resource, once its files are written."""
    entries = {str(entry.get("name")): entry for entry in dataset.descriptor.raw["resources"]}
    files = file_names(dataset.tables)
    for name, table in dataset.tables.items():
        _write_table(table, folder / "data" / f"{files[name]}.csv")
        entry = {key: value for key, value in entries[name].items() if key not in OF_FILES}
        entry |= {"path": f"data/{files[name]}.csv", "format": "csv", "encoding": "utf-8"}
        if isinstance(entry["schema"], str):
            target = folder / "schemas" / f"{files[name]}.json"
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(dataset.archive.path_of(entry["schema"]), target)
            entry["schema"] = f"schemas/{files[name]}.json"
        yield name, entry


def _write_table(table: Table[Any], target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    names = table.schema.names
    with target.open("x", encoding="utf-8", newline="") as out:
        out.write(",".join('"' + name.replace('"', '""') + '"' for name in names) + "\n")
        out.writelines(record.written(len(names)) for record in table.records())
