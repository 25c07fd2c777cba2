"""One `label` job over the simulated world, in a process of its own, and what it took.

The policy is the simulated one behind a clock: its own time is known and can be left out.
"""

import asyncio
import contextlib
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from annotate.executors import Inline
from annotate.inputs import ReadOptions
from annotate.jobs import LabelRequest, Silent, label
from annotate.methods import custom_method, get_method
from annotate.policies import POLICIES, Completion, Policy, PolicyChoice, Request
from annotate.policies.simulated import OpenSimulated
from annotate.prompts import Profile
from annotate.worlds.simulated import SimulatedWorld, first_error
from benchmarks.simulated_stages import StageClock
from schemas import Piece, PolicyRow, Problem, Role, make_solution
from verifiers.spec import parse_spec

_MIB = 1 << 20
_KIB = 1 << 10
_TRIES = 64  # samples that are looked through for a wrong one


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is run."""

    problems: int
    """Problems, each with one solution."""
    strategy: str
    """How is gathered, as `name(key=value)`."""
    rule: str = "any_success"
    """What decides."""
    wrong: bool = False
    """Whether solutions are wrong ones; else they are the solver's first samples."""
    delay_s: float = 0.0
    """Seconds that each call of the policy takes."""
    staged: bool = False
    """Whether stages are timed, which slows the whole a little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a job took."""

    labelled: int
    """Solutions that were labelled."""
    rollouts: int
    """Completions that were paid for."""
    wall_s: float
    """From the call of the job to its end."""
    cpu_s: float
    """CPU time of the process for it, the policy's included."""
    children_s: float
    """CPU time of its children, which load the checkers beside it; 0 where there is no `/proc`."""
    policy_s: float
    """CPU time inside the policy."""
    asking_s: float
    """Wall time from the first call of the policy to the last answer."""
    chain: int
    """Most calls of the policy for one problem: where a search asks one after the other, the
    longest chain of dependent calls."""
    peak_mib: float
    """Largest resident memory of the process."""
    before_mib: float
    """The same before the job, everything being imported."""
    stored_mib: float
    """Size of the run folder."""
    stages: dict[str, float] = field(default_factory=dict)
    """CPU seconds by stage, where they were timed."""


@dataclass(frozen=False, slots=True, kw_only=True)
class _Told:
    """What the policy of this process tells. Not frozen: it counts."""

    seconds: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    first: float | None = None
    last: float = 0.0


_TOLD = _Told()  # a policy is opened by name, deep inside the job: there is no other way out


@POLICIES.register("timed")
@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """The simulated policy behind a clock, before it is open."""

    delay_s: float = 0.0
    """Seconds that each call takes, >= 0."""

    async def open(self, *, cores: int = 1) -> Policy:
        """Return the policy; there is nothing to start, on however many cores."""
        del cores
        return OpenTimed(
            inner=OpenSimulated(world=SimulatedWorld(), delay_s=0.0), delay_s=self.delay_s
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTimed:
    """The open policy."""

    inner: OpenSimulated
    """Who answers."""
    delay_s: float
    """Seconds that each call takes."""

    @property
    def row(self) -> PolicyRow:
        """What its id stands for."""
        return self.inner.row

    @property
    def profile(self) -> Profile:
        """How it is spoken to."""
        return self.inner.profile

    async def complete(self, request: Request) -> Sequence[Completion]:
        """Return `request.n` completions, in order of ordinals."""
        _TOLD.calls[request.affinity] += 1
        if _TOLD.first is None:
            _TOLD.first = time.perf_counter()
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        begun = time.thread_time()
        completions = self.answer(request)
        _TOLD.seconds += time.thread_time() - begun
        _TOLD.last = time.perf_counter()
        return completions

    def answer(self, request: Request) -> Sequence[Completion]:
        """Return the completions at once: what counts as the policy's own time."""
        # The inner policy awaits nothing where it has no delay: its first step is its last.
        try:
            self.inner.complete(request).send(None)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # what `complete` returns
        raise RuntimeError("the simulated policy waits, and should not.")

    async def aclose(self) -> None:
        """Give back nothing."""


def run_apart(setting: Setting) -> Taken:
    """Run one job in a fresh process, so that memory and CPU time are its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(run_here, setting).result()


def run_here(setting: Setting) -> Taken:
    """Run one job in this process."""
    with tempfile.TemporaryDirectory(prefix="waymark-rollouts-") as name:
        inputs = write_inputs(Path(name, "solutions.jsonl"), setting)
        run = Path(name, "run")
        request = LabelRequest(
            inputs=(str(inputs),),
            out=str(run),
            methods=(
                custom_method(
                    get_method("math_shepherd"), strategies=(setting.strategy,), rule=setting.rule
                ),
            ),
            options=ReadOptions(),
            policies={
                Role.COMPLETER: PolicyChoice(spec=parse_spec(f"timed(delay_s={setting.delay_s})"))
            },
            policy_check=False,
        )
        clock = StageClock()
        before, cpu, begun = _peak_mib(), time.process_time(), time.perf_counter()
        if setting.staged:
            with clock.running():
                report = asyncio.run(label(request, Inline(), Silent()))
        else:
            report = asyncio.run(label(request, Inline(), Silent()))
        wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
        children = _children_s()
        return Taken(
            labelled=report.done.labelled,
            rollouts=report.done.rollouts,
            wall_s=wall,
            cpu_s=cpu,
            children_s=children,
            policy_s=_TOLD.seconds,
            asking_s=_TOLD.last - (_TOLD.first or _TOLD.last),
            chain=max(_TOLD.calls.values(), default=0),
            peak_mib=_peak_mib(),
            before_mib=before,
            stored_mib=sum(f.stat().st_size for f in run.rglob("*") if f.is_file()) / _MIB,
            stages=clock.table(cpu) if setting.staged else {},
        )


def write_inputs(path: Path, setting: Setting) -> Path:
    """Write problems of the simulated world, each with one solution, as JSON lines."""
    world = SimulatedWorld()
    with path.open("w", encoding="utf-8") as file:
        for problem in world.problems(setting.problems):
            row = {
                "problem": problem.question,
                "answer": problem.answers[0],
                "solution": _solution(world, problem, wrong=setting.wrong),
            }
            file.write(json.dumps(row) + "\n")
    return path


def _solution(world: SimulatedWorld, problem: Problem, *, wrong: bool) -> str:
    """Return the solver's first sample, or its first wrong one."""
    texts = (world.complete(problem.question, "", number) for number in range(_TRIES))
    return next(text for text in texts if not wrong or _errs(problem, text))


def _errs(problem: Problem, text: str) -> bool:
    return first_error(problem, make_solution(problem, (Piece(text=text),))) is not None


def _children_s() -> float:
    """Return the CPU time of this process's children so far, their own children's among it."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended at this moment
            # The name before may hold anything; after it: state, parent, ..., four kinds of time.
            fields = path.read_text().rpartition(")")[2].split()
            parents[int(path.parent.name)] = int(fields[1])
            ticks[int(path.parent.name)] = sum(map(int, fields[11:15]))
    own = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    return sum(ticks[pid] for pid in own - {os.getpid()}) / os.sysconf("SC_CLK_TCK")


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB / _MIB
