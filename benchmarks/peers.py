"""Give the same proposals, forged and honest, to other gates, and count what passes each of them.

    pip install groundgate==0.11.0 llmground==0.1.0 langextract==1.7.1
    python benchmarks/peers.py [PATH] --texts DIR [--only NAME ...] [--write]

The other gates are no dependency; what is not installed is left out. The proposals are those of
`forgeries.py`; the honest ones are the claims of the package, and those of `honest.py`. Each gate
is used as its documents say, and in the way that proved best for it on these proposals:

* groundgate reads numbers. The figure is a field of type `number`, with the comparator that its
  qualifier stands for ("more than" is `gt`), and its evidence is the claim's quote. What the claim
  counts is the unit, where it stands right after the number in the true article, as groundgate
  looks for it there; given for all claims, it stops a third of the honest ones. The figure is
  asked again as a keyed field for each of outcome, population, place and speaker, with the words
  that name it as the key, among those that name the others of the package. Figures in words and
  vague ones are strings, as are the words of all receipts: as numbers, "eight" and "dozens" are
  rejected wherever they stand. A claim is stopped when anything of it is rejected or needs
  verification.
* llmground looks for values in a document. It gets the number, or the wording where it has no
  digits, the quote and the words of all receipts, and the whole article; codes and keys, which are
  no words of the article, are left out, as its documents advise. A claim is stopped when a value
  is `ungrounded` or `weak`.
* langextract, without a model: its aligner gets the quote and the words of all receipts. A claim
  is stopped when one of them is not aligned as `MATCH_EXACT`, its strictest setting.

kzdata is asked by `kzdata.validation.validate`; a claim is stopped by an error or a warning.
"""

import argparse
import re
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import honest
from forgeries import Forged, Forger, seen
from mutations import Package, Row, Sheet
from timing import ROOT, renew, versions

KZDATA = "kzdata"
INSTALL = "pip install groundgate==0.11.0 llmground==0.1.0 langextract==1.7.1"
COMPARATORS = {
    "exact": "eq",
    "more_than": "gt",
    "at_least": "ge",
    "at_most": "le",
    "less_than": "lt",
    "approximately": "approx",
}
"""What groundgate calls a qualifier. It has no word for vague numbers."""
KEYED = ("outcome", "population", "place", "claimant")
"""What of a claim can be the key of a field of groundgate."""
NAMED = {"codebook": ("field", "category", "term"), "aliases": ("source", "entity", "alias")}
"""Where forms stand: the scope, the value and the form."""


Key = tuple[str, tuple[str, ...]]
"""A form, and all forms that are told from it."""


class Proposal(NamedTuple):
    """A claim as another gate can be asked about it.

    Attributes:
        text: The article.
        quote: The words that carry the claim.
        wording: The wording of its figure; empty where it has none.
        number: The figure in digits, where the wording has digits and one bound.
        comparator: What the number is a bound of, in groundgate's words.
        unit: What it counts, where that stands right after the number in the true article.
        words: The words of its receipts.
        keyed: What the receipts call its outcome, population, place and speaker; each with what
            they are called in other claims.
    """

    text: str
    quote: str
    wording: str
    number: str
    comparator: str
    unit: str
    words: tuple[str, ...]
    keyed: tuple[Key, ...]


