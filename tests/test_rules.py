"""Every rule finds its own fault, at the right place, in a package that it has never seen.

The package is the invented flood of `packages.py`. A case spoils it and says where a finding must
be; the place is worked out by `Folder.place`, not by kzdata.
"""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzdata.validation import RULES, Rule, validate
from kzdata.validation.frictionless import compare
from kzdata.validation.rule import GROUPS
from kzdata.validation.rules.facts import _limits, _Part
from packages import (
    CALLED,
    GONE,
    GULL,
    HEARD,
    ISLETS,
    LETTERS,
    PASSAGES,
    RECEIPTS,
    SKIPPED,
    TERMS,
    TIES,
    TOLLS,
    Folder,
    Passages,
    Receipt,
    Spec,
    Text,
    breaches,
    build,
    checksum,
    column,
    columns,
    key,
    letters,
    receipts,
)

EMPTY_FOUND = {"cell-required", "declared-cell"}
"""Rules about a cell in which nothing stands."""
UNSEALED = {"resource-bytes", "resource-hash"}


class Fault(NamedTuple):
    """Where a finding must be."""

    file: str
    line: int | None = None
    column: int | None = None


Spoil = Callable[[Folder], Fault]
CASES: dict[str, Spoil] = {}


def case(spoil: Spoil) -> Spoil:
    """Register a case under the name of its rule."""
    CASES[spoil.__name__.replace("_", "-")] = spoil
    return spoil


def at(island: Folder, table: str, index: int, column: str) -> Fault:
    return Fault(f"tables/{table}.csv", *island.place(table, index, column))


def edited(island: Folder, table: str, index: int, column: str, value: str) -> Fault:
    """Put a value into a cell that is then at fault."""
    island.edit(table, index, column, value)
    return at(island, table, index, column)


def edge(island: Folder, row: str, cell: str) -> int:
    """Index of the receipt of a cell."""
    rows = island.rows("receipts")
    return next(i for i, r in enumerate(rows) if (r["row"], r["cell"]) == (row, cell))


def passage(island: Folder, words: str) -> tuple[int, str]:
    """Index and identifier of a passage."""
    rows = island.rows("passages")
    return next((i, r["passage"]) for i, r in enumerate(rows) if r["words"] == words)


def cited(island: Folder, start: int, end: int) -> int:
    """Add a true passage of the first letter, and return its index."""
    words = GULL.body[start:end]
    seal = checksum(GULL.digest, start, end, 1, words)
    place = {"from": str(start), "to": str(end), "words": words, "nth": "1", "seal": seal}
    return island.append("passages", passage="p99", letter="gull", **place)


# ------------------------------------------------------------------------------ package


@case
def descriptor(island: Folder) -> Fault:
    island.describe(lambda package: package.update(keywords=[]))
    return Fault("datapackage.json")


@case
def resource_path(island: Folder) -> Fault:
    island.describe(lambda p: p["resources"].append({"name": "lost", "path": "tables/lost.csv"}))
    return Fault("datapackage.json")


@case
def resource_bytes(island: Folder) -> Fault:
    island.append("people", person="gull-keeper")
    return Fault("tables/people.csv")


@case
def resource_hash(island: Folder) -> Fault:
    island.edit("people", 0, "person", "masteR")
    return Fault("tables/people.csv")


@case
def version_semver(island: Folder) -> Fault:
    island.describe(lambda package: package.update(version="1.0"))
    return Fault("datapackage.json")


@case
def version_changelog(island: Folder) -> Fault:
    island.describe(lambda package: package.update(version="1.0.1"))
    return Fault("CHANGELOG.md")


@case
def not_checked(island: Folder) -> Fault:
    island.describe(lambda p: p.update({"$schema": "https://example.org/stricter.json"}))
    return Fault("datapackage.json")


def with_story(island: Folder, text: str) -> None:
    """The flood with a story."""
    entry = {"name": "story", "path": "story.md", "mediatype": "text/markdown"}
    (island.root / "story.md").write_text(text, encoding="utf-8")
    island.describe(lambda package: package["resources"].append(entry))


@case
def story_record(island: Folder) -> Fault:
    with_story(island, "# Flood\n\nAt Norholm\n[12](T9) drowned.\n")
    return Fault("story.md", 4, 2)


@case
def story_number(island: Folder) -> Fault:
    with_story(island, "At Norholm [13](T1) drowned.\n")
    return Fault("story.md", 1, 13)


@case
def story_unlinked(island: Folder) -> Fault:
    with_story(island, "On 4 March 2031 at Norholm [12](T1) drowned, and dozens were hurt.\n")
    return Fault("story.md", 1, 50)


@case
def allow_stale(island: Folder) -> Fault:
    lines = ["# what we live with", "[[allow]]", 'rule = "cell-enum"', 'reason = "was true once"']
    (island.root / "kzdata-allow.toml").write_text("\n".join(lines), encoding="utf-8")
    return Fault("kzdata-allow.toml", 2)


# ------------------------------------------------------------------------------ structure


@case
def csv_header(island: Folder) -> Fault:
    file = island.file("gauges")
    file.write_bytes(file.read_bytes().replace(b"name,metres", b"name,meters", 1))
    return Fault("tables/gauges.csv", 1, len("gauge,name,") + 1)


@case
def csv_width(island: Folder) -> Fault:
    file = island.file("gauges")
    file.write_bytes(file.read_bytes() + b"G4,Wide\n")
    return Fault("tables/gauges.csv", 6, len("G4,") + 1)


@case
def csv_malformed(island: Folder) -> Fault:
    file = island.file("gauges")
    file.write_bytes(file.read_bytes() + b'G4,"Mid" dle,1,1,sound,\n')
    return Fault("tables/gauges.csv", 6, 4)


@case
def csv_blank_line(island: Folder) -> Fault:
    file = island.file("gauges")
    file.write_bytes(file.read_bytes().replace(b"\nG3", b"\n\nG3"))
    return Fault("tables/gauges.csv", 5, 1)


# ------------------------------------------------------------------------------ cells


@case
def cell_required(island: Folder) -> Fault:
    return edited(island, "tolls", 1, "passage", "")


@case
def cell_type(island: Folder) -> Fault:
    return edited(island, "gauges", 1, "metres", "2_5")


@case
def cell_format(island: Folder) -> Fault:
    return edited(island, "gauges", 2, "keeper", "b at example.org")


@case
def cell_enum(island: Folder) -> Fault:
    return edited(island, "gauges", 1, "state", "Lost")


@case
def cell_category(island: Folder) -> Fault:
    known = sorted({int(row["rain"]) for row in island.rows("gauges") if row["rain"]})
    sorts = {"categories": [{"value": value, "label": f"{value} mm"} for value in known]}
    island.reschema("gauges", lambda schema: schema["fields"][3].update(sorts))
    return edited(island, "gauges", 1, "rain", "98")


@case
def cell_pattern(island: Folder) -> Fault:
    return edited(island, "gauges", 1, "gauge", "G2b")


@case
def cell_json_schema(island: Folder) -> Fault:
    wanted = {"name": "keeper", "type": "array", "constraints": {"jsonSchema": {"maxItems": 1}}}
    island.reschema("gauges", lambda schema: schema["fields"].__setitem__(5, wanted))
    island.edit("gauges", 0, "keeper", "[]")
    island.edit("gauges", 2, "keeper", '["a"]')
    return edited(island, "gauges", 1, "keeper", '["a", "b"]')


@case
def cell_min_length(island: Folder) -> Fault:
    return edited(island, "gauges", 1, "name", "🌊é")


@case
def cell_max_length(island: Folder) -> Fault:
    return edited(island, "gauges", 1, "name", "a, name, so long")


@case
def cell_minimum(island: Folder) -> Fault:
    return edited(island, "gauges", 2, "metres", "-0.0001")


