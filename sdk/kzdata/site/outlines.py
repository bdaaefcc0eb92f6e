"""Outlines of countries for a page's map, cut to where the places of the package are.

They are Natural Earth's at 1:50 million; the front end's build writes them to `outlines.json`.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from statistics import median
from typing import Any, NamedTuple

from kzdata.evidence.profile import declared
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Places

Json = dict[str, Any]
Point = tuple[float, float]  # degrees east, degrees north
FAR = (30.0, 15.0)
"""Degrees east and north within which a place is near the middle of all: the map shows these, and
single ones far away do not make it a map of the world."""
MARGIN = 0.75  # share of the extent that is kept on each side, since maps differ in their shape
LEAST = 4.0  # degrees that are kept on each side in any case


class Frame(NamedTuple):
    """What a map shows, in degrees."""

    west: float
    south: float
    east: float
    north: float


def outlines(dataset: Dataset) -> list[Json]:
    """The countries around the places of a package: name, and rings of points, of each.

    A package without coordinates has none.
    """
    frame = framed(_points(dataset))
    if frame is None:
        return []
    shapes = ({"name": one["name"], "rings": list(_cut(one["rings"], frame))} for one in _world())
    return [shape for shape in shapes if shape["rings"]]


def framed(points: list[Point]) -> Frame | None:
    """The frame around most points, with room beside them."""
    if not points:
        return None
    middle = (median(x for x, _ in points), median(y for _, y in points))
    near = [p for p in points if all(abs(p[i] - middle[i]) < FAR[i] for i in (0, 1))] or [middle]
    (west, east), (south, north) = ((min(axis), max(axis)) for axis in zip(*near, strict=True))
    x, y = (max(LEAST, MARGIN * span) for span in (east - west, north - south))
    return Frame(west - x, south - y, east + x, north + y)


def clipped(ring: list[Point], frame: Frame) -> list[Point]:
    """The part of a ring inside a frame, side by side (Sutherland and Hodgman)."""
    sides: list[tuple[int, float, Callable[[float, float], bool]]] = [
        (0, frame.west, float.__ge__),
        (0, frame.east, float.__le__),
        (1, frame.south, float.__ge__),
        (1, frame.north, float.__le__),
    ]
    for axis, limit, inside in sides:
        ring = list(_beyond(ring, axis, limit, inside))
    return ring


def _beyond(
    ring: list[Point], axis: int, limit: float, inside: Callable[[float, float], bool]
) -> Iterator[Point]:
    """A ring without what lies beyond one side."""
    for before, here in zip([*ring[-1:], *ring[:-1]], ring, strict=True):
        if inside(here[axis], limit) != inside(before[axis], limit):
            share = (limit - before[axis]) / (here[axis] - before[axis])
            met = [before[i] + share * (here[i] - before[i]) for i in (0, 1)]
            met[axis] = limit
            yield (round(met[0], 2), round(met[1], 2))
        if inside(here[axis], limit):
            yield here


def _cut(rings: Iterable[list[Point]], frame: Frame) -> Iterator[list[Point]]:
    for ring in rings:
        if len(left := clipped(ring, frame)) > 2:
            yield left


def _points(dataset: Dataset) -> list[Point]:
    """Where the places of a package are, as far as it says so."""
    known = declared(dataset.descriptor, Places)
    if not known or not (known[1].longitude and known[1].latitude):
        return []
    table, role = known
    names = (role.longitude, role.latitude)
    places = [table.schema.names.index(name) for name in names if name]
    found = (
        _point(cells[places[0]], cells[places[1]]) for cells in dataset.tables[table.name].texts()
    )
    return [point for point in found if point]


def _point(longitude: str, latitude: str) -> Point | None:
    try:
        x, y = float(longitude), float(latitude)
    except ValueError:
        return None
    return (x, y) if abs(x) <= 180 and abs(y) <= 90 else None


@cache
def _world() -> list[Json]:
    text = resources.files("kzdata.site").joinpath("assets", "outlines.json").read_bytes()
    shapes: list[Json] = json.loads(text)
    for shape in shapes:
        shape["rings"] = [[(float(x), float(y)) for x, y in ring] for ring in shape["rings"]]
    return shapes
