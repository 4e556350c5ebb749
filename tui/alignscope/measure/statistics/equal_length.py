"""Estimate from votes how often one of two replies is preferred where both are of one length."""

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.estimate import Estimate, estimate
from alignscope.measure.statistics.quantiles import LEVEL, t_quantile

LEAST: Final = 30
"""Votes that prefer one of the two: half as many again as the ten that each of two parameters needs."""
_STEPS: Final = 100
_SAME: Final = 1e-13
Choice = tuple[bool, float]
"""Whether the one in question was preferred, and how much longer it is, by any scale on which equal lengths are 0."""


class Unknown(StrEnum):
    """The reason why there is no figure."""

    FEW = "fewer than 30 votes that prefer one"
    ONE_SIDED = "all votes are for the same one"
    SEPARATED = "votes go by length alone"
    ONE_LENGTH = "all pairs differ in length alike"


class AtEqualLength(NamedTuple):
    """A share of votes at equal length."""

    share: Estimate
    slope: float
    """Log odds of being preferred for each unit by which a reply is longer; more than 0 where longer ones are."""
    votes: int


def longer_by(length: int, other: int) -> float:
    """Return how much longer a text is than another, from -1 to 1: the difference over the sum (Li et al. 2024)."""
    return (length - other) / (length + other) if length + other else 0.0


def at_equal_length(prompts: Sequence[Sequence[Choice]], level: float = LEVEL) -> AtEqualLength | Unknown:
    """Return the share of votes at equal length: logistic(a) of the fit of logit P(preferred) = a + b·x, x = 0.

    The fit is of greatest likelihood. Votes on one prompt are alike: the interval is Student's with as many degrees of
    freedom as prompts less 1, on the logit scale, from a variance by clusters (Liang and Zeger 1986) times
    G/(G-1)·(N-1)/(N-2) for G prompts and N votes. Ties say nothing here.
    """
    asked = [choices for choices in prompts if choices]
    every = [choice for choices in asked for choice in choices]
    if len(every) < LEAST:
        return Unknown.FEW
    won, lost = ([x for preferred, x in every if preferred is side] for side in (True, False))
    if not won or not lost:
        return Unknown.ONE_SIDED
    if min(won + lost) == max(won + lost):
        return Unknown.ONE_LENGTH
    if min(won) >= max(lost) or max(won) <= min(lost):
        return Unknown.SEPARATED
    level_, slope = _fit(every)
    groups, number = len(asked), len(every)
    error = _clustered_error(asked, level_, slope) if groups > 1 else 0.0
    half = t_quantile((1 + level) / 2, groups - 1) * error if groups > 1 else 0.0
    ends = Bounds(_logistic(level_ - half), _logistic(level_ + half))
    return AtEqualLength(estimate(_logistic(level_), ends.lo, ends.hi, groups), slope, number)


def _fit(choices: Sequence[Choice]) -> tuple[float, float]:
    """Return a and b of greatest likelihood, which exist where no x separates the choices, by Newton's steps."""
    a = b = 0.0
    likelihood = _likelihood(choices, a, b)
    for _ in range(_STEPS):
        (u, v), (p, q, r) = _slopes(choices, a, b)
        determinant = p * r - q * q
        step = ((r * u - q * v) / determinant, (p * v - q * u) / determinant)
        size = 1.0
        while (better := _likelihood(choices, a + size * step[0], b + size * step[1])) < likelihood and size > _SAME:
            size /= 2
        a, b, likelihood = a + size * step[0], b + size * step[1], max(better, likelihood)
        if max(map(abs, step)) <= _SAME * (1 + abs(a) + abs(b)):
            break
    return a, b


def _slopes(choices: Sequence[Choice], a: float, b: float) -> tuple[tuple[float, float], tuple[float, float, float]]:
    """Return the log likelihood's gradient, and its curvature's three entries, with the sign turned."""
    shares = [_logistic(a + b * x) for _, x in choices]
    rests = [preferred - share for (preferred, _), share in zip(choices, shares, strict=True)]
    weights = [share * (1 - share) for share in shares]
    xs = [x for _, x in choices]
    gradient = math.fsum(rests), math.fsum(rest * x for rest, x in zip(rests, xs, strict=True))
    curvature = (
        math.fsum(weights),
        math.fsum(weight * x for weight, x in zip(weights, xs, strict=True)),
        math.fsum(weight * x * x for weight, x in zip(weights, xs, strict=True)),
    )
    return gradient, curvature


def _clustered_error(prompts: Sequence[Sequence[Choice]], a: float, b: float) -> float:
    """Return the standard error of a."""
    _, (p, q, r) = _slopes([choice for choices in prompts for choice in choices], a, b)
    determinant = p * r - q * q
    # The first row of the curvature's inverse, times each prompt's gradient.
    shares = [
        (r * u - q * v) / determinant for (u, v), _ in (_slopes(choices, a, b) for choices in prompts)
    ]  # fmt: skip
    groups, number = len(prompts), sum(map(len, prompts))
    return math.sqrt(math.fsum(s * s for s in shares) * groups / (groups - 1) * (number - 1) / (number - 2))


def _likelihood(choices: Sequence[Choice], a: float, b: float) -> float:
    return -math.fsum(_softplus(-(a + b * x) if preferred else a + b * x) for preferred, x in choices)


def _softplus(value: float) -> float:
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))


def _logistic(value: float) -> float:
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    return math.exp(value) / (1 + math.exp(value))
