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
PUBLISH = {"acled", "croissant", "geojson", "geoparquet", "jsonld", "ro-crate", "ucdp"}
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


def test_two_of_one_name_are_both_named(install: Install, island: Folder, tmp_path: Path) -> None:
    """Catches a format that depends on which folder is looked into first."""
    install("others", SOUND.replace("names", "ucdp"), ucdp="others:ucdp")
    with kzdata.load(island.root) as kz, pytest.raises(kzdata.UsageError) as caught:
        kz.export("ucdp", tmp_path / "out")
    assert "kzdata_publish.crosswalks:ucdp of kzdata" in str(caught.value)
    assert "others:ucdp of others" in str(caught.value)
    assert "uninstall all but one" in str(caught.value)


def test_a_format_of_kzdata_itself_is_nobody_elses(
    install: Install, island: Folder, tmp_path: Path
) -> None:
    """Catches a plug-in, of the working directory say, that takes the place of a known format."""
    install("others", "raise ValueError", sqlite="others:sqlite")
    with kzdata.load(island.root) as kz:
        assert kz.export("sqlite", tmp_path / "out").is_file()


def test_a_plug_in_that_exits_ends_nothing(
    install: Install, island: Folder, tmp_path: Path
) -> None:
    """Catches a list of formats that a plug-in ends, with its own exit code."""
    install("others", "import sys\nsys.exit(3)", names="others:names")
    done = command("export", "--list")
    assert done.returncode == 0
    assert "cannot be loaded (SystemExit: 3)" in done.stdout


@pytest.mark.parametrize("metadata", [b"[kzdata.exporters]\nnames\n", b"[a]\nb = \xff\n"])
def test_broken_metadata_stops_no_format_of_kzdata_itself(
    metadata: bytes, install: Install, island: Folder, tmp_path: Path
) -> None:
    """Catches one broken distribution that takes every export with it, as a bug of kzdata."""
    folder = install("others", SOUND, names="others:names")
    next(folder.rglob("entry_points.txt")).write_bytes(metadata)
    with kzdata.load(island.root) as kz:
        assert kz.export("sqlite", tmp_path / "out").is_file()
        with pytest.raises(kzdata.UsageError, match="broken metadata of an installed"):
            kz.export("jsonld", tmp_path / "annotations")


def test_without_entry_points_a_format_asks_to_install_again(
    monkeypatch: pytest.MonkeyPatch, island: Folder, tmp_path: Path
) -> None:
    """Catches a hint at another format where an installation is out of date."""
    monkeypatch.setattr("kzdata.exports.registry.entry_points", lambda group: [])
    monkeypatch.delitem(FORMATS.__dict__, "_points", raising=False)
    with kzdata.load(island.root) as kz:
        with pytest.raises(kzdata.UsageError, match="install kzdata again"):
            kz.export("jsonld", tmp_path / "annotations")
        assert kz.export("sqlite", tmp_path / "out").is_file()
    del FORMATS.__dict__["_points"]


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
