"""Where a package lies: a directory, a `datapackage.json` or a zip, opened so that nothing escapes.

A zip is unpacked into a private temporary directory after its entries have been checked: no entry
may leave the directory, be a link, or unpack to more than the limits below.
"""

import json
import lzma
import os
import re
import stat
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

from kzdata.errors import PackageError, UsageError

DESCRIPTOR = "datapackage.json"
MAX_DESCRIPTOR_BYTES = 16 << 20
MAX_ZIP_ENTRIES = 10_000
MAX_ZIP_BYTES = 16 << 30
MAX_ZIP_RATIO = 200
MAX_UNPACKED_BYTES = 16 << 30
"""Bytes that all files of a package may have that are unpacked, decoded or mended."""
SMALL_BYTES = 1 << 20
"""What unpacks to no more than this is taken at any ratio."""
MAX_NAME_BYTES = 255
"""Bytes of UTF-8 in one part of a path: more than that, no usual file system takes."""
MAX_PATH_BYTES = 4_000
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""JSON can write half of a surrogate pair, which no UTF-8 holds (RFC 8259, 8.2)."""


@dataclass(frozen=True)
class Archive:
    """An opened package.

    Attributes:
        root: Directory that the resources' paths are relative to.
        descriptor: The parsed `datapackage.json`.
        label: What the caller named, for messages.
    """

    root: Path
    descriptor: dict[str, Any]
    label: str
    _read: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    _unpacked: list[int] = field(default_factory=lambda: [0], repr=False)

    def path_of(self, relative: str) -> Path:
        """The file of a safe relative path.

        Args:
            relative: A POSIX path as a descriptor gives it.

        Raises:
            PackageError: The path is absolute, remote, or leaves the package, also through a link.
        """
        if reason := unsafe(relative):
            raise PackageError(f"{relative!r} {reason}; give a path inside the package")
        path = self.root / relative
        try:
            inside = path.resolve().is_relative_to(self.root.resolve())
            readable = not path.exists() or os.access(path, os.R_OK)
        except (OSError, RuntimeError, ValueError) as error:
            raise PackageError(f"{relative!r} cannot be followed: links in a circle?") from error
        if not inside:
            raise PackageError(f"{relative!r} leads out of the package through a link")
        if not readable:
            raise PackageError(f"{relative!r} may not be read; give this user the right to")
        return path

    def json(self, relative: str) -> dict[str, Any]:
        """The JSON object in a file of the package, such as a schema; read once.

        Raises:
            PackageError: The path is not safe, or the file holds none; see `read_descriptor`.
        """
        if relative not in self._read:
            self._read[relative] = read_descriptor(self.path_of(relative), self.label)
        return self._read[relative]

    @property
    def room(self) -> int:
        """Bytes that may still be written for the package."""
        return MAX_UNPACKED_BYTES - self._unpacked[0]

    def unpacks(self, size: int) -> None:
        """Count bytes that are written for the package: unpacked, decoded or mended.

        Raises:
            PackageError: They are more than one package may have.
        """
        self._unpacked[0] += size
        if self._unpacked[0] > MAX_UNPACKED_BYTES:
            raise PackageError(f"the package unpacks to over {MAX_UNPACKED_BYTES} bytes")


def unsafe(relative: str) -> str | None:
    """Why a path must not be followed, or None where it may be.

    Source of the rule: Data Package v2, "URL or Path": relative POSIX paths, no `..`, no absolute
    ones. Remote addresses, which the standard allows, are refused because nothing is ever fetched.
    """
    if not relative or any(ord(char) < 32 for char in relative):
        return "is empty or holds control characters"
    if len(relative) > MAX_PATH_BYTES or len(relative.encode()) > MAX_PATH_BYTES:
        return f"has over {MAX_PATH_BYTES} bytes"
    if any(len(part.encode()) > MAX_NAME_BYTES for part in relative.split("/")):
        return f"has a name of over {MAX_NAME_BYTES} bytes"
    if "://" in relative:
        return "is a remote address, and nothing is fetched"
    if relative.startswith(("/", "\\", "~")) or (len(relative) > 1 and relative[1] == ":"):
        return "is an absolute path"
    if "\\" in relative or ".." in PurePosixPath(relative).parts:
        return "leaves the package"
    return None


def bundled() -> Path:
    """The package that ships with kzdata: inside the wheel, or the checkout of an editable install.

    Raises:
        PackageError: Neither is there.
    """
    inside = Path(str(resources.files("kzdata"))) / "bundle"
    checkout = Path(__file__).resolve().parents[2]
    for root in (inside, checkout):
        if (root / DESCRIPTOR).is_file():
            return root
    raise PackageError("the bundled package is missing; reinstall kzdata or name a path")


@contextmanager
def workspace(parent: str | Path | None = None) -> Iterator[Path]:
    """A private temporary folder for the time of the `with` block.

    Args:
        parent: Directory that it is made in; the system's own for temporary files by default.

    Raises:
        UsageError: There is no such directory, or nothing can be written there.
    """
    try:
        folder = tempfile.TemporaryDirectory(
            prefix="kzdata-", dir=parent, ignore_cleanup_errors=True
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{parent}: no place for temporary files: {reason}") from error
    with folder as name:
        yield Path(name)


@contextmanager
def opened(path: str | Path | None = None, folder: Path | None = None) -> Iterator[Archive]:
    """Open a package for the time of the `with` block.

    Args:
        path: A directory, a `datapackage.json`, a zip; the bundled package by default.
        folder: Directory that a zip is unpacked in; the system's own by default.

    Raises:
        PackageError: There is no such path, it is not a package, or it cannot be read safely.
    """
    if path == "":
        raise PackageError("the path is empty")
    place = bundled() if path is None else Path(path)
    if not _exists(place):
        raise PackageError(f"{place}: no such file or directory")
    if place.is_file() and place.name != DESCRIPTOR and place.suffix != ".json":
        with workspace(folder) as inside:
            unpack(place, inside)
            yield _archive(_top(inside, place), str(place))
    else:
        yield _archive(place, str(place))


def _exists(place: Path) -> bool:
    try:
        return place.exists()
    except (OSError, ValueError):
        return False


def _archive(place: Path, label: str) -> Archive:
    file = place / DESCRIPTOR if place.is_dir() else place
    if not file.is_file():
        raise PackageError(f"{label}: no {DESCRIPTOR} in it, so it is not a data package")
    return Archive(file.parent, read_descriptor(file, label), label)


def read_descriptor(file: Path, label: str) -> dict[str, Any]:
    """Parse a JSON object from a file.

    Raises:
        PackageError: It is too large, not UTF-8, not JSON, nested too deep, or not an object.
    """
    try:
        if file.stat().st_size > MAX_DESCRIPTOR_BYTES:
            raise PackageError(f"{label}: {file.name} is over {MAX_DESCRIPTOR_BYTES} bytes")
        text = file.read_bytes().decode("utf-8-sig")
        parsed = json.loads(text, object_pairs_hook=_without_twins)
        if _SURROGATE.search(text):
            json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise PackageError(f"{label}: {file.name} is not UTF-8 (byte {error.start})") from error
    except UnicodeEncodeError as error:
        raise PackageError(f"{label}: {file.name} holds half a surrogate pair") from error
    except RecursionError as error:
        raise PackageError(f"{label}: {file.name} is nested too deep") from error
    except _TwinError as error:
        raise PackageError(f"{label}: {file.name} has {error} twice in one object") from error
    except ValueError as error:
        raise PackageError(f"{label}: {file.name} is not JSON: {error}") from error
    except OSError as error:
        raise PackageError(f"{label}: cannot read {file.name}: {error.strerror}") from error
    if not isinstance(parsed, dict):
        raise PackageError(f"{label}: {file.name} must hold a JSON object")
    return parsed


class _TwinError(ValueError):
    """A name that stands twice in a JSON object."""


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; of two members of one name, readers take either, and checks one of them."""
    made = dict(pairs)
    if len(made) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise _TwinError(repr(name)[:100])
    return made


