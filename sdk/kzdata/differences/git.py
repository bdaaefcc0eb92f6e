"""Packages in git: the files of a revision, read as the bytes that git keeps.

Only `git rev-parse`, `cat-file` and `for-each-ref` are run. They start no hook, filter or text
conversion, and what a repository's own settings could start besides (a file system monitor, a
remote that fetches what is missing) is switched off. Settings of the user and of the system stay,
since git asks them whose repositories are safe. git has limits of time and memory, for an object
may be a pipe, or huge. Blobs are written into a temporary folder within the limits of a zip.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import IO, Any, Self

from kzdata.errors import PackageError
from kzdata.files import archive as archives
from kzdata.files.archive import CHANGELOG, DESCRIPTOR, Archive, unsafe
from kzdata.files.csv import CHUNK
from kzdata.files.limits import DEFAULT
from kzdata.files.patterns import is_pattern
from kzdata.standard.parsing import entries

SECONDS = 60  # that git may take to look up a name, or to give the next part of a file
MEMORY = 1 << 30  # bytes that git may take, where the system can limit them
# Settings that the repository's own give way to; larger blobs go through git bit by bit.
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.bigFileThreshold=1m",
    "core.deltaBaseCacheLimit=96m",
)
_QUIET = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@contextmanager
def opened(place: str | Path | None) -> Iterator[Archive]:
    """Open a package that lies in a directory, a zip or a git revision.

    A revision is `REV`, the package at the top of the working directory's repository, or
    `REV:PATH`, a folder, `datapackage.json` or zip in it. A path that exists is a path; `REV:` is
    always a revision.
    """
    with ExitStack() as stack:
        if place is None or isinstance(place, Path) or (place and archives.exists(Path(place))):
            yield stack.enter_context(archives.opened(place))
            return
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="kzdata-git-"))
        archive = stack.enter_context(archives.opened(_checked_out(place, Path(folder))))
        yield replace(archive, label=place)  # messages name the revision, not the folder


def _checked_out(place: str, folder: Path) -> Path:
    """Write the files of a package at a revision into a folder; what to open of it."""
    revision, _, path = place.partition(":")
    # What begins with a hyphen would be an option to git, and a line end another question.
    if not revision or revision.startswith("-") or any(ord(char) < 32 for char in place):
        raise PackageError(f"{place}: no such file or directory, and not a git revision")
    commit = _resolved(f"{revision}^{{commit}}", place)
    with Objects() as objects:
        if path.lower().endswith(".zip"):
            file = folder / "package.zip"
            if not objects.write(f"{commit}:{path}", file):
                raise PackageError(f"{place}: no such file in that revision")
            return file
        inside, _, last = path.rpartition("/") if path.endswith(".json") else (path, "", "")
        # git takes `./` for the working directory, and nothing for the top.
        inside = "./" if inside in (".", "./") else inside.rstrip("/")
        tree = _resolved(f"{commit}:{inside}", place)
        return _package(objects, tree, last or DESCRIPTOR, place, folder)


def _package(objects: "Objects", tree: str, name: str, place: str, folder: Path) -> Path:
    """Write what a descriptor names into a folder, and nothing else; the descriptor's file."""
    if not objects.write(f"{tree}:{name}", folder / name):
        hint = "" if ":" in place else f"; name its folder: {place}:PATH"
        raise PackageError(f"{place}: no {name} in it, so it is not a data package{hint}")
    descriptor = archives.read_descriptor(folder / name, place)
    for path in sorted({CHANGELOG, *_named(descriptor)} - {name}):
        # A file that is absent, or unsafe to name, is told of by whoever reads the package.
        if not unsafe(path) and not objects.write(f"{tree}:{path}", folder / path):
            _refuse_pattern(path, place)
    return folder / name


def _refuse_pattern(path: str, place: str) -> None:
    if is_pattern(path):
        way = "list its files, or compare folders"
        raise PackageError(
            f"{place}: {path} is a pattern, which no revision is searched for; {way}"
        )


def _named(descriptor: dict[str, Any]) -> Iterator[str]:
    """The paths of files that a descriptor names, safe or not."""
    for entry in (entry for entry in entries(descriptor) if isinstance(entry, dict)):
        paths = entry.get("path", entry.get("url"))
        named = [*(paths if isinstance(paths, list) else [paths])]
        named += [entry.get("schema"), entry.get("dialect")]
        yield from (name for name in named if isinstance(name, str))


