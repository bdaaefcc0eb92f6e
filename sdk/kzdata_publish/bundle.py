"""A copy of a package's own files, and what its descriptor says of the whole."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from posixpath import normpath
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from kzdata.errors import UsageError
from kzdata.evidence.profile import objects
from kzdata.exports.content import encodable
from kzdata.files.archive import DESCRIPTOR, Archive, read_descriptor
from kzdata.files.csv import file_stats
from kzdata.standard.dataset import Dataset
from kzdata.standard.descriptor import Descriptor
from kzdata.standard.writer import copy_file

COMPANIONS = ("CHANGELOG.md", "CITATION.cff", "LICENSE", "LICENSE-DATA.md")
"""Files beside a descriptor that belong to a package by their name."""
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".md": "text/markdown",
    ".cff": "application/yaml",
    ".gz": "application/gzip",
    ".parquet": "application/vnd.apache.parquet",
}


class CopiedFile(NamedTuple):
    """One file of the copy."""

    path: str  # its path in the package, as the descriptor gives it
    size: int  # in bytes
    sha256: str
    media_type: str  # such as `text/csv`
    title: str
    description: str  # what it holds, or empty
    schema: str | None  # path of the schema that it conforms to, or None


def copy(dataset: Dataset, out: Path) -> list[CopiedFile]:
    """Copy the descriptor and every file that it names, byte for byte, into a new directory."""
    out.mkdir()
    files: dict[str, _Named] = {}
    # Each once, however its path is spelt.
    for named in _named(dataset.archive, dataset.descriptor):
        files.setdefault(normpath(named[0]), named)
    return [_copied(dataset.archive, out, *named) for named in files.values()]


_Named = tuple[str, str, Mapping[str, Any]]


def _named(archive: Archive, descriptor: Descriptor) -> Iterator[_Named]:
    """Paths with a title and the resource that names them."""
    yield DESCRIPTOR, "Data Package descriptor", {}
    entries = {entry["name"]: entry for entry in descriptor.raw["resources"]}
    for resource in descriptor.resources:
        entry = entries[resource.name]
        for path in resource.path:
            yield path, text(entry, "title") or resource.name, entry
    # A schema that several tables share is told as that of the first.
    for resource in descriptor.resources:
        for role in ("schema", "dialect"):
            if isinstance(path := entries[resource.name].get(role), str):
                yield path, f"Table {role.title()} of {resource.name}", {}
    for name in COMPANIONS:
        if (archive.root / name).is_file():
            yield name, name, {}


def descriptor_bytes(archive: Archive) -> bytes:
    """The descriptor as its file has it; a package may be opened by one of another name."""
    file = archive.root / DESCRIPTOR
    if file.is_file() and read_descriptor(file, archive.label) == archive.descriptor:
        return file.read_bytes()
    return json.dumps(archive.descriptor, indent=2).encode("utf-8") + b"\n"


def _copied(
    archive: Archive, out: Path, path: str, title: str, entry: Mapping[str, Any]
) -> CopiedFile:
    target = out / path
    if path == DESCRIPTOR:
        target.write_bytes(descriptor_bytes(archive))
    else:
        copy_file(archive, path, target)
    seen = file_stats(target)
    kind = text(entry, "mediatype") or MEDIA_TYPES.get(target.suffix, "application/octet-stream")
    # The descriptor may say anything; tools choose by the media type what to do with a file.
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind, re.ASCII):
        kind = "application/octet-stream"
    schema = entry["schema"] if isinstance(entry.get("schema"), str) else None
    told = text(entry, "description")
    return CopiedFile(path, seen.size, seen.digests["sha256"], kind, title, told, schema)


# ------------------------------------------------------------------------------ what is said


class About(NamedTuple):
    """What a descriptor says of its package; what it doesn't say is empty."""

    name: str
    title: str  # its title, or else its name
    description: str
    version: str
    day: str  # day on which this version was made, `YYYY-MM-DD`
    homepage: str  # an http(s) address
    keywords: tuple[str, ...]  # free words
    licences: tuple[tuple[str, str], ...]  # address and title of each licence
    people: tuple[Mapping[str, Any], ...]  # those who contributed
    sources: tuple[tuple[str, str], ...]  # title and address of each source


def about(descriptor: Descriptor) -> About:
    """What a descriptor says of its package."""
    raw = descriptor.raw
    day = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text(raw, "created"))
    licences = ((address(text(e, "path")), text(e, "title")) for e in objects(raw, "licenses"))
    return About(
        descriptor.name,
        text(raw, "title") or descriptor.name,
        text(raw, "description"),
        descriptor.version,
        day[0] if day else "",
        address(text(raw, "homepage")),
        tuple(word for word in raw.get("keywords", ()) if isinstance(word, str)),
        tuple((path, title or path) for path, title in licences if path),
        tuple(objects(raw, "contributors")),
        tuple((text(e, "title"), address(text(e, "path"))) for e in objects(raw, "sources")),
    )


def text(entry: Mapping[str, Any], key: str) -> str:
    """A property that should be a string, or empty."""
    value = entry.get(key)
    return encodable(value) if isinstance(value, str) else ""


_URI_CHARACTERS = "%/:?#[]@!$&'()*+,;=~"


def address(written: str) -> str:
    """An address of the web as a URI that can be written anywhere; empty where it is none.

    Only http and https name something that can be read; a `javascript:` address names nothing.
    Characters that a URI cannot hold are percent-encoded (RFC 3986).
    """
    written = written.strip()
    try:
        parts = urlsplit(written)
        named = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
        return quote(written, safe=_URI_CHARACTERS) if named else ""
    # An IPv6 address that is none, or half a character.
    except (ValueError, UnicodeError):
        return ""


def local(path: str) -> str:
    """A path of the package as a relative URI (RFC 3986)."""
    return quote(normpath(path), safe="/~")


def known(node: Any) -> Any:
    """A document of JSON-LD, or a part of it, without what is not known."""
    if isinstance(node, dict):
        return {key: known(value) for key, value in node.items() if value not in ("", [], None)}
    return [known(one) for one in node] if isinstance(node, list) else node


def is_person(contributor: Mapping[str, Any]) -> bool:
    """Whether a contributor is a person: one without a given or family name may be a group."""
    return any(text(contributor, key) for key in ("givenName", "familyName"))


def describe(out: Path, name: str, document: Any) -> None:
    """Write a description into a copy of a package."""
    if (out / name).exists():
        raise UsageError(f"the package has a file {name} of its own; rename it to export it")
    (out / name).write_text(json_text(document) + "\n", encoding="utf-8", newline="\n")


def json_text(value: Any, indent: int | None = 1) -> str:
    """JSON-LD of what is known; no character ends a script or breaks a line where it should not."""
    written = json.dumps(known(value), ensure_ascii=False, indent=indent)
    return _RISKY.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


_RISKY = re.compile("[<>&\u2028\u2029\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""What an HTML page, a terminal or UTF-8 would trip over; JSON can say it as `\\u003c`."""
