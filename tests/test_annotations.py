"""Annotations of other tools: each at its place whatever its offsets count, or refused."""

import json
import os
import shutil
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from annotations.story import CAFE, FILES, MARKED, OWNER, SPEAKER, TEXT, TOLL
from kzdata.annotations import (
    FORMATS,
    Annotation,
    Annotations,
    Document,
    Relation,
    Unit,
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


# ------------------------------------------------------------------------------ files of the tools


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


# ------------------------------------------------------------------------------ what tools can say


def found(value: Any, format: str, folder: Path, texts: Any = TEXTS) -> tuple[Document, ...]:
    """What a JSON file says."""
    file = folder / "x.json"
    file.write_text(json.dumps(value))
    return read(file, format, texts).documents


def region(key: str, start: int, end: int, kind: str, told: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": TEXT[start:end], kind: told}
    return {"id": key, "from_name": kind, "to_name": "text", "type": kind, "value": value}


def test_label_studio_reads_each_person_and_tells_what_it_leaves_out(tmp_path: Path) -> None:
    tie = {"type": "relation", "from_id": "a", "to_id": "b", "labels": ["x"]}
    ways = [[{**tie, "direction": "left"}, {**tie, "direction": "bi"}]]  # as the SDK nests them
    first = [region("a", 2, 8, "labels", ["p", "q"]), region("b", 9, 13, "number", 3)]
    whole = {"id": "c", "from_name": "all", "type": "choices", "value": {"choices": ["good"]}}
    annotations = [{"result": [*first, *ways, whole]}, {"result": first, "was_cancelled": True}]
    task = {"data": {"text": TEXT}, "annotations": annotations, "predictions": [{"result": []}]}
    guessed, said, cancelled = found([task], "label-studio", tmp_path)
    assert [one.endswith("/0/predictions/0: 1 in all") for one in guessed.unread] == [True]
    a, b = said.annotations
    assert (a.label, a.attributes) == ("p", {"labels": ("p", "q")})
    assert (b.label, b.attributes) == ("", {"number": "3"})
    assert (a.relations, b.relations) == ((Relation("x", "b"),), (Relation("x", "a"),) * 2)
    assert said.unread[0].endswith("/result/3: said of the whole text")
    assert (cancelled.annotations, len(cancelled.unread)) == ((), 1)


def test_label_studio_finds_an_article_by_words_where_the_task_has_none(tmp_path: Path) -> None:
    marks = [{"result": [region("a", 2, 8, "labels", ["p"])]}]
    task = {"data": {"page": 3}, "annotations": marks}
    (document,) = found([task], "label-studio", tmp_path)
    assert (document.source, document.annotations[0].words) == ("steppe-news", "Steppe")


def test_a_region_that_stands_at_two_places_is_refused(tmp_path: Path) -> None:
    marks = [region("a", 2, 8, "labels", ["p"]), region("a", 9, 13, "choices", ["q"])]
    content = json.dumps([{"data": {"text": TEXT}, "annotations": [{"result": marks}]}])
    told = refused(content, "label-studio", tmp_path)
    assert "x /0/annotations/0/result/1: the place that the region 'a' has elsewhere" in told


def test_prodigy_makes_an_annotation_of_a_token_that_only_a_relation_names(tmp_path: Path) -> None:
    spans = [{"start": 2, "end": 8, "label": "paper", "text": "Steppe", "score": 0.5}]
    ends = {
        "head_span": {"start": 2, "end": 8, "label": "paper"},
        "child_span": {"start": 9, "end": 13},
    }
    task = {"text": TEXT, "spans": spans, "relations": [{**ends, "label": "x"}]}
    (document,) = found(task, "prodigy", tmp_path)
    paper, token = document.annotations
    assert (paper.attributes, paper.relations) == ({"score": "0.5"}, (Relation("x", token.id),))
    assert (token.words, token.label) == ("News", "")


def test_uima_reads_lists_of_annotations_and_of_values(tmp_path: Path) -> None:
    sofa = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": TEXT}
    place = {"%TYPE": "x", "@sofa": 1, "begin": 0}
    marks = [
        {"%ID": 2, **place, "end": 2, "@all": 4, "@days": 5, "@raw": 6, "#share": "NaN"},
        {"%ID": 3, **place, "end": 9},
    ]
    lists = [
        {"%ID": 4, "%TYPE": "x[]", "%ELEMENTS": [3, None, 2]},
        {"%ID": 5, "%TYPE": "uima.cas.StringArray", "%ELEMENTS": ["Wednesday"]},
        {"%ID": 6, "%TYPE": "uima.cas.ByteArray", "%ELEMENTS": "AAAA"},
    ]
    cas = {"%FEATURE_STRUCTURES": [sofa, *marks, *lists]}
    (document,) = found(cas, "uima-cas-json", tmp_path)
    first = document.annotations[0]
    assert first.relations == (Relation("all", "3"), Relation("all", "2"))
    assert first.attributes == {"days": ("Wednesday",), "share": "NaN"}
    assert document.unread[0].endswith("/1/@raw: a reference to no annotation of this text")


def test_uima_refuses_a_text_whose_length_no_unit_gives(tmp_path: Path) -> None:
    sofa = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": TEXT}
    whole = {"%ID": 2, "%TYPE": "uima.tcas.DocumentAnnotation", "@sofa": 1, "begin": 0}
    cas = {"%FEATURE_STRUCTURES": [sofa, {**whole, "end": len(TEXT) + 1}]}
    told = refused(json.dumps(cas), "uima-cas-json", tmp_path)
    assert "is expected at 0-195, and there is no such place; in UTF-16 units" in told


def test_web_annotations_are_read_from_lists_collections_and_alone(tmp_path: Path) -> None:
    selector = {"type": "TextQuoteSelector", "exact": CAFE.words, "prefix": "The "}
    target = {"source": {"id": "urn:article"}, "selector": selector}
    one = {"@id": "urn:1", "@type": ["oa:Annotation"], "target": [target], "bodyValue": "place"}
    page = {"type": "AnnotationPage", "items": [one]}
    for value in (
        one,
        [one],
        page,
        {"type": "AnnotationCollection", "first": page},
        {"@graph": [one]},
    ):
        (document,) = found(value, "web-annotation", tmp_path)
        (mark,) = document.annotations
        assert (mark.id, mark.label, mark.start) == ("urn:1", "place", CAFE.start)
    other = {**one, "target": {"source": "urn:article", "selector": {**selector, "prefix": "A "}}}
    assert "do not stand in the article" in refused(json.dumps(other), "web-annotation", tmp_path)
    finer = {**selector, "refinedBy": {"type": "TextPositionSelector", "start": 0, "end": 1}}
    sure = {**one, "@id": "urn:2"}
    vague = {**one, "target": {"source": "urn:article", "selector": finer}}
    (document,) = found(
        [{**sure, "target": {**target, "source": "urn:article"}}, vague], "web-annotation", tmp_path
    )
    assert [one.reason for one in document.unplaced] == [
        "a selector that another one refines is not read"
    ]


def test_doccano_tells_labels_of_the_whole_text(tmp_path: Path) -> None:
    line = {"text": TEXT, "label": ["good"], "cats": ["news"], "Comments": []}
    (document,) = found(line, "doccano", tmp_path)
    assert [one.partition(" ")[2] for one in document.unread] == [
        "/label/0: a label of the whole text",
        "/cats",
    ]


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


no_fixture_check = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


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
    shifted = case.text[max(0, begin + step) : stop + step]
    assume(shifted != words)
    # brat writes a blank for each end of a line.
    assume(format != "brat" or shifted.replace("\n", " ") != words.replace("\n", " "))
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


# ------------------------------------------------------------------------------ refusals


def labelled(text: str, *spans: list[Any]) -> str:
    return json.dumps({"text": text, "label": list(spans)})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TEXT.replace("\n", "\r\n"), "they differ in the line ends (CRLF and LF)"),
        ("\ufeff" + TEXT, "they differ in the byte order mark"),
        (unicodedata.normalize("NFC", TEXT), "the composition of letters (Unicode NFC and NFD)"),
        (TEXT.strip(), "they differ in the blanks at both ends"),
        (TEXT.replace(" ", "  "), "they differ in the kind and number of blanks"),
        (TEXT[16:40], "the text is a part of steppe-news, from 16 to 40, not the whole"),
        (TEXT.replace("burnt", "burned"), "steppe-news is nearest and has 't, and eighteen"),
    ],
)
def test_a_text_that_differs_is_not_repaired_but_told(tmp_path: Path, text: str, why: str) -> None:
    told = refused(labelled(text), "doccano", tmp_path)
    assert told.startswith("x:1: the text is ")
    assert why in told
    assert told.endswith("annotate the article's own text, or give the text that was annotated")


