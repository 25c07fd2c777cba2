"""Format `scan`: a question, the steps up to the first wrong one, and a soft label for each.

Source: yyDing1/SCAN-PRM, the rows that its trainer reads: `question`, `steps`, `scores`.
"""

from annotate.exports.chain import UNDECIDED, cut_after_error, make_chain
from annotate.exports.format import FORMATS, Exported, ExportOptions, Format, Skipped, SkipReason
from annotate.exports.question import single_question
from annotate.exports.row import ExportRow, ExportStep
from schemas import LabelVerdict, Semantics, StepKind, ValueKind

_SHARES = {ValueKind.PROBABILITY_CORRECT, ValueKind.SUCCESS_RATE, ValueKind.VOTE_SHARE}
"""Values that are targets in [0, 1]; what the others mean is no chance of being right."""


@FORMATS.register("scan")
def scan() -> Format:
    """Return the format of SCAN's trainer."""
    return Format(convert=convert)


def convert(row: ExportRow, options: ExportOptions) -> Exported:
    """Return the steps up to the first wrong one with their scores in [0, 1].

    A score is the rule's value, else its probability of correctness, else 1 or 0 by the verdict.
    There is no score for "not known": a solution with an undecided step is skipped.
    """
    chain = make_chain(row, options)
    if isinstance(chain, Skipped):
        return chain
    chain = cut_after_error(chain)
    if not UNDECIDED.isdisjoint(chain.verdicts):
        return Skipped(reason=SkipReason.UNDECIDED_STEP)
    question = single_question(row)
    if isinstance(question, Skipped):
        return question
    steps = [step for step in row.steps if step.kind is not StepKind.OBSERVATION]
    # What was said of a step alone is no score of the text up to it.
    soft = [None if row.semantics is Semantics.LOCAL else _soft(step) for step in steps]
    hard = [float(verdict is LabelVerdict.CORRECT) for verdict in chain.verdicts]
    return {
        "question": question,
        "steps": list(chain.texts),
        "scores": [h if s is None else s for h, s in zip(hard, soft, strict=False)],
    }


def _soft(step: ExportStep) -> float | None:
    return step.value if step.value_kind in _SHARES else step.p_correct
