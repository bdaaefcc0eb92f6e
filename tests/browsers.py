"""Headless Chromium for tests, what goes on in a page that it has open, and a desk to open."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


class Visit:
    """A page that is open, and what went on in it."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda told: self.complaints.append(f"{told.type}: {told.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("popup", lambda other: self.complaints.append(f"popup: {other.url}"))

    def open(self, file: Path, hash: str = "") -> "Page":
        self.page.goto(f"{file.as_uri()}{hash}")
        self.page.wait_for_selector("html[data-ready] main > *")
        return self.page

    def show(self, hash: str) -> None:
        self.page.evaluate("hash => { location.hash = hash }", hash)
        self.page.evaluate(SETTLED)

    @property
    def away(self) -> list[str]:
        """Requests for anything but the page's own files and what stands in the address itself."""
        return [address for address in self.requests if not address.startswith(("file:", "data:"))]


SETTLED = """() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30))))"""


@contextmanager
def served(package: Path, texts: Path) -> Iterator[str]:
    """The address of a desk."""
    from kzdata.desk.server import serving  # needs an extra

    server = serving(package, texts)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.address
    finally:
        server.close()
        thread.join(30)
        assert not thread.is_alive()
