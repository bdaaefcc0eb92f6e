"""Spans: offsets that hold for any text, sentences, coverage, and re-anchoring without errors."""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kzdata.errors import SpanError
from kzdata.evidence.spans import (
    Span,
    covered,
    decode,
    locate,
    occurrence_at,
    occurrences,
    reanchor,
    text_fragment,
    uncovered,
    whole_sentence,
)
from strategies import any_text, hazard_text

Case = tuple[str, list[Span]]
"""A text and spans of it in order of start."""


@st.composite
def placed(
    draw: st.DrawFn,
    min_spans: int = 1,
    max_spans: int = 6,
    texts: st.SearchStrategy[str] | None = None,
) -> Case:
    """A text and spans of it in order of start."""
    text = draw(hazard_text(min_size=2) if texts is None else texts)
    spans = []
    for _ in range(draw(st.integers(min_spans, max_spans))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, min(len(text), start + 8)))
        quote = text[start:end]
        spans.append(Span(start, end, quote, occurrence_at(text, quote, start)))
    return text, sorted(spans)


few_letters = st.text("ab\n", min_size=2, max_size=14)

# ------------------------------------------------------------------------------ locating


@given(placed())
def test_located_spans_slice_to_their_quote(case: Case) -> None:
    text, spans = case
    for span in spans:
        assert text[span.start : span.end] == span.quote
        assert locate(text, span.quote, span.occurrence) == span
        assert occurrences(text, span.quote)[span.occurrence - 1] == span.start


@given(placed(max_spans=1))
def test_without_occurrence_only_a_single_one_is_located(case: Case) -> None:
    text, (span,) = case
    if len(occurrences(text, span.quote)) == 1:
        assert locate(text, span.quote) == span
    else:
        first, second = occurrences(text, span.quote)[:2]
        with pytest.raises(SpanError, match=f"ambiguous.* at {first}, {second}"):
            locate(text, span.quote)


def test_overlapping_occurrences_count() -> None:
    assert occurrences("aaaa", "aa") == [0, 1, 2]
    assert locate("aaaa", "aa", 2) == Span(1, 3, "aa", 2)
    assert occurrence_at("aaaa", "aa", 2) == 3


def test_nothing_is_normalised() -> None:
    """Catches NFC, case folding and translated line ends."""
    assert occurrences("e\u0301 \u00e9 \u00c9", "\u00e9") == [3]
    assert occurrences("a\r\nb\nb", "\nb") == [2, 4]
    assert locate("\ufeffx\U0001f600y", "y") == Span(3, 4, "y", 1)


@pytest.mark.parametrize("call", [lambda: locate("abc", "x"), lambda: locate("abc", "a", 2)])
def test_an_absent_quote_is_refused(call: Callable[[], Span]) -> None:
    with pytest.raises(SpanError, match="no occurrence"):
        call()


@pytest.mark.parametrize("occurrence", [0, -1, 3])
def test_occurrences_count_from_one(occurrence: int) -> None:
    with pytest.raises(SpanError):
        locate("ab ab", "ab", occurrence)


def test_empty_quotes_and_wrong_places_are_refused() -> None:
    for call in (
        lambda: occurrences("abc", ""),
        lambda: locate("abc", ""),
        lambda: occurrence_at("abc", "b", 0),
        lambda: text_fragment(""),
    ):
        with pytest.raises(SpanError):
            call()


@given(any_text())
def test_decode_keeps_everything(text: str) -> None:
    assert decode(text.encode("utf-8")) == text


@pytest.mark.parametrize("data", [b"\xff", b"a\xc3", b"\xed\xa0\x80", b"\xc0\x80"])
def test_decode_is_strict(data: bytes) -> None:
    with pytest.raises(SpanError, match="not UTF-8 at byte"):
        decode(data)


# ------------------------------------------------------------------------------ sentences

STORY = (
    "A short heading\n"
    "Police counted 12 people. Dr. J. Smith of the U.S. mission left at 5 p.m. on Monday.\r\n"
    "\u201cWhere are they?\u201d he asked. \u201cWe saw nobody.\u201d Then... nothing!\n"
    "It cost 2.5 million (the first year). The site x.org was down\u2026 and back"
)


