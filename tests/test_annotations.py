"""Annotations of other tools: each at its place whatever its offsets count, or refused."""

import json
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from annotations.story import CAFE, FILES, MARKED, MEN, OWNER, SPEAKER, TEXT, TOLL
from kzdata.annotations import (
    FORMATS,
    Annotation,
    Annotations,
    Document,
    Relation,
    Unit,
    Unplaced,
    placing,
    read,
    reading,
    said,
)
from kzdata.errors import AnnotationError, UsageError
from kzdata.package import load
from packages import FLOOD_TEXTS, Folder
from strategies import hazard_text

TEXTS = {"steppe-news": TEXT, "other": "Nothing of the kind.\n"}
OWNS = Relation("owns", "")
PLACES = sorted((one.start, one.end, one.words) for one in MARKED)


def fixture(name: str, format: str | None = None) -> Document:
    """The first document of a fixture."""
    return read(FILES / name, format or Path(name).stem, TEXTS).documents[0]


def places(document: Document) -> list[tuple[int, int, str]]:
    return sorted((one.start, one.end, one.words) for one in document.annotations)


def at(document: Document, start: int, label: str) -> Annotation:
    """The only annotation of a label at a place."""
    (found,) = (a for a in document.annotations if (a.start, a.label) == (start, label))
    return found


def refused(content: str | bytes, format: str, folder: Path, texts: Any = TEXTS) -> str:
    """The one line that refuses a file."""
    file = folder / ("x.ann" if format == "brat" else "x")
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(AnnotationError) as caught:
        read(file, format, texts)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(file), "x")


# ------------------------------------------------------------------------------ the tools' own files


@pytest.mark.parametrize(
    ("name", "format", "unit"),
    [
        ("langextract.jsonl", None, Unit.CODE_POINTS),
        ("label-studio.json", None, Unit.CODE_POINTS),
        ("doccano.jsonl", None, Unit.CODE_POINTS),
        ("doccano-relations.jsonl", "doccano", Unit.CODE_POINTS),
        ("prodigy.jsonl", None, Unit.CODE_POINTS),
        ("web-annotation.json", None, Unit.CODE_POINTS),
        ("webanno-spans.tsv", "webanno", Unit.UTF_16),
    ],
)
def test_every_mark_of_a_tool_stands_at_its_place(name: str, format: str, unit: Unit) -> None:
    document = fixture(name, format)
    assert (document.source, document.unit) == ("steppe-news", unit)
    assert places(document) == PLACES
    for one in document.annotations:
        assert TEXT[one.start : one.end] == one.words


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("brat.ann", "brat"),
        ("doccano-relations.jsonl", "doccano"),
        ("label-studio.json", "label-studio"),
        ("prodigy.jsonl", "prodigy"),
        ("web-annotation.json", "web-annotation"),
    ],
)
def test_a_relation_leads_from_its_first_end_to_its_second(name: str, format: str) -> None:
    document = fixture(name, format)
    owner, cafe = at(document, OWNER.start, "person"), at(document, CAFE.start, "place")
    assert Relation("owns", cafe.id) in owner.relations
    assert not cafe.relations


def test_langextract_gives_its_attributes_and_places_no_guess() -> None:
    document = fixture("langextract.jsonl")
    toll = at(document, TOLL.start, "casualties")
    assert toll.attributes == {"outcome": "injured", "days": ("Wednesday",), "group_index": "0"}
    fuzzy, capitals, absent = document.unplaced
    assert (fuzzy.words, "match_fuzzy" in fuzzy.reason) == ("18 policemen", True)
    assert (capitals.words, TOLL.words in capitals.reason) == ("EIGHTEEN police officers", True)
    assert (absent.words, absent.reason) == ("no such words", "not aligned")


def test_brat_gives_parts_events_attributes_names_and_notes() -> None:
    document = fixture("brat.ann")
    assert document.unit is Unit.CODE_POINTS
    assert set(PLACES) < set(places(document))
    who = next(one for one in document.annotations if one.label == "who")
    assert [TEXT[start:end] for start, end in who.parts] == ["police", "say"]
    assert who.words == "police officers say"
    assert next(a.words for a in document.annotations if a.label == "when") == "Wednesday.\nThe"
    toll, hurt = at(document, TOLL.start, "casualties"), at(document, TOLL.start, "hurt")
    assert toll.attributes == {"Outcome": "injured"}
    assert hurt.attributes == {"Negation": "true"}
    assert hurt.relations == (Relation("Again", "T5"),)
    assert at(document, OWNER.start, "person").attributes == {"Reference": "Wikidata:Q1"}
    assert Relation("Equiv", "T4") in at(document, OWNER.start, "person").relations
    assert at(document, CAFE.start, "place").attributes == {"AnnotatorNotes": "Is it open?"}
    assert document.unread == (f"{FILES / 'brat.ann'}:15: AnnotatorNotes of R1",)


