"""DuckDB: the only module that knows its dialect.

A table is read once, every column as text, into a temporary table whose row order is the file's, so
that a row's position is its record number at no cost. Nothing is sniffed, cast silently or skipped.
Everything else here is a small vocabulary of SQL expressions from which rules are written, so that
another engine can take this module's place.
"""

import importlib
import json
import math
import os
import re
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from kzdata.display import MOST, html_table, safe
from kzdata.engine.limits import of_machine, uninterrupted
from kzdata.engine.sandbox import MAX_CHARACTERS, measured, screened
from kzdata.errors import MissingExtraError, PackageError, QueryError
from kzdata.files.archive import share_of_disk
from kzdata.files.csv import Sheet
from kzdata.files.temporary import TemporaryFolder

if TYPE_CHECKING:
    import duckdb
    import pandas
    import polars
    import pyarrow
    from duckdb import DuckDBPyRelation as DuckDBPyRelation
else:
    with (
        uninterrupted()
    ):  # it would print the KeyboardInterrupt, and go on without a part of itself
        try:  # the engine alone: the layer of relations over it takes four times as long to import
            import _duckdb as duckdb
        except ImportError:
            import duckdb

NULL_MARK = f"\\kzdata:{os.urandom(16).hex()}\\"
"""A string that no cell is: empty cells are empty strings, missing values a schema's. Nobody can
guess it, so that no cell of a stranger is taken for no value."""
MAX_LINE_BYTES = 4 << 20
MAX_SHARED_SQL = 100_000
"""Characters of a table's checks up to which DuckDB looks for parts they share: the time it takes
grows with the square of them."""
MAX_SQL = 4_000_000
"""Characters of a table's checks."""
MAX_BITS = 1_000_000_000
"""Bits that one value of DuckDB can have."""
MAX_DIGITS = 1_000
"""Characters of a number up to which its value is compared, not its text."""
ORD = "kz_ord"
"""Column that counts a table's rows from 0; no column of a package may be called so."""
SHARED = "shared"
"""Schema of relations that are no table of the package, so that no name can collide."""
_UNSAYABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, which ends a text in C, and half of a surrogate pair, which no UTF-8 holds."""
Item = TypeVar("Item")
Result = TypeVar("Result")
LISTED = "(SELECT unnest(CAST(? AS VARCHAR[])))"
"""A relation of one column, the texts of a parameter; thousands are joined, not compared."""
CLOSED = "the package is closed"
MAX_GROWTH = 4 << 30
"""Bytes that this process may take for a stranger's query beyond what it holds. DuckDB's own limit
is for tables; a list or a text of a query can grow past it."""
SLICE = 0.02
"""Seconds between two interrupts of work that should end."""
PATIENCE = 1.0
"""Seconds that work which should end is waited for."""
TIMEOUT = 30.0
"""Seconds after which a stranger's query is stopped."""
MAX_MEMORY = 2 << 30
"""Bytes that the database of an opened package may take before it uses the disk."""
MAX_SPILL = 8_000_000_000
"""Bytes that it may write to the disk, at most a sixth of what is free."""
MAX_SPILLED = 16 << 30
"""The same for a validation."""
MAX_PARQUET_NODES = 20_000
"""Columns of a Parquet file, with those inside of others."""
MAX_PARQUET_DEPTH = 100
"""How deep they may stand inside of each other; a list takes two levels."""
MAX_NESTED = 1 << 24
"""Values of a column of lists in one row group, which DuckDB holds at once."""
MAX_CELLS = 20_000_000
"""Cells that an answer may have as Python values; frames have no such limit."""
ENGINE_ERRORS = (duckdb.Error, RuntimeError, MemoryError)
"""What the engine raises: of a call that was interrupted, or a tree too deep, a RuntimeError."""


class UnreadableCSVError(PackageError):
    """DuckDB refused a file; the careful reader finds out why."""


