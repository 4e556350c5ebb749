"""Descriptions of plots, with the same in words for those who can't see them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from alignscope.measure.bounds import Bounds
from alignscope.model.lineup.tones import Tone
from alignscope.text.wording import counted

_NICE: Final = (1, 2, 2.5, 5, 10)
BINS: Final = 24
"""Most bars of a histogram."""
Written = Callable[[float], str]
"""Returns a value with its unit, as it is drawn at an axis."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of values, least first, and how one of them is written."""

    lo: float
    hi: float
    written: Written = "{:g}".format

    def place(self, value: float) -> float:
        """Return where on the axis a value lies, from 0 to 1; one beyond it lies at its end."""
        return min(1.0, max(0.0, (value - self.lo) / (self.hi - self.lo)))

    def ticks(self, most: int = 5) -> list[float]:
        """Return round values along the axis, at most so many."""
        rough = (self.hi - self.lo) / max(1, most - 1)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(nice * power for nice in _NICE if nice * power >= rough * (1 - 1e-9))
        first = math.ceil(self.lo / step - 1e-9)
        last = math.floor(self.hi / step + 1e-9)
        return [number * step + 0.0 for number in range(first, last + 1)]


def axis(values: Sequence[float], written: Written = "{:g}".format, *, least: float | None = None) -> Axis:
    """Return an axis with room for all values, between round ones.

    Args:
        least: a value that it has to begin at or before, such as 0.
    """
    known = [value for value in values if math.isfinite(value)] + ([] if least is None else [least])
    lo, hi = min(known, default=0.0), max(known, default=1.0)
    if hi - lo <= 1e-12 * max(abs(lo), abs(hi), 1e-12):
        hi = lo + (abs(lo) or 1.0)
    ticks = Axis(lo, hi).ticks()
    step = ticks[1] - ticks[0] if len(ticks) > 1 else hi - lo
    return Axis(math.floor(lo / step + 1e-9) * step, math.ceil(hi / step - 1e-9) * step, written)


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure in an interval plot."""

    label: str
    tone: Tone
    value: Bounds
    """Its point: both ends are the same where it is known."""
    interval: Bounds | None
    """None for too few prompts."""
    figure: str = ""
    """The figure in words, with its n."""
    more: str = ""
    """What else is to be said of it."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """Figures below one another, each with its interval."""

    title: str
    axis: Axis
    rows: tuple[Spread, ...]

    def description(self) -> str:
        """Return what there is to see."""
        return "; ".join(f"{row.label}: {' · '.join(filter(None, (row.figure, row.more)))}" for row in self.rows) + "."


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of one pane: the number of its values in each bin."""

    label: str
    tone: Tone
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Histogram:
    """The distribution of values, with the same bins for all panes. Bars are shares of each pane's own values."""

    title: str
    axis: Axis
    panes: tuple[Bars, ...]

    @property
    def bins(self) -> int:
        """Number of bins between the axis's ends."""
        return max((len(bars.counts) for bars in self.panes), default=0)

    @property
    def greatest(self) -> float:
        """The greatest share of any bin."""
        return max((count / (sum(bars.counts) or 1) for bars in self.panes for count in bars.counts), default=0) or 1.0

    def description(self) -> str:
        """Return where most values are, for each pane."""
        width = (self.axis.hi - self.axis.lo) / (self.bins or 1)
        said = []
        for bars in self.panes:
            total = sum(bars.counts)
            if not total:
                said.append(f"{bars.label}: no values")
                continue
            mode = bars.counts.index(max(bars.counts))
            lo = self.axis.written(self.axis.lo + mode * width)
            hi = self.axis.written(self.axis.lo + (mode + 1) * width)
            said.append(f"{bars.label}: {total:,} values, {max(bars.counts) / total:.0%} of them from {lo} to {hi}")
        return "; ".join(said) + "."


def histogram(
    title: str, panes: Sequence[tuple[str, Tone, Sequence[float]]], written: Written, *, bins: int = BINS
) -> Histogram:
    """Return the histogram of panes' values. Infinite ones are left out."""
    known = [(label, tone, [v for v in values if math.isfinite(v)]) for label, tone, values in panes]
    every = [value for _, _, values in known for value in values]
    along = axis(every, written, least=0.0)
    if all(value == int(value) for value in every):  # else some bins had more whole numbers than others
        step = math.ceil((along.hi - along.lo) / bins)
        bins = math.ceil((along.hi - along.lo) / step)
        along = Axis(along.lo, along.lo + step * bins, written)
    drawn = []
    for label, tone, values in known:
        counts = [0] * bins
        for value in values:
            counts[min(bins - 1, int(along.place(value) * bins))] += 1
        drawn.append(Bars(label, tone, tuple(counts)))
    return Histogram(title, along, tuple(drawn))


@dataclass(frozen=True, slots=True)
class Dots:
    """The values of one prompt's replies, for each pane."""

    label: str
    panes: tuple[tuple[str, Tone, tuple[float, ...]], ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """Prompts below one another, a dot for each reply."""

    title: str
    axis: Axis
    rows: tuple[Dots, ...]
    left_out: int = 0
    """Number of prompts that there was no room for."""

    def description(self) -> str:
        """Return how prompts differ, for each pane."""
        said = []
        for place, (label, _, _) in enumerate(self.rows[0].panes if self.rows else ()):
            means = [sum(values) / len(values) for row in self.rows if (values := row.panes[place][2])]
            if means:
                lo, hi = self.axis.written(min(means)), self.axis.written(max(means))
                said.append(f"{label}: means of {len(means):,} prompts from {lo} to {hi}")
        rest = f" {not_drawn(self.left_out)}." if self.left_out else ""
        return "; ".join(said) + "." + rest


@dataclass(frozen=True, slots=True)
class Line:
    """The values of one pane along a reply, None where nothing is known."""

    label: str
    tone: Tone
    values: tuple[Bounds | None, ...]
    replies: tuple[int, ...]
    """How many replies each value is over: later stretches hold long ones only."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A measure along replies: a value for each stretch of positions."""

    title: str
    axis: Axis
    stretches: tuple[str, ...]
    panes: tuple[Line, ...]

    def description(self) -> str:
        """Return the values of each pane, stretch by stretch."""
        said = []
        for line in self.panes:
            each = ", ".join(
                f"{stretch} {spread(value, self.axis.written)} ({replies:,} values)"
                for stretch, value, replies in zip(self.stretches, line.values, line.replies, strict=True)
            )
            said.append(f"{line.label}: {each}")
        return "; ".join(said) + "."


def not_drawn(prompts: int) -> str:
    """Return that there was no room for some prompts."""
    return f"{counted(prompts, 'more prompt')} {'is' if prompts == 1 else 'are'} not drawn"


def spread(value: Bounds | None, written: Written) -> str:
    """Return a value, with both its bounds where they are written differently; a dash where nothing is known."""
    if value is None:
        return "–"
    if not math.isfinite(value.hi):
        return f"at least {written(value.lo)}" if math.isfinite(value.lo) else "–"
    lo, hi = written(value.lo), written(value.hi)
    return lo if lo == hi else f"{lo}–{hi}"


Plot = Intervals | Histogram | Strip | Profile
