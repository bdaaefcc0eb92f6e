"""Rules about declarations that let too much through: twins, sentinels, and missing seals."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from kzdata.engine.sql import ORD, byte_length, code_points, column, identifier
from kzdata.errors import FigureError
from kzdata.evidence.confusables import looks, visible
from kzdata.evidence.figures import parse
from kzdata.files.archive import DESCRIPTOR
from kzdata.standard.descriptor import Descriptor, FieldDescriptor, Table
from kzdata.standard.inner_names import stated
from kzdata.validation.evidence_tables import Model
from kzdata.validation.rule import Articles, Violation, rule

_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*%?")


def _of_table(table: Table, part: str, found: str, expected: str) -> Violation:
    where = f"{stated(table.name)}.{part}"
    return Violation(None, None, where, found, expected, file=DESCRIPTOR)


@rule(
    "package",
    "name the column of `kzdata:principal` as the figure's `span`",
    declared=("kzdata:figure", "kzdata:principal"),
)
def figure_span(package: Descriptor, *_: Any) -> Iterator[Violation]:
    """The passage of a figure (`span` of `kzdata:figure`) is the principal span of its claim.

    With another column there, the number stands in a passage that is not the claim's: true words,
    of which the claim says nothing.
    """
    for table in package.tables.values():
        figure, principal = table.schema.figure, table.schema.principal
        if figure and principal and figure.span != principal:
            yield _of_table(table, "kzdata:figure.span", figure.span, principal)


@rule(
    "package",
    "take a missing value that no cell can hold, such as an empty one",
    "warning",
    source="advice for packages that declare `kzdata:evidence`: docs/profile.md",
    declared=("kzdata:evidence",),
)
def missing_value_counts(package: Descriptor, *_: Any) -> Iterator[Violation]:
    """What stands for a missing value is no number of a figure, and no value that a field lists.

    A cell with "99" or "killed" that is declared to be missing needs no receipt, and is shown to
    whoever opens the file.
    """
    for table in package.tables.values():
        figure = table.schema.figure
        counted = {figure.text, figure.low, figure.high} if figure else set()
        for field in table.schema.evidenced:
            for value in table.schema.missing_of(field):
                if _counts(field, value, field.name in counted):
                    part = f"{field.name}.missingValues"
                    yield _of_table(table, part, value, "a text that is no value of the field")


def _counts(field: FieldDescriptor, value: str, in_figure: bool) -> bool:
    """Whether a missing value would be a value of a field."""
    listed = {str(one) for one in chain(field.constraints.enum or (), field.category_values)}
    number = in_figure or field.type in ("number", "integer", "year")
    return value in listed or (number and (bool(_NUMBER.fullmatch(value)) or _is_figure(value)))


def _is_figure(value: str) -> bool:
    try:
        # "None" and the like are what programs write for nothing.
        return parse(value).qualifier != "unquantified" and value.lower() != "none"
    except FigureError:
        return False


@rule(
    "package",
    "declare `checksum` of `kzdata:spans` and `count` of `kzdata:edges`, and fill their columns",
    "warning",
    source="advice for packages that declare `kzdata:edges`: docs/profile.md",
    declared=("kzdata:spans", "kzdata:edges"),
)
def receipts_unsealed(package: Descriptor, *_: Any) -> Iterator[Violation]:
    """Passages have checksums, and cells the number of their edges.

    Without them a changed offset or quote, or a receipt that was taken away, does not show where
    the articles are not at hand.
    """
    for table in package.tables.values():
        spans, edges = table.schema.spans, table.schema.edges
        if spans and not spans.checksum:
            yield _of_table(table, "kzdata:spans.checksum", "no column", "a column of checksums")
        if edges and not edges.count:
            yield _of_table(table, "kzdata:edges.count", "no column", "a column of counts")


@rule(
    "consistency",
    "keep one of the sources, and let the passages of both lead to it",
    declared=("kzdata:sources",),
)
def source_twice(model: Model) -> Iterator[Violation]:
    """An article is one source: no two have the same text (`sha256`).

    The same article under two names counts as two that agree.
    """
    for table, a in model.each("sources"):
        name, digest = identifier(table.name), f"lower({column(a.sha256)})"
        rows = f"""SELECT {ORD}, {column(a.id)}, {digest} FROM {name} t WHERE {digest} IN
            (SELECT {digest} FROM {name} t GROUP BY 1 HAVING count(*) > 1) ORDER BY {ORD}"""
        known: dict[str, str] = {}
        for row, source, digest in model.database.rows(rows):
            first = known.setdefault(digest, source)
            if first != source:
                expected = f"another text than that of {first}"
                yield Violation(table.name, row, a.sha256, source, expected)


@rule(
    "text",
    "keep one of the sources, or say in a link or a note that the one copies the other",
    "warning",
    source="advice for packages that declare `kzdata:sources`: docs/profile.md",
    declared=("kzdata:sources",),
)
def source_copied(model: Model, texts: Articles) -> Iterator[Violation]:
    """No two articles have the same words, whatever their blanks, capitals and marks.

    A copy with another line end has another hash, and is no second witness.
    """
    for table, a in model.each("sources"):
        rows = f"SELECT {ORD}, {column(a.id)} FROM {identifier(table.name)} t ORDER BY {ORD}"
        known: dict[str, str] = {}
        for row, source in model.database.rows(rows) if len(texts) > 1 else ():
            words = re.sub(r"[\W_]+", "", texts.get(source, "").casefold())
            first = known.setdefault(words, source) if words else source
            if first != source and texts[first] != texts[source]:
                yield Violation(table.name, row, a.id, source, f"other words than those of {first}")


@rule(
    "consistency",
    "give the row an id of its own that can be told from others, without unseen characters",
    "warning",
    source="advice for packages that declare `kzdata:sources`: docs/profile.md",
    declared=("kzdata:sources",),
)
def id_confusable(model: Model) -> Iterator[Violation]:
    """Identifiers differ in what can be seen.

    Two that differ in a zero-width character, or in a Cyrillic letter that looks Latin, are one to
    every reader, and two to every count. Asked of the sources, the records and the entities.
    """
    for table, key in _identified(model).items():
        own, name = column(key), identifier(table)
        odd = model.database.rows(
            f"SELECT {ORD}, {own} FROM {name} t WHERE {byte_length(own)} <> {code_points(own)}"
        )
        if not odd:
            continue
        twins: dict[str, set[str]] = {}
        for _, one in odd:
            twins.setdefault(looks(one), set()).add(one)
        plain = f"SELECT {own} FROM {name} t WHERE {byte_length(own)} = {code_points(own)}"
        for (one,) in model.database.rows(plain):
            if one.lower() in twins:
                twins[one.lower()].add(one)
        for row, one in odd:
            others = twins[looks(one)] - {one}
            if others or visible(one) != one:
                other = min(others, default=visible(one))
                yield Violation(table, row, key, ascii(one), f"an id unlike {other!a}")


def _identified(model: Model) -> dict[str, str]:
    """Tables whose rows others name, each with the column of the identifiers."""
    found = {table.name: table.schema.record_key or "" for table in model.records()}
    found |= {table.name: a.id for table, a in model.each("sources")}
    for _, a in model.each("aliases"):
        targets = (one for one in a.of if one.resource in model.tables)
        found |= {target.resource: target.field for target in targets}
    return found
