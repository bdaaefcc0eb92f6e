"""The evidence page, in a browser: headless Chromium opens it as a reader would."""

import csv
import http.client
import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

import kzdata
from browsers import SETTLED, Visit
from conftest import ROOT
from kzdata.errors import PackageError, UsageError
from kzdata.evidence.outside import contested
from kzdata.site.page import FILES
from kzdata.site.parts import embedded
from packages import FLOOD_TEXTS, Folder

if TYPE_CHECKING:
    from playwright.sync_api import Page

_VIEWS = json.loads((ROOT / "site" / "views.json").read_text(encoding="utf-8"))
READING: list[str] = _VIEWS["reading"]
VIEWS: list[str] = [*READING, *_VIEWS["others"]]


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
                const settled = () => document.querySelector(".proof code")?.textContent === record
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


def test_addresses_of_the_first_version_lead_on(visit: Callable[..., Visit], site: Path) -> None:
    here = visit()
    page = here.open(site, "#/toll?cell=CR-0007%2Fvalue_text")
    assert page.locator("aside.beside .asked mark").all_inner_texts() == ["dozens"]
    titles = {"toll": "Counts", "timeline": "Where and when", "tables": "Data",
              "disagreements": "Who says otherwise"}  # fmt: skip
    for view, title in titles.items():
        here.show(f"#/{view}")
        assert page.locator("main h2").first.inner_text() == title


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
        ("#/story?cell=CR-0019", "aside.beside"),
        ("#/story", ".matrix [data-open='CR-0019']"),
        ("#/story", ".stand [data-open='CR-0019']"),
        ("#/counts", "[data-open='CR-0019']"),
        ("#/counts?place=shymkent", ".scope-row .range-row"),
        ("#/days", ".marks [data-open='EV-0188']"),
        ("#/days?q=EV-0188", "article.event"),
        ("#/otherwise", "article.contested"),
        ("#/article/tass?passage=SP-0855", ".margin"),
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
    visit: Callable[..., Visit], site_with_texts: Path
) -> None:
    here = visit()
    page = here.open(site_with_texts)
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
        nameless = "all => all.filter((a) => !a.textContent.trim()).length"
        assert page.eval_on_selector_all(".text a", nameless) == 0
        # What is highlighted is not set apart from its word.
        for side in ("padding-left", "padding-right", "margin-left", "margin-right"):
            wide = f"all => all.filter((a) => getComputedStyle(a)['{side}'] !== '0px').length"
            assert page.eval_on_selector_all(".text mark, .text a", wide) == 0
    here.show("#/article/tass?passage=SP-0855")
    assert "Over 60 people killed in Shymkent" in page.locator(".margin").inner_text()
    page.locator(".margin [data-open='CR-0019']").click()
    assert "reportedly died" in page.locator("aside.beside blockquote").inner_text()
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
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 768, 360])
def test_axe_finds_nothing_serious(
    visit: Callable[..., Visit], site: Path, width: int, scheme: str
) -> None:
    here = visit(width, color_scheme=scheme, reduced_motion="reduce")
    here.open(site)
    for view in VIEWS:
        here.show(view)
        assert not serious_faults(here.page), view


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 768, 360])
def test_axe_finds_nothing_serious_in_articles(
    visit: Callable[..., Visit], site_with_texts: Path, width: int, scheme: str
) -> None:
    here = visit(width, color_scheme=scheme, reduced_motion="reduce")
    here.open(site_with_texts)
    for view in (one for one in VIEWS if one.startswith(("#/article", "#/passage"))):
        here.show(view)
        assert not serious_faults(here.page), view


