"""How large a package may be: limits of ours, which no standard has, and which a caller may set.

They keep a stranger's package from filling the machine. So a package sets none of them, and what is
beyond one is not checked, but never wrong.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Self

from kzdata.errors import UsageError, nearest

# Bytes of each unit, as DuckDB has them.
UNITS = {"": 1, "B": 1} | {
    f"{prefix}{unit}": base**power
    for power, prefix in enumerate("KMGT", 1)
    for unit, base in (("", 1000), ("B", 1000), ("IB", 1024))
}
IN_BYTES = ("unpacked", "spilled", "descriptor", "json", "workbook")
MAX_CELLS = 10_000  # cells of a row that are held, whatever is asked for; those beyond are counted
MOST = 1 << 50  # of every other limit: numbers beyond it are slips, and the engine takes no larger


def bytes_of(size: str) -> int:
    """The bytes of a size such as `2GB`, `500 MB` or `1.5GiB`; raises UsageError for no size."""
    number = re.sub(r"\D+$", "", size)
    unit = size[len(number) :].strip().upper()
    with suppress(ValueError, KeyError, OverflowError):
        if (found := int(float(number) * UNITS[unit])) > 0:
            return found
    raise UsageError(f"{size!r} is not a size; write 2GB or 500MB")


def _most(name: str) -> int:
    return MAX_CELLS if name == "fields" else MOST


@dataclass(frozen=True)
class PackageLimits:
    """How large a package, and each of its parts, may be; what is beyond a limit is not checked.

    Attributes:
        unpacked: Bytes that a zip, and all files that are unpacked, decoded or mended, may come to:
            a few bytes can unpack to a full disk.
        spilled: Bytes that DuckDB may write to the disk where memory does not suffice.
        descriptor: Bytes of a descriptor, or of a schema in a file of its own: it is held in memory
            as a whole.
        json: Bytes of a JSON file with rows: it is held as a whole, too.
        workbook: Bytes that the parts of a workbook unpack to.
        entries: Files in a zip: each takes memory before anything is unpacked.
        ratio: How many times its size a zip, or an entry above 1 MiB, may unpack to.
        resources: Resources of a package: each costs time in every step.
        files: Files of a resource: each is held open.
        fields: Fields of a table, at most 10,000; all tables together have ten times as many. Each
            is a column of one query.
        keys: Unique keys, and foreign keys, of a table; all tables together have ten times as many.
        values: Values of an `enum`, categories, and entries of any such list.
    """

    unpacked: int = 16 << 30
    spilled: int = 16 << 30
    descriptor: int = 16 << 20
    json: int = 256 << 20
    workbook: int = 512 << 20
    entries: int = 10_000
    ratio: int = 200
    resources: int = 1_000
    files: int = 1_000
    fields: int = 1_000
    keys: int = 100
    values: int = 10_000

    def __post_init__(self) -> None:
        for name in NAMES:
            value, most = getattr(self, name), _most(name)
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not (whole and 0 < value <= most):
                raise UsageError(f"limit {name}: {value!r} is no whole number from 1 to {most:,}")

    @classmethod
    def of(cls, given: Iterable[str]) -> Self:
        """The limits that a command line names: `NAME=VALUE`, several with commas.

        Raises:
            UsageError: There is no such limit, or its value is no number or size.
        """
        parts = (part.strip() for text in given for part in text.split(","))
        named = (part.partition("=") for part in parts)
        return cls(**{name: _read(name, value) for name, _, value in named})


NAMES = tuple(one.name for one in fields(PackageLimits))
DEFAULT = PackageLimits()


def allowing(name: str, wanted: int | None = None) -> str:
    """How a caller allows more than a limit: so many, or as much as is known only afterwards."""
    if wanted is not None and wanted > _most(name):
        return f"divide it: --limit {name} is at most {_most(name):,}"
    value = wanted or ("SIZE" if name in IN_BYTES else "NUMBER")
    return f"--limit {name}={value} allows more"


def _read(name: str, value: str) -> int:
    if name not in NAMES:
        known = f"there are {', '.join(NAMES)}, each as NAME=VALUE"
        raise UsageError(f"no limit {name!r}; {known}{nearest(name, NAMES)}")
    if name in IN_BYTES:
        try:
            return bytes_of(value)
        except UsageError as error:
            raise UsageError(f"limit {name}: {error}") from error
    if not re.fullmatch("[0-9]{1,18}", value):
        raise UsageError(f"limit {name}: {value!r} is no whole number; write {name}=5000")
    return int(value)
