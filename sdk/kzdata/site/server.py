"""Serves an evidence page to the machine it runs on, and to nobody else.

Whoever may talk to the port can be anything: it is answered in a line, and never told of.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import Lock
from typing import Any

from kzdata.errors import UsageError
from kzdata.evidence.snapshots import Snapshots
from kzdata.site.page import PAGE, Texts, files, policy
from kzdata.standard.dataset import Dataset

HOST = "127.0.0.1"
SILENCE = 10  # seconds for which a connection may say nothing, or take nothing
MOST = 64  # connections at a time; one more ends the oldest, so that nobody can keep others out
KINDS = {
    "html": "text/html",
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
    "txt": "text/plain",
}


class Server:
    """An evidence page on loopback, from memory: nothing is written, no directory is served.

    Args:
        dataset: The package.
        snapshots: What is taken of the whole package, as of days.
        texts: The articles; see `kzdata.site.write`.
        port: The port; a free one by default.

    Attributes:
        address: Where the page is.

    Raises:
        UsageError: The port cannot be had.
        PackageError: A table cannot be read, or a passage does not stand in its article.
    """

    def __init__(
        self, dataset: Dataset, snapshots: Snapshots, texts: Texts | None = None, port: int = 0
    ) -> None:
        found = {f"/{path}": body for path, body in files(dataset, snapshots, texts).items()}
        try:
            self._server = _Listener((HOST, port), partial(_Handler, found))
        except (OSError, OverflowError) as error:
            raise UsageError(f"cannot serve on port {port}: {error}") from error
        self.address = f"http://{HOST}:{self._server.server_port}/"

    def run(self) -> None:
        """Serve until interrupted, or closed from another thread."""
        with self._server, suppress(KeyboardInterrupt):
            self._server.serve_forever()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()


class _Listener(ThreadingHTTPServer):
    """Takes a bounded number of connections, and says nothing of those that break."""

    request_queue_size = MOST

    def __init__(self, *arguments: Any) -> None:
        self._open: dict[Any, None] = {}
        self._lock = Lock()
        super().__init__(*arguments)

    def process_request(self, request: "socket | Any", client_address: Any) -> None:
        # A dict keeps the order of arrival, so that its first key is the oldest connection.
        with self._lock:
            self._open[request] = None
            oldest = next(iter(self._open)) if len(self._open) > MOST else None
            self._open.pop(oldest, None)
        if oldest is not None:
            with suppress(OSError):
                oldest.shutdown(SHUT_RDWR)
        super().process_request(request, client_address)

    def shutdown_request(self, request: "socket | Any") -> None:
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: "socket | Any", client_address: Any) -> None:
        """Say nothing: a client that leaves early is no error of the server's."""


class _Handler(BaseHTTPRequestHandler):
    """Answers for a few files and nothing else."""

    timeout = SILENCE
    server_version = "kzdata"
    sys_version = ""

    def __init__(self, files: Mapping[str, bytes], *arguments: object) -> None:
        self._files = files
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        if body := self._answer():
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> bytes | None:
        # Addresses of other hosts are for proxies; whatever is after the path is for the page.
        path = self.path.partition("#")[0].partition("?")[0]
        path = f"/{PAGE}" if path == "/" else path
        if not path.startswith("/"):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return None
        # A page elsewhere whose name resolves to this machine must not read the data.
        if self.headers.get_all("Host") not in self._names() or path not in self._files:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        kind, body = KINDS[path.rpartition(".")[2]], self._files[path]
        headers = {
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(body)),
            # Browsers take `frame-ancestors` from a header alone, not from the page.
            "Content-Security-Policy": f"{policy()}; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        self.send_response(HTTPStatus.OK)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        return body

    def _names(self) -> list[list[str]]:
        """The one header `Host` that a request may have; browsers leave the port 80 out."""
        port = self.connection.getsockname()[1]
        ends = (f":{port}", "") if port == 80 else (f":{port}",)
        return [[f"{name}{end}"] for name in (HOST, "localhost") for end in ends]

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""
