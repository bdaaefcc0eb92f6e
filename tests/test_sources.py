"""Tables in other clothes: dialects, encodings, compression, several files, Parquet, fieldsMatch.

Each is the same invented table of gauges, first whole, then with one fault at a known place.
"""

import gzip
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import kzdata
from kzdata.files.limits import PackageLimits
from kzdata.validation import validate

FIELDS = [
    {"name": "gauge", "type": "string", "constraints": {"required": True, "pattern": "G[0-9]+"}},
    {"name": "place", "type": "string"},
    {"name": "level", "type": "integer", "constraints": {"minimum": 0}},
]
ROWS: list[tuple[str, ...]] = [
    ("G1", "Møn, east", "3"),
    ("G2", 'the "weir"', "0"),
    ("G3", "", "12"),
]
WRONG = [ROWS[0], ("G2", 'the "weir"', "-1"), ROWS[2]]


def lines(rows: list[tuple[str, ...]], delimiter: str = ",", quote: str = '"') -> list[str]:
    """Rows as CSV lines, every cell quoted."""
    return [
        delimiter.join(f"{quote}{cell.replace(quote, quote * 2)}{quote}" for cell in row)
        for row in rows
    ]


def package(
    root: Path,
    files: dict[str, bytes],
    schema: dict[str, Any] | None = None,
    **resource: Any,
) -> Path:
    """A package of one table in the given files."""
    for name, data in files.items():
        (root / name).write_bytes(data)
    paths = list(files)
    entry = {
        "name": "gauges",
        "path": paths[0] if len(paths) == 1 else paths,
        "schema": {"fields": FIELDS, "primaryKey": "gauge", **(schema or {})},
        **resource,
    }
    descriptor = {"name": "invented", "resources": [entry]}
    (root / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return root


HEAD = "gauge,place,level"
CLOTHES: dict[str, tuple[str, Any, dict[str, Any], int]] = {
    "semicolons": (
        "g.csv",
        lambda rows: "\n".join(["gauge;place;level", *lines(rows, ";")]).encode(),
        {"dialect": {"delimiter": ";"}},
        3,
    ),
    "apostrophes": (
        "g.csv",
        lambda rows: "\n".join([HEAD, *lines(rows, quote="'")]).encode(),
        {"dialect": {"quoteChar": "'"}},
        3,
    ),
    "escapes": (
        "g.csv",
        lambda rows: "\n".join(
            [HEAD, *(line.replace('""', '\\"').replace(',\\",', ',"",') for line in lines(rows))]
        ).encode(),
        {"dialect": {"doubleQuote": False, "escapeChar": "\\"}},
        3,
    ),
    "no header": (
        "g.csv",
        lambda rows: "\n".join(lines(rows)).encode(),
        {"dialect": {"header": False}},
        2,
    ),
    "comments": (
        "g.csv",
        lambda rows: "\n".join(["# gauges", HEAD, "# rows", *lines(rows)]).encode(),
        {"dialect": {"commentChar": "#"}},
        5,
    ),
    "comment rows": (
        "g.csv",
        lambda rows: "\n".join(["all gauges", HEAD, *lines(rows)]).encode(),
        {"dialect": {"commentRows": [1], "headerRows": [2]}},
        4,
    ),
    "header further down": (
        "g.csv",
        lambda rows: "\n".join(["all gauges", "2031", HEAD, *lines(rows)]).encode(),
        {"dialect": {"headerRows": [3]}},
        5,
    ),
    "header below comments": (
        "g.csv",
        lambda rows: "\n".join(["# all", "# gauges", HEAD, "# rows", *lines(rows)]).encode(),
        {"dialect": {"commentChar": "#", "commentRows": [1], "headerRows": [3]}},
        6,
    ),
    "header that is no comment row": (
        "g.csv",
        lambda rows: "\n".join(["all", "gauges", HEAD, *lines(rows)]).encode(),
        {"dialect": {"commentRows": [1, 2]}},
        5,
    ),
    "header of two rows apart": (
        "g.csv",
        lambda rows: "\n".join(["ga,pl,le", "a,b", "uge,ace,vel", *lines(rows)]).encode(),
        {"dialect": {"headerRows": [1, 3], "headerJoin": ""}},
        5,
    ),
    "blanks": (
        "g.csv",
        lambda rows: "\n".join(
            [HEAD, *(line.replace('","', '", "') for line in lines(rows))]
        ).encode(),
        {"dialect": {"skipInitialSpace": True}},
        3,
    ),
    "utf-16": (
        "g.csv",
        lambda rows: "\n".join([HEAD, *lines(rows)]).encode("utf-16"),
        {"encoding": "utf-16"},
        3,
    ),
    "latin-1": (
        "g.csv",
        lambda rows: "\n".join([HEAD, *lines(rows)]).encode("latin-1"),
        {"encoding": "iso-8859-1"},
        3,
    ),
    "gzip": (
        "g.csv.gz",
        lambda rows: gzip.compress("\n".join([HEAD, *lines(rows)]).encode()),
        {},
        3,
    ),
    "tabs and CRLF": (
        "g.tsv",
        lambda rows: "\r\n".join(["gauge\tplace\tlevel", *lines(rows, "\t"), ""]).encode(),
        {"dialect": {"delimiter": "\t", "lineTerminator": "\r\n"}},
        3,
    ),
}


@pytest.mark.parametrize("clothes", CLOTHES)
def test_every_dialect_encoding_and_compression_is_read(tmp_path: Path, clothes: str) -> None:
    """Catches a dialect, an encoding or a compression that is not honoured."""
    name, write, resource, _ = CLOTHES[clothes]
    root = package(tmp_path, {name: write(ROWS)}, **resource)
    report = validate(root)
    assert list(report) == []
    assert report.rows == {"gauges": 3}
    with kzdata.load(root) as kz:
        found = [(row.gauge, row.place, row.level) for row in kz.gauges]
        asked = kz.sql("select gauge, place, level from gauges").rows()
    expected = [(gauge, place or None, int(level)) for gauge, place, level in ROWS]
    assert found == expected
    assert asked == expected


@pytest.mark.parametrize("clothes", CLOTHES)
def test_a_fault_has_its_own_line_in_every_dialect(tmp_path: Path, clothes: str) -> None:
    """Catches a line that is not the file's own."""
    name, write, resource, line = CLOTHES[clothes]
    (found,) = validate(package(tmp_path, {name: write(WRONG)}, **resource))
    assert (found.rule, found.file, found.line) == ("cell-minimum", name, line)
    assert (found.record, found.field, found.found) == ("G2", "level", "-1")


@pytest.mark.parametrize("again", ["g.csv", "./g.csv", ".//g.csv"])
def test_a_resource_names_no_file_twice(tmp_path: Path, again: str) -> None:
    """Catches rows that are there twice, in a table without a key."""
    root = package(tmp_path, {"g.csv": f"{HEAD}\nG1,a,1\n".encode()}, {"primaryKey": []})
    descriptor = json.loads((root / "datapackage.json").read_text())
    descriptor["resources"][0]["path"] = ["g.csv", again]
    (root / "datapackage.json").write_text(json.dumps(descriptor))
    report = validate(root)
    assert (report.by_rule, report.rows) == ({"not-checked": 1}, {})


@pytest.mark.parametrize(("dialect", "row"), [
    ({"delimiter": ";"}, 'G2;x,"y",z;-1'), ({"delimiter": ";"}, 'G2;x,"y;-1'),
    ({"quoteChar": "'"}, "G2,it's,-1"), ({"quoteChar": "'"}, "G2,east',-1"),
    ({"delimiter": "|"}, 'G2|"x","y"|-1'),
])  # fmt: skip
def test_a_stray_quotation_mark_of_a_dialect_is_found(
    tmp_path: Path, dialect: dict[str, Any], row: str
) -> None:
    """Catches marks that are looked for as if all files had commas and double quotes."""
    text = f"{HEAD}\nG1,north,3\n".replace(",", dialect.get("delimiter", ","))
    report = validate(package(tmp_path, {"g.csv": f"{text}{row}\n".encode()}, dialect=dialect))
    assert ("csv-malformed", 3) in {(f.rule, f.line) for f in report}


def test_the_quotation_mark_of_another_dialect_is_a_character(tmp_path: Path) -> None:
    """Catches a double quote that is taken for one where apostrophes are quotation marks."""
    text = f"{HEAD}\nG1,5\" wide,3\nG2,'\"',4\n"
    root = package(tmp_path, {"g.csv": text.encode()}, dialect={"quoteChar": "'"})
    assert list(validate(root)) == []


@pytest.mark.parametrize("double", [True, False])
def test_a_quotation_mark_after_an_escaped_escape_closes(tmp_path: Path, double: bool) -> None:
    """Catches a mark that closes a quotation, and passes for an escaped one."""
    text = f'{HEAD}\nG1,"C:\\\\",3\nG2,"D:\\\\\\"\n",-1\n'
    dialect = {"escapeChar": "\\", "doubleQuote": double}
    (finding,) = validate(package(tmp_path, {"g.csv": text.encode()}, dialect=dialect))
    assert (finding.rule, finding.record, finding.line) == ("cell-minimum", "G2", 4)


def test_several_files_are_one_table(tmp_path: Path) -> None:
    """Catches a header taken for a row, a repeated key missed, a place in the wrong file."""
    parts = {
        "a.csv": "\n".join([HEAD, *lines(ROWS[:2])]).encode(),
        "b.csv": "\n".join([HEAD, *lines([ROWS[2], ROWS[0]])]).encode(),
    }
    found = list(validate(package(tmp_path, parts)))
    assert {(f.rule, f.file, f.line, f.record) for f in found} == {
        ("primary-key", "a.csv", 2, "G1"),
        ("primary-key", "b.csv", 3, "G1"),
    }


def test_parquet_is_read(tmp_path: Path) -> None:
    """Catches a Parquet table that is passed over; its cells have a record, not a line."""
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {"gauge": ["G1", "G2"], "place": ["Møn", None], "level": [3, -1]}
    root = package(tmp_path, {"g.parquet": b""}, format="parquet")
    parquet.write_table(arrow.table(columns), root / "g.parquet")
    (found,) = validate(root)
    assert (found.rule, found.line, found.record, found.found) == ("cell-minimum", None, "G2", "-1")


def parquet(file: Path, **columns: Any) -> Path:
    """Write a Parquet file."""
    arrow, writer = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    writer.write_table(arrow.table(columns), file)
    return file


@pytest.mark.parametrize("missing", [["-"], ["", "-"], []])
def test_null_in_parquet_is_no_value(tmp_path: Path, missing: list[str]) -> None:
    """Catches a NULL that counts as an empty text where the empty text is a value."""
    fields: list[Any] = [{"name": "gauge"}, {"name": "place"}]
    parts = {"g.parquet": b""}
    schema = {"fields": fields, "missingValues": missing}
    parquet(package(tmp_path, parts, schema) / "g.parquet", gauge=["G1", "G2"], place=["M", None])
    with kzdata.load(tmp_path) as kz:
        assert [row.place for row in kz.gauges] == ["M", None]
    fields[1]["constraints"] = {"required": True}
    held = (tmp_path / "g.parquet").read_bytes()
    package(tmp_path, {"g.parquet": held}, schema)
    assert [(f.rule, f.record) for f in validate(tmp_path)] == [("cell-required", "G2")]


def test_an_empty_text_in_parquet_is_a_value(tmp_path: Path) -> None:
    """Catches an empty text that is taken for NULL."""
    fields = [{"name": "gauge"}, {"name": "place", "constraints": {"required": True}}]
    root = package(tmp_path, {"g.parquet": b""}, {"fields": fields, "missingValues": ["-"]})
    parquet(root / "g.parquet", gauge=["G1"], place=[""])
    assert list(validate(root)) == []


def test_nested_and_zoned_values_of_parquet_are_read(tmp_path: Path) -> None:
    """Catches values that are written as no type of Table Schema has them."""
    utc = datetime(2031, 3, 6, 12, 30, tzinfo=UTC)
    columns = {"gauge": ["G1"], "a": [["x", 'y"']], "o": [{"k": "v"}], "t": [utc]}
    kinds = {"gauge": "string", "a": "array", "o": "object", "t": "datetime"}
    fields = [{"name": name, "type": kind} for name, kind in kinds.items()]
    root = package(tmp_path, {"g.parquet": b""}, {"fields": fields})
    parquet(root / "g.parquet", **columns)
    assert list(validate(root)) == []


def test_a_dialect_of_parquet_is_ignored(tmp_path: Path) -> None:
    """Catches a dialect that is asked of a file which is no text."""
    root = package(tmp_path, {"g.parquet": b""}, dialect={"delimiter": ";", "header": False})
    parquet(root / "g.parquet", gauge=["G1"], place=["a,b"], level=[3])
    assert list(validate(root)) == []


FURTHER = {
    "other order": b"place,gauge,level\nM,G9,3\n",
    "no header": b"G9,M,3\n",
    "other names": b"a,b,c\nG9,M,3\n",
    "empty": b"",
}


@pytest.mark.parametrize("demand", ["exact", "equal"])
@pytest.mark.parametrize("further", FURTHER)
def test_each_file_of_a_table_must_have_the_header(
    tmp_path: Path, further: str, demand: str
) -> None:
    """Catches columns that are mixed up, or a row that is lost, in a second file."""
    parts = {"a.csv": f"{HEAD}\nG1,M,3\n".encode(), "b.csv": FURTHER[further]}
    (found,) = validate(package(tmp_path, parts, {"fieldsMatch": demand}))
    assert (found.rule, found.where) == ("csv-header", "b.csv:1:1")


def test_a_blank_line_of_a_second_file_is_placed_there(tmp_path: Path) -> None:
    """Catches a finding about the second file that names the first."""
    head = HEAD.encode()
    parts = {"a.csv": head + b"\nG1,M,3\n", "b.csv": head + b"\n\nG2,M,3\n"}
    (found,) = validate(package(tmp_path, parts))
    assert (found.rule, found.where) == ("csv-blank-line", "b.csv:2:1")


ODD = {
    "bare": b"a\rb", "quoted bare": b'"a\rb"', "control": b"\x01b", "NUL": b"a\x00b",
    "no UTF-8": b"a\x85b", "hidden": b"a\xc2\x85b", "cut": b"\xff\xe2\x80\xaa",
    "mark": b'a"b', "plain": b"ab", "feed": b"a\x0c", "CRs": b"a\r\r", "turned": b"\xe2\x80\xae",
}  # fmt: skip
"""Cells of which the bytes tell that a rule must, or need not, be asked."""


def test_what_is_found_in_a_file_does_not_depend_on_the_others(tmp_path: Path) -> None:
    """Catches a rule that one file is asked, or spared, for what the bytes of another hold."""
    fields = {"fields": [{"name": name, "type": "string"} for name in "ab"], "primaryKey": []}
    files = {f"{n}.csv": b"a,b\n1," + cell + b"\n" for n, cell in enumerate(ODD.values())}
    (whole := tmp_path / "whole").mkdir()
    together = list(validate(package(whole, files, fields)))
    for name, data in files.items():
        (root := tmp_path / name).mkdir()
        assert list(validate(package(root, {name: data}, fields))) == [
            found for found in together if found.file == name
        ]


@pytest.mark.parametrize("name", ["bytes", "hash"])
def test_a_size_or_hash_of_several_files_is_reported_as_unsupported(
    tmp_path: Path, name: str
) -> None:
    """Catches a seal that nobody looked at (Data Resource has one for one file)."""
    parts = {"a.csv": f"{HEAD}\n".encode(), "b.csv": f"{HEAD}\n".encode()}
    seal: dict[str, Any] = {"bytes": 1, "hash": "0" * 32}
    assert validate(package(tmp_path, parts, **{name: seal[name]})).by_rule == {"not-checked": 1}


@pytest.mark.parametrize("algorithm", ["md5", "sha224", "sha3_256", "blake2b"])
@pytest.mark.parametrize("right", [True, False])
def test_every_algorithm_of_python_is_known(tmp_path: Path, algorithm: str, right: bool) -> None:
    """Catches a right hash that is refused, or a wrong one that passes."""
    data = f"{HEAD}\n".encode()
    digest = hashlib.new(algorithm, data if right else b"").hexdigest()
    report = validate(package(tmp_path, {"g.csv": data}, hash=f"{algorithm}:{digest}"))
    assert report.by_rule == ({} if right else {"resource-hash": 1})


def test_an_unknown_hash_algorithm_is_reported_as_unsupported(tmp_path: Path) -> None:
    """Catches a hash that is called wrong, or right, though nobody can tell."""
    report = validate(package(tmp_path, {"g.csv": f"{HEAD}\n".encode()}, hash="crc32:0"))
    assert report.by_rule == {"not-checked": 1}


def test_each_hash_of_a_file_is_compared(tmp_path: Path) -> None:
    """Catches a file that is hashed for one of its resources only."""
    data = f"{HEAD}\n".encode()
    root = package(tmp_path, {"g.csv": data}, hash=f"sha256:{hashlib.sha256(data).hexdigest()}")
    described = json.loads((root / "datapackage.json").read_text())
    described["resources"].append({"name": "same", "path": "g.csv", "hash": "md5:0"})
    (root / "datapackage.json").write_text(json.dumps(described))
    assert validate(root, ignore=["not-checked"]).by_rule == {"resource-hash": 1}


def test_the_null_sequence_of_a_dialect_is_a_missing_value(tmp_path: Path) -> None:
    """Catches a dialect of which one part is read and another not."""
    data = f"{HEAD}\nG1,M,NA\nNA,M,3\n".encode()
    files = {"g.csv": data, "dialect.json": b'{"nullSequence": "NA"}'}
    root = package(tmp_path, files, path="g.csv", dialect="dialect.json")
    assert sorted((f.rule, f.line) for f in validate(root)) == [
        ("cell-required", 3), ("primary-key", 3),
    ]  # fmt: skip
    (root / "g.csv").write_text(f"{HEAD}\nG1,M,NA\n")
    with kzdata.load(root) as kz:
        assert [row.level for row in kz.gauges] == [None]
        assert kz.sql("select level from gauges").rows() == [(None,)]


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_quotation_mark_in_a_comment_is_a_character(tmp_path: Path, bom: bytes) -> None:
    """Catches rows that are taken for part of a comment, and so are never looked at."""
    marked = '# 5" pipes'
    data = "\n".join([marked, HEAD, marked, "G1,M,-1", marked, "G2,M,1", '# "', "G3,M,-1", ""])
    root = package(tmp_path, {"g.csv": bom + data.encode()}, dialect={"commentChar": "#"})
    assert [(f.rule, f.line) for f in validate(root)] == [("cell-minimum", 4), ("cell-minimum", 8)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("inside", ["\n", "\r\n"])
@pytest.mark.parametrize("other", ["M", "M\x07"])
def test_line_ends_in_cells_are_kept_in_mended_tables(
    tmp_path: Path, end: str, inside: str, other: str
) -> None:
    """Catches a mended table that is not checked for the line ends in its first cell; or a line
    end that is a control character where the file has another one.
    """
    rows = [f'"G1","a{inside}b",1', "", f"G2,{other},-1", ""]
    report = validate(package(tmp_path, {"g.csv": end.join([HEAD, *rows]).encode()}))
    wrong = [("cell-control-character", 5)] if "\x07" in other else []
    found = sorted((f.rule, f.line) for f in report)
    assert found == [*wrong, ("cell-minimum", 5), ("csv-blank-line", 4)]


@pytest.mark.parametrize(
    "dialect",
    [
        {"header": "false"},
        {"skipInitialSpace": "false"},
        {"doubleQuote": "no"},
        {"commentChar": ["#"]},
        {"nullSequence": ["NA"]},
        {"headerJoin": 7},
        {"headerRows": [1, 0]},
        {"commentRows": [1.5]},
        {"sheetNumber": True},
        {"itemKeys": [1]},
    ],
    ids=repr,
)
def test_a_broken_property_of_a_dialect_hides_nothing(
    tmp_path: Path, dialect: dict[str, Any]
) -> None:
    """Catches a property that is taken for what it is not, or that has the others dropped."""
    text = f"{HEAD}\nG1,M,-1\n".replace(",", ";").encode()
    report = validate(package(tmp_path, {"g.csv": text}, dialect=dialect | {"delimiter": ";"}))
    assert [(f.rule, f.line) for f in report if f.rule != "descriptor"] == [("cell-minimum", 2)]
    (fault,) = (f for f in report if f.rule == "descriptor")
    (name,) = dialect
    assert (fault.field or "").startswith(f"resources[0].dialect.{name}")


def test_what_a_broken_dialect_brings_is_not_said_again(tmp_path: Path) -> None:
    """Catches a header that is called wrong because nobody knows the delimiter."""
    text = f"{HEAD}\nG1,M,1\n".replace(",", ";").encode()
    report = validate(package(tmp_path, {"g.csv": text}, dialect={"delimiter": 1}))
    assert report.by_rule == {"descriptor": 1}
    assert report.unchecked == (
        "g.csv: its rows: the dialect is broken, and the header is not that of the schema; "
        "mend that first",
    )


@pytest.mark.parametrize(
    "dialect",
    [
        {"delimiter": ""},
        {"delimiter": "\n"},
        {"delimiter": '","'},
        {"quoteChar": ","},
        {"escapeChar": ","},
        {"lineTerminator": ""},
        {"lineTerminator": ",,"},
        {"delimiter": "-" * 1_001},
        {"headerRows": [*range(1, 102)]},
        {"commentRows": [*range(1, 10_002)]},
    ],
    ids=lambda dialect: repr(dialect)[:40],
)
def test_a_dialect_that_cannot_be_read_is_not_checked(
    tmp_path: Path, dialect: dict[str, Any]
) -> None:
    """Catches a legal dialect that is called wrong, or that is taken for another one."""
    report = validate(package(tmp_path, {"g.csv": b"no,such,header\n"}, dialect=dialect))
    assert (report.by_rule, report.rows) == ({"not-checked": 1}, {})
    with kzdata.load(tmp_path) as kz:
        assert not kz.tables


def test_a_dialect_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Catches a message with a path of this machine, or a table that nobody looks at."""
    data = {"g.csv": f"{HEAD}\nG1,M,-1\n".encode()}
    report = validate(package(tmp_path, data, dialect="dialect.json"))
    assert report.by_rule == {"cell-minimum": 1, "descriptor": 1}
    (fault,) = (f for f in report if f.rule == "descriptor")
    assert str(tmp_path) not in fault.expected
    assert "dialect.json" in fault.found


@pytest.mark.parametrize(
    ("data", "resource"),
    [
        ("gauge,place,level\nG1,Møn,3\n".encode(), {"encoding": "us-ascii"}),
        (b"\x1f\x8bnot gzip", {}),
        (gzip.compress(b"gauge,place,level\n" * 9, mtime=0)[:20], {}),
        (b"\xff\xfe\x00", {"encoding": "utf-16"}),
        (b"gauge,place,level\n", {"dialect": "../elsewhere.json"}),
    ],
    ids=["not-ascii", "not-gzip", "cut-off", "not-utf-16", "outside"],
)
def test_what_cannot_be_read_is_a_finding(
    tmp_path: Path, data: bytes, resource: dict[str, Any]
) -> None:
    """Catches a traceback, or silence, where a file cannot be unpacked or decoded."""
    name = "g.csv" if resource else "g.csv.gz"
    report = validate(package(tmp_path, {name: data}, **resource))
    assert not report.valid


def test_a_gzip_bomb_is_not_read(tmp_path: Path) -> None:
    """Catches a compressed file that fills the disk."""
    place = package(tmp_path, {"g.csv.gz": gzip.compress(b"G1,,1\n" * 1_000_000)})
    report = validate(place, package_limits=PackageLimits(unpacked=1 << 20))
    assert [finding.rule for finding in report] == ["not-checked"]


@pytest.mark.parametrize(
    ("demand", "header", "valid"),
    [
        ("exact", "gauge,place,level", True),
        ("exact", "place,gauge,level", False),
        ("equal", "place,gauge,level", True),
        ("equal", "place,gauge", False),
        ("equal", "place,gauge,level,more", False),
        ("subset", "more,level,gauge,place", True),
        ("subset", "more,gauge,place", False),
        ("superset", "level,gauge", True),
        ("superset", "level,place", False),
        ("superset", "level,gauge,more", False),
        ("partial", "gauge,more", True),
        ("partial", "more", False),
        ("equal", "gauge,gauge,place,level", False),
    ],
)
def test_fields_match_is_honoured(tmp_path: Path, demand: str, header: str, valid: bool) -> None:
    """Catches a header that `fieldsMatch` refuses, or one that it takes (Table Schema v2)."""
    cells = {"gauge": "G1", "place": "Møn", "level": "3", "more": "x"}
    row = ",".join(cells[name] for name in header.split(","))
    data = f"{header}\n{row}\n".encode()
    report = validate(package(tmp_path, {"g.csv": data}, {"fieldsMatch": [demand]}))
    assert report.valid is valid, list(report)


def test_a_fault_in_another_order_of_columns_is_placed(tmp_path: Path) -> None:
    """Catches a column that is counted in the schema's order instead of the file's."""
    data = b"level,more,gauge,place\n1,x,G1,a\n-2,y,G2,b\n"
    (found,) = validate(package(tmp_path, {"g.csv": data}, {"fieldsMatch": "subset"}))
    assert (found.line, found.column, found.record, found.found) == (3, 1, "G2", "-2")