def test_uima_gives_features_links_and_relations_in_utf_16() -> None:
    document = fixture("uima-cas-json.json")
    spans = [one for one in document.annotations if one.label == "custom.Span"]
    assert document.unit is Unit.UTF_16
    assert sorted((one.start, one.end, one.words) for one in spans) == PLACES
    assert [one.attributes["value"] for one in spans] == [one.label for one in MARKED]
    cafe, owner = at(document, CAFE.start, "custom.Span"), at(document, OWNER.start, "custom.Span")
    assert (cafe.attributes["certain"], owner.attributes["certain"]) == ("true", "false")
    assert at(document, SPEAKER.start, "custom.Span").relations == (Relation("same", owner.id),)
    tie = at(document, CAFE.start, "custom.Relation")
    ends = {Relation("Governor", owner.id), Relation("Dependent", cafe.id)}
    assert (set(tie.relations), tie.attributes) == (ends, {"label": "owns"})


def test_webanno_gives_stacks_parts_of_tokens_slots_chains_and_relations() -> None:
    document = fixture("webanno.tsv")
    assert document.unit is Unit.UTF_16
    assert set(PLACES) < set(places(document))
    town, other = (one for one in document.annotations if one.words == "Qyzyl")
    assert town.attributes == {"value": "town", "note": "in the west; or so|east"}
    assert other.attributes == {"value": "a_b"}
    assert next(a.attributes for a in document.annotations if a.words == "Wed") == {"value": "day"}
    owner, cafe = at(document, OWNER.start, "custom.Span"), at(document, CAFE.start, "custom.Span")
    assert owner.relations == (Relation("owns", cafe.id),)
    slots = next(one for one in document.annotations if one.label == "custom.Report").relations
    toll = at(document, TOLL.start, "custom.Span")
    assert slots == (Relation("who", owner.id), Relation("toll", toll.id))
    first, second = (at(document, one.start, "custom.Coref") for one in (OWNER, SPEAKER))
    assert first.relations == (Relation("same", second.id),)
    assert not document.unread


def test_label_studio_gives_choices_of_a_region() -> None:
    toll = at(fixture("label-studio.json"), TOLL.start, "casualties")
    assert toll.attributes == {"outcome": ("injured",)}


def test_prodigy_gives_only_tasks_that_were_accepted() -> None:
    accepted, rejected = read(FILES / "prodigy.jsonl", "prodigy", TEXTS).documents
    assert len(accepted.annotations) == len(MARKED)
    assert not rejected.annotations
    assert rejected.unread == (f"{FILES / 'prodigy.jsonl'}:2: a task with the answer reject",)


def test_web_annotations_give_tags_comments_and_places_by_words_alone() -> None:
    document = fixture("web-annotation.json")
    cafe = at(document, CAFE.start, "place")
    assert cafe.attributes == {"created": "2022-01-07T10:00:00Z", "commenting": "as printed"}
    (twice,) = document.unplaced
    assert (twice.words, "more than once" in twice.reason) == ("police officers", True)


@pytest.mark.parametrize("name", ["webanno.tsv", "uima-cas-json.json", "web-annotation.json"])
def test_a_file_that_says_its_format_need_not_be_named(name: str) -> None:
    assert read(FILES / name, None, TEXTS) == read(FILES / name, Path(name).stem, TEXTS)


@pytest.mark.parametrize(
    "name", ["langextract.jsonl", "doccano.jsonl", "label-studio.json", "brat.ann"]
)
def test_no_other_format_is_guessed(name: str) -> None:
    with pytest.raises(UsageError, match="does not say its format; name one of langextract, brat"):
        read(FILES / name, None, TEXTS)


def test_a_format_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="no format 'webano'; did you mean webanno"):
        read(FILES / "webanno.tsv", "webano", TEXTS)


def test_what_kzdata_exports_as_linked_data_comes_back(island: Folder, tmp_path: Path) -> None:
    with load(island.root) as kz:
        kz.export("jsonld", tmp_path / "x.jsonld")
        passages = kz.sql('SELECT "from", "to", words FROM passages').rows()
        receipts = kz.sql("SELECT row FROM receipts").rows()
    found = read(tmp_path / "x.jsonld", None, FLOOD_TEXTS).documents
    marks = [one for document in found for one in document.annotations]
    assert len(marks) == len(receipts)
    assert {(one.start, one.end, one.words) for one in marks} <= {
        (int(start), int(end), words) for start, end, words in passages
    }
    assert not any(document.unplaced for document in found)


