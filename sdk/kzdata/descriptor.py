"""The descriptor: Data Package v2 and Table Schema v2, with the traceability properties.

Parsing never stops at the first fault: what is malformed is collected as `Fault` and the rest is
used. The properties that begin with `kzdata:` are documented in docs/profile.md.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from kzdata.archive import DESCRIPTOR, Archive, opened
from kzdata.errors import PackageError
from kzdata.tabular import imprint

SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"
)


RESERVED = "kz_ord"
"""A column name that validation needs for itself."""
SINGLE = (
    *("spans", "sources", "edges", "aliases", "codebook", "links", "tombstones"),
    *("events", "participants", "policies", "places"),
)
"""Declarations that one table of a package may have."""

MAX_RESOURCES = 1_000
MAX_FILES = 1_000
"""Files of one resource."""
MAX_FIELDS = 1_000
"""Fields of one table; all tables together have ten times as many."""
MAX_KEYS = 100
"""Unique keys, and foreign keys, of one table; all tables together have ten times as many."""
MAX_KEY_COLUMNS = 16
MAX_VALUES = 10_000
"""Values of an enum, or categories."""
MAX_WORDS = 100
"""Missing values, and words for true and for false."""
MAX_TEXT = 1_000
"""Characters of a format, a delimiter, a decimal point and the like."""
_RFC3339 = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]"
    r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)


class Fault(NamedTuple):
    """Something malformed in the descriptor: where (a JSON path), what was found and expected."""

    where: str
    found: str
    expected: str


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="allow", alias_generator=to_camel, populate_by_name=True
    )


def _hashable(value: Any) -> str:
    """A JSON value as a text that tells 1 from "1" and 1 from true."""
    return json.dumps(value, sort_keys=True)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("none of them stands twice")
    return names


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One column name, or several: the standard allows a bare string for one."""
Key = Annotated[Names, Field(max_length=MAX_KEY_COLUMNS), AfterValidator(_once)]
"""The columns of a key."""
Files = Annotated[Names, Field(max_length=MAX_FILES), AfterValidator(_once)]
"""Paths of a resource's files."""
Values = Annotated[tuple[Any, ...], Field(max_length=MAX_VALUES)]
Words = Annotated[tuple[str, ...], Field(max_length=MAX_WORDS)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]


class MissingValue(_Part):
    """A string that stands for no value, with a label that says why."""

    value: str
    label: str = ""


def _distinct(entries: tuple[str | MissingValue, ...]) -> tuple[str | MissingValue, ...]:
    """Missing values as the standard has them: all strings or all objects, none of them twice."""
    if len({type(entry) for entry in entries}) > 1:
        raise ValueError("all entries are strings, or all are objects")
    values = [entry if isinstance(entry, str) else entry.value for entry in entries]
    labels = [entry.label for entry in entries if isinstance(entry, MissingValue) and entry.label]
    if len(set(values)) < len(values) or len(set(labels)) < len(labels):
        raise ValueError("no missing value and no label stands twice")
    return entries


MissingValues = Annotated[
    tuple[str | MissingValue, ...], Field(max_length=MAX_WORDS), AfterValidator(_distinct)
]
"""Strings that stand for no value (Table Schema v2, "missingValues")."""


def _unprefixed(value: Any) -> Any:
    return value.removeprefix("fmt:") if isinstance(value, str) else value


Format = Annotated[Text, BeforeValidator(_unprefixed)]
"""A format; the standard has the prefix `fmt:` of version 0 removed."""


class Constraints(_Part):
    """Limits on one field's cells (Table Schema v2, "Constraints")."""

    required: bool = False
    unique: bool = False
    enum: Values | None = None
    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: Any = None
    maximum: Any = None
    exclusive_minimum: Any = None
    exclusive_maximum: Any = None


