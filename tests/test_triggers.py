"""Phrases of the lexicon of polarity, found in sentences."""

import inspect
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from kzdata.evidence import polarity
from kzdata.evidence import triggers as module
from kzdata.evidence.polarity import CORRECTION, DENIALS, DOUBTS
from kzdata.evidence.triggers import Trigger, tokens_of, triggers, turning_words

CODE = [Path(inspect.getfile(one)) for one in (module, polarity)]
LEXICON = CODE[0].with_name("polarity.toml").read_text("utf-8")
HELD: dict[str, Any] = tomllib.loads(LEXICON)["en"]


def found(sentence: str, reach: str = "clause") -> list[str]:
    """The words of the triggers of a sentence that have a reach."""
    tokens = tokens_of(sentence, 0, len(sentence))
    return [sentence[x.start : x.end] for x in triggers(tokens) if x.reach == reach]


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("It is not so.", ["is", "not", "so"]),
        ("He didn't, hasn\u2019t and cannot.", ["not", "not", "and", "not"]),
        ("Open from 23:00 on May 5, 1,000 came.", ["23:00", "May", "1,000"]),
    ],
)
def test_words_and_marks(sentence: str, words: list[str]) -> None:
    """Catches a clock time or a number that falls apart, and a denial in a short form."""
    assert {*words} <= {one.word for one in tokens_of(sentence, 0, len(sentence))}


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("He denied that it sank.", ["denied that"]),
        ("He denied the union's old claim that it sank.", ["denied the union's old claim that"]),
        # Neither a gap nor the words between reach over another statement.
        ("He denied his debts and the mayor, who heard of the claim that it sank.", ["denied"]),
        ("It has recently been rumoured that it sank.", ["It has recently been rumoured that"]),
        ("He did not deny that it sank.", []),
        ("A figure that no historian contests.", []),
    ],
)
def test_the_longest_phrase_is_found(sentence: str, words: list[str]) -> None:
    """Catches a phrase that hides in a longer one, and a gap that holds half a sentence."""
    assert [one for one in found(sentence) if "deni" in one or "rumour" in one] == words


@pytest.mark.parametrize(
    ("sentence", "governs"),
    [
        ("He denied that 12 sank.", True),
        ("He denied rumours of 12.", False),
        ("Nobody said 12 sank.", True),
        ("It is unclear whether 12 sank.", True),
    ],
)
def test_what_a_statement_follows(sentence: str, governs: bool) -> None:
    """Catches a mere thing that is read as a statement, in which commas end nothing."""
    tokens = tokens_of(sentence, 0, len(sentence))
    clauses = [one for one in triggers(tokens) if one.reach == "clause"]
    assert {one.governs for one in clauses} == {governs}


def test_a_number_is_any_number() -> None:
    assert found("Fewer than the 12 first told sank.", "number") == ["than the 12 first"]
    assert found("Fewer than the ones first told sank.", "number") == []


def test_words_that_deny_are_kept_once() -> None:
    """Catches a negation of a term that is none in a sentence."""
    words = turning_words().classes["negator"]
    assert {"not", "never", "nor"} <= words
    assert found("It is no longer so.", "word") == ["no longer"]


def test_the_lexicon_says_what_its_words_do() -> None:
    """Catches a slip in a kind or a reach, by which a phrase finds nothing."""
    kinds = {*DENIALS, *DOUBTS, CORRECTION, "none"}
    for group in HELD["triggers"]:
        assert group["kind"] in kinds
        assert {*group["reach"]} <= {*polarity._REACHES}


def test_no_phrase_stands_there_twice() -> None:
    """Catches a list that grows by what it has."""
    for group in HELD["triggers"]:
        lines = group["phrases"].split("\n")
        twice = {one for one in lines if one and lines.count(one) > 1}
        assert twice == set(), (group["kind"], group["reach"])


def test_every_list_is_used() -> None:
    """Catches a class, a part or a list of stops that nothing asks for."""
    code = "".join(one.read_text("utf-8") for one in CODE)
    assert {name for name in HELD["stops"] if f'"{name}"' not in code} == set()
    named = {*re.findall(r"{(\w+)}", LEXICON), *re.findall(r"<(\w+)>", LEXICON)}
    asked = named | {*re.findall(r'classes\["(\w+)"\]', code)}
    assert ({*HELD["classes"]} | {*HELD["parts"]}) - asked == set()


def test_a_trigger_names_its_place() -> None:
    sentence = "The mayor denied that 12 sank."
    (one,) = triggers(tokens_of(sentence, 0, len(sentence)))
    assert one == Trigger("falsity", "clause", 10, 21, 2, 4, governs=True)
