"""Names that the standard tells apart and SQL does not: `x` and `X`, `x` and `x`."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kzdata import PackageError, load
from kzdata.standard.inner_names import inner_names, inner_of, places, stated
from kzdata.validation import Report, validate

ALIKE = ("x", "X", "", "kz_ord", "KZ_ORD", "ß", "SS", "rowid", "a,b", 'a"b')
names = st.lists(st.sampled_from(ALIKE) | st.text("xX", max_size=2), min_size=1, max_size=6)


def written(root: Path, *tables: dict[str, Any], **files: str) -> Path:
    """A package of these tables, and of files by the part of their names before `.csv`."""
    root.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (root / f"{name}.csv").write_text(text, encoding="utf-8")
    described = {"name": "alike", "resources": list(tables)}
    (root / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    return root


def table(*fields: dict[str, Any], name: str = "t", **schema: Any) -> dict[str, Any]:
    return {"name": name, "path": "t.csv", "schema": {"fields": list(fields), **schema}}


def whole(name: str) -> dict[str, Any]:
    return {"name": name, "type": "integer"}


def told(report: Report) -> list[tuple[Any, ...]]:
    found = (one for one in report if one.rule != "recommendation")
    return [(one.rule, one.line, one.column, one.field, one.found) for one in found]


@given(names)
def test_inner_names_are_one_each_to_sql(given_names: list[str]) -> None:
    """Catches two columns that SQL takes for one, and a name that is lost."""
    made = inner_names(given_names, taken=["kz_ord"])
    assert len({name.casefold() for name in made} | {"kz_ord"}) == len(made) + 1
    assert [stated(name) for name in made] == given_names
    assert places(given_names, made) == list(made)
    for name in given_names:
        once = given_names.count(name) == 1
        assert inner_of(name, made) == (made[given_names.index(name)] if once else None)


@given(names, st.lists(st.lists(st.sampled_from(["1", "22", "a", ""]), min_size=6, max_size=6)))
@settings(max_examples=15)
def test_columns_alike_are_checked_as_columns_that_are_not(
    tmp_path_factory: pytest.TempPathFactory, given_names: list[str], rows: list[list[str]]
) -> None:
    """Catches a column whose cells are checked by the type, or in the place, of another one."""
    found = []
    distinct = [f"column{place}" for place in range(len(given_names))]
    for header in (given_names, distinct):
        fields = [whole(name) for name in header]
        fields[-1] = {"name": header[-1], "type": "string", "constraints": {"required": True}}
        cells = [header, *(row[: len(header)] for row in rows)]
        lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells]
        root = tmp_path_factory.mktemp("alike")
        report = validate(written(root, table(*fields), t="\n".join(lines) + "\n"))
        assert report.rows == {"t": len(rows)}
        own = dict(zip(header, distinct, strict=True))
        found.append([
            (*rest, own[field or ""] if len(own) == len(header) else "", text)
            for *rest, field, text in told(report)
        ])  # fmt: skip
    if len(set(given_names)) == len(given_names):
        assert found[0] == found[1]
    assert [one[:3] for one in found[0]] == [one[:3] for one in found[1]]


def test_names_that_differ_in_case_are_two_columns(tmp_path: Path) -> None:
    """ "MUST be unique amongst other field names": `x` and `X` are two."""
    fields = [whole("x"), {"name": "X", "constraints": {"unique": True}}]
    package = written(tmp_path, table(*fields, primaryKey=["X"]), t="x,X\na,1\n2,1\n")
    assert told(validate(package)) == [
        ("cell-type", 2, 1, "x", "a"),
        ("primary-key", 2, 3, "X", "1"),
        ("unique-key", 2, 3, "X", "1"),
        ("primary-key", 3, 3, "X", "1"),
        ("unique-key", 3, 3, "X", "1"),
    ]


def test_a_column_that_is_not_there_has_its_own_name(tmp_path: Path) -> None:
    """Catches an inner name that a person sees."""
    report = validate(written(tmp_path, table(whole("x"), whole("X")), t="x\n1\n"))
    assert report.unchecked == ("t.csv: X: not in the header; mend that first",)


def test_columns_of_one_name_follow_their_order(tmp_path: Path) -> None:
    """Fields of one name are no invalid descriptor: each is checked by its own declaration."""
    fields = [whole("x"), {"name": "y"}, {"name": "x", "type": "boolean"}]
    package = written(tmp_path, table(*fields), t="x,y,x\n1,b,true\ntrue,b,no\n")
    assert told(validate(package)) == [
        ("cell-type", 3, 1, "x", "true"),
        ("cell-type", 3, 8, "x", "no"),
    ]


@pytest.mark.parametrize(("header", "fits"), [
    ("x,y,x", True), ("x,x,y", True), ("x,y", False), ("x,x,x,y", False), ("X,x,y", False),
])  # fmt: skip
def test_a_header_holds_a_name_as_often_as_the_fields(
    tmp_path: Path, header: str, fits: bool
) -> None:
    """Catches `equal` that counts a name once, however often it is there."""
    fields = [{"name": name} for name in "xyx"]
    cells = ",".join("1" for _ in header.split(","))
    package = written(tmp_path, table(*fields, fieldsMatch="equal"), t=f"{header}\n{cells}\n")
    assert validate(package).by_rule == ({} if fits else {"csv-header": 1})


def test_a_key_over_one_of_two_columns_is_not_checked(tmp_path: Path) -> None:
    """Catches a key that is asked of whichever column comes first, without a word."""
    fields = [whole("x"), whole("x"), whole("y")]
    keys: dict[str, Any] = {"primaryKey": ["x"], "uniqueKeys": [["y"], ["x", "y"]]}
    foreign = [{"fields": ["x"], "reference": {"fields": ["y"]}},
               {"fields": ["y"], "reference": {"fields": ["x"]}}]  # fmt: skip
    package = written(tmp_path, table(*fields, **keys, foreignKeys=foreign),
                      t="x,x,y\n1,1,1\n1,2,1\n")  # fmt: skip
    report = validate(package)
    assert report.by_rule == {"not-checked": 4, "unique-key": 2}
    assert report.rows == {"t": 2}
    said = [one.found for one in report if one.rule == "not-checked"]
    assert all("the name of several columns" in words for words in said)


def test_foreign_keys_lead_to_the_column_and_table_of_their_name(tmp_path: Path) -> None:
    """Catches a key that is sought in the column, or the table, that differs in case."""
    upper = table(whole("k"), whole("K"), name="T")
    lower = table(whole("id"), name="t") | {"path": "u.csv"}
    keys = [
        {"fields": ["a"], "reference": {"resource": "T", "fields": ["K"]}},
        {"fields": ["a"], "reference": {"resource": "t", "fields": ["id"]}},
    ]
    child = table(whole("a"), name="child", foreignKeys=keys) | {"path": "c.csv"}
    texts = {"t": "k,K\n1,2\n", "u": "id\n2\n3\n", "c": "a\n2\n3\n1\n"}
    report = validate(written(tmp_path, lower, upper, child, **texts))
    found = [(one.line, one.expected) for one in report if one.rule == "foreign-key"]
    assert found == [(3, "a key of T"), (4, "a key of T"), (4, "a key of t")]
    assert report.by_rule == {"foreign-key": 3, "recommendation": 1}
    assert report.rows == {"t": 2, "T": 1, "child": 3}


@pytest.mark.parametrize(("names", "said"), [
    (("x", "X"), "columns 'x' and 'X' have one name"), (("x", "x"), "columns 'x' and 'x'"),
    (("kz_ord",), "'kz_ord' of a column is no name in SQL, or reserved"), (("",), "'' of a column"),
])  # fmt: skip
def test_sql_says_which_name_it_does_not_tell_apart(
    tmp_path: Path, names: tuple[str, ...], said: str
) -> None:
    """Catches a table in which one column hides another."""
    cells = ",".join('"1"' for _ in names)
    header = ",".join(f'"{name}"' for name in names)
    package = written(tmp_path, table(*map(whole, names)), t=f"{header}\n{cells}\n")
    assert validate(package).by_rule == ({} if all(names) else {"recommendation": 1})
    with pytest.raises(PackageError, match=said):
        load(package)


def test_sql_says_which_table_it_does_not_tell_apart(tmp_path: Path) -> None:
    """Catches a table that another one hides."""
    package = written(tmp_path, table(whole("x")), table(whole("x"), name="T"), t="x\n1\n")
    with pytest.raises(PackageError, match="T: another table has this name in SQL"):
        load(package)


def test_declarations_ask_for_names_of_their_own(tmp_path: Path) -> None:
    """Catches receipts that are sought for the column of another case."""
    key: dict[str, Any] = {"primaryKey": ["id"]}
    for declared in ({"kzdata:parent": "X"}, {"kzdata:parent": "x"}):
        fields = [{"name": "id"}, {"name": "x"}, {"name": "X"}]
        package = written(tmp_path, table(*fields, **key, **declared), t="id,x,X\n1,,\n")
        assert validate(package).by_rule == {"descriptor": 1}
    fields[1] |= {"kzdata:evidence": "required"}
    package = written(tmp_path, table(*fields, **key), t="id,x,X\n1,,\n")
    assert any(f.field and f.field.endswith("kzdata:evidence") for f in validate(package))
