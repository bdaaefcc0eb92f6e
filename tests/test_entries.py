"""Entries: what is written of an article is entered again without a changed byte, or refused."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import kzdata
from generated import Made, made, written_down
from kzdata.entries import notation
from kzdata.entries.article import Article, Passage
from kzdata.entries.cells import CellReader
from kzdata.entries.columns import fitting
from kzdata.entries.document import Document, read, written
from kzdata.entries.entering import Entering
from kzdata.entries.notation import Cell, Receipt
from kzdata.entries.outcome import Outcome, enter
from kzdata.entries.places import json_places, toml_places
from kzdata.entries.reading import article_of
from kzdata.entries.schema import entry_model, json_schema
from kzdata.entries.tables import ReceiptTables
from kzdata.entries.writing import entry_of
from kzdata.errors import EntryError, PackageError, UsageError
from kzdata.files import journal
from kzdata.standard.editing import Draft
from kzdata.standard.writer import seal
from kzdata.templates.start import init
from packages import FLOOD_TEXTS, Folder
from pages import blocks as fenced

ROOT = Path(__file__).resolve().parents[1]
ENTRIES = ROOT / "tests" / "entries"
ARTICLES = ["greeleytribune", "meduza", "overtdefense", "russia-islworld", "tass"]


def by_hash(folder: Path | None) -> dict[str, str]:
    """The texts of a folder by the SHA-256 of their bytes."""
    files = [file.read_bytes() for file in folder.iterdir() if file.is_file()] if folder else []
    return {hashlib.sha256(data).hexdigest(): data.decode() for data in files}


def entered(root: Path, content: str, texts: Path | None = None, **options: Any) -> Outcome:
    """What becomes of an entry whose text, if it names one, lies in the folder of texts."""
    document = read(content.encode(), "entry.toml")
    return enter(root, [(document, texts or Path())], texts, **options)


def files_of(root: Path) -> dict[str, bytes]:
    return {str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*") if f.is_file()}


# ------------------------------------------------------------------------------ the notation

WORDS = st.text(alphabet="ab <-?@2“\n ", min_size=1)
RECEIPTS = st.builds(
    Receipt,
    words=st.none() | WORDS,
    occurrence=st.none() | st.integers(1, 99),
    note=st.none() | WORDS,
    role=st.none() | st.sampled_from(["coded", "inferred"]),
)


@given(st.none() | WORDS, st.lists(RECEIPTS, max_size=3))
def test_a_cell_is_read_as_it_was_written(value: str | None, receipts: list[Receipt]) -> None:
    cell = notation.of(value, receipts)
    line = notation.write(cell)
    again = notation.read(line) if isinstance(line, str) else Cell.model_validate(line)
    assert (again.value, again.all) == (cell.value, cell.all)


@pytest.mark.parametrize(
    ("line", "value", "receipts"),
    [
        ("killed", "killed", ()),
        ("killed <- were killed", "killed", (Receipt(words="were killed"),)),
        ("a <- b @2", "a", (Receipt(words="b", occurrence=2),)),
        ("a ?? why", "a", (Receipt(note="why"),)),
        ("a <- b ?? why", "a", (Receipt(words="b", note="why"),)),
        ("a <- b <- c @3", "a", (Receipt(words="b"), Receipt(words="c", occurrence=3))),
        ("<- Kazakhstan", None, (Receipt(words="Kazakhstan"),)),
        ("anna@2 b", "anna@2 b", ()),
    ],
)
def test_a_line_means(line: str, value: str | None, receipts: tuple[Receipt, ...]) -> None:
    cell = notation.read(line)
    assert (cell.value, cell.all) == (value, receipts)


# ------------------------------------------------------------------------------ places

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
VALUES = st.text(alphabet='ab"\\=[]#\n{},: ', max_size=12) | st.integers() | st.booleans()
BLOCKS = st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), min_size=1, max_size=3)
DOCUMENTS = st.dictionaries(NAMES, BLOCKS, min_size=1, max_size=3)


def first_at(text: str, place: tuple[int, int]) -> str:
    return text.split("\n")[place[0] - 1][place[1] - 1 :]


@given(DOCUMENTS)
def test_each_key_of_toml_stands_at_its_place(content: dict[str, list[dict[str, Any]]]) -> None:
    text = written(content, "toml")
    assert tomllib.loads(text) == content
    places = toml_places(text)
    for section, blocks in content.items():
        for number, block in enumerate(blocks):
            assert first_at(text, places[section, number]).startswith(f"[[{section}]]")
            for name in block:
                assert first_at(text, places[section, number, name]).startswith(f"{name} =")


@given(DOCUMENTS, st.sampled_from([None, 2]))
def test_each_value_of_json_stands_at_its_place(
    content: dict[str, list[dict[str, Any]]], indent: int | None
) -> None:
    text = json.dumps(content, indent=indent, ensure_ascii=False)
    places = json_places(text)
    for section, blocks in content.items():
        for number, block in enumerate(blocks):
            assert first_at(text, places[section, number]).startswith("{")
            for name in block:
                assert first_at(text, places[section, number, name]).startswith(f'"{name}"')


# ------------------------------------------------------------------------------ there and back


@pytest.mark.parametrize("source", ARTICLES)
@pytest.mark.parametrize("form", ["toml", "json"])
@pytest.mark.parametrize("with_texts", [True, False])
def test_an_article_entered_again_changes_no_byte(
    package: Path, texts: Path, source: str, form: str, *, with_texts: bool
) -> None:
    known = by_hash(texts) if with_texts else {}
    with kzdata.load(package) as kz:
        text = written(entry_of(Draft(kz._dataset), source, known), form)
        entering = Entering(Draft(kz._dataset), known)
        entering.enter(read(text.encode(), source))
        assert entering.faults == []
        assert entering.tables.planned == []
        assert entering.tables.draft.contents() == {}


@pytest.mark.parametrize("source", ARTICLES)
def test_the_entries_beside_the_tests_are_those_of_the_articles(
    package: Path, texts: Path, source: str
) -> None:
    # Written anew by: kzdata entry SOURCE --texts DIR > tests/entries/SOURCE.toml
    with kzdata.load(package) as kz:
        assert kz.entry(source, texts) == (ENTRIES / f"{source}.toml").read_text(encoding="utf-8")


@settings(max_examples=40)
@given(made())
def test_any_package_entered_again_changes_no_byte(package: Made) -> None:
    with written_down(package) as (folder, texts), kzdata.load(folder.root) as kz:
        for known in ({}, by_hash(texts)):
            for source in package.texts:
                entry = entry_of(Draft(kz._dataset), source, known)
                entering = Entering(Draft(kz._dataset), known)
                entering.enter(read(written(entry, "toml").encode(), source))
                assert entering.faults == []
                assert entering.tables.draft.contents() == {}


def file_of(kz: kzdata.Package, texts: Path, source: str) -> Path:
    digest = kz.sources[source].text_sha256
    return next(f for f in texts.iterdir() if hashlib.sha256(f.read_bytes()).hexdigest() == digest)


def facts(root: Path) -> dict[str, list[Any]]:
    """All that a package says, with what rows say in place of their ids."""
    with kzdata.load(root) as kz:
        draft = Draft(kz._dataset)
        rows = {name: [dict(row.cells) for row in draft.tables[name].rows] for name in kz.tables}
        records = {
            row[table.key]: (name, table.key, row.cells)
            for name, table in draft.tables.items()
            if table.schema.record_key
            for row in table.rows
        }
    spans = {row["span_id"]: f"{row['source_id']}|{row['char_start']}|{row['quote']}"
             for row in rows["source_spans"]}  # fmt: skip

    @cache
    def said(value: str) -> str:
        if value not in records:
            return spans.get(value, value)
        name, own, cells = records[value]
        return name + json.dumps({c: said(v) for c, v in cells.items() if c != own})

    # What is left of tables that speak of ids, and marks of passages of other articles.
    out = ("outside_reports", "tombstones")
    return {
        name: sorted(
            sorted((c, said(v)) for c, v in row.items() if c not in ("checksum", "damaged"))
            for row in own
        )
        for name, own in rows.items()
        if name not in out
    }


@pytest.mark.parametrize("source", ARTICLES)
def test_an_article_taken_out_and_entered_again_gives_the_same_facts(
    package: Path, texts: Path, tmp_path: Path, source: str
) -> None:
    with kzdata.load(package) as kz:
        entry = kz.entry(source, texts, as_new=True)
        kz.without(source).save(tmp_path / "rest")
        text = file_of(kz, texts, source)
    entry = entry.replace("[source]", f'[source]\ntext = "{text.name}"', 1)
    found = entered(tmp_path / "rest", entry, texts)
    assert found.faults == ()
    before, after = facts(package), facts(tmp_path / "rest")
    assert {name for name in before if after[name] != before[name]} == set()


# ------------------------------------------------------------------------------ one home


def test_words_say_what_the_rules_say(package: Path, texts: Path) -> None:
    # `fitting` asks in Python, of one receipt, what validation asks in SQL of all of them.
    known = by_hash(texts)
    with kzdata.load(package) as kz:
        tables = ReceiptTables(Draft(kz._dataset))
        articles, _ = tables.sources
        readers = {
            key: CellReader(tables, article_of(tables.draft, key, known)) for key in articles.by_key
        }
        spans, asked = tables.spans[0].by_key, 0
        for table in tables.draft.tables.values():
            for key, row in table.by_key.items() if table.schema.record_key else ():
                for edge in tables.edges_of.get(key, ()):
                    span = spans[edge["span_id"]]
                    reader = readers[span["source_id"]]
                    column = reader.columns(table)[edge["field"]]
                    if column.kind in ("record", "span") or edge["role"] in (
                        "inferred",
                        "inherited",
                    ):
                        continue
                    words = (span["quote"], reader.article, reader.vocabulary)
                    role = fitting(column, row[edge["field"]], *words)
                    assert role == edge["role"] or (role, edge["role"]) == ("resolved", "verbatim")
                    asked += 1
    assert asked > 2_000


# ------------------------------------------------------------------------------ the schema


def test_the_schema_of_entries_is_one_and_takes_the_articles(package: Path, texts: Path) -> None:
    with kzdata.load(package) as kz:
        draft = Draft(kz._dataset)
        described, model = json_schema(draft), entry_model(draft)
        jsonschema.Draft202012Validator.check_schema(described)
        validator = jsonschema.Draft202012Validator(described)
        for source in ARTICLES:
            raw = tomllib.loads(kz.entry(source, texts))
            assert list(validator.iter_errors(raw)) == []
            model.model_validate(raw)


@pytest.mark.parametrize(
    ("section", "block"),
    [
        ("claim", {"table": "casualty_reports", "outcom": "killed"}),
        ("claim", {"table": "casualty_report", "outcome": "killed"}),
        ("claim", {"outcome": "killed"}),
        ("claim", {"table": "casualty_reports", "outcome": {"value": "killed", "word": "x"}}),
        ("event", {"title": {"value": "x", "occurrence": 0}}),
        ("row", {"table": "evidence", "record_id": "CR-0001"}),
        ("nothing", {"title": "x"}),
    ],
)
def test_what_no_entry_says_is_refused_by_both(
    package: Path, section: str, block: dict[str, Any]
) -> None:
    raw = {"source": {"source_id": "tass"}, section: [block]}
    with kzdata.load(package) as kz:
        draft = Draft(kz._dataset)
        assert list(jsonschema.Draft202012Validator(json_schema(draft)).iter_errors(raw))
        with pytest.raises(ValidationError):
            entry_model(draft).model_validate(raw)


# ------------------------------------------------------------------------------ entering

NEWS = """Flood News, March 3, 1907

