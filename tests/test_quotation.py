"""How much of an article may be quoted: a share of it, and so many characters of any."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kzdata.validation import Report, validate
from packages import PASSAGES, UNLIMITED, Folder, Passages, Spec, Text, build, letters

LIMITS = UNLIMITED["kzdata:spans"]


def quoted(folder: Path, length: int, quotes: list[tuple[int, int]], **limits: Any) -> Folder:
    """A package with an article of so many letters, and quotes from and to these."""
    text = Text("gull", "abcdefghij"[:length] * (length // 10 or 1), "2031-03-06", "2031-03-05")
    text = text._replace(body=text.body.ljust(length, "z"))
    cut = Passages([text])
    for start, end in quotes:
        cut.at("gull", start, end)
    spans = {**PASSAGES, "kzdata:spans": {**LIMITS, **limits}}
    return build(folder, [letters([text]), Spec("passages", spans, cut.rows())])


def asked(folder: Folder) -> Report:
    return validate(folder.root, select=["span-share"])


@st.composite
def quotations(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    """The length of an article, and quotes of it that may overlap."""
    length = draw(st.integers(1, 120))
    places = st.tuples(st.integers(0, length - 1), st.integers(1, 60))
    quotes = draw(st.lists(places, min_size=1, max_size=6))
    return length, [(start, min(length, start + long)) for start, long in quotes]


@given(quotations(), st.sampled_from([0, 0.1, 0.29, 0.5, 0.8, 1]), st.integers(0, 130))
@settings(max_examples=40)
def test_an_article_may_be_quoted_up_to_its_share_or_the_floor(
    drawn: tuple[int, list[tuple[int, int]]], share: float, floor: int
) -> None:
    """Catches a floor that lifts the limit of long articles, or leaves short ones at their share.

    The characters are counted here one by one.
    """
    length, quotes = drawn
    characters = len({at for start, end in quotes for at in range(start, end)})
    with tempfile.TemporaryDirectory() as folder:
        report = asked(quoted(Path(folder) / "p", length, quotes, maxShare=share, shareFloor=floor))
    allowed = characters / length <= share or characters <= floor
    assert ("span-share" not in report.by_rule) == allowed
    for finding in report.findings:
        assert finding.found.startswith(f"{characters} characters ")


def test_the_limit_that_holds_is_named(tmp_path: Path) -> None:
    """Catches a message that names the share where the floor is what counts."""
    half = quoted(tmp_path / "half", 100, [(0, 60)], maxShare=0.5, shareFloor=55)
    (finding,) = asked(half).findings
    assert finding.expected == "at most 55 characters (0.5 of the article, or 55 of any)"
    long = quoted(tmp_path / "long", 200, [(0, 120)], maxShare=0.5, shareFloor=55)
    (finding,) = asked(long).findings
    assert finding.expected == "at most 100 characters (0.5 of the article, or 55 of any)"


@pytest.mark.parametrize("floor", [-1, 1.5, "1000", None])
def test_a_floor_is_a_number_of_characters(floor: object, tmp_path: Path) -> None:
    """Catches a floor that is misread and switches the limit off."""
    package = quoted(tmp_path / "p", 100, [(0, 10)], maxShare=0.5, shareFloor=floor)
    found = {finding.field: finding.expected for finding in validate(package.root)}
    assert found["resources[1].schema.kzdata:spans.shareFloor"] == "a whole number from 0"
