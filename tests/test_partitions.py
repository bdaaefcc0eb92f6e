"""Columns that stand in the names of folders: the same table, whoever reads it.

The reference is the same rows in one flat file with all columns: what is read of a divided table,
and what is found in it, must be the same but for the places.
"""

import csv
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import quote

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from commands import kz
from kzdata.files.partitions import NONE, values_of
from kzdata.standard.editing import Draft
from kzdata.validation import validate
from kzdata.validation.report import Report
from packages import column, written
from test_distributed import alike

FORMS = ("csv", "parquet")
FIELDS = [column("year", "integer"), column("id", "integer"), column("name"), column("place")]
OWN = ("id", "name")  # the columns of the files
Rows = Sequence[Sequence[str]]


class File(NamedTuple):
    """A file of a divided table."""

    path: str
    rows: Rows


def described(root: Path, path: Any, schema: Any, **entry: Any) -> Path:
    """A package of the one table `t`."""
    schema = {"fields": schema} if isinstance(schema, list) else schema
    resource = {"name": "t", "path": path, "schema": schema, **entry}
    root.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"name": "divided", "version": "1.0.0", "resources": [resource]})
    (root / "datapackage.json").write_text(text, encoding="utf-8")
    return root


def put(root: Path, file: File, names: Sequence[str] = OWN, delimiter: str = ",") -> None:
    """Write a file, by its ending as CSV or as Parquet with texts."""
    target = root / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if not file.path.endswith(".parquet"):
        with target.open("w", encoding="utf-8", newline="") as out:
            form = csv.writer(out, lineterminator="\n", delimiter=delimiter)
            form.writerows([[*names], *file.rows] if names else file.rows)
        return
    kinds = ", ".join(
        f'unnest(CAST(${n} AS VARCHAR[])) AS "{name}"' for n, name in enumerate(names, 1)
    )
    with duckdb.connect() as engine, TemporaryDirectory() as place:
        made = Path(place) / "made.parquet"
        columns = [[row[n] for row in file.rows] for n, _ in enumerate(names)]
        engine.execute(f"CREATE TABLE t AS SELECT {kinds}", columns)
        engine.execute(f"COPY t TO '{made}' (FORMAT parquet)")
        target.write_bytes(made.read_bytes())


def lake(root: Path, files: Sequence[File], path: Any = None, schema: Any = FIELDS) -> Path:
    """A package of a table whose files lie in folders; listed by name unless by a pattern."""
    for file in files:
        put(root, file)
    return described(root, path or [file.path for file in files], schema)


def told(report: Report) -> list[tuple[Any, ...]]:
    """What was found, but that a path is a pattern and columns stand in folders."""
    found = ((f.rule, f.file, f.line or f.row, f.column, f.field, f.found) for f in report)
    return [one for one in found if one[0] != "recommendation"]


def sound(form: str) -> list[File]:
    return [
        File(f"d/year=2021/place=B/a.{form}", [["1", "a"], ["2", "b"]]),
        File(f"d/year=2022/place=A%2FC%3D/b.{form}", [["3", "c"]]),
        File(f"d/year=2022/place={NONE}/c.{form}", [["4", "d"], ["5", "e"]]),
    ]


READ = [
    (2021, 1, "a", "B"), (2021, 2, "b", "B"), (2022, 3, "c", "A/C="),
    (2022, 4, "d", None), (2022, 5, "e", None),
]  # fmt: skip


