"""What a spreadsheet takes for a formula, and how a text is written so that it does not.

An apostrophe before it, as OWASP advises (CSV Injection): spreadsheets take what follows for text.
"""

import re

# What some spreadsheet takes for the beginning of a formula; full-width forms are taken for the
# others, and blanks before it are passed over.
_BEGINS = re.compile(r"\s*[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# What ends a cell of CSV besides the comma: `;` where a decimal has a comma, tabs and line ends.
# A spreadsheet that takes these does not see the quotation marks of a cell after a comma.
_SEPARATOR = re.compile("([;\t\r\n])")


def begins(text: str) -> bool:
    """Whether a text begins as what some spreadsheet takes for a formula."""
    return bool(_BEGINS.match(text))


def runs(text: str) -> bool:
    """Whether it takes the whole of a text for a formula; a number such as -5 is none."""
    return begins(text) and not _NUMBER.fullmatch(text)


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if runs(text) else text


def csv_cell(value: object) -> str:
    """A cell for a CSV file that others open in a spreadsheet, whatever it takes for the comma."""
    text = str(value)
    # Each part after a separator may be a cell of its own to whoever opens the file.
    first, *rest = _SEPARATOR.split(text)
    later = (part if _SEPARATOR.fullmatch(part) else defused(part) for part in rest)
    return "".join(["'" * runs(text), first, *later])
