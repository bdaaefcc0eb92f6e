"""A second opinion: frictionless beside our own checks, and where the two disagree.

Both verdicts become the same plain statement: in this file, in this row, this field breaks this
kind of rule. A statement that only one of them makes is a finding, unless `DIFFERENCES` has it:
the one table of what is deliberately read otherwise, each with the sentence that decides.

frictionless runs in a process of its own, within limits of time and memory and without network. It
gets a copy of the tables, under names of ours, with a descriptor that says how to read them and
nothing else: no link, pipe, address or program of the package comes near it. The interpreter is
started in a fresh folder, isolated (`-I`): nothing that lies beside the package is imported.
"""

import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from kzdata.archive import DESCRIPTOR, Archive, opened, workspace
from kzdata.database import require
from kzdata.descriptor import FieldDescriptor, Table, parse
from kzdata.errors import LimitError, PackageError
from kzdata.limits import Limits, apart
from kzdata.sheets import is_parquet, open_sheet
from kzdata.tabular import CHUNK, Dialect, Record
from kzdata.validation.evaluation import MAX_FINDINGS
from kzdata.validation.report import Finding, Report
from kzdata.validation.rules import RULES

SECONDS = 600
"""How long frictionless may take."""
MEMORY = 2 << 30
"""Bytes of memory that frictionless may take, where the system can limit them."""
KEPT = {
    "resource": ("name", "type", "mediatype"),
    "dialect": (
        "$schema delimiter lineTerminator quoteChar doubleQuote escapeChar nullSequence "
        "skipInitialSpace header headerRows headerJoin commentRows commentChar "
        "caseSensitiveHeader csvddfVersion"
    ).split(),
}
"""What frictionless gets to know of a resource, besides its schema, and of a dialect."""
_NOT_DONE = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn")
"""Beginnings of the audit events at which the second process is stopped."""
MAX_ERRORS = 100_000
"""Errors of one file that frictionless is asked for."""
KINDS = {
    "cell-required": "required",
    "cell-type": "type",
    "cell-format": "type",
    "cell-enum": "enum",
    "cell-category": "category",
    "cell-pattern": "pattern",
    "cell-min-length": "minLength",
    "cell-max-length": "maxLength",
    "cell-minimum": "minimum",
    "cell-maximum": "maximum",
    "cell-exclusive-minimum": "exclusiveMinimum",
    "cell-exclusive-maximum": "exclusiveMaximum",
    "primary-key": "primary-key",
    "unique-key": "unique",
    "foreign-key": "foreign-key",
    "csv-width": "width",
    "csv-blank-line": "blank",
}
"""Our rules about rows, as kinds that both validators know."""
_THEIRS = {
    "type-error": "type",
    "unique-error": "unique",
    "primary-key": "primary-key",
    "foreign-key": "foreign-key",
    "missing-cell": "width",
    "extra-cell": "width",
    "blank-row": "blank",
}
ROWS = {"primary-key", "foreign-key", "width", "blank"}
"""Kinds that concern a whole row, for lack of a field that both would name."""
Side = Literal["kzdata", "frictionless"]


class Statement(NamedTuple):
    """A validator's word: in a file, the row of a number (from 0) breaks a kind of rule."""

    file: str
    row: int
    field: str
    kind: str


class Difference(NamedTuple):
    """Something that the two validators deliberately read otherwise.

    Attributes:
        found_by: Who finds a fault where the other finds none.
        kinds: Kinds of rule.
        types: Field types; empty for all.
        cell: Regular expression that the cell's text matches somewhere.
        reads: What frictionless 5.21 does.
        sentence: What the standard says.
        only: The format that the field must have, or the property that it must use; empty for any.
    """

    found_by: Side
    kinds: str
    types: str
    cell: str
    reads: str
    sentence: str
    only: str = ""

    def covers(self, side: Side, kind: str, field: FieldDescriptor | None, cell: str) -> bool:
        """Whether a statement of one side alone is explained by this."""
        return (
            side == self.found_by
            and kind in self.kinds.split()
            and (not self.types or (field is not None and field.type in self.types.split()))
            and (field is None or _uses(field, self.only))
            and re.search(self.cell, cell, re.DOTALL) is not None
        )


