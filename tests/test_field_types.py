"""A cell means the same to validation, typed rows, SQL, look-ups and exports.

The strategies know what a cell means because they make it up together with its value; the field
types of kzdata have no part in it.
"""

import csv
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import openpyxl
import pyarrow.parquet
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import kzdata
from kzdata.errors import PackageError
from kzdata.package import Package
from kzdata.standard.field_types import canonical_number

JUNK = (
    "x", "1_000", " 5", "5.0", "1e3", "0x10", "١٢", "1,5", "--5", "+-5", "5 6", "infinity",
    "1e400", "1e-400", "0.30000000000000004", "0.1234567890123456789", "12345678901234567890123",
    "9" * 39, "2021/02/03", "2021-2-3", "2021-02-30", "0000-01-01", "20210203", "epoch", "today",
    "2021-02-03T24:00:00", "9999-12-31T24:00:00", "12021-02-03T04:05:06", "-0044-02-03T04:05:06",
    "2021-02-03T04:05:06.1234567", "2021-02-03T04:05:06.1200", "2021-02-03 04:05:06",
    "2021-02-03T04:05:06-00:30", "23:59:60", "24:00:00", "4:05:06", "yes", "t", "TRUE", "0",
    "2021Z", "-0044", "0000", "00021", "P1D", "31/12/2021", "'", "=1", "none", "NaN", "-inf",
)  # fmt: skip
"""Cells that some reader or other takes for a value."""


class Made(NamedTuple):
    """A field, and cells with what they mean: their values, or themselves."""

    field: dict[str, Any]
    cells: list[tuple[str, Any]]


def spelled(number: str, field: dict[str, Any], draw: st.DrawFn) -> str:
    """A number in one of the ways that its field allows."""
    sign, digits = (
        ("-", number[1:]) if number[0] == "-" else (draw(st.sampled_from(["", "+"])), number)
    )
    whole, point, rest = digits.partition(".")
    whole = draw(st.sampled_from(["", "0", "00"])) + whole
    if group := field.get("groupChar"):
        cut = draw(st.integers(1, len(whole)))
        whole = group.join(filter(None, [whole[:cut], whole[cut:]]))
    text = sign + whole + (point and field.get("decimalChar", ".")) + rest
    if field.get("bareNumber") is False:
        text = (
            draw(st.sampled_from(["", "no. ", "€"])) * (not rest)
            + text
            + draw(st.sampled_from(["", "%", " m."]))
        )
    return text


@st.composite
def integers(draw: st.DrawFn) -> Made:
    field: dict[str, Any] = {"type": "integer"}
    field |= draw(
        st.sampled_from([{}, {}, {"groupChar": ","}, {"groupChar": " "}, {"bareNumber": False}])
    )
    most = draw(st.sampled_from([10**3, 2**63, 2**127, 10**40]))
    numbers = draw(st.lists(st.integers(-most, most), max_size=4))
    return Made(field, [(spelled(str(n), field, draw), n) for n in numbers])


@st.composite
def decimals(draw: st.DrawFn) -> Made:
    field: dict[str, Any] = {"type": "number"}
    marks = [
        {},
        {},
        {"decimalChar": ","},
        {"decimalChar": ",", "groupChar": "."},
        {"bareNumber": False},
    ]
    field |= draw(st.sampled_from(marks))
    places = draw(st.sampled_from([2, 2, 25]))
    numbers = draw(st.lists(st.decimals(-(10**6), 10**6, places=places), max_size=4))
    cells: list[tuple[str, Any]] = [(spelled(f"{n:f}", field, draw), n) for n in numbers]
    special = st.sampled_from(["1E400", "1e-7", "5e0", "INF", "-inf", "1E-400"])
    cells += [(text, Decimal(text)) for text in draw(st.lists(special, max_size=1))]
    return Made(field, cells)


