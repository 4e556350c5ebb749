"""An estimate with its interval, and the rules by which a set of prompts is too small for one."""

import statistics
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from alignscope.measure.bounds import Bounds

LEAST_PROMPTS: Final = 10
"""With fewer there is no interval."""
_MANY: Final = 20
_MEAN_PROMPTS: Final = 40
_SKEWED: Final = 1.0
"""Sample skewness beyond which a mean of few prompts is far from normal."""


class Caveat(StrEnum):
    """A caveat to an interval."""

    TOO_FEW = "too few prompts"
    """There is none."""
    FEW = "few prompts"
    APPROXIMATE = "approximate"
    """Skewed figures of few prompts: intervals come out somewhat too narrow."""


class Estimate(NamedTuple):
    """A figure over prompts, with the interval that it was estimated to."""

    point: float
    interval: Bounds | None
    """None for too few prompts."""
    prompts: int
    caveats: tuple[Caveat, ...] = ()


class Spanned(NamedTuple):
    """A figure known by its bounds only, with sampling error: no point between the bounds is better than another."""

    lo: Estimate
    hi: Estimate

    @property
    def interval(self) -> Bounds | None:
        """The interval from the lower end of the lower bound's to the upper end of the upper bound's."""
        if self.lo.interval is None or self.hi.interval is None:
            return None
        return Bounds(self.lo.interval.lo, self.hi.interval.hi)


def estimate(point: float, lo: float, hi: float, prompts: int, *more: Caveat) -> Estimate:
    """Return an estimate, with the caveats that its number of prompts asks for, and no interval for too few."""
    if prompts < LEAST_PROMPTS:
        return Estimate(point, None, prompts, (Caveat.TOO_FEW,))
    few = (Caveat.FEW,) if prompts < _MANY else ()
    return Estimate(point, Bounds(lo, hi), prompts, (*few, *more))


def skewed(values: Sequence[float]) -> bool:
    """Return whether figures are so few and so skewed that their mean's interval is approximate."""
    if not 3 <= len(values) < _MEAN_PROMPTS:
        return False
    deviation = statistics.pstdev(values)
    middle = statistics.fmean(values)
    if deviation <= 1e-12 * abs(middle):
        return False
    return abs(statistics.fmean(((value - middle) / deviation) ** 3 for value in values)) > _SKEWED
