"""A hostile package yields findings, or one `PackageError`; never another exception, never a file
outside of it.
"""

import copy
import gzip
import io
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import tracemalloc
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kzdata
from kzdata.errors import NotJSONError, PackageError, UsageError
from kzdata.files.archive import opened
from kzdata.files.csv import FileStats, Sheet, file_stats
from kzdata.files.limits import PackageLimits
from kzdata.validation import Report, validate
from packages import FLOOD_TEXTS, Folder, Spec, build, column, columns, flood, keep_texts
from strategies import hazard_text

HEADER = b"id,name,size\n"
FIELDS = [column("id", "integer", required=True), column("name"), column("size", "integer")]
SCHEMA = {"fields": FIELDS, "primaryKey": "id"}
OUTSIDE = "secret of the house"


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Folder]:
    """A package of one table with three sound rows; nothing of it is kept, as some are huge."""
    rows = [["1", "one", "10"], ["2", "two", "20"], ["3", "three", "30"]]
    yield build(tmp_path / "plain", [Spec("things", SCHEMA, rows)])
    shutil.rmtree(tmp_path / "plain")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file beside the package that must stay unread."""
    file = tmp_path / "secret.csv"
    file.write_bytes(HEADER + f"1,{OUTSIDE},x\n".encode())
    return file


def follow_the_profile(package: Folder) -> None:
    """Make a package one of those that are asked for a changelog."""
    package.reschema("things", lambda schema: schema.update({"kzdata:events": {"title": "name"}}))


def with_bytes(package: Folder, data: bytes) -> Report:
    """Validate with other bytes in the table, sealed."""
    package.file("things").write_bytes(data)
    package.reseal()
    return validate(package.root)


def found(report: Report) -> set[tuple[str, int | None]]:
    return {(finding.rule, finding.line) for finding in report}


def refused(place: Path) -> str:
    """Validate what cannot be opened; the error is one line that names the place."""
    with pytest.raises(PackageError) as caught:
        validate(place)
    assert "\n" not in str(caught.value)
    assert place.name in str(caught.value)
    return str(caught.value)


# ------------------------------------------------------------------------------ paths


@pytest.mark.parametrize("path", [
    "../secret.csv", "tables/../../secret.csv", "{outside}", "/etc/passwd", "~/secret.csv",
    "C:\\secret.csv", "..\\secret.csv", "\\\\host\\share\\secret.csv", "file://{outside}",
    "s3://bucket/secret.csv", "", "tables/\x00.csv",
    "tables/a\nb.csv", "a" * 300, "a/" * 3_000, "tables/\u2025/secret.csv",
    "\uff0e\uff0e/secret.csv",
    ".hidden/things.csv", "tables/.hidden/things.csv",
    "%2e%2e/secret.csv", "file:secret.csv", "data:text/csv,id", "....//secret.csv", "/dev/zero",
])  # fmt: skip
def test_a_path_out_of_the_package_is_refused(plain: Folder, outside: Path, path: str) -> None:
    """Catches a descriptor that makes the validator read, or fetch, any file it likes."""
    path = path.replace("{outside}", str(outside))
    plain.describe(lambda package: package["resources"][0].update(path=path))
    report = validate(plain.root)
    assert not report.valid
    assert {f.rule for f in report} >= {"resource-path"}
    assert "things" not in report.rows
    assert OUTSIDE not in repr(report)


@pytest.mark.parametrize("path", ["../schema.json", "/etc/passwd", "s3://b/s.json"])
def test_a_schema_out_of_the_package_is_refused(plain: Folder, path: str) -> None:
    """Catches a schema that is read from anywhere."""
    shutil.copy(plain.root / "datapackage.json", plain.root.parent / "schema.json")
    plain.describe(lambda package: package["resources"][0].update(schema=path))
    report = validate(plain.root)
    assert "descriptor" in report.by_rule
    assert not report.valid


@pytest.mark.parametrize("role", ["path", "schema", "dialect"])
@pytest.mark.parametrize("scheme", ["http", "HTTPS", "ftp", "ftps"])
def test_an_address_is_not_checked(plain: Folder, role: str, scheme: str) -> None:
    """Catches an address that is fetched, passes in silence, or is called a fault.

    "url-or-path: ... MUST be using either http, https, ftp, or ftps scheme" (Data Resource).
    """
    address = f"{scheme}://example.invalid/far"
    plain.describe(lambda package: package["resources"][0].update({role: address}))
    report = validate(plain.root)
    assert report.valid
    # Without its schema a file of CSV can be looked at as far as its shape goes.
    assert ("things" in report.rows) == (role == "schema")
    assert any(f"{address} is not fetched; download it" in one for one in report.unchecked)


def test_a_table_beside_an_address_is_loaded(plain: Folder) -> None:
    """Catches one file that is not there to be read, for which no other table can be."""
    far = {"name": "far", "path": "https://example.invalid/far.csv", "schema": SCHEMA}
    plain.describe(lambda package: package["resources"].append(far))
    with kzdata.load(plain.root) as package:
        assert package.sql("SELECT count(*) FROM things").rows() == [(3,)]
        assert list(package.tables) == ["things"]


def test_what_stands_beside_an_address_is_checked(plain: Folder) -> None:
    """Catches an address that hides what is wrong in the rest of the package."""
    far = "https://example.invalid/far"
    plain.describe(lambda package: package["resources"][0].update(dialect=far))
    plain.reschema("things", lambda schema: schema["fields"][0].update(type="nothing"))
    assert "descriptor" in validate(plain.root).by_rule
    plain.describe(lambda package: package["resources"][0].update(path=["a.csv", far]))
    assert "relative paths alone" in repr(validate(plain.root))


def test_a_file_that_begins_with_a_dot_is_read(plain: Folder) -> None:
    """Catches more than the standard forbids: "hidden folders starting from a dot"."""
    file = plain.file("things")
    file.rename(file.with_name(".things.csv"))
    plain.describe(lambda p: p["resources"][0].update(path="./tables/.things.csv"))
    assert list(validate(plain.root)) == []


def test_a_link_out_of_the_package_is_refused(plain: Folder, outside: Path) -> None:
    """Catches a symbolic link whose target is read as if it were a table."""
    file = plain.file("things")
    file.unlink()
    file.symlink_to(outside)
    report = validate(plain.root)
    assert "resource-path" in report.by_rule
    assert OUTSIDE not in repr(report)


def test_a_linked_folder_out_of_the_package_is_refused(plain: Folder, outside: Path) -> None:
    """Catches the same by way of a linked folder."""
    (plain.root / "linked").symlink_to(outside.parent)
    plain.describe(lambda p: p["resources"][0].update(path="linked/secret.csv"))
    report = validate(plain.root)
    assert "resource-path" in report.by_rule
    assert OUTSIDE not in repr(report)


def test_a_linked_changelog_is_not_read(plain: Folder, outside: Path) -> None:
    """Catches a changelog through which the first line of any file gets into a report."""
    follow_the_profile(plain)
    outside.write_text("## 9.9.9-secretversion\n", encoding="utf-8")
    (plain.root / "CHANGELOG.md").unlink()
    (plain.root / "CHANGELOG.md").symlink_to(outside)
    report = validate(plain.root)
    assert report.by_rule == {"version-changelog": 1}
    assert "secretversion" not in repr(report)


def test_a_folder_in_place_of_a_file(plain: Folder) -> None:
    """Catches a table that is a folder."""
    plain.file("things").unlink()
    plain.file("things").mkdir()
    assert "resource-path" in validate(plain.root).by_rule


def test_links_in_a_circle(plain: Folder) -> None:
    """Catches a traceback for a link that leads to itself."""
    plain.file("things").unlink()
    plain.file("things").symlink_to("things.csv")
    assert "resource-path" in validate(plain.root).by_rule


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("name", ["tables/things.csv", "CHANGELOG.md", "datapackage.json"])
def test_a_pipe_is_not_waited_for(plain: Folder, name: str) -> None:
    """Catches a read of a named pipe, which never ends."""
    follow_the_profile(plain)
    (plain.root / name).unlink()
    os.mkfifo(plain.root / name)
    if name == "datapackage.json":
        refused(plain.root)
    else:
        assert validate(plain.root).valid is (name == "CHANGELOG.md")


def test_a_file_that_may_not_be_read(plain: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a traceback for a file that belongs to somebody else."""
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).suffix != ".csv")
    assert "resource-path" in validate(plain.root).by_rule