@case
def cell_maximum(island: Folder) -> Fault:
    return edited(island, "gauges", 2, "metres", "9.50001")


@case
def cell_exclusive_minimum(island: Folder) -> Fault:
    return edited(island, "gauges", 1, "rain", "0")


@case
def cell_exclusive_maximum(island: Folder) -> Fault:
    return edited(island, "gauges", 1, "rain", "100")


@case
def cell_control_character(island: Folder) -> Fault:
    return edited(island, "gauges", 1, "name", "The \u202eeye")


@case
def cell_formula(island: Folder) -> Fault:
    return edited(island, "gauges", 1, "name", "=1+1")


# ------------------------------------------------------------------------------ references


@case
def primary_key(island: Folder) -> Fault:
    return edited(island, "gauges", 2, "gauge", "G1")


@case
def unique_key(island: Folder) -> Fault:
    return edited(island, "gauges", 2, "name", 'The "eye"')


@case
def foreign_key(island: Folder) -> Fault:
    return edited(island, "tolls", 0, "islet", "nowhere")


@case
def hierarchy_acyclic(island: Folder) -> Fault:
    return edited(island, "islets", 2, "part", "vik")


@case
def alias_entity(island: Folder) -> Fault:
    return edited(island, "called", 0, "who", "nobody")


def called(island: Folder, who: str, printed: str) -> Fault:
    """A surface form of the first letter that is then at fault."""
    place = island.append("called", who=who, printed=printed, letter="gull")
    return at(island, "called", place, "printed")


def coded(island: Folder, sort: str, term: str) -> Fault:
    """A term for what became of people that is then at fault."""
    place = island.append("terms", about="tolls.fate", sort=sort, term=term)
    return at(island, "terms", place, "term")


@case
def term_empty(island: Folder) -> Fault:
    return coded(island, "lost", "of the")


@case
def alias_empty(island: Folder) -> Fault:
    return called(island, "master", "them")


@case
def term_ambiguous(island: Folder) -> Fault:
    return coded(island, "lost", "The drowned")


@case
def term_of_another(island: Folder) -> Fault:
    return coded(island, "drowned", "were lost")


@case
def term_negated(island: Folder) -> Fault:
    return coded(island, "drowned", "not drowned")


@case
def alias_negated(island: Folder) -> Fault:
    return called(island, "master", "not the harbour master")


@case
def alias_of_another(island: Folder) -> Fault:
    return called(island, "norholm", "Aske")


@case
def alias_unexplained(island: Folder) -> Fault:
    return edited(island, "called", 4, "printed", "Aske")


@case
def alias_ambiguous(island: Folder) -> Fault:
    place = island.append("called", who="warden", printed="harbour master", letter="gull")
    return at(island, "called", place, "printed")


@case
def codebook_category(island: Folder) -> Fault:
    return edited(island, "terms", 0, "about", "tolls.fates")


@case
def declared_cell(island: Folder) -> Fault:
    return edited(island, "passages", 0, "seal", "")


@case
def declared_reference(island: Folder) -> Fault:
    return edited(island, "called", 0, "letter", "nowhere")


@case
def tombstone_reused(island: Folder) -> Fault:
    island.edit("gone", 0, "row", "T4")
    return at(island, "tolls", 3, "toll")


@case
def tombstone_replacement(island: Folder) -> Fault:
    return edited(island, "gone", 0, "instead", "T99")


# ------------------------------------------------------------------------------ spans


@case
def span_bounds(island: Folder) -> Fault:
    return edited(island, "passages", 2, "to", str(len(GULL.body) + 1))


@case
def span_length(island: Folder) -> Fault:
    index, _ = passage(island, "three")
    return edited(island, "passages", index, "to", island.rows("passages")[index]["from"] + "0")


@case
def span_quote_length(island: Folder) -> Fault:
    return at(island, "passages", cited(island, 2, 63), "words")


@case
def span_sentence(island: Folder) -> Fault:
    return edited(island, "passages", 1, "words", "“Aske was gone, it seems.”")


@case
def span_checksum(island: Folder) -> Fault:
    return edited(island, "passages", 4, "seal", "0123456789abcdef")


@case
def span_share(island: Folder) -> Fault:
    island.reschema("passages", lambda schema: schema["kzdata:spans"].update(maxShare=0.01))
    return at(island, "letters", 1, "size")


@case
def span_orphan(island: Folder) -> Fault:
    start = GULL.body.index("lies lower")
    return at(island, "passages", cited(island, start, start + 10), "passage")


# ------------------------------------------------------------------------------ figures


@case
def figure_in_quote(island: Folder) -> Fault:
    return edited(island, "tolls", 0, "wording", "13")


@case
def figure_grammar(island: Folder) -> Fault:
    return edited(island, "tolls", 0, "wording", "a swarm")


@case
def figure_interval(island: Folder) -> Fault:
    return edited(island, "tolls", 0, "least", "11")


@case
def figure_order(island: Folder) -> Fault:
    island.edit("tolls", 3, "most", "39")
    return at(island, "tolls", 3, "least")


# ------------------------------------------------------------------------------ evidence


@case
def evidence_record(island: Folder) -> Fault:
    return edited(island, "receipts", 3, "row", "T99")


@case
def evidence_field(island: Folder) -> Fault:
    return edited(island, "receipts", 3, "cell", "title of it")


@case
def evidence_empty_cell(island: Folder) -> Fault:
    island.edit("tolls", 0, "islet", "")
    return at(island, "receipts", edge(island, "T1", "islet"), "passage")


@case
def evidence_role(island: Folder) -> Fault:
    return edited(island, "receipts", 5, "how", "guessed")


@case
def evidence_missing(island: Folder) -> Fault:
    island.delete("receipts", edge(island, "T3", "fate"))
    return at(island, "tolls", 2, "fate")


@case
def evidence_count(island: Folder) -> Fault:
    return edited(island, "receipts", 4, "many", "2")


@case
def evidence_article(island: Folder) -> Fault:
    _, other = passage(island, "At Norholm")
    return edited(island, "receipts", edge(island, "T1", "islet"), "passage", other)


@case
def evidence_verbatim(island: Folder) -> Fault:
    island.edit("tolls", 0, "wording", "12 fishers")
    return at(island, "receipts", edge(island, "T1", "wording"), "passage")


@case
def evidence_principal(island: Folder) -> Fault:
    _, other = passage(island, "three")
    return edited(island, "receipts", edge(island, "T1", "wording"), "passage", other)


@case
def evidence_normalised(island: Folder) -> Fault:
    island.edit("tolls", 2, "day", "2031-02-27")
    return at(island, "receipts", edge(island, "T3", "day"), "passage")


@case
def evidence_shared(island: Folder) -> Fault:
    island.edit("tolls", 2, "surge", "S1")
    return at(island, "receipts", edge(island, "T3", "surge"), "passage")


@case
def evidence_resolved(island: Folder) -> Fault:
    island.edit("tolls", 2, "speaker", "master")
    return at(island, "receipts", edge(island, "T3", "speaker"), "passage")


@case
def evidence_coded(island: Folder) -> Fault:
    island.edit("tolls", 2, "fate", "lost")
    return at(island, "receipts", edge(island, "T3", "fate"), "passage")


@case
def term_example(island: Folder) -> Fault:
    """A passage of the first letter is the example of a word that it does not have."""
    widen(island, "terms", "where", "p1", *[""] * (len(island.rows("terms")) - 1))
    island.reschema("terms", lambda schema: schema["kzdata:codebook"].update(example="where"))
    return at(island, "terms", 0, "where")


@case
def evidence_inherited(island: Folder) -> Fault:
    island.edit("receipts", 5, "how", "inherited")
    return at(island, "receipts", 5, "passage")


