"""The SDK: opening packages, typed rows, records by key, frames, locked SQL, receipts."""

import csv
import gc
import io
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kzdata
from kzdata import KzdataError, MissingExtraError, PackageError, QueryError, UsageError
from kzdata.standard.dataset import Table
from kzdata.standard.row_models import Row
from packages import Folder, Spec, build, column, columns

ROOT = Path(__file__).resolve().parents[1]
DATA = sorted(file.stem for file in (ROOT / "data").glob("*.csv"))


@pytest.fixture(scope="module")
def kz() -> Iterator[kzdata.Package]:
    """The shipped package, opened once; nothing that a test does to it may last."""
    with kzdata.load(ROOT) as package:
        yield package


def cells(table: str) -> list[dict[str, str]]:
    """A shipped table as the standard library reads it."""
    text = (ROOT / "data" / f"{table}.csv").read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def key_of(row: Row, table: Table[Any]) -> tuple[str, ...]:
    return tuple(getattr(row, name) for name in table.schema.primary_key)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


@pytest.fixture
def quarantine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory and the place of temporary files, so that all writing shows."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path


# ------------------------------------------------------------------------------ opening


def zipped(folder: Path, file: Path, top: str = "") -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("datapackage.json", "data", "schemas"):
            for found in sorted([folder / name, *(folder / name).rglob("*")]):
                archive.write(found, top + found.relative_to(folder).as_posix())
    return file


