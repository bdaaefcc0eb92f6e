"""A random search for packages and queries that break the limits of the command.

    python benchmarks/hostile.py --minutes 60 --seed 1 --write
    python benchmarks/hostile.py --seed 1 --case 117          # one case again
    python benchmarks/hostile.py --only parquet --minutes 5   # one kind

Each case (`traps.py`) is made in a folder of its own, and the command is run on it with a deadline
and a limit of memory. It is judged from outside, by the whole tree of its processes: how long it
took, how much memory they held together, how much stood in the folder for temporary files, how much
was written to the output, how it ended and what it left behind. A breach is printed with the seed
and the number that make the case again, and the search goes on; exit code 1 if there was any.

Known ways to break a limit come first, then cases by number. It needs Linux.
"""

import argparse
import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, takewhile
from pathlib import Path
from threading import Event, Lock
from time import monotonic, sleep
from typing import Any, NamedTuple

from kzdata.engine import limits
from timing import ROOT, machine, renew, versions

HERE = Path(__file__).parent
POLL = 0.02
"""Seconds between two looks at the memory of a case's processes."""
GRACE = 10.0
"""Seconds beyond its deadline: five that the command may take to end, five for a busy machine."""
BEYOND = limits.BEYOND
"""Bytes of memory that a validation may hold beyond `--memory-limit`."""
OTHERS = limits.COMMAND_MEMORY
"""Bytes of memory that any other command may hold."""
FILES = 150_000_000
"""Bytes of program files in memory: part of a process's largest size, but shared by all."""
MOST_DISK = 32 << 30
MOST_OUTPUT = 64_000_000
"""Bytes of output; the rows of a query may be as many as it asks for."""
MAKING = 120
"""Seconds that a case may take to be made."""
COMMANDS = ("validate", "tables", "query", "export", "diff")
TRACES = (b"Traceback (most recent call last)", b"Exception ignored in", b"Fatal Python error",
          b"terminate called", b"INTERNAL Error")  # fmt: skip
"""What only a fault of the program prints."""
OUT = "out"
"""What an export may write beside the package."""


class Limits(NamedTuple):
    """What one run of a command may take; seconds of a command without a deadline stop it only.

    Attributes:
        seconds: From start to end.
        memory: Bytes, of all its processes together.
        disk: Bytes in the folder for temporary files.
        output: Bytes of standard output and standard error.
        timed: Whether the command knows a deadline.
        called_off: Seconds after which it is told to end, as a job that is called off; 0: never.
            It has as long as the grace then, and may end with exit code 130.
    """

    seconds: float
    memory: float
    disk: float
    output: float
    timed: bool = True
    called_off: float = 0.0


@dataclass
class Ran:
    """A run of the command, from outside.

    Attributes:
        seconds: From start to end.
        memory: Most bytes of memory at one time.
        disk: Most bytes in the folder for temporary files at one time.
        called_off: Whether it was told to end.
        code: Exit code; negative after a signal.
        breaches: What was exceeded or left, in words; empty where all limits hold.
        stopped: Whether it was ended from outside.
        wrong: The end of standard error.
    """

    seconds: float = 0.0
    memory: float = 0.0
    disk: float = 0.0
    called_off: bool = False
    code: int = 0
    breaches: list[str] = field(default_factory=list)
    stopped: bool = False
    wrong: str = ""


# ------------------------------------------------------------------------------ processes


class Process(NamedTuple):
    """A process as the system shows it; with its start, a number is never taken for another."""

    pid: int
    parent: int
    session: int
    start: int


def _process(pid: str) -> Process | None:
    with suppress(OSError, ValueError, IndexError):
        words = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2].split()
        if words[0] not in (b"Z", b"X"):
            return Process(int(pid), int(words[1]), int(words[3]), int(words[19]))
    return None


