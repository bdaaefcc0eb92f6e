"""Rules about what the sentence of a claim says: it is there, and it is not taken back.

A receipt shows that words stand in an article. These rules read on to the ends of their sentence,
and find the words that deny the claim, or only suppose it (`kzdata.evidence.polarity`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kzdata.engine.sql import LISTED, ORD, column, identifier, literal
from kzdata.evidence.once import once_a_package
from kzdata.evidence.sentences import Place, sentence_at
from kzdata.evidence.spans import printed_at
from kzdata.evidence.vocabulary import quoted_words
from kzdata.standard.descriptor import Table
from kzdata.validation.evidence_tables import IN_COLUMN, Model, role_number
from kzdata.validation.rule import Articles, Violation, rule

if TYPE_CHECKING:
    # Without the texts nothing turns a claim, and the words that do need not be read.
    from kzdata.evidence.triggers import Trigger

_DENIALS = ("negation", "falsity")
_DOUBTS = ("condition", "modality", "plan", "rumour", "dispute")
_CORRECTION = "correction"
_FUTURE = ("condition", "modality", "plan")
"""Doubts that a state says itself which tells of what is still to come."""
_SHOWN = 160  # characters of a sentence that a finding shows


@dataclass(slots=True)
class _Claim:
    """A claim with its passage in an article; the terms and notes only where words may turn it."""

    table: Table
    row: int
    key: str
    event: str | None
    state: str | None
    about: tuple[str | None, ...]  # what two claims about the same thing have in common
    scope: tuple[str | None, ...]  # whom and what it counts, and where, as far as it says so
    source: str
    place: Place
    figure: Place | None
    said: list[Place] = field(default_factory=list)  # terms for what happened
    hedges: list[Place] = field(default_factory=list)  # terms for its event's certainty
    notes: list[str] = field(default_factory=list)
    turned: list["Trigger"] = field(default_factory=list)  # the words that turn it


@rule(
    "text",
    "take the claim out, enter it as what it is (a state that is denied), or link the claim that "
    "contradicts or retracts it",
    declared=("kzdata:principal", "kzdata:edges", "kzdata:sources"),
)
def claim_denied(model: Model, texts: Articles) -> Iterator[Violation]:
    """No sentence denies the claim whose passage stands in it.

    "The harbour master denied that 12 fishers drowned" holds the words "12 fishers drowned":
    whoever follows the receipt finds them, and is deceived, since the article says the opposite. So
    is what comes behind: "Rumours of 12 drowned are false", "12 drowned. This was denied.". A claim
    that says so itself is left: by the term for its state, by its event's certainty, by a link that
    contradicts or retracts it, or by a note of its receipts with the words in quotation marks.
    """
    yield from _turned(model, texts, _DENIALS, "a passage whose sentence does not deny it")


@rule(
    "text",
    "say so in the claim: by its state, its event's certainty, or a note that quotes the words",
    severity="warning",
    source="advice for packages that declare `kzdata:principal`: docs/methodology.md",
    declared=("kzdata:principal", "kzdata:edges", "kzdata:sources"),
)
def claim_supposed(model: Model, texts: Articles) -> Iterator[Violation]:
    """A claim that its sentence only supposes says so itself.

    "If the dyke breaks, 88 fishers will have drowned", "12 may have drowned", "rumours of 12
    drowned": who counts such a claim with the others counts dead who may be none. A warning,
    because what is doubt and what is a way of speaking no lexicon can tell in every sentence. A
    state that `planned` of `kzdata:claims` lists says it of what is still to come.
    """
    yield from _turned(model, texts, _DOUBTS, "a claim that says so")


@rule(
    "text",
    "link the later claim to it by a relation that supersedes or retracts",
    declared=("kzdata:principal", "kzdata:edges", "kzdata:sources"),
)
def claim_corrected(model: Model, texts: Articles) -> Iterator[Violation]:
    """A figure that its own article corrects does not stand beside the right one.

    "Eleven fishers drowned. Later the figure was corrected to nine": both passages are there, and
    both would be counted. Asked of claims of one article and about the same thing whose figures
    differ, where the later one's sentence has words that correct, and no link ties the two; and of
    a claim whose own sentence takes it back.
    """
    yield from _turned(model, texts, (_CORRECTION,), "a link from what replaces it")
    yield from _replaced(model, texts)


# ------------------------------------------------------------------------------ turned claims


def _turned(
    model: Model, texts: Articles, kinds: Iterable[str], expected: str
) -> Iterator[Violation]:
    """Claims that words of some kinds turn, and that do not say so themselves."""
    tied = {kind: _tied(model, kind) for kind in kinds}
    for claim in _suspects(model, texts).turned:
        text = texts[claim.source]
        turned = next((one for one in _unsaid(claim, text) if one.kind in kinds), None)
        if turned and claim.key not in tied[turned.kind]:
            shown = f"{text[turned.start : turned.end]!r} ({turned.kind})"
            yield _violation(claim, f"{shown} in: {_excerpt(text, claim.place)}", expected)


def _unsaid(claim: _Claim, text: str) -> list["Trigger"]:
    """The words that turn a claim and that it does not say itself; where it is denied, those."""
    left = [one for one in claim.turned if not _says(claim, one, text)]
    # What is denied is an error already, whatever doubts there are besides.
    return [one for one in left if one.kind in _DENIALS] or left


def _violation(claim: _Claim, found: str, expected: str) -> Violation:
    return Violation(claim.table.name, claim.row, claim.table.schema.principal, found, expected)


def _excerpt(text: str, place: Place) -> str:
    """The sentence of a passage, cut where it is long."""
    start, end = sentence_at(text, *place)
    sentence = " ".join(text[max(start, place[0] - _SHOWN) : place[1] + _SHOWN].split())
    return " ".join(text[start:end].split()) if end - start <= 2 * _SHOWN else f"…{sentence}…"


def _says(claim: _Claim, turning: "Trigger", text: str) -> bool:
    """Whether a claim itself says what some words make of it."""
    # "reports" of "denied reports that" says nothing of the denial.
    first = turning.start + 1 if turning.kind in _DENIALS else turning.end
    if any(start < first and turning.start < end for start, end in claim.hedges):
        return True
    declared = claim.table.schema.claims
    if turning.kind in _FUTURE and declared and claim.state in declared.planned:
        return True
    words = " ".join(text[turning.start : turning.end].lower().split())
    told = (one for note in claim.notes for one in quoted_words(note.lower()))
    return any(words in " ".join(one.split()) for one in told)


def _tied(model: Model, kind: str) -> set[str]:
    """Claims of which a link says that another contradicts them, or no longer lets them stand."""
    keys = set[str]()
    for table, d in model.each("links"):
        against = (*d.contradicts, *d.retracts) if kind != _CORRECTION else ()
        replacing = (*d.supersedes, *d.retracts)
        for claim, relation, other in _links(model, table, d):
            if relation in against or (kind == _CORRECTION and relation in replacing):
                # Who contradicts is contradicted.
                keys |= {other, claim} if relation in d.contradicts else {other}
    return keys


def _links(model: Model, table: Table, d: Any) -> list[tuple[str, str, str]]:
    names = ", ".join(identifier(name) for name in (d.claim, d.relation, d.other))
    return model.database.rows(f"SELECT {names} FROM {identifier(table.name)}")


# ------------------------------------------------------------------------------ corrected later


def _replaced(model: Model, texts: Articles) -> Iterator[Violation]:
    """Figures that a later sentence of their article corrects, with no link to the right one."""
    tied = {
        frozenset((claim, other))
        for table, d in model.each("links")
        for claim, _, other in _links(model, table, d)
    }
    for same in _corrected(model, texts):
        text = texts[same[0].source]
        for earlier, later, words in _pairs(text, same):
            if {earlier.key, later.key} not in tied:
                shown = f"{text[words.start : words.end]!r} in: {_excerpt(text, later.place)}"
                yield _violation(earlier, shown, f"a link from {later.key}")


def _pairs(text: str, same: list[_Claim]) -> Iterator[tuple[_Claim, _Claim, "Trigger"]]:
    """Of claims about the same thing, each that is corrected, the later one, and the words."""
    from kzdata.evidence.polarity import corrects

    for at, later in enumerate(same):
        if words := corrects(text, later.place):
            # The last one before it that says otherwise is the one that it corrects.
            before = (one for one in reversed(same[:at]) if _differ(text, one, later))
            if earlier := next(before, None):
                yield earlier, later, words


def _corrected(model: Model, texts: Articles) -> Iterator[list[_Claim]]:
    """Claims of one article about the same thing, one of which corrects, in the article's order."""
    # Most articles correct nothing: only of the others the claims are kept.
    wanted = _suspects(model, texts).corrected
    groups = defaultdict[Any, list[_Claim]](list)
    for claim in _claims(model, texts) if wanted else ():
        if claim.figure and claim.about and _thing(claim) in wanted:
            groups[_thing(claim)].append(claim)
    return (sorted(group, key=lambda claim: claim.place) for group in groups.values())


