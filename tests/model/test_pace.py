"""The clock of a pace: which tokens are due when, by a clock that the test turns."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alignscope.model.pace import AS_IT_COMES, PACES, Drawn, PaceClock, next_pace, paced_times, readable_pace
from alignscope.model.turn import Turn
from tests.sessions.recorded import events, turn

BURST = [100.0] * 30
"""Thirty tokens that come at once."""


def drawn(clock: PaceClock, times: Sequence[float], *moments: float) -> list[int]:
    """How many tokens are drawn at each of these moments, of those that have come by then."""
    now, counts = Drawn(), []
    for ms in moments:
        now = clock.advance(now, [each for each in times if each <= ms], ms)
        counts.append(now.tokens)
    return counts


def begun(rate: int, ms: float = 100.0) -> PaceClock:
    clock = PaceClock(rate)
    clock.begin(ms)
    return clock


def test_a_burst_is_drawn_token_by_token_from_its_first_on() -> None:
    assert drawn(begun(20), BURST, 99, 100, 149, 150, 200, 350, 1550, 9000) == [0, 1, 1, 2, 3, 6, 30, 30]


def test_a_model_that_is_slower_than_the_pace_is_drawn_as_it_comes() -> None:
    slow = [100.0 + 80 * index for index in range(10)]
    assert drawn(begun(20), slow, *slow) == list(range(1, 11))


def test_two_replies_are_on_one_clock() -> None:
    clock = begun(20)
    clock.begin(180.0)
    first, second = BURST, [180.0] * 30
    moments = [200.0, 250.0, 300.0, 350.0, 700.0]
    assert drawn(clock, first, *moments) == [3, 4, 5, 6, 13]
    assert drawn(clock, second, *moments) == [1, 3, 5, 6, 13], "the later one catches up at twice the pace"


def test_what_piled_up_behind_the_clock_does_not_come_in_one_burst() -> None:
    stalled = [100.0, *[5100.0] * 200]
    assert drawn(begun(10), stalled, 5100, 5150, 6100, 10_000) == [2, 3, 22, 100]


def test_another_pace_goes_on_from_what_is_drawn() -> None:
    clock = begun(10)
    now = clock.advance(Drawn(), BURST, 600)
    assert now.tokens == 6
    clock.go_on(40, 600, now.tokens)
    assert [clock.advance(now, BURST, ms).tokens for ms in (600, 650, 700, 800)] == [6, 9, 11, 15]


@given(
    st.lists(st.lists(st.integers(0, 3000), max_size=30).map(sorted), min_size=1, max_size=4),
    st.sampled_from(PACES[1:]),
    st.lists(st.integers(0, 4000), max_size=30).map(sorted),
)
def test_drawing_frame_by_frame_is_what_a_replay_plays(
    replies: list[list[float]], rate: int, frames: list[float]
) -> None:
    told = turn(1, "x", *(events("base", [(ms, "a") for ms in ms_], sample=n) for n, ms_ in enumerate(replies, 1)))
    clock = PaceClock(rate)
    for times in replies:
        if times:
            clock.begin(times[0])
    for sample, times in enumerate(replies, 1):
        due = paced_times(told, rate)["base", sample]
        assert due == sorted(due) and all(late >= ms for late, ms in zip(due, times, strict=True))
        assert drawn(clock, times, *frames) == [sum(late <= ms for late in due) for ms in frames]


def test_panes_that_were_asked_one_after_the_other_have_a_clock_each() -> None:
    told = turn(1, "x", events("base", [(0, "a")] * 3), events("instruct", [(9000, "b")] * 3))
    due = paced_times(told, 20)
    assert due["base", 1] == [0, 50, 100]
    assert due["instruct", 1] == [9000, 9025, 9050], "far behind one clock for both"
    told.settings = replace(told.settings, one_after_other=True)
    assert paced_times(told, 20)["instruct", 1] == [9000, 9050, 9100]


def test_a_key_goes_round_the_paces() -> None:
    assert [next_pace(rate) for rate in (AS_IT_COMES, 10, 20, 40, 15, 1000)] == [10, 20, 40, AS_IT_COMES, 20, 0]


@pytest.mark.parametrize(
    ("told", "fast"),
    [
        (turn(1, "x"), False),
        (turn(1, "x", events("base", [(0, "a")] * 9)), False),
        (turn(1, "x", events("base", [(0, "a")] * 10)), True),
        (turn(1, "x", events("base", [(10 * n, "a") for n in range(50)])), False),
        (turn(1, "x", events("base", [(9.9 * n, "a") for n in range(50)])), True),
        (turn(1, "x", events("base", [(50 * n, "a") for n in range(50)]), events("instruct", [(5, "a")] * 90)), True),
    ],
)
def test_what_no_eye_follows(told: Turn, fast: bool) -> None:
    assert readable_pace([turn(1, "x"), told]) == (20 if fast else AS_IT_COMES)


def test_a_clock_that_never_began_holds_everything() -> None:
    assert PaceClock(20).advance(Drawn(), [], 1e9) == Drawn(0, -math.inf)
