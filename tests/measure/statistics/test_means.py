"""Means, ratios and paired differences, against scipy and statsmodels."""

import math
import random

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.estimate import Caveat
from alignscope.measure.statistics.means import bounded_mean, mean, ratio
from alignscope.measure.statistics.paired import (
    Outcomes,
    bounded_difference,
    difference,
    outcomes,
    pair,
    rate_difference,
    smallest_effect,
)

VALUES = st.lists(st.integers(-1000, 1000).map(lambda value: value / 8), min_size=10, max_size=80)
RATES = st.lists(st.integers(-10, 10).map(lambda value: value / 10), min_size=10, max_size=80)
LEVELS = st.sampled_from([0.9, 0.95])


def student(values: list[float], freedom: int, level: float) -> tuple[float, float]:
    error = float(scipy.stats.sem(values))
    if not error:
        return values[0], values[0]
    lo, hi = scipy.stats.t.interval(level, freedom, loc=float(np.mean(values)), scale=error)
    return float(lo), float(hi)


@given(VALUES, LEVELS)
def test_means_and_differences_of_numbers(values: list[float], level: float) -> None:
    for found in (mean(values, level), difference(values, level)):
        assert found is not None
        assert found.point == pytest.approx(float(np.mean(values)), abs=1e-9)
        assert found.interval == pytest.approx(student(values, len(values) - 1, level), abs=1e-9, rel=1e-9)


@given(RATES, LEVELS)
def test_differences_of_rates(differences: list[float], level: float) -> None:
    found = rate_difference(differences, level)
    lo, hi = student([*differences, 0.5, -0.5], len(differences) - 1, level)
    assert found is not None
    assert found.point == pytest.approx(float(np.mean(differences)), abs=1e-9)
    assert found.interval == pytest.approx((max(lo, -1), min(hi, 1)), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 200)), min_size=10, max_size=60))
def test_ratios_of_sums(prompts: list[tuple[float, float]]) -> None:
    """A regression of x/√l on √l has the ratio as its slope; HC1 makes its error that of the residuals."""
    from statsmodels.regression.linear_model import WLS

    found = ratio(prompts)
    x, l = np.array(prompts, dtype=float).T  # noqa: E741, as in the formula
    fit = WLS(x, l, weights=1 / l).fit(cov_type="HC1", use_t=True)
    assert found is not None
    assert found.point == pytest.approx(float(fit.params[0]), abs=1e-9)
    assert found.interval == pytest.approx(tuple(map(float, fit.conf_int()[0])), abs=1e-9)


@given(RATES)
def test_smallest_effects(differences: list[float]) -> None:
    n = len(differences)
    factor = float(scipy.stats.t.ppf(0.975, n - 1) + scipy.stats.t.ppf(0.8, n - 1))
    with_pseudo = float(np.std([*differences, 0.5, -0.5], ddof=1))
    expected = factor * with_pseudo / math.sqrt(n + 2) * (n + 2) / n
    assert smallest_effect(differences, rates=True) == pytest.approx(expected, rel=1e-9)
    expected = factor * float(np.std(differences, ddof=1)) / math.sqrt(n)
    assert smallest_effect(differences, rates=False) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_too_few_prompts() -> None:
    assert mean([]) is difference([]) is rate_difference([]) is ratio([]) is ratio([(0, 0)]) is None
    assert smallest_effect([0.5] * 9, rates=True) is None
    for found in (mean([2.0]), difference([2.0]), rate_difference([0.5]), ratio([(1, 2)]), mean([1.0, 2.0] * 4)):
        assert found is not None
        assert (found.interval, found.caveats) == (None, (Caveat.TOO_FEW,))


def test_a_few_skewed_figures_are_marked() -> None:
    skewed = [1.0] * 20 + [100.0]
    found = {n: mean(values) for n, values in ((21, skewed), (42, skewed * 2), (22, [1.0, 2.0] * 11), (23, [3.0] * 23))}
    assert {n for n, each in found.items() if each and Caveat.APPROXIMATE in each.caveats} == {21}


def test_bounds_with_sampling_error() -> None:
    values = [Bounds(float(n), n + 2.0) for n in range(10)]
    found = bounded_mean(values)
    lo, hi = mean([each.lo for each in values]), mean([each.hi for each in values])
    assert lo is not None
    assert hi is not None
    assert lo.interval is not None
    assert hi.interval is not None
    assert found is not None
    assert found.interval == (lo.interval.lo, hi.interval.hi)
    assert bounded_mean([]) is None
    endless = bounded_mean([Bounds(0.0, math.inf)] * 10)
    assert endless is not None
    assert (endless.hi.point, endless.interval) == (math.inf, None)


def test_bounded_differences() -> None:
    chance = random.Random(1)
    numbers = [Bounds(low := chance.uniform(-1, 0.5), low + 0.2) for _ in range(20)]
    for rates, one in ((False, difference), (True, rate_difference)):
        found = bounded_difference(numbers, rates=rates)
        lo, hi = one([each.lo for each in numbers]), one([each.hi for each in numbers])
        assert found is not None
        assert (found.lo, found.hi) == (lo, hi)
    assert bounded_difference([], rates=True) is None


def test_pairs_are_prompts_that_both_have() -> None:
    pairs = pair({"a": 1.0, "b": 0.5, "c": 0.0}, {"b": 0.25, "c": 0.0, "d": 1.0, "e": 1.0})
    assert pairs == ([0.25, 0.0], 1, 2)
    assert outcomes([*pairs.differences, -1.0, 1e-15]) == Outcomes(wins=1, losses=1, ties=2)
