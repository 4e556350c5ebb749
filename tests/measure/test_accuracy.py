"""The accuracy of rules: its intervals, and rates without the rules' error."""

import pytest

from alignscope.measure.accuracy import Accuracy

SOME = Accuracy(found=45, there=50, mistaken=3, others=80)


@pytest.mark.xdist_group("scipy")
def test_intervals() -> None:
    from statsmodels.stats.proportion import proportion_confint

    assert SOME.found_interval() == pytest.approx(proportion_confint(45, 50, method="wilson"), abs=1e-9)
    assert SOME.mistaken_interval() == pytest.approx(proportion_confint(3, 80, method="wilson"), abs=1e-9)


def test_a_rate_is_corrected() -> None:
    for true in (0.0, 0.2, 1.0):
        assert SOME.corrected(true * 45 / 50 + (1 - true) * 3 / 80) == pytest.approx(true)
    assert SOME.corrected(0.01) == 0
    assert Accuracy(found=1, there=2, mistaken=1, others=2).corrected(0.5) is None
