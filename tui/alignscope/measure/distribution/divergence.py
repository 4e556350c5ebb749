"""Distances of two distributions of which only cut lists are known.

Letters: C the tokens that both lists have, X and Y those that only the first or the second has, p and q a token's first
and second probability, r_P and r_Q the rests, a and b the caps. A token of X has at most b in the second distribution,
one of Y at most a in the first.
"""

import math
from collections.abc import Iterable
from typing import Final

from alignscope.measure.bounds import Bounds
from alignscope.measure.distribution.matching import Matched

LN2: Final = math.log(2)
"""The greatest Jensen–Shannon divergence, of distributions that share no token."""


def total_variation(matched: Matched) -> Bounds:
    """Return the bounds of the total variation distance, half the sum of |p - q|, between 0 and 1.

    It is 1 - sum of min(p, q). The sum is least where the lists share nothing outside C, and greatest where the rest of
    either side meets what the other listed, as far as the caps allow, and then the other's rest. The lower bound is the
    optimum of that linear program. The upper one is attained where the vocabulary has room for two disjoint rests.
    """
    first, second = matched.first, matched.second
    shared = math.fsum([p if p < q else q for p, q in matched.common])
    to_x = min(second.rest, math.fsum([min(p, second.cap) for p in first.only]))
    to_y = min(first.rest, math.fsum([min(q, first.cap) for q in second.only]))
    more = min(first.rest + to_x, second.rest + to_y)
    pad = 2 * matched.error
    # Moving mass d between two tokens of one distribution changes the distance by d at most, and making one event of
    # several never makes it greater.
    loose = first.loose_end + second.loose_end
    hi = min(1.0, max(0.0, 1 - shared + pad))
    return Bounds(min(hi, max(0.0, 1 - shared - more - pad - loose)), hi)


def jensen_shannon(matched: Matched) -> Bounds:
    """Return the bounds of the Jensen–Shannon divergence in nats, between 0 and ln 2 (Lin 1991).

    Each token's term j(p, q) is convex and scales with its arguments, so that splitting a token never makes the sum
    smaller, and j(p, q) <= ln 2 · (p + q)/2, with equality where one of the two is 0. The upper bound has everything
    outside C disjoint. The lower one is the minimum of a convex program: a term changes with q by an amount that
    depends on q/p only, so at the minimum everything free has one ratio, except what is at its cap.
    """
    first, second = matched.first, matched.second
    common = _sum(matched.common)
    hi = common + 0.5 * LN2 * (first.outside + second.outside)
    ratio_x, ratio_y = _ratios(matched)
    to_x = [min(second.cap, ratio_x * p) for p in first.only]
    to_y = [min(first.cap, ratio_y * q) for q in second.only]
    rests = (first.rest - math.fsum(to_y), second.rest - math.fsum(to_x))
    lo = common + _sum((rests, *zip(first.only, to_x, strict=True), *zip(to_y, second.only, strict=True)))
    pad = 2 * matched.error
    if matched.mass_error:
        pad += 0.5 * matched.mass_error * math.log(1 / matched.mass_error)
    lo -= pad
    if first.loose_end or second.loose_end:
        # The root of the divergence is a metric (Endres and Schindelin 2003), and moving mass d costs ln 2 · d at most.
        moved = math.sqrt(LN2 * first.loose_end) + math.sqrt(LN2 * second.loose_end)
        lo = max(0.0, math.sqrt(max(0.0, lo)) - moved) ** 2
    hi = min(LN2, max(0.0, hi + pad))
    return Bounds(min(hi, max(0.0, lo)), hi)


def _ratios(matched: Matched) -> tuple[float, float]:
    """Return q/p on X and p/q on Y where the divergence is least.

    With one ratio s = q/p, X takes min(b, s·p) each from r_Q, and Y takes min(a, q/s) each from r_P. What is left of
    r_Q falls with s, what is left of r_P rises, and these two have to have the ratio s as well. Between the values of s
    at which a token reaches its cap, everything is linear.
    """
    first, second = matched.first, matched.second
    most_x = _fill(first.only, second.cap, second.rest)
    most_y = _fill(second.only, first.cap, first.rest)
    if not (most_x and most_y) or most_x * most_y <= 1:
        return most_x, most_y  # a rest is used up before the ratios meet

    def free(ratio: float) -> tuple[float, float]:
        """Return what is at no cap, nor opposite one, of the first distribution and of the second."""
        capped_x = sum(ratio * p >= second.cap for p in first.only)  # the likeliest come first
        capped_y = sum(q >= ratio * first.cap for q in second.only)
        return (
            first.rest - capped_y * first.cap + sum(first.only[capped_x:]),
            second.rest - capped_x * second.cap + sum(second.only[capped_y:]),
        )

    low, high = 1 / most_y, most_x
    steps = [second.cap / p for p in first.only]
    steps += [q / first.cap for q in second.only if first.cap]
    steps = sorted(step for step in steps if low < step < high)
    while steps:
        middle = len(steps) // 2
        p, q = free(steps[middle])
        if q > steps[middle] * p:
            low, steps = steps[middle], steps[middle + 1 :]
        else:
            high, steps = steps[middle], steps[:middle]
    p, q = free((low + high) / 2 if high < math.inf else low + 1)
    ratio = min(max(q / p if p > 0 else math.inf, low), high)
    return ratio, 1 / ratio if ratio else math.inf


def _fill(amounts: list[float], cap: float, total: float) -> float:
    """Return the greatest t with a sum of min(cap, t·amount) up to `total`; amounts are positive and descending."""
    left = total
    for place, amount in enumerate(amounts):
        # Those before this one are at the cap; the others share what is left.
        ratio = left / sum(amounts[place:])
        if ratio * amount <= cap:
            return ratio
        left -= cap
    return math.inf


def _sum(pairs: Iterable[tuple[float, float]]) -> float:
    """Return the sum of tokens' parts of the divergence, in nats."""
    log = math.log
    return 0.5 * math.fsum(
        [
            p * log(2 * p / (p + q)) + q * log(2 * q / (p + q)) if p > 0 and q > 0 else LN2 * max(p, q, 0.0)
            for p, q in pairs
        ]
    )
