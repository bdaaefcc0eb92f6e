"""Change one thing at a time in a package, and count what validation catches.

    python benchmarks/mutations.py [PATH] [--texts DIR] [--sample N] [--alone N] [--json OUT]

Any valid package that follows the traceability profile will do; PATH is its folder, by default
the shipped one. Every traced cell, offset, quote character, evidence edge, id, foreign key, date
and link is changed, each in several ways, once without the articles' texts and once with them. What
survives is listed with the reason, worked out here and not by kzdata:

* `inferred`: a reader concluded the cell, and no machine can tell otherwise;
* `passage names both`: the words of each receipt justify the new value as well;
* `the same words`: an edge leads to another passage that overlaps its own and justifies the cell;
* `named there too`: an edge leads to a passage elsewhere that justifies the cell as well, or the
  example of a term to another that has it;
* `printed there too`: the other article has the surface form as well;
* `the other role fits`: "killed" is a quote, and a word of the codebook;
* `shared passage`: the other record rests on the very same passage;
* `exempt`: the schema asks for no receipt;
* `stated basis`: the schema says where the cells come from, which is no passage;
* `not traced`: the table has no receipts, and nothing says where the cells come from;
* `unexplained`: a hole.

One validation takes half a second, so many changes are made in one copy, at most one in each
record, and each counts as caught only if an error names its record, or stands in its line. The
copy is sealed anew, so that hashes catch nothing. `--alone N` tries so many of them one by one and
says where the verdict differs.
"""

import argparse
import csv
import hashlib
import io
import json
import os
import random
import re
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from kzdata.validation import Report, validate
from timing import ROOT, renew

Row = dict[str, str]
Job = TypeVar("Job")
Answer = TypeVar("Answer")
OTHER_WORDING = ("nine", "more than 88")
ROLES = ("verbatim", "normalised", "resolved", "coded", "inherited")  # that are checked
UNKNOWN = "nobody-knows"
MOST = 600
"""Changes in one copy."""
own: "Package"
"""The package of a process of a `Crew`."""


@dataclass(frozen=True, eq=False)
class Change:
    """One change; equal to itself only.

    Attributes:
        table: Of the row.
        index: Of the row, from 0.
        column: Which column, or what of the row.
        kind: What was done to it.
        rows: What stands in place of the row: nothing, another row, or two.
        record: Whose record it is: changes of one record are never made together.
    """

    table: str
    index: int
    column: str
    kind: str
    rows: tuple[Row, ...]
    record: str

    @property
    def value(self) -> str:
        """The new value of the cell."""
        return self.rows[0].get(self.column, "") if self.rows else ""


class Sheet:
    """A table in memory: its rows and its schema as JSON."""

    def __init__(self, root: Path, resource: dict[str, Any]) -> None:
        schema = resource["schema"]
        if isinstance(schema, str):
            schema = json.loads((root / schema).read_bytes())
        self.name: str = resource["name"]
        self.path: str = resource["path"]
        self.schema: dict[str, Any] = schema
        self.fields: dict[str, dict[str, Any]] = {f["name"]: f for f in schema["fields"]}
        text = (root / self.path).read_bytes().decode("utf-8")
        self.rows: list[Row] = list(csv.DictReader(io.StringIO(text, newline="")))
        key = schema.get("primaryKey", [])
        self.key: list[str] = [key] if isinstance(key, str) else list(key)

    def declared(self, role: str) -> Any:
        """A declaration of the profile."""
        return self.schema.get(f"kzdata:{role}")

    @property
    def traced(self) -> bool:
        """Whether cells of this table need receipts."""
        return len(self.key) == 1 and any("kzdata:evidence" in f for f in self.fields.values())

    def keyed(self, row: Row) -> str:
        """How findings name a row."""
        return ", ".join(row[name] for name in self.key)

    @property
    def references(self) -> Iterator[tuple[str, str, str]]:
        """Foreign keys of one column: column, parent table, parent column."""
        for key in self.schema.get("foreignKeys", []):
            fields, to = key["fields"], key["reference"]["fields"]
            fields, to = ([v] if isinstance(v, str) else v for v in (fields, to))
            if len(fields) == 1:
                yield fields[0], key["reference"].get("resource") or self.name, to[0]


