"""What remains as of a day or without an article, and what rests on a passage or an article."""

import csv
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from generated import Made, made, written_down
from kzdata import PackageError, QueryError, UsageError
from packages import (
    LETTERS,
    PASSAGES,
    Folder,
    Passages,
    Receipt,
    Spec,
    Text,
    breaches,
    build,
    column,
    columns,
    key,
    receipts,
)

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ["russia-islworld", "greeleytribune", "meduza", "overtdefense", "tass"]
DAYS = ["2022-01-04", "2022-01-05", "2022-01-06", "2022-01-07"]
Rows = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def kz() -> Iterator[kzdata.Package]:
    with kzdata.load(ROOT) as package:
        yield package


def saved(kz: kzdata.Package) -> Rows:
    """All tables as they are written out, read by the standard library."""
    with tempfile.TemporaryDirectory() as folder:
        kz.save(folder)
        found = Folder(Path(folder))
        return {name: found.rows(name) for name in kz.tables}


def plain(value: Any) -> str:
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return "" if value is None else str(value)


def asked(kz: kzdata.Package) -> Rows:
    """All tables as SQL has them."""
    return {
        name: [
            {column: plain(value) for column, value in row.items()}
            for row in kz.sql(f"""select * from "{name.replace('"', '""')}" """)
        ]
        for name in kz.tables
    }


def listed(rows: Rows) -> dict[str, list[tuple[str, ...]]]:
    """Rows in an order of their own."""
    return {name: sorted(tuple(row.values()) for row in table) for name, table in rows.items()}


# ------------------------------------------------------------------------------ the shipped package


@pytest.mark.parametrize("terms", [*DAYS, *SOURCES])
def test_a_snapshot_is_a_valid_package(kz: kzdata.Package, terms: str) -> None:
    """Catches a dangling reference, an edge without a cell, a date without its precision."""
    rest = kz.as_of(terms) if terms in DAYS else kz.without(terms)
    report = rest.validate()
    # A note may name words of a row that is gone, a form may be used once less: the whole heeds it.
    advice = ("inferred-ground", "alias-unexplained")
    assert [f for f in breaches(report) if f.rule not in advice] == []
    assert report.valid
    assert report.rows == {name: len(table) for name, table in rest.tables.items()}


def test_a_snapshot_is_valid_with_the_texts(kz: kzdata.Package, texts: Path) -> None:
    """Catches a passage that is renumbered, or an article that is asked for and not there."""
    assert kz.as_of("2022-01-06").validate(texts=texts).valid


@pytest.mark.parametrize("terms", [*DAYS, "tass"])
def test_rows_sql_and_saved_files_of_a_snapshot_agree(kz: kzdata.Package, terms: str) -> None:
    """Catches typed rows that are those of the whole package, and SQL that is not."""
    rest = kz.as_of(terms) if terms in DAYS else kz.without(terms)
    written, sql = saved(rest), asked(rest)
    for name, table in rest.tables.items():
        rows = [{column: plain(value) for column, value in row} for row in table]
        assert rows == written[name]
        assert listed({name: sql[name]}) == listed({name: rows})
        assert len(table) == len(rows)


def test_no_receipt_of_a_snapshot_leads_to_a_removed_article(kz: kzdata.Package) -> None:
    """Catches a receipt from an article that the reader of that day could not have."""
    rest = kz.as_of("2022-01-06")
    sources = {row.source_id for row in rest.sources}
    assert sources == set(SOURCES) - {"tass"}
    assert {row.source_id for row in rest.source_spans} <= sources
    for event in rest.events:
        assert {receipt.source for receipt in rest.trace(event.event_id)} <= sources
    assert {row.source_id for row in rest.aliases} <= sources
    with pytest.raises(UsageError, match="as of 2022-01-06; the whole package has it"):
        rest["CR-0019"]
    assert "CR-0019" in kz.casualty_reports


@pytest.mark.parametrize("source", SOURCES)
def test_a_claim_is_removed_only_with_its_own_article(kz: kzdata.Package, source: str) -> None:
    """Catches claims that fall with another article, since it alone says how sure the event is."""
    spans = {span.span_id: span.source_id for span in kz.source_spans}
    claims = ("casualty_reports", "appointments", "deployments", "quantities")
    rows = [row for name in claims for row in kz.table(name)]
    keys = {next(iter(row))[1]: spans[row.span_id] for row in rows}
    fallen = {record for table, record, field in kz.falls(source) if table in claims and not field}
    assert fallen == {key for key, home in keys.items() if home == source}


def test_without_removes_only_what_rests_on_the_article(kz: kzdata.Package) -> None:
    """Catches a filter that takes more than it must."""
    rest = kz.without("tass")
    of_tass = {receipt.record for receipt in kz.trace(source="tass")}
    for name in ("events", "casualty_reports", "quantities", "deployments", "appointments"):
        gone = {key for (key,) in kz.table(name).keys} - {key for (key,) in rest.table(name).keys}
        assert gone
        for record in gone:
            assert record in of_tass
            assert {receipt.source for receipt in kz.trace(record)} == {"tass"}


