"""Two validators, one verdict: kzdata and frictionless 5.21 over packages that nobody wrote.

Hypothesis draws schemas (types, formats, constraints, keys) and rows in which most cells are nearly
right. The verdicts are compared as statements: file, row, field, kind of rule. What is deliberately
read otherwise stands in one table, `kzdata.validation.frictionless.DIFFERENCES`, with the sentence
of the standard that decides it; every other disagreement fails.

By default some 60 files with 2,000 cells are drawn, with `-m slow` 200 more, and with
`KZDATA_DIFFERENTIAL=20000` as many as it says.
"""

import os
import shutil
import socket
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kzdata.files.archive import opened
from kzdata.standard.parsing import parse
from kzdata.validation import frictionless as oracle
from kzdata.validation import validate
from kzdata.validation.suppressions import ALLOW_LIST
from packages import Folder, Spec, build

pytest.importorskip("frictionless")

FILES, MORE = 60, 200
MANY = int(os.environ.get("KZDATA_DIFFERENTIAL", "2000"))
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
SEEN = {"files": 0, "cells": 0}

# ------------------------------------------------------------------------------ cells

HAZARDS = (
    "| 12|1_000|\u0661\u0662|nan|NaN|2024-02-30|2024-1-26|1e3|0x1F|t|yes| 024-01-01|infinity|epoch"
    "|a|é|1,5|-|'|\u00a0|--1|true|2024-01-26|15:00:00|12|P1D|[]|{}|1,2|0|-0|+5|5.|.5|INF"
).split("|")
CELLS: dict[str, list[str]] = {
    "string": "a|b|ab|abc|A|é|a\u0301|\U0001f600|x y| a|10|2".split("|"),
    "any": "a|1|01|1.0".split("|"),
    "integer": "0|1|01|+1|-1|5|10|10.0|-5|99999999999999999999|12 |1,000|5%|€5".split("|"),
    "number": "0|1|1.0|10E-1|0.3|0.30000000000000000001|-5|1E400|5.5|5,5|1.000,5|-INF|50%".split(
        "|"
    ),
    "boolean": "true|false|True|FALSE|1|0|TRUE|no|ja|nein".split("|"),
    "date": "2024-01-26|2024-01-27|2023-02-29|0001-01-01|26/01/2024|26/1/2024|20240126".split("|"),
    "time": "15:00:00|14:59:59|24:00:00|15:00|15:00:00Z|15:00:00.5|9:00:00|09.00".split("|"),
    "datetime": "2024-01-26T15:00:00|2024-01-26T15:00:01|2024-01-26 15:00:00|2024-01-26T15:00:00.5"
    "|2024-01-26T24:00:00|2024-02-30T15:00:00|2024-01-26T15:00|12/11/2018 09:15".split("|"),
    "year": "2024|2023|1999|0044|-0044|12024|24|2024Z|0000|+024".split("|"),
    "yearmonth": "2024-01|2024-12|2024-13|2024-1|-0044-01|12024-01|2023-11".split("|"),
    "duration": "P1D|P1Y|P12M|PT24H|P1W|P|PT|-P1D|P1Y2M3DT4H5M6.7S|P1DT|P1.5Y|P0D".split("|"),
    "list": "a|a,b|1,2|1,x|01,2| 1,2|2024-01-26,2024-01-27|true,0".split("|"),
    "object": '{"a":1}|{"a":1,"b":2}|{"a":NaN}|{a:1}|{"a":1,}|null'.split("|"),
    "array": '[1]|[1,2]|[1,2,3]|[NaN]|[1,]|[[]]|"a"'.split("|"),
    "geopoint": "1,2|1, 2|1.0,2|180.1,0|0,91|1,2,3|1 ,2|a,b".split("|"),
    "geojson": ['{"type":"Point","coordinates":[1,2]}', '{"type":"Foo"}', "[1]"],
}
FORMATS: dict[str, list[str]] = {
    "string": ["default", "default", "email", "uri", "uuid", "binary"],
    "date": ["default", "default", "%d/%m/%Y"],
    "time": ["default", "default", "%H.%M"],
    "datetime": ["default", "default", "%d/%m/%Y %H:%M"],
}
FORMATTED = {
    "email": ["a@b.org", "a@b", "a.b@c.org", "a b@c.org", "@b.org"],
    "uri": ["https://a.org/b?c#d", "urn:x:1", "a.org", "http://a b", "/b"],
    "uuid": ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae7dec11d0a76500a0c91e6bf6", "f81d"],
    "binary": ["YQ==", "YWJj", "YQ", "Y", "YW Jj"],
}
BOUNDS: dict[str, list[Any]] = {
    "integer": [0, 5, "5", -5, "99999999999999999999"],
    "number": [0, 0.3, "0.3", -5, 5.5],
    "date": ["2024-01-26"],
    "time": ["15:00:00"],
    "datetime": ["2024-01-26T15:00:00"],
    "year": [2000, "2024"],
    "yearmonth": ["2024-01"],
}
LENGTHS = {"string", "array", "object", "list"}
PATTERNS = ["a.*", "[a-z]+", "a|b", "[0-9]{1,2}", "^ab?$", r"\d+", "é+"]
KEYED = ["string", "integer", "number", "date", "boolean", "year", "yearmonth"]
"""Types whose equality both validators know."""


