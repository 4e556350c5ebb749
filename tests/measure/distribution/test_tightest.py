"""The lower bounds are the very least that the lists allow: found again by a linear program and by another search."""

import math

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from alignscope.measure.distribution.divergence import LN2, jensen_shannon, total_variation
from alignscope.measure.distribution.entropy import entropy, greatest_entropy, smallest_entropy
from alignscope.measure.distribution.matching import Matched, match
from tests.measure.distribution.made import Whole, cut_from, distributions, entropy_of, normalised, pairs

SIZES = st.integers(1, 12)
pytestmark = pytest.mark.xdist_group("scipy")


@given(pairs(most=10), SIZES, SIZES)
def test_total_variation(both: tuple[Whole, Whole], k: int, n: int) -> None:
    matched = match(cut_from(both[0], k), cut_from(both[1], n))
    assert total_variation(matched).lo == pytest.approx(least_total_variation(matched), abs=1e-6)


def least_total_variation(matched: Matched) -> float:
    """Minimise half the sum of |p - q| over all that the lists leave open, with one pool for what neither has."""
    first, second = matched.first, matched.second
    known = 0.5 * sum(abs(p - q) for p, q in matched.common)
    x, y = len(first.only), len(second.only)
    # Unknowns: q on X, p on Y, the pools of both, then the distance of each pair.
    size = x + y + 2
    rows, limits = [], []
    fixed: list[tuple[int | None, int | None, float]] = [(None, i, p) for i, p in enumerate(first.only)]
    fixed += [(x + j, None, q) for j, q in enumerate(second.only)]
    fixed.append((x + y, x + y + 1, 0.0))
    for distance, (p_at, q_at, value) in enumerate(fixed):
        for sign in (1, -1):
            row = np.zeros(size + len(fixed))
            row[size + distance] = -1
            if p_at is not None and q_at is not None:
                row[p_at], row[q_at] = sign, -sign
            else:
                row[p_at if p_at is not None else q_at] = sign
            rows.append(row)
            limits.append(sign * value)
    equal = np.zeros((2, size + len(fixed)))
    equal[0, x : x + y] = equal[0, x + y] = 1
    equal[1, :x] = equal[1, x + y + 1] = 1
    bounds = [(0, second.cap)] * x + [(0, first.cap)] * y + [(0, None)] * (2 + len(fixed))
    costs = np.concatenate([np.zeros(size), np.full(len(fixed), 0.5)])
    found = scipy.optimize.linprog(
        costs, A_ub=np.array(rows), b_ub=limits, A_eq=equal, b_eq=[first.rest, second.rest], bounds=bounds
    )
    assert found.success
    return known + float(found.fun)


@given(pairs(most=40), st.integers(1, 40), st.integers(1, 40))
def test_jensen_shannon(both: tuple[Whole, Whole], k: int, n: int) -> None:
    matched = match(cut_from(both[0], k), cut_from(both[1], n))
    assert jensen_shannon(matched).lo == pytest.approx(least_jensen_shannon(matched), abs=1e-9)


def least_jensen_shannon(matched: Matched) -> float:
    """Halve an interval of ratios until the rests meet; where they never do, until each rest is used up."""
    first, second = matched.first, matched.second

    def left(log_ratio: float) -> tuple[float, float]:
        ratio = math.exp(log_ratio)
        return (
            first.rest - sum(min(first.cap, q / ratio) for q in second.only),
            second.rest - sum(min(second.cap, p * ratio) for p in first.only),
        )

    def halve(rule: str) -> float:
        low, high = -60.0, 60.0
        for _ in range(200):
            middle = (low + high) / 2
            p, q = left(middle)
            up = {"both": p < 0 or (q >= 0 and q > math.exp(middle) * p), "p": p < 0, "q": q >= 0}[rule]
            low, high = (middle, high) if up else (low, middle)
        return (low + high) / 2

    for_p, for_q = halve("p"), halve("q")
    apart = for_p > for_q
    on_x, on_y = (for_q, for_p) if apart else (halve("both"),) * 2
    to_x = [min(second.cap, math.exp(on_x) * p) for p in first.only]
    to_y = [min(first.cap, q / math.exp(on_y)) for q in second.only]
    pools = (0.0, 0.0) if apart else (max(0.0, first.rest - sum(to_y)), max(0.0, second.rest - sum(to_x)))
    every = [*matched.common, *zip(first.only, to_x, strict=True), *zip(to_y, second.only, strict=True), pools]
    return sum(term(p, q) for p, q in every)


def term(p: float, q: float) -> float:
    if not p or not q:
        return 0.5 * LN2 * (p + q)
    return 0.5 * (p * math.log(2 * p / (p + q)) + q * math.log(2 * q / (p + q)))


@given(distributions(), st.integers(1, 40))
def test_entropy_takes_both_its_bounds(whole: Whole, size: int) -> None:
    cut = cut_from(whole, size)
    if not cut.unlisted or cut.rest < 1e-9:
        return
    even = (*cut.probabilities, *[cut.rest / cut.unlisted] * cut.unlisted)
    assert entropy_of(normalised(even)) == pytest.approx(entropy(cut).hi, abs=1e-9)
    full = int(cut.rest / cut.most + 1e-12)
    steep = (*cut.probabilities, *[cut.most] * full, max(0.0, cut.rest - full * cut.most))
    assert entropy_of(normalised(steep)) == pytest.approx(entropy(cut).lo, abs=1e-9)


def test_sums_of_nothing() -> None:
    assert smallest_entropy(0.0, 0.5) == smallest_entropy(0.5, 0.0) == 0
    assert greatest_entropy(0.0, None) == greatest_entropy(0.5, 0) == 0
    assert greatest_entropy(0.5, None) == math.inf
