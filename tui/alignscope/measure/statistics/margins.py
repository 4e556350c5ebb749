"""Differences against a margin that was named beforehand: more than it, less, or no difference that matters."""

import math
import statistics
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.estimate import LEAST_PROMPTS
from alignscope.measure.statistics.paired import PSEUDO, effect_seen
from alignscope.measure.statistics.quantiles import t_probability

_MOST_PROMPTS: Final = 100_000
"""More can't be asked, so it is as if no number would do."""


class Direction(StrEnum):
    """The direction of a claimed difference, with a margin m of 0 or more."""

    MORE = "more"
    """It is above m; below m speaks against that."""
    LESS = "less"
    """It is below -m; above -m speaks against that."""
    SAME = "same"
    """It is between -m and m; beyond one of them speaks against that."""


class Chances(NamedTuple):
    """Two-sided p values, each below 0.05 just where the interval of 95 % lies wholly on its side of the margin."""

    holds: float
    """Of the claim: small where what was seen is hardly chance if it didn't hold."""
    fails: float
    """Of its contrary."""


def against_margin(
    differences: Sequence[Bounds], direction: Direction, margin: float, *, rates: bool
) -> Chances | None:
    """Return what paired differences say of a claim; None for too few prompts, unknown bounds, or numbers all alike.

    The tests are Student's on the values that the interval stands on: for rates with its two pseudo-prompts. A claim of
    no difference takes both one-sided tests (Schuirmann 1987). Where differences are known by bounds only, each side is
    tested on the bound that speaks less for it.
    """
    if len(differences) < LEAST_PROMPTS or not all(math.isfinite(end) for each in differences for end in each):
        return None
    more = list(PSEUDO) if rates else []
    lows, highs = [*(each.lo for each in differences), *more], [*(each.hi for each in differences), *more]
    freedom = len(differences) - 1
    if statistics.stdev(lows) == 0 or statistics.stdev(highs) == 0:
        return None

    def above(bound: float) -> float:
        return _tail(lows, bound, freedom)

    def below(bound: float) -> float:
        return _tail([-each for each in highs], -bound, freedom)

    if direction is Direction.MORE:
        return Chances(above(margin), below(margin))
    if direction is Direction.LESS:
        return Chances(below(-margin), above(-margin))
    return Chances(max(above(-margin), below(margin)), min(1.0, above(margin), below(-margin)))


def prompts_needed(differences: Sequence[Bounds], direction: Direction, margin: float, *, rates: bool) -> int | None:
    """Return about how many prompts like these would tell in four of five runs, if the difference is what it is here.

    It is the number at which the smallest effect that is seen (Bloom 1995) is the distance from the margin, and as
    uncertain as that: two digits are the most to show. None where no number would tell, since bounds lie on both sides
    of the margin, for too few prompts, and beyond 100,000.
    """
    n = len(differences)
    if n < LEAST_PROMPTS or not all(math.isfinite(end) for each in differences for end in each):
        return None
    ends = [each.lo for each in differences], [each.hi for each in differences]
    lo, hi = map(statistics.fmean, ends)
    distance = _distance(Bounds(lo, hi), direction, margin)

    def decides(prompts: int) -> bool:
        deviation = max(_deviation(each, prompts, rates=rates) for each in ends)
        return effect_seen(deviation, prompts, rates=rates) <= distance

    fewest, most = n, _MOST_PROMPTS
    if not decides(most):
        return None
    while fewest < most:
        middle = (fewest + most) // 2
        if not decides(middle):
            fewest = middle + 1
        else:
            most = middle
    return fewest


def _deviation(values: Sequence[float], prompts: int, *, rates: bool) -> float:
    """Return the standard deviation that so many values like these have, for rates with the pseudo-prompts."""
    variance = statistics.variance(values)
    if not rates:
        return math.sqrt(variance)
    # Those add their own squares, and how far the mean of all is from theirs.
    apart = len(PSEUDO) * prompts / (prompts + len(PSEUDO)) * statistics.fmean(values) ** 2
    pseudo = math.fsum(each**2 for each in PSEUDO)
    return math.sqrt(((prompts - 1) * variance + apart + pseudo) / (prompts + len(PSEUDO) - 1))


def _distance(mean: Bounds, direction: Direction, margin: float) -> float:
    """Return how far bounds lie on one side of what decides; 0 or less where they lie on both."""
    if direction is Direction.SAME:
        return max(min(margin - mean.hi, mean.lo + margin), mean.lo - margin, -margin - mean.hi)
    bound = margin if direction is Direction.MORE else -margin
    return max(mean.lo - bound, bound - mean.hi)


def _tail(values: Sequence[float], bound: float, freedom: int) -> float:
    """Return twice the chance that a mean at the bound is seen as far above it as this one, at most 1."""
    error = statistics.stdev(values) / math.sqrt(len(values))
    return min(1.0, 2 * t_probability((bound - math.fsum(values) / len(values)) / error, freedom))
