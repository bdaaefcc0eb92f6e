"""Proposals: what words say gets in, what a person has to look at waits, the rest is refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from commands import kz
from kzdata.entries.admission import Admission
from kzdata.entries.document import read
from kzdata.entries.importing import read_mapping
from kzdata.entries.outcome import enter
from kzdata.entries.proposing import accept, propose
from kzdata.errors import UsageError
from kzdata.templates.start import init
from kzdata.validation import validate
from pages import blocks

ROOT = Path(__file__).resolve().parents[1]
TUTORIAL = {block.title: block.code for block in blocks(ROOT / "docs" / "tutorial.md")}
HERALD = TUTORIAL["herald.txt"]
CLAIMS = TUTORIAL["herald.toml"].index("[[claim]]")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with the article, its vocabulary and its events, and no claim of it."""
    folder = tmp_path_factory.mktemp("started")
    init(folder / "flood")
    texts = folder / "flood" / "texts"
    (texts / "herald.txt").write_bytes(HERALD.encode())
    whole = read(TUTORIAL["herald.toml"].encode(), "herald.toml")
    found = enter(folder / "flood", [(whole, texts)], texts)
    assert found.written, (found.faults, found.findings)
    # What is proposed are claims: those of the tutorial go, all else stays.
    ids = [row.key for row in found.rows if row.table in ("claims", "claim_links")]
    source = '[source]\nsource_id = "orrin-herald"\n'
    gone = "".join(
        f'[[{"link" if key.startswith("CL") else "claim"}]]\nid = "{key}"\nwithdraw = "To try."\n'
        for key in ids
    )
    from kzdata.entries.entering import Entering
    from kzdata.files.archive import opened
    from kzdata.standard.dataset import Dataset
    from kzdata.standard.editing import Draft
    from kzdata.standard.parsing import parse

    with opened(folder / "flood") as archive:
        entering = Entering(Draft(Dataset(archive, parse(archive), {})), {})
        entering.enter(read(f"{source}{gone}".encode(), "gone.toml"))
        entering.tables.draft.save()
    return folder / "flood"


@pytest.fixture
def flood(started: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(started, tmp_path / "flood"))


EVENTS = {"lower": "EV-0002", "injuries": "EV-0003", "upper": "EV-0004", "hurt": "EV-0005"}
TRUE = {
    "quote": "nine people died",
    "event": EVENTS["lower"],
    "figure": "nine",
    "outcome": "killed",
    "population": "people",
    "claimant_id": "fire-brigade",
}


def judged(flood: Path, *claims: dict[str, Any]) -> Admission:
    """What becomes of some claims."""
    file = flood.parent / "proposed.json"
    raw = {"source": {"source_id": "orrin-herald"}, "claim": list(claims)}
    file.write_text(json.dumps(raw), encoding="utf-8")
    (found,) = propose(flood, file, "entry", {}, flood / "texts")
    return found.admission


@pytest.mark.parametrize(
    ("other", "state", "reason"),
    [
        ({}, "accepted", ""),
        ({"date": "on Friday"}, "accepted", ""),
        ({"figure": "eight"}, "rejected", "'eight' does not stand in orrin-herald"),
        ({"figure": "Seven"}, "rejected", "words of nine people died"),
        ({"outcome": "injured"}, "review", "say which"),
        ({"population": "rescuers"}, "review", "say which"),
        ({"claimant_id": "mayor"}, "review", "say which"),
        ({"claimant_id": "police"}, "review", "only another sentence says it"),
        ({"claimant_id": "mayor ?? He says so elsewhere."}, "review", "inferred"),
        ({"place_id": "upper-town"}, "review", "say which"),
        ({"quote": "nine persons died"}, "rejected", "does not stand"),
        ({"population": "civilians"}, "rejected", "expected one of people, rescuers, residents"),
    ],
)
def test_a_claim_is_judged_by_its_own_sentence(
    flood: Path, other: dict[str, str], state: str, reason: str
) -> None:
    before = {f: f.read_bytes() for f in flood.rglob("*.csv")}
    (verdict,) = judged(flood, TRUE | other).verdicts
    assert verdict.state == state, verdict.reasons
    assert reason in "\n".join(one.message for one in verdict.reasons)
    assert {f: f.read_bytes() for f in flood.rglob("*.csv")} == before


