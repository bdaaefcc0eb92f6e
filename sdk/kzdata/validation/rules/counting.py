"""Rules that read the words around a figure: whether they count, and what they count.

Asked with the articles' texts at hand, of tables with `kzdata:figure` and `kzdata:claims`. A claim
counts people where it names no unit and has a population, a first subject that counts people
(`people`), an outcome that only living beings have, or a force; else it counts its unit.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from kzdata.engine.sql import ORD, column, identifier, literal
from kzdata.evidence.sentences import sentence_at
from kzdata.standard.declarations import Claims
from kzdata.standard.descriptor import Table
from kzdata.validation.evidence_tables import IN_COLUMN, Model, role_number
from kzdata.validation.rule import Violation, rule

Articles = Mapping[str, str]  # texts by source id
_Terms = tuple[str, ...]  # the words of a term, in the singular

# What happens to living beings alone, whatever a package calls it.
_OF_LIVING = frozenset(
    "killed dead died deaths death drowned injured wounded hurt hospitalised hospitalized arrested"
    " detained kidnapped evacuated".split()
)
_OTHER_KINDS = ("clock_time", "ordinal")
_OWN_KINDS = (*_OTHER_KINDS, "multiple", "unquantified")


class _Figure(NamedTuple):
    """A figure of a claim, and what the claim says of it."""

    row: int
    text: str
    qualifier: str | None
    unit: str
    population: str
    outcome: str
    subject: str
    force: str
    concluded: bool  # whether the population is inferred
    source: str
    start: int
    end: int

    @property
    def about(self) -> str:
        """What the claim says it counts, in words for a finding."""
        return (self.unit or self.population or self.subject or "people").replace("_", " ")


class _Vocabulary(NamedTuple):
    """How the values of a column are called, and which of them go together."""

    terms: dict[_Terms, set[str]]  # values by term
    related: Callable[[str, str], bool]  # whether two values can mean the same people
    above: Callable[[str, str], bool]  # whether the first is a part of the second


def _figures(model: Model, texts: Articles) -> Iterator[tuple[Table, Claims, str, _Figure]]:
    """Each figure whose place in an article is known; with its table, and the figure's column."""
    tables = [table for table, _ in model.each("claims") if table.schema.figure]
    for table in tables if model.traceable and texts else ():
        declared, figure = table.schema.claims, table.schema.figure
        assert declared and figure
        for row in model.database.stream(_places(table)):
            source, start, quote = row[9:]
            at = _place(texts.get(source, ""), start, quote, row[1])
            if at is not None:
                unit, population, outcome, subject, force = (cell or "" for cell in row[3:8])
                about = (unit, population, outcome, subject, force)
                ordinal, words, qualifier = row[:3]
                end = at + len(words)
                found = _Figure(ordinal, words, qualifier, *about, row[8], source, at, end)
                yield table, declared, figure.text, found


def _places(table: Table) -> str:
    """SQL: figures with the cells of their claims, and the passage in which they stand."""
    declared, figure = table.schema.claims, table.schema.figure
    assert declared and figure
    names = [figure.qualifier, declared.unit, declared.population, declared.outcome]
    names += [next(iter(declared.subject), None), declared.force]
    cells = ", ".join(column(name) if name else "NULL" for name in names)
    inferred = f"""SELECT DISTINCT t.row FROM shared.edge_numbers t {IN_COLUMN}
        WHERE c.tab = {literal(table.name)} AND c.field = {literal(declared.population or "")}
            AND t.role = {role_number("inferred")}"""
    own = f"""SELECT t.row, min(t.passage) AS passage FROM shared.edge_numbers t {IN_COLUMN}
        WHERE c.tab = {literal(table.name)} AND c.field = {literal(figure.text)}
            AND t.role = {role_number("verbatim")} GROUP BY ALL"""
    return f"""SELECT t.{ORD}, {column(figure.text)}, {cells}, i.row IS NOT NULL,
            p.source, p.first, p.quote
        FROM {identifier(table.name)} t LEFT JOIN ({own}) o ON o.row = t.{ORD}
        LEFT JOIN ({inferred}) i ON i.row = t.{ORD}
        LEFT JOIN shared.passages q ON q.span = {column(figure.span)}
        JOIN shared.passages p ON p.{ORD} = coalesce(o.passage, q.{ORD})
        WHERE {column(figure.text)} IS NOT NULL AND p.first >= 0"""


