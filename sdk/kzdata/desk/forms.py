"""What the cards of a package look like: its tables, their fields and the values to choose from.

All of it follows from the declarations, as the JSON Schema of an entry does.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from kzdata.entries.cells import event_column, shortcuts
from kzdata.entries.columns import Column, columns_of
from kzdata.entries.document import ROW, SECTIONS
from kzdata.entries.reading import target_of
from kzdata.entries.selecting import names_by
from kzdata.entries.tables import follows, passage_columns
from kzdata.entries.vocabulary import Vocabulary
from kzdata.evidence.names import label_column
from kzdata.evidence.profile import declared
from kzdata.site.cards import in_lines
from kzdata.standard.declarations import Links, Spans
from kzdata.standard.descriptor import FieldDescriptor
from kzdata.standard.editing import Draft, DraftTable

Json = dict[str, Any]
MOST = 5_000  # rows of a table that may be chosen
LONG = 200  # characters from which on a text has several lines
_BESIDE = ("link", "passage")  # blocks that no selection makes: those that rows have already
_WORDS = {"figure": "Number", "date": "When", "words": "Words"}


def forms_of(draft: Draft) -> list[Json]:
    """The tables that a card can be of, each with its fields, claims and events first."""
    found, vocabulary = [], Vocabulary(draft)
    named = {one.resource for t in draft.tables.values() if (a := t.schema.aliases) for one in a.of}
    for section, table in _tables(draft):
        schema = table.schema
        columns = columns_of(table.table, draft.descriptor, vocabulary)
        found.append(
            {
                "table": table.name,
                "section": section,
                "title": schema.title or table.name.replace("_", " "),
                "about": schema.description,
                "claim": bool(schema.principal),
                "traced": bool(schema.record_key),
                "label": label_column(schema) or (schema.links.note if schema.links else None),
                "key": table.key,
                "event": event_column(table),
                "says": _says(table),
                "menu": section not in _BESIDE,
                "first": section != "term" and (section != ROW or table.name in named),
                "fields": list(_fields(draft, table, columns)),
            }
        )
    return found


def links_of(draft: Draft) -> Json | None:
    """How a claim can stand to others: the relations, and the claims of the package."""
    if (found := declared(draft.descriptor, Links)) is None:
        return None
    table, part = found
    relations = list(_options(draft, draft.tables[table.name], table.schema.field(part.relation)))
    return {"relations": relations, "claims": list(_claims(draft))}


def _claims(draft: Draft) -> Iterator[Json]:
    """The claims of the package, as their cards are headed, with the articles that make them."""
    for key, line in islice(in_lines(draft.dataset).items(), MOST):
        yield {"value": key, "name": line["heading"], "about": line["source"]}


def section_of(draft: Draft, table: str) -> str | None:
    """What an entry calls the blocks of a table; None where it has none."""
    return next((section for section, one in _tables(draft) if one.name == table), None)


def _tables(draft: Draft) -> Iterator[tuple[str, DraftTable]]:
    """The tables that an entry has blocks of."""
    order = ("claim", "event", "participant", "exclusion", "alias", "term", *_BESIDE)
    taken = {table.name for table in draft.descriptor.declaring("sources")}
    for section in order:
        for described in draft.descriptor.declaring(SECTIONS[section]):
            if described.name not in taken:
                taken.add(described.name)
                yield section, draft.tables[described.name]
    for table in draft.tables.values():
        if table.name not in taken and not follows(table):
            yield ROW, table


def _says(table: DraftTable) -> list[str] | None:
    """Of a table of aliases or terms the column of the words, and of what they say."""
    if a := table.schema.aliases:
        return [a.alias, a.entity]
    return [c.term, c.category] if (c := table.schema.codebook) else None


def source_fields(draft: Draft) -> list[Json]:
    """The fields of the article's own row that a person fills in."""
    ((table, a),) = [(t, t.schema.sources) for t in draft.descriptor.declaring("sources")][:1]
    assert a
    out = {a.id, a.sha256, a.length, a.day_span}
    own = draft.tables[table.name]
    return [_field(draft, own, f) for f in table.schema.fields if f.name not in out]


def _fields(draft: Draft, table: DraftTable, columns: Mapping[str, Column]) -> Iterator[Json]:
    schema = table.schema
    for name, members in shortcuts(table):
        required = any(schema.field(one).constraints.required for one in members)
        yield {
            **_blank(name, _WORDS[name]),
            "way": name,
            "required": required,
            "traced": True,
            "members": members,
        }
    if schema.exclusions or schema.spans:
        yield {**_blank("words", _WORDS["words"]), "way": "words", "required": True, "members": []}
    hidden = _hidden(draft, table)
    for field in schema.fields:
        if field.name not in hidden:
            naming = names_by(draft, columns[field.name]) if field.evidence == "required" else None
            yield {**_field(draft, table, field), "naming": naming}


def _blank(name: str, label: str) -> Json:
    return {"name": name, "label": label, "about": "", "traced": False}


def _hidden(draft: Draft, table: DraftTable) -> set[str | None]:
    """The columns that follow from others."""
    schema = table.schema
    found: set[str | None] = {name for _, names in shortcuts(table) for name in names}
    found |= {schema.principal} | ({table.key} if schema.record_key else set())
    if x := schema.exclusions:
        found |= {x.source, x.start, x.end, x.token}
    if a := schema.aliases:
        found |= {a.source}
    if c := schema.codebook:
        found |= {c.language, c.example}
    if p := schema.spans:
        found |= {p.id, p.source, p.start, p.end, p.quote, p.occurrence, p.checksum}
    spans = declared(draft.descriptor, Spans)
    return found | (passage_columns(table, spans[0].name) if spans else set())


def _field(draft: Draft, table: DraftTable, field: FieldDescriptor) -> Json:
    target, options = target_of(table.table, field.name), list(_options(draft, table, field))
    limit = field.constraints.max_length or 0
    return {
        "name": field.name,
        "label": (field.title or field.name).replace("_", " "),
        "about": field.description,
        "required": bool(field.constraints.required),
        "default": field.default,
        "traced": field.evidence == "required" and bool(table.schema.record_key),
        "way": "choice" if options or target else "long" if limit > LONG else "text",
        "options": options,
        "of": target[0] if target else None,
        "key": field.name == table.key,
        "shown": field.name == table.schema.parent,
        "naming": None,
    }


def _options(draft: Draft, table: DraftTable, field: FieldDescriptor) -> Iterator[Json]:
    """The values to choose from: categories, or the rows of another table, by their names."""
    if field.constraints.enum:
        about = {
            str(one.get("value")): str(one.get("label", ""))
            for one in field.categories or ()
            if isinstance(one, dict)
        }
        for value in map(str, field.constraints.enum):
            yield {"value": value, "name": value.replace("_", " "), "about": about.get(value, "")}
        return
    for home, key in _homes(draft, table, field):
        label = label_column(home.schema)
        for row in home.rows[:MOST]:
            name = (row[label] if label else "") or row[key].replace("_", " ")
            yield {"value": row[key], "name": name, "about": ""}


def _homes(
    draft: Draft, table: DraftTable, field: FieldDescriptor
) -> Iterator[tuple[DraftTable, str]]:
    """The tables whose rows a field names, each with its key."""
    if (target := target_of(table.table, field.name)) and target[0] in draft.tables:
        yield draft.tables[target[0]], target[1]
    elif (a := table.schema.aliases) and field.name == a.entity:
        for one in a.of:
            if one.resource in draft.tables:
                yield draft.tables[one.resource], one.field
