"""Crosswalks to UCDP GED and ACLED: golden rows with their reasons, and an account that adds up."""

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kzdata
from kzdata.errors import UsageError
from kzdata.evidence.claims import UNQUANTIFIED, Claim
from kzdata.evidence.intervals import Interval
from kzdata_publish import ucdp_codes
from kzdata_publish.crosswalks import ACLED, GED, KINDS, Crosswalk, death_toll, span, summary
from kzdata_publish.events import EventClaim, ReportedEvent, reported_events
from packages import Folder

Row = dict[str, str]


@cache
def package() -> kzdata.Package:
    return kzdata.load(Path(__file__).parents[1])


def read(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def ged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package().export("ucdp", tmp_path_factory.mktemp("ged") / "out")


@pytest.fixture(scope="module")
def acled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package().export("acled", tmp_path_factory.mktemp("acled") / "out")


def rows(folder: Path, crosswalk: Crosswalk, key: str) -> dict[str, Row]:
    return {row[key]: row for row in read(folder / crosswalk.file)}


def losses(folder: Path, event: str) -> set[tuple[str, str, str]]:
    """What an event lost: kind, column, record."""
    found = read(folder / "losses.csv")
    return {(r["kind"], r["column"], r["record"]) for r in found if r["event"] == event}


# ------------------------------------------------------------------------------ golden rows


def test_ged_counts_a_superseded_figure_of_two_articles_once(ged: Path) -> None:
    """EV-0023: two articles give "eight", of different people, to the ministry.

    The one is superseded by twelve of the next day, so that the other alone counts. 317 injured
    have no column. The country has no coordinates; where_prec 6 is that of a country. Part
    of a day is a known day: date_prec 1.
    """
    row = rows(ged, GED, "relid")["EV-0023"]
    wanted = {"best": "8", "low": "8", "high": "8", "where_prec": "6", "date_prec": "1"}
    wanted |= {"date_start": "2022-01-05", "date_end": "2022-01-05", "year": "2022"}
    wanted |= {"country": "Kazakhstan", "number_of_sources": "2", "latitude": "", "adm_1": ""}
    wanted |= {"source_original": "Interior Ministry of Kazakhstan"}
    assert {column: row[column] for column in wanted} == wanted
    lost = losses(ged, "EV-0023")
    assert ("superseded", "best", "CR-0001") in lost
    assert ("several claims", "best", "") not in lost
    assert ("disagreement", "best", "") not in lost
    assert {record for kind, _, record in lost if kind == "other outcome"} == {
        "CR-0002",
        "CR-0009",
    }
    assert ("population", "", "CR-0008") in lost
    assert ("population", "", "CR-0001") not in lost


def test_ged_gives_an_open_interval_no_best_number(ged: Path) -> None:
    """EV-0188: "over 60" in Shymkent: 60 is the lowest number, there is no highest, so no best."""
    row = rows(ged, GED, "relid")["EV-0188"]
    wanted = {"best": "", "low": "60", "high": "", "where_prec": "1", "date_prec": ""}
    wanted |= {"latitude": "42.30988", "longitude": "69.60042", "adm_1": "Shymkent"}
    assert {column: row[column] for column in wanted} == wanted
    lost = losses(ged, "EV-0188")
    assert {("interval", "best", "CR-0019"), ("qualifier", "best", "CR-0019")} <= lost
    assert ("no date", "date_prec", "") in lost


def test_ged_gives_a_vague_word_no_number(ged: Path) -> None:
    """EV-0116: "dozens" is a policy's business; a night is two days: date_prec 2."""
    row = rows(ged, GED, "relid")["EV-0116"]
    assert (row["best"], row["low"], row["high"]) == ("", "", "")
    assert (row["date_start"], row["date_end"], row["date_prec"]) == (
        "2022-01-05",
        "2022-01-06",
        "2",
    )
    lost = losses(ged, "EV-0116")
    assert {("no number", "best", "CR-0006"), ("no number", "best", "CR-0007")} <= lost
    assert ("part of the day", "date_prec", "") in lost


def test_ged_takes_the_coordinates_of_the_larger_place(ged: Path) -> None:
    """EV-0025: the airport has no coordinates; those of Almaty stand for it, with where_prec 2."""
    row = rows(ged, GED, "relid")["EV-0025"]
    wanted = {"where_prec": "2", "where_coordinates": "Almaty", "latitude": "43.25249"}
    wanted |= {"where_description": "Almaty International Airport", "best": "2"}
    assert {column: row[column] for column in wanted} == wanted
    assert ("place around", "latitude", "almaty-airport") in losses(ged, "EV-0025")


def test_ged_says_which_rows_may_count_the_same_people(ged: Path) -> None:
    """EV-0023 and EV-0137: twelve dead are a later count of the eight, so 20 would be wrong."""
    found = {
        event: {row["value"] for row in read(ged / "losses.csv")
                if row["event"] == event and row["kind"] == "link"}
        for event in ("EV-0023", "EV-0025", "EV-0137")
    }  # fmt: skip
    assert "CR-0013 updates CR-0001" in found["EV-0023"] & found["EV-0137"]
    assert "CR-0003 adds_to CR-0001" in found["EV-0023"] & found["EV-0025"]


def test_ged_holds_only_events_with_dead(ged: Path) -> None:
    query = "SELECT DISTINCT event_id FROM casualty_reports WHERE outcome = 'killed'"
    expected = {key for (key,) in package().sql(query).rows()}
    assert set(rows(ged, GED, "relid")) == expected
    none = {row["event"] for row in read(ged / "losses.csv") if row["kind"] == "no row"}
    assert len(none) + len(expected) == len(package().events)
    assert not none & expected


def test_acled_derives_the_codes_of_a_riot(acled: Path) -> None:
    """EV-0013: riots follow from the type; their side in it does not, and ACLED knows no country.

    "Unrest or disorder with violence by crowds" is ACLED's `Riots`. Those who merely take part are
    on no side; the target is actor 2. Nobody counts the dead, and that is not 0.
    """
    row = rows(acled, ACLED, "event_id_cnty")["EV-0013"]
    wanted = {"event_type": "Riots", "actor1": "", "actor2": "Kazakhstan", "fatalities": ""}
    wanted |= {"event_date": "", "time_precision": "", "geo_precision": "", "country": "Kazakhstan"}
    assert {column: row[column] for column in wanted} == wanted
    lost = losses(acled, "EV-0013")
    assert {("participant", "", "protesters"), ("participant", "", "rioters")} <= lost
    assert ("no code", "geo_precision", "") in lost


def test_acled_derives_the_codes_of_a_known_day(acled: Path) -> None:
    """EV-0022: the day is known; the airport stands at Almaty: geo_precision 2; no type follows."""
    row = rows(acled, ACLED, "event_id_cnty")["EV-0022"]
    wanted = {"event_date": "2022-01-05", "year": "2022", "time_precision": "1"}
    wanted |= {"geo_precision": "2", "location": "Almaty", "event_type": "", "actor1": "Protesters"}
    assert {column: row[column] for column in wanted} == wanted
    assert ("event type", "event_type", "") in losses(acled, "EV-0022")


def test_acled_holds_only_violence_and_demonstrations(acled: Path) -> None:
    query = "SELECT event_id FROM events WHERE event_type IN ('statement', 'standing-fact')"
    outside = {key for (key,) in package().sql(query).rows()}
    assert outside
    assert not outside & set(rows(acled, ACLED, "event_id_cnty"))


# ------------------------------------------------------------------------------ the account


@pytest.mark.parametrize(
    ("form", "crosswalk", "number"), [("ucdp", GED, 49), ("acled", ACLED, 31)], ids=["ged", "acled"]
)
def test_columns_are_those_of_the_codebook(
    form: str, crosswalk: Crosswalk, number: int, tmp_path: Path
) -> None:
    """Catches a column that is misspelt, and one of which nobody says why it is empty."""
    out = package().export(form, tmp_path / "out")
    with (out / crosswalk.file).open(encoding="utf-8", newline="") as stream:
        header = next(csv.reader(stream))
    assert tuple(header) == tuple(crosswalk.columns)
    assert len(set(header)) == number
    assert set(crosswalk.filled) == set(header)
    assert all(cell or note for note, cell in crosswalk.filled.values())
    written = read(out / crosswalk.file)
    for entry in read(out / "columns.csv"):
        present = sum(bool(row[entry["column"]]) for row in written)
        assert (int(entry["filled"]), int(entry["empty"])) == (present, len(written) - present)


UPDATED = "SELECT other_id FROM claim_links WHERE relation = 'updates'"
DEAD = f"""SELECT * FROM casualty_reports
    WHERE outcome = 'killed' AND report_id NOT IN ({UPDATED})"""
COUNTS = {
    "superseded": f"""SELECT count(*) FROM casualty_reports
        WHERE outcome = 'killed' AND report_id IN ({UPDATED})""",
    "no number": """SELECT count(*) FROM dead WHERE value_low IS NULL AND value_high IS NULL""",
    "qualifier": """SELECT count(*) FROM dead WHERE qualifier NOT IN ('exact', 'unquantified')""",
    "population": "SELECT count(population) FROM dead",
    "as of": "SELECT count(as_of) FROM dead",
    "channel": "SELECT count(via_id) FROM dead",
    "several claims": """SELECT count(*) FROM (
        SELECT event_id FROM dead GROUP BY 1 HAVING count(*) > 1)""",
    "disagreement": """SELECT count(*) FROM (SELECT event_id FROM dead
        WHERE qualifier <> 'unquantified' GROUP BY 1
        HAVING count(DISTINCT (value_low, value_high)) > 1)""",
    "other outcome": """SELECT count(*) FROM casualty_reports
        WHERE outcome <> 'killed' AND event_id IN (FROM held)""",
    "other claim": """SELECT (SELECT count(*) FROM quantities WHERE event_id IN (FROM held))
        + (SELECT count(*) FROM deployments WHERE event_id IN (FROM held))
        + (SELECT count(*) FROM appointments WHERE event_id IN (FROM held))""",
    "no place": "SELECT count(*) FROM events WHERE place_id IS NULL AND event_id IN (FROM held)",
    "certainty": "SELECT count(certainty) FROM events WHERE event_id IN (FROM held)",
    "part of the day": """SELECT count(*) FROM events
        WHERE date_precision IN ('part_of_day', 'night') AND event_id IN (FROM held)""",
    "no row": "SELECT count(*) FROM events WHERE event_id NOT IN (FROM held)",
}
"""What each kind of loss must add up to, counted anew; `held` are the events that have a row,
`dead` the claims that count: those that no other one updates, for none is retracted."""
ONLY_GED = {
    "participant": "SELECT count(*) FROM event_actors WHERE event_id IN (FROM held)",
    "interval": """SELECT count(*) FROM dead WHERE (value_low IS NULL) <> (value_high IS NULL)""",
}
ONLY_ACLED = {
    "participant": """SELECT count(*) FROM event_actors
        WHERE role NOT IN ('initiator', 'target') AND event_id IN (FROM held)""",
    "claimant": "SELECT count(claimant_id) FROM dead",
    "event type": """SELECT count(*) FROM events
        WHERE event_type NOT IN ('protest', 'riot') AND event_id IN (FROM held)""",
    "interval": """SELECT count(*) FROM dead WHERE (value_low IS NOT NULL OR value_high IS NOT NULL)
        AND value_low IS DISTINCT FROM value_high""",
}
HELD_GED = "SELECT event_id FROM casualty_reports WHERE outcome = 'killed'"
HELD_ACLED = f"""SELECT event_id FROM events WHERE event_type NOT IN ({
    ", ".join(
        f"'{kind}'" for kind, to in ucdp_codes.ACLED_EVENT_TYPES.items() if to == ucdp_codes.OUTSIDE
    )
})"""


@pytest.mark.parametrize(
    ("form", "held", "counts"),
    [("ged", HELD_GED, COUNTS | ONLY_GED), ("acled", HELD_ACLED, COUNTS | ONLY_ACLED)],
    ids=["ged", "acled"],
)
def test_losses_add_up(
    form: str, held: str, counts: dict[str, str], request: pytest.FixtureRequest
) -> None:
    """Catches a loss that is passed over, or counted twice."""
    written = read(request.getfixturevalue(form) / "losses.csv")
    for kind, query in counts.items():
        # A claim whose event has no row (that no figures are out is a statement) is lost with it.
        dead = f"{DEAD} AND event_id IN (FROM held)"
        number = package().sql(f"WITH held AS ({held}), dead AS ({dead}) {query}").rows()[0][0]
        assert sum(row["kind"] == kind for row in written) == number, kind
    assert {row["kind"] for row in written} <= set(KINDS)
    assert sum(entry[2] for entry in summary(request.getfixturevalue(form))[1]) == len(written)


def test_no_number_is_invented(ged: Path, acled: Path) -> None:
    """Every number of dead in a crosswalk is printed in a claim about that event."""
    query = "SELECT event_id, value_low, value_high FROM casualty_reports WHERE outcome = 'killed'"
    printed = {
        (event, f"{end:g}") for event, *ends in package().sql(query).rows() for end in ends if end
    }
    for row in read(ged / GED.file):
        for column in ("best", "high", "low", "deaths_civilians"):
            assert not row[column] or (row["relid"], row[column]) in printed
    for row in read(acled / ACLED.file):
        assert not row["fatalities"] or (row["event_id_cnty"], row["fatalities"]) in printed


# ------------------------------------------------------------------------------ numbers


def a_claim(
    low: float | None, high: float | None, population: str = "people", qualifier: str = "exact"
) -> EventClaim:
    said: dict[str, Any] = dict.fromkeys(Claim.__dataclass_fields__)
    said["interval"] = None if qualifier == UNQUANTIFIED else Interval(low, high)
    claim = Claim(**said | {"key": "C", "population": population, "qualifier": qualifier})
    return EventClaim(claim, "standing" if claim.interval else "no number", "killed", True)


def test_numbers_that_differ_make_a_range_without_a_best_number() -> None:
    """Eight and twelve of the same people: from 8 to 12, and no best number; never 20."""
    assert death_toll([a_claim(8, 8), a_claim(12, 12)]) == ("8", "12", "")


def test_numbers_of_different_people_are_not_compared() -> None:
    found = [a_claim(8, 8, population="police"), a_claim(2, 2, population="soldiers")]
    assert death_toll(found) == ("", "", "")


def test_a_claim_without_a_number_changes_nothing() -> None:
    silent = a_claim(None, None, qualifier="unquantified")
    assert death_toll([a_claim(8, 8), silent]) == ("8", "8", "8")
    assert death_toll([silent]) == ("", "", "")


def test_a_vague_word_opens_both_ends() -> None:
    assert death_toll([a_claim(8, 8), a_claim(None, None, qualifier="vague")]) == ("", "", "")


ends = st.none() | st.integers(0, 500)
intervals = st.tuples(ends, ends).map(
    lambda pair: tuple(sorted(pair)) if None not in pair else pair  # type: ignore[type-var]
)


@given(
    st.lists(
        st.builds(
            lambda pair, who: a_claim(pair[0], pair[1], who), intervals, st.sampled_from("ab")
        )
    )
)
def test_numbers_of_deaths_are_printed_ones(claims: list[EventClaim]) -> None:
    """Catches a sum, a mean, or a best number on which not all agree."""
    low, high, best = death_toll(claims)
    found = [claim.claim.interval or Interval(None, None) for claim in claims]
    printed = {f"{end:g}" for one in found for end in (one.low, one.high) if end is not None}
    assert {low, high, best} - {""} <= printed
    assert not (low and high) or float(low) <= float(high)
    assert not best or all(one.low == one.high == float(best) for one in found)
    assert not low or all(one.low is not None and one.low >= float(low) for one in found)
    assert not high or all(one.high is not None and one.high <= float(high) for one in found)


def cell_of(crosswalk: Crosswalk, column: str) -> Callable[[ReportedEvent], str]:
    cell = crosswalk.filled[column][1]
    assert cell
    return cell


def an_event(start: str, end: str, precision: str) -> ReportedEvent:
    return ReportedEvent("E", "", "", "", "", start, end, precision, None, (), (), ())


@pytest.mark.parametrize(
    ("start", "end", "precision", "days", "ged", "acled", "day"),
    [
        ("2022-01-05", "2022-01-05", "day", 1, "1", "1", "2022-01-05"),
        ("2022-01-05", "2022-01-05", "part_of_day", 1, "1", "1", "2022-01-05"),
        ("2022-01-05", "2022-01-06", "night", 2, "2", "2", "2022-01-05"),
        ("2022-01-01", "2022-01-31", "month", 31, "4", "3", "2022-01-16"),
        ("2019-01-01", "2019-12-31", "year", 366, "5", "", ""),
        ("2022-01-03", "2022-01-07", "range", 5, "2", "2", "2022-01-05"),
        ("2022-01-03", "2022-01-09", "range", 7, "3", "2", "2022-01-06"),
        ("2022-01-03", "2022-01-20", "range", 18, "4", "3", "2022-01-11"),
        ("2022-01-03", "2022-03-20", "range", 77, "5", "", ""),
        ("2018-01-01", "", "since", None, "", "", ""),
        ("", "2022-01-05", "before", None, "", "", ""),
        ("", "", "", None, "", "", ""),
        ("not a day", "", "day", None, "", "", ""),
    ],
)
def test_date_codes(
    start: str, end: str, precision: str, days: int | None, ged: str, acled: str, day: str
) -> None:
    """Each precision with the codes of both codebooks, and the day that ACLED asks for."""
    event = an_event(start, end, precision)
    if start != "not a day":
        assert span(event) == days
        assert cell_of(GED, "date_prec")(event) == ged
    assert cell_of(ACLED, "time_precision")(event) == acled
    assert cell_of(ACLED, "event_date")(event) == day


# ------------------------------------------------------------------------------ other packages


def test_a_retracted_claim_does_not_count(copy: Folder, tmp_path: Path) -> None:
    """Twelve dead said of the event where eight are: no best; taken back, eight again."""
    more = dict(copy.rows("casualty_reports")[0]) | {"report_id": "CR-0099"}
    more |= {"value_text": "12", "value_low": "12", "value_high": "12"}
    copy.append("casualty_reports", **more)
    with kzdata.load(copy.root) as kz:
        out = kz.export("ucdp", tmp_path / "differ")
    row = rows(out, GED, "relid")["EV-0023"]
    assert (row["low"], row["best"], row["high"]) == ("", "", "")
    kinds = {kind for kind, _, _ in losses(out, "EV-0023")}
    assert {"disagreement", "other populations"} <= kinds
    copy.append("claim_links", claim_id="CR-0001", relation="retracts", other_id="CR-0099")
    with kzdata.load(copy.root) as kz:
        out = kz.export("ucdp", tmp_path / "back")
    assert rows(out, GED, "relid")["EV-0023"]["best"] == "8"
    assert ("withdrawn", "best", "CR-0099") in losses(out, "EV-0023")


def test_other_names_of_tables_and_categories_are_read(island: Folder, tmp_path: Path) -> None:
    """The flood calls its dead drowned: 12 at Norholm, three of them pilots, are 12, never 15.

    Its events are of types that no table knows, so that ACLED's type is for a coder to decide.
    """
    events = {"kzdata:events": {"title": "title", "type": "sort"}}
    claims: dict[str, Any] = {"outcome": "fate", "event": "surge", "claimant": "speaker"}
    claims["deaths"] = ["drowned"]
    island.reschema("surges", lambda schema: schema.update(events))
    island.reschema("tolls", lambda schema: schema.update({"kzdata:claims": claims}))
    with kzdata.load(island.root) as kz:
        out = kz.export("ucdp", tmp_path / "ged")
        ged = rows(out, GED, "relid")
        acled = rows(kz.export("acled", tmp_path / "acled"), ACLED, "event_id_cnty")
    assert {key: (row["low"], row["best"], row["high"]) for key, row in ged.items()} == {
        "S1": ("12", "12", "12"),
        "S2": ("14", "14", "14"),
    }
    assert ("part", "best", "T2") in losses(out, "S1")
    assert ("other outcome", "", "T5") in losses(out, "S2")
    assert {key: (row["fatalities"], row["event_type"]) for key, row in acled.items()} == {
        "S1": ("12", ""),
        "S2": ("14", ""),
    }


def test_cycle_of_places_is_cut(copy: Folder, tmp_path: Path) -> None:
    """Catches a walk to the next larger place that never ends."""
    names = [row["place_id"] for row in copy.rows("places")]
    copy.edit("places", names.index("kazakhstan"), "part_of_id", "almaty")
    with kzdata.load(copy.root) as kz:
        out = kz.export("ucdp", tmp_path / "out")
        assert len(reported_events(kz._dataset)) == len(kz.events)
    assert rows(out, GED, "relid")["EV-0023"]["country"] == "Kazakhstan"


def exempt(schema: dict[str, Any]) -> None:
    """Let no column demand receipts."""
    for field in schema["fields"]:
        if "kzdata:evidence" in field:
            field["kzdata:evidence"] = "exempt"


@pytest.mark.parametrize(
    ("table", "declaration"),
    [
        ("events", "kzdata:events"),
        ("casualty_reports", "kzdata:claims"),
        ("evidence", "kzdata:edges"),
    ],
)
def test_a_missing_declaration_is_named(
    table: str, declaration: str, copy: Folder, tmp_path: Path
) -> None:
    """Catches rows that lack what was never declared, without a word."""
    copy.reschema(table, lambda schema: schema.pop(declaration))
    for entry in copy.tables():  # what demands receipts would be a fault now
        copy.reschema(entry["name"], exempt)
    with kzdata.load(copy.root) as kz, pytest.raises(UsageError, match=declaration):
        kz.export("ucdp", tmp_path / "out")


def test_the_command_says_what_is_lost(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from kzdata.cli.main import app

    found = CliRunner().invoke(app, ["export", "ucdp", str(tmp_path / "ged")])
    assert found.exit_code == 0
    assert found.stdout.startswith("wrote ")
    assert "several claims" in found.stdout
    found = CliRunner().invoke(app, ["export", "acled", str(tmp_path / "a"), "--format", "csv"])
    assert found.stdout.startswith("lost,column,times,what\n")


# ------------------------------------------------------------------------------ documentation


def table_rows(heading: str) -> list[list[str]]:
    """The cells of a table of docs/export.md, by the beginning of its head."""
    page = (Path(__file__).parents[1] / "docs" / "export.md").read_text("utf-8")
    lines = page[page.index(f"| {heading}") :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def test_the_documented_codes_are_the_codes() -> None:
    """Catches a code that was changed here and not there."""
    places = {(kind, whose): (ged, acled) for kind, whose, ged, acled in table_rows("place whose")}
    sites, others = ucdp_codes.GED_WHERE_PREC, ucdp_codes.ACLED_GEO_PRECISION
    assert places == {
        (kind, whose): (code, others.get(kind, ("", ""))[number])
        for kind, codes in sites.items()
        for number, (whose, code) in enumerate(zip(("own", "around"), codes, strict=True))
    }
    for days, ged, acled in table_rows("days that"):
        for number in {int(part) for part in days.split(" to ")}:
            for codes, code in (
                (ucdp_codes.GED_DATE_PREC, ged),
                (ucdp_codes.ACLED_TIME_PRECISION, acled),
            ):
                assert next((c for limit, c in codes if number <= limit), "") == code
