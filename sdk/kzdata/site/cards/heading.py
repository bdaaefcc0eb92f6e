"""Headings: what a claim says in one line, composed from what its columns mean.

No heading holds a key: what has no name is called by its key with blanks, as everywhere.
"""

from collections.abc import Iterator
from typing import Any

from kzdata.evidence.claims import Claim, counted
from kzdata.site.cards.words import Words, capitalised

Parts = list[dict[str, str]]


def heading(claim: Claim, columns: Any, words: Words, titles: dict[str, str]) -> Parts:
    """What a claim says, in parts of which some are marked.

    Args:
        claim: The claim.
        columns: What its table declares in `kzdata:claims`.
        words: What things are called.
        titles: The titles of events.
    """
    made = _Heading(claim, columns, words, titles)
    found = made.counted_people() if columns.outcome else made.other()
    parts = [part for part in found if part["text"]] or [_plain("no more is said")]
    parts[0] = parts[0] | {"text": capitalised(parts[0]["text"])}
    return parts


class _Heading:
    def __init__(self, claim: Claim, columns: Any, words: Words, titles: dict[str, str]) -> None:
        self._claim, self._columns, self._words, self._titles = claim, columns, words, titles

    def counted_people(self) -> Iterator[dict[str, str]]:
        """`Over 60 people killed in Shymkent`; `Civilians killed: “no figures”`."""
        claim = self._claim
        outcome = claim.about[0][1] or ""
        people = self._common("population") or "people"
        numbered = claim.interval is not None
        if numbered:
            figure = counted(claim.wording or "", people)
            yield {"text": claim.wording or "", "mark": "figure", "tone": self._tone}
            yield _plain(f"{figure[len(claim.wording or '') :]} ")
        else:
            yield _plain(f"{people} ")
        name = self._words.name(claim.table, self._columns.outcome, outcome)
        yield {"text": name, "mark": "outcome", "tone": self._tone}
        if claim.place:
            yield _plain(f" {self._words.place(claim.table, self._columns.place, claim.place)}")
        if not numbered:
            yield _plain(": ")
            told = f"“{claim.wording}”" if claim.wording else "no number"
            yield {"text": told, "mark": "figure", "tone": "none"}

    def other(self) -> Iterator[dict[str, str]]:
        """`Nikol Pashinyan, Chair of the CSTO: holds`; `Five planes (aircraft): ...`."""
        claim = self._claim
        about, title = ", ".join(self._subjects()), self._titles.get(claim.event or "", "")
        figure = list(self._figure()) if claim.wording else []
        yield from figure
        if figure:
            yield _plain(f" ({about[:1].lower() + about[1:]})" if about else "")
        # What no column names is called by its event.
        yield _plain("" if figure else about or title)
        if claim.state:
            yield _plain(": ")
            state = self._words.name(claim.table, self._columns.state, claim.state)
            yield {"text": state, "mark": "outcome", "tone": "state"}
        if figure and not claim.state and title:
            yield _plain(f": {title}")
        elif where := " ".join(self._way()):
            yield _plain(f" {where}")

    def _figure(self) -> Iterator[dict[str, str]]:
        claim = self._claim
        if claim.interval is None:
            yield {"text": f"“{claim.wording}”", "mark": "figure", "tone": "none"}
            return
        unit = self._unit
        yield {"text": claim.wording or "", "mark": "figure", "tone": "number"}
        yield _plain(counted(claim.wording or "", unit)[len(claim.wording or "") :])

    def _subjects(self) -> Iterator[str]:
        """What is counted or changed, without the event, which the card tells of beside it."""
        for column, value in self._claim.about:
            if value and value not in (self._claim.event, self._claim.unit):
                yield self._words.name(self._claim.table, column, value)

    def _way(self) -> Iterator[str]:
        """From where to where, and where."""
        claim, words = self._claim, self._words
        for role, lead in (("origin", "from"), ("destination", "to")):
            if value := getattr(claim, role):
                column = getattr(self._columns, role)
                yield f"{lead} {words.common(claim.table, column, value)}"
        if claim.place and claim.place != claim.destination:
            yield words.place(claim.table, self._columns.place, claim.place)

    @property
    def _unit(self) -> str:
        """The unit, but for a sign with which the wording ends already."""
        unit, wording = self._common("unit"), self._claim.wording or ""
        first = unit.partition(" ")[0]
        return unit[len(first) :].strip() if first and wording.endswith(first) else unit

    def _common(self, role: str) -> str:
        value = getattr(self._claim, role)
        column = getattr(self._columns, role)
        return self._words.common(self._claim.table, column, value) if value and column else ""

    @property
    def _tone(self) -> str:
        return "killed" if self._claim.about[0][1] in self._columns.deaths else "hurt"


def _plain(text: str) -> dict[str, str]:
    return {"text": text}
