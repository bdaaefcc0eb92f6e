"""The desk, in a browser: an author enters an article by mouse and keyboard alone."""

import http.client
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import kzdata
from kzdata.templates.start import init
from kzdata.validation import validate

pytest.importorskip("uvicorn", reason="the extra `edit` is not installed")

from kzdata.desk import server as serving
from kzdata.desk.desk import Desk
from kzdata.desk.state import State

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
GOAL = 12  # actions of an author a claim
REPORT = """Orrin Courier, March 8, 2032

The river Orr left its bed again this week. Eleven people died in the lower town on Sunday, \
the mayor said. By contrast, the fire brigade said that 14 people died in the lower town on \
Sunday. More than 60 residents were injured in the lower town on Sunday, the fire brigade said, \
and boats went from house to house until it was dark.

In the harbour district the water stood higher than the doors. Three rescuers died in the harbour \
district on Saturday, the coast guard said. About 25 residents were injured in the harbour district \
on Saturday, the mayor said. At least nine rescuers were injured in the harbour district on \
Saturday, the coast guard said, as the bridge gave way under their truck.

The police, who had kept the roads open, spoke to reporters in the evening. Dozens of people were \
injured in Orrin on Friday, the police said. No rescuers died in Orrin on Friday, the police said.

The bridge, built 80 years ago, will not be mended before the summer, the mayor said. Schools stay \
shut, and the library takes in those whose homes are under water. Whoever can help is asked to come \
to the town hall with boots, a spade and a lamp, and to bring water for the day, for the wells of \
the lower town cannot be used until they are clean.
"""
CLAIMS = (
    *("Eleven people died", "14 people died", "More than 60 residents were injured"),
    *("Three rescuers died", "About 25 residents were injured"),
    *("At least nine rescuers were injured", "Dozens of people were injured"),
    "No rescuers died",
)
PLACE = """([words, nth]) => {
    const body = document.querySelector(".text");
    const at = (() => {
        let found = -1;
        for (let n = 0; n <= nth; n++) found = body.textContent.indexOf(words, found + 1);
        return found;
    })();
    const box = (place) => {
        for (const piece of body.children) {
            const first = Number(piece.dataset.at);
            if (place < first || place >= first + piece.textContent.length) continue;
            const range = document.createRange();
            range.setStart(piece.firstChild, place - first);
            range.setEnd(piece.firstChild, place - first + 1);
            return range.getBoundingClientRect();
        }
    };
    box(at);
    const piece = [...body.children].findLast((one) => Number(one.dataset.at) <= at);
    piece.scrollIntoView({ block: "center", behavior: "instant" });
    const [one, other] = [box(at), box(at + words.length - 1)];
    return [one.left + 1, one.top + one.height / 2, other.right - 1, other.top + other.height / 2];
}"""


