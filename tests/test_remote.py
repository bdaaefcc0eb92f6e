"""Files at addresses: what is fetched where that is asked for, within which limits, and what never.

A server of this process, and the file system that fsspec has in memory, stand for the web and for
stores of objects.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import kzdata
from commands import kz, refused
from kzdata.engine.limits import Limits
from kzdata.errors import MissingExtraError, NotReadError, PackageError, UsageError
from kzdata.files import archive, remote
from kzdata.files.limits import PackageLimits
from kzdata.validation import validate
from test_plugin import PLUGIN

fsspec = pytest.importorskip("fsspec")
pytest.importorskip("aiohttp")

SCHEMA = {"fields": [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}]}
SOUND, FAULTY = b"id,name\n1,a\n", b"id,name\n1,a\nx,b\n"


class Server:
    """A server of files, and of answers that are none."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, tuple[int, str]] = {}  # status, and where it leads
        self.asked: list[str] = []
        own = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                own.asked.append(self.path)
                path = self.path.partition("?")[0]
                status, place = own.answers.get(path, (200 if path in own.files else 404, ""))
                self.send_response(status)
                if place:
                    self.send_header("Location", place)
                body = own.files.get(path, b"")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def put(self, path: str, content: Any) -> str:
        """Serve a file, JSON where it is no bytes; its address."""
        self.files[path] = content if isinstance(content, bytes) else json.dumps(content).encode()
        return f"{self.address}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    one = Server()
    yield one
    one.close()


def described(*entries: dict[str, Any]) -> dict[str, Any]:
    resources = [{"name": f"t{n}", "schema": SCHEMA, **one} for n, one in enumerate(entries)]
    return {"name": "far", "version": "1.0.0", "resources": resources}


def local(root: Path, *entries: dict[str, Any]) -> Path:
    (root / "datapackage.json").write_text(json.dumps(described(*entries)), encoding="utf-8")
    return root


def told(report: kzdata.Report) -> list[tuple[Any, ...]]:
    return [(f.rule, f.file, f.line, f.field, f.found) for f in report]


# ------------------------------------------------------------------------------ what is fetched


def test_a_package_at_an_address(server: Server) -> None:
    """Catches a file beside the descriptor that is not fetched, and a place that nobody finds."""
    server.put("/p/data/a%20b.csv", FAULTY)
    server.put("/p/s.json", SCHEMA)
    entry = {"path": "data/a b.csv", "schema": "s.json"}
    address = server.put("/p/datapackage.json", described(entry))
    report = validate(address, remote=True)
    assert told(report) == [("cell-type", "data/a b.csv", 3, "id", "x")]
    assert report.rows == {"t0": 2} and report.path == address
    assert server.asked.count("/p/data/a%20b.csv") == 1
    done = kz("validate", address, "--remote")
    assert done.code == 1 and "data/a b.csv:3" in done.out and address in done.out
    apart = validate(address, remote=True, limits=Limits())
    assert told(apart) == told(report) and apart.path == address


def test_addresses_in_a_package_of_this_machine(server: Server, tmp_path: Path) -> None:
    """Catches an address that is left, a finding that names a temporary file, and a second way."""
    data, schema = server.put("/far/rows.csv", FAULTY), server.put("/s.json", SCHEMA)
    (tmp_path / "near.csv").write_bytes(SOUND)
    root = local(tmp_path, {"path": data}, {"path": "near.csv", "schema": schema})
    without = validate(root)
    assert without.valid and server.asked == []
    assert {f.rule for f in without} == {"not-checked"} and "--remote" in repr(without)
    report = validate(root, remote=True)
    assert told(report) == [("cell-type", data, 3, "id", "x")]
    assert report.rows == {"t0": 2, "t1": 1}
    assert told(validate(root, remote=True, limits=Limits())) == told(report)
    for form in ("text", "json", "sarif", "github", "junit"):
        shown = kz("validate", root, "--remote", "-f", form).out
        assert "/far/rows.csv" in shown and "x1faddress" not in shown and "\x1f" not in shown
    assert sorted(path.name for path in tmp_path.iterdir()) == ["datapackage.json", "near.csv"]


def test_columns_in_folders_of_addresses(server: Server, tmp_path: Path) -> None:
    fields = [{"name": "year", "type": "integer"}, *SCHEMA["fields"]]
    paths = [server.put(f"/d/year=202{n}/a.csv", SOUND) for n in range(2)]
    report = validate(local(tmp_path, {"path": paths, "schema": {"fields": fields}}), remote=True)
    assert report.valid and report.rows == {"t0": 2} and report.by_rule == {"recommendation": 1}


