"""Claims whose words stand in several sentences: put together by nobody, or by a note."""

from pathlib import Path

import pytest

import kzdata
from kzdata.evidence.proof import GRADES
from kzdata.validation import Report, validate
from packages import breaches, keep_texts
from stories import Cell, story

BODY = (
    "The keeper of Ruhn spoke at noon. Ada said that eight rowers drowned in the harbour."
    " The pilots were rescued yesterday. They had lost the lamp, a report says."
)
DROWNED = Cell("fate", "drowned", "drowned", "coded")
TELLER = Cell("teller", "k", "keeper of Ruhn", "inherited", "“Ada said”: the keeper named before.")
CONCLUDED = Cell("fate", "drowned", "The pilots", "inferred", "The lead has the pilots at noon.")
TERMS = [("drowned", "drowned"), ("rescued", "were rescued")]


def judged(root: Path, *cells: Cell, principal: str = "eight rowers", body: str = BODY) -> Report:
    """What a validation with the text says of a claim with some cells."""
    package = story(
        root / "package",
        body,
        cells,
        forms=[("k", "keeper of Ruhn", ""), ("k", "Ada", "Her first name.")],
        people={"k": ("Keeper of Ruhn", "")},
        terms=TERMS,
        principal=principal,
    )
    return validate(package.root, texts=keep_texts(root / "texts", {"plover": body}))


def named(report: Report) -> list[str]:
    """The rules of breaches, each with its column or the note."""
    return [f"{f.rule} {f.field}" for f in breaches(report) if "codebook" not in f.rule]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ([DROWNED], []),
        ([DROWNED, TELLER], []),
        ([DROWNED, Cell("teller", "k", "Ada", "resolved")], []),
        # Another paragraph has the outcome, the speaker, the day.
        ([Cell("fate", "rescued", "were rescued", "coded")], ["claim-scattered fate"]),
        ([DROWNED, Cell("teller", "k", "keeper of Ruhn", "resolved")], ["claim-context teller"]),
        (
            [
                DROWNED,
                Cell("day", "2031-03-05", "yesterday", "normalised"),
                Cell("grain", "day", "yesterday", "normalised"),
            ],
            ["claim-context day", "claim-context grain"],
        ),
        # Words of the sentence are enough, whatever others say it, too.
        ([Cell("teller", "k", "keeper of Ruhn", "resolved"),
          Cell("teller", "k", "Ada", "resolved"), DROWNED], []),
        ([CONCLUDED], []),
    ],
)  # fmt: skip
def test_the_sentence_of_a_claim_says_its_cells(
    tmp_path: Path, cells: list[Cell], found: list[str]
) -> None:
    """Catches an outcome, a speaker or a day that the article gives of something else."""
    assert named(judged(tmp_path, *cells)) == found


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        # Who says it may be named in a part of the article, what happened only by the sentence.
        (Cell("teller", "k", "keeper of Ruhn", "inherited", "“ada SAID”: the keeper."), False),
        (Cell("teller", "k", "keeper of Ruhn", "inherited", "By the sentence before."), False),
        (Cell("teller", "k", "keeper of Ruhn", "inherited", "“They had lost”: the keeper."), True),
        (Cell("teller", "k", "keeper of Ruhn", "inherited", "“the”: the keeper of Ruhn."), True),
        (Cell("teller", "k", "keeper of Ruhn", "inherited", "Plainly the keeper."), True),
        (Cell("fate", "rescued", "were rescued", "inherited", "By the next sentence."), True),
        (Cell("fate", "rescued", "were rescued", "inherited", "“eight rowers”: these."), False),
    ],
)
def test_a_note_leads_from_the_sentence_to_the_words(
    tmp_path: Path, cell: Cell, found: bool
) -> None:
    """Catches a chain that begins nowhere, and one that a part of the article shows to be cut."""
    assert (f"inherited-chain {cell.name}" in named(judged(tmp_path, cell))) is found


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        (Cell("teller", "w", "keeper of Ruhn", "inherited", TELLER.why), "evidence-resolved"),
        (Cell("fate", "drowned", "were rescued", "inherited", "“drowned”."), "evidence-coded"),
        (Cell("day", "2031-03-04", "yesterday", "inherited", "“drowned”."), "evidence-normalised"),
        (Cell("teller", "k", "keeper of Ruhn", "inherited"), "evidence-inherited"),
    ],
)
def test_inherited_words_say_the_cell(tmp_path: Path, cell: Cell, rule: str) -> None:
    """Catches a role that is a way around the checks of the others."""
    assert rule in {finding.rule for finding in judged(tmp_path, cell)}


def test_a_passage_of_two_sentences_has_the_words_of_both(tmp_path: Path) -> None:
    """Catches a long passage whose end is taken for another claim's."""
    body = "Eight rowers drowned. The pilots were rescued. A dog barked."
    cell = Cell("fate", "rescued", "were rescued", "coded")
    report = judged(tmp_path, cell, principal="drowned. The pilots", body=body)
    assert "claim-scattered fate" not in named(report)


def test_the_summary_says_how_strong_the_proof_is(tmp_path: Path) -> None:
    """Catches words of another sentence, and conclusions, that count as the claim's own words."""
    tally = []
    for number, cells in enumerate([[DROWNED], [DROWNED, TELLER], [CONCLUDED, TELLER]]):
        found = judged(tmp_path / str(number), *cells).receipts
        tally.append((found.stated, found.inherited, found.inferred, found.grades))
    graded = [{name: int(name == own) for name in GRADES} for own in GRADES]
    # The passage itself is stated.
    assert tally == [(2, 0, 0, graded[0]), (2, 1, 0, graded[1]), (1, 1, 1, graded[2])]


def test_answers_tell_the_grade_of_each_claim() -> None:
    """Catches an answer that reads as though the article's sentence said all of it."""
    with kzdata.load() as kz:
        claims = {e.claim.key: e.claim for s in kz.toll(retracted=True).scopes for e in s.entries}
        found = kz.validate().receipts.grades
        known = {claim.proof.words for claim in claims.values() if claim.proof}
    assert sum(found.values()) > len(claims) == len([c for c in claims.values() if c.proof])
    assert {claim.proof.grade for claim in claims.values() if claim.proof} == set(GRADES)
    assert "pieced together (elsewhere in the article: place)" in known
