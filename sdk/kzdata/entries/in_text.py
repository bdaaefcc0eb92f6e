"""What the text of an article says that no row does: numbers, dates, names."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from kzdata.entries.article import Place, longest
from kzdata.entries.left import Left, placed, printed, toml, words_line
from kzdata.entries.notation import Cell, of
from kzdata.entries.told import Told
from kzdata.evidence import counting, dates, figures
from kzdata.evidence.languages import number_tokens
from kzdata.evidence.profile import declared
from kzdata.evidence.spans import printed_places, uncovered
from kzdata.standard.declarations import Exclusions
from kzdata.standard.descriptor import Schema


class InText:
    """Looks through a text for what is left to do.

    Args:
        told: What the package has of the article, whose text is at hand.
    """

    def __init__(self, told: Told) -> None:
        assert told.article.text is not None
        self.told, self.article, self.text = told, told.article, told.article.text

    # -------------------------------------------------------------------- numbers and dates

    def numbers(self) -> Iterator[Left]:
        """Numbers in no passage and no exclusion, but for those of dates that are listed."""
        # "3 thousand" is two tokens and one figure.
        yield from dict.fromkeys(self._number(*one) for one in self._beside(self._open_dates))

    def unexplained(self) -> Iterator[Place]:
        """Where numbers stand in no passage and no exclusion, as `kzdata coverage` counts them."""
        listed = [
            (one.start, one.start + len(one.words))
            for one in self.numbers()
            if one.start is not None
        ]
        yield from listed
        yield from self._beside(listed)

    def _beside(self, more: Sequence[Place]) -> Iterator[Place]:
        """The numbers in no passage, no exclusion and none of some more places."""
        passages = [(one.start, one.end) for one in self.told.passages.values()]
        tokens = number_tokens(self.text, self.article.language)
        for token in uncovered(tokens, [*passages, *self._excluded, *more]):
            yield token.start, token.end

    def _number(self, first: int, last: int) -> Left:
        if not self.told.in_english:
            line = words_line("figure", placed(self.article, first, last))
            found = printed("number", self.article, first, last, "a figure, or it counts nothing")
            return found._replace(section="claim", line=line)
        start, end = figures.extent(self.text, first, last)
        sense = counting.sense(self.text, start, end).sense
        if sense == "count" and not counting.no_number(self.text, first, last):
            figure = words_line("figure", placed(self.article, start, end))
            found = printed("number", self.article, start, end, "a figure, or it counts nothing")
            return found._replace(section="claim", line=figure)
        why = "it counts nothing" if sense == "count" else f"it is no count ({sense})"
        line = words_line("words", placed(self.article, first, last))
        found = printed("number", self.article, first, last, why)
        return found._replace(section="exclusion", line=line)

    def dates(self) -> Iterator[Left]:
        """Dates that are printed and that no date of a row rests on."""
        for start, end in self._open_dates:
            line = words_line("date", placed(self.article, start, end))
            found = printed("date", self.article, start, end, "the day of what?")
            yield found._replace(section="event", line=line)

    @cached_property
    def _open_dates(self) -> list[Place]:
        if self.article.day is None or not self.told.dated:
            return []
        rested = [*self._of_dates(), *self._excluded]
        return [
            (start, end)
            for start, end in dates.printed(self.text, self.article.day)
            if not any(first < end and start < last for first, last in rested)
        ]

    def _of_dates(self) -> Iterator[Place]:
        """The passages that dates rest on, that of the article's own day among them."""
        owners, columns = self.told.owners, self.told.columns
        for record, field, one in self.told.edges:
            column = columns.get(f"{owners[record].name}.{field}") if record in owners else None
            if column and column.kind == "date":
                yield one.start, one.end
        if day := self.told.day_passage:
            yield day.start, day.end

    @cached_property
    def _excluded(self) -> list[Place]:
        if not (part := declared(self.told.draft.descriptor, Exclusions)):
            return []
        table, x = part
        rows = self.told.draft.tables[table.name].rows
        own = (row for row in rows if row[x.source] == self.article.key)
        return [(int(row[x.start]), int(row[x.end])) for row in own]

    # -------------------------------------------------------------------- names

    def names(self) -> Iterator[Left]:
        """Entities that are named where a claim or an event is told, and that no row has."""
        sentences = sorted({place for key in self._tellers for place in self.told.sentences(key)})
        unused = self._aliased - self._used
        beside = ((self._first(name, sentences), name) for name in unused)
        for place, name in sorted((place, name) for place, name in beside if place):
            section, column = self._column_of(name)
            receipt = placed(self.article, *place)
            line = toml(column, of(name, [receipt])) if column else ""
            found = printed("name", self.article, *place, name)
            yield found._replace(section=section, line=line)

    @cached_property
    def _tellers(self) -> list[str]:
        """The claims and events of the article."""
        tables = {t.name for role in ("principal", "events") for t in self.told.playing(role)}
        return [key for key, table in self.told.owners.items() if table.name in tables]

    @property
    def _used(self) -> set[str]:
        """All cells of the records of the article, and of its own row."""
        rows = [table.by_key[key] for key, table in self.told.owners.items()]
        return {value for row in [self.told.row, *rows] for value in row.cells.values()}

    @property
    def _aliased(self) -> set[str]:
        return {term.name for term in self.told.vocabulary.terms(*self._scope)}

    def _first(self, name: str, places: Sequence[Place]) -> Place | None:
        """Where one of some places, in order, first names an entity, and no other one."""
        named = longest(self.told.vocabulary.places(*self._scope, name, self.text))
        inside = (one for one in named if _within(one, places))
        return min((p for p in inside if self.text[slice(*p)] not in self._shared), default=None)

    @cached_property
    def _shared(self) -> set[str]:
        """Names of several entities: of a country and of its state."""
        named = {(term.text, term.name) for term in self.told.vocabulary.terms(*self._scope)}
        counts = Counter(words for words, _ in named)
        return {words for words, number in counts.items() if number > 1}

    @property
    def _scope(self) -> tuple[str, str]:
        return "resolved", self.article.key

    def _column_of(self, name: str) -> tuple[str, str]:
        """The block and the column of an entry that an entity stands in; empty where none does."""
        tables = self.told.draft.tables
        for section, role, member in _COLUMNS:
            for table in self.told.playing(role):
                column = getattr(getattr(table.schema, role), member)
                target = tables.get(target_of(table.schema, column))
                if target and name in target.by_key:
                    return section, column
        return "", ""

    def aliases(self) -> Iterator[Left]:
        """Names as other articles have them for an entity, where this one has no alias."""
        for (start, end), names in sorted(self._foreign().items()):
            name = " or ".join(sorted(names))
            left = printed("alias", self.article, start, end, name)
            line = self._alias_line(name, left.words) if len(names) == 1 else ""
            yield left._replace(section="alias" if line else "", line=line)

    def _alias_line(self, name: str, words: str) -> str:
        (table,) = self.told.playing("aliases")
        a = table.schema.aliases
        assert a
        return f"{toml(a.entity, Cell(value=name))}\n{toml(a.alias, Cell(value=words))}"

    def _foreign(self) -> dict[Place, set[str]]:
        """Where a name of other articles first stands, outside of all names of this one."""
        terms = self.told.vocabulary.terms(*self._scope)
        known = [place for term in terms for place in printed_places(self.text, term.text)]
        named: dict[str, set[str]] = defaultdict(set)
        for words, name in self._elsewhere():
            named[words].add(name)
        places = {}
        for words, names in named.items():
            free = (one for one in printed_places(self.text, words) if not _touches(one, known))
            if place := next(free, None):
                places[place] = names
        return {place: places[place] for place in longest(places)}

    def _elsewhere(self) -> Iterator[tuple[str, str]]:
        """Names of other articles, with a capital, and their entities."""
        for table in self.told.playing("aliases"):
            a = table.schema.aliases
            assert a
            for row in table.rows:
                # Without a capital it is a description, which means somebody else elsewhere.
                if a.source and row[a.source] != self.article.key and _is_name(row[a.alias]):
                    yield row[a.alias], row[a.entity]

    # -------------------------------------------------------------------- participants

    def participants(self) -> Iterator[Left]:
        """Events that nobody takes part in, though an actor is named in one of their sentences."""
        for table in self.told.playing("participants"):
            part = table.schema.participants
            assert part
            actors = self.told.draft.tables.get(target_of(table.schema, part.actor))
            known = self._aliased & actors.by_key.keys() if actors else set()
            taken = {row[part.event] for row in table.rows}
            for _, key, _ in self.told.rows("events"):
                if key not in taken:
                    yield from self._nobody(key, known, part.event, part.actor)

    def _nobody(self, key: str, known: set[str], event: str, actor: str) -> Iterator[Left]:
        sentences = self.told.sentences(key)
        beside = ((self._first(name, sentences), name) for name in known)
        named = min(((place, name) for place, name in beside if place), default=None)
        if named:
            (start, end), name = named
            cell = of(name, [placed(self.article, start, end)])
            line = f"{toml(event, Cell(value=key))}\n{toml(actor, cell)}"
            found = printed("participant", self.article, start, end, name)
            yield found._replace(words=key, section="participant", line=line)


_COLUMNS = (("participant", "participants", "actor"), ("event", "events", "place"))
"""The blocks of an entry in which an entity stands: block, declaration, its member."""


def target_of(schema: Schema, column: str | None) -> str:
    """The table that the values of a column are keys of; empty where there is none."""
    keys = (key for key in schema.foreign_keys if key.fields == (column,))
    return next((key.reference.resource for key in keys), "")


def _within(place: Place, places: Sequence[Place]) -> bool:
    """Whether a place lies in one of some places, which are in order."""
    number = bisect_right(places, (place[0], place[1] + 1_000_000_000))
    return any(first <= place[0] and place[1] <= last for first, last in places[:number])


def _touches(place: Place, places: Sequence[Place]) -> bool:
    return any(first < place[1] and place[0] < last for first, last in places)


def _is_name(words: str) -> bool:
    return any(word[0].isupper() for word in words.split())
