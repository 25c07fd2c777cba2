"""Posterior over the first error of one solution, and what the next rollout would tell of it. Pure.

Shapes: M steps that take a label, K courses (`Courses`), G points of the grid of rates
(`RateModel`). A prefix is named by its last step, in [0, M - 1): nothing is drawn after the last.
"""

from typing import Final

import numpy as np

from annotate.search.courses import Ints, courses_of
from annotate.search.likelihood import by_course, counts_likelihood, log_prior
from annotate.search.rate_model import Floats, RateModel
from schemas import InvalidArgumentError

LEAST_MASS: Final = 1e-6
"""Rates that the bare problem's rollouts make less likely than this are left out."""
_TINY: Final = 1e-12


class Posterior:
    """P(course, rates | rollouts) of one solution. Mutable: it learns rollout by rollout.

    It multiplies the shares of its model by the likelihood of what it is told; the order of telling
    makes no difference. An update of a solution of 30 steps takes under a millisecond.

    Source: ours. The published rules are thresholds on the same counts: half of the root's rate
    (EpicPRM, arXiv:2503.02382), any success (Math-Shepherd, arXiv:2312.08935).
    """

    def __init__(
        self,
        model: RateModel,
        *,
        n_steps: int,
        ends_wrong: bool,
        root: tuple[int, int] = (0, 0),
        leaning: Floats | None = None,
    ) -> None:
        """Begin with what the bare problem's rollouts say.

        Args:
            model: Shares of the corpus.
            n_steps: M, steps that take a label, >= 1.
            ends_wrong: Whether the solution's answer is wrong; else it is right.
            root: Successes and failures of whole solutions of the problem.
            leaning: [M + 1] Log likelihood of all other evidence given each first error, the last
                for none; up to a constant.
        """
        self._courses = courses_of(n_steps, ends_wrong=ends_wrong)
        self._sound_spread, self._wrong_spread = model.sound_spread, model.wrong_spread
        n_prefixes = n_steps - 1
        self.successes: Ints = np.zeros(n_prefixes, np.int64)
        """[M - 1] Rollouts told of each prefix that succeeded."""
        self.failures: Ints = np.zeros(n_prefixes, np.int64)
        """[M - 1] Rollouts told of each prefix that failed."""
        rates = model.log_shares + counts_likelihood(model.grid[0], model.sound_spread, *root)
        kept = np.flatnonzero(rates > rates.max() + np.log(LEAST_MASS))
        self._sound = model.sound((np.arange(n_prefixes) + 1) / n_steps)[:, kept]
        ages = np.arange(n_prefixes)
        self._wrong, self._worse = model.wrong(ages)[:, kept], model.worse(ages)[:, kept]
        self._state = self._courses.state
        prior = log_prior(model, self._courses, ends_wrong=ends_wrong)
        self._log = (prior + rates)[:, kept]
        if leaning is not None:
            self._log += np.asarray(leaning, float)[self._courses.first][:, None]

    @property
    def n_steps(self) -> int:
        """M."""
        return self._courses.n_steps

    def observe(self, prefix: int, successes: int, failures: int) -> None:
        """Learn of more rollouts from one prefix.

        Args:
            prefix: The last step of it, in [0, M - 1).
            successes: Those that reached an accepted answer, >= 0.
            failures: Those that did not, >= 0; what was censored is left out.

        Raises:
            InvalidArgumentError: If one of them is negative.
        """
        if min(successes, failures) < 0:
            raise InvalidArgumentError(
                f"successes={successes!r} and failures={failures!r} must be 0 or more: what was "
                "learned cannot be taken back."
            )
        told = (successes, failures)
        before = (int(self.successes[prefix]), int(self.failures[prefix]))
        self._log += by_course(
            counts_likelihood(self._sound[prefix], self._sound_spread, *told, before=before),
            counts_likelihood(self._wrong, self._wrong_spread, *told, before=before),
            counts_likelihood(self._worse, self._wrong_spread, *told, before=before),
            self._state[:, prefix],
        )
        self.successes[prefix] += successes
        self.failures[prefix] += failures

    def first_error(self) -> Floats:
        """Return [M + 1] P(first error), the last for none."""
        return np.asarray(np.add.reduceat(self._weights().sum(axis=1), self._courses.starts))

    def first_uncorrected(self) -> Floats:
        """Return [M + 1] P(first error that is never taken back), the last for none."""
        shares = self._weights().sum(axis=1)
        return np.bincount(self._courses.uncorrected, shares, self.n_steps + 1).astype(float)

    def information(self) -> Floats:
        """Return [M - 1] nats that one more rollout of each prefix is expected to tell of t.

        The mutual information of the first error and the rollout's outcome: 0 where the outcome is
        sure, or says nothing of t.
        """
        weights = self._weights()
        course = weights.sum(axis=1)[:, None]
        starts = self._courses.starts
        sound = self._with_own(weights @ self._sound.T, course, self._sound_spread)
        wrong = weights @ np.concatenate([self._wrong, self._worse]).T
        wrong = np.take_along_axis(wrong, np.maximum(self._state - 1, 0), axis=1)
        wrong = self._with_own(wrong, course, self._wrong_spread)
        # P(first error and a success), prefix by prefix.
        success = np.add.reduceat(np.where(self._state == 0, sound, wrong), starts, axis=0)
        first = np.add.reduceat(course, starts, axis=0)
        told = entropy(success.sum(axis=0))
        told -= (first * entropy(success / np.maximum(first, _TINY))).sum(axis=0)
        return np.asarray(np.maximum(told, 0.0))

    def _with_own(self, success: Floats, course: Floats, spread: float | None) -> Floats:
        """Return [K, M - 1] P(course and a success) where prefixes have rates of their own.

        Args:
            success: [K, M - 1] The same by the mean rates alone.
            course: [K, 1] P(course).
            spread: Pseudo-rollouts around the mean rates.
        """
        if spread is None:
            return success
        own = course * self.successes
        return np.asarray((spread * success + own) / (spread + self.successes + self.failures))

    def _weights(self) -> Floats:
        weights = np.exp(self._log - self._log.max())
        return np.asarray(weights / weights.sum())


def entropy(rate: Floats) -> Floats:
    """Return the entropy of outcomes with these success rates, in nats."""
    inside = np.clip(rate, _TINY, 1 - _TINY)
    return np.asarray(-(inside * np.log(inside) + (1 - inside) * np.log1p(-inside)))
