"""Cards as a page holds them: what many of them share stands once."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def packed(cards: Mapping[str, Json]) -> Json:
    """Cards with the pieces of their citations, and their articles, told once.

    Returns:
        `cards` by key, with the `source` of each as its key and link alone; `articles` by key; and
        `pieces`: a number among the pieces of a citation is the place of one of these.
    """
    counts = Counter(
        piece for card in cards.values() for form in card["cite"].values() for piece in form
    )
    shared = {piece: place for place, piece in enumerate(p for p, n in counts.items() if n > 1)}
    articles: Json = {}
    return {
        "cards": {key: _packed(card, shared, articles) for key, card in cards.items()},
        "articles": articles,
        "pieces": list(shared),
    }


def _packed(card: Json, shared: Mapping[str, int], articles: Json) -> Json:
    cite = {
        form: [shared.get(piece, piece) for piece in pieces]
        for form, pieces in card["cite"].items()
    }
    told = card | {"cite": cite, "source": _source(card["source"], articles)}
    if "others" in card:
        others = [one | {"source": _source(one["source"], articles)} for one in card["others"]]
        told |= {"others": others}
    return told


def _source(source: Json, articles: Json) -> Json:
    told = dict(source)
    link = told.pop("link")
    articles[source["key"] or ""] = told
    return {"key": source["key"], "link": link}
