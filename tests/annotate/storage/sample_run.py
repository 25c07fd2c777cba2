"""A small run with rows in every table, for the tests of the storage package. No test in itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from annotate.policies import policy_row
from annotate.prompts import Profile
from annotate.storage import FileEntry, RunFolder, RunStore, connect, query, write_rows
from schemas import (
    TABLES,
    Basis,
    Calibration,
    Certificate,
    CertificateKind,
    Cost,
    Evidence,
    FindingVerdict,
    FirstError,
    FirstErrorVerdict,
    Grade,
    LabelVerdict,
    Message,
    NamedValue,
    Outcome,
    Part,
    Piece,
    Rejection,
    RejectReason,
    Role,
    Rollout,
    Scope,
    Seeding,
    Semantics,
    Solution,
    Source,
    SourceKind,
    StepLabel,
    ValueKind,
    make_gathering,
    make_labelling,
    make_problem,
    make_solution,
    text_problem,
)

PROBLEM = make_problem(
    (
        Message(role="system", parts=(Part(text="Think."),)),
        Message(role="user", parts=(Part(text="What is "), Part(text="2 + 3?"))),
        Message(role="assistant", parts=(Part(text="Let me see."),)),
    ),
    answers=("5",),
    domain="sums",
)
UNASKED = text_problem("Nobody answered this one.")
CALIBRATION = Calibration(calibration_id="c", estimator="none", parameters="{}", n_solutions=2)
GATHERING = make_gathering(
    "ask_verifiers", arguments="{}", sources=("arithmetic 1",), calibration_id="c"
)
LABELLING = make_labelling(
    "formal",
    arguments="{}",
    method="formal",
    gathering_ids=(GATHERING.gathering_id,),
    code_version="test",
)
RIGHT = make_solution(PROBLEM, (Piece(text="2 + 3 = 5"), Piece(text="So 5.")), separator="\n")
WRONG = make_solution(
    PROBLEM, (Piece(text="2 + 3 = 6"), Piece(text="So 6."), Piece(text="Done.")), separator="\n"
)
OPEN = make_solution(PROBLEM, (Piece(text="Hm."),))
SOLUTIONS = (RIGHT, WRONG, OPEN)


def sample_rows() -> dict[str, list[object]]:
    """Return the rows of every table, by name, none empty."""
    rollout = Rollout(
        rollout_id="r",
        request_id="q",
        role=Role.COMPLETER,
        sampling="{}",
        policy_id="p",
        problem_id=PROBLEM.problem_id,
        prefix_id="x",
        ordinal=0,
        text="So 5.",
        finish_reason="stop",
        prompt_tokens=9,
        tokens=3,
    )
    return {
        "problems": [PROBLEM, UNASKED],
        "solutions": [*SOLUTIONS],
        "steps": [step for solution in SOLUTIONS for step in solution.steps],
        "sources": [
            _source(RIGHT, row=2, source_id="second"),
            _source(RIGHT, row=1, source_id=None),
            _source(RIGHT, row=10, source_id="tenth"),
            _source(WRONG, row=3, source_id="wrong"),
        ],
        "policies": [
            policy_row(
                "scripted",
                model="m",
                fingerprint="f",
                profile=Profile(name="plain", raw=True),
                seeding=Seeding.PER_ROLLOUT,
                reproducible=True,
            )
        ],
        "rollouts": [rollout],
        "grades": [
            _grade(RIGHT, "1", Outcome.NO_ANSWER, None),
            _grade(RIGHT, "2", Outcome.CORRECT, "5"),
            _grade(WRONG, "2", Outcome.INCORRECT, "6"),
            Grade(
                completion_id="r",
                checker="answers",
                checker_version="2",
                answer="5",
                outcome=Outcome.CORRECT,
                reason=None,
            ),
        ],
        "evidence": [
            _evidence(RIGHT, 0, FindingVerdict.NO_OBJECTION),
            _evidence(WRONG, 0, FindingVerdict.INCORRECT),
            _evidence(WRONG, 1, FindingVerdict.NOT_APPLICABLE),
            Evidence(
                gathering_id=GATHERING.gathering_id,
                problem_id=PROBLEM.problem_id,
                solution_id=RIGHT.solution_id,
                step_index=None,
                prefix_id=None,
                scope=Scope.SOLUTION,
                source_kind=SourceKind.VERIFIER,
                source="answers",
                ordinal=0,
                outcome=Outcome.CORRECT,
            ),
            Evidence(
                gathering_id=GATHERING.gathering_id,
                problem_id=PROBLEM.problem_id,
                solution_id=None,
                step_index=None,
                prefix_id="x",
                scope=Scope.PREFIX,
                source_kind=SourceKind.ROLLOUTS,
                source="policy",
                ordinal=0,
                successes=3,
                trials=4,
                tokens=120,
            ),
        ],
        "gatherings": [GATHERING],
        "calibrations": [CALIBRATION],
        "labellings": [LABELLING],
        "labels": [
            _label(RIGHT, 0, LabelVerdict.CORRECT),
            _label(RIGHT, 1, LabelVerdict.NOT_CHECKED),
            _label(WRONG, 0, LabelVerdict.INCORRECT),
            _label(WRONG, 1, LabelVerdict.INCORRECT),
            _label(WRONG, 2, LabelVerdict.INCORRECT),
            _label(OPEN, 0, LabelVerdict.UNKNOWN),
        ],
        "first_errors": [
            _first_error(RIGHT, FirstErrorVerdict.NONE_FOUND, None),
            _first_error(WRONG, FirstErrorVerdict.FOUND, 0),
            _first_error(OPEN, FirstErrorVerdict.UNDECIDED, None),
        ],
        "rejected": [
            Rejection(
                input_id="i",
                row=4,
                part=0,
                input_name="in.jsonl",
                field="steps",
                reason=RejectReason.WRONG_TYPE,
                message="'7' where a list was expected",
                excerpt="{",
            )
        ],
        "costs": [
            _cost(WRONG, "arithmetic", seconds=3.0),
            _cost(RIGHT, "arithmetic", seconds=1.0),
            _cost(None, "policy", seconds=8.0),
        ],
    }


def write_sample(store: RunStore, rows: Mapping[str, Sequence[object]] | None = None) -> RunFolder:
    """Write and commit rows (those of `sample_rows` unless given) as a run; return it."""
    run = RunFolder.create_or_open(store, {"method": "formal"})
    run.commit(write_tables(store, rows or sample_rows()), note={"activity": "test"})
    return run


def write_tables(store: RunStore, rows: Mapping[str, Sequence[object]]) -> list[FileEntry]:
    """Write one file for each table that has rows, without a commit."""
    return [write_rows(store, TABLES[name], part) for name, part in rows.items() if part]


def _source(solution: Solution, *, row: int, source_id: str | None) -> Source:
    return Source(
        input_id="i",
        row=row,
        part=0,
        input_name="in.jsonl",
        source_id=source_id,
        problem_id=PROBLEM.problem_id,
        solution_id=solution.solution_id,
        generator="model-a",
        meta=(NamedValue(name="subset", value="easy"), NamedValue(name="level", value="1")),
    )


def _grade(solution: Solution, version: str, outcome: Outcome, answer: str | None) -> Grade:
    return Grade(
        completion_id=solution.solution_id,
        checker="answers",
        checker_version=version,
        answer=answer,
        outcome=outcome,
        reason=None,
    )


def _evidence(solution: Solution, step_index: int, verdict: FindingVerdict) -> Evidence:
    certificate = Certificate(
        kind=CertificateKind.TWO_VALUES,
        claim="2 + 3 = 6",
        values=(NamedValue(name="stated", value="6"), NamedValue(name="computed", value="5")),
    )
    return Evidence(
        gathering_id=GATHERING.gathering_id,
        problem_id=PROBLEM.problem_id,
        solution_id=solution.solution_id,
        step_index=step_index,
        prefix_id=None,
        scope=Scope.STEP,
        source_kind=SourceKind.VERIFIER,
        source="arithmetic",
        ordinal=0,
        verdict=verdict,
        certificate=certificate if verdict is FindingVerdict.INCORRECT else None,
    )


def _label(solution: Solution, step_index: int, verdict: LabelVerdict) -> StepLabel:
    return StepLabel(
        labelling_id=LABELLING.labelling_id,
        solution_id=solution.solution_id,
        step_index=step_index,
        verdict=verdict,
        value=0.25 * step_index,
        value_kind=ValueKind.SUCCESS_RATE,
        p_correct=None,
        semantics=Semantics.FIRST_ERROR,
        basis=Basis.OBSERVED,
        weight=1.0,
    )


def _first_error(
    solution: Solution, verdict: FirstErrorVerdict, step_index: int | None
) -> FirstError:
    return FirstError(
        labelling_id=LABELLING.labelling_id,
        solution_id=solution.solution_id,
        verdict=verdict,
        step_index=step_index,
        confidence=0.5,
        posterior=(0.5, 0.25, 0.25),
        uncorrected=(),
        visibility=None,
    )


def _cost(solution: Solution | None, source: str, *, seconds: float) -> Cost:
    return Cost(
        gathering_id=GATHERING.gathering_id,
        problem_id=PROBLEM.problem_id,
        solution_id=None if solution is None else solution.solution_id,
        source=source,
        seconds=seconds,
        attempts=1,
        money=None,
    )


def rows(run: RunFolder, sql: str) -> list[dict[str, Any]]:
    """Return what a query gives, row by row."""
    with connect(run) as con:
        found = query(con, sql)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]
