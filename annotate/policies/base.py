"""What a policy is: it completes prompts, in batches, and says what it promises of seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from annotate.prompts import Profile, Prompt, Sampling
from schemas import PolicyRow
from verifiers.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Ask for `n` completions of one prompt: a contiguous range of ordinals of one ledger key."""

    prompt: Prompt
    """What is continued."""
    sampling: Sampling
    """How completions are drawn."""
    seed: int
    """Seed of the first completion wanted; the i-th has `seed + i`."""
    n: int
    """How many, >= 1."""
    affinity: str = ""
    """Requests with equal affinity (a problem's id) are best served by one engine: they share
    prefixes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One completion as the engine gave it."""

    text: str
    """What was written after the prompt, stop string excluded."""
    finish_reason: str
    """`stop`, `length`, or what the engine says."""
    prompt_tokens: int
    """Length of the prompt in tokens."""
    tokens: int
    """Tokens generated, >= 0."""


@runtime_checkable
class Policy(Protocol):
    """An open policy: an engine or a connection, in one process."""

    @property
    def row(self) -> PolicyRow:
        """What its id stands for."""

    @property
    def profile(self) -> Profile:
        """How it is spoken to."""

    async def complete(self, request: Request) -> Sequence[Completion]:
        """Return `request.n` completions, in order of ordinals. Many calls are under way at once.

        Raises:
            PolicyError: If the engine cannot answer: after its own retries, for this request.
        """

    async def aclose(self) -> None:
        """Give back what it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRequest:
    """Ask how likely a text is after a prompt."""

    prompt: Prompt
    """What stands before it."""
    text: str
    """What is scored."""
    affinity: str = ""
    """See `Request.affinity`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenScores:
    """How likely the tokens of a text were, by the policy's own distribution at temperature 1.

    The tokens are those of prompt and text read as one. One that reaches over the beginning of the
    text belongs to it.
    """

    ends: tuple[int, ...] = ()
    """[n_tokens] Characters of the text up to the end of each token, ascending."""
    logprobs: tuple[float, ...] = ()
    """[n_tokens] Log probability of each token given all before it, in nats, <= 0."""
    entropies: tuple[float, ...] = ()
    """[n_tokens] Entropy of the distribution that each token is one draw of, in nats, >= 0; a lower
    bound where a policy says so."""
    error: str = ""
    """Why there are none, of this text; empty where there are."""


@runtime_checkable
class Scorer(Protocol):
    """A policy that can also score text: what not every engine offers."""

    @property
    def scores(self) -> bool:
        """Whether it can, spoken to as it is."""

    async def score(self, request: ScoreRequest) -> TokenScores:
        """Return the scores of a text. Many calls are under way at once; nothing is generated.

        Raises:
            PolicyError: If the engine cannot score at all.
        """


def scorer_of(policy: Policy) -> Scorer | None:
    """Return a policy as one that scores text; None if it cannot."""
    return policy if isinstance(policy, Scorer) and policy.scores else None


@runtime_checkable
class PolicyFactory(Protocol):
    """A policy before it is open: a frozen dataclass of primitives that pickles to any process."""

    async def open(self, *, cores: int) -> Policy:
        """Start the engine or the connection.

        Args:
            cores: How many cores an engine on this machine may use, >= 1.

        Raises:
            PolicyError: If it cannot be reached or started; the line says what to do.
        """


POLICIES: Registry[PolicyFactory] = Registry("policy", group="waymark.policies")
"""Policies, by name."""
