"""Limits of ours on a package: each leaves what is beyond it, and a caller may raise it."""

import gzip
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kzdata
from commands import kz, refused, shell
from kzdata.engine.limits import Limits
from kzdata.errors import NotReadError, PackageError, UsageError
from kzdata.files.limits import IN_BYTES, NAMES, PackageLimits
from kzdata.validation import validate
from packages import Folder, Spec, build, column, columns
from workbooks import write_xlsx

LIMITED = ("files", "resources", "fields", "keys", "values", "json", "unpacked", "workbook")
"""Limits of parts of a package; the others are of the package as a whole, or of the engine."""


# ------------------------------------------------------------------------------ how they are given


def test_what_is_given_by_name() -> None:
    """Catches a size read as a number, and a limit that changes another one."""
    found = PackageLimits.of(["unpacked=64GiB,files=100000", " fields=5000 "])
    assert found == replace(PackageLimits(), unpacked=64 << 30, files=100_000, fields=5_000)
    assert PackageLimits.of([]) == PackageLimits()


@given(st.fixed_dictionaries({}, optional={name: st.integers(1, 10_000) for name in NAMES}))
def test_every_limit_can_be_given(stated: dict[str, int]) -> None:
    assert PackageLimits.of([f"{k}={v}" for k, v in stated.items()]) == PackageLimits(**stated)


@pytest.mark.parametrize(("text", "words"), [
    ("file=7", "no limit 'file'; there are unpacked, spilled, .*; did you mean files"),
    ("files", "limit files: '' is no whole number; write files=5000"),
    ("files=many", "limit files: 'many' is no whole number"),
    ("files=-1", "limit files: '-1' is no whole number"),
    ("files=٣", "limit files"),
    ("files=0", "limit files: 0 is no whole number from 1 to"),
    ("fields=10001", "limit fields: 10001 is no whole number from 1 to 10,000"),
    ("unpacked=much", "limit unpacked: 'much' is not a size; write 2GB"),
    ("unpacked=9999999TB", "limit unpacked"),
    ("", "no limit ''"),
])  # fmt: skip
def test_what_is_no_limit(text: str, words: str, tmp_path: Path) -> None:
    """Catches a slip that leaves the usual limit in place without a word."""
    with pytest.raises(UsageError, match=re.escape(words).replace(r"\.\*", ".*")):
        PackageLimits.of([text])
    assert re.match(
        re.escape(words).replace(r"\.\*", ".*"), refused(kz("validate", tmp_path, "--limit", text))
    )


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "5", None, 1 << 60])
def test_what_a_program_gives_is_looked_at(value: Any) -> None:
    with pytest.raises(UsageError, match=r"limit files: .* is no whole number"):
        kzdata.PackageLimits(files=value)


# ------------------------------------------------------------------------------ what they do


def of_files(root: Path) -> Folder:
    folder = build(root, [Spec("things", {"fields": columns("id")}, [["1"]])])
    paths = [f"{number}.csv" for number in range(3)]
    for path in paths:
        (root / path).write_text("id\n1\n")
    folder.describe(lambda p: p["resources"].append(
        {"name": "many", "path": paths, "schema": {"fields": columns("id")}}
    ))  # fmt: skip
    return folder


def of_resources(root: Path) -> Folder:
    one = {"fields": columns("id")}
    return build(root, [Spec(f"t{number}", one, [["1"]]) for number in range(3)])


def of_fields(root: Path) -> Folder:
    return build(root, [Spec("things", {"fields": columns("a b c")}, [["1", "2", "3"]])])


def of_keys(root: Path) -> Folder:
    schema = {"fields": columns("a b c"), "uniqueKeys": [["a"], ["b"], ["c"]]}
    return build(root, [Spec("things", schema, [["1", "2", "3"]])])


def of_values(root: Path) -> Folder:
    schema = {"fields": [column("a", enum=["1", "2", "3"])]}
    return build(root, [Spec("things", schema, [["1"]])])


