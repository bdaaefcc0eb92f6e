"""Formats that other distributions bring, by entry points of the group `kzdata.exporters`."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import invalidate_caches
from pathlib import Path

import pytest

import kzdata
from kzdata.exports import FORMATS
from kzdata.exports.registry import Formats
from packages import Folder

SOUND = """
from kzdata.exports.registry import exporter

@exporter("names", suffix=".txt")
def names(dataset, out):
    \"\"\"The names of the tables, a line each.\"\"\"
    out.write_text("".join(f"{name}\\n" for name in dataset.tables))
"""
PUBLISH = {"acled", "croissant", "jsonld", "ro-crate", "ucdp"}
Install = Callable[..., Path]


def distribution(folder: Path, name: str, code: str | None, **points: str) -> Path:
    """A distribution as pip leaves one: a module of its name and its entry points."""
    if code is not None:
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = "".join(f"{form} = {value}\n" for form, value in points.items())
    (info / "entry_points.txt").write_text(f"[kzdata.exporters]\n{lines}", encoding="utf-8")
    return folder


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a distribution where this interpreter, and those that it starts, find it."""
    place = tmp_path / "site"
    place.mkdir()
    monkeypatch.syspath_prepend(place)
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", f"{place}{os.pathsep}{before}" if before else str(place))

    def installed(name: str, code: str | None, **points: str) -> Path:
        monkeypatch.delitem(sys.modules, name, raising=False)
        own = [form for form in FORMATS.values() if form.name not in PUBLISH]
        monkeypatch.setattr("kzdata.exports.FORMATS", Formats(own))
        made = distribution(place, name, code, **points)
        invalidate_caches()
        return made

    return installed


def command(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "kzdata.cli", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, encoding="utf-8", check=False)


def test_kzdata_names_no_module_of_what_it_publishes() -> None:
    """Catches a format of `kzdata_publish` that the core imports by itself."""
    homes = {form.write.__module__.partition(".")[0]: form.name for form in FORMATS.values()}
    assert set(homes) == {"kzdata", "kzdata_publish"}
    assert {
        form.name for form in FORMATS.values() if form.write.__module__.startswith("kzdata_publish")
    } == PUBLISH


def test_a_format_of_another_distribution(install: Install, island: Folder, tmp_path: Path) -> None:
    """Catches a plug-in that is listed and does not write, or writes and is not listed."""
    install("others", SOUND, names="others:names")
    with kzdata.load(island.root) as kz:
        out = kz.export("names", tmp_path / "names.txt")
        assert out.read_text("utf-8").split() == list(kz.tables)
        with pytest.raises(kzdata.UsageError, match="is there already"):
            kz.export("names", out)
    listed = json.loads(command("export", "--list", "--format", "json").stdout)
    assert [row["what"] for row in listed if row["format"] == "names"] == [
        "The names of the tables, a line each"
    ]


@pytest.mark.parametrize(
    ("code", "point", "why"),
    [
        (None, "others:names", r"ModuleNotFoundError: No module named 'others'"),
        ("import nowhere", "others:names", r"ModuleNotFoundError: No module named 'nowhere'"),
        ("raise ValueError('one\\ntwo')", "others:names", r"ValueError: one two"),
        ("def", "others:names", r"SyntaxError: "),
        ("", "others:names", r"AttributeError: .*'names'"),
        ("names = print", "others:names", r'is no @exporter\("names"\)'),
        (SOUND.replace('("names"', '("nouns"'), "others:names", r'is no @exporter\("names"\)'),
        (SOUND, "others names", "cannot be loaded .*; update or uninstall it$"),
    ],
)
def test_a_broken_plug_in_is_named_and_the_others_work(
    code: str | None, point: str, why: str,
    install: Install, island: Folder, tmp_path: Path,
) -> None:  # fmt: skip
    """Catches a plug-in of last year that takes `kzdata export` with it."""
    install("others", code, names=point)
    with kzdata.load(island.root) as kz:
        with pytest.raises(kzdata.UsageError, match=f"^format 'names': others.* of others .*{why}"):
            kz.export("names", tmp_path / "names")
        assert not (tmp_path / "names").exists()
        assert kz.export("sqlite", tmp_path / "sqlite").is_file()
        assert kz.export("croissant", tmp_path / "croissant").is_dir()


def test_the_command_tells_of_a_broken_plug_in(
    install: Install, island: Folder, tmp_path: Path
) -> None:
    """Catches a traceback, and a list of formats that fails with one of them."""
    install("others", "import nowhere", names="others:names")
    listed = json.loads(command("export", "--list", "--format", "json").stdout)
    (broken,) = (row for row in listed if row["format"] == "names")
    assert broken["what"].startswith("others:names of others cannot be loaded")
    assert {row["format"] for row in listed} == {*FORMATS, "names"}
    done = command("export", "names", tmp_path / "out", "-p", island.root)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "others:names of others cannot be loaded" in done.stderr


@pytest.mark.parametrize(
    ("form", "first"),
    [("ucdp", "kzdata_publish.crosswalks:ucdp of kzdata"), ("sqlite", "kzdata itself")],
)
def test_two_of_one_name_are_both_named(
    form: str, first: str, install: Install, island: Folder, tmp_path: Path
) -> None:
    """Catches a format that depends on which folder is looked into first."""
    install("others", SOUND.replace("names", form), **{form: f"others:{form}"})
    with kzdata.load(island.root) as kz, pytest.raises(kzdata.UsageError) as caught:
        kz.export(form, tmp_path / "out")
    assert first in str(caught.value)
    assert f"others:{form} of others" in str(caught.value)
    assert "uninstall all but one" in str(caught.value)


def test_only_who_asks_for_the_format_loads_a_plug_in(
    install: Install, island: Folder, tmp_path: Path
) -> None:
    """Catches a plug-in that `kzdata validate` runs, or that slows every command down."""
    canary = tmp_path / "canary"
    code = f"from pathlib import Path\nPath({str(canary)!r}).touch()\n{SOUND}"
    install("others", code, names="others:names")
    for line in (
        ("--help",),
        ("validate", island.root),
        ("tables", "-p", island.root),
        ("export", "--help"),
        ("export", "sqlite", tmp_path / "out", "-p", island.root),
        ("export", "nothing", tmp_path / "none", "-p", island.root),
    ):
        command(*line)
        assert not canary.exists(), line
    assert command("export", "names", tmp_path / "names", "-p", island.root).returncode == 0
    assert canary.exists()
