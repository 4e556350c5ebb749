"""Sign flips, Holm's correction, claims of no difference and kappa, against scipy and statsmodels."""

import itertools
import math
import random

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from alignscope.measure.bounds import Bounds
from alignscope.measure.statistics.agreement import Labels, agreement
from alignscope.measure.statistics.estimate import Estimate
from alignscope.measure.statistics.signflip import DRAWS, sign_flip
from alignscope.measure.statistics.verdicts import Verdict, holm, no_difference


@given(st.lists(st.integers(-10, 10).map(lambda value: value / 10), min_size=1, max_size=10))
def test_every_pattern_of_signs(differences: list[float]) -> None:
    found = sign_flip(differences)
    sums = [
        sum(sign * each for sign, each in zip(signs, differences, strict=True))
        for signs in itertools.product((1, -1), repeat=len(differences))
    ]
    expected = sum(abs(each) >= abs(sum(differences)) - 1e-9 for each in sums) / len(sums)
    assert found.exact
    assert found.p == pytest.approx(expected, abs=1e-12)


def test_every_pattern_of_signs_as_scipy_tries_them() -> None:
    differences = [0.3, -0.1, 0.7, 0.2, 0.4, -0.2, 0.9, 0.0, 0.6, 0.5, -0.3, 0.1]
    found = scipy.stats.permutation_test(
        (differences,), lambda each: abs(np.sum(each)), permutation_type="samples", alternative="greater"
    )
    assert sign_flip(differences).p == pytest.approx(float(found.pvalue), abs=1e-9)


def test_drawn_patterns_are_near_the_normal_limit_and_repeat() -> None:
    chance = random.Random(7)
    differences = [chance.gauss(0.15, 1) for _ in range(150)]
    found = sign_flip(differences)
    expected = 2 * scipy.stats.norm.sf(abs(sum(differences)) / math.sqrt(sum(each * each for each in differences)))
    assert not found.exact
    assert found.p == pytest.approx(float(expected), abs=0.02)
    assert found == sign_flip(differences)
    assert found != sign_flip(differences, seed=1)
    assert sign_flip([1.0] * 150).p == 1 / (1 + DRAWS)


def test_few_differing_prompts_cannot_tell() -> None:
    assert sign_flip([1.0] * 5 + [0.0] * 30).can_tell is False
    found = sign_flip([1.0] * 6 + [0.0] * 6)
    assert (found.can_tell, found.different, found.p) == (True, 6, 2 / 64)
    assert sign_flip([0.0] * 12).p == 1


@settings(max_examples=15)  # a tenth of a second each, in statsmodels
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm(ps: list[float]) -> None:
    from statsmodels.stats.multitest import multipletests

    expected = multipletests(ps, method="holm")[1]
    assert holm(ps) == pytest.approx(list(map(float, expected)), abs=1e-9)


def test_no_tests_have_nothing_to_correct() -> None:
    assert holm([]) == []


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [
        (Bounds(-0.04, 0.04), Verdict.YES),
        (Bounds(0.01, 0.04), Verdict.YES),  # not 0, and still too little to matter
        (Bounds(-0.1, 0.04), Verdict.CANT_TELL),
        (Bounds(0.0, 0.05), Verdict.CANT_TELL),
        (Bounds(0.05, 0.3), Verdict.NO),
        (Bounds(-0.3, -0.06), Verdict.NO),
        (None, Verdict.CANT_TELL),
    ],
)
def test_claims_of_no_difference(interval: Bounds | None, verdict: Verdict) -> None:
    assert no_difference(Estimate(0.0, interval, 40), margin=0.05) is verdict
    assert no_difference(None, margin=0.05) is Verdict.CANT_TELL


def kappa_of(table: NDArray[np.float64]) -> float:
    from statsmodels.stats.inter_rater import cohens_kappa

    return float(cohens_kappa(table, return_results=False))


LABELS = st.sampled_from(["refused", "other", "undetermined"])


@given(st.lists(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=3), min_size=2, max_size=9))
def test_kappa(prompts: list[list[Labels]]) -> None:
    found = agreement(prompts)
    assert found is not None
    replies = [labels for prompt in prompts for labels in prompt]
    names = sorted({str(label) for both in replies for label in both})
    table = np.array([[replies.count((one, other)) for other in names] for one in names], dtype=float)
    assert found.replies == len(replies)
    assert found.share == pytest.approx(float(np.trace(table)) / len(replies))
    if len(names) == 1:
        assert found.kappa is None
    else:
        assert found.kappa == pytest.approx(kappa_of(table), abs=1e-9)
    for place, name in enumerate(names):
        either = table[place].sum() + table[:, place].sum()
        assert found.by_label[name] == pytest.approx(float(2 * table[place, place] / either))


def test_kappas_interval_is_of_drawn_prompts() -> None:
    chance = random.Random(3)
    answers = [chance.choices(["yes", "no"], k=4) for _ in range(30)]
    prompts = [[(each, each if chance.random() < 0.8 else "no") for each in four] for four in answers]
    found = agreement(prompts, draws=200, seed=11)
    drawn = random.Random(11)
    kappas = []
    for _ in range(200):
        table = np.zeros((2, 2))
        for prompt in drawn.choices(prompts, k=30):
            for one, other in prompt:
                table[int(one == "yes"), int(other == "yes")] += 1
        kappas.append(kappa_of(table))
    assert found is not None
    assert found.interval == pytest.approx(tuple(np.percentile(kappas, [2.5, 97.5])), abs=1e-9)


def test_kappa_needs_prompts_and_both_labels() -> None:
    assert agreement([]) is agreement([[]]) is None
    few = agreement([[("a", "a"), ("b", "b")]] * 9)
    assert few is not None
    assert (few.kappa, few.interval, few.prompts) == (1, None, 9)
    rare = agreement([[("a", "a")]] * 29 + [[("b", "b")]])
    assert rare is not None
    assert (rare.kappa, rare.interval) == (1, None)  # most draws have no b
