"""How the differences between two versions are written: text for people, Markdown, JSON.

Each writer gives lines, so that a diff of a million rows is never held as one text.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, zip_longest
from typing import Any, NamedTuple

import typer

from kzdata.cli.terminal import aligned, as_text, bold, in_json, safe, shortened
from kzdata.differences import Diff, PropertyChange, RowChange, TableDiff
from kzdata.differences.changes import KINDS
from kzdata.differences.properties import ABSENT
from kzdata.validation.report import counted

# What is shown unless all is asked for: rows of each kind and table, reasons or properties, and
# characters of a cell, of two long ones some before their first difference.
MAX_ROWS, MAX_LINES, MAX_LENGTH, CONTEXT = 10, 40, 60, 20
SIGNS = {"changed": "~", "rekeyed": ">", "removed": "-", "added": "+"}
_COLOURS = {"~": "yellow", ">": "yellow", "-": "red", "+": "green"}
_WORDS = {**dict(zip(KINDS, KINDS, strict=True)), "rekeyed": "re-keyed"}
Line = tuple[str, str, str, str]  # sign, what changed, of it what, and from what to what


def as_lines(diff: Diff, every: bool = False) -> Iterator[str]:
    """A diff for people: the bump with its reasons, counts by table, and what changed.

    Not `every`: the first rows of each table, long cells cut, and the rest counted.
    """
    yield bold(safe(_title(diff)))
    yield from map(safe, _notices(diff))
    if not diff:
        yield "no difference"
        return
    reasons = _limited([f"{r.level}  {r}" for r in diff.reasons], every, "and {:,} more")
    yield from aligned([("least bump", _bump(diff)), *(("", reason) for reason in reasons)])
    if diff.weakened:
        yield ""
        yield bold("asked before, and not now")
        yield from (f"-  {safe(one)}" for one in _limited([*diff.weakened], every, "and {:,} more"))
    if rows := [(table.name, *_counts(table)) for table in diff.tables]:
        yield ""
        yield as_text(("table", *_WORDS.values()), rows)
    for section in _sections(diff):
        yield ""
        yield bold(safe(section.heading))
        for lines, left, what in section.parts(every):
            yield from _aligned(lines)
            if left:
                yield f"   and {left:,} more {what}; --all shows them"


def _limited(lines: list[Any], every: bool, more: str) -> Iterator[Any]:
    yield from lines if every else lines[:MAX_LINES]
    if len(lines) > MAX_LINES and not every:
        yield more.format(len(lines) - MAX_LINES)


def _title(diff: Diff) -> str:
    old, new = (f"{s.name} {s.version}".strip() or s.place for s in (diff.old, diff.new))
    return f"{old} → {new}"


def _notices(diff: Diff) -> Iterator[str]:
    if diff.old.name != diff.new.name:
        yield f"these are two packages, {diff.old.name} and {diff.new.name}"


def _bump(diff: Diff) -> str:
    least = diff.least_version
    if diff.bump == "none":
        return "none"
    # The first reason is the weightiest.
    why = ", as major changes do in 0.x" if diff.bump != diff.reasons[0].level else ""
    return f"{diff.bump}{why}, so {least} or later" if least else diff.bump


def _counts(table: TableDiff) -> list[int]:
    return [table.counts.get(kind, 0) for kind in KINDS]


class Section(NamedTuple):
    """What changed of one table, or of the package itself where there is no name."""

    name: str | None
    properties: list[PropertyChange]
    table: TableDiff | None

    @property
    def heading(self) -> str:
        """The name, and whether the table came, went or has a new name."""
        table, name = self.table, self.name or "package"
        if table is None or table.status == "changed":
            return name
        if table.status == "renamed":
            return f"{name}, renamed from {table.old_name}"
        rows = table.new_rows if table.status == "added" else table.old_rows
        return f"{name}, {table.status} with {counted(rows, 'row')}"

    def parts(self, every: bool) -> Iterator[tuple[Iterable[Line], int, str]]:
        """Lines of what changed, how many more there are, and of what."""
        lines = [*_property_lines(self.properties, every)]
        shown = lines if every else lines[:MAX_LINES]
        yield shown, len(lines) - len(shown), "properties"
        # That a whole table came or went is told by the heading.
        if self.table is None or self.table.status in ("added", "removed"):
            return
        for kind in SIGNS:
            left = 0 if every else max(0, self.table.counts.get(kind, 0) - MAX_ROWS)
            yield _row_lines(self.table, kind, every), left, _WORDS[kind]


def _sections(diff: Diff) -> Iterator[Section]:
    """What changed of the package itself, then of each table."""
    ours: dict[str | None, list[PropertyChange]] = {}
    for change in filter(_shown, diff.properties):
        ours.setdefault(change.table, []).append(change)
    tables = {table.name: table for table in diff.tables}
    # A table may have another schema and the same rows, or other rows and the same schema.
    for name in dict.fromkeys([None, *tables, *ours]):
        if name is not None or name in ours:
            yield Section(name, ours.get(name, []), tables.get(name) if name else None)


def _shown(change: PropertyChange) -> bool:
    # What came or went has a line of its own, and is no new order of what stayed.
    of_names = change.where[-2:-1] in (("fields",), ("resources",))
    return change.reorders if of_names and change.where[-1] == "order" else True


def _property_lines(properties: list[PropertyChange], every: bool) -> Iterator[Line]:
    for change in properties:
        if len(change.where) == 3 and change.table:
            continue  # the heading says that the table came or went
        subject = f"field {change.field}" if change.field else ""
        names = (subject, change.property) if subject else (change.property, "")
        sign = "+" if change.old is ABSENT else "-" if change.new is ABSENT else "~"
        sides = (side for side in (change.old, change.new) if side is not ABSENT)
        yield sign, *names, " → ".join(_value(side, every) for side in sides)


def _value(value: Any, every: bool) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _clipped(text, every)


def _clipped(text: str, every: bool) -> str:
    return text if every else shortened(text, MAX_LENGTH)


def _row_lines(table: TableDiff, kind: str, every: bool) -> Iterator[Line]:
    for change in table.select(kind, None if every else MAX_ROWS):
        key = ", ".join(_cell(part, every) for part in change.key)
        if kind in ("added", "removed"):
            yield SIGNS[kind], key, "", _summary(table, change, every)
            continue
        for place, (column, (old, new)) in enumerate(change.cells.items()):
            said = " → ".join(_pair(old, new, every))
            yield SIGNS[kind] if not place else "", key if not place else "", column, said


def _pair(old: str | None, new: str | None, every: bool) -> Iterator[str]:
    """Two texts; of long ones what begins shortly before they differ."""
    # An address or a long note often differs at its end only.
    letters = enumerate(zip_longest(old or "", new or ""))
    start = next((place for place, (one, other) in letters if one != other), 0) - CONTEXT
    for value in (old, new):
        long = not every and start > 0 and len(value or "") > MAX_LENGTH
        yield _cell(f"…{(value or '')[start:]}" if long else value, every)


def _cell(value: str | None, every: bool) -> str:
    if value is None:
        return "(none)"
    return _clipped(value, every) if value.strip() else json.dumps(value)


def _summary(table: TableDiff, change: RowChange, every: bool) -> str:
    """The cells of a row that came or went, but for its key."""
    sides = ((column, pair[change.kind == "added"]) for column, pair in change.cells.items())
    told = [f"{column}={_cell(value, True)}" for column, value in sides if column not in table.key]
    return _clipped(", ".join(told), every)


def _aligned(lines: Iterable[Line], batch: int = 1_000) -> Iterator[str]:
    """Lines with aligned columns and with the colour of their signs."""
    # A thousand at a time: the widths of all would have all rows in memory.
    waiting = iter(lines)
    while rows := list(islice(waiting, batch)):
        for line in aligned(rows):
            colour = _COLOURS.get(line[:1])
            yield typer.style(line, fg=colour) if colour else line


# ------------------------------------------------------------------------------ Markdown


def as_markdown(diff: Diff, every: bool = False) -> Iterator[str]:
    """A diff as Markdown, for a changelog or a comment; arguments as `as_lines` has them.

    What comes from a package stands in code spans, so that nothing of it is taken for Markdown.
    """
    yield f"### {_prose(_title(diff))}"
    yield ""
    yield from (f"{_prose(notice)}\n" for notice in _notices(diff))
    if not diff:
        yield "No difference."
        return
    yield f"Least bump: **{diff.bump}**{_prose(_bump(diff).removeprefix(diff.bump))}."
    yield ""
    reasons = [f"- {_prose(f'{reason.level}: {reason}')}" for reason in diff.reasons]
    yield from _limited(reasons, every, "- and {:,} more")
    if diff.weakened:
        yield ""
        yield "Asked before, and not now:"
        yield ""
        lost = [f"- {_prose(one)}" for one in diff.weakened]
        yield from _limited(lost, every, "- and {:,} more")
    if diff.tables:
        yield ""
        yield f"| table | {' | '.join(_WORDS.values())} |"
        yield f"|---|{'---:|' * len(KINDS)}"
        for table in diff.tables:
            # Readers of Markdown differ in what "\\|" is after a backslash.
            name = _code(table.name).replace("|", "\\x7c")
            yield f"| {name} | {' | '.join(map(str, _counts(table)))} |"
    for section in _sections(diff):
        yield ""
        yield f"#### {_prose(section.heading)}"
        yield ""
        for lines, left, what in section.parts(every):
            yield from map(_item, lines)
            if left:
                yield f"- and {left:,} more {what}"


_VERBS = {"~": "changed", ">": "re-keyed", "-": "removed", "+": "added", "": "and"}


def _item(line: Line) -> str:
    sign, subject, part, said = line
    parts = [_code(text) for text in (subject, part) if text]
    told = " → ".join(_code(text) for text in said.split(" → ", 1)) if said else ""
    return f"- {_VERBS[sign]} {' '.join(parts)}{f': {told}' if told else ''}"


def _prose(text: str) -> str:
    """A text of plain words as it is, any other as code."""
    # GitHub makes links of bare addresses, mentions (@) and numbers (#).
    plain = re.fullmatch(r"[\w ,.:;→()-]*", text) and "www." not in text.lower()
    return text if plain and safe(text) == text else _code(text)


def _code(text: str) -> str:
    """A text as a code span, whatever it holds."""
    inner = safe(text)
    # A fence longer than any inside ends the span nowhere else; a blank keeps a mark off the fence.
    longest = max((len(run) for run in re.findall("`+", inner)), default=0)
    fence = "`" * (longest + 1)
    room = " " if inner[:1] in ("`", " ", "") or inner[-1:] in ("`", " ") else ""
    return f"{fence}{room}{inner}{room}{fence}"


def as_json(diff: Diff, every: bool = True) -> Iterator[str]:
    """A diff as JSON; it always holds everything."""
    return map(in_json, diff.json_lines())


_Writer = Callable[[Diff, bool], Iterator[str]]
WRITERS: dict[str, _Writer] = {"text": as_lines, "json": as_json, "markdown": as_markdown}
"""The writers by format."""
