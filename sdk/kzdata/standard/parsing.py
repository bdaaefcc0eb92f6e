"""A package's descriptor and schemas read, with all that is wrong in them and between them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from kzdata.engine.sql import ORD
from kzdata.errors import MissingExtraError, NotJSONError, NotReadError, PackageError
from kzdata.files.archive import DESCRIPTOR, Archive, is_remote, is_yaml
from kzdata.files.limits import PackageLimits, allowing
from kzdata.files.patterns import is_pattern
from kzdata.standard import descriptor as model
from kzdata.standard.declarations import MAX_TRACED, SINGLE
from kzdata.standard.descriptor import (
    Descriptor,
    Resource,
    Schema,
    Table,
    TableDialect,
)
from kzdata.standard.forms import DELIMITED, forms_of, unread
from kzdata.standard.inner_names import inner_names, inner_of, stated
from kzdata.standard.json_model import (
    LEFT,
    Faults,
    JsonModel,
    nul_faults,
    short,
)
from kzdata.standard.source import illegible, is_bare, is_table

TABULAR = re.compile(r"(https?://.*/)?tabular-data-(package|resource)(\.json)?")
"""The profiles of version 1 for tables, which have a schema."""


# "To support this use case the path property MAY be an array of strings" (Data Resource v2).
_LISTED = "its files in a list: to the standard, and to others, each path is one file"


def parse(archive: Archive) -> Descriptor:
    """Read an archive's descriptor and the schemas it names.

    Faults are collected, not raised; a table whose schema has one is in `refused`, not in `tables`.
    """
    raw = _of_version_2(archive.descriptor)
    faults = Faults(archive.limits)
    faults += nul_faults({name: raw[name] for name in raw if name != "resources"}, "")
    _advise_on_yaml(archive.name, "", faults)
    _check_package(raw, faults)
    resources, tables, refused = _resources(archive, raw, faults)
    # The table that receipts need may be one that could not be read.
    known = not (faults or faults.unchecked)
    if known and not any(resource.remote for resource in resources):
        _check_evidence(tables, faults)
    _check_single(tables, faults)
    for name in _check_references(tables, set(_names(entries(raw))), faults):
        refused.append(name)
        del tables[name]
    for name, table in tables.items():
        tables[name] = table._replace(schema=_resolved(table, tables, faults))
    _advise_on_twins(archive, faults)
    bare = _bare(resources, refused)
    return Descriptor(
        str(raw.get("name", archive.label)),
        str(raw.get("version", "")),
        tables,
        tuple(resources),
        tuple(faults),
        raw,
        tuple(name for name in refused if name not in bare),
        tuple(faults.advice),
        tuple(faults.unchecked),
        tuple(bare.values()),
    )


def _bare(resources: Iterable[Resource], refused: Iterable[str]) -> dict[str, Resource]:
    """CSV and TSV that is no table for no other reason than that it has no schema here, by name."""
    names = set(refused)
    return {one.name: one for one in resources if one.name in names and is_bare(one)}


def entries(raw: Mapping[str, Any]) -> list[Any]:
    """The resources of a descriptor's JSON; none where they are no list."""
    found = raw.get("resources")
    return found if isinstance(found, list) else []


def _of_version_2(raw: dict[str, Any]) -> dict[str, Any]:
    """A descriptor in whose resources `path` stands for the `url` of version 0."""
    found = entries(raw)
    if not any(isinstance(entry, dict) and "url" in entry for entry in found):
        return raw
    return {**raw, "resources": [_with_path(entry) for entry in found]}


def _with_path(entry: Any) -> Any:
    """A resource with a path, where it has a `url` in place of path and data."""
    if not isinstance(entry, dict) or "url" not in entry or {"path", "data"} & set(entry):
        return entry
    return {("path" if name == "url" else name): value for name, value in entry.items()}


def _check_package(raw: Mapping[str, Any], faults: Faults) -> None:
    if not entries(raw):
        faults.add("resources", raw.get("resources"), "a list with at least one resource")
    if (count := len(entries(raw))) > (most := faults.limits.resources):
        expected = f"at most {most}, the others are not checked; {allowing('resources', count)}"
        faults.leave("resources", f"{count} resources", expected)
    model.Metadata.read(raw, "", faults)
    _check_profiles(raw, "", faults)


