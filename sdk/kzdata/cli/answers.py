"""How answers to questions look for people: the toll, disagreements, the timeline, deployments.

Everything has its name; keys are shown only where they are asked for.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import typer

from kzdata.cli.terminal import aligned, bold, hyperlink, links_shown, safe

if TYPE_CHECKING:
    from kzdata.evidence.claims import Claim
    from kzdata.evidence.names import Names
    from kzdata.evidence.outside import OutsideReport
    from kzdata.evidence.receipts import Citation
    from kzdata.questions.disagreements import Disagreements
    from kzdata.questions.forces import Country, Forces, StatedForce
    from kzdata.questions.sides import Question, Side
    from kzdata.questions.timeline import Event, Timeline
    from kzdata.questions.toll import BroaderClaim, Entry, Other, Scope, Toll

_INDENT = " " * 4


class _Words(NamedTuple):
    """How an answer calls what it has keys of, and whether the keys are shown too."""

    names: "Names"
    ids: bool

    def of(self, role: str, key: str | None) -> str:
        from kzdata.evidence.names import called

        name = called(self.names, role, key)
        return f"{name} [{key}]" if self.ids and key and key != name else name

    def claim(self, key: str) -> str:
        return self.of("claims", key)

    def claims(self, keys: Iterable[str]) -> str:
        return "; ".join(map(self.claim, keys))

    def of_claim(self, claim: "Claim", role: str) -> str:
        """What a value of a claim in a role is called; empty where it has none."""
        about = dict(claim.about)
        value = about[role] if role in about else getattr(claim, role)
        return self.of(f"{claim.table}.{role}", value) if value else ""

    def text(self, text: str) -> str:
        """A curator's words, without keys where these are not shown."""
        from kzdata.evidence.names import without_keys

        return text if self.ids else without_keys(text, self.names)


def toll(answer: "Toll", ids: bool = False) -> str:
    """A block for each scope with its range, and a paragraph for each figure."""
    words = _Words(answer.names, ids)
    blocks = ["\n".join(_scope(scope, words)) for scope in answer.scopes]
    if answer.wider:
        title = bold("may overlap, in no range: about more people or places, or does not say")
        lines = [line for wider in answer.wider for line in _wider(wider, answer, words)]
        blocks.append("\n".join([title, *lines]))
    if answer.policy:
        title = f"vague words under the policy {answer.policy}"
        blocks.append("\n".join([bold(safe(title)), *_indented(_policy(answer) or ["none"])]))
    entries = [entry.claim for scope in answer.scopes for entry in scope.entries]
    shown = [*entries, *(wider.claim for wider in answer.wider)]
    blocks += _articles((claim.receipt for claim in shown), words)
    return "\n\n".join([*(blocks or ["no claims"]), *_more(answer.more, "claims")])


def _policy(answer: "Toll") -> list[str]:
    """What each vague word of an answer counts for, also one that the policy leaves open."""
    from kzdata.evidence.claims import VAGUE

    entries = [entry.claim for scope in answer.scopes for entry in scope.entries]
    claims = [*entries, *(wider.claim for wider in answer.wider)]
    open_words = sorted({c.wording or "" for c in claims if c.qualifier == VAGUE and not c.policy})
    bounded = [f"{wording}: {reference}" for wording, reference in answer.references]
    return [*bounded, *(f"{wording}: not in this policy, so left open" for wording in open_words)]


def _scope(scope: "Scope", words: _Words) -> Iterator[str]:
    names = _about(scope.entries[0].claim, words) if scope.entries else _unlisted(scope, words)
    yield f"{bold(safe(names))}: {safe('; '.join(filter(None, _range(scope))))}"
    for figure in scope.figures:
        yield from _figure(figure, words)


def _range(scope: "Scope") -> Iterator[str]:
    """The range of a scope, and who contradicts a claim that makes it."""
    from kzdata.evidence.intervals import Interval

    envelope = scope.envelope.interval
    numbered = any(entry.claim.interval for entry in scope.entries)
    if envelope is None:
        yield "no number that stands" if numbered or not scope.entries else "no number"
        return
    vague = envelope == Interval(None, None)
    yield "vague words without bounds" if vague else str(envelope)
    yield scope.contested


def _about(claim: "Claim", words: _Words) -> str:
    """What a claim of people is about: outcome, population, place."""
    outcome = words.of_claim(claim, claim.about[0][0])
    place = words.of_claim(claim, "place") or "place not said"
    return ", ".join(filter(None, [outcome, words.of_claim(claim, "population"), place]))


