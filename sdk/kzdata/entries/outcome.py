"""Entries entered into a package: what becomes of it, whether that is valid, and the writing."""

import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from kzdata.entries.document import MAX_BYTES, Document, Fault, checked, read
from kzdata.entries.entering import Entering
from kzdata.entries.left import Todo
from kzdata.entries.places import Path as Path_
from kzdata.entries.schema import entry_model
from kzdata.entries.tables import Planned
from kzdata.entries.todo import todo
from kzdata.errors import PackageError, UsageError
from kzdata.evidence.profile import declared, needed
from kzdata.evidence.spans import covered
from kzdata.files.archive import CHANGELOG, workspace
from kzdata.files.folder import bounded
from kzdata.standard.dataset import Dataset, opened_dataset
from kzdata.standard.declarations import Sources, Spans
from kzdata.standard.editing import Draft
from kzdata.validation import Finding, Report, validate
from kzdata.validation.suppressions import ALLOW_LIST

WAITING = ("number-unexplained",)
"""Rules of work that may wait: what they find is left to do, and nothing that was entered wrong."""


class Quoted(NamedTuple):
    """How much of an article its quotes cover.

    Attributes:
        source: Key of the article.
        before: Share of its characters, 0 to 1, before the entry.
        after: The same afterwards.
        most: What the package allows; None where it states nothing.
    """

    source: str
    before: float
    after: float
    most: float | None


class Inferred(NamedTuple):
    """A new receipt whose words do not say the cell by themselves.

    Attributes:
        record: Key of the record.
        column: Its column.
        value: The cell.
        role: `inferred` or `inherited`.
        words: The words.
        note: Why.
    """

    record: str
    column: str
    value: str
    role: str
    words: str
    note: str


@dataclass(frozen=True)
class Outcome:
    """What entries do to a package.

    Attributes:
        rows: What becomes of each row that changes.
        roles: How many of the new receipts have which role.
        inferred: Those of them that rest on a reader's word.
        quoted: How much of each article is quoted.
        faults: What is wrong in the entries; with one of them nothing is written.
        findings: What validation says of the package as it would be, at the places of the entries
            where these are at fault.
        waiting: Rules of work that may wait: their errors keep nothing from being written.
        todo: What is left to do for each article that the entries changed.
        written: Whether the package was written.
    """

    rows: tuple[Planned, ...] = ()
    roles: Mapping[str, int] = ()  # type: ignore[assignment]
    inferred: tuple[Inferred, ...] = ()
    quoted: tuple[Quoted, ...] = ()
    faults: tuple[Fault, ...] = ()
    findings: tuple[tuple[Fault, Finding], ...] = ()
    waiting: tuple[str, ...] = ()
    todo: tuple[Todo, ...] = ()
    written: bool = False

    @property
    def valid(self) -> bool:
        """Whether there is neither a fault nor an error."""
        return not self.faults and all(one.severity != "error" for _, one in self.findings)

    @property
    def accepted(self) -> bool:
        """The same, but that errors of work that may wait are none."""
        kept = (one for _, one in self.findings if one.rule not in self.waiting)
        return not self.faults and all(one.severity != "error" for one in kept)

    @property
    def unfinished(self) -> int:
        """How many errors wait."""
        return sum(one.severity == "error" and one.rule in self.waiting for _, one in self.findings)

    def by_table(self) -> dict[str, Counter[str]]:
        """How many rows of each table are added, changed and withdrawn."""
        found: dict[str, Counter[str]] = {}
        for row in self.rows:
            found.setdefault(row.table, Counter())[row.what] += 1
        return found

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {
            "valid": self.valid,
            "written": self.written,
            "rows": [row._asdict() for row in self.rows],
            "roles": dict(self.roles),
            "inferred": [one._asdict() for one in self.inferred],
            "quoted": [one._asdict() for one in self.quoted],
            "faults": [one.as_dict() for one in self.faults],
            "findings": [
                {**place.as_dict(), "rule": one.rule, "severity": one.severity}
                for place, one in self.findings
            ],
            "todo": [one.as_dict() for one in self.todo],
        }


def read_documents(files: Iterable[Path | str]) -> list[tuple[Document, Path]]:
    """Entries of files, each with the folder that it lies in; `-` is standard input."""
    import sys

    found = []
    for file in files:
        if str(file) == "-":
            found.append((read(sys.stdin.buffer.read(MAX_BYTES + 1), "-"), Path()))
            continue
        try:
            content = bounded(Path(file), MAX_BYTES)
        except OSError as error:
            raise UsageError(f"{file}: {error.strerror}") from error
        found.append((read(content, str(file)), Path(file).parent))
    return found


