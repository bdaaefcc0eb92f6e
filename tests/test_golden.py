"""Answers against those that were worked out by hand from the articles (tests/golden)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import kzdata

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = {file.stem: yaml.safe_load(file.read_text("utf-8"))
          for file in sorted((ROOT / "tests" / "golden").glob("*.yaml"))}  # fmt: skip
Words = tuple[str, str]  # key of an article, and words out of a passage of it


@pytest.fixture(scope="module")
def kz() -> Iterator[kzdata.Package]:
    with kzdata.load(ROOT) as package:
        yield package


def cited(value: Any) -> Iterator[Words]:
    """All pairs of article and words in a golden answer."""
    match value:
        case [str(source), str(words)]:
            yield source, words
        case dict() | list():
            for one in value.values() if isinstance(value, dict) else value:
                yield from cited(one)


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_words_of_a_golden_answer_stand_in_the_articles(
    kz: kzdata.Package, texts: Path, name: str
) -> None:
    """Catches a golden answer that was made from the answer instead of from the articles."""
    articles = kz.texts(texts)
    found = list(cited(GOLDEN[name]))
    assert found
    for source, words in found:
        assert words in articles[source], (source, words)


def matched(expected: list[Words], found: list[list[Words]]) -> list[Any]:
    """What is expected and not found, or found and not expected; each passage counts once."""
    left = list(found)
    missing = []
    for source, words in expected:
        fitting = [one for one in left if any(source == s and words in quote for s, quote in one)]
        if fitting:
            left.remove(fitting[0])
        else:
            missing.append((source, words))
    return [*missing, *left]


def test_the_timeline_of_almaty_is_the_one_worked_out_by_hand(kz: kzdata.Package) -> None:
    """Catches an event that is lost, told twice, or dated as no words date it."""
    told: dict[str, list[list[Words]]] = {}
    for event in kz.timeline(place="almaty", statements=False):
        quotes = [(r.citation.source, r.citation.quote) for r in event.receipts]
        told.setdefault(event.when, []).append(quotes)
    assert list(told) == list(GOLDEN["timeline_almaty"])
    for when, events in GOLDEN["timeline_almaty"].items():
        assert matched(events, told[when]) == [], when


@pytest.mark.parametrize("country", sorted(GOLDEN["deployments"]))
def test_deployments_are_those_worked_out_by_hand(kz: kzdata.Package, country: str) -> None:
    """Catches a force under another country or state, and a unit's number taken for a strength."""
    (found,) = kz.forces(country=country).countries
    assert set(found.states) == set(GOLDEN["deployments"][country])
    for state, claims in found.states.items():
        receipts = [one.claim.receipt for one in claims]
        quotes = [[(cited.source, cited.quote)] for cited in receipts if cited]
        assert matched(GOLDEN["deployments"][country][state], quotes) == [], state
    assert found.numbered == ()


def fits(expected: list[list[Words]], question: Any) -> bool:
    """Whether the sides of a question are those expected, in whatever order."""
    left = [[(r.source, r.quote) for r in side.receipts] for side in question.sides]
    for side in expected:
        fitting = [
            one for one in left
            if len(one) == len(side) and matched(side, [[words] for words in one]) == []
        ]  # fmt: skip
        if not fitting:
            return False
        left.remove(fitting[0])
    return not left


@pytest.mark.parametrize("kind", ["contradiction", "contested", "unreconciled", "apparent"])
def test_disagreements_are_those_worked_out_by_hand(kz: kzdata.Package, kind: str) -> None:
    """Catches a question that is lost, asked twice, of another kind, or with another side."""
    found = list(kz.disagreements().of_kind(kind))
    for expected in GOLDEN["disagreements"][kind]:
        fitting = [one for one in found if fits(expected["sides"], one)]
        assert len(fitting) >= 1, expected["why"]
        found.remove(fitting[0])
    assert [one.asks for one in found] == []