def unpack(file: Path, folder: Path) -> None:
    """Unpack a zip into a folder after checking every entry.

    Raises:
        PackageError: It is not a zip, or an entry is unsafe, or the limits are passed.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _check_entries(archive.infolist(), str(file), file.stat().st_size)
            archive.extractall(folder)
    except (*_ZIP_ERRORS, OSError) as error:
        what = f"neither a {DESCRIPTOR} nor a zip that can be read"
        raise PackageError(f"{file}: {what}: {error}") from error


def _check_entries(entries: list[zipfile.ZipInfo], label: str, size: int) -> None:
    if len(entries) > MAX_ZIP_ENTRIES:
        raise PackageError(f"{label}: over {MAX_ZIP_ENTRIES} entries")
    # Entries may share their bytes, so that each alone looks harmless.
    total = sum(entry.file_size for entry in entries)
    if total > MAX_ZIP_BYTES or total > max(SMALL_BYTES, MAX_ZIP_RATIO * size):
        raise PackageError(f"{label}: unpacks to {total} bytes, which is too much")
    for entry in entries:
        if reason := unsafe(entry.filename.rstrip("/") or "/"):
            raise PackageError(f"{label}: entry {entry.filename!r} {reason}")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise PackageError(f"{label}: entry {entry.filename!r} is a link")
        if entry.file_size > max(SMALL_BYTES, MAX_ZIP_RATIO * entry.compress_size):
            raise PackageError(f"{label}: entry {entry.filename!r} unpacks {MAX_ZIP_RATIO} times")


def _top(folder: Path, place: Path) -> Path:
    """The folder of the descriptor: the top, or the only folder in it (as GitHub packs them)."""
    if (folder / DESCRIPTOR).is_file():
        return folder
    inner = [child for child in folder.iterdir() if (child / DESCRIPTOR).is_file()]
    if len(inner) != 1:
        raise PackageError(f"{place}: no {DESCRIPTOR} in it, so it is not a data package")
    return inner[0]