def _check_profiles(part: Mapping[str, Any], where: str, faults: Faults, *names: str) -> None:
    """Profiles that ask for more than the standard does, which nobody looks up."""
    # Version 2 of the standard says `$schema`, an address, and version 1 said `profile`.
    for name in names or ("$schema", "profile"):
        profile = part.get(name)
        malformed = name == "$schema" and not model.ADDRESS.match(str(profile))
        if not (profile is None or malformed or model.STANDARD_PROFILES.fullmatch(str(profile))):
            way = "a validator of JSON Schema, with that profile"
            faults.leave(where or name, f"the profile {short(profile)}", way)


def _resources(
    archive: Archive, raw: Mapping[str, Any], faults: Faults
) -> tuple[list[Resource], dict[str, Table], list[str]]:
    """The resources, the tables among them, and the names of those that are none."""
    resources: list[Resource] = []
    tables: dict[str, Table] = {}
    refused: list[str] = []
    seen: set[str] = set()
    fields = keys = 0
    limits = archive.limits
    listed = entries(raw)[: limits.resources]
    names = inner_names(_names(listed))
    for index, entry in enumerate(listed):
        where, before, written = f"resources[{index}]", len(faults), Faults(limits)
        resource = _resource(archive, entry, where, faults)
        if resource is None:
            continue
        if resource.name in seen:
            faults.note(f"{where}.name", resource.name, "a name that no other one has")
        seen.add(resource.name)
        resource = resource.replace(name=names[index])
        _check_tabular(raw, resource, where, faults)
        resource = _with_dialect(archive, resource, where, written)
        table = _table(archive, resource, where, faults)
        sound = len(faults) == before
        faults.take(written)
        resources.append(resource)
        if table:
            fields += len(table.schema.fields)
            keys += len(table.schema.unique_keys) + len(table.schema.foreign_keys)
        # Each costs time in every later step, so that many small tables must not add up.
        if fields > 10 * limits.fields or keys > 10 * limits.keys:
            found = f"{fields} fields and {keys} keys so far; no resource from here on is checked"
            faults.leave(where, found, _way_to_more(limits, fields > 10 * limits.fields))
            break
        if sound and table and not written.unchecked:
            tables[table.name] = table
        elif not written.unchecked and (is_bare(resource) or not resource.remote):
            # Else it is left, which was said.
            bare = is_bare(resource) or "schema" not in resource.extra
            refused += [resource.name] * (bare or not sound)
    return resources, tables, refused


def _way_to_more(limits: PackageLimits, of_fields: bool) -> str:
    """How a package may have more fields, or else keys, in all its tables together."""
    most = f"{10 * limits.fields} fields and {10 * limits.keys} keys in all, ten times a table's"
    return f"{most}; {allowing('fields' if of_fields else 'keys')}"


def _names(listed: Iterable[Any]) -> Iterator[str]:
    """The names of resources as JSON has them, which may be anything."""
    return (str(one.get("name")) if isinstance(one, dict) else "" for one in listed)


def _advise_on_yaml(name: str, where: str, faults: Faults) -> None:
    """A descriptor "SHOULD NOT be externally published in any other format rather than JSON"."""
    if is_yaml(name):
        faults.advise(where or name, f"{name}, which is YAML", "a descriptor in JSON")


def _advise_on_twins(archive: Archive, faults: Faults) -> None:
    """Names within an object SHOULD be unique (RFC 8259, 4)."""
    for file, twins in archive.twins.items():
        for name in twins:
            faults.advise(file, f"{short(name)} twice in an object", "names that differ")


def _resource(archive: Archive, entry: Any, where: str, faults: Faults) -> Resource | None:
    """A resource; None if it is malformed."""
    # An encoding never stands in SQL, and whoever opens the file refuses an unknown one.
    faults += nul_faults({**entry, "encoding": ""} if isinstance(entry, dict) else entry, where)
    before = len(faults)
    resource = Resource.read(entry, where, faults)
    if len(faults) > before or resource is LEFT:
        return None
    _check_profiles(resource.extra, where, faults, "profile")
    divided = isinstance(entry.get("path"), list)
    return _with_files(archive, resource.replace(divided=divided), where, faults)


