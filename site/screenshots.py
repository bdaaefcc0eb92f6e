"""Takes the pictures of the README: `make screenshots`."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import kzdata

ROOT = Path(__file__).resolve().parents[1]
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PICTURES = {
    "story": ("#/story?cell=CR-0019", 1440, 1000, "light"),
    "places": ("#/days", 1440, 1100, "light"),
    "otherwise": ("#/otherwise", 1280, 900, "dark"),
    "article": ("#/article/tass?passage=SP-0855", 1440, 900, "light"),
    "phone": ("#/story?cell=CR-0019", 360, 740, "light"),
}


def main() -> None:
    """Write the pictures into docs/images/."""
    target = ROOT / "docs" / "images"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, kzdata.load(ROOT) as kz:
        page = kz.site(Path(folder) / "site")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=_chromium(), args=FLAGS)
            for name, (hash, width, height, scheme) in PICTURES.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,  # type: ignore[arg-type]
                    reduced_motion="reduce",
                )
                _take(context.new_page(), f"{page.as_uri()}{hash}", target / f"{name}.png")
            browser.close()


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise SystemExit("Chromium is not installed")
    return found


def _take(page: Page, address: str, file: Path) -> None:
    page.goto(address)
    page.wait_for_selector("html[data-ready] main > *")
    page.wait_for_timeout(300)
    page.screenshot(path=file)


if __name__ == "__main__":
    main()
