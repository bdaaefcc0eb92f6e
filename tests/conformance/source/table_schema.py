"""Table Schema: the schema, its keys, and what a field may say. Cells by type: `cells`."""

import json
from collections.abc import Iterator
from typing import Any

from conformance.source.corpus import (
    DROP,
    FRUIT,
    ID,
    INVALID,
    NAME,
    UNCHECKED,
    WARNING,
    Case,
    Fault,
    Properties,
    Sentence,
    at,
    case,
    described,
    descriptor,
    entry,
    external,
    fields,
    limited,
    of,
    table_schema,
)
from conformance.source.data_package import PROFILED

FIELDS = table_schema(
    "fields",
    "A Table Schema descriptor MUST contain a property fields. fields MUST be an array where each "
    "entry in the array is a field descriptor as defined below.",
)
IN_ORDER = table_schema(
    "fields",
    "By default, the most strict approach is applied, i.e. fields in the data source MUST "
    "completely match the elements in the fields array, both in number and order.",
)
MATCH = table_schema(
    "fieldsMatch",
    "A Table Schema descriptor MAY contain a property fieldsMatch that MUST be a string with the "
    "following possible values and the exact value by default:",
)
MATCHES = {
    "exact": "exact (default): The data source MUST have exactly the same fields as defined in the "
    "fields array. Fields MUST be mapped by their order.",
    "equal": "equal: The data source MUST have exactly the same fields as defined in the fields "
    "array. Fields MUST be mapped by their names.",
    "subset": "subset: The data source MUST have all the fields defined in the fields array, but "
    "MAY have more. Fields MUST be mapped by their names.",
    "superset": "superset: The data source MUST only have fields defined in the fields array, but "
    "MAY have fewer. Fields MUST be mapped by their names.",
    "partial": "partial: The data source MUST have at least one field defined in the fields array. "
    "Fields MUST be mapped by their names.",
}
MISSING = table_schema(
    "missingValues",
    "missingValues MUST be an array where each entry is a unique string, or an array where each "
    "entry is an object.",
)
LABELLED = table_schema(
    "missingValues",
    "If an array of objects is provided, each object MUST have a unique value and optional unique "
    "label property. The value property MUST be a string that represents the missing value. The "
    "optional label property MUST be a string that provides a human-readable label for the missing "
    "value.",
)
NO_MISSING = table_schema(
    "missingValues",
    "Providing the empty list [] means that no conversion to null will be done, on any value.",
)
DEFAULT_MISSING = table_schema(
    "missingValues",
    'The default value [ "" ] means that empty strings will be converted to null before any other '
    "processing takes place.",
)
OWN_MISSING = table_schema("field-missingValues", "interpret only - as a missing value for column2")
PRIMARY = table_schema(
    "primaryKey",
    "The primaryKey, if present, MUST be an array of strings with each string corresponding to one "
    "of the field name values in the fields array (denoting that the primary key is made up of "
    "those fields).",
)
IDENTIFIES = table_schema(
    "primaryKey",
    "A primary key is a field or set of fields that uniquely identifies each row in the table.",
)
NOT_NULL = table_schema(
    "primaryKey",
    "Per SQL standards, the fields cannot be null, so their use in the primary key is equivalent "
    "to adding required: true to their constraints.",
)
PRIMARY_STRING = table_schema(
    "primaryKey",
    "Data consumer MUST support the primaryKey property in a form of a single string e.g. "
    "primaryKey: a which was a part of the v1.0 of the specification.",
)
UNIQUE = table_schema(
    "uniqueKeys", "The uniqueKeys property, if present, MUST be a non-empty array."
)
UNIQUE_KEY = table_schema(
    "uniqueKeys",
    "A uniqueKey MUST be an array of strings with each string corresponding to one of the field "
    "name values in the fields array, denoting that the unique key is made up of those fields.",
)
ONLY_IF = table_schema(
    "uniqueKeys",
    "In the case of the definition above, the data in the table has to be considered valid only "
    "if:",
)
NULLS = table_schema(
    "uniqueKeys",
    "All the field values that are on the logical level are considered to be null values MUST be "
    "excluded from the uniqueness check, as the uniqueKeys property is modeled on the concept of "
    "unique constraint in SQL.",
)
FOREIGN = table_schema(
    "foreignKeys",
    "The foreignKeys property, if present, MUST be an Array. Each entry in the array MUST be a "
    "foreignKey. A foreignKey MUST be a object and MUST have the following properties:",
)
REFERENCE = table_schema(
    "foreignKeys",
    "A foreign key is a reference where values in a field (or fields) on the table ('resource' in "
    "data package terminology) described by this Table Schema connect to values a field (or "
    "fields) on this or a separate table (resource).",
)
LIKE_SQL = table_schema(
    "foreignKeys", "They are directly modelled on the concept of foreign keys in SQL."
)
SAME_LENGTH = table_schema(
    "foreignKeys",
    "MUST have a property fields which is an array of strings of the same length as the outer "
    "fields, describing the field (or fields) references on the destination resource.",
)
SELF = table_schema(
    "foreignKeys",
    "For self-referencing, i.e. references between fields in this Table Schema, the resource "
    "property MUST be omitted.",
)
PARENT = table_schema(
    "foreignKeys",
    "MAY have a property resource which is the name of the resource within the current data "
    "package, i.e. the data package within which this Table Schema is located.",
)
EMPTY_RESOURCE = table_schema(
    "foreignKeys",
    'If the value of the foreignKey.reference.resource property is an empty string "" a data '
    "consumer MUST interpret it as an omited property as an empty string for self-referencing was "
    "a part of the v1.0 of the specification.",
)
FOREIGN_STRINGS = table_schema(
    "foreignKeys",
    "Data consumer MUST support the foreignKey.fields and foreignKey.reference.fields properties "
    'in a form of a single string e.g. "fields": "a" which was a part of the v1.0 of the '
    "specification.",
)
EXTERNAL = external("", "The foreignKeys array MAY have a property package.")
FIELD = table_schema(
    "field", "A field descriptor MUST be a JSON object that describes a single field."
)
NAMED = table_schema(
    "name",
    "The field descriptor MUST contain a name property and it MUST be unique amongst other field "
    "names in this Table Schema.",
)
TWICE = table_schema(
    "name",
    "If the name properties are not unique amongst a Table Schema a data consumer MUST NOT "
    "interpret it as an invalid descriptor as duplicate name properties were allowed in the v1.0 "
    "of the specification.",
)
ANY_TYPE = table_schema(
    "type-and-format",
    "If type is not provided a consumer MUST utilize the any type for the field instead of "
    "inferring it from the field's values.",
)
TYPE = table_schema(
    "type-and-format", "A field's type property is a string indicating the type of this field."
)
FMT = table_schema(
    "type-and-format",
    "If format property start with fmt: prefix, an implementation MUST remove the prefix as it was "
    "the way of providing temporal formats in Data Package Standard (v0).",
)
NO_FORMATS = table_schema("year", "There are no format options.")
LIST_FORMAT = table_schema("list", "format: no options (other than the default).")
ANY_FORMAT = table_schema(
    "datetime",
    "It is NOT RECOMMENDED to use any format as it might cause interoperability issues.",
)
STRPTIME = table_schema(
    "datetime",
    "<PATTERN> MUST follow the syntax of standard Python / C strptime.",
)
ITEM_TYPE = table_schema(
    "list",
    "If present, it MUST be one of string, integer, boolean, number, datetme, date, and time.",
)
ARRAYS = table_schema(
    "boolean", "trueValues and falseValues are arrays which can be customised to user need."
)
BARE = table_schema("number", "bareNumber: a boolean field with a default of true.")
DECIMAL = table_schema(
    "number",
    "decimalChar: A string whose value is used to represent a decimal point within the number.",
)
GROUP = table_schema(
    "integer", "groupChar: A string whose value is used to group digits within the integer."
)
RDF = table_schema(
    "rdfType",
    "The value of the rdfType property MUST be the URI of a RDF Class",
)
CONSTRAINTS = table_schema(
    "field-constraints",
    "A constraints descriptor MUST be a JSON object and MAY contain one or more of the following "
    "properties:",
)
CASTABLE = table_schema(
    "field-constraints",
    "All constraints MUST be tested against the logical representation of data, and the physical "
    "representation of constraint values MAY be primitive types as possible in JSON, or "
    "represented as strings that are castable with the type and format rules of the field.",
)
TYPED = table_schema(
    "minimum",
    "If a minimum value constraint is specified then the field descriptor MUST contain a type key.",
)
UNSUPPORTED = table_schema(
    "enum",
    "Implementations SHOULD report an error if an attempt is made to evaluate a value against an "
    "unsupported constraint.",
)
UNIQUE_CELLS = table_schema(
    "unique",
    "If true, then all values for that field MUST be unique within the data file in which it is "
    "found.",
)
BOOLEAN = table_schema("required", "Type: boolean")
INTEGER = table_schema("minLength", "Type: integer")
JSON_SCHEMA = table_schema("jsonSchema", "A valid JSON Schema object to validate field values.")
CONFORMS = table_schema(
    "jsonSchema",
    "If a field value conforms to the provided JSON Schema then this field value is valid.",
)
PATTERN = table_schema(
    "pattern",
    "The values of this field MUST conform to the standard XML Schema regular expression syntax.",
)
ENUM = table_schema("enum", "Type: array")
CATEGORIES = table_schema(
    "categories",
    "The categories property MUST be either (a) an array of unique values or (b) an array of "
    "objects, each with a unique value property.",
)
LABELS = table_schema(
    "categories",
    "If categories is (b) an array of objects, each object MAY also have a label property, which "
    "when present, MUST be a string. Labels MUST be unique within categories definitions.",
)
SUBSET = table_schema(
    "categories",
    "An enum constraint MAY be added to a field with a categories property, but if so, the enum "
    "values MUST be a subset of the values in categories.",
)
ORDERED = table_schema(
    "categoriesOrdered",
    "When present, the categoriesOrdered property MUST be boolean.",
)
A, B, C = ({"name": name} for name in "abc")
KEYS = fields(A, B, C)
CODES = "code,zone\nNSW,1\nVIC,1\nVIC,2\n"


