"""The recipes of docs/contributing: each is followed letter by letter in a copy of the checkout."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pages import ROOT, Block, assert_prints, blocks, run, sessions

RECIPES = sorted((ROOT / "docs" / "contributing").glob("*.md"))
PARTS: tuple[str, ...] = ("sdk", "tests", "data", "schemas", "docs", "pyproject.toml")
PARTS += ("datapackage.json", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "README.md")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what a recipe may change."""
    place = tmp_path / "checkout"
    place.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", "*.pyc")
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, place / name)
    return place


def launch(folder: Path, name: str, *words: str) -> None:
    """A program in a folder of programs."""
    file = folder / name
    file.write_text(f'#!/bin/sh\nexec {" ".join(words)} "$@"\n', encoding="utf-8")
    file.chmod(0o755)


@pytest.fixture
def environment(tmp_path: Path, checkout: Path) -> dict[str, str]:
    """`kzdata`, `python` and `pip` of the copy, and not of this checkout."""
    tools, installed = tmp_path / "bin", tmp_path / "installed"
    tools.mkdir()
    launch(tools, "python", sys.executable)
    launch(tools, "kzdata", sys.executable, "-m", "kzdata.cli")
    launch(tools, "pip", sys.executable, "-m", "pip", "--disable-pip-version-check")
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    # What a recipe installs stays in a folder of the test, and is built without a network.
    pip = {"PIP_TARGET": str(installed), "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}
    pip["PIP_NO_BUILD_ISOLATION"] = "0"  # pip takes "no" of a "no" for a yes
    places = os.pathsep.join((str(checkout / "sdk"), str(installed)))
    return os.environ | pip | {"PATH": path, "PYTHONPATH": places, "COLUMNS": "100"}


def add(file: Path, code: str, _: str) -> None:
    """A block that is a whole new file, or goes to the end of one that is there."""
    before = f"{file.read_text('utf-8')}\n\n" if file.exists() else ""
    file.parent.mkdir(exist_ok=True)
    file.write_text(before + code, encoding="utf-8")


def change(file: Path, code: str, label: str) -> None:
    """A block of a difference: what it shows of the file stands there once, and is replaced."""
    lines = code.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    text = file.read_text("utf-8")
    assert text.count(before) == 1, f"{label}: stands {text.count(before)} times in {file.name}"
    file.write_text(text.replace(before, after), encoding="utf-8")


def follow(block: Block, checkout: Path, environment: dict[str, str]) -> None:
    """Do what one block of a recipe says."""
    if block.language == "console":
        for session in sessions(block.code):
            done = run(session.command, checkout, environment)
            assert done.returncode == 0, f"{session.command}: {done.stdout}{done.stderr}"
            assert_prints(done, session.shown)
    elif block.title:
        act = change if block.language == "diff" else add
        act(checkout / block.title, block.code, block.label)


@pytest.mark.slow
@pytest.mark.parametrize("page", RECIPES, ids=[page.stem for page in RECIPES])
def test_a_recipe_works_as_it_is_written(
    page: Path, checkout: Path, environment: dict[str, str]
) -> None:
    """Catches a recipe that names a function of last month, or leaves out a step."""
    steps = list(blocks(page))
    assert any(step.language == "console" for step in steps), "a recipe ends with a check"
    for step in steps:
        follow(step, checkout, environment)


@pytest.mark.parametrize("page", RECIPES, ids=[page.stem for page in RECIPES])
def test_a_recipe_is_listed_in_contributing(page: Path) -> None:
    """Catches a recipe that nobody finds."""
    assert f"(docs/contributing/{page.name})" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_a_diff_block_must_match_the_file_once(tmp_path: Path) -> None:
    """Catches a check of recipes that lets everything pass."""
    file = tmp_path / "file.py"
    file.write_text("one\ntwo\nthree\n", encoding="utf-8")
    change(file, " one\n-two\n+2\n", "recipe")
    assert file.read_text("utf-8") == "one\n2\nthree\n"
    for code in (" one\n two\n+3\n", "+3\n"):
        with pytest.raises(AssertionError, match="stands"):
            change(file, code, "recipe")


def test_python_blocks_are_formatted() -> None:
    """Catches code of a recipe that `make check` refuses once it stands in a file."""
    for page in RECIPES:
        for block in blocks(page, "python"):
            if re.search(r"\.py$", block.title):
                ruff = [sys.executable, "-m", "ruff", "format", "--check"]
                done = subprocess.run(
                    [*ruff, "--stdin-filename", block.title, "-"],
                    input=block.code,
                    capture_output=True,
                    text=True,
                    check=False,
                    cwd=ROOT,
                )
                assert done.returncode == 0, f"{block.label}: {done.stderr}"