def _place(text: str, start: int, quote: str, wording: str) -> int | None:
    """Where a wording stands in a text, inside a quote; None where the quote does not."""
    if not wording or not text.startswith(quote, start):
        return None
    found = re.search(rf"(?<!\w){re.escape(wording)}(?!\w)", quote)
    return start + found.start() if found else None


# ------------------------------------------------------------------------------ what a claim says


def _counts_people(claim: _Figure, declared: Claims) -> bool:
    if claim.unit:
        return False
    living = claim.outcome in declared.deaths or claim.outcome.lower() in _OF_LIVING
    return bool(claim.population or claim.subject in declared.people or living or claim.force)


def _kind(claim: _Figure, declared: Claims) -> str | None:
    """The kind of what a claim counts: people, or what its unit or population names."""
    from kzdata.evidence import nouns

    if _counts_people(claim, declared):
        named = nouns.kind(_words(claim.population)[-1]) if claim.population else None
        return named or nouns.PERSON
    words = re.findall(r"[^\W\d_]+", claim.unit.split(" of ")[0])
    return nouns.kind(words[-1]) if words else None


def _words(value: str) -> _Terms:
    """The words of a key or term, in the singular."""
    from kzdata.evidence import nouns

    return tuple(nouns.singular(word) for word in re.findall(r"[^\W_][\w'\u2019]*", value)) or ("",)


def _vocabulary(model: Model, table: Table, name: str | None) -> _Vocabulary:
    """How the values of a column are called: by themselves, the codebook and the aliases."""
    terms: dict[_Terms, set[str]] = defaultdict(set)
    for value, term in _terms_of(model, table, name) if name else ():
        if value and term:
            # Key words such as `police-and-national-guard` are one term.
            terms[_words(term.replace("-", " ").replace("_", " "))].add(value)
    return _Vocabulary(terms, *_relations(model, table, name))


def _terms_of(model: Model, table: Table, name: str) -> Iterator[tuple[str, str]]:
    database = model.database
    own = database.rows(f"SELECT DISTINCT {column(name)} FROM {identifier(table.name)} t")
    values = {value for (value,) in own if value}
    for home, key, _ in _home(model, table, name):
        listed = f"SELECT DISTINCT {column(key)} FROM {identifier(home.name)} t LIMIT 100000"
        values |= {value for (value,) in database.rows(listed) if value}
    yield from ((value, value) for value in values)
    scope = literal(f"{table.name}.{name}")
    for book, c in model.each("codebook"):
        yield from database.rows(
            f"""SELECT {column(c.category)}, {column(c.term)} FROM {identifier(book.name)} t
            WHERE {column(c.field)} = {scope}"""
        )
    for forms, a in model.each("aliases"):
        found = f"SELECT {column(a.entity)}, {column(a.alias)} FROM {identifier(forms.name)} t"
        yield from (row for row in database.rows(found) if row[0] in values)


def _home(model: Model, table: Table, name: str) -> Iterator[tuple[Table, str, str | None]]:
    """The table that a column's key leads to, its column, and the one that names the whole."""
    for key in table.schema.foreign_keys:
        home = model.tables.get(key.reference.resource or table.name)
        if key.fields == (name,) and home:
            yield home, key.reference.fields[0], home.schema.parent


def _relations(
    model: Model, table: Table, name: str | None
) -> tuple[Callable[[str, str], bool], Callable[[str, str], bool]]:
    """Whether of two values one is part of the other, or they overlap; and the first alone."""
    wholes: dict[str, str] = {}
    for home, key, parent in _home(model, table, name) if name else ():
        if parent:
            sql = f"SELECT {column(key)}, {column(parent)} FROM {identifier(home.name)} t"
            wholes |= {part: whole for part, whole in model.database.rows(sql) if part and whole}
    pairs = set()
    for listed, o in model.each("overlaps"):
        sql = f"SELECT {column(o.one)}, {column(o.other)} FROM {identifier(listed.name)} t"
        pairs |= {frozenset(pair) for pair in model.database.rows(sql)}

    def above(value: str) -> list[str]:
        chain = [value]
        while (whole := wholes.get(chain[-1])) and whole not in chain and len(chain) < 100:
            chain.append(whole)
        return chain

    def related(one: str, other: str) -> bool:
        ones, others = above(one), above(other)
        return one in others or other in ones or any(
            frozenset((a, b)) in pairs for a in ones for b in others
        )  # fmt: skip

    return related, lambda part, whole: part != whole and whole in above(part)


# ------------------------------------------------------------------------------ rules


