"""Cells of JSON: GeoJSON (RFC 7946), TopoJSON (its specification, 1.0), and `jsonSchema`."""

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from geojson_pydantic.geometries import parse_geometry_obj
from hypothesis import given, settings
from hypothesis import strategies as st

from kzdata.standard.field_types.base import UnsupportedError
from kzdata.standard.field_types.shapes import check_geojson, check_topojson, fault_of
from kzdata.validation import validate
from kzdata.validation.report import Report
from packages import Spec, build, column

SETTINGS = settings(max_examples=100, deadline=None)
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
POINT: dict[str, Any] = {"type": "Point", "coordinates": [71.4, 51.1]}
RING = [[0, 0], [2, 0], [2, 2], [0, 0.0]]
SQUARE: dict[str, Any] = {"type": "Polygon", "coordinates": [RING]}
FEATURE: dict[str, Any] = {"type": "Feature", "geometry": POINT, "properties": {"a": [1]}}


def geometry(kind: str, coordinates: Any, **more: Any) -> dict[str, Any]:
    return {"type": kind, "coordinates": coordinates, **more}


RIGHT = [
    POINT, SQUARE, FEATURE,
    geometry("Point", [1, 2, 3]),
    geometry("Point", [1, 2, 3, 4]),  # "Implementations SHOULD NOT extend positions beyond three"
    geometry("Point", [-500, 91]),  # no bounds are set
    geometry("Point", []),  # "MAY interpret Geometry objects with empty coordinates as null"
    geometry("MultiPoint", [[1, 2], [1e-7, 2E3]]),
    geometry("LineString", [[1, 2], [1, 2]]),
    geometry("MultiLineString", [[[1, 2], [3, 4]]]),
    geometry("Polygon", [RING, RING]),
    geometry("MultiPolygon", [[RING], [RING]]),
    {"type": "GeometryCollection", "geometries": [POINT, SQUARE]},
    {"type": "GeometryCollection", "geometries": []},
    {"type": "Feature", "geometry": None, "properties": None, "id": 5},
    {"type": "FeatureCollection", "features": [FEATURE]},
    geometry("Point", [1, 2], bbox=[1, 2, 1, 2]),
    geometry("Point", [1, 2], bbox=[1, 2, 0, 1, 2, 0]),
    geometry("Point", [1, 2], crs={"type": "name"}, title="a foreign member"),
]  # fmt: skip
WRONG = [
    ([1, 2], "no object"),
    ({}, "without a type"),
    ({"type": 1}, "without a type"),
    ({"type": "point", "coordinates": [1, 2]}, "'point' in place of Point or MultiPoint"),
    ({"type": "Point"}, "without an array as coordinates"),
    (geometry("Point", None), "without an array as coordinates"),
    (geometry("Point", [1]), "position"),
    (geometry("Point", ["1", "2"]), "position"),
    (geometry("Point", [True, False]), "position"),
    (geometry("Point", [1, None]), "position"),
    (geometry("Point", [[1, 2]]), "position"),
    (geometry("MultiPoint", [1, 2]), "position"),
    (geometry("LineString", [[1, 2]]), "fewer than 2"),
    (geometry("Polygon", RING), "position"),
    (geometry("Polygon", [RING[:3]]), "fewer than 4"),
    (geometry("Polygon", [[*RING[:3], [0, 1]]]), "not closed"),
    (geometry("Polygon", [[]]), "fewer than 4"),
    (geometry("MultiPolygon", [RING]), "fewer than 4"),
    ({"type": "GeometryCollection", "geometries": [FEATURE]}, "'Feature' in place of Point"),
    ({"type": "GeometryCollection", "geometries": {}}, "array as geometries"),
    ({"type": "Feature", "geometry": POINT}, "as properties"),
    ({"type": "Feature", "properties": {}}, "as geometry"),
    ({"type": "Feature", "geometry": [], "properties": {}}, "as geometry"),
    ({"type": "Feature", "geometry": FEATURE, "properties": {}}, "in place of"),
    ({**FEATURE, "id": None}, "id"),
    ({**FEATURE, "id": True}, "id"),
    ({**FEATURE, "coordinates": [1, 2]}, "a Feature with the member coordinates"),
    ({**POINT, "properties": {}}, "a Point with the member properties"),
    ({**POINT, "features": []}, "a Point with the member features"),
    ({"type": "FeatureCollection", "features": [POINT]}, "'Point' in place of Feature"),
    ({"type": "FeatureCollection", "features": [], "geometry": None}, "with the member geometry"),
    (geometry("Point", [1, 2], bbox=[1, 2, 3]), "bbox"),
    (geometry("Point", [1, 2], bbox=[1, 2]), "bbox"),
    (geometry("Point", [1, 2], bbox=["1", 2, 3, 4]), "bbox"),
    (geometry("Point", [1, 2], bbox=None), "bbox"),
    ({"type": "FeatureCollection", "features": [{**FEATURE, "bbox": {}}]}, "bbox"),
    ({"type": "Topology", "objects": {}, "arcs": []}, "in place of"),
]


