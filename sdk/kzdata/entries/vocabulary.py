"""Which words of an article name an entity or justify a category: aliases and the codebook.

The same as the rules `evidence-resolved` and `evidence-coded` say in SQL over all receipts, for one
receipt at a time; a test holds the two together.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from kzdata.evidence.profile import LABELS
from kzdata.evidence.spans import printed_places
from kzdata.evidence.vocabulary import lexicon, shares_word
from kzdata.standard.declarations import Target
from kzdata.standard.editing import Draft

Place = tuple[int, int]


class Term(NamedTuple):
    """A term of a category, or a surface form of an entity, and what it is looked for in."""

    name: str  # the category or entity
    text: str
    family: str  # terms of one family exclude each other: a table of entities, or the codebook


ELSEWHERE = "*"  # a scope: names of entities, and forms akin to them that some article prints


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
                families, names = _entities(draft, a.of)
                for entity, called in names.items():
                    for form, family in product(called, families[entity]):
                        self.add(ELSEWHERE, Term(entity, form, family))
                for row in table.rows:
                    entity, form = row[a.entity], row[a.alias]
                    for family in families.get(entity, () if a.of else ("",)):
                        self.add(row[a.source] if a.source else "", Term(entity, form, family))
                        if shares_word(form, [entity, *names[entity]], lexicon(None)):
                            self.add(ELSEWHERE, Term(entity, form, family))

    def add(self, scope: str, term: Term) -> None:
        """Add a surface form of an entity, once."""
        if term not in self._terms["resolved", scope]:
            self._terms["resolved", scope].append(term)

    def borrowed(self, name: str, words: str) -> Term | None:
        """The longest form in some words by which other articles call an entity."""
        places = list(self.places("resolved", ELSEWHERE, name, words))
        forms = {words[start:end] for start, end in places}
        terms = [
            t for t in self._terms["resolved", ELSEWHERE] if t.name == name and t.text in forms
        ]
        return max(terms, key=lambda term: len(term.text), default=None)

    def terms(self, role: str, scope: str) -> list[Term]:
        """All terms of a role and a scope, those of all articles among them."""
        own = role == "resolved" and scope not in ("", ELSEWHERE)
        everywhere = self._terms.get((role, ""), []) if own else []
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
                if len(other.text) > len(term.text) and any(printed_places(other.text, term.text))
                for place in printed_places(text, other.text)
            ]
            for start, end in printed_places(text, term.text):
                if not any(first <= start and end <= last for first, last in longer):
                    yield start, end

    def named(self, role: str, scope: str, words: str) -> set[str]:
        """All categories or entities that some words name."""
        names = {
            term.name for term in self.terms(role, scope) if any(printed_places(words, term.text))
        }
        return {name for name in names if self.says(role, scope, name, words)}


def _entities(
    draft: Draft, targets: Sequence[Target]
) -> tuple[dict[str, list[str]], defaultdict[str, list[str]]]:
    """By entity, the tables that it is a row of, and what they call it."""
    families: dict[str, list[str]] = defaultdict(list)
    names: defaultdict[str, list[str]] = defaultdict(list)
    for target in (one for one in targets if one.resource in draft.tables):
        table = draft.tables[target.resource]
        label = next((name for name in LABELS if name in table.schema.names), None)
        for row in table.rows:
            families[row[target.field]].append(table.name)
            names[row[target.field]] += [row[label]] if label else []
    return families, names
