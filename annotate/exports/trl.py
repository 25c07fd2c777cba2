"""Format `trl`: the stepwise-supervision rows that TRL's PRMTrainer reads.

Source: huggingface/trl, `PRMTrainer` and its data format `stepwise supervision` (up to 1.13.0).
"""

from dataclasses import replace

from annotate.exports.chain import UNDECIDED, Chain, cut_after_error, make_chain
from annotate.exports.format import FORMATS, Exported, ExportOptions, Format, Skipped, SkipReason
from annotate.exports.question import single_question
from annotate.exports.row import ExportRow
from schemas import FirstErrorVerdict, LabelVerdict


@FORMATS.register("trl")
def trl() -> Format:
    """Return TRL's format."""
    return Format(convert=convert)


def convert(row: ExportRow, options: ExportOptions) -> Exported:
    """Return the steps up to the first wrong one, each right or wrong.

    The format has no word for "not known": a solution with an undecided step is skipped, unless
    `options.assume_correct_before_error` and the first error say that it is right.
    """
    chain = make_chain(row, options)
    if isinstance(chain, Skipped):
        return chain
    if options.assume_correct_before_error:
        chain = _fill(chain)
    chain = cut_after_error(chain)
    if not UNDECIDED.isdisjoint(chain.verdicts):
        return Skipped(reason=SkipReason.UNDECIDED_STEP)
    question = single_question(row)
    if isinstance(question, Skipped):
        return question
    return {
        "prompt": question,
        "completions": list(chain.texts),
        "labels": [verdict is LabelVerdict.CORRECT for verdict in chain.verdicts],
    }


def _fill(chain: Chain) -> Chain:
    """Return the chain with what its first error says of undecided steps, where it is decided."""
    if chain.first_error is FirstErrorVerdict.UNDECIDED:
        return chain
    at = chain.first_error_step
    said = (
        LabelVerdict.CORRECT if at is None or index < at else LabelVerdict.INCORRECT
        for index in range(len(chain.verdicts))
    )
    verdicts = (
        claim if verdict in UNDECIDED else verdict
        for verdict, claim in zip(chain.verdicts, said, strict=True)
    )
    return replace(chain, verdicts=tuple(verdicts))
