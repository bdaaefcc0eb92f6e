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
    from kzdata.database import Answer
    from kzdata.errors import (
        BrokenError,
        DateError,
        FigureError,
        KzdataError,
        LimitError,
        MissingExtraError,
        PackageError,
        QueryError,
        SpanError,
        UsageError,
    )
    from kzdata.figures import Figure
    from kzdata.limits import Limits
    from kzdata.package import Package, load
    from kzdata.passages import Coverage, Reanchored
    from kzdata.questions.disagreements import Disagreements
    from kzdata.questions.timeline import Timeline
    from kzdata.questions.toll import Toll
    from kzdata.receipts import Receipt, Trace
    from kzdata.rows import Row
    from kzdata.site.server import Server
    from kzdata.spans import Span, locate
    from kzdata.tables import Table
    from kzdata.validation import Finding, InvalidPackageError, Report, validate
    from kzdata.versions import (
        Diff,
        PropertyChange,
        Reason,
        ReleaseReport,
        RowChange,
        Side,
        TableDiff,
        diff,
        release_check,
    )

_HOMES = {
    "Answer": "database",
    "BrokenError": "errors",
    "Coverage": "passages",
    "DateError": "errors",
    "Diff": "versions",
    "Disagreements": "questions.disagreements",
    "Figure": "figures",
    "FigureError": "errors",
    "Finding": "validation",
    "InvalidPackageError": "validation",
    "KzdataError": "errors",
    "LimitError": "errors",
    "Limits": "limits",
    "MissingExtraError": "errors",
    "Package": "package",
    "PackageError": "errors",
    "PropertyChange": "versions",
    "QueryError": "errors",
    "Reason": "versions",
    "Reanchored": "passages",
    "Receipt": "receipts",
    "ReleaseReport": "versions",
    "Report": "validation",
    "Row": "rows",
    "RowChange": "versions",
    "Server": "site.server",
    "Side": "versions",
    "Span": "spans",
    "SpanError": "errors",
    "Table": "tables",
    "TableDiff": "versions",
    "Timeline": "questions.timeline",
    "Toll": "questions.toll",
    "Trace": "receipts",
    "UsageError": "errors",
    "diff": "versions",
    "load": "package",
    "locate": "spans",
    "release_check": "versions",
    "validate": "validation",
}

__all__ = [
    "Answer",
    "BrokenError",
    "Coverage",
    "DateError",
    "Diff",
    "Disagreements",
    "Figure",
    "FigureError",
    "Finding",
    "InvalidPackageError",
    "KzdataError",
    "LimitError",
    "Limits",
    "MissingExtraError",
    "Package",
    "PackageError",
    "PropertyChange",
    "QueryError",
    "Reanchored",
    "Reason",
    "Receipt",
    "ReleaseReport",
    "Report",
    "Row",
    "RowChange",
    "Server",
    "Side",
    "Span",
    "SpanError",
    "Table",
    "TableDiff",
    "Timeline",
    "Toll",
    "Trace",
    "UsageError",
    "diff",
    "load",
    "locate",
    "release_check",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from kzdata.archive import DESCRIPTOR, bundled, read_descriptor

        return str(read_descriptor(bundled() / DESCRIPTOR, "kzdata")["version"])
    if name not in _HOMES:
        raise AttributeError(f"module 'kzdata' has no attribute {name!r}")
    return getattr(import_module(f"kzdata.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
