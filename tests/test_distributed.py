"""Validation by the tasks of an engine finds, in the same order, what one machine finds."""

import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands import kz
from kzdata.engine.buckets import HASH
from kzdata.errors import UsageError
from kzdata.files.limits import PackageLimits
from kzdata.validation import Report, validate
from kzdata.validation.distributed import driver, pieces
from kzdata.validation.distributed.driver import run_distributed
from kzdata.validation.distributed.engine import LocalEngine
from kzdata.validation.distributed.pieces import Parcel
from packages import Folder, Spec, build, written
from test_differential import packages


@pytest.fixture(scope="module", autouse=True)
def apart() -> Iterator[None]:
    """Each file is a piece of its own, but empty ones."""
    with patch.object(pieces, "PIECE_BYTES", 0):
        yield


def cut(folder: Folder, parts: int, seed: int = 0) -> Folder:
    """The same package, the rows of each table in so many files, some of them empty."""
    draw = random.Random(seed)

    def divide(described: dict[str, Any]) -> None:
        for entry in described["resources"]:
            names = [one["name"] for one in entry["schema"]["fields"]]
            rows = folder.rows(entry["name"])
            ends = sorted(draw.randint(0, len(rows)) for _ in range(parts - 1))
            paths = []
            for n, (start, end) in enumerate(zip([0, *ends], [*ends, len(rows)], strict=True)):
                paths.append(f"tables/{entry['name']}-{n}.csv")
                (folder.root / paths[-1]).write_bytes(written(names, rows[start:end]))
            entry["path"] = paths
            for seal in ("bytes", "hash"):
                del entry[seal]

    folder.describe(divide)
    return folder


def alike(root: Path, engine: LocalEngine | None = None) -> Report:
    """The report of one machine, after that of an engine was the same."""
    alone = validate(root, allow=False)
    assert run_distributed(root, engine or LocalEngine()).as_dict() == alone.as_dict()
    return alone


KEYED = {
    "fields": [{"name": "k", "type": "integer"}, {"name": "x", "type": "string"}],
    "primaryKey": ["k"], "uniqueKeys": [["x"]],
}  # fmt: skip
CHILD = {
    "fields": [{"name": "c", "type": "number"}, {"name": "y", "type": "date"}],
    "foreignKeys": [{"fields": ["c"], "reference": {"resource": "t", "fields": ["k"]}}],
}


def dirty(root: Path, rows: int = 40) -> Folder:
    """Two tables with faults of cells and keys."""
    parents = [[str(n % 30) if n % 7 else "", f"x{n % 35}"] for n in range(rows)]
    children = [[f"{n}.0" if n % 5 else "no", "2024-02-3" + str(n % 2)] for n in range(rows)]
    return build(root, [Spec("t", KEYED, parents), Spec("s", CHILD, children)])


def few_bits(number: int) -> str:
    """SQL of a hash that many texts share."""
    return f"(hash({{}}) >> {64 - number} << {64 - number})"


def cut_and_compared(specs: list[Spec], parts: int, seed: int, together: int, bits: int) -> None:
    hashed = few_bits(bits) if bits < 64 else HASH
    with (
        tempfile.TemporaryDirectory() as place,
        patch.object(pieces, "PIECE_BYTES", together),
        patch.object(pieces, "HASH", hashed),
    ):
        alike(cut(build(Path(place), specs), parts, seed).root)


QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
together, bits = st.sampled_from([0, 0, 0, 100, 1_000]), st.sampled_from([1, 3, 64, 64])
cuts = (packages(), st.integers(2, 4), st.integers(0, 99), together, bits)


@given(*cuts)
@settings(derandomize=True, max_examples=20, suppress_health_check=QUIET)
def test_any_package_cut_into_files_gives_the_same_report(
    specs: list[Spec], parts: int, seed: int, together: int, bits: int
) -> None:
    """Catches what hangs on the cut: types, formats, missing values, limits and keys."""
    cut_and_compared(specs, parts, seed, together, bits)