@pytest.mark.parametrize("value", RIGHT, ids=str)
def test_what_the_rfc_allows_is_geojson(value: Any) -> None:
    assert fault_of(json.dumps(value), check_geojson) is None


@pytest.mark.parametrize(("value", "words"), WRONG, ids=str)
def test_what_the_rfc_forbids_is_named(value: Any, words: str) -> None:
    assert words in (fault_of(json.dumps(value), check_geojson) or "")


def topology(kind: str | None, more: Mapping[str, Any], **rest: Any) -> dict[str, Any]:
    arcs = [[[0, 0], [1, 1]], [[1, 1], [2, 0], [0, 0]]]
    return {"type": "Topology", "objects": {"o": {"type": kind, **more}}, "arcs": arcs, **rest}


TOPOLOGIES = [
    (topology("Point", {"coordinates": [4000, 5000]}), ""),
    (topology("LineString", {"arcs": [0, -2]}), ""),
    (topology("Polygon", {"arcs": [[0, 1]], "properties": {"a": 1}, "id": "x"}), ""),
    (topology("MultiPolygon", {"arcs": [[[0, 1]], [[-1]]]}), ""),
    (topology(None, {}), ""),
    (topology("GeometryCollection", {"geometries": [{"type": "LineString", "arcs": [0]}]}), ""),
    (topology(None, {}, transform={"scale": [0.1, 1], "translate": [1, 2]}, bbox=[0, 0, 1, 1]), ""),
    ({"type": "Topology", "objects": {}, "arcs": []}, ""),
    (topology("LineString", {"arcs": [2]}), "an arc that the topology does not have"),
    (topology("LineString", {"arcs": [-3]}), "an arc that the topology does not have"),
    (topology("LineString", {"arcs": [0.5]}), "an arc that the topology does not have"),
    (topology("LineString", {"arcs": [True]}), "an arc that the topology does not have"),
    (topology("Polygon", {"arcs": [0]}), "too few arrays of arcs"),
    (topology("Polygon", {"coordinates": [RING]}), "without an array as arcs"),
    (topology("Circle", {"arcs": [0]}), "'Circle' in place of"),
    (topology("Point", {"coordinates": [1, 2], "properties": []}), "properties"),
    (topology(None, {}, transform={"scale": [1], "translate": [1, 2]}), "scale"),
    (topology(None, {}, bbox=[1]), "bbox"),
    ({"type": "Topology", "objects": {}, "arcs": [[[0, 0]]]}, "fewer than 2"),
    ({"type": "Topology", "objects": [], "arcs": []}, "without an object as objects"),
    ({"type": "Topology", "objects": {}}, "without an array as arcs"),
    (POINT, "'Point' in place of Topology"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "words"), TOPOLOGIES, ids=str)
def test_topologies(value: Any, words: str) -> None:
    found = fault_of(json.dumps(value), check_topojson)
    assert (words in (found or "")) if words else found is None


POSITIONS = st.lists(st.integers(-90, 90), min_size=2, max_size=3)
LINES = st.lists(POSITIONS.filter(lambda p: len(p) == 2), min_size=2, max_size=4)
RINGS = st.lists(LINES.map(lambda line: line[0]), min_size=3, max_size=5).map(lambda r: [*r, r[0]])
GEOMETRIES = st.one_of(
    POSITIONS.map(lambda value: geometry("Point", value)),
    LINES.map(lambda value: geometry("LineString", value)),
    st.lists(LINES, min_size=1, max_size=3).map(lambda v: geometry("MultiLineString", v)),
    st.lists(RINGS, min_size=1, max_size=2).map(lambda v: geometry("Polygon", v)),
    st.lists(st.lists(RINGS, min_size=1, max_size=2), min_size=1, max_size=2).map(
        lambda v: geometry("MultiPolygon", v)
    ),
)


