"""How answers to questions look for people: the toll, disagreements, the timeline."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import typer

from kzdata.cli.terminal import aligned, bold, safe

if TYPE_CHECKING:
    from kzdata.evidence.claims import Claim
    from kzdata.evidence.receipts import Citation
    from kzdata.questions.disagreements import Disagreement, Disagreements
    from kzdata.questions.timeline import Event, Timeline
    from kzdata.questions.toll import Scope, Toll

_INDENT = " " * 4


def toll(answer: "Toll") -> str:
    """A block for each scope with its range, and a paragraph for each claim."""
    blocks = ["\n".join(_scope(scope)) for scope in answer.scopes]
    if answer.wider:
        lines = [bold("not included: about more than was asked for, or does not say")]
        for claim, why in ((wider.claim, wider.why) for wider in answer.wider):
            about = filter(None, (claim.about[0][1], claim.population, claim.place))
            lines += _claim(claim, f"{', '.join(about)}: {why}")
        blocks.append("\n".join(lines))
    if answer.policy:
        title = f"vague words under the policy {answer.policy}"
        blocks.append("\n".join([bold(safe(title)), *_indented(_policy(answer) or ["none"])]))
    return "\n\n".join([*(blocks or ["no claims"]), *_more(answer.more, "claims")])


def _policy(answer: "Toll") -> list[str]:
    """What each vague word of an answer counts for, also one that the policy leaves open."""
    from kzdata.evidence.claims import VAGUE

    entries = [entry.claim for scope in answer.scopes for entry in scope.entries]
    claims = [*entries, *(wider.claim for wider in answer.wider)]
    open_words = sorted({c.wording or "" for c in claims if c.qualifier == VAGUE and not c.policy})
    bounded = [f"{wording}: {reference}" for wording, reference in answer.references]
    return [*bounded, *(f"{wording}: not in this policy, so left open" for wording in open_words)]


def _scope(scope: "Scope") -> Iterator[str]:
    parts = (scope.outcome, scope.population, scope.place or "place not said")
    names = ", ".join(filter(None, parts))
    envelope = scope.envelope.interval
    yield f"{bold(safe(names))}: {safe(str(envelope)) if envelope else 'no number that stands'}"
    for entry in scope.entries:
        remarks = [entry.why] if entry.why else []
        if ways := [way for way in (entry.place_way, entry.population_way) if len(way) > 1]:
            remarks.append(f"counted up: {'; '.join(' > '.join(way) for way in ways)}")
        yield from _claim(entry.claim, *remarks)


def _claim(claim: "Claim", *remarks: str) -> Iterator[str]:
    """A claim: its day and key, what it says and who says it; remarks, receipt and links."""
    from kzdata.questions.disagreements import said
    from kzdata.questions.timeline import when

    said_by = f"said by {claim.claimant}" if claim.claimant else ""
    carried = f"carried by {claim.via}" if claim.via else ""
    article = f"in {claim.receipt.source}" if claim.receipt else ""
    head = [when(claim.day, None, claim.precision), claim.key, said(claim)]
    yield "  " + safe("  ".join([*head, ", ".join(filter(None, [said_by, carried, article]))]))
    yield from _indented(remarks)
    if claim.receipt:
        yield from _cited(claim.receipt)
    yield from _indented(_links(claim))


def _links(claim: "Claim") -> Iterator[str]:
    # A relation reads in one way only, so that its other end names the claim after it.
    sides = [(link, link.claim == claim.key) for link in claim.links]
    ends = sorted((x.relation, mine, x.other if mine else x.claim) for x, mine in sides)
    for (name, mine), group in groupby(ends, key=lambda end: end[:2]):
        keys = ", ".join(other for *_, other in group)
        yield f"{name} {keys}" if mine else f"{keys} {name} {claim.key}"


def _cited(citation: "Citation") -> Iterator[str]:
    quote = typer.style(safe(citation.quote), fg="green")
    yield f"{_INDENT}“{quote}” {safe(citation.span)}"
    if citation.link:
        yield _INDENT + typer.style(safe(citation.link), dim=True)


def _indented(lines: Iterable[str]) -> list[str]:
    return [_INDENT + safe(line) for line in lines]


def _more(number: int, what: str) -> list[str]:
    return [f"{number:,} more {what} are not listed; --limit lists more"] if number else []


def disagreements(answer: "Disagreements") -> str:
    """A block for each disagreement: the reason, both claims with receipts, what curators say."""
    blocks = ["\n".join(_disagreement(one)) for one in answer.found]
    count = f"{len(answer.contradictions)} contradictions, {len(answer.explained)} explained"
    total = bold(f"{count}, {len(answer.uncurated)} that nobody has judged")
    return "\n\n".join([*blocks, total, *_more(answer.more, "disagreements")])


def _disagreement(one: "Disagreement") -> Iterator[str]:
    colour = {"contradiction": "red", "uncurated": "yellow"}.get(one.verdict)
    verdict = typer.style(one.verdict, fg=colour, bold=True)
    yield f"{verdict}: {safe(one.reason)}"
    for claim in (one.first, one.second):
        yield from _claim(replace(claim, links=()))  # which are told of the pair
    notes = [f"{x.claim} {x.relation} {x.other}: {x.note or ''}".rstrip(": ") for x in one.links]
    yield from ("  " + safe(note) for note in notes)


def timeline(answer: "Timeline") -> str:
    """A line for each event, and below it the passages that it rests on, by article."""
    heads = aligned(
        [(e.when, e.key, e.type or "", e.place or "", e.certainty or "", e.title) for e in answer]
    )
    lines: list[str] = []
    for head, event in zip(heads, answer, strict=True):
        lines += [head, *_indented(_passages(event))]
    return "\n".join([*(lines or ["no events"]), *_more(answer.more, "events")])


def _passages(event: "Event") -> Iterator[str]:
    cited = sorted((r.citation for r in event.receipts), key=lambda c: (c.source, c.start, c.end))
    for source, passages in groupby(cited, key=lambda citation: citation.source):
        yield f"{source}: {' · '.join(f'“{passage.quote}”' for passage in passages)}"