class Author:
    """Somebody at the desk, whose actions are counted: a click, a drag, a key, a text typed."""

    def __init__(self, page: "Page", address: str) -> None:
        self.page, self.actions, self.complaints = page, 0, list[str]()
        self.requests: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("console", lambda told: self.complaints.append(f"{told.type}: {told.text}"))
        page.goto(address)
        page.wait_for_selector("html[data-ready] main")

    def click(self, selector: str) -> None:
        self.actions += 1
        self.page.locator(selector).first.click()

    def key(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.actions += 1
        self.page.keyboard.insert_text(text)

    def fill(self, selector: str, text: str) -> None:
        """A click into a field, and what is typed there."""
        self.click(selector)
        self.type(text)

    def drag(self, words: str, nth: int = 0) -> None:
        """Select words of the article with the mouse."""
        self.actions += 1
        left, top, right, bottom = self.page.evaluate(PLACE, [words, nth])
        mouse = self.page.mouse
        mouse.move(left, top)
        mouse.down()
        mouse.move((left + right) / 2, bottom)
        mouse.move(right, bottom)
        mouse.up()
        self.page.wait_for_selector(".menu")

    def choose(self, field: str, name: str) -> None:
        """One of the values of a field, typed and confirmed."""
        self.click(f"[data-field={field}] input[role=combobox]")
        self.type(name)
        self.key("Enter")

    # ---------------------------------------------------------------- what an author does

    def begin(self, text: str, publisher: str, published: str) -> None:
        self.fill("textarea", text)
        self.fill("[name=publisher]", publisher)
        self.fill("[name=published_on]", published)
        self.click("button[type=submit]")
        self.page.wait_for_selector(".text")

    def card(self, words: str, kind: str, nth: int = 0) -> None:
        """A new card for words."""
        self.drag(words, nth)
        self.click(f".menu >> text='{kind}'")
        self.page.wait_for_selector(f".card h2:has-text('{words}')")

    def row(self, words: str, table: str, **values: str) -> None:
        """A new row of a vocabulary."""
        self.card(words, table)
        for field, name in values.items():
            self.choose(field, name)
        self.click(".card .actions >> text=Done")

    def looked(self) -> None:
        self.click("text=I have looked at all")
        self.page.wait_for_selector("text=I have looked at all", state="detached")

    def type_of_event(self, words: str, value: str) -> None:
        """The type of the event of the claim that is open, which no word says so far."""
        self.click("[data-field=event_id] >> text=Open")
        self.choose("event_type", value)
        self.drag(words)
        self.click(".menu .first")
        self.click("[data-field=event_type] >> text=keep that")
        self.page.wait_for_selector("[data-field=event_type].fine")
        self.looked()

    def quiet(self) -> None:
        """All is kept, and checked."""
        self.page.wait_for_selector(".desk[aria-busy=false]", timeout=60_000)

    def review(self) -> None:
        self.click("text=Review and write")
        self.quiet()


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package as `kzdata init` writes it."""
    init(tmp_path / "flood")
    return tmp_path / "flood"


@contextmanager
def served(package: Path, texts: Path) -> Iterator[str]:
    """The address of a desk."""
    server = serving.serving(package, texts)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.address
    finally:
        server.close()
        thread.join(30)
        assert not thread.is_alive()


@pytest.fixture
def sit(browser: "Browser", package: Path) -> Iterator[Callable[..., Author]]:
    """An author who sits down at the desk of the package."""
    contexts = []
    with served(package, package / "texts") as address:

        def enter(width: int = 1440, height: int = 900, **options: Any) -> Author:
            context = browser.new_context(viewport={"width": width, "height": height}, **options)
            contexts.append(context)
            context.set_default_timeout(30_000)
            return Author(context.new_page(), address)

        yield enter
        for context in contexts:
            context.close()


def written(package: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a table."""
    with kzdata.load(package) as kz:
        return [row.model_dump(mode="json") for row in kz.table(name)]


# ------------------------------------------------------------------------------ a whole report


@pytest.mark.slow
@pytest.mark.parametrize("again", [False, True], ids=["at once", "with a reload"])
def test_a_report_is_entered_by_mouse_and_keyboard_alone(
    sit: Callable[..., Author], package: Path, capfd: pytest.CaptureFixture[str], again: bool
) -> None:
    """Catches a desk on which a claim costs more than a dozen actions, or that loses one."""
    author = sit()
    author.begin(REPORT, "Orrin Courier", "March 8, 2032")
    author.row("harbour district", "Places", kind="site", part_of_id="Orrin")
    author.row("coast guard", "Actors", kind="organisation")
    author.row("police", "Actors", kind="organisation")
    for number, words in enumerate(CLAIMS):
        author.card(words, "Claims")
        if words == "More than 60 residents were injured":
            author.type_of_event("injured", "injuries")
        author.looked()
        if again and number == 3:
            author.quiet()
            author.page.reload()
            author.page.wait_for_selector(".text")
    author.card("80", "Counts nothing")
    author.fill("[data-field=reason] textarea", "How old the bridge is.")
    author.click(".card .actions >> text=Done")
    author.click(".cards >> text=“14 people died”")
    author.click(".links summary")
    author.fill(".links [aria-label=How]", "contradicts")
    author.key("Enter")
    author.fill(".links [aria-label='Which claim']", "Eleven")
    author.key("Enter")
    author.fill(".links [aria-label='Why?']", "Two counts of one place and day.")
    author.click(".links >> text=Add")
    author.click(".card .actions >> text=Done")
    while author.page.locator(".cards .entry.grey:has-text('Events')").count():
        author.click(".cards .entry.grey:has-text('Events')")
        author.looked()
    author.click("text=I have looked at these words and names")
    author.review()
    author.click("text='Write the rows'")
    author.page.wait_for_selector("text=The package is valid")
    with capfd.disabled():
        print(f"\n{author.actions} actions, {author.actions / len(CLAIMS):.1f} a claim")
    assert author.actions <= GOAL * len(CLAIMS)
    assert author.complaints == []
    report = validate(package, texts=package / "texts")
    assert report.valid and not report.findings
    claims = [row for row in written(package, "claims") if row["claim_id"] > "CR-0002"]
    assert [row["value_text"] for row in claims] == [
        *("Eleven", "14", "More than 60", "Three", "About 25", "At least nine", "Dozens", "No")
    ]
    assert len(written(package, "claim_links")) == 2
