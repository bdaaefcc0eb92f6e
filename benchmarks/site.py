"""How long the evidence page takes until it can be used: the shipped package and a large one.

    python benchmarks/site.py [--claims 50000]

The large package is invented (`invented.py --traceable`). What is measured is the time from giving
the address to a first view with its chart, the longest time for which the page then stood still, a
search, and a permalink. Needs Chromium.
"""

import argparse
import shutil
import tempfile
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Browser, sync_playwright

import kzdata
from timing import machine

ROOT = Path(__file__).resolve().parents[1]
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
WATCH = """window.longest = 0;
new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.longest = Math.max(window.longest, one.duration);
}).observe({ type: "longtask", buffered: true });"""


def main() -> None:
    """Measure both and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=float, default=5e4)
    claims = int(parser.parse_args().claims)
    print(machine())
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        large = Path(folder) / "package"
        _invent(large, claims)
        for name, root in (("shipped", ROOT), (f"{claims:,} claims", large)):
            began = perf_counter()
            with kzdata.load(root) as kz:
                page = kz.site(Path(folder) / f"site-{root.name}")
            written = perf_counter() - began
            size = f"{page.stat().st_size / 1e6:.1f} of {_size(page.parent) / 1e6:.1f} MB"
            print(f"{name}: written in {written:.1f} s, {size}; {_look(browser, page)}")
        browser.close()


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _invent(folder: Path, claims: int) -> None:
    import subprocess
    import sys

    script = Path(__file__).with_name("invented.py")
    command = [sys.executable, str(script), str(folder), str(claims), "--traceable"]
    subprocess.run(command, check=True)


def _look(browser: Browser, file: Path) -> str:
    page = browser.new_page()
    page.add_init_script(WATCH)
    began = perf_counter()
    page.goto(f"{file.as_uri()}#/story")
    page.wait_for_selector("html[data-ready] main :is(.matrix, .multiples)")
    shown = perf_counter() - began
    still = page.evaluate("window.longest")
    began = perf_counter()
    page.fill("header input[name=q]", "00001")
    page.wait_for_url("**q=00001**")
    page.evaluate("new Promise(requestAnimationFrame)")
    searched = perf_counter() - began
    page.close()
    return f"first view {shown:.2f} s, still for {still:.0f} ms, search {searched:.2f} s"


if __name__ == "__main__":
    main()
