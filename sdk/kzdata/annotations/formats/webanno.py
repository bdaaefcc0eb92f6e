r"""WebAnno TSV 3, of WebAnno and INCEpTION: a row for each token, its annotations in columns.

Source: appendix "WebAnno TSV 3.3 File format" of INCEpTION's user guide. Offsets are UTF-16 units.
The file has the words of tokens and sentences but not what stands between sentences, so that these
words tell the article.
"""

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import NamedTuple

from kzdata.annotations.reading import File
from kzdata.annotations.said import Mark, Said, Words
from kzdata.annotations.shape import Unit
from kzdata.errors import AnnotationError

FIRST_LINE = re.compile(r"#FORMAT=WebAnno TSV 3\.[0-9]{1,2}")
_ROW = re.compile(r"([0-9]{1,9}-[0-9]{1,9}(?:\.[0-9]{1,9})?)\t([0-9]{1,15})-([0-9]{1,15})\t(.*)")
_ESCAPED = re.compile(r"\\(->|.)", re.DOTALL)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r"}
_NUMBERED = re.compile(r"((?:\\.|[^\\]|\\\Z)*?)(?:\[([0-9_]{1,20})\])?", re.DOTALL)
_LINK = re.compile(r"(.*)->([0-9]{1,9})-([0-9]{1,9})", re.DOTALL)
_LAYER = re.compile(r"#(T_SP|T_CH|T_RL)=([^|]{1,200})(?:\|(.*))?")
_ANY = "uima.tcas.Annotation"  # a slot that takes annotations of any layer
MAX_COLUMNS = 1_000
_Place = tuple[int, int]


class _Layer(NamedTuple):
    """A layer and its columns: features, roles of slots, their targets, what a tie starts at."""

    kind: str
    name: str
    columns: list[str]

    def role(self, at: int) -> bool:
        """Whether a column has the roles of a slot, and the next one its targets."""
        return self.columns[at].startswith("ROLE_") and at + 1 < len(self.columns)

    def target(self, at: int) -> bool:
        """Whether a column has the targets of a slot."""
        return at > 0 and self.role(at - 1)


class _Tie(NamedTuple):
    """A tie to be followed when all rows are read: layer, row and number of both its ends."""

    source: tuple[str, str, str]
    label: str
    target: tuple[str, str, str]
    where: str


def webanno(file: File) -> Iterator[Said]:
    """What a file says of its text."""
    table, sentence = _Table(Said(str(file.path), Unit.UTF_16)), []
    for number, line in file.lines():
        where = f"{file.path}:{number}"
        if number == 1 and not FIRST_LINE.fullmatch(line):
            raise AnnotationError(f"{where}: `#FORMAT=WebAnno TSV 3.3` is expected first")
        if line.startswith("#T_"):
            table.add(_layer(line, where), where)
        elif line.startswith("#Text="):
            sentence.append(_plain(line.removeprefix("#Text=")))
        elif line and not line.startswith("#"):
            table.read(line, "\n".join(sentence), where)
            sentence = []
    yield table.said_of_all()


def _layer(line: str, where: str) -> _Layer:
    if not (match := _LAYER.fullmatch(line)):
        raise AnnotationError(f"{where}: a layer, `#T_SP=NAME|FEATURE`, is expected")
    return _Layer(match[1], match[2], (match[3] or "").split("|"))


