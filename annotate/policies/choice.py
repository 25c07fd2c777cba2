"""PolicyChoice: a policy by name with how it draws, as a user chose it for a role. Frozen data."""

from dataclasses import dataclass

from annotate.policies.base import POLICIES, PolicyFactory
from annotate.prompts import Profile, Sampling
from schemas import Role
from verifiers.spec import Spec, build


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChoice:
    """Who is asked in a role. Pickles to any process; equal specs share one open policy."""

    spec: Spec
    """The policy, as `name(key=value)`."""
    temperature: float | None = None
    """Instead of the profile's; None keeps that."""
    top_p: float | None = None
    """Instead of the profile's; None keeps that."""
    max_tokens: int | None = None
    """Tokens of one completion at most, instead of the profile's; None keeps that."""

    def factory(self) -> PolicyFactory:
        """Return the policy before it is open.

        Raises:
            RegistryError: If there is no such policy, or it does not take the arguments.
        """
        return build(POLICIES, self.spec)

    def sampling(self, profile: Profile, role: Role) -> Sampling:
        """Return how the policy draws in a role: the profile's way, with what was chosen."""
        if role is Role.JUDGE:  # overrides are for rollouts: a judge keeps its own manner
            return profile.judge_sampling
        base = profile.sampling
        return Sampling(
            temperature=base.temperature if self.temperature is None else self.temperature,
            top_p=base.top_p if self.top_p is None else self.top_p,
            top_k=base.top_k,
            max_tokens=base.max_tokens if self.max_tokens is None else self.max_tokens,
        )