class Tree:
    """A process and all that come from it, also those that outlive it."""

    def __init__(self, root: int) -> None:
        self.root = root
        self.members: dict[int, int] = {}

    def look(self) -> None:
        """Find the processes that are there now."""
        every = [found for pid in os.listdir("/proc") if pid.isdigit() and (found := _process(pid))]  # noqa: PTH208
        there = {one.pid: one for one in every}
        known = {
            pid for pid, start in self.members.items() if pid in there and there[pid].start == start
        }
        grown = True
        while grown:
            more = {
                one.pid
                for one in every
                if one.pid == self.root or one.session == self.root or one.parent in known
            }
            grown = not more <= known
            known |= more
        self.members = {pid: there[pid].start for pid in known}

    def memory(self) -> int:
        """Bytes that they hold together, without the files that are mapped."""
        return sum(map(_memory, self.members))

    def kill(self) -> None:
        """End all of them."""
        for _ in range(3):
            self.look()
            for pid in self.members:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            sleep(POLL)


def _memory(pid: int) -> int:
    with suppress(OSError, ValueError):
        lines = Path(f"/proc/{pid}/status").read_bytes().splitlines()
        sizes = [line.split()[1] for line in lines if line.startswith((b"RssAnon:", b"RssShmem:"))]
        return 1024 * sum(map(int, sizes))
    return 0


def _stored(folder: Path) -> int:
    """Bytes on disk of what is in a folder."""
    total = 0
    for top, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += (Path(top) / name).lstat().st_blocks * 512
    return total


