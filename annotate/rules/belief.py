"""Belief: the posterior of a solution, all that is known of it told. Pure."""

from collections.abc import Mapping

import numpy as np

from annotate.rules.base import Case, labelled_steps
from annotate.rules.claims import read_claims
from annotate.rules.leaning import lean, leaning_of
from annotate.rules.learned import Learned
from annotate.rules.observed import Observed, observe_case, read_signals
from annotate.rules.prefix_rates import asked_sources
from annotate.search import Posterior
from annotate.search.rate_model import Floats

_LEAST = 1e-12
_NOBODY: Mapping[str, Observed] = {}


def posterior_of(
    observed: Observed, learned: Learned, source: str, others: Mapping[str, Observed] = _NOBODY
) -> Posterior:
    """Return what is believed of a solution.

    Args:
        observed: What is known of the solution.
        learned: Rates of completers, and how far all other evidence is borne out.
        source: The completer; one that nothing was learned of has the shipped rates.
        others: The same solution as other completers saw it, by name.
    """
    leaning = leaning_of(observed, learned, source)
    for name, other in others.items():
        leaning = leaning + told_by(other, learned, name)
    return _believed(observed, learned, source, leaning)


def told_by(observed: Observed, learned: Learned, source: str) -> Floats:
    """Return [n_labelled + 1] log likelihood of one completer's rollouts by first error.

    Each completer has rates of its own: its rollouts are summed over them before they join those
    of another, as if independent given the first error.
    """
    nothing = np.zeros(observed.n_steps + 1)
    root = Posterior(
        learned.rates_of(source),
        n_steps=observed.n_steps,
        ends_wrong=observed.ends_wrong,
        root=observed.root,
    )
    after = _believed(observed, learned, source, nothing).first_error()
    before = np.maximum(root.first_error(), _LEAST)
    return np.asarray(np.log(np.maximum(after, _LEAST)) - np.log(before))


def leanings_of(case: Case, learned: Learned, source: str) -> dict[str, Floats]:
    """Return what all but one completer's rollouts says of each solution of a case, by id.

    [n_labelled + 1] log likelihood of each first error, the last for none. Other completers count
    where the outcome of the solution is among the evidence already.
    """
    elsewhere = {name: observe_case(case, name) for name in asked_sources(case) if name != source}
    found = {}
    for place, (solution, claims, signals) in enumerate(
        zip(case.solutions, read_claims(case), read_signals(case, source), strict=True)
    ):
        log = lean(claims, signals, len(labelled_steps(solution)), learned, source)
        for name, seen in elsewhere.items():
            if (one := seen[place]) is not None and (one.successes + one.failures).any():
                log = log + told_by(one, learned, name)
        found[solution.solution_id] = log
    return found


def believe(
    case: Case, learned: Learned, source: str | None
) -> list[tuple[Observed, Posterior] | None]:
    """Return [n_solutions] what is known and believed of each; null where its outcome is unknown.

    Args:
        case: A problem with its evidence.
        learned: What the run taught.
        source: The only completer whose rollouts count; None counts those of all.
    """
    names = asked_sources(case) if source is None else (source,)
    seen = {name: observe_case(case, name) for name in names[1:]}
    found: list[tuple[Observed, Posterior] | None] = []
    for place, observed in enumerate(observe_case(case, names[0] if names else None)):
        if observed is None:
            found.append(None)
            continue
        others = {name: one for name, all_of in seen.items() if (one := all_of[place]) is not None}
        main = names[0] if names else ""
        found.append((observed, posterior_of(observed, learned, main, others)))
    return found


def _believed(observed: Observed, learned: Learned, source: str, leaning: Floats) -> Posterior:
    posterior = Posterior(
        learned.rates_of(source),
        n_steps=observed.n_steps,
        ends_wrong=observed.ends_wrong,
        root=observed.root,
        leaning=leaning,
    )
    for prefix in np.flatnonzero(observed.successes + observed.failures):
        posterior.observe(
            int(prefix), int(observed.successes[prefix]), int(observed.failures[prefix])
        )
    return posterior
