"""IdMemory: the ids seen in one file with a hash of what each stood for. Keeps them on disk.

Holds an SQLite database of its own that vanishes with it. For one thread and process; a crash loses
it, and a resumed reading fills it again from the rows that it skips.
"""

import hashlib
import sqlite3
from types import TracebackType
from typing import Self

from annotate.inputs.draft import Draft
from annotate.inputs.fault import BadRowError
from schemas import RejectReason

_DIGEST_BYTES = 16
_CACHE_KIB = 16_384


class IdMemory:
    """Which content each id of a file stands for. Mutable: it learns ids as rows go by."""

    def __init__(self) -> None:
        """Make an empty memory."""
        # An empty name is a private database on disk, cached up to the size given.
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute(
            "CREATE TABLE ids (id BLOB PRIMARY KEY, content BLOB, number INTEGER) WITHOUT ROWID"
        )

    def __enter__(self) -> Self:
        """Return itself; leaving the block drops the database."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Drop the database."""
        self._base.close()

    def check(self, draft: Draft, number: int) -> None:
        """Remember the row's id, or its problem's id where it has none of its own.

        Args:
            draft: What the row states.
            number: The row, for messages.

        Raises:
            BadRowError: If the id stood for another content in an earlier row.
        """
        if draft.row_id is not None:
            self._check("id", draft.row_id, draft, number, _texts(draft))
        elif draft.problem_id is not None:
            asked = [message.text for message in draft.messages]
            self._check("problem_id", draft.problem_id, draft, number, asked)

    def _check(self, kind: str, name: str, draft: Draft, number: int, content: list[str]) -> None:
        key = _digest([kind, *draft.scope, name])
        mark = _digest(content)
        found = self._base.execute(
            "INSERT INTO ids VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING number",
            (key, mark, number),
        ).fetchone()
        if found is not None:
            return
        first, known = self._base.execute(
            "SELECT number, content FROM ids WHERE id = ?", (key,)
        ).fetchone()
        if known != mark:
            other = "another problem" if kind == "problem_id" else "another problem or solution"
            hint = "" if kind == "problem_id" else " (if it names the problem: --map problem_id=id)"
            raise BadRowError(
                RejectReason.ID_CONFLICT,
                f"id {name!r} stands for {other} in row {first}: ids must be unique{hint}.",
                field="id",
            )


def _texts(draft: Draft) -> list[str]:
    chains = [text for chain in draft.chains for text in (chain.steps or (chain.text or "",))]
    return [*(message.text for message in draft.messages), "", *chains]


def _digest(texts: list[str]) -> bytes:
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for text in texts:
        data = text.encode(errors="surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.digest()
