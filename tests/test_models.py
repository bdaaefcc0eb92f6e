"""The row models, the schemas and the generated pages say the same, and the shipped rows fit."""

import ast
import csv
import inspect
import io
import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import ValidationError
from pydantic.fields import FieldInfo

import kzdata
from kzdata import models
from kzdata.files.archive import opened
from kzdata.standard import row_models as rows
from kzdata.standard.dataset import Table
from kzdata.standard.descriptor import Descriptor
from kzdata.standard.parsing import parse
from kzdata.standard.row_models import Row

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "docs" / "contributing"))

import reference  # noqa: E402

TABLES: dict[str, dict[str, Any]] = {
    entry["name"]: json.loads((ROOT / entry["schema"]).read_bytes())
    for entry in json.loads((ROOT / "datapackage.json").read_bytes())["resources"]
    if "schema" in entry
}
FIELDS = [(table, field) for table, schema in TABLES.items() for field in schema["fields"]]
NAMES = [f"{table}.{field['name']}" for table, field in FIELDS]
TYPES = {"string": str, "integer": int, "number": Decimal, "boolean": bool, "date": date}


@pytest.fixture(scope="module")
def descriptor() -> Descriptor:
    with opened(ROOT) as archive:
        return parse(archive)


def stated(info: FieldInfo) -> dict[str, Any]:
    """All that a model says of a field, in a form that compares."""
    return {
        "type": info.annotation,
        "required": info.is_required(),
        "default": None if info.is_required() else info.get_default(),
        "limits": sorted(map(repr, info.metadata)),
        "description": info.description,
    }


def examples(table: str) -> dict[str, str]:
    """A row made of the examples that the schema gives."""
    fields = TABLES[table]["fields"]
    return {f["name"]: str(f["example"]) for f in fields if f.get("example") not in (None, "")}


