"""Table Dialect: each property, with what it makes of a file."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.source.corpus import (
    DROP,
    FRUIT,
    ID,
    NAME,
    PLAIN,
    WARNING,
    Case,
    Fault,
    Properties,
    Sentence,
    at,
    case,
    csv_dialect,
    descriptor,
    fields,
    limited,
    of,
    table_dialect,
    tabular_resource,
)
from conformance.source.data_package import CUSTOM
from conformance.source.data_resource import BAD, BINARIES, ROOT_LEVEL, ROWS, SKIPPED

IGNORED = table_dialect(
    "tabular-data-formats",
    "A property MUST be ignored if it is no applicable for an arbitrary data format.",
)
DEFAULT = table_dialect(
    "tabular-data-formats",
    "For the sake of simplicity, most of examples are written in the CSV data format. For example, "
    "this data file without providing any Table Dialect properties:",
)


def _property(name: str, text: str) -> Sentence:
    said: Sentence = table_dialect(
        name, f"A Table Dialect descriptor MAY have the {name} property that {text}"
    )
    return said


HEADER = _property("header", "MUST be boolean with default value true.")
FIRST_ROW = table_dialect(
    "header", "If true the first row in the file MUST be interpreted as a header row, not data."
)
HEADER_ROWS = _property(
    "headerRows", "MUST be an array of positive integers starting from 1 with default value [1]."
)
NUMBERS = table_dialect("headerRows", "This property specifies the row numbers for the header.")
EXAMPLE = table_dialect("headerRows", '{"fruit id": 1, "fruit name": "apple"}')
HEADER_JOIN = _property("headerJoin", 'MUST be a string with default value " ".')
COMMENT_ROWS = _property(
    "commentRows", "MUST be an array of positive integers starting from 1; undefined by default."
)
COMMENT_CHAR = _property(
    "commentChar", "MUST be a string of one or more characters; undefined by default."
)
DELIMITER = _property("delimiter", "MUST be a string; with default value , (comma).")
SEQUENCE = table_dialect(
    "delimiter",
    "This property specifies the character sequence which separates fields in the data file.",
)
LINE_TERMINATOR = _property("lineTerminator", "MUST be a string; with default value \\r\\n.")
TERMINATES = table_dialect(
    "lineTerminator", "This property specifies the character sequence which terminates rows."
)
QUOTE_CHAR = _property(
    "quoteChar",
    'MUST be a string of one character length with default value " (double quote).',
)
DOUBLE_QUOTE = _property("doubleQuote", "MUST be boolean with default value true.")
DOUBLED = table_dialect("doubleQuote", "If true, two consecutive quotes are interpreted as one.")
ESCAPE_CHAR = _property(
    "escapeChar", "MUST be a string of one character length; undefined by default."
)
NULL_SEQUENCE = _property("nullSequence", "MUST be a string; undefined by default.")
NULL = table_dialect("nullSequence", "This property specifies the null sequence, for example, \\N.")
SKIP_SPACE = _property("skipInitialSpace", "MUST be boolean with default value false.")
KEPT_SPACE = table_dialect(
    "skipInitialSpace",
    "if false, it means that whitespace immediately after a delimiter is treated as part of the "
    "following field.",
)
PROPERTY = _property("property", "MUST be a string; undefined by default.")
ITEM_TYPE = _property(
    "itemType", "MUST be a string with value array or object; undefined by default."
)
ITEM_KEYS = _property("itemKeys", "MUST be array of strings; undefined by default.")
SHEET_NUMBER = _property("sheetNumber", "MUST be an integer with default value 1.")
SHEET_NAME = _property("sheetName", "MUST be a string; undefined by default.")
TABLE = _property("table", "MUST be a string; undefined by default.")
OBJECT = table_dialect(
    "descriptor", "Table Dialect descriptor MUST be a descriptor as per Descriptor definition."
)
CASE = csv_dialect(
    "specification",
    "caseSensitiveHeader - indicates that case in the header is meaningful. For example, columns "
    "CAT and Cat should not be equated. Default = false",
)
VERSION = csv_dialect(
    "specification",
    "csvddfVersion - a number, in n.n format, e.g., 1.2. If not present, consumers should assume "
    "latest schema version.",
)
DESCRIBED = tabular_resource(
    "",
    "If the CSV differs from this or the RFC in any other way regarding dialect (e.g. line "
    "terminators, quote characters, field delimiters), the Tabular Data Resource MUST contain a "
    "dialect property describing its dialect.",
)
COMMENTED = "id,name\n#fruits\n1,apple\n2,orange\n"
TWO_HEADERS = "fruit\nid,name\n1,apple\n2,orange\n"


def _of(
    name: str,
    sentence: Sentence,
    /,
    *faults: Fault,
    file: str | bytes = FRUIT,
    schema: Any = PLAIN,
    note: str = "",
    also: tuple[str, ...] = (),
    **dialect: Any,
) -> Case:
    """A case of a CSV file in a dialect."""
    return case(
        f"table-dialect/{name}",
        sentence,
        *faults,
        file=file,
        schema=schema,
        resource={"dialect": dialect},
        note=note,
        also=also,
    )


def _wrong(name: str, sentence: Sentence, /, **dialect: Any) -> Case:
    """A case of a property that the standard does not allow, the last that is given."""
    return _of(name, sentence, descriptor(f"dialect.{[*dialect][-1]}", "table"), **dialect)


def _names(*names: str) -> dict[str, Any]:
    return limited(NAME, enum=list(names))


def cases() -> Iterator[Case]:
    """The cases of Table Dialect."""
    yield _of("descriptor/empty", DEFAULT)
    yield _of(
        "descriptor/null-values",
        table_dialect(
            "delimited",
            "commentChar: undefined by default",
        ),
        file=FRUIT.replace(",", ";"),
        delimiter=";",
        escapeChar=None,
        commentChar=None,
        nullSequence=None,
        note="null is read as if the property were absent.",
        also=(WARNING,),
    )
    own: Properties = {"my:property": 1}
    inlined: Properties = {"$schema": "https://example.invalid/d.json"}
    yield _of("descriptor/custom-property", CUSTOM, **own)
    yield _of("dollar-schema/inlined", ROOT_LEVEL, **inlined)
    yield _of(
        "descriptor/broken-property-hides-nothing",
        COMMENT_ROWS,
        descriptor("dialect.commentRows", "table"),
        file=FRUIT.replace(",", ";"),
        delimiter=";",
        commentRows=[0],
    )
    yield _of(
        "descriptor/broken-property-and-a-fault",
        COMMENT_ROWS,
        descriptor("dialect.commentRows", "table"),
        at("type", 3, "id"),
        file=BAD.replace(",", ";"),
        delimiter=";",
        commentRows=[0],
    )
    yield from _headers()
    yield from _comments()
    yield from _characters()
    yield from _quotes()
    yield from _others()
    yield from _version1()


def _headers() -> Iterator[Case]:
    rows = "1,apple\n2,orange\n"
    yield _of("header/true", HEADER, header=True)
    yield _of("header/false", HEADER, file=rows, header=False)
    yield _of(
        "header/false-with-a-fault",
        HEADER,
        at("type", 2, "id"),
        header=False,
        file="1,apple\nx,orange\n",
    )
    yield _of("header/absent-in-the-file", FIRST_ROW, of("header"), file=rows)
    yield _of("header/read-as-data", HEADER, at("type", 1, "id"), header=False)
    yield _wrong("header/string", HEADER, header="false")
    joined = fields({"name": "fruit id", "type": "integer"}, {"name": "fruit name"})
    two = "fruit,kind\nid,name\n1,apple\nx,orange\n"
    both = fields({"name": "fruit id", "type": "integer"}, {"name": "kind name"})
    yield _of(
        "headerRows/two", HEADER_ROWS, file=two.replace("x", "2"), schema=both, headerRows=[1, 2]
    )
    yield _of(
        "headerRows/two-with-a-fault",
        HEADER_ROWS,
        at("type", 4, "fruit id"),
        file=two,
        schema=both,
        headerRows=[1, 2],
    )
    yield _of(
        "headerRows/of-the-standard",
        EXAMPLE,
        file=TWO_HEADERS,
        headerRows=[1, 2],
        schema=joined,
        note='The file has "fruit" once, the example\'s output twice.',
    )
    top = "# top\n" + FRUIT
    yield _of("headerRows/below-a-comment", NUMBERS, file=top, headerRows=[2], commentChar="#")
    yield _of("headerRows/below-a-comment-row", NUMBERS, file=top, headerRows=[2], commentRows=[1])
    yield _wrong("headerRows/zero", HEADER_ROWS, headerRows=[0])
    yield _wrong("headerRows/string", HEADER_ROWS, headerRows="1")
    dashed = fields({"name": "fruit-id", "type": "integer"}, {"name": "kind-name"})
    yield _of(
        "headerJoin/dash",
        HEADER_JOIN,
        file=two.replace("x", "2"),
        schema=dashed,
        headerRows=[1, 2],
        headerJoin="-",
    )
    yield _of(
        "headerJoin/another",
        HEADER_JOIN,
        of("header"),
        file=two.replace("x", "2"),
        schema=dashed,
        headerRows=[1, 2],
        headerJoin="+",
    )
    yield _wrong("headerJoin/number", HEADER_JOIN, headerJoin=1)


def _comments() -> Iterator[Case]:
    bad = COMMENTED.replace("2,", "x,")
    yield _of("commentRows/second", COMMENT_ROWS, file=COMMENTED, commentRows=[2])
    yield _of(
        "commentRows/with-a-fault", COMMENT_ROWS, at("type", 4, "id"), file=bad, commentRows=[2]
    )
    yield _wrong("commentRows/zero", COMMENT_ROWS, commentRows=[0])
    yield _wrong("commentRows/number", COMMENT_ROWS, commentRows=2)
    yield _of("commentChar/number-sign", COMMENT_CHAR, file=COMMENTED, commentChar="#")
    yield _of(
        "commentChar/several-characters",
        COMMENT_CHAR,
        file=COMMENTED.replace("#", "//"),
        commentChar="//",
    )
    yield _of(
        "commentChar/with-a-fault", COMMENT_CHAR, at("type", 4, "id"), file=bad, commentChar="#"
    )
    yield _of(
        "commentChar/above-the-header",
        COMMENT_CHAR,
        at("type", 4, "id"),
        commentChar="#",
        file="# top\n" + BAD,
    )
    yield _of("commentChar/undefined", COMMENT_CHAR, at("row", 2), file=COMMENTED)
    yield _wrong("commentChar/empty", COMMENT_CHAR, commentChar="")
    yield _wrong("commentChar/number", COMMENT_CHAR, commentChar=1)


def _characters() -> Iterator[Case]:
    for name, mark in {
        "pipe": "|",
        "tab": "\t",
        "semicolon": ";",
        "two-characters": "||",
        "letter-with-accent": "\u00e9",
    }.items():
        yield _of(f"delimiter/{name}", SEQUENCE, file=FRUIT.replace(",", mark), delimiter=mark)
    yield _of(
        "delimiter/with-a-fault",
        DELIMITER,
        at("type", 3, "id"),
        delimiter="|",
        file=BAD.replace(",", "|"),
    )
    yield _of(
        "delimiter/two-characters-with-a-fault",
        SEQUENCE,
        at("type", 3, "id"),
        delimiter=", ",
        file=BAD.replace(",", ", "),
    )
    yield _of("delimiter/not-described", DESCRIBED, of("header"), file=FRUIT.replace(",", ";"))
    yield _wrong("delimiter/number", DELIMITER, delimiter=1)
    for name, mark in {"lf": "\n", "crlf": "\r\n", "cr": "\r", "semicolon": ";"}.items():
        yield _of(
            f"lineTerminator/{name}",
            TERMINATES,
            file=FRUIT.replace("\n", mark),
            lineTerminator=mark,
        )
    yield _of(
        "lineTerminator/cr-with-a-fault",
        TERMINATES,
        at("type", 3, "id"),
        file=BAD.replace("\n", "\r"),
        lineTerminator="\r",
    )
    yield _of(
        "lineTerminator/lf-in-a-cell",
        TERMINATES,
        at("type", 3, "id"),
        file=BAD.replace("\n", "\r").replace("apple", '"app\nle"'),
        lineTerminator="\r",
    )
    yield _wrong("lineTerminator/number", LINE_TERMINATOR, lineTerminator=1)
    na = "id,name\n1,apple\n2,NA\n"
    yield _of("nullSequence/of-a-string", NULL, file=na, nullSequence="NA")
    yield _of("nullSequence/of-an-integer", NULL, file="id,name\nNA,apple\n", nullSequence="NA")
    yield _of(
        "nullSequence/required",
        NULL,
        at("required", 3, "name"),
        file=na,
        schema=fields(ID, limited(NAME, required=True)),
        nullSequence="NA",
    )
    yield _of("nullSequence/undefined", NULL, at("type", 2, "id"), file="id,name\n\\N,apple\n")
    yield _wrong("nullSequence/number", NULL_SEQUENCE, nullSequence=0)
    spaced: Properties = {
        "file": FRUIT.replace(",", ", "),
        "schema": fields(ID, _names("apple", "orange")),
    }
    yield _of("skipInitialSpace/true", SKIP_SPACE, **spaced, skipInitialSpace=True)
    yield _of(
        "skipInitialSpace/false",
        KEPT_SPACE,
        at("enum", 2, "name"),
        skipInitialSpace=False,
        file="id,name\n1, apple\n",
        schema=fields(ID, _names("apple")),
    )
    yield _wrong("skipInitialSpace/string", SKIP_SPACE, skipInitialSpace="yes")


def _quotes() -> Iterator[Case]:
    single: Properties = {
        "file": "id,name\n1,'apple,fruits'\n",
        "schema": fields(ID, _names("apple,fruits")),
    }
    yield _of("quoteChar/single", QUOTE_CHAR, **single, quoteChar="'")
    yield _of(
        "quoteChar/no-ascii",
        QUOTE_CHAR,
        file="id,name\n1,\u00a6apple,fruits\u00a6\n",
        schema=fields(ID, _names("apple,fruits")),
        quoteChar="\u00a6",
    )
    yield _of("quoteChar/not-described", DESCRIBED, at("row", 2), **single)
    yield _wrong("quoteChar/two-characters", QUOTE_CHAR, quoteChar="''")
    yield _wrong("quoteChar/empty", QUOTE_CHAR, quoteChar="")
    yield _wrong("quoteChar/number", QUOTE_CHAR, quoteChar=1)
    doubled: Properties = {"file": 'id,name\n1,"a ""b"""\n', "schema": fields(ID, _names('a "b"'))}
    yield _of("doubleQuote/true", DOUBLED, **doubled, doubleQuote=True)
    yield _of(
        "doubleQuote/false-without-quotes",
        DOUBLE_QUOTE,
        file=FRUIT.replace(",", ";"),
        delimiter=";",
        doubleQuote=False,
    )
    yield _of(
        "doubleQuote/false-with-a-fault",
        DOUBLE_QUOTE,
        at("type", 3, "id"),
        delimiter=";",
        file=BAD.replace(",", ";"),
        doubleQuote=False,
    )
    escaped: Properties = {
        "file": 'id,name\n1,"a \\"b\\""\n',
        "schema": fields(ID, _names('a "b"')),
    }
    yield _of(
        "doubleQuote/false-and-escaped", DOUBLE_QUOTE, **escaped, doubleQuote=False, escapeChar="\\"
    )
    yield _wrong("doubleQuote/string", DOUBLE_QUOTE, doubleQuote="no")
    yield _of(
        "escapeChar/before-a-delimiter",
        ESCAPE_CHAR,
        file="id,name\n1,apple|,fruits\n",
        schema=fields(ID, _names("apple,fruits")),
        escapeChar="|",
    )
    yield _wrong("escapeChar/two-characters", ESCAPE_CHAR, escapeChar="\\\\")
    yield _wrong("escapeChar/number", ESCAPE_CHAR, escapeChar=1)


