"""Heads: logistic regression of step labels on states, and how its scores are judged. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

Floats = npt.NDArray[np.float64]

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1)
"""Of the squared weights, half of it; chosen on a fifth of the training problems, by own labels."""
THRESHOLDS = np.linspace(0.02, 0.98, 49)
"""Scores below which a step is called wrong; chosen on the other half of the fresh problems."""
ITERATIONS = 200
"""Most of them in a fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Labelled steps of training."""

    states: Floats
    """[n_steps, hidden]"""
    targets: Floats
    """[n_steps] Soft labels: P(right)."""
    weights: Floats
    """[n_steps] Training weights."""
    problems: npt.NDArray[np.int64]
    """[n_steps] Number of the problem."""

    def of(self, problems: npt.NDArray[np.int64]) -> "Steps":
        """Return the steps of some problems, as often as each is named."""
        times = np.bincount(problems, minlength=int(self.problems.max()) + 1)[self.problems]
        kept = times > 0
        return Steps(
            states=self.states[kept],
            targets=self.targets[kept],
            weights=(self.weights * times)[kept],
            problems=self.problems[kept],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A fitted head."""

    center: Floats
    """[hidden] Mean of the states."""
    scale: Floats
    """[hidden] Their standard deviation."""
    coefficients: Floats
    """[hidden + 1] The last is the intercept."""

    def log_odds(self, states: Floats) -> Floats:
        """Return [n_steps] log-odds that each step is right."""
        scaled = (states - self.center) / self.scale
        return np.asarray(scaled @ self.coefficients[:-1] + self.coefficients[-1])

    def scores(self, states: Floats) -> Floats:
        """Return [n_steps] P(right)."""
        return np.asarray(expit(self.log_odds(states)))


def fit(steps: Steps, penalty: float) -> Head:
    """Return the head of least weighted cross entropy."""
    center, scale = steps.states.mean(axis=0), steps.states.std(axis=0) + 1e-6
    scaled = np.column_stack([(steps.states - center) / scale, np.ones(len(steps.states))])
    weights = steps.weights / steps.weights.sum()

    def loss(coefficients: Floats) -> tuple[float, Floats]:
        z = scaled @ coefficients
        value = weights @ (np.logaddexp(0, z) - steps.targets * z)
        slope = scaled.T @ (weights * (expit(z) - steps.targets))
        free = np.append(coefficients[:-1], 0.0)
        return float(value + penalty / 2 * free @ free), slope + penalty * free

    start = np.zeros(scaled.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    return Head(center=center, scale=scale, coefficients=found.x)


def best_penalty(steps: Steps) -> float:
    """Return the penalty under which a head fits the own labels of a fifth held out best."""
    problems = np.unique(steps.problems)
    held_out = np.random.default_rng(0).permutation(problems)[: max(1, len(problems) // 5)]
    train, test = steps.of(np.setdiff1d(problems, held_out)), steps.of(held_out)

    def loss(penalty: float) -> float:
        z = fit(train, penalty).log_odds(test.states)
        return float(test.weights @ (np.logaddexp(0, z) - test.targets * z))

    return min(PENALTIES, key=loss)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """One fresh chain."""

    problem: int
    """Number of its problem."""
    states: Floats
    """[n_steps, hidden]"""
    first_error: int | None
    """By the exact checker; n_steps where no step is wrong, null where it cannot tell."""
    right: bool
    """Whether its answer is right."""
    answer: str | None
    """Its answer."""
    times: int
    """How often it was sampled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a head's scores are worth, problem by problem."""

    counts: Floats
    """[n_problems, 4] Chains with an error, of these located; chains without, of these passed."""
    best: Floats
    """[n_problems] Whether the chain with the greatest least score is right."""
    voted: Floats
    """[n_problems] Whether the answer is right whose samples' least scores sum to most."""


def f1(counts: Floats) -> Floats:
    """Return [...] ProcessBench's F1 of [..., 4] counts (arXiv:2412.06559); 0 where both are 0."""
    located = counts[..., 1] / np.maximum(counts[..., 0], 1)
    passed = counts[..., 3] / np.maximum(counts[..., 2], 1)
    return np.asarray(2 * located * passed / np.maximum(located + passed, 1e-12))


def judge(head: Head, chains: Sequence[Fresh], n_problems: int) -> Judged:
    """Return what a head is worth on fresh chains.

    The threshold of each half of the problems, even and odd, is the one that is best on the other.
    """
    scores = [head.scores(chain.states) for chain in chains]
    counts = np.zeros((len(THRESHOLDS), n_problems, 4))
    for chain, score in zip(chains, scores, strict=True):
        if chain.first_error is None:
            continue
        below = score[None, :] < THRESHOLDS[:, None]
        said = np.where(below.any(axis=1), below.argmax(axis=1), len(score))
        column = 2 if chain.first_error == len(score) else 0
        counts[:, chain.problem, column] += 1
        counts[:, chain.problem, column + 1] += said == chain.first_error
    even = np.arange(n_problems) % 2 == 0
    chosen = np.zeros((n_problems, 4))
    for half in (even, ~even):
        best = int(np.argmax(f1(counts[:, ~half].sum(axis=1))))
        chosen[half] = counts[best, half]
    least = np.array([score.min() for score in scores])
    picked = np.zeros(n_problems)
    for place in np.argsort(least, kind="stable").tolist():
        picked[chains[place].problem] = chains[place].right
    return Judged(counts=chosen, best=picked, voted=vote(chains, least, n_problems))


def vote(chains: Sequence[Fresh], weights: Floats, n_problems: int) -> Floats:
    """Return [n_problems] whether the answer with the greatest weight is right; ties share.

    Args:
        chains: What was sampled.
        weights: [n_chains] Weight of each sample of a chain.
        n_problems: Number of problems.
    """
    tallies: list[dict[str | None, list[float]]] = [{} for _ in range(n_problems)]
    for chain, weight in zip(chains, weights, strict=True):
        tally = tallies[chain.problem].setdefault(chain.answer, [0.0, float(chain.right)])
        tally[0] += weight * chain.times
    ranked = [list(tally.values()) for tally in tallies]
    return np.array([np.mean([r for n, r in one if n == max(one)[0]]) for one in ranked])
