"""Fixtures: the shipped package, its articles where they are at hand, copies, and a browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

import kzdata
from browsers import CHROMIUM, FLAGS, Visit
from packages import FLOOD_TEXTS, Folder, flood, keep_texts

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence page of the shipped package: only to be read."""
    with kzdata.load(ROOT) as kz:
        return kz.site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def site_with_texts(texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with its articles in it."""
    with kzdata.load(ROOT) as kz:
        return kz.site(tmp_path_factory.mktemp("site"), texts=texts, include_texts=True)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: "Browser") -> Iterator[Callable[..., Visit]]:
    """Opens a page in a window of some size."""
    contexts = []

    def enter(width: int = 1280, height: int = 900, **options: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        return Visit(context.new_page())

    yield enter
    for context in contexts:
        context.close()
