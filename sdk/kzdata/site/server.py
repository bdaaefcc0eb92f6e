"""The evidence page served from memory: nothing is written, no directory is served."""

from collections.abc import Mapping

from starlette.responses import Response

from kzdata.evidence.snapshots import Snapshots
from kzdata.site.loopback import Application, Receive, Scope, Send, Server
from kzdata.site.page import PAGE, Texts, files, policy
from kzdata.standard.dataset import Dataset

KINDS = {
    "html": "text/html",
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
    "txt": "text/plain",
}


def serving(
    dataset: Dataset, snapshots: Snapshots, texts: Texts | None = None, port: int = 0
) -> Server:
    """An evidence page on loopback.

    Args:
        dataset: The package.
        snapshots: What is taken of the whole package, as of days.
        texts: The articles; see `kzdata.site.write`.
        port: The port; a free one by default.

    Raises:
        UsageError: The port cannot be had.
        PackageError: A table cannot be read, or a passage does not stand in its article.
    """
    found = {f"/{path}": body for path, body in files(dataset, snapshots, texts).items()}
    return Server(answering(found | {"/": found[f"/{PAGE}"]}), policy(), port)


def answering(files: Mapping[str, bytes]) -> Application:
    """An application that has a few files and nothing else."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if method not in ("GET", "HEAD") or path not in files:
            await Response(status_code=404)(scope, receive, send)
            return
        kind = KINDS[path.rpartition(".")[2]] if path != "/" else KINDS["html"]
        body = files[path]
        headers = {"Content-Length": str(len(body))}
        content = b"" if method == "HEAD" else body
        await Response(content, 200, headers, kind)(scope, receive, send)

    return answer
