"""How a claim or an event of a package is cited: as text, in BibTeX and in RIS.

A citation is a list of pieces, to be joined: most of them are the same in all citations of a
package, so that a page can hold each once.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from kzdata.evidence.profile import objects
from kzdata.standard.dataset import Dataset

Citation = dict[str, list[str]]
"""The pieces of a citation, by form: `text`, `bibtex` and `ris`."""


class Cited(NamedTuple):
    """What is cited.

    Attributes:
        key: Key of the record.
        heading: What it says, in one line.
        words: The words that it rests on.
        article: The article: publisher, title and day.
        address: Where the article is; empty where it is not known.
    """

    key: str
    heading: str
    words: str
    article: str
    address: str


class Citing:
    """Citations of the records of one package."""

    def __init__(self, dataset: Dataset) -> None:
        raw = dataset.descriptor.raw
        title, created = raw.get("title"), raw.get("created")
        named = title if isinstance(title, str) and title else dataset.name
        people = (one.get("title") for one in objects(raw, "contributors"))
        self._authors = [name for name in people if isinstance(name, str) and name]
        year = re.match(r"[0-9]{4}", created) if isinstance(created, str) else None
        self._year = year[0] if year else ""
        self._name = dataset.name
        self._within = f"{named}, version {dataset.version}" if dataset.version else named

    def cite(self, cited: Cited) -> Citation:
        """A citation of a record."""
        return {"text": self._text(cited), "bibtex": self._bibtex(cited), "ris": self._ris(cited)}

    def _text(self, cited: Cited) -> list[str]:
        authors = f"{', '.join(self._authors)}{f' ({self._year})' if self._year else ''}"
        words = f"“{cited.words}”" if cited.words else ""
        said = _between(", ", [words, cited.article, cited.address])
        parts = [[authors], [cited.heading], said, [f"In: {self._within}, record ", cited.key]]
        told = [piece for part in parts if any(part) for piece in (*part, ". ")]
        return [*told[:-1], "."]

    def _bibtex(self, cited: Cited) -> list[str]:
        key = re.sub(r"[^A-Za-z0-9]+", "-", f"{self._name}-{cited.key}").strip("-")
        fields = {
            "author": [" and ".join(f"{{{_tex(name)}}}" for name in self._authors)],
            "title": ["{", _tex(cited.heading), "}"],
            "year": [self._year],
            "howpublished": [_tex(f"{self._within}, record "), _tex(cited.key)],
            "note": ["after ", _tex(cited.article)] if cited.article else [],
            "url": [_tex(cited.address)],
        }
        lines = [
            piece
            for name, value in fields.items()
            if any(value)
            for piece in (f",\n  {name} = {{", *value, "}")
        ]
        return ["@misc{", key, *lines, "\n}\n"]

    def _ris(self, cited: Cited) -> list[str]:
        lines = [
            ("TY", "DATA"),
            *(("AU", name) for name in self._authors),
            ("TI", cited.heading),
            ("T2", self._within),
            ("PY", self._year),
            ("AN", cited.key),
            ("N1", cited.article),
            ("UR", cited.address),
        ]
        told = ((f"{tag}  - ", _one_line(value), "\r\n") for tag, value in lines if value)
        return [*(piece for line in told for piece in line), "ER  - \r\n"]


def _between(mark: str, parts: Iterable[str]) -> list[str]:
    """Those of some parts that are not empty, with a mark between them."""
    told = [piece for part in parts if part for piece in (part, mark)]
    return told[:-1]


_TEX = {char: f"\\{char}" for char in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def _tex(text: str) -> str:
    """A text with what TeX would act on escaped."""
    return "".join(_TEX.get(char, char) for char in _one_line(text, keep=True))


def _one_line(text: str, keep: bool = False) -> str:
    """A text without breaks of lines, which would begin a new field."""
    line = re.sub(r"\s+", " ", text)
    return line if keep else line.strip()
