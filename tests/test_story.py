"""The story of a package: prose whose numbers lead to claims."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kzdata
from kzdata.evidence.story import MAX_BYTES, story_of, told
from kzdata.validation import validate
from packages import Folder, breaches
from test_rules import with_story

STORY = ["story-record", "story-number", "story-unlinked"]


def found(folder: Folder) -> list[tuple[str, str | None, str]]:
    report = breaches(validate(folder.root, select=STORY))
    return [(one.rule, one.found, one.expected) for one in report]


def test_a_story_has_a_title_paragraphs_and_links_with_their_places() -> None:
    made = told("s.md", "# What [12](T1) means\n\nIn Aske\n  [“five”](T2/least) of\nthem.\n\n\nEnd")
    assert [(one.text, one.key) for one in made.title] == [
        ("What ", None),
        ("12", "T1"),
        (" means", None),
    ]
    assert (made.title[1].line, made.title[1].place) == (1, 9)
    first, last = made.paragraphs
    assert "".join(one.text for one in first) == "In Aske   “five” of them."
    (link,) = (one for one in first if one.key)
    assert (link.key, link.column, link.line, link.place) == ("T2", "least", 4, 4)
    assert [one.text for one in last] == ["End"]


@pytest.mark.parametrize(
    "prose",
    [
        "<b onclick=x>[1](T1)</b>",
        "[no link]",
        "[a](https://x.example/y)",
        "[a]()",
        "[[a](T1)",
        "![a](T1)",
        "[a](b c)",
    ],
)
def test_what_is_no_link_is_text(prose: str) -> None:
    made = told("s.md", prose)
    shown = "".join(one.text for one in made.pieces)
    assert shown == re.sub(r"\[([^\[\]]+)\]\(T1\)", r"\1", prose)


@given(st.text(alphabet="[]()#ab/1 \n\\<&", max_size=60))
def test_any_text_is_a_story(text: str) -> None:
    for piece in told("s.md", text).pieces:
        line = text.splitlines()[piece.line - 1]
        assert piece.text == " " or line[piece.place - 1 :].startswith(piece.text)


@pytest.mark.parametrize("words", ["12", "twelve", "“12”", "some fishers", "the dead"])
def test_a_number_may_be_printed_otherwise(island: Folder, words: str) -> None:
    with_story(island, f"At Norholm [{words}](T1) drowned.\n")
    assert found(island) == []


@pytest.mark.parametrize(
    "words", ["13", "over 12", "about 12", "12 fishers", "dozens", "no figures"]
)
def test_another_number_is_a_fault(island: Folder, words: str) -> None:
    with_story(island, f"At Norholm [{words}](T1) drowned.\n")
    assert found(island) == [("story-number", words, "12")]


def test_a_cell_may_be_named(island: Folder) -> None:
    with_story(island, "[12](T1/least), [twelve](T1/most), [norholm](T1/islet).\n")
    assert found(island) == []
    with_story(island, "[11](T1/least), [12](T1/nothing), [12](G1).\n")
    assert found(island) == [
        ("story-number", "11", "12"),
        ("story-record", "nothing", "a column of tolls that has receipts"),
        ("story-number", "12", "words, as the record has no figure"),
    ]


@pytest.mark.parametrize(
    ("prose", "numbers"),
    [
        ("In 2031, on 4 March at 07:00, the third day, one of them, both, many.", []),
        (
            "12 drowned, five were hurt, dozens fled, and 40% stayed.",
            ["12", "five", "dozens", "40%"],
        ),
        ("The ferry Tor 2 sailed.", []),
    ],
)
def test_numbers_that_lead_nowhere_are_told(island: Folder, prose: str, numbers: list[str]) -> None:
    with_story(island, f"{prose}\n")
    assert [what for _, what, _ in found(island)] == numbers


def test_a_story_that_cannot_be_read_is_a_fault(island: Folder) -> None:
    with_story(island, "")
    (island.root / "story.md").write_bytes(b"\xff")
    assert [rule for rule, *_ in found(island)] == ["story-record"]
    (island.root / "story.md").write_bytes(b"a" * (MAX_BYTES + 1))
    assert [rule for rule, *_ in found(island)] == ["story-record"]
    (island.root / "story.md").unlink()
    assert [rule for rule, *_ in found(island)] == ["story-record"]


def test_the_shipped_story_is_made_of_claims() -> None:
    with kzdata.load(Path(__file__).parents[1]) as kz:
        story = story_of(kz._dataset.descriptor, kz._dataset.archive)
    assert story
    linked = {piece.key: piece.text for piece in story.pieces if piece.key}
    assert linked["CR-0019"] == "over 60"
    assert linked["CR-0007"] == "“dozens”"
    assert {linked["CR-0001"], linked["CR-0013"]} == {"8", "12"}
