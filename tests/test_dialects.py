"""How files are written: dialects against a writer of their own, headers, encodings, no schema."""

import gzip
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import kzdata
from kzdata.files.csv import Dialect, Sheet
from kzdata.validation import Report, validate
from packages import breaches

ID = {"name": "id", "type": "integer"}
NAME = {"name": "name", "type": "string"}
LEVEL = {"name": "level", "type": "integer"}


def package(root: Path, files: dict[str, bytes], *entries: dict[str, Any]) -> Path:
    """A package of some files; entries without a path have the file of their name."""
    for name, data in files.items():
        (root / name).write_bytes(data)
    listed = [{"path": f"{entry['name']}.csv", **entry} for entry in entries]
    described = {"name": "invented", "resources": listed}
    (root / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    return root


def one(root: Path, data: bytes, *fields: dict[str, Any], **resource: Any) -> Report:
    """The report on a package of one table."""
    schema = {"schema": {"fields": list(fields)}} if fields else {}
    entry = {"name": "t", **schema, **resource}
    return validate(package(root, {"t.csv": data}, entry))


def places(report: Report) -> list[tuple[str, int | None, int | None]]:
    """Where each finding is that says what is wrong."""
    return [(found.rule, found.line, found.column) for found in breaches(report)]


# ------------------------------------------------------------------------------ dialects

LETTERS = "ab ,;|\"'\\\n\r\u00e9\u2028"


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    """Dialects whose characters can be told apart."""
    quote = draw(st.sampled_from(["'", '"', "\u00ab", "^"]))
    ends = draw(st.sampled_from(["\n", "\r", ";", "\u2028", "\\|", "]]"]))
    delimiter = draw(st.sampled_from([",", ";;", "|", "\u00e9", "\t", ", ", "-", "\U0001f34e"]))
    assume(delimiter not in ends and ends not in delimiter)
    return Dialect(delimiter, quote, header_rows=(), ends=ends)


def written(cell: str, dialect: Dialect) -> str:
    """A cell in a dialect, quoted where it has to be."""
    marks = (dialect.delimiter, dialect.quote, dialect.ends, "\n", "\r")
    # A character of a mark may make one with what stands beside it.
    if not cell or any(mark[0] in cell or mark[-1] in cell for mark in marks):
        return dialect.quote + cell.replace(dialect.quote, dialect.quote * 2) + dialect.quote
    return cell


ROWS = st.lists(
    st.lists(st.text(LETTERS + "^-]\u00ab\U0001f34e", max_size=5), min_size=2, max_size=4),
    max_size=5,
)


@given(dialects(), ROWS)
@settings(max_examples=300, deadline=None)
def test_each_dialect_is_read_as_it_is_written(dialect: Dialect, rows: list[list[str]]) -> None:
    """Catches a cell that is read otherwise, or that is placed elsewhere."""
    lines = [dialect.delimiter.join(written(cell, dialect) for cell in row) for row in rows]
    text = "".join(line + dialect.ends for line in lines)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "t.csv"
        file.write_bytes(text.encode())
        records = list(Sheet([file], dialect).records())
    assert [[cell.value for cell in record.cells] for record in records] == rows
    assert not any(record.fault for record in records)
    physical = text.split(dialect.ends)
    for cell in (cell for record in records for cell in record.cells):
        rest = dialect.ends.join(
            [physical[cell.line - 1][cell.column - 1 :], *physical[cell.line :]]
        )
        assert rest.startswith(written(cell.value, dialect))


@given(st.text(LETTERS, max_size=40), dialects(), st.integers(0, 3))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_in_any_dialect(text: str, dialect: Dialect, kind: int) -> None:
    """Catches a text at which the reader stops, or of which it loses a row."""
    more: list[dict[str, Any]] = [{}, {"escape": "\\"}, {"double": False}, {"skip_space": True}]
    if dialect.ends == "\\|":
        more[1] = {}
    dialect = dialect._replace(**more[kind])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "t.csv"
        file.write_bytes(text.encode())
        records = list(Sheet([file], dialect).records())
    assert [record.number for record in records if record.cells] == [
        *range(sum(bool(record.cells) for record in records))
    ]
    lines = 1 + text.count(dialect.ends)
    for record in records:
        assert 1 <= record.line <= lines
        assert all(record.line <= cell.line <= lines and cell.column >= 1 for cell in record.cells)
        assert not record.fault or record.place >= (record.line, 1) or not record.cells


@pytest.mark.parametrize(
    ("data", "dialect", "found"),
    [
        ("id||name||level\n1||a|b||x\n", {"delimiter": "||"}, [("cell-type", 2, 9)]),
        ('id,name\r1,"a\r\nb"\rx,c\r', {"lineTerminator": "\r"}, [("cell-type", 4, 1)]),
        ("id,name\n1,\"a\"\"b\"\n", {"doubleQuote": False}, [("csv-malformed", 2, 3)]),
        ("id;name\n1;\u201ca;b\u201c\nx;\u201cc\u201c\n", {"delimiter": ";", "quoteChar": "\u201c"},
         [("cell-type", 3, 1)]),
        ('id,name\n1,"a ""b"""\n', {"doubleQuote": False, "escapeChar": '"'}, []),
        ("id,name;1,a;x,b;\n", {"lineTerminator": ";"}, [("cell-type", 3, 1)]),
        ("id,name\n\n1,a\n", {"sheetName": "x", "csvddfVersion": "1.2", "my:own": [1]},
         [("csv-blank-line", 2, 1)]),
    ],
)  # fmt: skip
def test_what_is_legal_in_a_dialect_is_read(
    tmp_path: Path, data: str, dialect: dict[str, Any], found: list[Any]
) -> None:
    """Catches a property that has the others dropped."""
    fields = [ID, NAME, LEVEL][: 3 if "level" in data else 2]
    report = one(tmp_path, data.encode(), *fields, dialect=dialect)
    assert places(report) == found
    if not found:
        with kzdata.load(tmp_path) as kz:
            assert [row.name for row in kz.t] == ['a "b"']


def test_a_header_in_another_case(tmp_path: Path) -> None:
    """Catches columns that are not known where case has no meaning, in any reader."""
    insensitive = {"caseSensitiveHeader": False}
    report = one(tmp_path, b"NAME,Id\na,x\n", ID, NAME, dialect=insensitive)
    assert places(report) == [("csv-header", 1, 1), ("cell-type", 2, 3)]
    assert one(tmp_path, b"ID,Name\n1,a\n", ID, NAME, dialect=insensitive).by_rule == {}
    with kzdata.load(tmp_path) as kz:
        assert [(row.id, row.name) for row in kz.t] == [(1, "a")]
        assert kz.sql("select id, name from t").rows() == [(1, "a")]
        assert len(list(kzdata.diff(tmp_path, tmp_path).tables)) == 0
    assert not one(tmp_path, b"ID,Name\n1,a\n", ID, NAME, dialect={}).valid


# ------------------------------------------------------------------------------ headers


@pytest.mark.parametrize(
    ("header", "demand", "column", "found"),
    [
        ("id,nmae,level", "exact", 4, "no 'name', 'nmae' besides"),
        ("id,level,name", "exact", 4, "'level' in place of 'name'"),
        ("id,name", "exact", 4, "no 'level'"),
        ("id,name,level,more", "exact", 15, "'more' besides"),
        ("id,name,name", "exact", 9, "no 'level', 'name' twice"),
        ("id,name,ids", "equal", 9, "no 'level', 'ids' besides"),
        ("more,id,name", "subset", 9, "no 'level'"),
        ("more,id,name", "superset", 1, "'more' besides"),
        ("id;name;level", "exact", 1,
         "one column with ';' in its name, which a dialect has to state"),
        (" id,name,level", "exact", 1, "no 'id', ' id' besides"),
        ("a,b,c", "partial", 1, "no 'id', 'name', 'level'"),
    ],
)  # fmt: skip
def test_a_header_says_which_column_differs(
    tmp_path: Path, header: str, demand: str, column: int, found: str
) -> None:
    """Catches a message in which a reader has to look for the difference."""
    entry = {"name": "t", "schema": {"fields": [ID, NAME, LEVEL], "fieldsMatch": demand}}
    (finding,) = validate(package(tmp_path, {"t.csv": f"{header}\n".encode()}, entry))
    assert (finding.rule, finding.where) == ("csv-header", f"t.csv:1:{column}")
    assert finding.found == found


def test_a_header_of_many_columns_is_told_briefly(tmp_path: Path) -> None:
    """Catches a message of a page."""
    fields = [{"name": f"a_rather_long_name_{n}"} for n in range(80)]
    (finding,) = one(tmp_path, ",".join(f"c{n}" for n in range(80)).encode(), *fields)
    assert len(finding.found) + len(finding.expected) < 250
    assert "and 77 more" in finding.found


CHILD = {"fields": ["above"], "reference": {"resource": "", "fields": ["id"]}}


def test_a_header_that_differs_hides_nothing_else(tmp_path: Path) -> None:
    """Catches cells and keys that nobody looks at, or findings that follow from the header."""
    fields = [ID, NAME, LEVEL, {"name": "above"}, {"name": "last"}]
    keys = {"primaryKey": "id", "uniqueKeys": [["level"], ["last"]], "foreignKeys": [CHILD]}
    data = b"id,nmae,above,level\n1,a,,1\nx,b,,2\n1,c,9,y\n2,d,8\n"
    report = validate(
        package(tmp_path, {"t.csv": data}, {"name": "t", "schema": {"fields": fields, **keys}})
    )
    assert places(report) == [
        ("csv-header", 1, 4),
        ("primary-key", 2, 1),
        ("cell-type", 3, 1),
        ("primary-key", 4, 1),
        ("foreign-key", 4, 5),
        ("cell-type", 4, 7),
        ("csv-width", 5, 5),
        ("foreign-key", 5, 5),
    ]
    assert report.unchecked == ("t.csv: name, last: not in the header; mend that first",)


def test_a_parent_without_its_column_says_nothing_of_its_children(tmp_path: Path) -> None:
    """Catches a finding for each row that follows from a header of another table."""
    parent = {"name": "p", "schema": {"fields": [ID, NAME], "primaryKey": "id"}}
    key = {"fields": "up", "reference": {"resource": "p", "fields": "id"}}
    child = {"name": "c", "schema": {"fields": [{"name": "up"}], "foreignKeys": [key]}}
    files = {"p.csv": b"ID,name\n1,a\n", "c.csv": b"up\n1\n2\n"}
    report = validate(package(tmp_path, files, parent, child))
    assert places(report) == [("csv-header", 1, 1)]


def test_files_with_the_header_of_the_first_are_checked(tmp_path: Path) -> None:
    """Catches a file that has the others left out, or whose columns are mixed up."""
    files = {"a.csv": b"id,name\n1,a\n", "b.csv": b"name,id\nb,2\n", "c.csv": b"id,name\nx,c\n"}
    entry = {"name": "t", "path": [*files], "schema": {"fields": [ID, NAME], "primaryKey": "id"}}
    report = validate(package(tmp_path, files, entry))
    assert [(found.rule, found.where) for found in report] == [
        ("csv-header", "b.csv:1:1"), ("cell-type", "c.csv:2:1"),
    ]  # fmt: skip
    words = "b.csv: its rows: its header is not that of the first file; mend that first"
    assert report.unchecked == (words,)


# ------------------------------------------------------------------------------ no schema


@pytest.mark.parametrize(
    ("data", "resource", "found"),
    [
        (b"id,v\n1\n2,3,4\n5,6\n", {}, [("csv-width", 2, 1), ("csv-width", 3, 5)]),
        (b"id,id,\n1,2,3\n", {}, []),
        (b"", {}, []),
        (b"id\n", {}, []),
        (b"1,2\n3\n", {"dialect": {"header": False}}, [("csv-width", 2, 1)]),
        (b"", {"dialect": {"header": False}}, []),
        (b"a,b\n1,p\xeache\n", {}, [("csv-malformed", 2, 4)]),
        (b'a,b\n1,"x\n2,y\n', {}, [("csv-malformed", 2, 3)]),
        (b"a,b\n\n1,2\n", {}, [("csv-blank-line", 2, 1)]),
        (b"a;b\n1,5;2\n", {"dialect": {"delimiter": ";"}}, []),
        (b"a\n=1+1\nx\x07\n", {}, []),
        (b"a,b\n1\n", {"path": "t.txt"}, []),
        (b"a,b\n1\n", {"path": "t.txt", "format": "csv"}, [("csv-width", 2, 1)]),
        (b"a,b\n1\n", {"path": "t.txt", "mediatype": "text/csv; header=present"},
         [("csv-width", 2, 1)]),
        (b"a,b\n1\n", {"format": "ndjson"}, []),
        (b"a,b\n1\n", {"path": "t.txt", "format": "txt"}, []),
        (b"a\tb\n1\n", {"path": "t.tsv"}, [("csv-width", 2, 1)]),
        (b"a,b\n1\n", {"path": "t.tsv", "format": "csv"}, [("csv-width", 2, 1)]),
        (gzip.compress(b"a,b\n1\n", mtime=0), {"path": "t.csv.gz"}, [("csv-width", 2, 1)]),
        (gzip.compress(b"a,b\n1\n", mtime=0), {"path": "t.gz"}, []),
        (b"a,b\n1\n", {"path": "t.csv.zst"}, []),
        (b"PK\x03\x04,,\n,\n", {"path": "t.zip"}, []),
    ],
)  # fmt: skip
def test_the_shape_of_a_table_without_schema_is_checked(
    tmp_path: Path, data: bytes, resource: dict[str, Any], found: list[Any]
) -> None:
    """Catches rows that nobody looks at, or a file that is read as what it is not."""
    entry = {"name": "t", **resource}
    report = validate(package(tmp_path, {entry.get("path", "t.csv"): data}, entry))
    assert places(report) == found


REMOTE = "https://example.invalid/part.json"


@pytest.mark.parametrize(
    ("remote", "data", "found"),
    [
        ({"schema": REMOTE}, b"a,b\n1\n", [("csv-width", 2, 1)]),
        ({"schema": REMOTE}, b"a,b\n1,p\xeache\n", [("csv-malformed", 2, 4)]),
        ({"schema": REMOTE}, b"a,b\n1,2\n", []),
        ({"schema": REMOTE, "path": "t.txt"}, b"a,b\n1\n", []),
        ({"schema": REMOTE, "dialect": REMOTE}, b"a,b\n1\n", []),
        ({"dialect": REMOTE}, b"a,b\n1\n", []),
    ],
)
def test_the_shape_of_a_table_whose_schema_is_not_fetched_is_checked(
    tmp_path: Path, remote: dict[str, Any], data: bytes, found: list[Any]
) -> None:
    """Catches rows that nobody looks at, or that are read in a dialect which nobody knows."""
    entry = {"name": "t", **remote}
    report = validate(package(tmp_path, {entry.get("path", "t.csv"): data}, entry))
    assert places(report) == found
    assert any(REMOTE in line for line in report.unchecked)
    assert not any("no schema" in line for line in report.unchecked if "schema" in remote)


def test_a_column_that_the_schema_lacks_is_of_the_encoding(tmp_path: Path) -> None:
    """Catches bytes that nobody reads, as no rule asks for their column."""
    root = package(
        tmp_path,
        {"t.csv": b"id,other\n1,p\xeache\n"},
        {"name": "t", "schema": {"fields": [ID], "fieldsMatch": "subset"}},
    )
    assert places(validate(root)) == [("csv-malformed", 2, 4)]


def test_files_of_a_table_without_schema_are_alike(tmp_path: Path) -> None:
    """Catches files of one resource that have other columns."""
    files = {"a.csv": b"id,v\n1,2\n", "b.csv": b"v,id\n1\n"}
    report = validate(package(tmp_path, files, {"name": "t", "path": [*files]}))
    assert [(f.rule, f.where) for f in breaches(report)] == [("csv-header", "b.csv:1:1")]


def test_a_wide_table_without_schema(tmp_path: Path) -> None:
    """Catches a limit of ours that is called a fault, or columns that fill the memory."""
    wide = ",".join(f"c{n}" for n in range(9_999)) + "\n"
    report = one(tmp_path, (wide * 3 + "1\n").encode())
    assert (places(report), report.rows) == ([("csv-width", 4, 1)], {"t": 3})
    report = one(tmp_path, (",".join("c" * 10_001) + "\n").encode())
    assert report.valid
    assert any("over 10,000 columns" in line for line in report.unchecked)


def test_what_stands_above_an_unknown_header(tmp_path: Path) -> None:
    """Catches findings that are collected one by one for each of millions of lines."""
    report = one(tmp_path, b"\n" * 5_000 + b"a,b\n", ID, NAME)
    assert report.by_rule == {"csv-blank-line": 5_000, "csv-header": 1}
    assert report.omitted == {"csv-blank-line": 4_000}


# ------------------------------------------------------------------------------ encodings


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("stated", [True, False])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str, stated: bool) -> None:
    """Catches a file that is called wrong though its first bytes tell how to read it."""
    text = "id,name\n1,Møn\n"
    marked = text if encoding in ("utf-16", "utf-32", "utf-8-sig") else f"\ufeff{text}"
    resource = {"encoding": encoding} if stated else {}
    report = one(tmp_path, marked.encode(encoding), ID, NAME, **resource)
    expected = {} if stated or encoding == "utf-8-sig" else {"recommendation": 1}
    assert report.by_rule == expected
    with kzdata.load(tmp_path) as kz:
        assert [row.name for row in kz.t] == ["Møn"]


