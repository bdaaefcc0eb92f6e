"""Table Schema v2, cell by cell: which texts have a type's form, and the sentence that decides it.

The cells stand in conformance/source/cells.py, with the sentences; those of types that the standard
does not have stand here. All of them are tables of one package, which is validated as any other.
"""

from pathlib import Path
from typing import Any

import pytest

from conformance.source import cells
from conformance.source.cells import LONG
from kzdata.standard.descriptor import TYPES, FieldDescriptor, Schema
from kzdata.standard.field_types import TYPES as KNOWN
from kzdata.standard.json_model import Faults
from kzdata.validation import validate
from kzdata.validation.declared import check_field, unsupported_keys
from packages import Spec, build

SENTENCES = {
    **{name: sentence.text for name, sentence in cells.STANDARD.items()},
}
CASES = [
    *cells.CASES,
]
ROWS = [
    (number, index, cell, valid)
    for number, case_ in enumerate(CASES)
    for valid, listed in ((True, case_.valid), (False, case_.invalid))
    for index, cell in enumerate(listed, 0 if valid else len(case_.valid))
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[int, int]]:
    """Case and index of every cell that validation finds at fault."""
    specs = []
    for number, (field, _, valid, invalid) in enumerate(CASES):
        fields = [{"name": "row", "type": "string"}, {"name": "cell", **field}]
        rows = [[str(index), cell] for index, cell in enumerate([*valid, *invalid])]
        specs.append(Spec(f"case-{number}", {"fields": fields, "primaryKey": ["row"]}, rows))
    report = validate(build(tmp_path_factory.mktemp("cases"), specs).root)
    odd = {"cell-control-character", "cell-formula"}
    assert all(f.field == "cell" or f.rule == "not-checked" for f in report)
    return {
        (int(f.file.removeprefix("tables/case-").removesuffix(".csv")), int(f.record))
        for f in report
        if f.record is not None and f.rule not in odd
    }


def test_the_cells_cover_every_sentence_and_type() -> None:
    assert len(ROWS) >= 300
    assert {case_.sentence for case_ in CASES} == set(SENTENCES)
    kinds = {case_.field["type"] for case_ in CASES}
    assert len(kinds) == 16


@pytest.mark.parametrize(
    ("number", "index", "cell", "valid"),
    ROWS,
    ids=lambda value: ascii(value)[:40] if isinstance(value, str) else None,
)
def test_a_cell_is_what_the_standard_says(
    broken: set[tuple[int, int]], number: int, index: int, cell: str, valid: bool
) -> None:
    """Catches a form that is taken or refused against the sentence of the standard."""
    assert ((number, index) not in broken) == valid, (
        CASES[number].field,
        SENTENCES[CASES[number].sentence],
    )


@pytest.mark.parametrize("number", range(len(CASES)))
def test_what_is_checked_is_not_called_unsupported(number: int) -> None:
    field, faults = FieldDescriptor.make({"name": "cell", **CASES[number].field}), Faults()
    check_field(field, "cell", faults)
    assert (faults, faults.advice, faults.unchecked) == ([], [], [])


UNSUPPORTED: list[dict[str, Any]] = [
    {"type": "date", "format": "%j %Y"},
    {"type": "date", "format": "%Y %Y"},
    {"type": "date", "format": "%F"},
    {"type": "object", "constraints": {"enum": ["{}"]}},
    {"type": "array", "constraints": {"unique": True}},
    {"type": "geojson", "constraints": {"unique": True}},
    {"type": "number", "decimalChar": ""},
    {"type": "number", "groupChar": "."},
    {"type": "boolean", "trueValues": ["1"], "falseValues": ["1"]},
    {"type": "list", "delimiter": ""},
    {"type": "string", "constraints": {"pattern": "(ab){1001}"}},
    {"type": "object", "constraints": {"jsonSchema": {"$ref": "https://example.invalid/s.json"}}},
    {"type": "object", "constraints": {"jsonSchema": {"$ref": "other.json#/a"}}},
    {"type": "object", "constraints": {"jsonSchema": {"patternProperties": {"a": {}}}}},
    {"type": "object", "constraints": {"jsonSchema": {"$schema": "https://example.invalid/s"}}},
]
ADVISED: list[tuple[dict[str, Any], str]] = [
    ({"type": "string", "constraints": {"minimum": "a"}}, "minimum"),
    ({"type": "integer", "constraints": {"pattern": "1+"}}, "pattern"),
    ({"type": "integer", "constraints": {"pattern": "("}}, "pattern"),
    ({"type": "integer", "constraints": {"minLength": 1, "maxLength": 2}}, "minLength, maxLength"),
    ({"type": "boolean", "constraints": {"maximum": True}}, "maximum"),
    ({"type": "geojson", "constraints": {"jsonSchema": {}}}, "jsonSchema"),
    ({"type": "string", "constraints": {"jsonSchema": {"type": "whole"}}}, "jsonSchema"),
    ({"type": "number", "categories": [1.5]}, "categories"),
    ({"type": "list", "constraints": {"minimum": 1, "pattern": "a"}}, "minimum, pattern"),
]


