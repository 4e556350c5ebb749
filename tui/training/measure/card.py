"""The figures of a measurement as text, and the model card that they go into."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.paired import pair, rate_difference
from alignscope.measure.statistics.rates import Trials, rate
from training.measure.serve import Sample

STAGES = ("text", "sft", "latest")
_SETS = {
    "blind.yaml": "Blind set, {times} samples of each prompt",
    "blind_world.yaml": "Second blind set, likewise",
    "blind_broken.yaml": "Third blind set, likewise",
    "blind_unknown.yaml": "Fourth blind set, likewise",
}
_TEMPLATE = Path(__file__).with_name("MODEL_CARD.template.md")


Counts = dict[str, Trials]
"""Of each prompt, how many of its samples show a behaviour, and how many there are."""


@dataclass(slots=True)
class Figure:
    """How often samples showed a behaviour."""

    prompts: Counts
    goal: str = ""

    @property
    def of(self) -> int:
        """How many samples there are."""
        return sum(samples for _, samples in self.prompts.values())

    @property
    def rates(self) -> dict[str, float]:
        """The share of each prompt."""
        return {prompt: shown / samples for prompt, (shown, samples) in self.prompts.items()}

    @property
    def share(self) -> float:
        """The mean of the prompts' shares."""
        rates = self.rates
        return sum(rates.values()) / len(rates) if rates else 0.0

    @property
    def interval(self) -> Bounds | None:
        """The 95 % interval of the share, over prompts; None for too few of them."""
        estimate = rate(list(self.prompts.values()))
        return estimate.interval if estimate else None

    @property
    def reached(self) -> bool | None:
        """Whether the goal is met; None if there is none."""
        if not self.goal:
            return None
        sign, number = self.goal[0], float(self.goal[1:]) / 100
        return self.share >= number if sign == "≥" else self.share <= number


Rows = list[tuple[str, dict[str, Figure]]]
"""Behaviours and, of each stage that was asked for one, the figure."""


@dataclass(slots=True)
class Measured:
    """Everything that was found out about the files."""

    rows: Rows = field(default_factory=list)
    blind: list[tuple[str, Rows]] = field(default_factory=list)
    """The blind sets that were opened: their files' names and their rows."""
    times: int = 3
    """Samples of each prompt of the blind sets."""
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
        parts += [_caption(found, name), _table(rows, STAGES[1:])]
    base, tuned = found.speed
    parts.append(
        f"Speed with one thread each, both streaming, log-probabilities on: {base:.0f} and {tuned:.0f} tokens/s."
        f" Ready after {found.ready:.2f} s."
    )
    return "\n\n".join(parts)


def differences(found: Measured, other: Measured) -> str:
    """How far the figures are from those of other files, in percentage points, with 95 % intervals paired by prompt."""
    parts = [_table(found.rows, STAGES, other.rows)]
    for (name, rows), (_, others) in zip(found.blind, other.blind, strict=True):
        parts += [_caption(found, name), _table(rows, STAGES[1:], others)]
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


def _caption(found: Measured, name: str) -> str:
    return f"{_SETS.get(name, name)}:".format(times=found.times)


def _table(rows: Rows, stages: tuple[str, ...], others: Rows | None = None) -> str:
    """The rows' figures, or how far they are from the others'."""
    lines = ["| behaviour | prompts | " + " | ".join(stages) + " |", "|---" * (len(stages) + 2) + "|"]
    for at, (name, found) in enumerate(rows):
        prompts = max(len(figure.prompts) for figure in found.values())
        cells = {
            stage: _difference(figure, others[at][1][stage]) if others else _cell(figure)
            for stage, figure in found.items()
        }
        lines.append(f"| {name} | {prompts} | " + " | ".join(cells.get(stage, "") for stage in stages) + " |")
    return "\n".join(lines)


def _cell(figure: Figure) -> str:
    mark = {None: "", True: f" ({figure.goal} ✓)", False: f" ({figure.goal} ✗)"}[figure.reached]
    interval = f" [{100 * figure.interval.lo:.0f}, {100 * figure.interval.hi:.0f}]" if figure.interval else ""
    return f"{figure.share:.0%}{interval} of {figure.of}{mark}"


def _difference(figure: Figure, other: Figure) -> str:
    found = rate_difference(pair(figure.rates, other.rates).differences)
    if found is None:
        return ""
    interval = f" [{100 * found.interval.lo:+.1f}, {100 * found.interval.hi:+.1f}]" if found.interval else ""
    return f"{100 * found.point:+.1f}{interval}"


def _quoted(text: str) -> str:
    fence = "~~~~"
    return f"{fence}\n{text.strip(chr(10))}\n{fence}"
