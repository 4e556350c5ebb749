"""What the panes of a replay keep in view."""

from alignscope.model.turn import Turn
from tests.sessions.recorded import events, turn
from tests.ui.replay.test_replay_screen import watch


def long_turns() -> list[Turn]:
    """Two turns of 400 lines, which fit on no screen."""
    long = [(index * 10.0, f"line {index}\n") for index in range(400)]
    return [turn(number, f"prompt {number}", events("base", long), events("instruct", long)) for number in (1, 2)]


async def test_going_back_from_the_end_of_something_long_shows_what_was_there() -> None:
    async with watch(long_turns()) as replay:
        await replay.press("u", "end")
        assert "line 399" in replay.text and "following the end" in replay.text
        await replay.press("left_square_bracket")
        assert "prompt 2" in replay.text and "line 399" in replay.text
        await replay.press("4")
        assert "line 359" in replay.text and "prompt 2" not in replay.text
        await replay.press("home")
        assert replay.text.count("prompt 1") == 2 and "line 1" not in replay.text


async def test_the_beginning_of_a_turn_is_held_until_a_key_follows() -> None:
    async with watch(long_turns()) as replay:
        for tenth, number in (("4", 1), ("9", 2), ("2", 1)):
            await replay.press(tenth)
            rows = replay.text.splitlines()
            assert rows[1].startswith(f"── {number}") and "line 0 " in rows[3] and "lines below" in replay.text
        await replay.press("u")
        assert "line 159" in replay.text and "lines below" not in replay.text
        await replay.press("u")
        assert "line 0 " in replay.text and "following" not in replay.text


async def test_the_token_that_was_gone_to_is_in_view() -> None:
    async with watch(long_turns()) as replay:
        await replay.press("full_stop", "full_stop")
        assert replay.text.splitlines()[1].startswith("── 1"), "so early all fits"
        replay.screen.player.seek(2000)
        await replay.press("full_stop")
        last = replay.replies()[0].split()[-1]
        assert f"line {last}" in replay.text
        await replay.press("comma")
        assert f"line {int(last) - 1}" in replay.text
        await replay.press("u", "slash", *"line 77", "enter")
        assert "line 77" in replay.text


async def test_whoever_scrolled_stays_there_while_time_is_sought() -> None:
    async with watch(long_turns()) as replay:
        await replay.press("3", "pagedown", "down", "down")
        first = replay.text.splitlines()[1:9]
        assert first[0].startswith("▎ line")
        replay.screen.player.speed = 0.001  # so that the turn can't end before it is looked at
        replay.screen.player.seek(replay.ms + 500)
        await replay.press("space", "space")
        assert [row[:40] for row in replay.text.splitlines()[1:9]] == [row[:40] for row in first]
        await replay.press("8")
        assert replay.text.splitlines()[1].startswith("── 2"), "the turn is another one"