def _uses(field: FieldDescriptor, what: str) -> bool:
    """Whether a field has a format, or uses a property of numbers; of nothing, always."""
    used = {
        "": True,
        "groupChar": field.group_char is not None,
        "bareNumber": not field.bare_number,
    }
    return used.get(what, field.format == what)


def _of_strings(found_by: Side, format_: str, cell: str, reads: str, sentence: str) -> Difference:
    """A difference about a format of strings."""
    return Difference(found_by, "type", "string", cell, reads, f"{format_}: {sentence}", format_)


DIFFERENCES: dict[str, Difference] = {
    "blanks": Difference(
        "kzdata", "type", "integer number year yearmonth list geopoint", r"^\s|\s$|,\s|\s,|\s-|-\s",
        "strips blanks around numbers",
        "Integer values are indicated in the standard way for any valid integer.",
    ),
    "underscores": Difference(
        "kzdata", "type", "integer number year yearmonth list geopoint duration", "_",
        "takes 1_000, as Python does",
        "groupChar: A string whose value is used to group digits within the integer. This property "
        "does not have a default value.",
    ),
    "other digits": Difference(
        "kzdata", "type", "", r"(?![0-9])\d",
        "takes digits of every script",
        "one or more decimal digits (0-9)",
    ),
    "other words for special numbers": Difference(
        "kzdata", "type", "number list geopoint", r"(?i)snan|nan[0-9]|[+-]nan|infinity|\+inf",
        "takes whatever Python's Decimal takes",
        "The following special string values are permitted (case need not be respected): NaN, INF, "
        "-INF",
    ),
    "short dates": Difference(
        "kzdata", "type", "date list", r"(^|\D)[0-9]-|-[0-9](\D|$)|^[0-9]{1,3}-|- [0-9]",
        "takes days and months of one digit",
        "The lexical representation MUST be yyyy-mm-dd e.g. 2024-01-26",
    ),
    "more than a time": Difference(
        "kzdata", "type", "time list", r"(^|,)[0-9]{2}:[0-9]{2}:[0-9]{2}([.,Z+-]|[0-9])|24:00:00",
        "takes fractions of a second, zones and 24:00:00",
        "The lexical representation MUST be hh:mm:ss e.g. 15:00:00",
    ),
    "other date-times": Difference(
        "kzdata", "type", "datetime list",
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[^T]|[+-][0-9]{2}([0-9]{2})?$|z$|,[0-9]+(Z|$)"
        r"|[+-](1[4-9]|2[0-3]):|^[0-9]{8}T|-W|-[0-9]{3}T",
        "takes every form of ISO 8601 that dateutil knows",
        "The lexical representation MUST be in a form defined by XML Schema",
    ),
    "years before 1 and after 9999": Difference(
        "frictionless", "type", "year yearmonth datetime",
        r"^-|^[0-9]{5,}|Z$|[+-][0-9]{2}:[0-9]{2}$",
        "refuses signs, more than four digits and zones",
        "A calendar year as per XMLSchema gYear.",
    ),
    "no year 0": Difference(
        "kzdata", "type", "year yearmonth", r"^-?0000?([^0-9]|$)",
        "takes the year 0000",
        "A calendar year as per XMLSchema gYear. (0000 is not a year there)",
    ),
    "years in other forms": Difference(
        "kzdata", "type", "year yearmonth",
        r"^[+-]|^[0-9]{1,3}-|-[0-9]$|^0[0-9]{4,}|-[0-9]{3,}$|-\+",
        "takes whatever int() takes",
        "Usual lexical representation is YYYY; YYYY-MM",
    ),
    "weeks and other durations": Difference(
        "kzdata", "type", "duration",
        r"W|[.,][0-9]*[^0-9S.,]|P[0-9]{4}|,|T$|[.]S|T[.]|^\+|P$|[a-z]",
        "takes weeks, decimal years and the alternative form of ISO 8601",
        "We follow the definition of XML Schema duration datatype directly",
    ),
    "exact fractions of a second": Difference(
        "frictionless", "type", "datetime", r"[.][0-9]{7,}|T24:00:00",
        "refuses what Python's datetime cannot hold",
        "followed by optional milliseconds and timezone parts (XML Schema allows any number of "
        "digits, and 24:00:00)",
    ),
    "NaN in JSON": Difference(
        "kzdata", "type", "object array geojson geopoint", "NaN|Infinity",
        "reads JSON as Python does",
        "The field contains a valid JSON object. (RFC 8259, 6: Infinity and NaN are not permitted)",
    ),
    "numbers as JSON strings": Difference(
        "kzdata", "type", "geopoint", '"[^"]*"',
        "takes strings for numbers",
        "exactly two items, where each item is a number",
    ),
    "laxer e-mail addresses": _of_strings(
        "kzdata", "email", "@", "has a rule of its own", "A valid email address. (RFC 5321)"
    ),
    "quoted e-mail addresses": _of_strings(
        "frictionless", "email", "@", "has a rule of its own", "A valid email address. (RFC 5321)"
    ),
    "laxer addresses": _of_strings(
        "kzdata", "uri", ":", "checks that there is a scheme, and little else",
        "A valid URI. (RFC 3986)",
    ),
    "laxer UUIDs": _of_strings(
        "kzdata", "uuid", "(?i)^[{]?(urn:|uuid:)?[0-9a-f-]{32,36}[}]?$",
        "takes braces, prefixes and no hyphens", "A string that is a uuid. (RFC 9562, 4)",
    ),
    "laxer base64": _of_strings(
        "kzdata", "binary", "",
        "passes over what is not base64 (Python's b64decode without validate)",
        "A base64 encoded string representing binary data.",
    ),
    "grouped integers": Difference(
        "frictionless", "type", "integer", r"[0-9][^0-9][0-9]",
        "does not know groupChar of integers",
        "groupChar: A string whose value is used to group digits within the integer.",
        "groupChar",
    ),
    "groups anywhere": Difference(
        "kzdata", "type", "number", r"^[+-]?\D|\D\D|\D$|[.,].*,",
        "removes groupChar wherever it stands",
        "groupChar: A string whose value is used to group digits within the number.",
        "groupChar",
    ),
    "signs among affixes": Difference(
        "kzdata", "type", "integer number", r"[+-]",
        "strips a sign behind the number, and a plus in front of it",
        "may contain leading and/or trailing non-numeric characters",
        "bareNumber",
    ),
    "affixes of decimal numbers": Difference(
        "frictionless", "type", "integer number", r"[^0-9]",
        "keeps a minus that does not touch the number, and strips the point of .5 and 5.",
        "may contain leading and/or trailing non-numeric characters (which implementors MUST "
        "therefore strip)",
        "bareNumber",
    ),
    "categories": Difference(
        "kzdata", "category", "", "",
        "ignores categories",
        "The logical representation of data in the field MUST exactly match one of the values in "
        "categories.",
    ),
    "whole values": Difference(
        "kzdata", "pattern", "string any", "",
        "wraps a pattern in ^ and $ without a group, and lets $ match before a line end",
        "The values of this field MUST conform to the standard XML Schema regular expression "
        "syntax.",
    ),
    "unique keys": Difference(
        "kzdata", "unique", "", "",
        "ignores uniqueKeys, and names the second of two equal cells only",
        "The data in the table has to be considered valid only if: each row has a unique set of "
        "logical values",
    ),
    "both rows of a key": Difference(
        "kzdata", "primary-key", "", "",
        "names the second of two equal keys only, and passes a key of which a part is empty",
        "Per SQL standards, the fields cannot be null, so their use in the primary key is "
        "equivalent to adding required: true",
    ),
    "keys with an empty part": Difference(
        "frictionless", "foreign-key", "", "",
        "refuses a foreign key of which a part is empty, or whose cell is not of its type",
        "They are directly modelled on the concept of foreign keys in SQL. (MATCH SIMPLE)",
    ),
    "NaN is itself": Difference(
        "frictionless", "foreign-key", "", "",
        "finds no NaN among other NaNs, and so takes none for repeated",
        "The following special string values are permitted: NaN. (XML Schema Part 2, 3.2.4: NaN "
        "equals itself)",
    ),
    "keys of no value": Difference(
        "frictionless", "primary-key unique", "", "",
        "takes a cell that is not of its type for the same value as another: 2024-1 for 2024-01",
        "yearmonth: Usual lexical representation is YYYY-MM. (XML Schema Part 2, 3.2.10)",
    ),
}  # fmt: skip
"""What is deliberately read otherwise, by name. docs/validation-differences.md shows it."""


