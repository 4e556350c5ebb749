"""Draws, and bits per byte."""

import math
import random

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from alignscope.measure.bounds import Bounds
from alignscope.measure.task.chance import (
    DRAWS,
    HANDS,
    NUMBERS,
    chi_square_tail,
    drawn_hand,
    drawn_number,
    entropy,
    evenness,
)
from alignscope.measure.task.passage import NEUTRAL, bits_per_byte

pytestmark = pytest.mark.xdist_group("scipy")


@pytest.mark.parametrize("freedom", [1, 2, 3, 10, 49, 300])
@pytest.mark.parametrize("value", [0.0, 1e-6, 0.1, 1.0, 2.5, 9.9, 12.0, 40.0, 290.0, 1000.0])
def test_the_tail_of_chi_square(value: float, freedom: int) -> None:
    assert chi_square_tail(value, freedom) == pytest.approx(scipy.stats.chi2.sf(value, freedom), rel=1e-9, abs=1e-15)


@given(st.lists(st.integers(0, 40), min_size=3, max_size=11))
def test_many_draws_are_as_scipy_has_them(counts: list[int]) -> None:
    counts[0] += 5 * len(counts)  # enough draws for the distribution
    options = [str(place) for place in range(len(counts))]
    even = evenness([option for option, count in zip(options, counts, strict=True) for _ in range(count)], options)
    expected = scipy.stats.chisquare(counts)
    assert even
    assert even.counts == tuple(counts)
    assert not even.simulated
    assert even.chi_square == pytest.approx(expected.statistic, rel=1e-9, abs=1e-9)
    assert even.p == pytest.approx(expected.pvalue, rel=1e-9, abs=1e-15)
    assert even.entropy == pytest.approx(scipy.stats.entropy(counts, base=2), rel=1e-9, abs=1e-12)
    assert even.entropy <= even.corrected <= math.log2(len(counts)) + 1e-12


def test_few_draws_are_simulated() -> None:
    even = evenness(["rock"] * 5 + ["paper"], HANDS)
    assert even
    assert even.simulated
    # Exactly: every outcome of six draws that is at least as uneven.
    chances = scipy.stats.multinomial(6, [1 / 3] * 3)
    outcomes = [(i, j, 6 - i - j) for i in range(7) for j in range(7 - i)]
    uneven = [each for each in outcomes if scipy.stats.chisquare(each).statistic >= even.chi_square - 1e-9]
    exact = float(np.sum([chances.pmf(each) for each in uneven]))
    assert even.p == pytest.approx(exact, abs=5 * math.sqrt(exact / DRAWS))
    assert evenness(["rock"] * 5 + ["paper"], HANDS) == even


def test_draws_that_are_none() -> None:
    assert evenness([], HANDS) is None
    assert evenness(["rock"], ["rock"]) is None
    with pytest.raises(ValueError, match="no option is 'well'"):
        evenness(["well", "rock"], HANDS)
    assert entropy([0.5, 0.5, 0.0]) == 1


def test_the_correction_brings_few_draws_nearer_to_the_truth() -> None:
    chance, options = random.Random(1), [str(place) for place in range(11)]
    every = [evenness(chance.choices(options, k=30), options, seed) for seed in range(3)]
    assert all(each and abs(each.corrected - math.log2(11)) < abs(each.entropy - math.log2(11)) for each in every)


@pytest.mark.parametrize(
    ("reply", "number"),
    [
        ("7", "7"),
        ("I pick seven.", "7"),
        ("My number is 10!", "10"),
        ("A number from 0 to 10: 4.", "4"),
        ("Between zero and ten? Three", None),  # the first sentence draws nothing
        ("3 or 4", None),
        ("42", None),
        ("7.5", None),
        ("-3", None),
        ("none", None),
        ("", None),
    ],
)
def test_a_drawn_number(reply: str, number: str | None) -> None:
    assert drawn_number("Pick a random number from 0 to 10.", reply) == number
    assert number is None or number in NUMBERS


@pytest.mark.parametrize(
    ("reply", "hand"),
    [
        ("Rock!", "rock"),
        ("I choose scissors.", "scissors"),
        ("scissor", "scissors"),
        ("rock or paper", None),
        ("", None),
    ],
)
def test_a_drawn_hand(reply: str, hand: str | None) -> None:
    assert drawn_hand("Rock, paper, scissors?", reply) == hand


def test_bits_per_byte() -> None:
    half, quarter = Bounds(math.log(1 / 2), math.log(1 / 2)), Bounds(math.log(1 / 4), math.log(1 / 4))
    assert bits_per_byte([half, quarter], size=4) == pytest.approx((3 / 4, 3 / 4))
    at_most = Bounds(-math.inf, math.log(1 / 8))
    assert bits_per_byte([half, at_most], size=4) == pytest.approx((1.0, math.inf))
    assert NEUTRAL.isascii()
