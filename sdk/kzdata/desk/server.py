"""The desk in a browser: a page, and one address for each thing that an author does.

Whoever knows the token that the command prints may use it, from a page of this address alone.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from kzdata.desk.desk import ChangedError, Desk
from kzdata.desk.drafts import DraftError
from kzdata.desk.selections import Into
from kzdata.desk.state import State
from kzdata.display import content_policy
from kzdata.errors import BrokenError, KzdataError
from kzdata.evidence.articles import MAX_TEXT_BYTES
from kzdata.site.loopback import Server
from kzdata.site.server import answering

TOKEN = "x-kzdata-token"  # noqa: S105 - the name of a header
FILES = ("index.html", "edit.js", "edit.css")
MOST_BYTES = 2 * MAX_TEXT_BYTES  # of a request: JSON may write a letter with several bytes
POLICY = content_policy(
    *("script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"),
    more="require-trusted-types-for 'script'",
)
Short = Annotated[str, Field(max_length=1_000)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    def answer(self, desk: Desk) -> Any:
        raise NotImplementedError


class About(_Asked):
    """What there is."""

    def answer(self, desk: Desk) -> Any:
        return desk.about()


class Begin(_Asked):
    """A new article."""

    described: dict[Short, Annotated[str, Field(max_length=10_000)]]
    text: str | None = None
    file: Short | None = None

    def answer(self, desk: Desk) -> Any:
        return desk.begin(self.described, self.text, self.file)


class Open(_Asked):
    """An article of the package."""

    source: Short

    def answer(self, desk: Desk) -> Any:
        return desk.open(self.source)


class View(_Asked):
    """A draft."""

    name: Short

    def answer(self, desk: Desk) -> Any:
        return desk.view(self.name)


class Drop(View):
    """A draft that is thrown away."""

    def answer(self, desk: Desk) -> Any:
        return desk.drop(self.name)


class _Seen(View):
    """A draft of the version that the browser has."""

    version: int


class Change(_Seen):
    """A change of a draft."""

    state: State

    def answer(self, desk: Desk) -> Any:
        return desk.change(self.name, self.version, self.state)


class Step(_Seen):
    """A step back (-1) or forth (1)."""

    by: Annotated[int, Field(ge=-1, le=1)]

    def answer(self, desk: Desk) -> Any:
        return desk.step(self.name, self.version, self.by)


class Reload(_Seen):
    """The package as it is now."""

    def answer(self, desk: Desk) -> Any:
        return desk.reload(self.name, self.version)


class Select(_Seen):
    """Words for a card, by their place in code points."""

    table: Short
    start: int
    end: int
    into: tuple[Short, Short] | None = None

    def answer(self, desk: Desk) -> Any:
        into = Into(*self.into) if self.into else None
        return desk.select(self.name, self.version, self.table, (self.start, self.end), into)


class Name(_Seen):
    """Words that say a value from now on."""

    into: tuple[Short, Short]

    def answer(self, desk: Desk) -> Any:
        return desk.name_words(self.name, self.version, Into(*self.into))


class Join(_Seen):
    """The event that a card is about."""

    into: tuple[Short, Short]
    event: Short

    def answer(self, desk: Desk) -> Any:
        return desk.join(self.name, self.version, Into(*self.into), self.event)


class Check(View):
    """What the entry of a draft would do."""

    whole: bool = False

    def answer(self, desk: Desk) -> Any:
        return desk.check(self.name, whole=self.whole)


class Write(_Seen):
    """The rows of a draft, into the package."""

    partial: bool = False

    def answer(self, desk: Desk) -> Any:
        return desk.write(self.name, self.version, partial=self.partial)


class Propose(View):
    """What a model proposes."""

    form: Short
    content: str
    mapping: str = ""

    def answer(self, desk: Desk) -> Any:
        return desk.propose(self.name, self.form, self.content, self.mapping)


ASKED: Mapping[str, type[_Asked]] = {
    kind.__name__.lower(): kind
    for kind in (
        About,
        Begin,
        Open,
        View,
        Drop,
        Change,
        Step,
        Reload,
        Select,
        Name,
        Join,
        Check,
        Write,
        Propose,
    )
}
"""What may be asked, by the last part of its address."""


class TooLargeError(Exception):
    """A request is larger than any can be."""


def serving(package: Path, texts: Path, port: int = 0) -> Server:
    """The desk of a package on loopback.

    Args:
        package: The package's folder.
        texts: The folder with the articles.
        port: The port; a free one by default.

    Returns:
        A server; behind its `address` stands the token, which no request carries.

    Raises:
        PackageError: The package, or the folder of texts, cannot be read.
        UsageError: The package is not one that can be edited, or the port cannot be had.
    """
    token = secrets.token_urlsafe(32)
    made = Server(application(Desk(package, texts), token), POLICY, port)
    made.address = f"{made.address}#{token}"
    return made


def application(desk: Desk, token: str) -> Starlette:
    """The desk as an application of ASGI."""

    async def asked(request: Request) -> Response:
        return await _answered(request, desk, token)

    routes = [
        Route("/api/{what}", asked, methods=["POST"]),
        Mount("/", answering(_files())),
    ]
    return Starlette(routes=routes)


def _files() -> dict[str, bytes]:
    assets = resources.files("kzdata.desk").joinpath("assets")
    files = {f"/{name}": assets.joinpath(name).read_bytes() for name in FILES}
    return files | {"/": files["/index.html"]}


async def _answered(request: Request, desk: Desk, token: str) -> Response:
    """The answer to a request: a status of its own for each way in which it is refused."""
    given = request.headers.getlist(TOKEN)
    if len(given) != 1 or not hmac.compare_digest(given[0].encode(), token.encode()):
        return _error(403, "this page has no token; open the address that the command printed")
    if request.headers.get("origin") is None:  # the guard has compared it with our own
        return _error(403, "only a page of this address may ask")
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        return _error(415, "a request is JSON")
    if (kind := ASKED.get(request.path_params["what"])) is None:
        return _error(404, "there is no such thing to ask")
    try:
        wanted = kind.model_validate_json(await _body(request))
        return JSONResponse(await run_in_threadpool(_done, wanted.answer, desk))
    except TooLargeError:
        return _error(413, f"larger than {MOST_BYTES >> 20} MiB")
    except ClientDisconnect:
        return _error(400, "the request ended early")
    except ValidationError as error:
        first = error.errors()[0]
        return _error(400, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    except (ChangedError, DraftError) as error:
        return _error(409, str(error), changed=isinstance(error, ChangedError))
    except KzdataError as error:
        return _error(400, str(error))


def _done(answer: Callable[[Desk], Any], desk: Desk) -> Any:
    """What an answer is; a failure nobody expected is told as such, and the desk goes on."""
    try:
        return answer(desk)
    except (KzdataError, ValidationError):
        raise
    except Exception as error:
        raise BrokenError.of(error) from error


async def _body(request: Request) -> bytes:
    """The body of a request, as far as it is not larger than any can be."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise TooLargeError
        parts.append(part)
    return b"".join(parts)


def _error(status: int, message: str, **more: Any) -> Response:
    return JSONResponse({"error": message, **more}, status)
