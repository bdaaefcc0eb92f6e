"""Data Package and Table Schema: descriptors, field types, reading and writing of tables."""
