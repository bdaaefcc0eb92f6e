"""Versions of a package: what differs, how far the number must rise, what a release must keep."""

from kzdata.versions.bumps import Reason
from kzdata.versions.comparing import diff
from kzdata.versions.differences import Diff, RowChange, TableDiff
from kzdata.versions.metadata import PropertyChange
from kzdata.versions.reading import Side
from kzdata.versions.release import ReleaseReport, release_check

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
