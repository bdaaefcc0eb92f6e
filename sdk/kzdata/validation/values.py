"""Field types of Table Schema v2: their lexical forms and their logical values, as SQL.

A `Kind` says when a cell has the form of its field's type and format, when two cells have the same
value, and when a value lies within a bound. Everything is exact: numbers compare by
their digits, dates by the calendar, durations and zoned times as XML Schema orders them.

Limits, which XML Schema Part 2, 5.4 leaves to each processor: years, exponents and the parts of a
duration have at most 18 digits; fractions of a second compare by their first six; numbers of over
1,000 characters compare by their characters, and are near no bound. The zone of a
`year` or `yearmonth` counts for equality, not for order.
"""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from math import inf, nextafter
from typing import Any, NamedTuple

from kzdata import database as sql
from kzdata.descriptor import FieldDescriptor

Within = Callable[[str, str, Any], str]
"""SQL from a cell, an operator (`>=`, `>`, `<=`, `<`) and a limit: the value is proven to be so."""


class Kind(NamedTuple):
    """What a field's type and format mean.

    Attributes:
        words: What a cell should be, for people.
        breach: SQL that is true for a cell that is no such thing; None where every text is one.
        same: SQL of a text that all cells of one value share; None where it cannot be told.
        within: SQL of a comparison with a bound; None where the type has no order.
        length: SQL of how many characters or items `minLength` counts; None where it has none.
        pattern: A regular expression, for RE2 and for `re`, that each text of this form matches.
    """

    words: str
    breach: Callable[[str], str] | None = None
    same: Callable[[str], str] | None = None
    within: Within | None = None
    length: Callable[[str], str] | None = None
    pattern: str | None = None


class UnsupportedError(ValueError):
    """A declaration that cannot be checked; the message is the finding."""


def _itself(cell: str) -> str:
    return cell


def _not(pattern: str) -> Callable[[str], str]:
    """A breach: the whole text does not match."""
    return lambda cell: f"NOT {sql.full_match(cell, pattern)}"


def _first(cell: str, *tests: str) -> str:
    """A breach of a filled cell that stops at the first test that holds."""
    *others, last = tests
    cases = " ".join(f"WHEN {test} THEN true" for test in others)
    return f"(CASE WHEN {cell} IS NULL THEN false {cases} ELSE {last} END)"