def _with_files(
    archive: Archive, resource: Resource, where: str, faults: Faults
) -> Resource | None:
    """A resource with the files that its patterns name; None where they are too many."""
    place, found = f"{where}.path", list[str]()
    try:
        for path in resource.path:
            matched = _matched(archive, path)
            found += matched or [path]
            if matched:
                faults.advise(place, f"{short(path)}, a pattern", _LISTED)
    except NotReadError as error:
        what, _, way = str(error).partition("; ")
        faults.leave(place, what, way)
        return None
    if tuple(found) == resource.path:
        return resource
    paths = model.files(found, place, faults)
    return None if paths is LEFT else resource.replace(path=paths, divided=True)


def _matched(archive: Archive, path: str) -> list[str]:
    """The files that a path names as a pattern; none where it is a file's name, or leads out."""
    if not is_pattern(path):
        return []
    try:
        if archive.path_of(path).is_file():
            return []
    except PackageError:  # `resource-path` says so
        return []
    return archive.files.matching(path, archive.limits.files)


def _with_dialect(archive: Archive, resource: Resource, where: str, faults: Faults) -> Resource:
    """A resource that knows how it is written; what is broken in its dialect counts as absent."""
    place, held = _held(archive, resource.dialect, f"{where}.dialect", faults)
    held = None if held is LEFT else held
    if not (held is None or isinstance(held, dict) or is_remote(held)):
        faults.add(place, held, "an object, or the path or address of one")
    if faults or isinstance(held, dict):
        held = _sound_part(held if isinstance(held, dict) else {}, place, faults)
    resource = resource.replace(dialect=held)
    if is_bare(resource) or (is_table(resource) and not resource.remote):
        for member, found, way in illegible(resource):
            faults.leave(f"{where}.{member}", found, way)
    return resource


def _sound_part(stated: Mapping[str, Any], where: str, faults: Faults) -> TableDialect:
    """The properties of a dialect that are sound; null is as if it were absent."""
    names = [one.name for one in TableDialect.members.values()]
    kept: dict[str, Any] = {}
    for name in (name for name in names if stated.get(name) is not None):
        before = len(faults) + len(faults.unchecked)
        TableDialect.read({name: stated[name]}, where, faults)
        told = len(faults) + len(faults.unchecked) > before
        # NUL is a fault that was noted down.
        if not told and not nul_faults([stated[name]], where):
            kept[name] = stated[name]
    return TableDialect.make(kept, faults.limits).replace(sound=not faults)


def _check_tabular(raw: Mapping[str, Any], resource: Resource, where: str, faults: Faults) -> None:
    """The tabular profiles of version 1 ask for a schema."""
    profiles = (str(part.get("profile")) for part in (raw, resource.extra))
    tabular = any(TABULAR.fullmatch(profile) for profile in profiles)
    if tabular and resource.extra.get("schema") is None:
        faults.note(f"{where}.schema", "none", "a Table Schema, which its profile asks for")


def _held(archive: Archive, value: Any, where: str, faults: Faults) -> tuple[str, Any]:
    """A schema or dialect, which may stand in a file of the package, and where it stands.

    `LEFT` where the file is legal and is not read.
    """
    if not isinstance(value, str) or is_remote(value):
        return where, value
    try:
        held = archive.json(value)
    except NotJSONError as error:
        place = f"{value}:{error.line}:{error.column}" if error.line else value
        faults.note(place, error.found, "a JSON object (RFC 8259)")
        return where, None
    except (NotReadError, MissingExtraError) as error:
        reason, _, way = str(error).partition("; ")
        told = reason if reason.startswith(value) else f"{value} ({reason})"
        faults.leave(where, told, way or "keep to the limits: docs/validation.md")
        return where, LEFT
    except PackageError as error:
        # Not where on this machine the package lies.
        reason = str(error).removeprefix(f"{archive.label}: ")
        faults.add(where, value, f"a file of the package ({reason})")
        return where, None
    faults += nul_faults(held, value)
    _advise_on_yaml(value, where, faults)
    # Of one that stands in the descriptor it MUST be ignored.
    if "$schema" in held:
        model.profile(held["$schema"], f"{value}.$schema", faults)
        _check_profiles(held, value, faults, "$schema")
    return value, held


