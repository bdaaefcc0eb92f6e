"""The command line: parse, one call, render, exit.

Exit codes: 0 all is well, 1 findings, 2 the question could not be asked.
"""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from copy import copy
from functools import partial, wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from threading import TIMEOUT_MAX, Lock, Timer
from typing import Annotated, Any, Literal, TextIO, get_args

import typer
from typer import Argument, Option
from typer.models import ArgumentInfo

from kzdata.cli.values import Group, command_of
from kzdata.engine.limits import SECONDS as DEADLINE
from kzdata.engine.limits import Limits, can_fork, forked, lacks_memory, within
from kzdata.errors import BrokenError, KzdataError, LimitError, UsageError, nearest
from kzdata.files.limits import NAMES, PackageLimits

SECONDS = 1.0  # after which a progress bar is shown
GRACE_SECONDS = 3.0  # that a question may take to heed its deadline; then its process is ended
MOST_OF_A_STEP = 40  # characters of a step's name that the bar shows


class Commands(Group):
    """The commands; what is said of a wrong argument, such as a name of a file, is made safe."""

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Parse the options of all commands."""
        with _safe_complaints():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        """Parse the arguments of the command that is named, and run it."""
        with _safe_complaints():
            return super().invoke(ctx)


@contextmanager
def _safe_complaints() -> Iterator[None]:
    try:
        yield
    except OSError as error:  # typer would make 1 of it, "not valid"
        raise typer.Exit(_output_error(error)) from error
    except Exception as error:
        # The class is typer's own, and has another place in each of its versions.
        if hasattr(error, "format_message"):
            from kzdata.cli.terminal import safe

            vars(error)["message"] = safe(str(vars(error).get("message", "")))
        raise


# Without rich, which would read brackets of a help text as markup, and takes longer to import than
# most commands to run. For the same reason commands import what they need themselves.
app = typer.Typer(
    name="kzdata",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
ReportFormat = Literal["text", "json", "junit", "sarif", "github"]
FailOn = Literal["error", "warning", "unchecked"]
Format = Literal["text", "json", "csv"]
DiffFormat = Literal["text", "json", "markdown"]
TimelineFormat = Literal["text", "json", "csv", "ics"]
Like = Literal["minimal", "kzdata"]


def path(text: str) -> Path:
    """A path that was given; an empty one is a variable without a value, not this directory."""
    if not text:
        raise typer.BadParameter("the path is empty")
    return Path(text)


def seconds(number: float) -> float:
    """A time that can be waited for; neither `inf` nor `nan` is one."""
    if not number < TIMEOUT_MAX:
        raise typer.BadParameter(f"{number} is not a number of seconds that can be waited for")
    return number


PACKAGE = "A directory, datapackage.json or zip; else that of this directory, else the bundled."
PackageArgument = Annotated[
    Path | None, Argument(metavar="PATH", parser=path, show_default=False, help=PACKAGE)
]
PackageOption = Annotated[
    Path | None, Option("--package", "-p", parser=path, help="The same as PATH.")
]
FormatOption = Annotated[Format, Option("--format", "-f", help="text, json or csv.")]
VersionArgument = Annotated[
    str, Argument(help="A directory, datapackage.json or zip, or a git REV or REV:PATH.")
]
ReportFormatOption = Annotated[
    ReportFormat, Option("--format", "-f", help="text, json, junit, sarif or github.")
]
OutputOption = Annotated[
    Path | None, Option("--output", "-o", help="Write the report to this file.")
]
EveryOption = Annotated[bool, Option("--all", help="All findings as text, and what was withheld.")]
TimeoutOption = Annotated[
    float, Option(help="Seconds after which it is stopped.", min=0.001, callback=seconds)
]
ThreadsOption = Annotated[int | None, Option(min=1, max=256, help="Threads; else all cores.")]
MemoryOption = Annotated[str | None, Option(help="Memory before disk is used: 2GB.")]
PackageLimitOption = Annotated[
    list[str] | None,
    Option(help=f"Allow a larger package: NAME=VALUE[,NAME=VALUE] of {', '.join(NAMES)}."),
]
TextsOption = Annotated[
    Path | None,
    Option("--texts", parser=path, help="Folder with the articles; they are known by hash."),
]


def main() -> None:
    """Run the command; whatever goes wrong becomes one line and exit code 2."""
    _prepare_streams()
    # A command makes few cycles and ends soon: looking for them takes a twentieth of its time.
    gc.set_threshold(100_000)
    # Whoever started this may have ignored what tells of a child's end: its exit code was lost.
    if hasattr(signal, "SIGCHLD"):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # A job that is called off, or whose terminal goes away, cleans up as after Ctrl-C.
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores it
            signal.signal(number, signal.default_int_handler)
    atexit.register(_ignore_signals)
    try:
        code = _exit_code(_asked(sys.argv[1:2]))
    except KeyboardInterrupt:  # once more, while the first was heeded
        code = 130
    _drop_unwritten()
    sys.exit(code)


def _asked(first: list[str]) -> typer.Typer:
    """The program with the one command that the first word names; with all, where it names none.

    Typer makes every command of its function's signature, which is a tenth of a start.
    """
    alone = [one for one in app.registered_commands if one.name in first]
    if not alone:
        return app
    program = copy(app)
    program.registered_commands = alone
    return program


def _drop_unwritten() -> None:
    # Python would try once more to write what could not be written, and exit with 120.
    for name in ("stdout", "stderr"):
        try:
            getattr(sys, name).flush()
        except (OSError, ValueError):
            setattr(sys, name, _devnull())


def _devnull() -> TextIO:
    return open(os.devnull, "w")  # noqa: PTH123


def _ignore_signals() -> None:
    # The exit code is known, and Python only tidies up.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)


def _exit_code(work: Callable[[], object]) -> int:
    """Carry out some work: its exit code, 0 where it gives none, and a line for what goes wrong."""
    # This is the one net: an exception that nobody expected must not look like "not valid", which
    # is what Python's own exit code 1 means here.
    try:
        work()
        return _flushed(0)
    except typer.Exit as left:
        return _flushed(left.exit_code)
    except SystemExit as left:
        return _flushed(left.code if isinstance(left.code, int) else int(bool(left.code)))
    except KeyboardInterrupt:
        return 130  # as shells have it: 128 and the number of the signal
    except KzdataError as error:
        return _fail(str(error))
    except OSError as error:
        return _output_error(error)
    except MemoryError:
        return _fail("out of memory; ask for less, or allow more")
    except Exception as error:
        return _fail(str(BrokenError.of(error)))


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except OSError as error:
        return _output_error(error)
    return code


def _output_error(error: OSError) -> int:
    # A reader that has enough, such as `head`, closes the pipe: that is nothing to tell of.
    if not isinstance(error, BrokenPipeError):
        what = f" {error.filename}" if error.filename else ""
        _fail(f"cannot write{what}: {error.strerror}")
    # What is left in the buffer has nowhere to go.
    sys.stdout = _devnull()
    return 2


def _fail(words: str) -> int:
    _note(f"kzdata: {words}")
    return 2


def _named(argument: Path | None, option: Path | None) -> Path | None:
    """The package that is named, by PATH or by `--package`; None where none is."""
    if argument and option:
        raise UsageError("the package is named twice: give PATH or --package")
    return argument or option


def chosen(argument: Path | None, option: Path | None) -> Path:
    """The package that a command reads: the one named, else that of this directory or the bundled.

    Raises:
        UsageError: It is named twice.
    """
    from kzdata.files.archive import DESCRIPTOR, bundled

    if named := _named(argument, option):
        return named
    # A link that leads nowhere is a package that cannot be read, not a reason to read another.
    return Path.cwd() if os.path.lexists(DESCRIPTOR) else bundled()


@contextmanager
def _load(
    path: PackageArgument = None,
    package: Annotated[Path | None, Option("--package", "-p", parser=path, help=PACKAGE)] = None,
    as_of: Annotated[
        str | None, Option(help="Only what could be known by this day: YYYY-MM-DD.")
    ] = None,
    without: Annotated[
        list[str] | None, Option(help="As if this article were withdrawn; may be repeated.")
    ] = None,
) -> Iterator[Any]:
    """The package, or what remains of it."""
    from kzdata.package import load

    with load(chosen(path, package)) as whole:
        rest = whole.as_of(as_of) if as_of is not None else whole
        yield rest.without(*without) if without else rest


# Opens the package that the options name, or what remains of it. Commands get it unopened, so that
# a wrong argument is told of before anything is loaded.
Load = Callable[[], AbstractContextManager[Any]]


def command(
    examples: str, name: str | None = None, apart: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command; `apart`, it runs in a process of its own, within limits.

    One with a parameter `load` gets the options of `_load`, before `form`, and its PATH where it
    has no argument of its own.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        own = signature(function).parameters
        parameters = [parameter for parameter in own.values() if parameter.name != "load"]
        of_package = dict(signature(_load).parameters)
        if any(map(_is_argument, parameters)):
            del of_package["path"]
        if "load" in own:
            # Help lists what is asked first, the package after it, and how to write it last.
            place = len(parameters) - ("form" in own)
            parameters[place:place] = of_package.values()

        @wraps(function)
        def run(**values: Any) -> None:
            if "load" in own:
                values["load"] = partial(_load, **{name: values.pop(name) for name in of_package})
            if not apart:
                return function(**values)
            raise typer.Exit(_in_child(partial(function, **values), Limits.stated()))

        # What typer reads the options from.
        vars(run)["__signature__"] = Signature(parameters)
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        several = "s" if "; " in examples else ""
        kind = command_of(parameters)
        called = name or function.__name__.replace("_", "-")
        app.command(called, cls=kind, epilog=f"Example{several}: {examples}")(run)
        return function

    return register


def _is_argument(parameter: Parameter) -> bool:
    return any(isinstance(part, ArgumentInfo) for part in get_args(parameter.annotation))


def _in_child(work: Callable[[], None], limits: Limits, temp_dir: Path | None = None) -> int:
    """Carry out some work in a process of its own, where one can be had; its exit code."""
    if not can_fork():  # a program that calls `main`, such as a test; or Windows
        work()
        return 0
    return forked(lambda: _child(work), limits, temp_dir)


def _child(work: Callable[[], None]) -> int:
    """The exit code of work in a process of its own, which says by MemoryError that it has none."""

    def remembered() -> None:
        try:
            work()
        except Exception as error:
            if not lacks_memory(error):
                raise
            lacking.append(True)

    lacking: list[bool] = []
    code = _exit_code(remembered)
    if lacking:
        raise MemoryError
    return code


def _prepare_streams() -> None:
    # Without a console, as a service or under `pythonw`, Python has no streams at all.
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, _devnull())
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal may lack letters


def _note(text: str) -> None:
    """Say something beside the answer: one line on standard error, if anybody can read it."""
    from kzdata.cli.terminal import complain

    with suppress(OSError):
        complain(text)


def _emit(text: str) -> None:
    from kzdata.cli.terminal import emit, safe

    emit(safe(text))


def _version(wanted: bool) -> None:
    if wanted:
        from kzdata.files.archive import bundled_version

        _emit(f"kzdata {bundled_version()}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Validate data packages, ask what they claim, and trace each figure to its words.

    Without a path, the package of the working directory, or else the bundled one: what five
    articles said of Kazakhstan in January 2022.
    """