def test_a_store_of_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches what holds for addresses of the web alone."""
    monkeypatch.setattr(archive, "SCHEMES", (*archive.SCHEMES, "memory"))
    store = fsspec.filesystem("memory")
    text = json.dumps(described({"path": "data/50%25.csv"}, {"path": "none.csv"}))
    try:
        store.pipe("/bucket/p/datapackage.json", text.encode())
        store.pipe("/bucket/p/data/50%25.csv", FAULTY)
        report = validate("memory://bucket/p/datapackage.json", remote=True)
        assert told(report) == [
            ("cell-type", "data/50%25.csv", 3, "id", "x"),
            ("resource-path", "datapackage.json", None, "resources.t1", "none.csv"),
        ]
        assert report.path == "memory://bucket/p/datapackage.json"
        with pytest.raises(PackageError, match="no such file"):
            validate("memory://bucket/q/datapackage.json", remote=True)
    finally:
        store.rm("/bucket", recursive=True)


def test_hashes_and_a_changelog_of_what_is_fetched(server: Server) -> None:
    """Catches a file that is taken as it comes, whatever the descriptor vouches for."""
    server.put("/p/a.csv", SOUND)
    entry = {"path": "a.csv", "bytes": 5, "hash": f"sha256:{'0' * 64}"}
    report = validate(server.put("/p/datapackage.json", described(entry)), remote=True)
    assert {"resource-bytes", "resource-hash"} == set(report.by_rule)
    assert "/p/CHANGELOG.md" in server.asked


def test_what_is_not_there_is_a_finding(server: Server, tmp_path: Path) -> None:
    gone = f"{server.address}/gone.csv"
    report = validate(
        local(tmp_path, {"path": gone}, {"path": "ftp://x.invalid/a.csv"}), remote=True
    )
    assert [(f.rule, f.found) for f in report.of_severity("error")] == [("resource-path", gone)]
    assert "ftp://x.invalid/a.csv is not fetched" in repr(report)


# ------------------------------------------------------------------------------ what is refused


def test_nothing_is_fetched_unasked(server: Server) -> None:
    address = server.put("/datapackage.json", described({"path": "a.csv"}))
    assert "--remote" in refused(kz("validate", address))
    assert server.asked == []


@pytest.mark.parametrize("path", [
    "../secret.csv", "/etc/passwd", "file:///etc/passwd", "~/a.csv", "a/../../b.csv", ".git/a.csv",
    "s3://bucket/a.csv", "simplecache::file:///etc/passwd", "memory://a.csv", "C:\\a.csv",
    "\x1faddress/0/a.csv",
])  # fmt: skip
def test_a_descriptor_reaches_nothing_else(path: str, server: Server, tmp_path: Path) -> None:
    """Catches a stranger's path that leads to this machine, out of its folder or into a store."""
    for entry in ({"path": path}, {"path": "a.csv", "schema": path}):
        server.asked.clear()
        server.put("/p/a.csv", SOUND)
        address = server.put("/p/datapackage.json", described(entry))
        report = validate(address, remote=True)
        assert not report.valid and "t0" not in report.rows
        assert set(server.asked) <= {"/p/datapackage.json", "/p/CHANGELOG.md", "/p/a.csv"}
        assert "root:" not in repr(report)


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1/a", "s3://bucket/a"])
def test_a_server_leads_nowhere_else(place: str, server: Server, tmp_path: Path) -> None:
    """Catches a redirection to a file of this machine, or to another kind of place."""
    address = server.put("/a.csv", b"")
    server.answers["/a.csv"] = 302, place
    with pytest.raises(PackageError, match="cannot be fetched"):
        validate(local(tmp_path, {"path": address}), remote=True)


def test_a_server_may_lead_to_another_address(server: Server, tmp_path: Path) -> None:
    server.put("/b.csv", SOUND)
    server.answers["/a.csv"] = 302, "/b.csv"
    assert validate(local(tmp_path, {"path": f"{server.address}/a.csv"}), remote=True).valid


@pytest.mark.parametrize(
    ("status", "words"), [(401, "no permission"), (403, "no permission"), (500, "answers 500")]
)
def test_errors_say_what_to_do(status: int, words: str, server: Server, tmp_path: Path) -> None:
    server.answers["/a.csv"] = status, ""
    root = local(tmp_path, {"path": f"{server.address}/a.csv?key=secret"})
    assert words in (said := refused(kz("validate", root, "--remote"))) and "secret" not in said


