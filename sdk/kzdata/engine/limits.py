"""Work on a stranger's package in a process of its own, within limits of memory and time.

What reads a package (DuckDB, zlib, RE2, TOML, JSON) may take more than it should for a file that
was made for it. The work is therefore done in a child process that the system stops when it takes
too much memory, and its parent when it takes too long: `forked` for a command, `apart` for a
program that has threads and databases, which no fork survives (docs/design.md, "A process of its
own").

Memory is limited on Linux (`RLIMIT_DATA`: what a process can write to); other systems know no
limit that holds. The deadline holds everywhere.
"""

import errno
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from kzdata import errors
from kzdata.errors import BrokenError, KzdataError, LimitError
from kzdata.files.limits import bytes_of

# Bytes that a process may take beyond what DuckDB is given: rows in Python, decompression, the
# program itself.
BEYOND = 3 << 29
PROCESS_MEMORY = 9 << 29  # bytes for a process of its own, where nobody names a limit of DuckDB's
COMMAND_MEMORY = 6 << 30  # bytes for every command but those that name a limit
SECONDS = 600.0  # seconds for every command that names no deadline
GRACE = 2.0  # seconds in which a process that is called off may clean up
# Bytes that each thread reserves and hardly touches; the engine has one for each core.
STACK = 8 << 20
MAX_ANSWER = 256 << 20  # bytes of an answer that comes back from a process
# Variables that a fresh interpreter inherits: how to find libraries, and little else.
INHERITED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "LANG", "LC_ALL")
PRIVATE = ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP")  # those that name a folder of its own
OUT_OF_MEMORY = 86  # exit code of a process that found no memory, and could say so
CALLED_OFF = 130  # exit code after Ctrl-C
BROKEN = 87  # exit code of a process that ended before, or outside of, what it was to do


class Limits(NamedTuple):
    """What one piece of work may take.

    Attributes:
        memory: Bytes that its process may take.
        seconds: Seconds after which it is stopped; None for never.
    """

    memory: int = COMMAND_MEMORY
    seconds: float | None = SECONDS

    @classmethod
    def of(cls, engine: str | None = None, seconds: float | None = SECONDS) -> "Limits":
        """The limits of a process whose DuckDB may take so much memory, such as `2GB`."""
        with suppress(errors.UsageError):  # what is no size is left to DuckDB, which refuses it
            if engine:
                return cls(bytes_of(engine) + BEYOND, seconds)
        return cls(of_machine(PROCESS_MEMORY, 9 / 10), seconds)

    @classmethod
    def stated(cls) -> "Limits":
        """The limits of a command, as the variables of the environment say.

        `KZDATA_MEMORY` is a number of bytes or a size such as `8GB`, `KZDATA_TIMEOUT` a number of
        seconds; what is neither is a UsageError.
        """
        memory, seconds = os.environ.get("KZDATA_MEMORY"), os.environ.get("KZDATA_TIMEOUT")
        return cls(
            bytes_of(memory) if memory else of_machine(COMMAND_MEMORY, 9 / 10),
            _seconds(seconds) if seconds else SECONDS,
        )


def of_machine(most: int, share: float) -> int:
    """So many bytes of memory, or a share of a smaller machine."""
    with suppress(AttributeError, ValueError, OSError):
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return min(most, int(whole * share))
    return most


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 < (found := float(text)) < threading.TIMEOUT_MAX:
            return found
    raise errors.UsageError(f"KZDATA_TIMEOUT: {text!r} is not a number of seconds")


def can_fork() -> bool:
    """Whether this process may go on in two: it has one thread, no database, and a real output."""
    if not hasattr(os, "fork") or "_duckdb" in sys.modules or threading.active_count() > 1:
        return False
    with suppress(AttributeError, OSError, ValueError):
        return sys.stdout.fileno() >= 0 and sys.stderr.fileno() >= 0
    return False


def forked(work: Callable[[], int], limits: Limits, temp_dir: Path | None = None) -> int:
    """Do some work in a copy of this process, and wait for it.

    The work writes to the streams of this process, catches every exception but MemoryError, and
    gives an exit code, which is returned.

    Raises:
        LimitError: It took more than it may, or died.
        KeyboardInterrupt: It was called off.
        UsageError: Nothing can be written in `temp_dir`.
    """
    # Its modules are slow to import, and --help needs none.
    from kzdata.files.archive import workspace

    sys.stdout.flush()
    sys.stderr.flush()
    with workspace(temp_dir) as folder:
        (alive, held), (running, ending) = os.pipe(), os.pipe()
        _hold(back=True)  # who is called off just here would go on in two processes
        child = os.fork()
        if child == 0:
            _PARENT.append(ending)
            _carry_out(work, limits, folder, alive, held)
        for end in (alive, ending):
            os.close(end)
        with suppress(OSError):
            os.setpgid(child, child)
        process = _Forked(child, running)
        try:
            return _exit_code(process, limits)
        except KeyboardInterrupt:
            if process.code not in (0, 1, 2, CALLED_OFF):
                raise
            return process.code  # how it ended when it was called off
        finally:
            os.close(held)
            os.close(running)


