"""Which columns of a traced package no declaration covers: what they say is not proven."""

from collections.abc import Iterable

from kzdata.standard.declarations import SINGLE
from kzdata.standard.descriptor import Descriptor, Table
from kzdata.standard.inner_names import stated

# Declarations of tables that tell of the world; the others say how receipts, names and lists work.
_CLAIMS = ("claims", "figure", "principal", "dates", "links", "events", "participants")
_HELPERS = (*(role for role in SINGLE if role not in _CLAIMS), "policies", "overlaps", "parent")


def unproven(package: Descriptor) -> dict[str, tuple[str, ...]]:
    """By table, the columns without a receipt, an exemption or a basis; keys need none.

    Asked of packages with receipts: of tables of records or claims, and of those that play no part
    and that no key leads to. A table whose declarations were dropped is such a one.
    """
    tables = package.tables.values()
    if not any(table.schema.edges for table in tables):
        return {}
    led_to = _led_to(tables)
    found = {
        stated(table.name): _uncovered(table)
        for table in tables
        if _tells(table) or not (_helps(table) or table.name in led_to)
    }
    return {name: columns for name, columns in found.items() if columns}


def _led_to(tables: Iterable[Table]) -> set[str]:
    """Tables that keys of others lead to, such as lists of values."""
    keys = ((table, key) for table in tables for key in table.schema.foreign_keys)
    return {key.reference.resource for table, key in keys if key.reference.resource != table.name}


def _tells(table: Table) -> bool:
    schema = table.schema
    return bool(schema.record_key) or any(getattr(schema, role) for role in _CLAIMS)


def _helps(table: Table) -> bool:
    return any(getattr(table.schema, role) for role in _HELPERS)


def _uncovered(table: Table) -> tuple[str, ...]:
    schema = table.schema
    return tuple(
        stated(field.name)
        for field in schema.fields
        if not (field.evidence or field.basis or field.name in schema.primary_key)
    )
