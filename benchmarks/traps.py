"""Hostile packages, texts and queries, drawn at random: what `hostile.py` tries on the command.

A case is made from a seed and a name, so that it can be made again. Sizes are drawn evenly over
their orders of magnitude: most cases are small, a few are extreme. Whatever a case unpacks to, its
files stay small: what repeats is written once and packed.

Each kind is a function registered with `@trap`. It adds to a `Trap`, so that several of them can
be put into one package. Each known way to break a limit is a function registered with `@opening`;
the search tries these first.
"""

import bz2
import codecs
import encodings.aliases
import gzip
import hashlib
import io
import json
import lzma
import math
import os
import random
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests"))

from packages import FLOOD_TEXTS, Folder, checksum, flood, keep_texts  # noqa: E402

MOST_BYTES = 200_000_000
"""What a case may write to disk itself."""
MOST_MEMORY = 3 << 30
"""What the making of a case may take."""
FORMATS = ("text", "json", "sarif", "junit", "github")
EXPORTS = ("duckdb", "sqlite", "parquet", "xlsx", "jsonld", "ro-crate", "croissant", "ucdp")


class Draw(random.Random):
    """Random choices that are remembered in words."""

    def __init__(self, seed: object) -> None:
        super().__init__(str(seed))
        self.told: list[str] = []

    def size(self, name: str, least: int, most: int) -> int:
        """A whole number, all orders of magnitude alike."""
        found = round(math.exp(self.uniform(math.log(least), math.log(most))))
        self._tell(name, found)
        return found

    def pick(self, name: str, options: Sequence[Any]) -> Any:
        """One of several."""
        found = self.choice(options)
        self._tell(name, found)
        return found

    def chance(self, name: str, share: float) -> bool:
        """True in so many of a hundred cases."""
        found = self.random() < share
        self._tell(name, found)
        return found

    def _tell(self, name: str, found: Any) -> None:
        shown = found.__name__ if callable(found) else repr(found)
        self.told.append(f"{name}={shown if len(shown) <= 80 else shown[:77] + '...'}")


@dataclass
class Trap:
    """A case that is being made.

    Attributes:
        root: Folder of the package, empty at first.
        draw: Where its choices come from.
        described: The descriptor, written at the end.
        options: Further options of the command.
        command: The command's words in place of `validate`; PACKAGE is where the package is.
        given: Standard input.
        called_off: Seconds after which the command is told to end; 0: never.
        packed: Whether the package is put into a zip.
    """

    root: Path
    draw: Draw
    described: dict[str, Any] = field(default_factory=lambda: {"name": "trap", "resources": []})
    options: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    given: bytes = b""
    called_off: float = 0.0
    packed: bool = False
    raw: bytes | None = None
    """The descriptor's bytes, where it is no sound JSON."""
    zip: Path | None = None
    """The package, where a kind has packed it itself."""

    def write(self, name: str, data: bytes | Iterable[bytes]) -> Path:
        """Write a file of the package."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as out:
            out.writelines([data] if isinstance(data, bytes) else data)
        return file

    def table(
        self, path: str, data: bytes | Iterable[bytes] | None, schema: Any, **more: Any
    ) -> dict[str, Any]:
        """Add a resource, and its file if there are data."""
        if data is not None:
            self.write(path, data)
        entry = {"name": f"t{len(self.described['resources'])}", "path": path, "schema": schema}
        entry |= more
        self.described["resources"].append(entry)
        return entry

    def fresh(self, ending: str = "csv") -> str:
        """A path that no table has yet."""
        return f"tables/t{len(self.described['resources'])}.{ending}"

    def finish(self) -> list[str]:
        """Write the descriptor, pack the package if it is to be, and return the command."""
        if self.raw is not None or self.described["resources"]:
            raw = self.raw or json.dumps(self.described).encode()
            self.write("datapackage.json", raw)
        place = self.zip or self.root
        if self.packed and self.zip is None:
            place = self.root.with_suffix(".zip")
            with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
                for file in sorted(self.root.rglob("*")):
                    if file.is_file():
                        archive.write(file, file.relative_to(self.root))
        words = self.command or ["validate", "PACKAGE"]
        return [str(place) if word == "PACKAGE" else word for word in [*words, *self.options]]


Maker = Callable[[Trap], None]
KINDS: dict[str, Maker] = {}
OPENINGS: dict[str, tuple[str, Maker]] = {}
OFTEN = {"sql": 5, "mix": 3, "parquet": 2, "gz": 2, "encoded": 2, "zips": 2, "profile": 2}
"""Kinds with more to draw from than others."""


def trap(maker: Maker) -> Maker:
    """Register a kind of case under its function's name."""
    KINDS[maker.__name__] = maker
    return maker


def opening(kind: str) -> Callable[[Maker], Maker]:
    """Register a known way to break a limit; it counts to a kind."""

    def registered(maker: Maker) -> Maker:
        OPENINGS[maker.__name__] = (kind, maker)
        return maker

    return registered


def columns(*names: str, kind: str = "string", **constraints: Any) -> dict[str, Any]:
    """A schema of columns that are all alike."""
    limits = {"constraints": constraints} if constraints else {}
    return {"fields": [{"name": name, "type": kind} | limits for name in names]}


