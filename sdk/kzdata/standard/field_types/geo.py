"""Places: points, and JSON of shapes."""

from decimal import Decimal

from kzdata.engine import sql
from kzdata.standard.descriptor import FieldDescriptor
from kzdata.standard.field_types.base import FieldType, first_of
from kzdata.standard.field_types.number import canonical_number, number_within
from kzdata.standard.field_types.shapes import check_geojson, check_topojson, fault_of

_DEGREES = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,18})?"
GEOPOINT = f"({_DEGREES}), ?({_DEGREES})"
# What DuckDB calls the numbers of JSON.
_NUMBERS = "('DOUBLE', 'BIGINT', 'UBIGINT', 'HUGEINT')"


def geopoint(field: FieldDescriptor) -> FieldType:
    """A point, in the format that the field names."""
    return (GeoPoint if field.format == "default" else JsonPoint)(field)


class GeoPoint(FieldType):
    """A longitude and a latitude, divided by a comma."""

    words = '"lon, lat" in degrees'
    pattern = GEOPOINT

    @staticmethod
    def _parts(cell: str) -> list[str]:
        return [sql.extracted(cell, part) for part in ("^([^,]*),", "^[^,]*, ?(.*)$")]

    def breach(self, cell: str) -> str:
        outside = _off_the_globe(*self._parts(cell))
        return first_of(cell, f"NOT {sql.full_match(cell, GEOPOINT)}", outside)

    def same(self, cell: str) -> str:
        return "({} || ',' || {})".format(*map(canonical_number, self._parts(cell)))


class JsonPoint(FieldType):
    """A longitude and a latitude as a JSON array or object."""

    formats = ("array", "object")

    def __init__(self, field: FieldDescriptor) -> None:
        super().__init__(field)
        self.words = f"a JSON {field.format} of lon and lat in degrees"

    def breach(self, cell: str) -> str:
        kind = self.field.format
        paths = ("$[0]", "$[1]") if kind == "array" else ("$.lon", "$.lat")
        return first_of(
            cell,
            f"{sql.json_kind(cell)} IS DISTINCT FROM '{kind.upper()}'",
            f"{sql.json_members(cell)} <> 2",
            *(f"coalesce({sql.json_kind_at(cell, p)}, '') NOT IN {_NUMBERS}" for p in paths),
            _off_the_globe(*(sql.json_text_at(cell, path) for path in paths)),
        )


def _off_the_globe(east: str, north: str) -> str:
    """SQL: a longitude beyond 180 or a latitude beyond 90 degrees."""
    tests = [
        number_within(value, operator, Decimal(limit))
        for value, most in ((east, 180), (north, 90))
        for operator, limit in (("<=", most), (">=", -most))
    ]
    return f"NOT ({' AND '.join(tests)})"


class GeoJson(FieldType):
    """A GeoJSON or TopoJSON object."""

    formats = ("default", "topojson")

    def __init__(self, field: FieldDescriptor) -> None:
        super().__init__(field)
        self._check = check_geojson if field.format == "default" else check_topojson
        self.words = f"a {'Geo' if field.format == 'default' else 'Topo'}JSON object"

    def breach(self, cell: str) -> str:
        """Only what SQL can tell; `judge` tells the rest."""
        return f"({cell} IS NOT NULL AND {sql.json_kind(cell)} IS DISTINCT FROM 'OBJECT')"

    def judge(self, text: str) -> str | None:
        return fault_of(text, self._check)
