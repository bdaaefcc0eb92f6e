"""Rules about days that the words of an article do not give: too far away, or cut short."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from kzdata.engine import sql
from kzdata.engine.sql import ORD, column, day, identifier
from kzdata.evidence import dates
from kzdata.evidence.languages import DEFAULT_LANGUAGE, Grammar
from kzdata.evidence.profile import cell
from kzdata.validation.evidence_tables import (
    IN_COLUMN,
    Model,
    date_reading,
    grammar_number,
    role_number,
)
from kzdata.validation.rule import Articles, Query, Violation, rule

# A weekday means one of the last seven days: an article that came out later than that after the day
# it speaks from leaves its reader in the wrong week.
MOST_DAYS_TO_PRINT = 7
FAR = 366  # days: a date without a year is at most a year back
_TELLS_YEARS = r"(?i)\b([12][0-9]{3}|years?|decades?|century|centuries)\b"


@rule(
    "consistency",
    "correct one of the two days, or give the passage that prints the day, with its year",
    "warning",
    source="advice for packages that declare `kzdata:sources`: docs/profile.md",
    declared=("kzdata:sources",),
)
def source_day_far(model: Model) -> Iterator[Violation]:
    """An article speaks from a day at most a week before the one on which it was published.

    All weekdays, and words such as "today", are counted from that day: moved by years, each of its
    claims is, and every receipt still reads well. A passage (`day_span`) that gives the same day
    when it is read on the day of publication, such as "5 January 2022", explains it.
    """
    for table, a in model.each("sources"):
        if not a.written_on or not a.published_on:
            continue
        spans = model.declared("spans")
        joins, quote = "", "NULL"
        if spans and a.day_span:
            (name, s), quote = spans, column(spans[1].quote, "s")
            joins = f"""LEFT JOIN {identifier(name.name)} s
                ON {column(s.id, "s")} = {column(a.day_span)}"""
        parts = (column(a.id), column(a.written_on), column(a.published_on),
                 cell(a.published_precision), quote)  # fmt: skip
        away = f"{day(column(a.published_on))} - {day(column(a.written_on))}"
        rows = f"""SELECT t.{ORD}, {", ".join(parts)} FROM {identifier(table.name)} t {joins}
            WHERE {away} > {MOST_DAYS_TO_PRINT}"""
        for row, source, spoken, published, precision, words in model.database.rows(rows):
            first = _first_day(published, precision)
            known = _first_day(spoken, "day")
            if first is None or known is None or first - known <= timedelta(MOST_DAYS_TO_PRINT):
                continue
            reads = model.grammar_of(source)
            if words and reads is None:
                continue  # nobody can tell what its words mean
            if not words or not reads or date_reading(reads, words, published)[2] != spoken:
                least = first - timedelta(MOST_DAYS_TO_PRINT)
                expected = f"a day from {least} on, or a passage that prints it with its year"
                yield Violation(table.name, row, a.written_on, spoken, expected)


def _first_day(text: str | None, precision: str | None) -> date | None:
    """The first day that a date of a precision can mean; None where it is no date."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    starts = {"month": {"day": 1}, "year": {"month": 1, "day": 1}}
    return found.replace(**starts.get(precision or "", {}))