def _of(
    name: str,
    sentence: Sentence,
    /,
    *faults: Fault,
    file: str = FRUIT,
    schema: Any = None,
    also: tuple[str, ...] = (),
    verdict: str = "",
    note: str = "",
    **more: Any,
) -> Case:
    """A case of a schema, or of the plain one with other properties."""
    told = {"fields": [ID, NAME], **more} if schema is None else schema
    return case(
        f"table-schema/{name}",
        sentence,
        *faults,
        file=file,
        schema=told,
        also=also,
        verdict=verdict,
        note=note,
    )


def _wrong(name: str, sentence: Sentence, /, **schema: Any) -> Case:
    """A schema with a property that the standard does not allow, the last that is given."""
    return _of(name, sentence, descriptor([*schema][-1], "table"), **schema)


def _field(
    name: str,
    sentence: Sentence,
    wrong: str = "",
    /,
    *,
    cell: str = "1",
    also: tuple[str, ...] = (),
    verdict: str = "",
    **field: Any,
) -> Case:
    """A case of a field with one cell; what property of it is wrong."""
    faults = (descriptor(wrong, "table", "cell"),) if wrong else ()
    quoted = cell.replace('"', '""')
    return _of(
        name,
        sentence,
        *faults,
        file=f'row,cell\n1,"{quoted}"\n',
        also=also,
        verdict=verdict,
        schema=fields({"name": "row"}, {"name": "cell", **field}),
    )