def _listing(folder: Path) -> dict[str, tuple[int, int, int]]:
    """What is in a folder: kind, size and time of change by path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        with suppress(OSError):
            seen = path.lstat()
            size = (0, 0) if path.is_dir() else (seen.st_size, seen.st_mtime_ns)
            found[str(path.relative_to(folder))] = (seen.st_mode, *size)
    return found


# ------------------------------------------------------------------------------ the judge


class Places(NamedTuple):
    """Folders of a run.

    Attributes:
        made: The case; nothing in it may change.
        temporary: For temporary files; empty afterwards.
        home: Home and working directory; empty afterwards.
        output: Where the streams are kept.
    """

    made: Path
    temporary: Path
    home: Path
    output: Path


def places(folder: Path) -> Places:
    """Make the folders of a run in a folder."""
    found = Places(*(folder / name for name in Places._fields))
    for place in found:
        place.mkdir()
    return found


def judged(
    command: Sequence[str],
    limits: Limits,
    at: Places,
    environment: Mapping[str, str] | None = None,
    given: bytes = b"",
) -> Ran:
    """Run a command to its end, or until it breaks a limit, and look at what it did.

    Args:
        command: Program and arguments.
        limits: What it may take.
        at: Its folders.
        environment: Further variables.
        given: Standard input.
    """
    before = _listing(at.made)
    ran = _watched(command, limits, at, environment or {}, given)
    ran.breaches += _faults(ran, limits, at)
    if not ran.stopped:  # who is killed cannot clean up
        ran.breaches += _left(before, at)
    return ran


def _watched(
    command: Sequence[str],
    limits: Limits,
    at: Places,
    environment: Mapping[str, str],
    given: bytes,
) -> Ran:
    (at.output / "in").write_bytes(given)
    own = {"TMPDIR": str(at.temporary), "HOME": str(at.home), "COLUMNS": "200"}
    with (
        (at.output / "in").open("rb") as source,
        (at.output / "out").open("wb") as out,
        (at.output / "err").open("wb") as wrong,
    ):
        began = monotonic()
        process = subprocess.Popen(
            command, cwd=at.home, stdin=source, stdout=out, stderr=wrong,
            env={**os.environ, **environment, **own}, start_new_session=True,
        )  # fmt: skip
        return _followed(process, began, limits, at)


def _followed(process: "subprocess.Popen[bytes]", began: float, limits: Limits, at: Places) -> Ran:
    ran, tree = Ran(), Tree(process.pid)
    for turn in count():
        if turn % 3 == 0:
            tree.look()
        if turn % 10 == 9:
            ran.disk = max(ran.disk, _stored(at.temporary))
        ran.memory = max(ran.memory, tree.memory())
        ran.seconds = monotonic() - began
        if not ran.called_off and 0 < limits.called_off < ran.seconds:
            process.send_signal(signal.SIGTERM)
            ran.called_off = True
            limits = limits._replace(seconds=min(limits.seconds, limits.called_off + GRACE))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if _over(ran, limits, at):
            ran.stopped = True
            tree.kill()
            pid, status, usage = os.wait4(process.pid, 0)
            break
        sleep(POLL)
    process.returncode = ran.code = os.waitstatus_to_exitcode(status)
    # A child begins with what its parent has; only beyond that its largest size is its own.
    if usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
        ran.memory = max(ran.memory, usage.ru_maxrss * 1024 - FILES)
    tree.look()
    if tree.members and not ran.stopped:
        sleep(0.2)
        tree.look()
        if tree.members:
            ran.breaches.append(f"left {len(tree.members)} processes behind")
    tree.kill()
    return ran


def _over(ran: Ran, limits: Limits, at: Places) -> bool:
    return (
        ran.seconds > limits.seconds
        or ran.memory > limits.memory
        or ran.disk > limits.disk
        or _written(at) > limits.output
    )


def _written(at: Places) -> int:
    return sum((at.output / name).stat().st_size for name in ("out", "err"))


def _faults(ran: Ran, limits: Limits, at: Places) -> Iterator[str]:
    """What a run exceeded, and how it should not have ended."""
    late = "called off, and no end: " if ran.called_off else "time: "
    most = min(limits.seconds, limits.called_off + GRACE) if ran.called_off else limits.seconds
    if ran.seconds > most and (limits.timed or ran.called_off):
        yield f"{late}{ran.seconds:.0f} s of {most:.0f} s"
    if ran.memory > limits.memory:
        yield f"memory: {ran.memory / 1e6:,.0f} MB of {limits.memory / 1e6:,.0f} MB"
    if ran.disk > limits.disk:
        yield f"disk: {ran.disk / 1e6:,.0f} MB of {limits.disk / 1e6:,.0f} MB"
    if (size := _written(at)) > limits.output:
        yield f"output: {size / 1e6:,.0f} MB of {limits.output / 1e6:,.0f} MB"
    if ran.stopped:
        return
    wrong = _end(at.output / "err")
    ran.wrong = wrong.decode(errors="replace")
    if found := [trace for trace in TRACES if trace in wrong or trace in _end(at.output / "out")]:
        yield f"printed {found[0].decode()!r}: {ran.wrong.strip().splitlines()[-1:]}"
    # Called off before it could prepare for that, a program just ends.
    if ran.code not in (0, 1, 2, *[130, -signal.SIGTERM] * ran.called_off):
        yield f"crash: exit code {ran.code}"
    if ran.code == 2 and not wrong.strip().splitlines()[-1:]:
        yield "exit code 2 without a line on standard error"
    if ran.code == 1 and not _written(at):
        yield "exit code 1 without a word"


def _end(file: Path) -> bytes:
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - 2_000_000))
        return stream.read()


def _left(before: Mapping[str, object], at: Places) -> Iterator[str]:
    """What a run left in any of its folders."""
    for place in (at.temporary, at.home):
        if names := sorted(_listing(place)):
            yield f"left in the {place.name} folder: {', '.join(names[:3])}"
    after = _listing(at.made)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if names := sorted(name for name in changed if Path(name).parts[0] != OUT):
        yield f"changed beside or in the package: {', '.join(names[:3])}"


# ------------------------------------------------------------------------------ the search


@dataclass
class Tally:
    """What the cases of one kind took."""

    cases: int = 0
    seconds: float = 0.0
    memory: float = 0.0
    disk: float = 0.0
    breaches: int = 0

    def add(self, ran: Ran) -> None:
        """Count one more."""
        self.cases += 1
        self.seconds = max(self.seconds, ran.seconds)
        self.memory = max(self.memory, ran.memory)
        self.disk = max(self.disk, ran.disk)
        self.breaches += bool(ran.breaches)


class Search:
    """Makes cases, has them judged and counts.

    Args:
        given: The command line.
        folder: Where cases are made.
    """

    def __init__(self, given: argparse.Namespace, folder: Path) -> None:
        self.given = given
        self.folder = folder
        self.program = [given.python, "-P", "-m", "kzdata.cli"]
        self.environment = {"PYTHONPATH": str(given.sdk)} if given.sdk else {}
        self.tallies: dict[str, Tally] = {}
        self.over = Event()
        self._lock = Lock()
        self._options = {command: self._help(command) for command in COMMANDS}

    def _help(self, command: str) -> str:
        told = subprocess.run(
            [*self.program, command, "--help"], cwd=self.folder, capture_output=True, text=True,
            env={**os.environ, **self.environment, "COLUMNS": "200"}, check=True,
        )  # fmt: skip
        return told.stdout

    def run(self, names: Iterator[str]) -> None:
        """Try cases until there are no more, or time is over."""

        def worker(_: int) -> None:
            while not self.over.is_set():
                with self._lock:
                    name = next(names, None)
                if name is None:
                    return
                self.attempt(name)

        with ThreadPoolExecutor(self.given.jobs) as pool:
            try:
                list(pool.map(worker, range(self.given.jobs)))
            except BaseException:
                self.over.set()
                raise

    def attempt(self, name: str) -> None:
        """Make one case and judge it; what breaks a limit is printed."""
        folder = Path(tempfile.mkdtemp(prefix="case-", dir=self.folder))
        try:
            at = places(folder)
            case = self._made(name, at)
            if case is None:
                return
            command, limits = self._bound(case["command"], at)
            limits = limits._replace(called_off=case["called_off"])
            given = (at.output / "given").read_bytes()
            ran = judged(command, limits, at, self.environment, given)
            with self._lock:
                self.tallies.setdefault(case["kind"], Tally()).add(ran)
                self._show(name, case, command, ran)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _made(self, name: str, at: Places) -> dict[str, Any] | None:
        about = at.output / "case.json"
        words = [str(self.given.seed), name, self.given.only or "", str(at.made), str(about)]
        try:
            subprocess.run(
                [sys.executable, str(HERE / "traps.py"), *words],
                check=True, capture_output=True, text=True, timeout=MAKING,
            )  # fmt: skip
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            last = (str(error.stderr or "") or str(error)).strip().splitlines()[-1]
            print(f"case {name} could not be made: {last[:300]}", flush=True)
            return None
        found: dict[str, Any] = json.loads(about.read_bytes())
        return found

    def _bound(self, words: list[str], at: Places) -> tuple[list[str], Limits]:
        """A case's command with its deadline and its limit of memory, and what is expected."""
        command, known = words[0], self._options[words[0]]
        options = {
            "--timeout": f"{self.given.timeout:g}",
            "--memory-limit": self.given.memory,
            "--temp-dir": str(at.temporary),
        }
        bounds = [word for name in options if name in known for word in (name, options[name])]
        memory = size(self.given.memory) + BEYOND if command == "validate" else OTHERS
        free = shutil.disk_usage(at.temporary).free
        limits = Limits(
            self.given.timeout + GRACE,
            memory,
            min(MOST_DISK, free / 2),
            MOST_OUTPUT if command != "query" else 20 * MOST_OUTPUT,
            command == "validate" or "--timeout" in known,
        )
        return [*self.program, command, *bounds, *words[1:]], limits

    def _show(self, name: str, case: Mapping[str, Any], command: list[str], ran: Ran) -> None:
        if not (self.given.verbose or self.given.case or ran.breaches):
            return
        again = f"--seed {self.given.seed} --case {name}"
        again += f" --only {self.given.only}" if self.given.only else ""
        cost = f"{ran.seconds:.1f} s, {ran.memory / 1e6:,.0f} MB, code {ran.code}"
        verdict = "; ".join(ran.breaches) or ("stopped" if ran.stopped else "holds")
        print(f"{again} [{case['kind']}, {shown(command)}] {cost}: {verdict}")
        print(f"    {case['recipe'][:600]}", flush=True)
        if self.given.case:
            print(ran.wrong[-2_000:])


