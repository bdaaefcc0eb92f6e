"""How long `kzdata diff` takes on two versions of an invented table, and how much memory.

One row in a hundred is changed, one in a thousand removed, one in five thousand has another key;
with `moved` the rows stand in reverse order, with `keyless` there is no key, with `field` there is
a new one. Whole processes in turns, medians:

    .venv/bin/python benchmarks/diff.py [ROWS]
"""

import csv
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from timing import in_turns, median

KZDATA = [sys.executable, "-m", "kzdata.cli", "diff"]
COLUMNS = ["id", "name", "x", "y", "day", "note"]
Row = list[str]


def rows(numbers: Iterable[int]) -> Iterator[Row]:
    """The old version."""
    for number in numbers:
        drawn = number * 2_654_435_761 % 2**32
        size, share = str(drawn % 1000), str(drawn / 2**32)
        yield [f"ID-{number:08d}", f"name {drawn}", size, share, "2022-01-05", ""]


def changed(old: Iterator[Row]) -> Iterator[Row]:
    """The new version."""
    for number, row in enumerate(old):
        if number % 1000 == 0:
            continue
        if number % 100 == 3:
            row[2] = "changed"
        if number % 5000 == 7:
            row[0] = f"NEW-{number}"
        yield row


def package(folder: Path, columns: list[str], body: Iterator[Row], key: str = "id") -> str:
    """Write a package of one table."""
    folder.mkdir()
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([columns])
        csv.writer(file, lineterminator="\n").writerows(body)
    fields = [{"name": column, "type": "string"} for column in columns]
    schema = {"fields": fields, **({"primaryKey": key} if key else {})}
    resource = {"name": "t", "path": "t.csv", "schema": schema}
    described = {"name": "big", "version": "1.0.0", "resources": [resource]}
    (folder / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    return str(folder)


def main(count: int) -> None:
    """Print wall time, processor time and peak memory of each comparison."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        old = package(root / "old", COLUMNS, rows(range(count)))
        bare = package(root / "bare", COLUMNS, rows(range(count)), "")
        new = package(root / "new", COLUMNS, changed(rows(range(count))))
        keyless = package(root / "keyless", COLUMNS, changed(rows(range(count))), "")
        moved = package(root / "moved", COLUMNS, rows(range(count - 1, -1, -1)))
        wider = ([*row, "v"] for row in rows(range(count)))
        field = package(root / "field", [*COLUMNS, "extra"], wider)
        commands = {
            "changed": [*KZDATA, old, new],
            "changed, 300 MB": [*KZDATA, old, new, "--memory-limit", "300MB"],
            "keyless": [*KZDATA, bare, keyless],
            "moved": [*KZDATA, old, moved],
            "field": [*KZDATA, old, field],
        }
        for label, answers in in_turns(commands, lambda _: 3).items():
            cost = median([answer.cost for answer in answers])
            print(f"{label:<16} {cost.wall:6.2f} s {cost.cpu:6.2f} s cpu {cost.peak:6.0f} MB")


if __name__ == "__main__":
    main(int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000)
