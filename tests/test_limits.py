"""What a package may take of the machine: each case is one that took far more, measured."""

import gzip
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import kzdata
from kzdata.engine import limits
from kzdata.engine.limits import Limits, apart, isolated
from kzdata.errors import BrokenError, LimitError, UsageError
from kzdata.files.limits import bytes_of
from kzdata.standard.descriptor import FieldDescriptor
from kzdata.standard.field_types.pattern import MAX_STATES, states
from kzdata.standard.json_model import Faults
from kzdata.validation import validate
from kzdata.validation.declared import check_field
from packages import Spec, build, column, flood

ROOT = Path(__file__).resolve().parents[1]
linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")


class Run(NamedTuple):
    """A command that ran: exit code, what it printed, the most memory of its processes, seconds."""

    code: int
    out: str
    err: str
    megabytes: int
    seconds: float

    @property
    def findings(self) -> dict[str, int]:
        """Findings by rule, of a report in JSON."""
        rules = [finding["rule"] for finding in json.loads(self.out)["findings"]]
        return {rule: rules.count(rule) for rule in rules}


LAUNCHER = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL).returncode
with open(sys.argv[1], "w") as out:
    out.write(f"{code} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10}")
"""
"""Runs a command from a small process: a child's memory is counted from its parent's on."""


def run(*arguments: object, folder: Path | None = None, **environment: str) -> Run:
    """Run the command; what it and its processes take is what the system counted."""
    command = [sys.executable, "-m", "kzdata.cli", *map(str, arguments)]
    with tempfile.TemporaryDirectory() as place:
        told, begin = Path(place) / "told", time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", LAUNCHER, str(told), *command],
            capture_output=True,
            cwd=folder,
            env={**os.environ, **environment},
            check=True,
        )
        code, megabytes = map(int, told.read_text().split())
    err = done.stderr.decode()
    assert "Traceback" not in err
    return Run(code, done.stdout.decode(), err, megabytes, time.monotonic() - begin)


def checked(package: Path, *options: str) -> Run:
    return run("validate", package, "--format", "json", *options)


def described(root: Path, *resources: dict[str, Any]) -> Path:
    """A package with these resources; a table of one column where nothing else is said."""
    root.mkdir(exist_ok=True)
    plain = {"name": "t", "schema": {"fields": [{"name": "id", "type": "string"}]}}
    package = {"name": "p", "resources": [plain | resource for resource in resources]}
    (root / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return root


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A package with nothing wrong."""
    (tmp_path / "sound").mkdir()
    (tmp_path / "sound" / "t.csv").write_text("id\na\n")
    return described(tmp_path / "sound", {"path": "t.csv"})


# ------------------------------------------------------------------------------ the process


@posix
def test_a_command_is_carried_out_apart(sound: Path) -> None:
    """Catches a command that does the work in its own process after all, and so has no limits."""
    late = checked(sound, "--timeout", "0.001")
    assert (late.code, late.findings) == (1, {"limit-exceeded": 1})
    for command in (["tables"], ["query", "select 1"], ["site", sound / "out"], ["diff", sound]):
        words = [*command, "-p", sound] if command[0] != "diff" else [*command, sound]
        told = run(*words, KZDATA_TIMEOUT="0.001")
        assert (told.code, told.out) == (2, "")
        assert "it takes over" in told.err


@posix
def test_the_deadline_holds_and_says_so(tmp_path: Path) -> None:
    """Catches a package that is worked on for ever."""
    with gzip.open(tmp_path / "t.csv.gz", "wb", 1) as stream:
        stream.write(b"id\n" + b"\n" * 20_000_000)
    package = described(tmp_path, {"path": "t.csv.gz"})
    room = tmp_path / "room"
    room.mkdir()
    late = checked(package, "--timeout", "2", "--temp-dir", str(room))
    assert (late.code, late.findings) == (1, {"limit-exceeded": 1})
    assert "2 s" in json.loads(late.out)["findings"][0]["found"]
    assert late.seconds < 20
    assert list(room.iterdir()) == []  # nothing is left by what was ended
    for form in ("text", "sarif", "junit", "github"):
        told = run("validate", package, "--timeout", "0.2", "--format", form)
        assert told.code == 1
        assert "limit-exceeded" in told.out


