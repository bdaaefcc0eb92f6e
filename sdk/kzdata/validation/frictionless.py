"""A second opinion: frictionless beside our own checks, and where the two disagree.

Both verdicts become the same plain statement: in this file, in this row, this field breaks this
kind of rule. A statement that only one of them makes is a finding, unless `DIFFERENCES` has it:
the one table of what is deliberately read otherwise (`differences.toml`), each with the sentence
that decides.

frictionless runs in a process of its own, within limits of time and memory and without network. It
gets a copy of the tables, under names of ours, with a descriptor that says how to read them and
nothing else: no link, pipe, address or program of the package comes near it. The interpreter is
started in a fresh folder, isolated (`-I`): nothing that lies beside the package is imported.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from kzdata.engine.limits import Limits, apart
from kzdata.errors import LimitError, PackageError, require
from kzdata.files.archive import DESCRIPTOR, Archive, Place, opened, workspace
from kzdata.files.csv import Dialect, Record
from kzdata.files.limits import DEFAULT, PackageLimits
from kzdata.standard.descriptor import FieldDescriptor, Table
from kzdata.standard.forms import DELIMITED, SPREADSHEETS, forms_of
from kzdata.standard.inner_names import stated
from kzdata.standard.parsing import parse
from kzdata.standard.source import open_sheet
from kzdata.validation.report import Finding, Report
from kzdata.validation.rule import MAX_FINDINGS, RULES

SECONDS = 600  # how long frictionless may take
MEMORY = 2 << 30  # bytes of memory that it may take, where the system can limit them
MAX_ERRORS = 100_000  # errors of one file that it is asked for
# What it gets to know of a resource, besides its schema, and of a dialect.
_OF_RESOURCE = ("name", "type", "mediatype")
_OF_DIALECT = (
    "$schema delimiter lineTerminator quoteChar doubleQuote escapeChar nullSequence "
    "skipInitialSpace header headerRows headerJoin commentRows commentChar "
    "caseSensitiveHeader csvddfVersion"
).split()
# Beginnings of the audit events at which its process is stopped.
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn")
_TABLES = tomllib.loads(Path(__file__).with_name("differences.toml").read_text("utf-8"))
# Our rules about rows, and its errors, as kinds that both validators know.
KINDS: dict[str, str] = _TABLES["kinds"]["kzdata"]
_THEIR_KINDS: dict[str, str] = _TABLES["kinds"]["frictionless"]
# Kinds that concern a whole row, for lack of a field that both would name.
ROWS = {"primary-key", "foreign-key", "width", "blank"}
Answer = list[dict[str, Any]] | str  # the errors that frictionless finds, or why there are none
Side = Literal["kzdata", "frictionless"]


class Statement(NamedTuple):
    """A validator's word: in a file, the row of a number (from 0) breaks a kind of rule."""

    file: str
    row: int
    field: str
    kind: str


class Difference(NamedTuple):
    """Something that the two validators deliberately read otherwise."""

    found_by: Side  # who finds a fault where the other finds none
    kinds: str
    reads: str  # what frictionless 5.21 does
    sentence: str  # what the standard says
    types: str = ""  # field types; empty for all
    cell: str = ""  # regular expression that the cell's text matches somewhere
    # The format that the field must have, or the property that it must use; empty for any.
    only: str = ""

    def covers(self, side: Side, kind: str, field: FieldDescriptor | None, cell: str) -> bool:
        """Whether a statement of one side alone is explained by this."""
        if side != self.found_by or kind not in self.kinds.split():
            return False
        if self.types and (field is None or field.type not in self.types.split()):
            return False
        if field is not None and self.only:
            used = {"groupChar": field.group_char is not None, "bareNumber": not field.bare_number}
            if not used.get(self.only, field.format == self.only):
                return False
        return re.search(self.cell, cell, re.DOTALL) is not None


# What is deliberately read otherwise, by name. docs/validation-differences.md shows it.
DIFFERENCES = {name: Difference(**told) for name, told in _TABLES["differences"].items()}
# TypeErrors at which frictionless 5.21 stops, by words in them: what it does, and the standard.
CRASHES = {words: (one["reads"], one["sentence"]) for words, one in _TABLES["crashes"].items()}


def compare(
    path: Place,
    report: Report,
    temp_dir: str | Path | None = None,
    limits: PackageLimits = DEFAULT,
) -> list[Finding]:
    """Run frictionless on a package and compare its verdict with ours.

    Returns:
        A warning for each statement that only one of the two makes and that no known difference
        explains; 1,000 at most. Parquet and tables in another dialect than the default are left
        out, and so are kinds of which our report has left findings out.

    Raises:
        MissingExtraError: frictionless is not installed.
        PackageError: The package cannot be read.
    """
    require("frictionless", "frictionless")
    with workspace(temp_dir) as folder, opened(path, folder, limits) as archive:
        try:
            answer = _run_frictionless(_copy_package(archive, report, folder), folder)
        except PackageError as error:
            answer = f"it is not asked, since {error}"
        if isinstance(answer, str):
            found = f"frictionless gives no verdict: {answer}"
            rule, expected = RULES["reference-disagrees"], "a verdict of frictionless"
            return [rule.finding(DESCRIPTOR, found=found, expected=expected)]
        tables = enumerate(parse(archive).tables.values())
        names = {f"{number}/0.csv": table.path for number, table in tables}
        errors = [error | {"file": names.get(error["file"], "")} for error in answer]
        return list(islice(_disagreements(archive, report, errors, folder), MAX_FINDINGS))


