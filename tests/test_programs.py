"""No program and no module of a stranger's folder is run, whatever is asked from inside of it.

Catches an interpreter that is started with the package on its path, a program that is looked for in
the working directory, and a second validator that is let loose on what the first has refused.
"""

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from commands import COMMANDS
from kzdata.differences import git as revisions
from kzdata.exports import FORMATS
from kzdata.validation import frictionless as oracle
from kzdata.validation import validate
from packages import Folder, Spec, build, trap

SCRIPT = Path(sys.executable).with_name("kzdata")
pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="pipes, links and programs of POSIX"),
    pytest.mark.skipif(not SCRIPT.exists(), reason="the command is not installed here"),
]


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    """A file that is there if a trap was sprung."""
    yield tmp_path / "canary"
    assert not (tmp_path / "canary").exists()


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The installed command in a folder, which is on the path of programs, as on Windows it is."""
    return subprocess.run(
        [str(SCRIPT), *arguments],
        cwd=folder,
        env={**os.environ, "PATH": f".{os.pathsep}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )


ASKED = {
    "validate": [
        *(".", ". -f json", ". -f sarif -o report", ". --reference", "datapackage.json"),
        ". --limit files=5000",
    ],
    "tables": [""],
    "show": ["CR-0003"],
    "trace": ["CR-0003"],
    "query": ["SELECT 1"],
    "toll": [""],
    "disagreements": [""],
    "deployments": [""],
    "timeline": ["", "-f ics"],
    "rules": [""],
    "diff": [". .", "HEAD ."],
    "release-check": [". ."],
    "export": ["--list", *(f"{name} ../out-{name}" for name in FORMATS)],
    "site": ["../out-site"],
    "seal": ["."],
    "init": ["../out-init", "../out-init-like-kzdata --like kzdata"],
    "locate": ["people --texts ."],
    "reanchor": ["copy.txt --source tass"],
    "coverage": ["--texts ."],
    "todo": ["tass"],
    "edit": ["../nothing --texts .", ". --texts ../nothing"],
    "add": ["../note.txt --publisher Post --published 2022-01-07"],
    "entry": ["tass"],
    "enter": ["../note.toml"],
    "draft": ["tass --texts ."],
    "import": ["../note.toml --from entry --texts ."],
    "eval": ["../note.toml --texts ."],
}
"""What each command is asked; the package is the working directory."""
OF_FOLDER = {"validate", "diff", "release-check", "rules", "seal", "init", "edit"}
UNABLE = {("diff", "HEAD ."), ("locate", "people --texts ."), ("coverage", "--texts .")}
UNABLE |= {("reanchor", "copy.txt --source tass"), ("draft", "tass --texts .")}
UNABLE |= {("eval", "../note.toml --texts .")}
# A desk that can be had is open until Ctrl-C.
UNABLE |= {("edit", "../nothing --texts ."), ("edit", ". --texts ../nothing")}


def test_every_command_is_asked() -> None:
    """Catches a command that is added and left out here."""
    assert set(ASKED) == set(COMMANDS)


@pytest.mark.slow
def test_no_command_runs_what_lies_in_the_package(
    copy: Folder, canary: Path, tmp_path: Path
) -> None:
    """Catches a module or program of the package's folder that is imported or run."""
    trap(copy.root, canary)
    (tmp_path / "note.txt").write_text("It rained.\n", encoding="utf-8")
    (tmp_path / "note.toml").write_text("[source]\nsource_id = 'tass'\n", encoding="utf-8")
    assert run(copy.root, "--help").returncode == 0
    for command, asked in ASKED.items():
        for line in asked:
            words = [line] if command == "query" else line.split()
            named = [] if command in OF_FOLDER or line == "--list" else ["--package", "."]
            done = run(copy.root, command, *words, *named)
            expected = 2 if (command, line) in UNABLE else 0
            assert done.returncode == expected, (command, line, done)
            assert not canary.exists(), (command, line)


# ------------------------------------------------------------------------------ frictionless


@pytest.fixture
def things(tmp_path: Path) -> Folder:
    fields = [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]
    return build(tmp_path / "things", [Spec("t", {"fields": fields}, [["1", "x"], ["2", "y"]])])


def compared(folder: Folder) -> tuple[str, ...]:
    """What comes of asking frictionless, with no finding of our own in its way."""
    report = validate(folder.root)
    return tuple(f.found for f in oracle.compare(folder.root, replace(report, findings=())))


