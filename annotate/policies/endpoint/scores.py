"""Scores of a prompt's end, as the completions API tells them with `echo`. Pure.

Entropies are lower bounds: a server tells the likeliest tokens alone, and what they leave of the
mass is counted as one token.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate

import msgspec

from annotate.policies.base import TokenScores
from annotate.policies.endpoint.replies import ERROR, BadReplyError
from schemas import Json

LIKELIEST = 5
"""Likeliest tokens asked for: what OpenAI's protocol allows at most."""

_NOT_TOLD = f"{ERROR}the server tells no log probabilities of a prompt"
_OTHER_TEXT = f"{ERROR}the server's tokens do not add up to the text"


class _Logprobs(msgspec.Struct):
    tokens: list[str]
    token_logprobs: list[float | None]
    top_logprobs: list[dict[str, float] | None] | None = None


class _Choice(msgspec.Struct):
    logprobs: _Logprobs | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None


class _Reply(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


def score_body(before: str, text: str, *, model: str) -> dict[str, Json]:
    """Return the JSON that asks for the scores of a text; one token is generated, and left out."""
    return {
        "model": model,
        "prompt": before + text,
        "echo": True,
        "logprobs": LIKELIEST,
        "max_tokens": 1,  # not every server takes 0
        "temperature": 0,
    }


def scores_of(value: Json, text: str) -> TokenScores:
    """Return the scores in a server's answer.

    Raises:
        BadReplyError: If it is not of the protocol's form.
    """
    try:
        reply = msgspec.convert(value, _Reply)
    except msgspec.ValidationError as error:
        raise BadReplyError(str(error)) from error
    told = reply.choices[0].logprobs if reply.choices else None
    if told is None or not told.top_logprobs:
        return TokenScores(error=_NOT_TOLD)
    if not len(told.tokens) == len(told.token_logprobs) == len(told.top_logprobs):
        raise BadReplyError("logprobs: its lists are not equally long.")
    asked = reply.usage.prompt_tokens if reply.usage else None
    n = len(told.tokens) - 1 if asked is None else min(asked, len(told.tokens))
    # From the end: what a server puts before the prompt is its own affair.
    behind = list(accumulate(map(len, reversed(told.tokens[:n])), initial=0))
    first = n - next((i for i, length in enumerate(behind) if length >= len(text)), n)
    if not "".join(told.tokens[first:n]).endswith(text):
        return TokenScores(error=_NOT_TOLD if n <= 1 else _OTHER_TEXT)
    places = [i for i in range(first, n) if told.token_logprobs[i] is not None]
    return TokenScores(
        ends=tuple(len(text) - behind[n - 1 - i] for i in places),
        logprobs=tuple(told.token_logprobs[i] or 0.0 for i in places),
        entropies=tuple(_entropy(told.top_logprobs, i) for i in places),
    )


def _entropy(top: Sequence[Mapping[str, float] | None], place: int) -> float:
    shares = [math.exp(logprob) for logprob in (top[place] or {}).values()]
    rest = max(0.0, 1.0 - sum(shares))
    return sum(-share * math.log(share) for share in (*shares, rest) if share > 0)