def test_a_misspelt_type_is_a_fault(tmp_path: Path) -> None:
    """Catches a slip of the pen that switches all checks of a column off: the package was valid."""
    schema = {"fields": [{"name": "a", "type": "intger"}]}
    (found,) = validate(build(tmp_path, [Spec("t", schema, [["x"]])]).root)
    assert (found.rule, found.severity, found.found) == ("descriptor", "error", "'intger'")
    assert "integer" in found.expected


@pytest.mark.parametrize("given", [
    {"type": "boolean", "trueValues": []},  # the JSON Schema of fields: "minItems": 1
    {"type": "boolean", "falseValues": []},
    {"type": "list", "itemType": "object"},  # "MUST be one of string, integer, boolean, ..."
    {"type": "list", "itemType": "zzz"},
    {"rdfType": 1},  # "MUST be the URI of a RDF Class"
    # "SHOULD report an error if an attempt is made to evaluate a value against an unsupported ..."
    {"type": "string", "constraints": {"multipleOf": 2}},
    # "strings that are castable with the type and format rules of the field"
    {"type": "integer", "constraints": {"minimum": "five"}},
    {"type": "integer", "constraints": {"minimum": True}},
    {"type": "date", "constraints": {"minimum": "26/01/2024"}},
    {"type": "integer", "constraints": {"enum": ["one", 2]}},
    {"type": "integer", "categories": ["one"]},
    {"type": "date", "constraints": {"enum": ["2024-02-30"]}},
    {"type": "date", "constraints": {"minimum": "2024-02-30"}},
    {"type": "date", "constraints": {"maximum": "2024-13-01"}},
    {"type": "date", "format": "%d/%m/%Y", "constraints": {"minimum": "31/02/2024"}},
    {"type": "datetime", "constraints": {"minimum": "2023-02-29T00:00:00Z"}},
    # "There are no format options", and the formats that the standard lists for the type
    {"type": "string", "format": "wkt"},
    {"type": "year", "format": "%y"},
    {"type": "integer", "format": "hexadecimal"},
    {"type": "number", "format": "currency"},
    {"type": "boolean", "format": "yes-no"},
    {"type": "any", "format": "any"},
    {"type": "list", "format": "json"},
    {"type": "geopoint", "format": "wkt"},
    {"type": "geojson", "format": "wkt"},
    # "<PATTERN> MUST follow the syntax of standard Python / C strptime."
    {"type": "date", "format": "YYYY-MM-DD"},
    {"type": "date", "format": "%Y-%Q"},
    {"type": "date", "format": "%Y-%"},
    # "A valid JSON Schema object to validate field values."
    {"type": "object", "constraints": {"jsonSchema": {"type": "whole"}}},
    {"type": "array", "constraints": {"jsonSchema": {"items": [{"type": 5}]}}},
    # "MUST contain a type key"
    {"constraints": {"minimum": 1}},
    {"constraints": {"exclusiveMaximum": 1}},
], ids=str)  # fmt: skip
def test_a_property_with_a_value_that_it_cannot_have_is_a_fault(
    given: dict[str, Any], tmp_path: Path
) -> None:
    """Catches a broken declaration that passes, or is called unsupported."""
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", **given}]}
    report = validate(build(tmp_path, [Spec("t", schema, [["x", ""]])]).root)
    assert [(found.rule, found.severity) for found in report] == [("descriptor", "error")]


