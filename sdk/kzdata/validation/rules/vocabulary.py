"""Rules about terms and aliases: a word that fits everything proves nothing.

They read the words alone, in the language of the sources (`kzdata:sources`), by the lexicon of
`kzdata.evidence.vocabulary`. All are advice: a curator may have a reason, and gives it in a note.
"""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import NamedTuple

from kzdata.engine import sql
from kzdata.engine.sql import ORD, column, identifier
from kzdata.evidence.once import once_a_package
from kzdata.evidence.profile import cell
from kzdata.evidence.vocabulary import (
    Lexicon,
    bare,
    content_words,
    denied_form,
    lexicon,
    negation,
    shares_word,
    tells_of,
    unarticled,
    words,
)
from kzdata.standard.descriptor import FieldDescriptor
from kzdata.validation.evidence_tables import IN_COLUMN, Model, entity_words, role_number
from kzdata.validation.rule import Query, Violation, rule

ADVICE_ON_TERMS = "advice for packages that declare `kzdata:codebook`: docs/profile.md"
ADVICE_ON_ALIASES = "advice for packages that declare `kzdata:aliases`: docs/profile.md"
NOTE_WORDS = 3  # words that a note has at least
_NUMBERS = count()  # rules are asked side by side


class _Term(NamedTuple):
    """A term of the codebook, or a surface form of an entity."""

    table: str
    row: int
    column: str
    text: str
    means: str  # the category or the entity
    where: str  # the coded column; empty for a form
    note: str
    known: Lexicon | None  # of the language that it is written in


@once_a_package
def _coded(model: Model) -> tuple[_Term, ...]:
    """The terms of the codebook: in their language, else in the one of all articles, or English."""
    spoken: list[str | None] = []
    for table, a in model.each("sources"):
        asked = f"SELECT DISTINCT {cell(a.language)} FROM {identifier(table.name)} t LIMIT 2"
        spoken = [language for (language,) in model.database.rows(asked)]
    known = lexicon(spoken[0] if len(spoken) == 1 else None)
    found = list[_Term]()
    for table, c in model.each("codebook"):
        parts = ", ".join(map(cell, (c.term, c.category, c.field, c.language)))
        rows = model.database.rows(f"SELECT {ORD}, {parts} FROM {identifier(table.name)} t")
        for row, term, category, field, language in rows:
            if None not in (term, category, field):
                own = lexicon(language) if language else known
                found.append(_Term(table.name, row, c.term, term, category, field, "", own))
    return tuple(found)


@once_a_package
def _surface_forms(model: Model) -> tuple[_Term, ...]:
    """The surface forms, each once for an entity, with the first row that has it."""
    sources, found = model.declared("sources"), list[_Term]()
    for table, a in model.each("aliases"):
        language, join = "NULL", ""
        if sources and sources[1].language and a.source:
            language = column(sources[1].language, "s")
            join = f"""LEFT JOIN {identifier(sources[0].name)} s
                ON {column(sources[1].id, "s")} = {column(a.source)}"""
        # Articles print the same forms again and again; a word means the same in each of them.
        parts = f"{column(a.alias)}, {column(a.entity)}, {cell(a.note)}, {language}"
        rows = model.database.rows(
            f"""SELECT min(t.{ORD}), {parts} FROM {identifier(table.name)} t {join}
            GROUP BY ALL ORDER BY 1"""
        )
        for row, alias, entity, note, spoken in rows:
            if None not in (alias, entity):
                known, words = lexicon(spoken), (alias, entity, "", note or "")
                found.append(_Term(table.name, row, a.alias, *words, known))
    return tuple(found)


def _at(term: _Term, expected: str) -> Violation:
    return Violation(term.table, term.row, term.column, term.text, expected)


# ------------------------------------------------------------------------------ words


@rule(
    "consistency",
    "take words that mean the category",
    "warning",
    source=ADVICE_ON_TERMS,
    declared=("kzdata:codebook",),
)
def term_empty(model: Model) -> Iterator[Violation]:
    """A term of the codebook has a word that means something.

    "The", "was", a letter or a number stands in nearly every passage: a receipt with such a term
    is true of any category, so that it shows nothing.
    """
    yield from _empty(_coded(model))


@rule(
    "consistency",
    "take words that name the entity; who a pronoun is, a note says where it is inferred",
    "warning",
    source=ADVICE_ON_ALIASES,
    declared=("kzdata:aliases",),
)
def alias_empty(model: Model) -> Iterator[Violation]:
    """A surface form has a word that names somebody or something.

    "He", "it", "the", a letter or a number names whomever a reader likes: a receipt with such a
    form would fit any entity.
    """
    yield from _empty(_surface_forms(model))


def _empty(terms: Iterable[_Term]) -> Iterator[Violation]:
    expected = "a word of its own, beside stop words, numbers and single letters"
    return (_at(term, expected) for term in terms if not content_words(term.text, term.known))