@rule(
    "consistency",
    "take a passage that says the year or how long ago, or correct the date",
    "warning",
    source="advice for packages that declare `kzdata:dates`: docs/profile.md",
    declared=("kzdata:dates", "kzdata:edges"),
)
def date_far(model: Model) -> Iterator[Query]:
    """A date that is more than a year from its article's day rests on words that say so.

    An inferred date can be any: years away, it puts what an article tells as news into another
    time. A year, or a word such as "years" or "decade", stands in one of its passages; or the
    grammar makes the date of them. Other words for years are known in English alone.
    """
    if not model.traceable:
        return
    away = f"abs({day('t.value')} - {day('s.day')}) > {FAR}"
    told = f"t.role = {role_number('normalised')} OR {sql.matches('s.quote', _TELLS_YEARS)}"
    told += f" OR s.grammar IS DISTINCT FROM {grammar_number(DEFAULT_LANGUAGE)}"
    edges = f"shared.edge_numbers t JOIN shared.passages s ON s.{ORD} = t.passage"
    yield Query(
        None,
        f"""WITH far AS (SELECT DISTINCT t.col, t.row FROM {edges} JOIN shared.traced_columns c
                ON c.col = t.col WHERE c.kind = 'date' AND c.part <> 'precision' AND {away})
        SELECT c.tab, t.row, c.field, any_value(t.value),
            'a day near ' || any_value(s.day) || ', or words that say the year'
        FROM (SELECT * FROM shared.edge_numbers SEMI JOIN far USING (col, row)) t {IN_COLUMN}
        JOIN shared.passages s ON s.{ORD} = t.passage
        GROUP BY c.tab, t.row, c.field HAVING bool_and({away}) AND NOT bool_or({told})""",
    )


@rule(
    "text",
    "take the whole date: its year, and words such as `until` or `since`",
    "warning",
    source="advice for packages that declare `kzdata:dates`: docs/methodology.md",
    declared=("kzdata:dates", "kzdata:edges"),
)
def date_cut_short(model: Model, texts: Articles) -> Iterator[Violation]:
    """The words of a date are not cut out of longer ones that mean another day.

    "January 5" of "January 5, 2019", "Friday" of "last Friday", "May" of "May Tanner": each reads
    as a date of its own, and is not the one that the article gives.
    """
    for (edges, e), *_ in model.together("edges", "spans", "sources"):
        # A passage that many cells rest on is looked at once for each day that they hold.
        asked = f"""SELECT min(t.{ORD}), c.part, t.value, p.source, p.first, p.last, p.quote, p.day
            FROM shared.edge_numbers t {IN_COLUMN} JOIN shared.passages p ON p.{ORD} = t.passage
            WHERE c.kind = 'date' AND t.role = {role_number("normalised")} GROUP BY ALL"""
        for row, part, value, source, start, end, quote, spoken in model.database.rows(asked):
            text, written_on = texts.get(source, ""), _first_day(spoken, None)
            reads = model.grammar_of(source)
            if reads and written_on and start is not None and text[start:end] == quote:
                longer = _longer(reads, text, (start, end), written_on, part, value)
                if longer and longer != quote:
                    yield Violation(edges.name, row, e.span, quote, longer)


def _longer(
    reads: Grammar, text: str, place: tuple[int, int], written_on: date, part: str, value: str
) -> str | None:
    """Words around a date that give a cell another day, or make a name of it; None: there are none.

    What a passage alone does not say is a finding of `evidence-normalised`.
    """
    longer = text[slice(*reads.date_extent(text, *place, written_on))]
    if longer == text[slice(*place)]:
        # Names are made of days and months in English: "May Tanner".
        named = longer.isalpha() and reads.reads_sentences
        return _name_around(text, *place) if named else None
    _, _, begins, ends, precision, _ = date_reading(reads, longer, str(written_on))
    if part == "precision":  # of a day, it may be finer; what is open is never a day
        return longer if precision in ("before", "since") and value != precision else None
    known = {"first": (begins, begins), "last": (ends, ends)}.get(part, (begins, ends))
    return None if value in known else longer


def _name_around(text: str, start: int, end: int) -> str | None:
    """A name of two words that a single word is part of: "May Tanner", "Theresa May"."""
    match = re.compile(r" [A-Z][a-z]+").match(text, end)
    if match and match[0].strip().lower() not in dates.PARTS_OF_DATES:
        return text[start : match.end()]
    before = re.search(r"(?<=[a-z,] )[A-Z][a-z]+ \Z", text[max(0, start - 40) : start])
    if before and before[0].strip().lower() not in dates.PARTS_OF_DATES:
        return before[0] + text[start:end]
    return None