@command(
    "kzdata validate; kzdata validate my-package --format sarif --output out.sarif", apart=False
)
def validate(
    path: PackageArgument = None,
    package: PackageOption = None,
    texts: TextsOption = None,
    form: ReportFormatOption = "text",
    output: OutputOption = None,
    select: Annotated[
        list[str] | None, Option(help="Only these rules or groups: NAME[,NAME].")
    ] = None,
    ignore: Annotated[
        list[str] | None, Option(help="Not these rules or groups: NAME[,NAME].")
    ] = None,
    allow: Annotated[
        Path | None,
        Option(help="Findings that may stay; else kzdata-allow.toml of the package."),
    ] = None,
    no_allow: Annotated[
        bool, Option("--no-allow", help="Without the allow-list of the package.")
    ] = False,
    reference: Annotated[
        bool, Option("--reference", help="Run frictionless too; disagreements are warnings.")
    ] = False,
    fail_on: Annotated[
        FailOn, Option("--fail-on", help="Exit 1 from this on: error, warning or unchecked.")
    ] = "error",
    strict: Annotated[bool, Option("--strict", help="The same as --fail-on unchecked.")] = False,
    every: EveryOption = False,
    threads: ThreadsOption = None,
    memory_limit: MemoryOption = None,
    limit: PackageLimitOption = None,
    timeout: TimeoutOption = DEADLINE,
    temp_dir: Annotated[
        Path | None, Option(help="Directory for temporary files; else the system's.")
    ] = None,
    spark: Annotated[
        str | None, Option(help="Read the files on Spark's workers: local[2], sc://HOST.")
    ] = None,
    scratch: Annotated[
        str | None, Option(help="With --spark: a folder that its workers see.")
    ] = None,
    remote: Annotated[
        bool, Option("--remote", help="Fetch files at addresses; PATH may be one, too.")
    ] = False,
) -> None:
    """Check a package, and list what is wrong with it.

    Exit 0 if it is valid, 1 with errors, 2 if it could not be checked.
    """
    place = chosen(path, package)
    if strict:
        fail_on = "unchecked"
    package_limits = PackageLimits.of(limit or ())
    # A process of its own gets a temporary folder that its parent made, and removes. Spark has
    # processes of its own, and limits.
    apart = can_fork() and spark is None

    def work() -> None:
        from kzdata.validation import validate as check

        with Steps() as steps:
            result = check(
                place,
                texts=texts,
                threads=threads,
                memory_limit=memory_limit,
                temp_dir=None if apart else temp_dir,
                progress=steps.show,
                select=select or (),
                ignore=ignore or (),
                allow=allow or not no_allow,
                reference=reference,
                fail_on=fail_on,
                package_limits=package_limits,
                spark=_session(spark),
                scratch=scratch,
                remote=remote,
            )
        _report(result, place, form, output, every)

    if spark is not None:
        work()
    try:
        code = _in_child(work, Limits.of(memory_limit, timeout), temp_dir)
    except LimitError as error:
        from kzdata.validation.report import exceeded

        # The child could not write its report, so that its parent does.
        _report(exceeded(str(place), str(error)), place, form, output)
    raise typer.Exit(code)