CRASHES = {
    "offset-naive": (
        "compares a time that names its zone with one that names none, which Python refuses",
        "datetime: optional milliseconds and timezone parts (ordered by XML Schema 2, 3.2.7.4)",
    ),
    "NoneType": (
        "compares with a limit that is not of the field's type, which has become None",
        "Constraints MUST be applied on the logical representation of field values and constraint "
        "values.",
    ),
}
"""TypeErrors at which frictionless 5.21 stops, by words in them: what it does, and the standard."""


def explained(side: Side, kind: str, field: FieldDescriptor | None, cell: str) -> str | None:
    """The name of the difference that explains a statement of one side alone, or None."""
    known = (name for name, one in DIFFERENCES.items() if one.covers(side, kind, field, cell))
    return next(known, None)


def compare(path: str | Path, report: Report, temp_dir: str | Path | None = None) -> list[Finding]:
    """Run frictionless on a package and compare its verdict with ours.

    Args:
        path: The package: a directory, a `datapackage.json` or a zip.
        report: What our validation said of it.
        temp_dir: Directory for temporary files; the system's own by default.

    Returns:
        A warning for each statement that only one of the two makes and that no known difference
        explains; 1,000 at most. Parquet and tables in another dialect than the default are left
        out, and so are kinds of which our report has left findings out.

    Raises:
        MissingExtraError: frictionless is not installed.
        PackageError: The package cannot be read.
    """
    require("frictionless", "frictionless")
    with workspace(temp_dir) as folder, opened(path, folder) as archive:
        try:
            answer = _ask(_copied(archive, report, folder), folder)
        except PackageError as error:
            answer = f"frictionless gives no verdict: it is not asked, since {error}"
        if isinstance(answer, str):
            return [_finding(DESCRIPTOR, None, None, answer, "a verdict of frictionless")]
        tables = enumerate(parse(archive).tables.values())
        names = {f"{number}/0.csv": table.path for number, table in tables}
        errors = [error | {"file": names.get(error["file"], "")} for error in answer]
        return _compared(archive, report, errors, folder)[:MAX_FINDINGS]


