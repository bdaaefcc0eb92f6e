"""Table Schema, cell by cell: which texts have a type's form, and the sentence that decides it.

Each group of cells becomes two packages: one with the valid cells, one with the others, each of
them a fault. Also read by tests/test_table_schema.py.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from conformance.source import corpus
from conformance.source.corpus import Fault, at, table_schema

STANDARD = {
    "any": table_schema(
        "any",
        "A data consumer MUST NOT perform any processing on this field's values and MUST interpret "
        "them as it is in the data source.",
    ),
    "string": table_schema(
        "string", "The field contains strings, that is, sequences of characters."
    ),
    "email": table_schema("string", "email: A valid email address."),
    "uri": table_schema("string", "uri: A valid URI."),
    "binary": table_schema("string", "binary: A base64 encoded string representing binary data."),
    "uuid": table_schema("string", "uuid: A string that is a uuid."),
    "integer": table_schema(
        "integer", "Integer values are indicated in the standard way for any valid integer."
    ),
    "group": table_schema(
        "number",
        "groupChar: A string whose value is used to group digits within the number. This property "
        "does not have a default value.",
    ),
    "bare": table_schema(
        "number",
        "If false the contents of this field may contain leading and/or trailing non-numeric "
        "characters (which implementors MUST therefore strip).",
    ),
    "number": table_schema(
        "number",
        "The lexical formatting follows that of decimal in XMLSchema: a non-empty finite-length "
        "sequence of decimal digits separated by a period as a decimal indicator. An optional "
        "leading sign is allowed.",
    ),
    "special": table_schema(
        "number",
        "The following special string values are permitted (case need not be respected):",
    ),
    "exponent": table_schema(
        "number",
        "exponent: this MUST consist of an E followed by an optional + or - sign followed by one "
        "or more decimal digits (0-9)",
    ),
    "decimal": table_schema(
        "number",
        "decimalChar: A string whose value is used to represent a decimal point within the number. "
        'The default value is ".".',
    ),
    "boolean": table_schema(
        "boolean",
        "In the physical representations of data where boolean values are represented with "
        "strings, the values set in trueValues and falseValues are to be cast to their logical "
        "representation as booleans.",
    ),
    "own boolean": table_schema(
        "boolean",
        "trueValues and falseValues are arrays which can be customised to user need.",
    ),
    "date": table_schema(
        "date", "default: The lexical representation MUST be yyyy-mm-dd e.g. 2024-01-26"
    ),
    "strptime": table_schema(
        "datetime",
        "Values in the this field SHOULD be parsable by Python / C standard strptime using "
        "<PATTERN>.",
    ),
    "time": table_schema(
        "time", "default: The lexical representation MUST be hh:mm:ss e.g. 15:00:00"
    ),
    "datetime": table_schema(
        "datetime",
        "default: The lexical representation MUST be in a form defined by XML Schema containing "
        "required date and time parts, followed by optional milliseconds and timezone parts",
    ),
    "year": table_schema("year", "A calendar year as per XMLSchema gYear."),
    "yearmonth": table_schema(
        "yearmonth", "A specific month in a specific year as per XMLSchema gYearMonth."
    ),
    "duration": table_schema(
        "duration",
        "We follow the definition of XML Schema duration datatype directly and that definition is "
        "implicitly inlined here.",
    ),
    "list": table_schema(
        "list",
        "A data consumer MUST process list items as it were individual values of the corresponding "
        "data type. Note, that on lexical level only default formats are supported",
    ),
    "object": table_schema("object", "The field contains a valid JSON object."),
    "array": table_schema("array", "The field contains a valid JSON array."),
    "geopoint": table_schema(
        "geopoint",
        'default: A string of the pattern "lon, lat", where each value is a number, and lon is the '
        "longitude and lat is the latitude (note the space is optional after the ,).",
    ),
    "geo array": table_schema(
        "geopoint",
        "array: A JSON array, or a string parsable as a JSON array, of exactly two items, where "
        "each item is a number",
    ),
    "geo object": table_schema(
        "geopoint",
        "object: A JSON object with exactly two keys, lat and lon and each value is a number",
    ),
    "geojson": table_schema("geojson", "default: A geojson object as per the GeoJSON spec."),
    "topojson": table_schema("geojson", "topojson: A topojson object as per the TopoJSON spec"),
    "required": table_schema("required", "Indicates whether this field cannot be null."),
    "missing": table_schema(
        "missingValues",
        "When implementations choose to convert missing values to null, this conversion to null "
        "MUST be done before any other attempted type-specific string conversion.",
    ),
    "own missing": table_schema(
        "field-missingValues",
        "If this property is defined, it takes precedence over the schema-level property and "
        "completely replaces it for the field without combining the values.",
    ),
    "length": table_schema("minLength", "An integer that specifies the minimum length of a value."),
    "minimum": table_schema(
        "minimum",
        "A minimum value constraint checks whether a field value is greater than or equal to the "
        "specified value.",
    ),
    "maximum": table_schema(
        "maximum", "As for minimum, but specifies a maximum value for a field."
    ),
    "exclusive": table_schema(
        "exclusiveMinimum", "As for minimum, but for expressing exclusive range."
    ),
    "pattern": table_schema(
        "pattern",
        "The values of this field MUST conform to the standard XML Schema regular expression "
        "syntax.",
    ),
    "enum": table_schema(
        "enum",
        "The value of the field MUST exactly match one of the values in the enum array.",
    ),
    "logical": table_schema(
        "enum",
        "Constraints MUST be applied on the logical representation of field values and constraint "
        "values.",
    ),
    "categories": table_schema(
        "categories",
        "The logical representation of data in the field MUST exactly match one of the values in "
        "categories.",
    ),
}
"""The sentences that decide, by a short name."""
CONSTRAINED = "required missing length minimum maximum exclusive pattern enum logical categories"
"""The sentences whose packages are named after them; those of the others after the type."""


class Case(NamedTuple):
    """Cells of one field: its properties, the sentence that decides, what is valid, what is not."""

    field: dict[str, Any]
    sentence: str
    valid: list[str]
    invalid: list[str]


def case(sentence: str, kind: str, valid: str, invalid: str, **given: Any) -> Case:
    """A case whose cells are divided by ` | `; ⟨⟩ stands for an empty cell."""
    limits = {k: v for k, v in given.items() if k in LIMITS}
    field = {"type": kind, **{k: v for k, v in given.items() if k not in LIMITS}}
    if limits:
        field["constraints"] = limits
    cells = [[c.replace("⟨⟩", "") for c in part.split(" | ") if c] for part in (valid, invalid)]
    return Case(field, sentence, *cells)


LIMITS = {
    *"required unique enum pattern minLength maxLength".split(),
    *"minimum maximum exclusiveMinimum exclusiveMaximum".split(),
}
GROUP = {"groupChar": ","}
LONG = "12345678901234567890123456789012345678901234567890"
CASES = [
    case("any", "any", "a |  12 | t | {", ""),
    case("string", "string", "a |  b  | é | \u0661 | 1_000 | NaN", ""),
    case("email", "string", 'a@b.org | a.b+c@sub.example.org | "a b"@b.org | o\'n@x.co',
         "a | @b.org | a@ | a@b | a b@c.org | a..b@c.org | .a@b.org | a@-b.org | a@b..org "
         "| é@b.org |  a@b.org | a@b.org ", format="email"),
    case("uri", "string", "https://a.org/b?c=d#e | urn:isbn:1 | mailto:a@b.org | file:///a/b "
         "| http://[::1]:80/ | http://a.org/%C3%A9 | x:",
         "a.org | //a.org | /b | http://a b | http://a.org/é | 1http://a | http://a.org/%zz "
         "| http://a.org/#b#c | <http://a.org>", format="uri"),
    case("uri", "string", "http://[2001:db8::1]/ | http://[::] | http://[1:2:3:4:5:6:7:8] "
         "| http://[::ffff:192.0.2.1]/ | http://[1::8] | http://[1:2:3:4:5:6:7::] | http://[v1.a:b]",
         "http://[:::1] | http://[1:2:3:4:5:6:7:8:9] | http://[12345::] | http://[::256.0.0.1] "
         "| http://[1::2::3] | http://[] | http://[1:2] | http://[.]", format="uri"),
    case("binary", "string", "YQ== | YWI= | YWJj | +/+/",
         "YQ | YQ= | Y | YWJj= | YW Jj | YWJj-_8= | é", format="binary"),
    case("uuid", "string", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6 "
         "| F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6 | 00000000-0000-0000-0000-000000000000",
         "f81d4fae7dec11d0a76500a0c91e6bf6 | {f81d4fae-7dec-11d0-a765-00a0c91e6bf6} "
         "| g81d4fae-7dec-11d0-a765-00a0c91e6bf6 | f81d4fae-7dec-11d0-a765-00a0c91e6bf "
         "| urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", format="uuid"),
    # ------------------------------------------------------------------ integer
    case("integer", "integer", f"0 | 12 | -12 | +12 | 007 | -0 | {LONG}",
         " 12 | 12  | 1_000 | 1,000 | 12.0 | 12. | 1e3 | 0x1F | 0b1 | \u0661\u0662 | ٣ | \uff11 "
         "| ² | nan | infinity | t | -- 1 | +-1 | 1- | a | - | + | \u22121 | 1\u00a0000"),
    case("group", "integer", "1,000 | 1,00,000 | 1000 | -1,000,000",
         ",1 | 1, | 1,,000 | 1.000 | ,", **GROUP),
    case("bare", "integer", "95% | €95 | EUR 95 | -5% | 95 | $ -5",
         "% | 9 5 | 9%5 | -€95 | €9.5 | 5-", bareNumber=False),
    case("group", "integer", "€1.000 | 1.000 km", "1,000 | €1 000", bareNumber=False,
         groupChar="."),
    # ------------------------------------------------------------------ number
    case("number", "number", "-1.23 | 12678967.543233 | +100000.00 | 210 | .5 | 5. | 007.50 | -0 "
         f"| {LONG}.{LONG}",
         " 12 | 12  | 1_000 | 1,5 | 1,000.5 | 1.2.3 | . | + | - | ٣.٥ | 0x1F | 1/2 | 50% | a | t "
         "| 1 000 | \u22121.5 | --1"),
    case("special", "number", "NaN | INF | -INF | nan | inf | -Inf | NAN",
         "+INF | -NaN | Infinity | infinity | -infinity | ∞ | #N/A | NA | in f"),
    case("exponent", "number", "1E3 | 1.5E-3 | -2E+10 | 1E400 | .5E1",
         "1E | E3 | 1E1.5 | 1E+ | 1 E3 | 1EE3 | 1D3"),
    case("decimal", "number", "1,5 | ,5 | 5, | 12 | -1,5E3", "1.5 | 1,5,0 | 1.000,5 | ,",
         decimalChar=","),
    case("group", "number", "1.000,5 | 1000,5 | 12.345.678 | -1.000",
         "1,000.5 | 1.000.,5 | .000,5 | 1,000.000 | 1.", decimalChar=",", groupChar="."),
    case("group", "number", "1 000.5 | 1 000 000", "1  000 |  1 000 | 1 000. 5", groupChar=" "),
    case("bare", "number", "95.5% | €95 | EUR -95.50 | 1E3 m | NaN", "% | 1 2 | 1.2.3 | -€1.5",
         bareNumber=False),
    case("bare", "number", "€.5 | 5. km | .5 | -5.% | $ -5.5", "€. | 5 . 5", bareNumber=False),
    # ------------------------------------------------------------------ boolean
    case("boolean", "boolean", "true | True | TRUE | 1 | false | False | FALSE | 0",
         "t | yes | no | f | tRUE | 2 | 01 | on |  true | true  | wahr | -1 | 1.0"),
    case("own boolean", "boolean", "ja | nein | J.", "Ja | true | 1 | 0 | J | Jx",
         trueValues=["ja", "J."], falseValues=["nein"]),
    # ------------------------------------------------------------------ date and time
    case("date", "date", "2024-01-26 | 2024-02-29 | 0001-01-01 | 9999-12-31 | 1900-02-28",
         "2024-02-30 | 2023-02-29 | 1900-02-29 | 2024-1-26 | 2024-01-6 | 2024/01/26 |  024-01-01 "
         "| 24-01-26 | 20240126 | 2024-W04-5 | 2024-026 | 12024-01-26 | -0044-03-15 | 0000-01-01 "
         "| infinity | -infinity | epoch | today | 2024-01-26Z | 2024-01-26T00:00:00 | 2024-13-01 "
         "| 2024-00-01 | 2024-01-00 | 2024-01-26 (BC) | 0044-03-15 (BC) | ٢٠٢٤-٠١-٢٦ "
         "|  2024-01-26 | 2024-01-26  | 2024-01 | 2024-01- 1"),
    case("strptime", "date", "26/01/2024 | 26/1/2024 | 1/2/2024 | 29/02/2024",
         "2024-01-26 | 30/02/2024 | 26-01-2024 | 26/01/24 | 32/1/2024 | 26/13/2024 | 26/01/2024x",
         format="%d/%m/%Y"),
    case("strptime", "date", "26 Jan 2024 | 26 jan 2024 | 1 Feb 2024 | 26  Jan 2024",
         "26 January 2024 | 26Jan2024 | 31 Apr 2024 | 26 Foo 2024", format="%d %b %Y"),
    case("strptime", "date", "January 26, 24 | may 1, 70", "Jan 26, 24 | January 26, 2024",
         format="fmt:%B %d, %y"),
    case("strptime", "date", "100% 2024-01-26", "100 2024-01-26", format="100%% %Y-%m-%d"),
    case("strptime", "date", "Feb January 31 2024", "Jan February 31 2024", format="%b %B %d %Y"),
    case("time", "time", "15:00:00 | 00:00:00 | 23:59:59",
         "24:00:00 | 15:00 | 15:00:60 | 15:60:00 | 5:00:00 | 15:00:00Z | 15:00:00+01:00 "
         "| 15:00:00.5 | 150000 | 3 pm |  15:00:00 | 15:00:00 PM"),
    case("strptime", "time", "03:05 pm | 3:5 PM | 12:00 am", "15:05 pm | 03:05 | 3.05 pm",
         format="%I:%M %p"),
    case("strptime", "time", "15:00:00.5 | 15:00:00.123456", "15:00:00 | 15:00:00.1234567",
         format="%H:%M:%S.%f"),
    case("datetime", "datetime", "2024-01-26T15:00:00 | 2024-01-26T15:00:00.300-05:00 "
         "| 2024-01-26T15:00:00Z | 2024-02-29T00:00:00+14:00 | 2024-01-26T24:00:00 "
         "| 12024-02-29T15:00:00 | -0045-01-26T15:00:00 | 2024-01-26T15:00:00.1234567890",
         "2024-01-26 15:00:00 | 2024-01-26T15:00 | 2024-01-26 | 2024-02-30T15:00:00 "
         "| 2023-02-29T15:00:00 | 2024-01-26T25:00:00 | 2024-01-26T24:00:01 "
         "| 2024-01-26T15:00:00+15:00 | 2024-01-26T15:00:00+0100 | 2024-01-26T15:00:00z "
         "| 2024-01-26t15:00:00 | 2024-1-26T15:00:00 | 0000-01-26T15:00:00 | 12023-02-29T15:00:00 "
         "| 012024-02-29T15:00:00 | 2024-01-26T15:00:00. | infinity | epoch | now"),
    case("strptime", "datetime", "12/11/2018 09:15:32 | 1/1/2018 9:5:2",
         "2018-11-12T09:15:32 | 12/11/2018 | 12/11/2018 24:00:00 | 31/11/2018 09:15:32 "
         "| 12/11/2018 09:15:60", format="%d/%m/%Y %H:%M:%S"),
    case("strptime", "datetime", "2018-11-12 09:15 +0100 | 2018-11-12 09:15 Z",
         "2018-11-12 09:15 | 2018-11-12 09:15 +25:00 | 2018-11-12 09:15 z",
         format="%Y-%m-%d %H:%M %z"),
    case("year", "year", "2024 | 0044 | -0044 | 12024 | 2024Z | 2024+01:00 | -12024",
         "24 | 024 | 0000 | 02024 | +2024 | 2024.0 |  024 | ٢٠٢٤ | 2_24 | -44 | 2024-01 | 2024 AD"),
    case("yearmonth", "yearmonth", "2024-01 | 2024-12 | -0044-03 | 12024-01 | 2024-01Z",
         "2024-1 | 2024-13 | 2024-00 | 202401 | 2024/01 | 2024-01-01 | 24-01 | 0000-01 |  024-01 "
         "| 2024"),
    case("duration", "duration", "P1Y2M3DT4H5M6S | P1D | PT5M | -P1Y | PT0.000001S | P0D | P1YT1S "
         "| P12M | PT36H",
         "P | PT | P1W | 1D | P1DT | P-1D | PT1.S | PT.5S | P1.5Y | P1S | P1M1Y | p1d | +P1D "
         "| P1Y T1S | P1H | PT1D"),
    # ------------------------------------------------------------------ collections
    case("list", "list", "a,b | a | a,,b | ,", ""),
    case("list", "list", "1;2 | -3 | +1;007", "1;;2 | a | 1;b | 1,2 | 1; 2 | ;", delimiter=";",
         itemType="integer"),
    case("list", "list", "2024-01-26,2024-02-29 | 2024-01-26", "2024-01-26,2024-02-30 | 26/01/2024",
         itemType="date"),
    case("list", "list", "true,0 | FALSE", "true,yes | t", itemType="boolean"),
    case("list", "list", "1.5||NaN | 2E3", "1.5|2 | x||1", itemType="number", delimiter="||"),
    case("object", "object", '{} | {"a": 1} | {"a": {"b": [null]}} |  {"a":1} ',
         '[] | 1 | "a" | null | {a: 1} | {"a": 1,} | {"a": NaN} | {"a": Infinity} | {\'a\': 1} | { '
         '| {"a": 01} | {"a": 1} x'),
    case("array", "array", '[] | [1, "NaN, ]"] | [[1], {}] | ["\\"", null] | [1E999]',
         "{} | 1 | [1,] | [NaN] | [-Infinity] | [1 | [01] | [.5] | [+1] | [1] x | 1,2 | a"),
    # ------------------------------------------------------------------ places
    case("geopoint", "geopoint", "90.50, 45.50 | 90.50,45.50 | -180,-90 | 180, 90 | 0,0",
         "90.50 | 90.50,45.50,1 | 180.1,0 | 0,90.1 | 0,-90.0000000000000000001 | NaN,0 | a,b "
         "| 90.50 ,45.50 |  90,45 | 90,  45 | 90;45 | [90, 45] | 1e3,0"),
    case("geo array", "geopoint", "[90.50, 45.50] | [0,0] |  [1, 2] ",
         '[1] | [1,2,3] | ["1","2"] | [181,0] | [0,91] | {"lon":1,"lat":2} | 1,2 | [null,1]',
         format="array"),
    case("geo object", "geopoint", '{"lon": 90.50, "lat": 45.50} | {"lat": 1, "lon": 2}',
         '{"lon": 1} | {"lon": 1, "lat": 2, "x": 3} | {"lon": "1", "lat": 2} | [1,2] '
         '| {"lon": 181, "lat": 0} | {"x": 1, "y": 2}', format="object"),
    case("geojson", "geojson", '{"type":"Point","coordinates":[1,2]} '
         '| {"type":"Point","coordinates":[1,2,3],"bbox":[1,2,3,1,2,3]} '
         '| {"type":"Point","coordinates":[]} '
         '| {"type":"MultiPoint","coordinates":[[1,2],[3,4.5]]} '
         '| {"type":"LineString","coordinates":[[1,2],[3,4]]} '
         '| {"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,0]]]} '
         '| {"type":"MultiPolygon","coordinates":[[[[0,0],[2,0],[2,2],[0,0]]]]} '
         '| {"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]} '
         '| {"type":"Feature","geometry":null,"properties":{}} '
         '| {"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":null} '
         '| {"type":"FeatureCollection","features":[]}',
         '{} | {"type":"point","coordinates":[1,2]} | {"type":"Point"} | [1,2] '
         '| {"type":"Feature"} | {"type":"Topology","objects":{},"arcs":[]} | POINT(1 2) '
         '| {"type":"Point","coordinates":[1]} | {"type":"Point","coordinates":["1","2"]} '
         '| {"type":"Point","coordinates":[1,true]} | {"type":"MultiPoint","coordinates":[1,2]} '
         '| {"type":"LineString","coordinates":[[1,2]]} '
         '| {"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[1,1]]]} '
         '| {"type":"Polygon","coordinates":[[[0,0],[2,0],[0,0]]]} '
         '| {"type":"Polygon","coordinates":[[0,0],[2,0],[2,2],[0,0]]} '
         '| {"type":"Feature","geometry":{"type":"Point","coordinates":[1]},"properties":null} '
         '| {"type":"FeatureCollection","features":[{"type":"Point","coordinates":[1,2]}]} '
         '| {"type":"Point","coordinates":[1,2],"bbox":[1,2,3]} '
         '| {"type":"Point","coordinates":[1,2],"properties":{}}'),
    case("topojson", "geojson", '{"type":"Topology","objects":{},"arcs":[]} '
         '| {"type":"Topology","objects":{"a":{"type":"LineString","arcs":[0,-1]}},'
         '"arcs":[[[0,0],[1,1]]]} '
         '| {"type":"Topology","objects":{"a":{"type":"Point","coordinates":[1,2]}},"arcs":[]}',
         '{"type":"Topology"} | {"type":"Point","coordinates":[1,2]} | {} '
         '| {"type":"Topology","objects":{"a":{"type":"LineString","arcs":[1]}},'
         '"arcs":[[[0,0],[1,1]]]} '
         '| {"type":"Topology","objects":{"a":{"type":"Circle"}},"arcs":[]} '
         '| {"type":"Topology","objects":{},"arcs":[[0,0]]}', format="topojson"),
    # ------------------------------------------------------------------ missing values
    case("required", "string", "a |  ", "⟨⟩", required=True),
    case("required", "integer", "0", "⟨⟩", required=True),
    case("missing", "integer", "- | NA | 1", "n/a | ⟨⟩", missingValues=["-", "NA"]),
    case("own missing", "integer", "-99 | 5 | -98", "⟨⟩ | --99",
         missingValues=[{"value": "-99", "label": "refused"}]),
    case("missing", "date", "- | 2024-01-26", "–", missingValues=["-", ""], required=False),
    case("required", "date", "2024-01-26", "- | ⟨⟩", missingValues=["-", ""], required=True),
    case("missing", "string", "⟨⟩ | a", "", missingValues=[], required=True),
    # ------------------------------------------------------------------ constraints
    case("length", "string", "abc | a\u0301b | \U0001f600ab | abcd", "ab | abcde | \U0001f600",
         minLength=3, maxLength=4),
    case("length", "array", "⟨⟩ | [1,2] | [[1,2,3],2]", "[1] | [1,2,3]", minLength=2, maxLength=2),
    case("length", "object", '{"a":1,"b":2}', '{"a":1} | {"a":1,"b":2,"c":3}', minLength=2,
         maxLength=2),
    case("length", "list", "a,b | ,", "a | a,b,c", minLength=2, maxLength=2),
    case("minimum", "integer", f"⟨⟩ | 5 | +5 | 005 | 6 | {LONG}", f"4 | -5 | 0 | -{LONG}",
         minimum=5),
    case("maximum", "integer", "99999999999999999999 | -1", "100000000000000000000",
         maximum="99999999999999999999"),
    case("minimum", "integer", f"{LONG}1 | {LONG}2", f"{LONG}0 | {LONG} | 5", minimum=f"{LONG}1"),
    case("exclusive", "integer", "6", "5 | 05 | 4", exclusiveMinimum=5),
    case("exclusive", "integer", "4", "5 | +5 | 6", exclusiveMaximum="5"),
    case("minimum", "number", "0 | -0 | 1E-400 | INF | 0.0", "-1E-400 | NaN | -INF | -1",
         minimum=0),
    case("maximum", "number", "0.3 | .30 | 3E-1 | -INF | 0.29999999999999999999999",
         "0.30000000000000000001 | 0.4 | NaN | INF | 3.0000000000000000000000001E-1", maximum=0.3),
    case("maximum", "number", "-0.30000000000000000001 | -0.3 | -1", "-0.29999999999999999999 | 0",
         maximum=-0.3),
    case("exclusive", "number", "0.30000000000000000001", "0.3 | 0.300 | 0.29999999999999999999",
         exclusiveMinimum="0.3"),
    case("maximum", "number", "9E399 | 1E400 | 10E399", "1.1E400 | INF | 2E400", maximum="1E400"),
    case("logical", "number", "1.000,5 | 2.000", "1.000,4 | 999", minimum="1.000,5",
         decimalChar=",", groupChar="."),
    case("minimum", "date", "2024-01-26 | 2024-01-27 | 9999-12-31 | ⟨⟩", "2024-01-25 | 0001-01-01",
         minimum="2024-01-26"),
    case("logical", "date", "26/01/2024 | 1/2/2024", "25/01/2024 | 31/12/2023",
         minimum="26/01/2024", format="%d/%m/%Y"),
    case("maximum", "time", "12:00:00 | 00:00:00", "12:00:01", maximum="12:00:00"),
    case("maximum", "datetime", "2024-01-26T12:00:00Z | 2024-01-26T13:00:00+01:00 "
         "| 2024-01-25T21:59:59", "2024-01-26T12:00:00.000001Z | 2024-01-26T12:00:00-00:01 "
         "| 2024-01-26T12:00:00 | 12024-01-01T00:00:00Z", maximum="2024-01-26T12:00:00Z"),
    case("minimum", "datetime", "2024-01-26T12:00:00 | 2024-01-25T24:00:00 | 12024-01-01T00:00:00 "
         "| 2024-01-26T14:00:00Z | 2024-01-26T12:00:00.0",
         "2024-01-25T23:59:59 | 2024-01-26T00:00:00Z | -2024-01-26T12:00:00",
         minimum="2024-01-26T00:00:00"),
    case("minimum", "datetime", "0001-01-01T00:00:00 | -0044-03-15T00:00:00",
         "-0044-03-14T23:59:59 | -0045-12-31T00:00:00", minimum="-0044-03-15T00:00:00"),
    case("minimum", "year", "0044 | -0044 | 2024 | 12024", "-0045 | -12024", minimum="-0044"),
    case("maximum", "year", "2024 | 1999", "2025 | 12024", maximum=2024),
    case("maximum", "yearmonth", "2024-01 | 1999-12 | -0044-03", "2024-02 | 12024-01",
         maximum="2024-01"),
    case("minimum", "yearmonth", "-0044-03 | -0044-04 | 2024-01", "-0044-02 | -0045-12",
         minimum="-0044-03"),
    case("minimum", "duration", "P1M | P31D | P1Y | PT800H", "P30D | P28D | P27D | -P1Y | PT1S",
         minimum="P1M"),
    case("maximum", "duration", "P1M | P28D | -P5Y", "P29D | P2M", maximum="P1M"),
    case("pattern", "string", "ab | b", "abx | xb | ac | b\n", pattern="a?b"),
    case("pattern", "string", "a | b", "ab | xb | ax", pattern="a|b"),
    case("pattern", "string", "12 | ٣", "1a | x", pattern=r"\d+"),
    case("pattern", "string", "aé_1 | 𝒳", "a-b | a b", pattern=r"\w+"),
    case("pattern", "string", "a | é", "1 | ٣", pattern=r"\D+"),
    case("pattern", "string", "a | ~ | a-~", "a{ | `}", pattern=r"[\w-~]+"),
    case("pattern", "string", "a/ | a -", "a# | a!", pattern=r"[a-z\s-/]+"),
    case("pattern", "string", "- | a-", "é | aé | _ | a_", pattern=r"a?\W"),
    case("pattern", "string", "a | \u00a0", "a b | a\tb", pattern=r"\S+"),
    case("pattern", "string", "xyz", "xaz | x-z", pattern="[a-z-[aeiou]]+"),
    case("pattern", "string", "b | xyz | c", "a | B | 1",
         pattern=r"[\p{IsBasicLatin}-[^b-z-[c-j-[h]]]]+"),
    case("pattern", "string", "h | b | k", "c | j | a", pattern="[b-z-[c-j-[h]]]+"),
    case("pattern", "string", "ab | é", "a b | a_ | a-b", pattern=r"[^\W_]+"),
    case("pattern", "string", "_a:b | é.1", "1a | a b | -a", pattern=r"\i\c*"),
    case("pattern", "string", "α | Ωμέγα", "a | ж", pattern=r"\p{IsGreek}+"),
    case("pattern", "string", "a | ж", "α | aα", pattern=r"\P{IsGreek}+"),
    case("pattern", "string", "a^b$c", "abc | a^b", pattern="a^b$c"),
    case("pattern", "string", "aa | aaa", "a | aaaa", pattern="a{2,3}"),
    case("enum", "string", "a | B", "A | b |  a | a  | c", enum=["a", "B"]),
    case("logical", "integer", "1 | 01 | +1 | -2", "2 | 10 | 1000000000000000000001",
         enum=[1, "-2"]),
    case("logical", "number", "1 | 1.0 | 10E-1 | .5 | NaN", "1.0000000000000000001 | 0.51 | INF",
         enum=[1, 0.5, "NaN"]),
    case("logical", "boolean", "⟨⟩ | true | 1 | TRUE", "false | 0", enum=[True]),
    case("logical", "date", "26/01/2024 | 26/1/2024", "27/1/2024", enum=["26/01/2024"],
         format="%d/%m/%Y"),
    case("logical", "datetime", "2024-01-26T15:00:00Z | 2024-01-26T16:00:00+01:00",
         "2024-01-26T15:00:00 | 2024-01-26T15:00:01Z", enum=["2024-01-26T15:00:00Z"]),
    case("logical", "duration", "P12M | P1Y | P1YT0S", "P365D | P13M", enum=["P1Y"]),
    case("logical", "list", "⟨⟩ | 1,2 | 01,+2", "2,1 | 1", enum=["1,2"], itemType="integer"),
    case("logical", "geopoint", "1.0,2 | 1, 2.00", "2,1", enum=["1,2"]),
    case("logical", "list", "⟨⟩ | 1,2 | 01,+2", "2,1 | 1", enum=[[1, 2]], itemType="integer"),
    case("logical", "list", "yes;no | no", "no;yes | yes", enum=[["yes", "no"], ["no"]],
         delimiter=";"),
    case("logical", "geopoint", "1.0,2 | 1, 2.00", "2,1", enum=[[1, 2]]),
    case("logical", "integer", "1 | 01", "2", enum=[1.0]),
    case("categories", "string", "apple | orange", "Apple | banana",
         categories=["apple", "orange"]),
    case("categories", "integer", "0 | 1 | 01", "2 | 3", categoriesOrdered=True,
         categories=[{"value": 0, "label": "apple"}, {"value": 1}]),
]  # fmt: skip


def cases() -> Iterator[corpus.Case]:
    """The packages of all groups."""
    seen: Counter[str] = Counter()
    for group in CASES:
        name = _name(group)
        seen[name] += 1
        name += f"-{seen[name]}" if seen[name] > 1 else ""
        sentence = STANDARD[group.sentence]
        yield _package(f"{name}/valid", sentence, group, group.valid, ())
        if group.invalid:
            faults = tuple(
                at(_fault(group, cell), row, "cell") for row, cell in enumerate(group.invalid, 2)
            )
            yield _package(f"{name}/invalid", sentence, group, group.invalid, faults)


def _name(group: Case) -> str:
    sentence, kind = group.sentence.replace(" ", "-"), group.field["type"]
    if group.sentence in CONSTRAINED.split() or group.sentence == "own missing":
        return f"table-schema/{sentence}/{kind}"
    return f"table-schema/{kind}/{'default' if sentence == kind else sentence}"


def _package(
    name: str,
    sentence: corpus.Sentence,
    group: Case,
    cells: list[str],
    faults: tuple[Fault, ...],
) -> corpus.Case:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [["row", "cell"], *([str(row), cell] for row, cell in enumerate(cells, 2))]
    )
    schema = corpus.fields({"name": "row", "type": "integer"}, {"name": "cell", **group.field})
    return corpus.case(name, sentence, *faults, file=text.getvalue(), schema=schema)


def _fault(group: Case, cell: str) -> str:
    """What is wrong with a cell of a group, which has one constraint, or two on its length."""
    limits: dict[str, Any] = group.field.get("constraints", {})
    if "minLength" in limits:
        return "minLength" if _length(group.field, cell) < limits["minLength"] else "maxLength"
    if "categories" in group.field:
        return "categories"
    told = [limit for limit in limits if limit != "required" or limits[limit]]
    if group.sentence == "missing" or not told:
        return "type"
    return told[0]


def _length(field: dict[str, Any], cell: str) -> int:
    if field["type"] == "list":
        return cell.count(",") + 1
    return len(cell if field["type"] == "string" else json.loads(cell))
