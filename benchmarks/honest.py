"""Enter true claims that a package does not have, and count those that validation names.

    python benchmarks/honest.py [PATH] --texts DIR [--claims DIR] [--write]

The claims are data, in the TOML files of `benchmarks/honest/`: some of them of the articles of the
package, the others of short articles that are invented and stand in the files. Each claim is
entered as a careful reader enters it, with a receipt for each cell:

    [[claims.casualty_reports]]
    source = "meduza"
    quote = "400 people have been hospitalized"
    figure = "400"
    outcome = "hospitalised"                      the quote is the receipt
    place_id = "kazakhstan | Across [Kazakhstan]" other words are; the form is in brackets
    as_of = "2022-01-06 | say | Said that day."   concluded, with a note

Words are sought as near to the claim's own quote as they stand. Bounds and qualifier are what the
figure grammar makes of the wording; the role of the words is the one that they have for most cells
of that value or column in the package, or is told after a further bar. What stands in brackets
becomes a term of the codebook, or an alias. Words of another sentence are `inherited`, with a note
that quotes the claim.
`[[rows.TABLE]]` are rows that the claims refer to, such as populations, and `[[events]]` events.

A claim is named when a finding, an error or a warning, stands at its row, at one of its edges or
at its passage. What a finding says of other things, such as a number that nobody has entered, is
no matter of the claim; rules of `ASIDE` tell that a package has few claims, or quotes much.
"""

import argparse
import hashlib
import re
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from forgeries import OF_THE_FORGER, Forged, Forger, findings
from kzdata.evidence.figures import canonical, parse
from kzdata.evidence.sentences import sentence_at
from kzdata.evidence.spans import checksum, occurrence_at, occurrences
from kzdata.validation import Finding
from mutations import Package, Row, Sheet
from timing import ROOT, renew

HERE = Path(__file__).resolve().parent / "honest"
ASIDE = (*OF_THE_FORGER, "number-unexplained")
"""Rules that find how few claims an article has, or how much of it is quoted."""
INHERITED = "inherited"
"""The role of words of another sentence than the claim's, where the package has such a role."""
FIRST = 9001
"""Number of the first claim that is entered; those of the package are lower."""


class Receipt(NamedTuple):
    """The words that a cell rests on, what is concluded from them, and the role they play."""

    value: str
    words: str = ""
    note: str = ""
    role: str = ""

    @classmethod
    def read(cls, cell: str) -> "Receipt":
        """A cell as the files write it: `value | words | note | role`, the last ones left out."""
        return cls(*(part.strip() for part in cell.split("|")))

    @property
    def form(self) -> str:
        """The term or alias among the words."""
        found = re.search(r"\[(.+?)\]", self.words)
        return found[1] if found else ""

    @property
    def printed(self) -> str:
        """The words as the article has them."""
        return self.words.replace("[", "").replace("]", "")


class Place(NamedTuple):
    """Where words stand: the article, and the offsets of their first and last character."""

    source: str
    start: int
    end: int


