"""Propose forged and true claims through the import path, beside other gates, and count.

    python benchmarks/admission.py [PATH] --texts DIR [--claims DIR] [--only NAME ...] [--write]

The proposals are those of `forgeries.py` and `honest.py`. Each is an entry: the claim's row with
the words of its receipts. The package has not got it, and is asked by
`kzdata.entries.admission.admit`; what it accepts would be entered by `kzdata import --accept
strict`. A claim that no entry can say is rejected. The other gates are those of `peers.py`, asked
the same proposals in the same run: they accept or stop.

A true claim goes to review where a person concluded something of it, or took it from another
sentence: its words alone do not say it. The table has those that the words say apart.
"""

import argparse
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import honest
from forgeries import Forged, Forger, laid_out
from kzdata.entries.admission import ACCEPTED, REJECTED, REVIEW, admit
from kzdata.entries.document import read, written
from kzdata.entries.tables import ReceiptTables
from kzdata.entries.writing import entry_of
from kzdata.errors import KzdataError
from kzdata.evidence.articles import find
from kzdata.evidence.authoring import hashes
from kzdata.standard.dataset import opened_dataset
from kzdata.standard.editing import Draft
from mutations import Package
from peers import GATES, Court, Gate, installed
from timing import ROOT, renew, versions

STATES = (ACCEPTED, REVIEW, REJECTED)
WEAK = ("inherited", "inferred")


class Counted(NamedTuple):
    """What becomes of the proposals of one kind.

    Attributes:
        kind: The kind.
        states: How many are accepted, for review and rejected.
        said: The same of those whose words say all of them, as their receipts claim.
        passed: How many pass each of the other gates.
        escapes: The claims that are accepted.
    """

    kind: str
    states: Counter[str]
    said: Counter[str]
    passed: Counter[str]
    escapes: tuple[str, ...]


class Desk:
    """Proposes claims of packages that differ from one package.

    Args:
        forger: Of the package.
        gates: The other gates by name.
    """

    def __init__(self, forger: Forger, gates: Mapping[str, Gate]) -> None:
        self.forger, self._court = forger, Court(forger, gates)

    def counted(self, kind: str, made: Forged) -> Counted:
        """What becomes of the claims of a package."""
        states = self._states(made)
        weak = self._weak(made)
        return Counted(
            kind,
            Counter(states.values()),
            Counter(state for claim, state in states.items() if claim not in weak),
            self._court.passed(made),
            tuple(claim for claim, state in states.items() if state == ACCEPTED),
        )

    def _weak(self, made: Forged) -> set[str]:
        """The claims with a receipt that is inherited or inferred."""
        edges = self.forger.package.one("edges")
        assert edges
        e, rows = edges.declared("edges"), made.rows.get(edges.name, edges.rows)
        return {row[e["record"]] for row in rows if row[e["role"]] in WEAK}

    def _states(self, made: Forged) -> dict[str, str]:
        """The state of each claim."""
        with laid_out(self.forger.package, made) as texts:
            with opened_dataset(self.forger.package.copy) as dataset:
                known = find(texts, hashes(dataset).values())
                draft = Draft(dataset)
                proposals = list(_proposals(draft, set(made.claims), known))
                _take_out(draft, set(made.claims))
                draft.save()
            states = dict.fromkeys(made.claims, REJECTED)
            for raw in proposals:
                document = read(written(raw, "json").encode(), "proposal")
                refs = {path: block.ref for path, block in document.entry.blocks()}
                with opened_dataset(self.forger.package.copy) as dataset:
                    for one in admit(dataset, document, known).verdicts:
                        states[str(refs[one.path])] = one.state
            return states