# Where this process, if it was forked off, tells its parent how much time it needs.
_PARENT: list[int] = []


def within(seconds: float) -> None:
    """Have this process ended in so many seconds from now, if it was forked off for its work.

    What the engine does in one step cannot be stopped from within.
    """
    for parent in _PARENT:
        os.write(parent, f"{seconds}\n".encode())


def _hold(back: bool) -> None:
    """Hold back, or let through, what calls this process off."""
    if hasattr(signal, "pthread_sigmask"):
        how = signal.SIG_BLOCK if back else signal.SIG_UNBLOCK
        signal.pthread_sigmask(how, [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])


def _carry_out(
    work: Callable[[], int], limits: Limits, folder: Path, alive: int, *parents: int
) -> NoReturn:
    """Do some work in a process that is nothing but this work, and end it."""
    code = OUT_OF_MEMORY
    try:
        for end in parents:
            os.close(end)
        _hold(back=False)
        _confine(limits, folder, alive)
        code = work()
        sys.stdout.flush()
        sys.stderr.flush()
    except KeyboardInterrupt:
        code = CALLED_OFF
    except BaseException as error:
        code = OUT_OF_MEMORY if lacks_memory(error) else BROKEN
    finally:
        os._exit(code)


def _confine(limits: Limits, folder: Path, alive: int) -> None:
    """Set the limits of this process, which ends when the other end of a pipe does."""
    if hasattr(os, "setpgid"):
        # What it starts can be ended with it; a terminal's Ctrl-C reaches its parent alone.
        with suppress(OSError):
            os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    from kzdata.files.archive import lend

    lend(folder)
    tempfile.tempdir = str(folder)
    os.environ["TMPDIR"] = str(folder)
    _limit_memory(limits.memory)
    threading.Thread(target=_end_with, args=(alive,), daemon=True).start()


def _end_with(alive: int) -> None:
    """End this process, and all that it started, when its parent is gone."""
    os.read(alive, 1)
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(OUT_OF_MEMORY)


def _limit_memory(most: int) -> None:
    with suppress(ImportError, OSError, ValueError, AttributeError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # No system counts further than that, which is no limit at all.
        wanted = min(int(most) + STACK * (os.cpu_count() or 1), sys.maxsize)
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        known = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (known, hard))


_NO_MEMORY = re.compile("can't start new thread|allocate memory|failed to map segment|bad.alloc")


