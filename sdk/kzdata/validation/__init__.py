"""Validation: is a package what it says it is, and does every number have a receipt?"""

from kzdata.validation.report import Finding, InvalidPackageError, Receipts, Report
from kzdata.validation.rules import RULES, Rule
from kzdata.validation.selection import validate

__all__ = ["RULES", "Finding", "InvalidPackageError", "Receipts", "Report", "Rule", "validate"]