@case
def evidence_inferred(island: Folder) -> Fault:
    island.edit("receipts", 5, "how", "inferred")
    return at(island, "receipts", 5, "passage")


# ------------------------------------------------------------------------------ consistency


@case
def date_order(island: Folder) -> Fault:
    return edited(island, "surges", 0, "till", "2031-03-03")


@case
def date_precision(island: Folder) -> Fault:
    return edited(island, "surges", 1, "grain", "day")


def parted(island: Folder, **cells: str) -> None:
    """Make the second surge a part of the first, with cells of its own and the days declared."""

    def part(schema: dict[str, Any]) -> None:
        schema["fields"] += [column("part", evidence="exempt"), column("of", evidence="exempt")]
        schema["foreignKeys"] = [key("part", "", "surge")]
        schema["kzdata:parent"] = "part"
        schema["kzdata:dates"][0]["basis"] = "of"

    rows = island.rows("surges")
    island.reschema("surges", part)
    island.write("surges", [rows[0] | {"part": "", "of": "event"},
                            rows[1] | {"part": "S1", "of": "article"} | cells])  # fmt: skip


@case
def date_basis(island: Folder) -> Fault:
    parted(island, of="report")
    return at(island, "surges", 1, "of")


@case
def date_within_whole(island: Folder) -> Fault:
    parted(island, since="2031-03-05", till="2031-03-05", grain="day", of="event")
    return at(island, "surges", 1, "part")


def heard(island: Folder, **cells: str) -> Fault:
    """Add what another paper says of a toll, which is at fault in the first of these cells."""
    names = [field["name"] for field in HEARD["fields"]]
    row = dict(zip(names, ("T1", "later", "Egret", "They were 13.", "", "2031-03-09", "whole"),
                   strict=True))  # fmt: skip
    (island.root / "tables/heard.csv").write_text(f"{','.join(names)}\n", encoding="utf-8")
    entry = {"name": "heard", "path": "tables/heard.csv", "schema": HEARD}
    island.describe(lambda package: package["resources"].append(entry))
    island.write("heard", [row | cells])
    return at(island, "heard", 0, next(iter(cells), "toll"))


@case
def outside_claim(island: Folder) -> Fault:
    return heard(island, toll="T99")


@case
def outside_relation(island: Folder) -> Fault:
    return heard(island, tie="denies")


@case
def outside_address(island: Folder) -> Fault:
    return heard(island, web="www.example.org/13")


@pytest.mark.parametrize(("cells", "rules"), [
    ({}, []),
    ({"toll": "S1"}, []),
    ({"web": "https://example.org/13?a=b#c"}, []),
    ({"web": "https://"}, ["outside-address"]),
    ({"web": "javascript:alert(1)"}, ["outside-address"]),
    ({"web": "https://example.org/a b"}, ["outside-address"]),
    ({"sent": "2031-13-01"}, ["declared-cell"]),
    ({"told": ""}, ["declared-cell"]),
    ({"paper": ""}, ["declared-cell"]),
    ({"toll": ""}, ["declared-cell"]),
    ({"toll": "gull"}, ["outside-claim"]),
])  # fmt: skip
def test_an_outside_report_is_about_a_record(
    island: Folder, cells: dict[str, str], rules: list[str]
) -> None:
    """Catches a report about nothing, without words or a paper, or with an address that acts."""
    heard(island, **cells)
    island.reseal()
    assert [finding.rule for finding in breaches(validate(island.root))] == rules


def test_an_outside_report_has_no_receipts(island: Folder) -> None:
    """Catches what others say that is made evidence."""
    heard(island)
    island.reschema("heard", lambda s: s["fields"][3].update({"kzdata:evidence": "exempt"}))
    island.reseal()
    (found,) = validate(island.root, select=["descriptor"])
    assert str(found.field).endswith("schema.kzdata:outside")


def shared(island: Folder, *pairs: tuple[str, str], **schema: Any) -> Fault:
    """Say which islets overlap; the last pair is at fault."""
    described = {
        "fields": columns("islet other"),
        "foreignKeys": [key(name, "islets", "islet") for name in ("islet", "other")],
        "kzdata:overlaps": {"one": "islet", "other": "other"},
    }
    (island.root / "tables/shared.csv").write_text("islet,other\n", encoding="utf-8")
    entry = {"name": "shared", "path": "tables/shared.csv", "schema": described | schema}
    island.describe(lambda package: package["resources"].append(entry))
    island.write("shared", [{"islet": one, "other": other} for one, other in pairs])
    return at(island, "shared", len(pairs) - 1, "other")


@case
def overlap_pair(island: Folder) -> Fault:
    return shared(island, ("vik", "norholm"), ("vik", "aske"))


@pytest.mark.parametrize(("pairs", "sound"), [
    ([("vik", "norholm"), ("norholm", "aske")], True),
    ([("vik", "norholm"), ("norholm", "vik")], False),
    ([("vik", "norholm"), ("vik", "norholm")], False),
    ([("vik", "vik")], False),
    ([("aske", "vik")], False),
])  # fmt: skip
def test_an_overlap_is_of_two_that_stand_side_by_side(
    island: Folder, pairs: list[tuple[str, str]], sound: bool
) -> None:
    """Catches a part that is said to overlap with its whole, and a pair told twice."""
    shared(island, *pairs)
    island.reseal()
    found = {finding.rule for finding in breaches(validate(island.root))}
    assert found == (set() if sound else {"overlap-pair"})


def test_an_overlap_is_of_one_hierarchy(island: Folder) -> None:
    """Catches an islet that overlaps with a person."""
    keys = [key("islet", "islets", "islet"), key("other", "people", "person")]
    shared(island, foreignKeys=keys)
    (found,) = validate(island.root, select=["descriptor"])
    assert str(found.field).endswith("schema.kzdata:overlaps")


@case
def date_after_article(island: Folder) -> Fault:
    return edited(island, "tolls", 0, "day", "2031-03-07")


@case
def inferred_ground(island: Folder) -> Fault:
    place = edge(island, "S1", "sort")
    island.edit("receipts", place, "how", "inferred")
    return edited(island, "receipts", place, "why", "This follows clearly.")


@case
def inferred_quote(island: Folder) -> Fault:
    place = edge(island, "S1", "sort")
    island.edit("receipts", place, "how", "inferred")
    return edited(island, "receipts", place, "why", "The headline has “the dyke is gone”.")


@case
def figure_span(island: Folder) -> Fault:
    island.reschema("tolls", lambda schema: schema["kzdata:figure"].update(span="wording"))
    return Fault("datapackage.json")


@case
def missing_value_counts(island: Folder) -> Fault:
    island.reschema("tolls", lambda schema: schema.update(missingValues=["", "99"]))
    return Fault("datapackage.json")


@case
def receipts_unsealed(island: Folder) -> Fault:
    island.reschema("receipts", lambda schema: schema["kzdata:edges"].pop("count"))
    return Fault("datapackage.json")


@case
def source_twice(island: Folder) -> Fault:
    return edited(island, "letters", 1, "digest", GULL.digest.upper())


@case
def id_confusable(island: Folder) -> Fault:
    place = island.append("islets", islet="nоrholm")
    return at(island, "islets", place, "islet")


@case
def source_day_far(island: Folder) -> Fault:
    return edited(island, "letters", 1, "spoken", "2019-03-07")


@case
def date_far(island: Folder) -> Fault:
    for name, how in (("since", "inferred"), ("till", "inferred")):
        place = edge(island, "S1", name)
        island.edit("receipts", place, "how", how)
        island.edit("receipts", place, "why", "The words of the passage give the day.")
    return edited(island, "surges", 0, "since", "2019-03-04")