def _copy_package(archive: Archive, report: Report, folder: Path) -> Path:
    """Copy the tables of a package, in UTF-8, with a descriptor of what is needed of them."""
    descriptor = parse(archive)
    if descriptor.faults or {"descriptor", "resource-path"} & set(report.by_rule):
        raise PackageError("the descriptor has faults, or names files that are not there")
    # Of what is left unchecked, such as an address, nothing is copied.
    for path in (path for table in descriptor.tables.values() for path in table.resource.path):
        if not archive.path_of(path).is_file():
            raise PackageError(f"{path} is not a file")
    (copy := folder / "copy").mkdir()
    entries = {entry["name"]: entry for entry in descriptor.raw["resources"]}
    read = frozenset(map(stated, descriptor.tables))
    resources = [
        _copy_table(archive, table, entries[stated(table.name)], copy / str(number), read)
        for number, table in enumerate(descriptor.tables.values())
    ]
    described = {"name": "copy", "resources": resources} | _profile(descriptor.raw)
    (copy / DESCRIPTOR).write_text(json.dumps(described), encoding="utf-8")
    return copy


def _copy_table(
    archive: Archive, table: Table, entry: Mapping[str, Any], folder: Path, read: frozenset[str]
) -> dict[str, Any]:
    """Copy the files of a table into a new folder; its entry in the descriptor.

    Keys lead to tables that are `read`, by name: frictionless reads no row where one is not there.
    """
    folder.mkdir()
    paths = []
    with workspace(folder) as made:
        sheet = open_sheet(archive, table, made)
        for number in range(len(sheet.parts)):
            with (folder / f"{number}.csv").open("xb") as target:
                for chunk in sheet.text(number):
                    archive.unpacks(len(chunk))
                    target.write(chunk)
            paths.append(f"{folder.name}/{number}.csv")
    schema: Any
    schema, dialect = (
        archive.json(value) if isinstance(value := entry.get(role), str) else value
        for role in ("schema", "dialect")
    )
    (form, *_) = forms_of(table.resource)
    kept = _picked(entry, _OF_RESOURCE) | _profile(entry)
    # What is made of other forms is plain CSV, but for the rows of a sheet that are its header.
    if isinstance(dialect, dict) and form.name in (*DELIMITED, *SPREADSHEETS):
        kept["dialect"] = _picked(dialect, _OF_DIALECT)
    # Profiles could be addresses.
    known = {k: v for k, v in schema.items() if k not in ("$schema", "profile") and v is not None}
    if "foreignKeys" in known:
        known["foreignKeys"] = [key for key in known["foreignKeys"] if _leads(key, read)]
    fields = [{k: v for k, v in field.items() if k != "profile"} for field in schema["fields"]]
    return kept | {
        "path": paths[0] if len(paths) == 1 else paths,
        "format": "tsv" if form.name == "tsv" else "csv",
        "encoding": "utf-8",
        "schema": known | {"fields": fields} | _profile(schema),
    }


def _leads(key: Mapping[str, Any], read: frozenset[str]) -> bool:
    """Whether a foreign key leads to its own table, or to one of those that are read."""
    parent = key["reference"].get("resource") or ""
    return (not parent or parent in read) and key["reference"].get("package") is None


