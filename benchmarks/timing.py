"""Whole processes measured: wall time, processor time and peak memory."""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from compileall import compile_dir
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


class Cost(NamedTuple):
    """What one process, or the median of several, took.

    Attributes:
        wall: Seconds from start to end.
        cpu: Seconds of processor time, of the program and of the system for it, over all threads.
        peak: Largest resident memory, in megabytes (10^6 bytes).
    """

    wall: float
    cpu: float
    peak: float


class Answer(NamedTuple):
    """A process that ended.

    Attributes:
        cost: What it took.
        code: Its exit code.
        output: What it wrote to standard output.
    """

    cost: Cost
    code: int
    output: str


class FailedError(Exception):
    """A process ended with an exit code that was not expected; a crash is no speed."""


def measured(command: Sequence[str], allowed: Iterable[int] = (0,)) -> Answer:
    """Run one process to its end, in the root of the checkout.

    This process must stay small: Linux counts what a child shares with its parent before it
    becomes a program of its own.

    Args:
        command: Program and arguments.
        allowed: Exit codes that are no failure.

    Raises:
        FailedError: The exit code is another.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as wrong:
        began = perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=wrong)
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - began
        process.returncode = code = os.waitstatus_to_exitcode(status)
        out.seek(0)
        wrong.seek(0)
        text, error = out.read().decode(errors="replace"), wrong.read().decode(errors="replace")
    if code not in tuple(allowed):
        raise FailedError(f"{' '.join(command)}\nexit code {code}\n{text[-500:]}\n{error[-2000:]}")
    cost = Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)
    return Answer(cost, code, text)


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each part by itself."""
    return Cost(*(statistics.median(part) for part in zip(*costs, strict=True)))


def in_turns(
    commands: Mapping[str, Sequence[str]],
    runs: Callable[[str], int],
    allowed: Iterable[int] = (0,),
) -> dict[str, list[Answer]]:
    """Measure each command several times, one after the other in every round.

    A machine that is busy for a while is so for all of them.

    Args:
        commands: Commands by name.
        runs: How often each is measured.
        allowed: Exit codes that are no failure.
    """
    compile_dir(ROOT / "sdk", quiet=1)  # as pip does with what it installs
    answers: dict[str, list[Answer]] = {name: [] for name in commands}
    for turn in range(max(map(runs, commands), default=0)):
        for name, command in commands.items():
            if turn < runs(name):
                answers[name].append(measured(command, allowed))
    return answers


def python(checkout: Path, *words: str) -> list[str]:
    """A command line: Python with the kzdata of a checkout."""
    return ["env", f"PYTHONPATH={checkout / 'sdk'}", sys.executable, *words]


def machine() -> str:
    """The machine in words, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}"


def versions(names: Iterable[str]) -> str:
    """Python and the installed ones of these packages, with their versions."""
    found = [f"Python {platform.python_version()}"]
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


PAGE = ROOT / "docs" / "benchmarks.md"


def renew(part: str, text: str) -> None:
    """Put a text between the marks of a part of docs/benchmarks.md; all else is kept.

    Raises:
        FailedError: The page has no such part.
    """
    start, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    before, found, rest = PAGE.read_text(encoding="utf-8").partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise FailedError(f"{PAGE.name} has no {start} ... {end}")
    PAGE.write_text(f"{before}{start}\n\n{text}\n\n{end}{after}", encoding="utf-8")
