"""Rules about the notes of inferred cells: a conclusion names what it was drawn from.

The role `inferred` is the way around every other check, so that its note is the whole receipt. No
machine can judge a reason; it can see that there is none.
"""

import re
from collections.abc import Iterator
from itertools import count

from kzdata.engine.sql import ORD, among, column, identifier
from kzdata.evidence.vocabulary import (
    Kin,
    Lexicon,
    content_words,
    lexicon,
    names_part,
    quoted_words,
    words,
)
from kzdata.standard.declarations import Edges
from kzdata.standard.descriptor import Table
from kzdata.validation.evidence_tables import IN_COLUMN, Model, role_number
from kzdata.validation.rule import Articles, Violation, rule

LEAST_WORDS = 4  # "The state is Kazakhstan." has four
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s/]+")
_NUMBERS = count()  # rules are asked side by side
_GROUND = "words that name the ground: of a passage, a part of the article, a column, an address"


@rule(
    "consistency",
    "name the ground: the words or the part of the article, another column, an outside address",
    "warning",
    source="advice for packages that declare `note` in `kzdata:edges`: docs/methodology.md",
    declared=("kzdata:edges",),
)
def inferred_ground(model: Model) -> Iterator[Violation]:
    """The note of an inferred cell names the ground of the conclusion.

    Of at least four words, one says more than that something follows ("obvious", "see text", "as
    stated" do not). And the note points at a part of the article (the headline, the sentence
    before), has a word of a passage that the record or the record it refers to rests on, names
    another column of the table, or gives an address. Without that, anything at all can be inferred.
    """
    for (edges, e), *_ in model.together("edges", "spans", "sources"):
        if not e.note:
            continue
        known, unsure = lexicon(None), list[str]()
        for note, row, number in model.database.rows(_notes(edges, e, "inferred")):
            if not _reasons(note, known):
                found = f"{note} (on {number} edges)" if number > 1 else note
                yield Violation(edges.name, row, e.note, found, _GROUND)
            elif not _points(note, known):
                unsure.append(note)
        for row, note, grounds in _said(model, edges, e, unsure) if unsure else ():
            if not _shares(note, grounds, known):
                yield Violation(edges.name, row, e.note, note, _GROUND)


def _notes(edges: Table, e: Edges, *roles: str) -> str:
    """SQL: each note of edges of some roles once, with the first of them, and how many."""
    note = column(e.note or "")
    return f"""SELECT {note}, min({ORD}), count(*) FROM {identifier(edges.name)} t
        WHERE {among(column(e.role), roles)} AND {note} IS NOT NULL GROUP BY ALL ORDER BY 2"""


def _reasons(note: str, known: Lexicon | None) -> bool:
    """Whether a note is long enough, and says more than that something follows."""
    if known is None or _ADDRESS.search(note):
        return True
    empty = known.vacuous | known.places
    told = [word for word in content_words(note, known) if word not in empty]
    return len(words(note)) >= LEAST_WORDS and bool(told)


def _points(note: str, known: Lexicon | None) -> bool:
    """Whether a note points at a part of the article, or at an outside source."""
    return names_part(note, known) or bool(_ADDRESS.search(note))


def _said(
    model: Model, edges: Table, e: Edges, notes: list[str]
) -> Iterator[tuple[int, str, list[Kin]]]:
    """The edges that have some notes, each with the words that its record can be concluded from.

    The passages of the record and of the one that the cell refers to, and the table's columns.
    """
    name, note = f"unsure{next(_NUMBERS)}", column(e.note or "", "e")
    model.database.create_table(name, {"note": "VARCHAR"}, [(one,) for one in notes])
    asked = f"""SELECT t.{ORD}, {note} AS note, c.tab, t.row, t.value
        FROM shared.edge_numbers t {IN_COLUMN} JOIN {identifier(edges.name)} e USING ({ORD})
        JOIN shared.{name} n ON n.note = {note} WHERE t.role = {role_number("inferred")}"""
    # The words of a record are read once, however many of its cells are asked for.
    own = f"""SELECT r.tab, r.row, {_FIRST_WORDS}
        FROM (SELECT DISTINCT tab, row FROM ({asked})) r
        JOIN (SELECT c.tab, t.row, t.passage FROM shared.edge_numbers t {IN_COLUMN}) o
            ON o.tab = r.tab AND o.row = r.row
        JOIN shared.passages s ON s.{ORD} = o.passage GROUP BY ALL"""
    referred = f"""SELECT r.record, {_FIRST_WORDS}
        FROM (SELECT DISTINCT value FROM ({asked})) a
        JOIN shared.record_spans r ON r.record = a.value
        JOIN shared.passages s ON s.span = r.span GROUP BY ALL"""
    known = {tuple(key): _kin(quotes) for *key, quotes in model.database.rows(own)}
    others = {key: _kin(quotes) for key, quotes in model.database.rows(referred)}
    columns = {one.name: _kin(" ".join(one.schema.names)) for one in model.records()}
    for row, text, table, place, value in model.database.rows(f"{asked} ORDER BY 1"):
        found = (known.get((table, place)), others.get(value), columns[table])
        yield row, text, [one for one in found if one]


_FIRST_WORDS = "left(string_agg(DISTINCT s.quote, ' ' ORDER BY s.quote), 20000)"
"""SQL: the words of passages, as many as anybody would conclude something from."""


def _kin(text: str) -> Kin:
    """The words of a text, and the names in it that underscores join."""
    return Kin(map(str.lower, {*re.findall(r"[^\W_]+", text), *re.findall(r"\w+_\w+", text)}))


def _shares(note: str, grounds: list[Kin], known: Lexicon | None) -> bool:
    """Whether a note has a word, or a form of one, of what was said."""
    own = [part for word in content_words(note, known) for part in {word, *re.split("[-']", word)}]
    kept = [word for word in own if known is None or word not in known.vacuous]
    return any(word in told for word in kept for told in grounds)


@rule(
    "text",
    "quote the article as it is printed, or drop the quotation marks",
    "warning",
    source="advice for packages that declare `note` in `kzdata:edges`: docs/methodology.md",
    declared=("kzdata:edges", "kzdata:sources"),
)
def inferred_quote(model: Model, texts: Articles) -> Iterator[Violation]:
    """What the note of an inferred or inherited cell quotes stands in an article.

    Words in quotation marks are read as the article's own; made up, they are a ground that is not
    there.
    """
    for (edges, e), (sources, _) in model.together("edges", "sources"):
        asked = _notes(edges, e, "inferred", "inherited")
        rows = model.database.rows(asked) if e.note else ()
        ((articles,),) = model.database.rows(f"SELECT count(*) FROM {identifier(sources.name)}")
        # Where a text is not at hand, its words cannot be told from others.
        for note, row, _ in rows if len(texts) == articles else ():
            for quoted in quoted_words(note):
                if not any(quoted in text for text in texts.values()):
                    yield Violation(edges.name, row, e.note, quoted, "words of an article")
