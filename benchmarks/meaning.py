"""What the rules that read the articles cost: this version of kzdata beside one before.

    git worktree add ../before COMMIT
    python benchmarks/meaning.py --before ../before --figures 1e5,1e6 --runs 5 [--write]

An invented package with all its receipts and its articles (`invented.py --traceable --texts`) is
validated by both checkouts, with the articles and without, in whole processes in turns. The median
counts, of seconds and of memory, and the ratio of the two: it stays the same from machine to
machine. Both run in the Python of this process, which must have what both need.
"""

import argparse
from collections.abc import Mapping, Sequence
from compileall import compile_dir
from pathlib import Path
from typing import NamedTuple

from timing import ROOT, Cost, in_turns, machine, median, python, renew, versions
from validate import numbers, package

BEFORE, NOW = "before", "now"
PATIENT = ("--timeout", "86400")
"""A day: what is slow is to be measured, and not stopped."""
WITH, WITHOUT = "with the articles", "without"


class Compared(NamedTuple):
    """What both versions took for one package.

    Attributes:
        figures: How many figures it has.
        how: Whether they had the articles.
        runs: How often each was measured.
        before: What the version before took.
        now: What this one takes.
    """

    figures: int
    how: str
    runs: int
    before: Cost
    now: Cost

    @property
    def ratios(self) -> tuple[float, float]:
        """Now to before: seconds, and seconds of processor time."""
        return self.now.wall / self.before.wall, self.now.cpu / self.before.cpu


def command(checkout: Path, folder: Path, *options: str) -> list[str]:
    """The command line of a checkout on a package."""
    words = ["-m", "kzdata.cli", "validate", str(folder), *PATIENT, *options]
    return python(checkout, *words)


def compared(before: Path, figures: int, runs: int, how: Sequence[str]) -> list[Compared]:
    """Measure both versions on a package of so many figures."""
    folder = package(figures, "--traceable", "--texts")
    compile_dir(before / "sdk", quiet=1)  # as `in_turns` does with this checkout
    options = {WITH: ["--texts", str(folder / "texts")], WITHOUT: []}
    commands = {
        f"{name}, {way}": command(checkout, folder, *options[way])
        for way in how
        for name, checkout in ((BEFORE, before), (NOW, ROOT))
    }
    answers = in_turns(commands, lambda _: runs)
    costs = {name: median([answer.cost for answer in found]) for name, found in answers.items()}
    return [told(figures, way, runs, costs) for way in how]


def told(figures: int, how: str, runs: int, costs: Mapping[str, Cost]) -> Compared:
    """The costs of both versions, side by side."""
    return Compared(figures, how, runs, costs[f"{BEFORE}, {how}"], costs[f"{NOW}, {how}"])


def as_table(found: Sequence[Compared]) -> str:
    """Markdown: seconds and memory of both versions, and the ratio."""
    rows = [
        "| figures | articles | before, s | now, s | now to before | the same, processor time |"
        " before, MB | now, MB | runs |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in found:
        wall, cpu = one.ratios
        seconds = f"{one.before.wall:.2f} | {one.now.wall:.2f} | {wall:.2f} | {cpu:.2f}"
        memory = f"{one.before.peak:.0f} | {one.now.peak:.0f}"
        rows.append(f"| {one.figures:,} | {one.how} | {seconds} | {memory} | {one.runs} |")
    return "\n".join(rows)


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--before", type=Path, metavar="CHECKOUT", required=True)
    parser.add_argument("--figures", type=numbers, default=[100_000], metavar="N[,N...]")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=(WITH, WITHOUT), help="with the articles, or without")
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    given = parser.parse_args()
    how = [given.only] if given.only else [WITH, WITHOUT]
    found = [
        one
        for figures in given.figures
        for one in compared(given.before.resolve(), figures, given.runs, how)
    ]
    text = f"{machine()}; {versions(['duckdb'])}.\n\n{as_table(found)}"
    print(text)
    if given.write:
        renew("meaning", text)


if __name__ == "__main__":
    main()
