"""Chains of a run with their exact truth, and those whose labels a token budget pays for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np

from annotate.strategies.every_prefix import is_chosen
from annotate.worlds.stories import StepError
from benchmarks.labelling.heads import Steps
from benchmarks.labelling.states import Reader
from examples.demo.truth import check_chains
from schemas import FirstErrorVerdict

AUDITED = 0.3
"""Share of problems that rates are fitted to, and that nothing is trained on."""
LEAST_PROBLEMS = 2
"""One to fit on, one to choose the penalty on."""
_CHAINS = """
    SELECT solution_id, problem_id, outcome = 'CORRECT', final_answer, n_occurrences
    FROM solutions WHERE outcome IN ('CORRECT', 'INCORRECT', 'NO_ANSWER') ORDER BY solution_id
"""
_SPENT = """
    SELECT problem_id, sum(tokens) FROM rollouts WHERE role <> 'JUDGE' OR $1
    GROUP BY problem_id ORDER BY problem_id
"""
_LABELS = """
    SELECT solution_id, step_index, verdict, value, weight FROM labels
    WHERE method = $1 AND verdict IN ('CORRECT', 'INCORRECT') AND value IS NOT NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A sampled chain."""

    solution_id: str
    """Its id."""
    problem_id: str
    """Its problem."""
    question: str
    """The problem's text."""
    steps: tuple[str, ...]
    """[n_steps] Without surrounding white space."""
    right: bool
    """Whether its answer is right."""
    answer: str | None
    """Its answer."""
    times: int
    """How often it was sampled."""
    first_error: int | None
    """By the exact checker; n_steps where no step is wrong, null where it cannot tell."""
    withdraws: bool
    """Whether its first error is that it takes back a right step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a budget paid for."""

    paid: tuple[str, ...]
    """Ids of the problems that were labelled, screened out ones among them."""
    tokens: int
    """Tokens generated for them, those of their samples among them."""
    audit: int
    """Tokens generated for audited problems, beside the budget."""
    problems: int
    """Problems with a labelled chain."""
    chains: int
    """Chains of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Labelled steps."""

    steps: Steps
    """What is trained on."""
    exact: Steps
    """The same steps by the exact checker, where it knows."""
    mended: Steps
    """What is trained on, by the exact checker where the answer is right."""
    wrong: float
    """Share of verdicts that are not the exact checker's."""
    wrong_of_wrong: float
    """The same among chains with a wrong answer."""
    withdrawals: float
    """Share called right of first errors that take back a right step, of those decided."""
    others: float
    """The same of all other first errors."""
    hidden: float
    """Share of right answers with a labelled step that hold a wrong one."""


def read_chains(con: duckdb.DuckDBPyConnection) -> list[Sampled]:
    """Return the graded chains of a run, by id."""
    checked = check_chains(con)
    found = []
    for key, problem_id, right, answer, times in con.execute(_CHAINS).fetchall():
        chain = checked[key]
        unknown = chain.mark.verdict is FirstErrorVerdict.UNDECIDED
        at = chain.mark.step_index
        error = StepError.NONE if at is None else chain.truths[at].error
        found.append(
            Sampled(
                solution_id=key,
                problem_id=problem_id,
                question=chain.question,
                steps=chain.steps,
                right=right,
                answer=answer,
                times=int(times),
                first_error=None if unknown else len(chain.steps) if at is None else at,
                withdraws=error is StepError.FALSE_WITHDRAWAL,
            )
        )
    return found


