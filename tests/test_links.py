"""Links between claims: traced like any fact, and refuted only by what the claims say."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kzdata
from kzdata.engine.database import Database
from kzdata.standard.declarations import Figure
from kzdata.validation import validate
from kzdata.validation.rules.links import _exclude, _overlap
from packages import Folder, breaches

FIGURE = Figure(text="wording", low="least", high="most", qualifier="hedge", span="passage")
ENDS = {
    "exact": (0, 0),
    "at_least": (0, None),
    "more_than": (0, None),
    "at_most": (None, 0),
    "less_than": (None, 0),
    "range": (0, 3),
}
"""Qualifiers, and how far the bounds of a figure lie from its number."""
Cells = tuple[str | None, str | None, str]


@st.composite
def figures(draw: st.DrawFn) -> Cells:
    number, hedge = draw(st.integers(0, 6)), draw(st.sampled_from(list(ENDS)))
    low, high = (None if end is None else str(number + end) for end in ENDS[hedge])
    return low, high, hedge


def fits(number: Fraction, figure: Cells) -> bool:
    """Whether a number is one of those that a figure allows."""
    low, high, hedge = figure
    enough = low is None or (number > int(low) if hedge == "more_than" else number >= int(low))
    return enough and (
        high is None or (number < int(high) if hedge == "less_than" else number <= int(high))
    )


ENGINE = Database()


def asked(test: str, one: Cells, other: Cells) -> bool:
    # the wordings differ, so that only the numbers count
    sides = ", ".join(
        f"(SELECT '{alias}' AS wording, ?::VARCHAR AS least, ?::VARCHAR AS most,"
        f" ? AS hedge) {alias}"
        for alias in "co"
    )
    ((verdict,),) = ENGINE.rows(f"SELECT {test} FROM {sides}", [*one, *other])
    return bool(verdict)


@given(figures(), figures())
def test_figures_exclude_each_other_where_no_number_fits_both(one: Cells, other: Cells) -> None:
    """Catches an open end taken for a closed one, and figures compared in one direction only."""
    numbers = [Fraction(part, 4) for part in range(-8, 60)]
    common = [number for number in numbers if fits(number, one) and fits(number, other)]
    assert asked(_exclude(FIGURE), one, other) == (not common)
    whole = any(number.denominator == 1 for number in common)
    assert asked(_overlap(FIGURE), one, other) == whole


@pytest.mark.parametrize("hedges", [("approximately", "exact"), ("clock_time", "clock_time")])
def test_other_numbers_exclude_nothing(hedges: tuple[str, str]) -> None:
    """Catches "about 60" and 62 refused as one thing, and hours compared as if they were people."""
    assert not asked(_exclude(FIGURE), ("60", "60", hedges[0]), ("62", "62", hedges[1]))


def test_words_without_bounds_are_not_known_to_agree() -> None:
    """Catches a contradiction refused where only a reader can tell: "dozens" against three."""
    assert not asked(_overlap(FIGURE), (None, None, "vague"), ("3", "3", "exact"))


FAIR = {
    "part": ("T2", "among", "T1"),
    "other numbers": ("T3", "unlike", "T1"),
    "added": ("T2", "besides", "T1"),
    "newer": ("T3", "renews", "T1"),
    "without a day": ("T4", "renews", "T1"),
    "other fates": ("T5", "contradicts", "T4"),
    "the same": ("T6", "equals", "T1"),
    "the same, and newer": ("T6", "renews", "T1"),
}


@pytest.mark.parametrize("name", FAIR)
def test_a_correct_link_is_no_finding(island: Folder, name: str) -> None:
    """Catches a rule that refutes what the claims leave open."""
    about = {"outcome": "fate", "event": "surge", "place": "islet", "claimant": "speaker"}
    lists = {"adds": ["besides"], "same": ["equals"], "differs": ["unlike"]}
    lists["supersedes"] = ["renews"]
    island.reschema("tolls", lambda schema: schema.update({"kzdata:claims": about}))
    island.reschema("ties", lambda schema: schema["kzdata:links"].update(lists))
    island.append("tolls", **{**island.rows("tolls")[0], "toll": "T6"})
    one, how, two = FAIR[name]
    island.append("ties", tie="L3", one=one, how=how, two=two)
    island.reseal()
    assert [rule for rule in validate(island.root).by_rule if rule.startswith("link-")] == []


def test_a_chain_of_sameness_is_named_link_by_link(island: Folder) -> None:
    """Catches a long way round that hides a contradiction, or a way that is not the shortest."""
    island.reschema("ties", lambda schema: schema["kzdata:links"].update(same=["equals"]))
    for tie, one, two in [("L3", "T1", "T4"), ("L4", "T4", "T3"), ("L5", "T4", "T5")]:
        island.append("ties", tie=tie, one=one, how="equals", two=two)
    island.reseal()
    found = [f for f in validate(island.root) if f.rule == "link-same-throughout"]
    assert {f.record for f in found} == {"L2", "L3", "L4"}
    assert {f.found for f in found} == {"T3 = T4 = T1"}


def test_links_without_receipts_are_still_links(island: Folder) -> None:
    """Catches a profile that demands receipts of links which declare none."""

    def plain(schema: dict[str, object]) -> None:
        for field in schema["fields"]:  # type: ignore[attr-defined]
            field.pop("kzdata:evidence", None)

    island.reschema("ties", plain)
    kept = [row for row in island.rows("receipts") if not row["row"].startswith("L")]
    island.write("receipts", kept)
    terms = [row for row in island.rows("terms") if row["about"] != "ties.how"]
    island.write("terms", terms)
    island.reseal()
    assert {finding.rule for finding in breaches(validate(island.root))} <= {"span-orphan"}


def test_a_link_is_removed_with_either_claim(island: Folder, tmp_path: Path) -> None:
    """Catches a link, or its receipts, left behind by a claim that fell."""
    kz = kzdata.load(island.root)
    rest = kz.without("tern")
    assert [row.tie for row in rest.ties] == ["L1"]
    assert not [edge for edge in rest.receipts if edge.row == "L2"]
    assert ("ties", "L2", None) in rest.fallen.rows()
    rest.save(tmp_path / "rest")
    assert breaches(validate(tmp_path / "rest")) == []


def test_a_link_is_traced_to_both_articles(package: Path) -> None:
    """Catches a link that shows the words of one claim alone."""
    kz = kzdata.load(package)
    assert [r.quote for r in kz.trace("CL-0018", "relation")] == ["deaths of two more soldiers"]
    link = kz["CL-0001"]
    ends = [{r.source for r in kz.trace("CL-0001", end)} for end in ("claim_id", "other_id")]
    named = [getattr(link, end) for end in ("claim_id", "other_id")]
    claims = [{receipt.source for receipt in kz.trace(claim)} for claim in named]
    assert ends == claims == [{"greeleytribune"}, {"russia-islworld"}]


def test_every_link_names_its_principal_passages(package: Path) -> None:
    """Catches an end of a link that rests on anything but the claim's own words."""
    folder = Folder(package)
    keys = {"casualty_reports": "report_id", "appointments": "appointment_id",
            "deployments": "deployment_id", "quantities": "quantity_id"}  # fmt: skip
    principal = {
        row[key]: row["span_id"] for table, key in keys.items() for row in folder.rows(table)
    }
    found = {(e["record_id"], e["field"], e["span_id"]) for e in folder.rows("evidence")}
    for link in folder.rows("claim_links"):
        for end in ("claim_id", "other_id"):
            assert (link["link_id"], end, principal[link[end]]) in found, link
