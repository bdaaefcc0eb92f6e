"""Fragments of SQL, as DuckDB has it; plain text, so that nobody loads the engine for them.

Each is a value of a row, or a test of one, over other such expressions.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from kzdata.errors import QueryError

ORD = "kz_ord"  # column that counts a table's rows from 0; no column of a package may be called so
SHARED = "shared"
"""Schema of relations that are no table of the package, so that no name can collide."""
LISTED = "(SELECT unnest(CAST(? AS VARCHAR[])))"
"""A relation of one column, the texts of a parameter; thousands are joined, not compared."""
MAX_BITS = 1_000_000_000  # bits that one value of DuckDB can have
_UNSAYABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, which ends a text in C, and half of a surrogate pair, which no UTF-8 holds."""


# ------------------------------------------------------------------------------ names and texts


def sayable(value: str) -> str:
    """A text of which SQL keeps every character; raises QueryError where it holds another."""
    if not (value.isascii() and "\0" not in value) and _UNSAYABLE.search(value):
        raise QueryError(f"{value[:80]!r} holds NUL, or half a letter; SQL has no text for that")
    return value


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier; raises QueryError where SQL has none."""
    return '"' + sayable(name).replace('"', '""') + '"'


def literal(value: str) -> str:
    """A string as an SQL literal; raises QueryError where SQL has none."""
    return "'" + sayable(value).replace("'", "''") + "'"


def table_named(name: str) -> str:
    """A table of the package, which no common table expression of a query can hide."""
    return f"main.{identifier(name)}"


def temp_table(name: str) -> str:
    """Name of a table that `Database.temp_tables` makes; no table of a package can hide it."""
    return identifier(f"{name}\x1fheld")


def column(name: str, alias: str = "t") -> str:
    """A column of a row."""
    return f"{alias}.{identifier(name)}"


def listed(expressions: Iterable[str]) -> str:
    """Some texts as one list of texts."""
    return f"CAST([{', '.join(expressions)}] AS VARCHAR[])"


def absent(expression: str, missing: Sequence[str]) -> str:
    """The expression, or NULL where it is one of the missing values."""
    if len(missing) < 2:
        return "".join(f"nullif({expression}, {literal(value)})" for value in missing) or expression
    # One `nullif` in another doubles the expression each time, and DuckDB makes a long IN a join.
    values = ", ".join(map(literal, missing))
    return f"(CASE WHEN list_contains([{values}], {expression}) THEN NULL ELSE {expression} END)"


def among(expression: str, texts: Iterable[str]) -> str:
    """Whether the text is one of some texts; never, where there are none."""
    values = ", ".join(map(literal, texts))
    return f"{expression} IN ({values})" if values else "false"


# ------------------------------------------------------------------------------ casts


def _of(template: str) -> Callable[[str], str]:
    """A fragment over one expression."""
    return template.format


text = _of("CAST({} AS VARCHAR)")
"""Any value as text."""
integer = _of("try_cast({} AS HUGEINT)")
"""The text as a whole number of up to 38 digits, or NULL."""
bigint = _of("try_cast({} AS BIGINT)")
"""The text as a whole number of up to 18 digits, or NULL."""
decimal = _of("try_cast({} AS DECIMAL(38, 10))")
"""The text as a number, or NULL. Exact to 38 digits, ten of them after the point."""
double = _of("try_cast({} AS DOUBLE)")
"""The text as the nearest binary number, infinities and NaN included, or NULL."""
small = _of("CAST({} AS UINTEGER)")
"""The number of a row, in as few bytes as rows can be counted."""
day = _of("try_cast({} AS DATE)")
"""The text as a date, or NULL."""
# DuckDB reads an offset and drops it, and drops digits after the sixth.
moment = _of("CAST(epoch_us(try_cast({} AS TIMESTAMP)) AS HUGEINT)")
"""A text `YYYY-MM-DD hh:mm:ss.ffffff` as microseconds since 1970, or NULL."""


def calendar_day(expression: str) -> str:
    """The value as a date of the years 1 to 9999, which Python has too, or NULL."""
    known = f"{day(expression)} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"
    return f"(CASE WHEN {known} THEN {day(expression)} END)"


def between_doubles(expression: str, low: float, high: float) -> str:
    """Whether a text's nearest binary number lies between two, both included; NaN never does."""
    # One test, so that the text is read once: DuckDB shares no common part inside a CASE.
    ends = [double(literal(repr(end))) for end in (low, high)]
    return f"({double(expression)} BETWEEN {ends[0]} AND {ends[1]})"


def printed_alike(expression: str, kind: str) -> str:
    """Whether a text, read as a `DATE` or `BIGINT` and printed again, is the same text."""
    # DuckDB's casts take more forms than they print (`2024/01/26`, `1_000`, `epoch`).
    return f"(CAST(try_cast({expression} AS {kind}) AS VARCHAR) = {expression})"


def printed_with_t(expression: str) -> str:
    """Whether a text, read as a TIMESTAMP and printed again with a T, is the same text."""
    printed = f"replace(CAST(try_cast({expression} AS TIMESTAMP) AS VARCHAR), ' ', 'T')"
    return f"({byte_length(expression)} >= 19 AND {printed} = {expression})"


def days_to_month(months: str) -> str:
    """Days from 2000-01-01 to the first of a month, given in months since January of year 0."""
    # The calendar repeats every 4800 months, so that no month is too far away.
    rest = f"((({months}) % 4800 + 4800) % 4800)"
    first = f"CAST(DATE '2000-01-01' + to_months(CAST({rest} AS INTEGER)) AS DATE)"
    return f"((({months}) - {rest}) // 4800 * 146097 + ({first} - DATE '2000-01-01'))"


