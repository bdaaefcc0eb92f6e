"""The profile: which tables of a package play which part, by its declarations (docs/profile.md)."""

from typing import TypeVar

from kzdata.errors import UsageError
from kzdata.standard.declarations import Declaration
from kzdata.standard.descriptor import Descriptor, Table

Role = TypeVar("Role", bound=Declaration)


def declaring(descriptor: Descriptor, role: type[Role]) -> list[tuple[Table, Role]]:
    """All tables with a declaration, such as `Claims`, each with what it declares."""
    name = _name(role)
    return [(table, getattr(table.schema, name)) for table in descriptor.declaring(name)]


def declared(descriptor: Descriptor, role: type[Role]) -> tuple[Table, Role] | None:
    """The one table with a declaration, and what it declares; None where there is none."""
    return next(iter(declaring(descriptor, role)), None)


def needed(descriptor: Descriptor, role: type[Role], purpose: str) -> tuple[Table, Role]:
    """The same, for what cannot do without.

    Args:
        descriptor: The descriptor of a package.
        role: The declaration, such as `Spans`.
        purpose: What needs it, for the message.

    Raises:
        UsageError: No table has it.
    """
    found = declared(descriptor, role)
    if found is None:
        raise UsageError(
            f"{descriptor.name} declares no kzdata:{_name(role)}, which {purpose} needs; "
            "docs/profile.md says how"
        )
    return found


def _name(role: type[Declaration]) -> str:
    return role.__name__.lower()
