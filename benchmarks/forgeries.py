"""Forge claims in a package with its articles, and count which of them pass validation.

    python benchmarks/forgeries.py [PATH] --texts DIR [--kind WORDS] [--write]

Any package that follows the traceability profile will do, if it has a table of claims with figures
(`kzdata:figure`, `kzdata:principal`). Two ways lead to a claim that its article does not make:

* the article says something else: words are put into a copy of its text ("Officials denied that
  ...", "% of the", "COVID-"), every offset, quote, hash and checksum follows, and the claim stays
  as it is;
* the claim says something else: a cell, or the whole figure, comes with its receipts from another
  claim of the same article, in the claim's own sentence or elsewhere; the figure is another number
  of the article, which no claim has; or it lacks the words that qualify it.

An exchange is no forgery where the new receipts are words of the old ones, where the new value is a
whole of the old one, or where another claim says the very same.

Each forgery is otherwise flawless: no other rule has anything to say of it. It is seen when a
finding, an error or a warning, names the claim, or stands in the line of one of its edges or of a
passage that it rests on. What passes is listed. Claims as they are give the false alarms.
"""

import argparse
import hashlib
import re
import sys
import tempfile
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from kzdata.errors import FigureError
from kzdata.evidence.figures import canonical, number_tokens, parse
from kzdata.evidence.sentences import sentence_at
from kzdata.evidence.spans import checksum, occurrence_at
from kzdata.validation import Finding, validate
from mutations import Crew, Package, Row, Sheet
from timing import ROOT, renew

Insert = tuple[int, str]
"""Words, and the place in a text before which they are put."""


class Words(NamedTuple):
    """A way to make an article say something else than a claim.

    Attributes:
        kind: What the words do to the claim.
        before: What is put before the sentence.
        number: What is put before the number.
        counted: What is put after the number.
        after: What is put after the sentence.
        figures: Of which figures it makes sense: of all (`ANY`), of numbers with or without words
            that qualify them (`NUMBER`), of bare numbers (`EXACT`), or of those in digits
            (`DIGITS`).
    """

    kind: str
    before: str = ""
    number: str = ""
    counted: str = ""
    after: str = ""
    figures: int = 0


ANY, NUMBER, EXACT, DIGITS = range(4)
_NUMBERS = "more_than at_least at_most less_than approximately range".split()
WAYS = (
    Words("denied", before="Officials denied that "),
    Words("denied", before="It is not true that "),
    Words("denied", after=" Nothing of this is true."),
    Words("false", before="A false report had it that "),
    Words("false", after=" That report was false."),
    Words("negated context", before="Nobody confirmed that "),
    Words("negated context", before="The ministry rejected claims that "),
    Words("rumour", before="Rumours went round that "),
    Words("rumour", before="According to unconfirmed rumours, "),
    Words("condition", before="If the reports hold true, "),
    Words("condition", before="Unless help had come, it would be said that "),
    Words("fear", before="It was feared that "),
    Words("fear", before="It may be that "),
    Words("corrected", after=" The figure was later corrected to nine hundred."),
    Words("percentage", counted="% of the", figures=DIGITS),
    Words("percentage", counted=" percent of the", figures=NUMBER),
    Words("money", number="$", counted=" paid to", figures=DIGITS),
    Words("money", counted=" dollars paid to", figures=NUMBER),
    Words("measure", counted="-hour shifts of", figures=EXACT),
    Words("measure", counted=" litres of fuel for", figures=NUMBER),
    Words("name", number="COVID-", counted=" wards with", figures=DIGITS),
    Words("name", number="Flight ", counted=" with", figures=EXACT),
    Words("date", number="on January ", counted=", when", figures=DIGITS),
    Words("age", counted="-year-old", figures=EXACT),
    Words("ordinal", number="the ", counted="th anniversary of", figures=DIGITS),
    Words("cut", number="no more than ", figures=EXACT),
    Words("cut", number="nearly ", figures=EXACT),
    Words("cut", counted=" million", figures=EXACT),
    Words("cut", number="3,", figures=DIGITS),
    Words("dropped qualifier", number="more than ", figures=EXACT),
    Words("dropped qualifier", number="at least ", figures=EXACT),
    Words("dropped qualifier", number="fewer than ", figures=EXACT),
    Words("another thing", counted=" boats of", figures=NUMBER),
    Words("another thing", counted=" cars that belonged to", figures=NUMBER),
)
"""What articles of all languages say is not what these English words do: `--texts` in English."""


