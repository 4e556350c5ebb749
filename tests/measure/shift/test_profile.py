"""Means over parts of replies: each prompt counts the same, and what is not known is counted."""

import pytest

from alignscope.measure.bounds import Bounds
from alignscope.measure.shift.profile import by_position, by_thirds, third


def exactly(*values: float | None) -> list[Bounds | None]:
    return [None if value is None else Bounds(value, value) for value in values]


def test_thirds_of_a_reply() -> None:
    assert [third(i, 7) for i in range(7)] == [0, 0, 0, 1, 1, 2, 2]
    assert [third(i, 6) for i in range(6)] == [0, 0, 1, 1, 2, 2]
    assert third(0, 5) is None


def test_each_prompt_counts_the_same_however_long_or_many_its_replies() -> None:
    long_one = exactly(*[1.0] * 30)
    twice = [exactly(*[0.0] * 6), exactly(*[0.5] * 6)]
    first, _, last = by_thirds([[long_one], twice])
    assert first.mean == pytest.approx((0.625, 0.625))
    assert (first.replies, first.prompts, first.positions, first.known) == (3, 2, 14, 14)
    assert last.mean == first.mean


def test_replies_that_are_too_short_have_no_thirds() -> None:
    first, _, _ = by_thirds([[exactly(1, 1)], [exactly(0, 0, 0, 0, 0, 0)]])
    assert (first.mean, first.replies, first.prompts) == ((0, 0), 1, 1)
    assert by_thirds([])[1].mean is None


def test_bounds_and_coverage_of_what_is_not_known() -> None:
    values = [Bounds(0.0, 1.0), None, Bounds(0.2, 0.2), None, *exactly(0.1, 0.1)]
    first, middle, last = by_thirds([[values]])
    assert (first.mean, first.known, first.positions) == ((0, 1), 1, 2)
    assert middle.mean == (0.2, 0.2)
    assert last.known == 2
    nothing, _, _ = by_thirds([[exactly(*[None] * 6)]])
    assert (nothing.mean, nothing.known, nothing.replies, nothing.prompts) == (None, 0, 1, 0)


def test_later_positions_hold_long_replies_only() -> None:
    parts = by_position([[exactly(*range(30))], [exactly(*range(6))], [exactly(9)]])
    assert [part.replies for part in parts] == [3, 2, 1]
    assert [part.positions for part in parts] == [11, 21, 5]
    assert parts[0].mean == pytest.approx(((2 + 2 + 9) / 3,) * 2)
    assert parts[2].mean == pytest.approx((27, 27))
