"""What `kzdata export` writes, read back by libraries that know nothing of kzdata."""

import csv
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from kzdata.exports import FORMATS, Exporter, exporter
from kzdata.standard.dataset import Dataset
from packages import Folder, Spec, build, column, columns, key
from strategies import hazard_text

TABULAR = ("duckdb", "sqlite", "parquet", "xlsx")
GEOGRAPHIC = ("geojson", "geoparquet")
Cells = dict[str, list[list[str]]]
"""All tables: the rows of each as the texts of its cells."""


def cells_of(root: Path) -> Cells:
    """The cells of a package's CSV files, by the standard library."""
    found = {}
    for entry in Folder(root).tables():
        text = (root / entry["path"]).read_bytes().decode("utf-8")
        found[entry["name"]] = list(csv.reader(io.StringIO(text, newline="")))[1:]
    return found


# ------------------------------------------------------------------------------ reading back


def printed(value: Any, empty: str) -> str:
    """A value as docs/export.md says that it is printed."""
    if value is None:
        return empty
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)


class Held(NamedTuple):
    """A table as a database holds it: values by row, and what stands for no value by column."""

    names: list[str]
    rows: list[tuple[Any, ...]]
    empty: list[str]
    truths: list[bool]


def texts(held: Held, spelled: Mapping[tuple[int, str], str]) -> list[list[str]]:
    rows = []
    for number, row in enumerate(held.rows, 1):
        values = [
            bool(value) if truth and value is not None else value
            for value, truth in zip(row, held.truths, strict=True)
        ]
        cells = [printed(value, empty) for value, empty in zip(values, held.empty, strict=True)]
        rows.append([spelled.get((number, n), c) for n, c in zip(held.names, cells, strict=True)])
    return rows


def from_sql(ask: Callable[[str], list[tuple[Any, ...]]], ours: str) -> Cells:
    """The cells of an SQL database, as its own tables `kzdata_*` say how to read them."""
    found = {}
    for table, resource in ask(f"SELECT table_name, resource FROM {ours}"):
        described = [
            row[1:]
            for row in ask("SELECT table_name, column_name, held_as, no_value FROM kzdata_columns")
            if row[0] == table
        ]
        spelled = {
            (number, name): cell
            for place, number, name, cell in ask("SELECT * FROM kzdata_spellings")
            if place == table
        }
        rows = ask(f"SELECT * FROM {quoted(table)}")
        empty = [(json.loads(row[2]) or [""])[0] for row in described]
        truths = [row[1] == "boolean" for row in described]
        found[resource] = texts(Held([row[0] for row in described], rows, empty, truths), spelled)
    return found


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def from_duckdb(out: Path, ours: str = "kzdata_tables") -> Cells:
    with closing(duckdb.connect(str(out), read_only=True)) as connection:
        return from_sql(lambda sql: connection.execute(sql).fetchall(), ours)


def from_sqlite(out: Path, ours: str = "kzdata_tables") -> Cells:
    with closing(sqlite3.connect(out)) as connection:
        return from_sql(lambda sql: connection.execute(sql).fetchall(), ours)


def from_parquet(out: Path, root: Path) -> Cells:
    """The cells of Parquet files; what stood for no value is told by the CSV package alone."""
    resources = json.loads((out / "datapackage.json").read_bytes())["resources"]
    files = {entry["name"]: pq.ParquetFile(out / entry["path"]).read() for entry in resources}
    spellings = files.pop("kzdata_spellings", None)
    spelled = [row.values() for row in spellings.to_pylist()] if spellings else []
    found = {}
    for name, table in files.items():
        held = Held(
            table.schema.names,
            list(zip(*(c.to_pylist() for c in table.columns), strict=True)),
            missing(root, name),
            [False] * table.num_columns,
        )
        found[name] = texts(held, {(r, f): text for n, r, f, text in spelled if n == name})
    return found


def missing(root: Path, table: str) -> list[str]:
    """What stands for no value in each column: the first of the missing values."""
    schema = Folder(root).schema(table)
    common = schema.get("missingValues", [""])
    return [([*field.get("missingValues", common), ""])[0] for field in schema["fields"]]


def workbook(out: Path) -> Any:
    return openpyxl.load_workbook(io.BytesIO(out.read_bytes()))


def from_xlsx(out: Path, root: Path) -> Cells:
    book = workbook(out)
    about = list(book["About"].iter_rows(values_only=True))
    start = next(place for place, row in enumerate(about) if row[0] == "sheet")
    found = {}
    for sheet, table in (row[:2] for row in about[start + 1 :]):
        empty = missing(root, unescaped(table))
        rows = list(book[unescaped(sheet)].iter_rows(min_row=2, max_col=len(empty)))
        found[unescaped(table)] = [
            [from_cell(cell, no) for cell, no in zip(row, empty, strict=True)] for row in rows
        ]
    return found


def unescaped(text: str) -> str:
    """A string of a workbook: OOXML's escapes resolved, then our apostrophe taken away."""
    text = re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match.group(1), 16)), text)
    return text.removeprefix("'")


def from_cell(cell: Any, empty: str) -> str:
    assert cell.data_type in "nsdb", cell.data_type
    if cell.value is None:
        return empty
    if isinstance(cell.value, str):
        return unescaped(cell.value)
    if cell.data_type == "n":
        places = len(cell.number_format.partition(".")[2])
        return f"{cell.value:.{places}f}"
    if cell.data_type == "d":
        return str(
            cell.value.isoformat().removesuffix("T00:00:00")
            if cell.number_format == "yyyy-mm-dd"
            else cell.value.isoformat()
        )
    return printed(cell.value, empty)