def shown(command: Sequence[str]) -> str:
    """The command as it is shown: from its name on, without folders that are gone."""
    start = command.index("kzdata.cli") + 1
    return shlex.join(Path(word).name if word[:1] == "/" else word[:60] for word in command[start:])


def size(text: str) -> float:
    """`500MB` as bytes.

    Raises:
        ValueError: It is no size.
    """
    units = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
    number = text.upper().rstrip("KMGIB")
    return float(number) * units[text.upper()[len(number) :].strip()]


# ------------------------------------------------------------------------------ the page


def table(tallies: Mapping[str, Tally]) -> str:
    """Markdown: what the cases of each kind took."""
    total = Tally()
    rows = ["| kind | cases | slowest, s | most memory, MB | most disk, MB | limits broken |",
            "|:--|---:|---:|---:|---:|---:|"]  # fmt: skip
    for kind, one in [*sorted(tallies.items()), ("all", total)]:
        cost = f"{one.seconds:.1f} | {one.memory / 1e6:,.0f} | {one.disk / 1e6:,.0f}"
        rows.append(f"| {kind} | {one.cases:,} | {cost} | {one.breaches:,} |")
        total.cases, total.breaches = total.cases + one.cases, total.breaches + one.breaches
        total.seconds = max(total.seconds, one.seconds)
        total.memory, total.disk = max(total.memory, one.memory), max(total.disk, one.disk)
    return "\n".join(rows)


