"""The files of a folder that belongs to somebody else: regular, inside of it, opened once.

A path in a stranger's folder can be a pipe that never ends, a device, a link to any other file, and
can turn from one into another between two looks. So a file is opened once, what was opened is
looked at (not its path), and it stays open as long as the folder is in use: whoever reads it,
DuckDB too, reads it by its descriptor.
"""

import math
import os
import stat
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Self

from kzdata.errors import NotReadError, PackageError
from kzdata.files.patterns import matching

NOTHING = Path(os.devnull)  # below it there never is a file
# Where Linux names open files; opened by such a name, a file is read from its begin.
DESCRIPTORS = Path("/proc/self/fd")
SPARED = 32  # of the files that a process may hold: the engine opens some, too
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe is not waited for
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)


def _state(seen: os.stat_result) -> tuple[int, ...]:
    # The same file with the same content: nobody can set the time at which an inode was changed.
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


class _File(NamedTuple):
    """A file that was opened."""

    place: Path  # where it can be read
    descriptor: int | None  # if it is held
    state: tuple[int, ...]


class Folder:
    """A folder whose files are each opened once; wherever this process works later."""

    def __init__(self, root: Path) -> None:
        try:
            self._top = Path(os.path.realpath(root))
        except (OSError, ValueError) as error:
            raise PackageError(f"{str(root)!r} cannot be found: {error}") from error
        self._files: dict[str, _File] = {}
        self._held: list[int] = []
        self._closed = False
        self._free = weakref.finalize(self, _close, self._held, os.getpid())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all files; none can be had afterwards."""
        self._closed = True
        self._free()

    def file(self, relative: str) -> Path:
        """A path by which the regular file of a relative path can be read, always the same file.

        The relative path is known not to name another folder by its words. Where there is no
        regular file, it is the path of nothing: a folder, a pipe or a device is none.

        Raises:
            PackageError: It leads out of the folder through a link, in a cycle, or it may not be
                read; or the folder was closed.
        """
        if self._closed:
            raise PackageError(f"{relative}: no such file; is the package closed?")
        if relative not in self._files:
            if (found := self._opened(relative)) is None:
                return NOTHING / relative
            self._files[relative] = found
        return self._files[relative].place

    def matching(self, pattern: str, most: int) -> list[str]:
        """The files that a pattern of a relative path names; see `patterns.matching`."""
        return matching(self._top, pattern, most)

    def changed(self) -> Iterator[str]:
        """The files that are not what they were when they were opened."""
        # By the descriptor where it is held: what stands at the path now is nobody's concern.
        for relative, (place, descriptor, state) in self._files.items():
            with suppress(OSError):
                now = place.stat() if descriptor is None else os.fstat(descriptor)
                if _state(now) == state:
                    continue
            yield relative

    def _opened(self, relative: str) -> _File | None:
        path = self._top / relative
        try:
            regular = stat.S_ISREG(path.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            regular = False
        except (OSError, ValueError) as error:
            raise PackageError(f"{relative!r} cannot be followed: links in a cycle?") from error
        if not regular:  # a device is not even opened: some act on that
            self._check_inside(os.path.realpath(path), relative)
            return None
        if not os.access(path, os.R_OK):
            raise PackageError(f"{relative!r} cannot be read; allow this user to read it")
        descriptor = _open(path, relative)
        try:
            return self._known(descriptor, path, relative)
        except BaseException:
            with suppress(OSError):
                os.close(descriptor)
            raise

    def _known(self, descriptor: int, path: Path, relative: str) -> _File | None:
        seen, held = os.fstat(descriptor), None
        place = DESCRIPTORS / str(descriptor)
        if sys.platform == "linux" and place.exists():
            self._check_inside(str(place.readlink()), relative)
            held = descriptor
            self._held.append(descriptor)
        else:
            place = Path(os.path.realpath(path))
            self._check_inside(str(place), relative)
            if _state(place.stat()) != _state(seen):
                raise PackageError(f"{relative!r} changes while it is opened")
            os.close(descriptor)
        # Between the look at the path and the opening, another thing may have taken its place.
        return _File(place, held, _state(seen)) if stat.S_ISREG(seen.st_mode) else None

    def _check_inside(self, real: str, relative: str) -> None:
        if not Path(real).is_relative_to(self._top):
            raise PackageError(f"{relative!r} leads out of the package through a link")


def _open(path: Path, relative: str) -> int:
    # A package of many files needs more descriptors than the usual soft limit of a process.
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        if _more_descriptors():
            return _open(path, relative)
        raise PackageError(f"{relative!r} cannot be opened: {error.strerror}") from error
    if descriptor >= _descriptors() - SPARED and not _more_descriptors():
        os.close(descriptor)
        reason = f"{relative!r} cannot be opened: too many files are open"
        raise NotReadError(f"{reason}; let a process have more (ulimit -n)")
    return descriptor


def _descriptors() -> float:
    """How many files this process may hold."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return math.inf if soft == resource.RLIM_INFINITY else soft
    return math.inf


def _more_descriptors() -> bool:
    """Let this process hold as many files as it may; whether that is more than before."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            return True
    return False


def _close(held: list[int], process: int) -> None:
    while held and os.getpid() == process:  # a fork's files are its parent's to close
        with suppress(OSError):
            os.close(held.pop())


@contextmanager
def reading(file: Path) -> Iterator[int]:
    """The descriptor of a regular file, and of nothing else, for the time of the `with` block."""
    descriptor = os.open(file, _FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is no regular file", str(file))
        yield descriptor
    finally:
        os.close(descriptor)


def bounded(file: Path, most: int) -> bytes:
    """The bytes of a regular file, or one more than `most` of them where it has more."""
    with reading(file) as descriptor, open(descriptor, "rb", closefd=False) as stream:
        # As many bytes as are asked for are reserved.
        return stream.read(min(most, os.fstat(descriptor).st_size) + 1)
