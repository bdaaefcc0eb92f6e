"""Table Schema v2, cell by cell: which texts have a type's form, and the sentence that decides it.

The sentences are those of <https://datapackage.org/standard/table-schema/> and of the standards it
names. Each group of cells becomes a table of one package, which is validated as any other.
"""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kzdata.standard.descriptor import TYPES, FieldDescriptor, Schema
from kzdata.standard.field_types import TYPES as KNOWN
from kzdata.validation import validate
from kzdata.validation.rules.cells import unsupported, unsupported_keys
from packages import Spec, build

STANDARD = {
    "any": "A data consumer MUST NOT perform any processing on this field's values",
    "string": "The field contains strings, that is, sequences of characters.",
    "email": "email: A valid email address. (RFC 5321: dot-atom or quoted string, and a domain)",
    "uri": "uri: A valid URI. (RFC 3986: a scheme, then characters of its grammar only)",
    "binary": "binary: A base64 encoded string representing binary data. (RFC 4648, 4)",
    "uuid": "uuid: A string that is a uuid. (RFC 9562: 8-4-4-4-12 hexadecimal digits)",
    "integer": "Integer values are indicated in the standard way for any valid integer.",
    "group": "groupChar: A string whose value is used to group digits within the number.",
    "bare": "If false the contents of this field may contain leading and/or trailing non-numeric "
    "characters (which implementors MUST therefore strip).",
    "number": "a non-empty finite-length sequence of decimal digits separated by a period as a "
    "decimal indicator. An optional leading sign is allowed.",
    "special": "The following special string values are permitted (case need not be respected)",
    "exponent": "this MUST consist of an E followed by an optional + or - sign followed by one or "
    "more decimal digits (0-9)",
    "decimal": "decimalChar: A string whose value is used to represent a decimal point",
    "boolean": "trueValues: [ true, True, TRUE, 1 ], falseValues: [ false, False, FALSE, 0 ]",
    "own boolean": "trueValues and falseValues are arrays which can be customised to user need.",
    "date": "default: The lexical representation MUST be yyyy-mm-dd e.g. 2024-01-26",
    "strptime": "Values in the this field SHOULD be parsable by Python / C standard strptime "
    "using <PATTERN>.",
    "time": "default: The lexical representation MUST be hh:mm:ss e.g. 15:00:00",
    "datetime": "The lexical representation MUST be in a form defined by XML Schema containing "
    "required date and time parts, followed by optional milliseconds and timezone parts",
    "year": "A calendar year as per XMLSchema gYear. Usual lexical representation is YYYY.",
    "yearmonth": "A specific month in a specific year as per XMLSchema gYearMonth.",
    "duration": "We follow the definition of XML Schema duration datatype directly",
    "list": "A data consumer MUST process list items as it were individual values of the "
    "corresponding data type. Note, that on lexical level only default formats are supported",
    "object": "The field contains a valid JSON object. (RFC 8259)",
    "array": "The field contains a valid JSON array. (RFC 8259)",
    "geopoint": 'A string of the pattern "lon, lat", where each value is a number (note the space '
    "is optional after the ,)",
    "geo array": "A JSON array ... of exactly two items, where each item is a number",
    "geo object": "A JSON object with exactly two keys, lat and lon and each value is a number",
    "geojson": "default: A geojson object as per the GeoJSON spec.",
    "topojson": "topojson: A topojson object as per the TopoJSON spec",
    "required": "Indicates whether this field cannot be null.",
    "missing": "this conversion to null MUST be done before any other attempted type-specific "
    "string conversion.",
    "own missing": "it takes precedence over the schema-level property and completely replaces it "
    "for the field without combining the values.",
    "length": "An integer that specifies the minimum length of a value. Fields: collections "
    "(string, array, object)",
    "minimum": "checks whether a field value is greater than or equal to the specified value",
    "maximum": "As for minimum, but specifies a maximum value for a field.",
    "exclusive": "As for minimum, but for expressing exclusive range.",
    "pattern": "The values of this field MUST conform to the standard XML Schema regular "
    "expression syntax (which matches whole values).",
    "enum": "The value of the field MUST exactly match one of the values in the enum array.",
    "logical": "Constraints MUST be applied on the logical representation of field values and "
    "constraint values.",
    "categories": "The logical representation of data in the field MUST exactly match one of the "
    "values in categories.",
}
"""The sentences that decide, by a short name."""


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
         '| {"type":"Feature","geometry":null,"properties":{}} '
         '| {"type":"FeatureCollection","features":[]}',
         '{} | {"type":"point","coordinates":[1,2]} | {"type":"Point"} | [1,2] '
         '| {"type":"Feature"} | {"type":"Topology","objects":{},"arcs":[]} | POINT(1 2)'),
    case("topojson", "geojson", '{"type":"Topology","objects":{},"arcs":[]}',
         '{"type":"Topology"} | {"type":"Point","coordinates":[1,2]} | {}', format="topojson"),
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
ROWS = [
    (number, index, cell, valid)
    for number, case_ in enumerate(CASES)
    for valid, cells in ((True, case_.valid), (False, case_.invalid))
    for index, cell in enumerate(cells, 0 if valid else len(case_.valid))
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
    assert {f.rule for f in report if f.field != "cell"} <= {"unsupported-feature"}
    return {
        (int(f.file.removeprefix("tables/case-").removesuffix(".csv")), int(f.record))
        for f in report
        if f.record is not None and f.rule not in odd
    }


def test_the_cells_cover_every_sentence_and_type() -> None:
    assert len(ROWS) >= 300
    assert {case_.sentence for case_ in CASES} == set(STANDARD)
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
        STANDARD[CASES[number].sentence],
    )


