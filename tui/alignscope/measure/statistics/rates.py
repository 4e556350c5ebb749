"""Rates: shares of replies, with one reply a prompt or several."""

import math
import statistics
from collections.abc import Sequence

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.estimate import Estimate, Spanned, estimate
from alignscope.measure.statistics.quantiles import LEVEL, normal_quantile, t_quantile

Trials = tuple[float, int]
"""Of one prompt: how many replies have it, and how many replies there are. A tie may count as half a reply."""


def rate(prompts: Sequence[Trials], level: float = LEVEL) -> Estimate | None:
    """Return the mean of the prompts' own rates with its interval; None without any reply.

    With one reply a prompt it is Wilson's interval. Replies to one prompt are alike, so that several are worth less
    than their number. Wilson's interval then stands on the number of independent replies that would vary as much as the
    prompts' rates do, as for surveys by clusters (Korn and Graubard 1998), at least one a prompt and at most all. One
    pseudo-prompt in the variance keeps a few equal prompts from being taken for certainty. Its coverage is in
    `tests.measure.statistics.coverage`.
    """
    asked = [(successes, replies) for successes, replies in prompts if replies]
    if not asked:
        return None
    n = len(asked)
    means = [successes / replies for successes, replies in asked]
    point = statistics.fmean(means)
    replies_each = statistics.fmean(replies for _, replies in asked)
    if n == 1 or replies_each == 1:
        lo, hi = wilson(point, n, normal_quantile((1 + level) / 2))
    else:
        effective = effective_replies(means, replies_each)
        lo, hi = wilson(point, effective, t_quantile((1 + level) / 2, n - 1))
    return estimate(point, lo, hi, n)


def effective_replies(means: Sequence[float], replies_each: float) -> float:
    """Return how many independent replies vary as much as the prompts' rates do; see `rate`.

    Args:
        means: the rates of at least two prompts.
        replies_each: mean number of replies a prompt.
    """
    n = len(means)
    point = statistics.fmean(means)
    if not 0 < point < 1:
        return float(n)
    shrunk = (n * point + 2) / (n + 4)
    variance = ((n - 1) * statistics.variance(means) + shrunk * (1 - shrunk)) / n
    return min(max(point * (1 - point) / (variance / n), float(n)), n * replies_each)


def wilson(share: float, number: float, z: float) -> Bounds:
    """Return Wilson's score interval for a share (Wilson 1927).

    Args:
        number: of independent trials; it need not be whole.
        z: the quantile: 1.96 for 95 %.
    """
    denominator = 1 + z * z / number
    middle = (share + z * z / (2 * number)) / denominator
    half = z / denominator * math.sqrt(share * (1 - share) / number + z * z / (4 * number * number))
    return Bounds(max(0.0, middle - half), min(1.0, middle + half))


def bounded_rate(prompts: Sequence[tuple[float, float, int]], level: float = LEVEL) -> Spanned | None:
    """Return a rate with undetermined replies: if none of them has it, and if all have; None without any reply.

    Args:
        prompts: of each, how many replies have it, how many are undetermined, and how many there are.
    """
    lo = rate([(found, replies) for found, _, replies in prompts], level)
    hi = rate([(found + open_, replies) for found, open_, replies in prompts], level)
    return None if lo is None or hi is None else Spanned(lo, hi)
