"""An article, and words of it, as programs that write entries see them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from kzdata.entries import notation
from kzdata.entries.article import Article, AskError, Passage
from kzdata.entries.notation import Cell
from kzdata.errors import UsageError, nearest
from kzdata.evidence.profile import declared, needed
from kzdata.standard.declarations import Sources, Spans
from kzdata.standard.descriptor import Table
from kzdata.standard.editing import Draft, DraftRow

_DIGITS = 9  # of an offset: no text is longer


def article_of(draft: Draft, source: str, texts: Mapping[str, str]) -> Article:
    """An article of a package, with its text where that is at hand.

    Args:
        draft: The package.
        source: Key of the article.
        texts: Articles by the SHA-256 of their bytes.

    Raises:
        UsageError: There is no such article.
    """
    table, a = needed(draft.descriptor, Sources, "an entry")
    rows = draft.tables[table.name].by_key
    if (row := rows.get(source)) is None:
        raise UsageError(f"no article {source!r}{nearest(source, rows)}")
    days = (row[name] for name in (a.written_on, a.published_on) if name)
    return Article(
        source,
        _day(next(filter(None, days), "")),
        row[a.language] if a.language else None,
        texts.get(row[a.sha256]),
        passages_of(draft, source),
    )


def _day(text: str) -> date | None:
    """A day; None where a stranger's package has another text there."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def passages_of(draft: Draft, source: str) -> Iterable[Passage]:
    """The passages of an article that a package has."""
    if not (found := declared(draft.descriptor, Spans)):
        return ()
    table, s = found
    rows = (row for row in draft.tables[table.name].rows if row[s.source] == source)
    return [passage_of(row, s) for row in rows]


def passage_of(row: DraftRow, s: Spans) -> Passage:
    """A passage out of its row; one without offsets stands nowhere."""
    numbers = [row[name] for name in (s.start, s.end, s.occurrence)]
    if not all(text.isdecimal() and len(text) <= _DIGITS for text in numbers):
        return Passage(-1, -1, 1, row[s.quote])
    start, end, occurrence = map(int, numbers)
    return Passage(start, end, max(occurrence, 1), row[s.quote])


def words_cell(article: Article, passage: Passage, around: Sequence[Passage]) -> Cell:
    """Words as the value of a cell, with the number of their place where they need it."""
    cell = Cell(value=passage.words)
    if _plain(article, passage, around, cell):
        return cell
    return said_by(article, None, passage, around)


def said_by(
    article: Article, value: str | None, passage: Passage, around: Sequence[Passage] = ()
) -> Cell:
    """A value and the words that say it, with the number of their place where they need it."""
    cell = Cell(value=value, words=passage.words)
    if _plain(article, passage, around, cell):
        return cell
    return cell.model_copy(update={"occurrence": passage.occurrence})


def _plain(article: Article, passage: Passage, around: Sequence[Passage], cell: Cell) -> bool:
    """Whether words near to others are found without the number of their place."""
    if article.text is None:  # where else the words stand, nobody knows
        return False
    line = notation.write(cell)
    try:
        found = article.passage(passage.words, None, article.around(around))
    except AskError:
        return False
    place = isinstance(line, str) and notation.place_of(line)[1]
    return found == passage and isinstance(line, str) and not place


def target_of(table: Table, column: str) -> tuple[str, str] | None:
    """The table and the column that a column's key leads to; None where it has none."""
    for key in table.schema.foreign_keys:
        if key.fields == (column,):
            return key.reference.resource or table.name, key.reference.fields[0]
    return None