def test_frictionless_gets_no_file_that_validation_refuses(things: Folder, tmp_path: Path) -> None:
    """Catches a pipe, a link out, an address or a device that frictionless opens all the same."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,x\n", encoding="utf-8")
    file = things.file("t")
    sound = file.read_bytes()
    began = time.monotonic()
    laid: list[Callable[[], object]] = [
        lambda: os.mkfifo(file),
        lambda: file.symlink_to("/dev/zero"),
        lambda: file.symlink_to(secret),
        lambda: None,
    ]
    for lay in laid:
        file.unlink()
        lay()
        (said,) = compared(things)
        assert "it is not asked, since" in said
        file.unlink(missing_ok=True)
        file.write_bytes(sound)
    assert compared(things) == ()
    far = "http://canary.invalid/x.json"
    for change in (
        {"schema": far}, {"dialect": far}, {"path": far}, {"path": "../secret.csv"},
        {"schema": "../secret.csv"}, {"path": str(secret)}, {"path": ["tables/t.csv", far]},
    ):  # fmt: skip
        before = things.descriptor()
        things.describe(lambda p, change=change: p["resources"][0].update(change))  # type: ignore[misc]
        # A table that is not fetched is left out, and the others are asked: there are none.
        told = compared(things)
        if far in change.values():
            assert told == ()
        else:
            assert "it is not asked, since" in told[0]
        things.describe(lambda p, before=before: (p.clear(), p.update(before)))  # type: ignore[misc]
    assert time.monotonic() - began < 300


STRANGE: list[dict[str, Any]] = [
    {"profile": "http://canary.invalid/p.json"},
    {"$schema": "http://canary.invalid/p.json"},
    {"$schema": "file:///etc/passwd"},
    {"pipeline": "http://canary.invalid/p.json", "checklist": "../secret.csv"},
    {"extrapaths": ["../secret.csv"], "basepath": "/"},
    {"scheme": "http", "compression": "zip", "innerpath": "../../secret.csv"},
    {"control": {"type": "remote"}, "stats": {"md5": "x"}, "detector": {"sampleSize": 10**9}},
    {"format": "sql"},
]


@pytest.mark.parametrize("more", STRANGE)
def test_frictionless_gets_only_the_listed_properties(things: Folder, more: dict[str, Any]) -> None:
    """Catches a property of the descriptor by which frictionless reads, or runs, something else."""
    things.describe(lambda p: p["resources"][0].update(more))
    copies: list[str] = []
    kept = oracle._run_frictionless

    def kept_copy(copy: Path, folder: Path) -> list[dict[str, Any]] | str:
        copies.append((copy / "datapackage.json").read_text("utf-8"))
        return kept(copy, folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(oracle, "_run_frictionless", kept_copy)
        found = compared(things)
    for text in copies:
        assert "canary" not in text and "secret" not in text and "passwd" not in text
        assert set(json.loads(text)) <= {"$schema", "name", "resources"}
    assert copies or "not asked" in found[0]


def test_a_compressed_table_is_compared(things: Folder) -> None:
    """Catches a table that is left out since its file is packed, or named as the copy has it."""
    file = things.file("t")
    packed = file.with_name("t.csv.gz")
    packed.write_bytes(gzip.compress(file.read_bytes() + b"x,y\n"))
    file.unlink()
    things.describe(lambda p: p["resources"][0].update(path="tables/t.csv.gz"))
    things.reseal()
    (found,) = oracle.compare(things.root, replace(validate(things.root), findings=()))
    assert (found.file, found.line, found.field) == ("tables/t.csv.gz", 4, "a")


def test_a_first_row_without_a_header_can_have_faults(things: Folder) -> None:
    """Catches an exception over a fault in a row that frictionless counts as the header's."""
    things.file("t").write_text("x,y\n", encoding="utf-8")
    things.describe(lambda p: p["resources"][0].update(dialect={"header": False}))
    things.reseal()
    assert oracle.compare(things.root, validate(things.root)) == []


def test_a_fault_in_parquet_is_no_disagreement(things: Folder) -> None:
    """Catches a fault that both find, and that is said to be found by frictionless alone."""
    file = things.file("t")
    made = file.with_suffix(".parquet")
    with duckdb.connect() as engine:
        engine.execute(f"COPY (SELECT 'x' AS a, 'y' AS b) TO '{made}'")
    file.unlink()
    things.describe(lambda p: p["resources"][0].update(path="tables/t.parquet", format="parquet"))
    things.reseal()
    report = validate(things.root)
    assert "cell-type" in report.by_rule
    assert oracle.compare(things.root, report) == []


RESOLVER = """
import sys
sys.addaudithook(lambda event, _: event.startswith("socket.") and print(event, file=sys.stderr))
from kzdata.validation import frictionless as oracle
def ask(root):
    import socket, subprocess, os
    tried = 0
    for attempt in (
        lambda: socket.getaddrinfo("canary.invalid", 80),
        lambda: socket.gethostbyname("canary.invalid"),
        lambda: socket.gethostbyaddr("192.0.2.1"),
        lambda: socket.getnameinfo(("192.0.2.1", 80), 0),
        lambda: socket.socket(),
        lambda: socket.create_connection(("192.0.2.1", 80)),
        lambda: __import__("urllib.request").request.urlopen("http://canary.invalid"),
        lambda: subprocess.run(["true"]),
        lambda: os.system("true"),
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
        lambda: os.execv("/bin/true", ["true"]),
    ):
        try:
            attempt()
        except OSError as error:
            tried += "validation fetches nothing" in str(error)
    return f"stopped {tried}"
oracle.errors_of = ask
print(oracle.errors_to_json("."))
"""


def test_the_process_of_frictionless_opens_no_socket_and_starts_no_program() -> None:
    """Catches a name that is looked up, a socket and a program in the process of frictionless."""
    done = subprocess.run(
        [sys.executable, "-c", RESOLVER], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout == "stopped 11\n", done


def test_the_process_of_frictionless_is_limited(
    things: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a second validator that takes all memory, or never ends."""
    monkeypatch.setattr(oracle, "MEMORY", 50 << 20)
    assert "memory" in str(oracle._run_frictionless(things.root, tmp_path))
    monkeypatch.setattr(oracle, "MEMORY", 2 << 30)
    monkeypatch.setattr(oracle, "SECONDS", 0.1)
    assert "it takes over 0.1 s" in str(oracle._run_frictionless(things.root, tmp_path))


# ------------------------------------------------------------------------------ git


def test_git_is_not_started_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, canary: Path
) -> None:
    """Catches a program called git that a package brings along."""
    trap(tmp_path, canary)
    monkeypatch.chdir(tmp_path)
    kept = os.environ["PATH"]
    for first in (".", "", str(tmp_path), "./"):
        monkeypatch.setenv("PATH", f"{first}{os.pathsep}{kept}")
        program = Path(revisions._program())
        assert program.is_absolute()
        assert program.parent != tmp_path
