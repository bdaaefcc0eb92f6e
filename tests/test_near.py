"""Near misses: the printed words that somebody meant, and nothing that is another thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzdata.evidence.near import near_misses

TEXT = (
    "\ufeffOver 60 people died, the mayor\u2019s office said.\r\nThe \u201cpeace\u2011keepers\u201d"
    " came late;\u00a0Stra\u00dfe 12 was closed. Over 60 people died."
)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("over 60 people", ["Over 60 people"]),
        ("mayor's office", ["mayor\u2019s office"]),
        ('said. The "peace-keepers"', ["said.\r\nThe \u201cpeace\u2011keepers\u201d"]),
        ("came late; Straße", ["came late;\u00a0Stra\u00dfe"]),
        (" Over  60 people ", ["Over 60 people"]),
        # One character another, missing, too many; in either half.
        ("Over 50 people died", ["Over 60 people died"]),
        ("Over 60 peple", ["Over 60 people"]),
        ("Oover 60 people", ["Over 60 people"]),
        ("mayor\u2019s officee said", ["mayor\u2019s office said"]),
        # Nothing that is another thing.
        ("14", []),
        ("Over 61 puople", []),
        ("no such words", []),
        ("", []),
        (" \n", []),
    ],
)
def test_a_quote_that_is_nearly_printed(quote: str, found: list[str]) -> None:
    """Catches an author who is told that words are not there, when a mark or a letter differs."""
    assert near_misses(TEXT, quote) == found


LETTERS = st.text("abAB \u201c\u201d\u2019'\"-\u2013\n\u00a0é", max_size=60)


@given(LETTERS, st.data())
def test_words_that_differ_in_one_character_are_found(text: str, data: st.DataObject) -> None:
    """Catches places that blanks, marks and the ends of a text shift."""
    start = data.draw(st.integers(0, len(text)))
    words = text[start : data.draw(st.integers(start, len(text)))]
    plain = " ".join(words.split())
    if len(plain) < 8:
        return
    at = data.draw(st.integers(0, len(plain) - 1))
    changed = data.draw(st.sampled_from([plain[:at] + "z" + plain[at + 1 :],
                                         plain[:at] + "z" + plain[at:]]))  # fmt: skip
    assert near_misses(text, changed, most=100)


@given(LETTERS, LETTERS)
def test_a_near_miss_is_printed(text: str, quote: str) -> None:
    """Catches words that no article has."""
    assert all(one in text for one in near_misses(text, quote))