FORMS: dict[str, Callable[[Path], str | Path | None]] = {
    "bundled": lambda _: None,
    "directory": lambda _: ROOT,
    "text": lambda _: str(ROOT),
    "descriptor": lambda _: ROOT / "datapackage.json",
    "zip": lambda tmp: zipped(ROOT, tmp / "package.zip"),
    "zip-with-top-folder": lambda tmp: zipped(ROOT, tmp / "v1.zip", "kzdata-0.1.0/"),
    "zip-by-another-name": lambda tmp: zipped(ROOT, tmp / "package.kz"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_package_is_the_same_package(
    form: str, tmp_path: Path, kz: kzdata.Package
) -> None:
    """Catches a form of a package that opens empty, or in part."""
    with kzdata.load(FORMS[form](tmp_path)) as other:
        assert (other.name, other.version) == (kz.name, kz.version)
        assert list(other.tables) == list(kz.tables)
        for name in ("sources", "casualty_reports", "tombstones", "source_spans"):
            assert list(other.table(name)) == list(kz.table(name))
        assert other.sql("select count(*) from evidence").rows() == [(len(kz.evidence),)]


def test_the_bundled_package_of_a_checkout_is_the_checkout() -> None:
    """Catches an editable install that reads a copy, which goes stale with the next edit."""
    from kzdata.files.archive import bundled

    assert bundled() == ROOT


def test_a_package_says_what_it_is(kz: kzdata.Package) -> None:
    """Catches a repr that dumps five thousand rows, or says nothing."""
    assert repr(kz) == f"<Package kzdata {kz.version}: {len(kz.tables)} tables>"
    rows, width = len(cells("actors")), len(kz.actors.schema.fields)
    assert repr(kz.actors) == f"<Table actors: {rows} rows, {width} columns>"


def test_broken_places_are_package_errors(tmp_path: Path) -> None:
    """Catches FileNotFoundError and BadZipFile, which no caller of kzdata expects."""
    (tmp_path / "text.zip").write_text("no zip")
    (tmp_path / "package.json").write_text("{")
    (tmp_path / "empty").mkdir()
    for name in ("nowhere", "text.zip", "package.json", "empty"):
        with pytest.raises(PackageError, match=re.escape(name)):
            kzdata.load(tmp_path / name)


@pytest.mark.parametrize("path", ["a\0b", "a" * 5000, "/".join(["b" * 200] * 30)])
def test_impossible_paths_are_package_errors(path: str) -> None:
    """Catches OSError for a path that no file system can have."""
    with pytest.raises(PackageError):
        kzdata.load(path)


def test_closing_frees_what_a_zip_took(quarantine: Path) -> None:
    """Catches temporary folders that pile up in a long-running service."""
    temporary = quarantine / "temporary"
    kz = kzdata.load(zipped(ROOT, quarantine / "package.zip"))
    assert kz.sql("select 1").rows() == [(1,)]
    assert list(temporary.iterdir())
    kz.close()
    assert list(temporary.iterdir()) == []
    kz.close()


def test_a_block_frees_even_after_an_error(quarantine: Path) -> None:
    """Catches a `with` block that cleans up only when all goes well."""
    with (
        pytest.raises(UsageError),
        kzdata.load(zipped(ROOT, quarantine / "package.zip")) as kz,
    ):
        kz.sql("select 1").rows()
        kz["CR-9999"]
    assert list((quarantine / "temporary").iterdir()) == []


def test_a_package_that_cannot_be_opened_leaves_nothing(quarantine: Path) -> None:
    """Catches an unpacked zip whose descriptor is broken and that nobody removes."""
    with zipfile.ZipFile(quarantine / "bad.zip", "w") as archive:
        archive.writestr("datapackage.json", '{"resources": 1}')
    with pytest.raises(PackageError):
        kzdata.load(quarantine / "bad.zip")
    gc.collect()
    assert list((quarantine / "temporary").iterdir()) == []


def test_a_package_that_is_forgotten_is_freed(quarantine: Path) -> None:
    """Catches ResourceWarning, and a spill folder left behind, when nobody calls close."""
    kz: kzdata.Package | None = kzdata.load(ROOT)
    assert kz is not None
    assert kz.sql("select 1").rows() == [(1,)]
    kz = None
    gc.collect()
    assert list((quarantine / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    "use",
    [
        lambda kz: list(kz.actors),
        lambda kz: len(kz.actors),
        lambda kz: kz["CR-0001"],
        lambda kz: kz.trace("CR-0001"),
        lambda kz: kz.sql("select 1"),
        lambda kz: kz.actors.df(),
        lambda kz: kz.actors.rel,
    ],
    ids=["iterate", "len", "key", "trace", "sql", "df", "rel"],
)
def test_a_closed_package_says_so(use: Callable[[kzdata.Package], Any], tmp_path: Path) -> None:
    """Catches FileNotFoundError for a temporary path that the caller has never seen."""
    kz = kzdata.load(zipped(ROOT, tmp_path / "package.zip"))
    kz.sql("select 1")
    kz.close()
    with pytest.raises(KzdataError):
        use(kz)


# ------------------------------------------------------------------------------ tables


def test_tables_iterate_frozen_typed_rows(kz: kzdata.Package) -> None:
    """Catches rows that are dictionaries of text, or that can be changed."""
    for table in kz.tables.values():
        rows = list(table)
        assert len(rows) == len(table) == len(cells(table.name))
        assert all(type(row) is table.model for row in rows)
        assert rows == list(table)
    report = kz.casualty_reports["CR-0001"]
    assert isinstance(report.value_low, Decimal)
    assert isinstance(kz.sources["tass"].published_on, date)
    assert isinstance(next(iter(kz.source_spans)).char_start, int)


def test_tables_are_attributes_and_named(kz: kzdata.Package) -> None:
    """Catches `kz.table(name)`, `kz.tables[name]` and `kz.name` that differ."""
    for name in kz.tables:
        assert getattr(kz, name) is kz.table(name) is kz.tables[name]


def test_the_mapping_of_tables_is_read_only() -> None:
    """Catches a mapping whose entries a caller can replace under the feet of the next."""
    with kzdata.load(ROOT) as kz, pytest.raises(TypeError):
        kz.tables["more"] = kz.sources  # type: ignore[index]


def test_unknown_attributes_are_attribute_errors(kz: kzdata.Package) -> None:
    """Catches `hasattr`, `copy` and notebooks tripping over KeyError."""
    with pytest.raises(AttributeError, match="did you mean casualty_reports"):
        _ = kz.casualty_report
    assert not hasattr(kz, "__fspath__")
    assert not hasattr(object.__new__(kzdata.Package), "sources")


@pytest.mark.parametrize("name", DATA)
def test_every_row_is_found_by_its_key(kz: kzdata.Package, name: str) -> None:
    """Catches a look-up, of composite keys above all, that finds another row."""
    table = kz.table(name)
    rows = list(table)
    keys = [tuple(map(str, key_of(row, table))) for row in rows]
    assert list(table.keys) == keys
    for row, key in zip(rows, keys, strict=True):
        assert key in table
        assert table[key] == row
        if len(key) == 1:
            assert key[0] in table
            assert table[key[0]] == row
            assert kz[f"{name}/{key[0]}"] == row


def test_a_composite_key_is_matched_whole(kz: kzdata.Package) -> None:
    """Catches a composite key that is matched by its first part."""
    edge = next(iter(kz.evidence))
    assert kz.evidence[edge.record_id, edge.field, edge.span_id] == edge
    assert (edge.record_id, edge.field) not in kz.evidence
    assert edge.record_id not in kz.evidence
    with pytest.raises(UsageError):
        kz.evidence[edge.record_id]


def test_a_key_may_be_made_of_a_rows_own_values(kz: kzdata.Package) -> None:
    """Catches an integer in a key that must be given as text, and breaks the message too."""
    row = next(iter(kz.exclusions))
    assert kz.exclusions[key_of(row, kz.exclusions)] == row
    with pytest.raises(UsageError):
        kz.exclusions["tass", -1]


def test_a_value_that_is_no_key_is_not_in_a_table(kz: kzdata.Package) -> None:
    """Catches `in` that raises, or that finds None."""
    for thing in (None, 5, "", (), "CR-0001 ", ("CR-0001", ""), b"CR-0001"):
        assert thing not in kz.casualty_reports


def test_a_record_is_found_by_its_id(kz: kzdata.Package) -> None:
    """Catches `kz[id]` that looks in the wrong table."""
    assert kz["CR-0001"] == kz.casualty_reports["CR-0001"]
    assert kz["sources/tass"] == kz.sources["tass"]
    assert kz["actors/tass"] == kz.actors["tass"]
    assert type(kz["CR-0001"]) is kz.casualty_reports.model
    assert type(kz["actors/tass"]) is kz.actors.model


@pytest.mark.parametrize(
    ("ask", "hint"),
    [
        (lambda kz: kz["CR-001"], "CR-00"),
        (lambda kz: kz.table("casualties"), "casualty_reports"),
        (lambda kz: kz["plces/almaty"], "places"),
        (lambda kz: kz.trace("CR-0001", "value_lo"), "value_low"),
        (lambda kz: kz.trace("CR-001"), "CR-00"),
    ],
    ids=["id", "table", "table-of-key", "field", "trace"],
)
def test_unknown_names_give_the_nearest(
    kz: kzdata.Package, ask: Callable[[kzdata.Package], Any], hint: str
) -> None:
    """Catches "not found" that leaves a reader with a typing error alone."""
    with pytest.raises(UsageError, match=r"did you mean .*\?") as caught:
        ask(kz)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["almatty", "places/almatty"])
def test_unknown_keys_of_one_table_give_the_nearest(kz: kzdata.Package, key: str) -> None:
    """Catches the hint that is there for `kz[key]` and missing for `kz.places[key]`."""
    with pytest.raises(UsageError, match="did you mean almaty"):
        kz[key]
    with pytest.raises(UsageError, match="did you mean almaty"):
        kz.places[key.rpartition("/")[2]]


def test_nothing_like_it_gives_no_hint(kz: kzdata.Package) -> None:
    """Catches far-fetched suggestions."""
    with pytest.raises(UsageError) as caught:
        kz["\u2603" * 40]
    assert "did you mean" not in str(caught.value)


def test_an_ambiguous_key_names_the_tables(kz: kzdata.Package) -> None:
    """Catches a key in two tables that is silently taken from the first."""
    assert "tass" in kz.sources
    assert "tass" in kz.actors
    with pytest.raises(UsageError, match="sources") as caught:
        kz["tass"]
    assert "actors" in str(caught.value)


@given(key=st.text(max_size=20))
def test_no_key_breaks_the_look_up(kz: kzdata.Package, key: str) -> None:
    """Catches keys such as "/", "a/" and "//" that raise something else."""
    try:
        row = kz[key]
    except UsageError as error:
        assert str(error)
    else:
        assert isinstance(row, Row)


# ------------------------------------------------------------------------------ frames


def plain(value: Any) -> Any:
    """A value as the rows, frames and SQL share it."""
    if isinstance(value, Decimal | float):
        return None if value != value else float(value)
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return None
    if hasattr(value, "date") and callable(value.date):
        return value.date()
    return float(value) if isinstance(value, int) else value


def expected(table: Table[Any]) -> list[list[Any]]:
    return [[plain(value) for _, value in row] for row in table]


@pytest.mark.parametrize("name", DATA)
def test_frames_hold_the_rows(kz: kzdata.Package, name: str) -> None:
    """Catches a frame that sorts, drops, rounds or retypes."""
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    table = kz.table(name)
    rows, header = expected(table), list(table.schema.names)
    frame, polar, arrow = table.df(), table.pl(), table.arrow()
    assert list(frame.columns) == list(polar.columns) == list(arrow.column_names) == header
    assert [[plain(v) for v in row] for row in frame.itertuples(index=False)] == rows
    assert [[plain(v) for v in row] for row in polar.rows()] == rows
    columns = [column.to_pylist() for column in arrow.columns]
    assert [[plain(v) for v in row] for row in zip(*columns, strict=True)] == rows


def test_frames_are_typed(kz: kzdata.Package) -> None:
    """Catches numbers and dates that arrive as text."""
    arrow = pytest.importorskip("pyarrow")
    schema = kz.casualty_reports.arrow().schema
    assert schema.field("value_low").type == arrow.float64()
    assert schema.field("as_of").type == arrow.date32()
    assert kz.source_spans.arrow().schema.field("char_start").type == arrow.int64()


@pytest.mark.parametrize(
    ("form", "missing", "extra"),
    [
        ("df", "pandas", "pandas"),
        ("pl", "polars", "polars"),
        ("pl", "pyarrow", "polars"),
        ("arrow", "pyarrow", "pyarrow"),
    ],
)
def test_a_missing_extra_says_how_to_get_it(
    kz: kzdata.Package, monkeypatch: pytest.MonkeyPatch, form: str, missing: str, extra: str
) -> None:
    """Catches a bare ModuleNotFoundError from the depths of DuckDB."""
    if missing == "pyarrow" and form == "pl":
        pytest.importorskip("polars")
    monkeypatch.setitem(sys.modules, missing, None)
    for source in (kz.actors, kz.sql("select 1")):
        with pytest.raises(MissingExtraError) as caught:
            getattr(source, form)()
        assert missing in str(caught.value)
        assert f"pip install 'kzdata[{extra}]'" in str(caught.value)
        assert isinstance(caught.value, ImportError)


def test_rows_are_had_by_their_place(kz: kzdata.Package) -> None:
    """Catches a slice that is taken for a key, and rows that a notebook has to loop for."""
    rows = list(kz.events)
    assert kz.events[0] == rows[0]
    assert kz.events[-1] == rows[-1]
    assert kz.events[:5] == kz.events.head() == rows[:5]
    assert kz.events.head(0) == kz.events.head(-1) == []
    assert kz.events[-3::2] == rows[-3::2]
    assert kz.events[5:1:-1] == rows[5:1:-1]
    for place in (len(rows), -len(rows) - 1, 10**30):
        with pytest.raises(UsageError, match="none at place"):
            kz.events[place]


def test_a_number_that_can_be_a_key_is_no_place(tmp_path: Path) -> None:
    """Catches the row at place 7 for whoever asks for the row 7."""
    fields = [{"name": "id", "type": "integer"}, column("word")]
    table = Spec("numbered", {"fields": fields, "primaryKey": "id"}, [["7", "a"], ["8", "b"]])
    with kzdata.load(build(tmp_path / "package", [table]).root) as package:
        assert package.numbered[7].word == "a"
        assert [row.word for row in package.numbered[1:]] == ["b"]
        with pytest.raises(UsageError, match="no row '0'"):
            package.numbered[0]


def test_tables_are_completed(kz: kzdata.Package) -> None:
    """Catches `kz.<TAB>` without the tables, or without the questions."""
    assert {*kz.tables, "toll", "sql"} <= set(dir(kz))


@pytest.mark.parametrize("question", ["toll", "disagreements", "timeline", "trace"])
def test_every_answer_is_rows_and_frames(kz: kzdata.Package, question: str) -> None:
    """Catches an answer without a frame, and frames that hold other rows than `rows`."""
    answer = kz.trace("CR-0003") if question == "trace" else getattr(kz, question)()
    rows = answer.rows()
    assert isinstance(rows, list)
    assert rows
    frame, polar, arrow = answer.df(), answer.pl(), answer.arrow()
    for named in (frame.columns, polar.columns, arrow.column_names):
        assert tuple(named) == answer.columns
    assert polar.rows() == [tuple(row.values()) for row in arrow.to_pylist()] == rows
    assert len(frame) == len(rows)
    assert answer.columns[0] in answer._repr_html_()


@pytest.mark.parametrize(
    ("form", "extra"), [("df", "pandas"), ("pl", "polars"), ("arrow", "pyarrow")]
)
def test_an_answer_without_its_library_says_how_to_get_it(
    kz: kzdata.Package, monkeypatch: pytest.MonkeyPatch, form: str, extra: str
) -> None:
    """Catches an ImportError that leaves the reader alone."""
    monkeypatch.setitem(sys.modules, extra, None)
    with pytest.raises(MissingExtraError, match=re.escape(f"pip install 'kzdata[{extra}]'")):
        getattr(kz.timeline(limit=1), form)()


def test_a_relation_holds_the_rows_and_outlives_the_next_query(kz: kzdata.Package) -> None:
    """Catches a relation over another table, or one that ends with the next question."""
    relation = kz.casualty_reports.rel.filter("outcome = 'killed'")
    kz.sql("select 1").rows()
    killed = [row for row in kz.casualty_reports if row.outcome == "killed"]
    assert len(relation.fetchall()) == len(killed) > 0


@pytest.mark.parametrize("form", ["write_csv", "to_csv", "write_parquet", "to_parquet"])
def test_relations_write_no_files(kz: kzdata.Package, quarantine: Path, form: str) -> None:
    """Catches the lock that holds for `sql` and not for `rel`."""
    relation = kz.actors.rel
    there = set(contents(quarantine))  # the database, where this test is the first to ask it
    with pytest.raises(Exception, match="disabled by configuration"):
        getattr(relation, form)(str(quarantine / "actors.out"))
    assert set(contents(quarantine)) == there


# ------------------------------------------------------------------------------ sql


def test_positional_parameters_are_values(kz: kzdata.Package) -> None:
    """Catches parameters pasted into the text of the query."""
    query = "select report_id from casualty_reports where report_id = ? or note = ?"
    assert kz.sql(query, ["CR-0001", "'; drop table sources; --"]).rows() == [("CR-0001",)]
    assert kz.sql(query, ("CR-0002", None)).rows() == [("CR-0002",)]


def test_named_parameters_are_values(kz: kzdata.Package) -> None:
    """Catches a mapping that is taken for a sequence of its keys."""
    query = "select name from actors where actor_id = $id"
    assert list(kz.sql(query, {"id": "tass"})) == [{"name": kz.actors["tass"].name}]


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("select ?", None),
        ("select ?", []),
        ("select ?", [1, 2]),
        ("select ?", {"a": 1}),
        ("select $a", {"b": 1}),
        ("select $a", [1]),
        ("select ?", [object()]),
        ("select ?", 5),
        ("select ?", object()),
        ("select ?", ["\ud800"]),
    ],
)
def test_wrong_parameters_are_query_errors(kz: kzdata.Package, query: str, parameters: Any) -> None:
    """Catches duckdb's own errors on the way to the caller."""
    with pytest.raises(QueryError):
        kz.sql(query, parameters).rows()


