"""A package in the formats that the field uses.

Each format is a function registered with `@exporter`; what it holds and what it loses is described
in docs/export.md. A format is written beside its place and then put there, so that nothing half
written stays.
"""

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kzdata.errors import UsageError, nearest

# Whoever imports a module registers its formats.
from kzdata.exports import (  # noqa: F401
    annotations,
    crate,
    croissant,
    crosswalks,
    databases,
    geographic,
    parquet,
    workbook,
)
from kzdata.exports.registry import FORMATS, Exporter, exporter

if TYPE_CHECKING:
    from kzdata.package import Package

__all__ = ["FORMATS", "Exporter", "export", "exporter"]


def export(package: "Package", form: str, out: str | Path, *, force: bool = False) -> Path:
    """Write a package in another format.

    Args:
        package: The package.
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
        raise UsageError(f"no format {form!r}{nearest(form, FORMATS) or f'; there are {_names()}'}")
    chosen, place = FORMATS[form], _place(out)
    if chosen.module and chosen.extra:
        from kzdata.database import require

        require(chosen.module, chosen.extra)
    _check(place, force)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{place.name[:40]}.", dir=place.parent) as beside:
            fresh = Path(beside) / place.name
            chosen.write(package, fresh)
            _put(fresh, place, Path(beside), force)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror or error}") from error
    return Path(out)


def _names() -> str:
    return ", ".join(FORMATS)


def _place(out: str | Path) -> Path:
    """Where to write, links followed.

    Raises:
        UsageError: It has no name, or its folder does not exist.
    """
    try:
        place = Path(out).resolve()
        if not place.parent.is_dir():
            raise UsageError(f"cannot write {out}: no such folder: {place.parent}")
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(f"cannot write {out}: {error}") from error
    if not place.name:
        raise UsageError(f"cannot write {out}: name a file in it")
    return place


def _check(place: Path, force: bool) -> None:
    if place.exists() and not force:
        raise UsageError(f"{place} is there already; --force (force=True) replaces it")
    if place.exists() and not place.is_file() and not place.is_dir():
        raise UsageError(f"{place} is neither a file nor a directory")


def _put(fresh: Path, place: Path, beside: Path, force: bool) -> None:
    """Put what was written into its place; what was there goes only when the new is whole.

    Raises:
        UsageError: Something stands there that must not be replaced.
    """
    _check(place, force)
    if place.exists():
        if place.is_dir() != fresh.is_dir():
            kinds = ("a directory", "a file") if place.is_dir() else ("a file", "a directory")
            raise UsageError(f"{place} is {kinds[0]} and would be replaced by {kinds[1]}")
        if place.is_dir():
            _move_aside(fresh, place, beside)
            return
    fresh.replace(place)


def _move_aside(fresh: Path, place: Path, beside: Path) -> None:
    """Replace a directory, if it holds nothing but what is written anew."""
    known = {file.relative_to(fresh) for file in fresh.rglob("*")}
    others = sorted({file.relative_to(place) for file in place.rglob("*")} - known)
    if others:
        raise UsageError(f"{place} holds other files, such as {others[0]}; remove it yourself")
    old = beside / "old"
    place.rename(old)
    try:
        fresh.rename(place)
    except OSError:
        old.rename(place)
        raise
    shutil.rmtree(old)