@st.composite
def fields(draw: st.DrawFn, name: str, kinds: list[str]) -> dict[str, Any]:
    """A field descriptor."""
    kind = draw(st.sampled_from(kinds))
    field: dict[str, Any] = {"name": name, "type": kind}
    form = draw(st.sampled_from(FORMATS.get(kind, ["default"])))
    if form != "default":
        field["format"] = form
    field |= draw(properties(kind))
    limits = draw(constraints(kind, form))
    return field | ({"constraints": limits} if limits else {})


@st.composite
def properties(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Properties of a type, and missing values."""
    options: list[dict[str, Any]] = [{}, {}, {}, {"missingValues": ["-", ""]}]
    options += [{"missingValues": [{"value": "0", "label": "none"}]}]
    own: dict[str, list[dict[str, Any]]] = {
        "integer": [{"bareNumber": False}, {"groupChar": ","}],
        "number": [{"decimalChar": ","}, {"bareNumber": False},
                   {"decimalChar": ",", "groupChar": "."}],
        "boolean": [{"trueValues": ["ja"], "falseValues": ["nein", "no"]}],
        "list": [{"itemType": "integer"}, {"itemType": "date"}, {"itemType": "boolean"}],
        "string": [{"categories": ["a", "b", "é"]}],
    }  # fmt: skip
    return draw(st.sampled_from(options + own.get(kind, [])))


@st.composite
def constraints(draw: st.DrawFn, kind: str, form: str) -> dict[str, Any]:
    """Constraints that both validators know for a type."""
    limits: dict[str, Any] = {}
    plain = form == "default"
    if draw(st.integers(0, 4)) == 0:
        limits["required"] = True
    if kind in BOUNDS and plain and draw(st.booleans()):
        name = draw(st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]))
        limits[name] = draw(st.sampled_from(BOUNDS[kind]))
    if kind in LENGTHS and draw(st.integers(0, 3)) == 0:
        limits[draw(st.sampled_from(["minLength", "maxLength"]))] = draw(st.integers(0, 3))
    if kind == "string" and draw(st.integers(0, 3)) == 0:
        limits["pattern"] = draw(st.sampled_from(PATTERNS))
    if kind in ("string", "integer", "number", "date") and plain and draw(st.integers(0, 3)) == 0:
        good: dict[str, list[Any]] = {
            "string": ["a", "b"],
            "integer": [1, "5"],
            "number": [1, "0.3"],
        }
        limits["enum"] = good.get(kind, ["2024-01-26"])
    return limits


def cells(field: dict[str, Any]) -> st.SearchStrategy[str]:
    """Cells for a field: right, nearly right, missing, or of another kind."""
    own = CELLS[field["type"]] + FORMATTED.get(field.get("format", ""), [])
    return st.one_of(
        st.sampled_from(own), st.sampled_from(own), st.sampled_from([*own, "", *HAZARDS])
    )


@st.composite
def packages(draw: st.DrawFn) -> list[Spec]:
    """A table of up to six typed columns, or a parent with a child that refers to it."""
    if draw(st.integers(0, 3)) == 0:
        return draw(keyed())
    width = draw(st.integers(1, 6))
    columns = [draw(fields(f"f{i}", list(CELLS))) for i in range(width)]
    columns = [{"name": "row", "type": "string"}, *columns]
    schema: dict[str, Any] = {"fields": columns}
    if draw(st.booleans()):
        schema["missingValues"] = draw(st.sampled_from([["", "-"], [""], ["t", ""]]))
    count = draw(st.integers(1, 8))
    rows = [[f"r{i}", *(draw(cells(field)) for field in columns[1:])] for i in range(count)]
    return [Spec("table", schema, rows)]


@st.composite
def keyed(draw: st.DrawFn) -> list[Spec]:
    """A parent with a primary key of one or two columns, and a child that refers to it."""
    width = draw(st.integers(1, 2))
    kinds = [draw(st.sampled_from(KEYED)) for _ in range(width)]
    names = [f"k{i}" for i in range(width)]
    columns = [{"name": n, "type": k} for n, k in zip(names, kinds, strict=True)]
    own = [cells(field) for field in columns]
    count = draw(st.integers(1, 6))
    parents = [[draw(cell) for cell in own] for _ in range(count)]
    children = [[draw(cell) for cell in own] for _ in range(count)]
    spare = {"name": "x", "type": "string"}
    to = {"resource": "parent", "fields": names}
    child: dict[str, Any] = {
        "fields": [*columns, spare], "foreignKeys": [{"fields": names, "reference": to}]
    }  # fmt: skip
    if draw(st.booleans()):
        child["fields"] = [{**columns[0], "constraints": {"unique": True}}, *columns[1:], spare]
    parent = {"fields": [*columns, spare], "primaryKey": names}
    rows = [[[*row, "x"] for row in table] for table in (parents, children)]
    return [Spec("parent", parent, rows[0]), Spec("child", child, rows[1])]


# ------------------------------------------------------------------------------ verdicts


def disagreements(folder: Folder) -> list[str]:
    """What only one of the validators says, and no known difference explains."""
    try:
        answer = oracle.errors_of(folder.root)
    except TypeError as error:
        assert any(crash in str(error) for crash in oracle.CRASHES), error
        return []
    assert not isinstance(answer, str), answer
    report = validate(folder.root)
    assert not report.omitted
    theirs = set(oracle.statements(answer))
    with opened(folder.root) as archive:
        tables = parse(archive).tables
    assert tables
    ours = {
        oracle.Statement(f.file, (f.line or 0) - 2, "" if k in oracle.ROWS else f.field or "", k)
        for f in report
        for k in [oracle.KINDS.get(f.rule)]
        if k and f.line
    }
    found = []
    for table in tables.values():
        rows = folder.rows(table.name)
        SEEN["files"] += 1
        SEEN["cells"] += sum(map(len, rows))
        for side, one in oracle.unexplained(tables, table, ours, theirs, rows):
            field = table.schema.field(one.field) if one.field else None
            shown = field.to_json() if field else rows[one.row]
            found.append(f"{side}: {one} {rows[one.row].get(one.field, '')!r} {shown}")
    return found


def packed(folder: Path, specs: list[Spec]) -> Folder:
    """The package, which says that it follows version 2: frictionless asks for that."""
    made = build(folder, specs)
    made.describe(lambda package: package.update({"$schema": PROFILE}))
    return made


def agree(specs: list[Spec]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert disagreements(packed(Path(folder), specs)) == []


QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@given(packages())
@settings(derandomize=True, max_examples=FILES, suppress_health_check=QUIET)
def test_the_two_validators_agree(specs: list[Spec]) -> None:
    """Catches a verdict that the standard doesn't explain."""
    agree(specs)


@pytest.mark.slow
@given(packages())
@settings(derandomize=True, max_examples=MORE, suppress_health_check=QUIET)
def test_the_two_validators_agree_over_more_files(specs: list[Spec]) -> None:
    """The same over more files, the same ones each time."""
    agree(specs)


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("KZDATA_DIFFERENTIAL"), reason="set KZDATA_DIFFERENTIAL=n")
@given(packages())
@settings(max_examples=MANY, suppress_health_check=QUIET)
def test_the_two_validators_agree_over_as_many_files_as_asked(specs: list[Spec]) -> None:
    """The same over as many files as `KZDATA_DIFFERENTIAL` says."""
    agree(specs)


