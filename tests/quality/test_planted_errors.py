"""Planted errors: wrong results put into right solutions are found, and right ones left alone."""

import json
import re

import numpy as np

from annotate.rules import Case, Formal
from annotate.run import decide
from schemas import (
    Evidence,
    FindingVerdict,
    FirstErrorVerdict,
    Piece,
    Problem,
    Scope,
    Solution,
    SourceKind,
    make_solution,
    text_problem,
)
from tests.running import GSM8K
from verifiers.arithmetic import Arithmetic

LEAST_FOUND = 0.95
MOST_FALSE = 0.02

_RESULT = re.compile(r"=(\d+)>>(\d+)")


def right_solutions() -> list[tuple[Problem, list[str]]]:
    """Return the sample's solutions with a right answer, cut by line."""
    found = []
    for line in GSM8K.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for name in ("175b_verification", "6b_verification"):
            if row[name]["is_correct"]:
                steps = row[name]["solution"].splitlines(keepends=True)
                found.append((text_problem(row["question"]), steps))
    return found


def first_error(problem: Problem, steps: list[str]) -> tuple[FirstErrorVerdict, int | None]:
    """Return what arithmetic and the rule `formal` make of a solution."""
    solution = make_solution(problem, tuple(Piece(text=text) for text in steps))
    case = Case(problem=problem, solutions=(solution,), evidence=evidence_of(problem, solution))
    (decision,) = decide(Formal(), [case], frozenset({solution.solution_id}))
    return decision.first_error, decision.step_index


def evidence_of(problem: Problem, solution: Solution) -> tuple[Evidence, ...]:
    """Return the findings of arithmetic as evidence."""
    return tuple(
        Evidence(
            gathering_id="g",
            problem_id=problem.problem_id,
            solution_id=solution.solution_id,
            step_index=finding.step_index,
            prefix_id=None,
            scope=Scope.STEP,
            source_kind=SourceKind.VERIFIER,
            source="arithmetic",
            ordinal=0,
            verdict=finding.verdict,
        )
        for finding in Arithmetic().check(problem, solution)
    )


def test_a_planted_wrong_result_is_the_first_error() -> None:
    """A result of one step is changed, annotation and text alike; that very step is located."""
    random = np.random.default_rng(11)
    planted = exact = 0
    for problem, steps in right_solutions():
        places = [i for i, text in enumerate(steps) if len(_RESULT.findall(text)) == 1]
        if not places:
            continue
        at = places[int(random.integers(len(places)))]
        wrong = _RESULT.sub(lambda m: f"={int(m[1]) + 7}>>{int(m[2]) + 7}", steps[at])
        found = first_error(problem, [*steps[:at], wrong, *steps[at + 1 :]])
        planted += 1
        exact += found == (FirstErrorVerdict.FOUND, at)

    assert planted > 50
    assert exact / planted >= LEAST_FOUND


def test_right_solutions_are_left_alone() -> None:
    """Real right solutions are hardly ever refuted, and never called proved."""
    found = [first_error(problem, steps)[0] for problem, steps in right_solutions()]

    assert found.count(FirstErrorVerdict.FOUND) / len(found) <= MOST_FALSE
    assert FirstErrorVerdict.NONE_FOUND not in found


def test_no_verifier_that_ships_says_correct_of_a_true_equation() -> None:
    """A true equation is no proof of a right step."""
    problem = text_problem("q")
    solution = make_solution(problem, (Piece(text="2 + 2 = 4"),))

    assert [f.verdict for f in Arithmetic().check(problem, solution)] == [
        FindingVerdict.NO_OBJECTION
    ]