def enter(
    path: Path,
    documents: Iterable[tuple[Document, Path]],
    texts: Path | None = None,
    *,
    dry_run: bool = False,
    strict: bool = False,
    waiting: Collection[str] = (),
) -> Outcome:
    """Enter documents into a package: all that they say, or nothing.

    Args:
        path: The package's folder.
        documents: Entries, each with the folder where the path of its text begins.
        texts: Folder with the articles that are in the package already.
        dry_run: Only say what would become of it.
        strict: Write nothing where validation warns, either.
        waiting: Rules of work that may wait, such as `WAITING`.

    Raises:
        EntryError: A document says what no entry into this package says.
        PackageError: The package cannot be read.
        UsageError: It cannot be written.
    """
    with opened_dataset(path) as dataset:
        made = trial(dataset, documents, texts_at_hand(dataset, texts))
        return made.outcome(dry_run=dry_run, strict=strict, waiting=waiting)


def texts_at_hand(dataset: Dataset, folder: Path | None) -> dict[str, str]:
    """The articles of a package that a folder has, by the SHA-256 of their bytes."""
    from kzdata.evidence.articles import find
    from kzdata.evidence.authoring import hashes

    return find(folder, hashes(dataset).values()) if folder else {}


class Trial(NamedTuple):
    """Entries in a draft of the package, before anything is written.

    Attributes:
        entering: The draft, what is wrong in the entries, and the receipts that they make.
        before: How much of each article was quoted before.
        sources: Keys of the articles that the entries are of.
    """

    entering: Entering
    before: Mapping[str, float]
    sources: Collection[str]

    def outcome(
        self, *, dry_run: bool = False, strict: bool = False, waiting: Collection[str] = ()
    ) -> Outcome:
        """What becomes of the package, which is written unless something is against it.

        See `enter` for the arguments.
        """
        said = _tried(self.entering, self.sources)
        return _outcome(self.entering, self.before, said, dry_run, strict, tuple(waiting))


def trial(
    dataset: Dataset, documents: Iterable[tuple[Document, Path]], texts: Mapping[str, str]
) -> Trial:
    """Enter documents into a draft of a package.

    Args:
        dataset: The package.
        documents: Entries, each with the folder where the path of its text begins.
        texts: Articles by the SHA-256 of their bytes.

    Raises:
        EntryError: A document says what no entry into this package says.
    """
    draft = Draft(dataset)
    before = _shares(draft)
    entering = Entering(draft, texts)
    model = entry_model(draft)
    sources = dict[str, None]()
    for document, folder in documents:
        entering.enter(known := checked(document, model), folder)
        sources |= dict.fromkeys(_source(draft, known))
    return Trial(entering, before, sources)


def _source(draft: Draft, document: Document) -> Iterator[str]:
    """The key of the article that a document is of."""
    _, a = needed(draft.descriptor, Sources, "an entry")
    cell = document.entry.article.get(a.id)
    yield from [cell.value] if cell and cell.value else []


class _Tried(NamedTuple):
    """What is said of the package as it would be.

    Attributes:
        findings: By validation, each at the place of the entry that brought it.
        todo: By the work lists of the articles.
    """

    findings: tuple[tuple[Fault, Finding], ...] = ()
    todo: tuple[Todo, ...] = ()


def _outcome(
    entering: Entering,
    before: Mapping[str, float],
    said: _Tried,
    dry_run: bool,
    strict: bool,
    waiting: tuple[str, ...],
) -> Outcome:
    draft = entering.tables.draft
    outcome = Outcome(
        rows=tuple(dict.fromkeys(entering.tables.planned)),
        roles=Counter(edge.role for *_, edge in entering.tables.tied),
        inferred=tuple(_inferred(entering)),
        quoted=tuple(_quoted(draft, before)),
        faults=tuple(sorted(entering.faults, key=lambda one: one[:3])),
        findings=said.findings,
        waiting=waiting,
        todo=said.todo,
    )
    warned = any(finding.severity == "warning" for _, finding in said.findings)
    if dry_run or not outcome.accepted or (strict and warned) or not draft.contents():
        return outcome
    draft.save()
    return replace(outcome, written=True)


def _inferred(entering: Entering) -> Iterator[Inferred]:
    for record, column, value, edge in entering.tables.tied:
        if edge.note:
            yield Inferred(record, column, value, edge.role, edge.passage.words, edge.note)


# ------------------------------------------------------------------------------ quotation


def _shares(draft: Draft) -> dict[str, float]:
    """How much of each article is quoted."""
    sources, spans = declared(draft.descriptor, Sources), declared(draft.descriptor, Spans)
    if not sources or not spans:
        return {}
    (articles, a), (passages, s) = sources, spans
    found: dict[str, list[tuple[int, int]]] = {}
    for row in draft.tables[passages.name].rows:
        found.setdefault(row[s.source], []).append((int(row[s.start]), int(row[s.end])))
    lengths = {row[a.id]: int(row[a.length] or 0) for row in draft.tables[articles.name].rows}
    return {key: covered(found.get(key, ())) / length for key, length in lengths.items() if length}


