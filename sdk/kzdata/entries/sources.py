"""The article of an entry: its row, its text, and the days that it speaks of."""

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from kzdata.entries.article import Article, AskError
from kzdata.entries.tables import ReceiptTables
from kzdata.errors import nearest
from kzdata.evidence import dates
from kzdata.standard.declarations import Sources
from kzdata.standard.editing import DraftRow


def digest(text: str) -> str:
    """The SHA-256 of the bytes of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def article_of(tables: ReceiptTables, row: DraftRow, text: str | None) -> Article:
    """The article of a row."""
    _, a = tables.sources
    day = row[a.written_on] if a.written_on else ""
    day = day or (row[a.published_on] if a.published_on else "")
    language = row[a.language] if a.language else None
    known = tables.passages(row[a.id]).values()
    return Article(row[a.id], date.fromisoformat(day) if day else None, language, text, known)


def written_row(tables: ReceiptTables, said: Mapping[str, str], text: str | None) -> DraftRow:
    """The row of an article as an entry has it, added or changed.

    Args:
        tables: The draft.
        said: The cells that the entry names, by column.
        text: The article's text, where the entry names it.

    Raises:
        AskError: A column or a day is not known, or a new article has no text.
    """
    table, a = tables.sources
    for name in said.keys() - set(table.schema.names):
        raise AskError(f"no column {name!r}{nearest(name, table.schema.names)}")
    values = dict(said)
    if text is not None:
        values |= {a.sha256: digest(text), a.length: str(len(text))}
    row = table.by_key.get(values[a.id])
    if row is not None:
        tables.change(table, row, values | _published(values, a, text, new=False))
        return row
    if text is None:
        raise AskError(f'no article {values[a.id]!r}; give its text: text = "FILE"')
    values = tables.defaults(table) | values | _published(values, a, text, new=True)
    return tables.add(table, values | _written(values, a))


def printed_day(said: Mapping[str, str], a: Sources, text: str | None) -> str | None:
    """The words of the day of publication, where the article prints them."""
    words = said.get(a.published_on or "")
    iso = words and re.fullmatch("[0-9-]+", words)
    return words if words and not iso and words in (text or "") else None


def _published(
    values: Mapping[str, str], a: Sources, text: str | None, *, new: bool
) -> dict[str, str]:
    """The day of publication, of a date or of words, and what follows from the words."""
    words = values.get(a.published_on or "")
    if not a.published_on or not words:
        return {}
    day, precision = absolute_day(words)
    if day == words and not new:
        return {}
    basis = "stated" if printed_day(values, a, text) else "inferred"
    found = {a.published_precision: precision, a.published_basis: basis}
    follows = {name: value for name, value in found.items() if name and not values.get(name)}
    return {a.published_on: day, **follows}


def _written(values: Mapping[str, str], a: Sources) -> dict[str, str]:
    """The day that a new article speaks from: as it says, else that of publication."""
    if not a.written_on:
        return {}
    stated = values.get(a.written_on) or values.get(a.published_on or "", "")
    return {a.written_on: absolute_day(stated)[0] if stated else ""}


def absolute_day(words: str) -> tuple[str, str]:
    """A day and its precision: of `2022-01-07`, or of words that need no other day.

    Raises:
        AskError: The words are no day.
    """
    with suppress(ValueError):
        return date.fromisoformat(words).isoformat(), "day"
    with suppress(ValueError):
        # Read from two days: what hangs on the day of reading is no answer.
        one, other = (dates.resolve(words, date(year, 6, 15)) for year in (1999, 2047))
        if one == other and one.start and one.precision in ("day", "month", "year"):
            return one.start.isoformat(), one.precision
    raise AskError(f"{words!r} is no day; write YYYY-MM-DD, or “January 7, 2022”")
