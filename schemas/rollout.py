"""Rollout and Grade: a completion, and its outcome by one checker.

Kept apart, so that a better checker regrades without generating.
"""

from dataclasses import dataclass

from schemas.enums import Outcome, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """One completion of a prefix by a policy. The id hashes its ledger key."""

    rollout_id: str
    """Twelve digits of the problem's id, fourteen of the request's, and the ordinal in six."""
    request_id: str
    """Hash of (policy, rendered prompt, sampling parameters): what all ordinals share."""
    policy_id: str
    """The policy that wrote it."""
    role: Role
    """What it was first asked as."""
    sampling: str
    """Canonical JSON of the sampling parameters."""
    problem_id: str
    """The problem."""
    prefix_id: str
    """The problem and the exact text that it continues; for a judge, the text that is judged."""
    ordinal: int
    """0-based number among the completions of one request key."""
    text: str
    """What was written after the prefix."""
    finish_reason: str
    """`stop`, `length`, or what the engine says."""
    prompt_tokens: int
    """Length of the prompt in tokens."""
    tokens: int
    """Tokens generated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The outcome of a completion: a rollout, or a solution that was given."""

    completion_id: str
    """Rollout id or solution id."""
    checker: str
    """The checker: its name, with arguments where it has any."""
    checker_version: str
    """Its version: a later one may find otherwise."""
    answer: str | None
    """The final answer as extracted; null where none was found."""
    outcome: Outcome
    """How the answer compares with the accepted ones."""
    reason: str | None
    """Why, where the outcome alone does not say it."""
