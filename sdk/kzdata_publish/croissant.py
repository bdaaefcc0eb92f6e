"""Croissant: the package described for machine learning tools.

The description is JSON-LD by MLCommons Croissant 1.1 (http://mlcommons.org/croissant/1.1), with the
context that the standard prescribes written out, so that no reader needs the network.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kzdata.exports.registry import exporter
from kzdata.files.csv import Dialect
from kzdata.standard.dataset import Dataset
from kzdata.standard.descriptor import FieldDescriptor, Schema
from kzdata.standard.descriptor import Table as TableDescriptor
from kzdata.standard.source import dialect_of
from kzdata_publish.bundle import (
    About,
    CopiedFile,
    about,
    copy,
    describe,
    is_person,
    local,
    text,
)

METADATA = "croissant.json"
CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
TYPES = {
    "integer": "cr:Int64",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "datetime": "sc:DateTime",
    "time": "sc:Time",
    "year": "sc:Integer",
}
"""Croissant's data type for each Table Schema type; all others are `sc:Text`."""
_TERMS = (
    "arrayShape citeAs column containedIn equivalentProperty extract field fileProperty "
    "fileObject fileSet format includes isArray isLiveDataset jsonPath key md5 parentField "
    "path recordSet references regex repeated replace samplingRate separator source subField "
    "transform"
).split()
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "sc": "https://schema.org/",
    **{term: f"cr:{term}" for term in _TERMS},
}
"""The context of Croissant 1.1 (specification, appendix 1)."""
Node = dict[str, Any]


@exporter("croissant", suffix="")
def croissant(dataset: Dataset, out: Path) -> None:
    """Croissant 1.1: a directory with the package and croissant.json.

    A table is described with its columns where its file is CSV as RFC 4180 has it, in UTF-8; any
    other file is described as a file only.
    """
    said = about(dataset.descriptor)
    files = copy(dataset, out)
    readable = [
        table
        for table in dataset.descriptor.tables.values()
        if dialect_of(table.resource) == Dialect() and _plain(table)
    ]
    describe(out, METADATA, _dataset(said, files, readable))


def _plain(table: TableDescriptor) -> bool:
    """Whether a table is one CSV file in UTF-8."""
    resource = table.resource
    encoding = (resource.encoding or "utf-8").casefold().replace("-", "")
    return len(resource.path) == 1 and table.path.endswith(".csv") and encoding == "utf8"


def _dataset(said: About, files: Sequence[CopiedFile], tables: Sequence[TableDescriptor]) -> Node:
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": said.title,
        "alternateName": said.name,
        "description": said.description,
        "version": said.version,
        "url": said.homepage,
        "datePublished": said.day,
        "keywords": list(said.keywords),
        "license": [path for path, _ in said.licences],
        "creator": [
            {
                "@type": "sc:Person" if is_person(one) else "sc:Organization",
                "name": text(one, "title"),
            }
            for one in said.people
        ],
        "citeAs": citation(said),
        "distribution": [_file(file) for file in files],
        "recordSet": list(_record_sets(tables, files)),
    }


def citation(said: About) -> str:
    """The package as a BibTeX entry, the form that Croissant wants for `citeAs`."""
    year = said.day[:4]
    parts = {"title": said.title, "year": year, "version": said.version, "url": said.homepage}
    written = [f"{key}={{{_bare(value)}}}" for key, value in parts.items() if value]
    if author := " and ".join(f"{{{_bare(text(p, 'title'))}}}" for p in said.people):
        written.append(f"author={{{author}}}")
    # A comma or a brace would end the entry's key.
    key = re.sub(r"[^A-Za-z0-9-]", "-", f"{said.name}-{said.version}")
    return f"@misc{{{key}, {', '.join(written)}}}"


def _bare(value: str) -> str:
    """Text without the characters that BibTeX gives a meaning."""
    return re.sub(r"[{}\\%#$&~^_]", " ", value)


def _file(file: CopiedFile) -> Node:
    return {
        "@type": "cr:FileObject",
        "@id": local(file.path),
        "name": file.path,
        "description": file.description or file.title,
        "contentUrl": file.path,
        "contentSize": f"{file.size} B",
        "encodingFormat": file.media_type,
        "sha256": file.sha256,
    }


def _record_sets(tables: Sequence[TableDescriptor], files: Sequence[CopiedFile]) -> Iterator[Node]:
    """A record set for each table; its key and its fields are named `table/column`."""
    names = _names(tables, files)
    described = {table.name: set(table.schema.names) for table in tables}
    for table in tables:
        key = [_id(names[table.name], column) for column in table.schema.primary_key]
        references = dict(_references(table.name, table.schema, described, names))
        yield {
            "@type": "cr:RecordSet",
            "@id": names[table.name],
            "name": table.name,
            "description": table.schema.description or table.schema.title,
            "key": key[0] if len(key) == 1 else key,
            "field": [
                _field(table, field, names[table.name], references) for field in table.schema.fields
            ],
        }


def _names(tables: Sequence[TableDescriptor], files: Sequence[CopiedFile]) -> dict[str, str]:
    """How each table is named in identifiers; those that a file has are left to the file."""
    # A file called as a table would get the same `@id`, and be taken for it.
    taken = {local(file.path) for file in files}
    names = {}
    for table in tables:
        plain = quote(table.name, safe="~")
        own = {plain, *(_id(plain, column)["@id"] for column in table.schema.names)}
        names[table.name] = f"#{plain}" if own & taken else plain
    return names


def _field(
    table: TableDescriptor, field: FieldDescriptor, name: str, references: Mapping[str, Node]
) -> Node:
    return {
        "@type": "cr:Field",
        **_id(name, field.name),
        "name": f"{table.name}/{field.name}",
        "description": field.description or field.title,
        "dataType": "sc:URL" if field.format == "uri" else TYPES.get(field.type, "sc:Text"),
        "source": {
            "fileObject": {"@id": local(table.path)},
            "extract": {"column": field.name},
        },
        "references": references.get(field.name, ""),
    }


def _references(
    name: str, schema: Schema, described: Mapping[str, set[str]], names: Mapping[str, str]
) -> Iterator[tuple[str, Node]]:
    """Columns that refer to a column of another table.

    Croissant has no keys of several columns, and its reader takes a table that refers to itself for
    a cycle that it cannot read.
    """
    for key in schema.foreign_keys:
        parent = key.reference.resource or name
        there = set(key.reference.fields) <= described.get(parent, set())
        if len(key.fields) == 1 and there and parent != name:
            yield key.fields[0], {"field": _id(names[parent], key.reference.fields[0])}


def _id(table: str, column: str) -> Node:
    return {"@id": f"{table}/{quote(column, safe='~')}"}