def _table(archive: Archive, resource: Resource, where: str, faults: Faults) -> Table | None:
    start = len(faults)
    _check_place(resource, where, faults)
    if "schema" not in resource.extra or not (resource.path or "data" in resource.extra):
        return None
    before = len(faults)
    at, raw = _held(archive, resource.extra["schema"], f"{where}.schema", faults)
    if len(faults) > before or is_remote(raw) or raw is LEFT:
        return None
    schema = Schema.read(raw, at, faults)
    if schema is LEFT:
        return None
    if len(faults) == before:
        _check_schema(schema, stated(resource.name), at, faults)
    if len(faults) > start or resource.remote or not _within_limits(schema, at, faults):
        return None
    if reason := unread(resource):
        faults.leave(where, *reason)
        return None
    schema = _told_apart(_with_nulls(schema, resource), at, faults)
    path = resource.path[0] if resource.path else DESCRIPTOR
    return Table(resource.name, path, resource, schema)


def _check_place(resource: Resource, where: str, faults: Faults) -> None:
    """Where data are (Data Resource, "path or data"): in files, or as they should be in `data`."""
    inside = "data" in resource.extra
    if bool(resource.path) is inside:
        found = "both path and data" if inside else "neither path nor data"
        faults.note(where, found, "a path, or data")
    elif inside:
        data, at = resource.extra["data"], f"{where}.data"
        table = resource.type == "table" or "tabular-data-resource" in str(
            resource.extra.get("profile")
        )
        if table and not isinstance(data, list):
            faults.add(at, data, "an array of rows, since it is a table")
        elif table and not all(isinstance(row, list | dict) for row in data):
            odd = next(row for row in data if not isinstance(row, list | dict))
            faults.add(at, odd, "an array of arrays or objects, since it is a table")
        elif not isinstance(data, list | dict | str):
            faults.add(at, data, "an array, an object or a string")
        elif isinstance(data, str) and not (resource.format or resource.mediatype):
            faults.add(at, data, "a format or a mediatype beside it, since it is a string")


def _within_limits(schema: Schema, where: str, faults: Faults) -> bool:
    if (count := len(schema.evidenced)) > MAX_TRACED:
        limit = f"at most {MAX_TRACED} fields whose cells need receipts"
        faults.leave(f"{where}.fields", f"{count} of them", limit)
    return count <= MAX_TRACED


def _told_apart(schema: Schema, where: str, faults: Faults) -> Schema:
    """A schema of whose fields no two have one name to SQL; its own keys name them so."""
    names = inner_names(schema.names, taken=[ORD])
    if names == schema.names:
        return schema
    fields = [f.replace(name=name) for f, name in zip(schema.fields, names, strict=True)]
    told = partial(_inner_key, names, where=where, faults=faults)
    foreign = [(one, told(one.fields, "foreignKeys")) for one in schema.foreign_keys]
    return schema.replace(
        fields=tuple(fields),
        primary_key=told(schema.primary_key, "primaryKey"),
        unique_keys=tuple(filter(None, (told(one, "uniqueKeys") for one in schema.unique_keys))),
        foreign_keys=tuple(one.replace(fields=own) for one, own in foreign if own),
    )


def _inner_key(
    names: tuple[str, ...], key: tuple[str, ...], label: str, where: str, faults: Faults
) -> tuple[str, ...]:
    """The inner names of a key's columns; none where one of them could be either of two."""
    found = tuple(inner_of(name, names) for name in key)
    if None in found:
        told = f"{label} over {', '.join(key)}, which is the name of several columns"
        faults.leave(f"{where}.{label}", told, "columns whose names differ")
        return ()
    return tuple(name for name in found if name is not None)


