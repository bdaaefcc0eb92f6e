"""Pages of the documentation as tests read them: fenced blocks, commands, what they print."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
ELLIPSES = ("...", "…")
FENCE = re.compile(r"^( *)```([\w-]*)([^\n]*)\n(.*?)^\1```[ ]*$", re.M | re.S)


class Block(NamedTuple):
    """A fenced block of a page.

    Attributes:
        page: The page.
        language: The word behind the fence.
        title: What follows the language: in a recipe the file that the block makes or changes.
        code: Its lines.
        line: Where it begins.
    """

    page: Path
    language: str
    title: str
    code: str
    line: int

    @property
    def label(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


def blocks(page: Path, *languages: str) -> Iterator[Block]:
    """The fenced blocks of a page: all, or those in some languages."""
    text = page.read_text("utf-8")
    for match in FENCE.finditer(text):
        indent, language, title, code = match.groups()
        if not languages or language in languages:
            lines = (line.removeprefix(indent) for line in code.splitlines(keepends=True))
            line = text.count("\n", 0, match.start()) + 1
            yield Block(page, language, title.strip(), "".join(lines), line)


def unfenced(page: Path) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", page.read_text("utf-8"))


class Session(NamedTuple):
    """A command that a page shows, and what it prints there."""

    command: str
    shown: list[str]


def sessions(code: str) -> Iterator[Session]:
    """The commands of a console block, each with the lines below it."""
    command, shown = "", list[str]()
    continued = False
    for line in code.splitlines():
        if continued or line.startswith("$ "):
            if not continued and command:
                yield Session(command, shown)
            command = f"{command}\n{line}" if continued else line.removeprefix("$ ")
            shown, continued = ([] if not continued else shown), line.endswith("\\")
        else:
            shown.append(line)
    if command:
        yield Session(command, shown)


def printed_as_shown(shown: list[str], printed: list[str]) -> bool:
    """Whether lines are what a page shows.

    An ellipsis stands for any lines, and at the end of a line for the rest of it.
    """
    if not shown:
        return not printed
    if shown[0].strip() in ELLIPSES:
        starts = range(len(printed) + 1)
        return any(printed_as_shown(shown[1:], printed[start:]) for start in starts)
    first = shown[0]
    same = printed and (
        printed[0].startswith(first[:-3]) if first[-3:] == "..." else printed[0] == first
    )
    return bool(same) and printed_as_shown(shown[1:], printed[1:])


def skip_without_bash() -> None:
    """Leave a test on Windows, where `bash` may be that of a Linux beside it."""
    if os.name == "nt":
        pytest.skip("needs bash")


def run(
    command: str, folder: Path | None = None, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What a line of bash does."""
    skip_without_bash()
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def assert_prints(done: subprocess.CompletedProcess[str], shown: list[str]) -> None:
    """The command printed what a page shows below it."""
    printed = (done.stdout + done.stderr).rstrip("\n").splitlines()
    wanted = "\n".join(shown).rstrip("\n").splitlines()
    assert printed_as_shown(wanted, printed), "\n".join([*done.args[2:], *printed])