@dataclass
class Forged:
    """A package with forged claims.

    Attributes:
        kind: What was done.
        rows: The rows of its tables, where they differ.
        texts: Its articles by key.
        claims: The claims that are forged, with what their article says there now.
    """

    kind: str
    rows: dict[str, list[Row]]
    texts: dict[str, str]
    claims: dict[str, str] = field(default_factory=dict)


class Forger:
    """Forges the claims of one package.

    Args:
        package: The package, which stays as it is.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self.texts = dict(package.words_of)
        self.tables = [s for s in package.sheets.values() if s.declared("figure") and s.traced]
        self._spans, self._sources, self._edges = map(self._one, ("spans", "sources", "edges"))
        self.s, self.a = self._spans.declared("spans"), self._sources.declared("sources")
        self.e = self._edges.declared("edges")

    def _one(self, role: str) -> Sheet:
        """The table that declares a role."""
        if (sheet := self.package.one(role)) is None:
            raise SystemExit(f"no table declares kzdata:{role}: nothing to forge")
        return sheet

    def all(self) -> Iterator[Forged]:
        """All forged packages, each of one kind."""
        for way in WAYS:
            yield from self._said_otherwise(way)
        for sheet in self.tables:
            for columns in self._exchangeable(sheet):
                yield from self._exchanged(sheet, columns)
            yield from self._renumbered(sheet, "neighbour's number", self._neighbour)
            yield from self._renumbered(sheet, "dropped qualifier", self._unqualified)

    def honest(self) -> Forged:
        """The package as it is, with all its claims."""
        claims = {s.keyed(row): "" for s in self.tables for row in s.rows}
        return Forged("none", {}, self.texts, claims)

    def carriers(self, forged: Forged, claim: str) -> set[str]:
        """The passages that a forged claim and its figure rest on."""
        found: set[str] = set()
        for sheet in self.tables:
            columns = {sheet.declared("figure")["text"], sheet.declared("principal")}
            rows = forged.rows.get(sheet.name, sheet.rows)
            found |= {row[sheet.declared("principal")] for row in rows if sheet.keyed(row) == claim}
            edges = forged.rows.get(self._edges.name, self._edges.rows)
            found |= {x[self.e["span"]] for x in edges if self._is_of(x, {claim: ""}, columns)}
        return found

    def unseen(self, forged: Forged, named: set[str]) -> list[str]:
        """The forged claims that findings name neither themselves nor by what they rest on."""
        return [c for c in forged.claims if not {c, *self.carriers(forged, c)} & named]

    # --------------------------------------------------------------- the article says otherwise

    def _said_otherwise(self, way: Words) -> Iterator[Forged]:
        """Packages whose articles say so of every claim; of each sentence once."""
        left = {claim: place for claim, place in self._figures() if self._sensible(way, *place)}
        of_sentence = not (way.number or way.counted)
        while left:
            inserts: dict[str, set[Insert]] = defaultdict(set)
            chosen: dict[str, tuple[str, int, int]] = {}
            for claim, place in left.items():
                # What is said of a sentence is said of all its claims.
                if of_sentence or not self._touches(place, chosen.values()):
                    chosen[claim] = place
                    inserts[place[0]].update(self._inserts(way, *place))
            left = {claim: place for claim, place in left.items() if claim not in chosen}
            yield self._edited(way.kind, inserts, chosen)

    def _figures(self) -> Iterator[tuple[str, tuple[str, int, int]]]:
        """Claims with the place of the wording of their figure."""
        for sheet in self.tables:
            text = sheet.declared("figure")["text"]
            for row in sheet.rows:
                for edge in self.package.edges.get((sheet.keyed(row), text), [])[:1]:
                    source, place = self.package.places[edge["span"]]
                    if edge["role"] == "verbatim":
                        yield sheet.keyed(row), (source, place.start, place.stop)

    def _sensible(self, way: Words, source: str, first: int, last: int) -> bool:
        """Whether the words can be put there, and every quote stays short enough."""
        longest = self.s.get("maxLength", sys.maxsize)
        wording = self.texts[source][first:last]
        if not _is_number(wording, way.figures):
            return False
        if way.kind == "date" and int(wording.replace(",", "")) > 31:  # there is no January 317
            return False
        return all(
            len(here) + len(words) <= longest
            for place, words in self._inserts(way, source, first, last)
            for article, here in self.package.places.values()
            if article == source and here.start < place < here.stop
        )

    def _inserts(self, way: Words, source: str, first: int, last: int) -> list[Insert]:
        begin, end = self._sentence(source, first)
        put = ((begin, way.before), (first, way.number), (last, way.counted), (end, way.after))
        return [(place, words) for place, words in put if words]

    def _sentence(self, source: str, place: int) -> tuple[int, int]:
        """Where the sentence around a place begins and ends, without the blanks around it."""
        begin, end = sentence_at(self.texts[source], place, place + 1)
        words = self.texts[source][begin:end]
        return begin + len(words) - len(words.lstrip()), begin + len(words.rstrip())

    def _touches(self, place: tuple[str, int, int], others: Iterable[tuple[str, int, int]]) -> bool:
        """Whether a figure stands in the sentence of another one."""
        sentence = self._sentence(*place[:2])
        return any(
            place[0] == source and sentence == self._sentence(source, first)
            for source, first, _ in others
        )

    def _edited(
        self,
        kind: str,
        inserts: Mapping[str, Iterable[Insert]],
        chosen: Mapping[str, tuple[str, int, int]],
    ) -> Forged:
        """The package whose articles have further words."""
        moved = {source: Moved(self.texts[source], put) for source, put in inserts.items()}
        texts = self.texts | {source: one.text for source, one in moved.items()}
        rows = {self._sources.name: [self._source(row, moved) for row in self._sources.rows]}
        rows[self._spans.name] = [self._span(row, moved, texts) for row in self._spans.rows]
        if exclusions := self.package.one("exclusions"):
            x = exclusions.declared("exclusions")
            rows[exclusions.name] = [_shifted(row, x, moved) for row in exclusions.rows]
        claims = {}
        for claim, (source, first, _) in chosen.items():
            at = moved[source].start(first)
            begin, end = sentence_at(texts[source], at, at + 1)
            claims[claim] = texts[source][begin:end]
        return Forged(kind, rows, texts, claims)

    def _source(self, row: Row, moved: Mapping[str, "Moved"]) -> Row:
        one = moved.get(row[self.a["id"]])
        if one is None:
            return row
        digest = hashlib.sha256(one.text.encode()).hexdigest()
        return {**row, self.a["sha256"]: digest, self.a["length"]: str(len(one.text))}

    def _span(self, row: Row, moved: Mapping[str, "Moved"], texts: Mapping[str, str]) -> Row:
        if row[self.s["source"]] not in moved:
            return row
        return self._sealed(_shifted(row, self.s, moved), texts)

    def _sealed(self, row: Row, texts: Mapping[str, str]) -> Row:
        """A passage with its own words, occurrence and checksum, by its offsets."""
        s, text = self.s, texts[row[self.s["source"]]]
        start, end = int(row[s["start"]]), int(row[s["end"]])
        quote, digest = text[start:end], hashlib.sha256(text.encode()).hexdigest()
        nth = occurrence_at(text, quote, start)
        told = {s["quote"]: quote, s["occurrence"]: str(nth)}
        if "checksum" in s:
            told[s["checksum"]] = checksum(digest, start, end, nth, quote)
        return {**row, **told}

    # ----------------------------------------------------------------- the claim says otherwise

    def _exchangeable(self, sheet: Sheet) -> Iterator[tuple[str, ...]]:
        """The columns of a claim that are exchanged, each with those that go with it."""
        figure = self._of_figure(sheet)
        days = [tuple(one.values()) for one in sheet.declared("dates") or []]
        yield tuple(figure.values())
        yield from days
        for name, declared in sheet.fields.items():
            traced = declared.get("kzdata:evidence") == "required"
            if traced and not any(name in group for group in (figure.values(), *days)):
                yield (name,)

    def _of_figure(self, sheet: Sheet) -> dict[str, str]:
        """The columns of a figure by their parts, with the passage in which it stands."""
        return {**sheet.declared("figure"), "span": sheet.declared("principal")}

    def _exchanged(self, sheet: Sheet, columns: tuple[str, ...]) -> Iterator[Forged]:
        """Claims with cells of the nearest other ones of their sentence, and of their article."""
        of_figure = columns == tuple(self._of_figure(sheet).values())
        said = "figure" if of_figure else columns[0]
        for within, where in ((True, "in its sentence"), (False, "from elsewhere")):
            forged = Forged(f"{said} {where}", {}, self.texts)
            for row in sheet.rows:
                found = self._others(sheet, row, columns)
                # A figure that comes with its passage brings its own sentence.
                other = next(
                    (x for x in found if self._stands_in(sheet, row, x, columns) == within), None
                )
                if other:
                    told = {self._key_of(x): x for x in self._edges_of(sheet, other, columns)}
                    cells = {name: other[name] for name in columns}
                    self._forge(forged, sheet, row, cells, list(told.values()))
            if forged.claims:
                yield forged

    def _key_of(self, edge: Row) -> tuple[str, str]:
        return edge[self.e["field"]], edge[self.e["span"]]

    def _others(self, sheet: Sheet, row: Row, columns: Sequence[str]) -> list[Row]:
        """The rows of the same article whose cells would say something else, the nearest first."""
        principal = sheet.declared("principal")
        source, here = self.package.places[row[principal]]
        near: list[tuple[int, str, Row]] = []
        for other in sheet.rows:
            article, there = self.package.places[other[principal]]
            if article == source and self._says_otherwise(sheet, row, other, columns):
                near.append((abs(there.start - here.start), sheet.keyed(other), other))
        return [other for *_, other in sorted(near, key=lambda one: one[:2])]

    def _says_otherwise(self, sheet: Sheet, row: Row, other: Row, columns: Sequence[str]) -> bool:
        """Whether a row with the cells of another one is a forgery."""
        first = columns[0]
        if not other[first] or other[first] == row[first] or not self._told(sheet, other, columns):
            return False
        return not (
            self._same_words(sheet, row, other, columns)
            or other[first] in self._wholes(sheet, first, row[first])
            or self._is_claimed(sheet, row | {name: other[name] for name in columns})
        )

    def _told(self, sheet: Sheet, row: Row, columns: Sequence[str]) -> bool:
        """Whether the words say each of the cells, and nobody concludes them."""
        edges = [self.package.edges.get((sheet.keyed(row), n), []) for n in columns if row[n]]
        return bool(edges) and all(
            each and all(x["role"] not in ("inferred", "inherited") for x in each) for each in edges
        )

    def _same_words(self, sheet: Sheet, row: Row, other: Row, columns: Sequence[str]) -> bool:
        """Whether each new receipt has words in common with an old one, at the same place."""
        old, new = (
            [self.package.places[x[self.e["span"]]] for x in self._edges_of(sheet, r, columns)]
            for r in (row, other)
        )
        return all(any(a == b and _meet(one, two) for b, two in old) for a, one in new)

    def _edges_of(self, sheet: Sheet, row: Row, columns: Sequence[str]) -> list[Row]:
        """The edges of some cells of a row."""
        key = sheet.keyed(row)
        return [edge for name in columns for edge in self._edges_by_cell.get((key, name), ())]

    @cached_property
    def _edges_by_cell(self) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for edge in self._edges.rows:
            found[edge[self.e["record"]], edge[self.e["field"]]].append(edge)
        return found

    def _wholes(self, sheet: Sheet, column: str, value: str) -> set[str]:
        """What a value is part of, by the table that its column leads to."""
        homes = (home for name, home, _ in sheet.references if name == column)
        home = self.package.sheets.get(next(homes, ""))
        parent = home.declared("parent") if home else None
        found: set[str] = set()
        while home and parent and value and value not in found:
            found.add(value)
            value = next((r[parent] for r in home.rows if home.keyed(r) == value), "")
        return found

    def _is_claimed(self, sheet: Sheet, row: Row) -> bool:
        """Whether another claim says the same in all its cells."""
        aside = {
            *sheet.key,
            sheet.declared("principal"),
            (sheet.declared("claims") or {}).get("note"),
        }
        names = [name for name in sheet.fields if name not in aside]
        return any(all(one[n] == row[n] for n in names) for one in sheet.rows)

    def _stands_in(self, sheet: Sheet, row: Row, other: Row, columns: Sequence[str]) -> bool:
        """Whether the words of another claim's cells stand in the sentence of a claim."""
        source, here = self.package.places[row[sheet.declared("principal")]]
        begin, end = sentence_at(self.texts[source], here.start, here.stop)
        spans = [
            self.package.places[x[self.e["span"]]] for x in self._edges_of(sheet, other, columns)
        ]
        return all(a == source and begin <= x.start and x.stop <= end for a, x in spans)

    def _forge(
        self, forged: Forged, sheet: Sheet, row: Row, cells: Row, edges: Iterable[Row]
    ) -> None:
        """Give a claim other cells, with the edges that lead from them."""
        key = sheet.keyed(row)
        rows = forged.rows.setdefault(sheet.name, list(sheet.rows))
        rows[sheet.rows.index(row)] = row | cells
        kept = forged.rows.get(self._edges.name, self._edges.rows)
        kept = [edge for edge in kept if not self._is_of(edge, {key: ""}, {*cells})]
        forged.rows[self._edges.name] = kept + [{**x, self.e["record"]: key} for x in edges]
        forged.claims[key] = ", ".join(f"{name} {cell}" for name, cell in cells.items() if cell)

    def _is_of(self, edge: Row, claims: Mapping[str, str], columns: set[str]) -> bool:
        return edge[self.e["record"]] in claims and edge[self.e["field"]] in columns

    # ------------------------------------------------------------------------- another number

    def _renumbered(
        self, sheet: Sheet, kind: str, found: Callable[[str, range], tuple[str, int, int] | None]
    ) -> Iterator[Forged]:
        """Claims whose figure is another number, which no claim has."""
        by_kind: dict[str, Forged] = {}
        wording = sheet.declared("figure")["text"]
        for row in sheet.rows:
            edges = self.package.edges.get((sheet.keyed(row), wording), [])
            if not edges or not _is_number(row[wording], NUMBER):
                continue
            source, place = self.package.places[edges[0]["span"]]
            if number := found(source, place):
                where, *ends = number
                forged = by_kind.setdefault(where, Forged(f"{kind}{where}", {}, self.texts))
                self._renumber(forged, sheet, row, source, range(*ends))
        yield from by_kind.values()

    def _neighbour(self, source: str, place: range) -> tuple[str, int, int] | None:
        """The nearest number of an article that no claim has, and whether its sentence has it."""
        text, taken = self.texts[source], self._taken[source]
        begin, end = sentence_at(text, place.start, place.stop)
        near = [
            (abs(x.start - place.start), x.start, x.end)
            for x in number_tokens(text)
            if _is_number(x.token, EXACT)
            and not any(_meet(range(x.start, x.end), t) for t in taken)
        ]
        if not near:
            return None
        _, first, last = min(near)
        return ", in its sentence" if begin <= first < end else ", from elsewhere", first, last

    def _unqualified(self, source: str, place: range) -> tuple[str, int, int] | None:
        """The number of a figure without the words that qualify it."""
        wording = self.texts[source][place.start : place.stop]
        tokens = [x for x in number_tokens(wording) if _is_number(x.token, EXACT)]
        if len(tokens) != 1 or _is_number(wording, EXACT):
            return None
        return "", place.start + tokens[0].start, place.start + tokens[0].end

    @cached_property
    def _taken(self) -> dict[str, list[range]]:
        """The passages of figures, by article."""
        found: dict[str, list[range]] = defaultdict(list)
        for sheet in self.tables:
            text = sheet.declared("figure")["text"]
            for row in sheet.rows:
                for edge in self.package.edges.get((sheet.keyed(row), text), []):
                    source, place = self.package.places[edge["span"]]
                    found[source].append(place)
        return found

    def _renumber(self, forged: Forged, sheet: Sheet, row: Row, source: str, place: range) -> None:
        """Give a claim the number at a place, with passages and receipts of its own."""
        parts = self._of_figure(sheet)
        wording = self.texts[source][place.start : place.stop]
        low, high, qualifier = parse(wording)
        _, end = sentence_at(self.texts[source], place.start, place.stop)
        words = re.compile(r"\S+(?: \S+){0,4}").match(self.texts[source], place.start, end)
        spans = (place, range(place.start, words.end() if words else place.stop))
        own, principal = (self._passage(forged, source, one) for one in spans)
        cells = {parts["text"]: wording, parts["span"]: principal}
        cells |= {parts["low"]: canonical(low), parts["high"]: canonical(high)}
        cells |= {parts["qualifier"]: qualifier}
        roles = {parts["text"]: "verbatim", parts["span"]: "verbatim"}
        edges = [
            dict.fromkeys(self._edges.fields, "")
            | {
                self.e["field"]: name,
                self.e["span"]: principal if name == parts["span"] else own,
                self.e["role"]: roles.get(name, "normalised"),
            }
            | ({self.e["count"]: "1"} if "count" in self.e else {})
            for name, cell in cells.items()
            if cell
        ]
        self._forge(forged, sheet, row, cells, edges)

    def _passage(self, forged: Forged, source: str, place: range) -> str:
        """The key of a new passage, or of the one that stands at the place."""
        for span, (article, there) in self.package.places.items():
            if article == source and there == place:
                return span
        rows = forged.rows.setdefault(self._spans.name, list(self._spans.rows))
        s, last = self.s, max(row[self.s["id"]] for row in rows)
        stem = last.rstrip("0123456789")
        fresh = f"{stem}{int(last[len(stem) :]) + 1:0{len(last) - len(stem)}}"
        made = dict.fromkeys(self._spans.fields, "") | {s["id"]: fresh, s["source"]: source}
        made |= {s["start"]: str(place.start), s["end"]: str(place.stop)}
        rows.append(self._sealed(made, self.texts))
        return fresh


