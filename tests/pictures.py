"""Small pictures of the page, and how much two of them differ.

    PYTHONPATH=tests python tests/pictures.py

takes them anew into `tests/pictures/`: `make pictures`. The letters are those of the machine, so
that pictures are compared only where its fonts are those of the kept ones (`fonts.json`).
"""

import io
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PIL import Image, ImageChops

import kzdata
from browsers import CHROMIUM, FLAGS, SETTLED, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

KEPT = Path(__file__).parent / "pictures"
FONTS = KEPT / "fonts.json"
SCALE = 0.35  # of a pixel: shapes and colours, no letters
VIEWS = {
    "story": "#/story",
    "card": "#/story?cell=CR-0019",
    "counts": "#/counts",
    "days": "#/days",
    "otherwise": "#/otherwise",
    "articles": "#/articles",
    "article": "#/article/tass?passage=SP-0855",
    "data": "#/data/events",
    "record": "#/cell/EV-0001",
    "search": "#/search?q=almaty",
    "about": "#/about",
}
WINDOWS: dict[str, dict[str, Any]] = {
    "wide": {"width": 1440, "height": 900},
    "dark": {"width": 1440, "height": 900, "color_scheme": "dark"},
    "tablet": {"width": 768, "height": 1024},
    "phone": {"width": 360, "height": 740},
    "night": {"width": 360, "height": 740, "color_scheme": "dark"},
    "paper": {"width": 794, "height": 1123},
}
_WIDTHS = """() => {
    const pen = document.createElement("canvas").getContext("2d");
    const style = getComputedStyle(document.documentElement);
    return ["--serif", "--sans"].map((name) => {
        const family = style.getPropertyValue(name) || "sans-serif";
        pen.font = `100px ${family}`;
        return Math.round(pen.measureText("Every number has a receipt: 1,234").width);
    });
}"""
_BLOCK = 6  # pixels: what is compared is the mean colour of such a square
_FAR = 32  # of 255: a colour that differs
_COLOURS = 32  # of a picture that is kept


class Shot(NamedTuple):
    """A view in a window."""

    view: str
    window: str

    @property
    def file(self) -> Path:
        return KEPT / f"{self.view}-{self.window}.png"


SHOTS = [Shot(view, window) for view in VIEWS for window in WINDOWS]


def taken(browser: "Browser", site: Path, shot: Shot) -> bytes:
    """The picture of a view, as PNG."""
    options = WINDOWS[shot.window].copy()
    size = {"width": options.pop("width"), "height": options.pop("height")}
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        device_scale_factor=SCALE,
        reduced_motion="reduce",
        **options,
    )
    page = Visit(context.new_page()).open(site, VIEWS[shot.view])
    if shot.window == "paper":
        page.emulate_media(media="print")
    page.evaluate(SETTLED)
    # The address stands on the sheet, and leads to where this one's page lies.
    for place in page.locator("footer .address").all():
        place.evaluate("(one) => { one.textContent = '' }")
    picture = page.screenshot(animations="disabled", caret="hide")
    context.close()
    return picture


def fonts(page: "Page") -> list[int]:
    """How wide words are in the two families of the page, in pixels."""
    return page.evaluate(_WIDTHS)  # type: ignore[no-any-return]


def difference(one: bytes, other: bytes) -> float:
    """The share of two pictures that differs, 0 to 1; 1 where their sizes do."""
    first, second = (Image.open(io.BytesIO(picture)).convert("RGB") for picture in (one, other))
    if first.size != second.size:
        return 1
    small = (max(1, first.width // _BLOCK), max(1, first.height // _BLOCK))
    blocks = [picture.resize(small, Image.Resampling.BOX) for picture in (first, second)]
    red, green, blue = ImageChops.difference(*blocks).split()
    counts = ImageChops.lighter(ImageChops.lighter(red, green), blue).histogram()
    return sum(counts[_FAR:]) / sum(counts)


def written(browser: "Browser", site: Path) -> Iterator[Path]:
    """Take all pictures anew."""
    KEPT.mkdir(exist_ok=True)
    page = Visit(browser.new_page()).open(site)
    FONTS.write_text(json.dumps(fonts(page)) + "\n", encoding="utf-8")
    for shot in SHOTS:
        picture = Image.open(io.BytesIO(taken(browser, site, shot)))
        picture.convert("RGB").quantize(_COLOURS).save(shot.file, optimize=True)
        yield shot.file


def main() -> None:
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        sys.exit("Chromium is not installed")
    with tempfile.TemporaryDirectory() as folder, kzdata.load(KEPT.parents[1]) as kz:
        site = kz.site(Path(folder) / "site")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            print(len(list(written(browser, site))), "pictures in", KEPT)
            browser.close()


if __name__ == "__main__":
    main()
