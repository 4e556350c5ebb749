"""Test whether two outcomes come equally often."""

import math


def even_chance(first: int, second: int) -> float:
    """Return how often a fair coin is at least as uneven: twice the smaller tail of the binomial distribution, up to 1.

    Of pairs that come out one way or the other it is McNemar's test (1947), exact.
    """
    number, fewer = first + second, min(first, second)
    tail = sum(math.comb(number, k) for k in range(fewer + 1))
    return min(1.0, 2 * tail / (1 << number))
