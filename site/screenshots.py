"""Takes the pictures of the README and the guides: `make screenshots`.

Names of pictures behind the command take these alone:
`PYTHONPATH=tests python site/screenshots.py desk`.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import kzdata
from browsers import CHROMIUM, FLAGS, served
from kzdata.templates.start import init

ROOT = Path(__file__).resolve().parents[1]
PICTURES = {
    "story": ("#/story?cell=CR-0019", 1440, 1000, "light"),
    "places": ("#/days", 1440, 1100, "light"),
    "otherwise": ("#/otherwise", 1280, 900, "dark"),
    "article": ("#/article/tass?passage=SP-0855", 1440, 900, "light"),
    "phone": ("#/story?cell=CR-0019", 360, 740, "light"),
}


DESK = "desk"
REPORT = """The river Orr left its bed again this week. Eleven people died in the lower town on \
Sunday, the mayor said. By contrast, the fire brigade said that 14 people died in the lower town \
on Sunday.

In the harbour the water stood higher than the doors. Three rescuers died in the lower town on \
Saturday, the fire brigade said, as the bridge gave way under their truck. The bridge, built 80 \
years ago, will not be mended before the summer.

Schools stay shut, and the library takes in those whose homes are under water. Whoever can help is \
asked to come to the town hall with boots, a spade and a lamp.
"""
"""An article that is invented, like the package that `kzdata init` writes."""


def main() -> None:
    """Write the pictures into docs/images/."""
    target = ROOT / "docs" / "images"
    target.mkdir(exist_ok=True)
    names = sys.argv[1:] or [*PICTURES, DESK]
    if CHROMIUM is None:
        raise SystemExit("Chromium is not installed")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        _site(browser, target, [name for name in PICTURES if name in names])
        if DESK in names:
            _desk(browser, target / f"{DESK}.png")
        browser.close()


def _site(browser: Browser, target: Path, names: list[str]) -> None:
    """The views of the evidence page."""
    if not names:
        return
    with tempfile.TemporaryDirectory() as folder, kzdata.load(ROOT) as kz:
        address = kz.site(Path(folder) / "site").as_uri()
        for name in names:
            hash, width, height, scheme = PICTURES[name]
            page = _opened(browser, width, height, scheme)
            page.goto(f"{address}{hash}")
            page.wait_for_selector("html[data-ready] main > *")
            _take(page, target / f"{name}.png")


def _desk(browser: Browser, file: Path) -> None:
    """The desk with an article, on which a card is open."""
    page = _opened(browser, 1440, 900, "light")
    with tempfile.TemporaryDirectory() as folder:
        init(package := Path(folder) / "flood")
        with served(package, package / "texts") as address:
            _write(page, address)
            _take(page, file)


def _write(page: Page, address: str) -> None:
    """Three claims of an article, of which the last is being looked at."""
    page.goto(address)
    page.fill("textarea", REPORT)
    page.fill("[name=publisher]", "Orrin Courier")
    page.fill("[name=published_on]", "March 8, 2032")
    page.press("[name=published_on]", "Enter")
    for words in ("Eleven people died", "14 people died", "Three rescuers died"):
        page.wait_for_selector(".text .left")
        for key in ("ArrowDown", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
            page.keyboard.press(key)
        page.wait_for_selector(f".card h2:has-text('{words}')")
        if words != "Three rescuers died":
            page.keyboard.press("Control+Enter")
            page.wait_for_selector(".card", state="detached")
    for _ in ("Number", "When"):  # the others are grey: nobody has looked at them
        page.keyboard.press("Enter")
    page.wait_for_selector(".desk[aria-busy=false]")


def _opened(browser: Browser, width: int, height: int, scheme: str) -> Page:
    return browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    ).new_page()


def _take(page: Page, file: Path) -> None:
    page.wait_for_timeout(300)
    page.screenshot(path=file)


if __name__ == "__main__":
    main()