Four boats were lost at Norholm on Sunday, said the harbour master.
"""


def test_a_flood_is_entered_and_changed_and_withdrawn(island: Folder, island_texts: Path) -> None:
    with kzdata.load(island.root) as kz:
        source = sorted(FLOOD_TEXTS)[0].removesuffix(".txt")
        entry = kz.entry(source, island_texts)
    assert entered(island.root, entry, island_texts).rows == ()


CHANGED = """
[source]
source_id = "tass"

[[claim]]
table = "casualty_reports"
id = "CR-0019"
{}
"""


def test_a_cell_is_changed_with_its_receipt(copy: Folder, texts: Path) -> None:
    line = 'population = "civilians <- over 60 people ?? Invented for a test of the article."'
    found = entered(copy.root, CHANGED.format(line), texts)
    assert found.faults == ()
    assert found.written, found.findings
    with kzdata.load(copy.root) as kz:
        assert kz.casualty_reports["CR-0019"].population == "civilians"
        (receipt,) = kz.trace("CR-0019", "population")
        assert (receipt.role, receipt.quote) == ("inferred", "over 60 people")
    assert kzdata.validate(copy.root, texts=texts).valid


def test_a_withdrawn_claim_leaves_a_tombstone(copy: Folder, texts: Path) -> None:
    links = [row["link_id"] for row in copy.rows("claim_links")
             if "CR-0019" in (row["claim_id"], row["other_id"])]  # fmt: skip
    blocks = "".join(f'[[link]]\nid = "{key}"\nwithdraw = "Its claim goes."\n' for key in links)
    entry = CHANGED.format('withdraw = "Entered twice."') + blocks
    outside = [r for r in copy.rows("outside_reports") if r["claim_id"] != "CR-0019"]
    copy.write("outside_reports", outside)
    copy.file("story").write_text("# No story\n\nIt told of the claim.\n", encoding="utf-8")
    copy.reseal()
    found = entered(copy.root, entry, texts)
    assert found.faults == ()
    assert found.written, found.findings
    gone = {row["record_id"]: row for row in copy.rows("tombstones")}
    assert gone["CR-0019"]["reason"] == "Entered twice."
    assert "CR-0019" not in {row["report_id"] for row in copy.rows("casualty_reports")}
    assert "CR-0019" not in {row["record_id"] for row in copy.rows("evidence")}
    # Passages on which nothing else rests go, too.
    left = {row["span_id"] for row in copy.rows("source_spans")}
    assert left.isdisjoint(key for key in gone if key.startswith("SP-"))


def test_a_claim_that_the_story_leads_to_is_not_withdrawn(tmp_path: Path) -> None:
    """Catches a message that says what is wrong with the story, and not why nor the way out."""
    root = tmp_path / "flood"
    init(root)
    (root / "data" / "story.md").write_text("# Flood\n\n[Three](CR-0001) died.\n", encoding="utf-8")
    descriptor = json.loads((root / "datapackage.json").read_text(encoding="utf-8"))
    story = {"name": "story", "path": "data/story.md", "mediatype": "text/markdown"}
    descriptor["resources"].append(story)
    (root / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    seal(root)
    entry = (
        '[source]\nsource_id = "orrin-post"\n'
        '[[claim]]\nid = "CR-0001"\nwithdraw = "Entered twice."\n'
        '[[link]]\nid = "CL-0001"\nwithdraw = "Its claim goes."\n'
    )
    found = entered(root, entry, root / "texts")
    assert not found.written
    (said,) = (str(fault) for fault, one in found.findings if one.rule == "story-record")
    assert said == (
        "data/story.md:3:2: found CR-0001, expected the key of a record; the entry withdraws it: "
        "change this place first, or keep the row (story-record)"
    )
    (root / "data" / "story.md").write_text("# Flood\n\nPeople died.\n", encoding="utf-8")
    seal(root)
    assert entered(root, entry, root / "texts").written


@pytest.mark.parametrize(
    ("lines", "place", "message"),
    [
        ('outcom = "killed"', (8, 1), "no such name"),
        ('outcome = "murdered"', (8, 1), "expected one of harmed, hospitalised"),
        ('figure = "over 6O"', (8, 1), "does not stand in tass; nearly: 'over 6'"),
        ('date = "Frieday"', (8, 1), "the grammar of dates makes nothing of 'Frieday'"),
        ('outcome = "killed <- Shymkent"', (8, 1), "no term of 'killed' stands in"),
        ('place_id = "almaty <- Shymkent"', (8, 1), "does not name 'almaty'"),
        ('claimant_id = "kz-presiden"', (8, 1), "did you mean kz-presidency"),
        ('event = "EV-0001"', (8, 1), "no passage of tass is a receipt of EV-0001"),
        ('links = ["updates CR-0001"]', (8, 1), "a link is written"),
        ('links = ["updates CR-9999 ?? why"]', (8, 1), "no claim 'CR-9999'"),
        ('population = "people <- people @99"', (8, 1), "no place 99 of"),
        ('figure = {value = "60", occurrence = 0}', (8, 1), "greater than or equal to 1"),
    ],
)
def test_a_bad_entry_is_told_where(
    copy: Folder, texts: Path, lines: str, place: tuple[int, int], message: str
) -> None:
    before = files_of(copy.root)
    try:
        faults = entered(copy.root, CHANGED.format(lines), texts).faults
    except EntryError as error:
        faults = tuple(error.faults)
    assert [(one.line, one.column) for one in faults] == [place]
    assert message in str(faults[0])
    assert "\n" not in str(faults[0])
    assert files_of(copy.root) == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[source", "end of document"),
        (b"{", "no JSON"),
        (b"\xff", "not read"),
        (b"", "source: is missing"),
        (b"[source]\nsource_id = 'x'\n[[claim]]\nid = 3\n", "claim 1, id"),
    ],
)
def test_what_is_no_entry_is_told_so(content: bytes, message: str) -> None:
    with pytest.raises(EntryError, match=re.escape(message)):
        read(content, "entry.toml")


def test_an_id_that_nobody_has_is_told_with_the_nearest(copy: Folder, texts: Path) -> None:
    entry = CHANGED.format('outcome = "killed"').replace("CR-0019", "CR-0091")
    (fault,) = entered(copy.root, entry, texts).faults
    assert "no row 'CR-0091'; did you mean CR-00" in str(fault)


@pytest.mark.parametrize("kind", ["..", "absolute", "link", "none"])
def test_an_entry_reads_no_other_file_of_the_machine(
    copy: Folder, tmp_path: Path, kind: str
) -> None:
    secret, folder = tmp_path / "secret", tmp_path / "entries"
    secret.write_text("mine", encoding="utf-8")
    folder.mkdir()
    (folder / "link").symlink_to(secret)
    name = {"..": "../secret", "absolute": str(secret), "link": "link", "none": "nowhere"}[kind]
    entry = f'[source]\nsource_id = "new"\npublisher = "New"\ntext = "{name}"\n'
    (fault,) = enter(copy.root, [(read(entry.encode(), "e.toml"), folder)]).faults
    assert (fault.line, fault.column) == (1, 1)
    assert "mine" not in str(fault)


def test_a_dry_run_writes_nothing(copy: Folder, texts: Path) -> None:
    before = files_of(copy.root)
    line = 'population = "civilians <- over 60 people ?? Invented for a test of the article."'
    found = entered(copy.root, CHANGED.format(line), texts, dry_run=True)
    assert found.rows
    assert not found.written
    assert files_of(copy.root) == before


# ------------------------------------------------------------------------------ an author's package

TUTORIAL = {block.title: block.code for block in fenced(ROOT / "docs" / "tutorial.md")}


@pytest.fixture(scope="module")
def herald(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the tutorial, with its article entered."""
    root = tmp_path_factory.mktemp("herald") / "flood"
    init(root)
    (root / "texts" / "herald.txt").write_bytes(TUTORIAL["herald.txt"].encode())
    found = entered(root, TUTORIAL["herald.toml"], root / "texts")
    assert found.written, (found.faults, found.findings)
    return root


