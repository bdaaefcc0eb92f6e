"""Keys that are kept as numbers: nothing is found that their texts would not tell, and no less."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kzdata.engine.database import Database
from kzdata.engine.sql import identifier
from kzdata.standard.descriptor import FieldDescriptor
from kzdata.validation import Finding, validate
from kzdata.validation.numbered import Shape, number_of, shape_of
from packages import Spec, build, column, key

SHAPES = [Shape("", 1), Shape("", 8), Shape("A-", 3), Shape("EV-", 8), Shape("abcdefg", 8)]
# What a reader of numbers could take for digits, and letters of one, two and more bytes.
ODD = "0123456789 +-._eExX/:\x00\t\x7f\u0080\u0660é\uff10\U0001d7ce"


def numbers_of(database: Database, shape: Shape, texts: list[str]) -> list[int | None]:
    """What SQL makes of some texts."""
    relation = f"(SELECT unnest(CAST(? AS VARCHAR[])) AS {identifier('x')})"
    for name, step in shape.steps("x"):
        relation = f"(SELECT *, {step} AS {identifier(name)} FROM {relation})"
    return [
        number for (number,) in database.rows(f"SELECT {number_of('x')} FROM {relation}", [texts])
    ]


@given(
    shape=st.sampled_from(SHAPES),
    ends=st.lists(st.text(st.sampled_from(ODD), max_size=9), min_size=1, max_size=20),
    digits=st.lists(st.integers(0, 10**8 - 1), max_size=20),
)
@settings(deadline=None)
def test_a_text_has_a_number_where_it_has_the_form(
    shape: Shape, ends: list[str], digits: list[int]
) -> None:
    """Catches a text that is taken for a number of another one, and one that is not read."""
    ends = [end.replace("\0", "") for end in ends]
    texts = [shape.letters + end for end in ends]
    texts += [shape.letters + str(n % 10**shape.digits).zfill(shape.digits) for n in digits]
    texts += [text[:-1] + odd for text in texts[-3:] for odd in ODD[10:] if odd != "\0"]
    expected = [int(t[len(shape.letters) :]) if shape.fits(t) else None for t in texts]
    with Database() as database:
        assert numbers_of(database, shape, texts) == expected
        known = [number for number in expected if number is not None]
        query = f"SELECT {shape.text('n')} FROM (SELECT unnest(CAST(? AS UINTEGER[])) AS n)"
        read = [text for (text,) in database.rows(query, [known])]
    assert read == [text for text in texts if shape.fits(text)]


def test_each_character_in_each_place() -> None:
    """Catches a character that is taken for a digit in one of the places."""
    text = "EV-01234567"
    texts = [text[:at] + chr(code) + text[at + 1 :] for at in range(11) for code in range(1, 0x180)]
    shape = Shape("EV-", 8)
    expected = [int(t[3:]) if shape.fits(t) else None for t in texts]
    with Database() as database:
        assert numbers_of(database, shape, texts) == expected


@pytest.mark.parametrize(("pattern", "missing", "shape"), [
    ("EV-[0-9]{8}", [""], Shape("EV-", 8)), (r"^EV-\d{8}$", [""], Shape("EV-", 8)),
    ("[0-9]{4}", [""], Shape("", 4)), ("EV-[0-9]{9}", [""], None), ("EV-[0-9]+", [""], None),
    ("EV.[0-9]{4}", [""], None), ("(EV)-[0-9]{4}", [""], None), ("A|B-[0-9]{4}", [""], None),
    ("EV-[0-9]{8}", ["EV-00000000"], None), ("EV-[0-9]{8}", ["EV-"], Shape("EV-", 8)),
    ("abcdefgh[0-9]{8}", [""], None), ("EV-[0-9]{3,8}", [""], None),
])  # fmt: skip
def test_the_form_by_the_pattern(pattern: str, missing: list[str], shape: Shape | None) -> None:
    """Catches a form that a pattern does not have, or that stands for no value."""
    field = FieldDescriptor.make(column("id", pattern=pattern))
    assert shape_of(field, missing) == shape


# ------------------------------------------------------------------------------ packages

NUMBERS = st.one_of(st.integers(0, 6), st.sampled_from([40, 9_999]))
CELLS = st.one_of(
    NUMBERS.map("K-{:04}".format),
    NUMBERS.map("K-{:04}".format),
    st.sampled_from(
        ["", "none", "K-0001 ", "K-+001", "K-1e03", "k-0001", "K-\u0660001", "K-00001"]
    ),
)
CLEAN = NUMBERS.map("K-{:04}".format)
PARENTS = st.one_of(
    st.integers(1, 12).map(lambda most: [f"K-{n:04}" for n in range(most)]),
    st.lists(CLEAN, min_size=1, max_size=12),
    st.lists(CELLS, min_size=1, max_size=12),
)
CHILDREN = st.lists(st.tuples(st.one_of(CLEAN, CELLS), CLEAN), min_size=1, max_size=12)


@contextmanager
def package(parents: list[str], children: list[tuple[str, str]], required: bool) -> Iterator[Path]:
    """Two tables; of the second one column leads to the first, and the key has two parts."""
    shaped: dict[str, Any] = {"pattern": "K-[0-9]{4}"}
    if required:
        shaped["required"] = True
    missing = {"missingValues": ["", "none"]}
    own = {"fields": [column("id", **shaped), column("note")], "primaryKey": ["id"], **missing}
    other = {
        "fields": [column("a", pattern="K-[0-9]{4}"), column("b", pattern="K-[0-9]{4}")],
        "uniqueKeys": [["a"], ["a", "b"]],
        "foreignKeys": [key("a", "parents", "id"), key("a b", "children", "b a")],
        **missing,
    }
    with tempfile.TemporaryDirectory() as folder:
        notes = [(parent, "=1" if n % 3 else "x") for n, parent in enumerate(parents)]
        specs = [Spec("parents", own, notes), Spec("children", other, children)]
        with patch("kzdata.validation.runner.NUMBERED_BYTES", 0):
            yield build(Path(folder) / "package", specs).root


def findings(root: Path) -> Sequence[Finding]:
    return validate(root).findings


@given(PARENTS, CHILDREN, st.booleans())
@example(["K-0000", "K-0001", "K-0003"], [("K-0002", "K-0000")], True)
@example(["K-0000", "K-0001", "K-0003"], [("K-0003", "K-0000"), ("K-0004", "K-0000")], False)
@example(["K-0000", "K-0001", "K-0001"], [("", "K-0000"), ("K-0001", "K-0000")], False)
@settings(max_examples=40, deadline=None)
def test_numbers_and_texts_find_the_same(
    parents: list[str], children: list[tuple[str, str]], required: bool
) -> None:
    """Catches a key that its number hides, or a row that a set of bits forgets."""
    with package(parents, children, required) as root:
        numbered = findings(root)
        with patch("kzdata.validation.runner.keys_alone", lambda _: False):
            assert numbered == findings(root)
        with patch("kzdata.validation.numbered.MAX_BITS", 0):
            assert numbered == findings(root)


def test_numbers_are_used() -> None:
    """Catches a comparison of two runs that are the same."""
    taken: list[str] = []
    rows = Database.rows

    def noted(self: Database, sql: str, *rest: Any) -> Any:
        taken.append(sql)
        return rows(self, sql, *rest)

    tables = package(["K-0000", "K-0001"], [("K-0001", "K-0000")], True)
    with tables as root, patch.object(Database, "rows", noted):
        validate(root, threads=1)
    assert any("bitstring_agg" in sql for sql in taken)
