"""One fact, one home: what stands in two places for good reasons is the same in both."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import kzdata
from kzdata.evidence.dates import PRECISIONS
from kzdata.evidence.figures import QUALIFIERS
from kzdata.validation.evidence_tables import ROLES

VOCABULARIES = {
    "event_type": ("event_types", "event_type"),
    "population": ("populations", "population"),
    "measure": ("measures", "measure"),
}

DEFINED = {
    **{name: (*home, "description") for name, home in VOCABULARIES.items()},
    "office_id": ("offices", "office_id", "title"),
}
"""Tables of categories: the table, its key, and the column that says what one means."""


def schemas(package: Path) -> dict[str, dict[str, Any]]:
    """All schemas by table."""
    files = sorted((package / "schemas").glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def enums(package: Path, name: str) -> list[list[str]]:
    """The enums of every field of a name, or whose name ends with it."""
    return [
        field["constraints"]["enum"]
        for schema in schemas(package).values()
        for field in schema["fields"]
        if field["name"].endswith(name) and "enum" in field.get("constraints", {})
    ]


def rows(package: Path, table: str) -> list[dict[str, str]]:
    """The rows of a table as text."""
    with (package / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_qualifiers_of_the_schemas_are_those_of_the_grammar(package: Path) -> None:
    """A qualifier that the grammar makes and the schema refuses, or the other way round."""
    found = enums(package, "qualifier")
    assert len(found) == 3
    assert all(set(enum) == set(QUALIFIERS) for enum in found)


def test_precisions_of_the_schemas_are_those_of_the_grammar(package: Path) -> None:
    """A precision that the date grammar makes and a schema refuses."""
    found = [enum for enum in enums(package, "precision") if len(enum) > 3]
    assert len(found) == 5
    assert all(set(enum) == set(PRECISIONS) for enum in found)


def test_roles_of_the_schema_are_those_that_are_checked(package: Path) -> None:
    """A role of evidence that no rule checks."""
    (role,) = (f for f in schemas(package)["evidence"]["fields"] if f["name"] == "role")
    assert tuple(role["constraints"]["enum"]) == ROLES


def test_each_enum_has_a_label_for_each_value(package: Path) -> None:
    """A category whose meaning is written nowhere."""
    for schema in schemas(package).values():
        for field in schema["fields"]:
            if enum := field.get("constraints", {}).get("enum"):
                labels = {entry["value"]: entry["label"] for entry in field["categories"]}
                assert list(labels) == enum, field["name"]
                assert all(labels.values())


@pytest.mark.parametrize("property_", ["title", "description"])
def test_each_field_and_table_says_what_it_means(package: Path, property_: str) -> None:
    """A column that a reader must guess."""
    for name, schema in schemas(package).items():
        assert schema[property_], name
        for field in schema["fields"]:
            assert field[property_], f"{name}.{field['name']}"
            assert "example" in field, f"{name}.{field['name']}"


def test_codebook_defines_categories_as_their_own_home_does(package: Path) -> None:
    """A definition that was changed in one place only."""
    known = {
        (name, row[key]): row[meaning]
        for name, (table, key, meaning) in DEFINED.items()
        for row in rows(package, table)
    }
    for table, schema in schemas(package).items():
        for field in schema["fields"]:
            for entry in field.get("categories", []):
                known[f"{table}.{field['name']}", entry["value"]] = entry["label"]
    for row in rows(package, "codebook"):
        field = row["field"]
        short = field.partition(".")[2]
        home = short if short in DEFINED else field
        assert row["definition"] == known[home, row["category"]], row


def test_each_vague_wording_counts_for_something_under_the_strict_policy(package: Path) -> None:
    """A vague figure that no policy can turn into a number."""
    with kzdata.load(package) as kz:
        figures = [*kz.casualty_reports, *kz.deployments, *kz.quantities]
        strict = {row.term for row in kz.vague_terms if row.policy == "strict"}
    vague = {(f.value_text or "").lower() for f in figures if f.qualifier == "vague"}
    assert vague
    assert vague <= strict
