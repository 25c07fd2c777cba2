"""The strategy `score_steps`: what is kept of a policy's scores, and who is not asked."""

import asyncio

import pytest

from annotate.strategies import ScoreSteps
from schemas import Scope, ScoreKind, SourceKind
from tests.annotate.strategies.scripted import Scripted, case_of, numbered, sound_until


def test_every_solution_is_scored_once_step_by_step() -> None:
    """Right ones too; no rollout is drawn."""
    context = Scripted(answer=sound_until(9), entropies={"s0": 0.1, "s1": 0.9, "r0": 0.2})
    case = case_of(numbered(2), numbered(1, "r"))
    found = asyncio.run(ScoreSteps().gather(case, context, "g"))

    assert sorted(context.scored) == ["COMPLETER: r0\n", "COMPLETER: s0\ns1\n"]
    assert {(row.scope, row.source_kind) for row in found.evidence} == {
        (Scope.STEP, SourceKind.SCORES)
    }
    means = [row for row in found.evidence if row.reason == ScoreKind.MEAN_ENTROPY.name]
    assert sorted(row.score for row in means if row.score is not None) == [0.1, 0.2, 0.9]
    assert not any(row.tokens for row in found.evidence)


def test_a_policy_that_cannot_score_is_not_asked() -> None:
    """Nothing is gathered, and nothing fails, unless scores are required."""
    context = Scripted(answer=sound_until(9), no_scores="error: a chat interface")
    found = asyncio.run(ScoreSteps().gather(case_of(numbered(2)), context, "g"))

    assert found.evidence == ()
    assert context.scored == []


@pytest.mark.parametrize("required", [True, False])
def test_only_where_required_the_job_tries_scoring_first(required: bool) -> None:  # noqa: FBT001  # a parameter
    """Before anything is paid for."""
    assert ScoreSteps(required=required).needs_scores is required