@pytest.fixture
def flooded(herald: Path, tmp_path: Path) -> Folder:
    return Folder(Path(shutil.copytree(herald, tmp_path / "flood")))


SOURCE = '[source]\nsource_id = "orrin-herald"\n'


def test_the_tutorial_makes_more_rows_than_it_has_lines(herald: Path) -> None:
    lines = [line for line in TUTORIAL["herald.toml"].splitlines() if line.strip()]
    own = {"sources": 1, "claims": 8, "claim_links": 1, "events": 5, "spans": 57, "evidence": 124}
    new = Folder(herald)
    counts = {name: len(new.rows(name)) for name in own}
    before = {"sources": 1, "claims": 2, "claim_links": 1, "events": 1, "spans": 14, "evidence": 33}
    assert counts == {name: before[name] + number for name, number in own.items()}
    assert len(lines) < sum(own.values())
    assert kzdata.validate(herald, texts=herald / "texts", fail_on="unchecked").passed


def test_a_name_that_is_printed_becomes_an_alias(flooded: Folder) -> None:
    # The entry names no alias: what other articles, or the row itself, call somebody is enough.
    aliases = {(r["entity_id"], r["alias"]) for r in flooded.rows("aliases")
               if r["source_id"] == "orrin-herald"}  # fmt: skip
    assert ("upper-town", "upper town") in aliases
    assert "[[alias]]" not in TUTORIAL["herald.toml"]