def test_an_enum_may_hold_any_primitive_type(tmp_path: Path) -> None:
    """Catches a value of the enum that is called a fault, or that is not asked for.

    "the physical representation of constraint values MAY be primitive types as possible in JSON"
    """
    texts = {"name": "a", "constraints": {"enum": [1, None, "x"]}, "type": "string"}
    numbers = {"name": "b", "constraints": {"enum": [1, None]}, "type": "integer"}
    rows = [["1", "1"], ["x", ""], ["null", "2"], ["", "1"]]
    report = validate(build(tmp_path, [Spec("t", {"fields": [texts, numbers]}, rows)]).root)
    found = [(finding.rule, finding.found) for finding in report]
    assert found == [("cell-enum", "null"), ("cell-enum", "2")]


def test_every_type_of_the_standard_is_checked() -> None:
    """Catches a type that the descriptor takes and nothing checks."""
    assert set(TYPES) == set(KNOWN)


@pytest.mark.parametrize("given", UNSUPPORTED, ids=str)
def test_an_unsupported_declaration_is_reported(given: dict[str, Any], tmp_path: Path) -> None:
    """Catches a declaration that is passed over in silence."""
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", **given}]}
    report = validate(build(tmp_path, [Spec("t", schema, [["x", ""]])]).root)
    assert [f.rule for f in report if f.field == "t.b"] == ["not-checked"]


@pytest.mark.parametrize(("given", "names"), ADVISED, ids=str)
def test_a_constraint_of_other_types_is_named_once(
    given: dict[str, Any], names: str, tmp_path: Path
) -> None:
    """Catches a constraint that is passed over in silence, or told as often as there are some."""
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", **given}]}
    (found,) = validate(build(tmp_path, [Spec("t", schema, [["x", ""]])]).root)
    assert (found.rule, found.severity, found.field) == ("recommendation", "warning", "t.b")
    assert found.found.startswith(f"{names} of type {given['type']}, which ")


@pytest.mark.parametrize("kind", ["date", "time", "datetime"])
def test_the_format_any_is_left_and_advised_against(kind: str, tmp_path: Path) -> None:
    schema = {"fields": [{"name": "a", "type": kind, "format": "any"}]}
    report = validate(build(tmp_path, [Spec("t", schema, [["last Monday"]])]).root)
    assert report.by_rule == {"recommendation": 1, "not-checked": 1}


def test_keys_over_json_are_not_compared_by_value() -> None:
    names = {"a": "object", "b": "string", "c": "array", "d": "geojson"}
    fields = [{"name": name, "type": kind} for name, kind in names.items()]
    schema = Schema.make(
        {"fields": fields, "primaryKey": ["a", "b"], "uniqueKeys": [["c"], ["b", "c"], ["d"]]}
    )
    assert unsupported_keys(schema) == [
        "primaryKey over a, of type object",
        "uniqueKeys over c, of type array",
        "uniqueKeys over d, of type geojson",
    ]


FAULTS: list[dict[str, Any]] = [
    {"missingValues": ["", ""]},
    {"missingValues": ["", {"value": "-"}]},
    {"missingValues": [{"value": "-", "label": "a"}, {"value": "", "label": "a"}]},
    {"missingValues": [0]},
    {"categories": ["a", "a"]},
    {"categories": [{"value": 1, "label": "a"}, {"value": 2, "label": "a"}]},
    {"categories": ["a"], "constraints": {"enum": ["b"]}},
    {"categories": ["a"], "categoriesOrdered": "yes"},
    {"bareNumber": "no"},
    {"categories": [1]},
    {"categories": [True]},
    {"categories": [None]},
    {"categories": [{"label": "a"}]},
    {"categories": [{"value": "a", "label": 1}]},
    {"constraints": {"required": "no"}},
    {"constraints": {"unique": 1}},
    {"constraints": {"minLength": "2"}},
    {"constraints": {"maxLength": True}},
    {"constraints": {"minLength": -1}},
    {"constraints": {"enum": []}},
    {"constraints": {"enum": ["x", "x"]}},
    {"name": "a\0"},
    {"name": "\x1fa"},
    {"kzdata:evidense": "required"},
]


@pytest.mark.parametrize("given", FAULTS, ids=str)
def test_a_malformed_field_is_a_fault_of_the_descriptor(
    given: dict[str, Any], tmp_path: Path
) -> None:
    schema = {"fields": [{"name": "a", "type": "string", **given}]}
    report = validate(build(tmp_path, [Spec("t", schema, [["x"]])]).root)
    assert "descriptor" in report.by_rule