def read_back(form: str, out: Path, root: Path, **named: str) -> Cells:
    if form == "duckdb":
        return from_duckdb(out, **named)
    if form == "sqlite":
        return from_sqlite(out, **named)
    return from_parquet(out, root) if form == "parquet" else from_xlsx(out, root)


def exported(root: Path | None, form: str, out: Path, **options: Any) -> Path:
    with kzdata.load(root) as kz:
        return kz.export(form, out, **options)


@pytest.mark.parametrize("form", TABULAR)
def test_the_shipped_package_comes_back_letter_by_letter(
    form: str, package: Path, tmp_path: Path
) -> None:
    """Catches a cell that is rounded, trimmed, or empty where it was not."""
    out = exported(package, form, tmp_path / "out")
    assert read_back(form, out, package) == cells_of(package)


@pytest.mark.parametrize("form", TABULAR)
def test_an_invented_package_comes_back_letter_by_letter(
    form: str, island: Folder, tmp_path: Path
) -> None:
    """Catches an export that works by the names of our own tables."""
    out = exported(island.root, form, tmp_path / "out")
    assert read_back(form, out, island.root) == cells_of(island.root)


# ------------------------------------------------------------------------------ any table

NUMBERS = ["1.10", "007", "+5", "-0", "1e3", "1E-7", "-.5", "5.", "0.1", "100000000000000000000"]
NUMBERS += ["12345678901234567890.123", "9007199254740993", "1e400", "43.25249", "-3", "0"]
CELLS: dict[str, list[str]] = {
    "integer": ["0", "-1", "007", "+5", "-0", str(2**53 + 1), str(2**63 - 1), "12"],
    "number": NUMBERS,
    "boolean": ["true", "false", "1", "0", "True", "FALSE"],
    "date": ["2022-01-05", "1900-02-28", "1899-12-31", "0001-01-01", "9999-12-31", "1900-03-01"],
    "time": ["00:00:00", "23:59:59", "12:30:00.5", "12:30:00.500000"],
    "datetime": ["2022-01-05T07:00:00", "2022-01-05T07:00:00.123456", "1850-01-01T00:00:00",
                 "2022-01-05T00:00:00"],
    "year": ["2022", "0045", "-44"],
}  # fmt: skip
UNUSUAL: dict[str, list[str]] = {
    "integer": [str(2**63), "1" * 60],
    "date": ["-0044-03-15"],
    "datetime": ["2022-01-05T07:00:00Z", "2022-01-05T07:00:00+06:00"],
    "time": ["07:00:00Z"],
}
"""Right by the schema, or not, but nothing that a database holds as such."""
KINDS = ["string", "any", "duration", "object", *CELLS]
MISSING = [[""], ["", "-"], ["-", ""], ["NA"], []]


def cell_texts() -> st.SearchStrategy[str]:
    """Cells of text: hazards, what begins a formula, escapes of OOXML."""
    nasty = ["", "-", "NA", "=1+1", "+1", "-1", "@SUM(A1)", "'", "''", "'=1", "\t=1", "_x0041_"]
    nasty += ["=cmd|' /C calc'!A0", "\uff1d1", " lead", "trail ", "1.10", "\r\n", "\uffff"]
    hazards = hazard_text(max_size=12).map(lambda text: re.sub("\0|\r(?!\n)", "", text))
    return st.sampled_from(nasty) | hazards


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, Any], list[list[str]]]:
    """A schema and rows: right ones, odd ones, and missing values of several kinds."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
    absent = draw(st.sampled_from(MISSING))
    odd = draw(st.booleans())
    cells = []
    for kind in kinds:
        known = CELLS.get(kind, []) + (UNUSUAL.get(kind, []) if odd else [])
        values = st.sampled_from(known) if known else cell_texts()
        cells.append(values | st.sampled_from(absent) if absent else values)
    rows = draw(st.lists(st.tuples(*cells).map(list), max_size=8))
    fields = [column(f"c{place}", kind) for place, kind in enumerate(kinds)]
    return {"fields": fields, "missingValues": absent}, rows


@pytest.mark.parametrize("form", TABULAR)
@given(table=tables())
@settings(max_examples=40)
def test_any_table_comes_back_letter_by_letter(
    form: str,
    table: tuple[dict[str, Any], list[list[str]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Catches 1.10 that becomes 1.1, NULL that becomes an empty text, and a lost digit."""
    folder = tmp_path_factory.mktemp("any")
    schema, rows = table
    root = build(folder / "package", [Spec("t", schema, rows)]).root
    out = exported(root, form, folder / "out")
    assert read_back(form, out, root) == cells_of(root) == {"t": rows}


@pytest.mark.parametrize("form", TABULAR)
def test_rows_of_empty_cells_are_kept(form: str, tmp_path: Path) -> None:
    """Catches a last row that a spreadsheet does not count."""
    schema = {"fields": columns("a b")}
    rows = [["", ""], ["x", ""], ["", ""], ["", ""]]
    root = build(tmp_path / "p", [Spec("t", schema, rows)]).root
    out = exported(root, form, tmp_path / "out")
    assert read_back(form, out, root) == {"t": rows}


