"""The random search for what breaks the limits (`benchmarks/hostile.py`) sees each kind of breach,
and makes the same case from the same seed.
"""

import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT

sys.path.append(str(ROOT / "benchmarks"))
if sys.platform != "linux":
    pytest.skip("memory of processes is read from /proc", allow_module_level=True)

import hostile
import traps

LIMITS = hostile.Limits(seconds=20, memory=300e6, disk=20e6, output=1e6)


@pytest.fixture
def at(tmp_path: Path) -> hostile.Places:
    """The folders of a run, with a file in the package."""
    found = hostile.places(tmp_path)
    (found.made / "package").mkdir()
    (found.made / "package" / "t.csv").write_text("id\n1\n")
    return found


def judged(program: str, at: hostile.Places, limits: hostile.Limits = LIMITS) -> hostile.Ran:
    """Judge a program in Python in place of the command."""
    imports = "import os, signal, subprocess, sys, time, tempfile\nfrom pathlib import Path\n"
    return hostile.judged([sys.executable, "-c", imports + program], limits, at)


def test_a_command_that_keeps_the_limits_is_told_so(at: hostile.Places) -> None:
    """Catches a judge that finds fault with everything."""
    ran = judged("with tempfile.TemporaryFile() as f: f.write(b'x' * 10**6)\nprint('valid')", at)
    assert (ran.breaches, ran.code, ran.stopped) == ([], 0, False)
    ran = judged("print('no such package', file=sys.stderr); sys.exit(2)", at)
    assert (ran.breaches, ran.code) == ([], 2)


def child(program: str) -> str:
    """A program that has another one do what it is judged by."""
    return f"subprocess.run([sys.executable, '-c', {program!r}])"


GREEDY = "import time; x = bytearray(b'x') * {}; time.sleep(30)"
TWO = f"""
both = [subprocess.Popen([sys.executable, '-c', {GREEDY.format(170_000_000)!r}]) for _ in range(2)]
[one.wait() for one in both]
"""
AWAY = """
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)
time.sleep(1)
"""
BREACHES = [
    ("memory", GREEDY.format(400_000_000)),
    ("memory", child(GREEDY.format(400_000_000))),
    ("memory", TWO),
    ("memory", child("b'x' * 600_000_000")),
    ("time", "time.sleep(60)"),
    ("time", child("import time; time.sleep(60)")),
    ("disk", "Path(tempfile.gettempdir(), 'x').write_bytes(b'x' * 40_000_000); time.sleep(20)"),
    ("output", "print('x' * 2_000_000)"),
    ("printed 'Traceback", "raise ValueError('x')"),
    ("printed 'Traceback", child("1 / 0")),
    ("crash", "os.abort()"),
    ("crash", "os._exit(3)"),
    ("exit code 2 without", "sys.exit(2)"),
    ("exit code 1 without", "sys.exit(1)"),
    ("left in the temporary folder", "tempfile.mkdtemp()"),
    ("left in the home folder", "Path('here').write_text('x')"),
    ("left in the home folder", "(Path.home() / '.cache').mkdir()"),
    ("changed beside or in the package", "Path('../made/package/new').write_text('x')"),
    ("changed beside or in the package", "Path('../made/package/t.csv').write_text('id\\n2\\n')"),
    ("changed beside or in the package", "Path('../made/package/t.csv').unlink()"),
    ("left 1 processes behind", AWAY),
]


@pytest.mark.parametrize(("breach", "program"), BREACHES)
def test_each_breach_is_seen(breach: str, program: str, at: hostile.Places) -> None:
    """Catches a judge that calls everything well: a command that breaks one limit is named."""
    limits = LIMITS._replace(seconds=2) if breach == "time" else LIMITS
    (told,) = judged(program, at, limits).breaches
    assert told.startswith(breach)


def test_a_stopped_command_leaves_no_process(at: hostile.Places) -> None:
    """Catches a search that fills the machine with what it stopped."""
    mark = f"time.sleep(4{id(at) % 10_000:04})"
    judged(child(f"import time; {mark}"), at, LIMITS._replace(seconds=1))
    lines = [p.read_bytes() for p in processes()]
    assert not any(mark.encode() in line for line in lines)


def processes() -> Iterator[Path]:
    for place in Path("/proc").iterdir():
        line = place / "cmdline"
        if place.name.isdigit() and line.exists():
            yield line


