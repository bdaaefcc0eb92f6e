"""Declarations that let too much through, and honest ones like them, which pass."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzdata.cli import diffs, listing, reports
from kzdata.differences import diff, release_check
from kzdata.evidence.confusables import looks, visible
from kzdata.validation import Report, validate
from packages import (
    PASSAGES,
    Folder,
    Passages,
    Receipt,
    Spec,
    Text,
    breaches,
    build,
    column,
    flood,
    keep_texts,
    letters,
    receipts,
)


def found(package: Folder, rule: str, texts: Path | None = None) -> list[str]:
    return [f.found for f in breaches(validate(package.root, texts=texts)) if f.rule == rule]


@pytest.mark.parametrize(
    ("table", "missing", "told"),
    [
        ("tolls", ["", "99", "1,000", "dozens", "more than 40"], 4),
        ("tolls", ["", "-", "n/a", "NA", "-99", "None", "?", "not told"], 0),
        ("surges", ["", "99", "dozens"], 0),  # has no figure
        ("gauges", ["", "sound", "99"], 0),  # needs no receipts
    ],
)
def test_a_missing_value_is_no_number(
    island: Folder, table: str, missing: list[str], told: int
) -> None:
    """Catches figures that are declared away."""
    island.reschema(table, lambda schema: schema.update(missingValues=missing))
    assert len(set(found(island, "missing-value-counts"))) == told


def test_a_missing_value_is_none_of_the_values(island: Folder) -> None:
    """Catches a category that needs no receipt, since it is missing; of a field's own values."""

    def listed(schema: dict[str, Any]) -> None:
        schema["fields"][3]["constraints"] = {"enum": ["drowned", "lost", "burnt"]}
        schema["fields"][3]["missingValues"] = ["", "lost", "gone"]

    island.reschema("tolls", listed)
    assert found(island, "missing-value-counts") == ["lost"]


def test_a_figure_stands_in_the_principal_span(island: Folder) -> None:
    assert found(island, "figure-span") == []
    island.reschema("tolls", lambda schema: schema["kzdata:figure"].update(span="speaker"))
    assert found(island, "figure-span") == ["speaker"]


def test_seals_are_asked_for(island: Folder) -> None:
    assert found(island, "receipts-unsealed") == []
    island.reschema("passages", lambda schema: schema["kzdata:spans"].pop("checksum"))
    island.reschema("receipts", lambda schema: schema["kzdata:edges"].pop("count"))
    assert found(island, "receipts-unsealed") == ["no column", "no column"]


# ------------------------------------------------------------------------------ not proven


def test_columns_that_nothing_covers_are_named(island: Folder) -> None:
    """Catches a column that was left out of the proof, while the summary reads as before."""
    before = validate(island.root).unproven
    assert before == {"gauges": ("name", "metres", "rain", "state", "keeper")}

    def bare(schema: dict[str, Any]) -> None:
        for place in (3, 8):
            schema["fields"][place].pop("kzdata:evidence")

    island.reschema("tolls", bare)
    report = validate(island.root)
    assert report.unproven == {"tolls": ("fate", "islet"), **before}
    assert json.loads(reports.json(report))["unproven"]["tolls"] == ["fate", "islet"]
    assert Report.of({**report.as_dict(), "compared": False}) == report
    (short,) = (text for name, text in listing.summary(report) if name == "not proven")
    (long,) = (text for name, text in listing.summary(report, True) if name == "not proven")
    assert short.startswith("7 columns of 2 tables") and "--all" in short
    assert "gauges.keeper" in long and "gauges.keeper" not in short


def test_a_basis_or_an_exemption_covers_a_column(island: Folder) -> None:
    """Catches an alarm about what the package says of its columns itself."""

    def said(schema: dict[str, Any]) -> None:
        for field in schema["fields"]:
            field["kzdata:basis"] = "the keeper's book"

    island.reschema("gauges", said)
    report = validate(island.root)
    assert report.unproven == {}
    assert not [name for name, _ in listing.summary(report) if name == "not proven"]


def test_a_table_whose_declarations_were_dropped_is_named(island: Folder) -> None:
    """Catches claims that are no claims any more."""

    def undeclared(schema: dict[str, Any]) -> None:
        for field in schema["fields"]:
            field.pop("kzdata:evidence", None)
        for name in ("kzdata:principal", "kzdata:figure", "kzdata:dates"):
            schema.pop(name)

    island.reschema("tolls", undeclared)
    unproven = validate(island.root).unproven
    assert set(unproven["tolls"]) >= {"fate", "wording", "least", "day"}


def test_a_package_without_receipts_promises_none(tmp_path: Path) -> None:
    package = build(tmp_path, [Spec("things", {"fields": [column("a")]}, [["1"]])])
    assert validate(package.root).unproven == {}


# ------------------------------------------------------------------------------ twins


def two(root: Path, one: str, other: str) -> Folder:
    texts = [Text("auk", one, "2031-03-06", "2031-03-06"),
             Text("skua", other, "2031-03-06", "2031-03-06")]  # fmt: skip
    cut = Passages(texts)
    fields = [column("id"), column("fate", evidence="required")]
    edges = [Receipt("R", "fate", cut.at("auk", 0, 4), "verbatim")]
    return build(root, [
        letters(texts),
        Spec("passages", PASSAGES, cut.rows()),
        receipts(edges),
        Spec("records", {"fields": fields, "primaryKey": "id"}, [["R", one[:4]]]),
    ])  # fmt: skip


