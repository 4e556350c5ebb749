"""Differences between two panes, paired by prompt."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.estimate import LEAST_PROMPTS, Estimate, Spanned, estimate
from alignscope.measure.statistics.means import bounded_mean, mean
from alignscope.measure.statistics.quantiles import LEVEL, t_quantile

PSEUDO: Final = (0.5, -0.5)
"""Differences of two prompts that were never asked. They keep a few equal prompts from being taken for certainty."""
_POWER: Final = 0.8
_TIE: Final = 1e-12
"""Differences of means up to this are rounding."""
PromptT = TypeVar("PromptT")


class Outcomes(NamedTuple):
    """The number of prompts on which the first pane has more, less, or as much."""

    wins: int
    losses: int
    ties: int


class Pairs(NamedTuple):
    """The differences of two panes over the prompts that both have."""

    differences: list[float]
    """First less second, of the means over replies."""
    only_first: int
    """Number of prompts that only the first has, which are left out."""
    only_second: int


def pair(first: Mapping[PromptT, float], second: Mapping[PromptT, float]) -> Pairs:
    """Return the differences of two panes' means, by prompt."""
    both = [key for key in first if key in second]
    return Pairs([first[key] - second[key] for key in both], len(first) - len(both), len(second) - len(both))


def outcomes(differences: Sequence[float], tolerance: float = _TIE) -> Outcomes:
    """Count wins, losses and ties; a difference up to the tolerance is a tie."""
    wins = sum(each > tolerance for each in differences)
    losses = sum(each < -tolerance for each in differences)
    return Outcomes(wins, losses, len(differences) - wins - losses)


def difference(differences: Sequence[float], level: float = LEVEL) -> Estimate | None:
    """Return the mean of paired differences of numbers, with Student's interval; None without any."""
    return mean(differences, level)


def rate_difference(differences: Sequence[float], level: float = LEVEL) -> Estimate | None:
    """Return the mean of paired differences of rates, with its interval; None without any.

    The interval is Student's over the differences and two pseudo-prompts, of +1/2 and -1/2, in the spirit of Bonett and
    Price 2012. Student's alone is far too narrow where most prompts don't differ. The point is the plain mean, so the
    interval is not quite centred on it. Its coverage is in `tests.measure.statistics.coverage`.
    """
    if not differences:
        return None
    n = len(differences)
    half = t_quantile((1 + level) / 2, n - 1) * _error([*differences, *PSEUDO]) if n > 1 else 1.0
    middle = math.fsum(differences) / (n + len(PSEUDO))
    return estimate(statistics.fmean(differences), max(-1.0, middle - half), min(1.0, middle + half), n)


def bounded_difference(differences: Sequence[Bounds], *, rates: bool, level: float = LEVEL) -> Spanned | None:
    """Return the means of the bounds of paired differences, each with its interval; None without any."""
    if not rates:
        return bounded_mean(differences, level)
    lo, hi = (rate_difference(each, level) for each in ([d.lo for d in differences], [d.hi for d in differences]))
    return None if lo is None or hi is None else Spanned(lo, hi)


def smallest_effect(differences: Sequence[float], *, rates: bool, level: float = LEVEL) -> float | None:
    """Return about the smallest true difference whose interval would leave out 0 in four of five such runs.

    It is itself estimated from the spread, so two digits are the most to show. None for too few prompts (Bloom 1995).
    """
    n = len(differences)
    if n < LEAST_PROMPTS:
        return None
    # Pseudo-prompts pull the mean towards 0, so the true difference has to be greater by as much.
    values = [*differences, *PSEUDO] if rates else differences
    return effect_seen(statistics.stdev(values), n, rates=rates, level=level)


def effect_seen(deviation: float, prompts: int, *, rates: bool, level: float = LEVEL) -> float:
    """Return about the smallest distance of a true difference from a bound that four of five runs would see.

    Args:
        deviation: standard deviation of the values that the interval stands on: for rates with the pseudo-prompts.
        prompts: number of prompts, 2 or more.
    """
    values = prompts + len(PSEUDO) if rates else prompts
    error = deviation / math.sqrt(values) * values / prompts
    return (t_quantile((1 + level) / 2, prompts - 1) + t_quantile(_POWER, prompts - 1)) * error


def _error(values: Sequence[float]) -> float:
    """Return the standard error of a mean."""
    return statistics.stdev(values) / math.sqrt(len(values))