@case
def source_order(island: Folder) -> Fault:
    return edited(island, "letters", 0, "spoken", "2031-03-09")


def dated(island: Folder, words: str = "on Tuesday", day: str = "2031-03-04") -> Fault:
    """Say which passage gives the day of the first letter."""
    widen(island, "letters", "dated", passage(island, words)[1], "")
    declare = {"day_span": "dated"}
    island.reschema("letters", lambda schema: schema["kzdata:sources"].update(declare))
    island.edit("letters", 0, "spoken", day)
    return at(island, "letters", 0, "dated")


@case
def source_day(island: Folder) -> Fault:
    return dated(island, day="2031-03-05")


@pytest.mark.parametrize(("words", "rules"), [
    ("on Tuesday", []),
    ("on Thursday", ["source-day"]),
    ("12 fishers drowned", ["source-day"]),
])  # fmt: skip
def test_the_passage_of_a_day_gives_it(island: Folder, words: str, rules: list[str]) -> None:
    """Catches a passage of another article, and one that gives no day."""
    dated(island, words)
    island.reseal()
    assert [f.rule for f in validate(island.root, select=["source-day"])] == rules


def widen(island: Folder, table: str, name: str, *cells: str) -> None:
    """Give a table a further column."""
    rows = island.rows(table)
    island.reschema(table, lambda schema: schema["fields"].append(column(name)))
    island.write(table, [{**row, name: cell} for row, cell in zip(rows, cells, strict=True)])


@case
def source_address(island: Folder) -> Fault:
    widen(island, "letters", "basis", "url", *[""] * (len(island.rows("letters")) - 1))
    basis = {"published_basis": "basis"}
    island.reschema("letters", lambda schema: schema["kzdata:sources"].update(basis))
    return at(island, "letters", 0, "sent")


@case
def place_within(island: Folder) -> Fault:
    for name, cells in {
        "lat": ("", "", ""),
        "lon": ("", "", ""),
        "size": ("city", "site", "city"),
        "code": ("NO-46", "NO-46", "NO-50"),
    }.items():
        widen(island, "islets", name, *cells)
    declared = {"id": "islet", "latitude": "lat", "longitude": "lon", "kind": "size"}
    declared["code"] = "code"
    island.reschema("islets", lambda schema: schema.update({"kzdata:places": declared}))
    return at(island, "islets", 2, "part")


@case
def link_comparable(island: Folder) -> Fault:
    return edited(island, "ties", 1, "two", "S1")


@case
def link_acyclic(island: Folder) -> Fault:
    island.edit("ties", 0, "two", "T2")
    return at(island, "ties", 0, "how")


@case
def link_part_within_whole(island: Folder) -> Fault:
    island.edit("ties", 0, "one", "T1")
    return edited(island, "ties", 0, "two", "T2")


def tied(island: Folder, one: str, how: str, two: str, **members: list[str]) -> Fault:
    """A link whose relation is at fault, under further members of the declarations."""
    about = {"outcome": "fate", "event": "surge", "place": "islet", "claimant": "speaker"}
    island.reschema("tolls", lambda schema: schema.update({"kzdata:claims": about}))
    island.reschema("ties", lambda schema: schema["kzdata:links"].update(members))
    return at(island, "ties", island.append("ties", tie="L3", one=one, how=how, two=two), "how")


def twin(island: Folder) -> str:
    """A second claim that says what the first one says."""
    island.append("tolls", **{**island.rows("tolls")[0], "toll": "T6"})
    return "T6"


@case
def link_addition(island: Folder) -> Fault:
    for name in ("wording", "hedge"):
        island.edit("tolls", 3, name, "")
    return tied(island, "T4", "besides", "T1", adds=["besides"])


@case
def link_sameness(island: Folder) -> Fault:
    return tied(island, "T1", "equals", "T3", same=["equals"])


@case
def link_difference(island: Folder) -> Fault:
    return tied(island, twin(island), "unlike", "T1", differs=["unlike"])


@case
def link_contradiction(island: Folder) -> Fault:
    return tied(island, twin(island), "contradicts", "T1")


@case
def link_order(island: Folder) -> Fault:
    return tied(island, "T1", "renews", "T3", supersedes=["renews"])


@case
def link_same_throughout(island: Folder) -> Fault:
    return tied(island, "T1", "equals", "T3", same=["equals"])


@case
def disagreement_judged(island: Folder) -> Fault:
    about = {"outcome": "fate", "event": "surge", "place": "islet", "claimant": "speaker"}
    island.reschema("tolls", lambda schema: schema.update({"kzdata:claims": about}))
    island.write("ties", island.rows("ties")[1:])
    return at(island, "tolls", 1, "wording")


@case
def exclusion_bounds(island: Folder) -> Fault:
    return edited(island, "skipped", 0, "to", str(len(GULL.body)))


# ------------------------------------------------------------------------------ texts


@case
def text_missing(island: Folder) -> Fault:
    return edited(island, "letters", 1, "digest", "0" * 64)


@case
def text_length(island: Folder) -> Fault:
    return edited(island, "letters", 1, "size", island.rows("letters")[1]["size"] + "0")


@case
def span_slice(island: Folder) -> Fault:
    index, _ = passage(island, "14 fishers drowned")
    island.edit("passages", index, "words", "15 fishers drowned")
    return at(island, "passages", index, "from")


@case
def span_occurrence(island: Folder) -> Fault:
    index, _ = passage(island, "drowned")
    return edited(island, "passages", index, "nth", "2")


@case
def span_whole_sentence(island: Folder) -> Fault:
    start = GULL.body.index("One bell")
    return at(
        island, "passages", cited(island, start, start + len("One bell rang all night")), "words"
    )


@case
def figure_cut_short(island: Folder) -> Fault:
    start = GULL.body.index("40")
    cited(island, start, start + 2)
    return edited(island, "receipts", edge(island, "T4", "wording"), "passage", "p99")


@case
def figure_perhaps_cut(island: Folder) -> Fault:
    start = GULL.body.index("two walls")
    cited(island, start, start + 3)
    return edited(island, "receipts", edge(island, "T1", "wording"), "passage", "p99")


def recounted(island: Folder, words: str) -> Fault:
    """A claim of drowned people whose figure is another number of the first letter."""
    island.reschema("tolls", lambda s: s.update({"kzdata:claims": {"outcome": "fate"}}))
    start = GULL.body.index(words)
    cited(island, start, start + len(words))
    island.edit("receipts", edge(island, "T1", "wording"), "passage", "p99")
    return edited(island, "tolls", 0, "wording", words)


@case
def figure_not_a_count(island: Folder) -> Fault:
    return recounted(island, "9")


@case
def figure_counts_another(island: Folder) -> Fault:
    return recounted(island, "More than 40")


@case
def figure_counts_whole(island: Folder) -> Fault:
    """Fishers are called after an islet, of which the claim names a part."""
    widen(island, "tolls", "who", "vik", *[""] * (len(island.rows("tolls")) - 1))
    about = {"outcome": "fate", "population": "who"}
    keys = [*TOLLS["foreignKeys"], key("who", "islets", "islet")]
    declare = {"kzdata:claims": about, "foreignKeys": keys}
    island.reschema("tolls", lambda schema: schema.update(declare))
    island.append("terms", about="tolls.who", sort="aske", term="fishers")
    return at(island, "tolls", 0, "wording")


@case
def figure_no_number(island: Folder) -> Fault:
    return recounted(island, "One")


@case
def number_unexplained(island: Folder) -> Fault:
    island.delete("skipped", 0)
    return Fault("tables/letters.csv")


@case
def exclusion_token(island: Folder) -> Fault:
    return edited(island, "skipped", 0, "token", "one")


@case
def alias_printed(island: Folder) -> Fault:
    return edited(island, "called", 1, "printed", "norholm")


