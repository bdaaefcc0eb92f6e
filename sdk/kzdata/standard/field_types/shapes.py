"""GeoJSON (RFC 7946) and TopoJSON (its specification, 1.0): what a text of them must have.

Each reader raises ValueError, in words, at the first thing that is wrong. What a shape means on the
globe is not looked at: which way a ring runs, whether one ring lies in another, or how far a
longitude goes.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from kzdata.standard.field_types.base import UnsupportedError

MAX_INTEGER_DIGITS = 1_000  # digits up to which a number of JSON is read exactly
Check = Callable[[Any], None]
GEOMETRIES = "Point MultiPoint LineString MultiLineString Polygon MultiPolygon".split()
GEOMETRIES += ["GeometryCollection"]
_ONLY_OF = {
    "coordinates": GEOMETRIES,
    "geometries": GEOMETRIES,
    "geometry": ["Feature"],
    "properties": ["Feature"],
    "features": ["FeatureCollection"],
}
"""Members that define one kind of object, which others MUST NOT have (RFC 7946, 7.1)."""


def json_value(text: str) -> Any:
    """The value of a JSON text (RFC 8259); whole numbers are of type int, however they are written.

    Raises ValueError where it is none, UnsupportedError where it is nested too deep.
    """
    try:
        return json.loads(text, parse_int=_whole, parse_float=_decimal, parse_constant=_no_constant)
    except RecursionError as error:
        raise UnsupportedError("JSON that is nested too deep") from error


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_INTEGER_DIGITS else float(digits)


def _decimal(digits: str) -> int | float:
    number = float(digits)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name}, which JSON does not have")


def fault_of(text: str, check: Check) -> str | None:
    """What is wrong with a JSON text, in words; None where nothing is."""
    try:
        check(json_value(text))
    except json.JSONDecodeError:
        return "no JSON"
    except ValueError as error:
        if isinstance(error, UnsupportedError):
            raise
        return str(error)
    except RecursionError as error:
        raise UnsupportedError("JSON that is nested too deep") from error
    return None


def _kind(value: Any, kinds: Iterable[str | None]) -> Any:
    """The type of an object that must be of one of some types."""
    if not isinstance(value, dict):
        raise ValueError("a part that is no object")
    if "type" not in value or not isinstance(value["type"], str | None):
        raise ValueError("an object without a type")
    if value["type"] not in kinds:
        raise ValueError(
            f"{str(value['type'])[:40]!r} in place of {' or '.join(filter(None, kinds))}"
        )
    return value["type"]


def _member(value: Mapping[str, Any], name: str, kind: type) -> Any:
    """A member that must be there, and be a list, or an object."""
    if not isinstance(value.get(name), kind):
        words = "array" if kind is list else "object"
        raise ValueError(f"a {value['type']} without an {words} as {name}")
    return value[name]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _array_of(check: Check, least: int = 0, words: str = "arrays") -> Check:
    """A check of an array, each of whose items is checked."""

    def check_array(value: Any) -> None:
        if not isinstance(value, list):
            raise ValueError(f"too few {words} in one another")
        if len(value) < least:
            raise ValueError(f"a line or ring of fewer than {least} positions")
        for part in value:
            check(part)

    return check_array


def _check_position(value: Any) -> None:
    """Two numbers or more."""
    if not (isinstance(value, list) and len(value) >= 2 and all(map(_is_number, value))):
        raise ValueError("a position that is not of two numbers or more")


def _check_bbox(value: Mapping[str, Any]) -> None:
    """The least and the most in two dimensions or more (RFC 7946, 5)."""
    bbox = value.get("bbox", [0] * 4)
    numbers = isinstance(bbox, list) and all(map(_is_number, bbox))
    if not numbers or len(bbox) < 4 or len(bbox) % 2:
        raise ValueError("a bbox that is not of four numbers, or six")


def _check_id(value: Mapping[str, Any]) -> None:
    if not (isinstance(value.get("id", ""), str) or _is_number(value["id"])):
        raise ValueError(f"a {value['type']} with an id that is no text and no number")


# ------------------------------------------------------------------------------ GeoJSON


def check_geojson(value: Any) -> None:
    """A GeoJSON object (RFC 7946, 3)."""
    _check_geojson(value, [*GEOMETRIES, "Feature", "FeatureCollection"])


def _check_geojson(value: Any, kinds: list[str]) -> None:
    kind = _kind(value, kinds)
    for name, owners in _ONLY_OF.items():
        if name in value and kind not in owners:
            raise ValueError(f"a {kind} with the member {name}")
    _check_bbox(value)
    if kind == "FeatureCollection":
        for feature in _member(value, "features", list):
            _check_geojson(feature, ["Feature"])
    elif kind == "GeometryCollection":
        for geometry in _member(value, "geometries", list):
            _check_geojson(geometry, GEOMETRIES)
    elif kind == "Feature":
        _check_feature(value)
    # Geometries with empty coordinates MAY be taken for none (3.1).
    elif coordinates := _member(value, "coordinates", list):
        _COORDINATES[kind](coordinates)


def _check_feature(value: Mapping[str, Any]) -> None:
    for name in ("geometry", "properties"):
        if not isinstance(value.get(name, ""), dict | None):
            raise ValueError(f"a Feature without an object, or null, as {name}")
    _check_id(value)
    if value["geometry"] is not None:
        _check_geojson(value["geometry"], GEOMETRIES)


def _check_ring(value: Any) -> None:
    """Four positions or more, the first and the last the same (RFC 7946, 3.1.6)."""
    _RING(value)
    if value[0] != value[-1]:
        raise ValueError("a ring that is not closed")


_LINE, _RING = _array_of(_check_position, 2), _array_of(_check_position, 4)
_COORDINATES: dict[str, Check] = {
    "Point": _check_position,
    "MultiPoint": _array_of(_check_position),
    "LineString": _LINE,
    "MultiLineString": _array_of(_LINE),
    "Polygon": _array_of(_check_ring),
    "MultiPolygon": _array_of(_array_of(_check_ring)),
}


# ------------------------------------------------------------------------------ TopoJSON


def check_topojson(value: Any) -> None:
    """A topology with its geometries (TopoJSON, 2.1)."""
    _kind(value, ["Topology"])
    _check_bbox(value)
    if "transform" in value:
        _check_transform(value["transform"])
    arcs = _member(value, "arcs", list)
    _array_of(_LINE)(arcs)
    checks = _arc_checks(len(arcs))
    for geometry in _member(value, "objects", dict).values():
        _check_topology(geometry, checks)


def _check_transform(value: Any) -> None:
    """Two numbers each to scale and to translate by (2.1.2)."""
    for name in ("scale", "translate"):
        pair = value.get(name) if isinstance(value, dict) else None
        if not (isinstance(pair, list) and len(pair) == 2 and all(map(_is_number, pair))):
            raise ValueError(f"a transform without two numbers as {name}")


def _arc_checks(number: int) -> dict[str, Check]:
    """By type, the check of the arcs of a geometry, where the topology has so many."""

    def check_index(value: Any) -> None:
        # A negative one is an arc turned round: -1 the first.
        if type(value) is not int or not -number <= value < number:
            raise ValueError("an arc that the topology does not have")

    line = _array_of(check_index, words="arrays of arcs")
    lines = _array_of(line, words="arrays of arcs")
    several = _array_of(lines, words="arrays of arcs")
    return {"LineString": line, "MultiLineString": lines, "Polygon": lines, "MultiPolygon": several}


def _check_topology(value: Any, checks: Mapping[str, Check]) -> None:
    kind = _kind(value, [*GEOMETRIES, None])
    _check_bbox(value)
    _check_id(value)
    if not isinstance(value.get("properties", {}), dict):
        raise ValueError("properties that are no object")
    if kind == "GeometryCollection":
        for geometry in _member(value, "geometries", list):
            _check_topology(geometry, checks)
    elif kind in checks:
        checks[kind](_member(value, "arcs", list))
    elif kind is not None:
        _COORDINATES[kind](_member(value, "coordinates", list))
