"""Spark finds, in the same order, what one machine finds: on Sail, and on Spark itself if asked.

`make test-spark` installs Sail, which speaks Spark Connect and needs no Java. With
`KZDATA_SPARK=local[2]` the session is one of PySpark, which does.
"""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from commands import kz
from kzdata.errors import UsageError
from kzdata.validation import validate
from kzdata.validation.distributed.spark import session
from packages import Folder, Spec, build
from test_differential import packages
from test_distributed import KEYED, ODD, QUIET, apart, cut, dirty

__all__ = ["apart"]  # a fixture
MASTER = os.environ.get("KZDATA_SPARK")
pytest.importorskip("pyspark" if MASTER else "pysail")
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def master() -> Iterator[str]:
    """Where Spark is."""
    if MASTER:
        yield MASTER
        return
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer()
    server.start()
    _, port = server.listening_address
    yield f"sc://localhost:{port}"
    server.stop()


@pytest.fixture(scope="module")
def spark(master: str) -> Iterator[Any]:
    """A session of Spark; it ends first, or it looks for the server until long after the tests."""
    yield (made := session(master))
    made.stop()


def alike(root: Path, spark: Any, scratch: Path) -> kzdata.Report:
    """The report of one machine, after that of Spark was the same."""
    alone = validate(root)
    assert validate(root, spark=spark, scratch=scratch).as_dict() == alone.as_dict()
    assert list(scratch.iterdir()) == []
    return alone


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers see."""
    return tmp_path_factory.mktemp("scratch")


@given(packages(), st.integers(2, 4), st.integers(0, 99))
@settings(derandomize=True, max_examples=10, suppress_health_check=QUIET)
def test_any_package_gives_the_same_report(
    spark: Any,
    scratch: Path,
    tmp_path_factory: pytest.TempPathFactory,
    specs: list[Spec],
    parts: int,
    seed: int,
) -> None:
    """Catches what is lost, or comes twice, on the way over Spark."""
    folder = build(tmp_path_factory.mktemp("package"), specs)
    alike(cut(folder, parts, seed).root, spark, scratch)


@pytest.mark.parametrize("files", ODD.values(), ids=ODD)
def test_odd_files_give_the_same_report(
    files: list[bytes], spark: Any, scratch: Path, tmp_path: Path
) -> None:
    """Catches a table that is read again as a whole, and counted twice."""
    folder = cut(dirty(tmp_path), len(files))
    for n, data in enumerate(files):
        (folder.root / f"tables/t-{n}.csv").write_bytes(data)
    assert not alike(folder.root, spark, scratch).valid


def test_a_key_in_all_rows_gives_the_same_report(spark: Any, scratch: Path, tmp_path: Path) -> None:
    """Catches a skewed key: all rows fall into one bucket, and more than are kept are wrong."""
    rows = [["1", "x"]] * 3_000
    report = alike(cut(build(tmp_path, [Spec("t", KEYED, rows)]), 6).root, spark, scratch)
    assert report.omitted == {"primary-key": 2_000, "unique-key": 2_000}


def test_the_command_gives_the_same_report(
    master: str, spark: Any, scratch: Path, tmp_path: Path
) -> None:
    """Catches an option that does not reach Spark, and an exit code of 0 for a broken package."""
    assert spark  # the session that the command finds
    root = cut(dirty(tmp_path), 3).root
    done = kz("validate", root, "-f", "json", "--spark", master, "--scratch", scratch)
    assert (done.code, done.out) == (1, kz("validate", root, "-f", "json").out)


def test_a_session_that_is_none_is_refused(tmp_path: Path) -> None:
    """Catches an error from deep within Spark where the mistake is at the call."""
    folder: Folder = dirty(tmp_path)
    with pytest.raises(UsageError, match="no Spark session but a str"):
        validate(folder.root, spark="local[2]", scratch=tmp_path)


SCHEMA = "id string, n long, day date"
ROWS: list[list[Any]] = [
    ["a", 1, date(2031, 1, 1)],
    ["b", 7, date(2031, 1, 2)],
    ["b", 2, None],
    [None, 3, None],
]
FIELDS = {
    "fields": [
        {"name": "id", "type": "string", "constraints": {"required": True}},
        {"name": "n", "type": "integer", "constraints": {"maximum": 5}},
        {"name": "day", "type": "date"},
    ],
    "primaryKey": ["id"],
}
OWNED = {
    "fields": [{"name": "of", "type": "string"}],
    "foreignKeys": [{"fields": ["of"], "reference": {"resource": "t", "fields": ["id"]}}],
}


def owned(root: Path) -> Folder:
    """A package of two tables, of which one refers to the other."""
    rows = [["" if cell is None else str(cell) for cell in row] for row in ROWS]
    return build(root, [Spec("t", FIELDS, rows), Spec("owned", OWNED, [["a"], ["z"]])])


def test_tables_of_the_session_are_checked_as_files_are(
    spark: Any, scratch: Path, tmp_path: Path
) -> None:
    """Catches rows of a DataFrame that are not read, and keys that are not compared with files."""
    root = owned(tmp_path).root
    frame = spark.createDataFrame(ROWS, SCHEMA)
    report = validate(root, spark=spark, scratch=scratch, tables={"t": frame})
    alone = validate(root)

    def said(one: kzdata.Report) -> list[tuple[Any, ...]]:
        return sorted((f.rule, f.table, f.field, f.record or "", f.found) for f in one)

    assert said(report) == said(alone)
    assert {f.rule for f in report} >= {"primary-key", "foreign-key", "cell-maximum"}
    assert report.rows == alone.rows and report.path == str(root)
    assert all(f.file.startswith("tables/0/0000") for f in report if f.table == "t")
    assert list(scratch.iterdir()) == []


def test_tables_that_are_none_are_refused(spark: Any, scratch: Path, tmp_path: Path) -> None:
    """Catches a misspelt name that leaves the file to be read in silence."""
    root, frame = owned(tmp_path).root, spark.createDataFrame(ROWS, SCHEMA)
    with pytest.raises(UsageError, match="no resource 'T'; did you mean t"):
        validate(root, spark=spark, scratch=scratch, tables={"T": frame})
    with pytest.raises(UsageError, match="t: a list, no DataFrame of Spark"):
        validate(root, spark=spark, scratch=scratch, tables={"t": ROWS})
    with pytest.raises(UsageError, match="a scratch folder that this machine sees"):
        validate(root, spark=spark, scratch="s3://bucket", tables={"t": frame})
    with pytest.raises(UsageError, match="tables is for Spark"):
        validate(root, tables={"t": frame})
    assert list(scratch.iterdir()) == []
