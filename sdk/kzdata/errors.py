"""What can go wrong, as one tree.

    KzdataError
    ├── PackageError      a package cannot be read at all (exit code 2)
    │   ├── NotJSONError  a descriptor or a schema holds no JSON object: validation finds that
    │   └── NotReadError  a file is legal, and in a form or of a size that is not read
    ├── UsageError        a call names something that does not exist (exit code 2)
    ├── QueryError        an SQL query was refused or failed
    ├── MissingExtraError an optional library is not installed
    ├── FigureError       a wording is not in the figure grammar
    ├── DateError         a wording is not in the date grammar
    ├── SpanError         a quote is not where it should be
    ├── EntryError        an entry cannot be read, or says what no entry can say
    ├── AnnotationError   annotations of another tool cannot be read, or do not fit an article
    ├── LimitError        a package takes more memory or time than it may
    ├── EngineError       the engine that runs tasks elsewhere (Spark) failed
    └── BrokenError       kzdata itself failed, which is a bug

Bad *data* is never an exception: it is a `Finding` in a `Report`. An exception says that a
question could not be asked at all, where, what was expected, and the way out.
"""

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any


class KzdataError(Exception):
    """Base of every error that kzdata raises on purpose; its text is one line for a person."""


class PackageError(KzdataError):
    """The package cannot be read: no such path, no descriptor, a broken zip, a broken JSON."""


class NotReadError(PackageError):
    """A file may be right, and is not read: by its form, or by its size; the message says why."""


class NotJSONError(PackageError):
    """A file that must hold a JSON object holds none.

    Attributes:
        file: Its name, within the package.
        found: What it holds instead, in words.
        line: Where that was seen, from 1; None where no line is at fault.
        column: The character in that line, from 1.
    """

    def __init__(
        self,
        file: str,
        found: str,
        line: int | None = None,
        column: int | None = None,
        before: str = "",
    ) -> None:
        place = f":{line}:{column}" if line else ""
        super().__init__(f"{before}{file}{place}: {found}, where a JSON object is expected")
        self.file, self.found, self.line, self.column = file, found, line, column


class UsageError(KzdataError, LookupError):
    """A call names a record, table, field or role that the package does not have."""


class QueryError(KzdataError):
    """An SQL query was refused (it writes, reads files, changes settings) or failed."""


class MissingExtraError(KzdataError, ImportError):
    """An optional library is needed; the message gives the `pip install` line."""


class FigureError(KzdataError, ValueError):
    """A wording is not a figure in the grammar of `kzdata.evidence.figures`."""


class DateError(KzdataError, ValueError):
    """A wording is not a date expression in the grammar of `kzdata.evidence.dates`."""


class SpanError(KzdataError, ValueError):
    """A quote cannot be located in a text, or only ambiguously."""


class EntryError(KzdataError, ValueError):
    """An entry cannot be entered; each line of its text is one fault.

    Attributes:
        faults: All that is wrong in it, as `kzdata.entries.document.Fault`.
    """

    def __init__(self, faults: Sequence[Any]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class AnnotationError(KzdataError, ValueError):
    """A file of annotations is not of its format, or its words are not where it says they are."""


class LimitError(KzdataError):
    """A piece of work took more memory or time than it may, so that nothing is known."""


class EngineError(KzdataError):
    """The engine that runs tasks on other machines failed; the message says what it told."""


class BrokenError(KzdataError):
    """Kzdata failed where it should have found or refused something."""

    @classmethod
    def of(cls, error: BaseException) -> "BrokenError":
        """The error for an exception that nobody expected, on one line."""
        said = " ".join(str(error).split())[:200]
        name = type(error).__name__
        return cls(f"kzdata failed ({name}{said and f': {said}'}); please report it")


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint with the names most like the one that was not found, or nothing."""
    from difflib import get_close_matches

    names = {other.casefold(): other for other in known}
    found = get_close_matches(name.casefold(), list(names), n=3, cutoff=0.5)
    matches = [names[other] for other in found]
    return f"; did you mean {', '.join(matches)}?" if matches else ""


def require(module: str, extra: str) -> None:
    """Make sure that an optional library is there.

    Raises:
        MissingExtraError: It is not installed; the message gives the line that installs it.
    """
    try:
        import_module(module)
    except ImportError as error:
        message = f"{module} is not installed; pip install 'kzdata[{extra}]'"
        raise MissingExtraError(message) from error