def test_a_file_that_is_hashed_late(plain: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches looks given up once the tables are read: one with a wrong header waits for none."""
    look = file_stats

    def late(path: Path, *rest: Any, **how: Any) -> FileStats:
        sleep(0.2)
        return look(path, *rest, **how)

    monkeypatch.setattr("kzdata.validation.runner.file_stats", late)
    plain.file("things").write_bytes(b"id,name,weight\n")
    shutil.copyfile(plain.file("things"), plain.file("things").with_name("more.csv"))
    parts = ["tables/things.csv", "tables/more.csv"]
    plain.describe(lambda described: described["resources"][0].update(path=parts))
    assert "csv-header" in validate(plain.root).by_rule


def test_a_giant_changelog_is_not_read_whole(plain: Folder) -> None:
    """Catches a changelog that fills the memory."""
    follow_the_profile(plain)
    with (plain.root / "CHANGELOG.md").open("ab") as stream:
        stream.truncate(1 << 34)
    assert list(validate(plain.root)) == []


# ------------------------------------------------------------------------------ zips


def zipped(package: Folder, name: str = "package.zip") -> Path:
    file = package.root.parent / name
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(package.root.rglob("*")):
            archive.write(path, path.relative_to(package.root))
    return file


def test_a_sound_zip_is_read(plain: Folder) -> None:
    """Catches a guard that refuses every zip."""
    assert validate(zipped(plain)).valid


@pytest.mark.parametrize("entry", ["../evil.txt", "/tmp/evil.txt", "a/../../evil.txt", "C:\\e.txt"])
def test_zip_slip_is_refused(plain: Folder, entry: str) -> None:
    """Catches an entry that would be unpacked outside of the folder."""
    file = zipped(plain)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(entry, "evil")
    refused(file)
    assert not (plain.root.parent / "evil.txt").exists()


def test_a_link_in_a_zip_is_refused(plain: Folder) -> None:
    """Catches an entry that is a link to a file of the house."""
    file = zipped(plain)
    entry = zipfile.ZipInfo("linked.csv")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert "link" in refused(file)


def test_a_zip_bomb_is_refused(plain: Folder) -> None:
    """Catches a small zip that fills the disk."""
    file = zipped(plain)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", b"0" * (8 << 20))
    refused(file)


def test_a_zip_that_lies_about_its_sizes(plain: Folder) -> None:
    """Catches a bomb whose directory says that it is small."""
    file = zipped(plain)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", b"0" * (8 << 20))
    data = file.read_bytes()
    size = (8 << 20).to_bytes(4, "little")
    assert size in data
    file.write_bytes(data.replace(size, (1000).to_bytes(4, "little")))
    refused(file)


def test_entries_that_share_their_bytes(plain: Folder) -> None:
    """Catches a bomb of which each entry alone looks harmless, as their bytes are counted once."""
    file = zipped(plain)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel", b"".join(b"%x" % (n * n) for n in range(200_000)))
        kernel = archive.infolist()[-1]
        for number in range(500):
            twin = copy.copy(kernel)
            twin.filename = f"kernel{number}"
            archive.filelist.append(twin)
            archive.NameToInfo[twin.filename] = twin
    assert "unpacks to" in refused(file)


def test_a_bomb_in_a_zip_in_a_zip_is_refused(plain: Folder) -> None:
    """Catches a packed table inside a zip that is unpacked without a limit."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", b"0" * (64 << 20))
    (plain.root / "inner.zip").write_bytes(inner.getvalue())
    entry = {**plain.resource("things"), "name": "inner", "path": "inner.zip"}
    plain.describe(lambda package: package["resources"].append(entry))
    plain.reseal()
    report = validate(zipped(plain))
    assert report.by_rule == {"not-checked": 1}
    assert "which is too much" in repr(report)
    assert report.rows == {"things": 3}


def test_files_that_unpack_to_too_much_together(plain: Folder) -> None:
    """Catches many compressed files, or one named many times, that fill the disk together."""
    rows = b"".join(b"%d,name,1\n" % number for number in range(100_000))
    (plain.root / "t.csv.gz").write_bytes(gzip.compress(HEADER + rows))
    one = {"path": "t.csv.gz", "schema": SCHEMA}
    plain.describe(lambda p: p.update(resources=[{**one, "name": f"t{n}"} for n in range(5)]))
    report = validate(plain.root, package_limits=PackageLimits(unpacked=4 << 20))
    assert report.by_rule["not-checked"] >= 2
    assert "unpacks to over" in repr(report)


class Slow(list[int]):
    """A number that another thread may change after it was read."""

    def __getitem__(self, place: Any) -> Any:
        number = super().__getitem__(place)
        sleep(0.001)
        return number


def test_bytes_that_two_threads_unpack_are_all_counted(plain: Folder) -> None:
    """Catches a sum of which two threads write the same next value."""
    with opened(plain.root) as archive:
        counted = replace(archive, _unpacked=Slow([0]))
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(counted.unpacks, [1] * 40))
        assert counted._unpacked[0] == 40


