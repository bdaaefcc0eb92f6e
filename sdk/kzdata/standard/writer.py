"""A package written as files: copies, what a diff is applied to, sizes and hashes."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzdata.errors import PackageError, UsageError
from kzdata.files.archive import CHANGELOG, DESCRIPTOR, Archive, is_remote, is_yaml, opened
from kzdata.files.csv import file_stats
from kzdata.files.names import file_names
from kzdata.files.patterns import is_pattern
from kzdata.files.writing import fresh, save
from kzdata.standard.parsing import entries

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset, Table

# Properties of a table's resource that say how its files are stored, and nothing of the data.
STORAGE = (
    *("path", "url", "data", "bytes", "hash"),
    *("dialect", "encoding", "format", "mediatype", "compression"),
)


def write(dataset: "Dataset", folder: Path) -> None:
    """Write the tables, schemas and descriptor of a package, and its changelog."""
    with new_package(folder) as made:
        resources = list(_written_tables(dataset, made))
        write_descriptor(made, {**dataset.descriptor.raw, "resources": resources})
        changelog = dataset.archive.root / CHANGELOG
        # No descriptor vouches for it: behind a link there may be any file of this machine.
        if changelog.is_file() and not changelog.is_symlink():
            shutil.copyfile(changelog, made / CHANGELOG)


@contextmanager
def new_package(folder: Path) -> Iterator[Path]:
    """A path for a new package, which is sealed and takes its place if the block ends well."""
    with fresh(folder, parents=True) as made:
        _check_empty(folder)
        made.mkdir()
        yield made
        seal(made)
        _check_empty(folder)  # by now somebody may have put something there


def _check_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: not an empty directory; name a new one")


def write_descriptor(folder: Path, descriptor: Mapping[str, Any]) -> None:
    """Write a descriptor into a folder, over what is there."""
    text = json.dumps(descriptor, ensure_ascii=False, indent=2)
    save(f"{text}\n".encode(), folder / DESCRIPTOR)


def copy_file(archive: Archive, path: str, target: Path) -> None:
    """Copy a file of a package byte for byte, never over another one."""
    if not (source := archive.path_of(path)).is_file():
        raise PackageError(f"{path}: no such file in the package")
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as read, target.open("xb") as written:
        shutil.copyfileobj(read, written)


def _written_tables(dataset: "Dataset", folder: Path) -> Iterator[dict[str, Any]]:
    """The resource of each table, once its files are written."""
    resources = {str(entry.get("name")): entry for entry in dataset.descriptor.raw["resources"]}
    files = file_names(dataset.tables)
    for name, table in dataset.tables.items():
        path = f"data/{files[name]}.csv"
        _write_table(table, folder / path)
        entry = {key: value for key, value in resources[name].items() if key not in STORAGE}
        entry |= {"path": path, "format": "csv", "encoding": "utf-8"}
        if isinstance(schema := entry["schema"], str):
            entry["schema"] = f"schemas/{files[name]}.json"
            _copy_schema(dataset.archive, schema, folder / entry["schema"])
        yield entry


def _copy_schema(archive: Archive, path: str, target: Path) -> None:
    """Copy a schema's file; one in YAML becomes JSON."""
    if not is_yaml(path):
        copy_file(archive, path, target)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("x", encoding="utf-8", newline="") as out:
        json.dump(archive.json(path), out, ensure_ascii=False, indent=2)


def _write_table(table: "Table[Any]", target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    names = table.schema.names
    with target.open("x", encoding="utf-8", newline="") as out:
        out.write(",".join('"' + name.replace('"', '""') + '"' for name in names) + "\n")
        out.writelines(record.written(len(names)) for record in table.records())


def seal(path: str | Path) -> list[str]:
    """Write the size and the SHA-256 of each file into a package's descriptor.

    It is a directory or a `datapackage.json`. The names of the resources whose size or hash
    changed; the file is written only then.

    Raises:
        PackageError: The package cannot be read, or is neither of the two.
        UsageError: The descriptor is a link, or cannot be written.
    """
    with opened(path) as archive:
        if Path(path).is_file() and Path(path).name != DESCRIPTOR:
            raise PackageError(f"{path}: only a directory or a {DESCRIPTOR} can be sealed")
        if twins := archive.twins[""]:  # to write it anew would drop what they held
            raise PackageError(f"{path}: a member stands twice: {', '.join(twins)[:200]}")
        if is_yaml(archive.name):
            raise PackageError(f"{path}: only a {DESCRIPTOR} can be sealed; write it as JSON")
        resources = [entry for entry in entries(archive.descriptor) if isinstance(entry, dict)]
        changed = [str(entry.get("name")) for entry in resources if _sealed(archive, entry)]
        if changed:
            write_descriptor(archive.root, archive.descriptor)
    return changed


def _sealed(archive: Archive, entry: dict[str, Any]) -> bool:
    """Bring one resource's size and hash up to date; whether they changed."""
    path = entry.get("path", entry.get("url"))
    if not isinstance(path, str) or is_remote(path):
        return False
    if not (file := archive.path_of(path)).is_file():
        if is_pattern(path):  # the files of a list are not sealed either
            return False
        raise PackageError(f"{path}: no such file in the package")
    seen = file_stats(file)
    before = (entry.get("bytes"), entry.get("hash"))
    entry["bytes"], entry["hash"] = seen.size, f"sha256:{seen.digests['sha256']}"
    return before != (entry["bytes"], entry["hash"])
