"""Annotations of other tools as proposals: a small mapping says what each label is a row of.

[casualty]                       # a label of the tool
table = "claims"
[casualty.cells]                 # a column or shortcut, and what it is filled with
figure = "number"                # an attribute: its value
claimant_id = {words = "who"}    # an attribute that has words of the article
place_id = {relation = "in"}     # the words of the annotation that a relation leads to
event = {value = "EV-0001"}      # always this value
[casualty.values]                # what the tool's values are called here
dead = "killed"
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from kzdata.annotations import Annotation, Document
from kzdata.entries.document import MAX_BYTES, ROW, SECTIONS
from kzdata.errors import UsageError
from kzdata.evidence.spans import occurrence_at
from kzdata.files.folder import bounded
from kzdata.standard.descriptor import Descriptor


class Filled(BaseModel):
    """What a cell is filled with; one of the four.

    Attributes:
        attribute: The value of an attribute.
        words: The words that an attribute has.
        relation: The words of the annotation that a relation leads to.
        value: Always the same value.
    """

    model_config = ConfigDict(extra="forbid")

    attribute: str | None = None
    words: str | None = None
    relation: str | None = None
    value: str | None = None


def _filled(value: object) -> object:
    return {"attribute": value} if isinstance(value, str) else value


class Label(BaseModel):
    """What the annotations of a label become.

    Attributes:
        table: The table of their rows.
        cells: By column or shortcut, what it is filled with.
        values: By the tool's value, the value of the package.
    """

    model_config = ConfigDict(extra="forbid")

    table: str
    cells: dict[str, Annotated[Filled, BeforeValidator(_filled)]] = {}
    values: dict[str, str] = {}


Mapped = Mapping[str, Label]


def read_mapping(file: Path) -> Mapped:
    """Read a mapping.

    Raises:
        UsageError: It cannot be read, or is none.
    """
    try:
        raw = tomllib.loads(bounded(file, MAX_BYTES).decode("utf-8"))
        return TypeAdapter(dict[str, Label]).validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"{file}: {where}: {first['msg']}; docs/import.md shows a mapping"
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{file}: no mapping that can be read: {reason}") from error


def proposal(
    document: Document, mapped: Mapped, descriptor: Descriptor, text: str, source_column: str
) -> dict[str, Any]:
    """What a tool says of an article, as the content of an entry.

    Args:
        document: What it says.
        mapped: What its labels mean; others are passed over.
        descriptor: The package.
        text: The article's text.
        source_column: The column of the article's key.
    """
    found: dict[str, Any] = {"source": {source_column: document.source}}
    by_id = {one.id: one for one in document.annotations}
    for one in document.annotations:
        if label := mapped.get(one.label):
            cells = dict(_cells(one, label, by_id, text))
            block = {"table": label.table, "quote": _placed(one, text), **cells}
            found.setdefault(_section(label.table, descriptor), []).append(block)
    return found


def _section(table: str, descriptor: Descriptor) -> str:
    """What blocks of a table are called."""
    roles = SECTIONS.items()
    named = (s for s, role in roles if table in {t.name for t in descriptor.declaring(role)})
    return next(named, ROW)


def _placed(one: Annotation, text: str) -> dict[str, Any]:
    return {"words": one.words, "occurrence": occurrence_at(text, one.words, one.start)}


def _cells(
    one: Annotation, label: Label, by_id: Mapping[str, Annotation], text: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The cells of an annotation that it says something of."""
    for name, filled in label.cells.items():
        if filled.value is not None:
            yield name, {"value": filled.value}
        elif filled.relation is not None:
            targets = (by_id.get(r.target) for r in one.relations if r.label == filled.relation)
            if target := next((t for t in targets if t), None):
                yield name, _placed(target, text)
        elif said := one.attributes.get(filled.attribute or filled.words or ""):
            values = [said] if isinstance(said, str) else list(said)
            first = label.values.get(values[0], values[0])
            yield name, {"words": first} if filled.words else {"value": first}
