"""ByTests: the checker that grades a program by running the problem's tests on it, contained.

Each run is a process of its own that lives no longer than the call, see `sandbox.py`. The bound of
processor time is lower than the last limit of `verifiers.sandbox.CheckPool`, which stops what is
slower than its first one and runs it again.
"""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from schemas import AnswerType, InvalidArgumentError, Outcome, Problem, UnknownReason
from verifiers.base import Graded
from verifiers.programs.containment import UNSAFE, Containment
from verifiers.programs.extract import MOST_CHARACTERS, extract_program, parse_program
from verifiers.programs.judge import FAILED, MEMORY, PASSED
from verifiers.programs.sandbox import (
    ContainmentError,
    Ended,
    Ending,
    Limits,
    run_contained,
)
from verifiers.programs.self_test import tried_containment

MOST_CPU_S = 4
"""Seconds of processor time that may be asked for: twice as many of wall time fit the pool."""
LEAST_MEMORY_MB = 64

_WALL_FACTOR = 2  # seconds of wall time for each of processor time
_JUDGE = Path(__file__).with_name("judge.py")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")  # differs from run to run
_KILLED = "SIGKILL"  # out of a contained program's reach: the machine was short of memory
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTests:
    """Runs the program of a completion, then a test program of the problem, in one sandbox.

    Passing any of the problem's test programs is right. Programs see Python's standard library and
    no packages, no files and no network; chance is seeded. A program that exits, prints or
    redefines a test does not pass by it: the verdict comes over a pipe, behind a nonce that the
    program is not given. What a hostile program could still do, since it shares the interpreter
    with its tests: return values that claim to equal everything, or walk the interpreter's frames
    or memory to the nonce and forge a verdict. It is graded wrongly then, and still contained.
    """

    cpu_s: int = 3
    """Seconds of processor time for each test program, 1 to 4; twice as many of wall time."""
    memory_mb: int = 512
    """Address space in MiB, >= 64."""
    unsafe: bool = False
    """Run programs without a sandbox: they may do whatever this user may."""
    name: ClassVar[str] = "tests"
    """Registered name."""
    version: ClassVar[str] = "1"
    """Changes whenever an outcome may change."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If a limit is outside its range.
        """
        if not 1 <= self.cpu_s <= MOST_CPU_S:
            raise InvalidArgumentError(
                f"cpu_s={self.cpu_s!r} must be a whole number of seconds from 1 to {MOST_CPU_S}."
            )
        if self.memory_mb < LEAST_MEMORY_MB:
            raise InvalidArgumentError(
                f"memory_mb={self.memory_mb!r} must be a whole number of MiB from "
                f"{LEAST_MEMORY_MB}."
            )

    @property
    def backend(self) -> str | None:
        """The sandbox with its version; null where none of this machine's passes its test."""
        containment = self._containment()
        return None if isinstance(containment, str) else containment.name

    def grade(self, problem: Problem, text: str) -> Graded:
        """Return how the program in `text` fares in the tests of a problem.

        There is no answer beside the program, which is in the text. NOT_CHECKED: the problem has no
        tests, or there is no sandbox. CHECK_TIMEOUT: a limit of time, memory or length was reached.
        FAILED: the tests do not compile, or the sandbox broke.
        """
        if problem.answer_type is not AnswerType.TESTS or not problem.answers:
            return Graded(answer=None, outcome=Outcome.NOT_CHECKED)
        containment = self._containment()
        if isinstance(containment, str):
            reason = f"{UnknownReason.NO_SANDBOX.name}: {containment}"
            return Graded(answer=None, outcome=Outcome.NOT_CHECKED, reason=_one_line(reason))
        if max(len(text), len(problem.question)) > MOST_CHARACTERS:
            reason = UnknownReason.LIMIT.name
            return Graded(answer=None, outcome=Outcome.CHECK_TIMEOUT, reason=reason)
        program = extract_program(problem.question, text)
        if program is None:
            return Graded(answer=None, outcome=Outcome.NO_ANSWER)
        until = time.perf_counter() + _WALL_FACTOR * self.cpu_s
        found: list[Graded] = []
        for tests in problem.answers:
            found.append(self._run(program, tests, containment, until))
            if found[-1].outcome is Outcome.CORRECT:
                return found[-1]
        # What a limit or a fault left open is no failure.
        return next((one for one in found if one.outcome is not Outcome.INCORRECT), found[0])

    def _containment(self) -> Containment | str:
        return UNSAFE if self.unsafe else tried_containment()

    def _run(self, program: str, tests: str, containment: Containment, until: float) -> Graded:
        """Return how one test program ends, which all of them must by a time of the clock."""
        if parse_program(tests) is None:
            reason = "the problem's tests are no Python module"
            return Graded(answer=None, outcome=Outcome.FAILED, reason=reason)
        left_s = max(0.0, until - time.perf_counter())
        limits = Limits(cpu_s=self.cpu_s, wall_s=left_s, memory_mb=self.memory_mb)
        try:
            ended = run_contained(_JUDGE, (program, tests), containment, limits)
        except ContainmentError as error:
            reason = _one_line(f"{UnknownReason.NO_SANDBOX.name}: {error}")
            return Graded(answer=None, outcome=Outcome.FAILED, reason=reason)
        outcome, said = _read(ended, limits)
        return Graded(answer=None, outcome=outcome, reason=said)


def _read(ended: Ended, limits: Limits) -> tuple[Outcome, str | None]:
    """Return what the end of a run means."""
    if ended.ending is Ending.REPLIED:
        return _judged(ended.reply, limits)
    if ended.ending in {Ending.CPU, Ending.WALL}:
        # One reason for both: which of them comes first hangs on what else the machine does.
        in_all_s = _WALL_FACTOR * limits.cpu_s
        return Outcome.CHECK_TIMEOUT, f"over {limits.cpu_s} s of computing or {in_all_s} s in all"
    if ended.status == _KILLED:
        return Outcome.FAILED, "killed from outside"
    return Outcome.INCORRECT, f"ended before its tests did: {ended.status}"


def _judged(verdict: bytes, limits: Limits) -> tuple[Outcome, str | None]:
    """Return what the verdict of `judge.py` means."""
    if verdict == PASSED:
        return Outcome.CORRECT, None
    if verdict == MEMORY:
        return Outcome.CHECK_TIMEOUT, f"over {limits.memory_mb} MiB of memory"
    return Outcome.INCORRECT, _one_line(verdict.removeprefix(FAILED).decode("utf-8", "replace"))


def _one_line(text: str) -> str:
    """Return a text as one line of valid Unicode, without what differs from run to run."""
    line = _ADDRESS.sub("0x...", " ".join(text.split()))[:_MOST_SHOWN]
    return line.encode("utf-8", "backslashreplace").decode("utf-8")
