"""Receipts that the version before demanded and the new one does not.

A package can be made valid by asking less of it. What a version asks less than the one before is
read from the properties that differ, and said as such: a bump alone would hide it among others.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from kzdata.differences.properties import ABSENT, PropertyChange

_EVIDENCE, _REQUIRED = "kzdata:evidence", "required"
# Declarations in which another column makes another promise.
_NAMING = ("kzdata:principal", "kzdata:figure")


def weakened(changes: Iterable[PropertyChange]) -> Iterator[str]:
    """What is asked less of a package than before, a sentence each."""
    for change in changes:
        if change.table and (words := _of_field(change) if change.field else _of_schema(change)):
            yield f"{change.table}: {words}"


def _of_field(change: PropertyChange) -> str:
    inner = change.where[7:]
    if inner == (_EVIDENCE,) and change.old == _REQUIRED:
        return f"field {change.field} needed receipts, and needs none"
    if not inner and change.new is ABSENT and change.old.get(_EVIDENCE) == _REQUIRED:
        return f"field {change.field}, which needed receipts, is gone"
    if inner == ("missingValues",):
        return _missing(change, f"field {change.field}: ")
    return ""


def _of_schema(change: PropertyChange) -> str:
    inner = change.where[4:] if change.where[3:4] == ("schema",) else ()
    if inner == ("missingValues",):
        return _missing(change)
    if not inner or not inner[0].startswith("kzdata:") or change.old is ABSENT:
        return ""
    name = ".".join(inner)
    if change.new is ABSENT:
        return f"{name} was declared, and is not"
    return f"{name} names another column" if inner[0] in _NAMING else ""


def _missing(change: PropertyChange, where: str = "") -> str:
    """What stands for a missing value, and did not: such cells need no receipts any more."""
    # Without a list only an empty cell has no value, and a field has its table's.
    old, new = ([""] if side is ABSENT else _texts(side) for side in (change.old, change.new))
    more = [value for value in new if value not in old]
    return f"{where}{', '.join(map(repr, more))} counts as missing, and did not" if more else ""


def _texts(side: Any) -> list[str]:
    entries = side if isinstance(side, list) else []
    return [str(e.get("value")) if isinstance(e, dict) else str(e) for e in entries]