def test_each_type_and_hazard_agrees(tmp_path: Path) -> None:
    """Every hazard, and the cells of every type, in a field of every type."""
    odd = sorted({cell for own in CELLS.values() for cell in own} | set(HAZARDS))
    specs = []
    for kind in CELLS:
        columns = [{"name": "row", "type": "string"}, {"name": "cell", "type": kind}]
        rows = [[f"r{i}", cell] for i, cell in enumerate(odd)]
        specs.append(Spec(f"of-{kind}", {"fields": columns}, rows))
    assert len(specs) * len(odd) >= 2_000
    assert disagreements(packed(tmp_path, specs)) == []


def test_the_shipped_package_agrees(package: Path) -> None:
    """Catches a disagreement in what we ship, and a comparison that fails."""
    assert oracle.compare(package, validate(package)) == []


def test_a_disagreement_is_found_where_it_stands(tmp_path: Path) -> None:
    """Catches a comparison that is blind: each side's findings are taken away in turn."""
    schema = {
        "fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "integer"}],
        "primaryKey": ["a"],
    }
    rows = [["1\n2", "5"], ["x", "six"], ["y", "7"], ["y", "8"]]
    root = packed(tmp_path, [Spec("t", schema, rows)]).root
    report = validate(root)
    assert oracle.compare(root, report) == []
    found = oracle.compare(root, replace(report, findings=()))
    assert [(f.rule, f.file, f.line, f.field) for f in found] == [
        ("reference-disagrees", "tables/t.csv", 4, "b"),
        ("reference-disagrees", "tables/t.csv", 6, None),
    ]
    own = [replace(f, line=2) for f in report if f.rule == "cell-type"]
    more = oracle.compare(root, replace(report, findings=[*report, *own]))
    assert [(f.severity, f.line, f.field) for f in more] == [("warning", 2, "b")]