# ------------------------------------------------------------------------------ string

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
EMAIL = rf'({_ATOM}(\.{_ATOM})*|"([^"\\\r\n]|\\[ -~])*")@{_LABEL}(\.{_LABEL})+'
"""RFC 5321: a dot-atom or a quoted string, and a domain of two labels or more."""
_PCHAR = r"([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_NAME = r"([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
_HEX = "[0-9A-Fa-f]{1,4}"
_BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_LAST = rf"({_HEX}:{_HEX}|{_BYTE}(\.{_BYTE}){{3}})"
_BEFORE = [rf"({_HEX}(:{_HEX}){{0,{most}}})?::" for most in range(7)]
_IPV6 = "|".join(
    [
        rf"({_HEX}:){{6}}{_LAST}",
        rf"::({_HEX}:){{5}}{_LAST}",
        *(rf"{_BEFORE[most]}({_HEX}:){{{4 - most}}}{_LAST}" for most in range(5)),
        rf"{_BEFORE[5]}{_HEX}",
        _BEFORE[6],
    ]
)
"""RFC 3986, 3.2.2."""
_HOST = rf"(\[({_IPV6})\]|\[v[0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+\]|{_NAME})"
_AUTHORITY = rf"(([A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{{2}})*@)?{_HOST}(:[0-9]*)?"
_TAIL = rf"(\?({_PCHAR}|[/?])*)?(#({_PCHAR}|[/?])*)?"
_PATH = rf"(//{_AUTHORITY}(/{_PCHAR}*)*|/?({_PCHAR}+(/{_PCHAR}*)*)?)"
URI = rf"[A-Za-z][A-Za-z0-9+.-]*:{_PATH}{_TAIL}"
"""RFC 3986, 3: a scheme, then authority and path, query and fragment."""
FORMATS: dict[str, tuple[str, str]] = {
    "email": (EMAIL, "an e-mail address (RFC 5321)"),
    "uri": (URI, "an address with a scheme (RFC 3986)"),
    "uuid": (r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a UUID (RFC 9562)"),
    "binary": (
        r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
        "base64 (RFC 4648, 4)",
    ),
}
"""Formats of strings: a pattern, and in words."""


def _string(field: FieldDescriptor) -> Kind:
    if field.format == "default":
        return Kind("text", None, _itself, None, sql.code_points)
    if field.format not in FORMATS:
        raise UnsupportedError(f"format {field.format} of type string")
    pattern, words = FORMATS[field.format]
    return Kind(words, _not(pattern), _itself, None, sql.code_points, pattern)


def _any(field: FieldDescriptor) -> Kind:
    _only_default(field)
    return Kind("anything", None, _itself)


# ------------------------------------------------------------------------------ numbers

SPECIAL = "(?i:nan|-?inf)"
"""Not a number, and the infinities: "case need not be respected"."""
_EXPONENT = "([eE][+-]?0*[0-9]{1,18})?"


def _affixes(field: FieldDescriptor, number: str) -> str:
    """The pattern of a number with what `bareNumber: false` lets stand around it.

    The number is group 1. A sign is part of the number: it is never among what is stripped.
    """
    if field.bare_number:
        return f"({number})"
    return rf"[^0-9+-]*?({number})([^0-9+-][^0-9]*)?"


def _grouped(field: FieldDescriptor) -> str:
    """Digits, which `groupChar` may divide: one of it between two digits."""
    group = field.group_char
    if group is None:
        return "[0-9]+"
    point = field.decimal_char if field.type == "number" else None
    if not group or re.search(r"[0-9eE+-]", group) or group == point:
        raise UnsupportedError(f"groupChar {group!r}")
    return f"[0-9]+({re.escape(group)}[0-9]+)*"


def _number_pattern(field: FieldDescriptor) -> str:
    whole, point = _grouped(field), field.decimal_char
    if not point or re.search(r"[0-9eE+-]", point):
        raise UnsupportedError(f"decimalChar {point!r}")
    dot = re.escape(point)
    plain = rf"[+-]?({whole}({dot}[0-9]*)?|{dot}[0-9]+){_EXPONENT}"
    return _affixes(field, f"{plain}|{SPECIAL}")


def plain_number(field: FieldDescriptor, cell: str) -> str:
    """SQL: a cell of a number or integer as the standard's own plain form."""
    if not field.bare_number:
        cell = sql.extracted(cell, f"^{_pattern(field)}$")
    if field.group_char:
        cell = sql.swapped(cell, field.group_char, "")
    if field.type == "number" and field.decimal_char != ".":
        cell = sql.swapped(cell, field.decimal_char, ".")
    return cell


def _pattern(field: FieldDescriptor) -> str:
    if field.type == "number":
        return _number_pattern(field)
    return _affixes(field, f"[+-]?{_grouped(field)}")


def constraint_number(field: FieldDescriptor, value: Any) -> Decimal:
    """A constraint's value as an exact number.

    Raises:
        UnsupportedError: It is none, in the field's own form or in JSON's.
    """
    if isinstance(value, str):
        match = re.fullmatch(_pattern(field), value, re.ASCII)
        text = match.group(1) if match else ""
        text = text.replace(field.group_char, "") if field.group_char else text
        text = text.replace(field.decimal_char, ".") if field.type == "number" else text
    else:
        text = "" if isinstance(value, bool) else repr(value)
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise UnsupportedError(f"{value!r} as a limit of type {field.type}") from error


def _numeric(field: FieldDescriptor) -> Kind:
    _only_default(field)
    pattern = _pattern(field)
    words = "a whole number" if field.type == "integer" else "a number"
    plain = field.bare_number and not field.group_char

    def breach(cell: str) -> str:
        test = f"NOT {sql.full_match(cell, pattern)}"
        if field.type == "integer" and plain:
            return f"(CASE WHEN {sql.printed_alike(cell, 'BIGINT')} THEN false ELSE {test} END)"
        return test

    def same(cell: str) -> str:
        return sql.canonical_number(plain_number(field, cell))

    def within(cell: str, operator: str, limit: Any) -> str:
        return number_within(plain_number(field, cell), operator, constraint_number(field, limit))

    return Kind(words, breach, same, within, None, pattern)


def number_within(plain: str, operator: str, limit: Decimal) -> str:
    """SQL: a plain number is proven to be within a limit, exactly.

    Rounding to binary never turns an order around, so that the nearest binary numbers decide
    unless they are equal; and two numbers of up to 15 digits without exponent that share one are
    equal (IEEE 754, DBL_DIG).
    """
    if limit.is_nan():
        return "false"
    up, near = operator[0] == ">", float(limit)
    clear = (nextafter(near, inf), inf) if up else (-inf, nextafter(near, -inf))
    usual = limit == 0 or 1e-300 < abs(near) < inf
    short = usual and len(limit.as_tuple().digits) <= 15
    equal = "true" if operator.endswith("=") else "false"
    exact = _exactly_within(plain, up, equal, limit)
    exact = f"(CASE WHEN {sql.byte_length(plain)} > {sql.MAX_DIGITS} THEN false ELSE {exact} END)"
    if short:
        simple = f"{sql.byte_length(plain)} <= 15 AND NOT {sql.matches(plain, '[eE]')}"
        exact = f"(CASE WHEN {simple} THEN {equal} ELSE {exact} END)"
    cleared = (
        sql.between_doubles(plain, *clear) if abs(near) != inf or up is (near < 0) else "false"
    )
    return (
        f"(CASE WHEN {cleared} THEN true "
        f"WHEN {sql.between_doubles(plain, near, near)} THEN {exact} ELSE false END)"
    )


def _exactly_within(plain: str, up: bool, equal: str, limit: Decimal) -> str:
    """SQL: a number whose nearest binary number is the limit's is within the limit."""
    infinite, sign, figures, point = sql.number_parts(plain)
    if limit.is_infinite():
        beyond = up is (limit < 0)  # what is finite lies on the inner side of an infinity
        return f"(CASE WHEN {infinite} THEN {equal} ELSE {str(beyond).lower()} END)"
    if not limit:
        inner = f"{sign} = '{'' if up else '-'}'"
        return f"(CASE WHEN {figures} = '' THEN {equal} ELSE {inner} END)"
    own = limit.as_tuple()
    digits = "".join(map(str, own.digits)).rstrip("0")
    place = limit.adjusted() + 1
    farther = f"({point} > {place} OR ({point} = {place} AND {figures} > '{digits}'))"
    alike = f"{sign} = '{'-' if own.sign else ''}' AND {point} = {place} AND {figures} = '{digits}'"
    larger = f"{farther}" if not own.sign else f"NOT {farther}"
    result = larger if up else f"NOT {larger}"
    outside = str(up is bool(own.sign)).lower()  # of the other sign, or zero
    other = f"{figures} = '' OR {sign} <> '{'-' if own.sign else ''}'"
    outer = str(up is not bool(own.sign)).lower()
    return (
        f"(CASE WHEN {infinite} THEN {outer} WHEN {alike} THEN {equal} WHEN {other} THEN {outside} "
        f"ELSE {result} END)"
    )


# ------------------------------------------------------------------------------ boolean


def _boolean(field: FieldDescriptor) -> Kind:
    _only_default(field)
    true, false = (either(values) for values in (field.true_values, field.false_values))
    if not field.true_values or not field.false_values:
        raise UnsupportedError("no word for true, or none for false")
    if set(field.true_values) & set(field.false_values):
        raise UnsupportedError("a value that is true and false")
    pattern = f"{true}|{false}"

    def same(cell: str) -> str:
        tests = [(true, "true"), (false, "false")]
        cases = [f"WHEN {sql.full_match(cell, p)} THEN '{v}'" for p, v in tests]
        return f"(CASE {' '.join(cases)} END)"

    values = ", ".join(map(repr, (*field.true_values, *field.false_values)))
    return Kind(f"one of {values}", _not(pattern), same, None, None, pattern)


def either(values: Iterable[str]) -> str:
    """A pattern that matches just these texts: one automaton, however many there are."""
    return f"({'|'.join(map(re.escape, values))})"


# ------------------------------------------------------------------------------ dates and times

CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
ZONE = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
YEAR = r"-?([1-9][0-9]{3,17}|0[0-9]{3})"
"""XML Schema Part 2, 3.2.7.1: four digits or more, no leading zero beyond four; 0000 is none."""
_DATETIME = rf"{YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T({CLOCK}(\.[0-9]+)?|24:00:00(\.0+)?)"
DATETIME = _DATETIME + ZONE
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR


def _text_order(cell: str, operator: str, limit: Any) -> str:
    """Texts of one length, most significant first, are in the order of what they mean."""
    return f"{cell} {operator} {sql.literal(str(limit))}"


def _date(field: FieldDescriptor) -> Kind:
    if field.format == "default":
        return Kind(
            "a date, YYYY-MM-DD",
            lambda c: (
                f"(CASE WHEN {sql.byte_length(c)} <> 10 THEN true "
                f"ELSE NOT coalesce({sql.printed_alike(c, 'DATE')}, {c} IS NULL) END)"
            ),
            _itself,
            _text_order,
            None,
            "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        )
    return _patterned(field)


def _time(field: FieldDescriptor) -> Kind:
    if field.format == "default":
        return Kind("a time, hh:mm:ss", _not(CLOCK), _itself, _text_order, None, CLOCK)
    return _patterned(field)


def _datetime(field: FieldDescriptor) -> Kind:
    if field.format != "default":
        return _patterned(field)
    words = "a date and time, YYYY-MM-DDThh:mm:ss"

    def breach(cell: str) -> str:
        day = sql.is_calendar(_common_date(cell), "DATE")
        careful = _first(cell, _in_some_year(DATETIME)(cell), f"NOT {day}")
        return f"(CASE WHEN {sql.printed_with_t(cell)} THEN false ELSE {careful} END)"

    def same(cell: str) -> str:
        zone = f"CASE WHEN {_zoned(cell)} THEN 'Z' ELSE '' END"
        return f"({sql.text(_instant(cell))} || {zone})"

    return Kind(words, breach, same, _datetime_order, None, DATETIME)


def _datetime_order(cell: str, operator: str, limit: Any) -> str:
    """Order of dateTimes; those of the usual 19 characters are in the order of their texts."""
    careful = _zoned_order(_instant, _zoned)(cell, operator, limit)
    if not re.fullmatch(f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{CLOCK}", str(limit)):
        return careful
    usual = f"{sql.byte_length(cell)} = 19 AND {cell} NOT LIKE '%T24%'"
    return f"(CASE WHEN {usual} THEN {_text_order(cell, operator, limit)} ELSE {careful} END)"


def _common_date(cell: str) -> str:
    """SQL: the day of a dateTime, in a year of four digits that has the same calendar."""
    usual = sql.full_match(cell, r"[0-9]{4}-.*")
    rest = sql.extracted(cell, r"^-?[0-9]+-([0-9]{2}-[0-9]{2})")
    return (
        f"(CASE WHEN {usual} THEN left({cell}, 10) "
        f"ELSE {sql.text(f'2000 + {_cycle(cell)}')} || '-' || {rest} END)"
    )


def _proleptic(cell: str) -> str:
    """SQL: the astronomical year: XML Schema's -0001 is the year before 0001, which is 0."""
    year = sql.digits(cell, "^-?([0-9]+)")
    return f"(CASE WHEN {cell} LIKE '-%' THEN 1 - {year} ELSE {year} END)"


def _cycle(cell: str) -> str:
    """SQL: where a year stands in the calendar's cycle of 400 years."""
    return f"(({_proleptic(cell)} % 400 + 400) % 400)"


def _zoned(cell: str) -> str:
    return sql.matches(cell, "T.*(Z|[+-][0-9]{2}:[0-9]{2})$")


def _offset(cell: str) -> str:
    """SQL: microseconds by which a zoned text is ahead of UTC."""
    hours = sql.digits(cell, r"[+-]([0-9]{2}):?[0-9]{2}$")
    minutes = sql.digits(cell, r"[+-][0-9]{2}:?([0-9]{2})$")
    size = f"({hours} * 60 + {minutes}) * 60000000"
    return f"(CASE WHEN {sql.matches(cell, '-[0-9]{2}:?[0-9]{2}$')} THEN -{size} ELSE {size} END)"


def _instant(cell: str) -> str:
    """SQL: microseconds since 1970 of a dateTime, without zone as if in UTC."""
    clock = sql.extracted(cell, r"T([0-9:.]+)")
    full = f"{_common_date(cell)} || ' ' || {clock}"
    cycles = f"(({_proleptic(cell)} - 2000 - {_cycle(cell)}) // 400)"
    usual = sql.full_match(cell, r"[0-9]{4}-.*")
    shift = f"(CASE WHEN {usual} THEN 0 ELSE {cycles} * {146_097 * _DAY} END)"
    zone = f"(CASE WHEN {_zoned(cell)} THEN {_offset(cell)} ELSE 0 END)"
    return f"({sql.moment(full)} + {shift} - {zone})"


def _zoned_order(instant: Callable[[str], str], zoned: Callable[[str], str]) -> Within:
    """Order of times of which some name a zone (XML Schema Part 2, 3.2.7.4).

    Without a zone a time may lie up to 14 hours either way: it is within a bound only if it is
    so in every zone.
    """

    def within(cell: str, operator: str, limit: Any) -> str:
        bound = sql.literal(str(limit))
        slack = f"(CASE WHEN {zoned(cell)} <> {zoned(bound)} THEN {14 * _HOUR} ELSE 0 END)"
        side = "-" if operator[0] == ">" else "+"
        return f"{instant(cell)} {side} {slack} {operator} {instant(bound)}"

    return within


def _year(field: FieldDescriptor) -> Kind:
    _only_default(field)
    number = sql.extracted

    def within(cell: str, operator: str, limit: Any) -> str:
        bound = Decimal(re.match("-?[0-9]+", str(limit)).group())  # type: ignore[union-attr]
        return number_within(number(cell, "^(-?[0-9]+)"), operator, bound)

    pattern = YEAR + ZONE
    return Kind("a year, YYYY", _in_some_year(pattern), _zone_named, within, None, pattern)


def _yearmonth(field: FieldDescriptor) -> Kind:
    _only_default(field)

    def value(cell: str) -> str:
        year = sql.digits(cell, "^(-?[0-9]+)-")
        return f"({year} * 100 + {sql.digits(cell, '^-?[0-9]+-([0-9]{2})')})"

    pattern = YEAR + "-(0[1-9]|1[0-2])" + ZONE
    within = _ordered(value)
    return Kind("a month, YYYY-MM", _in_some_year(pattern), _zone_named, within, None, pattern)


def _in_some_year(pattern: str) -> Callable[[str], str]:
    return lambda cell: _first(
        cell, f"NOT {sql.full_match(cell, pattern)}", sql.matches(cell, "^-?0000([^0-9]|$)")
    )


def _zone_named(cell: str) -> str:
    """SQL: the text with UTC written in one way."""
    return sql.replaced(cell, r"[+-]00:00$", "Z")


def _ordered(value: Callable[[str], str]) -> Within:
    return lambda cell, operator, limit: (
        f"{value(cell)} {operator} {value(sql.literal(str(limit)))}"
    )


def _only_default(field: FieldDescriptor) -> None:
    if field.format != "default":
        raise UnsupportedError(f"format {field.format} of type {field.type}")


# ------------------------------------------------------------------------------ strptime

MONTHS = "January February March April May June July August September October November December"
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_SHORT_MONTHS, _SHORT_DAYS = (
    "|".join(name[:3] for name in names.split()) for names in (MONTHS, DAYS)
)
DIRECTIVES = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    "m": "1[0-2]|0[1-9]|[1-9]",
    "d": "3[01]|[12][0-9]|0[1-9]|[1-9]| [1-9]",
    "H": "2[0-3]|[01][0-9]|[0-9]",
    "I": "1[0-2]|0[1-9]|[1-9]",
    "M": "[0-5][0-9]|[0-9]",
    "S": "[0-5][0-9]|[0-9]",
    "f": "[0-9]{1,6}",
    "p": "am|pm",
    "b": _SHORT_MONTHS,
    "B": MONTHS.replace(" ", "|"),
    "a": _SHORT_DAYS,
    "A": DAYS.replace(" ", "|"),
    "z": "[+-]([01][0-9]|2[0-3]):?[0-5][0-9]|(?-i:Z)",
}
"""Directives of strptime that are understood, each as Python reads it (`_strptime.TimeRE`)."""


def _compiled(format_: str) -> tuple[str, list[str]]:
    """A format of strptime as a pattern, and the directives of its groups in order.

    Raises:
        UnsupportedError: It holds a directive that is not understood, or one twice.
    """
    pattern, names = "", []
    for part in re.findall(r"%.?|\s+|[^%\s]+", format_, re.DOTALL):
        name = part[1:]
        if part == "%%":
            pattern += "%"
        elif not part.startswith("%"):
            pattern += r"\s+" if part.isspace() else re.escape(part)
        elif name not in DIRECTIVES or name in names:
            raise UnsupportedError(f"format {format_}: the directive {part}")
        else:
            names.append(name)
            pattern += f"({re.sub('[(](?![?])', '(?:', DIRECTIVES[name])})"
    return f"(?i:{pattern})", names


def _patterned(field: FieldDescriptor) -> Kind:
    """A date or time in a format of strptime: what Python's own `strptime` would take.

    Raises:
        UnsupportedError: The format is `any`, which no rule decides, or is not understood.
    """
    if field.format == "any" or "%" not in field.format:
        raise UnsupportedError(f"format {field.format} of type {field.type}")
    pattern, names = _compiled(field.format)

    def instant(cell: str) -> str:
        return _strptime(cell, f"^{pattern}$", names)

    def breach(cell: str) -> str:
        return _first(cell, f"NOT {sql.full_match(cell, pattern)}", f"{instant(cell)} IS NULL")

    def zoned(cell: str) -> str:
        return "true" if "z" in names else "false"

    def same(cell: str) -> str:
        return sql.text(instant(cell)) + (" || 'Z'" if "z" in names else "")

    words = f"a {field.type} in the form {field.format}"
    within = _zoned_order(instant, zoned)
    return Kind(words, breach, same, within, None, pattern)


def _strptime(cell: str, pattern: str, names: list[str]) -> str:
    """SQL: microseconds since 1970 of a text that matches, or NULL where no calendar has it."""

    def part(name: str, default: str) -> str:
        group = sql.extracted(cell, pattern, names.index(name) + 1) if name in names else ""
        return f"trim({group})" if group else f"'{default}'"

    century = f"CASE WHEN {part('y', '00')} >= '69' THEN '19' ELSE '20' END"
    year = f"({century}) || {part('y', '00')}" if "y" in names else part("Y", "1900")
    named = next((name for name in "bB" if name in names), None)
    month = part("m", "1")
    if named:
        place = f"instr('{_SHORT_MONTHS.lower()}', lower(left({part(named, '')}, 3)))"
        month = sql.text(f"({place} + 3) // 4")
    hour = part("H", "0")
    if "I" in names:
        noon = f"CASE WHEN lower({part('p', 'am')}) = 'pm' THEN 12 ELSE 0 END"
        hour = sql.text(f"CAST({part('I', '0')} AS INTEGER) % 12 + {noon}")
    padded = [f"lpad({value}, 2, '0')" for value in (month, part("d", "1"), hour)]
    padded += [f"lpad({part(name, '0')}, 2, '0')" for name in "MS"]
    month, day, hour, minute, second = padded
    fraction = f"rpad({part('f', '0')}, 6, '0')"
    stamp = f"{year} || '-' || {month} || '-' || {day} || ' ' || {hour} || ':' || {minute}"
    stamp = f"{stamp} || ':' || {second} || '.' || {fraction}"
    moment = sql.moment(f"CASE WHEN {sql.matches(cell, pattern)} THEN {stamp} END")
    return f"({moment} - {_offset(part('z', 'Z'))})" if "z" in names else moment


# ------------------------------------------------------------------------------ duration

_SECONDS = r"[0-9]+(\.[0-9]+)?S"
_CLOCK_PART = rf"T([0-9]+H([0-9]+M)?({_SECONDS})?|[0-9]+M({_SECONDS})?|{_SECONDS})"
_CALENDAR_PART = "([0-9]+Y([0-9]+M)?([0-9]+D)?|[0-9]+M([0-9]+D)?|[0-9]+D)"
DURATION = rf"-?P({_CALENDAR_PART}({_CLOCK_PART})?|{_CLOCK_PART})"
"""XML Schema Part 2, 3.2.6.1: at least one part, `T` only before one, no weeks."""
_REFERENCES = tuple(12 * y + m - 1 for y, m in ((1696, 9), (1697, 2), (1903, 3), (1903, 7)))
"""The four months, since year 0, whose lengths decide the order of durations (3.2.6.2)."""


def _months(cell: str) -> str:
    years = sql.digits(cell, "^-?P([0-9]+)Y")
    months = sql.digits(cell, "^-?P(?:[0-9]+Y)?([0-9]+)M")
    return _signed(cell, f"({years} * 12 + {months})")


def _signed(cell: str, value: str) -> str:
    return f"(CASE WHEN {cell} LIKE '-%' THEN -{value} ELSE {value} END)"


def _microseconds(cell: str) -> str:
    days = sql.digits(cell, "([0-9]+)D")
    hours = sql.digits(cell, "([0-9]+)H")
    minutes = sql.digits(cell, "T.*?([0-9]+)M")
    seconds = sql.digits(cell, r"([0-9]+)(?:\.[0-9]+)?S")
    fraction = f"rpad({sql.extracted(cell, r'[.]([0-9]{1,6})')}, 6, '0')"
    whole = f"((({days} * 24 + {hours}) * 60 + {minutes}) * 60 + {seconds}) * 1000000"
    return _signed(cell, f"({whole} + CAST({fraction} AS INTEGER))")


def _duration(field: FieldDescriptor) -> Kind:
    _only_default(field)

    def same(cell: str) -> str:
        value = f"{sql.text(_months(cell))} || 'M' || {sql.text(_microseconds(cell))}"
        return f"coalesce({value}, {cell})"

    def within(cell: str, operator: str, limit: Any) -> str:
        bound = sql.literal(str(limit))
        return "({})".format(
            " AND ".join(
                f"{_after(cell, month)} {operator} {_after(bound, month)}" for month in _REFERENCES
            )
        )

    words = "a duration, PnYnMnDTnHnMnS"
    return Kind(words, _not(DURATION), same, within, None, DURATION)


def _after(cell: str, month: int) -> str:
    """SQL: microseconds from 2000 to where a duration leads from the first of a month."""
    days = sql.days_to_month(f"{_months(cell)} + {month}")
    return f"(CAST({days} AS HUGEINT) * {_DAY} + {_microseconds(cell)})"


# ------------------------------------------------------------------------------ collections

ITEM_TYPES = ("string", "integer", "boolean", "number", "datetime", "date", "time")


def _list(field: FieldDescriptor) -> Kind:
    _only_default(field)
    if field.item_type not in ITEM_TYPES:
        raise UnsupportedError(f"itemType {field.item_type}")
    if not field.delimiter:
        raise UnsupportedError("an empty delimiter")
    kind = kind_of(FieldDescriptor(name=field.name, type=field.item_type))
    test, value = kind.breach, kind.same
    assert value

    def listed(cell: str) -> str:
        return sql.items(cell, field.delimiter)

    def breach(cell: str) -> str:
        assert test
        return sql.any_item(listed(cell), test)

    words = f"a list, divided by {field.delimiter!r}, of {field.item_type} items"
    return Kind(
        words,
        breach if test else None,
        lambda cell: sql.joined_items(listed(cell), value),
        None,
        lambda cell: sql.count_items(listed(cell)),
    )


def _json(field: FieldDescriptor) -> Kind:
    _only_default(field)
    kind = field.type.upper()

    def breach(cell: str) -> str:
        return f"({cell} IS NOT NULL AND {sql.json_kind(cell)} IS DISTINCT FROM '{kind}')"

    return Kind(f"a JSON {field.type}", breach, None, None, sql.json_members)


# ------------------------------------------------------------------------------ places

_DEGREES = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,18})?"
GEOPOINT = f"({_DEGREES}), ?({_DEGREES})"
_NUMBERS = "('DOUBLE', 'BIGINT', 'UBIGINT', 'HUGEINT')"


def _geopoint(field: FieldDescriptor) -> Kind:
    if field.format == "default":
        east, north = "^([^,]*),", "^[^,]*, ?(.*)$"

        def breach(cell: str) -> str:
            place = [sql.extracted(cell, part) for part in (east, north)]
            return _first(cell, f"NOT {sql.full_match(cell, GEOPOINT)}", _off_the_globe(*place))

        def same(cell: str) -> str:
            parts = (sql.canonical_number(sql.extracted(cell, part)) for part in (east, north))
            return "({} || ',' || {})".format(*parts)

        words = '"lon, lat" in degrees'
        return Kind(words, breach, same, None, None, GEOPOINT)
    paths = {"array": ("$[0]", "$[1]"), "object": ("$.lon", "$.lat")}
    if field.format not in paths:
        raise UnsupportedError(f"format {field.format} of type geopoint")
    return _json_geopoint(field.format, paths[field.format])


def _json_geopoint(kind: str, paths: tuple[str, str]) -> Kind:
    def breach(cell: str) -> str:
        place = [sql.json_text_at(cell, path) for path in paths]
        shape = [
            f"coalesce({sql.json_kind_at(cell, path)}, '') NOT IN {_NUMBERS}" for path in paths
        ]
        return _first(
            cell,
            f"{sql.json_kind(cell)} IS DISTINCT FROM '{kind.upper()}'",
            f"{sql.json_members(cell)} <> 2",
            *shape,
            _off_the_globe(*place),
        )

    return Kind(f"a JSON {kind} of lon and lat in degrees", breach)


def _off_the_globe(east: str, north: str) -> str:
    """SQL: a longitude beyond 180 or a latitude beyond 90 degrees."""
    lon, lat = (
        number_within(value, "<=", Decimal(limit))
        + " AND "
        + number_within(value, ">=", -Decimal(limit))
        for value, limit in ((east, 180), (north, 90))
    )
    return f"NOT ({lon} AND {lat})"


GEOJSON = {
    "Point": "coordinates ARRAY",
    "MultiPoint": "coordinates ARRAY",
    "LineString": "coordinates ARRAY",
    "MultiLineString": "coordinates ARRAY",
    "Polygon": "coordinates ARRAY",
    "MultiPolygon": "coordinates ARRAY",
    "GeometryCollection": "geometries ARRAY",
    "Feature": "geometry OBJECT NULL, properties OBJECT NULL",
    "FeatureCollection": "features ARRAY",
}
"""Types of RFC 7946, and the members that each must have with their JSON types."""
TOPOJSON = {"Topology": "objects OBJECT, arcs ARRAY"}
"""A TopoJSON text is a topology (its specification, 2.1)."""


def _geojson(field: FieldDescriptor) -> Kind:
    if field.format not in ("default", "topojson"):
        raise UnsupportedError(f"format {field.format} of type geojson")
    types = GEOJSON if field.format == "default" else TOPOJSON

    def breach(cell: str) -> str:
        cases = [
            f"WHEN {sql.json_text_at(cell, '$.type')} = '{name}' THEN {_lacking(cell, members)}"
            for name, members in types.items()
        ]
        return _first(
            cell,
            f"{sql.json_kind(cell)} IS DISTINCT FROM 'OBJECT'",
            f"CASE {' '.join(cases)} ELSE true END",
        )

    return Kind("a GeoJSON object" if types is GEOJSON else "a TopoJSON object", breach)


def _lacking(cell: str, members: str) -> str:
    """SQL: a member is not there, or is of another JSON type."""
    tests = []
    for member in members.split(", "):
        name, *kinds = member.split()
        wanted = ", ".join(f"'{kind}'" for kind in kinds)
        tests.append(f"coalesce({sql.json_kind_at(cell, f'$.{name}')}, '') NOT IN ({wanted})")
    return f"({' OR '.join(tests)})"


# ------------------------------------------------------------------------------ all of them

_KINDS: dict[str, Callable[[FieldDescriptor], Kind]] = {
    "string": _string,
    "any": _any,
    "integer": _numeric,
    "number": _numeric,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "year": _year,
    "yearmonth": _yearmonth,
    "duration": _duration,
    "list": _list,
    "object": _json,
    "array": _json,
    "geopoint": _geopoint,
    "geojson": _geojson,
}


def kind_of(field: FieldDescriptor) -> Kind:
    """What a field's type, format and properties mean.

    Raises:
        UnsupportedError: They cannot be checked.
    """
    if field.type not in _KINDS:
        raise UnsupportedError(f"type {field.type}")
    return _KINDS[field.type](field)


def known_kind(field: FieldDescriptor) -> Kind | None:
    """What a field's type means, or None where it cannot be checked."""
    try:
        return kind_of(field)
    except UnsupportedError:
        return None