class StoppedError(Exception):
    """Ends a thread whose main thread was interrupted; nobody else sees it."""


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier, whatever characters it holds.

    Raises:
        QueryError: It holds one that SQL cannot.
    """
    return '"' + _sayable(name).replace('"', '""') + '"'


def table_named(name: str) -> str:
    """A table of the package, which no common table expression of a query can hide."""
    return f"main.{identifier(name)}"


def column(name: str, alias: str = "t") -> str:
    """A column of a row."""
    return f"{alias}.{identifier(name)}"


def literal(value: str) -> str:
    """A string as an SQL literal, whatever characters it holds.

    Raises:
        QueryError: It holds one that SQL cannot.
    """
    return "'" + _sayable(value).replace("'", "''") + "'"


def _sayable(value: str) -> str:
    """A text of which SQL keeps every character."""
    if not (value.isascii() and "\0" not in value) and _UNSAYABLE.search(value):
        raise QueryError(f"{value[:80]!r} holds NUL, or half a letter; SQL has no text for that")
    return value


def absent(expression: str, missing: Sequence[str]) -> str:
    """The expression, or NULL where it is one of the missing values."""
    if len(missing) < 2:
        return "".join(f"nullif({expression}, {literal(value)})" for value in missing) or expression
    # One `nullif` in another doubles the expression each time, and DuckDB makes a long IN a join.
    listed = ", ".join(map(literal, missing))
    return f"(CASE WHEN list_contains([{listed}], {expression}) THEN NULL ELSE {expression} END)"


def among(expression: str, texts: Iterable[str]) -> str:
    """Whether the text is one of some texts; never, where there are none."""
    listed = ", ".join(map(literal, texts))
    return f"{expression} IN ({listed})" if listed else "false"


def listed(expressions: Iterable[str]) -> str:
    """Some texts as one list of texts."""
    return f"CAST([{', '.join(expressions)}] AS VARCHAR[])"


def full_match(expression: str, pattern: str) -> str:
    """Whether the whole text matches an RE2 pattern."""
    return f"regexp_full_match({expression}, {literal(pattern)})"


def contains(expression: str, part: str) -> str:
    """Whether a text contains another."""
    return f"contains({expression}, {part})"


def without(expression: str, part: str) -> str:
    """The text with every occurrence of another taken out."""
    return f"replace({expression}, {part}, '')"


def words(expression: str) -> str:
    """The text with each word between two marks, so that `contains` finds whole words only.

    One regular expression for all rows is far faster than one a row.
    """
    return f"regexp_replace({expression}, '([\\p{{L}}\\p{{N}}_]+)', '\x1e\\1\x1f', 'g')"


def matches(expression: str, pattern: str) -> str:
    """Whether an RE2 pattern matches somewhere in the text."""
    return f"regexp_matches({expression}, {literal(pattern)})"


def contains_words(expression: str, part: str) -> str:
    """Whether a text contains another as whole words; the costly test only where blanks fail."""
    between = contains(f"(' ' || {expression} || ' ')", f"(' ' || {part} || ' ')")
    return f"(CASE WHEN {between} THEN true ELSE {contains(words(expression), words(part))} END)"


def code_points(expression: str) -> str:
    """Length in Unicode code points."""
    return f"length({expression})"


def integer(expression: str) -> str:
    """The text as a whole number of up to 38 digits, or NULL."""
    return f"try_cast({expression} AS HUGEINT)"


def decimal(expression: str) -> str:
    """The text as a number, or NULL. Exact to 38 digits, ten of them after the point."""
    return f"try_cast({expression} AS DECIMAL(38, 10))"


def day(expression: str) -> str:
    """The text as a date, or NULL."""
    return f"try_cast({expression} AS DATE)"


def calendar_day(expression: str) -> str:
    """The value as a date of the years 1 to 9999, which Python has too, or NULL."""
    known = f"{day(expression)} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"
    return f"(CASE WHEN {known} THEN {day(expression)} END)"


def is_calendar(expression: str, kind: str) -> str:
    """Whether a text of the right shape is a real `DATE`, `TIME` or `TIMESTAMP`."""
    return f"(try_cast({expression} AS {kind}) IS NOT NULL)"


def sha256(expression: str) -> str:
    """Hexadecimal SHA-256 of a text's UTF-8 bytes."""
    return f"sha256({expression})"


def hashed(expressions: Iterable[str]) -> str:
    """A number that equal rows of values share, and few others."""
    return f"hash({', '.join(expressions)})"


def counted(expression: str, most: int) -> str:
    """How many rows of a table some numbers of rows name, each counted once; NULL names none.

    One bit for each row of the table is far faster than a hash of each number.

    Args:
        expression: Numbers from 0 to `most`.
        most: Rows that the table has.
    """
    if most > MAX_BITS:
        return f"count(DISTINCT {expression})"
    return f"coalesce(bit_count(bitstring_agg({expression}, 0, {most})), 0)"


def joined(expressions: Iterable[str], between: str) -> str:
    """Some texts as one, with another between them; NULL is passed over."""
    return f"concat_ws({literal(between)}, {', '.join(expressions)})"


def text(expression: str) -> str:
    """Any value as text."""
    return f"CAST({expression} AS VARCHAR)"


def double(expression: str) -> str:
    """The text as the nearest binary number, infinities and NaN included, or NULL."""
    return f"try_cast({expression} AS DOUBLE)"


def between_doubles(expression: str, low: float, high: float) -> str:
    """Whether a text's nearest binary number lies between two, both included; NaN never does.

    One test, so that the text is read once: DuckDB shares no common part inside a CASE.
    """
    ends = [double(literal(repr(end))) for end in (low, high)]
    return f"({double(expression)} BETWEEN {ends[0]} AND {ends[1]})"


def whole_of_bits(number: int) -> str:
    """The SQL type of whole numbers with so many bits and a sign, at most 127 in all."""
    return "BIGINT" if number < 64 else "HUGEINT"


def small(expression: str) -> str:
    """The number of a row, in as few bytes as rows can be counted."""
    return f"CAST({expression} AS UINTEGER)"


def tiny(expression: str) -> str:
    """A whole number below 256, in one byte."""
    return f"CAST({expression} AS UTINYINT)"


def bigint(expression: str) -> str:
    """The text as a whole number of up to 18 digits, or NULL."""
    return f"try_cast({expression} AS BIGINT)"


def moment(expression: str) -> str:
    """A text `YYYY-MM-DD hh:mm:ss.ffffff` as microseconds since 1970, or NULL.

    DuckDB reads an offset and drops it, and drops digits after the sixth.
    """
    return f"CAST(epoch_us(try_cast({expression} AS TIMESTAMP)) AS HUGEINT)"


def printed_alike(expression: str, kind: str) -> str:
    """Whether a text, read as a `DATE` or `BIGINT` and printed again, is the same text.

    DuckDB's casts take more forms than they print (`2024/01/26`, `1_000`, `epoch`).
    """
    return f"(CAST(try_cast({expression} AS {kind}) AS VARCHAR) = {expression})"


def printed_with_t(expression: str) -> str:
    """Whether a text, read as a TIMESTAMP and printed again with a T, is the same text."""
    printed = f"replace(CAST(try_cast({expression} AS TIMESTAMP) AS VARCHAR), ' ', 'T')"
    return f"({byte_length(expression)} >= 19 AND {printed} = {expression})"


def beginning(expression: str, length: int) -> str:
    """The first code points of a value as text."""
    return f"left({text(expression)}, {length})"


def byte_length(expression: str) -> str:
    """Length in bytes of UTF-8: cheaper than code points."""
    return f"strlen({expression})"


def extracted(expression: str, pattern: str, group: int = 1) -> str:
    """A group of the first match of an RE2 pattern; empty where it doesn't match."""
    return f"regexp_extract({expression}, {literal(pattern)}, {group})"