def places(value: Any, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """The paths of everything within coordinates."""
    parts = enumerate(value) if isinstance(value, list) else ()
    return [path, *(one for n, part in parts for one in places(part, (*path, n)))]


def spoilt(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """A copy in which something else stands at a path."""
    if not path:
        return other
    return [spoilt(v, path[1:], other) if n == path[0] else v for n, v in enumerate(value)]


@given(value=GEOMETRIES, data=st.data())
@SETTINGS
def test_geometries_are_what_another_reader_takes(
    value: dict[str, Any], data: st.DataObject
) -> None:
    """Catches a check that is laxer, or stricter, than geojson-pydantic, but for empty arrays."""
    assert fault_of(json.dumps(value), check_geojson) is None
    where = [path for path in places(value["coordinates"]) if path]
    other = data.draw(st.sampled_from([[5, 6], 7, [[1, 2], [3, 4]], [8], [[9, 9]]]))
    coordinates = spoilt(value["coordinates"], data.draw(st.sampled_from(where)), other)
    wrong = geometry(value["type"], coordinates)
    try:
        parse_geometry_obj(wrong)
        taken = True
    except ValueError:
        taken = False
    assert (fault_of(json.dumps(wrong), check_geojson) is None) == taken, wrong


def test_geojson_that_is_nested_too_deep_is_left(tmp_path: Path) -> None:
    """Catches a stack that overflows, and a cell that is called wrong for its depth."""
    deep = '{"type":"GeometryCollection","geometries":[' * 5_000 + "]}" * 5_000
    with pytest.raises(UnsupportedError):
        fault_of(deep, check_geojson)
    rows = [[json.dumps(POINT)], [deep], ["{}"]]
    report = validate(build(tmp_path, [Spec("t", {"fields": [column("a", "geojson")]}, rows)]).root)
    assert "not-checked" in report.by_rule


# ------------------------------------------------------------------------------ jsonSchema


def checked(folder: Path, schema: Any, cells: list[str], kind: str = "object") -> Report:
    fields = [column("a", kind, jsonSchema=schema)]
    return validate(build(folder, [Spec("t", {"fields": fields}, [[one] for one in cells])]).root)


def lines(report: Report) -> list[int | None]:
    assert {found.rule for found in report} <= {"cell-json-schema"}
    return [found.line for found in report]


SCHEMAS: list[tuple[str, Any, list[str], list[str]]] = [
    ("object", {}, ["{}", '{"a": 1}'], []),
    ("object", {"required": ["a"]}, ['{"a": 1}'], ["{}"]),
    ("object", {"properties": {"a": {"type": "integer"}}}, ['{"a": 1.0}'], ['{"a": 1.5}']),
    ("object", {"additionalProperties": False}, ["{}"], ['{"a": 1}']),
    ("object", {"properties": {"a": {"pattern": "^x+$"}}}, ['{"a": "xx"}'], ['{"a": "y"}']),
    ("object", {"properties": {"a": {"pattern": r"\d"}}}, ['{"a": "x5"}'], ['{"a": "x"}']),
    ("object", {"propertyNames": {"maxLength": 1}}, ['{"a": 1}'], ['{"ab": 1}']),
    ("array", {"uniqueItems": True}, ["[1, true]", '[1, "1"]'], ["[1, 1.0]", "[[1], [1]]"]),
    ("array", {"maxItems": 1}, ["[1]"], ["[1, 2]"]),
    ("array", {"items": {"$ref": "#/$defs/a"}, "$defs": {"a": {"const": 5}}}, ["[5]"], ["[6]"]),
    ("array", {"items": [{"type": "string"}]}, ['["a", 1]'], ["[1]"]),  # draft 7
    ("array", {"prefixItems": [{"type": "string"}]}, ['["a", 1]'], ["[1]"]),  # 2020-12
    ("array", {"$schema": "http://json-schema.org/draft-07/schema#",
               "prefixItems": [{"type": "string"}]}, ["[1]"], []),
    ("array", {"$schema": "http://json-schema.org/draft-04/schema#", "items": {
        "minimum": 5, "exclusiveMinimum": True}}, ["[6]"], ["[5]"]),
    ("array", {"items": {"multipleOf": 0.01}}, ["[1.23]"], ["[1.234]"]),
    ("array", {"items": {"maximum": 5}}, ["[5]"], ["[" + "9" * 5_000 + "]"]),
    ("object", {"$ref": "#"}, [], []),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "schema", "right", "wrong"), SCHEMAS, ids=str)
def test_a_value_is_what_its_schema_wants(
    kind: str, schema: Any, right: list[str], wrong: list[str], tmp_path: Path
) -> None:
    report = checked(tmp_path, schema, right + wrong, kind)
    assert lines(report) == list(range(2 + len(right), 2 + len(right) + len(wrong)))


def test_a_finding_says_where_in_the_value(tmp_path: Path) -> None:
    schema = {"properties": {"a": {"items": {"type": "integer"}}}}
    (found,) = checked(tmp_path, schema, ['{"a": [1, "x"]}'])
    assert found.found == '{"a": [1, "x"]}'
    assert found.expected == "what jsonSchema wants ($.a[1]: type 'integer')"


def test_a_cell_that_is_not_of_its_type_is_not_asked(tmp_path: Path) -> None:
    report = checked(tmp_path, {"required": ["a"]}, ["[1]", "no", ""])
    assert report.by_rule == {"cell-type": 2}


def test_each_cell_is_told_of_and_the_many_are_counted(tmp_path: Path) -> None:
    """Catches rows of one text that are told once, and a flood that fills the memory."""
    report = checked(tmp_path, {"maxProperties": 0}, ['{"a": 1}'] * 1_500)
    assert report.by_rule == {"cell-json-schema": 1_500}
    assert len(list(report)) == 1_000


HOSTILE: list[tuple[str, Any, str]] = [
    ("a loop", {"$ref": "#"}, '{"a": 1}'),
    ("no schema at the end", {"$ref": "#/a", "a": {"type": "whole"}}, "{}"),
    ("a list at the end", {"$ref": "#/required", "required": ["a"]}, '{"a": 1}'),
    ("a loop of two", {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#"}]}}}, "{}"),
    ("doubling", {"$ref": "#/$defs/a0", "$defs": {
        f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(60)
    } | {"a60": {}}}, "{}"),
    ("nowhere", {"$ref": "#/nowhere"}, "{}"),
    ("Python's patterns", {"properties": {"a": {"pattern": "^(a|a)*$(?=b)"}}}, '{"a": "aaaa"}'),
    ("a giant pattern", {"properties": {"a": {"pattern": "((a{1,100}){1,100}){1,100}"}}},
     '{"a": "aaaa"}'),
    ("patterns by the back door", {"patternProperties": {"(a|a)*$": {}},
                                   "additionalProperties": False}, '{"aaaa": 1}'),
    ("another version inside", {"properties": {"a": {
        "$schema": "http://json-schema.org/draft-07/schema#", "pattern": "(a|a)*"}}}, '{"a": "a"}'),
    ("the same version inside", {"$schema": DRAFT_7, "properties": {"a": {
        "$schema": DRAFT_7, "pattern": "(a|a)*"}}}, '{"a": "a"}'),
    ("over the network", {"$ref": "https://example.invalid/schema.json"}, "{}"),
    ("a file", {"$ref": "file:///etc/passwd"}, "{}"),
    ("a schema that is known", {"$ref": "http://json-schema.org/draft-07/schema#"}, "{}"),
    ("arithmetic", {"properties": {"a": {"multipleOf": 1e-300}}}, '{"a": ' + "9" * 5_000 + "}"),
    ("a wide value", {"properties": {"a": {"allOf": [{"items": {}}] * 500}}},
     json.dumps({"a": [0] * 20_000})),
]  # fmt: skip


@pytest.mark.parametrize(("name", "schema", "cell"), HOSTILE, ids=lambda value: str(value)[:25])
def test_a_schema_that_nobody_writes_is_left_in_time(
    name: str, schema: Any, cell: str, tmp_path: Path
) -> None:
    """Catches a schema that is fetched, that never ends, or that is called wrong for a limit."""
    begin = time.monotonic()
    report = checked(tmp_path, schema, [cell])
    assert report.by_rule == {"not-checked": 1}, [str(found) for found in report]
    assert time.monotonic() - begin < 20


def test_unique_items_take_no_square(tmp_path: Path) -> None:
    """Catches a comparison of each item with each other."""
    begin = time.monotonic()
    cell = json.dumps([[n] for n in range(60_000)], separators=(",", ":"))
    assert lines(checked(tmp_path, {"uniqueItems": True}, [cell], "array")) == []
    assert time.monotonic() - begin < 20


def test_a_pattern_takes_no_exponential_time(tmp_path: Path) -> None:
    """Catches Python's `re`, which takes years for this."""
    schema = {"properties": {"a": {"pattern": "^(a|a)*$"}}}
    assert lines(checked(tmp_path, schema, ['{"a": "' + "a" * 60 + 'b"}'])) == [2]


def test_without_the_library_the_way_to_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kzdata.standard.field_types import json_schema

    monkeypatch.setitem(sys.modules, "jsonschema", None)
    json_schema._library.cache_clear()
    report = checked(tmp_path, {"required": ["a"]}, ["{}"])
    json_schema._library.cache_clear()
    assert report.by_rule == {"not-checked": 1}
    assert "pip install 'kzdata[jsonschema]'" in next(iter(report)).fix