# ------------------------------------------------------------------------------ keys

SAME = [
    ({"type": "integer"}, ["1", "01", "+1"], ["-1", "10"]),
    ({"type": "integer"}, ["-0", "0", "+00"], ["1"]),
    ({"type": "integer"}, [LONG, f"+0{LONG}"], [f"-{LONG}", f"{LONG}0", "1"]),
    ({"type": "integer", "groupChar": ","}, ["1,000", "1000"], ["100", "10,000"]),
    ({"type": "number"}, ["1", "1.0", "10E-1", "+1"], ["1.0000000000000000001", "-1"]),
    ({"type": "number"}, ["0.1", ".10"], ["0.10000000000000000555", "0.2"]),
    ({"type": "number"}, ["NaN", "nan"], ["INF", "-INF", "0"]),
    ({"type": "number", "decimalChar": ","}, ["1,50", "1,5"], ["15", "1,05"]),
    ({"type": "boolean"}, ["true", "1", "TRUE"], ["0"]),
    ({"type": "date"}, ["2024-01-26"], ["2024-01-27", "2024-01-25"]),
    ({"type": "date", "format": "%d/%m/%Y"}, ["1/2/2024", "01/02/2024"], ["2/1/2024"]),
    ({"type": "datetime"}, ["2024-01-26T15:00:00Z", "2024-01-26T16:00:00.0+01:00"],
     ["2024-01-26T15:00:00"]),
    ({"type": "datetime"}, ["2024-01-26T24:00:00", "2024-01-27T00:00:00"], ["2024-01-26T00:00:00"]),
    ({"type": "duration"}, ["P1Y", "P12M"], ["P365D"]),
    ({"type": "duration"}, ["PT24H", "P1D", "PT1440M"], ["PT23H"]),
    ({"type": "list", "itemType": "integer"}, ["1,2", "01,2"], ["2,1", "1"]),
    ({"type": "geopoint"}, ["1,2", "1.0, 2.0"], ["2,1"]),
    ({"type": "yearmonth"}, ["2024-01Z", "2024-01+00:00"], ["2024-01"]),
    ({"type": "string"}, ["a"], ["A", "a ", "a\u0301", "\u00e1"]),
    ({"type": "any"}, ["1"], ["01", "1.0"]),
]  # fmt: skip


def _lines(root: Path, rule: str) -> list[int | None]:
    return [f.line for f in validate(root) if f.rule == rule]


@pytest.mark.parametrize(("given", "same", "other"), SAME, ids=str)
def test_keys_compare_by_value(
    given: dict[str, Any], same: list[str], other: list[str], tmp_path: Path
) -> None:
    """Catches two ways to write one value that pass for two, or two values taken for one."""
    field, cells = {"name": "k", **given}, [same[0], same[-1], *other]
    rows = [[cell, "x"] for cell in cells]
    plain = {"name": "x", "type": "string"}
    schema = {"fields": [field, plain], "primaryKey": ["k"]}
    assert _lines(build(tmp_path / "p", [Spec("t", schema, rows)]).root, "primary-key") == [2, 3]
    schema = {"fields": [field, plain], "uniqueKeys": [["x", "k"]]}
    assert _lines(build(tmp_path / "u", [Spec("t", schema, rows)]).root, "unique-key") == [2, 3]
    child = {
        "fields": [{"name": "c", **given}, plain],
        "foreignKeys": [{"fields": ["c"], "reference": {"resource": "t", "fields": ["k"]}}],
    }
    parent = {"fields": [field, plain], "primaryKey": ["k"]}
    specs = [Spec("t", parent, [[same[-1], "x"]]), Spec("s", child, rows)]
    found = _lines(build(tmp_path / "f", specs).root, "foreign-key")
    assert found == list(range(4, 4 + len(other)))


FORMS = [
    ("date", "%d/%m/%Y", "01/02/2024", "2024-02-01"),
    ("time", "%H.%M", "15.00", "15:00:00"),
    ("datetime", "%d.%m.%Y %H:%M", "26.01.2024 15:00", "2024-01-26T15:00:00"),
    ("datetime", "%Y-%m-%d %H:%M%z", "2024-01-26 16:00+01:00", "2024-01-26T15:00:00Z"),
]