def test_the_shipped_export_comes_back(package: Path, texts: Path, tmp_path: Path) -> None:
    articles = {file.name: file.read_bytes().decode() for file in texts.glob("*.txt")}
    with load(package) as kz:
        kz.export("jsonld", tmp_path / "x.jsonld")
        ((edges,),) = kz.sql("SELECT count(*) FROM evidence").rows()
    found = read(tmp_path / "x.jsonld", "web-annotation", articles).documents
    assert sum(len(one.annotations) for one in found) == edges
    assert len({one.source for one in found}) == 5


# ------------------------------------------------------------------------------ units, in any text


class Case(NamedTuple):
    """A text and places in it; the first is the whole text, whose end tells the unit."""

    text: str
    spans: list[tuple[int, int]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    text = draw(hazard_text(min_size=2, max_size=40))
    spans = [(0, len(text))]
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text) - 1))
        spans.append((start, draw(st.integers(start + 1, min(len(text), start + 8)))))
    return Case(text, spans)


def counted(text: str, place: int, unit: Unit) -> int:
    """An offset in a unit."""
    encoding = {Unit.CODE_POINTS: "utf-32-le", Unit.UTF_16: "utf-16-le", Unit.UTF_8: "utf-8"}[unit]
    width = {Unit.CODE_POINTS: 4, Unit.UTF_16: 2, Unit.UTF_8: 1}[unit]
    return len(text[:place].encode(encoding)) // width


Span = tuple[int, int, str]
"""Start and end as a file has them, and the words."""


def as_langextract(text: str, spans: list[Span]) -> str:
    extractions = [
        {
            "extraction_class": "x",
            "extraction_text": words,
            "char_interval": {"start_pos": start, "end_pos": end},
            "alignment_status": "match_exact",
        }
        for start, end, words in spans
    ]
    return json.dumps({"text": text, "extractions": extractions})


def as_brat(text: str, spans: list[Span]) -> str:
    blank = [(start, end, words.replace("\n", " ")) for start, end, words in spans]
    return "".join(f"T{i}\tx {a} {b}\t{words}\n" for i, (a, b, words) in enumerate(blank))


def escaped(words: str) -> str:
    for char, name in (("\\", "\\"), ("\t", "t"), ("\r", "r"), ("\n", "n")):
        words = words.replace(char, f"\\{name}")
    return words


def as_webanno(text: str, spans: list[Span]) -> str:
    head = "#FORMAT=WebAnno TSV 3.3\n#T_SP=x|value\n\n\n"
    lines = "".join(f"#Text={escaped(line)}\n" for line in text.split("\n"))
    rows = (f"1-{i}\t{a}-{b}\t{escaped(w)}\ty[{i}]\t\n" for i, (a, b, w) in enumerate(spans, 1))
    return head + lines + "".join(rows)


def as_uima(text: str, spans: list[Span]) -> str:
    sofa = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaID": "_InitialView", "sofaString": text}
    whole = {"%ID": 2, "%TYPE": "uima.tcas.DocumentAnnotation", "@sofa": 1, "begin": 0}
    marks = [
        {"%ID": i, "%TYPE": "x", "@sofa": 1, "begin": start, "end": end}
        for i, (start, end, _) in enumerate(spans, 3)
    ]
    return json.dumps({"%FEATURE_STRUCTURES": [sofa, {**whole, "end": spans[0][1]}, *marks]})


def as_label_studio(text: str, spans: list[Span]) -> str:
    result = [
        {
            "id": f"r{i}",
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {"start": start, "end": end, "text": words, "labels": ["x"]},
        }
        for i, (start, end, words) in enumerate(spans)
    ]
    return json.dumps([{"id": 1, "data": {"text": text}, "annotations": [{"result": result}]}])


def as_doccano(text: str, spans: list[Span]) -> str:
    return json.dumps({"text": text, "label": [[start, end, "x"] for start, end, _ in spans]})


def as_prodigy(text: str, spans: list[Span]) -> str:
    made = [{"start": a, "end": b, "text": words, "label": "x"} for a, b, words in spans]
    tokens = [
        {"start": a, "end": b, "text": words, "id": i} for i, (a, b, words) in enumerate(spans)
    ]
    return json.dumps({"text": text, "spans": made, "tokens": tokens}, ensure_ascii=False)


def as_web_annotation(text: str, spans: list[Span]) -> str:
    items = [
        {
            "type": "Annotation",
            "body": "urn:x",
            "target": {
                "source": "urn:article",
                "selector": [
                    {"type": "TextPositionSelector", "start": start, "end": end},
                    {"type": "TextQuoteSelector", "exact": words},
                ],
            },
        }
        for start, end, words in spans
    ]
    return json.dumps({"@context": "http://www.w3.org/ns/anno.jsonld", "items": items})


