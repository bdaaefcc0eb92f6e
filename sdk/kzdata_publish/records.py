"""Rows of a package by what its schemas declare, for formats that are not tables themselves."""

from collections.abc import Iterator, Mapping

from kzdata.evidence.profile import LABELS
from kzdata.standard.dataset import Dataset
from kzdata.standard.descriptor import Schema

Cells = Mapping[str, str]
"""A row: the text of its filled cells by column."""


def rows(dataset: Dataset, name: str) -> Iterator[Cells]:
    """The filled cells of each row of a table, as the file has them, in its order."""
    schema = dataset.tables[name].schema
    # What stands for no value may differ from column to column.
    missing = [schema.missing_of(field) for field in schema.fields]
    for cells in dataset.tables[name].texts():
        yield {
            column: text
            for column, text, none in zip(schema.names, cells, missing, strict=True)
            if text and text not in none
        }


def cell(row: Cells, column: str | None) -> str:
    """A cell of a row; empty where it is, or where there is no such column."""
    return row.get(column or "", "")


def parent(schema: Schema, column: str | None) -> str | None:
    """The table that a column refers to, or None."""
    keys = (key for key in schema.foreign_keys if key.fields == (column,))
    return next((key.reference.resource for key in keys), None) or None


def labels(dataset: Dataset, name: str | None) -> dict[str, str]:
    """What the rows of a table are called, by their key; a row without a name by its key."""
    if name is None or len(dataset.tables[name].schema.primary_key) != 1:
        return {}
    key = dataset.tables[name].schema.primary_key[0]
    return {
        row[key]: next((row[column] for column in LABELS if column in row), row[key])
        for row in rows(dataset, name)
        if key in row
    }
