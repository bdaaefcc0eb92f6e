"""Parquet files of strangers, written out as CSV within limits."""

from pathlib import Path

from kzdata.engine.database import Database, file_literal
from kzdata.engine.sql import identifier, literal, text
from kzdata.errors import NotReadError, PackageError, QueryError
from kzdata.files.limits import allowing

MAX_NODES = 20_000  # columns of a file, with those inside of others
MAX_DEPTH = 100  # how deep they may stand inside of each other; a list takes two levels
MAX_NESTED = 1 << 24  # values of a column of lists in one row group, which DuckDB holds at once


def parquet_to_csv(
    database: Database, source: Path, target: Path, limit: int, null: str = ""
) -> int:
    """Write a Parquet file out as CSV, as CSV files of Table Schema have it; the bytes written.

    Its values may have `limit` bytes as text, each counted as one more; `null` is written for NULL.

    Raises:
        PackageError: It is not a Parquet file, or one of more than that.
    """
    # A path is no column: `id=7/t.parquet` has none that is called so.
    relation = f"read_parquet({file_literal(source)}, hive_partitioning=false)"
    try:
        # The engine takes long over a schema of many columns: they are counted first.
        stated = _own_columns(database, source)
        kinds = {row[0]: row[1] for row in database.rows(f"DESCRIBE SELECT * FROM {relation}")}
        if list(kinds) != stated:  # DuckDB would make up another name
            raise PackageError("two of its columns have one name, but for its case; rename one")
        _check_size(database, source, relation, limit)
        cells = (
            f"coalesce({_as_cell(identifier(name), kind)}, {literal(null)}) AS {identifier(name)}"
            for name, kind in kinds.items()
        )
        database.run(
            f"""COPY (SELECT {", ".join(cells)} FROM {relation})
            TO {literal(str(target))} (FORMAT csv, HEADER, FORCE_QUOTE *)"""
        )
    except QueryError as error:
        raise PackageError(f"not Parquet that can be read: {error}") from error
    return target.stat().st_size


def _own_columns(database: Database, source: Path) -> list[str]:
    """Names of a file's own columns, in order; refuses too many, and too deep ones."""
    nodes = database.rows(
        f"SELECT name, num_children FROM parquet_schema({file_literal(source)}) "
        f"LIMIT {MAX_NODES + 1}"
    )
    if len(nodes) > MAX_NODES:
        raise NotReadError(f"over {MAX_NODES:,} columns, with those inside of others")
    # The schema lists all nodes, each before its children. The first is the file itself.
    names: list[str] = []
    left: list[int] = []  # how many children are to come, of each node that is open
    for name, children in nodes[1:]:
        while left and left[-1] == 0:
            left.pop()
        if left:
            left[-1] -= 1
        else:
            names.append(name)
        left.append(children or 0)
        if len(left) > MAX_DEPTH:
            raise NotReadError(f"columns inside of columns over {MAX_DEPTH} deep")
    return names


def _check_size(database: Database, source: Path, relation: str, limit: int) -> None:
    """Refuse a file that unpacks to more than a package may have."""
    # A few bytes of a file can say that a value stands there a billion times, so its own numbers
    # are asked first, and the bytes of its values as text only where those are small.
    ((cells, most),) = database.rows(
        f"""SELECT sum(num_values), max(num_values) FILTER (path_in_schema LIKE '%, %')
        FROM parquet_metadata({file_literal(source)})"""
    )
    if (most or 0) > MAX_NESTED:
        raise NotReadError(f"over {MAX_NESTED:,} values of one list column in a row group")
    sizes = f"""SELECT sum(size) FROM (SELECT unnest(list_value(*COLUMNS(lambda name: true)))
        AS size FROM (SELECT sum(strlen(CAST(COLUMNS(*) AS VARCHAR))) FROM {relation}))"""
    if (cells or 0) > limit or (cells or 0) + int(database.rows(sizes)[0][0] or 0) > limit:
        raise NotReadError(f"it unpacks to more than a package may have; {allowing('unpacked')}")


def _as_cell(value: str, kind: str) -> str:
    """A value as CSV has it: whole numbers without a point, a T between date and time, JSON."""
    if kind.startswith(("STRUCT", "MAP")) or kind.endswith("]"):
        return f"CASE WHEN {value} IS NOT NULL THEN {text(f'to_json({value})')} END"
    if kind in ("DOUBLE", "FLOAT"):
        return f"regexp_replace({text(value)}, '[.]0$', '')"
    if kind == "TIMESTAMP WITH TIME ZONE":
        utc = text(f"timezone('UTC', {value})")
        return f"replace({utc}, ' ', 'T') || 'Z'"
    return f"replace({text(value)}, ' ', 'T')" if kind.startswith("TIMESTAMP") else text(value)
