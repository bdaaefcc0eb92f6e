"""Rows of a query in buckets, each as the bytes of Parquet files, and buckets as a relation again.

So rows go from one process to another without becoming Python values. DuckDB writes and reads the
bytes; both sides have one version of it.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from kzdata.engine.database import Database, file_literal
from kzdata.engine.sql import identifier, literal

BUCKET = "bucket"  # the column that says in which bucket a row is; it is not kept


def write_buckets(database: Database, sql: str, folder: Path) -> Iterator[tuple[int, bytes]]:
    """The rows of a query, by the whole number in its column `BUCKET`; a bucket may come in parts.

    Files are made in `folder`, and removed.
    """
    database.run(
        f"""COPY ({sql}) TO {literal(str(folder / "buckets"))}
        (FORMAT parquet, COMPRESSION zstd, PARTITION_BY ({BUCKET}))"""
    )
    for file in sorted(folder.glob(f"buckets/{BUCKET}=*/*.parquet")):
        number = int(re.sub(r"[^0-9]", "", file.parent.name))
        data = file.read_bytes()
        file.unlink()
        yield number, data


def read_buckets(database: Database, name: str, buckets: Iterable[bytes], folder: Path) -> bool:
    """Make a view of the rows of some buckets, whose bytes are kept in `folder`; False for none."""
    files = []
    for number, data in enumerate(buckets):
        files.append(folder / f"{number}.parquet")
        files[-1].write_bytes(data)
    if files:
        names = ", ".join(map(file_literal, files))
        read = f"read_parquet([{names}], hive_partitioning=false)"
        database.run(f"CREATE VIEW {identifier(name)} AS SELECT * FROM {read}")
    return bool(files)
