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
    from kzdata.differences import (
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
    from kzdata.engine.limits import Limits
    from kzdata.engine.queries import Answer
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
    from kzdata.evidence.authoring import Coverage, Reanchored
    from kzdata.evidence.figures import Figure
    from kzdata.evidence.receipts import Receipt, Trace
    from kzdata.evidence.spans import Span, locate
    from kzdata.package import Package, load
    from kzdata.questions.disagreements import Disagreements
    from kzdata.questions.timeline import Timeline
    from kzdata.questions.toll import Toll
    from kzdata.site.server import Server
    from kzdata.standard.dataset import Table
    from kzdata.standard.row_models import Row
    from kzdata.validation import Finding, InvalidPackageError, Report, validate

_HOMES = {
    "Answer": "engine.queries",
    "BrokenError": "errors",
    "Coverage": "evidence.authoring",
    "DateError": "errors",
    "Diff": "differences",
    "Disagreements": "questions.disagreements",
    "Figure": "evidence.figures",
    "FigureError": "errors",
    "Finding": "validation",
    "InvalidPackageError": "validation",
    "KzdataError": "errors",
    "LimitError": "errors",
    "Limits": "engine.limits",
    "MissingExtraError": "errors",
    "Package": "package",
    "PackageError": "errors",
    "PropertyChange": "differences",
    "QueryError": "errors",
    "Reason": "differences",
    "Reanchored": "evidence.authoring",
    "Receipt": "evidence.receipts",
    "ReleaseReport": "differences",
    "Report": "validation",
    "Row": "standard.row_models",
    "RowChange": "differences",
    "Server": "site.server",
    "Side": "differences",
    "Span": "evidence.spans",
    "SpanError": "errors",
    "Table": "standard.dataset",
    "TableDiff": "differences",
    "Timeline": "questions.timeline",
    "Toll": "questions.toll",
    "Trace": "evidence.receipts",
    "UsageError": "errors",
    "diff": "differences",
    "load": "package",
    "locate": "evidence.spans",
    "release_check": "differences",
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
        from kzdata.files.archive import bundled_version

        return bundled_version()
    if name not in _HOMES:
        raise AttributeError(f"module 'kzdata' has no attribute {name!r}")
    return getattr(import_module(f"kzdata.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
