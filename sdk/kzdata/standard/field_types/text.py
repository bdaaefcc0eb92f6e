"""Texts: strings with their formats, and cells of any type."""

from kzdata.engine import sql
from kzdata.standard.descriptor import FieldDescriptor
from kzdata.standard.field_types.base import FieldType, unmatched

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
# RFC 5321: a dot-atom or a quoted string, and a domain of two labels or more.
EMAIL = rf'({_ATOM}(\.{_ATOM})*|"([^"\\\r\n]|\\[ -~])*")@{_LABEL}(\.{_LABEL})+'
_PCHAR = r"([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_NAME = r"([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
# RFC 3986, 3.2.2: eight groups of digits, or fewer with `::` for those that are zero.
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
_HOST = rf"(\[({_IPV6})\]|\[v[0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+\]|{_NAME})"
_AUTHORITY = rf"(([A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{{2}})*@)?{_HOST}(:[0-9]*)?"
_TAIL = rf"(\?({_PCHAR}|[/?])*)?(#({_PCHAR}|[/?])*)?"
_PATH = rf"(//{_AUTHORITY}(/{_PCHAR}*)*|/?({_PCHAR}+(/{_PCHAR}*)*)?)"
# RFC 3986, 3: a scheme, then authority and path, query and fragment.
URI = rf"[A-Za-z][A-Za-z0-9+.-]*:{_PATH}{_TAIL}"
_BASE64 = "[A-Za-z0-9+/]"
CATEGORICAL = ("string", "integer")  # types that may have categories
# Formats of strings: a pattern, and in words.
FORMATS: dict[str, tuple[str, str]] = {
    "email": (EMAIL, "an e-mail address (RFC 5321)"),
    "uri": (URI, "an address with a scheme (RFC 3986)"),
    "uuid": (r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a UUID (RFC 9562)"),
    "binary": (rf"({_BASE64}{{4}})*({_BASE64}{{2}}==|{_BASE64}{{3}}=)?", "base64 (RFC 4648, 4)"),
}


class AnyText(FieldType):
    """A cell of any form; it means itself."""

    words = "anything"

    def same(self, cell: str) -> str:
        return cell


class String(AnyText):
    """A string, in one of the formats of strings."""

    words = "text"
    formats = ("default", *FORMATS)

    def __init__(self, field: FieldDescriptor) -> None:
        super().__init__(field)
        if field.format in FORMATS:
            self.pattern, self.words = FORMATS[field.format]
            self.breach = unmatched(self.pattern)

    def length(self, cell: str) -> str:
        return sql.code_points(cell)
