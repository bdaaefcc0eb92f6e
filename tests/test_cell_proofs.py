"""A cell that passes its column's cheap test breaks none of the column's rules."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzdata.engine.database import Database
from kzdata.engine.sql import absent, identifier, literal
from kzdata.standard.descriptor import FieldDescriptor
from kzdata.validation.reading import keeps_all
from kzdata.validation.rule import in_group
from strategies import WORDS, cells, fields


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with Database(1) as opened:
        yield opened


def judged(
    database: Database, field: FieldDescriptor, text: str, missing: list[str]
) -> tuple[bool | None, list[str]]:
    """What the cheap test says of a cell, and which rules it breaks."""
    raw = identifier(field.name)
    checks = {rule.name: rule.check(field, absent(raw, missing), raw) for rule in in_group("cell")}
    # What hides in a cell is looked for apart from the rest.
    found = {n: check for n, check in checks.items() if check and not check.proven_by_bytes}
    good = keeps_all(field, missing, found.values())
    columns = ", ".join([good, *(check.broken for check in found.values())])
    ((passes, *broken),) = database.rows(
        f"SELECT {columns} FROM (SELECT {literal(text)} AS {raw}) given"
    )
    return passes, [name for name, breaks in zip(found, broken, strict=True) if breaks]


@given(field=fields(), text=cells, missing=st.lists(st.sampled_from(WORDS), max_size=2))
def test_a_cell_that_the_proofs_clear_breaks_no_rule(
    database: Database, field: FieldDescriptor, text: str, missing: list[str]
) -> None:
    passes, broken = judged(database, field, text.replace("\0", ""), missing)
    assert not (passes and broken)


@pytest.mark.parametrize(
    ("kind", "limits", "text"),
    [
        ("string", {"required": True, "pattern": "A-[0-9]{2}"}, "A-12"),
        ("string", {"enum": ["killed", "injured"]}, "injured"),
        ("string", {"enum": ["killed", "injured"]}, ""),
        ("string", {"minLength": 3, "maxLength": 20}, "twelve letters"),
        ("string", {}, "words"),
        ("any", {}, "words"),
        ("integer", {"minimum": 0, "maximum": 100}, "100"),
        ("integer", {"minimum": 0}, ""),
        ("number", {"minimum": -90, "maximum": 90}, "43.25"),
        ("date", {"minimum": "2000-01-01"}, "2022-01-05"),
    ],
)
def test_the_proofs_clear_a_usual_cell(
    database: Database, kind: str, limits: dict[str, Any], text: str
) -> None:
    described = {"name": "x", "type": kind, "constraints": limits}
    field = FieldDescriptor.make(described)
    assert judged(database, field, text, [""]) == (True, [])
