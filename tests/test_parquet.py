"""Parquet read as it is: the verdict is that of the same cells as CSV, whatever types they have.

Hypothesis draws columns of Arrow types under fields of all types. The same rows are written out as
CSV, as kzdata once did itself (`as_csv`), and both are validated: the findings must be the same, by
rule, row, field and words.
"""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from kzdata.standard.descriptor import NO_VALUE
from kzdata.validation import validate

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

# ------------------------------------------------------------------------------ the reference


def as_cell(value: str, kind: str) -> str:
    """A value as CSV of Table Schema has it, independently of the package."""
    if kind.startswith(("STRUCT", "MAP")) or kind.endswith("]"):
        return f"CASE WHEN {value} IS NOT NULL THEN CAST(to_json({value}) AS VARCHAR) END"
    text = f"CAST({value} AS VARCHAR)"
    if kind in ("DOUBLE", "FLOAT"):
        return f"regexp_replace({text}, '[.]0$', '')"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"replace(CAST(timezone('UTC', {value}) AS VARCHAR), ' ', 'T') || 'Z'"
    return f"replace({text}, ' ', 'T')" if kind.startswith("TIMESTAMP") else text


def as_csv(source: Path, target: Path, null: str) -> None:
    """Write a Parquet file out as CSV."""
    with duckdb.connect() as engine:
        table = f"read_parquet('{source}')"
        kinds = engine.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
        names = ((f'"{name.replace(chr(34), chr(34) * 2)}"', kind) for name, kind, *_ in kinds)
        cells = (f"coalesce({as_cell(name, kind)}, '{null}') AS {name}" for name, kind in names)
        order = f"SELECT {', '.join(cells)} FROM {table}"
        engine.execute(f"COPY ({order}) TO '{target}' (FORMAT csv, HEADER, FORCE_QUOTE *)")


def package(root: Path, paths: list[str], schema: dict[str, Any]) -> Path:
    """A package of one table."""
    entry = {"name": "t", "path": paths if len(paths) > 1 else paths[0], "schema": schema}
    described = json.dumps({"name": "invented", "resources": [entry]})
    (root / "datapackage.json").write_text(described, encoding="utf-8")
    return root


def statements(root: Path, above: int) -> set[tuple[Any, ...]]:
    """What a report says, each by file, row from 1 and the words."""
    return {
        (f.rule, Path(f.file).stem, (f.row or f.line or above) - above, f.field,
         f.found, f.expected, f.record)
        for f in validate(root)
        if f.rule != "recommendation"
    }  # fmt: skip


def same(folder: Path, files: list[Any], schema: dict[str, Any]) -> set[tuple[Any, ...]]:
    """The findings of Arrow tables as Parquet, which must be those of the same cells as CSV."""
    missing = schema.get("missingValues", [""])
    for number, table in enumerate(files):
        source = folder / f"f{number}.parquet"
        pq.write_table(table, source, row_group_size=2)
        as_csv(source, folder / f"f{number}.csv", "" if "" in missing else NO_VALUE)
    numbers = range(len(files))
    native = statements(package(folder, [f"f{n}.parquet" for n in numbers], schema), 0)
    schema = schema | {"missingValues": [*missing, *([] if "" in missing else [NO_VALUE])]}
    by_text = statements(package(folder, [f"f{n}.csv" for n in numbers], schema), 1)
    assert native == by_text
    return native


# ------------------------------------------------------------------------------ types

END = (1 << 63) - 1
MOMENTS = [0, 1_706_281_200_000_000, 1_706_281_200_500_000, -62_135_596_800_000_000,
           253_402_300_800_000_000, -62_200_000_000_000_000, END]  # fmt: skip
TEXTS = ["", "a", "ab", "x y", "1", "1.0", "-", "5", "true", "2024-01-26", "a\x01b", "\u202ea",
         "=A1", "é", "-99", "nan", "[1]", "\t", '"q"', "1e3"]  # fmt: skip
