"""What the keys, days and figures of a package are called in a sentence."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from kzdata.engine.sql import column, double, table_named
from kzdata.evidence.intervals import Interval
from kzdata.evidence.names import column_names
from kzdata.evidence.profile import cell, declared
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Aliases, Codebook, Places, Policies, Spans
from kzdata.standard.field_types.temporal import DAYS, MONTHS

_ARTICLE = re.compile(r"(An?|The) ", re.IGNORECASE)


class Words:
    """The names and the meanings of what stands in the columns of a package."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._small = _small_words(dataset)
        self._sites = _sites(dataset)
        self._names: dict[tuple[str, str], dict[str, str]] = {}

    def name(self, table: str, column: str, value: str) -> str:
        """What a cell is called: the name of its row, or itself with blanks."""
        if (table, column) not in self._names:
            self._names[table, column] = self._read(table, column)
        return self._names[table, column].get(value) or value.replace("_", " ")

    def meaning(self, table: str, column: str, value: str) -> str:
        """The label of a category; of any other cell, its name."""
        field = self._dataset.tables[table].schema.field(column)
        return field.labels.get(value) or self.name(table, column, value)

    def small(self, word: str) -> bool:
        """Whether articles print a word with a small letter, so that it may be meant as one."""
        return word in self._small

    def common(self, table: str, column: str, value: str) -> str:
        """The name as it stands within a sentence: small, where articles print it small."""
        name = self.name(table, column, value)
        first = re.match(r"\w+", name)
        small = first and self.small(first[0].lower())
        return name[:1].lower() + name[1:] if small or _ARTICLE.match(name) else name

    def place(self, table: str, column: str, value: str) -> str:
        """A place with its preposition: `in Shymkent`, `at a morgue`, `at the central square`."""
        name = self.common(table, column, value)
        # "Southern Kazakhstan" is a name, though its first word is small within a sentence.
        said = re.match(r"[^\W\d_]+ [^\W\d_]", name)
        plain = name[:1].islower() and said and said[0][-1].islower() and not _ARTICLE.match(name)
        lead = "at" if value in self._sites else "in"
        return f"{lead} {'the ' if plain else ''}{name}"

    def _read(self, table: str, column: str) -> dict[str, str]:
        rows = self._dataset.tables[table]
        place = rows.schema.names.index(column)
        values = {row[place] for row in rows.texts()} - {""}
        return column_names(self._dataset, table, column, values)


def _small_words(dataset: Dataset) -> set[str]:
    """The words that articles print with a small letter: those that are no names."""
    printed: list[str] = []
    for role, name in ((Spans, "quote"), (Aliases, "alias"), (Codebook, "term")):
        if known := declared(dataset.descriptor, role):
            rows = dataset.tables[known[0].name]
            place = rows.schema.names.index(getattr(known[1], name))
            printed += (cells[place] for cells in rows.texts())
    return {word for text in printed for word in re.findall(r"\w+", text) if word.islower()}


def _sites(dataset: Dataset) -> set[str]:
    """The places that are no more than a site."""
    if not (known := declared(dataset.descriptor, Places)) or not known[1].kind:
        return set()
    table, role = known
    rows = dataset.database.rows(
        f"""SELECT {cell(role.id)} FROM {table_named(table.name)} t
        WHERE {cell(role.kind)} = 'site'"""
    )
    return {key for (key,) in rows}


# ------------------------------------------------------------------------------------------- days


def day_in_words(day: date) -> str:
    """A day as it is read: `Friday 7 January 2022`."""
    return f"{DAYS.split()[day.weekday()]} {day.day} {_month(day)}"


def _month(day: date) -> str:
    return f"{MONTHS.split()[day.month - 1]} {day.year}"


def days_in_words(first: date | None, last: date | None, precision: str | None) -> str:
    """A date as it is read, as precise as it is; empty where there is none."""
    first, last = first or last, last or first
    if first is None or last is None:
        return ""
    day, until = day_in_words(first), day_in_words(last)
    told = {
        "part_of_day": f"{day}, part of the day",
        "night": f"the night that begins on {day}",
        "week": f"the week from {day}",
        "month": _month(first),
        "year": f"{first.year}",
        "before": f"{until} or before",
        "since": f"since {day}",
    }
    return told.get(precision or "", day if first == last else f"{day} to {until}")


def published_in_words(day: str | None, precision: str | None) -> str:
    """The day of a publication, as precise as it is known; what is no day, as it stands."""
    written = day or ""
    # What is known to the month or the year may end there.
    kind = {7: "month", 4: "year"}.get(len(written), precision or "day")
    whole = {7: f"{written}-01", 4: f"{written}-01-01"}.get(len(written), written)
    try:
        return days_in_words(date.fromisoformat(whole), None, kind)
    except ValueError:
        return written


# ---------------------------------------------------------------------------------------- figures


def read_as(
    interval: Interval | None,
    qualifier: str | None,
    label: str | None = None,
    policies: Iterable[str] = (),
) -> str:
    """The numbers that a figure allows: `more than 60; 60 itself is not in it`.

    Args:
        interval: The numbers; None where there is none.
        qualifier: How the wording bounds the number.
        label: What that means, in words.
        policies: What a vague word counts for under each policy.
    """
    if interval is None:
        return "no number is given, which is not zero"
    if qualifier == "clock_time":
        return _clock(interval)
    if interval == Interval(None, None):
        return "; ".join(["a vague word, which sets no bounds", *policies])
    exact = qualifier == "exact" or interval.low != interval.high
    return _bounded(interval) + (f"; {label}" if label and not exact else "")


def _bounded(one: Interval) -> str:
    low, high = (_number(end) if end is not None else "" for end in (one.low, one.high))
    least = f"more than {low}" if one.above else f"{low} or more"
    most = f"less than {high}" if one.below else f"{high} or fewer"
    told = [least * bool(low), most * bool(high)]
    if low and high and not (one.above or one.below):
        return low if low == high else f"{low} to {high}"
    ends = [end for end, out in ((low, one.above), (high, one.below)) if out]
    outside = f"; {' and '.join(ends)} {'itself is' if len(ends) == 1 else 'are'} not in it"
    return f"{', '.join(filter(None, told))}{outside if ends else ''}"


def _number(value: int | float) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _clock(one: Interval) -> str:
    ends = [int(end) for end in (one.low, one.high) if end is not None]
    told = dict.fromkeys(f"{end // 100:02}:{end % 100:02}" for end in ends)
    return " to ".join(told) or "a time of day"


def policies_of(dataset: Dataset) -> Mapping[str, list[str]]:
    """What each vague word counts for under each policy, in words, by the word in small letters."""
    if not (known := declared(dataset.descriptor, Policies)):
        return {}
    table, p = known
    ends = (double(column(end)) if end else "NULL" for end in (p.low, p.high))
    parts = ", ".join([cell(p.term), cell(p.policy), *ends])
    rows = dataset.database.rows(f"SELECT {parts} FROM {table_named(table.name)} t ORDER BY ALL")
    found: dict[str, list[str]] = {}
    for term, policy, low, high in rows:
        bounds = _bounded(Interval.of((low, high, False, False)))
        found.setdefault((term or "").lower(), []).append(f"{bounds} by the policy {policy}")
    return found


def capitalised(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