def test_words_that_are_composed_otherwise_are_not_repaired_but_told(tmp_path: Path) -> None:
    told = refused("T1\tplace 77 81\tcaf\u00e9\n", "brat", tmp_path)
    assert told == (
        "x:1: the words 'caf\u00e9' do not stand in the article: they differ in the composition of "
        "letters (Unicode NFC and NFD); write them as the article has them (article steppe-news); "
        "nor does it fit the other 1 at hand"
    )


def test_offsets_in_two_units_are_refused_with_the_first_miss_of_each(tmp_path: Path) -> None:
    in_points, in_utf_16 = f"15 39\t{TOLL.words}", f"87 99\t{OWNER.words}"
    told = refused(f"T1\tx {in_points}\nT2\tx {in_utf_16}\n", "brat", tmp_path)
    assert f"in code points {OWNER.words!r} is expected at 87-99" in told
    assert f"in UTF-16 units {TOLL.words!r} is expected at 15-39, and ' Eighteen" in told
    assert "in UTF-8 bytes" in told


def test_words_of_several_articles_tell_none(tmp_path: Path) -> None:
    told = refused("T1\tx 0 3\tThe\n", "brat", tmp_path, {"a": "The one.", "b": "The other."})
    assert told == (
        "x: all its words stand in several articles (a, b); "
        "give the text of the one that was annotated alone"
    )


