r"""This version of kzdata beside one before: start-up, packages, tables, receipts, questions.

    git worktree add ../before COMMIT
    python benchmarks/before.py --before ../before [--rows 1e5,1e6] [--traceable 1e5] \
        [--claims 1e5] [--runs 5]

Both versions take turns, in whole processes, on the same files: the bundled package is the one of
the version before, which both can read. A question is measured inside of its process, after the
package is loaded, as in `questions.py`.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from compileall import compile_dir
from pathlib import Path
from typing import NamedTuple

import questions
from meaning import BEFORE, NOW
from timing import ROOT, Answer, Cost, in_turns, machine, median, python, versions
from validate import numbers, package

KZDATA = ("-m", "kzdata.cli")


class Pair(NamedTuple):
    """What both versions are asked to do.

    Attributes:
        about: The work, in words.
        commands: The command of each version.
    """

    about: str
    commands: Mapping[str, Sequence[str]]


def validations(given: argparse.Namespace) -> Iterator[tuple[str, Path]]:
    """Packages to be validated, with their names."""
    yield "the package before", given.before
    for rows in given.rows:
        yield f"{rows:,} rows", package(rows)
    for figures in given.traceable:
        yield f"{figures:,} figures with receipts", package(figures, "--traceable")


def pair(about: str, given: argparse.Namespace, *words: str) -> Pair:
    """The same command line for both versions."""
    return Pair(about, {BEFORE: python(given.before, *words), NOW: python(ROOT, *words)})


def whole(given: argparse.Namespace) -> Iterator[Pair]:
    """Commands of which the whole process counts."""
    for option in ("--help", "--version"):
        yield pair(f"kzdata {option}", given, *KZDATA, option)
    for about, folder in validations(given):
        yield pair(f"validate {about}", given, *KZDATA, "validate", str(folder))


def asked(given: argparse.Namespace) -> Iterator[Pair]:
    """Questions of which only the answer counts, not the time to load the package."""
    for claims in given.claims:
        folder = package(claims, "--traceable")
        script = [str(Path(questions.__file__)), "--folder", str(folder), "--ask"]
        for name in questions.QUESTIONS:
            yield pair(f"{name}, {claims:,} claims", given, *script, name)


def inside(answers: Sequence[Answer]) -> list[Cost]:
    """What the processes say that their question took."""
    return [Cost(*json.loads(answer.output)) for answer in answers]


def line(about: str, costs: Mapping[str, Cost]) -> str:
    """One row of the table."""
    before, now = costs[BEFORE], costs[NOW]
    return (
        f"| {about} | {before.wall:.3f} | {now.wall:.3f} | {now.wall / before.wall:.2f}"
        f" | {now.cpu / before.cpu:.2f} | {before.peak:.0f} | {now.peak:.0f} |"
    )


def main() -> None:
    """Measure and print, line by line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--before", type=Path, metavar="CHECKOUT", required=True)
    parser.add_argument("--rows", type=numbers, default=[], metavar="N[,N...]")
    parser.add_argument("--traceable", type=numbers, default=[], metavar="FIGURES[,...]")
    parser.add_argument("--claims", type=numbers, default=[], metavar="N[,N...]")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    given.before = given.before.resolve()
    compile_dir(given.before / "sdk", quiet=1)  # as `in_turns` does with this checkout
    print(f"{machine()}; {versions(['duckdb'])}; {given.runs} runs\n")
    print("| | before, s | now, s | now to before | processor time | before, MB | now, MB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for pairs, costs in ((whole(given), lambda a: [one.cost for one in a]), (asked(given), inside)):
        for about, commands in pairs:
            answers = in_turns(commands, lambda _: given.runs)
            print(line(about, {at: median(costs(a)) for at, a in answers.items()}), flush=True)


if __name__ == "__main__":
    main()
