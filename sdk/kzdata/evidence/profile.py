"""The profile: which tables of a package play which part, by its declarations (docs/profile.md)."""

from collections.abc import Mapping
from typing import Any, TypeVar

from kzdata.engine.sql import column, text
from kzdata.errors import UsageError
from kzdata.standard.declarations import Declaration
from kzdata.standard.descriptor import Descriptor, Table

Role = TypeVar("Role", bound=Declaration)
LABELS = ("name", "title", "label")  # columns that call a row by its name, the first that there is


def declaring(descriptor: Descriptor, role: type[Role]) -> list[tuple[Table, Role]]:
    """All tables with a declaration, such as `Claims`, each with what it declares."""
    name = _name(role)
    return [(table, getattr(table.schema, name)) for table in descriptor.declaring(name)]


def declared(descriptor: Descriptor, role: type[Role]) -> tuple[Table, Role] | None:
    """The one table with a declaration, and what it declares; None where there is none."""
    return next(iter(declaring(descriptor, role)), None)


def needed(descriptor: Descriptor, role: type[Role], purpose: str) -> tuple[Table, Role]:
    """The same for a purpose, such as `trace`, that cannot do without; a UsageError if none has."""
    if found := declared(descriptor, role):
        return found
    lacking = f"{descriptor.name} declares no kzdata:{_name(role)}, which {purpose} needs"
    raise UsageError(f"{lacking}; docs/profile.md says how")


def cell(name: str | None, alias: str = "t") -> str:
    """SQL: a cell of a row as text; NULL where a declaration names no such column."""
    return text(column(name, alias)) if name else "CAST(NULL AS VARCHAR)"


def column_label(table: Table, column: str) -> str:
    """What a column is called in a sentence."""
    return (table.schema.field(column).title or column).replace("_", " ").lower()


def objects(raw: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects of a property of a raw descriptor that should be a list of them."""
    # The standard has such lists, but a stranger's descriptor may hold anything.
    entries = raw.get(key)
    return [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []


def _name(role: type[Declaration]) -> str:
    return role.__name__.lower()