class FieldDescriptor(_Part):
    """One column: name, type, meaning, limits, and whether its cells need receipts."""

    name: str
    type: str = "any"
    format: Format = "default"
    title: str = ""
    description: str = ""
    example: Any = None
    unit: str | None = None
    constraints: Constraints = Constraints()
    categories: Values | None = None
    categories_ordered: StrictBool | None = None
    missing_values: MissingValues | None = None
    bare_number: StrictBool = True
    group_char: Text | None = None
    decimal_char: Text = "."
    true_values: Words = ("true", "True", "TRUE", "1")
    false_values: Words = ("false", "False", "FALSE", "0")
    delimiter: Text = ","
    item_type: str = "string"
    evidence: Literal["required", "exempt"] | None = Field(None, alias="kzdata:evidence")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Values and labels of categories are unique, and an enum lists none but them."""
        listed = [_hashable(value) for value in self.category_values]
        labels = [label for label in self.labels.values() if label]
        if len(set(listed)) < len(listed) or len(set(labels)) < len(labels):
            raise ValueError("no category and no label stands twice")
        enum = {_hashable(value) for value in self.constraints.enum or ()}
        if self.categories is not None and not enum <= set(listed):
            raise ValueError("the values of enum are among the categories")
        return self

    @property
    def missing(self) -> tuple[str, ...] | None:
        """The strings that stand for no value in this field alone; None: those of the schema."""
        if self.missing_values is None:
            return None
        return tuple(v if isinstance(v, str) else v.value for v in self.missing_values)

    @property
    def category_values(self) -> tuple[Any, ...]:
        """The categories' values, as the descriptor has them."""
        entries = self.categories or ()
        return tuple(e.get("value") if isinstance(e, dict) else e for e in entries)

    @property
    def labels(self) -> dict[str, str]:
        """The categories' meanings, by value."""
        entries = [entry for entry in self.categories or () if isinstance(entry, dict)]
        return {str(entry.get("value")): str(entry.get("label", "")) for entry in entries}


class Reference(_Part):
    """The parent side of a foreign key; an empty resource is the table itself."""

    resource: str = ""
    fields: Key


class ForeignKey(_Part):
    """Cells that must stand in another table, or in this one."""

    fields: Key
    reference: Reference


class Figure(_Part):
    """`kzdata:figure`: the columns that make a figure, and the column of its principal span."""

    text: str
    low: str
    high: str
    qualifier: str
    span: str


class DateColumns(_Part):
    """`kzdata:dates`: columns that hold a resolved date; without `end`, `start` holds one day."""

    start: str
    end: str | None = None
    precision: str | None = None


class Spans(_Part):
    """`kzdata:spans`: the table of passages."""

    id: str
    source: str
    start: str
    end: str
    quote: str
    occurrence: str
    checksum: str | None = None
    max_share: float = 1.0
    max_length: int = 100


class Sources(_Part):
    """`kzdata:sources`: the table of articles."""

    id: str
    sha256: str
    length: str
    published_on: str | None = Field(None, alias="published_on")
    published_precision: str | None = Field(None, alias="published_precision")
    written_on: str | None = Field(None, alias="written_on")
    url: str | None = None


class Edges(_Part):
    """`kzdata:edges`: the table that ties cells to spans."""

    record: str
    field: str
    span: str
    role: str
    note: str | None = None
    count: str | None = None


class Target(_Part):
    """A column that identifiers of aliases may stand in."""

    resource: str
    field: str


class Aliases(_Part):
    """`kzdata:aliases`: surface forms of entities."""

    entity: str
    alias: str
    source: str | None = None
    of: tuple[Target, ...] = ()


class Codebook(_Part):
    """`kzdata:codebook`: which printed terms justify a category; `field` is `table.column`."""

    field: str
    category: str
    term: str


class Links(_Part):
    """`kzdata:links`: relations between claims."""

    claim: str
    relation: str
    other: str
    note: str | None = None
    acyclic: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    contradicts: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    retracts: tuple[str, ...] = ()


class Claims(_Part):
    """`kzdata:claims`: what each claim of a table is about, where, and who says it.

    `outcome` is what happened to those whom a figure counts; `subject` are further columns that say
    what is counted or changed; `state` is what the claim says of it where that is no figure.
    `deaths` are the categories of `outcome` that count the dead.
    """

    outcome: str | None = None
    deaths: Names = ("killed",)
    subject: Names = ()
    state: str | None = None
    event: str | None = None
    population: str | None = None
    unit: str | None = None
    place: str | None = None
    claimant: str | None = None
    via: str | None = None

    @property
    def about(self) -> tuple[str, ...]:
        """The columns that are equal in two claims about the same thing."""
        return (*filter(None, [self.outcome]), *self.subject)


class Events(_Part):
    """`kzdata:events`: things that happened; their days are the first entry of `kzdata:dates`."""

    title: str
    type: str | None = None
    description: str | None = None
    place: str | None = None
    certainty: str | None = None


class Participants(_Part):
    """`kzdata:participants`: who took part in which event."""

    event: str
    actor: str
    role: str | None = None