def _session(master: str | None) -> Any:
    """A Spark session, where one is asked for."""
    if master is None:
        return None
    from kzdata.validation.distributed.spark import session

    return session(master)


def _report(
    result: Any, path: Path | None, form: ReportFormat, output: Path | None, every: bool = False
) -> None:
    from kzdata.cli import listing, terminal

    if form == "text":
        text = listing.report(result, every)
    else:
        from kzdata.cli import reports

        text = reports.WRITERS[form](result, reports.folder(path))
    if output is not None:
        terminal.save(text, output)
        terminal.emit(listing.verdict(result))
    else:
        (terminal.emit if form == "text" else terminal.write)(text)
    raise typer.Exit(0 if result.passed else 1)


@command("kzdata tables")
def tables(load: Load, form: FormatOption = "text") -> None:
    """List the tables of a package."""
    with load() as kz:
        rows = [
            (table.name, len(table), len(table.schema.fields), table.schema.title)
            for table in kz.tables.values()
        ]
    _show(("table", "rows", "columns", "title"), rows, form)


@command("kzdata show CR-0003; kzdata show almaty; kzdata show places/almaty")
def show(
    load: Load,
    key: Annotated[str, Argument(help="Key of a record, or TABLE/KEY.")],
    form: FormatOption = "text",
) -> None:
    """Show one record."""
    from kzdata.cli.answers import outside

    with load() as kz:
        row, reports = kz[key].model_dump(), kz.outside_of(key)
    _show(
        tuple(row),
        [tuple(row.values())],
        form,
        lambda terminal: "\n".join([terminal.record(row), *map(outside, reports)]),
    )


@command(
    "kzdata trace CR-0003; kzdata trace CR-0003#value_low --texts DIR; "
    "kzdata trace SP-0123; kzdata trace --source tass"
)
def trace(
    load: Load,
    record: Annotated[
        str | None, Argument(help="Key of a record, RECORD#field, or key of a passage.")
    ] = None,
    source: Annotated[
        str | None, Option(help="An article: all that rests on it, and what falls with it.")
    ] = None,
    texts: TextsOption = None,
    form: FormatOption = "text",
) -> None:
    """Trace cells to the words of articles, or back.

    A key of a passage, or an article, leads to the cells that rest on it.
    """
    from kzdata.cli.terminal import receipt_rows

    # "#" is in no key of a usual package, and shells take it as it is inside of a word.
    key, _, field = (record or "").partition("#")
    with load() as kz:
        found = kz.trace(None if record is None else key, field or None, source=source)
        fallen = kz.falls(source) if source else None
        articles = kz.texts(texts) if texts else {}
    columns, rows = receipt_rows(found, fallen)
    _show(columns, rows, form, lambda terminal: terminal.receipts(found, articles, fallen))


