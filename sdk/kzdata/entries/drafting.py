"""The entry that a machine proposes for an article, of the grammars and the gazetteer alone.

It goes sentence by sentence. A figure with a term of the codebook beside it is a claim: one that
counts people, where the term is of an outcome or of a subject that counts people; or one whose noun
is itself a term. Terms go with figures as `kzdata.evidence.clauses` says. What the sentence denies,
supposes or corrects (`kzdata.evidence.polarity`) is not proposed.

What is filled besides stands in the same sentence: whom the figure counts, where, when, who says it
and who carried it. What the machine does not find it leaves out. A person reads all of it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from kzdata.entries import notation
from kzdata.entries.article import Article, Passage, longest
from kzdata.entries.cells import event_column, shortcuts
from kzdata.entries.columns import Column, columns_of
from kzdata.entries.notation import Cell
from kzdata.entries.reading import article_of, said_by, target_of, words_cell
from kzdata.entries.vocabulary import Vocabulary
from kzdata.errors import DateError, FigureError, UsageError
from kzdata.evidence import clauses, counting, dates, figures, nouns, polarity, spans
from kzdata.evidence.profile import declared, declaring, needed
from kzdata.evidence.sentences import sentences
from kzdata.evidence.triggers import turning_words
from kzdata.standard.declarations import Aliases, Claims, Codebook, Events, Sources, Spans
from kzdata.standard.editing import Draft, DraftTable

LANGUAGE = "en"
"""The language whose figures, dates and sentences the grammars read."""
Place = tuple[int, int]
_WORD = re.compile(r"[\w'\u2019]+")
_TOLD_BY = re.compile(
    r"(?i)\b(?:according to|said|says|told|announced|reported)(?: by)?(?: the)? \Z"
)
_CITED = re.compile(r"(?i)\b(?:citing|quoting|with reference to|referring to)(?: the)? \Z")
_AFTER = 40  # characters behind a name in which a word of saying is looked for
_NEXT = 3  # words behind it that are read


def draft_entry(
    draft: Draft, source: str, texts: Mapping[str, str], *, unseen: bool = False
) -> dict[str, Any]:
    """What a machine proposes for an article, as the content of an entry.

    Rows of the article are not looked at. Names that only other articles print come with an
    `[[alias]]` of this one.

    Args:
        draft: The package; its aliases and terms are changed, and it is not to be saved.
        source: Key of the article.
        texts: Articles by the SHA-256 of their bytes.
        unseen: Leave out the aliases and terms that only this article brought to the package.

    Raises:
        UsageError: There is no such article, its text is not at hand, or it is in a language that
            the grammars do not read.
    """
    article = article_of(draft, source, texts)
    if article.text is None:
        raise UsageError(f"the text of {source} is not there; name its folder: --texts DIR")
    language = (article.language or LANGUAGE).split("-")[0].lower()
    if language != LANGUAGE:
        raise UsageError(f"{source} is in {language!r}; drafts are made of articles in English")
    if unseen:
        _forget_own(draft, article)
    return Drafter(draft, article, lend(draft, source)).entry()


def lend(draft: Draft, source: str) -> set[tuple[str, str]]:
    """Give an article the aliases of the others: those that it had not, as entity and form."""
    found = set()
    for described, a in declaring(draft.descriptor, Aliases):
        table = draft.tables[described.name]
        if not a.source:
            continue
        own = {(row[a.entity], row[a.alias]) for row in table.rows if row[a.source] == source}
        others = {(row[a.entity], row[a.alias]) for row in table.rows} - own
        for entity, form in sorted(others):
            table.add({a.entity: entity, a.alias: form, a.source: source})
        found |= others
    return found


def _forget_own(draft: Draft, article: Article) -> None:
    """Take out what only an article brought: its aliases, and terms that no other one prints."""
    for described, a in declaring(draft.descriptor, Aliases):
        table = draft.tables[described.name]
        for row in [row for row in table.rows if a.source and row[a.source] == article.key]:
            table.remove(row)
    described, s = needed(draft.descriptor, Spans, "a draft")
    passages = draft.tables[described.name].by_key
    quotes = "\n".join(row[s.quote] for row in passages.values() if row[s.source] != article.key)
    for described, c in declaring(draft.descriptor, Codebook):
        table = draft.tables[described.name]
        for row in list(table.rows) if c.example else ():
            example = passages.get(row[c.example or ""])
            own = example is not None and example[s.source] == article.key
            if own and row[c.term] not in quotes:
                table.remove(row)


class Mention(NamedTuple):
    """Words of the article that name an entity or justify a category."""

    value: str
    start: int
    end: int

    @property
    def place(self) -> Place:
        """Where they stand."""
        return self.start, self.end


class Kind(NamedTuple):
    """A table of claims with figures: the column whose terms make a claim, and how it counts."""

    table: DraftTable
    claims: Claims
    columns: Mapping[str, Column]
    head: Column

    def counts_people(self, category: str) -> bool:
        """Whether claims with a category of the head column count people."""
        c = self.claims
        return self.head.name == c.outcome or category in c.people or bool(c.force)


class Found(NamedTuple):
    """A claim that the machine found: its kind, its figure and its term."""

    kind: Kind
    figure: Place
    term: Mention
    unit: Place | None
    sentence: clauses.Sentence

    def nearest(self, mentions: Iterable[Mention]) -> Mention | None:
        """Of some mentions the one nearest to the figure: of those that go with it, if any do."""
        found, number = list(mentions), self.sentence.at(self.figure)
        going = [one for one in found if number in self.sentence.going_with(one.place)]
        if not going and len({one.value for one in found}) > 1:
            return None
        return min(
            going or found, key=lambda one: (_gap(self.figure, one.place), one.start), default=None
        )


def _gap(one: Place, other: Place) -> int:
    return max(0, other[0] - one[1], one[0] - other[1])


class Drafter:
    """One article on its way to an entry.

    Args:
        draft: The package.
        article: The article, whose text is at hand.
        lent: Aliases that the article has from others, as entity and form.
    """

    def __init__(self, draft: Draft, article: Article, lent: set[tuple[str, str]]) -> None:
        assert article.text is not None
        self.draft, self.article, self.text, self.lent = draft, article, article.text, lent
        self.vocabulary = Vocabulary(draft)
        self.names: set[tuple[str, str]] = set()  # lent aliases that the entry uses
        self.kinds = list(self._kinds())

    def entry(self) -> dict[str, Any]:
        """The content of the entry."""
        _, a = needed(self.draft.descriptor, Sources, "an entry")
        events, claims = list[dict[str, Any]](), list[dict[str, Any]]()
        for first, last in sentences(self.text):
            event: dict[str, Any] = {}
            for found in self._found(first, last):
                if (quote := self._quote(found)) is None or self._turned(found, quote):
                    continue
                event = event or self._event(found, len(events) + 1)
                claims.append(self._claim(found, quote, event))
            events += [event] if len(event) > 2 else []
        sections = {"alias": self._aliases(), "event": events, "claim": claims}
        return {"source": {a.id: self.article.key}} | {n: b for n, b in sections.items() if b}

    # -------------------------------------------------------------------- what is there to find

    def _kinds(self) -> Iterator[Kind]:
        """The tables of claims with figures whose claims are known by terms."""
        for described, c in declaring(self.draft.descriptor, Claims):
            table = self.draft.tables[described.name]
            columns = columns_of(described, self.draft.descriptor, self.vocabulary)
            heads = (columns[name] for name in (c.outcome, *c.subject, c.state) if name)
            head = next((one for one in heads if one.coded), None)
            if head and described.schema.figure and described.schema.principal:
                yield Kind(table, c, columns, head)

    def _found(self, first: int, last: int) -> Iterator[Found]:
        """The claims of a sentence in the order of their figures."""
        sentence = clauses.read(self.text, first, last)
        for figure in self._numbers(sentence):
            for kind in self.kinds:
                found = [
                    one
                    for term in self._mentions(kind.head, first, last)
                    if (one := self._matched(kind, figure, term, sentence))
                ]
                if found:
                    yield min(found, key=lambda one: _gap(figure, one.term.place))
                    break

    def _numbers(self, sentence: clauses.Sentence) -> list[Place]:
        """The figures of a sentence, each in its widest wording, whatever they are."""
        first, last = sentence.first, sentence.last
        tokens = figures.number_tokens(self.text[first:last])
        each = {figures.extent(self.text, first + t.start, first + t.end) for t in tokens}
        places = longest([*sentence.figures, *each])
        inside = (one for one in places if first <= one[0] and one[1] <= last)
        return [self._shortest(one) for one in inside if self._read(one)]

    def _read(self, place: Place) -> figures.Figure | None:
        try:
            return figures.parse(self.text[slice(*place)])
        except FigureError:
            return None

    def _shortest(self, place: Place) -> Place:
        """A figure without an "of" behind it that says nothing: "dozens of"."""
        start, end = place
        shorter = (start, end - len(" of"))
        bare = self.text[:end].endswith(" of") and self._read(shorter) == self._read(place)
        return shorter if bare else place

    def _matched(
        self, kind: Kind, figure: Place, term: Mention, sentence: clauses.Sentence
    ) -> Found | None:
        """The claim of a figure and a term, where they make one."""
        phrase = counting.phrase(self.text, figure[1])
        beside = term.start < max(phrase.end, figure[1] + 1) and term.end > figure[1]
        before = term.end <= figure[0] and not self.text[term.end : figure[0]].strip()
        sense = counting.sense(self.text, *figure).sense
        if kind.counts_people(term.value):
            number = sentence.at(figure)
            going = number is not None and number in sentence.going_with(term.place)
            people = sense == "count" and self._counts_people(figure)
            return Found(kind, figure, term, None, sentence) if going and people else None
        says = sense == "count" or sense in counting.said(f"{term.value} {self._of(term)}")
        if says and (beside or before):
            unit = self._unit(figure[1], phrase) if kind.claims.unit and beside else None
            return Found(kind, figure, term, unit, sentence)
        return None

    def _of(self, place: Mention) -> str:
        return self.text[place.start : place.end]

    def _counts_people(self, figure: Place) -> bool:
        """Whether the noun of a figure names people, or none is named, as in "8 were killed"."""
        phrase = counting.noun_of(self.text, *figure)
        if not phrase.words:
            return True
        return nouns.kind(phrase.head or phrase.words[-1]) == nouns.PERSON

    def _unit(self, start: int, phrase: counting.Phrase) -> Place | None:
        """Where the last word of the noun phrase behind a figure stands."""
        last = list(_WORD.finditer(self.text, start, phrase.end)) if phrase.words else []
        return last[-1].span() if last else None

    def _mentions(self, column: Column, first: int, last: int) -> list[Mention]:
        """The terms and names in a sentence that stand for values of a column, the longest ones."""
        key, seen = (column.scope, first), self._seen
        if key not in seen:
            found = dict[Place, set[str]]()
            for role, scope, name in self._named(column):
                for start, end in self.vocabulary.places(role, scope, name, self.text[first:last]):
                    found.setdefault((first + start, first + end), set()).add(name)
            places = [(one, found[one]) for one in longest(found)]
            seen[key] = [Mention(min(names), *at) for at, names in places if len(names) == 1]
        return seen[key]

    @cached_property
    def _seen(self) -> dict[tuple[str, int], list[Mention]]:
        return {}

    def _named(self, column: Column) -> Iterator[tuple[str, str, str]]:
        """What may be mentioned of a column: role, scope and value."""
        coded, scope = self.vocabulary.terms("coded", column.scope), column.scope
        yield from (("coded", scope, name) for name in sorted({term.name for term in coded}))
        if target := target_of(column.table, column.name):
            rows, key = self.draft.tables[target[0]].rows, self.article.key
            known = {row[target[1]] for row in rows}
            names = {term.name for term in self.vocabulary.terms("resolved", key)} & known
            yield from (("resolved", key, name) for name in sorted(names))

    # -------------------------------------------------------------------- quotes

    def _quote(self, found: Found) -> Passage | None:
        """The shortest phrase with the figure and the term; else with the figure's noun."""
        (a, b), term = found.figure, found.term
        noun = counting.phrase(self.text, b)
        places = [(min(a, term.start), max(b, term.end)), (a, max(b, noun.end))]
        return next((self.article.at(*one) for one in places if self._allowed(one)), None)

    def _allowed(self, place: Place) -> bool:
        """Whether words may be quoted: within the limit of the package, and no whole sentence."""
        part = declared(self.draft.descriptor, Spans)
        most = part[1].max_length if part else None
        short = most is None or place[1] - place[0] <= most
        return short and not spans.whole_sentence(self.text, *place)

    def _turned(self, found: Found, quote: Passage) -> bool:
        """Whether the sentence denies, supposes or corrects what the quote seems to say.

        Hearsay that the package has a word for ("reportedly") becomes the certainty of the event.
        """
        core = polarity.Core((quote.start, quote.end), found.figure, (found.term.place,))
        certain = [one.place for one in self._certainties(found.sentence)]
        told = (
            one.kind == "rumour" and any(a <= one.start and one.end <= b for a, b in certain)
            for one in polarity.turning(self.text, core)
        )
        return not all(told)

    def _certainties(self, sentence: clauses.Sentence) -> list[Mention]:
        """The terms of a sentence that say how certain an event is."""
        if (part := declared(self.draft.descriptor, Events)) is None or not part[1].certainty:
            return []
        columns = columns_of(part[0], self.draft.descriptor, self.vocabulary)
        return self._mentions(columns[part[1].certainty], sentence.first, sentence.last)

    # -------------------------------------------------------------------- blocks

    def _claim(self, found: Found, quote: Passage, event: Mapping[str, Any]) -> dict[str, Any]:
        kind, c, around = found.kind, found.kind.claims, [quote]
        figure = self.article.at(*found.figure)
        several = len(list(self.draft.descriptor.declaring("principal"))) > 1
        block: dict[str, Any] = {"table": kind.table.name} if several else {}
        block["quote"] = notation.write(words_cell(self.article, quote, []))
        block["figure"] = notation.write(words_cell(self.article, figure, around))
        block[kind.head.name] = self._line(found.term, around)
        if found.unit and c.unit:
            place = self.article.at(*found.unit)
            block[c.unit] = notation.write(said_by(self.article, place.words, place, around))
        for name in (c.population, c.place):
            block |= self._nearest(found, kind.columns, name, around)
        block |= self._speakers(found, around)
        block |= self._date(found, kind.table, around)
        if len(event) > 2 and (name := event_column(kind.table)):
            block[name] = event["ref"]
        return block

    def _line(self, one: Mention, around: Sequence[Passage]) -> Any:
        """The line of a cell: a value, and the words that say it."""
        form = (one.value, self._of(one))
        self.names |= {form} & self.lent
        return notation.write(said_by(self.article, one.value, self.article.at(*one.place), around))

    def _nearest(
        self,
        found: Found,
        columns: Mapping[str, Column],
        name: str | None,
        around: Sequence[Passage],
    ) -> dict[str, Any]:
        """A cell with the nearest of the values of its column that the sentence names."""
        if name is None:
            return {}
        sentence = found.sentence
        one = found.nearest(self._mentions(columns[name], sentence.first, sentence.last))
        return {name: self._line(one, around)} if one else {}

    def _speakers(self, found: Found, around: Sequence[Passage]) -> dict[str, Any]:
        return {name: self._line(one, around) for name, one in self._spoken(found).items()}

    def _spoken(self, found: Found) -> dict[str, Mention]:
        """Who says it, and who carried it: "the channel said, citing the ministry"."""
        c = found.kind.claims
        if not c.claimant:
            return {}
        first, last = found.sentence.first, found.sentence.last
        names = self._mentions(found.kind.columns[c.claimant], first, last)
        cited = [one for one in names if _CITED.search(self.text, first, one.start)]
        tells = [one for one in names if one not in cited and self._tells(one, first, last)]
        by = [*cited, *tells][:1]
        said = {c.claimant: by[0]} if by else {}
        return said | ({c.via: tells[0]} if cited and tells and c.via else {})

    def _tells(self, one: Mention, first: int, last: int) -> bool:
        """Whether a name stands beside a word of saying."""
        if _TOLD_BY.search(self.text, first, one.start):
            return True
        behind = _WORD.findall(self.text, one.end, min(last, one.end + _AFTER))[:_NEXT]
        return not turning_words().stops["speech"].isdisjoint(word.lower() for word in behind)

    def _date(self, found: Found, table: DraftTable, around: Sequence[Passage]) -> dict[str, Any]:
        """The date of the sentence, under the name that stands for its columns."""
        if self.article.day is None or "date" not in dict(shortcuts(table)):
            return {}
        one = found.nearest(self._dates(found.sentence.first, found.sentence.last))
        if one is None:
            return {}
        return {
            "date": notation.write(words_cell(self.article, self.article.at(*one.place), around))
        }

    def _dates(self, first: int, last: int) -> list[Mention]:
        """The words of a sentence that the grammar of dates reads."""
        day, places = self.article.day, set[Place]()
        assert day is not None
        for word in _WORD.finditer(self.text, first, last):
            if word.group().lower() in dates.PARTS_OF_DATES:
                places.add(dates.extent(self.text, word.start(), word.end(), day))
        inside = [one for one in longest(places) if first <= one[0] and one[1] <= last]
        return [Mention(self.text[slice(*one)], *one) for one in inside if self._is_date(one)]

    def _is_date(self, place: Place) -> bool:
        assert self.article.day is not None
        try:
            dates.resolve(self.text[slice(*place)], self.article.day)
        except DateError:
            return False
        return True

    def _event(self, found: Found, number: int) -> dict[str, Any]:
        """A new event; with nothing but its name and title, it rests on no words."""
        if (part := declared(self.draft.descriptor, Events)) is None:
            return {}
        (described, e), around = part, list[Passage]()  # nothing but the whole article is near
        columns = columns_of(described, self.draft.descriptor, self.vocabulary)
        wording = self.text[slice(*found.figure)]
        block = {"ref": f"{self.article.key}-{number}", e.title: f"{found.term.value}: {wording}"}
        for name in (e.type, e.place, e.certainty):
            block |= self._nearest(found, columns, name, around)
        return block | self._date(found, self.draft.tables[described.name], around)

    def _aliases(self) -> list[dict[str, Any]]:
        """The names that this article has from others."""
        if (part := declared(self.draft.descriptor, Aliases)) is None:
            return []
        _, a = part
        cells = [{a.entity: entity, a.alias: form} for entity, form in sorted(self.names)]
        return [{n: notation.write(Cell(value=v)) for n, v in one.items()} for one in cells]