class Policies(_Part):
    """`kzdata:policies`: what a vague wording counts for under a named policy."""

    term: str
    policy: str
    low: str
    high: str | None = None
    reference: str | None = None


class Tombstones(_Part):
    """`kzdata:tombstones`: withdrawn records."""

    record: str
    replaced_by: str | None = Field(None, alias="replaced_by")


class Exclusions(_Part):
    """`kzdata:exclusions`: number words that are deliberately in no table."""

    source: str
    start: str
    end: str
    token: str


class Places(_Part):
    """`kzdata:places`: places with WGS 84 coordinates in degrees; `kind`: how large they are.

    `code` is a code of ISO 3166-2, which tells a division of a country from any other region.
    """

    id: str
    latitude: str
    longitude: str
    kind: str | None = None
    name: str | None = None
    code: str | None = None


class Schema(_Part):
    """A Table Schema with the traceability declarations."""

    fields: Annotated[tuple[FieldDescriptor, ...], Field(max_length=MAX_FIELDS)]
    missing_values: MissingValues = ("",)
    primary_key: Key = ()
    unique_keys: Annotated[tuple[Key, ...], Field(max_length=MAX_KEYS)] = ()
    foreign_keys: Annotated[tuple[ForeignKey, ...], Field(max_length=MAX_KEYS)] = ()
    fields_match: Any = "exact"
    title: str = ""
    description: str = ""
    figure: Figure | None = Field(None, alias="kzdata:figure")
    dates: tuple[DateColumns, ...] = Field((), alias="kzdata:dates")
    principal: str | None = Field(None, alias="kzdata:principal")
    parent: str | None = Field(None, alias="kzdata:parent")
    spans: Spans | None = Field(None, alias="kzdata:spans")
    sources: Sources | None = Field(None, alias="kzdata:sources")
    edges: Edges | None = Field(None, alias="kzdata:edges")
    aliases: Aliases | None = Field(None, alias="kzdata:aliases")
    codebook: Codebook | None = Field(None, alias="kzdata:codebook")
    links: Links | None = Field(None, alias="kzdata:links")
    tombstones: Tombstones | None = Field(None, alias="kzdata:tombstones")
    exclusions: Exclusions | None = Field(None, alias="kzdata:exclusions")
    claims: Claims | None = Field(None, alias="kzdata:claims")
    events: Events | None = Field(None, alias="kzdata:events")
    participants: Participants | None = Field(None, alias="kzdata:participants")
    policies: Policies | None = Field(None, alias="kzdata:policies")
    places: Places | None = Field(None, alias="kzdata:places")

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(field.name for field in self.fields)

    @property
    def missing(self) -> tuple[str, ...]:
        """The strings that stand for no value."""
        return tuple(v if isinstance(v, str) else v.value for v in self.missing_values)

    def missing_of(self, field: FieldDescriptor) -> tuple[str, ...]:
        """The strings that stand for no value in one field: its own, or else the schema's."""
        own = getattr(field, "missing", None)
        return self.missing if own is None else own

    @property
    def evidenced(self) -> tuple[FieldDescriptor, ...]:
        """The fields whose cells need receipts."""
        return tuple(field for field in self.fields if field.evidence == "required")

    @property
    def record_key(self) -> str | None:
        """The single primary key column of a table whose rows can be traced."""
        traced = any(field.evidence for field in self.fields)
        return self.primary_key[0] if traced and len(self.primary_key) == 1 else None

    def field(self, name: str) -> FieldDescriptor:
        """The field of a name.

        Raises:
            KeyError: There is none.
        """
        return {field.name: field for field in self.fields}[name]


class Resource(_Part):
    """One file of the package."""

    name: str
    path: Files = ()
    type: str | None = None
    format: str | None = None
    mediatype: str | None = None
    encoding: str = "utf-8"
    bytes: int | None = None
    hash: str | None = None
    dialect: Any = None


class Table(NamedTuple):
    """A resource with its schema."""

    name: str
    path: str
    resource: Resource
    schema: Schema