@rule(
    "consistency",
    "take longer terms, of which each stands for one category",
    "warning",
    source=ADVICE_ON_TERMS,
    declared=("kzdata:codebook",),
)
def term_ambiguous(model: Model) -> Iterator[Violation]:
    """A term stands for one category of a column, whatever its capitals and articles.

    With a term for two categories the same words would prove either, and the curator's choice would
    pass for what the article says.
    """
    found: dict[tuple[str, str], list[_Term]] = {}
    for term in _coded(model):
        found.setdefault((term.where, unarticled(term.text, term.known)), []).append(term)
    for terms in found.values():
        if len({term.means for term in terms}) > 1:
            yield from (_at(term, f"a term of {term.means} alone") for term in terms)


@rule(
    "consistency",
    "move the term to the category that it names",
    "warning",
    source=ADVICE_ON_TERMS,
    declared=("kzdata:codebook",),
)
def term_of_another(model: Model) -> Iterator[Violation]:
    """A term is not the name of another category of its column.

    "Injured" as a term for the killed makes one outcome out of another, and the quote looks right.
    """
    terms = list(_coded(model))
    names = _category_names(model, terms)
    for term in terms:
        named = names[term.where].get(bare(term.text, term.known), {term.means})
        if term.means not in named:
            yield _at(term, f"a term of {term.means}, not the name of {min(named)}")


def _category_names(model: Model, terms: Iterable[_Term]) -> dict[str, dict[str, set[str]]]:
    """By coded column, the categories that go by a name: those with terms, and those listed."""
    fields = {
        f"{table.name}.{field.name}": field
        for table in model.descriptor.tables.values()
        for field in table.schema.fields
    }
    names: dict[str, dict[str, set[str]]] = {}
    for where, category, known in {(term.where, term.means, term.known): 0 for term in terms}:
        held = names.setdefault(where, {})
        listed = _listed(fields[where]) if where in fields and not held else ()
        for value, name in (*listed, (category, category)):
            held.setdefault(bare(name.replace("_", " "), known), set()).add(value)
    return names


def _listed(field: FieldDescriptor) -> Iterator[tuple[str, str]]:
    """The values that a field lists, each with its name."""
    for value in (*(field.constraints.enum or ()), *field.category_values):
        yield str(value), str(value)


@rule(
    "consistency",
    "take a passage that has the term, of an article in its language, or correct the language",
    source="the package declares it (`example` of `kzdata:codebook`): docs/profile.md",
    declared=("kzdata:codebook", "kzdata:spans", "kzdata:sources"),
)
def term_example(model: Model) -> Iterator[Query]:
    """The example of a term is a passage that has the term, in an article in the term's language.

    A term that nobody ever printed, or that is no word of the language, would be there for a
    receipt to come. As in receipts, the term stands there in whole words.
    """
    for (table, c), (spans, s), (sources, a) in model.together("codebook", "spans", "sources"):
        if not c.example:
            continue
        absent = f"NOT {sql.contains(sql.words(column(s.quote, 'p')), sql.words(column(c.term)))}"
        other = "false"
        if c.language and a.language:
            own, theirs = (f"lower(split_part({one}, '-', 1))"
                           for one in (column(c.language), column(a.language, "a")))  # fmt: skip
            other = f"{own} <> {theirs}"
        joins = f"""JOIN {identifier(spans.name)} p ON {column(s.id, "p")} = {column(c.example)}
            JOIN {identifier(sources.name)} a ON {column(a.id, "a")} = {column(s.source, "p")}"""
        expected = f"'words with the term ' || {column(c.term)} || ', in its language'"
        quote = column(s.quote, "p")
        yield Query.rows(table, c.example, f"({absent} OR {other})", expected, quote, joins)


# ------------------------------------------------------------------------------ negation


@rule(
    "consistency",
    "take words that say the category; what is denied is of another one",
    "warning",
    source=ADVICE_ON_TERMS,
    declared=("kzdata:codebook",),
)
def term_negated(model: Model) -> Iterator[Violation]:
    """A term does not deny the category that it stands for.

    "Not injured", "unharmed" or "no longer missing" hold the very words of the category, and say
    the opposite. "Not yet commented", of a statement, denies none of its name.
    """
    terms = list(_coded(model))
    said: dict[tuple[str, str], set[str]] = {}
    for term in terms:
        said.setdefault((term.where, term.means), set()).add(bare(term.text, term.known))
    for term in terms:
        own = bare(term.means.replace("_", " "), term.known)
        denied = _denied(term, own, said[term.where, term.means])
        if denied and not negation(own, term.known):
            yield _at(term, f"words that say {term.means}, not that deny it ({denied!r})")


def _denied(term: _Term, own: str, said: set[str]) -> str | None:
    """What negates the name of a term's category, or another of its terms, if anything."""
    if found := negation(term.text, term.known):
        rest = bare(found[1], term.known)
        return found[0] if rest in said or f" {own} " in f" {rest} " else None
    for word in content_words(term.text, term.known):
        if word != own and {own, *said}.intersection(denied_form(word, term.known)):
            return word
    return None


