"""What annotations of any tool become: words at a place in an article, with what is said of them.

Offsets count Unicode code points of the article's text, from 0, the end exclusive, so that
`text[start:end] == words`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

Value = str | tuple[str, ...]
"""What an attribute says: a text, or several; numbers and truth values as JSON writes them."""


class Unit(StrEnum):
    """What the offsets of a file count."""

    CODE_POINTS = "code points"
    UTF_16 = "UTF-16 units"
    UTF_8 = "UTF-8 bytes"


class Relation(NamedTuple):
    """A tie from one annotation to another.

    Attributes:
        label: What the tie means, as the tool calls it.
        target: The id of the other annotation, in the same document.
    """

    label: str
    target: str


class Annotation(NamedTuple):
    """Words at a place.

    Attributes:
        id: The tool's own id, or one made from its place in the file; no other annotation of the
            document has it.
        start: Code point of the article at which it begins, from 0.
        end: Code point after its last one.
        words: The article's text between, verbatim.
        label: The tool's class, type, layer or label.
        attributes: What else the tool says of it.
        relations: Its ties to others.
        parts: Start and end of each part, where an annotation has several with words between that
            are not meant; else empty.
    """

    id: str
    start: int
    end: int
    words: str
    label: str
    attributes: Mapping[str, Value] = {}
    relations: tuple[Relation, ...] = ()
    parts: tuple[tuple[int, int], ...] = ()


class Unplaced(NamedTuple):
    """An annotation that no place can be given, since its own file vouches for none.

    Attributes:
        id: As of an annotation.
        words: Its words as the file has them, which need not be the article's.
        label: As of an annotation.
        attributes: As of an annotation.
        relations: As of an annotation.
        reason: Why it has no place.
    """

    id: str
    words: str
    label: str
    attributes: Mapping[str, Value]
    relations: tuple[Relation, ...]
    reason: str


class Document(NamedTuple):
    """What a file says of one article; a file may have several about the same one.

    Attributes:
        source: The article, by its key among the texts at hand.
        unit: What the file's offsets count; code points where that makes no difference.
        annotations: In the file's order.
        unplaced: In the file's order.
        unread: What else the file says and this shape has no room for, each with its place.
    """

    source: str
    unit: Unit
    annotations: tuple[Annotation, ...]
    unplaced: tuple[Unplaced, ...] = ()
    unread: tuple[str, ...] = ()


class Annotations(NamedTuple):
    """A file that was read.

    Attributes:
        format: The name of its format.
        documents: What it says, article by article.
    """

    format: str
    documents: tuple[Document, ...]
