"""Proposals judged, and those that are accepted entered: from a file of any format."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kzdata.annotations import Unplaced
from kzdata.annotations import read as read_annotations
from kzdata.entries.admission import ACCEPTED, Admission, admit
from kzdata.entries.document import MAX_BYTES, Document, read, written
from kzdata.entries.importing import Mapped, proposal
from kzdata.entries.outcome import Outcome, enter
from kzdata.errors import UsageError
from kzdata.evidence.articles import find
from kzdata.evidence.authoring import hashes, texts_of
from kzdata.evidence.profile import needed
from kzdata.files.folder import bounded
from kzdata.standard.dataset import Dataset, opened_dataset
from kzdata.standard.declarations import Sources
from kzdata.standard.descriptor import Descriptor

ENTRY = "entry"  # the format of proposals that are entries already


class Proposed(NamedTuple):
    """What a file proposes of one article.

    Attributes:
        admission: What becomes of each proposal.
        unit: What the file's offsets count; empty where it has none.
        unplaced: Annotations that the file itself gives no sure place.
    """

    admission: Admission
    unit: str
    unplaced: tuple[Unplaced, ...]


def propose(path: Path, file: Path, form: str, mapped: Mapped, texts: Path) -> list[Proposed]:
    """Judge what a file proposes.

    Args:
        path: The package.
        file: The file.
        form: Its format: `entry`, or one of `kzdata.annotations.FORMATS`.
        mapped: What the labels of its annotations mean; not asked of an entry.
        texts: Folder with the articles.

    Raises:
        AnnotationError: The file does not fit its format or any article.
        EntryError: It is an entry that says what no entry into this package says.
        UsageError: There is no such format.
    """
    with opened_dataset(path) as dataset:
        known = find(texts, hashes(dataset).values())
        documents = _documents(dataset, file, form, mapped, texts)
        return [
            Proposed(admit(dataset, document, known, file.parent), unit, unplaced)
            for document, unit, unplaced in documents
        ]


def _documents(
    dataset: Dataset, file: Path, form: str, mapped: Mapped, texts: Path
) -> Iterator[tuple[Document, str, tuple[Unplaced, ...]]]:
    if form == ENTRY:
        try:
            yield read(bounded(file, MAX_BYTES), str(file)), "", ()
        except OSError as error:
            raise UsageError(f"{file}: {error.strerror}") from error
        return
    articles = texts_of(dataset, texts)
    for raw, unit, unplaced in _annotated(file, form, mapped, articles, dataset.descriptor):
        yield read(written(raw, "json").encode(), str(file)), unit, unplaced


def _annotated(
    file: Path, form: str, mapped: Mapped, articles: Mapping[str, str], descriptor: Descriptor
) -> Iterator[tuple[dict[str, Any], str, tuple[Unplaced, ...]]]:
    """What a file of annotations proposes of each article, as the content of an entry."""
    _, a = needed(descriptor, Sources, "an import")
    for one in read_annotations(file, form, articles).documents:
        raw = proposal(one, mapped, descriptor, articles[one.source], a.id)
        yield raw, str(one.unit), one.unplaced


def proposed_entries(
    file: Path, form: str, mapped: Mapped, articles: Mapping[str, str], descriptor: Descriptor
) -> Iterator[tuple[Mapping[str, Any], tuple[Unplaced, ...]]]:
    """What a file proposes of articles that need not be in the package, not judged.

    Args:
        file: The file.
        form: Its format; see `propose`.
        mapped: What the labels of its annotations mean; not asked of an entry.
        articles: The texts of the articles by key.
        descriptor: The package.

    Returns:
        The content of an entry each, and the annotations without a sure place.

    Raises:
        AnnotationError: The file does not fit its format or any article.
        EntryError: It is no entry.
        UsageError: There is no such format.
    """
    if form == ENTRY:
        yield read(bounded(file, MAX_BYTES), file.name).raw, ()
        return
    for raw, _, unplaced in _annotated(file, form, mapped, articles, descriptor):
        yield raw, unplaced


def accept(
    path: Path, proposed: list[Proposed], file: Path, texts: Path, *, dry_run: bool
) -> Outcome:
    """Enter what was accepted of some proposals."""
    parts = [(one.admission.part(ACCEPTED), one.admission.document.name) for one in proposed]
    documents = [
        (read(written(raw, "json").encode(), name), file.parent)
        for raw, name in parts
        if len(raw) > 1
    ]
    return enter(path, documents, texts, dry_run=dry_run)
