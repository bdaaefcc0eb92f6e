"""Serves an evidence page to the machine it runs on, and to nobody else."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kzdata.errors import UsageError
from kzdata.site.page import ASSETS, PAGE, Texts, asset, policy, rendered

if TYPE_CHECKING:
    from kzdata.package import Package

HOST = "127.0.0.1"
KINDS = {"html": "text/html", "js": "text/javascript", "css": "text/css", "txt": "text/plain"}


class Server:
    """An evidence page on loopback, from memory: nothing is written, no directory is served.

    Args:
        package: The package.
        texts: The articles; see `kzdata.site.write`.
        port: The port; a free one by default.

    Attributes:
        address: Where the page is.

    Raises:
        UsageError: The port cannot be had.
        PackageError: A table cannot be read, or a passage does not stand in its article.
    """

    def __init__(self, package: "Package", texts: Texts | None = None, port: int = 0) -> None:
        files = {f"/{name}": asset(name) for name in ASSETS}
        files["/"] = files[f"/{PAGE}"] = rendered(package, texts).encode()
        try:
            self._server = ThreadingHTTPServer((HOST, port), partial(_Handler, files))
        except (OSError, OverflowError) as error:
            raise UsageError(f"cannot serve on port {port}: {error}") from error
        self.address = f"http://{HOST}:{self._server.server_port}/"

    def run(self) -> None:
        """Serve until interrupted, or closed from another thread."""
        try:
            self._server.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            self._server.server_close()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    """Answers for a few files and nothing else."""

    server_version = "kzdata"
    sys_version = ""

    def __init__(self, files: Mapping[str, bytes], *arguments: object) -> None:
        self._files = files
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer with a file."""
        if body := self._answer():
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        """Answer without it."""
        self._answer()

    def _answer(self) -> bytes | None:
        # A page elsewhere whose name resolves to this machine must not read the data.
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        path = urlsplit(self.path).path
        if host not in (HOST, "localhost") or path not in self._files:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        kind = KINDS[PAGE.rpartition(".")[2] if path == "/" else path.rpartition(".")[2]]
        body = self._files[path]
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", f"{policy()}; frame-ancestors 'none'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        return body

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""
