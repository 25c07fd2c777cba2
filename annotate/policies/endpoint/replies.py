"""Answers of the OpenAI protocol as completions. Pure.

Servers differ in what they leave out: a missing token count is estimated from the text, thought
that comes in a field of its own is put back where the model wrote it, and words for why a text
ended become `stop` and `length`.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise

import msgspec

from annotate.policies.base import Completion, Request
from annotate.prompts import Profile
from schemas import Json

ERROR = "error: "
"""How the finish reason of a completion begins that the server did not make, or not to its end."""

_FINISHED = {
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "max_length": "length",
    "content_filter": f"{ERROR}content_filter",
    "abort": f"{ERROR}abort",
}
"""What servers say -> what is kept: a text that a filter or an operator cut is no wrong answer."""
_BYTES_PER_TOKEN = 4


class BadReplyError(ValueError):
    """The JSON is not what the protocol says; the message holds the path of the fault."""


class _Message(msgspec.Struct):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


class _Choice(msgspec.Struct):
    index: int = 0
    text: str | None = None
    message: _Message | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Reply(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


def completions_of(value: Json, request: Request, profile: Profile) -> Sequence[Completion]:
    """Return the completions in a server's answer, by their index.

    Args:
        value: The JSON.
        request: What was asked.
        profile: Whose thinking tags stand around thought.

    Raises:
        BadReplyError: If it is not of the protocol's form.
    """
    try:
        reply = msgspec.convert(value, _Reply)
    except msgspec.ValidationError as error:
        raise BadReplyError(str(error)) from error
    if not reply.choices:
        raise BadReplyError("there is no completion in it.")
    choices = sorted(reply.choices, key=lambda choice: choice.index)
    texts = [_text(choice, profile) for choice in choices]
    usage = reply.usage or _Usage()
    asked = usage.prompt_tokens
    tokens = _counts(usage.completion_tokens, choices, texts, request.sampling.max_tokens)
    return [
        Completion(
            text=text,
            finish_reason=_finish(choice.finish_reason, count, request),
            prompt_tokens=_estimate(_shown(request)) if asked is None else asked,
            tokens=count,
        )
        for choice, text, count in zip(choices, texts, tokens, strict=True)
    ]


def _text(choice: _Choice, profile: Profile) -> str:
    message = choice.message or _Message(content=choice.text)
    text = message.content or ""
    thought = message.reasoning_content or message.reasoning or ""
    if thought and profile.thinking is not None:
        opening, closing = profile.thinking
        ended = text or choice.finish_reason != "length"
        text = f"{opening}\n{thought}" + (f"\n{closing}\n\n{text}" if ended else "")
    # A lone surrogate, which JSON can express, is no text: it could be stored nowhere.
    return text.encode("utf-8", "replace").decode("utf-8")


def _counts(
    total: int | None, choices: Sequence[_Choice], texts: Sequence[str], most: int
) -> Sequence[int]:
    """Return each text's tokens; their sum is what the server counted, where it did.

    A text that the limit cut has as many as the limit; the others share the rest by length.
    """
    if total is None:
        return [_estimate(text) for text in texts]
    cut = [_FINISHED.get(c.finish_reason or "", c.finish_reason) == "length" for c in choices]
    rest = total - most * sum(cut)
    if rest < 0 or (rest > 0 and all(cut)):  # another limit cut them: that of the context
        return _shares(total, texts)
    others = iter(_shares(rest, [t for t, is_cut in zip(texts, cut, strict=True) if not is_cut]))
    return [most if is_cut else next(others) for is_cut in cut]


def _shares(total: int, texts: Sequence[str]) -> Sequence[int]:
    """Return whole shares of a total by length of text."""
    ends = list(accumulate(len(text) + 1 for text in texts))
    bounds = [0, *(round(total * end / ends[-1]) for end in ends)]
    return [after - before for before, after in pairwise(bounds)]


def _estimate(text: str) -> int:
    """Return about how many tokens a text has, where the server does not say."""
    return -(-len(text.encode()) // _BYTES_PER_TOKEN)


def _finish(reason: str | None, tokens: int, request: Request) -> str:
    if reason is None:
        return "length" if tokens >= request.sampling.max_tokens else "stop"
    return _FINISHED.get(reason.lower(), reason)


def _shown(request: Request) -> str:
    return request.prompt.text or "".join(turn.text for turn in request.prompt.turns)