def single(root: Path, kind: str, cells: Sequence[str], **more: Any) -> Path:
    """A package of one table with one column `c`."""
    field = column("c", kind) | more
    return build(root, [Spec("t", {"fields": [field]}, [[cell] for cell in cells])]).root


@pytest.mark.parametrize(
    ("kind", "cells", "more", "sql", "values"),
    [
        ("integer", ["1", "007"], {}, "BIGINT", [1, 7]),
        ("integer", ["1,000"], {"groupChar": ","}, "BIGINT", [1000]),
        ("integer", ["EUR 95"], {"bareNumber": False}, "BIGINT", [95]),
        ("integer", ["1", "9" * 30], {}, "VARCHAR", ["1", "9" * 30]),
        ("number", ["1.10", "2"], {}, "DOUBLE", [1.1, 2.0]),
        ("number", ["1,5"], {"decimalChar": ","}, "DOUBLE", [1.5]),
        ("number", ["95.5%"], {"bareNumber": False}, "DOUBLE", [95.5]),
        ("boolean", ["ja", "nein"], {"trueValues": ["ja"], "falseValues": ["nein"]}, "BOOLEAN",
         [True, False]),
        ("date", ["05.01.2022"], {"format": "%d.%m.%Y"}, "DATE", [date(2022, 1, 5)]),
        ("datetime", ["2022-01-05T07:00:00"], {}, "TIMESTAMP", [datetime(2022, 1, 5, 7)]),
        ("datetime", ["2022-01-05T07:00:00Z"], {}, "VARCHAR", ["2022-01-05T07:00:00Z"]),
        ("time", ["07:30:00"], {}, "TIME", [time(7, 30)]),
        ("year", ["2022"], {}, "BIGINT", [2022]),
    ],
)  # fmt: skip
def test_columns_are_typed(
    kind: str, cells: list[str], more: dict[str, Any], sql: str, values: list[Any], tmp_path: Path
) -> None:
    """Catches a database of texts, and a type that cannot hold what it is given."""
    root = single(tmp_path / "p", kind, cells, **more)
    out = exported(root, "duckdb", tmp_path / "out.duckdb")
    with closing(duckdb.connect(str(out), read_only=True)) as connection:
        assert connection.execute("SELECT c FROM t").fetchall() == [(v,) for v in values]
        found = connection.execute("SELECT column_type FROM (DESCRIBE t)").fetchone()
        assert found == (sql,)
        told = connection.execute("SELECT reason FROM kzdata_columns").fetchone()
    assert told
    assert bool(told[0]) == (sql == "VARCHAR")


# ------------------------------------------------------------------------------ SQL


def test_sqlite_enforces_foreign_keys(package: Path, tmp_path: Path) -> None:
    """Catches keys that stand in the definition and mean nothing."""
    out = exported(package, "sqlite", tmp_path / "kz.sqlite")
    with closing(sqlite3.connect(out)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for statement in (
            "UPDATE events SET place_id = 'nowhere' WHERE event_id = 'EV-0002'",
            "DELETE FROM source_spans WHERE span_id = 'SP-0001'",
            "UPDATE casualty_reports SET outcome = 'sad'",
            "UPDATE casualty_reports SET event_id = NULL",
            "UPDATE places SET latitude = 91 WHERE place_id = 'almaty'",
            "INSERT INTO sources SELECT * FROM sources",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)


def declared_keys(package: Path) -> int:
    folder = Folder(package)
    names = [entry["name"] for entry in folder.tables()]
    return sum(len(folder.schema(name).get("foreignKeys", [])) for name in names)


def test_sqlite_has_every_foreign_key(package: Path, tmp_path: Path) -> None:
    """Catches a key that was left out without need."""
    out = exported(package, "sqlite", tmp_path / "kz.sqlite")
    with closing(sqlite3.connect(out)) as connection:
        names = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'kzdata_%'"
            )
        ]
        pairs = [connection.execute(f"PRAGMA foreign_key_list({n})").fetchall() for n in names]
        left = connection.execute("SELECT reason FROM kzdata_constraints WHERE NOT held").fetchall()
    assert sum(len({row[0] for row in keys}) for keys in pairs) == declared_keys(package)
    assert {reason for (reason,) in left} == {"the database has no regular expressions"}


def test_sqlite_keeps_comments(package: Path, tmp_path: Path) -> None:
    """Catches a database whose columns nobody explains."""
    out = exported(package, "sqlite", tmp_path / "kz.sqlite")
    field = Folder(package).schema("places")["fields"][7]
    with closing(sqlite3.connect(out)) as connection:
        query = "SELECT sql FROM sqlite_master WHERE name = 'places'"
        definition = connection.execute(query).fetchone()[0]
        query = "SELECT description, unit FROM kzdata_columns WHERE column_name = 'latitude'"
        told = connection.execute(query).fetchone()
    assert told == (field["description"], field["unit"])
    assert field["description"] in definition