NUMBERS = ["0", "1.00", "-5.50", "99.99", "-99.00"]
TYPES: dict[str, tuple[Any, list[Any]]] = {
    **{f"int{bits}": (getattr(pa, f"int{bits}")(), [0, 1, -1, 5, -99, (1 << bits - 1) - 1])
       for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (getattr(pa, f"uint{bits}")(), [0, 1, 5, 100, (1 << bits) - 1])
       for bits in (8, 16, 32, 64)},
    "money": (pa.decimal128(5, 2), [*map(Decimal, NUMBERS)]),
    "whole": (pa.decimal128(18, 0), [Decimal(0), Decimal(5), Decimal(10**17), Decimal(-99)]),
    "wide": (pa.decimal128(38, 0), [Decimal(0), Decimal(10**37), Decimal(-1)]),
    "long": (pa.decimal128(38, 10), [Decimal("0.3"), Decimal("5.0000000001"), Decimal(5)]),
    "float": (pa.float32(), [0.0, 0.1, 5.0, -1.5, 1e20, float("nan"), float("inf")]),
    "double": (pa.float64(), [0.0, -0.0, 0.1, 0.3, 5.0, 5.000000000000001, -99.0, 1e20, 1e-7,
                              float("nan"), float("inf"), float("-inf")]),
    "bool": (pa.bool_(), [True, False]),
    "date": (pa.date32(), [0, 19748, 19749, -719162, -719163, 2932896, 2932897]),
    "moment": (pa.timestamp("us"), MOMENTS),
    "millis": (pa.timestamp("ms"), [0, 1_706_281_200_000, 1_706_281_200_500]),
    "nanos": (pa.timestamp("ns"), [0, 1_706_281_200_000_000_000, 1_706_281_200_000_000_001]),
    "zoned": (pa.timestamp("us", "Europe/Berlin"), MOMENTS[:4]),
    "time": (pa.time64("us"), [0, 54_000_000_000, 54_000_500_000]),
    "text": (pa.string(), TEXTS),
    "chosen": (pa.dictionary(pa.int8(), pa.string()), TEXTS[:10]),
    "bytes": (pa.binary(), [b"a", b"\xff\x00"]),
    "list": (pa.list_(pa.int64()), [[], [1], [1, None, 3]]),
    "texts": (pa.list_(pa.string()), [[], ["a"], ["a", '"\x01']]),
    "floats": (pa.list_(pa.float64()), [[0.5], [float("nan")]]),
    "struct": (pa.struct([("a", pa.int64()), ("b", pa.list_(pa.string()))]),
               [{"a": 1, "b": ["x"]}]),
    "map": (pa.map_(pa.string(), pa.int64()), [[("k", 1)], []]),
    "none": (pa.null(), [None]),
}  # fmt: skip
FIELDS: dict[str, list[Any]] = {
    "string": ["a", "ab", "1", "5"], "any": ["a", "1"], "integer": [0, 5, -1, "-99", 10**20],
    "number": [0, 5, 0.1, "0.3", 99.99, -1.5, "1e20"], "boolean": [True, False],
    "date": ["2024-01-26", "1970-01-01"], "time": ["15:00:00"],
    "datetime": ["2024-01-26T15:00:00", "1970-01-01T00:00:00Z", "2024-01-26T15:00:00.5"],
    "year": [2024], "yearmonth": ["2024-01"], "duration": ["P1D"], "array": [[1]],
    "object": [{"a": 1}], "list": ["1"], "geopoint": ["1,2"], "geojson": [],
}  # fmt: skip
LIKELY = {
    "integer": "int8 int16 int32 int64 uint8 uint16 uint32 uint64 whole wide double text",
    "number": "money long whole float double int64 uint64 wide text",
    "boolean": "bool text", "date": "date date date moment text",
    "datetime": "moment millis nanos zoned date",
    "string": "text chosen int64 bytes bool", "any": "text chosen double", "time": "time text",
    "array": "list texts floats text", "object": "struct map text", "list": "text int64",
}  # fmt: skip
TYPED = ("integer", "number", "boolean", "date", "datetime")
"""Types whose values may be asked as they are: they are drawn most often."""
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


