"""Validation: is a package what it says it is, and does every number have a receipt?"""

from kzdata.validation.report import Finding, InvalidPackageError, Receipts, Report
from kzdata.validation.rule import RULES, Rule
from kzdata.validation.suppressions import validate

__all__ = ["RULES", "Finding", "InvalidPackageError", "Receipts", "Report", "Rule", "validate"]
