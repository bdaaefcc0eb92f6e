"""The descriptor: Data Package v2 and Table Schema v2, with the traceability properties.

Parsing never stops at the first fault: what is malformed is collected as `Fault` and the rest is
used. The properties that begin with `kzdata:` are documented in docs/profile.md.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from posixpath import normpath
from typing import Any, NamedTuple, TypeVar

from kzdata.engine.sql import ORD
from kzdata.errors import PackageError
from kzdata.files.archive import DESCRIPTOR, Archive, opened
from kzdata.files.csv import file_stats
from kzdata.files.writing import save
from kzdata.standard.json_model import (
    Fault,
    Part,
    anything,
    choice,
    count,
    distinct,
    flag,
    hashable,
    member,
    nul_faults,
    number,
    one_or_several,
    several,
    short,
    string,
    string_that,
    string_up_to,
    whole,
)

_NUMBER = "(0|[1-9][0-9]*)"
_IDENTIFIER = "(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
SEMVER = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_IDENTIFIER}(\.{_IDENTIFIER})*)?"
    r"(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
)


NO_VALUE = "\\kzdata:none\\"
"""What a Parquet file's NULL becomes where an empty text would be a value."""
SINGLE = (
    *("spans", "sources", "edges", "aliases", "codebook", "links", "tombstones"),
    *("events", "participants", "policies", "places"),
)
"""Declarations that one table of a package may have."""
NEEDED = {
    "sources": ("id", "sha256", "length"),
    "spans": ("id", "source", "start", "end", "quote", "occurrence", "checksum"),
    "edges": ("record", "field", "span", "role", "count"),
    "aliases": ("entity", "alias", "source"),
    "codebook": ("field", "category", "term"),
    "exclusions": ("source", "start", "end", "token"),
    "links": ("claim", "relation", "other"),
    "tombstones": ("record",),
}
"""Members of declarations whose cells are always filled."""

MAX_RESOURCES = 1_000
MAX_FILES = 1_000
"""Files of one resource."""
MAX_FIELDS = 1_000
"""Fields of one table; all tables together have ten times as many."""
MAX_TRACED = 126
"""Fields of one table whose cells need receipts."""
MAX_KEYS = 100
"""Unique keys, and foreign keys, of one table; all tables together have ten times as many."""
MAX_KEY_COLUMNS = 16
MAX_VALUES = 10_000
"""Values of an enum, or categories."""
MAX_WORDS = 100
"""Missing values, and words for true and for false."""
MAX_TEXT = 1_000
"""Characters of a format, a delimiter, a decimal point and the like."""
MAX_NAME = 1_000
"""Characters of a name, which each finding repeats."""
_RFC3339 = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]"
    r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)


def _is_moment(text: str) -> bool:
    with suppress(ValueError):
        return bool(_RFC3339.fullmatch(text) and date.fromisoformat(text[:10]))
    return False


name = string_that(
    lambda text: 0 < len(text) <= MAX_NAME and not {"\0", "\x1f"} & set(text),
    f"a name of 1 to {MAX_NAME} characters, none of them NUL or U+001F",
)
"""U+001F marks the names of what validation makes of tables and columns."""
mediatype = string_that(
    lambda text: bool(re.fullmatch(".+/.+", text)), "a media type, such as text/csv"
)
identifier = string_that(
    lambda text: bool(re.fullmatch("[-a-zA-Z0-9._]+", text)), "an identifier, such as CC-BY-4.0"
)
"""The identifier of a licence, as the standard's profile has it."""
moment = string_that(_is_moment, "a date and time after RFC 3339")


class Declaration(Part):
    """A declaration of the profile; a misspelt member would switch a check off in silence."""

    closed = True


names = one_or_several(several(string, MAX_FIELDS))
"""One column name, or several: the standard allows a bare string for one."""
key = one_or_several(several(string, MAX_KEY_COLUMNS, least=1, once=True))
"""The columns of a key."""
primary_key = one_or_several(several(string, MAX_KEY_COLUMNS, once=True))
"""A primary key, which the standard lets be empty."""
files = one_or_several(several(string, MAX_FILES, once=True))
"""Paths of a resource's files."""
values = several(anything, MAX_VALUES)
listed = several(anything, MAX_VALUES, least=1, once=True)
words = several(string, MAX_WORDS)
brief = string_up_to(MAX_TEXT)


