"""What records are called in messages at the desk: people see names, where a command says keys."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from kzdata.entries.entering import Entering
from kzdata.entries.tables import ReceiptTables, follows
from kzdata.evidence.names import article_label, label_column
from kzdata.evidence.profile import needed
from kzdata.standard.declarations import Sources
from kzdata.standard.editing import Draft, DraftRow, DraftTable

Named = Mapping[str, str]
OWN = "this article"
_LONG = 60  # characters of a quote that names a claim
_KEY = r"\w(?:[\w.-]*\w)?"
_WORD = re.compile(_KEY)
# What a message begins with are words of the article.
_MARKED = re.compile(rf"(?<!^)'({_KEY})'|(?<=\b(?:of|in) )({_KEY})")
_LISTED = re.compile(r"(?<=did you mean )[^?]*|(?<=expected one of ).*")
_TWICE = re.compile(r"(“([^”]*)”), \2(?=\W)")
# How an entry is written says nothing to somebody who writes none: the desk has a button for it.
_NOTATION = re.compile(r"(?:; [^;`]*|: )`[^`]*(?:<-|\?\?).*$|(?<=: |; )<- .*? @\d+ in (?=“)")


class Names:
    """The names of the records of a package as it would be.

    Args:
        entering: What is on the desk, entered.
        source: Key of the article.
        before: What `names_of` says of the package as it is.
    """

    def __init__(self, entering: Entering, source: str, before: Named) -> None:
        self.entering, self.source, self._before = entering, source, before

    def of(self, key: str) -> str:
        """What a record is called; empty where nothing has the key."""
        return self._names.get(key, "")

    def said(self, message: str) -> str:
        """A message with names in place of keys, and without the notation of an entry.

        A key that could be a word, such as `mayor`, is taken for one where the message marks it.
        """
        message = _NOTATION.sub("", message)
        message = _LISTED.sub(lambda part: _WORD.sub(self._put(any_word), part[0]), message)
        message = _MARKED.sub(self._marked, message)
        message = _WORD.sub(self._put(is_key), message)
        return _TWICE.sub(r"\1", message)  # some messages say the title themselves

    def _marked(self, found: re.Match[str]) -> str:
        """What a key that is marked as one is called; what is `of` or `in` it is of an article."""
        name = self.of(found[1] or found[2])
        articles = self.entering.tables.sources[0].by_key
        return name if name and (found[1] or found[2] in articles) else found[0]

    def _put(self, fits: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
        """Puts names in place of words that can be keys, and of cells such as `CR-0019.note`."""

        def put(found: re.Match[str]) -> str:
            key, dot, column = found[0].partition(".")
            if not fits(key) or not (name := self._told_apart(key)):
                return found[0]
            return f"{name}{', ' * bool(dot)}{column.replace('_', ' ')}"

        return put

    def _told_apart(self, key: str) -> str:
        """The name of a record, and that it is new where another one is called the same."""
        name = self.of(key)
        is_new = key not in self._before and name in self._before.values()
        return f"the new {name}" if is_new else name

    @cached_property
    def _names(self) -> dict[str, str]:
        now = {**self._before, **names_of(self.entering.tables, self.source)}
        return now | dict(self._new(now)) | {self.source: OWN}

    def _new(self, known: Named) -> Iterator[tuple[str, str]]:
        """What new rows are called by the names that other cards know them by."""
        for key, (document, path) in self.entering.places.items():
            section, *number = path
            block = document.raw[str(section)][number[0]] if number else {}
            words = block.get("quote", {}).get("words", "")
            if (ref := block.get("ref")) and (name := known.get(key) or quoted(words, _LONG)):
                yield ref, name


def names_of(tables: ReceiptTables, source: str) -> Named:
    """What the records of a package are called, by their keys; `source` is the article at hand."""
    found: dict[str, str] = {}
    unsure = set[str]()
    for key, name in _rows(tables, source):
        unsure |= {key} if found.setdefault(key, name) != name else set()
    # Of a key of several tables nothing says which of them is meant.
    return {key: name for key, name in found.items() if key not in unsure}


def _rows(tables: ReceiptTables, source: str) -> Iterator[tuple[str, str]]:
    for table in tables.draft.tables.values():
        if table.key and (table.schema.spans or not follows(table)):
            for row in table.rows:
                if name := _name(tables, source, table, row):
                    yield row[table.key], name


def _name(tables: ReceiptTables, source: str, table: DraftTable, row: DraftRow) -> str:
    schema = table.schema
    if s := schema.spans:
        return quoted(row[s.quote], _LONG)
    if schema.principal:
        return _claim_name(tables, source, row[schema.principal])
    if schema.sources:
        return article_name(tables.draft, row.cells)
    label = label_column(schema) or (schema.links.note if schema.links else None)
    return quoted((row[label] if label else "") or row[table.key].replace("_", " "))


def _claim_name(tables: ReceiptTables, source: str, span: str) -> str:
    """A claim by its words, and one of another article by this one, too."""
    (spans, s), (articles, _) = tables.spans, tables.sources
    if (row := spans.by_key.get(span)) is None:
        return ""
    other = articles.by_key.get(row[s.source]) if row[s.source] != source else None
    article = f" ({article_name(tables.draft, other.cells)})" if other else ""
    return quoted(row[s.quote], _LONG) + article


def article_name(draft: Draft, cells: Named) -> str:
    """An article by its publisher and day."""
    table, a = needed(draft.descriptor, Sources, "an entry")
    columns = (article_label(table.schema), a.published_on)
    return ", ".join(filter(None, [cells.get(name or "", "") for name in columns]))


def quoted(text: str, most: int | None = None) -> str:
    """Words as a name: on one line, in quotation marks, cut off behind `most` characters."""
    words = " ".join(text.split())
    shown = words if most is None or len(words) <= most else f"{words[:most]}…"
    return f"“{shown}”" if words else ""


def is_key(word: str) -> bool:
    """Whether a word in a sentence can be nothing but a key."""
    return not word.isalpha() and not word.isdecimal()


def any_word(_: str) -> bool:
    """Whether a word in a list of keys can be one."""
    return True
