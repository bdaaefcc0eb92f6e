"""Queries at work: each can be interrupted or run out of time; and their answers.

The only module that imports DuckDB; the other ones of this folder have it from here.
"""

import math
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kzdata.display import MOST, html_table, safe
from kzdata.engine.limits import uninterrupted
from kzdata.errors import QueryError, require

if TYPE_CHECKING:
    import duckdb as duckdb
    import pandas
    import polars
    import pyarrow
    from duckdb import DuckDBPyConnection as DuckDBPyConnection
    from duckdb import DuckDBPyRelation as DuckDBPyRelation
else:
    # Ctrl-C would make it print the KeyboardInterrupt, and go on without a part of itself.
    with uninterrupted():
        try:  # the engine alone: the layer of relations over it takes four times as long to import
            import _duckdb as duckdb
        except ImportError:
            import duckdb

Result = TypeVar("Result")
CLOSED = "the package is closed"
# Bytes that this process may take for a stranger's query beyond what it holds. DuckDB's own limit
# is for tables; a list or a text of a query can grow past it.
MAX_GROWTH = 4 << 30
SLICE = 0.02  # seconds between two interrupts of work that should end
PATIENCE = 1.0  # seconds that work which should end is waited for
MAX_CELLS = 20_000_000  # cells that an answer may have as Python values; frames have no such limit
# What the engine raises: of a call that was interrupted, or a tree too deep, a RuntimeError.
ENGINE_ERRORS = (duckdb.Error, RuntimeError, MemoryError)


class StoppedError(Exception):
    """Ends a thread whose main thread was interrupted; nobody else sees it."""


