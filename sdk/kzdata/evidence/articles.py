"""The articles' texts, which are not in the package: found by content, whatever they are called."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from kzdata.errors import PackageError
from kzdata.evidence.spans import decode

MAX_TEXT_BYTES = 32 << 20


def find(folder: str | Path, hashes: Iterable[str]) -> dict[str, str]:
    """Texts in a folder, not its subdirectories, by the SHA-256 of their bytes."""
    found: dict[str, str] = {}
    wanted = set(hashes)
    try:
        files = sorted(Path(folder).iterdir())
    except (OSError, ValueError) as error:  # such as a name with NUL
        reason = getattr(error, "strerror", None) or error
        raise PackageError(f"{folder}: no such directory of texts: {reason}") from error
    for file in files:
        # Larger files are no articles, and are not read to find out.
        if not file.is_file() or file.stat().st_size > MAX_TEXT_BYTES:
            continue
        data = file.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest in wanted:
            found[digest] = _decoded(data, file)
    return found


def read(file: str | Path) -> str:
    """A text file, decoded; nothing in it is normalised."""
    try:
        with Path(file).open("rb") as stream:
            # One byte more tells whether it is too large, also of what has no size, as a pipe.
            data = stream.read(MAX_TEXT_BYTES + 1)
    except (OSError, ValueError) as error:
        raise PackageError(f"{file}: no such text file, or it cannot be read") from error
    if len(data) > MAX_TEXT_BYTES:
        raise PackageError(f"{file}: larger than {MAX_TEXT_BYTES >> 20} MiB")
    return _decoded(data, file)


def _decoded(data: bytes, file: str | Path) -> str:
    try:
        return decode(data)
    except ValueError as error:
        raise PackageError(f"{file}: not UTF-8") from error