def of_another(root: Path, name: str, write: Callable[[Path], object]) -> Folder:
    """A package with a table in another form."""
    folder = build(root, [Spec("things", {"fields": columns("id")}, [["1"]])])
    write(root / name)
    entry = {"name": "other", "path": name, "schema": {"fields": columns("id")}}
    folder.describe(lambda p: p["resources"].append(entry))
    return folder


def of_json(root: Path) -> Folder:
    return of_another(root, "t.json", lambda file: file.write_text('[{"id": "1"}]'))


def of_unpacked(root: Path) -> Folder:
    return of_another(root, "t.csv.gz", lambda file: file.write_bytes(gzip.compress(b"id\n1\n")))


def of_workbook(root: Path) -> Folder:
    pytest.importorskip("openpyxl")
    return of_another(root, "t.xlsx", lambda file: write_xlsx(file, {"s": [["id"], ["1"]]}))


@pytest.mark.parametrize("name", LIMITED)
@pytest.mark.parametrize("apart", [False, True])
def test_what_is_beyond_is_not_checked_until_it_is_allowed(
    name: str, apart: bool, tmp_path: Path
) -> None:
    """Catches a limit that makes a package invalid, one that no caller can raise, and its way."""
    package = globals()[f"of_{name}"](tmp_path / "package")
    options: Any = {"limits": Limits()} if apart else {}
    assert list(validate(package.root, **options)) == []
    tight = PackageLimits(**{name: 2})
    report = validate(package.root, package_limits=tight, **options)
    assert report.valid and report.by_rule == {"not-checked": 1}, report
    (told,) = report
    (value,) = re.findall(rf"--limit {name}=(\w+) allows more", told.fix)
    assert value == ("SIZE" if name in IN_BYTES else "3")
    done = kz("validate", package.root, "--limit", f"{name}=2", "--strict")
    assert (done.code, f"--limit {name}={value} allows more" in done.out) == (1, True)
    raised = PackageLimits(**{name: 1 << 20 if name in IN_BYTES else int(value)})
    assert list(validate(package.root, package_limits=raised, **options)) == []
    stated = f"{name}={asdict(raised)[name]}"
    assert kz("validate", package.root, "--limit", stated, "--strict").code == 0


def test_the_descriptor_has_its_limit(tmp_path: Path) -> None:
    package = of_fields(tmp_path / "package")
    with pytest.raises(NotReadError, match="over 20 bytes; --limit descriptor=SIZE allows more"):
        validate(package.root, package_limits=PackageLimits(descriptor=20))
    assert "--limit descriptor=SIZE" in refused(
        kz("validate", package.root, "--limit", "descriptor=20")
    )


@pytest.mark.parametrize(("limit", "value", "words"), [
    ("entries", 3, "over 3 entries; --limit entries={} allows more"),
    ("unpacked", 100, "bytes, which is too much; --limit unpacked=SIZE allows more"),
    ("ratio", 5, "--limit ratio="),
])  # fmt: skip
def test_a_zip_has_its_limits(limit: str, value: int, words: str, tmp_path: Path) -> None:
    """Catches a zip whose own limits stay as they are, whatever the caller allows."""
    rows = [["0" * 1_000] for _ in range(3_000)]
    package = build(tmp_path / "package", [Spec("things", {"fields": columns("id")}, rows)])
    file = tmp_path / "package.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(package.root.rglob("*")):
            archive.write(path, path.relative_to(package.root))
        number = len(archive.infolist())
    with pytest.raises((NotReadError, PackageError)) as caught:
        validate(file, package_limits=PackageLimits(**{limit: value}))
    assert words.format(number) in str(caught.value)
    most = {"entries": number, "unpacked": 1 << 24, "ratio": 2_000}[limit]
    loose = PackageLimits(**{"ratio": 2_000, limit: most})
    assert list(validate(file, package_limits=loose)) == []