@command(
    """kzdata query "select outcome, count(*) from casualty_reports group by 1\"""",
    apart=False,
)
def query(
    load: Load,
    sql: Annotated[str, Argument(help="One SELECT (DuckDB); - reads it from standard input.")],
    timeout: TimeoutOption = 30,
    form: FormatOption = "text",
) -> None:
    """Ask in SQL: read-only, no files, no network."""
    question = sql
    if sql == "-":
        from kzdata.engine.sandbox import MAX_CHARACTERS

        # As much of it as tells that it is too long.
        question = sys.stdin.read(MAX_CHARACTERS + 1) if sys.stdin else ""

    def work() -> None:
        with load() as kz:
            kz.sql("select 1")  # the tables are loaded; that is not the question's time
            within(timeout + GRACE_SECONDS)
            answer = kz.sql(question, timeout=timeout)
            rows = answer.rows()
            within(DEADLINE)  # what is left is to write the answer
        _show(answer.columns, rows, form)

    raise typer.Exit(_in_child(work, Limits.stated()))


PlaceOption = Annotated[str | None, Option(help="Only this place and all that is part of it.")]
PolicyOption = Annotated[
    str | None, Option(help="What vague words count for, such as strict; else they are open.")
]

LimitOption = Annotated[int, Option(min=1, help="How many to list.")]
DamagedOption = Annotated[bool, Option(help="Claims whose words are damaged, too.")]
IdsOption = Annotated[bool, Option("--ids", help="Show keys beside names.")]


@command("kzdata toll --outcome killed; kzdata toll --place almaty --policy strict")
def toll(
    load: Load,
    outcome: Annotated[str | None, Option(help="Only this outcome, such as killed.")] = None,
    population: Annotated[
        str | None, Option(help="Only these people and all that are part of them.")
    ] = None,
    place: PlaceOption = None,
    policy: PolicyOption = None,
    retracted: Annotated[bool, Option("--retracted", help="Retracted claims too.")] = False,
    limit: LimitOption = 2_000,
    damaged: DamagedOption = True,
    ids: IdsOption = False,
    form: FormatOption = "text",
) -> None:
    """List claims about numbers of people, by scope and day.

    The answer is a range for each scope, never a sum.
    """
    with load() as kz:
        answer = kz.toll(outcome, population, place, policy, retracted, limit, damaged)
    _answer(answer, "toll", form, ids)


@command("kzdata disagreements; kzdata disagreements --event EV-0039")
def disagreements(
    load: Load,
    place: PlaceOption = None,
    event: Annotated[str | None, Option(help="Only claims about this event.")] = None,
    policy: PolicyOption = None,
    limit: LimitOption = 2_000,
    damaged: DamagedOption = True,
    ids: IdsOption = False,
    form: FormatOption = "text",
) -> None:
    """List claims that cannot all be true, and why."""
    with load() as kz:
        answer = kz.disagreements(place, event, policy, limit, damaged)
    _answer(answer, "disagreements", form, ids)


@command("kzdata timeline --place almaty; kzdata timeline --format ics > events.ics")
def timeline(
    load: Load,
    place: PlaceOption = None,
    actor: Annotated[
        str | None, Option(help="Only with this actor, or one that is part of it.")
    ] = None,
    type: Annotated[str | None, Option(help="Only events of this type.")] = None,
    statements: Annotated[bool, Option(help="What was only said, too.")] = True,
    standing: Annotated[bool, Option(help="Lasting circumstances, too.")] = True,
    parts: Annotated[bool, Option("--parts", help="Parts of events with their passages.")] = False,
    limit: LimitOption = 2_000,
    ids: IdsOption = False,
    form: Annotated[
        TimelineFormat, Option("--format", "-f", help="text, json, csv or ics.")
    ] = "text",
) -> None:
    """List events in order, with their receipts.

    Each is dated as precisely as the words are.
    """
    with load() as kz:
        answer = kz.timeline(place, actor, type, limit, statements, standing)
    if form == "ics":
        from kzdata.cli.terminal import write

        # iCalendar ends each line with CR LF, and `write` adds the LF of the last one.
        write(answer.ics().removesuffix("\r\n") + "\r")
        left = sum(not event.days_known for event in answer)
        _note(f"{left} events whose days are not known are not in the calendar")
        if answer.more:
            _note(f"{answer.more} more are not looked at; --limit takes in more")
    else:
        _answer(answer, "timeline", form, ids, parts=parts)


@command("kzdata deployments; kzdata deployments --country state-kyrgyzstan")
def deployments(
    load: Load,
    country: Annotated[
        str | None, Option(help="Only forces of this country, or of what is part of it.")
    ] = None,
    place: PlaceOption = None,
    state: Annotated[
        str | None, Option(help="Only what is said in this way, such as deployed.")
    ] = None,
    limit: LimitOption = 2_000,
    damaged: DamagedOption = True,
    ids: IdsOption = False,
    form: FormatOption = "text",
) -> None:
    """List what is said of forces, by country.

    Who says that they are deployed, who that they are ready, and whether anybody says how many.
    """
    with load() as kz:
        answer = kz.forces(country, place, state, limit, damaged)
    _answer(answer, "deployments", form, ids)


@command("kzdata init my-crisis; kzdata init my-crisis --like kzdata")
def init(
    folder: Annotated[
        Path, Argument(metavar="DIR", parser=path, help="A directory that is new or empty.")
    ],
    like: Annotated[
        Like, Option(help="minimal: few tables; kzdata: the tables and vocabularies of kzdata.")
    ] = "minimal",
) -> None:
    """Write a package to code a crisis of your own from.

    It is valid as it comes out: one invented article, two claims, and a receipt for every fact.
    """
    from shlex import quote

    from kzdata.templates.start import TEXTS, UNKNOWN
    from kzdata.templates.start import init as write

    written, place = write(folder, like), quote(str(folder))
    _emit(f"wrote    {folder}: {written.tables} tables, an invented article, two claims")
    if written.to_fill_in:
        _emit(f"fill in  the owner of {UNKNOWN} in {' and '.join(written.to_fill_in)}")
    _emit(f"next     kzdata validate {place} --texts {quote(str(folder / TEXTS))}")
    _emit(f"         kzdata toll --package {place}")


