"""Drafts on disk: each change of a desk, so that a crash or a reload loses nothing.

They lie in a folder of the author's texts, which no command looks into: an article's words stay out
of the package until they are quotes.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from kzdata.desk.state import ARTICLE, Block, State
from kzdata.entries.notation import Cell
from kzdata.errors import UsageError, nearest
from kzdata.evidence.articles import MAX_TEXT_BYTES
from kzdata.files.folder import bounded
from kzdata.files.writing import save

FOLDER = ".kzdata-edit"
MOST_STEPS = 60  # that can be undone
MOST_BYTES = MAX_TEXT_BYTES
FILE = "draft.json"


class DraftError(UsageError):
    """A draft is not what the browser thinks it is; nothing was changed."""


class Step(BaseModel):
    """A state as what tells it from another one: an article has hundreds of cards.

    Attributes:
        source: The cells of the article's row.
        keys: The cards, in order.
        blocks: Those of them that are not as they were, by key.
    """

    model_config = ConfigDict(extra="forbid")

    source: dict[str, Cell] = {}
    keys: list[str] = []
    blocks: dict[str, Block] = {}

    @classmethod
    def of(cls, state: State, base: State) -> "Step":
        """The step that leads from one state to another."""
        before = {one.key: one for one in base.blocks}
        new = {one.key: one for one in state.blocks if before.get(one.key) != one}
        return cls(source=state.source, keys=[one.key for one in state.blocks], blocks=new)

    def state(self, base: State) -> State:
        """The state to which it leads."""
        blocks = {one.key: one for one in base.blocks} | self.blocks
        return State(source=self.source, blocks=[blocks[key] for key in self.keys])


class Draft(BaseModel):
    """The desk of one article, with what it was before.

    Attributes:
        name: By which it is known: the key of the article.
        fingerprint: Of the package that it was begun with.
        is_new: Whether the article is not in the package yet.
        version: One more with each change.
        base: What the rows of the article say; nothing where it is new.
        steps: What it was and is, oldest first.
        at: Which of the steps it is.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    fingerprint: str
    is_new: bool
    version: int = 0
    base: State = State()
    steps: list[Step]
    at: int = 0

    @classmethod
    def begun(cls, name: str, fingerprint: str, state: State, *, is_new: bool) -> "Draft":
        """A draft in which nothing is changed yet."""
        base = State() if is_new else state
        steps = [Step.of(state, base)]
        return cls(name=name, fingerprint=fingerprint, is_new=is_new, base=base, steps=steps)

    @property
    def state(self) -> State:
        """What it is."""
        return self.steps[self.at].state(self.base)

    def changed(self, state: State) -> "Draft":
        """The same with one more step."""
        now = self.state
        if state == now:
            return self
        step = Step.of(state, self.base)
        if _without_grey(state) == _without_grey(now):
            # That somebody looked at a field is nothing to undo.
            return self._at([*self.steps[: self.at], step, *self.steps[self.at + 1 :]], self.at)
        steps = [*self.steps[: self.at + 1], step][-MOST_STEPS:]
        return self._at(steps, len(steps) - 1)

    def stepped(self, by: int) -> "Draft":
        """The same some steps back or forth."""
        return self._at(self.steps, min(max(self.at + by, 0), len(self.steps) - 1))

    def _at(self, steps: list[Step], at: int) -> "Draft":
        return self.model_copy(update={"steps": steps, "at": at, "version": self.version + 1})


def _without_grey(state: State) -> State:
    blocks = [one.model_copy(update={"grey": []}) for one in state.blocks]
    return state.model_copy(update={"blocks": blocks})


class Drafts:
    """The drafts of one package.

    Args:
        texts: The folder with the articles.
        package: The folder of the package.
    """

    def __init__(self, texts: Path, package: Path) -> None:
        place = os.path.realpath(package)
        self.folder = texts / FOLDER / _digest(place)

    def names(self) -> Iterator[str]:
        """The drafts that are there and can be read, by name."""
        for place in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            with suppress(UsageError):
                yield self._read(place).name

    def folder_of(self, name: str) -> Path:
        """Where a draft and its text lie: the key of an article may be no name of a folder."""
        return self.folder / _digest(name)

    def has(self, name: str) -> bool:
        """Whether there is a draft of a name."""
        return (self.folder_of(name) / FILE).is_file()

    def get(self, name: str) -> Draft:
        """A draft.

        Raises:
            UsageError: There is none, or its file was changed by somebody else.
        """
        if not self.has(name):
            raise UsageError(f"no draft {name!r}{nearest(name, self.names())}")
        return self._read(self.folder_of(name))

    def _read(self, folder: Path) -> Draft:
        file = folder / FILE
        try:
            draft = Draft.model_validate_json(bounded(file, MOST_BYTES))
        except (OSError, ValidationError, ValueError) as error:
            raise UsageError(f"{file}: no draft that can be read") from error
        if self.folder_of(draft.name) != folder or not 0 <= draft.at < len(draft.steps):
            raise UsageError(f"{file}: no draft that can be read")
        return draft

    def text(self, name: str) -> str | None:
        """The text of a new article; None where the package has the article."""
        file = self.folder_of(name) / ARTICLE
        return bounded(file, MAX_TEXT_BYTES).decode() if file.is_file() else None

    def put(self, draft: Draft, text: str | None = None) -> Draft:
        """Keep a draft, and the text of a new article.

        Raises:
            UsageError: It cannot be written.
        """
        folder = self.folder_of(draft.name)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot keep drafts in {folder}: {error.strerror}") from error
        if text is not None:
            save(text.encode(), folder / ARTICLE)
        save(draft.model_dump_json(exclude_defaults=True).encode(), folder / FILE)
        return draft

    def change(self, name: str, version: int, state: State) -> Draft:
        """Keep a change.

        Raises:
            DraftError: Another window changed the draft meanwhile.
        """
        return self.put(self.at(name, version).changed(state))

    def step(self, name: str, version: int, by: int) -> Draft:
        """Undo a change, or do it again."""
        return self.put(self.at(name, version).stepped(by))

    def at(self, name: str, version: int) -> Draft:
        """A draft of a version that somebody has seen."""
        if (draft := self.get(name)).version != version:
            raise DraftError("this draft was changed in another window: load it again")
        return draft

    def drop(self, name: str) -> None:
        """Remove a draft."""
        self.get(name)
        folder = self.folder_of(name)
        for file in (folder / FILE, folder / ARTICLE):
            file.unlink(missing_ok=True)
        folder.rmdir()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def fingerprint(files: dict[str, bytes]) -> str:
    """What tells two states of a package apart."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()
