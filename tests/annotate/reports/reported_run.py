"""A run of one right and one wrong solution, to be reported on. No test in itself."""

from rich.console import Console

from schemas import (
    Basis,
    Certificate,
    CertificateKind,
    Cost,
    Evidence,
    FindingVerdict,
    FirstError,
    FirstErrorVerdict,
    Grade,
    Labelling,
    LabelVerdict,
    NamedValue,
    Outcome,
    Piece,
    Rejection,
    RejectReason,
    Scope,
    Semantics,
    Solution,
    Source,
    SourceKind,
    StepLabel,
    make_gathering,
    make_labelling,
    make_solution,
    text_problem,
)

PROBLEM = text_problem("What is 3 + 4?", answers=("7",), domain="sums")
RIGHT = make_solution(PROBLEM, (Piece(text="3 + 4 = 7"), Piece(text="So 7.")), separator="\n\n")
WRONG = make_solution(
    PROBLEM, (Piece(text="3 + 4 = 8"), Piece(text="So [red]8[/red].\x1b[2J")), separator="\n\n"
)
GATHERING = make_gathering("ask_verifiers", arguments="{}", sources=("arithmetic",))
OTHER = make_gathering("every_prefix", arguments="{}", sources=("policy",))


def labelling(rule: str, arguments: str = "{}", method: str | None = "formal") -> Labelling:
    """Return a labelling that reads the first gathering only."""
    return make_labelling(
        rule,
        arguments=arguments,
        method=method,
        gathering_ids=(GATHERING.gathering_id,),
        code_version="0.1.0",
    )


FORMAL = labelling("formal")


def source(solution: Solution, row: int, source_id: str, generator: str) -> Source:
    """Return an occurrence of a solution."""
    return Source(
        input_id="0" * 32,
        row=row,
        part=0,
        input_name="in.jsonl",
        source_id=source_id,
        problem_id=PROBLEM.problem_id,
        solution_id=solution.solution_id,
        generator=generator,
        meta=(NamedValue(name="set", value=f"set{row}"),),
    )


def label(solution: Solution, step: int, verdict: LabelVerdict) -> StepLabel:
    """Return a label by the rule `formal`."""
    return StepLabel(
        labelling_id=FORMAL.labelling_id,
        solution_id=solution.solution_id,
        step_index=step,
        verdict=verdict,
        value=None,
        value_kind=None,
        p_correct=0.25 if step == 0 else None,
        semantics=Semantics.FIRST_ERROR,
        basis=Basis.OBSERVED if step == 0 else Basis.INFERRED,
        weight=1.0,
    )


def first_error(solution: Solution, verdict: FirstErrorVerdict, step: int | None) -> FirstError:
    """Return a first error by the rule `formal`."""
    return FirstError(
        labelling_id=FORMAL.labelling_id,
        solution_id=solution.solution_id,
        verdict=verdict,
        step_index=step,
        confidence=0.75 if step is not None else None,
        posterior=(),
        uncorrected=(),
        visibility=None,
    )


REFUTED = Evidence(
    gathering_id=GATHERING.gathering_id,
    problem_id=PROBLEM.problem_id,
    solution_id=WRONG.solution_id,
    step_index=0,
    prefix_id=None,
    scope=Scope.STEP,
    source_kind=SourceKind.VERIFIER,
    source="arithmetic",
    ordinal=0,
    verdict=FindingVerdict.INCORRECT,
    certificate=Certificate(
        kind=CertificateKind.TWO_VALUES,
        claim="3 + 4 = 8",
        values=(
            NamedValue(name="stated", value="8"),
            NamedValue(name="computed", value="7"),
        ),
    ),
    tokens=5,
)
SHARED = Evidence(  # rollouts from the bare problem: half of their cost is each solution's
    gathering_id=GATHERING.gathering_id,
    problem_id=PROBLEM.problem_id,
    solution_id=None,
    step_index=None,
    prefix_id="p",
    scope=Scope.PROBLEM,
    source_kind=SourceKind.ROLLOUTS,
    source="policy",
    ordinal=0,
    successes=1,
    trials=8,
    tokens=100,
)
UNREAD = Evidence(  # of a gathering that the labelling did not read
    gathering_id=OTHER.gathering_id,
    problem_id=PROBLEM.problem_id,
    solution_id=WRONG.solution_id,
    step_index=1,
    prefix_id="q",
    scope=Scope.PREFIX,
    source_kind=SourceKind.ROLLOUTS,
    source="policy",
    ordinal=0,
    successes=0,
    trials=4,
    tokens=1000,
)
RECORDS: dict[str, list[object]] = {
    "problems": [PROBLEM],
    "solutions": [RIGHT, WRONG],
    "steps": [*RIGHT.steps, *WRONG.steps],
    "sources": [
        source(RIGHT, 1, "sum-1", "ann"),
        source(WRONG, 2, "sum-1", "bob"),
        source(WRONG, 3, "sum-3", "cat"),
    ],
    "grades": [
        Grade(
            completion_id=WRONG.solution_id,
            checker="answers",
            checker_version="1",
            answer="8",
            outcome=Outcome.INCORRECT,
            reason=None,
        )
    ],
    "evidence": [REFUTED, SHARED, UNREAD],
    "costs": [
        Cost(
            gathering_id=GATHERING.gathering_id,
            problem_id=PROBLEM.problem_id,
            solution_id=WRONG.solution_id,
            source="arithmetic",
            seconds=0.5,
            attempts=1,
            money=None,
        )
    ],
    "gatherings": [GATHERING, OTHER],
    "labellings": [FORMAL],
    "labels": [
        label(WRONG, 0, LabelVerdict.INCORRECT),
        label(WRONG, 1, LabelVerdict.INCORRECT),
        label(RIGHT, 0, LabelVerdict.UNKNOWN),
        label(RIGHT, 1, LabelVerdict.NOT_CHECKED),
    ],
    "first_errors": [
        first_error(WRONG, FirstErrorVerdict.FOUND, 0),
        first_error(RIGHT, FirstErrorVerdict.UNDECIDED, None),
    ],
    "rejected": [
        Rejection(
            input_id="0" * 32,
            row=9,
            part=0,
            input_name="in.jsonl",
            field="steps",
            reason=RejectReason.MISSING_FIELD,
            message="no steps",
            excerpt="{}",
        )
    ],
}


def shown(renderable: object) -> str:
    """Return what a terminal of 100 columns would show."""
    console = Console(width=100)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()
