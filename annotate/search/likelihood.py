"""Likelihood of rollouts and prior of courses: the two factors of the posterior. Pure.

Shapes: M steps that take a label, K courses (`Courses`), G points of the grid (`RateModel`).
"""

from typing import Final

import numpy as np

from annotate.search.courses import Courses, Ints, Kind
from annotate.search.rate_model import Floats, RateModel

LEAST_SHARE: Final = 1e-12
"""No course is quite impossible."""


def counts_likelihood(
    mean: Floats,
    spread: float | None,
    successes: int,
    failures: int,
    *,
    before: tuple[int, int] = (0, 0),
) -> Floats:
    """Return the log likelihood of rollouts in the order told, given earlier ones.

    Args:
        mean: Success rates, in (0, 1), of any shape: that of the result.
        spread: Pseudo-rollouts of the Beta distribution around each; null: the rate itself.
        successes: How many succeeded, >= 0.
        failures: How many failed, >= 0.
        before: Successes and failures of the same prefix that were told before.
    """
    if spread is None:
        return np.asarray(successes * np.log(mean) + failures * np.log1p(-mean))
    right, wrong = spread * mean + before[0], spread * (1 - mean) + before[1]
    log = np.zeros_like(mean)
    for number in range(successes):
        log += np.log(right + number)
    for number in range(failures):
        log += np.log(wrong + number)
    told = spread + sum(before) + np.arange(successes + failures)
    return np.asarray(log - np.log(told).sum())


def rollouts_likelihood(
    model: RateModel, courses: Courses, successes: Ints, failures: Ints
) -> Floats:
    """Return [K, G] log likelihood of all rollouts of prefixes.

    Args:
        model: What rates there are; its shares make no difference.
        courses: What may have happened.
        successes: [M - 1] Rollouts of each prefix that succeeded.
        failures: [M - 1] Rollouts of each prefix that failed.
    """
    n_courses, n_prefixes = courses.age.shape
    sound = model.sound((np.arange(n_prefixes) + 1) / courses.n_steps)
    wrong, worse = model.wrong(np.arange(n_prefixes)), model.worse(np.arange(n_prefixes))
    state = courses.state
    log = np.zeros((n_courses, len(model.log_shares)))
    for prefix in np.flatnonzero(successes + failures):
        told = int(successes[prefix]), int(failures[prefix])
        log += by_course(
            counts_likelihood(sound[prefix], model.sound_spread, *told),
            counts_likelihood(wrong, model.wrong_spread, *told),
            counts_likelihood(worse, model.wrong_spread, *told),
            state[:, prefix],
        )
    return log


def by_course(sound: Floats, wrong: Floats, worse: Floats, state: Ints) -> Floats:
    """Return [K, G] what holds of one prefix under each course.

    Args:
        sound: [G] What holds of it if it is sound.
        wrong: [M - 1, G] The same if its only error is so many steps old.
        worse: [M - 1, G] The same if the second of two is so many steps old.
        state: [K] Which of these is the case, as `Courses.state` counts.
    """
    return np.concatenate([sound[None, :], wrong, worse])[state]


def log_prior(model: RateModel, courses: Courses, *, ends_wrong: bool) -> Floats:
    """Return [K, G] log P(course | rates, outcome): over all first errors alike.

    A wrong answer holds an error, unless the checker misjudged it; the likelier a right answer is,
    the likelier that. A right answer holds one with the share `hidden`: taken back, or outlived,
    the likelier the higher recovery is.
    """
    h, r, _ = model.grid
    none = courses.first == courses.n_steps
    given_error = shares_of_kinds(model, courses) / courses.n_steps
    if ends_wrong:
        sound = model.misjudged * h / (1 - h + model.misjudged * h)
        given_rates = given_error[:, None] * (1 - sound)
    else:
        sound = np.full(len(h), 1 - model.hidden)
        outlived = r / float(np.exp(model.log_shares) @ r)
        back = (courses.kind == Kind.RETRACTED)[:, None]
        given_rates = given_error[:, None] * model.hidden * np.where(back, 1.0, outlived)
    prior = np.where(none[:, None], sound, given_rates)
    return np.asarray(np.log(np.maximum(prior, LEAST_SHARE)))


def shares_of_kinds(model: RateModel, courses: Courses) -> Floats:
    """Return [K] P(course | its first error, or that there is none)."""
    shares = {Kind.RETRACTED: model.retracted, Kind.FOLLOWED: model.followed}
    options = {kind: courses.options(kind)[courses.first] for kind in shares}
    given_first = 1 - sum(share * (options[kind] > 0) for kind, share in shares.items())
    for kind, share in shares.items():
        given_first = np.where(
            courses.kind == kind, share / np.maximum(options[kind], 1), given_first
        )
    return np.asarray(given_first)
