"""Policies: what completes prompts."""

from annotate.policies.base import POLICIES, Completion, Policy, PolicyFactory, Request
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
    "Scripted",
    "Simulated",
    "policy_row",
]