def csv_of(names: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Rows that need no quotation marks."""
    return "\n".join(",".join(row) for row in [names, *rows]).encode() + b"\n"


PLAIN = columns("id", "name")
ROWS = csv_of(["id", "name"], [["1", "one"], ["2", "two"]])


def packed(unit: bytes, times: int, level: int = 6) -> Iterator[bytes]:
    """A gzip file of one unit again and again, as members; it is packed only once."""
    inner = max(1, min(times, 2_000_000 // max(1, len(unit))))
    member = gzip.compress(unit * inner, level, mtime=0)
    for _ in range(times // inner):
        yield member
    yield gzip.compress(unit * (times % inner), level, mtime=0)


# ------------------------------------------------------------------------------ Parquet

CODECS = ["NONE", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4"]


def parquet_bytes(table: Any, **options: Any) -> bytes:
    """An Arrow table as a Parquet file."""
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


def _lists(draw: Draw) -> Any:
    import pyarrow as pa

    kind = draw.pick("item", [pa.int8(), pa.bool_(), pa.int64(), pa.float64()])
    rows, length = draw.size("rows", 1, 100), draw.size("length", 100, 100_000_000)
    length = min(length, 400_000_000 // (kind.bit_width // 8 or 1) // rows)
    items = pa.repeat(pa.scalar(0, pa.int64()).cast(kind), rows * length)
    return pa.LargeListArray.from_arrays(pa.array(range(0, rows * length + 1, length)), items)


def _giant_texts(draw: Draw) -> Any:
    import pyarrow as pa

    text = draw.pick("letter", ["a", "\u00e9", '"', "\n", "\0", "1", "[", ","])
    text *= draw.size("characters", 100, 60_000_000)
    indices = pa.repeat(pa.scalar(0, pa.int32()), draw.size("rows", 1, 1_000_000))
    values = pa.array([text], pa.large_string())
    return pa.DictionaryArray.from_arrays(indices, values)


def _nested(draw: Draw) -> Any:
    import pyarrow as pa

    value: Any = 0
    kind: Any = pa.int8()
    wide, shape = draw.size("wide", 1, 4), draw.pick("shape", ["list", "struct", "map"])
    for _ in range(draw.size("depth", 1, 14 if wide > 1 else 300)):
        deeper: dict[str, Callable[[Any, Any], Any]] = {
            "list": lambda k, v: (pa.list_(k), [v] * wide),
            "struct": lambda k, v: (
                pa.struct([(f"f{n}", k) for n in range(wide)]),
                {f"f{n}": v for n in range(wide)},
            ),
            "map": lambda k, v: (pa.map_(pa.string(), k), [("k", v)]),
        }
        kind, value = deeper[shape](kind, value)
    return pa.array([value] * draw.size("rows", 1, 100), kind)


def _odd_types(draw: Draw) -> Any:
    import pyarrow as pa

    kind = draw.pick(
        "type",
        [
            *(pa.decimal128(38, 0), pa.decimal128(38, 37), pa.decimal128(1, 0), pa.decimal256(76)),
            *(pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.timestamp("ms", "Asia/Almaty")),
            *(pa.time64("us"), pa.date32(), pa.duration("us"), pa.float16(), pa.float64()),
            *(pa.null(), pa.binary(), pa.binary(16), pa.uint64(), pa.large_string()),
        ],
    )
    rows = draw.size("rows", 1, 3_000_000)
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.repeat(pa.scalar(b"\xff\0" * 8, kind), rows)
    value = draw.pick("value", [0, 1, -1, 2**31 - 1, 2**62])
    try:
        return pa.repeat(pa.scalar(value, pa.int64()).cast(kind), rows)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        return pa.nulls(rows, kind)


@trap
def parquet(made: Trap) -> None:
    """Few bytes that become giant lists, texts, columns, row groups; footers that lie."""
    import pyarrow as pa

    draw = made.draw
    shape = draw.pick("parquet", [_lists, _giant_texts, _nested, _odd_types, "wide", "groups"])
    options: dict[str, Any] = {"compression": draw.pick("codec", CODECS)}
    names = ["a"]
    if shape == "wide":
        names = [f"c{n}" for n in range(draw.size("columns", 10, 10_000))]
        if draw.chance("twins", 0.2):
            names = [draw.choice(["a", "A", "a_1", "A_1", ""]) for _ in names[:50]]
        cells = pa.nulls(draw.size("rows", 1, 2_000), pa.string())
        table = pa.Table.from_arrays([cells] * len(names), names)
    elif shape == "groups":
        options["row_group_size"] = draw.size("group", 1, 100)
        rows = options["row_group_size"] * draw.size("groups", 10, 20_000)
        table = pa.table({"a": pa.repeat(pa.scalar("x"), rows)})
    else:
        table = pa.table({"a": shape(draw)})
    data = parquet_bytes(table, **options)
    if draw.chance("broken", 0.35):
        data = broken(data, draw)
    folder = draw.pick("folder", ["tables", "id=7", "a=1/A=2", "id=__HIVE_DEFAULT_PARTITION__"])
    path = f"{folder}/t{len(made.described['resources'])}.parquet"
    kind = draw.pick("declared", ["any", "string", "integer", "array", "list", "object", "number"])
    made.table(path, data, columns(*dict.fromkeys(name.lower() or "x" for name in names[:1_000]),
                                   kind=kind))  # fmt: skip


def broken(data: bytes, draw: Draw) -> bytes:
    """A file whose end, or any part of it, is not what it was."""
    spoilt = bytearray(data)
    footer = int.from_bytes(data[-8:-4], "little")
    for _ in range(draw.size("changes", 1, 30)):
        start = len(spoilt) - 8 - footer if draw.random() < 0.7 else 0
        place = draw.randrange(max(0, start), len(spoilt))
        token = draw.choice([
            *(b"\xff\xff\xff\xff\x0f", b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\0", b"\xff"),
            *(bytes([draw.randrange(256)]), bytes([spoilt[place] ^ 1 << draw.randrange(8)])),
        ])  # fmt: skip
        spoilt[place : place + len(token)] = token
    if draw.random() < 0.1:
        spoilt[-8:-4] = draw.randrange(1 << 32).to_bytes(4, "little")
    return bytes(spoilt)


# ------------------------------------------------------------------------------ CSV, packed

UNITS = {
    "rows": b"1,one\n", "wide": b"," * 1_000_000 + b"\n", "broad": b"a,b,c,d\n", "blank": b"\n",
    "cr": b"\r", "crlf": b"\r\n", "nul": b"\0", "line": b"x", "quote": b'"', "open": b'1,"',
    "turns": b'","', "folded": b'"\n"', "spaces": b" ", "commas": b",", "bytes": b"\xff",
    "malformed": b"1,one,\n", "quoted": b'1,"on\ne"\n', "keys": b"1,1\n", "long": b"9" * 100_000
    + b",x\n", "stray": b'1,o"ne\n', "bom": b"\xef\xbb\xbf", "emoji": "\U0001f30a".encode(),
    "escape": b"1,\x1b]0;x\x07\n", "comment": b"#\n", "half": b"\xc3", "lines": b'"' + b"\n"
    * 20_000 + b'",x\n',
}  # fmt: skip


@trap
def gz(made: Trap) -> None:
    """Tables of some KB that unpack to GB: rows, cells, blank lines, quotes without end."""
    draw = made.draw
    unit = UNITS[draw.pick("unit", list(UNITS))]
    total = draw.size("unpacked", 10_000, 4_000_000_000)
    if draw.chance("moderate", 0.7):
        total = min(total, 30_000_000)
    data = b"".join(packed(b"id,name\n", 1)) + b"".join(packed(unit, max(1, total // len(unit))))
    spoil = draw.pick("spoilt", ["", "", "", "cut", "garbage", "twice", "flip", "members", "head"])
    data = {
        "cut": data[: -draw.randrange(1, 30)],
        "garbage": data + draw.randbytes(1_000),
        "twice": gzip.compress(data),
        "flip": data[:-5] + bytes([data[-5] ^ 1]) + data[-4:],
        "members": data + gzip.compress(b"", mtime=0) * (draw.size("m", 1, 300_000)),
        "head": b"\x1f\x8b\x08\x0c" + b"\0" * 6 + b"\xff\xff" + b"x" * 65_535 + b"y" * 1_000_000,
    }.get(spoil, data)
    kind = draw.pick("kind", ["string", "integer", "any", "date"])
    limits = draw.pick("limits", [{}, {"required": True}, {"unique": True}, {"pattern": "[a-z]+"}])
    schema = columns("id", "name", kind=kind, **limits)
    if draw.chance("key", 0.3):
        schema["primaryKey"] = draw.pick("columns", [["id"], ["id", "name"]])
    made.table(made.fresh("csv." + draw.pick("ending", ["gz", "gz", "gzip", "GZ"])), data, schema)


# ------------------------------------------------------------------------------ encodings

NAMES = sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values()})
NONSENSE = [
    *("", " ", "nonsense", "utf-8\0", "../../x", "utf-8;x", "U T F 8", "\u0441p1251", "utf-8" * 9),
    *("unicode_escape", "raw_unicode_escape", "undefined", "idna", "punycode", "mbcs", "oem"),
    *("unicode_internal", "string_escape", "cp65001", "utf-7", "utf7", "x-utf-7", "hz", "charmap"),
    *("__init__", "aliases", "os", "antigravity", "this", "encodings.hex_codec", "utf_8.x"),
]
SHIFTS = {
    "utf7": b"+AAAA", "utf7 open": b"A", "hz": b"~{VPVP", "iso2022": b"\x1b$B0!", "back": b"\x1b(B",
    "escape": b"\\u0041", "hex": b"00", "qp": b"=\n", "lone": b"\xd8\x00", "low": b"\x00\xdc",
    "ascii": b"a,b\n", "high": b"\xff", "big5": b"\x87\x40", "gb": b"\x810\x810", "nul": b"\0\0\0A",
    "bom": b"\xff\xfe", "base64": b"QUFB", "line": b"\n\0", "xn": b"xn--a.", "seps": b"\x85\n",
}  # fmt: skip


@trap
def encoded(made: Trap) -> None:
    """Any encoding that Python knows, and others, on bytes that make it work."""
    draw = made.draw
    name = draw.pick("encoding", NONSENSE if draw.random() < 0.3 else NAMES)
    if draw.chance("giant name", 0.03):
        name = (name or "x") * draw.size("repeats", 10, 1_000_000)
    unit = SHIFTS[draw.pick("unit", list(SHIFTS))]
    times = max(1, draw.size("bytes", 100, 30_000_000) // len(unit))
    head = b""
    if draw.chance("header", 0.7):
        try:
            head = bytes(codecs.encode("id,name\n1,", name))
        except (LookupError, TypeError, ValueError, AttributeError):
            head = b"id,name\n1,"
    if name.lower() in ("utf7", "utf-7", "utf_7") and draw.chance("shift", 0.5):
        head += b"+"
    small = draw.chance("gz", 0.4)
    body = [*packed(head, 1), *packed(unit, times)] if small else [head, unit * times]
    made.table(made.fresh("csv.gz" if small else "csv"), body, PLAIN, encoding=name)


# ------------------------------------------------------------------------------ dialects

ODD: list[Any] = [
    *(None, True, False, 0, 1, -1, 2**63, 1e308, "", " ", "a", "1", ",", '"', "\\", "\t", "\n"),
    *("\r", "\0", ";;", "\u00e9", "\x1f", "a" * 10_000, [], [0], [1], {}, {"value": "a"}, [[]]),
    *([1, 1], [2], [100], list(range(1, 101)), list(range(1, 100_000)), [10**30], ["1"], [1.5]),
]
DIALECT = (
    "header headerRows headerJoin commentRows commentChar delimiter lineTerminator quoteChar"
    " doubleQuote escapeChar nullSequence skipInitialSpace $schema property itemType itemKeys"
    " sheetNumber sheetName table x"
).split()
FITTING: dict[str, list[Any]] = {
    "delimiter": list(',;|\t aA1"'), "quoteChar": list("\"'1x#"), "escapeChar": list("\\\"'x0"),
    "commentChar": ["#", "a", "1", "1,", ",", '"', "#" * 1_000], "doubleQuote": [True, False],
    "skipInitialSpace": [True], "header": [True, False], "headerRows": [[1], [2], [1, 2, 3],
    list(range(1, 101)), [100]], "commentRows": [[1], [2], list(range(2, 102))],
    "headerJoin": ["", "-", "x" * 1_000, "\n"], "nullSequence": ["", "1", "NA", "\\N"],
}  # fmt: skip


@trap
def dialects(made: Trap) -> None:
    """Every property of a dialect with values that fit, and that don't."""
    draw = made.draw
    found: dict[str, Any] = {}
    for name in draw.sample(DIALECT, draw.randrange(1, 7)):
        fitting = FITTING.get(name) if draw.random() < 0.8 else None
        found[name] = draw.pick(name, fitting or ODD)
    unit = UNITS[draw.pick("unit", list(UNITS))]
    total = draw.size("bytes", 100, 20_000_000)
    data = ROWS + unit * max(1, total // len(unit))
    where: Any = found
    if draw.chance("file", 0.3):
        where = f"dialect{len(made.described['resources'])}.json"
        made.write(where, json.dumps(found).encode())
    made.table(made.fresh(), data, PLAIN, dialect=where)


# ------------------------------------------------------------------------------ descriptors

TYPES = (
    "string integer number boolean date time datetime year yearmonth duration list object array "
    "geopoint geojson any"
).split()


@trap
def many(made: Trap) -> None:
    """Thousands of fields, resources, keys; keys on every column, in circles."""
    draw = made.draw
    tables, fields = draw.size("tables", 1, 1_200), draw.size("fields", 1, 1_200)
    fields = max(1, min(fields, 12_000 // tables))
    names = [f"c{n}" for n in range(fields)]
    keys = min(fields, draw.size("keys", 1, 120))
    rows = min(draw.size("rows", 1, 20_000), 3_000_000 // fields // tables + 1)
    spread = draw.pick("values", [1, 2, 1_000_000])
    data = csv_of(names, ([str(n % spread)] * fields for n in range(rows)))
    schema = columns(*names, kind=draw.pick("type", TYPES))
    if draw.chance("primary", 0.5):
        schema["primaryKey"] = names[: draw.size("primary columns", 1, 20)]
    if draw.chance("unique", 0.4):
        schema["uniqueKeys"] = [[name] for name in names[:keys]]
        if draw.chance("pairs", 0.5):
            schema["uniqueKeys"] = [draw.sample(names, min(fields, 3)) for _ in range(keys)]
    first = len(made.described["resources"])
    linked = draw.pick("foreign", ["", "self", "next", "all"])
    for number in range(tables):
        to = {"self": "", "next": f"t{first + (number + 1) % tables}", "all": f"t{first}"}
        if linked:
            foreign = [
                {"fields": [n], "reference": {"resource": to[linked], "fields": [n]}}
                for n in names[:keys]
            ]
            schema = schema | {"foreignKeys": foreign}
        made.table(made.fresh(), data, schema)


@trap
def names(made: Trap) -> None:
    """Giant or odd names of columns, tables and packages, with findings that repeat them."""
    draw = made.draw
    letter = draw.pick("letter", ["x", "\u00e9", "\U0001f30a", '"', "\n", "\x1b", "'", "<", "%"])
    length = draw.size("length", 100, 500_000)
    fields = max(1, min(draw.size("fields", 1, 1_000), 8_000_000 // length))
    listed = [letter * (length - 8) + f"{n:08}" for n in range(fields)]
    limits = draw.pick("limits", [{}, {"minLength": 100}, {"pattern": "[0-9]"}, {"enum": ["x"]}])
    schema = columns(*listed, kind=draw.pick("type", TYPES), **limits)
    if draw.chance("key", 0.5):
        schema["primaryKey"] = listed[: draw.size("columns", 1, 16)]
    rows = min(draw.size("rows", 1, 50_000), 2_000_000 // fields)
    head = ",".join('"' + name.replace('"', '""') + '"' for name in listed)
    if draw.chance("other header", 0.3):
        head = ",".join(f"h{n}" for n in range(fields))
    data = head.encode() + b"\n" + (b",".join([b"q"] * fields) + b"\n") * rows
    entry = made.table(made.fresh(), data, schema)
    if draw.chance("table", 0.3):
        entry["name"] = letter * length
    if draw.chance("package", 0.2):
        made.described |= {"name": letter * length, "title": letter * length}
    if draw.chance("twins", 0.1):
        schema["fields"] += schema["fields"][:50]


def _bomb(draw: Draw) -> str:
    count = draw.choice([1, 2, 10, 100, 500, 890, 1_000])
    part = draw.choice(["a", ".", r"\pL", r"\p{Lu}", r"[\p{L}\p{N}_]", "[^x]", "(?i:\u017f)", "()"])
    return draw.choice([
        f"{part}{{1,{count}}}", f"({part}{{0,{count}}}){{0,{min(count, 30)}}}",
        "|".join(f"[ab]*a[ab]{{{count - n % count}}}c" for n in range(draw.randrange(1, 60))),
        f"({part}*)*{part}*" * draw.randrange(1, 20), f"({part}|{part}{part})*b",
        "(" * count + "a" + ")" * count, f"(({part}{{1,30}}){{1,30}}){{1,{min(count, 30)}}}",
        "|".join(f"{part}{n}" for n in range(count)), r"\b" * count, f"(?:{part}?){{{count}}}a" * 3,
        "".join(f"[\\x{{{n:x}}}-\\x{{10ffff}}]" for n in range(256, 256 + min(count, 400))),
        f".*a.{{{count}}}", f"(?s).*{part}.{{0,{count}}}$", "a" * 10_000, "(?i)" + "k" * count,
    ])  # fmt: skip


@trap
def patterns(made: Trap) -> None:
    """Patterns that are long programs, in many columns, asked of long cells."""
    draw = made.draw
    fields = draw.size("columns", 1, 300)
    listed = [f"c{n}" for n in range(fields)]
    schema = columns(*listed)
    for entry in schema["fields"]:
        entry["constraints"] = {"pattern": _bomb(draw)[:12_000]}
    draw.pick("first", [schema["fields"][0]["constraints"]["pattern"]])
    length = min(draw.size("cell", 1, 900_000), 3_000_000 // fields)
    cell = draw.pick("letters", ["a", "ab", "aab", "\u00e9", "x", "A\u017f", "a1 "])
    cell = (cell * length)[: max(1, length)]
    rows = min(draw.size("rows", 1, 10_000), 20_000_000 // (length * fields) + 1)
    made.table(made.fresh(), csv_of(listed, ([cell] * fields for _ in range(rows))), schema)


@trap
def values(made: Trap) -> None:
    """Enums, missing values, bounds and formats of fields: many, long, odd."""
    draw = made.draw
    kind = draw.pick("type", TYPES)
    number, length = draw.size("values", 1, 11_000), draw.size("length", 1, 100_000)
    length = max(1, min(length, 12_000_000 // number))
    listed: list[Any] = [("v" * length)[:length] + str(n) for n in range(number)]
    if draw.chance("numbers", 0.3):
        listed = [10 ** min(length, 4_000) + n for n in range(number)]
    entry: dict[str, Any] = {"name": "id", "type": kind}
    entry["constraints"] = {}
    for what in draw.sample(
        ["enum", "categories", "missing", "bounds", "lengths", "words", "chars", "format"], 2
    ):
        draw.told.append(what)
        digits = draw.pick("digits", [1, 18, 19, 38, 39, 400, 4_000, 100_000])
        extreme = draw.choice(["9" * digits, "-" + "9" * digits, f"1e{digits}", int("9" * min(digits
                               , 4_000)), "9999-12-31", "P" + "9" * digits + "Y"])  # fmt: skip
        odd = draw.choice(["", "x" * 900, ".", ",", "'", "\u00e9", "[", "\\", " ", "e", "1", "-"])
        told: dict[str, dict[str, Any]] = {
            "categories": {"categories": listed},
            "missing": {"missingValues": [str(value) for value in listed[:100]]},
            "words": {"trueValues": [str(v) for v in listed[:90]], "falseValues": ["0"]},
            "chars": {"groupChar": odd, "decimalChar": odd + "x", "delimiter": odd or "|",
                      "bareNumber": False, "itemType": draw.choice(TYPES)},
            "format": {"format": draw.choice([odd, "%Y" * 400, "%", "any", "%d" * 100, "binary"])},
        }  # fmt: skip
        entry |= told.get(what, {})
        entry["constraints"] |= {
            "enum": {"enum": listed},
            "bounds": {"minimum": extreme, "maximum": extreme, "exclusiveMaximum": extreme},
            "lengths": {"minLength": 10**18, "maxLength": draw.choice([0, 10**30])},
        }.get(what, {})
    cells = [*map(str, listed[:1_000]), "1", "x", '""', "1.5", "true", "2024-01-26"]
    rows = draw.size("rows", 1, 300_000)
    some = [cells[n % len(cells)] for n in range(min(rows, 20_000_000 // length + 1))]
    made.table(made.fresh(), csv_of(["id"], ([cell] for cell in some)), {"fields": [entry]})


@trap
def nested(made: Trap) -> None:
    """JSON that is deep, long, doubled or no JSON, in the descriptor, a schema or a cell."""
    draw = made.draw
    depth, count = draw.size("depth", 1, 200_000), draw.size("items", 1, 1_000_000)
    deep = draw.pick("shape", ["list", "object", "wide", "numbers", "escape", "keys", "broken"])
    text = {
        "list": "[" * depth + "]" * depth, "object": '{"a":' * depth + "1" + "}" * depth,
        "wide": "[" + ",".join(["[]"] * count) + "]", "numbers": "[" + "9" * count + "]",
        "escape": '"' + "\\u0041" * count + '"', "broken": "[" * depth,
        "keys": "{" + ",".join(f'"{n}":{n}' for n in range(count)) + "}",
    }[deep]  # fmt: skip
    where = draw.pick("where", [
        *("x", "title", "resources", "licenses", "contributors", "keywords", "schema", "fields"),
        *("dialect", "path", "enum", "minimum", "categories", "example", "missingValues", "cell"),
        *("primaryKey", "foreignKeys", "kzdata:dates", "kzdata:claims", "hash", "bytes", "type"),
    ])  # fmt: skip
    mark = "MARK"
    field: dict[str, Any] = {"name": "id", "type": draw.pick("type", TYPES), "constraints": {}}
    schema: dict[str, Any] = {"fields": [field]}
    data = b"id\n1\n"
    if where == "cell":
        text = text[:900_000]
        data = b"id\n" + (b'"' + text.replace('"', '""').encode() + b'"\n') * draw.size(
            "rows", 1, 50
        )
        text = "1"
    more: dict[str, Any] = {}
    if where in ("enum", "minimum"):
        field["constraints"][where] = mark
    elif where in ("categories", "example", "type"):
        field[where] = mark
    elif where in ("dialect", "path", "hash", "bytes", "schema"):
        more[where] = mark
    elif where in ("missingValues", "primaryKey", "foreignKeys", "fields") or ":" in where:
        schema[where] = mark
    else:
        made.described |= {} if where in ("cell", "resources") else {where: mark}
    made.table(made.fresh(), data, schema).update(more)
    raw = json.dumps(made.described).replace(f'"{mark}"', text)
    made.raw = (f'{{"resources": {text}}}' if where == "resources" else raw).encode()


@trap
def cells(made: Trap) -> None:
    """Cells of every type that are long, deep or extreme."""
    draw = made.draw
    kind, size = draw.pick("type", TYPES), draw.size("size", 1, 900_000)
    deep = min(size, 400_000)
    cell = draw.pick("cell", [
        "9" * size, "0." + "0" * size + "1", "1" + "e" * 3 + "9" * size, f"1e{size}", "-" * size,
        "1e" + "9" * min(size, 4_000), "[" * deep + "]" * deep,
        '{"a":' * (deep // 5) + "1" + "}" * (deep // 5),
        '{"type":"Point","coordinates":' + "[" * deep + "]" * deep + "}", "1," * (size // 2),
        '{"type":"GeometryCollection","geometries":[' * (deep // 44) + "]}" * (deep // 44),
        "P" + "9" * size + "Y", "P1Y" * (size // 3), "PT" + "9" * size + "." + "9" * 9 + "S",
        "9" * size + "-01-01", "2024-01-26T00:00:00." + "9" * size + "Z", "0" * size, "+" * size,
        "1" + ",000" * (size // 4), "[" + "1," * (size // 2) + "1]", "\u0663" * (size // 2),
        "a" + "\u0301" * (size // 2), "\u202e" * (size // 3), "-9999999-12-31", "24:00:00",
        "user@" + "a." * (size // 2), "http://" + "[" * size, "urn:" * (size // 4), "NaN", "INF",
    ])  # fmt: skip
    length = len(cell.encode()) + 1
    rows = max(1, min(draw.size("rows", 1, 100_000), 20_000_000 // length))
    form = draw.pick("format", ["default", "any", "email", "uri", "uuid", "binary", "array",
                                "object", "topojson", "%Y-%m-%d", "%d.%m.%y %H:%M:%S"])  # fmt: skip
    entry: dict[str, Any] = {"name": "id", "type": kind, "format": form}
    limits = [{}, {"unique": True}, {"minimum": "1"}, {"enum": ["1", "2"]}, {"maxLength": 5}]
    entry["constraints"] = draw.pick("limits", limits)
    row = b'"' + cell.replace('"', '""').encode() + b'"\n'
    made.table(made.fresh(), b"id\n" + row * rows, {"fields": [entry], "primaryKey": "id"})


# ------------------------------------------------------------------------------ the profile


def _blown_up(folder: Folder, draw: Draw) -> None:
    """Put very many, or very large, rows into one table of the flood."""
    count = draw.size("count", 10, 30_000)
    digits = draw.size("digits", 1, 10_000)
    table = draw.pick("table", ["called", "terms", "passages", "ties", "tolls", "islets", "gone",
                                "skipped", "receipts", "letters", "surges"])  # fmt: skip
    rows = folder.rows(table)
    long, apart = draw.chance("longer", 0.5), draw.chance("apart", 0.5)
    count = min(count, 6_000) if long else count

    def text(n: int) -> str:
        return f"a{' a' * (n if long else 3)}" + f" {n}" * apart

    last = dict(rows[-1])
    changed: dict[str, Callable[[int], dict[str, str]]] = {
        "called": lambda n: {"printed": text(n), "who": ("aske", "vik", "norholm")[n % 3]},
        "terms": lambda n: {"term": text(n), "sort": f"s{n % 3}"},
        "passages": lambda n: {"passage": f"q{n}"},
        "ties": lambda n: {"tie": f"K{n}", "one": f"T{n % count}", "two": f"T{(n + 1) % count}"},
        "tolls": lambda n: {"toll": f"T{n}", "wording": "9" * digits, "least": "9" * digits},
        "islets": lambda n: {"islet": f"i{n}", "part": f"i{(n + 1) % count}"},
        "gone": lambda n: {"row": f"G{n}", "instead": f"G{(n + 1) % count}"},
        "skipped": lambda n: {"from": str(n), "to": str(n + 2)},
        "receipts": lambda n: {"row": f"T{n % 7}"},
        "letters": lambda n: {"letter": f"l{n}", "spoken": f"{n}-01-01"},
        "surges": lambda n: {"surge": f"S{n}", "since": "9999999-12-31"},
    }
    folder.write(table, [*rows, *({**last, **changed[table](n)} for n in range(count))])
    if draw.chance("wording", 0.3):
        worded = draw.pick("words", [
            "one hundred " * digits, "between " * digits, "9" * digits, "1,000" * digits,
            "on the morning of " * digits, "at least " * digits, "dozens of " * digits,
        ])  # fmt: skip
        folder.edit("tolls", 0, "wording", worded)
    if draw.chance("quote", 0.3):
        quote = draw.pick("quoted", ["a", "9 ", "one ", "\u00e9", "a " * 50]) * digits
        folder.edit("passages", 0, "words", quote)


@trap
def profile(made: Trap) -> None:
    """Receipts, aliases, terms, links, figures and dates beyond all measure, with the texts."""
    draw = made.draw
    folder = flood(made.root)
    _blown_up(folder, draw)
    if draw.chance("second", 0.3):
        _blown_up(folder, draw)
    folder.reseal()
    made.described = folder.descriptor()
    if draw.chance("texts", 0.5):
        kept = keep_texts(made.root.parent / "texts", FLOOD_TEXTS)
        made.options += ["--texts", str(kept)]


@trap
def texts(made: Trap) -> None:
    """Articles that are huge, and hold what is looked for a million times."""
    draw = made.draw
    folder = flood(made.root)
    unit = draw.pick("unit", ["a", "12 ", "one ", "12 fishers drowned", "Norholm ", "\u0301", "\n",
                              "1,", "on Tuesday ", "one hundred and ", "\U0001f30a"])  # fmt: skip
    body = unit * max(1, draw.size("characters", 100, 40_000_000) // len(unit))
    found = dict(FLOOD_TEXTS, gull=FLOOD_TEXTS["gull"] + body)
    kept = keep_texts(made.root.parent / "texts", found)
    for number in range(draw.size("others", 1, 2_000)):
        (kept / f"other{number}").write_bytes(b"x" * number)
    digest = hashlib.sha256(found["gull"].encode()).hexdigest()
    folder.edit("letters", 0, "digest", digest)
    folder.edit("letters", 0, "size", str(len(found["gull"])))
    if draw.chance("resealed", 0.7):
        rows = folder.rows("passages")
        for row in rows:
            if row["letter"] == "gull":
                row["seal"] = checksum(digest, row["from"], row["to"], row["nth"], row["words"])
        folder.write("passages", rows)
    folder.reseal()
    made.described = folder.descriptor()
    made.options += ["--texts", str(kept)]


# ------------------------------------------------------------------------------ allow-lists


@trap
def allow(made: Trap) -> None:
    """Allow-lists that a TOML reader takes long over."""
    draw = made.draw
    size = draw.size("size", 10, 1_000_000)
    entry = '[[allow]]\nrule = "row-length"\nreason = "x"\n'
    text = draw.pick("shape", [
        "a." * (size // 2) + "a = 1\n", "[" + "a." * (size // 2) + "a]\n",
        "x = " + "[" * size + "]" * size, "x = " + "{a=" * size, "x = " + "{a.b.c=" * (size // 20),
        entry * (size // len(entry) + 1), "".join(f"a{n} = {n}\n" for n in range(size // 12)),
        "[[a]]\n" * (size // 6), "".join(f"[a.b.c{n}.d]\n" for n in range(size // 14)),
        f"{'k' * size} = 1\n", 'x = "' + "\\u0041" * (size // 6) + '"', "x = " + "9" * size,
        "x = 1979-05-27T00:32:00." + "9" * size, "x = '''" + "'" * size, "x = 0x" + "f" * size,
        "#" * size, "\n" * size, "\ufeff" * (size // 3), "x = [" + "1," * (size // 2) + "]",
        "".join(f"a{'.a' * (n % 300)}.b{n} = 1\n" for n in range(size // 300)),
        f'[[allow]]\nrule = "{"x" * size}"\nreason = "y"\n', "x = 1e" + "9" * size, "\0" * size,
        entry + 'until = 9999-99-99\n', entry + 'record = "' + "r" * size + '"\n',
    ])[:1_048_576]  # fmt: skip
    where = draw.pick("where", ["package", "package", "given"])
    if where == "package":
        made.write("kzdata-allow.toml", text.encode())
    else:
        file = made.root.parent / "allow.toml"
        file.write_bytes(text.encode())
        made.options += ["--allow", str(file)]
    if not made.described["resources"]:
        made.table(made.fresh(), ROWS + b"3\n" * draw.size("findings", 1, 3_000), PLAIN)


# ------------------------------------------------------------------------------ zips

Entry = tuple[bytes, bytes, dict[str, int]]
Shape = Callable[[Draw, list[Entry]], dict[str, Any]]
SMALL = json.dumps({"name": "z", "resources": [{"name": "t", "path": "t.csv", "schema": PLAIN}]})


def raw_zip(entries: Iterable[Entry], **end: Any) -> Iterator[bytes]:
    """A zip byte by byte: names, data and what is said of them, be it true or not."""
    at, directory, count = 0, [], 0
    for name, data, said in entries:
        method, flags = said.get("method", 0), said.get("flags", 0)
        crc, full = said.get("crc", zlib.crc32(data)), said.get("full", len(data))
        size, extra = said.get("size", len(data)), b"\0" * said.get("extra", 0)
        head = struct.pack("<HHHHHIII", 20, flags, method, 0, 33, crc, size, full)
        local = b"PK\3\4" + head + struct.pack("<HH", len(name), 0) + name + data
        place = said.get("at", at)
        where = struct.pack("<HHHHHII", len(name), len(extra), 0, 0, 0, said.get("mode", 0), place)
        directory.append(b"PK\1\2\x14\3" + head + where + name + extra)
        if "at" not in said:
            yield local
            at += len(local)
        count += 1
    size = sum(map(len, directory))
    yield from directory
    told = end.get("count", count) & 0xFFFF
    comment = b"c" * end.get("comment", 0)
    if end.get("zip64"):
        big = end.get("big", count)
        yield b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, big, big, size, at)
        yield b"PK\6\7" + struct.pack("<IQI", 0, at + size, 1)
        size, at, told = 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFF
    yield b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, told, told, size, at, len(comment)) + comment


def _lzma(dictionary: int, data: bytes) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}]
    body = lzma.compress(data, lzma.FORMAT_RAW, filters=filters)
    return b"\x09\x04\x05\0" + b"\x5d" + struct.pack("<I", dictionary) + body


SOUND: list[Entry] = [
    (b"datapackage.json", SMALL.encode(), {}),
    (b"t.csv", ROWS, {}),
]
ODD_NAMES = [
    *(b"DATAPACKAGE.JSON", b"T.csv", b"t.csv", b"CON", b"aux.csv ", b"trailing.", b"../x", b"/abs"),
    *(b"a\\b", b"C:x", b"x\0y", b"\xff\xfe", b"", b"/", b"a//b", b"./t.csv", b"t.csv/", b"x\nb"),
    *(b"t\xcc\x81.csv", b"n" * 65_000, b"d/" * 5_000 + b"f", b"d/" * 120 + b"f", b"nul.txt", b":"),
    *(b"datapackage.json/x", b"t.csv/x", b"~", b"\xe2\x80\xae", b"a" * 256),
]


def deflated(unit: bytes, times: int) -> tuple[bytes, dict[str, int]]:
    """A unit again and again, packed, and what an entry says of it."""
    packer, crc, inner = zlib.compressobj(9, zlib.DEFLATED, -15), 0, 1_000_000 // len(unit)
    body = []
    for done in range(0, times, inner):
        part = unit * min(inner, times - done)
        crc = zlib.crc32(part, crc)
        body.append(packer.compress(part))
    packed = b"".join([*body, packer.flush()])
    return packed, {"method": 8, "full": len(unit) * times, "crc": crc}


def zip_of_many(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """Very many entries of nothing."""
    name = draw.pick("name", [b"e%d", b"d%d/", b"x", b"a/b/c/%d"])
    count = draw.size("entries", 100, 1_500_000)
    entries += [(name % n if b"%" in name else name, b"", {}) for n in range(count)]
    return {"zip64": draw.chance("zip64", 0.7)}


def zip_of_names(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """Twins, and names that a file system reads in its own way."""
    entries += [(draw.choice(ODD_NAMES), ROWS, {}) for _ in range(draw.size("odd", 1, 5))]
    draw.pick("names", [[name[:20] for name, _, _ in entries[2:]]])
    return {}


def zip_of_lzma(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """A dictionary that the reader makes room for."""
    room = draw.pick("dictionary", [0, 1 << 16, 1 << 28, 1 << 30, 0xFFFFFFFF])
    said = {"method": 14, "flags": 2, "full": len(ROWS), "crc": zlib.crc32(ROWS)}
    entries[1] = (b"t.csv", _lzma(room, ROWS), said)
    return {}


def zip_of_bz2(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """BZip2, which is slow."""
    data = ROWS + b"1,one\n" * draw.size("rows", 1, 3_000_000)
    said = {"method": 12, "full": len(data), "crc": zlib.crc32(data)}
    entries[1] = (b"t.csv", bz2.compress(data), said)
    return {}


def zip_of_lies(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """An entry of which something else is said than is true."""
    member = draw.pick("member", ["full", "size", "crc", "method", "flags", "mode", "at"])
    value = draw.pick("value", [0, 1, 99, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF])
    value &= 0xFFFF if member in ("method", "flags") else 0xFFFFFFFF
    which = draw.pick("entry", [0, 1])
    entries[which] = (*entries[which][:2], {member: value})
    return {}


def zip_of_overlaps(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """Entries that share their bytes."""
    body, said = deflated(b"1,one\n", draw.size("rows", 10, 3_000_000))
    at = sum(30 + len(name) + len(data) for name, data, _ in entries)
    entries.append((b"big0", body, said))
    times = min(draw.size("times", 1, 9_000), 2_000_000_000 // said["full"] + 1)
    entries += [(b"big%d" % n, body, said | {"at": at}) for n in range(1, times)]
    return {}


def zip_of_two_ends(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """ZIP64, with other counts than the entries, and a comment."""
    big = draw.pick("count", [0, 2, 2**32, 2**63])
    return {"zip64": True, "big": big, "comment": draw.size("comment", 1, 65_000)}


def zip_of_zips(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """A zip in a zip in a zip."""
    inner = b"".join(raw_zip(SOUND))
    for _ in range(draw.size("depth", 1, 50)):
        inner = b"".join(raw_zip([(b"datapackage.zip", inner, {}), *SOUND[:1]]))
    entries.append((b"t.zip", inner, {}))
    return {}


def zip_of_secrets(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """An entry that is said to be encrypted."""
    entries[draw.pick("entry", [0, 1])] = (b"t.csv", b"\0" * 12 + ROWS, {"flags": 1})
    return {}


def zip_of_depths(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """Folders in folders in folders."""
    top = b"d/" * draw.size("depth", 1, 1_900)
    entries[:] = [(top + name, data, said) for name, data, said in entries]
    return {}


def zip_of_modes(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """Links, devices, pipes and files that nobody may read."""
    mode = draw.pick("mode", [0o120777, 0o010644, 0o020644, 0o060644, 0o140644, 0, 0o100000])
    entries[1] = (b"t.csv", b"/etc/passwd", {"mode": mode << 16})
    return {}


def zip_of_extras(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """Extra fields as large as they can be."""
    entries += [(b"x%d" % n, b"", {"extra": 65_000}) for n in range(draw.size("entries", 1, 2_000))]
    return {}


def zip_of_bombs(draw: Draw, entries: list[Entry]) -> dict[str, Any]:
    """An entry that unpacks a thousand times."""
    unit = draw.pick("bytes", [b"\n", b"\0", b"1,one\n"])
    body, said = deflated(unit, draw.size("unpacked", 1_000_000, 500_000_000) // len(unit))
    entries.append((b"t2.csv", body, said))
    return {}


ZIPS: list[Shape] = [
    *(zip_of_many, zip_of_names, zip_of_lzma, zip_of_bz2, zip_of_lies, zip_of_overlaps),
    *(zip_of_two_ends, zip_of_zips, zip_of_secrets, zip_of_depths, zip_of_modes, zip_of_extras),
    zip_of_bombs,
]


@trap
def zips(made: Trap) -> None:
    """Zips of millions of entries, twins, lies about sizes, overlaps, giant dictionaries."""
    entries = list(SOUND)
    end = made.draw.pick("zip", ZIPS)(made.draw, entries)
    made.zip = made.root.with_suffix(".zip")
    with made.zip.open("wb") as out:
        out.writelines(raw_zip(entries, **end))
    if made.draw.chance("broken", 0.15):
        made.zip.write_bytes(broken(made.zip.read_bytes(), made.draw))


# ------------------------------------------------------------------------------ places


@trap
def places(made: Trap) -> None:
    """Pipes, links, devices and sparse files where a package has files."""
    draw = made.draw
    what = draw.pick("what", ["pipe", "zero", "circle", "sparse", "folder", "out", "passwd"])
    where = draw.pick("where", ["table", "schema", "dialect", "kzdata-allow.toml", "CHANGELOG.md",
                                "datapackage.json", "texts", "table.gz", "parquet"])  # fmt: skip
    table = {"table.gz": "t.csv.gz", "parquet": "t.parquet"}.get(where, "t.csv")
    entry = made.table(table, ROWS, PLAIN)
    made.described |= {"version": "1.0.0"}
    if where in ("schema", "dialect"):
        entry[where] = f"{where}.json"
        made.write(f"{where}.json", json.dumps(PLAIN if where == "schema" else {}).encode())
    place = made.root / {"schema": "schema.json", "dialect": "dialect.json"}.get(where, where)
    if where in ("table", "table.gz", "parquet"):
        place = made.root / table
    if where == "texts":
        folder = flood(made.root)
        made.described = folder.descriptor()
        kept = keep_texts(made.root.parent / "texts", FLOOD_TEXTS)
        made.options += ["--texts", str(kept)]
        place = kept / "odd.txt"
    made.write("datapackage.json", json.dumps(made.described).encode())
    place.unlink(missing_ok=True)
    outside = made.root.parent / "outside.json"
    outside.write_bytes(b'{"secret": 1}')
    if what == "pipe":
        os.mkfifo(place)
    elif what == "sparse":
        with place.open("wb") as out:
            out.truncate(draw.size("bytes", 1_000, 8_000_000_000))
    elif what == "folder":
        place.mkdir()
    else:
        target = {"zero": "/dev/zero", "circle": place.name, "passwd": "/etc/passwd"}.get(what)
        place.symlink_to(target or outside)
    made.described = {"resources": []}


# ------------------------------------------------------------------------------ findings


@trap
def findings(made: Trap) -> None:
    """As many findings as fit, of long cells, under long names, in every format."""
    draw = made.draw
    fields, length = draw.size("fields", 1, 1_000), draw.size("cell", 1, 100_000)
    rows = max(1, min(draw.size("rows", 1, 200_000), 40_000_000 // (fields * (length + 1))))
    listed = [f"c{n}" for n in range(fields)]
    cell = draw.pick("letter", ["x", "\u00e9", "&", "\x01", "<", "%", "\\", "\u202e"]) * length
    limits = draw.pick("limits", [{"enum": ["1"]}, {"pattern": "1"}, {"maxLength": 0},
                                  {"unique": True}])  # fmt: skip
    schema = columns(*listed, kind=draw.pick("type", TYPES), **limits)
    schema |= draw.pick("keys", [{}, {"primaryKey": listed[:1]},
        {"foreignKeys": [{"fields": [n], "reference": {"resource": "", "fields": [listed[-1]]}}
                         for n in listed[:100]]}])  # fmt: skip
    row = ",".join([cell] * fields).encode()
    made.table(made.fresh(), csv_of(listed, []) + (row + b"\n") * rows, schema)


@trap
def files(made: Trap) -> None:
    """Tables of many files, the same file in many tables, hashes of all kinds, long changelogs."""
    draw = made.draw
    count = draw.size("files", 1, 1_100)
    listed = [f"tables/part{n}.csv" for n in range(count)]
    size = max(1, min(draw.size("rows", 1, 100_000), 2_000_000 // count))
    for one in listed:
        made.write(one, csv_of(["id", "name"], (["1", "x"] for _ in range(size))))
    tables = draw.size("tables", 1, 500)
    shared = draw.chance("shared", 0.5)
    kind = draw.pick("hash", ["sha256:0", "md5", "sha512:ff", "x" * 10_000, "blake3:1", ""])
    for number in range(tables):
        path: Any = listed if shared and number < 3 else listed[number % count]
        made.table("", None, PLAIN).update(path=path, hash=kind, bytes=draw.choice([0, -1, 10**30]))
    unit = draw.pick("log", ["## 1.0.0\n", "#", "\n", "x", "[" * 100, "## "])
    made.described["version"] = draw.pick("version", ["1.0.0", "9" * 100_000, "1." * 50_000, "x"])
    made.write("CHANGELOG.md", (unit * (draw.size("log size", 1, 5_000_000) // len(unit))).encode())


@trap
def mix(made: Trap) -> None:
    """Two or three of the others in one package."""
    able = (parquet, gz, encoded, dialects, names, patterns, values, cells, findings, allow)
    for maker in made.draw.sample(able, made.draw.randrange(2, 4)):
        made.draw.told.append(f"[{maker.__name__}]")
        maker(made)
        made.draw.told.append(";")


# ------------------------------------------------------------------------------ SQL

VALUES = [
    *("1", "-1", "NULL", "''", "'a'", "1e308", "170141183460469231731687303715884105727", "true"),
    *("DATE '2024-01-01'", "TIMESTAMP '294247-01-01'", "INTERVAL 1000000 YEAR", "'\\xFF'::BLOB"),
    *("0.1::DECIMAL(38,37)", "[1,2]", "{'a': 1}", "MAP {1: 2}", "'NaN'::DOUBLE", "'[1]'::JSON"),
]  # fmt: skip
SCALARS = """
repeat('ab', $N)|range($N)|length($V::VARCHAR)|hash($V)|md5($V::VARCHAR)|($V)::VARCHAR|to_json($V)
list_transform(range($N), lambda x: $V)|[x + 1 for x in range($N) if x % 2 = 0]|factorial($N % 50)
list_reduce(range(1, $N + 2), lambda a, b: a + b)|lpad('a', $N::INT, 'b')|printf('%$Nd', 1)
format('{:$N}', 'a')|format('{:>$N}', 1)|regexp_replace(repeat('a', $N), '(a*)*b', 'x', 'g')
regexp_extract_all(repeat('ab', $N), '.')|string_split(repeat('a,', $N), ',')|list_value($V, $V)
regexp_matches(repeat('a', $N), '(a?){1000}(a?){1000}')|repeat([1], $N)|bar($N, 0, 1, $N)
json_extract('[' || repeat('[', $N) || ']', '$[0]')|from_json('[1]', '["BIGINT"]')
error($V::VARCHAR)
hex(repeat('a', $N))|unhex(repeat('ff', $N))|to_base64(repeat('a', $N)::BLOB)
reverse(repeat('a', $N))
10::HUGEINT ** ($N % 60)|bit_count($V::VARCHAR::BIT)|array_to_string(range($N), 'x')|($V, $V)
list_sort(range($N))|flatten([range($N), range($N)])|list_grade_up(range($N))|try($V)
encode($V::VARCHAR)|json_contains(to_json($V), '1')
list_distinct(list_transform(range($N), lambda x: x % 7))|bitstring('1', $N::INT)
list_resize([1], $N, 0)
generate_series(TIMESTAMP '2000-01-01', TIMESTAMP '2100-01-01', INTERVAL $N SECOND)
levenshtein(repeat('a', $N), repeat('b', $N))|jaccard(repeat('ab', $N), 'b')
damerau_levenshtein(repeat('ab', $N % 100000), repeat('b', $N % 100000))
(SELECT $V FROM $T LIMIT 1)|CASE WHEN $V IS NULL THEN $V ELSE $V END
translate(repeat('a', $N), 'a', 'b')
(SELECT string_agg($V::VARCHAR, repeat('x', $N)) FROM $T)|list_zip(range($N), range($N))
strftime(TIMESTAMP '2000-01-01', repeat('%Y', $N))|struct_pack(a := $V, b := $V)
array_cross_product([1,2,3]::INT[3], [1,2,3]::INT[3])|json_structure(to_json($V))
url_encode(repeat('/', $N))|json_merge_patch(to_json($V), to_json($V))
list_aggregate(range($N), 'mad')
regexp_split_to_array(repeat('a,', $N), ',')|concat_ws(repeat(',', $N), 'a', 'b', 'c')
ascii($V::VARCHAR)
map_from_entries(list_zip(range($N), range($N)))|list_cosine_similarity(range($N), range($N))
array_value($V, $V)|string_agg($V::VARCHAR, ',')|list($V)
sum(length($V::VARCHAR)) OVER (ORDER BY id)
make_timestamp($N)|age(TIMESTAMP '1-01-01')|date_trunc('millennium', DATE '2024-01-01')
strip_accents('a')
"""
"""Expressions: $N becomes a number, $V an expression, $T a table, $Q a query."""
TABLES = """
range($N) r(id)|generate_series(1, $N) g(id)|unnest(range($N)) u(id)|($Q) s|(VALUES ($V)) v(id)
range($N) a(id), range($N) b|json_each(to_json(range($N)))|t0 a CROSS JOIN range($N) b(i)
(PIVOT (SELECT i AS id, i % $N AS k FROM range($N) r(i)) ON k USING sum(id)) p
t0 POSITIONAL JOIN t0 b
(FROM range($N) r(id) SELECT id, id AS name) f|(UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b) q
unnest(repeat([[1]], $N)) u(id)|unnest([{'id': 1, 'name': range($N)}]) u(id)
t0 a ASOF JOIN range($N) b(id) ON a.id >= b.id|t0, LATERAL (SELECT $V) l|(SUMMARIZE $Q) z
"""
COLUMNS = """
*|$V|$V|$V AS id, 1 AS name|count(*)|DISTINCT *|sum(length($V::VARCHAR))|list(COLUMNS(*))
mode(COLUMNS(*))|histogram($V)|quantile_disc($V, 0.5)|row_number() OVER (ORDER BY $V)
approx_top_k($V, 9)|string_agg($V::VARCHAR, repeat('x', $N))|list($V) OVER (ROWS 9 PRECEDING)
arg_max($V, $V, 3)
"""
TAILS = """
WHERE $V IS NOT NULL|GROUP BY ALL HAVING $V IS NOT NULL|ORDER BY $V|LIMIT $N|USING SAMPLE 10%
GROUP BY CUBE (1, 2, 3)|QUALIFY row_number() OVER (PARTITION BY $V) = 1|OFFSET $N|WHERE id IN ($Q)
"""
WHOLE = """
$Q|$Q|$Q|$Q|$Q|$Q|$Q|$Q|$Q|$Q|$Q|$Q|$Q|$Q
WITH w AS MATERIALIZED ($Q) SELECT count(*) FROM w a, w b|($Q) UNION ALL BY NAME ($Q)
WITH RECURSIVE w(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM w WHERE i < $N) SELECT max(i) FROM w
WITH RECURSIVE w(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM w, range(10)) SELECT i FROM w
WITH RECURSIVE w(s) AS (SELECT 'a' UNION ALL SELECT s || s FROM w) SELECT length(s) FROM w
SELECT * FROM ($Q) s, ($Q) r|SELECT * EXCLUDE (id) FROM ($Q) s|DESCRIBE $Q|($Q) INTERSECT ($Q)
"""


class Query:
    """A SELECT that is put together from a grammar, a production a piece between two bars."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw

    def filled(self, grammar: str, depth: int) -> str:
        """One production of a grammar, with what it names put in."""
        pieces = grammar.strip().replace("\n", "|").replace("||", "\0").split("|")
        piece = self.draw.choice(pieces).replace("\0", "||")
        return re.sub(r"\$[NVTQ]", lambda mark: self._part(mark[0], depth), piece)

    def _part(self, mark: str, depth: int) -> str:
        if mark == "$N":
            return str(round(math.exp(self.draw.uniform(0, math.log(3e9)))))
        if depth <= 0 or (mark == "$V" and self.draw.random() < 0.15):
            plain = {"$V": [*VALUES, "id", "name"], "$T": ["t0", "(SELECT 1 AS id) s"]}
            return str(self.draw.choice(plain.get(mark, ["SELECT * FROM t0"])))
        if mark == "$Q":
            return self.select(depth - 1)
        return self.filled(SCALARS if mark == "$V" else TABLES, depth - 1)

    def select(self, depth: int) -> str:
        """A SELECT."""
        parts = ["SELECT", self.filled(COLUMNS, depth), "FROM", self.filled(TABLES, depth)]
        if self.draw.random() < 0.3:
            parts.append(self.filled(TAILS, depth))
        return " ".join(parts)


SHAPES = [
    ("SELECT ", "list_transform([1], lambda x$k: ", "1", ")", "", 40),
    ("SELECT ", "a.", "a", "", "", 60_000),
    ("SELECT 1", ";", "", "", "", 60_000),
    ("", ";", "", "", "", 60_000),
    ("SELECT ", "(", "1", ")", "", 1_000_000),
    ("SELECT 1", " + 1", "", "", "", 60_000),
    ("SELECT ", "NOT ", "true", "", "", 60_000),
    ("SELECT ", "[", "1", "]", "", 60_000),
    ("SELECT 1", ", 1", "", "", "", 60_000),
    ("SELECT * FROM t0", ", t0", "", "", "", 3_000),
    ("SELECT ", "- ", "1", "", "", 60_000),
    ("SELECT 1", " UNION SELECT 1", "", "", "", 60_000),
    ("", "SELECT 1; ", "", "", "", 60_000),
    ("SELECT * FROM ", "(SELECT * FROM ", "t0", ")", "", 2_000),
    ("WITH w0 AS (FROM t0)", ", v$k AS (FROM w0, w0 x)", " SELECT 1", "", "", 2_000),
    ("SELECT ", "CASE WHEN 1=1 THEN ", "1", " END", "", 60_000),
    ("SELECT '", "a", "'", "", "", 10**6),
    ('SELECT 1 AS "', "a", '"', "", "", 10**6),
    ("SELECT ", "/*", "", "*/", "", 60_000),
    ("SELECT 1 --", "x", "", "", "", 10**6),
    ("SELECT 1 IN (1", ", $k", ")", "", "", 60_000),
    ("SELECT ", "{'a': ", "1", "}", "", 60_000),
    ("SELECT ", "abs(", "1", ")", "", 60_000),
    ("SELECT 1 WHERE 1=1", " AND 1=1", "", "", "", 60_000),
    ("SELECT $1", "1", "", "", "", 60_000),
    ("SELECT CASE", " WHEN id = 1 THEN 2", " END FROM t0", "", "", 60_000),
    ("SELECT 1::INT", "[]", "", "", "", 60_000),
    ("SELECT x", "[1]", " FROM t0", "", "", 60_000),
    ("SELECT 1", "::INT", "", "", "", 60_000),
    ("SELECT ", "9", "", "", "", 10**6),
    ("SELECT count(*) FROM t0", " JOIN t0 j$k ON true", "", "", "", 500),
    ("SELECT ", "x -> ", "1", "", "", 60_000),
    ("SELECT 'a' LIKE '", "%a", "'", "", "", 10**6),
    ("SELECT COLUMNS('", "(a*)*", "') FROM t0", "", "", 60_000),
    ("SELECT 'a' SIMILAR TO '", "(a|b)*", "'", "", "", 60_000),
    ("VALUES (1)", ", (1)", "", "", "", 60_000),
    ("FROM t0 PIVOT (count(*) FOR id IN (0", ", $k", "))", "", "", 10_000),
    ("SELECT ", "coalesce(", "1", ")", "", 60_000),
    ("SELECT '{}'", "->'a'", "", "", "", 60_000),
    ("SELECT ", "(SELECT ", "1", ")", "", 60_000),
    ("SELECT ", "~", "1", "", "", 60_000),
    ("SELECT ", "[x FOR x IN ", "[1]", "]", "", 60_000),
    ("SELECT 1 ", "COLLATE nocase ", "", "", "", 60_000),
    ("SELECT * FROM t0 WHERE ", "EXISTS (SELECT 1 WHERE ", "true", ")", "", 2_000),
    ("SELECT ", "t0.", "id", "", " FROM t0", 60_000),
    ("SELECT 'a'", " || 'a'", "", "", "", 60_000),
    ("SELECT ", "\0", "", "", "", 1_000),
    ("SELECT 1", "\n", "", "", "", 10**6),
    ("SELECT '", "\U0001f30a", "'", "", "", 10**6),
    ("WITH RECURSIVE ", "w$k AS (SELECT 1), ", "z AS (SELECT 1) SELECT 1", "", "", 3_000),
    ("SELECT ", "if(true, ", "1", ", 2)", "", 60_000),
    ("SELECT map {", "$k: 1, ", "1: 1}", "", "", 60_000),
    ("SELECT 1 ORDER BY 1", ", 1", "", "", "", 60_000),
    ("SELECT sum(1) OVER w WINDOW ", "w$k AS (), ", "w AS ()", "", "", 60_000),
    ("SELECT id FROM t0 GROUP BY GROUPING SETS ((id)", ", (id)", ")", "", "", 60_000),
    ("SELECT id FROM t0 GROUP BY CUBE (id", ", name", ")", "", "", 30),
    ("SELECT #1", "#1", "", "", "", 60_000),
    ("SELECT 'a'", " 'a'", "", "", "", 60_000),
    ("SELECT * FROM read_csv('", "../", "etc')", "", "", 60_000),
]
"""Long or deep texts: head, what is repeated before the middle, the middle, what after it, tail."""


def _shape(draw: Draw) -> str:
    head, left, middle, right, tail, most = draw.pick("shape", SHAPES)
    times = draw.size("times", 2, most)
    lefts = "".join(left.replace("$k", str(k)) for k in range(times))
    return f"{head}{lefts}{middle}{right * times}{tail}"


@trap
def sql(made: Trap) -> None:
    """Queries that ask for giants, for ever, or are giants themselves."""
    draw = made.draw
    data = csv_of(["id", "name"], ([str(n), "x"] for n in range(draw.size("rows", 1, 20_000))))
    made.table(made.fresh(), data, columns("id", "name"))
    made.described["resources"][-1]["schema"]["fields"][0]["type"] = "integer"
    if draw.chance("shape", 0.35):
        text = _shape(draw)
    else:
        query = Query(draw)
        depth = draw.randrange(1, 5)
        text = query.filled(WHOLE, depth)
        draw.pick("sql", [text[:2_000]])
    asked(made, text)
    made.options = ["--format", draw.pick("format", ["text", "json", "csv"])]


def asked(made: Trap, text: str) -> None:
    """Have a query asked, by standard input where no command line takes it."""
    if len(text.encode()) > 100_000 or "\0" in text or text.startswith("-"):
        made.given, text = text.encode(), "-"
    made.command = ["query", text, "-p", "PACKAGE"]


# ------------------------------------------------------------------------------ openings


@opening("parquet")
def parquet_list(made: Trap) -> None:
    """One list of 100 million zeros in some hundred bytes."""
    import pyarrow as pa

    items = pa.repeat(pa.scalar(0, pa.int8()), 100_000_000)
    lists = pa.LargeListArray.from_arrays(pa.array([0, len(items)]), items)
    made.table("t.parquet", parquet_bytes(pa.table({"a": lists}), compression="ZSTD"),
               columns("a", kind="any"))  # fmt: skip


@opening("gz")
def wide_rows(made: Trap) -> None:
    """A hundred rows of a million cells."""
    made.table("t.csv.gz", b"".join([*packed(b"id,name\n", 1), *packed(UNITS["wide"], 100)]), PLAIN)


@opening("gz")
def blank_lines(made: Trap) -> None:
    """Thirty million blank lines."""
    made.table("t.csv.gz", b"".join([*packed(ROWS, 1), *packed(b"\n", 30_000_000)]), PLAIN)


@opening("encoded")
def utf7(made: Trap) -> None:
    """One shift sequence of UTF-7, which Python's decoder keeps whole."""
    data = b"".join([*packed(b"id,name\n1,+", 1), *packed(b"AGEA", 50_000_000)])
    made.table("t.csv.gz", data, PLAIN, encoding="utf-7")


@opening("allow")
def allow_dots(made: Trap) -> None:
    """A dotted key of 80,000 parts, which takes TOML's reader the square."""
    made.write("kzdata-allow.toml", b"a." * 40_000 + b"a = 1\n")
    made.table("t.csv", ROWS, PLAIN)


@opening("zips")
def zip_entries(made: Trap) -> None:
    """Two million entries, of which Python makes objects before they are counted."""
    made.zip = made.root.with_suffix(".zip")
    entries = [*SOUND, *((b"x", b"", {}) for _ in range(2_000_000))]
    with made.zip.open("wb") as out:
        out.writelines(raw_zip(entries, zip64=True))


@opening("zips")
def zip_extras(made: Trap) -> None:
    """Two thousand extra fields of nothing, which Python takes apart four bytes at a time."""
    made.zip = made.root.with_suffix(".zip")
    entries = [*SOUND, *((b"x%d" % n, b"", {"extra": 65_000}) for n in range(2_000))]
    with made.zip.open("wb") as out:
        out.writelines(raw_zip(entries))


@opening("zips")
def lzma_dictionary(made: Trap) -> None:
    """A dictionary of 4 GiB in an entry of some bytes."""
    said = {"method": 14, "flags": 2, "full": len(ROWS), "crc": zlib.crc32(ROWS)}
    made.zip = made.root.with_suffix(".zip")
    with made.zip.open("wb") as out:
        out.writelines(raw_zip([SOUND[0], (b"t.csv", _lzma(0xFFFFFFFF, ROWS), said)]))


@opening("names")
def giant_name(made: Trap) -> None:
    """A column name of 500,000 characters in a thousand findings."""
    name = "x" * 500_000
    schema = columns(name, kind="integer")
    made.table("t.csv", name.encode() + b"\n" + b"q\n" * 2_000, schema)


@opening("names")
def long_names(made: Trap) -> None:
    """Some hundred long names, each with findings in thousands of rows."""
    listed = ["x" * 2_760 + f"{n:08}" for n in range(460)]
    schema = columns(*listed, kind="duration", minLength=100) | {"primaryKey": listed[:14]}
    row = ",".join(["q"] * len(listed))
    made.table("t.csv", csv_of(listed, [[row]] * 6_000), schema)


@opening("many")
def keys_on_every_column(made: Trap) -> None:
    """A hundred tables whose every column is a unique key, and a foreign key to itself."""
    listed = [f"c{n}" for n in range(31)]
    keys = [{"fields": [n], "reference": {"resource": "", "fields": [n]}} for n in listed]
    schema = columns(*listed, kind="geopoint")
    schema |= {"uniqueKeys": [[n] for n in listed[:9]], "foreignKeys": keys[:9]}
    for _ in range(50):
        made.table(made.fresh(), csv_of(listed, [["0"] * 31] * 460), schema)


@opening("profile")
def longer_aliases(made: Trap) -> None:
    """Three thousand aliases, each longer than the last."""
    folder = flood(made.root)
    row = folder.rows("called")[0]
    longer = ({**row, "who": f"i{n % 2}", "printed": "a" + " a" * n} for n in range(3_000))
    folder.write("called", [*folder.rows("called"), *longer])
    islets = ({"islet": name, "part": ""} for name in ("i0", "i1"))
    folder.write("islets", [*folder.rows("islets"), *islets])
    folder.reseal()
    made.described = folder.descriptor()


@opening("profile")
def many_terms(made: Trap) -> None:
    """Ten thousand terms of a codebook, of which every pair is looked at."""
    folder = flood(made.root)
    row = folder.rows("terms")[0]
    more = ({**row, "sort": f"s{n % 2}", "term": "a " * (n % 100) + f"{n}"} for n in range(10_000))
    folder.write("terms", [*folder.rows("terms"), *more])
    folder.reseal()
    made.described = folder.descriptor()


@opening("patterns")
def long_program(made: Trap) -> None:
    """Forty alternatives that keep hundreds of states alive, on one long cell."""
    pattern = "|".join(f"[ab]*a[ab]{{{500 + 10 * n}}}c" for n in range(40))
    made.table("t.csv", csv_of(["id"], [["ab" * 150_000]]), columns("id", pattern=pattern))


@opening("patterns")
def many_programs(made: Trap) -> None:
    """A hundred columns, each with a pattern that takes long to compile."""
    listed = [f"c{n}" for n in range(100)]
    schema = columns(*listed)
    for n, entry in enumerate(schema["fields"]):
        pattern = rf"(\p{{L}}|\p{{N}}|_){{1,200}}[\p{{Lu}}]{{1,{100 - n % 50}}}x{n}"
        entry["constraints"] = {"pattern": pattern}
    made.table("t.csv", csv_of(listed, [["a"] * 100] * 3), schema)


@opening("places")
def schema_pipe(made: Trap) -> None:
    """A schema that is a pipe, which nobody ever writes to."""
    made.table("t.csv", ROWS, "schema.json")
    os.mkfifo(made.root / "schema.json")


def _query(text: str) -> Maker:
    def maker(made: Trap) -> None:
        made.table("t.csv", ROWS, PLAIN)
        asked(made, text)

    return maker


for _name, _text in {
    "lambdas": "SELECT " + "".join(f"list_transform([1], lambda x{k}: " for k in range(28)) + "1"
    + ")" * 28,
    "dots": "SELECT " + "a." * 20_000 + "a",
    "semicolons": "SELECT 1" + ";" * 40_000,
    "brackets": "SELECT " + "(" * 1_000_000 + "1" + ")" * 1_000_000,
    "chain": "SELECT 1" + " + 1" * 400,
}.items():  # fmt: skip
    OPENINGS[_name] = ("sql", _query(_text))


# ------------------------------------------------------------------------------ a case


@dataclass
class Case:
    """A case that is made.

    Attributes:
        kind: Which kind it counts to.
        recipe: What was drawn, in words.
        command: The words of the command, without the program and its limits.
        given: Standard input.
        called_off: Seconds after which the command is told to end; 0: never.
    """

    kind: str
    recipe: str
    command: list[str]
    given: bytes
    called_off: float


def make(seed: int, name: str, only: str | None, folder: Path) -> Case:
    """Make a case in a folder.

    Args:
        seed: The search's.
        name: A number, or the name of an opening.
        only: The kind; drawn otherwise.
        folder: An empty folder; the package is `package` or `package.zip` in it.
    """
    draw = Draw(f"{seed}:{name}:{only or ''}")
    made = Trap(folder / "package", draw)
    made.root.mkdir()
    if name in OPENINGS:
        kind, maker = OPENINGS[name]
        draw.told.append((maker.__doc__ or name).strip())
    else:
        (kind,) = [only] if only else draw.choices([*KINDS], [OFTEN.get(kind, 1) for kind in KINDS])
        maker = KINDS[kind]
    maker(made)
    if name not in OPENINGS:
        _vary(made, folder)
    return Case(kind, " ".join(draw.told), made.finish(), made.given, made.called_off)


def _vary(made: Trap, folder: Path) -> None:
    """Draw the command and its options."""
    draw = made.draw
    if draw.random() < 0.06:
        made.called_off = draw.size("called off after ms", 50, 10_000) / 1_000
    made.packed = made.zip is None and not made.command and draw.random() < 0.08
    if made.command:
        return
    command = "validate"
    if draw.random() < 0.2:
        command = draw.pick("command", ["tables", "export", "diff", "query"])
    if command == "validate":
        made.options += ["--format", draw.pick("format", FORMATS)]
        return
    made.options = []
    first = next((entry["name"] for entry in made.described["resources"]), "t")
    made.command = {
        "tables": ["tables", "-p", "PACKAGE"],
        "export": ["export", draw.choice(EXPORTS), str(folder / "out"), "-p", "PACKAGE"],
        "diff": ["diff", "PACKAGE", "PACKAGE", "--format", draw.choice(["text", "json"])],
        "query": ["query", f'SELECT * FROM "{first[:1_000]}"', "-p", "PACKAGE"],
    }[command]
    if command == "diff":
        other = folder / "other"
        other.mkdir()
        (other / "t.csv").write_bytes(ROWS)
        (other / "datapackage.json").write_text(SMALL)
        made.command[draw.choice([1, 2])] = str(other)


def main() -> None:
    """Make one case: the search's seed, the case's name, a kind or nothing, a folder, a file."""
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    seed, name, only, folder, about = sys.argv[1:]
    case = make(int(seed), name, only or None, Path(folder))
    told = {"kind": case.kind, "recipe": case.recipe, "command": case.command,
            "called_off": case.called_off}  # fmt: skip
    Path(about).write_text(json.dumps(told), encoding="utf-8")
    Path(about).with_name("given").write_bytes(case.given)


if __name__ == "__main__":
    main()