class Desk:
    """Where claims are entered into the tables of a package, which stays as it is.

    Attributes:
        rows: The rows of each table, with those that were entered.
        texts: The articles by key.
        claims: The claims that were entered, each with its sentence.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self.rows = {name: list(sheet.rows) for name, sheet in package.sheets.items()}
        self.texts = dict(package.words_of)
        self.claims: dict[str, str] = {}
        self._quotes: dict[str, tuple[Place, str]] = {}
        roles = ("spans", "edges", "sources", "codebook", "aliases", "events")
        self.tables = {role: sheet for role in roles if (sheet := package.one(role))}
        self._numbers: Counter[str] = Counter()
        self._known = {
            (at.source, at.start, at.end): span for span, at in self._placed(self._rows("spans"))
        }

    def forged(self) -> Forged:
        """The package with the claims that were entered."""
        return Forged("none", self.rows, self.texts, self.claims)

    def enter(self, told: Mapping[str, Any]) -> None:
        """Enter what one file holds.

        Raises:
            ValueError: Words do not stand in the article, or a figure cannot be read.
        """
        source = told.get("source", {})
        if source:
            self._article(source)
        for table, rows in told.get("rows", {}).items():
            for row in rows:
                self._add(self.package.sheets[table], row)
        for table, entries in {self._events: told.get("events", []), **told["claims"]}.items():
            for entry in entries:
                self._record(table, entry, entry.get("source", source.get("id")))

    @property
    def _events(self) -> str:
        return self.tables["events"].name

    # ------------------------------------------------------------------------------ rows

    def _add(self, sheet: Sheet, row: Mapping[str, str]) -> None:
        """A row, with its key in required columns that it does not fill."""
        key = str(row[sheet.key[0]])
        filled = {
            name: key if field.get("constraints", {}).get("required") else ""
            for name, field in sheet.fields.items()
        }
        self.rows[sheet.name].append(filled | dict(row))

    def _article(self, told: Mapping[str, str]) -> None:
        a, text = self.tables["sources"].declared("sources"), told["text"]
        row = {
            a["id"]: told["id"],
            a["sha256"]: hashlib.sha256(text.encode()).hexdigest(),
            a["length"]: str(len(text)),
            **{a[day]: told["day"] for day in ("published_on", "written_on") if day in a},
        }
        chosen = {"publisher": "Invented", "kind": "report", "language": "en"}
        chosen |= {"published_precision": "day", "published_basis": "stated"}
        self.texts[told["id"]] = text
        self._add(self.tables["sources"], row | chosen)

    def _record(self, table: str, told: Mapping[str, Any], source: str) -> None:
        """A record with its receipts: a claim, or an event that claims are about."""
        sheet = self.package.sheets[table]
        key = told.get(sheet.key[0]) or self._next(sheet)
        quote = told.get("quote", "")
        own = self._find(source, quote, 0) if quote else Place(source, 0, 0)
        row, edges = {sheet.key[0]: key}, list[tuple[str, Receipt, Place]]()
        if quote:
            row[sheet.declared("principal")] = span = self._span(own)
            edges.append((sheet.declared("principal"), Receipt(span, quote), own))
            self.claims[key], self._quotes[key] = self._sentence(own), (own, quote)
        for name, receipt, at in self._cells(sheet, told, own):
            row[name] = receipt.value
            if sheet.fields[name].get("kzdata:evidence") == "required":
                edges.append((name, receipt, at))
        self._add(sheet, row)
        for name, receipt, at in edges:
            self._receipt(sheet, key, name, receipt, at)

    def _cells(
        self, sheet: Sheet, told: Mapping[str, Any], own: Place
    ) -> Iterator[tuple[str, Receipt, Place]]:
        """The cells of a record, with their receipts and where these stand."""
        if figure := told.get("figure"):
            at = self._find(own.source, figure, own.start)
            for name, value in self._figure(sheet, figure).items():
                yield name, Receipt(value, figure), at
        for name in sheet.fields:
            if name in told and name not in (sheet.key[0], "quote"):
                receipt = Receipt.read(told[name])
                yield (
                    name,
                    receipt,
                    self._words(name, receipt, own, self._role(sheet, name, receipt)),
                )

    def _figure(self, sheet: Sheet, wording: str) -> dict[str, str]:
        """The cells of a figure that have a value."""
        figure, (low, high, hedge) = sheet.declared("figure"), parse(wording)
        values = {"text": wording, "low": canonical(low), "high": canonical(high)}
        return {figure[p]: v for p, v in {**values, "qualifier": hedge}.items() if v}

    def _next(self, sheet: Sheet) -> str:
        """The next free key of a table, in the form of those that it has."""
        prefix = re.sub(r"\d+$", "", sheet.keyed(sheet.rows[0]))
        self._numbers[sheet.name] += 1
        return f"{prefix}{FIRST - 1 + self._numbers[sheet.name]}"

    # -------------------------------------------------------------------------- receipts

    def _words(self, name: str, receipt: Receipt, own: Place, role: str) -> Place:
        """Where the words of a cell stand; its own are those of an event, or of the claim."""
        words = receipt.printed or (receipt.value if role == "verbatim" else "")
        if words:
            return self._find(own.source, words, own.start)
        spans = self._spans_of(receipt.value) if name.startswith("event_id") else set()
        near = [at for span, at in self._placed(self._rows("spans")) if span in spans]
        near = [at for at in near if at.source == own.source]
        return min(near, key=lambda at: abs(at.start - own.start), default=own)

    def _spans_of(self, record: str) -> set[str]:
        e = self.tables["edges"].declared("edges")
        return {x[e["span"]] for x in self._rows("edges") if x[e["record"]] == record}

    def _receipt(self, sheet: Sheet, key: str, name: str, receipt: Receipt, at: Place) -> None:
        e = self.tables["edges"].declared("edges")
        role, note, span = self._role(sheet, name, receipt), receipt.note, self._span(at)
        if receipt.form and role == "coded":
            self._term(f"{sheet.name}.{name}", receipt, span)
        elif receipt.form:
            a = self.tables["aliases"].declared("aliases")
            alias = {a["entity"]: receipt.value, a["alias"]: receipt.form, a["source"]: at.source}
            self._once("aliases", alias)
        if role != "inferred" and self._elsewhere(key, at):
            role, note = INHERITED, f"“{self._quotes[key][1]}”: told of what this sentence names."
        edge = {e["record"]: key, e["field"]: name, e["span"]: span, e["role"]: role}
        self._rows("edges").append({**edge, e["count"]: "1", e["note"]: note})

    def _elsewhere(self, key: str, at: Place) -> bool:
        """Whether words stand in another sentence than the claim, and the package tells so."""
        e = self.tables["edges"]
        roles = e.fields[e.declared("edges")["role"]].get("constraints", {}).get("enum", ())
        if key not in self._quotes or INHERITED not in roles:
            return False
        own = self._quotes[key][0]
        start, end = sentence_at(self.texts[own.source], own.start, own.end)
        return not start <= at.start < at.end <= end

    def _term(self, about: str, receipt: Receipt, span: str) -> None:
        """A term of the codebook, as the package tells terms."""
        c, value = self.tables["codebook"].declared("codebook"), receipt.value
        term = {c["field"]: about, c["category"]: value, c["term"]: receipt.form}
        term |= {
            c[part]: told for part, told in (("language", "en"), ("example", span)) if part in c
        }
        self._once("codebook", term | {"definition": self._meaning(about, value)})

    def _meaning(self, about: str, category: str) -> str:
        """What the codebook says a category means; the category where it is new."""
        rows = self._rows("codebook")
        named = (r["definition"] for r in rows if (r["field"], r["category"]) == (about, category))
        return next(named, category)

    def _once(self, role: str, row: Row) -> None:
        """Add a row whose key is not there yet."""
        keys = self.tables[role].key
        if not any(all(row[key] == other[key] for key in keys) for other in self._rows(role)):
            self._rows(role).append(row)

    @cached_property
    def _roles(self) -> Mapping[tuple[str, str, str], str]:
        """The role that words most often play, by table, column and value; empty: whichever."""
        e = self.tables["edges"].declared("edges")
        counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        for edge in self.tables["edges"].rows:
            record, name, role = (edge[e[part]] for part in ("record", "field", "role"))
            table, cell = self.package.cell(record, name)
            if role not in ("inferred", INHERITED):
                for about in ((table, name, cell), (table, name, ""), ("", name, "")):
                    counts[about][role] += 1
        return {cell: roles.most_common(1)[0][0] for cell, roles in counts.items()}

    def _role(self, sheet: Sheet, name: str, receipt: Receipt) -> str:
        """What the words do for a cell: as for most cells of that value, column or name."""
        if receipt.role or receipt.note:
            return receipt.role or "inferred"
        alike = ((sheet.name, name, receipt.value), (sheet.name, name, ""), ("", name, ""))
        return next((self._roles[about] for about in alike if about in self._roles), "")

    # -------------------------------------------------------------------------- passages

    def _rows(self, role: str) -> list[Row]:
        return self.rows[self.tables[role].name]

    def _placed(self, rows: Iterable[Row]) -> Iterator[tuple[str, Place]]:
        s = self.tables["spans"].declared("spans")
        for row in rows:
            yield row[s["id"]], Place(row[s["source"]], int(row[s["start"]]), int(row[s["end"]]))

    def _find(self, source: str, words: str, near: int) -> Place:
        """Where words stand, as whole words; the nearest to a place if they stand there often."""
        text = self.texts[source]
        whole = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
        places = [at for at in occurrences(text, words) if whole.match(text, at)]
        if not places:
            raise ValueError(f"{source} does not have the words “{words}”")
        start = min(places, key=lambda at: (at < near, abs(at - near)))
        return Place(source, start, start + len(words))

    def _sentence(self, at: Place) -> str:
        start, end = sentence_at(self.texts[at.source], at.start, at.end)
        return " ".join(self.texts[at.source][start:end].split())

    def _span(self, at: Place) -> str:
        """The key of a passage, entered where there is none yet."""
        if at not in self._known:
            self._known[at] = key = self._next(self.tables["spans"])
            self._rows("spans").append(self._sealed(key, at))
        return self._known[at]

    def _sealed(self, key: str, at: Place) -> Row:
        s, text = self.tables["spans"].declared("spans"), self.texts[at.source]
        quote, digest = text[at.start : at.end], hashlib.sha256(text.encode()).hexdigest()
        nth = occurrence_at(text, quote, at.start)
        seal = checksum(digest, at.start, at.end, nth, quote)
        row = dict.fromkeys(self.tables["spans"].fields, "") | {
            s["id"]: key,
            s["source"]: at.source,
        }
        row |= {s["start"]: str(at.start), s["end"]: str(at.end), s["quote"]: quote}
        return row | {s["occurrence"]: str(nth), s["checksum"]: seal}


# ------------------------------------------------------------------------------- counting


def entered(package: Package, folder: Path = HERE) -> dict[str, Forged]:
    """The package with the claims of each file."""
    found = {}
    for file in sorted(folder.glob("*.toml")):
        desk = Desk(package)
        desk.enter(tomllib.loads(file.read_text(encoding="utf-8")))
        found[file.stem] = desk.forged()
    return found


class Judged(NamedTuple):
    """What validation says of true claims.

    Attributes:
        name: Where they are from.
        claims: The claims, each with its sentence.
        alarms: Findings that name one of them, by claim.
        others: Findings that name none.
    """

    name: str
    claims: Mapping[str, str]
    alarms: Mapping[str, list[Finding]]
    others: list[Finding]

    def named(self, severity: str) -> list[str]:
        """Claims whose gravest finding is of this severity."""
        worst = {claim: min(f.severity for f in found) for claim, found in self.alarms.items()}
        return [claim for claim, found in worst.items() if found == severity]


def judged(forger: Forger, name: str, made: Forged) -> Judged:
    """Which claims validation names."""
    of = {
        record: claim for claim in made.claims for record in (claim, *forger.carriers(made, claim))
    }
    alarms, others = defaultdict[str, list[Finding]](list), []
    for finding in findings(forger.package, made, ASIDE):
        if claim := of.get(finding.record or ""):
            alarms[claim].append(finding)
        else:
            others.append(finding)
    return Judged(name, made.claims, alarms, others)


def as_table(found: Iterable[Judged]) -> str:
    """Markdown: how many claims there are, and how many are named by an error or a warning."""
    rows = [
        "| true claims of | entered | named by an error | by a warning |",
        "|---|---:|---:|---:|",
    ]
    total = Counter[str]()
    for one in found:
        counts = {"claims": len(one.claims)}
        counts |= {s: len(one.named(s)) for s in ("error", "warning")}
        total.update(counts)
        rows.append(_line(one.name, counts))
    return "\n".join([*rows, _line("all", total)])


def _line(name: str, counts: Mapping[str, int]) -> str:
    made = max(counts["claims"], 1)
    shares = (f"{counts[s]:,} ({100 * counts[s] / made:.1f} %)" for s in ("error", "warning"))
    return f"| {name} | {counts['claims']:,} | {' | '.join(shares)} |"


def listed(found: Judged) -> Iterator[str]:
    """Each claim that is named, with its sentence, and each finding about it."""
    for claim, alarms in sorted(found.alarms.items()):
        yield f"{found.name} {claim}: {found.claims[claim]}"
        yield from (f"    {f.severity} {f.rule} {f.subject}: {f.said}" for f in alarms)
    yield from (f"{found.name}, no claim: {f.rule} {f.subject}: {f.said}" for f in found.others)


def main() -> None:
    """Enter, count and list."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--texts", type=Path, metavar="DIR", required=True)
    parser.add_argument("--claims", type=Path, metavar="DIR", default=HERE, help="TOML files")
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kzdata-honest-") as folder:
        forger = Forger(Package(given.path, Path(folder, "copy"), given.texts))
        made = entered(forger.package, given.claims)
        found = [judged(forger, name, one) for name, one in made.items()]
    print(as_table(found))
    for line in (line for one in found for line in listed(one)):
        print(line)
    if given.write:
        renew("honest", as_table(found))


if __name__ == "__main__":
    main()
