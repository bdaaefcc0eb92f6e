"""Finds the article and the places of what a file says, and trusts no offset without its words.

The article is the one with the text or the hash that the file carries, else the only one in which
all its words stand. The unit of its offsets is the one in which all its words stand where it says.
A file without any words but its whole text has the unit that its format's documentation names,
since nothing else could tell.
"""

import hashlib
import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

from kzdata.annotations.differing import how_they_differ, what_differs
from kzdata.annotations.said import MAX_TOLD, Mark, Said, Words, short
from kzdata.annotations.shape import Annotation, Document, Unit, Unplaced
from kzdata.errors import AnnotationError

# An annotation can be as long as its text, and say so in a few bytes.
MAX_WORDS = 32 << 20  # code points of all annotations of a file together
MAX_MARKS = 200_000  # annotations and tokens of a text
MAX_SEARCH = 1 << 32  # code points to be searched for words without offsets
_WIDTHS: dict[Unit, Callable[[str], int]] = {
    Unit.UTF_16: lambda char: 1 + (char > "\uffff"),
    Unit.UTF_8: lambda char: 1 + (char > "\x7f") + (char > "\u07ff") + (char > "\uffff"),
}
Parts = tuple[tuple[int, int], ...]
"""Start and end of each part of an annotation, in code points."""
Place = Parts | str
"""Where an annotation stands, or why it has no place."""


class _MissError(Exception):
    """Words that do not stand where a file says, in one unit.

    Attributes:
        where: The file and the line or JSON pointer.
        words: The words.
        held: How many others hold before them.
        joined: Whether they are expected to stand together.
    """

    def __init__(
        self,
        where: str,
        words: str,
        place: str,
        found: str | None,
        held: int,
        joined: bool = True,
    ) -> None:
        has = "there is no such place" if found is None else f"{short(found)} stands there"
        wanted = short(words) if words else "text"
        super().__init__(f"{wanted} is expected {place}, and {has}")
        self.where, self.words, self.held, self.joined = where, words, held, joined


class _Trial(NamedTuple):
    """What came of each unit in one article: places, or the first words that miss theirs."""

    fits: dict[Unit, list[Place]]
    misses: list[tuple[Unit, _MissError]]