def cases() -> Iterator[Case]:
    """The cases of Table Schema."""
    yield from _schemas()
    yield from _many()
    yield from _matches()
    yield from _missing()
    yield from _primary_keys()
    yield from _unique_keys()
    yield from _foreign_keys()
    yield from _types()
    yield from _constraints()
    yield from _patterns()
    yield from _categories()


def _schemas() -> Iterator[Case]:
    yield _of("fields/plain", FIELDS)
    yield _of("fields/absent", FIELDS, descriptor("fields", "table"), schema={"primaryKey": ["id"]})
    yield _wrong("fields/object", FIELDS, fields={"id": "integer"})
    yield _wrong("fields/empty", PROFILED, fields=[])
    yield _wrong("fields/of-strings", FIELD, fields=["id", "name"])
    yield _wrong("fields/name-absent", NAMED, fields=[{"type": "integer"}, NAME])
    yield _wrong("fields/name-number", PROFILED, fields=[{"name": 5}, NAME])
    two = fields({"name": "x", "type": "string"}, {"name": "x", "type": "integer"})
    yield _of("fields/name-twice", TWICE, file="x,x\na,1\n", schema=two, also=(WARNING,))
    yield _of(
        "fields/name-twice-with-a-fault",
        TWICE,
        at("type", 3, "x"),
        file="x,x\na,1\nb,c\n",
        schema=two,
    )
    cased = fields({"name": "x", "type": "string"}, {"name": "X", "type": "integer"})
    yield _of("fields/name-in-another-case", NAMED, file="x,X\na,1\n", schema=cased)
    yield _of(
        "fields/title-number",
        PROFILED,
        descriptor("title", "table", "id"),
        schema=fields({**ID, "title": 5}, NAME),
    )
    yield _of(
        "fields/documented",
        FIELD,
        schema=fields({**ID, "title": "Key", "description": "Of a fruit", "example": "1"}, NAME),
    )
    rdf = "http://schema.org/Country"
    yield _field("rdfType/uri", RDF, rdfType=rdf)
    yield _field("rdfType/number", RDF, "rdfType", rdfType=5)


def _many() -> Iterator[Case]:
    """More than most: the standard sets no limit."""
    names = [f"c{number}" for number in range(1_001)]
    yield _large(
        "fields/a-thousand-and-one",
        fields(*({"name": name} for name in names)),
        ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n",
    )
    many = limited(ID, enum=list(range(10_001)))
    yield _large("enum/ten-thousand-and-one", fields(many, NAME), FRUIT)
    eighty = fields(*({"name": name} for name in names[:80]))
    yield _of(
        "fieldsMatch/another-name-among-eighty",
        IN_ORDER,
        of("header"),
        schema=eighty,
        file=",".join([*names[:57], "C57", *names[58:80]]) + "\n",
    )


def _large(name: str, schema: Properties, file: str) -> Case:
    """A case whose descriptor is written without blanks."""
    told = described(f"table-schema/{name}", entry(schema))
    raw = json.dumps(told, separators=(",", ":"))
    return case(f"table-schema/{name}", FIELDS, file=file, raw=raw, also=(UNCHECKED,))


