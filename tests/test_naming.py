"""Names that are made up: no two alike on any system, and no table written over another.

Catches a copy or an export in which the rows of one table stand under the name of another.
"""

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from kzdata.differences import diff
from kzdata.files.names import file_names
from kzdata.validation import validate
from packages import Folder, Spec, build

HOSTILE = [
    "Über", "table-0", "table-1", "table-2", "table", "table_2", "ber", "A", "a", "a_2", "CON",
    "con", "_con", "nul.txt", "_nul.txt", "COM1", "a.", "a b", "a-b", "a/b", "..", "~", "-", "ſ",
    "s", "K", "k", "x" * 100, "x" * 101, "x" * 99 + "y", "e\u0301", "é", "History", "about",
    "kzdata_tables", "sqlite_x", "data.csv", "data", "tables", "'quoted'", "y" * 30 + "'z",
]  # fmt: skip
PACKAGED = list({name.casefold(): name for name in HOSTILE}.values())
"""No package may have two names that differ in their case alone."""
SYSTEM = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
NAMES = st.lists(
    st.one_of(
        st.sampled_from(HOSTILE), st.text(min_size=1, max_size=120),
        st.from_regex(r"(?i)\A(table|a|con)[-_.]?[0-9]?\Z"),
    ),
    max_size=30, unique=True,
)  # fmt: skip


@given(NAMES, st.lists(st.sampled_from(HOSTILE), max_size=5))
def test_file_names_are_distinct_and_plain(names: list[str], reserved: list[str]) -> None:
    """Catches two names that are one file on some system, or none, or a folder's."""
    found = file_names(names, reserved)
    assert list(found) == names
    made = [name.casefold() for name in found.values()]
    assert len(set(made)) == len(made)
    assert not set(made) & {name.casefold() for name in reserved}
    for name in found.values():
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,100}", name)
        assert not name.startswith((".", "-"))
        assert not SYSTEM.fullmatch(name)


@given(NAMES)
def test_plain_names_stay(names: list[str]) -> None:
    """Catches a made-up name that takes the place of one that could stay."""
    found = file_names(names)
    plain = [name for name in names if re.fullmatch("[a-z]([a-z0-9_-]*[a-z0-9_])?", name)]
    lone = [name for name in plain if [n.casefold() for n in names].count(name) == 1]
    for name in lone:
        if len(name) <= 100 and not SYSTEM.fullmatch(name):
            assert found[name] == name


def package(root: Path, names: list[str]) -> Folder:
    """A package of one table for each name; its file has a name that says nothing."""
    fields: list[Any] = [{"name": "id", "type": "string"}, {"name": "of", "type": "string"}]
    specs = [
        Spec(f"t{number}", {"fields": fields, "primaryKey": "id"}, [[f"r{number}", name]])
        for number, name in enumerate(names)
    ]
    folder = build(root, specs)

    def rename(described: dict[str, Any]) -> None:
        for entry, name in zip(described["resources"], names, strict=True):
            entry["name"] = name

    folder.describe(rename)
    return folder


def rows(root: Path) -> dict[str, list[list[str]]]:
    """The rows of each table by its name, read without kzdata."""
    found = {}
    for entry in json.loads((root / "datapackage.json").read_bytes())["resources"]:
        with (root / entry["path"]).open(encoding="utf-8", newline="") as stream:
            found[entry["name"]] = list(csv.reader(stream))[1:]
    return found


def saved(names: list[str]) -> None:
    with TemporaryDirectory() as place:
        folder = package(Path(place) / "old", names)
        with kzdata.load(folder.root) as kz:
            kz.save(Path(place) / "new")
        assert rows(Path(place) / "new") == rows(folder.root)
        assert rows(folder.root) == {n: [[f"r{i}", n]] for i, n in enumerate(names)}
        assert validate(Path(place) / "new").valid


def test_hostile_names_are_saved_row_by_row() -> None:
    """Catches two tables that are written into one file, so that the rows of one are lost."""
    saved(["table-1", "Über"])
    saved(["Über", "table-0"])
    saved(PACKAGED)


@given(st.lists(st.sampled_from(PACKAGED), min_size=1, max_size=6, unique=True))
@settings(max_examples=10)
def test_any_names_are_saved_row_by_row(names: list[str]) -> None:
    """Catches a clash of names that depends on their order."""
    saved(names)