@command("kzdata locate 'over 60 people' 'in Shymkent' --texts DIR")
def locate(
    load: Load,
    quotes: Annotated[list[str], Argument(help="The words, character for character.")],
    texts: Annotated[Path, Option(help="Folder with the articles.")],
    source: Annotated[str | None, Option(help="Only in this article.")] = None,
    form: FormatOption = "csv",
) -> None:
    """Find quotes in the articles.

    Prints one row of the table of passages for each place, ready to paste.
    """
    with load() as kz:
        found = kz.located(quotes, texts, source)
    rows = [one.row.model_dump() for one in found]
    _show(tuple(rows[0]), [tuple(row.values()) for row in rows], form)
    for one in found:
        if not one.new:
            _note(f"{one.quote!r} is a passage of the package already: {one.key}")


@command("kzdata reanchor copy.txt --source tass")
def reanchor(
    load: Load,
    text: Annotated[Path, Argument(parser=path, help="Another copy of an article.")],
    source: Annotated[str, Option(help="The article.")],
    form: FormatOption = "text",
) -> None:
    """Find an article's passages in another copy of its text."""
    with load() as kz:
        found = kz.reanchor(text, source)
    rows = []
    for p in found:
        new = (p.found.start, p.found.end, p.found.occurrence) if p.found else (None, None, None)
        rows.append((p.span, p.start, p.end, *new, p.quote))
    _show(("span", "start", "end", "new_start", "new_end", "occurrence", "quote"), rows, form)
    if lost := sum(p.found is None for p in found):
        _note(f"{lost} of {len(found)} passages are not found, or not surely")
    raise typer.Exit(1 if lost else 0)


@command("kzdata coverage --texts DIR")
def coverage(
    load: Load,
    texts: Annotated[Path, Option(help="Folder with the articles.")],
    form: FormatOption = "text",
) -> None:
    """List number words that no passage covers.

    Exit 1 if there is one that no exclusion explains either.
    """
    with load() as kz:
        found = kz.coverage(texts)
    columns = ("source", "quoted", "numbers", "in spans", "excluded", "unexplained")
    rows = [
        (c.source, f"{100 * c.quoted:.1f} %", c.numbers, c.covered, c.excluded, len(c.unexplained))
        for c in found
    ]
    _show(columns, rows, form)
    left = [(item.source, token) for item in found for token in item.unexplained]
    for source, token in left:
        _note(f"{source}:{token.start}: {token.token!r} is not explained")
    raise typer.Exit(1 if left else 0)


@command("kzdata rules; kzdata rules figure; kzdata rules figure-interval")
def rules(
    name: Annotated[str | None, Argument(help="A rule to explain, or a group to list.")] = None,
    form: FormatOption = "text",
) -> None:
    """List the rules of validation, or explain one.

    Those of `kzdata validate` and of `kzdata release-check`.
    """
    from kzdata.cli.terminal import emit
    from kzdata.differences.release import RELEASE_RULES
    from kzdata.validation import RULES

    known = {**RULES, **RELEASE_RULES}
    chosen = [rule for rule in known.values() if name in (None, rule.name, rule.group)]
    if not chosen:
        names = [*known, *dict.fromkeys(rule.group for rule in known.values())]
        meant = nearest(str(name), names) or "; `kzdata rules` lists them"
        raise UsageError(f"no rule or group {name!r}{meant}")
    if name in known and form == "text":
        rule = known[name]
        head, below = f"{rule.name}: {rule.severity}, {rule.group}", f"way out: {rule.fix}"
        emit("\n\n".join((head, rule.doc, f"decided by: {rule.source}", below)))
        return
    rows = [(r.name, r.group, r.severity, r.doc.split("\n")[0], r.source) for r in chosen]
    _show(("rule", "group", "severity", "meaning", "decided by"), rows, form)


@command("kzdata diff v0.1.0 .; kzdata diff old.zip new.zip --format markdown")
def diff(
    old: VersionArgument,
    new: VersionArgument,
    form: Annotated[DiffFormat, Option("--format", "-f", help="text, json or markdown.")] = "text",
    every: Annotated[
        bool, Option("--all", help="All rows and whole cells, also as text or Markdown.")
    ] = False,
    exit_code: Annotated[
        bool, Option("--exit-code", help="Exit 1 where anything differs.")
    ] = False,
    threads: ThreadsOption = None,
    memory_limit: MemoryOption = None,
) -> None:
    """Show what differs between two versions.

    Also says how far the version must rise.
    """
    from kzdata.cli import diffs, terminal
    from kzdata.differences import diff as compare

    with Steps() as steps:
        found = compare(old, new, threads=threads, memory_limit=memory_limit, progress=steps.show)
    with found:
        for line in diffs.WRITERS[form](found, every):
            (terminal.write if form == "json" else terminal.emit)(line)
        raise typer.Exit(1 if exit_code and found else 0)