class Objects:
    """The objects of the working directory's repository, read through one `git cat-file`."""

    def __enter__(self) -> Self:
        self._left = DEFAULT.unpacked
        # One process for all files: to start git takes longer than to read most of them.
        command = ("cat-file", "--batch", "--follow-symlinks")
        process = _start(*command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdin and process.stdout
        self._process, self._asked, self._answers = process, process.stdin, process.stdout
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def write(self, name: str, file: Path) -> bool:
        """Write a blob's bytes into a file; False where there is no such blob.

        Links inside of the revision are followed; others lead nowhere.
        """
        if (size := self._size_of(name)) is None:
            return False
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with file.open("xb") as out:
                self._copy(size, out)
        except FileExistsError as error:
            raise PackageError(f"git: {file.name} is there twice but for its case") from error
        return True

    def _size_of(self, name: str) -> int | None:
        """The size of a blob, whose bytes come next; None where there is no such blob."""
        try:
            self._asked.write(name.encode("utf-8", "surrogateescape") + b"\n")
            self._asked.flush()
        except OSError as error:
            raise PackageError("git: broke off") from error
        with self._soon():
            line = self._answers.readline()
        if not line:
            raise PackageError(f"git: broke off, or gave no answer for {SECONDS} seconds")
        words = line.split()
        if not words or not words[-1].isdigit():
            return None
        if words[-2] == b"blob":
            return int(words[-1])
        # What is no file, a folder or a link that leads nowhere, follows its size all the same.
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
            self._copy(int(words[-1]), nowhere)
        return None

    def _copy(self, size: int, out: IO[bytes]) -> None:
        self._left -= size
        if self._left < 0:
            raise PackageError(f"git: the package holds over {DEFAULT.unpacked} bytes")
        while size:
            with self._soon():
                chunk = self._answers.read(min(size, CHUNK))
            if not chunk:
                raise PackageError("git: broke off in the middle of a file")
            out.write(chunk)
            size -= len(chunk)
        self._answers.read(1)  # the line end that follows each object

    @contextmanager
    def _soon(self) -> Iterator[None]:
        # An object may be a pipe that nobody fills, and a read of it cannot be given up.
        timer = Timer(SECONDS, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def tags() -> list[str]:
    """Names of the tags from which the working directory's revision descends."""
    found = _run("for-each-ref", "--merged=HEAD", "--format=%(refname:strip=2)", "refs/tags")
    if found.returncode:
        raise PackageError(f"{_first_error(found)}; name the version to compare with")
    return found.stdout.decode("utf-8", "replace").splitlines()


def _resolved(name: str, place: str) -> str:
    """The object id of a name."""
    found = _run("rev-parse", "--verify", "--end-of-options", name)
    if found.returncode:
        said = _first_error(found)
        if "Needed a single revision" in said or "does not exist" in said:
            said = "no such file or directory, and git knows no such revision"
        elif "not a git repository" in said:
            said = f"no such file or directory, and {said}"
        raise PackageError(f"{place}: {said}")
    return found.stdout.decode("ascii").split()[-1]


def _first_error(found: "subprocess.CompletedProcess[bytes]") -> str:
    lines = found.stderr.decode("utf-8", "replace").strip().splitlines() or ["it failed"]
    return f"git: {lines[0].removeprefix('fatal: ')}"


def _run(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        with _start(*arguments, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            try:
                out, err = process.communicate(timeout=SECONDS)
            finally:
                process.kill()  # does nothing where it has ended
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)
    except subprocess.TimeoutExpired as error:
        raise PackageError(f"git: gave no answer for {SECONDS} seconds") from error
    except (OSError, ValueError) as error:
        raise PackageError(f"git: cannot be asked: {error}") from error


def _start(*arguments: str, stdin: int, stderr: int) -> "subprocess.Popen[bytes]":
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    process = subprocess.Popen(  # noqa: S603
        [_program(), "--no-pager", *settings, *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env={**os.environ, **_QUIET},
    )
    _limit(process)
    return process


def _limit(process: "subprocess.Popen[bytes]") -> None:
    # Of another process, only Linux can limit the memory.
    with suppress(ImportError, OSError):
        from resource import RLIMIT_DATA, prlimit

        prlimit(process.pid, RLIMIT_DATA, (MEMORY, MEMORY))


def _program() -> str:
    # Never in the working directory, where Windows would look, too, and which may be a stranger's.
    here = Path.cwd()
    for folder in map(Path, os.get_exec_path()):
        file = folder / ("git.exe" if os.name == "nt" else "git")
        trusted = folder.is_absolute() and folder.resolve() != here
        if trusted and file.is_file() and os.access(file, os.X_OK):
            return str(file)
    raise PackageError("git is not installed, so no revision can be read; name a directory")
