"""Optimisers: Muon for the layers' matrices, AdamW for embeddings, norms and the side head."""

import torch
from torch import Tensor, nn

_NS = (3.4445, -4.7750, 2.0315)  # Keller Jordan 2024, Newton-Schulz quintic coefficients
_NS_ROUNDS = 5

DECAY = 0.3
"""Weight decay of the matrices, per unit of rate. Without it, the attention's logits grew until
every head looked at one token and looking a sentence up by its subject was no longer learned."""


def orthogonalise(matrix: Tensor) -> Tensor:
    """Return a matrix near the closest semi-orthogonal one, by Newton-Schulz in bfloat16."""
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    x = x / (x.norm() + 1e-7)
    a, b, c = _NS
    for _ in range(_NS_ROUNDS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if tall else x).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """Momentum whose update is orthogonalised, for matrices only.

    Source: Jordan 2024, "Muon: an optimizer for hidden layers in neural networks".
    """

    def __init__(self, params: list[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        """Take the matrices, the rate and the momentum (Nesterov)."""
        super().__init__(params, {"lr": lr, "momentum": momentum})

    def step(self) -> None:
        """Move every matrix that has a gradient."""
        with torch.no_grad():
            for group in self.param_groups:
                for weight in group["params"]:
                    self._move(weight, group["lr"], group["momentum"])

    def _move(self, weight: Tensor, lr: float, decay: float) -> None:
        state = self.state[weight]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(weight)
        momentum = state["momentum"].lerp_(weight.grad, 1 - decay)
        update = orthogonalise(weight.grad.lerp(momentum, decay))
        scale = max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5
        weight.mul_(1 - lr * DECAY).add_(update, alpha=-lr * scale)


def make_optimisers(
    network: nn.Module, *, matrix_lr: float = 0.02, other_lr: float = 4e-3
) -> tuple[torch.optim.Optimizer, torch.optim.Optimizer]:
    """Return Muon for the layers' matrices and AdamW for all else."""
    matrices = [p for n, p in network.named_parameters() if p.ndim > 1 and ".layers." in n]
    others = [p for n, p in network.named_parameters() if not (p.ndim > 1 and ".layers." in n)]
    adam = torch.optim.AdamW(others, lr=other_lr, betas=(0.9, 0.95), weight_decay=0.0)
    return Muon(matrices, matrix_lr), adam
