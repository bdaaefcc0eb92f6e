"""Versions of a package: what differs, how far the number must rise, what a release must keep."""

from kzdata.differences.bumps import Reason
from kzdata.differences.changes import Diff, RowChange, TableDiff
from kzdata.differences.comparing import diff
from kzdata.differences.properties import PropertyChange
from kzdata.differences.release import ReleaseReport, release_check
from kzdata.differences.version import Side

__all__ = [
    "Diff",
    "PropertyChange",
    "Reason",
    "ReleaseReport",
    "RowChange",
    "Side",
    "TableDiff",
    "diff",
    "release_check",
]
