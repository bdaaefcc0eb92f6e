"""What a machine proposes for an article: by hand on invented letters, and what always holds."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import coast
from commands import kz, refused
from kzdata import load
from kzdata.entries.claims import of_entries
from kzdata.entries.document import Document, Entry, checked
from kzdata.entries.drafting import draft_entry
from kzdata.entries.evaluation import Counts, evaluate
from kzdata.entries.outcome import enter, read_documents
from kzdata.evidence import figures
from kzdata.evidence.sentences import sentences
from kzdata.files.archive import opened
from kzdata.standard.dataset import Dataset
from kzdata.standard.editing import Draft
from kzdata.standard.parsing import parse
from packages import Folder, Text, keep_texts, letters


def lettered(root: Path, body: str, language: str = "") -> tuple[Folder, Path]:
    """The coast without a claim, with another text of its letter."""
    folder, text = coast.bare(root / "package"), Text("gull", body, "2031-03-06", "2031-03-05")
    folder.write(
        "letters", [dict(zip(head(folder), row, strict=True)) for row in letters([text]).rows]
    )
    if language:
        tongue(folder, language)
    folder.reseal()
    return folder, keep_texts(root / "texts", {"gull": body})


def head(folder: Folder) -> list[str]:
    return [field["name"] for field in folder.schema("letters")["fields"]]


def tongue(folder: Folder, language: str) -> None:
    """Declare the language of the letter."""
    rows = [{**row, "tongue": language} for row in folder.rows("letters")]
    folder.reschema("letters", lambda s: s["fields"].append({"name": "tongue", "type": "string"}))
    folder.reschema("letters", lambda s: s["kzdata:sources"].update(language="tongue"))
    folder.write("letters", rows)


def drafted(root: Path, body: str) -> list[dict[str, Any]]:
    """The claims that are proposed for a text."""
    folder, texts = lettered(root, body)
    with load(folder.root) as kz_:
        claims: list[dict[str, Any]] = tomllib.loads(kz_.draft("gull", texts)).get("claim", [])
    return claims


def test_a_claim_with_all_that_its_sentence_says(tmp_path: Path) -> None:
    """Catches a cell that is not filled, or is filled with the words of another figure.

    The 12 have no word of their own: the sentence says of both together that they drowned.
    """
    assert drafted(tmp_path, coast.GULL.body) == [
        {
            "quote": "three pilots drowned",
            "figure": "three",
            "fate": "drowned <- drowned",
            "folk": "pilots <- pilots",
            "islet": "norholm <- Norholm",
            "speaker": "master <- harbour master",
            "date": "on Tuesday",
        },
        {
            "quote": "five pilots were hurt",
            "figure": "five",
            "fate": "hurt <- hurt",
            "folk": "pilots <- pilots",
            "islet": "aske <- Aske",
            "speaker": "warden <- warden",
        },
        {
            "quote": "no figures for those missing",
            "figure": "no figures",
            "fate": "missing <- missing",
            "islet": "vik <- Vik",
        },
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "The warden denied that 12 fishers drowned at Norholm.",
        "If the dyke breaks, 12 fishers will have drowned at Norholm.",
        "Rumours that 12 fishers drowned at Norholm are false.",
        "12 fishers may have drowned at Norholm.",
        "More than 40 boats drowned at Norholm.",  # boats are no people
        "On March 5 fishers drowned at Norholm.",  # a date counts nothing
        "12 fishers came to Norholm.",  # no term
    ],
)
def test_what_is_not_proposed(sentence: str, tmp_path: Path) -> None:
    """Catches a machine that takes every number for a claim."""
    assert drafted(tmp_path, f"{sentence} It was late.\n") == []


def test_a_quote_stays_within_the_limit(tmp_path: Path) -> None:
    """Catches a quote of the whole way from a figure to a term that stands far off."""
    far = "from the old town in the far north near a wall of grey stone"
    (claim,) = drafted(tmp_path, f"On that day 12 fishers {far} drowned at Norholm by night.\n")
    assert claim["quote"] == "12 fishers"
    assert claim["fate"] == "drowned <- drowned"


def test_a_quote_is_no_whole_sentence(tmp_path: Path) -> None:
    (claim,) = drafted(tmp_path, "12 fishers drowned. It was late.\n")
    assert claim["quote"] == "12 fishers"


def test_who_carried_what_another_says(tmp_path: Path) -> None:
    body = "In all 12 fishers drowned at Norholm, said the warden, citing the harbour master.\n"
    (claim,) = drafted(tmp_path, body)
    assert (claim["speaker"], claim["carrier"]) == (
        "master <- harbour master",
        "warden <- warden",
    )


def test_words_that_stand_twice_have_their_place(tmp_path: Path) -> None:
    """Catches a receipt that the machine itself does not find again."""
    body = "At Norholm 12 fishers drowned by day. At Norholm 12 fishers drowned by night.\n"
    first, second = drafted(tmp_path, body)
    assert (first["quote"], second["quote"]) == (
        "<- 12 fishers drowned @1",
        "<- 12 fishers drowned @2",
    )


def test_a_draft_is_entered_as_it_is(tmp_path: Path) -> None:
    """Catches a draft whose receipts are refused."""
    folder, texts = lettered(tmp_path, coast.GULL.body.replace("12 fishers and ", ""))
    file = tmp_path / "draft.json"
    made = kz("draft", "gull", "--texts", texts, "-p", folder.root, "-f", "json")
    file.write_text(made.out, encoding="utf-8")
    assert len(json.loads(made.out)["claim"]) == 3
    outcome = enter(folder.root, read_documents([file]), texts)
    assert outcome.faults == ()
    assert outcome.written, outcome.findings
    # What was entered changes no proposal.
    assert kz("draft", "gull", "--texts", texts, "-p", folder.root, "-f", "json") == made


def test_names_of_other_letters_are_lent(tmp_path: Path) -> None:
    """Catches a new article of which no name is known, and names that only it has brought."""
    folder, texts = lettered(tmp_path, coast.GULL.body)
    tern = Text("tern", "Nothing.", "2031-03-06", "2031-03-05")
    rows = [dict(zip(head(folder), letters([tern]).rows[0], strict=True))]
    folder.write("letters", [*folder.rows("letters"), *rows])
    forms = folder.rows("called")
    folder.write("called", [{**row, "letter": "tern"} for row in forms if row["who"] == "norholm"])
    folder.reseal()
    with load(folder.root) as kz_:
        found = tomllib.loads(kz_.draft("gull", texts))
    assert found["alias"] == [{"who": "norholm", "printed": "Norholm"}]
    assert found["claim"][0]["islet"] == "norholm <- Norholm"
    folder.write("called", forms)
    folder.reseal()
    with load(folder.root) as kz_:
        unseen = tomllib.loads(kz_.draft("gull", texts, unseen=True))
    assert "alias" not in unseen
    assert all("islet" not in claim for claim in unseen["claim"])


def test_real_articles_are_drafted_and_their_receipts_hold(
    package: Path, texts: Path, tmp_path: Path
) -> None:
    """Catches a proposal of the shipped articles that the package would refuse for its words."""
    draft = kz("draft", "meduza", "-p", package, "--texts", texts)
    entry = tomllib.loads(draft.out)
    said = {(c["table"], c["figure"]) for c in entry["claim"]}
    assert {("casualty_reports", f) for f in ("dozens", "eight", "317", "more than 1,000")} <= said
    assert all(event["ref"].startswith("meduza-") for event in entry["event"])
    file = tmp_path / "meduza.toml"
    file.write_text(draft.out, encoding="utf-8")
    found = evaluate([file], package, texts)
    receipts = found["receipts: words say it"].counts
    assert receipts == Counts(receipts.found, receipts.found, receipts.found)
    assert receipts.found > 80
    precision = found["claims"].counts.precision
    assert precision is not None and precision > 0.9


def test_hearsay_is_the_certainty_of_an_event(package: Path, texts: Path) -> None:
    """Catches hearsay that is left out, or becomes a plain fact."""
    entry = tomllib.loads(kz("draft", "tass", "-p", package, "--texts", texts).out)
    (claim,) = [one for one in entry["claim"] if one["figure"] == "over 60"]
    (event,) = [one for one in entry["event"] if one["ref"] == claim["event_id"]]
    assert event["certainty"].startswith("alleged <- reportedly")


def test_what_cannot_be_drafted_is_told(tmp_path: Path) -> None:
    folder, texts = lettered(tmp_path, coast.GULL.body, "de")
    asked = ("-p", folder.root, "--texts", texts)
    assert refused(kz("draft", "gul", *asked)) == "no article 'gul'; did you mean gull?"
    assert refused(kz("draft", "gull", *asked)) == (
        "gull is in 'de'; drafts are made of articles in English"
    )
    (tmp_path / "none").mkdir()
    lacking = kz("draft", "gull", "-p", folder.root, "--texts", tmp_path / "none")
    assert refused(lacking) == "the text of gull is not there; name its folder: --texts DIR"


WORDS = [
    *("12", "three", "more than 40", "no", "fishers", "pilots", "boats", "drowned", "were hurt"),
    *("at Norholm", "in Aske", "on Tuesday", "said the warden", "denied", "if", "missing", "and"),
    *(".", ",", "of", "the", "\n", "“", "🌊", "March 5", "citing the harbour master"),
]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS), min_size=3, max_size=40))
def test_whatever_is_proposed_stands_in_its_sentence(
    tmp_path_factory: pytest.TempPathFactory, words: list[str]
) -> None:
    """Catches offsets that are off, a figure that is none, and a quote of a whole sentence."""
    body = " ".join(words) + ".\n"
    folder, texts = lettered(tmp_path_factory.mktemp("made"), body)
    with opened(folder.root) as archive:
        dataset = Dataset(archive, parse(archive), {})
        known = {letters([Text("gull", body, "", "")]).rows[0][1]: body}
        entry = draft_entry(Draft(dataset), "gull", known)
        document = checked(Document("made", Entry(source={}), {}, entry), Entry)
        said = of_entries(Draft(dataset), known, [(document, texts)])
        dataset.close()
    whole = {body[start:end] for start, end in sentences(body)}
    assert len(said.claims) == len(entry.get("claim", []))
    for claim in said.claims:
        assert claim.place is not None and body[slice(*claim.place)] == claim.quote
        assert claim.cells["wording"] in claim.quote
        assert figures.parse(claim.cells["wording"]).qualifier == claim.cells["hedge"]
        assert claim.quote not in whole and len(claim.quote) <= 60
        assert all(one.supports for one in claim.receipts)
