"""RateWorld: wrong solutions whose prefixes succeed at known rates, for measuring methods. Pure.

There is no text to check: a prefix is a number of steps, and a rollout of it a draw. Every draw
depends on the world's seed, the solution, the prefix and its ordinal alone.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from schemas import InvalidArgumentError

SCREEN: Final = 32
"""Whole solutions drawn of a problem."""
MOST_DRAWS: Final = 128
"""Rollouts of one prefix at most."""
_POPULATION, _DRAWS = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WrongSolution:
    """One solution that the checker calls wrong, and the truth of it."""

    number: int
    """The problem it is of."""
    n_steps: int
    """M, >= 1."""
    first_error: int
    """First wrong step; M where the checker misjudged a right answer."""
    root: tuple[int, int]
    """Successes and failures of the screen."""
    rates: npt.NDArray[np.float64]
    """[M - 1] Success of each prefix, as the checker tells it."""
    sound: npt.NDArray[np.float64]
    """[M - 1] The same if the prefix were sound."""
    recovery: float
    """Success just behind its error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateWorld:
    """A kind of problems, of a policy, and of errors.

    A problem has the success rate h, from Beta(2, 2). A wrong solution errs first at a step drawn
    uniformly; behind it a rollout recovers with a rate of its own.
    """

    name: str
    """Names the world in tables."""
    recovery: float = 0.02
    """Success just behind an error; with `drawn` or `bimodal` these say it instead."""
    drawn: bool = False
    """Whether recovery is h times Beta(0.35, 1), a number for each solution."""
    bimodal: bool = False
    """Whether it is 0.9 h for one solution in five, and 0.02 for the others."""
    decay: float = 1.0
    """What each further step leaves of recovery."""
    rising: bool = False
    """Whether success rises from h to 1 along a sound solution."""
    scatter: float = 0.0
    """Standard deviation of the log-odds of sound prefixes: success is not monotone then."""
    misjudged: float = 0.0
    """Share of right answers that the checker calls wrong."""
    retracted: float = 0.0
    """Share of solutions that take their first error back a step later, and err again."""
    min_steps: int = 5
    """Least steps."""
    max_steps: int = 12
    """Most steps."""
    seed: int = 0
    """Another seed is another world."""

    def __post_init__(self) -> None:
        """Check the numbers of steps.

        Raises:
            InvalidArgumentError: If they are no range from 2.
        """
        if not 2 <= self.min_steps <= self.max_steps:  # noqa: PLR2004  # one prefix at least
            raise InvalidArgumentError(
                f"rate world: min_steps={self.min_steps!r} must be from 2 to "
                f"max_steps={self.max_steps!r}."
            )

    def solutions(self, n: int, *, first: int = 0) -> list[WrongSolution]:
        """Return one wrong solution of each of `n` problems that the screen keeps.

        Args:
            n: How many.
            first: Number of the first problem that is screened.
        """
        found: list[WrongSolution] = []
        number = first
        while len(found) < n:
            solution = self._solution(number)
            found += [solution] if solution else []
            number += 1
        return found

    def draws(self, solution: WrongSolution) -> npt.NDArray[np.bool_]:
        """Return [M - 1, MOST_DRAWS] whether each rollout succeeds, by prefix and ordinal."""
        random = np.random.default_rng((self.seed, solution.number, _DRAWS))
        uniform = random.random((solution.n_steps - 1, MOST_DRAWS))
        return np.asarray(uniform < solution.rates[:, None])

    def _solution(self, number: int) -> WrongSolution | None:
        """Return a wrong solution of a problem; None where the screen is all right or all wrong."""
        random = np.random.default_rng((self.seed, number, _POPULATION))
        h = random.beta(2, 2)
        n_steps = int(random.integers(self.min_steps, self.max_steps + 1))
        right = int(random.binomial(SCREEN, h * (1 - self.misjudged)))
        if right in (0, SCREEN):
            return None
        called_wrong = h * self.misjudged
        sound = random.random() < called_wrong / (1 - h + called_wrong)
        first_error = n_steps if sound else int(random.integers(n_steps))
        sound_rates = self._sound(random, h, n_steps)
        recovery = self._recovery(random, h)
        rates = self._rates(random, sound_rates, recovery, first_error)
        told = 1 - self.misjudged
        return WrongSolution(
            number=number,
            n_steps=n_steps,
            first_error=first_error,
            root=(right, SCREEN - right),
            rates=rates * told,
            sound=sound_rates * told,
            recovery=recovery * told,
        )

    def _sound(
        self, random: np.random.Generator, h: float, n_steps: int
    ) -> npt.NDArray[np.float64]:
        """Return [M - 1] success of sound prefixes."""
        prefix = np.arange(n_steps - 1)
        sound = np.full(n_steps - 1, h)
        if self.rising:
            sound = h ** (1 - (prefix + 1) / n_steps)
        odds = np.log(sound / (1 - sound)) + self.scatter * random.normal(size=n_steps - 1)
        return np.asarray(1 / (1 + np.exp(-odds)))

    def _rates(
        self,
        random: np.random.Generator,
        sound: npt.NDArray[np.float64],
        recovery: float,
        first_error: int,
    ) -> npt.NDArray[np.float64]:
        """Return [M - 1] success of each prefix."""
        n_steps = len(sound) + 1
        prefix = np.arange(n_steps - 1)
        wrong = np.where(prefix >= first_error, prefix - first_error, -1)
        back = first_error + 1
        if random.random() < self.retracted and back + 1 < n_steps:
            again = int(random.integers(back + 1, n_steps))
            wrong = np.where((prefix >= back) & (prefix < again), -1, wrong)
            wrong = np.where(prefix >= again, prefix - again, wrong)
        return np.where(wrong < 0, sound, recovery * self.decay ** np.maximum(wrong, 0))

    def _recovery(self, random: np.random.Generator, h: float) -> float:
        if self.drawn:
            return float(h * random.beta(0.35, 1.0))
        if self.bimodal:
            return float(0.9 * h if random.random() < 0.2 else 0.02)  # noqa: PLR2004  # one in five
        return self.recovery


WORLDS: Final = tuple(
    RateWorld(**settings)
    for settings in (
        {"name": "recovery 0.02"},
        {"name": "recovery 0", "recovery": 0.0},
        {"name": "recovery 0.05", "recovery": 0.05},
        {"name": "drawn, decaying", "drawn": True, "decay": 0.75},
        {"name": "bimodal, decaying", "bimodal": True, "decay": 0.9},
        {"name": "rising success", "rising": True},
        {"name": "not monotone", "scatter": 1.0, "drawn": True, "decay": 0.75},
        {"name": "misjudged 10 %", "misjudged": 0.1},
        {"name": "retractions 20 %", "retracted": 0.2},
        {"name": "16-40 steps", "min_steps": 16, "max_steps": 40},
        {"name": "100-300 steps", "min_steps": 100, "max_steps": 300},
    )
)
"""The worlds that methods are measured on."""
