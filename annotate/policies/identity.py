"""The identity of a policy: a hash of everything that may change what it writes. Pure."""

from annotate.prompts import Profile
from schemas import PolicyRow, Seeding, content_id

_DIGITS = 8


def policy_row(
    kind: str,
    *,
    model: str,
    fingerprint: str,
    profile: Profile,
    seeding: Seeding,
    reproducible: bool,
) -> PolicyRow:
    """Build a policy's row under its content id.

    Args:
        kind: Registered name of the policy.
        model: Model name as the engine knows it.
        fingerprint: Hash of weights and tokenizer, or the revision; empty where there is none.
        profile: How it is spoken to.
        seeding: What it promises of seeds.
        reproducible: Whether equal requests give equal bytes in any batch.
    """
    written = profile.canonical
    policy_id = content_id("policy", [kind, model, fingerprint, written])
    return PolicyRow(
        policy_id=policy_id,
        name=f"{kind if kind == model else f'{kind} {model}'} {policy_id[:_DIGITS]}",
        kind=kind,
        model=model,
        fingerprint=fingerprint,
        profile=written,
        seeding=seeding,
        reproducible=reproducible,
    )