def test_a_parquet_bomb_is_refused(plain: Folder) -> None:
    """Catches a small Parquet file of billions of equal cells."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    for name, cells in {"many": ["x"] * 2_000_000, "long": ["x" * 1000] * 5_000}.items():
        parquet.write_table(pyarrow.table({"id": cells}), plain.root / f"{name}.parquet")
        entry = {"name": name, "path": f"{name}.parquet", "schema": {"fields": columns("id")}}
        described = plain.descriptor() | {"resources": [entry]}
        (plain.root / "datapackage.json").write_text(json.dumps(described))
        report = validate(plain.root, package_limits=PackageLimits(unpacked=1 << 20))
        assert report.by_rule == {"not-checked": 1}
        assert "more than a package may have" in repr(report)


def test_too_many_entries_are_refused(plain: Folder) -> None:
    """Catches a zip that fills the folder with files."""
    file = zipped(plain)
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}", b"")
    refused(file)


def test_an_encrypted_or_broken_zip_is_refused(plain: Folder) -> None:
    """Catches a traceback from the zip reader."""
    file = zipped(plain)
    data = bytearray(file.read_bytes())
    for cut in (10, len(data) // 2, len(data) - 5):
        file.write_bytes(bytes(data[:cut]))
        refused(file)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    file.write_bytes(bytes(data))
    refused(file)


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04", b"\x00" * 100])
def test_not_a_zip_is_refused(tmp_path: Path, data: bytes) -> None:
    """Catches a traceback for a file of another kind."""
    file = tmp_path / "package.zip"
    file.write_bytes(data)
    refused(file)


def test_a_zip_without_a_package_is_refused(tmp_path: Path) -> None:
    """Catches a zip of anything being called valid."""
    file = tmp_path / "package.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/readme.txt", "nothing here")
    refused(file)


# ------------------------------------------------------------------------------ descriptors


def test_nothing_there(tmp_path: Path) -> None:
    """Catches a missing path, or a folder without a descriptor, being called valid."""
    refused(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty")


@pytest.mark.parametrize(("data", "place"), [
    (b"", "1:1"), (b"{", "1:2"), (b"nul", "1:1"), (b"[]", ""), (b"17", ""), (b'"text"', ""),
    (b"null", ""), (b"\xff\xfe{}", "1:1"), (b"\x80", "1:1"), (b"{\x00}", "1:2"),
    (b'{"resources": [}', "1:16"), (b'{\n  "\xc3\xa9": "\xe9"}', "2:9"),
    (b"\xef\xbb\xbf{,}", "1:2"), (b'{"NaN": "-Infinity", "a\\"": [1,\n NaN]}', "2:2"),
    (b'{"a": -Infinity}', "1:7"),
], ids=lambda data: repr(data[:12]))  # fmt: skip
def test_a_descriptor_that_is_none(plain: Folder, data: bytes, place: str) -> None:
    """Catches a traceback for JSON that is broken or no object, or no word of where it is."""
    (plain.root / "datapackage.json").write_bytes(data)
    (finding,) = validate(plain.root)
    assert finding.rule == "descriptor"
    assert finding.where.removeprefix("datapackage.json").removeprefix(":") == place
    with pytest.raises(NotJSONError):
        kzdata.load(plain.root)


@pytest.mark.parametrize("data", [
    b"[" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'{"n": ' + b"9" * 10_000 + b"}", b'{"name": "\\ud800"}', b" " * (17 << 20) + b"{}",
], ids=lambda data: repr(data[:12]))  # fmt: skip
def test_a_descriptor_beyond_the_limits(plain: Folder, data: bytes) -> None:
    """Catches a traceback for JSON that is deep or large, or that no file in UTF-8 could hold."""
    (plain.root / "datapackage.json").write_bytes(data)
    refused(plain.root)


@pytest.mark.parametrize("change", [
    {"resources": None}, {"resources": []}, {"resources": {}}, {"resources": [None, 1, "a"]},
    {"resources": [{}]}, {"resources": [{"name": "x"}]}, {"resources": [{"name": 1, "path": 2}]},
    {"resources": [{"name": "x", "path": []}]}, {"resources": [{"name": "x", "path": [None]}]},
    {"resources": [{"name": "x", "path": "tables/things.csv", "schema": []}]},
    {"resources": [{"name": "x", "path": "tables/things.csv", "schema": {"fields": 1}}]},
    {"resources": [{"name": "x", "path": "tables/things.csv", "schema": {"fields": []}}]},
    {"resources": [{"name": "x", "path": "tables/things.csv", "bytes": -1, "hash": "::"}]},
    {"version": 1}, {"name": {"a": 1}}, {"licenses": [1]}, {"sources": 5},
])  # fmt: skip
def test_a_descriptor_of_the_wrong_shape(plain: Folder, change: dict[str, Any]) -> None:
    """Catches a traceback for JSON that is sound and says nonsense."""
    plain.describe(lambda package: package.update(change))
    assert not validate(plain.root).valid


@pytest.mark.parametrize("change", [
    {"primaryKey": "nothing"}, {"primaryKey": [1]}, {"primaryKey": {"a": 1}},
    {"uniqueKeys": "id"}, {"uniqueKeys": [["nothing"]]}, {"uniqueKeys": [[]]},
    {"uniqueKeys": []}, {"uniqueKeys": ["id"]}, {"fieldsMatch": 1},
    {"foreignKeys": [{"fields": [], "reference": {"resource": "", "fields": []}}]},
    {"foreignKeys": [{}]}, {"foreignKeys": [{"fields": "id"}]},
    {"foreignKeys": [{"fields": "id", "reference": {"resource": "no", "fields": "id"}}]},
    {"foreignKeys": [{"fields": "id", "reference": {"resource": "", "fields": "no"}}]},
    {"foreignKeys": [{"fields": ["id", "name"], "reference": {"resource": "", "fields": "id"}}]},
    {"missingValues": 1}, {"missingValues": [None]}, {"missingValues": [{"label": "x"}]},
    {"missingValues": [1]}, {"fieldsMatch": "roughly"},
    {"kzdata:spans": {}}, {"kzdata:spans": "x"}, {"kzdata:parent": "nothing"},
    {"kzdata:principal": "nothing"}, {"kzdata:edges": {"record": 1}},
    {"kzdata:figure": {"text": "a", "low": "b", "high": "c", "qualifier": "d", "span": "e"}},
    {"kzdata:links": {"claim": "id", "relation": "name", "other": "x", "acyclic": "y"}},
    {"kzdata:dates": [{"start": "x"}]}, {"kzdata:dates": {"start": "x"}},
    {"kzdata:aliases": {"entity": "id", "alias": "x", "of": [{"resource": "r", "field": "f"}]}},
    {"kzdata:codebook": {"field": "id", "category": "x", "term": "y"}},
    {"kzdata:exclusions": {"source": "a", "start": "b", "end": "c", "token": "d"}},
    {"kzdata:tombstones": {"record": "gone"}},
])  # fmt: skip
def test_a_schema_of_the_wrong_shape(plain: Folder, change: dict[str, Any]) -> None:
    """Catches a traceback for a key, or a declaration, that names what is not there."""
    plain.reschema("things", lambda schema: schema.update(change))
    assert list(validate(plain.root)) != []


@pytest.mark.parametrize("limits", [
    {"pattern": "("}, {"pattern": "(?=a)a"}, {"pattern": "(a+)+$" * 20}, {"pattern": 1},
    {"minLength": "x"}, {"minLength": -1}, {"minimum": "x"}, {"maximum": {"a": 1}}, {"enum": "x"},
    {"enum": [{"a": 1}]}, {"enum": []}, {"required": "perhaps"}, {"unique": 7},
    {"enum": ["'; DROP TABLE things; --"]}, {"pattern": "'; DROP TABLE things; --"},
    {"pattern": "[" * 500_000}, {"pattern": "(" * 9_000 + ")" * 9_000},
    {"pattern": "((a{0,100}){0,100}){0,100}"}, {"pattern": "a?" * 500_000},
    {"pattern": "[a-z&&[b]"},
    {"minLength": -(10**400)},
], ids=lambda limits: repr(limits)[:30])  # fmt: skip
def test_a_constraint_of_the_wrong_shape(plain: Folder, limits: dict[str, Any]) -> None:
    """Catches a traceback for a limit that is no limit."""
    plain.reschema("things", lambda schema: schema["fields"][1].update(constraints=limits))
    report = validate(plain.root)
    assert list(report) or report.unchecked or report.rows == {"things": 3}


def test_a_limit_beyond_all_numbers_is_a_limit(plain: Folder) -> None:
    """Catches a length, a bound or an exponent that leaves the numbers of SQL."""
    limits = {"minLength": 10**400, "maxLength": 10**300}
    plain.reschema("things", lambda schema: schema["fields"][1].update(constraints=limits))
    number = {
        "type": "number",
        "constraints": {"minimum": "1e-999999999", "maximum": "1e999999999"},
    }
    plain.reschema("things", lambda schema: schema["fields"][2].update(number))
    assert validate(plain.root).by_rule == {"cell-min-length": 3}


def test_a_year_far_away(plain: Folder) -> None:
    """Catches a calendar that ends."""
    far = {"minimum": "999999999-01-01T00:00:00"}
    plain.reschema("things", lambda s: s["fields"][1].update(type="datetime", constraints=far))
    plain.reschema("things", lambda s: s["fields"][2].update(type="year"))
    rows = b"1,999999999999-02-29T00:00:00Z,999999999\n2,999999996-02-29T00:00:00,9999999999999\n"
    assert found(with_bytes(plain, HEADER + rows)) == {("cell-type", 2), ("cell-minimum", 3)}


def test_a_pattern_that_never_ends_elsewhere(plain: Folder) -> None:
    """Catches a regular expression that is carried out by trial and error."""
    limits = {"pattern": "(a+)+b|(a|aa)+c|(.*)*d"}
    plain.reschema("things", lambda schema: schema["fields"][1].update(constraints=limits))
    report = with_bytes(plain, HEADER + b"1," + b"a" * 900_000 + b",1\n")
    assert report.by_rule == {"cell-pattern": 1}


MANY = {
    "resources": lambda p: p.update(resources=[p["resources"][0]] * 1_001),
    "files": lambda p: p["resources"][0].update(path=[f"{n}.csv" for n in range(1_001)]),
    "one file again and again": lambda p: p["resources"][0].update(path=["tables/things.csv"] * 9),
    "fields": lambda p: p["resources"][0]["schema"].update(fields=[{"name": "a"}] * 100_000),
    "fields in all": lambda p: p.update(
        resources=[
            {
                "name": f"t{n}",
                "path": "tables/things.csv",
                "schema": {"fields": [{"name": f"c{m}"} for m in range(999)]},
            }
            for n in range(12)
        ]
    ),
    "values": lambda p: p["resources"][0]["schema"]["fields"][1].update(
        constraints={"enum": list(range(100_000))}
    ),
    "foreign keys": lambda p: p["resources"][0]["schema"].update(
        foreignKeys=[{"fields": "id", "reference": {"resource": "", "fields": "id"}}] * 10_000
    ),
    "unique keys": lambda p: p["resources"][0]["schema"].update(uniqueKeys=[["id"]] * 10_000),
    "key columns": lambda p: p["resources"][0]["schema"].update(primaryKey=["id"] * 100_000),
    "missing values": lambda p: p["resources"][0]["schema"].update(
        missingValues=[str(n) for n in range(100_000)]
    ),
    "long format": lambda p: p["resources"][0]["schema"]["fields"][1].update(
        type="date", format="%Y" + " " * 100_000
    ),
}


SPARED = ("resources", "values", "foreign keys", "unique keys", "key columns")
"""Of these, what is not beyond the limit is checked."""


@pytest.mark.parametrize("what", MANY)
def test_too_many_declarations_are_left_unchecked(plain: Folder, what: str) -> None:
    """Catches a descriptor whose checks take hours, or all memory; no limit of ours is a fault."""
    plain.describe(MANY[what])
    report = validate(plain.root)
    assert "not-checked" in report.by_rule
    assert ("descriptor" in report.by_rule) == (what == "resources")  # they have one name
    assert ("things" in report.rows) == (what in SPARED)


def test_as_many_declarations_as_are_taken(plain: Folder) -> None:
    """Catches a limit that is never reached, as the work below it is too much."""

    def fill(schema: dict[str, Any]) -> None:
        schema["missingValues"] = ["", *(f"-{n}" for n in range(99))]
        schema["uniqueKeys"] = [["id"]] * 10
        schema["fields"][1] |= {"type": "duration", "constraints": {"enum": durations}}

    durations = [f"P{n}D" for n in range(10_000)]
    plain.reschema("things", fill)
    report = with_bytes(plain, HEADER + b"1,P1DT24H,1\n2,P1M,-7\n")
    assert [(f.rule, f.line) for f in report] == [("cell-enum", 3)]


DIALECTS: list[tuple[dict[str, Any], str]] = [
    ({"delimiter": "\0"}, "descriptor"), ({"delimiter": "\n"}, "not-checked"),
    ({"delimiter": '"'}, "not-checked"),
    ({"delimiter": "x" * 10**7}, "not-checked"),
    ({"lineTerminator": "x" * 10**7}, "not-checked"),
    ({"lineTerminator": ""}, "not-checked"),
    ({"quoteChar": "\n"}, "not-checked"), ({"quoteChar": ""}, "descriptor"),
    ({"doubleQuote": False, "escapeChar": ","}, "not-checked"),
    ({"headerRows": list(range(1, 100_000))}, "not-checked"),
    ({"commentRows": list(range(1, 100_000))}, "not-checked"),
    ({"headerRows": [True]}, "descriptor"), ({"headerRows": "12"}, "descriptor"),
    ({"commentRows": {}}, "descriptor"), ({"delimiter": {"a": 1}}, "descriptor"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "rule"), DIALECTS, ids=lambda told: repr(told)[:30])
def test_a_dialect_that_nobody_writes(plain: Folder, dialect: dict[str, Any], rule: str) -> None:
    """Catches a dialect that is carried out as another one, or that takes for ever."""
    plain.describe(lambda package: package["resources"][0].update(dialect=dialect))
    assert rule in validate(plain.root).by_rule


ODD_MARKS = ["||", "\x1b", "\u00a7", "\u2028", "\U0001f34e", "]", "^", "\\", "-", "\x1f", "\t "]


@pytest.mark.parametrize("role", ["delimiter", "lineTerminator"])
@pytest.mark.parametrize("mark", ODD_MARKS)
def test_odd_characters_between_cells_and_rows(plain: Folder, role: str, mark: str) -> None:
    """Catches a legal character that is refused, or taken for what it means in a pattern."""
    plain.describe(lambda package: package["resources"][0].update(dialect={role: mark}))
    table, old = plain.file("things"), {"delimiter": ",", "lineTerminator": "\n"}[role]
    text = table.read_text("utf-8").replace("one", "o\u00e9").replace(old, mark)
    table.write_bytes(text.encode())
    plain.reseal()
    report = validate(plain.root)
    assert (report.by_rule, report.rows) == ({}, {"things": 3})
    table.write_bytes(text.replace("20", "x").encode())
    plain.reseal()
    (found,) = validate(plain.root)
    column = 5 + 2 * (len(mark) if role == "delimiter" else 1)
    assert (found.rule, found.found, found.line, found.column) == ("cell-type", "x", 3, column)


def test_a_long_text_above_thousands_of_columns(plain: Folder) -> None:
    """Catches a header whose names, put together of two rows, fill the memory."""
    dialect = {"headerRows": [1, 2], "headerJoin": "-" * 10**6}
    plain.describe(lambda p: p["resources"][0].update(dialect=dialect))
    rows = "x" * 10**6 + "," * 9_000 + "\n" + ",".join(f"c{n}" for n in range(9_001)) + "\n"
    plain.file("things").write_text(rows)
    tracemalloc.start()
    assert "csv-header" in validate(plain.root).by_rule
    assert tracemalloc.get_traced_memory()[1] < 300 << 20
    tracemalloc.stop()


@pytest.mark.parametrize(
    "encoding", ["punycode", "idna", "unicode_escape", "undefined", "hex", "zip", "\0", "../x", "é"]
)
def test_an_encoding_that_is_none(plain: Folder, encoding: str) -> None:
    """Catches codecs of Python that unpack, carry out escapes, or take quadratic time."""
    plain.describe(lambda package: package["resources"][0].update(encoding=encoding))
    report = validate(plain.root)
    assert report.by_rule == {"not-checked": 1}
    assert "things" not in report.rows


def nodes(value: Any) -> list[tuple[Any, Any]]:
    """Each place in a JSON value at which something stands: its container and its key."""
    if isinstance(value, dict):
        pairs = list(value.items())
    else:
        pairs = list(enumerate(value)) if isinstance(value, list) else []
    return [found for k, child in pairs for found in [(value, k), *nodes(child)]]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**70) | st.floats() | hazard_text(max_size=8)
    | st.sampled_from(["letters", "passages", "passage", "toll", "tolls", "row", "(", "../x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hazard_text(max_size=4), inner),
    max_leaves=4,
)  # fmt: skip


@given(st.integers(0, 10**6), JSON_VALUES, st.booleans())
@settings(max_examples=25)
def test_any_value_anywhere_in_a_descriptor(
    tmp_path_factory: pytest.TempPathFactory, where: int, value: Any, with_texts: bool
) -> None:
    """Catches any exception for any JSON in place of any part of the descriptor or a schema."""
    folder = tmp_path_factory.mktemp("any")
    package = flood(folder / "package")
    texts = keep_texts(folder / "texts", FLOOD_TEXTS)

    def spoil(described: dict[str, Any]) -> None:
        places = nodes(described)
        container, name = places[where % len(places)]
        container[name] = value

    package.describe(spoil)
    report = validate(package.root, texts=texts if with_texts else None)
    assert json.dumps(report.as_dict(), allow_nan=False)
    assert report.rows or not report.valid


# ------------------------------------------------------------------------------ names


HOSTILE_NAMES = [
    '"; drop table x; --', "'; drop table x; --", "a'b", 'a"b', "a\\b", "ord", "rowid",
    "*", "select", "$1", "?", "{0}", "%s", "\U0001f600", "a\nb", "a b", "edge", "wording", "traced",
    "SELECT 1", "t", "s", "e", "information_schema.tables", "term", "shadow",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_sql_in_names_is_only_a_name(tmp_path: Path, name: str) -> None:
    """Catches a table or column name that is carried out, or that clashes with our own."""
    fields = [column(name, required=True), column("size", "integer"), column("above")]
    reference = {"fields": ["above"], "reference": {"resource": "", "fields": [name]}}
    schema = {"fields": fields, "primaryKey": [name], "foreignKeys": [reference]}
    package = build(tmp_path, [Spec("things", schema, [["a", "1", ""], ["b", "x", "nobody"]])])
    package.describe(lambda described: described["resources"][0].update(name=name))
    report = validate(package.root)
    assert report.rows == {name: 2}
    assert {"cell-type", "foreign-key"} <= set(report.by_rule)


def test_duplicate_column_names(plain: Folder) -> None:
    """Catches columns of one name of which one is taken for both."""
    plain.reschema("things", lambda schema: schema["fields"][1].update(name="size"))
    plain.file("things").write_bytes(b"id,size,size\n1,a,x\n")
    plain.reseal()
    (found,) = validate(plain.root)
    assert (found.rule, found.line, found.column, found.found) == ("cell-type", 2, 5, "x")


def test_a_table_that_is_called_as_one_of_our_own(plain: Folder) -> None:
    """Catches a traceback for a name that validation gives to a table of its own."""
    entry = {"name": "things\x1fsuspects", "path": "tables/u.csv", "schema": SCHEMA}
    (plain.root / "tables/u.csv").write_bytes(HEADER + b"1,one,x\n")
    plain.describe(lambda package: package["resources"].append(entry))
    report = with_bytes(plain, HEADER + b"1,one,x\n")
    assert {rule for rule, _ in found(report)} == {"descriptor", "recommendation", "cell-type"}


def test_columns_that_differ_in_case_only(tmp_path: Path) -> None:
    """Catches `Size` read as `size`: SQL doesn't tell them apart, the standard does."""
    schema = {"fields": [column("size", "integer"), column("Size")]}
    package = build(tmp_path, [Spec("things", schema, [["1", "x"], ["2", "y"]])])
    report = validate(package.root)
    assert report.valid or "descriptor" in report.by_rule


