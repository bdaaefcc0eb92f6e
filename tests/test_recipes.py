"""The recipes of `docs/contributing/` are followed literally, in a copy of the checkout."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("sdk", "tests", "data", "schemas", "docs")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what a contributor edits."""
    root = tmp_path / "checkout"
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for name in ("datapackage.json", "CHANGELOG.md", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    return root


def follow(recipe: str, root: Path) -> None:
    """Append each Python block to the file named last before it, and run each shell block."""
    page = (ROOT / "docs" / "contributing" / recipe).read_text("utf-8")
    named = ""
    for file, kind, block in re.findall(
        r"`((?:sdk|tests)/\S+\.py)`|```(\w+)\n(.*?)```", page, re.S
    ):
        named = file or named
        if kind == "python":
            with (root / named).open("a", encoding="utf-8") as stream:
                stream.write(f"\n\n{block}")
        for line in block.splitlines() if kind == "sh" else ():
            command = line.replace("python", f'"{sys.executable}"', 1)
            paths = {"PYTHONPATH": str(root / "sdk"), "PYTHONDONTWRITEBYTECODE": "1"}
            done = subprocess.run(
                command, shell=True, cwd=root, env={**os.environ, **paths},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_a_rule_is_added_as_the_recipe_says(checkout: Path) -> None:
    """Catches a recipe that leaves out a step, or asks for one that is not needed."""
    follow("add-a-rule.md", checkout)
    rules = (checkout / "docs" / "rules.md").read_text("utf-8")
    assert "### cell-double-blank\n\nA cell holds no two blanks in a row.\n" in rules