def test_snapshot_as_of_the_last_day_is_the_package(kz: kzdata.Package) -> None:
    """Catches rows without receipts that fall for nothing."""
    # Publications besides the articles are known from their own day on.
    rest = kz.as_of(max(str(report.published_on) for report in kz.outside_reports))
    assert listed(saved(rest)) == listed(saved(kz))
    assert rest.fallen.rows() == [] == kz.fallen.rows()
    assert asked(rest) == asked(kz)


def test_as_of_before_the_first_article_is_empty(kz: kzdata.Package) -> None:
    """Catches claims or entities that stay when no article does."""
    rest = kz.as_of(date(2022, 1, 4))
    empty = {name for name, table in rest.tables.items() if not len(table)}
    assert empty >= {"sources", "source_spans", "evidence", "events", "event_actors", "aliases"}
    assert empty >= {"casualty_reports", "quantities", "claim_links", "places", "outside_reports"}
    # Offices are a vocabulary, as kinds of events are, and name what they are offices of.
    named = {office.organisation_id for office in rest.offices}
    wholes = {actor.part_of_id for actor in rest.actors}
    assert {actor.actor_id for actor in rest.actors} <= named | wholes
    assert len(rest.codebook) == len(kz.codebook)


def test_as_of_a_later_day_contains_earlier_days(kz: kzdata.Package) -> None:
    """Catches a row that is known and then forgotten."""
    before: dict[str, set[Any]] = {}
    for day in DAYS:
        keys = {name: set(table.keys) for name, table in kz.as_of(day).tables.items()}
        assert all(keys[name] >= before.get(name, set()) for name in keys)
        before = keys


@given(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=3, unique=True))
@settings(max_examples=6)
def test_filters_combine_in_any_order(kz: kzdata.Package, sources: list[str]) -> None:
    """Catches a second filter that forgets the first."""
    one = kz
    for source in sources:
        one = one.without(source)
    assert asked(one) == asked(kz.without(*sources))
    assert one.fallen.rows() == kz.without(*sources).fallen.rows()


def test_as_of_and_without_combine(kz: kzdata.Package) -> None:
    """Catches filters that cannot be joined, in either order; the earlier of two days counts."""
    both = asked(kz.as_of("2022-01-06").without("meduza"))
    assert both == asked(kz.without("meduza").as_of("2022-01-06"))
    assert both == asked(kz.as_of("2022-01-06").as_of("2022-01-09").without("meduza"))
    assert asked(kz.as_of("2022-01-06").as_of("2022-01-05")) == asked(kz.as_of("2022-01-05"))


def test_what_others_said_later_is_not_known_by_the_day(kz: kzdata.Package) -> None:
    """Catches a report of next year in what a reader of that week could have had."""
    months = {date(2021, 9, 1): date(2021, 9, 30), date(2022, 1, 1): date(2022, 1, 31)}
    for day in (date(2022, 1, 6), date(2022, 1, 7), date(2022, 2, 1)):
        rest = kz.as_of(day)
        names = ("casualty_reports", "deployments", "quantities", "events")
        left = {key for name in names for (key,) in rest.table(name).keys}
        assert [report.outside_report_id for report in rest.outside_reports] == [
            report.outside_report_id
            for report in kz.outside_reports
            if report.claim_id in left
            and months.get(report.published_on, report.published_on) <= day
        ]
    assert {report.claim_id for report in kz.without("tass").outside_reports}.isdisjoint(
        {"CR-0019"}
    )


def test_removed_lists_rows_and_cells(kz: kzdata.Package) -> None:
    """Catches a row that goes without a word, and a cell that is emptied without one."""
    rest = kz.without("tass")
    fallen = rest.fallen.rows()
    rows = {(name, record) for name, record, field in fallen if field is None}
    for name in set(kz.tables) - {"sources", "source_spans", "evidence"}:
        gone = set(kz.table(name).keys) - set(rest.table(name).keys)
        assert {record for table, record in rows if table == name} == {", ".join(k) for k in gone}
    cells = [(name, record, field) for name, record, field in fallen if field]
    assert cells
    for name, record, field in cells:
        table = kz.table(name)
        (key,) = (key for key in table.keys if ", ".join(key) == record)
        assert getattr(table[key], field) is not None
        left = getattr(rest.table(name)[key], field)
        assert left == ("article" if field == "date_basis" else None)
    assert kz.falls("tass") == fallen
    again = kz.without("tass").falls("meduza")
    assert not set(again) & set(fallen)
    assert set(again) | set(fallen) >= set(kz.without("tass", "meduza").fallen.rows())


def test_snapshot_leaves_the_package_untouched(kz: kzdata.Package) -> None:
    """Catches a filter that changes the package that it was asked of."""
    before = asked(kz)
    with kz.as_of("2022-01-05") as rest:
        assert type(rest) is type(kz)
        assert "as of 2022-01-05" in repr(rest)
        assert len(rest.sources) == 1
    assert asked(kz) == before
    assert "as of" not in repr(kz)


