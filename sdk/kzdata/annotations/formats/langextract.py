"""LangExtract: JSON lines, one `AnnotatedDocument` each, as its `save_annotated_documents` writes.

Offsets are Python's, so code points. What the library calls `match_exact` is equal word by word in
small letters, so that words can differ in capitals and blanks; all other alignments are guesses.
"""

from collections.abc import Iterator

from kzdata.annotations.reading import File, Node
from kzdata.annotations.said import Mark, Said

_EXACT = "match_exact"
_MORE = ("description", "group_index")  # said beside the attributes


def langextract(file: File) -> Iterator[Said]:
    """What the documents of a file say, one by one."""
    for line in file.json_lines():
        text = line.need("text").text()
        said = Said(line.where, text=text)
        for number, extraction in enumerate(line.items("extractions"), 1):
            said.marks.append(_mark(extraction, number))
        yield said


def _mark(extraction: Node, number: int) -> Mark:
    words = extraction.need("extraction_text").text()
    label = extraction.need("extraction_class").text()
    mark = Mark(str(number), label, extraction.where, words, loose=True)
    if attributes := extraction.get("attributes"):
        for name, value in attributes.members().items():
            mark.say(name, value.value)
    for name in _MORE:
        if told := extraction.get(name):
            mark.say(name, told.value)
    _align(mark, extraction)
    return mark


def _align(mark: Mark, extraction: Node) -> None:
    """The place of an extraction, or why it has none."""
    status, interval = extraction.get("alignment_status"), extraction.get("char_interval")
    name = status.text() if status else None
    start = interval.get("start_pos") if interval else None
    end = interval.get("end_pos") if interval else None
    if name != _EXACT:
        mark.reason = f"LangExtract aligned it by {name}, not {_EXACT}" if name else "not aligned"
    elif start is None or end is None:
        mark.reason = "LangExtract gives no place"
    else:
        mark.parts = ((start.whole(), end.whole()),)