@st.composite
def booleans(draw: st.DrawFn) -> Made:
    own = {"trueValues": ["ja", "1"], "falseValues": ["nein", "true"]}
    words = draw(st.sampled_from([{}, own]))
    true, false = (
        words.get("trueValues", ["true", "TRUE", "1"]),
        words.get("falseValues", ["false", "0"]),
    )
    cells = st.sampled_from([*((word, True) for word in true), *((word, False) for word in false)])
    return Made({"type": "boolean", **words}, draw(st.lists(cells, max_size=4)))


DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
FORMATS = {
    "date": ("default", "%d/%m/%Y", "%B %d, %Y", "%Y%m%d"),
    "time": ("default", "%H:%M", "%I.%M %p"),
    "datetime": ("default", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M%z"),
}


def written(value: Any, form: str) -> str:
    """A date or time in a format; Python does not pad the year."""
    if form == "default":
        return str(value.isoformat())
    year = f"{value.year:04}" if isinstance(value, date) else ""
    return str(value.strftime(form.replace("%Y", year)))


@st.composite
def moments(draw: st.DrawFn) -> Made:
    kind = draw(st.sampled_from(sorted(FORMATS)))
    form = draw(st.sampled_from(FORMATS[kind]))
    zone = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(-timedelta(minutes=90))])
    zones = (
        zone
        if "%z" in form
        else st.one_of(st.none(), st.none(), zone)
        if form == "default"
        else st.none()
    )
    found = []
    for day in draw(st.lists(DAYS, max_size=4)):
        clock = time(draw(st.integers(0, 23)), draw(st.integers(0, 59)))
        if kind == "datetime" and form in ("default", FORMATS["datetime"][2]):
            clock = clock.replace(
                second=draw(st.integers(0, 59)), microsecond=draw(st.sampled_from([0, 1, 250_000]))
            )
        moment = datetime.combine(day, clock, draw(zones) if kind == "datetime" else None)
        value = {"date": day, "time": clock, "datetime": moment}[kind]
        found.append((written(value, form), value))
    return Made({"type": kind, "format": form}, found)


def texts() -> st.SearchStrategy[Made]:
    """Types whose cells stay text."""
    known = {
        "string": ["", "a", "1.0", "2021-02-03", "'", "ß "],
        "any": ["a", "1,000"],
        "yearmonth": ["2021-02", "2021-02Z"],
        "duration": ["P1D", "P12M", "PT0.5S"],
        "list": ["a,b", "a"],
        "object": ["{}", '{"a": 1.0}'],
        "geopoint": ["1.0, 2", "-180,90"],
    }
    return st.sampled_from(sorted(known)).flatmap(
        lambda kind: st.lists(st.sampled_from(known[kind]), max_size=4).map(
            lambda cells: Made({"type": kind}, [(text, text) for text in cells])
        )
    )


def years() -> st.SearchStrategy[Made]:
    cells = [
        ("2021", 2021),
        ("-0044", -44),
        ("12021", 12021),
        ("2021Z", "2021Z"),
        ("123456789012", 123456789012),
    ]
    return st.lists(st.sampled_from(cells), max_size=4).map(
        lambda found: Made({"type": "year"}, found)
    )


MADE = st.one_of(integers(), decimals(), booleans(), moments(), texts(), years())
UNKNOWN = object()
"""What a cell means that nobody made up with its value."""


@st.composite
def columns(draw: st.DrawFn) -> Made:
    """A field with cells, some of them missing, some of anything."""
    field, cells = draw(MADE)
    missing = draw(st.sampled_from([None, ["-", "none"], ["", "n/a"]]))
    if missing is not None:
        field = {**field, "missingValues": missing}
    none: list[tuple[str, Any]] = [(text, None) for text in missing or [""]]
    more = draw(st.lists(st.sampled_from(none), max_size=1))
    junk = st.sampled_from([text for text in JUNK if (text, None) not in none])
    more += [(text, UNKNOWN) for text in draw(st.lists(junk, max_size=2))]
    known = {text for text, _ in none}
    kept = [cell for cell in cells if cell[0] not in known]
    return Made(field, draw(st.permutations(kept + more)))