def test_columns_are_typed(kz: kzdata.Package) -> None:
    """Catches numbers and dates that SQL compares as text."""
    query = "select distinct typeof(value_low), typeof(as_of), typeof(note) from quantities"
    assert kz.sql(query).rows() == [("DOUBLE", "DATE", "VARCHAR")]
    query = "select distinct typeof(char_start), typeof(quote) from source_spans"
    assert kz.sql(query).rows() == [("BIGINT", "VARCHAR")]


@pytest.mark.parametrize("name", DATA)
def test_sql_holds_the_rows(kz: kzdata.Package, name: str) -> None:
    """Catches an empty cell that is '' in SQL and None in a row, and lost order."""
    answer = kz.sql(f'select * from "{name}"')
    assert answer.columns == kz.table(name).schema.names
    assert [[plain(v) for v in row] for row in answer.rows()] == expected(kz.table(name))


def test_an_answer_can_be_read_again(kz: kzdata.Package) -> None:
    """Catches an answer that is used up, or ended by the next question."""
    answer = kz.sql("select * from range(3) r(n)")
    kz.sql("select 2").rows()
    assert answer.columns == ("n",)
    assert answer.rows() == answer.rows() == [(0,), (1,), (2,)]
    assert list(answer) == [{"n": 0}, {"n": 1}, {"n": 2}]


