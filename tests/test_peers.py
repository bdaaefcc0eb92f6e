"""Claims are given to other gates as `benchmarks/peers.py` says, and what passes is counted."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import peers
from forgeries import Forged, Forger
from mutations import Package

TEXT = "On Tuesday 12 fishers drowned off Aske, and eight boats sank."
ASKED = peers.Proposal(
    TEXT, "12 fishers drowned off Aske", "12", "12", "eq", "fishers", ("drowned", "Aske"), ()
)


@pytest.fixture
def forger(tmp_path: Path, texts: Path) -> Iterator[Forger]:
    yield Forger(Package(ROOT, tmp_path / "copy", texts))


def test_a_claim_is_read_as_a_proposal(forger: Forger) -> None:
    """Catches a number, a unit or a key that the claim does not have."""
    reader = peers.Reader(forger, forger.honest())
    asked = reader.proposal("CR-0010")
    assert (asked.wording, asked.number, asked.comparator) == ("more than 1,000", "1000", "gt")
    assert asked.quote == "more than 1,000 people have been injured"
    assert {"Kazakhstan", "Health Ministry", "more than 1,000"} < set(asked.words)
    assert reader.unit("CR-0020") == "police officers"
    assert reader.unit("CR-0014") == ""
    form, forms = next(key for key in asked.keyed if key[0] == "have been injured")
    assert form in forms
    assert "were killed" in forms


def test_a_figure_in_words_is_no_number(forger: Forger) -> None:
    """Catches "eight" or "dozens" given as a number to a gate that reads digits alone."""
    reader = peers.Reader(forger, forger.honest())
    assert [reader.proposal(claim).number for claim in ("CR-0001", "CR-0007")] == ["", ""]


def test_what_passes_is_counted(forger: Forger, tmp_path: Path) -> None:
    """Catches forged claims that are taken for stopped, and true ones for passed."""
    gates: dict[str, peers.Gate] = {
        "open": lambda asked: True,
        "shut": lambda asked: False,
        "digits": lambda asked: bool(asked.number),
    }
    court = peers.Court(forger, gates)
    forger.all = lambda: iter([Forged("odd", {}, forger.texts, {"CR-0001": "", "CR-0010": ""})])  # type: ignore[method-assign]
    forged = list(court.forged(kzdata=True))
    assert forged == [("odd", 2, {"open": 2, "digits": 1, "kzdata": 2})]
    table = peers.as_table(forged, [peers.Line("true", 4, {"open": 4, "digits": 1})], [*gates])
    assert "| odd | 2 | 2 (100.0 %) | 0 (0.0 %) | 1 (50.0 %) |" in table
    assert "| all true: stopped | 4 | 0 (0.0 %) | 4 (100.0 %) | 3 (75.0 %) |" in table


def test_a_gate_that_is_not_installed_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a benchmark that fails where one of the gates is missing."""
    monkeypatch.setitem(sys.modules, "llmground", None)
    assert peers.installed(["llmground"]) == {}
    assert "pip install" in capsys.readouterr().out


@pytest.mark.parametrize("name", peers.GATES)
def test_a_gate_lets_a_true_claim_pass_and_stops_another(name: str) -> None:
    """Catches a gate that is asked so that it can only say yes, or only no."""
    gate = peers.installed([name]).get(name)
    if gate is None:
        pytest.skip(f"{name} is not installed")
    assert gate(ASKED)
    assert not gate(ASKED._replace(quote="14 fishers drowned", number="14", words=("14",)))
