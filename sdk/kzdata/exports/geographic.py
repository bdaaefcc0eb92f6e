"""Events on the map, each with its receipts: GeoJSON (RFC 7946) and GeoParquet 1.1.

An event is a row of a table of records that refers to the table of places and is no claim. It
stands at the point of the place that it names and nowhere else: where this place has no
coordinates, the geometry is null, and the nearest place around it that has some is told beside it.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kzdata.descriptor import Places
from kzdata.errors import PackageError, UsageError
from kzdata.exports.content import Content, TableContent, encodable
from kzdata.exports.registry import exporter
from kzdata.receipts import Ledger, Receipt

if TYPE_CHECKING:
    from kzdata.package import Package

Point = tuple[float, float]
"""Longitude and latitude in degrees, WGS 84."""
RECEIPT = [field.name for field in fields(Receipt) if field.name != "record"]
"""What of a receipt stands in a feature; the record is the feature itself."""


class Place(NamedTuple):
    """A place: its row as printed values, and its point where it has one."""

    cells: dict[str, Any]
    point: Point | None


class Feature(NamedTuple):
    """An event on the map.

    Attributes:
        key: Its key.
        point: Where it happened, if the place that it names has coordinates.
        properties: Its row, and under the names of `OWN` what else is known.
    """

    key: str
    point: Point | None
    properties: dict[str, Any]


OWN = ("table", "place", "place_kind", "place_within", "receipts")
"""Properties beside an event's columns; a column of the same name keeps it, and ours gets a `_`.

`table`: the event's table. `place`: the row of its place without coordinates. `place_kind`: how
precise the point is, such as city, region or country. `place_within`: where the place has no
coordinates, the nearest place around it that has some, as `place` with `longitude` and `latitude`.
`receipts`: what each cell rests on.
"""


class Atlas:
    """The events of a package and where they happened.

    Args:
        package: The package.

    Raises:
        UsageError: It declares no places, or no event refers to them.
        PackageError: A place has coordinates that cannot be.
    """

    def __init__(self, package: "Package") -> None:
        self.content = Content(package)
        declared = package._shelf.descriptor.one
        traced = all(declared(role) for role in ("edges", "spans", "sources"))
        self._ledger = Ledger(package._shelf) if traced else None
        named = [table for table in self.content.tables.values() if table.schema.places]
        if not named:
            raise UsageError(
                f"{package.name} declares no kzdata:places, so nothing has coordinates; "
                "docs/profile.md says how"
            )
        self._home = named[0]
        assert self._home.schema.places
        self._declared: Places = self._home.schema.places
        self.places = dict(self._places())
        self.tables = dict(self._events())
        if not self.tables:
            raise UsageError(
                f"{package.name} has no events: no table of records with a foreign key to "
                f"{self._home.name}, but for claims"
            )

    def _places(self) -> Iterator[tuple[str, Place]]:
        for cells in _rows(self._home):
            key = str(cells[self._declared.id])
            yield key, Place(cells, self._point(key, cells))

    def _point(self, key: str, cells: dict[str, Any]) -> Point | None:
        longitude, latitude = cells[self._declared.longitude], cells[self._declared.latitude]
        if longitude is None and latitude is None:
            return None
        try:
            point = float(longitude), float(latitude)
        except (TypeError, ValueError):
            point = (math.nan, math.nan)
        if not (abs(point[0]) <= 180 and abs(point[1]) <= 90):
            found = f"longitude {longitude}, latitude {latitude}"
            raise PackageError(
                f"{self._home.name}, {key}: found {found}, expected degrees from -180 to 180 and "
                "from -90 to 90, or neither"
            )
        return point

    def _events(self) -> Iterator[tuple[str, str]]:
        """The tables of events, each with its column that names a place."""
        declared = [t for t in self.content.tables.values() if getattr(t.schema, "events", None)]
        for table in declared or self.content.tables.values():
            schema = table.schema
            if schema.principal or table is self._home or schema.record_key is None:
                continue
            for key in schema.foreign_keys:
                target = (key.reference.resource, key.reference.fields)
                if target == (self._home.name, (self._declared.id,)):
                    yield table.name, key.fields[0]
                    break

    def features(self) -> Iterator[Feature]:
        """The events in the order of their tables."""
        for name, column in self.tables.items():
            table = self.content.tables[name]
            ours = _free(OWN, set(table.schema.names))
            for cells in _rows(table):
                place = self.places.get(str(cells[column]))
                key = str(cells[table.schema.primary_key[0]])
                known = (
                    name,
                    self._label(place),
                    place.cells[self._declared.kind] if place and self._declared.kind else None,
                    self._within(place),
                    self._receipts(name, key),
                )
                properties = cells | dict(zip(ours, known, strict=True))
                yield Feature(key, place.point if place else None, properties)

    def _label(self, place: Place | None) -> dict[str, Any] | None:
        """A place without its coordinates."""
        hidden = (self._declared.latitude, self._declared.longitude)
        return place and {name: cell for name, cell in place.cells.items() if name not in hidden}

    def _within(self, place: Place | None) -> dict[str, Any] | None:
        """The nearest place around one without coordinates that has some."""
        around = self._around(place)
        if around is None or around.point is None:
            return None
        longitude, latitude = around.point
        return {**(self._label(around) or {}), "longitude": longitude, "latitude": latitude}

    def _around(self, place: Place | None) -> Place | None:
        """The nearest place around one without coordinates that has some."""
        parent, seen = self._home.schema.parent, set[str]()
        while parent and place and not place.point:
            above = str(place.cells[parent])
            place = None if above in seen else self.places.get(above)
            seen.add(above)
            if place and place.point:
                return place
        return None

    def _receipts(self, table: str, key: str) -> list[dict[str, Any]]:
        if self._ledger is None:
            return []
        found = self._ledger.trace(key if "/" in table else f"{table}/{key}")
        return [{name: getattr(receipt, name) for name in RECEIPT} for receipt in found]


def _free(names: tuple[str, ...], taken: set[str]) -> list[str]:
    """The names, each with so many `_` after it that no column has it."""
    return [
        next(n for n in (name + "_" * k for k in range(99)) if n not in taken) for name in names
    ]


def _rows(table: TableContent) -> Iterator[dict[str, Any]]:
    """The rows of a table as JSON has values."""
    for batch in table.batches():
        for row in batch.rows:
            yield dict(zip(table.schema.names, map(_plain, row), strict=True))


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value if value is None or isinstance(value, str | int) else value.isoformat()


@exporter("geojson", suffix=".geojson")
def geojson(package: "Package", out: Path) -> None:
    """Events as points on the map, each with its receipts (RFC 7946)."""
    atlas = Atlas(package)
    head = {"type": "FeatureCollection", "metadata": dict(atlas.content.facts())}
    with out.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(f'{_json(head)[:-1]},\n"features": [')
        for number, feature in enumerate(atlas.features()):
            stream.write(",\n" if number else "\n")
            stream.write(_json(_as_geojson(feature)))
        stream.write("\n]}\n")


def _as_geojson(feature: Feature) -> dict[str, Any]:
    point = feature.point
    return {
        "type": "Feature",
        "id": feature.key,
        "geometry": {"type": "Point", "coordinates": point} if point else None,
        "properties": feature.properties,
    }


def _json(value: Any) -> str:
    return encodable(json.dumps(value, ensure_ascii=False, allow_nan=False))