@linux
def test_the_memory_of_a_process_is_limited(sound: Path) -> None:
    """Catches a limit that is stated and not set."""
    little = run("query", "select 1", "-p", sound, KZDATA_MEMORY="50MB")
    assert (little.code, little.out) == (2, "")
    assert len(little.err.splitlines()) == 1
    wanted = "import os, resource; print(resource.getrlimit(resource.RLIMIT_DATA)[0], flush=True)"
    script = f"""
import sys
from kzdata.engine.limits import Limits, forked
def work():
    {wanted}
    held = bytearray(3 << 30)
    return 0
forked(work, Limits(memory=1 << 30))
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert int(told.stdout) == (1 << 30) + limits.STACK * (os.cpu_count() or 1)
    assert "LimitError: it takes over 1.1 GB of memory" in told.stderr


@posix
@pytest.mark.parametrize("sent", ["SIGKILL", "SIGSEGV", "SIGABRT"])
def test_a_process_that_dies_is_a_finding(sound: Path, sent: str) -> None:
    """Catches "not valid" for a crash of the engine, or a traceback."""
    script = f"""
import os, sys
from kzdata.cli import main as cli
import kzdata.validation.runner as run
def crash(*a, **k): os.kill(os.getpid(), {int(signal.Signals[sent])})
sys.argv = ["kzdata", "validate", {str(sound)!r}, "--format", "json"]
real = cli._report
import kzdata.engine.limits as limits
confined = limits._confine
def confine(*a):
    confined(*a)
    crash()
limits._confine = confine
cli.main()
"""
    # What is patched loads the engine, which no fork survives; so only the names are taken.
    script = script.replace("import kzdata.validation.runner as run\n", "")
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (1, "")
    (finding,) = json.loads(told.stdout)["findings"]
    assert finding["rule"] == "limit-exceeded"
    assert sent in finding["found"]


@posix
def test_a_process_ends_with_the_one_that_began_it(tmp_path: Path) -> None:
    """Catches work that goes on after `kill -9`."""
    script = f"""
import time
from pathlib import Path
from kzdata.engine.limits import Limits, forked
def work():
    Path({str(tmp_path / "begun")!r}).touch()
    time.sleep(3)
    Path({str(tmp_path / "done")!r}).touch()
    return 0
forked(work, Limits())
"""
    process = subprocess.Popen([sys.executable, "-c", script])
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    process.kill()
    process.wait()
    time.sleep(4)
    assert not (tmp_path / "done").exists()


@posix
def test_what_nobody_expected_is_one_line(sound: Path) -> None:
    """Catches "not valid", or a traceback, for an exception that nobody expected."""
    for error, code in {
        "TypeError('x' * 9_000)": 2, "RecursionError()": 2, "AssertionError": 2, "KeyError(1)": 2,
        "MemoryError": 2, "KeyboardInterrupt": 130, "BrokenPipeError": 2, "OSError(28, 'full')": 2,
    }.items():  # fmt: skip
        script = f"""
import sys
from kzdata.cli import main as cli
def broken(*_, **__): raise {error}
cli._load = broken
sys.argv = ["kzdata", "tables", "-p", {str(sound)!r}]
cli.main()
"""
        told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert (told.returncode, told.stdout) == (code, "")
        assert len(told.stderr.splitlines()) <= 1
        assert len(told.stderr) < 400
        assert ("please report" in told.stderr) == (
            "Error" in error
            and code == 2
            and not (set(error.split("(")) & {"MemoryError", "BrokenPipeError", "OSError"})
        )


@posix
@pytest.mark.parametrize("command", ["validate", "validate --format json", "rules", "tables"])
def test_a_reader_that_leaves_is_no_verdict(sound: Path, command: str) -> None:
    """Catches exit code 1, "not valid", for output that nobody wanted to read."""
    words = [sys.executable, "-m", "kzdata.cli", *command.split()]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=sound) as run:
        assert run.stdout and run.stderr
        run.stdout.close()
        err = run.stderr.read()
    assert run.returncode in (0, 2)
    assert b"Traceback" not in err


@posix
def test_ctrl_c_is_heeded_at_once(sound: Path) -> None:
    """Catches a query that goes on for as long as it may after Ctrl-C."""
    endless = "select sum(range % 7) from range(1000000000000)"
    words = [sys.executable, "-m", "kzdata.cli", "query", endless, "-p", str(sound)]
    for sent in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen(words, stderr=subprocess.PIPE)
        time.sleep(3)
        begin = time.monotonic()
        process.send_signal(sent)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 130, err
        assert time.monotonic() - begin < 5
        assert b"Traceback" not in err


@posix
def test_a_step_that_cannot_be_stopped_ends(sound: Path) -> None:
    """Catches a question that the engine works on in one step for longer than it may."""
    giant = "list(list_zip(range(2000000), range(71))) over (rows 70 preceding)"
    told = run("query", f"select {giant} from range(5000)", "-p", sound, "--timeout", "2")
    assert (told.code, told.out) == (2, "")
    assert "2 s" in told.err or "5 s" in told.err or "memory" in told.err.lower()
    assert told.seconds < 25


# ------------------------------------------------------------------------------ as a library


def test_a_library_validates_apart(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches limits that only the command has, and a report that loses something on its way."""
    package = flood(tmp_path / "flood")
    package.file("tolls").write_text(package.file("tolls").read_text().replace("12", "13"))
    here = validate(package.root)
    assert here.errors
    assert validate(package.root, limits=Limits()) == here
    (late,) = validate(sound, limits=Limits(seconds=0.001))
    assert late.rule == "limit-exceeded"
    with pytest.raises(kzdata.PackageError, match="no such file"):
        validate(tmp_path / "nowhere", limits=Limits())
    with pytest.raises(UsageError, match="no rule"):
        validate(sound, select=["nonsense"], limits=Limits())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kzdata.PackageError, match=r"^nowhere: no such file"):
        validate("nowhere", limits=Limits())


