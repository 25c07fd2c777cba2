"""Requests as the OpenAI protocol writes them. Pure."""

import json
from collections.abc import Mapping

from annotate.policies.base import Request
from annotate.prompts import Profile
from schemas import Json

COMPLETIONS = "/completions"
"""Where raw prompts go."""
CHAT = "/chat/completions"
"""Where chats go."""


def path_of(request: Request) -> str:
    """Return where a request goes."""
    return CHAT if request.prompt.text is None else COMPLETIONS


def body_of(
    request: Request, *, model: str, profile: Profile, first: int, n: int, seeds: bool
) -> Mapping[str, Json]:
    """Return the JSON that asks for some of a request's completions.

    Args:
        request: What is asked for.
        model: Model name as the server knows it.
        profile: Whose extra fields are sent along.
        first: 0-based number of the first completion wanted.
        n: How many of them.
        seeds: Whether a seed is sent.
    """
    prompt, sampling = request.prompt, request.sampling
    body: dict[str, Json] = {
        "model": model,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
    }
    if prompt.text is None:
        body["messages"] = [{"role": turn.role, "content": turn.text} for turn in prompt.turns]
    else:
        body["prompt"] = prompt.text
    # Fields at their default are left out: strict servers refuse some of them by name.
    if sampling.top_k:
        body["top_k"] = sampling.top_k
    if n > 1:
        body["n"] = n
    if seeds:
        body["seed"] = request.seed + first
    if prompt.stop:
        body["stop"] = list(prompt.stop)
    if prompt.continued:
        body |= json.loads(profile.continue_body)
    body |= json.loads(profile.extra_body)
    return body
