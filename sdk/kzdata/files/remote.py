"""Files at addresses, fetched into a folder for who asks for it, within the limits of a package.

fsspec fetches them, with the credentials that its user has set up. What is fetched is validated as
any package; nothing of a descriptor decides where a file is written, or reaches a file of this
machine.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from kzdata.errors import (
    KzdataError,
    MissingExtraError,
    NotReadError,
    PackageError,
    UsageError,
    require,
)
from kzdata.files.archive import (
    CHANGELOG,
    DESCRIPTOR,
    Fetched,
    address_of,
    bundled,
    hidden,
    read_json,
    share_of_disk,
    unsafe,
)
from kzdata.files.limits import PackageLimits, allowing
from kzdata.files.patterns import is_pattern

WEB = ("https", "http")  # the schemes of addresses that a descriptor may name
CHUNK = 1 << 20
WAIT = 60  # seconds that a server may be silent
_PATHS = ("path", "url")
_PLACES = (*_PATHS, "schema", "dialect")  # members of a resource that name files
# Distributions that bring what fsspec does not: their user installs them, with credentials.
_LIBRARIES = {"s3": "s3fs", "gs": "gcsfs", "abfs": "adlfs"}


class Fetching:
    """Fetches the files of one package into a folder, each once."""

    def __init__(self, folder: Path, limits: PackageLimits) -> None:
        require("fsspec", "remote")
        self._folder, self._limits = folder, limits
        self._left = min(limits.unpacked, share_of_disk(folder))
        # Of each address the name by which the descriptor calls it from then on, and its file.
        self._files: dict[str, tuple[str, Path]] = {}
        self._mark = f"\x1faddress-{token_hex(8)}"  # begins these names: nobody can guess one

    def package(self, place: str | Path | None) -> Fetched:
        """A package at an address, or of this machine, whose addresses are fetched as it is opened.

        Raises what `descriptor` does.
        """
        if (address := address_of(place)) is None:
            return Fetched(place, str(bundled() if place is None else place), self.local)
        return Fetched(self.descriptor(address), shown(address), self.local)

    def descriptor(self, address: str) -> Path:
        """Fetch a descriptor and the files beside it that it names; the descriptor's file.

        Raises:
            PackageError: It is not there, or something cannot be fetched.
            NotReadError: It is more than the limits allow.
            UsageError: The address is not that of a descriptor.
        """
        if _is_web(address) and not _fetchable(address):
            raise UsageError(f"{address!r} is no address")
        base, name = _divided(address)
        if not name.endswith((".json", ".yaml", ".yml")):
            raise UsageError(f"{shown(address)}: name the address of its {DESCRIPTOR}")
        (folder := self._folder / "package").mkdir()
        if not self._fetch(address, folder / name, self._limits.descriptor):
            raise PackageError(f"{shown(address)}: no such file")
        raw, _ = read_json(folder / name, name, f"{shown(address)}: ", self._limits.descriptor)
        for path in dict.fromkeys((*named(raw, self._limits), CHANGELOG)):
            if path != name and not (unsafe(path) or hidden(path)):
                self._beside(base, path, folder)
        return folder / name

    def _beside(self, base: str, path: str, folder: Path) -> None:
        """Fetch a file of the package; where there is none, whoever looks for it tells."""
        if (folder / path).exists():  # another spelling of its path
            return
        there = self._fetch(f"{base}/{quote(path) if _is_web(base) else path}", folder / path)
        if not there and is_pattern(path):
            way = "list its files"
            raise PackageError(f"{path} is a pattern, which no address is searched for; {way}")

    def local(self, raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Path]]:
        """A descriptor in which files of this machine stand for addresses; these, by name."""
        found = raw.get("resources")
        if not isinstance(found, list):
            return raw, {}
        entries = [self._entry(one) for one in found[: self._limits.resources]]
        entries += found[self._limits.resources :]
        return {**raw, "resources": entries}, dict(self._files.values())

    def _entry(self, entry: Any) -> Any:
        """A resource with files of this machine; as it is where it mixes paths and addresses."""
        if not isinstance(entry, dict):
            return entry
        paths = entry.get("path", entry.get("url"))
        listed = paths if isinstance(paths, list) else [paths]
        mixed = len(set(map(_fetchable, listed))) > 1 or len(listed) > self._limits.files
        members = [name for name in _PLACES if name in entry and not (mixed and name in _PATHS)]
        return entry | {name: self._stand_in(entry[name]) for name in members}

    def _stand_in(self, value: Any) -> Any:
        """The name of the file that was fetched, for an address; other values as they are."""
        if isinstance(value, list):
            return list(map(self._stand_in, value))
        if not _fetchable(value):
            return value
        if value not in self._files:
            place = f"{len(self._files)}/{_path_of(value)}"
            file = self._folder / "addresses" / place
            self._fetch(value, file)  # where there is none, `resource-path` says so
            self._files[value] = f"{self._mark}/{place}", file
        return self._files[value][0]

    def stated(self, text: str) -> str:
        """A text with addresses in place of names of files that stand for them."""
        if self._mark not in text:
            return text
        addresses = list(self._files)
        for address, (name, _) in self._files.items():
            text = text.replace(name, address)
        # A long name is cut in a message.
        cut = re.compile(rf"{self._mark}/([0-9]+)/\S*")
        return cut.sub(lambda match: addresses[int(match[1])], text)

    def _fetch(self, address: str, target: Path, most: int | None = None) -> bool:
        """Fetch a file; whether there is one."""
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with _opened(address) as stream, target.open("xb") as out:
                size = 0
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    self._count(len(chunk), address)
                    if most is not None and size > most:
                        raise NotReadError(
                            f"{shown(address)}: over {most} bytes; {allowing('descriptor')}"
                        )
                    out.write(chunk)
        except FileNotFoundError:
            return False
        except KzdataError:
            raise
        except ImportError as error:
            reason = " ".join(str(error).split())[:200]
            raise MissingExtraError(f"{shown(address)}: {reason}; {_library(address)}") from error
        except Exception as error:  # each library has errors of its own
            reason = _reason(error).replace(address, shown(address))
            raise PackageError(f"{shown(address)}: {reason}") from error
        return True

    def _count(self, size: int, address: str) -> None:
        self._left -= size
        if self._left < 0:
            words = "the package has more bytes than are fetched"
            raise NotReadError(f"{shown(address)}: {words}; {allowing('unpacked')}")


def shown(address: str) -> str:
    """An address without what may be secret in it: a password, or the key of a signed one."""
    if not _is_web(address):
        return address
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _is_web(address: str) -> bool:
    return address.lower().startswith(tuple(f"{scheme}://" for scheme in WEB))


def _divided(address: str) -> tuple[str, str]:
    """What the paths of a package at an address are relative to, and its descriptor's name."""
    if not _is_web(address):
        base, _, name = address.rpartition("/")
        return base, name
    parts = urlsplit(address)
    base, _, name = urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")).rpartition("/")
    return base, unquote(name)


