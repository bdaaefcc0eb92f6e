r"""What a package holds, made fit to be shown: on one line of text, and as HTML in a notebook.

None of it runs, colours a terminal or turns the text around it: control characters are written out
(`\x1b`), markup is escaped, and only addresses of the web become links.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from numbers import Number
from typing import Any
from urllib.parse import urlsplit

MOST = 60
"""Rows that a notebook shows of a table."""
LONGEST = 2_000
"""Characters that it shows of a cell."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ADDRESS = re.compile(r"https?://[^\s\\]+", re.I)
# Dollars in the words of an article are no formula, which a notebook would set.
_TABLE = '<table class="tex2jax_ignore mathjax_ignore">'
_LEFT = ' style="text-align: left"'
# A notebook squeezes a wide table into its width, breaks keys and dates at their hyphens and makes
# a column of every word of a note; it scrolls one whose cells say how much room they want.
_SHORT = ' style="text-align: left; white-space: nowrap"'
_LONG = ' style="text-align: left; min-width: 28em"'
MOST_ON_A_LINE = 28
"""Characters of a cell that a notebook does not break."""


def safe(text: str) -> str:
    r"""The text on one line, control characters and text-turning marks written out (`\x1b`)."""
    return _CONTROL.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def html_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> str:
    """Rows as an HTML table, the first `MOST` of them.

    Args:
        columns: Names of the columns.
        rows: Their values; None is empty.
        caption: A line above the table.
    """
    first = list(islice(rows, MOST + 1))
    head = "".join(f"<th{_LEFT}>{_markup(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in first[:MOST])
    foot = f"The first {MOST} rows; there are more." if len(first) > MOST else ""
    above = f"<caption{_LEFT}>{_markup(caption)}</caption>" if caption else ""
    below = f'<tfoot><tr><td colspan="{len(columns)}"{_LEFT}>{foot}</td></tr></tfoot>'
    parts = [_TABLE, above, f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"]
    return "".join([*parts, below if foot else "", "</table>"])


def html_record(pairs: Iterable[tuple[str, Any]], caption: str = "") -> str:
    """Names and values as an HTML table; None is left out."""
    rows = [
        f'<tr><th scope="row"{_LEFT}>{_markup(name)}</th>{_cell(value)}</tr>'
        for name, value in pairs
        if value is not None
    ]
    above = f"<caption{_LEFT}>{_markup(caption)}</caption>" if caption else ""
    return f"{_TABLE}{above}<tbody>{''.join(rows)}</tbody></table>"


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    room = _LONG if len(text) > MOST_ON_A_LINE else _SHORT
    style = "" if isinstance(value, Number) else room
    return f"<td{style}>{_link(text) or _markup(text)}</td>"


def _link(text: str) -> str | None:
    """An address of the web as a link that shows its true host; None for any other text."""
    if len(text) > LONGEST or safe(text) != text or not _ADDRESS.fullmatch(text):
        return None
    try:
        host = urlsplit(text).hostname
    except ValueError:
        return None
    if not host:
        return None
    return f'<a href="{escape(text)}" rel="noopener noreferrer">{escape(host)}</a>'


def _markup(text: str) -> str:
    cut = "…" if len(text) > LONGEST else ""
    return escape(safe(text[:LONGEST])) + cut