def test_a_deselected_or_suppressed_finding_is_no_disagreement(tmp_path: Path) -> None:
    """Catches a comparison with a report that lacks what nobody asked for, or what may stay."""
    field = {"name": "a", "type": "integer"}
    root = packed(tmp_path, [Spec("t", {"fields": [field]}, [["six"]])]).root
    assert validate(root, reference=True).by_rule == {"cell-type": 1}
    assert validate(root, reference=True, select=["cell-enum"]).by_rule == {}
    (root / ALLOW_LIST).write_text('[[allow]]\nrule = "cell-type"\nreason = "old"\n', "utf-8")
    assert validate(root, reference=True).by_rule == {}


def test_a_disagreement_can_be_deselected_or_suppressed(tmp_path: Path) -> None:
    """Catches a rule that no option reaches, and its entry that is stale whatever is found."""
    field = {"name": "a", "type": "integer", "example": "many"}
    root = packed(tmp_path, [Spec("t", {"fields": [field]}, [["6"]])]).root
    assert validate(root, reference=True).by_rule == {"reference-disagrees": 1}
    assert validate(root, reference=True, ignore=["oracle"]).by_rule == {}
    entry = '[[allow]]\nrule = "reference-disagrees"\nreason = "an old example"\n'
    (root / ALLOW_LIST).write_text(entry, "utf-8")
    report = validate(root, reference=True)
    assert (report.by_rule, report.allowed) == ({}, {"reference-disagrees": 1})
    assert validate(root).by_rule == {}