class Reader:
    """Reads the claims of a package as proposals.

    Args:
        forger: Knows which tables have figures.
        forged: The rows and the articles.
    """

    def __init__(self, forger: Forger, forged: Forged) -> None:
        self._texts, package = forged.texts, forger.package
        self._all = {name: forged.rows.get(name, s.rows) for name, s in package.sheets.items()}
        spans, edges = package.one("spans"), package.one("edges")
        assert spans and edges
        s, e = spans.declared("spans"), edges.declared("edges")
        self._spans = {
            row[s["id"]]: (row[s["source"]], row[s["quote"]]) for row in self._all[spans.name]
        }
        self._words: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for edge in self._all[edges.name]:
            self._words[edge[e["record"]]].append(
                (edge[e["field"]], self._spans[edge[e["span"]]][1])
            )
        self._sheets = [sheet for sheet in package.sheets.values() if sheet.declared("principal")]
        self._rows = {
            sheet.keyed(row): (sheet, row)
            for sheet in self._sheets
            for row in self._all[sheet.name]
        }
        self._forms = self._called(package)

    def proposal(self, claim: str) -> Proposal:
        """A claim by its key."""
        sheet, row = self._rows[claim]
        figure, claims = sheet.declared("figure") or {}, sheet.declared("claims") or {}
        source, quote = self._spans[row[sheet.declared("principal")]]
        wording = row[figure["text"]] if figure else ""
        digits = re.fullmatch(r"\D*\d[\d,.]*", wording) is not None
        comparator = COMPARATORS.get(row[figure["qualifier"]], "") if figure else ""
        number = (row[figure["low"]] or row[figure["high"]]) if digits and comparator else ""
        text = unicodedata.normalize("NFC", self._texts[source])
        words = tuple(dict.fromkeys(words for _, words in self._words[claim]))
        keyed = tuple(
            found
            for role in KEYED
            if (name := claims.get(role)) and (found := self._key(sheet, name, row, source))
        )
        return Proposal(text, quote, wording, number, comparator, "", words, keyed)

    def unit(self, claim: str) -> str:
        """What a claim counts, where it stands right after the number; empty where it does not."""
        sheet, row = self._rows[claim]
        claims, asked = sheet.declared("claims") or {}, self.proposal(claim)
        counted = [words for name, words in self._words[claim] if name == claims.get("unit")]
        source = self._spans[row[sheet.declared("principal")]][0]
        if whom := claims.get("population"):
            counted += (self._key(sheet, whom, row, source) or ())[:1]
        follows = (unit for unit in counted if f"{asked.wording} {unit}" in asked.text)
        return next(follows, "") if asked.wording else ""

    def _key(self, sheet: Sheet, name: str, row: Row, source: str) -> Key | None:
        """What the receipts call a cell, and what the values of its column are called."""
        about = f"{sheet.name}.{name}"
        mine = self._forms.get((about, row[name]), set()) | self._forms.get(
            (source, row[name]), set()
        )
        own = [w for column, w in self._words[sheet.keyed(row)] if column == name]
        found = [form for form in mine for words in own if form in words]
        values = {other[name] for other in self._all[sheet.name]}
        keys = {
            form
            for (scope, value), forms in self._forms.items()
            if value in values and scope in (about, source)
            for form in forms
        }
        return (max(found, key=len), tuple(sorted(keys))) if found else None

    def _called(self, package: Package) -> dict[tuple[str, str], set[str]]:
        """Terms by column and category, and aliases by article and entity."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for role, parts in NAMED.items():
            if sheet := package.one(role):
                scope, value, form = (sheet.declared(role)[part] for part in parts)
                for row in self._all[sheet.name]:
                    found[row[scope], row[value]].add(row[form])
        return found


# --------------------------------------------------------------------------------- the gates


Gate = Callable[[Proposal], bool]
"""Whether a gate lets a proposal pass."""


def groundgate() -> Gate:
    """The gate of groundgate."""
    admit = import_module("groundgate").admit

    def admitted(text: str, field: Mapping[str, Any], told: Mapping[str, Any], quote: str) -> bool:
        unit = field.get("unit")
        units = {unit: {"suffix": [unit]}} if unit else {}
        candidate = {"field": "said", "evidence": [{"text": quote}], **told}
        (found,) = admit(text, {"fields": {"said": field}, "units": units}, [candidate]).decisions
        return bool(found.outcome == "admitted")

    @cache
    def stands(text: str, words: str) -> bool:
        return admitted(text, {"type": "string"}, {"value": words}, words)

    def counts(asked: Proposal, key: Key | None) -> bool:
        number = {"type": "number", "comparator": asked.comparator}
        told = {"value": asked.number}
        if key is not None:
            forms = {form.casefold(): form for form in (*key[1], key[0])}
            keyed = {**number, "keys": list(forms.values())}
            return admitted(asked.text, keyed, {**told, "key": key[0]}, asked.quote)
        unit = {"unit": asked.unit} if asked.unit else {}
        return admitted(asked.text, number | unit, told | unit, asked.quote)

    def passes(asked: Proposal) -> bool:
        figures = (None, *asked.keyed) if asked.number else ()
        return all(stands(asked.text, words) for words in asked.words) and all(
            counts(asked, key) for key in figures
        )

    return passes


def llmground() -> Gate:
    """The gate of llmground."""
    verify = import_module("llmground").verify

    @cache
    def found(text: str, value: str) -> bool:
        report = verify({"said": value}, text)
        return not report.ungrounded and not report.weak

    def passes(asked: Proposal) -> bool:
        values = (asked.number or asked.wording, asked.quote, *asked.words)
        return all(found(asked.text, value) for value in values)

    return passes


def langextract() -> Gate:
    """The aligner of langextract, which needs no model."""
    data = import_module("langextract.core.data")
    aligner = import_module("langextract.resolver").WordAligner()

    @cache
    def aligned(text: str, words: str) -> bool:
        ((found,),) = aligner.align_extractions([[data.Extraction("said", words)]], text)
        return bool(found.alignment_status == data.AlignmentStatus.MATCH_EXACT)

    def passes(asked: Proposal) -> bool:
        return all(aligned(asked.text, words) for words in (asked.quote, *asked.words))

    return passes


GATES: dict[str, Callable[[], Gate]] = {
    "groundgate": groundgate,
    "llmground": llmground,
    "langextract": langextract,
}


def installed(names: Iterable[str]) -> dict[str, Gate]:
    """Those of the gates that can be imported."""
    found = {}
    for name in names:
        try:
            found[name] = GATES[name]()
        except ImportError:
            print(f"{name} is not installed: {INSTALL}")
    return found


# ----------------------------------------------------------------------------------- counting


class Line(NamedTuple):
    """How many proposals of one kind there are, and how many pass each gate."""

    kind: str
    made: int
    passed: Mapping[str, int]


class Court:
    """Gives proposals to all gates.

    Args:
        forger: Of the package.
        gates: By name, but for kzdata.
    """

    def __init__(self, forger: Forger, gates: Mapping[str, Gate]) -> None:
        self._forger, self._gates = forger, gates
        own = forger.honest()
        self._units = {claim: Reader(forger, own).unit(claim) for claim in own.claims}

    def forged(self, kzdata: bool) -> Iterator[Line]:
        """What becomes of the forgeries, by kind."""
        made: Counter[str] = Counter()
        passed: dict[str, Counter[str]] = defaultdict(Counter)
        for forged in self._forger.all():
            made[forged.kind] += len(forged.claims)
            passed[forged.kind] += self.passed(forged)
            if kzdata:
                named = seen(self._forger.package, forged)
                passed[forged.kind][KZDATA] += len(self._forger.unseen(forged, named))
        yield from (Line(kind, count, passed[kind]) for kind, count in made.items())

    def honest(self, claims: Path, kzdata: bool) -> Iterator[Line]:
        """What becomes of true claims: of the package, and of files."""
        entered = {"of the package": self._forger.honest(), **honest.entered(self._package, claims)}
        for name, made in entered.items():
            passed = self.passed(made)
            if kzdata:
                found = honest.judged(self._forger, name, made)
                passed[KZDATA] = len(made.claims) - len(found.alarms)
            yield Line(f"true, {name}", len(made.claims), passed)

    @property
    def _package(self) -> Package:
        return self._forger.package

    def passed(self, made: Forged) -> Counter[str]:
        """How many of the claims pass each gate."""
        reader, found = Reader(self._forger, made), Counter[str]()
        for claim in made.claims:
            # What a forged claim counts is what the true one of the package does.
            unit = self._units[claim] if claim in self._units else reader.unit(claim)
            asked = reader.proposal(claim)._replace(unit=unit)
            found.update(name for name, passes in self._gates.items() if passes(asked))
        return found


def total(name: str, lines: Sequence[Line]) -> Line:
    """The sum of lines."""
    passed = Counter[str]()
    for line in lines:
        passed.update(line.passed)
    return Line(name, sum(line.made for line in lines), passed)


def as_table(forged: Sequence[Line], true: Sequence[Line], gates: Sequence[str]) -> str:
    """Markdown: how many forgeries pass each gate, and how many true claims each stops."""
    head = [f"| proposals | made | {' | '.join(gates)} |", f"|---|{'---:|' * (len(gates) + 1)}"]
    passing = [*forged, total("all forged: pass unseen", forged)]
    stopped = [_stopped(line, gates) for line in (*true, total("all true: stopped", true))]
    return "\n".join([*head, *(_row(line, gates) for line in (*passing, *stopped))])


def _stopped(line: Line, gates: Sequence[str]) -> Line:
    return line._replace(passed={gate: line.made - line.passed.get(gate, 0) for gate in gates})


def _row(line: Line, gates: Sequence[str]) -> str:
    counts = [line.passed.get(gate, 0) for gate in gates]
    cells = (f"{count:,} ({100 * count / max(line.made, 1):.1f} %)" for count in counts)
    return f"| {line.kind} | {line.made:,} | {' | '.join(cells)} |"


def main() -> None:
    """Ask all gates, and count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--texts", type=Path, metavar="DIR", required=True)
    parser.add_argument("--claims", type=Path, metavar="DIR", default=honest.HERE)
    parser.add_argument("--only", action="append", choices=(KZDATA, *GATES), help="repeatable")
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    given = parser.parse_args()
    asked = given.only or [KZDATA, *GATES]
    gates = installed(name for name in asked if name != KZDATA)
    names = [KZDATA, *gates] if KZDATA in asked else [*gates]
    with tempfile.TemporaryDirectory(prefix="kzdata-peers-") as folder:
        forger = Forger(Package(given.path, Path(folder, "copy"), given.texts))
        court = Court(forger, gates)
        forged = list(court.forged(KZDATA in asked))
        true = list(court.honest(given.claims, KZDATA in asked))
    told = f"{versions(gates)}.\n\n{as_table(forged, true, names)}"
    print(told)
    if given.write:
        renew("peers", told)


if __name__ == "__main__":
    main()