@pytest.mark.parametrize("name", ["[abc].csv", "*.csv", "a?.csv", "{a,b}.csv", "**.csv", "~a.csv"])
def test_glob_characters_in_file_names(plain: Folder, name: str) -> None:
    """Catches a file name that is read as a pattern, so that other files are checked instead."""
    file = plain.file("things")
    (file.parent / "abc.csv").write_bytes(HEADER + b"x,x,x\n")
    (file.parent / "a.csv").write_bytes(HEADER + b"x,x,x\n")
    file.rename(file.parent / name)
    plain.describe(lambda package: package["resources"][0].update(path=f"tables/{name}"))
    report = validate(plain.root)
    assert list(report) == []
    assert report.rows == {"things": 3}


# ------------------------------------------------------------------------------ CSV


def test_an_empty_file(plain: Folder) -> None:
    """Catches an empty file taken for an empty table."""
    assert found(with_bytes(plain, b"")) == {("csv-header", 1)}


@pytest.mark.parametrize("data", [HEADER, HEADER.strip(), b"\xef\xbb\xbf" + HEADER])
def test_a_header_only(plain: Folder, data: bytes) -> None:
    """Catches an empty table taken for a broken one."""
    report = with_bytes(plain, data)
    assert list(report) == []
    assert report.rows == {"things": 0}


