"""Where a package lies: a directory, a `datapackage.json` or a zip, opened so that nothing escapes.

A zip is unpacked into a private temporary directory after its entries have been checked: no entry
may leave the directory, be a link, or unpack to more than the limits below.
"""

import io
import json
import lzma
import os
import re
import shutil
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from importlib import resources
from math import ceil
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any

from kzdata.errors import KzdataError, NotJSONError, NotReadError, PackageError, UsageError
from kzdata.files.folder import Folder, bounded, reading
from kzdata.files.journal import finish
from kzdata.files.limits import DEFAULT, PackageLimits, allowing
from kzdata.files.temporary import TemporaryFolder

DESCRIPTOR = "datapackage.json"
DESCRIPTORS = (DESCRIPTOR, "datapackage.yaml", "datapackage.yml")  # the first that is there counts
CHANGELOG = "CHANGELOG.md"
MAX_DEPTH = 100  # how deep JSON may be nested
MAX_TWINS = 100  # names that stand twice in an object, of those that are told of one file
ZIP_DIRECTORY = 10 << 20  # bytes of a zip's directory; or a kibibyte for each entry
# Others take memory as a file says before a byte of it is unpacked.
ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
SMALL_BYTES = 1 << 20  # what unpacks to no more than this is taken at any ratio
MAX_NAME_BYTES = 255  # of one part of a path: more than that, no usual file system takes
MAX_PATH_BYTES = 4_000
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError)
# Schemes of addresses at which a package can lie.
SCHEMES = ("https", "http", "s3", "gs", "abfs")
# JSON can write half of a surrogate pair, which no UTF-8 holds (RFC 8259, 8.2).
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# What Python takes for a number and RFC 8259 does not have, outside of strings.
_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)', re.DOTALL)


@dataclass(frozen=True)
class Archive:
    """An opened package."""

    root: Path  # directory that the resources' paths are relative to
    descriptor: dict[str, Any]  # the parsed `datapackage.json`
    label: str  # what the caller named, for messages
    files: Folder  # its files, each opened once
    temp_dir: Path | None = None  # for what has to be unpacked; the system's own by default
    name: str = DESCRIPTOR  # of the descriptor's file
    limits: PackageLimits = DEFAULT
    # Files that were fetched from elsewhere, by the names that the descriptor has for them.
    fetched: Mapping[str, Path] = field(default_factory=dict)
    # Names that stand twice in an object, by file; the descriptor's own is "".
    twins: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    _read: dict[str, dict[str, Any] | KzdataError] = field(default_factory=dict, repr=False)
    _unpacked: list[int] = field(default_factory=lambda: [0], repr=False)
    _counting: Lock = field(default_factory=Lock, repr=False)  # tables are read side by side

    def path_of(self, relative: str) -> Path:
        """A path by which the file of a safe relative path can be read; see `Folder.file`."""
        if relative in self.fetched:
            return self.fetched[relative]
        if reason := unsafe(relative) or hidden(relative):
            raise PackageError(f"{relative!r} {reason}; give a path inside the package")
        return self.files.file(relative)

    def json(self, relative: str) -> dict[str, Any]:
        """The JSON object in a file of the package, such as a schema; read once."""
        if relative not in self._read:
            try:
                made, self.twins[relative] = self._json(relative)
                self._read[relative] = made
            except KzdataError as error:
                self._read[relative] = error
        found = self._read[relative]
        if isinstance(found, KzdataError):
            raise found
        return found

    def _json(self, relative: str) -> tuple[dict[str, Any], tuple[str, ...]]:
        return read_json(self.path_of(relative), relative, most=self.limits.descriptor)

    @property
    def room(self) -> int:
        """Bytes that may still be written for the package."""
        return self._most - self._unpacked[0]

    @property
    def left(self) -> PackageLimits:
        """The limits, of which what was written for the package is taken away."""
        return replace(self.limits, unpacked=max(self.room, 1))

    @cached_property
    def _most(self) -> int:
        return min(self.limits.unpacked, share_of_disk(self.temp_dir))

    def unpacks(self, size: int) -> None:
        """Count bytes that are written for the package: unpacked, decoded or mended.

        Raises:
            NotReadError: They are more than `room`.
        """
        with self._counting:
            self._unpacked[0] += size
        if self.room < 0:
            way = allowing("unpacked")
            if self._most < self.limits.unpacked:
                way = "--temp-dir DIR says where the disk has more room"
            raise NotReadError(f"the package unpacks to over {self._most} bytes; {way}")


