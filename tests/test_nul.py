"""NUL in a descriptor: of two readers, one would drop it and the other keep it."""

import json
from pathlib import Path
from typing import Any

import pytest

import kzdata
from kzdata import PackageError, QueryError
from kzdata.engine.sql import identifier, literal
from packages import Folder, Spec, build

NUL = "9\0009"
FIELD = {"name": "a", "type": "integer"}
SCHEMAS: dict[str, dict[str, Any]] = {
    "missingValues": {"missingValues": ["", NUL], "fields": [FIELD]},
    "missingValues of a field": {"fields": [FIELD | {"missingValues": ["", NUL]}]},
    "labels": {"missingValues": [{"value": NUL, "label": "x"}], "fields": [FIELD]},
    "enum": {"fields": [FIELD | {"constraints": {"enum": [NUL]}}]},
    "categories": {"fields": [FIELD | {"type": "string", "categories": [NUL]}]},
    "pattern": {"fields": [FIELD | {"type": "string", "constraints": {"pattern": NUL}}]},
    "minimum": {"fields": [FIELD | {"constraints": {"minimum": NUL}}]},
    "maximum": {"fields": [FIELD | {"constraints": {"maximum": NUL}}]},
    "trueValues": {"fields": [FIELD | {"type": "boolean", "trueValues": ["true", NUL]}]},
    "falseValues": {"fields": [FIELD | {"type": "boolean", "falseValues": ["false", NUL]}]},
    "groupChar": {"fields": [FIELD | {"groupChar": "\0"}]},
    "decimalChar": {"fields": [FIELD | {"type": "number", "decimalChar": "\0"}]},
    "delimiter of a list": {"fields": [FIELD | {"type": "list", "delimiter": "\0"}]},
    "format": {"fields": [FIELD | {"type": "date", "format": "%Y\0"}]},
    "name": {"fields": [FIELD, {"name": NUL, "type": "string"}]},
    "title": {"fields": [FIELD | {"title": NUL}]},
    "a name of a member": {"fields": [FIELD | {"my\0own": 1}]},
    "deep inside": {"fields": [FIELD], "x": [{"y": [1, {"z": NUL}]}]},
    "a key": {"fields": [FIELD], "primaryKey": [NUL]},
}


def rules(folder: Folder) -> set[str]:
    return {finding.rule for finding in kzdata.validate(folder.root)}


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("name", SCHEMAS)
def test_nul_in_a_schema_is_a_finding(tmp_path: Path, name: str, apart: bool) -> None:
    """Catches a limit that is not asked for, since SQL takes 9, NUL, 9 for 99."""
    folder = build(tmp_path, [Spec("t", {"fields": [FIELD]}, [["99"]])])
    schema = SCHEMAS[name]
    (folder.root / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    stated = "schema.json" if apart else schema
    folder.describe(lambda whole: whole["resources"][0].update(schema=stated))
    found = [one for one in kzdata.validate(folder.root) if one.rule == "descriptor"]
    told = [one for one in found if "without NUL" in str(one)]
    assert told, found
    with pytest.raises(PackageError, match="without NUL"):
        kzdata.load(folder.root)


@pytest.mark.parametrize("place", ["package", "resource", "dialect", "dialect apart"])
def test_nul_beside_a_schema_is_a_finding(tmp_path: Path, place: str) -> None:
    """Catches a text of the descriptor that only some of its readers see whole."""
    folder = build(tmp_path, [Spec("t", {"fields": [FIELD]}, [["99"]])])
    dialect = {"nullSequence": NUL}
    (folder.root / "dialect.json").write_text(json.dumps(dialect), encoding="utf-8")

    def change(described: dict[str, Any]) -> None:
        resource = described["resources"][0]
        if place == "package":
            described["keywords"] = [NUL]
        elif place == "resource":
            resource["title"] = NUL
        else:
            resource["dialect"] = dialect if place == "dialect" else "dialect.json"

    folder.describe(change)
    assert "descriptor" in rules(folder)


def test_the_same_text_without_nul_is_no_finding(tmp_path: Path) -> None:
    """Catches a rule that finds fault with every other control character, or with a backslash."""
    schema = {"missingValues": ["", "\\u0000", "\u0001", "␀"], "fields": [FIELD]}
    folder = build(tmp_path, [Spec("t", schema, [["99"]])])
    assert "descriptor" not in rules(folder)


def test_no_text_of_a_cell_means_a_missing_value(tmp_path: Path) -> None:
    """Catches a mark of kzdata's own that a stranger writes into a cell, so that none checks it."""
    constraints = {"enum": ["x"], "pattern": "x"}
    field = {"name": "a", "type": "string", "constraints": constraints}
    cells = ["\\kzdata:null\\", "NULL", "\\N", "null", "None"]
    folder = build(tmp_path, [Spec("t", {"fields": [field]}, [[cell] for cell in cells])])
    found = [one.found for one in kzdata.validate(folder.root) if one.rule == "cell-enum"]
    assert found == cells
    with kzdata.load(folder.root) as kz:
        assert kz.sql("select a from t").rows() == [(cell,) for cell in cells]


@pytest.mark.parametrize("text", ["\0", "9\0009", "\ud800", "a\udfffb"])
def test_sql_refuses_a_text_it_cannot_hold(text: str) -> None:
    """Catches a literal that stands for another text than the one it was made of."""
    for written in (literal, identifier):
        with pytest.raises(QueryError, match="SQL has no text for that"):
            written(text)


def test_sql_keeps_every_other_character() -> None:
    """Catches a character that a literal, or a name, loses or changes on its way."""
    from kzdata.engine.database import Database

    letters = [chr(n) for n in range(1, 0x110000, 1) if not 0xD800 <= n < 0xE000]
    chunks = ["".join(letters[n : n + 50_000]) for n in range(0, len(letters), 50_000)]
    with Database() as database:
        for chunk in chunks:
            ((text,),) = database.rows(f"SELECT {literal(chunk)}")
            assert text == chunk
        for name in ("\x01\x1e\x1f", "\x7f\x80\u2028", "\ufeff\ufffe", "a\"b'c\\"):
            ((text,),) = database.rows(
                f"SELECT {identifier(name)} FROM (SELECT {literal(name)} AS {identifier(name)})"
            )
            assert text == name
