"""Format `jsonl`: everything known of a labelled solution, one JSON object per line."""

from collections import Counter
from collections.abc import Mapping

from annotate.exports.format import FORMATS, Exported, ExportOptions, Format
from annotate.exports.row import ExportEvidence, ExportRow
from schemas import (
    Certificate,
    FirstErrorVerdict,
    Json,
    LabelVerdict,
    Outcome,
    SourceKind,
)

_HARD: Mapping[LabelVerdict | None, int] = {LabelVerdict.CORRECT: 1, LabelVerdict.INCORRECT: 0}

_FINAL_CORRECT: Mapping[Outcome | None, bool] = {
    Outcome.CORRECT: True,
    Outcome.INCORRECT: False,
    Outcome.NO_ANSWER: False,
}
"""Outcomes that say whether the final answer is right; the others do not."""


@FORMATS.register("jsonl")
def jsonl() -> Format:
    """Return the format that leaves nothing out: all steps, all labels, all evidence."""
    return Format(convert=canonical)


def canonical(row: ExportRow, options: ExportOptions) -> Exported:
    """Return the whole row; nothing is skipped, cut or converted."""
    del options
    return {
        "id": row.row_id,
        "solution_id": row.solution_id,
        "problem_id": row.problem_id,
        "source": row.input_name,
        "source_id": row.source_id,
        "generator": row.generator,
        "domain": row.domain,
        "language": row.language,
        "meta": {field.name: field.value for field in row.meta},
        "problem": row.question,
        "messages": _conversation(row),
        "answers": list(row.answers),
        "steps": [step.content for step in row.steps],
        "step_kinds": [step.kind.name for step in row.steps],
        "final_answer": row.final_answer,
        "outcome": None if row.outcome is None else row.outcome.name,
        "final_correct": final_correct(row.outcome),
        "first_error": first_error_number(row.first_error, row.first_error_step),
        "labels": _labels(row),
        "evidence": [_evidence(item) for item in row.evidence],
        "rule": row.rule,
        "method": row.method,
        "version": row.version,
        "cost": _cost(row),
    }


def final_correct(outcome: Outcome | None) -> bool | None:
    """Return whether the final answer is right; null where the outcome does not say."""
    return _FINAL_CORRECT.get(outcome)


def first_error_number(verdict: FirstErrorVerdict, step_index: int | None) -> int | None:
    """Return a first error as ProcessBench writes it: 0-based, -1 for none, null if undecided."""
    return -1 if verdict is FirstErrorVerdict.NONE_FOUND else step_index


def _conversation(row: ExportRow) -> Json:
    """Return the turns of the problem; null where `problem` says it all."""
    if len(row.messages) == 1:
        return None
    return [{"role": message.role, "content": message.text} for message in row.messages]


def _labels(row: ExportRow) -> Json:
    steps = row.steps
    return {
        "hard": [_HARD.get(step.verdict) for step in steps],
        "soft": [step.p_correct if step.value is None else step.value for step in steps],
        "verdicts": [None if step.verdict is None else step.verdict.name for step in steps],
        "value_kinds": [None if s.value_kind is None else s.value_kind.name for s in steps],
        "p_correct": [step.p_correct for step in steps],
        "basis": [None if step.basis is None else step.basis.name for step in steps],
        "weight": [step.weight for step in steps],
        "first_error": first_error_number(row.first_error, row.first_error_step),
        "confidence": row.confidence,
        "semantics": row.semantics.name,
    }


def _evidence(item: ExportEvidence) -> Json:
    return {
        "step": item.step_index,
        "scope": item.scope.name,
        "kind": item.source_kind.name,
        "source": item.source,
        "outcome": item.outcome,
        "k": item.trials,
        "c": item.successes,
        "score": item.score,
        "reason": item.reason,
        "certificate": None if item.certificate is None else _certificate(item.certificate),
        "backend": item.backend,
        "tokens": item.tokens,
    }


def _certificate(certificate: Certificate) -> Json:
    return {
        "kind": certificate.kind.name,
        "claim": certificate.claim,
        "values": {value.name: value.value for value in certificate.values},
    }


def _cost(row: ExportRow) -> Json:
    """Count what was asked. Seconds are left out: equal runs export equal files."""
    asked = Counter(item.source_kind for item in row.evidence)
    return {
        "rollouts": sum(item.trials or 0 for item in row.evidence),
        "judge_calls": asked[SourceKind.JUDGE],
        "tool_calls": asked[SourceKind.VERIFIER],
        "tokens": sum(item.tokens for item in row.evidence),
    }