def test_a_cell_is_emptied_with_its_receipts(flooded: Folder) -> None:
    (claim,) = [r for r in flooded.rows("claims") if r["value_text"] == "Dozens"]
    entry = f'{SOURCE}[[claim]]\nid = "{claim["claim_id"]}"\nplace_id = ""\n'
    found = entered(flooded.root, entry, flooded.root / "texts")
    assert found.written, (found.faults, found.findings)
    (after,) = [r for r in flooded.rows("claims") if r["value_text"] == "Dozens"]
    assert after == claim | {"place_id": ""}
    edges = [e for e in flooded.rows("evidence") if e["record_id"] == claim["claim_id"]]
    assert "place_id" not in {e["field"] for e in edges}
    assert len(edges) == len({(e["field"], e["span_id"]) for e in edges})


def test_a_ref_is_no_value_of_a_category(flooded: Folder) -> None:
    words = '"Two rescuers died"'
    entry = (
        f'{SOURCE}[[event]]\nref = "killed"\ntitle = "Rescuers die"\nquote = {words}\n'
        f'event_type = "deaths"\n\n[[claim]]\nevent = "killed"\nquote = {words}\n'
        'figure = "Two"\noutcome = "killed"\npopulation = "rescuers"\n'
    )
    found = entered(flooded.root, entry, flooded.root / "texts", dry_run=True)
    assert found.faults == ()
    (claim,) = [row.key for row in found.rows if row.table == "claims"]
    assert claim == "CR-0011"