def test_duckdb_has_keys_and_comments(package: Path, tmp_path: Path) -> None:
    """Catches a file of bare tables."""
    out = exported(package, "duckdb", tmp_path / "kz.duckdb")
    with closing(duckdb.connect(str(out))) as connection:
        ask = connection.execute
        kinds = dict(
            ask(
                "SELECT constraint_type, count(*) FROM duckdb_constraints() GROUP BY ALL"
            ).fetchall()
        )
        assert kinds["PRIMARY KEY"] == 23
        left = ask("SELECT clause FROM kzdata_constraints WHERE NOT held").fetchall()
        assert kinds["FOREIGN KEY"] + len(left) == declared_keys(package)
        comment = ask(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'events' "
            "AND column_name = 'place_id'"
        ).fetchone()
        assert comment
        assert "as precisely as the articles say" in comment[0]
        uncommented = ask(
            "SELECT table_name FROM duckdb_tables() WHERE comment IS NULL "
            "AND table_name NOT LIKE 'kzdata_%'"
        ).fetchall()
        assert uncommented == []
        facts = dict(ask("SELECT name, value FROM kzdata_metadata").fetchall())
        assert facts["version"] == kzdata.__version__
        with pytest.raises(duckdb.ConstraintException):
            ask("UPDATE events SET place_id = 'nowhere' WHERE event_id = 'EV-0002'")


# The older DuckDB is that of another Python: one process cannot have two.
OLDER_DUCKDB = "KZDATA_OLDER_DUCKDB"
DUMP = """
import json, sys
import duckdb
ask = duckdb.connect(sys.argv[1], read_only=True).execute
names = ask("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
print(json.dumps({n: repr(ask(f'FROM "{n}" ORDER BY ALL').fetchall()) for (n,) in names}))
"""


