"""Words that deny, doubt or take back what a sentence says, and words that only look so.

`polarity_golden.csv` has sentences with a figure, the words for what happened, and what the rest of
the sentence makes of it (nothing, where the last cell is empty).
"""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzdata.evidence.polarity import DENIALS, DOUBTS, Core, corrects, may_turn, turning
from strategies import hazard_text

with Path(__file__).with_name("polarity_golden.csv").open(encoding="utf-8", newline="") as _file:
    GOLDEN = list(csv.DictReader(_file))


def place(text: str, words: str) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


def core(text: str, figure: str, outcome: str) -> Core:
    """A claim whose passage reaches from its figure to the words for what happened."""
    places = [place(text, words) for words in (figure, outcome) if words]
    passage = min(start for start, _ in places), max(end for _, end in places)
    return Core(passage, places[0], tuple(places[1:]))


def meaning(kind: str) -> str:
    return "denied" if kind in DENIALS else "supposed" if kind in DOUBTS else "corrected"


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: str(row["sentence"])[:60])
def test_what_a_sentence_makes_of_its_claim(row: dict[str, str]) -> None:
    """Catches a denial that is not seen, and an honest sentence that is taken for one."""
    found = turning(row["sentence"], core(row["sentence"], row["figure"], row["outcome"]))
    assert {meaning(one.kind) for one in found} == set(row["meaning"].split())


def test_there_are_honest_twins() -> None:
    """Catches a list of which any check that always fires is right."""
    honest = [row for row in GOLDEN if not row["meaning"]]
    assert len(honest) > 80
    assert sum(may_turn(row["sentence"], (0, 1)) for row in honest) > 40


@pytest.mark.parametrize("title", ["The report is false", "Denied"])
def test_another_line_says_nothing_of_a_claim(title: str) -> None:
    """Catches a heading that is taken for a remark on the sentence before it."""
    text = f"Storm over Aske\n12 fishers drowned.\n{title}\nMore on page 3."
    assert turning(text, core(text, "12", "drowned")) == []


def test_a_claim_without_a_figure_is_its_words() -> None:
    """Catches a state that is read by its passage's place alone."""
    text = "The mayor denied that the troops had left."
    found = turning(text, Core(place(text, "troops had left"), None, (place(text, "had left"),)))
    assert [(one.kind, text[one.start : one.end]) for one in found] == [("falsity", "denied that")]


def test_terms_that_hold_the_words_say_so_themselves() -> None:
    """Catches a plan that is entered as one and is reported all the same."""
    text = "The ferry is planned to carry 12 trucks."
    whole = Core(place(text, "planned to carry 12"), place(text, "12"), (place(text, "planned"),))
    assert turning(text, whole) == []
    bare = Core(whole.place, whole.figure, (place(text, "carry"),))
    assert [one.kind for one in turning(text, bare)] == ["plan"]


@pytest.mark.parametrize(
    ("sentence", "corrected"),
    [
        ("Later the figure was corrected to nine.", True),
        ("The real number is nine, the warden said.", True),
        ("The toll was revised down to nine.", True),
        ("Nine fishers drowned.", False),
        ("Nine fishers reported the flood.", False),
    ],
)
def test_a_sentence_that_corrects(sentence: str, corrected: bool) -> None:
    assert (corrects(sentence, (0, 4)) is not None) == corrected


@given(hazard_text(min_size=1), st.integers(0, 40), st.integers(1, 9))
def test_any_text_is_read(text: str, start: int, size: int) -> None:
    """Catches a text that is no prose and stops the validation."""
    start = min(start, len(text) - 1)
    passage = (start, min(start + size, len(text)))
    for one in turning(text, Core(passage, passage)):
        assert text[one.start : one.end]


def test_a_hostile_sentence_is_cut() -> None:
    """Catches work that grows with the length of a sentence without an end."""
    words = "which was not denied that if 12 may have drowned, "
    text = words * 20_000
    for start in range(0, len(text), len(words) * 1_000):
        turning(text, Core((start, start + 5), (start, start + 5)))
    turning(text, Core((0, len(text)), (0, 5)))
