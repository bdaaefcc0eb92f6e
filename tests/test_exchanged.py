"""Sentences with two claims: the words of one do not carry the figure of the other.

Articles and claims are invented; one package holds them all, each claim with an article of its own.
The cases stand in `exchanged.csv`: the rule that must find it or none, the outcome, whom it counts,
where, who says so and when, and the article with the figure between brackets.
"""

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

from kzdata.evidence import clauses
from kzdata.evidence.figures import canonical, parse
from kzdata.evidence.sentences import sentence_at
from kzdata.validation import validate
from packages import (
    TERMS,
    TOLLS,
    UNLIMITED,
    Folder,
    Passages,
    Receipt,
    Spec,
    Text,
    bracketed,
    build,
    column,
    columns,
    keep_texts,
    key,
    letters,
    receipts,
    unbracketed,
)

RULES = {"figure-nearer-another", "figure-counts-another"}


class Case(NamedTuple):
    """An article whose number is between brackets, what a claim says of it, and the rule."""

    rule: str
    fate: str
    who: str
    where: str
    teller: str
    day: str
    article: str

    @property
    def wording(self) -> str:
        return bracketed(self.article)

    @property
    def body(self) -> str:
        return unbracketed(self.article) + "\n"


def read(file: Path) -> list[Case]:
    """The cases of a file."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [Case(**row) for row in csv.DictReader(lines)]


CASES = read(Path(__file__).with_name("exchanged.csv"))
HARM = {
    "fields": [
        column("harm", required=True),
        column("passage", evidence="required"),
        *(column(name, evidence="exempt") for name in "fate who where teller day".split()),
        column("wording", evidence="required"),
        *(column(name, evidence="exempt") for name in "least most hedge".split()),
    ],
    "primaryKey": "harm",
    "foreignKeys": [key("who", "folk", "folk"), key("where", "spots", "spot")],
    "kzdata:principal": "passage",
    "kzdata:figure": TOLLS["kzdata:figure"],
    "kzdata:dates": [{"start": "day"}],
    "kzdata:claims": {
        "outcome": "fate",
        "deaths": ["drowned"],
        "population": "who",
        "place": "where",
        "claimant": "teller",
    },
}
FOLK = {"fields": columns("folk part"), "primaryKey": "folk", "kzdata:parent": "part"}
FOLK |= {"foreignKeys": [key("part", "", "folk")]}
SPOTS = {"fields": columns("spot part"), "primaryKey": "spot", "kzdata:parent": "part"}
SPOTS |= {"foreignKeys": [key("part", "", "spot")]}
FATES = {
    "drowned": "died|dead|deaths|were killed|killed|killing",
    "hurt": "were injured|injured|injuries|injuring|wounded",
    "rescued": "saved|pulled alive",
    "missing": "unaccounted for",
}
PEOPLE = ["fishers", "pilots", "wardens", "villagers", "police", "pupils"]


def package(root: Path, cases: list[Case]) -> Folder:
    """A package with a claim for each case."""
    texts = [Text(f"t{n}", case.body, "2031-03-07", "2031-03-07") for n, case in enumerate(cases)]
    cut_out, edges, rows = Passages(texts), list[Receipt](), list[list[str]]()
    for number, case in enumerate(cases):
        start = case.article.index("[")
        place = cut_out.at(f"t{number}", start, start + len(case.wording))
        edges += [Receipt(f"H{number}", name, place, "verbatim") for name in ("passage", "wording")]
        low, high, hedge = parse(case.wording)
        bounds = [canonical(low), canonical(high), hedge]
        told = [case.fate, case.who, case.where, case.teller, case.day]
        rows.append([f"H{number}", place, *told, case.wording, *bounds])
    terms = [["harm.fate", fate, term] for fate, all in FATES.items() for term in all.split("|")]
    terms += [
        ["harm.who", "police", "police officers"],
        ["harm.teller", "coastguard", "coastguard"],
    ]
    specs = [
        letters(texts),
        Spec("passages", UNLIMITED, cut_out.rows()),
        receipts(edges),
        Spec("harm", HARM, rows),
        Spec(
            "folk",
            FOLK,
            [["seafarers", ""], *([name, "seafarers" * (name == "fishers")] for name in PEOPLE)],
        ),
        Spec(
            "spots",
            SPOTS,
            [["Norholm", ""], ["Aske", ""], ["Vik", ""], ["Norholm pier", "Norholm"]],
        ),
        Spec("terms", TERMS, terms),
    ]
    return build(root, specs)


def found_in(root: Path, cases: list[Case]) -> dict[Case, set[tuple[str, str]]]:
    """What the rules find, by case, each with its words."""
    made = package(root / "made", cases)
    texts = {str(n): case.body for n, case in enumerate(cases)}
    report = validate(made.root, texts=keep_texts(root / "texts", texts))
    told: dict[Case, set[tuple[str, str]]] = {}
    for finding in report:
        if finding.rule in RULES and finding.record:
            case = cases[int(finding.record[1:])]
            told.setdefault(case, set()).add((finding.rule, finding.found or ""))
    return told


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, set[tuple[str, str]]]:
    return found_in(tmp_path_factory.mktemp("exchanged"), CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.article} {'/'.join(case[1:6])}")
def test_words_go_with_their_own_figure(
    found: dict[Case, set[tuple[str, str]]], case: Case
) -> None:
    """Catches the words of one claim under the figure of another, and honest claims stopped."""
    rules = {rule for rule, _ in found.get(case, set())}
    assert case.rule in rules if case.rule else not rules


def test_hostile_repetition_is_read() -> None:
    """Catches time that grows with the square of a sentence: it would not come to an end here."""
    for unit in ("12 dead, ", "12 of the 30 ", "a fisher ", "12, of whom ", "In Aske, "):
        text = unit * 100_000
        sentence = clauses.read(text, 0, len(text))
        assert sentence.figures == ()
        few = clauses.read(text, 0, 1_900)
        for start in range(0, 1_900, 100):
            few.going_with((start, start + 4))


def test_a_sentence_with_several_figures_may_have_several() -> None:
    """Catches a short way past sentences in which words of one figure stand under another."""
    several = 0
    for case in CASES:
        for first, last in {sentence_at(case.body, at, at + 1) for at in range(len(case.body))}:
            figures = clauses.read(case.body, first, last).figures
            several += len(figures) > 1
            assert len(figures) < 2 or clauses.several(case.body, first, last), case.body
    assert several > 50