def test_a_stated_encoding_that_the_mark_denies_is_named(tmp_path: Path) -> None:
    """Catches a header of odd signs in place of the cause."""
    data = "id,name\n1,a\n".encode("utf-16")
    (finding,) = one(tmp_path, data, ID, NAME, encoding="utf-8")
    assert finding.rule == "csv-malformed"
    assert "UTF-16" in finding.found


@pytest.mark.parametrize(
    ("data", "encoding", "place", "words"),
    [
        (b"id,name\n1,p\xeache\n", None, (2, 4), "EA, which is 'ê' in windows-1252"),
        (b'id,name\n1,"a\nb\xe9c"\n', "utf-8", (3, 2), "E9, which is 'é' in windows-1252"),
        ("id,name\n1,Møn\n".encode(), "us-ascii", (2, 4), "not us-ascii"),
        (b"id,name\n1,a\x81b\n", "windows-1252", (2, 4), "not windows-1252"),
        ("id,name\n1,a".encode("utf-16-le") + b"\x00\xd8\n\x00", "utf-16-le", (2, 4),
         "not utf-16-le"),
    ],
)  # fmt: skip
def test_what_is_not_of_the_encoding_is_placed(
    tmp_path: Path, data: bytes, encoding: str | None, place: tuple[int, int], words: str
) -> None:
    """Catches a message that does not say which character is wrong, or in which encoding."""
    (finding,) = one(tmp_path, data, ID, NAME, encoding=encoding)
    assert (finding.rule, finding.line, finding.column) == ("csv-malformed", *place)
    assert words in finding.found


