"""Cases as strategies and imports may leave them, for laws of rules."""

from dataclasses import replace

from hypothesis import strategies as st

from annotate.rules import Case, Rule
from annotate.rules.base import labelled_steps
from annotate.rules.prefix_rates import STOPPED
from schemas import (
    Evidence,
    FindingVerdict,
    Outcome,
    Scope,
    ScoreKind,
    Solution,
    SourceKind,
)
from tests.annotate.rules.gathered import (
    COMPLETER,
    PROBLEM,
    chain,
    critique,
    ended,
    finding,
    opinion,
    potential,
    prefix,
    root,
    row,
)

WEAK = "embedded 76543210"
"""Another completer; its name comes after the first one's."""
IMPORTED = "paper"

_OUTCOMES = [Outcome.CORRECT, Outcome.INCORRECT, Outcome.NO_ANSWER, Outcome.TRUNCATED]
_COUNTS = st.tuples(st.sampled_from([0, 4, 8]), st.integers(0, 8), st.booleans())
_POTENTIALS = st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0, None])
_NOT_ASKED = 9
_ANSWERS: st.SearchStrategy[FindingVerdict | float] = st.sampled_from(
    [FindingVerdict.CORRECT, FindingVerdict.INCORRECT, 0.2, 0.5, 1.0]
)


@st.composite
def solutions(draw: st.DrawFn) -> Solution:
    """Draw a solution of one to six steps, one of which may be empty; up to two are observed."""
    n = draw(st.integers(1, 6))
    if n == 1:
        return chain("000\n")
    empty = draw(st.none() | st.integers(0, n - 1))
    observed = draw(st.sets(st.integers(0, n - 1), max_size=min(2, n - 1)))
    texts = ("" if i == empty else f"{i:03}\n" for i in range(n))
    return chain(*texts, observed=sorted(observed))


@st.composite
def evidence_of(
    draw: st.DrawFn, solution: Solution, *, several: bool = True, stopped: bool = True
) -> list[Evidence]:
    """Draw what may be known of a solution: any prefixes, a root, and what others say.

    Args:
        draw: Draws.
        solution: The solution.
        several: Whether two completers may have been asked about its prefixes.
        stopped: Whether drawing may have stopped at the first success.
    """
    rows = [ended(solution, draw(st.sampled_from(_OUTCOMES)))]
    for source in (COMPLETER, WEAK) if several and draw(st.booleans()) else (COMPLETER,):
        rows += draw(_rollouts(solution, source, stopped=stopped))
    for kind in draw(st.sets(st.sampled_from(_OTHERS), max_size=2)):
        rows += draw(kind(solution))
    return rows


@st.composite
def cases(draw: st.DrawFn, *, several: bool = True, stopped: bool = True) -> Case:
    """Draw a problem with one solution and what was observed of it; see `evidence_of`."""
    solution = draw(solutions())
    rows = draw(evidence_of(solution, several=several, stopped=stopped))
    return Case(problem=PROBLEM, solutions=(solution,), evidence=tuple(rows))


def read_by(rule: Rule, case: Case) -> Case:
    """Return the case as a rule takes it: one that counts one completer is refused two."""
    named = getattr(rule, "source", None) == COMPLETER
    if named or getattr(rule, "calibrated", False):
        return case
    kept = tuple(one for one in case.evidence if one.source != WEAK)
    return replace(case, evidence=kept)


@st.composite
def _rollouts(draw: st.DrawFn, solution: Solution, source: str, *, stopped: bool) -> list[Evidence]:
    steps = [step for step in labelled_steps(solution) if solution.prefix(step + 1)]
    steps = [step for step in steps if step < len(solution.steps) - 1]
    rows = []
    if steps:
        for step, told in draw(st.dictionaries(st.sampled_from(steps), _COUNTS)).items():
            trials, successes, stops = told
            one = prefix(solution, step, min(successes, trials), trials, source=source)
            rows.append(replace(one, reason=STOPPED) if stops and stopped else one)
    solved = draw(st.none() | st.integers(0, 16))
    return rows if solved is None else [*rows, root(solved, 16, source=source)]


@st.composite
def _opinions(draw: st.DrawFn, solution: Solution) -> list[Evidence]:
    names = st.none() | st.sampled_from(labelled_steps(solution))
    said = draw(st.lists(st.tuples(names, st.sampled_from("ULX")), min_size=1, max_size=3))
    rows = []
    for ordinal, (step, how) in enumerate(said):
        if how == "L":
            rows.append(critique(solution, *([] if step is None else [step]), ordinal=ordinal))
        else:
            rows.append(opinion(solution, step, ordinal=ordinal, usable=how == "U"))
    return rows


@st.composite
def _findings(draw: st.DrawFn, solution: Solution) -> list[Evidence]:
    steps = st.sampled_from(labelled_steps(solution))
    told = draw(st.dictionaries(steps, st.sampled_from(FindingVerdict), min_size=1))
    return [finding(solution, step, verdict) for step, verdict in told.items()]


@st.composite
def _forced(draw: st.DrawFn, solution: Solution) -> list[Evidence]:
    """Potentials by two gatherings, which may differ; of one prefix there may be none."""
    places = [None, *labelled_steps(solution)[:-1]]
    n = len(places)
    missing = draw(st.integers(0, _NOT_ASKED))
    return [
        potential(solution, step, score, gathering=name)
        for name in ("g", "h")
        for place, (step, score) in enumerate(
            zip(places, draw(st.lists(_POTENTIALS, min_size=n, max_size=n)), strict=True)
        )
        if place != missing
    ]


@st.composite
def _scores(draw: st.DrawFn, solution: Solution) -> list[Evidence]:
    """How likely steps are, by two gatherings that differ."""
    values = draw(st.lists(st.floats(-8, 0), min_size=2, max_size=2))
    return [
        replace(
            row(solution, step, Scope.STEP, SourceKind.SCORES, source=COMPLETER, gathering=name),
            score=value,
            reason=ScoreKind.MEAN_LOGPROB.name,
        )
        for name, value in zip("gh", values, strict=True)
        for step in labelled_steps(solution)[::2]
    ]


@st.composite
def _imports(draw: st.DrawFn, solution: Solution) -> list[Evidence]:
    told = draw(st.dictionaries(st.sampled_from(labelled_steps(solution)), _ANSWERS, min_size=1))
    return [_imported(solution, step, said) for step, said in told.items()]


def _imported(solution: Solution, step: int, said: FindingVerdict | float) -> Evidence:
    one = row(solution, step, Scope.STEP, SourceKind.IMPORTED, source=IMPORTED)
    if isinstance(said, FindingVerdict):
        return replace(one, verdict=said)
    return replace(one, score=said)


_OTHERS = (_opinions, _findings, _forced, _scores, _imports)
