"""What the workers cost: kzdata alone, the engine of one process, and Sail, over the same files.

    python benchmarks/spark.py [--rows 1e6,1e7] [--files N] [--runs N] [--write]

Writes the five invented tables as CSV and as Parquet, each in so many files, and measures whole
processes in turns. Sail is measured where it is installed (`make test-spark`), with its start.
`--write` renews the table of docs/benchmarks.md.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from timing import Cost, in_turns, median, renew

if TYPE_CHECKING:
    import kzdata

INVENTED = Path(__file__).with_name("invented.py")
FORMS = {"csv": "(FORMAT csv, HEADER)", "parquet": "(FORMAT parquet)"}
LARGE = 1_000_000  # rows above which each way is measured once
ALONE, ONE, SAIL = "kzdata alone", "one process", "Sail"


def divided(folder: Path, rows: int, files: int, form: str) -> Path:
    """A package of so many rows, the rows of each table in so many files."""
    command = [sys.executable, str(INVENTED), str(folder), str(rows)]
    subprocess.run([*command, *(["--parquet"] if form == "parquet" else [])], check=True)
    place = folder / "datapackage.json"
    described = json.loads(place.read_text("utf-8"))
    for entry in described["resources"]:
        entry["path"] = list(_cut(folder, entry["path"], files, form))
        entry.pop("bytes", None)
        entry.pop("hash", None)
    place.write_text(json.dumps(described), encoding="utf-8")
    return folder


def _cut(folder: Path, path: str, files: int, form: str) -> Iterator[str]:
    whole = str(folder / path)
    table = f"read_csv('{whole}', all_varchar=true, nullstr='\\N')"
    if form == "parquet":
        table = f"read_parquet('{whole}')"
    ((number,),) = duckdb.sql(f"SELECT count(*) FROM {table}").fetchall()
    size = -(-number // files) or 1
    for n in range(files):
        part = path.replace(".", f"-{n}.")
        rows = f"SELECT * FROM {table} LIMIT {size} OFFSET {n * size}"
        duckdb.sql(f"COPY ({rows}) TO '{folder / part}' {FORMS[form]}")
        yield part
    Path(whole).unlink()


def carry_out(way: str, root: str) -> None:
    """Validate in one way, and print the report's hash and the bytes that went between tasks."""
    import kzdata

    between = 0
    if way == ALONE:
        report = kzdata.validate(root)
    elif way == ONE:
        from kzdata.validation.distributed.driver import run_distributed
        from kzdata.validation.distributed.engine import LocalEngine

        report = run_distributed(root, engine := LocalEngine())
        between = sum(len(one.data) for kept in engine.kept.values() for one in kept)
    else:
        report = _on_sail(root)
    assert report.valid
    print(json.dumps({"rows": sum(report.rows.values()), "between": between}))


def _on_sail(root: str) -> "kzdata.Report":
    from pysail.spark import SparkConnectServer

    import kzdata
    from kzdata.validation.distributed.spark import session

    server = SparkConnectServer()
    server.start()
    spark = session(f"sc://localhost:{server.listening_address[1]}")
    with tempfile.TemporaryDirectory() as scratch:
        report = kzdata.validate(root, spark=spark, scratch=scratch)
    spark.stop()
    server.stop()
    return report


class Result(NamedTuple):
    """What one way took for one package, and the bytes a row that went between tasks."""

    rows: int
    form: str
    way: str
    cost: Cost
    between: float


def compared(rows: int, files: int, runs: int) -> Iterator[Result]:
    """All ways over both forms of so many rows."""
    with tempfile.TemporaryDirectory() as place:
        roots = {form: divided(Path(place) / form, rows, files, form) for form in FORMS}
        ways = [ALONE, ONE, *([SAIL] if find_spec("pysail") else [])]
        commands = {
            (form, way): [sys.executable, __file__, "--way", way, str(root)]
            for form, root in roots.items()
            for way in ways
        }
        named = {f"{form} {way}": command for (form, way), command in commands.items()}
        answers = in_turns(named, lambda _: runs if rows <= LARGE else 1)
    for form, way in commands:
        some = answers[f"{form} {way}"]
        told = json.loads(some[0].output)
        cost = median([one.cost for one in some])
        yield Result(rows, form, way, cost, told["between"] / told["rows"])


def table(results: list[Result]) -> str:
    """Markdown: each way beside kzdata alone on CSV."""
    titles = "rows | files | way | processor, s | to kzdata alone on CSV | peak, MB | bytes a row"
    lines = [f"| {titles} |", "|---:|---|---|---:|---:|---:|---:|"]
    alone = {one.rows: one.cost.cpu for one in results if (one.form, one.way) == ("csv", ALONE)}
    for one in results:
        between = f"{one.between:.0f}" if one.between else ""
        ratio, cost = one.cost.cpu / alone[one.rows], one.cost
        form = {"csv": "CSV", "parquet": "Parquet"}[one.form]
        words = f"{one.rows:,} | {form} | {one.way} | {cost.cpu:.1f} | {ratio:.2f}"
        lines.append(f"| {words} | {cost.peak:.0f} | {between} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="1e6")
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--way", nargs=2, metavar=("WAY", "PACKAGE"), help="one way, once")
    asked = parser.parse_args()
    if asked.way:
        carry_out(*asked.way)
        return
    sizes = [int(float(rows)) for rows in asked.rows.split(",")]
    found = [one for rows in sizes for one in compared(rows, asked.files, asked.runs)]
    print(table(found))
    if asked.write:
        renew("spark", table(found))


if __name__ == "__main__":
    main()
