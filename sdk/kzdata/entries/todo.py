"""What is left to do for an article: a work list, with the line to write into its entry.

Each thing on the list is a question to whoever enters the article, not a finding: validation alone
says what is wrong.
"""

from collections.abc import Iterator, Mapping

from kzdata.entries.alike import Happening, happenings
from kzdata.entries.article import Passage
from kzdata.entries.in_text import InText
from kzdata.entries.left import OF_TEXT, Left, Todo, toml
from kzdata.entries.notation import Cell
from kzdata.entries.shortening import savings, share, too_long
from kzdata.entries.told import Told
from kzdata.evidence.authoring import offset
from kzdata.evidence.profile import declared, declaring
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Claims, Links, Spans
from kzdata.standard.editing import Draft


def todo(dataset: Dataset, source: str, text: str | None) -> Todo:
    """What is left to do for an article.

    Args:
        dataset: The package, a folder with CSV files.
        source: Key of the article.
        text: Its text; without it, what needs it is not known.

    Raises:
        UsageError: There is no such article, or the package is not one that can be edited.
        PackageError: A table cannot be read.
    """
    told = Told(Draft(dataset), source, text)
    return Todo(source, tuple(_left(told)), tuple(_unknown(told)))


def _unknown(told: Told) -> Iterator[str]:
    if told.article.text is None:
        yield from OF_TEXT
    elif not told.dated:
        yield "date"


def _left(told: Told) -> Iterator[Left]:
    text = InText(told) if told.article.text is not None else None
    alone = list(text.participants()) if text else []
    if text:
        yield from (*text.numbers(), *text.dates())
        # Who may take part in an event is asked once.
        asked = {(one.start, one.why) for one in alone}
        yield from (one for one in text.names() if (one.start, one.why) not in asked)
        yield from text.aliases()
    yield from (*_events(told), *_disagreements(told), *alone, *_counts(told), *_quotes(told))


# ------------------------------------------------------------------------------ events


def _events(told: Told) -> Iterator[Left]:
    """Events of this article that may be one with an event of others.

    Two that one article tells are told apart by it.
    """
    for table in told.playing("events"):
        known = list(happenings(told.draft, table))
        for own in (one for one in known if one.key in told.places):
            tellers = told.tellers[own.key]
            others = (one for one in known if not tellers & told.tellers[one.key])
            yield from (_twin(own, other) for other in others if own.may_be(other))


def _twin(own: Happening, other: Happening) -> Left:
    why = f"is it {other.key}, {other.title}?"
    line = toml("id", Cell(value=other.key))
    return Left("event", own.key, None, own.title, why, "event", line)


# ------------------------------------------------------------------------------ claims


def _disagreements(told: Told) -> Iterator[Left]:
    """Claims of this article that do not go together with others, and no link says why."""
    descriptor = told.draft.descriptor
    links = declared(descriptor, Links)
    if not links or not declaring(descriptor, Claims):
        return
    from kzdata.questions.disagreements import disagreements

    answer = disagreements(told.draft.dataset)
    for one in (*answer.found, *answer.unreconciled):
        ends = (one.first.key, one.second.key)
        own = next((key for key in ends if key in told.places), None)
        if own and one.verdict == "uncurated":
            other = ends[own == ends[0]]
            relations = links[1].contradicts if one.kind == "contradiction" else links[1].differs
            relation = next(iter(relations), "RELATION")
            line = f'links = ["{relation} {other} ?? why"]'
            yield Left("disagreement", own, None, one.reason, f"with {other}", "claim", line)


# ------------------------------------------------------------------------------ receipts


def _counts(told: Told) -> Iterator[Left]:
    """Cells of the article's records on whose receipts another number is written than there are."""
    table, e = told.tables.edges
    if not e.count:
        return
    cells: dict[tuple[str, str], list[str]] = {}
    for row in table.rows:
        if row[e.record] in told.places:
            cells.setdefault((row[e.record], row[e.field]), []).append(row[e.count])
    for (record, field), said in cells.items():
        if set(said) != {str(len(said))}:
            counted = ", ".join(sorted(set(said)))
            yield Left("count", record, None, field, f"{len(said)} receipts, counted as {counted}")


def _quotes(told: Told) -> Iterator[Left]:
    """Quotes that are longer than they may be, or of which there are too many."""
    _, s = told.tables.spans
    keys = {one: key for key, one in told.passages.items()}
    for one, over in sorted(too_long(keys, s.max_length).items()):
        yield _quote(keys[one], one, f"{over} over the {s.max_length} characters of a quote")
    yield from _share(told, s, keys)


def _share(told: Told, spans: Spans, keys: Mapping[Passage, str]) -> Iterator[Left]:
    _, a = told.tables.sources
    quoted = share(keys, offset(told.row[a.length]), spans.max_share, spans.share_floor)
    found = savings(keys, quoted.excess)
    for one, saved in sorted(found.items()):
        why = f"save {saved} of the {quoted.excess} characters too many in this article"
        yield _quote(keys[one], one, why)
    if shared := quoted.excess - sum(found.values()):
        why = f"save {shared} more characters, which several quotes share"
        yield Left("quote", told.article.key, None, "all quotes", why)
    if quoted.near and not quoted.excess:
        why = f"{quoted.room} characters are left to quote, of {quoted.most}"
        yield Left("quote", told.article.key, None, "all quotes", why)


def _quote(key: str, one: Passage, why: str) -> Left:
    return Left("quote", key, one.start, one.words, why)