def test_a_row_that_is_not_of_the_encoding_hides_no_other(tmp_path: Path) -> None:
    """Catches a table that is given up for one character."""
    data = "id,name\n1,Møn\nx,b\n2,é\n".encode()
    report = one(tmp_path, data, ID, NAME, encoding="us-ascii")
    assert [found[:2] for found in places(report)] == [
        ("csv-malformed", 2), ("cell-type", 3), ("csv-malformed", 4),
    ]  # fmt: skip


def test_a_file_of_another_encoding_altogether(tmp_path: Path) -> None:
    """Catches a file that takes for ever, character by character."""
    (finding,) = one(tmp_path, b"id,name\n" + b"\xff" * 10_000, ID, NAME, encoding="us-ascii")
    assert finding.rule == "csv-malformed"
    assert re.search("not us-ascii", finding.found)


def test_a_header_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    """Catches a header that is only called another one."""
    report = one(tmp_path, b"n\xfamero\n1\n", {"name": "número"})
    assert places(report) == [("csv-header", 1, 1), ("csv-malformed", 1, 2)]


def test_an_unknown_encoding_is_not_checked(tmp_path: Path) -> None:
    """Catches a name of no encoding that is called a fault of the file."""
    report = one(tmp_path, b"id,name\nx,a\n", ID, NAME, encoding="klingon")
    assert report.by_rule == {"not-checked": 1}
    assert report.rows == {}
