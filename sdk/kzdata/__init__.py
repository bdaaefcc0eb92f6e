"""kzdata: what five articles said of Kazakhstan in January 2022, with a receipt for every figure.

    import kzdata
    kz = kzdata.load()
    for report in kz.casualty_reports:
        print(report.value_text, report.population)
    kz.trace("CR-0001", "value_low")

Nothing heavy is imported until it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kzdata.differences import Diff as Diff
    from kzdata.differences import PropertyChange as PropertyChange
    from kzdata.differences import Reason as Reason
    from kzdata.differences import ReleaseReport as ReleaseReport
    from kzdata.differences import RowChange as RowChange
    from kzdata.differences import Side as Side
    from kzdata.differences import TableDiff as TableDiff
    from kzdata.differences import diff as diff
    from kzdata.differences import release_check as release_check
    from kzdata.engine.limits import Limits as Limits
    from kzdata.engine.queries import Answer as Answer
    from kzdata.entries.left import Todo as Todo
    from kzdata.errors import AnnotationError as AnnotationError
    from kzdata.errors import BrokenError as BrokenError
    from kzdata.errors import DateError as DateError
    from kzdata.errors import EngineError as EngineError
    from kzdata.errors import EntryError as EntryError
    from kzdata.errors import FigureError as FigureError
    from kzdata.errors import KzdataError as KzdataError
    from kzdata.errors import LimitError as LimitError
    from kzdata.errors import MissingExtraError as MissingExtraError
    from kzdata.errors import NotJSONError as NotJSONError
    from kzdata.errors import NotReadError as NotReadError
    from kzdata.errors import PackageError as PackageError
    from kzdata.errors import QueryError as QueryError
    from kzdata.errors import SpanError as SpanError
    from kzdata.errors import UsageError as UsageError
    from kzdata.evidence.authoring import Coverage as Coverage
    from kzdata.evidence.authoring import Located as Located
    from kzdata.evidence.authoring import Reanchored as Reanchored
    from kzdata.evidence.figures import Figure as Figure
    from kzdata.evidence.outside import OutsideReport as OutsideReport
    from kzdata.evidence.receipts import Receipt as Receipt
    from kzdata.evidence.receipts import Trace as Trace
    from kzdata.evidence.spans import Span as Span
    from kzdata.evidence.spans import locate as locate
    from kzdata.files.limits import PackageLimits as PackageLimits
    from kzdata.package import Package as Package
    from kzdata.package import load as load
    from kzdata.questions.disagreements import Disagreements as Disagreements
    from kzdata.questions.forces import Forces as Forces
    from kzdata.questions.timeline import Timeline as Timeline
    from kzdata.questions.toll import Toll as Toll
    from kzdata.site.loopback import Server as Server
    from kzdata.standard.dataset import Table as Table
    from kzdata.standard.row_models import Row as Row
    from kzdata.validation import Finding as Finding
    from kzdata.validation import InvalidPackageError as InvalidPackageError
    from kzdata.validation import Report as Report
    from kzdata.validation import validate as validate

# The same again for Python, which imports a module when one of its names is first asked for.
_HOMES = {
    name: home
    for home, names in {
        "differences": "Diff PropertyChange Reason ReleaseReport RowChange Side TableDiff "
        "diff release_check",
        "engine.limits": "Limits",
        "engine.queries": "Answer",
        "entries.left": "Todo",
        "errors": "AnnotationError BrokenError DateError EngineError EntryError FigureError "
        "KzdataError LimitError MissingExtraError NotJSONError NotReadError PackageError "
        "QueryError SpanError UsageError",
        "evidence.authoring": "Coverage Located Reanchored",
        "evidence.figures": "Figure",
        "evidence.outside": "OutsideReport",
        "evidence.receipts": "Receipt Trace",
        "evidence.spans": "Span locate",
        "files.limits": "PackageLimits",
        "package": "Package load",
        "questions.disagreements": "Disagreements",
        "questions.forces": "Forces",
        "questions.timeline": "Timeline",
        "questions.toll": "Toll",
        "site.loopback": "Server",
        "standard.dataset": "Table",
        "standard.row_models": "Row",
        "validation": "Finding InvalidPackageError Report validate",
    }.items()
    for name in names.split()
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from kzdata.files.archive import bundled_version

        return bundled_version()
    if name not in _HOMES:
        raise AttributeError(f"module 'kzdata' has no attribute {name!r}")
    return getattr(import_module(f"kzdata.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