def _resolved(table: Table, tables: Mapping[str, Table], faults: Faults) -> Schema:
    """A schema whose foreign keys name the tables and columns that they lead to as SQL does."""
    schema, kept = table.schema, list[model.ForeignKey]()
    for key in schema.foreign_keys:
        reference = key.reference
        parent = inner_of(reference.resource, tuple(tables)) or reference.resource
        columns: tuple[str, ...] = reference.fields
        if reference.package is None and (parent or table.name) in tables:
            names = tables[parent or table.name].schema.names
            columns = _inner_key(names, columns, "foreignKeys", stated(table.name), faults)
        if columns:
            kept.append(key.replace(reference=reference.replace(resource=parent, fields=columns)))
    return schema.replace(foreign_keys=tuple(kept)) if schema.foreign_keys else schema


def _with_nulls(schema: Schema, resource: Resource) -> Schema:
    """A schema whose missing values hold what the resource's form has for no value, too."""
    dialect = resource.dialect or TableDialect()
    typed = any(form.name not in DELIMITED for form in forms_of(resource))
    absent = schema.null_text if typed or resource.partitions else ""
    nulls = [absent] if absent else []
    if not typed and dialect.null_sequence is not None:
        nulls.append(dialect.null_sequence)
    if not nulls:
        return schema
    fields = [
        f if f.missing_values is None else f.replace(missing_values=(*f.missing_values, *nulls))
        for f in schema.fields
    ]
    return schema.replace(fields=tuple(fields), missing_values=(*schema.missing_values, *nulls))


def _check_schema(schema: Schema, own: str, where: str, faults: Faults) -> None:
    _check_known(schema, where, faults)
    if "" in schema.names:  # a string like any other to the standard
        faults.advise(f"{where}.fields", "a name that is empty", "a name, for others to refer to")
    for label, columns in named_columns(schema):
        for column in columns:
            if column not in schema.names:
                faults.note(f"{where}.{label}", column, "a column of the table")
    for key in schema.foreign_keys:
        if key.reference.package is None and key.reference.resource == own:
            expected = "no `resource`, which references within a table MUST omit"
            faults.note(f"{where}.foreignKeys", own, expected)
    for role in ("parent", "claims", "events"):
        if getattr(schema, role) and len(schema.primary_key) != 1:
            found = ", ".join(schema.primary_key) or "none"
            faults.note(f"{where}.kzdata:{role}", found, "a primary key of one column")
    _check_declared_names(schema, where, faults)
    _check_links(schema, f"{where}.kzdata:links", faults)
    _check_claims(schema, f"{where}.kzdata:claims", faults)
    _check_overlaps(schema, f"{where}.kzdata:overlaps", faults)
    if schema.outside and (traced := [field.name for field in schema.fields if field.evidence]):
        expected = "no kzdata:evidence: what others say is no evidence, and has none"
        faults.note(f"{where}.kzdata:outside", ", ".join(traced), expected)


def _check_overlaps(schema: Schema, where: str, faults: Faults) -> None:
    """Both columns are keys of one table, whose hierarchy they are about."""
    if pair := schema.overlaps:
        keys = {k.fields: k.reference for k in schema.foreign_keys}
        one, other = keys.get((pair.one,)), keys.get((pair.other,))
        if one is None or one != other:
            found = f"{pair.one}, {pair.other}"
            faults.note(where, found, "two columns with foreign keys to one column")


def _check_declared_names(schema: Schema, where: str, faults: Faults) -> None:
    """The profile's declarations name columns by what SQL and edges tell apart."""
    folded = Counter(name.casefold() for name in schema.names)
    declared = [(label, name) for label, names in schema.declared_columns() for name in names]
    declared += [("kzdata:evidence", field.name) for field in schema.fields if field.evidence]
    for label, name in declared:
        if folded[name.casefold()] > 1 or name.casefold() == ORD:
            expected = f"a name that no other column has, in any case, and not {ORD}"
            faults.note(f"{where}.{label}", name, expected)


def named_columns(schema: Schema) -> Iterator[tuple[str, Iterable[str]]]:
    """The columns that each key and declaration names."""
    yield "primaryKey", schema.primary_key
    yield from (("uniqueKeys", key) for key in schema.unique_keys)
    yield from (("foreignKeys", key.fields) for key in schema.foreign_keys)
    yield from schema.declared_columns()


