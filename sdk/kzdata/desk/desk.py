"""What an author does on the desk; `kzdata.entries` makes all rows, as for `kzdata enter`."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

from kzdata.desk.drafts import Draft, Drafts, fingerprint
from kzdata.desk.forms import forms_of, links_of, section_of, source_fields
from kzdata.desk.names import Names, article_name, names_of
from kzdata.desk.selections import Into, Selection
from kzdata.desk.state import SOURCE, Block, Composed, State, block_of, composed, of_entry
from kzdata.entries.adding import Described, described_cells, numbered
from kzdata.entries.admission import admit
from kzdata.entries.cells import event_column
from kzdata.entries.document import SECTIONS, Document, checked
from kzdata.entries.entering import Entering
from kzdata.entries.fields import Fields
from kzdata.entries.importing import read_mapping
from kzdata.entries.in_text import InText
from kzdata.entries.notation import Cell
from kzdata.entries.outcome import WAITING, Outcome, files_of, texts_at_hand, trial
from kzdata.entries.proposing import proposed_entries
from kzdata.entries.schema import entry_model
from kzdata.entries.sources import digest
from kzdata.entries.told import Told
from kzdata.entries.writing import entry_of
from kzdata.errors import EntryError, KzdataError, UsageError
from kzdata.evidence.articles import MAX_TEXT_BYTES
from kzdata.evidence.authoring import hashes
from kzdata.evidence.names import article_label
from kzdata.evidence.profile import needed
from kzdata.files.archive import DESCRIPTOR, workspace
from kzdata.files.folder import bounded
from kzdata.files.writing import save
from kzdata.standard import editing
from kzdata.standard.dataset import Dataset, opened_dataset
from kzdata.standard.declarations import Sources

Json = dict[str, Any]
MOST_FILES = 500  # texts that are listed


class ChangedError(KzdataError):
    """The package is not the one that the draft was begun with; nothing was written."""


class Desk:
    """The desk of one package: its articles, the drafts, what is checked and written.

    Args:
        package: The package's folder.
        texts: The folder with the articles.

    Raises:
        PackageError: The package, or the folder of texts, cannot be read.
        UsageError: The package is not one that can be edited.
    """

    def __init__(self, package: Path, texts: Path) -> None:
        self.package, self.texts = package, texts
        self.drafts = Drafts(texts, package)
        # Requests come in threads of their own; what changes a draft or the package does so alone.
        self._lock = RLock()
        self.about()

    @contextmanager
    def _opened(self) -> Iterator[tuple[Dataset, editing.Draft]]:
        with opened_dataset(self.package) as dataset:
            yield dataset, editing.Draft(dataset)

    # -------------------------------------------------------------------- what there is

    def about(self) -> Json:
        """The package: what it is called, its forms, its articles, drafts and texts at hand."""
        with self._opened() as (dataset, draft):
            known = hashes(dataset)
            found = texts_at_hand(dataset, self.texts)
            return {
                "name": dataset.archive.descriptor.get("title") or dataset.name,
                "version": dataset.version,
                "source": source_fields(draft),
                "publisher": article_label(needed(draft.descriptor, Sources, "an entry")[0].schema),
                "published": needed(draft.descriptor, Sources, "an entry")[1].published_on,
                "articles": list(_articles(draft, {k for k, d in known.items() if d in found})),
                "drafts": [self._draft_line(draft, name) for name in self.drafts.names()],
                "files": list(self._files(set(known.values()))),
            }

    def _draft_line(self, draft: editing.Draft, name: str) -> Json:
        made = self.drafts.get(name)
        cells = {n: cell.value or "" for n, cell in made.state.source.items()}
        cards = len(made.steps[made.at].keys)
        return {
            "name": name,
            "title": article_name(draft, cells),
            "new": made.is_new,
            "cards": cards,
        }

    def _files(self, known: set[str]) -> Iterator[str]:
        """The names of texts that are no article of the package yet."""
        files = (one for one in sorted(self.texts.iterdir()) if one.suffix == ".txt")
        for file in list(files)[:MOST_FILES]:
            if not file.is_symlink() and file.is_file():
                text = self._file(file.name)
                if text is not None and digest(text) not in known:
                    yield file.name

    def _file(self, name: str) -> str | None:
        """The text of a file beside the articles; None where it is none."""
        if Path(name).name != name:
            return None
        try:
            data = bounded(self.texts / name, MAX_TEXT_BYTES)
            return data.decode() if len(data) <= MAX_TEXT_BYTES else None
        except (OSError, ValueError):
            return None

    # -------------------------------------------------------------------- drafts

    def begin(self, described: Mapping[str, str], text: str | None, file: str | None) -> Json:
        """Put a new article on the desk.

        Args:
            described: The cells of its row that are known, by column.
            text: Its text; or
            file: the name of a text beside the articles.

        Raises:
            UsageError: There is no text, or it is an article already.
        """
        body = self._file(file) if file else text
        if not body or not body.strip():
            raise UsageError("there is no text: paste one, or choose a file")
        with self._lock, self._opened() as (dataset, draft):
            table, a = needed(draft.descriptor, Sources, "an entry")
            known = next((k for k, d in hashes(dataset).items() if d == digest(body)), None)
            if known:
                raise UsageError("this text is an article of the package already: open it")
            cells = described_cells(dataset, _described(described, table.schema, a))
            cells |= {name: value for name, value in described.items() if value}
            key = self._free_name(cells[a.id])
            cells[a.id] = key
            state = State(source={name: Cell(value=value) for name, value in cells.items()})
            self.drafts.put(Draft.begun(key, self._print(dataset), state, is_new=True), body)
            return self.view(key)

    def _free_name(self, key: str) -> str:
        """A key that no other draft has."""
        taken = set(self.drafts.names())
        return next(name for name in numbered(key) if name not in taken)

    def open(self, source: str) -> Json:
        """Put an article of the package on the desk; its draft, where there is one."""
        if not self.drafts.has(source):
            with self._lock, self._opened() as (dataset, draft):
                known = texts_at_hand(dataset, self.texts)
                state = of_entry(entry_of(draft, source, known))
                for block in state.blocks:
                    _complete(draft, block)
                seen = self._print(dataset)
                self.drafts.put(Draft.begun(source, seen, state, is_new=False))
        return self.view(source)

    def view(self, name: str) -> Json:
        """A draft as the browser has it."""
        with self._opened() as (dataset, draft):
            made = self.drafts.get(name)
            text = self._text(dataset, made, texts_at_hand(dataset, self.texts))
            return {
                **_shown(made),
                "text": text,
                "forms": forms_of(draft),
                "links": links_of(draft),
            }

    def change(self, name: str, version: int, state: State) -> Json:
        """Keep a change of a draft."""
        with self._lock:
            return _shown(self.drafts.change(name, version, state))

    def step(self, name: str, version: int, by: int) -> Json:
        """Undo a change, or do it again."""
        with self._lock:
            return _shown(self.drafts.step(name, version, by))

    def drop(self, name: str) -> Json:
        """Throw a draft away."""
        with self._lock:
            self.drafts.drop(name)
            return {}

    def reload(self, name: str, version: int) -> Json:
        """Take the package as it is now, and keep the draft."""
        with self._lock, self._opened() as (dataset, _):
            made = self.drafts.at(name, version)
            seen = {"fingerprint": self._print(dataset), "version": made.version + 1}
            self.drafts.put(made.model_copy(update=seen))
        return self.view(name)

    def _text(self, dataset: Dataset, draft: Draft, known: Mapping[str, str]) -> str:
        if draft.is_new:
            text = self.drafts.text(draft.name)
        else:
            text = known.get(hashes(dataset).get(draft.name, ""))
        if text is None:
            raise UsageError(f"the text of this article is not in {self.texts}")
        return text

    def _print(self, dataset: Dataset) -> str:
        """What tells the package from what it was before."""
        archive = dataset.archive
        names = sorted({DESCRIPTOR, *files_of(archive.descriptor)})
        return fingerprint({name: archive.path_of(name).read_bytes() for name in names})

    # -------------------------------------------------------------------- cards

    def select(
        self, name: str, version: int, table: str, place: tuple[int, int], into: Into | None = None
    ) -> Json:
        """A new card for words that were selected, filled in by the machine.

        Args:
            name: The draft.
            version: The version that the author has seen.
            table: The table of the card.
            place: Where the words stand, in code points.
            into: The cell that is to name the new row.

        Raises:
            UsageError: There is no such table, or no such place in the text.
        """
        start, end = place
        with self._lock, self._tried(name) as tried:
            made = self.drafts.at(name, version)
            section = section_of(tried.entering.tables.draft, table)
            if section is None or not 0 <= start < end <= len(tried.text):
                raise UsageError("there is no such table, or no such place in the text")
            selection = Selection(tried.entering, tried.source, made.state)
            state = selection.placed(section, table, place, into)
            return _shown(self.drafts.change(name, version, state))

    def name_words(self, name: str, version: int, into: Into) -> Json:
        """Let the words of a cell say its value from now on: by a new term, or a new alias.

        Raises:
            UsageError: The cell has no value or no words, or nothing lets words say it.
        """
        with self._lock, self._tried(name) as tried:
            made = self.drafts.at(name, version)
            state = Selection(tried.entering, tried.source, made.state).named(into)
            return _shown(self.drafts.change(name, version, state))

    def join(self, name: str, version: int, into: Into, event: str) -> Json:
        """Say which event a card is about, and let the event rest on the words of the card."""
        with self._lock, self._tried(name) as tried:
            made = self.drafts.at(name, version)
            state = Selection(tried.entering, tried.source, made.state).joined(into, event)
            return _shown(self.drafts.change(name, version, state))

    def check(self, name: str, *, whole: bool) -> Json:
        """What the entry of a draft would do; `whole` also validates the package as it would be."""
        with self._tried(name) as tried:
            found = tried.as_dict()
            if whole and not tried.faults:
                made = trial(tried.dataset, tried.documents, tried.known)
                outcome = made.outcome(dry_run=True, waiting=WAITING)
                found |= _told(outcome, tried.composed, made.entering, tried.names(made.entering))
            return found

    def write(self, name: str, version: int, *, partial: bool) -> Json:
        """Write the rows of a draft into the package: all of them, or none.

        Args:
            name: The draft.
            version: The version that the author has seen.
            partial: Numbers without a row may wait.

        Raises:
            ChangedError: The package was changed since the draft was begun.
            UsageError: A card has a cell that nobody has looked at.
        """
        with self._lock, self._tried(name) as tried:
            made = self.drafts.at(name, version)
            if tried.changed:
                raise ChangedError("the package was changed by somebody else: nothing is written")
            if any(block.grey for block in made.state.blocks):
                raise UsageError("look at all that the machine filled in first")
            if tried.faults:
                raise UsageError("something is wrong on a card: mend it first")
            place = self._keep_text(made, tried.text) if made.is_new else None
            final = trial(tried.dataset, tried.documents, tried.known)
            outcome = final.outcome(waiting=WAITING if partial else ())
            done = outcome.written or (outcome.accepted and not outcome.rows)
            if not done and place:
                place.unlink()
            if done:
                self.drafts.drop(name)
            told = _told(outcome, tried.composed, final.entering, tried.names(final.entering))
            return {**told, "written": outcome.written, "done": done}

    def _keep_text(self, draft: Draft, text: str) -> Path | None:
        """Put the text of a new article beside the others; None where it lies there already."""
        for file in self.texts.iterdir():
            same = file.is_file() and file.stat().st_size == len(text.encode())
            if same and self._file(file.name) == text:
                return None
        places = (self.texts / f"{name}.txt" for name in numbered(draft.name))
        place = next(one for one in places if not os.path.lexists(one))
        save(text.encode(), place)
        return place

    # -------------------------------------------------------------------- proposals

    def propose(self, name: str, form: str, content: str, mapping: str) -> Json:
        """Judge what a model, or another tool, proposes for the article of a draft.

        Args:
            name: The draft.
            form: The format: `entry`, or one of `kzdata.annotations.FORMATS`.
            content: The file.
            mapping: What its labels mean, in TOML; not asked of an entry.

        Returns:
            By proposal its state, the reasons, and the card that it makes.
        """
        with self._tried(name) as tried, workspace() as folder:
            file, map_file = folder / "proposals", folder / "map.toml"
            file.write_bytes(content.encode())
            map_file.write_bytes(mapping.encode())
            mapped = read_mapping(map_file) if mapping.strip() else {}
            descriptor = tried.dataset.descriptor
            texts = {tried.source: tried.text}
            found, lost = list[Json](), list[Json]()
            for raw, unplaced in proposed_entries(file, form, mapped, texts, descriptor):
                found += self._judged(tried, raw)
                lost += [{"words": one.words, "reason": one.reason} for one in unplaced]
            return {"proposals": found, "unplaced": lost}

    def _judged(self, tried: "_Tried", said: Mapping[str, Any]) -> Iterator[Json]:
        """The proposals of an entry, beside what is on the desk."""
        own = dict(tried.documents[0][0].raw)
        before = {section: len(own[section]) for section in own if section != SOURCE}
        both = {s: [*own.get(s, []), *said.get(s, [])] for s in {*own, *said} - {SOURCE}}
        document = Document(
            "proposals", tried.documents[0][0].entry, {}, {SOURCE: own[SOURCE], **both}
        )
        folder = tried.documents[0][1]
        admission = admit(tried.dataset, document, tried.known, folder)
        draft, names = tried.entering.tables.draft, tried.names(tried.entering)
        for path, state, reasons in admission.verdicts:
            section, number = str(path[0]), int(path[1])
            if number >= before.get(section, 0):
                card = block_of(section, both[section][number], "new")
                _complete(draft, card)
                card.grey = [*card.cells, *(["quote"] if card.quote else [])]
                why = [names.said(one.message) for one in reasons]
                yield {"state": state, "why": why, "card": card.model_dump(exclude_defaults=True)}

    # -------------------------------------------------------------------- trying

    @contextmanager
    def _tried(self, name: str) -> Iterator["_Tried"]:
        """The entry of a draft, entered into a copy of the package in memory."""
        with self._opened() as (dataset, draft):
            made = self.drafts.get(name)
            known = texts_at_hand(dataset, self.texts)
            text = self._text(dataset, made, known)
            entry = composed(made.state, name, made.base, has_text=made.is_new)
            folder = self.drafts.folder_of(name)
            changed = made.fingerprint != self._print(dataset)
            yield _Tried(draft, entry, [(entry.document, folder)], known, text, changed)


class _Tried:
    """The entry of a draft, entered into a copy of the package in memory."""

    def __init__(
        self,
        draft: editing.Draft,
        entry: Composed,
        documents: list[tuple[Document, Path]],
        known: dict[str, str],
        text: str,
        changed: bool,
    ) -> None:
        self.dataset, self.composed, self.documents = draft.dataset, entry, documents
        self.known, self.text, self.changed = known, text, changed
        self.faults: list[Any] = []
        cell = entry.document.entry.article.get(needed(draft.descriptor, Sources, "an entry")[1].id)
        self.source = (cell.value or "") if cell else ""
        self.entering = Entering(draft, known)
        # Before anything is entered: what is taken out had a name.
        self._before = names_of(self.entering.tables, self.source)
        try:
            for document, folder in documents:
                self.entering.enter(checked(document, entry_model(draft)), folder)
        except EntryError as error:
            self.faults += error.faults
        self.faults += self.entering.faults

    def names(self, entering: Entering) -> Names:
        """What records are called at the desk, by this trial or another one of the same entry."""
        return Names(entering, self.source, self._before)

    def as_dict(self) -> Json:
        """What is wrong, which words carry what, and which numbers wait."""
        names = self.names(self.entering)
        return {
            "changed": self.changed,
            "faults": [_fault(one, self.composed, names) for one in self.faults],
            "receipts": list(self._receipts()),
            "numbers": list(self._numbers()),
        }

    def _receipts(self) -> Iterator[Json]:
        """The new receipts: the card, the column, the value and the words of each."""
        tables = self.entering.tables.draft
        fields = Fields(tables)
        homes = {k: t for t in tables.tables.values() if t.schema.record_key for k in t.by_key}
        for record, column, value, edge in self.entering.tables.tied:
            document_path = self.entering.places.get(record)
            key = self.composed.keys.get(_place(document_path[1])) if document_path else None
            if key and not edge.source and record in homes:
                called = fields.called(homes[record].table, column, value)
                yield {
                    "key": key,
                    "column": column,
                    "value": value,
                    "called": called,
                    "words": edge.passage.words,
                    "start": edge.passage.start,
                    "end": edge.passage.end,
                    "role": edge.role,
                    "note": edge.note,
                }

    def _numbers(self) -> Iterator[tuple[int, int]]:
        """Where numbers stand that nothing accounts for."""
        if self.source in self.entering.tables.sources[0].by_key:
            told = Told(self.entering.tables.draft, self.source, self.text)
            yield from InText(told).unexplained()


def _place(path: tuple[str | int, ...]) -> tuple[str, int]:
    section, *rest = path
    number = rest[0] if rest else -1
    return str(section), number if isinstance(number, int) else -1


class _Said(NamedTuple):
    """A fault on a card, in names; `detail` is the same as the command says it."""

    key: str
    name: str
    message: str
    detail: str
    open: bool


def _fault(fault: Any, entry: Composed, names: Names, rule: str = "") -> Json:
    key, name = entry.place(fault)
    where = "" if key else _where(fault)
    parts = [part for part in (where, fault.message.removesuffix(f" ({rule})")) if part]
    detail = f"{where}: {fault.message}" if where else fault.message
    message = ": ".join(map(names.said, parts))
    return _Said(key, name, message, detail, bool(fault.open))._asdict()


def _where(fault: Any) -> str:
    """Where something stands that is on no card: a row, or a line of a file such as the story."""
    line = f", line {fault.line}" if fault.line else ""
    return str(fault.what) or ("" if fault.path else f"{fault.file}{line}")


def _told(outcome: Outcome, entry: Composed, entering: Entering, names: Names) -> Json:
    """What becomes of the package: the plan, what validation says, what is left to do."""
    findings = [
        {**_fault(place, entry, names, one.rule), "severity": one.severity, "rule": one.rule}
        for place, one in outcome.findings
        if one.rule not in WAITING
    ]
    tables = entering.tables.draft.tables
    cards = {k: entry.keys.get(_place(path), "") for k, (_, path) in entering.places.items()}
    return {
        "plan": {
            "rows": [
                {"table": tables[name].schema.title or name.replace("_", " "), **counts}
                for name, counts in outcome.by_table().items()
            ],
            "quoted": [one._asdict() for one in outcome.quoted],
            "inferred": len(outcome.inferred),
        },
        "wrong": [_fault(one, entry, names) for one in outcome.faults],
        "findings": findings,
        "waiting": sum(one.rule in WAITING for _, one in outcome.findings),
        "accepted": not outcome.faults and all(f["severity"] != "error" for f in findings),
        "todo": [
            {
                **left._asdict(),
                "key": cards.get(left.words, ""),
                "why": names.said(left.why),
                "of": names.of(left.words) if left.start is None else "",
            }
            for one in outcome.todo
            for left in one
        ],
    }


def _shown(draft: Draft) -> Json:
    """A draft without its text."""
    return {
        "name": draft.name,
        "new": draft.is_new,
        "version": draft.version,
        "undo": draft.at,
        "redo": len(draft.steps) - 1 - draft.at,
        "state": draft.state.model_dump(exclude_defaults=True),
    }


def _articles(draft: editing.Draft, at_hand: set[str]) -> Iterator[Json]:
    table, a = needed(draft.descriptor, Sources, "an entry")
    for row in draft.tables[table.name].rows:
        key = row[a.id]
        yield {"key": key, "name": article_name(draft, row.cells) or key, "text": key in at_hand}


def _described(cells: Mapping[str, str], schema: Any, a: Sources) -> Described:
    """What is known of an article, as `kzdata add` gets it."""
    publisher = cells.get(article_label(schema) or "", "")
    if not publisher.strip():
        raise UsageError("say who published the article")
    published = cells.get(a.published_on or "", "")
    if a.published_on and not published.strip():
        raise UsageError("say on which day the article was published")
    return Described(publisher, published, None)


def _complete(draft: editing.Draft, block: Block) -> None:
    """Name the table of a card whose section has only one, and the column of its event."""
    if not block.table:
        (block.table, *_) = [t.name for t in draft.descriptor.declaring(SECTIONS[block.section])]
    table = draft.tables.get(block.table)
    if table and "event" in block.cells and (column := event_column(table)):
        block.cells[column] = block.cells.pop("event")
