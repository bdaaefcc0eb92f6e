"""Data Resource: where data are, how they are packed and written, and what is said of them."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.source.corpus import (
    DROP,
    FRUIT,
    ID,
    NAME,
    PLAIN,
    UNCHECKED,
    VALID,
    WARNING,
    Case,
    Fault,
    Properties,
    Sentence,
    at,
    case,
    data_resource,
    descriptor,
    entry,
    fields,
    glossary,
    of,
    recipe,
    rfc4180,
    rfc8259,
    table_schema,
    tabular_resource,
)
from conformance.source.data_package import BANK, FULL_LICENSE, LOCAL, PROFILED, SHOULD

NAMED = data_resource("name", "A resource MUST contain a name property.")
UNIQUE = data_resource("name", "It MUST be unique amongst all resources in this data package.")
PLAIN_NAME = data_resource(
    "name",
    "It SHOULD be human-readable and consist only of lowercase English alphanumeric characters "
    "plus ., - and _.",
)
ONE_OF_TWO = data_resource(
    "path-or-data",
    "The location of resource data MUST be specified by the presence of one (and only one) of "
    "these two properties:",
)
LOCATED = data_resource(
    "path-or-data", "path: for data in files located online or locally on disk."
)
URL_OR_PATH = glossary("url-or-path", "MUST either be a URL or a POSIX path")
SCHEME = glossary("url-or-path", "MUST be using either http, https, ftp, or ftps scheme.")
RELATIVE = glossary(
    "url-or-path",
    "POSIX paths (unix-style with / as separator) are supported for referencing local files, with "
    "the security restraint that they MUST be relative siblings or children of the descriptor.",
)
SINGLE = data_resource(
    "path-or-data",
    'If a resource have only a single file then path MUST be a string that a "url-or-path" as '
    "defined in the URL of Path definition.",
)
SEVERAL = data_resource(
    "path-or-data",
    "To support this use case the path property MAY be an array of strings rather than a single "
    "string:",
)
ALIKE = data_resource(
    "path-or-data",
    "All files in the array MUST be the same in terms of structure, format, dialect, etc.",
)
UNMIXED = data_resource(
    "path-or-data",
    "It is NOT permitted to mix fully qualified URLs and relative paths in a path array: strings "
    "MUST either all be relative paths or all URLs.",
)
URL = data_resource(
    "path-or-data",
    "If path property is not provided but there is a url property as was defined in Data Package "
    "Standard (v0), an implementation MUST treat it as the path property equivalent.",
)
INLINE_JSON = data_resource(
    "path-or-data",
    "JSON array or object: the data is then assumed to be JSON data and SHOULD be processed as "
    "such",
)
INLINE_STRING = data_resource(
    "path-or-data",
    "JSON string: in this case the format or mediatype properties MUST be provided.",
)
INLINE = data_resource("path-or-data", "The value of the data property MUST be either:")
TABULAR_DATA = data_resource(
    "tabular-path-or-data",
    "If the data property is used for providing data for a Tabular Data Resource than it MUST be "
    "an array where each item in the array MUST be either:",
)
TYPE = data_resource(
    "type",
    "A Data Resource descriptor MAY contain a property type that MUST be a string with the "
    "following possible values:",
)
ANY_FILE = data_resource(
    "type",
    "If property type is not provided, the resource is considered to be a non-specific file.",
)
V1_TABLE = data_resource(
    "type",
    "If a resource has profile property that equals to tabular-data-resource or "
    "https://specs.frictionlessdata.io/schemas/tabular-data-resource.json, an implementation MUST "
    "treat it as type property were set to table",
)
ROOT_LEVEL = glossary(
    "profile",
    "If the same dialect is an object inlined into a Data Package descriptor, the dialect's "
    "$schema property MUST be ignored and the descriptor as whole MUST be validated against a root "
    "level $schema property provided by the package.",
)
FORMAT = data_resource(
    "format",
    "Would be expected to be the standard file extension for this type of resource.",
)
MEDIATYPE = data_resource(
    "mediatype",
    "The mediatype/mimetype of the resource e.g. text/csv, or application/vnd.ms-excel.",
)
ENCODING = data_resource(
    "encoding",
    "The character encoding of resource's data file (only applicable for textual files).",
)
DETECTED = data_resource(
    "encoding",
    "If no value for this property is specified then the encoding SHOULD be detected on the "
    "implementation level.",
)
PREFERRED = data_resource(
    "encoding",
    'The value SHOULD be one of the "Preferred MIME Names" for a character encoding registered '
    "with IANA.",
)
NO_BOM = data_resource(
    "encoding",
    "It is RECOMMENDED to use UTF-8 (without BOM) as a default encoding for textual files.",
)
UTF8 = tabular_resource("", "EITHER be encoded as UTF-8 (the default)")
BYTES = data_resource("bytes", "Size of the file in bytes.")
HASH = data_resource(
    "hash",
    "The MD5 hash for this resource. Other algorithms can be indicated by prefixing the hash's "
    "value with the algorithm name in lower-case.",
)
SOURCES = data_resource("sources", "List of data sources as for Data Package.")
LICENSES = data_resource("licenses", "List of licenses as for Data Package.")
DIALECT = data_resource(
    "dialect",
    "If provided, the dialect property MUST be a Table Dialect descriptor in a form of an object "
    "or URL-or-Path.",
)
SCHEMA = data_resource(
    "schema",
    "If provided, the schema property MUST be a Table Schema descriptor in a form of an object or "
    "URL-or-Path.",
)
WITH_SCHEMA = data_resource(
    "schema",
    "A Tabular Data Resource SHOULD have a schema property to describe a tabular schema of the "
    "resource data.",
)
TABULAR = data_resource(
    "tabular-path-or-data",
    "If the path property is used for providing data than it MUST contain Tabular Data.",
)
COMPRESSED = recipe(
    "",
    "All compressed resources MUST have a path that allows the compression property to be "
    "inferred.",
)
COMPRESSION = recipe(
    "",
    "If the compression can't be inferred from the path property (e.g. a custom file extension "
    "is used) then the compression property MUST be used to specify the compression.",
)
PACKED_BYTES = recipe(
    "",
    "Resource properties e.g. bytes, hash etc apply to the compressed object -- not to the "
    "original uncompressed object.",
)
FOLLOW = tabular_resource(
    "",
    "In Tabular Data Resource, CSV files MUST follow RFC 4180 with the following important "
    "exceptions allowed:",
)
SAME_WIDTH = rfc4180(
    "section-2", "Each line should contain the same number of fields throughout the file."
)
QUOTED = rfc4180(
    "section-2",
    "Fields containing line breaks (CRLF), double quotes, and commas should be enclosed in "
    "double-quotes.",
)
STRAY = rfc4180(
    "section-2",
    "If fields are not enclosed with double quotes, then double quotes may not appear inside the "
    "fields.",
)
DOUBLED = rfc4180(
    "section-2",
    "If double-quotes are used to enclose fields, then a double-quote appearing inside a field "
    "must be escaped by preceding it with another double quote.",
)
BLANKS = rfc4180("section-2", "Spaces are considered part of a field and should not be ignored.")
LAST_LINE = rfc4180(
    "section-2", "The last record in the file may or may not have an ending line break."
)
LINE_ENDS = tabular_resource(
    "", "The line terminator character MUST be LF or CRLF (the RFC allows CRLF only)."
)
ANY_STRING = table_schema("string", "default: any valid string.")
SKIPPED = (UNCHECKED,)
"""What else is right where a validator need not read a form of file."""
BAD = "id,name\n1,apple\nx,orange\n"
"""FRUIT with a fault in row 3."""
ROWS = [{"id": 1, "name": "apple"}, {"id": 2, "name": "orange"}]


def _of(
    name: str,
    sentence: Sentence,
    /,
    *faults: Fault,
    file: str | bytes = FRUIT,
    also: tuple[str, ...] = (),
    verdict: str = "",
    note: str = "",
    files: Mapping[str, str | bytes] | None = None,
    **resource: Any,
) -> Case:
    """A case of properties of the resource."""
    return case(
        f"data-resource/{name}",
        sentence,
        *faults,
        file=file,
        resource=resource,
        also=also,
        verdict=verdict,
        files=files,
        note=note,
    )


def _wrong(name: str, sentence: Sentence, /, **resource: Any) -> Case:
    """A case of a property that the standard does not allow, the last that is given."""
    return _of(name, sentence, descriptor([*resource][-1], "table"), **resource)


def cases() -> Iterator[Case]:
    """The cases of Data Resource."""
    yield from _names()
    yield from _paths()
    yield from _parts()
    yield from _inline()
    yield from _types()
    yield from _encodings()
    yield from _properties()
    yield from _forms()
    yield from _values()
    yield from _unread()
    yield from _csv()


def _names() -> Iterator[Case]:
    yield _of("name/plain", NAMED, name="table")
    yield case("data-resource/name/absent", NAMED, descriptor("name"), resources=[entry(name=DROP)])
    yield case("data-resource/name/number", PROFILED, descriptor("name"), resources=[entry(name=5)])
    yield case("data-resource/name/twice", UNIQUE, descriptor("name"), resources=[entry(), entry()])
    yield case(
        "data-resource/name/in-another-case",
        UNIQUE,
        SHOULD,
        verdict=WARNING,
        resources=[entry(), entry(name="Table")],
        note="Two names; the second breaks the SHOULD on lower case.",
    )
    yield case(
        "data-resource/name/capitals-and-blanks",
        PLAIN_NAME,
        SHOULD,
        verdict=WARNING,
        resources=[entry(name="My Table")],
    )


def _paths() -> Iterator[Case]:
    yield _of("path/neither-path-nor-data", ONE_OF_TWO, descriptor("path", "table"), path=DROP)
    yield _of("path/both-path-and-data", ONE_OF_TWO, descriptor("data", "table"), data=ROWS)
    yield _of("path/no-such-file", LOCATED, of("file"), path="other.csv")
    yield _of(
        "path/in-a-folder", RELATIVE, path="data/my table.csv", files={"data/my table.csv": FRUIT}
    )
    for scheme in ("http", "https", "ftp", "ftps"):
        yield _of(
            f"path/{scheme}",
            SCHEME,
            path=f"{scheme}://example.invalid/table.csv",
            verdict=UNCHECKED,
            note="Nothing is there to be fetched.",
        )
    wrong = {
        "file-scheme": (SCHEME, "file:///tmp/table.csv"),
        "s3-scheme": (SCHEME, "s3://bucket/table.csv"),
        "absolute": (LOCAL, "/table.csv"),
        "parent": (LOCAL, "../table.csv"),
        "parent-inside": (LOCAL, "data/../table.csv"),
        "backslash": (RELATIVE, "data\\table.csv"),
        "number": (SINGLE, 5),
    }
    for name, (sentence, path) in wrong.items():
        yield _of(f"path/{name}", sentence, descriptor("path", "table"), path=path)
    for name, path in {
        "hidden-folder": ".h/a.csv",
        "hidden-folder-inside": "data/.h/a.csv",
    }.items():
        yield _of(
            f"path/{name}", LOCAL, descriptor("path", "table"), path=path, files={path: FRUIT}
        )
    yield _of("url/of-version-0", URL, path=DROP, url="table.csv")
    yield _of("url/with-a-fault", URL, at("type", 3, "id"), file=BAD, path=DROP, url="table.csv")


def _parts() -> Iterator[Case]:
    two = ["a.csv", "b.csv"]
    yield _of(
        "path-array/two-files",
        SEVERAL,
        path=two,
        files={"a.csv": "id,name\n1,apple\n", "b.csv": "id,name\n2,orange\n"},
    )
    yield _of("path-array/one-file", SEVERAL, path=["table.csv"])
    yield _of(
        "path-array/fault-in-the-second",
        ALIKE,
        at("type", (2, 3, 4), "id"),
        path=two,
        files={"a.csv": "id,name\n1,apple\n", "b.csv": "id,name\nx,orange\n"},
    )
    yield _of(
        "path-array/another-header",
        ALIKE,
        of("header"),
        path=two,
        files={"a.csv": "id,name\n1,apple\n", "b.csv": "id,title\n2,orange\n"},
    )
    yield _of(
        "path-array/urls",
        UNMIXED,
        verdict=UNCHECKED,
        path=["https://example.invalid/a.csv", "https://example.invalid/b.csv"],
    )
    yield _wrong("path-array/mixed", UNMIXED, path=["table.csv", "https://example.invalid/b.csv"])
    yield _wrong("path-array/empty", PROFILED, path=[])
    yield _wrong("path-array/of-numbers", SEVERAL, path=[1])
    once = fields({**ID, "constraints": {"unique": True}}, NAME)
    yield case(
        "data-resource/path-array/unique-over-both",
        ALIKE,
        at("unique", (2, 3, 4), "id"),
        resources=[entry(once, two)],
        files={"a.csv": "id,name\n1,apple\n", "b.csv": "id,name\n1,orange\n"},
        note="The treated-as-one table has the value 1 twice.",
    )


def _inline() -> Iterator[Case]:
    one = {"path": DROP}
    arrays = [["id", "name"], [1, "apple"], [2, "orange"]]
    for name, data in {"objects": ROWS, "arrays": arrays}.items():
        yield _of(f"data/{name}", TABULAR_DATA, **one, data=data, also=SKIPPED)
    objects = [*ROWS, {"id": "x", "name": "plum"}]
    yield _of(
        "data/objects-with-a-fault", TABULAR_DATA, at("type", (3, 4), "id"), **one, data=objects
    )
    yield _of(
        "data/arrays-with-a-fault",
        TABULAR_DATA,
        at("type", 4, "id"),
        **one,
        data=[*arrays, ["x", "plum"]],
    )
    csv = {"data": "id,name\n1,apple", "format": "csv", "type": DROP}
    yield _of("data/csv", INLINE_STRING, **one, **csv, also=SKIPPED)
    bad = {**csv, "data": "id,name\nx,apple"}
    yield _of(
        "data/csv-with-a-fault", INLINE_STRING, at("type", 2, "id"), **one, **bad, also=SKIPPED
    )
    yield _of("data/null", INLINE, descriptor("data", "table"), **one, schema=DROP, data=None)
    yield _of(
        "data/string-without-format",
        INLINE_STRING,
        descriptor("data", "table"),
        **one,
        data="id,name\n1,apple",
        type=DROP,
        schema=DROP,
    )
    yield _wrong("data/string-of-a-table", TABULAR_DATA, **one, format="csv", data=csv["data"])
    yield _wrong("data/object-of-a-table", TABULAR_DATA, **one, data={"id": 1})
    yield _wrong("data/array-of-numbers", TABULAR_DATA, **one, data=[1, 2])
    yield _of(
        "data/number", INLINE, descriptor("data", "table"), **one, type=DROP, schema=DROP, data=5
    )
    yield _of(
        "data/any-object", INLINE_JSON, **one, type=DROP, schema=DROP, data={"a": [1]}, also=SKIPPED
    )


def _types() -> Iterator[Case]:
    yield _of("type/table", TYPE, type="table")
    yield _of("type/absent", ANY_FILE, type=DROP)
    yield _wrong("type/misspelt", TYPE, type="tabel")
    yield _of(
        "type/any-file",
        ANY_FILE,
        type=DROP,
        schema=DROP,
        path="notes.txt",
        also=SKIPPED,
        files={"notes.txt": "id,name\nOne, two,\nthree.\n"},
    )
    for name, profile in {
        "tabular-data-resource": "tabular-data-resource",
        "tabular-data-resource-by-address": "https://specs.frictionlessdata.io/schemas/tabular-data-resource.json",
    }.items():
        yield _of(f"profile/{name}", V1_TABLE, type=DROP, profile=profile)
    yield _of(
        "profile/a-table-with-a-fault",
        V1_TABLE,
        at("type", 3, "id"),
        file=BAD,
        type=DROP,
        profile="tabular-data-resource",
    )
    inlined: Properties = {"$schema": "https://example.invalid/a.json"}
    yield _of("dollar-schema/inlined", ROOT_LEVEL, **inlined)


def _encodings() -> Iterator[Case]:
    polish = "id,name\n1,jabłko\n2,gruszka\n"
    french = "id,name\n1,pêche\n"
    yield _of("encoding/utf-8", ENCODING, file=polish, encoding="utf-8")
    yield _of(
        "encoding/utf-8-with-bom", NO_BOM, file=b"\xef\xbb\xbf" + polish.encode(), also=(WARNING,)
    )
    for name in ("utf-16", "iso-8859-2", "windows-1250"):
        code = {"windows-1250": "cp1250"}.get(name, name)
        yield _of(f"encoding/{name}", ENCODING, file=polish.encode(code), encoding=name)
    yield _of(
        "encoding/utf-16-undeclared",
        DETECTED,
        SHOULD,
        file=polish.encode("utf-16"),
        verdict=WARNING,
        also=(VALID, UNCHECKED),
        note="Its byte order mark tells the encoding.",
    )
    yield _of(
        "encoding/utf-32-undeclared",
        DETECTED,
        SHOULD,
        file=polish.encode("utf-32"),
        verdict=WARNING,
        also=(VALID, UNCHECKED),
        note="Its byte order mark tells the encoding.",
    )
    yield _of(
        "encoding/another-mark-than-declared",
        ENCODING,
        of("encoding"),
        encoding="utf-8",
        file=polish.encode("utf-16"),
    )
    yield _of(
        "encoding/not-ascii",
        ENCODING,
        at("encoding", 2),
        at("type", 3, "id"),
        encoding="us-ascii",
        file=b"id,name\n1,p\xeache\nx,plum\n",
    )
    yield _of(
        "encoding/not-the-declared-one",
        ENCODING,
        at("encoding", 2),
        file=french.encode("latin-1"),
        encoding="utf-8",
    )
    yield _of(
        "encoding/neither-utf-8-nor-declared",
        UTF8,
        at("encoding", 2),
        type=DROP,
        file=french.encode("latin-1"),
        profile="tabular-data-resource",
    )
    yield _of(
        "encoding/of-no-name",
        PREFERRED,
        SHOULD,
        verdict=UNCHECKED,
        also=(WARNING,),
        encoding="klingon",
    )
    yield _wrong("encoding/number", PROFILED, encoding=8)


def _properties() -> Iterator[Case]:
    size, data = len(FRUIT), FRUIT.encode()
    digests = {name: hashlib.new(name, data).hexdigest() for name in ("md5", "sha1", "sha256")}
    yield _of("bytes/right", BYTES, bytes=size)
    yield _of("bytes/wrong", BYTES, of("bytes"), bytes=size + 1)
    yield _wrong("bytes/string", PROFILED, bytes=str(size))
    yield _wrong("bytes/fraction", PROFILED, bytes=1.5)
    yield _of("hash/md5", HASH, hash=digests["md5"])
    yield _of("hash/md5-by-name", HASH, hash=f"md5:{digests['md5']}")
    for name in ("sha1", "sha256"):
        yield _of(f"hash/{name}", HASH, hash=f"{name}:{digests[name]}")
    yield _of(
        "hash/of-another-file",
        HASH,
        of("hash"),
        hash="sha1:8843d7f92416211de9ebb963ff4ce28125932878",
    )
    yield _of("hash/md5-of-another-file", HASH, of("hash"), hash="d41d8cd98f00b204e9800998ecf8427e")
    yield _of("hash/unknown-algorithm", HASH, hash="abc7:00ff", verdict=UNCHECKED)
    yield _wrong("hash/number", PROFILED, hash=5)
    yield _of("format/csv", FORMAT, format="csv")
    yield _of(
        "format/tsv",
        FORMAT,
        path="table.tsv",
        format="tsv",
        mediatype="text/tab-separated-values",
        files={"table.tsv": FRUIT.replace(",", "\t")},
    )
    yield _wrong("format/number", PROFILED, format=5)
    yield _of("mediatype/text-csv", MEDIATYPE, mediatype="text/csv")
    yield _wrong("mediatype/no-slash", PROFILED, mediatype="csv")
    for name, value in {"title": 5, "description": ["a"], "homepage": 5}.items():
        yield _wrong(f"metadata/{name}", PROFILED, **{name: value})
    yield _of("licenses/full", LICENSES, licenses=[FULL_LICENSE])
    yield _wrong("licenses/empty-object", LICENSES, licenses=[{}])
    yield _wrong("licenses/empty", PROFILED, licenses=[])
    yield _of("sources/full", SOURCES, sources=[BANK])
    yield _wrong("sources/empty-object", SOURCES, sources=[{}])
    yield _wrong("sources/title-number", PROFILED, sources=[{"title": 5}])
    yield from _referred()


def _referred() -> Iterator[Case]:
    """Dialects and schemas in files of their own."""
    semicolons = {"table.csv": FRUIT.replace(",", ";"), "dialect.json": '{"delimiter": ";"}'}
    yield _of("dialect/in-a-file", DIALECT, dialect="dialect.json", files=semicolons)
    yield _of(
        "dialect/remote", DIALECT, dialect="https://example.invalid/dialect.json", verdict=UNCHECKED
    )
    yield _wrong("dialect/array", DIALECT, dialect=[])
    yield _wrong("dialect/no-such-file", DIALECT, dialect="dialect.json")
    written = {"table.csv": FRUIT, "schema.json": json.dumps(PLAIN)}
    yield _of("schema/in-a-file", SCHEMA, schema="schema.json", files=written)
    yield _of(
        "schema/in-a-file-with-a-fault",
        SCHEMA,
        at("type", 3, "id"),
        schema="schema.json",
        files={**written, "table.csv": BAD},
    )
    yield _of("schema/remote", SCHEMA, schema="https://example.invalid/s.json", verdict=UNCHECKED)
    yield _of(
        "schema/of-an-extension",
        glossary(
            "profile",
            "For example, if a Table Dialect is published as a file it can include a $schema "
            "property that affects its validation.",
        ),
        schema="schema.json",
        verdict=UNCHECKED,
        files={
            "table.csv": FRUIT,
            "schema.json": json.dumps({"$schema": "https://example.invalid/p.json", **PLAIN}),
        },
    )
    yield _wrong("schema/array", SCHEMA, schema=[ID, NAME])
    yield _wrong("schema/no-such-file", SCHEMA, schema="schema.json")
    yield _of(
        "schema/not-json",
        SCHEMA,
        descriptor("schema", "table"),
        schema="schema.json",
        files={"table.csv": FRUIT, "schema.json": "fields: [id, name]\n"},
    )
    yield _of("schema/parent", LOCAL, descriptor("schema", "table"), schema="../schema.json")
    yield _of(
        "schema/absent",
        WITH_SCHEMA,
        schema=DROP,
        also=(WARNING, UNCHECKED),
        note="Its rows can be checked, its cells cannot.",
    )


BINARIES = {
    "csv.gz": "H4sIAAAAAAACA8tM0clLzE3lMtRJLCjISeUy0skvSsxLT+UCALrGjpIZAAAA",
    "csv.zip": (
        "UEsDBBQAAAAAAAAAOli6xo6SGQAAABkAAAAJAAAAdGFibGUuY3N2aWQsbmFtZQoxLGFwcGxlCjIsb3JhbmdlClBL"
        "AQIUAxQAAAAAAAAAOli6xo6SGQAAABkAAAAJAAAAAAAAAAAAAACAAQAAAAB0YWJsZS5jc3ZQSwUGAAAAAAEAAQA3"
        "AAAAQAAAAAAA"
    ),
    "bad.csv.gz": "H4sIAAAAAAACA8tM0clLzE3lMtRJLCjISeWq0MkvSsxLT+UCACNPMtkZAAAA",
    "bad.csv.zip": (
        "UEsDBBQAAAAAAAAAOlgjTzLZGQAAABkAAAAJAAAAdGFibGUuY3N2aWQsbmFtZQoxLGFwcGxlCngsb3JhbmdlClBL"
        "AQIUAxQAAAAAAAAAOlgjTzLZGQAAABkAAAAJAAAAAAAAAAAAAACAAQAAAAB0YWJsZS5jc3ZQSwUGAAAAAAEAAQA3"
        "AAAAQAAAAAAA"
    ),
    "csv.xz": (
        "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAYaWQsbmFtZQoxLGFwcGxlCjIsb3JhbmdlCgAAAABaKhZnJ0lWTAAB"
        "MRlZGrCCH7bzfQEAAAAABFla"
    ),
    "csv.bz2": (
        "QlpoOTFBWSZTWUpCO3EAAAhZgAAQAAQwACan0AAgACKZM0g9NQpgAAZ0JjHlXSSKV7ZndfF3JFOFCQSkI7cQ"
    ),
    "xlsx": (
        "UEsDBBQAAAAIAAAAOljxqbA++QAAAKQCAAATAAAAW0NvbnRlbnRfVHlwZXNdLnhtbLWSzU7DMBCEX8XytYo37QEh"
        "lKSHAkfgUB5gcTaJFf/Jdkt4e5y04oAKCAlOK3tm9htZrraT0exIISpna74WJWdkpWuV7Wv+vL8vrvm2qfZvniLL"
        "VhtrPqTkbwCiHMhgFM6TzUrngsGUj6EHj3LEnmBTllcgnU1kU5HmHbypbqnDg07sbsrXJ2wgHTnbnYwzq+bovVYS"
        "U9bhaNtPlOJMEDm5eOKgfFxlA4eLhFn5GnDOPeZ3CKol9oQhPaDJLpg0vLowvjg3iu+XXGjpuk5Jap08mBwR0QfC"
        "Ng5EyWixTGFQ2dXP/MUcYRnrPy7ysf+XPTb/3QOWb9e8A1BLAwQUAAAACAAAADpYHEn3vqQAAAAWAQAACwAAAF9y"
        "ZWxzLy5yZWxzjc/BDsIgDAbgVyG9O6YHY8zYLsZkVzMfAFnHyAYlgDrfXo7OePDY9P+/plWz2Jk9MERDTsC2KIGh"
        "U9QbpwVcu/PmAE1dXXCWKSfiaHxkueKigDElf+Q8qhGtjAV5dHkzULAy5TFo7qWapEa+K8s9D58GrE3W9gJC22+B"
        "dS+P/9g0DEbhidTdoks/TnwlsiyDxiRgmfmTwnQjmoqMAq8rvnqwfgNQSwMEFAAAAAgAAAA6WCFWZgO5AAAAOgEA"
        "AA8AAAB4bC93b3JrYm9vay54bWyNkMsOgkAMRX9l0r0OsDCGAG6MiWv1A0YoMpGZknZ8fL4jSOLChau+Tu5tW2ye"
        "rld3ZLHkS0iXCSj0NTXWX0o4HXeLNWyq4kF8PRNdVaS9lNCFMORaS92hM7KkAX2ctMTOhFjyRcvAaBrpEIPrdZYk"
        "K+2M9TAp5PyPBrWtrXFL9c2hD5MIY29C3FU6OwhUxeggn6i8cVjCYcxTUGNz38S7QHFuY8L7JgX9C8++8OwLz964"
        "nm30/InqBVBLAwQUAAAACAAAADpYims7Gq8AAACkAQAAGgAAAHhsL19yZWxzL3dvcmtib29rLnhtbC5yZWxzvZDJ"
        "CsIwEEB/JczdTtuDiDTtRYRepX5ASKcLbRaSuP29QVAs9ODJ0zDbm8cU1V3N7ErOj0ZzyJIUGGlp2lH3HM7NcbOD"
        "qixONIsQJ/wwWs/iivYchhDsHtHLgZTwibGkY6czTokQU9ejFXISPWGeplt03wxYMlndcnB1mwFrHpZ+YZuuGyUd"
        "jLwo0mHlBN6Mm/xAFCJUuJ4Ch0/J4ytkSaQCrsvkf5bJ3zK4eHf5BFBLAwQUAAAACAAAADpY1DMQidQAAAC4AQAA"
        "GAAAAHhsL3dvcmtzaGVldHMvc2hlZXQxLnhtbH2RYWrDMAyFr2L8f1XiQCnDUdkovcC2A5jES0xj2cgm3fHrtiN0"
        "Y9k/6enpeyDp/ZefxGw5uUCtrDeVFJa60DsaWvnxfnzayT3qc+BTGq3NotgptXLMOT4DpG603qRNiJbK5DOwN7m0"
        "PECKbE1/W/ITqKragjeOJOqbdjDZoOZwFlxii9pdi5daitxKR5Mj+5a56C6hzuh6DRk1XDvovt2va24y3v70Q0la"
        "4tQSp6RAPWOtYX7kqhWuiXH6D9ws4OYOVr/AzQo4sKHhTzI8XAuWN+AFUEsDBBQAAAAIAAAAOlideI+QuwAAAHMB"
        "AAAYAAAAeGwvd29ya3NoZWV0cy9zaGVldDIueG1sdZBBCsIwEEWvErK3U7sQkTRFES+gHiC0YxtsJiUZrcc3ihQF"
        "u5v/8zKPRFUP14s7hmg9lXKZ5VIg1b6x1JbyfDos1rLSavThGjtEFgmnWMqOedgAxLpDZ2LmB6R0cvHBGU4xtBCH"
        "gKZ5X3I9FHm+AmcsSa3e3d6w0Sr4UYSkTW39GrZLKbiUlnpLeOSQehu1Ym0bBawVvBLUH3o3R5Nx+MtDMk26YtIV"
        "Mwse/2xz8NDf3D8bfD0Uph/UT1BLAQIUAxQAAAAIAAAAOljxqbA++QAAAKQCAAATAAAAAAAAAAAAAACAAQAAAABb"
        "Q29udGVudF9UeXBlc10ueG1sUEsBAhQDFAAAAAgAAAA6WBxJ976kAAAAFgEAAAsAAAAAAAAAAAAAAIABKgEAAF9y"
        "ZWxzLy5yZWxzUEsBAhQDFAAAAAgAAAA6WCFWZgO5AAAAOgEAAA8AAAAAAAAAAAAAAIAB9wEAAHhsL3dvcmtib29r"
        "LnhtbFBLAQIUAxQAAAAIAAAAOliKazsarwAAAKQBAAAaAAAAAAAAAAAAAACAAd0CAAB4bC9fcmVscy93b3JrYm9v"
        "ay54bWwucmVsc1BLAQIUAxQAAAAIAAAAOljUMxCJ1AAAALgBAAAYAAAAAAAAAAAAAACAAcQDAAB4bC93b3Jrc2hl"
        "ZXRzL3NoZWV0MS54bWxQSwECFAMUAAAACAAAADpYnXiPkLsAAABzAQAAGAAAAAAAAAAAAAAAgAHOBAAAeGwvd29y"
        "a3NoZWV0cy9zaGVldDIueG1sUEsFBgAAAAAGAAYAiwEAAL8FAAAAAA=="
    ),
}
"""Files in Base64, packed once: another version of zlib could pack otherwise."""


def _forms() -> Iterator[Case]:
    """Tables that are no plain CSV."""
    packed = {name: base64.b64decode(text) for name, text in BINARIES.items()}
    bad = {"gz": at("type", 3, "id"), "zip": at("type", 3, "id")}
    for form, fault in bad.items():
        path, content = f"table.csv.{form}", packed[f"csv.{form}"]
        yield _of(f"compression/{form}", COMPRESSED, path=path, files={path: content}, also=SKIPPED)
        yield _of(
            f"compression/{form}-with-a-fault",
            COMPRESSED,
            fault,
            path=path,
            files={path: packed[f"bad.csv.{form}"]},
            also=SKIPPED,
        )
    content = packed["csv.gz"]
    yield _of(
        "compression/by-property",
        COMPRESSION,
        path="table.bin",
        format="csv",
        compression="gz",
        files={"table.bin": content},
        also=SKIPPED,
    )
    yield _of(
        "compression/bytes-of-the-packed-file",
        PACKED_BYTES,
        path="table.csv.gz",
        files={"table.csv.gz": content},
        bytes=len(content),
        also=SKIPPED,
    )
    yield _of(
        "compression/bytes-of-the-unpacked-file",
        PACKED_BYTES,
        of("bytes"),
        bytes=len(FRUIT),
        path="table.csv.gz",
        files={"table.csv.gz": content},
    )
    yield _of(
        "compression/not-packed-at-all",
        COMPRESSED,
        of("compression"),
        path="table.csv.gz",
        files={"table.csv.gz": FRUIT},
        also=SKIPPED,
    )
    for form in ("xz", "bz2"):
        path = f"table.csv.{form}"
        yield _of(
            f"compression/{form}",
            FORMAT,
            path=path,
            files={path: packed[f"csv.{form}"]},
            also=SKIPPED,
        )
    others: dict[str, str | bytes] = {
        "json": json.dumps(ROWS),
        "ndjson": "".join(json.dumps(row) + "\n" for row in ROWS),
        "xlsx": packed["xlsx"],
    }
    for form, written in others.items():
        path = f"table.{form}"
        yield _of(
            f"format/{form}", FORMAT, path=path, format=form, files={path: written}, also=SKIPPED
        )
    yield _of(
        "format/geojson",
        ANY_FILE,
        path="map.geojson",
        type=DROP,
        schema=DROP,
        also=SKIPPED,
        files={"map.geojson": '{"type": "FeatureCollection",\n "features": []}'},
    )
    named: Properties = {"path": "table.json", "also": SKIPPED}
    yield _of("format/json-by-its-name", FORMAT, **named, files={"table.json": json.dumps(ROWS)})
    yield _of(
        "format/json-with-a-fault",
        FORMAT,
        at("type", (2, 3), "id"),
        **named,
        files={"table.json": json.dumps([ROWS[0], {"id": "x", "name": "plum"}])},
    )


PHYSICAL = glossary(
    "data-representation",
    "This representation can have some type information (JSON, where the primitive types that JSON "
    "supports can be used) or not (CSV, where all data is represented in string form).",
)
MISSING_TEXT = glossary(
    "data-representation",
    "a property like missingValues applies to the physical representation of the data.",
)
STRINGS = table_schema("string", "The field contains strings, that is, sequences of characters.")
TRUTHS = table_schema(
    "boolean",
    "In the physical representations of data where boolean values are represented with strings, "
    "the values set in trueValues and falseValues are to be cast to their logical representation "
    "as booleans.",
)
NULLS = table_schema("required", "If required is false (the default), then null is allowed.")
UNORDERED = rfc8259(
    "section-4",
    "JSON parsing libraries have been observed to differ as to whether or not they make the "
    "ordering of object members visible to calling software. Implementations whose behavior does "
    "not depend on member ordering will be interoperable",
)


def _values() -> Iterator[Case]:
    """Values of JSON, which have types of their own."""

    def one(
        name: str,
        sentence: Sentence,
        data: Any,
        *faults: Fault,
        schema: Any = PLAIN,
        note: str = "",
    ) -> Case:
        files = {"table.json": json.dumps(data)}
        named = f"json/{name}"
        return _of(named, sentence, *faults, path="table.json", files=files, schema=schema,
                   also=SKIPPED, note=note)  # fmt: skip

    apple = {"id": 1, "name": "apple"}
    yield one("string-of-an-integer", PHYSICAL, [apple, {"id": "2", "name": "orange"}])
    yield one(
        "number-in-a-string-field",
        STRINGS,
        [apple, {"id": 2, "name": 3}],
        at("type", (2, 3), "name"),
    )
    yield one(
        "fraction-in-an-integer-field",
        PHYSICAL,
        [apple, {"id": 2.5, "name": "orange"}],
        at("type", (2, 3), "id"),
    )
    truth = fields(ID, {"name": "ripe", "type": "boolean", "trueValues": ["yes"]})
    ripe = [{"id": 1, "ripe": True}, {"id": 2, "ripe": "yes"}]
    yield one("true-and-a-true-value", TRUTHS, ripe, schema=truth)
    yield one(
        "number-in-a-boolean-field",
        TRUTHS,
        [*ripe, {"id": 3, "ripe": 1}],
        at("type", (3, 4), "ripe"),
        schema=fields(ID, {"name": "ripe", "type": "boolean", "trueValues": ["yes", "1"]}),
    )
    yield one("null", NULLS, [apple, {"id": None, "name": None}])
    yield one(
        "null-where-required",
        NULLS,
        [apple, {"id": None, "name": "orange"}],
        at("required", (2, 3), "id"),
        schema=fields({**ID, "constraints": {"required": True}}, NAME),
    )
    yield one(
        "missing-value-of-the-schema",
        MISSING_TEXT,
        [apple, {"id": "NA", "name": "orange"}],
        schema=fields(ID, NAME, missingValues=["NA"]),
    )
    yield one(
        "members-in-another-order",
        UNORDERED,
        [{"name": "apple", "id": 1}, {"id": 2, "name": "orange"}],
    )
    yield one("member-without-a-field", TABULAR_DATA, [{**apple, "size": 1}], of("header"))
    nested = fields(ID, {"name": "size", "type": "array"}, {"name": "more", "type": "object"})
    yield one("array-and-object", PHYSICAL, [{"id": 1, "size": [1], "more": {}}], schema=nested)


def _unread() -> Iterator[Case]:
    """Tables in forms that few validators read."""
    for form in ("fwf", "xls", "sav", "dbf"):
        path = f"table.{form}"
        yield _of(
            f"format/{form}",
            FORMAT,
            path=path,
            format=form,
            verdict=UNCHECKED,
            files={path: b"\x00id  name\n1   apple\n"},
            note="Not CSV, and so never wrong as CSV.",
        )


def _csv() -> Iterator[Case]:
    def one(name: str, sentence: Sentence, *faults: Fault, **more: Any) -> Case:
        return _of(f"csv/{name}", sentence, *faults, **more)

    yield one("crlf", FOLLOW, file=FRUIT.replace("\n", "\r\n"))
    yield one("lf", LINE_ENDS)
    yield one("no-last-line-end", LAST_LINE, file=FRUIT.removesuffix("\n"))
    yield one("header-alone", FOLLOW, file="id,name\n")
    yield one("empty", TABULAR, of("header"), file="")
    yield one("quoted-comma", QUOTED, file='id,name\n1,"apple, red"\n')
    yield one("quoted-line-feed", QUOTED, file='id,name\n1,"apple\nred"\n')
    yield one("quoted-carriage-return", QUOTED, file='id,name\n1,"apple\r"\n2,"plum\rred"\n')
    yield one("doubled-quotes", DOUBLED, file='id,name\n1,"the ""red"" apple"\n')
    yield one("quotes-inside", STRAY, at("csv", 3), file='id,name\n1,apple\n2,a "red" one\n')
    yield one("text-after-quotes", DOUBLED, at("csv", 3), file='id,name\n1,apple\n2,"plum"s\n')
    yield one("never-closed", DOUBLED, at("csv", 3), file='id,name\n1,apple\n2,"plum\n')
    yield one("bare-carriage-return", QUOTED, at("csv", 3), file="id,name\n1,apple\n2,pl\rum\n")
    yield one("short-row", SAME_WIDTH, at("row", 3), file="id,name\n1,apple\n2\n")
    yield one("long-row", SAME_WIDTH, at("row", 3), file="id,name\n1,apple\n2,plum,red\n")
    yield one("blank-line", SAME_WIDTH, at("row", 3), file="id,name\n1,apple\n\n2,plum\n")
    yield one(
        "rows-without-schema",
        SAME_WIDTH,
        at("row", 2),
        at("row", 3),
        schema=DROP,
        file="id,name\n1\n2,plum,red\n3,kiwi\n",
    )
    for name, found, text in (
        ("never-closed-without-schema", at("csv", 3), 'id,name\n1,apple\n2,"plum\n'),
        ("blank-line-without-schema", at("row", 3), "id,name\n1,apple\n\n2,plum\n"),
        ("encoding-without-schema", at("encoding", 3), b"id,name\n1,apple\n2,p\xeache\n"),
    ):
        sentence = {"csv": DOUBLED, "row": SAME_WIDTH, "encoding": ENCODING}[found.fault]
        yield one(name, sentence, found, schema=DROP, file=text, encoding="utf-8")
    yield one(
        "rows-without-header",
        SAME_WIDTH,
        at("row", 2),
        schema=DROP,
        file="1,apple\n2\n",
        dialect={"header": False},
    )
    yield one(
        "rows-of-a-file-of-no-type",
        SAME_WIDTH,
        at("row", 2),
        at("row", 3),
        schema=DROP,
        type=DROP,
        file="id,name\n1\n2,plum,red\n3,kiwi\n",
        also=(UNCHECKED, WARNING),
        note="A CSV file that no property calls a table.",
    )
    enum = {**NAME, "constraints": {"enum": [" apple"]}}
    yield one(
        "blanks-belong-to-the-field", BLANKS, file="id,name\n1, apple\n", schema=fields(ID, enum)
    )
    yield one(
        "control-characters", ANY_STRING, file="id,name\n1,l\x92eau\n2,a\x07b\n", also=(WARNING,)
    )
    texts = ["+7 727 0000000", "@user", "-", "-5", "=", "+", "2024-01-26"]
    yield one(
        "no-formulas",
        ANY_STRING,
        note="Telephone numbers, names and signs.",
        file="id,name\n" + "".join(f"{n},{text}\n" for n, text in enumerate(texts)),
    )