def _unlisted(scope: "Scope", words: _Words) -> str:
    # None of its claims is listed, so that no table tells what its keys are called.
    found = (scope.outcome, scope.population, scope.place or "place not said")
    return ", ".join(filter(None, found)).replace("_", " ")


def _figure(figure: "tuple[Entry, ...]", words: _Words) -> Iterator[str]:
    """One figure, with all articles that have it."""
    first = figure[0]
    yield "  " + safe("  ".join(_head(first.claim, words)))
    for entry in figure:
        yield from _cited(entry.claim, words)
    yield from _indented(_status(first, words))
    for entry in figure:
        yield from _indented(_remarks(entry, words))
    # The claims of one figure have words in common, and are the same as each other.
    keys, lines = {entry.claim.key for entry in figure}, dict[str, None]()
    for entry in figure:
        told = {*entry.by, *(other.claim for other in (*entry.adds_to, *entry.also))}
        lines |= dict.fromkeys(_details(entry.claim, words, keys | told))
    yield from lines


def _status(entry: "Entry", words: _Words) -> Iterator[str]:
    from kzdata.evidence.claims import status_in_words

    if entry.status != "standing":
        yield status_in_words(entry.status, [words.claim(key) for key in entry.by])


def _remarks(entry: "Entry", words: _Words) -> Iterator[str]:
    ways = (("place", entry.place_way), ("population", entry.population_way))
    told = [" > ".join(words.of(f"{entry.claim.table}.{role}", step) for step in way)
            for role, way in ways if len(way) > 1]  # fmt: skip
    if told:
        yield f"counted up: {'; '.join(told)}"
    for base in entry.adds_to:
        yield f"adds to a superseded figure: {_other(base, words)}"
    for other in entry.also:
        yield f"the same figure by the same speaker, not a further one: {_other(other, words)}"


def _other(other: "Other", words: _Words) -> str:
    name = words.claim(other.claim)
    by = other.superseded_by
    return f"{name}, superseded by {words.claims(by)}" if by else name


def _wider(wider: "BroaderClaim", answer: "Toll", words: _Words) -> Iterator[str]:
    from kzdata.questions.toll import fit_in_words

    claim = wider.claim
    asked = {"place": answer.place, "population": answer.population}
    why = "; ".join(
        fit_in_words(role, fit, words.of_claim(claim, role),
                     words.of(f"{claim.table}.{role}", asked[role]))
        for role, fit in wider.fits
    )  # fmt: skip
    yield "  " + safe("  ".join([*_head(claim, words), _about(claim, words)]))
    yield from _cited(claim, words)
    yield from _indented([why])
    yield from _details(claim, words)


def _head(claim: "Claim", words: _Words) -> Iterator[str]:
    """A claim's day, what it says, and who says it."""
    from kzdata.evidence.claims import said
    from kzdata.questions.timeline import when

    yield when(claim.day, None, claim.precision)
    if words.ids:
        yield claim.key
    unit = words.of_claim(claim, "unit") if claim.unit else None
    state = words.of_claim(claim, "state") if claim.state else None
    yield said(replace(claim, unit=unit, state=state))
    claimant, via = (words.of_claim(claim, role) for role in ("claimant", "via"))
    by = [f"said by {claimant}" * bool(claimant), f"carried by {via}" * bool(via)]
    yield from filter(None, [", ".join(filter(None, by))])


def _cited(claim: "Claim", words: _Words) -> Iterator[str]:
    """The article of a claim and its words, a link where the terminal has them; what they prove."""
    if cited := claim.receipt:
        article = safe(words.of("sources", cited.source))
        span = f" {safe(cited.span)}" if words.ids else ""
        proof = f" · {safe(claim.proof.words)}" if claim.proof else ""
        yield f"{_INDENT}{article}: {_quoted(cited)}{span}{proof}"


def _quoted(cited: "Citation") -> str:
    quote = typer.style(safe(cited.quote), fg="green")
    return hyperlink(f"“{quote}”", cited.link) + " (damaged words)" * cited.damaged


def _details(claim: "Claim", words: _Words, told: Collection[str] = ()) -> Iterator[str]:
    """How sure a claim is, what a curator says of it, and its links to claims not yet told of."""
    yield from _hedged(claim)
    yield from _noted(claim, words)
    yield from _indented(_links(claim, words, told))