@pytest.mark.slow
@given(*cuts)
@settings(max_examples=300, suppress_health_check=QUIET)
def test_more_packages_cut_into_files_give_the_same_report(
    specs: list[Spec], parts: int, seed: int, together: int, bits: int
) -> None:
    """The same over more packages, others each time."""
    cut_and_compared(specs, parts, seed, together, bits)


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_a_package_of_several_files_gives_the_same_report(tmp_path: Path, parts: int) -> None:
    """Catches a finding, a count or an order that hangs on who reads a file."""
    report = alike(cut(dirty(tmp_path), parts).root)
    rules = {"primary-key", "unique-key", "foreign-key", "cell-type"}
    assert rules <= report.by_rule.keys()


def test_a_table_in_one_file_gives_the_same_report(tmp_path: Path) -> None:
    """Catches a size, a hash or a changelog that only one machine looks at."""
    folder = dirty(tmp_path)
    (folder.root / "tables/t.csv").write_bytes(b"k,x\n1,a\n1,b\n")
    assert {"resource-bytes", "resource-hash"} <= alike(folder.root).by_rule.keys()


def test_more_findings_than_are_kept_are_cut_at_the_same_place(tmp_path: Path) -> None:
    """Catches another choice of findings, or another count, where a limit is passed."""
    rows = [["1", "x"]] * 1_500 + [["no", f"{n}"] for n in range(1_500)] + [["", "x"]] * 1_200
    children = [[f"{n}", "2024-13-01"] for n in range(2_500)]
    folder = build(tmp_path, [Spec("t", KEYED, rows), Spec("s", CHILD, children)])
    report = alike(cut(folder, 3).root)
    assert report.omitted.keys() == {"primary-key", "unique-key", "foreign-key", "cell-type"}


ODD: dict[str, list[bytes]] = {
    "widths": [b"k,x\n1\n", b"k,x\n2,b,c\n\n3,d\n"],
    "bytes": [b"k,x\n1,a\x85\n", b'k,x\n2,"a\rb"\n3,a"b\n', b"k,x\n4,a\x00\n5,\xc2\x85\n"],
    "empty files": [b"", b"k,x\n1,a\n", b""],
    "an empty one at the end": [b"k,x\n1,a\n1,b\n", b"k,x\n"],
    "another header": [b"k,x\n1,a\nz,a\n", b"x,k\nb,1\n", b"k,x\n1,a\n"],
    "the header lacks a column": [b"k\n1\n1\nz\n", b"k\n1\n"],
    "one more column": [b"k,x,z\n1,a,b\n", b"k,x,z\n1,\x01,b\n"],
    "other ones": [b"a,b\n1,a\n", b"a,b\n1,b\n"],
    "an open quotation": [b'k,x\n1,"a\n2,b\n', b"k,x\n1,c\n"],
    "UTF-16": [b"k,x\n1,a\n", "k,x\n1,b\n".encode("utf-16")],
}


@pytest.mark.parametrize("files", ODD.values(), ids=ODD)
def test_odd_files_give_the_same_report(files: list[bytes], tmp_path: Path) -> None:
    """Catches what of one file hangs on another, and is missed, or said twice, without it."""
    folder = cut(dirty(tmp_path), len(files))
    for n, data in enumerate(files):
        (folder.root / f"tables/t-{n}.csv").write_bytes(data)
    assert not alike(folder.root).valid


def test_parquet_files_give_the_same_report(tmp_path: Path) -> None:
    """Catches a row of a Parquet file that is counted from the first file on."""
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    folder = cut(dirty(tmp_path), 3)
    for name in ("t", "s"):
        for file in folder.root.glob(f"tables/{name}-*.csv"):
            header, *lines = file.read_text("utf-8").splitlines()
            columns = zip(*(line.split(",") for line in lines), strict=True)
            names = header.split(",")
            made = arrow.table(dict(zip(names, map(list, columns), strict=True)))
            parquet.write_table(made, file.with_suffix(".parquet"))

    def rename(described: dict[str, Any]) -> None:
        for entry in described["resources"]:
            entry["path"] = [path.replace(".csv", ".parquet") for path in entry["path"]]

    folder.describe(rename)
    rules = {"primary-key", "unique-key", "foreign-key", "cell-type"}
    assert rules <= alike(folder.root).by_rule.keys()


