"""Which words of an article name an entity or justify a category: aliases and the codebook.

The same as the rules `evidence-resolved` and `evidence-coded` say in SQL over all receipts, for one
receipt at a time; a test holds the two together.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from kzdata.standard.editing import Draft

Place = tuple[int, int]
_WORD = re.compile(r"([\w]+)")


class Term(NamedTuple):
    """A term of a category, or a surface form of an entity, and what it is looked for in."""

    name: str  # the category or entity
    text: str
    family: str  # terms of one family exclude each other: a table of entities, or the codebook


class Vocabulary:
    """The terms of a draft by role (`resolved`, `coded`) and scope.

    The scope is the article for aliases ("" for all of them), the column for the codebook.
    """

    def __init__(self, draft: Draft) -> None:
        self._terms: dict[tuple[str, str], list[Term]] = defaultdict(list)
        for table in draft.tables.values():
            if c := table.schema.codebook:
                for row in table.rows:
                    term = Term(row[c.category], row[c.term], "")
                    self._terms["coded", row[c.field]].append(term)
            if a := table.schema.aliases:
                families = _families(draft, a.of)
                for row in table.rows:
                    scope = row[a.source] if a.source else ""
                    for family in families.get(row[a.entity], () if a.of else ("",)):
                        term = Term(row[a.entity], row[a.alias], family)
                        self._terms["resolved", scope].append(term)

    def terms(self, role: str, scope: str) -> list[Term]:
        """All terms of a role and a scope, those of all articles among them."""
        everywhere = self._terms.get((role, ""), []) if role == "resolved" and scope else []
        return [*self._terms.get((role, scope), []), *everywhere]

    def says(self, role: str, scope: str, name: str, words: str) -> bool:
        """Whether words hold a term of a category or entity that is no part of a longer one."""
        return any(True for _ in self.places(role, scope, name, words))

    def places(self, role: str, scope: str, name: str, text: str) -> Iterator[Place]:
        """Where a text has such a term."""
        terms = self.terms(role, scope)
        for term in (term for term in terms if term.name == name):
            longer = [
                place
                for other in terms
                if other.family == term.family and other.name != name
                if len(other.text) > len(term.text) and any(found(other.text, term.text))
                for place in found(text, other.text)
            ]
            for start, end in found(text, term.text):
                if not any(first <= start and end <= last for first, last in longer):
                    yield start, end

    def named(self, role: str, scope: str, words: str) -> set[str]:
        """All categories or entities that some words name."""
        names = {term.name for term in self.terms(role, scope) if any(found(words, term.text))}
        return {name for name in names if self.says(role, scope, name, words)}


def _families(draft: Draft, targets: tuple[object, ...]) -> dict[str, list[str]]:
    """By entity, the tables that it is a row of."""
    found: dict[str, list[str]] = defaultdict(list)
    for target in targets:
        name, field = getattr(target, "resource", ""), getattr(target, "field", "")
        if name in draft.tables:
            for row in draft.tables[name].rows:
                found[row[field]].append(name)
    return found


def found(text: str, term: str) -> Iterator[Place]:
    """Where a term stands as whole words."""
    start = text.find(term) if term else -1
    while start >= 0:
        end = start + len(term)
        before = _in_word(term[0]) and start > 0 and _in_word(text[start - 1])
        if not before and not (_in_word(term[-1]) and _in_word(text[end : end + 1])):
            yield start, end
        start = text.find(term, start + 1)


def _in_word(character: str) -> bool:
    return bool(_WORD.fullmatch(character))