@pytest.mark.parametrize(
    "query",
    [
        "select 1",
        "select 1;",
        "select 1 -- the end",
        "SELECT 1 /* ; */",
        "select 1 ; -- the end",
        "select 1;;",
        " ; select 1",
        "-- first\nselect 1",
        "select 1 -- the end;",
        "select 1 order by 1;",
        "select 1 a, 2 a",
        "from sources select source_id",
        "values (1)",
        "table sources",
        "with x as (select 1 a) select * from x",
        "with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) from t",
        "select 1 union all select 2 order by 1 desc limit 1",
        "show tables",
        "describe sources",
        "summarize sources",
        "select ';' as semicolon",
        "select columns(*) from sources",
        "select (select count(*) from sources), [1, 2], {'a': 1}",
    ],
)
def test_the_sandbox_allows_ordinary_queries(kz: kzdata.Package, query: str) -> None:
    """Catches a lock so strict that it refuses honest questions."""
    assert kz.sql(query).rows()


REFUSED = [
    # nothing, several, or no question at all
    "",
    "   ",
    ";",
    "-- nothing",
    "selec 1",
    "select 1; select 2",
    "select 1; drop table sources",
    "select",
    "select * from nowhere",
    "select nonsense from sources",
    "select 'a'::int",
    "select \0",
    "(" * 2000,
    # writing
    "insert into sources select * from sources",
    "update actors set name = 'x'",
    "delete from sources",
    "truncate sources",
    "merge into sources using sources s on false when not matched then insert",
    "create table t as select 1",
    "create temp table t as select 1",
    "create or replace view sources as select 1",
    "create schema s",
    "create type t as enum ('a')",
    "create sequence s",
    "create macro m() as 1",
    "create index i on sources (source_id)",
    "create secret s (type s3)",
    "alter table sources rename to s",
    "drop table sources",
    "comment on table sources is 'x'",
    "vacuum",
    "analyze",
    "checkpoint",
    "begin",
    "commit",
    "rollback",
    # other databases and files
    "attach 'other.db'",
    "attach ':memory:' as other",
    "detach memory",
    "use memory",
    "copy sources to 'out.csv'",
    "copy (select 1) to 'out.parquet' (format parquet)",
    "copy sources from 'secret.csv'",
    "export database 'out'",
    "import database 'out'",
    "select * from 'secret.csv'",
    'select * from "secret.csv"',
    "select * from '/etc/passwd'",
    "select * from read_csv('secret.csv')",
    "select * from read_csv_auto('secret.csv')",
    "select * from sniff_csv('secret.csv')",
    "select * from read_text('secret.csv')",
    "select * from read_blob('secret.csv')",
    "select * from read_json('secret.csv')",
    "select * from read_json_objects('secret.csv')",
    "select * from read_ndjson('secret.csv')",
    "select * from read_parquet('secret.csv')",
    "select * from parquet_scan('secret.csv')",
    "select * from parquet_metadata('secret.csv')",
    "select * from parquet_schema('secret.csv')",
    "select * from glob('*')",
    "select * from glob('/etc/*')",
    "select * from query_table('secret.csv')",
    "select * from query('select 1; drop table sources')",
    "select * from query('delete from sources')",
    "select (select content from read_text('secret.csv'))",
    "select * from read_csv('https://example.org/a.csv')",
    "select * from 'https://example.org/a.parquet'",
    "select * from duckdb_secrets()",
    # extensions, settings, the environment, Python
    "install httpfs",
    "load httpfs",
    "load './evil.duckdb_extension'",
    "update extensions",
    "force install httpfs",
    "set threads = 1",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "set temp_directory = '/tmp'",
    "set variable x = 1",
    "reset threads",
    "pragma enable_profiling",
    "pragma database_list",
    "pragma table_info('sources')",
    "call pragma_version()",
    "call enable_logging()",
    "select getenv('HOME')",
    "select * from leaked",
    "select * from pandas_frame",
    "prepare p as select 1",
    "execute p",
    "deallocate p",
    "explain analyze select 1",
]


