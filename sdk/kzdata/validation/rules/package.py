"""Rules about the package as files: descriptor, paths, sizes, hashes, version, shape of the CSV."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import eq, ge, le
from typing import Any

from kzdata.errors import NotReadError, PackageError
from kzdata.files.archive import CHANGELOG, DESCRIPTOR, Archive, is_remote
from kzdata.files.csv import FileStats, Record, Sheet
from kzdata.files.patterns import is_pattern
from kzdata.standard.descriptor import SEMVER, Descriptor, Resource, Table
from kzdata.standard.field_types.base import COMPARED
from kzdata.standard.inner_names import stated
from kzdata.standard.json_model import short
from kzdata.standard.source import is_table, named
from kzdata.validation.declared import unsupported_keys
from kzdata.validation.rule import Violation, rule
from kzdata.validation.rule import not_checked as left

MAX_CHANGELOG_BYTES = 1 << 20  # how far a changelog is read: the newest version stands first
_HEADING = re.compile(r"^##\s+\[?v?([0-9][^\]\s]*)", re.MULTILINE)
DIGESTS = frozenset(name for name in hashlib.algorithms_guaranteed if "shake" not in name)
"""Hash algorithms that a resource's `hash` may name: those that every Python has."""
FileStatsByPath = Mapping[str, FileStats]  # what was seen of each file, by path


def _of_package(found: str, expected: str, field: str | None = None) -> Violation:
    return Violation(None, None, field, found, expected, file=DESCRIPTOR)


@rule(
    "package",
    "correct the descriptor (datapackage.org/standard)",
    source="Data Package 2.0, $schema: a descriptor “MUST be valid and MUST be validated”; "
    "docs/profile.md for `kzdata:` declarations",
)
def descriptor(package: Descriptor, *_: Any) -> Iterator[Violation]:
    """The descriptor and its schemas follow Data Package v2, Table Schema v2 and the profile."""
    for fault in package.faults:
        yield _of_package(fault.found, fault.expected, fault.where)


@rule(
    "package",
    "follow the standard's advice, or leave it",
    "warning",
    source="Data Package 2.0, name: “It SHOULD be human-readable and consist only of "
    "lowercase English alphanumeric characters”, and wherever else the standard says "
    "SHOULD",
)
def recommendation(package: Descriptor, _: Any, stats: FileStatsByPath) -> Iterator[Violation]:
    """What the standard says SHOULD be in a descriptor is so."""
    for fault in package.advice:
        yield _of_package(fault.found, fault.expected, fault.where)
    for resource in package.resources:
        marks = [stats[path].encoding for path in resource.path if path in stats]
        if resource.encoding is None and any(marks) and is_table(resource):
            found, where = f"{max(marks)} by its byte order mark", f"resources.{resource.name}"
            yield _of_package(found, "an encoding that is stated", f"{where}.encoding")


@rule(
    "package",
    "put the file into the package and name it by a relative path; an address begins with http, "
    "https, ftp or ftps",
    source="Data Package 2.0, URL or Path: paths “MUST be relative siblings or children of "
    "the descriptor”; Data Resource 2.0: “path: for data in files located online or "
    "locally on disk”",
)
def resource_path(package: Descriptor, archive: Archive, *_: Any) -> Iterator[Violation]:
    """Each file of the package is there; addresses are not fetched, unless that is asked for."""
    for resource in package.resources:
        for path in resource.path:
            where, expected = f"resources.{resource.name}", "a file of the package"
            expected += ", or a pattern that matches one" * is_pattern(path)
            try:
                if not (is_remote(path) or archive.path_of(path).is_file()):
                    yield _of_package(path, expected, where)
            except NotReadError:  # `not-checked` says so
                continue
            except PackageError as error:
                yield _of_package(path, f"{expected} ({error})", where)


@rule(
    "package",
    "validate when nobody writes into the package",
    source="docs/security.md: what was looked at MUST be what is read, or a hash and cells "
    "are those of two files",
)
def resource_changed(_: Any, archive: Archive, *__: Any) -> Iterator[Violation]:
    """No file changes while it is read.

    Its hash could be that of one content, and its cells those of another.
    """
    for path in archive.files.changed():
        yield Violation(None, None, None, "another content", "the one it had at first", file=path)


@rule(
    "package",
    "restore the file; if the change is meant, run `kzdata seal`",
    source="the package declares it: Data Resource 2.0, bytes: “Size of the file in bytes.”",
)
def resource_bytes(package: Descriptor, _: Any, stats: FileStatsByPath) -> Iterator[Violation]:
    """Each file has as many bytes as the descriptor says."""
    for resource, path, seen in _seen(package, stats):
        if resource.bytes is not None and resource.bytes != seen.size:
            yield Violation(None, None, "bytes", str(seen.size), str(resource.bytes), file=path)


