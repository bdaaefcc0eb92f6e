"""Rules about single cells: each is an SQL expression over one column (Table Schema v2).

All checks of a table become one test of each row in one pass over the file (see `reading`).
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from math import inf, isnan, nan
from typing import Any

from kzdata.engine import sql
from kzdata.standard.descriptor import FieldDescriptor
from kzdata.standard.field_types import (
    DeclarationError,
    FieldType,
    constraint_number,
    either,
    known_type,
)
from kzdata.standard.field_types.json_schema import JSON_TYPES, json_schema_judge
from kzdata.standard.field_types.limits import BOUNDS, check_bound, texts_of
from kzdata.standard.field_types.number import SHORT
from kzdata.standard.field_types.pattern import PATTERNED, read_pattern
from kzdata.standard.field_types.text import CATEGORICAL
from kzdata.validation.rule import Check, TypeProof, rule


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
    filled = f"{cell} IS NOT NULL"
    broken, typed = f"{cell} IS NULL", lambda value, _: (f"{value} IS NOT NULL",)
    return Check(broken, "a value", (filled,), proven_by_type=typed)


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
    if (judge := kind.judge) is not None:
        return Check(f"{cell} IS NOT NULL", kind.words, judge=lambda _: judge)
    parts = (kind.breach(cell), kind.words, type_proof(field, raw))
    return Check(*parts, or_missing=True, proven_by_type=kind.proof_of_kind)


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
    texts = [text for value in values if value is not None for text in texts_of(field, value)]
    expected = f"one of {', '.join(texts)}"
    plain = f"NOT {sql.full_match(cell, either(texts))}" if texts else f"{cell} IS NOT NULL"
    # To compare with some texts is faster than the automaton that takes any number of them.
    proof = (sql.among(raw, texts),) if kind.same(cell) == cell else None
    if proof is None:
        plain += f" AND NOT {sql.among_values(cell, texts, kind.same)}"
    typed = _typed(kind, lambda value, sort: kind.value_among(value, sort, texts))
    parts = (_if_of_type(kind, cell, plain), expected, proof)
    return Check(*parts, or_missing=True, proven_by_type=typed)


def _typed(kind: FieldType, test: Callable[[str, str], str | None]) -> TypeProof:
    """Proof of a rule by the value of a column that has the type, and by a test of this value."""

    def tests(value: str, sort: str) -> tuple[str, ...] | None:
        told, more = kind.proof_of_kind(value, sort), test(value, sort)
        return None if told is None or more is None else (*told, more)

    return tests


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
    they mean there (Part 2, F), but that `_` counts as a letter, and that `^` and `$` at the ends
    of a pattern stand for the ends. RE2 carries them out.
    """
    pattern = field.constraints.pattern
    if pattern is None or field.type not in PATTERNED:
        return None
    try:
        own = read_pattern(pattern)
    except DeclarationError:  # `descriptor` or `not-checked` says so
        return None
    # The proof is the rule itself, without the detour by NULL; other rules may share it.
    proof = (sql.full_match(raw, own),)
    broken = f"NOT {sql.full_match(cell, own)}"
    return Check(broken, f"the pattern {pattern}", proof, or_missing=True, pattern=own)


@rule(
    "cell",
    "correct the JSON, or the jsonSchema",
    source="the package declares it: Table Schema 2.0, jsonSchema: “If a field value conforms to "
    "the provided JSON Schema then this field value is valid”",
)
def cell_json_schema(field: FieldDescriptor, cell: str, raw: str) -> Check | None:
    """A JSON object or array is what the field's `jsonSchema` wants.

    "If a field value conforms to the provided JSON Schema then this field value is valid" (Table
    Schema v2). The library jsonschema decides, but that RE2 carries out patterns, that formats
    are not asserted, and that nothing is fetched.
    """
    schema, kind = field.constraints.json_schema, known_type(field)
    if schema is None or field.type not in JSON_TYPES or kind is None or kind.breach is None:
        return None
    asked = f"{cell} IS NOT NULL AND NOT {kind.breach(cell)}"
    return Check(asked, "what jsonSchema wants", judge=partial(json_schema_judge, schema.extra))


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
    kind, limit = known_type(field), field.constraints.bounds.get(name)
    if limit is None or kind is None or kind.within is None or kind.breach is None:
        return None
    operator, words = BOUNDS[name]
    try:
        check_bound(field, kind, limit)
        within = kind.within(cell, operator, limit)
    except DeclarationError:
        return None
    filled = f"{cell} IS NOT NULL AND NOT {kind.breach(cell)}"
    broken = f"(CASE WHEN {within} THEN false ELSE {filled} END)"
    typed = _typed(kind, lambda value, sort: kind.value_within(value, sort, operator, limit))
    parts = (broken, f"{words} {limit}", _proof_of_bound(field, raw, name, limit), True)
    return Check(*parts, proven_by_type=typed)


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
    limits = {n: _short(field, v) for n, v in field.constraints.bounds.items() if n in ends}
    if name not in limits or any(map(isnan, limits.values())):
        return None
    low, high = (ends | limits).values()
    return f"({sql.byte_length(raw)} <= {SHORT} AND {sql.between_doubles(raw, low, high)})"


