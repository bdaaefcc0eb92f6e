"""A package's descriptor and schemas read, with all that is wrong in them and between them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kzdata.engine.sql import ORD
from kzdata.errors import PackageError
from kzdata.files.archive import Archive, is_remote
from kzdata.standard import descriptor as model
from kzdata.standard.declarations import MAX_TRACED, SINGLE
from kzdata.standard.descriptor import (
    NO_VALUE,
    Descriptor,
    Resource,
    Schema,
    Table,
    TableDialect,
)
from kzdata.standard.json_model import MAX_FIELDS, MAX_KEYS, Faults, JsonModel, nul_faults
from kzdata.standard.source import is_bare, is_parquet, is_table, unread


def parse(archive: Archive) -> Descriptor:
    """Read an archive's descriptor and the schemas it names.

    Faults are collected, not raised; a table whose schema has one is in `refused`, not in `tables`.
    """
    raw = archive.descriptor
    faults = nul_faults({name: raw[name] for name in raw if name != "resources"}, "")
    _check_package(raw, faults)
    resources: list[Resource] = []
    tables: dict[str, Table] = {}
    refused: list[str] = []
    fields = keys = 0
    for index, entry in enumerate(entries(raw)[: model.MAX_RESOURCES]):
        where, before, written = f"resources[{index}]", len(faults), Faults()
        resource = _resource(archive, entry, where, faults)
        if resource is None:
            continue
        if resource.name.casefold() in {other.name.casefold() for other in resources}:
            faults.note(f"{where}.name", resource.name, "a name that no other one has")
        resource = _with_dialect(archive, resource, where, written)
        table = _table(archive, resource, where, faults)
        sound = len(faults) == before
        faults.take(written)
        resources.append(resource)
        if table:
            fields += len(table.schema.fields)
            keys += len(table.schema.unique_keys) + len(table.schema.foreign_keys)
        # Each costs time in every later step, so that many small tables must not add up.
        if fields > 10 * MAX_FIELDS or keys > 10 * MAX_KEYS:
            found = f"{fields} fields and {keys} keys so far; no table from here on is checked"
            limits = f"{10 * MAX_FIELDS} fields and {10 * MAX_KEYS} keys in all"
            faults.note(where, found, limits)
            refused.append(resource.name)
            break
        if sound and table and not written.unchecked:
            tables[table.name] = table
        elif not (resource.remote or written.unchecked):
            refused.append(resource.name)
    # The table that receipts need may be one that could not be read.
    if not faults and not any(resource.remote for resource in resources):
        _check_evidence(tables, faults)
    _check_single(tables, faults)
    for name in _check_references(tables, {r.name for r in resources}, faults):
        refused.append(name)
        del tables[name]
    bare = _bare(resources, refused)
    name, version = str(raw.get("name", archive.label)), str(raw.get("version", ""))
    return Descriptor(
        name,
        version,
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
    """CSV that is no table for no other reason than that it has no schema, by name."""
    names = set(refused)
    return {one.name: one for one in resources if one.name in names and is_bare(one)}


def entries(raw: Mapping[str, Any]) -> list[Any]:
    """The resources of a descriptor's JSON; none where they are no list."""
    found = raw.get("resources")
    return found if isinstance(found, list) else []


def _check_package(raw: Mapping[str, Any], faults: Faults) -> None:
    if not entries(raw):
        faults.add("resources", raw.get("resources"), "a list with at least one resource")
    if (count := len(entries(raw))) > model.MAX_RESOURCES:
        expected = f"at most {model.MAX_RESOURCES}; the others are not checked"
        faults.note("resources", f"{count} resources", expected)
    model.Metadata.read(raw, "", faults)


def _resource(archive: Archive, entry: Any, where: str, faults: Faults) -> Resource | None:
    """A resource; None if it is malformed."""
    # An encoding never stands in SQL, and whoever opens the file refuses an unknown one.
    faults += nul_faults({**entry, "encoding": ""} if isinstance(entry, dict) else entry, where)
    if isinstance(entry, dict) and "url" in entry:  # of version 0, where there is no path
        entry = {"path": entry["url"], **entry}
    before = len(faults)
    resource = Resource.read(entry, where, faults)
    return None if len(faults) > before else resource


def _with_dialect(archive: Archive, resource: Resource, where: str, faults: Faults) -> Resource:
    """A resource that knows how it is written; what is broken in its dialect counts as absent."""
    place, held = _held(archive, resource.dialect, f"{where}.dialect", faults)
    if not (held is None or isinstance(held, dict) or is_remote(held)):
        faults.add(place, held, "an object, or the path or address of one")
    if faults or isinstance(held, dict):
        held = _sound_part(held if isinstance(held, dict) else {}, place, faults)
    resource = resource.replace(dialect=held)
    if is_table(resource) and not resource.remote:
        for member, found, way in unread(resource):
            faults.leave(f"{where}.{member}", found, way)
    return resource