class MissingValue(Part):
    """A string that stands for no value, with a label that says why."""

    value: str = member(string)
    label: str = member(string, "")


def missing_value(value: Any, where: str, faults: list[Fault]) -> str | MissingValue:
    """A string, or an object with a string and a label."""
    if isinstance(value, str):
        return value
    return MissingValue.read(value, where, faults)


def missing_values(value: Any, where: str, faults: list[Fault]) -> tuple[str | MissingValue, ...]:
    """Missing values as the standard has them: all strings or all objects, none of them twice."""
    before = len(faults)
    entries = several(missing_value, MAX_WORDS)(value, where, faults)
    if len(faults) > before:
        return entries
    if len({type(entry) for entry in entries}) > 1:
        faults.append(Fault(where, short(value), "all entries are strings, or all are objects"))
    labels = [entry.label for entry in entries if isinstance(entry, MissingValue) and entry.label]
    if not distinct(_strings(entries)) or not distinct(labels):
        faults.append(Fault(where, short(value), "no missing value and no label stands twice"))
    return entries


def _strings(entries: tuple[str | MissingValue, ...]) -> tuple[str, ...]:
    return tuple(entry if isinstance(entry, str) else entry.value for entry in entries)


def form(value: Any, where: str, faults: list[Fault]) -> str:
    """A format; the standard has the prefix `fmt:` of version 0 removed."""
    return brief(value.removeprefix("fmt:") if isinstance(value, str) else value, where, faults)


class Constraints(Part):
    """Limits on one field's cells (Table Schema v2, "Constraints")."""

    required: bool = member(flag, False)
    unique: bool = member(flag, False)
    enum: tuple[Any, ...] | None = member(listed, None)
    pattern: str | None = member(string, None)
    min_length: int | None = member(count, None)
    max_length: int | None = member(count, None)
    minimum: Any = member(anything, None)
    maximum: Any = member(anything, None)
    exclusive_minimum: Any = member(anything, None)
    exclusive_maximum: Any = member(anything, None)


TYPES = (
    *("string", "number", "integer", "boolean", "object", "array", "list"),
    *("datetime", "date", "time", "year", "yearmonth", "duration"),
    *("geopoint", "geojson", "any"),
)
"""Field types of Table Schema v2. A misspelt one would leave a column unchecked."""


class FieldDescriptor(Part):
    """One column: name, type, meaning, limits, and whether its cells need receipts."""

    name: str = member(name)
    type: str = member(choice(*TYPES), "any")
    format: str = member(form, "default")
    title: str = member(string, "")
    description: str = member(string, "")
    example: Any = member(anything, None)
    unit: str | None = member(string, None)
    constraints: Constraints = member(Constraints.read, Constraints())
    categories: tuple[Any, ...] | None = member(values, None)
    categories_ordered: bool | None = member(flag, None)
    missing_values: tuple[str | MissingValue, ...] | None = member(missing_values, None)
    bare_number: bool = member(flag, True)
    group_char: str | None = member(brief, None)
    decimal_char: str = member(brief, ".")
    true_values: tuple[str, ...] = member(words, ("true", "True", "TRUE", "1"))
    false_values: tuple[str, ...] = member(words, ("false", "False", "FALSE", "0"))
    delimiter: str = member(brief, ",")
    item_type: str = member(string, "string")
    evidence: str | None = member(choice("required", "exempt"), None, "kzdata:evidence")

    def wanting(self) -> Iterator[str]:
        """Values and labels of categories are unique, and an enum lists none but them."""
        if not all(self._categorises(entry) for entry in self.categories or ()):
            yield "categories are values of the field's type, labels are strings"
        labels = [label for label in self.labels.values() if label]
        if not distinct(self.category_values) or not distinct(labels):
            yield "no category and no label stands twice"
        listed = set(map(hashable, self.category_values))
        enum = set(map(hashable, self.constraints.enum or ()))
        if self.categories is not None and not enum <= listed:
            yield "the values of enum are among the categories"

    def _categorises(self, entry: Any) -> bool:
        """Whether an entry of `categories` is a value, or an object with one."""
        if isinstance(entry, dict):
            labelled = "value" in entry and isinstance(entry.get("label", ""), str)
            return labelled and self._categorises(entry["value"])
        kinds = str if self.type == "string" else (str, int, float)
        return isinstance(entry, kinds) and not isinstance(entry, bool)

    @property
    def missing(self) -> tuple[str, ...] | None:
        """The strings that stand for no value in this field alone; None: those of the schema."""
        return None if self.missing_values is None else _strings(self.missing_values)

    @property
    def category_values(self) -> tuple[Any, ...]:
        """The categories' values, as the descriptor has them."""
        entries = self.categories or ()
        return tuple(e.get("value") if isinstance(e, dict) else e for e in entries)

    @property
    def labels(self) -> dict[str, str]:
        """The categories' meanings, by value."""
        entries = (entry for entry in self.categories or () if isinstance(entry, dict))
        return {str(entry.get("value")): str(entry.get("label", "")) for entry in entries}