def claimed(island: Folder, words: str, term: str, wording: str = "") -> int:
    """Claim that something is lost by words of the first letter, and return the row's index."""
    start = GULL.body.index(words)
    cited(island, start, start + len(words))
    island.append("terms", about="tolls.fate", sort="lost", term=term)
    island.append("receipts", row="T9", cell="fate", passage="p99", how="coded", many="1")
    return island.append("tolls", toll="T9", passage="p99", fate="lost", wording=wording)


@case
def claim_scattered(island: Folder) -> Fault:
    """What happened is said of another number."""
    lost = GULL.body.index("lost")
    cited(island, lost, lost + 4)
    island.edit("receipts", edge(island, "T1", "fate"), "passage", "p99")
    return edited(island, "tolls", 0, "fate", "lost")


@case
def claim_context(island: Folder) -> Fault:
    """Where it happened is said by the first sentence, and nobody says why it holds here."""
    place = edge(island, "T1", "islet")
    island.edit("receipts", place, "why", "")
    island.edit("receipts", place, "how", "resolved")
    return at(island, "tolls", 0, "islet")


@case
def inherited_chain(island: Folder) -> Fault:
    place = edge(island, "T1", "islet")
    return edited(island, "receipts", place, "why", "“over the dyke”: of which the letter tells.")


@case
def claim_denied(island: Folder) -> Fault:
    return at(island, "tolls", claimed(island, "sheep were not counted", "counted"), "passage")


@case
def claim_supposed(island: Folder) -> Fault:
    return at(island, "tolls", claimed(island, "may have strayed", "strayed"), "passage")


@case
def claim_corrected(island: Folder) -> Fault:
    claimed(island, "two bells", "bells", "two")
    return at(island, "tolls", 3, "passage")


# ------------------------------------------------------------------------------ tests


def test_a_key_that_is_unique_in_two_ways_is_reported_once(tmp_path: Path) -> None:
    """Catches findings that stand twice, and one column that is looked at twice at a time."""
    schema = {
        "fields": [column("a", unique=True), column("b")],
        "primaryKey": "a",
        "uniqueKeys": [["a"]],
    }
    made = build(tmp_path / "made", [Spec("t", schema, [["x", "1"], ["x", "2"], ["y", "1"]])])
    told = [(f.rule, f.line) for f in validate(made.root)]
    assert told == [(rule, line) for line in (2, 3) for rule in ("primary-key", "unique-key")]


def test_numbers_are_excluded_in_one_table(tmp_path: Path) -> None:
    """Catches a second table of exclusions that nothing checks."""
    made = build(tmp_path / "made", [Spec("one", SKIPPED, []), Spec("two", SKIPPED, [])])
    told = [(f.rule, f.found, f.expected) for f in validate(made.root)]
    assert ("descriptor", "one, two", "one table at most") in told


@pytest.mark.parametrize(
    ("language", "found"), [("en", False), ("en-GB", False), ("da", True), ("", False)]
)
def test_the_example_of_a_term_is_in_its_language(
    island: Folder, language: str, found: bool
) -> None:
    """Catches a word of one language that stands by chance in an article of another."""
    quotes = {row["passage"]: row["words"] for row in island.rows("passages")}
    term = island.rows("terms")[0]["term"]
    example = next(key for key, quote in quotes.items() if term in quote)
    rest = len(island.rows("terms")) - 1
    widen(island, "terms", "where", example, *[""] * rest)
    widen(island, "terms", "tongue", language, *[""] * rest)
    widen(island, "letters", "tongue", "en", "en")
    book = {"example": "where", "language": "tongue"}
    island.reschema("terms", lambda schema: schema["kzdata:codebook"].update(book))
    island.reschema("letters", lambda s: s["kzdata:sources"].update(language="tongue"))
    rules = [f.rule for f in validate(island.root)]
    assert ("term-example" in rules) is found


def test_an_alias_is_no_part_of_a_longer_word(island: Folder, island_texts: Path) -> None:
    """Catches an article that is said to print "Norhol" because it has "Norholm"."""
    island.edit("called", 1, "printed", "Norhol")
    island.reseal()
    assert "alias-printed" in {f.rule for f in validate(island.root, texts=island_texts)}


# ------------------------------------------------------------------------------ oracle


@case
def reference_disagrees(island: Folder) -> Fault:
    """An example that is not of its type: frictionless refuses the whole descriptor for it."""
    island.reschema("gauges", lambda schema: schema["fields"][3].update(example="many"))
    return Fault("datapackage.json")


ELSEWHERE = {
    *("limit-exceeded", "resource-changed", "date-cut-short", "source-copied"),
    *("figure-nearer-another", "passage-names-another", "words-of-another-claim"),
}
"""Rules about the run, of which `test_limits` has the cases; and what needs another article."""


@case
def recommendation(island: Folder) -> Fault:
    island.describe(lambda package: package.update(name="Flood on the Island"))
    return Fault("datapackage.json")


def test_every_rule_has_a_case() -> None:
    """Catches a rule that nobody has ever seen fail."""
    assert set(CASES) | ELSEWHERE == set(RULES)


@pytest.mark.parametrize("with_texts", [False, True])
def test_the_invented_package_is_valid(
    island: Folder, island_texts: Path, with_texts: bool
) -> None:
    """Catches a rule that knows the shipped package's names and no others."""
    report = validate(island.root, texts=island_texts if with_texts else None)
    assert breaches(report) == []
    assert report.receipts.required == report.receipts.evidenced > 40
    assert report.receipts.inferred == 0
    assert report.spans_in_texts == (len(island.rows("passages")) if with_texts else 0)


def test_aliases_may_be_of_any_entity(island: Folder) -> None:
    """Catches an optional part of a declaration without which every receipt is refused."""
    island.reschema("called", lambda schema: schema["kzdata:aliases"].pop("of"))
    assert breaches(validate(island.root)) == []
    index = edge(island, "T3", "speaker")
    island.edit("tolls", 2, "speaker", "master")
    island.reseal()
    line, _ = island.place("receipts", index, "row")
    found = breaches(validate(island.root))
    assert [(f.rule, f.line) for f in found] == [("evidence-resolved", line)]


def test_aliases_without_an_article_are_of_all_articles(island: Folder) -> None:
    """Catches an optional part of a declaration without which every receipt is refused."""
    island.reschema("called", lambda schema: schema.pop("primaryKey"))
    for place in range(len(island.rows("called"))):
        island.edit("called", place, "letter", "gull")
    island.reseal()
    assert {f.rule for f in breaches(validate(island.root))} == {"evidence-resolved"}
    island.reschema("called", lambda schema: schema["kzdata:aliases"].pop("source"))
    assert breaches(validate(island.root)) == []
    index = edge(island, "T3", "speaker")
    island.edit("tolls", 2, "speaker", "master")
    island.reseal()
    line, _ = island.place("receipts", index, "row")
    found = breaches(validate(island.root))
    assert [(f.rule, f.line) for f in found] == [("evidence-resolved", line)]


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        ("on Tuesday", []),
        ("burnt", ["evidence-shared"]),
        ("12 fishers drowned", ["evidence-shared"]),
    ],
)
def test_a_part_names_its_whole_by_a_passage_of_it(
    island: Folder, words: str, rules: list[str]
) -> None:
    """Catches a part whose receipt is checked as the name of an entity, or not at all."""
    parted(island)
    island.reschema("surges", lambda s: s["fields"][6].update({"kzdata:evidence": "required"}))
    _, name = passage(island, words)
    island.append("receipts", row="S2", cell="part", passage=name, how="resolved", many="1")
    island.reseal()
    assert [f.rule for f in breaches(validate(island.root))] == rules


