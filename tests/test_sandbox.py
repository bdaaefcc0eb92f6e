"""The lock of `kz.sql`: what a stranger's query may not do, and what it may not take."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import kzdata
from kzdata import QueryError

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def kz() -> Iterator[kzdata.Package]:
    with kzdata.load(ROOT) as package:
        package.sql("select 1")
        yield package


@pytest.fixture(scope="module")
def rest(kz: kzdata.Package) -> kzdata.Package:
    return kz.as_of("2022-01-05")


@pytest.fixture(scope="module")
def den(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with something to read, in which nothing may appear."""
    folder = tmp_path_factory.mktemp("den")
    for name in ("secret.csv", "secret.txt", "secret.json"):
        (folder / name).write_text('{"taken": "TAKEN"}\n')
    return folder


def settings_of(kz: kzdata.Package) -> list[Any]:
    return kz._dataset.database.rows("SELECT name, value FROM duckdb_settings() ORDER BY name")


# ------------------------------------------------------------------------------ escapes

READS = [
    *["read_csv", "read_csv_auto", "read_text", "read_blob", "read_json", "read_json_auto"],
    *["read_ndjson", "read_json_objects", "read_parquet", "parquet_scan", "parquet_metadata"],
    *["parquet_schema", "sniff_csv", "glob", "read_duckdb", "read_single_csv_file", "query_table"],
]
CHANGES = [
    *["enable_logging()", "disable_logging()", "truncate_duckdb_logs()", "enable_profiling()"],
    *["disable_profiling()", "checkpoint()", "force_checkpoint()", "register_external_resource()"],
    "query('from read_text(''{file}'')')",
    "json_execute_serialized_sql(json_serialize_sql('from read_text(''{file}'')'))",
]
STATEMENTS = [
    *["COPY sources TO '{file}.out'", "COPY (SELECT 1) TO '{file}.out'", "ATTACH '{file}.db' AS d"],
    *["ATTACH ':memory:' AS d", "PRAGMA enable_profiling", "SET threads = 1", "INSTALL httpfs"],
    *[
        "SET enable_external_access = true",
        "RESET threads",
        "LOAD httpfs",
        "EXPORT DATABASE '{file}'",
    ],
    *["CREATE TABLE t AS SELECT 1", "CREATE TEMP TABLE t AS SELECT 1", "DROP VIEW sources"],
    *[
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "CALL enable_logging()",
        "USE main",
        "SET VARIABLE x = 1",
    ],
    *["DELETE FROM sources RETURNING *", "UPDATE actors SET name = 'x' RETURNING *"],
    *["INSERT INTO tombstones SELECT 1, 1, 1, 1 RETURNING *", "CHECKPOINT", "VACUUM", "BEGIN"],
]
SOURCES = [
    *["sources", "(select 1)", "range(3)", "'{file}'", '"{file}"', "duckdb_settings()"],
    *[f"{name}('{{file}}')" for name in READS],
    *[f"{name}(['{{file}}'])" for name in READS[:4]],
    *CHANGES,
]
SCALARS = [
    *["1", "getenv('HIDDEN')", "current_setting('threads')", "write_log('x')", "nextval('s')"],
    *["(select content from read_text('{file}'))", "(select count(*) from glob('*'))"],
    *["exists(from read_csv('{file}'))", "[x for x in (select list(file) from glob('*'))]"],
]
SHAPES = [
    "SELECT {scalar} FROM {source}",
    "FROM {source}",
    "WITH x AS ({inner}) SELECT * FROM x",
    "WITH x AS MATERIALIZED ({inner}) SELECT count(*) FROM x",
    "WITH RECURSIVE x(n) AS (SELECT 1 UNION ({inner})) SELECT 1 FROM x",
    "SELECT * FROM ({inner})",
    "SELECT ({inner})",
    "SELECT 1 WHERE 1 IN ({inner})",
    "SELECT 1 ORDER BY ({inner})",
    "SELECT 1 LIMIT ({inner})",
    "SELECT * FROM range(2), LATERAL ({inner})",
    "SELECT 1; {inner}",
    "{inner}; SELECT 1",
    "SELECT 1 UNION ALL {inner}",
    "DESCRIBE {inner}",
    "SUMMARIZE {inner}",
    "SELECT 1) UNION ALL ({inner}",
    "SELECT 1 -- {inner}\n",
    "SELECT 1 /* {inner} */",
    "\ufeff{inner}",
    "{inner}\u00a0",
    "SELECT $${inner}$$",
    "EXPLAIN ANALYZE {inner}",
    "PIVOT ({inner}) ON 1 USING count(*)",
]


