"""The positions with the largest divergence, by what is certain of it."""

from hypothesis import given
from hypothesis import strategies as st

from alignscope.measure.bounds import Bounds
from alignscope.measure.shift.budget import largest

_bounds = st.tuples(st.floats(0, 0.3), st.floats(0, 0.3)).map(lambda pair: Bounds(pair[0], pair[0] + pair[1]))


def test_the_least_that_is_certain_ranks_and_the_earlier_one_of_equals_comes_first() -> None:
    known = [Bounds(0.1, 0.7), None, Bounds(0.3, 0.3), Bounds(0.0, 0.7), Bounds(0.1, 0.1)]
    assert [largest(known, percent) for percent in (1, 25, 26, 50, 51, 100)] == [
        [2], [2], [0, 2], [0, 2], [0, 2, 4], [0, 2, 4],
    ]  # fmt: skip
    assert largest([None, Bounds(0.0, 0.6)], 50) == [] == largest([], 50)


@given(st.lists(st.none() | _bounds, max_size=40), st.integers(1, 100))
def test_none_that_is_left_out_is_larger(known: list[Bounds | None], percent: int) -> None:
    found = largest(known, percent)
    told = {place: bounds.lo for place, bounds in enumerate(known) if bounds is not None}
    assert found == sorted(set(found)) and set(found) <= set(told)
    assert len(found) <= -(-len(told) * percent // 100)
    left = [lo for place, lo in told.items() if place not in found]
    if found and len(found) == -(-len(told) * percent // 100):
        assert max(left, default=0.0) <= min(told[place] for place in found)
    else:
        assert not any(left)
