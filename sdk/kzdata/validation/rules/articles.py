"""Rules that need the articles themselves: offsets, occurrences, sentences, completeness."""

import re
from collections.abc import Iterator, Mapping

from kzdata.engine.sql import ORD, identifier
from kzdata.errors import FigureError
from kzdata.evidence import spans
from kzdata.evidence.figures import Figure, NumberToken, extent, number_tokens, parse
from kzdata.validation.evidence_tables import Model, number_of, whole
from kzdata.validation.rule import Violation, rule

Articles = Mapping[str, str]
"""Texts by source id."""


def _span_rows(model: Model) -> Iterator[tuple[int, str, int, int, str, str | None]]:
    """`kz_ord`, source, start, end, quote, occurrence of every span with readable offsets."""
    if not (declared := model.declared("spans")):
        return
    table, s = declared
    start, end = whole("s", s.start), whole("s", s.end)
    yield from model.database.stream(
        f"""SELECT s.{ORD}, s.{identifier(s.source)}, {start}, {end}, s.{identifier(s.quote)},
            s.{identifier(s.occurrence)} FROM {identifier(table.name)} s
        WHERE {start} >= 0 AND {end} > {start} AND s.{identifier(s.quote)} IS NOT NULL"""
    )


def _of_span(
    model: Model, ordinal: int, member: str, found: str | None, expected: str
) -> Violation:
    """A violation in the column of a span that a member of `kzdata:spans` names."""
    declared = model.declared("spans")
    assert declared
    return Violation(declared[0].name, ordinal, getattr(declared[1], member), found, expected)


@rule("text", "put the text that was published into the folder, or validate without --texts")
def text_missing(model: Model, texts: Articles) -> Iterator[Violation]:
    """The text of each article is in the folder: a file, whatever its name, with its SHA-256."""
    if not (declared := model.declared("sources")):
        return
    table, a = declared
    columns = ", ".join(identifier(name) for name in (a.id, a.sha256))
    for ordinal, source, digest in model.database.rows(
        f"SELECT {ORD}, {columns} FROM {identifier(table.name)}"
    ):
        if source not in texts:
            yield Violation(table.name, ordinal, a.sha256, "no such file", f"SHA-256 {digest}")


@rule("text", "give the length of the decoded text in code points")
def text_length(model: Model, texts: Articles) -> Iterator[Violation]:
    """The stated length of an article is that of its text, in Unicode code points."""
    if not (declared := model.declared("sources")):
        return
    table, a = declared
    sql = f"SELECT {ORD}, {identifier(a.id)}, {identifier(a.length)} FROM {identifier(table.name)}"
    for ordinal, source, length in model.database.rows(sql):
        if source in texts and length != str(len(texts[source])):
            yield Violation(table.name, ordinal, a.length, length, str(len(texts[source])))


@rule("text", "take the whole row from `kzdata locate`")
def span_slice(model: Model, texts: Articles) -> Iterator[Violation]:
    """The article's characters from start to end are the quote, exactly."""
    for ordinal, source, start, end, quote, _ in _span_rows(model):
        if source in texts and texts[source][start:end] != quote:
            found = f"{quote!r} at {start} to {end}"
            yield _of_span(model, ordinal, "start", found, repr(texts[source][start:end]))


@rule("text", "take the whole row from `kzdata locate`")
def span_occurrence(model: Model, texts: Articles) -> Iterator[Violation]:
    """`occurrence` is which occurrence of the quote in the article the span is, from 1."""
    for ordinal, source, start, end, quote, occurrence in _span_rows(model):
        if source not in texts or texts[source][start:end] != quote:
            continue
        actual = spans.occurrence_at(texts[source], quote, start)
        if str(actual) != occurrence:
            yield _of_span(model, ordinal, "occurrence", occurrence, str(actual))


@rule("text", "quote a phrase, not the whole sentence")
def span_whole_sentence(model: Model, texts: Articles) -> Iterator[Violation]:
    """No quote is a whole sentence of its article, or holds one."""
    for ordinal, source, start, end, quote, _ in _span_rows(model):
        if source in texts and spans.whole_sentence(texts[source], start, end):
            yield _of_span(model, ordinal, "quote", quote, "less than a sentence")


