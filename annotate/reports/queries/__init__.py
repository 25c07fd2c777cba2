"""The SQL of the reports: one file per query."""

from functools import partial

from annotate import storage

run_query = partial(storage.run_query, __name__)
"""Runs a query of this folder: (connection, name, record, **parameters) -> records."""