def test_a_diff_writes_each_table_and_file(tmp_path: Path) -> None:
    """Catches a file of a package that is written over a table, or a table over another."""
    names = ["Über", "table-0", "ber", "A"]
    old = package(tmp_path / "old", names)
    for root in (old.root, package(tmp_path / "new", names).root):
        (root / "data").mkdir()
        for name in ("ber", "A"):
            (root / "data" / f"{name}.csv").write_text("a file\n", encoding="utf-8")
            entry = {"name": f"file-{name}", "path": f"data/{name}.csv"}
            Folder(root).describe(lambda p, entry=entry: p["resources"].append(entry))  # type: ignore[misc]
    with diff(old.root, tmp_path / "new") as found:
        found.apply(old.root, tmp_path / "made")
    tables = rows(tmp_path / "made")
    assert {name: tables[name] for name in names} == {
        name: [[f"r{number}", name]] for number, name in enumerate(names)
    }
    assert (tmp_path / "made/data/ber.csv").read_text("utf-8") == "a file\n"


@pytest.mark.parametrize("form", ["sqlite", "xlsx", "parquet", "croissant"])
def test_exports_hold_every_table_of_a_hostile_name(tmp_path: Path, form: str) -> None:
    """Catches a sheet, a table, a file or an identifier that two tables share."""
    folder = package(tmp_path / "in", PACKAGED)
    out = tmp_path / "out"
    with kzdata.load(folder.root) as kz:
        kz.export(form, out)
    expected = {f"r{number}": name for number, name in enumerate(PACKAGED)}
    assert READERS[form](out) == expected


def _sqlite(out: Path) -> dict[str, str]:
    with closing(sqlite3.connect(out)) as connection:
        tables = connection.execute("SELECT table_name FROM kzdata_tables_2").fetchall()
        return dict(
            row
            for (name,) in tables
            for row in connection.execute(f'SELECT id, "of" FROM "{name}"').fetchall()
        )


def _xlsx(out: Path) -> dict[str, str]:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(out.read_bytes()))
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert len({name.casefold() for name in book.sheetnames}) == len(book.sheetnames)
    cells = [[c.value for c in list(sheet.rows)[1][:2]] for sheet in book.worksheets[2:]]
    return {key: of.removeprefix("'") for key, of in cells}


def _parquet(out: Path) -> dict[str, str]:
    import pyarrow.parquet as pq

    tables = [pq.read_table(file).to_pylist() for file in out.glob("*.parquet")]
    return {row["id"]: row["of"] for table in tables for row in table}


def _croissant(out: Path) -> dict[str, str]:
    document = json.loads((out / "croissant.json").read_bytes())
    ids = [node["@id"] for node in (*document["distribution"], *document["recordSet"])]
    ids += [field["@id"] for table in document["recordSet"] for field in table["field"]]
    assert len(set(ids)) == len(ids)
    files = {node["@id"]: node["contentUrl"] for node in document["distribution"]}
    found = {}
    for table in document["recordSet"]:
        file = files[table["field"][0]["source"]["fileObject"]["@id"]]
        (row,) = list(csv.reader((out / file).read_text("utf-8").splitlines()))[1:]
        assert row[1] == table["name"]
        found[row[0]] = row[1]
    return found


READERS = {"sqlite": _sqlite, "xlsx": _xlsx, "parquet": _parquet, "croissant": _croissant}


def test_a_table_called_as_a_file_has_an_identifier_of_its_own(tmp_path: Path) -> None:
    """Catches two things of one `@id`, which readers of linked data take for one."""
    folder = package(tmp_path / "in", ["tables", "x"])
    described = folder.descriptor()
    (path,) = [e["path"] for e in described["resources"] if e["name"] == "x"]

    def rename(package: dict[str, Any]) -> None:
        package["resources"][1]["name"] = path

    folder.describe(rename)
    with kzdata.load(folder.root) as kz:
        kz.export("croissant", tmp_path / "out")
    document = json.loads((tmp_path / "out" / "croissant.json").read_bytes())
    ids = [node["@id"] for node in (*document["distribution"], *document["recordSet"])]
    assert len(set(ids)) == len(ids)


def test_entities_of_a_crate_stand_once(copy: Folder, tmp_path: Path) -> None:
    """Catches an address that is a licence and a source, and is described twice."""
    far = "https://example.org/same"
    more = {
        "licenses": [{"name": "x", "path": far}, {"name": "y", "path": far}],
        "sources": [{"title": "one", "path": far}, {"title": "two", "path": far}],
    }
    copy.describe(lambda package: package.update(more))
    with kzdata.load(copy.root) as kz:
        kz.export("ro-crate", tmp_path / "out")
    document = json.loads((tmp_path / "out" / "ro-crate-metadata.json").read_bytes())
    ids = [entity["@id"] for entity in document["@graph"]]
    assert len(set(ids)) == len(ids)
