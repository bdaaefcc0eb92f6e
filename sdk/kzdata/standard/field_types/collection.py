"""Lists of values, and JSON objects and arrays."""

from collections.abc import Callable

from kzdata.engine import sql
from kzdata.standard.descriptor import FieldDescriptor
from kzdata.standard.field_types.base import FieldType, UnsupportedError
from kzdata.standard.field_types.boolean import Boolean
from kzdata.standard.field_types.number import Integer, Number
from kzdata.standard.field_types.temporal import date_, datetime_, time_
from kzdata.standard.field_types.text import String

# The only types that the standard lets items of a list have.
ITEM_TYPES: dict[str, Callable[[FieldDescriptor], FieldType]] = {
    "string": String,
    "integer": Integer,
    "boolean": Boolean,
    "number": Number,
    "datetime": datetime_,
    "date": date_,
    "time": time_,
}


class List(FieldType):
    """Items of one type in its default form, divided by a delimiter."""

    def __init__(self, field: FieldDescriptor) -> None:
        super().__init__(field)
        if not field.delimiter:
            raise UnsupportedError("an empty delimiter")
        item = FieldDescriptor(name=field.name, type=field.item_type)
        self._item = ITEM_TYPES[field.item_type](item)
        self.words = f"a list, divided by {field.delimiter!r}, of {field.item_type} items"
        if test := self._item.breach:
            self.breach = lambda cell: sql.any_item(self._listed(cell), test)

    def _listed(self, cell: str) -> str:
        return sql.items(cell, self.field.delimiter)

    def same(self, cell: str) -> str:
        assert self._item.same
        items = f"list_transform({self._listed(cell)}, lambda item: {self._item.same('item')})"
        return f"array_to_string({items}, chr(31))"

    def length(self, cell: str) -> str:
        return f"len({self._listed(cell)})"


class Json(FieldType):
    """A JSON object or array."""

    def __init__(self, field: FieldDescriptor) -> None:
        super().__init__(field)
        self.words = f"a JSON {field.type}"

    def breach(self, cell: str) -> str:
        kind = sql.json_kind(cell)
        return f"({cell} IS NOT NULL AND {kind} IS DISTINCT FROM '{self.field.type.upper()}')"

    def length(self, cell: str) -> str:
        return sql.json_members(cell)