@rule(
    "text",
    "take the number that counts, or name in the unit what the words measure",
    declared=("kzdata:figure", "kzdata:claims", "kzdata:edges"),
)
def figure_not_a_count(model: Model, texts: Articles) -> Iterator[Violation]:
    """The number of a claim is no percentage, money, measure, time, date, ordinal, age or name.

    Unless the claim's unit or subject says so: "km", "USD", "% of the vote", a calendar year. "A
    12-hour storm", "on January 5", "15% of fishers", "the COVID-19 ward", "aged 34". It deceives
    because each of these reads as a number that stands near the words "killed" or "fishers".
    """
    from kzdata.evidence import counting

    for table, declared, name, claim in _figures(model, texts):
        people = _counts_people(claim, declared)
        if claim.qualifier in _OWN_KINDS and not (people and claim.qualifier in _OTHER_KINDS):
            continue
        number = counting.sense(texts[claim.source], claim.start, claim.end)
        said = set() if people else counting.said(f"{claim.unit} {claim.subject}")
        if number.sense != "count" and number.sense not in said:
            found = f"{counting.SENSES[number.sense]}: {number.words}"
            yield Violation(table.name, claim.row, name, found, f"a count of {claim.about}")


@rule(
    "text",
    "name what the words count, or take the number that counts it",
    declared=("kzdata:figure", "kzdata:claims", "kzdata:edges"),
)
def figure_counts_another(model: Model, texts: Articles) -> Iterator[Violation]:
    """The noun that follows a number is no other thing than what the claim counts.

    Where it is certain: "more than 40 boats were lost" counts no fishers, "12 police officers" no
    soldiers where the vocabulary (codebook, aliases, keys) knows both. A part, a whole, an overlap
    of what the claim counts, a noun that nothing is known of, and none at all ("8 were killed",
    "400 of them") are no findings. It deceives because number and outcome are both right, and only
    what they are said of is exchanged.
    """
    from kzdata.evidence import counting

    known: dict[str, tuple[_Vocabulary, _Vocabulary]] = {}
    for table, declared, name, claim in _figures(model, texts):
        if table.name not in known:
            columns = (declared.population, declared.unit)
            both = tuple(_vocabulary(model, table, one) for one in columns)
            known[table.name] = both[0], both[1]
        text = texts[claim.source]
        number = counting.sense(text, claim.start, claim.end)
        if number.sense == "measure":
            other = _other_measure(claim, number.words)
        elif number.sense == "count" and claim.text.lower() != "no":
            noun = counting.phrase(text, claim.end)
            if not noun.words:
                noun = counting.noun_before(text, claim.start, claim.end)
            other = noun.head and _another(claim, declared, noun, *known[table.name])
        else:
            other = ""
        if other:
            yield Violation(table.name, claim.row, name, other, f"words that count {claim.about}")


@rule(
    "text",
    "claim the wider population, or say in a note of an inferred receipt why it is the narrower",
    severity="warning",
    source="advice for packages that declare `kzdata:claims`: docs/methodology.md",
    declared=("kzdata:figure", "kzdata:claims", "kzdata:edges"),
)
def figure_counts_whole(model: Model, texts: Articles) -> Iterator[Violation]:
    """The noun that follows a number is not a whole of which the claim counts a part.

    "1,000 people were hurt" counts no police officers, unless its sentence names them, or the
    population is inferred, with a note. A warning, because a sentence before may have narrowed the
    words. It deceives because each part is within its whole, so that nothing contradicts.
    """
    from kzdata.evidence import counting

    known: dict[str, _Vocabulary] = {}
    for table, declared, name, claim in _figures(model, texts):
        if not claim.population or claim.unit or claim.concluded:
            continue
        if table.name not in known:
            known[table.name] = _vocabulary(model, table, declared.population)
        text, vocabulary = texts[claim.source], known[table.name]
        noun = counting.phrase(text, claim.end)
        wider = noun.head and _is_whole(noun, claim, vocabulary)
        if wider and not _named_near(text, claim, vocabulary):
            expected = f"words that count {claim.about}"
            yield Violation(table.name, claim.row, name, str(noun), expected)


def _is_whole(noun: Any, claim: _Figure, vocabulary: _Vocabulary) -> bool:
    """Whether a noun phrase names people in general, or what the claim's population is part of."""
    from kzdata.evidence import nouns

    words = tuple(nouns.singular(word) for word in noun.words)
    called = _called(words, vocabulary.terms)
    anybody = words[-1] == "person" and words[-1] not in _words(claim.population) and not called
    above = called and all(vocabulary.above(claim.population, one) for one in called)
    return bool(above or anybody)


