"""Comparison: labellings of one run against a truth, by how right they are and at what cost.

Pure once read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from annotate.reports.evaluation import Evaluation, evaluate, pair_up, shared_contents
from annotate.reports.first_error_scores import Difference, Scores
from annotate.reports.gaps import Gap
from annotate.reports.label_set import LabelSet, read_label_set
from annotate.reports.risk_coverage import RiskCoverage, risk_coverage
from annotate.reports.screens import read_dropped
from annotate.reports.spending import (
    Cost,
    Share,
    Spent,
    read_labelled,
    read_paid,
    read_spent,
    share_out,
    total_drawn,
)
from annotate.reports.step_calibration import (
    StepCalibration,
    StepClaims,
    read_step_claims,
    step_calibration,
)
from annotate.reports.threshold import Judged
from annotate.reports.trusted import Counted, Paying, Trusted, trusted_labels
from annotate.reports.truth import Truth
from schemas import FirstErrorVerdict, Labelling

PRECISIONS = (0.99, 0.95, 0.9, 0.8)
"""Precisions at which coverage is told."""

_MILLION = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a run holds of one labelling: all that its report is made of."""

    labels: LabelSet
    """What it says, by content, under the name that the report calls it by."""
    labelling: Labelling
    """Its provenance."""
    shares: Mapping[str, Share]
    """By content: what the solution cost."""
    problems: Mapping[str, str]
    """By content: the id of the problem."""
    claims: StepClaims
    """By content: what its numbers claim of steps."""
    spent: tuple[Spent, ...]
    """All that its gatherings asked for."""
    dropped: frozenset[str] = frozenset()
    """Problems that its screen set aside, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodReport:
    """One method in a comparison."""

    name: str
    """How it is called."""
    rule: str
    """What decided."""
    labelling_id: str
    """Its labelling in the run."""
    n_labelled: int
    """Solutions that it labelled or left undecided, compared or not."""
    left_out: Mapping[Gap, int]
    """Solutions that are not compared, by kind."""
    scores: Scores
    """On the compared solutions."""
    undecided: int
    """Compared solutions that are not decided."""
    dropped: int
    """Those of them whose problem its screen dropped: nothing was asked about the solution."""
    difference: Difference | None
    """Of exact rates, against the first method; null for the first itself."""
    calibration: StepCalibration
    """Of the numbers of its step labels, on all solutions that it shares with the truth."""
    drawn: Cost
    """Mean per compared solution: what it asked for, whoever had paid for it. A problem that its
    screen dropped is paid for by all solutions that it labelled."""
    used: Cost
    """Mean per compared solution: what counted of that asked about it or its problem."""
    drawn_in_all: Cost
    """What it asked for in the whole run."""
    solutions_per_million: float | None
    """Compared solutions per million tokens drawn for them; null where nothing was drawn."""
    decisions_per_million: float | None
    """Decided ones of these; null where nothing was drawn."""
    trusted: Trusted
    """Decisions of any kind that may be trusted."""
    trusted_found: Trusted
    """The same for decisions that name a step alone."""
    curve: RiskCoverage
    """Risk and coverage on the compared solutions."""
    coverage_at: Mapping[str, float]
    """By precision (`PRECISIONS`): the largest coverage that has it, in [0, 1], on the same
    solutions and so a little too good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Methods side by side, on the solutions that all of them labelled and the truth holds."""

    n_compared: int
    """Those solutions."""
    n_truth: int
    """Solutions in the truth, after what it left out."""
    truth_left_out: Mapping[Gap, int]
    """Rows of the truth that were left out, by kind."""
    methods: tuple[MethodReport, ...]
    """In the order given; the first is what the others are compared with."""
    paid: Cost
    """All completions of the run, each once: what the methods together really cost."""
    together: Cost
    """Those of them that the compared methods asked for, each once. The rest is other methods', or
    told outcomes (`--outcome majority` or `judge`)."""


def read_compared(con: duckdb.DuckDBPyConnection, labelling: Labelling, name: str) -> Compared:
    """Return what a run holds of one labelling, to be called `name`.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    spent = read_spent(con, labelling.gathering_ids)
    labelled = read_labelled(con, labelling)
    by_solution = share_out(spent, labelled)
    shares: dict[str, Share] = {}
    problems: dict[str, str] = {}
    for one in labelled:  # of solutions with equal content the first counts, as in a label set
        shares.setdefault(one.content_id, by_solution[one.solution_id])
        problems.setdefault(one.content_id, one.problem_id)
    return Compared(
        labels=read_label_set(con, labelling, name=name, shares=by_solution),
        labelling=labelling,
        shares=shares,
        problems=problems,
        claims=read_step_claims(con, labelling),
        spent=spent,
        dropped=read_dropped(con, labelling),
    )