@pytest.mark.parametrize(("of", "till", "grain", "sound"), [
    ("article", "", "", True),
    ("event", "", "", False),
    ("report", "", "", False),
    ("", "", "", False),
    ("article", "2031-03-03", "before", True),
    ("event", "2031-03-03", "before", True),
    ("article", "2031-03-04", "day", False),
    ("report", "2031-03-04", "day", True),
    ("day", "2031-03-04", "day", False),
    ("", "2031-03-04", "day", False),
])  # fmt: skip
def test_what_a_date_is_the_day_of_fits_the_date(
    island: Folder, of: str, till: str, grain: str, sound: bool
) -> None:
    """Catches a day of nothing, and a bound that passes for a day."""
    parted(island, of=of, till=till, grain=grain)
    assert ("date-basis" not in validate(island.root).by_rule) == sound


DAYS = st.one_of(st.none(), st.dates(date(2031, 3, 1), date(2031, 3, 9)))


@given(st.lists(st.tuples(st.integers(-1, 7), DAYS, DAYS), max_size=8))
def test_days_of_parts_are_within_those_of_all_above(rows: list[Any]) -> None:
    """Catches a part that is compared with the next whole alone, and a cycle without an end."""
    parts = {
        str(at): _Part(str(whole) if whole >= 0 else None, at, (first, last))
        for at, (whole, first, last) in enumerate(rows)
    }
    for name, (first, last) in _limits(parts).items():
        above, seen = parts[name].whole, {name}
        ends = list[tuple[Any, Any]]()
        while above in parts and above not in seen:
            seen.add(above)
            ends.append(parts[above].days)
            above = parts[above].whole
        if above in parts:
            continue  # it leads into a cycle
        assert first == max((one for one, _ in ends if one), default=None)
        assert last == min((one for _, one in ends if one), default=None)


def test_a_term_inside_a_longer_term_does_not_count(island: Folder) -> None:
    """Catches a term that justifies its category from inside a longer term of another one."""
    island.append("terms", about="tolls.fate", sort="missing", term="fishers")
    island.append("terms", about="tolls.fate", sort="missing", term="12 fishers")
    island.append("terms", about="tolls.fate", sort="lost", term="12 fishers drowned")
    _, words = passage(island, "12 fishers drowned")
    island.edit("receipts", edge(island, "T1", "fate"), "passage", words)
    for fate, justified in [("lost", True), ("missing", False), ("drowned", False)]:
        island.edit("tolls", 0, "fate", fate)
        island.reseal()
        assert ("evidence-coded" not in validate(island.root).by_rule) == justified, fate


def test_a_passage_of_the_day_is_used(tmp_path: Path) -> None:
    """Catches a passage that is called an orphan although an article's day rests on it."""
    text = Text("gull", "Aske, March 5, 2031. All is well", "2031-03-06", "2031-03-05")
    cut = Passages([text])
    day = cut.of("gull", "March 5, 2031")
    named = letters([text])
    schema = {**named.schema, "fields": [*named.schema["fields"], column("by")]}
    for declared in ({}, {"day_span": "by"}):
        schema["kzdata:sources"] = dict[str, str](LETTERS["kzdata:sources"]) | declared
        articles = Spec("letters", schema, [[*named.rows[0], day]])
        specs = [articles, Spec("passages", PASSAGES, cut.rows()), receipts([])]
        package = build(tmp_path / str(len(declared)), specs)
        assert ("span-orphan" in validate(package.root).by_rule) == (not declared)


def test_a_term_beside_a_longer_term_counts(tmp_path: Path) -> None:
    """Catches a category refused although its term also stands alone in the quote."""
    text = Text("gull", "The pilots and three pilots left", "2031-03-06", "2031-03-05")
    cut = Passages([text])
    receipt = Receipt("A1", "who", cut.of("gull", "pilots and three pilots"), "coded")
    acts = {"fields": [column("act"), column("who", evidence="required")], "primaryKey": "act"}
    spans = {**PASSAGES, "kzdata:spans": PASSAGES["kzdata:spans"] | {"maxShare": 1}}
    terms = [["acts.who", "all", "pilots"], ["acts.who", "some", "three pilots"]]
    package = build(
        tmp_path,
        [
            letters([text]),
            Spec("passages", spans, cut.rows()),
            receipts([receipt]),
            Spec("acts", acts, [["A1", "all"]]),
            Spec("terms", TERMS, terms),
        ],
    )
    assert breaches(validate(package.root)) == []


@pytest.mark.parametrize(
    ("web", "sent", "stands"),
    [
        ("https://example.org/2031-03-06-4", "2031-03-06", True),
        ("https://example.org/2031/03/06/flood", "2031-03-06", True),
        ("https://example.org/a20310306.html", "2031-03-06", True),
        ("https://example.org/2031/03/07/flood", "2031-03-06", False),
        ("https://example.org/2031/06/03/flood", "2031-03-06", False),
        ("https://example.org/", "2031-03-06", False),
        ("", "2031-03-06", False),
    ],
)
def test_a_day_from_the_address_stands_in_it(
    island: Folder, web: str, sent: str, stands: bool
) -> None:
    """Catches an address compared as it is written, not by its digits, or not at all."""
    source_address(island)
    island.edit("letters", 0, "web", web)
    island.edit("letters", 0, "sent", sent)
    island.reseal()
    assert ("source-address" not in validate(island.root).by_rule) == stands


@pytest.mark.parametrize(
    ("kinds", "codes", "lies"),
    [
        (("city", "site"), ("", ""), True),
        (("city", "city"), ("NO-46", "NO-46"), True),
        (("region", "country"), ("", "NO"), True),
        (("city", "country"), ("", "NO"), False),
        (("site", "city"), ("", ""), False),
        (("site", "village"), ("", ""), True),
        (("", ""), ("NO", "NO-46"), True),
        (("", ""), ("NO", "SE-O"), False),
    ],
)
def test_a_place_lies_in_a_place_of_a_larger_kind(
    island: Folder, kinds: tuple[str, str], codes: tuple[str, str], lies: bool
) -> None:
    """Catches a city within a square, and a kind that nobody can compare."""
    place_within(island)
    for index, (kind, code) in enumerate(zip(kinds, codes, strict=True), start=1):
        island.edit("islets", index, "size", kind)
        island.edit("islets", index, "code", code)
    island.reseal()
    assert ("place-within" not in validate(island.root).by_rule) == lies


@pytest.mark.parametrize("name", CASES)
def test_a_rule_finds_its_fault(island: Folder, island_texts: Path, name: str) -> None:
    """Catches a rule that is silent, blames another place, or doesn't say what to do."""
    fault = CASES[name](island)
    if name not in UNSEALED:
        island.reseal()
    report = validate(island.root, texts=island_texts)
    second = compare(island.root, report) if name == "reference-disagrees" else []
    findings = [finding for finding in [*report, *second] if finding.rule == name]
    assert fault in [Fault(f.file, f.line, f.column) for f in findings], list(report)
    finding = next(f for f in findings if Fault(f.file, f.line, f.column) == fault)
    assert finding.fix and (finding.expected or finding.severity == "unchecked")
    assert finding.found or name in EMPTY_FOUND
    assert report.valid == (RULES[name].severity != "error" and report.errors == 0)
    assert finding.where == ":".join(str(part) for part in fault if part is not None)


def test_a_path_out_of_the_package_is_reported_as_found(island: Folder) -> None:
    """Catches "expected '../x.csv' leaves the package"."""
    island.describe(lambda p: p["resources"].append({"name": "far", "path": "../x.csv"}))
    (found,) = (f for f in validate(island.root) if f.rule == "resource-path")
    assert found.expected.startswith("a file of the package ('../x.csv' leaves the package")