def _thing(claim: _Claim) -> tuple[Any, ...]:
    return claim.table.name, claim.source, claim.about


def _differ(text: str, one: _Claim, other: _Claim) -> bool:
    """Whether two sentences give different figures, and nothing tells what they count apart."""
    words = [text[slice(*claim.figure)].lower() for claim in (one, other) if claim.figure]
    scopes = zip(one.scope, other.scope, strict=True)
    apart = sentence_at(text, *one.place) != sentence_at(text, *other.place)
    alike = all(a == b or None in (a, b) for a, b in scopes)
    return apart and alike and len(set(words)) == 2


# ------------------------------------------------------------------------------ reading the claims


class _Suspects(NamedTuple):
    """What the sentences of all claims give cause for.

    Attributes:
        turned: The claims that words of their sentences turn, with all that speaks for them.
        corrected: What claims are about whose sentence corrects something.
    """

    turned: list[_Claim]
    corrected: set[tuple[Any, ...]]


@once_a_package
def _suspects(model: Model, texts: Articles) -> _Suspects:
    """The same, so that each sentence is read one time."""
    from kzdata.evidence.polarity import corrects, may_turn

    found, corrected = list[_Claim](), set[tuple[Any, ...]]()
    for claim in _claims(model, texts):
        text = texts[claim.source]
        if may_turn(text, claim.place):
            found.append(claim)
        if corrects(text, claim.place):
            corrected.add(_thing(claim))
    return _Suspects(_turned_ones(model, found, texts), corrected)


