"""Writing files: whole or not at all, and never through a link.

A file or folder is made beside its place under a name that nobody can guess, and takes the place
by being renamed. Whatever happens, a full disk or a `kill -9`, the place holds what was there
before or all that is new; what a kill leaves behind is a sibling called `.kzdata-...`, which no
later run looks at.

An output may lie in a folder that a stranger has filled, with links laid ready: `report.sarif` that
leads to `.bashrc`, or `reports` that leads to the home folder. So a link in the place itself is
refused, and so is each link on the way that lies in the working directory, a repository or a
package. Links elsewhere, such as `/tmp` on some systems, are the user's own.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from kzdata.errors import UsageError

MARKS = (".git", "datapackage.json")  # what a folder holds that a stranger may have filled
_STREAM = re.compile(r"/dev/std(in|out|err)|(?:/dev|/proc/self)/fd/([0-9]{1,9})")
# What Windows calls a folder that leads to another one (IO_REPARSE_TAG_MOUNT_POINT).
_JUNCTION = 0xA0000003
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0) | _NO_LINK
_SEARCHED: int = getattr(os, "O_PATH", 0)


def save(content: bytes, place: Path) -> None:
    """Write a file in a folder that exists: the whole of it or nothing.

    A stream of this process (`/dev/stdout`, `/dev/fd/N`), a device below `/dev` and a named pipe
    are written to directly. A link, or what lies behind one, is a UsageError.
    """
    with _usage_errors(place):
        if (stream := _stream(place)) is not None:
            _pour(os.dup(stream), content)
            return
        with _folder(place) as folder:
            before = folder.seen(place)
            if before is None or stat.S_ISREG(before.st_mode):
                with folder.room() as made:
                    folder.write(made, content)
                    folder.put(made, place.name, before)
            else:
                _pour(folder.opened(place, before), content)


@contextmanager
def fresh(place: Path, *, parents: bool = False) -> Iterator[Path]:
    """A path for a new file or folder, which takes its place at the end of the `with` block.

    Nothing stands at the path; it lies in a folder of its own beside the place. It takes the place
    only if the block ends well; what it replaces is removed then. Where the system cannot exchange
    two folders (all but Linux), a folder that was there is moved aside first: a kill between these
    two renames leaves the old in `.kzdata-.../old` and the new in `.kzdata-.../new`, both whole.

    A link, or what lies behind one, is a UsageError. `parents` makes the folder that it lies in.
    """
    with _usage_errors(place), _folder(place, parents=parents) as folder:
        before = folder.seen(place)
        if before and os.path.samestat(before, Path().stat()):
            raise UsageError(f"cannot write {place}: it is the working directory; name another")
        with folder.room() as made:
            yield folder.path / made
            folder.put(made, place.name, before)


def replace(made: Path, place: Path) -> None:
    """Move a file that was made into a place on the same disk, where another may stand.

    A link in the place, or on the way to it, is a UsageError.
    """
    with _usage_errors(place), _folder(place, parents=True) as folder:
        before = folder.seen(place)
        if before and not stat.S_ISREG(before.st_mode):
            raise UsageError(f"cannot write {place}: it is no file")
        folder.put(str(made.absolute()), place.name, before)


# ------------------------------------------------------------------------------ the folder


class _Folder(NamedTuple):
    """The folder of an output."""

    path: Path  # without links
    # The folder held open, so that nobody can put another in its place; None where systems cannot.
    handle: int | None

    def at(self, name: str) -> Path:
        """A name in the folder, for a function that also takes the handle."""
        return self.path / name if self.handle is None else Path(name)

    def seen(self, place: Path) -> os.stat_result | None:
        """What stands at a place of the folder, or None; refuses a link."""
        try:
            found = os.stat(self.at(place.name), dir_fd=self.handle, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if _is_link(found):
            raise UsageError(f"{place} is a link; name the file it leads to, or remove it")
        return found

    def write(self, name: str, content: bytes) -> None:
        """Write a new file."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | getattr(os, "O_BINARY", 0)
        with open(os.open(self.at(name), flags, 0o666, dir_fd=self.handle), "wb") as out:  # noqa: PTH123
            out.write(content)

    def _like(self, name: str, before: os.stat_result) -> None:
        """Give what was made the rights and, where this user may, the owner of what it replaces."""
        with suppress(OSError, AttributeError, NotImplementedError):
            os.chown(self.at(name), before.st_uid, before.st_gid, dir_fd=self.handle)
        # After the owner, whose change takes rights away; never more than rights, such as setuid.
        with suppress(OSError, NotImplementedError):
            os.chmod(self.at(name), before.st_mode & 0o777, dir_fd=self.handle)

    def opened(self, place: Path, before: os.stat_result) -> int:
        """A device below `/dev` or a named pipe, open to be written to."""
        named = os.name == "nt" or self.path.parts[1:2] == ("dev",)
        if not stat.S_ISFIFO(before.st_mode) and not (named and stat.S_ISCHR(before.st_mode)):
            what = "a directory" if stat.S_ISDIR(before.st_mode) else "no file"
            raise UsageError(f"cannot write {place}: it is {what}")
        # Nothing waits for a reader who may never come.
        flags = os.O_WRONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
        return os.open(self.at(place.name), flags, dir_fd=self.handle)

    @contextmanager
    def room(self) -> Iterator[str]:
        """A name for what is made, in a folder for this process alone, which is removed then."""
        room = _unguessable()
        os.mkdir(self.at(room), 0o700, dir_fd=self.handle)
        try:
            yield f"{room}/new"
        finally:
            _remove(self.path / room)

    def put(self, made: str, name: str, before: os.stat_result | None) -> None:
        """Put what was made into its place, with the rights of what was there before."""
        _flush_all(self.path / made)
        if before:
            self._like(made, before)
        if before is None or not stat.S_ISDIR(before.st_mode):
            self.rename(made, name)
        elif not self._exchanged(made, name):
            # No system renames a folder over one that holds something.
            aside = made.replace("/new", "/old")
            self.rename(name, aside)
            try:
                self.rename(made, name)
            except OSError:
                self.rename(aside, name)
                raise
        self._flush()

    def rename(self, old: str, new: str) -> None:
        """Give something in the folder another name, in place of what had it."""
        os.replace(self.at(old), self.at(new), src_dir_fd=self.handle, dst_dir_fd=self.handle)

    def _exchanged(self, one: str, other: str) -> bool:
        """Whether two names could be exchanged in one step, as Linux can."""
        import ctypes

        if self.handle is None:
            return False
        sides = (self.handle, os.fsencode(one), self.handle, os.fsencode(other))
        with suppress(AttributeError, OSError):  # a C library may lack the function
            return bool(ctypes.CDLL(None).renameat2(*sides, 2) == 0)  # RENAME_EXCHANGE
        return False

    def _flush(self) -> None:
        """Have the disk keep the names, where the system can be asked to."""
        if self.handle is not None:
            with suppress(OSError):
                stream = os.open(".", os.O_RDONLY | _FOLDER, dir_fd=self.handle)
                try:
                    os.fsync(stream)
                finally:
                    os.close(stream)


