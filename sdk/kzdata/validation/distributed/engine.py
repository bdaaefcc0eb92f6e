"""What an engine does: it runs tasks, and brings buckets together; here, in this process.

An engine is two functions. It never sees a row of a table: tasks get and give a few `Parcel`s.
A task may run again, or twice, and says the same.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Protocol

from kzdata.validation.distributed import comparing, pieces
from kzdata.validation.distributed.pieces import FOR_DRIVER, Parcel


class Engine(Protocol):
    """Carries out tasks somewhere, with retries of its own."""

    def run(self, task: str, jobs: Sequence[Parcel]) -> list[Parcel]:
        """Carry out a function of `pieces` for each job, and give what is for the driver.

        The buckets are kept. Those of earlier calls stay, but for those of the same number.
        """

    def compare(self, task: str, of: str, asked: str) -> list[Parcel]:
        """Carry out a function of `comparing` on what was kept of a task.

        All parcels of a bucket are in one call.
        """


class LocalEngine:
    """The engine of one process: it shows that the rest is right."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int], list[Parcel]] = {}  # by task, and the number of the job

    def run(self, task: str, jobs: Sequence[Parcel]) -> list[Parcel]:
        """See `Engine`."""
        told: list[Parcel] = []
        for job in jobs:
            kept = self.kept[task, job.bucket] = []
            for one in self.carry_out(task, job):
                (told if one.bucket == FOR_DRIVER else kept).append(one)
        return told

    def carry_out(self, task: str, job: Parcel) -> Iterator[Parcel]:
        """What a function of `pieces` gives for a job."""
        given: Iterator[Parcel] = getattr(pieces, task)(job)
        return given

    def compare(self, task: str, of: str, asked: str) -> list[Parcel]:
        """See `Engine`."""
        buckets = defaultdict[int, list[Parcel]](list)
        for one in (one for (name, _), kept in self.kept.items() if name == of for one in kept):
            buckets[one.bucket].append(one)
        compared = getattr(comparing, task)
        return [found for some in buckets.values() for found in compared(some, asked)]