def _matches() -> Iterator[Case]:
    def one(kind: str, name: str, header: str, *faults: Fault) -> Case:
        cells = {"id": "1", "name": "apple", "price": "9"}
        wrong = {"id": "x", "name": "plum", "price": "8"}
        names = header.split(",")
        rows = [",".join(cells.get(n, "") for n in names)]
        rows += [",".join(wrong.get(n, "") for n in names)] * (name == "with-a-fault")
        return _of(
            f"fieldsMatch/{kind}-{name}",
            table_schema("fieldsMatch", MATCHES[kind]),
            *faults,
            file="\n".join([header, *rows, ""]),
            fieldsMatch=kind,
        )

    wrong = of("header")
    for kind in MATCHES:
        yield one(kind, "same", "id,name")
        if kind != "exact":
            yield one(kind, "other-order", "name,id")
            yield one(kind, "with-a-fault", "name,id", at("type", 3, "id"))
    yield one("exact", "other-order", "name,id", wrong)
    yield one("exact", "fewer", "id", wrong)
    yield one("exact", "more", "id,name,price", wrong)
    yield one("equal", "fewer", "name", wrong)
    yield one("equal", "more", "price,name,id", wrong)
    yield one("subset", "more", "price,name,id")
    yield one("subset", "fewer", "price,name", wrong)
    yield one("superset", "fewer", "name")
    yield one("superset", "more", "price,name,id", wrong)
    yield one("partial", "one", "price,name")
    yield one("partial", "none", "price,weight", wrong)
    yield _of("fieldsMatch/default-is-exact", IN_ORDER, wrong, file="name,id\napple,1\n")
    yield _of("fieldsMatch/another-name", IN_ORDER, wrong, file="id,title\n1,apple\n")
    yield _of(
        "fieldsMatch/another-name-and-a-fault",
        IN_ORDER,
        wrong,
        at("type", 3, "id"),
        file="id,title\n1,apple\nx,orange\n",
    )
    yield _of("fieldsMatch/another-case", IN_ORDER, wrong, file="ID,Name\n1,apple\n")
    yield _wrong("fieldsMatch/misspelt", MATCH, fieldsMatch="exactly")
    yield _wrong("fieldsMatch/number", MATCH, fieldsMatch=1)


def _missing() -> Iterator[Case]:
    labelled = [{"value": "", "label": "OMITTED"}, {"value": "-99", "label": "REFUSED"}]
    holes = "id,name\n,apple\n-99,plum\n"
    yield _of("missingValues/labelled", LABELLED, file=holes, missingValues=labelled)
    yield _of("missingValues/strings", MISSING, file=holes, missingValues=["", "-99"])
    yield _of("missingValues/default", DEFAULT_MISSING, file="id,name\n,apple\n")
    yield _of(
        "missingValues/default-knows-no-dash",
        DEFAULT_MISSING,
        at("type", 2, "id"),
        file="id,name\n-,apple\n",
    )
    yield _of(
        "missingValues/empty-list",
        NO_MISSING,
        at("type", 2, "id"),
        file="id,name\n,apple\n",
        missingValues=[],
    )
    two = fields(
        limited({"name": "column1", "type": "any"}, required=True),
        limited({"name": "column2", "missingValues": ["-"]}, required=True),
        missingValues=["", "NA"],
    )
    faults = [
        at("required", 2, "column1"),
        at("required", 2, "column2"),
        at("required", 3, "column1"),
        at("required", 4, "column2"),
    ]
    yield _of(
        "missingValues/of-a-field",
        OWN_MISSING,
        *faults,
        schema=two,
        file="column1,column2\n,-\nNA,-x\n-,-\n",
    )
    yield _of(
        "missingValues/of-a-field-alone", OWN_MISSING, schema=two, file="column1,column2\n-,NA\n"
    )
    wrong: dict[str, tuple[Sentence, Any]] = {
        "string": (MISSING, "-"),
        "numbers": (MISSING, [0]),
        "twice": (MISSING, ["-", "-"]),
        "mixed": (MISSING, ["", {"value": "-"}]),
        "label-twice": (LABELLED, [{"value": "", "label": "a"}, {"value": "-", "label": "a"}]),
        "value-twice": (LABELLED, [{"value": "-", "label": "a"}, {"value": "-", "label": "b"}]),
        "value-number": (LABELLED, [{"value": 0}]),
        "label-number": (LABELLED, [{"value": "-", "label": 1}]),
        "no-value": (LABELLED, [{"label": "a"}]),
    }
    for name, (sentence, value) in wrong.items():
        yield _wrong(f"missingValues/{name}", sentence, missingValues=value)


