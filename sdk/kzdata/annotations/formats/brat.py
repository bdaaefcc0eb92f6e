"""brat's standoff format: a line for each annotation, and the text beside it.

Source: https://brat.nlplab.org/standoff.html. Offsets are code points; several parts of one
annotation are joined by a blank in its words, and a line end within them is written as a blank.
The text is the file of the same name with `.txt` in place of `.ann`; without it, words tell.
"""

import re
from collections.abc import Iterator

from kzdata.annotations.reading import File
from kzdata.annotations.said import Mark, Said
from kzdata.errors import AnnotationError

_SPAN = re.compile(r"(\S+) ([0-9]{1,15} [0-9]{1,15}(?:;[0-9]{1,15} [0-9]{1,15})*)")
_KINDS = "T (words), E (event), R (relation), A or M (attribute), N (name), * or # (note)"
_Line = tuple[str, list[str]]  # where a line stands, and its fields


def brat(file: File) -> Iterator[Said]:
    """What a file of annotations says of its text."""
    beside = File(file.path.with_suffix(".txt"))
    text = beside.text() if beside.exists() and beside != file else None
    said = Said(str(file.path), text=text, spelt=lambda words: words.replace("\n", " "))
    lines = list(_lines(file))
    by_kind = {
        kind: [line for line in lines if line[1][0][0] in kind] for kind in "T E R* AMN#".split()
    }
    said.marks += [_span(line) for line in by_kind["T"]]
    _events(said, by_kind["E"])
    said.tie(tie for line in by_kind["R*"] for tie in _ties(line))
    known = said.ids()
    for line in by_kind["AMN#"]:
        _attribute(said, known, line)
    yield said


def _lines(file: File) -> Iterator[_Line]:
    for number, line in file.lines():
        if not line.strip():
            continue
        where, fields = f"{file.path}:{number}", line.split("\t", 2)
        if line[0] not in "TERAMN#*" or len(fields) < 2:
            raise AnnotationError(f"{where}: no annotation of brat; a line of {_KINDS} is expected")
        yield where, fields


def _span(line: _Line) -> Mark:
    where, fields = line
    match = _SPAN.fullmatch(fields[1])
    if not match or len(fields) < 3:
        raise AnnotationError(
            f"{where}: `ID, tab, TYPE START END, tab, WORDS` is expected; "
            "START and END are whole numbers, parts are joined by `;`"
        )
    pairs = (part.split(" ") for part in match[2].split(";"))
    parts = tuple((int(start), int(end)) for start, end in pairs)
    return Mark(fields[0], match[1], where, fields[2], parts)


def _events(said: Said, lines: list[_Line]) -> None:
    """An event has the place of the words that trigger it."""
    known = said.ids()
    for where, fields in lines:
        label, trigger = _pairs(where, fields[1])[0]
        if (words := known.get(trigger)) is None:
            raise AnnotationError(f"{where}: no annotation {trigger!r} triggers this event")
        said.marks.append(Mark(fields[0], label, where, words.words, words.parts))
    ends = ((where, fields[0], _pairs(where, fields[1])[1:]) for where, fields in lines)
    said.tie((key, role, end, where) for where, key, pairs in ends for role, end in pairs)


def _ties(line: _Line) -> Iterator[tuple[str, str, str, str]]:
    """The ties of a relation, from its first argument to the second, or of equivalent words."""
    where, fields = line
    label, *ends = fields[1].split(" ")
    if fields[0] != "*":
        ends = [end for _, end in _pairs(where, " ".join(ends))]
    if len(ends) < 2:
        raise AnnotationError(f"{where}: a relation of two annotations at least is expected")
    yield from ((ends[0], label, end, where) for end in ends[1:])


def _pairs(where: str, text: str) -> list[tuple[str, str]]:
    """Arguments: `ROLE:ID` with blanks between."""
    pairs = [argument.partition(":")[::2] for argument in text.split(" ") if argument]
    if not pairs or not all(name and value for name, value in pairs):
        raise AnnotationError(f"{where}: arguments `ROLE:ID` with one blank between are expected")
    return pairs


def _attribute(said: Said, known: dict[str, Mark], line: _Line) -> None:
    """An attribute, a name in another resource or a note; those of relations are not read."""
    where, fields = line
    name, _, rest = fields[1].partition(" ")
    target, _, value = rest.partition(" ")
    if fields[0][0] == "#":
        value = fields[2] if len(fields) > 2 else ""
    if (mark := known.get(target)) is None:
        said.unread.append(f"{where}: {name} of {target or 'the text'}")
        return
    mark.say(name, value or True)
