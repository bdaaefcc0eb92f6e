"""The shipped data as a product: complete, traced, in order, and nobody's article."""

import csv
import hashlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kzdata.files.archive import opened
from kzdata.standard.parsing import parse
from kzdata.validation import Report, validate
from packages import Folder, Row

LEAST = {
    "casualty_reports": 20,
    "quantities": 39,  # a threat denied ("no threat to their safety") is no count of cases
    "appointments": 20,
    "deployments": 35,
    "events": 100,
    "event_actors": 100,
    "claim_links": 25,
    "outside_reports": 20,
    "actors": 100,
    "places": 45,
    "aliases": 150,
    "codebook": 100,
    "vague_terms": 10,
    "sources": 5,
    "source_spans": 300,
    "evidence": 1000,
    "exclusions": 1,
    "tombstones": 0,
}
"""Rows that the design, or two independent readings of the articles, lead to expect."""
CLAIMS = ("casualty_reports", "appointments", "deployments", "quantities")
RUN = 110
"""Longest stretch, in characters with white space folded, that a file may share with an article."""


@pytest.fixture(scope="module")
def shipped(package: Path) -> Folder:
    return Folder(package)


@pytest.fixture(scope="module")
def report(package: Path) -> Report:
    return validate(package)


def article_of(shipped: Folder, claim: Row) -> str:
    spans = {span["span_id"]: span["source_id"] for span in shipped.rows("source_spans")}
    return spans[claim["span_id"]]


def linked(shipped: Folder, one: set[str], other: set[str], relations: set[str]) -> bool:
    """Whether some claim of `one` is tied to some claim of `other`, either way round."""
    pairs = [
        {link["claim_id"], link["other_id"]}
        for link in shipped.rows("claim_links")
        if link["relation"] in relations
    ]
    return any(pair & one and pair & other for pair in pairs)


def found(rows: list[Row], **cells: str) -> list[Row]:
    return [row for row in rows if all(row[name] == value for name, value in cells.items())]


# ------------------------------------------------------------------------------ validation


def test_validates_without_the_articles(report: Report) -> None:
    """Catches data that was published without running its own validator."""
    assert report.valid
    assert not [finding for finding in report if finding.severity == "error"]


def test_validates_with_the_articles(package: Path, texts: Path) -> None:
    """Catches an offset, an occurrence or a number token that only the article can refute."""
    report = validate(package, texts=texts)
    assert [f for f in report if f.severity == "error"] == []
    assert report.unchecked == ()
    assert report.spans_in_texts == report.rows["source_spans"] > 0


def test_no_warnings(report: Report) -> None:
    """Catches warnings that everybody has got used to."""
    assert [f for f in report if f.severity == "warning"] == []


def test_every_required_cell_has_a_receipt(report: Report) -> None:
    """Catches a figure without evidence, and a count of receipts that counts nothing."""
    assert report.receipts.required > 1000
    assert report.receipts.evidenced == report.receipts.required


def test_inference_is_the_last_resort(report: Report) -> None:
    """Catches a cell that was concluded where the words could have been quoted."""
    assert report.receipts.inferred * 10 < report.receipts.required


def test_frictionless_finds_nothing(package: Path) -> None:
    """Catches a package that only our own validator would take."""
    frictionless = pytest.importorskip("frictionless")
    outcome = frictionless.validate(str(package / "datapackage.json"))
    assert outcome.flatten(["title", "rowNumber", "fieldName", "message"]) == []
    assert len(outcome.tasks) == len(Folder(package).descriptor()["resources"])


# ------------------------------------------------------------------------------ completeness


@pytest.mark.parametrize("table", LEAST)
def test_tables_are_not_far_below_the_readings(report: Report, table: str) -> None:
    """Catches a table that is missing, or that was filled from one hasty reading."""
    assert report.rows[table] >= LEAST[table]


def test_every_article_makes_claims(shipped: Folder) -> None:
    """Catches an article that was registered and then forgotten."""
    sources = {source["source_id"] for source in shipped.rows("sources")}
    for table in ("deployments", "quantities"):
        told = {article_of(shipped, claim) for claim in shipped.rows(table)}
        assert told == sources, table