def serious_faults(page: "Page") -> list[tuple[str, str, str]]:
    """What axe says that somebody cannot use, each with the element and why."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    return [
        (one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"])
        for one in axe.run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


# ------------------------------------------------------------------------------------ the day


def test_the_matrix_and_the_counts_are_those_of_as_of(
    visit: Callable[..., Visit], site: Path, package: Path
) -> None:
    """Catches a figure that a reader of a day could not have had, at each stop of the slider."""
    here = visit()
    page = here.open(site, "#/story")
    slider = page.locator("#as-of")
    seen = set()
    with kzdata.load(package) as kz:
        for end, day in (
            ("1", "2022-01-05"),
            ("4", "2022-01-06"),
            ("5", "2022-01-07"),
            ("5.5", ""),
        ):
            slider.fill(end)
            page.evaluate(SETTLED)
            assert (f"as-of={day}" in page.url) == bool(day)
            then = kz.as_of(day) if day else kz
            wanted = expected(then)
            assert opened(page, ".matrix") == sorted(key for key, _, _ in wanted[0])
            here.show(f"#/counts?as-of={day}")
            page.locator(".behind").evaluate("(one) => { one.open = true }")
            assert (claims(page), ranges(page)) == wanted, day
            here.show(f"#/story?as-of={day}")
            seen.add(str(wanted))
    assert len(seen) >= 3


def opened(page: "Page", within: str) -> list[str]:
    """The records that figures within a part of the page open."""
    get = "all => all.map((a) => a.dataset.open)"
    return sorted(page.eval_on_selector_all(f"{within} [data-open]", get))


def test_the_day_holds_for_timeline_and_disagreements_too(
    visit: Callable[..., Visit], site: Path, package: Path
) -> None:
    here = visit()
    page = here.open(site)
    with kzdata.load(package) as kz:
        for day in ("2022-01-05", "2022-01-06", "2022-01-07"):
            with kz.as_of(day) as then:
                asked = [one for one in then.disagreements() if one.kind != "apparent"]
                wanted = [len(then.timeline()), len(asked)]
            shown = []
            for view in ("days", "otherwise"):
                here.show(f"#/{view}?as-of={day}")
                told = page.locator(".count").text_content() or ""
                shown.append(int(told.split()[0]) if told[0].isdigit() else 0)
            assert shown == wanted, day


def claims(page: "Page") -> list[tuple[str, str, str]]:
    """Each claim that is listed: its key, its status and its proof."""
    rows = page.locator(".behind .grid tbody tr").all()
    keys = [str(row.locator("[data-open]").get_attribute("data-open")) for row in rows]
    cells = [row.locator("td").all_inner_texts() for row in rows]
    return sorted((key, row[-2], row[-1]) for key, row in zip(keys, cells, strict=True))


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
    page = here.open(site, "#/counts?as-of=2022-01-04")
    assert "No claim fits" in page.locator("main").inner_text()
    here.show("#/story?as-of=2022-01-04")
    assert opened(page, ".matrix") == []
    here.show("#/cell/CR-0019/value_low?as-of=2022-01-06")
    assert "published by this day" in page.locator("main").inner_text()
    here.show("#/data/casualty_reports?as-of=2022-01-05")
    assert "1 of 21 rows" in page.locator(".count").inner_text()


def test_filters_hold_together_and_stand_in_the_address(
    visit: Callable[..., Visit], site: Path, package: Path
) -> None:
    here = visit()
    page = here.open(site, "#/counts")
    page.select_option("select[name=place]", "almaty")
    page.select_option("select[name=outcome]", "killed")
    page.evaluate(SETTLED)
    assert "place=almaty" in page.url and "outcome=killed" in page.url
    with kzdata.load(package) as kz:
        toll = kz.toll(outcome="killed", place="almaty")
    wanted = sorted(e.claim.key for scope in toll.scopes for e in scope.entries)
    page.locator(".behind").evaluate("(one) => { one.open = true }")
    assert [key for key, *_ in claims(page)] == wanted
    page.get_by_role("link", name="Place: Almaty").click()
    page.evaluate(SETTLED)
    assert "place=" not in page.url and "outcome=killed" in page.url
    here.show("#/days?place=almaty&type=security-operation")
    with kzdata.load(package) as kz:
        events = kz.timeline(place="almaty", type="security-operation")
    page.locator("details.behind").evaluate("(one) => { one.open = true }")
    shown = page.locator(".event h3").all_inner_texts()
    assert sorted(shown) == sorted(event.title for event in events)


def test_disagreements_are_those_of_the_sdk(
    visit: Callable[..., Visit], site: Path, package: Path
) -> None:
    here = visit()
    page = here.open(site, "#/otherwise")
    with kzdata.load(package) as kz:
        asked = kz.disagreements()
    for heap in ("contradiction", "contested", "unreconciled", "apparent"):
        here.show(f"#/otherwise?heap={heap}")
        wanted = [one for one in asked if one.kind == heap]
        assert page.locator("article.question").count() == len(wanted) > 0
        for shown, one in zip(page.locator("article.question").all(), wanted, strict=True):
            claims = [claim.key for side in one.sides for claim in side.claims]
            told = "all => all.map((a) => a.dataset.open)"
            assert shown.locator("[data-open]").evaluate_all(told)[: len(claims)] == claims
            assert shown.locator(".side").count() == len(one.sides)
            for reason in one.reasons:
                assert reason in (shown.text_content() or "")


# ------------------------------------------------------------------------------------ by hand


def test_one_click_leads_from_the_front_page_to_the_sentence_of_every_figure(
    visit: Callable[..., Visit], site: Path
) -> None:
    here = visit()
    page = here.open(site)
    keys = [row["report_id"] for row in rows_of("casualty_reports")]
    assert set(keys) <= set(opened(page, ".matrix"))
    quotes = {row["span_id"]: row["quote"] for row in rows_of("source_spans")}
    for row in rows_of("casualty_reports"):
        page.locator(f".matrix [data-open={row['report_id']}]").click()
        page.evaluate(SETTLED)
        told = page.locator("aside.beside blockquote").text_content() or ""
        assert row["value_text"] in told
        for word in quotes[row["span_id"]].split():
            assert word in told, row["report_id"]
        assert page.locator("aside.beside h2").inner_text()
    assert not here.complaints


def test_every_figure_is_at_most_eight_keys_away(visit: Callable[..., Visit], site: Path) -> None:
    here = visit()
    page = here.open(site)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    focused = "document.activeElement.dataset.open"
    reached = {page.evaluate(focused): 2}
    edge = list(reached)
    while edge:
        key = edge.pop(0)
        for move in ("ArrowRight", "ArrowDown", "ArrowUp", "PageDown", "PageUp"):
            page.locator(f".matrix [data-open={key}]").focus()
            page.keyboard.press(move)
            to = page.evaluate(focused)
            if to not in reached:
                reached[to] = reached[key] + 1
                edge.append(to)
    keys = {row["report_id"] for row in rows_of("casualty_reports")}
    assert keys <= reached.keys()
    assert {key: many for key, many in reached.items() if many + 1 > 8} == {}  # and Enter
    page.locator(".matrix [data-open=CR-0019]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("aside.beside")


def test_focus_comes_back_to_the_figure_whose_card_is_closed(
    visit: Callable[..., Visit], site: Path
) -> None:
    """Catches a reader by keyboard who has to start anew after each card."""
    here = visit()
    for view in ("#/story", "#/counts", "#/days"):
        page = here.open(site)
        here.show(view)
        figure = page.locator(".matrix [data-open], .point, .marks [data-open]").nth(6)
        key = figure.get_attribute("data-open")
        figure.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("aside.beside")
        assert page.evaluate("document.activeElement.className") == "beside"
        page.keyboard.press("Escape")
        page.wait_for_selector("aside.beside", state="detached")
        assert page.evaluate("document.activeElement.dataset.open") == key
    here.open(site)
    here.show("#/story?cell=CR-0019")
    page.locator("aside.beside").focus()
    page.keyboard.press("Escape")
    page.wait_for_selector("aside.beside", state="detached")
    assert page.evaluate("document.activeElement.dataset.open") == "CR-0019"


def test_read_along_plays_each_day_once(visit: Callable[..., Visit], site: Path) -> None:
    """Catches the button that jumped to the first day and stopped."""
    here = visit()
    page = here.open(site, "#/story")
    page.evaluate("""() => {
        window.seen = [];
        addEventListener("hashchange", () => window.seen.push(
            new URLSearchParams(location.hash.split("?")[1]).get("as-of")));
    }""")
    page.get_by_role("button", name="Read along").click()
    page.get_by_role("button", name="Stop").wait_for()
    page.get_by_role("button", name="Read along").wait_for(timeout=20_000)
    assert page.evaluate("window.seen") == ["2022-01-05", "2022-01-06", "2022-01-07", None]
    shown = opened(page, ".matrix")
    here.show("#/story?as-of=2022-01-05")
    page.get_by_role("button", name="Read along").click()
    page.wait_for_url(re.compile("as-of=2022-01-06"))
    page.get_by_role("button", name="Stop").click()
    page.wait_for_timeout(1500)
    assert "as-of=2022-01-06" in page.url
    assert shown


def test_sliding_typing_and_playing_leave_no_pages_to_go_back_through(
    visit: Callable[..., Visit], site: Path
) -> None:
    here = visit()
    page = here.open(site, "#/story")
    here.show("#/story?cell=CR-0001")
    before = page.evaluate("history.length")
    for end in ("1", "4", "5"):
        page.locator("#as-of").fill(end)
        page.evaluate(SETTLED)
    page.get_by_role("button", name="Read along").click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Read along").wait_for()  # all days were played
    page.locator("header input[type=search]").press_sequentially("airport", delay=30)
    page.wait_for_url(re.compile("q=airport"))
    assert page.evaluate("history.length") == before
    page.go_back()
    page.evaluate(SETTLED)
    assert page.url.endswith("#/story")


def test_back_closes_a_card(visit: Callable[..., Visit], site: Path) -> None:
    here = visit()
    page = here.open(site, "#/story")
    page.locator(".matrix [data-open=CR-0013]").click()
    page.wait_for_selector("aside.beside")
    page.go_back()
    page.wait_for_selector("aside.beside", state="detached")


def test_a_card_says_who_when_and_how_and_leads_on(visit: Callable[..., Visit], site: Path) -> None:
    here = visit(accept_downloads=True)
    page = here.open(site, "#/story?cell=CR-0019")
    card = page.locator("aside.beside")
    told = card.inner_text()
    for words in ("Over 60 people", "killed", "Shymkent", "TASS", "Friday 7 January 2022",
                  "no source is named", "more than 60", "Kazinform"):  # fmt: skip
        assert words in told
    card.get_by_role("button", name="Cite", exact=True).click()
    assert "@misc{" in card.locator("pre").nth(1).inner_text()
    assert "TY  - " in card.locator("pre").nth(2).inner_text()
    with page.expect_download() as begun:
        card.get_by_role("button", name="Image").click()
    assert Path(begun.value.path()).read_bytes().startswith(b"\x89PNG")
    card.get_by_role("link", name="More than sixty people").click()
    page.evaluate(SETTLED)
    assert "cell=EV-0188" in page.url
    card.get_by_role("link", name="Over 60 people killed").click()
    page.evaluate(SETTLED)
    assert "cell=CR-0019" in page.url
    here.show("#/cell/CR-0019?embed=yes")
    assert page.locator("header").count() == 0
    assert "reportedly died" in page.locator("blockquote").inner_text()
    assert not here.complaints


def test_every_event_leads_to_its_claims(visit: Callable[..., Visit], site: Path) -> None:
    here = visit()
    page = here.open(site)
    wanted: dict[str, set[str]] = {}
    for name in ("casualty_reports", "appointments", "deployments", "quantities"):
        for row in rows_of(name):
            wanted.setdefault(row["event_id"], set()).add(next(iter(row.values())))
    for event, keys in wanted.items():
        if event:
            here.show(f"#/cell/{event}")
            assert keys <= set(opened(page, ".card")), event


# ------------------------------------------------------------------------- in words, not in keys

ID = re.compile(r"\b[A-Z]{2}-[0-9]{4}\b")


def slugs() -> set[str]:
    """Keys that are no words, of all tables whose rows have names."""
    named = {"places": "name", "actors": "name", "populations": "title", "event_types": "title",
             "sources": "publisher", "offices": "title", "measures": "title"}  # fmt: skip
    found = set()
    for table, name in named.items():
        for row in rows_of(table):
            key = next(iter(row.values()))
            if "-" in key and key.casefold() != row[name].casefold():
                found.add(key)
    return found


READ = """() => {
    for (const one of document.querySelectorAll(".proof, pre, footer .address")) one.remove();
    for (const one of document.querySelectorAll("details")) one.open = true;
    return document.body.innerText;
}"""


def test_no_key_is_in_any_view_that_is_read(visit: Callable[..., Visit], site: Path) -> None:
    """Catches identifiers where a reader wants names; Proof and Data have them."""
    here = visit(1440, 2000)
    keys = slugs()
    assert len(keys) > 100
    views = [*READING, *(f"#/article/{row['source_id']}" for row in rows_of("sources"))]
    for view in views:
        page = here.open(site, view)
        page.reload()  # what was taken out of a page would be missed when it is drawn again
        page.wait_for_selector("html[data-ready] main > *")
        told = page.evaluate(READ)
        words = set(re.findall(r"[\w-]+", told))
        assert not ID.search(told), (view, ID.findall(told))
        assert not keys & words, view


def test_no_card_has_a_key_outside_its_proof(visit: Callable[..., Visit], site: Path) -> None:
    here = visit()
    page = here.open(site)
    keys = slugs()
    records = [next(iter(row.values())) for name in ("casualty_reports", "appointments",
               "deployments", "quantities", "events") for row in rows_of(name)]  # fmt: skip
    told = page.evaluate(
        """async (records) => {
            const found = [];
            for (const record of records) {
                location.hash = `#/cell/${record}`;
                while (document.querySelector(".proof code")?.textContent !== record) {
                    await new Promise(requestAnimationFrame);
                }
                const card = document.querySelector(".card").cloneNode(true);
                for (const one of card.querySelectorAll(".proof")) one.remove();
                found.push(card.textContent);
            }
            return found;
        }""",
        records,
    )
    for record, text in zip(records, told, strict=True):
        assert not ID.search(text), (record, ID.findall(text))
        assert not keys & set(re.findall(r"[\w-]+", text)), record


def test_sources_say_what_they_are_wherever_they_are_named(
    visit: Callable[..., Visit], site: Path
) -> None:
    here = visit(1440, 1000)
    page = here.open(site)
    for view in ("#/story", "#/otherwise", "#/articles", "#/article/greeleytribune",
                 "#/story?cell=CR-0005"):  # fmt: skip
        here.show(view)
        assert "damaged paraphrase" in page.locator("body").inner_text(), view


# ------------------------------------------------------------------------------ honest to look at


def test_days_are_continuous_and_each_event_has_one_mark(
    visit: Callable[..., Visit], site: Path, package: Path
) -> None:
    """Catches a day that is left out, and events that a chart leaves out."""
    here = visit(1440, 1000)
    page = here.open(site, "#/days")
    days = page.locator(".lanes thead th").all_inner_texts()
    assert days == ["Sat 1 Jan", "Sun 2 Jan", "Mon 3 Jan", "Tue 4 Jan", "Wed 5 Jan", "Thu 6 Jan",
                    "Fri 7 Jan", "no such day"]  # fmt: skip
    page.get_by_role("button", name="more kind").click()
    with kzdata.load(package) as kz:
        events = sorted(event.key for event in kz.timeline())
    assert opened(page, ".lanes") == events
    widths = page.eval_on_selector_all(
        ".lanes thead th", "all => all.map((a) => Math.round(a.getBoundingClientRect().width))"
    )
    assert max(widths) - min(widths) <= 2


CONTRAST = """(chosen) => {
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const rgb = (colour) => {
        canvas.fillStyle = "#000"; canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (colour) => {
        const [r, g, b] = rgb(colour).map((c) => c / 255)
            .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const paper = light(getComputedStyle(document.documentElement).backgroundColor);
    const ratio = (colour) => {
        const [low, high] = [light(colour), paper].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    return [...document.querySelectorAll(chosen)].map((one) => {
        const style = getComputedStyle(one);
        const drawn = { color: style.color, border: style.borderTopColor, fill: style.fill }[
            one.matches(".precision") ? "border" : one.matches("circle") ? "fill" : "color"];
        return [one.className?.baseVal ?? one.className, Math.round(100 * ratio(drawn)) / 100];
    });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_stand_out_from_the_paper(
    visit: Callable[..., Visit], site: Path, scheme: str
) -> None:
    here = visit(1440, 1000, color_scheme=scheme)
    page = here.open(site)
    for view, chosen in (
        ("#/story", ".figure"),
        ("#/counts", ".figure"),
        ("#/days", ".lanes .precision"),
        ("#/days", ".map .spot"),
    ):
        here.show(view)
        page.wait_for_selector(chosen)
        found = page.evaluate(CONTRAST, chosen)
        assert found and not [one for one in found if one[1] < 3], view


def test_no_letter_is_smaller_than_thirteen_pixels(visit: Callable[..., Visit], site: Path) -> None:
    here = visit(1440, 1000)
    page = here.open(site)
    for view in VIEWS:
        here.show(view)
        small = page.evaluate("""() => {
            const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const found = [];
            while (walk.nextNode()) {
                const { parentElement: one, data } = walk.currentNode;
                if (!data.trim() || one.closest("script, noscript, option, title")) continue;
                if (parseFloat(getComputedStyle(one).fontSize) < 13) found.push(data);
            }
            return found;
        }""")
        assert not small, view


@pytest.mark.parametrize("view", ["#/story", "#/counts", "#/days", "#/otherwise",
                                  "#/article/tass", "#/story?cell=CR-0019",
                                  "#/data/events", "#/data/quantities"])  # fmt: skip
def test_print_cuts_nothing_and_says_where_it_is_from(
    visit: Callable[..., Visit], site: Path, view: str
) -> None:
    here = visit(794, 1123)
    join = "&" if "?" in view else "?"
    page = here.open(site, f"{view}{join}as-of=2022-01-07")
    page.emulate_media(media="print")
    page.evaluate(SETTLED)
    cut = page.evaluate("""() => [...document.querySelectorAll("body *")]
        .filter((one) => getComputedStyle(one).display !== "none")
        .filter((one) => !one.closest(".hidden, .skip, option, svg *"))
        .filter((one) => one.matches("summary") || !one.closest("details:not([open])"))
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1
            || (one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
                && getComputedStyle(one).overflowX !== "visible"))
        .map((one) => one.outerHTML.slice(0, 120))""")
    assert not cut
    if view == "#/days":  # a list that scrolls on a screen is whole on paper
        told = re.search(r"(\d+) fall on", page.locator(".count").inner_text())
        assert told
        assert page.locator("main > .list article.event").count() == int(told[1]) > 60
    foot = page.locator("footer").inner_text()
    assert "7 January 2022" in foot and "index.html#/" in foot
    assert page.locator("mark").count() == 0 or page.locator("mark").first.evaluate(
        "(one) => getComputedStyle(one).printColorAdjust"
    ) == "exact"  # fmt: skip
    assert not page.locator("header nav, .as-of, .filters").filter(visible=True).count()


def test_search_finds_words_names_and_quotes(visit: Callable[..., Visit], site: Path) -> None:
    here = visit()
    page = here.open(site)
    page.locator("header input[type=search]").fill("shymkent")
    page.wait_for_url(re.compile("search"))
    page.evaluate(SETTLED)
    assert {"CR-0019", "EV-0188"} <= set(opened(page, "main"))
    assert page.get_by_role("link", name="Shymkent", exact=True).count() == 1
    assert page.locator("main mark", has_text="Shymkent").count() > 0
    assert page.evaluate("document.activeElement.type") == "search"


def test_arrow_keys_go_from_passage_to_passage(visit: Callable[..., Visit], site: Path) -> None:
    here = visit(1440, 900)
    page = here.open(site, "#/article/tass?passage=SP-0855")
    stops = page.locator(".text a[tabindex='0']")
    assert stops.count() == 1
    stops.focus()
    page.keyboard.press("ArrowDown")
    page.evaluate(SETTLED)
    assert "passage=SP-" in page.url and "SP-0855" not in page.url
    assert page.locator(".margin li").count() >= 1
    assert page.locator(".text .rest").count() > 20
    page.keyboard.press("ArrowUp")
    page.evaluate(SETTLED)
    assert page.evaluate("document.activeElement.dataset.passage")


def test_an_article_without_its_text_has_its_quotes_alone(
    visit: Callable[..., Visit], site: Path
) -> None:
    """The page shows as much of an article as the package quotes, at its place."""
    here = visit()
    page = here.open(site)
    for source in {row["source_id"] for row in rows_of("sources")}:
        here.show(f"#/article/{source}")
        page.wait_for_selector(".text mark")
        covered = set()
        for row in rows_of("source_spans"):
            if row["source_id"] == source:
                covered |= set(range(int(row["char_start"]), int(row["char_end"])))
        marks = page.locator(".text mark").evaluate_all("all => all.map((m) => m.textContent)")
        assert sum(len(mark) for mark in marks) == len(covered)


def test_rows_are_sorted_searched_and_taken_along(visit: Callable[..., Visit], site: Path) -> None:
    here = visit(accept_downloads=True)
    page = here.open(site, "#/data/casualty_reports?sort=-value_low&q=killed")
    with page.expect_download() as begun:
        page.get_by_role("button", name="CSV").click()
    text = Path(begun.value.path()).read_bytes().decode()
    taken = list(csv.DictReader(io.StringIO(text, newline="")))
    wanted = [row for row in rows_of("casualty_reports") if "killed" in " ".join(row.values())]
    assert sorted(taken, key=lambda row: row["report_id"]) == wanted
    lows = [int(row["value_low"]) for row in taken if row["value_low"]]
    assert lows == sorted(lows, reverse=True)
    assert not here.complaints


def test_rows_are_chosen_by_the_values_of_their_columns(
    visit: Callable[..., Visit], site: Path
) -> None:
    here = visit(accept_downloads=True)
    page = here.open(site, "#/data/casualty_reports")
    page.get_by_label("Outcome").select_option(value="killed")
    page.get_by_label("Population").select_option(value="protesters")
    assert "where.outcome=killed" in page.url and "where.population=protesters" in page.url
    with page.expect_download() as begun:
        page.get_by_role("button", name="CSV").click()
    taken = list(csv.DictReader(io.StringIO(Path(begun.value.path()).read_bytes().decode())))
    wanted = {"outcome": "killed", "population": "protesters"}
    assert taken == [row for row in rows_of("casualty_reports") if wanted.items() <= row.items()]
    assert len(taken) == int(page.locator(".count").inner_text().split()[0]) > 1
    page.get_by_role("link", name="Population:").click()
    assert "where.population" not in page.url
    assert not here.complaints


CHARTS = ["#/story", "#/counts?outcome=killed", "#/days?as-of=2022-01-06"]


@pytest.mark.parametrize("view", CHARTS)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_a_chart_is_taken_along_as_it_is_drawn(
    visit: Callable[..., Visit], site: Path, view: str, width: int, scheme: str
) -> None:
    """Catches a picture without its numbers, source or day, and one that fetches or runs."""
    here = visit(width, color_scheme=scheme, accept_downloads=True)
    page = here.open(site, view)
    charts = page.locator(".chart").all()
    assert charts
    for chart in charts:
        with page.expect_download() as begun:
            chart.get_by_role("button", name="SVG").click()
        drawn = ElementTree.parse(begun.value.path()).getroot()
        kinds = {one.tag.rpartition("}")[2] for one in drawn.iter()}
        assert not kinds & {"script", "foreignObject", "image", "use", "style", "button"}
        assert not [one for one in drawn.iter() if "href" in one.attrib or "class" in one.attrib]
        words = " ".join(text for one in drawn.iter() if (text := (one.text or "").strip()))
        for figure in chart.locator(".figure").all_inner_texts():
            assert all(word in words for word in figure.split()), figure
        whole = " ".join(words.split())
        assert "version" in whole and f"index.html{view}" in whole
        assert ("6 January 2022" in whole) == ("as-of" in view)
        assert ("Outcome: killed" in whole) == ("outcome" in view)
        with page.expect_download() as begun:
            chart.get_by_role("button", name="PNG").click()
        data = Path(begun.value.path()).read_bytes()
        assert data.startswith(b"\x89PNG") and not here.away
        size = [int.from_bytes(data[at : at + 4], "big") for at in (16, 20)]
        assert size == [2 * int(float(drawn.attrib[name])) for name in ("width", "height")]
    assert not here.complaints


@pytest.mark.parametrize("view", ["#/story", "#/counts", "#/days", "#/otherwise",
                                  "#/data/casualty_reports", "#/cell/CR-0019/value_low",
                                  "#/story?cell=CR-0007", "#/article/tass"])  # fmt: skip
def test_usable_at_360_pixels(visit: Callable[..., Visit], site: Path, view: str) -> None:
    here = visit(360, 740, has_touch=True)
    page = here.open(site, view)
    page.evaluate(SETTLED)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    everywhere = "header summary, header h1 a, main form :is(select, input, button), .as-of button"
    controls = page.locator("aside :is(a, button)" if "cell=" in view else everywhere).filter(
        visible=True
    )
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
    views = ["#/story", "#/counts", "#/days", "#/otherwise", "#/about", "#/article/gull"]
    views += ["#/articles", "#/data", "#/search?q=a"]
    views += [f"#/cell/T{number}" for number in range(1, 6)]
    views += [f"#/cell/T{n}/{name}" for n in range(1, 6) for name in ("wording", "fate", "remark")]
    views += [f"#/data/{name}" for name in tables]
    views += [f"#/data/{name}/dictionary" for name in tables]
    views += [f"#/counts?q={quote(text)}&place={quote(text)}" for text in EVIL]
    views += [f"#/{quote(text, safe='')}/{quote(text, safe='')}" for text in EVIL]
    views += ["#/%E0%A4%A", "#//", "#/cell", "#/cell/%00/__proto__", "#/data/__proto__?sort=a"]
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
    assert page.locator("nav a[aria-current]").first.inner_text() == "Data"
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
    page = here.open(page_file, "#/counts")
    assert "4,000 claims" in page.locator(".count").inner_text()
    assert page.locator(".point").count() == 0
    assert page.locator(".field span").count() > 1
    page.locator(".behind").evaluate("(one) => { one.open = true }")
    page.evaluate(SETTLED)
    grid = page.locator(".behind .grid")
    assert 0 < grid.locator("tbody tr").count() < 100
    grid.evaluate("(one) => { one.scrollTop = one.scrollHeight }")
    grid.locator("[data-open=M999]").wait_for()
    assert grid.locator("tbody tr").count() < 100
    assert not here.complaints


def test_pairs_that_are_left_out_are_counted(
    visit: Callable[..., Visit], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a page that looks whole where it looked at some claims only."""
    monkeypatch.setattr("kzdata.site.content.MOST_PAIRS", 2)
    with kzdata.load(ROOT) as kz:
        page = visit().open(kz.site(tmp_path / "site"), "#/otherwise")
    assert "further pair" in page.locator("main").inner_text()


def test_many_articles_are_days_and_many_lines_are_panels(
    visit: Callable[..., Visit], island: Folder, tmp_path: Path
) -> None:
    claims = {"outcome": "fate", "place": "islet", "population": "remark", "claimant": "speaker"}
    island.reschema("tolls", lambda schema: schema.update({"kzdata:claims": claims}))
    row = island.rows("tolls")[0]
    island.write("tolls", [row | {"toll": f"M{number}", "remark": f"group {number}"}
                           for number in range(80)])  # fmt: skip
    letter = island.rows("letters")[0]
    more = [letter | {"letter": f"L{number}", "sent": f"2031-04-0{number % 3 + 1}"}
            for number in range(1, 10)]  # fmt: skip
    island.write("letters", [*island.rows("letters"), *more])
    with kzdata.load(island.root) as kz:
        page_file = kz.site(tmp_path / "site")
    here = visit()
    page = here.open(page_file, "#/story")
    assert page.locator(".multiples li").count() > 40
    page.locator(".multiples a").first.click()
    page.evaluate(SETTLED)
    assert page.locator(".matrix tr[data-line]").count() == 1
    heads = page.locator(".matrix .articles th").all_inner_texts()
    assert heads.count("3 articles") == 3
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
    assert sum((out / name).stat().st_size for name in ("app.js", "app.css")) < 300_000


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