def test_a_package_sets_no_limit_of_its_own(tmp_path: Path) -> None:
    """Catches a setting that is read from what a stranger wrote."""
    package = of_files(tmp_path / "package")
    package.describe(lambda p: p.update({"limits": {"files": 9}, "kzdata:limits": {"files": 9}}))
    package.describe(lambda p: p["resources"][1].update(limit="files=9"))
    report = validate(package.root, package_limits=PackageLimits(files=2))
    assert report.by_rule == {"not-checked": 1}


def test_the_limits_of_all_tables_follow_those_of_one(tmp_path: Path) -> None:
    package = build(tmp_path / "p", [
        Spec(f"t{n}", {"fields": columns("a b c")}, [["1", "2", "3"]]) for n in range(12)
    ])  # fmt: skip
    report = validate(package.root, package_limits=PackageLimits(fields=3))
    assert report.by_rule == {"not-checked": 1}
    assert len(report.rows) == 10
    assert "30 fields and 1000 keys in all" in repr(report)
    assert list(validate(package.root, package_limits=PackageLimits(fields=4))) == []


def test_five_thousand_fields_are_checked(tmp_path: Path) -> None:
    """Catches a limit that can be raised, and a step behind it that cannot follow."""
    names = [f"f{number}" for number in range(5_000)]
    fields = [column(name, "integer") for name in names]
    rows = [["1"] * 5_000, ["1"] * 4_999 + ["x"]]
    package = build(tmp_path / "wide", [Spec("wide", {"fields": fields}, rows)])
    report = validate(package.root, package_limits=PackageLimits.of(["fields=5000"]))
    (found,) = report
    assert (found.rule, found.field, found.line) == ("cell-type", "f4999", 3)


def test_a_process_of_its_own_has_the_limits(tmp_path: Path) -> None:
    """Catches limits that stay in the parent of the process that validates."""
    root = of_fields(tmp_path / "package").root
    tight = shell("kzdata validate . --strict --limit fields=2", root)
    assert (tight.code, "--limit fields=3 allows more" in tight.out) == (1, True)
    assert shell("kzdata validate . --strict --limit fields=3", root).code == 0
    said = shell("kzdata validate . --limit field=3", root)
    assert (said.code, said.err.startswith("kzdata: no limit 'field'; there are ")) == (2, True)


def test_what_is_opened_with_a_limit_is_validated_with_it(tmp_path: Path) -> None:
    """Catches a table that is validated, and that nobody can read."""
    package = of_fields(tmp_path / "package")
    with kzdata.load(package.root, package_limits=PackageLimits(fields=2)) as kz:
        assert not kz.tables
        assert kz.validate().by_rule == {"not-checked": 1}
    with kzdata.load(package.root, package_limits=PackageLimits(fields=3)) as kz:
        assert [row.a for row in kz.things] == ["1"]
        assert list(kz.validate()) == []


def test_a_reader_of_a_limit_above_the_columns_of_a_file_is_told() -> None:
    """Catches the advice of a limit that no limit can be."""
    with pytest.raises(UsageError, match=r"limit fields: 20000 .* from 1 to 10,000"):
        PackageLimits(fields=20_000)


def test_the_limits_of_the_engine_follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a limit of the disk that stops before DuckDB."""
    from kzdata.engine.database import Database

    with Database(spill=5 << 20) as database:
        ((size,),) = database.rows("SELECT current_setting('max_temp_directory_size')")
    assert size == "5.0 MiB"


def test_reports_say_the_same_in_json(tmp_path: Path) -> None:
    package = of_values(tmp_path / "package")
    told = kz("validate", package.root, "--limit", "values=2", "-f", "json")
    (found,) = json.loads(told.out)["findings"]
    assert (found["rule"], "--limit values=3" in found["fix"]) == ("not-checked", True)
