"""An article as an entry sees it: its text, or as much of it as its passages tell."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from kzdata.evidence import spans
from kzdata.evidence.near import near_misses
from kzdata.evidence.sentences import sentence_at

Place = tuple[int, int]
_SHOWN = 40  # characters around words of which several are found
_MOST = 5  # places that a question names


class AskError(Exception):
    """The entry does not tell what is meant; its text says what to write."""


class OpenError(AskError):
    """The words may say it: a person has to choose among several, or to say why."""


class Passage(NamedTuple):
    """Words at a place of an article."""

    start: int
    end: int
    occurrence: int
    words: str


class Article:
    """An article.

    Attributes:
        key: Its key in the table of sources.
        day: The day that it speaks from; None where none is known.
        language: Its language, or None.
        text: Its text; None where it is not at hand.
    """

    def __init__(
        self,
        key: str,
        day: date | None,
        language: str | None,
        text: str | None,
        known: Iterable[Passage],
    ) -> None:
        self.key, self.day, self.language, self.text = key, day, language, text
        self._known: dict[str, list[Passage]] = {}
        for passage in known:
            self._known.setdefault(passage.words, []).append(passage)

    def passage(self, words: str, occurrence: int | None, around: Sequence[Place] = ()) -> Passage:
        """Some words: at a stated place, or where they stand alone in the nearest surroundings.

        Raises:
            AskError: They stand nowhere, or at several places.
        """
        found = self.passages(words)
        if occurrence is not None:
            if match := [one for one in found if one.occurrence == occurrence]:
                return match[0]
            raise AskError(self._no_place(words, occurrence, len(found)))
        if not found:
            raise AskError(self._absent(words))
        for first, last in [*around, (0, found[-1].end)]:
            within = [one for one in found if first <= one.start and one.end <= last]
            if len(within) == 1:
                return within[0]
            if within:
                raise OpenError(self.which(within))
        return found[0]

    def passages(self, words: str) -> list[Passage]:
        """All places of some words; without a text, those that are passages already."""
        if self.text is None:
            return sorted(self._known.get(words, []))
        starts = spans.occurrences(self.text, words) if words else []
        return [Passage(s, s + len(words), n, words) for n, s in enumerate(starts, 1)]

    def at(self, start: int, end: int) -> Passage:
        """The passage at a place of the text."""
        assert self.text is not None
        words = self.text[start:end]
        return Passage(start, end, spans.occurrence_at(self.text, words, start), words)

    def around(self, quotes: Sequence[Passage]) -> list[Place]:
        """What is near to a quote: itself, its sentence, its paragraph."""
        if not quotes:
            return []
        first, last = min(q.start for q in quotes), max(q.end for q in quotes)
        if self.text is None:
            return [(first, last)]
        return [(first, last), sentence_at(self.text, first, last), self._paragraph(first, last)]

    def _paragraph(self, first: int, last: int) -> Place:
        assert self.text is not None
        after = self.text.find("\n", last)
        return self.text.rfind("\n", 0, first) + 1, after if after >= 0 else len(self.text)

    def which(self, found: Sequence[Passage]) -> str:
        """The question which of several places is meant."""
        shown = "; ".join(self._shown(one) for one in found[:_MOST])
        more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
        return f"these words stand at {len(found)} places; say which: {shown}{more}"

    def _shown(self, one: Passage) -> str:
        place = f"<- {one.words} @{one.occurrence}"
        if self.text is None:
            return place
        before = self.text[max(0, one.start - _SHOWN) : one.start]
        after = self.text[one.end : one.end + _SHOWN]
        return f"{place} in “…{' '.join(f'{before}[{one.words}]{after}'.split())}…”"

    def _no_place(self, words: str, occurrence: int, count: int) -> str:
        if self.text is None:
            return f"{words!r} @{occurrence} is no passage of {self.key}; give its text (--texts)"
        return f"no place {occurrence} of {words!r} in {self.key}; it stands there {count} times"

    def _absent(self, words: str) -> str:
        if self.text is None:
            return f"{words!r} is no passage of {self.key}; give its text (--texts)"
        near = "; ".join(map(repr, near_misses(self.text, words)))
        return f"{words!r} does not stand in {self.key}" + (f"; nearly: {near}" if near else "")


def longest(found: Iterable[Place]) -> Iterator[Place]:
    """Places without those that lie in a longer one."""
    places = sorted(set(found), key=lambda place: (place[0], -place[1]))
    last = -1
    for start, end in places:
        if end > last:
            yield start, end
            last = end
