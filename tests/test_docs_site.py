"""The documentation as a site: the pages of the repository, built by MkDocs."""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

import kzdata
from pages import ROOT

PARTS = [
    *("docs", "examples", "sdk", "templates", "mkdocs.yml", "CITATION.cff", "Containerfile"),
    *(file.name for file in ROOT.glob("*.md")),
    "LICENSE",
]
REPOSITORY = "https://github.com/Somebody/kzdata"


def build(checkout: Path, site: Path) -> Path:
    """The site of a checkout; a warning is an error."""
    mkdocs = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    done = subprocess.run(
        [*mkdocs, "--site-dir", str(site)],
        cwd=checkout,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this checkout, which may not know its address."""
    pytest.importorskip("mkdocs")
    return build(ROOT, tmp_path_factory.mktemp("site"))


class Fetched(HTMLParser):
    """What a browser gets by itself when it opens a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and given.get("rel") in ("canonical", "next", "prev"):
            return
        names = {"link": "href", "a": ""}.get(tag, "src")
        self.addresses += [given[names] or ""] if names in given else []


@pytest.mark.slow
def test_a_reader_of_the_site_asks_no_other_server(site: Path) -> None:
    """Catches fonts, scripts and counters of others."""
    pages = list(site.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        text = page.read_text("utf-8")
        fetched = Fetched()
        fetched.feed(text)
        assert fetched.addresses, page
        assert [a for a in fetched.addresses if urlsplit(a).netloc] == [], page
        assert 'data-md-component="source"' not in text, "with that, GitHub is asked"
    styles = "".join(file.read_text("utf-8") for file in site.rglob("*.css"))
    assert re.findall(r"url\(['\"]?(?:https?:)?//", styles) == []


@pytest.mark.slow
def test_the_reference_has_what_the_docstrings_say(site: Path) -> None:
    """Catches a reference of names alone."""
    text = (site / "api" / "index.html").read_text("utf-8")
    for name in kzdata.__all__:
        assert f'id="kzdata.{name}"' in text, name
    assert 'id="kzdata.Package.trace"' in text
    assert "There is no such path, or it is not a package that can be read." in text


@pytest.mark.slow
def test_files_that_a_block_is_named_after_are_shown(site: Path) -> None:
    """Catches fences that MkDocs does not take for such, and code that falls out of its list."""
    for page, file in (
        ("receipts", "flood/tolls.csv"),
        ("contributing/add-a-rule", "tests/test_rules.py"),
    ):
        text = (site / page / "index.html").read_text("utf-8")
        assert f'<span class="filename">{file}</span>' in text
        assert "```" not in text


@pytest.mark.slow
def test_links_that_leave_the_site_lead_to_the_repository(tmp_path: Path) -> None:
    """Catches links to files that the site does not have, once the address is known."""
    pytest.importorskip("mkdocs")
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in PARTS:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, checkout / name)
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    known = re.sub(r'^repository = ".*"$', f'repository = "{REPOSITORY}"', project, flags=re.M)
    (checkout / "pyproject.toml").write_text(known, encoding="utf-8")
    site = build(checkout, tmp_path / "site")
    home = (site / "index.html").read_text("utf-8")
    assert f'href="{REPOSITORY}/blob/main/CITATION.cff"' in home
    assert 'href="https://somebody.github.io/kzdata/"' in home
    assert 'href="contributing/"' in home
    assert 'src="images/story.png"' in home


def test_each_page_is_in_the_navigation() -> None:
    """Catches a page that only a search finds."""
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    named = re.findall(r": ([\w/-]+\.md)$", text, re.M)
    pages = {file.relative_to(ROOT / "docs").as_posix() for file in ROOT.glob("docs/**/*.md")}
    assert len(named) == len(set(named))
    assert pages <= set(named)
    first = [next(iter(entry)) for entry in yaml.safe_load(text)["nav"][1]["Use it"]]
    wanted = "Start,Validate your package,Declare receipts,Enter data,Enter an article"
    assert first == [*wanted.split(","), "Enter it in the browser", "Ask", "Cite"]


def test_each_public_name_is_in_the_reference() -> None:
    """Catches a class that came with the last change, and one that went with it."""
    named = re.findall(r"^::: kzdata\.(\w+)$", (ROOT / "docs" / "api.md").read_text("utf-8"), re.M)
    assert sorted(named) == sorted(kzdata.__all__)