def read_comparison(
    con: duckdb.DuckDBPyConnection, labellings: Mapping[str, Labelling], truth: Truth
) -> Comparison:
    """Return labellings of a run, by the name that each is called by, against a truth.

    Raises:
        InvalidArgumentError: If no solution is shared by all of them and the truth.
        StoreError: If a file of the run is damaged.
    """
    known = [read_compared(con, labelling, name) for name, labelling in labellings.items()]
    ids = {one for labelling in labellings.values() for one in labelling.gathering_ids}
    return compare(
        known, truth, paid=read_paid(con), together=total_drawn(read_spent(con, sorted(ids)))
    )


def compare(methods: Sequence[Compared], truth: Truth, *, paid: Cost, together: Cost) -> Comparison:
    """Return methods against a truth, on the solutions that all of them share.

    Args:
        methods: At least one.
        truth: First errors held to be true.
        paid: All completions of the run.
        together: Those that the methods asked for, each once.

    Raises:
        InvalidArgumentError: If no solution is shared by all of them and the truth.
    """
    sets = [method.labels for method in methods]
    evaluation = evaluate(sets, truth)
    contents = shared_contents(sets, truth)
    return Comparison(
        n_compared=evaluation.n_paired,
        n_truth=evaluation.n_truth,
        truth_left_out=evaluation.truth_left_out,
        methods=tuple(
            _report(method, number, evaluation, contents, truth)
            for number, method in enumerate(methods)
        ),
        paid=paid,
        together=together,
    )


def _report(
    method: Compared, number: int, evaluation: Evaluation, contents: Sequence[str], truth: Truth
) -> MethodReport:
    scored = evaluation.sets[number]
    pairs = pair_up(method.labels, truth, contents)
    shares = [method.shares[content_id] for content_id in contents]
    drawn = sum((share.drawn for share in shares), Cost())
    used = sum((share.used for share in shares), Cost())
    curve = risk_coverage(pairs)
    paying = [
        Paying(
            judged=Judged(problem_id=method.problems[content_id], pair=pair),
            tokens=share.drawn.tokens,
        )
        for content_id, pair, share in zip(contents, pairs, shares, strict=True)
    ]
    undecided = [
        content_id
        for content_id, pair in zip(contents, pairs, strict=True)
        if pair.predicted.verdict is FirstErrorVerdict.UNDECIDED
    ]
    return MethodReport(
        name=method.labels.name,
        rule=method.labelling.rule,
        labelling_id=method.labelling.labelling_id,
        n_labelled=len(method.labels.predictions),
        left_out=scored.left_out,
        scores=scored.scores,
        undecided=len(undecided),
        dropped=sum(method.problems[content_id] in method.dropped for content_id in undecided),
        difference=scored.difference,
        calibration=step_calibration(method.claims, truth),
        drawn=drawn / len(contents),
        used=used / len(contents),
        drawn_in_all=total_drawn(method.spent),
        solutions_per_million=_per_million(len(contents), drawn),
        decisions_per_million=_per_million(scored.scores.decided.hits, drawn),
        trusted=trusted_labels(paying, Counted.ANY),
        trusted_found=trusted_labels(paying, Counted.FOUND),
        curve=curve,
        coverage_at={str(precision): curve.coverage_at(precision) for precision in PRECISIONS},
    )


def _per_million(n: int, cost: Cost) -> float | None:
    return n / cost.tokens * _MILLION if cost.tokens else None
