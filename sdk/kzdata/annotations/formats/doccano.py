"""doccano: the JSON lines of its export of sequence labelling, with relations or without.

Source: its `data_export`. Offsets are code points, and no words are given, so that the text must be
an article's. Labels of the whole text and comments are not read.
"""

from collections.abc import Iterator

from kzdata.annotations.reading import File, Node
from kzdata.annotations.said import Mark, Said

_SPANS = ("label", "labels", "entities")  # as versions and projects differ
_UNREAD = ("cats", "Comments", "comments")


def doccano(file: File) -> Iterator[Said]:
    """What the lines of a file say, one by one."""
    for line in file.json_lines():
        text = line.get("text") or line.get("data")
        said = Said(line.where, text=(text or line.need("text")).text())
        for name in _SPANS:
            for span in line.items(name):
                _read(span, said)
        said.tie(
            (rel.need("from_id").key(), rel.need("type").text(), rel.need("to_id").key(), rel.where)
            for rel in line.items("relations")
        )
        said.unread += [told.where for name in _UNREAD if (told := line.get(name)) and told.value]
        yield said


def _read(span: Node, said: Said) -> None:
    if isinstance(span.value, dict):
        key, label = span.need("id").key(), span.need("label").text()
        start, end = span.need("start_offset").whole(), span.need("end_offset").whole()
    elif isinstance(span.value, list):
        parts = span.all()
        if len(parts) != 3:
            raise span.fails("a start, an end and a label")
        key, label = str(len(said.marks) + 1), parts[2].text()
        start, end = parts[0].whole(), parts[1].whole()
    else:
        said.unread.append(f"{span.where}: a label of the whole text")
        return
    said.marks.append(Mark(key, label, span.where, parts=((start, end),)))