@pytest.mark.parametrize("header", [
    b"id,size,name\n", b"id,name\n", b"id,name,size,more\n", b"ID,name,size\n", b" id,name,size\n",
    b"id;name;size\n", b"id,name,name\n", b"\n", b"1,one,10\n", b"\xff\xfe\n", b'id,"name,size\n',
])  # fmt: skip
def test_another_header(plain: Folder, header: bytes) -> None:
    """Catches reordered, renamed, doubled or missing columns, which a fast reader never sees."""
    report = with_bytes(plain, header + b"1,one,10\n")
    assert "csv-header" in report.by_rule
    known = {b"id", b"name", b"size"}.intersection(header.rstrip().split(b","))
    assert ("things" in report.rows) == bool(known)


BROKEN_ROWS = {
    "NUL": (b"2,t\x00o,20", "csv-malformed"),
    "bad UTF-8": (b"2,t\xffo,20", "csv-malformed"),
    "half a character": (b"2,tw\xc3,20", "csv-malformed"),
    "surrogate": (b"2,t\xed\xa0\x80,20", "csv-malformed"),
    "overlong": (b"2,t\xc0\xaf,20", "csv-malformed"),
    "bare CR": (b"2,t\ro,20", "csv-malformed"),
    "bare CR beside a quoted one": (b'2,"t\ro",2\r0', "csv-malformed"),
    "short": (b"2,two", "csv-width"),
    "long": (b"2,two,20,", "csv-width"),
    "longer": (b"2,two,20,x,y", "csv-width"),
    "open quote": (b'2,"two,20', "csv-malformed"),
    "text after a quote": (b'2,"t"wo,20', "csv-malformed"),
    "quote inside": (b'2,t"w"o,20', "csv-malformed"),
    "one quote inside": (b'2,t"wo,20', "csv-malformed"),
    "two quotes at an end": (b'2,two"",20', "csv-malformed"),
    "quotes at two ends": (b'2,two",20"', "csv-malformed"),
    "blank": (b"", "csv-blank-line"),
    "escape sequence": (b"2,\x1b[2J\x1b[31mtwo,20", "cell-control-character"),
    "window title": (b"2,\x1b]0;two\x07,20", "cell-control-character"),
    "turned around": ("2,\u202eowt,20".encode(), "cell-control-character"),
    "C1 control": ("2,\u009b31mtwo,20".encode(), "cell-control-character"),
    "delete": (b"2,two\x7f,20", "cell-control-character"),
    "formula": (b"2,=cmd|' /C calc'!A0,20", "cell-formula"),
    "huge number": (b"2,two," + b"9" * 5000 + b"x", "cell-type"),
}