def replaced(expression: str, pattern: str, by: str) -> str:
    """The text with every match of an RE2 pattern replaced."""
    return f"regexp_replace({expression}, {literal(pattern)}, {literal(by)}, 'g')"


def swapped(expression: str, old: str, new: str) -> str:
    """The text with every occurrence of a text replaced by another."""
    return f"replace({expression}, {literal(old)}, {literal(new)})"


def digits(expression: str, pattern: str) -> str:
    """The digits that a pattern finds in a text as a whole number; 0 where it finds none."""
    found = f"nullif({extracted(expression, pattern)}, '')"
    return f"(CASE WHEN {found} IS NULL THEN 0 ELSE try_cast({found} AS HUGEINT) END)"


def json_kind(expression: str) -> str:
    """The type of a JSON text in capitals, or NULL where it is no JSON.

    DuckDB's reader takes NaN, infinities and commas before a closing bracket (RFC 8259 has none of
    them), so that they are looked for outside of the strings.
    """
    bare = replaced(expression, r'"([^"\\]|\\.)*"', "0")
    lax = matches(bare, r"(?i)nan|inf|,[ \t\n\r]*[\]}]")
    return f"(CASE WHEN json_valid({expression}) AND NOT {lax} THEN json_type({expression}) END)"


def json_kind_at(expression: str, path: str) -> str:
    """The type of a part of a JSON text, or NULL."""
    return f"(CASE WHEN json_valid({expression}) THEN json_type({expression}, {literal(path)}) END)"


def json_text_at(expression: str, path: str) -> str:
    """A part of a JSON text as text, or NULL."""
    found = f"json_extract_string({expression}, {literal(path)})"
    return f"(CASE WHEN json_valid({expression}) THEN {found} END)"


def json_members(expression: str) -> str:
    """How many members a JSON object, or items a JSON array, has."""
    return (
        f"(CASE WHEN NOT json_valid({expression}) THEN NULL "
        f"WHEN json_type({expression}) = 'OBJECT' THEN len(json_keys({expression})) "
        f"ELSE json_array_length({expression}) END)"
    )


def items(expression: str, delimiter: str) -> str:
    """A text cut at a delimiter, as a list."""
    return f"string_split({expression}, {literal(delimiter)})"


def any_item(listed: str, test: Callable[[str], str]) -> str:
    """Whether a test holds for any item of a list."""
    return f"(len(list_filter({listed}, lambda item: {test('item')})) > 0)"


def joined_items(listed: str, value: Callable[[str], str]) -> str:
    """A list's items, each as another expression has it, as one text."""
    return f"array_to_string(list_transform({listed}, lambda item: {value('item')}), chr(31))"


def among_values(expression: str, texts: Iterable[str], value: Callable[[str], str]) -> str:
    """Whether a text has the value of one of some texts; false where it has none.

    Their values are worked out in one expression for all, which stays as short as they are.
    """
    listed = f"CAST([{', '.join(map(literal, texts))}] AS VARCHAR[])"
    values = f"list_transform({listed}, lambda item: {value('item')})"
    return f"coalesce(list_contains({values}, {value(expression)}), false)"


def count_items(listed: str) -> str:
    """How many items a list has."""
    return f"len({listed})"


def differing(cells: Sequence[tuple[int, str, str]]) -> str:
    """Of some cells those whose two texts differ, as a list of structures.

    Args:
        cells: A number for the column, and SQL of the old and of the new text.
    """
    parts = [f"{{'place': {place}, 'old': {old}, 'new': {new}}}" for place, old, new in cells]
    return f"list_filter([{', '.join(parts)}], lambda cell: cell.old IS DISTINCT FROM cell.new)"


def member(listed: str, name: str) -> str:
    """One member of each structure of a list, as a list."""
    return f"list_transform({listed}, lambda cell: cell.{name})"


def listing(parts: Sequence[str]) -> str:
    """Some texts as a list."""
    return f"CAST([{', '.join(parts)}] AS VARCHAR[])"


def first_item(listed: str) -> str:
    """The first item of a list, or NULL."""
    return f"list_extract({listed}, 1)"


def in_list(listed: str, item: str) -> str:
    """Whether a list holds an item; false where there is no list."""
    return f"coalesce(list_contains({listed}, {item}), false)"


def beside(listed: str, item: str, others: str) -> str:
    """What stands in one list where another has an item."""
    return f"list_extract({others}, list_position({listed}, {item}))"


def count_up(number: str) -> str:
    """A relation with the column `place` that counts from 0 to below a number."""
    return f"(SELECT range AS place FROM range({number}))"


def days_to_month(months: str) -> str:
    """Days from 2000-01-01 to the first of a month, given in months since January of year 0.

    The calendar repeats every 4800 months, so that no month is too far away.
    """
    rest = f"((({months}) % 4800 + 4800) % 4800)"
    day = f"CAST(DATE '2000-01-01' + to_months(CAST({rest} AS INTEGER)) AS DATE)"
    return f"((({months}) - {rest}) // 4800 * 146097 + ({day} - DATE '2000-01-01'))"


def likeness(expression: str, name: str) -> str:
    """How alike two names are, from 0 to 1, whatever their case."""
    return f"jaro_winkler_similarity(lower({expression}), lower({name}))"


