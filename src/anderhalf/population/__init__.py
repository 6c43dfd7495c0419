"""Whole populations: from a practice's extract to facts, decisions and worklists, on the engine of choice.

The tables are the same as for one patient; this package turns them into column expressions (`compile`), builds
the facts out of raw rows (`extract`, `features`), and decides everybody at once (`decide`, `casefind`). Needs the
extra `population` (duckdb, polars, ibis, pyarrow); PostgreSQL and Spark are optional.
"""