# ------------------------------------------------------------------------------ texts

code_points = _of("length({})")
"""Length in Unicode code points."""
byte_length = _of("strlen({})")
"""Length in bytes of UTF-8: cheaper than code points."""
# One regular expression for all rows is far faster than one a row.
words = _of("regexp_replace({}, '([\\p{{L}}\\p{{N}}_]+)', '\x1e\\1\x1f', 'g')")
"""The text with each word between two marks, so that `contains` finds whole words only."""


def beginning(expression: str, length: int) -> str:
    """The first code points of a value as text."""
    return f"left({text(expression)}, {length})"


def contains(expression: str, part: str) -> str:
    """Whether a text contains another."""
    return f"contains({expression}, {part})"


def contains_words(expression: str, part: str) -> str:
    """Whether a text contains another as whole words."""
    # The costly test only where blanks fail.
    between = contains(f"(' ' || {expression} || ' ')", f"(' ' || {part} || ' ')")
    return f"(CASE WHEN {between} THEN true ELSE {contains(words(expression), words(part))} END)"


def without(expression: str, part: str) -> str:
    """The text with every occurrence of another taken out."""
    return f"replace({expression}, {part}, '')"


def full_match(expression: str, pattern: str) -> str:
    """Whether the whole text matches an RE2 pattern."""
    return f"regexp_full_match({expression}, {literal(pattern)})"


def matches(expression: str, pattern: str) -> str:
    """Whether an RE2 pattern matches somewhere in the text."""
    return f"regexp_matches({expression}, {literal(pattern)})"


def extracted(expression: str, pattern: str, group: int = 1) -> str:
    """A group of the first match of an RE2 pattern; empty where it doesn't match."""
    return f"regexp_extract({expression}, {literal(pattern)}, {group})"


def replaced(expression: str, pattern: str, by: str) -> str:
    """The text with every match of an RE2 pattern replaced."""
    return f"regexp_replace({expression}, {literal(pattern)}, {literal(by)}, 'g')"


def digits(expression: str, pattern: str) -> str:
    """The digits that a pattern finds in a text as a whole number; 0 where it finds none."""
    found = f"nullif({extracted(expression, pattern)}, '')"
    return f"(CASE WHEN {found} IS NULL THEN 0 ELSE {integer(found)} END)"


# ------------------------------------------------------------------------------ JSON


def json_kind(expression: str) -> str:
    """The type of a JSON text in capitals, or NULL where it is no JSON."""
    # DuckDB's reader takes NaN, infinities and commas before a closing bracket (RFC 8259 has none
    # of them), so that they are looked for outside of the strings.
    bare = replaced(expression, r'"([^"\\]|\\.)*"', "0")
    lax = matches(bare, r"(?i)nan|inf|,[ \t\n\r]*[\]}]")
    return f"(CASE WHEN json_valid({expression}) AND NOT {lax} THEN json_type({expression}) END)"


def json_kind_at(expression: str, path: str) -> str:
    """The type of a part of a JSON text, or NULL."""
    return f"(CASE WHEN json_valid({expression}) THEN json_type({expression}, {literal(path)}) END)"


def json_text_at(expression: str, path: str) -> str:
    """A part of a JSON text as text, or NULL."""
    found = f"json_extract_string({expression}, {literal(path)})"
    return f"(CASE WHEN json_valid({expression}) THEN {found} END)"


def json_members(expression: str) -> str:
    """How many members a JSON object, or items a JSON array, has."""
    return (
        f"(CASE WHEN NOT json_valid({expression}) THEN NULL "
        f"WHEN json_type({expression}) = 'OBJECT' THEN len(json_keys({expression})) "
        f"ELSE json_array_length({expression}) END)"
    )


# ------------------------------------------------------------------------------ lists and rows

first_item = _of("list_extract({}, 1)")
"""The first item of a list, or NULL."""


def items(expression: str, delimiter: str) -> str:
    """A text cut at a delimiter, as a list."""
    return f"string_split({expression}, {literal(delimiter)})"


def any_item(items: str, test: Callable[[str], str]) -> str:
    """Whether a test holds for any item of a list."""
    return f"(len(list_filter({items}, lambda item: {test('item')})) > 0)"


def among_values(expression: str, texts: Iterable[str], value: Callable[[str], str]) -> str:
    """Whether a text has the value of one of some texts; false where it has none."""
    # Their values are worked out in one expression for all, which stays as short as they are.
    values = f"list_transform({listed(map(literal, texts))}, lambda item: {value('item')})"
    return f"coalesce(list_contains({values}, {value(expression)}), false)"


def beside(items: str, item: str, others: str) -> str:
    """What stands in one list where another has an item."""
    return f"list_extract({others}, list_position({items}, {item}))"


def differing(cells: Sequence[tuple[int, str, str]]) -> str:
    """Of cells (number of the column, SQL of old and new text) those that differ, as structures."""
    parts = [f"{{'place': {place}, 'old': {old}, 'new': {new}}}" for place, old, new in cells]
    return f"list_filter([{', '.join(parts)}], lambda cell: cell.old IS DISTINCT FROM cell.new)"


def counted(numbers: str, most: int) -> str:
    """How many of a table's rows, numbered from 0 to `most`, are named at least once."""
    # One bit for each row of the table is far faster than a hash of each number.
    if most > MAX_BITS:
        return f"count(DISTINCT {numbers})"
    return f"coalesce(bit_count(bitstring_agg({numbers}, 0, {most})), 0)"
