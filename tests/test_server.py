"""The server of the evidence page: on loopback, for anybody who may knock at its port."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic, sleep

import pytest

import kzdata
from packages import Folder

pytest.importorskip("uvicorn", reason="the extra `edit` is not installed")

from kzdata.site import loopback

MANY = 5 * loopback.MOST


@pytest.fixture
def port(island: Folder, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server that ends with the test, and fails it where a thread does."""
    monkeypatch.setattr(loopback, "SILENCE", 1)
    with kzdata.load(island.root) as package:
        server = package.serve()
    thread = threading.Thread(target=server.run)
    thread.start()
    yield int(server.address.rstrip("/").rpartition(":")[2])
    server.close()
    thread.join(30)
    assert not thread.is_alive()


def said(port: int, request: bytes) -> bytes:
    """The answer to a request, byte for byte."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(request)
        answer = b""
        while piece := line.recv(1 << 16):
            answer += piece
    return answer


def asked(port: int, target: str = "/", host: str | None = None) -> bytes:
    """The status of an answer."""
    host = f"127.0.0.1:{port}" if host is None else host
    answer = said(port, f"GET {target} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode("latin-1"))
    return answer.split(b"\r\n", 1)[0].split(b" ", 2)[1]


@pytest.mark.parametrize(
    "target", ["http://[", "http://[::1", "http://e[/", "http://[v1.x]]/", "http://evil/", "*", "x"]
)
def test_a_broken_target_is_answered(
    port: int, target: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Catches a traceback for an address that cannot be taken apart."""
    assert asked(port, target) == b"400"
    assert asked(port, "//[") == b"404"
    assert asked(port, "/?a#b") == b"200"
    assert capfd.readouterr() == ("", "")


def test_server_answers_to_its_own_host_names_alone(port: int) -> None:
    """Catches a page elsewhere whose name leads to this machine, and a name that is nearly ours."""
    for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
        assert asked(port, host=host) == b"200"
    other = port % 65_535 + 1
    for host in (
        *("", "localhost", "127.0.0.1", "localhost:evil", f"localhost:{other}", "evil.example"),
        *(f"evil.example:{port}", f"localhost:{port}:{port}", f"localhost.evil.example:{port}"),
        *(f"127.0.0.1.evil.example:{port}", f"localhost:0{port}", f"x@localhost:{port}"),
    ):
        assert asked(port, host=host) == b"404", host
    twice = f"Host: localhost:{port}\r\n" * 2
    assert b" 400 " in said(port, f"GET / HTTP/1.0\r\n{twice}\r\n".encode())
    assert b" 404 " in said(port, b"GET / HTTP/1.0\r\n\r\n")


def test_client_that_leaves_early_is_not_logged(
    port: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """Catches a traceback for each reader who closes the page while it loads."""
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            linger = b"\x01\0\0\0\0\0\0\0"  # closed with a reset
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            line.sendall(f"GET /app.js HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n".encode())
    for request in (b"", b"\0\xff\r\n\r\n", b"GET\r\n\r\n", b"A" * 70_000 + b"\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(request)
    assert asked(port) == b"200"
    assert capfd.readouterr() == ("", "")


def test_silent_connections_end_and_block_no_one(port: int) -> None:
    """Catches a thread for each of hundreds of connections that say nothing, for ever."""
    before = threading.active_count()
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
        assert asked(port) == b"200"
        until = monotonic() + 60
        while threading.active_count() > before and monotonic() < until:
            sleep(0.1)
        assert threading.active_count() <= before
    assert asked(port) == b"200"


def test_a_connection_that_sends_a_request_for_ever_ends(port: int) -> None:
    """Catches a request that is begun and never ended."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n")
        assert line.recv(1 << 16) == b""
    assert asked(port) == b"200"


def test_a_slow_connection_is_bounded() -> None:
    """Catches a server that waits without end."""
    assert 0 < loopback.SILENCE <= 30
    assert loopback.MOST <= 256
