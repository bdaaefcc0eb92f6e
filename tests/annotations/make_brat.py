"""Writes files/brat.ann and brat.txt with bioc 2.1, which knows brat's format: `pip install bioc`.

brat has no library of its own. Names in other resources (N) are not in bioc, so that they are added
by brat's documentation.
"""

from bioc import brat
from story import AGAIN, CAFE, FILES, MARKED, OWNER, SPEAKER, TEXT, TOLL


def made(kind, key, label, **members):
    one = kind()
    one.id, one.type = key, label
    for name, value in members.items():
        setattr(one, name, value)
    return one


document, keys = brat.BratDocument(), {}
document.text = TEXT
for number, one in enumerate(MARKED, 1):
    keys[one] = f"T{number}"
    entity = made(brat.BratEntity, keys[one], one.label, text=one.words)
    entity.add_span(one.start, one.end)
    document.add_annotation(entity)
parts = made(brat.BratEntity, "T7", "who", text="police say")
say = TEXT.index("say so")
parts.add_span(AGAIN.start, AGAIN.start + len("police"))
parts.add_span(say, say + len("say"))
document.add_annotation(parts)
lines = made(brat.BratEntity, "T8", "when", text="Wednesday. The")
at = TEXT.index("Wednesday.\nThe")
lines.add_span(at, at + len("Wednesday.\nThe"))
document.add_annotation(lines)
relation = made(brat.BratRelation, "R1", "owns")
relation.add_argument("Arg1", keys[OWNER])
relation.add_argument("Arg2", keys[CAFE])
document.add_annotation(relation)
event = made(brat.BratEvent, "E1", "hurt", trigger_id=keys[TOLL])
event.add_argument("Again", keys[AGAIN])
document.add_annotation(event)
document.add_annotation(
    made(brat.BratAttribute, "A1", "Outcome", refid=keys[TOLL], attributes={"injured"})
)
document.add_annotation(made(brat.BratAttribute, "M1", "Negation", refid="E1", attributes=set()))
same = brat.BratEquivRelation()
same.argids = {keys[OWNER], keys[SPEAKER]}
document.add_annotation(same)
document.add_annotation(
    made(brat.BratNote, "#1", "AnnotatorNotes", refid=keys[CAFE], text="Is it open?")
)
document.add_annotation(made(brat.BratNote, "#2", "AnnotatorNotes", refid="R1", text="unsure"))
with (
    (FILES / "brat.txt").open("w", encoding="utf-8") as text,
    (FILES / "brat.ann").open("w", encoding="utf-8") as lines,
):
    brat.dump(document, text, lines)
    lines.write(f"N1\tReference {keys[OWNER]} Wikidata:Q1\tAigul\n")