def _copied(archive: Archive, report: Report, folder: Path) -> Path:
    """Copy the tables of a package, as text in UTF-8, with a descriptor of what is needed of them.

    Raises:
        PackageError: The package has a fault of its own, or a file that cannot be copied.
    """
    descriptor = parse(archive)
    if descriptor.faults or {"descriptor", "resource-path"} & set(report.by_rule):
        raise PackageError("the descriptor has faults, or names files that are not there")
    for resource in descriptor.resources:
        for path in resource.path:
            _readable(archive, path)
    (copy := folder / "copy").mkdir()
    entries = {entry["name"]: entry for entry in descriptor.raw["resources"]}
    tables = enumerate(descriptor.tables.values())
    resources = [_resource(archive, t, entries[t.name], copy / str(n)) for n, t in tables]
    described = {"$schema": _profile(descriptor.raw), "name": "copy", "resources": resources}
    (copy / DESCRIPTOR).write_text(json.dumps(_filled(described)), encoding="utf-8")
    return copy


def _readable(archive: Archive, path: str) -> Path:
    file = archive.path_of(path)
    if not file.is_file():
        raise PackageError(f"{path} is not a file")
    return file


def _resource(
    archive: Archive, table: Table, entry: Mapping[str, Any], folder: Path
) -> dict[str, Any]:
    """Copy the files of a table into a new folder; its entry in the descriptor."""
    folder.mkdir()
    (made := folder / "made").mkdir()
    paths = []
    for number, part in enumerate(open_sheet(archive, table, made).parts):
        with part.open("rb") as source, (folder / f"{number}.csv").open("xb") as target:
            while chunk := source.read(CHUNK):
                archive.unpacks(len(chunk))
                target.write(chunk)
        paths.append(f"{folder.name}/{number}.csv")
    shutil.rmtree(made)
    schema, dialect = (
        archive.json(value) if isinstance(value := entry.get(role), str) else value
        for role in ("schema", "dialect")
    )
    kept = {key: entry[key] for key in KEPT["resource"] if key in entry}
    tabs = "tsv" in (entry.get("format"), table.path.lower().rpartition(".")[2])
    described = {
        "$schema": _profile(entry),
        "path": paths[0] if len(paths) == 1 else paths,
        "format": "tsv" if tabs else "csv",
        "encoding": "utf-8",
        "schema": _schema(schema),
        "dialect": {key: dialect[key] for key in KEPT["dialect"] if key in dialect}
        if isinstance(dialect, dict)
        else None,
    }
    return kept | _filled(described)


