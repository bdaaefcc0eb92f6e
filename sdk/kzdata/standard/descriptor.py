"""What a descriptor may say: Data Package v2, Table Schema v2 and the profile's declarations."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from posixpath import normpath
from typing import Any, NamedTuple, Self, cast

from kzdata.files.archive import DESCRIPTOR, hidden, is_remote, outside
from kzdata.files.partitions import names_of
from kzdata.standard.declarations import NEEDED, Declared
from kzdata.standard.inner_names import MARK
from kzdata.standard.json_model import (
    LEFT,
    MAX_WORDS,
    DescriptorFault,
    Faults,
    JsonModel,
    Reader,
    anything,
    at_most,
    choice,
    count,
    distinct,
    flag,
    hashable,
    member,
    positive,
    several,
    string,
    string_that,
    whole,
    words,
)

_NUMBER = "(0|[1-9][0-9]*)"
_IDENTIFIER = "(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
SEMVER = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_IDENTIFIER}(\.{_IDENTIFIER})*)?"
    r"(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
)
# What a Parquet file's NULL becomes where an empty text would be a value.
NO_VALUE = "\\kzdata:none\\"
MAX_KEY_COLUMNS = 16
MAX_TEXT = 1_000  # characters of a format, a delimiter, a decimal point and the like
MAX_NAME = 1_000  # characters of a name, which each finding repeats
PLAIN_NAME = re.compile("[a-z0-9._-]+")
ADDRESS = re.compile("https?://", re.IGNORECASE)
# The standard's own profiles, by their addresses or by the names that version 1 gave them.
STANDARD_PROFILES = re.compile(
    r"https?://(datapackage\.org|specs\.frictionlessdata\.io|frictionlessdata\.io)/.*"
    "|(tabular-)?data-(package|resource)"
)
# Rows that a dialect names by their numbers.
MAX_HEADER_ROWS = 100
MAX_COMMENT_ROWS = 10_000
# Python's own reader takes more than RFC 3339 has, and no leap second.
_RFC3339 = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]"
    r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)


def _is_moment(text: str) -> bool:
    with suppress(ValueError):
        return bool(_RFC3339.fullmatch(text) and date.fromisoformat(text[:10]))
    return False


# U+001F marks inner names, and those of what validation makes of tables and columns.
label = at_most(
    MAX_NAME,
    string_that(lambda text: not {"\0", MARK} & set(text), "a name without NUL and U+001F"),
)
name = at_most(
    MAX_NAME,
    string_that(
        lambda text: bool(text) and not {"\0", MARK} & set(text),
        "a name of one character or more, none of them NUL or U+001F",
    ),
)
mediatype = string_that(
    lambda text: bool(re.fullmatch(".+/.+", text)), "a media type, such as text/csv"
)
# The identifier of a licence, as the standard's profile has it.
identifier = string_that(
    lambda text: bool(re.fullmatch("[-a-zA-Z0-9._]+", text)), "an identifier, such as CC-BY-4.0"
)
moment = string_that(_is_moment, "a date and time after RFC 3339")
key = several(string, MAX_KEY_COLUMNS, least=1, once=True, bare=True)  # the columns of a key
unique_key = several(string, MAX_KEY_COLUMNS, least=1, once=True)
unique_keys = several(unique_key, "keys", least=1, apart=True)
# The standard lets a primary key be empty.
primary_key = several(string, MAX_KEY_COLUMNS, once=True, bare=True)
paths = several(string, "files", bare=True)
values = several(anything, "values")
truths = several(string, MAX_WORDS, least=1)  # words for true, or for false
listed = several(anything, "values", least=1, once=True)
item_type = choice("string", "integer", "boolean", "number", "datetime", "date", "time")
brief = at_most(MAX_TEXT, string)
# Of a dialect.
character = string_that(lambda text: len(text) == 1, "a string of one character")
filled = string_that(bool, "a string of one or more characters")


def files(value: Any, where: str, faults: Faults) -> tuple[str, ...]:
    """The paths of a resource's files; one that stands twice would have its rows there twice."""
    found = paths(value, where, faults)
    if found is LEFT or not all(isinstance(path, str) for path in found):
        return found
    if not distinct(map(normpath, found)):
        faults.leave(where, "a file that stands twice, however it is spelt", "each file once")
        return cast(tuple[str, ...], LEFT)
    return found


