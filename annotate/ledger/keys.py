"""Keys of the ledger: which completions are the same. Pure.

DESIGN keys a completion by its prompt's token ids. The key here is the rendered prompt's text: the
tokenizer is part of the policy's id, so equal texts give equal ids, and no engine has to hand out
its tokenizer for it.
"""

from annotate.prompts import Prompt
from schemas import PROBLEM_DIGITS, content_id

_REQUEST_DIGITS = 14
_ORDINAL_DIGITS = 6

MAX_ORDINALS: int = 16**_ORDINAL_DIGITS
"""Completions of one request key, at most."""

_SEEDS: int = 2**31 - MAX_ORDINALS  # a seed and its ordinals fit 31 bits, which every server takes


def request_id(policy_id: str, prompt: Prompt, sampling: str) -> str:
    """Return what all completions of one prompt by one policy under one sampling share.

    Args:
        policy_id: The policy.
        prompt: What is continued.
        sampling: `Sampling.canonical`.
    """
    return content_id("request", [policy_id, prompt.as_json(), sampling])


def rollout_id(problem_id: str, request: str, ordinal: int) -> str:
    """Return the id of one completion. Those of a problem, and of a request, lie together."""
    return (
        problem_id[:PROBLEM_DIGITS] + request[:_REQUEST_DIGITS] + f"{ordinal:0{_ORDINAL_DIGITS}x}"
    )


def base_seed(request: str) -> int:
    """Return the seed of ordinal 0; ordinal i has `base + i`."""
    return int(request[:16], 16) % _SEEDS
