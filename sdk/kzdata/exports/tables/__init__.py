"""Exports that are tables: databases, Parquet, workbooks."""