def summary(given: argparse.Namespace, tallies: Mapping[str, Tally]) -> str:
    """The page's part: the command, the limits and the table."""
    options = f"--minutes {given.minutes:g} --seed {given.seed} --jobs {given.jobs}"
    command = f"python benchmarks/hostile.py {options} --timeout {given.timeout:g}"
    command += f" --memory {given.memory}" + (f" --only {given.only}" if given.only else "")
    validation = (size(given.memory) + BEYOND) / 1e6
    return (
        f"`{command}`\n\nLimits: {given.timeout + GRACE:g} seconds, {validation:,.0f} MB for a"
        f" validation, {OTHERS / 1e6:,.0f} MB for the other commands.\n{machine()};"
        f" {versions(['duckdb', 'pyarrow'])}.\n\n{table(tallies)}"
    )


def cases(given: argparse.Namespace) -> Iterator[str]:
    """The names of the cases: those that are asked for, or the openings and then by number."""
    if given.case:
        yield from given.case
        return
    from traps import OPENINGS

    if given.openings:
        yield from (name for name, (kind, _) in OPENINGS.items() if given.only in (None, kind))
    yield from map(str, count())


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=1.0, help="how long cases are begun")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", action="append", help="a number or an opening; repeatable")
    parser.add_argument("--only", metavar="KIND", help="cases of one kind")
    parser.add_argument("--jobs", type=int, default=1, help="cases at one time")
    parser.add_argument("--timeout", type=float, default=20, metavar="SECONDS")
    parser.add_argument("--memory", default="500MB", metavar="SIZE", help="the --memory-limit")
    parser.add_argument("--no-openings", dest="openings", action="store_false")
    parser.add_argument("--python", help="another interpreter, with a kzdata of its own")
    parser.add_argument("--sdk", type=Path, metavar="DIR", help="where kzdata is; else here")
    parser.add_argument("--verbose", action="store_true", help="print every case")
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    given = parser.parse_args(words)
    if not given.python:
        given.python, given.sdk = sys.executable, given.sdk or ROOT / "sdk"
    return given


def main(words: Sequence[str] | None = None) -> int:
    """Search, show, and write what was asked for; 1 if a limit was broken."""
    given = arguments(words)
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # a search that is called off tidies up
    deadline = monotonic() + 60 * given.minutes
    with tempfile.TemporaryDirectory(prefix="kzdata-hostile-") as name:
        search = Search(given, Path(name))
        with suppress(KeyboardInterrupt):
            search.run(takewhile(lambda _: given.case or monotonic() < deadline, cases(given)))
    print(table(search.tallies))
    if given.write:
        renew("hostile", summary(given, search.tallies))
    return int(any(one.breaches for one in search.tallies.values()))


if __name__ == "__main__":
    sys.exit(main())