@rule("text", "take the whole wording of the number, with its qualifier", severity="warning")
def figure_cut_short(model: Model, texts: Articles) -> Iterator[Violation]:
    """The wording of a figure is not cut out of a longer one that says something else.

    "1,000" of "more than 1,000", "two" of "two hundred". A warning, because no grammar can tell a
    qualifier from a preposition in every sentence.
    """
    if not (declared := model.declared("edges")) or not model.traceable:
        return
    edges, e = declared
    sql = f"""SELECT min(t.{ORD}), p.source, p.first, p.last, p.quote
        FROM shared.tie t JOIN shared.traced c ON c.place = t.place
        JOIN shared.passage p ON p.{ORD} = t.passage
        WHERE c.kind = 'figure' AND c.part = 'text' AND t.role = {number_of("verbatim")}
        GROUP BY ALL"""
    for ordinal, source, start, end, quote in model.database.rows(sql):
        if source not in texts or texts[source][start:end] != quote:
            continue
        first, last = extent(texts[source], start, end)
        longer = texts[source][first:last]
        if _reading(longer) != _reading(quote):
            yield Violation(edges.name, ordinal, e.span, quote, longer)


def _reading(wording: str) -> Figure | None:
    try:
        return parse(wording)
    except FigureError:
        return None


@rule("text", "record the number in a table, or add it to the exclusions with a reason")
def number_unexplained(model: Model, texts: Articles) -> Iterator[Violation]:
    """Every digit run and number word of an article is in a span, or excluded with a reason."""
    for source, token in unexplained(model, texts):
        table = model.one("sources")
        assert table
        excerpt = texts[source][max(0, token.start - 30) : token.end + 30].replace("\n", " ")
        found = f"{token.token!r} at {token.start} of {source}: …{excerpt}…"
        yield Violation(table.name, None, None, found, "a span or an exclusion that covers it")


def unexplained(model: Model, texts: Articles) -> Iterator[tuple[str, NumberToken]]:
    """Number tokens of the texts that neither a span nor an exclusion covers, in order."""
    intervals: dict[str, list[tuple[int, int]]] = {source: [] for source in texts}
    rows = [(source, start, end) for _, source, start, end, _, _ in _span_rows(model)]
    for source, start, end in [*rows, *_excluded(model)]:
        if source in intervals:
            intervals[source].append((start, end))
    for source, content in texts.items():
        for token in spans.uncovered(number_tokens(content), intervals[source]):
            yield source, token


def _excluded(model: Model) -> list[tuple[str, int, int]]:
    if not (declared := model.declared("exclusions")):
        return []
    table, x = declared
    start, end = whole("t", x.start), whole("t", x.end)
    return model.database.rows(
        f"""SELECT t.{identifier(x.source)}, {start}, {end} FROM {identifier(table.name)} t
        WHERE {start} >= 0 AND {end} > {start}"""
    )


@rule("text", "take the offsets from `kzdata locate`")
def exclusion_token(model: Model, texts: Articles) -> Iterator[Violation]:
    """The characters that an exclusion names are its token."""
    if not (declared := model.declared("exclusions")):
        return
    table, x = declared
    start, end = whole("t", x.start), whole("t", x.end)
    sql = f"""SELECT t.{ORD}, t.{identifier(x.source)}, {start}, {end}, t.{identifier(x.token)}
        FROM {identifier(table.name)} t WHERE {start} >= 0 AND {end} > {start}"""
    for ordinal, source, first, last, token in model.database.rows(sql):
        if source in texts and texts[source][first:last] != token:
            yield Violation(table.name, ordinal, x.token, token, repr(texts[source][first:last]))


@rule("text", "write the alias as the article prints it, or remove it")
def alias_printed(model: Model, texts: Articles) -> Iterator[Violation]:
    """Each alias stands, as whole words, in the article that it is said to be printed in.

    "Central Asia" is not printed where only "Central Asian" is.
    """
    if not (declared := model.declared("aliases")) or not declared[1].source:
        return
    table, a = declared
    sql = f"""SELECT {ORD}, {identifier(a.source)}, {identifier(a.alias)}
        FROM {identifier(table.name)}"""
    for ordinal, source, alias in model.database.rows(sql):
        if source in texts and alias is not None and not _printed(alias, texts[source]):
            yield Violation(table.name, ordinal, a.alias, alias, f"words of {source}")


def _printed(words: str, text: str) -> bool:
    """Whether some words stand in a text without being parts of longer ones."""
    before = r"(?<!\w)" if re.match(r"\w", words) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", words) else ""
    return bool(re.search(before + re.escape(words) + after, text))


def source_hashes(model: Model) -> dict[str, str]:
    """The SHA-256 of each source's text, by source id."""
    if not (declared := model.declared("sources")):
        return {}
    table, a = declared
    sql = f"SELECT {identifier(a.id)}, {identifier(a.sha256)} FROM {identifier(table.name)}"
    return {source: digest for source, digest in model.database.rows(sql) if source and digest}


def spans_of(model: Model, texts: Articles) -> int:
    """How many spans have their article among the texts."""
    return sum(source in texts for _, source, *_ in _span_rows(model))