@linux
def test_a_library_limits_memory(sound: Path) -> None:
    """Catches a limit of memory that a fresh interpreter does not set."""
    for megabytes in (30, 60, 90):
        (finding,) = validate(sound, limits=Limits(memory=megabytes << 20))
        assert finding.rule == "limit-exceeded"
        assert "memory" in finding.found


def test_nothing_of_the_working_directory_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sound: Path
) -> None:
    """Catches modules of a stranger's folder that a fresh interpreter would import."""
    for name in ("kzdata", "json", "os", "typing", "encodings", "sitecustomize", "duckdb"):
        trap = f"open({str(tmp_path / 'sprung')!r}, 'w').write({name!r})\n"
        (sound / f"{name}.py").write_text(trap)
    monkeypatch.chdir(sound)
    monkeypatch.setenv("PYTHONPATH", str(sound))
    monkeypatch.setattr("sys.path", ["", str(sound), *sys.path])
    assert validate(".", limits=Limits()).valid
    assert not (tmp_path / "sprung").exists()
    assert str(sound) not in str(isolated("pass"))


def test_what_breaks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a traceback, or silence, where kzdata itself fails in another process."""
    with pytest.raises(BrokenError, match="please report"):
        apart("kzdata.files.limits:bytes_of", {"size": None}, Limits())
    with pytest.raises(UsageError, match="not a size"):
        apart("kzdata.files.limits:bytes_of", {"size": "much"}, Limits())
    assert apart("kzdata.files.limits:bytes_of", {"size": "2 GB"}, Limits()) == 2 * 10**9
    with pytest.raises(LimitError):
        apart("os:abort", {}, Limits())


@pytest.mark.parametrize(("size", "found"), [
    ("2GB", 2 * 10**9), ("500 MB", 5 * 10**8), ("1.5GiB", 3 << 29), ("100", 100), ("1kib", 1024),
])  # fmt: skip
def test_sizes(size: str, found: int) -> None:
    """Catches a megabyte taken for a mebibyte."""
    assert bytes_of(size) == found


@pytest.mark.parametrize("size", ["", "GB", "-1GB", "0", "1XB", "nan", "infGB", "1e400GB"])
def test_what_is_no_size(size: str) -> None:
    """Catches a limit that is none."""
    with pytest.raises(UsageError, match="not a size"):
        bytes_of(size)


def test_variables_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches limits that cannot be set, or are set to nonsense in silence."""
    assert Limits.stated() == Limits()
    monkeypatch.setenv("KZDATA_MEMORY", "1GB")
    monkeypatch.setenv("KZDATA_TIMEOUT", "5")
    assert Limits.stated() == Limits(10**9, 5)
    for wrong in ("0", "-1", "soon", "nan", "inf"):
        monkeypatch.setenv("KZDATA_TIMEOUT", wrong)
        with pytest.raises(UsageError, match="KZDATA_TIMEOUT"):
            Limits.stated()


# ------------------------------------------------------------------------------ sizes