CARRIED_OUT = (
    "=1+1", "=A1", "==", "=cmd|' /C calc'!A0", "@SUM(A1)", "@T.TEST(A1)", "+SUM(A1)", "-A1",
    "-$A$1*2", "+A1:B2", "-2+3+cmd|' /C calc'!A0", "+-A1", "-1+A1", "+A1!B2",
)  # fmt: skip
NOT_CARRIED_OUT = (
    "=", "+", "-", "@", "-5", "+5e3", "+7 727 0000000", "+7-727-0000000", "@user", "@user (bot)",
    "-1,+2", "+/+/", "+A1b", "- a list (of one)", "-A", "-COVID19", "--", "- yes | no!", "-A1,B2",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["string", "any", "list"])
def test_a_formula_is_what_a_spreadsheet_carries_out(tmp_path: Path, kind: str) -> None:
    """Catches a formula that passes, or a number, a telephone number or a handle that does not."""
    cells = [*CARRIED_OUT, *NOT_CARRIED_OUT]
    schema = {"fields": [column("cell", kind)]}
    package = build(tmp_path, [Spec("cells", schema, [[cell] for cell in cells])])
    report = validate(package.root)
    assert set(report.by_rule) == {"cell-formula"}
    assert [found.found for found in report] == list(CARRIED_OUT)


@pytest.mark.parametrize(
    "constraints",
    [
        {"enum": ["a", "=1+1"]},
        {"enum": ["a", "b"]},
        {"pattern": "a|=.*"},
        {"pattern": "a?=.*"},
        {"pattern": "a{0,1}=.*"},
        {"pattern": "[a-z]*=.*"},
        {"pattern": "[a=].*"},
        {"pattern": "[0-A].*"},
        {"pattern": "[b0-z].*"},
        {"pattern": "(a|=).*"},
        {"pattern": "a.*"},
    ],
    ids=str,
)
def test_no_constraint_hides_a_formula(tmp_path: Path, constraints: dict[str, Any]) -> None:
    """Catches a proof by the field's own values that clears a cell which is none of them."""
    schema = {"fields": [{"name": "cell", "type": "string", "constraints": constraints}]}
    package = build(tmp_path, [Spec("cells", schema, [["a"], ["=1+1"], ["a"]])])
    found = [one for one in validate(package.root) if one.rule == "cell-formula"]
    assert [(one.line, one.found) for one in found] == [(3, "=1+1")]


def test_a_wording_that_is_no_figure_is_reported_as_found(island: Folder) -> None:
    """Catches "expected not a figure", which reads as the opposite of what is asked."""
    island.edit("tolls", 1, "wording", "three boats")
    row = edge(island, "T2", "least")
    island.edit("receipts", row, "passage", "p1")
    island.reseal()
    said = {f.rule: f.expected for f in validate(island.root)}
    assert said["figure-grammar"].startswith("a figure (not a figure: 'three boats'")
    assert said["evidence-normalised"].startswith("what the quote says (not a figure: ")


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_rule_is_documented(rule: Rule) -> None:
    """Catches a rule without a page in the reference, or with a name that is no code."""
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", rule.name)
    assert rule.group in GROUPS
    first, *rest = rule.doc.splitlines()
    assert re.fullmatch(r".{20,100}[.:]", first), first
    assert not rest or rest[0] == ""
    assert rule.fix and not rule.fix.endswith(".")


@pytest.mark.parametrize("role", ["sources", "spans", "edges"])
def test_required_receipts_without_an_evidence_table_are_a_fault(island: Folder, role: str) -> None:
    """Catches cells that need a receipt and pass because nothing is declared to hold one."""
    for table in ("letters", "passages", "receipts"):
        island.reschema(table, lambda schema: schema.pop(f"kzdata:{role}", None))
    island.reseal()
    found = [f for f in validate(island.root) if f.rule == "descriptor"]
    assert {f.field for f in found} == {f"{t}.kzdata:evidence" for t in ("tolls", "surges", "ties")}
    assert {f.expected for f in found} == {f"a table that declares kzdata:{role}"}
    assert not any(f.found.startswith("could not tell") for f in validate(island.root))


def test_required_receipts_without_a_key_of_one_column_are_a_fault(island: Folder) -> None:
    """Catches cells that need a receipt in a table without a key of one column."""
    island.reschema("surges", lambda schema: schema.update(primaryKey=["surge", "title"]))
    found = [(f.rule, f.field) for f in validate(island.root, select=["descriptor"])]
    assert found == [("descriptor", "surges.kzdata:evidence")]


def declared() -> list[tuple[str, str]]:
    """Each table of the flood with each of its declarations."""
    specs = {"letters": LETTERS, "passages": PASSAGES, "receipts": RECEIPTS, "tolls": TOLLS}
    specs |= {"islets": ISLETS, "called": CALLED, "terms": TERMS, "ties": TIES}
    specs |= {"gone": GONE, "skipped": SKIPPED}
    return [(table, k) for table, schema in specs.items() for k in schema if ":" in k]


@pytest.mark.parametrize(("table", "name"), declared())
def test_a_misspelt_declaration_is_a_fault(island: Folder, table: str, name: str) -> None:
    """Catches a check that a slip of the pen switches off in silence."""
    island.reschema(table, lambda schema: schema.update({f"{name}s": schema.pop(name)}))
    found = list(validate(island.root, select=["descriptor"]))
    assert [f.found for f in found][:1] == [f"{name}s"]


@pytest.mark.parametrize(("table", "name"), declared())
def test_a_misspelt_member_is_a_fault(island: Folder, table: str, name: str) -> None:
    """Catches a member of a declaration that nobody reads, such as maxshare for maxShare."""

    def misspell(schema: dict[str, Any]) -> None:
        if isinstance(schema[name], dict):
            schema[name]["maxshare"] = 0.1
        elif isinstance(schema[name], list):
            schema[name][0]["maxshare"] = 0.1

    island.reschema(table, misspell)
    found = {str(f.field).rpartition(".")[2] for f in validate(island.root, select=["descriptor"])}
    assert found == (set() if name in ("kzdata:principal", "kzdata:parent") else {"maxshare"})


FILLED = [
    *(("passages", name) for name in "from to words nth seal letter".split()),
    *(("letters", name) for name in ("digest", "size")),
    *(("receipts", name) for name in ("how", "many")),
    *(("skipped", name) for name in "letter from to token".split()),
    *(("terms", name) for name in "about sort term".split()),
]


@pytest.mark.parametrize(("table", "name"), FILLED)
def test_an_empty_declared_cell_is_found(island: Folder, table: str, name: str) -> None:
    """Catches an offset, a checksum or a role that nothing is asked of because it is empty."""
    expected = edited(island, table, 0, name, "")
    island.reseal()
    report = validate(island.root, select=["declared-cell"])
    found = [Fault(f.file, f.line, f.column) for f in report]
    assert found == [expected]


@pytest.mark.parametrize("value", ["x", "1e3", "0x1F", "1.0", " 1"])
@pytest.mark.parametrize("name", ["from", "to", "nth"])
def test_an_offset_that_is_no_whole_number_is_found(island: Folder, name: str, value: str) -> None:
    """Catches an offset that no rule can read, in a column of texts."""
    expected = edited(island, "passages", 0, name, value)
    island.reseal()
    report = validate(island.root, select=["declared-cell"])
    found = [Fault(f.file, f.line, f.column) for f in report]
    assert found == [expected]


@pytest.mark.parametrize("value", ["0", "-1"])
def test_an_occurrence_below_one_is_found(island: Folder, value: str) -> None:
    """Catches an occurrence that no text can have, where the texts are not at hand."""
    expected = edited(island, "passages", 0, "nth", value)
    found = list(validate(island.root, select=["declared-cell"]))
    assert [Fault(f.file, f.line, f.column) for f in found] == [expected]


