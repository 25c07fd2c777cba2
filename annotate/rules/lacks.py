"""Why a solution is undecided: what its rule needs and the evidence does not hold. Pure."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique

from annotate.rules.base import (
    Case,
    Need,
    Rule,
    RuleFacts,
    asked_steps,
    labelled_steps,
    of_solution,
)
from annotate.rules.formal import step_verdicts
from annotate.rules.opinions import Opinions, read_opinions
from annotate.rules.outcome import outcome_verdict
from annotate.rules.potential import compared_prefixes, read_potentials
from annotate.rules.prefix_rates import (
    PrefixRates,
    Rate,
    asked_sources,
    read_rates,
    read_shares,
)
from schemas import Evidence, FindingVerdict, LabelVerdict, Solution, SourceKind

_ROLLED = {Need.ROOT_RATE, Need.PREFIXES, Need.EVERY_PREFIX}


@unique
class Lack(Enum):
    """What keeps a rule from deciding; the value says it in words."""

    NO_OUTCOME = "final answer not checked"
    """Nothing compared it with an accepted one."""
    OUTCOME_OPEN = "final answer cut off or disputed"
    """Censored, or told differently by several gatherings."""
    NO_ROOT_RATE = "no rollouts of the bare problem"
    """None by the policy that the prefixes were asked of."""
    NEVER_SOLVED = "bare problem never solved"
    """No rollout of it succeeds, or all were censored."""
    NO_PREFIX = "no prefix asked"
    """None of the solution's own prefixes was rolled out."""
    PREFIX_MISSING = "not every prefix asked"
    """The rule compares each with the next."""
    PREFIX_CENSORED = "all rollouts of a prefix cut off"
    """None of them counts."""
    NO_FINDING = "nothing that a verifier can read"
    """No check proved, refuted or passed a step."""
    NO_OPINION = "no opinion asked for"
    """No judge, or none by the question that the rule reads."""
    OPINION_UNREAD = "no opinion could be read"
    """Judges were asked, and what they said names nothing."""
    NO_POTENTIAL = "no answer forced"
    """Behind the bare problem or any prefix of the solution."""
    NO_IMPORT = "no imported label"
    """The solution is in no file of labels."""
    OPEN = "the evidence does not decide"
    """All that the rule needs is there."""


def lacks_of(rule: Rule, case: Case) -> list[Lack]:
    """Return [n_solutions] what would keep a rule from deciding each solution, the first by need.

    It is meant for solutions that the rule leaves undecided. A rule that declares no needs is held
    to have what it takes.

    Raises:
        InvalidArgumentError: If the rule counts one policy's rollouts or potentials, does not say
            whose, and there are several.
    """
    facts = getattr(rule, "facts", None)
    declared = facts.needs if isinstance(facts, RuleFacts) else ()
    needs = getattr(rule, "needs", declared)  # where they depend on its arguments
    source = getattr(rule, "source", None)
    rolled = not _ROLLED.isdisjoint(needs)
    rates = _rates(rule, case, source) if rolled else None
    forced = read_potentials(case, source) if Need.POTENTIALS in needs else {}
    said = read_opinions(case, getattr(rule, "judge", None) if rolled else source)
    rows = of_solution(case.evidence)
    return [
        _first(
            needs,
            _Held(
                solution=solution,
                rows=rows.get(solution.solution_id, []),
                rates=rates,
                opinions=opinions,
                forced=forced,
                source=source,
            ),
        )
        for solution, opinions in zip(case.solutions, said, strict=True)
    ]


def _rates(rule: Rule, case: Case, source: str | None) -> PrefixRates:
    """Return the rollouts that a rule reads: those of all completers where it counts several."""
    read = read_shares if getattr(rule, "needs_rates", False) else read_rates
    if source is not None or not getattr(rule, "calibrated", False):
        return read(case, source)
    held: dict[str, Rate] = {}
    for name in asked_sources(case):
        for key, rate in read(case, name).rates.items():
            held[key] = max(held.get(key, rate), rate, key=lambda one: (one.trials, one.successes))
    return PrefixRates(problem_id=case.problem.problem_id, rates=held)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What the evidence holds of one solution."""

    solution: Solution
    """The solution."""
    rows: Sequence[Evidence]
    """Observations of it."""
    rates: PrefixRates | None
    """Rollouts of its problem; null where the rule reads none."""
    opinions: Opinions
    """What judges say of it."""
    forced: Container[str]
    """Ids of the prefixes behind which answers were forced."""
    source: str | None
    """Whose evidence counts; null for all."""

    @property
    def asked(self) -> list[Rate | None]:
        """Return the rate of each prefix that may be asked."""
        rates = self.rates.of(self.solution) if self.rates else [None] * len(self.solution.steps)
        return [rates[step] for step in asked_steps(self.solution)]


def _first(needs: Sequence[Need], held: _Held) -> Lack:
    found = (_CHECKS[need](held) for need in Need if need in needs)
    return next((lack for lack in found if lack is not None), Lack.OPEN)


def _outcome(held: _Held) -> Lack | None:
    told = outcome_verdict(held.rows)
    if told is LabelVerdict.NOT_CHECKED:
        return Lack.NO_OUTCOME
    return Lack.OUTCOME_OPEN if told is LabelVerdict.UNKNOWN else None


def _root(held: _Held) -> Lack | None:
    root = held.rates.root if held.rates else None
    if root is None:
        return Lack.NO_ROOT_RATE
    return None if root.value else Lack.NEVER_SOLVED


def _prefixes(held: _Held) -> Lack | None:
    told = [rate for rate in held.asked if rate is not None]
    if held.asked and not told:
        return Lack.NO_PREFIX
    return Lack.PREFIX_CENSORED if any(rate.trials == 0 for rate in told) else None


def _every_prefix(held: _Held) -> Lack | None:
    lack = _prefixes(held)
    missing = lack is not Lack.NO_PREFIX and None in held.asked
    return Lack.PREFIX_MISSING if missing else lack


def _findings(held: _Held) -> Lack | None:
    found = step_verdicts(len(held.solution.steps), held.rows)
    verdicts = {found[step] for step in labelled_steps(held.solution)}
    return Lack.NO_FINDING if verdicts <= {FindingVerdict.NOT_APPLICABLE} else None


def _opinions(held: _Held) -> Lack | None:
    if not held.opinions.asked:
        return Lack.NO_OPINION
    return None if held.opinions.named else Lack.OPINION_UNREAD


def _lists(held: _Held) -> Lack | None:
    lack = _opinions(held)
    return lack if lack or held.opinions.lists else Lack.NO_OPINION


def _potentials(held: _Held) -> Lack | None:
    there = [key in held.forced for key in compared_prefixes(held.solution)]
    if not any(there):
        return Lack.NO_POTENTIAL
    return None if all(there) else Lack.PREFIX_MISSING


def _imported(held: _Held) -> Lack | None:
    rows = [row for row in held.rows if row.source_kind is SourceKind.IMPORTED]
    there = any(held.source in {None, row.source} for row in rows)
    return None if there else Lack.NO_IMPORT


_CHECKS: Mapping[Need, Callable[[_Held], Lack | None]] = {
    Need.OUTCOMES: _outcome,
    Need.ROOT_RATE: _root,
    Need.PREFIXES: _prefixes,
    Need.EVERY_PREFIX: _every_prefix,
    Need.FINDINGS: _findings,
    Need.OPINIONS: _opinions,
    Need.LISTS: _lists,
    Need.POTENTIALS: _potentials,
    Need.IMPORTED: _imported,
}
"""What of each need a solution lacks; null for nothing."""
