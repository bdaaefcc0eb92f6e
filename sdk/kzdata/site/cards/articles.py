"""The articles of a package: what they are called, and what they are."""

import re
from typing import Any

from kzdata.engine.sql import table_named
from kzdata.evidence.names import article_label
from kzdata.evidence.profile import cell, declared
from kzdata.site.cards.words import Words, published_in_words
from kzdata.standard.dataset import Dataset
from kzdata.standard.declarations import Sources
from kzdata.standard.descriptor import ADDRESS

Article = dict[str, Any]


class Articles:
    """The articles of a package: what they are called, and what they are."""

    def __init__(self, dataset: Dataset, words: Words) -> None:
        self._known: dict[str, Article] = {}
        self._called: dict[str, str] = {}  # names by key, where a key is no word of its own
        if not (known := declared(dataset.descriptor, Sources)):
            return
        table, role = known
        title = "title" if "title" in table.schema.names else None
        names = (role.id, article_label(table.schema), title, role.published_on)
        parts = [cell(name) for name in (*names, role.published_precision, role.kind, role.url)]
        rows = dataset.database.rows(f"SELECT {', '.join(parts)} FROM {table_named(table.name)} t")
        for key, name, headline, day, precision, kind, url in rows:
            told = words.meaning(table.name, role.kind, kind) if role.kind and kind else None
            usual = role.kind and table.schema.field(role.kind).default == kind
            self._known[key] = {
                "key": key,
                "name": name or key,
                "title": headline if headline != name else None,
                "about": None if usual else told,
                "day": published_in_words(day, precision),
                "date": day,
                "url": address(url),
            }
            if not words.small(key):
                self._called[key] = name or key

    def get(self, key: str | None, link: str | None = None) -> Article:
        """An article, with the link to a passage of it; nameless if there is none."""
        nobody = dict.fromkeys(("key", "name", "title", "about", "day", "date", "url"))
        return {**self._known.get(key or "", nobody | {"name": "", "day": ""}),
                "link": address(link)}  # fmt: skip

    def named(self, text: str) -> str:
        """A text with the names of articles in place of their keys."""
        return re.sub(r"\w+(?:-\w+)*", lambda found: self._called.get(found[0], found[0]), text)


def address(url: str | None) -> str | None:
    """An address that may become a link; None of anything else."""
    return url if url and ADDRESS.match(url) else None