def _hedged(claim: "Claim") -> Iterator[str]:
    """How the articles present what a claim is about, and the words that this rests on."""
    if claim.certainty:
        hedges = " · ".join(f"“{hedge}”" for hedge in claim.hedges)
        certainty = claim.certainty.replace("_", " ")
        yield from _indented([f"told as {certainty}" + f": {hedges}" * bool(hedges)])


def _noted(claim: "Claim", words: _Words, left_out: str = "") -> Iterator[str]:
    """What a curator says of a claim, and what other publications do, but for one relation."""
    if claim.note:
        yield from _indented([f"note: {words.text(claim.note)}"])
    yield from (outside(report) for report in claim.outside if report.relation != left_out)


def outside(report: "OutsideReport") -> str:
    """A line for what another publication says."""
    colour = "yellow" if report.relation == "contradicts" else None
    return _INDENT + hyperlink(typer.style(safe(report.words), fg=colour), report.url)


def _links(claim: "Claim", words: _Words, told: Collection[str]) -> Iterator[str]:
    from kzdata.evidence.claim_status import relation_in_words

    # What does not hold both ways is told of the claim that it holds of.
    sides = [(link, link.mutual or link.claim == claim.key) for link in claim.links]
    ends = {(x.relation, not mine, x.other if x.claim == claim.key else x.claim)
            for x, mine in sides}  # fmt: skip
    listed = sorted(end for end in ends if end[2] not in told)
    for (name, theirs), group in groupby(listed, key=lambda end: end[:2]):
        relation, others = relation_in_words(name), [other for *_, other in group]
        if theirs:
            yield from (f"{words.claim(other)} {relation} this" for other in others)
        else:
            yield f"{relation}: {words.claims(others)}"


def _articles(cited: "Iterable[Citation | None]", words: _Words) -> list[str]:
    """The addresses of the articles, once each, where the terminal makes no links of the quotes."""
    if links_shown():
        return []
    found = {c.source: (c.link or "").split("#", 1)[0] for c in cited if c}
    lines = [f"{words.of('sources', key)}: {address or 'no address is known'}"
             for key, address in found.items()]  # fmt: skip
    return ["\n".join([bold("articles"), *(f"  {safe(line)}" for line in lines)])] if lines else []


def _indented(lines: Iterable[str]) -> list[str]:
    return [_INDENT + safe(line) for line in lines]


def _more(number: int, what: str) -> list[str]:
    return [f"{number:,} more {what} are not listed; --limit lists more"] if number else []


def disagreements(answer: "Disagreements", ids: bool = False) -> str:
    """The questions by kind; those that only look like disagreements on a few lines each."""
    words = _Words(answer.names, ids)
    blocks = []
    for kind, title in _KINDS.items():
        if found := answer.of_kind(kind):
            blocks.append(bold(f"{title}: {len(found)}"))
            blocks += ["\n".join(_question(one, words)) for one in found]
    shown = [cited for one in answer.questions for side in one.sides for cited in side.receipts]
    blocks += _articles(shown, words)
    return "\n\n".join([*(blocks or ["none"]), *_more(answer.more, "disagreements")])


_KINDS = {
    "contradiction": "cannot both be true",
    "contested": "contradicted by publications besides the articles",
    "unreconciled": "not reconciled: both may be true, though nobody says how",
    "apparent": "only looks like a disagreement",
}


def _question(one: "Question", words: _Words) -> Iterator[str]:
    colours = {"contradiction": "red", "contested": "red", "unreconciled": "yellow"}
    colour = colours.get(one.kind)
    yield typer.style(safe(one.asks), fg=colour, bold=True)
    if not one.judged:
        yield "  nobody has judged it yet"
    # Of what is no disagreement, the reason is what matters.
    for side in one.sides if one.kind != "apparent" else ():
        yield from _side(side, words, one.kind)
    # Of what other publications contradict, the heading has said so.
    reasons = one.reasons if one.kind != "contested" else ()
    yield from ("  " + safe(words.text(reason)) for reason in reasons)
    if words.ids:
        keys = [key for side in one.sides for key in (*(c.key for c in side.claims), *side.events)]
        yield "  " + safe(", ".join(keys))


