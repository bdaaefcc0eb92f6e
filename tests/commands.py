"""The command line as tests use it: in this process, in one of its own, on a terminal."""

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
import typer

from kzdata.cli.main import app, main
from pages import skip_without_bash

COMMANDS = sorted(getattr(typer.main.get_command(app), "commands", {}))
ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def kz(*arguments: str | Path) -> Outcome:
    """The command inside this process, as the installed script runs it."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["kzdata", *map(str, arguments)])
        try:
            main()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else int(bool(left.code))
        if sys.stdout is not out:  # put there when the real one could not be written to
            sys.stdout.close()
    return Outcome(code, out.getvalue(), err.getvalue())


def shell(command: str, folder: Path | None = None, **environment: str) -> Outcome:
    """A line of bash in which `kzdata` is the command in a process of its own."""
    skip_without_bash()
    function = f"kzdata() {{ '{sys.executable}' -m kzdata.cli \"$@\"; }}"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {function}; {command}"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def refused(outcome: Outcome) -> str:
    """The message of a command that could not be carried out, after a look at its form."""
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    assert outcome.err.startswith("kzdata: ")
    assert outcome.err.endswith("\n")
    assert len(outcome.err.splitlines()) == 1
    assert "Traceback" not in outcome.err
    assert not ESCAPES.search(outcome.err.rstrip("\n"))
    return outcome.err.removeprefix("kzdata: ").rstrip("\n")


def on_a_terminal(*arguments: str | Path, **environment: str) -> str:
    """What a command prints on a terminal of 80 columns."""
    pty = pytest.importorskip("pty")
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "kzdata.cli", *map(str, arguments)],
        env={**kept, "TERM": "xterm-256color", "COLUMNS": "80", **environment},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        printed = b""
        while True:
            try:
                piece = os.read(ours, 1 << 16)
            except OSError:  # how Linux says that the other end is closed
                break
            if not piece:
                break
            printed += piece
    os.close(ours)
    assert process.returncode == 0, printed
    return printed.decode("utf-8")
