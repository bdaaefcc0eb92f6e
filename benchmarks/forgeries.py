"""Forge claims in a package with its articles, and count which of them pass validation.

    python benchmarks/forgeries.py [PATH] --texts DIR [--write]

Any package that follows the traceability profile will do, if it has a table of claims with figures
(`kzdata:figure`, `kzdata:principal`). Two ways lead to a claim that its article does not make:

* the article says something else: words are put into a copy of its text ("Officials denied that
  ...", "% of the", "COVID-"), every offset, quote, hash and checksum follows, and the claim stays
  as it is;
* the claim says something else: a cell, or the whole figure, comes with its receipts from another
  claim of the same article.

Each forgery is otherwise flawless: no other rule has anything to say of it. It is seen when a
finding, an error or a warning, names the claim, or stands in the line of one of its edges or of a
passage that it rests on. What passes is listed. Claims as they are give the false alarms.
"""

import argparse
import hashlib
import sys
import tempfile
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from kzdata.evidence.sentences import sentence_at
from kzdata.evidence.spans import checksum, occurrence_at
from kzdata.validation import validate
from mutations import Package, Row, Sheet
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
        digits: Whether it makes sense only of a number in digits.
    """

    kind: str
    before: str = ""
    number: str = ""
    counted: str = ""
    after: str = ""
    digits: bool = False


WAYS = (
    Words("denied", before="Officials denied that "),
    Words("denied", before="It is not true that "),
    Words("denied", after=" Nothing of this is true."),
    Words("false", before="A false report had it that "),
    Words("false", after=" That report was false."),
    Words("rumour", before="Rumours went round that "),
    Words("rumour", before="According to unconfirmed rumours, "),
    Words("condition", before="If the reports hold true, "),
    Words("condition", before="Unless help had come, it would be said that "),
    Words("fear", before="It was feared that "),
    Words("fear", before="It may be that "),
    Words("corrected", after=" The figure was later corrected to nine hundred."),
    Words("percentage", counted="% of the", digits=True),
    Words("percentage", counted=" percent of the"),
    Words("money", number="$", counted=" paid to", digits=True),
    Words("money", counted=" dollars paid to"),
    Words("measure", counted="-hour shifts of"),
    Words("measure", counted=" kilometres away from"),
    Words("name", number="COVID-", counted=" wards with", digits=True),
    Words("name", number="Flight ", counted=" with"),
    Words("date", number="on January ", counted=", when", digits=True),
    Words("age", counted="-year-old"),
    Words("ordinal", number="the ", counted="th anniversary of", digits=True),
    Words("cut", number="no more than "),
    Words("cut", number="nearly "),
    Words("cut", counted=" million"),
    Words("cut", number="3,", digits=True),
    Words("another thing", counted=" boats of"),
    Words("another thing", counted=" cars that belonged to"),
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
            for column in sheet.fields:
                yield from self._swapped(sheet, column)
            yield from self._swapped_figures(sheet)

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

    # --------------------------------------------------------------- the article says otherwise

    def _said_otherwise(self, way: Words) -> Iterator[Forged]:
        """Packages whose articles say so of every claim; of each sentence once."""
        left = {claim: place for claim, place in self._figures() if self._sensible(way, *place)}
        while left:
            inserts: dict[str, list[Insert]] = defaultdict(list)
            chosen: dict[str, tuple[str, int, int]] = {}
            for claim, place in left.items():
                if not self._touches(place, chosen.values()):
                    chosen[claim] = place
                    inserts[place[0]] += self._inserts(way, *place)
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
        if way.digits and not wording.replace(",", "").isdigit():
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
        inserts: Mapping[str, list[Insert]],
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

    def _swapped(self, sheet: Sheet, column: str) -> Iterator[Forged]:
        """Claims with another value of a column, which another claim of the article has."""
        figure = set(sheet.declared("figure").values())
        traced = sheet.fields[column].get("kzdata:evidence") == "required"
        if traced and column not in figure and column != sheet.declared("principal"):
            dates = [
                set(one.values()) for one in sheet.declared("dates") or [] if column in one.values()
            ]
            yield from self._exchanged(
                f"{column} of another claim", sheet, dates[0] if dates else {column}
            )

    def _swapped_figures(self, sheet: Sheet) -> Iterator[Forged]:
        """Claims with the figure of another one, and its passage."""
        columns = {*sheet.declared("figure").values(), sheet.declared("principal")}
        yield from self._exchanged("figure of another claim", sheet, columns)

    def _exchanged(self, kind: str, sheet: Sheet, columns: set[str]) -> Iterator[Forged]:
        columns &= set(sheet.fields)
        rows, edges, claims = list(sheet.rows), [], {}
        for place, row in enumerate(sheet.rows):
            other = self._another(sheet, row, columns)
            if other is None:
                continue
            key = sheet.keyed(row)
            rows[place] = row | {name: other[name] for name in columns}
            claims[key] = ", ".join(
                f"{name} {other[name]}" for name in sorted(columns) if other[name]
            )
            edges += [
                {**edge, self.e["record"]: key}
                for edge in self._edges.rows
                if edge[self.e["record"]] == sheet.keyed(other) and edge[self.e["field"]] in columns
            ]
        if claims:
            kept = [edge for edge in self._edges.rows if not self._is_of(edge, claims, columns)]
            yield Forged(
                kind, {sheet.name: rows, self._edges.name: kept + edges}, self.texts, claims
            )

    def _is_of(self, edge: Row, claims: Mapping[str, str], columns: set[str]) -> bool:
        return edge[self.e["record"]] in claims and edge[self.e["field"]] in columns

    def _another(self, sheet: Sheet, row: Row, columns: set[str]) -> Row | None:
        """The nearest row of the same article that has other values, each with words for it."""
        principal = sheet.declared("principal")
        source, here = self.package.places[row[principal]]
        near: list[tuple[int, str, Row]] = []
        for other in sheet.rows:
            article, there = self.package.places[other[principal]]
            differs = any(other[name] != row[name] and other[name] for name in columns)
            if article == source and differs and self._told(sheet, other, columns):
                near.append((abs(there.start - here.start), sheet.keyed(other), other))
        return min(near)[2] if near else None

    def _told(self, sheet: Sheet, row: Row, columns: set[str]) -> bool:
        """Whether the words say each of the cells, and nobody concludes them."""
        edges = [self.package.edges.get((sheet.keyed(row), n), []) for n in columns if row[n]]
        return bool(edges) and all(e and all(x["role"] != "inferred" for x in e) for e in edges)


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


def seen(package: Package, forged: Forged, folder: Path) -> set[str]:
    """The claims, and the passages, that an error or a warning names."""
    with tempfile.TemporaryDirectory(dir=folder) as texts:
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
        report = validate(package.copy, texts=texts, allow=False)
    told = [f for f in report if f.severity != "unchecked" and f.rule not in OF_THE_FORGER]
    return {finding.record for finding in told if finding.record}


OF_THE_FORGER = ("span-orphan", "span-whole-sentence", "span-sentence", "span-share")
"""Rules that find how a package was forged, not that it was: a passage that is left over."""


class Line(NamedTuple):
    """What became of the forgeries of one kind: how many there were, and which passed."""

    kind: str
    made: int
    passed: tuple[str, ...]


def judged(forger: Forger, folder: Path) -> list[Line]:
    """All forgeries by kind, with those that pass."""
    made: Counter[str] = Counter()
    passed: dict[str, list[str]] = defaultdict(list)
    for forged in forger.all():
        named = seen(forger.package, forged, folder)
        made[forged.kind] += len(forged.claims)
        for claim, words in forged.claims.items():
            if not {claim, *forger.carriers(forged, claim)} & named:
                passed[forged.kind].append(f"{claim}: {words}")
    return [Line(kind, count, tuple(passed[kind])) for kind, count in made.items()]


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
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kzdata-forgeries-") as folder:
        forger = Forger(Package(given.path, Path(folder, "copy"), given.texts))
        alarms = seen(forger.package, forger.honest(), Path(folder))
        lines = judged(forger, Path(folder))
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