def _schema(raw: Any) -> dict[str, Any]:
    """A schema without profiles, which could be addresses."""
    fields = [{k: v for k, v in field.items() if k != "profile"} for field in raw["fields"]]
    kept = {key: value for key, value in raw.items() if key not in ("profile", "$schema")}
    return _filled({**kept, "fields": fields, "$schema": _profile(raw)})


def _profile(raw: Mapping[str, Any]) -> str | None:
    """The `$schema` of a descriptor, if it is one of the standard's, which nobody looks up."""
    stated = raw.get("$schema")
    standard = r"https://datapackage\.org/profiles/[0-9.]+/[a-z]+\.json"
    return stated if isinstance(stated, str) and re.fullmatch(standard, stated) else None


def _filled(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value is not None}


def _ask(copy: Path, folder: Path) -> list[dict[str, Any]] | str:
    """What frictionless says of a copy in a process of its own, or why it says nothing."""
    try:
        limits = Limits(MEMORY, SECONDS)
        answer: list[dict[str, Any]] | str = apart(
            f"{__name__}:told", {"root": str(copy)}, limits, folder
        )
    except LimitError as error:
        return f"frictionless gives no verdict: {error}"
    return answer


def told(root: str) -> list[dict[str, Any]] | str:
    """The errors that frictionless finds in a package, or why there are none; see `_ask`.

    From now on this process neither opens a socket nor starts a program.
    """
    sys.addaudithook(_refuse)
    try:
        return errors_of(Path(root))
    except MemoryError:
        raise
    except Exception as error:
        words = f"{type(error).__name__}: {' '.join(str(error).split())}"
        known = next((reads for crash, (reads, _) in CRASHES.items() if crash in words), words)
        return f"frictionless gives no verdict: {known}"


def _refuse(event: str, _: Any) -> None:
    if event.startswith(_NOT_DONE):
        raise OSError("validation fetches nothing and starts nothing")


