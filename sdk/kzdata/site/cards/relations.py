"""How a claim stands to others, in words: by the curators' links, and where no number fits both."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kzdata.evidence.claim_status import Link, Links, relation_in_words
from kzdata.evidence.claims import Claim
from kzdata.questions.disagreements import Disagreement
from kzdata.questions.timeline import Event
from kzdata.standard.declarations import Links as Declaration

Relation = tuple[str, str, str | None]
"""The other record, what it is to this one in words, and the curator's note."""
# What the other claim is, seen from this one: where this one is linked to it, and it to this one.
_WORDS = {
    "supersedes": ("an earlier report of the same", "a later report of the same"),
    "same": ("says the same", "says the same"),
    "contradicts": ("cannot be true together with this", "cannot be true together with this"),
    "differs": ("about other people, another place or another time",) * 2,
    "adds": ("this is counted on top of it", "counted on top of this"),
    "within": ("the whole of which this is a part", "a part of this"),
    "retracts": ("taken back by this", "takes this back"),
}
_FIRST = ("contradicts", "retracts", "supersedes", "adds", "within", "same", "differs")


class Relations:
    """The relations of all claims."""

    def __init__(self, links: Links, pairs: Iterable[Disagreement]) -> None:
        self._roles = links.declared
        self._pairs: dict[str, list[tuple[str, str]]] = {}
        for pair in pairs:
            if not pair.links:
                words = _open(pair)
                for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
                    self._pairs.setdefault(one.key, []).append((other.key, words))

    def of(self, claim: Claim) -> Iterator[Relation]:
        """The other claim, what it is to this one in words, and the curator's note."""
        for link in sorted(claim.links, key=self._rank):
            away = link.claim == claim.key
            yield link.other if away else link.claim, self._in_words(link, away), link.note
        for other, words in self._pairs.get(claim.key, ()):
            yield other, words, None

    def _rank(self, link: Link) -> int:
        role = _role(self._roles, link.relation)
        return _FIRST.index(role) if role else len(_FIRST)

    def _in_words(self, link: Link, away: bool) -> str:
        if role := _role(self._roles, link.relation):
            return _WORDS[role][0 if away else 1]
        # A relation of a package's own: nobody declares what it means, so that it says its name.
        words = relation_in_words(link.relation)
        return f"this {words} it" if away else f"{words} this"


class Parts:
    """Which events are parts of which."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._parts: dict[str, list[str]] = {}
        for event in events:
            if event.part_of:
                self._parts.setdefault(event.part_of, []).append(event.key)

    def of(self, event: Event) -> Iterator[Relation]:
        """The whole that an event is a part of, and its own parts."""
        whole, part = _WORDS["within"]
        if event.part_of:
            yield event.part_of, whole, None
        yield from ((key, part, None) for key in self._parts.get(event.key, ()))


def _role(roles: Declaration, relation: str) -> str | None:
    """The role that a relation plays among links."""
    return next((role for role in _FIRST if relation in getattr(roles, role)), None)


def _open(pair: Disagreement) -> str:
    if pair.kind == "contradiction":
        return "cannot be true together with this, and nobody says why they differ"
    return "may not go together with this; nobody says how they do"


def in_cards(relations: Iterable[Relation], lines: Mapping[str, Any]) -> Any:
    """Relations to claims that have cards, with what these say in one line."""
    return [
        {"key": key, **lines[key], "words": words, "note": note}
        for key, words, note in relations
        if key in lines
    ]