class Descriptor(NamedTuple):
    """What of a descriptor could be used, and what could not.

    Attributes:
        name: Name of the package, or the place it was opened from.
        version: Stated version, or empty.
        tables: The tabular resources with a schema, by name, in order.
        resources: All resources that could be read.
        faults: What is malformed.
        raw: The parsed JSON.
        refused: Names of resources that are not among the tables: they have no schema, or a
            malformed one, or several files.
    """

    name: str
    version: str
    tables: dict[str, Table]
    resources: tuple[Resource, ...]
    faults: tuple[Fault, ...]
    raw: Mapping[str, Any]
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
    raw, faults = archive.descriptor, list(_package_faults(archive.descriptor))
    resources: list[Resource] = []
    tables: dict[str, Table] = {}
    refused: list[str] = []
    fields = keys = 0
    for index, entry in enumerate(_entries(raw, "resources")[:MAX_RESOURCES]):
        where, before = f"resources[{index}]", len(faults)
        resource = _model(Resource, entry, where, faults)
        if resource is None:
            continue
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
    for name, fault in list(_declaration_faults(tables, {r.name for r in resources})):
        faults.append(fault)
        if name in tables:
            refused.append(tables.pop(name).name)
    name, version = str(raw.get("name", archive.label)), str(raw.get("version", ""))
    return Descriptor(name, version, tables, tuple(resources), tuple(faults), raw, tuple(refused))


def _entries(raw: Mapping[str, Any], key: str) -> list[Any]:
    value = raw.get(key)
    return value if isinstance(value, list) else []


def _package_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    if not isinstance(raw.get("resources"), list) or not raw["resources"]:
        yield Fault("resources", _short(raw.get("resources")), "a list with at least one resource")
    if (count := len(_entries(raw, "resources"))) > MAX_RESOURCES:
        expected = f"at most {MAX_RESOURCES}; the others are not checked"
        yield Fault("resources", f"{count} resources", expected)
    for key in "name title description homepage image version created id $schema".split():
        if key in raw and not isinstance(raw[key], str):
            yield Fault(key, _short(raw[key]), "a string")
    if isinstance(raw.get("created"), str) and not _RFC3339.fullmatch(raw["created"]):
        yield Fault("created", _short(raw["created"]), "a date and time after RFC 3339")
    for key, (of, expected) in _LISTS.items():
        yield from _list_faults(raw, key, of, expected)


_LISTS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "licenses": (
        lambda entry: isinstance(entry, dict) and bool({"name", "path"} & set(entry)),
        "an object with a name or a path",
    ),
    "sources": (lambda entry: isinstance(entry, dict) and bool(entry), "an object with a property"),
    "contributors": (
        lambda entry: isinstance(entry, dict) and bool(entry),
        "an object with a property",
    ),
    "keywords": (lambda entry: isinstance(entry, str), "a string"),
}
"""Properties of a package that are lists: what is an entry, and in words."""


def _list_faults(
    raw: Mapping[str, Any], key: str, of: Callable[[Any], bool], expected: str
) -> Iterator[Fault]:
    if key in raw and (not isinstance(raw[key], list) or not raw[key]):
        yield Fault(key, _short(raw[key]), "a list with at least one entry")
    for index, entry in enumerate(_entries(raw, key)):
        if not of(entry):
            yield Fault(f"{key}[{index}]", _short(entry), expected)


_Model = TypeVar("_Model", bound=_Part)


def _model(kind: type[_Model], entry: Any, where: str, faults: list[Fault]) -> _Model | None:
    try:
        return kind.model_validate(entry)
    except ValidationError as error:
        for problem in error.errors():
            path = ".".join(str(part) for part in (where, *problem["loc"]))
            faults.append(Fault(path, _short(problem["input"]), problem["msg"]))
        return None


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
            faults.append(Fault(where, _short(entry["schema"]), str(error)))
            return None
    schema = _model(Schema, raw, where, faults)
    if schema is None:
        return None
    faults += _schema_faults(schema, where)
    return Table(resource.name, resource.path[0], resource, schema)


def _schema_faults(schema: Schema, where: str) -> Iterator[Fault]:
    folded = [name.casefold() for name in schema.names]
    for name in schema.names:
        if folded.count(name.casefold()) > 1:
            yield Fault(f"{where}.fields", name, "a name that no other column has, in any case")
    if RESERVED in folded:
        yield Fault(f"{where}.fields", RESERVED, "another name; this one is reserved")
    keys = [("primaryKey", schema.primary_key)]
    keys += [("uniqueKeys", key) for key in schema.unique_keys]
    keys += [("foreignKeys", key.fields) for key in schema.foreign_keys]
    keys += [(role, _columns(part)) for role, part in _declarations(schema)]
    keys += [("kzdata:principal", tuple(filter(None, [schema.principal])))]
    keys += [("kzdata:parent", tuple(filter(None, [schema.parent])))]
    for label, columns in keys:
        for column in columns:
            if column not in schema.names:
                yield Fault(f"{where}.{label}", column, "a column of the table")
    for role in ("parent", "claims", "events"):
        if getattr(schema, role) and len(schema.primary_key) != 1:
            found = ", ".join(schema.primary_key) or "none"
            yield Fault(f"{where}.kzdata:{role}", found, "a primary key of one column")
    if schema.claims:
        yield from _claims_faults(schema, schema.claims, f"{where}.kzdata:claims")