def errors_of(root: Path) -> list[dict[str, Any]] | str:
    """The errors that frictionless finds in a package, in this process, or why there are none."""
    from frictionless import Package

    place = str(root / DESCRIPTOR) if root.is_dir() else str(root)
    report = Package.from_descriptor(place).validate(limit_errors=MAX_ERRORS)
    if report.errors:
        return f"frictionless refuses the descriptor: {report.errors[0].message}"
    return [
        {
            "file": task.place,
            "kind": error.type,
            "row": getattr(error, "row_number", None),
            "field": getattr(error, "field_name", None) or "",
            "note": error.note,
        }
        for task in report.tasks
        for error in task.errors
    ]


def statements(errors: Iterable[Mapping[str, Any]]) -> Iterator[Statement]:
    """The errors of frictionless about rows as statements; its first row has the number 2."""
    for error in errors:
        kind = _THEIRS.get(error["kind"])
        if error["kind"] == "constraint-error":
            match = re.match(r'constraint "(\w+)"', error["note"])
            kind = match.group(1) if match else None
        if kind and error["row"] is not None:
            field = "" if kind in ROWS else error["field"]
            yield Statement(error["file"], error["row"] - 2, field, kind)


def _compared(
    archive: Archive, report: Report, errors: list[dict[str, Any]], folder: Path
) -> list[Finding]:
    theirs = set(statements(errors))
    broken = ("source-error", "encoding-error")
    stopped = {error["file"] for error in errors if error["kind"] in broken}
    left_out = {KINDS.get(name) for name in report.omitted}
    seen: dict[str, list[Record]] = {}
    tables = parse(archive).tables
    for table in tables.values():
        if table.path not in stopped and table.name in report.rows:
            seen[table.name] = _records(archive, table, folder)
    ours = {one for name, rows in seen.items() for one in _ours(tables[name], report, rows)}
    found: list[Finding] = []
    for name, rows in seen.items():
        cells = [_cells(tables[name], record) for record in rows]
        for side, one in unexplained(tables, tables[name], ours, theirs, cells):
            if one.kind not in left_out:
                other = "frictionless" if side == "kzdata" else "kzdata"
                cell = cells[one.row].get(one.field, "")
                said = f"{one.kind}: {side} finds a fault in {cell!r}, {other} finds none"
                line, field = rows[one.row].line, one.field or None
                found.append(_finding(one.file, line, field, said, "one verdict"))
    return found


def _records(archive: Archive, table: Table, folder: Path) -> list[Record]:
    """The rows of a table, blank lines among them, where it is one file of the default dialect.

    Rows of Parquet have no lines, by which our findings are known.
    """
    try:
        sheet = open_sheet(archive, table, folder)
    except PackageError:
        return []
    if len(sheet.parts) > 1 or sheet.dialect != Dialect() or is_parquet(table.path):
        return []
    return [record for record in sheet.records() if record.number >= 0 or record.fault]


def unexplained(
    tables: Mapping[str, Table],
    table: Table,
    ours: set[Statement],
    theirs: set[Statement],
    rows: Sequence[Mapping[str, str]],
) -> Iterator[tuple[Side, Statement]]:
    """The statements about a table that only one side makes and that nothing explains.

    A cell that is not of its type has no value: what is said of it besides, or of its row's keys,
    follows from that, and so does what is said of keys that refer to it.

    Args:
        tables: The tables of the package by name.
        table: The one to compare.
        ours: What kzdata says of the package.
        theirs: What frictionless says.
        rows: The cells of each row by column.
    """
    fields = {field.name: field for field in table.schema.fields}
    typed = {one for one in ours | theirs if one.kind == "type"}
    untyped = {(one.file, one.row) for one in typed}
    tainted = {one.file for one in typed} & _parents(tables, table)
    for one in sorted(one for one in ours ^ theirs if one.file == table.path):
        side: Side = "kzdata" if one in ours else "frictionless"
        if not 0 <= one.row < len(rows):  # a first row without a header stands before the first
            continue
        if one.kind != "type" and one._replace(kind="type") in typed:
            continue
        if one.kind in ROWS and ((one.file, one.row) in untyped):
            continue
        if one.kind == "foreign-key" and tainted:
            continue
        cell = rows[one.row].get(one.field, "")
        known = explained(side, one.kind, fields.get(one.field), cell)
        if known is None or not _borne_out(table, one, side, theirs | typed, rows[one.row]):
            yield side, one