def test_words_that_are_damaged_are_marked(copy: Folder, texts: Path) -> None:
    entry = '[source]\nsource_id = "tass"\n[[passage]]\nwords = "over 60"\ndamaged = "true"\n'
    found = entered(copy.root, entry, texts)
    assert found.written, (found.faults, found.findings)
    marked = [r["quote"] for r in copy.rows("source_spans")
              if r["damaged"] and r["source_id"] == "tass"]  # fmt: skip
    assert "over 60" in marked


# ------------------------------------------------------------------------------ all or nothing

_DYING = """
import os, sys
from pathlib import Path
from kzdata.files import journal
left = int(sys.argv[2])
def counted(function):
    def call(*arguments, **options):
        global left
        if left == 0:
            os.kill(os.getpid(), 9)
        left -= 1
        return function(*arguments, **options)
    return call
for name in ("replace", "rename", "fsync", "mkdir", "rmdir", "open"):
    setattr(os, name, counted(getattr(os, name)))
names = ("datapackage.json", "data/a.csv", "data/b.csv")
journal.write_all(Path(sys.argv[1]), dict.fromkeys(names, b"new"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")
def test_a_change_that_is_killed_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    seen, step, ended = set(), 0, False
    while not ended:
        root = tmp_path / str(step)
        (root / "data").mkdir(parents=True)
        for name in ("datapackage.json", "data/a.csv", "data/b.csv"):
            (root / name).write_bytes(b"old")
        run = subprocess.run([sys.executable, "-c", _DYING, str(root), str(step)], check=False)
        ended = run.returncode == 0
        assert ended or run.returncode == -9
        journal.finish(root)
        held = {f.read_bytes() for f in root.rglob("*") if f.is_file() and ".kzdata" not in str(f)}
        assert len(held) == 1, step
        seen |= held
        step += 1
    assert seen == {b"old", b"new"}
    assert step > 10


def test_a_package_is_whole_when_it_is_opened_next(copy: Folder) -> None:
    with kzdata.load(copy.root) as kz:
        draft = Draft(kz._dataset)
        table = draft.tables["actors"]
        table.change(table.rows[0], {"note": "Changed."})
        contents = draft.contents()
    # As a kill between two moves leaves it: the descriptor is in its place, the table is not.
    left = copy.root / journal.JOURNAL / "data"
    left.mkdir(parents=True)
    (left / "actors.csv").write_bytes(contents["data/actors.csv"])
    (copy.root / "datapackage.json").write_bytes(contents["datapackage.json"])
    assert kzdata.validate(copy.root, select=["resource-hash", "cell"]).valid
    assert not (copy.root / journal.JOURNAL).exists()
    assert copy.rows("actors")[0]["note"] == "Changed."


@pytest.mark.parametrize("kind", ["link", "link inside", "hidden", "file"])
def test_a_strangers_journal_moves_nothing_elsewhere(
    copy: Folder, tmp_path: Path, kind: str
) -> None:
    elsewhere, folder = tmp_path / "elsewhere", copy.root / journal.JOURNAL
    elsewhere.mkdir()
    (elsewhere / "loot").write_text("mine")
    if kind == "link":
        folder.symlink_to(elsewhere)
    elif kind == "file":
        folder.write_text("x")
    else:
        folder.mkdir()
        if kind == "hidden":
            (folder / ".git").mkdir()
            (folder / ".git" / "config").write_text("x")
        else:
            (folder / "data").symlink_to(elsewhere)
    with pytest.raises(PackageError, match="remove it"):
        kzdata.load(copy.root)
    assert (elsewhere / "loot").read_text() == "mine"
    assert not (copy.root / "loot").exists()


def test_what_is_no_plain_folder_is_not_edited(copy: Folder, tmp_path: Path) -> None:
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", copy.root))
    with kzdata.load(packed) as kz, pytest.raises(UsageError, match="into a folder"):
        Draft(kz._dataset)


# ------------------------------------------------------------------------------ articles


@given(st.text(alphabet="ab \n", max_size=30), st.text(alphabet="ab", min_size=1, max_size=2))
def test_a_passage_is_found_or_asked_for(text: str, words: str) -> None:
    article = Article("x", None, None, text, ())
    found = article.passages(words)
    assert [text[one.start : one.end] for one in found] == [words] * len(found)
    for one in found:
        assert article.passage(words, one.occurrence) == one
        assert article.passage(words, None, [(one.start, one.end)]) == one


def test_without_a_text_only_passages_are_known() -> None:
    known = Passage(3, 5, 2, "ab")
    article = Article("x", None, None, None, [known])
    assert article.passage("ab", 2) == known
    mapping: Mapping[str, int] = {"ab": 1, "cd": 1}
    for words, place in mapping.items():
        with pytest.raises(Exception, match="--texts"):
            article.passage(words, place)


def test_a_document_says_where_it_is_at_fault() -> None:
    document = read(b'[source]\nsource_id = "x"\n\n[[claim]]\nfigure = "1"\n', "f.toml")
    assert isinstance(document, Document)
    assert str(document.fault(("claim", 0, "figure"), "no")) == "f.toml:5:1: claim 1, figure: no"
    assert str(document.fault(("claim", 0, "other"), "no")) == "f.toml:4:1: claim 1, other: no"
