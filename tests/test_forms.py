"""Tables in other forms than CSV: what they hold is what the same table holds in CSV.

What decides: Data Resource ("format", "path or data"), Table Dialect ("Structured", "Spreadsheet"),
the recipe "Compression of Resources", and the glossary's "Data Representation".
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from kzdata.errors import NotReadError, PackageError
from kzdata.files import json_rows
from kzdata.files.json_rows import items_of_lines, items_of_text
from kzdata.standard.descriptor import Resource
from kzdata.standard.forms import Form, form_of, form_of_data
from kzdata.validation import Report, validate
from kzdata.validation.report import Finding
from workbooks import write_content, write_ods, write_xlsx

FIELDS: list[dict[str, Any]] = [
    {"name": "key", "type": "string"},
    {"name": "whole", "type": "integer"},
    {"name": "real", "type": "number"},
    {"name": "text", "type": "string"},
    {"name": "truth", "type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]},
    {"name": "day", "type": "date", "format": "%d.%m.%Y"},
]
SCHEMA = {"fields": FIELDS, "primaryKey": ["key"]}
NAMES = [field["name"] for field in FIELDS]
Row = list[Any]


def package(root: Path, *resources: dict[str, Any]) -> Path:
    """A package of tables; each has the schema of this page where it names none."""
    entries = [{"type": "table", "schema": SCHEMA} | resource for resource in resources]
    described = {"name": "forms", "resources": entries}
    (root / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    return root


def one(root: Path, schema: Any, **resource: Any) -> Report:
    """The report on a package of one table called `t`."""
    fields = [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}]
    return validate(
        package(root, {"name": "t", "schema": schema or {"fields": fields}} | resource), allow=False
    )


def found(report: Iterable[Finding]) -> list[tuple[str, int | None, str | None]]:
    return [(f.rule, f.line or f.row, f.field) for f in report]


# ------------------------------------------------------------------------------ one table in all

PRINTED = st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp"))
TEXT = st.text(PRINTED | st.sampled_from("\n\"',;\t =x1"), min_size=1, max_size=8)
# Excel holds what double precision holds, of days none before 1900, and 15 digits are safe.
PACKS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
}
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(10**14), 10**14),
        st.none() | st.integers(-(10**6), 10**6).map(lambda n: n / 64),
        st.none() | TEXT,
        st.none() | st.booleans(),
        st.none() | st.dates(date(1901, 1, 1), date(2100, 1, 1)),
    ).map(list),
    max_size=5,
)
# A value of another kind in a column: wrong in each form.
SPOILT = st.none() | st.tuples(
    st.integers(0, 4), st.sampled_from([(0, "x"), (1, "1,5"), (3, "true"), (4, "2022-01-05")])
)


def csv_text(rows: list[Row], mark: str = ",") -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=mark, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([NAMES, *([cell(value) for value in row] for row in rows)])
    return out.getvalue()


def cell(value: Any) -> str:
    """A value as FIELDS have it in CSV."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return "" if value is None else str(value)


def native(value: Any) -> Any:
    """A value as JSON has it."""
    return cell(value) if isinstance(value, date) else value


def zipped(content: bytes, name: str = "t.csv") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def as_objects(rows: list[Row]) -> list[dict[str, Any]]:
    return [dict(zip(NAMES, map(native, row), strict=True)) for row in rows]


FILES: dict[str, Callable[[list[Row]], bytes]] = {
    "t.csv": lambda rows: csv_text(rows).encode(),
    "t.tsv": lambda rows: csv_text(rows, "\t").encode(),
    "t.csv.gz": lambda rows: gzip.compress(csv_text(rows).encode()),
    "t.csv.xz": lambda rows: lzma.compress(csv_text(rows).encode()),
    "t.csv.bz2": lambda rows: bz2.compress(csv_text(rows).encode()),
    "t.csv.zip": lambda rows: zipped(csv_text(rows).encode()),
    "t.json": lambda rows: json.dumps(as_objects(rows)).encode(),
    "t.json.gz": lambda rows: gzip.compress(json.dumps(as_objects(rows), indent=1).encode()),
    "arrays.json": lambda rows: json.dumps([NAMES, *(list(map(native, r)) for r in rows)]).encode(),
    "t.ndjson": lambda rows: "\n".join(map(json.dumps, as_objects(rows))).encode(),
}
BOOKS: dict[str, Callable[[Path, dict[str, list[Sequence[Any]]]], Path]] = {
    "t.xlsx": write_xlsx,
    "t.ods": write_ods,
}
INLINE: dict[str, Callable[[list[Row]], dict[str, Any]]] = {
    "objects": lambda rows: {"data": as_objects(rows)},
    "arrays": lambda rows: {"data": [NAMES, *(list(map(native, row)) for row in rows)]},
}


