"""Descriptors in YAML: they may be so "if supported by corresponding implementations"."""

import json
import re
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import kzdata
from kzdata.errors import MissingExtraError, NotReadError, PackageError
from kzdata.files import yaml_values
from kzdata.files.yaml_values import NotYAMLError, parsed
from kzdata.standard.writer import seal
from kzdata.validation import validate

DESCRIBED = """\
name: fruits
created: 2024-01-26T15:00:00Z
resources:
  - &one
    name: fruits
    type: table
    path: fruits.csv
    schema: schema.yml
"""
SCHEMA = """\
fields:
  - {name: id, type: integer}
  - {name: name, type: string, constraints: {enum: [no, apple]}}
missingValues: ["", NO]
"""


@pytest.fixture
def fruits(tmp_path: Path) -> Path:
    """A package whose descriptor and schema are YAML."""
    (tmp_path / "fruits").mkdir()
    for name, text in {
        "datapackage.yaml": DESCRIBED,
        "schema.yml": SCHEMA,
        "fruits.csv": "id,name\n1,apple\nx,no\n3,NO\n",
    }.items():
        (tmp_path / "fruits" / name).write_text(text)
    return tmp_path / "fruits"


def test_a_package_in_yaml_is_validated(fruits: Path) -> None:
    """Catches a folder that is no package, and findings that name a file which is not there."""
    report = validate(fruits)
    assert report.package == "fruits"
    assert report.by_rule == {"cell-type": 1, "recommendation": 2}
    assert {(f.file, f.line) for f in report} == {("datapackage.yaml", None), ("fruits.csv", 3)}
    assert [validate(fruits / "datapackage.yaml").by_rule] == [report.by_rule]
    with zipfile.ZipFile(fruits.parent / "fruits.zip", "w") as archive:
        for file in fruits.iterdir():
            archive.write(file, f"top/{file.name}")
    assert validate(fruits.parent / "fruits.zip").by_rule == report.by_rule
    (fruits / "datapackage.yaml").rename(fruits / "datapackage.yml")
    assert validate(fruits).by_rule == report.by_rule
    (fruits / "datapackage.json").write_text('{"name": "other", "resources": []}')
    assert validate(fruits).package == "other"


def test_yaml_that_is_no_object_is_a_finding_of_its_file(fruits: Path) -> None:
    """Catches a finding in a `datapackage.json` that is not there."""
    (fruits / "datapackage.yaml").write_text("- a\n- b\n")
    (finding,) = validate(fruits)
    assert (finding.file, finding.rule) == ("datapackage.yaml", "descriptor")


def test_a_package_in_yaml_is_read_and_saved_as_json(fruits: Path, tmp_path: Path) -> None:
    """Catches YAML that is written into a file of JSON, and a second descriptor."""
    (fruits / "fruits.csv").write_text("id,name\n1,apple\n2,no\n3,NO\n")
    with kzdata.load(fruits) as kz:
        assert [row.name for row in kz.tables["fruits"]] == ["apple", "no", None]
        kz.save(tmp_path / "copy")
    assert validate(tmp_path / "copy").by_rule == {}
    assert json.loads((tmp_path / "copy/schemas/fruits.json").read_text())["fields"]
    with pytest.raises(PackageError, match="write it as JSON"):
        seal(fruits)
    assert not (fruits / "datapackage.json").exists()


def test_without_the_library_the_way_is_named(
    fruits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a trace in place of the command that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kzdata\[yaml\]'"):
        validate(fruits)
    described = {"resources": [{"name": "t", "path": "fruits.csv", "schema": "schema.yml"}]}
    (fruits / "datapackage.json").write_text(json.dumps(described))
    (finding,) = validate(fruits)
    assert (finding.rule, finding.fix) == ("not-checked", "pip install 'kzdata[yaml]'")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", {"a": "no"}),
        ("a: 2022-01-05", {"a": "2022-01-05"}),
        ("a: 12:30:00", {"a": "12:30:00"}),
        ("a: 010", {"a": 10}),
        ("a: 0x10", {"a": "0x10"}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: [1, -1.5, 1e3, .5, ~, null, true, 'true', \"1\"]", None),
        ("a: .nan", {"a": ".nan"}),
        ("1: a", {"1": "a"}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("<<: {a: 1}\nb: 2", {"<<": {"a": 1}, "b": 2}),
        ("", None),
    ],
)
def test_scalars_are_those_of_the_core_schema(text: str, value: Any) -> None:
    """Catches Norway as false, and a day as a date that JSON does not have."""
    listed = {"a": [1, -1.5, 1000.0, 0.5, None, None, True, "true", "1"]}
    assert parsed(text) == (listed if text.startswith("a: [") else value)


@pytest.mark.parametrize(
    "text",
    [
        "a: [1",
        "a: !!python/object/apply:os.system ['true']",
        "a: !!int x",
        "? [1]\n: 2",
        "a: b\n---\nc: d",
        "a: *b",
        "\ta: 1",
        "a: \x00",
    ],
)
def test_what_is_no_yaml_is_said(text: str, fruits: Path) -> None:
    """Catches an object that is made, and an error that nobody expected."""
    if "python" in text:  # a tag that is not known is none: its value is read as what it is
        assert parsed(text) == {"a": ["true"]}
        return
    with pytest.raises(NotYAMLError):
        parsed(text)
    (fruits / "schema.yml").write_text(text)
    assert "descriptor" in validate(fruits).by_rule


def test_aliases_do_not_multiply(fruits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a few aliases that stand for a billion values, and one that stands for itself."""
    monkeypatch.setattr(yaml_values, "MAX_VALUES", 10_000)
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    for text in ("\n".join(lines), "a: &a\n  b: *a", "[" * 5000, "a: " + "[" * 90 + "]" * 90):
        (fruits / "datapackage.yaml").write_text(text)
        before = time.monotonic()
        try:
            assert not validate(fruits).valid
        except NotReadError as error:
            assert re.search("nested too deep|over 10,000 values", str(error))
        assert time.monotonic() - before < 20
    (fruits / "datapackage.yaml").write_text("a: " + "b" * yaml_values.MAX_BYTES)
    with pytest.raises(PackageError, match="write it as JSON"):
        validate(fruits)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e300, 1e300) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=3), st.booleans())
def test_what_is_written_is_read(value: dict[str, Any], flow: bool) -> None:
    """Catches a value that another writer writes, and that is another one here."""
    text = yaml.safe_dump(value, default_flow_style=flow)
    assert parsed(text) == value


@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"#%@?, \n1")))
def test_any_text_is_yaml_or_not(text: str) -> None:
    """Catches any other error than ours."""
    with suppress(NotYAMLError, RecursionError):
        parsed(text)
