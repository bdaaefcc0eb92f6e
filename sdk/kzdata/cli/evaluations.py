"""How an evaluation looks: as text, JSON, Markdown or HTML.

All that comes from a package or an entry is made safe: nothing of it acts, in whatever form.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from kzdata.cli.terminal import aligned, as_json, bold, safe, shortened
from kzdata.display import content_policy
from kzdata.display import safe as plainly

if TYPE_CHECKING:
    from kzdata.entries.evaluation import Evaluation, Miss, Score

MOST = 20  # misses of a kind
_WIDTH = 100  # characters of a quote
HEAD = (
    "score",
    "right",
    "found",
    "wanted",
    "precision",
    "recall",
    "F1",
    "mean of articles",
    "95 %",
)
KINDS = {
    "missed": "gold claims that are not there",
    "unfounded": "claims that the gold package has not",
    "wrong": "fields that differ",
    "unsupported": "receipts that do not say it",
    "invented": "numbers that stand nowhere in the article",
    "collapsed": "one claim for two of different scope",
    "zero": "no number, taken for zero",
    "contradiction": "contradictions that are not found",
}
"""The kinds of misses, in words."""


def rows(found: "Evaluation") -> list[tuple[str, ...]]:
    """The scores, a row each."""
    return [_row(one) for one in found.scores if one.counts.f1 is not None]


def _row(one: "Score") -> tuple[str, ...]:
    c = one.counts
    interval = "" if one.low is None else f"{_number(one.low)} to {_number(one.high)}"
    shares = map(_number, (c.precision, c.recall, c.f1, one.macro))
    return (one.name, str(c.right), str(c.found), str(c.wanted), *shares, interval)


def _number(share: float | None) -> str:
    return "" if share is None else f"{share:.3f}"


def _about(found: "Evaluation") -> str:
    return f"{len(found.articles)} of {found.wanted} articles: {', '.join(found.articles)}"


def _by_kind(found: "Evaluation") -> Mapping[str, list["Miss"]]:
    each = {kind: [one for one in found.misses if one.kind == kind] for kind in KINDS}
    return {kind: some for kind, some in each.items() if some}


def _miss(one: "Miss") -> str:
    """A miss on a line: the claim, what was expected and found, and the words."""
    said = f"{one.field}: " if one.field else ""
    if one.kind == "wrong":
        said += f"{one.found or 'nothing'}, expected {one.expected or 'nothing'}"
    elif one.kind == "unsupported":
        said += one.found
    elif one.kind == "contradiction":
        said += f"contradicts {one.expected}"
    words = f"“{shortened(one.quote, _WIDTH)}”" if one.quote else "no words"
    place = f" {one.source}:{one.place[0]}" if one.place else f" {one.source}, nowhere"
    return ". ".join(filter(None, [one.claim, said.rstrip(": ")])) + f" ({words},{place})"


def _shown(misses: Sequence["Miss"], every: bool) -> tuple[list[str], int]:
    shown = misses if every else misses[:MOST]
    return [plainly(_miss(one)) for one in shown], len(misses) - len(shown)


# ------------------------------------------------------------------------------ text


def text(found: "Evaluation", every: bool) -> str:
    """The scores and the misses, for people."""
    numeric = (False, *(True,) * (len(HEAD) - 1))
    blocks = [[safe(_about(found))], aligned([HEAD, *rows(found)], numeric)]
    for kind, misses in _by_kind(found).items():
        lines, more = _shown(misses, every)
        rest = [f"  and {more} more (--all)"] if more else []
        blocks.append(
            [bold(f"{KINDS[kind]}: {len(misses)}"), *(f"  {safe(one)}" for one in lines), *rest]
        )
    return "\n\n".join("\n".join(lines) for lines in blocks)


def json(found: "Evaluation", every: bool) -> str:
    """All of it, for programs."""
    return as_json(found.as_dict())


# ------------------------------------------------------------------------------ Markdown


def markdown(found: "Evaluation", every: bool) -> str:
    """The same for a page or a comment."""
    blocks = [_escaped(plainly(_about(found))), table(found)]
    for kind, misses in _by_kind(found).items():
        lines, more = _shown(misses, every)
        listed = [
            *(f"- {_escaped(one)}" for one in lines),
            *([f"- and {more} more"] if more else []),
        ]
        blocks.append("\n".join([f"### {KINDS[kind]}: {len(misses)}", "", *listed]))
    return "\n\n".join(blocks)


def table(found: "Evaluation") -> str:
    """The scores as a table of Markdown."""
    lines = [HEAD, ("---", *("---:" for _ in HEAD[1:])), *rows(found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escaped(text: str) -> str:
    """A text in which Markdown finds no mark, and no page a tag."""
    return "".join(
        f"\\{c}" if c in "\\`*_{}[]()#+-.!|~:@$" else escape(c, quote=False) for c in text
    )


# ------------------------------------------------------------------------------ HTML

# Nothing is loaded and nothing runs, whatever the words of an article or an entry are.
_POLICY = content_policy("style-src 'unsafe-inline'")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;display:block;overflow-x:auto}"
    "th,td{padding:.2rem .6rem;border-bottom:1px solid #8886;text-align:right}"
    "th:first-child,td:first-child{text-align:left}li{margin:.3rem 0}:root{color-scheme:light dark}"
)


def html(found: "Evaluation", every: bool) -> str:
    """The same as one page that loads nothing."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in HEAD)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows(found))
    scores = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    about = escape(plainly(_about(found)))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><title>Evaluation</title>'
        f"<style>{_STYLE}</style></head><body><h1>Evaluation</h1><p>{about}</p>{scores}"
        f"{''.join(_sections(found, every))}</body></html>"
    )


def _cell(text: str) -> str:
    return f"<td>{escape(plainly(text))}</td>"


def _sections(found: "Evaluation", every: bool) -> Iterator[str]:
    for kind, misses in _by_kind(found).items():
        lines, more = _shown(misses, every)
        listed = "".join(f"<li>{escape(one)}</li>" for one in lines)
        rest = f"<p>and {more} more</p>" if more else ""
        yield f"<h2>{KINDS[kind]}: {len(misses)}</h2><ul>{listed}</ul>{rest}"


WRITERS: Mapping[str, Callable[["Evaluation", bool], str]] = {
    "text": text,
    "json": json,
    "markdown": markdown,
    "html": html,
}
"""The forms by name; each takes the evaluation, and whether all misses are shown."""