@st.composite
def statements(draw: st.DrawFn) -> str:
    """Statements of many shapes, some inside each other, with something forbidden in them."""
    inner = draw(
        st.sampled_from(STATEMENTS)
        | st.sampled_from(SOURCES).map("SELECT * FROM {}".format)
        | st.sampled_from(SCALARS).map("SELECT {}".format)
    )
    for _ in range(draw(st.integers(1, 3))):
        inner = (
            draw(st.sampled_from(SHAPES))
            .replace("{inner}", inner)
            .replace("{source}", draw(st.sampled_from(SOURCES)))
            .replace("{scalar}", draw(st.sampled_from(SCALARS)))
        )
    loud = "{file}" not in inner and draw(st.booleans())
    return inner.upper() if loud else inner


@given(statements())
@settings(max_examples=400)
@example("SELECT * FROM read_text('{file}')")
@example("FROM query('from read_text(''{file}'')')")
@example("SELECT * FROM enable_logging()")
@example("WITH x AS (COPY sources TO '{file}.out') SELECT 1")
@example("SELECT write_log('x')")
def test_no_query_reads_writes_or_changes_anything(
    kz: kzdata.Package, rest: kzdata.Package, den: Path, statement: str
) -> None:
    """Catches a way out of the lock, in the whole package and in what remains of one."""
    files, before = sorted(den.iterdir()), [settings_of(kz), settings_of(rest)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(den)
        patch.setenv("HIDDEN", "TAKEN")
        for package in (kz, rest):
            try:
                found = package.sql(statement.replace("{file}", str(den / "secret.csv"))).rows()
            except QueryError as error:
                assert "\n" not in str(error)
            else:
                assert "TAKEN" not in str(found)
    assert sorted(den.iterdir()) == files
    assert [settings_of(kz), settings_of(rest)] == before
    assert kz.sql("select count(*) from sources").rows() == [(5,)]
    assert rest.sql("select count(*) from sources").rows() == [(1,)]


@pytest.mark.parametrize("name", READS + [call.partition("(")[0] for call in CHANGES])
def test_every_such_function_is_refused_by_name(kz: kzdata.Package, name: str) -> None:
    """Catches a refusal that only comes because the file is not there."""
    with pytest.raises(QueryError, match=f"the table function {name} is not allowed"):
        kz.sql(f"select * from {name}('x')")
    with pytest.raises(QueryError, match=f"the table function {name} is not allowed"):
        kz.sql(f"with a as (select 1 where exists (from {name.upper()}('x'))) from a")


# ------------------------------------------------------------------------------ time and memory

LONG = [
    "select count(*) from range(1000000000000)",
    "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t",
    "select max(md5(a.x::varchar || b.x::varchar)) from range(1000000) a(x), range(1000000) b(x)",
    "select sleep_ms(60000)",
]


@pytest.mark.parametrize("query", LONG)
@pytest.mark.parametrize("read", ["rows", "arrow"])
def test_a_long_query_is_stopped(kz: kzdata.Package, query: str, read: str) -> None:
    """Catches a query that nobody can end, and a package that is of no use after it."""
    if read == "arrow":
        pytest.importorskip("pyarrow")
    threads = threading.active_count()
    with pytest.raises(QueryError, match=r"stopped after 0\.2 s"):
        getattr(kz.sql(query, timeout=0.2), read)()
    assert kz.sql("select 1").rows() == [(1,)]
    assert threading.active_count() == threads


def test_an_answer_has_its_time_each_time_it_is_read(kz: kzdata.Package) -> None:
    """Catches a clock that runs between the question and the reading."""
    answer = kz.sql("select sleep_ms(30)", timeout=5)
    assert len(answer.rows()) == len(answer.rows()) == 1
    assert kz.sql("select 1", timeout=None).rows() == [(1,)]


def test_an_endless_answer_is_no_list(kz: kzdata.Package, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches an answer that fills the memory with Python objects."""
    monkeypatch.setattr("kzdata.engine.queries.MAX_CELLS", 1000)
    assert len(kz.sql("select 1, 2 from range(500)").rows()) == 500
    with pytest.raises(QueryError, match=r"over 1,000 cells"):
        kz.sql("select 1, 2 from range(501)").rows()


def test_memory_is_bounded(kz: kzdata.Package) -> None:
    """Catches tables of a query that take all there is, in memory or on the disk."""
    ((memory, spill),) = kz.sql(
        "select current_setting('memory_limit'), current_setting('max_temp_directory_size')"
    ).rows()
    assert memory.endswith("iB")
    assert float(memory.split()[0]) <= 2048
    assert spill.endswith("iB")
    assert float(spill.split()[0]) <= 8 or spill.endswith("MiB")


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_nothing_stays_open(tmp_path: Path) -> None:
    """Catches files, threads and folders that outlive a package whose queries were stopped."""
    threads = threading.active_count()

    def held() -> set[str]:
        held = (os.path.realpath(link) for link in Path("/proc/self/fd").iterdir())
        return {file for file in held if "kzdata-" in file}

    before = held()
    with kzdata.load(ROOT) as kz:
        rest = kz.without("tass")
        for package in (kz, rest):
            with pytest.raises(QueryError):
                package.sql(LONG[0], timeout=0.1).rows()
        folders = {kz._dataset.database._file, rest._dataset.database._file}
        assert len(held()) > len(before)
    assert held() == before
    assert not any(Path(file).parent.exists() for file in folders)
    assert threading.active_count() == threads


# ------------------------------------------------------------------------------ types


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("timeout", [1e20, float("inf")])
def test_a_time_without_an_end_is_no_error(kz: kzdata.Package, timeout: float) -> None:
    """Catches a clock that breaks in a thread of its own and leaves the query without one."""
    assert kz.sql("select 1", timeout=timeout).rows() == [(1,)]
    with pytest.raises(QueryError):
        kz.sql("select 1", timeout="long")  # type: ignore[arg-type]


def test_a_closed_package_says_so() -> None:
    """Catches DuckDB's own words for a connection that its user never saw."""
    package = kzdata.load()
    answer = package.sql("select 1")
    package.close()
    with pytest.raises(kzdata.QueryError, match=r"^the package is closed$"):
        package.sql("select 1")
    with pytest.raises(kzdata.QueryError, match=r"^the package is closed$"):
        answer.rows()


def test_columns_have_the_values_of_their_formats(tmp_path: Path) -> None:
    """Catches numbers, dates and truth values that SQL cannot read in the form of their schema."""
    from packages import Spec, build

    fields = [
        {"name": "a", "type": "integer", "groupChar": ",", "bareNumber": False},
        {"name": "b", "type": "number", "groupChar": ".", "decimalChar": ","},
        {"name": "c", "type": "date", "format": "%d/%m/%Y"},
        {"name": "d", "type": "boolean", "trueValues": ["ja"], "falseValues": ["nein"]},
        {"name": "e", "type": "datetime", "format": "%d.%m.%Y %H:%M"},
        {"name": "f", "type": "integer", "missingValues": ["-", "?"]},
        {"name": "g", "type": "time", "format": "%H-%M"},
    ]
    row = ["€1,234 net", "1.234,5", "06/01/2022", "nein", "06.01.2022 07:05", "?", "07-05"]
    folder = build(tmp_path, [Spec("t", {"fields": fields}, [row])])
    with kzdata.load(folder.root) as kz:
        ((a, b, c, d, e, f, g),) = kz.sql("select * from t").rows()
    assert (a, b, d, f) == (1234, 1234.5, False, None)
    assert [str(value) for value in (c, e, g)] == ["2022-01-06", "2022-01-06 07:05:00", "07:05:00"]


# ------------------------------------------------------------------------------ before the clock


def nested(before: str, inner: str, after: str, times: int) -> str:
    return before * times + inner + after * times


LAMBDAS = "".join(f"list_transform([1], lambda x{n}: " for n in range(24))
HUGE = {
    "characters": "select '" + "a" * 100_000 + "'",
    "brackets": "select " + nested("(", "1", ")", 49_000),
    "open brackets": "select " + "(" * 90_000,
    "lambdas": f"select {LAMBDAS}1" + ")" * 24,
    "comprehensions": "select " + nested("[", "1", " for x in [1]]", 24),
    "functions": "select " + nested("nullif(", "1", ", 1)", 24),
    "between": "select " + nested("(", "1", " between 1 and 1)", 24),
    "brackets that END seems to close": "select "
    + nested("(select 1 as end, (select ", "1", "))", 2_000),
    "cases that END seems to close": "select "
    + nested("case t.end + case ", "1", " when 1 then 1 when 2 then 2 end when 3 then 3 end", 20)
    + " from range(1) t(end)",
    "cases": "select " + nested("case ", "1", " when 1 then 1 when 2 then 2 end", 24),
    "case": "select case " + "+".join(["1"] * 500) + " when 1 then 1" * 1_000 + " end",
    "names": "select " + ".".join(["a"] * 20_000),
    "tables": "from " + ".".join(["a"] * 20_000),
    "sum": "select " + "+".join(["1"] * 400),
    "long sum": "select " + "+".join(["1"] * 40_000),
    "minus": "select " + "- " * 40_000 + "1",
    "unions": " union ".join(["select 1"] * 7_000),
    "nested unions": nested("(", "select 1", " union all select 1)", 4_000),
    "joins": "select 1 from " + nested("(", "sources", " cross join range(1) t)", 4_000),
    "many joins": "select 1 from sources s0" + " natural join sources" * 400,
    "laterals": "select 1 from sources" + ", lateral (select 1)" * 800,
    "subqueries": "select " + nested("(select ", "1", ")", 9_000),
    "aliases": "select 1 as a0" + "".join(f", a{n} + a{n} as a{n + 1}" for n in range(60)),
    "tables of tables": "with a0 as not materialized (select 1 x)"
    + "".join(f", a{n + 1} as not materialized (select p.x from a{n} p, a{n} q)" for n in range(40))
    + " from a40",
    "stars": "select " + nested("*, * from (select ", "* from sources", ")", 30),
    "all columns": "select " + ", ".join(["columns(*)"] * 8_000) + " from sources",
    "columns": "select " + ", ".join(["1"] * 30_000),
    "cube": "select 1 from sources group by cube(" + ", ".join(["title"] * 20) + ")",
    "rollup": "select 1 from sources group by rollup(" + ", ".join(["title"] * 9_000) + ")",
    "rollups": "select 1 from sources group by " + ", ".join(["rollup(title, url)"] * 12),
    "windows": "select "
    + ", ".join(["sum(1) over w"] * 3_000)
    + " from sources window w as (order by "
    + ", ".join(["title"] * 3_000)
    + ")",
    "pivot": "from (pivot sources on "
    + ", ".join([f"{name} in ('a', 'b', 'c', 'd')" for name in ("title", "url", "language")] * 3)
    + " using count(*))",
    "semicolons": "select 1" + ";" * 90_000,
    "statements": "select 1;" * 11_000,
    "comments": "select 1" + "/* ; */" * 14_000,
    "structures": "select x from "
    + nested("(select {'p': x, 'q': x} as x from ", "(select 1 as x)", ")", 24),
    "pivots": "select "
    + nested("(select 1 from (pivot (select ", "1", " as x) on x in (1) using count(*)))", 15),
    "limits": "select " + nested("(select 1 limit ", "1", ")", 30),
    "a type": "select json_transform('{}', '" + nested("[", '"INT"', "]", 45_000) + "')",
    "a type that is made": "select from_json('{}', repeat('[', 1000000) || repeat(']', 1000000))",
    "a text of SQL": "select json_serialize_sql(repeat('(', 100000000))",
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_query_is_measured_before_the_engine_sees_it(tmp_path: Path) -> None:
    """Catches a query that takes minutes, or gigabytes, before the clock starts."""
    questions = tmp_path / "questions.json"
    questions.write_text(json.dumps(HUGE), encoding="utf-8")
    script = f"""
import json, resource, time, pathlib, kzdata
kz = kzdata.load()
kz.sql("select 1").rows()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
for name, query in json.loads(pathlib.Path({str(questions)!r}).read_text()).items():
    began, said = time.monotonic(), "answered"
    try:
        kz.sql(query, timeout=5).rows()
    except kzdata.QueryError as error:
        said = str(error)
    took = time.monotonic() - began
    size = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10) - before
    print(json.dumps([name, said, took, size]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=500
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len(HUGE), done.stderr
    for name, said, took, size in lines:
        assert "\n" not in said
        assert took < 30, name
        assert size < 1_000, name
    answered = [name for name, said, *_ in lines if said == "answered"]
    assert answered == ["comments"]
    assert not [name for name, said, *_ in lines if "Error" in said]


def test_ordinary_queries_are_not_too_large(kz: kzdata.Package) -> None:
    """Catches limits that honest questions meet."""
    names = ", ".join(f"sum({n}) over (order by title) as c{n}" for n in range(200))
    steps = ", ".join(f"s{n} as (select *, {n} as c{n} from s{n - 1})" for n in range(1, 20))
    for query in [
        f"select {names} from sources",
        f"with s0 as (from sources), {steps} select * from s19",
        "select * from range(3) where range in (" + ", ".join(map(str, range(8_000))) + ")",
        "select " + " || ".join(["title"] * 90) + " from sources",
        "select " + " and ".join(["title <> ''"] * 300) + " from sources",
        "select list_transform([1], lambda x: list_filter([2], lambda y: y > x))",
        "select nullif(nullif(nullif(title, ''), '-'), '?') from sources",
        "select case title " + "".join(f"when '{n}' then {n} " for n in range(300)) + "end "
        "from sources",
        "select language, count(*) from sources group by cube(language, publisher, author)",
        "select 1 from (select 1) using sample 100%",
        "select * from range(5) order by 1 limit 3 offset 1",
        "from (pivot sources on language in ('en', 'ru') using count(*))",
        "select from_json('[1]', '[\"INT\"]')",
        "select x from (select {'p': x, 'q': x} as x from (select {'r': title} as x from sources))",
        "select 1 -- one; two\n;",
        "select ';' /* ; */ ; -- the end;",
        "select $$;$$;;",
        "select 'ü;' as \"ä;\";",
        " union all ".join(["select title from sources"] * 40),
        " union all ".join(
            f"select '{n}', count(*) filter (where title is null) from sources" for n in range(150)
        ),
        " union all ".join(["from sources"] * 90),
        "select case upper(trim(coalesce(title, ''))) "
        + "".join(f"when '{n}' then {n} " for n in range(400))
        + "end from sources",
    ]:
        assert kz.sql(query).rows(), query


def test_a_wide_table_can_be_asked(tmp_path: Path) -> None:
    """Catches a limit of columns below those of the package's own table."""
    from packages import Spec, build

    fields = [{"name": f"c{n}", "type": "string"} for n in range(1_000)]
    folder = build(tmp_path, [Spec("t", {"fields": fields}, [["x"] * 1_000])])
    with kzdata.load(folder.root) as kz:
        assert len(kz.sql("select *, c1 || c2 as more from t").columns) == 1_001


@pytest.mark.parametrize("read", ["__iter__", "rows", "df", "pl", "arrow", "_repr_html_"])
def test_whatever_reads_an_answer_has_one_error(kz: kzdata.Package, read: str) -> None:
    """Catches the engine's own RuntimeError for a query that was stopped while it was read."""
    for module in {"df": ["pandas"], "pl": ["polars", "pyarrow"], "arrow": ["pyarrow"]}.get(
        read, []
    ):
        pytest.importorskip(module)
    answer = kz.sql(LONG[2], timeout=0.3)
    with pytest.raises(QueryError, match=r"stopped after 0\.3 s"):
        list(answer) if read == "stop" else list(getattr(answer, read)())


@pytest.mark.parametrize(
    "query", ["", " ", ";", "-- x", "select", "select 'a", "/* ", "(", ")", "end"]
)
def test_what_is_no_query_is_one_line(kz: kzdata.Package, query: str) -> None:
    """Catches an exception of Python's own for a text without a statement."""
    with pytest.raises(QueryError, match=r"\A(Parser Error|one SELECT)[^\n]*\Z"):
        kz.sql(query)


@pytest.mark.parametrize(
    "query", ["select '\0'", "select 1 \0 from x", "\ud800", b"select 1", 5, None]
)
def test_what_is_no_text_is_no_query(kz: kzdata.Package, query: Any) -> None:
    """Catches a query of which the engine sees another part than the lock."""
    with pytest.raises(QueryError, match=r"SQL has no text for that|must be a text"):
        kz.sql(query)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell")
def test_a_query_that_grows_is_stopped(kz: kzdata.Package, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches values that grow past the engine's own limit, until the machine has no memory."""
    monkeypatch.setattr("kzdata.engine.queries.MAX_GROWTH", 100 << 20)
    with pytest.raises(QueryError, match="of memory; ask for less"):
        kz.sql("select len(list(range)) from range(100000000)").rows()
    assert kz.sql("select 1").rows() == [(1,)]


def test_a_setting_that_is_no_text_is_refused() -> None:
    """Catches the engine's own RuntimeError for half a surrogate pair."""
    with pytest.raises(QueryError, match="cannot start DuckDB"):
        kzdata.validate(ROOT / "examples/downstream", memory_limit="\udcff")