def _primary_keys() -> Iterator[Case]:
    twice = "a,b,c\n1,1,1\n1,1,2\n1,2,1\n"
    yield _of(
        "primaryKey/array",
        PRIMARY,
        file="a,b,c\n1,1,1\n1,1,2\n",
        schema={**KEYS, "primaryKey": ["a", "c"]},
    )
    yield _of(
        "primaryKey/twice",
        IDENTIFIES,
        at("primaryKey", (2, 4)),
        file=twice,
        schema={**KEYS, "primaryKey": ["a", "c"]},
    )
    yield _of(
        "primaryKey/part-is-null",
        NOT_NULL,
        at("primaryKey", 2),
        file="a,b,c\n1,1,\n",
        schema={**KEYS, "primaryKey": ["a", "c"]},
    )
    yield _of(
        "primaryKey/string",
        PRIMARY_STRING,
        file="a,b,c\n1,1,1\n2,1,2\n",
        schema={**KEYS, "primaryKey": "a"},
    )
    yield _of(
        "primaryKey/string-twice",
        PRIMARY_STRING,
        at("primaryKey", (2, 3)),
        file="a,b,c\n1,1,1\n1,2,2\n",
        schema={**KEYS, "primaryKey": "a"},
    )
    yield _of(
        "primaryKey/same-value-in-another-form",
        IDENTIFIES,
        at("primaryKey", (2, 3)),
        file="id,name\n1,apple\n01,orange\n",
        primaryKey=["id"],
    )
    nan = fields({"name": "id", "type": "number"}, NAME, primaryKey=["id"])
    yield _of(
        "primaryKey/nan-twice",
        IDENTIFIES,
        at("primaryKey", (2, 3)),
        schema=nan,
        file="id,name\nNaN,apple\nnan,orange\n",
        note="XML Schema: NaN equals itself.",
    )
    months = fields({"name": "id", "type": "yearmonth"}, NAME, primaryKey=["id"])
    yield _of(
        "primaryKey/a-cell-of-no-value",
        IDENTIFIES,
        at("type", 3, "id"),
        schema=months,
        file="id,name\n2024-01,apple\n2024-1,orange\n",
    )
    yield _wrong("primaryKey/unknown-field", PRIMARY, primaryKey=["key"])
    yield _wrong("primaryKey/number", PRIMARY, primaryKey=5)
    yield _wrong("primaryKey/of-numbers", PRIMARY, primaryKey=[1])


def _unique_keys() -> Iterator[Case]:
    three = [["a"], ["a", "b"], ["a", "c"]]
    yield _of(
        "uniqueKeys/of-the-standard",
        ONLY_IF,
        file="a,b,c\n1,1,1\n2,1,1\n",
        schema={**KEYS, "uniqueKeys": three},
    )
    yield _of(
        "uniqueKeys/twice",
        ONLY_IF,
        at("uniqueKeys", (2, 3)),
        file="a,b,c\n1,1,1\n1,2,2\n",
        schema={**KEYS, "uniqueKeys": [["a"]]},
    )
    yield _of(
        "uniqueKeys/two-fields-twice",
        ONLY_IF,
        at("uniqueKeys", (2, 4)),
        file="a,b,c\n1,1,1\n1,2,1\n1,1,2\n",
        schema={**KEYS, "uniqueKeys": [["a", "b"]]},
    )
    yield _of(
        "uniqueKeys/null-values",
        NULLS,
        file="a,b,c\n,1,1\n,1,1\n",
        schema={**KEYS, "uniqueKeys": three},
    )
    yield _wrong("uniqueKeys/empty", UNIQUE, uniqueKeys=[])
    yield _wrong("uniqueKeys/of-strings", UNIQUE_KEY, uniqueKeys=["id"])
    yield _wrong("uniqueKeys/unknown-field", UNIQUE_KEY, uniqueKeys=[["key"]])
    yield _wrong("uniqueKeys/string", UNIQUE, uniqueKeys="id")
    once = fields(limited(ID, unique=True), NAME)
    yield _of("unique/plain", UNIQUE_CELLS, schema=once)
    yield _of(
        "unique/twice",
        UNIQUE_CELLS,
        at("unique", (2, 3), "id"),
        schema=once,
        file="id,name\n1,apple\n1,orange\n",
    )
    yield _of(
        "unique/same-value-in-another-form",
        CASTABLE,
        at("unique", (2, 3), "id"),
        schema=once,
        file="id,name\n1,apple\n01,orange\n",
    )


