"""Format `qwen_prm`: a chat whose answer ends each step with `<extra_0>`, and a label for each.

Source: model card of Qwen2.5-Math-PRM-7B (system prompt and template); -100 is the label that
PyTorch's cross entropy passes over.
"""

from annotate.exports.chain import cut_after_error, make_chain
from annotate.exports.format import FORMATS, Exported, ExportOptions, Format, Skipped, SkipReason
from annotate.exports.row import ExportRow
from schemas import LabelVerdict

STEP_MARK = "<extra_0>"
"""Stands after each step; its score is the step's."""

SYSTEM_PROMPT = "Please reason step by step, and put your final answer within \\boxed{}."
"""What the model was trained under; a system message of the problem gives way to it."""

_IGNORED = -100

_LABELS = {
    LabelVerdict.CORRECT: 1,
    LabelVerdict.INCORRECT: 0,
    LabelVerdict.UNKNOWN: _IGNORED,
    LabelVerdict.NOT_CHECKED: _IGNORED,
}


@FORMATS.register("qwen_prm")
def qwen_prm() -> Format:
    """Return the format of Qwen's process reward models."""
    return Format(convert=convert)


def convert(row: ExportRow, options: ExportOptions) -> Exported:
    """Return a chat with one label per mark, up to the first wrong step.

    A solution without a decided step is skipped, and so is one whose texts hold the mark.
    """
    chain = make_chain(row, options)
    if isinstance(chain, Skipped):
        return chain
    chain = cut_after_error(chain)
    labels = [_LABELS[verdict] for verdict in chain.verdicts]
    if set(labels) == {_IGNORED}:
        return Skipped(reason=SkipReason.NO_DECIDED_STEP)
    asked = [message for message in row.messages if message.role != "system"]
    if any(STEP_MARK in text for text in (*chain.texts, *(m.text for m in asked))):
        return Skipped(reason=SkipReason.SEPARATOR_IN_TEXT)
    return {
        "messages": [
            {"role": "system", "content": SYSTEM_PROMPT},
            *({"role": message.role, "content": message.text} for message in asked),
            {"role": "assistant", "content": STEP_MARK.join(chain.texts) + STEP_MARK},
        ],
        "labels": labels,
    }