def test_the_unit_of_the_format_decides_where_two_fit_at_different_places(tmp_path: Path) -> None:
    text = "\U0001f600 aaaa"
    marks = [{"%ID": 2, "%TYPE": "x", "@sofa": 1, "begin": 4, "end": 5}]
    sofa = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": text}
    file = tmp_path / "x"
    file.write_text(json.dumps({"%FEATURE_STRUCTURES": [sofa, *marks]}))
    (document,) = read(file, "uima-cas-json", {"it": text}).documents
    assert (document.unit, document.annotations[0].start) == (Unit.UTF_16, 3)
    row = "#FORMAT=WebAnno TSV 3.3\n#T_SP=x|value\n\n\n#Text=aa\n1-1\t4-5\ta\ty\t\n"
    file.write_text(row)
    (document,) = read(file, "webanno", {"it": text}).documents
    assert (document.unit, document.annotations[0].start) == (Unit.UTF_16, 3)


def test_code_points_are_told_where_the_unit_makes_no_difference(tmp_path: Path) -> None:
    file = tmp_path / "x.tsv"
    file.write_text(
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=x|v\n\n\n#Text=Nothing\n1-1\t0-7\tNothing\ty\t\n"
    )
    (document,) = read(file, None, TEXTS).documents
    assert (document.source, document.unit) == ("other", Unit.CODE_POINTS)


def test_a_part_of_a_token_ends_where_its_own_row_does(tmp_path: Path) -> None:
    # INCEpTION gives what begins with a token to the token's row, too.
    rows = [
        "1-1\t0-4\tNews\tall[1]\t",
        "1-2\t5-11\tsteppe\tall[1]|part[2]\t",
        "1-2.1\t5-9\tstep\tpart[2]\t",
    ]
    file = tmp_path / "x.tsv"
    head = "#FORMAT=WebAnno TSV 3.3\n#T_SP=x|value\n\n\n#Text=News steppe\n"
    file.write_text(head + "\n".join([*rows, "1-2.2\t9-9\t\tnone\t"]))
    (document,) = read(file, None, {"it": "News steppe"}).documents
    assert [one.words for one in document.annotations] == ["News steppe", "step"]
    assert [one.reason for one in document.unplaced] == ["it holds no words"]


def test_a_web_annotation_without_words_is_not_placed(tmp_path: Path) -> None:
    digest = json.loads((FILES / "web-annotation.json").read_text())["items"][0]["target"]["source"]
    selector = {"type": "TextPositionSelector", "start": TOLL.start, "end": TOLL.end}
    mark = {"type": "Annotation", "target": {"source": digest, "selector": selector}}
    file = tmp_path / "x.json"
    file.write_text(json.dumps(mark))
    (document,) = read(file, "web-annotation", TEXTS).documents
    assert not document.annotations
    assert document.unplaced[0].reason.startswith("no TextQuoteSelector, and no offset is trusted")


