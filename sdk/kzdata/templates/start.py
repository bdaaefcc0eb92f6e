"""A new package of one's own: `kzdata init`."""

import re
import shutil
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from string import Template
from typing import Any, Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from kzdata.errors import UsageError
from kzdata.files.archive import bundled, bundled_version
from kzdata.standard.writer import new_package
from kzdata.templates.drafts import Draft, read, write
from kzdata.templates.like_kzdata import like_kzdata

Like = Literal["minimal", "kzdata"]
MINIMAL, COMMON = (Path(__file__).with_name(name) for name in ("minimal", "common"))
# Files of every new package: under which name they lie here, where nothing may act on them.
FILES = {
    "README.md": "README.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "gitattributes": ".gitattributes",
    "gitignore": ".gitignore",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
    "validate.yml": ".github/workflows/validate.yml",
}
TEXTS = "texts"
NAMING = (".github/workflows/validate.yml", ".pre-commit-config.yaml")  # the repository of kzdata
# What stands for the repository of kzdata where its metadata name none.
UNKNOWN = "OWNER/kzdata"


class Started(NamedTuple):
    """A package that was written.

    Attributes:
        tables: How many tables it has.
        to_fill_in: The files in which `UNKNOWN` stands for the repository of kzdata; none where
            that is known.
    """

    tables: int
    to_fill_in: tuple[str, ...]


def init(folder: str | Path, like: Like = "minimal") -> Started:
    """Write a valid package with one invented article, to code a crisis of one's own from.

    Args:
        folder: Where; it is new, or empty.
        like: "minimal" for few tables with plain names, "kzdata" for those of the bundled package,
            with its vocabularies and without its facts.

    Raises:
        UsageError: There is something in the folder, it is a link or cannot be written, or no
            template is called so; nothing is written then.
        PackageError: The bundled package is missing.
    """
    draft = _draft(Path(folder), like)
    words = _words(draft)
    with new_package(Path(folder)) as made:
        write(draft, made)
        shutil.copytree(COMMON / TEXTS, made / TEXTS)
        for name, place in FILES.items():
            text = Template((COMMON / name).read_text("utf-8")).substitute(words)
            (made / place).parent.mkdir(parents=True, exist_ok=True)
            (made / place).write_bytes(text.encode())
    return Started(len(draft.schemas), NAMING if words["repository"] == UNKNOWN else ())


def _draft(folder: Path, like: str) -> Draft:
    """The draft of a package that is called as its folder."""
    if like not in (known := get_args(Like)):
        raise UsageError(f"no template {like!r}; there are {' and '.join(known)}")
    draft = read(MINIMAL)
    if like == "kzdata":
        draft = like_kzdata(read(bundled()), draft)
    return draft._replace(descriptor={**draft.descriptor, "name": _name(folder)})


def _name(folder: Path) -> str:
    """A package's name made of its folder's, never that of the bundled package."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    return name if name and name != "kzdata" else f"my-{name or 'package'}"


def _words(draft: Draft) -> dict[str, Any]:
    """What the files of a new package say of it, and of kzdata."""
    entries = draft.descriptor["resources"]
    tables = "\n".join(f"| `{one['name']}` | {one['description']} |" for one in entries)
    address = _address()
    words = {"tables": tables, "name": draft.descriptor["name"], "address": address}
    return {**words, "version": bundled_version(), "repository": urlsplit(address).path.strip("/")}


def _address() -> str:
    """Where the repository of this kzdata is, as far as its metadata say."""
    try:
        stated = metadata("kzdata").get_all("Project-URL") or []
    except PackageNotFoundError:  # run from a folder of files
        stated = []
    urls = dict(line.split(", ", 1) for line in stated if ", " in line)
    return str(urls.get("Source", f"https://github.com/{UNKNOWN}"))
