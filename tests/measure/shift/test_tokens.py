"""Tokens that gain and lose probability, as far as lists are certain of it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignscope.measure.distribution.cut_list import CutList, Listed
from alignscope.measure.shift.tokens import changes
from tests.measure.distribution.made import Whole, cut_from, pairs

SIZES = st.integers(1, 20)


def cut(*entries: tuple[str, float]) -> CutList:
    return CutList([Listed(text, math.log(p)) for text, p in entries])


def test_gains_come_first_and_losses_last() -> None:
    aligned, base = cut(("Sure", 0.8), ("The", 0.1)), cut(("The", 0.6), ("A", 0.3))
    found = changes([(aligned, base), (aligned, base)])
    assert [change.text for change in found] == ["Sure", "A", "The"]
    sure, a, the = found
    assert (sure.positions, sure.promoted, sure.suppressed) == (2, 2, 0)
    assert sure.gain == pytest.approx((1.4, 1.6))
    assert a.gain == pytest.approx((-0.6, -0.4))
    assert the.gain == pytest.approx((-1.0, -1.0))
    assert (the.promoted, the.suppressed) == (0, 2)


def test_tokens_that_a_text_does_not_tell_apart_are_left_out() -> None:
    assert [change.text for change in changes([(cut(("", 0.5), ("b", 0.3)), cut(("b", 0.9)))])] == ["b"]


@given(st.lists(st.tuples(pairs(most=12), SIZES, SIZES), max_size=4))
def test_the_true_change_is_within_its_bounds(several: list[tuple[tuple[Whole, Whole], int, int]]) -> None:
    lists = [(cut_from(p, k), cut_from(q, n)) for (p, q), k, n in several]
    for change in changes(lists):
        number = change.key
        assert isinstance(number, int)
        exact = [
            p[number] - q[number]
            for ((p, q), _, _), both in zip(several, lists, strict=True)
            if any(token.id == number for each in both for token in each.tokens)
        ]
        assert change.positions == len(exact)
        assert change.gain.lo - 1e-9 <= math.fsum(exact) <= change.gain.hi + 1e-9
        assert change.promoted <= sum(each > -1e-9 for each in exact)
        assert change.suppressed <= sum(each < 1e-9 for each in exact)