# ------------------------------------------------------------------------------ every reader


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("by", ["pattern", "list"])
def test_every_reader_sees_the_columns(form: str, by: str, tmp_path: Path) -> None:
    """Catches a reader to which a column of the folders is none, is text, or is another row's."""
    root = lake(tmp_path / "p", sound(form), f"d/**/*.{form}" if by == "pattern" else None)
    report = alike(root)
    assert report.valid and told(report) == [] and report.rows == {"t": 5}
    advised = [f for f in report if f.field != "resources[0].path"]
    assert [(f.rule, f.severity, f.file, f.found) for f in advised] == [
        ("recommendation", "warning", sound(form)[0].path, "year, place: in the names of folders")
    ]
    with kzdata.load(root) as package:
        assert package.sql("SELECT * FROM t").rows() == READ
        assert package.sql("SELECT typeof(year) FROM t LIMIT 1").rows() == [("INTEGER",)] or (
            package.sql("SELECT year + 1 FROM t LIMIT 1").rows() == [(2022,)]
        )
        assert [(r.year, r.id, r.name, r.place) for r in package.t] == READ
        assert package.t[3].place is None
        written_to = tmp_path / "out"
        package.save(written_to)
        package.export("sqlite", tmp_path / "t.sqlite")
    with sqlite3.connect(tmp_path / "t.sqlite") as exported:
        assert exported.execute("SELECT year, id, name, place FROM t").fetchall() == READ
    # What is written is a plain column of one file.
    assert validate(written_to).valid
    head, *rows = (written_to / "data/t.csv").read_text(encoding="utf-8").splitlines()
    assert head == '"year","id","name","place"' and rows[2] == '"2022","3","c","A/C="'
    assert kz("diff", root, written_to).code == 0


@pytest.mark.parametrize("form", FORMS)
def test_a_finding_names_the_folder(form: str, tmp_path: Path) -> None:
    """Catches a cell of a folder that no rule of its field is asked of, or at another's place."""
    fields = [
        column("year", "integer", maximum=2030), column("id", "integer"), column("name"),
        column("place", required=True, enum=["A", "B"]),
    ]  # fmt: skip
    files = [
        File(f"d/year=2021/place=A/a.{form}", [["1", "a"]]),
        File(f"d/year=20x1/place=C/b.{form}", [["2", "b"], ["y", "c"]]),
        File(f"d/year=2031/place={NONE}/c.{form}", [["4", "d"]]),
    ]
    first = 1 if form == "parquet" else 2
    odd, late = files[1].path, files[2].path
    assert sorted(told(alike(lake(tmp_path / "p", files, schema=fields))), key=str) == sorted([
        ("cell-type", odd, first, None, "year", "20x1"),
        ("cell-type", odd, first + 1, None, "year", "20x1"),
        ("cell-type", odd, first + 1, None if form == "parquet" else 1, "id", "y"),
        ("cell-enum", odd, first, None, "place", "C"),
        ("cell-enum", odd, first + 1, None, "place", "C"),
        ("cell-maximum", late, first, None, "year", "2031"),
        ("cell-required", late, first, None, "place", ""),
    ], key=str)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_keys_hold_columns_of_folders(form: str, tmp_path: Path) -> None:
    """Catches a key that is compared without its part in the folder, or within one file alone."""
    files = [
        File(f"d/year=2021/place=A/a.{form}", [["1", "a"]]),
        File(f"d/year=2022/place=A/b.{form}", [["1", "a"], ["2", "b"]]),
        File(f"d/year=2022/place=B/c.{form}", [["2", "b"]]),
    ]
    schema = {"fields": FIELDS, "primaryKey": ["year", "id"]}
    report = alike(lake(tmp_path / "p", files, schema=schema))
    assert {(f.rule, f.file, f.record) for f in report.of_severity("error")} == {
        ("primary-key", files[1].path, "2022, 2"), ("primary-key", files[2].path, "2022, 2"),
    }  # fmt: skip
    sound_one = lake(tmp_path / "q", files[:2], schema=schema)
    with kzdata.load(sound_one) as package:
        assert package.t[2022, 1].year == 2022
    parent = {"fields": ["year"], "reference": {"resource": "", "fields": ["id"]}}
    report = alike(
        lake(tmp_path / "r", files[:2], schema={"fields": FIELDS, "foreignKeys": [parent]})
    )
    assert [f.found for f in report.of_severity("error")] == ["2021", "2022", "2022"]