def url_or_path(value: Any, where: str, faults: Faults) -> str:
    """An address, or a path within the package (Data Package v2, URL or Path)."""
    local = isinstance(value, str) and not is_remote(value)
    if local and (reason := outside(value) or hidden(value)):
        faults.note(where, f"{value} {reason}", "an address, or a path within the package")
    return string(value, where, faults)


profile = string_that(lambda text: bool(ADDRESS.match(text)), "the address of a profile")


def advised_name(value: Any, where: str, faults: Faults) -> str:
    """A name, which SHOULD be plain (Data Package v2, name)."""
    if isinstance(value, str) and value and not PLAIN_NAME.fullmatch(value):
        faults.advise(where, value, "lower-case letters and digits of ASCII, `.`, `-` and `_` only")
    return name(value, where, faults)


def package_name(value: Any, where: str, faults: Faults) -> str:
    """The name of a package, which SHOULD be plain, too."""
    return advised_name(value, where, faults) if value else string(value, where, faults)


class MissingValue(JsonModel):
    """A string that stands for no value, with a label that says why."""

    value: str = member(string)
    label: str = member(string, "")


def missing_value(value: Any, where: str, faults: Faults) -> MissingValue:
    """A string, or an object with a string and a label."""
    if isinstance(value, str | dict):
        value = {"value": value} if isinstance(value, str) else value
        return MissingValue.read(value, where, faults)
    faults.add(where, value, "a string, or an object with `value` and `label`")
    return MissingValue.make({"value": ""})


def missing_values(value: Any, where: str, faults: Faults) -> tuple[str, ...]:
    """The strings of missing values, which are all strings or all objects, none of them twice."""
    before = len(faults)
    entries = several(missing_value, MAX_WORDS)(value, where, faults)
    if entries is LEFT:
        return cast(tuple[str, ...], LEFT)
    if len(faults) > before:
        return ()
    strings, labels = [one.value for one in entries], [one.label for one in entries if one.label]
    if len(set(map(type, value))) > 1:
        faults.add(where, value, "all entries are strings, or all are objects")
    if not (distinct(strings) and distinct(labels)):
        faults.add(where, value, "no missing value and no label stands twice")
    return tuple(strings)


def form(value: Any, where: str, faults: Faults) -> str:
    """A format; the standard has the prefix `fmt:` of version 0 removed."""
    return brief(value.removeprefix("fmt:") if isinstance(value, str) else value, where, faults)