def test_every_event_is_told_by_an_article(shipped: Folder) -> None:
    """Catches an event of our own making, without any evidence."""
    told = {edge["record_id"] for edge in shipped.rows("evidence")}
    assert {event["event_id"] for event in shipped.rows("events")} <= told


def test_no_id_is_used_in_two_tables(shipped: Folder) -> None:
    """Catches an id that names two records, so that its receipts are mixed up."""
    keys = [
        row[f"{name}_id"]
        for table, name in [
            ("casualty_reports", "report"),
            ("appointments", "appointment"),
            ("deployments", "deployment"),
            ("quantities", "quantity"),
            ("events", "event"),
            ("event_actors", "event_actor"),
        ]
        for row in shipped.rows(table)
    ]
    assert len(keys) == len(set(keys)) > 400


# ------------------------------------------------------------------------------ kept apart


def test_eight_dead_of_two_populations_are_two_claims(shipped: Folder) -> None:
    """Catches the merging of eight police and National Guard with eight police."""
    killed = found(shipped.rows("casualty_reports"), outcome="killed", value_low="8")
    forces = found(killed, population="police-and-national-guard")
    police = found(killed, population="police")
    assert forces and police
    assert {article_of(shipped, claim) for claim in forces} == {"russia-islworld"}
    assert {article_of(shipped, claim) for claim in police} == {"meduza"}


def test_eight_dead_of_two_populations_are_linked(shipped: Folder) -> None:
    """Catches two versions of one count that nobody could find from one another."""
    killed = found(shipped.rows("casualty_reports"), outcome="killed", value_low="8")
    forces = found(killed, population="police-and-national-guard")
    police = found(killed, population="police")
    ids = [{claim["report_id"] for claim in claims} for claims in (forces, police)]
    assert linked(shipped, ids[0], ids[1], {"differs_in_scope", "contradicts", "part_of"})


def test_dismissed_and_resigned_are_two_claims(shipped: Folder) -> None:
    """Catches the smoothing of a dismissal and a resignation into one end of a government."""
    rows = found(shipped.rows("appointments"), person_id="mamin-government")
    dismissed, resigned = found(rows, action="dismissed"), found(rows, action="resigned")
    assert {article_of(shipped, claim) for claim in dismissed} == {"russia-islworld"}
    assert {article_of(shipped, claim) for claim in resigned} >= {"greeleytribune", "overtdefense"}


def test_dismissed_and_resigned_are_linked(shipped: Folder) -> None:
    """Catches a contradiction between articles that the data doesn't tell."""
    rows = found(shipped.rows("appointments"), person_id="mamin-government")
    ids = [
        {claim["appointment_id"] for claim in found(rows, action=action)}
        for action in ("dismissed", "resigned")
    ]
    assert linked(shipped, ids[0], ids[1], {"contradicts"})


def test_two_more_adds_to_a_count(shipped: Folder) -> None:
    """Catches two soldiers taken for two of the eight, or summed up with them."""
    killed = found(shipped.rows("casualty_reports"), outcome="killed")
    two = {claim["report_id"] for claim in found(killed, value_text="two")}
    eight = {claim["report_id"] for claim in found(killed, value_text="eight")}
    assert linked(shipped, two, eight, {"adds_to"})
    assert not found(killed, value_low="10")


def test_no_figures_is_not_zero(shipped: Folder) -> None:
    """Catches an article without a number being read as a count of nobody."""
    silent = found(shipped.rows("casualty_reports"), qualifier="unquantified")
    assert silent
    assert all(claim["value_low"] == claim["value_high"] == "" for claim in silent)


def test_a_vague_word_has_no_bounds(shipped: Folder) -> None:
    """Catches a policy for "dozens" baked into the data."""
    vague = [row for t in CLAIMS[::2] for row in shipped.rows(t) if row["qualifier"] == "vague"]
    assert vague
    assert all(claim["value_low"] == claim["value_high"] == "" for claim in vague)


# ------------------------------------------------------------------------------ descriptor


def test_five_sources_and_two_licences(shipped: Folder) -> None:
    """Catches a package that may not be used, or that hides whom it quotes."""
    described = shipped.descriptor()
    assert len(described["sources"]) == len(shipped.rows("sources")) == 5
    names = {licence["name"] for licence in described["licenses"]}
    assert "CC-BY-4.0" in names
    assert names & {"MIT", "Apache-2.0"}


