"""A package in the formats that the field uses.

Each format is a function with `@exporter`; what it holds and what it loses is described in
docs/export.md. A format is written beside its place and then put there (`kzdata.files.writing`), so
that nothing half written stays.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from kzdata.errors import UsageError, require
from kzdata.exports.registry import Exporter, Formats, exporter
from kzdata.exports.tables import databases, parquet, workbook
from kzdata.files.writing import fresh

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

__all__ = ["FORMATS", "Exporter", "export", "exporter"]

FORMATS = Formats(
    (
        databases.duckdb,
        databases.sqlite,
        parquet.parquet,
        workbook.xlsx,
    )
)
"""All formats by name: these, and those that entry points bring."""


def export(dataset: "Dataset", form: str, out: str | Path, *, force: bool = False) -> Path:
    """Write a package in another format.

    Args:
        dataset: The tables of the package.
        form: A name of `FORMATS`, such as `duckdb`.
        out: The file, or for some formats the directory, to write; its folder exists.
        force: Replace what is there. A directory is replaced only where it holds nothing but what
            the same format writes.

    Returns:
        Where it was written.

    Raises:
        UsageError: There is no such format, something is there already, the place cannot be
            written to, or the package lacks what the format needs.
        MissingExtraError: The format's library is not installed.
        PackageError: A table cannot be read.
    """
    if form not in FORMATS:
        raise FORMATS.unknown(form)
    chosen, place = FORMATS[form], Path(out)
    if chosen.module and chosen.extra:
        require(chosen.module, chosen.extra)
    # Checked before, to save the work, and after it, in case somebody wrote there meanwhile.
    with fresh(place) as made:
        _check(place, force)
        chosen.write(dataset, made)
        _check(place, force)
        _check_content(place, made)
    return place


def _check(place: Path, force: bool) -> None:
    """Make sure that what stands at a place may be replaced."""
    if place.exists() and not force:
        raise UsageError(f"{place} is there already; --force (force=True) replaces it")
    if place.exists() and not place.is_file() and not place.is_dir():
        raise UsageError(f"{place} is neither a file nor a directory")


def _check_content(place: Path, made: Path) -> None:
    """Make sure that what was made is of the kind of what it replaces, and nothing else is lost."""
    if place.exists() and place.is_dir() != made.is_dir():
        kinds = ("a directory", "a file") if place.is_dir() else ("a file", "a directory")
        raise UsageError(f"{place} is {kinds[0]} and would be replaced by {kinds[1]}")
    if place.is_dir():
        known = {file.relative_to(made) for file in made.rglob("*")}
        others = sorted({file.relative_to(place) for file in place.rglob("*")} - known)
        if others:
            raise UsageError(f"{place} holds other files, such as {others[0]}; remove it yourself")
