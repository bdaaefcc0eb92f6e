"""Rows of the bundled package, one class a table, each made from its schema when it is asked for.

What they hold stands in `models.pyi` for type checkers and editors, which
docs/contributing/reference.py writes from the same schemas.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kzdata.files.archive import DESCRIPTOR, bundled
from kzdata.standard.descriptor import Schema
from kzdata.standard.row_models import Row, class_name, row_model


@cache
def _files() -> dict[str, Path]:
    """The schema of each table."""
    root = bundled()
    resources = json.loads((root / DESCRIPTOR).read_bytes())["resources"]
    tables = (resource for resource in resources if "schema" in resource)
    return {table["name"]: root / table["schema"] for table in tables}


class _Models(Mapping[str, type[Row]]):
    """Row classes by table."""

    def __init__(self) -> None:
        self._made: dict[str, type[Row]] = {}

    def __getitem__(self, table: str) -> type[Row]:
        if table not in self._made:
            model = row_model(table, Schema.make(json.loads(_files()[table].read_bytes())))
            model.__module__ = __name__  # where pickle looks for it
            # Two threads may make it at once: one class is the one that everybody gets.
            self._made.setdefault(table, model)
        return self._made[table]

    def __iter__(self) -> Iterator[str]:
        return iter(_files())

    def __len__(self) -> int:
        return len(_files())


MODELS = _Models()


class Tables:
    """The tables as attributes, for type checkers."""


def __getattr__(name: str) -> Any:
    # What `from kzdata.models import *` asks for.
    if name == "__all__":
        return __dir__()
    if not name.startswith("_"):
        for table in MODELS:
            if class_name(table) == name:
                return MODELS[table]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*map(class_name, MODELS), "MODELS", "Tables"]
