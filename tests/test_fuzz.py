"""Fuzzing: whatever bytes a descriptor, a table or a zip has, the command ends with 0, 1 or 2.

Hypothesis takes sound files apart and puts them together wrongly. A process of its own runs the
command on them, so that a crash of a library, a request that never ends or memory that grows is
seen and not shared. `KZDATA_FUZZ=20000` draws as many cases as it says; by default some seconds'.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packages import FLOOD_TEXTS, Spec, build, column, flood, keep_texts
from strategies import HAZARDS

MANY = int(os.environ.get("KZDATA_FUZZ", "0"))
FEW = 25
SECONDS = 60
MEGABYTES = 2_000
SERVER = """
import contextlib, io, sys
from kzdata.cli.main import main
try:
    import resource
except ImportError:
    resource = None
answers = sys.stdout
def peak():
    # What the system counts for a process begins with the size of the one that started it.
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if resource else 0
for line in sys.stdin:
    sys.argv = ["kzdata", *line.rstrip("\\n").split("\\t")]
    code, out = 0, io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            main()
        except SystemExit as left:
            code = left.code
        except BaseException as error:
            code = f"{type(error).__name__}: {error}"
    print(repr(code), peak(), file=answers, flush=True)
"""
TYPES = (
    "string integer number boolean date time datetime year yearmonth duration list object array "
    "geopoint geojson any"
).split()
CELLS = [
    *("a", "12", "1.5E3", "true", "2024-01-26", "15:00:00", "2024-01-26T15:00:00Z", "2024"),
    *("2024-01", "P1Y2M3DT4H5M6.7S", "1,2", '{"a":1}', "[1]", "1, 2", '{"type":"Point"}', "="),
]
TOKENS = [
    *(HAZARDS + "\"'{}[]:,;|\\").encode().split(b"\0"), *(c.encode() for c in HAZARDS),
    *b"\" ' { } [ ] : , \\ \\u0000 \\ud800 1e999 -1 NaN null true [[[[ ]]]] {} [] \"\"".split(),
    *(f'"{kind}"'.encode() for kind in TYPES), b'"fields"', b'"path"', b'"constraints"', b'"../x"',
    b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\r", b"\n", b"\r\n", b"\n\n", b'"\n"',
    b"9" * 400, b"x" * 70_000, b'""' * 500, b"\n" * 300, b"," * 300, b"PK\x03\x04", b"\x1f\x8b",
]  # fmt: skip


class Edit(NamedTuple):
    """One change: what, where (a share of the file) and how much of it, and what is put there."""

    kind: str
    place: float
    length: int
    token: bytes

    def __call__(self, data: bytes, other: bytes) -> bytes:
        start = int(self.place * len(data))
        end = start + self.length
        part, bit = data[start:end], 1 << self.length % 8
        return {
            "insert": data[:start] + self.token + data[start:],
            "replace": data[:start] + self.token + data[end:],
            "delete": data[:start] + data[end:],
            "repeat": data[:end] + part * 20 + data[end:],
            "flip": data[:start] + bytes(b ^ bit for b in part[:1]) + data[start + 1 :],
            "cut": data[:start],
            "splice": data[:start] + other[int(self.place * len(other)) :],
        }[self.kind]


KINDS = ["insert", "replace", "delete", "repeat", "flip", "cut", "splice"]
edits = st.lists(
    st.builds(
        Edit,
        st.sampled_from(KINDS),
        st.floats(0, 1),
        st.integers(0, 300),
        st.sampled_from(TOKENS) | st.binary(max_size=8),
    ),
    min_size=1,
    max_size=6,
)
values = st.recursive(
    st.sampled_from([None, True, 0, -1, 1e308, 2**63, "", "x", "\0", "..", "default", *TYPES])
    | st.sampled_from([[["a"]], {"value": "a"}, "%Y", "(", "a{1000}", "utf-16", "|"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("name"), inner, max_size=1),
    max_leaves=4,
)


class Judge:
    """Runs the command in a process of its own, again and again."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answers: Queue[str] = Queue()
        Thread(target=self._listen, args=(self._process, self._answers), daemon=True).start()

    @staticmethod
    def _listen(process: "subprocess.Popen[str]", answers: "Queue[str]") -> None:
        assert process.stdout
        for line in process.stdout:
            answers.put(line)
        answers.put(f"'ended with {process.wait()}' 0")

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def verdict(self, *arguments: str | Path) -> str:
        """The exit code, or what happened instead."""
        assert self._process.stdin
        self._process.stdin.write("\t".join(map(str, arguments)) + "\n")
        self._process.stdin.flush()
        try:
            code, _, peak = self._answers.get(timeout=SECONDS).rpartition(" ")
        except Empty:
            code, peak = f"no end within {SECONDS} seconds", "0"
        if code in ("0", "1", "2") and int(peak) < MEGABYTES << 10:
            return code
        self.close()
        self._start()
        return code if int(peak) < MEGABYTES << 10 else f"{peak} kB of memory"


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    made = Judge()
    yield made
    made.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Packages to be spoilt: the flood, and a table with a column of each type."""
    root = tmp_path_factory.mktemp("sound")
    fields = [column(f"f{place}", kind, unique=place == 1) for place, kind in enumerate(TYPES)]
    fields[0]["constraints"] = {"pattern": "[a-z]+", "minLength": 1, "enum": ["a", "b"]}
    for place, limit in {1: 0, 2: 0.5, 4: "2000-01-01", 6: "2000-01-01T00:00:00", 9: "P1D"}.items():
        fields[place]["constraints"] = {"minimum": limit, "exclusiveMaximum": limit}
    parent = {"fields": ["f15"], "reference": {"resource": "", "fields": ["f0"]}}
    schema = {
        "fields": fields, "missingValues": ["", "-"], "primaryKey": ["f0", "f6"],
        "uniqueKeys": [["f1", "f2"]], "foreignKeys": [parent], "fieldsMatch": "subset",
    }  # fmt: skip
    typed = build(root / "typed", [Spec("typed", schema, [CELLS, CELLS, ["-"] * len(CELLS)])])
    dialect = {"delimiter": ",", "commentChar": "#", "headerRows": [1], "skipInitialSpace": True}
    typed.describe(lambda p: p["resources"][0].update(dialect=dialect, encoding="utf-8"))
    keep_texts(root / "texts", FLOOD_TEXTS)
    return [flood(root / "flood").root, typed.root, root / "texts"]


def copied(sound: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(sound, folder))


def spoilt(package: Path, name: str, changes: list[Edit]) -> None:
    """Carry out changes on one file of a package; its hash is no longer asked."""
    file = package / name
    data = other = file.read_bytes()
    for change in changes:
        data = change(data, other)
    file.write_bytes(data)


def fuzzed() -> settings:
    """A few cases by default, the same each time; as many as are asked for otherwise."""
    quiet = list(HealthCheck)
    if MANY:
        return settings(max_examples=MANY, suppress_health_check=quiet, deadline=None)
    return settings(max_examples=FEW, derandomize=True, suppress_health_check=quiet, deadline=None)


FORMATS = ["text", "json", "sarif", "junit", "github"]


@given(edits, st.booleans(), st.sampled_from(FORMATS))
@fuzzed()
def test_any_bytes_of_a_descriptor_end_in_an_exit_code(
    judge: Judge, sound: list[Path], tmp_path: Path, changes: list[Edit], typed: bool, form: str
) -> None:
    """Catches a crash, a hang or a traceback for any bytes in place of a descriptor."""
    package = copied(sound[typed], tmp_path / "p")
    spoilt(package, "datapackage.json", changes)
    assert judge.verdict("validate", package, "--format", form) in ("0", "1", "2")


@given(st.lists(st.tuples(st.integers(0, 10**6), values), min_size=1, max_size=3), st.booleans())
@fuzzed()
def test_any_values_of_a_descriptor_end_in_an_exit_code(
    judge: Judge,
    sound: list[Path],
    tmp_path: Path,
    changes: list[tuple[int, Any]],
    typed: bool,
) -> None:
    """Catches the same for any JSON in place of any part of it."""
    package = copied(sound[typed], tmp_path / "p")
    described = json.loads((package / "datapackage.json").read_bytes())
    for where, value in changes:
        places = _places(described)
        if places:
            container, key = places[where % len(places)]
            container[key] = value
    (package / "datapackage.json").write_text(json.dumps(described))
    assert judge.verdict("validate", package, "--texts", sound[2]) in ("0", "1", "2")


def _places(value: Any) -> list[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, child in pairs:
        found.append((value, key))
        if isinstance(child, dict | list):
            found += _places(child)
    return found


@given(edits, st.integers(0, 10**6), st.booleans(), st.sampled_from(FORMATS))
@fuzzed()
def test_any_bytes_of_a_table_end_in_an_exit_code(
    judge: Judge,
    sound: list[Path],
    tmp_path: Path,
    changes: list[Edit],
    which: int,
    typed: bool,
    form: str,
) -> None:
    """Catches the same for any bytes in place of a table."""
    package = copied(sound[typed], tmp_path / "p")
    tables = sorted(path.name for path in (package / "tables").iterdir())
    spoilt(package, f"tables/{tables[which % len(tables)]}", changes)
    verdict = judge.verdict("validate", package, "--format", form, "--texts", sound[2])
    assert verdict in ("0", "1", "2")


@given(edits, st.booleans(), st.booleans())
@fuzzed()
def test_any_bytes_of_a_zip_end_in_an_exit_code(
    judge: Judge, sound: list[Path], tmp_path: Path, changes: list[Edit], typed: bool, packed: bool
) -> None:
    """Catches the same for any bytes in place of a zip."""
    file = tmp_path / "package.zip"
    how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", how) as archive:
        for path in sorted(sound[typed].rglob("*")):
            archive.write(path, path.relative_to(sound[typed]))
    spoilt(tmp_path, file.name, changes)
    assert judge.verdict("validate", file) in ("0", "1", "2")


def test_the_judge_names_each_kind_of_failure(
    judge: Judge, sound: list[Path], tmp_path: Path
) -> None:
    """Catches a judge that calls everything well."""
    assert [judge.verdict("validate", root) for root in sound] == ["0", "1", "2"]
    assert judge.verdict("validate", "--no-such-option") == "2"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[__name__], "SERVER", "input(); import os; os.abort()")
        crashing = Judge()
        assert "ended with" in crashing.verdict("validate")
        crashing.close()
