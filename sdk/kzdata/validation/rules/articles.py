"""Rules that need the articles themselves: offsets, occurrences, sentences, completeness."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from kzdata.engine.sql import ORD, column, identifier
from kzdata.evidence import spans
from kzdata.evidence.figures import Cut
from kzdata.evidence.languages import Grammar, number_tokens
from kzdata.validation.evidence_tables import IN_COLUMN, Model, role_number, whole_number
from kzdata.validation.rule import Articles, Violation, rule


def _rows(model: Model, role: str, *members: str) -> Iterator[tuple[Any, ...]]:
    """Table, declaration, row, and the cells that members of the declaration name."""
    for table, part in model.each(role):
        names = {member: getattr(part, member) for member in members}
        if not all(names.values()):
            continue
        # Offsets are numbers here; where they cannot be, that is a finding of other rules.
        numbers = ("start", "end")
        cells = {m: whole_number("t", n) if m in numbers else column(n) for m, n in names.items()}
        where = "{start} >= 0 AND {end} > {start}".format(**cells) if "start" in names else "true"
        sql = f"SELECT t.{ORD}, {', '.join(cells.values())} FROM {identifier(table.name)} t"
        yield from ((table, part, *row) for row in model.database.stream(f"{sql} WHERE {where}"))


def _span_rows(model: Model) -> Iterator[tuple[Any, ...]]:
    """The same of spans: source, start, end, quote and occurrence."""
    rows = _rows(model, "spans", "source", "start", "end", "quote", "occurrence")
    return (row for row in rows if row[6] is not None)


@rule(
    "text",
    "put the text that was published into the folder, or validate without --texts",
    declared=("kzdata:sources",),
)
def text_missing(model: Model, texts: Articles) -> Iterator[Violation]:
    """The text of each article is in the folder: a file, whatever its name, with its SHA-256."""
    for table, a, row, source, digest in _rows(model, "sources", "id", "sha256"):
        if source not in texts:
            yield Violation(table.name, row, a.sha256, "no such file", f"SHA-256 {digest}")


@rule("text", "give the length of the decoded text in code points", declared=("kzdata:sources",))
def text_length(model: Model, texts: Articles) -> Iterator[Violation]:
    """The stated length of an article is that of its text, in Unicode code points."""
    for table, a, row, source, length in _rows(model, "sources", "id", "length"):
        # Compared as text, so that what is no number differs, too.
        if source in texts and length != str(len(texts[source])):
            yield Violation(table.name, row, a.length, length, str(len(texts[source])))


@rule(
    "text", "take the whole row from `kzdata locate`", declared=("kzdata:spans", "kzdata:sources")
)
def span_slice(model: Model, texts: Articles) -> Iterator[Violation]:
    """The article's characters from start to end are the quote, exactly."""
    for table, s, row, source, start, end, quote, _ in _span_rows(model):
        if source in texts and texts[source][start:end] != quote:
            found = f"{quote!r} at {start} to {end}"
            yield Violation(table.name, row, s.start, found, repr(texts[source][start:end]))


@rule(
    "text", "take the whole row from `kzdata locate`", declared=("kzdata:spans", "kzdata:sources")
)
def span_occurrence(model: Model, texts: Articles) -> Iterator[Violation]:
    """`occurrence` is which occurrence of the quote in the article the span is, from 1."""
    for table, s, row, source, start, end, quote, occurrence in _span_rows(model):
        # Where the quote does not stand there at all, `span-slice` says so.
        if source not in texts or texts[source][start:end] != quote:
            continue
        actual = spans.occurrence_at(texts[source], quote, start)
        if str(actual) != occurrence:
            yield Violation(table.name, row, s.occurrence, occurrence, str(actual))


@rule(
    "text",
    "quote a phrase, not the whole sentence",
    source="the package declares a limit (`maxLength`, `maxShare`) in `kzdata:spans`: "
    "docs/profile.md",
    declared=("kzdata:spans", "kzdata:sources"),
)
def span_whole_sentence(model: Model, texts: Articles) -> Iterator[Violation]:
    """No quote is a whole sentence of its article, or holds one.

    Asked where `kzdata:spans` limits what is quoted.
    """
    for table, s, row, source, start, end, quote, _ in _span_rows(model):
        if not s.limited:
            continue
        spoken = model.grammar_of(source)
        if source not in texts or spoken is None:
            continue
        if spans.whole_sentence(texts[source], start, end, spoken.abbreviations):
            yield Violation(table.name, row, s.quote, quote, "less than a sentence")


@rule(
    "text",
    "take the whole wording of the number, with its qualifier",
    declared=("kzdata:figure", "kzdata:edges"),
)
def figure_cut_short(model: Model, texts: Articles) -> Iterator[Violation]:
    """The wording of a figure is not cut out of a longer one that says something else.

    "1,000" of "21,000", "2.5" of "2.5 million", "30" of "no more than 30", "1,000" of "some
    1,000", "30" of "not 30 but 12". It deceives because the characters do stand there: a reader
    who follows the receipt sees the number, and the word beside it that turns it is left out.
    """
    yield from _cut_figures(model, texts, certain=True)


