"""RO-Crate: the package with a description that research repositories read.

The description is JSON-LD by RO-Crate 1.3 (https://w3id.org/ro/crate/1.3), written flat, as the
standard wants it: entities that name each other by `@id`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kzdata.errors import UsageError
from kzdata.exports.registry import exporter
from kzdata.files.archive import DESCRIPTOR
from kzdata.standard.dataset import Dataset
from kzdata_publish.bundle import About, CopiedFile, about, copy, describe, is_person, local, text

VERSION = "1.3"
METADATA = "ro-crate-metadata.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
DEMANDED = {
    "description": "description",
    "day": "created (a date)",
    "licences": "licenses (with an http address as path)",
}
"""What RO-Crate cannot do without, and the property of a descriptor that says it."""
Entity = dict[str, Any]


@exporter("ro-crate", suffix="")
def ro_crate(dataset: Dataset, out: Path) -> None:
    """RO-Crate 1.3: a directory with the package and ro-crate-metadata.json."""
    said = about(dataset.descriptor)
    if missing := [name for part, name in DEMANDED.items() if not getattr(said, part)]:
        raise UsageError(f"RO-Crate wants {', '.join(missing)}: add it to {DESCRIPTOR}")
    files = copy(dataset, out)
    # Two sources may have one address; an `@id` stands once in the flat graph.
    entities: dict[str, Entity] = {}
    for entity in _graph(said, files):
        entities.setdefault(entity["@id"], _flat(entity))
    context = f"https://w3id.org/ro/crate/{VERSION}/context"
    describe(out, METADATA, {"@context": context, "@graph": list(entities.values())})


def _graph(said: About, files: Sequence[CopiedFile]) -> Iterator[Entity]:
    people = [_person(number, person) for number, person in enumerate(said.people, 1)]
    sources = [
        _work(path or f"#source-{number}", title or path or f"Source {number}")
        for number, (title, path) in enumerate(said.sources, 1)
    ]
    licences = [_work(path, title) for path, title in dict(said.licences).items()]
    yield {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": _id(f"https://w3id.org/ro/crate/{VERSION}"),
        "about": _id("./"),
    }
    yield {
        "@id": "./",
        "@type": "Dataset",
        "name": said.title,
        "identifier": _id("#name"),
        "description": said.description,
        "datePublished": said.day,
        "version": said.version,
        "url": said.homepage,
        "keywords": list(said.keywords),
        "license": _ids(licences),
        "author": _ids(people),
        "isBasedOn": _ids(sources),
        "hasPart": [_id(local(file.path)) for file in files],
    }
    yield {"@id": "#name", "@type": "PropertyValue", "name": "name", "value": said.name}
    schemas = {file.schema for file in files}
    yield from (_file(file, file.path in schemas) for file in files)
    yield _work(PROFILE, "Data Package 2.0")
    yield from (*licences, *people, *sources)


def _file(file: CopiedFile, is_schema: bool) -> Entity:
    conforms = local(file.schema) if file.schema else PROFILE if file.path == DESCRIPTOR else ""
    return {
        "@id": local(file.path),
        "@type": ["File", "CreativeWork"] if is_schema else "File",
        "name": file.title,
        "description": file.description or file.title,
        "encodingFormat": file.media_type,
        "contentSize": str(file.size),
        "sha256": file.sha256,
        "conformsTo": _id(conforms) if conforms else "",
    }


def _person(number: int, person: Mapping[str, Any]) -> Entity:
    names = {key: text(person, key) for key in ("givenName", "familyName")}
    kind = "Person" if is_person(person) else "Organization"
    return {"@id": f"#contributor-{number}", "@type": kind, "name": text(person, "title"), **names}


def _work(path: str, title: str) -> Entity:
    return {"@id": path, "@type": "CreativeWork", "name": title, "description": title}


def _id(path: str) -> Entity:
    return {"@id": path}


def _ids(entities: Sequence[Entity]) -> list[Entity]:
    return [_id(entity["@id"]) for entity in entities]


def _flat(entity: Entity) -> Entity:
    """An entity with lists of one as their only member."""
    parts = entity.items()
    return {k: v[0] if isinstance(v, list) and len(v) == 1 else v for k, v in parts}
