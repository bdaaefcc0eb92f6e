"""The evidence page, in a browser: headless Chromium opens it as a reader would."""

import csv
import http.client
import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

import kzdata
from kzdata.errors import PackageError, UsageError
from kzdata.evidence.outside import contested
from kzdata.site.page import FILES, embedded
from packages import FLOOD_TEXTS, Folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
VIEWS = [
    *("#/toll", "#/toll?cell=CR-0007%2Fvalue_text", "#/toll?as-of=2022-01-05", "#/timeline"),
    *("#/timeline?place=almaty&q=airport", "#/disagreements", "#/tables/evidence?q=SP-01"),
    *("#/tables/events/dictionary", "#/about", "#/cell/CR-0019/value_low", "#/cell/EV-0001"),
    *("#/passage/SP-0855", "#/article/tass", "#/nowhere", "#/cell/CR-9999", "#/tables/nothing"),
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
def visit(browser: "Browser") -> Iterator[Callable[..., Visit]]:
    contexts = []

    def enter(width: int = 1280, height: int = 900, **options: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        return Visit(context.new_page())

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the shipped package."""
    with kzdata.load(Path(__file__).parents[1]) as kz:
        return kz.site(tmp_path_factory.mktemp("site"))


def rows_of(name: str) -> list[dict[str, str]]:
    text = (Path(__file__).parents[1] / "data" / f"{name}.csv").read_bytes().decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def shipped_figures() -> list[tuple[str, str, str, list[str]]]:
    """Record, column, cell and quotes of every part of every figure, from the files alone."""
    root = Path(__file__).parents[1]
    descriptor = json.loads((root / "datapackage.json").read_bytes())
    quotes = {row["span_id"]: row["quote"] for row in rows_of("source_spans")}
    resting: dict[tuple[str, str], list[str]] = {}
    for edge in rows_of("evidence"):
        cell = (edge["record_id"], edge["field"])
        resting.setdefault(cell, []).append(quotes[edge["span_id"]])
    found = []
    for entry in (one for one in descriptor["resources"] if "schema" in one):
        schema = json.loads((root / entry["schema"]).read_bytes())
        figure = schema.get("kzdata:figure")
        for row in rows_of(entry["name"]) if figure else ():
            record = row[schema["primaryKey"][0]]
            for part in ("text", "low", "high", "qualifier"):
                if value := row[figure[part]]:
                    cell = (record, figure[part])
                    found.append((*cell, value, resting[cell]))
    return found


# --------------------------------------------------------------------------- receipts, permalinks


def test_every_figure_has_a_permalink_that_shows_the_words(
    visit: Callable[..., Visit], site: Path
) -> None:
    figures = shipped_figures()
    assert len(figures) == 198
    here = visit()
    page = here.open(site)
    shown = page.evaluate(
        """async (cells) => {
            const found = [];
            for (const [record, field] of cells) {
                location.hash = `#/cell/${record}/${field}`;
                const settled = () => document.querySelector("h2")?.textContent.startsWith(record)
                    && document.querySelector(`.asked [data-field="${field}"]`);
                while (!settled()) await new Promise(requestAnimationFrame);
                const cell = document.querySelector(".asked");
                found.push([cell.querySelector(".value span").textContent.trim(),
                    [...cell.querySelectorAll(".words mark")].map((mark) => mark.textContent)]);
            }
            return found;
        }""",
        [[record, field] for record, field, _, _ in figures],
    )
    for (record, field, value, quotes), (cell, marked) in zip(figures, shown, strict=True):
        assert (cell, marked) == (value, quotes), f"{record}/{field}"
    assert not here.complaints


def test_a_permalink_opens_on_its_own(visit: Callable[..., Visit], site: Path) -> None:
    here = visit()
    page = here.open(site, "#/cell/CR-0019/value_low")
    assert page.locator(".asked mark").all_inner_texts() == ["over 60"]
    link = page.locator(".asked a.out")
    assert str(link.get_attribute("href")).startswith("https://tass.com/world/1384955/amp#:~:text=")
    assert "noopener" in str(link.get_attribute("rel"))
    words = page.locator(".asked .words").inner_text()
    for told in ("normalised", "2655", "2662", "TASS", "2022-01-07"):
        assert told in words


@pytest.mark.parametrize(
    ("view", "selector"),
    [
        ("#/cell/CR-0019/value_low", ".outside"),
        ("#/cell/EV-0188", ".outside"),
        ("#/toll?cell=CR-0019/value_low", "aside.receipt"),
        ("#/toll", "svg a[aria-label^='CR-0019:']"),
        ("#/toll?place=shymkent", ".range-row"),
        ("#/timeline?q=EV-0188", "article.event"),
    ],
)
def test_a_contested_claim_is_on_no_view_without_its_contradiction(
    visit: Callable[..., Visit], site: Path, view: str, selector: str
) -> None:
    """Catches over 60 dead that a reader of the page takes for undisputed."""
    here = visit()
    shown = here.open(site, view).locator(selector).first
    told = f"{shown.get_attribute('aria-label')} {shown.evaluate('one => one.textContent')}"
    assert "Kazinform" in told
    assert not here.complaints


def test_the_page_has_one_script_and_a_policy_for_it(site: Path) -> None:
    """The page runs one file, and its policy names no other."""
    text = site.read_bytes().decode()
    assert re.findall(r"<script[^>]*>", text) == [
        '<script src="app.js" defer>',
        '<script type="application/json" id="data">',
    ]
    assert "default-src &#x27;none&#x27;; script-src &#x27;self&#x27;; style-src" in text
    assert "unsafe" not in text.split("</head>")[0]


def test_with_the_texts_each_highlight_is_its_passage(
    visit: Callable[..., Visit], texts: Path, tmp_path: Path
) -> None:
    with kzdata.load() as kz:
        page_file = kz.site(tmp_path / "site", texts=texts, include_texts=True)
    here = visit()
    page = here.open(page_file)
    for source in {row["source_id"] for row in rows_of("source_spans")}:
        here.show(f"#/article/{source}")
        page.wait_for_selector(".text mark")
        marked = page.evaluate(
            """() => {
                const found = {};
                for (const mark of document.querySelectorAll(".text mark")) {
                    for (const span of mark.dataset.spans.split(" ")) {
                        found[span] = (found[span] ?? "") + mark.textContent;
                    }
                }
                return found;
            }"""
        )
        spans = {
            row["span_id"]: row["quote"]
            for row in rows_of("source_spans")
            if row["source_id"] == source
        }
        assert marked == spans
    here.show("#/article/tass?passage=SP-0855")
    page.locator(".text mark.asked").first.click()
    assert "#/passage/SP-0855" in page.url
    assert "CR-0019" in page.locator("main").inner_text()
    assert not here.complaints
    assert not here.away


def test_texts_go_in_only_when_asked_for(texts: Path, tmp_path: Path) -> None:
    said = texts_of(texts)
    with kzdata.load() as kz:
        page = kz.site(tmp_path / "checked", texts=texts).read_bytes().decode()
    assert f'"passages":{len(rows_of("source_spans"))}' in page
    assert not [text for text in said if embedded({"": text[:300]})[5:-2] in page]


def texts_of(folder: Path) -> list[str]:
    return [file.read_bytes().decode() for file in sorted(folder.glob("*.txt"))]


def test_a_passage_that_does_not_stand_in_its_article_is_refused(
    island: Folder, island_texts: Path, tmp_path: Path
) -> None:
    start = int(island.rows("passages")[0]["from"])
    island.edit("passages", 0, "from", str(start + 1))
    island.reseal()
    with (
        kzdata.load(island.root) as kz,
        pytest.raises(PackageError, match="does not stand in gull"),
    ):
        kz.site(tmp_path / "out", texts=island_texts)


def test_a_missing_text_is_an_error(tmp_path: Path) -> None:
    with kzdata.load() as kz, pytest.raises(PackageError, match="no file in"):
        kz.site(tmp_path / "out", texts=tmp_path)


# ------------------------------------------------------------------------------------ all is quiet


def test_nothing_leaves_the_page_and_nothing_goes_wrong(
    visit: Callable[..., Visit], site: Path
) -> None:
    here = visit()
    page = here.open(site)
    for view in VIEWS:
        here.show(view)
        assert page.locator("main").inner_text(), view
        here.open(site, view)
    assert not here.away
    assert not here.complaints


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]
)
def test_axe_finds_nothing_serious(
    visit: Callable[..., Visit], site: Path, width: int, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    here = visit(width, color_scheme=scheme, reduced_motion="reduce")
    page = here.open(site)
    for view in VIEWS:
        here.show(view)
        found = axe.run(page).response["violations"]
        serious = [
            (one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert not serious, view


# ------------------------------------------------------------------------------------ the day


def test_the_slider_changes_the_toll_as_as_of_does(
    visit: Callable[..., Visit], site: Path, package: Path
) -> None:
    here = visit()
    page = here.open(site, "#/toll")
    slider = page.locator("#as-of")
    days = ["2022-01-05", "2022-01-06", "2022-01-07"]
    assert slider.get_attribute("max") == str(len(days))
    seen = set()
    with kzdata.load(package) as kz:
        for step, day in enumerate([*days, None]):
            slider.fill(str(step))
            page.evaluate(SETTLED)
            assert (f"as-of={day}" in page.url) == bool(day)
            then = kz.as_of(day) if day else kz
            shown = (claims(page), ranges(page))
            assert shown == expected(then), day
            seen.add(str(shown))
    assert len(seen) >= 3


def test_the_day_holds_for_timeline_and_disagreements_too(
    visit: Callable[..., Visit], site: Path, package: Path
) -> None:
    here = visit()
    page = here.open(site)
    with kzdata.load(package) as kz:
        for day in ("2022-01-05", "2022-01-06", "2022-01-07"):
            with kz.as_of(day) as then:
                wanted = [len(then.timeline()), len(then.disagreements().found)]
            shown = []
            for view in ("timeline", "disagreements"):
                here.show(f"#/{view}?as-of={day}")
                told = page.locator(".count").inner_text()
                shown.append(int(told.split()[0]) if told[0].isdigit() else 0)
            assert shown == wanted, day


def claims(page: "Page") -> list[tuple[str, str, str]]:
    """Each claim that is listed: its key, its status and its proof."""
    rows = page.locator(".grid[aria-label=Claims] tbody tr").all()
    cells = [row.locator("td").all_inner_texts() for row in rows]
    return sorted((row[0], row[-2], row[-1]) for row in cells)


def ranges(page: "Page") -> list[str]:
    return sorted(page.locator(".range-row strong").all_inner_texts())


STATUS = {
    "standing": "stands",
    "superseded": "superseded",
    "retracted": "retracted",
    "no number": "gives no number",
}


def expected(kz: Any) -> tuple[list[tuple[str, str, str]], list[str]]:
    """The toll as the SDK has it, in the words of the page."""
    toll = kz.toll()
    entries = [entry for scope in toll.scopes for entry in scope.entries]
    told = []
    for e in entries:
        status = "; ".join(filter(None, [STATUS[e.status], contested(e.claim.outside)]))
        told.append((e.claim.key, status, e.claim.proof.words))
    spans = [scope.envelope.interval for scope in toll.scopes]
    words = ["no number is claimed" if one is None else _words(str(one)) for one in spans]
    return sorted(told), sorted(words)


def _words(interval: str) -> str:
    grouped = re.sub(r"\d+", lambda found: f"{int(found[0]):,}", interval)
    return re.sub(r"^at least (\S+)$", r"\1 or more", grouped)


def test_a_day_between_is_the_day_before(visit: Callable[..., Visit], site: Path) -> None:
    here = visit()
    page = here.open(site, "#/toll?as-of=2022-01-04")
    assert "No claim fits" in page.locator("main").inner_text()
    here.show("#/cell/CR-0019/value_low?as-of=2022-01-06")
    assert "published by this day" in page.locator("main").inner_text()
    here.show("#/tables/casualty_reports?as-of=2022-01-05")
    assert "1 of 21 rows" in page.locator(".count").inner_text()


def test_filters_hold_together_and_stand_in_the_address(
    visit: Callable[..., Visit], site: Path, package: Path
) -> None:
    here = visit()
    page = here.open(site, "#/toll")
    page.select_option("select[name=place]", "almaty")
    page.select_option("select[name=outcome]", "killed")
    page.evaluate(SETTLED)
    assert "place=almaty" in page.url and "outcome=killed" in page.url
    with kzdata.load(package) as kz:
        toll = kz.toll(outcome="killed", place="almaty")
    wanted = sorted(e.claim.key for scope in toll.scopes for e in scope.entries)
    assert [key for key, *_ in claims(page)] == wanted
    here.show("#/timeline?place=almaty&type=security-operation")
    with kzdata.load(package) as kz:
        events = kz.timeline(place="almaty", type="security-operation")
    assert page.locator(".event h3").all_inner_texts() == [event.title for event in events]
    page.fill("input[name=q]", "airport")
    page.wait_for_url(re.compile("q=airport"))
    page.evaluate(SETTLED)
    left = [event.title for event in events if "airport" in event.title.lower()]
    assert set(left) <= set(page.locator(".event h3").all_inner_texts())
    assert page.locator(".event").count() < len(events)


def test_disagreements_are_those_of_the_sdk(
    visit: Callable[..., Visit], site: Path, package: Path
) -> None:
    here = visit()
    page = here.open(site, "#/disagreements")
    with kzdata.load(package) as kz:
        wanted = [one.reason for one in kz.disagreements().found]
    shown = page.locator(".pair > p:first-child").all_inner_texts()
    assert [text.split(" ", 1)[1] if text else "" for text in shown] == wanted


# ------------------------------------------------------------------------------------ by hand


def test_a_mark_opens_its_receipt_by_keyboard(visit: Callable[..., Visit], site: Path) -> None:
    here = visit()
    page = here.open(site, "#/toll")
    mark = page.locator("svg a[aria-label^='CR-0007:']")
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("aside.receipt")
    assert "cell=CR-0007" in page.url
    assert page.locator("aside.receipt mark").all_inner_texts() == ["dozens"]
    assert page.evaluate("document.activeElement.className") == "receipt"
    page.keyboard.press("Escape")
    page.wait_for_selector("aside.receipt", state="detached")
    assert "cell=" not in page.url
    assert page.evaluate("document.activeElement !== document.body")


def test_marks_are_links_with_names(visit: Callable[..., Visit], site: Path) -> None:
    here = visit()
    page = here.open(site, "#/toll")
    names = page.eval_on_selector_all(
        "svg a", "all => all.map((a) => a.getAttribute('aria-label'))"
    )
    assert len(names) == 22
    told = "contradicted outside the articles by Interfax (a copy), Kazinform, RT"
    assert f"CR-0019: over 60, killed, People, Shymkent, 2022-01-07, {told}" in names


def test_rows_are_sorted_searched_and_taken_along(visit: Callable[..., Visit], site: Path) -> None:
    here = visit(accept_downloads=True)
    page = here.open(site, "#/tables/casualty_reports?sort=-value_low&q=killed")
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download").click()
    text = Path(begun.value.path()).read_bytes().decode()
    taken = list(csv.DictReader(io.StringIO(text, newline="")))
    wanted = [row for row in rows_of("casualty_reports") if "killed" in " ".join(row.values())]
    assert sorted(taken, key=lambda row: row["report_id"]) == wanted
    lows = [int(row["value_low"]) for row in taken if row["value_low"]]
    assert lows == sorted(lows, reverse=True)
    assert not here.complaints


@pytest.mark.parametrize("view", ["#/toll", "#/timeline", "#/disagreements",
                                  "#/tables/casualty_reports", "#/cell/CR-0019/value_low",
                                  "#/toll?cell=CR-0007%2Fvalue_text"])  # fmt: skip
def test_usable_at_360_pixels(visit: Callable[..., Visit], site: Path, view: str) -> None:
    here = visit(360, 740, has_touch=True)
    page = here.open(site, view)
    page.evaluate(SETTLED)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    everywhere = "header a, header button, header input, main form :is(select, input, button)"
    controls = page.locator("aside a" if "cell=" in view else everywhere)
    for control in [one for one in controls.all() if one.get_attribute("class") != "skip"]:
        control.scroll_into_view_if_needed()
        box = control.bounding_box()
        assert box, control
        assert box["x"] >= 0 and box["x"] + box["width"] <= 360
        assert control.evaluate(
            """(one) => {
                const { left, top, width, height } = one.getBoundingClientRect();
                const hit = document.elementFromPoint(left + width / 2, top + height / 2);
                return !!hit && (one.contains(hit) || hit.contains(one));
            }"""
        ), control.inner_text()


# ------------------------------------------------------------------------------------ hostile


EVIL = [
    "<script>window.ran = 1</script>",
    "</script><script>window.ran = 2</script>",
    "<img src=x onerror='window.ran = 3'>",
    "<svg onload='window.ran = 4'>",
    "javascript:window.ran=5",
    "<!--<script>",
    "\u2028window.ran=6\u2029",
    "\u202eevil\u202c \x1b[31mred\x1b[0m \x07",
    "${window.ran=7}{{constructor.constructor('window.ran=8')()}}",
    '=HYPERLINK("javascript:window.ran=9")',
    "__proto__",
    "constructor",
]


def spoilt(island: Folder) -> Folder:
    """The flood with hostile words wherever words may stand."""
    evil = " ".join(EVIL[:7])

    def declare(schema: dict[str, Any]) -> None:
        schema["kzdata:claims"] = {"outcome": "fate", "event": "surge", "place": "islet",
                                   "claimant": "speaker"}  # fmt: skip
        schema["title"] = schema["description"] = evil
        for field in schema["fields"]:
            field["title"] = field["description"] = evil

    island.reschema("tolls", declare)
    island.reschema("surges", lambda schema: schema.update({"kzdata:events": {"title": "title"}}))
    island.describe(lambda raw: raw.update(title=evil, description=evil, licenses=[
        {"name": "x", "title": evil, "path": "javascript:window.ran=10"}]))  # fmt: skip
    for index, text in enumerate(EVIL):
        row = index % 5
        island.edit("tolls", row, "remark", text)
        island.edit("surges", index % 2, "title", text)
        island.edit("passages", index, "words", text)
    for index, text in enumerate(EVIL[:5]):
        island.edit("tolls", index, "wording", text)
        island.edit("tolls", index, "fate", text)
        island.edit("tolls", index, "speaker", text)
        island.edit("receipts", index, "how", EVIL[-1 - index % 2])
    for index in range(2):
        island.edit("letters", index, "web", "javascript:window.ran=11")
    island.append("ties", one="T1", how=EVIL[1], two="T2")
    return island


def test_a_hostile_package_runs_nothing(
    visit: Callable[..., Visit], island: Folder, tmp_path: Path
) -> None:
    spoilt(island)
    with kzdata.load(island.root) as kz:
        page_file = kz.site(tmp_path / "site")
    here = visit()
    page = here.open(page_file)
    tables = [entry["name"] for entry in island.descriptor()["resources"]]
    views = ["#/toll", "#/timeline", "#/disagreements", "#/about", "#/article/gull"]
    views += [f"#/cell/T{number}" for number in range(1, 6)]
    views += [f"#/cell/T{n}/{name}" for n in range(1, 6) for name in ("wording", "fate", "remark")]
    views += [f"#/tables/{name}" for name in tables]
    views += [f"#/tables/{name}/dictionary" for name in tables]
    views += [f"#/toll?q={quote(text)}&place={quote(text)}" for text in EVIL]
    views += [f"#/{quote(text, safe='')}/{quote(text, safe='')}" for text in EVIL]
    views += ["#/%E0%A4%A", "#//", "#/cell", "#/cell/%00/__proto__", "#/tables/__proto__?sort=a"]
    for view in views:
        here.show(view)
        assert page.evaluate("window.ran") is None, view
        links = page.eval_on_selector_all("a", "all => all.map((a) => a.href.baseVal ?? a.href)")
        assert not [link for link in links if link.lower().startswith(("javascript", "data"))], view
        assert page.locator("main script, main img, main iframe").count() == 0
    here.show("#/cell/T1/remark")
    assert not here.away
    assert not [told for told in here.complaints if "violate" in told or "dialog" in told]
    assert not here.complaints


def test_data_cannot_end_their_element() -> None:
    text = embedded({"a": "</script><!-- &\u2028\ud800"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text)["a"].startswith("</script><!-- &\u2028")


# ------------------------------------------------------------------------------- other packages


def test_what_a_package_does_not_declare_is_said(
    visit: Callable[..., Visit], island: Folder, island_texts: Path, tmp_path: Path
) -> None:
    with kzdata.load(island.root) as kz:
        page_file = kz.site(tmp_path / "site", texts=island_texts, include_texts=True)
    here = visit()
    page = here.open(page_file)
    assert page.locator("nav a[aria-current]").first.inner_text() == "Tables"
    here.show("#/toll")
    assert "kzdata:claims" in page.locator("main").inner_text()
    here.show("#/timeline")
    assert "kzdata:events" in page.locator("main").inner_text()
    here.show("#/cell/T1/wording")
    assert page.locator(".asked mark").all_inner_texts() == ["12"]
    here.show("#/article/tern")
    assert page.locator(".text").evaluate("(one) => one.textContent") == FLOOD_TEXTS["tern"]
    assert not here.complaints


def test_long_lists_are_cut_and_counted(
    visit: Callable[..., Visit], island: Folder, tmp_path: Path
) -> None:
    claims = {"outcome": "fate", "place": "islet", "claimant": "speaker"}
    island.reschema("tolls", lambda schema: schema.update({"kzdata:claims": claims}))
    rows = island.rows("tolls")
    many = [rows[0] | {"toll": f"M{number}", "least": str(number), "most": str(number)}
            for number in range(4_000)]  # fmt: skip
    island.write("tolls", many)
    island.reseal()
    with kzdata.load(island.root) as kz:
        page_file = kz.site(tmp_path / "site")
    here = visit()
    page = here.open(page_file, "#/toll")
    assert "4,000 claims" in page.locator(".count").inner_text()
    assert page.locator("svg a").count() == 0
    assert page.locator("svg rect").count() > 1
    grid = page.locator(".grid[aria-label=Claims]")
    assert 0 < grid.locator("tbody tr").count() < 100
    grid.evaluate("(one) => { one.scrollTop = one.scrollHeight }")
    grid.get_by_text("M999", exact=True).wait_for()
    assert grid.locator("tbody tr").count() < 100
    assert not here.complaints


# ------------------------------------------------------------------------------- writing, serving


def test_a_page_is_a_handful_of_files_and_is_written_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with kzdata.load() as kz:
        first = kz.site(out).read_bytes()
        assert {file.name for file in out.iterdir()} == {*FILES, "claim", "event"}
        assert kz.site(out).read_bytes() == first
        for other in ("thesis.txt", "claim/thesis.txt"):
            (out / other).write_text("mine")
            with pytest.raises(UsageError, match=other):
                kz.site(out)
            (out / other).unlink()
        (out / "notes").symlink_to(tmp_path)
        with pytest.raises(UsageError, match="notes"):
            kz.site(out)
        with pytest.raises(UsageError, match="no such folder"):
            kz.site(tmp_path / "no" / "such")
        with pytest.raises(UsageError, match="is a file"):
            kz.site(out / "index.html")
    assert sum((out / name).stat().st_size for name in ("app.js", "app.css")) < 600_000


def test_a_page_is_the_same_from_every_process(tmp_path: Path) -> None:
    """Catches cells in the order of a set, which differs from run to run."""
    pages = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        command = [sys.executable, "-m", "kzdata.cli", "site", str(out)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        pages.append((out / "index.html").read_bytes())
    assert pages[0] == pages[1]


def test_the_server_answers_for_the_page_and_nothing_else() -> None:
    with kzdata.load() as kz:
        server = kz.serve()
    thread = threading.Thread(target=server.run)
    thread.start()
    port = int(server.address.rstrip("/").rpartition(":")[2])

    def get(path: str, **headers: str) -> http.client.HTTPResponse:
        line = http.client.HTTPConnection("127.0.0.1", port)
        line.putrequest("GET", path, skip_host=True)
        for name, value in ({"Host": f"127.0.0.1:{port}"} | headers).items():
            line.putheader(name, value)
        line.endheaders()
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer

    try:
        kinds = {"/": "text/html", "/app.js": "text/javascript", "/app.css": "text/css"}
        for path, kind in kinds.items():
            answer = get(path)
            assert (answer.status, answer.getheader("Content-Type")) == (
                200,
                f"{kind}; charset=utf-8",
            )
            assert "default-src 'none'" in str(answer.getheader("Content-Security-Policy"))
        for path in ("/..", "/%2e%2e/etc/passwd", "//etc/passwd", "/data", "/sheet.json"):
            assert get(path).status == 404
        assert get("/", Host="evil.example").status == 404
        with kzdata.load() as kz, pytest.raises(UsageError, match="cannot serve on port"):
            kz.serve(port=port)
    finally:
        server.close()
        thread.join()


def test_the_command_writes_and_refuses(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kzdata.cli", "site", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = run(str(tmp_path / "out"), "--as-of", "2022-01-06")
    assert (done.returncode, done.stderr) == (0, "")
    assert '"terms":"as of 2022-01-06"' in (tmp_path / "out" / "index.html").read_text()
    b = str(tmp_path / "b")
    for wrong in ([], [b, "--serve"], [b, "--include-texts"], [b, "--port", "8000"]):
        refused = run(*wrong)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.count("\n") == 1
