"""What all answers share: rows for CSV and frames, and a table in a notebook."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, ClassVar

from kzdata.display import html_table
from kzdata.errors import UsageError

MOST = 2_000  # how many claims, pairs or events an answer lists, unless asked for more or fewer


def limited(limit: object) -> int:
    """How many to list, as asked, but never more than a query can count.

    Raises:
        UsageError: It is no whole number from 0.
    """
    if not isinstance(limit, int) or limit < 0:
        raise UsageError(f"{limit!r} is no limit; ask for a whole number from 0, such as {MOST}")
    return min(limit, sys.maxsize)


class Rows:
    """An answer that can be told as rows: iterate `rows`, or show it in a notebook."""

    __slots__ = ()
    columns: ClassVar[tuple[str, ...]] = ()

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The answer, flat: one tuple a row, with a value for each of `columns`."""
        raise NotImplementedError

    def as_dict(self) -> dict[str, Any]:
        """The whole answer in its own shape, as dictionaries and lists."""
        shape: dict[str, Any] = asdict(self)  # type: ignore[call-overload]
        return shape

    def _repr_html_(self) -> str:
        return html_table(self.columns, self.rows(), repr(self).strip("<>"))