def _others() -> Iterator[Case]:
    """Properties of forms that are no CSV: on CSV they are ignored."""
    known: dict[str, tuple[Sentence, Any, Any]] = {
        "property": (PROPERTY, "rows", 1),
        "itemType": (ITEM_TYPE, "array", "list"),
        "itemKeys": (ITEM_KEYS, ["id", "name"], "id"),
        "sheetNumber": (SHEET_NUMBER, 2, "2"),
        "sheetName": (SHEET_NAME, "Sheet 2", 2),
        "table": (TABLE, "table2", 2),
    }
    for name, (sentence, right, wrong) in known.items():
        yield _of(f"{name}/ignored-in-csv", IGNORED, **{name: right})
        yield _wrong(
            f"{name}/{'misspelt' if name == 'itemType' else type(wrong).__name__}",
            sentence,
            **{name: wrong},
        )
    counted = [{"name": "apple", "id": 1, "count": 2}, {"id": 2, "name": "orange", "count": 5}]
    arrays = [["id", "name"], [1, "apple"], [2, "orange"]]
    yield _json("property/in-json", PROPERTY, {"rows": ROWS}, property="rows")
    yield _json("itemType/in-json", ITEM_TYPE, arrays, itemType="array")
    yield _json("itemKeys/in-json", ITEM_KEYS, counted, itemKeys=["id", "name"])
    yield _json(
        "itemKeys/with-a-fault",
        ITEM_KEYS,
        [{"id": "x", "n": 1}],
        at("type", (1, 2), "id"),
        itemKeys=["id", "name"],
    )
    yield _json("header/false-in-json", HEADER, arrays[1:], header=False)
    yield _json("itemType/misfit", ITEM_TYPE, arrays, of("csv"), itemType="object")
    workbook = base64.b64decode(BINARIES["xlsx"])
    for name, value in {"sheetNumber": 1, "sheetName": "Sheet 1"}.items():
        yield _file(f"{name}/in-xlsx", known[name][0], "table.xlsx", workbook, **{name: value})
    yield _file(
        "sheetNumber/with-a-fault",
        SHEET_NUMBER,
        "table.xlsx",
        workbook,
        at("type", 2, "id"),
        sheetNumber=2,
    )


def _json(name: str, sentence: Sentence, data: Any, *faults: Fault, **dialect: Any) -> Case:
    return _file(name, sentence, "table.json", json.dumps(data), *faults, **dialect)


def _file(
    name: str, sentence: Sentence, path: str, content: str | bytes, *faults: Fault, **dialect: Any
) -> Case:
    return case(
        f"table-dialect/{name}",
        sentence,
        *faults,
        files={path: content},
        also=SKIPPED,
        resource={"path": path, "dialect": dialect},
    )


def _version1() -> Iterator[Case]:
    package: Mapping[str, Any] = {"$schema": DROP}

    def one(name: str, sentence: Sentence, *faults: Fault, file: str, **dialect: Any) -> Case:
        return case(
            f"table-dialect/{name}",
            sentence,
            *faults,
            file=file,
            package=package,
            resource={"dialect": dialect},
        )

    upper = "ID,Name\n1,apple\n"
    yield one("caseSensitiveHeader/false", CASE, file=upper, caseSensitiveHeader=False)
    yield one("caseSensitiveHeader/true", CASE, of("header"), file=upper, caseSensitiveHeader=True)
    yield one("csvddfVersion/of-version-1", VERSION, file=FRUIT, csvddfVersion=1.2)
