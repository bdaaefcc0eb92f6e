"""Tables that a Spark session holds (DataFrames, Delta, Iceberg), as files of a package.

Spark writes each as Parquet into the scratch folder, beside a copy of the package's descriptor and
of the other files that it names. That is a package as any other, which tasks read.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kzdata.errors import PackageError, UsageError, nearest
from kzdata.files.archive import CHANGELOG, DESCRIPTOR, Archive, hidden, opened, unsafe
from kzdata.files.limits import PackageLimits
from kzdata.files.remote import named

OF_FILES = (
    "path",
    "url",
    "data",
    "format",
    "mediatype",
    "encoding",
    "bytes",
    "hash",
    "compression",
)
OF_TEXT = ("dialect", "innerpath")  # what tells how a file's text is read


def package_of_tables(
    path: str | Path | None,
    tables: Mapping[str, Any],
    folder: Path,
    limits: PackageLimits,
    carry_out: Callable[[Callable[[], Any]], Any],
) -> Path:
    """Write a package whose tables of some names are those of Spark; its folder.

    Args:
        path: The package that says what the tables are: its directory or descriptor.
        tables: A DataFrame for each.
        folder: Where it is made; workers see it by the same path.
        limits: Of the files that are copied.
        carry_out: Carries out what Spark is asked, and tells of its errors.

    Raises:
        EngineError: Spark cannot write a table.
        PackageError: The package cannot be read, or Spark wrote nothing.
        UsageError: The package has no table of a name, or what is given is no DataFrame.
    """
    with opened(path, None, limits) as archive:
        _check(archive, tables)
        folder.mkdir(parents=True)
        others = dict.fromkeys((*_others(archive, tables, limits), CHANGELOG))
        for file in others:
            _copy(archive, file, folder)
        top = "tables"
        while any(file.startswith(f"{top}/") for file in others):
            top += "_"
        files = {
            # A table may have any name, a folder only some.
            name: _written(name, frame, folder, f"{top}/{number}", carry_out)
            for number, (name, frame) in enumerate(tables.items())
        }
        entries = [_entry(one, files) for one in archive.descriptor["resources"]]
        raw = {**archive.descriptor, "resources": entries}
    (folder / DESCRIPTOR).write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    return folder


def _check(archive: Archive, tables: Mapping[str, Any]) -> None:
    resources = archive.descriptor.get("resources")
    listed = resources if isinstance(resources, list) else []
    known = [str(one.get("name")) for one in listed if isinstance(one, dict)]
    for name, frame in tables.items():
        if name not in known:
            raise UsageError(f"{archive.label} has no resource {name!r}{nearest(name, known)}")
        if not hasattr(getattr(frame, "write", None), "parquet"):
            kind = type(frame).__name__
            raise UsageError(f"{name}: a {kind}, no DataFrame of Spark; spark.table(...) gives one")


def _others(archive: Archive, tables: Mapping[str, Any], limits: PackageLimits) -> Iterator[str]:
    """The files of the package that are read besides: of other tables, and schemas."""
    entries = [_entry(one, dict.fromkeys(tables, ())) for one in archive.descriptor["resources"]]
    for path in named({"resources": entries}, limits):
        if not (unsafe(path) or hidden(path)):  # a finding says so
            yield path


def _copy(archive: Archive, path: str, folder: Path) -> None:
    try:
        source = archive.path_of(path)
    except PackageError:  # a finding says that it is not there
        return
    if source.is_file():
        archive.unpacks(source.stat().st_size)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / path)


def _written(
    name: str, frame: Any, folder: Path, place: str, carry_out: Callable[[Callable[[], Any]], Any]
) -> tuple[str, ...]:
    """The files of a table in their order, called by numbers, relative to the folder."""
    (folder / place).parent.mkdir(exist_ok=True)
    carry_out(lambda: frame.write.parquet(str(folder / place)))
    parts = sorted((folder / place).rglob("*.parquet"))
    if not parts:
        raise PackageError(f"{name}: Spark wrote no file; workers must see the scratch folder")
    files = tuple(f"{place}/{number:05}.parquet" for number in range(len(parts)))
    for part, file in zip(parts, files, strict=True):
        part.rename(folder / file)
    return files


def _entry(entry: Any, files: Mapping[str, tuple[str, ...]]) -> Any:
    """A resource, with the files that Spark wrote where it is one of these tables."""
    if not isinstance(entry, dict) or entry.get("name") not in files:
        return entry
    kept = {name: value for name, value in entry.items() if name not in (*OF_FILES, *OF_TEXT)}
    return kept | {"path": list(files[entry["name"]]), "format": "parquet"}
