"""Fixtures: the repository's own package, its articles where they are at hand, and copies."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from packages import FLOOD_TEXTS, Folder, flood, keep_texts

ROOT = Path(__file__).resolve().parents[1]
TEXTS_VARIABLE = "KZDATA_TEXTS"

settings.register_profile("kzdata", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kzdata")


@pytest.fixture(scope="session")
def package() -> Path:
    """Root of the repository, which is the shipped package."""
    return ROOT


@pytest.fixture(scope="session")
def texts() -> Path:
    """Folder of the five articles."""
    named = os.environ.get(TEXTS_VARIABLE)
    folder = Path(named) if named else ROOT.parent / "shared" / "sources"
    if not folder.is_dir():
        pytest.skip("the articles are not in the repository; set KZDATA_TEXTS to their folder")
    return folder


@pytest.fixture
def copy(package: Path, tmp_path: Path) -> Folder:
    """The shipped package's files, to be spoilt."""
    root = tmp_path / "package"
    root.mkdir()
    for name in ("datapackage.json", "CHANGELOG.md"):
        if (package / name).is_file():
            shutil.copy(package / name, root)
    for name in ("data", "schemas"):
        shutil.copytree(package / name, root / name)
    return Folder(root)


@pytest.fixture
def island(tmp_path: Path) -> Folder:
    """The invented flood, to be spoilt."""
    return flood(tmp_path / "island")


@pytest.fixture(scope="session")
def island_texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the flood's invented articles."""
    return keep_texts(tmp_path_factory.mktemp("texts"), FLOOD_TEXTS)