@rule(
    "package",
    "restore the file; if the change is meant, run `kzdata seal`",
    source="the package declares it: Data Resource 2.0, hash: “The MD5 hash for this "
    "resource. Other algorithms can be indicated by prefixing”",
)
def resource_hash(package: Descriptor, _: Any, stats: FileStatsByPath) -> Iterator[Violation]:
    """Each file has the hash that the descriptor says (`md5` unless it names another)."""
    for resource, path, seen in _seen(package, stats):
        algorithm, expected = hash_of(resource)
        # Of other algorithms `not-checked` speaks.
        if resource.hash is not None and algorithm in DIGESTS:
            found = seen.digests[algorithm]
            if found != expected:
                yield Violation(None, None, "hash", found, expected, file=path)


def hash_of(resource: Resource) -> tuple[str, str]:
    """Algorithm and hexadecimal digest of a resource's stated hash (Data Package v2, `hash`)."""
    algorithm, _, digest = (resource.hash or "").rpartition(":")
    return algorithm.lower() or "md5", digest.lower()


def algorithms(package: Descriptor) -> dict[str, frozenset[str]]:
    """The hash algorithms that each file has to be looked at with, by path."""
    found: dict[str, frozenset[str]] = {}
    for resource in package.resources:
        if resource.hash is not None and len(resource.path) == 1:
            (path,) = resource.path
            # Several resources may share a file, each with a hash of its own kind.
            found[path] = found.get(path, frozenset()) | (DIGESTS & {hash_of(resource)[0]})
    return found


def _seen(package: Descriptor, stats: FileStatsByPath) -> Iterator[tuple[Resource, str, FileStats]]:
    for resource in package.resources:
        if len(resource.path) == 1 and resource.path[0] in stats:
            yield resource, resource.path[0], stats[resource.path[0]]


@rule(
    "package",
    "state a version such as 1.2.0 (semver.org)",
    "warning",
    source="Data Package 2.0, version: “It SHOULD conform to the Semantic Versioning requirements”",
)
def version_semver(package: Descriptor, *_: Any) -> Iterator[Violation]:
    """A version "SHOULD conform to the Semantic Versioning requirements" (Data Package v2)."""
    # What is no string is a fault of the descriptor.
    stated = isinstance(package.raw.get("version"), str)
    if stated and not SEMVER.fullmatch(package.version):
        yield _of_package(package.version, "MAJOR.MINOR.PATCH", "version")


@rule(
    "package",
    "add a section for this version at the top of the changelog",
    source="the package declares that it follows the profile, by any `kzdata:` declaration: "
    "docs/profile.md",
)
def version_changelog(package: Descriptor, archive: Archive, *_: Any) -> Iterator[Violation]:
    """The first version that CHANGELOG.md names, where there is one, is the package's.

    Asked of packages that follow the profile: some schema has a `kzdata:` declaration.
    """
    declared = (name for table in package.tables.values() for name in table.schema.to_json())
    if not package.version or not any(name.startswith("kzdata:") for name in declared):
        return
    if not (file := archive.path_of(CHANGELOG)).is_file():
        return
    with file.open("rb") as stream:
        # A changelog is prose: a letter that is no UTF-8 does no harm here.
        match = _HEADING.search(stream.read(MAX_CHANGELOG_BYTES).decode("utf-8", "replace"))
    found = match.group(1) if match else "no version"
    if found != package.version:
        yield Violation(None, None, None, found, package.version, file=CHANGELOG)


@rule(
    "package",
    "see what is read: docs/table-schema.md and docs/validation.md",
    "unchecked",
    source="legal, but not fetched, not supported or beyond a stated limit: docs/validation.md",
)
def not_checked(package: Descriptor, archive: Archive, *_: Any) -> Iterator[Violation]:
    """What is legal and is not checked is said, with the way to have it checked.

    What is not fetched, not supported, beyond a limit of ours, or rests on what could not be read.
    """
    for fault in package.unchecked:
        yield _left(fault.where, fault.found, fault.expected)
    for resource in package.resources:
        for doubt in (*_doubts(resource), *_unopened(resource, archive)):
            yield _left(f"resources.{resource.name}", *doubt)
    for table in package.tables.values():
        for key in unsupported_keys(table.schema):
            yield _left(table.name, key, COMPARED)
        yield from _unsupported_parents(package, table)


def _left(where: str, what: str, way: str, follows: bool = False) -> Violation:
    """Something that the descriptor says and that is not checked."""
    return left(what, way, field=where, file=DESCRIPTOR, follows=follows)


