"""Fragments of SQL, as DuckDB has it; plain text, so that nobody loads the engine for them.

Each is a value of a row, or a test of one, over other such expressions.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from kzdata.errors import QueryError

TEXT = "VARCHAR"  # the type of texts
ORD = "kz_ord"  # column that counts a table's rows from 0; no column of a package may be called so
# Relations that are no table of the package have a schema, so that no name can collide.
SHARED = "shared"
# The texts of a parameter as a relation of one column: thousands are joined, not compared.
LISTED = "(SELECT unnest(CAST(? AS VARCHAR[])))"
MAX_BITS = 1_000_000_000  # bits that one value of DuckDB can have
# NUL ends a text in C, and no UTF-8 holds half of a surrogate pair.
_UNSAYABLE = re.compile("[\0\ud800-\udfff]")


def _of(template: str) -> Callable[[str], str]:
    """A fragment over one expression."""
    return template.format


def _of_two(template: str) -> Callable[[str, str], str]:
    """A fragment over two expressions."""
    return template.format


def _with_text(template: str) -> Callable[[str, str], str]:
    """A fragment over an expression and a text, such as a pattern, which it quotes."""
    return lambda expression, value: template.format(expression, literal(value))


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


text = _of("CAST({} AS VARCHAR)")  # any value as text
integer = _of("try_cast({} AS HUGEINT)")  # a text as a whole number of up to 38 digits, or NULL
bigint = _of("try_cast({} AS BIGINT)")  # a text as a whole number of up to 18 digits, or NULL
# Exact to 38 digits, ten of them after the point.
decimal = _of("try_cast({} AS DECIMAL(38, 10))")  # a text as a number, or NULL
# Infinities and NaN are numbers, too.
double = _of("try_cast({} AS DOUBLE)")  # a text as the nearest binary number, or NULL
small = _of("CAST({} AS UINTEGER)")  # the number of a row, in as few bytes as count them
day = _of("try_cast({} AS DATE)")  # a text as a date, or NULL
# A text `YYYY-MM-DD hh:mm:ss.ffffff` as microseconds since 1970, or NULL. DuckDB reads an offset
# and drops it, and drops digits after the sixth.
moment = _of("CAST(epoch_us(try_cast({} AS TIMESTAMP)) AS HUGEINT)")
timestamp = _of("make_timestamp(CAST({} AS BIGINT))")  # of microseconds since 1970
# A value as a date of the years 1 to 9999, which Python has too, or NULL.
calendar_day = _of(
    "(CASE WHEN try_cast({0} AS DATE) BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' "
    "THEN try_cast({0} AS DATE) END)"
)
# Whether a text, read as a `DATE` or `BIGINT` and printed again, is the same text: DuckDB's casts
# take more forms than they print (`2024/01/26`, `1_000`, `epoch`).
printed_alike = _of_two("(CAST(try_cast({0} AS {1}) AS VARCHAR) = {0})")
# The same of a TIMESTAMP that is printed with a T; a shorter text is none.
printed_with_t = _of(
    "(strlen({0}) >= 19 AND replace(CAST(try_cast({0} AS TIMESTAMP) AS VARCHAR), ' ', 'T') = {0})"
)


def between_doubles(expression: str, low: float, high: float) -> str:
    """Whether a text's nearest binary number lies between two, both included; NaN never does."""
    # One test, so that the text is read once: DuckDB shares no common part inside a CASE.
    ends = [double(literal(repr(end))) for end in (low, high)]
    return f"({double(expression)} BETWEEN {ends[0]} AND {ends[1]})"


def days_to_month(months: str) -> str:
    """Days from 2000-01-01 to the first of a month, given in months since January of year 0."""
    # The calendar repeats every 4800 months, so that no month is too far away.
    rest = f"((({months}) % 4800 + 4800) % 4800)"
    first = f"CAST(DATE '2000-01-01' + to_months(CAST({rest} AS INTEGER)) AS DATE)"
    return f"((({months}) - {rest}) // 4800 * 146097 + ({first} - DATE '2000-01-01'))"


# ------------------------------------------------------------------------------ texts

code_points = _of("length({})")
byte_length = _of("strlen({})")  # in UTF-8; cheaper than code points
contains = _of_two("contains({}, {})")
without = _of_two("replace({}, {}, '')")  # a text with every occurrence of another taken out
full_match = _with_text("regexp_full_match({}, {})")  # whether the whole text matches in RE2
matches = _with_text("regexp_matches({}, {})")  # whether a pattern of RE2 matches somewhere
# A text with each word between two marks, so that `contains` finds whole words only. One regular
# expression for all rows is far faster than one a row.
words = _of("regexp_replace({}, '([\\p{{L}}\\p{{N}}_]+)', '\x1e\\1\x1f', 'g')")


def beginning(expression: str, length: int) -> str:
    """The first code points of a value as text."""
    return f"left({text(expression)}, {length})"


def contains_words(expression: str, part: str) -> str:
    """Whether a text contains another as whole words."""
    # The costly test only where blanks fail.
    between = contains(f"(' ' || {expression} || ' ')", f"(' ' || {part} || ' ')")
    return f"(CASE WHEN {between} THEN true ELSE {contains(words(expression), words(part))} END)"


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


# DuckDB's other functions of JSON fail on what is none, and would end the query.
json_kind_at = _with_text("(CASE WHEN json_valid({0}) THEN json_type({0}, {1}) END)")
json_text_at = _with_text("(CASE WHEN json_valid({0}) THEN json_extract_string({0}, {1}) END)")
json_members = _of(  # how many members an object, or items an array, has
    "(CASE WHEN NOT json_valid({0}) THEN NULL WHEN json_type({0}) = 'OBJECT' "
    "THEN len(json_keys({0})) ELSE json_array_length({0}) END)"
)


# ------------------------------------------------------------------------------ lists and rows

first_item = _of("list_extract({}, 1)")  # or NULL
items = _with_text("string_split({}, {})")  # a text cut at a delimiter, as a list


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
    return f"coalesce(bit_count({bits(numbers, 0, most)}), 0)"


def bits(numbers: str, least: int, most: int) -> str:
    """Whole numbers as a set: a bit for each from `least` to `most`; NULL where there are none."""
    return f"bitstring_agg({numbers}, {least}, {most})"