@pytest.mark.parametrize("least", [0, 1 << 30], ids=["large", "small"])
def test_a_duckdb_file_is_of_the_storage_of_1_2(
    island: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    """Catches a file that only the newest DuckDB opens.

    Source: DuckDB, "Storage Versions and Format": the file says its storage version behind the
    letters DUCK, and 65 is that of 1.2.0.
    """
    monkeypatch.setattr("kzdata.exports.tables.databases.SMALL_BYTES", least)
    head = exported(island.root, "duckdb", tmp_path / "out.duckdb").read_bytes()[:20]
    assert (head[8:12], int.from_bytes(head[12:], "little")) == (b"DUCK", 65)


@pytest.mark.parametrize("least", [0, 1 << 30], ids=["large", "small"])
@pytest.mark.parametrize("name", ["shipped", "island"])
def test_an_older_duckdb_reads_the_same(
    island: Folder,
    package: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    least: int,
) -> None:
    """Catches a file that DuckDB 1.2 opens and reads otherwise."""
    if not (older := os.environ.get(OLDER_DUCKDB)):
        pytest.skip(f"set {OLDER_DUCKDB} to a Python that has duckdb 1.2")
    monkeypatch.setattr("kzdata.exports.tables.databases.SMALL_BYTES", least)
    root = package if name == "shipped" else island.root
    out = exported(root, "duckdb", tmp_path / "out.duckdb")
    read = [
        subprocess.run([python, "-c", DUMP, out], capture_output=True, text=True, check=True).stdout
        for python in (older, sys.executable)
    ]
    assert read[0] == read[1]
    assert len(json.loads(read[0])) > 10


@pytest.mark.parametrize("form", ["duckdb", "sqlite"])
def test_a_constraint_that_rows_break_is_left_out_and_reported(form: str, tmp_path: Path) -> None:
    """Catches an export that fails on a dirty package, or hides what is wrong with it."""
    child = {
        "fields": [column("id"), column("to"), column("n", "integer", maximum=5, required=True)],
        "primaryKey": "id",
        "foreignKeys": [key("to", "parents", "id"), key("to", "", "id")],
    }
    parents = {"fields": [column("id", unique=True)], "primaryKey": "id"}
    specs = [
        Spec("children", child, [["a", "x", "9"], ["a", "gone", ""], ["b", "", "3"]]),
        Spec("parents", parents, [["x"], ["y"]]),
    ]
    root = build(tmp_path / "p", specs).root
    out = exported(root, form, tmp_path / "out")
    sql = "SELECT clause, reason FROM kzdata_constraints WHERE NOT held ORDER BY 1"
    connect: Any = duckdb.connect if form == "duckdb" else sqlite3.connect
    with closing(connect(str(out))) as connection:
        left = dict(connection.execute(sql).fetchall())
        kept = connection.execute(sql.replace("NOT held", "held")).fetchall()
    assert left == {
        'CHECK ("n" <= 5)': "broken 1 times",
        'FOREIGN KEY ("to") REFERENCES "children" ("id")': "what it leads to is not unique",
        'FOREIGN KEY ("to") REFERENCES "parents" ("id")': "broken 1 times",
        'PRIMARY KEY ("id")': "broken 1 times",
        "n NOT NULL": "broken 1 times",
    }
    assert ('PRIMARY KEY ("id")', None) in kept
    assert read_back(form, out, root) == cells_of(root)


@pytest.mark.parametrize("form", ["duckdb", "sqlite"])
def test_tables_may_refer_to_each_other_in_a_cycle(form: str, tmp_path: Path) -> None:
    """Catches a search for an order that never ends, or an order that does not exist."""
    hen = {
        "fields": columns("id from"),
        "primaryKey": "id",
        "foreignKeys": [key("from", "eggs", "id")],
    }
    egg = hen | {"foreignKeys": [key("from", "hens", "id")]}
    rows = [["1", "2"], ["2", "1"]]
    root = build(tmp_path / "p", [Spec("hens", hen, rows), Spec("eggs", egg, rows)]).root
    out = exported(root, form, tmp_path / "out")
    assert read_back(form, out, root) == cells_of(root)


@pytest.mark.parametrize("form", ["duckdb", "sqlite"])
def test_a_foreign_key_may_order_its_columns_otherwise(form: str, tmp_path: Path) -> None:
    """Catches a foreign key whose columns stand in another order than the key's."""
    parent = {"fields": [column("a", "integer"), column("b")], "primaryKey": ["a", "b"]}
    child = {
        "fields": [column("y"), column("x", "integer")],
        "foreignKeys": [key("y x", "parents", "b a")],
    }
    specs = [Spec("kids", child, [["u", "01"], ["", "5"]]), Spec("parents", parent, [["1", "u"]])]
    root = build(tmp_path / "p", specs).root
    out = exported(root, form, tmp_path / "out")
    connect: Any = duckdb.connect if form == "duckdb" else sqlite3.connect
    with closing(connect(str(out))) as connection:
        assert (
            connection.execute("SELECT * FROM kzdata_constraints WHERE NOT held").fetchall() == []
        )
    assert read_back(form, out, root) == cells_of(root)


# ------------------------------------------------------------------------------ hostile names

NAMES = [
    'x"; DROP TABLE kzdata_metadata; --',
    "select",
    "sqlite_master",
    "kzdata_tables",
    "../../escape",
    "/etc/passwd",
    "C:\\nul",
    "con",
    "a" * 40,
    "a" * 31 + "b",
    "A" + "a" * 33,
    "[x]:*?/\\",
    "'quoted'",
    "History",
    "About",
    "=1+1",
    "\U0001f600" * 20,
    "naïve name",
    ".",
    " ",
]


@pytest.mark.parametrize("form", TABULAR)
def test_hostile_names_stay_names(form: str, tmp_path: Path) -> None:
    """Catches a name that runs, escapes its directory, or swallows another table."""
    bad = ['"; DROP TABLE t; --', "=cmd|' /C calc'!A0", "order", "rowid", "a\tb", "'", "--"]
    schema = {"fields": [column(name) for name in bad], "description": "*/ ); DROP --\nx"}
    rows = [[f"{place}" for place in range(len(bad))]]
    (tmp_path / "p").mkdir()
    specs = [Spec(f"t{place}", schema, rows) for place in range(len(NAMES))]
    folder = build(tmp_path / "p", specs)

    def rename(described: dict[str, Any]) -> None:
        for entry, name in zip(described["resources"], NAMES, strict=True):
            entry["name"] = name

    folder.describe(rename)
    before = sorted(tmp_path.rglob("*"))
    (tmp_path / "inside").mkdir()
    out = exported(folder.root, form, tmp_path / "inside" / "out")
    named = {"ours": "kzdata_tables_2"} if form in ("duckdb", "sqlite") else {}
    assert read_back(form, out, folder.root, **named) == dict.fromkeys(NAMES, rows)
    outside = [path for path in tmp_path.rglob("*") if tmp_path / "inside" not in path.parents]
    assert sorted(set(outside) - {tmp_path / "inside"}) == before


# ------------------------------------------------------------------------------ Parquet


def test_parquet_is_a_valid_package(package: Path, tmp_path: Path) -> None:
    """Catches a descriptor that describes the CSV files."""
    out = exported(package, "parquet", tmp_path / "out")
    report = kzdata.validate(out)
    assert report.valid, report.findings[:3]
    assert report.receipts.required == kzdata.validate(package).receipts.required
    with kzdata.load(out) as kz:
        assert len(kz.table("events")) == 203


def test_parquet_files_know_where_they_come_from(package: Path, tmp_path: Path) -> None:
    """Catches a file that, copied out of its directory, nobody can place."""
    import hashlib

    out = exported(package, "parquet", tmp_path / "out")
    file = pq.ParquetFile(out / "places.parquet")
    known = {name.decode(): text.decode() for name, text in file.metadata.metadata.items()}
    assert (known["kzdata:package"], known["kzdata:version"]) == ("kzdata", kzdata.__version__)
    sealed = hashlib.sha256((package / "data/places.csv").read_bytes()).hexdigest()
    assert [entry["sha256"] for entry in json.loads(known["kzdata:csv"])] == [sealed]
    schema = json.loads(known["kzdata:schema"])
    assert schema == Folder(package).schema("places")
    assert file.schema_arrow.field("latitude").type == "double"
    assert file.schema_arrow.field("latitude").metadata[b"unit"] == b"degrees"


def test_parquet_of_formatted_values_is_valid(tmp_path: Path) -> None:
    """Catches a schema that demands of typed values the format that they had in CSV."""
    fields = [
        column("day", "date", minimum="01.01.2000") | {"format": "%d.%m.%Y"},
        column("n", "number") | {"decimalChar": ",", "groupChar": "."},
        column("yes", "boolean") | {"trueValues": ["ja"], "falseValues": ["nein"]},
        column("at", "datetime"),
        column("hour", "time"),
        column("code", "integer"),
    ]
    rows = [
        ["05.01.2022", "1.000,50", "ja", "2022-01-05T07:00:00", "07:30:00", "9" * 25],
        ["-", "-", "-", "-", "-", "-"],
    ]
    root = build(tmp_path / "p", [Spec("t", {"fields": fields, "missingValues": ["-"]}, rows)]).root
    assert kzdata.validate(root).valid
    out = exported(root, "parquet", tmp_path / "out")
    report = kzdata.validate(out)
    assert report.valid, report.findings
    assert sorted(path.name for path in out.iterdir()) == [
        "datapackage.json", "kzdata_spellings.parquet", "t.parquet"
    ]  # fmt: skip


# ------------------------------------------------------------------------------ Excel


def test_no_cell_of_a_workbook_runs(tmp_path: Path) -> None:
    """Catches a formula, here and in a CSV file that is saved from it."""
    cells = ["=1+1", "+1", "-1", "@A1", "\t=1", "\r\n=1", '=HYPERLINK("http://x")', "{=1}", "'=1"]
    root = single(tmp_path / "p", "string", cells)
    out = exported(root, "xlsx", tmp_path / "out.xlsx")
    with zipfile.ZipFile(out) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8")
            assert "<f>" not in text
            assert "<f " not in text
            assert "hyperlink" not in text.lower() or "worksheets" not in name or "=HYP" in text
    for sheet in workbook(out):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                saved = "" if cell.value is None else str(cell.value)
                assert not saved or saved[0] not in "=+-@\t\r\n"


def test_a_workbook_is_made_for_reading(package: Path, tmp_path: Path) -> None:
    """Catches a header that scrolls away, and a workbook without origin."""
    out = exported(package, "xlsx", tmp_path / "kz.xlsx")
    book = workbook(out)
    names = [entry["name"] for entry in Folder(package).tables()]
    assert book.sheetnames == ["About", "Data dictionary", *names]
    for name in names:
        sheet = book[name]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert all(5 < sheet.column_dimensions[letter].width < 62 for letter in "AB")
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert about["version"] == kzdata.__version__
    assert "CC-BY-4.0" in about["licence"]
    hashes = [row[5] for row in book["About"].iter_rows(values_only=True)]
    digests = [entry["hash"] for entry in Folder(package).tables()]
    assert [f"sha256:{found}" for found in hashes[-len(names) :]] == digests
    explained = [row[1] for row in book["Data dictionary"].iter_rows(min_row=2, values_only=True)]
    assert explained == [
        f["name"] for name in names for f in Folder(package).schema(name)["fields"]
    ]
    value = book["casualty_reports"]["G2"]
    assert (value.data_type, value.value) == ("n", 8)
    column = [cell.value for cell in book["casualty_reports"][1]].index("as_of")
    assert book["casualty_reports"][2][column].is_date


@pytest.mark.parametrize("text", ["x" * 32_768, "\U0001f600" * 16_384], ids=["letters", "astral"])
def test_a_cell_too_long_for_a_workbook_is_refused(text: str, tmp_path: Path) -> None:
    """Catches a text that is cut without a word."""
    root = single(tmp_path / "p", "string", ["fine", text])
    with pytest.raises(kzdata.UsageError, match=r"t, row 2, c: 32,768 characters"):
        exported(root, "xlsx", tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()
    out = exported(single(tmp_path / "q", "string", [text[:-1]]), "xlsx", tmp_path / "out.xlsx")
    assert from_xlsx(out, tmp_path / "q") == {"t": [[text[:-1]]]}


def test_a_table_too_large_for_a_sheet_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches rows that fall off the end of a sheet."""
    monkeypatch.setattr("kzdata.exports.tables.workbook.MAX_ROWS", 3)
    root = single(tmp_path / "p", "string", ["a", "b", "c"])
    with pytest.raises(kzdata.UsageError, match="t has 3 rows"):
        exported(root, "xlsx", tmp_path / "out.xlsx")


# ------------------------------------------------------------------------------ events on the map


def features(root: Path | None, tmp_path: Path) -> list[dict[str, Any]]:
    """The features, after the standard's model has checked them."""
    from geojson_pydantic import FeatureCollection

    out = exported(root, "geojson", tmp_path / "events.geojson", force=True)
    raw = json.loads(out.read_bytes())
    FeatureCollection.model_validate(raw)
    found: list[dict[str, Any]] = raw["features"]
    return found


def test_events_stand_where_their_places_are(package: Path, tmp_path: Path) -> None:
    """Catches latitude before longitude, and a point for a place that has none."""
    places = {row["place_id"]: row for row in Folder(package).rows("places")}
    events = Folder(package).rows("events")
    found = features(package, tmp_path)
    assert [feature["id"] for feature in found] == [event["event_id"] for event in events]
    for feature, event in zip(found, events, strict=True):
        place = places.get(event["place_id"])
        properties = feature["properties"]
        assert {name: properties[name] or "" for name in event} == event
        assert properties["place_kind"] == (place["kind"] if place else None)
        if place and place["longitude"]:
            point = [float(place["longitude"]), float(place["latitude"])]
            assert feature["geometry"] == {"type": "Point", "coordinates": point}
            assert properties["place_within"] is None
        else:
            assert feature["geometry"] is None
        assert not {"latitude", "longitude"} & set(properties["place"] or {})


def test_place_around_is_given_beside_and_only_where_stated(package: Path, tmp_path: Path) -> None:
    """Catches a point that is a city's where an airport is meant."""
    places = {row["place_id"]: row for row in Folder(package).rows("places")}
    found = {f["properties"]["place_id"]: f["properties"] for f in features(package, tmp_path)}
    within = found["almaty-airport"]["place_within"]
    assert within["place_id"] == places["almaty-airport"]["part_of_id"] == "almaty"
    assert within["longitude"] == float(places["almaty"]["longitude"])
    assert found["kazakhstan"]["place_within"] is None


def test_features_have_their_receipts(package: Path, tmp_path: Path) -> None:
    """Catches a map that nobody can trace."""
    found = features(package, tmp_path)
    with kzdata.load(package) as kz:
        for feature in found[:20]:
            traced = kz.trace(feature["id"])
            listed = feature["properties"]["receipts"]
            assert [(r.field, r.quote, r.link) for r in traced] == [
                (r["field"], r["quote"], r["link"]) for r in listed
            ]
    assert all(feature["properties"]["receipts"] for feature in found)


def test_geoparquet_is_the_same(package: Path, tmp_path: Path) -> None:
    """Catches two formats that tell two stories; read by GeoPandas and Shapely."""
    import geopandas

    found = features(package, tmp_path)
    out = exported(package, "geoparquet", tmp_path / "events.parquet")
    frame = geopandas.read_parquet(out)
    assert frame.crs.to_string() == "OGC:CRS84"
    points = [shape and [shape.x, shape.y] for shape in frame.geometry]
    assert points == [f["geometry"] and f["geometry"]["coordinates"] for f in found]
    metadata = json.loads(pq.read_schema(out).metadata[b"geo"])
    assert metadata["version"] == "1.1.0"
    assert metadata["columns"]["geometry"]["bbox"] == list(frame.total_bounds)
    for row, feature in zip(pq.read_table(out).to_pylist(), found, strict=True):
        del row["geometry"]
        same = {name: v.isoformat() if isinstance(v, date) else v for name, v in row.items()}
        assert same == feature["properties"]


def land(root: Path, places: list[list[str]], **declared: Any) -> Folder:
    """A package with places and a table of events, without evidence."""
    fields = [column("spot"), column("lat", "number"), column("lon", "number"), column("in")]
    schema = {
        "fields": fields,
        "primaryKey": "spot",
        "kzdata:parent": "in",
        "kzdata:places": {"id": "spot", "latitude": "lat", "longitude": "lon"},
    }
    happened = {
        "fields": [column("key", evidence="exempt"), *columns("where place receipts geometry")],
        "primaryKey": "key",
        "foreignKeys": [key("where", "spots", "spot")],
    } | declared
    rows = [[f"e{n}", place[0], "mine", "mine", "mine"] for n, place in enumerate(places)]
    return build(root, [Spec("spots", schema, places), Spec("happened", happened, rows)])


def test_map_of_other_names_and_columns_of_the_same_name(tmp_path: Path) -> None:
    """Catches an export that works by the names of our own columns, or overwrites others."""
    places = [["a", "1.5", "-2", ""], ["b", "", "", "a"], ["c", "", "", "d"], ["d", "", "", "c"]]
    folder = land(tmp_path / "p", [*places, ["None", "1", "1", ""]])
    folder.edit("happened", 4, "where", "")
    root = folder.root
    one, two, three, four, five = features(root, tmp_path)
    assert (five["geometry"], five["properties"]["place_"]) == (None, None)
    assert one["geometry"] == {"type": "Point", "coordinates": [-2, 1.5]}
    assert one["properties"]["place"] == "mine"
    assert one["properties"]["place_"] == {"spot": "a", "in": None}
    assert one["properties"]["receipts_"] == []
    assert two["geometry"] is None
    assert two["properties"]["place_within"]["spot"] == "a"
    assert three["properties"]["place_within"] is four["properties"]["place_within"] is None
    out = exported(root, "geoparquet", tmp_path / "out.parquet")
    assert pq.read_table(out).column("geometry").to_pylist() == ["mine"] * 5
    assert b"geometry_" in pq.read_schema(out).metadata[b"geo"]


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("91", "0"), ("0", "-181"), ("", "5"), ("5", ""), ("x", "1")]
)
def test_impossible_coordinates_are_refused(latitude: str, longitude: str, tmp_path: Path) -> None:
    """Catches a point in the middle of nowhere."""
    root = land(tmp_path / "p", [["a", latitude, longitude, ""]]).root
    with pytest.raises(kzdata.PackageError, match="spots, a: found longitude"):
        exported(root, "geojson", tmp_path / "out.geojson")


