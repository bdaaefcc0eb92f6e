"""DuckDB, its dialect of SQL, the sandbox for strangers' queries, and limits of processes."""