def test_every_file_is_sealed(shipped: Folder) -> None:
    """Catches a resource whose bytes and hash are not stated, or stated wrongly."""
    for entry in shipped.descriptor()["resources"]:
        data = (shipped.root / entry["path"]).read_bytes()
        assert entry["bytes"] == len(data)
        assert entry["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_every_file_of_the_data_is_a_resource(shipped: Folder, package: Path) -> None:
    """Catches a table that lies in the folder and is in no list, so that nothing checks it."""
    described = shipped.descriptor()["resources"]
    assert {entry["path"] for entry in described} == {
        f"data/{file.name}" for file in (package / "data").iterdir()
    }
    assert {entry["schema"] for entry in shipped.tables()} == {
        f"schemas/{file.name}" for file in (package / "schemas").iterdir()
    }


def test_every_column_is_documented(shipped: Folder) -> None:
    """Catches a column that a reader has to guess."""
    for entry in shipped.tables():
        for field in shipped.schema(entry["name"])["fields"]:
            where = f"{entry['name']}.{field['name']}"
            assert field.get("title") and field.get("description"), where
            assert "example" in field, where


def test_examples_obey_their_own_limits(shipped: Folder) -> None:
    """Catches an example that the column itself would refuse."""
    for entry in shipped.tables():
        for field in shipped.schema(entry["name"])["fields"]:
            limits, example = field.get("constraints", {}), field["example"]
            if example:
                assert example in limits.get("enum", [example]), field
                assert re.fullmatch(limits.get("pattern", r"(?s).*"), example), field


def test_files_have_no_bom_crlf_or_trailing_blanks(shipped: Folder) -> None:
    """Catches CRLF, a byte order mark, a missing last line end, blanks around a value."""
    for entry in shipped.tables():
        data = (shipped.root / entry["path"]).read_bytes()
        assert b"\r" not in data and not data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\n")
        rows = list(csv.reader(data.decode("utf-8").splitlines(keepends=True)))
        assert [cell for row in rows for cell in row if cell != cell.strip()] == []


# ------------------------------------------------------------------------------ quotation


def tracked(package: Path) -> Iterator[Path]:
    """The files of the repository, also those not yet committed, but for what git ignores."""
    command = ["git", "-C", str(package), "ls-files", "-z", "--cached", "--others"]
    done = subprocess.run([*command, "--exclude-standard"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    names = filter(None, done.stdout.decode("utf-8").split("\0"))
    yield from (package / name for name in names if (package / name).is_file())


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_no_article_in_the_repository(package: Path, texts: Path) -> None:
    """Catches a passage of an article in any file: data, test, doc or fixture."""
    shingles = set()
    for file in sorted(texts.iterdir()):
        text = folded(file.read_bytes().decode("utf-8"))
        shingles |= {text[at : at + RUN + 1] for at in range(len(text) - RUN)}
    assert len(shingles) > 10_000
    copied = []
    for file in tracked(package):
        try:
            body = folded(file.read_bytes().decode("utf-8"))
        except UnicodeDecodeError:
            continue
        if any(body[at : at + RUN + 1] in shingles for at in range(len(body) - RUN)):
            copied.append(file.relative_to(package))
    assert copied == []


def test_no_fact_is_outside_of_the_proof_without_a_word(package: Path) -> None:
    """Catches a column of facts that has neither receipts nor a stated basis.

    Facts are what refers to another table, days, addresses and places of the map; in the tables
    that carry the proof (passages, edges, terms) and in keys they are the proof.
    """
    proof = {"source_spans", "evidence", "aliases", "codebook", "exclusions", "claim_links"}
    proof |= {"tombstones", "events", "event_actors"}
    facts = set()
    with opened(package) as archive:
        tables = parse(archive).tables
    for name, table in tables.items():
        schema = table.schema
        if name in proof or schema.principal:
            continue
        refers = {column for key in schema.foreign_keys for column in key.fields}
        for field in schema.fields:
            if field.name in refers or field.type in ("date", "number") or field.format == "uri":
                facts.add((name, field.name, field.basis))
    assert {(name, column) for name, column, basis in facts if not basis} == set()
    assert len(facts) > 12