@pytest.mark.parametrize("form", GEOGRAPHIC)
def test_map_without_places_or_events_names_what_is_missing(
    form: str, island: Folder, tmp_path: Path
) -> None:
    """Catches an empty map of a package that declares no places."""
    with pytest.raises(kzdata.UsageError, match="declares no kzdata:places"):
        exported(island.root, form, tmp_path / "out")
    root = land(tmp_path / "p", [], **{"foreignKeys": []}).root
    with pytest.raises(kzdata.UsageError, match="no table of records with a foreign key to spots"):
        exported(root, form, tmp_path / "out")


# ------------------------------------------------------------------------------ the frame


@pytest.mark.parametrize("form", [name for name in FORMATS if name != "duckdb"])
def test_the_same_package_gives_the_same_bytes(form: str, package: Path, tmp_path: Path) -> None:
    """Catches a time of day or a random number in a file; DuckDB writes one of its own."""
    twice = [exported(package, form, tmp_path / name) for name in ("one", "two")]
    assert contents(twice[0]) == contents(twice[1])


def contents(out: Path) -> dict[str, bytes]:
    files = out.rglob("*") if out.is_dir() else [out]
    return {str(file.relative_to(out)): file.read_bytes() for file in files if file.is_file()}


@pytest.mark.parametrize("form", TABULAR)
def test_existing_file_is_replaced_only_with_force(
    form: str, island: Folder, tmp_path: Path
) -> None:
    """Catches a file of somebody's that is gone."""
    out = exported(island.root, form, tmp_path / "out")
    before = contents(out)
    with pytest.raises(kzdata.UsageError, match="is there already"):
        exported(island.root, form, out)
    assert contents(out) == before
    island.edit("gauges", 0, "name", "South")
    exported(island.root, form, out, force=True)
    assert contents(out) != before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["island", "out"]