class _Table:
    """The rows of a file, one after another."""

    def __init__(self, said: Said) -> None:
        self._layers: list[_Layer] = []
        self._width = 0
        self._said = said
        self._marks: dict[tuple[str, ...], Mark] = {}
        self._rows: dict[tuple[str, str], list[Mark]] = {}  # by layer and row
        self._ties: list[_Tie] = []
        self._chains: dict[tuple[str, str], dict[int, tuple[Mark, str]]] = {}

    def add(self, layer: _Layer, where: str) -> None:
        """A layer that the following rows have."""
        self._layers.append(layer)
        self._width += len(layer.columns)
        if self._width > MAX_COLUMNS:
            raise AnnotationError(f"{where}: over {MAX_COLUMNS} columns; export fewer layers")

    def read(self, line: str, sentence: str, where: str) -> None:
        """A token or a part of one, the sentence that it begins, and all that is said of it."""
        match = _ROW.fullmatch(line)
        cells = match[4].split("\t") if match else []
        if not match or len(cells) - self._width not in (1, 2):
            wanted = f"`1-1, tab, 0-4, tab, WORD` and {self._width} cells"
            raise AnnotationError(f"{where}: {wanted} with tabs between are expected")
        place = int(match[2]), int(match[3])
        if sentence:
            self._said.words.append(Words(place[0], None, sentence, where))
        self._said.words.append(Words(*place, _plain(cells[0]), where))
        rest = iter(cells[1:])
        for layer in self._layers:
            own = list(islice(rest, len(layer.columns)))
            # Most cells hold nothing; they are passed over first.
            for values in () if set(own) == {"_"} else _stacked(layer, own, where):
                self._annotate(layer, match[1], place, values, where)

    def _annotate(
        self, layer: _Layer, row: str, place: _Place, values: list[str], where: str
    ) -> None:
        if layer.kind == "T_RL":
            self._relation(layer, row, values, where)
            return
        key, name = _key(layer, row, values)
        mark = self._marks.get(key)
        if mark is None:
            mark = Mark(f"{layer.name}@{name}", layer.name, where, parts=(place,))
            self._said.marks.append(mark)
            self._marks[key] = self._marks[(_ANY, *key[1:])] = mark
            self._tell(layer, row, mark, values, where)
        # It goes from its first row to its last, as INCEpTION reads it: a part of a token stands
        # behind that token, which may have the annotation, too.
        mark.parts = ((mark.parts[0][0], place[1]),)
        for kind in (layer.name, _ANY):
            self._rows.setdefault((kind, row), []).append(mark)

    def _tell(self, layer: _Layer, row: str, mark: Mark, values: list[str], where: str) -> None:
        """The features of an annotation, its slots, and its place in a chain."""
        for at, (name, value) in enumerate(zip(layer.columns, values, strict=True)):
            link = _LINK.fullmatch(value) if layer.kind == "T_CH" else None
            if link:
                chain = self._chains.setdefault((layer.name, link[2]), {})
                chain[int(link[3])] = mark, _value(link[1])
            elif layer.role(at):
                self._slots(layer, at, row, mark, values, where)
            elif not layer.target(at):
                mark.say(name or "value", _value(value) or None)

    def _slots(
        self, layer: _Layer, at: int, row: str, mark: Mark, values: list[str], where: str
    ) -> None:
        if values[at + 1] in ("_", "*"):
            return
        name = layer.columns[at].partition(":")[2].partition("_")[0]
        roles, targets = _split(values[at], ";"), _split(values[at + 1], ";")
        if len(roles) != len(targets):
            raise AnnotationError(f"{where}: as many targets as roles are expected")
        for role, target in zip(roles, targets, strict=True):
            end, number = _numbered(target)
            source = (layer.name, row, mark.id)
            tie = _Tie(source, _value(role) or name, (layer.columns[at + 1], end, number), where)
            self._ties.append(tie)

    def _relation(self, layer: _Layer, row: str, values: list[str], where: str) -> None:
        """A tie to the annotation at this row, from the one that the last cell names."""
        base = layer.columns[-1].removeprefix("BT_")
        label = next((told for value in values[:-1] if (told := _value(value))), layer.name)
        start, numbers = _numbered(values[-1])
        source, _, target = numbers.partition("_")
        self._ties.append(_Tie((base, start, source), label, (base, row, target), where))

    def said_of_all(self) -> Said:
        """What the file says, its ties followed."""
        self._said.tie([*self._followed(), *self._chained()])
        return self._said

    def _followed(self) -> Iterator[tuple[str, str, str, str]]:
        ids = self._said.ids()
        for tie in self._ties:
            source = ids.get(tie.source[2]) or self._found(*tie.source)
            target = self._found(*tie.target)
            if source and target:
                yield source.id, tie.label, target.id, tie.where
            else:
                self._said.unread.append(f"{tie.where}: {tie.label}, whose end is not in the file")

    def _found(self, layer: str, row: str, number: str) -> Mark | None:
        """The annotation of a layer with a number or, where that is 0, the only one at a row."""
        if number not in ("", "0"):
            return self._marks.get((layer, number))
        marks = self._rows.get((layer, row), [])
        return marks[0] if len(marks) == 1 else None

    def _chained(self) -> Iterator[tuple[str, str, str, str]]:
        for (layer, _), links in self._chains.items():
            for (mark, label), (other, _) in pairwise(links[at] for at in sorted(links)):
                yield mark.id, label or layer, other.id, mark.where


def _stacked(layer: _Layer, cells: list[str], where: str) -> Iterator[list[str]]:
    """The cells of each annotation of a layer at one token; several are stacked with `|`."""
    stacks = [_split(cell, "|") for cell in cells]
    depth = max(map(len, stacks))
    # A feature that none of the annotations has may be said once for all.
    full = [stack * depth if len(stack) == 1 else stack for stack in stacks]
    if any(len(stack) != depth for stack in full):
        raise AnnotationError(f"{where}: cells of {layer.name} with as many `|` are expected")
    yield from (values for values in map(list, zip(*full, strict=True)) if set(values) != {"_"})


def _key(layer: _Layer, row: str, values: list[str]) -> tuple[tuple[str, ...], str]:
    """What tells an annotation from all others, and the end of its id."""
    if layer.kind == "T_CH" and (link := _LINK.fullmatch(values[-1])):
        name = f"{link[2]}->{link[3]}"
        return (layer.name, "chain", name), name
    own = (value for at, value in enumerate(values) if not layer.target(at))
    number = next((number for value in own if (number := _numbered(value)[1])), "")
    return ((layer.name, number), f"{row}[{number}]") if number else ((layer.name, "", row), row)


def _split(cell: str, mark: str) -> list[str]:
    """The parts of a cell between marks that are not escaped."""
    found = re.finditer(rf"\\.|{re.escape(mark)}", cell, re.DOTALL)
    ends = [match.start() for match in found if match[0] == mark]
    return [cell[a + 1 : b] for a, b in pairwise([-1, *ends, len(cell)])]


def _numbered(value: str) -> tuple[str, str]:
    """A value and the number in brackets behind it, or an empty one."""
    match = _NUMBERED.fullmatch(value)
    return (match[1], match[2] or "") if match else (value, "")


def _value(value: str) -> str:
    """The words of a value; none where it is empty (`*`) or there is no annotation (`_`)."""
    words = _numbered(value)[0]
    return "" if words in ("*", "_") else _plain(words)


def _plain(text: str) -> str:
    """Text without its escapes."""
    return _ESCAPED.sub(lambda match: _CONTROLS.get(match[1], match[1]), text)
