"""Sentences: in which one a passage stands, in any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzdata.evidence.sentences import sentence_at, sentences
from strategies import hazard_text

LETTER = (
    "Storm over Norholm\n"
    "\u201cWe saw 12 boats.\u201d Dr. Brae left at 5 p.m. on Monday. The dyke\n"
    "broke and three bells\nrang. No end"
)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("Norholm", "Storm over Norholm\n"),
        ("12 boats", "\u201cWe saw 12 boats.\u201d"),
        ("Dr. Brae", " Dr. Brae left at 5 p.m. on Monday."),
        ("broke", " The dyke\nbroke and three bells\nrang."),
        ("three bells\nrang", " The dyke\nbroke and three bells\nrang."),
        ("No end", " No end"),
        (
            "boats.\u201d Dr",
            "\u201cWe saw 12 boats.\u201d Dr. Brae left at 5 p.m. on Monday.",
        ),
    ],
)
def test_the_sentence_of_a_passage(words: str, sentence: str) -> None:
    """Catches a denial that is cut off by a title, an hour or the end of a line."""
    start = LETTER.index(words)
    first, last = sentence_at(LETTER, start, start + len(words))
    assert LETTER[first:last] == sentence


@given(hazard_text(min_size=1), st.integers(0, 60), st.integers(1, 9))
def test_a_passage_is_inside_its_sentence(text: str, start: int, size: int) -> None:
    start = min(start, len(text) - 1)
    end = min(start + size, len(text))
    first, last = sentence_at(text, start, end)
    assert first <= start < end <= last


@given(hazard_text(min_size=1))
def test_each_sentence_is_its_own(text: str) -> None:
    """Catches two notions of where a sentence ends."""
    for start, end in sentences(text):
        first, last = sentence_at(text, start, end)
        assert first <= start < end <= last


def test_hostile_texts_are_read_once() -> None:
    """Catches a search that begins anew at each mark: it would not end in this life."""
    for text in ("." * 300_000 + "x", "a. " * 100_000, "? " * 100_000, '."' * 100_000):
        assert sentence_at(text, 0, 1)[0] == 0