def test_snapshot_works_after_the_package_is_out_of_scope() -> None:
    """Catches `kzdata.load(zip).as_of(day)`, whose files go away with the forgotten package."""
    rest = kzdata.load(ROOT).without("tass")
    assert len(list(rest.sources)) == 4


def test_closing_the_package_closes_its_snapshots() -> None:
    """Catches a database that is left open behind a `with` block."""
    with kzdata.load(ROOT) as whole:
        rest = whole.as_of("2022-01-06")
    with pytest.raises(kzdata.KzdataError):
        rest.sql("select 1").rows()


@pytest.mark.parametrize(
    "day", ["", "2022", "2022-1-6", "2022-02-30", "20220106", "2022-W01-4", "6 January", "'; --"]
)
def test_as_of_refuses_what_is_no_date(kz: kzdata.Package, day: str) -> None:
    """Catches a day that is guessed, or ValueError for a user to read."""
    with pytest.raises(UsageError, match=r"write YYYY-MM-DD, such as \d{4}-\d\d-\d\d$"):
        kz.as_of(day)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("6 January", "2022-01-06"),
        ("5/1/2022", "2022-01-05"),
        ("13 o'clock", "2022-01-07"),
        ("2022-1-6", "2022-01-06"),
        ("20220105", "2022-01-05"),
        ("2022-01", "2022-01-07"),
        ("2022-12", "2022-01-07"),
        ("2022-02-30", "2022-02-28"),
        ("0000-13-99", "0001-12-31"),
        ("1" * 5000, "2022-01-07"),
        ("\u0662\u0660\u0662\u0662-01-06", "2022-01-06"),
    ],
)
def test_as_of_suggests_the_date_that_was_meant(
    kz: kzdata.Package, written: str, meant: str
) -> None:
    """Catches a year made of a day of the month, and a day of no article."""
    with pytest.raises(UsageError, match=f"such as {meant}$"):
        kz.as_of(written)


@given(st.text(st.sampled_from("0123456789-/ W\u0662")))
@settings(max_examples=50)
def test_as_of_takes_a_date_that_it_suggested(kz: kzdata.Package, written: str) -> None:
    """Catches a suggestion that is no day itself, and numbers that make none."""
    try:
        found, meant = kz.as_of(written), written
    except UsageError as error:
        meant = str(error).rpartition(" ")[2]
        found = kz.as_of(meant)
    assert repr(found).startswith(f"<Package {kz.name} {kz.version} as of {meant}")
    found.close()


@pytest.mark.parametrize(("name", "meant"), [("tas", "tass"), ("Meduza", "meduza")])
def test_without_suggests_the_nearest_article(kz: kzdata.Package, name: str, meant: str) -> None:
    """Catches an empty answer for a misspelt article."""
    with pytest.raises(UsageError, match=f"did you mean {meant}"):
        kz.without(name)
    with pytest.raises(UsageError, match=meant):
        kz.trace(source=name)


def test_exports_of_a_snapshot_hold_its_rows_only(kz: kzdata.Package, tmp_path: Path) -> None:
    """Catches a format that copies the files of the whole, or the receipts of what fell."""
    rest = kz.without("tass")
    rest.export("geojson", tmp_path / "events.geojson")
    features = json.loads((tmp_path / "events.geojson").read_bytes())["features"]
    assert {feature["id"] for feature in features} == {key for (key,) in rest.events.keys}
    assert '"tass"' not in json.dumps([f["properties"].get("receipts") for f in features])
    rest.export("croissant", tmp_path / "croissant")
    assert Folder(tmp_path / "croissant").rows("events") == saved(rest)["events"]


@pytest.mark.parametrize("form", ["sqlite", "croissant", "ro-crate", "geojson", "jsonld"])
def test_snapshot_says_that_it_is_a_part(kz: kzdata.Package, form: str, tmp_path: Path) -> None:
    """Catches a file that calls itself the whole package, and lacks an article."""
    said = "what remains of it as of 2022-01-06 without meduza."
    kz.as_of("2022-01-06").without("meduza").export(form, tmp_path / "out")
    written = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
    files = [file.read_bytes() for file in written or [tmp_path / "out"]]
    assert any(said.encode() in content for content in files)
    assert not any(b"what remains of it without" in content for content in files)


# ------------------------------------------------------------------------------ dates


SENT: Any = LETTERS["kzdata:sources"]
PRECISE: dict[str, Any] = {
    **LETTERS,
    "fields": columns("letter digest size sent spoken web grain"),
    "kzdata:sources": {**SENT, "published_precision": "grain"},
}