MALFORMED = [
    ("brat", "hello\n", "x:1: no annotation of brat; a line of T (words)"),
    ("brat", "T1\tx 15\tEighteen\n", "x:1: `ID, tab, TYPE START END, tab, WORDS` is expected"),
    ("brat", "T1\tx -1 3\tThe\n", "x:1: `ID, tab, TYPE START END, tab, WORDS` is expected"),
    ("brat", "T1\tx 15 23\tEighteen\r\n", "x:1: the line ends with CR and LF"),
    ("brat", "E1\thurt:T1\n", "x:1: no annotation 'T1' triggers this event"),
    ("brat", "R1\towns Arg1:T1\n", "x:1: a relation of two annotations at least is expected"),
    ("brat", "R1\towns Arg1:T1 Arg2:T2\n", "x:1: a relation with 'T1', which no annotation is"),
    ("brat", "R1\towns T1 T2\n", "x:1: arguments `ROLE:ID` with one blank between"),
    ("brat", "T1\tx 0 1\tS\nT1\tx 0 1\tS\n", "x:2: the id 'T1' stands at"),
    ("brat", "", "x: neither a text nor words, so that nothing tells the article"),
    ("brat", b"T1\tx 0 1\t\xff", "x:1: not UTF-8 at byte 9; save it as UTF-8"),
    ("doccano", "[1", "x:1: not JSON: "),
    ("doccano", "[]", "x:1: an object is expected; does the file have the format"),
    ("doccano", '{"text": 1}', "x:1 /text: a text is expected"),
    ("doccano", '{"text": "a", "text": "b"}', "x:1: 'text' once, not twice, is expected"),
    ("doccano", r'{"text": "\ud83d"}', "x:1 /text: a text without half of a surrogate pair"),
    ("doccano", r'{"\ud83d": 1}', "x:1: a text without half of a surrogate pair"),
    ("doccano", "[" * 100_000, "x:1: JSON that is nested too deep"),
    ("doccano", '{"a":' * 120 + "1" + "}" * 120, "JSON of at most 100 levels is expected"),
    ("doccano", labelled(TEXT, [0, 9_999, "x"]), "x:1 /label/0: in code points text is expected"),
    (
        "doccano",
        labelled(TEXT, [5, 3, "x"]),
        "x:1 /label/0: in code points text is expected at 5-3",
    ),
    ("doccano", labelled(TEXT, [0.5, 3, "x"]), "x:1 /label/0/0: a whole number from 0 is expected"),
    ("doccano", labelled(TEXT, [10**400, 3, "x"]), "x:1 /label/0/0: a whole number from 0"),
    ("doccano", labelled(TEXT, [0, 3]), "x:1 /label/0: a start, an end and a label is expected"),
    ("langextract", '{"extractions": []}', "x:1: the member 'text' is expected"),
    ("webanno", "#FORMAT=WebAnno TSV 2\n", "x:1: `#FORMAT=WebAnno TSV 3.3` is expected first"),
    ("webanno", "#FORMAT=WebAnno TSV 3.3\n#T_XX=a\n", "x:2: a layer, `#T_SP=NAME|FEATURE`, is"),
    (
        "webanno",
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=a|b\n1-1\t0-1\tx\n",
        "x:3: `1-1, tab, 0-4, tab, WORD`",
    ),
    ("webanno", "#FORMAT=WebAnno TSV 3.3\n" + "#T_SP=a|b|c\n" * 501, "x:502: over 1000 columns"),
    ("uima-cas-json", "{}", "x: the member '%FEATURE_STRUCTURES' is expected"),
    (
        "label-studio",
        '[{"data": {}, "label": []}]',
        "x /0: the member 'annotations' of a full JSON",
    ),
    ("prodigy", '{"text": "x"}', "x:1: the text is that of none of the 2 articles at hand"),
    ("web-annotation", "{}", "x: an Annotation, an array, a page or a graph of them is expected"),
    (
        "web-annotation",
        json.dumps({"type": "Annotation", "target": "urn:x"}),
        "x /target: a target with a source and a selector is expected",
    ),
    (
        "web-annotation",
        json.dumps(
            {
                "type": "Annotation",
                "target": {"source": f"ni:///sha-256;{'A' * 43}", "selector": []},
            }
        ),
        f"x: none of the 2 articles at hand has the hash '{'0' * 64}'",
    ),
]


