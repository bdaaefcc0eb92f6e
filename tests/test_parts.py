"""Large pages: their data in parts that are loaded when they are needed."""

import base64
import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kzdata
from browsers import SETTLED, Visit
from coast import coast
from kzdata.site import parts
from kzdata.site.parts import as_json, script
from packages import Folder
from test_site import spoilt

VIEWS = [
    *("#/story", "#/counts", "#/days", "#/otherwise", "#/articles", "#/data", "#/about"),
    *("#/data/evidence?q=SP-01", "#/story?cell=CR-0019%2Fvalue_low", "#/cell/EV-0023"),
    *("#/article/tass", "#/passage/SP-0855", "#/search?q=shymkent", "#/data/events/dictionary"),
    *("#/story?as-of=2022-01-05&cell=CR-0004", "#/cell/CR-9999", "#/data/nothing"),
]


@pytest.fixture(scope="module")
def pages(site: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The shipped package's page in one file, and in parts."""
    root = Path(__file__).parents[1]
    with kzdata.load(root) as kz, pytest.MonkeyPatch.context() as patch:
        for name, value in (("WHOLE", 0), ("SMALL", 2_000), ("CHUNK", 20)):
            patch.setattr(parts, name, value)
        return site, kz.site(tmp_path_factory.mktemp("parted"))


def shown(here: Visit, view: str) -> str:
    here.show(view)
    for _ in range(200):
        if not here.page.evaluate("document.documentElement.hasAttribute('data-busy')"):
            return re.sub(r"file://\S+", "", here.page.locator("#page").inner_text())
        here.page.evaluate(SETTLED)
    raise AssertionError(f"{view} is still loading")


def test_a_page_in_parts_shows_what_a_page_in_one_file_does(
    visit: Callable[..., Visit], pages: tuple[Path, Path]
) -> None:
    whole, parted = (visit(1280, 900) for _ in pages)
    whole.open(pages[0])
    parted.open(pages[1])
    for view in VIEWS:
        assert shown(parted, view) == shown(whole, view), view
    assert not parted.away
    assert not parted.complaints


def test_what_a_view_does_not_need_is_not_loaded(
    visit: Callable[..., Visit], pages: tuple[Path, Path]
) -> None:
    here = visit()
    here.open(pages[1], "#/story")
    loaded = {address.rpartition("/")[2] for address in here.requests}
    assert "answers.js" in loaded
    assert len(loaded) < len([*(pages[1].parent / "data").iterdir()]) / 2
    assert not [name for name in loaded if name.startswith("address")]
    shown(here, "#/cell/CR-0019")
    loaded = {address.rpartition("/")[2] for address in here.requests}
    assert "addresses.js" in loaded
    assert len([name for name in loaded if name.startswith("cards-")]) < 5


def test_the_page_itself_is_small_and_lists_its_parts(pages: tuple[Path, Path]) -> None:
    whole, parted = pages
    assert not (whole.parent / "data").exists()
    assert parted.stat().st_size < whole.stat().st_size / 5
    listed = (parted.parent / "files.txt").read_text().splitlines()
    assert {f"data/{file.name}" for file in (parted.parent / "data").iterdir()} < set(listed)


def test_articles_are_there_whatever_their_table_calls_them(
    visit: Callable[..., Visit], tmp_path: Path
) -> None:
    """Catches a first view without columns, where articles have a key alone."""
    package, _ = coast(tmp_path / "coast")
    with kzdata.load(package.root) as kz, pytest.MonkeyPatch.context() as patch:
        for name in ("WHOLE", "SMALL"):
            patch.setattr(parts, name, 0)
        page = kz.site(tmp_path / "site")
    here = visit()
    here.open(page)
    assert "The article" in shown(here, "#/story")
    assert not here.complaints


def test_a_part_that_is_missing_is_said(visit: Callable[..., Visit], tmp_path: Path) -> None:
    with kzdata.load(Path(__file__).parents[1]) as kz, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "WHOLE", 0)
        page = kz.site(tmp_path / "site")
    for file in (page.parent / "data").glob("cards-*.js"):
        file.unlink()
    here = visit()
    here.open(page, "#/story")
    assert "A file beside this page is missing" in shown(here, "#/cell/CR-0019")
    assert "Shymkent" in shown(here, "#/story")


@given(st.recursive(st.text() | st.integers() | st.none(), lambda one: st.lists(one, max_size=3)))
def test_a_part_holds_nothing_that_runs(data: Any) -> None:
    body = script("cards-1", data).decode("ascii")
    found = re.fullmatch(r'kzdataPart\("cards-1","([A-Za-z0-9+/=]+)"\);\n', body)
    assert found
    told = zlib.decompress(base64.b64decode(found[1])).decode()
    assert json.loads(told) == json.loads(as_json(data).encode("utf-8", "replace"))


def test_a_hostile_package_runs_nothing_in_parts(
    visit: Callable[..., Visit], island: Folder, tmp_path: Path
) -> None:
    spoilt(island)
    with kzdata.load(island.root) as kz, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "WHOLE", 0)
        page = kz.site(tmp_path / "site")
    here = visit()
    here.open(page)
    for view in (
        "#/story",
        "#/days",
        "#/data/tolls",
        "#/cell/T1",
        "#/search?q=script",
        "#/otherwise",
    ):
        shown(here, view)
        assert here.page.evaluate("window.ran") is None, view
    assert not here.away
    assert not here.complaints
