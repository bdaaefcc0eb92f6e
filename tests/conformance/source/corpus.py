"""What a case is, and how cases become packages on disk and an index.

The tables of cases stand in the modules beside this one, by standard; `all_cases` of `write.py`
gathers them.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

VALID, WARNING, INVALID, UNCHECKED = "valid", "valid with a warning", "invalid", "not checked"
VERDICTS = (VALID, WARNING, INVALID, UNCHECKED)
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
Properties = dict[str, Any]
"""Properties of a descriptor, by name."""
DROP: Any = object()
"""In place of a property: the package does without it."""


class Sentence(NamedTuple):
    """What decides a case: words of a standard, and where they stand."""

    standard: str
    address: str
    text: str


def standard(name: str, page: str, prefix: str = "") -> Any:
    """A function that makes sentences of one page: of the anchor and the text."""
    return lambda anchor, text: Sentence(name, f"{page}{anchor and '#' + anchor}", prefix + text)


data_package = standard("Data Package 2.0", "https://datapackage.org/standard/data-package/")
data_resource = standard("Data Resource 2.0", "https://datapackage.org/standard/data-resource/")
table_dialect = standard("Table Dialect 2.0", "https://datapackage.org/standard/table-dialect/")
table_schema = standard("Table Schema 2.0", "https://datapackage.org/standard/table-schema/")
glossary = standard("Data Package 2.0", "https://datapackage.org/standard/glossary/")
recipe = standard(
    "Data Package recipe", "https://datapackage.org/recipes/compression-of-resources/"
)
external = standard("Data Package recipe", "https://datapackage.org/recipes/external-foreign-keys/")
csv_dialect = standard("CSV Dialect 1.2", "https://specs.frictionlessdata.io/csv-dialect/")
tabular_resource = standard(
    "Tabular Data Resource 1.0", "https://specs.frictionlessdata.io/tabular-data-resource/"
)
rfc4180 = standard("RFC 4180", "https://www.rfc-editor.org/rfc/rfc4180")
rfc8259 = standard("RFC 8259", "https://www.rfc-editor.org/rfc/rfc8259")
xml_schema = standard("XML Schema Part 2", "https://www.w3.org/TR/xmlschema-2/")


class Fault(NamedTuple):
    """What is wrong in a package, in the words of the standard, and where.

    Attributes:
        fault: The kind, one of those that the README lists.
        resource: Name of the resource.
        row: Number of the row in its file, from 1, header and comments counted. Where several rows
            break a rule together, all of them: a validator names at least one.
        field: Name of the field.
        property: Name of the property of the descriptor.
    """

    fault: str
    resource: str | None = None
    row: int | tuple[int, ...] | None = None
    field: str | None = None
    property: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The parts that are known."""
        return {name: value for name, value in self._asdict().items() if value is not None}


class Case(NamedTuple):
    """A package with its verdict and the sentence that decides."""

    name: str
    sentence: Sentence
    verdict: str
    faults: tuple[Fault, ...]
    files: Mapping[str, bytes]
    also: tuple[str, ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The entry of the index."""
        told: dict[str, Any] = {
            "name": self.name,
            "kind": "/".join(self.name.split("/")[:2]),
            "path": f"packages/{self.name}/datapackage.json",
            "standard": self.sentence.standard,
            "sentence": self.sentence.text,
            "address": self.sentence.address,
            "verdict": self.verdict,
        }
        if self.also:
            told["also"] = list(self.also)
        if self.faults:
            told["faults"] = [fault.to_json() for fault in self.faults]
        return told | ({"note": self.note} if self.note else {})


def descriptor(property_: str, resource: str | None = None, field: str | None = None) -> Fault:
    """A property that the standard does not allow."""
    return Fault("descriptor", resource, None, field, property_)


def at(
    fault: str, row: int | tuple[int, ...], field: str | None = None, resource: str = "table"
) -> Fault:
    """A fault in a row."""
    return Fault(fault, resource, row, field)


def of(fault: str, resource: str = "table") -> Fault:
    """A fault of a whole file."""
    return Fault(fault, resource)


def dropped(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Without the properties that the package does without."""
    return {name: value for name, value in properties.items() if value is not DROP}


FRUIT = "id,name\n1,apple\n2,orange\n"
ID = {"name": "id", "type": "integer"}
NAME = {"name": "name", "type": "string"}


def fields(*entries: Mapping[str, Any], **schema: Any) -> dict[str, Any]:
    """A Table Schema."""
    return {"fields": list(entries), **schema}


def limited(field: Mapping[str, Any], **constraints: Any) -> dict[str, Any]:
    """A field with constraints."""
    return {**field, "constraints": constraints}


PLAIN = fields(ID, NAME)


def entry(schema: Any = PLAIN, path: Any = "table.csv", **properties: Any) -> dict[str, Any]:
    """A tabular resource."""
    first = {"name": "table", "type": "table", "path": path}
    return dropped({**first, "schema": schema, **properties})


def described(name: str, /, *resources: Any, **package: Any) -> dict[str, Any]:
    """A descriptor that follows every recommendation, but for what a case changes."""
    first = {
        "$schema": PROFILE,
        "name": name.replace("/", "-").lower(),
        "id": f"https://example.org/conformance/{name}",
        "licenses": [{"name": "CC0-1.0"}],
        "resources": list(resources),
    }
    return dropped({**first, **package})


def case(
    name: str,
    sentence: Sentence,
    *faults: Fault,
    file: str | bytes = FRUIT,
    schema: Any = PLAIN,
    resource: Mapping[str, Any] | None = None,
    package: Mapping[str, Any] | None = None,
    resources: list[Any] | None = None,
    files: Mapping[str, str | bytes] | None = None,
    raw: str | None = None,
    verdict: str = "",
    also: tuple[str, ...] = (),
    note: str = "",
) -> Case:
    """A case, usually of one table.

    Args:
        name: Standard, kind and what is special about it, between slashes.
        sentence: What decides.
        faults: What is wrong; with a fault the verdict is "invalid" unless another is given.
        file: Content of `table.csv`; none is written where `files` or `path` says otherwise.
        schema: The Table Schema of the table.
        resource: Other properties of the resource.
        package: Other properties of the package.
        resources: All resources, in place of the usual one.
        files: All files, by path, in place of `table.csv`.
        raw: The text of the descriptor, where it is not the JSON of an object.
        verdict: The verdict.
        also: Other verdicts that are right, too.
        note: What is not obvious.
    """
    given = {"schema": schema, **(resource or {})}
    told = described(
        name, *(resources if resources is not None else [entry(**given)]), **(package or {})
    )
    text = raw if raw is not None else json.dumps(told, indent=1, ensure_ascii=False)
    content = {"datapackage.json": text + "\n"} | dict(files or {"table.csv": file})
    encoded = {path: one.encode() if isinstance(one, str) else one for path, one in content.items()}
    verdict = verdict or (INVALID if faults else VALID)
    return Case(name, sentence, verdict, faults, encoded, also, note)