class Reference(Part):
    """The parent side of a foreign key; an empty resource is the table itself.

    With `package`, which version 1 knew as a pattern, it stands in another package.
    """

    package: str | None = member(string, None)
    resource: str = member(string, "")
    fields: tuple[str, ...] = member(key)


class ForeignKey(Part):
    """Cells that must stand in another table, or in this one."""

    fields: tuple[str, ...] = member(key)
    reference: Reference = member(Reference.read)


class Figure(Declaration):
    """`kzdata:figure`: the columns that make a figure, and the column of its principal span."""

    text: str = member(string)
    low: str = member(string)
    high: str = member(string)
    qualifier: str = member(string)
    span: str = member(string)


class DateColumns(Declaration):
    """`kzdata:dates`: columns that hold a resolved date; without `end`, `start` holds one day."""

    start: str = member(string)
    end: str | None = member(string, None)
    precision: str | None = member(string, None)


class Spans(Declaration):
    """`kzdata:spans`: the table of passages."""

    id: str = member(string)
    source: str = member(string)
    start: str = member(string)
    end: str = member(string)
    quote: str = member(string)
    occurrence: str = member(string)
    checksum: str | None = member(string, None)
    max_share: float = member(number, 1.0)
    max_length: int = member(whole, 100)


class Sources(Declaration):
    """`kzdata:sources`: the table of articles.

    Where `published_basis` is `url`, the day of publication was taken from the address.
    """

    id: str = member(string)
    sha256: str = member(string)
    length: str = member(string)
    published_on: str | None = member(string, None, "published_on")
    published_precision: str | None = member(string, None, "published_precision")
    published_basis: str | None = member(string, None, "published_basis")
    written_on: str | None = member(string, None, "written_on")
    url: str | None = member(string, None)


class Edges(Declaration):
    """`kzdata:edges`: the table that ties cells to spans."""

    record: str = member(string)
    field: str = member(string)
    span: str = member(string)
    role: str = member(string)
    note: str | None = member(string, None)
    count: str | None = member(string, None)


class Target(Declaration):
    """A column that identifiers of aliases may stand in."""

    resource: str = member(string)
    field: str = member(string)


class Aliases(Declaration):
    """`kzdata:aliases`: surface forms of entities."""

    entity: str = member(string)
    alias: str = member(string)
    source: str | None = member(string, None)
    of: tuple[Target, ...] = member(several(Target.read, MAX_KEYS), ())


class Codebook(Declaration):
    """`kzdata:codebook`: which printed terms justify a category; `field` is `table.column`."""

    field: str = member(string)
    category: str = member(string)
    term: str = member(string)


class Links(Declaration):
    """`kzdata:links`: relations between claims."""

    claim: str = member(string)
    relation: str = member(string)
    other: str = member(string)
    note: str | None = member(string, None)
    acyclic: tuple[str, ...] = member(words, ())
    within: tuple[str, ...] = member(words, ())
    adds: tuple[str, ...] = member(words, ())
    same: tuple[str, ...] = member(words, ())
    differs: tuple[str, ...] = member(words, ())
    contradicts: tuple[str, ...] = member(words, ())
    supersedes: tuple[str, ...] = member(words, ())
    retracts: tuple[str, ...] = member(words, ())