@pytest.mark.parametrize("value", ["2031-03-40", "5 March", "2031-3-5", "05/03/2031"])
@pytest.mark.parametrize(
    ("table", "name"),
    [("letters", "sent"), ("letters", "spoken"), ("surges", "since"), ("surges", "till")],
)
def test_a_declared_day_that_is_no_date_is_found(
    island: Folder, table: str, name: str, value: str
) -> None:
    """Catches a day, in a column of texts, that is in no order with any other."""
    expected = edited(island, table, 0, name, value)
    found = list(validate(island.root, select=["declared-cell"]))
    assert [Fault(f.file, f.line, f.column) for f in found] == [expected]


def test_a_figure_without_a_passage_is_found(island: Folder) -> None:
    """Catches a figure that escapes its rules because its principal span is empty."""
    island.reschema("tolls", lambda schema: schema["fields"][2].pop("constraints"))
    expected = at(island, "tolls", 3, "wording")
    island.edit("tolls", 3, "passage", "")
    found = list(validate(island.root, select=["figure-in-quote"]))
    assert [(f.file, f.line) for f in found] == [(expected.file, expected.line)]


def test_a_key_of_two_tables_is_found(island: Folder) -> None:
    """Catches a record that lives on the receipts of another one."""
    fields = [column("surge"), column("sort", evidence="required")]
    (island.root / "tables/winds.csv").write_text("surge,sort\nS0,gale\nS2,fire\n")
    schema = {"fields": fields, "primaryKey": "surge"}
    entry = {"name": "winds", "path": "tables/winds.csv", "schema": schema}
    island.describe(lambda package: package["resources"].append(entry))
    found = list(validate(island.root, select=["primary-key"]))
    surge = at(island, "surges", 1, "surge")
    assert {Fault(f.file, f.line, f.column) for f in found} == {
        surge, Fault("tables/winds.csv", 3, 1)
    }  # fmt: skip


@pytest.mark.parametrize("member", ["acyclic", "within", "contradicts"])
def test_a_misspelt_relation_is_a_fault(island: Folder, member: str) -> None:
    """Catches a relation whose meaning nobody checks."""
    listed = {"enum": ["among", "contradicts"]}
    island.reschema("ties", lambda schema: schema["fields"][2].update(constraints=listed))
    assert breaches(validate(island.root, select=["descriptor"])) == []
    island.reschema("ties", lambda schema: schema["kzdata:links"].update({member: ["amnog"]}))
    found = list(validate(island.root, select=["descriptor"]))
    assert [(f.found, str(f.field).rpartition(".")[2]) for f in found] == [("amnog", member)]


def test_a_misspelt_table_of_entities_is_a_fault(island: Folder) -> None:
    """Catches aliases whose entities are looked for nowhere."""
    of = [{"resource": "ilsets", "field": "islet"}]
    island.reschema("called", lambda schema: schema["kzdata:aliases"].update(of=of))
    found = list(validate(island.root, select=["descriptor"]))
    assert [f.found for f in found] == ["ilsets"]


@pytest.mark.parametrize("reference", [
    {"package": "elsewhere", "resource": "passages", "fields": "passage"},
    {"fields": "passage"},
])  # fmt: skip
def test_a_foreign_key_elsewhere_proves_no_passage(
    island: Folder, reference: dict[str, str]
) -> None:
    """Catches receipts that lead nowhere, since a foreign key leads somewhere else."""
    keys = [{"fields": "passage", "reference": reference}]
    island.reschema("receipts", lambda schema: schema.update(foreignKeys=keys))
    expected = edited(island, "receipts", 0, "passage", "nowhere")
    found = list(validate(island.root, select=["declared-reference"]))
    assert [Fault(f.file, f.line, f.column) for f in found] == [expected]


def test_the_passage_of_a_figure_must_exist(island: Folder) -> None:
    """Catches figures of tables without principal spans whose passages are nowhere."""

    def unclaim(schema: dict[str, Any]) -> None:
        del schema["kzdata:principal"], schema["foreignKeys"]

    island.reschema("tolls", unclaim)
    expected = edited(island, "tolls", 0, "passage", "nowhere")
    found = list(validate(island.root, select=["declared-reference"]))
    assert [Fault(f.file, f.line, f.column) for f in found] == [expected]


@pytest.mark.parametrize(
    ("table", "name"),
    [("receipts", "passage"), ("passages", "letter"), ("tolls", "passage"), ("islets", "part")],
)
def test_what_an_edge_names_must_exist(island: Folder, table: str, name: str) -> None:
    """Catches receipts that lead nowhere in a package without foreign keys."""
    island.reschema(table, lambda schema: schema.pop("foreignKeys"))
    expected = edited(island, table, 0, name, "nowhere")
    island.reseal()
    found = [(f.file, f.line) for f in validate(island.root) if f.rule == "declared-reference"]
    assert found == [(expected.file, expected.line)]


def test_a_fault_of_two_rules_is_reported_once(island: Folder) -> None:
    """Catches a fault that is told twice."""
    island.reschema("passages", lambda schema: schema["fields"][2].update(type="integer"))
    island.reschema(
        "passages", lambda schema: schema["fields"][3].update(constraints={"required": True})
    )
    island.edit("passages", 0, "from", "x")
    island.edit("passages", 0, "to", "")
    island.reseal()
    found = {f.rule for f in validate(island.root, select=["cell", "reference"])}
    assert found == {"cell-type", "cell-required"}


def test_a_codebook_category_must_be_one_of_its_column(island: Folder) -> None:
    """Catches a term for a value that no cell can have."""
    values = {"enum": ["drowned", "lost", "burnt"]}
    island.reschema("tolls", lambda schema: schema["fields"][3].update(constraints=values))
    assert breaches(validate(island.root, select=["codebook-category"])) == []
    expected = edited(island, "terms", 0, "sort", "drownd")
    found = list(validate(island.root, select=["codebook-category"]))
    assert [Fault(f.file, f.line, f.column) for f in found] == [expected]


@pytest.mark.parametrize(("who", "letter"), [("warden", "tern"), ("aske", "gull")])
def test_an_alias_may_name_entities_of_two_kinds_or_articles(
    island: Folder, who: str, letter: str
) -> None:
    """Catches an alarm about a form that names a place and a person, or others elsewhere."""
    island.append("called", who=who, printed="harbour master", letter=letter)
    assert breaches(validate(island.root, select=["alias-ambiguous"])) == []


@pytest.mark.parametrize("number", [62, 63, 64, 126])
def test_a_row_may_need_many_receipts(tmp_path: Path, number: int) -> None:
    """Catches a count of cells that takes more bits than a number has."""
    found = breaches(validate(wide(tmp_path, number)))
    assert [f.rule for f in found] == ["evidence-missing"]


def test_a_row_that_needs_too_many_receipts_is_not_checked(tmp_path: Path) -> None:
    report = validate(wide(tmp_path, 127), select=["descriptor", "not-checked"])
    assert "at most 126 fields whose cells need receipts" in {one.fix for one in report}
    assert (report.valid, "records" in report.rows) == (True, False)


def wide(folder: Path, number: int) -> Path:
    """A package whose records have so many cells with a receipt, one of which is missing."""
    names = [f"c{place}" for place in range(number)]
    record = [column("id", evidence="exempt"), *(column(n, evidence="required") for n in names)]
    cut = Passages([Text("gull", "The word of the warden.", "2031-05-06", "2031-05-06")])
    edges = [Receipt("R", name, cut.of("gull", "word"), "verbatim") for name in names[1:]]
    specs = [
        Spec("records", {"fields": record, "primaryKey": "id"}, [["R", *["word"] * number]]),
        letters(cut.texts.values()),
        Spec("passages", PASSAGES, cut.rows()),
        receipts(edges),
    ]
    return build(folder, specs).root
