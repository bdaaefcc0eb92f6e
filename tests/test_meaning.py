"""Claims whose sentences deny, doubt or correct them, in whole packages of invented articles."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kzdata.validation import validate
from packages import (
    PASSAGES,
    TERMS,
    Passages,
    Receipt,
    Spec,
    Text,
    build,
    column,
    columns,
    keep_texts,
    key,
    letters,
    receipts,
)

RULES = ["claim-denied", "claim-supposed", "claim-corrected"]
CLAIMS = {
    "fields": [
        column("claim"),
        *(column(name, evidence="required") for name in "event passage what".split()),
        *(column(name, evidence="required") for name in "count least most hedge".split()),
        column("whom"),
    ],
    "primaryKey": "claim",
    "foreignKeys": [key("event", "events", "event"), key("passage", "passages", "passage")],
    "kzdata:principal": "passage",
    "kzdata:figure": {
        "text": "count",
        "low": "least",
        "high": "most",
        "qualifier": "hedge",
        "span": "passage",
    },
    "kzdata:claims": {
        "subject": ["event"],
        "state": "what",
        "event": "event",
        "population": "whom",
        "planned": ["planned"],
    },
}
EVENTS = {
    "fields": [column("event"), column("title"), column("sure", evidence="required")],
    "primaryKey": "event",
    "kzdata:events": {"title": "title", "certainty": "sure"},
}
LINKS = {
    "fields": columns("one how two"),
    "kzdata:links": {
        "claim": "one",
        "relation": "how",
        "other": "two",
        "contradicts": ["contradicts"],
        "supersedes": ["updates"],
        "retracts": ["retracts"],
    },
}
SPANS = {**PASSAGES, "kzdata:spans": PASSAGES["kzdata:spans"] | {"maxShare": 1, "maxLength": 200}}


class Said(NamedTuple):
    """A claim: its passage, its figure, what happened by which words."""

    words: str
    figure: str
    term: str
    what: str = "lost"
    note: str = ""
    whom: str = ""


def found(
    root: Path,
    body: str,
    said: Sequence[Said],
    sure: tuple[str, str] = ("", ""),
    links: Sequence[Sequence[str]] = (),
) -> list[str]:
    """What the rules say of a letter and its claims; `sure` is the event's certainty, by words."""
    text = Text("wren", body, "2031-05-02", "2031-05-01")
    cut, edges, rows = Passages([text]), list[Receipt](), list[list[str]]()
    terms = {("claims.what", one.what, one.term) for one in said}
    terms |= {("events.sure", *sure)} if sure[1] else set()
    for number, one in enumerate(said, 1):
        name, passage = f"C{number}", cut.of("wren", one.words)
        start = body.index(one.words)
        coded = body.index(one.term, start if one.term in one.words else 0)
        place = cut.at("wren", coded, coded + len(one.term))
        edges.append(Receipt(name, "passage", passage, "verbatim"))
        edges.append(Receipt(name, "what", place, "coded"))
        if one.note:
            edges.append(Receipt(name, "event", passage, "inferred", one.note))
        rows.append([name, "E1", passage, one.what, one.figure, "", "", "", one.whom])
    if sure[1]:
        edges.append(Receipt("E1", "sure", cut.of("wren", sure[1]), "coded"))
    package = build(
        root / "package",
        [
            letters([text]),
            Spec("passages", SPANS, cut.rows()),
            receipts(edges),
            Spec("claims", CLAIMS, rows),
            Spec("events", EVENTS, [["E1", "Flood", sure[0]]]),
            Spec("links", LINKS, links),
            Spec("terms", TERMS, sorted(terms)),
        ],
    )
    report = validate(package.root, texts=keep_texts(root / "texts", {"wren": body}))
    lines = {place: f"C{place - 1}" for place in range(2, len(rows) + 2)}
    return [f"{f.rule} {lines[f.line or 0]}" for f in report if f.rule in RULES]


DENIED = "The ferry left. The warden denied rumours that 30 sailors drowned off Aske."
PERHAPS = "The warden said that 30 sailors may have drowned off Aske."
PLANNED = "The navy plans to send 30 boats to Aske."


def sailors(**more: Any) -> Said:
    return Said("30 sailors", "30", "drowned", **more)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (DENIED, "claim-denied"),
        ("It is a lie that 30 sailors drowned, said the warden.", "claim-denied"),
        ("Of the crew, 30 sailors were said to be lost but never drowned.", "claim-denied"),
        ("30 sailors drowned off Aske, a paper wrote. That was false.", "claim-denied"),
        (PERHAPS, "claim-supposed"),
        ("If the ice breaks, 30 sailors will have drowned by dusk.", "claim-supposed"),
        ("There are rumours that 30 sailors drowned.", "claim-supposed"),
        ("The paper withdrew its report that 30 sailors drowned.", "claim-corrected"),
    ],
)
def test_a_sentence_that_does_not_say_the_claim_is_found(
    tmp_path: Path, body: str, rule: str
) -> None:
    """Catches a receipt whose words are there and say something else."""
    assert found(tmp_path, body, [sailors()]) == [f"{rule} C1"]


