"""Pages of single claims and events: a card as HTML that is read without a script.

They are for whoever cites, prints, shares, archives or indexes one record. What stands in them is
that of the card, and nothing in it acts: all of it is escaped, and their content security policy
allows a style sheet and pictures beside them.
"""

import html
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from kzdata.display import content_policy
from kzdata.files.names import file_names
from kzdata.site.cards import in_one_line
from kzdata.site.parts import embedded
from kzdata.site.share import share_card

Json = dict[str, Any]
MOST = 2_000  # claims and events; a package of more has no pages of single ones
SHEET = "record.css"
POLICY = content_policy("style-src 'self'", "img-src 'self'")


def places(cards: Mapping[str, Json]) -> dict[str, str]:
    """Where the page of each record stands, without its ending; none of a large package."""
    if len(cards) > MOST:
        return {}
    found: dict[str, str] = {}
    for kind in ("claim", "event"):
        names = file_names(key for key, card in cards.items() if card["kind"] == kind)
        found |= {key: f"{kind}/{name}" for key, name in names.items()}
    return found


def record_pages(cards: Mapping[str, Json], package: Json) -> dict[str, bytes]:
    """The pages and pictures of records, by their paths."""
    known = places(cards)
    told = {"title": package.get("title") or package["name"], **package}
    found: dict[str, bytes] = {}
    for key, place in known.items():
        page = _Page(cards[key], told, known, cards).html()
        # Half of a surrogate pair, which JSON can name, is no UTF-8.
        found[f"{place}.html"] = page.encode("utf-8", "replace")
        found[f"{place}.svg"] = share_card(cards[key], told)
    return found


def without_scripts(
    package: Json, story: Json | None, cards: Mapping[str, Json], known: Mapping[str, str]
) -> str:
    """What the page of the package says where scripts are off: its story, or what it is, and links.

    Args:
        package: The package.
        story: Its story.
        cards: Its cards.
        known: Where their pages stand.

    Returns:
        HTML.
    """
    items = "".join(
        f'<li><a href="{_text(quote(known[key]))}.html">{_text(in_one_line(card["heading"]))}</a> '
        f"{_text(', '.join(filter(None, [card['source']['name'], card['source']['day']])))}</li>"
        for key, card in cards.items()
        if key in known and card["kind"] == "claim"
    )
    title = _text(package.get("title") or package["name"])
    described = _text(package.get("description", ""))
    if story:
        title = _in_prose(story["title"], known) or title
        described = "</p><p>".join(_in_prose(part, known) for part in story["paragraphs"])
    return f"<h1>{title}</h1><p>{described}</p>{f'<ul>{items}</ul>' if items else ''}"


def _in_prose(pieces: Iterable[Json], known: Mapping[str, str]) -> str:
    """Words of the story, with links to the pages of its numbers."""
    return "".join(
        f'<a href="{_text(quote(known[piece["key"]]))}.html">{_text(piece["text"])}</a>'
        if piece.get("key") in known
        else _text(piece["text"])
        for piece in pieces
    )


class _Page:
    def __init__(
        self, card: Json, package: Json, known: Mapping[str, str], cards: Mapping[str, Json]
    ) -> None:
        self._card, self._package, self._known, self._cards = card, package, known, cards
        self._heading = in_one_line(card["heading"])
        self._words = in_one_line(card["sentence"])

    def html(self) -> str:
        """The page."""
        body = "\n".join(filter(None, [*self._head(), *self._body(), *self._foot()]))
        return f'<!doctype html>\n<html lang="en">\n{body}\n</html>\n'

    def _head(self) -> Iterator[str]:
        source = self._card["source"]
        title = " · ".join(filter(None, [self._heading, source["name"]]))
        told = [f"“{self._words}”" if self._words else "", source["name"], source["day"]]
        described = ", ".join(filter(None, told))
        yield '<head>\n<meta charset="utf-8">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield '<meta name="referrer" content="no-referrer">'
        yield '<meta name="color-scheme" content="light dark">'
        yield f"<title>{_text(title)}</title>"
        graph = {
            "og:type": "article",
            "og:title": self._heading,
            "og:description": described,
            "og:site_name": self._package["title"],
        }
        yield f'<meta name="description" content="{_text(described)}">'
        for name, value in graph.items():
            yield f'<meta property="{name}" content="{_text(value)}">'
        yield f'<link rel="stylesheet" href="../{SHEET}">'
        yield f'<script type="application/ld+json">{self._linked()}</script>\n</head>'

    def _linked(self) -> str:
        """The record as linked data."""
        return embedded(linked(self._card, self._heading, self._words, self._package))

    def _body(self) -> Iterator[str]:
        card = self._card
        yield "<body>"
        yield f'<header><a href="../index.html">{_text(self._package["title"])}</a></header>'
        yield f"<main>\n<h1>{''.join(map(_part, card['heading']))}</h1>"
        for one in (card, *card.get("others", ())):
            yield from _said(one["sentence"], one["source"])
        yield f"<dl>{''.join(map(_row, card['rows']))}</dl>"
        yield from (f'<p class="note">{_text(note)}</p>' for note in card["notes"])
        yield from self._outside()
        others = [(one["key"], one["heading"], _beside(one)) for one in card["relations"]]
        yield from self._list("How it stands to others", others)
        claims = (self._cards[key] for key in card.get("claims", ()))
        told = [(one["key"], in_one_line(one["heading"]), one["source"]["name"]) for one in claims]
        yield from self._list("Claims about it", told)
        if event := self._card.get("event"):
            heading = in_one_line(self._cards[event]["heading"])
            yield from self._list("It is about", [(event, heading, "")])

    def _outside(self) -> Iterator[str]:
        if told := self._card["outside"]:
            items = "".join(
                f"<li><b>{_link(one['url'], one['name'])}</b> {_text(one['day'])}: "
                f"{_text(one['words'])} <i>{_text(one['means'])}</i></li>"
                for one in told
            )
            title = "<h2>Outside the articles</h2>"
            yield f'<section class="outside">{title}<ul>{items}</ul></section>'

    def _list(self, title: str, told: Iterable[tuple[str, str, str]]) -> Iterator[str]:
        """Other records, with links to their pages."""
        items = "".join(
            f'<li><a href="../{_text(quote(self._known[key]))}.html">{_text(heading)}</a>'
            f"{f' <i>{_text(more)}</i>' if more else ''}</li>"
            for key, heading, more in told
            if key in self._known
        )
        if items:
            yield f"<section><h2>{title}</h2><ul>{items}</ul></section>"

    def _foot(self) -> Iterator[str]:
        card, package = self._card, self._package
        cite = {form: "".join(pieces) for form, pieces in card["cite"].items()}
        forms = "".join(f"<pre>{_text(cite[form])}</pre>" for form in ("bibtex", "ris"))
        yield f"<section><h2>Cite</h2><p>{_text(cite['text'])}</p>"
        yield f"<details><summary>BibTeX and RIS</summary>{forms}</details></section>"
        app = f"../index.html#/cell/{quote(card['key'], safe='')}"
        picture = f"{self._known[card['key']].partition('/')[2]}.svg"
        yield f'<nav><a href="{_text(app)}">Open with its proof</a>'
        yield f'<a href="{_text(quote(picture))}">Picture</a></nav>\n</main>'
        version = f"version {package['version']}" if package["version"] else ""
        names = (one.get("title") or one.get("name") or "" for one in package["licenses"])
        told = "; ".join(filter(None, [version, package.get("terms"), *names]))
        yield f"<footer>{_text(card['key'])}; {_text(told)}</footer>\n</body>"


