"""What every stage of the training shares: the bar, the curve, the checkpoint, and a way to stop in between."""

from __future__ import annotations

import csv
import signal
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor

from training.corpus.chats import LENGTHS, WIDE_LENGTHS
from training.network.model import Config, Model
from training.network.optim import Optimizers


class Interrupted(KeyboardInterrupt):
    """Ctrl+C; everything is saved, and `--resume` goes on from there."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the training runs and in which precision the matrices are multiplied."""

    device: torch.device
    bfloat16: bool
    compile: bool

    @classmethod
    def find(cls, device: str = "auto", threads: int | None = None, compile: bool = True) -> Machine:  # noqa: A002
        """The GPU when there is one. On a processor, bfloat16 only where it has tiles (AMX): elsewhere it is slower."""
        if threads:
            torch.set_num_threads(threads)
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        tiles = device == "cpu" and bool(torch.cpu.get_capabilities().get("amx_bf16"))
        return cls(torch.device(device), device != "cpu" or tiles, compile)

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16)

    @property
    def lengths(self) -> tuple[int, ...]:
        """Lengths that batches of chats are filled up to."""
        return LENGTHS if self.device.type == "cpu" else WIDE_LENGTHS

    def loss(self, model: Model, often: Collection[int]) -> Any:
        """`model.loss`, compiled if wanted: once for each length that comes `often`; code for any length is slow."""
        if not self.compile:
            return model.loss
        torch._dynamo.config.recompile_limit = 32
        compiled = torch.compile(model.loss, dynamic=False)
        return lambda ids, targets: (compiled if ids.shape[1] in often else model.loss)(ids, targets)

    def put(self, *tensors: Tensor) -> list[Tensor]:
        return [tensor.to(self.device, non_blocking=True) for tensor in tensors]


def save(path: Path, data: dict[str, Any]) -> None:
    """Write a checkpoint so that a crash leaves the one before it."""
    partial = path.with_suffix(".part")
    torch.save(data, partial)
    partial.replace(path)


def save_model(path: Path, model: Model) -> None:
    save(path, {"config": model.config.as_dict(), "weights": model.state_dict()})


def load_model(path: Path, device: torch.device | None = None) -> Model:
    saved = torch.load(path, map_location=device or "cpu", weights_only=True)
    model = Model(Config(**saved["config"]))
    model.load_state_dict(saved["weights"])
    return model.to(device or "cpu")


SETTLED = 20
"""Steps after which their figures are waited for."""


class Run:
    """One stage of so many steps, seen from outside: bar, curve and checkpoints.

    Iterate over it for the numbers of the steps that are left to do, and `log` each.
    """

    def __init__(
        self, folder: Path, name: str, steps: int, model: Model, optimizers: Optimizers, *, resume: bool
    ) -> None:
        self.name, self.steps = name, steps
        self._model, self._optimizers = model, optimizers
        self._checkpoint = folder / f"{name}.checkpoint"
        self._curve = folder / f"{name}.csv"
        self._rows: list[dict[str, float]] = []
        self._due: list[dict[str, Tensor | float]] = []
        self._stop = False
        self._shown: dict[str, float] = {}
        self.first = 0
        if resume and self._checkpoint.exists():
            saved = torch.load(self._checkpoint, weights_only=True)
            model.load_state_dict(saved["weights"])
            optimizers.restore(saved["optimizers"])
            self.first, self._rows = saved["step"], saved["rows"]

    def __iter__(self) -> Iterator[int]:
        columns = (TextColumn(self.name), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        saved_at = time.monotonic()
        with Progress(*columns, TimeRemainingColumn(), TextColumn("{task.fields[figures]}")) as bar, self._stoppable():
            task = bar.add_task(self.name, total=self.steps, completed=self.first, figures="")
            for step in range(self.first, self.steps):
                yield step
                if len(self._due) >= SETTLED:
                    self._settle()
                figures = "  ".join(f"{key} {value:.3f}" for key, value in self._shown.items())
                bar.update(task, completed=step + 1, figures=figures)
                if not bar.console.is_terminal and (step + 1) % 500 == 0:
                    bar.console.print(f"{self.name} {step + 1}/{self.steps}  {figures}")  # a bar would be lost in a log
                if self._stop or time.monotonic() - saved_at > 120:
                    self._save(step + 1)
                    saved_at = time.monotonic()
                if self._stop:
                    raise Interrupted(f"{self.name}: stopped after step {step + 1} of {self.steps}, saved")
        self._save(self.steps)

    def log(self, step: int, **figures: Tensor | float) -> None:
        """Keep the figures of a step for the curve; now and then they are shown beside the bar.

        What is still being calculated is waited for only then: a GPU would stand idle in between.
        """
        kept = {key: value.detach() if isinstance(value, Tensor) else value for key, value in figures.items()}
        self._due.append({"step": step, **kept})

    def _settle(self) -> None:
        waiting = [value.float() for row in self._due for value in row.values() if isinstance(value, Tensor)]
        numbers = iter(torch.stack(waiting).tolist() if waiting else [])
        for row in self._due:
            self._rows.append({key: next(numbers) if isinstance(v, Tensor) else v for key, v in row.items()})
        self._due.clear()
        self._shown = {key: value for key, value in self._rows[-1].items() if key != "step"} if self._rows else {}

    def _save(self, step: int) -> None:
        self._settle()
        save(
            self._checkpoint,
            {
                "weights": self._model.state_dict(),
                "config": self._model.config.as_dict(),
                "optimizers": self._optimizers.state(),
                "step": step,
                "rows": self._rows,
            },
        )
        write_curve(self._curve, self._rows)

    @contextmanager
    def _stoppable(self) -> Iterator[None]:
        def stop(signum: int, frame: FrameType | None) -> None:
            self._stop = True

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


def write_curve(path: Path, rows: list[dict[str, float]]) -> None:
    """Write figures as CSV, and the loss as a picture beside it."""
    if not rows:
        return
    keys = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, keys)
        writer.writeheader()
        writer.writerows(rows)
    path.with_suffix(".svg").write_text(_picture(path.stem, rows), encoding="utf-8")


def _picture(title: str, rows: list[dict[str, float]]) -> str:
    points = [(row["step"], row["loss"]) for row in rows]
    low, high = min(loss for _, loss in points), max(loss for _, loss in points)
    last = max(step for step, _ in points) or 1
    spread = (high - low) or 1.0
    line = " ".join(f"{40 + 540 * step / last:.1f},{270 - 240 * (loss - low) / spread:.1f}" for step, loss in points)
    label = 'font-family="monospace" font-size="12" fill="currentColor"'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 300" color="gray">'
        f'<text x="40" y="18" {label}>{title}: loss over {last:.0f} steps</text>'
        f'<text x="2" y="36" {label}>{high:.2f}</text><text x="2" y="274" {label}>{low:.2f}</text>'
        f'<polyline points="{line}" fill="none" stroke="currentColor"/></svg>\n'
    )
