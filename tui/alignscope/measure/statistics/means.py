"""Means over prompts, and ratios of sums."""

import math
import statistics
from collections.abc import Sequence

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.estimate import Caveat, Estimate, Spanned, estimate, skewed
from alignscope.measure.statistics.quantiles import LEVEL, t_quantile


def mean(values: Sequence[float], level: float = LEVEL) -> Estimate | None:
    """Return the mean of the prompts' means, with Student's interval (Student 1908); None without any.

    Args:
        values: of each prompt, the mean over its replies.
    """
    return _student(statistics.fmean(values), values, level) if values else None


def bounded_mean(values: Sequence[Bounds], level: float = LEVEL) -> Spanned | None:
    """Return the means of the lower and the upper bounds, each with its interval; None without any.

    Bounds that are infinite somewhere have an infinite mean, and no interval.
    """
    lo, hi = (_mean_of_bounds(each, level) for each in ([b.lo for b in values], [b.hi for b in values]))
    return None if lo is None or hi is None else Spanned(lo, hi)


def _mean_of_bounds(values: Sequence[float], level: float) -> Estimate | None:
    if all(map(math.isfinite, values)):
        return mean(values, level)
    return Estimate(math.fsum(values), None, len(values))


def ratio(prompts: Sequence[tuple[float, float]], level: float = LEVEL) -> Estimate | None:
    """Return a ratio of sums over prompts, such as tokens of a class among all tokens; None if the second sum is 0.

    Tokens of one reply depend on each other, so that only prompts are independent: the interval is Student's, on the
    residuals x - R·l over the mean of l (Cochran 1977, chapter 6).

    Args:
        prompts: of each, the counted part x and the whole l.
    """
    whole = math.fsum(length for _, length in prompts)
    if not whole:
        return None
    point = math.fsum(part for part, _ in prompts) / whole
    return _student(point, [(part - point * length) * len(prompts) / whole for part, length in prompts], level)


def _student(point: float, values: Sequence[float], level: float) -> Estimate:
    """Return an estimate with Student's interval, as wide as the values' spread asks for."""
    n = len(values)
    error = statistics.stdev(values) / math.sqrt(n) if n > 1 else 0.0
    half = t_quantile((1 + level) / 2, n - 1) * error if n > 1 else 0.0
    return estimate(point, point - half, point + half, n, *((Caveat.APPROXIMATE,) if skewed(values) else ()))
