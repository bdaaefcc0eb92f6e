"""Events on the map, each with its receipts: GeoJSON (RFC 7946) and GeoParquet 1.1.

An event is a row of a table of records that refers to the table of places and is no claim. It
stands at the point of the place that it names and nowhere else: where this place has no
coordinates, the geometry is null, and the nearest place around it that has some is told beside it.
"""

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

from kzdata.errors import PackageError, UsageError
from kzdata.evidence.profile import declared, needed
from kzdata.evidence.receipts import EvidenceIndex, Receipt
from kzdata.exports.content import Content, TableContent, encodable, write_list
from kzdata.exports.registry import exporter
from kzdata.exports.tables.parquet import ARROW_TYPES
from kzdata.standard.declarations import Edges, Places, Sources, Spans

if TYPE_CHECKING:
    from kzdata.standard.dataset import Dataset

BATCH = 10_000
_WKB = Struct("<BIdd")  # a point as well-known binary, after 1 for little-endian and 1 for a point
Point = tuple[float, float]  # longitude and latitude in degrees, WGS 84
# What of a receipt stands in a feature; the record is the feature itself.
RECEIPT = [field.name for field in fields(Receipt) if field.name != "record"]


class Place(NamedTuple):
    """A place: its row as printed values, and its point where it has one."""

    cells: dict[str, Any]
    point: Point | None


class Feature(NamedTuple):
    """An event on the map."""

    key: str
    point: Point | None  # where it happened, if the place that it names has coordinates
    properties: dict[str, Any]  # its row, and under the names of `OWN` what else is known


# Properties beside an event's columns; a column of the same name keeps it, and ours gets a `_`.
OWN = (
    "table",  # the event's table
    "place",  # the row of its place without coordinates
    "place_kind",  # how precise the point is, such as city, region or country
    # Where the place has no coordinates, the nearest place around it that has some, as `place`
    # with `longitude` and `latitude`.
    "place_within",
    "receipts",  # what each cell rests on
)


class EventMap:
    """The events of a package and where they happened."""

    def __init__(self, dataset: "Dataset") -> None:
        self.content = Content(dataset)
        traced = all(declared(dataset.descriptor, role) for role in (Edges, Spans, Sources))
        self._evidence = EvidenceIndex(dataset) if traced else None
        table, self._declared = needed(dataset.descriptor, Places, "a map")
        self._gazetteer = self.content.tables[table.name]
        rows, key = _rows(self._gazetteer), self._declared.id
        self.places = {c[key]: Place(c, self._point(c)) for c in rows if c[key] is not None}
        # A place is told with all of its columns but its coordinates.
        hidden = (self._declared.latitude, self._declared.longitude)
        self.label = [held for held in self._gazetteer.columns if held.name not in hidden]
        self.tables = dict(self._events())  # each with its column that names a place
        taken = {name for table in self.tables for name in self.content.tables[table].schema.names}
        # What the column of geometries, and `OWN`, are called here.
        self.geometry, *self.own = (
            next(free for k in range(99) if (free := name + "_" * k) not in taken)
            for name in ("geometry", *OWN)
        )
        if not self.tables:
            raise UsageError(
                f"{dataset.name} has no events: no table of records with a foreign key to "
                f"{self._gazetteer.name}, but for claims"
            )

    def _point(self, cells: dict[str, Any]) -> Point | None:
        longitude, latitude = cells[self._declared.longitude], cells[self._declared.latitude]
        if longitude is None and latitude is None:
            return None
        point = (math.nan, math.nan)  # which is within no bounds
        with suppress(TypeError, ValueError):
            point = float(longitude), float(latitude)
        if not (abs(point[0]) <= 180 and abs(point[1]) <= 90):
            found = f"longitude {longitude}, latitude {latitude}"
            raise PackageError(
                f"{self._gazetteer.name}, {cells[self._declared.id]}: found {found}, expected "
                "degrees from -180 to 180 and from -90 to 90, or neither"
            )
        return point

    def _events(self) -> Iterator[tuple[str, str]]:
        """The tables of events, each with its column that names a place."""
        tables, target = self.content.tables.values(), (self._gazetteer.name, (self._declared.id,))
        # Where some tables declare that they hold events, no other does.
        for table in [t for t in tables if t.schema.events] or tables:
            schema = table.schema
            if schema.principal or table is self._gazetteer or schema.record_key is None:
                continue
            for key in schema.foreign_keys:
                if (key.reference.resource, key.reference.fields) == target:
                    yield table.name, key.fields[0]
                    break

    def points(self) -> set[Point]:
        """The points at which events stand."""
        named = set[Any]()
        for name, column in self.tables.items():
            named |= {cells[column] for cells in _rows(self.content.tables[name])}
        return {place.point for key, place in self.places.items() if place.point and key in named}

    def features(self) -> Iterator[Feature]:
        """The events in the order of their tables."""
        for name, column in self.tables.items():
            table, receipts = self.content.tables[name], self._receipts(name)
            for cells in _rows(table):
                place = self.places.get(cells[column])
                key = str(cells[table.schema.primary_key[0]])
                known = (
                    name,
                    place and self._label(place),
                    place.cells[self._declared.kind] if place and self._declared.kind else None,
                    self._within(place),
                    receipts.get(key, []),
                )
                properties = cells | dict(zip(self.own, known, strict=True))
                yield Feature(key, place.point if place else None, properties)

    def _label(self, place: Place) -> dict[str, Any]:
        return {held.name: place.cells[held.name] for held in self.label}

    def _within(self, place: Place | None) -> dict[str, Any] | None:
        """The nearest place around one without coordinates that has some."""
        parent, seen = self._gazetteer.schema.parent, set[Any]()
        while parent and place and not place.point:
            above = place.cells[parent]
            place = None if above in seen else self.places.get(above)
            seen.add(above)
            if place and place.point:
                longitude, latitude = place.point
                return {**self._label(place), "longitude": longitude, "latitude": latitude}
        return None

    def _receipts(self, table: str) -> dict[str, list[dict[str, Any]]]:
        """The receipts of a table's rows by key."""
        found = self._evidence.of_table(table) if self._evidence else {}
        return {
            key: [{name: getattr(receipt, name) for name in RECEIPT} for receipt in receipts]
            for key, receipts in found.items()
        }


