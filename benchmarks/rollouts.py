"""The rollout pipeline measured around a simulated policy: CPU per rollout, waiting, memory.

    python -m benchmarks.rollouts [--core 1000] [--k 32] [--in-flight 500] [--memory 2000,20000]
                                  [--json]

Each figure is one job `label`, inline, in a process of its own; rows are stored durably in a run
folder that is removed afterwards. 0 or nothing leaves a table out.

Core loop: the policy answers at once; CPU time of the process and its children less the time
inside the policy, by rollout, from the start of the job to its end. A second run says where it
goes; timing stages makes that one a little slower.
In flight: one wrong solution per problem over a policy that waits; a search asks one call after the
other, so the longest chain of calls times the wait is the least that all of them can take. The
ratio is by the time from the first call to the last answer; reading the inputs comes before it.
Memory: peak of the process, with one rollout per prefix.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.simulated_jobs import Setting, Taken, run_apart

BOUND_US = 60.0
"""CPU microseconds by rollout that the core loop may take at most."""
BOUND_RATIO = 1.3
"""Wall time by the longest chain of dependent calls, which searches may take at most."""
SEARCHES = ("bisect(k=8)", "first_failure(k=8)")
"""Strategies that ask one call after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The core loop."""

    plain: Taken
    """A run that is only watched from outside."""
    staged: Taken
    """A run whose stages are timed."""

    @property
    def us_each(self) -> float:
        """CPU microseconds by rollout outside the policy, children included."""
        return _us(self.plain.cpu_s + self.plain.children_s - self.plain.policy_s, self.plain)

    @property
    def stages(self) -> dict[str, float]:
        """CPU microseconds by rollout and stage, the policy left out."""
        found = {
            stage: _us(seconds, self.staged)
            for stage, seconds in self.staged.stages.items()
            if stage != "policy"
        }
        return {**found, "check processes, loading": _us(self.staged.children_s, self.staged)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """Searches over a policy that waits."""

    strategy: str
    """How is searched."""
    delay_s: float
    """Seconds that each call takes."""
    taken: Taken
    """What the job took."""

    @property
    def ratio(self) -> float:
        """Wall time of asking by the longest chain of calls, one after the other."""
        return self.taken.asking_s / max(self.taken.chain * self.delay_s, 1e-9)


def main() -> None:
    """Measure what is asked for and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--core", type=int, default=1000, help="problems of the core loop")
    parser.add_argument("--k", type=int, default=32, help="rollouts per prefix there")
    parser.add_argument("--in-flight", type=int, default=500, help="searches side by side")
    parser.add_argument("--delay", type=float, default=0.25, help="seconds by call there")
    parser.add_argument("--memory", default="2000,20000", help="numbers of problems")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    given = parser.parse_args()
    core = measure_core(given.core, given.k) if given.core else None
    asked = SEARCHES if given.in_flight else ()
    waited = [measure_waiting(s, given.in_flight, given.delay) for s in asked]
    sizes = [int(size) for size in given.memory.split(",") if size]
    memory = [run_apart(Setting(problems=size, strategy="every_prefix(k=1)")) for size in sizes]
    if given.json:
        print(json.dumps(_told(core, waited, memory), indent=1))
        return
    console = Console(width=None if Console().is_terminal else 120, highlight=False)
    for table in [*(_core_tables(core) if core else ()), *_other_tables(waited, memory)]:
        console.print(table)


def measure_core(problems: int, k: int) -> Core:
    """Run the core loop twice: as it is, and with its stages timed."""
    strategy = f"every_prefix(k={k})"
    return Core(
        plain=run_apart(Setting(problems=problems, strategy=strategy)),
        staged=run_apart(Setting(problems=problems, strategy=strategy, staged=True)),
    )


def measure_waiting(strategy: str, searches: int, delay_s: float) -> Waited:
    """Run one search per problem over a policy that takes `delay_s` per call."""
    setting = Setting(problems=searches, strategy=strategy, wrong=True, delay_s=delay_s)
    return Waited(strategy=strategy, delay_s=delay_s, taken=run_apart(setting))


def _us(seconds: float, taken: Taken) -> float:
    return 1e6 * seconds / max(taken.rollouts, 1)


def _told(core: Core | None, waited: Sequence[Waited], memory: Sequence[Taken]) -> object:
    """Return everything as JSON."""
    return {
        "core": core and {**asdict(core), "us_each": core.us_each, "stages": core.stages},
        "in_flight": [{**asdict(one), "ratio": one.ratio} for one in waited],
        "memory": [asdict(one) for one in memory],
    }


def _core_tables(core: Core) -> list[Table]:
    whole = core.plain
    table = Table(title=f"core loop (bound: {BOUND_US:g} us)")
    row = {
        "solutions": f"{whole.labelled:,}",
        "rollouts": f"{whole.rollouts:,}",
        "CPU us by rollout": f"{core.us_each:.1f}",
        "policy us": f"{_us(whole.policy_s, whole):.1f}",
        "wall s": f"{whole.wall_s:.1f}",
        "stored MiB": f"{whole.stored_mib:.1f}",
        "peak MiB": f"{whole.peak_mib:.0f}",
    }
    _fill(table, [row])
    staged = Table(title="where it goes, CPU us by rollout (a second run)")
    _fill(staged, [{"stage": s, "us": f"{us:.1f}"} for s, us in core.stages.items()])
    return [table, staged]


def _other_tables(waited: Sequence[Waited], memory: Sequence[Taken]) -> list[Table]:
    searches = Table(title=f"in flight (bound: ratio {BOUND_RATIO:g})")
    _fill(
        searches,
        [
            {
                "strategy": one.strategy,
                "searches": str(one.taken.labelled),
                "rollouts": f"{one.taken.rollouts:,}",
                "longest chain": f"{one.taken.chain} x {one.delay_s:g} s",
                "first call to last answer": f"{one.taken.asking_s:.2f} s",
                "ratio": f"{one.ratio:.2f}",
                "whole job": f"{one.taken.wall_s:.2f} s",
            }
            for one in waited
        ],
    )
    sizes = Table(title="memory of the driver, inline")
    _fill(
        sizes,
        [
            {
                "problems": f"{one.labelled:,}",
                "rollouts": f"{one.rollouts:,}",
                "before MiB": f"{one.before_mib:.0f}",
                "peak MiB": f"{one.peak_mib:.0f}",
                "wall s": f"{one.wall_s:.1f}",
            }
            for one in memory
        ],
    )
    return [table for table in (searches, sizes) if table.rows]


def _fill(table: Table, rows: Sequence[dict[str, str]]) -> None:
    """Put rows into a table, with their names as its head."""
    for number, name in enumerate(rows[0] if rows else ()):
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row.values())


if __name__ == "__main__":
    main()