@pytest.mark.parametrize(
    ("quote", "whole"),
    [
        ("Police counted 12 people.", True),
        ("Police counted 12 people", True),
        ("heading\nPolice counted 12 people. Dr", True),
        ("olice counted 12 people.", False),
        ("Police counted 12", False),
        ("A short heading", False),
        ("A short heading\n", False),
        ("Dr. J. Smith of the U.S. mission left at 5 p.m.", False),
        ("Dr. J. Smith of the U.S. mission left at 5 p.m. on Monday", True),
        ("\u201cWhere are they?\u201d", False),
        ("Where are they?\u201d he asked", True),
        ("\u201cWe saw nobody.\u201d", True),
        ("We saw nobody", True),
        ("We saw", False),
        ("Then... nothing", True),
        ("It cost 2", False),
        ("It cost 2.5 million (the first year)", True),
        ("The site x.org was down\u2026 and back", False),
        ("was down", False),
        (STORY, True),
    ],
)
def test_a_whole_sentence_is_recognised(quote: str, whole: bool) -> None:
    start = STORY.index(quote)
    assert whole_sentence(STORY, start, start + len(quote)) is whole


@pytest.mark.parametrize(
    ("text", "quote"),
    [("He left.", "He left"), ("  He left.  ", "He left."), ("\ufeffHe left!", "He left!")],
)
def test_a_whole_sentence_is_recognised_at_the_ends_of_a_text(text: str, quote: str) -> None:
    start = text.index(quote)
    assert whole_sentence(text, start, start + len(quote))


@given(hazard_text(), st.integers(0, 60), st.integers(0, 60), st.integers(0, 9), st.integers(0, 9))
def test_a_wider_span_takes_in_no_fewer_sentences(
    text: str, start: int, size: int, before: int, after: int
) -> None:
    end = min(len(text), start + size)
    if start < end and whole_sentence(text, start, end):
        assert whole_sentence(text, max(0, start - before), min(len(text), end + after))


# ------------------------------------------------------------------------------ coverage


class Token(NamedTuple):
    start: int
    end: int


pairs = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


@given(pairs)
def test_covered_counts_each_code_point_once(intervals: list[tuple[int, int]]) -> None:
    assert covered(intervals) == len({i for start, end in intervals for i in range(start, end)})


@given(pairs, st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), max_size=8))
def test_uncovered_tokens_have_an_open_code_point(
    intervals: list[tuple[int, int]], sizes: list[tuple[int, int]]
) -> None:
    tokens = [Token(start, start + size) for start, size in sizes]
    points = {i for start, end in intervals for i in range(start, end)}
    expected = [t for t in tokens if not points.issuperset(range(t.start, t.end))]
    assert uncovered(tokens, intervals) == expected


# ------------------------------------------------------------------------------ re-anchoring


def shifted(span: Span, by: int, text: str) -> Span:
    start = span.start + by
    return Span(start, start + len(span.quote), span.quote, occurrence_at(text, span.quote, start))


def agree(found: list[Span | None], expected: list[Span]) -> None:
    for one, right in zip(found, expected, strict=True):
        assert one is None or one == right


@given(placed() | placed(texts=few_letters), hazard_text(max_size=8) | st.text("ab\n", max_size=6))
def test_a_prefix_never_misleads(case: Case, prefix: str) -> None:
    text, spans = case
    new = prefix + text
    expected = [shifted(span, len(prefix), new) for span in spans]
    agree(reanchor(spans, new), expected)
    agree(reanchor(spans, new, len(text)), expected)


@given(placed() | placed(texts=few_letters))
def test_other_line_ends_never_mislead(case: Case) -> None:
    text, spans = case
    spans = [span for span in spans if not re.search("[\r\n]", span.quote)]
    new = re.sub("(?<!\r)\n", "\r\n", text)
    added = [len(re.findall("(?<!\r)\n", text[: span.start])) for span in spans]
    agree(
        reanchor(spans, new, len(text)),
        [shifted(span, by, new) for span, by in zip(spans, added, strict=True)],
    )


@given(
    placed() | placed(texts=few_letters),
    st.data(),
    hazard_text(max_size=6) | st.text("ab", max_size=6),
)
def test_an_insertion_outside_all_quotes_never_misleads(
    case: Case, data: st.DataObject, inserted: str
) -> None:
    text, spans = case
    at = data.draw(st.integers(0, len(text)))
    assume(not any(span.start < at < span.end for span in spans))
    new = text[:at] + inserted + text[at:]
    expected = [shifted(s, len(inserted) if s.start >= at else 0, new) for s in spans]
    agree(reanchor(spans, new), expected)
    agree(reanchor(spans, new, len(text)), expected)


@given(
    placed() | placed(texts=few_letters),
    st.data(),
)
def test_a_deletion_outside_all_quotes_never_misleads(case: Case, data: st.DataObject) -> None:
    text, spans = case
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assume(not any(span.start < end and start < span.end for span in spans))
    new = text[:start] + text[end:]
    expected = [shifted(s, start - end if s.start >= end else 0, new) for s in spans]
    agree(reanchor(spans, new, len(text)), expected)


@given(placed())
def test_an_unchanged_text_gives_the_spans_back(case: Case) -> None:
    text, spans = case
    assert reanchor(spans, text, len(text)) == spans