@rule(
    "text",
    "take the whole wording of the number, or leave it where the word is a preposition",
    severity="warning",
    source="advice for packages that declare `kzdata:figure`: docs/methodology.md",
    declared=("kzdata:figure", "kzdata:edges"),
)
def figure_perhaps_cut(model: Model, texts: Articles) -> Iterator[Violation]:
    """No word that may be a qualifier stands before the wording of a figure.

    "60" of "over 60". A warning, because no grammar can tell a qualifier from a preposition in
    every sentence: "over two walls", "about two ministers". It deceives because "over 60" is told
    as 60, which it is not.
    """
    yield from _cut_figures(model, texts, certain=False)


def _cut_figures(model: Model, texts: Articles, *, certain: bool) -> Iterator[Violation]:
    """Figures whose wording is cut out of a longer one, for certain or perhaps."""
    for (edges, e), *_ in model.together("edges", "spans", "sources"):
        # A passage that many figures rest on is looked at once, for the first of its edges.
        sql = f"""SELECT min(t.{ORD}), p.source, p.first, p.last, p.quote
            FROM shared.edge_numbers t {IN_COLUMN} JOIN shared.passages p ON p.{ORD} = t.passage
            WHERE c.kind = 'figure' AND c.part = 'text' AND t.role = {role_number("verbatim")}
            GROUP BY ALL"""
        for ordinal, source, start, end, quote in model.database.rows(sql):
            spoken = model.grammar_of(source)
            if spoken is None or source not in texts or texts[source][start:end] != quote:
                continue
            longer = _cut(spoken, texts[source], start, end)
            if longer and longer.certain == certain:
                yield Violation(edges.name, ordinal, e.span, quote, longer.wording)


# Two rules ask of each place.
@lru_cache(maxsize=1 << 16)
def _cut(spoken: Grammar, text: str, start: int, end: int) -> Cut | None:
    return spoken.cut(text, start, end)


@rule(
    "text",
    "record the number in a table, or add it to the exclusions with a reason",
    declared=("kzdata:sources",),
    whole=True,
)
def number_unexplained(model: Model, texts: Articles) -> Iterator[Violation]:
    """Every digit run and number word of an article is in a span, or excluded with a reason.

    Digits are found in every language, words where there is a grammar of it.
    """
    intervals: dict[str, list[tuple[int, int]]] = {source: [] for source in texts}
    excluded = _rows(model, "exclusions", "source", "start", "end")
    for _, _, _, source, start, end, *_ in (*_span_rows(model), *excluded):
        if source in intervals:
            intervals[source].append((start, end))
    for source, text in texts.items():
        table, _ = model.each("sources")[0]
        tokens = number_tokens(text, model.tongues.get(source))
        for token in spans.uncovered(tokens, intervals[source]):
            excerpt = text[max(0, token.start - 30) : token.end + 30].replace("\n", " ")
            found = f"{token.token!r} at {token.start} of {source}: …{excerpt}…"
            yield Violation(table.name, None, None, found, "a span or an exclusion that covers it")


@rule(
    "text",
    "take the offsets from `kzdata locate`",
    declared=("kzdata:exclusions", "kzdata:sources"),
)
def exclusion_token(model: Model, texts: Articles) -> Iterator[Violation]:
    """The characters that an exclusion names are its token."""
    rows = _rows(model, "exclusions", "source", "start", "end", "token")
    for table, x, row, source, start, end, token in rows:
        if source in texts and texts[source][start:end] != token:
            yield Violation(table.name, row, x.token, token, repr(texts[source][start:end]))


@rule(
    "text",
    "write the alias as the article prints it, or remove it",
    declared=("kzdata:aliases", "kzdata:sources"),
)
def alias_printed(model: Model, texts: Articles) -> Iterator[Violation]:
    """Each alias stands, as whole words, in the article that it is said to be printed in.

    "Central Asia" is not printed where only "Central Asian" is.
    """
    for table, a, row, source, alias in _rows(model, "aliases", "source", "alias"):
        if source in texts and alias and spans.printed_at(texts[source], alias) is None:
            yield Violation(table.name, row, a.alias, alias, f"words of {source}")


def source_hashes(model: Model) -> dict[str, str]:
    """The SHA-256 of each source's text, by source id."""
    rows = _rows(model, "sources", "id", "sha256")
    return {source: digest for *_, source, digest in rows if source and digest}


def spans_of(model: Model, texts: Articles) -> int:
    """How many spans have their article among the texts."""
    return sum(row[3] in texts for row in _span_rows(model))
