"""UIMA CAS JSON 0.4.0, as INCEpTION and dkpro-cassis write it.

Source: https://github.com/apache/uima-uimaj-io-jsoncas (SPECIFICATION). Offsets are UTF-16 units.
No words are given but the whole text, so that the text must be an article's; a
`DocumentAnnotation`, where there is one, tells its length and so the unit.
"""

from collections.abc import Iterator

from kzdata.annotations.reading import File, Node
from kzdata.annotations.said import Mark, Said, Words
from kzdata.annotations.shape import Unit

_STRUCTURES, _ID, _TYPE, _ELEMENTS = "%FEATURE_STRUCTURES", "%ID", "%TYPE", "%ELEMENTS"
_SOFA, _DOCUMENT = "uima.cas.Sofa", "uima.tcas.DocumentAnnotation"
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
            yield _view(said, members.get(key, {}), structures)


def _view(said: Said, members: _Structures, structures: _Structures) -> Said:
    """What is said of one text."""
    marks: _Structures = {}
    for key, node in members.items():
        place, kind = (
            (node.need("begin").whole(), node.need("end").whole()),
            node.need(_TYPE).text(),
        )
        if kind == _DOCUMENT:
            said.words.append(Words(*place, said.text or "", node.where))
        else:
            marks[key] = node
            said.marks.append(Mark(key, kind, node.where, parts=(place,)))
    _tell(said, marks, structures)
    return said


def _tell(said: Said, members: _Structures, structures: _Structures) -> None:
    """What the features of annotations say: values, and ties to other annotations."""

    def ties() -> Iterator[_Tie]:
        for mark, node in zip(said.marks, members.values(), strict=True):
            for name, value in node.members().items():
                if name.startswith("@") and name != "@sofa":
                    yield from _referred(mark, value, name[1:], members, structures, said)
                elif name not in _PLACE and name[0] not in "%@^":
                    mark.say(name.removeprefix("#"), value.value)

    said.tie(ties())


def _referred(
    mark: Mark, value: Node, name: str, members: _Structures, structures: _Structures, said: Said
) -> Iterator[_Tie]:
    """A reference to an annotation, a list of them, links with roles, or a list of values."""
    if (target := structures.get(value.key())) is None:
        raise value.fails(f"the {_ID} of a structure")
    elements = target.get(_ELEMENTS)
    if value.key() in members:
        yield mark.id, name, value.key(), value.where
    elif elements is None:
        said.unread.append(f"{value.where}: a reference to no annotation of this text")
    elif target.need(_TYPE).text() == "uima.cas.FSArray":
        for element in elements.all():
            role, end = _link(element, name, structures)
            yield mark.id, role, end, element.where
    else:
        said.count(len(elements.all()), value.where)
        mark.say(name, elements.value)


def _link(element: Node, name: str, structures: _Structures) -> tuple[str, str]:
    """The label of a tie and where it leads; through a structure with a role and a target."""
    link = structures.get(element.key())
    target = link.get("@target") if link else None
    if link is None or target is None:
        return name, element.key()
    role = link.get("role")
    return (role.text() if role else name), target.key()
