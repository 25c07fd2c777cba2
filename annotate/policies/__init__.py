"""Policies: what completes prompts."""

from annotate.policies.base import (
    POLICIES,
    Completion,
    Policy,
    PolicyFactory,
    Request,
    Scorer,
    ScoreRequest,
    TokenScores,
    scorer_of,
)
from annotate.policies.choice import PolicyChoice
from annotate.policies.embedded import EmbeddedFactory
from annotate.policies.endpoint import Endpoint
from annotate.policies.identity import policy_row
from annotate.policies.scripted import Scripted
from annotate.policies.simulated import Simulated

__all__ = [
    "POLICIES",
    "Completion",
    "EmbeddedFactory",
    "Endpoint",
    "Policy",
    "PolicyChoice",
    "PolicyFactory",
    "Request",
    "ScoreRequest",
    "Scorer",
    "Scripted",
    "Simulated",
    "TokenScores",
    "policy_row",
    "scorer_of",
]
