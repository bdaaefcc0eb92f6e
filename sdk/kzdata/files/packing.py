"""Packed files: gzip, xz, bzip2, and a zip with one file in it, unpacked piece by piece."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from kzdata.errors import NotReadError, PackageError
from kzdata.files.archive import ZIP_ERRORS, zip_file
from kzdata.files.csv import CHUNK
from kzdata.files.limits import PackageLimits

XZ_MEMORY = 256 << 20  # bytes that unpacking xz may take: a file says how many it needs
_ERRORS = (*ZIP_ERRORS, OSError, zlib.error)
_BY_SYSTEMS = ("__MACOSX/", ".DS_Store")  # what some systems put into each zip


def unpacked(source: Path, packing: str, label: str, limits: PackageLimits) -> Iterator[bytes]:
    """The content of a packed file, piece by piece; who takes them counts them.

    Args:
        source: The file.
        packing: `gz`, `xz`, `bz2` or `zip`.
        label: What messages call it.
        limits: Those of a zip.

    Raises:
        PackageError: It is not packed so, or is damaged.
        NotReadError: A zip of several files, one that is encrypted, or xz that takes more memory.
    """
    try:
        yield from _zipped(source, label, limits) if packing == "zip" else _plain(source, packing)
    except lzma.LZMAError as error:
        if "emory" in str(error):
            most = f"{XZ_MEMORY >> 20} MiB"
            reason = f"to unpack it takes over {most} of memory; pack it with `xz -9` at most"
            raise NotReadError(f"{label}: {reason}") from error
        raise _broken(label, packing, error) from error
    except _ERRORS as error:
        raise _broken(label, packing, error) from error


def _broken(label: str, packing: str, error: Exception) -> PackageError:
    name = {"gz": "gzip"}.get(packing, packing)
    return PackageError(f"{label}: not a {name} file that can be read: {error}")


def _plain(source: Path, packing: str) -> Iterator[bytes]:
    with source.open("rb") as stream:
        if packing == "xz":
            yield from _xz(stream)
            return
        with gzip.open(stream) if packing == "gz" else bz2.open(stream) as packed:
            while chunk := packed.read(CHUNK):
                yield chunk


def _xz(stream: BinaryIO) -> Iterator[bytes]:
    """The same as `lzma.open`, which knows no limit of memory: streams one after another."""
    first = True
    while (data := stream.read(CHUNK).lstrip(b"\0")) or first:  # zeros may stand between streams
        one = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
        yield one.decompress(data, CHUNK)
        while not one.eof:
            data = stream.read(CHUNK) if one.needs_input else b""
            if one.needs_input and not data:
                raise EOFError("it ends before its end was marked")
            yield one.decompress(data, CHUNK)
        stream.seek(-len(one.unused_data), 1)
        first = False


def _zipped(source: Path, label: str, limits: PackageLimits) -> Iterator[bytes]:
    with (
        zip_file(source, label, limits) as archive,
        archive.open(_member(archive, label)) as packed,
    ):
        while chunk := packed.read(CHUNK):
            yield chunk


def member_name(source: Path, label: str, limits: PackageLimits) -> str:
    """The name of the one file in a zip; errors as for `unpacked`."""
    try:
        with zip_file(source, label, limits) as archive:
            return _member(archive, label).filename
    except _ERRORS as error:
        raise _broken(label, "zip", error) from error


def _member(archive: zipfile.ZipFile, label: str) -> zipfile.ZipInfo:
    entries = [
        entry
        for entry in archive.infolist()
        if not entry.is_dir() and not any(part in entry.filename for part in _BY_SYSTEMS)
    ]
    if len(entries) != 1:
        raise NotReadError(f"{label}: {len(entries)} files in a zip; pack each alone")
    if entries[0].flag_bits & 1:
        raise NotReadError(f"{label}: an encrypted zip; pack the file without a password")
    return entries[0]
