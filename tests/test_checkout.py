"""A checkout on Windows: git changes no byte that a hash, a size or an offset counts."""

import shutil
import subprocess
from pathlib import Path

import pytest

from kzdata.validation import validate

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("data", "schemas", "examples", "datapackage.json", "CHANGELOG.md", "CITATION.cff")
CRLF = ("-c", "core.autocrlf=true", "-c", "user.name=a", "-c", "user.email=a@example.org")


def git(folder: Path, *arguments: str) -> None:
    """A command of git as on Windows: lines of text end in CRLF unless an attribute forbids it."""
    asked = ["git", *CRLF, *arguments]
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def clone(files: Path, attributes: Path, to: Path) -> Path:
    """Files as they come out of a repository that has them."""
    (files / ".gitattributes").write_bytes(attributes.read_bytes())
    git(files, "init", "--quiet")
    git(files, "add", "--all")
    git(files, "commit", "--quiet", "--message", "all")
    git(to.parent, "clone", "--quiet", "-c", "core.autocrlf=true", str(files), str(to))
    return to


def contents(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and ".git" not in file.relative_to(folder).parts
    }


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The package and the example, without what an editor or a run left there."""
    (tmp_path / "files").mkdir()
    for name in PARTS:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / "files" / name)
    return tmp_path / "files"


def test_a_windows_checkout_has_the_same_bytes(files: Path, tmp_path: Path) -> None:
    """Catches an attribute that lets git write CRLF into what a hash or a size counts."""
    there = clone(files, ROOT / ".gitattributes", tmp_path / "there")
    assert contents(there) == contents(files)
    assert validate(there).valid
    example = there / "examples" / "downstream"
    report = validate(example, texts=example / "texts")
    assert (list(report), report.spans_in_texts > 20) == ([], True)


def test_the_example_has_the_same_bytes_as_a_repository_of_its_own(
    files: Path, tmp_path: Path
) -> None:
    """Catches an example whose copy turns red on Windows."""
    example = files / "examples" / "downstream"
    there = clone(example, example / ".gitattributes", tmp_path / "there")
    assert contents(there) == contents(example)
    assert validate(there, texts=there / "texts").valid


def test_without_attributes_git_changes_bytes(files: Path, tmp_path: Path) -> None:
    """Catches a check that lets everything pass."""
    (tmp_path / "none").touch()
    example = files / "examples" / "downstream"
    shutil.copytree(example, tmp_path / "copy")
    there = clone(tmp_path / "copy", tmp_path / "none", tmp_path / "there")
    assert "resource-hash" in validate(there).by_rule
