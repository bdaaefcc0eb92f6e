"""The share card: a claim or an event as a picture, 1,200 by 630 points of SVG.

No font is at hand when it is written, so that widths are estimated; each run of text is told its
width, and a viewer with another font fits it in.
"""

import html
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from kzdata.site.cards import in_one_line

Json = dict[str, Any]
WIDTH, HEIGHT, EDGE = 1200, 630, 64
ROOM = WIDTH - 2 * EDGE
SANS = "Inter, system-ui, Arial, sans-serif"
SERIF = "Charter, Georgia, serif"
INK, QUIET, PAPER, MARK = "#1c1b19", "#6a655c", "#fbfaf6", "#ffe58a"
TONES = {"killed": "#8c1c2b", "hurt": "#8f4c06", "none": QUIET}
# Parts of the size that a letter is wide, on the average of common fonts.
_NARROW, _WIDE = frozenset("iljtfrI.,;:'’‘|!()[] "), frozenset("mwMWQO@%—…")


class Run(NamedTuple):
    """Some words of one look."""

    text: str
    fill: str = INK
    size: float = 44
    font: str = SANS
    weight: int = 400
    marked: bool = False

    @property
    def width(self) -> float:
        """How wide it is, about."""
        bold = 1.15 if self.weight > 500 else 1
        return sum(map(_part, self.text)) * self.size * bold


def share_card(card: Json, package: Json) -> bytes:
    """The picture of a card."""
    # A title may go on after a colon, for which there is no room.
    said = package["title"].partition(":")[0]
    said += " · what one article said" if card["kind"] == "claim" else ""
    top = [*_lines([Run(said, QUIET, 24)], 1)]
    heading, y = [*_lines(_heading(card), 2)], 114.0
    drawn = [_line(top[0], 84)]
    for line in heading:
        y += max(run.size for run in line) * 1.12
        drawn.append(_line(line, y))
    quote = _quote(card)
    first = y + 24
    for line in quote:
        y += line[0].size * 1.4
        drawn.append(_line(line, y + 8, EDGE + 32))
    if quote:
        drawn.append(
            f'<path d="M{EDGE} {first:.0f}V{y + 24:.0f}" stroke="{INK}" stroke-width="6"/>'
        )
    for line in _said(card):
        y += 42
        drawn.append(_line(line, y + 16))
    foot = f"Every number has a receipt · {card['key']}"
    foot += f", version {package['version']}" if package["version"] else ""
    drawn += (_line(line, HEIGHT - 40) for line in _lines([Run(foot, QUIET, 22)], 1))
    title = html.escape(_printable(in_one_line(card["heading"])))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
    paper = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
    drawing = f'{head} role="img"><title>{title}</title>{paper}{"".join(drawn)}</svg>\n'
    return drawing.encode("utf-8", "replace")


# ------------------------------------------------------------------------------------- its parts


def _heading(card: Json) -> list[Run]:
    """The heading; a figure that it begins with is large."""
    parts = card["heading"]
    large = parts[0].get("mark") == "figure"
    return [
        Run(part["text"], TONES.get(part.get("tone", ""), INK), 88 if large and not place else 44,
            weight=700 if part.get("mark") else 600)
        for place, part in enumerate(parts)
    ]  # fmt: skip


def _quote(card: Json) -> list[list[Run]]:
    """The sentence, as large as it can be in four lines."""
    room = ROOM - 32
    for size in (44, 36, 30):
        runs = [
            Run(" … " if one.get("gap") else one["text"], QUIET if one.get("gap") else INK, size,
                SERIF, marked=bool(one.get("mark")))
            for one in card["sentence"]
        ]  # fmt: skip
        lines = [*_wrapped(runs, room)]
        if len(lines) <= 3:
            return lines
    return [*_lines(runs, 4, room)]


def _said(card: Json) -> Iterator[list[Run]]:
    """Whose words they are, and who says otherwise."""
    source = card["source"]
    told = ", ".join(filter(None, [source["name"], source["day"]]))
    nobody = card["kind"] == "claim" and card["said_by"] is None
    runs = [Run(f"{told}." if told else "", INK, 26)]
    runs += [Run(" No source is named.", QUIET, 26)] if nobody and told else []
    yield from _lines(runs, 2)
    against = [one for one in card["outside"] if one["relation"] == "contradicts"][:1]
    for one in against:
        yield from _lines([Run(f"Outside the articles, {one['name']}: ", QUIET, 26),
                           Run(one["words"], INK, 26)], 2)  # fmt: skip


# ------------------------------------------------------------------------------------- lines


def _lines(runs: list[Run], most: int, room: float = ROOM) -> Iterator[list[Run]]:
    """Runs in so many lines at most; what is cut is an ellipsis."""
    lines = [*_wrapped(runs, room)]
    yield from lines[: most - 1]
    for line in lines[most - 1 : most]:
        yield [*line, line[-1]._replace(text=" …", marked=False)] if len(lines) > most else line


def _wrapped(runs: Iterable[Run], room: float) -> Iterator[list[Run]]:
    """Runs broken between words, so that each line has room."""
    line: list[Run] = []
    left = room
    for word in _words(runs):
        if line and word.width > left:
            yield _joined(line)
            line, left = [], room
            word = word._replace(text=word.text.lstrip())
        line.append(word)
        left -= word.width
    if line:
        yield _joined(line)


def _words(runs: Iterable[Run]) -> Iterator[Run]:
    for run in runs:
        for text in run.text.replace(" ", " \0").split("\0"):
            # A word that no line has room for is cut.
            for start in range(0, len(text), 40):
                yield run._replace(text=text[start : start + 40])


def _joined(line: list[Run]) -> list[Run]:
    looks = groupby(line, key=lambda run: run._replace(text=""))
    return [look._replace(text="".join(run.text for run in runs)) for look, runs in looks]


def _line(line: list[Run], y: float, x: float = EDGE) -> str:
    """One line of text, with the ground of what is marked."""
    drawn = []
    for run in line:
        if run.marked:
            box = f'x="{x - 4:.0f}" y="{y - run.size:.0f}" width="{run.width + 8:.0f}"'
            drawn.append(f'<rect {box} height="{run.size * 1.3:.0f}" rx="3" fill="{MARK}"/>')
        text = html.escape(_printable(run.text))
        look = f'font-family="{run.font}" font-size="{run.size:g}" fill="{run.fill}"'
        weight = f' font-weight="{run.weight}"' if run.weight != 400 else ""
        length = f' textLength="{run.width:.0f}"' if run.text.strip() else ""
        place = f'x="{x:.0f}" y="{y:.0f}" xml:space="preserve"'
        drawn.append(f"<text {place} {look}{weight}{length}>{text}</text>")
        x += run.width
    return "".join(drawn)


@lru_cache(maxsize=1 << 10)
def _part(char: str) -> float:
    if char in _NARROW:
        return 0.29
    if char in _WIDE:
        return 0.84
    if ord(char) > 0x2E80:  # Chinese, Japanese, Korean and the like
        return 1.0
    return 0.66 if char.isupper() else 0.54


def _printable(text: str) -> str:
    """A text without what XML cannot hold."""
    return "".join(char if char >= " " and char not in "\ufffe\uffff" else " " for char in text)
