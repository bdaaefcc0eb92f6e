"""Rules about single cells: each is an SQL expression over one column (Table Schema v2).

All checks of a table become one test of each row in one pass over the file (see `reading`).
"""

import calendar
import json
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from math import inf, isnan, nan
from typing import Any

from kzdata.engine import sql
from kzdata.standard.descriptor import FieldDescriptor, Schema
from kzdata.standard.field_types import (
    FieldType,
    UnsupportedError,
    constraint_number,
    either,
    field_type,
    known_type,
)
from kzdata.standard.field_types.number import SHORT
from kzdata.validation.rule import Check, rule

CATEGORICAL = {"string", "integer"}  # types that may have categories
CLASSES = {r"\d": r"\p{Nd}", r"\w": r"\p{L}_\p{M}\p{N}\p{S}", r"\s": r"\t-\n \r-\r"}
"""XML Schema's classes (Part 2, F.1.1) as members of an RE2 class.

None begins or ends with a lone character: a hyphen beside it would make a range of the two.
"""
COMPLEMENTS = {name.upper(): f"[^{members}]" for name, members in CLASSES.items()}
"""Their complements, each as an RE2 class of its own; RE2's own are those of ASCII."""
BOUNDS = {
    "minimum": (">=", "at least"),
    "maximum": ("<=", "at most"),
    "exclusiveMinimum": (">", "more than"),
    "exclusiveMaximum": ("<", "less than"),
}


def unsupported(field: FieldDescriptor) -> str | None:
    """What of a field's declaration cannot be checked, in words, or None.

    "Implementations SHOULD report an error if an attempt is made to evaluate a value against an
    unsupported constraint" (Table Schema v2, Field Constraints).
    """
    try:
        return _unsupported_constraint(field, field_type(field))
    except UnsupportedError as error:
        return str(error)


def uncastable(field: FieldDescriptor) -> str | None:
    """The first limit, or listed value, that is no value of its field, in words, or None.

    They are primitive types of JSON, or strings "that are castable with the type and format rules
    of the field" (Table Schema v2, Field Constraints).
    """
    if (kind := known_type(field)) is None:
        return None
    try:
        for value in bounds_of(field).values() if kind.within else ():
            _check_limit(field, kind, value)
        for value in (*(field.constraints.enum or ()), *field.category_values):
            _check_listed_value(field, kind, value)
    except UnsupportedError as error:
        return str(error)
    return None


def unsupported_keys(schema: Schema) -> list[str]:
    """What of a table's keys compares by characters only, in words.

    Two JSON texts can differ and mean the same, so that a repeated value may go unseen.
    """
    keys = {"primaryKey": (schema.primary_key,), "uniqueKeys": schema.unique_keys}
    keys["foreignKeys"] = tuple(key.fields for key in schema.foreign_keys)
    found = []
    for name, columns in keys.items():
        for column in dict.fromkeys(column for key in columns for column in key):
            kind = known_type(schema.field(column))
            if kind is None or kind.same is None:
                found.append(f"{name} over {column}, of type {schema.field(column).type}")
    return found


def bounds_of(field: FieldDescriptor) -> dict[str, Any]:
    """The bounds that a field states, by name."""
    c = field.constraints
    values = (c.minimum, c.maximum, c.exclusive_minimum, c.exclusive_maximum)
    return {k: v for k, v in zip(BOUNDS, values, strict=True) if v is not None}


def _unsupported_constraint(field: FieldDescriptor, kind: FieldType) -> str | None:
    """The first constraint that the standard does not have for the type, or that is not known."""
    limits, name = field.constraints, field.type
    stated = {
        "minimum or maximum": bounds_of(field) and kind.within is None,
        "minLength or maxLength": kind.length is None
        and (limits.min_length is not None or limits.max_length is not None),
        "pattern": limits.pattern is not None and name not in ("string", "any"),
        "enum": limits.enum is not None and kind.same is None,
        "unique": limits.unique and kind.same is None,
        "categories": field.categories is not None and name not in CATEGORICAL,
        "constraint jsonSchema": limits.json_schema is not None,
        "the positions within an object": name == "geojson",
    }
    found = next((constraint for constraint, beyond in stated.items() if beyond), None)
    return f"{found} of type {name}" if found else _unsupported_pattern(field)