@pytest.mark.parametrize("form", FORMS)
def test_a_folder_of_another_name_is_another_value(form: str, tmp_path: Path) -> None:
    """Catches a comparison of bytes that takes two tables for one: no byte of a file differs."""
    old = lake(tmp_path / "old", [File(f"d/year=2021/place=A/a.{form}", [["1", "a"]])])
    new = lake(tmp_path / "new", [File(f"d/year=2022/place=A/a.{form}", [["1", "a"]])])
    shown = kz("diff", old, new, "--exit-code").out
    assert "2021" in shown and "2022" in shown


# ------------------------------------------------------------------------------ any table

# The reference does not quote a bare CR, which a flat file may have in quotation marks only.
VALUE = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=6)
CELL = st.sampled_from(["", "1", "x", 'a"b', "a,b", "0", "\n"])
DRAWN = st.lists(
    st.tuples(VALUE, st.lists(st.tuples(CELL, CELL), max_size=3)), min_size=1, max_size=4
)
KINDS = st.sampled_from(["string", "integer", "date", "boolean"])


@settings(max_examples=25, deadline=None)
@given(
    DRAWN, KINDS, st.integers(0, 2), st.sampled_from(FORMS), st.sampled_from([["", "-"], ["-"], []])
)
def test_any_divided_table_is_its_flat_one(
    drawn: list[tuple[str, list[tuple[str, str]]]],
    kind: str,
    place: int,
    form: str,
    missing: list[str],
) -> None:
    """Catches a value that is decoded, quoted, counted or put in its place otherwise."""
    fields = [column("id"), column("name")]
    fields.insert(place, column("part", kind, unique=True))
    schema = {"fields": fields, "missingValues": missing}
    files = [
        File(f"{n}/part={quote(v, safe='')}/f.{form}", rows) for n, (v, rows) in enumerate(drawn)
    ]
    flat = [[*row[:place], value, *row[place:]] for value, rows in drawn for row in rows]
    with TemporaryDirectory() as folder:
        one = lake(Path(folder, "divided"), files, schema=schema)
        other = described(Path(folder, "flat"), ["flat.csv"], schema)
        names = [field["name"] for field in fields]
        cells = [dict(zip(names, row, strict=True)) for row in flat]
        (other / "flat.csv").write_bytes(written(names, cells))
        divided, whole = validate(one), validate(other)
        assert divided.rows == whole.rows
        assert said(divided) == said(whole)
        if whole.valid:
            with kzdata.load(one) as left, kzdata.load(other) as right:
                every = "SELECT * FROM t"
                assert left.sql(every).rows() == right.sql(every).rows()
                assert list(map(repr, left.t)) == list(map(repr, right.t))


def said(report: Report) -> list[tuple[Any, ...]]:
    found = ((f.rule, f.field or "", f.found, f.expected) for f in report)
    return sorted(one for one in found if one[0] != "recommendation")


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_value_is_decoded(value: str) -> None:
    assert values_of(f"a/x={quote(value, safe='')}/b.csv") == {"x": value}


# ------------------------------------------------------------------------------ what disagrees


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("files", "at", "found"), [
    (["year=1/place=A/a", "year=2/b"], "year=2/b", "no 'place'"),
    (["year=1/a", "year=2/place=B/b"], "year=1/a", "no 'place'"),
    (["year=1/place=A/a", "yr=2/place=A/b"], "yr=2/place=A/b", "no 'year'"),
    (["a", "year=1/place=A/b"], "a", "no 'year', 'place'"),
])  # fmt: skip
def test_folders_that_disagree(
    files: list[str], at: str, found: str, form: str, tmp_path: Path
) -> None:
    """Catches rows without a value that the folders of other files have."""
    rows = [["1", "a"]]
    root = lake(tmp_path / "p", [File(f"d/{path}.{form}", rows) for path in files])
    assert [one[0:2] + one[5:] for one in told(alike(root)) if one[0] != "not-checked"] == [
        ("csv-header", f"d/{at}.{form}", found)
    ]
    reason = r"(no folder|header is not).*`kzdata validate`"
    with kzdata.load(root) as package, pytest.raises(kzdata.PackageError, match=reason):
        list(package.t)
    with kzdata.load(root) as package, pytest.raises(kzdata.KzdataError):
        package.sql("SELECT * FROM t")


