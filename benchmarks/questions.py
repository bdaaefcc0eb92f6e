"""How long questions take on a large package, in one process each, with its peak memory.

    python benchmarks/questions.py [--claims 1e6] [--folder FOLDER] [--write]

The package is invented (`invented.py --traceable`); in FOLDER it is kept and used again. Each
question is asked of a package that is loaded; `load` is the time to read all tables into the
database, and the first filter works out what everything rests on. To add a question, add a line to
`QUESTIONS`.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from timing import machine, measured, renew, versions

DAY, ARTICLE, CLAIM, SPAN = "2031-07-01", "AR-00000001", "CL-00000025", "SP-00000075"
TOWN = "PL-00000030"
COUNT = "select outcome, count(*), sum(value_low) from claims group by outcome"
QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "load": lambda kz: kz.sql("select 1").rows(),
    "first filter": lambda kz: kz.as_of("2031-06-01"),
    "as_of": lambda kz: kz.as_of(DAY),
    "as_of, then count claims": lambda kz: kz.as_of(DAY).sql(COUNT).rows(),
    "without": lambda kz: kz.without(ARTICLE),
    "without, then what fell": lambda kz: kz.without(ARTICLE).fallen.rows(),
    "toll": lambda kz: kz.toll(),
    "toll under a policy": lambda kz: kz.toll("drowned", policy="cautious"),
    "disagreements": lambda kz: kz.disagreements(),
    "disagreements in a place": lambda kz: kz.disagreements(place=TOWN),
    "timeline": lambda kz: kz.timeline(),
    "record by key": lambda kz: kz[CLAIM],
    "trace a claim": lambda kz: kz.trace(CLAIM),
    "trace a passage": lambda kz: kz.trace(SPAN),
    "trace an article": lambda kz: kz.trace(source=ARTICLE),
    "sql: count claims": lambda kz: kz.sql(COUNT).rows(),
    "sql: claims with their receipts": lambda kz: kz.sql(
        "select e.role, count(*) from claims c join evidence e on e.record_id = c.claim_id"
        " where c.outcome = 'fled' group by 1"
    ).rows(),
}
FREE = ("load", "first filter")
"""Questions that are asked of a package that nothing was asked of before."""


def ask(folder: Path, name: str) -> None:
    """Ask one question, after what comes before it, and print seconds, processor time, memory."""
    import kzdata

    with kzdata.load(folder) as kz:
        for before in FREE[: FREE.index(name) if name in FREE else None]:
            QUESTIONS[before](kz)
        began, worked = perf_counter(), process_time()
        QUESTIONS[name](kz)
        seconds, cpu = perf_counter() - began, process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps([seconds, cpu, peak]))


def table(folder: Path, claims: int) -> str:
    """Every question measured, as Markdown."""
    size = sum(file.stat().st_size for file in folder.glob("*.csv")) / 1e6
    lines = [
        f"{claims:,} claims, {size:,.0f} MB of CSV; {machine()}; {versions(['duckdb'])}; "
        f"load of the machine {os.getloadavg()[0]:.1f}.",
        "",
        "| question | wall, s | processor, s | peak, MB |",
        "|:--|---:|---:|---:|",
    ]
    for name in QUESTIONS:
        command = [sys.executable, __file__, "--folder", str(folder), "--ask", name]
        seconds, cpu, peak = json.loads(measured(command).output)
        lines.append(f"| {name} | {seconds:.2f} | {cpu:.2f} | {peak:.0f} |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


def main() -> None:
    """Print the table, or write it into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=float, default=1e6)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--ask", choices=QUESTIONS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ask:
        ask(given.folder, given.ask)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder, claims = given.folder or Path(temporary), int(given.claims)
        if not (folder / "datapackage.json").is_file():
            from invented import traceable, write

            write(folder, traceable(claims))
        text = table(folder, claims)
    if given.write:
        renew("questions", text)


if __name__ == "__main__":
    main()
