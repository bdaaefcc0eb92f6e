"""The formats that a package can be written in: their names, what each needs, who brings it.

Any distribution brings formats by entry points of the group `kzdata.exporters`: each is called as
its format, and leads to what `@exporter` made.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kzdata.errors import UsageError, nearest

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

GROUP = "kzdata.exporters"  # the group of entry points that bring formats
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


def exporter(
    name: str,
    *,
    suffix: str,
    module: str | None = None,
    extra: str | None = None,
    summary: Callable[[Path], Summary] | None = None,
) -> Callable[[Writer], Exporter]:
    """Make a format of a function that writes it; the arguments are those of `Exporter`.

    The first line of the function's docstring is the format's title.
    """

    def made(write: Writer) -> Exporter:
        title = (write.__doc__ or "").strip().split("\n", 1)[0].removesuffix(".")
        return Exporter(name, suffix, title, module, extra, write, summary)

    return made


class Formats(Mapping[str, Exporter]):
    """Formats by name: those of kzdata itself, and those of entry points, loaded when looked up.

    One that cannot be had is there, too: its title says why, and to write it is a `UsageError`.
    """

    def __init__(self, own: Iterable[Exporter]) -> None:
        self._own = {form.name: form for form in own}

    @cached_property
    def _points(self) -> dict[str, list[EntryPoint]]:
        """The entry points of each name; in the order of names, since that of folders is chance."""
        found = defaultdict(list)
        try:
            points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
        except Exception as error:  # as anybody's metadata is read with it
            why = f"broken metadata of an installed distribution ({type(error).__name__}: {error})"
            raise UsageError(f"cannot look for formats: {why}") from error
        for point in points:
            found[point.name].append(point)
        return dict(found)

    def __getitem__(self, name: str) -> Exporter:
        # Nobody takes the place of kzdata's own, whatever lies in the working directory.
        if name in self._own:
            return self._own[name]
        points = self._points[name]
        if len(points) == 1:
            return _loaded(points[0])
        # Nobody knows which of them is meant, and the first on the path is chance.
        return _unusable(name, f"{' and '.join(map(_told, points))} have it; uninstall all but one")

    def __iter__(self) -> Iterator[str]:
        return iter(self._own | self._points)

    def __len__(self) -> int:
        return len(self._own | self._points)

    def unknown(self, name: str) -> UsageError:
        """The error that there is no such format."""
        known = f"; there are {', '.join(self)}"
        if not self._points:
            known += f", and no installed distribution has more ({GROUP}): install kzdata again"
            return UsageError(f"no format {name!r}{known}")
        return UsageError(f"no format {name!r}{nearest(name, self) or known}")


def _loaded(point: EntryPoint) -> Exporter:
    """The format that an entry point leads to."""
    try:
        found = point.load()
    # Whatever a plug-in's module does wrong, the other formats are there.
    except (Exception, SystemExit) as error:
        why = f"cannot be loaded ({type(error).__name__}: {' '.join(str(error).split())})"
        return _unusable(point.name, f"{_told(point)} {why}; update or uninstall it", error)
    if isinstance(found, Exporter) and found.name == point.name:
        return found
    return _unusable(point.name, f'{_told(point)} is no @exporter("{point.name}")')


def _told(point: EntryPoint) -> str:
    """What brings a format, for messages."""
    return f"{point.value} of {point.dist.name if point.dist else 'no distribution'}"


def _unusable(name: str, why: str, cause: BaseException | None = None) -> Exporter:
    """A format that cannot be had."""

    def refuse(dataset: "Dataset", out: Path) -> None:
        raise UsageError(f"format {name!r}: {why}") from cause

    return Exporter(name, "", why, None, None, refuse)
