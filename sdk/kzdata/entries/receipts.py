"""From a cell of an entry to its value and the passages that it rests on."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from kzdata.entries.article import Article, AskError, OpenError, Passage, Place, longest
from kzdata.entries.columns import GRAMMARS, Column, candidates, fitting, reading
from kzdata.entries.notation import Cell, Receipt
from kzdata.entries.vocabulary import Term, Vocabulary

_ELSE = "take words that do, {}or say why they carry it: `{} <- {} ?? why`"


class Edge(NamedTuple):
    """What a receipt becomes: a passage, a role, a note."""

    passage: Passage
    role: str
    note: str = ""
    source: str = ""  # key of the article, where it is another one than the entry's


class Resolver(NamedTuple):
    """What words are looked for with.

    Attributes:
        article: The article.
        vocabulary: Terms and aliases.
        shared: Of a record and an article by their keys, the passages on which it rests.
        other: Another article by its key.
        borrow: Called with a surface form that other articles have, before it is used here.
    """

    article: Article
    vocabulary: Vocabulary
    shared: Callable[[str, str], Sequence[Passage]]
    other: Callable[[str], Article]
    borrow: Callable[[Term], None]

    def resolve(
        self, column: Column, cell: Cell, quotes: Sequence[Passage], principal: bool
    ) -> tuple[str, list[Edge]]:
        """The value of a cell, and its edges.

        Args:
            column: Its column.
            cell: What the entry says; its value is a key, never a `ref`.
            quotes: The passages of the quote, near to which words are looked for.
            principal: Whether the table is one of claims, each of which has its own sentence.

        Raises:
            AskError: The words are not there, or do not say the cell.
        """
        value = cell.value or self._said(column, cell, quotes)
        receipts = cell.all or ((Receipt(),) if column.traced else ())
        return value, [self._of(one, column, value, quotes, principal) for one in receipts]

    def _of(
        self,
        receipt: Receipt,
        column: Column,
        value: str,
        quotes: Sequence[Passage],
        principal: bool,
    ) -> Edge:
        """The edge of a receipt, into the article that it names."""
        if not receipt.source:
            return self._edge(column, value, receipt, quotes, principal)
        there = self._replace(article=self.other(receipt.source))
        edge = there._edge(column, value, receipt, (), principal)
        return edge._replace(source=receipt.source)

    def _said(self, column: Column, cell: Cell, quotes: Sequence[Passage]) -> str:
        """What the words of a cell without a value say."""
        words = next((one.words for one in cell.all if one.words), None)
        if words is None:
            raise AskError("a value is missing")
        if column.kind in GRAMMARS:
            if (read := reading(column, words, self.article)) is not None:
                return read
            raise AskError(f"the grammar makes nothing of {words!r}")
        named = self.vocabulary.named("coded", column.scope, words) if column.coded else set()
        named = named or self.vocabulary.named("resolved", self.article.key, words)
        if len(named) != 1:
            found = f"name {', '.join(sorted(named))}" if named else "name nothing that is known"
            raise AskError(f"{words!r} {found}; write the value: `value <- {words}`")
        return named.pop()

    def _edge(
        self,
        column: Column,
        value: str,
        receipt: Receipt,
        quotes: Sequence[Passage],
        principal: bool,
    ) -> Edge:
        passage = self._passage(column, value, receipt, quotes)
        said = self._role(column, value, passage)
        if receipt.role:
            return Edge(passage, receipt.role, receipt.note or "")
        if not receipt.note:
            if said is None:
                raise AskError(_unsaid(column, value, passage.words))
            if principal and receipt.words is None:
                self._check_sentence(passage, quotes, value)
            return Edge(passage, said)
        carried = said is not None and receipt.words is not None
        return Edge(passage, "inherited" if principal and carried else "inferred", receipt.note)

    def _role(self, column: Column, value: str, passage: Passage) -> str | None:
        if column.kind == "record":
            rests = any(one[:2] == passage[:2] for one in self.shared(value, self.article.key))
            return "resolved" if rests else None
        words, known = passage.words, self.vocabulary
        role = fitting(column, value, words, self.article, known)
        own = role != "resolved" or known.says(role, self.article.key, value, words)
        if not own and (term := known.borrowed(value, words)):
            self.borrow(term)
        return role

    def _check_sentence(self, passage: Passage, quotes: Sequence[Passage], value: str) -> None:
        """What the machine finds in another sentence needs a person who says what leads there."""
        around = self.article.around(quotes)[:2]
        inside = any(first <= passage.start and passage.end <= last for first, last in around)
        if quotes and not inside:
            shown = f"{value} <- {passage.words} @{passage.occurrence}"
            why = "`?? ` and, in quotation marks, the words of the claim that lead there"
            raise OpenError(f"only another sentence says it; write `{shown}` with {why}")

    def _passage(
        self, column: Column, value: str, receipt: Receipt, quotes: Sequence[Passage]
    ) -> Passage:
        around = self.article.around(quotes)
        if receipt.words is not None:
            return self.article.passage(receipt.words, receipt.occurrence, around)
        if receipt.note is not None:
            if quotes:
                return quotes[0]
            raise AskError(f"say from which words it is inferred: `{value} <- words ?? why`")
        if column.kind == "record":
            return self._rested_on(value, around)
        return self._found(column, value, around)

    def _rested_on(self, key: str, around: Sequence[Place]) -> Passage:
        """The nearest passage on which another record rests, too."""
        known = self.shared(key, self.article.key)
        for first, last in [*around, *[(one.start, one.end) for one in known[:1]]]:
            within = [one for one in known if first <= one.start and one.end <= last]
            if within:
                return max(within, key=lambda one: (one.end - one.start, -one.start))
        raise AskError(f"no passage of {self.article.key} is a receipt of {key}, too; name one")

    def _found(self, column: Column, value: str, around: Sequence[Place]) -> Passage:
        text = self.article.text
        if column.kind in GRAMMARS:
            raise AskError(f"write the words that say it: `{value} <- words`")
        if text is None:
            raise AskError(
                f"give the article's text (--texts), or the words: `{value} <- words @1`"
            )
        for first, last in [*around, (0, len(text))]:
            places = candidates(column, value, text[first:last], self.article, self.vocabulary)
            found = [self.article.at(first + s, first + e) for s, e in longest(places)]
            if len(found) > 1:
                raise OpenError(self.article.which(found))
            if found:
                return found[0]
        raise AskError(
            f"no words of {self.article.key} that are known say {value!r}; write them: "
            f"`{value} <- words`, or why it is so: `{value} <- words ?? why`"
        )


def _unsaid(column: Column, value: str, words: str) -> str:
    """That some words do not say a cell, and the ways out."""
    if column.kind in GRAMMARS:
        what, more = f"{words!r} is not read as {value!r}; ", ""
    elif column.kind == "record":
        what, more = f"{value} does not rest on {words!r}; ", "make them a receipt of it, too, "
    elif column.coded:
        what, more = f"no term of {value!r} stands in {words!r}; ", "add a [[term]], "
    else:
        what, more = f"{words!r} does not name {value!r}; ", "add an [[alias]], "
    return what + _ELSE.format(more, value, words)


def words_of(cell: Cell) -> tuple[Receipt, ...]:
    """The receipts of a shortcut (`figure`, `date`, `quote`), whose value is its words."""
    if cell.value is None:
        return cell.all
    from kzdata.entries.notation import place_of

    words, occurrence = place_of(cell.value)
    first, *rest = cell.all or (Receipt(),)
    return (first.model_copy(update={"words": words, "occurrence": occurrence}), *rest)


def passages(article: Article, receipts: Iterable[Receipt]) -> list[Passage]:
    """The passages of a quote."""
    return [article.passage(one.words or "", one.occurrence) for one in receipts]