def _proposals(
    draft: Draft, claims: set[str], texts: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """The claims as entries, article by article; one that no entry says is left out."""
    tables = ReceiptTables(draft)
    by_source: dict[str, list[str]] = defaultdict(list)
    lacking: dict[str, dict[str, None]] = defaultdict(dict)
    spans, s = tables.spans
    for table in draft.tables.values():
        for key in claims & table.by_key.keys() if table.schema.principal else ():
            span = spans.by_key[table.by_key[key][str(table.schema.principal)]]
            by_source[span[s.source]].append(key)
            lacking[table.name][key] = None
    for source, keys in by_source.items():
        try:
            yield entry_of(draft, source, texts, lacking=lacking, only=set(keys))
        except KzdataError:
            yield from _one_by_one(draft, source, keys, texts, lacking)


def _one_by_one(
    draft: Draft,
    source: str,
    keys: Iterable[str],
    texts: Mapping[str, str],
    lacking: Mapping[str, Mapping[str, None]],
) -> Iterator[dict[str, Any]]:
    for key in keys:
        try:
            yield entry_of(draft, source, texts, lacking=lacking, only={key})
        except KzdataError:
            continue


def _take_out(draft: Draft, claims: set[str]) -> None:
    """Take claims, and the links between them and others, out of a draft, without tombstones."""
    tables = ReceiptTables(draft)
    for table in draft.tables.values():
        links = table.schema.links
        for row in list(table.rows) if table.schema.record_key else ():
            ends = {row[links.claim], row[links.other]} if links else {row[table.key]}
            if ends & claims:
                for edge in tables.edges_of.pop(row[table.key], []):
                    tables.edges[0].remove(edge)
                table.remove(row)


def as_table(forged: Sequence[Counted], true: Sequence[Counted], gates: Sequence[str]) -> str:
    """Markdown: what becomes of forged and of true claims, and how many pass the other gates."""
    names = [*STATES, *(f"{gate} accepts" for gate in gates)]
    lines = [f"| proposals | made | {' | '.join(names)} |", f"|---|{'---:|' * (len(names) + 1)}"]
    lines += [_row(one.kind, one.states, one.passed, gates) for one in _summed(forged)]
    lines += [_row(one.kind, one.states, one.passed, gates) for one in true]
    said = sum((one.said for one in true), Counter[str]())
    last = _row("true, all that the words say", said, Counter(), ())
    return "\n".join([*lines, last + " |" * len(gates)])


def _summed(found: Sequence[Counted]) -> Iterator[Counted]:
    by_kind: dict[str, list[Counted]] = defaultdict(list)
    for one in found:
        by_kind[one.kind].append(one)
    by_kind["all forged"] = list(found)
    for kind, some in by_kind.items():
        states = sum((one.states for one in some), Counter[str]())
        passed = sum((one.passed for one in some), Counter[str]())
        yield Counted(kind, states, Counter(), passed, ())


def _row(kind: str, states: Counter[str], passed: Counter[str], gates: Sequence[str]) -> str:
    made = sum(states.values())
    counts = [*(states[state] for state in STATES), *(passed[gate] for gate in gates)]
    cells = (f"{count:,} ({100 * count / max(made, 1):.1f} %)" for count in counts)
    return f"| {kind} | {made:,} | {' | '.join(cells)} |"


def escapes(forged: Sequence[Counted], made: Mapping[int, Forged]) -> Iterator[str]:
    """The forged claims that are accepted, each with what its article says there."""
    for number, one in enumerate(forged):
        for claim in one.escapes:
            said = " ".join(made[number].claims[claim].split())
            yield f"- {one.kind}: {claim}: {said[:160]}"


def main() -> None:
    """Propose all, and count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--texts", type=Path, metavar="DIR", required=True)
    parser.add_argument("--claims", type=Path, metavar="DIR", default=honest.HERE)
    parser.add_argument("--only", action="append", choices=tuple(GATES), help="repeatable")
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    given = parser.parse_args()
    gates = installed(given.only or GATES)
    with tempfile.TemporaryDirectory(prefix="kzdata-admission-") as folder:
        forger = Forger(Package(given.path, Path(folder, "copy"), given.texts))
        desk = Desk(forger, gates)
        made = dict(enumerate(forger.all()))
        forged = [desk.counted(one.kind, one) for one in made.values()]
        own = {"of the package": forger.honest(), **honest.entered(forger.package, given.claims)}
        true = [desk.counted(f"true, {name}", one) for name, one in own.items()]
        listed = "\n".join(escapes(forged, made))
    table = as_table(forged, true, list(gates))
    told = f"{versions(gates)}.\n\n{table}\n\nForged and accepted:\n\n{listed}"
    print(told)
    if given.write:
        renew("admission", told)


if __name__ == "__main__":
    main()