def _unsupported_parents(package: Descriptor, table: Table) -> Iterator[Violation]:
    """Foreign keys whose other side is not read."""
    without = {one.name for one in package.resources if "schema" not in one.extra}
    for key in table.schema.foreign_keys:
        parent = key.reference.resource or table.name
        what = f"foreignKeys over {', '.join(key.fields)}, into "
        if key.reference.package is not None:
            yield _left(table.name, f"{what}another package", "bring the table into this package")
        elif parent in without:
            yield _left(table.name, f"{what}{parent}, which has no schema", "give it one")
        elif parent not in package.tables:
            told = f"{what}{parent}, which is not read"
            yield _left(table.name, told, "have that read first", follows=bool(package.faults))


def _unopened(resource: Resource, archive: Archive) -> Iterator[tuple[str, str]]:
    """The first of a resource's files that the machine cannot open, and the way out."""
    for path in resource.path:
        try:
            archive.path_of(path)
        except NotReadError as error:
            what, _, way = str(error).partition("; ")
            yield what, way
            return
        except PackageError:  # `resource-path` says so
            continue


def _doubts(resource: Resource) -> Iterator[tuple[str, str]]:
    """What a resource states of its files that cannot be compared, and the way out."""
    if len(resource.path) > 1:
        stated = (name for name in ("bytes", "hash") if getattr(resource, name) is not None)
        way = "make each file a resource of its own"
        yield from ((f"{name} of several files", way) for name in stated)
    elif resource.hash is not None and (algorithm := hash_of(resource)[0]) not in DIGESTS:
        yield f"the hash algorithm {algorithm}", f"state one by {', '.join(sorted(DIGESTS))}"


FIELDS_MATCH: dict[str, tuple[str, Callable[[Counter[str], Counter[str]], bool]]] = {
    "exact": ("the fields of the schema in their order", eq),
    "equal": ("the fields of the schema in any order", eq),
    "subset": ("all fields of the schema, and others at will", ge),
    "superset": ("no other fields than the schema's, and not all of them", le),
    "partial": ("at least one field of the schema", lambda given, wanted: bool(given & wanted)),
}
"""Values of `fieldsMatch` (Table Schema v2): what the header must have, in words and as a test."""
CLOSED = ("exact", "equal", "superset")  # those that allow no other columns
MAX_SHOWN = 40  # characters of a column's name in a message


def header_matches(table: Table, found: tuple[str, ...]) -> bool:
    """Whether a header is what `fieldsMatch` asks for; no name stands more often than in fields."""
    names, demand = tuple(map(stated, table.schema.names)), table.schema.fields_match
    given, wanted = Counter(found), Counter(names)
    if demand == "exact" or not names:
        return found == names or not names
    # A name that stands once more would leave open which of its cells is meant.
    told = all(count <= max(wanted[name], 1) for name, count in given.items())
    return told and _required(table) <= set(given) and FIELDS_MATCH[demand][1](given, wanted)


def _required(table: Table) -> set[str]:
    return {stated(field.name) for field in table.schema.fields if field.constraints.required}


@dataclass(frozen=True, slots=True)
class Header(Record):
    """The names of a file's columns, put together from its header rows; empty if it has none."""


def header_of(sheet: Sheet, place: int) -> Header:
    """The header of one of a table's files."""
    # Its rows are records too: what is malformed in them is said of these.
    found = sheet.header(place) or Record(-1, 1, ())
    return Header(-1, found.line, found.cells, found.fault, place, found.width, found.place)


def _sound(seen: FileStats) -> bool:
    """Whether a file that DuckDB reads holds nothing that it passes over."""
    return not seen.suspicious


@rule(
    "structure",
    "give the columns the names, and the order, that the schema asks for, or state `fieldsMatch`",
    proven_by_bytes=_sound,
    source="Table Schema 2.0, fieldsMatch: “fields in the data source MUST completely match "
    "the elements in the fields array, both in number and order” (by default)",
)
def csv_header(table: Table, record: Record, columns: tuple[str, ...]) -> Iterator[Violation]:
    """The header has the schema's fields, as `fieldsMatch` asks: by default all, in their order.

    Of several files each begins with the header of the first.
    """
    if not isinstance(record, Header):
        return
    found, names = named(table, record), tuple(map(stated, table.schema.names))
    words, _ = FIELDS_MATCH[table.schema.fields_match]
    if record.part > 0:
        if found != columns:
            told = _differences(found, columns, "exact", set())
            yield _header(table, record, told, "the header of the first file")
    elif not record.cells:
        if names:
            yield _header(table, record, [(0, "an empty file")], words)
    elif not header_matches(table, found):
        demand, needed = table.schema.fields_match, _required(table)
        yield _header(table, record, _differences(found, names, demand, needed), words)