def _named_near(text: str, claim: _Figure, vocabulary: _Vocabulary) -> bool:
    """Whether the sentence of a figure names the claim's population, or a part of it."""
    sentence = text[slice(*sentence_at(text, claim.start, claim.end))]
    told = f" {' '.join(_words(sentence))} "
    own = (
        term
        for term, values in vocabulary.terms.items()
        if any(one == claim.population or vocabulary.above(one, claim.population) for one in values)
    )
    return any(f" {' '.join(term)} " in told for term in own)


def _other_measure(claim: _Figure, words: str) -> str:
    from kzdata.evidence import counting

    said, printed = counting.measured(claim.unit), counting.measured(words)
    return words if said and printed and said != printed else ""


def _another(
    claim: _Figure, declared: Claims, noun: Any, populations: _Vocabulary, units: _Vocabulary
) -> str:
    """The words that count another thing than the claim does; empty where none do for certain."""
    from kzdata.evidence import nouns

    words = tuple(nouns.singular(word) for word in noun.words)
    people = _counts_people(claim, declared)
    value, vocabulary = (claim.population, populations) if people else (claim.unit, units)
    called = _called(words, vocabulary.terms)
    if any(other == value or vocabulary.related(value, other) for other in called if value):
        return ""
    expected, found = _kind(claim, declared), nouns.kind(noun.head)
    if words[-1] in _words(value) or (found == expected and {words[-1], value} & nouns.GENERIC):
        return ""
    apart = bool(expected and found and expected != found)
    if apart and nouns.THING in (found, expected) and not people:
        return ""  # of no kind in particular: it may be what the other means
    other = bool(called and value) and (people or apart or not found)
    return f"{noun}: {', '.join(sorted(called)) or found}" if apart or other else ""


def _called(words: _Terms, terms: Mapping[_Terms, set[str]]) -> set[str]:
    """The values that the end of a noun phrase names, by the longest term."""
    return next((terms[words[at:]] for at in range(len(words)) if words[at:] in terms), set())


@rule(
    "text",
    "leave the figure empty, or take the words that give a number",
    declared=("kzdata:figure", "kzdata:claims", "kzdata:edges"),
)
def figure_no_number(model: Model, texts: Articles) -> Iterator[Violation]:
    """The words "a", "no" and "one" are figures only before what the claim counts.

    "A fisher drowned", "no looting cases", "one of the soldiers", "one was killed" count; "a
    statement was given", "no reason was given", "one of the ministries", "on the one hand" do not.
    It deceives because the words stand in every sentence: a claim of one, or of none, fits any.
    """
    from kzdata.evidence import counting

    known: dict[str, _Vocabulary] = {}
    for table, declared, name, claim in _figures(model, texts):
        people = _counts_people(claim, declared)
        if not counting.is_word_like_a(claim.text) or not (people or claim.unit):
            continue
        text = texts[claim.source]
        if table.name not in known:
            known[table.name] = _vocabulary(model, table, declared.population)
        words = counting.words_counted_by_one(text, claim.end)
        fits = (
            _person_among(words, claim, known[table.name]) if people else _unit_among(words, claim)
        )
        bare = people and not words and claim.text.lower() not in ("a", "an", "no")
        if counting.no_number(text, claim.start, claim.end) or not (fits or bare):
            found = f"{claim.text} {' '.join(words)}".strip()
            yield Violation(table.name, claim.row, name, found, f"words that count {claim.about}")


def _unit_among(words: Iterable[str], claim: _Figure) -> bool:
    """Whether some words name the unit of a claim."""
    from kzdata.evidence import nouns

    return bool({nouns.singular(word) for word in words} & set(_words(claim.unit)))


def _person_among(words: Iterable[str], claim: _Figure, vocabulary: _Vocabulary) -> bool:
    """Whether some words may name a person, or name what the claim counts."""
    from kzdata.evidence import nouns

    own = {word for term, values in vocabulary.terms.items() if claim.population in values
           for word in term} - {"and", "of", "the"}  # fmt: skip
    words = list(words)
    # "A Briton", "no Americans": a name alone.
    named = len(words) == 1 and words[0][:1].isupper() and not nouns.kind(words[0])
    aged = any(re.search(r"-olds?\Z", word) for word in words)
    known = any(nouns.singular(word) in own or nouns.may_be_person(word) for word in words)
    return named or aged or known