class Work:
    """What a database is asked at the moment.

    While the engine works, Python heeds no Ctrl-C: it would be heard of at the end of a query. So
    the main thread, and whoever waits no longer than some time, leaves the work to a thread of its
    own, and waits. That costs a query a tenth of a millisecond. Other threads do their work
    themselves: somebody waits for them.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._local = threading.local()
        self._helpers: weakref.WeakSet[ThreadPoolExecutor] = weakref.WeakSet()
        self._running: list[DuckDBPyConnection] = []
        self._changed = threading.Condition()
        self._ended = False

    @property
    def own(self) -> bool:
        """Whether this is the process that began it; one forked off has none of its threads."""
        return os.getpid() == self._process

    def carry_out(
        self, cursor: "DuckDBPyConnection", task: Callable[[], Result], timeout: float | None = None
    ) -> Result:
        """What a task of a cursor returns; it is stopped after so many seconds, None for never.

        DuckDB looks for an interrupt between two chunks of rows.

        Raises:
            QueryError: It took too long, or the database is closed.
            KeyboardInterrupt: The user interrupted.
        """
        end = math.inf if timeout is None else time.monotonic() + timeout
        counted = self._counted(cursor, task)
        in_main = threading.current_thread() is threading.main_thread()
        if not self.own or not (in_main or timeout is not None):
            return counted()
        running = self._helper.submit(counted)
        try:
            reason = wait_for(running, end, None if timeout is None else _resident() + MAX_GROWTH)
            if reason:
                _stop(cursor, running, math.inf)
        except BaseException:
            del self._local.helper  # it may be busy for longer than anybody waits
            _stop(cursor, running, time.monotonic() + PATIENCE)
            raise
        try:
            if not reason:
                return running.result()
            raise QueryError(_why_stopped(reason, timeout)) from running.exception()
        finally:
            del running  # an exception would hold it in a cycle, and with it the engine

    @property
    def _helper(self) -> ThreadPoolExecutor:
        """The thread that works for this one."""
        if not hasattr(self._local, "helper"):
            self._local.helper = ThreadPoolExecutor(max_workers=1)
            self._helpers.add(self._local.helper)
        return self._local.helper  # type: ignore[no-any-return]

    def _counted(
        self, cursor: "DuckDBPyConnection", task: Callable[[], Result]
    ) -> Callable[[], Result]:
        """A task that counts as running from now on until it is done."""
        with self._changed:
            if self._ended:
                raise QueryError(CLOSED)
            self._running.append(cursor)

        def carry_out() -> Result:
            try:
                return task()
            except ENGINE_ERRORS as error:
                if self._ended:
                    raise QueryError(CLOSED) from error
                raise
            finally:
                with self._changed:
                    self._running.remove(cursor)
                    self._changed.notify_all()

        return carry_out

    def interrupt(self) -> None:
        """Stop what is asked at the moment, and wait, not for ever, until nothing is."""
        until = time.monotonic() + PATIENCE
        with self._changed:
            while self._running and time.monotonic() < until:
                for cursor in self._running:
                    cursor.interrupt()
                self._changed.wait(SLICE)

    def end(self) -> None:
        """Stop what is asked at the moment, and let nothing more be asked."""
        self._ended = True
        self.interrupt()
        for helper in list(self._helpers):
            helper.shutdown(wait=not self._running)


def wait_for(task: "Future[Any]", end: float = math.inf, most: int | None = None) -> str:
    """What was over before a task was done, `time` or bytes of `memory`; empty if nothing was.

    It waits in slices, between which Ctrl-C is heard: on Windows, no long wait is interrupted.
    """
    while not task.done():
        if (left := end - time.monotonic()) <= 0:
            return "time"
        if most is not None and _resident() > most:
            return "memory"
        wait([task], min(left, 10 * SLICE))
    return ""


def _why_stopped(reason: str, timeout: float | None) -> str:
    if reason == "memory":
        return f"stopped after it took {MAX_GROWTH >> 30} GiB of memory; ask for less"
    return f"stopped after {timeout:g} s; ask for less, or allow more time (timeout)"


def _resident() -> int:
    """Bytes of memory that this process holds; 0 where the system does not tell (Linux does)."""
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def _stop(cursor: "DuckDBPyConnection", task: "Future[Any]", until: float) -> None:
    """Interrupt a task until it is done: between two queries of it an interrupt is lost."""
    while not task.done() and time.monotonic() < until:
        cursor.interrupt()
        wait([task], SLICE)


class Answer:
    """The answer to a query: columns and rows, or a frame of another library.

    Iteration gives a dictionary a row. It is worked out anew each time that it is read, within the
    time that the query was given.
    """

    def __init__(
        self,
        work: Work,
        cursor: "DuckDBPyConnection",
        relation: "DuckDBPyRelation",
        timeout: float | None = None,
        keep: object = None,
    ) -> None:
        self._work = work
        self._keep = keep
        self._cursor = cursor
        self._relation = relation
        self._timeout = timeout
        self.columns: tuple[str, ...] = tuple(relation.columns)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self.rows():
            yield dict(zip(self.columns, row, strict=True))

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows as tuples.

        Raises:
            QueryError: The query fails on the way, takes too long, or has too many rows for Python.
        """
        rows = self._first(most := MAX_CELLS // len(self.columns) + 1)
        if len(rows) == most:
            message = f"an answer of over {MAX_CELLS:,} cells; ask for less, or for a frame"
            raise QueryError(message)
        return rows

    def __repr__(self) -> str:
        return f"<Answer: {', '.join(map(safe, self.columns))}>"

    def _repr_html_(self) -> str:
        return html_table(self.columns, self._first(MOST + 1))

    def df(self) -> "pandas.DataFrame":
        """The answer as a pandas DataFrame; raises MissingExtraError without pandas."""
        require("pandas", "pandas")
        return self._read(self._relation.df)  # type: ignore[no-any-return]

    def pl(self) -> "polars.DataFrame":
        """The answer as a Polars DataFrame; raises MissingExtraError without polars."""
        require("polars", "polars")
        require("pyarrow", "polars")
        return self._read(self._relation.pl)  # type: ignore[no-any-return]

    def arrow(self) -> "pyarrow.Table":
        """The answer as an Arrow table; raises MissingExtraError without pyarrow."""
        require("pyarrow", "pyarrow")
        return self._read(self._relation.to_arrow_table)

    def _first(self, most: int) -> list[tuple[Any, ...]]:
        return self._read(lambda: self._relation.limit(most).fetchall())

    def _read(self, task: Callable[[], Result]) -> Result:
        try:
            return self._work.carry_out(self._cursor, task, self._timeout)
        except ENGINE_ERRORS as error:
            raise QueryError(first_line(error) or "out of memory") from error


def first_line(error: Exception) -> str:
    """What DuckDB says of an error, without its context."""
    if isinstance(error, duckdb.ConnectionException) and "closed" in str(error):
        return CLOSED
    first = str(error).strip().split("\n", 1)[0]
    return first.replace("INTERNAL Error:", "DuckDB failed:", 1)


def with_names(error: Exception) -> str:
    """The first line of what DuckDB says, and the names that it thinks were meant."""
    hints = ("Did you mean ", "Candidate bindings: ")
    hint = next((line for line in str(error).splitlines() if line.startswith(hints)), "")
    first = first_line(error)
    return f"{first.rstrip('!')}; {hint[0].lower()}{hint[1:]}" if hint else first