def _parents(tables: Mapping[str, Table], table: Table) -> set[str]:
    """Files of the tables that a table's foreign keys refer to."""
    names = {key.reference.resource or table.name for key in table.schema.foreign_keys}
    return {tables[name].path for name in names if name in tables}


def _borne_out(
    table: Table, one: Statement, side: Side, said: set[Statement], row: Mapping[str, str]
) -> bool:
    """Whether what explains a statement about keys is there: a double, an empty part, a key.

    Args:
        table: The table.
        one: The statement.
        side: Who makes it.
        said: What frictionless says, and both say of types.
        row: The cells of the row.
    """
    schema = table.schema
    double = any(t[0] == one.file and t[2:] == one[2:] for t in said)
    empty = {name for name in row if row[name] in schema.missing_of(schema.field(name))}
    odd = {name for name in row if row[name].lower() == "nan"}
    if side == "kzdata" and one.kind == "primary-key":
        return double or bool((empty | odd) & set(schema.primary_key))
    if side == "kzdata" and one.kind == "unique":
        return double or bool(schema.unique_keys) or one.field in odd
    if side == "frictionless" and one.kind == "foreign-key":
        return any((empty | odd) & set(key.fields) for key in schema.foreign_keys)
    if side == "frictionless" and one.kind in ("primary-key", "unique"):
        parts = {one.field} if one.kind == "unique" else set(schema.primary_key)
        return any(t.file == one.file and t.field in parts and t.kind == "type" for t in said)
    return True


def _ours(table: Table, report: Report, rows: list[Record]) -> Iterator[Statement]:
    """Our findings about the rows of a table as statements."""
    number: dict[int, int] = {}
    for index, record in enumerate(rows):
        last = max((cell.line for cell in record.cells), default=record.line)
        number |= dict.fromkeys(range(record.line, last + 1), index)
    for finding in report:
        kind = KINDS.get(finding.rule)
        if kind and finding.file == table.path and finding.line in number:
            field = "" if kind in ROWS else finding.field or ""
            yield Statement(table.path, number[finding.line], field, kind)


def _cells(table: Table, record: Record) -> dict[str, str]:
    values = (cell.value for cell in record.cells)
    return dict(zip(table.schema.names, values, strict=False))


def _finding(file: str, line: int | None, field: str | None, found: str, expected: str) -> Finding:
    own = RULES["reference-disagrees"]
    return Finding(own.name, own.severity, file, line, None, None, field, found, expected, own.fix)


def page() -> str:
    """The table of differences as Markdown, for docs/validation-differences.md."""
    lines = [
        "# Where kzdata and frictionless differ",
        "",
        "Written by `kzdata.validation.oracle.page()` from its table `DIFFERENCES`.",
        "`kzdata validate --reference` and the tests accept these differences and no others.",
        "",
        "| difference | found by | kinds | types | frictionless 5.21 | the standard |",
        "|---|---|---|---|---|---|",
    ]
    for name, d in DIFFERENCES.items():
        cells = (name, d.found_by, d.kinds, d.types or "all", d.reads, d.sentence)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines += ["", "At these frictionless stops without a verdict on the package:", ""]
    lines += ["| TypeError with | frictionless 5.21 | the standard |", "|---|---|---|"]
    lines += [f"| {words} | {reads} | {sentence} |" for words, (reads, sentence) in CRASHES.items()]
    return "\n".join(lines) + "\n"