@settings(max_examples=15)
@given(rows=ROWS, spoilt=SPOILT)
def test_a_table_is_the_same_in_every_form(rows: list[Row], spoilt: Any) -> None:
    """Catches a form that loses a row, changes a value, or judges it differently."""
    wrong = spoilt is not None and spoilt[0] < len(rows)
    if wrong:
        at, value = spoilt[1]
        rows[spoilt[0]][at] = value
    with tempfile.TemporaryDirectory() as folder:
        root, resources = Path(folder), []
        for number, name in enumerate([*FILES, *BOOKS, *INLINE]):
            # The key tells which table a finding is about: data of several stand in one file.
            keyed = [[f"{number}-{at}", *row] for at, row in enumerate(rows)]
            entry: dict[str, Any] = {"name": f"t{number}", "path": name}
            if name in BOOKS:
                BOOKS[name](root / name, {"s": [NAMES, *keyed]})
            elif name in INLINE:
                entry = {"name": f"t{number}", **INLINE[name](keyed)}
            else:
                (root / name).write_bytes(FILES[name](keyed))
            resources.append(entry)
        report = validate(package(root, *resources), allow=False)
        assert not report.unchecked
        assert set(report.rows.values()) == {len(rows)}
        told: dict[str, set[tuple[str, str, str | None]]] = {}
        for one_ in report:
            table, row_ = str(one_.record).split("-")
            told.setdefault(table, set()).add((one_.rule, row_, one_.field))
        usual = told.get("0", set())
        assert usual or not wrong
        assert all(told.get(str(number), set()) == usual for number in range(len(resources)))
        if report.valid:
            with kzdata.load(root) as kz:
                _check_alike(kz, len(resources))


def _check_alike(kz: kzdata.Package, tables: int) -> None:
    """Rows, SQL and a diff read all tables alike."""
    values = [
        [tuple(getattr(row, name) for name in NAMES[1:]) for row in kz.tables[f"t{number}"]]
        for number in range(tables)
    ]
    assert all(one_ == values[0] for one_ in values)
    columns = ", ".join(NAMES[1:])
    answers = [kz.sql(f"SELECT {columns} FROM t{n}").rows() for n in range(tables)]
    assert all(one_ == answers[0] for one_ in answers)


# ------------------------------------------------------------------------------ which form


@pytest.mark.parametrize(
    ("path", "stated", "form"),
    [
        ("t.csv", {}, Form("csv")),
        ("t.CSV", {}, Form("csv")),
        ("t", {}, Form("csv")),
        ("t.1990", {}, Form("csv")),
        ("t.tsv", {}, Form("tsv")),
        ("t.txt", {"format": "tsv"}, Form("tsv")),
        ("t.csv", {"format": "json"}, Form("json")),
        ("t.csv", {"mediatype": "application/json; charset=utf-8"}, Form("json")),
        ("t.csv", {"format": "csv", "mediatype": "application/json"}, Form("csv")),
        ("t.csv.gz", {}, Form("csv", "gz")),
        ("t.csv.gz", {"format": "csv.gz"}, Form("csv", "gz")),
        ("t.csv.gz", {"format": "gz"}, Form("csv", "gz")),
        ("t.json.bz2", {}, Form("json", "bz2")),
        ("t.bin", {"compression": "gzip", "format": "csv"}, Form("csv", "gz")),
        ("t.csv.gz", {"compression": "no"}, Form("csv")),
        ("t.csv.zst", {}, Form("csv", "zst")),
        ("t.tar.gz", {}, Form("tar", "gz")),
        ("map.geojson", {}, Form("geojson")),
        ("t", {"mediatype": "application/vnd.ms-excel"}, Form("application/vnd.ms-excel")),
        ("t.csv", {"mediatype": "application/vnd.ms-excel"}, Form("csv")),
        ("t", {"mediatype": "text/plain"}, Form("csv")),
        ("t.jsonl", {}, Form("ndjson")),
        ("t.xlsm", {}, Form("xlsx")),
        ("t.xls", {}, Form("xls")),
        ("a.b/t", {}, Form("csv")),
    ],
)
def test_what_tells_the_form(path: str, stated: dict[str, str], form: Form) -> None:
    """Catches a suffix that is believed where a property says another form."""
    assert form_of(Resource.make({"name": "t", "path": path, **stated}), path) == form


def test_what_tells_the_form_of_data() -> None:
    """Catches data in the descriptor that are taken for CSV because nothing is said."""
    forms = [
        form_of_data(Resource.make({"name": "t", "data": data, **stated}))
        for data, stated in [([], {}), ("a", {"format": "csv"}), ("a", {"mediatype": "text/csv"})]
    ]
    assert forms == ["json", "csv", "csv"]


OTHERS = ["geojson", "xls", "fwf", "shp", "sqlite", "html", "pdf", "rds", "tar", "7z"]


@pytest.mark.parametrize("form", OTHERS)
def test_other_forms_are_not_opened(form: str, tmp_path: Path) -> None:
    """Catches what is no CSV and is read as CSV, with an error for each of its lines."""
    (tmp_path / f"t.{form}").write_bytes(b'"\x00\xff\r,a,,\n\n"')
    for stated in ({"path": f"t.{form}"}, {"path": f"t.{form}", "format": form}):
        report = one(tmp_path, None, **stated)
        (finding,) = report
        assert (report.valid, report.rows, finding.rule) == (True, {}, "not-checked")
        assert form in finding.found
        assert "CSV" in finding.fix


