"""Prompt: what a policy is shown, rendered; Sampling: how it is to draw. Pure."""

from dataclasses import asdict, dataclass

from schemas import Json, canonical_json


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTurn:
    """One message of a chat."""

    role: str
    """`system`, `user` or `assistant`."""
    text: str
    """Content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Either a raw text to be continued, or a chat. Exactly one of the two is set."""

    text: str | None = None
    """Raw form: the completion begins right after the last character."""
    turns: tuple[ChatTurn, ...] = ()
    """Chat form. Where the last turn is the assistant's, that message is to be *continued*."""
    stop: tuple[str, ...] = ()
    """A completion ends before the first of these texts."""

    @property
    def continued(self) -> str:
        """The assistant's text that the completion goes on from; empty where it starts afresh."""
        return self.turns[-1].text if self.turns and self.turns[-1].role == "assistant" else ""

    def as_json(self) -> Json:
        """Return what identifies the prompt, as part of a ledger key."""
        turns: list[Json] = [[turn.role, turn.text] for turn in self.turns]
        return [self.text, turns, list(self.stop)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How completions are drawn."""

    temperature: float = 1.0
    """Divides the logits; 0 takes the likeliest token."""
    top_p: float = 1.0
    """Least probability mass that is drawn from, in (0, 1]."""
    top_k: int = 0
    """Likeliest tokens that are drawn from; 0 means all."""
    max_tokens: int = 1024
    """Tokens generated at most, >= 1."""

    @property
    def canonical(self) -> str:
        """Canonical JSON, as the ledger key and the rollouts table hold it."""
        return canonical_json(asdict(self))
