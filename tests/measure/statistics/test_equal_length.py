"""The share of votes at equal length, against statsmodels' logistic fit with a variance by clusters."""

import random
from itertools import pairwise

import numpy as np
import pytest
import scipy
from hypothesis import assume, given
from hypothesis import strategies as st

from alignscope.measure.statistics.binomial import even_chance
from alignscope.measure.statistics.equal_length import LEAST, AtEqualLength, Choice, Unknown, at_equal_length, longer_by

CHOICES = st.lists(
    st.lists(st.tuples(st.booleans(), st.floats(-1, 1).map(lambda x: round(x, 3))), min_size=1, max_size=4),
    min_size=20,
    max_size=60,
)


def logistic(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


def made(prompts: int, a: float, b: float, seed: int) -> list[list[Choice]]:
    """Two votes a prompt that prefer longer replies, whose lengths are alike within a prompt."""
    chance = random.Random(seed)
    every = []
    for _ in range(prompts):
        x = chance.uniform(-0.9, 0.9)
        near = [max(-1.0, min(1.0, x + chance.uniform(-0.1, 0.1))) for _ in range(2)]
        every.append([(chance.random() < logistic(a + b * each), each) for each in near])
    return every


@given(CHOICES)
def test_it_is_the_fit_of_greatest_likelihood(prompts: list[list[Choice]]) -> None:
    from statsmodels.discrete.discrete_model import Logit

    found = at_equal_length(prompts)
    assume(isinstance(found, AtEqualLength))
    assert isinstance(found, AtEqualLength)
    won = np.array([float(preferred) for choices in prompts for preferred, _ in choices])
    design = np.array([[1.0, x] for choices in prompts for _, x in choices])
    groups = np.repeat(np.arange(len(prompts)), [len(choices) for choices in prompts])
    fit = Logit(won, design).fit(
        disp=0, method="newton", maxiter=200, tol=1e-14, cov_type="cluster", cov_kwds={"groups": groups}
    )
    assume(abs(fit.params).max() < 20)  # near separation, where statsmodels' own steps end early
    half = scipy.stats.t.ppf(0.975, len(prompts) - 1) * fit.bse[0]
    assert found.share.point == pytest.approx(logistic(fit.params[0]), abs=1e-9)
    assert found.slope == pytest.approx(fit.params[1], rel=1e-9, abs=1e-9)
    ends = (logistic(fit.params[0] - half), logistic(fit.params[0] + half))
    assert found.share.interval == pytest.approx(ends, abs=1e-9)
    assert (found.votes, found.share.prompts) == (len(won), len(prompts))


def test_a_lead_that_length_makes_goes_where_length_is_held() -> None:
    every = [(win, x + 0.0) for choices in made(2000, 0.0, 3.0, 1) for win, x in choices]
    longer = [[(win, x)] for win, x in every if x > -0.2]  # the one in question is the longer one mostly
    plain = sum(win for ((win, _),) in longer) / len(longer)
    found = at_equal_length(longer)
    assert isinstance(found, AtEqualLength) and found.share.interval is not None
    assert plain > 0.65 and found.share.interval.lo < 0.5 < found.share.interval.hi


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    inside = 0
    for seed in range(400):
        found = at_equal_length(made(60, 0.5, 1.5, seed))
        assert isinstance(found, AtEqualLength) and found.share.interval is not None
        inside += found.share.interval.lo <= logistic(0.5) <= found.share.interval.hi
    assert 0.92 <= inside / 400 <= 0.98


def test_what_cannot_be_told_says_why() -> None:
    few = [[(number % 2 == 0, number / 100)] for number in range(LEAST - 1)]
    assert at_equal_length(few) is Unknown.FEW
    assert at_equal_length([*few, [(True, 0.5)]]) is not Unknown.FEW
    assert at_equal_length([[(True, number / 100)] for number in range(40)]) is Unknown.ONE_SIDED
    assert at_equal_length([[(number >= 20, number / 100)] for number in range(40)]) is Unknown.SEPARATED
    assert at_equal_length([[(number < 20, number / 100)] for number in range(40)]) is Unknown.SEPARATED
    assert at_equal_length([[(number % 2 == 0, 0.25)] for number in range(40)]) is Unknown.ONE_LENGTH
    assert isinstance(at_equal_length([[(number % 2 == 0, number / 100)] for number in range(40)]), AtEqualLength)


def test_few_prompts_have_no_interval() -> None:
    votes = [[(number % 3 == 0, number / 10 + prompt / 100) for number in range(5)] for prompt in range(9)]
    found = at_equal_length(votes)
    assert isinstance(found, AtEqualLength) and found.share.interval is None and found.votes == 45


def test_lengths_differ_alike_both_ways_round() -> None:
    assert [longer_by(0, 0), longer_by(10, 10), longer_by(30, 10), longer_by(5, 0)] == [0, 0, 0.5, 1]
    assert longer_by(7, 3) == -longer_by(3, 7)
    scale = [longer_by(length, 50) for length in range(0, 500, 20)]
    assert all(one < other for one, other in pairwise(scale))


@given(st.integers(0, 300), st.integers(0, 300))
def test_even_chance_is_the_exact_binomial_test(first: int, second: int) -> None:
    assume(first + second)
    assert even_chance(first, second) == pytest.approx(scipy.stats.binomtest(first, first + second).pvalue, abs=1e-9)
