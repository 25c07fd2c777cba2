"""Labels that input rows carry, as a truth and as a label set. Pure."""

from collections.abc import Iterable

from annotate.inputs import GivenLabels, ParsedRow
from annotate.reports.first_error_scores import Mark
from annotate.reports.label_set import LabelSet, Prediction, collect_label_set
from annotate.reports.truth import Truth, TruthRow, collect_truth, groups_of
from annotate.rules import first_error_of
from schemas import FirstErrorVerdict, LabelVerdict, Rejection

_UNDECIDED = Mark(verdict=FirstErrorVerdict.UNDECIDED)


def given_truth(rows: Iterable[ParsedRow | Rejection]) -> Truth:
    """Return the first errors that the rows state as a truth; bare problems are passed over.

    A row that gives verdicts on steps alone states a first error where these do.
    """
    return collect_truth(
        TruthRow(
            content_id=row.solution.content_id,
            mark=given_mark(row.given),
            groups=groups_of(
                row.source.meta,
                domain=row.problem.domain,
                generator=row.source.generator,
                input_name=row.source.input_name,
            ),
            suspect=row.given.suspect,
        )
        for row in rows
        if isinstance(row, ParsedRow) and row.solution is not None
    )


def given_label_set(
    name: str, rows: Iterable[ParsedRow | Rejection], *, threshold: float = 0.5
) -> LabelSet:
    """Return the first errors that the rows state as a label set; bare problems are passed over.

    Args:
        name: How the set is called in reports.
        rows: Rows with labels, or with a reward model's scores.
        threshold: Where a row gives scores alone, the first step that scores below it is the first
            error, in [0, 1].
    """
    return collect_label_set(
        name,
        (
            (row.solution.content_id, given_prediction(row.given, threshold=threshold))
            for row in rows
            if isinstance(row, ParsedRow) and row.solution is not None
        ),
        has_cost=False,
    )


def given_mark(given: GivenLabels) -> Mark:
    """Return where a row says that the first error is; UNDECIDED where it does not say."""
    if given.first_error is not None:
        return Mark(verdict=given.first_error, step_index=given.first_error_step)
    verdict, step_index = first_error_of(given.step_verdicts)
    return Mark(verdict=verdict, step_index=step_index)


def given_prediction(given: GivenLabels, *, threshold: float) -> Prediction | None:
    """Return what a row says as a prediction; null where it holds no label at all."""
    has_verdicts = any(verdict is not LabelVerdict.NOT_CHECKED for verdict in given.step_verdicts)
    if given.first_error is not None or has_verdicts:
        return Prediction(mark=given_mark(given))
    if any(score is not None for score in given.step_scores):
        return Prediction(mark=_mark_of_scores(given.step_scores, threshold))
    return None


def _mark_of_scores(scores: tuple[float | None, ...], threshold: float) -> Mark:
    for index, score in enumerate(scores):
        if score is not None and score < threshold:
            return Mark(verdict=FirstErrorVerdict.FOUND, step_index=index)
    if None in scores:
        return _UNDECIDED
    return Mark(verdict=FirstErrorVerdict.NONE_FOUND)
