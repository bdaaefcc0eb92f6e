"""Notes of inferred cells that give no ground, and honest ones, which pass."""

import csv
from pathlib import Path

import pytest

from kzdata.validation import validate
from packages import Folder, breaches, keep_texts
from stories import Cell, story

BODY = (
    "Flood in Ruhn, the headline says. The ferries sank at dawn. A keeper told us of eight rowers;"
    " their boats are gone. Nobody saw the pilot."
)
EMPTY = (
    "x|.|see text|see the text above|as stated|obvious|It is clear from the text.|inferred|"
    "The article says so.|known from the context|common knowledge|general background knowledge|"
    "my own best guess here|It follows from the article.|This is a true fact.|tbd|n/a n/a n/a n/a|"
    "Everybody here knows about it.|Jupiter rises behind distant mountains.|"
    "The value of this cell is needed.|http is enough for us"
).split("|")
GROUNDED = (
    "The headline has the flood among its news.|It precedes the evening that the lead dates.|"
    "The ferries are those of the city.|Rowers of one boat are counted together.|"
    "Told before the day of the sentence before.|https://example.org/flood|"
    "Same as grain of this very report.|The paragraph is about Ruhn alone.|"
    "The lead has “sank at dawn” of them."
).split("|")

NAMES = ("teller", "fate", "day", "grain")
QUOTES = dict(zip(NAMES, ("eight rowers", *["The ferries sank"] * 3), strict=True))


def found(package: Folder, rule: str, texts: Path | None = None) -> list[str]:
    return [f.found for f in breaches(validate(package.root, texts=texts)) if f.rule == rule]


def noted(root: Path, note: str, quote: str = "The ferries sank") -> Folder:
    cells = [Cell("fate", "drowned", quote, "inferred", note)]
    return story(root, BODY, [*cells, Cell("teller", "k", "eight rowers", "verbatim")])


def noted_cells(root: Path, notes: list[str]) -> list[str]:
    """The notes, four of which stand in a package, that are found."""
    told = list[str]()
    for at in range(0, len(notes), len(NAMES)):
        pairs = zip(NAMES, notes[at : at + len(NAMES)], strict=False)
        cells = [Cell(name, "x", QUOTES[name], "inferred", note) for name, note in pairs]
        told += found(story(root / str(at), BODY, cells), "inferred-ground")
    return told


def test_a_note_without_a_ground_is_found(tmp_path: Path) -> None:
    """Catches a conclusion from nothing, which any cell could be, and an alarm about a reason."""
    assert noted_cells(tmp_path / "empty", EMPTY) == EMPTY
    assert noted_cells(tmp_path / "grounded", GROUNDED) == []


def test_a_note_on_many_cells_is_told_once(tmp_path: Path) -> None:
    """Catches a thousand findings for one note, and one that hides how often it stands."""
    names = ("fate", "day", "grain")
    cells = [Cell(name, "x", "boats are gone", "inferred", "ok") for name in names]
    assert found(story(tmp_path, BODY, cells), "inferred-ground") == ["ok (on 3 edges)"]


@pytest.mark.parametrize(
    ("note", "made_up"),
    [
        ("The lead has “sank at noon”, not later.", "sank at noon"),
        ('The lead has "all rowers drowned" of it.', "all rowers drowned"),
        ("The lead has “sank at dawn.” before it.", None),
        ("The lead's words name the ferries.", None),
    ],
)
def test_what_a_note_quotes_stands_in_the_article(
    tmp_path: Path, note: str, made_up: str | None
) -> None:
    """Catches a ground that is made up."""
    package = noted(tmp_path / "package", note)
    texts = keep_texts(tmp_path / "texts", {"plover": BODY})
    assert found(package, "inferred-quote", texts) == ([made_up] if made_up else [])
    assert found(package, "inferred-quote", keep_texts(tmp_path / "none", {})) == []


def test_each_note_of_the_package_is_unlike_an_empty_one(package: Path) -> None:
    """Catches a list of empty notes that has what curators write."""
    with (package / "data/evidence.csv").open(encoding="utf-8", newline="") as file:
        written = {
            row["note"] for row in csv.DictReader(file) if row["role"] in ("inferred", "inherited")
        }
    assert len(written) > 100 and not written.intersection(EMPTY)