def test_a_file_that_is_not_there_gives_the_same_report(tmp_path: Path) -> None:
    """Catches rows that are checked although their table is not all there."""
    folder = cut(dirty(tmp_path), 2)
    (folder.root / "tables/t-1.csv").unlink()
    assert alike(folder.root).by_rule["resource-path"] == 1


COMPOSITE = {
    "fields": [
        {"name": "a", "type": "string", "missingValues": ["", "-"]},
        {"name": "b", "type": "number"},
        {"name": "c", "type": "integer"},
    ],
    "primaryKey": ["c"], "uniqueKeys": [["a", "b"]],
    "foreignKeys": [{"fields": ["a", "b"], "reference": {"resource": "", "fields": ["b", "a"]}}],
}  # fmt: skip


def test_keys_of_several_columns_and_empty_parts_give_the_same_report(tmp_path: Path) -> None:
    """Catches parts that run into one another, and a key with an empty part that counts."""
    cells = ["", "-", "1", "1.0", "11", "1:1", "x" * 70, "x" * 71]
    rows = [[a, b, str(n % 50)] for n, (a, b) in enumerate(product(cells, cells))]
    folder = build(tmp_path, [Spec("t", COMPOSITE, rows + rows[20:30])])
    report = alike(cut(folder, 5).root)
    assert {"primary-key", "unique-key", "foreign-key"} <= report.by_rule.keys()


@pytest.mark.parametrize("bits", [1, 2, 5])
def test_hashes_that_keys_share_hide_and_invent_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bits: int
) -> None:
    """Catches a verdict by hashes: whoever makes a package can make keys that share one."""
    monkeypatch.setattr(driver, "BUCKET_BYTES", 100)
    monkeypatch.setattr(pieces, "HASH", few_bits(bits))
    rows = [[str(n), f"x{n if n % 9 else 9}"] for n in range(200)]
    children = [[f"{3 * n}.00", "2024-02-03"] for n in range(100)]
    folder = build(tmp_path / "some", [Spec("t", KEYED, rows), Spec("s", CHILD, children)])
    report = alike(cut(folder, 4).root)
    assert (report.by_rule["unique-key"], report.by_rule["foreign-key"]) == (23, 33)
    good = build(tmp_path / "none", [Spec("t", KEYED, [[f"{n}", f"{n}"] for n in range(99)])])
    assert alike(cut(good, 4).root).valid


def test_more_candidates_than_are_kept_hide_no_wrong_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches findings that are cut off before the candidates that are none are left out."""
    monkeypatch.setattr(pieces, "HASH", few_bits(1))
    rows = [[f"{n}", f"x{n}"] for n in range(3_000)] + [[f"{n}", f"y{n}"] for n in range(1_500)]
    report = alike(cut(build(tmp_path, [Spec("t", KEYED, rows)]), 3).root)
    assert report.omitted == {"primary-key": 2_000}


@pytest.mark.parametrize("skewed", ["1", "x" * 100])
def test_one_key_in_all_rows_gives_the_same_report(tmp_path: Path, skewed: str) -> None:
    """Catches a bucket that grows with the rows of a skewed key, and a long key that is cut."""
    schema = {
        "fields": [{"name": "k", "type": "string"}], "uniqueKeys": [["k"]],
        "foreignKeys": [{"fields": ["k"], "reference": {"resource": "s", "fields": ["c"]}}],
    }  # fmt: skip
    specs = [
        Spec("t", schema, [[skewed]] * 5_000),
        Spec("s", CHILD, [["1", ""], [f"{'x' * 99}", ""]]),
    ]
    folder, engine = cut(build(tmp_path, specs), 4), LocalEngine()
    report = alike(folder.root, engine)
    assert report.omitted["unique-key"] == 4_000
    kept = [one for (task, _), some in engine.kept.items() if task == "read_piece" for one in some]
    assert sum(len(one.data) for one in kept) < 10_000


def test_small_files_go_together(tmp_path: Path) -> None:
    """Catches a file that is in no task, or in two, and tasks of a few bytes each."""
    folder = cut(dirty(tmp_path, 400), 8)
    number = {}
    for size in (0, 1_000, 1 << 20):
        engine = LocalEngine()
        with patch.object(pieces, "PIECE_BYTES", size):
            alike(folder.root, engine)
        number[size] = sum(task == "read_piece" for task, _ in engine.kept)
    assert number[0] == 16
    assert 2 < number[1_000] < 16
    assert number[1 << 20] == 2


class Unsteady(LocalEngine):
    """Loses each task half-way, and carries it out anew; jobs come in another order."""

    lost = 0

    def carry_out(self, task: str, job: Parcel) -> Iterator[Parcel]:
        with suppress(ConnectionError):
            for _ in super().carry_out(task, job):
                self.lost += 1
                raise ConnectionError
        return super().carry_out(task, job)

    def run(self, task: str, jobs: Sequence[Parcel]) -> list[Parcel]:
        return super().run(task, [*reversed(jobs)])


def test_a_task_that_dies_is_run_again(tmp_path: Path) -> None:
    """Catches a task that leaves something behind, or says something else the second time."""
    engine, temp = Unsteady(), tmp_path / "temp"
    temp.mkdir()
    folder = cut(dirty(tmp_path / "p"), 3)
    alone = validate(folder.root)
    report = run_distributed(folder.root, engine, temp_dir=temp)
    assert report.as_dict() == alone.as_dict()
    assert engine.lost > 6
    assert list(temp.iterdir()) == []


def test_many_files_and_buckets_give_the_same_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a key that is looked for in another bucket than that of its twin."""
    monkeypatch.setattr(driver, "BUCKET_BYTES", 100)
    alike(cut(dirty(tmp_path, 120), 12).root)