@pytest.mark.parametrize("kind", BROKEN_ROWS)
def test_one_broken_row_hides_no_other(plain: Folder, kind: str) -> None:
    """Catches a row that is dropped, or that swallows the rows behind it."""
    row, rule = BROKEN_ROWS[kind]
    before, after = b"1,one,WRONG\n", b"3,three,30\n4,four,WRONG\n"
    report = with_bytes(plain, HEADER + before + row + b"\n" + after)
    assert {("cell-type", 2), (rule, 3), ("cell-type", 5)} <= found(report)
    assert report.rows["things"] == (3 if kind == "blank" else 4)


def test_an_open_quote_at_the_end(plain: Folder) -> None:
    """Catches an unclosed quotation that swallows the rest of the file and passes."""
    rows = b"".join(b"%d,name,%d\n" % (number, number) for number in range(2, 500))
    report = with_bytes(plain, HEADER + b'1,"open,1\n' + rows + b"500,last,WRONG\n")
    assert {("csv-malformed", 2), ("cell-type", 501)} <= found(report)
    assert report.rows["things"] == 500


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_bom_and_line_ends(plain: Folder, line_end: bytes, bom: bytes) -> None:
    """Catches a byte order mark or a carriage return that gets into a name or a value."""
    lines = [HEADER.strip(), b"1,one,10", b'2,"t\nwo",x', b"3,three,y"]
    report = with_bytes(plain, bom + line_end.join([*lines, b""]))
    assert found(report) == {("cell-type", 4), ("cell-type", 5)}
    assert [f.column for f in report] == [5, 9]


@pytest.mark.parametrize("text", ["t\ro", "two\r", "\r", "t\r\ro\n\r", "t\r,o"])
def test_a_carriage_return_in_quotes_is_a_character(plain: Folder, text: str) -> None:
    """Catches a cell that RFC 4180 allows, refused or read as something else.

    "Fields containing line breaks (CRLF), double quotes, and commas should be enclosed".
    """
    data = HEADER + f'1,"{text}",10\n2,two,20\n'.encode()
    report = with_bytes(plain, data)
    assert list(report) == []
    assert report.rows == {"things": 2}
    with kzdata.load(plain.root) as package:
        assert [row.name for row in package.tables["things"]] == [text, "two"]
        assert package.sql("SELECT name FROM things ORDER BY id").rows() == [(text,), ("two",)]


@pytest.mark.parametrize("row", [b'2,two,20"', b'2,two"",20', b'2,two",20'])
def test_one_stray_quote_in_a_sound_file(plain: Folder, row: bytes) -> None:
    """Catches a quotation mark at the end of a bare cell, which a fast reader takes as it is."""
    report = with_bytes(plain, HEADER + b'1,"one, ""or so""",10\n' + row + b'\n3,"",30\n')
    assert ("csv-malformed", 3) in found(report)
    assert report.rows["things"] == 3


@pytest.mark.parametrize("row", [b"x", b'1,"x'])
def test_a_row_without_an_end_is_no_valid_one(plain: Folder, row: bytes) -> None:
    """Catches a last row that a fast reader passes over, as it is longer than what it can hold."""
    report = with_bytes(plain, HEADER + row + b"x" * (80 << 20))
    assert "line 2 begins a row of over" in report.unchecked[0]
    assert report.valid


@pytest.mark.parametrize("size", [3, 4, 5, 7, 8])
@pytest.mark.parametrize(("data", "stray"), [
    (b'a,"b"\n"c ""d"", e",""\n"",f\n', False), (b'\xef\xbb\xbf"a","b ""c"""\r\n', False),
    (b'aa\r\nbbb\r\ncc\r\n', False), (b'aa\r\nbbb\rcc\r\n', True),
    (b'a"\n"b"\n', True), (b'a,b""\n', True), (b'a,"b"c\n', True), (b'"a" ,b\n', True),
    (b'a,"b\n', True), (b'"a"b"c"\n', True),
])  # fmt: skip
def test_a_stray_quote_between_two_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, stray: bool, size: int
) -> None:
    """Catches a mark that is looked at without what stands beside it."""
    monkeypatch.setattr("kzdata.files.csv.CHUNK", size)
    (tmp_path / "a.csv").write_bytes(data)
    assert file_stats(tmp_path / "a.csv").suspicious is stray
    assert file_stats(tmp_path / "a.csv", count_lines=True).suspicious is stray


@pytest.mark.parametrize("size", [2, 3, 7, 1 << 20])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    parts=st.lists(
        st.sampled_from(["\n", "\r\n", "\r", '"', '""', ",", "a", "\ufeff", "é", "\x01", "\u202a"]),
        max_size=20,
    )
)
def test_lines_are_counted_as_blank_ones_are_found(
    tmp_path: Path, size: int, parts: list[str]
) -> None:
    """Catches a blank line that the number of lines does not tell, and a character half seen."""
    (tmp_path / "a.csv").write_bytes("".join(parts).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kzdata.files.csv.CHUNK", size)
        usual = file_stats(tmp_path / "a.csv")
        counted = file_stats(tmp_path / "a.csv", count_lines=True)
    text = "".join(parts)
    assert counted.controls == usual.controls == bool(re.search("[\x01\u202a]", text))
    assert usual.suspicious >= counted.suspicious
    if not counted.suspicious and text.strip("\ufeff"):
        kinds = [kind for kind, *_ in Sheet([tmp_path / "a.csv"])._numbered()]
        rows = kinds.count("row") + kinds.count("header")
        assert (counted.lines == rows) is ("blank" not in kinds)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    rows=st.lists(
        st.sampled_from(
            ["1,one,10", '2,"two\n\nlines",20', '3,"a ""b""",30', "", "4,four,x", "5,\x01,5"]
        ),
        max_size=6,
    ),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
)
def test_a_blank_line_is_found_by_the_number_of_lines(
    plain: Folder, rows: list[str], end: str, last: bool
) -> None:
    """Catches a blank line that nobody looks for, or a finding that depends on who looks."""
    data = HEADER + end.join([*rows, ""] if last else rows).encode()
    counted = with_bytes(plain, data)
    with pytest.MonkeyPatch.context() as patch:

        def exact(*rest: Any, **_: Any) -> FileStats:
            return file_stats(*rest)

        patch.setattr("kzdata.validation.runner.file_stats", exact)
        assert validate(plain.root).findings == counted.findings