class Claims(Declaration):
    """`kzdata:claims`: what each claim of a table is about, where, and who says it.

    `outcome` is what happened to those whom a figure counts; `subject` are further columns that say
    what is counted or changed; `state` is what the claim says of it where that is no figure.
    `deaths` are the categories of `outcome` that count the dead.
    """

    outcome: str | None = member(string, None)
    deaths: tuple[str, ...] = member(names, ("killed",))
    subject: tuple[str, ...] = member(names, ())
    state: str | None = member(string, None)
    event: str | None = member(string, None)
    population: str | None = member(string, None)
    unit: str | None = member(string, None)
    place: str | None = member(string, None)
    claimant: str | None = member(string, None)
    via: str | None = member(string, None)

    @property
    def about(self) -> tuple[str, ...]:
        """The columns that are equal in two claims about the same thing."""
        return (*filter(None, [self.outcome]), *self.subject)


class Events(Declaration):
    """`kzdata:events`: things that happened; their days are the first entry of `kzdata:dates`."""

    title: str = member(string)
    type: str | None = member(string, None)
    description: str | None = member(string, None)
    place: str | None = member(string, None)
    certainty: str | None = member(string, None)


class Participants(Declaration):
    """`kzdata:participants`: who took part in which event."""

    event: str = member(string)
    actor: str = member(string)
    role: str | None = member(string, None)


class Policies(Declaration):
    """`kzdata:policies`: what a vague wording counts for under a named policy."""

    term: str = member(string)
    policy: str = member(string)
    low: str = member(string)
    high: str | None = member(string, None)
    reference: str | None = member(string, None)


class Tombstones(Declaration):
    """`kzdata:tombstones`: withdrawn records."""

    record: str = member(string)
    replaced_by: str | None = member(string, None, "replaced_by")


class Exclusions(Declaration):
    """`kzdata:exclusions`: number words that are deliberately in no table."""

    source: str = member(string)
    start: str = member(string)
    end: str = member(string)
    token: str = member(string)


class Places(Declaration):
    """`kzdata:places`: places with WGS 84 coordinates in degrees; `kind`: how large they are.

    Kinds that can be compared are site, city, region and country. `code` is a code of ISO 3166-2,
    which tells a division of a country from any other region.
    """

    id: str = member(string)
    latitude: str = member(string)
    longitude: str = member(string)
    kind: str | None = member(string, None)
    name: str | None = member(string, None)
    code: str | None = member(string, None)


class Schema(Part):
    """A Table Schema with the traceability declarations."""

    fields: tuple[FieldDescriptor, ...] = member(several(FieldDescriptor.read, MAX_FIELDS, least=1))
    missing_values: tuple[str | MissingValue, ...] = member(missing_values, ("",))
    primary_key: tuple[str, ...] = member(primary_key, ())
    unique_keys: tuple[tuple[str, ...], ...] = member(several(key, MAX_KEYS), ())
    foreign_keys: tuple[ForeignKey, ...] = member(several(ForeignKey.read, MAX_KEYS), ())
    fields_match: Any = member(anything, "exact")
    title: str = member(string, "")
    description: str = member(string, "")
    figure: Figure | None = member(Figure.read, None, "kzdata:figure")
    dates: tuple[DateColumns, ...] = member(several(DateColumns.read, MAX_KEYS), (), "kzdata:dates")
    principal: str | None = member(string, None, "kzdata:principal")
    parent: str | None = member(string, None, "kzdata:parent")
    spans: Spans | None = member(Spans.read, None, "kzdata:spans")
    sources: Sources | None = member(Sources.read, None, "kzdata:sources")
    edges: Edges | None = member(Edges.read, None, "kzdata:edges")
    aliases: Aliases | None = member(Aliases.read, None, "kzdata:aliases")
    codebook: Codebook | None = member(Codebook.read, None, "kzdata:codebook")
    links: Links | None = member(Links.read, None, "kzdata:links")
    tombstones: Tombstones | None = member(Tombstones.read, None, "kzdata:tombstones")
    exclusions: Exclusions | None = member(Exclusions.read, None, "kzdata:exclusions")
    claims: Claims | None = member(Claims.read, None, "kzdata:claims")
    events: Events | None = member(Events.read, None, "kzdata:events")
    participants: Participants | None = member(Participants.read, None, "kzdata:participants")
    policies: Policies | None = member(Policies.read, None, "kzdata:policies")
    places: Places | None = member(Places.read, None, "kzdata:places")

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(field.name for field in self.fields)

    @property
    def missing(self) -> tuple[str, ...]:
        """The strings that stand for no value."""
        return _strings(self.missing_values)

    def missing_of(self, field: FieldDescriptor) -> tuple[str, ...]:
        """The strings that stand for no value in one field: its own, or else the schema's."""
        own = getattr(field, "missing", None)
        return self.missing if own is None else own

    @property
    def evidenced(self) -> tuple[FieldDescriptor, ...]:
        """The fields whose cells need receipts."""
        return tuple(field for field in self.fields if field.evidence == "required")

    def needed(self, role: str) -> dict[str, str]:
        """The columns that a declaration needs filled in each row, by member; none without it."""
        part = getattr(self, role)
        found = {member: getattr(part, member) for member in NEEDED[role]} if part else {}
        return {member: column for member, column in found.items() if column}

    @property
    def record_key(self) -> str | None:
        """The single primary key column of a table whose rows can be traced."""
        traced = any(field.evidence for field in self.fields)
        return self.primary_key[0] if traced and len(self.primary_key) == 1 else None

    def field(self, name: str) -> FieldDescriptor:
        """The field of a name."""
        return {field.name: field for field in self.fields}[name]


