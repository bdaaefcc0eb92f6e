"""What a file says, before anybody has compared it with an article: the answer of each format.

A format turns its file into these, and does nothing else; `placing` does the rest for all of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kzdata.annotations.shape import Relation, Unit, Value
from kzdata.errors import AnnotationError
from kzdata.files.json_rows import written

# A list that many annotations refer to is short in the file, and long where each has it.
MAX_TOLD = 1_000_000  # relations, and values of such lists


@dataclass
class Mark:
    """An annotation as its file has it.

    Attributes:
        id: As of `shape.Annotation`.
        label: The same.
        where: The file and the line or JSON pointer, for messages.
        words: The words that the file itself gives; None where it gives none.
        parts: Start and end of each part, in the file's unit; none where words alone tell the
            place.
        relations: As of `shape.Annotation`.
        before: Words that stand right before it.
        after: Words that stand right after it.
        loose: The tool takes words for equal that differ in capitals or blanks; the annotation is
            then not placed, but no fault of the file.
        reason: Why it must not be placed; empty where it may.
    """

    id: str
    label: str
    where: str
    words: str | None = None
    parts: tuple[tuple[int, int], ...] = ()
    relations: list[Relation] = field(default_factory=list)
    before: str = ""
    after: str = ""
    loose: bool = False
    reason: str = ""
    _one: dict[str, str] = field(default_factory=dict)
    _several: dict[str, list[str]] = field(default_factory=dict)

    def say(self, name: str, value: Any) -> None:
        """Note an attribute; one that is said twice has both values; null says nothing."""
        if isinstance(value, list):
            self._several.setdefault(name, []).extend(map(_text, value))
        elif value is not None and (name in self._one or name in self._several):
            self._several.setdefault(name, []).append(_text(value))
        elif value is not None:
            self._one[name] = _text(value)

    def attributes(self) -> dict[str, Value]:
        """What was noted."""
        several = {
            name: tuple([self._one[name], *values] if name in self._one else values)
            for name, values in self._several.items()
        }
        return {**self._one, **several}


class Words(NamedTuple):
    """Words that the file says stand somewhere, though they are no annotation: a token, a sentence.

    Attributes:
        start: Where they begin, in the file's unit.
        end: Where they end; None where the file does not say.
        words: The words.
        where: As of a mark.
    """

    start: int
    end: int | None
    words: str
    where: str


def as_printed(text: str) -> str:
    """The words of an article as most files give them: as they are."""
    return text


@dataclass
class Said:
    """What a file says of one text.

    Attributes:
        where: The file and the line or JSON pointer, for messages.
        unit: What the format's documentation says that offsets count.
        text: The text, where the file carries it.
        sha256: The text's hash, where the file has that: of its UTF-8.
        marks: The annotations.
        words: Other words with places, which tell the unit too.
        unread: What it says besides and nobody reads.
        spelt: How the file writes words of the text, character for character.
        told: How many relations and values of lists were noted.
    """

    where: str
    unit: Unit = Unit.CODE_POINTS
    text: str | None = None
    sha256: str | None = None
    marks: list[Mark] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    spelt: Callable[[str], str] = as_printed
    told: int = 0

    def count(self, number: int, where: str) -> None:
        """Note that so many relations or values are told.

        Raises:
            AnnotationError: They are too many.
        """
        self.told += number
        if self.told > MAX_TOLD:
            raise AnnotationError(
                f"{where}: over {MAX_TOLD:,} relations and values; divide the file"
            )

    def ids(self) -> dict[str, Mark]:
        """The annotations by their ids.

        Raises:
            AnnotationError: Two have the same.
        """
        found: dict[str, Mark] = {}
        for mark in self.marks:
            if (other := found.setdefault(mark.id, mark)) is not mark:
                raise AnnotationError(
                    f"{mark.where}: the id {short(mark.id)} stands at {other.where} too; "
                    "give each annotation an id of its own"
                )
        return found

    def tie(self, ties: Iterable[tuple[str, str, str, str]]) -> None:
        """Note relations: source, label, target and the place in the file of each.

        Raises:
            AnnotationError: There is no annotation with such an id.
        """
        known = self.ids()
        for source, label, target, where in ties:
            self.count(1, where)
            for end in (source, target):
                if end not in known:
                    raise AnnotationError(
                        f"{where}: a relation with {short(end)}, which no annotation is; "
                        "add that annotation or take the relation out"
                    )
            known[source].relations.append(Relation(label, target))


def short(words: str) -> str:
    """Words of a file for a message: on one line, nothing in them acts, cut to 60 characters."""
    return repr(words if len(words) <= 60 else words[:57] + "...")


def _text(value: Any) -> str:
    return value if type(value) is str else written(value)
