"""What MkDocs does with the pages, so that the same ones work in the repository and as a site.

Pages of the top are pages of the site, links lead where the site has their target, and to the
repository where it has not.
"""

import posixpath
import re
import tomllib
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
TOP = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "report.md",
    "CODE_OF_CONDUCT.md": "conduct.md",
}
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<path>[\w./-]+)(?P<anchor>#[\w-]+)?\)")
TITLED = re.compile(r"^( *```[a-z]+) ([\w./-]+)$", re.M)


def on_config(config: Any) -> None:
    """Name the address of the site and of the repository, once there is one."""
    if repository():
        owner, name = repository().rsplit("/", 2)[1:]
        config.site_url = f"https://{owner.lower()}.github.io/{name}/"
        link = {"icon": "fontawesome/brands/github", "link": repository(), "name": "Repository"}
        config.extra["social"] = [link]  # not repo_url: with that, each reader asks GitHub


def on_files(files: Files, config: Any) -> None:
    """Add the pages of the top."""
    for name, page in TOP.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / name)))


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """A page as the site has it: its links, and the files that its blocks are named after."""
    tops = {there: name for name, there in TOP.items()}
    here = tops.get(page.file.src_uri, f"docs/{page.file.src_uri}")

    def link(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(here), found["path"]))
        if not (ROOT / target).exists():  # no link: a call of Python after an index
            return found[0]
        place = _place(target, page.file.src_uri)
        if not place:
            return found["text"]
        return f"{found['image']}[{found['text']}]({place}{found['anchor'] or ''})"

    return TITLED.sub(r'\1 title="\2"', LINK.sub(link, markdown))


def _place(target: str, page: str) -> str:
    """Where a page finds a file of the repository; empty where it cannot."""
    if target in TOP or target.startswith("docs/"):
        there = TOP.get(target, target.removeprefix("docs/"))
        return posixpath.relpath(there, posixpath.dirname(page))
    return f"{repository()}/blob/main/{target}" if repository() else ""


def repository() -> str:
    """The repository's address; empty as long as pyproject.toml has a placeholder there."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    address: str = settings["tool"]["hatch"]["metadata"]["hooks"]["custom"]["repository"]
    return "" if "/OWNER/" in address else address