def _foreign_keys() -> Iterator[Case]:
    def key(columns: Any, **reference: Any) -> list[dict[str, Any]]:
        return [{"fields": columns, "reference": reference}]

    def own(name: str, sentence: Sentence, *faults: Fault, keys: Any, file: str) -> Case:
        schema = fields({"name": "parent"}, {"name": "id"}, foreignKeys=keys)
        return _of(f"foreignKeys/{name}", sentence, *faults, file=file, schema=schema)

    good, bad = "parent,id\n,1\n1,2\n3,3\n", "parent,id\n,1\n1,2\n9,4\n"
    selfish = key(["parent"], fields=["id"])
    lost = at("foreignKeys", 4)
    yield own("to-itself", SELF, keys=selfish, file=good)
    yield own("to-itself-without-a-parent", SELF, lost, keys=selfish, file=bad)
    empty = key("parent", resource="", fields="id")
    yield own("empty-resource-of-version-1", EMPTY_RESOURCE, keys=empty, file=good)
    yield own("empty-resource-without-a-parent", EMPTY_RESOURCE, lost, keys=empty, file=bad)
    yield own(
        "to-itself-by-name",
        SELF,
        descriptor("foreignKeys", "table"),
        file=good,
        keys=key(["parent"], resource="table", fields=["id"]),
    )
    yield from _parents(key)
    wrong: dict[str, tuple[Sentence, Any]] = {
        "object": (FOREIGN, {"fields": ["id"], "reference": {"fields": ["name"]}}),
        "without-fields": (FOREIGN, [{"reference": {"fields": ["id"]}}]),
        "without-reference": (FOREIGN, [{"fields": ["id"]}]),
        "reference-string": (FOREIGN, [{"fields": ["id"], "reference": "other"}]),
        "reference-without-fields": (SAME_LENGTH, key(["id"], resource="")),
        "another-length": (SAME_LENGTH, key(["id"], fields=["id", "name"])),
        "unknown-field": (FOREIGN, key(["key"], fields=["id"])),
        "unknown-parent-field": (SAME_LENGTH, key(["id"], fields=["key"])),
        "unknown-resource": (PARENT, key(["id"], resource="other", fields=["id"])),
    }
    for name, (sentence, value) in wrong.items():
        yield _wrong(f"foreignKeys/{name}", sentence, foreignKeys=value)


def _parents(key: Any) -> Iterator[Case]:
    """Foreign keys into another table."""

    def two(
        name: str,
        sentence: Sentence,
        *faults: Fault,
        keys: Any,
        rows: str,
        verdict: str = "",
        also: tuple[str, ...] = (),
        own: Any = None,
        codes: str = CODES,
        **parent: Any,
    ) -> Case:
        schema = fields(own or {"name": "state"}, {"name": "zone"}, foreignKeys=keys)
        resources = [
            entry(
                **{"schema": fields({"name": "code"}, {"name": "zone"}), **parent},
                path="codes.csv",
                name="codes",
            ),
            entry(schema),
        ]
        files = {
            "codes.csv": codes,
            "table.csv": f"state,zone\n{rows}",
        }
        return case(
            f"table-schema/foreignKeys/{name}",
            sentence,
            *faults,
            resources=resources,
            files=files,
            verdict=verdict,
            also=also,
        )

    one = key(["state"], resource="codes", fields=["code"])
    both = key(["state", "zone"], resource="codes", fields=["code", "zone"])
    lost = at("foreignKeys", 3)
    yield two("to-another-table", REFERENCE, keys=one, rows="NSW,1\nVIC,3\n")
    yield two("without-a-parent", REFERENCE, lost, keys=one, rows="NSW,1\nQLD,1\n")
    yield two(
        "strings-of-version-1",
        FOREIGN_STRINGS,
        lost,
        rows="NSW,1\nQLD,1\n",
        keys=key("state", resource="codes", fields="code"),
    )
    yield two("of-two-fields", REFERENCE, keys=both, rows="NSW,1\nVIC,2\n")
    yield two("of-two-fields-without-a-parent", REFERENCE, lost, keys=both, rows="NSW,1\nNSW,2\n")
    numbers = {"name": "state", "type": "number"}
    yield two(
        "nan",
        REFERENCE,
        keys=key(["state"], resource="codes", fields=["code"]),
        rows="NaN,1\n",
        schema=fields({"name": "code", "type": "number"}, {"name": "zone"}),
        codes="code,zone\nNaN,1\n",
        own=numbers,
    )
    yield two("part-is-null", LIKE_SQL, keys=both, rows="NSW,1\nQLD,\n")
    external_key = key(
        ["state"],
        package="https://example.invalid/datapackage.json",
        resource="codes",
        fields=["code"],
    )
    yield two("to-another-package", EXTERNAL, keys=external_key, rows="QLD,1\n", verdict=UNCHECKED)
    yield two(
        "to-a-table-without-schema",
        PARENT,
        keys=one,
        rows="NSW,1\n",
        schema=DROP,
        also=(UNCHECKED, WARNING),
    )


