"""Values that have a type of their own, as cells: of JSON, of sheets, of data in the descriptor.

The glossary of the standard ("Data Representation"): the physical representation of data "can have
some type information (JSON, where the primitive types that JSON supports can be used) or not (CSV,
where all data is represented in string form)". So a string is read as the cell of a CSV file would
be, be it a date, a number or a missing value; null is no value; and a number, a truth value, an
object or an array is right where the type of its field is that of such values, and nowhere else.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from kzdata.files.json_rows import Number, written
from kzdata.standard.descriptor import FieldDescriptor, Schema
from kzdata.standard.field_types import read_type
from kzdata.standard.inner_names import places, stated

MAX_EXPONENT = 1_000  # beyond it, a whole number is not written out
_NUMERIC = (Number, int, float, Decimal)
# Types of which each text is a value, or many are: what is odd among them must be told beside.
_ANY_TEXT = ("string", "list")
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "a truth value"),
    (_NUMERIC, "a number"),
    (str, "a string"),
    (list, "an array"),
    (dict, "an object"),
    (time, "a time"),
    (timedelta, "a duration"),
    (date, "a date"),
)


class Told(NamedTuple):
    """A cell that holds a value of another kind than its field's type has."""

    field: str
    found: str
    expected: str


def kind_of(value: Any) -> str:
    """What kind of value it is, in words."""
    if value is None:
        return "null"
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "something else")


class Cells:
    """Turns the values of rows into the texts that the same cells have in CSV."""

    def __init__(self, schema: Schema, names: Sequence[str]) -> None:
        fields = {field.name: field for field in schema.fields}
        folded = {stated(name).casefold(): field for name, field in fields.items()}
        self._fields = [
            folded.get(name.casefold()) if inner is None else fields[inner]
            for name, inner in zip(names, places(names, schema.names), strict=True)
        ]
        self._null = schema.null_text

    def texts(self, values: Sequence[Any], told: list[Told]) -> list[str]:
        """The texts of a row's cells; those that are odd and could pass are told, too."""
        more = len(values) - len(self._fields)
        fields = self._fields + [None] * more if more > 0 else self._fields
        return [
            value
            if type(value) is str
            else self._null
            if value is None
            else self._text(field, value, told)
            for field, value in zip(fields, values, strict=False)
        ]

    def _text(self, field: FieldDescriptor | None, value: Any, told: list[Told]) -> str:
        text = native_text(field, value)
        if text is not None:
            return text
        assert field is not None
        shown, kind = plain_text(value), kind_of(value)
        # No other type has a text with such words, so that the rule of types finds it.
        found = f"{shown[:300]} ({kind})"
        if field.type in _ANY_TEXT:
            told.append(Told(field.name, found, read_type(field).words))
            return shown
        return found


def native_text(field: FieldDescriptor | None, value: Any) -> str | None:
    """A value as a cell of its field; None where the field's type has no such values."""
    kind = "any" if field is None else field.type
    if field is None or kind == "any":
        return plain_text(value)
    if isinstance(value, bool):
        return read_type(field).text(value) if kind == "boolean" else None
    if isinstance(value, _NUMERIC):
        return _number(field, value)
    if isinstance(value, list):
        return _array(field, value)
    if isinstance(value, dict):
        by_format = kind == "geopoint" and field.format == "object"
        return plain_text(value) if kind in ("object", "geojson") or by_format else None
    return _moment(field, value)


def plain_text(value: Any) -> str:
    """A value as text where nothing says how: as JSON has it, or ISO 8601."""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, Number | Decimal):
        return str(value)
    try:
        return json.dumps(value) if isinstance(value, int | float) else written(value)
    except RecursionError:
        return "nested too deep"


def _number(field: FieldDescriptor, value: Any) -> str | None:
    text = plain_text(value)
    if field.type == "number":
        return text.replace(".", field.decimal_char)
    if field.type not in ("integer", "year"):
        return None
    if not text.removeprefix("-").isdigit():
        text = _whole(text)
    # A year has four digits or more (XML Schema Part 2, 3.2.14).
    return text.zfill(5 if text[:1] == "-" else 4) if field.type == "year" else text


def _whole(text: str) -> str:
    """A number without a fraction, written out: JSON has one kind of numbers, 1.0 is 1."""
    try:
        number = Decimal(text)
        whole = number.is_finite() and abs(number.adjusted()) < MAX_EXPONENT and not number % 1
    except InvalidOperation:
        return text
    return f"{number:f}".partition(".")[0] if whole else text


def _array(field: FieldDescriptor, value: list[Any]) -> str | None:
    if field.type == "array" or (field.type == "geopoint" and field.format == "array"):
        return plain_text(value)
    if field.type != "list":
        return None
    item = FieldDescriptor(name=field.name, type=field.item_type)
    texts = [one if type(one) is str else native_text(item, one) for one in value]
    # In its lexical form a list is divided by the delimiter, which no item can hold.
    if any(text is None or not field.delimiter or field.delimiter in text for text in texts):
        return None
    return field.delimiter.join(map(str, texts))


def _moment(field: FieldDescriptor, value: Any) -> str | None:
    """A date or time of a sheet, which has one kind for both, in the field's form."""
    kind = field.type
    if isinstance(value, timedelta):
        if kind == "duration":
            return _duration(value)
        day = timedelta(days=1)
        if kind != "time" or not timedelta() <= value < day:
            return None
        value = (datetime.min + value).time()
    if kind == "datetime" and type(value) is date:
        value = datetime(value.year, value.month, value.day)
    elif kind == "date" and isinstance(value, datetime) and value.time() == time():
        value = value.date()
    of_kind = {"datetime": datetime, "date": date, "time": time}.get(kind)
    return read_type(field).text(value) if type(value) is of_kind else None


def _duration(value: timedelta) -> str:
    """A duration as XML Schema has it."""
    sign, value = ("-", -value) if value < timedelta() else ("", value)
    seconds = Decimal(value.seconds) + Decimal(value.microseconds) / 1_000_000
    return f"{sign}P{value.days}DT{seconds.normalize():f}S"
