"""The model of entries into one package, and its JSON Schema: what a program may write."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, Union

from pydantic import ConfigDict, Field, WithJsonSchema, create_model

from kzdata.entries.cells import event_column, shortcuts
from kzdata.entries.document import SECTIONS, Block, CellOf, Entry, cell_schema
from kzdata.entries.entering import TEXT
from kzdata.entries.notation import Cell
from kzdata.entries.tables import follows
from kzdata.evidence.profile import needed
from kzdata.standard.declarations import Sources
from kzdata.standard.descriptor import FieldDescriptor, Table
from kzdata.standard.editing import Draft, DraftTable
from kzdata.standard.row_models import class_name

MOST = 300  # keys of rows that are named
_REST = r"( (<-|\?\?) [\s\S]+)?"
_LINE = "`value`, `value <- words`, `value <- words @2` (their second place), `value ?? note`"
_WORDS = "Words as the article prints them; `<- words @2` for their second place."


class _Known(Block):
    """A block of which each name is known."""

    model_config = ConfigDict(extra="forbid")
    __pydantic_extra__: dict[str, Any] = Field(init=False)

    @property
    def cells(self) -> dict[str, Cell]:
        """The cells, by column or shortcut."""
        names = (name for name in type(self).model_fields if name not in Block.model_fields)
        return {name: cell for name in names if (cell := getattr(self, name)) is not None}


def json_schema(draft: Draft) -> dict[str, Any]:
    """The JSON Schema (2020-12) of entries: tables, columns, enums and known keys of a package."""
    made = entry_model(draft).model_json_schema()
    table = cell_schema({}, {})["anyOf"][1]
    hoisted = _hoisted(made, table)
    hoisted["$defs"][_TABLE] = table
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **hoisted}


_TABLE = "CellTable"


def _hoisted(node: Any, part: Any) -> Any:
    """A schema with a reference wherever a part stands that many columns share."""
    if node == part:
        return {"$ref": f"#/$defs/{_TABLE}"}
    if isinstance(node, dict):
        return {name: _hoisted(inner, part) for name, inner in node.items()}
    return [_hoisted(inner, part) for inner in node] if isinstance(node, list) else node


def entry_model(draft: Draft) -> type[Entry]:
    """The pydantic model of entries into a package: no name but those that it has."""
    (sources, a), tables = needed(draft.descriptor, Sources, "an entry"), draft.tables
    source = _source_model(draft, sources, a)
    sections: dict[str, Any] = {"source": (source, Field(description="The article."))}
    playing = {s: [t.name for t in draft.descriptor.declaring(r)] for s, r in SECTIONS.items()}
    taken = {name for names in playing.values() for name in names} | {sources.name}
    playing["row"] = [name for name in tables if name not in taken and not follows(tables[name])]
    for section, names in playing.items():
        blocks = [
            _block(draft, tables[name], alone=len(names) == 1 and section != "row")
            for name in names
        ]
        if blocks:
            sections[section] = (list[_union(blocks)], [])  # type: ignore[misc]
    made = create_model("Entry", __base__=Entry, **sections)
    made.__doc__ = f"Everything that one article says, for the package {draft.descriptor.name}."
    return made


def _union(blocks: Sequence[Any]) -> Any:
    """The blocks of several tables, told apart by the name of the table."""
    if len(blocks) == 1:
        return blocks[0]
    return Annotated[Union[tuple(blocks)], Field(discriminator="table")]  # noqa: UP007


def _source_model(draft: Draft, table: Table, a: Sources) -> Any:
    fields: dict[str, Any] = {
        field.name: (_of(draft, table, field) | None, None)
        for field in table.schema.fields
        if field.name not in (a.id, a.sha256, a.length)
    }
    fields[a.id] = (_of(draft, table, table.schema.field(a.id)), ...)
    fields[TEXT] = (CellOf | None, Field(None, description="The path of the article's text."))
    return create_model("Source", __config__=ConfigDict(extra="forbid"), **fields)


def _block(draft: Draft, table: DraftTable, *, alone: bool) -> Any:
    """The model of the blocks of one table."""
    schema, described = table.schema, table.table
    out = {table.key, schema.principal} if schema.record_key else set[str | None]()
    if s := schema.spans:
        out = {s.id, s.source, s.start, s.end, s.quote, s.occurrence, s.checksum}
    fields: dict[str, Any] = {
        field.name: (_of(draft, described, field) | None, None)
        for field in schema.fields
        if field.name not in out
    }
    named: Any = Literal.__getitem__(table.name)  # a type that is known only now
    kind: Any = Annotated[named, Field(description=schema.title)]
    fields["table"] = (kind | None, None) if alone else (kind, ...)
    fields |= {name: (Annotated[CellOf, _words()] | None, None) for name, _ in shortcuts(table)}
    if event_column(table):
        fields["event"] = (Annotated[CellOf, _text("The ref or key of an event.")] | None, None)
    if schema.exclusions or schema.spans:
        fields["words"] = (Annotated[CellOf, _words()] | None, None)
    made = create_model(class_name(table.name), __base__=_Known, **fields)
    made.__doc__ = schema.description
    return made


def _words() -> Any:
    return _text(_WORDS)


def _text(description: str) -> Any:
    return WithJsonSchema({"description": description, **cell_schema({}, {})})


def _of(draft: Draft, table: Table, field: FieldDescriptor) -> Any:
    """A cell of a column: its line, its value alone, or its parts."""
    value = dict(_value(draft, table, field))
    line: dict[str, Any] = {}
    if enum := value.get("enum"):
        line["pattern"] = f"^(({'|'.join(map(_escaped, enum))}){_REST}|(<-|\\?\\?) [\\s\\S]+)$"
    said = cell_schema({"enum": enum} if enum else {}, line)
    said["anyOf"] += [{"type": kind} for kind in ("number", "boolean") if not enum]
    about = [field.description or field.title, _LINE if field.evidence == "required" else ""]
    said |= {"description": " ".join(filter(None, about))} if any(about) else {}
    said |= {"examples": value["examples"]} if "examples" in value else {}
    return Annotated[CellOf, WithJsonSchema(said)]


def _escaped(text: str) -> str:
    return re.escape(text).replace("\\-", "-")


def _value(draft: Draft, table: Table, field: FieldDescriptor) -> Iterator[tuple[str, Any]]:
    """What JSON Schema says of the values of a column: its enum, or known keys of other rows."""
    if field.constraints.enum:
        yield "enum", [str(one) for one in field.constraints.enum]
        return
    for key in table.schema.foreign_keys:
        other = draft.tables.get(key.reference.resource or table.name)
        if key.fields == (field.name,) and other and not follows(other):
            rows = other.rows[:MOST]
            yield "examples", [row[key.reference.fields[0]] for row in rows]