def test_a_claim_that_contradicts_another_is_for_review(flood: Path) -> None:
    seven = TRUE | {"quote": "Seven people died", "figure": "Seven", "claimant_id": "mayor"}
    dated = {"date": "on Friday", "place_id": "lower-town"}
    found = judged(flood, TRUE | dated, seven | dated)
    assert {verdict.state for verdict in found.verdicts} == {"review"}
    assert "cannot both be true" in found.verdicts[0].reasons[0].message


def test_what_is_accepted_is_entered_and_the_rest_can_be_mended(flood: Path) -> None:
    wrong = TRUE | {"figure": "eight"}
    found = judged(flood, TRUE, wrong)
    assert found.counts() == {"accepted": 1, "review": 0, "rejected": 1}
    rest = found.rest()
    assert "# rejected: 'eight' does not stand in orrin-herald" in rest
    mended = read(rest.replace("eight", "nine").encode(), "rest.toml")
    assert [block.cells["figure"].value for _, block in mended.entry.blocks()] == ["nine"]
    file = flood.parent / "proposed.json"
    proposed = propose(flood, file, "entry", {}, flood / "texts")
    outcome = accept(flood, proposed, file, flood / "texts", dry_run=False)
    claims = [row for row in outcome.rows if row.table == "claims"]
    assert len(claims) == 1
    rules = {finding.rule for _, finding in outcome.findings}
    # The numbers of the article that nobody has entered yet are what is left to do.
    assert rules <= {"number-unexplained"}
    ignore = ["number-unexplained", "span-orphan"]
    assert validate(flood, texts=flood / "texts", ignore=ignore).valid


def extraction(words: str, status: str = "match_exact", **attributes: str) -> dict[str, Any]:
    start = HERALD.index(words)
    return {
        "extraction_class": "casualty",
        "extraction_text": words,
        "char_interval": {"start_pos": start, "end_pos": start + len(words)},
        "alignment_status": status,
        "attributes": attributes,
    }


MAP = """
[casualty]
table = "claims"

[casualty.cells]
figure = "number"
outcome = "kind"
population = {words = "who"}
event = {value = "EV-0002"}

[casualty.values]
dead = "killed"
"""


def test_extractions_of_a_model_are_judged_by_the_command(flood: Path) -> None:
    extractions = [
        extraction("nine people died", number="nine", kind="dead", who="people"),
        extraction("Seven people died", number="eight", kind="dead", who="people"),
        extraction("Two rescuers died", "match_fuzzy", number="Two", kind="dead", who="rescuers"),
    ]
    folder = flood.parent
    line = json.dumps({"text": HERALD, "extractions": extractions})
    (folder / "out.jsonl").write_text(f"{line}\n", encoding="utf-8")
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    mapped: list[str | Path] = [
        "--from",
        "langextract",
        "--map",
        folder / "map.toml",
        "--texts",
        flood / "texts",
    ]
    written: list[str | Path] = [
        "--package",
        flood,
        "--rest",
        folder / "rest.toml",
        "--format",
        "json",
    ]
    done = kz("import", folder / "out.jsonl", *mapped, *written)
    assert done.code == 1, done.err
    (article,) = json.loads(done.out)["articles"]
    assert article["counts"] == {"accepted": 1, "review": 0, "rejected": 1}
    assert article["unit"] == "code points"
    assert [one["words"] for one in article["unplaced"]] == ["Two rescuers died"]
    rest = read((folder / "rest.toml").read_bytes(), "rest.toml")
    assert len(list(rest.entry.blocks())) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[casualty", "no mapping that can be read"),
        ("[casualty]\n", "casualty.table"),
        ('[casualty]\ntable = "claims"\ncell = {}\n', "casualty.cell"),
        ('[c]\ntable = "claims"\n[c.cells]\nfigure = {atribute = "n"}\n', "c.cells.figure"),
    ],
)
def test_a_bad_mapping_is_told_where(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "map.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_mapping(file)
