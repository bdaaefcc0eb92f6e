"""Writes the page: one HTML file that holds the data, and the script and style beside it.

The data stand in a `script` element of type `application/json`, which browsers never run, with
every character escaped that could end it. The content security policy allows the script and the
style beside the page and nothing else: no request, no inline script, no frame, no form.
"""

import html
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from kzdata.display import content_policy
from kzdata.errors import PackageError, UsageError
from kzdata.evidence.authoring import hashes, offset, texts_of
from kzdata.evidence.profile import declared
from kzdata.evidence.snapshots import Snapshots
from kzdata.files.writing import fresh
from kzdata.site.content import Json, content
from kzdata.site.parts import embedded, parted
from kzdata.site.record_pages import SHEET, places, record_pages, without_scripts
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Spans

PAGE = "index.html"
ASSETS = ("app.js", "app.css", SHEET, "notices.txt")  # beside the page; built from `site/`
LIST = "files.txt"  # the paths of all files of a page, a line each
FILES = (PAGE, *ASSETS, LIST)
MOST_LISTED = 1_000_000  # bytes of the list of files that are read


class Texts(NamedTuple):
    """The articles at hand."""

    folder: str | Path  # directory with them; they are known by their hash
    # Whether they go into the page. They are their publishers': for private use only.
    included: bool = False


def write(
    dataset: Dataset, snapshots: Snapshots, out: str | Path, texts: Texts | None = None
) -> Path:
    """Write the evidence page of a package.

    Args:
        dataset: The package, whole, `as_of` a day or `without` an article.
        snapshots: What is taken of the whole package, as of days.
        out: A directory: not there yet, empty, or an evidence page, which is replaced.
        texts: The articles, to check that each passage stands in them, and to show them.

    Returns:
        The page.

    Raises:
        UsageError: The directory holds something else, or cannot be written.
        PackageError: A table cannot be read, or a passage does not stand in its article.
    """
    place = Path(out)
    # Checked before, to save the work, and after it, in case somebody wrote there meanwhile.
    with fresh(place) as made:
        _check(place)
        for path, body in files(dataset, snapshots, texts).items():
            (made / path).parent.mkdir(parents=True, exist_ok=True)
            (made / path).write_bytes(body)
        _check(place)
    return place / PAGE


def _check(out: Path) -> None:
    """Make sure that a place is free, or holds nothing but an evidence page."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; name a directory")
    others = sorted(_files_in(out) - _listed(out)) if out.is_dir() else []
    if others:
        raise UsageError(f"{out} holds other files, such as {others[0]}; name an empty directory")


def _files_in(folder: Path) -> set[str]:
    """The paths of all that a folder holds, but for folders; a link is one, wherever it leads."""
    found = set()
    for inside, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(inside) / name).is_symlink()]
        found |= {(Path(inside) / name).relative_to(folder).as_posix() for name in names + links}
    return found


def _listed(out: Path) -> set[str]:
    """The files of the page that was written there before; a list that is a link is not its own."""
    listed = out / LIST
    if listed.is_symlink() or not listed.is_file():
        return set(FILES)
    with suppress(OSError, UnicodeDecodeError), listed.open("rb") as file:
        return {*FILES, *file.read(MOST_LISTED).decode().splitlines()}
    return set(FILES)


def files(dataset: Dataset, snapshots: Snapshots, texts: Texts | None = None) -> dict[str, bytes]:
    """All files of an evidence page by their paths; see `write`."""
    data = content(dataset, snapshots)
    data["texts"] = _checked(dataset, texts) if texts else None
    page, found = page_of(data)
    found |= {PAGE: page.encode()} | {name: asset(name) for name in ASSETS}
    found |= record_pages(data["cards"], data["package"])
    return found | {LIST: "".join(f"{path}\n" for path in sorted({*found, LIST})).encode()}


def page_of(data: Json) -> tuple[str, dict[str, bytes]]:
    """The page that shows data, and the scripts beside it that hold the most of a large package.

    What is in the data, `kzdata.site.content` says.
    """
    told, cards = data["package"], data["cards"]
    known = places(cards)
    shown = {key: card | {"page": f"{known[key]}.html"} for key, card in cards.items() if known}
    held, scripts = parted(data, shown or cards)
    fields = {
        "policy": html.escape(policy()),
        "title": html.escape(told.get("title") or told["name"]),
        "description": html.escape(told.get("description", "")),
        "plainly": without_scripts(told, data["story"], cards, known),
        "data": embedded(held),
    }
    # In one pass, so that no value is searched for names.
    template = asset(PAGE).decode()
    whole = re.sub(r"\[\[(\w+)\]\]", lambda mark: fields[mark.group(1)], template)
    # Half of a surrogate pair, which JSON can name, is no UTF-8.
    return whole.encode("utf-8", "replace").decode(), scripts


def asset(name: str) -> bytes:
    """A file of the built front end."""
    return resources.files("kzdata.site").joinpath("assets", name).read_bytes()


def policy() -> str:
    """The content security policy of the page: its own script and style, and nothing else."""
    return content_policy("script-src 'self'", "style-src 'self'", "img-src 'self' data:")


# ------------------------------------------------------------------------------------- the texts


def _checked(dataset: Dataset, texts: Texts) -> Json:
    """How many passages were compared with their articles; the articles too, where asked for."""
    found = texts_of(dataset, texts.folder)
    if missing := [source for source in hashes(dataset) if source not in found]:
        raise PackageError(f"no file in {texts.folder} has the SHA-256 of {', '.join(missing)}")
    return {"passages": _compared(dataset, found), "articles": found if texts.included else None}


def _compared(dataset: Dataset, found: Mapping[str, str]) -> int:
    """How many passages there are, each of which stands in its article."""
    if not (spans := declared(dataset.descriptor, Spans)):
        return 0
    table, s = spans
    places = [table.schema.names.index(name) for name in (s.id, s.source, s.start, s.end, s.quote)]
    rows = dataset.tables[table.name]
    for cells in rows.texts():
        key, source, start, end, quote = (cells[place] for place in places)
        if found.get(source, "")[offset(start) : offset(end)] != quote:
            raise PackageError(
                f"{key} does not stand in {source} at {start} to {end}; "
                "`kzdata validate --texts DIR` says more"
            )
    return len(rows)