def _check_known(schema: Schema, where: str, faults: Faults) -> None:
    """Misspelt declarations, each of which would switch a check off unseen."""
    parts: list[tuple[str, JsonModel]] = [(where, schema)]
    parts += [(f"{where}.fields.{field.name}", field) for field in schema.fields]
    for place, part in parts:
        for name in part.extra:
            if name.startswith("kzdata:"):
                faults.note(place, name, "a declaration that the profile has")


def _check_links(schema: Schema, where: str, faults: Faults) -> None:
    """Misspelt relations, whose meaning nobody would check."""
    links = schema.links
    if not links or links.relation not in schema.names:
        return
    field = schema.field(links.relation)
    known = field.constraints.enum or field.category_values
    # Without an enum any word may be a relation, and none is misspelt.
    for name in links.members if known else ():
        relations = getattr(links, name)
        for relation in relations if isinstance(relations, tuple) else ():
            if relation not in known:
                faults.note(f"{where}.{name}", relation, f"a value of {field.name}")


def _check_claims(schema: Schema, where: str, faults: Faults) -> None:
    if (claims := schema.claims) is None:
        return
    if not schema.principal:
        faults.note(where, "no kzdata:principal", "the column of the claims' principal spans")
    if not claims.about:
        faults.note(where, "neither outcome nor subject", "what the claims are about")
    if claims.people and (claims.outcome or not claims.subject):
        faults.note(f"{where}.people", "no first subject", "a subject, and no outcome beside it")
    if not claims.state and not schema.figure:
        faults.note(where, "neither state nor kzdata:figure", "what the claims say")


def _check_evidence(tables: Mapping[str, Table], faults: Faults) -> None:
    """Cells that need receipts, where no receipt could be found."""
    roles = ("sources", "spans", "edges")
    lacking = [r for r in roles if not any(getattr(t.schema, r) for t in tables.values())]
    for table in (table for table in tables.values() if table.schema.evidenced):
        where = f"{table.name}.kzdata:evidence"
        if table.schema.record_key is None:
            faults.note(where, "required", "a primary key of one column, which receipts name")
        if lacking:
            wanted = " and ".join(f"kzdata:{role}" for role in lacking)
            faults.note(where, "required", f"a table that declares {wanted}")


def _check_single(tables: Mapping[str, Table], faults: Faults) -> None:
    for role in SINGLE:
        names = [name for name, table in tables.items() if getattr(table.schema, role)]
        if len(names) > 1:
            faults.note(f"kzdata:{role}", ", ".join(names), "one table at most")


def _check_references(
    tables: Mapping[str, Table], resources: set[str], faults: Faults
) -> list[str]:
    """Faults between tables; the names of those that are refused for them."""
    refused = []
    for name, table in tables.items():
        before = len(faults)
        for where, parent, fields in _references(table):
            inner = inner_of(parent, tuple(tables))
            names = tables[inner].schema.names if inner else fields
            known = tuple(map(stated, names))
            for field in (field for field in fields if field not in known):
                faults.note(where, field, f"a column of {parent}")
            if parent not in resources:
                faults.note(where, parent, "a resource of the package")
            plain = inner in (parent, None) and all(inner_of(f, names) in (f, None) for f in fields)
            if where.endswith("kzdata:aliases.of") and not plain:
                faults.note(where, parent, "a table and a column with names of their own")
        for key in table.schema.foreign_keys:
            if key.reference.package is None and len(key.fields) != len(key.reference.fields):
                faults.note(f"{name}.foreignKeys", ", ".join(key.fields), "as many columns")
        refused += [name] * (len(faults) > before)
    return refused


def _references(table: Table) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What of other tables a table names: where it does, the table, and the columns."""
    for key in table.schema.foreign_keys:
        if key.reference.package is None:
            parent = key.reference.resource or stated(table.name)
            yield f"{stated(table.name)}.foreignKeys", parent, key.reference.fields
    for target in table.schema.aliases.of if table.schema.aliases else ():
        named = (target.field, *filter(None, [target.note]))
        yield f"{table.name}.kzdata:aliases.of", target.resource, named
