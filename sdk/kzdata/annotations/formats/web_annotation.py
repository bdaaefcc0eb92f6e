"""W3C Web Annotation in JSON-LD, and what `kzdata export jsonld` writes.

Source: https://www.w3.org/TR/annotation-model/. Offsets are code points. No address in a file is
asked for: an article is known by a hash (`ni:///sha-256;...`), or by its words.
"""

import base64
import binascii
import re
from collections.abc import Iterator

from kzdata.annotations.reading import File, Node
from kzdata.annotations.said import Mark, Said

_NAMED = re.compile(r"ni://[^/]*/sha-256;([A-Za-z0-9_-]{43})")  # RFC 6920
_TAGS = ("tagging", "classifying", "identifying")
_OWN = ("id", "@id", "type", "@type", "@context", "body", "bodyValue", "target")


def web_annotation(file: File) -> Iterator[Said]:
    """What the annotations of a file say, article by article."""
    nodes = _nodes(file.json())
    hashes = dict(_hashes(nodes))
    said: dict[str, Said] = {}
    links: list[Node] = []
    for number, node in enumerate(nodes, 1):
        if not _is(node, "Annotation"):
            continue
        if _linked(node):
            links.append(node)
            continue
        target = _target(node)
        source = _source(target)
        digest = _digest(source) or hashes.get(source)
        one = said.setdefault(source, Said(node.where, sha256=digest))
        one.marks.append(_mark(node, target, str(number)))
    _tie(links, list(said.values()))
    yield from said.values()


def _nodes(top: Node) -> list[Node]:
    """The nodes of a graph, a page, a collection with its first page, or one annotation."""
    if isinstance(top.value, list):
        return top.all()
    first = top.get("first")
    inner = first if first and isinstance(first.value, dict) else top
    for name in ("@graph", "items"):
        if inner.get(name):
            return inner.items(name)
    if not _is(top, "Annotation"):
        raise top.fails("an Annotation, an array, a page or a graph of them")
    return [top]


def _is(node: Node, kind: str) -> bool:
    told = node.get("type") or node.get("@type")
    kinds = told.value if told and isinstance(told.value, list) else [told.value if told else ""]
    return kind in kinds or f"oa:{kind}" in kinds


def _hashes(nodes: list[Node]) -> Iterator[tuple[str, str]]:
    """The hash of each article whose text is described, by the article's address."""
    for node in nodes:
        key, encoding = node.get("id"), node.get("encoding")
        if (
            key
            and encoding
            and isinstance(encoding.value, dict)
            and (sha := encoding.get("sha256"))
        ):
            yield key.text(), sha.text()


def _digest(source: str) -> str | None:
    """The SHA-256 that an address is made of; None where it is made of none."""
    if not (match := _NAMED.fullmatch(source)):
        return None
    try:
        return base64.urlsafe_b64decode(f"{match[1]}=").hex()
    except binascii.Error:
        return None


# ------------------------------------------------------------------------------ one annotation


def _target(node: Node) -> Node:
    target = node.need("target")
    if isinstance(target.value, list):
        targets = target.all()
        if len(targets) != 1:
            raise target.fails("one target; an annotation for each")
        target = targets[0]
    if not isinstance(target.value, dict):
        raise target.fails("a target with a source and a selector")
    return target


def _source(target: Node) -> str:
    source = target.need("source")
    return source.need("id").text() if isinstance(source.value, dict) else source.text()


def _mark(node: Node, target: Node, number: str) -> Mark:
    key = node.get("id") or node.get("@id")
    mark = Mark(key.text() if key else number, "", node.where)
    for name, told in node.members().items():
        if name not in _OWN and not isinstance(told.value, dict | list):
            mark.say(name, told.value)
    _bodies(mark, node)
    _select(mark, target)
    return mark


def _select(mark: Mark, target: Node) -> None:
    """The place and the words that the selectors name."""
    selector = target.need("selector")
    found = selector.all() if isinstance(selector.value, list) else [selector]
    if any(one.get("refinedBy") for one in found):
        mark.reason = "a selector that another one refines is not read"
    for one in found:
        if _is(one, "TextQuoteSelector"):
            before, after = one.get("prefix"), one.get("suffix")
            mark.words = one.need("exact").text()
            mark.before = before.text() if before else ""
            mark.after = after.text() if after else ""
        elif _is(one, "TextPositionSelector"):
            mark.parts = ((one.need("start").whole(), one.need("end").whole()),)
    if not mark.words:
        mark.reason = "no TextQuoteSelector, and no offset is trusted without its words"


def _bodies(mark: Mark, node: Node) -> None:
    """The first tag is the label, else the first body; all others are attributes by purpose."""
    told = list(_told(node))
    label = next((one for one in told if one[0] in _TAGS), told[0] if told else None)
    mark.label = label[1] if label else ""
    for one in told:
        if one is not label:
            mark.say(one[0], one[1])


def _told(node: Node) -> Iterator[tuple[str, str]]:
    """The purpose and the text, or address, of each body."""
    if plain := node.get("bodyValue"):
        yield "body", plain.text()
    if (body := node.get("body")) is None:
        return
    motivation = node.get("motivation")
    usual = motivation.value if motivation and isinstance(motivation.value, str) else "body"
    for one in body.all() if isinstance(body.value, list) else [body]:
        if not isinstance(one.value, dict):
            yield usual, one.text()
            continue
        purpose = one.get("purpose")
        if value := one.get("value") or one.get("id") or one.get("source"):
            yield (purpose.text() if purpose else usual), value.text()


# ------------------------------------------------------------------------------ links


def _linked(node: Node) -> list[str]:
    """The two annotations that an annotation links; none where it does something else."""
    target, motivation = node.get("target"), node.get("motivation")
    if not (motivation and motivation.value == "linking" and target):
        return []
    ends = target.all() if isinstance(target.value, list) else []
    ids = [end.need("id") if isinstance(end.value, dict) else end for end in ends]
    if len(ids) != 2:
        raise target.fails("the ids of two annotations that are linked")
    return [end.text() for end in ids]


def _tie(links: list[Node], said: list[Said]) -> None:
    homes = {mark.id: one for one in said for mark in one.marks}
    ties: dict[int, list[tuple[str, str, str, str]]] = {}
    for node in links:
        start, end = _linked(node)
        label = next((text for _, text in _told(node)), "linking")
        if start not in homes:
            raise node.fails(f"a link from an annotation of this file, not from {start!r:.80},")
        ties.setdefault(id(homes[start]), []).append((start, label, end, node.where))
    for one in said:
        one.tie(ties.get(id(one), []))
