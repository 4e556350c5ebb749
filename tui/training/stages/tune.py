"""From a model that continues text to one that answers: examples first (SFT), then preferences (DPO)."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.corpus.chats import Chat, Chats, as_chat, padded, similar_lengths
from training.corpus.tokenizer import Vocabulary
from training.network.model import Model
from training.network.optim import Optimizers, warm_stay_decay
from training.stages.loop import Machine, Run
from training.types import Pair


@dataclass(frozen=True, slots=True)
class SftPlan:
    epochs: int = 1
    batch: int = 64
    lr: float = 8e-4
    muon_lr: float | None = 6e-3


def tune(
    folder: Path,
    model: Model,
    chats: Chats,
    plan: SftPlan,
    machine: Machine,
    seed: int,
    *,
    resume: bool,
    name: str = "sft",
) -> None:
    """Teach replies by example, in place. Only the reply and its end are learned, not what the user says."""
    batches: list[NDArray[np.int64]] = []
    for epoch in range(plan.epochs):
        batches += similar_lengths(chats.lengths, plan.batch, f"{name} {seed} {epoch}")
    lengths = machine.lengths
    optimizers = Optimizers(model, lr=plan.lr, muon_lr=plan.muon_lr)
    run = Run(folder, name, len(batches), model, optimizers, resume=resume)
    compute = machine.loss(model, lengths[:-1])
    for step in run:
        ids, targets = machine.put(*chats.batch(batches[step], lengths))
        with machine.autocast():
            loss = compute(ids, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizers.step(warm_stay_decay(step, run.steps, decay=0.7))
        run.log(step, loss=loss)


@dataclass(frozen=True, slots=True)
class DpoPlan:
    batch: int = 32
    lr: float = 1e-5
    beta: float = 0.1
    imitate: float = 0.2
    """Weight of the chosen reply's likelihood itself, so that replies keep their form and their end."""


def prefer(
    folder: Path,
    model: Model,
    vocabulary: Vocabulary,
    pairs: Sequence[Pair],
    plan: DpoPlan,
    machine: Machine,
    seed: int,
    *,
    resume: bool,
) -> None:
    """Direct preference optimisation (Rafailov et al., 2023) in place, against the model as it was."""
    rng = random.Random(f"dpo {seed}")
    reference = copy.deepcopy(model).eval().requires_grad_(False)
    both: list[tuple[Chat, Chat]] = []
    for pair in pairs:
        shared = rng.getrandbits(32)
        chosen, rejected = (
            as_chat(vocabulary, pair.turns, reply, random.Random(shared), 0.08 * (shared % 5 == 0))
            for reply in (pair.chosen, pair.rejected)
        )
        if max(len(chosen.ids), len(rejected.ids)) <= model.config.context:
            both.append((chosen, rejected))
    longest = np.array([max(len(one.ids), len(other.ids)) for one, other in both])
    groups = similar_lengths(longest, plan.batch, f"dpo {seed}")
    optimizers = Optimizers(model, lr=plan.lr, muon_lr=None)
    run = Run(folder, "dpo", len(groups), model, optimizers, resume=resume)
    for step in run:
        batch = [both[index] for index in groups[step]]
        ids, targets = machine.put(*padded([chosen for chosen, _ in batch] + [rejected for _, rejected in batch]))
        with machine.autocast():
            with torch.no_grad():
                before = _log_likelihoods(reference, ids, targets)
            now = _log_likelihoods(model, ids, targets)
        gain_chosen, gain_rejected = (now - before).chunk(2)
        margin = plan.beta * (gain_chosen - gain_rejected)
        words = (targets[: len(batch)] >= 0).sum()
        imitation = -now[: len(batch)].sum() / words
        loss = -functional.logsigmoid(margin).mean() + plan.imitate * imitation
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizers.step(warm_stay_decay(step, run.steps, warm=20, decay=0.7))
        run.log(
            step, loss=loss, right=(margin > 0).float().mean(), margin=margin.mean(), imitation=imitation,
        )  # fmt: skip


def _log_likelihoods(model: Model, ids: Tensor, targets: Tensor) -> Tensor:
    """Log-probability of each reply as a whole, in nats."""
    logits = model(ids).float()
    losses = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100, reduction="none")
    return -losses.view(targets.shape).sum(1)