def _differences(
    found: tuple[str, ...], names: tuple[str, ...], demand: str, needed: set[str]
) -> list[tuple[int, str]]:
    """What a header has against `fieldsMatch`, in words, each with the first column at fault."""
    places = {name: place for place, name in reversed([*enumerate(found)])}
    twice = _too_often(found, Counter(names))
    lacking = [*(Counter(names) - Counter(found)).elements()]
    if demand == "superset" or (demand == "partial" and len(lacking) < len(names)):
        lacking = [name for name in lacking if name in needed]
    others = [name for name in found if name not in names] if demand in CLOSED else []
    last = len(found) - 1
    if len(found) == 1 < len(names) and (marks := [mark for mark in ";\t|" if mark in found[0]]):
        return [(0, f"one column with {short(marks[0])} in its name, which a dialect has to state")]
    told = [(min(names.index(lacking[0]), last), f"no {_some(lacking)}")] if lacking else []
    told += [(places[others[0]], f"{_some(others)} besides")] if others else []
    told += [(twice[0][0], f"{_some([name for _, name in twice])} twice")] if twice else []
    if not told:
        place = next(n for n, name in enumerate(names) if found[n] != name)
        told = [(place, f"{short(found[place])} in place of {short(names[place])}")]
    return told


def _too_often(found: tuple[str, ...], wanted: Counter[str]) -> list[tuple[int, str]]:
    """The columns, with their places, whose name stands more often than among the fields."""
    seen: Counter[str] = Counter()
    told = []
    for place, name in enumerate(found):
        seen[name] += 1
        if seen[name] > max(wanted[name], 1):
            told.append((place, name))
    return told


def _some(names: Sequence[str]) -> str:
    """A few names, and how many more there are."""
    few = ", ".join(short(name[:MAX_SHOWN]) for name in names[:3])
    return few + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")


def _header(
    table: Table, header: Header, told: Sequence[tuple[int, str]], expected: str
) -> Violation:
    """A header that is not the one that it should be, at the first column that differs."""
    found, place = ", ".join(words for _, words in told), min(place for place, _ in told)
    where = header.cells[place][1:] if header.cells else (1, 1)
    path = table.file(header.part)
    return Violation(table.name, None, None, found, expected, *where, path)


@rule(
    "structure",
    "give the row as many cells as the header has",
    proven_by_bytes=_sound,
    source="Data Resource 2.0: data by path “MUST contain Tabular Data”; RFC 4180, 2.4: "
    "“Each line should contain the same number of fields throughout the file”",
)
def csv_width(table: Table, record: Record, columns: tuple[str, ...]) -> Iterator[Violation]:
    """Each row has as many cells as there are columns."""
    # Headers, comments and blank lines are no rows.
    if record.number >= 0 and record.width != len(columns):
        # Those in the name of a folder are not the row's.
        found, expected = (f"{n - record.partitions} cells" for n in (record.width, len(columns)))
        last = next(cell for cell in reversed(record.cells) if cell.column)
        place = (record.line, last.column)
        yield Violation(table.name, record.number, None, found, expected, *place)


@rule(
    "structure",
    "put a cell with a quotation mark, a comma or a line end in quotation marks, its own ones "
    "doubled; of a file that is not in UTF-8 state the `encoding`",
    proven_by_bytes=_sound,
    source="Data Resource 2.0: data by path “MUST contain Tabular Data”; RFC 4180, 2.7: “a "
    "double-quote appearing inside a field must be escaped by preceding it with "
    "another double quote”",
)
def csv_malformed(table: Table, record: Record, columns: tuple[str, ...]) -> Iterator[Violation]:
    """Each row is well-formed: UTF-8, quotations closed, their marks doubled, bare CR only in them.

    A quotation that is never closed costs one row: reading goes on with the next line.
    """
    if record.cells and record.fault and not isinstance(record, Header):
        row = record.number if record.number >= 0 else None
        path = table.file(record.part) if row is None else None
        expected = f"a row after RFC 4180, in {table.resource.encoding or 'UTF-8'}"
        yield Violation(table.name, row, None, record.fault, expected, *record.place, path)


@rule(
    "structure",
    "remove the blank line",
    proven_by_bytes=_sound,
    source="Data Resource 2.0: data by path “MUST contain Tabular Data”; RFC 4180, 2.1: "
    "“Each record is located on a separate line”",
)
def csv_blank_line(table: Table, record: Record, columns: tuple[str, ...]) -> Iterator[Violation]:
    """There are no blank lines; a file that ends in one line end has none."""
    if record.fault and not record.cells:
        path = table.file(record.part)
        yield Violation(table.name, None, None, "a blank line", "a row", record.line, 1, path)