@pytest.mark.parametrize("number", range(len(CASES)))
def test_what_is_checked_is_not_called_unsupported(number: int) -> None:
    field = FieldDescriptor.make({"name": "cell", **CASES[number].field})
    assert (unsupported(field) is None) == (field.type != "geojson")


UNSUPPORTED: list[dict[str, Any]] = [
    {"type": "string", "format": "wkt"},
    {"type": "date", "format": "any"},
    {"type": "time", "format": "any"},
    {"type": "datetime", "format": "any"},
    {"type": "date", "format": "%j %Y"},
    {"type": "date", "format": "%Y %Y"},
    {"type": "date", "format": "YYYY-MM-DD"},
    {"type": "year", "format": "%y"},
    {"type": "object", "constraints": {"jsonSchema": {}}},
    {"type": "object", "constraints": {"enum": ["{}"]}},
    {"type": "array", "constraints": {"unique": True}},
    {"type": "string", "constraints": {"minimum": "a"}},
    {"type": "integer", "constraints": {"pattern": "1+"}},
    {"type": "integer", "constraints": {"minLength": 1}},
    {"type": "integer", "constraints": {"minimum": "five"}},
    {"type": "integer", "constraints": {"minimum": True}},
    {"type": "date", "constraints": {"minimum": "26/01/2024"}},
    {"type": "boolean", "constraints": {"maximum": True}},
    {"type": "string", "constraints": {"multipleOf": 2}},
    {"type": "string", "constraints": {"pattern": "[a-z-[aeiou]]"}},
    {"type": "string", "constraints": {"pattern": r"[^\W]"}},
    {"type": "string", "constraints": {"pattern": r"\C"}},
    {"type": "string", "constraints": {"enum": [1]}},
    {"type": "string", "constraints": {"enum": [None]}},
    {"type": "integer", "constraints": {"enum": ["one", 2]}},
    {"type": "integer", "categories": ["one"]},
    {"type": "date", "constraints": {"enum": ["2024-02-30"]}},
    {"type": "date", "constraints": {"minimum": "2024-02-30"}},
    {"type": "date", "constraints": {"maximum": "2024-13-01"}},
    {"type": "date", "format": "%d/%m/%Y", "constraints": {"minimum": "31/02/2024"}},
    {"type": "datetime", "constraints": {"minimum": "2023-02-29T00:00:00Z"}},
    {"type": "integer", "format": "hexadecimal"},
    {"type": "number", "format": "currency"},
    {"type": "boolean", "format": "yes-no"},
    {"type": "any", "format": "any"},
    {"type": "boolean", "trueValues": []},
    {"type": "boolean", "falseValues": []},
    {"type": "number", "categories": [1.5]},
    {"type": "number", "decimalChar": ""},
    {"type": "number", "groupChar": "."},
    {"type": "boolean", "trueValues": ["1"], "falseValues": ["1"]},
    {"type": "list", "itemType": "object"},
    {"type": "list", "delimiter": ""},
    {"type": "geopoint", "format": "wkt"},
    {"type": "geojson"},
]


def test_a_misspelt_type_is_a_fault(tmp_path: Path) -> None:
    """Catches a slip of the pen that switches all checks of a column off: the package was valid."""
    schema = {"fields": [{"name": "a", "type": "intger"}]}
    (found,) = validate(build(tmp_path, [Spec("t", schema, [["x"]])]).root)
    assert (found.rule, found.severity, found.found) == ("descriptor", "error", "'intger'")
    assert "integer" in found.expected


def test_every_type_of_the_standard_is_checked() -> None:
    """Catches a type that the descriptor takes and nothing checks."""
    assert set(TYPES) == set(KNOWN)


@pytest.mark.parametrize("given", UNSUPPORTED, ids=str)
def test_an_unsupported_declaration_is_reported(given: dict[str, Any], tmp_path: Path) -> None:
    """Catches a declaration that is passed over in silence."""
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", **given}]}
    report = validate(build(tmp_path, [Spec("t", schema, [["x", ""]])]).root)
    assert [f.rule for f in report if f.field == "t.b"] == ["unsupported-feature"]


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
    {"name": ""},
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