class License(Part):
    """Terms under which a package, or a resource, may be used."""

    name: str | None = member(identifier, None)
    path: str | None = member(string, None)
    title: str = member(string, "")

    def wanting(self) -> Iterator[str]:
        """A name or a path."""
        if self.name is None and self.path is None:
            yield "an object with a name or a path"


class Credit(Part):
    """Where data come from, or who contributed to them."""

    title: str = member(string, "")
    path: str = member(string, "")
    email: str = member(string, "")
    version: str = member(string, "")
    given_name: str = member(string, "")
    family_name: str = member(string, "")
    organization: str = member(string, "")
    role: str = member(string, "")
    roles: tuple[str, ...] = member(words, ())


def credit(value: Any, where: str, faults: list[Fault]) -> Credit:
    """A source or a contributor, of which something is said."""
    if value == {}:
        faults.append(Fault(where, short(value), "an object with a property"))
    return Credit.read(value, where, faults)


credits_ = several(credit, MAX_VALUES, least=1)
licenses = several(License.read, MAX_VALUES, least=1)


class Resource(Part):
    """One file of the package."""

    name: str = member(name)
    path: tuple[str, ...] = member(files, ())
    type: str | None = member(choice("table"), None)
    title: str = member(string, "")
    description: str = member(string, "")
    homepage: str | None = member(string, None)
    format: str | None = member(string, None)
    mediatype: str | None = member(mediatype, None)
    encoding: str = member(string, "utf-8")
    bytes: int | None = member(count, None)
    hash: str | None = member(string, None)
    dialect: Any = member(anything, None)
    licenses: tuple[License, ...] = member(licenses, ())
    sources: tuple[Credit, ...] = member(several(credit, MAX_VALUES), ())

    def wanting(self) -> Iterator[str]:
        """No file twice, however it is spelt: its rows would be there twice."""
        if not distinct(map(normpath, self.path)):
            yield "paths of different files"


class Metadata(Part):
    """What a descriptor says of the package as a whole (Data Package v2)."""

    name: str = member(string, "")
    title: str = member(string, "")
    description: str = member(string, "")
    homepage: str = member(string, "")
    image: str = member(string, "")
    version: str = member(string, "")
    created: str = member(moment, "")
    id: str = member(string, "")
    profile: str = member(string, "", "$schema")
    licenses: tuple[License, ...] = member(licenses, ())
    sources: tuple[Credit, ...] = member(credits_, ())
    contributors: tuple[Credit, ...] = member(credits_, ())
    keywords: tuple[str, ...] = member(several(string, MAX_VALUES, least=1), ())


class Table(NamedTuple):
    """A resource with its schema."""

    name: str
    path: str
    resource: Resource
    schema: Schema