def test_a_directory_with_other_files_is_never_replaced(island: Folder, tmp_path: Path) -> None:
    """Catches `--force` on a home directory."""
    out = exported(island.root, "parquet", tmp_path / "out")
    (out / "thesis.txt").write_text("years of work")
    with pytest.raises(kzdata.UsageError, match=r"holds other files, such as thesis\.txt"):
        exported(island.root, "parquet", out, force=True)
    with pytest.raises(kzdata.UsageError, match="is a directory"):
        exported(island.root, "sqlite", out, force=True)
    assert (out / "thesis.txt").read_text() == "years of work"
    file = exported(island.root, "sqlite", tmp_path / "file")
    with pytest.raises(kzdata.UsageError, match="is a file"):
        exported(island.root, "parquet", file, force=True)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Exporter:
    """A format that fails halfway."""

    @exporter("broken", suffix="")
    def write(dataset: Dataset, out: Path) -> None:
        """A format that fails halfway."""
        out.write_text("half")
        raise kzdata.UsageError("no more ink")

    monkeypatch.setattr("kzdata.exports.FORMATS", {**FORMATS, write.name: write})
    return write


def test_a_failed_export_leaves_nothing(broken: Exporter, island: Folder, tmp_path: Path) -> None:
    """Catches a file that looks whole and is not."""
    out = exported(island.root, "sqlite", tmp_path / "out")
    before = contents(out)
    with pytest.raises(kzdata.UsageError, match="no more ink"):
        exported(island.root, broken.name, out, force=True)
    assert contents(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["island", "out"]


def test_export_explains_bad_arguments(island: Folder, tmp_path: Path) -> None:
    """Catches a traceback for a slip."""
    for form, out, message in (
        ("sqlit", tmp_path / "x", "did you mean sqlite"),
        ("zzz", tmp_path / "x", "there are .*duckdb"),
        ("sqlite", tmp_path / "none" / "x", "no such folder"),
        ("sqlite", "/", "is there already|name a file"),
        ("sqlite", "a\0b", "cannot write"),
    ):
        with pytest.raises(kzdata.UsageError, match=message):
            exported(island.root, form, Path(out))


@pytest.mark.parametrize(
    ("form", "module", "line"),
    [("xlsx", "xlsxwriter", "kzdata[excel]"), ("parquet", "pyarrow", "kzdata[pyarrow]")],
)
def test_a_missing_library_is_named(
    form: str, module: str, line: str, island: Folder, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Catches an ImportError that leaves a reader to guess."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(kzdata.MissingExtraError, match=re.escape(line)):
        exported(island.root, form, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_malformed_row_is_refused(island: Folder, tmp_path: Path) -> None:
    """Catches a row that is dropped without a word."""
    with island.file("islets").open("ab") as file:
        file.write(b"one,two,three\n")
    with pytest.raises(kzdata.PackageError, match=r"tables/islets\.csv:\d+: wrong number of cells"):
        exported(island.root, "sqlite", tmp_path / "out")


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "kzdata.cli", "export", *arguments]
    return subprocess.run(line, capture_output=True, text=True, encoding="utf-8", check=False)


def test_export_command(island: Folder, tmp_path: Path) -> None:
    """Catches a command that does less, or says more, than the SDK."""
    listed = command("--list", "--format", "json")
    assert [row["format"] for row in json.loads(listed.stdout)] == list(FORMATS)
    out = tmp_path / "out.sqlite"
    done = command("sqlite", str(out), "--package", str(island.root))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"wrote {out}\n", "")
    assert from_sqlite(out) == cells_of(island.root)
    again = command("sqlite", str(out), "--package", str(island.root))
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.startswith("kzdata: ")
    assert "--force" in again.stderr
    assert command("sqlite", str(out), "--force", "-p", str(island.root)).returncode == 0
    for arguments in ([], ["sqlite"]):
        bare = command(*arguments)
        assert (bare.returncode, bare.stdout) == (2, "")
        assert "FORMAT OUT" in bare.stderr


@pytest.mark.parametrize("form", ["duckdb", "sqlite", "xlsx"])
def test_a_parquet_package_is_exported(form: str, package: Path, tmp_path: Path) -> None:
    """Catches an export that reads nothing but CSV."""
    parquet = exported(package, "parquet", tmp_path / "parquet")
    assert read_back(form, exported(parquet, form, tmp_path / "a"), package) == cells_of(package)


def test_every_format_is_documented(package: Path) -> None:
    """Catches a format that only `--list` knows."""
    page = (package / "docs" / "export.md").read_text("utf-8")
    for form in FORMATS.values():
        assert f"\n## `{form.name}`" in page
        assert form.title
        assert not form.title.endswith(".")