def _profile(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The `$schema` of a descriptor, if it is one of the standard's, which nobody looks up."""
    stated = raw.get("$schema")
    standard = r"https://datapackage\.org/profiles/[0-9.]+/[a-z]+\.json"
    known = isinstance(stated, str) and re.fullmatch(standard, stated)
    return {"$schema": stated} if known else {}


def _picked(entry: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: entry[name] for name in names if name in entry}


def _run_frictionless(copy: Path, folder: Path) -> Answer:
    """What frictionless says of a copy in a process of its own."""
    task, limits = f"{__name__}:errors_to_json", Limits(MEMORY, SECONDS)
    try:
        return cast(Answer, apart(task, {"root": str(copy)}, limits, folder))
    except LimitError as error:
        return str(error)


def errors_to_json(root: str) -> Answer:
    """What frictionless says of a package, in a process that is for nothing else."""
    # From now on this process neither opens a socket nor starts a program.
    sys.addaudithook(_forbid)
    try:
        return errors_of(Path(root))
    except MemoryError:
        raise
    except Exception as error:
        words = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return next((reads for crash, (reads, _) in CRASHES.items() if crash in words), words)


def _forbid(event: str, _: Any) -> None:
    if event.startswith(_FORBIDDEN):
        raise OSError("validation fetches nothing and starts nothing")


def errors_of(root: Path) -> Answer:
    """The same in this process, whatever frictionless raises."""
    from frictionless import Package

    place = str(root / DESCRIPTOR) if root.is_dir() else str(root)
    report = Package.from_descriptor(place).validate(limit_errors=MAX_ERRORS)
    if report.errors:
        return f"it refuses the descriptor: {report.errors[0].message}"
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
        kind = _THEIR_KINDS.get(error["kind"])
        if error["kind"] == "constraint-error":
            match = re.match(r'constraint "(\w+)"', error["note"])
            kind = match.group(1) if match else None
        if kind and error["row"] is not None:
            field = "" if kind in ROWS else error["field"]
            yield Statement(error["file"], error["row"] - 2, field, kind)


def _disagreements(
    archive: Archive, report: Report, errors: list[dict[str, Any]], folder: Path
) -> Iterator[Finding]:
    broken = ("source-error", "encoding-error")
    stopped = {error["file"] for error in errors if error["kind"] in broken}
    # Whose cells are whose, where a header differs, is not said in the same way.
    stopped |= {finding.file for finding in report if finding.rule == "csv-header"}
    left_out = {KINDS.get(name) for name in report.omitted}
    tables, theirs = parse(archive).tables, set(statements(errors))
    rule = RULES["reference-disagrees"]
    seen = {
        name: _rows_in_file(archive, table, folder)
        for name, table in tables.items()
        # Which of two columns of one name it means, its errors do not say.
        if table.path not in stopped and name in report.rows and not table.told_apart
    }
    ours = set[Statement]()
    for name, rows in seen.items():
        ours.update(_our_statements(tables[name], report, rows))
    for name, rows in seen.items():
        columns = tables[name].schema.names
        texts = ([cell.value for cell in record.cells] for record in rows)
        cells = [dict(zip(columns, values, strict=False)) for values in texts]
        for side, one in unexplained(tables, tables[name], ours, theirs, cells):
            if one.kind not in left_out:
                other = "frictionless" if side == "kzdata" else "kzdata"
                cell = cells[one.row].get(one.field, "")
                said = f"{one.kind}: {side} finds a fault in {cell!r}, {other} finds none"
                parts = {"field": one.field or None, "found": said, "expected": "one verdict"}
                yield rule.finding(one.file, rows[one.row].line, **parts)


def _rows_in_file(archive: Archive, table: Table, folder: Path) -> list[Record]:
    """The rows of a table, blank lines among them, where it is one file of the default dialect.

    Rows of other forms have no lines, by which our findings are known.
    """
    try:
        sheet = open_sheet(archive, table, folder)
    except PackageError:
        return []
    (form, *_) = forms_of(table.resource)
    if (
        not table.resource.path
        or len(sheet.parts) > 1
        or sheet.dialect != Dialect()
        or form.name not in DELIMITED
    ):
        return []
    return [record for record in sheet.records() if record.number >= 0 or record.fault]


def unexplained(
    tables: Mapping[str, Table],
    table: Table,
    ours: set[Statement],
    theirs: set[Statement],
    rows: Sequence[Mapping[str, str]],
) -> Iterator[tuple[Side, Statement]]:
    """The statements about a table, with these cells, that one side makes and nothing explains."""
    # A cell that is not of its type has no value: what is said of it besides, or of its row's keys,
    # follows from that, and so does what is said of keys that refer to it.
    fields = {field.name: field for field in table.schema.fields}
    typed = {one for one in ours | theirs if one.kind == "type"}
    untyped = {(one.file, one.row) for one in typed}
    parents = {key.reference.resource or table.name for key in table.schema.foreign_keys}
    tainted = {one.file for one in typed} & {tables[p].path for p in parents if p in tables}
    for one in sorted(one for one in ours ^ theirs if one.file == table.path):
        side: Side = "kzdata" if one in ours else "frictionless"
        if (
            not 0 <= one.row < len(rows)  # a first row without a header stands before the first
            or (one.kind != "type" and one._replace(kind="type") in typed)
            or (one.kind in ROWS and (one.file, one.row) in untyped)
            or (one.kind == "foreign-key" and tainted)
        ):
            continue
        cell, field = rows[one.row].get(one.field, ""), fields.get(one.field)
        known = any(each.covers(side, one.kind, field, cell) for each in DIFFERENCES.values())
        if not known or not _confirmed(table, one, side, theirs | typed, rows[one.row]):
            yield side, one


def _confirmed(
    table: Table, one: Statement, side: Side, said: set[Statement], row: Mapping[str, str]
) -> bool:
    """Whether what explains a statement about keys is there: a double, an empty part, a key.

    `said` is what frictionless says, and both say of types; `row` the cells by column.
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


def _our_statements(table: Table, report: Report, rows: list[Record]) -> Iterator[Statement]:
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


def page() -> str:
    """The table of differences as Markdown, for docs/validation-differences.md."""
    lines = [
        "# Where kzdata and frictionless differ",
        "",
        "Written by `kzdata.validation.frictionless.page()` from its table `DIFFERENCES`.",
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