@pytest.mark.parametrize(
    ("sent", "grain", "first"),
    [
        ("2031-03-06", "day", "2031-03-06"),
        ("2031-03-06", "", "2031-03-06"),
        ("2031-03-01", "month", "2031-03-31"),
        ("2032-02-01", "month", "2032-02-29"),
        ("2031-03-05", "week", "2031-03-11"),
        ("2031-01-01", "year", "2031-12-31"),
        ("2031-03", "", "2031-03-31"),
        ("2031", "", "2031-12-31"),
        ("", "", None),
        ("spring", "", None),
    ],
)
def test_claim_counts_once_its_date_is_over(
    tmp_path: Path, sent: str, grain: str, first: str | None
) -> None:
    """Catches an article of "March" that a reader of the first of March is said to have had."""
    schema = {**PRECISE, "fields": columns("letter digest size sent spoken web grain")}
    row = ["gull", "0" * 64, "9", sent, "", "", grain]
    folder = build(
        tmp_path, [Spec("letters", schema, [row]), Spec("passages", PASSAGES, []), receipts([])]
    )
    with kzdata.load(folder.root) as kz:
        if first is None:
            assert len(kz.as_of("9999-12-31").table("letters")) == 0
            return
        day = date.fromisoformat(first)
        assert len(kz.as_of(day).table("letters")) == 1
        assert len(kz.as_of(day - timedelta(days=1)).table("letters")) == 0


# ------------------------------------------------------------------------------ other packages


def test_snapshots_work_with_other_names(island: Folder) -> None:
    """Catches names of kzdata's own tables in the code."""
    with kzdata.load(island.root) as kz:
        early = kz.as_of("2031-03-06")
        assert [row["letter"] for row in asked(early)["letters"]] == ["gull"]
        assert {row["toll"] for row in asked(early)["tolls"]} == {"T1", "T2", "T4"}
        assert early.validate().valid
        assert asked(kz.without("tern"))["tolls"] == asked(early)["tolls"]
        assert kz.without("gull").validate().valid
        assert kz.without("gull", "tern").validate().valid
        assert asked(kz.as_of("2031-03-07")) == asked(kz)
        assert {r.letter for r in kz.without("gull").called} == {"tern"}


def test_a_snapshot_without_declarations_names_the_missing_one(tmp_path: Path) -> None:
    """Catches a filter that leaves everything in, because nothing is declared."""
    plain = build(tmp_path / "plain", [Spec("t", {"fields": columns("a")}, [["x"]])])
    with kzdata.load(plain.root) as kz:
        with pytest.raises(UsageError, match="declares no kzdata:sources"):
            kz.as_of("2031-03-06")
        with pytest.raises(UsageError, match="declares no kzdata:sources"):
            kz.without("gull")
    row = ["gull", "0" * 64, "9", "2031-03-06", "", ""]
    ground = [Spec("letters", LETTERS, [row]), Spec("passages", PASSAGES, [])]
    bare = build(tmp_path / "bare", ground)
    with kzdata.load(bare.root) as kz, pytest.raises(UsageError, match="no kzdata:edges"):
        kz.without("gull")


def test_as_of_without_a_declared_day_is_refused(island: Folder) -> None:
    """Catches an empty package for a day, where no day is declared."""
    island.reschema("letters", lambda schema: schema["kzdata:sources"].pop("published_on"))
    with kzdata.load(island.root) as kz:
        with pytest.raises(UsageError, match="published_on"):
            kz.as_of("2031-03-06")
        with pytest.raises(UsageError, match=r"write YYYY-MM-DD$"):
            kz.as_of("6 March")
        assert len(kz.without("gull").letters) == 1


