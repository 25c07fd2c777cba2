"""The job `check_policy`: is a policy set up so that its rollouts mean what they are taken for.

About ten short requests. Each check knows nothing of how good the model is: it compares the
model with itself. Asks the policy and nothing else; holds no state.
"""

import asyncio
from collections.abc import Sequence

from annotate.jobs.policy_check import CheckState, PolicyCheck
from annotate.jobs.policy_probes import (
    ask,
    check_continuation,
    check_judge,
    check_max_tokens,
    check_samples,
    check_stop,
    check_thinking,
    greedy,
)
from annotate.policies import Completion, Policy
from annotate.prompts import render
from schemas import Problem, Role, text_problem

CHECK_PROBLEM = text_problem(
    "Tom has 3 boxes with 4 pens in each box. He buys 2 more pens and then gives 5 pens to his "
    "sister. How many pens does Tom have now?",
    answers=("9",),
)
"""What is asked where neither the caller nor the profile has anything better."""

_FIRST_TOKENS = 96


async def check_policy(
    policy: Policy, *, problem: Problem | None = None, roles: Sequence[Role] = tuple(Role)
) -> tuple[PolicyCheck, ...]:
    """Return what was found, one row per check.

    Args:
        policy: An open policy.
        problem: What it is asked about; None takes its profile's example, or any word problem.
        roles: What it is to be used for; the judge's answer is asked for only where it is to judge.

    Raises:
        PolicyError: If it cannot be reached.

    Cost: eight or nine completions of at most 96 tokens, and one judge's opinion.
    """
    example = policy.profile.example
    problem = problem or (text_problem(example) if example else CHECK_PROBLEM)
    prompt = render(problem, "", policy.profile)
    (whole,) = await ask(policy, prompt, greedy(_FIRST_TOKENS))
    answers = _check_answer(whole, _FIRST_TOKENS)
    thinking = check_thinking(policy, whole)
    if answers.state is CheckState.FAILED:
        return (answers, *([thinking] if thinking.state is not CheckState.OK else []))
    checks = [
        check_continuation(policy, problem, whole.text),
        check_max_tokens(policy, prompt, whole.text),
        check_stop(policy, prompt, whole.text, _FIRST_TOKENS),
        check_samples(policy),
    ]
    if Role.JUDGE in roles:
        checks.append(check_judge(policy))
    found = await asyncio.gather(*checks)
    return (answers, thinking, *(row for rows in found for row in rows))


def _check_answer(whole: Completion, most: int) -> PolicyCheck:
    """Return whether there is any text at all."""
    refused = whole.finish_reason.startswith("error")
    if whole.text.strip() and not refused:
        return PolicyCheck(
            name="answers",
            state=CheckState.OK,
            message=f"{whole.tokens} tokens, finish reason {whole.finish_reason!r}.",
        )
    return PolicyCheck(
        name="answers",
        state=CheckState.FAILED,
        message=whole.finish_reason
        if refused
        else f"no text: {whole.tokens} of {most} tokens, finish reason {whole.finish_reason!r}.",
        remedy="see what is sent with `waymark preview`, and choose another --profile.",
    )