MAX_PATTERN = 10_000  # characters of a pattern; RE2 takes little more
MAX_DIGITS = 6  # digits of a repetition that are read; RE2 takes four
MAX_STATES = 5_000
"""Parts of a pattern, each as often as it is repeated: RE2 may look at all for each character."""
_TOKEN = re.compile(
    r"\\Q.*?(?:\\E|\Z)"
    r"|\\[pPx]\{[^}]*+\}?|\\."
    r"|\[\^?\]?(?:\[:\^?\w++:\]|\\.?|[^\]\\])*+\]?"
    r"|\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}|.",
    re.DOTALL,
)
"""A part of a pattern as RE2 cuts it. What is opened and never closed goes to the end, or looking
for the end from each place again would take the square of the length."""


@lru_cache(maxsize=1_000)
def states(pattern: str) -> int:
    """How many parts a pattern has, each counted as often as it is repeated: `(ab){2,5}` has ten.

    A pattern of some hundred characters can have a million, which RE2 carries along.
    """
    groups, last = [0], 0
    for token in _TOKEN.finditer(pattern):
        if token.group(1):
            times = _times(*token.groups())
            groups[-1] += last * (times - 1)
            last *= times
        elif token.group() == "(":
            groups.append(0)
        elif token.group() == ")" and len(groups) > 1:
            last = groups.pop()
            groups[-1] += last
        elif token.group() not in tuple("|*+?)"):
            last = 1
            groups[-1] += len(token.group()) if token.group().startswith(r"\Q") else last
    return sum(groups)


def _times(least: str, range_: str | None, most: str | None) -> int:
    """How often RE2 repeats the program of a part for `{least,most}`; without end is once more."""
    if range_ and not most:
        return max(int(least[:MAX_DIGITS]), 1)
    return int((most or least)[:MAX_DIGITS])


def _too_large(pattern: str) -> str | None:
    """By what a pattern is beyond the limits of what is asked of a cell, in words."""
    if len(pattern) > MAX_PATTERN:
        return f"a pattern of over {MAX_PATTERN} characters"
    if states(pattern) > MAX_STATES:
        return f"a pattern that repeats over {MAX_STATES} parts"
    return None


def _unsupported_pattern(field: FieldDescriptor) -> str | None:
    """What only XML Schema's regular expressions have, where RE2 would read something else."""
    pattern = field.constraints.pattern or ""
    if reason := _too_large(pattern):
        return reason
    parts = list(_parts(pattern))
    if any((one, other) == ("-", "[") and inside for (one, _), (other, inside) in pairwise(parts)):
        return "a class subtracted from a class in a pattern"
    if any(inside and part in COMPLEMENTS for part, inside in parts):
        return "a complement within a class in a pattern"
    found = next((part for part, _ in parts if part in (r"\C", r"\Q")), None)
    return f"{found} in a pattern" if found else None


def _check_limit(field: FieldDescriptor, kind: FieldType, value: Any) -> None:
    """Refuse (`UnsupportedError`) a bound that is not a value of the type."""
    if field.type in ("integer", "number"):
        constraint_number(field, value)
    elif isinstance(value, bool) or not _has_type(field, kind, str(value)):
        raise UnsupportedError(f"{value!r} as a limit of type {field.type}")


def _check_listed_value(field: FieldDescriptor, kind: FieldType, value: Any) -> None:
    """Refuse (`UnsupportedError`) a listed value that no cell of the type could have."""
    # Whether a string has the format is left to RE2: `re` takes minutes for megabytes of addresses.
    known = value is None or field.type == "string"
    if not known and not all(_has_type(field, kind, text) for text in _texts(field, value)):
        raise UnsupportedError(f"{value!r} among the values of type {field.type}")


def _has_type(field: FieldDescriptor, kind: FieldType, text: str) -> bool:
    """Whether a text of the descriptor is a value of the type, as far as can be told here."""
    if kind.pattern and not re.fullmatch(kind.pattern, text):
        return False
    try:
        if field.type in ("date", "time", "datetime") and field.format != "default":
            datetime.strptime(text, field.format)
        elif field.type in ("date", "datetime"):
            year, month, day = (int(part) for part in text.rsplit("T")[0].rsplit("-", 2))
            # The calendar comes round again after 400 years.
            return 0 < day <= calendar.monthrange(2000 + year % 400, month)[1]
    except ValueError:
        return False
    return True