def test_a_malformed_header_is_no_blank_line(plain: Folder) -> None:
    """Catches a fault of the header that is told as another, or of another file."""
    report = with_bytes(plain, HEADER.replace(b"id", b'"id"x') + b"1,one,10\n")
    assert found(report) == {("csv-malformed", 1)}


def test_mixed_line_ends(plain: Folder) -> None:
    """Catches a reader that gives up, or drops rows, where line ends change on the way."""
    report = with_bytes(plain, HEADER + b"1,one,10\r\n2,two,x\n3,three,30\r\n4,four,y")
    assert {("cell-type", 3), ("cell-type", 5)} <= found(report)
    assert report.rows["things"] == 4


def test_old_line_ends(plain: Folder) -> None:
    """Catches a file of the old Macintosh taken for one long header."""
    report = with_bytes(plain, (HEADER + b"1,one,10\n2,two,20\n").replace(b"\n", b"\r"))
    assert not report.valid


def test_blank_lines_are_told(plain: Folder) -> None:
    """Catches blank lines that shift the line numbers of all rows behind them."""
    report = with_bytes(plain, HEADER + b"\n1,one,10\n\r\n\n2,two,x\n")
    assert found(report) == {
        ("csv-blank-line", 2),
        ("csv-blank-line", 4),
        ("csv-blank-line", 5),
        ("cell-type", 6),
    }


def test_a_giant_cell(plain: Folder) -> None:
    """Catches a cell over two megabytes, at which the fast reader gives up."""
    report = with_bytes(plain, HEADER + b"1," + b"x" * (3 << 20) + b",10\n2,two,WRONG\n")
    assert ("cell-type", 3) in found(report)
    assert not report.valid


def test_binary_data(plain: Folder) -> None:
    """Catches a traceback for a file that is no text at all."""
    for data in (bytes(range(256)) * 64, HEADER + bytes(range(256)) * 64, b"\x1f\x8b" * 999):
        assert not with_bytes(plain, data).valid


CHUNKS = [b'"', b"\n", b"\r", b",", b"\x00", b"\xff", b"\xef\xbb\xbf", b"1", b"a", b'""', b"\xc3"]


@given(st.lists(st.sampled_from(CHUNKS), max_size=30).map(b"".join), st.booleans())
@settings(max_examples=80)
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes, headed: bool) -> None:
    """Catches any exception for any bytes in place of a table."""
    package = build(tmp_path_factory.mktemp("any"), [Spec("things", SCHEMA, [])])
    report = with_bytes(package, (HEADER if headed else b"") + data)
    for finding in report:
        assert finding.line is None or 1 <= finding.line <= data.count(b"\n") + 2
        assert finding.column is None or finding.column >= 1
    assert report.rows or not report.valid


def test_a_missing_schema(plain: Folder) -> None:
    """Catches a resource without a schema that stops the run, or passes for one that is checked."""
    plain.describe(lambda package: package["resources"][0].pop("schema"))
    report = validate(plain.root)
    assert (report.rows, report.by_rule) == ({"things": 3}, {"not-checked": 1})


def test_a_deeply_nested_schema(plain: Folder) -> None:
    """Catches a schema file that overflows the stack, or is called malformed for our limits."""
    (plain.root / "deep.json").write_bytes(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)
    plain.describe(lambda package: package["resources"][0].update(schema="deep.json"))
    report = validate(plain.root)
    assert report.valid and report.rows == {}
    assert report.unchecked == (
        "resources[0].schema: deep.json is nested too deep: over 100 levels; "
        "keep to the limits: docs/validation.md",
    )


def test_two_tables_of_one_file_and_of_one_name(plain: Folder) -> None:
    """Catches two resources that overwrite one another."""
    entry = plain.resource("things")
    plain.describe(lambda p: p["resources"].extend([{**entry, "name": "again"}, entry]))
    report = validate(plain.root)
    assert report.rows == {"things": 3, "again": 3}
    assert "descriptor" in report.by_rule


def test_table_names_that_differ_in_case_only(tmp_path: Path) -> None:
    """Catches `Things` overwriting `things`: SQL doesn't tell them apart, file names may."""
    schema = {"fields": columns("id"), "primaryKey": "id"}
    specs = [Spec("things", schema, [["a"]]), Spec("others", schema, [["b"], ["c"]])]
    package = build(tmp_path, specs)
    package.describe(lambda described: described["resources"][1].update(name="Things"))
    report = validate(package.root)
    assert report.rows == {"things": 1, "Things": 2} or "descriptor" in report.by_rule


def test_texts_that_cannot_be_read(plain: Folder, tmp_path: Path) -> None:
    """Catches a traceback for a folder of texts that is not there, or is a file."""
    for place in (tmp_path / "nowhere", plain.file("things")):
        with pytest.raises(PackageError):
            validate(plain.root, texts=place)


def test_json_of_a_hostile_report_can_be_written(plain: Folder) -> None:
    """Catches a finding that quotes bytes which no JSON can hold."""
    report = with_bytes(plain, HEADER + b"1,\xff\xed\xa0\x80\x00\x1b,10\n")
    assert json.loads(json.dumps(report.as_dict()))["valid"] is False
    assert json.dumps(report.as_dict(), ensure_ascii=False).encode("utf-8")


# ------------------------------------------------------------------------------ size


class Cost(NamedTuple):
    """What one `kzdata validate` came to."""

    code: int
    megabytes: int
    output: str