@command("kzdata release-check; kzdata release-check v0.1.0 .", "release-check")
def release_check(
    old: Annotated[
        str | None,
        Argument(help="The version before, as `kzdata diff` takes it; else the newest tag."),
    ] = None,
    new: Annotated[
        str | None,
        Argument(help="The version to be released; else the package of this directory."),
    ] = None,
    package: Annotated[
        Path | None, Option("--package", "-p", parser=path, help="The same as NEW.")
    ] = None,
    form: ReportFormatOption = "text",
    output: OutputOption = None,
    every: EveryOption = False,
    threads: ThreadsOption = None,
    memory_limit: MemoryOption = None,
) -> None:
    """Check that a version may be released.

    Exit 0 if it may, 1 with findings, 2 if it could not be checked.
    """
    from kzdata.differences import release_check as check

    if new is not None and package:
        raise UsageError("the version is named twice: give NEW or --package")
    new = new if new is not None else str(package or ".")
    with Steps() as steps:
        result = check(old, new, threads=threads, memory_limit=memory_limit, progress=steps.show)
    _report(result, Path(new) if Path(new).exists() else None, form, output, every)


@command("kzdata export --list; kzdata export duckdb kzdata.duckdb")
def export(
    load: Load,
    name: Annotated[
        str | None, Argument(metavar="FORMAT", help="One of those that --list gives.")
    ] = None,
    out: Annotated[
        Path | None, Argument(metavar="OUT", help="The file or directory to write.")
    ] = None,
    force: Annotated[bool, Option("--force", help="Replace what is there.")] = False,
    listed: Annotated[bool, Option("--list", help="List the formats.")] = False,
    form: FormatOption = "text",
) -> None:
    """Write a package in another format.

    A database, a workbook, Parquet, GeoJSON and others: --list lists them.
    """
    from kzdata.exports import FORMATS

    if listed:
        rows = [(f.name, f.suffix or "a directory", f.extra, f.title) for f in FORMATS.values()]
        _show(("format", "writes", "extra", "what"), rows, form)
        return
    if name is None or out is None:
        raise UsageError("name a format and a place: kzdata export FORMAT OUT; --list lists them")
    with load() as kz:
        kz.export(name, out, force=force)
    # As JSON or CSV the summary is for a program, which wants no other line.
    if form == "text":
        _emit(f"wrote {out}")
    if summary := FORMATS[name].summary:
        _show(*summary(out), form)


@command("kzdata site OUT; kzdata site --serve", apart=False)
def site(
    load: Load,
    out: Annotated[Path | None, Argument(metavar="OUT", help="The directory to write.")] = None,
    serve: Annotated[bool, Option("--serve", help="Serve the page on loopback instead.")] = False,
    port: Annotated[
        int | None, Option(min=1, max=65535, help="For --serve; else a free one.")
    ] = None,
    texts: TextsOption = None,
    include_texts: Annotated[
        bool,
        Option("--include-texts", help="Put the articles into the page: for private use."),
    ] = False,
) -> None:
    """Write a web page that shows every claim and its words.

    A browser opens it from disk.
    """
    if serve == (out is not None):
        raise UsageError("name a directory, or --serve: kzdata site OUT, kzdata site --serve")
    if port is not None and not serve:
        raise UsageError("--port needs --serve")
    if include_texts and texts is None:
        raise UsageError("--include-texts needs --texts DIR")
    if include_texts:
        _note("whole articles go into the page: for private use only")

    def work() -> None:
        with load() as kz:
            if out is not None:
                _emit(f"wrote {kz.site(out, texts=texts, include_texts=include_texts)}")
                return
            server = kz.serve(port=port or 0, texts=texts, include_texts=include_texts)
        _serve(server)

    limits = Limits.stated()
    # A page is served until Ctrl-C, not until a deadline.
    raise typer.Exit(_in_child(work, limits._replace(seconds=None) if serve else limits))


@command("kzdata entry tass --texts DIR > tass.toml; kzdata entry --schema")
def entry(
    load: Load,
    source: Annotated[str | None, Argument(help="The article.")] = None,
    texts: TextsOption = None,
    as_new: Annotated[
        bool, Option("--as-new", help="Without ids of what rests on this article alone.")
    ] = False,
    schema: Annotated[
        bool, Option("--schema", help="The JSON Schema of an entry into this package.")
    ] = False,
    form: Annotated[
        Literal["toml", "json"], Option("--format", "-f", help="toml or json.")
    ] = "toml",
) -> None:
    """Write everything that an article says as one document.

    Changed, and given to `kzdata enter`, it changes the rows.
    """
    from kzdata.cli.terminal import write

    if schema is bool(source):
        raise UsageError("name an article, or ask for --schema")
    with load() as kz:
        text = kz.entry_schema() if source is None else kz.entry(source, texts, form, as_new)
    write(text.rstrip("\n"))


@command("kzdata draft tass --texts DIR > tass.toml")
def draft(
    load: Load,
    source: Annotated[str, Argument(help="The article.")],
    texts: Annotated[
        Path,
        Option("--texts", parser=path, help="Folder with the articles; they are known by hash."),
    ],
    unseen: Annotated[
        bool, Option("--unseen", help="Without names and terms that only this article brought.")
    ] = False,
    form: Annotated[
        Literal["toml", "json"], Option("--format", "-f", help="toml or json.")
    ] = "toml",
) -> None:
    """Propose an entry of an article by grammar alone.

    Figures with words around them that are known. Read it, and give it to `kzdata enter`.
    """
    from kzdata.cli.terminal import write

    with load() as kz:
        text = kz.draft(source, texts, form, unseen=unseen)
    write(text.rstrip("\n"))