def _rows(table: TableContent) -> Iterator[dict[str, Any]]:
    """The rows of a table as values by column."""
    for batch in table.batches():
        for row in batch.rows:
            yield dict(zip(table.schema.names, row, strict=True))


def _plain(value: Any) -> Any:
    """A value as JSON has it: dates as text, whole numbers without a point."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    # Beyond 15 digits a float is no longer the whole number that it was written as.
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return value.isoformat() if isinstance(value, date | datetime | time) else value


@exporter("geojson", suffix=".geojson")
def geojson(dataset: "Dataset", out: Path) -> None:
    """Events as points on the map, each with its receipts (RFC 7946)."""
    event_map = EventMap(dataset)
    head = {"type": "FeatureCollection", "metadata": dict(event_map.content.facts())}
    features = (
        {
            "type": "Feature",
            "id": feature.key,
            "geometry": feature.point and {"type": "Point", "coordinates": feature.point},
            "properties": _plain(feature.properties),
        }
        for feature in event_map.features()
    )
    write_list(out, f'{_json(head)[:-1]},\n"features": [', map(_json, features))


def _json(value: Any) -> str:
    return encodable(json.dumps(value, ensure_ascii=False, allow_nan=False))


@exporter("geoparquet", suffix=".parquet", module="pyarrow", extra="pyarrow")
def geoparquet(dataset: "Dataset", out: Path) -> None:
    """Events as points on the map, each with its receipts (GeoParquet 1.1)."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    event_map = EventMap(dataset)
    schema = _arrow_schema(event_map).with_metadata({"geo": _json(_geo(event_map))})
    with ParquetWriter(out, schema, compression="zstd") as writer:
        features = event_map.features()
        while batch := list(islice(features, BATCH)):
            rows = [
                {event_map.geometry: f.point and _WKB.pack(1, 1, *f.point), **f.properties}
                for f in batch
            ]
            writer.write_table(pa.Table.from_pylist(rows, schema))


def _geo(event_map: EventMap) -> dict[str, Any]:
    """The metadata of GeoParquet 1.1; without `crs` coordinates are WGS 84, longitude first."""
    points, name = event_map.points(), event_map.geometry
    # A bounding box of no points would not be one, so that it is left out.
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"] if points else []}
    if points:
        sides = list(zip(*points, strict=True))
        column["bbox"] = [*map(min, sides), *map(max, sides)]
    return {"version": "1.1.0", "primary_column": name, "columns": {name: column}}


def _arrow_schema(event_map: EventMap) -> Any:
    """The columns: the geometry, those of all tables of events, and our own."""
    import pyarrow as pa

    columns: dict[str, Any] = {event_map.geometry: "binary"}
    for name in event_map.tables:
        for held in event_map.content.tables[name].columns:
            kind = ARROW_TYPES[held.kind]
            if columns.setdefault(held.name, kind) != kind:
                raise UsageError(
                    f"columns {held.name} of {', '.join(event_map.tables)} differ in type"
                )
    place = {held.name: ARROW_TYPES[held.kind] for held in event_map.label}
    within = pa.struct([*place.items(), ("longitude", "float64"), ("latitude", "float64")])
    whole = dict.fromkeys(("start", "end", "occurrence"), "int64")
    receipt = pa.struct([(name, whole.get(name, "string")) for name in RECEIPT])
    own = ("string", pa.struct(list(place.items())), "string", within, pa.list_(receipt))
    return pa.schema(list((columns | dict(zip(event_map.own, own, strict=True))).items()))
