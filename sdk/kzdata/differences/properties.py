"""What a descriptor says, in a form in which two of them can be compared property by property.

Lists of named things (resources, fields) become mappings by name with their order beside them, and
schemas stand where they are used. How the files of a table are stored (path, size, hash, dialect,
encoding, compression) says nothing about the data and is left out; of other files the content's
hash stands in its place.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from kzdata.errors import PackageError
from kzdata.files.archive import Archive
from kzdata.standard.descriptor import Descriptor
from kzdata.standard.writer import STORAGE

CONTENT = "sha256 of content"  # stands in the place of bytes and hash of a file that is no table


class Absent:
    """The value of a property that is not there; `null` is a value."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


class PropertyChange(NamedTuple):
    """A property of the descriptor or of a schema that differs.

    Attributes:
        where: Its place: the names of the properties that lead to it. Resources and fields stand by
            name (`resources`, `named`, NAME, ...), their order as `order` beside `named`.
        old: Its value in the old version, or `ABSENT`.
        new: Its value in the new version, or `ABSENT`.
    """

    where: tuple[str, ...]
    old: Any
    new: Any

    @property
    def table(self) -> str | None:
        """Name of the resource that the property belongs to."""
        return self.where[2] if self.where[:2] == ("resources", "named") else None

    @property
    def field(self) -> str | None:
        """Name of the field that the property belongs to."""
        inner = self.where[3:]
        return inner[3] if inner[:3] == ("schema", "fields", "named") else None

    @property
    def reorders(self) -> bool:
        """Whether the names that are in both of two orders come in another one."""
        kept = [name for name in self.old if name in self.new]
        return kept != [name for name in self.new if name in self.old]

    @property
    def property(self) -> str:
        """The property below the resource or field, with points: `constraints.minimum`."""
        start = 7 if self.field else 3 if self.table else 0
        return ".".join(part for part in self.where[start:] if part != "schema")


def normalize(archive: Archive, descriptor: Descriptor) -> dict[str, Any]:
    """A descriptor in the form that is compared."""
    raw = deepcopy({key: value for key, value in descriptor.raw.items() if key != "resources"})
    entries = [_resource(archive, descriptor, dict(e)) for e in descriptor.raw["resources"]]
    return raw | {"resources": _by_name(entries)}


def _resource(archive: Archive, descriptor: Descriptor, entry: dict[str, Any]) -> dict[str, Any]:
    if entry["name"] not in descriptor.tables:
        return _file(archive, entry)
    kept = {key: value for key, value in entry.items() if key not in STORAGE}
    dialect, schema = descriptor.tables[entry["name"]].resource.dialect, kept["schema"]
    if dialect and dialect.null_sequence is not None:  # it says what cells mean
        kept["dialect"] = {"nullSequence": dialect.null_sequence}
    # A schema of its own file and one written in the descriptor are the same schema.
    schema = deepcopy(archive.json(schema) if isinstance(schema, str) else schema)
    if isinstance(schema.get("primaryKey"), str):  # one column, or a list of one: the same key
        schema["primaryKey"] = [schema["primaryKey"]]
    return kept | {"schema": schema | {"fields": _by_name(schema["fields"])}}


def _file(archive: Archive, entry: dict[str, Any]) -> dict[str, Any]:
    # Size and hash may be absent or stale; what is compared is the content itself.
    kept = {key: value for key, value in entry.items() if key not in ("bytes", "hash")}
    paths = entry.get("path", entry.get("url", []))
    digest = hashlib.sha256()
    for path in [paths] if isinstance(paths, str) else paths:
        file = archive.path_of(path)
        if not file.is_file():
            raise PackageError(f"{archive.label}: {path}: no such file")
        with file.open("rb") as stream:
            hashlib.file_digest(stream, lambda: digest)
    return kept | ({CONTENT: digest.hexdigest()} if paths else {})


def _by_name(entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    named = {entry["name"]: entry for entry in entries}
    return {"order": list(named), "named": named}


def renamed(form: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A normal form in which resources stand under their new names."""
    named = {names.get(key, key): value for key, value in form["resources"]["named"].items()}
    order = [names.get(key, key) for key in form["resources"]["order"]]
    return {**form, "resources": {"order": order, "named": named}}


def differences(old: Any, new: Any, where: tuple[str, ...] = ()) -> Iterator[PropertyChange]:
    """The properties in which two normal forms differ, objects gone through member by member."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from differences(old.get(key, ABSENT), new.get(key, ABSENT), (*where, key))
    elif _text(old) != _text(new):  # as JSON, for to Python 1, 1.0 and true are equal
        yield PropertyChange(where, old, new)


def _text(value: Any) -> str:
    return "" if value is ABSENT else json.dumps(value, sort_keys=True)


def applied(form: Mapping[str, Any], changes: Iterable[PropertyChange]) -> dict[str, Any]:
    """A normal form after changes; a PackageError where it is not what they began from."""
    result: dict[str, Any] = deepcopy(dict(form))
    for change in changes:
        holder = result
        for part in change.where[:-1]:
            holder = holder.get(part, {})
        last = change.where[-1]
        if _text(holder.get(last, ABSENT)) != _text(change.old):
            raise PackageError(f"{'.'.join(change.where)} is not what the diff began from")
        if change.new is ABSENT:
            del holder[last]
        else:
            holder[last] = deepcopy(change.new)
    return result


def is_table(entry: Mapping[str, Any]) -> bool:
    """Whether a resource of a normal form is a table."""
    schema = entry.get("schema")
    return isinstance(schema, dict) and isinstance(schema.get("fields"), dict)


def schema_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a normal form's table as the standard has it."""
    held: dict[str, Any] = entry["schema"]
    fields = held["fields"]
    return {**held, "fields": [fields["named"][name] for name in fields["order"]]}


def written(form: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, Any]:
    """A normal form as a descriptor, with the paths of its tables by name."""
    entries, named = [], form["resources"]["named"]
    for name in form["resources"]["order"]:
        # Sizes and hashes are written when the package is sealed.
        entry = {key: value for key, value in named[name].items() if key != CONTENT}
        if name in paths:
            entry = {"name": name, "path": paths[name]} | entry
            entry["schema"] = schema_of(entry)
        entries.append(entry)
    return {**form, "resources": entries}