def _quoted(draft: Draft, before: Mapping[str, float]) -> Iterator[Quoted]:
    sources, spans = declared(draft.descriptor, Sources), declared(draft.descriptor, Spans)
    for key, share in _shares(draft).items():
        if sources and spans and share != before.get(key, 0.0):
            length = int(draft.tables[sources[0].name].by_key[key][sources[1].length])
            yield Quoted(key, before.get(key, 0.0), share, _most(spans[1], length))


def _most(s: Spans, length: int) -> float | None:
    """The share of an article of a length that may be quoted; None where nothing is stated."""
    return None if s.max_share is None else min(1.0, max(s.max_share, s.share_floor / length))


# ------------------------------------------------------------------------------ validation


def tried(entering: Entering) -> Report:
    """What validation says of the package as it would be."""
    with _copied(entering) as (place, texts):
        return _validated(place, texts)


def _tried(entering: Entering, sources: Iterable[str]) -> _Tried:
    """What validation and the work lists say of the package as it would be."""
    if entering.faults or not entering.tables.draft.contents():
        return _Tried()
    with _copied(entering) as (place, texts):
        findings = tuple(placed(entering, _validated(place, texts)))
        return _Tried(findings, tuple(_todos(place, sources, entering.texts)))


def _validated(place: Path, texts: Path | None) -> Report:
    # Of an article whose text is not at hand, what can be told without it.
    return validate(place, texts=texts, ignore=["text-missing"])


@contextmanager
def _copied(entering: Entering) -> Iterator[tuple[Path, Path | None]]:
    """The package as it would be, in a folder, and the texts that are at hand, in another."""
    with workspace() as folder:
        place, texts = folder / "package", folder / "texts"
        texts.mkdir()
        for digest, text in entering.texts.items():
            (texts / f"{digest}.txt").write_bytes(text.encode())
        _copy(entering.tables.draft, place)
        for path, content in entering.tables.draft.contents().items():
            (place / path).write_bytes(content)
        yield place, texts if entering.texts else None


def _todos(place: Path, sources: Iterable[str], texts: Mapping[str, str]) -> Iterator[Todo]:
    """The work lists of some articles; none where a table cannot be read, as validation says."""
    from kzdata.evidence.authoring import hashes

    with opened_dataset(place) as dataset, suppress(PackageError):
        digests = hashes(dataset)
        for source in sources:
            yield todo(dataset, source, texts.get(digests[source]))


def _copy(draft: Draft, place: Path) -> None:
    """Copy the files of a package that validation reads."""
    archive = draft.dataset.archive
    for relative in files_of(archive.descriptor):
        (place / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(archive.path_of(relative), place / relative)
    for name in (CHANGELOG, ALLOW_LIST):
        if (archive.root / name).is_file():
            shutil.copyfile(archive.path_of(name), place / name)


def files_of(descriptor: Mapping[str, Any]) -> Iterator[str]:
    """The files that a descriptor names: tables and schemas."""
    for resource in descriptor["resources"]:
        paths = resource.get("path") or []
        schema = resource.get("schema")
        yield from [paths] if isinstance(paths, str) else paths
        yield from [schema] if isinstance(schema, str) else []


def placed(entering: Entering, report: Report) -> Iterator[tuple[Fault, Finding]]:
    """The findings, each at the place of the entry that brought it, or where it stands else."""
    for one in report.findings:
        if one.severity == "unchecked":
            continue
        keys = [part.strip() for part in (one.record or "").split(",")]
        known = next((entering.places[key] for key in keys if key in entering.places), None)
        known = known or _of_article(entering, one)
        message = f"{one.said}{_way_out(entering, one)} ({one.rule})"
        if known is None:
            yield Fault(one.file, one.line or 0, one.column or 0, one.subject, message), one
            continue
        document, path = known
        field = keys[1] if len(keys) > 1 and keys[0] in entering.places else one.field or ""
        yield document.fault((*path, *([field] if field else [])), message), one


def _way_out(entering: Entering, one: Finding) -> str:
    """What to do where a row is named that the entries take out, such as in the story."""
    gone = {row.key for row in entering.tables.planned if row.what == "withdrawn"}
    way = "; the entry withdraws it: change this place first, or keep the row"
    return way if one.found in gone else ""


def _of_article(entering: Entering, one: Finding) -> tuple[Document, Path_] | None:
    """The place of what is found in the text of an article, where one article is entered."""
    table, _ = entering.tables.sources
    named = {path: at for path, at in entering.places.items() if path in table.by_key}
    only = next(iter(named.values())) if len(named) == 1 else None
    return only if one.record is None and one.file == table.table.path else None