def share_of_disk(folder: Path | None, share: float = 1 / 3) -> int:
    """Bytes that a package may take of what is free where temporary files go."""
    return int(shutil.disk_usage(folder or tempfile.gettempdir()).free * share)


@dataclass(frozen=True)
class Fetched:
    """A package whose addresses are fetched when it is opened."""

    place: str | Path | None  # where it lies on this machine
    label: str  # what the caller named, for messages
    # The descriptor with names of files in place of addresses, and these files by name.
    local: Callable[[dict[str, Any]], tuple[dict[str, Any], Mapping[str, Path]]]

    def __str__(self) -> str:
        return self.label


Place = str | Path | Fetched | None  # of a package; None is the bundled one


def address_of(place: Place) -> str | None:
    """The address at which a package lies; None where it is a path."""
    # A path has one slash where the address had two.
    match = re.match(f"({'|'.join(SCHEMES)}):/+(?=.)", str(place))
    return f"{match[1]}://{str(place)[match.end() :]}" if match else None


def is_remote(value: Any) -> bool:
    """Whether a value is an address, which the standard allows, and which no reader fetches."""
    return isinstance(value, str) and bool(re.match("(https?|ftps?)://", value, re.IGNORECASE))


def unsafe(relative: str) -> str | None:
    """Why a path must not be followed, or None where it may be.

    Source of the rule: Data Package v2, "URL or Path": relative POSIX paths, no `..`, no absolute
    ones. Addresses, which the standard allows, are refused because nothing is ever fetched.
    """
    if not relative or any(ord(char) < 32 for char in relative):
        return "is empty or holds control characters"
    if len(relative) > MAX_PATH_BYTES or len(relative.encode()) > MAX_PATH_BYTES:
        return f"has over {MAX_PATH_BYTES} bytes"
    if any(len(part.encode()) > MAX_NAME_BYTES for part in relative.split("/")):
        return f"has a name of over {MAX_NAME_BYTES} bytes"
    return outside(relative)


def outside(path: str) -> str | None:
    """Why a path leads out of the package that names it, or None where it does not."""
    if "://" in path:
        return "is an address, not a path"
    if path.startswith(("/", "\\", "~")) or (len(path) > 1 and path[1] == ":"):
        return "is an absolute path"
    if "\\" in path:
        return "has a backslash; folders are divided by /"
    if ".." in PurePosixPath(path).parts:
        return "leaves the package"
    return None


def hidden(path: str) -> str | None:
    """Why a path leads to what is hidden, or None where it does not (the same source)."""
    folders = PurePosixPath(path).parent.parts
    return "is in a hidden folder" if any(part.startswith(".") for part in folders) else None


def bundled() -> Path:
    """The package that ships with kzdata: inside the wheel, or an editable install's checkout."""
    inside = Path(str(resources.files("kzdata"))) / "bundle"
    checkout = Path(__file__).resolve().parents[3]
    for root in (inside, checkout):
        if (root / DESCRIPTOR).is_file():
            return root
    raise PackageError("the bundled package is missing; reinstall kzdata or name a path")


def bundled_version() -> str:
    """The version of kzdata, which is that of the bundled package."""
    return str(read_descriptor(bundled() / DESCRIPTOR, "kzdata")["version"])


# A process that may be killed cannot remove its folder, so that its parent makes and removes it.
_LENT: list[Path] = []


def lend(folder: Path) -> None:
    """Let the first workspace of this process be a folder that another one made, and removes."""
    _LENT.append(folder)


@contextmanager
def workspace(parent: str | Path | None = None) -> Iterator[Path]:
    """A private temporary folder for the time of the `with` block, in `parent`."""
    if parent is None and _LENT:
        yield _LENT.pop()
        return
    # Absolute, as the working directory may be another one when the folder is removed.
    try:
        place = None if parent is None else Path(parent).absolute()
        folder = TemporaryFolder(parent=place)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{parent or 'here'}: no place for temporary files: {reason}") from error
    try:
        yield folder.path
    finally:
        folder.remove()


