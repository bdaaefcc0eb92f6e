r"""What a package holds, made fit to be shown: on one line of text, and as HTML in a notebook.

None of it runs, colours a terminal, turns or hides the text around it, or gives a command to the CI
that keeps the log: such characters are written out (`\x1b`), markup is escaped, and only addresses
of the web become links. What such characters are is told here and nowhere else.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from html import escape
from itertools import islice
from numbers import Number
from typing import Any
from urllib.parse import urlsplit

MOST = 60  # rows that a notebook shows of a table
LONGEST = 2_000  # characters that it shows of a cell
# What drives a terminal or ends a line (categories Cc, Zl, Zp), and what UTF-8 cannot say (Cs).
_CONTROL = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
# What chooses the form of the letter before it, and what joins or parts the letters around it.
_FORMS, _JOINERS = "\ufe00-\ufe0f", "\u200c\u200d"
# What turns the text around it, or is there and not seen: all else that Unicode calls "default
# ignorable" (DerivedCoreProperties), and the marks of interlinear notes.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
_UNSEEN = f"{_CONTROL}{_INVISIBLE}{_JOINERS}{_FORMS}"
_LETTER = f"[^\x00-\x7f{_UNSEEN}]"
# What is written out. Joiners between letters and forms after one stay where these are not ASCII:
# Persian, the scripts of India and emoji need them.
_STRAY = re.compile(
    f"[{_CONTROL}{_INVISIBLE}]|(?<!{_LETTER})[{_FORMS}]"
    f"|(?<!{_LETTER})(?<!{_LETTER}[{_FORMS}])[{_JOINERS}]|[{_JOINERS}](?!{_LETTER})"
)
_LINE = "\n\v\f\r\x1c-\x1e\x85\u2028\u2029"
_BLANKS = rf"(?:\A|(?<=[{_LINE}]))(?:(?![{_LINE}])[\s{_UNSEEN}])*+"
# What the CI that keeps the log takes for a command, up to the character that must not be there:
# `##[error]` (GitHub, Azure), `##vso[...]` (Azure), `##teamcity[...]` anywhere in a line;
# `::error::` (GitHub) and `--- ` (Buildkite) where a line begins; the marks of GitLab and Travis.
# GitHub and Azure compare by the rules of a language, which pass over what is not seen.
_COMMAND = re.compile(
    rf"#(?=[{_UNSEEN}]*#[\w{_UNSEEN}]*\[)"
    rf"|{_BLANKS}:(?=[{_UNSEEN}]*:)"
    r"|s(?=ection_(?:start|end):)|t(?=ravis_(?:fold|time):)"
    rf"|{_BLANKS}(?:-(?=--\s)|\+(?=\+\+\s)|~(?=~~\s)|\^(?=\^\^\s))"
)
# What each command holds; found ten times as fast.
_HINT = re.compile(
    rf"#[{_UNSEEN}]*#|:[{_UNSEEN}]*:|_(?:start|end|fold|time):|---|\+\+\+|~~~|\^\^\^"
)
_ADDRESS = re.compile(r"https?://[^\s\\]+", re.I)
# Dollars in the words of an article are no formula, which a notebook would set.
_TABLE = '<table class="tex2jax_ignore mathjax_ignore">'
_LEFT = ' style="text-align: left"'
# A notebook squeezes a wide table into its width, breaks keys and dates at their hyphens and makes
# a column of every word of a note; it scrolls one whose cells say how much room they want.
_SHORT = ' style="text-align: left; white-space: nowrap"'
_LONG = ' style="text-align: left; min-width: 28em"'
MOST_ON_A_LINE = 28  # characters of a cell that a notebook does not break


def _escaped(char: str) -> str:
    written = char.encode("unicode_escape").decode()
    return f"\\x{ord(char):02x}" if written == char else written


def safe(text: str) -> str:
    r"""The text on one line, with nothing that acts or hides: `\x1b`, `\u202e`, `\x23#[error]`."""
    return unobeyed(visible(text))


def visible(text: str, escaped: Callable[[str], str] = _escaped) -> str:
    r"""The text on one line, with nothing that drives a terminal, turns text or hides (`\x1b`)."""
    if text.isascii() and text.isprintable():
        return text
    return _STRAY.sub(lambda match: escaped(match.group()), text)


def unobeyed(text: str, escaped: Callable[[str], str] = _escaped) -> str:
    """The text, of any number of lines, in which no CI finds a command."""
    if not _HINT.search(text):
        return text
    return _COMMAND.sub(lambda match: match.group()[:-1] + escaped(match.group()[-1]), text)


def in_json(text: str) -> str:
    r"""JSON text as before to whoever reads it; but no terminal and no CI obeys it (`\u001b`)."""
    lines = (visible(line, _unit) for line in text.split("\n"))
    return unobeyed("\n".join(lines), _unit)


def _unit(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))


def html_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> str:
    """Rows as an HTML table, the first `MOST` of them; None is empty."""
    first = list(islice(rows, MOST + 1))
    head = "".join(f"<th{_LEFT}>{_markup(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in first[:MOST])
    foot = f'<td colspan="{len(columns)}"{_LEFT}>The first {MOST} rows; there are more.</td>'
    below = f"<tfoot><tr>{foot}</tr></tfoot>" if len(first) > MOST else ""
    above = f"{_caption(caption)}<thead><tr>{head}</tr></thead>"
    return f"{_TABLE}{above}<tbody>{body}</tbody>{below}</table>"


def html_record(pairs: Iterable[tuple[str, Any]], caption: str = "") -> str:
    """Names and values as an HTML table; None is left out."""
    rows = [
        f'<tr><th scope="row"{_LEFT}>{_markup(name)}</th>{_cell(value)}</tr>'
        for name, value in pairs
        if value is not None
    ]
    return f"{_TABLE}{_caption(caption)}<tbody>{''.join(rows)}</tbody></table>"


def _caption(text: str) -> str:
    return f"<caption{_LEFT}>{_markup(text)}</caption>" if text else ""


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    room = _LONG if len(text) > MOST_ON_A_LINE else _SHORT
    style = "" if isinstance(value, Number) else room  # a notebook puts numbers to the right
    return f"<td{style}>{_link(text) or _markup(text)}</td>"


def _link(text: str) -> str | None:
    """An address of the web as a link that shows its true host; None for any other text."""
    if len(text) > LONGEST or safe(text) != text or not _ADDRESS.fullmatch(text):
        return None
    with suppress(ValueError):
        if host := urlsplit(text).hostname:
            return f'<a href="{escape(text)}" rel="noopener noreferrer">{escape(host)}</a>'
    return None


def _markup(text: str) -> str:
    cut = "…" if len(text) > LONGEST else ""
    return escape(safe(text[:LONGEST])) + cut


def content_policy(*sources: str, more: str = "") -> str:
    """A content security policy that allows some sources: nothing else, no frame, no form.

    Args:
        sources: Directives such as `style-src 'self'`.
        more: A directive that is no source.
    """
    closed = ("base-uri 'none'", "form-action 'none'")
    return "; ".join(filter(None, ("default-src 'none'", *sources, *closed, more)))