def _short(field: FieldDescriptor, limit: Any) -> float:
    """A bound's nearest binary number; NaN where that does not tell it apart from short numbers."""
    try:
        bound = constraint_number(field, limit)
    except DeclarationError:  # the rule of that bound does not apply
        return nan
    apart = bound.is_finite() and abs(bound.adjusted()) < 100
    return float(bound) if apart and len(bound.as_tuple().digits) <= SHORT else nan


# A pattern of ASCII that allows no other character: nothing that stands for many, or for others.
ASCII_ALONE = re.compile(r"([ -\-/-Z\]-~]|\[(?!\^))*\Z")


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
    kind = known_type(field)
    # Asked only of files whose bytes hold such a character at all: it reads each text to its end.
    return Check(
        sql.matches(cell, hidden),
        "no control characters",
        _allowed_alone(field, cell, raw, str.isprintable, ASCII_ALONE),
        or_missing=True,
        proven_by_bytes=lambda seen: not seen.controls,
        proven_by_type=kind.proof_of_kind if kind else None,
    )


# What a spreadsheet carries out (OWASP, CSV Injection): what begins with an equals sign, a function
# after @, and after a sign a function, a program (DDE) or a cell's address; no number or handle.
FORMULA = (
    r"^(=.|@[A-Za-z][\w.]*\(|[+-]([0-9.]*[-+*/^])*"
    r"([A-Za-z][\w.]*[(|]|\$?[A-Za-z]{1,3}\$?[0-9]{1,7}([-+*/^&<>=:!]|$)))"
)
# A pattern of one branch whose texts begin with a letter or digit that must be there. A range from
# a digit to a letter has what stands between, such as =.
PLAIN_BEGINNING = re.compile(
    r"(\[([0-9]-[0-9]|[A-Z]-[A-Z]|[a-z]-[a-z]|[0-9A-Za-z])+\]|[0-9A-Za-z])(?![?*]|\{[,0])[^|]*$"
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
    told = _allowed_alone(
        field, cell, raw, lambda text: not re.match(FORMULA, text), PLAIN_BEGINNING
    )
    # Texts compare by their bytes, which is ten times as fast as to look at a first character:
    # letters come after all that a formula begins with, blanks before, digits between.
    return told or (f"({raw} >= 'A' OR {raw} < '+' OR ({raw} >= '.' AND {raw} < '='))",)


def _allowed_alone(
    field: FieldDescriptor,
    cell: str,
    raw: str,
    harmless: Callable[[str], bool],
    pattern: re.Pattern[str],
) -> tuple[str, ...] | None:
    """Proof that a text is harmless: that of the field's enum or pattern where all they allow is.

    `pattern` matches patterns that allow nothing else.
    """
    listed = cell_enum(field, cell, raw) or cell_category(field, cell, raw)
    values = field.category_values if field.constraints.enum is None else field.constraints.enum
    texts = [text for value in values if value is not None for text in texts_of(field, value)]
    if listed and listed.proven_by and all(map(harmless, texts)):
        return listed.proven_by
    shaped = cell_pattern(field, cell, raw)
    if shaped and shaped.proven_by and pattern.match(field.constraints.pattern or ""):
        return shaped.proven_by
    return None