class Descriptor(NamedTuple):
    """What of a descriptor could be used, and what could not."""

    name: str  # name of the package, or the place it was opened from
    version: str  # stated version, or empty
    tables: dict[str, Table]  # the tabular resources with a schema, by name, in order
    resources: tuple[Resource, ...]  # all resources that could be read
    faults: tuple[Fault, ...]  # what is malformed
    raw: Mapping[str, Any]  # the parsed JSON
    # Names of resources that are not among the tables: they have no schema, or a malformed one, or
    # several files.
    refused: tuple[str, ...] = ()

    def declaring(self, role: str) -> Iterator[Table]:
        """The tables whose schema has the declaration `role`, such as `spans`."""
        return (table for table in self.tables.values() if getattr(table.schema, role))

    def one(self, role: str) -> Table | None:
        """The table that declares `role`, or None; several are a fault and the first is used."""
        return next(self.declaring(role), None)


def parse(archive: Archive) -> Descriptor:
    """Read an archive's descriptor and the schemas it names.

    Faults are collected, not raised; a table whose schema has one is in `refused`, not in `tables`.
    """
    raw = archive.descriptor
    faults = nul_faults({name: raw[name] for name in raw if name != "resources"}, "")
    faults += _package_faults(raw)
    resources: list[Resource] = []
    tables: dict[str, Table] = {}
    refused: list[str] = []
    fields = keys = 0
    for index, entry in enumerate(_entries(raw, "resources")[:MAX_RESOURCES]):
        where, before = f"resources[{index}]", len(faults)
        faults += nul_faults(_but_encoding(entry), where)
        resource = _part(Resource, entry, where, faults)
        if resource is None:
            continue
        resource = _with_dialect(archive, resource, faults)
        if resource.name.casefold() in {other.name.casefold() for other in resources}:
            faults.append(Fault(f"{where}.name", resource.name, "a name that no other one has"))
        table = _table(archive, resource, entry, where, faults)
        resources.append(resource)
        if table:
            fields += len(table.schema.fields)
            keys += len(table.schema.unique_keys) + len(table.schema.foreign_keys)
        if fields > 10 * MAX_FIELDS or keys > 10 * MAX_KEYS:
            expected = f"{10 * MAX_FIELDS} fields and {10 * MAX_KEYS} keys in all"
            found = f"{fields} fields and {keys} keys so far; no table from here on is checked"
            faults.append(Fault(where, found, expected))
            refused.append(resource.name)
            break
        if table and len(faults) == before:
            tables[table.name] = table
        else:
            refused.append(resource.name)
    if not faults:
        faults += _evidence_faults(tables)
    for name, fault in list(_declaration_faults(tables, {r.name for r in resources})):
        faults.append(fault)
        if name in tables:
            refused.append(tables.pop(name).name)
    name, version = str(raw.get("name", archive.label)), str(raw.get("version", ""))
    return Descriptor(name, version, tables, tuple(resources), tuple(faults), raw, tuple(refused))


def _but_encoding(entry: Any) -> Any:
    """A resource without its encoding: it never stands in SQL, and `sheets` refuses it."""
    return {k: entry[k] for k in entry if k != "encoding"} if isinstance(entry, dict) else entry


def _entries(raw: Mapping[str, Any], key: str) -> list[Any]:
    value = raw.get(key)
    return value if isinstance(value, list) else []


def _package_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    if not isinstance(raw.get("resources"), list) or not raw["resources"]:
        yield Fault("resources", short(raw.get("resources")), "a list with at least one resource")
    if (count := len(_entries(raw, "resources"))) > MAX_RESOURCES:
        expected = f"at most {MAX_RESOURCES}; the others are not checked"
        yield Fault("resources", f"{count} resources", expected)
    faults: list[Fault] = []
    Metadata.read(raw, "", faults)
    yield from faults


_Kind = TypeVar("_Kind", bound=Part)


def _part(kind: type[_Kind], entry: Any, where: str, faults: list[Fault]) -> _Kind | None:
    before = len(faults)
    part = kind.read(entry, where, faults)
    return part if len(faults) == before else None


def _with_dialect(archive: Archive, resource: Resource, faults: list[Fault]) -> Resource:
    """A resource with the dialect that it names by a path, where that can be read."""
    with suppress(PackageError):
        if isinstance(resource.dialect, str):
            dialect = archive.json(resource.dialect)
            faults += nul_faults(dialect, resource.dialect)
            return resource.but(dialect=dialect)
    return resource


