"""From random weights to a model that continues pages of the made-up web."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.corpus.data import Corpus
from training.network.model import Config, Model
from training.network.optim import Optimizers, warm_stay_decay
from training.stages.loop import Machine, Run


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to train. Every step sees `batch` tokens, in windows of `short` and at the end of `long` tokens."""

    steps: int
    batch: int = 4096
    short: int = 256
    long: int = 1024
    long_share: float = 0.15
    """Share of the steps, the last ones, in which the model learns to use its whole context."""
    lr: float = 4e-3
    muon_lr: float | None = 0.02
    warm: int = 60
    decay: float = 0.45
    """Steps in which the rate rises, and the share of the steps, the last ones, in which it falls."""


def pretrain(
    folder: Path, begun: Config | Model, plan: Plan, machine: Machine, seed: int, *, resume: bool, name: str = "text"
) -> Model:
    """Train on `folder/corpus.bin`, from random weights or on from a model's; checkpoints and curve are put there."""
    torch.manual_seed(seed)
    model = (begun if isinstance(begun, Model) else Model(begun)).to(machine.device)
    optimizers = Optimizers(model, lr=plan.lr, muon_lr=plan.muon_lr)
    corpus = Corpus(folder / "corpus.bin", seed)
    run = Run(folder, name, plan.steps, model, optimizers, resume=resume)
    compute = machine.loss(model, (plan.short, plan.long))
    for step in run:
        length = plan.long if step >= plan.steps * (1 - plan.long_share) else plan.short
        ids, targets = machine.put(*corpus.batch(step * plan.batch, plan.batch // length, length))
        with machine.autocast():
            loss = compute(ids, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizers.step(warm_stay_decay(step, plan.steps, warm=plan.warm, decay=plan.decay))
        figures: dict[str, Tensor | float] = {"loss": loss, "tokens": float((step + 1) * plan.batch)}
        if (step + 1) % 250 == 0 or step + 1 == plan.steps:
            figures["validation"] = _validate(model, corpus, machine)
        run.log(step, **figures)
    return model


@torch.no_grad()
def _validate(model: Model, corpus: Corpus, machine: Machine) -> float:
    ids, targets = machine.put(*corpus.validation(32, 256))
    with machine.autocast():
        losses = [model.loss(*part).item() for part in zip(ids.split(8), targets.split(8), strict=True)]
    return sum(losses) / len(losses)
