"""The examples of Data Package v2, each as the standard's own text has it, with its verdict.

<https://datapackage.org/standard/data-package/>, data-resource, table-dialect and table-schema: a
case for each example there that says, or leaves no doubt of, what is valid. What an example leaves
out with dots is filled in with the least that the text asks for.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from conformance.source.data_package import BANK, JOE
from conformance.source.data_package import FULL_LICENSE as LICENSE
from kzdata import PackageError, load
from kzdata.standard.writer import seal
from kzdata.validation import validate

FRUIT = "id,name\n1,apple\n2,orange\n"
ID = {"name": "id", "type": "integer"}
NAME = {"name": "name", "type": "string"}


class Case(NamedTuple):
    """An example: where it stands, the file, what describes it, and the rules that it breaks."""

    section: str
    file: str
    schema: dict[str, Any]
    rules: dict[str, int]
    resource: Mapping[str, Any] = MappingProxyType({})
    package: Mapping[str, Any] = MappingProxyType({})


def _named(field: dict[str, Any], **constraints: Any) -> dict[str, Any]:
    return {**field, "constraints": constraints}


def _fields(*fields: dict[str, Any], **schema: Any) -> dict[str, Any]:
    return {"fields": list(fields), **schema}


def _two(**constraints: Any) -> dict[str, Any]:
    return _fields(ID, _named(NAME, **constraints))


def _priced(**constraints: Any) -> dict[str, Any]:
    return _fields(ID, NAME, _named({"name": "price", "type": "integer"}, **constraints))


def _one(kind: str, **field: Any) -> dict[str, Any]:
    return _fields({"name": "a", "type": kind, **field})


def _column(*cells: str) -> str:
    """A table of one column, its cells quoted."""
    doubled = (cell.replace('"', '""') for cell in cells)
    return "a\n" + "".join(f'"{cell}"\n' for cell in doubled)


PRICES = "id,name,price\n1,apple,100\n2,orange,{}\n"
APPLES = '1,"apple""fruits"\n2,"orange""fruits"\n'
JSON_PRICES = 'id,name,price\n1,apple,"{""value"": 100}"\n2,orange,"{""value"": ""bad""}"\n'
JSON_SCHEMA = {"type": "object", "properties": {"value": {"type": "integer"}}}
KEYS = _fields({"name": "a"}, {"name": "b"}, {"name": "c"})
UNIQUE = {**KEYS, "uniqueKeys": [["a"], ["a", "b"], ["a", "c"]]}
AGREEMENT = [
    {"value": 1, "label": "Strongly Disagree"}, {"value": 2}, {"value": 3}, {"value": 4},
    {"value": 5, "label": "Strongly Agree"},
]  # fmt: skip
FRUITS = [
    {"value": 0, "label": "apple"},
    {"value": 1, "label": "orange"},
    {"value": 2, "label": "banana"},
]
OMITTED = [{"value": "", "label": "OMITTED"}, {"value": "-99", "label": "REFUSED"}]
PLAIN = _fields(ID, NAME)
UNSUPPORTED = {"unsupported-feature": 1}

TABLE_DIALECT = [
    Case("Tabular Data Formats", "id,name\n1,apple\n2,organe\n", PLAIN, {}),
    Case("header", "1,apple\n2,orange\n", PLAIN, {}, {"dialect": {"header": False}}),
    Case("headerRows", "fruit\nid,name\n1,apple\n2,orange\n",
         _fields({"name": "fruit id", "type": "integer"}, {"name": "fruit name"}),
         {}, {"dialect": {"headerRows": [1, 2]}}),
    Case("headerJoin", "fruit\nid,name\n1,apple\n2,orange\n",
         _fields({"name": "fruit-id", "type": "integer"}, {"name": "fruit-name"}),
         {}, {"dialect": {"headerRows": [1, 2], "headerJoin": "-"}}),
    Case("commentRows", "id,name\n#fruits\n1,apple\n2,orange\n", PLAIN, {},
         {"dialect": {"commentRows": [2]}}),
    Case("commentChar", "id,name\n#fruits\n1,apple\n2,orange\n", PLAIN, {},
         {"dialect": {"commentChar": "#"}}),
    Case("delimiter", "id|name\n1|apple\n2|orange\n", PLAIN, {}, {"dialect": {"delimiter": "|"}}),
    Case("quoteChar", "id,name\n1,'apple,fruits'\n2,'orange,fruits'\n", PLAIN, {},
         {"dialect": {"quoteChar": "'"}}),
    Case("doubleQuote", f"id,name\n{APPLES}", _two(enum=['apple"fruits', 'orange"fruits']), {},
         {"dialect": {"doubleQuote": True}}),
    Case("escapeChar", "id,name\n1,apple|,fruits\n2,orange|,fruits\n",
         _two(enum=["apple,fruits", "orange,fruits"]), {}, {"dialect": {"escapeChar": "|"}}),
    Case("nullSequence", "id,name\n1,apple\n2,NA\n", _two(required=True), {"cell-required": 1},
         {"dialect": {"nullSequence": "NA"}}),
    Case("skipInitialSpace", "id, name\n1, apple\n2, orange\n", _two(enum=["apple", "orange"]),
         {}, {"dialect": {"skipInitialSpace": True}}),
    Case("Delimited, without its header", '# fruit\n1; apple\n2; "a;b"\n',
         _two(enum=["apple", "a;b"]), {},
         {"dialect": {"header": False, "commentChar": "#", "delimiter": ";", "doubleQuote": True,
                      "lineTerminator": "\r\n", "quoteChar": '"', "skipInitialSpace": True}}),
    Case("lineTerminator", "id,name;1,apple;2,orange\n", PLAIN, {},
         {"dialect": {"lineTerminator": ";"}}),
    *(
        Case(name, FRUIT, PLAIN, {}, {"dialect": {name: value}})
        for name, value in {"property": "rows", "itemType": "array", "itemKeys": ["id", "name"],
                            "sheetNumber": 2, "sheetName": "Sheet 2", "table": "table2"}.items()
    ),
]  # fmt: skip
TABLE_SCHEMA = [
    Case("missingValues, labelled", _column("", "-99", "5", "-98"),
         _one("year", missingValues=OMITTED), {"cell-type": 2}),
    Case('missingValues [""]', _column("", "-"), _one("integer", missingValues=[""]),
         {"cell-type": 1}),
    Case('missingValues ["-"]', _column("", "-"), _one("integer", missingValues=["-"]),
         {"cell-type": 1}),
    Case('missingValues ["NaN", "-"]', _column("NaN", "-", "INF"),
         _one("integer", missingValues=["NaN", "-"]), {"cell-type": 1}),
    Case("missingValues []", _column(""), _one("integer", missingValues=[]), {"cell-type": 1}),
    Case("missingValues of a field", "column1,column2\n,-\nNA,-\n-,NA\n",
         _fields(_named({"name": "column1", "type": "any"}, required=True),
                 _named({"name": "column2", "missingValues": ["-"]}, required=True),
                 missingValues=["", "NA"]), {"cell-required": 4}),
    Case("primaryKey", "a,b,c\n1,1,1\n1,1,2\n1,2,1\n", {**KEYS, "primaryKey": ["a", "c"]},
         {"primary-key": 2}),
    Case("primaryKey is required", "a,b,c\n1,1,\n", {**KEYS, "primaryKey": ["a", "c"]},
         {"primary-key": 1}),
    Case("primaryKey, a single string", "a,b,c\n1,1,1\n1,2,2\n", {**KEYS, "primaryKey": "a"},
         {"primary-key": 2}),
    Case("uniqueKeys", "a,b,c\n1,1,1\n2,1,1\n", UNIQUE, {}),
    Case("uniqueKeys, the field a", "a,b,c\n1,1,1\n1,2,2\n", UNIQUE, {"unique-key": 2}),
    Case("uniqueKeys, null values", "a,b,c\n,1,1\n,1,1\n", UNIQUE, {}),
    Case("foreignKeys, of itself", "parent,id\n,1\n1,2\n3,3\n9,4\n",
         _fields({"name": "parent"}, {"name": "id"},
                 foreignKeys=[{"fields": ["parent"], "reference": {"fields": ["id"]}}]),
         {"foreign-key": 1}),
    Case("foreignKeys, of itself in v1", "parent,id\n,1\n9,4\n",
         _fields({"name": "parent"}, {"name": "id"},
                 foreignKeys=[{"fields": "parent", "reference": {"resource": "", "fields": "id"}}]),
         {"foreign-key": 1}),
    Case("format, its prefix of v0", _column("26/01/2024"), _one("date", format="fmt:%d/%m/%Y"),
         {}),
    Case("categories", _column("apple", "banana", "plum"),
         _one("string", categories=["apple", "orange", "banana"]), {"cell-category": 1}),
    Case("categories, labelled", _column("0", "2", "3"), _one("integer", categories=FRUITS),
         {"cell-category": 1}),
    Case("categories and enum", _column("0"),
         _one("integer", categories=FRUITS, constraints={"enum": [3]}), {"descriptor": 1}),
    Case("categoriesOrdered", _column("1", "5", "6"),
         _one("integer", categories=AGREEMENT, categoriesOrdered=True), {"cell-category": 1}),
    Case("rdfType", "Country,Year Date,Value\nUS,2010,1\n",
         _fields({"name": "Country", "type": "string", "rdfType": "http://schema.org/Country"},
                 {"name": "Year Date"}, {"name": "Value"}), {}),
    Case("number", _column("-1.23", "12678967.543233", "+100000.00", "210", "NaN", "INF", "-INF"),
         _one("number"), {}),
    Case("number, groupChar", _column("100,000"), _one("number", groupChar=","), {}),
    Case("number, bareNumber", _column("95%", "\u20ac95", "EUR 95"),
         _one("number", bareNumber=False), {}),
    Case("number, bare by default", _column("95%", "\u20ac95", "EUR 95"), _one("number"),
         {"cell-type": 3}),
    Case("integer, groupChar", _column("100,000"), _one("integer", groupChar=","), {}),
    Case("integer, bareNumber", _column("95%", "\u20ac95", "EUR 95"),
         _one("integer", bareNumber=False), {}),
    Case("boolean", _column(*"true True TRUE 1 false False FALSE 0 yes".split()), _one("boolean"),
         {"cell-type": 1}),
    Case("list", _column("value1,value2"), _one("list"), {}),
    Case("list of dates", _column("2024-01-26,2024-01-27", "26/01/2024"),
         _one("list", itemType="date"), {"cell-type": 1}),
    Case("datetime", _column("2024-01-26T15:00:00", "2024-01-26T15:00:00.300-05:00"),
         _one("datetime"), {}),
    Case("datetime, a pattern", _column("12/11/2018 09:15:32"),
         _one("datetime", format="%d/%m/%Y %H:%M:%S"), {}),
    Case("datetime, any", _column("last Monday"), _one("datetime", format="any"), UNSUPPORTED),
    Case("date", _column("2024-01-26"), _one("date"), {}),
    Case("time", _column("15:00:00"), _one("time"), {}),
    Case("year", _column("2024"), _one("year"), {}),
    Case("yearmonth", _column("2024-01"), _one("yearmonth"), {}),
    Case("geopoint", _column("90.50, 45.50", "90.50,45.50"), _one("geopoint"), {}),
    Case("geopoint, array", _column("[90.50, 45.50]"), _one("geopoint", format="array"), {}),
    Case("geopoint, object", _column('{"lon": 90.50, "lat": 45.50}'),
         _one("geopoint", format="object"), {}),
    Case("any", FRUIT, _fields({"name": "id", "type": "any"}, {"name": "name", "type": "any"}), {}),
    Case("any, by default", FRUIT, _fields({"name": "id"}, {"name": "name"}), {}),
    Case("required", "id,name\n1,apple\n2,\n", _two(required=True), {"cell-required": 1}),
    Case("unique", "id,name\n1,apple\n2,apple\n", _two(unique=True), {"unique-key": 2}),
    Case("minLength", "id,name\n1,apple\n2,plum\n", _two(minLength=5), {"cell-min-length": 1}),
    Case("maxLength", "id,name\n1,apple\n2,grapefruit\n", _two(maxLength=5),
         {"cell-max-length": 1}),
    Case("minimum", PRICES.format(50), _priced(minimum=100), {"cell-minimum": 1}),
    Case("maximum", PRICES.format(150), _priced(maximum=100), {"cell-maximum": 1}),
    Case("exclusiveMinimum", PRICES.format(0), _priced(exclusiveMinimum=0),
         {"cell-exclusive-minimum": 1}),
    Case("exclusiveMaximum", PRICES.format(150), _priced(exclusiveMaximum=150),
         {"cell-exclusive-maximum": 1}),
    Case("jsonSchema", JSON_PRICES,
         _fields(ID, NAME, _named({"name": "price", "type": "object"}, jsonSchema=JSON_SCHEMA)),
         UNSUPPORTED),
    Case("pattern", FRUIT, _two(pattern="^a.*$"), {"cell-pattern": 1}),
    Case("enum", FRUIT, _two(enum=["apple"]), {"cell-enum": 1}),
]  # fmt: skip
SHA1 = "sha1:8843d7f92416211de9ebb963ff4ce28125932878"
DATA_RESOURCE = [
    Case("Descriptor, a remote file", FRUIT, PLAIN, {},
         {"path": "http://example.com/solar-system.csv"}),
    Case("hash, of another file", FRUIT, PLAIN, {"resource-hash": 1}, {"hash": SHA1}),
    Case("hash, of `foobar`", "foobar", _fields({"name": "foobar"}), {}, {"hash": SHA1}),
    Case("bytes", FRUIT, PLAIN, {"resource-bytes": 1}, {"bytes": 1}),
    Case("bytes that are no number", FRUIT, PLAIN, {"descriptor": 1}, {"bytes": "23"}),
    Case("a profile of a resource", FRUIT, PLAIN, UNSUPPORTED, {"profile": "fiscal-resource"}),
    Case("an inlined $schema, to be ignored", FRUIT, PLAIN, {},
         {"$schema": "https://example.org/stricter.json"}),
    *(Case(f"{name} that is none", FRUIT, PLAIN, {"descriptor": 1}, {name: value})
      for name, value in [("title", 5), ("description", [1]), ("homepage", 5),
                          ("mediatype", "csv")]),
    Case("no name", FRUIT, PLAIN, {"descriptor": 1}, {"name": ""}),
    Case("dialect", "id;name\n1;apple\n", PLAIN, {},
         {"type": "table", "dialect": {"delimiter": ";"}}),
    Case("schema", FRUIT, PLAIN, {}, {"type": "table"}),
]  # fmt: skip
FAULT = {"descriptor": 1}
PROPERTIES: list[tuple[dict[str, Any], dict[str, int]]] = [
    ({"id": "b03ec84-77fd-4270-813b-0c698943f7ce"}, {}),
    ({"id": "https://doi.org/10.1594/PANGAEA.726855"}, {}),
    ({"licenses": [LICENSE]}, {}),
    ({"licenses": [{"title": "no name, no path"}]}, FAULT),
    ({"licenses": LICENSE}, FAULT),
    ({"created": "1985-04-12T23:20:50.52Z"}, {}),
    ({"created": "1985-04-12"}, FAULT),
    ({"contributors": [JOE]}, {}),
    ({"contributors": [{}]}, FAULT),
    ({"contributors": JOE}, FAULT),
    ({"sources": [BANK]}, {}),
    ({"sources": [{"version": "2"}]}, {}),
    ({"sources": [{}]}, FAULT),
    ({"keywords": ["fruit"]}, {}),
    ({"keywords": [1]}, FAULT),
    ({"created": "2024-02-30T00:00:00Z"}, FAULT),
    ({"created": "1985-04-12T23:20:50+25:99"}, FAULT),
    ({"created": "1985-04-12T23:20:50+14:00"}, {}),
    *(({"version": version}, {"version-semver": 1})
      for version in ("1.0.0-01", "1.0.0-a..b", "1.0.0+a..b", "1\uff12.0.0", "1.0.0-", "1.0",
                      "1.0.0\n")),
    *(({"version": version}, {}) for version in ("1.0.0-0", "1.0.0-0a.b-c+001", "10.20.30")),
    ({"$schema": "https://datapackage.org/profiles/2.0/datapackage.json"}, {}),
    ({"$schema": "https://example.org/stricter.json"}, UNSUPPORTED),
    ({"$schema": "profile.json"}, FAULT),
    ({"name": "Fruit of 2024"}, {"recommendation": 1}),
    ({"image": "images/logo.png"}, {}),
    ({"image": "https://example.org/logo.png"}, {}),
    ({"image": "/logo.png"}, FAULT),
    ({"image": "file:///logo.png"}, FAULT),
    ({"image": ".hidden/logo.png"}, FAULT),
    ({"licenses": [{"path": "../LICENSE"}]}, FAULT),
    ({"sources": [{"path": "a/../../b.csv"}]}, FAULT),
    ({"sources": [{"path": "source.csv"}]}, {}),
    ({"profile": "tabular-data-package"}, {}),
    ({"profile": "fiscal-data-package"}, UNSUPPORTED),
    ({"missingValues": ["orange"]}, {}),
]  # fmt: skip
"""The last: a property that the standard does not have for a package is one of its own."""
DATA_PACKAGE = [
    Case(f"{next(iter(package))}, {place}", FRUIT, _two(required=True), rules, {}, package)
    for place, (package, rules) in enumerate(PROPERTIES)
]
CASES = {
    f"{part}: {case.section}": case
    for part, cases in {
        "data package": DATA_PACKAGE,
        "data resource": DATA_RESOURCE,
        "table dialect": TABLE_DIALECT,
        "table schema": TABLE_SCHEMA,
    }.items()
    for case in cases
}


def written(folder: Path, case: Case) -> Path:
    """The package of an example."""
    (folder / "table.csv").write_bytes(case.file.encode())
    entry = {"name": "table", "path": "table.csv", "schema": case.schema, **case.resource}
    described = {"name": "example", "resources": [entry], **case.package}
    (folder / "datapackage.json").write_text(json.dumps(described))
    return folder


@pytest.mark.parametrize("name", CASES)
def test_each_example_of_the_standard_is_judged_as_its_text_says(tmp_path: Path, name: str) -> None:
    """Catches an example of the standard that is judged otherwise than its text judges it."""
    assert validate(written(tmp_path, CASES[name])).by_rule == CASES[name].rules


def test_a_foreign_key_leads_into_another_table(tmp_path: Path) -> None:
    """Table Schema, foreignKeys: the example of the states."""
    (tmp_path / "codes.csv").write_text("code\nNSW\nVIC\n")
    (tmp_path / "population.csv").write_text("state-code\nNSW\nQLD\n")
    key = {"fields": ["state-code"], "reference": {"resource": "state-codes", "fields": ["code"]}}
    codes = {"fields": [{"name": "code"}]}
    states = {"fields": [{"name": "state-code"}], "foreignKeys": [key]}
    entries = [
        {"name": "state-codes", "path": "codes.csv", "schema": codes},
        {"name": "population-by-state", "path": "population.csv", "schema": states},
    ]
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": entries}))
    assert [(f.rule, f.line, f.found) for f in validate(tmp_path)] == [("foreign-key", 3, "QLD")]


MEMBERS: list[dict[str, Any]] = [
    {"licenses": [{"name": 5}]},
    {"licenses": [{"name": "not an identifier!"}]},
    {"contributors": [{"roles": "author"}]},
    {"contributors": [{"title": 5}]},
    {"sources": [{"title": 5}]},
]


@pytest.mark.parametrize("package", MEMBERS, ids=repr)
def test_members_of_metadata_have_their_types(tmp_path: Path, package: dict[str, Any]) -> None:
    """Data Package, licenses, contributors, sources: each member is of a type."""
    written(tmp_path, Case("members", FRUIT, PLAIN, FAULT, {}, package))
    assert validate(tmp_path).by_rule == FAULT


@pytest.mark.parametrize("resource", [
    {"licenses": [{}]}, {"licenses": []}, {"sources": [{"title": 5}]}, {"sources": [{}]},
    {"type": "tabel"},
], ids=repr)  # fmt: skip
def test_members_of_a_resource_have_their_types(tmp_path: Path, resource: dict[str, Any]) -> None:
    """Data Resource, licenses, sources, type: as for a package; "table" is the only type."""
    written(tmp_path, Case("members", FRUIT, PLAIN, FAULT, resource))
    assert validate(tmp_path).by_rule == FAULT


def test_a_member_that_stands_twice_is_said(tmp_path: Path) -> None:
    """RFC 8259, 4: names SHOULD be unique. Catches constraints switched off without a word."""
    twice = '{"name": "id", "constraints": {"unique": true}, "constraints": {}}'
    (tmp_path / "schema.json").write_text(f'{{"fields": [{twice}, {{"name": "name"}}]}}')
    written(tmp_path, Case("twice", FRUIT, PLAIN, {}, {"schema": "schema.json"}))
    report = validate(tmp_path)
    (finding,) = report
    assert (report.valid, finding.rule, finding.field) == (True, "recommendation", "schema.json")
    assert "'constraints' twice" in finding.found


def test_what_stands_twice_is_not_sealed(tmp_path: Path) -> None:
    """Catches a member that is gone because the descriptor was written anew."""
    (tmp_path / "datapackage.json").write_text('{"title": "a", "title": "b", "resources": []}')
    with pytest.raises(PackageError, match="title"):
        seal(tmp_path)


@pytest.mark.parametrize("package", ["https://example.org/datapackage.json", "../other"])
@pytest.mark.parametrize("resource", ["table", "elsewhere"])
def test_a_foreign_key_into_another_package_is_reported(
    tmp_path: Path, package: str, resource: str
) -> None:
    """Catches a key that is looked up in this package, or nowhere, without a word."""
    reference = {"package": package, "resource": resource, "fields": "name"}
    schema = {**PLAIN, "foreignKeys": [{"fields": "id", "reference": reference}]}
    written(tmp_path, Case("another package", FRUIT, schema, UNSUPPORTED))
    assert validate(tmp_path).by_rule == UNSUPPORTED


def test_a_foreign_key_into_a_table_without_schema_is_reported(tmp_path: Path) -> None:
    """Catches a key that is not looked up, without a word."""
    reference = {"resource": "other", "fields": "name"}
    schema = {**PLAIN, "foreignKeys": [{"fields": "id", "reference": reference}]}
    written(tmp_path, Case("no schema", FRUIT, schema, UNSUPPORTED))
    described = json.loads((tmp_path / "datapackage.json").read_text())
    described["resources"].append({"name": "other", "path": "table.csv"})
    (tmp_path / "datapackage.json").write_text(json.dumps(described))
    assert validate(tmp_path).by_rule == UNSUPPORTED


INLINE: list[dict[str, Any]] = [
    {"format": "json", "data": [{"a": 1, "b": 2}]},
    {"format": "csv", "data": "A,B,C\n1,2,3\n4,5,6"},
    {"data": [["A", "B", "C"], [1, 2, 3], [4, 5, 6]]},
    {"data": [{"A": 1, "B": 2, "C": 3}, {"A": 4, "B": 5, "C": 6}]},
]


@pytest.mark.parametrize("entry", INLINE, ids=repr)
def test_data_inside_the_descriptor_are_read(tmp_path: Path, entry: dict[str, Any]) -> None:
    """Data Resource, path or data: the standard's examples, whose names are A, B, C, or a, b."""
    names = "ab" if entry.get("format") == "json" else "ABC"
    schema = {"fields": [{"name": name, "type": "integer"} for name in names]}
    described = {"resources": [{"name": "inline", "schema": schema, **entry}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(described))
    report = validate(tmp_path)
    assert (report.by_rule, report.unchecked) == ({}, ())
    assert report.rows == {"inline": 1 if len(names) == 2 else 2}


def test_url_of_version_0_is_a_path(tmp_path: Path) -> None:
    """Data Resource, path: "MUST treat it as the path property equivalent", and seal and SQL do."""
    (tmp_path / "a.csv").write_text(FRUIT)
    described = {"resources": [{"name": "x", "url": "a.csv", "schema": PLAIN}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(described))
    assert seal(tmp_path) == ["x"]
    assert list(validate(tmp_path)) == []
    with load(tmp_path) as package:
        assert package.sql("SELECT name FROM x").rows() == [("apple",), ("orange",)]


@pytest.mark.parametrize("entry", [{}, {"path": "a.csv", "data": []}])
def test_a_resource_has_either_path_or_data(tmp_path: Path, entry: dict[str, Any]) -> None:
    """Data Resource, path or data: "one (and only one) of these two properties"."""
    (tmp_path / "a.csv").write_text("a\n")
    described = {"resources": [{"name": "x", **entry}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(described))
    assert "descriptor" in validate(tmp_path).by_rule


def test_several_files_are_one_table(tmp_path: Path) -> None:
    """Data Resource, Multiple Files: the files are one large table."""
    for name, row in {"myfile1.csv": "1,apple", "myfile2.csv": "x,orange"}.items():
        (tmp_path / name).write_text(f"id,name\n{row}\n")
    entry = {"name": "all", "path": ["myfile1.csv", "myfile2.csv"], "schema": PLAIN}
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [entry]}))
    report = validate(tmp_path)
    assert report.rows == {"all": 2}
    assert [(f.rule, f.file, f.line) for f in report] == [("cell-type", "myfile2.csv", 2)]


def test_an_empty_package_is_a_fault(tmp_path: Path) -> None:
    """Data Package, resources: "with at least one resource"."""
    (tmp_path / "datapackage.json").write_text('{"resources": []}')
    assert validate(tmp_path).by_rule == {"descriptor": 1}
