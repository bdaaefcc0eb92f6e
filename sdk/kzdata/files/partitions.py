"""Columns that stand in the names of folders: `year=2022/month=1/part-0.parquet`.

So Apache Hive divides a table, and after it Spark, DuckDB, Arrow and Polars: a folder is called
`NAME=value`, both percent-encoded where they hold characters that a path may not have.
"""

from collections.abc import Iterator
from urllib.parse import unquote

from kzdata.errors import PackageError

# Source: Apache Hive, `hive.exec.default.partition.name`, for a value that is none.
NONE = "__HIVE_DEFAULT_PARTITION__"


def names_of(path: str) -> tuple[str, ...]:
    """The columns that the folders of a path hold, from the outermost."""
    return tuple(name for name, _ in _pairs(path))


def values_of(path: str) -> dict[str, str | None]:
    """The value of each such column, None where it has none.

    Raises:
        PackageError: A column stands twice in the path, or its value is no text of UTF-8.
    """
    found: dict[str, str | None] = {}
    for name, written in _pairs(path):
        if name in found:
            raise PackageError(f"{path}: two folders {name}=…; a column stands once in a path")
        found[name] = None if written == NONE else _decoded(written, path)
    return found


def _pairs(path: str) -> Iterator[tuple[str, str]]:
    for folder in path.split("/")[:-1]:
        name, equals, value = folder.partition("=")
        if name and equals:
            yield unquote(name), value


def _decoded(written: str, path: str) -> str:
    try:
        text = unquote(written, errors="strict")
    except UnicodeDecodeError as error:
        raise PackageError(f"{path}: {written} stands for bytes that are not UTF-8") from error
    if "\0" in text:
        raise PackageError(f"{path}: {written} stands for a text with NUL, which no cell holds")
    return text
