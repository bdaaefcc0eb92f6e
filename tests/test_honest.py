"""True claims are entered as `benchmarks/honest.py` says, and those that are named are told."""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import honest
from forgeries import Forger
from mutations import Package

TEXT = "Twelve sailors drowned off Aske. Some 40 boats of the sailors were lost.\n"
TOLL = {
    "quote": "Twelve sailors drowned",
    "figure": "Twelve",
    "event_id": "EV-9001",
    "outcome": "killed | [drowned]",
    "population": "sailors | Twelve [sailors]",
    "place_id": "aske | off [Aske]",
}
TOLD: dict[str, Any] = {
    "source": {"id": "plover", "day": "2031-03-06", "text": TEXT},
    "rows": {
        "populations": [{"population": "sailors", "part_of": "people"}],
        "places": [{"place_id": "aske", "kind": "city"}],
    },
    "events": [
        {
            "event_id": "EV-9001",
            "event_type": "killing | sailors [drowned]",
            "title": "Sailors drown",
            "date_basis": "article",
        }
    ],
    "claims": {"casualty_reports": [TOLL]},
}
BOATS = TOLL | {"quote": "Some 40 boats", "figure": "Some 40"}


@pytest.fixture
def forger(tmp_path: Path) -> Iterator[Forger]:
    yield Forger(Package(ROOT, tmp_path / "copy"))


def judged(forger: Forger, told: dict[str, Any]) -> honest.Judged:
    """What validation says of the claims of one file."""
    desk = honest.Desk(forger.package)
    desk.enter(told)
    return honest.judged(forger, "plover", desk.forged())


def rests_on(desk: honest.Desk, record: str) -> dict[str, tuple[str, str]]:
    """The role and the words of each cell of a record."""
    quotes = {row["span_id"]: row["quote"] for row in desk.rows["source_spans"]}
    edges = [row for row in desk.rows["evidence"] if row["record_id"] == record]
    return {row["field"]: (row["role"], quotes[row["span_id"]]) for row in edges}


def test_a_claim_is_entered_with_its_receipts(forger: Forger) -> None:
    """Catches a cell without its words, a role that they do not play, and a figure misread."""
    desk = honest.Desk(forger.package)
    desk.enter(TOLD)
    row = desk.rows["casualty_reports"][-1]
    told = [row[name] for name in ("report_id", "value_low", "value_high", "qualifier", "place_id")]
    assert told == ["CR-9001", "12", "12", "exact", "aske"]
    found = rests_on(desk, "CR-9001")
    assert found["span_id"] == ("verbatim", "Twelve sailors drowned")
    assert found["value_low"] == ("normalised", "Twelve")
    assert found["outcome"] == ("coded", "drowned")
    assert found["event_id"] == ("resolved", "sailors drowned")
    assert found["place_id"] == ("resolved", "off Aske")
    assert {"note", "report_id"}.isdisjoint(found)
    assert desk.claims == {"CR-9001": "Twelve sailors drowned off Aske."}


def test_the_package_keeps_its_rows(forger: Forger) -> None:
    """Catches claims of one file that are still there when the next one is entered."""
    before = {name: list(sheet.rows) for name, sheet in forger.package.sheets.items()}
    honest.Desk(forger.package).enter(TOLD)
    assert before == {name: sheet.rows for name, sheet in forger.package.sheets.items()}


def test_words_that_do_not_stand_there_are_refused(forger: Forger) -> None:
    """Catches a slip in the data that would count as a false alarm."""
    claim = TOLL | {"outcome": "killed | [burnt]"}
    with pytest.raises(ValueError, match="burnt"):
        honest.Desk(forger.package).enter(TOLD | {"claims": {"casualty_reports": [claim]}})


def test_a_true_claim_is_left_and_another_is_named(forger: Forger, tmp_path: Path) -> None:
    """Catches a count that names nothing, or everything, and findings of others that count."""
    told = TOLD | {"claims": {"casualty_reports": [TOLL, BOATS]}}
    found = judged(forger, told)
    assert found.named("error") == ["CR-9002"]
    assert not found.named("warning")
    assert "| plover | 2 | 1 (50.0 %) | 0 (0.0 %) |" in honest.as_table([found])
    assert [line for line in honest.listed(found) if "figure-counts-another" in line]


def test_the_claims_can_be_entered(forger: Forger) -> None:
    """Catches an invented article whose claims have words that it does not have."""
    for file in sorted(honest.HERE.glob("*.toml")):
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        if "source" in told:
            desk = honest.Desk(forger.package)
            desk.enter(told)
            assert len(desk.claims) == sum(map(len, told["claims"].values()))