@st.composite
def columns(draw: Any, name: str, rows: int, typed: bool) -> tuple[dict[str, Any], Any]:
    """A field, and an array of values; where they are `typed`, of the field's own type."""
    kind = draw(st.sampled_from(TYPED if typed else [*FIELDS]))
    usual = LIKELY.get(kind, "text").removesuffix("text").split() or ["text"]
    arrow, values = TYPES[draw(st.sampled_from(usual if typed else [*usual * 4, *TYPES]))]
    cells = draw(st.lists(st.sampled_from([*values, None]), min_size=rows, max_size=rows))
    plain = pa.int64() if pa.types.is_timestamp(arrow) or pa.types.is_time64(arrow) else arrow
    plain = pa.int32() if pa.types.is_date32(arrow) else plain
    plain = pa.string() if pa.types.is_dictionary(arrow) else plain
    array = pa.array(cells, plain).cast(arrow) if plain != arrow else pa.array(cells, arrow)
    field: dict[str, Any] = {"name": name, "type": kind, "constraints": draw(limits(kind, typed))}
    if draw(st.integers(0, 5)) == 0:
        field["missingValues"] = draw(st.sampled_from([["", "-99"], ["", "-", "1"], ["-99"]]))
    return field, array


@st.composite
def limits(draw: Any, kind: str, typed: bool) -> dict[str, Any]:
    """Constraints that the type has."""
    found: dict[str, Any] = {}
    few = st.integers(0, 3)
    if draw(few) == 0:
        found["required"] = True
    if draw(few) == 0 and kind not in ("array", "object", "geojson", "geopoint"):
        found["unique"] = True
    listed = FIELDS[kind] and kind not in ("array", "object") and (not typed or kind == "integer")
    if listed and draw(few) == 0:
        found["enum"] = draw(st.lists(st.sampled_from(FIELDS[kind]), min_size=1, unique_by=str))
    ordered = ("integer", "number", "date", "time", "datetime", "year", "yearmonth", "duration")
    if kind in ordered:
        for name in draw(st.lists(st.sampled_from(BOUNDS), max_size=2, unique=True)):
            found[name] = draw(st.sampled_from(FIELDS[kind]))
    if kind in ("string", "any") and draw(few) == 0:
        found["pattern"] = draw(st.sampled_from(["[a-z]*", "a.*", "[0-9]+", r"\d+"]))
    if kind in ("string", "array", "object", "list") and draw(few) == 0:
        found["minLength"] = draw(st.integers(0, 2))
    return found


@st.composite
def tables(draw: Any, typed: bool) -> tuple[list[Any], dict[str, Any]]:
    """Tables of one or two files, and their schema."""
    rows = draw(st.integers(3, 8) if typed else st.integers(0, 6))
    drawn = [draw(columns(f"c{n}", rows, typed)) for n in range(draw(st.integers(1, 4)))]
    table = pa.table({field["name"]: array for field, array in drawn})
    schema: dict[str, Any] = {"fields": [field for field, _ in drawn]}
    missing = draw(st.sampled_from([[""], [""], ["", "-99"], ["-"]]))
    own = [field for field in schema["fields"] if "missingValues" in field]
    if missing == ["-"] or any("" not in field["missingValues"] for field in own):
        for field in own:  # the reference has one text for NULL
            field.pop("missingValues")
        missing = ["-"]
    schema["missingValues"] = missing
    if draw(st.booleans()):
        schema["primaryKey"] = "c0"
        reference = {"resource": "", "fields": ["c0"]}
        if len(drawn) > 1 and draw(st.booleans()):
            schema["foreignKeys"] = [{"fields": ["c1"], "reference": reference}]
    if rows < 2 or draw(st.booleans()):
        return [table], schema
    cut = draw(st.integers(0, rows))
    return [table.slice(0, cut), table.slice(cut)], schema


@given(tables(typed=True))
@settings(max_examples=60)
def test_the_verdict_on_values_is_that_on_their_texts(drawn: tuple[list[Any], Any]) -> None:
    """Catches a proof by type that clears a cell whose text breaks a rule."""
    with TemporaryDirectory() as folder:
        same(Path(folder), *drawn)