@command("kzdata enter steppe-news.toml; kzdata entry tass | kzdata enter -")
def enter(
    files: Annotated[list[str], Argument(help="Entries, TOML or JSON; - is standard input.")],
    package: Annotated[
        Path | None, Option("--package", "-p", parser=path, help="The folder; else this one.")
    ] = None,
    texts: TextsOption = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Write nothing.")] = False,
    strict: Annotated[bool, Option("--strict", help="Write nothing at a warning, either.")] = False,
    partial: Annotated[
        bool, Option("--partial", help="Numbers without a row may wait; `kzdata todo` lists them.")
    ] = False,
    form: Annotated[
        Literal["text", "json"], Option("--format", "-f", help="text or json.")
    ] = "text",
) -> None:
    """Make rows with receipts of what articles say.

    Writes all of it or nothing. Exit 1 if something is wrong with it.
    """
    from kzdata.entries import outcome
    from kzdata.errors import EntryError

    place = _folder_of(package, "kzdata enter FILE")
    try:
        documents = outcome.read_documents(files)
        waiting = outcome.WAITING if partial else ()
        found = outcome.enter(
            place, documents, texts, dry_run=dry_run, strict=strict, waiting=waiting
        )
    except EntryError as error:
        found = outcome.Outcome(faults=tuple(error.faults))
    _show_outcome(found, form, dry_run)


def _show_outcome(found: Any, form: str, dry_run: bool) -> None:
    from kzdata.cli import entries
    from kzdata.cli.terminal import as_json, emit, write

    if form == "json":
        write(as_json(found.as_dict()))
    else:
        emit(entries.outcome(found, dry_run))
    done = found.written or dry_run or not found.rows
    raise typer.Exit(0 if found.accepted and done else 1)


@command("kzdata todo tass --texts DIR; kzdata todo steppe-news --format json")
def todo(
    load: Load,
    source: Annotated[str, Argument(help="The article.")],
    texts: TextsOption = None,
    form: Annotated[
        Literal["text", "json"], Option("--format", "-f", help="text or json.")
    ] = "text",
) -> None:
    """List what is left to do for an article.

    Each with the line to write into its entry. Without --texts, what the text tells is not known.
    """
    from kzdata.cli import entries
    from kzdata.cli.terminal import as_json, emit, write

    with load() as kz:
        found = kz.todo(source, texts)
    if form == "json":
        write(as_json(found.as_dict()))
    else:
        emit("\n\n".join(map("\n".join, entries.todo(found))))


@command("kzdata add steppe-news.txt --publisher 'Steppe News' --published 2022-01-07")
def add(
    text: Annotated[Path, Argument(parser=path, help="The article: a text file in UTF-8.")],
    publisher: Annotated[str, Option(help="Who published it.")],
    published: Annotated[str, Option(help="The day: 2022-01-07, or 'January 7, 2022'.")],
    source_id: Annotated[
        str | None, Option(help="Its key; else made of the publisher's name.")
    ] = None,
    url: Annotated[str | None, Option(help="Its address.")] = None,
    language: Annotated[str | None, Option(help="Its language, a tag of BCP 47.")] = None,
    kind: Annotated[str | None, Option(help="What sort of text it is.")] = None,
    entry: Annotated[
        Path | None, Option(parser=path, help="Also write an empty entry to this file.")
    ] = None,
    package: Annotated[
        Path | None, Option("--package", "-p", parser=path, help="The folder; else this one.")
    ] = None,
    texts: TextsOption = None,
) -> None:
    """Register an article.

    Its numbers wait for rows: until they have them, the package is not valid.
    """
    from kzdata.cli import entries
    from kzdata.cli.terminal import emit
    from kzdata.entries.adding import Described
    from kzdata.entries.adding import add as register

    place = _folder_of(package, "kzdata add TEXT")
    described = Described(publisher, published, source_id, url, language, kind)
    found = register(place, text, described, entry=entry, texts=texts)
    emit(entries.added(found, text, entry, package))
    raise typer.Exit(0 if found.outcome.written else 1)


@command("kzdata import out.jsonl --from langextract --map map.toml --texts DIR", "import")
def propose(
    file: Annotated[Path, Argument(parser=path, help="What a model or another tool proposes.")],
    form: Annotated[str, Option("--from", help="entry, langextract, brat, webanno, ...")],
    texts: Annotated[Path, Option(parser=path, help="Folder with the articles.")],
    mapping: Annotated[
        Path | None, Option("--map", parser=path, help="What its labels mean, in TOML.")
    ] = None,
    accept: Annotated[
        Literal["none", "strict"], Option(help="Enter what is accepted (strict), or nothing.")
    ] = "none",
    rest: Annotated[
        Path | None, Option(parser=path, help="Write what is not accepted to this entry.")
    ] = None,
    package: Annotated[
        Path | None, Option("--package", "-p", parser=path, help="The folder; else this one.")
    ] = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Write nothing.")] = False,
    output: Annotated[
        Literal["text", "json"], Option("--format", "-f", help="text or json.")
    ] = "text",
) -> None:
    """Judge what a model or another tool proposes.

    Each proposal is accepted, for review or rejected. Exit 1 if anything is not accepted.
    """
    from kzdata.cli import entries
    from kzdata.cli.terminal import as_json, emit, save, write
    from kzdata.entries import proposing
    from kzdata.entries.importing import read_mapping

    if mapping is None and form != proposing.ENTRY:
        raise UsageError("say what its labels mean: --map FILE (docs/import.md)")
    place = _folder_of(package, "kzdata import FILE")
    mapped = read_mapping(mapping) if mapping else {}
    proposed = proposing.propose(place, file, form, mapped, texts)
    found = None
    if accept == "strict":
        found = proposing.accept(place, proposed, file, texts, dry_run=dry_run)
    if rest and not dry_run:
        save("\n".join(one.admission.rest() for one in proposed), rest)
    if output == "json":
        write(as_json(entries.admission_values(proposed, found)))
    else:
        emit(entries.admission(proposed, found, dry_run))
    whole = all(
        one.admission.counts()["accepted"] == len(one.admission.verdicts) for one in proposed
    )
    raise typer.Exit(0 if whole and (found is None or found.valid) else 1)


def _folder_of(package: Path | None, command: str) -> Path:
    """The folder of the package that a command writes: the one named, or this one."""
    if package is None and not os.path.lexists("datapackage.json"):
        raise UsageError(f"name the package: {command} --package PATH")
    return package or Path.cwd()


