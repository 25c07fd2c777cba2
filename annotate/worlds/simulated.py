"""SimulatedWorld: additions whose solver errs at a known rate, for tests and measurements. Pure.

Truth can be read off the text: a step is wrong where the total that it states is not the true one.
Every completion depends on the world's seed, the question, the prefix and its number alone.
"""

import functools
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, count
from typing import Final

from schemas import InvalidArgumentError, Problem, Solution, text_problem

DELIMITER = "\n\n"
"""Ends each step but the last."""
CHARACTERS_PER_TOKEN = 4
"""How the length of a text in tokens is told."""

_QUESTION = re.compile(r"Counter \d+ starts at (\d+) and is raised in turn by ([\d, ]+)\.")
_NUMBER = re.compile(r"\d+")
_TOTAL = re.compile(r"= (\d+)\.")
_LARGEST = 99
_UNIFORM: Final = 2.0**-64


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedWorld:
    """Problems of addition and a solver that errs.

    Each question has a success rate of its own, from Beta(2, 2): with it, a completion of a sound
    prefix is right throughout. Otherwise it errs first at a step drawn uniformly from those that
    remain, and carries its wrong total to the end. A completion of a wrong prefix returns to the
    true total with the rate `recovery`.
    """

    seed: int = 0
    """Another seed is another world."""
    recovery: float = 0.02
    """Share of completions of wrong prefixes that reach the right answer, in [0, 1]."""
    min_steps: int = 5
    """Least steps of a problem, >= 1."""
    max_steps: int = 12
    """Most steps of a problem."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If a number is outside its range.
        """
        if not (0 <= self.recovery <= 1 and 1 <= self.min_steps <= self.max_steps):
            raise InvalidArgumentError(
                f"simulated world: recovery={self.recovery!r} must be in [0, 1], and "
                f"min_steps={self.min_steps!r} from 1 to max_steps={self.max_steps!r}."
            )

    def problems(self, n: int) -> tuple[Problem, ...]:
        """Return the first `n` problems, each with its answer."""
        return tuple(self._problem(number) for number in range(n))

    def success_rate(self, question: str) -> float:
        """Return P(a completion of a sound prefix reaches the answer), in [0, 1]."""
        return _success_rate(self.seed, question)

    def complete(self, question: str, prefix: str, number: int) -> str:
        """Return one completion of a prefix, empty where the prefix is whole.

        Args:
            question: A question of a world, as `problems` writes it.
            prefix: Whole steps so far, as `complete` writes them; empty for a whole solution.
            number: Which completion; equal numbers give equal completions.

        Raises:
            InvalidArgumentError: If the question is none of a world's.
        """
        start, raises = _read_question(question)
        totals = list(accumulate(raises, initial=start))
        stated = _stated_totals(prefix)
        done = len(stated)
        remaining = len(raises) - done
        if remaining <= 0:
            return ""
        uniform = _uniforms(self.seed, "completion", question, prefix, str(number))
        sound = stated == totals[1 : done + 1]
        right = next(uniform) < (self.success_rate(question) if sound else self.recovery)
        # A recovery goes back to the true total; a failure goes on from what was stated last.
        total = totals[done] if right else (stated[-1] if stated else start)
        errs_at = done + int(next(uniform) * remaining) if sound and not right else None
        steps = []
        for index in range(done, len(raises)):
            before, total = total, total + raises[index]
            if index == errs_at:
                total += 1 + int(next(uniform) * _LARGEST)
            steps.append(f"Step {index + 1}: {before} + {raises[index]} = {total}.")
        return DELIMITER.join(steps) + f" The answer is {total}."

    def _problem(self, number: int) -> Problem:
        uniform = _uniforms(self.seed, "problem", str(number))
        n_steps = self.min_steps + int(next(uniform) * (self.max_steps - self.min_steps + 1))
        start, *raises = (1 + int(next(uniform) * _LARGEST) for _ in range(n_steps + 1))
        listed = ", ".join(map(str, raises))
        return text_problem(
            f"Counter {number} starts at {start} and is raised in turn by {listed}. "
            "Where does it end?",
            answers=(str(start + sum(raises)),),
            domain="simulated",
        )


def first_error(problem: Problem, solution: Solution) -> int | None:
    """Return the first step that states a total which is not the true one, None if there is none.

    Args:
        problem: A problem of a world.
        solution: A solution of it, however it was cut.

    Raises:
        InvalidArgumentError: If the question is none of a world's.
    """
    start, raises = _read_question(problem.question)
    true = accumulate(raises, initial=start)
    next(true)
    for step in solution.steps:
        for stated in _stated_totals(step.text):
            if stated != next(true, None):
                return step.step_index
    return None


def count_tokens(text: str) -> int:
    """Return the length of a text in tokens, as this world counts: at least 1."""
    return len(text) // CHARACTERS_PER_TOKEN + 1


def _uniforms(seed: int, *key: str) -> Iterator[float]:
    """Yield numbers uniform in [0, 1) that depend on the seed and the key alone."""
    text = "\0".join((str(seed), *key)).encode()
    for block in count():
        digest = hashlib.blake2b(text, salt=block.to_bytes(16, "big")).digest()
        for at in range(0, len(digest), 8):
            yield int.from_bytes(digest[at : at + 8], "big") * _UNIFORM


@functools.lru_cache(maxsize=4096)
def _success_rate(seed: int, question: str) -> float:
    # The median of three uniform numbers is distributed as Beta(2, 2).
    uniform = _uniforms(seed, "rate", question)
    return sorted(next(uniform) for _ in range(3))[1]


def _stated_totals(text: str) -> list[int]:
    return [int(total) for total in _TOTAL.findall(text)]


@functools.lru_cache(maxsize=4096)
def _read_question(question: str) -> tuple[int, tuple[int, ...]]:
    """Return the start and what it is raised by."""
    match = _QUESTION.match(question)
    if match is None:
        raise InvalidArgumentError(
            f"{question[:80]!r} is no question of the simulated world: use SimulatedWorld.problems."
        )
    return int(match[1]), tuple(int(number) for number in _NUMBER.findall(match[2]))
