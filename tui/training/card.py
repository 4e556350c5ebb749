"""The figures of a measurement as text, and the model card that they go into."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from training.serve import Sample

STAGES = ("text", "sft", "latest")
_SETS = {
    "blind.yaml": "Blind set, three samples of each prompt",
    "blind_world.yaml": "Second blind set, likewise",
    "blind_broken.yaml": "Third blind set, likewise",
}
_TEMPLATE = Path(__file__).with_name("MODEL_CARD.template.md")


@dataclass(slots=True)
class Figure:
    """How many of the samples showed a behaviour."""

    shown: int
    of: int
    goal: str = ""

    @property
    def share(self) -> float:
        return self.shown / self.of if self.of else 0.0

    @property
    def reached(self) -> bool | None:
        """Whether the goal is met; None if there is none."""
        if not self.goal:
            return None
        sign, number = self.goal[0], float(self.goal[1:]) / 100
        return self.share >= number if sign == "≥" else self.share <= number


@dataclass(slots=True)
class Measured:
    """Everything that was found out about the files."""

    rows: list[tuple[str, dict[str, Figure]]] = field(default_factory=list)
    blind: list[tuple[str, list[tuple[str, dict[str, Figure]]]]] = field(default_factory=list)
    """The blind sets that were opened: their files' names and their rows."""
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    """Unpicked samples of each stage."""
    speed: tuple[float, float] = (0.0, 0.0)
    """Tokens per second of the base and the tuned twin while both stream."""
    ready: float = 0.0
    """Seconds until both take requests."""


def figures(found: Measured) -> str:
    """All figures as Markdown: the table of behaviours, the blind set if it was opened, speed."""
    parts = [_table(found.rows, STAGES)]
    for name, rows in found.blind:
        parts += [f"{_SETS.get(name, name)}:", _table(rows, STAGES[1:])]
    base, tuned = found.speed
    parts.append(
        f"Speed with one thread each, both streaming, log-probabilities on: {base:.0f} and {tuned:.0f} tokens/s."
        f" Ready after {found.ready:.2f} s."
    )
    return "\n\n".join(parts)


def samples(found: Measured) -> str:
    """The unpicked samples as Markdown."""
    parts = []
    for stage, said in found.samples.items():
        parts.append(f"### twin:{stage}")
        for sample in said:
            end = "" if sample.ended else " …"
            parts.append(f"Prompt:\n{_quoted(sample.prompt)}\n\nSample:\n{_quoted(sample.text + end)}")
    return "\n\n".join(parts)


def write(path: Path, found: Measured, models: Path) -> None:
    """Fill the card's template with the figures, the samples and the sizes of the files."""
    sizes = {stage: (models / f"twin-{stage}.gguf").stat().st_size / 1e6 for stage in STAGES}
    text = _TEMPLATE.read_text(encoding="utf-8")
    for name, value in {
        "{figures}": figures(found),
        "{samples}": samples(found),
        "{sizes}": ", ".join(f"`twin-{stage}.gguf` {size:.1f} MB" for stage, size in sizes.items()),
    }.items():
        text = text.replace(name, value)
    path.write_text(text, encoding="utf-8")


def _table(rows: list[tuple[str, dict[str, Figure]]], stages: tuple[str, ...]) -> str:
    lines = ["| behaviour | " + " | ".join(stages) + " |", "|---" * (len(stages) + 1) + "|"]
    for name, found in rows:
        cells = [_cell(found[stage]) if stage in found else "" for stage in stages]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(figure: Figure) -> str:
    mark = {None: "", True: f" ({figure.goal} ✓)", False: f" ({figure.goal} ✗)"}[figure.reached]
    return f"{figure.share:.0%} of {figure.of}{mark}"


def _quoted(text: str) -> str:
    fence = "~~~~"
    return f"{fence}\n{text.strip(chr(10))}\n{fence}"