@pytest.mark.parametrize(
    ("resource", "left"),
    [
        ({"path": "t.csv"}, "its cells"),
        ({"path": "t.TSV"}, "its cells"),
        ({"path": "t.csv.gz"}, "its cells"),
        ({"path": "t", "format": "csv"}, "its cells"),
        ({"path": "t.txt", "mediatype": "text/csv; charset=utf-8"}, "its cells"),
        ({"path": "t.dat", "type": "table"}, "its cells"),
        ({"path": "t.parquet"}, "its rows"),
        ({"path": "t.json", "type": "table"}, "its rows"),
        ({"data": [["id"], [1]], "type": "table"}, "its rows"),
        # What may be no table at all.
        ({"path": "README.txt"}, None),
        ({"path": "LICENSE"}, None),
        ({"path": "t.json"}, None),
        ({"path": "t.zip"}, None),
        ({"path": "t.pdf"}, None),
        ({"path": ["t.csv", "t.pdf"]}, None),
        ({"path": "t.csv", "format": "pdf"}, None),
        ({"data": [{"id": 1}]}, None),
    ],
    ids=str,
)
def test_what_is_said_of_a_resource_without_a_schema(
    resource: dict[str, Any], left: str | None, tmp_path: Path
) -> None:
    """Catches prose that is read as a table, and a table of which only one form is looked at."""
    paths = resource.get("path", [])
    for path in [paths] if isinstance(paths, str) else paths:
        mark = "\t" if path.endswith("TSV") else ","
        text = f"id{mark}name\n1{mark}a\n2\n".encode()
        (tmp_path / path).write_bytes(gzip.compress(text) if path.endswith("gz") else text)
    described = {"name": "bare", "resources": [{"name": "t", **resource}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(described))
    report = validate(tmp_path)
    said = [one.found for one in report.of_severity("unchecked")]
    assert said == ([f"{left}: it has no schema"] if left else [])
    # The second row has too few cells, wherever the text is looked at.
    assert report.by_rule.get("csv-width", 0) == (left == "its cells")


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a workbook that is an error where only a library is missing."""
    write_xlsx(tmp_path / "t.xlsx", {"s": [["id", "name"], [1, "a"]]})
    monkeypatch.setattr("kzdata.standard.forms.find_spec", lambda name: None)
    (finding,) = one(tmp_path, None, path="t.xlsx")
    assert finding.rule == "not-checked"
    assert finding.fix == "pip install 'kzdata[excel]'"


# ------------------------------------------------------------------------------ JSON

KINDS: list[tuple[dict[str, Any], list[Any], list[Any]]] = [
    (
        {"type": "integer"},
        [1, -1, 1.0, 1e3, "1", None, "", 10**30],
        [1.5, True, [1], {"a": 1}, "x", "1.0"],
    ),
    ({"type": "number"}, [1, 1.5, -1e300, "1.5", None], [True, [1], "x"]),
    ({"type": "number", "decimalChar": ","}, [1.5, "1,5"], ["1.5"]),
    ({"type": "string"}, ["1", "true", None], [1, True, [1], {"a": 1}]),
    ({"type": "boolean"}, [True, False, "true", "1"], [1, 0, "yes", []]),
    ({"type": "boolean", "trueValues": ["yes"]}, [True, "yes"], ["true", 1]),
    ({"type": "date"}, ["2022-01-05"], [20220105, "2022-13-01"]),
    ({"type": "date", "format": "%Y%m%d"}, ["20220105"], [20220105]),
    ({"type": "year"}, [2022, "2022", 800], [2022.5, True]),
    ({"type": "object"}, [{"a": 1.50}, '{"a": 1}'], [[1], 1, "x"]),
    ({"type": "array"}, [[1, "a", None], "[1]"], [{"a": 1}, 1, "x"]),
    ({"type": "list"}, [["a", "b"], "a,b"], [1, ["a,b"], {"a": 1}, [["a"]]]),
    ({"type": "list", "itemType": "integer"}, [[1, 2], "1,2"], [[1.5], ["x"], 1]),
    ({"type": "geopoint", "format": "array"}, [[1.5, 2], "[1, 2]"], [{"lon": 1, "lat": 2}]),
    ({"type": "geopoint", "format": "object"}, [{"lon": 1, "lat": 2}], [[1, 2]]),
    ({"type": "geopoint"}, ["1, 2"], [[1, 2]]),
    ({"type": "any"}, [1, "1", True, [1], {"a": 1}, None], []),
]


@pytest.mark.parametrize(("field", "right", "wrong"), KINDS, ids=[str(k[0]) for k in KINDS])
def test_values_keep_their_kind(
    field: dict[str, Any], right: list[Any], wrong: list[Any], tmp_path: Path
) -> None:
    """Catches the number 1 that passes for a string, and the true that is none of `trueValues`."""
    rows = [{"x": value} for value in [*right, *wrong]]
    schema = {"fields": [{"name": "x", **field}]}
    expected = [("cell-type", len(right) + n, "x") for n in range(1, len(wrong) + 1)]
    for form, content in {
        "json": json.dumps(rows),
        "ndjson": "\n".join(map(json.dumps, rows)),
    }.items():
        (tmp_path / f"t.{form}").write_text(content, encoding="utf-8")
        assert found(one(tmp_path, schema, path=f"t.{form}")) == expected
    assert found(one(tmp_path, schema, data=rows)) == expected


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    """Catches a decimal that goes through double precision on its way."""
    digits = "0.10000000000000000555111512312578270211815834045410"
    (tmp_path / "t.json").write_text(f'[{{"x": {digits}}}]')
    schema = {"fields": [{"name": "x", "type": "number"}]}
    assert one(tmp_path, schema, path="t.json").valid
    with kzdata.load(tmp_path) as kz:
        (row,) = kz.tables["t"]
        assert str(row.x) == digits


def test_a_member_that_is_missing_is_no_value(tmp_path: Path) -> None:
    """Catches objects of which not all have all members, or in another order."""
    rows = [{"name": "a"}, {"name": "b", "id": 2}, {}]
    assert one(tmp_path, None, data=rows).valid
    with kzdata.load(tmp_path) as kz:
        rows_ = [(row.id, row.name) for row in kz.tables["t"]]
    assert rows_ == [(None, "a"), (2, "b"), (None, None)]


def test_members_are_the_header(tmp_path: Path) -> None:
    """Catches a member that no field has, and a field that no object has."""
    more = one(tmp_path, None, data=[{"id": 1, "name": "a"}, {"id": 2, "name": "b", "size": 3}])
    assert [f.rule for f in more] == ["csv-header"]
    assert "size" in more.findings[0].found
    less = one(tmp_path, None, data=[{"id": 1}, {"id": 2}])
    assert [f.rule for f in less] == ["csv-header"]
    assert one(tmp_path, None, data=[]).valid
    keyed = one(tmp_path, None, data=[{"id": 1, "size": 2}], dialect={"itemKeys": ["id", "name"]})
    assert keyed.valid


def test_an_empty_text_is_a_value_where_it_is_none_of_the_missing(tmp_path: Path) -> None:
    """Catches null and an empty text that become one."""
    schema = {"fields": [{"name": "x", "type": "string"}], "missingValues": ["-"]}
    assert one(tmp_path, schema, data=[{"x": ""}, {"x": None}, {"x": "-"}]).valid
    with kzdata.load(tmp_path) as kz:
        assert [row.x for row in kz.tables["t"]] == ["", None, None]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not JSON"),
        ("[1", "not JSON"),
        ('[{"id": 1},]', "not JSON"),
        ('[{"id": 1}] x', "not JSON"),
        ('[{"id": NaN}]', "NaN"),
        ("5", "no array of rows"),
        ('"a"', "no array of rows"),
        ('{"rows": []}', "property"),
        ("[" * 100_000, "nested too deep"),
        ('[{"id": ' + "[" * 100_000, "nested too deep"),
        ("\xff", "not UTF-8"),
        ("﻿﻿[]", "not JSON"),
    ],
)
def test_what_is_no_json_is_said(content: str, words: str, tmp_path: Path) -> None:
    """Catches a broken file that stops validation, or is half read in silence."""
    raw = b"\xff" if content == "\xff" else content.encode()
    (tmp_path / "t.json").write_bytes(raw)
    (finding,) = one(tmp_path, None, path="t.json")
    assert finding.rule == "csv-malformed"
    assert words in finding.found


def test_a_property_is_found_wherever_it_stands(tmp_path: Path) -> None:
    """Catches a property behind others, one that stands twice, and one that is not there."""
    rows = '[{"id": 1, "name": "a"}]'
    for content, words in {
        f'{{"a": {{"rows": 5}}, "rows": {rows}, "z": [1]}}': "",
        f'{{"rows": {rows}, "rows": {rows}}}': "twice",
        '{"row": []}': "no member 'rows'",
        '{"rows": 5}': "no array",
        "[]": "no object",
        '{"rows": [] "a": 1}': "not JSON",
    }.items():
        (tmp_path / "t.json").write_text(content)
        report = one(tmp_path, None, path="t.json", dialect={"property": "rows"})
        assert report.valid is not bool(words), content
        assert words in "".join(finding.found for finding in report)


def test_items_of_another_kind_are_left_out_and_told(tmp_path: Path) -> None:
    """Catches one odd item that hides the others, or is passed over in silence."""
    rows = [{"id": "x", "name": "a"}, [1, "b"], 5, {"id": 3, "name": "c"}, None]
    (tmp_path / "t.ndjson").write_text("\n".join(map(json.dumps, rows)) + "\n\n{\n")
    report = one(tmp_path, None, path="t.ndjson")
    malformed = [("csv-malformed", line, None) for line in (2, 3, 5, 7)]
    assert sorted(found(report)) == sorted([("cell-type", 1, "id"), *malformed])
    assert report.rows == {"t": 2}
    with kzdata.load(tmp_path) as kz, pytest.raises(PackageError, match="row 2: an array in place"):
        list(kz.tables["t"])


def test_a_name_twice_in_an_object_is_told(tmp_path: Path) -> None:
    """Catches the member that other readers may take."""
    (tmp_path / "t.json").write_text('[{"id": 1, "name": "a", "id": 2}]')
    (finding,) = one(tmp_path, None, path="t.json")
    assert (finding.rule, finding.severity, finding.row) == ("recommendation", "warning", 1)


def test_findings_name_the_row(tmp_path: Path) -> None:
    """Catches a finding that points at a line of a file which has none, or only one."""
    rows: list[Row] = [["id", "name"], [1, "a\nb"], [2], [3, "c", "d"], ["x", "e"]]
    places = [("csv-width", 3, None), ("csv-width", 4, None), ("cell-type", 5, "id")]
    (tmp_path / "t.json").write_text(json.dumps(rows))
    write_xlsx(tmp_path / "t.xlsx", {"s": rows})
    for entry, file, expected in (
        ({"data": rows}, "datapackage.json", places),
        ({"path": "t.json"}, "t.json", places),
        ({"path": "t.xlsx"}, "t.xlsx", places[1:]),  # a sheet has no end of a row
    ):
        report = one(tmp_path, None, **entry)
        assert found(report) == expected
        assert all((f.file, f.line, f.column) == (file, None, None) for f in report)
    assert report.findings[-1].subject == "row 5, id"


def test_several_files_of_json_are_one_table(tmp_path: Path) -> None:
    """Catches a row that is counted from the begin of another file."""
    for name, value in {"a": 1, "b": "x"}.items():
        rows = [{"id": 0, "name": "z"}, {"id": value, "name": name}]
        (tmp_path / f"{name}.json").write_text(json.dumps(rows))
    (finding,) = one(tmp_path, None, path=["a.json", "b.json"])
    assert (finding.file, finding.row, finding.field) == ("b.json", 2, "id")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e300, 1e300) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=6), st.sampled_from([None, 0, 1]), st.booleans())
def test_items_are_those_of_python(items: list[Any], indent: int | None, ascii_: bool) -> None:
    """Catches a reader of arrays that loses its place."""
    text = json.dumps(items, indent=indent, ensure_ascii=ascii_)
    read = [(n, json.loads(json_rows.written(value))) for n, value in items_of_text(text, "t")]
    assert read == list(enumerate(items, 1))
    inside = json.dumps({"a": items, "rows": items, "z": items}, indent=indent)
    assert [v for _, v in items_of_text(inside, "t", "rows")] == [
        v for _, v in items_of_text(text, "t")
    ]


@given(st.text(st.sampled_from('[]{}",:1a tn\\u ')), st.none() | st.just("a"))
def test_what_python_takes_is_taken(text: str, member: str | None) -> None:
    """Catches JSON that is read though it is none, and any other error than ours."""
    try:
        parsed = json.loads(text)
    except ValueError:
        with pytest.raises(PackageError):
            list(items_of_text(text, "t", member))
        return
    rows = parsed.get("a") if member and isinstance(parsed, dict) else parsed
    if isinstance(rows, list) and (member is None or isinstance(parsed, dict)):
        try:
            assert len(list(items_of_text(text, "t", member))) == len(rows)
        except PackageError as error:
            assert "twice" in str(error)


def test_lines_have_their_numbers(tmp_path: Path) -> None:
    """Catches blank lines that are not counted, and a line that fills the memory."""
    (tmp_path / "t").write_bytes(b'\xef\xbb\xbf1\n\n \r\n2\n"' + b"x" * (5 << 20) + b'"\n3')
    items = [(number, str(value)[:8]) for number, value in items_of_lines(tmp_path / "t")]
    assert items == [(1, "1"), (4, "2"), (5, "xxxxxxxx"), (6, "3")]
    (tmp_path / "t").write_bytes(b'1\n"' + b"x" * (33 << 20) + b'"\n3')
    with pytest.raises(NotReadError, match="line 2: over 33,554,432 bytes"):
        list(items_of_lines(tmp_path / "t"))


# ------------------------------------------------------------------------------ inline data


def test_text_in_the_descriptor_is_a_file(tmp_path: Path) -> None:
    """Catches text in the descriptor that is not read, or is placed in lines of the descriptor."""
    for form, data in {
        "csv": "id,name\n1,a\nx,b",
        "tsv": "id\tname\n1\ta\nx\tb",
        "ndjson": '{"id": 1, "name": "a"}\n{"id": "x", "name": "b"}',
    }.items():
        report = one(tmp_path, None, data=data, format=form, type=None)
        (finding,) = report
        row = 2 if form == "ndjson" else 3
        assert (finding.rule, finding.file) == ("cell-type", "datapackage.json")
        assert (finding.line or finding.row, finding.table) == (row, "t")


def test_inline_data_go_where_files_go(tmp_path: Path) -> None:
    """Catches an export, a page or a copy that knows only of files."""
    assert one(tmp_path, None, data=[{"id": 1, "name": "a"}]).valid
    with kzdata.load(tmp_path) as kz:
        assert kz.sql("SELECT * FROM t").rows() == [(1, "a")]
        kz.export("sqlite", tmp_path / "out.sqlite")
        kz.save(tmp_path / "copy")
    assert validate(tmp_path / "copy").valid
    entry = json.loads((tmp_path / "copy/datapackage.json").read_text())["resources"][0]
    assert "data" not in entry
    assert (tmp_path / "copy" / entry["path"]).read_text() == '"id","name"\n"1","a"\n'


# ------------------------------------------------------------------------------ packed files


def test_packed_files_may_have_several_streams(tmp_path: Path) -> None:
    """Catches the second half of a file that was packed in two."""
    head, tail = b"id,name\n1,a\n", b"2,b\n"
    for form, pack in PACKS.items():
        (tmp_path / f"t.csv.{form}").write_bytes(pack(head) + pack(tail))
        assert one(tmp_path, None, path=f"t.csv.{form}").rows == {"t": 2}
    (tmp_path / "t.csv.xz").write_bytes(lzma.compress(head) + b"\0" * 8 + lzma.compress(tail))
    assert one(tmp_path, None, path="t.csv.xz").rows == {"t": 2}


@pytest.mark.parametrize("form", ["gz", "xz", "bz2", "zip"])
def test_damaged_packed_files_are_an_error(form: str, tmp_path: Path) -> None:
    """Catches a file that is cut off, empty, or not packed at all, and is half read in silence."""
    text = os.urandom(3000)
    pack = PACKS.get(form, zipped)
    for content in (b"", b"id,name\n1,a\n", pack(text)[:-30], pack(text)[:40]):
        (tmp_path / f"t.csv.{form}").write_bytes(content)
        report = one(tmp_path, None, path=f"t.csv.{form}")
        # Nothing at all is a gzip file, of no members (RFC 1952), and a table without a header.
        rule = "csv-malformed" if content or form != "gz" else "csv-header"
        assert report.by_rule == {rule: 1}, (form, content[:10])


def _described_zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_zips_that_are_not_one_table(tmp_path: Path) -> None:
    """Catches a member that is chosen among several, and one that is no CSV."""
    table = b"id,name\n1,a\n"
    for members, valid, words in [
        ({"t.csv": table}, True, ""),
        ({"__MACOSX/._t.csv": b"x", "t.csv": table, "d/": b"", "d/.DS_Store": b"x"}, True, ""),
        ({"a.csv": table, "b.csv": table}, True, "2 files in a zip"),
        ({}, True, "0 files in a zip"),
        ({"t.json": b"[]"}, True, "t.json in a zip"),
        ({"../t.csv": table}, False, "leaves the package"),
        ({"/t.csv": table}, False, "absolute path"),
    ]:
        (tmp_path / "t.csv.zip").write_bytes(_described_zip(**members))
        report = one(tmp_path, None, path="t.csv.zip")
        said = " ".join([*report.unchecked, *(f.found for f in report)])
        assert (report.valid, bool(report.rows)) == (valid, not words), members
        assert words in said


def test_an_encrypted_zip_is_not_checked(tmp_path: Path) -> None:
    """Catches a password that is an error of the data."""
    content = bytearray(zipped(b"id,name\n1,a\n"))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    (tmp_path / "t.csv.zip").write_bytes(content)
    report = one(tmp_path, None, path="t.csv.zip")
    assert report.valid
    assert "encrypted" in report.unchecked[0]


@pytest.mark.parametrize("form", ["gz", "xz", "bz2", "zip", "json.gz"])
def test_a_bomb_is_stopped(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a few bytes that fill the disk."""
    monkeypatch.setattr("kzdata.files.archive.share_of_disk", lambda _: 1 << 20)
    text = b"id,name\n" + b"1,a\n" * 2_000_000
    (tmp_path / f"t.csv.{form}").write_bytes(PACKS.get(form.rpartition(".")[2], zipped)(text))
    report = one(tmp_path, None, path=f"t.csv.{form}", format="csv")
    assert report.by_rule == {"not-checked": 1}
    assert report.rows == {}


def test_xz_takes_no_more_memory_than_it_may(tmp_path: Path) -> None:
    """Catches a file that asks for gigabytes of memory before a byte of it is unpacked."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 20}]
    content = bytearray(lzma.compress(b"id,name\n1,a\n", filters=filters))
    # The size of the dictionary is a byte of the block's header (.xz, 3.1 and 5.3.1); its sum last.
    assert content[15] == 1
    content[16] = 37
    header = bytes(content[12:20])
    content[20:24] = struct.pack("<I", zlib.crc32(header))
    (tmp_path / "t.csv.xz").write_bytes(content)
    report = one(tmp_path, None, path="t.csv.xz")
    assert report.valid
    assert "memory" in report.unchecked[0]


# ------------------------------------------------------------------------------ sheets


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_sheets_have_rows_and_numbers(form: str, tmp_path: Path) -> None:
    """Catches blank rows, comments and header rows that shift the numbers, and the wrong sheet."""
    rows: list[Sequence[Any]] = [
        ["fruits of 2022"],
        ["id", "name"],
        ["# a note", "b", "c"],
        [1, "apple"],
        [],
        [2.0],
        [None, None, None],
        ["x", "plum"],
        [3, "kiwi", "more"],
    ]
    BOOKS[f"t.{form}"](tmp_path / f"t.{form}", {"a": [["id", "name"]], "Sheet 2": rows})
    dialect = {"headerRows": [2], "commentChar": "#", "sheetNumber": 2}
    expected = [
        ("csv-blank-line", 5, None),
        ("csv-blank-line", 7, None),
        ("cell-type", 8, "id"),
        ("csv-width", 9, None),
    ]
    report = one(tmp_path, None, path=f"t.{form}", dialect=dialect)
    assert found(report) == expected
    assert report.rows == {"t": 4}
    named = {**dialect, "sheetNumber": 1, "sheetName": "Sheet 2"}
    assert found(one(tmp_path, None, path=f"t.{form}", dialect=named)) == expected
    assert one(tmp_path, None, path=f"t.{form}").rows == {"t": 0}
    for wrong in ({"sheetNumber": 3}, {"sheetName": "b"}):
        (finding,) = one(tmp_path, None, path=f"t.{form}", dialect=wrong)
        assert "'Sheet 2'" in finding.found


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_values_of_sheets(form: str, tmp_path: Path) -> None:
    """Catches dates that are numbers, numbers that pass for text, and text that is cut."""
    day, hour = date(2022, 1, 5), datetime(2022, 1, 5, 13, 30)
    columns: dict[str, tuple[dict[str, Any], list[Any]]] = {
        "day": ({"type": "date"}, [day, "2022-01-05"]),
        "form": ({"type": "date", "format": "%d/%m/%Y"}, [day, "05/01/2022"]),
        "moment": ({"type": "datetime"}, [hour, "2022-01-05T13:30:00"]),
        "year": ({"type": "year"}, [2022, "2022"]),
        "truth": ({"type": "boolean"}, [True, "true"]),
        "real": ({"type": "number"}, [0.5, "0.5"]),
        "text": ({"type": "string"}, ["a  b\nc ", "=1+1"]),
    }
    rows = [list(columns), *zip(*(values for _, values in columns.values()), strict=True)]
    BOOKS[f"t.{form}"](tmp_path / f"t.{form}", {"s": rows})
    schema = {"fields": [{"name": name, **field} for name, (field, _) in columns.items()]}
    assert one(tmp_path, schema, path=f"t.{form}").valid
    with kzdata.load(tmp_path) as kz:
        first, second = (row.model_dump() for row in kz.tables["t"])
    assert first["text"] == "a  b\nc "
    assert {n: v for n, v in first.items() if n != "text"} == {
        n: v for n, v in second.items() if n != "text"
    }
    odd: list[Sequence[Any]] = [["day", "text"], [5, 5], ["x", day], [hour, True]]
    BOOKS[f"t.{form}"](tmp_path / f"t.{form}", {"s": odd})
    fields = [{"name": "day", "type": "date"}, {"name": "text", "type": "string"}]
    report = one(tmp_path, {"fields": fields}, path=f"t.{form}")
    assert sorted(found(report)) == [
        ("cell-type", row, n) for row in (2, 3, 4) for n in ("day", "text")
    ]


def _text_cell(text: str) -> str:
    words = f"<text:p>{text}</text:p>"
    return f'<table:table-cell office:value-type="string">{words}</table:table-cell>'


def test_ods_repeats_and_notes(tmp_path: Path) -> None:
    """Catches repeated cells and rows, annotations, and tables inside of cells."""
    head = f"<table:table-row>{_text_cell('id')}{_text_cell('name')}</table:table-row>"
    five = '<table:table-cell office:value-type="float" office:value="5"'
    note = "<office:annotation><text:p>a note</text:p></office:annotation>"
    inner = f"<table:table-row>{_text_cell('q')}</table:table-row>"
    table = f'<table:table table:name="in">{inner}</table:table>'
    spaced = _text_cell(f'a<text:s text:c="2"/>b{table}')
    rows = (
        f"<table:table-header-rows>{head}</table:table-header-rows>"
        f'<table:table-row table:number-rows-repeated="3">{five}>{note}<text:p>5</text:p>'
        f"</table:table-cell>{spaced}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    write_content(tmp_path / "t.ods", f'<table:table table:name="s">{rows}</table:table>')
    assert one(tmp_path, None, path="t.ods").valid
    with kzdata.load(tmp_path) as kz:
        assert kz.sql("SELECT * FROM t").rows() == [(5, "a  b")] * 3


@pytest.mark.parametrize(
    "cell", ['<table:table-cell office:value-type="float" office:value="5" '
             'table:number-columns-repeated="9000"/>', _text_cell("z" * 30_000)]
)  # fmt: skip
def test_repeats_are_limited(tmp_path: Path, cell: str) -> None:
    """Catches a small sheet whose repeated rows take minutes, or fill the disk."""
    row = f'<table:table-row table:number-rows-repeated="999999">{cell}</table:table-row>'
    write_content(tmp_path / "t.ods", f'<table:table table:name="s">{row}</table:table>')
    report = one(tmp_path, None, path="t.ods")
    assert (report.valid, report.by_rule) == (True, {"not-checked": 1})


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_hostile_workbooks(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches entities that multiply, repeats that fill the disk, and what is no workbook."""
    monkeypatch.setattr("kzdata.files.archive.share_of_disk", lambda _: 4 << 20)
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    write_content(tmp_path / "t.ods", "<table:table/>", start=bomb)
    five = 'office:value-type="float" office:value="5"'
    cells = f'<table:table-cell {five} table:number-columns-repeated="9000"/>'
    row = f'<table:table-row table:number-rows-repeated="9999">{cells}</table:table-row>'
    write_content(tmp_path / "many.ods", f'<table:table table:name="s">{row}</table:table>')
    write_xlsx(tmp_path / "t.xlsx", {"s": [["id"], [1]]})
    contents = {
        "ods": [(tmp_path / "t.ods").read_bytes()],
        "xlsx": [(tmp_path / "t.xlsx").read_bytes()[:-200]],
    }[form]
    contents += [b"", b"PK\x05\x06" + bytes(18), zipped(b"x"), zipped(b"<", "content.xml")]
    for content in contents:
        (tmp_path / f"x.{form}").write_bytes(content)
        report = one(tmp_path, None, path=f"x.{form}")
        assert report.by_rule == {"csv-malformed": 1}, content[:50]
        assert report.rows == {}
    (tmp_path / f"x.{form}").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    (tmp_path / "much.ods").write_bytes((tmp_path / "many.ods").read_bytes())
    for name, words in ((f"x.{form}", "encrypted"), ("much.ods", "unpacks to over")):
        report = one(tmp_path, None, path=name)
        assert report.valid
        assert words in report.unchecked[0]
        assert report.rows == {}


def _changed(path: Path, name: str, old: str, new: str) -> None:
    """Exchange something in a part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    assert old.encode() in parts[name]
    parts[name] = parts[name].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)


def test_rows_of_a_sheet_that_lie_far_apart(tmp_path: Path) -> None:
    """Catches a row number up to which a reader fills up billions of rows."""
    sheet = "xl/worksheets/sheet1.xml"
    write_xlsx(tmp_path / "t.xlsx", {"s": [["id", "name"], [1, "a"]]})
    _changed(tmp_path / "t.xlsx", sheet, '<dimension ref="A1:B2"', '<dimension ref="A1:XFD1048576"')
    assert one(tmp_path, None, path="t.xlsx").valid
    _changed(tmp_path / "t.xlsx", sheet, '<row r="2"', '<row r="999999999999"')
    report = one(tmp_path, None, path="t.xlsx")
    assert report.valid
    assert "1,048,576 rows" in report.unchecked[0]
    write_xlsx(tmp_path / "t.xlsx", {"s": [["id", "name"], [1, "a"]]})
    _changed(tmp_path / "t.xlsx", sheet, 'r="A2"', 'r="ZZZZZZZ2"')
    assert not one(tmp_path, None, path="t.xlsx").valid
    write_xlsx(tmp_path / "t.xlsx", {"s": [["id", "name"], [1, "a"]]})
    _changed(tmp_path / "t.xlsx", "xl/workbook.xml", "?>", '?><!DOCTYPE a [<!ENTITY a "b">]>')
    (finding,) = one(tmp_path, None, path="t.xlsx")
    assert "document type declaration" in finding.found


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("length", [1_100_000, 6_000_000])
def test_a_long_row_is_read(quoted: bool, length: int, tmp_path: Path) -> None:
    """Catches a polygon of a country that is called a fault, or cut."""
    text = '"' + "x, y" * (length // 4) + '"' if quoted else "x" * length
    (tmp_path / "t.csv").write_text(f"id,name\n1,{text}\nno,b\n")
    limit = {"constraints": {"maxLength": length}}
    fields = [{"name": "id", "type": "integer"}, {"name": "name", "type": "string", **limit}]
    report = one(tmp_path, {"fields": fields}, path="t.csv")
    assert report.by_rule == {"cell-type": 1}
    assert report.rows == {"t": 2}


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("length", [9_000_000, 40_000_000])
def test_a_row_that_is_too_long_is_not_checked(quoted: bool, length: int, tmp_path: Path) -> None:
    """Catches a limit of ours that is called a fault of the file."""
    text = '"' + "x, y" * (length // 4) + '"' if quoted else "x" * length
    (tmp_path / "t.csv").write_text(f"id,name\n1,{text}\nno,b\n")
    report = one(tmp_path, None, path="t.csv")
    assert report.by_rule == {"not-checked": 1, "cell-type": 1}  # of the row behind it
    assert "line 2 begins a row of over 8,388,608 characters" in report.unchecked[0]
    (tmp_path / "t.ndjson").write_text(json.dumps({"id": 1, "name": "x" * 40_000_000}))
    assert "over 33,554,432 bytes" in one(tmp_path, None, path="t.ndjson").unchecked[0]