def state(kz: kzdata.Package) -> list[Any]:
    """What no question may change."""
    tables = [kz.sql(f'select count(*), sum(hash(t)) from "{t}" t').rows() for t in kz.tables]
    names = kz.sql("select database_name, table_name from duckdb_tables() order by all").rows()
    views = kz.sql("select count(*) from duckdb_views()").rows()
    settings = kz.sql("select name, value from duckdb_settings() order by name").rows()
    return [tables, names, views, settings]


@pytest.mark.parametrize("query", REFUSED)
def test_the_sandbox_refuses_what_is_no_select(
    kz: kzdata.Package, quarantine: Path, query: str
) -> None:
    """Catches a query that writes, reads files, changes settings or sees the caller's variables."""
    pandas = pytest.importorskip("pandas")
    (quarantine / "secret.csv").write_text("secret\n1\n")
    leaked = {"a": [1]}
    pandas_frame = pandas.DataFrame(leaked)
    before, files = state(kz), contents(quarantine)
    with pytest.raises(QueryError) as caught:
        kz.sql(query).rows()
    assert "\n" not in str(caught.value)
    assert str(caught.value)
    assert (state(kz), contents(quarantine)) == (before, files)
    assert len(pandas_frame) == 1


MODIFYING = [
    "with x as (delete from sources returning *) select count(*) from x",
    "with x as (update actors set name = 'x' returning *) from x",
    "with x as (insert into sources select * from sources returning *) from x",
    "with x as (copy sources to '{spill}/out.csv') select 1",
    "with x as (copy sources to 'out.csv') select 1",
    "with x as (select 1), y as (delete from sources returning *) from y",
    "with x as materialized (delete from sources returning *) from x",
    "from (with x as (delete from sources returning *) from x)",
    "select * from query('with x as (delete from sources returning *) from x')",
    "select 1) union all (with x as (delete from sources returning *) select 1",
    "with x as (delete from sources returning *) select 1 -- )",
    "with x as (delete from sources returning *) select 1 /* )",
]


@pytest.mark.parametrize("query", MODIFYING)
def test_the_sandbox_refuses_a_select_that_writes(quarantine: Path, query: str) -> None:
    """Catches DuckDB's data-modifying CTEs, whose statement is a SELECT all the same."""
    with kzdata.load(ROOT) as kz:
        spill = kz.sql("select current_setting('temp_directory')").rows()[0][0]
        before, files = state(kz), contents(quarantine)
        with suppress(QueryError):
            kz.sql(query.format(spill=spill)).rows()
        assert state(kz) == before
        assert contents(quarantine) == files


def test_text_that_cannot_be_encoded_is_a_query_error(kz: kzdata.Package) -> None:
    """Catches TypeError for a lone surrogate, as an argument in another encoding gives it."""
    with pytest.raises(QueryError):
        kz.sql("select '\ud800'").rows()


