"""The wheel: built, installed where nothing else is, and used far from the checkout."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
VERSION: str = json.loads((ROOT / "datapackage.json").read_bytes())["version"]
SHIPPED = ("datapackage.json", "data", "schemas", "CHANGELOG.md", "CITATION.cff")

pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    """A command in a folder, with nothing of this checkout in its environment."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PIP", "KZDATA"))}
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**kept, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the files of the checkout without a network."""
    if not importlib.util.find_spec("hatchling"):
        pytest.skip("hatchling is not installed; `make test` installs it")
    dist = tmp_path_factory.mktemp("dist")
    code = (
        "import sys; sys.path[:0] = eval(sys.argv.pop(1)); import hatchling.build as b; "
        "print(b.build_wheel(sys.argv[1]))"
    )
    done = run(sys.executable, "-c", code, repr(sys.path[1:]), dist, folder=ROOT)
    assert done.returncode == 0, done.stderr
    (built,) = dist.glob("*.whl")
    return built


class Home(NamedTuple):
    """An environment with the wheel in it, and an empty folder far from the checkout."""

    python: Path
    kzdata: Path
    away: Path


@pytest.fixture(scope="module")
def home(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An empty environment; the dependencies are lent by the one that runs the tests."""
    root = tmp_path_factory.mktemp("home")
    venv.create(root / "venv", with_pip=False)
    scripts = root / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / Path(sys.executable).name
    asked = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=root)
    site = Path(asked.stdout.strip())
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    done = run(*pip, "--no-deps", "--no-index", "--target", site, wheel, folder=root)
    assert done.returncode == 0, done.stderr
    # A plain path in a .pth file lends the packages, but not that folder's own .pth files: an
    # editable install of the checkout stays out.
    lent = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    (site / "zz-lent.pth").write_text("\n".join(sorted(lent)) + "\n", encoding="utf-8")
    (scripts / "kzdata").write_text(
        f"#!{python}\nfrom kzdata.cli.main import main\nmain()\n", encoding="utf-8"
    )
    (scripts / "kzdata").chmod(0o755)
    (root / "away").mkdir()
    return Home(python, scripts / "kzdata", root / "away")


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}


def test_the_wheel_carries_the_package(wheel: Path) -> None:
    """Catches a wheel without data, or with those of yesterday."""
    found = contents(wheel)
    files = [
        file
        for name in SHIPPED
        for file in [ROOT / name, *(ROOT / name).rglob("*")]
        if file.is_file()
    ]
    assert len(files) > 40
    for file in files:
        name = f"kzdata/bundle/{file.relative_to(ROOT).as_posix()}"
        assert found[name] == file.read_bytes(), name


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    """Catches tests, caches, the articles, or a second copy of the data at the top."""
    inside = {
        name for name in contents(wheel) if not name.startswith(f"kzdata-{VERSION}.dist-info/")
    }
    kinds = ("*.py", "*.pyi", "*.toml", "py.typed", "kzdata/evidence/*.json")
    built = ("kzdata/site/assets/*", "kzdata/desk/assets/*")
    code = {
        file.relative_to(ROOT / "sdk").as_posix()
        for pattern in (*kinds, *built, "kzdata/templates/**/*")
        for file in (ROOT / "sdk").rglob(pattern)
        if file.is_file() and file.suffix != ".pyc"
    }
    package = {name for name in inside if name.startswith("kzdata/bundle/")}
    assert inside - package == code
    assert {"kzdata/py.typed", "kzdata/models.pyi", "kzdata_publish/py.typed"} <= inside
    tops = {name.split("/")[2] for name in package}
    assert tops == {*SHIPPED, "LICENSE", "LICENSE-DATA.md"}
    tables = [name for name in inside if name.endswith("evidence.csv")]
    template = "kzdata/templates/minimal/data/evidence.csv"
    assert sorted(tables) == ["kzdata/bundle/data/evidence.csv", template]


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    """Catches a version that differs from the data's, and a missing command."""
    found = contents(wheel)
    info = f"kzdata-{VERSION}.dist-info"
    metadata = Parser().parsestr(found[f"{info}/METADATA"].decode("utf-8"))
    assert (metadata["Name"], metadata["Version"]) == ("kzdata", VERSION)
    required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    names = sorted(re.split(r"[^\w-]", line)[0] for line in required)
    assert names == ["duckdb", "pydantic", "tomlkit", "typer"]
    extras = set(metadata.get_all("Provides-Extra", []))
    assert {"frictionless", "pandas", "polars", "pyarrow"} <= extras
    points = found[f"{info}/entry_points.txt"].decode("utf-8")
    assert "kzdata = kzdata.cli.main:main" in points
    assert "[kzdata.exporters]" in points
    assert [n for n in found if n.startswith(f"{info}/licenses/")] != []


