"""Pending: which solutions a labelling has still to decide. Work is what is missing.

A solution is pending where the labelling has no decision for it, or an older one than the evidence
that it reads. A labelling that only reads stored evidence passes over solutions that have none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from annotate.storage import FileEntry, RunFolder, connect, read_table, write_rows
from annotate.strategies.screen import KEPT
from schemas import TABLES

SHARD = "shard"
"""What the commit of a shard calls itself; it names what was asked under `asks`."""
SHARD_SOLUTIONS = 1024
"""Solutions in a shard: some hundred milliseconds of checks, a few megabytes of rows."""

_BATCH = 10_000


SHARD_PROBLEMS = 256
"""Problems and solutions in a shard where rollouts are drawn: hundreds of searches side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Whole problems with what is to be decided of them."""

    problem_ids: tuple[str, ...]
    """Sorted, at least one."""
    solution_ids: tuple[str, ...]
    """Sorted: solutions without a decision. Others of the same problems are not decided again."""
    size: int
    """Things to do: these solutions, and the problems that are only sampled from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What one labelling has still to do in a run."""

    labelling_id: str | None
    """The labelling; null where nothing is decided: then problems are pending that the first of
    `asks` knows nothing of, whether they have solutions or not, and those with solutions that
    another of them has not met."""
    reads: tuple[str, ...]
    """Gathering ids whose stored evidence it is made of; empty where it gathers for itself."""
    asks: tuple[str, ...] = ()
    """Gathering ids that it gathers under: samples of others are not its business."""
    samples: bool = False
    """Whether a problem that the first of `asks` knows nothing of is to be sampled from."""

    def count(self, run: RunFolder) -> int:
        """Return how many solutions (and problems to be sampled from) there are to do."""
        with connect(run, stored_only=True) as con:
            ids = self._sql(con, run)
            ((count,),) = con.execute(f"SELECT count(*) FROM ({ids})").fetchall()  # noqa: S608  # constants of this file
        return int(count)

    def shards(self, run: RunFolder, *, size: int = SHARD_SOLUTIONS) -> Iterator[Work]:
        """Yield the work to be done, sorted, in shards of whole problems.

        A shard is closed at the first new problem once it holds `size` things to do, >= 1.
        """
        with connect(run, stored_only=True) as con:
            rows = con.execute(f"{self._sql(con, run)} ORDER BY problem_id, solution_id")
            todo: list[tuple[str, str | None]] = []
            while batch := rows.fetchmany(_BATCH):
                for problem_id, solution_id in batch:
                    if len(todo) >= size and todo[-1][0] != problem_id:
                        yield _work(todo)
                        todo = []
                    todo.append((problem_id, solution_id))
            if todo:
                yield _work(todo)

    def retire_stale(self, run: RunFolder) -> int:
        """Take back decisions that are older than the evidence they should rest on.

        Evidence is committed before it is decided on; where more of it came later (another import
        of a solution that was decided), its decision and labels leave the run in one commit, and
        the solution is pending again.

        Returns:
            How many solutions were taken back.
        """
        stale = self._stale(run) if self.reads else pa.array([], pa.string())
        if not len(stale):
            return 0
        state = run.state()
        entries = [*state.files["labels"], *state.files["first_errors"]]
        removed: list[str] = []
        added: list[FileEntry] = []
        for entry in entries:
            table = TABLES[entry.table]
            rows = read_table(run.store, table, entry)
            gone = pc.and_(
                pc.equal(rows["labelling_id"], self.labelling_id),
                pc.is_in(rows["solution_id"], value_set=stale),
            )
            if pc.any(gone).as_py():
                removed.append(entry.key)
                kept = rows.filter(pc.invert(gone))
                added += [write_rows(run.store, table, kept)] if kept.num_rows else []
        run.commit(added, removed, note={"activity": "retire", "solutions": len(stale)})
        return len(stale)

    def _sql(self, con: duckdb.DuckDBPyConnection, run: RunFolder) -> str:
        """Return the query for (problem_id, solution_id) to do, its parameters set on `con`."""
        con.execute("SET VARIABLE labelling = $1", [self.labelling_id])
        con.execute("SET VARIABLE reads = $1", [list(self.reads)])
        con.execute("SET VARIABLE asks = $1", [list(self.asks)])
        has_evidence = """
            SEMI JOIN (
                SELECT solution_id FROM stored.evidence
                WHERE list_contains(getvariable('reads'), gathering_id)
            ) USING (solution_id)
        """
        foreign = """
            ANTI JOIN (
                -- Sampled by other gatherings, and by no file.
                SELECT solution_id FROM stored.sources
                WHERE len(getvariable('asks')) > 0 AND solution_id IN (
                    SELECT solution_id FROM stored.sources WHERE gathering_id IS NOT NULL
                )
                GROUP BY solution_id
                HAVING NOT bool_or(
                    gathering_id IS NULL OR list_contains(getvariable('asks'), gathering_id)
                )
            ) USING (solution_id)
        """
        undecided = f"""
            SELECT problem_id, solution_id FROM stored.solutions
            {has_evidence if self.reads else ""}
            ANTI JOIN (
                SELECT solution_id FROM stored.first_errors
                WHERE labelling_id = getvariable('labelling')
            ) USING (solution_id)
            {foreign}
        """  # noqa: S608  # constants of this file
        unknown = """
            SELECT problem_id, NULL AS solution_id FROM stored.problems
            ANTI JOIN (
                SELECT problem_id FROM stored.evidence
                WHERE gathering_id = list_extract(getvariable('asks'), 1)
            ) USING (problem_id)
        """
        if self.labelling_id is None:
            con.execute("SET VARIABLE telling = $1", [self._telling(con, run)])
            return f"{unknown} UNION {self._unfinished(foreign)}" if len(self.asks) > 1 else unknown
        if not self.samples:
            return undecided
        return f"""
            {undecided}
            UNION ALL
            {unknown}
            -- A problem with solutions of its own to decide is there already.
            ANTI JOIN (SELECT problem_id FROM ({undecided})) USING (problem_id)
        """  # noqa: S608  # constants of this file

    def _telling(self, con: duckdb.DuckDBPyConnection, run: RunFolder) -> list[str]:
        """Return the gatherings behind the first of `asks` that tell something of every solution.

        Those that have told of any, and those that were not begun: a policy that scores no text
        leaves no scores to wait for.
        """
        rows = con.execute(
            "SELECT DISTINCT gathering_id FROM stored.evidence "
            "WHERE list_contains(getvariable('asks'), gathering_id)"
        ).fetchall()
        notes = [note for note in run.state().notes if note.get("activity") == SHARD]
        asks = (note.get("asks") for note in notes)
        begun = {one for asked in asks if isinstance(asked, list) for one in asked}
        told = {gathering_id for (gathering_id,) in rows}
        return [one for one in self.asks[1:] if one in told or one not in begun]

    @staticmethod
    def _unfinished(foreign: str) -> str:
        """Return the query for problems of which another method asked some of the same.

        The screen kept them, and one of `asks` that tells of every solution has not met theirs.
        """
        return f"""
            SELECT problem_id, NULL AS solution_id FROM stored.solutions
            {foreign}
            ANTI JOIN (
                SELECT solution_id FROM stored.evidence
                WHERE list_contains(getvariable('telling'), gathering_id)
                GROUP BY solution_id
                HAVING count(DISTINCT gathering_id) = len(getvariable('telling'))
            ) USING (solution_id)
            SEMI JOIN (
                SELECT problem_id FROM stored.evidence
                WHERE gathering_id = list_extract(getvariable('asks'), 1)
                AND (scope <> 'PROBLEM' OR coalesce(reason, $kept) = $kept)
            ) USING (problem_id)
        """.replace("$kept", f"'{KEPT}'")  # noqa: S608  # constants of this file

    def _stale(self, run: RunFolder) -> pa.Array:
        """Return the solutions decided in an earlier commit than their latest evidence."""
        seqs = {entry.key: commit.seq for commit in run.commits() for entry in commit.added}
        files = run.state().files
        decided = self._latest(
            run, files["first_errors"], seqs, "labelling_id", self.labelling_id or ""
        )
        first = min((seqs[entry.key] for entry in files["first_errors"]), default=None)
        if first is None or not decided.num_rows:
            return pa.array([], pa.string())
        later = [entry for entry in files["evidence"] if seqs[entry.key] > first]
        observed = self._latest(run, later, seqs, "gathering_id", *self.reads)
        both = observed.join(decided, "solution_id", join_type="inner", right_suffix="_decided")
        newer = both.filter(pc.greater(both["seq_max"], both["seq_max_decided"]))
        return newer["solution_id"].combine_chunks()

    @staticmethod
    def _latest(
        run: RunFolder,
        entries: Sequence[FileEntry],
        seqs: dict[str, int],
        column: str,
        *values: str,
    ) -> pa.Table:
        """Return (solution_id, seq_max): the last commit with a row of one of the values."""
        parts = []
        for entry in entries:
            rows = read_table(run.store, TABLES[entry.table], entry)
            chosen = rows.filter(pc.is_in(rows[column], value_set=pa.array(values, pa.string())))
            ids = pc.unique(chosen["solution_id"])
            parts.append(
                pa.table({"solution_id": ids, "seq": pa.repeat(seqs[entry.key], len(ids))})
            )
        if not parts:
            schema = pa.schema([("solution_id", pa.string()), ("seq_max", pa.int64())])
            return schema.empty_table()
        return pa.concat_tables(parts).group_by("solution_id").aggregate([("seq", "max")])


def _work(todo: Sequence[tuple[str, str | None]]) -> Work:
    return Work(
        problem_ids=tuple(sorted({problem_id for problem_id, _ in todo})),
        solution_ids=tuple(sorted(one for _, one in todo if one is not None)),
        size=len(todo),
    )
