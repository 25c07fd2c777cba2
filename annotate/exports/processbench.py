"""Format `processbench`: the rows of the ProcessBench benchmark.

Source: Zheng et al. 2024, arXiv:2412.06559; field names as in QwenLM/ProcessBench.
"""

from annotate.exports.chain import make_chain
from annotate.exports.format import FORMATS, Exported, ExportOptions, Format, Skipped, SkipReason
from annotate.exports.jsonl import final_correct, first_error_number
from annotate.exports.question import single_question
from annotate.exports.row import ExportRow
from schemas import FirstErrorVerdict


@FORMATS.register("processbench")
def processbench() -> Format:
    """Return the format of ProcessBench."""
    return Format(convert=convert)


def convert(row: ExportRow, options: ExportOptions) -> Exported:
    """Return all steps with the first wrong one, -1 for none; undecided solutions are skipped.

    `final_answer_correct` is null where the final answer was not checked, or its check undecided.
    """
    chain = make_chain(row, options)
    if isinstance(chain, Skipped):
        return chain
    if chain.first_error is FirstErrorVerdict.UNDECIDED:
        return Skipped(reason=SkipReason.UNDECIDED)
    question = single_question(row)
    if isinstance(question, Skipped):
        return question
    return {
        "id": row.row_id,
        "generator": row.generator,
        "problem": question,
        "steps": list(chain.texts),
        "final_answer_correct": final_correct(row.outcome),
        "label": first_error_number(chain.first_error, chain.first_error_step),
    }
