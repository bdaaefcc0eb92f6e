"""The desk, in a browser: an author enters an article by mouse and keyboard alone."""

import http.client
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import kzdata
from browsers import served
from kzdata.cli.main import app
from kzdata.standard.writer import seal
from kzdata.templates.start import init
from kzdata.validation import validate

pytest.importorskip("uvicorn", reason="the extra `edit` is not installed")

from kzdata.desk import server as serving
from kzdata.desk.desk import Desk
from kzdata.desk.state import State
from kzdata.entries.notation import Cell

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLOOD = "Seven people died in the lower town on Sunday, the mayor said.\n"
PROPOSED_CLAIM = {
    **{"quote": "Seven people died", "figure": "Seven", "outcome": "killed", "event": "deaths"},
    **{"population": "people", "place_id": "lower-town <- the lower town"},
    **{"date": "on Sunday", "claimant_id": "mayor <- the mayor"},
}
PROPOSED = {
    "source": {"source_id": "other"},
    "event": [
        {
            **{"ref": "deaths", "title": "People die", "quote": "Seven people died"},
            **{"event_type": "deaths", "date": "on Sunday"},
            "place_id": "lower-town <- the lower town",
        }
    ],
    "claim": [
        PROPOSED_CLAIM,
        {**PROPOSED_CLAIM, "outcome": "injured"},
        {**PROPOSED_CLAIM, "quote": "Eight people died"},
    ],
}
"""What a model says of `FLOOD`: a claim that holds, and two that do not."""
GOAL = 12  # actions of an author a claim
REPORT = """Orrin Courier, March 8, 2032

The river Orr left its bed again this week. Eleven people died in the lower town on Sunday, the \
mayor said. By contrast, the fire brigade said that 14 people died in the lower town on Sunday. \
More than 60 residents were injured in the lower town on Sunday, the fire brigade said, and boats \
went from house to house until it was dark.

In the harbour district the water stood higher than the doors. Three rescuers died in the harbour \
district on Saturday, the coast guard said. About 25 residents were injured in the harbour \
district on Saturday, the mayor said. At least nine rescuers were injured in the harbour district \
on Saturday, the coast guard said, as the bridge gave way under their truck.

The police, who had kept the roads open, spoke to reporters in the evening. Dozens of people were \
injured in Orrin on Friday, the police said. No rescuers died in Orrin on Friday, the police said.

The bridge, built 80 years ago, will not be mended before the summer, the mayor said. Schools stay \
shut, and the library takes in those whose homes are under water. Whoever can help is asked to \
come to the town hall with boots, a spade and a lamp, and to bring water for the day, for the \
wells of the lower town cannot be used until they are clean.
"""
SHORT = """Orrin Courier, March 8, 2032

The river Orr left its bed again. Eleven people died in the lower town on Sunday, the mayor said. \
About 25 residents were injured in the harbour district on Saturday, the coast guard said, as the \
bridge, built 80 years ago, gave way.
"""
MOST_TABS = 40  # keys to what is looked for
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

    # ---------------------------------------------------------------- by keys alone

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.key(key)

    def tab(self, selector: str) -> None:
        """Go on with Tab to what is looked for."""
        for _ in range(MOST_TABS):
            self.key("Tab")
            if self.page.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"no way with Tab to {selector}")

    def at(self, selector: str) -> None:
        """The keys are there without a further one."""
        self.page.wait_for_function("(s) => document.activeElement.matches(s)", arg=selector)

    def kind(self, name: str) -> None:
        """The kind of a menu by the digit that stands beside it."""
        kinds = self.page.locator(".menu button").all_inner_texts()
        number = kinds.index(name)
        self.key(str(number + 1) if number else "Enter")
        self.at(".card h2")

    def onward(self) -> None:
        """Look at each field of a card, and close it."""
        card = self.page.get_attribute(".card", "data-card")
        while not self.page.evaluate("document.activeElement.matches('.actions .main')"):
            self.key("Enter")
        self.key("Enter")
        self.page.wait_for_selector(f"[data-card={card}]", state="detached")

    def finish(self) -> None:
        card = self.page.get_attribute(".card", "data-card")
        self.key("Control+Enter")
        self.page.wait_for_selector(f"[data-card={card}]", state="detached")

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
        card = self.page.get_attribute(".card", "data-card")
        self.click("text='I have looked at all'")
        self.page.wait_for_selector(f"[data-card={card}]", state="detached")

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


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package as `kzdata init` writes it."""
    init(tmp_path / "flood")
    return tmp_path / "flood"


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


# ------------------------------------------------------------------------------ the browser


def test_the_desk_asks_nobody_else_and_keeps_no_token_in_its_address(
    sit: Callable[..., Author], package: Path
) -> None:
    """Catches a font from elsewhere, and a token that a copied address gives away."""
    author = sit()
    author.begin(REPORT, "Orrin Courier", "March 8, 2032")
    author.card("Eleven people died", "Claims")
    home = author.page.url
    assert "#" not in home
    assert all(address.startswith((home, "data:")) for address in author.requests)
    assert author.complaints == []


def test_hostile_texts_and_packages_run_nothing(
    sit: Callable[..., Author], package: Path, browser: "Browser"
) -> None:
    """Catches markup of a text, of a title or of a name that becomes part of the page."""
    bad = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    descriptor = json.loads((package / "datapackage.json").read_text())
    descriptor["title"] = bad
    (package / "datapackage.json").write_text(json.dumps(descriptor))
    schema = package / "schemas" / "claims.json"
    schema.write_text(schema.read_text().replace('"title": "Outcome"', f'"title": "{bad}"'))
    actors = package / "data" / "actors.csv"
    actors.write_text(actors.read_text().replace("Mayor of Orrin", bad))
    author = sit()
    text = f"{bad}\nJavascript: seven people died, the mayor said. {bad}\n"
    author.begin(text, "Evil", "2032-03-08")
    author.card("seven people died", "Claims")
    author.quiet()
    author.click("[data-field=claimant_id] input[role=combobox]")
    page = author.page
    assert bad in page.inner_text(".text")
    assert bad in page.inner_text(".card")
    assert page.locator("img, script:not([src])").count() == 0
    assert author.complaints == []


def test_offsets_count_code_points_behind_other_letters(
    sit: Callable[..., Author], package: Path
) -> None:
    """Catches offsets in UTF-16 units, and words that stand twice."""
    author = sit()
    text = "\U0001f692\U0001f692 Fire. Two people died, then two people died in the lower town.\n"
    author.begin(text, "Siren", "2032-03-08")
    author.card("two people died", "Claims")
    author.quiet()
    draft = json.loads(next((package / "texts").rglob("draft.json")).read_text())
    (block,) = [one for one in draft["steps"][-1]["blocks"].values() if one["section"] == "claim"]
    assert block["quote"] == {"words": "two people died", "occurrence": 1}
    assert block["cells"]["outcome"] == {"value": "killed", "words": "died", "occurrence": 2}


def test_words_are_selected_by_keys_alone(sit: Callable[..., Author]) -> None:
    """Catches a desk that needs a mouse."""
    author = sit()
    author.begin("Flood. Seven people died in the lower town.\n", "Siren", "2032-03-08")
    author.page.wait_for_selector(".text .left")
    author.page.focus(".text")
    for key in ("ArrowDown", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        author.key(key)
    author.page.wait_for_selector(".card h2:has-text('“Seven people died”')")


def test_a_report_is_entered_by_keys_alone(
    sit: Callable[..., Author], package: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Catches a step of the way, from the text to the rows, that needs a mouse."""
    author = sit()
    page = author.page
    page.evaluate("addEventListener('pointerdown', () => { document.title = 'a mouse' }, true)")
    author.tab("textarea")
    author.type(SHORT)
    for name, words in (("publisher", "Orrin Courier"), ("published_on", "March 8, 2032")):
        author.tab(f"[name={name}]")
        author.type(words)
    author.key("Enter")
    author.at(".text")
    page.wait_for_selector(".text .left")
    # A place and an actor: letters lead to a word, Shift selects.
    page.keyboard.type("harb")
    author.key("Shift+ArrowRight")
    author.kind("Places")
    author.key("Enter")
    author.at("[data-field=kind] input")
    author.type("site")
    author.key("Enter")
    author.tab("[data-field=part_of_id] input")
    author.type("Orrin")
    author.key("Enter")
    author.finish()
    author.at(".text")
    page.keyboard.type("coast")
    author.key("Shift+ArrowRight")
    author.kind("Actors")
    author.key("Enter")
    author.type("organisation")
    author.key("Enter")
    author.onward()
    author.at(".text")
    # A claim, whose event is new, and which is taken back and done again.
    author.keys("Home", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowRight")
    author.kind("Claims")
    author.key("Control+z")
    author.at(".text")
    author.key("Control+Shift+z")
    page.wait_for_selector(".text .quoted:has-text('Eleven people died')")
    author.tab(".entry.grey:has(.title)")
    author.key("Enter")
    author.at(".card h2")
    author.onward()
    # A claim whose event is of a type that no word says so far.
    author.at(".entry")
    author.key("Escape")
    author.at(".text")
    author.keys("ArrowDown", *["Shift+ArrowRight"] * 4)
    author.kind("Claims")
    author.tab("[data-field=event_id] input")
    author.tab("[data-field=event_id] .plain-button")
    author.key("Enter")
    author.at(".card h2")
    author.tab("[data-field=event_type] input")
    author.type("injuries")
    author.keys("Enter", "Escape")
    author.at(".text")
    page.keyboard.type("injured")
    author.key("Enter")
    author.at("[data-field=event_type] input")
    page.wait_for_selector("[data-field=event_type] >> text=keep that")
    author.tab("[data-field=event_type] .row button")
    author.key("Enter")
    page.wait_for_selector("[data-field=event_type].fine")
    author.at("[data-field=event_type] input")
    author.finish()
    author.at("[data-field=event_id] input")
    author.finish()
    author.at(".text")
    # A number that counts nothing.
    author.key("ArrowDown")
    author.kind("Counts nothing")
    author.key("Enter")
    author.at("[data-field=reason] textarea")
    author.type("How old the bridge is.")
    author.finish()
    # What is left is looked at out of the review, and written.
    author.key("Control+s")
    author.quiet()
    while page.locator(".plan >> text='Go there'").count():
        author.tab(".plan .notice button")
        author.key("Enter")
        author.at(".card h2")
        author.finish()
        author.at(".plan h2")
        # The plan is worked out anew: what it still asks for is not known before.
        author.quiet()
    author.tab(".plan .main")
    author.key("Enter")
    page.wait_for_selector("text=The package is valid")
    author.at(".plan h2")
    with capfd.disabled():
        print(f"\n{author.actions} keys and texts")
    assert "a mouse" not in page.title()
    assert author.complaints == []
    checked = CliRunner().invoke(app, ["validate", str(package), "--texts", str(package / "texts")])
    assert checked.exit_code == 0, checked.output
    claims = [row for row in written(package, "claims") if row["claim_id"] > "CR-0002"]
    assert [row["value_text"] for row in claims] == ["Eleven", "About 25"]
    assert "harbour district" in {row["name"] for row in written(package, "places")}
    assert "coast guard" in {row["name"] for row in written(package, "actors")}


def test_what_a_card_needs_is_within_reach_of_the_keys(sit: Callable[..., Author]) -> None:
    """Catches keys that are lost when the button that was pressed goes away."""
    author = sit()
    page = author.page
    author.begin(REPORT, "Orrin Courier", "March 8, 2032")
    for words in ("Eleven people died", "14 people died", "60 residents were injured"):
        page.wait_for_selector(".text .left")
        author.keys("ArrowDown", *["Shift+ArrowRight"] * (len(words.split()) - 1))
        author.kind("Claims")
        if not words.startswith("60"):
            author.finish()
    # Somebody new, out of the list of those that are known, and back to the field.
    author.tab("[data-field=claimant_id] input")
    author.type("coast guard")
    author.keys("ArrowUp", "Enter")
    author.at(".card h2")
    page.wait_for_selector(".card .cap:has-text('Actors')")
    author.keys("Control+Enter")
    author.at("[data-field=claimant_id] input")
    author.quiet()
    # No words say it; words are taken away.
    author.tab("[data-field=claimant_id] .plain-button")
    author.tab("[data-field=claimant_id] .row .plain-button")
    author.key("Enter")
    author.at("[data-field=claimant_id] .why input")
    author.type("Asked for it.")
    author.quiet()
    author.key("Shift+Tab")
    while not page.evaluate("document.activeElement.matches('[data-field=outcome] .drop')"):
        author.key("Shift+Tab")
    author.key("Enter")
    author.at("[data-field=outcome] input")
    # A link to another claim.
    author.tab(".links summary")
    author.key("Enter")
    author.tab(".links [aria-label=How]")
    author.type("contradicts")
    author.keys("Enter", "Tab")
    author.type("Eleven")
    author.keys("Enter", "Tab")
    author.type("Two counts.")
    author.key("Enter")
    page.wait_for_selector(".links li:has-text('Two counts.')")
    author.at(".links [aria-label=How]")
    author.tab(".actions .plain-button")
    author.key("Enter")
    author.at(".text")
    assert author.complaints == []


def test_a_change_is_undone_and_done_again(sit: Callable[..., Author]) -> None:
    """Catches an undo that loses more than the last change."""
    author = sit()
    author.begin(REPORT, "Siren", "2032-03-08")
    author.card("Eleven people died", "Claims")
    author.card("14 people died", "Claims")
    author.page.keyboard.press("Control+z")
    author.page.wait_for_selector(".text .quoted:has-text('14 people died')", state="detached")
    assert author.page.locator(".text .quoted:has-text('Eleven')").count()
    author.click("text=Redo")
    author.page.wait_for_selector(".text .quoted:has-text('14')")


def test_proposals_are_accepted_and_rejected_in_the_same_view(
    sit: Callable[..., Author], tmp_path: Path, package: Path
) -> None:
    """Catches a proposal that does not hold and looks as if it did."""
    before = contents(package)
    author = sit()
    author.begin(FLOOD, "Orrin Courier", "2032-03-08")
    (tmp_path / "model.json").write_text(json.dumps(PROPOSED))
    author.click("text=Proposals of a model")
    author.page.set_input_files(".proposals input[type=file]", tmp_path / "model.json")
    author.click("text='Judge'")
    author.page.wait_for_selector(".proposal")
    bad = author.page.locator(".proposal.rejected")
    assert bad.count() == 2
    assert all(one.locator(".fault").count() for one in bad.all())
    while bad.count():
        author.click(".proposal.rejected >> text='Reject'")
    for section in ("Events", "Claims"):
        author.click(f".proposal:has-text('{section}') >> text='Accept'")
    author.click(".proposals >> text='Back'")
    author.page.wait_for_selector(".cards .entry.grey:has-text('Seven people died')")
    author.quiet()
    assert author.page.locator(".cards .fault").count() == 0
    assert contents(package) == before


TWIN = (
    "Orrin Courier, March 4, 2032\n\nSix people died in the flood of the lower town of Orrin on "
    "Wednesday, the mayor said.\n"
)


def wronged(desk: Desk, wrong: str) -> tuple[str, tuple[str, ...]]:
    """A draft with which something is wrong: its article, and names that the desk has to say."""
    if wrong == "a count":
        evidence = desk.package / "data" / "evidence.csv"
        evidence.write_text(
            evidence.read_text().replace(
                "CR-0001,outcome,SP-0002,coded,1,", "CR-0001,outcome,SP-0002,coded,2,"
            )
        )
        seal(desk.package)
        made = desk.open("orrin-post")
        state = State.model_validate(made["state"])
        next(b for b in state.blocks if b.id == "EV-0001").cells["title"] = Cell(value="A flood")
        desk.change(made["name"], made["version"], state)
        return "Orrin Post, 2032-03-04", ("“Three people died”, outcome: found 2",)
    made = desk.begin({**DESCRIBED, "published_on": "2032-03-04"}, TWIN, None)
    start = TWIN.index("Six")
    place = (start, start + len("Six people died"))
    made = desk.select(made["name"], made["version"], "claims", place)
    state = State.model_validate(made["state"])
    event, claim = (b for b in state.blocks if b.table in ("events", "claims"))
    event.cells["title"] = Cell(value="People die in the flood of Orrin")
    if wrong == "an id":
        claim.cells["event_id"] = Cell(value="EV-9999")
        claim.cells["claimant_id"] = Cell(value="mayor", words="people")
    desk.change(made["name"], made["version"], state)
    names: tuple[str, ...] = ("“Three people died” (Orrin Post, 2032-03-04)",)
    if wrong == "an id":
        names = ("the new “People die in the flood of Orrin”", "“Mayor of Orrin”")
    return "Orrin Courier, 2032-03-04", names


@pytest.mark.parametrize("wrong", ["an id", "a twin", "a count"])
def test_what_is_wrong_is_said_in_names(
    sit: Callable[..., Author], package: Path, wrong: str
) -> None:
    """Catches a message that sends an author to look up what EV-0001 is."""
    article, names = wronged(Desk(package, package / "texts"), wrong)
    author = sit()
    author.page.wait_for_selector(f"text='{article}'")
    author.click(f".lists section:first-child li:has-text('{article}') >> text='Open'")
    author.quiet()
    seen = [author.page.inner_text("body")]
    author.page.locator(".list > .cards .entry").last.click()  # a claim: what it rests on precedes
    seen.append(author.page.inner_text("body"))
    author.review()
    seen.append(author.page.inner_text("body"))
    told = "\n".join(seen)
    typed = {"EV-9999"} if wrong == "an id" else set()
    assert set(re.findall(r"[A-Z]{2}-[0-9]{4}", told)) <= typed
    assert all(name in told for name in names), told


def test_a_package_that_somebody_changes_is_said_at_the_desk(
    sit: Callable[..., Author], package: Path
) -> None:
    """Catches an author who learns of it by losing rows."""
    author = sit()
    author.begin(FLOOD, "Orrin Courier", "2032-03-08")
    author.card("Seven people died", "Claims")
    actors = package / "data" / "actors.csv"
    actors.write_bytes(actors.read_bytes().replace(b"Mayor of Orrin", b"Lord Mayor of Orrin"))
    seal(package)
    author.looked()
    author.page.wait_for_selector("text=Somebody else changed the package")
    author.click("text=keep the draft")
    author.page.wait_for_selector("text=Somebody else changed the package", state="detached")
    author.page.wait_for_selector(".text .quoted:has-text('Seven')")


# ------------------------------------------------------------------------------ the server


@pytest.fixture
def address(package: Path) -> Iterator[tuple[int, str]]:
    """The port of a desk, and its token."""
    with served(package, package / "texts") as place:
        port, token = place.removeprefix("http://127.0.0.1:").split("/#")
        yield int(port), token


def asked(
    port: int,
    headers: dict[str, str],
    what: str = "about",
    body: bytes = b"{}",
    method: str = "POST",
) -> tuple[int, Any]:
    """The status of an answer, and what it says; a header without a value is not sent."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    named = {name: value for name, value in headers.items() if value}
    line.request(method, f"/api/{what}", body, named)
    answer = line.getresponse()
    said = answer.read()
    line.close()
    return answer.status, json.loads(said) if said[:1] == b"{" else said


def test_a_request_needs_the_token_the_host_and_the_origin(address: tuple[int, str]) -> None:
    """Catches a page elsewhere, or another user of the machine, that reads or writes."""
    port, token = address
    right = {
        "Host": f"127.0.0.1:{port}",
        "Origin": f"http://127.0.0.1:{port}",
        "Content-Type": "application/json",
        "X-Kzdata-Token": token,
    }
    assert asked(port, right)[0] == 200
    for wrong, status in (
        ({"X-Kzdata-Token": ""}, 403),
        ({"X-Kzdata-Token": token[:-1]}, 403),
        ({"X-Kzdata-Token": token.swapcase()}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": f"https://127.0.0.1:{port}"}, 403),
        ({"Origin": f"http://127.0.0.1:{port % 65_535 + 1}"}, 403),
        ({"Host": "evil.example"}, 404),
        ({"Host": f"evil.example:{port}"}, 404),
        ({"Content-Type": "text/plain"}, 415),
    ):
        assert asked(port, {**right, **wrong})[0] == status, wrong
    assert asked(port, right, "nothing")[0] == 404
    assert asked(port, right, method="GET")[0] == 404
    status, said = asked(port, right, "begin", b'{"described": {}, "shell": "rm"}')
    assert (status, "error" in said) == (400, True)
    large = b'{"text": "' + b"x" * serving.MOST_BYTES + b'"}'
    assert asked(port, right, "begin", large)[0] == 413


def test_a_draft_has_no_name_that_leads_elsewhere(address: tuple[int, str], package: Path) -> None:
    """Catches a draft, or a text, that is read or written outside of the folder."""
    port, token = address
    right = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/json"}
    right["X-Kzdata-Token"] = token
    for name in ("..", "../..", "/etc", "a/b", ".kzdata-edit", "", "A", "x" * 200):
        for what in ("view", "drop", "check"):
            body = json.dumps({"name": name}).encode()
            status, said = asked(port, right, what, body)
            assert (status, "draft" in said["error"]) == (400, True), (what, name)
    for file in ("../datapackage.json", "/etc/passwd", "..", "orrin-post.txt/"):
        body = json.dumps({"described": {"publisher": "P", "published_on": "2032-03-08"},
                           "file": file}).encode()  # fmt: skip
        assert asked(port, right, "begin", body)[0] == 400
    assert (package / "datapackage.json").is_file()


# ------------------------------------------------------------------------------ the desk


@pytest.fixture
def desk(package: Path) -> Desk:
    return Desk(package, package / "texts")


DESCRIBED = {"publisher": "Orrin Courier", "published_on": "2032-03-08"}


def entered(desk: Desk) -> dict[str, Any]:
    """A draft of one claim, looked at."""
    made = desk.begin(DESCRIBED, FLOOD, None)
    made = desk.select(made["name"], 0, "claims", (0, len("Seven people died")))
    return looked_at(desk, made)


def looked_at(desk: Desk, made: dict[str, Any]) -> dict[str, Any]:
    state = State.model_validate(made["state"])
    for block in state.blocks:
        block.grey = []
    return desk.change(made["name"], made["version"], state)


def contents(package: Path) -> dict[str, bytes]:
    return {
        file.relative_to(package).as_posix(): file.read_bytes()
        for file in sorted(package.rglob("*"))
        if file.is_file() and "texts" not in file.parts
    }


def test_a_claim_is_written_as_enter_writes_it(desk: Desk, package: Path) -> None:
    before = contents(package)
    made = entered(desk)
    assert contents(package) == before
    done = desk.write(made["name"], made["version"], partial=False)
    assert done["done"] and done["written"]
    assert validate(package, texts=package / "texts").valid
    assert (package / "texts" / "orrin-courier.txt").read_text() == FLOOD
    assert not list((package / "texts").rglob("draft.json"))


def test_what_nobody_looked_at_is_not_written(desk: Desk, package: Path) -> None:
    """Catches a machine's guess that becomes a row."""
    before = contents(package)
    made = desk.begin(DESCRIBED, FLOOD, None)
    made = desk.select(made["name"], 0, "claims", (0, len("Seven people died")))
    with pytest.raises(kzdata.UsageError, match="look at all"):
        desk.write(made["name"], made["version"], partial=False)
    assert contents(package) == before


def test_a_package_that_was_changed_is_not_overwritten(desk: Desk, package: Path) -> None:
    """Catches somebody else's rows that are lost, and a draft that is lost with them."""
    made = entered(desk)
    actors = package / "data" / "actors.csv"
    actors.write_bytes(actors.read_bytes().replace(b"Mayor of Orrin", b"Lord Mayor of Orrin"))
    seal(package)
    before = contents(package)
    assert desk.check(made["name"], whole=False)["changed"]
    with pytest.raises(kzdata.KzdataError, match="changed by somebody else"):
        desk.write(made["name"], made["version"], partial=False)
    assert contents(package) == before
    kept = made["state"]
    made = desk.reload(made["name"], made["version"])
    assert made["state"] == kept
    assert desk.write(made["name"], made["version"], partial=False)["written"]
    assert b"Lord Mayor" in actors.read_bytes()
    assert validate(package, texts=package / "texts").valid


def test_a_change_of_another_window_is_not_lost(desk: Desk) -> None:
    """Catches two windows of which the second forgets what the first did."""
    made = entered(desk)
    state = State.model_validate(made["state"])
    with pytest.raises(kzdata.UsageError, match="another window"):
        desk.change(made["name"], made["version"] - 1, State(source=state.source))
    assert desk.view(made["name"])["state"] == made["state"]


def test_a_draft_is_there_after_a_crash(desk: Desk, package: Path) -> None:
    made = entered(desk)
    again = Desk(package, package / "texts")
    assert [one["name"] for one in again.about()["drafts"]] == [made["name"]]
    seen = again.view(made["name"])
    assert (seen["state"], seen["text"]) == (made["state"], FLOOD)
    # What is kept beside the articles is no article, and no part of the package.
    assert validate(package, texts=package / "texts").valid


def test_an_article_of_the_package_is_opened_and_written_without_a_change(
    desk: Desk, package: Path
) -> None:
    """Catches rows that a look at them changes."""
    before = contents(package)
    made = desk.open("orrin-post")
    assert desk.check("orrin-post", whole=True)["plan"]["rows"] == []
    assert desk.write("orrin-post", made["version"], partial=False)["done"]
    assert contents(package) == before


def test_a_message_has_names_and_beside_it_stands_what_the_command_says(desk: Desk) -> None:
    """Catches words of an article that are taken for a key, and notation that nobody can write."""
    wronged(desk, "an id")
    unsaid, unknown = desk.check("orrin-courier", whole=False)["faults"]
    twin = "“People die in the flood of Orrin”"
    assert unknown["message"] == f"'EV-9999' is not known; expected one of {twin}, the new {twin}"
    assert unknown["detail"].endswith("expected one of EV-0001, EV-0002")
    assert unsaid["message"] == "'people' does not name “Mayor of Orrin”"
    assert "`mayor <- people ?? why`" in unsaid["detail"]


def test_a_claim_of_the_story_stays_and_the_desk_says_where_it_is_told(
    desk: Desk, package: Path
) -> None:
    """Catches an author who cannot write, and is told neither of what file nor of which claim."""
    (package / "data" / "story.md").write_text("# Flood\n\n[Three](CR-0001) died.\n")
    descriptor = json.loads((package / "datapackage.json").read_text())
    story = {"name": "story", "path": "data/story.md", "mediatype": "text/markdown"}
    descriptor["resources"].append(story)
    (package / "datapackage.json").write_text(json.dumps(descriptor))
    seal(package)
    made = desk.open("orrin-post")
    state = State.model_validate(made["state"])
    for block in state.blocks:
        block.withdraw = "Entered twice." if block.id in ("CR-0001", "CL-0001") else None
    desk.change(made["name"], made["version"], state)
    said = [one["message"] for one in desk.check(made["name"], whole=True)["findings"]]
    assert (
        "data/story.md, line 3: found “Three people died”, expected the key of a record; "
        "the entry withdraws it: change this place first, or keep the row" in said
    )


def test_proposals_are_judged_and_nothing_is_written(desk: Desk, package: Path) -> None:
    """Catches a proposal whose words do not say it, and one that gets in by being judged."""
    before = contents(package)
    made = desk.begin(DESCRIBED, FLOOD, None)
    found = desk.propose(made["name"], "entry", json.dumps(PROPOSED), "")
    states = [(one["card"]["section"], one["state"]) for one in found["proposals"]]
    assert states[0][0] == "event"
    claims = [state for section, state in states if section == "claim"]
    assert claims[1:] == ["rejected", "rejected"] and claims[0] != "rejected"
    assert all(one["why"] for one in found["proposals"] if one["state"] != "accepted")
    assert contents(package) == before