def _claims_faults(schema: Schema, claims: Claims, where: str) -> Iterator[Fault]:
    if not schema.principal:
        yield Fault(where, "no kzdata:principal", "the column of the claims' principal spans")
    if not claims.about:
        yield Fault(where, "neither outcome nor subject", "what the claims are about")
    if not claims.state and not schema.figure:
        yield Fault(where, "neither state nor kzdata:figure", "what the claims say")


def _declarations(schema: Schema) -> Iterator[tuple[str, _Part]]:
    for role in ("figure", *SINGLE, "exclusions", "claims"):
        if part := getattr(schema, role):
            yield f"kzdata:{role}", part
    yield from (("kzdata:dates", part) for part in schema.dates)


def _columns(part: _Part) -> tuple[str, ...]:
    values = (getattr(part, name) for name in type(part).model_fields)
    return (
        *(value for value in values if isinstance(value, str)),
        *(part.subject if isinstance(part, Claims) else ()),
    )


def _declaration_faults(
    tables: Mapping[str, Table], resources: set[str]
) -> Iterator[tuple[str, Fault]]:
    """Faults between tables, each with the table that is refused for it, or an empty name."""
    for role in SINGLE:
        names = [name for name, table in tables.items() if getattr(table.schema, role)]
        if len(names) > 1:
            yield "", Fault(f"kzdata:{role}", ", ".join(names), "one table at most")
    for table in tables.values():
        for key in table.schema.foreign_keys:
            where, parent = f"{table.name}.foreignKeys", key.reference.resource or table.name
            yield from _reference_faults(table, where, parent, key.reference.fields, tables)
            if parent not in resources:
                yield table.name, Fault(where, parent, "a resource of the package")
            if len(key.fields) != len(key.reference.fields):
                yield table.name, Fault(where, ", ".join(key.fields), "as many columns")
        for target in table.schema.aliases.of if table.schema.aliases else ():
            where = f"{table.name}.kzdata:aliases.of"
            yield from _reference_faults(table, where, target.resource, (target.field,), tables)


def _reference_faults(
    table: Table, where: str, parent: str, fields: tuple[str, ...], tables: Mapping[str, Table]
) -> Iterator[tuple[str, Fault]]:
    if parent in tables:
        for name in fields:
            if name not in tables[parent].schema.names:
                yield table.name, Fault(where, name, f"a column of {parent}")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def seal(path: str | Path) -> list[str]:
    """Write the size and the SHA-256 of each file into a package's descriptor.

    Args:
        path: A directory or a `datapackage.json`; a zip is not changed in place.

    Returns:
        The names of the resources whose size or hash changed. The file is written only then.

    Raises:
        PackageError: The package cannot be read, or is neither of the two.
    """
    with opened(path) as archive:
        if Path(path).is_file() and Path(path).name != DESCRIPTOR:
            raise PackageError(f"{path}: only a directory or a {DESCRIPTOR} can be sealed")
        raw = archive.descriptor
        changed = [
            str(entry.get("name"))
            for entry in _entries(raw, "resources")
            if isinstance(entry, dict) and _sealed(archive, entry)
        ]
        if changed:
            text = json.dumps(raw, ensure_ascii=False, indent=2) + "\n"
            (archive.root / DESCRIPTOR).write_text(text, encoding="utf-8")
    return changed


def _sealed(archive: Archive, entry: dict[str, Any]) -> bool:
    """Bring one resource's size and hash up to date; whether they changed."""
    if not isinstance(entry.get("path"), str):
        return False
    file = archive.path_of(entry["path"])
    if not file.is_file():
        raise PackageError(f"{entry['path']}: no such file in the package")
    seen = imprint(file)
    before = (entry.get("bytes"), entry.get("hash"))
    entry["bytes"], entry["hash"] = seen.size, f"sha256:{seen.digests['sha256']}"
    return before != (entry["bytes"], entry["hash"])
