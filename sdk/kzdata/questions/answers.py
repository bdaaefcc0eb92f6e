"""What all answers share: rows for CSV and frames, their own shape, and how many they list."""

import sys
from dataclasses import asdict
from typing import Any

from kzdata.engine.frames import Frames
from kzdata.errors import UsageError

MOST = 2_000  # how many claims, pairs or events an answer lists, unless asked for more or fewer
ALL = 1_000_000_000  # a limit that no package reaches


def limited(limit: object) -> int:
    """How many to list, as asked, but never more than a query can count.

    Raises:
        UsageError: It is no whole number from 0.
    """
    if not isinstance(limit, int) or limit < 0:
        raise UsageError(f"{limit!r} is no limit; ask for a whole number from 0, such as {MOST}")
    return min(limit, sys.maxsize)


class Rows(Frames):
    """An answer that is a frozen value, told as rows or in its own shape."""

    __slots__ = ()

    def as_dict(self) -> dict[str, Any]:
        """The whole answer in its own shape, as dictionaries and lists."""
        shape: dict[str, Any] = asdict(self)  # type: ignore[call-overload]
        return shape