@given(st.lists(st.integers(100, 999), min_size=2, max_size=12, unique=True), hazard_text())
def test_distinct_quotes_are_all_found(numbers: list[int], prefix: str) -> None:
    """Catches a re-anchoring that is right because it gives up."""
    text = "\n".join(f"On day {n} they met again." for n in numbers)
    spans = [locate(text, f"day {n}") for n in numbers]
    for new in (prefix + text, text.replace("\n", "\r\n"), text + prefix):
        found = reanchor(spans, new, len(text))
        assert [span and span.quote for span in found] == [span.quote for span in spans]


@pytest.mark.parametrize(("old", "new"), [("\n", "\r\n"), ("\r\n", "\n")])
def test_other_line_ends_cost_nothing(old: str, new: str) -> None:
    """Catches quotes that stand several times and are given up where only lines end otherwise."""
    lines = [f"On day {n} Friday came, and Friday left." for n in range(100, 110)]
    text = old.join(lines)
    spans = [locate(text, f"day {n}") for n in range(100, 110)]
    spans = sorted(spans + [locate(text, "Friday", k) for k in range(2, 20, 2)])
    found = reanchor(spans, new.join(lines), len(text))
    assert [s and (s.quote, s.occurrence) for s in found] == [
        (s.quote, s.occurrence) for s in spans
    ]


def test_repeated_quotes_are_told_apart_by_their_neighbours() -> None:
    text = "Eight died in Almaty. Later eight died in Taraz. On Friday eight left. Friday ended."
    spans = [locate(text, "eight", 1), locate(text, "Taraz"), locate(text, "eight", 2)]
    new = "FRIDAY, eight o'clock. " + text
    first, middle, last = reanchor(spans, new, len(text))
    assert first is None and middle and middle.quote == "Taraz" and last
    assert (last.occurrence, new[last.start - 7 : last.end]) == (3, "Friday eight")


def test_a_passage_that_is_gone_is_not_found_elsewhere() -> None:
    text = "In Almaty eight died on Monday. In Taraz nobody was hurt. In Semey eight left."
    spans = [locate(text, "Almaty"), locate(text, "eight", 1), locate(text, "Taraz")]
    new = text.replace(" eight died on Monday", "")
    assert [s and s.quote for s in reanchor(spans, new, len(text))] == ["Almaty", None, "Taraz"]
    lone = [locate(text, "eight", 1)]
    assert reanchor(lone, "In Taraz nobody was hurt. In Semey eight left.", len(text)) == [None]
    assert reanchor([locate(text, "eight", 2)], text[26:], len(text)) == [None]


def test_moved_passages_are_not_found() -> None:
    text = "One came first. Two came next. Three came last."
    spans = [locate(text, "One"), locate(text, "Two"), locate(text, "Three")]
    found = reanchor(spans, "Three came last. One came first. Two came next.", len(text))
    assert [span and span.quote for span in found] == ["One", "Two", None]


def test_quotation_marks_are_not_normalised() -> None:
    text = "He said 'no'. They left."
    spans = [locate(text, "'no'"), locate(text, "They")]
    found = reanchor(spans, "He said \u2018no\u2019. They left.", len(text))
    assert found == [None, spans[1]]


def test_spans_that_cannot_be_of_one_text_are_refused() -> None:
    for spans in (
        [Span(5, 6, "a", 1), Span(0, 1, "a", 1)],
        [Span(0, 2, "ab", 1), Span(1, 3, "xb", 1)],
        [Span(0, 2, "abc", 1)],
        [Span(0, 0, "", 1)],
    ):
        with pytest.raises(SpanError):
            reanchor(spans, "abc")


def test_reanchoring_no_spans_returns_none() -> None:
    assert reanchor([], "text") == []
    assert reanchor([Span(0, 1, "a", 1)], "") == [None]


# ------------------------------------------------------------------------------ text fragments


def test_a_text_fragment_is_encoded() -> None:
    assert text_fragment("over 60") == "#:~:text=over%2060"
    assert text_fragment("a-b, c & d", "the one", "x") == (
        "#:~:text=the%20one-,a%2Db%2C%20c%20%26%20d,-x"
    )


@given(any_text(40), any_text(40), any_text(40))
def test_text_fragments_can_be_taken_apart(quote: str, prefix: str, suffix: str) -> None:
    assume(quote)
    fragment = text_fragment(quote, prefix, suffix)
    assert fragment.isascii() and fragment.startswith("#:~:text=")
    pattern = r"(?:([^,&-]*)-,)?([^,&-]*)(?:,-([^,&-]*))?"
    parts = re.fullmatch(pattern, fragment.removeprefix("#:~:text="))
    assert parts and [unquote(part or "") for part in parts.groups()] == [prefix, quote, suffix]