def test_other_errors(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PackageError, match="no such host"):
        validate("https://nowhere.invalid/datapackage.json", remote=True)
    with pytest.raises(UsageError, match=r"address of its datapackage\.json"):
        validate(f"{server.address}/p/", remote=True)
    with pytest.raises(MissingExtraError, match="pip install gcsfs"):
        validate("gs://bucket/datapackage.json", remote=True)
    pattern = server.put("/datapackage.json", described({"path": "d/*.csv"}))
    with pytest.raises(PackageError, match="list its files"):
        validate(pattern, remote=True)
    with pytest.raises(UsageError, match="spark"):
        validate(pattern, remote=True, spark=object(), scratch=tmp_path)

    def none(module: str, extra: str) -> None:
        raise MissingExtraError(f"{module} is not installed; pip install 'kzdata[{extra}]'")

    monkeypatch.setattr(remote, "require", none)
    with pytest.raises(MissingExtraError, match=r"kzdata\[remote\]"):
        validate(tmp_path, remote=True)


@pytest.mark.parametrize(
    "address", ["http://[x/a.csv", "http://", "https:///a.csv", "HTTP://\u2100"]
)
def test_addresses_that_are_none(address: str, tmp_path: Path) -> None:
    """Catches a failure of kzdata in place of a word about the address."""
    report = validate(local(tmp_path, {"path": address}), remote=True)
    assert f"{address} is not fetched" in report.findings[0].found
    if len(address) > 8:
        with pytest.raises((UsageError, PackageError)):
            validate(address, remote=True)


def test_one_file_by_two_spellings(server: Server) -> None:
    server.put("/p/a.csv", SOUND)
    entries = {"path": "a.csv"}, {"path": "./a.csv"}
    assert validate(server.put("/p/datapackage.json", described(*entries)), remote=True).valid


def test_a_silent_server_is_not_waited_for(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a server that holds a validation for ever."""
    monkeypatch.setattr(remote, "WAIT", 0.2)
    held = threading.Event()
    server.put("/a.csv", SOUND)
    server.answers = Waiting(held)
    try:
        with pytest.raises(PackageError, match="cannot be fetched"):
            validate(local(tmp_path, {"path": f"{server.address}/a.csv"}), remote=True)
    finally:
        held.set()


class Waiting(dict[str, tuple[int, str]]):
    """Answers that are waited for."""

    def __init__(self, held: threading.Event) -> None:
        self.held = held

    def get(self, key: str, default: Any = None) -> Any:
        self.held.wait(30)
        return default


def test_bytes_and_files_are_bounded(server: Server, tmp_path: Path) -> None:
    """Catches a package that fills the disk, whatever its server says of its size."""
    data = server.put("/a.csv", b"id,name\n" + b"1,a\n" * 1_000)
    root = local(tmp_path, {"path": data})
    with pytest.raises(NotReadError, match=r"--limit unpacked=SIZE"):
        validate(root, remote=True, package_limits=PackageLimits(unpacked=2_000))
    far = server.put("/datapackage.json", described({"path": "a.csv"}))
    with pytest.raises(NotReadError, match=r"--limit descriptor=SIZE"):
        validate(far, remote=True, package_limits=PackageLimits(descriptor=20))
    server.asked.clear()
    local(tmp_path, {"path": [data, f"{data}?b", f"{data}?c"]})
    report = validate(root, remote=True, package_limits=PackageLimits(files=2))
    assert server.asked == [] and "--limit files=3" in repr(report)


def test_secrets_of_addresses_are_not_told(server: Server) -> None:
    server.put("/p/a.csv", FAULTY)
    server.put("/p/datapackage.json", described({"path": "a.csv"}))
    place = server.address.replace("://", "://user:word@") + "/p/datapackage.json?sig=secret"
    report = validate(place, remote=True)
    assert report.rows == {"t0": 2} and report.path == f"{server.address}/p/datapackage.json"
    assert "secret" not in repr(report) and "word" not in report.path


def test_a_fetched_package_allows_itself_nothing(server: Server, tmp_path: Path) -> None:
    entry = '[[allow]]\nrule = "cell-type"\nreason = "mine"\n'
    server.put("/p/kzdata-allow.toml", entry.encode())
    server.put("/p/a.csv", FAULTY)
    address = server.put("/p/datapackage.json", described({"path": "a.csv"}))
    assert not validate(address, remote=True).valid
    (own := tmp_path / "own.toml").write_text(entry)
    assert validate(address, remote=True, allow=own).valid


def test_nothing_is_left_behind(server: Server, tmp_path: Path) -> None:
    server.put("/p/a.csv", SOUND)
    address = server.put("/p/datapackage.json", described({"path": "a.csv"}))
    assert kz("validate", address, "--remote", "--temp-dir", tmp_path).code == 0
    assert list(tmp_path.iterdir()) == []


def test_the_plugin_fetches(server: Server, tmp_path: Path) -> None:
    server.put("/p/a.csv", FAULTY)
    address = server.put("/p/datapackage.json", described({"path": "a.csv"}))
    options = [*PLUGIN, "-p", "no:cacheprovider", "--kzdata", address, "--kzdata-remote"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "a.csv:3" in done.stdout, done.stdout
