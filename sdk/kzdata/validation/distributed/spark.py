"""Apache Spark, classic or Connect, as an engine: a session that its user made, and nothing more.

Tasks go to workers as the name of a function and JSON. What tasks give is kept as Parquet in a
scratch folder, so that no file is read twice for Spark's sake.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from kzdata.errors import EngineError, MissingExtraError, UsageError, require
from kzdata.validation.distributed.pieces import FOR_DRIVER, Parcel

if TYPE_CHECKING:
    import pyarrow

COLUMNS = "bucket int, text string, data binary"  # of a `Parcel`
PARCELS = 200  # that a worker hands over at once
BYTES = 32 << 20  # of them, about
_Batches = Callable[[Iterable[Any]], Iterator[Any]]  # of Arrow


def session(master: str) -> Any:
    """A Spark session at a master (`local[2]`) or at an address of Spark Connect (`sc://host`).

    Raises:
        EngineError: There is none to be had.
        MissingExtraError: PySpark is not installed.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        way = "pip install pyspark, or pyspark-client for sc://HOST"
        raise MissingExtraError(f"pyspark is not installed; {way}") from error
    builder = SparkSession.builder
    chosen = builder.remote(master) if master.startswith("sc://") else builder.master(master)
    return carried_out(chosen.getOrCreate)


class SparkEngine:
    """Tasks on the workers of a session; `scratch` is a folder that driver and workers see.

    Use it in a `with` block: what it wrote into the folder is removed after it, as far as the
    folder is one of this machine.
    """

    def __init__(self, spark: Any, scratch: str) -> None:
        for name in ("numpy", "pyarrow"):
            require(name, "spark")
        if not all(hasattr(spark, name) for name in ("createDataFrame", "read")):
            raise UsageError(f"no Spark session but a {type(spark).__name__}; make one first")
        self._spark = spark
        self._place = f"{scratch.rstrip('/')}/kzdata-{uuid4().hex}"
        self._kept = defaultdict[str, list[str]](list)

    @property
    def folder(self) -> Path:
        """The folder of this machine that it writes into.

        Raises:
            UsageError: It is an address of Spark's, which this machine does not see.
        """
        place = self._place.removeprefix("file://")
        if "://" in place:
            raise UsageError(f"{place}: tables need a scratch folder that this machine sees, too")
        return Path(place)

    def __enter__(self) -> "SparkEngine":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, ValueError):
            shutil.rmtree(self._place.removeprefix("file://"), ignore_errors=True)

    def run(self, task: str, jobs: Sequence[Parcel]) -> list[Parcel]:
        """See `Engine`."""
        place = f"{self._place}/{task}-{len(self._kept[task])}"
        given = self._tasks(task, jobs)
        carried_out(lambda: given.write.parquet(place))
        self._kept[task].append(place)
        return _collected(self._parcels(place).where(f"bucket = {FOR_DRIVER}"))

    def compare(self, task: str, of: str, asked: str) -> list[Parcel]:
        """See `Engine`."""
        kept = self._parcels(*self._kept[of]).where(f"bucket <> {FOR_DRIVER}")
        return _collected(kept.repartition("bucket").mapInArrow(_comparing(task, asked), COLUMNS))

    def _tasks(self, task: str, jobs: Sequence[Parcel]) -> Any:
        """What a function of `pieces` gives for some jobs, a partition for each."""
        rows = [(job.bucket, job.text, bytearray(job.data)) for job in jobs]
        frame = self._spark.createDataFrame(rows, COLUMNS).repartition(len(jobs))
        return frame.mapInArrow(_working(task), COLUMNS)

    def _parcels(self, *places: str) -> Any:
        return self._spark.read.schema(COLUMNS).parquet(*places)


def _working(task: str) -> _Batches:
    """What a worker does with jobs: a function of `pieces`, by its name."""

    # A worker looks the function up in its own kzdata: no code of it travels but these lines.
    def work(some: Iterable[Any]) -> Iterator[Any]:
        from kzdata.validation.distributed import pieces, spark

        for given in some:
            for job in spark.parcels_of(given):
                yield from spark.batches(getattr(pieces, task)(job))

    return work


def _comparing(task: str, asked: str) -> _Batches:
    """What a worker does with whole buckets: a function of `comparing`, by its name."""

    def work(some: Iterable[Any]) -> Iterator[Any]:
        from kzdata.validation.distributed import comparing, spark

        parcels = (one for given in some for one in spark.parcels_of(given))
        yield from spark.batches(getattr(comparing, task)(parcels, asked))

    return work


def parcels_of(batch: "pyarrow.RecordBatch") -> list[Parcel]:
    """The parcels of a batch of rows."""
    return [Parcel(**row) for row in batch.to_pylist()]


def batches(parcels: Iterable[Parcel]) -> Iterator["pyarrow.RecordBatch"]:
    """Parcels as batches of rows, each of a size that can be handed over."""
    import pyarrow

    kinds = (pyarrow.int32(), pyarrow.string(), pyarrow.binary())
    schema = pyarrow.schema([*zip(Parcel._fields, kinds, strict=True)])
    some: list[dict[str, Any]] = []
    size = 0
    for parcel in parcels:
        some.append(parcel._asdict())
        size += len(parcel.text) + len(parcel.data)
        if len(some) == PARCELS or size > BYTES:
            yield pyarrow.RecordBatch.from_pylist(some, schema)
            some, size = [], 0
    if some:
        yield pyarrow.RecordBatch.from_pylist(some, schema)


def _collected(frame: Any) -> list[Parcel]:
    rows = carried_out(frame.collect)
    return [Parcel(row["bucket"], row["text"], bytes(row["data"])) for row in rows]


def carried_out(action: Callable[[], Any]) -> Any:
    """What an action of Spark gives; it raises classes of its own, one for each kind of session."""
    try:
        return action()
    except Exception as error:
        said = " ".join(str(error).split())[:1_000]
        raise EngineError(f"Spark could not carry it out: {said}") from error
