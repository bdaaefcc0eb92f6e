"""Label Studio: its JSON export, regions of plain text with labels, choices and relations.

Source: https://labelstud.io/guide/export. Each annotation of a task is a document of its own, since
several people annotate one text. Offsets are code points, in older versions UTF-16.
"""

from collections.abc import Iterator, Mapping

from kzdata.annotations.reading import File, Node
from kzdata.annotations.said import Mark, Said

_PLACE = ("start", "end", "text")
_LABELS = "labels"


def label_studio(file: File) -> Iterator[Said]:
    """What the annotations of a file's tasks say, one by one."""
    for task in file.json().all():
        text = _text(task.need("data"))
        if task.get("annotations") is None:
            raise task.fails("the member 'annotations' of a full JSON export, not JSON-MIN,")
        if guesses := task.items("predictions"):
            yield Said(task.where, text=text, unread=[f"{guesses[0].where}: {len(guesses)} in all"])
        for annotation in task.items("annotations"):
            said = Said(annotation.where, text=text)
            _results(annotation, said)
            yield said


def _text(data: Node) -> str | None:
    """The only text of a task, or the one that is called so."""
    texts = {name: node.text() for name, node in data.members().items() if type(node.value) is str}
    return texts.get("text") or (next(iter(texts.values())) if len(texts) == 1 else None)


def _results(annotation: Node, said: Said) -> None:
    cancelled = annotation.get("was_cancelled")
    if cancelled and cancelled.value is True:
        said.unread.append(f"{annotation.where}: an annotation that was cancelled")
        return
    ties: list[Node] = []
    known: dict[str, Mark] = {}
    for result in annotation.items("result"):
        # The SDK writes the relations of a region as a list among the results.
        for one in result.all() if isinstance(result.value, list) else [result]:
            if one.need("type").text() == "relation":
                ties.append(one)
            else:
                _result(one, said, known)
    said.marks += known.values()
    said.tie(tie for node in ties for tie in _ties(node))


def _result(result: Node, said: Said, known: dict[str, Mark]) -> None:
    """A region, or what is said of one under the same id: a choice, a number, a comment."""
    value = result.need("value")
    if not (value.get("start") and value.get("end")):
        said.unread.append(f"{result.where}: said of the whole text")
        return
    key = result.need("id").text()
    mark = known.setdefault(key, _mark(value, key, result.where))
    if mark.parts != _mark(value, key, result.where).parts:
        raise result.fails(f"the place that the region {key!r} has elsewhere")
    name = result.need("from_name").text()
    for kind, told in value.members().items():
        if kind == _LABELS:
            _label(mark, told)
        elif kind not in _PLACE:
            mark.say(name, told.value)


def _mark(value: Node, key: str, where: str) -> Mark:
    words = value.get("text")
    parts = ((value.need("start").whole(), value.need("end").whole()),)
    return Mark(key, "", where, words.text() if words else None, parts)


def _label(mark: Mark, labels: Node) -> None:
    """The first label; where there are several, all of them as an attribute too."""
    found = [node.text() for node in labels.all()]
    mark.label = mark.label or (found[0] if found else "")
    if len(found) > 1:
        mark.say(_LABELS, found)


def _ties(relation: Node) -> Iterator[tuple[str, str, str, str]]:
    start, end = (relation.need(name).text() for name in ("from_id", "to_id"))
    way = relation.get("direction")
    label = ", ".join(node.text() for node in relation.items(_LABELS))
    ways: Mapping[str, list[tuple[str, str]]]
    ways = {"right": [(start, end)], "left": [(end, start)], "bi": [(start, end), (end, start)]}
    for one, other in ways.get(way.text() if way else "right", ways["right"]):
        yield one, label, other, relation.where
