"""Terms and aliases that were made to fit a receipt, and their honest twins, which pass.

Each rule of `kzdata.validation.rules.vocabulary` sees articles that it has never seen; the words
that carry no meaning come from `lexicon.json`.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzdata.evidence.vocabulary import (
    Kin,
    akin,
    content_words,
    lexicon,
    lexicons,
    negation,
    shares_word,
    tells_of,
)
from kzdata.validation import validate
from packages import Folder, breaches
from stories import Cell, story

ENGLISH = lexicon("en")


def found(package: Folder, *rules: str) -> list[str]:
    """What some rules found, each once."""
    return [f.found for f in breaches(validate(package.root)) if f.rule in rules]


# ------------------------------------------------------------------------------ the words


EMPTY = (
    "the|The|of the|was|were being|he|They|it|them|a|X|12|one|1,000|...|—|“”|and he|not|that of|"
    "of one|someone"
).split("|")
TELLING = (
    "the lost|missing|in 2019|from 23:00 to 07:00|decades|two more|among them|US|WHO|IT|earlier|"
    "Khabar-24|Il-76|Ål|Владивосток|M1 road|before|including|in Norholm|dozens|at 19:00"
).split("|")


def test_a_term_of_stop_words_means_nothing(tmp_path: Path) -> None:
    """Catches a receipt that any sentence can give, and an alarm about a word that tells."""
    every = [*EMPTY, *TELLING]
    package = story(
        tmp_path,
        "Snow fell.",
        terms=[["lost", term] for term in every],
        forms=[["mayor", term, ""] for term in every],
        people={"mayor": ("The mayor", "")},
    )
    assert found(package, "term-empty") == found(package, "alias-empty") == EMPTY


def test_the_language_of_the_source_decides() -> None:
    """Catches English stop words in German, and German ones in English."""
    die = lexicon("de-CH")
    assert content_words("die", die) == () and content_words("die", ENGLISH) == ("die",)
    assert content_words("he", lexicon("eo")) == ("he",)  # a language without a list
    assert content_words("7", lexicon("eo")) == ()


def test_each_language_has_all_kinds_of_words() -> None:
    """Catches a language of which some kind was forgotten, and words that no term can have."""
    for language, known in lexicons().items():
        assert known.articles and known.negations and known.stops > known.helpers, language
        assert all(word == word.lower() for word in known.stops)


@given(st.text(max_size=400))
def test_any_text_has_words_or_none(term: str) -> None:
    """Catches a term that stops the check."""
    assert all(word == word.lower() for word in content_words(term, ENGLISH) if word.isascii())
    negation(term, ENGLISH)
    assert shares_word(term, [term], ENGLISH) or not content_words(term, ENGLISH)


def test_a_long_term_takes_no_longer() -> None:
    """Catches work that grows with the square of a hostile term."""
    assert len(content_words("no one-" * 100_000, ENGLISH)) < 300


# ------------------------------------------------------------------------------ two categories


@pytest.mark.parametrize(
    ("one", "other"),
    [("swept away", "swept away"), ("Swept away", "swept AWAY"), ("the swept away", "swept away")],
)
def test_a_term_of_two_categories_proves_neither(tmp_path: Path, one: str, other: str) -> None:
    package = story(tmp_path, "Snow fell.", terms=[["drowned", one], ["missing", other]])
    assert found(package, "term-ambiguous") == [one, other]


@pytest.mark.parametrize("other", ["were swept away", "swept", "swept away by rumours"])
def test_longer_and_shorter_terms_are_two(tmp_path: Path, other: str) -> None:
    """The longer term counts where both stand: see `evidence-coded`; a voice is a meaning."""
    package = story(tmp_path, "Snow fell.", terms=[["drowned", "swept away"], ["missing", other]])
    assert found(package, "term-ambiguous") == []


@pytest.mark.parametrize("term", ["missing", "Missing", "the missing", "were missing"])
def test_a_term_is_not_the_name_of_another_category(tmp_path: Path, term: str) -> None:
    """Catches the injured who are counted as killed, by the codebook."""
    terms = [["drowned", term], ["missing", "not seen since"]]
    assert found(story(tmp_path, "Snow fell.", terms=terms), "term-of-another") == [term]


@pytest.mark.parametrize("term", ["missing and later found dead", "replaced him", "drowned"])
def test_a_term_may_hold_the_name_of_another_category(tmp_path: Path, term: str) -> None:
    terms = [["drowned", term], ["missing", "not seen since"], ["replaced", "took over"]]
    assert found(story(tmp_path, "Snow fell.", terms=terms), "term-of-another") == []


# ------------------------------------------------------------------------------ negation


def test_a_term_does_not_deny_its_category(tmp_path: Path) -> None:
    denying = (
        "not injured|never injured|without injured|no longer injured|uninjured|wasn’t injured|"
        "not badly injured|nobody hurt|unhurt"
    ).split("|")
    terms = [["injured", term] for term in (*denying, "hurt")]
    assert found(story(tmp_path, "Snow fell.", terms=terms), "term-negated") == denying


def test_a_negation_may_be_the_category(tmp_path: Path) -> None:
    honest = ["hurt", "no mass gathering", "under rubble", "not yet commented", "notable wounds"]
    terms = [*(["injured", term] for term in honest), ["unharmed", "unharmed"]]
    terms.append(["not_counted", "were not counted"])
    assert found(story(tmp_path, "Snow fell.", terms=terms), "term-negated") == []


def test_a_form_does_not_name_somebody_else(tmp_path: Path) -> None:
    denying = [
        *("not the ferry pilot", "other than the ferry pilot", "anyone but the ferry pilot"),
        *("nobody at the ferry", "a man without a ferry"),
    ]
    people, forms = {"pilot": ("Ferry pilot", "")}, [["pilot", form, ""] for form in denying]
    package = story(tmp_path, "Snow fell.", forms=forms, people=people)
    assert found(package, "alias-negated") == denying


def test_a_name_may_have_a_negation(tmp_path: Path) -> None:
    names = {
        "Doctors Without Borders": "Doctors Without Borders",
        "Never Again": "the Never Again",
        "Battery 5": "No. 5 Battery",
        "Notary of Ruhn": "the notary",
    }
    people = {f"p{n}": (name, "") for n, name in enumerate(names)}
    forms = [[f"p{n}", form, ""] for n, form in enumerate(names.values())]
    package = story(tmp_path, "Snow fell.", forms=forms, people=people)
    assert found(package, "alias-negated") == []


# ------------------------------------------------------------------------------ whom a form names

BODY = "The ferries sank near the group, the ferry pilot’s aunt said; Ruhn council and RC agree."


def told(folder: Path, form: str, why: str = "", more: str = "", name: str = "") -> Folder:
    cells = [Cell("teller", "pilot", form, "resolved")]
    people = {"pilot": (name or "Ferry pilot", more)}
    return story(folder, BODY, cells, [["pilot", form, why]], people)


@pytest.mark.parametrize("form", ["The ferries sank", "the group", "Ruhn council", "aunt"])
def test_a_form_has_to_do_with_its_entity(tmp_path: Path, form: str) -> None:
    """Catches a form that was made for one receipt."""
    package = told(tmp_path, form, name="Warden of Ruhm")
    assert found(package, "alias-unexplained") == [form]


@pytest.mark.parametrize(
    ("form", "more"),
    [
        ("the ferry pilot", {}),
        ("Ruhn council", {"name": "Council of Ruhn"}),
        ("RC", {"name": "Ruhn Council"}),
        ("the group", {"why": "What the article calls the pilots from its third line on."}),
        ("the group", {"more": "The articles call the pilots the group."}),
    ],
)
def test_a_form_that_is_explained_passes(tmp_path: Path, form: str, more: dict[str, str]) -> None:
    assert found(told(tmp_path, form, **more), "alias-unexplained") == []


@pytest.mark.parametrize("why", ["x", "ok", "it fits"])
def test_a_note_of_a_form_says_why(tmp_path: Path, why: str) -> None:
    assert found(told(tmp_path, "the group", why), "alias-unexplained") == ["the group"]


def test_a_form_is_not_the_name_of_another(tmp_path: Path) -> None:
    """Catches one person's words in another's mouth."""
    people = {"warden": ("Ada Wick", ""), "clerk": ("Bo Lund", "")}
    forms = [["warden", "Bo Lund", ""], ["clerk", "the clerk", ""], ["warden", "Wick", ""]]
    package = story(tmp_path, "Bo Lund and Wick met.", forms=forms, people=people)
    assert found(package, "alias-of-another") == ["Bo Lund"]


def test_a_form_of_two_is_found_in_any_letters(tmp_path: Path) -> None:
    """Catches "Soldiers" for the one and "soldiers" for the other."""
    people = {"guard": ("Guard", ""), "rebels": ("Rebels", "")}
    forms = [["guard", "The soldiers", ""], ["rebels", "the Soldiers", ""], ["guard", "men", ""]]
    package = story(tmp_path, "The soldiers met.", forms=forms, people=people)
    assert found(package, "alias-ambiguous") == ["The soldiers", "the Soldiers"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("chinese", "china", True), ("kyrgyz", "kyrgyzstan", True), ("members", "member", True),
     ("stations", "statues", False), ("cat", "car", False), ("boats", "master", False)],
)  # fmt: skip
def test_forms_of_one_word_are_akin(one: str, other: str, expected: bool) -> None:
    assert akin(one, other) == akin(other, one) == expected
    assert (one in Kin([other, "zebra"])) == (other in Kin([one, "zebra"])) == expected


@given(st.lists(st.text("abs'", max_size=6), max_size=6), st.text("abs'", max_size=6))
def test_kin_are_found_as_by_comparing_all(found: list[str], word: str) -> None:
    """Catches a short way that misses what the long way finds."""
    assert (word in Kin(found)) == any(akin(word, other) for other in found)


def test_a_note_tells_of_all_words() -> None:
    assert tells_of("Named by its capital, Minsk.", "Minsk", ENGLISH)
    assert not tells_of("Called a group by some.", "some armed group", ENGLISH)