def linked(card: Json, heading: str, words: str, package: Json) -> Json:
    """A card as linked data of schema.org: a claim with who makes it and where it appears.

    No rating: whether it is true is not said. An event has the articles that tell of it.
    """
    articles = [_article(one["source"]) for one in (card, *card.get("others", ()))]
    appearances = [one for one in articles if one]
    data: Json = {"@context": "https://schema.org", "identifier": card["key"], "name": heading}
    if card["kind"] == "event":
        data |= {"@type": "Event", "description": words, "subjectOf": appearances}
        days = zip(("startDate", "endDate"), card["days"], strict=True)
        return data | {name: day for name, day in days if day}
    data |= {"@type": "Claim", "text": words or heading}
    if author := card["said_by"] or card["source"]["name"]:
        # Whether it is a person or a body, no declaration says.
        data["author"] = {"@type": "Thing", "name": author}
    if appearances:
        data["appearance"] = appearances[0]
    whole = {"@type": "Dataset", "name": package["title"], "version": package["version"]}
    return data | {"isPartOf": {name: value for name, value in whole.items() if value}}


def _article(source: Json) -> Json | None:
    if not source["name"]:
        return None
    told = {
        "@type": "NewsArticle",
        "headline": source["title"],
        "url": source["url"],
        "datePublished": source["date"],
        "publisher": {"@type": "Organization", "name": source["name"]},
    }
    return {name: value for name, value in told.items() if value}


# ------------------------------------------------------------------------------------- as HTML


def _said(pieces: Iterable[Json], source: Json) -> Iterator[str]:
    """The words of an article, and whose they are."""
    if quoted := "".join(map(_piece, pieces)):
        yield f"<blockquote>{quoted}</blockquote>"
    told = ", ".join(filter(None, [source["name"], source["about"], source["day"]]))
    there = source["link"] or source["url"]
    read = f' · <a href="{_text(there)}" rel="noreferrer">read it there</a>' if there else ""
    if told:
        yield f'<p class="source">{_text(told)}{read}</p>'


def _piece(piece: Json) -> str:
    if piece.get("gap"):
        return ' <span class="gap">…</span> '
    return f"<mark>{_text(piece['text'])}</mark>" if piece["mark"] else _text(piece["text"])


def _part(part: Json) -> str:
    tone = part.get("tone")
    return f'<b class="{_text(tone)}">{_text(part["text"])}</b>' if tone else _text(part["text"])


def _row(row: Json) -> str:
    quoted = f" <q>{_text(row['quote'])}</q>" if row.get("quote") else ""
    return f"<dt>{_text(row['label'])}</dt><dd>{_text(row['value'])}{quoted}</dd>"


def _beside(one: Json) -> str:
    told = ", ".join(filter(None, [one["source"], one["day"]]))
    return ". ".join(filter(None, [told, one["words"], one["note"]]))


def _link(url: str | None, name: str) -> str:
    return f'<a href="{_text(url)}" rel="noreferrer">{_text(name)}</a>' if url else _text(name)


def _text(text: str) -> str:
    return html.escape(text)