class Articles:
    """The articles at hand.

    Args:
        texts: Their texts by the keys of their sources; offsets count their code points.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._by_text: dict[str, list[str]] = {}
        for source, text in texts.items():
            self._by_text.setdefault(text, []).append(source)
        self._starts: dict[tuple[str, Unit], Sequence[int]] = {}
        self._words = self._told = 0  # of all that was placed

    def placed(self, said: Said) -> Document:
        """What a file says of one text, at its places in an article.

        Raises:
            AnnotationError: No article has this text, hash or words, or several have; no unit fits
                its offsets; or an id stands twice.
        """
        if len(said.marks) + len(said.words) > MAX_MARKS:
            raise AnnotationError(f"{said.where}: over {MAX_MARKS:,} annotations; divide the file")
        said.ids()
        tried = {source: self._tried(said, source) for source in self._known(said)}
        fitting = [source for source, trial in tried.items() if trial.fits]
        if len(fitting) != 1:
            raise _several(said, fitting) if fitting else self._none(said, tried)
        (source,) = fitting
        unit, places = _chosen(said, tried[source].fits)
        self._words += sum(_length(place) for place in places)
        self._told += said.told
        if self._words > MAX_WORDS or self._told > MAX_TOLD:
            raise AnnotationError(f"{said.where}: more than fits into memory; divide the file")
        return _document(said, source, self._texts[source], unit, places)

    def _known(self, said: Said) -> list[str]:
        """The articles that the text can be, by what the file itself carries."""
        if not self._texts:
            raise AnnotationError(f"{said.where}: no article is at hand; give the articles' texts")
        if said.text is not None:
            if found := self._by_text.get(said.text):
                return found
            raise AnnotationError(f"{said.where}: {what_differs(said.text, self._texts)}")
        if said.sha256 is not None:
            if found := self._by_hash.get(said.sha256.lower()):
                return found
            raise AnnotationError(
                f"{said.where}: none of the {len(self._texts)} articles at hand has the hash "
                f"{said.sha256[:64]!r}; add the one that was annotated"
            )
        if not said.words and not any(mark.words and not mark.reason for mark in said.marks):
            raise AnnotationError(
                f"{said.where}: neither a text nor words, so that nothing tells the article; "
                "export them with the text"
            )
        return list(self._texts)

    @cached_property
    def _by_hash(self) -> dict[str, list[str]]:
        named = ((hashlib.sha256(text.encode()).hexdigest(), text) for text in self._by_text)
        return {digest: self._by_text[text] for digest, text in named}

    def _tried(self, said: Said, source: str) -> _Trial:
        # Offsets without words fit many units, and prove none.
        vouched = said.words or any(mark.words is not None and mark.parts for mark in said.marks)
        trial = _Trial({}, [])
        for unit in Unit if vouched else (said.unit,):
            article = _Article(self._texts[source], self._starts_of(source, unit), said)
            try:
                trial.fits[unit] = list(article.places())
            except _MissError as miss:
                trial.misses.append((unit, miss))
        return trial

    def _starts_of(self, source: str, unit: Unit) -> Sequence[int]:
        """Where each code point begins, and the text ends, counted in a unit."""
        if (source, unit) not in self._starts:
            text = self._texts[source]
            if unit is Unit.CODE_POINTS or text.isascii():
                return range(len(text) + 1)
            widths = map(_WIDTHS[unit], text)
            self._starts[source, unit] = array("Q", accumulate(widths, initial=0))
        return self._starts[source, unit]

    def _none(self, said: Said, tried: Mapping[str, _Trial]) -> AnnotationError:
        # The article in which most of it holds tells best what is wrong.
        source = max(tried, key=lambda one: max(miss.held for _, miss in tried[one].misses))
        text = said.spelt(self._texts[source])
        why = f"{_why_not(tried[source].misses, text)} (article {source})"
        if len(tried) == 1:
            return AnnotationError(why)
        return AnnotationError(f"{why}; nor does it fit the other {len(tried) - 1} at hand")


def _several(said: Said, sources: list[str]) -> AnnotationError:
    names = ", ".join(sources[:5])
    return AnnotationError(
        f"{said.where}: all its words stand in several articles ({names}); "
        "give the text of the one that was annotated alone"
    )


def _why_not(misses: list[tuple[Unit, _MissError]], text: str) -> str:
    """Why no unit fits an article: the first words in each that do not stand there."""
    first = misses[0][1]
    if first.words not in text and first.joined:
        how = how_they_differ(first.words, text, within=True)
        return (
            f"{first.where}: the words {short(first.words)} do not stand in the article"
            f"{f': {how}' if how else ''}; write them as the article has them"
        )
    trials: dict[str, list[str]] = {}
    for unit, miss in misses:
        place = "" if miss.where == first.where else f" ({miss.where})"
        trials.setdefault(f"{miss}{place}", []).append(unit)
    told = "; ".join(f"in {' and '.join(units)} {miss}" for miss, units in trials.items())
    stands = text.find(first.words) if first.words else -1
    hint = f"these words stand at {stands}" if stands >= 0 else "annotate the article's own text"
    return f"{first.where}: {told}; {hint}"


# ------------------------------------------------------------------------------ the unit


def _chosen(said: Said, fits: dict[Unit, list[Place]]) -> tuple[Unit, list[Place]]:
    """The unit and the places; where several units fit, they must lead to the same ones."""
    units = sorted(fits, key=lambda unit: (unit != said.unit, list(Unit).index(unit)))
    places = fits[units[0]]
    # Where places differ, the format's own unit is right; where that fits not, nothing tells.
    if units[0] != said.unit and any(fits[unit] != places for unit in units):
        raise AnnotationError(
            f"{said.where}: the words fit their offsets in {' and '.join(units)}, at different "
            f"places, and not in {said.unit}; export them with offsets in code points"
        )
    return (Unit.CODE_POINTS if _plain(said, places) else units[0]), places


def _plain(said: Said, places: list[Place]) -> bool:
    """Whether counting in code points makes no difference."""
    pairs = zip(said.marks, places, strict=True)
    placed = ((m.parts, place) for m, place in pairs if m.parts and not isinstance(place, str))
    return all(parts == place for parts, place in placed)


class _Article:
    """An article whose places are asked in one unit, in which its code points begin at `starts`."""

    def __init__(self, text: str, starts: Sequence[int], said: Said) -> None:
        self._text, self._starts, self._said = text, starts, said

    def places(self) -> Iterator[Place]:
        """The place of each annotation; a `_MissError` if any words do not stand at theirs."""
        if sum(not mark.parts for mark in self._said.marks) * len(self._text) > MAX_SEARCH:
            raise AnnotationError(f"{self._said.where}: too many words without offsets; divide it")
        for number, words in enumerate(self._said.words):
            self._hold(words, number)
        for number, mark in enumerate(self._said.marks, len(self._said.words)):
            yield self._place(mark, number)

    def _hold(self, words: Words, number: int) -> None:
        start, length = self._at(words.start), len(words.words)
        last = None if start is None else start + length
        end = last if words.end is None else self._at(words.end)
        found = None
        if start is not None and end is not None:
            # No more than tells whether they are the same: a few bytes can name the whole text.
            found = self._text[start : min(end, start + length + 1)]
        if found != words.words:
            place = f"at {words.start}" + (f"-{words.end}" if words.end is not None else "")
            raise _MissError(words.where, words.words, place, found, number)

    def _place(self, mark: Mark, number: int) -> Place:
        if mark.reason:
            return mark.reason
        if not mark.parts:
            return self._by_words(mark, number)
        if any(start == end for start, end in mark.parts):
            return "it holds no words"
        if mark.words is None and self._said.text is None and not self._said.words:
            return "its file gives an offset without any words"
        parts = tuple((self._at(start), self._at(end)) for start, end in mark.parts)
        known = tuple((a, b) for a, b in parts if a is not None and b is not None and a < b)
        if len(known) < len(parts) or any(a[1] > b[0] for a, b in pairwise(known)):
            raise _missed(mark, None, number)
        return known if mark.words is None else self._vouched(mark, mark.words, known, number)

    def _vouched(self, mark: Mark, words: str, parts: Parts, number: int) -> Place:
        """A place whose words are those of the file, or why they are not."""
        start, end = parts[0][0], parts[-1][1]
        before = self._text[max(0, start - len(mark.before)) : start]
        after = self._text[end : end + len(mark.after)]
        # No more is put together than is compared: a few bytes can name the whole text.
        most = len(words) + 1
        found = self._said.spelt(" ".join(self._text[a : min(b, a + most)] for a, b in parts))
        if (before, found, after) == (mark.before, words, mark.after):
            return parts
        if mark.loose and _folded(found) == _folded(words):
            return f"the article has {short(found)} there, and the file other words"
        raise _missed(mark, f"{before}{found}{after}", number)

    def _by_words(self, mark: Mark, number: int) -> Place:
        """The only place at which words without offsets stand."""
        assert mark.words
        whole = f"{mark.before}{mark.words}{mark.after}"
        at = self._text.find(whole)
        if at < 0:
            raise _missed(mark, None, number)
        if self._text.find(whole, at + 1) >= 0:
            return "its words stand more than once, and no offset tells which are meant"
        start = at + len(mark.before)
        return ((start, start + len(mark.words)),)

    def _at(self, offset: int) -> int | None:
        """The code point at an offset; None where there is none, or a character would be cut."""
        place = bisect_left(self._starts, offset)
        inside = place < len(self._starts) and self._starts[place] == offset
        return place if inside else None


def _missed(mark: Mark, found: str | None, number: int) -> _MissError:
    parts = ";".join(f"{start}-{end}" for start, end in mark.parts[:5])
    around = f"{mark.before}{mark.words or ''}{mark.after}"
    place, joined = f"at {parts}" if parts else "somewhere", len(mark.parts) < 2
    return _MissError(mark.where, around, place, found, number, joined)


def _folded(words: str) -> str:
    return re.sub(r"\s+", " ", words).casefold()


# ------------------------------------------------------------------------------ the answer


def _document(said: Said, source: str, text: str, unit: Unit, places: list[Place]) -> Document:
    placed = [
        (mark, place)
        for mark, place in zip(said.marks, places, strict=True)
        if not isinstance(place, str)
    ]
    found = tuple(_annotation(mark, text, place) for mark, place in placed)
    unplaced = tuple(
        _unplaced(mark, place)
        for mark, place in zip(said.marks, places, strict=True)
        if isinstance(place, str)
    )
    return Document(source, unit, found, unplaced, tuple(said.unread))


def _length(place: Place) -> int:
    return 0 if isinstance(place, str) else place[-1][1] - place[0][0]


def _annotation(mark: Mark, text: str, parts: Parts) -> Annotation:
    start, end = parts[0][0], parts[-1][1]
    several = parts if len(parts) > 1 else ()
    told = mark.attributes(), tuple(mark.relations), several
    return Annotation(mark.id, start, end, text[start:end], mark.label, *told)


def _unplaced(mark: Mark, reason: str) -> Unplaced:
    relations = tuple(mark.relations)
    return Unplaced(mark.id, mark.words or "", mark.label, mark.attributes(), relations, reason)
