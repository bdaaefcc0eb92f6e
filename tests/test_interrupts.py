"""What ends while a query runs: the user's patience, the package, a process that was forked off."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

import kzdata
from kzdata import KzdataError, QueryError
from kzdata.engine.database import Database
from packages import Spec, build

LONG = "select count(*) from range(100000) a(x), range(100000) b(y), range(1000) where x + y < 0"
SCRIPT = "from kzdata.cli.main import main\nmain()"


def started(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_query_ends_at_once(way: signal.Signals) -> None:
    """Catches a main thread that sits in the engine and hears of Ctrl-C when the time is over."""
    process = started("query", LONG, "--timeout", "50")
    try:
        time.sleep(3)
        assert process.poll() is None, process.communicate()
        began = time.monotonic()
        process.send_signal(way)
        _, err = process.communicate(timeout=40)
        assert time.monotonic() - began < 10
    finally:
        process.kill()
    assert process.returncode == 130, err
    assert "Traceback" not in err


def interrupting(task: str) -> str:
    """A program that interrupts itself in the midst of a task, and tells what came of it."""
    return f"""
import signal, threading, time
import kzdata
from kzdata.engine.database import Database
kz = kzdata.load()
database = Database()
LONG = {LONG!r}
kz.sql("select 1").rows()
threading.Timer(1, signal.raise_signal, [signal.SIGINT]).start()
began = time.monotonic()
try:
    {task}
except KeyboardInterrupt:
    print("interrupted", time.monotonic() - began < 10, kz.sql("select 1").rows())
kz.close()
"""


@pytest.mark.parametrize(
    "task",
    [
        "kz.sql(LONG, timeout=50).rows()",
        "kz.sql(LONG, timeout=None).rows()",
        "kz.sql(LONG, timeout=50)._repr_html_()",
        "database.rows(LONG)",
        "list(database.stream(LONG))",
        "database.map_parallel(database.rows, [LONG, LONG])",
    ],
)
def test_every_query_can_be_interrupted(task: str) -> None:
    """Catches an interrupt that is heard of late, or told as the engine's own RuntimeError."""
    done = subprocess.run(
        [sys.executable, "-c", interrupting(task)], capture_output=True, text=True, timeout=100
    )
    assert done.stdout == "interrupted True [(1,)]\n", done.stderr


def test_a_package_can_be_closed_during_a_query() -> None:
    """Catches the engine's own exception in either thread, and folders that nobody removes."""
    package = kzdata.load()
    folder = Path(package._dataset.database._file).parent
    found: list[BaseException] = []

    def ask() -> None:
        try:
            package.sql(LONG).rows()
        except BaseException as error:
            found.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    package.close()
    for thread in threads:
        thread.join(30)
    assert [str(error) for error in found] == ["the package is closed"] * 3
    assert all(isinstance(error, QueryError) for error in found)
    assert not folder.exists()


@pytest.mark.parametrize("delay", range(0, 200, 40))
def test_a_package_can_be_closed_between_queries(delay: int) -> None:
    """Catches a moment between two queries at which closing ends in an exception."""
    package = kzdata.load()
    package.sql("select 1")
    found: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(10_000):
                package.sql("select count(*) from sources").rows()
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(delay / 1000)
    package.close()
    thread.join(30)
    assert [type(error) for error in found] == [QueryError], found


FORKED = """
import os, sys, gc
from pathlib import Path
import kzdata
kz = kzdata.load(sys.argv[1])
list(kz.tables.values())[0].texts()
kz.sql("select 1").rows()
rest = kzdata.load()
folders = [Path(kz._dataset.database._file).parent, kz._dataset._folder.path]
child = os.fork()
if not child:
    {child}
    sys.exit()
os.waitpid(child, 0)
print([folder.is_dir() for folder in folders], kz.sql("select count(*) from t").rows())
kz.close()
print([folder.is_dir() for folder in folders])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("child", ["pass", "kz.close()", "del kz; gc.collect()"])
def test_a_forked_process_removes_no_folder_of_its_parent(tmp_path: Path, child: str) -> None:
    """Catches a child that, when it ends, removes the files that its parent works with."""
    folder = build(tmp_path, [Spec("t", {"fields": [{"name": "a", "type": "string"}]}, [["x"]])])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED.format(child=child), str(folder.root)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "[True, True] [(1,)]\n[False, False]\n", done.stderr


def test_closing_twice_does_nothing() -> None:
    """Catches an object that breaks when it is freed for the second time."""
    database = Database()
    folder = database._folder.path
    assert folder.is_relative_to(tempfile.gettempdir())
    database.close()
    database.close()
    assert not folder.exists()
    with pytest.raises(KzdataError, match="closed"):
        database.rows("select 1")


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_importing_the_engine_is_not_interrupted() -> None:
    """Catches an engine that prints a traceback when it is called off while it is imported."""
    script = """
import signal, sys
class Impatient:
    def find_spec(self, name, path=None, target=None):
        if name == "_duckdb":
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            print("called off")
signal.signal(signal.SIGTERM, signal.default_int_handler)
sys.meta_path.insert(0, Impatient())
try:
    import kzdata.engine.database
except KeyboardInterrupt:
    print("then", "_duckdb" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("called off\nthen True\n", "")