def _named(path: Path) -> str:
    """A file's name as an SQL literal; the characters of a glob in it are taken literally."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))


def _csv(sheet: Sheet, columns: Sequence[str]) -> str:
    """A relation over the CSV files of a simple dialect, every column as text.

    Nothing is NULL: where empty cells are, DuckDB passes over one that stands too much in a row.
    """
    names = ", ".join(_named(part) for part in sheet.parts)
    kinds = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    quote, header = literal(sheet.dialect.quote), str(bool(sheet.dialect.header_rows)).lower()
    # What has no header was written here, with LF; DuckDB would take a CRLF in its first cell.
    ends = "" if sheet.dialect.header_rows else f", new_line={literal(chr(92) + 'n')}"
    return (
        f"read_csv([{names}], columns={{{kinds}}}, header={header}, auto_detect=false, "
        f"delim={literal(sheet.dialect.delimiter)}, quote={quote}, escape={quote}, "
        f"nullstr={literal(NULL_MARK)}, strict_mode=true, compression='none', "
        f"max_line_size={MAX_LINE_BYTES}{ends})"
    )


def held(name: str) -> str:
    """Name of a table that `Database.holding` makes; no table of a package can hide it."""
    return identifier(f"{name}\x1fheld")


def _hidden(name: str) -> str:
    """Name of the table behind a view that `Database.read` makes."""
    return f"{name}\x1frows"


def sensible_memory(most: int) -> str:
    """A limit of memory: so many bytes, or three quarters of a smaller machine."""
    return f"{of_machine(most, 3 / 4) >> 20}MiB"


def _spill(most: int, folder: Path | None) -> str:
    """A limit of what goes to the disk, which nobody's query or package may fill."""
    return f"{max(1, min(most, share_of_disk(folder, 1 / 6)) >> 20)}MiB"


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
        self._running: list[duckdb.DuckDBPyConnection] = []
        self._changed = threading.Condition()
        self._ended = False

    @property
    def own(self) -> bool:
        """Whether this is the process that began it; one forked off has none of its threads."""
        return os.getpid() == self._process

    def carry_out(
        self,
        cursor: duckdb.DuckDBPyConnection,
        task: Callable[[], Result],
        timeout: float | None = None,
    ) -> Result:
        """Carry out a task of a cursor.

        DuckDB looks for an interrupt between two chunks of rows.

        Args:
            cursor: Whose task it is.
            task: The call.
            timeout: Seconds after which it is stopped; None for never.

        Returns:
            What the task returns; what it raises is raised.

        Raises:
            QueryError: It took too long, or the database is closed.
            KeyboardInterrupt: The user interrupted.
        """
        end = math.inf if timeout is None else time.monotonic() + timeout
        counted = self._counted(cursor, task)
        in_main = threading.current_thread() is threading.main_thread()
        if not self.own or not (in_main or timeout is not None):
            return counted()
        found = self._helper.submit(counted)
        try:
            reason = _settled(found, end, None if timeout is None else _resident() + MAX_GROWTH)
            if reason:
                _stop(cursor, found, math.inf)
        except BaseException:
            del self._local.helper  # it may be busy for longer than anybody waits
            _stop(cursor, found, time.monotonic() + PATIENCE)
            raise
        try:
            if not reason:
                return found.result()
            raise QueryError(_told(reason, timeout)) from found.exception()
        finally:
            del found  # an exception would hold it in a circle, and with it the engine

    @property
    def _helper(self) -> ThreadPoolExecutor:
        """The thread that works for this one."""
        if not hasattr(self._local, "helper"):
            self._local.helper = ThreadPoolExecutor(max_workers=1)
            self._helpers.add(self._local.helper)
        helper: ThreadPoolExecutor = self._local.helper
        return helper

    def _counted(
        self, cursor: duckdb.DuckDBPyConnection, task: Callable[[], Result]
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


def _settled(found: "Future[Any]", end: float = math.inf, most: int | None = None) -> str:
    """Wait for a task, in slices between which Ctrl-C is heard; empty once it is done.

    On Windows a wait that may be long cannot be interrupted.

    Args:
        found: The task.
        end: The moment until which it may take.
        most: Bytes of memory that this process may hold meanwhile; None for any number.

    Returns:
        What was over first: `time` or `memory`; empty where it is done.
    """
    while not found.done():
        if (left := end - time.monotonic()) <= 0:
            return "time"
        if most is not None and _resident() > most:
            return "memory"
        wait([found], min(left, 10 * SLICE))
    return ""


def _told(reason: str, timeout: float | None) -> str:
    """Why a query was stopped, and the way out."""
    if reason == "memory":
        return f"stopped after it took {MAX_GROWTH >> 30} GiB of memory; ask for less"
    return f"stopped after {timeout:g} s; ask for less, or allow more time (timeout)"


def _resident() -> int:
    """Bytes of memory that this process holds; 0 where the system does not tell (Linux does)."""
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def _stop(cursor: duckdb.DuckDBPyConnection, found: "Future[Any]", until: float) -> None:
    """Interrupt a task until it is done: between two queries of it an interrupt is lost."""
    while not found.done() and time.monotonic() < until:
        cursor.interrupt()
        wait([found], SLICE)


class Database:
    """A DuckDB of its own, with a temporary directory that goes away with it.

    Args:
        threads: How many threads; all cores by default.
        memory_limit: Such as `2GB`; DuckDB's own default otherwise.
        lockable: Keep the data in a file, so that `lock` can make it read-only.
        temp_dir: Directory that its temporary directory is made in; the system's own by default.

    Raises:
        QueryError: DuckDB refuses the settings.
    """

    def __init__(
        self,
        threads: int | None = None,
        memory_limit: str | None = None,
        *,
        lockable: bool = False,
        temp_dir: Path | None = None,
    ) -> None:
        self._folder = TemporaryFolder("kzdata-spill-", temp_dir)
        self._work = Work()
        self._file = str(self._folder.path / "package.duckdb") if lockable else ":memory:"
        if lockable and memory_limit is None:
            memory_limit = sensible_memory(MAX_MEMORY)
        given = {"threads": threads, "memory_limit": memory_limit}
        # Nothing is ever fetched: an unknown function would make DuckDB look for an extension.
        self._settings: dict[str, Any] = {
            "temp_directory": str(self._folder.path),
            "max_temp_directory_size": _spill(MAX_SPILL if lockable else MAX_SPILLED, temp_dir),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # A query reads the package, not the variables of whoever asks it.
            "python_enable_replacements": False,
        }
        self._settings |= given
        self._settings = {k: value for k, value in self._settings.items() if value is not None}
        self._compiles: dict[str, bool] = {}
        self._connect()
        self.run(f"CREATE SCHEMA {SHARED}")

    def _connect(self, read_only: bool = False) -> None:
        try:
            self._connection = duckdb.connect(
                self._file, read_only=read_only, config=self._settings
            )
        except ENGINE_ERRORS as error:  # what is no UTF-8 is a RuntimeError
            raise QueryError(f"cannot start DuckDB: {_first_line(error)}") from error
        self._local = threading.local()
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop what is asked at the moment, and free everything; doing so again does nothing.

        A process that was forked off frees nothing: the engine's threads are not there.
        """
        if not self._work.own:
            return
        try:
            self._work.end()
            self._connection.close()
        except duckdb.Error:
            pass  # a single step on a giant value goes on; what it holds is freed after it
        finally:
            self._folder.remove()

    @property
    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's own cursor: a connection answers one query at a time."""
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self._connection.cursor()
        cursor: duckdb.DuckDBPyConnection = self._local.cursor
        return cursor

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query that kzdata itself wrote.

        Raises:
            QueryError: DuckDB cannot carry it out.
        """
        try:
            cursor = self._cursor
            return self._work.carry_out(
                cursor, lambda: cursor.execute(sql, list(parameters)).fetchall()
            )
        except ENGINE_ERRORS as error:
            self.heed()
            raise QueryError(_first_line(error)) from error

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a query in batches, on a cursor of its own.

        Raises:
            QueryError: DuckDB cannot carry it out, or the database is closed.
        """
        try:
            cursor = self._connection.cursor()
            self._work.carry_out(cursor, lambda: cursor.execute(sql))
            while batch := self._work.carry_out(cursor, lambda: cursor.fetchmany(10_000)):
                yield from batch
        except ENGINE_ERRORS as error:
            raise QueryError(_first_line(error)) from error

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Carry out a statement that kzdata itself wrote; raises QueryError as `rows` does."""
        self.rows(sql, parameters)

    def side_by_side(self, task: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Carry out a task for each item, two at a time, each in a thread with its own cursor.

        DuckDB uses one thread for a small file and for planning; two at a time keep two cores busy.

        Returns:
            The results in the order of the items.
        """
        pool = ThreadPoolExecutor(max_workers=2)
        try:
            found = [pool.submit(task, item) for item in items]
            return [one.result() for one in found if not _settled(one)]
        except BaseException:
            # After Ctrl-C nobody waits for a long query.
            pool.shutdown(wait=False, cancel_futures=True)
            self.interrupt()
            raise
        finally:
            pool.shutdown()

    def interrupt(self) -> None:
        """Stop what is asked at the moment, in every thread, and whoever heeds it."""
        self._stopped = True
        self._work.interrupt()

    def heed(self) -> None:
        """Stop here after `interrupt`.

        Raises:
            StoppedError: Somebody interrupted.
        """
        if self._stopped:
            raise StoppedError("interrupted")

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Make everything in the block one transaction, which is far faster for many statements."""
        self.run("BEGIN")
        try:
            yield
        except BaseException:
            self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    @contextmanager
    def holding(self, **queries: str) -> Iterator[None]:
        """Hold the rows of some queries as tables in the block, for this thread alone.

        DuckDB knows how many rows a table has, and guesses it of a common table expression.

        Args:
            queries: SQL by name; each may use those before it, as `held` calls them.
        """
        try:
            for name, sql in queries.items():
                self.run(f"CREATE OR REPLACE TEMP TABLE {held(name)} AS {sql}")
            yield
        finally:
            for name in queries:
                self.run(f"DROP TABLE IF EXISTS temp.{held(name)}")

    def compiles(self, pattern: str) -> bool:
        """Whether RE2 takes a pattern."""
        if pattern not in self._compiles:
            try:
                self.rows(f"SELECT {full_match(chr(39) * 2, pattern)}")
                self._compiles[pattern] = True
            except QueryError:
                self._compiles[pattern] = False
        return self._compiles[pattern]

    def read(
        self,
        name: str,
        sheet: Sheet,
        columns: Sequence[str],
        kept: Mapping[str, str],
        first: Mapping[str, str] | None = None,
    ) -> None:
        """Read a table's text into the view `name` with the column `kz_ord` and the columns `kept`.

        `kz_ord` counts the rows from 0 in the order of the files.

        Args:
            name: Name of the view.
            sheet: The text, of a simple dialect.
            columns: Names of all its columns, in the file's order.
            kept: SQL expressions over those columns, by the name they get.
            first: Further columns that `kept` may use, made out of those columns.

        Raises:
            UnreadableCSVError: DuckDB refuses the file.
            PackageError: There is too much to check.
        """
        hidden = identifier(_hidden(name))
        parts = ", ".join(f"{sql} AS c{place}" for place, sql in enumerate(kept.values()))
        names = ", ".join(f"c{place} AS {identifier(alias)}" for place, alias in enumerate(kept))
        if len(parts) > MAX_SQL:
            raise PackageError("more constraints than can be checked at once; divide the table")
        relation = _csv(sheet, columns)
        if first:
            more = ", ".join(f"{sql} AS {identifier(alias)}" for alias, sql in first.items())
            relation = f"(SELECT *, {more} FROM {relation})"
        try:
            if len(parts) > MAX_SHARED_SQL:
                self.run("SET disabled_optimizers = 'common_subexpressions'")
            self.run(f"CREATE OR REPLACE TABLE {hidden} AS SELECT {parts} FROM {relation}")
        except QueryError as error:
            # The file is not at fault.
            full = isinstance(error.__cause__, duckdb.OutOfMemoryException)
            reason = f"could not tell: {error}; --memory-limit gives more" if full else str(error)
            raise UnreadableCSVError(reason) from error
        finally:
            if len(parts) > MAX_SHARED_SQL:
                self.run("RESET disabled_optimizers")
        self.run(
            f"CREATE OR REPLACE VIEW {identifier(name)} AS "
            f"SELECT rowid AS {ORD}, {names} FROM {hidden}"
        )

    def read_nothing(self, name: str, kept: Sequence[str]) -> None:
        """Make what `read` makes, columns of text, without a row."""
        columns = ", ".join(f"{text('NULL')} AS {identifier(alias)}" for alias in kept)
        self.run(
            f"CREATE OR REPLACE VIEW {identifier(name)} AS "
            f"SELECT CAST(0 AS BIGINT) AS {ORD}, {columns} WHERE false"
        )

    def unread(self, name: str) -> None:
        """Forget what `read` made."""
        self.run(f"DROP VIEW IF EXISTS {identifier(name)}")
        self.run(f"DROP TABLE IF EXISTS {identifier(_hidden(name))}")

    def fill(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a shared relation out of Python values.

        Args:
            name: Its name in the schema `SHARED`.
            columns: SQL types by column name.
            rows: The values, a sequence a row.
        """
        lists = list(zip(*rows, strict=True)) or [() for _ in columns]
        parts = ", ".join(
            f"{part} AS {identifier(column)}"
            for part, column in zip(_unnested(columns.values()), columns, strict=True)
        )
        values = [list(column) for column in lists]
        self.run(f"CREATE TABLE {SHARED}.{identifier(name)} AS SELECT {parts}", values)

    def spread(
        self,
        name: str,
        source: str,
        lists: str,
        columns: Sequence[str],
        more: Mapping[str, str],
    ) -> None:
        """Make a table with the column `kz_ord` and one for each item of a column of lists.

        Args:
            name: Name of the new table.
            source: Name of the table with the lists; a row without one is left out.
            lists: Its column of lists.
            columns: Names of the new columns, in the order of the items.
            more: Further columns made out of those.
        """
        column = identifier(lists)
        items = [f"{column}[{n}] AS {identifier(part)}" for n, part in enumerate(columns, 1)]
        made = [f"{sql} AS {identifier(part)}" for part, sql in more.items()]
        self.run(
            f"CREATE TABLE {identifier(name)} AS SELECT {', '.join(['*', *made])} FROM ("
            f"SELECT {', '.join([ORD, *items])} FROM {identifier(source)} "
            f"WHERE {column} IS NOT NULL)"
        )

    def drop(self, name: str) -> None:
        """Forget a table."""
        self.run(f"DROP TABLE {identifier(name)}")

    def insert(self, table: str, kinds: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add rows of Python values to a table.

        Args:
            table: The table, as SQL.
            kinds: SQL types of its columns, in order.
            rows: The values, a sequence a row; at least one.
        """
        values = [list(column) for column in zip(*rows, strict=True)]
        self.run(f"INSERT INTO {table} SELECT {', '.join(_unnested(kinds))}", values)

    def share(self, name: str, sql: str) -> None:
        """Make a shared relation out of a query."""
        self.run(f"CREATE TABLE {SHARED}.{identifier(name)} AS {sql}")

    def load(self, name: str, sheet: Sheet, columns: Mapping[str, str]) -> None:
        """Read a table's text into a table with typed columns.

        Args:
            name: Name of the table.
            sheet: The text, of a simple dialect.
            columns: SQL of each typed value over the column's text, by name, in the file's order.

        Raises:
            PackageError: The file cannot be read, or a cell is not of its type.
        """
        parts = ", ".join(f"{sql} AS {identifier(column)}" for column, sql in columns.items())
        relation = _csv(sheet, list(columns))
        try:
            self.run(f"CREATE TABLE {identifier(name)} AS SELECT {parts} FROM {relation}")
        except QueryError as error:
            raise PackageError(f"{error}; `kzdata validate` says more") from error

    def summed_up(self, sheet: Sheet, columns: Sequence[str], sums: Sequence[str]) -> list[Any]:
        """Aggregates of a table's text, with one look at it.

        Args:
            sheet: The text, of a simple dialect.
            columns: Names of its columns, in the file's order.
            sums: SQL of the aggregates over those columns.

        Raises:
            PackageError: The file cannot be read.
        """
        parts = ", ".join(["count(*)", *sums])
        try:
            ((_, *found),) = self.rows(f"SELECT {parts} FROM {_csv(sheet, columns)}")
        except QueryError as error:
            raise PackageError(f"{error}; `kzdata validate` says more") from error
        return found

    def attach(self, name: str, other: "Database") -> None:
        """Make a locked database's tables readable under a name, without a copy."""
        self.run(f"ATTACH {literal(other._file)} AS {identifier(name)} (READ_ONLY)")

    def write_tables(self, file: str, name: str, tables: Mapping[str, str]) -> None:
        """Add the rows of some queries, in their order, to a database file that nobody has open.

        Args:
            file: The file.
            name: What this database may call the file meanwhile.
            tables: SQL by name of the table.
        """
        self.run(f"ATTACH {literal(file)} AS {name}")
        try:
            # A file that is read a few times is not worth the time that compression takes, nor a
            # log of what is written at once.
            self.run("SET force_compression = 'uncompressed'")
            self.run("SET checkpoint_threshold = '0B'")
            with self.at_once():
                for table, sql in tables.items():
                    self.run(f"CREATE TABLE {name}.main.{identifier(table)} AS {sql}")
        finally:
            self.run(f"DETACH {name}")

    def write_csv(self, source: Path, target: Path, limit: int, null: str = "") -> int:
        """Write a Parquet file out as CSV, each value as CSV files of Table Schema have it.

        Args:
            source: The Parquet file.
            target: The CSV file.
            limit: Bytes that its values may have as text; each value counts as one more.
            null: What is written for NULL.

        Returns:
            The bytes that were written.

        Raises:
            PackageError: It is not a Parquet file, or one of more than that.
        """
        # A path is no column: `id=7/t.parquet` has none that is called so.
        relation = f"read_parquet({_named(source)}, hive_partitioning=false)"
        try:
            self._check_parquet(source, relation, limit)
            kinds = {row[0]: row[1] for row in self.rows(f"DESCRIBE SELECT * FROM {relation}")}
            cells = ", ".join(
                f"coalesce({_as_cell(identifier(name), kind)}, {literal(null)}) "
                f"AS {identifier(name)}"
                for name, kind in kinds.items()
            )
            self.run(
                f"""COPY (SELECT {cells} FROM {relation})
                TO {literal(str(target))} (FORMAT csv, HEADER, FORCE_QUOTE *)"""
            )
        except QueryError as error:
            raise PackageError(f"not Parquet that can be read: {error}") from error
        return target.stat().st_size

    def _check_parquet(self, source: Path, relation: str, limit: int) -> None:
        """Make sure that a Parquet file has columns of distinct names, and is not too large.

        Raises:
            PackageError: Two of its columns have one name, so that DuckDB would make up another; or
                it unpacks to more than the limit.
        """
        file = _named(source)
        nodes = self.rows(
            f"SELECT name, num_children FROM parquet_schema({file}) LIMIT {MAX_PARQUET_NODES + 1}"
        )
        if len(nodes) > MAX_PARQUET_NODES:
            raise PackageError(f"over {MAX_PARQUET_NODES:,} columns, with those inside of others")
        stated, depth = _top_level(nodes)
        if depth > MAX_PARQUET_DEPTH:
            raise PackageError(f"columns inside of columns over {MAX_PARQUET_DEPTH} deep")
        if [row[0] for row in self.rows(f"DESCRIBE SELECT * FROM {relation}")] != stated:
            raise PackageError("two of its columns have one name, but for its case; rename one")
        ((cells, most),) = self.rows(
            f"""SELECT sum(num_values), max(num_values) FILTER (path_in_schema LIKE '%, %')
            FROM parquet_metadata({file})"""
        )
        if (most or 0) > MAX_NESTED:
            raise PackageError(f"over {MAX_NESTED:,} values of one list column in a row group")
        if (cells or 0) > limit or (cells or 0) + self._text_size(relation) > limit:
            raise PackageError("it unpacks to more than a package may have")

    def _text_size(self, relation: str) -> int:
        """Bytes of all values of a relation as text."""
        ((size,),) = self.rows(
            f"""SELECT sum(size) FROM (SELECT unnest(list_value(*COLUMNS(lambda name: true)))
                AS size FROM (SELECT sum(strlen(CAST(COLUMNS(*) AS VARCHAR))) FROM {relation}))"""
        )
        return int(size or 0)

    def write_rows(self, sql: str, target: Path) -> None:
        """Write a query's rows as CSV with a header (RFC 4180, UTF-8, LF); NULL is an empty cell.

        Raises:
            QueryError: DuckDB cannot carry it out.
        """
        self.run(f"COPY ({sql}) TO {literal(str(target))} (FORMAT csv, HEADER)")

    def relation(self, name: str) -> "DuckDBPyRelation":
        """A table as a DuckDB relation."""
        _add_relations()
        try:
            return self._connection.cursor().table(identifier(name))
        except duckdb.Error as error:
            raise QueryError(_first_line(error)) from error

    def whole(self, name: str) -> "Answer":
        """All rows of a table."""
        return self.answer(f"SELECT * FROM {identifier(name)}")

    def answer(self, sql: str, keep: object = None) -> "Answer":
        """The answer to a query that kzdata itself wrote, for as long as it takes.

        Args:
            sql: The query.
            keep: What must not be freed before the answer is.
        """
        _add_relations()
        try:
            cursor = self._connection.cursor()
            return Answer(self._work, cursor, cursor.sql(sql), keep=keep)
        except ENGINE_ERRORS as error:
            raise QueryError(_first_line(error)) from error

    def lock(self, fill: Callable[[str], None] | None = None) -> None:
        """Make the data read-only, and shut the file system, extensions and settings for good.

        Args:
            fill: Writes the tables into the database's file, given its path.
        """
        self.run(f"DROP SCHEMA {SHARED}")
        self._connection.close()
        if fill:
            fill(self._file)
        self._connect(read_only=True)
        for setting in (
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            self.run(setting)

    def ask(self, sql: str, parameters: Any = None, timeout: float | None = TIMEOUT) -> "Answer":
        """Carry out a stranger's query on a locked database.

        Its syntax tree is looked at first: only table functions that are known to be harmless may
        stand in it. It is asked as a subquery: DuckDB takes a statement that writes inside a common
        table expression for a SELECT, but only at the top level.

        Args:
            sql: One SELECT.
            parameters: A sequence for `?`, a mapping for `$name`.
            timeout: Seconds after which it is stopped; None for never.

        Raises:
            QueryError: It is not one SELECT, it takes too long, or DuckDB refuses it.
        """
        try:
            _add_relations()
            cursor, widest = self._connection.cursor(), self._widest
            relation = self._work.carry_out(
                cursor, lambda: _bound(cursor, sql, parameters, widest), timeout
            )
            return Answer(self._work, cursor, relation, timeout)
        except (*ENGINE_ERRORS, TypeError, ValueError) as error:
            raise QueryError(_hinted(error)) from error

    @cached_property
    def _widest(self) -> int:
        """Columns of the widest table."""
        ((widest,),) = self.rows("SELECT max(column_count) FROM duckdb_tables()")
        return widest or 0


def _bound(
    cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Any, widest: int
) -> "DuckDBPyRelation":
    """A stranger's query with its names looked up, ready to be carried out."""
    measured(word for _, word in _words(sql))
    statements = cursor.extract_statements(sql)
    kinds = [statement.type.name for statement in statements]
    if kinds != ["SELECT"]:
        raise QueryError(f"one SELECT is allowed, not {', '.join(kinds[:5]) or 'nothing'}")
    query = f"SELECT * FROM (\n{_without_end(statements[0].query)}\n)"
    ((found,),) = cursor.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    try:
        tree = json.loads(found)
        if tree["error"]:
            raise QueryError(f"not a SELECT that can be checked: {tree.get('error_message', '')}")
        screened(tree, widest)
    except RecursionError as error:
        raise QueryError("the query is nested too deep; ask in several queries") from error
    return cursor.sql(query, params=parameters)


def _words(sql: str) -> list[tuple[int, str]]:
    """The words, signs and values of a query in small letters, each with the byte it begins at.

    Raises:
        QueryError: It is too long, or no text that SQL can hold.
    """
    if not isinstance(sql, str):
        raise QueryError("a query must be a text")
    if len(sql) > MAX_CHARACTERS:
        raise QueryError(f"a query of over {MAX_CHARACTERS:,} characters; ask in several queries")
    data, found = _sayable(sql).encode(), duckdb.tokenize(sql)
    ends = [*(start for start, _ in found), len(data)][1:]
    return [
        (start, data[start:end].decode().strip().lower())
        for (start, kind), end in zip(found, ends, strict=False)
        if kind != duckdb.token_type.comment
    ]


def _without_end(sql: str) -> str:
    """A statement without what follows its first semicolon."""
    ends = [start for start, word in _words(sql) if word == ";"]
    return sql.encode()[: ends[0]].decode() if ends else sql


def _top_level(nodes: Sequence[tuple[str, int | None]]) -> tuple[list[str], int]:
    """Names of a Parquet file's own columns, and how deep columns stand inside of each other.

    Its schema lists all nodes, each before its children. The first is the file itself.
    """
    names: list[str] = []
    left: list[int] = []  # how many children are to come, of each node that is open
    depth = 0
    for name, children in nodes[1:]:
        while left and left[-1] == 0:
            left.pop()
        if left:
            left[-1] -= 1
        else:
            names.append(name)
        left.append(children or 0)
        depth = max(depth, len(left))
    return names, depth


def _as_cell(expression: str, kind: str) -> str:
    """A value as CSV has it: whole numbers without a point, a T between date and time, JSON."""
    if kind.startswith(("STRUCT", "MAP")) or kind.endswith("]"):
        return f"CASE WHEN {expression} IS NOT NULL THEN {text(f'to_json({expression})')} END"
    cell = text(expression)
    if kind in ("DOUBLE", "FLOAT"):
        return replaced(cell, "[.]0$", "")
    if kind == "TIMESTAMP WITH TIME ZONE":
        utc = text(f"timezone('UTC', {expression})")
        return f"{swapped(utc, ' ', 'T')} || 'Z'"
    return swapped(cell, " ", "T") if kind.startswith("TIMESTAMP") else cell


def _unnested(kinds: Iterable[str]) -> list[str]:
    """Parameters that are lists, as columns of the given SQL types."""
    return [f"unnest(CAST(${i} AS {kind}[]))" for i, kind in enumerate(kinds, 1)]


def _add_relations() -> None:
    """Import the layer of relations, which adds them to the engine's own classes."""
    import duckdb  # noqa: F401


class Answer:
    """The answer to a query: columns and rows, or a frame of another library.

    Iteration gives a dictionary a row. It is worked out anew each time that it is read, within the
    time that the query was given.
    """

    def __init__(
        self,
        work: "Work",
        cursor: duckdb.DuckDBPyConnection,
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
        frame: pandas.DataFrame = self._get("df")
        return frame

    def pl(self) -> "polars.DataFrame":
        """The answer as a Polars DataFrame; raises MissingExtraError without polars."""
        require("polars", "polars")
        require("pyarrow", "polars")
        frame: polars.DataFrame = self._get("pl")
        return frame

    def arrow(self) -> "pyarrow.Table":
        """The answer as an Arrow table; raises MissingExtraError without pyarrow."""
        require("pyarrow", "pyarrow")
        table: pyarrow.Table = self._get("to_arrow_table")
        return table

    def _first(self, most: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self._read(lambda: self._relation.limit(most).fetchall())
        return rows

    def _get(self, form: str) -> Any:
        return self._read(getattr(self._relation, form))

    def _read(self, task: Callable[[], Any]) -> Any:
        try:
            return self._work.carry_out(self._cursor, task, self._timeout)
        except ENGINE_ERRORS as error:
            raise QueryError(_first_line(error) or "out of memory") from error


def require(module: str, extra: str) -> None:
    """Make sure that an optional library is there.

    Raises:
        MissingExtraError: It is not installed; the message gives the line that installs it.
    """
    try:
        importlib.import_module(module)
    except ImportError as error:
        message = f"{module} is not installed; pip install 'kzdata[{extra}]'"
        raise MissingExtraError(message) from error


def _first_line(error: Exception) -> str:
    if isinstance(error, duckdb.ConnectionException) and "closed" in str(error):
        return CLOSED
    first = str(error).strip().split("\n", 1)[0]
    return first.replace("INTERNAL Error:", "DuckDB failed:", 1)


def _hinted(error: Exception) -> str:
    """The first line of what DuckDB says, and the names that it thinks were meant."""
    hints = ("Did you mean ", "Candidate bindings: ")
    hint = next((line for line in str(error).splitlines() if line.startswith(hints)), "")
    first = _first_line(error)
    return f"{first.rstrip('!')}; {hint[0].lower()}{hint[1:]}" if hint else first