def _types() -> Iterator[Case]:
    yield _field("type/absent", ANY_TYPE, cell="a")
    yield _field("type/misspelt", TYPE, "type", type="intger")
    yield _field("type/number", TYPE, "type", type=5)
    yield _field(
        "format/prefix-of-version-0", FMT, cell="26/01/2024", type="date", format="fmt:%d/%m/%Y"
    )
    yield _field("format/number", PROFILED, "format", type="date", format=5)
    yield _field(
        "format/day-of-the-year",
        STRPTIME,
        cell="026 2024",
        type="date",
        format="%j %Y",
        also=(UNCHECKED,),
    )
    for kind, cell in {"date": "2024-01-26", "time": "15:00:00", "datetime": "last Monday"}.items():
        yield _field(
            f"format/any-{kind}",
            ANY_FORMAT,
            cell=cell,
            type=kind,
            format="any",
            verdict=WARNING,
            also=(UNCHECKED,),
        )
    known: dict[str, tuple[Sentence, str, str]] = {
        "string": (PROFILED, "wkt", "a"),
        "geopoint": (PROFILED, "wkt", "1,2"),
        "geojson": (PROFILED, "wkt", '{"type": "Point", "coordinates": [1, 2]}'),
        "integer": (PROFILED, "hexadecimal", "1"),
        "year": (NO_FORMATS, "%y", "2024"),
        "list": (LIST_FORMAT, "json", "a"),
    }
    for kind, (sentence, form, cell) in known.items():
        yield _field(
            f"format/unknown-{kind}", sentence, "format", cell=cell, type=kind, format=form
        )
    for item in ("zzz", "object", "list"):
        yield _field(f"list/item-type-{item}", ITEM_TYPE, "itemType", type="list", itemType=item)
    for item, cell in {
        "datetime": "2024-01-26T15:00:00",
        "time": "15:00:00",
        "string": "a",
    }.items():
        yield _field(f"list/item-type-{item}", ITEM_TYPE, type="list", itemType=item, cell=cell)
    yield _field(
        "boolean/true-values-string", ARRAYS, "trueValues", type="boolean", trueValues="yes"
    )
    yield _field(
        "boolean/true-values-empty", PROFILED, "trueValues", type="boolean", trueValues=[], cell="0"
    )
    yield _field("number/bare-number-string", BARE, "bareNumber", type="number", bareNumber="no")
    yield _field("number/decimal-char-number", DECIMAL, "decimalChar", type="number", decimalChar=1)
    yield _field("integer/group-char-number", GROUP, "groupChar", type="integer", groupChar=1)
    for sign, cell in {"percent": "95%", "euro": "\u20ac95", "letters": "EUR 95"}.items():
        yield _of(
            f"number/bare-by-default-{sign}",
            BARE,
            at("type", 2, "cell"),
            file=f"row,cell\n1,{cell}\n",
            schema=fields({"name": "row"}, {"name": "cell", "type": "number"}),
        )


def _constraints() -> Iterator[Case]:
    def one(
        name: str,
        sentence: Sentence,
        wrong: bool = True,
        *,
        kind: Any = "integer",
        cell: str = "5",
        also: tuple[str, ...] = (),
        verdict: str = "",
        form: str = "default",
        **limits: Any,
    ) -> Case:
        typed = {"type": kind} if kind else {}
        typed |= {"format": form} if form != "default" else {}
        place = f"constraints.{[*limits][-1]}" if wrong else ""
        return _field(
            f"constraints/{name}",
            sentence,
            place,
            cell=cell,
            also=also,
            verdict=verdict,
            **typed,
            constraints=limits,
        )

    yield _field("constraints/array", CONSTRAINTS, "constraints", constraints=["required"])
    yield one("required-string", BOOLEAN, required="yes")
    yield one("unique-number", BOOLEAN, unique=1)
    yield one("minLength-string", INTEGER, kind="string", minLength="2", cell="abc")
    yield one("maxLength-boolean", INTEGER, kind="string", maxLength=True, cell="a")
    yield one("minimum-word", CASTABLE, minimum="ten")
    yield one("minimum-boolean", CASTABLE, minimum=True)
    yield one("minimum-as-a-string", CASTABLE, False, minimum="5")
    day: Properties = {"kind": "date", "cell": "2024-01-26"}
    yield one("minimum-of-another-format", CASTABLE, **day, minimum="26/01/2024")
    yield one("minimum-no-such-day", CASTABLE, **day, minimum="2024-02-30")
    yield one("maximum-no-such-month", CASTABLE, **day, maximum="2024-13-01")
    yield one(
        "minimum-no-such-day-of-a-format",
        CASTABLE,
        kind="date",
        form="%d/%m/%Y",
        cell="26/01/2024",
        minimum="31/02/2023",
    )
    yield one("minimum-without-type", TYPED, kind=None, minimum=1)
    yield one("multipleOf", UNSUPPORTED, multipleOf=2, cell="4")
    unlisted: dict[str, dict[str, Any]] = {
        "minimum": {"kind": "string", "cell": "b", "minimum": "a"},
        "pattern": {"pattern": "[0-9]+"},
        "minLength": {"minLength": 1},
        "maximum": {"kind": "boolean", "cell": "true", "maximum": True},
    }
    for name, given in unlisted.items():
        yield _field(
            f"constraints/{name}-of-a-type-without-it",
            UNSUPPORTED,
            f"constraints.{name}",
            type=given.get("kind", "integer"),
            cell=given.get("cell", "5"),
            constraints={name: given[name]},
            verdict=WARNING,
            also=(INVALID,),
        )
    yield one("enum-string", ENUM, enum="5")
    yield one("enum-empty", PROFILED, enum=[])
    yield one("enum-twice", PROFILED, enum=[5, 5])
    yield one("enum-word", CASTABLE, enum=["five", 5])
    yield one("enum-no-such-day", CASTABLE, **day, enum=["2024-02-30", "2024-01-26"])
    once = fields({"name": "row"}, limited({"name": "cell", "type": "object"}, enum=["{}"]))
    yield _of("enum/object", CASTABLE, schema=once, file="row,cell\n1,{ }\n", also=(UNCHECKED,))
    yield _of(
        "enum/object-invalid",
        CASTABLE,
        at("enum", 2, "cell"),
        schema=once,
        file='row,cell\n1,"{""a"": 1}"\n',
        also=(UNCHECKED,),
    )
    yield from _json_schemas(one)