HOSTILE = [
    'a"b',
    "a'b; drop table t; --",
    "x\u202ey",
    "kept",
    "whole",
    "main",
    "grounds",
    "e\u0301",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_in_a_snapshot_stay_names(island: Folder, name: str) -> None:
    """Catches names of tables, columns and articles that are pasted into SQL, or hide a schema."""
    island.reschema("tolls", lambda schema: schema["fields"][-1].update(name=name))
    rows = island.rows("letters")
    text = island.file("tolls").read_bytes().decode()
    header, rest = text.split("\n", 1)
    quoted = '"' + name.replace('"', '""') + '"'
    island.file("tolls").write_bytes(f"{header.removesuffix('remark')}{quoted}\n{rest}".encode())

    def rename(described: dict[str, Any]) -> None:
        for entry in described["resources"]:
            if entry["name"] == "ties":
                entry["name"] = name

    island.describe(rename)
    for table in ("letters", "passages", "called", "skipped"):
        rows = island.rows(table)
        for row in rows:
            row["letter"] = name if row["letter"] == "gull" else row["letter"]
        island.write(table, rows)
    with kzdata.load(island.root) as kz:
        gone = kz.without(name)
        assert {row["letter"] for row in asked(gone)["letters"]} == {"tern"}
        assert {row["toll"] for row in asked(gone)["tolls"]} == {"T3", "T5"}
        assert listed(saved(gone)) == listed(asked(gone))
        assert len(kz.trace(source=name)) + len(kz.trace(source="tern")) == len(kz.receipts)


@given(made(), st.data())
@settings(max_examples=10)
def test_snapshots_of_generated_packages_are_valid(package: Made, data: st.DataObject) -> None:
    """Catches quotes, line ends and accents that a copy changes, and counts of old."""
    with written_down(package) as (folder, texts), kzdata.load(folder.root) as kz:
        names = [row["letter"] for row in folder.rows("letters")]
        rest = kz.without(data.draw(st.sampled_from(names)))
        assert list(rest.validate(texts=texts)) == []
        kept = {(row["letter"]) for row in asked(rest)["letters"]}
        whole = folder.rows("passages")
        assert [r["passage"] for r in saved(rest)["passages"]] == [
            r["passage"] for r in whole if r["letter"] in kept
        ]


# ------------------------------------------------------------------------------ against an oracle

WEB_LETTERS = PRECISE
SURGES = {
    "fields": [
        column("surge", required=True),
        column("sort", evidence="required", required=True),
        *(column(name, evidence="required") for name in "since till grain place".split()),
        column("within"),
        column("of", required=True),
    ],
    "primaryKey": "surge",
    "foreignKeys": [key("within", "", "surge"), key("place", "people", "person")],
    "kzdata:dates": [{"start": "since", "end": "till", "precision": "grain", "basis": "of"}],
}
TOLLS = {
    "fields": [
        column("toll", required=True),
        column("surge", evidence="required", required=True),
        column("passage", evidence="required", required=True),
        column("day", "date", evidence="required"),
        column("grain", evidence="required"),
    ],
    "primaryKey": "toll",
    "foreignKeys": [key("surge", "surges", "surge"), key("passage", "passages", "passage")],
    "kzdata:principal": "passage",
    "kzdata:dates": [{"start": "day", "precision": "grain"}],
}
PEOPLE = {
    "fields": columns("person part"),
    "primaryKey": "person",
    "foreignKeys": [key("part", "", "person")],
}
CALLED = {
    "fields": columns("who printed letter"),
    "primaryKey": ["who", "printed", "letter"],
    "kzdata:aliases": {
        "entity": "who",
        "alias": "printed",
        "source": "letter",
        "of": [{"resource": "people", "field": "person"}],
    },
}
TIES = {
    "fields": columns("one how two"),
    "primaryKey": ["one", "how", "two"],
    "kzdata:links": {"claim": "one", "relation": "how", "other": "two"},
}
GONE = {
    "fields": columns("row instead"),
    "primaryKey": "row",
    "kzdata:tombstones": {"record": "row", "replaced_by": "instead"},
}
FIRST = date(2031, 3, 1)


@st.composite
def webs(draw: st.DrawFn) -> list[Spec]:
    """Articles, events, claims and names that rest on each other in any way that may be."""
    several = ["gull", "tern", "auk"][: draw(st.integers(1, 3))]
    texts = [Text(name, f"{name} a b c d e f g h", "", "") for name in several]
    cut = Passages(texts)
    edges: list[Receipt] = []

    def passage(name: str) -> str:
        start = draw(st.integers(0, 7)) * 2 + len(name) + 1
        return cut.at(name, start, start + 1)

    def rests(row: str, cell: str, names: list[str]) -> None:
        places = {passage(name) for name in names}
        edges.extend(Receipt(row, cell, where, "inferred", "So it seems.") for where in places)

    some = st.lists(st.sampled_from(several), min_size=1, max_size=3, unique=True)
    people = [f"P{number}" for number in range(draw(st.integers(0, 4)))]
    surges: list[list[str]] = []
    for number in range(draw(st.integers(0, 4))):
        name = f"S{number}"
        place = draw(st.sampled_from(["", *people]))
        dated = draw(st.booleans())
        cells = [str(FIRST), str(FIRST), "day"] if dated else ["", "", ""]
        within = draw(st.sampled_from(["", *(row[0] for row in surges)]))
        of = draw(st.sampled_from(["event", "report"])) if dated else "article"
        surges.append([name, "flood", *cells, place, within, of])
        for cell, value in zip("sort since till grain place".split(), surges[-1][1:], strict=False):
            if value:
                rests(name, cell, draw(some))
    tolls = []
    for number in range(draw(st.integers(0, 5)) if surges else 0):
        name, home = f"T{number}", draw(st.sampled_from(several))
        principal, surge = passage(home), draw(st.sampled_from(surges))[0]
        dated = draw(st.booleans())
        day = str(FIRST + timedelta(days=draw(st.integers(0, 3)))) if dated else ""
        grain = draw(st.sampled_from(["day", "night"])) if dated else ""
        tolls.append([name, surge, principal, day, grain])
        edges.append(Receipt(name, "passage", principal, "verbatim"))
        for cell, value in (("surge", surge), ("day", day), ("grain", grain)):
            if value:
                rests(name, cell, [home])
    keys = [row[0] for row in tolls]
    pairs = st.tuples(st.sampled_from(keys), st.sampled_from(keys)) if keys else st.nothing()
    ties = draw(st.sets(pairs.filter(lambda pair: pair[0] != pair[1]), max_size=3)) if keys else ()
    called = [[who, who.lower(), name] for who in people for name in several if draw(st.booleans())]
    parts = [
        [who, draw(st.sampled_from(["", *people[:place]]))] for place, who in enumerate(people)
    ]
    sent = [str(FIRST + timedelta(days=draw(st.integers(0, 3)))) for _ in several]
    listed = [
        [t.name, t.digest, str(len(t.body)), day, "", "", "day"]
        for t, day in zip(texts, sent, strict=True)
    ]
    gone = [["T99", draw(st.sampled_from(["", *keys]))]]
    return [
        Spec("letters", WEB_LETTERS, listed),
        Spec("passages", PASSAGES, cut.rows()),
        receipts(edges),
        Spec("surges", SURGES, surges),
        Spec("tolls", TOLLS, tolls),
        Spec("people", PEOPLE, parts),
        Spec("called", CALLED, called),
        Spec("ties", TIES, [[one, "like", two] for one, two in sorted(ties)]),
        Spec("gone", GONE, gone),
    ]


def late(row: dict[str, str], day: str | None) -> bool:
    """Whether a claim's own date is not over by a day; a night is over on the next."""
    if not row["day"] or day is None:
        return False
    last = date.fromisoformat(row["day"]) + timedelta(row["grain"] == "night")
    return last > date.fromisoformat(day)


def standing(
    surges: list[dict[str, str]], rests: dict[tuple[str, str], set[str]], kept: set[str]
) -> Iterator[dict[str, str]]:
    """The events that have a receipt left, without the cells that have none."""
    for row in surges:
        cells = {cell: homes for (record, cell), homes in rests.items() if record == row["surge"]}
        dead = {cell for cell, homes in cells.items() if not homes & kept}
        if (cells and dead == set(cells)) or "sort" in dead:
            continue
        if dead & {"since", "till", "grain"}:
            dead |= {"since", "till", "grain"}
            row = row | {"of": "article"}
        yield row | dict.fromkeys(dead, "")


def served(rows: Rows) -> set[str]:
    """Who has a name, is a place, or has others as parts."""
    named = {row["who"] for row in rows["called"]}
    return named | {row["place"] for row in rows["surges"]} | {r["part"] for r in rows["people"]}


def remains(rows: Rows, kept: set[str], day: str | None) -> Rows:
    """What remains after docs/questions.md, worked out row by row."""
    home = {row["passage"]: row["letter"] for row in rows["passages"]}
    rests: dict[tuple[str, str], set[str]] = {}
    for edge in rows["receipts"]:
        rests.setdefault((edge["row"], edge["cell"]), set()).add(home[edge["passage"]])
    left = {name: [dict(row) for row in table] for name, table in rows.items()}
    left["letters"] = [row for row in left["letters"] if row["letter"] in kept]
    left["called"] = [row for row in left["called"] if row["letter"] in kept]

    tolls = [row for row in left["tolls"] if home[row["passage"]] in kept]
    left["tolls"] = [row for row in tolls if not late(row, day)]
    left["surges"] = surges = list(standing(left["surges"], rests, kept))
    known = {row["surge"] for row in surges}
    for row in surges:
        row["within"] = row["within"] if row["within"] in known else ""
    left["tolls"] = [row for row in left["tolls"] if row["surge"] in known]
    claims = {row["toll"] for row in left["tolls"]}
    left["ties"] = [row for row in left["ties"] if {row["one"], row["two"]} <= claims | known]
    for row in left["gone"]:
        row["instead"] = row["instead"] if row["instead"] in claims else ""
    once = served(rows)
    while kept != {row["letter"] for row in rows["letters"]}:
        now = served(left)
        idle = once - now
        people = [row for row in left["people"] if row["person"] not in idle]
        if people == left["people"]:
            break
        left["people"] = people
    filled = {(row["surge"], cell) for row in surges for cell in row if row[cell]}
    filled |= {(row["toll"], cell) for row in left["tolls"] for cell in row if row[cell]}
    edges = [
        edge
        for edge in left["receipts"]
        if home[edge["passage"]] in kept and (edge["row"], edge["cell"]) in filled
    ]
    counts = [(edge["row"], edge["cell"]) for edge in edges]
    left["receipts"] = [
        edge | {"many": str(counts.count((edge["row"], edge["cell"])))} for edge in edges
    ]
    used = {edge["passage"] for edge in edges} | {row["passage"] for row in left["tolls"]}
    left["passages"] = [row for row in left["passages"] if row["passage"] in used]
    return left


@given(webs(), st.data())
@settings(max_examples=4)
def test_a_snapshot_is_what_a_search_row_by_row_keeps(
    specs: list[Spec], data: st.DataObject
) -> None:
    """Catches any row, cell, edge, count or passage too many or too few."""
    as_searched(specs, data)


@pytest.mark.slow
@given(webs(), st.data())
@settings(max_examples=25)
def test_more_snapshots_are_what_a_search_row_by_row_keeps(
    specs: list[Spec], data: st.DataObject
) -> None:
    """The same of more packages."""
    as_searched(specs, data)


def as_searched(specs: list[Spec], data: st.DataObject) -> None:
    """What remains of a package without some articles, and as of each day."""
    with tempfile.TemporaryDirectory() as root:
        folder = build(Path(root), specs)
        rows = {spec.name: folder.rows(spec.name) for spec in specs}
        names = [row["letter"] for row in rows["letters"]]
        with kzdata.load(folder.root) as kz:
            assert kz.validate(ignore=["date-after-article"]).valid
            gone = data.draw(st.sets(st.sampled_from(names)))
            without = kz.without(*gone)
            assert saved(without) == remains(rows, set(names) - gone, None)
            assert without.validate(ignore=["date-after-article"]).valid
            before: dict[str, set[Any]] = {}
            for offset in range(5):
                day = str(FIRST + timedelta(days=offset))
                published = {row["letter"] for row in rows["letters"] if row["sent"] <= day}
                expected = remains(rows, published - gone, day)
                rest = without.as_of(day)
                assert listed(asked(rest)) == listed(expected)
                keys = {name: set(rest.table(name).keys) for name in ("tolls", "surges", "people")}
                assert all(keys[name] >= before.get(name, set()) for name in keys)
                before = keys
            assert saved(rest) == saved(without)


def test_a_long_chain_of_references_ends(tmp_path: Path) -> None:
    """Catches a hostile hierarchy that keeps the machine busy for hours."""
    text = Text("gull", "gull a", "", "")
    cut = Passages([text])
    surge = {
        "fields": [
            column("surge", evidence="required", required=True),
            column("up", required=True),
        ],
        "primaryKey": "surge",
        "foreignKeys": [key("up", "", "surge")],
    }
    rows = [["S0", "S0"], *([f"S{n + 1}", f"S{n}"] for n in range(1500))]
    edges = [Receipt("S0", "surge", cut.of("gull", "a"), "inferred", "So.")]
    letters = Spec("letters", LETTERS, [["gull", text.digest, "6", "2031-03-01", "", ""]])
    specs = [letters, Spec("passages", PASSAGES, cut.rows()), receipts(edges)]
    folder = build(tmp_path, [*specs, Spec("surges", surge, rows)])
    with kzdata.load(folder.root) as kz, pytest.raises(PackageError, match="chain of references"):
        kz.without("gull")


# ------------------------------------------------------------------------------ both ways


def test_every_edge_is_found_from_its_passage(kz: kzdata.Package) -> None:
    """Catches a cell that a passage carries and that is not told."""
    edges = [(e.record_id, e.field, e.span_id) for e in kz.evidence]
    by_source = [(r.record, r.field, r.span) for source in SOURCES for r in kz.trace(source=source)]
    assert sorted(by_source) == sorted(edges)
    for span in [row.span_id for row in kz.source_spans][::97]:
        found = kz.trace(span)
        assert [(r.record, r.field, r.span) for r in found] == [e for e in edges if e[2] == span]
        assert all(receipt in kz.trace(receipt.record, receipt.field) for receipt in found)
    assert kz.trace("sources/tass") == kz.trace(source="tass")


def test_trace_refuses_two_subjects(kz: kzdata.Package) -> None:
    """Catches a question with two subjects, one of which is passed over."""
    for arguments in (
        {},
        {"record": "CR-0001", "source": "tass"},
        {"field": "x", "source": "tass"},
    ):
        with pytest.raises(UsageError):
            kz.trace(**arguments)
    with pytest.raises(UsageError, match="not traced"):
        kz.trace("SP-0001", "quote")


# ------------------------------------------------------------------------------ the lock

ESCAPES = [
    "select * from whole.sources",
    "select * from whole.main.sources",
    'select * from "whole"."main"."sources"',
    "select * from kept.source",
    'select * from kept."rows 0"',
    "with x as (select * from whole.main.sources) select * from x",
    "with whole as (select 1) select * from whole.main.sources",
    "select (select count(*) from whole.main.sources)",
    "select exists(from whole.main.sources)",
    "select * from sources, lateral (select * from whole.main.sources)",
    "describe whole.main.sources",
    "summarize whole.main.sources",
    "from (summarize whole.main.sources)",
    "from query('from whole.main.sources')",
    "from query_table('whole.main.sources')",
    "from histogram('whole.main.sources', 'language')",
    "from duckdb_table_sample('whole.main.sources')",
    "from pragma_storage_info('whole.main.sources')",
    "select * from sources union all select * from whole.main.sources",
    "select 1 order by (select count(*) from whole.main.sources)",
    "select 1 limit (select count(*) from whole.main.sources)",
    "pivot whole.main.sources on language in ('en') using count(*)",
    "from json_execute_serialized_sql(json_serialize_sql('from whole.main.sources'))",
    "from seq_scan('whole.main.sources')",
    "select * from WHOLE . MAIN . sources",
    "select * from whole./* */main.sources",
]


@pytest.mark.parametrize("query", ESCAPES)
def test_snapshot_does_not_show_the_package(kz: kzdata.Package, query: str) -> None:
    """Catches a way to the rows that fell, by another name or through a function."""
    with pytest.raises(QueryError) as caught:
        kz.as_of("2022-01-05").sql(query).rows()
    assert "\n" not in str(caught.value)


FALLEN = ["tass", "overtdefense", "meduza", "2022-01-07", "CR-0013"]
PEEKS = [
    "show all tables",
    "show databases",
    "from duckdb_views()",
    "from duckdb_tables",
    "from sqlite_master",
    "from information_schema.tables",
    "from duckdb_databases()",
    "from duckdb_columns()",
    "select 1 from sources where error('seen: ' || title || url || source_id) is null",
    "select source_id::int from sources",
    "select cast(published_on as varchar)::int from sources",
    "select count_low::date from casualty_reports",
    "select 1 from casualty_reports where report_id::int = 1",
    "select stats(published_on), stats(source_id), stats(title) from sources",
    "select max(stats(report_id)) from casualty_reports",
    "show tables from whole",
    "show tables from rest",
    "show tables from grounds",
    "select json_serialize_plan('from whole.main.sources')",
    "select json_serialize_plan('select count(*) from sources', optimize := true)",
    "select json_serialize_sql('from sources')",
    "select ('from whole.main.sources').json_serialize_plan()",
    "select * from (with duckdb_views as (select 1) select 1), duckdb_views",
    "select * from (with duckdb_databases as (select 1) select 1), duckdb_databases",
    "select * from (with pragma_database_list as (select 1) select 1), pragma_database_list",
    "select * from (with pg_class as (select 1) select 1), PG_CLASS",
    "select * from (with whole as (select 1) select 1), whole",
    'select * from (with "rows 0" as (select 1) select 1), "rows 0"',
    "select * from (with fallen as (select 1) select 1), fallen",
    "select current_setting('temp_directory'), current_setting('allowed_paths')",
    "select pg_get_viewdef(oid) from range(3000) t(oid)",
    "select getvariable('whole')",
    "select rowid, source_id from sources",
    "select kz_ord from sources",
    "from sources as whole, whole.main.sources",
    "select * from sources where rowid > 0",
    "select approx_count_distinct(source_id), count(*) from sources",
    "summarize sources",
    "describe sources",
    "show tables",
    "from sources tablesample 100%",
    "from query('from sources')",
]


@pytest.mark.parametrize("query", PEEKS)
def test_snapshot_holds_no_removed_row(kz: kzdata.Package, query: str) -> None:
    """Catches rows that fell in an error, in statistics, in a plan or in the catalogue."""
    rest = kz.as_of("2022-01-05")
    try:
        said = str(rest.sql(query).rows())
    except QueryError as error:
        said = str(error)
    file = Path(kz._dataset.database._file)
    assert not [text for text in (*FALLEN, str(file.parent), file.parent.name) if text in said]


def test_removed_rows_are_in_no_file_of_a_snapshot(kz: kzdata.Package) -> None:
    """Catches rows that are deleted and not gone, and a list of what fell beside what remains."""
    rest = kz.as_of("2022-01-05")
    assert rest.sql("select count(*) from sources").rows() == [(1,)]
    file = Path(rest._dataset.database._file)
    held = file.read_bytes()
    assert b"greeleytribune" in held
    rows = str(listed(asked(rest)))  # a note may name a record that fell
    lost = [record for _, record, field in rest.fallen.rows() if not field and "-0" in record]
    assert len(lost) > 500
    assert not [record for record in lost if record not in rows and record.encode() in held]
    with pytest.raises(QueryError):
        rest._dataset.database.rows("select * from whole.main.sources")
    assert rest._dataset.database.rows(
        "select database_name from duckdb_databases() where path <> ''"
    )


def test_edge_counts_of_a_snapshot_are_its_own(kz: kzdata.Package) -> None:
    """Catches a row number of the whole package, which tells how many rows before it fell."""
    rest = kz.as_of("2022-01-05")
    for name in rest.tables:
        numbers = [n for (n,) in rest.sql(f"select rowid from {name}").rows()]
        assert numbers == list(range(len(rest.table(name))))


def test_snapshot_answers_questions(kz: kzdata.Package) -> None:
    """Catches a lock that shuts honest questions out."""
    rest = kz.as_of("2022-01-05")
    for query in [
        "show tables",
        "describe sources",
        "summarize sources",
        "from main.sources",
        "with a as (from sources), b as (from a) select * from b join sources using (source_id)",
        "with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) from t",
        "select * from (values (1)) v(x), range(3)",
        "select unnest([1, 2])",
        "from SOURCES",
    ]:
        assert rest.sql(query).rows()
    assert rest.sql("select count(*) from sources").rows() == [(1,)]
    assert rest.sources.rel.fetchall() == rest.sql("from sources").rows()
    columns = next(csv.reader(io.StringIO((ROOT / "data/sources.csv").read_text("utf-8"))))
    assert rest.sql("from sources").columns == tuple(columns)


def test_removed_may_be_the_first_question() -> None:
    """Catches an answer that works only once SQL was asked: a part of DuckDB comes late."""
    script = "import kzdata\nprint(len(kzdata.load().without('tass').fallen.rows()))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert int(done.stdout) > 0, done.stderr