def _meet(one: range, other: range) -> bool:
    """Whether two places have a character in common."""
    return one.start < other.stop and other.start < one.stop


def _is_number(wording: str, figures: int) -> bool:
    """Whether a wording is a number of the kind that a way to forge makes sense of."""
    if figures == ANY:
        return True
    # A year is one before any noun: "in 2019 boats sank".
    if re.fullmatch("1[5-9][0-9]{2}|2[01][0-9]{2}", wording):
        return False
    if figures == DIGITS:
        return wording.replace(",", "").isdigit()
    # "More than no", "more than both" are nothing that anybody says.
    bare = _qualifier(wording) == "exact" and _qualifier(f"more than {wording}") == "more_than"
    return bare or (figures == NUMBER and _qualifier(wording) in _NUMBERS)


def _qualifier(wording: str) -> str:
    """How a wording says its number; empty where it is none."""
    try:
        return parse(wording).qualifier
    except FigureError:
        return ""


class Moved:
    """A text with further words in it.

    Attributes:
        text: The new text.
    """

    def __init__(self, text: str, inserts: Iterable[Insert]) -> None:
        self._places: list[int] = []
        self._sizes = [0]
        parts, last = [], 0
        for place, words in sorted(inserts, key=lambda one: one[0]):
            parts += [text[last:place], words]
            last = place
            self._places.append(place)
            self._sizes.append(self._sizes[-1] + len(words))
        self.text = "".join([*parts, text[last:]])

    def start(self, place: int) -> int:
        """Where what began at a place begins now: behind the words that were put there."""
        return place + self._sizes[bisect_right(self._places, place)]

    def end(self, place: int) -> int:
        """Where what ended at a place ends now: before the words that were put there."""
        return place + self._sizes[bisect_left(self._places, place)]