def test_a_giant_list_in_parquet(tmp_path: Path) -> None:
    """Catches some hundred bytes of Parquet that become gigabytes: one list of equal values."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    values = pyarrow.nulls(20_000_000, pyarrow.int8()).fill_null(0)
    lists = pyarrow.ListArray.from_arrays(pyarrow.array([0, len(values)], pyarrow.int32()), values)
    parquet.write_table(pyarrow.table({"id": lists}), tmp_path / "t.parquet", compression="gzip")
    told = checked(described(tmp_path, {"path": "t.parquet"}))
    assert (told.code, told.findings) == (0, {"not-checked": 1})
    assert told.megabytes < 500


def test_columns_that_a_parquet_file_does_not_have(tmp_path: Path) -> None:
    """Catches columns that the reader makes up: of a path, or to tell two names apart."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    folder = tmp_path / "id=7"
    folder.mkdir()
    parquet.write_table(pyarrow.table({"size": [1]}), folder / "t.parquet")
    fields = {"fields": [column("size", "integer"), column("id", "integer")]}
    report = validate(described(tmp_path, {"path": "id=7/t.parquet", "schema": fields}))
    assert "csv-header" in report.by_rule
    for number, names in enumerate((["a", "A"], ["a", "a"], ["a", "b", "A"])):
        table = pyarrow.table([pyarrow.array([n]) for n in range(len(names))], names=names)
        parquet.write_table(table, tmp_path / f"t{number}.parquet")
        fields = {"fields": columns_named("a", "A_1", "a_1", "b")} | {"fieldsMatch": ["partial"]}
        report = validate(described(tmp_path, {"path": f"t{number}.parquet", "schema": fields}))
        assert not report.valid
    nested = pyarrow.table({"a": [[1]], "b": [{"a": 1, "c": [2]}], "c": [3]})
    parquet.write_table(nested, tmp_path / "nested.parquet")
    fields = {"fields": [column("a", "array"), column("b", "object"), column("c", "integer")]}
    assert validate(described(tmp_path, {"path": "nested.parquet", "schema": fields})).valid