def cell(value: object) -> str:
    """A typed value as the CSV writes it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


# ------------------------------------------------------------------------------ models = schemas


def test_there_is_a_model_for_each_table() -> None:
    """Catches a table that was added to the package and forgotten in the SDK, or the reverse."""
    assert list(models.MODELS) == list(TABLES)
    assert len(set(models.MODELS.values())) == len(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_a_written_out_model_has_the_columns_of_its_schema(table: str) -> None:
    """Catches a column that was renamed, moved or dropped on one side only."""
    assert list(models.MODELS[table].model_fields) == [f["name"] for f in TABLES[table]["fields"]]


@pytest.mark.parametrize("table", TABLES)
def test_a_written_out_model_is_the_derived_one(table: str, descriptor: Descriptor) -> None:
    """Catches a type, limit, default or description edited by hand in `kzdata.models`."""
    written = models.MODELS[table]
    derived = rows.row_model(table, descriptor.tables[table].schema)
    assert written.__name__ == derived.__name__ == rows.class_name(table)
    for name, info in derived.model_fields.items():
        assert stated(written.model_fields[name]) == stated(info), name
    assert written.model_config == derived.model_config


@pytest.mark.parametrize("table", TABLES)
def test_a_model_is_documented_as_its_table(table: str) -> None:
    """Catches a class whose docstring describes an older table."""
    words = inspect.cleandoc(models.MODELS[table].__doc__ or "").split()
    assert words == TABLES[table]["description"].split()


@pytest.mark.parametrize(("table", "field"), FIELDS, ids=NAMES)
def test_a_model_means_what_the_schema_says(table: str, field: dict[str, Any]) -> None:
    """Catches what both forms of the model have wrong: here they meet the JSON itself."""
    constraints = field.get("constraints", {})
    info = models.MODELS[table].model_fields[field["name"]]
    required = bool(constraints.get("required"))
    kind = info.annotation
    if not required:
        assert NoneType in get_args(kind)
        kind = next(part for part in get_args(kind) if part is not NoneType)
    assert info.is_required() == required
    assert info.description == field["description"]
    if "enum" in constraints:
        assert get_origin(kind) is Literal
        assert list(get_args(kind)) == constraints["enum"]
    else:
        assert kind is TYPES[field["type"]]


@pytest.mark.parametrize("table", TABLES)
def test_the_examples_of_a_schema_make_a_row(table: str) -> None:
    """Catches an example that its own schema forbids."""
    row = models.MODELS[table].model_validate_strings(examples(table))
    assert {name: cell(value) for name, value in row if value is not None} == examples(table)


def breaches(field: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """For each constraint of a field, a cell that just breaks it; None for no cell."""
    limits = field.get("constraints", {})
    if limits.get("required"):
        yield "required", None
    if "enum" in limits:
        yield "enum", f"{limits['enum'][0]}x"
    if "pattern" in limits:
        yield "pattern", "\x01"
    if "maxLength" in limits:
        yield "maxLength", "x" * (limits["maxLength"] + 1)
    if "minLength" in limits:
        yield "minLength", "x" * (limits["minLength"] - 1)
    for name, step in (("minimum", -1), ("maximum", 1)):
        if name in limits and field["type"] == "date":
            yield name, (date.fromisoformat(limits[name]) + timedelta(step)).isoformat()
        elif name in limits:
            yield name, str(Decimal(str(limits[name])) + step)
    if field["type"] in ("integer", "number", "date"):
        yield "type", "eight"


BREACHES = [
    pytest.param(table, field["name"], value, id=f"{table}.{field['name']}-{rule}")
    for table, field in FIELDS
    for rule, value in breaches(field)
]


@pytest.mark.parametrize(("table", "name", "value"), BREACHES)
def test_a_model_refuses_what_the_schema_forbids(table: str, name: str, value: str | None) -> None:
    """Catches a constraint that the schema states and the model lets pass."""
    row = examples(table)
    row.pop(name, None)
    if value is not None:
        row[name] = value
    with pytest.raises(ValidationError) as caught:
        models.MODELS[table].model_validate_strings(row)
    assert caught.value.errors()[0]["loc"][0] == name


@pytest.mark.parametrize("table", TABLES)
def test_a_row_cannot_be_changed_or_extended(table: str) -> None:
    """Catches a row that a caller can edit under the feet of the next."""
    model = models.MODELS[table]
    row = model.model_validate_strings(examples(table))
    name = next(iter(model.model_fields))
    with pytest.raises(ValidationError):
        setattr(row, name, "other")
    with pytest.raises(ValidationError):
        model.model_validate_strings({**examples(table), "further": "1"})
    assert hash(row) == hash(model.model_validate_strings(examples(table)))


STUB = Path(models.__file__).with_suffix(".pyi")


@pytest.fixture(scope="module")
def stub() -> dict[str, Any]:
    """The names of the stub, read as if it were a module."""
    names: dict[str, Any] = {"__name__": "stub"}
    exec(compile(STUB.read_text("utf-8"), str(STUB), "exec", dont_inherit=True), names)
    return names


@pytest.mark.parametrize("table", TABLES)
def test_type_checkers_see_what_the_models_are(table: str, stub: dict[str, Any]) -> None:
    """Catches a stub with other columns, types or defaults than the classes at run time."""
    model = models.MODELS[table]
    seen = stub[model.__name__]
    assert (seen.__doc__, seen.__bases__) == (model.__doc__, model.__bases__)
    assert list(seen.model_fields) == list(model.model_fields)
    for name, info in model.model_fields.items():
        compared = ("type", "required", "default")
        assert [stated(seen.model_fields[name])[key] for key in compared] == [
            stated(info)[key] for key in compared
        ]


def test_editors_show_what_a_column_means() -> None:
    """Catches an attribute of the stub that is described as another one, or not at all."""
    shown = {}
    for node in ast.parse(STUB.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef) and node.name != "Tables":
            body = node.body[1:]
            for field, text in zip(body[::2], body[1::2], strict=True):
                assert isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
                shown[node.name, ast.unparse(field.target)] = ast.literal_eval(text.value)
    assert shown == {
        (rows.class_name(table), field["name"]): field["description"] for table, field in FIELDS
    }


def test_type_checkers_see_the_tables(stub: dict[str, Any]) -> None:
    """Catches `kz.table` attributes that mypy knows under another row type, or not at all."""
    expected = {name: Table[model] for name, model in models.MODELS.items()}  # type: ignore[valid-type]
    seen = {name: repr(kind) for name, kind in stub["Tables"].__annotations__.items()}
    assert seen == {
        name: repr(kind).replace("kzdata.models", "stub") for name, kind in expected.items()
    }


def test_type_checkers_see_all_names_of_the_module(stub: dict[str, Any]) -> None:
    """Catches a class that the stub promises and the module lacks, or the reverse."""
    imported = {"Mapping", "date", "Decimal", "Literal", "Row", "Table"}
    seen = {*stub, *stub["__annotations__"]} - imported
    assert {name for name in seen if not name.startswith("_")} == set(dir(models))
    everything: dict[str, Any] = {}
    exec("from kzdata.models import *", everything)
    assert set(dir(models)) == everything.keys() - {"__builtins__"}


@pytest.mark.slow
def test_a_type_checker_completes_the_columns(tmp_path: Path) -> None:
    """Catches a stub that mypy does not take for the module, or whose rows it takes for Any."""
    file = tmp_path / "program.py"
    file.write_text(
        "import kzdata\n"
        "from kzdata.models import CasualtyReport\n"
        "reveal_type(kzdata.load().casualty_reports[0].value_low)\n"
        "def day(row: CasualtyReport) -> None:\n"
        "    reveal_type(row.report_id)\n"
        "    row.reprot_id\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "mypy", "--strict", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    said = [line.partition(": ")[2] for line in done.stdout.splitlines()]
    assert said[:-1] == [
        'note: Revealed type is "decimal.Decimal | None"',
        'note: Revealed type is "str"',
        'error: "CasualtyReport" has no attribute "reprot_id"; maybe "report_id"?  [attr-defined]',
    ]


# ------------------------------------------------------------------------------ made when asked for


def test_a_class_is_made_once() -> None:
    """Catches threads that get two classes of one name, whose rows are never equal."""
    code = (
        "from concurrent.futures import ThreadPoolExecutor as Pool\n"
        "from kzdata import models\n"
        "with Pool(8) as pool:\n"
        "    made = set(pool.map(lambda _: id(models.Place), range(64)))\n"
        "assert made == {id(models.Place)}, made\n"
        "assert models.MODELS['places'] is models.Place\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_one_class_is_made_alone() -> None:
    """Catches an import that reads all schemas, or builds all classes."""
    code = (
        "from kzdata import models\n"
        "assert not models.MODELS._made\n"
        "models.Place\n"
        "assert list(models.MODELS._made) == ['places']\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("table", TABLES)
def test_a_row_and_its_class_can_be_pickled(table: str) -> None:
    """Catches classes that another process, such as a worker of a pool, cannot find by name."""
    model = models.MODELS[table]
    assert (model.__module__, model.__qualname__) == ("kzdata.models", model.__name__)
    row = model.model_validate_strings(examples(table))
    assert pickle.loads(pickle.dumps(row)) == row
    assert pickle.loads(pickle.dumps(model)) is model is getattr(models, model.__name__)


@pytest.mark.parametrize("name", ["Nothing", "sources", "_made", "__path_hook__"])
def test_no_other_name_is_made(name: str) -> None:
    """Catches a module that answers every name, or with KeyError."""
    assert not hasattr(models, name)
    assert models.MODELS.get(name, None) is None or name == "sources"


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("casualty_reports", "CasualtyReport"),
        ("quantities", "Quantity"),
        ("aliases", "Alias"),
        ("codebook", "Codebook"),
        ("evidence", "Evidence"),
        ("source-spans", "SourceSpan"),
    ],
)
def test_names_of_row_classes(table: str, name: str) -> None:
    """Catches `Aliase` and `Quantitie`."""
    assert rows.class_name(table) == name


# ------------------------------------------------------------------------------ rows = cells


@pytest.mark.parametrize("table", TABLES)
def test_shipped_rows_are_the_cells_of_the_file(table: str) -> None:
    """Catches a row that doesn't load, and a value that typing changed on the way."""
    file = ROOT / "data" / f"{table}.csv"
    with io.StringIO(file.read_bytes().decode("utf-8"), newline="") as stream:
        header, *expected = csv.reader(stream, strict=True)
    with kzdata.load(ROOT) as kz:
        loaded: list[Row] = list(kz.table(table))
        assert all(type(row) is models.MODELS[table] for row in loaded)
        written = [[cell(getattr(row, name)) for name in header] for row in loaded]
    assert written == expected