def _json_schemas(one: Any) -> Iterator[Case]:
    typed = {"type": "object", "properties": {"value": {"type": "integer"}}}
    for name, kind, good, bad, schema in (
        ("object", "object", '{"value": 100}', '{"value": "bad"}', typed),
        ("array", "array", "[1, 2]", "[1, 2, 3]", {"type": "array", "maxItems": 2}),
    ):
        limited_field = limited({"name": "cell", "type": kind}, jsonSchema=schema)
        rows = [cell.replace('"', '""') for cell in (good, bad)]
        told = fields({"name": "row"}, limited_field)
        yield _of(
            f"jsonSchema/{name}-valid",
            CONFORMS,
            file=f'row,cell\n1,"{rows[0]}"\n',
            schema=told,
            also=(UNCHECKED,),
        )
        yield _of(
            f"jsonSchema/{name}-invalid",
            CONFORMS,
            at("jsonSchema", 3, "cell"),
            schema=told,
            file=f'row,cell\n1,"{rows[0]}"\n2,"{rows[1]}"\n',
        )
    yield one("jsonSchema-string", JSON_SCHEMA, kind="object", cell="{}", jsonSchema="{}")
    yield one(
        "jsonSchema-of-no-type", JSON_SCHEMA, kind="object", cell="{}", jsonSchema={"type": "whole"}
    )


def _patterns() -> Iterator[Case]:
    def one(name: str, pattern: str, cell: str, wrong: bool = False) -> Case:
        return _field(
            f"pattern/{name}",
            PATTERN,
            "constraints.pattern" if wrong else "",
            cell=cell,
            type="string",
            constraints={"pattern": pattern},
        )

    yield one("subtraction", "[a-z-[aeiou]]+", "xyz")
    yield one("category", r"\p{Lu}\p{Ll}*", "Anna")
    yield one("block", r"\p{IsBasicLatin}+", "Anna")
    yield one("name-characters", r"\i\c*", "a-1")
    yield one("negated-class", r"[^\W]+", "ab")
    yield one("anchors-of-the-standard", "^a.*$", "apple")
    yield one("unclosed", "(", "a", True)
    yield one("nothing-to-repeat", "*a", "a", True)
    yield one("turned-range", "[z-a]", "a", True)
    yield one("lookahead", "(?=a).*", "a", True)
    yield one("lookbehind", "(?<=a)b", "ab", True)
    yield one("named-group", "(?P<x>a)", "a", True)
    yield one("word-boundary", r"\ba\b", "a", True)
    yield one("back-reference", r"(a)\1", "aa", True)
    yield one("lazy", "a+?", "a", True)
    yield one("flags", "(?i)a", "A", True)
    yield _field(
        "pattern/number", PROFILED, "constraints.pattern", type="string", constraints={"pattern": 5}
    )


def _categories() -> Iterator[Case]:
    def one(
        name: str,
        sentence: Sentence,
        wrong: str = "categories",
        *,
        kind: str = "string",
        cell: str = "a",
        **field: Any,
    ) -> Case:
        return _field(f"categories/{name}", sentence, wrong, cell=cell, type=kind, **field)

    levels = [{"value": 1, "label": "Disagree"}, {"value": 2}, {"value": 3, "label": "Agree"}]
    yield one(
        "labelled", LABELS, "", kind="integer", cell="2", categories=levels, categoriesOrdered=True
    )
    yield one("and-enum", SUBSET, "", categories=["a", "b"], constraints={"enum": ["a"]})
    yield one("enum-beyond-them", SUBSET, categories=["a"], constraints={"enum": ["a", "b"]})
    yield one("twice", CATEGORIES, categories=["a", "a"])
    yield one("string", CATEGORIES, categories="a")
    yield one("objects-without-value", CATEGORIES, categories=[{"label": "a"}])
    yield one(
        "value-twice",
        CATEGORIES,
        kind="integer",
        cell="1",
        categories=[{"value": 1, "label": "a"}, {"value": 1, "label": "b"}],
    )
    yield one(
        "label-twice",
        LABELS,
        kind="integer",
        cell="1",
        categories=[{"value": 1, "label": "a"}, {"value": 2, "label": "a"}],
    )
    yield one("label-number", LABELS, categories=[{"value": "a", "label": 1}])
    yield one("of-numbers-in-a-string", PROFILED, cell="1", categories=[1])
    yield one("of-words-in-an-integer", PROFILED, kind="integer", cell="1", categories=["one"])
    yield one("of-booleans", PROFILED, categories=[True])
    yield one(
        "ordered-string", ORDERED, "categoriesOrdered", categories=["a"], categoriesOrdered="yes"
    )
