"""Training: the loop that both phases share, its loss and its log lines."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as fn

from benchmarks.embedded.batches import Batch
from benchmarks.embedded.checkpoint import save_state
from benchmarks.embedded.examples import NO_TRUTH
from benchmarks.embedded.model import Network
from benchmarks.embedded.muon import make_optimisers

TRUTH_WEIGHT = 0.3
"""Weight of the side head's loss."""
SAVE_SECONDS = 240.0
"""Longest time between two states on disk."""

_LOG_STEPS = 50
_SMOOTH = 0.98  # share of the past in the losses that are logged

Stream = Callable[[Tensor], Tensor]
"""The network's stream, compiled."""


class Progress:
    """How much of a phase is done. Mutable."""

    def __init__(self, steps: int) -> None:
        """Begin a phase of so many steps."""
        self._steps = steps
        self.step = 0

    @property
    def share(self) -> float:
        """Share of the phase, 0 at its start and 1 at its end."""
        return self.step / self._steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One stretch of training."""

    batches: Iterable[Batch]
    """What is trained on, without end."""
    progress: Progress
    """How far it is."""
    rate: Callable[[float], float]
    """The learning rate at a share of the phase, as a share of the full one."""
    state: Path
    """Where all weights are saved now and then, and at the end."""


def batch_loss(network: Network, stream: Stream, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return the weighted loss of the next tokens, and that of the side head."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = stream(batch.ids)
        logits, truths = network.logits(hidden[:, :-1]), network.truth(hidden)
    weights = batch.weights[:, 1:].flatten()
    losses = fn.cross_entropy(
        logits.float().flatten(0, 1), batch.ids[:, 1:].flatten(), reduction="none"
    )
    loss = (losses * weights).sum() / weights.sum()
    told = (batch.truths != NO_TRUTH).sum().clamp(min=1)
    off = fn.cross_entropy(
        truths.float().flatten(0, 1), batch.truths.flatten(), ignore_index=NO_TRUTH, reduction="sum"
    )
    return loss, off / told


def run_phase(network: Network, phase: Phase) -> None:
    """Train to the end of the phase; save the state on the way and at the end."""
    stream: Stream = torch.compile(network.stream, dynamic=True)
    optimisers = make_optimisers(network)
    groups = [group for optimiser in optimisers for group in optimiser.param_groups]
    full = [group["lr"] for group in groups]
    progress, means = phase.progress, [0.0, 0.0]
    started = saved = time.perf_counter()
    for batch in phase.batches:
        if progress.share >= 1:
            break
        for group, lr in zip(groups, full, strict=True):
            group["lr"] = lr * phase.rate(progress.share)
        losses = batch_loss(network, stream, batch)
        (losses[0] + TRUTH_WEIGHT * losses[1]).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        progress.step += 1
        share = min(_SMOOTH, 1 - 1 / progress.step)
        means = [
            share * mean + (1 - share) * float(loss.detach())
            for mean, loss in zip(means, losses, strict=True)
        ]
        if progress.step % _LOG_STEPS == 0:
            print(
                f"step={progress.step} share={progress.share:.3f} loss={means[0]:.4f} "
                f"truth={means[1]:.4f} seconds={time.perf_counter() - started:.0f}",
                flush=True,
            )
        if time.perf_counter() - saved > SAVE_SECONDS:
            saved = time.perf_counter()
            save_state(network, phase.state)
    save_state(network, phase.state)
