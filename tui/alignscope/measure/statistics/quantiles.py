"""Quantiles of the normal distribution and of Student's t, accurate to about 1e-12."""

import math
from functools import lru_cache
from statistics import NormalDist
from typing import Final

LEVEL: Final = 0.95
"""The level of an interval unless another is named."""
_NORMAL: Final = NormalDist()
_STEPS: Final = 400
_PRECISION: Final = 1e-15


def normal_quantile(probability: float) -> float:
    """Return the value that a standard normal variable is below with this probability, between 0 and 1."""
    return _NORMAL.inv_cdf(probability)


@lru_cache(maxsize=1024)
def t_quantile(probability: float, freedom: float) -> float:
    """Return the value that Student's t is below with this probability, between 0 and 1.

    It is searched for between bounds, by Newton's steps where those stay between them and by halving where they don't.

    Args:
        freedom: degrees of freedom, more than 0.
    """
    if not 0 < probability < 1 or freedom <= 0:
        raise ValueError(f"no quantile of t for probability {probability} and {freedom} degrees of freedom")
    if probability > 0.5:
        return -t_quantile(1 - probability, freedom)
    if probability == 0.5:
        return 0.0
    low, high = -1.0, 0.0
    while t_probability(low, freedom) > probability:
        low, high = 2 * low, low
    value = (low + high) / 2
    for _ in range(_STEPS):
        over = t_probability(value, freedom) - probability
        low, high = (low, value) if over > 0 else (value, high)
        step = value - over / _t_density(value, freedom)
        new = step if low < step < high else (low + high) / 2
        if abs(new - value) <= _PRECISION * abs(new):
            return new
        value = new
    return value


def t_probability(value: float, freedom: float) -> float:
    """Return the probability that Student's t is below a value (Abramowitz and Stegun 1964, 26.7.1)."""
    square = value * value
    tail = 0.5 * _incomplete_beta(freedom / (freedom + square), square / (freedom + square), freedom / 2, 0.5)
    return 1 - tail if value > 0 else tail


def _t_density(value: float, freedom: float) -> float:
    log_constant = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - 0.5 * math.log(freedom * math.pi)
    return math.exp(log_constant - (freedom + 1) / 2 * math.log1p(value * value / freedom))


def _incomplete_beta(x: float, rest: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22).

    Args:
        rest: 1 - x, which has more digits if it isn't computed from x.
    """
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # where the fraction of the mirrored function converges faster
        return 1 - _incomplete_beta(rest, x, b, a)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    return math.exp(log_front) / a / _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """Return 1 + d1/(1 + d2/(1 + …)) by Lentz's method (Thompson and Barnett 1986)."""
    tiny = 1e-300
    value, c, d = 1.0, 1.0, 0.0
    for step in range(1, _STEPS):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + term * d or tiny)
        c = 1 + term / c or tiny
        value *= c * d
        if abs(c * d - 1) < _PRECISION:
            break
    return value
