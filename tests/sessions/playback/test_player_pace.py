"""The player at a pace: the same events in another order, and what was shown stays shown."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alignscope.model.pace import AS_IT_COMES, PACES
from alignscope.model.turn import Turn
from alignscope.sessions.playback.player import Player
from alignscope.sessions.playback.recording import TURN_GAP_MS
from tests.sessions.playback.test_player import REPLIES, columns, folded, framed, made, texts
from tests.sessions.recorded import events, turn, two_turns


def fast() -> Turn:
    """A base of 40 tokens in 40 ms, and an instruct of 4 that begins when those have come."""
    base = events("base", [(100 + n, f"b{n} ") for n in range(40)], ended_ms=140)
    return turn(1, "x", base, events("instruct", [(200 + n, f"i{n} ") for n in range(4)], ended_ms=204))


def test_a_fast_turn_is_played_token_by_token_in_all_panes_at_once() -> None:
    player = Player([fast(), fast()], pace=20)
    assert player.length_ms == 2 * (100 + 39 * 50) + TURN_GAP_MS
    player.seek(274)
    assert texts(player) == {"base": "b0 b1 b2 b3 ", "instruct": "i0 i1 i2 "}
    assert framed(player) == folded(list(player.recording.steps(0, player.count)))
    instruct = player.frame()[-1].replies["instruct", 1]
    assert instruct.end is None, "an end comes with the last token, and not before it"
    player.seek(275)
    assert player.frame()[-1].replies["instruct", 1].end is not None
    assert list(player.frame()[-1].replies["base", 1].times) == [100 + n for n in range(4)], "times are the true ones"


def test_a_slow_turn_is_played_as_it_was_recorded() -> None:
    assert Player(two_turns(), pace=20).recording.times == Player(two_turns()).recording.times


def test_the_moment_is_the_recorded_one() -> None:
    player = Player([fast(), fast()], pace=10)
    player.seek(1000)
    assert player.moment_ms == 109
    player.seek_turn(1)
    player.advance(130)
    assert player.moment_ms == 130 - 100 + 100 == 130
    assert Player([fast()]).moment_ms == 0
    empty = Player([])
    empty.set_pace(20)
    assert (empty.moment_ms, empty.count) == (0, 0)


def test_turning_the_pace_takes_nothing_away() -> None:
    player = Player([fast()])
    player.seek(120)
    assert texts(player)["base"].endswith("b20 ")
    player.set_pace(20)
    assert player.ms == 100 + 20 * 50
    assert texts(player)["base"].endswith("b20 ") and texts(player)["instruct"] == "i0 i1 i2 i3 "
    player.set_pace(AS_IT_COMES)
    assert player.ms == 204, "the instruct's reply was there"
    player.set_pace(40)
    player.limit_idle(100)
    assert player.ended


def test_a_wait_goes_on_where_it_was() -> None:
    player = Player(two_turns())
    player.seek(1000 + TURN_GAP_MS + 3000)
    player.set_pace(10)
    assert player.ms == 1000 + TURN_GAP_MS + 3000


@given(st.lists(REPLIES, max_size=3), st.lists(st.tuples(st.sampled_from([*PACES, 700]), st.floats(0, 1)), max_size=4))
def test_whatever_the_pace_nothing_shown_is_lost_and_all_of_it_comes(
    content: list[Any], moves: list[tuple[int, float]]
) -> None:
    turns = [made(number, replies) for number, replies in enumerate(content, 1)]
    player = Player(turns)
    for pace, share in moves:
        player.seek(player.length_ms * share)
        before = player.frame()
        player.set_pace(pace)
        assert 0 <= player.ms <= player.length_ms
        assert framed(player) == folded(list(player.recording.steps(0, player.count)))
        after = player.frame()
        assert [each.number for each in after] == [each.number for each in before]
        for old, new in zip(before[-1:], after[-1:], strict=True):
            assert all(new.replies[key].texts[: len(reply.texts)] == reply.texts for key, reply in old.replies.items())
    player.seek(player.length_ms)
    assert framed(player) == [
        (each.number, {key: columns(reply) for key, reply in each.replies.items()}) for each in turns
    ]