def _turned_ones(model: Model, found: list[_Claim], texts: Articles) -> list[_Claim]:
    """Those of some claims that words of their sentences turn."""
    from kzdata.evidence.polarity import Core, turning

    if found:
        _add_terms(model, found, texts)
        _add_notes(model, found)
    for claim in found:
        core = Core(claim.place, claim.figure, tuple(claim.said))
        claim.turned = turning(texts[claim.source], core)
    return [claim for claim in found if claim.turned]


def _claims(model: Model, texts: Articles) -> Iterator[_Claim]:
    """The claims whose principal passage stands in a text that is understood, word for word."""
    texts = model.understood(texts)
    for table, principal in model.each("principal") if model.traceable else ():
        if not table.schema.record_key:
            continue
        for row, source, start, end, quote, wording, *cells in _principals(model, table, principal):
            if source in texts and start is not None and texts[source][start:end] == quote:
                place, (key, event, state, *rest) = (start, end), cells
                about, scope = tuple(rest[:-3]), tuple(rest[-3:])
                figure = _figure(texts[source], place, wording)
                yield _Claim(table, row, key, event, state, about, scope, source, place, figure)


def _principals(model: Model, table: Table, principal: str) -> Iterator[tuple[Any, ...]]:
    """Row, source, start, end, quote, wording, key, event, state, what it is about, its scope."""
    c, figure = table.schema.claims, table.schema.figure
    about = [*c.about, c.state] if c else _coded_columns(model, table)
    scope = (c.population, c.unit, c.place) if c else (None, None, None)
    names = (
        *(figure.text if figure else None, table.schema.record_key),
        *(c.event if c else None, c.state if c else None, *about, *scope),
    )
    cells = ", ".join(column(name) if name else "NULL" for name in names)
    return model.database.stream(
        f"""SELECT t.{ORD}, p.source, p.first, p.last, p.quote, {cells}
        FROM {identifier(table.name)} t JOIN shared.passages p ON p.span = {column(principal)}"""
    )


