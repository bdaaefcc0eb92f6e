"""Serves an application to the machine it runs on, and to nobody else.

Whoever may talk to the port can be anything: it is answered in a line, and never told of.
"""

import logging
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from contextlib import suppress
from functools import partial
from typing import Any

import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from kzdata.errors import UsageError

HOST = "127.0.0.1"
SILENCE = 10  # seconds for which a connection may say nothing, or take nothing
MOST = 64  # connections at a time; one more ends the oldest, so that nobody can keep others out
END = 2  # seconds that an answer has at the end
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Server:
    """An application on loopback.

    Args:
        application: What answers, by ASGI.
        policy: The content security policy of its pages.
        port: The port; a free one by default.

    Attributes:
        address: Where it is.

    Raises:
        UsageError: The port cannot be had.
    """

    def __init__(self, application: Application, policy: str, port: int = 0) -> None:
        self._socket = _bound(port)
        port = self._socket.getsockname()[1]
        self.address = f"http://{HOST}:{port}/"
        # A client that breaks the protocol is no error of the server's.
        logging.getLogger("uvicorn").setLevel(logging.CRITICAL + 1)
        config = uvicorn.Config(
            _Guard(application, port, policy),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=END,
            http=partial(_Connection, {}),  # type: ignore[arg-type]
        )
        self._server = uvicorn.Server(config)

    def run(self) -> None:
        """Serve until interrupted, or closed from another thread."""
        with self._socket, suppress(KeyboardInterrupt):
            self._server.run([self._socket])

    def close(self) -> None:
        """Stop serving."""
        self._server.should_exit = True


def _bound(port: int) -> socket.socket:
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(MOST)
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(f"cannot serve on port {port}: {error}") from error
    return listener


class _Connection(H11Protocol):
    """One of a bounded number of connections, which ends when it is silent."""

    def __init__(self, others: "dict[_Connection, None]", *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._others, self._heard, self._seen = others, 0, (0, 0)

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        # A dict keeps the order of arrival, so that its first key is the oldest connection.
        self._others[self] = None
        if len(self._others) > MOST:
            next(iter(self._others)).transport.abort()
        self._timer = self.loop.call_later(SILENCE, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._others.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._heard += len(data)
        super().data_received(data)

    def _look(self) -> None:
        """End the connection where nothing went on since the last look, and no answer is made."""
        now = (self._heard, self.transport.get_write_buffer_size())
        cycle: Any = self.cycle  # None before the first request
        waits = cycle is None or cycle.response_complete or cycle.more_body
        if now == self._seen and (waits or now[1]):
            self.transport.abort()
        else:
            self._seen = now
            self._timer = self.loop.call_later(SILENCE, self._look)


class _Guard:
    """Lets through what a page of this address may ask, and adds what protects the page."""

    def __init__(self, application: Application, port: int, policy: str) -> None:
        self._application = application
        ends = (f":{port}", "") if port == 80 else (f":{port}",)  # browsers leave the port 80 out
        self._hosts = [[f"{name}{end}".encode()] for name in (HOST, "localhost") for end in ends]
        self._origins = [[b"http://" + host] for (host,) in self._hosts]
        self._headers = _encoded(
            {
                # Browsers take `frame-ancestors` from a header alone, not from the page.
                "Content-Security-Policy": f"{policy}; frame-ancestors 'none'",
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Cache-Control": "no-store",
            }
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            status = self._refused(scope)
            answer = PlainTextResponse("", status) if status else self._application
            await answer(scope, receive, partial(self._send, send))

    def _refused(self, scope: Scope) -> int | None:
        """The status with which a request is refused; None where it is let through."""
        # Addresses of other hosts are for proxies.
        if not scope["raw_path"].startswith(b"/"):
            return 400
        # A page elsewhere whose name resolves to this machine must not read the data.
        if _all(scope, b"host") not in self._hosts:
            return 404
        origins = _all(scope, b"origin")
        return 403 if origins and origins not in self._origins else None

    async def _send(self, send: Send, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
        await send(message)


def _all(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _encoded(headers: Mapping[str, str]) -> Iterable[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