def spent_in(
    con: duckdb.DuckDBPyConnection, budget: int, method: str, *, audit: bool, judged: bool
) -> Spent | None:
    """Return the first problems of a run, by id, whose labels a budget pays for.

    Args:
        con: Views of the run.
        budget: Tokens.
        method: Whose labels.
        audit: Whether some problems are audited beside the budget.
        judged: Whether it asks the judge of the run.

    Returns:
        None where the budget pays for more than the run holds.
    """
    rows = con.execute(_SPENT, [judged]).fetchall()
    audited = {key for key, _ in rows if audit and is_chosen(key, AUDITED)}
    tokens = 0
    paid: list[str] = []
    for key, cost in rows:
        if key in audited:
            continue
        tokens += int(cost)
        if tokens > budget:
            break
        paid.append(key)
    else:
        return None
    labelled = con.execute(
        "SELECT count(DISTINCT problem_id), count(*) FROM first_errors "
        "JOIN solutions USING (solution_id) WHERE method = $1 AND list_contains($2, problem_id)",
        [method, paid],
    ).fetchone() or (0, 0)
    return Spent(
        paid=tuple(paid),
        tokens=sum(int(cost) for key, cost in rows if key in set(paid)),
        audit=sum(int(cost) for key, cost in rows if key in audited),
        problems=int(labelled[0]),
        chains=int(labelled[1]),
    )


def steps_of(
    con: duckdb.DuckDBPyConnection,
    chains: Sequence[Sampled],
    spent: Spent,
    method: str | None,
    reader: Reader,
) -> Found:
    """Return the labelled steps of the problems that were paid for.

    Args:
        con: Views of the run.
        chains: Its chains.
        spent: Which problems count.
        method: Whose labels; None takes the exact checker's.
        reader: Reads the chains.

    Raises:
        SystemExit: If there are too few to learn from.
    """
    place = {key: number for number, key in enumerate(spent.paid)}
    kept = [c for c in chains if c.problem_id in place]
    labels: dict[tuple[str, int], tuple[bool, float, float]] = {}
    if method is not None:
        for key, step, verdict, value, weight in con.execute(_LABELS, [method]).fetchall():
            labels[key, step] = (verdict == "CORRECT", value, weight)
    states, told, numbers = [], [], []
    checked: list[tuple[bool, bool, bool]] = []  # whether known, right, and of a right answer
    firsts: dict[bool, list[bool]] = {False: [], True: []}
    hidden: list[bool] = []
    texts = [(chain.question, chain.steps) for chain in kept]
    for chain, state in zip(kept, reader.states(texts), strict=True):
        known = chain.first_error is not None
        for step in range(len(chain.steps)):
            right = known and step < (chain.first_error or 0)
            if method is None and known:
                labels[chain.solution_id, step] = (right, float(right), 1.0)
            label = labels.get((chain.solution_id, step))
            if label is not None:
                states.append(state[step])
                told.append(label)
                numbers.append(place[chain.problem_id])
                checked.append((known, right, chain.right))
                if known and step == chain.first_error:
                    firsts[chain.withdraws].append(label[0])
        if known and chain.right and (chain.solution_id, 0) in labels:
            hidden.append(chain.first_error != len(chain.steps))
    if len(set(numbers)) < LEAST_PROBLEMS:
        raise SystemExit(f"{method}: {len(set(numbers))} problems are labelled: raise --budget.")
    verdicts, values, weights = np.array(told, np.float64).T
    known_at, truths, answers = np.array(checked).T
    missed = verdicts != truths
    steps = Steps(
        states=np.array(states, np.float64),
        targets=values,
        weights=weights,
        problems=np.array(numbers),
    )
    return Found(
        steps=steps,
        exact=Steps(
            states=steps.states[known_at],
            targets=truths[known_at].astype(float),
            weights=np.ones(known_at.sum()),
            problems=steps.problems[known_at],
        ),
        mended=replace(
            steps, targets=np.where(answers & known_at, truths.astype(float), steps.targets)
        ),
        wrong=float(missed[known_at].mean()),
        wrong_of_wrong=float(missed[known_at & ~answers].mean()),
        withdrawals=float(np.mean(firsts[True] or [False])),
        others=float(np.mean(firsts[False] or [False])),
        hidden=float(np.mean(hidden or [False])),
    )