@contextmanager
def opened(
    path: Place = None, folder: Path | None = None, limits: PackageLimits = DEFAULT
) -> Iterator[Archive]:
    """Open a package for the time of the `with` block: a directory, its descriptor or a zip.

    The bundled one by default. A zip is unpacked in `folder`, or where temporary files go. What is
    not a package, or cannot be read safely, is a PackageError.
    """
    if isinstance(path, Fetched):
        with opened(path.place, folder, limits) as archive:
            descriptor, fetched = path.local(archive.descriptor)
            yield replace(archive, descriptor=descriptor, fetched=fetched, label=path.label)
        return
    if path == "":
        raise PackageError("the path is empty")  # a variable without a value, not this directory
    place = bundled() if path is None else Path(path)
    if not exists(place):
        way = "; `kzdata validate --remote` fetches it" if address_of(path) else ""
        raise PackageError(f"{address_of(path) or place}: no such file or directory{way}")
    if place.is_file() and place.suffix != ".json" and not is_yaml(place.name):
        with workspace(folder) as inside:
            unpack(place, inside, limits)
            top = _top(inside, place)
            with _opened_at(top, descriptor_in(top), str(place), folder, limits) as archive:
                yield archive
    else:
        inner = place.is_dir()
        root = place if inner else place.parent
        finish(root)  # a change that was interrupted
        name = descriptor_in(place) if inner else place.name
        with _opened_at(root, name, str(place), folder, limits) as archive:
            yield archive


def is_yaml(name: str) -> bool:
    """Whether a file's name says that it is YAML."""
    return name.lower().endswith((".yaml", ".yml"))


def descriptor_in(folder: Path) -> str:
    """The name of the descriptor in a folder; `datapackage.json` where there is none."""
    return next((name for name in DESCRIPTORS if (folder / name).is_file()), DESCRIPTOR)


def exists(place: Path) -> bool:
    """Whether there is such a path; none has NUL in it, or is longer than the system takes."""
    try:
        return place.exists()
    except (OSError, ValueError):
        return False


@contextmanager
def _opened_at(
    root: Path, name: str, label: str, temp_dir: Path | None, limits: PackageLimits
) -> Iterator[Archive]:
    with Folder(root) as files:
        try:
            file = files.file(name)
        except PackageError as error:
            raise PackageError(f"{label}: {error}") from error
        if not file.is_file():
            raise _no_package(label)
        descriptor, twins = read_json(file, name, f"{label}: ", limits.descriptor)
        yield Archive(root, descriptor, label, files, temp_dir, name, limits, twins={"": twins})


def _no_package(label: str) -> PackageError:
    return PackageError(f"{label}: no {DESCRIPTOR} in it, so it is not a data package")


def read_descriptor(file: Path, label: str) -> dict[str, Any]:
    """Parse a JSON object (RFC 8259) from a file, in `label`."""
    return read_json(file, file.name, f"{label}: ")[0]