class Constraints(JsonModel):
    """Limits on one field's cells (Table Schema v2, "Constraints")."""

    closed = True
    required: bool = member(flag, False)
    unique: bool = member(flag, False)
    enum: tuple[Any, ...] | None = member(listed, None, spare=True)
    pattern: str | None = member(string, None)
    min_length: int | None = member(count, None)
    max_length: int | None = member(count, None)
    minimum: Any = member(anything, None)
    maximum: Any = member(anything, None)
    exclusive_minimum: Any = member(anything, None)
    exclusive_maximum: Any = member(anything, None)
    json_schema: JsonModel | None = member(JsonModel.read, None)

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds that are stated, by name."""
        stated = {"minimum": self.minimum, "maximum": self.maximum}
        stated["exclusiveMinimum"] = self.exclusive_minimum
        stated["exclusiveMaximum"] = self.exclusive_maximum
        return {name: value for name, value in stated.items() if value is not None}


# Field types of Table Schema v2. A misspelt one would leave a column unchecked.
TYPES = (
    *("string", "number", "integer", "boolean", "object", "array", "list"),
    *("datetime", "date", "time", "year", "yearmonth", "duration"),
    *("geopoint", "geojson", "any"),
)


class FieldDescriptor(JsonModel):
    """One column: name, type, meaning, limits, and whether its cells need receipts."""

    name: str = member(label)
    type: str = member(choice(*TYPES), "any")
    format: str = member(form, "default")
    title: str = member(string, "")
    description: str = member(string, "")
    example: Any = member(anything, None)
    unit: str | None = member(string, None)
    constraints: Constraints = member(Constraints.read, Constraints())
    categories: tuple[Any, ...] | None = member(values, None, spare=True)
    categories_ordered: bool | None = member(flag, None)
    missing_values: tuple[str, ...] | None = member(missing_values, None)
    bare_number: bool = member(flag, True)
    group_char: str | None = member(brief, None)
    decimal_char: str = member(brief, ".")
    true_values: tuple[str, ...] = member(truths, ("true", "True", "TRUE", "1"))
    false_values: tuple[str, ...] = member(truths, ("false", "False", "FALSE", "0"))
    delimiter: str = member(brief, ",")
    item_type: str = member(item_type, "string")
    rdf_type: str | None = member(string, None)
    evidence: str | None = member(choice("required", "exempt"), None, "kzdata:evidence")
    # Where cells that have no receipts come from, in words.
    basis: str | None = member(string, None, "kzdata:basis")
    # What an entry that says nothing of the cell means.
    default: str | None = member(string, None, "kzdata:default")

    @classmethod
    def read(cls, entry: Any, where: str, faults: Faults) -> Self:
        """The same, and a field with a bound states its type."""
        made = super().read(entry, where, faults)
        # "If a minimum value constraint is specified then the field descriptor MUST contain a type
        # key" (Table Schema v2, minimum); the others are "as for minimum".
        if made is not LEFT and made.constraints.bounds and "type" not in entry:
            faults.note(f"{where}.type", "no type", "the type of a field with a bound")
        return made

    def errors(self) -> Iterator[str]:
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
    def category_values(self) -> tuple[Any, ...]:
        """The categories' values, as the descriptor has them."""
        entries = self.categories or ()
        return tuple(e.get("value") if isinstance(e, dict) else e for e in entries)

    @property
    def labels(self) -> dict[str, str]:
        """The categories' meanings, by value."""
        entries = (entry for entry in self.categories or () if isinstance(entry, dict))
        return {str(entry.get("value")): str(entry.get("label", "")) for entry in entries}


class Reference(JsonModel):
    """The parent side of a foreign key; an empty resource is the table itself.

    With `package`, which version 1 knew as a pattern, it stands in another package.
    """

    package: str | None = member(string, None)
    resource: str = member(string, "")
    fields: tuple[str, ...] = member(key)


class ForeignKey(JsonModel):
    """Cells that must stand in another table, or in this one."""

    fields: tuple[str, ...] = member(key)
    reference: Reference = member(Reference.read)


foreign_keys = several(ForeignKey.read, "keys", apart=True)


def fields_match(value: Any, where: str, faults: Faults) -> str:
    """How a header agrees with the fields: a string, or a list of one as the JSON Schema has it."""
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    return choice("exact", "equal", "subset", "superset", "partial")(value, where, faults)


class Schema(Declared):
    """A Table Schema with the traceability declarations."""

    fields: tuple[FieldDescriptor, ...] = member(several(FieldDescriptor.read, "fields", least=1))
    missing_values: tuple[str, ...] = member(missing_values, ("",))
    primary_key: tuple[str, ...] = member(primary_key, (), spare=True)
    unique_keys: tuple[tuple[str, ...], ...] = member(unique_keys, (), spare=True)
    foreign_keys: tuple[ForeignKey, ...] = member(foreign_keys, (), spare=True)
    fields_match: str = member(fields_match, "exact")
    title: str = member(string, "")
    description: str = member(string, "")

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(field.name for field in self.fields)

    def missing_of(self, field: FieldDescriptor) -> tuple[str, ...]:
        """The strings that stand for no value in one field: its own, or else the schema's."""
        return self.missing_values if field.missing_values is None else field.missing_values

    @property
    def null_text(self) -> str:
        """The cell of a value that is none, in forms that have types."""
        # Where an empty text is a value, it must be told from it.
        return "" if all("" in self.missing_of(field) for field in self.fields) else NO_VALUE

    @property
    def evidenced(self) -> tuple[FieldDescriptor, ...]:
        """The fields whose cells need receipts."""
        return tuple(field for field in self.fields if field.evidence == "required")

    @property
    def stated(self) -> set[str]:
        """What the schema and its fields state, by the names that rules call it by."""
        names = {one.name for name, one in self.members.items() if getattr(self, name)}
        names |= {"kzdata:evidence"} if self.evidenced else set()
        alone = any(field.constraints.unique for field in self.fields)
        return names | ({"uniqueKeys"} if alone else set())

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


