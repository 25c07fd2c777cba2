"""StageClock: where a process's CPU time goes, by functions that stand for stages.

A function is timed by the clock of the thread that runs it, so that time in which it waits counts
for nobody; a stage inside another is taken from the outer one. Only functions that await nothing
can be timed so. The clock itself costs about a microsecond a call.
"""

import functools
import importlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

STAGES = {
    "policy": ("benchmarks.simulated_jobs:OpenTimed.answer",),
    "prompts and keys": (
        "annotate.context:render",
        "annotate.context:prefix_id",
        "annotate.ledger.ledger:request_id",
        "annotate.ledger.ledger:rollout_id",
    ),
    "grading": ("annotate.checks:PoolContext.quick",),
    "journal": ("annotate.storage.journal:append", "annotate.storage.journal:clear"),
    "rows to Parquet": ("annotate.run:write_rows", "annotate.jobs.ingest:write_rows"),
    "reading cases": ("annotate.run:read_cases", "annotate.run:read_paid"),
    "commits": ("annotate.storage.run_folder:RunFolder.commit",),
    "reading inputs": ("annotate.jobs.label:ingest",),
    "what is pending": (
        "annotate.pending:Pending.count",
        "annotate.pending:Pending.retire_stale",
    ),
    "rules": ("annotate.run:decide",),
}
"""Functions by stage, each as `module:name` where it is looked up."""

REST = "strategies, ledger, event loop, rest"
"""Everything else."""


class StageClock:
    """Adds up CPU seconds by stage. Not frozen: it counts."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.seconds: Counter[str] = Counter()
        self._here = threading.local()
        self._lock = threading.Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time the functions of all stages until the block ends."""
        undo: list[tuple[Any, str, Any]] = []
        try:
            undo.extend(self._time(s, name) for s, names in STAGES.items() for name in names)
            yield
        finally:
            for owner, attribute, original in undo:
                setattr(owner, attribute, original)

    def table(self, total: float) -> dict[str, float]:
        """Return CPU seconds by stage, the most expensive first, the rest of `total` at the end."""
        found = dict(self.seconds.most_common())
        return {**found, REST: total - sum(found.values())}

    def _time(self, stage: str, name: str) -> tuple[Any, str, Any]:
        """Put a timed function in the place of one; return what to undo."""
        module, _, path = name.partition(":")
        *owners, attribute = path.split(".")
        owner: Any = importlib.import_module(module)  # Any: a module or a class
        for part in owners:
            owner = getattr(owner, part)
        original = vars(owner)[attribute]
        setattr(owner, attribute, self._timed(stage, original))
        return owner, attribute, original

    def _timed(self, stage: str, call: Callable[..., object]) -> Callable[..., object]:
        here, clock = self._here, time.thread_time

        @functools.wraps(call)
        def timed(*given: object, **named: object) -> object:
            outer = getattr(here, "inner", 0.0)
            here.inner = 0.0
            begun = clock()
            try:
                return call(*given, **named)
            finally:
                took = clock() - begun
                with self._lock:
                    self.seconds[stage] += took - here.inner
                here.inner = outer + took

        return timed
