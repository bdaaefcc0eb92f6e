"""Prodigy: the JSON lines that `db-out` writes of its span, entity and relation interfaces.

Source: https://prodi.gy/docs/api-interfaces. Offsets are spaCy's, so code points; the tokens, where
they are there, vouch for them. Only tasks that were accepted are read.
"""

from collections.abc import Iterator

from kzdata.annotations.reading import File, Node
from kzdata.annotations.said import Mark, Said, Words

_SPAN = ("start", "end", "label", "text", "token_start", "token_end", "type")  # no attributes
_Ends = dict[tuple[tuple[tuple[int, int], ...], str], Mark]  # by place and label
_UNREAD = ("accept", "options")


def prodigy(file: File) -> Iterator[Said]:
    """What the tasks of a file say, one by one."""
    for line in file.json_lines():
        said = Said(line.where, text=line.need("text").text())
        answer = line.get("answer")
        if answer and answer.text() != "accept":
            said.unread.append(f"{line.where}: a task with the answer {answer.text()}")
        else:
            _task(line, said)
        yield said


def _task(line: Node, said: Said) -> None:
    for token in line.items("tokens"):
        place = token.need("start").whole(), token.need("end").whole()
        said.words.append(Words(*place, token.need("text").text(), token.where))
    for span in line.items("spans"):
        said.marks.append(_mark(span, str(len(said.marks) + 1)))
    ends = {(mark.parts, mark.label): mark for mark in said.marks}
    said.tie([_tie(relation, said, ends) for relation in line.items("relations")])
    said.unread += [told.where for name in _UNREAD if (told := line.get(name)) and told.value]


def _mark(span: Node, key: str) -> Mark:
    label, words = span.get("label"), span.get("text")
    parts = ((span.need("start").whole(), span.need("end").whole()),)
    told = label.text() if label else ""
    mark = Mark(key, told, span.where, words.text() if words else None, parts)
    for name, value in span.members().items():
        if name not in _SPAN:
            mark.say(name, value.value)
    return mark


def _tie(relation: Node, said: Said, ends: _Ends) -> tuple[str, str, str, str]:
    head, child = (_end(relation.need(f"{name}_span"), said, ends) for name in ("head", "child"))
    return head, relation.need("label").text(), child, relation.where


def _end(span: Node, said: Said, ends: _Ends) -> str:
    """The id of the annotation that a relation ends at; a mere token becomes one without label."""
    mark = _mark(span, str(len(said.marks) + 1))
    found = ends.setdefault((mark.parts, mark.label), mark)
    if found is mark:
        said.marks.append(mark)
    return found.id