# ------------------------------------------------------------------------------ generated files


def test_generated_files_are_up_to_date(descriptor: Descriptor) -> None:
    """Catches a schema, a rule or a command changed without `make docs`."""
    stale = [
        name
        for name, content in reference.pages(descriptor).items()
        if not (ROOT / name).is_file() or (ROOT / name).read_bytes() != content.encode("utf-8")
    ]
    assert stale == []


def test_generation_writes_those_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, descriptor: Descriptor
) -> None:
    """Catches a generator that leaves a page out or writes it elsewhere."""
    (tmp_path / "sdk" / "kzdata").mkdir(parents=True)
    shutil.copy(ROOT / "datapackage.json", tmp_path)
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    before = set(tmp_path.rglob("*"))
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    reference.main()
    written = [file for file in set(tmp_path.rglob("*")) - before if file.is_file()]
    contents = {f.relative_to(tmp_path).as_posix(): f.read_bytes().decode() for f in written}
    assert contents == reference.pages(descriptor)


@pytest.mark.parametrize("table", TABLES)
def test_the_dictionary_explains_every_column(table: str) -> None:
    """Catches a column or a category that the data dictionary keeps to itself."""
    page = (ROOT / "docs" / "dictionary.md").read_text("utf-8")
    section = page.partition(f"\n## {table}\n")[2].partition("\n## ")[0]
    for field in TABLES[table]["fields"]:
        assert f"| `{field['name']}` | {field['type']} |" in section
        for category in field.get("constraints", {}).get("enum", ()):
            assert f"- `{category}`: " in section