@command("kzdata eval entries/ --texts DIR; kzdata eval other.zip --texts DIR -f markdown", "eval")
def evaluate(
    predictions: Annotated[
        list[str], Argument(help="Entries, folders of entries, or one package.")
    ],
    texts: Annotated[
        Path,
        Option("--texts", parser=path, help="Folder with the articles; they are known by hash."),
    ],
    package: Annotated[
        Path | None, Option("--package", "-p", parser=path, help=f"What is right. {PACKAGE}")
    ] = None,
    seed: Annotated[
        int | None, Option(help="Draws other articles for the intervals; else always the same.")
    ] = None,
    every: Annotated[bool, Option("--all", help="All misses, also as text or Markdown.")] = False,
    form: Annotated[
        Literal["text", "json", "markdown", "html"],
        Option("--format", "-f", help="text, json, markdown or html."),
    ] = "text",
) -> None:
    """Score entries, or a package, against a package.

    Receipts, passages, claims, each of their fields, and errors such as invented numbers.
    """
    from kzdata.cli import evaluations, terminal
    from kzdata.entries.evaluation import SEED
    from kzdata.entries.evaluation import evaluate as compare

    gold = chosen(None, package)
    places = [path(one) for one in predictions]
    found = compare(places, gold, texts, seed=SEED if seed is None else seed)
    text = evaluations.WRITERS[form](found, every)
    (terminal.emit if form == "text" else terminal.write)(text)


@command("kzdata edit my-crisis --texts DIR", apart=False)
def edit(
    texts: Annotated[
        Path, Option("--texts", parser=path, help="Folder with the articles, and the drafts.")
    ],
    folder: Annotated[
        Path | None, Argument(metavar="PATH", parser=path, help="The folder; else this one.")
    ] = None,
    package: Annotated[
        Path | None, Option("--package", "-p", parser=path, help="The same.")
    ] = None,
    port: Annotated[int | None, Option(min=1, max=65535, help="The port; else a free one.")] = None,
) -> None:
    """Enter an article in the browser, on this computer alone.

    Prints an address to open. Drafts are kept in the folder of texts.
    """
    from kzdata.errors import require

    place = _folder_of(_named(folder, package), "kzdata edit --texts DIR")
    for module in ("starlette", "uvicorn"):
        require(module, "edit")

    def work() -> None:
        from kzdata.desk.server import serving

        _serve(serving(place, texts, port or 0))

    raise typer.Exit(_in_child(work, Limits.stated()._replace(seconds=None)))


def _serve(server: Any) -> None:
    """Serve until interrupted; whoever reads a pipe waits for the address."""
    _emit(f"{server.address} (Ctrl-C ends it)")
    sys.stdout.flush()
    server.run()


@command("kzdata seal .")
def seal(
    path: Annotated[
        Path | None, Argument(metavar="PATH", parser=path, help="A directory or datapackage.json.")
    ] = None,
    package: PackageOption = None,
) -> None:
    """Write sizes and hashes of files into the descriptor.

    For use after a change to the data.
    """
    from kzdata.standard.writer import seal as write

    # It writes: no package is sealed that nobody named.
    if (named := _named(path, package)) is None:
        raise UsageError("name a package: kzdata seal PATH")
    for name in write(named):
        _emit(f"sealed {name}")


class Steps:
    """A progress bar on standard error: only on a terminal, and only after a second."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._state: dict[str, Any] = {}
        self._over = False
        # Tables are read side by side, and a step may last for minutes before the next one.
        self._lock = Lock()
        self._timer = Timer(SECONDS, self._begin)
        self._timer.daemon = True

    def __enter__(self) -> "Steps":
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._over = True
            if self._bar:
                self._bar.stop()

    def show(self, step: str, number: int, of: int) -> None:
        """Show which step begins."""
        from kzdata.cli.terminal import safe, shortened

        with self._lock:
            # A bar has little room for a name, which may be that of a table.
            name = shortened(safe(shortened(step, MOST_OF_A_STEP)), MOST_OF_A_STEP)
            self._state = {"description": name, "completed": number, "total": of}
            if self._bar:
                self._bar.update(self._task, **self._state)

    def _begin(self) -> None:
        with self._lock:
            # The work may have ended while this waited for the lock.
            if not self._over:
                self._bar, self._task = _bar()
                self._bar.update(self._task, **self._state)


def _bar() -> tuple[Any, Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    # As rich has it, but that the name of a table is no markup.
    name = TextColumn("{task.description}", markup=False)
    columns = (name, BarColumn(), TaskProgressColumn(), Remaining())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.start()
    return bar, bar.add_task("", total=None)


def _answer(answer: Any, question: str, form: Format, ids: bool, **options: bool) -> None:
    """Write the answer to a question: for people, as JSON in its own shape, or flat as CSV.

    The text has names, and keys beside them with `ids`; JSON and CSV always have the keys.
    """
    from kzdata.cli import answers, terminal

    if form == "text":
        terminal.emit(getattr(answers, question)(answer, ids, **options))
    elif form == "json":
        terminal.write(terminal.as_json(terminal.plain(answer.as_dict())))
    else:
        _show(answer.columns, answer.rows(), form)
        if answer.more:
            _note(f"{answer.more} more are not listed; --limit lists more")


def _show(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    form: Format,
    text: Callable[[Any], str] | None = None,
) -> None:
    """Write rows; for people as a table, or as `text` that the module `terminal` makes."""
    from kzdata.cli import terminal

    if form == "text":
        terminal.emit(text(terminal) if text else terminal.as_text(columns, rows))
    elif form == "csv":
        terminal.write_csv(terminal.as_csv(columns, rows))
    else:
        terminal.write(terminal.as_json(terminal.as_records(columns, rows)))