@contextmanager
def _folder(place: Path, *, parents: bool = False) -> Iterator[_Folder]:
    """The folder that a place lies in, unless a link leads to it that must not be followed."""
    if not place.name:
        raise UsageError(f"cannot write {place}: name a file or folder in it")
    path = _real_folder(place, parents=parents)
    handle = _open_folder(path)
    try:
        yield _Folder(path, handle)
    finally:
        if handle is not None:
            os.close(handle)


def _real_folder(place: Path, *, parents: bool) -> Path:
    # Step by step, so that a link is seen where it lies; those of the user are followed.
    folder = place.parent
    real = Path(os.path.realpath(folder.anchor or "."))
    for part in folder.parts[bool(folder.anchor) :]:
        step = real / part
        try:
            linked = _is_link(step.lstat())
        except FileNotFoundError:
            linked = False
        if linked and _may_be_strange(real):
            raise UsageError(f"{step} is a link; name the folder it leads to, or remove it")
        real = Path(os.path.realpath(step))
        if parents and not real.exists():
            real.mkdir()
    if not real.is_dir():
        raise UsageError(f"cannot write {place}: no such folder: {folder}")
    return real


def _is_link(seen: os.stat_result) -> bool:
    return stat.S_ISLNK(seen.st_mode) or getattr(seen, "st_reparse_tag", 0) == _JUNCTION


def _may_be_strange(folder: Path) -> bool:
    """Whether a folder lies in the working directory, a repository or a package."""
    here = Path(os.path.realpath("."))
    return any(
        above == here or any(os.path.lexists(above / mark) for mark in MARKS)
        for above in (folder, *folder.parents)
        if above != above.parent
    )


def _open_folder(path: Path) -> int | None:
    """A folder held open, no link followed on the way; None where the system cannot do that."""
    # `O_PATH` needs only the right to search each folder on the way, not to read it.
    if os.open not in os.supports_dir_fd:
        return None
    if not _SEARCHED:
        return os.open(path, os.O_RDONLY | _FOLDER)
    held = os.open(path.anchor, _FOLDER | _SEARCHED)
    for part in path.parts[1:]:
        try:
            inner = os.open(part, _FOLDER | _SEARCHED, dir_fd=held)
        finally:
            os.close(held)
        held = inner
    return held


# ------------------------------------------------------------------------------ small things


@contextmanager
def _usage_errors(place: Path) -> Iterator[None]:
    """What the system says against writing to a place, as a UsageError of one line."""
    try:
        if b"\0" in os.fsencode(place):
            raise ValueError
    except ValueError as error:  # also for half a letter, which no file system writes
        raise UsageError(f"cannot write {place}: no file can have this name") from error
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot write {place}: {error.strerror or error}") from error


def _stream(place: Path) -> int | None:
    """The number of the stream that a place is a name of, or None."""
    if match := _STREAM.fullmatch(place.as_posix()):
        return int(match[2]) if match[2] else ("in", "out", "err").index(match[1])
    return None


def _pour(stream: int, content: bytes) -> None:
    """Write to a stream, however slowly it is read, and close it."""
    # Opened without waiting, it would lose what a full pipe does not take at once.
    with open(stream, "wb") as out:
        if os.name != "nt":
            os.set_blocking(stream, True)
        out.write(content)


def _remove(room: Path) -> None:
    """Remove a folder of ours, with what it took in, whose rights may stand against it."""
    from shutil import rmtree

    # By handles, so that a link in it leads nowhere; Windows has no such rights.
    if os.name != "nt":
        with suppress(OSError, RecursionError):
            for *_, inner in os.fwalk(room):
                os.fchmod(inner, 0o700)
    rmtree(room, ignore_errors=True)


def _unguessable() -> str:
    return f".kzdata-{os.urandom(12).hex()}"


def _flush_all(made: Path) -> None:
    """Have the disk keep a file, or all files of a folder."""
    mode = "r+b" if os.name == "nt" else "rb"  # Windows wants the right to write
    for file in [made, *made.rglob("*")]:
        if file.is_file():
            with file.open(mode) as stream:
                os.fsync(stream.fileno())
