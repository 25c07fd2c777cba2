"""Seats: the policies of a worker, opened once, by role."""

import asyncio
from collections.abc import Mapping

from annotate.ledger import Seat, make_seat
from annotate.policies import Policy, PolicyChoice
from schemas import Role
from verifiers.spec import Spec


class Seats:
    """Policies by role. Not frozen: opens them when first asked. Equal specs share one policy."""

    def __init__(self, choices: Mapping[Role, PolicyChoice], *, cores: int) -> None:
        """Remember who was chosen.

        Args:
            choices: Who is asked as what.
            cores: How many cores engines on this machine may use, >= 1.
        """
        self._choices = dict(choices)
        self._cores = cores
        self._policies: dict[Spec, Policy] = {}
        self._opening = asyncio.Lock()

    async def open(self) -> dict[Role, Seat]:
        """Return the open policies.

        Raises:
            PolicyError: If one cannot be reached or started.
        """
        async with self._opening:
            for choice in self._choices.values():
                if choice.spec not in self._policies:
                    factory = choice.factory()
                    self._policies[choice.spec] = await factory.open(cores=self._cores)
        return {
            role: make_seat(
                self._policies[choice.spec],
                choice.sampling(self._policies[choice.spec].profile, role),
            )
            for role, choice in self._choices.items()
        }

    async def aclose(self) -> None:
        """Close what is open."""
        policies, self._policies = list(self._policies.values()), {}
        await asyncio.gather(*(policy.aclose() for policy in policies))