def _shifted(row: Row, role: Mapping[str, str], moved: Mapping[str, Moved]) -> Row:
    """A row with its offsets in the new text of its article."""
    if (one := moved.get(row[role["source"]])) is None:
        return row
    start, end = one.start(int(row[role["start"]])), one.end(int(row[role["end"]]))
    return {**row, role["start"]: str(start), role["end"]: str(end)}


# ----------------------------------------------------------------------------------- counting


OF_THE_FORGER = ("span-orphan", "span-whole-sentence", "span-sentence", "span-share")
"""Rules that find how a package was forged, not that it was: a passage that is left over."""


def findings(
    package: Package, forged: Forged, aside: Sequence[str] = OF_THE_FORGER
) -> list[Finding]:
    """The errors and warnings of a package with other rows, but for those of some rules."""
    with laid_out(package, forged) as texts:
        report = validate(package.copy, texts=texts, allow=False)
    return [f for f in report if f.severity != "unchecked" and f.rule not in aside]


@contextmanager
def laid_out(package: Package, forged: Forged) -> Iterator[Path]:
    """The copy of a package with other rows, and the folder of its articles."""
    with tempfile.TemporaryDirectory(dir=package.copy.parent) as texts:
        for number, text in enumerate(forged.texts.values()):
            Path(texts, f"{number}.txt").write_bytes(text.encode())
        kept = {name: package.sheets[name].rows for name in forged.rows}
        try:
            for name, rows in forged.rows.items():
                package.sheets[name].rows = rows
            package.write()
        finally:
            for name, rows in kept.items():
                package.sheets[name].rows = rows
        yield Path(texts)


