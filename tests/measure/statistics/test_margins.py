"""Differences against a margin: as scipy tests them, and as their interval lies."""

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.margins import Direction, against_margin, prompts_needed
from alignscope.measure.statistics.paired import bounded_difference, effect_seen, smallest_effect

SHARES = st.lists(
    st.tuples(st.integers(-10, 10), st.integers(0, 3)).map(
        lambda each: Bounds(each[0] / 10, min(1.0, (each[0] + each[1]) / 10))
    ),
    min_size=10,
    max_size=40,
)
MARGINS = st.integers(0, 40).map(lambda each: each / 97)  # no end of an interval is just there


def points(*values: float) -> list[Bounds]:
    return [Bounds(value, value) for value in values]


@given(SHARES, st.sampled_from(Direction), MARGINS, st.booleans())
def test_a_claim_is_told_where_the_interval_lies(
    differences: list[Bounds], direction: Direction, margin: float, rates: bool
) -> None:
    spanned = bounded_difference(differences, rates=rates)
    found = against_margin(differences, direction, margin, rates=rates)
    assert spanned is not None and spanned.interval is not None
    if found is None:
        assert not rates and any(end.interval and end.interval.hi == end.interval.lo for end in spanned)
        return
    lo, hi = spanned.interval
    holds, fails = {
        Direction.MORE: (lo > margin, hi < margin),
        Direction.LESS: (hi < -margin, lo > -margin),
        Direction.SAME: (-margin < lo and hi < margin, lo > margin or hi < -margin),
    }[direction]
    assert (found.holds < 0.05, found.fails < 0.05) == (holds, fails)


def test_numbers_are_tested_as_scipy_does() -> None:
    values = [0.4, 1.2, -0.3, 0.8, 0.9, 1.4, 0.2, 0.5, 1.1, 0.7, 0.1]
    found = against_margin(points(*values), Direction.MORE, 0.25, rates=False)
    assert found is not None
    for p, side in ((found.holds, "greater"), (found.fails, "less")):
        assert p == pytest.approx(
            min(1.0, 2 * float(scipy.stats.ttest_1samp(values, 0.25, alternative=side).pvalue)), abs=1e-9
        )
    turned = against_margin(points(*(-value for value in values)), Direction.LESS, 0.25, rates=False)
    assert turned == pytest.approx(found, abs=1e-12)


def test_no_difference_takes_both_tests() -> None:
    values = [0.04, -0.02, 0.01, 0.0, 0.03, -0.05, 0.02, -0.01, 0.0, 0.01, 0.02, -0.03]
    found = against_margin(points(*values), Direction.SAME, 0.03, rates=False)
    above = 2 * float(scipy.stats.ttest_1samp(values, -0.03, alternative="greater").pvalue)
    below = 2 * float(scipy.stats.ttest_1samp(values, 0.03, alternative="less").pvalue)
    assert found is not None
    assert found.holds == pytest.approx(max(above, below), abs=1e-9)
    assert found.holds < 0.05 < found.fails


def test_nothing_is_said_of_few_prompts_unknown_bounds_and_numbers_all_alike() -> None:
    assert against_margin(points(*[0.5] * 9), Direction.MORE, 0.1, rates=True) is None
    assert against_margin([Bounds(0.1, float("inf"))] * 12, Direction.MORE, 0.1, rates=False) is None
    assert against_margin(points(*[0.5] * 12), Direction.MORE, 0.1, rates=False) is None
    # Pseudo-prompts keep equal rates from being certain.
    found = against_margin(points(*[0.5] * 12), Direction.MORE, 0.1, rates=True)
    assert found is not None and 0 < found.holds < 0.05


def test_so_many_prompts_would_tell_as_statsmodels_has_it() -> None:
    from statsmodels.stats.power import TTestPower

    values = [0.4, 1.2, -0.3, 0.8, 0.9, 1.4, 0.2, 0.5, 1.1, 0.7, 0.1]
    mean, deviation = float(np.mean(values)), float(np.std(values, ddof=1))
    for direction, margin, distance in (
        (Direction.MORE, 0.5, mean - 0.5),
        (Direction.MORE, 0.7, 0.7 - mean),
        (Direction.LESS, 0.0, mean),
        (Direction.SAME, 0.8, 0.8 - mean),
        (Direction.SAME, 0.3, mean - 0.3),
    ):
        found = prompts_needed(points(*values), direction, margin, rates=False)
        expected = TTestPower().solve_power(effect_size=distance / deviation, alpha=0.05, power=0.8)
        assert found == pytest.approx(max(expected, len(values)), rel=0.02, abs=2)


def test_so_many_prompts_do_tell_in_four_of_five_runs() -> None:
    chance = np.random.default_rng(3)

    def drawn(number: int) -> list[Bounds]:
        return points(*(chance.binomial(5, 0.55, number) - chance.binomial(5, 0.4, number)) / 5)

    first = drawn(4000)
    mean = float(np.mean([each.lo for each in first]))
    # Of other prompts, with the spread of these and the difference that all have together.
    off = float(np.mean([each.lo for each in first[:40]])) - mean
    needed = prompts_needed(
        points(*(each.lo - off for each in first[:40])),
        Direction.MORE, 0.05, rates=True,
    )  # fmt: skip
    assert needed is not None
    told = [against_margin(drawn(needed), Direction.MORE, 0.05, rates=True) for _ in range(600)]
    assert 0.7 <= sum(each is not None and each.holds < 0.05 for each in told) / 600 <= 0.9


def test_the_spread_of_so_many_prompts_is_that_of_their_differences_with_the_pseudo_prompts() -> None:
    values = [0.4, 0.2, -0.3, 0.8, 0.9, 0.4, 0.2, 0.5, 0.1, 0.7, 0.1]
    spread = float(np.std([*values, 0.5, -0.5], ddof=1))
    smallest = smallest_effect(values, rates=True)
    for margin in (0.2, 0.3):
        needed = prompts_needed(points(*values), Direction.SAME, margin, rates=True)
        distance = abs(float(np.mean(values)) - margin)
        assert needed is not None and smallest is not None
        # Of as many prompts as there are it would be this; more see less.
        assert effect_seen(spread, len(values), rates=True) == pytest.approx(smallest)
        assert (needed == len(values)) == (smallest <= distance)


def test_no_number_tells_what_bounds_leave_open() -> None:
    wide = [Bounds(-0.1, 0.4)] * 6 + [Bounds(0.0, 0.5)] * 6
    assert prompts_needed(wide, Direction.MORE, 0.1, rates=True) is None
    assert prompts_needed(points(*[0.1] * 9), Direction.MORE, 0.05, rates=True) is None
    assert prompts_needed(points(*[0.1, -0.1] * 6), Direction.MORE, 0.0, rates=True) is None


@given(SHARES, st.sampled_from(Direction), MARGINS, st.booleans())
def test_more_prompts_are_asked_for_where_these_dont_tell(
    differences: list[Bounds], direction: Direction, margin: float, rates: bool
) -> None:
    found = against_margin(differences, direction, margin, rates=rates)
    needed = prompts_needed(differences, direction, margin, rates=rates)
    if found is not None and needed is not None and min(found) >= 0.05:
        assert needed >= len(differences)