def test_temporary_files_go_into_the_folder_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a zip that is unpacked in the system's folder, which may be small."""
    root = packed(tmp_path / "in", [Spec("t", {"fields": [{"name": "a", "type": "any"}]}, [])]).root
    file = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", root))
    (place := tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert validate(file, reference=True, temp_dir=place).by_rule == {}
    assert list(place.iterdir()) == []


NO_VALUE = [("yearmonth", "2024-1", "2024-01"), ("date", "2024-1-26", "2024-01-26")]


@pytest.mark.parametrize(("kind", "lax", "strict"), NO_VALUE)
@pytest.mark.parametrize("unique", [False, True])
def test_a_cell_of_another_type_takes_no_key(
    tmp_path: Path, kind: str, lax: str, strict: str, unique: bool
) -> None:
    """Catches a cell that is not of its type and yet takes a key from another row."""
    limits = {"constraints": {"unique": True}} if unique else {}
    fields = [{"name": "k", "type": kind, **limits}, {"name": "x", "type": "string"}]
    schema = {"fields": fields} | ({} if unique else {"primaryKey": ["k"]})
    folder = packed(tmp_path, [Spec("t", schema, [[lax, "x"], [strict, "x"]])])
    assert disagreements(folder) == []
    assert validate(folder.root).by_rule == {"cell-type": 1}


@pytest.mark.parametrize("limit", ["2024-01-26T15:00:00", "x"])
def test_a_crash_of_frictionless_is_no_verdict(tmp_path: Path, limit: str) -> None:
    """Catches a crash of the second validator that is taken for a verdict."""
    field = {"name": "a", "type": "datetime", "constraints": {"minimum": limit}}
    cells = [["2024-01-26T15:00:00Z"], ["2024-01-28T15:00:00"]]
    root = packed(tmp_path, [Spec("t", {"fields": [field]}, cells)]).root
    (found,) = oracle.compare(root, validate(root))
    assert found.rule == "reference-disagrees"
    assert "no verdict" in found.found


def test_frictionless_fetches_nothing(tmp_path: Path) -> None:
    """Catches a package that makes the second validator call home."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        folder = packed(tmp_path, [Spec("t", {"fields": [{"name": "a", "type": "any"}]}, [["x"]])])
        url = f"http://127.0.0.1:{port}/a.csv"
        folder.describe(lambda p: p["resources"].append({"name": "far", "path": url}))
        found = oracle.compare(folder.root, validate(folder.root))
        assert all(f.rule == "reference-disagrees" for f in found)
        with pytest.raises(TimeoutError):
            server.accept()


def test_what_is_not_read_leaves_the_rest_to_be_compared(tmp_path: Path) -> None:
    """Catches an address, or a key into what is not read, for which nothing is compared."""
    key = {"fields": ["a"], "reference": {"resource": "far", "fields": ["a"]}}
    schema = {"fields": [{"name": "a", "type": "integer"}], "foreignKeys": [key]}
    folder = packed(tmp_path, [Spec("t", schema, [["x"]])])
    fields = {"fields": schema["fields"]}
    far = {"name": "far", "path": "https://example.invalid/a.csv", "schema": fields}
    folder.describe(lambda p: p["resources"].append(far))
    found = validate(folder.root, reference=True).by_rule
    assert found.keys() == {"cell-type", "not-checked"}


def test_inline_texts_are_not_taken_for_one_another(tmp_path: Path) -> None:
    """Catches the row of one table that is compared with that of another in the descriptor."""
    schema = {"fields": [{"name": "a", "type": "integer"}]}
    folder = packed(tmp_path, [Spec("t", schema, [["1"]])])
    texts = {"one": "a\nx\n", "two": "a\n1\n"}
    inline = [{"name": n, "data": d, "format": "csv", "schema": schema} for n, d in texts.items()]
    folder.describe(lambda p: p["resources"].extend(inline))
    (found,) = validate(folder.root, reference=True)
    assert (found.rule, found.subject) == ("cell-type", "one, row 2, a")


def test_the_page_of_differences_is_up_to_date() -> None:
    """Catches a page that was not written anew; `oracle.page()` is its first part."""
    page = Path(__file__).parents[1] / "docs" / "validation-differences.md"
    assert page.read_text(encoding="utf-8").startswith(f"{oracle.page()}\n## ")
