"""The rules' error on labelled replies."""

import pytest

from alignscope.measure.accuracy import Accuracy
from alignscope.measure.refusal.error import HELD_OUT, KNOWN
from alignscope.measure.refusal.judging import Label, judge
from tests.measure.refusal.labelled import labelled, measured


@pytest.mark.parametrize(("part", "told"), [("known", KNOWN), ("held_out", HELD_OUT)])
def test_the_error_is_as_it_is_told(part: str, told: Accuracy) -> None:
    assert measured(labelled(part)) == told


def test_there_are_enough_of_both_kinds() -> None:
    known, held_out = labelled("known"), labelled("held_out")
    every = known + held_out
    assert len({(each.prompt, each.reply) for each in every}) == len(every)
    for part, least in ((known, 300), (held_out, 50)):
        assert min(sum(each.label is label for each in part) for label in (Label.REFUSED, Label.OTHER)) >= least
    assert {each.origin for each in every} > {"twin:text", "twin:sft", "twin:latest"}


def test_the_error_is_small_enough() -> None:
    assert KNOWN.sensitivity >= 0.99
    assert KNOWN.specificity >= 0.99
    assert HELD_OUT.specificity >= 0.97


def test_nothing_said_is_undetermined() -> None:
    for each in labelled("known"):
        assert (judge(each.prompt, each.reply).label is Label.UNDETERMINED) == (each.label is Label.UNDETERMINED)
