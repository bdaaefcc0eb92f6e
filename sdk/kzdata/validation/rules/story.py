"""Rules about the story of a package: each number in it is that of the claim it leads to."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from kzdata.engine.sql import LISTED, identifier
from kzdata.errors import FigureError, PackageError
from kzdata.evidence.counting import sense
from kzdata.evidence.figures import Figure, NumberToken, number_tokens, parse
from kzdata.evidence.once import once_a_package
from kzdata.evidence.profile import cell
from kzdata.evidence.story import Piece, Story, story_of
from kzdata.standard.descriptor import Table
from kzdata.validation.evidence_tables import Model, columns_needed
from kzdata.validation.rule import Violation, rule

_WHERE = "the package declares a story, the resource of that name: docs/profile.md"
_TAKEN = frozenset({"count", "percentage", "money", "measure", "fraction", "age", "times"})
"""What numbers can be that a claim may be asked for; days, ranks and names are none."""
_WORDS = frozenset(
    "a an no none one both half once twice another all many more most few some several".split()
)
"""Words that are numbers to the grammar, and seldom say how many."""
_MARKS = "“”\"'‘’«»"


class _Said(NamedTuple):
    """A record that a story leads to."""

    table: Table
    cells: dict[str, str | None]


@rule("consistency", "name a record of the package, and a column of its table", source=_WHERE)
def story_record(model: Model) -> Iterator[Violation]:
    """Each link of the story leads to a record of the package, or to a cell that has receipts."""
    told, wrong = _told(model)
    if wrong:
        yield Violation(None, found=wrong, expected="a story in UTF-8")
    known = _records(model)
    for piece in told.pieces if told else ():
        if not piece.key:
            continue
        if piece.key not in known:
            yield _at(told, piece, piece.key, "the key of a record")
        elif piece.column and piece.column not in known[piece.key].cells:
            table = known[piece.key].table.name
            yield _at(told, piece, piece.column, f"a column of {table} that has receipts")


@rule("consistency", "print the figure as the claim has it, or lead to another", source=_WHERE)
def story_number(model: Model) -> Iterator[Violation]:
    """A number of the story that leads to a record is the figure of it.

    It may be printed otherwise: "8" for "eight". What is linked is the figure alone: "over 60", not
    "60" of it, and not "over 60 people". Words without a number may lead to any record.
    """
    told, _ = _told(model)
    known = _records(model)
    for piece in told.pieces if told else ():
        if piece.key in known and (expected := _amiss(piece, known[piece.key])):
            yield _at(told, piece, piece.text, expected)


@rule(
    "consistency",
    "put brackets around it, and the key of the claim in parentheses behind them",
    "warning",
    source="advice: a number without a receipt is worth no more than its author",
)
def story_unlinked(model: Model) -> Iterator[Violation]:
    """Each number of the story leads to the claim that it is taken from.

    Digits and words for numbers, such as "dozens". Dates, years, times of day, ranks, and numbers
    within names need none, nor do words such as "one", "both" and "many".
    """
    told, _ = _told(model)
    for piece in told.pieces if told else ():
        for token in number_tokens(piece.text) if piece.key is None else ():
            if _counts(piece.text, token):
                moved = piece._replace(place=piece.place + token.start)
                yield _at(told, moved, token.token, "a number that leads to a claim")


def _counts(text: str, token: NumberToken) -> bool:
    """Whether a number of a text is one that a claim could give."""
    read = _read(token.token)
    ranks = read is not None and read.qualifier == "ordinal"
    if ranks or token.token.lower() in _WORDS:
        return False
    return sense(text, token.start, token.end).sense in _TAKEN


@once_a_package
def _told(model: Model) -> tuple[Story | None, str]:
    """The story, and why it cannot be read."""
    try:
        return story_of(model.descriptor, model.files), ""
    except PackageError as error:
        return None, str(error)


def _at(told: Story | None, piece: Piece, found: str, expected: str) -> Violation:
    assert told
    return Violation(
        None, found=found, expected=expected, file=told.path, line=piece.line, column=piece.place
    )


@once_a_package
def _records(model: Model) -> dict[str, _Said]:
    """The records that the story leads to, by key."""
    told, _ = _told(model)
    wanted = sorted({piece.key for piece in told.pieces if piece.key}) if told else []
    found: dict[str, _Said] = {}
    for table in model.tables.values() if wanted else ():
        # What is withdrawn is no record any more.
        if len(table.schema.primary_key) != 1 or table.schema.tombstones:
            continue
        # Only these columns are read; those that nothing rests on and nobody declares are not.
        names = columns_needed(table, model.descriptor)
        key = cell(table.schema.primary_key[0])
        rows = model.database.rows(
            f"""SELECT {key}, {", ".join(map(cell, names))} FROM {identifier(table.name)} t
            WHERE {key} IN {LISTED}""",
            [wanted],
        )
        for record, *cells in rows:
            found.setdefault(record, _Said(table, dict(zip(names, cells, strict=True))))
    return found


def _amiss(piece: Piece, said: _Said) -> str | None:
    """What should stand in place of a linked number; None where nothing is amiss."""
    words = piece.text.strip().strip(_MARKS)
    if piece.column:
        held = said.cells.get(piece.column) or ""
        return None if words.casefold() == held.casefold() or _equal(words, held) else held
    figure = said.table.schema.figure
    numbers = [one for one in number_tokens(words) if one.token.lower() not in _WORDS]
    if figure is None:
        return "words, as the record has no figure" if numbers else None
    wording = said.cells[figure.text] or ""
    read = _read(words)
    if words.casefold() == wording.casefold() or (read is None and not numbers):
        return None
    ends = (said.cells[figure.low], said.cells[figure.high])
    same = read and read.qualifier == said.cells[figure.qualifier]
    if read and same and all(map(_same, (read.low, read.high), ends)):
        return None
    return wording or "no number: the claim gives none"


def _read(words: str) -> Figure | None:
    try:
        return parse(words)
    except FigureError:
        return None


def _same(number: Decimal | None, cell: str | None) -> bool:
    return number == _decimal(cell) if cell and number is not None else number is None and not cell


def _equal(words: str, cell: str) -> bool:
    read = _read(words)
    return bool(read and read.low == read.high and _same(read.low, cell))


def _decimal(cell: str | None) -> Decimal | None:
    try:
        return Decimal(cell or "")
    except InvalidOperation:
        return None