def _fetchable(value: Any) -> bool:
    """Whether a value of a descriptor is an address that is fetched: one of the web."""
    with suppress(ValueError):  # what urlsplit takes for no address
        return isinstance(value, str) and _is_web(value) and bool(urlsplit(value).hostname)
    return False


def _path_of(address: str) -> str:
    """A path that is safe to write, with the folders and the name that an address has."""
    path = unquote(urlsplit(address).path).strip("/")
    return "file" if unsafe(path) or hidden(path) else path


def named(raw: Mapping[str, Any], limits: PackageLimits) -> Iterator[str]:
    """The paths of files beside a descriptor that its resources name, within the limits."""
    found = raw.get("resources")
    for entry in found[: limits.resources] if isinstance(found, list) else ():
        for name in _PLACES if isinstance(entry, dict) else ():
            value = entry.get(name)
            listed = value if isinstance(value, list) else [value]
            if len(listed) <= limits.files:
                yield from (one for one in listed if isinstance(one, str) and "://" not in one)


def _opened(address: str) -> Any:
    """A file at an address, as a stream that is read once."""
    import fsspec

    scheme = address.partition("://")[0].lower()
    if scheme not in WEB:
        return fsspec.filesystem(scheme).open(address, "rb")
    import aiohttp

    wait = aiohttp.ClientTimeout(total=None, sock_connect=WAIT, sock_read=WAIT)
    client = {"timeout": wait, "trust_env": True}
    system = fsspec.filesystem(scheme, client_kwargs=client, skip_instance_cache=True)
    # With a size, nothing is asked beforehand; without blocks, the answer is read as it comes.
    return system.open(address, "rb", block_size=0, size=1)


def _library(address: str) -> str:
    """How a library that fetches from such an address is installed."""
    library = _LIBRARIES.get(address.partition("://")[0])
    return f"pip install {library}" if library else "pip install 'kzdata[remote]'"


def _reason(error: Exception) -> str:
    """Why something could not be fetched, in words, and the way out."""
    status, name = getattr(error, "status", None), type(error).__name__
    if status in (401, 403) or isinstance(error, PermissionError) or "Credential" in name:
        return "no permission; set up the credentials that fsspec's library looks for"
    if isinstance(status, int):
        return f"the server answers {status}"
    if "DNS" in name:
        return "no such host"
    said = " ".join(str(error).split())[:200]
    return f"cannot be fetched ({name}{said and f': {said}'})"