def write(
    folder: Path, tables: dict[str, tuple[list[dict[str, Any]], list[list[str]], list[str]]]
) -> None:
    """Write a package: fields, rows and primary key of each table."""
    resources = []
    for name, (fields, rows, key) in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
            writer.writerows([[field["name"] for field in fields], *rows])
        schema = {"fields": fields, "primaryKey": key}
        resources.append({"name": name, "path": f"{name}.csv", "schema": schema})
    text = json.dumps({"name": "made", "resources": resources})
    (folder / "datapackage.json").write_text(text, encoding="utf-8")


@contextmanager
def package(**tables: tuple[list[dict[str, Any]], list[list[str]], list[str]]) -> Iterator[Package]:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), tables)
        with kzdata.load(folder) as kz:
            yield kz


ID: dict[str, Any] = {"name": "id", "type": "string"}


def one_column(made: Made) -> tuple[list[dict[str, Any]], list[list[str]], list[str]]:
    rows = [[f"r{number}", text] for number, (text, _) in enumerate(made.cells)]
    return [ID, {"name": "x", **made.field}], rows, ["id"]


def alike(one: Any, other: Any) -> bool:
    """Whether two values are one; a double is the number that it is printed as."""
    one, other = (Decimal(repr(v)) if isinstance(v, float) else v for v in (one, other))
    if any(isinstance(v, Decimal) and v.is_nan() for v in (one, other)):
        return str(one) == str(other)
    numeric = isinstance(one, int | Decimal) and isinstance(other, int | Decimal)
    same = numeric or type(one) is type(other)
    return same and bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def refused(kz: Package) -> set[int]:
    """Numbers of the rows, from 0, of which a cell breaks a rule."""
    return {int(f.record[1:]) for f in kz.validate().findings if f.record}


@settings(max_examples=60)
@given(columns())
def test_rows_and_sql_read_what_validate_accepts_with_one_value(made: Made) -> None:
    """Catches a cell that is valid and cannot be read, or that two readers take for two values."""
    with package(t=one_column(made), other=([ID], [["a"]], ["id"])) as kz:
        wrong = refused(kz)
        held = [value for (value,) in kz.sql("select x from t order by id").rows()]
        assert kz.sql("select id from other").rows() == [("a",)]
        for number, ((text, meant), value) in enumerate(zip(made.cells, held, strict=True)):
            if number in wrong:
                assert meant is UNKNOWN and value == text  # never another value
                with suppress(PackageError):
                    assert kz.table("t")[f"r{number}"].x == text
                continue
            read = kz.table("t")[f"r{number}"].x
            assert meant is UNKNOWN or alike(read, meant), (text, read)
            assert value == text or alike(value, read), (text, value, read)


@settings(max_examples=40)
@given(columns())
def test_a_key_is_found_by_its_value_before_and_after_sql(made: Made) -> None:
    """Catches `key in table` that changes its answer once SQL was asked."""
    cells = [cell for cell in made.cells if cell[1] is not None]
    rows = [[text, str(number)] for number, (text, _) in enumerate(cells)]
    fields = [{"name": "x", **made.field}, {"name": "number", "type": "integer"}]
    asked = [text for text, _ in cells] + [value for _, value in cells if value is not UNKNOWN]
    asked += ["1", "1.0", 1, "31/12/2021", date(2021, 12, 31), "P1Y", True, "nowhere"]
    with package(t=(fields, rows, ["x"])) as kz:
        table = kz.table("t")
        before = [table.number(key) for key in asked]
        keys = list(table.keys)
        kz.sql("select 1").rows()
        assert [table.number(key) for key in asked] == before
        assert list(table.keys) == keys == [(text,) for text, _ in cells]
        for key, number in zip(asked, before, strict=False):
            if key in [text for text, _ in cells]:
                assert number is not None, key
        values = [value for _, value in cells]
        for value, number in zip(asked[len(cells) :], before[len(cells) :], strict=False):
            if value in values and not isinstance(value, bool | str):
                assert number is not None, value