FRAGMENTS = [
    *"select from where with as insert into update set delete copy to attach create table".split(),
    *"drop pragma load install call export import values union all order by limit 1 *".split(),
    *"( ) , ; -- /* */ ' \" $1 ? = sources tombstones source_id x".split(),
    *"'a' 'out.csv' '/etc/passwd'".split(),
    *"read_text glob read_csv returning materialized recursive temp view :: int null".split(),
    *"threads show describe pivot on using group having lateral unnest [1] {'a':1}".split(),
    "read_text('secret.csv')",
    "(delete from tombstones returning *)",
    "(copy tombstones to 'out.csv')",
    "\0",
    "\u2028",
    "\u00a0",
    "\ufeff",
]


@settings(max_examples=300)
@given(parts=st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=9))
def test_any_statement_leaves_no_trace(
    kz: kzdata.Package, tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    """Catches statements that nobody thought of."""
    folder = tmp_path_factory.getbasetemp() / "statements"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        try:
            kz.sql(" ".join(parts)).rows()
        except QueryError as error:
            assert "\n" not in str(error)
    assert list(folder.iterdir()) == []
    assert kz.sql("select count(*) from sources").rows() == [(len(cells("sources")),)]
    assert kz.sql("select count(*) from duckdb_tables()").rows() == [(len(kz.tables),)]


# ------------------------------------------------------------------------------ receipts


Receipts = dict[str, tuple[kzdata.Receipt, ...]]


@pytest.fixture(scope="module")
def receipts(kz: kzdata.Package) -> Receipts:
    """All receipts of every record that can be traced."""
    return {
        key: kz.trace(key)
        for table in kz.tables.values()
        if table.schema.record_key
        for (key,) in table.keys
    }


def test_there_is_a_receipt_for_every_edge(receipts: Receipts, kz: kzdata.Package) -> None:
    """Catches an edge that trace loses, doubles or gives to another record."""
    found = sorted((r.record, r.field, r.span) for traced in receipts.values() for r in traced)
    edges = [(e["record_id"], e["field"], e["span_id"]) for e in cells("evidence")]
    assert found == sorted(edges)
    assert all(r.record == record for record, traced in receipts.items() for r in traced)


def test_receipts_say_what_the_tables_say(receipts: Receipts) -> None:
    """Catches a receipt with the role, words, offsets or article of another edge."""
    edges = {(e["record_id"], e["field"], e["span_id"]): e for e in cells("evidence")}
    spans = {span["span_id"]: span for span in cells("source_spans")}
    sources = {source["source_id"]: source for source in cells("sources")}
    for receipt in (r for traced in receipts.values() for r in traced):
        edge = edges[receipt.record, receipt.field, receipt.span]
        span = spans[receipt.span]
        source = sources[span["source_id"]]
        assert (receipt.role, receipt.note or "") == (edge["role"], edge["note"])
        assert (receipt.quote, receipt.source) == (span["quote"], span["source_id"])
        places = (receipt.start, receipt.end, receipt.occurrence)
        assert places == tuple(int(span[c]) for c in ("char_start", "char_end", "occurrence"))
        assert receipt.end - receipt.start == len(receipt.quote)
        assert receipt.publisher == source["publisher"]
        assert receipt.published_on == source["published_on"]


def test_receipts_carry_the_cell(receipts: Receipts, kz: kzdata.Package) -> None:
    """Catches a receipt that shows another value than the table."""
    for table in kz.tables.values():
        if (key := table.schema.record_key) is None:
            continue
        for row in cells(table.name):
            traced = receipts[row[key]]
            assert [r.value for r in traced] == [row[r.field] for r in traced]


def test_receipts_come_in_the_order_of_the_columns(receipts: Receipts, kz: kzdata.Package) -> None:
    """Catches receipts in the order of the evidence file, which tells a reader nothing."""
    for record, traced in receipts.items():
        names = list(type(kz[record]).model_fields)
        order = [names.index(receipt.field) for receipt in traced]
        assert order == sorted(order)


def test_one_field_can_be_asked_for(kz: kzdata.Package) -> None:
    """Catches a field that filters nothing, or everything."""
    traced = kz.trace("CR-0001", "value_low")
    assert traced
    assert traced == tuple(r for r in kz.trace("CR-0001") if r.field == "value_low")


def test_a_record_can_be_traced_by_table_and_key(kz: kzdata.Package) -> None:
    """Catches "no receipts" for a record that was found under its long name."""
    assert kz.trace("casualty_reports/CR-0001") == kz.trace("CR-0001")


def test_trace_refuses_what_has_no_receipts(kz: kzdata.Package) -> None:
    """Catches an empty answer where the question makes no sense."""
    with pytest.raises(UsageError, match="not traced"):
        kz.trace("places/almaty")
    assert kz.trace("CR-0001", "note") == ()


DIRECTIVE = re.compile(r"#:~:text=(?:([^,&#]+)-,)?([^,&#]+)(?:,-([^,&#]+))?\Z")


def directive(link: str) -> tuple[str, str, str, str]:
    """Address, prefix, words and suffix of a link with a text directive (WICG)."""
    address, mark, rest = link.partition("#:~:text=")
    match = DIRECTIVE.match(mark + rest)
    assert match, link
    parts = [part or "" for part in match.groups()]
    for part in parts:
        assert re.fullmatch(r"(?:[A-Za-z0-9_.~]|%[0-9A-F]{2})*", part), link
    before, words, after = map(unquote, parts)
    return address, before, words, after


def test_links_are_encoded_text_directives(
    receipts: Receipts,
) -> None:
    """Catches a dash, comma or ampersand of a quote that a browser takes for syntax."""
    sources = {source["source_id"]: source for source in cells("sources")}
    seen = 0
    for receipt in (r for traced in receipts.values() for r in traced):
        known = sources[receipt.source]["url"]
        if not known:
            assert receipt.link is None
            continue
        assert receipt.link is not None
        if receipt.link == known:
            assert (receipt.occurrence or 1) > 1
            continue
        address, _, words, _ = directive(receipt.link)
        assert (address, words) == (known, receipt.quote)
        seen += 1
    assert seen > 1000


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\ufeff", "")).casefold()


def matched(text: str, before: str, words: str, after: str) -> int:
    """Where a browser finds a directive: the first place with that context, at word ends."""
    head, body, tail = (re.escape(folded(part).strip()) for part in (before, words, after))
    head, tail = head and rf"{head}\s*", tail and rf"\s*{tail}"
    edge = r"(?:(?<!\w)|(?!\w))"
    found = re.search(rf"{edge}{head}(?P<words>{body}){tail}(?:(?!\w)|(?<!\w))", text)
    return found.start("words") if found else -1


def test_links_lead_to_the_passage(receipts: Receipts, kz: kzdata.Package, texts: Path) -> None:
    """Catches a link that opens the article at another passage, or nowhere."""
    articles = kz.texts(texts)
    whole = {source: folded(text) for source, text in articles.items()}
    astray = {}
    for receipt in (r for traced in receipts.values() for r in traced):
        if receipt.link is None or "#" not in receipt.link:
            continue
        _, before, words, after = directive(receipt.link)
        place = len(folded(articles[receipt.source][: receipt.start] + "|")) - 1
        found = matched(whole[receipt.source], before, words, after)
        if found != place:
            astray[receipt.span] = (receipt.source, before, words, after, place, found)
    assert astray == {}


def test_receipts_slice_the_articles(receipts: Receipts, kz: kzdata.Package, texts: Path) -> None:
    """Catches a receipt whose offsets cut other words than its quote."""
    articles = kz.texts(texts)
    assert set(articles) == {row["source_id"] for row in cells("sources")}
    for receipt in (r for traced in receipts.values() for r in traced):
        assert articles[receipt.source][receipt.start : receipt.end] == receipt.quote


# ------------------------------------------------------------------------------ the rest


def test_validate_is_the_validator(kz: kzdata.Package) -> None:
    """Catches a method that checks the bundled package whatever package it belongs to."""
    report = kz.validate()
    assert report.valid
    assert report == kzdata.validate(ROOT)
    assert report.rows == {name: len(table) for name, table in kz.tables.items()}


def test_validate_checks_the_opened_package(copy: Folder) -> None:
    """Catches a spoilt package that its own method calls valid."""
    copy.edit("casualty_reports", 0, "value_low", "9")
    copy.reseal()
    with kzdata.load(copy.root) as kz:
        report = kz.validate()
    assert not report.valid
    assert "CR-0001" in {finding.record for finding in report}
    with pytest.raises(kzdata.InvalidPackageError) as caught:
        report.raise_if_invalid()
    assert caught.value.report is report


def test_validate_compares_the_texts(kz: kzdata.Package, texts: Path) -> None:
    """Catches `texts` that is taken and not passed on."""
    assert kz.validate(texts=texts).spans_in_texts == len(kz.source_spans)


def test_a_broken_row_is_named(copy: Folder) -> None:
    """Catches a pydantic error of ten lines, without a file, for one bad cell."""
    copy.edit("casualty_reports", 1, "value_low", "many")
    with kzdata.load(copy.root) as kz:
        rows = iter(kz.casualty_reports)
        assert next(rows).report_id == "CR-0001"
        with pytest.raises(PackageError, match=r"casualty_reports\.csv:3: value_low: ") as caught:
            next(rows)
        assert "\n" not in str(caught.value)
        assert "kzdata validate" in str(caught.value)
        held = kz.sql("select report_id, value_low from casualty_reports limit 2").rows()
        assert held[1][1] == "many"


def test_locate_gives_typed_rows(kz: kzdata.Package, texts: Path) -> None:
    """Catches offsets that are off by one, and identifiers that are taken."""
    rows = kz.locate("police", texts)
    articles = kz.texts(texts)
    assert len(rows) == sum(text.count("police") for text in articles.values())
    for row in rows:
        assert type(row) is kz.source_spans.model
        values = row.model_dump()
        text = articles[values["source_id"]]
        assert text[values["char_start"] : values["char_end"]] == "police" == values["quote"]
    there = [row.model_dump()["span_id"] in kz.source_spans for row in rows]
    assert [not one.new for one in kz.located("police", texts)] == there
    assert not all(there)
    assert len({row.model_dump()["span_id"] for row in rows}) == len(rows)
    only = kz.locate("police", texts, "tass")
    assert {row.model_dump()["source_id"] for row in only} == {"tass"}


def test_locate_takes_many_quotes_and_knows_what_is_there(kz: kzdata.Package, texts: Path) -> None:
    """Catches a passage that is entered twice, and two passages with one identifier."""
    known = next(iter(kz.source_spans)).model_dump()
    quotes = ["police", known["quote"], "police"]
    found = kz.located(quotes, texts, known["source_id"])
    assert [one.quote for one in found if one.key == known["span_id"]] == [known["quote"]]
    assert {one.new for one in found if one.key in kz.source_spans} == {False}
    assert len({one.key for one in found}) == len(found)
    with pytest.raises(kzdata.SpanError, match="nearly: 'police'"):
        kz.locate(["police", "Police", "POLICE"], texts, "meduza")


def test_locate_refuses_what_is_not_there(kz: kzdata.Package, texts: Path) -> None:
    """Catches an empty answer for words that stand nowhere, and for a misspelt article."""
    for quote in ("Police Academy", "", "eight police\n"):
        with pytest.raises(kzdata.SpanError):
            kz.locate(quote, texts)
    with pytest.raises(UsageError, match="did you mean meduza"):
        kz.locate("police", texts, "medusa")
    with pytest.raises(PackageError, match="nowhere"):
        kz.locate("police", texts / "nowhere")


# ------------------------------------------------------------------------------ other packages


def test_a_foreign_package_loads(island: Folder) -> None:
    """Catches an SDK that knows one package only."""
    with kzdata.load(island.root) as kz:
        assert kz.name == "invented"
        for name, table in kz.tables.items():
            rows = [{k: "" if v is None else str(v) for k, v in row} for row in table]
            assert rows == island.rows(name)
            assert table.model.__module__ != "kzdata.models"
        assert kz["T1"] == kz.tolls["T1"]
        assert kz.validate().valid
        answer = kz.sql("select words from passages where passage = ?", ["p1"]).rows()
        assert answer == [(island.rows("passages")[0]["words"],)]


def test_a_foreign_package_is_traced(island: Folder) -> None:
    """Catches receipts that look for kzdata's own column names."""
    edges = [edge for edge in island.rows("receipts") if edge["row"] == "T1"]
    words = {passage["passage"]: passage["words"] for passage in island.rows("passages")}
    with kzdata.load(island.root) as kz:
        traced = kz.trace("T1")
    assert sorted((r.field, r.role, r.quote) for r in traced) == sorted(
        (edge["cell"], edge["how"], words[edge["passage"]]) for edge in edges
    )
    assert {r.link for r in traced} == {None}


def test_a_plain_data_package_loads_and_is_not_traced(tmp_path: Path) -> None:
    """Catches a plain data package that the SDK cannot open, or that it claims to trace."""
    schema = {"fields": columns("town mayor"), "primaryKey": "town"}
    folder = build(tmp_path, [Spec("towns", schema, [["Aske", "Bo"], ["Vik", ""]])])
    with kzdata.load(folder.root) as kz:
        assert [row.model_dump() for row in kz.table("towns")] == [
            {"town": "Aske", "mayor": "Bo"},
            {"town": "Vik", "mayor": None},
        ]
        with pytest.raises(UsageError):
            kz.trace("Aske")
        for ask in (kz.coverage, kz.texts, lambda folder: kz.locate("Aske", folder)):
            with pytest.raises(UsageError, match="declares no"):
                ask(tmp_path)


AWKWARD = [
    *["model_validate_strings", "model_fields", "copy", "schema", "json", "dict", "class"],
    *["my column", "1st", 'a"b', "a'b", "naïve", "a.b"],
]


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_column_names_are_read(tmp_path: Path, name: str) -> None:
    """Catches column names that mean something to Python or pydantic, and pass for data."""
    folder = build(tmp_path, [Spec("t", {"fields": [*columns("k"), column(name)]}, [["a", "b"]])])
    with kzdata.load(folder.root) as kz:
        rows = list(kz.table("t"))
        assert len(rows) == 1
        assert "b" in rows[0].model_dump().values()
        assert kz.sql("select * from t").rows() == [("a", "b")]


@pytest.mark.parametrize("name", ["_id", "__class__", "model_config"])
def test_column_names_that_no_row_can_have(tmp_path: Path, name: str) -> None:
    """Catches pydantic's refusal of a name that takes the whole package down."""
    specs = [
        Spec("t", {"fields": [*columns("k"), column(name)]}, [["a", "b"]]),
        Spec("u", {"fields": columns("k"), "primaryKey": "k"}, [["c"]]),
    ]
    with kzdata.load(build(tmp_path, specs).root) as kz:
        with pytest.raises(PackageError, match="rows of t cannot be typed") as caught:
            list(kz.table("t"))
        assert "\n" not in str(caught.value)
        assert kz.sql("select * from t").rows() == [("a", "b")]
        assert kz["c"] == kz.table("u")["c"]


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        pytest.param(column("c", pattern="["), "[", id="pattern-not-closed"),
        pytest.param(column("c", pattern="(?=a)a"), "a", id="pattern-lookahead"),
        pytest.param(column("c", "integer", minimum="x"), "1", id="minimum-not-a-number"),
        pytest.param(column("c", "date", minimum="x"), "2020-01-01", id="minimum-not-a-date"),
        pytest.param(column("c", "integer", minLength=1), "1", id="length-of-a-number"),
        pytest.param(column("c", "integer", pattern="[0-9]+"), "1", id="pattern-of-a-number"),
        pytest.param(column("c", enum=[["x"]]), "x", id="enum-of-lists"),
        pytest.param(column("c", enum=[{"a": 1}]), "x", id="enum-of-objects"),
        pytest.param(column("c", enum=[]), "x", id="enum-of-nothing"),
        pytest.param(column("c", "list", minLength=1), "a,b", id="list"),
        pytest.param(column("c", "nonsense"), "x", id="unknown-type"),
    ],
)
def test_a_schema_that_makes_no_model_raises_only_errors_of_kzdata(
    tmp_path: Path, field: Any, cell: str
) -> None:
    """Catches errors of pydantic, on the way to a caller who has never heard of it."""
    folder = build(tmp_path, [Spec("t", {"fields": [*columns("k"), field]}, [["a", cell]])])
    try:
        with kzdata.load(folder.root) as kz:
            assert len(list(kz.table("t"))) == 1
    except KzdataError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("name", ["name", "sql", "close", "tables", "_dataset", "a b", "__len__"])
def test_a_table_named_like_a_method_hides_no_method(tmp_path: Path, name: str) -> None:
    """Catches a table that takes the place of a method."""
    schema = {"fields": columns("k"), "primaryKey": "k"}
    entry = Spec("t", schema, [["a"]])
    folder = build(tmp_path, [entry])
    folder.describe(lambda described: described["resources"][0].update(name=name))
    with kzdata.load(folder.root) as kz:
        assert kz.name == "invented"
        assert len(kz.table(name)) == 1
        assert kz["a"] == kz[f"{name}/a"]
