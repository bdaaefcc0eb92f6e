"""Validation on several machines: kzdata's own reading on each, an engine between them.

No rule is written anew for an engine. A task reads a few files of a table, as `validate` reads a
whole one, in a DuckDB of its own (`pieces`). Between files go only keys, in buckets, as bytes, and
other tasks compare them (`comparing`). The driver puts together what the tasks say (`driver`); an
engine runs tasks and moves bytes (`engine`).
"""
