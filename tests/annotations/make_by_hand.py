"""Writes the files of tools that no library writes for, after their documentation.

- files/prodigy.jsonl: https://prodi.gy/docs/api-interfaces#relations, a task that was accepted and
  one that was not;
- files/webanno.tsv: appendix "WebAnno TSV 3.3 File format" of INCEpTION's user guide, with stacked
  spans, a part of a token, escapes, a relation, a slot and a chain;
- files/web-annotation.json: https://www.w3.org/TR/annotation-model/, a page of annotations with
  position and quotation, quotation alone, and a link.
"""

import base64
import hashlib
import json
import re

from story import CAFE, FILES, MARKED, MEN, OWNER, SPEAKER, TEXT, TOLL, Marked

WORDS = re.compile(r"[^\s.,]+|[.,]")


def utf16(place: int) -> int:
    return len(TEXT[:place].encode("utf-16-le")) // 2


def write(name: str, content: str) -> None:
    (FILES / name).write_text(content, encoding="utf-8", newline="\n")


# ------------------------------------------------------------------------------ Prodigy

tokens = [
    {"text": word[0], "start": word.start(), "end": word.end(), "id": number, "ws": False}
    for number, word in enumerate(WORDS.finditer(TEXT))
]
for token in tokens:
    token["ws"] = TEXT[token["end"] : token["end"] + 1] == " "


def span(one: Marked) -> dict[str, object]:
    inside = [token["id"] for token in tokens if one.start <= token["start"] < one.end]
    place = {"start": one.start, "end": one.end}
    return {**place, "token_start": inside[0], "token_end": inside[-1], "label": one.label}


spans = [{"text": one.words, "type": "span", **span(one)} for one in MARKED]
relation = {
    "head": span(OWNER)["token_end"],
    "child": span(CAFE)["token_end"],
    "head_span": span(OWNER),
    "child_span": span(CAFE),
    "color": "#c5bdf4",
    "label": "owns",
}
task = {"text": TEXT, "meta": {"origin": "invented"}, "_input_hash": 1, "_task_hash": 2}
accepted = {**task, "tokens": tokens, "spans": spans, "relations": [relation], "answer": "accept"}
rejected = {**task, "spans": [span(MEN)], "answer": "reject"}
lines = [json.dumps(one, ensure_ascii=False) for one in (accepted, rejected)]
write("prodigy.jsonl", "".join(f"{line}\n" for line in lines))

# ------------------------------------------------------------------------------ WebAnno

HEAD = """#FORMAT=WebAnno TSV 3.3
#T_SP=custom.Span|value|note
#T_SP=custom.Report|ROLE_custom.Report:about_custom.ReportAboutLink|custom.Span
#T_CH=custom.Coref|referenceType|referenceRelation
#T_RL=custom.Owns|kind|BT_custom.Span

"""


def cells(word: re.Match[str]) -> list[str]:
    """The cells of a token: two of the span, two of the slot, two of the chain, two of the tie."""
    row = ["_"] * 8
    values, notes = [], []
    for number, one in enumerate(MARKED, 1):
        if one.start <= word.start() < one.end:
            values.append(f"{one.label}[{number}]")
            notes.append(f"*[{number}]")
    if word[0] == "Qyzyl":
        values, notes = ["town[7]", r"a\_b[8]"], [r"in the west\; or so\|east[7]", "*[8]"]
    row[:2] = ["|".join(values) or "_", "|".join(notes) or "_"]
    if word[0] == "so":
        row[2:4] = ["who;toll", f"{rows[OWNER.start]}[3];{rows[TOLL.start]}[1]"]
    if OWNER.start <= word.start() < OWNER.end:
        row[4:6] = ["pr[1]", "same->1-1"]
    if SPEAKER.start <= word.start() < SPEAKER.end:
        row[4:6] = ["pr[1]", "*->1-2"]
    if word.start() == CAFE.start:
        row[6:8] = ["owns", f"{rows[OWNER.start]}[3_2]"]
    return row


rows: dict[int, str] = {}
sentences = [*re.finditer(r".+", TEXT)]
for number, sentence in enumerate(sentences, 1):
    for count, word in enumerate(WORDS.finditer(TEXT, *sentence.span()), 1):
        rows[word.start()] = f"{number}-{count}"
body = ""
for sentence in sentences:
    body += f"\n#Text={sentence[0]}\n"
    for word in WORDS.finditer(TEXT, *sentence.span()):
        key, start, end = rows[word.start()], word.start(), word.end()
        place = f"{utf16(start)}-{utf16(end)}"
        body += "\t".join([key, place, word[0], *cells(word), ""]) + "\n"
        if word[0] == "Wednesday":
            part = f"{utf16(start)}-{utf16(start + 3)}"
            body += "\t".join([f"{key}.1", part, "Wed", "day", "*", *["_"] * 6, ""]) + "\n"
write("webanno.tsv", HEAD + body)

# ------------------------------------------------------------------------------ Web Annotation

digest = base64.urlsafe_b64encode(hashlib.sha256(TEXT.encode()).digest()).decode().rstrip("=")


def annotation(number: int, one: Marked, placed: bool = True) -> dict[str, object]:
    words = {"type": "TextQuoteSelector", "exact": one.words}
    words |= {"prefix": TEXT[max(0, one.start - 8) : one.start], "suffix": TEXT[one.end :][:8]}
    position = {"type": "TextPositionSelector", "start": one.start, "end": one.end}
    bodies = [
        {"type": "TextualBody", "purpose": "tagging", "value": one.label},
        {"type": "TextualBody", "purpose": "commenting", "value": "as printed"},
    ]
    return {
        "id": f"urn:story:{number}",
        "type": "Annotation",
        "created": "2022-01-07T10:00:00Z",
        "body": bodies,
        "target": {
            "type": "SpecificResource",
            "source": f"ni:///sha-256;{digest}",
            "selector": [position, words] if placed else words,
        },
    }


items = [annotation(number, one, one is not CAFE) for number, one in enumerate(MARKED, 1)]
twice = annotation(7, MEN, placed=False)
twice["target"]["selector"] = {"type": "TextQuoteSelector", "exact": "police officers"}
link = {
    "id": "urn:story:8",
    "type": "Annotation",
    "motivation": "linking",
    "body": [{"type": "TextualBody", "purpose": "tagging", "value": "owns"}],
    "target": [{"id": "urn:story:3"}, {"id": "urn:story:2"}],
}
page = {
    "@context": "http://www.w3.org/ns/anno.jsonld",
    "id": "urn:story:page",
    "type": "AnnotationPage",
    "items": [*items, twice, link],
}
write("web-annotation.json", json.dumps(page, ensure_ascii=False, indent=1) + "\n")
