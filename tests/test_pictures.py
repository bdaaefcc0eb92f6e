"""The page looks as its kept pictures do; `make pictures` takes them anew."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browsers import SETTLED, Visit
from pictures import FONTS, KEPT, SHOTS, VIEWS, Shot, difference, fonts, taken

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MOST = 0.01  # of a picture may differ


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS)
def test_a_view_looks_as_its_kept_pictures(
    browser: "Browser", visit: Callable[..., Visit], site: Path, view: str, tmp_path: Path
) -> None:
    """Catches a change of looks that nobody meant: wide, small, dark and on paper."""
    page = visit().open(site)
    if fonts(page) != json.loads(FONTS.read_text(encoding="utf-8")):
        pytest.skip("the fonts of this machine are not those of the pictures")
    looks = {}
    for shot in (one for one in SHOTS if one.view == view):
        new = taken(browser, site, shot)
        (tmp_path / shot.file.name).write_bytes(new)
        if (share := difference(shot.file.read_bytes(), new)) > MOST:
            looks[str(tmp_path / shot.file.name)] = f"{share:.1%} differs"
    assert not looks, "look at the new pictures; if they are meant, run `make pictures`"


@pytest.mark.slow
def test_a_picture_tells_a_part_that_is_gone(
    browser: "Browser", visit: Callable[..., Visit], site: Path
) -> None:
    """Catches a comparison that finds nothing."""
    shot = Shot("otherwise", "wide")
    here = visit(1440, 900, device_scale_factor=0.35, reduced_motion="reduce")
    page = here.open(site, VIEWS[shot.view])
    page.locator("main h2, main h3, main article").first.evaluate("(one) => one.remove()")
    page.evaluate(SETTLED)
    assert difference(taken(browser, site, shot), page.screenshot()) > MOST


def test_every_view_has_its_pictures() -> None:
    """Catches pictures that nobody looks at, and views without one."""
    assert {file.name for file in KEPT.glob("*.png")} == {shot.file.name for shot in SHOTS}
