"""UIMA CAS JSON 0.4.0, as INCEpTION and dkpro-cassis write it.

Source: https://github.com/apache/uima-uimaj-io-jsoncas (SPECIFICATION). Offsets are UTF-16 units.
No words are given but the whole text, so that the text must be an article's; a
`DocumentAnnotation`, where there is one, tells its length and so the unit.
"""

import re
from collections.abc import Iterator

from kzdata.annotations.reading import File, Node
from kzdata.annotations.said import Mark, Said, Words
from kzdata.annotations.shape import Unit

_STRUCTURES, _ID, _TYPE, _ELEMENTS = "%FEATURE_STRUCTURES", "%ID", "%TYPE", "%ELEMENTS"
_SOFA, _DOCUMENT = "uima.cas.Sofa", "uima.tcas.DocumentAnnotation"
_VALUES = re.compile(
    r"uima\.cas\.(Boolean|Byte|Short|Integer|Long|Float|Double|String)(Array|\[\])"
)
_PLACE = ("begin", "end")
_Structures = dict[str, Node]
_Tie = tuple[str, str, str, str]


def uima_cas_json(file: File) -> Iterator[Said]:
    """What a file says of each of its texts, which UIMA calls views."""
    structures: _Structures = {}
    for node in file.json().need(_STRUCTURES).all():
        if structures.setdefault(node.need(_ID).key(), node) is not node:
            raise node.fails(f"an {_ID} that no other structure has")
    members: dict[str, _Structures] = {}
    for key, node in structures.items():
        if (sofa := node.get("@sofa")) and node.get("begin"):
            members.setdefault(sofa.key(), {})[key] = node
    for key, node in structures.items():
        text = node.get("sofaString")
        if node.need(_TYPE).text() == _SOFA and text is not None:
            said = Said(node.where, Unit.UTF_16, text.text())
            yield _View(said, members.get(key, {}), structures).said()


class _View:
    """A text and its annotations.

    Args:
        said: What is said of it, so far without annotations.
        members: The structures that have a place in it.
        structures: All structures of the file.
    """

    def __init__(self, said: Said, members: _Structures, structures: _Structures) -> None:
        self._said, self._members, self._structures = said, members, structures
        self._marks: dict[str, Mark] = {}
        self._lists: dict[str, list[tuple[str, str]]] = {}  # each is read once, however often named

    def said(self) -> Said:
        """What is said of the text."""
        for key, node in self._members.items():
            kind = node.need(_TYPE).text()
            place = node.need("begin").whole(), node.need("end").whole()
            if kind == _DOCUMENT:
                self._said.words.append(Words(*place, self._said.text or "", node.where))
            else:
                self._marks[key] = Mark(key, kind, node.where, parts=(place,))
        self._said.marks += self._marks.values()
        self._said.tie(self._told())
        return self._said

    def _told(self) -> Iterator[_Tie]:
        """What the features of annotations say: values, and ties to other annotations."""
        for key, mark in self._marks.items():
            for name, value in self._members[key].members().items():
                if name.startswith("@") and name != "@sofa":
                    yield from self._referred(mark, value, name[1:])
                elif name not in _PLACE and name[:1] not in ("%", "@", "^"):
                    mark.say(name.removeprefix("#"), value.value)

    def _referred(self, mark: Mark, value: Node, name: str) -> Iterator[_Tie]:
        """A reference to an annotation, a list of them, links with roles, or a list of values."""
        key = value.key()
        if (target := self._structures.get(key)) is None:
            raise value.fails(f"the {_ID} of a structure")
        elements = target.get(_ELEMENTS)
        if key in self._marks:
            yield mark.id, name, key, value.where
        elif elements is None or not isinstance(elements.value, list):
            self._said.unread.append(f"{value.where}: a reference to no annotation of this text")
        elif _VALUES.fullmatch(target.need(_TYPE).text()):
            self._said.count(len(elements.value), value.where)
            mark.say(name, elements.value)
        else:
            if key not in self._lists:
                self._lists[key] = [self._link(one) for one in elements.all() if one.value]
            yield from ((mark.id, role or name, end, value.where) for role, end in self._lists[key])

    def _link(self, element: Node) -> tuple[str, str]:
        """The role of a link, if it has one, and the annotation that it leads to."""
        link = self._structures.get(element.key())
        target = link.get("@target") if link else None
        if link is None or target is None:
            return "", element.key()
        role = link.get("role")
        return (role.text() if role else ""), target.key()