@pytest.mark.parametrize(("format", "content", "told"), MALFORMED)
def test_what_is_not_of_the_format_is_told_with_its_place(
    tmp_path: Path, format: str, content: str | bytes, told: str
) -> None:
    assert told in refused(content, format, tmp_path).replace(f"{tmp_path}/", "")


def test_no_article_at_hand_is_told(tmp_path: Path) -> None:
    assert "give the articles' texts" in refused(labelled(TEXT), "doccano", tmp_path, {})


# ------------------------------------------------------------------------------ hostile files


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ann")
    for path in (tmp_path / "pipe.ann", tmp_path, tmp_path / "none.ann"):
        with pytest.raises(AnnotationError, match="no file that can be read"):
            read(path, "brat", TEXTS)


def test_brat_reads_no_text_but_the_one_beside(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    shutil.copy(FILES / "brat.ann", tmp_path / "sub" / "brat.ann")
    (tmp_path / "brat.txt").write_text("Another text.")
    (document,) = read(tmp_path / "sub" / "brat.ann", "brat", TEXTS).documents
    assert document.source == "steppe-news"
    (tmp_path / "sub" / "brat.txt").write_text("Another text.")
    with pytest.raises(AnnotationError, match="the text is that of none of the 2 articles"):
        read(tmp_path / "sub" / "brat.ann", "brat", TEXTS)


def bomb(kind: str, element: Any) -> str:
    """A list that each annotation refers to."""
    sofa = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": TEXT}
    array = {"%ID": 2, "%TYPE": kind, "%ELEMENTS": [element] * 2_000}
    place = {"%TYPE": "x", "@sofa": 1, "begin": 0, "end": 2, "@all": 2}
    marks = [{"%ID": key, **place} for key in range(3, 2_003)]
    return json.dumps({"%FEATURE_STRUCTURES": [sofa, array, *marks]})


@pytest.mark.parametrize(
    ("format", "content", "told"),
    [
        ("uima-cas-json", bomb("uima.cas.FSArray", 3), "relations and values; divide the file"),
        ("uima-cas-json", bomb("uima.cas.StringArray", "y"), "relations and values; divide"),
        ("doccano", labelled(TEXT, *[[0, len(TEXT), "x"]] * 20_000), "more than fits into memory"),
        ("doccano", f"{labelled(TEXT)}\n" * 300, "over 200 documents; divide it"),
        ("doccano", labelled(TEXT, *[[0, 1, "x"]] * 30_001), "over 30,000 annotations; divide"),
        ("doccano", " " * 2_000_001, "over 1 MiB; divide it"),
        (
            "web-annotation",
            json.dumps(
                [
                    {
                        "type": "Annotation",
                        "target": {
                            "source": "urn:x",
                            "selector": {"type": "TextQuoteSelector", "exact": "the"},
                        },
                    }
                ]
                * 20_000
            ),
            "too many words without offsets; divide it",
        ),
    ],
)
def test_a_file_that_would_fill_the_machine_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str, content: str, told: str
) -> None:
    from kzdata.annotations import registry

    monkeypatch.setattr(registry, "MAX_DOCUMENTS", 200)
    monkeypatch.setattr(said, "MAX_TOLD", 50_000)
    monkeypatch.setattr(placing, "MAX_MARKS", 30_000)
    monkeypatch.setattr(placing, "MAX_WORDS", 3_000_000)
    monkeypatch.setattr(placing, "MAX_SEARCH", 3_000_000)
    limit = 1 << 20 if "over 1 MiB" in told else 32 << 20
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", limit)
    assert told in refused(content, format, tmp_path)


def test_many_attributes_and_relations_take_no_time_of_their_square(tmp_path: Path) -> None:
    attributes = "".join(f"A{i}\tx T1 y\n" for i in range(20_000))
    relations = "".join(f"R{i}\tx Arg1:T1 Arg2:T1\n" for i in range(20_000))
    file = tmp_path / "x.ann"
    file.write_text(f"T1\tx 0 7\tNothing\n{attributes}{relations}")
    began = time.monotonic()
    (document,) = read(file, "brat", TEXTS).documents
    assert time.monotonic() - began < 10
    (mark,) = document.annotations
    assert (len(mark.attributes["x"]), len(mark.relations)) == (20_000, 20_000)