def _sound_part(stated: Mapping[str, Any], where: str, faults: Faults) -> TableDialect:
    """The properties of a dialect that are sound; null is as if it were absent."""
    names = [one.name for one in TableDialect.members.values()]
    kept: dict[str, Any] = {}
    for name in (name for name in names if stated.get(name) is not None):
        before = len(faults)
        TableDialect.read({name: stated[name]}, where, faults)
        # NUL is a fault that was noted down.
        if len(faults) == before and not nul_faults([stated[name]], where):
            kept[name] = stated[name]
    return TableDialect.make(kept).replace(sound=not faults)


def _held(archive: Archive, value: Any, where: str, faults: Faults) -> tuple[str, Any]:
    """A schema or dialect, which may stand in a file of the package, and where it stands."""
    if not isinstance(value, str) or is_remote(value):
        return where, value
    try:
        held = archive.json(value)
    except PackageError as error:
        # Not where on this machine the package lies.
        faults.add(where, value, str(error).removeprefix(f"{archive.label}: "))
        return where, None
    faults += nul_faults(held, value)
    return value, held


def _table(archive: Archive, resource: Resource, where: str, faults: Faults) -> Table | None:
    # The standard wants one of the two; of inline data nothing is read.
    if bool(resource.path) is ("data" in resource.extra):
        found = "both path and data" if resource.path else "neither path nor data"
        faults.note(where, found, "a path")
    if "schema" not in resource.extra or not resource.path:
        return None
    before = len(faults)
    where, raw = _held(archive, resource.extra["schema"], f"{where}.schema", faults)
    if len(faults) > before or is_remote(raw):
        return None
    schema = Schema.read(raw, where, faults)
    if len(faults) == before:
        _check_schema(schema, where, faults)
    if len(faults) > before or resource.remote:
        return None
    return Table(resource.name, resource.path[0], resource, _with_nulls(schema, resource))


def _with_nulls(schema: Schema, resource: Resource) -> Schema:
    """A schema whose missing values hold what the resource's form has for no value, too."""
    dialect = resource.dialect or TableDialect()
    nulls = [] if dialect.null_sequence is None else [dialect.null_sequence]
    nulls += [NO_VALUE] * any(map(is_parquet, resource.path))
    if not nulls:
        return schema
    fields = [
        f if f.missing_values is None else f.replace(missing_values=(*f.missing_values, *nulls))
        for f in schema.fields
    ]
    return schema.replace(fields=tuple(fields), missing_values=(*schema.missing_values, *nulls))


def _check_schema(schema: Schema, where: str, faults: Faults) -> None:
    # DuckDB's columns are equal in any case.
    folded = Counter(name.casefold() for name in schema.names)
    for name in schema.names:
        if folded[name.casefold()] > 1:
            faults.note(f"{where}.fields", name, "a name that no other column has, in any case")
    _check_known(schema, where, faults)
    if ORD in folded:
        reserved = "another name; this one is reserved"
        faults.note(f"{where}.fields", ORD, reserved)
    for label, columns in named_columns(schema):
        for column in columns:
            if column not in schema.names:
                faults.note(f"{where}.{label}", column, "a column of the table")
    for role in ("parent", "claims", "events"):
        if getattr(schema, role) and len(schema.primary_key) != 1:
            found = ", ".join(schema.primary_key) or "none"
            faults.note(f"{where}.kzdata:{role}", found, "a primary key of one column")
    _check_links(schema, f"{where}.kzdata:links", faults)
    _check_claims(schema, f"{where}.kzdata:claims", faults)


def named_columns(schema: Schema) -> Iterator[tuple[str, Iterable[str]]]:
    """The columns that each key and declaration names."""
    yield "primaryKey", schema.primary_key
    yield from (("uniqueKeys", key) for key in schema.unique_keys)
    yield from (("foreignKeys", key.fields) for key in schema.foreign_keys)
    yield from schema.declared_columns()


def _check_known(schema: Schema, where: str, faults: Faults) -> None:
    """Misspelt declarations, each of which would switch a check off unseen, and too many."""
    if (count := len(schema.evidenced)) > MAX_TRACED:
        expected = f"at most {MAX_TRACED} fields whose cells need receipts"
        faults.note(f"{where}.fields", f"{count} of them", expected)
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
            known = tables[parent].schema.names if parent in tables else fields
            for field in (field for field in fields if field not in known):
                faults.note(where, field, f"a column of {parent}")
            if parent not in resources:
                faults.note(where, parent, "a resource of the package")
        for key in table.schema.foreign_keys:
            if key.reference.package is None and len(key.fields) != len(key.reference.fields):
                faults.note(f"{name}.foreignKeys", ", ".join(key.fields), "as many columns")
        refused += [name] * (len(faults) > before)
    return refused


def _references(table: Table) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What of other tables a table names: where it does, the table, and the columns."""
    for key in table.schema.foreign_keys:
        if key.reference.package is None:
            parent = key.reference.resource or table.name
            yield f"{table.name}.foreignKeys", parent, key.reference.fields
    for target in table.schema.aliases.of if table.schema.aliases else ():
        yield f"{table.name}.kzdata:aliases.of", target.resource, (target.field,)