def seen(package: Package, forged: Forged) -> set[str]:
    """The claims, and the passages, that an error or a warning names."""
    return {found.record for found in findings(package, forged) if found.record}


class Line(NamedTuple):
    """What became of the forgeries of one kind: how many there were, and which passed."""

    kind: str
    made: int
    passed: tuple[str, ...]


def judged(forger: Forger, kind: str = "") -> tuple[list[Line], set[str]]:
    """The forgeries whose kind has some words, by kind, with those that pass.

    Beside them the claims that are named as they are.
    """
    packages = [forger.honest(), *(one for one in forger.all() if kind in one.kind)]
    alarms, *found = Crew(forger.package).each(seen, packages)
    made: Counter[str] = Counter()
    passed: dict[str, list[str]] = defaultdict(list)
    for forged, named in zip(packages[1:], found, strict=True):
        made[forged.kind] += len(forged.claims)
        for claim in forger.unseen(forged, named):
            passed[forged.kind].append(f"{claim}: {forged.claims[claim]}")
    return [Line(one, count, tuple(passed[one])) for one, count in made.items()], alarms


def as_table(lines: Sequence[Line]) -> str:
    """Lines as a Markdown table."""
    told = ["| forgery | made | pass unseen |", "|---|---:|---:|"]
    total = Line(
        "all", sum(one.made for one in lines), tuple(w for one in lines for w in one.passed)
    )
    for one in (*lines, total):
        share = 100 * len(one.passed) / max(one.made, 1)
        told.append(f"| {one.kind} | {one.made:,} | {len(one.passed):,} ({share:.1f} %) |")
    return "\n".join(told)


def main() -> None:
    """Forge, count and list."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--texts", type=Path, metavar="DIR", required=True)
    parser.add_argument("--kind", default="", metavar="WORDS", help="only kinds with these words")
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kzdata-forgeries-") as folder:
        forger = Forger(Package(given.path, Path(folder, "copy"), given.texts))
        lines, alarms = judged(forger, given.kind)
    claims = forger.honest().claims
    false = sorted(alarms & claims.keys())
    told = f"{as_table(lines)}\n\nOf {len(claims)} claims as they are, {len(false)} are named."
    print(told, *false, sep="\n")
    for line in lines:
        for words in line.passed:
            print(f"passes, {line.kind}: {' '.join(words.split())}")
    if given.write:
        renew("forgeries", told)


if __name__ == "__main__":
    main()