def test_a_column_of_the_file_counts(tmp_path: Path) -> None:
    """Catches a package that was valid, and the values of folders in place of those of cells."""
    names = ("year", "id")
    fields = [column("year", "integer"), column("id")]
    for form in FORMS:
        root = tmp_path / form
        for number in (1, 2):
            put(root, File(f"year=200{number}/a.{form}", [["1999", str(number)]]), names)
        described(root, [f"year=200{number}/a.{form}" for number in (1, 2)], fields)
        report = alike(root)
        assert report.valid
        assert [(f.rule, f.file, f.found) for f in report] == [
            (
                "recommendation",
                f"year=2001/a.{form}",
                "year: in the file and in its folder's name",
            )
        ]
        with kzdata.load(root) as package:
            assert package.sql("SELECT DISTINCT year FROM t").rows() == [(1999,)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("first", ["own", "folder"])
def test_a_column_of_some_files_only(first: str, form: str, tmp_path: Path) -> None:
    """Catches rows whose cells move because some files hold what others' folders do."""
    root = tmp_path / "p"
    own, other = ("a", "b") if first == "own" else ("b", "a")
    put(root, File(f"{own}/year=1/f.{form}", [["1", "x"]]), ("year", "id"))
    put(root, File(f"{other}/year=2/f.{form}", [["y"]]), ("id",))
    described(root, [f"{name}/year={1 if name == own else 2}/f.{form}" for name in "ab"], [
        column("year", "integer"), column("id"),
    ])  # fmt: skip
    found = [one for one in told(alike(root)) if one[0] == "csv-header"]
    assert [one[5] for one in found] == ["no 'year'" if first == "own" else "'year' twice"]
    with kzdata.load(root) as package, pytest.raises(kzdata.KzdataError):
        package.sql("SELECT * FROM t")


@pytest.mark.parametrize("path", ["year=1/a.csv", "year=1/*.json", "yea=1/*.csv", "x/year=1.csv"])
def test_only_where_the_schema_and_the_paths_say_so(path: str, tmp_path: Path) -> None:
    """Catches a column that a path alone, another name, or a file's own name makes."""
    root = tmp_path / "p"
    put(root, File(path.replace("*", "a").replace(".json", ".csv"), [["1", "a"]]))
    if path.endswith(".json"):
        (root / "year=1/a.json").write_text('[{"id": 1, "name": "a"}]')
    report = validate(described(root, path, FIELDS[:3]))
    assert "csv-header" in report.by_rule
    assert "year" not in str([f.found for f in report.of_severity("unchecked")])
    without = validate(described(root, path, FIELDS[1:3]))
    assert without.valid


# ------------------------------------------------------------------------------ forms of files


@pytest.mark.parametrize("entry", [
    {"dialect": {"delimiter": ";"}},
    {"dialect": {"header": False}},
    {"dialect": {"delimiter": "||", "header": False}},
    {"dialect": {"commentChar": "#"}},
    {"encoding": "utf-16"},
    {"compression": "gz"},
])  # fmt: skip
def test_however_the_files_are_written(entry: dict[str, Any], tmp_path: Path) -> None:
    """Catches columns of folders that hang on the plain dialect."""
    import gzip

    dialect = entry.get("dialect", {})
    names = OWN if dialect.get("header", True) else ()
    root, mark = tmp_path / "p", dialect.get("delimiter", ",")
    for file in sound("csv"):
        put(root, file, names, mark[0])
        text = (root / file.path).read_text(encoding="utf-8").replace(mark[0], mark)
        text += "#1,2\n" if "commentChar" in dialect else ""
        data = text.encode(entry.get("encoding", "utf-8"))
        (root / file.path).write_bytes(gzip.compress(data) if "compression" in entry else data)
    report = alike(described(root, "d/**/*.csv", FIELDS, **entry))
    assert report.valid and told(report) == [], told(report)
    with kzdata.load(root) as package:
        assert package.sql("SELECT * FROM t").rows() == READ
        assert [(r.year, r.id, r.name, r.place) for r in package.t] == READ


def test_faulty_rows_keep_their_places(tmp_path: Path) -> None:
    """Catches cells of folders that the careful reader loses, counts or moves."""
    files = [
        File("d/year=2021/place=A/a.csv", [["1"], ["2", "b"], ["3", "c", "c"]]),
        File("d/year=20x2/place=B/b.csv", [["4", "d\ne"], ["5", "f"]]),
    ]
    root = lake(tmp_path / "p", files)
    with (root / files[0].path).open("a") as out:
        out.write('\n6,"g\n')
    report = alike(root)
    assert sorted(told(report), key=str) == sorted([
        ("csv-width", files[0].path, 2, 1, None, "1 cells"),
        ("csv-width", files[0].path, 4, 5, None, "3 cells"),
        ("csv-blank-line", files[0].path, 5, 1, None, "a blank line"),
        ("csv-malformed", files[0].path, 6, 3, None,
         "a quotation mark inside an unquoted cell, or one that is never closed"),
        ("cell-type", files[1].path, 2, None, "year", "20x2"),
        ("cell-type", files[1].path, 4, None, "year", "20x2"),
    ], key=str)  # fmt: skip
    assert {f.expected for f in report if f.rule == "csv-width"} == {"2 cells"}


@pytest.mark.parametrize("form", FORMS)
def test_names_that_the_engine_takes_for_its_own(form: str, tmp_path: Path) -> None:
    """Catches a file's own column that hides which file a row stands in."""
    names = ("file_index", "filename", "File_Row_Number")
    fields = [*map(column, names), column("year", "integer")]
    root = tmp_path / "p"
    for number in (1, 2):
        put(root, File(f"year={number}/a.{form}", [["0", "1", "7"]]), names)
    described(root, "*/*." + form, fields)
    assert validate(root).valid
    with kzdata.load(root) as package:
        assert package.sql("SELECT * FROM t").rows() == [("0", "1", "7", 1), ("0", "1", "7", 2)]


def test_a_place_for_temporary_files_is_no_column(tmp_path: Path) -> None:
    """Catches an engine that reads columns out of the paths of this machine."""
    (away := tmp_path / "id=7" / "name=x").mkdir(parents=True)
    files = [File("d/year=1/place=A/a.csv", [["1", "a\nb"], ["2"]])]
    root = lake(tmp_path / "id=8" / "p", files)
    report = validate(root, temp_dir=away)
    assert [one[0] for one in told(report)] == ["csv-width"]


# ------------------------------------------------------------------------------ hostile names


@pytest.mark.parametrize("value", [
    "'); DROP TABLE t; --", '"', "''", "a'b\"c", "..%2F..%2Fetc", "%2E%2E", "[x]", "{a}", "*?",
    "$1", "%5Cn", "%27%22", "x" * 240, "=", "a=b", "%0A", "%1F", "\u202e", "\U0001f600", "%25",
])  # fmt: skip
@pytest.mark.parametrize("form", FORMS)
def test_hostile_values_are_values(value: str, form: str, tmp_path: Path) -> None:
    """Catches a name of a folder that is carried out, or is followed to another file."""
    from urllib.parse import unquote

    root = lake(tmp_path / "p", [File(f"d/year=1/place={value}/a.{form}", [["1", "a"]])], "d/*/*/*")
    report = validate(root)
    hidden = not unquote(value).isprintable() and value != "%0A"
    assert report.valid and [one[0] for one in told(report)] == (
        ["cell-control-character"] * hidden + ["cell-formula"] * value.startswith("=x")
    )
    with kzdata.load(root) as package:
        assert package.sql("SELECT place FROM t").rows() == [(unquote(value),)]
        assert [row.place for row in package.t] == [unquote(value)]


@pytest.mark.parametrize(("path", "reason"), [
    ("d/year=1/place=%00/a.csv", "NUL"),
    ("d/year=1/place=%FF/a.csv", "not UTF-8"),
    ("d/year=1/year=2/place=x/a.csv", "two folders year="),
])  # fmt: skip
def test_values_that_are_no_text(path: str, reason: str, tmp_path: Path) -> None:
    root = lake(tmp_path / "p", [File(path, [["1", "a"]])], "d/**/*.csv")
    (found,) = validate(root).of_severity("error")
    assert found.rule == "csv-malformed" and reason in (found.found or "")
    with kzdata.load(root) as package, pytest.raises(kzdata.PackageError, match=reason):
        list(package.t)


def test_a_list_never_leaves_the_package(tmp_path: Path) -> None:
    for path in ("../year=1/a.csv", "/year=1/a.csv", ".x/year=1/a.csv", "year=\t/a.csv"):
        put(tmp_path / "p/x", File(path.lstrip("/"), [["1", "a"]]))
        report = validate(described(tmp_path / "p/x", [path], FIELDS[:3]))
        assert "t" not in report.rows and not report.valid


def test_a_name_of_a_column_in_other_letters(tmp_path: Path) -> None:
    """Catches a name that a folder has to encode, and two fields that SQL takes for one."""
    fields = [column("a b/ü"), column("x"), column("X"), *FIELDS[1:3]]
    root = tmp_path / "p"
    put(root, File("a%20b%2Fü=1/x=2/X=3/f.csv", [["1", "a"]]))
    report = validate(described(root, "**/*.csv", fields))
    assert report.valid and report.rows == {"t": 1}, told(report)


@pytest.mark.parametrize(("form", "folders"), [("csv", 1_000), ("parquet", 200)])
def test_a_thousand_folders(form: str, folders: int, tmp_path: Path) -> None:
    """Catches a plan of a query that grows with the folders until nothing is read."""
    resource = pytest.importorskip("resource")
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 1_200:
        pytest.skip("this process may not open so many files")
    root = tmp_path / "p"
    put(root, File(f"made.{form}", [["1", "a"]]))
    made = (root / f"made.{form}").read_bytes()
    for number in range(folders):
        (root / f"d/year={number:04}").mkdir(parents=True)
        (root / f"d/year={number:04}/a.{form}").write_bytes(made)
    described(root, f"d/*/*.{form}", FIELDS[:3])
    assert validate(root).rows == {"t": folders}
    with kzdata.load(root) as package:
        assert package.sql("SELECT count(*), bool_and(year = rowid) FROM t").rows() == [
            (folders, True)
        ]


# ------------------------------------------------------------------------------ who refuses


def test_rows_are_not_entered_into_folders(tmp_path: Path) -> None:
    """Catches an editor that writes columns of folders into a file."""
    root = lake(tmp_path / "p", [File("d/year=1/place=A/a.csv", [["1", "a"]])])
    with kzdata.load(root) as package, pytest.raises(kzdata.UsageError, match="one CSV file"):
        Draft(package._dataset)


def test_frictionless_is_not_asked(tmp_path: Path) -> None:
    pytest.importorskip("frictionless")
    root = lake(tmp_path / "p", [File("d/year=1/place=A/a.csv", [["1", "a"]])])
    report = validate(root, reference=True)
    (found,) = [f for f in report if f.rule == "reference-disagrees"]
    assert "in the names of folders" in (found.found or "")
