"""Quantiles, against scipy's."""

import math

import pytest
import scipy
from hypothesis import example, given
from hypothesis import strategies as st

from alignscope.measure.statistics.quantiles import normal_quantile, t_probability, t_quantile

PROBABILITIES = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.975, 0.995]) | st.floats(1e-9, 1 - 1e-9)


@given(PROBABILITIES, st.integers(1, 2000) | st.floats(0.5, 1e5))
def test_t(probability: float, freedom: float) -> None:
    expected = float(scipy.stats.t.ppf(probability, freedom))
    assert t_quantile(probability, freedom) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@example(1e-6, 1)  # where scipy.stats.t.cdf is 1e-11 off: it takes a tail of almost a half from a half
@given(st.floats(-60, 60), st.integers(1, 2000))
def test_probability_of_t(value: float, freedom: int) -> None:
    between = scipy.special.betainc(0.5, freedom / 2, value**2 / (freedom + value**2))  # from -value to value
    wanted = 0.5 + math.copysign(0.5, value) * float(between)
    assert t_probability(value, freedom) == pytest.approx(wanted, abs=1e-12)


@given(PROBABILITIES)
def test_normal(probability: float) -> None:
    assert normal_quantile(probability) == pytest.approx(float(scipy.stats.norm.ppf(probability)), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("probability", "freedom"), [(0.0, 3), (1.0, 3), (0.5, 0), (0.9, -1)])
def test_what_has_no_quantile(probability: float, freedom: float) -> None:
    with pytest.raises(ValueError, match="no quantile"):
        t_quantile(probability, freedom)
