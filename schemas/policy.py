"""PolicyRow: a policy as provenance names it."""

from dataclasses import dataclass

from schemas.enums import Seeding


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """What a policy id stands for. Two policies that may write differently have two ids."""

    policy_id: str
    """Hash of kind, model, fingerprint and profile."""
    name: str
    """Short name, the `source` of evidence made with it: kind or model, and eight digits of the id.
    """
    kind: str
    """Registered name (`embedded`, `endpoint`)."""
    model: str
    """Model name as the engine knows it."""
    fingerprint: str
    """Hash of weights and tokenizer, or the revision; empty where the engine reports none."""
    profile: str
    """Canonical JSON of the profile: prompts, template, delimiter, stop strings."""
    seeding: Seeding
    """What it promises of seeds."""
    reproducible: bool
    """Whether the same request gives the same bytes in any batch, on one kind of machine."""