class License(JsonModel):
    """Terms under which a package, or a resource, may be used."""

    name: str | None = member(identifier, None)
    path: str | None = member(url_or_path, None)
    title: str = member(string, "")

    def errors(self) -> Iterator[str]:
        """A name or a path."""
        if self.name is None and self.path is None:
            yield "an object with a name or a path"


class Credit(JsonModel):
    """Where data come from, or who contributed to them."""

    title: str = member(string, "")
    path: str = member(string, "")
    email: str = member(string, "")
    version: str = member(string, "")
    given_name: str = member(string, "")
    family_name: str = member(string, "")
    organization: str = member(string, "")
    role: str = member(string, "")
    roles: tuple[str, ...] = member(words, (), spare=True)


class Source(Credit):
    """Where data come from: an address, or a file of the package."""

    path: str = member(url_or_path, "")


def credited(model: type[Credit]) -> Reader[Credit]:
    """A source or a contributor, of which something is said."""

    def read(value: Any, where: str, faults: Faults) -> Credit:
        if value == {}:
            faults.add(where, value, "an object with a property")
        return model.read(value, where, faults)

    return read


contributors = several(credited(Credit), "values", least=1)
sources = several(credited(Source), "values", least=1)
licenses = several(License.read, "values", least=1)


def row_numbers(most: int) -> Reader[tuple[int, ...]]:
    """Numbers of rows, from 1, in order; a list of more than `most` is not looked at."""

    def read(value: Any, where: str, faults: Faults) -> tuple[int, ...]:
        if isinstance(value, list) and len(value) > most:
            faults.leave(where, f"{len(value)} rows", f"at most {most} rows that are named")
            return ()
        before = len(faults)
        rows = several(positive, most)(value, where, faults)
        return rows if len(faults) > before else tuple(sorted(set(rows)))

    return read


class TableDialect(JsonModel):
    """How the file of a table is written (Table Dialect v2; CSV Dialect 1.2 of version 1).

    A property that has no meaning for the form of the file is ignored. `delimiter` is None where
    the file's form tells it.

    Attributes:
        sound: Whether nothing in it was broken, and so left out.
    """

    sound: bool = True
    header: bool = member(flag, True)
    header_rows: tuple[int, ...] = member(row_numbers(MAX_HEADER_ROWS), (1,))
    header_join: str = member(string, " ")
    comment_rows: tuple[int, ...] = member(row_numbers(MAX_COMMENT_ROWS), ())
    comment_char: str | None = member(filled, None)
    delimiter: str | None = member(string, None)
    line_terminator: str = member(string, "\r\n")
    quote_char: str = member(character, '"')
    double_quote: bool = member(flag, True)
    escape_char: str | None = member(character, None)
    null_sequence: str | None = member(string, None)
    skip_initial_space: bool = member(flag, False)
    rows_property: str | None = member(string, None, "property")
    item_type: str | None = member(choice("array", "object"), None)
    item_keys: tuple[str, ...] | None = member(several(string, "values"), None)
    sheet_number: int = member(whole, 1)
    sheet_name: str | None = member(string, None)
    table: str | None = member(string, None)
    # Of version 1, where its default is false; it is honoured where it is stated.
    case_sensitive_header: bool | None = member(flag, None)


