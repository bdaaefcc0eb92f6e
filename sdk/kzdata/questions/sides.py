"""Disagreements as questions: what is asked, and the sides, each with its claims and articles."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzdata.evidence.claims import Claim, said
from kzdata.evidence.names import Names, called
from kzdata.evidence.outside import OutsideReport
from kzdata.evidence.receipts import Citation
from kzdata.standard.declarations import CONTRADICTS

if TYPE_CHECKING:
    from kzdata.questions.disagreements import Disagreement

KINDS = ("contradiction", "contested", "unreconciled", "apparent")
"""Kinds of questions: the sides cannot both be true; publications besides the articles say
otherwise; nobody says how the sides go together; they only look as if they disagreed, and a curator
says why they do not."""


@dataclass(frozen=True, slots=True)
class Side:
    """One answer to a question.

    Attributes:
        says: The answer, in words.
        claims: The claims that give it; none where events disagree.
        events: The events of that side, where events disagree.
        receipts: The passages that it rests on.
        outside: What publications besides the articles say, where they are the side.
    """

    says: str
    claims: tuple[Claim, ...]
    events: tuple[str, ...]
    receipts: tuple[Citation, ...]
    outside: tuple[OutsideReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What claims, or events, do not agree about.

    Attributes:
        kind: One of `KINDS`.
        judged: Whether a curator has looked at it.
        asks: The question, in words.
        sides: The answers, at least two.
        reasons: Why it is of its kind, in words, with what curators say.
    """

    kind: str
    judged: bool
    asks: str
    sides: tuple[Side, ...]
    reasons: tuple[str, ...]


def questions(
    pairs: Iterable["Disagreement"], same: Iterable[str], names: Names
) -> Iterator[Question]:
    """The questions that pairs of claims make: those that share a claim, or the same, are one.

    Args:
        pairs: The pairs.
        same: The relations by which claims say the same thing.
        names: What keys are called.
    """
    for group in _grouped(list(pairs), frozenset(same)):
        claims = list({c.key: c for pair in group for c in (pair.first, pair.second)}.values())
        common = _common(claims, names)
        sides = tuple(_sides(claims, group, common, names))
        kind = min((pair.kind for pair in group), key=KINDS.index)
        asks = f"{common.words}: {_either(side.says for side in sides)}?"
        notes = dict.fromkeys(note for pair in group for note in _why(pair))
        judged = all(pair.verdict != "uncurated" for pair in group)
        yield Question(kind, judged, asks, sides, tuple(notes))


def contested_claims(claims: Iterable[Claim], names: Names) -> Iterator[Question]:
    """The questions that publications besides the articles make of claims."""
    for claim in claims:
        common = _common([claim], names)
        own = Side(_says(claim, common, names), (claim,), (),
                   (claim.receipt,) if claim.receipt else ())  # fmt: skip
        yield _contested(f"{common.words}: {own.says}", own, claim.outside)


def contested_events(
    reports: Mapping[str, tuple[OutsideReport, ...]],
    receipts: Mapping[str, list[Citation]],
    names: Names,
) -> Iterator[Question]:
    """The questions that publications besides the articles make of events."""
    for key, outside in reports.items():
        title = called(names, "events", key)
        own = Side(title, (), (key,), tuple(receipts.get(key, ())))
        yield _contested(title, own, outside)


def _either(answers: Iterable[str]) -> str:
    """Answers to choose from; a comma in one of them asks for more than a comma between them."""
    listed = list(answers)
    return ("; or " if any("," in one for one in listed) else " or ").join(listed)


def _contested(words: str, own: Side, outside: Iterable[OutsideReport]) -> Question:
    against = tuple(report for report in outside if report.relation == CONTRADICTS)
    other = Side("otherwise", (), (), (), against)
    reason = "publications besides the articles say otherwise"
    return Question("contested", True, f"{words}, or otherwise?", (own, other), (reason,))


def _why(pair: "Disagreement") -> Iterator[str]:
    noted = [link.note for link in pair.links if link.note]
    yield from noted or [pair.reason]


def _grouped(pairs: list["Disagreement"], same: frozenset[str]) -> list[list["Disagreement"]]:
    """Pairs of one kind that share a claim, or claims that are linked as the same."""
    groups: dict[str, list[Disagreement]] = {}  # by each claim of the group
    for pair in pairs:
        ends = {f"{pair.kind} {key}" for key in _alike(pair, same)}
        met = {id(groups[end]): groups[end] for end in sorted(ends) if end in groups}
        merged = [one for group in met.values() for one in group] + [pair]
        ends |= {f"{one.kind} {key}" for one in merged for key in _alike(one, same)}
        groups |= dict.fromkeys(ends, merged)
    return list({id(group): group for group in groups.values()}.values())


def _alike(pair: "Disagreement", same: frozenset[str]) -> Iterator[str]:
    for claim in (pair.first, pair.second):
        yield claim.key
        for link in claim.links:
            if link.relation in same:
                yield link.other if link.claim == claim.key else link.claim


@dataclass(frozen=True, slots=True)
class _Common:
    """What all claims of a question are about."""

    words: str
    roles: frozenset[str]  # those in which they are alike


def _about(claim: Claim) -> dict[str, str | None]:
    return {**dict(claim.about), "population": claim.population, "place": claim.place}


def _common(claims: list[Claim], names: Names) -> _Common:
    first, rest = _about(claims[0]), [_about(claim) for claim in claims[1:]]
    roles = {role for role, value in first.items() if all(o.get(role) == value for o in rest)}
    told = [
        called(names, f"{claims[0].table}.{role}", value)
        for role, value in first.items()
        if role in roles and value and value != claims[0].event
    ]
    event = called(names, "events", claims[0].event) if claims[0].event else ""
    if not told or (all(claim.event == claims[0].event for claim in claims) and len(told) < 2):
        told = [event, *told] if event else told
    elif not any(role in roles and value not in (None, claims[0].event)
                 for role, value in claims[0].about):  # fmt: skip
        # A place alone does not say what is asked of it.
        told = [claims[0].table.replace("_", " "), *told]
    return _Common(", ".join(told) or claims[0].table, frozenset(roles))


def _sides(
    claims: list[Claim], group: list["Disagreement"], common: _Common, names: Names
) -> Iterator[Side]:
    """Claims by what they say; two that a pair sets against each other are never on one side."""
    sides: dict[tuple[str, int], list[Claim]] = {}
    against = {frozenset((pair.first.key, pair.second.key)) for pair in group}
    for claim in claims:
        words, place = _says(claim, common, names), 0
        while any(
            frozenset((claim.key, other.key)) in against for other in sides.get((words, place), ())
        ):
            place += 1
        sides.setdefault((words, place), []).append(claim)
    for (words, _), members in sides.items():
        receipts = tuple(claim.receipt for claim in members if claim.receipt)
        yield Side(words, tuple(members), (), receipts)


def _says(claim: Claim, common: _Common, names: Names) -> str:
    """What a claim says, and of whom and where, if the other claims are about others."""
    other = [
        called(names, f"{claim.table}.{role}", value)
        for role, value in _about(claim).items()
        if role not in common.roles and value and value != claim.event
    ]
    words = said(claim).replace("_", " ")
    return ", ".join([words, *other])