class Package:
    """A package, and a copy of it that is changed and validated."""

    def __init__(self, root: Path, copy: Path, texts: Path | None = None) -> None:
        self.root, self.texts = root, texts
        # By table, how many changes of it a report has room for.
        self._room: dict[str, int] = {}
        self.descriptor = json.loads((root / "datapackage.json").read_bytes())
        self.copy = copy
        self.tables = [r for r in self.descriptor["resources"] if "schema" in r]
        self.sheets = {r["name"]: Sheet(root, r) for r in self.tables}
        for resource in self.descriptor["resources"]:
            schema = resource.get("schema")
            for path in [resource["path"], *([schema] if isinstance(schema, str) else [])]:
                (copy / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(root / path, copy / path)
        for name in ("datapackage.json", "CHANGELOG.md"):
            if (root / name).is_file():
                shutil.copy(root / name, copy)

    def one(self, role: str) -> Sheet | None:
        """The table that declares a role."""
        return next((s for s in self.sheets.values() if s.declared(role)), None)

    @cached_property
    def edges(self) -> dict[tuple[str, str], list[Row]]:
        """The edges of each cell, under the names `role` and `span`."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        if sheet := self.one("edges"):
            e = sheet.declared("edges")
            for row in sheet.rows:
                edge = {"role": row[e["role"]], "span": row[e["span"]]}
                found[row[e["record"]], row[e["field"]]].append(edge)
        return found

    @cached_property
    def spans_of(self) -> dict[str, set[str]]:
        """The spans that each record rests on."""
        found: dict[str, set[str]] = defaultdict(set)
        for (record, _), edges in self.edges.items():
            found[record] |= {edge["span"] for edge in edges}
        return found

    @cached_property
    def quotes(self) -> dict[str, str]:
        """Quote of each span."""
        sheet = self.one("spans")
        assert sheet
        s = sheet.declared("spans")
        return {row[s["id"]]: row[s["quote"]] for row in sheet.rows}

    @cached_property
    def places(self) -> dict[str, tuple[str, range]]:
        """Article of each span, and where it stands there."""
        sheet = self.one("spans")
        assert sheet
        s = sheet.declared("spans")
        return {
            row[s["id"]]: (row[s["source"]], range(int(row[s["start"]]), int(row[s["end"]])))
            for row in sheet.rows
        }

    @cached_property
    def words_of(self) -> dict[str, str]:
        """What is known of each article's words: its text, or else its quotes."""
        found: dict[str, str] = defaultdict(str)
        for span, (source, _) in self.places.items():
            found[source] += f"{self.quotes[span]}\n"
        sheet, files = self.one("sources"), self.texts.iterdir() if self.texts else ()
        assert sheet
        s = sheet.declared("sources")
        texts = {hashlib.sha256(data).hexdigest(): data for f in files if (data := f.read_bytes())}
        for row in sheet.rows:
            if row[s["sha256"]] in texts:
                found[row[s["id"]]] = texts[row[s["sha256"]]].decode()
        return found

    def cell(self, record: str, column: str) -> tuple[str, str]:
        """The table of a record, and one of its cells."""
        return self._records[record][0], self._records[record][1][column]

    @cached_property
    def _records(self) -> dict[str, tuple[str, Row]]:
        return {
            sheet.keyed(row): (sheet.name, row)
            for sheet in self.sheets.values()
            if sheet.traced
            for row in sheet.rows
        }

    @cached_property
    def computed(self) -> set[tuple[str, str]]:
        """Values that are worked out of a passage somewhere in the package, each with its span."""
        return {
            (self.cell(*cell)[1], edge["span"])
            for cell, edges in self.edges.items()
            for edge in edges
            if edge["role"] == "normalised"
        }

    @cached_property
    def terms(self) -> dict[tuple[str, str], set[str]]:
        """What names an entity (scope empty), or justifies a category of `table.field`."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        if sheet := self.one("codebook"):
            c = sheet.declared("codebook")
            for row in sheet.rows:
                found[row[c["field"]], row[c["category"]]].add(row[c["term"]])
        if sheet := self.one("aliases"):
            a = sheet.declared("aliases")
            for row in sheet.rows:
                found["", row[a["entity"]]].add(row[a["alias"]])
        return found

    def web(self, link: Row) -> str:
        """Which links a link hangs together with: a claim that stands for all of them."""
        return self._webs[link[self._ends[0]]]

    @cached_property
    def _ends(self) -> tuple[str, str]:
        sheet = self.one("links")
        assert sheet
        return sheet.declared("links")["claim"], sheet.declared("links")["other"]

    @cached_property
    def _webs(self) -> dict[str, str]:
        """Each linked claim, with one that stands for all that links tie it to, in any steps."""
        sheet = self.one("links")
        found: dict[str, str] = {}
        for row in sheet.rows if sheet else ():
            ends = [row[end] for end in self._ends]
            joined = {found.get(end, end) for end in ends}
            found |= dict.fromkeys(ends, min(joined))
            found = {claim: min(joined) if web in joined else web for claim, web in found.items()}
        return found

    # -------------------------------------------------------------------------- validating

    def caught(self, changes: Sequence[Change], texts: Path | None) -> set[Change]:
        """Those of the changes that an error names, when all are made at once."""
        table, count = changes[0].table, len(changes)
        if count <= self._room.get(table, MOST):
            lines = self.write(changes)
            report = validate(self.copy, texts=texts)
            if not report.omitted or count == 1:
                return self._named(changes, lines, report)
            self._room[table] = count // 2
        middle = count // 2
        return self.caught(changes[:middle], texts) | self.caught(changes[middle:], texts)

    def _named(
        self,
        changes: Sequence[Change],
        lines: dict[Change, set[tuple[str, int | None]]],
        report: Report,
    ) -> set[Change]:
        errors = [finding for finding in report if finding.severity == "error"]
        named = {(f.record, f.field) for f in errors} | {(f.record, None) for f in errors}
        places = {(f.file, f.line) for f in errors}
        return {c for c in changes if self._names(c) & named or lines.get(c, set()) & places}

    def _names(self, change: Change) -> set[tuple[str | None, str | None]]:
        sheet = self.sheets[change.table]
        rows = (sheet.rows[change.index], *change.rows)
        if e := sheet.declared("edges"):
            return {(row[e["record"]], row[e["field"]]) for row in rows}
        if sheet.declared("sources"):
            return {(span, None) for row in rows for span in self._spans_from[sheet.keyed(row)]}
        return {(sheet.keyed(row), None) for row in rows if sheet.key}

    @cached_property
    def _spans_from(self) -> dict[str, set[str]]:
        """Each source and its spans: a finding about one of their checksums is about both."""
        sheet = self.one("spans")
        assert sheet
        s = sheet.declared("spans")
        found: dict[str, set[str]] = defaultdict(set)
        for row in sheet.rows:
            found[row[s["source"]]] |= {row[s["id"]], row[s["source"]]}
        return found

    def write(self, changes: Sequence[Change] = ()) -> dict[Change, set[tuple[str, int | None]]]:
        """Write the copy with these changes and seal it; the lines where they stand."""
        by_table: dict[str, dict[int, Change]] = defaultdict(dict)
        for change in changes:
            by_table[change.table][change.index] = change
        lines: dict[Change, set[tuple[str, int | None]]] = {}
        for resource in self.tables:
            sheet = self.sheets[resource["name"]]
            data = _written(sheet, by_table[sheet.name], lines)
            (self.copy / sheet.path).write_bytes(data)
            digest = hashlib.sha256(data).hexdigest()
            resource |= {"bytes": len(data), "hash": f"sha256:{digest}"}
        (self.copy / "datapackage.json").write_text(json.dumps(self.descriptor), "utf-8")
        return lines


def _written(
    sheet: Sheet, changes: dict[int, Change], lines: dict[Change, set[tuple[str, int | None]]]
) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(sheet.fields), lineterminator="\n")
    writer.writeheader()
    line = 2
    for index, row in enumerate(sheet.rows):
        change = changes.get(index)
        for new in (row,) if change is None else change.rows:
            height = 1 + sum(value.count("\n") for value in new.values())
            if change:
                here = {(sheet.path, at) for at in range(line, line + height)}
                lines[change] = lines.get(change, set()) | here
            line += height
            writer.writerow(new)
    return out.getvalue().encode()


# ------------------------------------------------------------------------------ changes


class Maker:
    """Thinks up the changes of a package.

    Args:
        package: To be changed.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self.figures: dict[str, dict[str, str]] = {}
        for sheet in package.sheets.values():
            figure = sheet.declared("figure") or {}
            self.figures[sheet.name] = {v: k for k, v in figure.items() if k != "span"}

    def changes(self) -> Iterator[Change]:
        """All changes."""
        for sheet in self.package.sheets.values():
            if sheet.declared("edges"):
                yield from self._edges(sheet)
                continue
            for column in sheet.fields:
                yield from self._column(sheet, column)
            if sheet.traced or sheet.declared("links"):
                yield from self._rows(sheet)

    def _column(self, sheet: Sheet, column: str) -> Iterator[Change]:
        for kind, value in self._ways(sheet, column):
            for index, row in enumerate(sheet.rows):
                new = value(row[column])
                if new is not None and new != row[column]:
                    changed = {**row, column: new}
                    record = sheet.keyed(row) or str(index)
                    yield Change(sheet.name, index, column, kind, (changed,), record)

    def _ways(self, sheet: Sheet, column: str) -> Iterator[tuple[str, "Way"]]:
        """How cells of a column are changed: a name, and the new value or None."""
        field = sheet.fields[column]
        if spans := sheet.declared("spans"):
            yield from _span_ways(spans, column, sheet)
        elif column in _link_parts(sheet):
            yield from _link_ways(sheet, column)
        elif part := self.figures[sheet.name].get(column):
            yield from self._figure_ways(part, sheet, column)
        else:
            yield from self._plain_ways(sheet, column)
        if field.get("kzdata:evidence") == "required":
            yield "emptied", lambda cell: ""

    def _figure_ways(self, part: str, sheet: Sheet, column: str) -> Iterator[tuple[str, "Way"]]:
        if part in ("low", "high"):
            yield "one more", lambda cell: _plus(cell or "4", 1)
            yield "one less", lambda cell: _plus(cell or "4", -1)
        elif part == "text":
            yield from ((f"“{wording}”", _always(wording)) for wording in OTHER_WORDING)
        else:
            yield from self._value_ways(sheet, column)

    def _plain_ways(self, sheet: Sheet, column: str) -> Iterator[tuple[str, "Way"]]:
        field = sheet.fields[column]
        references = {name: (parent, to) for name, parent, to in sheet.references}
        if column in references:
            parent, to = references[column]
            known = [row[to] for row in self.package.sheets[parent].rows]
            yield "to a missing id", _filled(_always(UNKNOWN))
            yield "to another id", _filled(_turned(known))
            yield "to another id, 7 further", _filled(_turned(known, 7))
        elif field["type"] == "date":
            yield "a day later", _filled(lambda cell: _later(cell, 1))
            yield "a day earlier", _filled(lambda cell: _later(cell, -1))
        elif column in sheet.key:
            if sheet.traced:
                yield "to a free id", lambda cell: f"{cell}9"
        elif "kzdata:evidence" in field:
            yield from self._value_ways(sheet, column)
        elif column in (sheet.declared("sources") or {}).values():
            yield "another character", _filled(_other_character)

    def _value_ways(self, sheet: Sheet, column: str) -> Iterator[tuple[str, "Way"]]:
        enum = sheet.fields[column].get("constraints", {}).get("enum")
        known = enum or sorted({row[column] for row in sheet.rows if row[column]})
        free = sheet.fields[column]["kzdata:evidence"] == "exempt"
        if not free and len(known) > 1:
            yield "another value", _filled(_turned([str(value) for value in known]))
        if enum is None:
            yield "another character", _filled(_other_character)

    def _rows(self, sheet: Sheet) -> Iterator[Change]:
        for index, row in enumerate(sheet.rows):
            record = sheet.keyed(row)
            yield Change(sheet.name, index, "(row)", "deleted", (), record)
            yield Change(sheet.name, index, "(row)", "doubled", (row, row), record)
            if links := sheet.declared("links"):
                claim, other = links["claim"], links["other"]
                turned = {**row, claim: row[other], other: row[claim]}
                yield Change(sheet.name, index, "(row)", "reversed", (turned,), record)

    def _edges(self, sheet: Sheet) -> Iterator[Change]:
        e = sheet.declared("edges")
        spans = list(self.package.quotes)
        fields = sorted({row[e["field"]] for row in sheet.rows})
        ways: list[tuple[str, str, Way]] = [
            ("span", "to a missing id", lambda cell: UNKNOWN),
            ("span", "to another id", _turned(spans)),
            ("span", "to another id, 7 further", _turned(spans, 7)),
            ("field", "another value", _turned(fields)),
            ("record", "to a missing id", lambda cell: UNKNOWN),
            ("role", "another role", _turned(ROLES)),
            ("role", "inferred", lambda cell: "inferred"),
        ]
        if "count" in e:
            ways.append(("count", "one more", lambda cell: _plus(cell, 1)))
        for index, row in enumerate(sheet.rows):
            record = f"{row[e['record']]}#{row[e['field']]}"
            others = {e["field"]: row[e["record"]]}  # moved to another cell of the record
            yield Change(sheet.name, index, "(row)", "deleted", (), record)
            yield Change(sheet.name, index, "(row)", "doubled", (row, row), record)
            for part, kind, value in ways:
                new = value(row[e[part]])
                if new is not None and new != row[e[part]]:
                    changed = {**row, e[part]: new}
                    moved = others.get(e[part], record)
                    yield Change(sheet.name, index, e[part], kind, (changed,), moved)


Way = Callable[[str], str | None]


def _span_ways(spans: dict[str, Any], column: str, sheet: Sheet) -> Iterator[tuple[str, Way]]:
    if column in (spans["start"], spans["end"], spans["occurrence"]):
        yield "one more", lambda cell: _plus(cell, 1)
        yield "one less", lambda cell: _plus(cell, -1)
    elif column == spans["quote"]:
        longest = max((len(row[column]) for row in sheet.rows), default=0)
        for place in range(longest):
            yield "each character", _character(place)
        yield "shortened", lambda cell: cell[:-1]
    elif column == spans.get("checksum"):
        yield "another character", _other_character
    elif column == spans["source"]:
        yield "to another id", _turned(sorted({row[column] for row in sheet.rows}))
        yield "to a missing id", lambda cell: UNKNOWN


def _link_parts(sheet: Sheet) -> dict[str, str]:
    """The columns of a link that tie claims, with their parts."""
    links = sheet.declared("links") or {}
    return {links[part]: part for part in ("claim", "relation", "other") if links}


def _link_ways(sheet: Sheet, column: str) -> Iterator[tuple[str, Way]]:
    known = [row[column] for row in sheet.rows]
    if _link_parts(sheet)[column] == "relation":
        known = sheet.fields[column].get("constraints", {}).get("enum") or known
        turns = range(1, len(set(known)))
        yield from ((f"to another value, {by} further", _turned(known, by)) for by in turns)
    else:
        yield "to a missing id", _always(UNKNOWN)
        yield "to another id", _turned(known)
        yield "to another id, 7 further", _turned(known, 7)


def _always(value: str) -> Way:
    """The same for every cell."""
    return lambda cell: value


def _filled(way: Way) -> Way:
    """Only where there is something."""
    return lambda cell: way(cell) if cell else None


def _turned(known: Sequence[str], by: int = 1) -> Way:
    """Another of the known values, so many places further."""
    values = list(dict.fromkeys(known))
    places = {value: place for place, value in enumerate(values)}
    return lambda cell: values[(places.get(cell, 0) + by) % len(values)]


def _plus(number: str, by: int) -> str | None:
    try:
        return str(int(number) + by)
    except ValueError:
        return None


def _later(day: str, by: int) -> str:
    return str(date.fromisoformat(day) + timedelta(days=by))


def _other_character(cell: str) -> str:
    middle = len(cell) // 2
    return cell[:middle] + ("1" if cell[middle] != "1" else "2") + cell[middle + 1 :]


def _character(place: int) -> Way:
    """Another character at one place, where there is one."""
    return lambda cell: (
        cell[:place] + ("x" if cell[place] != "x" else "y") + cell[place + 1 :]
        if place < len(cell)
        else None
    )


# ------------------------------------------------------------------------------ why


def reason(package: Package, change: Change) -> str:
    """Why a change may survive, worked out from the package without kzdata's rules."""
    sheet = package.sheets[change.table]
    if e := sheet.declared("edges"):
        row = sheet.rows[change.index]
        inferred = "inferred" in (row[e["role"]], change.rows[0][e["role"]] if change.rows else "")
        if inferred:
            return "inferred"
        if change.column == e["role"]:
            return "the other role fits"
        return _moved(package, change, e) if change.column == e["span"] else "unexplained"
    field = sheet.fields.get(change.column, {})
    if (a := sheet.declared("aliases")) and change.column == a.get("source"):
        words, form = package.words_of[change.value], change.rows[0][a["alias"]]
        return "printed there too" if _named(words, {form}) else "unexplained"
    if (c := sheet.declared("codebook")) and change.column == c.get("example"):
        quote, term = package.quotes[change.value], sheet.rows[change.index][c["term"]]
        return "named there too" if _named(quote, {term}) else "unexplained"
    if field.get("kzdata:basis") or not sheet.traced:
        return "stated basis" if field.get("kzdata:basis") else "not traced"
    if field.get("kzdata:evidence") == "exempt":
        return "exempt"
    edges = package.edges.get((change.record, change.column), [])
    if edges and all(edge["role"] == "inferred" for edge in edges):
        return "inferred"
    spans = {edge["span"] for edge in edges if edge["role"] != "inferred"}
    if spans and spans <= package.spans_of.get(change.value, set()):
        return "shared passage"
    scope = f"{change.table}.{change.column}"
    terms = package.terms[scope, change.value] | package.terms["", change.value]
    quotes = [package.quotes[span] for span in spans]
    if quotes and all(_named(quote, terms) for quote in quotes):
        return "passage names both"
    return "unexplained"


def _moved(package: Package, change: Change, e: dict[str, str]) -> str:
    """Why an edge may lead to another passage: what that one says of the cell."""
    row = change.rows[0]
    old, new = package.sheets[change.table].rows[change.index][e["span"]], row[e["span"]]
    table, cell = package.cell(row[e["record"]], row[e["field"]])
    quote, terms = package.quotes[new], package.terms["", cell]
    terms = terms | package.terms[f"{table}.{row[e['field']]}", cell]
    fits = {
        "verbatim": quote == cell,
        "normalised": (cell, new) in package.computed or _alike(quote, package.quotes[old]),
        "resolved": _named(quote, terms) or new in package.spans_of.get(cell, ()),
        "coded": _named(quote, terms),
    }
    fits["inherited"] = any(fits.values())  # it is checked as the column's own role
    if not fits[row[e["role"]]]:
        return "unexplained"
    (article, here), (other, there) = package.places[old], package.places[new]
    overlap = article == other and here.start < there.stop and there.start < here.stop
    return "the same words" if overlap else "named there too"


def _alike(one: str, other: str) -> bool:
    """Whether one of two quotes is a part of the other, with the same figures: 2019, in 2019."""
    nested = one in other or other in one
    return nested and re.findall("[0-9]+", one) == re.findall("[0-9]+", other)


def _named(words: str, terms: Iterable[str]) -> bool:
    """Whether one of some terms stands among words, whole."""
    return any(re.search(rf"(?<!\w){re.escape(term)}(?!\w)", words) for term in terms)


# ------------------------------------------------------------------------------ counting


def batches(package: Package, changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Changes that do not disturb one another: at most one in each record.

    Tables of records go together; links and every other table by itself, and edges by the table
    that they lead from, since the receipts of an event bear on those of its claims. Edges that are
    moved to another cell of their record are changed apart from others, since both cells are then
    named; and of the links that hang together only one relation at a time, since each is judged by
    the others.
    """
    groups: dict[str, dict[str, list[Change]]] = defaultdict(lambda: defaultdict(list))
    owner = {s.keyed(row): s.name for s in package.sheets.values() if s.traced for row in s.rows}
    for change in changes:
        sheet = package.sheets[change.table]
        links = sheet.declared("links")
        whole = links or not sheet.traced or change.column == "(row)"
        group = change.table if whole else "records"
        if sheet.declared("edges"):
            group += owner.get(change.record.partition("#")[0], "")
            group += "" if "#" in change.record else " moved"
        tied = links and change.column == links["relation"]
        alone = package.web(sheet.rows[change.index]) if tied else change.record
        groups[group + " tied" * bool(tied)][alone].append(change)
    for records in groups.values():
        for turn in range(max(map(len, records.values()))):
            batch = [
                found[(turn + place) % len(found)]
                for place, found in enumerate(records.values())
                if turn < len(found)
            ]
            yield from (batch[at : at + MOST] for at in range(0, len(batch), MOST))


def sampled(changes: Iterable[Change], size: int | None) -> list[Change]:
    """All changes, or at most so many of each kind and column."""
    by_kind: dict[tuple[str, str, str], list[Change]] = defaultdict(list)
    for change in changes:
        by_kind[change.table, change.column, change.kind].append(change)
    choose = random.Random(2022)
    return [
        change
        for found in by_kind.values()
        for change in (found if size is None else choose.sample(found, min(size, len(found))))
    ]


class Crew:
    """Processes that validate copies of a package side by side, each a copy of its own."""

    def __init__(self, package: Package) -> None:
        self.package = package
        given = (package.root, package.copy.parent, package.texts)
        # No fork: threads of an engine that was used before would not be there.
        self._pool = ProcessPoolExecutor(
            os.cpu_count(), get_context("spawn"), initializer=_begin, initargs=given
        )

    def each(self, work: Callable[["Package", Job], Answer], jobs: Iterable[Job]) -> list[Answer]:
        """What some work, done with a copy of its own, answers to each job, in their order."""
        return list(self._pool.map(_with_own, repeat(work), jobs))

    def survivors(self, changes: Sequence[Change], texts: Path | None) -> list[Change]:
        """Those of the changes that no error names."""
        left = self._left(list(batches(self.package, changes)), texts)
        # What nothing explains may survive only because of others made beside it.
        odd = [change for change in left if reason(self.package, change) == "unexplained"]
        hidden = {*odd}.difference(self._left([[change] for change in odd], texts))
        return [change for change in left if change not in hidden]

    def _left(self, parts: Sequence[list[Change]], texts: Path | None) -> list[Change]:
        """Those of the changes, made in such parts, that no error names."""
        found = self._pool.map(_caught, parts, [texts] * len(parts))
        left: list[Change] = []
        for number, (batch, places) in enumerate(zip(parts, found, strict=True), 1):
            left += [change for place, change in enumerate(batch) if place not in {*places}]
            if sys.stderr.isatty():
                print(f"\r{number} of {len(parts)} copies", end="\r", file=sys.stderr)
        return left


def _with_own(work: Callable[["Package", Job], Answer], job: Job) -> Answer:
    """What some work answers with the package of this process."""
    return work(own, job)


def _begin(root: Path, folder: Path, texts: Path | None) -> None:
    """What each process does first: it makes the copy that it will change."""
    global own
    own = Package(root, Path(tempfile.mkdtemp(dir=folder)), texts)


def _caught(changes: Sequence[Change], texts: Path | None) -> list[int]:
    """The places of those of the changes that an error names."""
    found = own.caught(changes, texts)
    return [place for place, change in enumerate(changes) if change in found]


def alone(
    package: Package, changes: Sequence[Change], left: Iterable[Change], texts: Path | None
) -> list[Change]:
    """Those that fare otherwise when nothing else is changed beside them."""
    survived = set(left)
    return [c for c in changes if (c in survived) == bool(package.caught([c], texts))]


class Line(NamedTuple):
    """What became of the changes of one column: how many, and how many survived."""

    table: str
    column: str
    made: int
    survived: int
    survived_with_texts: int | None
    reasons: dict[str, int]


def lines(
    package: Package,
    changes: Sequence[Change],
    left: Sequence[Change],
    with_texts: Sequence[Change] | None,
) -> Iterator[Line]:
    """The changes by table and column; the reasons are of what survives in the end."""
    made = Counter((c.table, c.column) for c in changes)
    without = Counter((c.table, c.column) for c in left)
    with_them = None if with_texts is None else Counter((c.table, c.column) for c in with_texts)
    why: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for change in left if with_texts is None else with_texts:
        why[change.table, change.column][reason(package, change)] += 1
    for where, count in made.items():
        survived = None if with_them is None else with_them[where]
        yield Line(*where, count, without[where], survived, dict(why[where].most_common()))


def as_table(found: Sequence[Line]) -> str:
    """Lines as a Markdown table."""
    rows = ["| column | changes | caught | caught with texts | what survives |",
            "|---|---:|---:|---:|---|"]  # fmt: skip
    for line in found:
        reasons = ", ".join(f"{count} {why}" for why, count in line.reasons.items())
        texts = _share(line.made, line.survived_with_texts)
        shown = f"{line.table}.{line.column}" if line.column != "(row)" else f"{line.table} (row)"
        caught = _share(line.made, line.survived)
        rows.append(f"| {shown} | {line.made:,} | {caught} | {texts} | {reasons} |")
    return "\n".join(rows)


def _share(made: int, survived: int | None) -> str:
    return "" if survived is None else f"{100 * (made - survived) / made:.1f} %"


def verdict(found: Sequence[Line]) -> str:
    """All columns together, by reason."""
    reasons: Counter[str] = Counter()
    for line in found:
        reasons.update(line.reasons)
    made = sum(line.made for line in found)
    left = ", ".join(f"{count:,} {why}" for why, count in reasons.most_common())
    return f"{made:,} changes, {made - reasons.total():,} caught; what survives: {left or 'none'}"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--texts", type=Path, metavar="DIR")
    parser.add_argument("--sample", type=int, metavar="N", help="so many of each kind and column")
    parser.add_argument("--alone", type=int, default=0, metavar="N", help="so many one by one")
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    return parser.parse_args()


def counted(package: Package, given: argparse.Namespace) -> list[Line]:
    """Make all changes, and print what became of them."""
    if not (report := validate(package.copy, texts=given.texts)).valid:
        raise SystemExit(f"{report.verdict}: only a valid package tells anything")
    changes = sampled(Maker(package).changes(), given.sample)
    crew = Crew(package)
    left = crew.survivors(changes, None)
    with_texts = crew.survivors(changes, given.texts) if given.texts else None
    found = list(lines(package, changes, left, with_texts))
    print(as_table(found))
    print(f"\n{verdict(found)}")
    for change in left if with_texts is None else with_texts:
        if reason(package, change) == "unexplained":
            row = package.sheets[change.table].rows[change.index]
            old = row.get(change.column, "")
            shown = f"{change.kind}: {old!r} -> {change.value!r}"
            print(f"unexplained: {change.table}.{change.column} {change.record} {shown}")
    few = random.Random(2023).sample(changes, min(given.alone, len(changes)))
    for change in alone(package, few, left, None):
        print(f"otherwise when alone: {change}")
    return found


def main() -> None:
    """Count, print, and keep what was asked for."""
    given = arguments()
    with tempfile.TemporaryDirectory(prefix="kzdata-mutations-") as folder:
        found = counted(Package(given.path, Path(folder, "copy"), given.texts), given)
    if given.json:
        given.json.write_text(json.dumps([line._asdict() for line in found], indent=2), "utf-8")
    if given.write:
        name = json.loads((given.path / "datapackage.json").read_bytes())["name"]
        renew(f"mutations-{name}", f"{verdict(found)}.\n\n{as_table(found)}")


if __name__ == "__main__":
    main()