def exported(kz: Package, folder: Path) -> Iterator[tuple[str, list[Any]]]:
    """The column x of the table t, as each tabular format has it."""
    for name in ("duckdb", "sqlite", "parquet"):
        kz.export(name, folder / name)
    kz.export("xlsx", folder / "t.xlsx")
    with duckdb.connect(str(folder / "duckdb"), read_only=True) as connection:
        yield "duckdb", [x for (x,) in connection.sql("select x from t order by id").fetchall()]
    with closing(sqlite3.connect(folder / "sqlite")) as lite:
        yield "sqlite", [x for (x,) in lite.execute("select x from t order by id")]
    yield "parquet", pyarrow.parquet.read_table(folder / "parquet" / "t.parquet")["x"].to_pylist()
    # A cell that was refused is refused again.
    with kzdata.load(folder / "parquet") as again, suppress(PackageError):
        yield "package", [row.x for row in again.table("t")]
    sheet = openpyxl.load_workbook(folder / "t.xlsx")["t"]
    yield "xlsx", [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)]


def as_exported(value: Any, form: str) -> list[Any]:
    """The ways in which a format may have a value."""
    if form == "sqlite":
        return [
            value.isoformat()
            if isinstance(value, date | time)
            else int(value)
            if value is True or value is False
            else value
        ]
    if form == "xlsx" and isinstance(value, date) and not isinstance(value, datetime):
        return [value, datetime.combine(value, time())]
    return [value]


@settings(max_examples=20, deadline=None)
@given(columns())
# An empty text that is a value, in a column with other words for none.
@example(Made({"type": "string", "missingValues": ["-"]}, [("", ""), ("-", "-")]))
def test_exports_read_what_validate_accepts_with_one_value(made: Made) -> None:
    """Catches an export in which a valid cell is another value, or not its exact text."""
    with package(t=one_column(made)) as kz, tempfile.TemporaryDirectory() as folder:
        wrong = refused(kz)
        read = {
            number: kz.table("t")[f"r{number}"].x
            for number in range(len(made.cells))
            if number not in wrong
        }
        for form, values in exported(kz, Path(folder)):
            assert len(values) == len(made.cells)
            for number, ((text, _), value) in enumerate(zip(made.cells, values, strict=True)):
                plain = (
                    value.removeprefix("'") if form == "xlsx" and isinstance(value, str) else value
                )
                if number in wrong:
                    assert plain == text or (form == "package" and str(value) == text), (
                        form,
                        text,
                        value,
                    )
                elif read[number] is None:
                    assert value is None or plain == text, (form, text, value)
                else:
                    known = as_exported(read[number], form)
                    assert plain == text or any(alike(plain, one) for one in known), (
                        form,
                        text,
                        value,
                    )


# ------------------------------------------------------------------------------ single cells