def _coded_columns(model: Model, table: Table) -> list[str]:
    """The columns of a table that the codebook has terms for."""
    scopes = {scope for scope, *_ in _codebook(model)}
    return [f.name for f in table.schema.fields if f"{table.name}.{f.name}" in scopes]


def _codebook(model: Model) -> list[tuple[str, str, str]]:
    """Column, category and term of each row of the codebook."""
    rows = []
    for table, c in model.each("codebook"):
        names = ", ".join(identifier(name) for name in (c.field, c.category, c.term))
        rows += model.database.rows(f"SELECT {names} FROM {identifier(table.name)}")
    return [row for row in rows if all(row)]


def _figure(text: str, place: Place, wording: str | None) -> Place | None:
    """Where the wording of a figure stands in its passage, as words of their own."""
    found = printed_at(text[slice(*place)], wording or "")
    return None if found is None else (place[0] + found, place[0] + found + len(wording or ""))


def _add_terms(model: Model, claims: list[_Claim], texts: Articles) -> None:
    """Add the places of the terms that justify what claims and their events are said to be."""
    terms = defaultdict[tuple[str, str], list[str]](list)
    for scope, category, term in _codebook(model):
        terms[scope, category].append(term)
    by_row = {(claim.table.name, claim.row): claim for claim in claims}
    by_event = defaultdict[str, list[_Claim]](list)
    for claim in claims:
        by_event[claim.event or ""].append(claim)
    for table, row, key, name, category, source, start, end in _coded(model, claims):
        own = by_row.get((table, row))
        places = _places(texts.get(source, ""), (start, end), terms[f"{table}.{name}", category])
        for claim in [own] if own is not None else by_event.get(key, ()):
            if claim.source == source:
                (claim.said if claim is own else claim.hedges).extend(places)


def _coded(model: Model, claims: list[_Claim]) -> Iterator[tuple[Any, ...]]:
    """Coded edges of claims' outcomes and states, and of their events' certainty.

    Table, row and key of the record, column, category, and the passage's source, start and end.
    """
    tables = {claim.table.name: claim.table for claim in claims}
    keys = [claim.key for claim in claims]
    wanted = [(table, list(_outcomes(model, table)), keys) for table in tables.values()]
    events = sorted({claim.event for claim in claims if claim.event})
    wanted += [(t, [e.certainty], events) for t, e in model.each("events") if e.certainty]
    for table, names, records in wanted:
        key = column(table.schema.record_key or "", "r")
        yield from model.database.rows(
            f"""SELECT c.tab, t.row, {key}, c.field, t.value, s.source, s.first, s.last
            FROM shared.edge_numbers t {IN_COLUMN} JOIN shared.passages s ON s.{ORD} = t.passage
            JOIN {identifier(table.name)} r ON r.{ORD} = t.row
            WHERE c.tab = {literal(table.name)} AND t.role = {role_number("coded")}
                AND c.field IN {LISTED} AND {key} IN {LISTED}""",
            [names, records],
        )


def _outcomes(model: Model, table: Table) -> Iterable[str]:
    """The columns of a table of claims that say what happened."""
    if not (c := table.schema.claims):
        return _coded_columns(model, table)
    return [name for name in (c.outcome, c.state) if name] or c.subject


def _places(text: str, passage: Place, terms: Iterable[str]) -> list[Place]:
    """Where terms stand in a passage of a text."""
    quote = text[slice(*passage)].lower()
    found = [(printed_at(quote, term.lower()), len(term)) for term in terms]
    return [(passage[0] + at, passage[0] + at + size) for at, size in found if at is not None]


def _add_notes(model: Model, claims: list[_Claim]) -> None:
    """Add the notes of the edges of claims."""
    by_key = {claim.key: claim for claim in claims}
    for table, e in model.each("edges"):
        if e.note:
            record, note = column(e.record), column(e.note)
            sql = f"""SELECT {record}, {note} FROM {identifier(table.name)} t
                WHERE {note} IS NOT NULL AND {record} IN {LISTED}"""
            for key, words in model.database.rows(sql, [list(by_key)]):
                by_key[key].notes.append(words)
