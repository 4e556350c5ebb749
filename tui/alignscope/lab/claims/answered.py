"""The answer to a claim, with the figures that it stands on, as it is kept in a run's files."""

import msgspec

from alignscope.measure.statistics.margins import Direction
from alignscope.measure.statistics.verdicts import Verdict

Ends = tuple[float | None, float | None]
"""Least and greatest value; None for one that nothing bounds."""


class CellFigure(msgspec.Struct, frozen=True, kw_only=True):
    """A measure of one model, asked in one way, over the prompts of one kind."""

    label: str
    value: Ends
    interval: Ends | None
    prompts: int
    replies: int
    undetermined: int = 0


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison that a claim stands on, or one beside it."""

    says: str
    """The part of the claim, as a sentence."""
    measure: str
    label: str
    """The measure's."""
    unit: str
    direction: Direction
    margin: float
    """In the measure's own unit: of a share, 0.1 for 10 percentage points."""
    decides: bool
    """Whether the claim's answer depends on it; others are exploratory."""
    verdict: Verdict
    why: str
    """Why it can't be told, or on which side a difference lies that there shouldn't be; else ""."""
    cells: tuple[CellFigure, ...] = ()
    """What is compared, then what with; of a difference of differences all four."""
    value: Ends = (None, None)
    interval: Ends | None = None
    """Of 95 %, over items: prompts, or pairs of prompts about one thing."""
    items: int = 0
    enough: int | None = None
    """About how many items would tell, where these don't and more could."""
    wins: int = 0
    """Items on which the first has more."""
    ties: int = 0
    losses: int = 0
    undecided: int = 0
    p: float | None = None
    """Two-sided, against the margin; the interval excludes what it is small against."""
    p_holm: float | None = None
    """Adjusted for the claim's other comparisons."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A claim with its answer."""

    name: str
    says: str
    """The claim, as a sentence."""
    heard: str
    """Where it comes from."""
    verdict: Verdict
    how: str
    """How it was decided."""
    parts: tuple[Compared, ...]
    shows_not: tuple[str, ...]
    """What the answer must not be taken for."""
