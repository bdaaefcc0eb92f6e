"""Invented packages for measuring, and how two versions are compared on them."""

import sys
from pathlib import Path

import pytest

from conftest import ROOT

sys.path.append(str(ROOT / "benchmarks"))
if sys.platform == "win32":
    pytest.skip("processes are measured as Unix does", allow_module_level=True)

import invented
import meaning
from kzdata.validation import validate
from timing import Cost

FIGURES = 100


def written(folder: Path, articles: int) -> Path:
    """A package with the texts of so many articles."""
    invented.write(folder, invented.traceable(FIGURES), articles=articles)
    return folder


def test_an_invented_package_with_its_articles_is_valid(tmp_path: Path) -> None:
    """Catches offsets, hashes or occurrences that the invented articles do not bear out."""
    made = written(tmp_path / "made", FIGURES // invented.PER_ARTICLE)
    report = validate(made, texts=made / "texts")
    assert report.valid
    assert set(report.by_rule) <= {"disagreement-judged"}
    assert report.spans_in_texts == FIGURES * 3


def test_the_articles_change_nothing_but_what_depends_on_them(tmp_path: Path) -> None:
    """Catches sizes that differ between measurements with articles and without."""
    without, with_texts = written(tmp_path / "a", 0), written(tmp_path / "b", 5)
    assert not (without / "texts").exists()
    for name in ("claims", "evidence", "incidents"):
        assert (without / f"{name}.csv").read_bytes() == (with_texts / f"{name}.csv").read_bytes()


def test_both_versions_stand_side_by_side(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Catches a ratio the wrong way round, and costs of one version that stand for the other."""
    costs = {"before, without": Cost(2, 2, 50), "now, without": Cost(3, 4, 60)}
    found = meaning.told(1000, "without", 5, costs)
    assert found.ratios == (1.5, 2)
    assert "| 1,000 | without | 2.00 | 3.00 | 1.50 | 2.00 | 50 | 60 | 5 |" in meaning.as_table(
        [found]
    )


def test_a_command_is_that_of_its_checkout(tmp_path: Path) -> None:
    """Catches two versions that are both measured with the code of one."""
    command = meaning.command(tmp_path, tmp_path / "p", "--texts", "t")
    assert command[:2] == ["env", f"PYTHONPATH={tmp_path / 'sdk'}"]
    assert str(tmp_path / "p") in command
    assert command[-2:] == ["--texts", "t"]
