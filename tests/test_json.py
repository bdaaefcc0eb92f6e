"""Descriptors and schemas as JSON: what is none, and where; names that stand twice."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kzdata.errors import NotJSONError, PackageError
from kzdata.files.archive import MAX_TWINS, read_json

WORDS = ["{", "}", "[", "]", ",", ":", '"a"', '"\\"', "1", "NaN", "-Infinity", "\n", "é", "nul"]
texts = st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=12).map("".join)
pairs = st.lists(st.tuples(st.text("ab", max_size=2), st.integers(0, 9)), max_size=8)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("json") / "one.json"


def refused(word: str) -> None:
    raise ValueError(word)


@given(texts.map(str.encode) | st.binary(max_size=20))
@settings(max_examples=300)
def test_what_is_no_json_object_is_said_with_its_place(file: Path, content: bytes) -> None:
    """Catches a traceback, JSON that is none, and a place beyond the text."""
    file.write_bytes(content)
    try:
        expected = json.loads(content.decode("utf-8-sig"), parse_constant=refused)
    except ValueError:
        expected = None
    try:
        found, _ = read_json(file, "one.json")
    except NotJSONError as error:
        assert not isinstance(expected, dict)
        if error.line is not None and error.column is not None:
            lines = content.split(b"\n")
            assert 1 <= error.line <= len(lines)
            assert 1 <= error.column <= len(lines[error.line - 1]) + 1
            assert str(error).startswith(f"one.json:{error.line}:{error.column}: ")
    except PackageError as error:  # what UTF-8 has no bytes for
        assert "surrogate" in str(error)
    else:
        assert found == expected


@given(pairs, st.booleans())
def test_names_that_stand_twice_are_told_and_the_last_counts(
    file: Path, members: list[tuple[str, int]], inside: bool
) -> None:
    """Catches a twin that is not told, or a reader that takes another value than the rest."""
    text = "{" + ",".join(f"{json.dumps(name)}: {value}" for name, value in members) + "}"
    file.write_text(f'{{"x": [{text}]}}' if inside else text)
    found, twins = read_json(file, "one.json")
    names = [name for name, _ in members]
    assert set(twins) == {name for name in names if names.count(name) > 1}
    assert (found["x"][0] if inside else found) == dict(members)


def test_as_many_twins_as_are_told(file: Path) -> None:
    """Catches a descriptor of twins that fills a report."""
    file.write_text('{"x": [' + ",".join(f'{{"n{n}":1,"n{n}":2}}' for n in range(500)) + "]}")
    assert len(read_json(file, "one.json")[1]) == MAX_TWINS
