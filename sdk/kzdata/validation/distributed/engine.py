"""What an engine does: it runs tasks, and brings buckets together; here, in this process.

An engine is three functions. It never sees a row of a table: tasks get and give a few `Parcel`s.
A task may run again, or twice, and says the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from kzdata.validation.distributed.pieces import (
    FOR_DRIVER,
    Parcel,
    compare_buckets,
    locate_keys,
    read_piece,
)

Task = Callable[[Parcel], Iterator[Parcel]]


class Engine(Protocol):
    """Carries out the tasks of `pieces` somewhere, with retries of its own."""

    def read(self, jobs: Sequence[Parcel]) -> list[Parcel]:
        """Carry out `read_piece` for each job; keep the buckets, and give what is for the driver.

        The buckets of the jobs of earlier calls stay, but for those of the same number.
        """

    def compare(self, asked: str) -> list[Parcel]:
        """Carry out `compare_buckets` on all kept parcels, with those of a bucket in one call."""

    def locate(self, jobs: Sequence[Parcel]) -> list[Parcel]:
        """Carry out `locate_keys` for each job."""


class LocalEngine:
    """The engine of one process: it shows that the rest is right."""

    def __init__(self) -> None:
        self._kept: dict[int, list[Parcel]] = {}

    def read(self, jobs: Sequence[Parcel]) -> list[Parcel]:
        """See `Engine`."""
        told: list[Parcel] = []
        for job in jobs:
            given = self.run(read_piece, job)
            told += [one for one in given if one.bucket == FOR_DRIVER]
            self._kept[job.bucket] = [one for one in given if one.bucket != FOR_DRIVER]
        return told

    def compare(self, asked: str) -> list[Parcel]:
        """See `Engine`."""
        buckets: dict[int, list[Parcel]] = defaultdict(list)
        for one in (one for parcels in self._kept.values() for one in parcels):
            buckets[one.bucket].append(one)
        return [found for some in buckets.values() for found in compare_buckets(some, asked)]

    def locate(self, jobs: Sequence[Parcel]) -> list[Parcel]:
        """See `Engine`."""
        return [told for job in jobs for told in self.run(locate_keys, job)]

    def run(self, task: Task, job: Parcel) -> list[Parcel]:
        """What a task gives."""
        return list(task(job))