@pytest.mark.parametrize(
    ("field", "cell", "row", "held"),
    [
        ({"type": "integer"}, "1" * 23, int("1" * 23), int("1" * 23)),
        ({"type": "integer"}, "1" * 40, int("1" * 40), None),
        ({"type": "integer"}, "007", 7, 7),
        ({"type": "number"}, "1e400", Decimal("1e400"), None),
        ({"type": "number"}, "0.1234567890123456789", Decimal("0.1234567890123456789"), None),
        ({"type": "number"}, "0.30000000000000004", Decimal("0.30000000000000004"), 0.1 + 0.2),
        ({"type": "number"}, "INF", Decimal("inf"), float("inf")),
        ({"type": "datetime"}, "2021-02-03T24:00:00", datetime(2021, 2, 4), datetime(2021, 2, 4)),
        ({"type": "datetime"}, "2021-02-03T04:05:06.1234567", None, None),
        ({"type": "datetime"}, "10000-01-01T00:00:00", None, None),
        ({"type": "year"}, "2021Z", None, None),
        ({"type": "year"}, "123456789012", 123456789012, None),
        (
            {"type": "time", "format": "%H:%M%z"},
            "10:00+02:00",
            time(10, tzinfo=timezone(timedelta(hours=2))),
            None,
        ),
        ({"type": "date", "format": "%Y-%m-%d %H"}, "2021-02-03 04", None, None),
        ({"type": "list", "constraints": {"maxLength": 2}}, "ab,cd", None, None),
    ],
)
def test_a_cell_that_an_engine_cannot_hold_stays_exact(
    field: dict[str, Any], cell: str, row: Any, held: Any
) -> None:
    """Catches digits, zones and fractions that are dropped on the way; None is the exact text."""
    with package(t=one_column(Made(field, [(cell, row)]))) as kz:
        assert kz.validate().valid
        assert alike(kz.table("t")["r0"].x, cell if row is None else row)
        assert alike(kz.sql("select x from t").rows()[0][0], cell if held is None else held)


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ({"type": "date", "format": "%d/%m/%Y"}, "01/01/0000"),
        ({"type": "integer"}, "1_000"),
        ({"type": "number"}, " 5"),
        ({"type": "boolean"}, "yes"),
        ({"type": "date"}, "2021/02/03"),
        ({"type": "datetime"}, "2021-02-03 04:05:06"),
    ],
)
def test_a_cell_that_is_refused_has_no_value(field: dict[str, Any], cell: str) -> None:
    """Catches a reader that takes what the schema does not allow."""
    with package(t=one_column(Made(field, [(cell, UNKNOWN)]))) as kz:
        assert refused(kz) == {0}
        with pytest.raises(PackageError, match=r"t\.csv:2: x: "):
            list(kz.table("t"))
        assert kz.sql("select x from t").rows() == [(cell,)]


def test_sql_says_why_a_column_is_text() -> None:
    """Catches a column of another type than its schema's that nobody is told of."""
    with package(t=one_column(Made({"type": "integer"}, [("1", 1), ("many", "many")]))) as kz:
        ((said,),) = kz.sql("select comment from duckdb_columns() where column_name = 'x'").rows()
        assert said == "VARCHAR, for BIGINT does not hold many"
        assert kz.sql("select x from t").rows() == [("1",), ("many",)]


WHOLE = st.one_of(st.integers(-(10**25), 10**25), st.integers(-(10**4), 10**4))
ENDS = (0, 7, -7, 10, -100, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**18, 10**19)


@given(WHOLE, WHOLE)
@example(*ENDS[:2])
@example(*ENDS[2:4])
@example(*ENDS[4:6])
@example(*ENDS[6:8])
@example(*ENDS[8:10])
def test_all_ways_to_write_a_number_share_one_text(one: int, other: int) -> None:
    """Catches a short way to that text which comes to another one than the long way."""
    texts = []
    for number in (one, other):
        sign, digits = "-" * (number < 0), str(abs(number))
        ways = [f"{sign}{digits}", f"{sign}00{digits}", f"{sign}{digits}.", f"{sign}{digits}.00"]
        ways += [f"{sign}{digits}0e-1", f"{sign}.{digits}E{len(digits)}"]
        ways += [f"+{digits}"] if number > 0 else []
        ways += ["-0", "+0", "0e5"] if not number else []
        query = f"SELECT DISTINCT {canonical_number('n')} FROM (SELECT unnest(?) AS n)"
        texts.append(duckdb.execute(query, [ways]).fetchall())
    assert len(texts[0]) == len(texts[1]) == 1
    assert (texts[0] == texts[1]) is (one == other)
