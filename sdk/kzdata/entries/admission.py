"""Which of the facts that somebody proposes get in: those whose words carry them.

A proposal is an entry. Each of its blocks is entered beside all others, and judged by the rules of
validation and by nothing else:

* accepted: the words of its own sentence say each cell, and no rule has anything against it;
* review: a person has to look: a cell is inherited or inferred, words stand at several places, a
  rule warns, or the claim contradicts one that is there;
* rejected: words do not stand in the article, do not say the cell, or a rule is broken.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as File
from typing import Any, NamedTuple

from kzdata.entries.document import Document, Fault, checked, written
from kzdata.entries.entering import Entering
from kzdata.entries.outcome import placed, tried
from kzdata.entries.places import Path
from kzdata.entries.schema import entry_model
from kzdata.standard.dataset import Dataset
from kzdata.standard.editing import Draft

ACCEPTED, REVIEW, REJECTED = "accepted", "review", "rejected"
# What is asked of an article as a whole, not of a claim: that nothing of it was left out, say.
OF_THE_ARTICLE = frozenset(
    {"number-unexplained", "span-share", "text-missing", "participant-missing"}
)


class Verdict(NamedTuple):
    """What becomes of a block.

    Attributes:
        path: The way to it in the document.
        state: `accepted`, `review` or `rejected`.
        reasons: Why it is not accepted, each at its place.
    """

    path: Path
    state: str
    reasons: tuple[Fault, ...]


class Admission(NamedTuple):
    """What becomes of a proposal.

    Attributes:
        document: The proposal.
        verdicts: What becomes of each of its blocks.
    """

    document: Document
    verdicts: tuple[Verdict, ...]

    def part(self, *states: str) -> dict[str, Any]:
        """The blocks of some states as the content of a document, with the article."""
        raw: dict[str, Any] = {"source": self.document.raw["source"]}
        for path, state, _ in self.verdicts:
            if state in states:
                section, number = str(path[0]), path[1]
                raw.setdefault(section, []).append(self.document.raw[section][number])
        return raw

    def rest(self) -> str:
        """What is not accepted as a document that can be mended: reasons stand as comments."""
        raw = self.part(REVIEW, REJECTED)
        notes, numbers = dict[Path, list[str]](), Counter[str]()
        for path, state, reasons in self.verdicts:
            if state != ACCEPTED:
                section = str(path[0])
                notes[section, numbers[section]] = [f"{state}: {one.message}" for one in reasons]
                numbers[section] += 1
        return written(raw, "toml", notes)

    def counts(self) -> dict[str, int]:
        """How many blocks there are of each state."""
        found = dict.fromkeys((ACCEPTED, REVIEW, REJECTED), 0)
        for one in self.verdicts:
            found[one.state] += 1
        return found


def admit(
    dataset: Dataset, document: Document, texts: Mapping[str, str], folder: File | None = None
) -> Admission:
    """Judge each block of a proposal.

    Args:
        dataset: The package.
        document: The proposal; blocks that it cannot have at all are an error, not a verdict.
        texts: Articles by the SHA-256 of their bytes.
        folder: Where the path of a text begins.

    Raises:
        EntryError: The document says what no entry into this package says.
    """
    document = checked(document, entry_model(Draft(dataset)))
    reasons: dict[Path, list[tuple[str, Fault]]] = {path: [] for path, _ in document.entry.blocks()}
    entering, left = _entered(dataset, document, texts, folder, reasons)
    for path in left:
        reasons[path] += [(REVIEW, fault) for fault in _weak(entering, document, path)]
    if entering.tables.draft.contents():
        for fault, finding in placed(entering, tried(entering)):
            path = fault.path[:2]
            if path in reasons and finding.rule not in OF_THE_ARTICLE:
                state = REJECTED if finding.severity == "error" else REVIEW
                reasons[path].append((state, fault))
    return Admission(document, tuple(_verdicts(reasons)))


def _entered(
    dataset: Dataset,
    document: Document,
    texts: Mapping[str, str],
    folder: File | None,
    reasons: dict[Path, list[tuple[str, Fault]]],
) -> tuple[Entering, Sequence[Path]]:
    """The proposal entered without the blocks that cannot be, and what is against these."""
    left = list(reasons)
    while True:
        entering = Entering(Draft(dataset), texts)
        entering.enter(_only(document, left), folder)
        if not entering.faults:
            return entering, left
        broken = {path: [f for f in entering.faults if f.path[:2] == path] for path in left}
        broken = {path: faults for path, faults in broken.items() if faults}
        for path, faults in broken.items():
            reasons[path] += [(REVIEW if one.open else REJECTED, one) for one in faults]
            left.remove(path)
        if not broken:  # the article itself cannot be entered
            for path in left:
                reasons[path] += [(REJECTED, one) for one in entering.faults]
            return Entering(Draft(dataset), texts), []


def _only(document: Document, paths: Sequence[Path]) -> Document:
    """The document with some blocks alone."""
    every = {path for path, _ in document.entry.blocks()}
    return document._replace(left_out=frozenset(every - set(paths)))


def _weak(entering: Entering, document: Document, path: Path) -> Iterator[Fault]:
    """The cells of a block that rest on a reader's word."""
    for record, column, _, edge in entering.tables.tied:
        if edge.note and entering.places.get(record, (None, ()))[1][:2] == path:
            why = f"{edge.role}: “{edge.passage.words}” does not say it by itself; {edge.note}"
            yield document.fault((*path, column), why)


def _verdicts(reasons: Mapping[Path, Sequence[tuple[str, Fault]]]) -> Iterator[Verdict]:
    for path, found in reasons.items():
        states = {state for state, _ in found}
        state = next((one for one in (REJECTED, REVIEW) if one in states), ACCEPTED)
        yield Verdict(path, state, tuple(dict.fromkeys(fault for _, fault in found)))