CALLED_OFF = [
    ("", "time.sleep(30)"),
    ("", "signal.signal(15, lambda *_: sys.exit(130)); time.sleep(30)"),
    ("called off, and no end", "signal.signal(15, signal.SIG_IGN); time.sleep(30)"),
    ("crash", "signal.signal(15, lambda *_: os._exit(143)); time.sleep(30)"),
    ("left in the temporary", "d = tempfile.mkdtemp(); signal.signal(15, lambda *_: os._exit(130));"
     " time.sleep(30)"),
    ("printed 'Traceback", "signal.signal(15, lambda *_: 1 / 0); time.sleep(30)"),
]  # fmt: skip


@pytest.mark.parametrize(("breach", "program"), CALLED_OFF)
def test_an_interrupted_job_must_end_and_remove_its_files(
    breach: str, program: str, at: hostile.Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a judge that overlooks what a called-off command leaves, or that it goes on."""
    monkeypatch.setattr(hostile, "GRACE", 2)
    told = judged(program, at, LIMITS._replace(called_off=1)).breaches
    assert [line[: len(breach)] for line in told] == [breach] * bool(breach)


def test_a_deadline_that_nobody_promised_is_no_breach(at: hostile.Places) -> None:
    """Catches a breach of a limit that the command does not have."""
    ran = judged("time.sleep(60)", at, LIMITS._replace(seconds=1, timed=False))
    assert ran.stopped
    assert not ran.breaches


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("kind", sorted(traps.KINDS))
def test_a_case_is_made_again_from_its_seed(kind: str, tmp_path: Path) -> None:
    """Catches a breach that nobody can reproduce, and a kind that makes the same all the time."""
    made = []
    for folder, name in (("one", "1"), ("two", "1"), ("three", "2")):
        (tmp_path / folder).mkdir()
        case = traps.make(5, name, kind, tmp_path / folder)
        made.append((case.recipe, files(tmp_path / folder) if kind != "places" else {}))
    assert made[0] == made[1]
    assert made[0][0] != made[2][0]


def given(*words: str) -> Namespace:
    return hostile.arguments([*words, "--timeout", "60"])


def test_a_search_of_some_seconds_finds_no_breach(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a limit that the command does not keep, on cases that are small and quick."""
    words = ["--seed", "1", "--timeout", "60"]
    cases = [word for number in QUICK for word in ("--case", str(number))]
    code = hostile.main([*words, *cases])
    told = capsys.readouterr().out
    assert code == 0, told
    assert f"| all | {len(QUICK)} |" in told


QUICK = (1, 2, 4, 5, 8, 9, 10, 13, 14, 15, 21)
"""Cases of all sorts that take half a second each."""


def test_the_table_shows_each_breach_and_the_highest_values() -> None:
    """Catches a page that hides a breach, or the highest of a column."""
    one, two = hostile.Tally(), hostile.Tally()
    one.add(hostile.Ran(seconds=1.24, memory=5e6, disk=2e6))
    one.add(hostile.Ran(seconds=0.5, memory=7e6, breaches=["time", "disk"]))
    two.add(hostile.Ran(seconds=3.0, memory=1e6, disk=9e6))
    assert hostile.table({"zips": two, "gz": one}).splitlines()[2:] == [
        "| gz | 2 | 1.2 | 7 | 2 | 1 |",
        "| zips | 1 | 3.0 | 1 | 9 | 0 |",
        "| all | 3 | 3.0 | 7 | 9 | 1 |",
    ]


def test_known_seeds_come_before_random_ones() -> None:
    """Catches a search that forgets what once broke a limit."""
    names = hostile.cases(given())
    first = [next(names) for _ in range(len(traps.OPENINGS) + 2)]
    assert first == [*traps.OPENINGS, "0", "1"]
    only = hostile.cases(given("--only", "gz"))
    assert [next(only) for _ in range(3)] == ["wide_rows", "blank_lines", "0"]


@pytest.mark.parametrize(("text", "bytes_"), [("500MB", 5e8), ("1GiB", 2**30), ("1.5gb", 1.5e9)])
def test_a_size_is_read_with_its_unit(text: str, bytes_: float) -> None:
    """Catches a limit that is judged by another size than the command was given."""
    assert hostile.size(text) == bytes_
