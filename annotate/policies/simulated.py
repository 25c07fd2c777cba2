"""Policy `simulated`: the solver of the simulated world, for tests and measurements.

It answers at once, or after a given delay, and depends on the request alone.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotate.policies.base import POLICIES, Completion, Policy, Request
from annotate.policies.identity import policy_row
from annotate.prompts import Profile
from annotate.worlds.simulated import DELIMITER, SimulatedWorld, count_tokens
from schemas import InvalidArgumentError, PolicyError, PolicyRow, Seeding, canonical_json

PROFILE = Profile(
    name="simulated",
    raw=True,
    problem_template="{problem}" + DELIMITER,
    delimiter=DELIMITER,
    answer_cue="The answer is {answer}.",
)
"""The question, a blank line, the solution."""


@POLICIES.register("simulated")
@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """The simulated world's solver, before it is open."""

    seed: int = 0
    """Seed of the world."""
    recovery: float = 0.02
    """Share of completions of wrong prefixes that reach the right answer, in [0, 1]."""
    delay_s: float = 0.0
    """Seconds that each call takes, >= 0."""
    log: str = ""
    """File that each answered call adds a line to, its seed and its number of completions: what was
    paid for, whatever becomes of it. Empty for none."""

    async def open(self, *, cores: int = 1) -> Policy:
        """Return the policy; there is nothing to start, on however many cores.

        Raises:
            InvalidArgumentError: If a number is outside its range.
        """
        del cores
        if self.delay_s < 0:
            raise InvalidArgumentError(f"delay_s={self.delay_s!r} must be at least 0 seconds.")
        world = SimulatedWorld(seed=self.seed, recovery=self.recovery)
        return OpenSimulated(world=world, delay_s=self.delay_s, log=self.log)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSimulated:
    """The open policy. Holds nothing that must be given back."""

    world: SimulatedWorld
    """What it knows and how it errs."""
    delay_s: float
    """Seconds that each call takes."""
    log: str = ""
    """File that each answered call adds a line to; empty for none."""

    @property
    def row(self) -> PolicyRow:
        """What its id stands for; the delay changes nothing that it writes."""
        return policy_row(
            "simulated",
            model="simulated",
            fingerprint=canonical_json([self.world.seed, self.world.recovery]),
            profile=PROFILE,
            seeding=Seeding.PER_ROLLOUT,
            reproducible=True,
        )

    @property
    def profile(self) -> Profile:
        """How it is spoken to."""
        return PROFILE

    async def complete(self, request: Request) -> Sequence[Completion]:
        """Return `request.n` completions, in order of ordinals.

        Raises:
            PolicyError: If the prompt is none of the simulated world's.
        """
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        text = request.prompt.text or ""
        question, _, prefix = text.partition(DELIMITER)
        try:
            texts = [
                self.world.complete(question, prefix, request.seed + i) for i in range(request.n)
            ]
        except InvalidArgumentError as error:
            raise PolicyError(
                f"the policy 'simulated' continues its own problems: {error}"
            ) from error
        if self.log:
            _note(self.log, request)
        length = count_tokens(text)
        return [
            Completion(
                text=text, finish_reason="stop", prompt_tokens=length, tokens=count_tokens(text)
            )
            for text in texts
        ]

    async def aclose(self) -> None:
        """Give back nothing: it holds nothing."""


def _note(path: str, request: Request) -> None:
    # One write of a few bytes at the end of the file: processes do not mix their lines.
    with Path(path).open("ab", buffering=0) as file:
        file.write(f"{request.seed} {request.n}\n".encode())