@rule(
    "consistency",
    "take the words that name the entity itself",
    "warning",
    source=ADVICE_ON_ALIASES,
    declared=("kzdata:aliases",),
)
def alias_negated(model: Model) -> Iterator[Violation]:
    """A surface form does not say that somebody else is meant, unless the name has the word, too.

    "Not the harbour master" and "anyone but the warden" hold the name of the one who is not meant.
    """
    names = _entities(model)
    for term in _surface_forms(model):
        found = negation(term.text, term.known)
        own = " ".join((*names.get(term.means, _Entity()).names, term.means))
        # "No. 5 Battery" is numbered, not denied.
        numbered = found and found[0] == "no" and found[1][:1].isdigit()
        if found and not numbered and not negation(own, term.known):
            yield _at(term, f"a name of {term.means}, without {found[0]!r}")


# ------------------------------------------------------------------------------ names


class _Entity(NamedTuple):
    """What a table says of an entity in words: its names, and its note."""

    names: tuple[str, ...] = ()
    note: str = ""
    table: str = ""


@once_a_package
def _entities(model: Model) -> dict[str, _Entity]:
    """The entities of the tables that aliases are declared for, by key."""
    found: dict[str, _Entity] = {}
    for _, a in model.each("aliases"):
        for target in (one for one in a.of if one.resource in model.tables):
            table = model.tables[target.resource]
            called = [name for name in entity_words(table, target) if name != target.note]
            parts = (cell(target.field), cell(called[0] if called else None), cell(target.note))
            rows = f"SELECT {', '.join(parts)} FROM {identifier(table.name)} t"
            for key, name, note in model.database.rows(rows):
                before = found.get(key, _Entity()).names
                names = (*before, *filter(None, [name]))
                found[key] = _Entity(names, note or "", table.name)
    return found


@rule(
    "consistency",
    "give the form to the entity whose name it is",
    "warning",
    source=ADVICE_ON_ALIASES,
    declared=("kzdata:aliases",),
)
def alias_of_another(model: Model) -> Iterator[Violation]:
    """A surface form is not the name of another entity of the same table.

    A claim about the one would rest on the other's name, printed as plain as can be. Where two are
    called alike, a note of the form or of the entity says so.
    """
    entities = _entities(model)
    owners: dict[tuple[str, str], set[str]] = {}
    for key, entity in entities.items():
        for name in (*entity.names, key.replace("-", " ").replace("_", " ")):
            owners.setdefault((entity.table, name.lower()), set()).add(key)
    for term in _surface_forms(model):
        table = entities.get(term.means, _Entity()).table
        named = owners.get((table, bare(term.text, term.known)), {term.means})
        if term.means not in named and not _noted(term, entities):
            yield _at(term, f"a form of {term.means}, not the name of {min(named)}")


@rule(
    "consistency",
    "say in a note of the form, or of the entity, why it is called so; or infer it from a passage",
    "warning",
    source=ADVICE_ON_ALIASES,
    declared=("kzdata:aliases", "kzdata:edges"),
)
def alias_unexplained(model: Model) -> Iterator[Violation]:
    """A surface form that one record alone rests on has something to do with the entity's name.

    It has a word in common with the name, the key or another form of the entity in use, or is its
    initials; or a note of the form, or of the entity (`of` of `kzdata:aliases`), explains it. "The
    group" or "boats" for a person is a form that was made for one receipt.
    """
    entities = _entities(model)
    strange = [term for term in _surface_forms(model) if not _explained(term, entities)]
    users = _users(model, strange) if strange and model.traceable else {}
    for number, term in enumerate(strange):
        if users.get(number) == 1:
            expected = f"a word of the name of {term.means}, or a note that explains it"
            yield _at(term, expected)


def _explained(term: _Term, entities: dict[str, _Entity]) -> bool:
    entity = entities.get(term.means, _Entity())
    return (
        # What has no word of its own is a finding of `alias-empty`.
        not content_words(term.text, term.known)
        or shares_word(term.text, (term.means, *entity.names), term.known)
        or _noted(term, entities)
    )


def _noted(term: _Term, entities: dict[str, _Entity]) -> bool:
    """Whether a note of the form, or of its entity, explains it."""
    note = entities.get(term.means, _Entity()).note
    return len(words(term.note)) >= NOTE_WORDS or tells_of(note, term.text, term.known)


def _users(model: Model, terms: list[_Term]) -> dict[int, int]:
    """How many records name their entity by a form, by the number of the form."""
    name = f"strange{next(_NUMBERS)}"
    kinds = dict.fromkeys(("entity", "term"), "VARCHAR")
    rows = [(number, one.means, one.text) for number, one in enumerate(terms)]
    model.database.create_table(name, {"number": "INTEGER", **kinds}, rows)
    named = sql.contains(sql.words("s.quote"), sql.words("u.term"))
    found = model.database.rows(
        f"""SELECT u.number, count(DISTINCT c.tab || chr(31) || t.row)
        FROM shared.edge_numbers t {IN_COLUMN} JOIN shared.passages s ON s.{ORD} = t.passage
        JOIN shared.{name} u ON u.entity = t.value
        WHERE t.role = {role_number("resolved")} AND {named} GROUP BY ALL"""
    )
    return dict(found)