@pytest.mark.parametrize(("kind", "form", "one", "other"), FORMS, ids=str)
def test_keys_of_two_forms_compare_by_value(
    kind: str, form: str, one: str, other: str, tmp_path: Path
) -> None:
    """Catches a key that is looked for as it is written, where the other table writes it anew."""
    forms = {"default": [other], form: [one]}
    for own, rows in forms.items():
        (theirs,) = forms.keys() - {own}
        child = {
            "fields": [{"name": "c", "type": kind, "format": own}],
            "foreignKeys": [{"fields": ["c"], "reference": {"resource": "t", "fields": ["k"]}}],
        }
        parent = {"fields": [{"name": "k", "type": kind, "format": theirs}]}
        gone = rows[0].replace("2024", "2023").replace("15", "16")
        specs = [Spec("t", parent, [forms[theirs]]), Spec("s", child, [rows, [gone]])]
        folder = build(tmp_path / own.strip("%")[:1], specs)
        assert _lines(folder.root, "foreign-key") == [3]


def test_only_primary_keys_need_all_parts(tmp_path: Path) -> None:
    """Primary keys have no empty part; unique and foreign keys with one are left alone (SQL)."""
    fields = [{"name": name, "type": "integer"} for name in "ab"]
    rows = [["1", "1"], ["1", ""], ["1", ""], ["", ""]]
    specs = [
        Spec("p", {"fields": fields, "primaryKey": ["a", "b"]}, rows),
        Spec("u", {"fields": fields, "uniqueKeys": [["a", "b"]]}, rows[:3]),
        Spec("f", {"fields": fields, "foreignKeys": [
            {"fields": ["a", "b"], "reference": {"resource": "p", "fields": ["a", "b"]}}
        ]}, [["1", "1"], ["9", ""], ["01", "+1"], ["9", "9"]]),
    ]  # fmt: skip
    found = [(f.rule, f.line) for f in validate(build(tmp_path, specs).root)]
    assert sorted(found) == [("foreign-key", 5), *(("primary-key", line) for line in (3, 4, 5))]


LONG = "2.0000000000000000001"  # too long for the fast comparison of numbers
OF_NO_TYPE = [
    ("number", "abc", ["1", "2"], "1"),
    ("number", "abc", ["1", LONG], "1"),
    ("number", "5.e", ["5", LONG], "5"),
    ("integer", "x", ["1", "9" * 40], "1"),
    ("integer", "5.", ["1"], "1"),
    ("year", "20", ["2024"], "2024"),
    ("date", "2024-1-26", ["2024-01-26"], "2024-01-26"),
]


def _of_one(name: str, kind: str) -> dict[str, Any]:
    """A schema of one column."""
    return {"fields": [{"name": name, "type": kind}]}


@pytest.mark.parametrize(("kind", "cell", "parents", "good"), OF_NO_TYPE, ids=str)
def test_a_cell_that_is_not_of_its_type_refers_to_nothing(
    kind: str, cell: str, parents: list[str], good: str, tmp_path: Path
) -> None:
    """Catches `foreign-key` beside `cell-type`, where it hangs on the length of another cell."""
    child, parent = (_of_one(name, kind) for name in "ck")
    child["foreignKeys"] = [{"fields": ["c"], "reference": {"resource": "t", "fields": ["k"]}}]
    rows = [[[one] for one in cells] for cells in (parents, [cell, good])]
    folder = build(tmp_path, [Spec("t", parent, rows[0]), Spec("s", child, rows[1])])
    assert [(f.rule, f.line) for f in validate(folder.root)] == [("cell-type", 2)]


@pytest.mark.parametrize("more", ["1", LONG])
def test_a_cell_that_is_not_of_its_type_is_no_key(more: str, tmp_path: Path) -> None:
    """Catches a parent whose cell is no whole number, and which the fast comparison takes."""
    child, parent = _of_one("c", "number"), _of_one("k", "integer")
    child["foreignKeys"] = [{"fields": ["c"], "reference": {"resource": "t", "fields": ["k"]}}]
    rows = [[["5."], ["1"]], [["5"], ["1"], [more]]]
    folder = build(tmp_path, [Spec("t", parent, rows[0]), Spec("s", child, rows[1])])
    assert _lines(folder.root, "foreign-key") == [2] + [4] * (more == LONG)
