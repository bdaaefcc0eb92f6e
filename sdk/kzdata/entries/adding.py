"""An article registered in a package, so that it can be entered: its row, and nothing of its words.

Its numbers have no rows yet, which validation calls errors (`number-unexplained`). They wait: the
article is registered all the same, and the package is valid again when they are entered.
"""

import os
import re
import unicodedata
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from kzdata.entries import notation
from kzdata.entries.document import Document, Entry, written
from kzdata.entries.entering import TEXT
from kzdata.entries.notation import Cell
from kzdata.entries.outcome import WAITING, Outcome, enter
from kzdata.entries.sources import digest
from kzdata.errors import UsageError
from kzdata.evidence.articles import read
from kzdata.evidence.authoring import hashes
from kzdata.evidence.names import article_label
from kzdata.evidence.profile import needed
from kzdata.files.archive import unsafe
from kzdata.files.writing import save
from kzdata.standard.dataset import Dataset, opened_dataset
from kzdata.standard.declarations import Sources

_SHOWN = """
# A block for each event and each claim, and then: kzdata enter FILE --partial
# [[event]]
# ref = "toll"
# title = "In your own words"
# date = "words of the article that date it"
#
# [[claim]]
# event = "toll"
# quote = "the shortest words that carry it"
# figure = "the number as it is printed, with its qualifier"
"""


class Described(NamedTuple):
    """What is known of an article beside its text.

    Attributes:
        publisher: Who published it; only for the key where the package has no column for it.
        published: The day: `2022-01-07`, or words such as `January 7, 2022`.
        key: Its key in the package; else made of the publisher's name.
        url: Its address.
        language: Its language, as a tag of BCP 47.
        kind: What sort of text it is, in the package's own categories.
    """

    publisher: str
    published: str
    key: str | None = None
    url: str | None = None
    language: str | None = None
    kind: str | None = None


class Added(NamedTuple):
    """An article that was registered.

    Attributes:
        source: Its key.
        characters: The length of its text, in code points.
        outcome: What became of the package; its `unfinished` says how many numbers wait.
    """

    source: str
    characters: int
    outcome: Outcome


def add(
    package: Path,
    text: Path,
    described: Described,
    *,
    entry: Path | None = None,
    texts: Path | None = None,
) -> Added:
    """Register an article.

    Args:
        package: The package's folder.
        text: The article, a file in UTF-8.
        described: What is known of it.
        entry: A file that is not there yet, for an entry with the article alone.
        texts: Folder with the articles that are in the package already.

    Raises:
        EntryError: The package refuses a value of the article's row.
        PackageError: The package or the text cannot be read.
        UsageError: The article is in the package already, its key is taken, the package has no
            column for something that is known of it, or the entry's file is there.
    """
    if entry and os.path.lexists(entry):
        raise UsageError(f"{entry} is there already; name another file for the entry")
    body = read(text)
    with opened_dataset(package) as dataset:
        _check_new(dataset, body)
        cells = described_cells(dataset, described)
    key = next(iter(cells.values()))
    place = Path(os.path.realpath(text))
    raw = {"source": {n: {"value": v} for n, v in {**cells, TEXT: place.name}.items()}}
    made = Document("kzdata add", Entry(source={}), {}, raw)
    outcome = enter(package, [(made, place.parent)], texts, waiting=WAITING)
    if entry and outcome.written:
        save(_skeleton(cells, text, entry).encode(), entry)
    return Added(key, len(body), outcome)


def _check_new(dataset: Dataset, body: str) -> None:
    digests = hashes(dataset).items()
    known = next((key for key, other in digests if other == digest(body)), None)
    if known:
        raise UsageError(f"this text is an article of the package already: {known}")


def described_cells(dataset: Dataset, described: Described) -> dict[str, str]:
    """The cells of an article's row that are stated, its key first.

    Raises:
        UsageError: The key is taken, none can be made, or the package has no column for a cell.
    """
    table, a = needed(dataset.descriptor, Sources, "an article")
    columns = {
        "--published": (a.published_on, described.published),
        "--url": (a.url, described.url),
        "--language": (a.language, described.language),
        "--kind": (a.kind, described.kind),
    }
    cells = {a.id: _key(described, hashes(dataset))}
    if label := article_label(table.schema):
        cells[label] = described.publisher
    for option, (column, value) in columns.items():
        if value is not None and column is None:
            raise UsageError(f"{table.name} has no column for {option}; docs/profile.md says how")
        cells |= {column: value} if value is not None and column else {}
    return cells


def _key(described: Described, taken: dict[str, str]) -> str:
    """The key of the article: as stated, or of the publisher's name, the first that is free."""
    if described.key is not None:
        if described.key in taken:
            raise UsageError(f"an article {described.key!r} is there already; name another key")
        return described.key
    if not (stem := slug(described.publisher)):
        raise UsageError(f"no key can be made of {described.publisher!r}; give one: --source-id ID")
    return next(key for key in numbered(stem) if key not in taken)


def numbered(stem: str) -> Iterator[str]:
    """A name, and then the same with 2, 3 and so on behind it: the first that is free is taken."""
    yield stem
    yield from (f"{stem}-{number}" for number in count(2))


def slug(name: str) -> str:
    """A name as a key: `steppe-news` of "Steppe News", `egemen-qazaqstan` of "Egemen Qazaqstan".

    Small letters of ASCII and digits, without accents; empty where the name has none.
    """
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", bare.replace("'", "")))


def _skeleton(cells: dict[str, str], text: Path, entry: Path) -> str:
    """An entry with the article alone, and how to go on; entered, it changes nothing."""
    place = Path(os.path.relpath(text.absolute(), entry.absolute().parent)).as_posix()
    # One that lies elsewhere is found by its hash, in the folder of texts.
    cells = cells if unsafe(place) else {**cells, TEXT: place}
    lines = {name: notation.write(Cell(value=value)) for name, value in cells.items()}
    return written({"source": lines}, "toml") + _SHOWN