@given(tables(typed=False))
@settings(max_examples=60)
def test_the_verdict_on_any_column_is_that_on_its_texts(drawn: tuple[list[Any], Any]) -> None:
    """Catches another text, place or rule where the type is not the field's."""
    with TemporaryDirectory() as folder:
        same(Path(folder), *drawn)


# ------------------------------------------------------------------------------ examples

ALWAYS: list[tuple[str, str, Any, Any]] = [
    ("integer", "int64", 5, {"minimum": 6}),
    ("integer", "uint64", (1 << 64) - 1, {"maximum": 5}),
    ("integer", "wide", Decimal(10**37), {"maximum": 5}),
    ("number", "double", float("nan"), {"minimum": 0}),
    ("number", "double", float("inf"), {"maximum": 9}),
    ("number", "double", 0.1, {"exclusiveMinimum": 0.1}),
    ("number", "float", 0.1, {"exclusiveMaximum": 0.1}),
    ("number", "money", Decimal("5.50"), {"enum": [5.4]}),
    ("number", "money", Decimal("5.50"), {"maximum": 5.499}),
    ("boolean", "bool", True, {"enum": [False]}),
    ("date", "date", 19748, {"minimum": "2024-01-27"}),
    ("datetime", "moment", MOMENTS[1], {"maximum": "2024-01-26T14:59:59"}),
    ("datetime", "zoned", MOMENTS[1], {"maximum": "2024-01-26T14:00:00Z"}),
    ("string", "chosen", "ab", {"pattern": "a"}),
    ("array", "list", [1], {"minLength": 2}),
    ("object", "struct", {"a": 1, "b": ["x"]}, {"maxLength": 1}),
]


@pytest.mark.parametrize(("kind", "arrow", "value", "limit"), ALWAYS)
def test_a_limit_of_each_type(
    kind: str, arrow: str, value: Any, limit: Any, tmp_path: Path
) -> None:
    """Catches a constraint that is not asked of a typed value, or asked of another text."""
    plain = {"moment": pa.int64(), "zoned": pa.int64(), "date": pa.int32()}.get(arrow)
    array = pa.array([value, None], plain or TYPES[arrow][0]).cast(TYPES[arrow][0])
    field = {"name": "a", "type": kind, "constraints": limit}
    found = same(tmp_path, [pa.table({"a": array})], {"fields": [field]})
    (name,) = limit
    words = "".join(f"-{c.lower()}" if c.isupper() else c for c in name)
    assert [(one[0], one[2]) for one in found] == [(f"cell-{words}", 1)]


CLEAN: list[tuple[str, str]] = [
    *(("integer", name) for name in TYPES if "int" in name), ("integer", "whole"),
    ("integer", "wide"), ("number", "money"), ("number", "long"), ("number", "float"),
    ("number", "double"), ("boolean", "bool"), ("datetime", "millis"), ("datetime", "nanos"),
    ("array", "list"), ("array", "texts"), ("object", "struct"), ("object", "map"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "arrow"), CLEAN)
def test_a_type_that_is_the_fields(kind: str, arrow: str, tmp_path: Path) -> None:
    """Catches a logical type whose values are not those of the field's type."""
    arrow_type, values = TYPES[arrow]
    plain = pa.int64() if pa.types.is_timestamp(arrow_type) else arrow_type
    table = pa.table({"a": pa.array(values, plain).cast(arrow_type)})
    rules = {one[0] for one in same(tmp_path, [table], {"fields": [{"name": "a", "type": kind}]})}
    assert rules <= {"cell-control-character"}


@pytest.mark.parametrize(
    ("kind", "arrow", "wrong"), [("date", "date", 2), ("datetime", "moment", 2)]
)
def test_days_that_no_calendar_has(kind: str, arrow: str, wrong: int, tmp_path: Path) -> None:
    """Catches a year of five digits, one before 1, or the end of time, that passes for a date."""
    values = pa.array(TYPES[arrow][1], pa.int32() if arrow == "date" else pa.int64())
    table = pa.table({"a": values.cast(TYPES[arrow][0])})
    found = same(tmp_path, [table], {"fields": [{"name": "a", "type": kind}]})
    assert {one[0] for one in found} == {"cell-type"}
    assert len(found) == wrong


