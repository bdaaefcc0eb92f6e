"""What all answers share: rows for CSV and frames, and a table in a notebook."""

from collections.abc import Iterator
from dataclasses import asdict
from html import escape
from typing import Any, ClassVar

MOST = 2_000
"""How many claims, pairs or events an answer lists, unless asked for more or fewer."""


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
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in self.rows())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    return f"<td>{'' if value is None else escape(str(value))}</td>"