def test_columns_deep_inside_of_columns(tmp_path: Path) -> None:
    """Catches a failure of the engine for what is nested deeper than it can walk."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    for depth, words in ((3, ""), (60, "over 100 deep"), (229, "over 100 deep")):
        kind, value = pyarrow.int64(), json.loads("[" * depth + "1" + "]" * depth)
        for _ in range(depth):
            kind = pyarrow.list_(kind)
        table = pyarrow.table({"a": pyarrow.array([value], kind)})
        parquet.write_table(table, tmp_path / "t.parquet")
        fields = {"fields": [column("a", "array")]}
        report = validate(described(tmp_path, {"path": "t.parquet", "schema": fields}))
        assert report.by_rule == ({"not-checked": 1} if words else {})
        assert words in repr(report)


def columns_named(*names: str) -> list[dict[str, Any]]:
    return [column(name, "integer") for name in names]


def test_rows_of_a_million_cells(tmp_path: Path) -> None:
    """Catches the cells of wide rows that are all kept because the rows have findings."""
    with gzip.open(tmp_path / "t.csv.gz", "wb", 1) as stream:
        stream.write(b"id\n" + (b"," * 1_000_000 + b"\n") * 30)
    told = checked(described(tmp_path, {"path": "t.csv.gz"}))
    assert (told.code, told.findings) == (1, {"csv-width": 30})
    assert json.loads(told.out)["findings"][0]["found"] == "1000001 cells"
    assert told.megabytes < 500


def test_a_header_of_a_million_columns(tmp_path: Path) -> None:
    """Catches a header that is cut in silence, so that columns nobody knows are passed over."""
    names = ["id", *(f"c{n}" for n in range(10_000))]
    (tmp_path / "t.csv").write_text(",".join(names) + "\n" + ",".join(names) + "\n")
    fields = {"fields": [column("id")], "fieldsMatch": ["subset"]}
    report = validate(described(tmp_path, {"path": "t.csv", "schema": fields}))
    assert (report.by_rule, report.rows) == ({"not-checked": 1}, {})
    assert report.unchecked == ("t.csv: its rows: over 10,000 columns; split the table",)
    closed = {"fields": [column("id")]}
    report = validate(described(tmp_path, {"path": "t.csv", "schema": closed}))
    assert report.by_rule == {"csv-header": 1, "not-checked": 1}


def test_long_cells_of_rows_with_findings(tmp_path: Path) -> None:
    """Catches a thousand rows of a megabyte that are held whole for one cell each."""
    with gzip.open(tmp_path / "t.csv.gz", "wb", 1) as stream:
        stream.write(b"id,size\n" + (b"x" * 1_000_000 + b",y\n") * 100)
    fields = {"fields": [column("id"), column("size", "integer")]}
    told = checked(described(tmp_path, {"path": "t.csv.gz", "schema": fields}))
    assert (told.code, told.findings) == (1, {"cell-type": 100})
    assert told.megabytes < 700


def test_millions_of_blank_lines(tmp_path: Path) -> None:
    """Catches findings that are collected first and counted later."""
    (tmp_path / "t.csv").write_bytes(b"id\n" + b"\n" * 100_000)
    package = described(tmp_path, {"path": "t.csv"})
    validate(package)  # what is imported is not counted
    tracemalloc.start()
    try:
        report = validate(package)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert report.omitted == {"csv-blank-line": 99_000}
    assert most < 6 << 20


def test_encodings_that_take_the_square(tmp_path: Path) -> None:
    """Catches codecs that keep a text whole until its end: ten megabytes took a day."""
    (tmp_path / "t.csv").write_bytes(b"id\n+" + b"A" * 10_000_000)
    for encoding in ("utf-7", "U7", "unicode-1-1-utf-7", "hz", "iso2022_jp", "idna", "punycode"):
        told = checked(described(tmp_path, {"path": "t.csv", "encoding": encoding}))
        assert (told.code, told.findings) == (0, {"not-checked": 1})
        assert f"the encoding {encoding}" in told.out
        assert told.megabytes < 300


@pytest.mark.parametrize("encoding", [
    "ascii", "latin-1", "ISO-8859-15", "windows-1251", "cp437", "koi8-r", "macroman", "shift_jis",
    "euc-kr", "big5", "gb18030", "utf-16", "utf-16le", "utf-32", "utf-8-sig", "ptcp154", "kz1048",
])  # fmt: skip
def test_encodings_of_the_world(tmp_path: Path, encoding: str) -> None:
    """Catches a list of encodings that forgets some."""
    (tmp_path / "t.csv").write_bytes("id\na\n".encode(encoding))
    assert validate(described(tmp_path, {"path": "t.csv", "encoding": encoding})).valid


@pytest.mark.parametrize("text", [
    "a." * 40_000 + "a = 1", "[" + "a." * 40_000 + "a]", '"a=b".' + "c." * 40_000 + "c = 1",
    "x = " + "[" * 100_000, "x = " + "{a=" * 50_000, ("a." * 1_000 + "a=1\n") * 100,
], ids=lambda text: text[:8])  # fmt: skip
def test_allow_lists_that_take_the_square(sound: Path, text: str) -> None:
    """Catches a list of exceptions whose reader takes gigabytes: it is read by default."""
    (sound / "kzdata-allow.toml").write_text(text)
    told = run("validate", sound)
    assert (told.code, told.out) == (2, "")
    assert told.megabytes < 300
    assert told.seconds < 30
    assert len(told.err.splitlines()) == 1 and "kzdata-allow.toml" in told.err
    assert run("validate", sound, "--no-allow").code == 0


def test_reasons_may_have_dots(sound: Path) -> None:
    """Catches a limit that refuses what people write."""
    entry = '[[allow]]\nrule = "cell-formula"\nreason = "e.g. 1.2.3 ... and so on."\n'
    (sound / "kzdata-allow.toml").write_text(entry * 500)
    assert validate(sound).by_rule == {"allow-stale": 500}


def zipped(file: Path, *names: str, method: int = zipfile.ZIP_STORED) -> Path:
    """A zip with a sound package, and further entries."""
    with zipfile.ZipFile(file, "w", method) as archive:
        schema = {"fields": [{"name": "id", "type": "string"}]}
        resource = {"name": "t", "path": "t.csv", "schema": schema}
        archive.writestr("datapackage.json", json.dumps({"name": "p", "resources": [resource]}))
        archive.writestr("t.csv", "id\na\n")
        for name in names:
            archive.writestr(name, "id\nb\n")
    return file


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("twin", [
    "t.csv", "datapackage.json", "DATAPACKAGE.JSON", "T.csv", "t.csv.", "t.csv ", "./t.csv",
    "datapackage.json. .", "ｔ/../t.csv", "t.CSV",
])  # fmt: skip
def test_names_that_are_one_somewhere(tmp_path: Path, twin: str) -> None:
    """Catches a gate that checks one of two files, where the other one is used behind it."""
    file = zipped(tmp_path / "p.zip", twin)
    with pytest.raises(kzdata.PackageError):
        validate(file)


@pytest.mark.parametrize(("one", "other"), [
    ("é", "e\u0301"), ("straße", "STRASSE"), ("ﬁ".upper(), "fi"), ("a/b", "A/B"), ("a/b", "a//b"),
    ("dir./x", "dir/x"), ("\u212b", "\u00c5"),
])  # fmt: skip
def test_letters_that_are_one_somewhere(tmp_path: Path, one: str, other: str) -> None:
    """Catches the same for letters that a file system takes for one."""
    with pytest.raises(kzdata.PackageError, match="one name"):
        validate(zipped(tmp_path / "p.zip", one, other))
    assert validate(zipped(tmp_path / "p.zip", one, "other")).valid


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_folders_that_a_zip_names_again(tmp_path: Path) -> None:
    """Catches a package refused for folders, which are one folder and hide no file."""
    assert validate(zipped(tmp_path / "p.zip", "d/", "d/", "D/", "d/x")).valid
    with pytest.raises(kzdata.PackageError, match="one name"):
        validate(zipped(tmp_path / "p.zip", "d/", "d/x", "D"))


@pytest.mark.parametrize("name", ["t.csv", "datapackage.json", "T.CSV", "other"])
def test_second_names_in_a_zip(tmp_path: Path, name: str) -> None:
    """Catches a file that later Pythons, and other programs, unpack under the name of another."""
    file = zipped(tmp_path / "p.zip")
    entry = zipfile.ZipInfo("harmless")
    crc = zlib.crc32(b"harmless").to_bytes(4, "little")
    entry.extra = struct.pack("<HHB", 0x7075, 5 + len(name), 1) + crc + name.encode()
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(entry, "id\nb\n")
    if name == "other":
        assert validate(file).valid
    else:
        with pytest.raises(kzdata.PackageError, match="one name"):
            validate(file)


def test_a_zip_of_two_million_entries(tmp_path: Path) -> None:
    """Catches a directory that is read whole before its entries are counted."""
    file = zipped(tmp_path / "p.zip")
    data = file.read_bytes()
    begin, end = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    first = data[begin : data.index(b"PK\x01\x02", begin + 1)]
    many = 500_000
    directory = data[begin:end] + first * many
    tail = bytearray(data[end:])
    tail[12:16] = len(directory).to_bytes(4, "little")
    file.write_bytes(data[:begin] + directory + bytes(tail))
    told = run("validate", file)
    assert (told.code, told.out) == (2, "")
    assert "a directory of over" in told.err
    assert told.megabytes < 150


@pytest.mark.parametrize("place", [8, 10])
def test_a_zip_that_counts_wrongly(tmp_path: Path, place: int) -> None:
    """Catches a zip of which programs that believe its end see other files than we do."""
    file = zipped(tmp_path / "p.zip", "more")
    data = bytearray(file.read_bytes())
    data[len(data) - 22 + place] = 1
    file.write_bytes(data)
    if place == 10:
        with pytest.raises(kzdata.PackageError, match="another number of entries"):
            validate(file)
    wide = zipped(tmp_path / "wide.zip")
    data = bytearray(wide.read_bytes())
    end = len(data) - 22
    size, begin = data[end + 12 : end + 16], data[end + 16 : end + 20]
    for count, good in ((2, True), (0, False), (1, False)):
        number = count.to_bytes(8, "little")
        record = b"PK\x06\x06" + (44).to_bytes(8, "little") + bytes([45, 0, 45, 0]) + bytes(8)
        record += number + number + size + bytes(4) + begin + bytes(4)
        locator = b"PK\x06\x07" + bytes(4) + end.to_bytes(8, "little") + (1).to_bytes(4, "little")
        last = data[end : end + 8] + b"\xff" * 12 + bytes(2)
        wide.write_bytes(bytes(data[:end]) + record + locator + bytes(last))
        if good:
            assert validate(wide).valid
        else:
            with pytest.raises(kzdata.PackageError):
                validate(wide)


def test_a_zip_that_wants_memory_to_be_unpacked(tmp_path: Path) -> None:
    """Catches LZMA, whose entry says how much memory it takes before a byte is unpacked."""
    told = run("validate", zipped(tmp_path / "p.zip", method=zipfile.ZIP_LZMA))
    assert (told.code, told.out) == (2, "")
    assert "use deflate" in told.err
    assert validate(zipped(tmp_path / "p.zip", method=zipfile.ZIP_DEFLATED)).valid
    assert validate(zipped(tmp_path / "p.zip", method=zipfile.ZIP_BZIP2)).valid


def test_a_name_of_half_a_million_characters(tmp_path: Path) -> None:
    """Catches a name that each finding, and each query, repeats."""
    name = "x" * 500_000
    (tmp_path / "t.csv").write_text(f"{name}\n" + "1\n" * 2_000)
    fields = {"fields": [{"name": name, "type": "integer", "constraints": {"minimum": 5}}]}
    told = checked(described(tmp_path, {"path": "t.csv", "schema": fields}))
    assert (told.code, told.findings) == (0, {"not-checked": 1})
    assert told.megabytes < 300
    fields["fields"][0]["name"] = "x" * 1_000
    (tmp_path / "t.csv").write_text("x" * 1_000 + "\n7\n")
    assert validate(described(tmp_path, {"path": "t.csv", "schema": fields})).valid


def test_aliases_each_longer_than_the_last(tmp_path: Path) -> None:
    """Catches all pairs of long names, none of which any quote could hold."""
    package = flood(tmp_path / "flood")
    rows = [f'"master","{"a " * n}b","gull"' for n in range(1, 2_000)]
    with package.file("called").open("a", encoding="utf-8") as stream:
        stream.write("\n".join(rows) + "\n")
    package.reseal()
    told = checked(package.root)
    assert told.megabytes < 800
    assert told.seconds < 60


PATTERNS = [
    "|".join(f"[ab]*a[ab]{{{500 + 10 * n}}}c" for n in range(40)),
    "((a{1,100}){1,100}){1,100}",
    "(a|b|(c|[d-f]{3,90}){4,80}){2}",
]


@pytest.mark.parametrize("pattern", PATTERNS, ids=["alternatives", "nested", "mixed"])
def test_patterns_that_repeat_too_much(tmp_path: Path, pattern: str) -> None:
    """Catches some hundred characters that RE2 makes a program of a million steps of."""
    (tmp_path / "t.csv").write_text("id\n" + "ab" * 150_000 + "\n")
    fields = {"fields": [{"name": "id", "type": "string", "constraints": {"pattern": pattern}}]}
    told = checked(described(tmp_path, {"path": "t.csv", "schema": fields}), "--timeout", "30")
    assert told.findings == {"not-checked": 1}
    assert f"over {MAX_STATES} parts" in told.out
    assert told.seconds < 30


@pytest.mark.parametrize(("pattern", "number"), [
    ("", 0), ("abc", 3), ("a{3}", 3), ("(ab){2,5}", 10), ("[a-z]{2}x", 3), (r"\p{L}{4}", 4),
    (r"\(a\)", 3), ("(a{2}){3}", 6), ("a|b", 2), ("a*", 1), ("[)](]", 2), (")))", 0), ("((", 0),
    ("{3}", 0), ("a{2,}", 2), ("[]{3}]{2}", 2),
    ("(a{5}){0,}", 5), ("a{0}", 0), (r"\Q(a\Eb{3}", 9), (r"\x{1000}b", 2), ("([[:alpha:](]){7}", 7),
    ("a{05}", 5), (r"\\Q{2}", 3),
])  # fmt: skip
def test_parts_of_a_pattern(pattern: str, number: int) -> None:
    """Catches a count that overlooks a repetition."""
    assert states(pattern) == number


def test_hundred_patterns_are_within_the_deadline(tmp_path: Path) -> None:
    """Catches minutes of compiling alone."""
    pattern = r"(\p{L}|\p{N}|_){1,%d}[\p{Lu}]{1,100}"
    fields = [
        {"name": f"f{n}", "type": "string", "constraints": {"pattern": pattern % (200 - n)}}
        for n in range(100)
    ]
    names = [str(field["name"]) for field in fields]
    (tmp_path / "t.csv").write_text(",".join(names) + "\n" + ",".join(names) + "\n")
    package = described(tmp_path, {"path": "t.csv", "schema": {"fields": fields}})
    told = checked(package, "--timeout", "5")
    assert (told.code, told.findings) == (1, {"limit-exceeded": 1})
    assert told.seconds < 30


def test_json_that_is_nested_too_deep(tmp_path: Path) -> None:
    """Catches a descriptor that ends whoever walks through it by recursion."""
    (tmp_path / "t.csv").write_text("id\na\n")
    for depth, code in ((50, 0), (480, 2), (5_000, 2)):
        described(tmp_path, {"path": "t.csv", "more": "MORE"})
        text = (tmp_path / "datapackage.json").read_text()
        deep = text.replace('"MORE"', "[" * depth + "]" * depth)
        (tmp_path / "datapackage.json").write_text(deep)
        for command in (["validate", tmp_path], ["diff", tmp_path, tmp_path]):
            told = run(*command)
            assert told.code == code, told
            assert code == 0 or "nested too deep" in told.err


# ------------------------------------------------------------------------------ files


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[Path]:
    """A package beside which something secret lies."""
    (tmp_path / "secret.json").write_text('{"name": "SECRET", "resources": []}')
    (tmp_path / "secret.toml").write_text("SECRET = 1\n")
    package = build(tmp_path / "p", [Spec("t", {"fields": [column("id")]}, [["a"]])]).root
    yield package


@posix
def test_a_schema_that_is_a_pipe(linked: Path) -> None:
    """Catches a read of a named pipe, which never ends."""
    os.mkfifo(linked / "pipe.json")
    for role in ("schema", "dialect"):
        raw = json.loads((linked / "datapackage.json").read_text())
        raw["resources"][0][role] = "pipe.json"
        (linked / "datapackage.json").write_text(json.dumps(raw))
        report = validate(linked, limits=Limits(seconds=30))
        assert report.by_rule and "limit-exceeded" not in report.by_rule
        assert run("tables", "-p", linked, KZDATA_TIMEOUT="30").seconds < 25


@pytest.mark.parametrize("name", ["datapackage.json", "kzdata-allow.toml"])
def test_links_out_of_the_package(linked: Path, name: str) -> None:
    """Catches a descriptor or an allow-list through which any file gets into a message."""
    (linked / name).unlink(missing_ok=True)
    (linked / name).symlink_to(f"../secret{Path(name).suffix}")
    told = run("validate", linked)
    assert (told.code, told.out) == (2, "")
    assert "leads out of the package through a link" in told.err
    assert "SECRET" not in told.err


@pytest.mark.parametrize("name", ["datapackage.json", "kzdata-allow.toml", "CHANGELOG.md"])
def test_links_inside_of_the_package(linked: Path, name: str) -> None:
    """Catches a package refused for links that lead nowhere else."""
    content = (linked / name).read_bytes() if (linked / name).exists() else b""
    (linked / "elsewhere").mkdir()
    (linked / "elsewhere" / name).write_bytes(content)
    (linked / name).unlink(missing_ok=True)
    (linked / name).symlink_to(Path("elsewhere") / name)
    assert validate(linked).valid


@linux
def test_a_file_that_turns_into_a_link_is_not_read(tmp_path: Path) -> None:
    """Catches a look at a path and a later reading of it: what was opened is what is read."""
    from kzdata.files.folder import Folder

    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "in" / "t").write_text("public")
    with Folder(tmp_path / "in") as folder:
        place = folder.file("t")
        (tmp_path / "in" / "t").unlink()
        (tmp_path / "in" / "t").symlink_to("../secret")
        assert place.read_text() == folder.file("t").read_text() == "public"
        assert list(folder.changed()) == ["t"]
    with pytest.raises(kzdata.PackageError, match="closed"):
        folder.file("t")


def test_a_file_that_changes_while_it_is_read(
    linked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a hash of one content beside cells of another."""
    from kzdata.files.csv import file_stats

    def slow(path: Path, *rest: Any, **how: Any) -> Any:
        seen = file_stats(path, *rest, **how)
        with (linked / "tables" / "t.csv").open("a") as stream:
            stream.write("b\n")
        return seen

    monkeypatch.setattr("kzdata.validation.runner.file_stats", slow)
    assert "resource-changed" in validate(linked).by_rule