def _side(side: "Side", words: _Words, kind: str) -> Iterator[str]:
    yield "  " + safe(side.says)
    for claim in side.claims:
        yield from _cited(claim, words)
        by = [words.of_claim(claim, role) for role in ("claimant", "via") if getattr(claim, role)]
        yield from _indented([f"said by {', through '.join(by)}"] if by else [])
        yield from _hedged(claim)
        # What contradicts it is the other side.
        against = "contradicts" if kind == "contested" else ""
        yield from _noted(claim, words, against)
    yield from map(outside, side.outside)
    for cited in () if side.claims else side.receipts:
        yield f"{_INDENT}{safe(words.of('sources', cited.source))}: {_quoted(cited)}"


def deployments(answer: "Forces", ids: bool = False) -> str:
    """A block for each country: what is said of its forces, by whom, and how many they are."""
    words = _Words(answer.names, ids)
    blocks = ["\n".join(_country(country, words)) for country in answer.countries]
    claims = [one.claim for country in answer.countries for one in country.stated]
    if len(blocks) > 1 and not any(country.numbered for country in answer.countries):
        blocks.append("No article says how many.")
    blocks += _articles((claim.receipt for claim in claims), words)
    return "\n\n".join([*(blocks or ["no claims"]), *_more(answer.more, "claims")])


def _country(country: "Country", words: _Words) -> Iterator[str]:
    first = country.stated[0].claim
    name = words.of_claim(first, "country") or "country not said"
    yield bold(safe(name))
    for state, stated in country.states.items():
        told = words.of(f"{first.table}.state", state)
        yield f"  {bold(safe(told))}{', no action told of' if stated[0].planned else ''}"
        for one in stated:
            yield from _stated(one, words)
    if not country.numbered:
        yield "  no article says how many"


def _stated(one: "StatedForce", words: _Words) -> Iterator[str]:
    from kzdata.evidence.claims import counted, status_in_words

    claim = one.claim
    day, *_, by = [*_head(replace(claim, state=None), words), ""][:4]
    unit = words.of_claim(claim, "unit") if claim.unit else ""
    number = counted(claim.wording or "", unit) if claim.interval else ""
    # Soldiers of whom there are hundreds are named once.
    force = "" if number and claim.force == unit else claim.force or "force not said"
    ways = [("from", "origin"), ("to", "destination"), ("in", "place")]
    # Who is sent to a place is mostly told as there, too.
    shown = ways[: 2 if claim.place == claim.destination else 3]
    way = [f"{word} {words.of_claim(claim, role)}" for word, role in shown if getattr(claim, role)]
    key = claim.key if words.ids else ""
    told = (force, number, " ".join(way), day, key, by)
    yield _INDENT + safe(", ".join(filter(None, told)))
    lines = [*_cited(claim, words), *_hedged(claim), *_noted(claim, words)]
    yield from (f"  {line}" for line in lines)
    if one.by:
        why = status_in_words(one.status, [words.claim(key) for key in one.by])
        yield f"  {_INDENT}{safe(why.removeprefix('not in the range: '))}"


def timeline(answer: "Timeline", ids: bool = False, parts: bool = False) -> str:
    """A line for each event, and below it the passages that it rests on, by article.

    Parts stand below their whole, a line each, unless all events are wanted with their passages.
    """
    words = _Words(answer.names, ids)
    folded = [(event, ()) for event in answer] if parts else answer.folded
    heads = iter(aligned([_event(event, words) for event, _ in folded]))
    lines: list[str] = []
    for event, inner in folded:
        lines += [next(heads), *_passages(event, words), *map(outside, event.outside)]
        told = aligned([_event(part, words) for part in inner]) if inner else []
        for part, line in zip(inner, told, strict=True):
            lines += [f"{_INDENT}part: {line}", *map(outside, part.outside)]
    cited = [receipt.citation for event, _ in folded for receipt in event.receipts]
    blocks = ["\n".join(lines or ["no events"]), *_articles(cited, words)]
    return "\n\n".join([*blocks, *_more(answer.more, "events")])


def _event(event: "Event", words: _Words) -> tuple[str, ...]:
    kind, place = words.of("events.type", event.type), words.of("events.place", event.place)
    key = (event.key,) if words.ids else ()
    return (event.when, *key, kind, place, (event.certainty or "").replace("_", " "), event.title)


def _passages(event: "Event", words: _Words) -> Iterator[str]:
    cited = sorted((r.citation for r in event.receipts), key=lambda c: (c.source, c.start, c.end))
    for source, passages in groupby(cited, key=lambda citation: citation.source):
        quotes = " · ".join(map(_quoted, passages))
        yield f"{_INDENT}{safe(words.of('sources', source))}: {quotes}"
