"""SeenIds: which ids a run holds already, and how often. On disk, so that memory stays flat.

Not frozen: it is a temporary SQLite table. It is rebuilt from the run when a job starts, so a crash
loses nothing.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

_CHUNK = 500
# SQLite's limit on bound parameters was 999 before version 3.32.


class SeenIds:
    """Counts occurrences of ids, of several kinds."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Use an open database; see `seen_ids`."""
        self._database = database
        self._database.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID")

    def add(self, ids: Iterable[str]) -> None:
        """Count one more occurrence of each id."""
        self._database.executemany(
            "INSERT INTO seen VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET n = n + 1",
            ((i,) for i in ids),
        )

    def counts(self, ids: Iterable[str]) -> dict[str, int]:
        """Return how often each id occurred so far; absent where never."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, int] = {}
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            query = f"SELECT id, n FROM seen WHERE id IN ({marks})"  # noqa: S608  # marks only
            found.update(self._database.execute(query, chunk).fetchall())
        return found


@contextmanager
def seen_ids() -> Iterator[SeenIds]:
    """Yield an empty memory in a temporary file that SQLite removes by itself."""
    database = sqlite3.connect("")
    try:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        yield SeenIds(database)
    finally:
        database.close()
