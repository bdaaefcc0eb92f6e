"""Several files of a package changed at once: all of them or none.

The new files are written into a folder beside the descriptor, which gets its name when all of them
are there: from then on the change is made. Then each is moved into its place. Whoever opens the
package next, after a crash or a `kill -9`, moves the rest first, as databases do with a journal.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from kzdata.errors import PackageError, UsageError
from kzdata.files.writing import fresh, replace

JOURNAL = ".kzdata-journal"
MAX_FILES = 10_000  # of a change


def write_all(root: Path, contents: Mapping[str, bytes]) -> None:
    """Write files of a package, by their relative paths: all of them, or none.

    Raises:
        UsageError: One of them cannot be written, or lies behind a link; none is written.
    """
    finish(root)
    if not contents:
        return
    with fresh(root / JOURNAL) as made:
        for relative, content in contents.items():
            (made / relative).parent.mkdir(parents=True, exist_ok=True)
            (made / relative).write_bytes(content)
    finish(root)


def finish(root: Path) -> None:
    """Move what a change has left unmoved into its place; nothing where there is no change.

    Raises:
        PackageError: The folder of the change holds what no change of kzdata writes.
        UsageError: A place cannot be written.
    """
    folder = root / JOURNAL
    if not os.path.lexists(folder):
        return
    if not stat.S_ISDIR(folder.lstat().st_mode):
        raise _strange(folder)
    for file in list(_files(folder)):
        try:
            replace(file, root / file.relative_to(folder))
        except UsageError:
            if file.exists():  # else another process has moved it
                raise
    with suppress(OSError):
        _remove_folders(folder)


def _files(folder: Path) -> Iterator[Path]:
    """The files of a change; a link, or a place that no table has, is none of ours."""
    for number, file in enumerate(sorted(folder.rglob("*"))):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        mode = file.lstat().st_mode
        if hidden or number >= MAX_FILES or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise _strange(folder)
        if stat.S_ISREG(mode):
            yield file


def _remove_folders(folder: Path) -> None:
    for inner in sorted(folder.rglob("*"), reverse=True):
        inner.rmdir()
    folder.rmdir()


def _strange(folder: Path) -> PackageError:
    return PackageError(f"{folder} is not a change that kzdata began to write; remove it")