def test_files_with_other_types_and_places(tmp_path: Path) -> None:
    """Catches a finding in the wrong file or row, and types of the first file that hold for all."""
    files = [pa.table({"a": [1, 2, 3], "b": ["x", "y", "z"]}),
             pa.table({"a": ["4", "5.0", "-1"], "b": ["x", None, "z"]}),
             pa.table({"a": pa.array([7.0, 2.5]), "b": ["p", "q"]})]  # fmt: skip
    fields = [{"name": "a", "type": "integer", "constraints": {"minimum": 0, "unique": True}},
              {"name": "b", "constraints": {"required": True}}]  # fmt: skip
    found = same(tmp_path, files, {"fields": fields})
    assert {one[:4] for one in found} == {
        ("cell-type", "f1", 2, "a"), ("cell-minimum", "f1", 3, "a"),
        ("cell-required", "f1", 2, "b"), ("cell-type", "f2", 2, "a")}  # fmt: skip


def test_a_row_is_found_among_many(tmp_path: Path) -> None:
    """Catches an order of row groups, read in parallel, that is not the file's."""
    rows = 300_000
    table = pa.table({"file_row_number": pa.array(range(rows)), "b": pa.array(range(rows))})
    pq.write_table(table, tmp_path / "f0.parquet", row_group_size=10_000)
    limit = {"maximum": rows - 2}
    for names in (["file_row_number", "b"], ["a", "b"]):
        pq.write_table(table.rename_columns(names), tmp_path / "f0.parquet", row_group_size=9_000)
        fields = [{"name": name, "type": "integer", "constraints": limit} for name in names]
        found = validate(package(tmp_path, ["f0.parquet"], {"fields": fields}))
        assert [(f.row, f.line, f.found) for f in found] == [(rows, None, str(rows - 1))] * 2


@pytest.mark.parametrize(
    "names", [["b", "a"], ["a"], ["a", "b", "c"], ["A", "B"], ['"', "'"], ["a", "b\x01"]]
)
@pytest.mark.parametrize("match", ["exact", "equal", "subset", "partial"])
def test_columns_in_another_order(names: list[str], match: str, tmp_path: Path) -> None:
    """Catches columns that are taken by their place, and other rules of shape than for CSV."""
    table = pa.table([pa.array([place, -1]) for place in range(len(names))], names=names)
    low = {"minimum": 0}
    fields = [{"name": name, "type": "integer", "constraints": low} for name in ("a", "b")]
    found = same(tmp_path, [table], {"fields": fields, "fieldsMatch": [match]})
    assert found or (names == ["A", "B"])


