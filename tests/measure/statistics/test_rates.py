"""Rates and win shares, against statsmodels and the formulas written out with numpy."""

import math

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from alignscope.measure.statistics.estimate import Caveat
from alignscope.measure.statistics.rates import Trials, bounded_rate, rate, wilson
from alignscope.measure.statistics.votes import win_share
from alignscope.model.vote import Vote

SINGLES = st.lists(st.sampled_from([0, 1]), min_size=10, max_size=120)


@st.composite
def several(draw: st.DrawFn) -> list[Trials]:
    """Prompts with several replies each, and not always as many."""
    replies = draw(st.lists(st.integers(1, 10), min_size=10, max_size=60))
    return [(draw(st.integers(0, number)), number) for number in (*replies, 2)]


@given(SINGLES)
def test_one_reply_a_prompt_is_wilson(singles: list[int]) -> None:
    from statsmodels.stats.proportion import proportion_confint

    found = rate([(each, 1) for each in singles])
    lo, hi = proportion_confint(sum(singles), len(singles), method="wilson")
    assert found is not None
    assert found.point == pytest.approx(sum(singles) / len(singles))
    assert found.interval == pytest.approx((lo, hi), abs=1e-9)


@given(several(), st.sampled_from([0.9, 0.95]))
def test_several_replies_a_prompt(prompts: list[Trials], level: float) -> None:
    found = rate(prompts, level)
    means = np.array([part / whole for part, whole in prompts])
    n, p = len(means), float(means.mean())
    pulled = (n * p + 2) / (n + 4)
    number = float(n)
    if 0 < p < 1:
        of_mean = ((n - 1) * means.var(ddof=1) + pulled * (1 - pulled)) / n / n
        number = min(max(p * (1 - p) / of_mean, n), n * float(np.mean([whole for _, whole in prompts])))
    z = float(scipy.stats.t.ppf(1 - (1 - level) / 2, n - 1))
    # The interval's ends are where the score statistic is z: the roots of (p - x)² n = z² x (1 - x).
    roots = np.roots([number + z * z, -(2 * number * p + z * z), number * p * p])
    assert found is not None
    assert found.interval == pytest.approx(sorted(float(root.real) for root in roots), abs=1e-7)


def test_equal_prompts_are_no_certainty() -> None:
    for successes in (0.0, 5.0):
        found = rate([(successes, 5)] * 20)
        assert found is not None
        assert found.interval is not None
        assert found.interval.hi - found.interval.lo > 0.1


def test_too_few_prompts_have_no_interval_and_few_are_marked() -> None:
    found = {n: rate([(1, 2)] * n) for n in (1, 9, 10, 19, 20)}
    assert all(each is not None and each.point == 0.5 for each in found.values())
    caveats = {n: each.caveats for n, each in found.items() if each}
    assert caveats == {1: (Caveat.TOO_FEW,), 9: (Caveat.TOO_FEW,), 10: (Caveat.FEW,), 19: (Caveat.FEW,), 20: ()}
    assert {n for n, each in found.items() if each and each.interval} == {10, 19, 20}


def test_prompts_without_replies_do_not_count() -> None:
    found = rate([(1, 1)] * 10 + [(0, 0)] * 5)
    assert found is not None
    assert (found.prompts, found.point) == (10, 1)
    assert rate([]) is rate([(0, 0)]) is None


def test_undetermined_replies_are_in_neither_end_and_both() -> None:
    found = bounded_rate([(1, 1, 4)] * 30)
    assert found is not None
    assert (found.lo.point, found.hi.point) == (0.25, 0.5)
    assert found.interval is not None
    assert found.lo.interval is not None
    assert found.hi.interval is not None
    assert found.interval == (found.lo.interval.lo, found.hi.interval.hi)
    assert bounded_rate([]) is None


def test_wilson_of_everything_and_nothing() -> None:
    assert wilson(0.0, 10, 1.96).lo == 0
    assert wilson(1.0, 10, 1.96).hi == 1
    assert math.isclose(wilson(0.0, 10, 1.96).hi, 1 - wilson(1.0, 10, 1.96).lo)


def test_ties_are_halves_or_left_out() -> None:
    prompts = [[Vote.FIRST, Vote.TIE]] * 6 + [[Vote.SECOND]] * 3 + [[Vote.BOTH_BAD, Vote.BOTH_BAD]] * 3
    share = win_share(prompts)
    assert share.votes == {Vote.FIRST: 6, Vote.SECOND: 3, Vote.TIE: 6, Vote.BOTH_BAD: 6}
    assert share.with_ties_as_halves is not None
    assert share.without_ties is not None
    assert share.with_ties_as_halves.point == pytest.approx((6 * 0.75 + 3 * 0.5) / 12)
    assert share.without_ties.point == pytest.approx(6 / 9)
    assert (share.with_ties_as_halves.prompts, share.without_ties.prompts) == (12, 9)
    assert share.with_ties_as_halves.interval is not None
    assert share.without_ties.interval is None
    assert win_share([]).without_ties is None
