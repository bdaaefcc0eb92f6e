"""Copies: a package in the hand written out as files."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kzdata.archive import DESCRIPTOR
from kzdata.descriptor import seal
from kzdata.errors import UsageError
from kzdata.tables import Shelf, Table

PLAIN_NAME = re.compile("[a-z0-9][a-z0-9_.-]{0,99}")
OF_FILES = ("dialect", "encoding", "format", "mediatype", "hash", "bytes", "path")
"""Properties of a resource that tell how its files are written."""


def write(shelf: Shelf, folder: Path) -> None:
    """Write the tables, schemas and descriptor of a package, and its changelog.

    Raises:
        UsageError: The folder holds something, or cannot be written.
        PackageError: A table cannot be read.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty; name a new folder")
        resources = [entry for _, entry in _resources(shelf, folder)]
        described = {**shelf.descriptor.raw, "resources": resources}
        text = json.dumps(described, ensure_ascii=False, indent=2)
        (folder / DESCRIPTOR).write_text(f"{text}\n", encoding="utf-8")
        changelog = shelf.archive.root / "CHANGELOG.md"
        if changelog.is_file() and not changelog.is_symlink():
            shutil.copyfile(changelog, folder / changelog.name)
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}") from error
    seal(folder)


def _resources(shelf: Shelf, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each table with its resource, once its files are written."""
    entries = {str(entry.get("name")): entry for entry in shelf.descriptor.raw["resources"]}
    for number, (name, table) in enumerate(shelf.tables.items()):
        plain = name if PLAIN_NAME.fullmatch(name) else f"table-{number}"
        _write_table(table, folder / "data" / f"{plain}.csv")
        entry = {key: value for key, value in entries[name].items() if key not in OF_FILES}
        entry |= {"path": f"data/{plain}.csv", "format": "csv", "encoding": "utf-8"}
        if isinstance(entry["schema"], str):
            target = folder / "schemas" / f"{plain}.json"
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(shelf.archive.path_of(entry["schema"]), target)
            entry["schema"] = f"schemas/{plain}.json"
        yield name, entry


def _write_table(table: Table[Any], target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    names = table.schema.names
    with target.open("w", encoding="utf-8", newline="") as out:
        out.write(",".join('"' + name.replace('"', '""') + '"' for name in names) + "\n")
        out.writelines(record.written(len(names)) for record in table.records())
