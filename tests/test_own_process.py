"""Work in a process of its own where the surroundings are unusual: an answer, or one clear line.

What such a process may take, and how it is stopped, is tested in `test_limits.py`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import kzdata
from kzdata import Limits, validate
from kzdata.errors import PackageError
from packages import Spec, build, column

posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A valid package of one table."""
    return build(tmp_path / "small", [Spec("t", {"fields": [column("id")]}, [["1"]])]).root


def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kzdata.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, **options)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize("seconds", ["inf", "nan", "1e300", "9.3e9"])
@pytest.mark.parametrize("command", ["validate", "query"])
def test_a_deadline_that_is_no_number_of_seconds_is_refused(
    small: Path, command: str, seconds: str
) -> None:
    """Catches "kzdata failed" for a deadline that is none."""
    asked = [small] if command == "validate" else ["SELECT 1", "--package", small]
    done = run(command, *asked, "--timeout", seconds)
    assert done.returncode == 2
    assert "is not a number of seconds" in done.stderr


@pytest.mark.parametrize("seconds", ["1e9", "9e9"])
def test_a_deadline_far_away_is_taken(small: Path, seconds: str) -> None:
    """Catches a deadline refused because it is far away."""
    assert run("validate", small, "--timeout", seconds).returncode == 0


def test_a_memory_limit_beyond_the_system_is_taken(small: Path) -> None:
    """Catches exit code 2 without a word: the limit could not be set."""
    done = run("validate", small, "--memory-limit", "99999999TB")
    assert done.returncode == 2
    assert "out of range" in done.stderr
    environment = {**os.environ, "KZDATA_MEMORY": "1e300"}
    assert run("tables", "--package", small, env=environment).returncode == 0
    for memory in (1 << 70, 4e9):
        assert validate(small, limits=Limits(memory, 100)).valid  # type: ignore[arg-type]


@posix
def test_the_exit_code_is_right_where_sigchld_is_ignored(small: Path) -> None:
    """Catches an exit code that is lost where whoever starts the command ignores SIGCHLD."""
    program = f"trap '' CHLD; '{sys.executable}' -m kzdata.cli validate"
    for place, code in ((small, 0), (small / "none", 2), (small / "broken", 1)):
        if place.name == "broken":
            (small / "tables/t.csv").write_text("wrong\n1\n")
            place = small
        done = subprocess.run(
            ["bash", "-c", f"{program} '{place}'"], capture_output=True, text=True, timeout=100
        )
        assert done.returncode == code, done.stderr


@posix
def test_a_deleted_working_directory_is_one_line(small: Path, tmp_path: Path) -> None:
    """Catches a traceback, or "cannot write", where only the path is at fault."""
    program = f"""
import os, kzdata
os.mkdir({str(tmp_path / "gone")!r}); os.chdir({str(tmp_path / "gone")!r})
os.rmdir({str(tmp_path / "gone")!r})
assert kzdata.validate({str(small)!r}, limits=kzdata.Limits()).valid
for limits in (None, kzdata.Limits()):
    try:
        kzdata.validate("small", limits=limits)
    except kzdata.PackageError as error:
        assert "small" in str(error), error
    else:
        raise AssertionError
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert not done.stderr


def test_relative_paths_hold_in_the_other_process(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches paths that the other process looks for in its own folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "temporary").mkdir()
    assert validate("small", temp_dir="temporary", limits=Limits()).valid
    assert not any((tmp_path / "temporary").iterdir())
    with pytest.raises(PackageError, match=r"asked\.json: no such file"):
        validate("asked.json", limits=Limits())


@pytest.mark.parametrize("path", ["", "a\0b", "a" * 5_000])
@pytest.mark.parametrize("limits", [None, Limits()])
def test_an_impossible_path_is_a_package_error(
    small: Path, monkeypatch: pytest.MonkeyPatch, path: str, limits: Limits | None
) -> None:
    """Catches an error of the system, or the working directory in place of an empty variable."""
    monkeypatch.chdir(small)
    with pytest.raises(PackageError):
        validate(path, limits=limits)


def test_rule_names_may_come_in_any_collection(small: Path) -> None:
    """Catches options that JSON does not have, and a name that is taken for a file's."""
    for names in ({"package"}, ("package",), (name for name in ["package"])):
        assert validate(small, select=names, limits=Limits()).valid  # type: ignore[arg-type]


def test_the_other_process_finds_kzdata_on_a_relative_path(small: Path, tmp_path: Path) -> None:
    """Catches "not valid" where the fresh interpreter only did not find kzdata."""
    sdk = Path(kzdata.__file__).parents[1]
    others = [place for place in sys.path if place and Path(place) != sdk]
    ask = f"print(kzdata.validate({str(small)!r}, limits=kzdata.Limits()).verdict)"
    for place, folder in ((sdk.name, sdk.parent), (".", sdk), (f"../{sdk.name}", sdk)):
        program = f"import sys; sys.path[:] = [{place!r}, *{others!r}]; import kzdata; {ask}"
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True
        )
        assert "valid" in done.stdout, done.stderr
        assert "not valid" not in done.stdout


def test_a_loaded_package_outlives_a_change_of_directory(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches files looked for in another folder once the program works elsewhere."""
    monkeypatch.chdir(tmp_path)
    with kzdata.load("small") as kz:
        monkeypatch.chdir(small)
        assert len(kz.t) == 1


@posix
@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "--version",
        "validate --help",
        "validate .",
        "validate nothing",
        "tables --package nothing",
        "validate --no-such-option",
    ],
)
@pytest.mark.parametrize("place", ["full", "left"])
def test_the_exit_code_is_2_where_no_output_can_be_written(
    small: Path, command: str, place: str
) -> None:
    """Catches exit code 1, "not valid", where no word of the command can be written."""
    if place == "full" and not Path("/dev/full").exists():
        pytest.skip("no device that is full")
    reader, out = os.pipe()
    os.close(reader)
    if place == "full":
        os.close(out)
        out = os.open("/dev/full", os.O_WRONLY)
    asked = [sys.executable, "-m", "kzdata.cli", *command.split()]
    done = subprocess.run(asked, stdout=out, stderr=out, cwd=small, timeout=100)
    os.close(out)
    assert done.returncode == 2