BODY = "Gone are the boats. Nobody knows why."


@pytest.mark.parametrize(
    ("other", "twice", "copied"),
    [
        (BODY, ["skua"], []),
        (BODY + "\n", [], ["skua"]),
        (BODY.replace(" ", "  ").upper(), [], ["skua"]),
        ("\ufeff" + BODY.replace(".", "!"), [], ["skua"]),
        (BODY.replace("Nobody", "Everybody"), [], []),
        ("Gone are the boats.", [], []),
    ],
)
def test_an_article_is_one_source(
    tmp_path: Path, other: str, twice: list[str], copied: list[str]
) -> None:
    """Catches one article that counts as two witnesses."""
    package = two(tmp_path / "package", BODY, other)
    texts = keep_texts(tmp_path / "texts", {"auk": BODY, "skua": other})
    assert found(package, "source-twice") == twice
    assert found(package, "source-copied", texts) == copied


CONFUSED = ["nоrholm", "norholm\u200b", "nor\u00adholm", "ｎorholm", "nοrhοlm", "norholm\ufe0f"]
APART = ["nørholm", "norhölm", "норхольм", "norholm-é", "挪霍尔姆"]


def test_identifiers_can_be_told_apart(island: Folder) -> None:
    """Catches one island under several names, and an alarm about another alphabet."""
    for name in (*CONFUSED, *APART):
        island.append("islets", islet=name)
    assert found(island, "id-confusable") == [ascii(name) for name in CONFUSED]


@pytest.mark.parametrize(("table", "key"), [("letters", "letter"), ("tolls", "toll")])
def test_sources_and_records_have_identifiers(island: Folder, table: str, key: str) -> None:
    row = island.rows(table)[0]
    island.append(table, **{**row, key: row[key] + "\u200d"})
    assert found(island, "id-confusable") == [ascii(row[key] + "\u200d")]


@given(st.text(max_size=40))
def test_what_is_seen_is_seen_again(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert looks(text) == looks(visible(text))


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", max_size=40))
def test_plain_identifiers_look_as_they_are(text: str) -> None:
    assert looks(text) == looks(text.upper()) == text


# ------------------------------------------------------------------------------ versions


def unneeded(schema: dict[str, Any]) -> None:
    schema["fields"][3].pop("kzdata:evidence")
    schema["fields"][4]["kzdata:evidence"] = "exempt"


WEAKER: dict[str, tuple[str, Any, list[str]]] = {
    "receipts": (
        "tolls",
        unneeded,
        ["field fate needed receipts, and needs none",
         "field wording needed receipts, and needs none"],
    ),
    "declaration": (
        "tolls",
        lambda schema: schema.pop("kzdata:figure"),
        ["kzdata:figure was declared, and is not"],
    ),
    "member": (
        "passages",
        lambda schema: schema["kzdata:spans"].pop("checksum"),
        ["kzdata:spans.checksum was declared, and is not"],
    ),
    "figure": (
        "tolls",
        lambda schema: schema["kzdata:figure"].update(span="wording"),
        ["kzdata:figure.span names another column"],
    ),
    "missing": (
        "tolls",
        lambda schema: schema.update(missingValues=["", "99"]),
        ["'99' counts as missing, and did not"],
    ),
}  # fmt: skip
STRONGER: dict[str, tuple[str, Any]] = {
    "receipts": ("gauges", lambda s: s["fields"][1].update({"kzdata:evidence": "required"})),
    "declaration": ("surges", lambda s: s.update({"kzdata:events": {"title": "title"}})),
    "title": ("tolls", lambda schema: schema["fields"][3].update(title="Fate")),
    "missing": ("tolls", lambda schema: schema.update(missingValues=[""])),
    "constraint": ("gauges", lambda s: s["fields"][0]["constraints"].pop("pattern")),
}


@pytest.mark.parametrize("name", WEAKER)
def test_what_is_not_asked_any_more_shows(island: Folder, tmp_path: Path, name: str) -> None:
    """Catches a package that is made valid by asking less of it."""
    table, change, expected = WEAKER[name]
    later = flood(tmp_path / "later")
    later.reschema(table, change)
    later.describe(lambda package: package.update(version="2.0.0"))
    with diff(island.root, later.root) as found:
        assert list(found.weakened) == [f"{table}: {words}" for words in expected]
        assert json.loads(found.to_json())["weakened"] == list(found.weakened)
        assert "asked before, and not now" in "\n".join(diffs.as_lines(found))
        assert "Asked before, and not now:" in list(diffs.as_markdown(found))
    told = [f for f in release_check(island.root, later.root) if f.rule == "release-receipts"]
    assert [(f.field, f.found, f.severity) for f in told] == [
        (table, words, "warning") for words in expected
    ]


@pytest.mark.parametrize("name", STRONGER)
def test_what_is_asked_besides_is_no_weakening(island: Folder, tmp_path: Path, name: str) -> None:
    """Catches an alarm about a stricter version, and about what demands no receipt."""
    table, change = STRONGER[name]
    later = flood(tmp_path / "later")
    later.reschema(table, change)
    with diff(island.root, later.root) as found:
        assert found.weakened == ()
        assert "asked before" not in "\n".join(diffs.as_lines(found))
