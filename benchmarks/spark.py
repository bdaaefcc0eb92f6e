"""What the workers cost: kzdata alone, the engine of one process, and Sail, over the same files.

    python benchmarks/spark.py ROWS [--files N]

Writes the five invented tables, each in so many files, and prints seconds on the clock, processor
seconds, and both as a share of kzdata alone. Sail is measured where it is installed
(`make test-spark`); its first call pays for its start.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

import kzdata
from kzdata.validation.distributed.driver import run_distributed
from kzdata.validation.distributed.engine import LocalEngine
from kzdata.validation.distributed.spark import session

INVENTED = Path(__file__).with_name("invented.py")


def divided(folder: Path, rows: int, files: int) -> Path:
    """A package of so many rows, the rows of each table in so many files."""
    subprocess.run([sys.executable, str(INVENTED), str(folder), str(rows)], check=True)
    place = folder / "datapackage.json"
    described = json.loads(place.read_text("utf-8"))
    for entry in described["resources"]:
        entry["path"] = list(_cut(folder, entry["path"], files))
        entry.pop("bytes", None)
        entry.pop("hash", None)
    place.write_text(json.dumps(described), encoding="utf-8")
    return folder


def _cut(folder: Path, path: str, files: int) -> Any:
    text = f"read_csv('{folder / path}', all_varchar=true, nullstr='\\N')"
    ((number,),) = duckdb.sql(f"SELECT count(*) FROM {text}").fetchall()
    size = -(-number // files) or 1
    for n in range(files):
        part = path.replace(".csv", f"-{n}.csv")
        rows = f"SELECT * FROM {text} LIMIT {size} OFFSET {n * size}"
        duckdb.sql(f"COPY ({rows}) TO '{folder / part}' (FORMAT csv, HEADER)")
        yield part


def processor() -> float:
    """Processor seconds of this process and of those that it waited for."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def measured(work: Callable[[], kzdata.Report]) -> tuple[float, float, kzdata.Report]:
    """Seconds on the clock, processor seconds, and what was found."""
    clock, before = time.monotonic(), processor()
    report = work()
    return time.monotonic() - clock, processor() - before, report


def main() -> None:
    """Measure, and print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int)
    parser.add_argument("--files", type=int, default=4)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as scratch:
        root = divided(Path(place) / "package", asked.rows, asked.files)
        ways: dict[str, Callable[[], kzdata.Report]] = {
            "alone": lambda: kzdata.validate(root),
            "one process": lambda: run_distributed(root, LocalEngine()),
        }
        if find_spec("pysail"):
            from pysail.spark import SparkConnectServer

            server = SparkConnectServer()
            server.start()
            spark = session(f"sc://localhost:{server.listening_address[1]}")
            ways["Sail"] = lambda: kzdata.validate(root, spark=spark, scratch=scratch)
        first: tuple[float, float, kzdata.Report] | None = None
        for name, work in ways.items():
            wall, cpu, report = measured(work)
            first = first or (wall, cpu, report)
            assert report.as_dict() == first[2].as_dict()
            shares = f"{wall / first[0]:.2f} {cpu / first[1]:.2f}"
            print(f"{name:12} {wall:8.2f} s {cpu:8.2f} s processor, {shares} of alone")
        if "Sail" in ways:
            spark.stop()
            server.stop()


if __name__ == "__main__":
    main()