def read_json(
    file: Path, name: str, before: str = "", most: int = DEFAULT.descriptor
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Parse a JSON object from a file, and the names that stand twice in one.

    It is JSON (RFC 8259), or by its name YAML.

    Of those the last one counts, as nearly all readers have it. Messages call the file `name`;
    `most` are the bytes that it may have.

    Raises:
        NotJSONError: It holds something else.
        NotReadError: It is beyond the limits.
        PackageError: It is not there, or cannot be read.
    """
    twins: dict[str, None] = {}
    try:
        parsed = _json(_whole(file, most), name, twins)
        if not isinstance(parsed, dict):
            raise NotJSONError(name, _kind(parsed))
    except NotJSONError as error:
        raise NotJSONError(name, error.found, error.line, error.column, before) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PackageError(f"{before}{name}: no such file") from error
    except OSError as error:
        raise PackageError(f"{before}cannot read {name}: {error.strerror}") from error
    except UnicodeEncodeError as error:
        raise PackageError(f"{before}{name} holds half a surrogate pair") from error
    except (ValueError, RecursionError) as error:
        raise NotReadError(f"{before}{name} {_why_not_read(error)}") from error
    return parsed, tuple(twins)[:MAX_TWINS]


def _whole(file: Path, most: int) -> bytes:
    if len(content := bounded(file, most)) > most:
        raise _RefusedError(f"is over {most} bytes; {allowing('descriptor')}")
    return content


def _json(content: bytes, name: str, twins: dict[str, None]) -> Any:
    content = content.removeprefix(BOM_UTF8)
    try:
        text = content.decode()
        make = partial(_object, twins)
        if is_yaml(name):
            return _yaml(text, name, make)
        parsed = json.loads(text, object_pairs_hook=make, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise _not_utf8(name, content, error.start) from error
    except json.JSONDecodeError as error:
        raise _not_json(name, error) from error
    except _ConstantError as error:
        place = next(m.start() for m in _CONSTANT.finditer(text) if m.group(1))
        raise _not_json(name, json.JSONDecodeError(str(error), text, place)) from error
    if _SURROGATE.search(text):  # a pair of them is fine, half of one fails
        json.dumps(parsed, ensure_ascii=False).encode()
    if _deep(parsed):
        raise RecursionError
    return parsed


def _yaml(text: str, name: str, make: Callable[[list[tuple[str, Any]]], dict[str, Any]]) -> Any:
    from kzdata.files import yaml_values

    if len(text) > yaml_values.MAX_BYTES:
        raise _RefusedError(f"is over {yaml_values.MAX_BYTES} bytes; write it as JSON")
    try:
        return yaml_values.parsed(text, make)
    except yaml_values.NotYAMLError as error:
        raise NotJSONError(name, f"no YAML ({error})", error.line, error.column) from error


class _ConstantError(ValueError):
    """A word that Python takes for a number, and JSON does not know."""


def _no_constant(word: str) -> None:
    raise _ConstantError(word)


def _not_utf8(name: str, content: bytes, place: int) -> NotJSONError:
    before = content[:place].rpartition(b"\n")[2]
    line = content.count(b"\n", 0, place) + 1
    return NotJSONError(name, "bytes that are not UTF-8", line, len(before.decode()) + 1)


def _not_json(name: str, error: json.JSONDecodeError) -> NotJSONError:
    return NotJSONError(name, f"no JSON ({error.msg})", error.lineno, error.colno)


def _kind(value: Any) -> str:
    """What a JSON value is that is no object."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return "a string"
    return "an array" if isinstance(value, list) else "a number"


def _why_not_read(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return f"is nested too deep: over {MAX_DEPTH} levels"
    return str(error) if isinstance(error, _RefusedError) else f"cannot be read: {error}"


def _deep(value: Any, room: int = MAX_DEPTH) -> bool:
    # Whoever walks through a descriptor may do so by recursion, of which Python allows 1,000 steps.
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    nested = (child for child in inner if isinstance(child, dict | list))
    return not room or any(_deep(child, room - 1) for child in nested)


class _RefusedError(ValueError):
    """JSON that is refused, with the reason."""


def _object(twins: dict[str, None], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; names that stand twice in it are noted down."""
    made = dict(pairs)
    if len(made) < len(pairs) and len(twins) < MAX_TWINS:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                twins[name] = None
            seen.add(name)
    return made


class _ZipFile(io.FileIO):
    """A zip's file, of which no more than its directory may be read at once."""

    def __init__(self, descriptor: int, most: int) -> None:
        super().__init__(descriptor, closefd=False)
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes; all that is left by default, if that is not too much."""
        # `zipfile` reads a directory as long as it says that it is, before anybody can count.
        wanted = self._most + 1 if size is None or size < 0 else size
        if wanted > self._most and os.fstat(self.fileno()).st_size - self.tell() > wanted:
            reason = f"a directory of over {self._most} bytes; {allowing('entries')}"
            raise zipfile.BadZipFile(reason)
        return super().read(wanted) or b""


def unpack(file: Path, folder: Path, limits: PackageLimits = DEFAULT) -> None:
    """Unpack a zip into a folder after checking every entry; raises PackageError."""
    room = min(limits.unpacked, share_of_disk(folder))
    try:
        with zip_file(file, str(file), replace(limits, unpacked=max(room, 1))) as archive:
            archive.extractall(folder)
    except (*ZIP_ERRORS, OSError) as error:
        what = f"neither a {DESCRIPTOR} nor a zip that can be read"
        raise PackageError(f"{file}: {what}: {error}") from error


@contextmanager
def zip_file(
    file: Path, label: str, limits: PackageLimits, whole: str = "unpacked"
) -> Iterator[zipfile.ZipFile]:
    """A zip, called `label`, whose entries have been checked: together within the limits.

    `whole` names the one for what it unpacks to, beside that of all files.

    Raises:
        PackageError: An entry leads out of the zip, or is another one's twin.
        NotReadError: It is beyond the limits, or packed by a method that is not known.
        One of `ZIP_ERRORS`, or an OSError: It is no zip.
    """
    with (
        reading(file) as descriptor,
        _ZipFile(descriptor, max(ZIP_DIRECTORY, limits.entries << 10)) as stream,
        zipfile.ZipFile(stream) as archive,
    ):
        entries = archive.infolist()
        # Other programs read as many as the end says, and would use what nobody checked.
        if _stated_entries(stream, len(archive.comment)) != len(entries):
            raise zipfile.BadZipFile("its end names another number of entries than it has")
        _check_sums(entries, label, os.fstat(descriptor).st_size, limits, whole)
        _check_entries(entries, label, limits.ratio)
        yield archive


def _stated_entries(stream: io.FileIO, comment: int) -> int:
    """How many entries a zip says at its end that it has; -1 where it says two numbers."""
    # APPNOTE 4.3.16 (end of central directory) and, where that has no room for it, 4.3.14 (zip64).
    end = stream.seek(-22 - comment, os.SEEK_END)
    (count,) = struct.unpack("<H", stream.read(22)[10:12])
    if end < 76:
        return int(count)
    stream.seek(end - 76)
    record = stream.read(76)
    if not record.startswith(b"PK\x06\x06") or record[56:60] != b"PK\x06\x07":
        return int(count)
    (wide,) = struct.unpack("<Q", record[32:40])
    return int(wide) if count in (wide, 0xFFFF) else -1


def _check_entries(entries: list[zipfile.ZipInfo], label: str, ratio: int) -> None:
    _check_twins(entries, label)
    for entry in entries:
        before = f"{label}: entry {entry.filename!r}"
        link = "is a link" if stat.S_ISLNK(entry.external_attr >> 16) else None
        if reason := unsafe(entry.filename.rstrip("/") or "/") or link:
            raise PackageError(f"{before} {reason}")
        if reason := _unusual(entry, ratio):
            raise NotReadError(f"{before} {reason}")


def _check_sums(
    entries: list[zipfile.ZipInfo], label: str, size: int, limits: PackageLimits, whole: str
) -> None:
    if len(entries) > limits.entries:
        way = allowing("entries", len(entries))
        raise NotReadError(f"{label}: over {limits.entries} entries; {way}")
    # Entries may share their bytes, so that each alone looks harmless.
    total = sum(entry.file_size for entry in entries)
    much = f"{label}: unpacks to {total} bytes, which is too much"
    for name in (whole, "unpacked"):
        if total > getattr(limits, name):
            way = f"{allowing(name)}, and --temp-dir DIR says where the disk has room"
            raise NotReadError(f"{much}; {way}")
    if total > max(SMALL_BYTES, limits.ratio * size):
        raise NotReadError(f"{much} for {size}; {allowing('ratio', ceil(total / size))}")


def _unusual(entry: zipfile.ZipInfo, ratio: int) -> str | None:
    """Why an entry, legal as it is, is not unpacked; None where it is."""
    if entry.compress_type not in ZIP_METHODS:
        return "is compressed by a method that is not read; use deflate"
    if entry.file_size > max(SMALL_BYTES, ratio * entry.compress_size):
        times = ceil(entry.file_size / max(entry.compress_size, 1))
        return f"unpacks {ratio} times; {allowing('ratio', times)}"
    return None


def _check_twins(entries: list[zipfile.ZipInfo], label: str) -> None:
    # Of two entries of one name, programs take either: what is checked must be what is used.
    # Folders may be named again: they are one, whose files are told apart by their paths.
    seen: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        for name in {entry.filename, *_further_names(entry)}:
            other = seen.setdefault(plain_name(name), entry)
            if other is not entry and not (other.is_dir() and entry.is_dir()):
                names = f"{other.filename!r} and {entry.filename!r}"
                raise PackageError(f"{label}: entries {names} are one name somewhere")


def _further_names(entry: zipfile.ZipInfo) -> Iterator[str]:
    """Names by which some programs, also later Pythons, know an entry (Info-ZIP, 0x7075)."""
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == 0x7075:
            yield extra[9 : 4 + size].decode("utf-8", "replace")
        extra = extra[4 + size :]


def plain_name(path: str) -> str:
    """What all spellings of a path share that some system takes for one."""
    # Case and composition of letters count on no macOS and, like dots and blanks at the end of a
    # name, on no Windows.
    parts = unicodedata.normalize("NFC", path).casefold().split("/")
    kept = [part.rstrip(". ") or part for part in parts if part not in ("", ".")]
    return unicodedata.normalize("NFC", "/".join(kept))


def _top(folder: Path, place: Path) -> Path:
    # GitHub packs a repository as one folder.
    if (folder / descriptor_in(folder)).is_file():
        return folder
    inner = [child for child in folder.iterdir() if (child / descriptor_in(child)).is_file()]
    if len(inner) != 1:
        raise _no_package(str(place))
    return inner[0]