@rule(
    "cell",
    "fill the cell, or do without the row",
    source="Table Schema 2.0, constraints: “All constraints MUST be tested against the "
    "logical representation of data”; required: “Indicates whether this field cannot "
    "be null.”",
)
def cell_required(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A cell whose field is `required` has a value."""
    if not field.constraints.required:
        return None
    return Check(f"{cell} IS NULL", "a value", (f"{cell} IS NOT NULL",))


@rule(
    "cell",
    "write the value in the form of its type, or declare the type that the column has",
    source="the package declares `type` and `format`; Table Schema 2.0, Field Types, such "
    "as date: “The lexical representation MUST be yyyy-mm-dd”",
)
def cell_type(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A cell has the lexical form of its field's type and format (Table Schema v2, Field Types).

    The form is strict: no blanks around it, ASCII digits only, no digits grouped unless by
    `groupChar`, and a date that the calendar has.
    """
    kind = known_type(field)
    if field.type == "string" or kind is None or kind.breach is None:
        return None
    return Check(kind.breach(cell), kind.words, type_proof(field, raw), or_missing=True)


def type_proof(field: FieldDescriptor, raw: str) -> tuple[str, ...] | None:
    """Tests that only values of the type pass, and nearly all do; None where there are none."""
    # A whole number or a date is as it is printed again, a number has no exponent.
    bare = field.bare_number and field.group_char is None
    if field.type == "integer" and bare:
        return (sql.printed_alike(raw, "BIGINT"),)
    if field.type == "number" and bare and field.decimal_char == ".":
        return (sql.full_match(raw, r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"),)
    if field.type == "date" and field.format == "default":
        return f"{sql.byte_length(raw)} = 10", sql.printed_alike(raw, "DATE")
    return None


@rule(
    "cell",
    "write the value in the format that the field names, or name another one",
    source="the package declares `format`; Table Schema 2.0, string, such as email: “A "
    "valid email address.”",
)
def cell_format(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A string cell has the form of its field's format: email, uri, uuid or binary."""
    kind = known_type(field)
    if field.type != "string" or kind is None or kind.breach is None:
        return None
    return Check(kind.breach(cell), kind.words)


@rule(
    "cell",
    "use one of the listed values, or add it to the `enum`",
    source="Table Schema 2.0, enum: “The value of the field MUST exactly match one of the "
    "values in the enum array.”",
)
def cell_enum(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A cell has one of the values that the field's `enum` lists.

    Values compare as the type has them: 1.0 is 1 in a field of numbers.
    """
    return _one_of(field, cell, raw, field.constraints.enum)


@rule(
    "cell",
    "use one of the categories, or add it to the schema",
    source="Table Schema 2.0, categories: “The logical representation of data in the field "
    "MUST exactly match one of the values in categories.”",
)
def cell_category(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A cell has the value of one of the field's `categories`.

    "The logical representation of data in the field MUST exactly match one of the values in
    categories" (Table Schema v2). Where an `enum` lists some of them, it alone decides.
    """
    if field.categories is None or field.constraints.enum is not None:
        return None
    # Categories of other types are said to be unsupported, and not asked.
    values = field.category_values if field.type in CATEGORICAL else None
    return _one_of(field, cell, raw, values)


def _one_of(
    field: FieldDescriptor, cell: str, raw: str, values: tuple[Any, ...] | None
) -> Check | None:
    """A cell whose text is among some texts, or else whose value is among their values."""
    kind = known_type(field)
    if values is None or kind is None or kind.same is None:
        return None
    texts = [text for value in values if value is not None for text in _texts(field, value)]
    expected = f"one of {', '.join(texts)}"
    plain = f"NOT {sql.full_match(cell, either(texts))}" if texts else f"{cell} IS NOT NULL"
    # To compare with some texts is faster than the automaton that takes any number of them.
    proof = (sql.among(raw, texts),) if kind.same(cell) == cell else None
    if proof is None:
        plain += f" AND NOT {sql.among_values(cell, texts, kind.same)}"
    return Check(_if_of_type(kind, cell, plain), expected, proof, or_missing=True)


def _texts(field: FieldDescriptor, value: Any) -> tuple[str, ...]:
    """A constraint's value as a cell would have it (JSON's primitives are allowed)."""
    if isinstance(value, bool):
        if field.type != "boolean":
            return (json.dumps(value),)
        return (field.true_values if value else field.false_values)[:1]
    if isinstance(value, int | float) and field.type == "number":
        return (str(value).replace(".", field.decimal_char),)
    if isinstance(value, float) and field.type == "integer" and value.is_integer():
        return (str(int(value)),)
    if isinstance(value, list) and field.type in ("list", "geopoint"):
        return (_joined(field, value),)
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),)


def _joined(field: FieldDescriptor, values: list[Any]) -> str:
    """A list of the descriptor as one cell."""
    if field.type == "geopoint":
        return ",".join(map(str, values))
    item = FieldDescriptor(name=field.name, type=field.item_type)
    return field.delimiter.join(text for value in values for text in _texts(item, value))


def _if_of_type(kind: FieldType, cell: str, test: str) -> str:
    """The test, for cells that are of their type: the others have no value to compare."""
    if kind.breach is None:
        return test
    # Few cells fail the test, so that only few are asked for their type again.
    return f"(CASE WHEN {test} THEN {cell} IS NOT NULL AND NOT {kind.breach(cell)} ELSE false END)"


@rule(
    "cell",
    "write the value as the pattern wants it, or correct the pattern",
    source="Table Schema 2.0, constraints: “All constraints MUST be tested against the "
    "logical representation of data”; pattern: “The values of this field MUST "
    "conform”",
)
def cell_pattern(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    r"""A cell matches the field's `pattern` from its first to its last character.

    Patterns are XML Schema's, which match whole values; `\d`, `\w`, `\s` and `.` mean what
    they mean there (Part 2, F), but that `_` counts as a letter. RE2 carries them out.
    """
    pattern = field.constraints.pattern
    if pattern is None or field.type not in ("string", "any") or _too_large(pattern):
        return None  # `not-checked` says so
    own = translated(pattern)
    # The proof is the rule itself, without the detour by NULL; other rules may share it.
    proof = (sql.full_match(raw, own),)
    broken = f"NOT {sql.full_match(cell, own)}"
    return Check(broken, f"the pattern {pattern}", proof, or_missing=True, pattern=own)


@rule(
    "cell",
    "write at least as many characters as the field wants",
    source="Table Schema 2.0, constraints: “All constraints MUST be tested against the "
    "logical representation of data”; minLength: “An integer that specifies the "
    "minimum length of a value.”",
)
def cell_min_length(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A cell has at least `minLength` characters (Unicode code points), items or members."""
    return _length(field, cell, raw, "<", field.constraints.min_length)


@rule(
    "cell",
    "shorten the value, or raise the limit",
    source="Table Schema 2.0, constraints: “All constraints MUST be tested against the "
    "logical representation of data”; maxLength: “An integer that specifies the "
    "maximum length of a value.”",
)
def cell_max_length(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A cell has at most `maxLength` characters (Unicode code points), items or members."""
    return _length(field, cell, raw, ">", field.constraints.max_length)


@rule(
    "cell",
    "correct the value, or the limit",
    source="Table Schema 2.0, constraints: “All constraints MUST be tested against the "
    "logical representation of data”; minimum: “greater than or equal to the "
    "specified value”",
)
def cell_minimum(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A cell is not below `minimum`."""
    return _bound(field, cell, raw, "minimum")


@rule(
    "cell",
    "correct the value, or the limit",
    source="Table Schema 2.0, constraints: “All constraints MUST be tested against the "
    "logical representation of data”; maximum: “As for minimum, but specifies a "
    "maximum value for a field.”",
)
def cell_maximum(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A cell is not above `maximum`."""
    return _bound(field, cell, raw, "maximum")


@rule(
    "cell",
    "correct the value, or the limit",
    source="Table Schema 2.0, constraints: “All constraints MUST be tested against the "
    "logical representation of data”; exclusiveMinimum: “As for minimum, but for "
    "expressing exclusive range.”",
)
def cell_exclusive_minimum(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A cell is above `exclusiveMinimum`."""
    return _bound(field, cell, raw, "exclusiveMinimum")


@rule(
    "cell",
    "correct the value, or the limit",
    source="Table Schema 2.0, constraints: “All constraints MUST be tested against the "
    "logical representation of data”; exclusiveMaximum: “As for maximum, but for "
    "expressing exclusive range.”",
)
def cell_exclusive_maximum(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A cell is below `exclusiveMaximum`."""
    return _bound(field, cell, raw, "exclusiveMaximum")


def bounded(length: int) -> int:
    """A length as a number that no database is too small for; no cell is longer."""
    return max(-1, min(length, 1 << 40))


def _length(
    field: FieldDescriptor, cell: str, raw: str, operator: str, limit: int | None
) -> Check | None:
    """A value that is longer, or shorter, than it may be."""
    kind = known_type(field)
    if limit is None or kind is None or kind.length is None:
        return None
    broken = _if_of_type(kind, cell, f"{kind.length(cell)} {operator} {bounded(limit)}")
    words = f"{'at least' if operator == '<' else 'at most'} {limit}"
    if field.type != "string":
        return Check(broken, f"{words} items")
    # A character has at most four bytes, and bytes need not be counted.
    surely = f"> {4 * (bounded(limit) - 1)}" if operator == "<" else f"<= {bounded(limit)}"
    proof = (f"{sql.byte_length(raw)} {surely}",)
    return Check(broken, f"{words} characters", proof, or_missing=True)


def _bound(field: FieldDescriptor, cell: str, raw: str, name: str) -> Check | None:
    """A value that is not proven to be within a bound."""
    # What cannot be compared (NaN, a time that is within it in some zones only) is not within it:
    # "checks whether a field value is greater than or equal to the specified value".
    kind, limit = known_type(field), bounds_of(field).get(name)
    if limit is None or kind is None or kind.within is None or kind.breach is None:
        return None
    operator, words = BOUNDS[name]
    try:
        _check_limit(field, kind, limit)
        within = kind.within(cell, operator, limit)
    except UnsupportedError:
        return None
    filled = f"{cell} IS NOT NULL AND NOT {kind.breach(cell)}"
    broken = f"(CASE WHEN {within} THEN false ELSE {filled} END)"
    return Check(broken, f"{words} {limit}", _proof_of_bound(field, raw, name, limit), True)


def _proof_of_bound(
    field: FieldDescriptor, raw: str, name: str, limit: Any
) -> tuple[str, ...] | None:
    """Tests that only values within a bound pass."""
    usual, operator = type_proof(field, raw), BOUNDS[name][0]
    if usual is None or field.type == "date":
        return usual and (*usual, f"{raw} {operator} {sql.literal(str(limit))}")
    if field.type == "integer":
        test = _whole_within(raw, name, constraint_number(field, limit))
    else:
        test = _short_within(field, raw, name)
    return (*usual, test) if test else None


def _whole_within(raw: str, name: str, bound: Decimal) -> str | None:
    """Whether a whole number keeps a bound; one of fewer digits is below without being read."""
    if name == "minimum" and bound == 0:
        return f"{raw} >= '0'"
    if not bound.is_finite() or abs(bound) >= 10**18 or bound != int(bound):
        return None
    kept = f"{sql.bigint(raw)} {BOUNDS[name][0]} {int(bound)}"
    if "max" not in name.lower() or bound <= 0:
        return kept
    return f"({sql.byte_length(raw)} < {len(str(int(bound)))} OR {kept})"


def _short_within(field: FieldDescriptor, raw: str, name: str) -> str | None:
    """Whether a number of few digits, so that no other has its nearest binary number, is within."""
    # The least and the most share one test, so that the text is read once.
    ends = {"minimum": -inf, "maximum": inf}
    limits = {n: _short(field, v) for n, v in bounds_of(field).items() if n in ends}
    if name not in limits or any(map(isnan, limits.values())):
        return None
    low, high = (ends | limits).values()
    return f"({sql.byte_length(raw)} <= {SHORT} AND {sql.between_doubles(raw, low, high)})"


def _short(field: FieldDescriptor, limit: Any) -> float:
    """A bound's nearest binary number; NaN where that does not tell it apart from short numbers."""
    try:
        bound = constraint_number(field, limit)
    except UnsupportedError:  # the rule of that bound does not apply
        return nan
    apart = bound.is_finite() and abs(bound.adjusted()) < 100
    return float(bound) if apart and len(bound.as_tuple().digits) <= SHORT else nan


def translated(pattern: str) -> str:
    """An XML Schema pattern as RE2 has it: classes by Unicode, and no line end for a dot."""
    return "".join(_translated(part, inside) for part, inside in _parts(pattern))


def _translated(part: str, inside: bool) -> str:
    if part in CLASSES:
        return CLASSES[part] if inside else f"[{CLASSES[part]}]"
    if inside:
        return part
    return r"[^\n\r]" if part == "." else COMPLEMENTS.get(part, part)


def _parts(pattern: str) -> Iterator[tuple[str, bool]]:
    """Characters and escapes of a pattern, each with whether it stands inside a class."""
    inside = False
    for part in re.findall(r"\\.|.", pattern, re.DOTALL):
        yield part, inside
        inside = part != "]" and (inside or part == "[")


@rule(
    "cell",
    "remove the control character",
    "warning",
    source="advice (CVE-2021-42574); by Table Schema 2.0 a string is “any valid string”",
)
def cell_control_character(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A cell holds no control character but tab and line end, and nothing that turns text around.

    A string is "any valid string" (Table Schema v2), but control characters can hide text or drive
    a terminal, and the bidirectional overrides of Unicode make a cell read differently from what it
    holds (CVE-2021-42574).
    """
    hidden = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\x{202A}-\x{202E}\x{2066}-\x{2069}]"
    test = sql.full_match(raw, rf"(?s).*{hidden}.*")
    # Asked only of files whose bytes hold such a character at all: it reads each text to its end.
    return Check(test, "no control characters", proven_by_bytes=lambda seen: not seen.controls)


# What a spreadsheet carries out (OWASP, CSV Injection): what begins with an equals sign, a function
# after @, and after a sign a function, a program (DDE) or a cell's address; no number or handle.
FORMULA = (
    r"^(=.|@[A-Za-z][\w.]*\(|[+-]([0-9.]*[-+*/^])*"
    r"([A-Za-z][\w.]*[(|]|\$?[A-Za-z]{1,3}\$?[0-9]{1,7}([-+*/^&<>=:!]|$)))"
)
# A pattern of one branch whose texts begin with a letter or digit that must be there.
PLAIN_BEGINNING = re.compile(
    r"(\[([0-9A-Za-z]-[0-9A-Za-z]|[0-9A-Za-z])+\]|[0-9A-Za-z])(?![?*]|\{[,0])[^|]*$"
)


@rule(
    "cell",
    "begin the cell with another character, or allow it with a reason",
    severity="warning",
    source="advice (OWASP, CSV Injection): a spreadsheet carries out what begins so",
)
def cell_formula(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A text cell is no formula that a spreadsheet would carry out: `=1+1`, `@SUM(A1)`, `-A1`."""
    # Other types and formats have forms of their own, and base64 may begin as an address does.
    if field.type not in ("string", "any", "list") or field.format == "binary":
        return None
    # A declared missing value is no formula, whatever it begins with.
    proof = _listed_or_plain(field, cell, raw)
    return Check(sql.matches(cell, FORMULA), "text, not a formula", proof, or_missing=True)


def _listed_or_plain(field: FieldDescriptor, cell: str, raw: str) -> tuple[str, ...]:
    """Proof of no formula: that of the field's enum or pattern where they allow none."""
    listed = cell_enum(field, cell, raw) or cell_category(field, cell, raw)
    values = field.category_values if field.constraints.enum is None else field.constraints.enum
    texts = [text for value in values if value is not None for text in _texts(field, value)]
    if listed and listed.proven_by and not any(re.match(FORMULA, text) for text in texts):
        return listed.proven_by
    shaped = cell_pattern(field, cell, raw)
    if shaped and shaped.proven_by and PLAIN_BEGINNING.match(field.constraints.pattern or ""):
        return shaped.proven_by
    # Texts compare by their bytes, which is ten times as fast as to look at a first character:
    # letters come after all that a formula begins with, blanks before, digits between.
    return (f"({raw} >= 'A' OR {raw} < '+' OR ({raw} >= '.' AND {raw} < '='))",)