class Resource(JsonModel):
    """One file of the package, or several.

    Attributes:
        divided: Whether its files are those of a list or of a pattern, however many.
    """

    divided: bool = False
    name: str = member(advised_name)
    path: tuple[str, ...] = member(files, ())
    type: str | None = member(choice("table"), None)
    title: str = member(string, "")
    description: str = member(string, "")
    homepage: str | None = member(string, None)
    format: str | None = member(string, None)
    mediatype: str | None = member(mediatype, None)
    encoding: str | None = member(string, None)  # None: UTF-8, unless the file itself tells another
    bytes: int | None = member(count, None)
    hash: str | None = member(string, None)
    dialect: Any = member(anything, None)  # a TableDialect, or the address of one
    licenses: tuple[License, ...] = member(licenses, (), spare=True)
    sources: tuple[Credit, ...] = member(several(credited(Source), "values"), (), spare=True)

    def errors(self) -> Iterator[str]:
        """Files of the package, or addresses."""
        if len(set(map(is_remote, self.path))) > 1:
            yield "relative paths alone, or addresses alone"

    @property
    def remote(self) -> list[str]:
        """The addresses that it names, of which none is fetched: of files, schema and dialect."""
        named = (*self.path, self.extra.get("schema"), self.dialect)
        return [value for value in named if is_remote(value)]

    @property
    def partitions(self) -> tuple[str, ...]:
        """The columns that may stand in the names of its files' folders, as in the first's."""
        return names_of(self.path[0]) if self.divided else ()


class Metadata(JsonModel):
    """What a descriptor says of the package as a whole (Data Package v2)."""

    name: str = member(package_name, "")
    title: str = member(string, "")
    description: str = member(string, "")
    homepage: str = member(string, "")
    image: str = member(url_or_path, "")
    version: str = member(string, "")
    created: str = member(moment, "")
    id: str = member(string, "")
    profile: str = member(profile, "", "$schema")
    licenses: tuple[License, ...] = member(licenses, (), spare=True)
    sources: tuple[Credit, ...] = member(sources, (), spare=True)
    contributors: tuple[Credit, ...] = member(contributors, (), spare=True)
    keywords: tuple[str, ...] = member(several(string, "values", least=1), (), spare=True)


class Table(NamedTuple):
    """A resource with its schema."""

    name: str
    path: str
    resource: Resource
    schema: Schema

    def file(self, part: int) -> str:
        """The path of one of its files, from 0; data inside the descriptor stand in that."""
        paths = self.resource.path
        return paths[part] if part < len(paths) else DESCRIPTOR

    @property
    def told_apart(self) -> bool:
        """Whether it, or a column, has an inner name beside the stated one (`inner_names`)."""
        return any(MARK in name for name in (self.name, *self.schema.names))


class Descriptor(NamedTuple):
    """What of a descriptor could be used, and what could not."""

    name: str  # name of the package, or the place it was opened from
    version: str  # stated version, or empty
    tables: dict[str, Table]  # the tabular resources with a schema, by name, in order
    resources: tuple[Resource, ...]  # all resources that could be read
    faults: tuple[DescriptorFault, ...]  # what is malformed
    raw: Mapping[str, Any]  # the parsed JSON
    # Names of resources that are not among the tables for a fault, or since they have no schema.
    refused: tuple[str, ...] = ()
    advice: tuple[DescriptorFault, ...] = ()  # what is against a SHOULD
    unchecked: tuple[DescriptorFault, ...] = ()  # what is legal and not read
    bare: tuple[Resource, ...] = ()  # CSV without a schema: only its shape can be checked

    def declaring(self, role: str) -> Iterator[Table]:
        """The tables whose schema has the declaration `role`, such as `spans`."""
        return (table for table in self.tables.values() if getattr(table.schema, role))

    def one(self, role: str) -> Table | None:
        """The table that declares `role`, or None; several are a fault and the first is used."""
        return next(self.declaring(role), None)
