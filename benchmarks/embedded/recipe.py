"""Recipe: what is trained on when, as a function of how much of the run is done. Pure data."""

from dataclasses import dataclass

SIZES = {2: 26, 3: 24, 4: 18, 5: 12, 6: 9, 7: 6, 8: 5}
"""Weight of each number of steps: more short stories than are asked later, for they come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """What a phase's examples are drawn from."""

    until: float
    """Share of the run at whose end the phase ends, in (0, 1]."""
    sizes: dict[int, int]
    """Weight of each number of steps."""
    judged: float
    """Share of examples that judge, of what neither drills nor looks up."""
    drilled: float
    """Share of examples that are equation drills."""
    withdrawn: float = 0.28
    """Share of solved stories with a planted mistake that is withdrawn."""
    looked_up: float
    """Share of examples that only look sentences up, of what is no drill."""


CURRICULUM = (
    Mix(until=0.04, sizes={2: 1}, judged=0.1, drilled=0.6, looked_up=0.4),
    Mix(until=0.20, sizes={2: 4, 3: 3, 4: 2}, judged=0.1, drilled=0.12, looked_up=0.4),
    Mix(until=0.60, sizes=SIZES, judged=0.15, drilled=0.08, looked_up=0.4),
    Mix(until=0.75, sizes=SIZES, judged=0.15, drilled=0.08, looked_up=0.15),
    Mix(until=1.0, sizes=SIZES, judged=0.25, drilled=0.04, looked_up=0.03),
)
"""Drills first, then short stories, then all; more judging once there is skill to judge with."""

WARM_UP = 0.01
"""Share of the run over which the rate rises from 0."""
DECAY_FROM = 0.30
"""Share of the run after which the rate falls linearly to its end."""
LAST_RATE = 0.03
"""Rate at the end, as a share of the full one."""


def mix_at(progress: float) -> Mix:
    """Return the phase at this share of the run, in [0, 1]."""
    return next((mix for mix in CURRICULUM if progress < mix.until), CURRICULUM[-1])


def rate_at(progress: float) -> float:
    """Return the learning rate at this share of the run, as a share of the full one."""
    if progress < WARM_UP:
        return max(progress / WARM_UP, 0.01)
    if progress < DECAY_FROM:
        return 1.0
    return LAST_RATE + (1 - LAST_RATE) * max(0.0, (1 - progress) / (1 - DECAY_FROM))


OWN_MIX = Mix(until=1.0, sizes=SIZES, judged=0.25, drilled=0.03, looked_up=0.03, withdrawn=0.1)
"""What the grammar gives in the second phase, beside the policy's own chains."""
OWN_JUDGED = 0.42
"""Share of own chains to judge among the examples of the second phase."""
OWN_WITHDRAWN = 0.05
"""Share of own chains with their first error taken back."""
OWN_SOLVED = 0.2
"""Share of own chains that are right, or take back all that is wrong."""
TOKENS = 4096
"""Padded tokens of a batch."""


def own_rate_at(progress: float) -> float:
    """Return the learning rate of the second phase at this share of it, as a share of the full."""
    return 0.2 * min(1.0, progress / 0.05 + 0.05) * (1 - progress) + 0.005
