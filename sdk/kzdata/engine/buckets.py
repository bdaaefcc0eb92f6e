"""Columns of keys as bytes, and in buckets, in which they go from one process to another.

They never become Python values: Arrow writes and reads the bytes, NumPy sorts and cuts.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kzdata.engine.database import Database

Column = Any  # a `pyarrow.ChunkedArray`
# SQL: 64 bits of a text. They are cheap, and whoever wants to can make texts that share them: they
# tell in which bucket a text is, and which keys may stand twice, and nothing for certain.
HASH = "hash({})"


def pack(column: Column) -> bytes:
    """A column as bytes."""
    import pyarrow

    table, sink = pyarrow.table({"k": column}), pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def unpack(data: bytes) -> Column:
    """A column again."""
    import pyarrow

    return pyarrow.ipc.open_stream(data).read_all().column("k")


def load(database: Database, name: str, some: Iterable[bytes]) -> None:
    """Make a table with the column `k` out of the bytes of columns of one kind, at least one."""
    import pyarrow

    database.create_table_of_arrow(name, pyarrow.table({"k": _joined(list(map(unpack, some)))}))


def hashes_in_buckets(database: Database, query: str, buckets: int) -> Iterator[tuple[int, Column]]:
    """The hashes of a query, its column `h`, by bucket; of equal ones two stay."""
    import numpy
    import pyarrow

    hashes = numpy.sort(_hashes([database.answer(query).arrow().column("h")]))
    # Two show that a key stands twice: one key in all rows of all files is few bytes.
    kept = numpy.ones(len(hashes), dtype=bool)
    kept[2:] = hashes[2:] != hashes[:-2]
    hashes = hashes[kept]
    for bucket, start, end in _ends(_numbers(hashes, buckets), buckets):
        yield bucket, pyarrow.chunked_array([_array(hashes[start:end])])


def texts_in_buckets(database: Database, query: str, buckets: int) -> Iterator[tuple[int, Column]]:
    """The texts of a query, its column `k`, by bucket; its column `h` has their hashes."""
    import numpy

    rows = database.answer(query).arrow()
    numbers = _numbers(_hashes([rows.column("h")]), buckets)
    if buckets > 1:
        order = numpy.argsort(numbers, kind="stable")
        rows, numbers = rows.take(_array(order)), numbers[order]
    for bucket, start, end in _ends(numbers, buckets):
        yield bucket, rows.column("k").slice(start, end - start)


def _hashes(columns: Sequence[Column]) -> Any:
    """The hashes of some columns as NumPy's numbers."""
    # Arrow's own way imports pandas for it, which takes half a second.
    import numpy

    chunks = [chunk for column in columns for chunk in column.chunks if len(chunk)]
    data = [
        numpy.frombuffer(one.buffers()[1], numpy.uint64, len(one), 8 * one.offset) for one in chunks
    ]
    return numpy.concatenate(data) if data else numpy.empty(0, numpy.uint64)


def _array(numbers: Any) -> Any:
    """NumPy's numbers as an array of Arrow, without pandas, too."""
    import pyarrow

    kind = pyarrow.from_numpy_dtype(numbers.dtype)
    return pyarrow.Array.from_buffers(kind, len(numbers), [None, pyarrow.py_buffer(numbers)])


def _numbers(hashes: Any, buckets: int) -> Any:
    """The bucket of each hash; buckets go up as hashes do."""
    import numpy

    half = numpy.uint64(32)
    return ((hashes >> half) * numpy.uint64(buckets) >> half).astype(numpy.uint16)


def _ends(numbers: Any, buckets: int) -> Iterator[tuple[int, int, int]]:
    """Of sorted numbers of buckets, each that occurs: where it begins, and where it ends."""
    import numpy

    ends = numpy.searchsorted(numbers, numpy.arange(buckets + 1)).tolist()
    for bucket in range(buckets):
        if ends[bucket] < ends[bucket + 1]:
            yield bucket, ends[bucket], ends[bucket + 1]


def repeated(hashes: Sequence[Column]) -> list[Column]:
    """The hashes that stand twice in some columns."""
    import numpy
    import pyarrow

    every = numpy.sort(_hashes(hashes))
    twice = numpy.unique(every[1:][every[1:] == every[:-1]])
    return [pyarrow.chunked_array([_array(twice)])] if len(twice) else []


def single(texts: Sequence[Column]) -> list[Column]:
    """The texts that stand once in some columns."""
    import pyarrow
    from pyarrow import compute

    counts = compute.value_counts(_joined(texts))
    once = counts.field("values").filter(compute.equal(counts.field("counts"), 1))
    return [pyarrow.chunked_array([once])] if len(once) else []


def divided(columns: Sequence[Column], values: Sequence[Column]) -> Iterator[tuple[Column, Column]]:
    """Of each column what is among some values, and what is not."""
    from pyarrow import compute

    if not values:
        yield from ((column.slice(0, 0), column) for column in columns)
        return
    # The values are put in order once, for all columns.
    among, start = compute.is_in(_joined(columns), value_set=_joined(values)), 0
    for column in columns:
        own = among.slice(start, len(column))
        start += len(column)
        yield column.filter(own), column.filter(compute.invert(own))


def _joined(columns: Sequence[Column]) -> Column:
    import pyarrow

    return pyarrow.chunked_array([chunk for one in columns for chunk in one.chunks])