@pytest.mark.parametrize(
    "body",
    [
        "30 sailors who denied any fear drowned off Aske.",
        "The warden did not deny that 30 sailors drowned off Aske.",
        "The warden denied a delay, and 30 sailors drowned. Nobody may leave.",
        "No fewer than 30 sailors drowned off Aske, not counting the cook.",
        "The storm, which might return, broke the mast, and 30 sailors drowned.",
        "Rumours of a wreck were false. 30 sailors drowned elsewhere.",
        "It is not known why 30 sailors drowned.",
    ],
)
def test_an_honest_twin_passes(tmp_path: Path, body: str) -> None:
    """Catches a rule that fires at a word, whatever it is said of."""
    assert found(tmp_path, body, [sailors()]) == []


def test_the_passage_may_hold_the_denial(tmp_path: Path) -> None:
    """Catches a quote that is trusted because it is long enough to hold the denial itself."""
    said = Said("denied rumours that 30 sailors drowned", "30", "drowned")
    assert found(tmp_path, DENIED, [said]) == ["claim-denied C1"]


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("The words \u201cmay have\u201d are the warden's.", True),
        ('He says "may have drowned" himself.', True),
        ("It may have been so.", False),
        ("x", False),
    ],
)
def test_a_note_that_quotes_the_words_says_so(tmp_path: Path, note: str, left: bool) -> None:
    """Catches a note that is there and says nothing of the doubt."""
    assert (found(tmp_path, PERHAPS, [sailors(note=note)]) == []) == left


@pytest.mark.parametrize(
    ("sure", "left"),
    [(("doubtful", "may have"), True), (("sure", "The warden said"), False), (("", ""), False)],
)
def test_the_certainty_of_its_event_says_so(
    tmp_path: Path, sure: tuple[str, str], left: bool
) -> None:
    """Catches a doubt that the package has recorded, and one that it passes over."""
    assert (found(tmp_path, PERHAPS, [sailors()], sure) == []) == left


def test_a_certainty_by_other_words_says_nothing_of_a_denial(tmp_path: Path) -> None:
    """Catches "denied rumours" that is left because the event is entered as rumoured."""
    assert found(tmp_path, DENIED, [sailors()], ("rumoured", "rumours")) == ["claim-denied C1"]


@pytest.mark.parametrize(
    ("what", "term", "left"),
    [("planned", "send", True), ("sent", "send", False), ("intended", "plans to send", True)],
)
def test_a_state_says_so(tmp_path: Path, what: str, term: str, left: bool) -> None:
    """Catches a plan that counts as done, and one that is entered as a plan."""
    said = Said("30 boats", "30", term, what)
    assert (found(tmp_path, PLANNED, [said]) == []) == left


@pytest.mark.parametrize(
    ("links", "left"),
    [
        ([], False),
        ([["C2", "contradicts", "C1"]], True),
        ([["C1", "contradicts", "C2"]], True),
        ([["C2", "retracts", "C1"]], True),
        ([["C2", "updates", "C1"]], False),
        ([["C1", "retracts", "C2"]], False),
    ],
)
def test_a_link_says_so(tmp_path: Path, links: list[list[str]], left: bool) -> None:
    """Catches a link of another kind, or the other way round, that lets a denied claim pass."""
    said = [sailors(), Said("The ferry left", "", "left", "sailed")]
    assert (found(tmp_path, DENIED, said, links=links) == []) == left


LATER = "30 sailors drowned off Aske. The bells rang. Later the figure was corrected to 19 drowned."


@pytest.mark.parametrize(
    ("body", "links", "told"),
    [
        (LATER, [], ["claim-corrected C1"]),
        (LATER, [["C2", "updates", "C1"]], []),
        (LATER, [["C2", "contradicts", "C1"]], []),
        (LATER.replace("Later the figure was corrected to", "In the harbour"), [], []),
        (LATER.replace(" The bells", "\n\nThe bells"), [], ["claim-corrected C1"]),
        (
            LATER.replace("Later the figure was corrected to 19", "The real number is 19"),
            [],
            ["claim-corrected C1"],
        ),
    ],
)
def test_a_figure_that_is_corrected_later_needs_a_link(
    tmp_path: Path, body: str, links: list[list[str]], told: list[str]
) -> None:
    """Catches two figures of one article that are both counted, though one replaces the other."""
    said = [sailors(), Said("19 drowned", "19", "drowned")]
    assert found(tmp_path, body, said, links=links) == told


@pytest.mark.parametrize(
    ("whom", "told"),
    [("crew", ["claim-corrected C1"]), ("", ["claim-corrected C1"]), ("passengers", [])],
)
def test_a_correction_is_of_whom_it_counts(tmp_path: Path, whom: str, told: list[str]) -> None:
    """Catches a figure of other people, and one that the later sentence leaves to be understood."""
    said = [sailors(whom="crew"), Said("19 drowned", "19", "drowned", whom=whom)]
    assert found(tmp_path, LATER, said) == told


def test_figures_of_other_things_are_not_corrected(tmp_path: Path) -> None:
    """Catches a correction that is taken for one of every figure before it."""
    body = "30 sailors drowned. The number of boats found was corrected to 19 boats."
    said = [sailors(), Said("19 boats", "19", "found", "found")]
    assert found(tmp_path, body, said) == []


def test_without_texts_the_rules_are_silent(tmp_path: Path) -> None:
    """Catches rules that need the articles and are asked without them."""
    found(tmp_path, DENIED, [sailors()])
    assert not set(RULES) & {f.rule for f in validate(tmp_path / "package")}
