"""The new version written out of the old one and a diff."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from kzdata.differences import properties
from kzdata.differences.properties import CONTENT
from kzdata.differences.version import Version, missing
from kzdata.engine import sql
from kzdata.engine.sql import ORD, SHARED, identifier, literal
from kzdata.errors import PackageError
from kzdata.files.archive import unsafe
from kzdata.files.names import file_names
from kzdata.standard.descriptor import Resource, Schema, Table
from kzdata.standard.writer import copy_file, new_package, write_descriptor

if TYPE_CHECKING:
    from kzdata.differences.changes import Diff, TableDiff

_REBUILT = f"{SHARED}.rebuilt"
_OLD = "before"


def apply_diff(diff: "Diff", old: str | Path, target: Path) -> Path:
    """See `Diff.apply`."""
    names = {t.old_name: t.name for t in diff.tables if t.status == "renamed" and t.old_name}
    with Version(old) as before, new_package(target) as made:
        try:
            start = properties.renamed(before.normal_form, names)
            form = properties.applied(start, diff.properties)
        except (PackageError, AttributeError, KeyError) as error:
            raise PackageError(f"{before.label}: {error}") from error
        paths = _write_tables(diff, before, form, made)
        _copy_files(before, form, paths, made)
        write_descriptor(made, properties.written(form, paths))
    return target


def _write_tables(
    diff: "Diff", before: Version, form: Mapping[str, Any], target: Path
) -> dict[str, str]:
    (target / "data").mkdir()
    changed = {table.name: table for table in diff.tables}
    # A file that is no table keeps its path, so that no table may get it.
    named = form["resources"]["named"]
    entries = {name: entry for name, entry in named.items() if properties.is_table(entry)}
    others = (path for n, e in named.items() if n not in entries for path in _paths(e["path"]))
    taken = [PurePosixPath(path).stem for path in others if path.lower().endswith(".csv")]
    paths = {name: f"data/{file}.csv" for name, file in file_names(entries, taken).items()}
    for name, entry in entries.items():
        schema = Schema.make(properties.schema_of(entry))
        described = Table(name, paths[name], Resource.make(entry), schema)
        _write(diff, before, changed.get(name), described, target / paths[name])
    return paths


def _write(
    diff: "Diff", before: Version, table: "TableDiff | None", described: Table, file: Path
) -> None:
    """Write one table: the old rows with what changed, in their new order."""
    source = table.old_name if table else described.name
    earlier = before.descriptor.tables[source] if source else None
    old = before.columns(earlier) if earlier else ()
    columns = table.columns if table else old
    new = table.new_columns if table else old
    if table and old != table.old_columns:
        raise _mismatch(before, described.name, "its columns")
    if earlier:
        before.read(earlier, diff.database, _OLD, columns)
    else:
        diff.database.create_empty_relation(_OLD, [f"c{place}" for place in range(len(columns))])
    _rebuild(diff, table, columns)
    if table:
        _check(diff, before, table)
    values = [
        _with_missing_value(f"c{place}", missing(described, column), len(new))
        for place, column in enumerate(new)
    ]
    cells = [f"{value} AS {identifier(name)}" for value, name in zip(values, new, strict=True)]
    diff.database.write_csv(f"SELECT {', '.join(cells)} FROM {_REBUILT} ORDER BY slot", file)
    # Tables come one after the other, so that one at a time takes room.
    diff.database.run(f"DROP TABLE {_REBUILT}")
    diff.database.drop_relation(_OLD)


def _with_missing_value(cell: str, strings: tuple[str, ...], width: int) -> str:
    """SQL: a cell as its file has it."""
    # NULL is written as nothing; in a lone column that would be a blank line, which is no row.
    if "" in strings:
        return cell if width > 1 else f"coalesce({cell}, '')"
    return f"coalesce({cell}, {literal(strings[0])})" if strings else cell


def _rebuild(diff: "Diff", table: "TableDiff | None", columns: Sequence[str]) -> None:
    """Make a relation of the new rows: `slot` is their place, `known` whether the diff fits."""
    number = -1 if table is None else table.number
    count = f"(SELECT count(*) FROM {_OLD})" if table is None else str(table.new_rows)
    ours = f"(SELECT * FROM {SHARED}.changes WHERE tab = {number})"
    key = sql.listed([f"b.c{columns.index(name)}" for name in table.key] if table else [])
    cells, tests = [], [f"(m.key IS NULL OR m.old_row IS NULL OR m.key = {key})"]
    for place in range(len(columns)):
        before = f"b.c{place}"
        listed = f"coalesce(list_contains(m.places, {place}), false)"
        there = sql.beside("m.places", str(place), "m.new")
        cells.append(f"CASE WHEN {listed} THEN {there} ELSE {before} END AS c{place}")
        # What the diff says was there must be there, or it began from something else.
        was = sql.beside("m.places", str(place), "m.old")
        tests.append(f"(NOT {listed} OR {was} IS NOT DISTINCT FROM {before})")
    # Rows that did not change fill the places that the others leave, in their old order.
    diff.database.run(
        f"""CREATE OR REPLACE TABLE {_REBUILT} AS
        WITH changes AS {ours},
        kept AS (SELECT {ORD}, row_number() OVER (ORDER BY {ORD}) AS nth FROM {_OLD}
            WHERE {ORD} NOT IN (SELECT old_row FROM changes WHERE old_row IS NOT NULL)),
        free AS (SELECT place, row_number() OVER (ORDER BY place) AS nth
            FROM (SELECT range AS place FROM range({count})) WHERE place NOT IN
            (SELECT new_row FROM changes WHERE new_row IS NOT NULL)),
        placed AS (
            SELECT free.place AS slot, kept.{ORD} AS old_row,
                NULL AS key, NULL AS places, NULL AS old, NULL AS new
            FROM kept FULL JOIN free ON kept.nth = free.nth
            UNION ALL SELECT new_row, old_row, key, places, old, new FROM changes)
        SELECT m.slot,
            (m.old_row IS NULL OR b.{ORD} IS NOT NULL) AND {" AND ".join(tests)} AS known,
            m.places IS NULL AND (m.old_row IS NULL OR m.slot IS NULL) AS hole, {", ".join(cells)}
        FROM placed m LEFT JOIN {_OLD} b ON b.{ORD} = m.old_row"""
    )


def _check(diff: "Diff", before: Version, table: "TableDiff") -> None:
    """Make sure that the old rows are those that the diff began from, and leave the new ones."""
    ((rows,),) = diff.database.rows(f"SELECT count(*) FROM {_OLD}")
    ((wrong,),) = diff.database.rows(f"SELECT count(*) FILTER (NOT known OR hole) FROM {_REBUILT}")
    if rows != table.old_rows or wrong:
        raise _mismatch(before, table.name, "its rows")
    diff.database.run(f"DELETE FROM {_REBUILT} WHERE slot IS NULL")


def _mismatch(before: Version, table: str, what: str) -> PackageError:
    return PackageError(f"{before.label}: not what the diff began from: {table}, {what}")


def _copy_files(
    before: Version, form: Mapping[str, Any], tables: Mapping[str, str], target: Path
) -> None:
    """Copy the files that are no tables."""
    earlier, copied = before.normal_form["resources"]["named"], set()
    for name, entry in form["resources"]["named"].items():
        if name in tables or CONTENT not in entry:
            continue
        held = earlier.get(name, {})
        if held.get(CONTENT) != entry[CONTENT]:
            raise PackageError(f"{name}: the file is not a table and differs; a diff holds none")
        for source, path in zip(_paths(held["path"]), _paths(entry["path"]), strict=True):
            if reason := unsafe(path):
                raise PackageError(f"{path!r} {reason}")
            if path not in copied:  # two resources may describe one file
                copy_file(before.archive, source, target / path)
            copied.add(path)


def _paths(paths: Any) -> list[str]:
    return [paths] if isinstance(paths, str) else list(paths)