def test_it_validates_far_from_the_checkout(home: Home) -> None:
    """Catches paths that lead back to the checkout, and modules that the wheel lacks."""
    commands: list[list[str | Path]] = [[home.kzdata], [home.python, "-m", "kzdata.cli"]]
    for command in commands:
        done = run(*command, "validate", folder=home.away)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert done.stdout.startswith(f"kzdata {VERSION}: valid (")
    assert list(home.away.iterdir()) == []


@pytest.mark.parametrize("like", ["minimal", "kzdata"])
def test_it_begins_a_package_far_from_the_checkout(home: Home, tmp_path: Path, like: str) -> None:
    """Catches a wheel without the files that a new package is made of."""
    done = run(home.kzdata, "init", "x", "--like", like, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    asked = ("validate", "x", "--texts", "x/texts", "--strict")
    done = run(home.kzdata, *asked, folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("x 0.1.0: valid (")


def test_it_exports_far_from_the_checkout(home: Home, tmp_path: Path) -> None:
    """Catches a wheel without the formats that entry points bring, in code or in name."""
    listed = run(home.kzdata, "export", "--list", "--format", "json", folder=home.away)
    forms = [row["format"] for row in json.loads(listed.stdout)]
    assert {"acled", "croissant", "duckdb", "jsonld", "ro-crate", "ucdp"} <= set(forms)
    for form in ("croissant", "jsonld", "sqlite", "ucdp"):
        done = run(home.kzdata, "export", form, tmp_path / form, folder=home.away)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert (tmp_path / form).exists()


def test_the_version_of_the_wheel_is_that_of_the_data(home: Home) -> None:
    """Catches `__version__` of an older installation."""
    done = run(home.kzdata, "--version", folder=home.away)
    assert (done.returncode, done.stdout) == (0, f"kzdata {VERSION}\n")


def test_the_sdk_reads_the_packages_own_files(home: Home) -> None:
    """Catches an installation that finds data only because a checkout is near."""
    code = (
        "import json, kzdata\n"
        "from kzdata.files.archive import bundled\n"
        "with kzdata.load() as kz:\n"
        "    rows = {name: len(table) for name, table in kz.tables.items()}\n"
        "    traced = kz.trace('CR-0001', 'value_low')[0].quote\n"
        "    asked = kz.sql('select count(*) from evidence').rows()[0][0]\n"
        "print(json.dumps([kzdata.__file__, kzdata.__version__, str(bundled()), rows, asked]))\n"
        "assert traced and kz.version == kzdata.__version__\n"
    )
    done = run(home.python, "-W", "error", "-c", code, folder=home.away)
    assert done.returncode == 0, done.stderr
    file, version, place, rows, asked = json.loads(done.stdout)
    inside = home.python.parents[1].resolve()
    assert Path(file).resolve().is_relative_to(inside)
    assert Path(place).resolve() == Path(file).resolve().parent / "bundle"
    assert version == VERSION
    described = json.loads((ROOT / "datapackage.json").read_bytes())
    assert list(rows) == [e["name"] for e in described["resources"] if "schema" in e]
    assert rows["evidence"] == asked > 1000


def test_a_checkout_reads_its_own_files() -> None:
    """Catches an editable install that reads a copy, which goes stale with the next edit."""
    import kzdata
    from kzdata.files.archive import bundled

    if Path(kzdata.__file__).resolve().parent != ROOT / "sdk" / "kzdata":
        pytest.skip("kzdata is not imported from this checkout")
    assert bundled() == ROOT
    assert not (ROOT / "sdk" / "kzdata" / "bundle").exists()
