"""The formats of annotations by name, and the one function that reads a file of any of them."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from kzdata.annotations.formats.brat import brat
from kzdata.annotations.formats.doccano import doccano
from kzdata.annotations.formats.label_studio import label_studio
from kzdata.annotations.formats.langextract import langextract
from kzdata.annotations.formats.prodigy import prodigy
from kzdata.annotations.formats.uima_cas_json import uima_cas_json
from kzdata.annotations.formats.web_annotation import web_annotation
from kzdata.annotations.formats.webanno import FIRST_LINE, webanno
from kzdata.annotations.placing import Articles
from kzdata.annotations.reading import File
from kzdata.annotations.said import Said
from kzdata.annotations.shape import Annotations, Document
from kzdata.errors import AnnotationError, UsageError, nearest

MAX_DOCUMENTS = 10_000  # each is compared with articles
_HEAD = 4_096  # characters in which a file says what it is


class Format(NamedTuple):
    """A format of annotations.

    Attributes:
        name: What users call it.
        read: Turns a file into what it says of each text.
        says: What stands at the begin of a file that says itself that it has this format; None
            where its files don't.
    """

    name: str
    read: Callable[[File], Iterable[Said]]
    says: re.Pattern[str] | None = None


_CONTEXT = r'"@context"[\s\S]*"http://www\.w3\.org/ns/(anno\.jsonld|oa#)"'
FORMATS: dict[str, Format] = {
    format.name: format
    for format in (
        Format("langextract", langextract),
        Format("brat", brat),
        Format("webanno", webanno, FIRST_LINE),
        Format(
            "uima-cas-json", uima_cas_json, re.compile(r'\s*\{\s*"%(TYPES|FEATURE_STRUCTURES)"')
        ),
        Format("label-studio", label_studio),
        Format("doccano", doccano),
        Format("prodigy", prodigy),
        Format("web-annotation", web_annotation, re.compile(rf"\s*[\[{{]\s*[\s\S]*{_CONTEXT}")),
    )
}
"""The formats, by name."""


def read(path: str | Path, format: str | None, texts: Mapping[str, str]) -> Annotations:
    """Read annotations that another tool made, each at its place in an article.

    Nothing is repaired: an offset counts only with its words, and words only as the article has
    them. What a file itself does not vouch for, such as a fuzzy alignment, is `unplaced`.

    Args:
        path: The file. Of brat the `.ann`; the text beside it has the same name with `.txt`.
        format: One of `FORMATS`; None only for a format whose files say what they are (webanno,
            uima-cas-json, web-annotation).
        texts: The texts of the articles at hand, by the keys of their sources, decoded as
            `kzdata.evidence.articles` does.

    Returns:
        What the file says of each article, with offsets in code points.

    Raises:
        UsageError: There is no such format, or it must be named.
        AnnotationError: The file cannot be read, is not of this format, or does not fit any
            article; the message says where, what was expected, and the way out.
    """
    file, articles = File(Path(path)), Articles(texts)
    chosen = _named(format) if format is not None else _guessed(file)
    found: list[Document] = []
    for said in chosen.read(file):
        if len(found) == MAX_DOCUMENTS:
            raise AnnotationError(f"{path}: over {MAX_DOCUMENTS:,} documents; divide it")
        found.append(articles.placed(said))
    return Annotations(chosen.name, tuple(found))


def _named(name: str) -> Format:
    if name not in FORMATS:
        raise UsageError(f"no format {name!r}{nearest(name, FORMATS)}; there are {_names()}")
    return FORMATS[name]


def _guessed(file: File) -> Format:
    head = file.text().removeprefix("\ufeff")[:_HEAD]
    for format in FORMATS.values():
        if format.says and format.says.match(head):
            return format
    raise UsageError(f"{file.path} does not say its format; name one of {_names()}")


def _names() -> str:
    return ", ".join(FORMATS)
