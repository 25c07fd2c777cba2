"""A solution as trainers of first errors see it: labelled steps, none after the error. Pure.

An observation is context: it is put before the step that follows it, with a blank line between, and
one that nothing follows is dropped. Labels that judge each step alone are converted or refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from annotate.exports.format import ExportOptions, Skipped, SkipReason
from annotate.exports.row import ExportRow
from annotate.rules.base import first_error_of
from schemas import GIVEN_SEPARATOR, FirstErrorVerdict, LabelVerdict, Semantics, StepKind

UNDECIDED = frozenset({LabelVerdict.UNKNOWN, LabelVerdict.NOT_CHECKED})
"""Verdicts that say neither right nor wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Steps with FIRST_ERROR labels."""

    texts: tuple[str, ...]
    """[n_exported] Steps with the observations before them."""
    verdicts: tuple[LabelVerdict, ...]
    """[n_exported] CORRECT: no error up to and including this step."""
    first_error: FirstErrorVerdict
    """Found, none found, or undecided."""
    first_error_step: int | None
    """0-based among the exported steps; set only where `first_error` is FOUND."""


def make_chain(row: ExportRow, options: ExportOptions) -> Chain | Skipped:
    """Return the steps of a solution with FIRST_ERROR labels, or why there are none."""
    if row.semantics is Semantics.LOCAL and not options.convert_local:
        return Skipped(reason=SkipReason.LOCAL_SEMANTICS)
    texts: list[str] = []
    verdicts: list[LabelVerdict] = []
    positions: list[int] = []  # of the exported step that each step goes into
    context: list[str] = []
    for step in row.steps:
        positions.append(len(texts))
        if step.kind is StepKind.OBSERVATION:
            context.append(step.content)
        else:
            texts.append(GIVEN_SEPARATOR.join([*context, step.content]))
            verdicts.append(step.verdict or LabelVerdict.NOT_CHECKED)
            context.clear()
    if not texts:
        return Skipped(reason=SkipReason.NO_LABELLED_STEP)
    found, step_index = row.first_error, row.first_error_step
    if row.semantics is Semantics.LOCAL:
        verdicts = _carry_forward(verdicts)
        found, at = first_error_of(verdicts)
    else:
        at = None if step_index is None else min(positions[step_index], len(texts) - 1)
    return Chain(
        texts=tuple(texts), verdicts=tuple(verdicts), first_error=found, first_error_step=at
    )


def cut_after_error(chain: Chain) -> Chain:
    """Return the chain up to and including its first INCORRECT step, or all of it."""
    if LabelVerdict.INCORRECT not in chain.verdicts:
        return chain
    end = chain.verdicts.index(LabelVerdict.INCORRECT) + 1
    return replace(chain, texts=chain.texts[:end], verdicts=chain.verdicts[:end])


def _carry_forward(verdicts: Sequence[LabelVerdict]) -> list[LabelVerdict]:
    """Return what local verdicts say of all steps up to each: what is unknown stays so."""
    carried: list[LabelVerdict] = []
    standing = LabelVerdict.CORRECT
    for verdict in verdicts:
        if standing is not LabelVerdict.INCORRECT and verdict is not LabelVerdict.CORRECT:
            # Of two undecided verdicts the one that was asked says more.
            is_asked = standing is LabelVerdict.UNKNOWN and verdict is LabelVerdict.NOT_CHECKED
            standing = standing if is_asked else verdict
        carried.append(standing)
    return carried