def _with_nulls(schema: Schema, resource: Resource) -> Schema:
    """A schema whose missing values hold what the resource's form has for no value, too."""
    dialect = resource.dialect if isinstance(resource.dialect, dict) else {}
    nulls = [dialect["nullSequence"]] if isinstance(dialect.get("nullSequence"), str) else []
    nulls += [NO_VALUE] * any(path.lower().endswith(".parquet") for path in resource.path)
    if not nulls:
        return schema
    fields = [
        f if f.missing_values is None else f.but(missing_values=(*f.missing_values, *nulls))
        for f in schema.fields
    ]
    return schema.but(fields=tuple(fields), missing_values=(*schema.missing_values, *nulls))


def _table(
    archive: Archive, resource: Resource, entry: Any, where: str, faults: list[Fault]
) -> Table | None:
    if bool(resource.path) is ("data" in entry):
        found = "both path and data" if resource.path else "neither path nor data"
        faults.append(Fault(where, found, "a path"))
    if "schema" not in entry or not resource.path:
        return None
    raw, where = entry["schema"], f"{where}.schema"
    if isinstance(raw, str):
        try:
            where, raw = raw, archive.json(raw)
        except PackageError as error:
            faults.append(Fault(where, short(entry["schema"]), str(error)))
            return None
        faults += nul_faults(raw, where)
    schema = _part(Schema, raw, where, faults)
    if schema is None:
        return None
    faults += _schema_faults(schema, where)
    schema = _with_nulls(schema, resource)
    return Table(resource.name, resource.path[0], resource, schema)


def _schema_faults(schema: Schema, where: str) -> Iterator[Fault]:
    folded = [name.casefold() for name in schema.names]
    for name in schema.names:
        if folded.count(name.casefold()) > 1:
            yield Fault(f"{where}.fields", name, "a name that no other column has, in any case")
    yield from _unknown_declarations(schema, where)
    if ORD in folded:
        yield Fault(f"{where}.fields", ORD, "another name; this one is reserved")
    for label, columns in named_columns(schema):
        for column in columns:
            if column not in schema.names:
                yield Fault(f"{where}.{label}", column, "a column of the table")
    for role in ("parent", "claims", "events"):
        if getattr(schema, role) and len(schema.primary_key) != 1:
            found = ", ".join(schema.primary_key) or "none"
            yield Fault(f"{where}.kzdata:{role}", found, "a primary key of one column")
    yield from _links_faults(schema, f"{where}.kzdata:links")
    if schema.claims:
        yield from _claims_faults(schema, schema.claims, f"{where}.kzdata:claims")


def _unknown_declarations(schema: Schema, where: str) -> Iterator[Fault]:
    """Misspelt declarations, each of which would switch a check off in silence, and too many."""
    if (count := len(schema.evidenced)) > MAX_TRACED:
        expected = f"at most {MAX_TRACED} fields whose cells need receipts"
        yield Fault(f"{where}.fields", f"{count} of them", expected)
    parts: list[tuple[str, Part]] = [(where, schema)]
    parts += [(f"{where}.fields.{field.name}", field) for field in schema.fields]
    for place, part in parts:
        for name in part.extra:
            if name.startswith("kzdata:"):
                yield Fault(place, name, "a declaration that the profile has")


def _links_faults(schema: Schema, where: str) -> Iterator[Fault]:
    """Misspelt relations, whose meaning nobody would check."""
    links = schema.links
    if not links or links.relation not in schema.names:
        return
    field = schema.field(links.relation)
    known = field.constraints.enum or field.category_values
    for name in links.members if known else ():
        relations = getattr(links, name)
        for relation in relations if isinstance(relations, tuple) else ():
            if relation not in known:
                yield Fault(f"{where}.{name}", relation, f"a value of {field.name}")


def _claims_faults(schema: Schema, claims: Claims, where: str) -> Iterator[Fault]:
    if not schema.principal:
        yield Fault(where, "no kzdata:principal", "the column of the claims' principal spans")
    if not claims.about:
        yield Fault(where, "neither outcome nor subject", "what the claims are about")
    if not claims.state and not schema.figure:
        yield Fault(where, "neither state nor kzdata:figure", "what the claims say")


