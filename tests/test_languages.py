"""The language of an article chooses what reads it; where nothing can, that is said."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import kzdata
from kzdata.evidence.languages import PACKS, grammar, number_tokens
from kzdata.validation import Report, validate
from packages import (
    LETTERS,
    PASSAGES,
    TERMS,
    Folder,
    Passages,
    Receipt,
    Spec,
    Text,
    build,
    column,
    columns,
    keep_texts,
    receipts,
)

LANGUAGE = {"language": "tongue"}
SPOKEN: dict[str, Any] = {
    **LETTERS,
    "fields": columns("letter digest size sent spoken web tongue"),
    "kzdata:sources": dict(LETTERS["kzdata:sources"], **LANGUAGE),
}
TOLLS: dict[str, Any] = {
    "fields": [
        column("toll", required=True),
        *(column(name, evidence="required") for name in "passage fate wording".split()),
        *(column(name, evidence="required") for name in "least most hedge day grain".split()),
    ],
    "primaryKey": "toll",
    "kzdata:principal": "passage",
    "kzdata:claims": {"outcome": "fate", "deaths": ["drowned"]},
    "kzdata:figure": {
        "text": "wording",
        "low": "least",
        "high": "most",
        "qualifier": "hedge",
        "span": "passage",
    },
    "kzdata:dates": [{"start": "day", "precision": "grain"}],
}
TEXTS = {
    "ru": "Шторм прошёл 5 января. В ночь на 6 января утонули более двух тысяч рыбаков из Норхольма,"
    " сказал К. Лунд.\n",
    "de": "Der Sturm kam gestern. In der Nacht zum 6. Januar ertranken 8.000 Fischer hier.\n",
    "en": "The storm came yesterday. On January 6 more than 40 fishers drowned off Norholm.\n",
}
# Wording, bounds and qualifier; the words of the day, the day and its precision; what happened.
SAID = {
    "ru": (
        "более двух тысяч",
        "2000",
        "",
        "more_than",
        "В ночь на 6 января",
        "2031-01-05",
        "night",
    ),
    "de": ("8.000", "8000", "8000", "exact", "In der Nacht zum 6. Januar", "2031-01-05", "night"),
    "en": ("more than 40", "40", "", "more_than", "On January 6", "2031-01-06", "day"),
}
DROWNED = {"ru": "утонули", "de": "ertranken", "en": "drowned"}


def package(root: Path, *tongues: str) -> Folder:
    """A package with an article and a claim in each language, by its tag."""
    texts = [Text(tag, TEXTS[tag[:2].lower()], "2031-01-07", "2031-01-07") for tag in tongues]
    cut, edges, rows = Passages(texts), list[Receipt](), list[list[str]]()
    for tag in tongues:
        wording, least, most, hedge, when, day, grain = SAID[tag[:2].lower()]
        body, fate, key = TEXTS[tag[:2].lower()], DROWNED[tag[:2].lower()], f"T-{tag}"
        start = min(map(body.index, (wording, fate)))
        end = max(body.index(words) + len(words) for words in (wording, fate))
        passage = cut.at(tag, start, end)
        number, dated = cut.of(tag, wording), cut.of(tag, when)
        edges += [
            Receipt(key, "passage", passage, "verbatim"),
            Receipt(key, "fate", cut.of(tag, fate), "coded"),
            Receipt(key, "wording", number, "verbatim"),
            *(Receipt(key, name, number, "normalised") for name in ("least", "most", "hedge")),
            *(Receipt(key, name, dated, "normalised") for name in ("day", "grain")),
        ]
        if not most:
            edges = [edge for edge in edges if (edge.row, edge.cell) != (key, "most")]
        rows.append([key, passage, "drowned", wording, least, most, hedge, day, grain])
    articles = [[t.name, t.digest, str(len(t.body)), t.sent, t.spoken, "", t.name] for t in texts]
    terms = [["tolls.fate", "drowned", DROWNED[tag[:2].lower()]] for tag in tongues]
    return build(
        root,
        [
            Spec("letters", SPOKEN, articles),
            Spec("passages", PASSAGES, cut.rows()),
            receipts(edges),
            Spec("tolls", TOLLS, rows),
            Spec("terms", TERMS, terms),
        ],
    )


def findings(folder: Folder, texts: Path | None = None) -> Report:
    folder.reseal()
    return validate(folder.root, texts=texts)


def with_texts(folder: Folder, tmp_path: Path) -> Report:
    held = {row["letter"]: TEXTS[row["letter"][:2].lower()] for row in folder.rows("letters")}
    return findings(folder, keep_texts(tmp_path / "texts", held))


def rules(report: Report) -> set[str]:
    """The rules with a finding that is more than that something was not checked."""
    return {finding.rule for finding in report if finding.severity == "error"}


# ------------------------------------------------------------------------------ validation


@pytest.mark.parametrize("tongue", ["ru", "ru-KZ", "RU"])
def test_a_russian_article_is_valid_as_it_is(tmp_path: Path, tongue: str) -> None:
    report = with_texts(package(tmp_path / "made", tongue), tmp_path)
    assert rules(report) <= {"number-unexplained"}
    # "5 января" is in no table: its number is found, like each in words.
    assert [f.found[:3] for f in report if f.rule == "number-unexplained"] == ["'5'"]


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("least", "2001", {"figure-interval", "evidence-normalised"}),
        ("hedge", "at_least", {"figure-interval", "evidence-normalised"}),
        ("most", "2000", {"figure-interval", "evidence-missing"}),
        ("wording", "двух тысяч", {"figure-interval", "evidence-verbatim"}),
        ("day", "2031-01-06", {"evidence-normalised"}),
        ("grain", "day", {"evidence-normalised"}),
    ],
)
def test_a_changed_cell_of_a_russian_article_is_red(
    tmp_path: Path, cell: str, value: str, expected: set[str]
) -> None:
    made = package(tmp_path / "made", "ru")
    made.edit("tolls", 0, cell, value)
    assert rules(findings(made)) == expected


def test_a_number_cut_out_of_a_russian_wording_is_red(tmp_path: Path) -> None:
    """Catches "двух тысяч" of "более двух тысяч", with bounds that fit it."""
    made = package(tmp_path / "made", "ru")
    body = TEXTS["ru"]
    start = body.index("двух тысяч")
    cut = Passages([Text("ru", body, "", "")])
    row = dict(zip(made.rows("passages")[0], cut_row(cut, start, "двух тысяч"), strict=True))
    index = next(n for n, r in enumerate(made.rows("passages")) if r["words"] == SAID["ru"][0])
    name = made.rows("passages")[index]["passage"]
    for key, value in (row | {"passage": name}).items():
        made.edit("passages", index, key, value)
    made.edit("tolls", 0, "wording", "двух тысяч")
    made.edit("tolls", 0, "hedge", "exact")
    made.edit("tolls", 0, "most", "2000")
    assert "figure-cut-short" in rules(with_texts(made, tmp_path))


def cut_row(cut: Passages, start: int, quote: str) -> list[str]:
    cut.at("ru", start, start + len(quote))
    return cut.rows()[0]


def test_a_german_article_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    """Catches "8.000" that becomes 8, or an error that nobody can mend."""
    report = with_texts(package(tmp_path / "made", "de"), tmp_path)
    assert rules(report) <= {"number-unexplained"}
    left = [f for f in report if f.rule == "not-checked" and "language 'de'" in (f.found or "")]
    assert len(left) == 1, "once an article"
    assert "add a grammar" in left[0].fix


@pytest.mark.parametrize(
    ("cell", "value"), [("least", "8"), ("hedge", "vague"), ("day", "2031-01-06")]
)
def test_what_no_grammar_reads_is_never_called_wrong(tmp_path: Path, cell: str, value: str) -> None:
    made = package(tmp_path / "made", "de")
    made.edit("tolls", 0, cell, value)
    assert "figure-interval" not in (found := rules(findings(made)))
    assert "evidence-normalised" not in found


def test_what_needs_no_grammar_is_still_checked(tmp_path: Path) -> None:
    """Catches a language without a grammar that switches every check off."""
    made = package(tmp_path / "made", "de")
    made.edit("tolls", 0, "wording", "7.000")
    made.edit("tolls", 0, "least", "9000")
    assert rules(findings(made)) == {"figure-in-quote", "figure-order", "evidence-verbatim"}
    made = package(tmp_path / "other", "de")
    index = next(n for n, r in enumerate(made.rows("receipts")) if r["cell"] == "fate")
    made.edit("receipts", index, "how", "normalised")
    assert rules(findings(made)) == {"evidence-normalised"}


def test_languages_stand_side_by_side(tmp_path: Path) -> None:
    """Catches a wording of one article that the grammar of another reads."""
    made = package(tmp_path / "made", "en", "ru", "de")
    assert rules(with_texts(made, tmp_path)) <= {"number-unexplained"}
    made.edit("tolls", 0, "least", "41")
    made.edit("tolls", 1, "least", "2001")
    made.edit("tolls", 2, "least", "8")
    found = [f for f in findings(made) if f.rule == "figure-interval"]
    assert [f.line for f in found] == [2, 3]


def test_the_same_words_mean_what_their_article_means(tmp_path: Path) -> None:
    """Catches a reading that is kept by its wording alone: "8.000" is 8 in English."""
    made = package(tmp_path / "made", "de-AT", "de-CH")
    made.edit("letters", 0, "tongue", "en")
    report = findings(made)
    faulty = [f for f in report if f.rule == "figure-interval"]
    assert {(f.line, f.expected) for f in faulty} == {(2, "8")}
    left = [f.field for f in report if f.rule == "not-checked" and "language" in (f.found or "")]
    assert left == ["de-CH"]


def test_a_denial_is_looked_for_in_english_alone(tmp_path: Path) -> None:
    """Catches an English list of words that judges a Russian sentence, and silence about that."""
    report = with_texts(package(tmp_path / "made", "en", "ru"), tmp_path)
    left = [f for f in report if f.rule == "not-checked" and "sentences say" in (f.found or "")]
    assert [f.field for f in left] == ["ru"]


# ------------------------------------------------------------------------------ the choice


@pytest.mark.parametrize(
    ("tag", "language"),
    [(None, "en"), ("", "en"), ("en-GB", "en"), ("ru", "ru"), ("ru-KZ", "ru"), ("Ru", "ru")],
)
def test_the_first_subtag_chooses(tag: str | None, language: str) -> None:
    found = grammar(tag)
    assert found and found.language == language


@pytest.mark.parametrize("tag", ["de", "kk", "und", "rus", "english", "-", "ru_RU"])
def test_other_tags_choose_nothing(tag: str) -> None:
    assert grammar(tag) is None


@pytest.mark.parametrize("language", PACKS)
def test_each_pack_reads_its_digits(language: str) -> None:
    """Catches a pack under the name of another, or without a part."""
    found = grammar(language)
    assert found and found.language == language
    assert tuple(map(str, found.figure("12"))) == ("12", "12", "exact")
    assert [token.token for token in found.number_tokens("x 12 y")] == ["12"]
    assert found.cut("x 12 y", 2, 4) is None


def test_digits_are_found_in_every_language() -> None:
    tokens = number_tokens("Am 6. Januar 8.000 Fischer, zwölf Boote, 3,5%", "de")
    assert [token.token for token in tokens] == ["6", "8.000", "3,5%"]


def test_coverage_asks_the_language(tmp_path: Path) -> None:
    made = package(tmp_path / "made", "ru", "de")
    made.reseal()
    texts = keep_texts(tmp_path / "texts", {tag: TEXTS[tag] for tag in ("ru", "de")})
    with kzdata.load(made.root) as kz:
        found = {one.source: one for one in kz.coverage(texts)}
    assert (found["ru"].numbers, found["de"].numbers) == (4, 2)


def test_english_articles_load_no_russian(tmp_path: Path) -> None:
    """Catches a pack that every validation pays for."""
    made = package(tmp_path / "made", "en")
    made.reseal()
    code = (
        "import sys; from kzdata.validation.runner import run_validation;"
        f"run_validation({str(made.root)!r}, None, None, None, None, None);"
        "print(any('russian' in name for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