@pytest.mark.parametrize("spoilt", ["", "cut", "foot", "page", "other"])
def test_a_file_that_cannot_be_read(spoilt: str, tmp_path: Path) -> None:
    """Catches a broken file that is valid, ends the program, or hides the other file's name."""
    whole = tmp_path / "f0.parquet"
    pq.write_table(pa.table({"a": [f"{n:09}" for n in range(5_000)]}), whole, compression="zstd")
    data = whole.read_bytes()
    broken = {"": b"", "cut": data[: len(data) // 2], "foot": data[:-8] + b"\xff\xff\xff\x7fPAR1",
              "page": data[:200] + bytes(4_000) + data[4_200:], "other": b"a,b\n1,2\n"}  # fmt: skip
    (tmp_path / "f1.parquet").write_bytes(broken[spoilt])
    schema = {"fields": [{"name": "a", "type": "integer"}]}
    report = validate(package(tmp_path, ["f0.parquet", "f1.parquet"], schema))
    (found,) = (f for f in report if f.rule == "csv-malformed")
    assert "f1.parquet" in found.found or spoilt == "page"


def test_an_encrypted_file(tmp_path: Path) -> None:
    """Catches a file that nobody can read, and that is valid."""
    whole = tmp_path / "f0.parquet"
    pq.write_table(pa.table({"a": ["1"]}), whole)
    # So a file begins and ends whose footer is encrypted (Parquet Modular Encryption, 5.1).
    whole.write_bytes(b"PARE" + whole.read_bytes()[4:-4] + b"PARE")
    report = validate(package(tmp_path, ["f0.parquet"], {"fields": [{"name": "a"}]}))
    assert report.by_rule["csv-malformed"] == 1


@pytest.mark.parametrize("groups", [True, False])
def test_no_rows(groups: bool, tmp_path: Path) -> None:
    """Catches an empty table that is taken for one which could not be read."""
    with pq.ParquetWriter(tmp_path / "f0.parquet", pa.schema([("a", pa.int64())])) as writer:
        if groups:
            writer.write_table(pa.table({"a": pa.array([], pa.int64())}))
    field = {"name": "a", "type": "integer"}
    report = validate(package(tmp_path, ["f0.parquet"], {"fields": [field], "primaryKey": "a"}))
    assert (report.valid, report.rows) == (True, {"t": 0})
    with kzdata.load(tmp_path) as kz:
        assert list(kz.t) == []


def test_a_thousand_columns(tmp_path: Path) -> None:
    """Catches a query that grows with the square of the columns."""
    names = [f"c{n}" for n in range(1_000)]
    table = pa.table({name: pa.array([n, -n]) for n, name in enumerate(names)})
    fields = [{"name": name, "type": "integer", "constraints": {"minimum": 0}} for name in names]
    pq.write_table(table, tmp_path / "f0.parquet")
    report = validate(package(tmp_path, ["f0.parquet"], {"fields": fields}))
    assert report.by_rule == {"cell-minimum": 999}


def test_parquet_and_csv_are_no_one_table(tmp_path: Path) -> None:
    """Catches a file that is passed over."""
    pq.write_table(pa.table({"a": ["1"]}), tmp_path / "f0.parquet")
    (tmp_path / "f1.csv").write_text("a\n1\n", encoding="utf-8")
    report = validate(package(tmp_path, ["f0.parquet", "f1.csv"], {"fields": [{"name": "a"}]}))
    assert report.by_rule == {"not-checked": 1}


def test_rows_and_sql_of_parquet(tmp_path: Path) -> None:
    """Catches rows, and values of SQL, that are not those of the file."""
    day = datetime(2031, 3, 6, 12, 30, tzinfo=UTC)
    table = pa.table({"a": [1, None], "b": [date(2031, 1, 2), None], "c": [day, day],
                      "d": [time(1, 2, 3), None], "e": ["x", ""]})  # fmt: skip
    pq.write_table(table, tmp_path / "f0.parquet")
    kinds = {"a": "integer", "b": "date", "c": "datetime", "d": "time", "e": "string"}
    fields = [{"name": name, "type": kind} for name, kind in kinds.items()]
    with kzdata.load(package(tmp_path, ["f0.parquet"], {"fields": fields})) as kz:
        (first, second) = kz.t
        assert (first.a, first.b, first.d, first.e) == (1, date(2031, 1, 2), time(1, 2, 3), "x")
        assert (second.a, second.b, second.e) == (None, None, None)
        assert kz.sql("SELECT a, b FROM t").rows() == [(1, date(2031, 1, 2)), (None, None)]


def test_no_csv_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches the detour by a file of text, which takes the disk five times."""
    from kzdata.files.archive import Archive

    def refused(*_: Any) -> None:
        raise AssertionError("bytes are written")

    monkeypatch.setattr(Archive, "unpacks", refused)
    pq.write_table(pa.table({"a": [1, -1]}), tmp_path / "f0.parquet")
    field = {"name": "a", "type": "integer", "constraints": {"minimum": 0}}
    report = validate(package(tmp_path, ["f0.parquet"], {"fields": [field]}))
    assert report.by_rule == {"cell-minimum": 1}
