"""The formats that a package can be written in: their names, and what each needs."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

Writer = Callable[["Dataset", Path], None]
"""Writes a package to a path that does not exist yet, in a folder that does."""
Summary = tuple[tuple[str, ...], list[tuple[Any, ...]]]
"""Column names and rows of a table for people."""


class Exporter(NamedTuple):
    """A format that a package can be written in."""

    name: str  # what it is called on the command line
    suffix: str  # how names of its files usually end; empty where it is a directory
    title: str  # what it is, on one line
    module: str | None  # the library that it needs; without it nothing is written
    extra: str | None  # the extra of kzdata that brings this library
    write: Writer  # writes a package
    # Says what was lost, out of what was written; None where nothing is.
    summary: Callable[[Path], Summary] | None = None


FORMATS: dict[str, Exporter] = {}
"""All formats by name."""


def exporter(
    name: str,
    *,
    suffix: str,
    module: str | None = None,
    extra: str | None = None,
    summary: Callable[[Path], Summary] | None = None,
) -> Callable[[Writer], Writer]:
    """Register a writer; its arguments are those of `Exporter`.

    The first line of the writer's docstring is the format's title.
    """

    def register(write: Writer) -> Writer:
        title = (write.__doc__ or "").strip().split("\n", 1)[0].removesuffix(".")
        FORMATS[name] = Exporter(name, suffix, title, module, extra, write, summary)
        return write

    return register