def test_what_does_not_go_with_spark_is_refused(tmp_path: Path) -> None:
    """Catches an option that is passed over in silence."""
    with pytest.raises(UsageError, match="no scratch; name a folder"):
        validate(tmp_path, spark=object())
    with pytest.raises(UsageError, match="scratch is for Spark"):
        validate(tmp_path, scratch=tmp_path)
    with pytest.raises(UsageError, match="texts is for one machine"):
        validate(tmp_path, spark=object(), scratch=tmp_path, texts=tmp_path)


def test_the_command_refuses_a_half_of_the_two_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches `--scratch` that is passed over, and a traceback where PySpark is not installed."""
    done = kz("validate", tmp_path, "--scratch", tmp_path)
    assert (done.code, "scratch is for Spark" in done.err) == (2, True)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    done = kz("validate", tmp_path, "--spark", "local[2]")
    assert (done.code, "pip install pyspark" in done.err) == (2, True)


def test_a_zip_is_refused(tmp_path: Path) -> None:
    """Catches a package that only the driver sees."""
    file = shutil.make_archive(str(tmp_path / "packed"), "zip", dirty(tmp_path / "p").root)
    with pytest.raises(UsageError, match=r"a packed package: .* unpack it"):
        run_distributed(file, LocalEngine())


def test_another_version_on_a_worker_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches findings of two versions in one report."""
    monkeypatch.setattr(pieces, "versions", lambda _: ["kzdata 9.9.9", "DuckDB v9"])
    with pytest.raises(UsageError, match=r"kzdata 9.9.9 on a worker, kzdata .* here"):
        run_distributed(dirty(tmp_path).root, LocalEngine())


def test_receipts_are_said_to_be_unchecked(island: Folder) -> None:
    """Catches a package whose receipts nobody looked at and that passes for valid in silence."""
    report = run_distributed(island.root, LocalEngine())
    told = {one.field for one in report if one.rule == "not-checked"}
    traced = {
        one["name"] for one in island.tables() if "kzdata:" in str(island.schema(one["name"]))
    }
    assert traced <= told
    assert report.rows == validate(island.root).rows
    island.write("islets", [])
    assert "foreign-key" in run_distributed(island.root, LocalEngine()).by_rule


def test_workers_keep_to_the_limits_of_whoever_validates(tmp_path: Path) -> None:
    """Catches a task that reads with limits of its own."""
    root = cut(dirty(tmp_path), 3).root
    for limits in (PackageLimits(files=2), PackageLimits(fields=1)):
        found = run_distributed(root, LocalEngine(), limits=limits)
        assert found.as_dict() == validate(root, allow=False, package_limits=limits).as_dict()
        assert "not-checked" in found.by_rule