def lacks_memory(error: BaseException) -> bool:
    """Whether an exception, or its cause, says that there was no memory, in whatever words."""
    lacking = isinstance(error, OSError) and error.errno == errno.ENOMEM
    if isinstance(error, MemoryError) or lacking or _NO_MEMORY.search(str(error)):
        return True
    return error.__cause__ is not None and lacks_memory(error.__cause__)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put off Ctrl-C, and what ends a job, to the end of the `with` block."""
    came: list[int] = []
    before: dict[int, Any] = {}
    with suppress(ValueError):  # only the main thread is ever interrupted
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number and callable(handler := signal.getsignal(number)):
                signal.signal(number, lambda number, _: came.append(number))
                before[number] = handler
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)


class _Forked:
    """A forked child, with what `subprocess.Popen` has of a process.

    The pipe `running` ends when the process does: nobody looks for it again and again. What comes
    through it is the time that the process has from then on; see `within`.
    """

    def __init__(self, pid: int, running: int) -> None:
        self.pid = pid
        self.code: int | None = None
        self._running = running

    def wait(self, timeout: float | None = None) -> int:
        begin = time.monotonic()
        while True:
            left = None if timeout is None else max(begin + timeout - time.monotonic(), 0)
            if not select.select([self._running], [], [], left)[0]:
                raise subprocess.TimeoutExpired("kzdata", timeout or 0)
            if not (said := os.read(self._running, 100)):
                break
            begin, timeout = time.monotonic(), float(said.split()[-1])
        _, status = os.waitpid(self.pid, 0)
        self.code = os.waitstatus_to_exitcode(status)
        return self.code


# A child process, in a group of its own where there are groups.
_Process = _Forked | subprocess.Popen[bytes]


def _exit_code(process: _Process, limits: Limits) -> int:
    """The exit code of a process; it is ended at the deadline, and when this one is called off."""
    try:
        _hold(back=False)
        return _checked(process.wait(limits.seconds), limits)
    except subprocess.TimeoutExpired as error:
        _end(process)
        raise LimitError(f"it takes over {error.timeout:g} s; allow more (timeout)") from error
    except KeyboardInterrupt:
        _signal(process, signal.SIGINT)
        try:
            process.wait(GRACE)
        except (KeyboardInterrupt, subprocess.TimeoutExpired):
            _end(process)
        raise


def _end(process: _Process) -> None:
    """End a process and all that it started."""
    _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    with suppress(KeyboardInterrupt):
        process.wait()


def _signal(process: _Process, number: int) -> None:
    with suppress(OSError):
        os.killpg(process.pid, number) if hasattr(os, "killpg") else os.kill(process.pid, number)


def _checked(code: int, limits: Limits) -> int:
    """An exit code that is an answer; a process that was ended gives none."""
    if code == BROKEN:
        raise BrokenError("kzdata failed in a process of its own; please report it")
    most = f"{limits.memory / 1e9:.1f} GB"
    if code == OUT_OF_MEMORY:
        raise LimitError(f"it takes over {most} of memory; allow more (memory limit)")
    if code < 0 or code > CALLED_OFF:
        name = f"exit code {code}"
        with suppress(ValueError):
            name = signal.Signals(-code).name
        raise LimitError(f"its process was ended by {name}, perhaps at its {most} of memory")
    return code


# ------------------------------------------------------------------------------ a fresh interpreter


def apart(
    name: str, arguments: dict[str, Any], limits: Limits, temp_dir: Path | None = None
) -> Any:
    """Call a function of kzdata (`module:function`) in a fresh interpreter.

    Its keyword arguments and what it returns are JSON values.

    Raises:
        LimitError: It took more than it may, or died.
        KzdataError: As the function raises it.
        UsageError: Nothing can be written in `temp_dir`.
    """
    from kzdata.files.archive import workspace

    with workspace(temp_dir) as folder:
        asked, answer = folder / "asked.json", folder / "answer.json"
        known = {name: os.environ[name] for name in INHERITED if name in os.environ}
        rest = {"name": name, "arguments": arguments, "memory": limits.memory}
        asked.write_text(json.dumps(rest), encoding="utf-8")
        process = subprocess.Popen(  # noqa: S603 - the interpreter that runs this
            isolated(f"from {__name__} import serve; serve()", str(folder)),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=known | dict.fromkeys(PRIVATE, str(folder)),
            process_group=0,
        )
        with process:
            _exit_code(process, limits)
            if asked.exists():
                raise BrokenError("no fresh interpreter can import kzdata; is it on sys.path?")
            return _answer(answer)


def isolated(program: str, *arguments: str) -> list[str]:
    """The command that runs a program of Python apart from the working directory."""
    # The interpreter heeds no variable of the environment (`-I`), and looks for modules where this
    # one does, but for the working directory: what lies there may be a stranger's.
    found = f"import sys; sys.path[:] = {list(_trusted(sys.path))!r}; "
    return [sys.executable, "-I", "-c", found + program, *arguments]


def _trusted(places: Iterable[str]) -> Iterator[str]:
    """Those of some places, absolute, that are not the working directory; kzdata's own stays."""
    own, here = Path(__file__).resolve().parents[2], None
    with suppress(OSError):  # it may have been removed
        here = Path.cwd()
    for place in filter(None, places):
        with suppress(OSError):
            if (real := Path(place).resolve()) == own or real != here:
                yield str(Path(place).absolute())


def serve() -> None:
    """Carry out what `apart` asks for; the body of the fresh interpreter."""
    folder = Path(sys.argv[1])
    file = folder / "asked.json"
    asked = json.loads(file.read_text(encoding="utf-8"))
    file.unlink()  # by this the parent knows that kzdata was found
    sys.stdin = None  # descriptor 0 says only whether the parent lives

    def work() -> int:
        answer = _call(asked["name"], asked["arguments"])
        (folder / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
        return 0

    _carry_out(work, Limits(asked["memory"]), folder, 0)


def _call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What a function returns, or the error that it raises."""
    module, _, function = name.partition(":")
    try:
        return {"value": getattr(import_module(module), function)(**arguments)}
    except Exception as error:
        if lacks_memory(error):
            raise MemoryError from error
        if isinstance(error, KzdataError):
            return {"error": type(error).__name__, "words": str(error)}
        return {"error": BrokenError.__name__, "words": str(BrokenError.of(error))}


def _answer(file: Path) -> Any:
    try:
        if file.stat().st_size > MAX_ANSWER:
            raise LimitError(f"its answer has over {MAX_ANSWER >> 20} MiB")
        answer = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        words = "its process ended without an answer, perhaps for want of memory"
        raise LimitError(words) from error
    if "error" in answer:
        raise getattr(errors, answer["error"], KzdataError)(answer["words"])
    return answer["value"]