def named_columns(schema: Schema) -> Iterator[tuple[str, Iterable[str]]]:
    """The columns that each key and declaration names."""
    yield "primaryKey", schema.primary_key
    yield from (("uniqueKeys", key) for key in schema.unique_keys)
    yield from (("foreignKeys", key.fields) for key in schema.foreign_keys)
    roles = ("figure", *SINGLE, "exclusions", "claims")
    parts = [(role, getattr(schema, role)) for role in roles]
    for role, part in [*parts, *(("dates", part) for part in schema.dates)]:
        values = [getattr(part, name) for name in part.members] if part else []
        subject = part.subject if isinstance(part, Claims) else ()
        yield f"kzdata:{role}", [*(v for v in values if isinstance(v, str)), *subject]
    for role in ("principal", "parent"):
        yield f"kzdata:{role}", filter(None, [getattr(schema, role)])


def _evidence_faults(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Cells that need receipts, where no receipt could be found."""
    roles = ("sources", "spans", "edges")
    lacking = [r for r in roles if not any(getattr(t.schema, r) for t in tables.values())]
    for table in (table for table in tables.values() if table.schema.evidenced):
        where = f"{table.name}.kzdata:evidence"
        if table.schema.record_key is None:
            yield Fault(where, "required", "a primary key of one column, which receipts name")
        if lacking:
            wanted = " and ".join(f"kzdata:{role}" for role in lacking)
            yield Fault(where, "required", f"a table that declares {wanted}")


def _declaration_faults(
    tables: Mapping[str, Table], resources: set[str]
) -> Iterator[tuple[str, Fault]]:
    """Faults between tables, each with the table that is refused for it, or an empty name."""
    for role in SINGLE:
        names = [name for name, table in tables.items() if getattr(table.schema, role)]
        if len(names) > 1:
            yield "", Fault(f"kzdata:{role}", ", ".join(names), "one table at most")
    for table in tables.values():
        for key in (key for key in table.schema.foreign_keys if key.reference.package is None):
            where, parent = f"{table.name}.foreignKeys", key.reference.resource or table.name
            yield from _reference_faults(table, where, parent, key.reference.fields, tables)
            if parent not in resources:
                yield table.name, Fault(where, parent, "a resource of the package")
            if len(key.fields) != len(key.reference.fields):
                yield table.name, Fault(where, ", ".join(key.fields), "as many columns")
        for target in table.schema.aliases.of if table.schema.aliases else ():
            where = f"{table.name}.kzdata:aliases.of"
            if target.resource not in resources:
                yield table.name, Fault(where, target.resource, "a resource of the package")
            yield from _reference_faults(table, where, target.resource, (target.field,), tables)


def _reference_faults(
    table: Table, where: str, parent: str, fields: tuple[str, ...], tables: Mapping[str, Table]
) -> Iterator[tuple[str, Fault]]:
    if parent in tables:
        for name in fields:
            if name not in tables[parent].schema.names:
                yield table.name, Fault(where, name, f"a column of {parent}")


def seal(path: str | Path) -> list[str]:
    """Write the size and the SHA-256 of each file into a package's descriptor.

    Args:
        path: A directory or a `datapackage.json`; a zip is not changed in place.

    Returns:
        The names of the resources whose size or hash changed. The file is written only then.

    Raises:
        PackageError: The package cannot be read, or is neither of the two.
        UsageError: The descriptor is a link, or cannot be written.
    """
    with opened(path) as archive:
        if Path(path).is_file() and Path(path).name != DESCRIPTOR:
            raise PackageError(f"{path}: only a directory or a {DESCRIPTOR} can be sealed")
        raw = archive.descriptor
        entries = [entry for entry in _entries(raw, "resources") if isinstance(entry, dict)]
        changed = [str(entry.get("name")) for entry in entries if _sealed(archive, entry)]
        if changed:
            text = json.dumps(raw, ensure_ascii=False, indent=2) + "\n"
            save(text.encode(), archive.root / DESCRIPTOR)
    return changed


def _sealed(archive: Archive, entry: dict[str, Any]) -> bool:
    """Bring one resource's size and hash up to date; whether they changed."""
    if not isinstance(entry.get("path"), str):
        return False
    file = archive.path_of(entry["path"])
    if not file.is_file():
        raise PackageError(f"{entry['path']}: no such file in the package")
    seen = file_stats(file)
    before = (entry.get("bytes"), entry.get("hash"))
    entry["bytes"], entry["hash"] = seen.size, f"sha256:{seen.digests['sha256']}"
    return before != (entry["bytes"], entry["hash"])