# A process counts as its own what the one had that it was split off from, and tests hold a lot.
STARTER = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stderr=subprocess.STDOUT)
_, status, used = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), used.ru_maxrss, file=sys.stderr)
"""


def cost(place: Path, *arguments: str) -> Cost:
    """Validate in a process of its own, and measure its peak of memory."""
    with tempfile.TemporaryFile() as out:
        command = [sys.executable, "-m", "kzdata.cli", "validate", str(place), *arguments]
        starter = [sys.executable, "-c", STARTER, *command]
        done = subprocess.run(starter, stdout=out, stderr=subprocess.PIPE, text=True, check=True)
        code, peak = map(int, done.stderr.split())
        out.seek(0)
        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        return Cost(code, peak // unit, out.read().decode())


def streamed(package: Folder, parts: Iterable[bytes]) -> None:
    """Write a table that is too large to be made in memory."""
    with package.file("things").open("wb") as out:
        out.writelines(parts)

    def unseal(described: dict[str, Any]) -> None:
        for name in ("bytes", "hash"):
            described["resources"][0].pop(name)

    package.describe(unseal)


measured = pytest.mark.skipif(not hasattr(os, "wait4"), reason="no peak of memory without wait4")


@measured
@pytest.mark.slow
@pytest.mark.parametrize("byte", [b"x", b"\0", b'"', b"\xe2"])
def test_a_field_of_a_gigabyte(plain: Folder, byte: bytes) -> None:
    """Catches a cell that is held in memory, or in which the time goes with the square."""
    rows = [HEADER, b"1,", *([byte * (1 << 20)] * 1024), b",10\n", b"2,two,WRONG\n"]
    streamed(plain, rows)
    done = cost(plain.root)
    assert done.code == 1
    # Bytes that are no UTF-8 are a fault however long the row is.
    words = "not UTF-8" if byte == b"\xe2" else "line 2 begins a row of over"
    assert words in done.output
    assert "things.csv:3:7: cell-type" in done.output
    assert done.megabytes < 800


@measured
@pytest.mark.slow
def test_a_gigabyte_in_an_open_quotation(plain: Folder) -> None:
    """Catches rows that are held in memory until a quotation ends."""
    lines = b"".join(b"%d,name,1\n" % n for n in range(1000)) + b"x" * 100_000 + b"\n"
    rows = [HEADER, b'0,"open,1\n', *([lines] * 4_000), b"2,two,WRONG\n"]
    streamed(plain, rows[:2] + rows[2:400] + rows[-1:])
    done = cost(plain.root)
    assert done.code == 1
    assert "things.csv:2:3: csv-malformed" in done.output
    assert done.megabytes < 800


@measured
@pytest.mark.slow
def test_a_million_columns(plain: Folder) -> None:
    """Catches a header, or a row, that is held as a million objects many times over."""
    wide = b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n"
    streamed(plain, [wide, b"1," * 999_999 + b"1\n"])
    done = cost(plain.root)
    assert (done.code, "things.csv:1:1: csv-header" in done.output) == (1, True)
    assert done.megabytes < 800
    assert len(done.output) < 5_000


@measured
def test_a_million_findings(plain: Folder) -> None:
    """Catches a report that fills the memory, or that counts wrong."""
    streamed(plain, [HEADER, b"x,=y,z\n" * 500_000])
    done = cost(plain.root, "--format", "json")
    report = json.loads(done.output)
    assert done.code == 1
    assert len(report["findings"]) <= 10_000
    total = report["errors"] + report["warnings"] + sum(report["omitted"].values())
    assert total == 500_000 * 3  # two types and a formula
    assert done.megabytes < 800


@measured
def test_findings_of_many_tables(plain: Folder) -> None:
    """Catches a limit for each table that many tables make none."""
    streamed(plain, [HEADER, b"x,y,z\n" * 1_001])
    one = {"path": "tables/things.csv", "schema": {"fields": FIELDS}}
    plain.describe(lambda p: p.update(resources=[{**one, "name": f"t{n}"} for n in range(11)]))
    done = cost(plain.root, "--format", "json")
    report = json.loads(done.output)
    assert len(report["findings"]) == 20_000
    assert report["omitted"]["cell-type"] == 11 * 2 * 1_001 - 20_000
    assert done.megabytes < 800


@pytest.mark.parametrize("chosen", [(), ("primary-key",)])
def test_a_flood_of_warnings_hides_no_error(plain: Folder, chosen: tuple[str, ...]) -> None:
    """Catches an error that is not listed, and so does not count, behind a limit of findings."""
    names = [f"c{n}" for n in range(21)]
    rows = [",".join(names), *[",".join(["=1"] * 21)] * 1_001]
    (plain.root / "flood.csv").write_text("\n".join(rows))
    warnings = {
        "name": "a",
        "path": "flood.csv",
        "schema": {"fields": [{"name": n} for n in names]},
    }
    plain.describe(lambda described: described["resources"].insert(0, warnings))
    report = validate(plain.root, select=chosen)
    assert report.valid
    plain.file("things").write_bytes(HEADER + b"1,one,1\n1,one,1\n")
    plain.reseal()
    report = validate(plain.root, select=chosen)
    assert (report.valid, report.by_rule["primary-key"]) == (False, 2)


@measured
@pytest.mark.slow
def test_findings_of_giant_cells(plain: Folder) -> None:
    """Catches cells that are kept whole for each finding about them."""
    row = b"1," + b"x" * 500_000 + b"," + b"y" * 500_000 + b"\n"
    streamed(plain, [HEADER, row * 100, row * 100, row * 100])
    limits = {"primaryKey": "name", "uniqueKeys": [["size"]]}
    plain.reschema("things", lambda schema: schema.update(limits))
    done = cost(plain.root, "--format", "json", "--memory-limit", "500MB")
    assert done.code == 1
    assert len(done.output) < 3_000_000
    assert done.megabytes < 1_500


# ------------------------------------------------------------------------------ temporary files


def test_temporary_files_are_where_they_should_be(plain: Folder, tmp_path: Path) -> None:
    """Catches a temporary file that is made elsewhere, or that is left behind."""
    place = tmp_path / "room"
    place.mkdir()
    seen: set[str] = set()

    def look(step: str, number: int, of: int) -> None:
        seen.update(path.name for path in place.rglob("*"))

    compressed = gzip.compress(plain.file("things").read_bytes())
    (plain.root / "tables/things.csv.gz").write_bytes(compressed)
    plain.describe(lambda p: p["resources"][0].update(path="tables/things.csv.gz"))
    plain.reseal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
        for package in (plain.root, zipped(plain)):
            assert list(validate(package, temp_dir=place, progress=look)) == []
    assert {"0-unpacked.csv", "datapackage.json"} <= seen
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("name", ["nowhere", "package.zip", "a\0b", "shut"])
def test_no_place_for_temporary_files(plain: Folder, tmp_path: Path, name: str) -> None:
    """Catches a traceback, or a silent change of place."""
    zipped(plain)
    (tmp_path / "shut").mkdir(mode=0o500)
    if name == "shut" and os.access(tmp_path / "shut", os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(UsageError, match="no place for temporary files"):
        validate(plain.root, temp_dir=tmp_path / name)


def test_no_room_is_no_fault_of_the_file(plain: Folder) -> None:
    """Catches an engineer who is sent to mend rows that are well-formed."""
    (found,) = validate(plain.root, memory_limit="1KB")
    assert found.found.startswith("could not tell: Out of Memory")
    assert "--memory-limit" in found.found


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("sent", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_whoever_stops_it_waits_for_nothing(plain: Folder, tmp_path: Path, sent: str) -> None:
    """Catches temporary files that are left after Ctrl-C, and a query that goes on."""
    place = tmp_path / "room"
    place.mkdir()
    rows = b"".join(b"%d,%d,%d\n" % (n, n, n) for n in range(3_000_000))
    (plain.root / "things.csv.gz").write_bytes(gzip.compress(HEADER + rows, 1))
    plain.describe(lambda p: p["resources"][0].update(path="things.csv.gz"))
    plain.reschema("things", lambda schema: schema.update(uniqueKeys=[["id", "name", "size"]]))
    command = [sys.executable, "-m", "kzdata.cli", "validate", str(plain.root)]
    process = subprocess.Popen([*command, "--temp-dir", str(place)])
    while process.poll() is None and not list(place.glob("*/0/*.csv")):
        sleep(0.01)
    process.send_signal(signal.Signals[sent])
    assert process.wait(30) == 130
    assert list(place.iterdir()) == []
