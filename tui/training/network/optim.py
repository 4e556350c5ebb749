"""How weights move: Muon for the matrices inside, AdamW for the rest, one shape of learning rate for both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from training.network.model import Model


def orthogonalised(stack: Tensor, steps: int = 5) -> Tensor:
    """Nearly the nearest orthogonal matrix of each matrix in a stack, by Newton–Schulz iteration.

    The coefficients are those of Keller Jordan's Muon (2024); singular values end between 0.7 and 1.2.
    """
    x = stack.bfloat16()
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return (x.mT if tall else x).to(stack.dtype)


class Muon(torch.optim.Optimizer):
    """Momentum whose update is orthogonalised. Matrices of one shape go through it as one stack.

    A parameter may hold several matrices one below the other (`parts`): each is taken by itself.
    """

    def __init__(self, weights: Iterable[tuple[nn.Parameter, int]], lr: float, momentum: float = 0.95) -> None:
        groups = [{"params": [weight], "parts": parts} for weight, parts in weights]
        super().__init__(groups, {"lr": lr, "momentum": momentum, "parts": 1})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:
        stacks: dict[tuple[int, ...], list[tuple[nn.Parameter, Tensor, float]]] = defaultdict(list)
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                average = state.setdefault("momentum", torch.zeros_like(weight))
                average.lerp_(weight.grad, 1 - group["momentum"])
                ahead = weight.grad.lerp(average, group["momentum"])
                parts = ahead.view(group["parts"], -1, weight.shape[1])
                stacks[tuple(parts.shape[1:])].append((weight, parts, group["lr"]))
        for (rows, columns), members in stacks.items():
            updates = orthogonalised(torch.cat([parts for _, parts, _ in members]))
            scale = max(1.0, rows / columns) ** 0.5
            for (weight, _, lr), update in zip(
                members, updates.split([len(parts) for _, parts, _ in members]), strict=True
            ):
                weight.add_(update.reshape(weight.shape), alpha=-lr * scale)


class Optimizers:
    """Both optimizers as one thing that is stepped, scheduled and saved."""

    def __init__(self, model: Model, *, lr: float, muon_lr: float | None) -> None:
        matrices: list[tuple[nn.Parameter, int]] = []
        rest: list[nn.Parameter] = []
        for name, weight in model.named_parameters():
            if muon_lr is not None and weight.ndim == 2 and "embed" not in name:
                matrices.append((weight, 3 if "qkv" in name else 2 if "gate_up" in name else 1))
            else:
                rest.append(weight)
        self.all: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(rest, lr=lr, betas=(0.9, 0.95), weight_decay=0.0, fused=True)
        ]
        if muon_lr is not None:
            self.all.append(Muon(matrices, lr=muon_lr))
        self._peaks = [optimizer.param_groups[0]["lr"] for optimizer in self.all]

    def step(self, factor: float) -> None:
        """Move the weights by `factor` of the peak learning rate and clear the gradients."""
        for optimizer, peak in zip(self.all, self._peaks, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = peak * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    def state(self) -> list[dict[str, Any]]:
        return [optimizer.state_dict() for optimizer in self.all]

    def restore(self, state: list[dict[str, Any]]) -> None:
        for optimizer, saved in zip(self.all, state, strict=True):
            optimizer.load_state_dict(saved)


def warm_stay_decay(step: int, steps: int, *, warm: int = 60, decay: float = 0.45) -> float:
    """Share of the peak learning rate at a step: up over `warm` steps, level, down over the last `decay` of them."""
    warm = max(1, min(warm, steps // 4))
    up = (step + 1) / warm
    down = (steps - step) / max(1.0, decay * steps)
    return min(1.0, up, down)
