"""Policies: what completes prompts."""

from annotate.policies.base import POLICIES, Completion, Policy, PolicyFactory, Request
from annotate.policies.choice import PolicyChoice
from annotate.policies.identity import policy_row

__all__ = [
    "POLICIES",
    "Completion",
    "Policy",
    "PolicyChoice",
    "PolicyFactory",
    "Request",
    "policy_row",
]