@linux
def test_as_many_files_as_a_package_may_have(tmp_path: Path) -> None:
    """Catches files that are held open until no more can be."""
    paths = [f"t{n}.csv" for n in range(900)]
    for path in paths:
        (tmp_path / path).write_text("id\na\n")
    package = described(tmp_path, {"path": paths})
    script = f"""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 4096))
import kzdata
print(kzdata.validate({str(package)!r}).rows)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert told.stdout == "{'t': 900}\n", told.stderr


@pytest.mark.parametrize(
    "pattern",
    [
        "a{" + "9" * 5_000 + "}",
        "(x{1000}){0,}" * 700,
        r"\((x{100}){0,9}" * 100,
        "(" + "." * 900 + "[(]){9}",
        "(" * 60 + ")" * 60,
        "[a-" * 60 + "[b" + "]" * 61,
        r"[\W\p{Cn}-[a]]" * 600,
    ],
)
def test_repetitions_that_were_not_counted(tmp_path: Path, pattern: str) -> None:
    """Catches a repetition without end, a literal or a class that hides parts, and a giant one."""
    build(tmp_path, [Spec("t", {"fields": [column("id", pattern=pattern)]}, [["x"]])])
    found = run("validate", tmp_path, "--format", "json").findings
    assert found["not-checked"]


@pytest.mark.parametrize(
    "part", ["[", "[a-", "[a-[", r"\p{", r"\p{Is", "(", "(a|", "a{1", "[\\", "{1", r"[\W]", "[--"]
)
def test_patterns_that_take_the_square(part: str) -> None:
    """Catches a look for an end from each place anew: one pattern took half a minute."""
    pattern = (part * 10_000)[:10_000]
    field = FieldDescriptor.make({"name": "id", "constraints": {"pattern": pattern}})
    begin = time.monotonic()
    check_field(field, "id", Faults())
    states(pattern)
    assert time.monotonic() - begin < 2
