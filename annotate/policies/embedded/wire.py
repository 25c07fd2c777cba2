"""Jobs and answers: what goes to an engine and comes back, as MessagePack. Pure."""

import msgspec


class Job(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """Completions wanted of one prompt, or scores of the end of it."""

    number: int
    """Names the answer."""
    text: str
    """Prompt."""
    stop: tuple[str, ...]
    """A completion ends before the first of these."""
    temperature: float
    """Divides the logits; 0 takes the likeliest token."""
    top_p: float
    """Least probability mass that is drawn from, in (0, 1]."""
    top_k: int
    """Likeliest tokens that are drawn from; 0 means all."""
    max_tokens: int
    """Tokens generated at most, >= 1."""
    seed: int
    """Seed of the first completion, in [0, 2**64); the i-th has the i-th after it."""
    n: int
    """How many, >= 1."""
    scored_from: int = -1
    """Bytes before what is scored, instead of completions; -1 wants completions."""


class Written(msgspec.Struct, frozen=True, array_like=True):
    """One completion."""

    text: str
    """What was written, without the stop string."""
    finish_reason: str
    """`stop`, `length`, or `error: ...`."""
    tokens: int
    """Tokens generated, the one that ended it included."""


class Answer(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What became of a job."""

    number: int
    """Of the job."""
    prompt_tokens: int
    """Length of the prompt."""
    written: list[Written]
    """In order of seeds. Shape [n]; empty where scores were wanted, but for an error."""
    scores: list[tuple[int, float, float]] = []
    """Of each token that was to be scored: its end in bytes of what is scored, log probability and
    entropy, in nats."""


class Hello(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """First word of an engine."""

    error: str
    """Why it cannot work; empty if it can."""
    reproducible: bool
    """Whether it found that on this machine a row's bits do not depend on the batch."""


PACK = msgspec.msgpack.Encoder()
"""Writes any message."""
JOBS = msgspec.msgpack.Decoder(list[Job])
"""Reads what an engine is sent."""
ANSWERS = msgspec.msgpack.Decoder(list[Answer])
"""Reads what an engine sends."""
HELLO = msgspec.msgpack.Decoder(Hello)
"""Reads what an engine sends first."""
