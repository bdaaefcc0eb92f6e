"""What starting costs, and what the one public namespace holds."""

import ast
import inspect
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import kzdata

HEAVY = {"duckdb", "_duckdb", "frictionless", "pandas", "polars", "pyarrow", "numpy"}
SLOW_IN_VALIDATION = (HEAVY - {"_duckdb"}) | {"pydantic", "tomllib", "kzdata.cli.reports"}
SOURCE = Path(kzdata.__file__)
PUBLISH = SOURCE.parent.with_name("kzdata_publish")
REPORT = """
import atexit, io, json, runpy, sys
sys.stdout = io.StringIO()  # a command then stays in this process
heavy = set(json.loads(sys.argv.pop(1)))
def report():
    names = {*sys.modules, *(name.partition(".")[0] for name in sys.modules)}
    loaded = sorted(names & heavy)
    sys.stderr.write("loaded: " + json.dumps(loaded))
atexit.register(report)
"""


def loaded(code: str, *arguments: str, heavy: set[str] = HEAVY) -> set[str]:
    """Which of the heavy modules a fresh interpreter has after some code."""
    names = json.dumps(sorted(heavy))
    command = [sys.executable, "-c", REPORT + code, names, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stderr.rpartition("loaded: ")[2])
    return set(found)


MODULE = "runpy.run_module('kzdata.cli', run_name='__main__', alter_sys=True)"
SCRIPT = "sys.argv[0] = 'kzdata'\nfrom kzdata.cli.main import main\nmain()"


def test_the_probe_sees_what_is_loaded() -> None:
    """Catches a probe that would report nothing whatever was loaded."""
    assert loaded("import duckdb") >= {"duckdb"}


def test_import_loads_nothing_heavy() -> None:
    """Catches `from kzdata.engine.database import ...` at the top of the package."""
    assert loaded("import kzdata") == set()


def test_the_light_names_load_nothing_heavy() -> None:
    """Catches figures, spans and errors that drag the database in."""
    names = "Figure, FigureError, KzdataError, Package, Receipt, Span, load, locate"
    assert loaded(f"from kzdata import {names}") == set()
    assert loaded("import kzdata\nkz = kzdata.load()\nkz['CR-0001']\nlen(kz.events)") == set()


@pytest.mark.parametrize("start", [MODULE, SCRIPT], ids=["module", "script"])
@pytest.mark.parametrize("command", ["", "validate", "query", "trace", "export"])
def test_help_loads_nothing_heavy(start: str, command: str) -> None:
    """Catches a command line that takes a quarter of a second to say how it is used."""
    assert loaded(start, *command.split(), "--help") == set()


@pytest.mark.parametrize("arguments", [["tables"], ["show", "CR-0001"]])
def test_reading_a_record_needs_no_database(arguments: list[str]) -> None:
    """Catches a look-up that loads all tables into DuckDB first."""
    assert loaded(MODULE, *arguments) == set()


def test_validation_loads_the_engine_alone() -> None:
    """Catches DuckDB's Python layer, which takes four times as long to import as its engine.

    And models of pydantic, which take as long to build as the package to validate.
    """
    assert loaded(MODULE, "validate", heavy=SLOW_IN_VALIDATION) == set()


def test_a_query_loads_the_database_and_no_frames() -> None:
    """Catches pandas, which DuckDB's Python layer likes to load, on the main path."""
    heavy = HEAVY - {"_duckdb", "duckdb"}
    assert loaded(MODULE, "query", "select 1", heavy=heavy) == set()


# ------------------------------------------------------------------------------ the namespace


def test_all_is_sorted_and_without_doubles() -> None:
    """Catches a list that grows at its end, and twice."""
    assert list(kzdata.__all__) == sorted(set(kzdata.__all__))
    assert {*kzdata.__all__, "__version__"} == set(dir(kzdata))


@pytest.mark.parametrize("name", kzdata.__all__)
def test_public_names_resolve_and_are_documented(name: str) -> None:
    """Catches a name that is promised and not there, and one that nobody explains."""
    thing = getattr(kzdata, name)
    assert thing.__module__.startswith("kzdata")
    assert inspect.cleandoc(thing.__doc__ or "").endswith((".", ":", "`")) or "\n" in thing.__doc__
    assert thing.__doc__[0].isupper()


def test_unknown_names_are_attribute_errors() -> None:
    """Catches a lazy namespace that raises KeyError or ImportError."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = kzdata.nothing
    assert not hasattr(kzdata, "__path_hook__")


def test_type_checkers_see_what_is_loaded_lazily() -> None:
    """Catches a name that mypy takes from one module and Python from another."""
    tree = ast.parse(SOURCE.read_text("utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    declared = {
        alias.name: (node.module or "").removeprefix("kzdata.")
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    homes: dict[str, str] = kzdata._HOMES
    assert declared == homes
    assert set(homes) == set(kzdata.__all__)


def modules() -> Iterator[Any]:
    """All modules of both packages, but for those that write or run something."""
    for top in (SOURCE.parent, PUBLISH):
        for found in pkgutil.walk_packages([str(top)], f"{top.name}."):
            if found.name != "kzdata.cli":
                yield import_module(found.name)


def test_all_errors_are_public() -> None:
    """Catches an error that a caller cannot name in an `except`."""
    errors = {
        thing
        for module in modules()
        for thing in vars(module).values()
        if inspect.isclass(thing) and issubclass(thing, kzdata.KzdataError)
    }
    hidden = {error.__name__ for error in errors} - set(kzdata.__all__)
    # Raised and caught inside: callers see the first as the PackageError that it is, and what the
    # desk answers its own page with nobody else sees.
    assert hidden <= {"UnreadableCSVError", "ChangedError", "DraftError"}


HANDED_OUT = [kzdata.Package, kzdata.Report, kzdata.Answer]


def test_what_public_methods_hand_out_is_public() -> None:
    """Catches a result whose type a caller cannot write in an annotation."""
    own = {
        thing.__name__
        for module in modules()
        for thing in vars(module).values()
        if inspect.isclass(thing) and thing.__module__.startswith("kzdata")
    }
    handed = set()
    for thing in HANDED_OUT:
        for name, member in inspect.getmembers(thing):
            function = member.fget if isinstance(member, property) else member
            hidden = name.startswith("_") and name != "__getitem__"
            if hidden or not callable(function):
                continue
            stated = getattr(function, "__annotations__", {}).get("return", "")
            words = stated if isinstance(stated, str) else repr(stated)
            handed |= own & set(re.findall(r"\w+", words))
    assert handed <= set(kzdata.__all__)


@pytest.mark.parametrize("name", ["Package", "Answer", "Report", "Finding", "Receipt", "Figure"])
def test_public_methods_are_documented(name: str) -> None:
    """Catches a method that a reader of `help()` must guess."""
    for label, member in inspect.getmembers(getattr(kzdata, name)):
        function = member.fget if isinstance(member, property) else member
        own = (getattr(function, "__module__", None) or "").startswith("kzdata")
        if not label.startswith("_") and own and not inspect.isclass(function):
            assert inspect.getdoc(member), f"{name}.{label}"


def test_the_package_is_typed() -> None:
    """Catches a wheel whose types no type checker looks at."""
    assert (SOURCE.parent / "py.typed").is_file()
    assert (PUBLISH / "py.typed").is_file()