WRITERS: dict[str, Callable[[str, list[Span]], str]] = {
    "langextract": as_langextract,
    "brat": as_brat,
    "webanno": as_webanno,
    "uima-cas-json": as_uima,
    "label-studio": as_label_studio,
    "doccano": as_doccano,
    "prodigy": as_prodigy,
    "web-annotation": as_web_annotation,
}
WORDLESS = ("uima-cas-json", "doccano")  # no words but the text: nothing tells a wrong offset
UNITS = [(name, unit) for name in WRITERS for unit in Unit if name != "doccano"]


def written(case: Case, format: str, unit: Unit) -> list[Span]:
    """The spans as a file in a unit has them."""
    # A line end in brat's words is a blank, and CR at the end of a line is refused.
    assume(format != "brat" or "\r" not in case.text)
    text = case.text
    return [(counted(text, a, unit), counted(text, b, unit), text[a:b]) for a, b in case.spans]


def came_back(content: str, format: str, folder: Path, text: str) -> Annotations:
    file = folder / "x.ann"
    file.write_bytes(content.encode())
    return read(file, format, {"it": text, "other": "Another text."})


no_fixture_check = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_each_format_has_a_writer_in_these_tests() -> None:
    assert set(WRITERS) == set(FORMATS)


@pytest.mark.parametrize(("format", "unit"), [*UNITS, ("doccano", Unit.CODE_POINTS)])
@given(case=cases())
@no_fixture_check
def test_offsets_in_any_unit_come_back_in_code_points(
    tmp_path: Path, format: str, unit: Unit, case: Case
) -> None:
    spans = written(case, format, unit)
    (document,) = came_back(
        WRITERS[format](case.text, spans), format, tmp_path, case.text
    ).documents
    assert document.source == "it"
    assert not document.unplaced
    assert [(one.start, one.end) for one in document.annotations] == case.spans
    assert all(case.text[one.start : one.end] == one.words for one in document.annotations)
    same = counted(case.text, len(case.text), unit) == len(case.text)
    if not same and format != "doccano":
        assert document.unit is unit


@pytest.mark.parametrize(("format", "unit"), [one for one in UNITS if one[0] not in WORDLESS])
@given(case=cases(), place=st.integers(0, 7), other=st.sampled_from("aZ\u0301\U0001f600"))
@no_fixture_check
def test_words_that_are_changed_by_one_character_are_refused(
    tmp_path: Path, format: str, unit: Unit, case: Case, place: int, other: str
) -> None:
    *spans, (start, end, words) = written(case, format, unit)
    changed = words[:place] + other + words[place + 1 :]
    assume(place < len(words) and changed != words)
    content = WRITERS[format](case.text, [*spans, (start, end, changed)])
    try:
        (document,) = came_back(content, format, tmp_path, case.text).documents
    except AnnotationError as error:
        assert "\n" not in str(error)
    else:  # what the tool itself takes for equal
        assert (format, [one.words for one in document.unplaced]) == ("langextract", [changed])


@pytest.mark.parametrize(("format", "unit"), [one for one in UNITS if one[0] not in WORDLESS])
@given(case=cases(), step=st.sampled_from([-1, 1]))
@no_fixture_check
def test_offsets_that_are_shifted_by_one_are_refused(
    tmp_path: Path, format: str, unit: Unit, case: Case, step: int
) -> None:
    *spans, (start, end, words) = written(case, format, unit)
    assume(start + step >= 0)
    begin, stop = case.spans[-1]
    # In aaa the first two letters are the last two as well.
    assume(case.text[max(0, begin + step) : stop + step] != words)
    content = WRITERS[format](case.text, [*spans, (start + step, end + step, words)])
    try:
        (document,) = came_back(content, format, tmp_path, case.text).documents
    except AnnotationError as error:
        assert "\n" not in str(error)
    else:
        assert (format, [one.words for one in document.unplaced]) == ("langextract", [words])


@given(case=cases(), format=st.sampled_from(sorted(FORMATS)), data=st.data())
@no_fixture_check
def test_a_spoilt_file_is_read_or_refused_in_one_line(
    tmp_path: Path, case: Case, format: str, data: st.DataObject
) -> None:
    assume(format != "brat" or "\r" not in case.text)
    content = WRITERS[format](case.text, written(case, format, Unit.CODE_POINTS))
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 6)))
    spoilt = content[:start] + data.draw(hazard_text(max_size=3)) + content[end:]
    try:
        found = came_back(spoilt, format, tmp_path, case.text)
    except AnnotationError as error:
        assert len(str(error).splitlines()) == 1
    else:
        for document in found.documents:
            for one in document.annotations:
                assert case.text[one.start : one.end] == one.words
