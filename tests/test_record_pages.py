"""Pages of single claims and events, and their pictures."""

import json
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kzdata
from browsers import Visit
from coast import coast
from kzdata.files.names import MAX_FILE_NAME
from kzdata.site.record_pages import MOST, places, record_pages, without_scripts
from test_site import spoilt

if TYPE_CHECKING:
    from packages import Folder

ALLOWED = set(
    "html head meta title link script body header a main h1 h2 b i blockquote mark span p dl dt dd"
    " q section ul li details summary pre nav footer".split()
)


@pytest.fixture(scope="module")
def folder(site: Path) -> Path:
    return site.parent


class Read(HTMLParser):
    """What stands in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.metas: dict[str, str] = {}
        self.data: list[str] = []
        self.text = ""
        self._in = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        assert not [name for name in told if name.startswith("on") or name in ("style", "srcdoc")]
        self.tags.add(tag)
        self._in = tag
        if "href" in told:
            self.links.append(told["href"])
        if tag == "meta":
            name = told.get("property") or told.get("name") or told.get("http-equiv") or "charset"
            self.metas[name] = told.get("content", "")
        if tag == "script":
            assert told == {"type": "application/ld+json"}

    def handle_data(self, data: str) -> None:
        if self._in == "script":
            self.data.append(data)
        else:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        self._in = ""


def read(file: Path) -> Read:
    return Read(file.read_text(encoding="utf-8"))


def test_each_claim_and_event_has_a_page_and_a_picture(folder: Path) -> None:
    with kzdata.load(Path(__file__).parents[1]) as kz:
        tables = [t for t in kz._dataset.tables.values() if t.schema.claims or t.schema.events]
        kinds = {True: "event", False: "claim"}
        keys = [(kinds[bool(t.schema.events)], key) for t in tables for (key,) in t.keys]
    pages = {file.relative_to(folder).as_posix() for kind in ("claim", "event")
             for file in (folder / kind).iterdir()}  # fmt: skip
    assert pages == {f"{kind}/{key}.{end}" for kind, key in keys for end in ("html", "svg")}
    for path in pages:
        if path.endswith(".html"):
            assert (folder / path).stat().st_size < 16_000
    sizes = [(folder / path).stat().st_size for path in pages if path.endswith(".html")]
    assert sum(sizes) / len(sizes) < 6_000


def test_a_page_says_all_without_a_script(folder: Path) -> None:
    page = read(folder / "claim" / "CR-0019.html")
    for words in (
        "Over 60 people killed in Shymkent",
        "Shymkent, where over 60 people reportedly died",
        "TASS itself; no source is named",
        "more than 60; 60 itself is not in it",
        "60 people were injured in Shymkent.",
        "As printed, with reserve",
    ):
        assert words in page.text
    assert page.metas["og:title"] == "Over 60 people killed in Shymkent"
    assert page.metas["og:description"].startswith("“Shymkent, where over 60 people reportedly")
    assert page.metas["Content-Security-Policy"].startswith("default-src 'none'")
    (data,) = map(json.loads, page.data)
    assert data["@type"] == "Claim"
    assert data["text"] == "Shymkent, where over 60 people reportedly died earlier"
    assert data["author"]["name"] == data["appearance"]["publisher"]["name"] == "TASS"
    assert data["appearance"]["url"] == "https://tass.com/world/1384955/amp"
    assert data["appearance"]["datePublished"] == "2022-01-07"
    assert not re.search("rating|review", json.dumps(data), re.IGNORECASE)


def test_an_event_names_its_days_articles_and_claims(folder: Path) -> None:
    page = read(folder / "event" / "EV-0023.html")
    (data,) = map(json.loads, page.data)
    assert data["@type"] == "Event"
    assert data["startDate"] == "2022-01-05"
    assert [one["publisher"]["name"] for one in data["subjectOf"]] == [
        "Meduza",
        'Group of Strategic Vision "Russia – Islamic World"',
    ]
    assert "../claim/CR-0001.html" in page.links


def test_pages_link_to_pages_that_are_there(folder: Path) -> None:
    for file in [*folder.glob("claim/*.html"), *folder.glob("event/*.html")]:
        for link in read(file).links:
            if not link.startswith("https://"):
                path = unquote(link.partition("#")[0])
                assert (file.parent / path).is_file(), (file, link)


def test_the_page_of_the_package_lists_claims_without_scripts(folder: Path) -> None:
    page = (folder / "index.html").read_text(encoding="utf-8")
    (told,) = re.findall("<noscript>(.*?)</noscript>", page, re.DOTALL)
    shown = Read(told)
    assert "Over 60 people killed in Shymkent" in shown.text
    assert "For Shymkent an agency printed over 60 dead" in shown.text
    assert all((folder / link).is_file() for link in shown.links)
    assert set(shown.links) == {f"claim/{file.name}" for file in folder.glob("claim/*.html")}


def test_a_story_is_left_out_where_what_it_leads_to_is_not_there(tmp_path: Path) -> None:
    with kzdata.load(Path(__file__).parents[1]) as kz, kz.as_of("2022-01-06") as then:
        page = then.site(tmp_path / "site").read_text(encoding="utf-8")
    (told,) = re.findall("<noscript>(.*?)</noscript>", page, re.DOTALL)
    assert "an agency printed" not in told
    assert '"story":null' in page


def test_another_package_has_pages_too(tmp_path: Path) -> None:
    package, _ = coast(tmp_path / "coast")
    with kzdata.load(package.root) as kz:
        out = kz.site(tmp_path / "site").parent
    page = read(out / "claim" / "tolls-1.html")
    assert "12 fishers drowned in Norholm" in page.text
    assert page.tags <= ALLOWED


def test_pages_open_from_disk_and_ask_for_nothing(
    visit: Callable[..., Visit], folder: Path, tmp_path: Path
) -> None:
    here = visit(360, 740, java_script_enabled=False)
    for path in ("claim/CR-0019.html", "event/EV-0023.html", "claim/CR-0019.svg"):
        here.page.goto((folder / path).as_uri())
    here.page.goto((folder / "claim" / "CR-0019.html").as_uri())
    mark = here.page.locator("mark")
    assert mark.inner_text() == "over 60"
    assert mark.evaluate("(one) => getComputedStyle(one).backgroundColor") == "rgb(255, 229, 138)"
    assert here.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not here.away
    assert not here.complaints


# ------------------------------------------------------------------------------------- hostile

WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "</script><script>run()</script>",
            "\" onload='run()'",
            "<img src=x>",
            "]]>",
            "\ud800",
            "&amp;",
        ]
    ),
)
ADDRESS = st.one_of(st.none(), WORDS.map(lambda text: f"https://x.example/{text}"))
SOURCE = st.fixed_dictionaries(
    {
        "key": WORDS,
        "name": WORDS,
        "title": WORDS | st.none(),
        "about": WORDS | st.none(),
        "day": WORDS,
        "date": WORDS | st.none(),
        "url": ADDRESS,
        "link": ADDRESS,
    }
)
SENTENCE = st.lists(
    st.one_of(
        st.just({"gap": True}), st.fixed_dictionaries({"text": WORDS, "mark": st.booleans()})
    ),
    max_size=4,
)


@st.composite
def card(draw: Any) -> dict[str, Any]:
    key = draw(st.text(min_size=1, max_size=30))
    return {
        "key": key,
        "table": "t",
        "kind": "claim",
        "status": "standing",
        "said_by": draw(WORDS | st.none()),
        "heading": [
            {"text": draw(WORDS), "mark": "figure", "tone": "killed"},
            {"text": draw(WORDS)},
        ],
        "sentence": draw(SENTENCE),
        "source": draw(SOURCE),
        "rows": [{"label": draw(WORDS), "value": draw(WORDS), "quote": draw(WORDS)}],
        "notes": [draw(WORDS)],
        "outside": [
            {
                "name": draw(WORDS),
                "relation": "contradicts",
                "means": draw(WORDS),
                "words": draw(WORDS),
                "day": draw(WORDS),
                "url": draw(ADDRESS),
            }
        ],
        "relations": [
            {
                "key": key,
                "heading": draw(WORDS),
                "source": draw(WORDS),
                "day": draw(WORDS),
                "words": draw(WORDS),
                "note": draw(WORDS | st.none()),
            }
        ],
        "event": None,
        "cite": {form: [draw(WORDS)] for form in ("text", "bibtex", "ris")},
    }


@given(st.lists(card(), max_size=3), WORDS)
def test_hostile_cards_are_text(cards: list[dict[str, Any]], title: str) -> None:
    known = {one["key"]: one for one in cards}
    package = {"name": "x", "title": title, "version": title, "licenses": [{"title": title}]}
    made = record_pages(known, package)
    assert len(made) == 2 * len(known)
    for path, body in made.items():
        kind, _, name = path.partition("/")
        assert kind == "claim"
        assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\.(html|svg)", name)
        assert len(name) <= MAX_FILE_NAME + 5
        if path.endswith(".html"):
            page = Read(body.decode())
            assert page.tags <= ALLOWED
            json.loads("".join(page.data))
            assert all(link.startswith(("https://", "../", name[:1])) for link in page.links)
        else:
            picture = ElementTree.fromstring(body)
            tags = {one.tag.partition("}")[2] for one in picture.iter()}
            assert tags <= {"svg", "title", "rect", "text", "path"}
            attributes = {name for one in picture.iter() for name in one.attrib}
            assert not [name for name in attributes if name.startswith("on") or "href" in name]
    shown = Read(without_scripts(package, None, known, places(known)))
    assert shown.tags <= {"h1", "p", "ul", "li", "a"}


def test_keys_of_one_letter_in_two_cases_have_two_files() -> None:
    cards = {key: {"key": key, "kind": "claim"} for key in ("a", "A", "../x", "con", "é")}
    names = [path.casefold() for path in places(cards).values()]
    assert len(set(names)) == 5
    assert not [name for name in names if ".." in name or name.endswith("/con")]


def test_a_large_package_has_no_pages_of_records() -> None:
    cards = {str(key): {"key": str(key), "kind": "claim"} for key in range(MOST + 1)}
    assert places(cards) == {}


def test_a_hostile_package_runs_nothing_on_its_pages(
    visit: Callable[..., Visit], island: "Folder", tmp_path: Path
) -> None:
    spoilt(island)
    with kzdata.load(island.root) as kz:
        out = kz.site(tmp_path / "site").parent
    here = visit()
    files = sorted(file for kind in ("claim", "event") for file in (out / kind).iterdir())
    assert files
    for file in files:
        here.page.goto(file.as_uri())
        assert here.page.evaluate("window.ran") is None, file
        links = here.page.eval_on_selector_all("a", "all => all.map((a) => a.href)")
        assert not [link for link in links if link.startswith(("javascript", "data"))], file
    assert not here.away
    assert not here.complaints
    shutil.rmtree(out)
